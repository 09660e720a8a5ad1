/* The order of "Row accounting" by pairs: a row with two faults lands in the bucket of the first.
   One file per pair, so that each account stands alone. Every reason is reached by some row. */
#include "cohort_fixture.h"

#include "cohort/source.h"

#include <stdlib.h>
#include <unistd.h>

static fixture f;
static bool is_reached[MAG_REASON_COUNT];

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

/* --- faults, in the order of the page
 * ---------------------------------------------------------------- */

typedef enum bucket { NOT_OF_INTEREST, REJECTED, OUT_OF_WINDOW, DUPLICATE, ACCEPTED } bucket;

enum { TWICE = -1, MOST_COLUMNS = 8, MOST_PAIRS = 1000, ROW_NBYTES = 600 };

/* What a fault puts into its column. The row TWICE is fed a second time. */
typedef struct fault {
    int column;
    const char *text;
    bucket end;
    mag_reason reason;
} fault;

typedef struct table_case {
    mag_table_kind kind;
    const char *header;
    const char *good[MOST_COLUMNS]; /* a row that is accepted */
    size_t column_count;
    const fault *faults;
    size_t fault_count;
} table_case;

#define LONG_32  "abcdefghijklmnopqrstuvwxyz012345"
#define LONG_128 LONG_32 LONG_32 LONG_32 LONG_32

static const fault LAB_FAULTS[] = {
    {5, "LONIC", REJECTED, MAG_REASON_CODE_SYSTEM},
    {1, "9999-9", NOT_OF_INTEREST, 0},
    {0, "", REJECTED, MAG_REASON_ID_BLANK},
    {0, LONG_128 "6", REJECTED, MAG_REASON_ID_BLANK},
    {0, "p\t1", REJECTED, MAG_REASON_ID_BLANK},
    {1, "", REJECTED, MAG_REASON_NULL_REQUIRED},
    {2, "", REJECTED, MAG_REASON_NULL_REQUIRED},
    {4, "", REJECTED, MAG_REASON_NULL_REQUIRED},
    {4, "2023-02-29", REJECTED, MAG_REASON_DATE_INVALID},
    {4, "02/03/2024", REJECTED, MAG_REASON_DATE_FORMAT},
    {4, "2024-07-04", REJECTED, MAG_REASON_DATE_FUTURE},
    {4, "1900-01-01", REJECTED, MAG_REASON_DATE_SENTINEL},
    {4, "-infinity", REJECTED, MAG_REASON_DATE_NOT_FINITE},
    {4, "2024-07-01", OUT_OF_WINDOW, 0},
    {4, "2021-06-30 23:59", OUT_OF_WINDOW, 0},
    {2, "clotted", REJECTED, MAG_REASON_VALUE_TEXT_RESULT},
    {2, "0,7", REJECTED, MAG_REASON_NUM_DECIMAL_COMMA},
    {2, "0.7.1", REJECTED, MAG_REASON_NUM_SYNTAX},
    {2, "7e-1", REJECTED, MAG_REASON_NUM_EXPONENT},
    {2, "NaN", REJECTED, MAG_REASON_NUM_NOT_FINITE},
    {2, "99999999999", REJECTED, MAG_REASON_NUM_OUT_OF_RANGE},
    {3, "", REJECTED, MAG_REASON_UNIT_MISSING},
    {3, "furlong", REJECTED, MAG_REASON_UNIT_UNKNOWN},
    {3, "mmol/24h", REJECTED, MAG_REASON_UNIT_CONTRADICTS},
    {2, "14", REJECTED, MAG_REASON_VALUE_IMPLAUSIBLE},
    {0, "stranger", REJECTED, MAG_REASON_LINK_NO_PATIENT},
    {TWICE, "", DUPLICATE, 0},
};

