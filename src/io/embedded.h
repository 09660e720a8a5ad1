/* Files that travel inside the program: shipped profiles, packs and code lists. */
#ifndef MAG_IO_EMBEDDED_H
#define MAG_IO_EMBEDDED_H

#include "base/span.h"

typedef struct mag_embedded {
    const char *name; /* path in the source tree, "pipelines/profiles/mimic-iv.yaml" */
    const char *at;
    size_t nbytes;
} mag_embedded;

/* Generated at build; sorted by name; ends with a row of zeros. */
extern const mag_embedded mag_embedded_files[];
extern const size_t mag_embedded_count;

/* The file of exactly that name; false if there is none. Static bytes. */
bool mag_embedded_find(const char *name, mag_span *content);

#endif
