/* Random tables written by our writer and by a plain one of the test's own, read back equal: at
   random buffer sizes, plain and in gzip members cut anywhere. MAGSCREEN_LONG takes 100 times as
   many. */
#include "io/test_gzip.h"

#include "io/csv_reader.h"
#include "io/csv_writer.h"
#include "pollution/random_bytes.h"

enum { TABLES = 1000, COLUMNS = 8, ROWS = 24, CELL_NBYTES = 160, TEXT_NBYTES = 1 << 17 };

typedef struct table {
    unsigned columns, rows;
    size_t nbytes[ROWS][COLUMNS];
    char cells[ROWS][COLUMNS][CELL_NBYTES];
} table;

static table t;
static char text[TEXT_NBYTES];
static size_t text_nbytes;
static uint64_t cell_count;

/* --- tables ------------------------------------------------------------------------------- */

/* Pieces that mean something to a reader, to a spreadsheet, or nothing. */
static const char *const pieces[] = {"\"",
                                     ",",
                                     "\n",
                                     "\r\n",
                                     "\r",
                                     "\"\"",
                                     "\",\"",
                                     "\"\n\"",
                                     ";",
                                     "\t",
                                     " ",
                                     "=",
                                     "+",
                                     "-",
                                     "@",
                                     "'",
                                     "\\",
                                     "NULL",
                                     ".",
                                     "0.62",
                                     "\xc3\xa9",
                                     "\xe2\x82\xac",
                                     "\xf0\x9f\x92\x8a",
                                     "\xef\xbb\xbf",
                                     "abc",
                                     "x",
                                     "magnesium",
                                     "#"};

static void make_cell(uint64_t *seed, unsigned row, unsigned column) {
    size_t nbytes = 0;
    size_t count = chance_one_in(seed, 4) ? 0 : 1 + chance_below(seed, 9);
    if (chance_one_in(seed, 3)) /* ordinary */
        nbytes = (size_t)sprintf(t.cells[row][column], "%u", (unsigned)chance_below(seed, 9999));
    else
        while (count-- > 0) {
            const char *piece = pieces[chance_below(seed, sizeof pieces / sizeof *pieces)];
            memcpy(t.cells[row][column] + nbytes, piece, strlen(piece));
            nbytes += strlen(piece);
        }
    t.nbytes[row][column] = nbytes;
}

static void make_table(uint64_t *seed) {
    t.columns = 2 + (unsigned)chance_below(seed, COLUMNS - 1);
    t.rows = 1 + (unsigned)chance_below(seed, ROWS);
    for (unsigned row = 0; row < t.rows; row++)
        for (unsigned column = 0; column < t.columns; column++)
            make_cell(seed, row, column);
}

/* --- the test's own writer ---------------------------------------------------------------- */

static void add(const char *bytes, size_t nbytes) {
    assert_true(text_nbytes + nbytes < TEXT_NBYTES);
    memcpy(text + text_nbytes, bytes, nbytes);
    text_nbytes += nbytes;
}

static void add_text(const char *bytes) {
    add(bytes, strlen(bytes));
}

static void add_plain_cell(uint64_t *seed, const char *cell, size_t nbytes) {
    bool needs_quotes = chance_one_in(seed, 3);
    for (size_t i = 0; i < nbytes; i++)
        needs_quotes |= memchr(",\"\n\r", cell[i], 4) != NULL;
    if (!needs_quotes) {
        add(cell, nbytes);
        return;
    }
    add_text("\"");
    for (size_t i = 0; i < nbytes; i++) {
        add(cell + i, 1);
        if (cell[i] == '"')
            add_text("\"");
    }
    add_text("\"");
}

/* The names of columns as "c1": no cell is one, so that no row is a header. */
static void add_header(void) {
    for (unsigned column = 0; column < t.columns; column++) {
        char name[16];
        sprintf(name, "%sc%u", column ? "," : "", column + 1);
        add_text(name);
    }
}

static void write_plain(uint64_t *seed) {
    const char *line_end = chance_one_in(seed, 2) ? "\n" : "\r\n";
    text_nbytes = 0;
    if (chance_one_in(seed, 5))
        add_text("\xef\xbb\xbf");
    add_header();
    for (unsigned row = 0; row < t.rows; row++) {
        add_text(line_end);
        if (chance_one_in(seed, 20)) /* a blank line */
            add_text(line_end);
        for (unsigned column = 0; column < t.columns; column++) {
            add(",", column > 0);
            add_plain_cell(seed, t.cells[row][column], t.nbytes[row][column]);
        }
    }
    if (!chance_one_in(seed, 4))
        add_text(line_end);
}

