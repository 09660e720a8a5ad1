/* Truth values against their tables; intervals against points picked out of them. */
#include "world.h"

#include "rules/truth.h"

#include <math.h>

enum { MISSING = 1 << MAG_UNKNOWN_MISSING, CENSORED = 1 << MAG_UNKNOWN_CENSORED };

static void connects_by_the_tables_of_kleene(void **state) {
    (void)state;
    const mag_truth t = mag_truth_of(true), f = mag_truth_of(false), u = mag_truth_unknown(MISSING);
    const struct {
        mag_truth a, b;
        mag_truth_value both, either;
    } rows[] = {
        {t, t, MAG_TRUE, MAG_TRUE},           {t, f, MAG_FALSE, MAG_TRUE},
        {f, t, MAG_FALSE, MAG_TRUE},          {f, f, MAG_FALSE, MAG_FALSE},
        {t, u, MAG_UNDECIDED, MAG_TRUE},      {u, t, MAG_UNDECIDED, MAG_TRUE},
        {f, u, MAG_FALSE, MAG_UNDECIDED},     {u, f, MAG_FALSE, MAG_UNDECIDED},
        {u, u, MAG_UNDECIDED, MAG_UNDECIDED},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_int_equal(mag_truth_and(rows[i].a, rows[i].b).is, rows[i].both);
        assert_int_equal(mag_truth_or(rows[i].a, rows[i].b).is, rows[i].either);
    }
    assert_int_equal(mag_truth_not(t).is, MAG_FALSE);
    assert_int_equal(mag_truth_not(f).is, MAG_TRUE);
    assert_int_equal(mag_truth_not(u).is, MAG_UNDECIDED);
}

static void keeps_the_reasons_that_could_still_change_the_result(void **state) {
    (void)state;
    const mag_truth missing = mag_truth_unknown(MISSING), censored = mag_truth_unknown(CENSORED);
    assert_int_equal(mag_truth_and(missing, censored).reasons, MISSING | CENSORED);
    assert_int_equal(mag_truth_and(missing, mag_truth_of(true)).reasons, MISSING);
    assert_int_equal(mag_truth_and(missing, mag_truth_of(false)).reasons, 0);
    assert_int_equal(mag_truth_or(missing, mag_truth_of(true)).reasons, 0);
    assert_int_equal(mag_truth_or(missing, mag_truth_of(false)).reasons, MISSING);
    assert_int_equal(mag_truth_not(missing).reasons, MISSING);
}

static bool holds(double x, mag_relation relation, double limit) {
    switch (relation) {
    case MAG_IS_BELOW:
        return x < limit;
    case MAG_IS_AT_MOST:
        return x <= limit;
    case MAG_IS_ABOVE:
        return x > limit;
    case MAG_IS_AT_LEAST:
        return x >= limit;
    case MAG_IS_EQUAL:
        return x >= limit && x <= limit;
    case MAG_IS_NOT_EQUAL:
        break;
    }
    return x < limit || x > limit;
}

/* Points of an interval, a quarter apart, its open ends left out. */
static mag_truth_value by_points(const mag_bounds *of, mag_relation relation, double limit) {
    int true_count = 0, false_count = 0;
    for (double x = -4; x <= 8; x += 0.25) {
        const bool is_inside = (x > of->low || (x >= of->low && !of->is_low_open)) &&
                               (x < of->high || (x <= of->high && !of->is_high_open));
        if (is_inside)
            holds(x, relation, limit) ? true_count++ : false_count++;
    }
    return false_count == 0 ? MAG_TRUE : true_count == 0 ? MAG_FALSE : MAG_UNDECIDED;
}

static void decides_only_if_every_point_of_an_interval_agrees(void **state) {
    (void)state;
    const double ends[] = {-INFINITY, 0, 1, 2, 3, 4, INFINITY};
    size_t seen[3] = {0};
    for (size_t low = 0; low < 7; low++)
        for (size_t high = low; high < 7; high++)
            for (unsigned open = 0; open < 4; open++)
                for (int relation = MAG_IS_BELOW; relation <= MAG_IS_NOT_EQUAL; relation++) {
                    const mag_bounds of = {.low = ends[low],
                                           .high = ends[high],
                                           .is_low_open = open & 1,
                                           .is_high_open = open >> 1 & 1,
                                           .doubt = CENSORED};
                    if ((low == high && open != 0) || (low == high && isinf(ends[low])))
                        continue;
                    const mag_bounds limit = mag_bounds_exact(2);
                    const mag_truth got = mag_bounds_compare(&of, (mag_relation)relation, &limit);
                    const mag_truth_value wanted = by_points(&of, (mag_relation)relation, 2);
                    seen[wanted]++;
                    if (got.is != wanted)
                        fail_msg("[%g, %g] open %u, relation %d: %d, wanted %d", of.low, of.high,
                                 open, relation, got.is, wanted);
                    assert_int_equal(got.reasons, wanted == MAG_UNDECIDED ? CENSORED : 0);
                }
    assert_true(seen[MAG_TRUE] > 50 && seen[MAG_FALSE] > 50 && seen[MAG_UNDECIDED] > 50);
}

