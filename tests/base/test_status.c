#include "base/status.h"

#include "base_test.h"

static void exit_codes_are_those_of_the_product(void **state) {
    (void)state;
    static const struct {
        mag_status status;
        int code;
    } cases[] = {{MAG_OK, 0},
                 {MAG_E_ANSWER_NO, 1},
                 {MAG_E_USAGE, 2},
                 {MAG_E_INPUT, 4},
                 {MAG_E_RULES, 5},
                 {MAG_E_DATABASE_AWAY, 6},
                 {MAG_E_DATABASE_REFUSED, 7},
                 {MAG_E_RESOURCE, 8},
                 {MAG_E_LOCKED, 9},
                 {MAG_E_PRIVACY, 10},
                 {MAG_E_INTERNAL, 70},
                 {MAG_E_INTERRUPTED, 130},
                 {MAG_E_TERMINATED, 143}};
    assert_int_equal(sizeof cases / sizeof cases[0], MAG_STATUS_COUNT);
    for (size_t i = 0; i < MAG_STATUS_COUNT; i++)
        assert_int_equal(mag_status_exit_code(cases[i].status), cases[i].code);
}

static void a_failure_carries_text_hint_and_place(void **state) {
    (void)state;
    mag_error err;
    memset(&err, 'x', sizeof err);
    assert_int_equal(mag_fail(&err, MAG_E_INPUT, MAG_MSG_I101, "ends %s", "early"), MAG_E_INPUT);
    assert_int_equal(err.status, MAG_E_INPUT);
    assert_int_equal(err.message, MAG_MSG_I101);
    assert_string_equal(err.text, "ends early");
    assert_string_equal(err.hint, "");
    mag_hint(&err, "ask %d", 1);
    mag_error_place(&err, "labs.csv, line %d", 7);
    assert_string_equal(err.text, "labs.csv, line 7: ends early");
    assert_string_equal(err.hint, "ask 1");
}

static void nobody_need_listen(void **state) {
    (void)state;
    assert_int_equal(mag_fail(NULL, MAG_E_RULES, MAG_MSG_R501, "x"), MAG_E_RULES);
    mag_hint(NULL, "x");
    mag_error_place(NULL, "x");
    assert_int_equal(mag_fail_memory(NULL, 1), MAG_E_RESOURCE);
}

static void long_texts_are_cut_and_still_end(void **state) {
    (void)state;
    mag_error err;
    mag_fail(&err, MAG_E_USAGE, MAG_MSG_U201, "%0*d", 5000, 1);
    assert_int_equal(strlen(err.text), sizeof err.text - 1);
    mag_error_place(&err, "%0*d", 500, 2);
    assert_int_equal(strlen(err.text), sizeof err.text - 1);
    assert_memory_equal(err.text + 499, "2: 0", 4);
    for (int length = 1015; length < 1030; length++) {
        mag_fail(&err, MAG_E_USAGE, MAG_MSG_U201, "what");
        mag_error_place(&err, "%0*d", length, 3);
        assert_true(strlen(err.text) < sizeof err.text);
    }
    mag_hint(&err, "%0*d", 5000, 1);
    assert_int_equal(strlen(err.hint), sizeof err.hint - 1);
}

static mag_status try_twice(mag_status first, int *calls) {
    ++*calls;
    MAG_TRY(first);
    ++*calls;
    return MAG_OK;
}

static void try_returns_at_the_first_fault(void **state) {
    (void)state;
    int calls = 0;
    assert_int_equal(try_twice(MAG_E_LOCKED, &calls), MAG_E_LOCKED);
    assert_int_equal(calls, 1);
    assert_int_equal(try_twice(MAG_OK, &calls), MAG_OK);
    assert_int_equal(calls, 3);
}

/* "x\n[MS-X701]" from a file must not look like a message of its own. */
static void only_a_line_that_was_meant_begins_one(void **state) {
    (void)state;
    mag_error err = {0};
    mag_fail(&err, MAG_E_USAGE, MAG_MSG_U202, "no \"%s\"", "a\nb\n");
    assert_string_equal(err.text, "no \"a\\x0ab\\x0a\"");
    mag_error_line(&err, "  %s", "c\nd");
    mag_error_line(&err, "  ^");
    mag_error_place(&err, "p\nq");
    assert_string_equal(err.text, "p\\x0aq: no \"a\\x0ab\\x0a\"\n  c\\x0ad\n  ^");
    mag_error_line(NULL, "nobody listens");
    /* however the room ends */
    char many[2 * sizeof err.text];
    for (size_t length = sizeof err.text - 12; length < sizeof err.text + 4; length++) {
        memset(many, 'x', length);
        many[length - 3] = many[length - 1] = '\n';
        many[length] = '\0';
        mag_fail(&err, MAG_E_USAGE, MAG_MSG_U202, "%s", many);
        assert_null(strchr(err.text, '\n'));
        mag_error_line(&err, "%s", many);
        assert_true(strlen(err.text) < sizeof err.text);
    }
    memset(many, '\n', sizeof many - 1);
    many[sizeof many - 1] = '\0';
    mag_fail(&err, MAG_E_USAGE, MAG_MSG_U202, "%s", many);
    assert_null(strchr(err.text, '\n'));
    assert_true(strlen(err.text) < sizeof err.text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(exit_codes_are_those_of_the_product),
        TEST(a_failure_carries_text_hint_and_place),
        TEST(nobody_need_listen),
        TEST(long_texts_are_cut_and_still_end),
        TEST(only_a_line_that_was_meant_begins_one),
        TEST(try_returns_at_the_first_fault),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