/* The text as it stands, or in one to four gzip members. */
static void write_members(uint64_t *seed, char path[MAG_TEST_PATH_NBYTES]) {
    if (chance_one_in(seed, 3)) {
        mag_test_write_file(path, "trip.csv", text, text_nbytes);
        return;
    }
    test_bytes all = {0};
    size_t at = 0;
    for (size_t members = 1 + chance_below(seed, 4); members > 0; members--) {
        size_t rest = text_nbytes - at;
        size_t nbytes = members == 1 ? rest : chance_below(seed, rest + 1);
        all = test_join(all, test_gzip(text + at, nbytes));
        at += nbytes;
    }
    mag_test_write_file(path, "trip.csv.gz", all.at, all.nbytes);
    free(all.at);
}

/* --- reading back ------------------------------------------------------------------------- */

static void compare_row(const mag_csv_row *row, unsigned at, bool is_guarded) {
    assert_true(at < t.rows);
    assert_int_equal(row->fault, MAG_CSV_OK);
    assert_int_equal(row->field_count, t.columns);
    for (unsigned column = 0; column < t.columns; column++) {
        mag_span cell =
            is_guarded ? mag_csv_without_guard(row->fields[column]) : row->fields[column];
        mag_span wanted = {t.cells[at][column], t.nbytes[at][column]};
        cell_count++;
        if (!mag_span_equals(cell, wanted))
            fail_msg("row %u, column %u: <%.*s> instead of <%.*s>", at, column, (int)cell.nbytes,
                     cell.at, (int)wanted.nbytes, wanted.at);
    }
}

static void read_back(uint64_t *seed, const char *path, bool is_guarded) {
    mag_account account = {0};
    mag_error err = {0};
    mag_stream *stream;
    mag_csv_reader *reader = NULL;
    size_t step = 1 + chance_below(seed, (size_t)1 << chance_below(seed, 17));
    if (mag_stream_open(&stream, path, &account, &err) != MAG_OK ||
        mag_csv_open(&reader, stream, "t.csv", ',', step, &account, &err) != MAG_OK)
        fail_msg("%s", err.text);
    unsigned count = 0;
    for (const mag_csv_row *row;; count++) {
        if (mag_csv_next(reader, &row, &err) != MAG_OK)
            fail_msg("%s", err.text);
        if (!row)
            break;
        compare_row(row, count, is_guarded);
    }
    assert_int_equal(count, t.rows);
    mag_csv_close(reader);
    mag_stream_close(stream);
    assert_int_equal(account.used_nbytes, 0);
    unlink(path);
}

static uint64_t table_count(void) {
    return getenv("MAGSCREEN_LONG") ? (uint64_t)TABLES * 100 : TABLES;
}

static void random_tables_of_a_plain_writer_come_back(void **state) {
    (void)state;
    for (uint64_t round = 0; round < table_count(); round++) {
        uint64_t seed = round;
        char path[MAG_TEST_PATH_NBYTES];
        make_table(&seed);
        write_plain(&seed);
        write_members(&seed, path);
        read_back(&seed, path, false);
    }
    printf("%llu tables of a plain writer, %llu cells equal\n", (unsigned long long)table_count(),
           (unsigned long long)cell_count);
}

static void random_tables_of_our_writer_come_back(void **state) {
    (void)state;
    cell_count = 0;
    for (uint64_t round = 0; round < table_count(); round++) {
        uint64_t seed = round + UINT64_C(0x100000000);
        mag_account account = {0};
        mag_error err = {0};
        mag_csv_writer *writer;
        char path[MAG_TEST_PATH_NBYTES];
        make_table(&seed);
        text_nbytes = 0;
        add_header();
        add("", 1);
        mag_test_path(path, chance_one_in(&seed, 2) ? "trip.csv" : "trip.csv.gz");
        assert_int_equal(mag_csv_writer_open(&writer, path, text, &account, &err), MAG_OK);
        for (unsigned row = 0; row < t.rows; row++) {
            for (unsigned column = 0; column < t.columns; column++) {
                mag_span cell = {t.cells[row][column], t.nbytes[row][column]};
                if (chance_one_in(&seed, 3))
                    mag_csv_writer_id(writer, cell);
                else
                    mag_csv_writer_text(writer, cell);
            }
            mag_csv_writer_end_row(writer);
        }
        assert_int_equal(mag_csv_writer_close(writer, &err), MAG_OK);
        read_back(&seed, path, true);
    }
    printf("%llu tables of our writer, %llu cells equal\n", (unsigned long long)table_count(),
           (unsigned long long)cell_count);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_tables_of_a_plain_writer_come_back),
        cmocka_unit_test(random_tables_of_our_writer_come_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