static void reads_comparators_as_intervals(void **state) {
    (void)state;
    const mag_bounds limit = mag_bounds_exact(0.30);
    const struct {
        mag_comparator comparator;
        mag_truth_value below, at_most, above, at_least;
    } rows[] = {
        {MAG_EXACT, MAG_FALSE, MAG_TRUE, MAG_FALSE, MAG_TRUE},
        {MAG_LESS, MAG_TRUE, MAG_TRUE, MAG_FALSE, MAG_FALSE},
        {MAG_LESS_EQUAL, MAG_UNDECIDED, MAG_TRUE, MAG_FALSE, MAG_UNDECIDED},
        {MAG_GREATER, MAG_FALSE, MAG_FALSE, MAG_TRUE, MAG_TRUE},
        {MAG_GREATER_EQUAL, MAG_FALSE, MAG_UNDECIDED, MAG_UNDECIDED, MAG_TRUE},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const mag_bounds of = mag_bounds_of_comparator(0.30, rows[i].comparator);
        assert_int_equal(mag_bounds_compare(&of, MAG_IS_BELOW, &limit).is, rows[i].below);
        assert_int_equal(mag_bounds_compare(&of, MAG_IS_AT_MOST, &limit).is, rows[i].at_most);
        assert_int_equal(mag_bounds_compare(&of, MAG_IS_ABOVE, &limit).is, rows[i].above);
        assert_int_equal(mag_bounds_compare(&of, MAG_IS_AT_LEAST, &limit).is, rows[i].at_least);
    }
}

static void takes_a_part_in_a_thousand_million_as_equal(void **state) {
    (void)state;
    const mag_bounds limit = mag_bounds_exact(30);
    const mag_bounds nearly = mag_bounds_exact(30 * (1 - 1e-10));
    const mag_bounds below = mag_bounds_exact(30 * (1 - 1e-8));
    assert_int_equal(mag_bounds_compare(&nearly, MAG_IS_BELOW, &limit).is, MAG_FALSE);
    assert_int_equal(mag_bounds_compare(&nearly, MAG_IS_AT_LEAST, &limit).is, MAG_TRUE);
    assert_int_equal(mag_bounds_compare(&below, MAG_IS_BELOW, &limit).is, MAG_TRUE);
}

/* An end that is never reached counts on either side: 1 is below everything above 1. */
static void an_open_end_counts_on_either_side(void **state) {
    (void)state;
    const mag_bounds one = mag_bounds_exact(1);
    const struct {
        mag_comparator comparator;
        mag_truth_value below, at_most, above, at_least; /* of 1 against what is written */
    } rows[] = {
        {MAG_GREATER, MAG_TRUE, MAG_TRUE, MAG_FALSE, MAG_FALSE},
        {MAG_GREATER_EQUAL, MAG_UNDECIDED, MAG_TRUE, MAG_FALSE, MAG_UNDECIDED},
        {MAG_LESS, MAG_FALSE, MAG_FALSE, MAG_TRUE, MAG_TRUE},
        {MAG_LESS_EQUAL, MAG_FALSE, MAG_UNDECIDED, MAG_UNDECIDED, MAG_TRUE},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const mag_bounds right = mag_bounds_of_comparator(1, rows[i].comparator);
        assert_int_equal(mag_bounds_compare(&one, MAG_IS_BELOW, &right).is, rows[i].below);
        assert_int_equal(mag_bounds_compare(&one, MAG_IS_AT_MOST, &right).is, rows[i].at_most);
        assert_int_equal(mag_bounds_compare(&one, MAG_IS_ABOVE, &right).is, rows[i].above);
        assert_int_equal(mag_bounds_compare(&one, MAG_IS_AT_LEAST, &right).is, rows[i].at_least);
    }
    const mag_bounds below_one = {.low = -INFINITY, .high = 1, .is_high_open = true};
    assert_int_equal(mag_bounds_compare(&one, MAG_IS_ABOVE, &below_one).is, MAG_TRUE);
    assert_int_equal(mag_bounds_compare(&one, MAG_IS_AT_MOST, &below_one).is, MAG_FALSE);
}

