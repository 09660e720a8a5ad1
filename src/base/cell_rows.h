/* Rows of a table, side by side in memory, each on one line. */
#ifndef MAG_BASE_CELL_ROWS_H
#define MAG_BASE_CELL_ROWS_H

#include "base/span.h"

typedef struct mag_cell_rows {
    const mag_span *cells; /* column_count for each row; every cell has an address */
    unsigned row_count, column_count;
    uint32_t first_line;
    const char *readable_end; /* of the memory that the cells lie in: bytes before it may be read */
} mag_cell_rows;

#endif
