/* Rows and columns: delimiters missing and too many at each row and column, cells that are gone,
   twice there, cut off or broken over two lines. */
#include "pollution/polluted_file.h"

typedef struct place {
    polluted_file *file;
    unsigned row, column;
    uint32_t line;
} place;

static place begin(polluted_file *file, const clean_table *table, unsigned row, unsigned column,
                   const char *what) {
    file_begin_before(file, table, row);
    file_name(file, "row %u, column %s: %s", row + 1, table->columns[column], what);
    return (place){file, row, column, file->line};
}

static void lose(const place *at, const row_text *text, mag_csv_fault fault, unsigned column) {
    file_add_text_row(at->file, text);
    expect_lines_fault(at->file, at->line, fault, column);
    lose_row(at->file, at->row);
}

/* --- missing --------------------------------------------------------------------------- */

/* Two cells run into one: sound if both are quoted ("a""b" is a"b) or one is empty. */
static void drop_delimiter(const place *at) {
    const clean_table *table = at->file->table;
    bool left = is_quoted(table, at->row, at->column);
    bool right = is_quoted(table, at->row, at->column + 1);
    mag_span plain = clean_text(table, at->row, left ? at->column + 1 : at->column);
    bool is_bad = left != right && plain.nbytes > 0;
    row_text text = file_row(at->file, at->row);
    text.separators[at->column] = "";
    lose(at, &text, is_bad ? MAG_CSV_BAD_QUOTE : MAG_CSV_TOO_FEW_FIELDS,
         is_bad ? at->column + 1 : 0);
}

/* A quote beside the wrong delimiter stands inside a field. */
static void replace_delimiter(const place *at, const char *by) {
    const clean_table *table = at->file->table;
    bool is_bad =
        is_quoted(table, at->row, at->column) || is_quoted(table, at->row, at->column + 1);
    row_text text = file_row(at->file, at->row);
    text.separators[at->column] = by;
    lose(at, &text, is_bad ? MAG_CSV_BAD_QUOTE : MAG_CSV_TOO_FEW_FIELDS,
         is_bad ? at->column + 1 : 0);
}

static void drop_cell(const place *at) {
    row_text text = file_row(at->file, at->row);
    text.count--;
    for (unsigned i = at->column; i < text.count; i++)
        text.cells[i] = text.cells[i + 1];
    lose(at, &text, MAG_CSV_TOO_FEW_FIELDS, 0);
}

static void cut_row(const place *at) {
    row_text text = file_row(at->file, at->row);
    text.count = at->column + 1;
    lose(at, &text, MAG_CSV_TOO_FEW_FIELDS, 0);
}

/* --- too many -------------------------------------------------------------------------- */

static void add_bytes(const place *at, size_t offset, const char *bytes) {
    row_text text = file_row(at->file, at->row);
    text.cells[at->column] =
        file_insert(at->file, text.cells[at->column], offset, mag_span_of(bytes));
    lose(at, &text, MAG_CSV_TOO_MANY_FIELDS, 0);
}

static void double_cell(const place *at) {
    row_text text = file_row(at->file, at->row);
    for (unsigned i = text.count++; i > at->column; i--)
        text.cells[i] = text.cells[i - 1];
    lose(at, &text, MAG_CSV_TOO_MANY_FIELDS, 0);
}

/* --- a line end in a plain cell -------------------------------------------------------- */

/* The halves of the row are records of their own; one is a whole row if the cell was the first or
   the last. */
static void break_line(const place *at, const char *line_end) {
    polluted_file *file = at->file;
    row_text left = file_row(file, at->row), right = left;
    mag_span whole = left.cells[at->column];
    left.cells[at->column].nbytes = 1;
    left.count = at->column + 1;
    left.end = line_end;
    right.cells[0] = (mag_span){whole.at + 1, whole.nbytes - 1};
    for (unsigned i = at->column + 1; i < right.count; i++)
        right.cells[i - at->column] = right.cells[i];
    right.count -= at->column;

    unsigned column_count = file->table->column_count;
    file_add_text_row(file, &left);
    if (left.count == column_count)
        expect_altered(file, at->line, at->row, at->column, left.cells[at->column]);
    else
        expect_lines_fault(file, at->line, MAG_CSV_TOO_FEW_FIELDS, 0);
    uint32_t line = file->line;
    file_add_text_row(file, &right);
    if (right.count == column_count)
        expect_altered(file, line, at->row, 0, right.cells[0]);
    else
        expect_lines_fault(file, line, MAG_CSV_TOO_FEW_FIELDS, 0);
    lose_row(file, at->row);
}

/* --- every cell ------------------------------------------------------------------------ */

static void pollute_between(const clean_table *table, unsigned row, unsigned column,
                            pollution_visit *visit, void *context) {
    static const char *const others[] = {";", "\t", " ", "|"};
    polluted_file file;
    place at = begin(&file, table, row, column, "no delimiter behind");
    drop_delimiter(&at);
    file_finish(&file, row + 1, visit, context);
    at = begin(&file, table, row, column, "the last cell of its row");
    cut_row(&at);
    file_finish(&file, row + 1, visit, context);
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        at = begin(&file, table, row, column, "another delimiter behind");
        replace_delimiter(&at, others[i]);
        file_finish(&file, row + 1, visit, context);
    }
}

static void pollute_plain(const clean_table *table, unsigned row, unsigned column,
                          pollution_visit *visit, void *context) {
    polluted_file file;
    place at = begin(&file, table, row, column, "a delimiter inside");
    add_bytes(&at, 1, ",");
    file_finish(&file, row + 1, visit, context);
    at = begin(&file, table, row, column, "LF inside, without quotes");
    break_line(&at, "\n");
    file_finish(&file, row + 1, visit, context);
    at = begin(&file, table, row, column, "CRLF inside, without quotes");
    break_line(&at, "\r\n");
    file_finish(&file, row + 1, visit, context);
}

static void pollute_cell(const clean_table *table, unsigned row, unsigned column,
                         pollution_visit *visit, void *context) {
    polluted_file file;
    place at = begin(&file, table, row, column, "a delimiter too many before");
    add_bytes(&at, 0, ",");
    file_finish(&file, row + 1, visit, context);
    at = begin(&file, table, row, column, "a delimiter too many behind");
    row_text text = file_row(&file, row);
    add_bytes(&at, text.cells[column].nbytes, ",");
    file_finish(&file, row + 1, visit, context);
    at = begin(&file, table, row, column, "gone");
    drop_cell(&at);
    file_finish(&file, row + 1, visit, context);
    at = begin(&file, table, row, column, "twice");
    double_cell(&at);
    file_finish(&file, row + 1, visit, context);
    if (column + 1 < table->column_count)
        pollute_between(table, row, column, visit, context);
    if (!is_quoted(table, row, column) && clean_text(table, row, column).nbytes >= 2)
        pollute_plain(table, row, column, visit, context);
}

void pollute_fields(pollution_visit *visit, void *context) {
    for (unsigned t = 0; t < POLLUTION_TABLES; t++)
        for (unsigned row = 0; row < POLLUTION_ROWS; row++)
            for (unsigned column = 0; column < clean_tables[t].column_count; column++)
                pollute_cell(&clean_tables[t], row, column, visit, context);
}
