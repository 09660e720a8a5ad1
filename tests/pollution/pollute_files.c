/* The file as a whole: encoding, line ends, delimiter, its first and its last lines. */
#include "pollution/polluted_file.h"

#include <string.h>

static void begin(polluted_file *file, const clean_table *table, const char *what) {
    file_begin(file, table);
    file_name(file, "%s", what);
}

static void add_clean(polluted_file *file) {
    file_add_header(file);
    file_add_rows(file, 0, POLLUTION_ROWS);
}

static void hand_over(polluted_file *file, pollution_visit *visit, void *context) {
    file_finish(file, POLLUTION_ROWS, visit, context);
}

/* --- encodings ------------------------------------------------------------------------- */

/* The clean bytes as 16-bit or 32-bit units: zeros before or behind each byte. */
static void pollute_wide(const clean_table *table, unsigned width, bool is_little, const char *mark,
                         pollution_visit *visit, void *context) {
    polluted_file clean, file;
    pollution_clean(&clean, table, 0);
    begin(&file, table, width == 4 ? "UTF-32" : *mark ? "UTF-16 with a mark" : "UTF-16, no mark");
    if (*mark)
        file_add(&file, mark, width);
    for (size_t i = 0; i < clean.nbytes; i++) {
        char unit[4] = {0};
        unit[is_little ? 0 : width - 1] = clean.bytes[i];
        file_add(&file, unit, width);
    }
    pollution_file_done(&clean);
    file_refuse(&file, MAG_MSG_I120, visit, context);
}

static void pollute_encoding(const clean_table *table, pollution_visit *visit, void *context) {
    pollute_wide(table, 2, true, "\xff\xfe", visit, context);
    pollute_wide(table, 2, false, "\xfe\xff", visit, context);
    pollute_wide(table, 2, true, "", visit, context);
    pollute_wide(table, 2, false, "", visit, context);
    pollute_wide(table, 4, true, "\xff\xfe\0", visit, context);
    polluted_file file;
    begin(&file, table, "a byte order mark");
    file_add_text(&file, "\xef\xbb\xbf");
    add_clean(&file);
    hand_over(&file, visit, context);
    begin(&file, table, "two byte order marks");
    file_add_text(&file, "\xef\xbb\xbf\xef\xbb\xbf");
    add_clean(&file);
    file_refuse(&file, MAG_MSG_I128, visit, context);
}

/* --- delimiters and quotes ------------------------------------------------------------- */

/* Names that are not found; those of the roster look as if they told of a birth. */
static mag_message_id message_of_strange_names(const clean_table *table) {
    return table->kind == MAG_TABLE_PATIENTS ? MAG_MSG_S611 : MAG_MSG_I128;
}
static void pollute_delimiter(const clean_table *table, const char *delimiter,
                              mag_message_id message, pollution_visit *visit, void *context) {
    polluted_file file;
    begin(&file, table, "another delimiter everywhere");
    file.has_no_name = message == MAG_MSG_I129; /* the header is one strange name */
    row_text header = {.count = table->column_count};
    for (unsigned i = 0; i < header.count; i++) {
        header.cells[i] = mag_span_of(table->columns[i]);
        header.separators[i] = delimiter;
    }
    file_add_text_row(&file, &header);
    for (unsigned row = 0; row < POLLUTION_ROWS; row++) {
        row_text text = file_row(&file, row);
        for (unsigned i = 0; i < text.count; i++)
            text.separators[i] = delimiter;
        file_add_text_row(&file, &text);
    }
    file_refuse(&file, message, visit, context);
}

static void pollute_quoting(const clean_table *table, char quote, pollution_visit *visit,
                            void *context) {
    polluted_file file;
    begin(&file, table, quote == '"' ? "every cell in quotes" : "every cell in single quotes");
    for (unsigned i = 0; i < table->column_count; i++) {
        char name[64] = {i ? ',' : quote, i ? quote : '\0'};
        size_t length = strlen(name);
        memcpy(name + length, table->columns[i], strlen(table->columns[i]));
        name[length + strlen(table->columns[i])] = quote;
        file_add_text(&file, name);
    }
    file_add_text(&file, "\n");
    if (quote != '"') {
        file_add_rows(&file, 0, POLLUTION_ROWS);
        file_refuse(&file, message_of_strange_names(table), visit, context);
        return;
    }
    for (unsigned row = 0; row < POLLUTION_ROWS; row++) {
        uint32_t line = file.line;
        row_text text = {.count = table->column_count};
        for (unsigned i = 0; i < text.count; i++)
            text.cells[i] = file_encode(&file, clean_text(table, row, i), true);
        file_add_text_row(&file, &text);
        expect_row(&file, line, row);
    }
    hand_over(&file, visit, context);
}

