/* Columns: the header's names damaged one by one; columns added, removed and moved. */
#include "pollution/polluted_file.h"

typedef struct columns {
    unsigned count;
    mag_span names[POLLUTION_CELLS];
    int from[POLLUTION_CELLS]; /* the clean column that stands there; -1: an added one */
} columns;

static columns columns_of(const clean_table *table) {
    columns all = {.count = table->column_count};
    for (unsigned i = 0; i < all.count; i++) {
        all.names[i] = mag_span_of(table->columns[i]);
        all.from[i] = (int)i;
    }
    return all;
}

static void remove_at(columns *all, unsigned column) {
    all->count--;
    for (unsigned i = column; i < all->count; i++) {
        all->names[i] = all->names[i + 1];
        all->from[i] = all->from[i + 1];
    }
}

static void add_at(columns *all, unsigned column) {
    for (unsigned i = all->count++; i > column; i--) {
        all->names[i] = all->names[i - 1];
        all->from[i] = all->from[i - 1];
    }
    all->names[column] = mag_span_of("bench");
    all->from[column] = -1;
}

static void begin(polluted_file *file, const clean_table *table, unsigned column,
                  const char *what) {
    file_begin(file, table);
    file_name(file, "header, column %s: %s", table->columns[column], what);
}

static void add_names(polluted_file *file, const columns *all) {
    row_text header = {.count = all->count};
    for (unsigned i = 0; i < all->count; i++)
        header.cells[i] = file->columns[i] = all->names[i];
    file->column_count = all->count;
    file_add_text_row(file, &header);
}

/* --- rows under another header --------------------------------------------------------- */

/* How a row ends where a column is not delivered. */
static expected_end end_without(const clean_table *table, unsigned row, unsigned column) {
    static const expected_end accepted = {ROW_ACCEPTED, MAG_REASON_NONE, ""};
    cell_kind kind = table->kinds[column];
    if (kind == CELL_UNIT)
        return (expected_end){ROW_REJECTED, MAG_REASON_UNIT_MISSING, "unit"};
    if ((kind == CELL_DRUG_CODE && clean_text(table, row, column + 1).nbytes == 0) ||
        (kind == CELL_DRUG_NAME && clean_text(table, row, column - 1).nbytes == 0))
        return (expected_end){ROW_REJECTED, MAG_REASON_NULL_REQUIRED, "drug_name"};
    return accepted;
}

/* All rows with the cells of `all`; column `lost` is not delivered, -1: all are. */
static void add_rows(polluted_file *file, const columns *all, int lost) {
    for (unsigned row = 0; row < POLLUTION_ROWS; row++) {
        uint32_t line = file->line;
        row_text clean = file_row(file, row), text = {.count = all->count};
        expected_record *record = expect_row(file, line, row);
        record->cell_count = all->count;
        for (unsigned i = 0; i < all->count; i++) {
            int from = all->from[i];
            text.cells[i] = from < 0 ? mag_span_of("b2") : clean.cells[from];
            record->cells[i] =
                from < 0 ? text.cells[i] : clean_text(file->table, row, (unsigned)from);
        }
        if (lost >= 0)
            record->end = end_without(file->table, row, (unsigned)lost);
        file_add_text_row(file, &text);
    }
    file->is_altered = lost >= 0;
}

/* Clean rows under a header of another width. */
static void add_misfits(polluted_file *file, mag_csv_fault fault) {
    for (unsigned row = 0; row < POLLUTION_ROWS; row++) {
        uint32_t line = file->line;
        row_text text = file_row(file, row);
        file_add_text_row(file, &text);
        expect_lines_fault(file, line, fault, 0);
        lose_row(file, row);
    }
}

static void hand_over(polluted_file *file, pollution_visit *visit, void *context) {
    file_finish(file, POLLUTION_ROWS, visit, context);
}

/* --- a column that is not found -------------------------------------------------------- */

static void pollute_lost(const clean_table *table, unsigned column, pollution_visit *visit,
                         void *context) {
    static const char *const names[] = {"renamed", "without a name", "gone with its cells"};
    for (unsigned i = 0; i < 3; i++) {
        polluted_file file;
        begin(&file, table, column, names[i]);
        columns all = columns_of(table);
        all.names[column] = mag_span_of(i == 0 ? "lot" : "");
        if (i == 2)
            remove_at(&all, column);
        add_names(&file, &all);
        add_rows(&file, &all, (int)column);
        if (table->is_required[column])
            file_refuse(&file, MAG_MSG_I128, visit, context);
        else
            hand_over(&file, visit, context);
    }
}

