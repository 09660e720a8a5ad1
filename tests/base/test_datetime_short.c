/* The short way of reading dates against the plain one, which knows nothing of words. */
#include "base/datetime.h"

#include "base_test.h"

static unsigned long compared, read_shortly;

static void assert_same(const char *text, size_t nbytes) {
    mag_moment wanted, got;
    memset(&wanted, 0, sizeof wanted);
    memset(&got, 0, sizeof got);
    char *exact = malloc(nbytes ? nbytes : 1); /* so that a read behind the text is found */
    assert_non_null(exact);
    memcpy(exact, text, nbytes);
    const mag_span span = {exact, nbytes};
    const mag_date_fault fault = mag_moment_parse_plain(span, NULL, &wanted);
    if (mag_moment_parse(span, NULL, &got) != fault || got.minute != wanted.minute ||
        (fault == MAG_DATE_OK && got.last_day != wanted.last_day) ||
        got.is_date_only != wanted.is_date_only || got.has_offset != wanted.has_offset ||
        got.has_z != wanted.has_z)
        fail_msg("\"%.*s\" is read in two ways", (int)nbytes, text);
    compared++;
    if (mag_moment_parse_short(span, &got))
        read_shortly++;
    free(exact);
}

static void every_day_of_every_year_is_read_alike(void **state) {
    (void)state;
    char text[16];
    read_shortly = 0;
    for (int year = 1590; year <= 9999; year++)
        for (int month = 0; month <= 13; month++)
            for (int day = 0; day <= 32; day++) {
                snprintf(text, sizeof text, "%04d-%02d-%02d", year, month, day);
                assert_same(text, 10);
            }
    /* 400 years have 146,097 days, and these are 21 times 400 */
    assert_int_equal(read_shortly, 21 * 146097);
}

static void every_pair_of_digits_may_stand_for_a_month_a_day_or_a_time(void **state) {
    (void)state;
    static const int years[] = {0, 1599, 1600, 1900, 1999, 2000, 2023, 2024, 2100, 9999};
    char text[32];
    for (size_t i = 0; i < sizeof years / sizeof *years; i++)
        for (int first = 0; first <= 99; first++)
            for (int second = 0; second <= 99; second++) {
                snprintf(text, sizeof text, "%04d-%02d-%02d", years[i], first, second);
                assert_same(text, 10);
                snprintf(text, sizeof text, "%04d-02-29T%02d:%02d", years[i], first, second);
                assert_same(text, 16);
                snprintf(text, sizeof text, "%04d-12-31 23:%02d:%02d", years[i], first, second);
                assert_same(text, 19);
            }
}

static void every_minute_of_a_day_is_read_alike(void **state) {
    (void)state;
    char text[32];
    read_shortly = 0;
    for (int minute = 0; minute < MAG_MINUTES_PER_DAY; minute++)
        for (int second = 0; second <= 61; second++) {
            const int hour = minute / 60, of_hour = minute % 60;
            snprintf(text, sizeof text, "1969-12-31T%02d:%02d:%02d", hour, of_hour, second);
            assert_same(text, 19);
            assert_same(text, 16);
        }
    assert_int_equal(read_shortly, MAG_MINUTES_PER_DAY * (61 + 62)); /* second 61 is none */
}

/* Every byte in every place, and every length. */
static void a_text_that_is_nearly_a_date_is_read_alike(void **state) {
    (void)state;
    static const char *const dates[] = {"2024-02-29",
                                        "2024-02-29T23:59",
                                        "2024-02-29 23:59",
                                        "2024-02-29T23:59:60",
                                        "1600-01-01T00:00:00",
                                        "2024-02-29T23:59+01:00",
                                        "infinity",
                                        "9999-12-31T23:59:59Z"};
    for (size_t i = 0; i < sizeof dates / sizeof *dates; i++) {
        char text[32];
        const size_t nbytes = strlen(dates[i]);
        for (size_t at = 0; at < nbytes; at++)
            for (int byte = 0; byte <= 0xff; byte++) {
                memcpy(text, dates[i], nbytes);
                text[at] = (char)byte;
                assert_same(text, nbytes);
            }
        for (size_t length = 0; length <= nbytes; length++)
            assert_same(dates[i], length);
    }
}

static void declared_formats_keep_their_place_before_the_short_way(void **state) {
    (void)state;
    static const char *const formats[] = {"YYYY-DD-MM", NULL}, *const none[] = {NULL};
    mag_moment moment, wanted;
    const mag_span text = mag_span_of("2024-03-12");
    assert_int_equal(mag_moment_parse(text, formats, &moment), MAG_DATE_OK);
    assert_int_equal(moment.last_day, mag_day_from_civil(2024, 12, 3));
    assert_int_equal(mag_moment_parse_plain(text, formats, &wanted), MAG_DATE_OK);
    assert_int_equal(moment.minute, wanted.minute);
    assert_int_equal(mag_moment_parse(text, none, &moment), MAG_DATE_OK);
    assert_int_equal(moment.last_day, mag_day_from_civil(2024, 3, 12));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(every_day_of_every_year_is_read_alike),
        TEST(every_pair_of_digits_may_stand_for_a_month_a_day_or_a_time),
        TEST(every_minute_of_a_day_is_read_alike),
        TEST(a_text_that_is_nearly_a_date_is_read_alike),
        TEST(declared_formats_keep_their_place_before_the_short_way),
    };
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    printf("%lu texts compared\n", compared);
    return failed;
}
