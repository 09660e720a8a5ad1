/* The mapped cells of a row as one run of bytes, from which its hash is made: the kind of table,
   then every cell that is not empty as its field's mark, its bytes and a NUL, in the order of the
   fields. So a row has one image, and one hash, whichever file or source it comes from. */
#ifndef MAG_COHORT_ROW_IMAGE_H
#define MAG_COHORT_ROW_IMAGE_H

#include "base/span.h"
#include "cohort/profile_table.h"

enum { MAG_ROW_IMAGE_NBYTES = 1024 };

/* A field that the file at hand has a column for. */
typedef struct mag_mapped_column {
    int column_idx;
    uint8_t field;
} mag_mapped_column;

typedef struct mag_row_image {
    size_t nbytes;
    bool is_too_long; /* for `bytes`: it cannot be used */
    char bytes[MAG_ROW_IMAGE_NBYTES];
} mag_row_image;

static inline void mag_row_image_begin(mag_row_image *image, mag_table_kind kind) {
    image->bytes[0] = (char)kind;
    image->nbytes = 1;
    image->is_too_long = false;
}

/* Adds the cells of some columns, in the order of their fields. */
void mag_row_image_add(mag_row_image *image, const mag_mapped_column *columns, size_t count,
                       const mag_span *cells);

#endif
