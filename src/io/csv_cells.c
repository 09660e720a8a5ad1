#include "io/csv_cells.h"

#include <string.h>

static void begin_cell(mag_csv_cells *cells) {
    if (cells->has_cells)
        mag_text_add_char(&cells->text, ',');
    cells->has_cells = true;
}

/* Any number of ' and then a byte that a spreadsheet runs. Cells that look guarded already are
   guarded once more, so that taking one ' away is exact for every cell. */
static bool needs_guard(mag_span cell) {
    size_t at = 0;
    while (at < cell.nbytes && cell.at[at] == '\'')
        at++;
    return at < cell.nbytes && memchr("=+-@\t\r", cell.at[at], 6) != NULL;
}

mag_span mag_csv_without_guard(mag_span cell) {
    if (cell.nbytes == 0 || cell.at[0] != '\'' || !needs_guard(cell))
        return cell;
    return (mag_span){cell.at + 1, cell.nbytes - 1};
}

static bool has_byte(mag_span cell, char byte) {
    return cell.nbytes > 0 && memchr(cell.at, byte, cell.nbytes) != NULL;
}

static bool needs_quotes(mag_span cell) {
    return has_byte(cell, ',') || has_byte(cell, '"') || has_byte(cell, '\n') ||
           has_byte(cell, '\r');
}

/* Cells of evidence are full of quotes: no branch depends on them. */
static char *put_quoted(char *to, mag_span cell) {
    for (size_t i = 0; i < cell.nbytes; i++) {
        to[0] = to[1] = cell.at[i];
        to += 1 + (cell.at[i] == '"');
    }
    return to;
}

static void add_cell(mag_csv_cells *cells, mag_span cell, bool is_quoted) {
    enum { FRAME_NBYTES = 4 }; /* comma, two quotes, guard */
    char *const begin = mag_text_room(&cells->text, 2 * cell.nbytes + FRAME_NBYTES);
    char *to = begin;
    if (begin == NULL)
        return;
    if (cells->has_cells)
        *to++ = ',';
    cells->has_cells = true;
    if (is_quoted)
        *to++ = '"';
    if (needs_guard(cell))
        *to++ = '\'';
    if (is_quoted)
        to = put_quoted(to, cell);
    else if (cell.nbytes > 0)
        to = (char *)memcpy(to, cell.at, cell.nbytes) + cell.nbytes;
    if (is_quoted)
        *to++ = '"';
    cells->text.nbytes += (size_t)(to - begin);
}

void mag_csv_cells_text(mag_csv_cells *cells, mag_span cell) {
    add_cell(cells, cell, needs_quotes(cell));
}

void mag_csv_cells_id(mag_csv_cells *cells, mag_span cell) {
    add_cell(cells, cell, true);
}

void mag_csv_cells_number(mag_csv_cells *cells, const char *cell) {
    begin_cell(cells);
    mag_text_add_text(&cells->text, cell);
}

void mag_csv_cells_integer(mag_csv_cells *cells, int64_t cell) {
    char digits[24];
    size_t at = sizeof digits;
    uint64_t rest = cell < 0 ? 0 - (uint64_t)cell : (uint64_t)cell;
    do
        digits[--at] = (char)('0' + rest % 10);
    while ((rest /= 10) > 0);
    if (cell < 0)
        digits[--at] = '-';
    begin_cell(cells);
    mag_text_add(&cells->text, (mag_span){digits + at, sizeof digits - at});
}

void mag_csv_cells_empty(mag_csv_cells *cells) {
    begin_cell(cells);
}

void mag_csv_cells_end_row(mag_csv_cells *cells) {
    mag_text_add_char(&cells->text, '\n');
    cells->has_cells = false;
}
