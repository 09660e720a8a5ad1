/* What a file is, by its first bytes. */
#ifndef MAG_IO_FILE_KIND_H
#define MAG_IO_FILE_KIND_H

#include "base/span.h"

enum { MAG_FILE_KIND_NBYTES = 64 }; /* so many first bytes are enough to tell */

typedef enum mag_file_kind {
    MAG_FILE_GZIP,      /* begins 1f 8b, or is the single byte 1f: a gzip file cut after it */
    MAG_FILE_CONTAINER, /* another archive or compressed format: never read as text */
    MAG_FILE_OTHER      /* text, as far as one can tell, or something unknown */
} mag_file_kind;

/* *name says it for a message: "a zip archive (as .xlsx is)", "plain text". Static. */
mag_file_kind mag_file_kind_of(mag_span head, const char **name);

#endif
