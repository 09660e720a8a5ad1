#include "pollution/polluted_file.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TEXTS_NBYTES = 1 << 19 };

static void *must_allocate(void *memory) {
    if (!memory) {
        fputs("out of memory\n", stderr);
        abort();
    }
    return memory;
}

/* --- a file ---------------------------------------------------------------------------- */

void file_begin(polluted_file *file, const clean_table *table) {
    *file = (polluted_file){.table = table, .delimiter = ',', .line_end = "\n", .line = 1};
    file->texts = must_allocate(malloc(TEXTS_NBYTES));
    file->column_count = table->column_count;
    for (unsigned i = 0; i < table->column_count; i++)
        file->columns[i] = mag_span_of(table->columns[i]);
}

void pollution_file_done(polluted_file *file) {
    free(file->bytes);
    free(file->texts);
    file->bytes = file->texts = NULL;
}

void file_name(polluted_file *file, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    int length = snprintf(file->name, sizeof file->name, "%s, ", file->table->name);
    vsnprintf(file->name + length, sizeof file->name - (size_t)length, format, arguments);
    va_end(arguments);
}

void file_add(polluted_file *file, const char *bytes, size_t nbytes) {
    if (file->nbytes + nbytes + 1 > file->room) {
        file->room = (file->nbytes + nbytes + 1) * 2;
        file->bytes = must_allocate(realloc(file->bytes, file->room));
    }
    memcpy(file->bytes + file->nbytes, bytes, nbytes);
    file->nbytes += nbytes;
    for (size_t i = 0; i < nbytes; i++)
        file->line += bytes[i] == '\n';
}

void file_add_text(polluted_file *file, const char *text) {
    file_add(file, text, strlen(text));
}

void file_add_header(polluted_file *file) {
    for (unsigned i = 0; i < file->table->column_count; i++) {
        if (i)
            file_add(file, &file->delimiter, 1);
        file_add_text(file, file->table->columns[i]);
    }
    file_add_text(file, file->line_end);
}

void file_add_text_row(polluted_file *file, const row_text *row) {
    for (unsigned i = 0; i < row->count; i++) {
        file_add(file, row->cells[i].at, row->cells[i].nbytes);
        if (i + 1 < row->count && row->separators[i])
            file_add_text(file, row->separators[i]);
        else if (i + 1 < row->count)
            file_add(file, &file->delimiter, 1);
    }
    file_add_text(file, row->end ? row->end : file->line_end);
}

void file_add_row(polluted_file *file, unsigned row) {
    uint32_t line = file->line;
    row_text text = file_row(file, row);
    file_add_text_row(file, &text);
    expect_row(file, line, row);
}

void file_add_rows(polluted_file *file, unsigned from, unsigned until) {
    for (unsigned row = from; row < until; row++)
        file_add_row(file, row);
}

void file_begin_before(polluted_file *file, const clean_table *table, unsigned row) {
    file_begin(file, table);
    file_add_header(file);
    file_add_rows(file, 0, row);
}

void file_finish(polluted_file *file, unsigned next_row, pollution_visit *visit, void *context) {
    file_add_rows(file, next_row, POLLUTION_ROWS);
    visit(file, context);
    pollution_file_done(file);
}

void file_refuse(polluted_file *file, mag_message_id message, pollution_visit *visit,
                 void *context) {
    file->is_refused = true;
    file->message = message;
    visit(file, context);
    pollution_file_done(file);
}

void pollution_clean(polluted_file *file, const clean_table *table, unsigned lost_rows) {
    file_begin(file, table);
    file_name(file, "clean");
    file_add_header(file);
    for (unsigned row = 0; row < POLLUTION_ROWS; row++)
        if (!(lost_rows >> row & 1u))
            file_add_row(file, row);
}

void pollution_each(pollution_visit *visit, void *context) {
    pollute_contents(visit, context);
    pollute_quotes(visit, context);
    pollute_fields(visit, context);
    pollute_rows(visit, context);
    pollute_headers(visit, context);
    pollute_files(visit, context);
}

/* --- texts of cells -------------------------------------------------------------------- */