static void an_unknown_number_compares_as_unknown(void **state) {
    (void)state;
    const mag_bounds unknown = mag_bounds_unknown(MISSING), one = mag_bounds_exact(1);
    assert_int_equal(mag_bounds_compare(&unknown, MAG_IS_BELOW, &one).reasons, MISSING);
    assert_int_equal(mag_bounds_compare(&one, MAG_IS_BELOW, &unknown).reasons, MISSING);
}

static void computes_with_the_corners_of_intervals(void **state) {
    (void)state;
    const mag_bounds a = {.low = 2, .high = 3, .doubt = CENSORED}, b = {.low = -1, .high = 4};
    const mag_bounds sum = mag_bounds_add(a, b), difference = mag_bounds_subtract(a, b);
    const mag_bounds product = mag_bounds_multiply(a, b);
    const mag_bounds quotient = mag_bounds_divide(b, a);
    assert_true(sum.low >= 1 && sum.low <= 1 && sum.high >= 7 && sum.high <= 7);
    assert_true(difference.low >= -2 && difference.low <= -2 && difference.high >= 4);
    assert_true(product.low >= -3 && product.low <= -3 && product.high >= 12);
    assert_true(quotient.low >= -0.5 && quotient.low <= -0.5 && quotient.high <= 2);
    assert_int_equal(sum.doubt, CENSORED);
    assert_int_equal(mag_bounds_divide(a, b).unknown, MISSING);
}

/* 22 mmol/L over a creatinine of <50 is more than 0.44 for every creatinine that this can be. */
static void divides_by_what_is_only_known_to_be_small(void **state) {
    (void)state;
    const mag_bounds urea = mag_bounds_exact(22), line = mag_bounds_exact(0.4),
                     far = mag_bounds_exact(0.5), zero = mag_bounds_exact(0);
    const mag_bounds small = mag_bounds_of_comparator(50, MAG_LESS);
    const mag_bounds ratio = mag_bounds_divide(urea, small);
    assert_int_equal(mag_bounds_compare(&ratio, MAG_IS_ABOVE, &line).is, MAG_TRUE);
    assert_int_equal(mag_bounds_compare(&ratio, MAG_IS_ABOVE, &far).reasons, CENSORED);
    const mag_bounds at_most = mag_bounds_of_comparator(50, MAG_LESS_EQUAL);
    const mag_bounds both = mag_bounds_divide(at_most, small);
    assert_int_equal(mag_bounds_compare(&both, MAG_IS_ABOVE, &line).reasons, CENSORED);
    assert_int_equal(mag_bounds_divide(urea, zero).unknown, MISSING);
    const mag_bounds dose = {.low = 0, .high = 3, .doubt = CENSORED};
    assert_int_equal(mag_bounds_divide(urea, dose).unknown, CENSORED);
}

static void divides_by_what_lies_below_nothing(void **state) {
    (void)state;
    const mag_bounds above = {.low = 2, .high = 3}, line = mag_bounds_exact(-0.66);
    const mag_bounds below = {.low = -4, .high = -2};
    mag_bounds quotient = mag_bounds_divide(above, below);
    assert_true(quotient.low >= -1.5 && quotient.low <= -1.5);
    assert_true(quotient.high >= -0.5 && quotient.high <= -0.5);
    /* up to 0, which is never reached: -2 / 3 at most, and nothing below is too low */
    const mag_bounds up_to_nothing = {.low = -3, .high = 0, .is_high_open = true};
    quotient = mag_bounds_divide(above, up_to_nothing);
    assert_true(isinf(quotient.low) && quotient.low < 0);
    assert_int_equal(mag_bounds_compare(&quotient, MAG_IS_BELOW, &line).is, MAG_TRUE);
    const mag_bounds to_nothing = {.low = -3, .high = 0};
    assert_int_equal(mag_bounds_divide(above, to_nothing).unknown, MISSING);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(connects_by_the_tables_of_kleene),
        cmocka_unit_test(keeps_the_reasons_that_could_still_change_the_result),
        cmocka_unit_test(decides_only_if_every_point_of_an_interval_agrees),
        cmocka_unit_test(reads_comparators_as_intervals),
        cmocka_unit_test(takes_a_part_in_a_thousand_million_as_equal),
        cmocka_unit_test(an_open_end_counts_on_either_side),
        cmocka_unit_test(an_unknown_number_compares_as_unknown),
        cmocka_unit_test(computes_with_the_corners_of_intervals),
        cmocka_unit_test(divides_by_what_is_only_known_to_be_small),
        cmocka_unit_test(divides_by_what_lies_below_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
