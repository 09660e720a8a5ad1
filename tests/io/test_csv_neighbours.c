/* A row that is damaged harms no other, and buffers that end anywhere change nothing. */
#include "csv_log.h"

enum { ROWS = 12, COLUMNS = 7 };

/* Cell of the clean table: text, quoted text, text with a delimiter or a line end in it. */
static void make_cell(char *cell, int row, int column) {
    if (column == 2)
        sprintf(cell, "\"note %d, more\"", row);
    else if (column == 4)
        sprintf(cell, row % 3 ? "\"plain\"" : "\"two\nlines\"");
    else
        sprintf(cell, "r%dc%d", row, column);
}

typedef enum pollution {
    STRAY_BEFORE,
    STRAY_INSIDE,
    STRAY_AFTER,
    DOUBLED_BEFORE,
    DROPPED,
    ADDED,
    NUL_INSIDE,
    BAD_BYTE,
    OVERLONG,
    SURROGATE,
    POLLUTION_COUNT
} pollution;

static size_t add_polluted(char *out, const char *cell, pollution kind) {
    static const struct {
        const char *before, *after;
    } plain[] = {{"\"", ""}, {"", ""}, {"", "\""}, {"\"\"", ""}};
    if (kind <= DOUBLED_BEFORE && kind != STRAY_INSIDE)
        return (size_t)sprintf(out, "%s%s%s", plain[kind].before, cell, plain[kind].after);
    static const struct {
        const char *bytes;
        size_t nbytes;
    } inside[POLLUTION_COUNT] = {[STRAY_INSIDE] = {"\"", 1},
                                 [NUL_INSIDE] = {"\0", 1},
                                 [BAD_BYTE] = {"\xe9", 1},
                                 [OVERLONG] = {"\xc0\xaf", 2},
                                 [SURROGATE] = {"\xed\xa0\x80", 3}};
    size_t length = strlen(cell), half = length / 2;
    memcpy(out, cell, half);
    memcpy(out + half, inside[kind].bytes, inside[kind].nbytes);
    memcpy(out + half + inside[kind].nbytes, cell + half, length - half);
    return length + inside[kind].nbytes;
}

/* The table with one cell polluted; -1 as row: clean. */
static size_t make_table(char *out, int bad_row, int bad_column, pollution kind) {
    size_t at = (size_t)sprintf(out, "a,b,c,d,e,f,g\n");
    for (int row = 0; row < ROWS; row++) {
        for (int column = 0; column < COLUMNS; column++) {
            char cell[64];
            bool is_bad = row == bad_row && column == bad_column;
            make_cell(cell, row, column);
            if (is_bad && kind == DROPPED)
                continue;
            if (at && out[at - 1] != '\n')
                out[at++] = ',';
            if (is_bad && kind == ADDED)
                at += (size_t)sprintf(out + at, "%s,extra", cell);
            else if (is_bad)
                at += add_polluted(out + at, cell, kind);
            else
                at += (size_t)sprintf(out + at, "%s", cell);
        }
        out[at++] = '\n';
    }
    return at;
}

/* Every good row is there, whole, whatever happened to the bad one. */
static void assert_neighbours_unharmed(const reading *clean, const reading *r, int bad_row) {
    const char *row = strchr(clean->log, '[');
    for (int i = 0; i < ROWS; i++) {
        const char *end = strchr(row, ']') + 1;
        char wanted[256];
        snprintf(wanted, sizeof wanted, "ok%.*s", (int)(end - row), row);
        bool is_there = strstr(r->log, wanted) != NULL;
        if (i != bad_row && !is_there)
            fail_msg("row %d %s is lost in %s", i, wanted, r->log);
        if (i == bad_row && is_there)
            fail_msg("the bad row %d came through in %s", i, r->log);
        row = strchr(end, '[');
    }
}

static void I_23_I_24_I_25_I_26_I_33_pollution_never_harms_a_neighbour(void **state) {
    (void)state;
    static const char *const expected[POLLUTION_COUNT] = {
        [DROPPED] = ":few",   [ADDED] = ":many",    [NUL_INSIDE] = ":nul",
        [BAD_BYTE] = ":utf8", [OVERLONG] = ":utf8", [SURROGATE] = ":utf8"};
    char text[8192];
    size_t nbytes = make_table(text, -1, 0, STRAY_BEFORE);
    reading clean = read_bytes(text, nbytes, ',', 0);
    assert_int_equal(clean.status, MAG_OK);
    assert_int_equal(count_text(clean.log, "ok["), ROWS);
    for (int kind = 0; kind < POLLUTION_COUNT; kind++)
        for (int row = 0; row < ROWS; row++)
            for (int column = 0; column < COLUMNS; column++) {
                nbytes = make_table(text, row, column, (pollution)kind);
                reading r = read_bytes(text, nbytes, ',', 1 + (size_t)(row * column));
                assert_int_equal(r.status, MAG_OK);
                assert_neighbours_unharmed(&clean, &r, row);
                /* Two quotes more in front of a quoted field are a quote in it: another value, no
                 * fault. */
                if (kind == DOUBLED_BEFORE && (column == 2 || column == 4)) {
                    assert_int_equal(count_text(r.log, ":ok["), ROWS);
                    free(r.log);
                    continue;
                }
                assert_int_equal(count_text(r.log, ":ok["), ROWS - 1);
                const char *fault = expected[kind];
                if (fault && !strstr(r.log, fault))
                    fail_msg("no %s in %s", fault, r.log);
                if (!fault && !strstr(r.log, ":quote") && !strstr(r.log, ":open"))
                    fail_msg("no quote fault in %s", r.log);
                free(r.log);
            }
    free(clean.log);
}

static void I_38_every_buffer_size_gives_the_same_records(void **state) {
    (void)state;
    char text[8192];
    size_t nbytes = make_table(text, 3, 5, STRAY_INSIDE);
    reading whole = read_bytes(text, nbytes, ',', 0);
    for (size_t step = 1; step <= nbytes; step++) {
        reading r = read_bytes(text, nbytes, ',', step);
        assert_string_equal(r.log, whole.log);
        free(r.log);
    }
    free(whole.log);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(I_23_I_24_I_25_I_26_I_33_pollution_never_harms_a_neighbour),
        TEST(I_38_every_buffer_size_gives_the_same_records),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
