#include "engine/engine_test.h"

#include "engine/series.h"

#include <stdlib.h>
#include <string.h>

static mag_series parse(const char *text) {
    mag_series series;
    mag_error error = {0};
    if (mag_series_parse(text, &series, &error) != MAG_OK)
        fail_msg("%s: %s", text, error.text);
    return series;
}

static void names_every_day_from_the_first_to_the_last(void **state) {
    static const struct row {
        const char *text, *days; /* separated by a blank */
    } rows[] = {
        {"2025-12-30..2026-01-02/day", "2025-12-30 2025-12-31 2026-01-01 2026-01-02"},
        {"2024-02-28..2024-03-01/day", "2024-02-28 2024-02-29 2024-03-01"},
        {"2025-12-22..2026-01-05/week", "2025-12-22 2025-12-29 2026-01-05"},
        {"2025-12-22..2026-01-04/week", "2025-12-22 2025-12-29"},
        {"2025-01-15..2025-04-14/month", "2025-01-15 2025-02-15 2025-03-15"},
        {"2025-01-31..2025-05-31/month", "2025-01-31 2025-02-28 2025-03-31 2025-04-30 2025-05-31"},
        {"2024-01-30..2024-03-30/month", "2024-01-30 2024-02-29 2024-03-30"},
        {"2025-11-30..2026-02-28/month", "2025-11-30 2025-12-30 2026-01-30 2026-02-28"},
        {"2023-12-31..2023-12-31/month", "2023-12-31"},
        {"2025-12-31..2026-01-30/month", "2025-12-31"},
        {"1999-12-31..2000-03-01/month", "1999-12-31 2000-01-31 2000-02-29"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char days[256] = "", day[MAG_MOMENT_TEXT_NBYTES];
        mag_series series = parse(rows[i].text);
        for (size_t k = 0; k < series.count; k++) {
            mag_day_text(mag_series_day(&series, k), day);
            strcat(strcat(days, k > 0 ? " " : ""), day);
        }
        assert_string_equal(days, rows[i].days);
    }
}

/* A calendar that counts days one by one and knows nothing of the program's. */
static void a_month_later_is_that_day_or_the_last_one_of_its_month(void **state) {
    static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    mag_series series = parse("2019-10-31..2029-10-31/month");
    mag_day first_of_month = mag_series_day(&series, 0) - 30;
    (void)state;
    assert_int_equal(series.count, 121);
    for (int k = 0; k < 121; k++) {
        int year = 2019 + (9 + k) / 12, month = (9 + k) % 12;
        int length = lengths[month] + (month == 1 && year % 4 == 0);
        assert_int_equal(mag_series_day(&series, (size_t)k), first_of_month + length - 1);
        first_of_month += length;
    }
}

static void takes_1100_times_and_not_one_more(void **state) {
    mag_series series = parse("2020-01-01..2023-01-04/day");
    mag_error error = {0};
    (void)state;
    assert_int_equal(series.count, 1100);
    assert_int_equal(mag_series_parse("2020-01-01..2023-01-05/day", &series, &error), MAG_E_USAGE);
    assert_non_null(strstr(error.text, "1100"));
    assert_int_equal(parse("2020-01-01..2023-01-05/week").count, 158);
}

static void refuses_what_is_no_series(void **state) {
    static const struct row {
        const char *text, *said;
    } rows[] = {
        {"", "is not a series"},
        {"2025-01-31", "is not a series"},
        {"2025-01-31..2025-12-31", "is not a series"},
        {"2025-01-31..2025-12-31/", "is not a series"},
        {"2025-01-31..2025-12-31/year", "is not a series"},
        {"2025-01-31..2025-12-31/months", "is not a series"},
        {"2025-01-31-2025-12-31/month", "is not a series"},
        {"2025/01/31..2025-12-31/month", "\"2025/01/31\" is not a date"},
        {"month/2025-01-31..2025-12-31", "is not a series"},
        {"..2025-12-31/month", "is not a date"},
        {"2025-01-31../month", "is not a date"},
        {"2025-02-29..2025-12-31/month", "\"2025-02-29\" is not a date"},
        {"2025-01..2025-12/month", "is not a date"},
        {"2025-01-31T08:00..2025-12-31T08:00/month", "is not a date"},
        {"latest..2025-12-31/month", "\"latest\" is not a date"},
        {"2025-01-31..yesterday/day", "\"yesterday\" is not a date"},
        {"2025-01-31...2025-12-31/month", "is not a date"},
        {"2025-12-31..2025-01-31/month", "begins after it ends"},
        {"2025-01-31..2025-01-30/day", "begins after it ends"},
        {"0001-01-01..2025-12-31/day", "is not a date"},
        {"1700-01-01..2025-12-31/month", "more than 1100"},
        {"2025-01-31 and forty more words of a name of a file..2025-12-31/day",
         "\"2025-01-31 and forty more words of a nam\" is not a date"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        mag_series series;
        mag_error error = {0};
        if (mag_series_parse(rows[i].text, &series, &error) != MAG_E_USAGE)
            fail_msg("%s is taken", rows[i].text);
        if (strstr(error.text, rows[i].said) == NULL)
            fail_msg("%s: %s", rows[i].text, error.text);
        assert_true(error.hint[0] != '\0');
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_every_day_from_the_first_to_the_last),
        cmocka_unit_test(a_month_later_is_that_day_or_the_last_one_of_its_month),
        cmocka_unit_test(takes_1100_times_and_not_one_more),
        cmocka_unit_test(refuses_what_is_no_series),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