static const fault RX_FAULTS[] = {
    {1, "paracetamol", NOT_OF_INTEREST, 0},
    {0, " ", REJECTED, MAG_REASON_ID_BLANK},
    {1, "", REJECTED, MAG_REASON_NULL_REQUIRED},
    {2, "", REJECTED, MAG_REASON_NULL_REQUIRED},
    {2, "2024-13-01", REJECTED, MAG_REASON_DATE_INVALID},
    {2, "9999-12-31", REJECTED, MAG_REASON_DATE_SENTINEL},
    {2, "2024-07-05", REJECTED, MAG_REASON_DATE_FUTURE},
    {3, "31.12.2024", REJECTED, MAG_REASON_DATE_FORMAT},
    {2, "2024-07-01", OUT_OF_WINDOW, 0},
    {4, "dispensing", REJECTED, MAG_REASON_RX_KIND},
    {3, "2024-04-30", REJECTED, MAG_REASON_RX_INTERVAL},
    {0, "stranger", REJECTED, MAG_REASON_LINK_NO_PATIENT},
    {TWICE, "", DUPLICATE, 0},
};

static const fault CONDITION_FAULTS[] = {
    {1, "H10.1", NOT_OF_INTEREST, 0},
    {0, "", REJECTED, MAG_REASON_ID_BLANK},
    {1, "", REJECTED, MAG_REASON_NULL_REQUIRED},
    {2, "", REJECTED, MAG_REASON_NULL_REQUIRED},
    {2, "2024-00-10", REJECTED, MAG_REASON_DATE_INVALID},
    {2, "2024-07-09", REJECTED, MAG_REASON_DATE_FUTURE},
    {2, "2024-07-02", OUT_OF_WINDOW, 0},
    {2, "2021-06-30", OUT_OF_WINDOW, 0},
    {0, "stranger", REJECTED, MAG_REASON_LINK_NO_PATIENT},
    {TWICE, "", DUPLICATE, 0},
};

static const fault STAY_FAULTS[] = {
    {0, "", REJECTED, MAG_REASON_ID_BLANK},
    {1, "", REJECTED, MAG_REASON_NULL_REQUIRED},
    {2, "", REJECTED, MAG_REASON_NULL_REQUIRED},
    {3, "", REJECTED, MAG_REASON_NULL_REQUIRED},
    {2, "2024-02-31", REJECTED, MAG_REASON_DATE_INVALID},
    {2, "2024-07-08", REJECTED, MAG_REASON_DATE_FUTURE},
    {3, "2024-05-01 07:59", REJECTED, MAG_REASON_DATE_INVALID}, /* ends before it begins */
    {0, "stranger", REJECTED, MAG_REASON_LINK_NO_PATIENT},
    {TWICE, "", DUPLICATE, 0},
};

#define FAULTS_OF(table) table, sizeof(table) / sizeof *(table)

static const table_case LABS = {MAG_TABLE_LABS,
                                "patient_id|code|value|unit|collected_at|code_system",
                                {"p1", "2601-3", "0.7", "mmol/L", "2024-06-01 08:00", "LN"},
                                6,
                                FAULTS_OF(LAB_FAULTS)};
static const table_case RX = {MAG_TABLE_PRESCRIPTIONS,
                              "patient_id|drug_name|start|stop|kind",
                              {"p1", "furosemide", "2024-05-01", "2024-06-20", "order"},
                              5,
                              FAULTS_OF(RX_FAULTS)};
static const table_case CONDITIONS = {MAG_TABLE_CONDITIONS,
                                      "patient_id|code|recorded_on",
                                      {"p1", "N18.5", "2024-05-01"},
                                      3,
                                      FAULTS_OF(CONDITION_FAULTS)};
static const table_case STAYS = {MAG_TABLE_STAYS,
                                 "patient_id|stay_id|from|until",
                                 {"p1", "s1", "2024-05-01 08:00", "2024-05-09 10:00"},
                                 4,
                                 FAULTS_OF(STAY_FAULTS)};

/* --- pairs
 * ---------------------------------------------------------------------------------------------- */

