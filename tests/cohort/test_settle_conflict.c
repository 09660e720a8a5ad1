/* Results that contradict each other, by a table, and random ones against a comparison of every
   pair. */
#include "cohort_fixture.h"

#include <math.h>
#include <stdlib.h>

static fixture f;

static const char LABS[] = "patient_id|code|value|unit|collected_at|specimen_id";
enum { ROWS_MAX = 60, ROW_NBYTES = 96, ROUND_COUNT = 300 };
static char rows[ROWS_MAX][ROW_NBYTES];

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

static mag_timeline settled(size_t count) {
    const char *fed[ROWS_MAX + 1] = {NULL};
    static const char *const roster[] = {"p1|F|1950", NULL};
    for (size_t i = 0; i < count; i++)
        fed[i] = rows[i];
    fixture_close(&f);
    fixture_open(&f, usual_settings());
    feed(&f, MAG_TABLE_PATIENTS, "patient_id|sex|birth", roster);
    feed(&f, MAG_TABLE_LABS, LABS, fed);
    settle(&f);
    return patient(&f, "p1");
}

static void put_row(size_t at, const char *code, const char *rest) {
    snprintf(rows[at], ROW_NBYTES, "p1|%s|%s", code, rest);
}

static void two_results_more_than_five_percent_apart_contradict_each_other(void **state) {
    (void)state;
    static const struct {
        const char *a, *b;
        bool is_conflict;
    } cases[] = {
        {"1.00|mmol/L|2024-06-20T08:00|", "0.95|mmol/L|2024-06-20T08:00|", false},
        {"1.00|mmol/L|2024-06-20T08:00|", "0.94|mmol/L|2024-06-20T08:00|", true},
        {"1.00|mmol/L|2024-06-20T08:00|", "0.94|mmol/L|2024-06-20T08:01|", false},
        {"1.00|mmol/L|2024-06-20T08:00|s1", "0.94|mmol/L|2024-06-20T08:01|s1", true},
        {"1.00|mmol/L|2024-06-20T08:00|s1", "0.94|mmol/L|2024-06-20T08:00|s2", true},
        {"1.00|mmol/L|2024-06-20T08:00|s1", "0.94|mmol/L|2024-06-20T08:01|s2", false},
        {"1.00|mmol/L|2024-06-20|", "0.94|mmol/L|2024-06-20T22:01|", true},
        {"1.00|mmol/L|2024-06-20|", "0.94|mmol/L|2024-06-20|", true},
        {"1.00|mmol/L|2024-06-20|", "0.94|mmol/L|2024-06-21|", false},
        {"0.70|mmol/L|2024-06-20T08:00|", "1.7|mg/dL|2024-06-20T08:00|", false},
        {"0.70|mmol/L|2024-06-20T08:00|", "1.4|mEq/L|2024-06-20T08:00|", false},
        {"0.70|mmol/L|2024-06-20T08:00|", "1.6|mg/dL|2024-06-20T08:00|", true},
        {"<0.30|mmol/L|2024-06-20T08:00|", "0.29|mmol/L|2024-06-20T08:00|", false},
        {"<0.30|mmol/L|2024-06-20T08:00|", "0.31|mmol/L|2024-06-20T08:00|", false},
        {"<0.30|mmol/L|2024-06-20T08:00|", "0.40|mmol/L|2024-06-20T08:00|", true},
        {">2.0|mmol/L|2024-06-20T08:00|", "3.0|mmol/L|2024-06-20T08:00|", false},
        {">2.0|mmol/L|2024-06-20T08:00|", "1.5|mmol/L|2024-06-20T08:00|", true},
        {"clotted|mmol/L|2024-06-20T08:00|", "1.5|mmol/L|2024-06-20T08:00|", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        put_row(0, "2601-3", cases[i].a);
        put_row(1, "2601-3", cases[i].b);
        const mag_timeline of = settled(2);
        for (size_t j = 0; j < 2; j++)
            if (mag_lab_has(&of.labs[j], MAG_LAB_CONFLICT) != cases[i].is_conflict)
                fail_msg("%s and %s", cases[i].a, cases[i].b);
    }
}

static void results_of_two_analytes_do_not_contradict_each_other(void **state) {
    (void)state;
    put_row(0, "2601-3", "0.8|mmol/L|2024-06-20T08:00|s1");
    put_row(1, "2823-3", "4.0|mmol/L|2024-06-20T08:00|s1");
    const mag_timeline of = settled(2);
    assert_false(mag_lab_has(&of.labs[0], MAG_LAB_CONFLICT));
    assert_false(mag_lab_has(&of.labs[1], MAG_LAB_CONFLICT));
}

static uint64_t random_state = 11;
static unsigned draw(unsigned below) {
    random_state = random_state * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(random_state >> 33) % below;
}

/* One result in a few days, minutes and specimens, so that many meet. */
static void draw_row(size_t at) {
    static const char *const codes[] = {"2601-3", "2823-3"};
    char when[24], specimen[8] = "";
    const unsigned day = 10 + draw(3);
    if (draw(4) == 0)
        snprintf(when, sizeof when, "2024-06-%02u", day);
    else
        snprintf(when, sizeof when, "2024-06-%02uT%02u:00", day, draw(3));
    if (draw(2))
        snprintf(specimen, sizeof specimen, "s%u", draw(6));
    snprintf(rows[at], ROW_NBYTES, "p1|%s|%u.%02u|mmol/L|%s|%s", codes[draw(2)], 1 + draw(2),
             draw(100), when, specimen);
}

/* Written down without looking at the code: any other row of the analyte, same specimen or moment,
   and more than 5 % of the greater one away. */
static bool contradicts_any(const mag_timeline *of, uint32_t at) {
    const mag_lab *lab = &of->labs[at];
    for (uint32_t i = 0; i < of->first[MAG_ANALYTE_COUNT]; i++) {
        const mag_lab *other = &of->labs[i];
        if (i == at || mag_lab_analyte(other) != mag_lab_analyte(lab))
            continue;
        const bool is_day =
            mag_lab_has(lab, MAG_LAB_DATE_ONLY) || mag_lab_has(other, MAG_LAB_DATE_ONLY);
        const bool is_moment =
            is_day ? lab->minute / 1440 == other->minute / 1440 : lab->minute == other->minute;
        if (!is_moment && mag_timeline_specimen(of, at) != mag_timeline_specimen(of, i))
            continue;
        const int a = lab->mantissa, b = other->mantissa; /* all have two decimals */
        if (abs(a - b) * 20 > (a > b ? a : b))
            return true;
    }
    return false;
}

static void random_results_agree_with_a_comparison_of_every_pair(void **state) {
    (void)state;
    size_t conflict_count = 0, clean_count = 0;
    for (int round = 0; round < ROUND_COUNT; round++) {
        const size_t count = 2 + draw(18);
        for (size_t i = 0; i < count; i++)
            draw_row(i);
        const mag_timeline of = settled(count);
        for (uint32_t i = 0; i < of.first[MAG_ANALYTE_COUNT]; i++) {
            const bool expected = contradicts_any(&of, i);
            if (mag_lab_has(&of.labs[i], MAG_LAB_CONFLICT) != expected)
                fail_msg("round %d: %s is %sin conflict", round, rows[i], expected ? "" : "not ");
            expected ? conflict_count++ : clean_count++;
        }
    }
    assert_true(conflict_count > 300 && clean_count > 300);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(two_results_more_than_five_percent_apart_contradict_each_other),
        TEST(results_of_two_analytes_do_not_contradict_each_other),
        TEST(random_results_agree_with_a_comparison_of_every_pair),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
