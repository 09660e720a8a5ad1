/* Rows: blank lines, lines that are no rows, headers and rows again, line ends that are others or
   missing, fields and records that are too long. */
#include "pollution/polluted_file.h"

#include <stdlib.h>
#include <string.h>

static void begin(polluted_file *file, const clean_table *table, unsigned row, const char *what) {
    file_begin_before(file, table, row);
    file_name(file, "row %u: %s", row + 1, what);
}

/* --- lines between rows ---------------------------------------------------------------- */

static const struct line {
    const char *name, *text;
    mag_csv_fault fault; /* OK: a blank line, only counted */
} lines[] = {
    {"a blank line before", "\n", MAG_CSV_OK},
    {"a blank line with CRLF before", "\r\n", MAG_CSV_OK},
    {"a line of blanks before", " \t \n", MAG_CSV_OK},
    {"a line of two quotes before", "\"\"\n", MAG_CSV_TOO_FEW_FIELDS},
    {"a comment before", "# part 2\n", MAG_CSV_TOO_FEW_FIELDS},
    {"a rule before", "----------\n", MAG_CSV_TOO_FEW_FIELDS},
    {"a sum before", "Total,9\n", MAG_CSV_TOO_FEW_FIELDS},
    {"a quoted remark before", "\"see \"\"here\"\"\"\n", MAG_CSV_TOO_FEW_FIELDS},
    {"a remark with a quote before", "see \"here\"\n", MAG_CSV_BAD_QUOTE},
};

static void pollute_between(const clean_table *table, unsigned row, pollution_visit *visit,
                            void *context) {
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        polluted_file file;
        begin(&file, table, row, lines[i].name);
        uint32_t line = file.line;
        file_add_text(&file, lines[i].text);
        if (lines[i].fault == MAG_CSV_OK)
            file.blank_count = 1;
        else
            expect_fault(&file, line, lines[i].fault, lines[i].fault == MAG_CSV_BAD_QUOTE ? 1 : 0);
        file_finish(&file, row, visit, context);
    }
}

/* Delimiters only: a row without an id. */
static void pollute_empty_row(const clean_table *table, unsigned row, pollution_visit *visit,
                              void *context) {
    polluted_file file;
    begin(&file, table, row, "a row of empty cells before");
    row_text text = {.count = table->column_count};
    expected_record *record = expect_row(&file, file.line, 0);
    for (unsigned i = 0; i < text.count; i++)
        text.cells[i] = record->cells[i] = mag_span_of("");
    record->end = (expected_end){ROW_REJECTED, MAG_REASON_ID_BLANK, "patient_id"};
    file_add_text_row(&file, &text);
    file_finish(&file, row, visit, context);
}

/* --- again ----------------------------------------------------------------------------- */

static void pollute_repeated(const clean_table *table, unsigned row, pollution_visit *visit,
                             void *context) {
    polluted_file file;
    begin(&file, table, row, "twice");
    file_add_row(&file, row);
    file_add_row(&file, row);
    file.records[file.record_count - 1].end.end = ROW_DUPLICATE;
    file_finish(&file, row + 1, visit, context);
    static const char *const before[] = {"", "\xef\xbb\xbf"};
    for (size_t i = 0; i < 2 && row > 0; i++) {
        begin(&file, table, row, i ? "byte order mark and header before" : "the header before");
        file_add_text(&file, before[i]);
        file_add_header(&file);
        file.repeated_header_count = 1;
        file_finish(&file, row, visit, context);
    }
}

/* --- line ends ------------------------------------------------------------------------- */

/* This row and the next in one record. Its last cell and the next id run into one, which is sound
   if both are quoted or this one is empty. */
static void pollute_joined(const clean_table *table, unsigned row, const char *end,
                           pollution_visit *visit, void *context) {
    unsigned last = table->column_count - 1;
    bool left = is_quoted(table, row, last), right = is_quoted(table, row + 1, 0);
    bool is_empty = clean_text(table, row, last).nbytes == 0;
    bool is_bad = *end ? left || right : left != right && (left || !is_empty);
    polluted_file file;
    begin(&file, table, row, *end ? "ends in a lone CR" : "has no line end");
    uint32_t line = file.line;
    row_text text = file_row(&file, row), next = file_row(&file, row + 1);
    text.end = end;
    file_add_text_row(&file, &text);
    file_add_text_row(&file, &next);
    expect_lines_fault(&file, line, is_bad ? MAG_CSV_BAD_QUOTE : MAG_CSV_TOO_MANY_FIELDS,
                       is_bad ? last + 1 : 0);
    lose_row(&file, row);
    lose_row(&file, row + 1);
    file_finish(&file, row + 2, visit, context);
}