typedef struct pair {
    const fault *first, *second; /* in the order of the page; second may be NULL */
    char row[ROW_NBYTES];
    const mag_run_file *file;
} pair;

static pair pairs[MOST_PAIRS];
static size_t pair_count;

static void print_row(const table_case *table, pair *made) {
    size_t at_byte = 0;
    for (size_t i = 0; i < table->column_count; i++) {
        const char *text = table->good[i];
        if (made->second && made->second->column == (int)i)
            text = made->second->text;
        if (made->first->column == (int)i)
            text = made->first->text;
        at_byte += (size_t)snprintf(made->row + at_byte, sizeof made->row - at_byte, "%s%s",
                                    i ? "|" : "", text);
    }
}

static void feed_pair(const table_case *table, const fault *first, const fault *second) {
    assert_true(pair_count < MOST_PAIRS);
    pair *made = &pairs[pair_count++];
    *made = (pair){.first = first, .second = second};
    print_row(table, made);
    bool is_twice = first->column == TWICE || (second && second->column == TWICE);
    const char *const rows[] = {made->row, is_twice ? made->row : NULL, NULL};
    made->file = feed(&f, table->kind, table->header, rows);
}

static uint64_t count_in(const mag_accounting *counts, const fault *wanted) {
    switch (wanted->end) {
    case NOT_OF_INTEREST:
        return counts->not_of_interest;
    case REJECTED:
        return counts->rejected[wanted->reason];
    case OUT_OF_WINDOW:
        return counts->out_of_window;
    case DUPLICATE:
        return counts->duplicate;
    case ACCEPTED:
        return counts->accepted;
    }
    return 0;
}

static void check_pair(const pair *checked) {
    const mag_accounting *counts = &checked->file->accounting;
    bool is_only_twice = checked->first->column == TWICE;
    uint64_t expected = is_only_twice ? 1 : counts->read;
    if (count_in(counts, checked->first) != expected || counts->accepted != is_only_twice)
        fail_msg("%s: %llu of %llu rows in the bucket of the first fault (%s)", checked->row,
                 (unsigned long long)count_in(counts, checked->first),
                 (unsigned long long)counts->read, mag_reason_name(checked->first->reason));
    is_reached[checked->first->reason] |= checked->first->end == REJECTED;
}

/* The list of rejects names each rejected row once, by file, line and reason. */
static void check_list_of_rejects(void) {
    size_t count, expected = 0;
    const mag_reject *rejects = mag_cohort_rejects(f.cohort, &count);
    for (size_t i = 0; i < pair_count; i++) {
        if (pairs[i].first->end != REJECTED)
            continue;
        for (uint32_t line = 2; line < 2 + pairs[i].file->accounting.read; line++, expected++) {
            assert_true(expected < count);
            assert_ptr_equal(mag_cohort_file(f.cohort, rejects[expected].file_id), pairs[i].file);
            assert_int_equal(rejects[expected].line, line);
            assert_int_equal(rejects[expected].reason, pairs[i].first->reason);
            assert_true(*rejects[expected].column);
        }
    }
    assert_int_equal(count, expected);
}

static void check_all_pairs(const table_case *table) {
    static const char *const roster[] = {"p1|F|1950", NULL};
    feed(&f, MAG_TABLE_PATIENTS, "patient_id|sex|birth", roster);
    pair_count = 0;
    for (size_t i = 0; i < table->fault_count; i++) {
        feed_pair(table, &table->faults[i], NULL);
        for (size_t j = i + 1; j < table->fault_count; j++)
            if (table->faults[i].column != table->faults[j].column)
                feed_pair(table, &table->faults[i], &table->faults[j]);
    }
    settle(&f);
    for (size_t i = 0; i < pair_count; i++)
        check_pair(&pairs[i]);
    check_list_of_rejects();
}

static void a_result_with_two_faults_lands_in_the_first_bucket(void **state) {
    (void)state;
    check_all_pairs(&LABS);
    assert_true(pair_count > 200);
}

