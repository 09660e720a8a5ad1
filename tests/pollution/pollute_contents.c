/* Cells: characters put into the text of one cell, at its start, behind its first byte, at its
   end. The shape stays sound: another text is read, or the bytes are no text at all. */
#include "pollution/polluted_file.h"

enum { START = 1, INSIDE = 2, END = 4, ANYWHERE = START | INSIDE | END };

static const struct content {
    const char *name, *bytes;
    size_t nbytes;
    unsigned places;
    bool in_quotes; /* the cell is written in quotes, whatever it was */
    mag_csv_fault fault;
} contents[] = {
    {"a tab", "\t", 1, INSIDE, false, MAG_CSV_OK},
    {"a semicolon", ";", 1, INSIDE, false, MAG_CSV_OK},
    {"an apostrophe", "'", 1, INSIDE, false, MAG_CSV_OK},
    {"a lone CR", "\r", 1, INSIDE, false, MAG_CSV_OK},
    {"a typographic quote", "\xe2\x80\x9c", 3, INSIDE, false, MAG_CSV_OK},
    {"a comma in quotes", ",", 1, ANYWHERE, true, MAG_CSV_OK},
    {"LF in quotes", "\n", 1, ANYWHERE, true, MAG_CSV_OK},
    {"CRLF in quotes", "\r\n", 2, INSIDE, true, MAG_CSV_OK},
    {"a doubled quote in quotes", "\"", 1, ANYWHERE, true, MAG_CSV_OK},
    {"NUL", "\0", 1, ANYWHERE, false, MAG_CSV_NUL},
    {"NUL in quotes", "\0", 1, INSIDE, true, MAG_CSV_NUL},
    {"Latin-1", "\xe9", 1, ANYWHERE, false, MAG_CSV_BAD_UTF8},
    {"Windows-1252 in quotes", "\x93", 1, INSIDE, true, MAG_CSV_BAD_UTF8},
    {"the byte ff", "\xff", 1, INSIDE, false, MAG_CSV_BAD_UTF8},
    {"overlong of two bytes", "\xc0\xaf", 2, INSIDE, false, MAG_CSV_BAD_UTF8},
    {"overlong of three bytes", "\xe0\x80\xaf", 3, INSIDE, false, MAG_CSV_BAD_UTF8},
    {"overlong of four bytes", "\xf0\x80\x80\xaf", 4, INSIDE, false, MAG_CSV_BAD_UTF8},
    {"a surrogate", "\xed\xa0\x80", 3, INSIDE, false, MAG_CSV_BAD_UTF8},
    {"above U+10FFFF", "\xf4\x90\x80\x80", 4, INSIDE, false, MAG_CSV_BAD_UTF8},
    {"half a character", "\xe2\x82", 2, INSIDE | END, false, MAG_CSV_BAD_UTF8},
};

static void pollute(const clean_table *table, unsigned row, unsigned column,
                    const struct content *content, size_t offset, pollution_visit *visit,
                    void *context) {
    polluted_file file;
    file_begin_before(&file, table, row);
    file_name(&file, "row %u, column %s: %s at byte %zu", row + 1, table->columns[column],
              content->name, offset);
    uint32_t line = file.line;
    row_text text = file_row(&file, row);
    mag_span altered = file_insert(&file, clean_text(table, row, column), offset,
                                   (mag_span){content->bytes, content->nbytes});
    text.cells[column] =
        file_encode(&file, altered, content->in_quotes || is_quoted(table, row, column));
    file_add_text_row(&file, &text);
    if (content->fault == MAG_CSV_OK) {
        expect_altered(&file, line, row, column, altered);
    } else {
        expect_fault(&file, line, content->fault, column + 1);
        lose_row(&file, row);
    }
    file_finish(&file, row + 1, visit, context);
}

/* A CR before the line end is part of it. */
static bool is_line_end(const clean_table *table, unsigned row, unsigned column,
                        const struct content *content, size_t offset) {
    return content->bytes[content->nbytes - 1] == '\r' && column + 1 == table->column_count &&
           offset == clean_text(table, row, column).nbytes && !is_quoted(table, row, column);
}

/* Each place once: in a short cell they fall together. */
static void pollute_cell(const clean_table *table, unsigned row, unsigned column,
                         pollution_visit *visit, void *context) {
    size_t nbytes = clean_text(table, row, column).nbytes;
    const size_t offsets[] = {0, nbytes ? 1 : 0, nbytes};
    for (size_t i = 0; i < sizeof contents / sizeof *contents; i++) {
        const struct content *content = &contents[i];
        size_t next = 0;
        for (unsigned place = 0; place < 3; place++) {
            size_t offset = offsets[place];
            if (!(content->places >> place & 1u) || offset < next)
                continue;
            next = offset + 1;
            if (!is_line_end(table, row, column, content, offset))
                pollute(table, row, column, content, offset, visit, context);
        }
    }
}

void pollute_contents(pollution_visit *visit, void *context) {
    for (unsigned t = 0; t < POLLUTION_TABLES; t++)
        for (unsigned row = 0; row < POLLUTION_ROWS; row++)
            for (unsigned column = 0; column < clean_tables[t].column_count; column++)
                pollute_cell(&clean_tables[t], row, column, visit, context);
}