static void pollute_width(const clean_table *table, unsigned column, pollution_visit *visit,
                          void *context) {
    polluted_file file;
    begin(&file, table, column, "gone, its cells are there");
    columns all = columns_of(table);
    remove_at(&all, column);
    add_names(&file, &all);
    add_misfits(&file, MAG_CSV_TOO_MANY_FIELDS);
    if (table->is_required[column])
        file_refuse(&file, MAG_MSG_I128, visit, context);
    else
        hand_over(&file, visit, context);

    begin(&file, table, column, "one more before, without cells");
    all = columns_of(table);
    add_at(&all, column);
    add_names(&file, &all);
    add_misfits(&file, MAG_CSV_TOO_FEW_FIELDS);
    hand_over(&file, visit, context);
}

/* --- columns that may change ----------------------------------------------------------- */

static void pollute_harmless(const clean_table *table, unsigned column, pollution_visit *visit,
                             void *context) {
    polluted_file file;
    begin(&file, table, column, "one more before, with cells");
    columns all = columns_of(table);
    add_at(&all, column);
    add_names(&file, &all);
    add_rows(&file, &all, -1);
    hand_over(&file, visit, context);

    begin(&file, table, column, "changes places with the first");
    all = columns_of(table);
    all.from[0] = (int)column;
    all.from[column] = 0;
    all.names[0] = mag_span_of(table->columns[column]);
    all.names[column] = mag_span_of(table->columns[0]);
    add_names(&file, &all);
    add_rows(&file, &all, -1);
    hand_over(&file, visit, context);

    static const char *const before[] = {"\"", "", " "}, *const behind[] = {"\"", "  ", "\t"};
    for (unsigned i = 0; i < 3; i++) {
        begin(&file, table, column, i ? "with blanks" : "in quotes");
        all = columns_of(table);
        mag_span name = file_insert(&file, all.names[column], 0, mag_span_of(before[i]));
        all.names[column] = file_insert(&file, name, name.nbytes, mag_span_of(behind[i]));
        add_names(&file, &all);
        add_rows(&file, &all, -1);
        hand_over(&file, visit, context);
    }
}

/* --- no header ------------------------------------------------------------------------- */

static void pollute_name(const clean_table *table, unsigned column, pollution_visit *visit,
                         void *context) {
    static const struct {
        const char *name, *bytes;
        size_t nbytes, offset;
        mag_message_id message;
    } faults[] = {
        {"a quote inside", "\"", 1, 1, MAG_MSG_I129},
        {"a quote at its start", "\"", 1, 0, MAG_MSG_I129},
        {"NUL", "\0", 1, 1, MAG_MSG_I129},
        {"Latin-1", "\xe9", 1, 1, MAG_MSG_I129},
        {"a surrogate", "\xed\xa0\x80", 3, 1, MAG_MSG_I129},
        {"a lone CR", "\r", 1, 1, MAG_MSG_I121},
    };
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
        polluted_file file;
        begin(&file, table, column, faults[i].name);
        columns all = columns_of(table);
        all.names[column] = file_insert(&file, all.names[column], faults[i].offset,
                                        (mag_span){faults[i].bytes, faults[i].nbytes});
        add_names(&file, &all);
        add_rows(&file, &all, -1);
        file_refuse(&file, faults[i].message, visit, context);
    }
    polluted_file file;
    begin(&file, table, column, "the name of another one");
    columns all = columns_of(table);
    all.names[column] = all.names[column ? 0 : 1];
    add_names(&file, &all);
    add_rows(&file, &all, -1);
    file_refuse(&file, MAG_MSG_I129, visit, context);
}

void pollute_headers(pollution_visit *visit, void *context) {
    for (unsigned t = 0; t < POLLUTION_TABLES; t++)
        for (unsigned column = 0; column < clean_tables[t].column_count; column++) {
            pollute_lost(&clean_tables[t], column, visit, context);
            pollute_width(&clean_tables[t], column, visit, context);
            pollute_harmless(&clean_tables[t], column, visit, context);
            pollute_name(&clean_tables[t], column, visit, context);
        }
}
