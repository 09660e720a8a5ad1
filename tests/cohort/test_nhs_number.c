/* The published check of NHS numbers, and from how many passes on chance is no explanation. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cohort/nhs_number.h"

#include <stdio.h>
#include <string.h>

static bool passes(const char *id) {
    char digits[10];
    return mag_nhs_number_digits(mag_span_of(id), digits) && mag_nhs_number_passes(digits);
}

/* 943 476 5919 is the worked example of the NHS Data Dictionary; 999 numbers are for tests. */
static void published_examples_pass_and_a_changed_digit_does_not(void **state) {
    (void)state;
    assert_true(passes("9434765919"));
    assert_true(passes("943 476 5919"));
    assert_true(passes("943-476-5919"));
    assert_true(passes("  9434765919   ")); /* padded to a width */
    assert_true(passes("9434765919.0"));    /* taken for a quantity */
    assert_true(passes("NHS9434765919"));
    assert_true(passes("NHS No: 943 476 5919"));
    assert_true(passes("nhs-943-476-5919 "));
    assert_true(passes("'9434765919"));
    assert_true(passes("P9434765919.0"));
    assert_false(passes("NHS9434765918"));
    assert_true(passes("9990000018"));
    assert_false(passes("9434765918"));
    assert_false(passes("9434756919"));
}

static void only_ten_digits_are_judged(void **state) {
    (void)state;
    static const char *const others[] = {"",
                                         "943476591",
                                         "94347659190",
                                         "943476591x",
                                         "NHS943476591",
                                         "NHS94347659190",
                                         "a longer word 9434765919",
                                         "NHS",
                                         "q943476591",
                                         "943 476 591",
                                         "94347659190.0",
                                         "943476591.0",
                                         "9434.76591",
                                         "943/476/5919"};
    char digits[10];
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        assert_false(mag_nhs_number_digits(mag_span_of(others[i]), digits));
}

/* Said another way: with weight 1 for the check digit the whole sum is a multiple of 11. */
static void the_check_is_a_weighted_sum_divisible_by_eleven(void **state) {
    (void)state;
    unsigned passed = 0;
    enum { COUNT = 110000 };
    for (unsigned n = 0; n < COUNT; n++) {
        char id[16];
        int sum = 0;
        snprintf(id, sizeof id, "%010u", 4000000000u + n * 9973u % 900000007u);
        for (int i = 0; i < 10; i++)
            sum += (id[i] - '0') * (10 - i);
        assert_int_equal(passes(id), sum % 11 == 0);
        passed += passes(id);
    }
    assert_in_range(passed, COUNT / 11 - 300, COUNT / 11 + 300);
}

/* Least number of passes with P(X >= k) < 0.001, X ~ binomial(n, 1/11), by exact fractions. */
static void few_ids_are_judged_by_the_exact_binomial(void **state) {
    (void)state;
    static const struct {
        uint64_t of, least;
    } table[] = {{3, 3},   {4, 4},   {5, 4},    {8, 5},    {10, 6},  {20, 8},
                 {40, 11}, {50, 13}, {100, 20}, {150, 27}, {199, 33}};
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        assert_true(mag_nhs_numbers_suspected(table[i].least, table[i].of));
        assert_false(mag_nhs_numbers_suspected(table[i].least - 1, table[i].of));
    }
    for (uint64_t of = 0; of < 3; of++)
        assert_false(mag_nhs_numbers_suspected(of, of));
}

static void many_ids_are_judged_by_their_share(void **state) {
    (void)state;
    assert_true(mag_nhs_numbers_suspected(50, 200));
    assert_false(mag_nhs_numbers_suspected(49, 200));
    assert_true(mag_nhs_numbers_suspected(250000000, 1000000000));
    assert_false(mag_nhs_numbers_suspected(249999999, 1000000000));
    assert_false(mag_nhs_numbers_suspected(0, 1000));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(published_examples_pass_and_a_changed_digit_does_not),
        cmocka_unit_test(only_ten_digits_are_judged),
        cmocka_unit_test(the_check_is_a_weighted_sum_divisible_by_eleven),
        cmocka_unit_test(few_ids_are_judged_by_the_exact_binomial),
        cmocka_unit_test(many_ids_are_judged_by_their_share),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
