/* The sweep over many creatinines against the stage of each by itself. */
#include "clinical/aki_sweep.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum { MOST = 300 };

static uint64_t state_of_chance = 11;

static uint32_t chance(uint32_t below) {
    state_of_chance =
        state_of_chance * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(state_of_chance >> 33) % below;
}

static int by_time(const void *left, const void *right) {
    const mag_aki_result *a = left, *b = right;
    return (a->at > b->at) - (a->at < b->at);
}

/* Over `days` days; every share-th has no clock, every ninth is censored. */
static size_t some_results(mag_aki_result results[MOST], uint32_t days, uint32_t share) {
    const size_t count = chance(MOST) + 1;
    for (size_t i = 0; i < count; i++) {
        const bool is_date_only = share > 0 && chance(share) == 0;
        const uint32_t minute = chance(days * MAG_MINUTES_PER_DAY);
        const double value = 50 + chance(chance(5) == 0 ? 400 : 60);
        results[i] = (mag_aki_result){
            .at = (mag_minute)(is_date_only ? minute - minute % MAG_MINUTES_PER_DAY : minute),
            .is_date_only = is_date_only,
            .low = chance(9) == 0 ? 0 : value,
            .high = chance(9) == 0 ? (double)INFINITY : value};
    }
    qsort(results, count, sizeof *results, by_time);
    return count;
}

static bool is_same(double a, double b) {
    return (isnan(a) && isnan(b)) || !(a < b || a > b);
}

static void expect_same(const mag_aki *got, const mag_aki *wanted, size_t index) {
    if (got->stage != wanted->stage || got->has_baseline != wanted->has_baseline ||
        got->is_day_resolution != wanted->is_day_resolution || !is_same(got->c1, wanted->c1) ||
        !is_same(got->rv1, wanted->rv1) || !is_same(got->rv2, wanted->rv2) ||
        !is_same(got->ratio, wanted->ratio) || !is_same(got->rise, wanted->rise) ||
        !is_same(got->reference, wanted->reference))
        fail_msg("result %zu: stage %d, rv1 %g, rv2 %g, rise %g; wanted %d, %g, %g, %g", index,
                 got->stage, got->rv1, got->rv2, got->rise, wanted->stage, wanted->rv1, wanted->rv2,
                 wanted->rise);
}

static int compare_reading(const mag_aki_result *results, size_t count, mag_aki_reading reading) {
    static double numbers[MAG_AKI_SWEEP_NUMBERS * (MOST + 1)], room[MOST];
    static uint32_t ranks[MAG_AKI_SWEEP_RANKS * (MOST + 1)];
    int staged = 0;
    mag_aki_sweep sweep = mag_aki_sweep_begin(results, count, reading, numbers, ranks);
    for (int dates = 0; dates < 2; dates++)
        for (size_t i = 0; i < count; i++) {
            if (results[i].is_date_only != (dates == 1))
                continue;
            mag_aki wanted = mag_aki_of(results, count, i, reading, room);
            if (wanted.stage > 0 && mag_aki_is_resolved(results, count, i, &wanted, reading))
                wanted.stage = 0;
            const mag_aki got = mag_aki_sweep_at(&sweep, i);
            expect_same(&got, &wanted, i);
            staged += wanted.stage > 0;
        }
    return staged;
}

static void the_sweep_says_what_each_result_says_by_itself(void **state) {
    (void)state;
    static const uint32_t days[] = {1, 3, 12, 60, 400, 1200}, shares[] = {0, 1, 3, 20};
    static mag_aki_result results[MOST];
    int staged = 0;
    for (size_t d = 0; d < sizeof days / sizeof days[0]; d++)
        for (size_t s = 0; s < sizeof shares / sizeof shares[0]; s++)
            for (int k = 0; k < 5; k++) {
                const size_t count = some_results(results, days[d], shares[s]);
                staged += compare_reading(results, count, MAG_AKI_LEAST);
                staged += compare_reading(results, count, MAG_AKI_MOST);
            }
    assert_true(staged > 100);
}

static void results_may_be_asked_in_any_order(void **state) {
    (void)state;
    static mag_aki_result results[MOST];
    static double numbers[MAG_AKI_SWEEP_NUMBERS * (MOST + 1)], room[MOST];
    static uint32_t ranks[MAG_AKI_SWEEP_RANKS * (MOST + 1)];
    const size_t count = some_results(results, 700, 4);
    mag_aki_sweep sweep = mag_aki_sweep_begin(results, count, MAG_AKI_MOST, numbers, ranks);
    for (int k = 0; k < 500; k++) {
        const size_t i = chance((uint32_t)count);
        mag_aki wanted = mag_aki_of(results, count, i, MAG_AKI_MOST, room);
        if (wanted.stage > 0 && mag_aki_is_resolved(results, count, i, &wanted, MAG_AKI_MOST))
            wanted.stage = 0;
        const mag_aki got = mag_aki_sweep_at(&sweep, i);
        expect_same(&got, &wanted, i);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_sweep_says_what_each_result_says_by_itself),
        cmocka_unit_test(results_may_be_asked_in_any_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