static void pollute_line_end(const clean_table *table, unsigned row, pollution_visit *visit,
                             void *context) {
    polluted_file file;
    begin(&file, table, row, "ends in CRLF");
    file.line_end = "\r\n";
    file_add_row(&file, row);
    file.line_end = "\n";
    file_finish(&file, row + 1, visit, context);
    if (row + 1 == POLLUTION_ROWS)
        return;
    pollute_joined(table, row, "", visit, context);
    pollute_joined(table, row, "\r", visit, context);
}

/* All of a row with another delimiter: one field, with quotes inside if the row has any. */
static void pollute_delimiters(const clean_table *table, unsigned row, char delimiter,
                               pollution_visit *visit, void *context) {
    polluted_file file;
    begin(&file, table, row, "has another delimiter");
    uint32_t line = file.line;
    row_text text = file_row(&file, row);
    file.delimiter = delimiter;
    file_add_text_row(&file, &text);
    file.delimiter = ',';
    bool is_bad = row_has_quotes(table, row);
    expect_lines_fault(&file, line, is_bad ? MAG_CSV_BAD_QUOTE : MAG_CSV_TOO_FEW_FIELDS,
                       is_bad ? 1 : 0);
    lose_row(&file, row);
    file_finish(&file, row + 1, visit, context);
}

/* --- too long -------------------------------------------------------------------------- */

/* A cell of nbytes letters in a column that may hold anything. */
static void pollute_long_cell(const clean_table *table, unsigned column, size_t nbytes,
                              bool in_quotes, pollution_visit *visit, void *context) {
    static const unsigned row = 6;
    polluted_file file;
    begin(&file, table, row, "a cell at the limit of length, or above");
    char *letters = malloc(nbytes);
    if (!letters)
        abort();
    memset(letters, 'a', nbytes);
    uint32_t line = file.line;
    row_text text = file_row(&file, row);
    mag_span cell = file_keep(&file, letters, nbytes);
    free(letters);
    text.cells[column] = file_encode(&file, cell, in_quotes);
    file_add_text_row(&file, &text);
    if (nbytes > MAG_CSV_FIELD_NBYTES) {
        expect_fault(&file, line, MAG_CSV_FIELD_TOO_LONG, column + 1);
        lose_row(&file, row);
    } else {
        expect_altered(&file, line, row, column, cell);
    }
    file_finish(&file, row + 1, visit, context);
}

/* A line of many short cells, longer than a record may be. */
static void pollute_long_record(const clean_table *table, unsigned row, pollution_visit *visit,
                                void *context) {
    static const char piece[] = "0123456789abcde,";
    polluted_file file;
    begin(&file, table, row, "a line above the limit of a record before");
    uint32_t line = file.line;
    for (size_t at = 0; at <= MAG_CSV_RECORD_NBYTES; at += sizeof piece - 1)
        file_add_text(&file, piece);
    file_add_text(&file, "\n");
    expect_fault(&file, line, MAG_CSV_RECORD_TOO_LONG, 0);
    file_finish(&file, row, visit, context);
}

static void pollute_long(const clean_table *table, pollution_visit *visit, void *context) {
    static const size_t sizes[] = {MAG_CSV_FIELD_NBYTES, MAG_CSV_FIELD_NBYTES + 1};
    for (unsigned column = 0; column < table->column_count; column++)
        for (unsigned i = 0; i < 4; i++)
            if (table->kinds[column] == CELL_FREE || i % 2)
                pollute_long_cell(table, column, sizes[i % 2], i / 2, visit, context);
    pollute_long_record(table, 0, visit, context);
    pollute_long_record(table, 5, visit, context);
    pollute_long_record(table, POLLUTION_ROWS, visit, context);
}

void pollute_rows(pollution_visit *visit, void *context) {
    for (unsigned t = 0; t < POLLUTION_TABLES; t++) {
        const clean_table *table = &clean_tables[t];
        for (unsigned row = 0; row <= POLLUTION_ROWS; row++) {
            pollute_between(table, row, visit, context);
            pollute_empty_row(table, row, visit, context);
        }
        for (unsigned row = 0; row < POLLUTION_ROWS; row++) {
            pollute_repeated(table, row, visit, context);
            pollute_line_end(table, row, visit, context);
            for (const char *delimiter = ";\t|"; *delimiter; delimiter++)
                pollute_delimiters(table, row, *delimiter, visit, context);
        }
        pollute_long(table, visit, context);
    }
}