/* A delimiter behind every row's last cell: of the header, of the rows, of both. */
static void pollute_trailing(const clean_table *table, bool in_header, bool in_rows,
                             pollution_visit *visit, void *context) {
    polluted_file file;
    begin(&file, table, "a delimiter at the end of lines");
    file.line_end = in_header ? ",\n" : "\n";
    file_add_header(&file);
    file.line_end = in_rows ? ",\n" : "\n";
    for (unsigned row = 0; row < POLLUTION_ROWS; row++) {
        uint32_t line = file.line;
        row_text text = file_row(&file, row);
        file_add_text_row(&file, &text);
        if (in_header && in_rows) {
            expected_record *record = expect_row(&file, line, row);
            record->cells[record->cell_count++] = mag_span_of("");
            continue;
        }
        expect_lines_fault(&file, line, in_rows ? MAG_CSV_TOO_MANY_FIELDS : MAG_CSV_TOO_FEW_FIELDS,
                           0);
        lose_row(&file, row);
    }
    hand_over(&file, visit, context);
}

/* --- line ends ------------------------------------------------------------------------- */

static void pollute_line_ends(const clean_table *table, pollution_visit *visit, void *context) {
    static const char *const ends[][2] = {{"\r\n", "\r\n"}, {"\r\n", "\n"}, {"\n", "\r\n"}};
    polluted_file file;
    for (size_t i = 0; i < 3; i++) {
        begin(&file, table, "CRLF in header, rows, or both");
        file.line_end = ends[i][0];
        file_add_header(&file);
        file.line_end = ends[i][1];
        file_finish(&file, 0, visit, context);
    }
    begin(&file, table, "lone CRs only");
    file.line_end = "\r";
    add_clean(&file);
    file_refuse(&file, MAG_MSG_I121, visit, context);
    begin(&file, table, "lone CRs behind the header");
    file_add_header(&file);
    file.line_end = "\r";
    file_add_rows(&file, 0, POLLUTION_ROWS);
    file_refuse(&file, MAG_MSG_I121, visit, context);
    for (size_t i = 0; i < 2; i++) {
        begin(&file, table, i ? "ends in a lone CR" : "no line end at its end");
        file_add_header(&file);
        file_add_rows(&file, 0, POLLUTION_ROWS - 1);
        file.line_end = i ? "\r" : "";
        file_add_row(&file, POLLUTION_ROWS - 1);
        file.has_unfinished_last_line = true;
        hand_over(&file, visit, context);
    }
}

/* --- the last line --------------------------------------------------------------------- */

/* The file stops in a row's cell: behind its first byte. In quotes the quote is open. */
static void pollute_cut(const clean_table *table, unsigned row, unsigned column,
                        pollution_visit *visit, void *context) {
    polluted_file file;
    file_begin_before(&file, table, row);
    file_name(&file, "stops in row %u, column %s", row + 1, table->columns[column]);
    uint32_t line = file.line;
    row_text text = file_row(&file, row);
    bool in_quotes = is_quoted(table, row, column);
    size_t kept = text.cells[column].nbytes ? 1u + in_quotes : 0;
    if (in_quotes && clean_text(table, row, column).nbytes == 0)
        kept = 1;
    text.cells[column].nbytes = kept;
    text.count = column + 1;
    text.end = "";
    file_add_text_row(&file, &text);
    file.has_unfinished_last_line = true;
    bool is_kept = !in_quotes && text.count == table->column_count;
    for (unsigned i = row + is_kept; i < POLLUTION_ROWS; i++)
        lose_row(&file, i);
    if (is_kept)
        expect_altered(&file, line, row, column, text.cells[column]);
    else
        expect_fault(&file, line, in_quotes ? MAG_CSV_UNCLOSED_QUOTE : MAG_CSV_TOO_FEW_FIELDS,
                     in_quotes ? column + 1 : 0);
    if (!is_kept && file.line > line)
        expect_fault(&file, line + 1, MAG_CSV_BAD_QUOTE, 1);
    visit(&file, context);
    pollution_file_done(&file);
}

