/* From the limit of the process to that of the account. */
#include "cli/memory_budget.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const size_t MIB = 1 << 20;

/* The least in MiB, as a refusal tells it. */
static size_t least_with(unsigned thread_count) {
    mag_account account = {0};
    mag_memory_budget budget;
    mag_error error = {0};
    assert_int_equal(mag_memory_budget_set(&budget, 1, thread_count, &account, &error),
                     MAG_E_RESOURCE);
    assert_int_equal(error.message, MAG_MSG_P402);
    assert_int_equal(account.limit_nbytes, 0);
    const char *told = strstr(error.text, " is ");
    assert_non_null(told);
    assert_non_null(strstr(error.hint, "--threads"));
    return strtoul(told + strlen(" is "), NULL, 10);
}

static void the_least_that_is_told_is_enough(void **state) {
    (void)state;
    static const unsigned threads[] = {1, 2, 8, 64};
    size_t before = 0;
    for (size_t i = 0; i < sizeof threads / sizeof threads[0]; i++) {
        mag_account account = {0};
        mag_memory_budget budget;
        mag_error error = {0};
        const size_t least = least_with(threads[i]);
        assert_true(least > before); /* each thread has its share */
        before = least;
        assert_int_equal(
            mag_memory_budget_set(&budget, (least + 1) * MIB, threads[i], &account, &error),
            MAG_OK);
        assert_int_equal(budget.bound, MAG_BOUND_SAID);
        assert_true(budget.limit_nbytes == (least + 1) * MIB);
        assert_true(account.limit_nbytes == budget.limit_nbytes - budget.overhead_nbytes);
        assert_true(account.limit_nbytes >= 20 * MIB);
    }
}

static void what_is_in_use_counts_too(void **state) {
    (void)state;
    const size_t least = least_with(1);
    mag_account account = {.used_nbytes = 200 * MIB};
    mag_memory_budget budget;
    mag_error error = {0};
    assert_int_equal(mag_memory_budget_set(&budget, (least + 100) * MIB, 1, &account, &error),
                     MAG_E_RESOURCE);
}

static void a_large_limit_is_nearly_all_the_accounts(void **state) {
    (void)state;
    mag_account account = {0};
    mag_memory_budget budget;
    mag_error error = {0};
    assert_int_equal(mag_memory_budget_set(&budget, 4096 * MIB, 2, &account, &error), MAG_OK);
    assert_true(account.limit_nbytes > 3800 * MIB);
    assert_true(account.limit_nbytes < 4096 * MIB);
}

static void where_nobody_says_the_system_does(void **state) {
    (void)state;
    mag_account account = {0};
    mag_memory_budget budget;
    mag_error error = {0};
    mag_memory_bound bound;
    const size_t allowed = mag_machine_memory(&bound);
    assert_int_equal(mag_memory_budget_set(&budget, 0, 2, &account, &error), MAG_OK);
    assert_int_equal(budget.bound, bound);
    assert_true(budget.limit_nbytes > 0 && budget.limit_nbytes <= allowed);
    assert_true(account.limit_nbytes > 0 && account.limit_nbytes < budget.limit_nbytes);
}

/* The least limit is told where a request was refused by one that was said; other faults stay. */
static void a_request_over_the_limit_tells_the_least(void **state) {
    (void)state;
    static const struct {
        mag_memory_bound bound;
        mag_message_id message;
        size_t missing_mib;
        const char *hint;
    } cases[] = {{MAG_BOUND_SAID, MAG_MSG_P402, 49, "raise --memory-limit to 151 MiB at least"},
                 {MAG_BOUND_SAID, MAG_MSG_P402, 0, "as it was"},
                 {MAG_BOUND_MACHINE, MAG_MSG_P402, 49, "as it was"},
                 {MAG_BOUND_SAID, MAG_MSG_P403, 49, "as it was"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        mag_account account = {.limit_nbytes = 80 * MIB,
                               .missing_nbytes = cases[i].missing_mib * MIB};
        const mag_memory_budget budget = {100 * MIB, cases[i].bound, 20 * MIB};
        mag_error error = {0};
        assert_int_equal(mag_fail(&error, MAG_E_RESOURCE, cases[i].message, "a fault"),
                         MAG_E_RESOURCE);
        mag_hint(&error, "as it was");
        mag_memory_budget_explain(&budget, &account, &error);
        assert_int_equal(strncmp(error.hint, cases[i].hint, strlen(cases[i].hint)), 0);
        assert_true((strstr(error.text, "80.0 MiB that --memory-limit leaves") != NULL) ==
                    (i == 0));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_least_that_is_told_is_enough),
        cmocka_unit_test(what_is_in_use_counts_too),
        cmocka_unit_test(a_large_limit_is_nearly_all_the_accounts),
        cmocka_unit_test(where_nobody_says_the_system_does),
        cmocka_unit_test(a_request_over_the_limit_tells_the_least),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
