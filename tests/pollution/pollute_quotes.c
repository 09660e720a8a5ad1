/* Cells: quotes that are too many, too few or at the wrong place. What comes of it depends on how
   the cell was written:

     plain  abc       empty  (nothing)       quoted  "abc"       quoted and empty  ""           */
#include "pollution/polluted_file.h"

#include <string.h>

typedef struct cell {
    polluted_file *file;
    unsigned row, column;
    mag_span text;
    bool is_quoted, is_empty;
} cell;

typedef enum damage_kind {
    NO_DAMAGE, /* says nothing new of such a cell */
    KEPT,      /* read, with .text */
    OPEN,      /* a quote is open from here on */
    BAD,       /* bad_quote, .column_offset columns behind */
    SPLIT      /* the line ends inside the cell, which begins with .text */
} damage_kind;

typedef struct damage {
    damage_kind kind;
    mag_span raw;  /* what stands for the cell */
    mag_span text; /* what is read, if something is */
    unsigned column_offset;
    bool is_tail_plain; /* the second line of the cell holds no quote */
} damage;

static mag_span join(const cell *c, const char *before, mag_span text, const char *after) {
    mag_span front = file_insert(c->file, text, 0, mag_span_of(before));
    return file_insert(c->file, front, front.nbytes, mag_span_of(after));
}

static mag_span raw_of(const cell *c) {
    return file_encode(c->file, c->text, c->is_quoted);
}

static mag_span inner_of(const cell *c) { /* with its quotes doubled, without those around */
    mag_span raw = file_encode(c->file, c->text, true);
    return (mag_span){raw.at + 1, raw.nbytes - 2};
}

static bool holds(const cell *c, char what) {
    return c->text.nbytes && memchr(c->text.at, what, c->text.nbytes);
}

/* --- one quote too many ---------------------------------------------------------------- */

static damage quote_at_start(const cell *c) {
    bool is_bad = c->is_quoted && !c->is_empty; /* ""abc" */
    return (damage){.kind = is_bad ? BAD : OPEN, .raw = join(c, "\"", raw_of(c), "")};
}

static damage quote_inside(const cell *c) {
    if (c->is_empty)
        return (damage){0};
    size_t behind_first = c->is_quoted ? 2 : 1;
    return (damage){.kind = BAD,
                    .raw = file_insert(c->file, raw_of(c), behind_first, mag_span_of("\""))};
}

static damage quote_at_end(const cell *c) {
    if (c->is_empty)
        return (damage){0};
    return (damage){.kind = c->is_quoted ? OPEN : BAD, .raw = join(c, "", raw_of(c), "\"")};
}

static damage only_a_quote(const cell *c) {
    return (damage){.kind = c->is_empty ? NO_DAMAGE : OPEN, .raw = mag_span_of("\"")};
}

/* --- pairs ----------------------------------------------------------------------------- */

static damage doubled_quote_at_start(const cell *c) {
    if (c->is_quoted) /* among the contents */
        return (damage){0};
    return (damage){
        .kind = c->is_empty ? KEPT : BAD, .raw = join(c, "\"\"", c->text, ""), .text = c->text};
}

static damage doubled_quote_at_end(const cell *c) {
    if (c->is_quoted || c->is_empty)
        return (damage){0};
    return (damage){.kind = BAD, .raw = join(c, "", c->text, "\"\"")};
}

static damage doubled_quotes_around(const cell *c) {
    if (c->is_empty && !c->is_quoted)
        return (damage){0};
    return (damage){.kind = c->is_quoted ? KEPT : BAD,
                    .raw = join(c, "\"\"", raw_of(c), "\"\""),
                    .text = join(c, "\"", c->text, "\"")};
}

static damage quotes_around(const cell *c) {
    if (c->is_quoted)
        return (damage){0};
    return (damage){.kind = KEPT, .raw = join(c, "\"", c->text, "\""), .text = c->text};
}

static damage single_quotes_around(const cell *c) {
    if (c->is_quoted || c->is_empty)
        return (damage){0};
    mag_span text = join(c, "'", c->text, "'");
    return (damage){.kind = KEPT, .raw = text, .text = text};
}

/* --- one quote too few ----------------------------------------------------------------- */

static damage no_closing_quote(const cell *c) {
    if (!c->is_quoted)
        return (damage){0};
    return (damage){
        .kind = OPEN, .raw = join(c, "\"", inner_of(c), ""), .is_tail_plain = holds(c, '\n')};
}

static damage no_opening_quote(const cell *c) {
    if (!c->is_quoted || c->is_empty)
        return (damage){0};
    mag_span raw = join(c, "", inner_of(c), "\"");
    const char *feed = memchr(raw.at, '\n', raw.nbytes);
    if (feed)
        return (damage){
            .kind = SPLIT, .raw = raw, .text = (mag_span){raw.at, (size_t)(feed - raw.at)}};
    return (damage){.kind = BAD, .raw = raw, .column_offset = holds(c, ',')};
}

/* --- characters beside a quote --------------------------------------------------------- */

static damage blank_before(const cell *c) {
    mag_span raw = join(c, " ", raw_of(c), "");
    return (damage){.kind = c->is_quoted ? BAD : KEPT, .raw = raw, .text = raw};
}