mag_span file_keep(polluted_file *file, const char *bytes, size_t nbytes) {
    if (file->texts_nbytes + nbytes > TEXTS_NBYTES)
        must_allocate(NULL);
    char *kept = file->texts + file->texts_nbytes;
    memcpy(kept, bytes, nbytes);
    file->texts_nbytes += nbytes;
    return (mag_span){kept, nbytes};
}

mag_span file_encode(polluted_file *file, mag_span text, bool is_quoted) {
    if (!is_quoted)
        return text;
    size_t from = file->texts_nbytes;
    file_keep(file, "\"", 1);
    for (size_t i = 0; i < text.nbytes; i++)
        file_keep(file, text.at[i] == '"' ? "\"\"" : text.at + i, text.at[i] == '"' ? 2 : 1);
    file_keep(file, "\"", 1);
    return (mag_span){file->texts + from, file->texts_nbytes - from};
}

mag_span file_insert(polluted_file *file, mag_span text, size_t offset, mag_span inserted) {
    mag_span head = file_keep(file, text.at, offset);
    file_keep(file, inserted.at, inserted.nbytes);
    file_keep(file, text.at + offset, text.nbytes - offset);
    return (mag_span){head.at, text.nbytes + inserted.nbytes};
}

row_text file_row(polluted_file *file, unsigned row) {
    row_text text = {.count = file->table->column_count};
    for (unsigned i = 0; i < text.count; i++)
        text.cells[i] =
            file_encode(file, clean_text(file->table, row, i), is_quoted(file->table, row, i));
    return text;
}

/* --- expectations ---------------------------------------------------------------------- */

static expected_record *next_record(polluted_file *file, uint32_t line) {
    if (file->record_count == POLLUTION_RECORDS)
        must_allocate(NULL);
    expected_record *record = &file->records[file->record_count++];
    *record = (expected_record){.line = line};
    return record;
}

expected_record *expect_row(polluted_file *file, uint32_t line, unsigned row) {
    expected_record *record = next_record(file, line);
    record->cell_count = file->table->column_count;
    for (unsigned i = 0; i < record->cell_count; i++)
        record->cells[i] = clean_text(file->table, row, i);
    record->end.column = "";
    return record;
}

void expect_altered(polluted_file *file, uint32_t line, unsigned row, unsigned column,
                    mag_span text) {
    expected_record *record = expect_row(file, line, row);
    file->is_altered |= !mag_span_equals(text, record->cells[column]);
    record->cells[column] = text;
    record->end = expected_end_of(file->table, row, column, text);
}

void expect_fault(polluted_file *file, uint32_t line, mag_csv_fault fault, unsigned column) {
    expected_record *record = next_record(file, line);
    record->fault = fault;
    record->fault_column = column;
}

void expect_lines_fault(polluted_file *file, uint32_t line, mag_csv_fault fault, unsigned column) {
    expect_fault(file, line, fault, column);
    bool is_whole = fault == MAG_CSV_NUL || fault == MAG_CSV_BAD_UTF8;
    for (uint32_t more = line + 1; more < file->line && !is_whole; more++)
        expect_fault(file, more, MAG_CSV_BAD_QUOTE, 1);
}

void lose_row(polluted_file *file, unsigned row) {
    file->lost_rows |= 1u << row;
}

/* --- the clean row --------------------------------------------------------------------- */

mag_span clean_text(const clean_table *table, unsigned row, unsigned column) {
    return mag_span_of(table->cells[row][column].text);
}

bool is_quoted(const clean_table *table, unsigned row, unsigned column) {
    return table->cells[row][column].is_quoted;
}

bool row_has_quotes(const clean_table *table, unsigned row) {
    for (unsigned i = 0; i < table->column_count; i++)
        if (is_quoted(table, row, i))
            return true;
    return false;
}

mag_csv_fault fault_of_open_quote(const clean_table *table, unsigned row, unsigned column) {
    for (unsigned i = column + 1; row < POLLUTION_ROWS; row++, i = 0)
        for (; i < table->column_count; i++)
            if (is_quoted(table, row, i) && clean_text(table, row, i).nbytes)
                return MAG_CSV_BAD_QUOTE;
    return MAG_CSV_UNCLOSED_QUOTE;
}