static void pollute_tail(const clean_table *table, pollution_visit *visit, void *context) {
    static const struct {
        const char *name, *text;
        size_t nbytes;
    } tails[] = {{"ends in Ctrl-Z", "\x1a", 1},
                 {"ends in NULs", "\0\0\0\0", 4},
                 {"ends in a remark", "-- end of export --", 19}};
    polluted_file file;
    for (size_t i = 0; i < sizeof tails / sizeof *tails; i++) {
        begin(&file, table, tails[i].name);
        add_clean(&file);
        expect_fault(&file, file.line, MAG_CSV_TOO_FEW_FIELDS, 0);
        file_add(&file, tails[i].text, tails[i].nbytes);
        file.has_unfinished_last_line = true;
        hand_over(&file, visit, context);
    }
    begin(&file, table, "three blank lines at its end");
    add_clean(&file);
    file_add_text(&file, "\n\r\n \n");
    file.blank_count = 3;
    hand_over(&file, visit, context);
    begin(&file, table, "two exports one behind the other");
    add_clean(&file);
    file_add_header(&file);
    file.repeated_header_count = 1;
    file_add_rows(&file, 0, POLLUTION_ROWS);
    for (unsigned i = POLLUTION_ROWS; i < file.record_count; i++)
        file.records[i].end.end = ROW_DUPLICATE;
    hand_over(&file, visit, context);
}

/* --- the first lines ------------------------------------------------------------------- */

static void pollute_head(const clean_table *table, pollution_visit *visit, void *context) {
    static const struct {
        const char *name, *text;
        mag_message_id message;
    } heads[] = {
        {"a line above the header", "Export of 1 January\n", MAG_MSG_I129},
        {"a title above the header", "Export\n", MAG_MSG_I129},
        {"a blank line above the header", "\n", MAG_MSG_I129},
        {"a quoted line above the header", "\"Export of 1 January\"\n", MAG_MSG_I129},
        {"a line with a comma above the header", "Export,1 January\n", MAG_MSG_I129},
        {"a spreadsheet's sep= above the header", "sep=,\n", MAG_MSG_I129},
    };
    polluted_file file;
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++) {
        begin(&file, table, heads[i].name);
        file_add_text(&file, heads[i].text);
        file.has_no_name =
            strchr(heads[i].text, ',') != NULL; /* fields, so that the reader takes it */
        add_clean(&file);
        file_refuse(&file, heads[i].message, visit, context);
    }
    begin(&file, table, "no header");
    file.has_no_name = true;
    file_add_rows(&file, 0, POLLUTION_ROWS);
    file_refuse(&file, MAG_MSG_I129, visit, context);
    begin(&file, table, "two headers");
    file_add_header(&file);
    add_clean(&file);
    file_refuse(&file, MAG_MSG_I129, visit, context);
    begin(&file, table, "1,025 columns");
    for (int i = 0; i < MAG_CSV_COLUMN_COUNT; i++)
        file_add_text(&file, "c,");
    add_clean(&file);
    file_refuse(&file, MAG_MSG_I129, visit, context);
}

static void pollute_nothing(const clean_table *table, pollution_visit *visit, void *context) {
    static const struct {
        const char *name, *text;
        mag_message_id message;
    } nothings[] = {{"empty", "", MAG_MSG_I106},
                    {"one line end", "\n", MAG_MSG_I129},
                    {"nothing but a byte order mark", "\xef\xbb\xbf", MAG_MSG_I129},
                    {"blanks", "  \n", MAG_MSG_I129}};
    polluted_file file;
    for (size_t i = 0; i < sizeof nothings / sizeof *nothings; i++) {
        begin(&file, table, nothings[i].name);
        file_add_text(&file, nothings[i].text);
        file_refuse(&file, nothings[i].message, visit, context);
    }
    for (size_t i = 0; i < 2; i++) {
        begin(&file, table, "nothing behind the header");
        file.line_end = i ? "\n" : "";
        file_add_header(&file);
        file_refuse(&file, MAG_MSG_I130, visit, context);
    }
}

void pollute_files(pollution_visit *visit, void *context) {
    static const char *const delimiters[] = {";", "\t", "|", " ", ", "};
    for (unsigned t = 0; t < POLLUTION_TABLES; t++) {
        const clean_table *table = &clean_tables[t];
        pollute_encoding(table, visit, context);
        for (size_t i = 0; i < sizeof delimiters / sizeof *delimiters; i++)
            pollute_delimiter(table, delimiters[i], MAG_MSG_I127, visit, context);
        pollute_delimiter(table, "^",
                          table->kind == MAG_TABLE_PATIENTS ? MAG_MSG_S611 : MAG_MSG_I129, visit,
                          context);
        pollute_quoting(table, '"', visit, context);
        pollute_quoting(table, '\'', visit, context);
        for (unsigned i = 1; i < 4; i++)
            pollute_trailing(table, i & 1u, i >> 1, visit, context);
        pollute_line_ends(table, visit, context);
        for (unsigned row = 0; row < POLLUTION_ROWS; row++)
            for (unsigned column = 0; column < table->column_count; column++)
                pollute_cut(table, row, column, visit, context);
        pollute_tail(table, visit, context);
        pollute_head(table, visit, context);
        pollute_nothing(table, visit, context);
    }
}