static void a_prescription_with_two_faults_lands_in_the_first_bucket(void **state) {
    (void)state;
    check_all_pairs(&RX);
}

static void a_condition_with_two_faults_lands_in_the_first_bucket(void **state) {
    (void)state;
    check_all_pairs(&CONDITIONS);
}

static void a_stay_with_two_faults_lands_in_the_first_bucket(void **state) {
    (void)state;
    check_all_pairs(&STAYS);
}

/* --- what only the analyte or other rows tell
 * ------------------------------------------------------------ */

static const fault PH_FAULTS[] = {
    {4, "2024-07-01", OUT_OF_WINDOW, 0},
    {2, "7.0", REJECTED, MAG_REASON_VALUE_PH_LIKE},
    {2, "7.70", REJECTED, MAG_REASON_VALUE_PH_LIKE},
    {0, "stranger", REJECTED, MAG_REASON_LINK_NO_PATIENT},
};
static const table_case IONISED = {MAG_TABLE_LABS,
                                   "patient_id|code|value|unit|collected_at|code_system",
                                   {"p1", "1995-0", "1.2", "mmol/L", "2024-06-01 08:00", "LN"},
                                   6,
                                   FAULTS_OF(PH_FAULTS)};

static void a_ph_among_ionised_calcium_is_rejected_in_its_place(void **state) {
    (void)state;
    check_all_pairs(&IONISED);
}

/* A sodium of 160 beside one of 140 lands where an implausible one would. */
static void a_sodium_of_a_drip_is_rejected_in_its_place(void **state) {
    (void)state;
    static const char *const roster[] = {"p1|F|1950", NULL};
    feed(&f, MAG_TABLE_PATIENTS, "patient_id|sex|birth", roster);
    const char *const rows[] = {"p1|2951-2|140|mmol/L|2024-06-29 08:00|LN",
                                "p1|2951-2|160|mmol/L|2024-06-30 08:00|LN",
                                "p1|2951-2|160|mmol/L|2024-06-30 08:00|LN", /* twice */
                                "p1|2951-2|160|mmol/L|2024-07-01 00:00|LN", /* out of window */
                                "stranger|2951-2|140|mmol/L|2024-06-29 08:00|LN",
                                "stranger|2951-2|160|mmol/L|2024-06-30 08:00|LN",
                                NULL};
    const mag_accounting *counts = &feed(&f, LABS.kind, LABS.header, rows)->accounting;
    settle(&f);
    assert_int_equal(counts->accepted, 1);
    assert_int_equal(counts->out_of_window, 1);
    assert_int_equal(counts->rejected[MAG_REASON_VALUE_DRIP_ARM], 3);
    assert_int_equal(counts->rejected[MAG_REASON_LINK_NO_PATIENT], 1);
    is_reached[MAG_REASON_VALUE_DRIP_ARM] = true;
}

/* --- shape, before everything
 * ------------------------------------------------------------------------ */

typedef struct shape_case {
    const char *before, *after; /* around the row */
    mag_reason reason;
} shape_case;

/* The row's last column is a comment; it ends the line. */
static const shape_case SHAPES[] = {
    {"", ",more", MAG_REASON_CSV_TOO_MANY_FIELDS},
    {"", "\"quote\"", MAG_REASON_CSV_BAD_QUOTE},
    {"", "\xff", MAG_REASON_CSV_BAD_UTF8},
};

