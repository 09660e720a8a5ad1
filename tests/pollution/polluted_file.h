/* How a polluted file is put together: bytes are added, and beside them what is expected of them.
 */
#ifndef MAG_TESTS_POLLUTION_POLLUTED_FILE_H
#define MAG_TESTS_POLLUTION_POLLUTED_FILE_H

#include "pollution/pollution.h"

/* A row on its way into a file: the bytes of its cells, quotes included, and what parts them. */
typedef struct row_text {
    unsigned count;
    mag_span cells[POLLUTION_CELLS];
    const char *separators[POLLUTION_CELLS]; /* behind each cell; NULL: the file's delimiter */
    const char *end;                         /* NULL: the file's line end */
} row_text;

/* --- a file ---------------------------------------------------------------------------- */
void file_begin(polluted_file *file, const clean_table *table);
void file_name(polluted_file *file, const char *format, ...) __attribute__((format(printf, 2, 3)));
void file_add(polluted_file *file, const char *bytes, size_t nbytes);
void file_add_text(polluted_file *file, const char *text);
void file_add_header(polluted_file *file);
/* A clean row, whole, and the expectation that it is read as it is. */
void file_add_row(polluted_file *file, unsigned row);
/* Clean rows from..until-1. */
void file_add_rows(polluted_file *file, unsigned from, unsigned until);
/* Header and rows up to `row`, left out. */
void file_begin_before(polluted_file *file, const clean_table *table, unsigned row);
/* The rows behind `row`; hands the file over and ends it. */
void file_finish(polluted_file *file, unsigned next_row, pollution_visit *visit, void *context);
/* Hands over a file that is refused whole. */
void file_refuse(polluted_file *file, mag_message_id message, pollution_visit *visit,
                 void *context);
void file_add_text_row(polluted_file *file, const row_text *row);

/* --- texts of cells -------------------------------------------------------------------- */
/* Lives as long as the file. */
mag_span file_keep(polluted_file *file, const char *bytes, size_t nbytes);
/* `text` as a cell: in quotes with its quotes doubled, or as it stands. */
mag_span file_encode(polluted_file *file, mag_span text, bool is_quoted);
/* `inserted` put into a text at an offset. */
mag_span file_insert(polluted_file *file, mag_span text, size_t offset, mag_span inserted);
row_text file_row(polluted_file *file, unsigned row);

/* --- expectations ---------------------------------------------------------------------- */
/* The clean row's cells, accepted. */
expected_record *expect_row(polluted_file *file, uint32_t line, unsigned row);
/* The row with another text in one column (from 0). */
void expect_altered(polluted_file *file, uint32_t line, unsigned row, unsigned column,
                    mag_span text);
/* A record set aside; column from 1, 0: none. */
void expect_fault(polluted_file *file, uint32_t line, mag_csv_fault fault, unsigned column);
/* As expect_fault, of a record that began on `line` and whose last byte is behind us. Reading goes
   on behind the first line: each further one is set aside too, with a stray quote in its first
   cell, as the line end stood in a quoted one. */
void expect_lines_fault(polluted_file *file, uint32_t line, mag_csv_fault fault, unsigned column);
void lose_row(polluted_file *file, unsigned row);
expected_end expected_end_of(const clean_table *table, unsigned row, unsigned column,
                             mag_span text);

/* --- the clean row --------------------------------------------------------------------- */
mag_span clean_text(const clean_table *table, unsigned row, unsigned column);
bool is_quoted(const clean_table *table, unsigned row, unsigned column);
bool row_has_quotes(const clean_table *table, unsigned row);
/* A quote that opens at a cell and is never closed meets the next quoted cell that is not empty:
   bad_quote; at the end of the file it is still open: unclosed_quote. */
mag_csv_fault fault_of_open_quote(const clean_table *table, unsigned row, unsigned column);

/* --- the families ---------------------------------------------------------------------- */
void pollute_contents(pollution_visit *visit, void *context);
void pollute_quotes(pollution_visit *visit, void *context);
void pollute_fields(pollution_visit *visit, void *context);
void pollute_rows(pollution_visit *visit, void *context);
void pollute_headers(pollution_visit *visit, void *context);
void pollute_files(pollution_visit *visit, void *context);

#endif
