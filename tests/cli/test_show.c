#include "cli/show.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

static void assert_shown(const char *data, size_t nbytes, const char *wanted) {
    mag_account account = {0};
    mag_text text;
    mag_text_init(&text, &account);
    mag_shown_add(&text, (mag_span){data, nbytes});
    mag_text_add_char(&text, '\0');
    assert_string_equal(text.at, wanted);
    mag_text_done(&text);
    assert_int_equal(account.used_nbytes, 0);
}

static void shows_plain_text_as_it_is(void **state) {
    (void)state;
    assert_shown("omeprazole 20 mg", 16, "omeprazole 20 mg");
    assert_shown("\xc2\xb5mol/L \xe2\x89\xa5 1", 13, "\xc2\xb5mol/L \xe2\x89\xa5 1");
    assert_shown("\xf0\x9f\x92\x8a", 4, "\xf0\x9f\x92\x8a");
    assert_shown("", 0, "");
}

static void escapes_what_a_terminal_would_obey(void **state) {
    (void)state;
    static const struct {
        const char *data;
        size_t nbytes;
        const char *wanted;
    } cases[] = {
        {"a\x1b[31mb", 7, "a\\x1b[31mb"},
        {"one\ntwo", 7, "one\\x0atwo"},
        {"\r", 1, "\\x0d"},
        {"\t", 1, "\\x09"},
        {"a\0b", 3, "a\\x00b"},
        {"\x7f", 1, "\\x7f"},
        {"\xc2\x9b", 2, "\\xc2\\x9b"},          /* C1: CSI */
        {"\xe2\x80\xae", 3, "\\xe2\\x80\\xae"}, /* right-to-left override */
        {"\xe2\x81\xa6", 3, "\\xe2\\x81\\xa6"}, /* isolate */
        {"\xe2\x80\xa8", 3, "\\xe2\\x80\\xa8"}, /* line separator */
        {"\xd8\x9c", 2, "\\xd8\\x9c"},          /* Arabic letter mark */
        {"\xe2\x80\x94", 3, "\xe2\x80\x94"},    /* a dash is none of them */
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_shown(cases[i].data, cases[i].nbytes, cases[i].wanted);
}

static void escapes_bytes_that_are_not_utf8(void **state) {
    (void)state;
    assert_shown("\xff", 1, "\\xff");
    assert_shown("\xc0\xaf", 2, "\\xc0\\xaf");          /* overlong */
    assert_shown("\xed\xa0\x80", 3, "\\xed\\xa0\\x80"); /* surrogate */
    assert_shown("\xf4\x90\x80\x80", 4, "\\xf4\\x90\\x80\\x80");
    assert_shown("\xe2\x89", 2, "\\xe2\\x89"); /* cut short */
    assert_shown("\xe2(\xa1", 3, "\\xe2(\\xa1");
}

static void groups_the_digits_of_counts(void **state) {
    (void)state;
    char out[MAG_COUNT_TEXT_NBYTES];
    assert_string_equal(mag_count_text(0, out), "0");
    assert_string_equal(mag_count_text(999, out), "999");
    assert_string_equal(mag_count_text(1000, out), "1,000");
    assert_string_equal(mag_count_text(18544, out), "18,544");
    assert_string_equal(mag_count_text(UINT64_MAX, out), "18,446,744,073,709,551,615");
}

static void never_shows_a_share_of_nothing_for_something(void **state) {
    (void)state;
    char out[MAG_COUNT_TEXT_NBYTES];
    assert_string_equal(mag_share_text(0, 100, out), "0.00 %");
    assert_string_equal(mag_share_text(1, 1000000, out), "<0.01 %");
    assert_string_equal(mag_share_text(13, 10000, out), "0.13 %");
    assert_string_equal(mag_share_text(5, 0, out), "100.00 %"); /* as gates count it */
}

static void writes_times_for_people(void **state) {
    (void)state;
    char out[MAG_MOMENT_TEXT_NBYTES];
    mag_minute noon = mag_day_from_civil(2025, 12, 31) * MAG_MINUTES_PER_DAY + 12 * 60;
    assert_string_equal(mag_when_text(noon, false, out), "2025-12-31 12:00");
    assert_string_equal(mag_when_text(noon, true, out), "2025-12-31");
    assert_string_equal(mag_when_text(MAG_MINUTE_OPEN, false, out), "no end");
    assert_string_equal(mag_when_text(MAG_MINUTE_NONE, false, out), "no date");
}

static void one_of_something_is_not_several(void **state) {
    (void)state;
    static const struct {
        uint64_t count;
        const char *text;
    } cases[] = {{0, "0 rows"}, {1, "1 row"}, {2, "2 rows"}, {1001, "1,001 rows"}};
    char out[MAG_AMOUNT_TEXT_NBYTES];
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_string_equal(mag_amount_text(cases[i].count, "row", out), cases[i].text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shows_plain_text_as_it_is),
        cmocka_unit_test(escapes_what_a_terminal_would_obey),
        cmocka_unit_test(escapes_bytes_that_are_not_utf8),
        cmocka_unit_test(groups_the_digits_of_counts),
        cmocka_unit_test(never_shows_a_share_of_nothing_for_something),
        cmocka_unit_test(writes_times_for_people),
        cmocka_unit_test(one_of_something_is_not_several),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