static damage blank_behind(const cell *c) {
    if (c->is_empty && !c->is_quoted)
        return (damage){0};
    mag_span raw = join(c, "", raw_of(c), " ");
    return (damage){.kind = c->is_quoted ? BAD : KEPT, .raw = raw, .text = raw};
}

static damage letter_behind_closing_quote(const cell *c) {
    if (!c->is_quoted)
        return (damage){0};
    return (damage){.kind = BAD, .raw = join(c, "", raw_of(c), "x")};
}

static damage lone_cr_behind_closing_quote(const cell *c) {
    if (!c->is_quoted)
        return (damage){0};
    bool is_line_end = c->column + 1 == c->file->table->column_count;
    return (damage){
        .kind = is_line_end ? KEPT : BAD, .raw = join(c, "", raw_of(c), "\r"), .text = c->text};
}

static damage backslash_before_quote(const cell *c) {
    if (!c->is_quoted || !holds(c, '"'))
        return (damage){0};
    size_t quote = (size_t)((const char *)memchr(c->text.at, '"', c->text.nbytes) - c->text.at);
    mag_span text = file_insert(c->file, c->text, quote, mag_span_of("\\"));
    return (damage){.kind = BAD, .raw = join(c, "\"", text, "\"")};
}

static const struct {
    const char *name;
    damage (*make)(const cell *c);
} damages[] = {
    {"a quote at the start", quote_at_start},
    {"a quote behind the first byte", quote_inside},
    {"a quote at the end", quote_at_end},
    {"nothing but a quote", only_a_quote},
    {"a doubled quote at the start", doubled_quote_at_start},
    {"a doubled quote at the end", doubled_quote_at_end},
    {"doubled quotes around", doubled_quotes_around},
    {"quotes around", quotes_around},
    {"single quotes around", single_quotes_around},
    {"no closing quote", no_closing_quote},
    {"no opening quote", no_opening_quote},
    {"a blank before", blank_before},
    {"a blank behind", blank_behind},
    {"a letter behind the closing quote", letter_behind_closing_quote},
    {"a lone CR behind the closing quote", lone_cr_behind_closing_quote},
    {"quotes escaped by a backslash", backslash_before_quote},
};

/* --- what is expected ------------------------------------------------------------------ */

/* The first line has the fields up to the cell: a whole row only if the cell was the last. */
static void expect_split(const cell *c, uint32_t line, const damage *done) {
    polluted_file *file = c->file;
    if (c->column + 1 < file->table->column_count) {
        expect_lines_fault(file, line, MAG_CSV_TOO_FEW_FIELDS, 0);
        lose_row(file, c->row);
        return;
    }
    expect_altered(file, line, c->row, c->column, done->text);
    expect_fault(file, line + 1, MAG_CSV_BAD_QUOTE, 1);
}

static void expect_damage(const cell *c, uint32_t line, const damage *done) {
    polluted_file *file = c->file;
    mag_csv_fault fault = MAG_CSV_BAD_QUOTE;
    switch (done->kind) {
    case NO_DAMAGE:
        return;
    case KEPT:
        expect_altered(file, line, c->row, c->column, done->text);
        return;
    case SPLIT:
        expect_split(c, line, done);
        return;
    case OPEN:
        fault = fault_of_open_quote(file->table, c->row, c->column);
        break;
    case BAD:
        break;
    }
    lose_row(file, c->row);
    if (!done->is_tail_plain) {
        expect_lines_fault(file, line, fault, c->column + done->column_offset + 1);
        return;
    }
    expect_fault(file, line, fault, c->column + 1);
    expect_fault(file, line + 1, MAG_CSV_TOO_FEW_FIELDS, 0);
}

static void pollute_cell(const clean_table *table, unsigned row, unsigned column, size_t i,
                         pollution_visit *visit, void *context) {
    polluted_file file;
    file_begin_before(&file, table, row);
    file_name(&file, "row %u, column %s: %s", row + 1, table->columns[column], damages[i].name);
    mag_span text = clean_text(table, row, column);
    cell c = {.file = &file,
              .row = row,
              .column = column,
              .text = text,
              .is_quoted = is_quoted(table, row, column),
              .is_empty = text.nbytes == 0};
    damage done = damages[i].make(&c);
    if (done.kind == NO_DAMAGE) {
        pollution_file_done(&file);
        return;
    }
    uint32_t line = file.line;
    row_text cells = file_row(&file, row);
    cells.cells[column] = done.raw;
    file_add_text_row(&file, &cells);
    expect_damage(&c, line, &done);
    file_finish(&file, row + 1, visit, context);
}

void pollute_quotes(pollution_visit *visit, void *context) {
    for (unsigned t = 0; t < POLLUTION_TABLES; t++)
        for (unsigned row = 0; row < POLLUTION_ROWS; row++)
            for (unsigned column = 0; column < clean_tables[t].column_count; column++)
                for (size_t i = 0; i < sizeof damages / sizeof *damages; i++)
                    pollute_cell(&clean_tables[t], row, column, i, visit, context);
}