static void write_shapes(FILE *file, size_t *line_count, mag_reason *expected) {
    for (size_t s = 0; s < sizeof SHAPES / sizeof *SHAPES; s++)
        for (size_t i = 0; i < LABS.fault_count; i++) {
            pair made = {.first = &LABS.faults[i]};
            print_row(&LABS, &made);
            if (strchr(made.row, ','))
                continue; /* would be a field too many of its own */
            for (char *c = made.row; *c; c++)
                *c = *c == '|' ? ',' : *c;
            fprintf(file, "%s%s,note%s\n", SHAPES[s].before, made.row, SHAPES[s].after);
            expected[(*line_count)++] = SHAPES[s].reason;
        }
    static const char *const others[] = {"p1,2601-3,0.7\n", "zz,9999-9\n"};
    for (size_t i = 0; i < 2; i++) {
        fputs(others[i], file);
        expected[(*line_count)++] = MAG_REASON_CSV_TOO_FEW_FIELDS;
    }
    static const char nul[] = "p1,9999-9,0\0.7,mmol/L,2024-06-01,LN,x\n";
    fwrite(nul, 1, sizeof nul - 1, file);
    expected[(*line_count)++] = MAG_REASON_CSV_NUL;
    for (int is_many = 0; is_many < 2; is_many++) { /* one field, then many, of over 1 MiB */
        fputs("p1,9999-9,0.7,mmol/L,2024-06-01,LN,", file);
        for (int i = 0; i < 120000; i++)
            fputs(is_many ? "0123456,89" : "0123456789", file);
        fputs("\n", file);
        expected[(*line_count)++] =
            is_many ? MAG_REASON_CSV_RECORD_TOO_LONG : MAG_REASON_CSV_FIELD_TOO_LONG;
    }
    fputs("p1,9999-9,\"0.7,mmol/L,2024-06-01,LN,x\n", file);
    expected[(*line_count)++] = MAG_REASON_CSV_UNCLOSED_QUOTE;
}

/* Also rows that would be not of interest: shape is checked for every row. */
static void the_shape_of_a_row_comes_before_its_content(void **state) {
    (void)state;
    char path[300];
    const char *parent = getenv("TMPDIR");
    snprintf(path, sizeof path, "%s/magscreen-shape-XXXXXX", parent ? parent : "/tmp");
    int descriptor = mkstemp(path);
    assert_true(descriptor >= 0);
    FILE *file = fdopen(descriptor, "wb");
    fputs("patient_id,code,value,unit,collected_at,code_system,comment\n", file);
    static mag_reason expected[200];
    size_t line_count = 0;
    write_shapes(file, &line_count, expected);
    assert_int_equal(fclose(file), 0);

    const char *paths[] = {path};
    mag_source *source;
    must(&f, mag_source_csv_new(f.arena, "lims", f.profile, table_of(f.profile, MAG_TABLE_LABS),
                                paths, 1, false, &source, &f.err));
    must(&f, mag_source_ingest(source, f.cohort, &f.err));
    unlink(path);
    settle(&f);
    size_t count;
    const mag_reject *rejects = mag_cohort_rejects(f.cohort, &count);
    assert_int_equal(count, line_count);
    for (size_t i = 0; i < count; i++) {
        if (rejects[i].line != i + 2 || rejects[i].reason != expected[i])
            fail_msg("line %u: %s, not %s", rejects[i].line,
                     mag_reason_name((mag_reason)rejects[i].reason), mag_reason_name(expected[i]));
        is_reached[expected[i]] = true;
    }
    assert_int_equal(mag_cohort_file(f.cohort, 0)->accounting.not_of_interest, 0);
}

/* Runs last: the tests above feed rows for every line of reason.def. */
static void every_reason_is_reached_by_a_row(void **state) {
    (void)state;
    for (int reason = 1; reason < MAG_REASON_COUNT; reason++)
        if (!is_reached[reason])
            fail_msg("no row was rejected as %s", mag_reason_name((mag_reason)reason));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(a_result_with_two_faults_lands_in_the_first_bucket),
        TEST(a_prescription_with_two_faults_lands_in_the_first_bucket),
        TEST(a_condition_with_two_faults_lands_in_the_first_bucket),
        TEST(a_stay_with_two_faults_lands_in_the_first_bucket),
        TEST(a_ph_among_ionised_calcium_is_rejected_in_its_place),
        TEST(a_sodium_of_a_drip_is_rejected_in_its_place),
        TEST(the_shape_of_a_row_comes_before_its_content),
        cmocka_unit_test(every_reason_is_reached_by_a_row),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
