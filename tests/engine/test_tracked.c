#include "engine/engine_test.h"

#include "engine/tracked.h"

#include <math.h>

static mag_tracked counts(size_t count, const uint64_t *values) {
    mag_tracked tracked = {
        .kind = MAG_TRACKED_SOURCE, .source = "lims", .name = "", .count = count};
    for (size_t i = 0; i < count; i++)
        tracked.values[i] = values[i];
    return tracked;
}

static void takes_the_middle_or_the_mean_of_the_middle_two(void **state) {
    static const struct row {
        size_t count;
        uint64_t values[5], median;
    } rows[] = {
        {1, {7}, 7},           {2, {7, 10}, 8},        {2, {10, 7}, 8},
        {3, {1, 900, 30}, 30}, {4, {0, 100, 4, 8}, 6}, {5, {5, 5, 5, 0, 0}, 5},
        {3, {0, 0, 3012}, 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        mag_tracked tracked = counts(rows[i].count, rows[i].values);
        assert_int_equal(mag_tracked_median(&tracked), rows[i].median);
    }
}

static mag_tracked rates(size_t count, const uint64_t *flagged, const uint64_t *screened) {
    mag_tracked tracked = counts(count, flagged);
    for (size_t i = 0; i < count; i++)
        tracked.among[i] = screened[i];
    return tracked;
}

/* The square of the statistic is Pearson's chi-square of the 2 x 2 table, which is computed here
   from its cells: (ad - bc)^2 n / (row and column sums). */
static double chi_square(double a, double b, double c, double d) {
    const double n = a + b + c + d, difference = a * d - b * c;
    return difference * difference * n / ((a + b) * (c + d) * (a + c) * (b + d));
}

static void agrees_with_pearsons_chi_square_of_the_fourfold_table(void **state) {
    uint64_t seed = 4711;
    (void)state;
    for (int i = 0; i < 2000; i++) {
        uint64_t screened[3], flagged[3], flagged_then = 0, screened_then = 0;
        for (int k = 0; k < 3; k++) {
            screened[k] = 10 + test_random(&seed) % 2000;
            flagged[k] = 1 + test_random(&seed) % (screened[k] - 1);
            flagged_then += k > 0 ? flagged[k] : 0;
            screened_then += k > 0 ? screened[k] : 0;
        }
        mag_tracked earlier = rates(2, flagged + 1, screened + 1);
        const double sigmas = mag_tracked_sigmas(&earlier, flagged[0], screened[0]);
        const double expected =
            chi_square((double)flagged[0], (double)(screened[0] - flagged[0]), (double)flagged_then,
                       (double)(screened_then - flagged_then));
        assert_true(fabs(sigmas * sigmas - expected) <= 1e-9 * (1 + expected));
    }
}

static void zero_of_as_many_needs_nine_before_to_leave_three_sigma(void **state) {
    (void)state;
    for (uint64_t before = 1; before < 30; before++) {
        const uint64_t screened = 100000;
        mag_tracked earlier = rates(1, &before, &screened);
        assert_int_equal(mag_tracked_sigmas(&earlier, 0, screened) > 3, before >= 9);
    }
}

static void nobody_screened_is_judged_as_the_mean_of_then(void **state) {
    static const uint64_t flagged[] = {30, 20}, screened[] = {900, 1100};
    (void)state;
    mag_tracked earlier = rates(2, flagged, screened);
    assert_true(fabs(mag_tracked_sigmas(&earlier, 0, 0) - mag_tracked_sigmas(&earlier, 0, 1000)) <
                1e-12);
    assert_true(mag_tracked_sigmas(&earlier, 0, 0) > 3);
}

static void says_nothing_where_nothing_can_be_said(void **state) {
    static const uint64_t none[] = {0}, ten[] = {10};
    (void)state;
    mag_tracked nobody = rates(1, none, none), never = rates(1, none, ten),
                always = rates(1, ten, ten);
    assert_true(mag_tracked_sigmas(&nobody, 5, 10) <= 0);
    assert_true(mag_tracked_sigmas(&never, 0, 10) <= 0);
    assert_true(mag_tracked_sigmas(&always, 10, 10) <= 0);
}

static void knows_whether_it_was_ever_zero(void **state) {
    static const uint64_t with[] = {3, 0, 4}, without[] = {3, 1, 4};
    (void)state;
    mag_tracked a = counts(3, with), b = counts(3, without), empty = counts(0, NULL);
    assert_false(mag_tracked_never_zero(&a));
    assert_true(mag_tracked_never_zero(&b));
    assert_false(mag_tracked_never_zero(&empty));
}

static void finds_the_same_thing_of_the_same_source_only(void **state) {
    (void)state;
    const mag_tracked list[] = {
        {.kind = MAG_TRACKED_TEST, .source = "lims", .name = "magnesium", .basis = "1"},
        {.kind = MAG_TRACKED_TEST_RECENT, .source = "lims", .name = "magnesium"},
        {.kind = MAG_TRACKED_TEST, .source = "gp", .name = "magnesium"},
    };
    for (size_t i = 0; i < 3; i++) {
        mag_tracked wanted = list[i];
        wanted.basis = "another";
        assert_ptr_equal(mag_tracked_find(list, 3, &wanted), &list[i]);
    }
    const mag_tracked other = {.kind = MAG_TRACKED_CLASS, .source = "lims", .name = "magnesium"};
    assert_null(mag_tracked_find(list, 3, &other));
}

static void every_kind_is_found_by_its_name(void **state) {
    mag_tracked_kind kind;
    (void)state;
    for (unsigned i = 0; i < MAG_TRACKED_KIND_COUNT; i++) {
        assert_true(mag_tracked_kind_find(mag_tracked_kind_name((mag_tracked_kind)i), &kind));
        assert_int_equal(kind, i);
    }
    assert_false(mag_tracked_kind_find("tests", &kind));
    assert_false(mag_tracked_kind_find(NULL, &kind));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_the_middle_or_the_mean_of_the_middle_two),
        cmocka_unit_test(agrees_with_pearsons_chi_square_of_the_fourfold_table),
        cmocka_unit_test(zero_of_as_many_needs_nine_before_to_leave_three_sigma),
        cmocka_unit_test(nobody_screened_is_judged_as_the_mean_of_then),
        cmocka_unit_test(says_nothing_where_nothing_can_be_said),
        cmocka_unit_test(knows_whether_it_was_ever_zero),
        cmocka_unit_test(finds_the_same_thing_of_the_same_source_only),
        cmocka_unit_test(every_kind_is_found_by_its_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
