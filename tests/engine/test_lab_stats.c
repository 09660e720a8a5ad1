#include "engine/engine_test.h"

#include "engine/lab_stats.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { VALUE_LIMIT = 5000 };

/* The other way to the same figures: the sorted list itself, long double sums in two passes. */
typedef struct sorted_list {
    mag_decimal values[VALUE_LIMIT];
    size_t count;
} sorted_list;

static int by_value(const void *a, const void *b) {
    const mag_decimal *left = a, *right = b;
    int order = mag_decimal_compare(*left, *right);
    return order != 0 ? order : (int)left->scale - (int)right->scale;
}

static mag_decimal naive_quantile(sorted_list *reference, unsigned percent) {
    qsort(reference->values, reference->count, sizeof reference->values[0], by_value);
    for (size_t seen = 1; seen <= reference->count; seen++)
        if (seen * 100 >= percent * reference->count)
            return reference->values[seen - 1];
    return reference->values[reference->count - 1];
}

static void naive_moments(const sorted_list *reference, long double *mean, long double *sd) {
    long double sum = 0, squares = 0, n = (long double)reference->count;
    for (size_t i = 0; i < reference->count; i++)
        sum += (long double)mag_decimal_double(reference->values[i]);
    *mean = sum / n;
    for (size_t i = 0; i < reference->count; i++) {
        long double distance = (long double)mag_decimal_double(reference->values[i]) - *mean;
        squares += distance * distance;
    }
    *sd = reference->count > 1 ? sqrtl(squares / (n - 1)) : 0;
}

typedef struct seen_row {
    char text[9][MAG_DECIMAL_TEXT_NBYTES];
    char mean[48], sd[48], unit[16];
    uint64_t results, missing_patients;
    unsigned count;
} seen_row;

static mag_status see(void *context, const mag_lab_summary_row *row, mag_error *err) {
    seen_row *seen = context;
    (void)err;
    for (unsigned i = 0; i < 9; i++)
        strcpy(seen->text[i], row->quantiles[i]);
    strcpy(seen->mean, row->mean);
    strcpy(seen->sd, row->sd);
    strcpy(seen->unit, row->unit);
    seen->results = row->results;
    seen->missing_patients = row->missing_patients;
    seen->count++;
    return MAG_OK;
}

typedef struct test_data {
    mag_account account;
    mag_arena *arena;
    mag_lab_stats *stats, *other;
} test_data;

static void begin(test_data *fixture) {
    *fixture = (test_data){0};
    fixture->arena = mag_arena_new(&fixture->account);
    assert_int_equal(mag_lab_stats_new(fixture->arena, &fixture->stats, NULL), MAG_OK);
    assert_int_equal(mag_lab_stats_new(fixture->arena, &fixture->other, NULL), MAG_OK);
}

static void end(test_data *fixture) {
    mag_lab_stats_done(fixture->stats);
    mag_lab_stats_done(fixture->other);
    mag_arena_free(fixture->arena);
    assert_int_equal(fixture->account.used_nbytes, 0);
}

static void check(test_data *fixture, sorted_list *reference) {
    static const unsigned percents[9] = {0, 1, 5, 25, 50, 75, 95, 99, 100};
    seen_row seen = {0};
    long double mean, sd;
    assert_int_equal(mag_lab_stats_each(fixture->stats, 10, see, &seen, NULL), MAG_OK);
    assert_int_equal(seen.count, 1);
    assert_int_equal(seen.results, reference->count);
    for (unsigned i = 0; i < 9; i++) {
        char expected[MAG_DECIMAL_TEXT_NBYTES];
        mag_decimal_text(naive_quantile(reference, percents[i]), expected);
        assert_string_equal(seen.text[i], expected);
    }
    naive_moments(reference, &mean, &sd);
    assert_true(fabsl(mean - strtold(seen.mean, NULL)) <= 1e-6L);
    assert_true(fabsl(sd - strtold(seen.sd, NULL)) <= 1e-6L);
}

static void put(mag_lab_stats *stats, sorted_list *reference, mag_decimal value) {
    reference->values[reference->count++] = value;
    assert_int_equal(mag_lab_stats_value(stats, MAG_MAGNESIUM, MAG_UNIT_MG_DL, value, NULL),
                     MAG_OK);
}

static void agrees_with_the_sorted_list_for_seeded_values(void **state) {
    static const size_t sizes[] = {1, 2, 3, 19, 20, 21, 99, 100, 101, 200, 4999};
    uint64_t seed = 11;
    (void)state;
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        static sorted_list reference;
        test_data fixture;
        reference.count = 0;
        begin(&fixture);
        for (size_t k = 0; k < sizes[i]; k++) {
            uint8_t scale = (uint8_t)(test_random(&seed) % 4);
            int32_t mantissa = (int32_t)(test_random(&seed) % 5000) - 100;
            put(fixture.stats, &reference, (mag_decimal){mantissa, scale});
        }
        check(&fixture, &reference);
        end(&fixture);
    }
}

static void gives_the_same_row_however_the_values_are_split(void **state) {
    static sorted_list reference;
    uint64_t seed = 5;
    test_data fixture;
    (void)state;
    reference.count = 0;
    begin(&fixture);
    for (size_t k = 0; k < 3000; k++)
        put(test_random(&seed) % 3 == 0 ? fixture.other : fixture.stats, &reference,
            (mag_decimal){(int32_t)(test_random(&seed) % 100000), 2});
    assert_int_equal(mag_lab_stats_add(fixture.stats, fixture.other, NULL), MAG_OK);
    check(&fixture, &reference);
    end(&fixture);
}

static void keeps_printed_digits_and_tells_figures_by_hand(void **state) {
    static const mag_decimal values[] = {{70, 2}, {7, 1}, {150, 2}, {2, 0}};
    test_data fixture;
    seen_row seen = {0};
    (void)state;
    begin(&fixture);
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(
            mag_lab_stats_value(fixture.stats, MAG_MAGNESIUM, MAG_UNIT_MMOL_L, values[i], NULL),
            MAG_OK);
    assert_int_equal(mag_lab_stats_each(fixture.stats, 3, see, &seen, NULL), MAG_OK);
    assert_string_equal(seen.unit, "mmol/L");
    assert_string_equal(seen.text[0], "0.7"); /* equal values: fewer decimals first */
    assert_string_equal(seen.text[4], "0.70");
    assert_string_equal(seen.text[5], "1.50");
    assert_string_equal(seen.text[8], "2");
    assert_string_equal(seen.mean, "1.225000");
    assert_string_equal(seen.sd, "0.639661");
    assert_int_equal(seen.missing_patients, 3);
    end(&fixture);
}

static void stays_exact_for_large_equal_values(void **state) {
    test_data fixture;
    seen_row seen = {0};
    (void)state;
    begin(&fixture);
    for (size_t i = 0; i < 1000; i++)
        assert_int_equal(mag_lab_stats_value(fixture.stats, MAG_CK, MAG_UNIT_U_L,
                                             (mag_decimal){499999, 0}, NULL),
                         MAG_OK);
    assert_int_equal(mag_lab_stats_each(fixture.stats, 0, see, &seen, NULL), MAG_OK);
    assert_string_equal(seen.mean, "499999.000000");
    assert_string_equal(seen.sd, "0.000000");
    end(&fixture);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(agrees_with_the_sorted_list_for_seeded_values),
        cmocka_unit_test(gives_the_same_row_however_the_values_are_split),
        cmocka_unit_test(keeps_printed_digits_and_tells_figures_by_hand),
        cmocka_unit_test(stays_exact_for_large_equal_values),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
