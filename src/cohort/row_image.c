/* Cells are short: each is copied by two moves that overlap instead of a call. */
#include "cohort/row_image.h"

static void copy_pair(char *to, const char *from, size_t nbytes, size_t half) {
    /* Each size is a constant where this is inlined. */
    char first[16], last[16];
    memcpy(first, from, half);
    memcpy(last, from + nbytes - half, half);
    memcpy(to, first, half);
    memcpy(to + nbytes - half, last, half);
}

static void copy(char *to, const char *from, size_t nbytes) {
    if (nbytes > 32)
        memcpy(to, from, nbytes);
    else if (nbytes >= 16)
        copy_pair(to, from, nbytes, 16);
    else if (nbytes >= 8)
        copy_pair(to, from, nbytes, 8);
    else if (nbytes >= 4)
        copy_pair(to, from, nbytes, 4);
    else if (nbytes >= 2)
        copy_pair(to, from, nbytes, 2);
    else
        *to = *from;
}

void mag_row_image_add(mag_row_image *image, const mag_mapped_column *columns, size_t count,
                       const mag_span *cells) {
    size_t at = image->nbytes;
    if (image->is_too_long)
        return;
    for (size_t i = 0; i < count; i++) {
        const mag_span cell = cells[columns[i].column_idx];
        if (!cell.nbytes)
            continue; /* a column that another file does not have is like an empty one */
        if (cell.nbytes + 2 > MAG_ROW_IMAGE_NBYTES - at) {
            image->is_too_long = true;
            return;
        }
        image->bytes[at++] = (char)(columns[i].field + 1);
        copy(image->bytes + at, cell.at, cell.nbytes);
        at += cell.nbytes;
        image->bytes[at++] = '\0';
    }
    image->nbytes = at;
}
