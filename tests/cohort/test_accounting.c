/* Row accounting: sums, conservation, and random rows against a classifier that knows only the
 * page. */
#include "cohort_fixture.h"

#include <stdlib.h>

static fixture f;

static int set_up(void **state) {
    (void)state;
    fixture_open(&f, usual_settings());
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    fixture_close(&f);
    return 0;
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

/* --- sums
 * ---------------------------------------------------------------------------------------------- */

static void lost_and_doubled_rows_are_an_internal_error(void **state) {
    (void)state;
    mag_accounting counts = {
        .read = 6, .accepted = 1, .out_of_window = 1, .duplicate = 1, .not_of_interest = 1};
    counts.rejected[MAG_REASON_NUM_SYNTAX] = 1;
    counts.rejected[MAG_REASON_LINK_NO_PATIENT] = 1;
    assert_int_equal(mag_accounting_check(&counts, "labs", &f.err), MAG_OK);
    assert_int_equal(mag_accounting_rejected(&counts), 2);
    assert_int_equal(mag_accounting_of_interest(&counts), 5);
    counts.read = 7;
    mag_status status = mag_accounting_check(&counts, "labs", &f.err);
    assert_int_equal(mag_status_exit_code(status), 70);
    counts.read = 5;
    assert_int_equal(mag_accounting_check(&counts, "labs", &f.err), MAG_E_INTERNAL);
}

static void sums_add_every_field(void **state) {
    (void)state;
    mag_accounting one, sum = {0};
    uint64_t *field = (uint64_t *)&one;
    enum { FIELD_COUNT = sizeof one / sizeof(uint64_t) };
    for (size_t i = 0; i < FIELD_COUNT; i++)
        field[i] = i + 1;
    mag_accounting_add(&sum, &one);
    mag_accounting_add(&sum, &one);
    const uint64_t *total = (const uint64_t *)&sum;
    for (size_t i = 0; i < FIELD_COUNT; i++)
        assert_int_equal(total[i], 2 * (i + 1));
}

static void every_reason_has_a_name_a_message_and_a_gate(void **state) {
    (void)state;
    for (int i = 1; i < MAG_REASON_COUNT; i++) {
        assert_non_null(strchr(mag_reason_name((mag_reason)i), '.'));
        assert_int_not_equal(mag_reason_message((mag_reason)i), MAG_MSG_NONE);
        for (int j = 1; j < i; j++)
            assert_string_not_equal(mag_reason_name((mag_reason)i), mag_reason_name((mag_reason)j));
    }
    assert_int_equal(mag_reason_message(MAG_REASON_DATE_NOT_FINITE), MAG_MSG_I271);
    assert_int_equal(mag_reason_message(MAG_REASON_CODE_SYSTEM), MAG_MSG_I273);
    assert_int_equal(mag_reason_gate(MAG_REASON_RX_INTERVAL), MAG_GATE_SOFT);
    assert_int_equal(mag_reason_gate(MAG_REASON_LINK_NO_PATIENT), MAG_GATE_LINK);
    assert_int_equal(mag_reason_gate(MAG_REASON_CSV_NUL), MAG_GATE_SHAPE);
    assert_int_equal(mag_reason_gate(MAG_REASON_DATE_FORMAT), MAG_GATE_VALUE);
}

/* --- random rows
 * ------------------------------------------------------------------------------------------ */

/* A cell and what it means for its row; ranks are the page's order of buckets. */
typedef struct cell {
    const char *text;
    int rank; /* 0: nothing wrong */
    mag_reason reason;
} cell;

enum {
    RANK_INTEREST = 1,
    RANK_ID,
    RANK_NULL,
    RANK_DATE,
    RANK_WINDOW,
    RANK_VALUE,
    RANK_RX,
    RANK_LINK
};

static const cell IDS[] = {{"a", 0, 0},
                           {"b", 0, 0},
                           {"c", 0, 0},
                           {"d", 0, 0},
                           {"e", 0, 0},
                           {"stranger", RANK_LINK, MAG_REASON_LINK_NO_PATIENT},
                           {"", RANK_ID, MAG_REASON_ID_BLANK}};
static const cell CODES[] = {{"2601-3", 0, 0},
                             {"2823-3", 0, 0},
                             {"2951-2", 0, 0},
                             {"0000-0", RANK_INTEREST, 0},
                             {"", RANK_NULL, MAG_REASON_NULL_REQUIRED}};
static const cell VALUES[] = {{"4", 0, 0}, /* 4.0 is plausible for potassium only: see below */
                              {"", RANK_NULL, MAG_REASON_NULL_REQUIRED},
                              {"4,0", RANK_VALUE, MAG_REASON_NUM_DECIMAL_COMMA},
                              {"clotted", RANK_VALUE, MAG_REASON_VALUE_TEXT_RESULT},
                              {"4e0", RANK_VALUE, MAG_REASON_NUM_EXPONENT}};
static const cell UNITS[] = {{"mmol/L", 0, 0},
                             {"mmol/l", 0, 0},
                             {"", RANK_VALUE, MAG_REASON_UNIT_MISSING},
                             {"bushel", RANK_VALUE, MAG_REASON_UNIT_UNKNOWN}};
static const cell DATES[] = {{"2024-06-01", 0, 0},
                             {"2024-06-02 10:00", 0, 0},
                             {"2024-07-01", RANK_WINDOW, 0},
                             {"2019-01-01", RANK_WINDOW, 0},
                             {"", RANK_NULL, MAG_REASON_NULL_REQUIRED},
                             {"2024-02-30", RANK_DATE, MAG_REASON_DATE_INVALID},
                             {"1/2/2024", RANK_DATE, MAG_REASON_DATE_FORMAT},
                             {"2030-01-01", RANK_DATE, MAG_REASON_DATE_FUTURE}};

enum { ROW_COUNT = 3000, ROW_NBYTES = 80 };

typedef struct random_row {
    char text[ROW_NBYTES];
    int rank;
    mag_reason reason;
} random_row;

static uint64_t random_state;

static size_t pick(size_t count) {
    random_state = random_state * 6364136223846793005u + 1442695040888963407u;
    return (size_t)(random_state >> 33) % count;
}

/* Good cells are drawn more often, so that every bucket is reached by whole rows. */
static const cell *draw(const cell *cells, size_t count, size_t good_count) {
    return &cells[pick(3) ? pick(good_count) : pick(count)];
}

static void blame(random_row *row, const cell *drawn) {
    if (drawn->rank && (!row->rank || drawn->rank < row->rank)) {
        row->rank = drawn->rank;
        row->reason = drawn->reason;
    }
}

#define DRAW(cells, good_count) draw(cells, sizeof(cells) / sizeof *(cells), good_count)

/* Sodium 4 mmol/L is implausible, magnesium and potassium 4 are not. */
static void make_row(random_row *row) {
    const cell *id = DRAW(IDS, 5), *code = DRAW(CODES, 2), *value = DRAW(VALUES, 1);
    const cell *unit = DRAW(UNITS, 2), *date = DRAW(DATES, 2);
    *row = (random_row){0};
    blame(row, id);
    blame(row, code);
    blame(row, date);
    blame(row, value); /* before the unit: a text or a bad number needs no unit */
    blame(row, unit);
    if (strcmp(code->text, "2951-2") == 0) {
        static const cell implausible = {"", RANK_VALUE, MAG_REASON_VALUE_IMPLAUSIBLE};
        blame(row, &implausible); /* after the unit: without one its size says nothing */
    }
    snprintf(row->text, sizeof row->text, "%s|%s|%s|%s|%s", id->text, code->text, value->text,
             unit->text, date->text);
}

static random_row random_rows[ROW_COUNT];

static mag_accounting classify(void) {
    mag_accounting counts = {.read = ROW_COUNT};
    for (size_t i = 0; i < ROW_COUNT; i++) {
        const random_row *row = &random_rows[i];
        bool is_repeated = false;
        for (size_t j = 0; j < i && !is_repeated; j++)
            is_repeated = strcmp(random_rows[j].text, row->text) == 0;
        if (row->rank == RANK_INTEREST)
            counts.not_of_interest++;
        else if (row->rank == RANK_WINDOW)
            counts.out_of_window++;
        else if (row->rank)
            counts.rejected[row->reason]++;
        else if (is_repeated)
            counts.duplicate++;
        else
            counts.accepted++;
    }
    return counts;
}

/* Feeds the rows in the given order, as so many files, and returns the sum of their accounts. */
static mag_accounting feed_rows(const size_t *order, size_t part_count) {
    static const char *const roster[] = {"a|F|1950", "b|F|1951", "c|M|1952",
                                         "d|M|1953", "e|F|1954", NULL};
    static const char *lines[ROW_COUNT + 1];
    feed(&f, MAG_TABLE_PATIENTS, "patient_id|sex|birth", roster);
    for (size_t part = 0; part < part_count; part++) {
        size_t count = 0;
        for (size_t i = part * ROW_COUNT / part_count; i < (part + 1) * ROW_COUNT / part_count; i++)
            lines[count++] = random_rows[order[i]].text;
        lines[count] = NULL;
        feed(&f, MAG_TABLE_LABS, "patient_id|code|value|unit|collected_at", lines);
    }
    settle(&f);
    mag_accounting sum = {0};
    for (uint16_t i = 1; i < mag_cohort_file_count(f.cohort); i++)
        mag_accounting_add(&sum, &mag_cohort_file(f.cohort, i)->accounting);
    return sum;
}

static void shuffle(size_t *order) {
    for (size_t i = ROW_COUNT - 1; i; i--) {
        size_t j = pick(i + 1), kept = order[i];
        order[i] = order[j];
        order[j] = kept;
    }
}

static void random_rows_land_where_the_page_says(void **state) {
    (void)state;
    static size_t order[ROW_COUNT];
    for (size_t i = 0; i < ROW_COUNT; i++)
        order[i] = i;
    for (uint64_t seed = 1; seed <= 8; seed++) {
        random_state = seed;
        for (size_t i = 0; i < ROW_COUNT; i++)
            make_row(&random_rows[i]);
        mag_accounting expected = classify();
        fixture_close(&f);
        fixture_open(&f, usual_settings());
        mag_accounting found = feed_rows(order, 1);
        assert_int_equal(found.accepted, expected.accepted);
        assert_int_equal(found.out_of_window, expected.out_of_window);
        assert_int_equal(found.duplicate, expected.duplicate);
        assert_int_equal(found.not_of_interest, expected.not_of_interest);
        for (int reason = 0; reason < MAG_REASON_COUNT; reason++)
            if (found.rejected[reason] != expected.rejected[reason])
                fail_msg("seed %llu, %s: %llu, not %llu", (unsigned long long)seed,
                         mag_reason_name((mag_reason)reason),
                         (unsigned long long)found.rejected[reason],
                         (unsigned long long)expected.rejected[reason]);
        assert_true(expected.duplicate > 0 && expected.accepted > 0);
    }
}

static void order_and_file_split_change_no_timeline_and_no_count(void **state) {
    (void)state;
    static size_t order[ROW_COUNT];
    random_state = 99;
    for (size_t i = 0; i < ROW_COUNT; i++) {
        make_row(&random_rows[i]);
        order[i] = i;
    }
    mag_accounting expected = feed_rows(order, 1);
    mag_text golden = dump_all(&f);
    char *kept = malloc(golden.nbytes);
    memcpy(kept, golden.at, golden.nbytes);
    assert_non_null(strstr(kept, "magnesium"));
    mag_text_done(&golden);
    for (size_t part_count = 1; part_count <= 5; part_count += 2) {
        shuffle(order);
        fixture_close(&f);
        fixture_open(&f, usual_settings());
        mag_accounting found = feed_rows(order, part_count);
        assert_memory_equal(&found, &expected, sizeof found);
        mag_text dump = dump_all(&f);
        assert_string_equal(dump.at, kept);
        mag_text_done(&dump);
    }
    free(kept);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(lost_and_doubled_rows_are_an_internal_error),
        TEST(sums_add_every_field),
        TEST(every_reason_has_a_name_a_message_and_a_gate),
        TEST(random_rows_land_where_the_page_says),
        TEST(order_and_file_split_change_no_timeline_and_no_count),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
