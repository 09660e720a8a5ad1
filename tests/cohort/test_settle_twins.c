/* Ids that differ only in case or blanks stay two patients, and are told of. */
#include "cohort_fixture.h"

static fixture f;

static const char ROSTER_HEADER[] = "patient_id|sex|birth|site";
static const char LABS[] = "patient_id|code|value|unit|collected_at|specimen_id|comment";

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

static void ids_that_differ_in_case_or_blanks_stay_apart_and_are_noted(void **state) {
    (void)state;
    const char *const rows[] = {"ab1|F|1950|", "AB1|M|1951|", "ab1 |F|1952|", "ab2|F|1953|", NULL};
    feed(&f, MAG_TABLE_PATIENTS, ROSTER_HEADER, rows);
    settle(&f);
    assert_int_equal(patient(&f, "AB1").person->sex, MAG_SEX_MALE);
    assert_int_equal(patient(&f, "ab1").person->sex, MAG_SEX_FEMALE);
    assert_int_equal(mag_cohort_twin_count(f.cohort), 2);
}

static void ids_that_are_equal_or_truly_different_are_no_twins(void **state) {
    (void)state;
    const char *const rows[] = {"ab1|F|1950|",  "ab1|F|1950|",  "a b1|M|1951|",
                                "ab1.|F|1952|", "ab11|F|1953|", NULL};
    feed(&f, MAG_TABLE_PATIENTS, ROSTER_HEADER, rows);
    settle(&f);
    assert_int_equal(mag_cohort_twin_count(f.cohort), 0);
}

/* The two may hash to any partitions: thirty pairs are in many. */
static void twins_are_found_wherever_their_hashes_put_them(void **state) {
    (void)state;
    enum { PAIRS = 30 };
    char texts[2 * PAIRS][24];
    const char *rows[2 * PAIRS + 1] = {NULL};
    for (int i = 0; i < 2 * PAIRS; i++) {
        snprintf(texts[i], sizeof texts[i], "%s%d|F|1950|", i % 2 ? "nhs" : "NHS", i / 2);
        rows[i] = texts[i];
    }
    feed(&f, MAG_TABLE_PATIENTS, ROSTER_HEADER, rows);
    settle(&f);
    assert_int_equal(mag_cohort_twin_count(f.cohort), PAIRS);
}

typedef struct stray_case {
    const char *row;
    bool is_rejected, is_near;
} stray_case;

static void rows_whose_patient_nearly_is_in_the_roster_say_so(void **state) {
    (void)state;
    const char *const roster[] = {"p1|F|1950-03-04|", "Q2 |M|1961-01-01|", NULL};
    static const stray_case cases[] = {
        {"p1|2601-3|0.8|mmol/L|2024-06-01||", false, false},
        {"p1 |2601-3|0.8|mmol/L|2024-06-01||", true, true},
        {" P1|2601-3|0.8|mmol/L|2024-06-01||", true, true},
        {"P1|2601-3|0.8|mmol/L|2024-06-01||", true, true},
        {"q2|2601-3|0.8|mmol/L|2024-06-01||", true, true},
        {"p1|2601-3|0.9|mmol/L|2024-06-02||", false, false},
        {"p10|2601-3|0.8|mmol/L|2024-06-01||", true, false},
        {"nobody|2601-3|0.8|mmol/L|2024-06-01||", true, false},
        {"P1|2601-3|clotted|mmol/L|2024-06-03||", true, false}, /* has a fault of its own */
    };
    enum { COUNT = sizeof cases / sizeof *cases };
    const char *rows[COUNT + 1] = {NULL};
    uint64_t near = 0;
    for (size_t i = 0; i < COUNT; i++) {
        rows[i] = cases[i].row;
        near += cases[i].is_near;
    }
    feed(&f, MAG_TABLE_PATIENTS, ROSTER_HEADER, roster);
    const mag_run_file *labs = feed(&f, MAG_TABLE_LABS, LABS, rows);
    settle(&f);
    assert_int_equal(mag_cohort_twin_count(f.cohort), 0);
    assert_int_equal(labs->accounting.near_ids, near);
    size_t count, seen = 0;
    const mag_reject *rejects = mag_cohort_rejects(f.cohort, &count);
    for (size_t i = 0; i < COUNT; i++) {
        if (!cases[i].is_rejected)
            continue;
        assert_true(seen < count);
        const char *detail = rejects[seen++].detail;
        if ((strstr(detail, "the roster has this id") != NULL) != cases[i].is_near)
            fail_msg("\"%s\" has the detail \"%s\"", cases[i].row, detail);
    }
    assert_int_equal(count, seen);
}

/* Nobody's rows without any roster are nobody's twins. */
static void without_a_roster_no_row_is_near_to_anybody(void **state) {
    (void)state;
    const char *const rows[] = {"p1|2601-3|0.8|mmol/L|2024-06-01||",
                                "P1|2601-3|0.8|mmol/L|2024-06-01||", NULL};
    const mag_run_file *labs = feed(&f, MAG_TABLE_LABS, LABS, rows);
    settle(&f);
    assert_int_equal(labs->accounting.rejected[MAG_REASON_LINK_NO_PATIENT], 2);
    assert_int_equal(labs->accounting.near_ids, 0);
    assert_int_equal(mag_cohort_twin_count(f.cohort), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(ids_that_differ_in_case_or_blanks_stay_apart_and_are_noted),
        TEST(ids_that_are_equal_or_truly_different_are_no_twins),
        TEST(twins_are_found_wherever_their_hashes_put_them),
        TEST(rows_whose_patient_nearly_is_in_the_roster_say_so),
        TEST(without_a_roster_no_row_is_near_to_anybody),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
