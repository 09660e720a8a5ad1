/* Rows of a CSV table as text, in memory: LF line ends, RFC 4180 quotes. Text cells that a
   spreadsheet would run (= + - @ tab CR) get a ' in front; numbers do not. So do cells that look as
   if they had one ('= ''= ...): one ' taken away gives any cell back. */
#ifndef MAG_IO_CSV_CELLS_H
#define MAG_IO_CSV_CELLS_H

#include "base/text.h"

typedef struct mag_csv_cells {
    mag_text text; /* the rows so far; cleared by its owner */
    bool has_cells;
} mag_csv_cells;

/* Cells of one row, in order. That memory is out shows in the text. */
void mag_csv_cells_text(mag_csv_cells *cells, mag_span cell); /* guarded against spreadsheets */
void mag_csv_cells_id(mag_csv_cells *cells, mag_span cell);   /* guarded, and always quoted */
void mag_csv_cells_number(mag_csv_cells *cells, const char *cell); /* as it stands */
void mag_csv_cells_integer(mag_csv_cells *cells, int64_t cell);
void mag_csv_cells_empty(mag_csv_cells *cells);
void mag_csv_cells_end_row(mag_csv_cells *cells);

/* The cell as it was given to mag_csv_cells_text or _id: for readers of tables written here. */
mag_span mag_csv_without_guard(mag_span cell);

#endif
