#include "engine/engine_test.h"

#include "engine/summary.h"

#include "cohort/builder.h"
#include "engine/fixed_text.h"

#include <math.h>
#include <string.h>

/* Ends found by bisection of the score test, |p - x/n| = z sqrt(p (1 - p) / n), outside this
   program. */
static void gives_the_interval_that_inverts_the_score_test(void **state) {
    static const struct row {
        uint64_t count, of;
        const char *low, *high;
    } rows[] = {
        {0, 10, "0.000000", "0.277533"},    {1, 10, "0.017876", "0.404150"},
        {5, 10, "0.236593", "0.763407"},    {10, 10, "0.722467", "1.000000"},
        {1, 1, "0.206549", "1.000000"},     {7, 100, "0.034319", "0.137495"},
        {81, 263, "0.255289", "0.366210"},  {15, 148, "0.062386", "0.160487"},
        {3, 20000, "0.000051", "0.000441"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        double low, high;
        char text[2][MAG_FIXED_TEXT_NBYTES];
        mag_wilson(rows[i].count, rows[i].of, &low, &high);
        mag_fixed_text(low, 6, text[0]);
        mag_fixed_text(high, 6, text[1]);
        assert_string_equal(text[0], rows[i].low);
        assert_string_equal(text[1], rows[i].high);
    }
}

/* Both ends solve the score equation, whatever the counts. */
static void both_ends_solve_the_score_equation_for_seeded_counts(void **state) {
    uint64_t seed = 3;
    (void)state;
    for (unsigned round = 0; round < 2000; round++) {
        uint64_t of = 1 + test_random(&seed) % 100000;
        uint64_t count = test_random(&seed) % (of + 1);
        double ends[2], n = (double)of, share = (double)count / n;
        mag_wilson(count, of, &ends[0], &ends[1]);
        assert_true(ends[0] >= 0.0 && ends[0] <= share + 1e-12);
        assert_true(ends[1] <= 1.0 && ends[1] >= share - 1e-12);
        for (unsigned i = 0; i < 2; i++) {
            double p = ends[i];
            double miss = fabs(share - p) - 1.959964 * sqrt(p * (1.0 - p) / n);
            assert_true(p == 0.0 || p == 1.0 || fabs(miss) < 1e-9);
        }
    }
}

typedef struct world {
    mag_account account;
    mag_arena *arena;
    const mag_codebook *book;
    mag_cohort *cohort;
    const mag_strata *strata;
} world;

static void put_person(world *at, const char *id, mag_sex sex, int birth_year, const char *site) {
    mag_person person = {.id = mag_span_of(id),
                         .sex = sex,
                         .is_in_roster = true,
                         .has_birth = birth_year != 0,
                         .died = MAG_MINUTE_OPEN,
                         .observed_from = MAG_MINUTE_NONE,
                         .observed_until = MAG_MINUTE_OPEN};
    if (birth_year != 0)
        person.birth = mag_day_from_civil(birth_year, 1, 1);
    if (site != NULL)
        assert_int_equal(
            mag_cohort_intern_text(at->cohort, mag_span_of(site), &person.site_id, NULL), MAG_OK);
    mag_position nowhere = {0xffff, 0};
    assert_int_equal(mag_cohort_put_person(at->cohort, &person, nowhere, NULL), MAG_OK);
}

static int setup(void **state) {
    static world at;
    static const mag_plan plan = {.strata_sex = true,
                                  .strata_age_band = true,
                                  .strata_renal_stage = true,
                                  .strata_site = true};
    at = (world){0};
    at.arena = mag_arena_new(&at.account);
    assert_int_equal(mag_codebook_load(at.arena, &at.book, NULL), MAG_OK);
    mag_cohort_settings settings = {.as_of_kind = MAG_AS_OF_FIXED,
                                    .as_of = mag_day_from_civil(2025, 12, 31) * 1440 + 1439,
                                    .data_until = MAG_MINUTE_OPEN,
                                    .account = &at.account};
    assert_int_equal(mag_cohort_new(&at.cohort, at.book, &settings, NULL), MAG_OK);
    put_person(&at, "A", MAG_SEX_FEMALE, 1981, "West");
    put_person(&at, "B", MAG_SEX_MALE, 1980, "East");
    put_person(&at, "C", MAG_SEX_UNKNOWN, 1940, NULL);
    put_person(&at, "D", MAG_SEX_FEMALE, 0, "unknown");
    put_person(&at, "E", MAG_SEX_FEMALE, 1951, "West");
    for (unsigned i = 0; i < MAG_PARTITION_COUNT; i++)
        assert_int_equal(mag_cohort_settle(at.cohort, i, NULL), MAG_OK);
    assert_int_equal(mag_cohort_settle_all(at.cohort, NULL), MAG_OK);
    assert_int_equal(mag_strata_new(at.arena, &plan, at.cohort, &at.strata, NULL), MAG_OK);
    *state = &at;
    return 0;
}

static int teardown(void **state) {
    world *at = *state;
    mag_cohort_free(at->cohort);
    mag_arena_free(at->arena);
    assert_int_equal(at->account.used_nbytes, 0);
    return 0;
}

static void puts_a_patient_into_one_level_of_each_stratum(void **state) {
    static const struct row {
        const char *id, *sex, *age_band, *site;
    } rows[] = {{"A", "F", "18-44", "West"},
                {"B", "M", "45-64", "East"},
                {"C", "unknown", "85+", "unknown"},
                {"D", "F", "unknown", "unknown"},
                {"E", "F", "65-74", "West"}};
    world *at = *state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        mag_timeline patient;
        size_t levels[MAG_STRATUM_COUNT];
        assert_true(mag_timeline_find(at->cohort, mag_span_of(rows[i].id), &patient));
        assert_int_equal(mag_strata_of(at->strata, &patient, levels), MAG_STRATUM_COUNT);
        const char *const names[] = {"all", rows[i].sex, rows[i].age_band, "unknown", rows[i].site};
        static const char *const strata[] = {"all", "sex", "age_band", "renal_stage", "site"};
        for (size_t k = 0; k < MAG_STRATUM_COUNT; k++) {
            const mag_level *level = mag_strata_level(at->strata, levels[k]);
            assert_string_equal(level->stratum, strata[k]);
            assert_string_equal(level->name, names[k]);
        }
    }
}

static void lists_sites_bytewise_and_each_once(void **state) {
    world *at = *state;
    size_t count = mag_strata_count(at->strata);
    assert_int_equal(count, 1 + 3 + 6 + 7 + 3);
    assert_string_equal(mag_strata_level(at->strata, count - 3)->name, "East");
    assert_string_equal(mag_strata_level(at->strata, count - 2)->name, "West");
    assert_string_equal(mag_strata_level(at->strata, count - 1)->name, "unknown");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gives_the_interval_that_inverts_the_score_test),
        cmocka_unit_test(both_ends_solve_the_score_equation_for_seeded_counts),
        cmocka_unit_test_setup_teardown(puts_a_patient_into_one_level_of_each_stratum, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(lists_sites_bytewise_and_each_once, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
