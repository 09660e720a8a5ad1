/* What an as-of and data_until mean, before anything is read. */
#include "engine/engine_test.h"

#include "engine/ingest.h"

#include <string.h>

static const mag_minute NOON = 20453 * 1440 + 720; /* 2025-12-31 12:00 */

static void an_as_of_becomes_a_minute_and_a_text(void **state) {
    static const struct row {
        const char *text, *shown;
        mag_minute as_of;
        mag_as_of_kind kind;
    } rows[] = {
        {"2025-12-31", "2025-12-31", 20453 * 1440 + 1439, MAG_AS_OF_FIXED},
        {"2025-12-31T12:00", "2025-12-31T12:00", 20453 * 1440 + 720, MAG_AS_OF_FIXED},
        {"2025-12-31 00:00", "2025-12-31T00:00", 20453 * 1440, MAG_AS_OF_FIXED},
        {"2025-12-31T23:59", "2025-12-31", 20453 * 1440 + 1439, MAG_AS_OF_FIXED},
        {"2024-02-29", "2024-02-29", 19782 * 1440 + 1439, MAG_AS_OF_FIXED},
        {"1969-12-31", "1969-12-31", -1, MAG_AS_OF_FIXED},
        {"yesterday", "2025-12-30", 20452 * 1440 + 1439, MAG_AS_OF_FIXED},
        {"latest", "latest", 0, MAG_AS_OF_LATEST},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        mag_plan plan = {.as_of_text = rows[i].text, .data_until = MAG_MINUTE_NONE};
        mag_run_time time;
        assert_int_equal(mag_run_time_resolve(&plan, NOON, &time, NULL), MAG_OK);
        assert_true(time.is_said);
        assert_int_equal(time.kind, rows[i].kind);
        assert_string_equal(time.shown, rows[i].shown);
        if (rows[i].kind == MAG_AS_OF_FIXED)
            assert_int_equal(time.as_of, rows[i].as_of);
    }
}

static void yesterday_is_the_day_before_whatever_the_hour(void **state) {
    static const mag_minute clocks[] = {0, 1, 720, 1439};
    (void)state;
    for (size_t i = 0; i < 4; i++) {
        mag_plan plan = {.as_of_text = "yesterday", .data_until = MAG_MINUTE_NONE};
        mag_run_time time;
        assert_int_equal(mag_run_time_resolve(&plan, 20454 * 1440 + clocks[i], &time, NULL),
                         MAG_OK);
        assert_int_equal(time.as_of, 20454 * 1440 - 1);
        assert_string_equal(time.shown, "2025-12-31");
        assert_int_equal(time.data_until, 20454 * 1440 + clocks[i]);
    }
}

static void without_a_word_the_clock_ends_the_data(void **state) {
    static const struct row {
        mag_minute stated, expected;
    } rows[] = {{MAG_MINUTE_NONE, 20453 * 1440 + 720},
                {MAG_MINUTE_OPEN, MAG_MINUTE_OPEN},
                {20000 * 1440, 20000 * 1440}};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        mag_plan plan = {.as_of_text = "latest", .data_until = rows[i].stated};
        mag_run_time time;
        assert_int_equal(mag_run_time_resolve(&plan, NOON, &time, NULL), MAG_OK);
        assert_int_equal(time.data_until, rows[i].expected);
    }
}

static void what_is_no_date_is_refused_with_a_remedy(void **state) {
    static const char *const texts[] = {"",           "today",      "2025-02-29",
                                        "2025-13-01", "31/12/2025", "2025-12-31T24:01",
                                        "Latest",     "2025-12"};
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        mag_plan plan = {.as_of_text = texts[i], .data_until = MAG_MINUTE_NONE};
        mag_run_time time;
        mag_error error = {0};
        assert_int_equal(mag_run_time_resolve(&plan, NOON, &time, &error), MAG_E_USAGE);
        assert_int_equal(error.message, MAG_MSG_U202);
        assert_non_null(strstr(error.hint, "2025-12-31T12:00"));
    }
}

static void nothing_said_is_no_fault_yet(void **state) {
    mag_plan plan = {.data_until = MAG_MINUTE_NONE};
    mag_run_time time;
    (void)state;
    assert_int_equal(mag_run_time_resolve(&plan, NOON, &time, NULL), MAG_OK);
    assert_false(time.is_said);
}

/* Such a run would find nothing in anybody, and look like good news. */
static void a_day_that_the_data_cannot_reach_is_refused(void **state) {
    const mag_profile shifted = {.shifted_dates = true}, plain = {.shifted_dates = false};
    const struct row {
        const char *as_of;
        const mag_profile *profile;
        mag_minute data_until;
        mag_status expected;
    } rows[] = {
        {"2026-01-01T12:00", &plain, MAG_MINUTE_NONE, MAG_OK}, /* a day after the clock */
        {"2026-01-01T12:01", &plain, MAG_MINUTE_NONE, MAG_E_USAGE},
        {"2025-12-02", &plain, 20423 * 1440, MAG_E_USAGE}, /* stated: 2025-12-01 00:00 */
        {"2025-12-01", &plain, 20423 * 1440, MAG_OK},
        {"2150-01-01", &plain, MAG_MINUTE_OPEN, MAG_OK},
        {"2025-12-31", &shifted, MAG_MINUTE_OPEN, MAG_E_USAGE},
        {"latest", &shifted, MAG_MINUTE_OPEN, MAG_OK},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const mag_plan_source source = {.profile = rows[i].profile};
        mag_plan plan = {.as_of_text = rows[i].as_of,
                         .data_until = rows[i].data_until,
                         .sources = &source,
                         .source_count = 1};
        mag_run_time time;
        mag_error error = {0};
        assert_int_equal(mag_run_time_resolve(&plan, NOON, &time, &error), rows[i].expected);
        assert_int_equal(error.hint[0] != '\0', rows[i].expected != MAG_OK);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_as_of_becomes_a_minute_and_a_text),
        cmocka_unit_test(yesterday_is_the_day_before_whatever_the_hour),
        cmocka_unit_test(without_a_word_the_clock_ends_the_data),
        cmocka_unit_test(what_is_no_date_is_refused_with_a_remedy),
        cmocka_unit_test(nothing_said_is_no_fault_yet),
        cmocka_unit_test(a_day_that_the_data_cannot_reach_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
