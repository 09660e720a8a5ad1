/* Windows as stretches of time; T is 2024-06-30T23:59. */
#include "world.h"

#include "rules/period.h"

static mag_minute at(const char *text) {
    mag_moment moment;
    assert_int_equal(mag_moment_parse(mag_span_of(text), NULL, &moment), MAG_DATE_OK);
    return moment.minute;
}

static bool holds(const mag_window *window, mag_anchor anchor, const char *record) {
    const mag_minute as_of = at("2024-06-30T23:59");
    mag_moment moment;
    assert_int_equal(mag_moment_parse(mag_span_of(record), NULL, &moment), MAG_DATE_OK);
    const mag_period period = mag_period_of(window, anchor, anchor, as_of);
    return mag_period_holds(&period, moment.minute, moment.is_date_only);
}

typedef struct row {
    const char *record;
    bool is_inside;
} row;

static void expect(const mag_window *window, mag_anchor anchor, const row *rows, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (holds(window, anchor, rows[i].record) != rows[i].is_inside)
            fail_msg("%s: wanted %d", rows[i].record, rows[i].is_inside);
}

#define EXPECT(window, anchor, ...)                                                                \
    do {                                                                                           \
        const row rows[] = {__VA_ARGS__};                                                          \
        expect((window), (anchor), rows, sizeof rows / sizeof rows[0]);                            \
    } while (0)

static void within_days_counts_calendar_days(void **state) {
    (void)state;
    const mag_window window = {.kind = MAG_WINDOW_BACK, .far = {90, false}};
    const mag_anchor now = {at("2024-06-30T23:59"), false};
    EXPECT(&window, now, {"2024-04-01T00:00", true}, {"2024-03-31T23:59", false},
           {"2024-04-01", true}, {"2024-03-31", false}, {"2024-06-30T23:59", true},
           {"2024-06-30", true}, {"2024-07-01", false});
}

static void within_hours_counts_minutes_where_there_is_a_clock(void **state) {
    (void)state;
    const mag_window window = {.kind = MAG_WINDOW_BACK, .far = {48 * 60, true}};
    const mag_anchor noon = {at("2024-06-20T12:00"), false};
    EXPECT(&window, noon, {"2024-06-18T12:00", true}, {"2024-06-18T11:59", false},
           {"2024-06-18", true}, {"2024-06-17", false}, {"2024-06-20T12:00", true},
           {"2024-06-20T12:01", false});
    const mag_anchor day = {at("2024-06-20"), true};
    EXPECT(&window, day, {"2024-06-18T00:00", true}, {"2024-06-17T23:59", false},
           {"2024-06-20T23:59", true}, {"2024-06-21T00:00", false});
}

static void from_n_to_m_days_ago_has_two_closed_ends(void **state) {
    (void)state;
    const mag_window window = {.kind = MAG_WINDOW_BACK, .near = {10, false}, .far = {20, false}};
    const mag_anchor now = {at("2024-06-30T23:59"), false};
    EXPECT(&window, now, {"2024-06-20T23:59", true}, {"2024-06-21T00:00", false},
           {"2024-06-10T00:00", true}, {"2024-06-09T23:59", false});
}

static void since_and_after_begin_at_the_event(void **state) {
    (void)state;
    const mag_window since = {.kind = MAG_WINDOW_SINCE};
    const mag_window after = {.kind = MAG_WINDOW_AFTER, .near = {7, false}, .far = {21, false}};
    const mag_anchor noon = {at("2024-06-01T12:00"), false};
    EXPECT(&since, noon, {"2024-06-01T11:59", false}, {"2024-06-01T12:00", true},
           {"2024-06-01", true}, {"2024-05-31", false}, {"2024-06-30", true});
    EXPECT(&after, noon, {"2024-06-07", false}, {"2024-06-08", true}, {"2024-06-22T23:59", true},
           {"2024-06-23", false});
    const mag_anchor late = {at("2024-06-20T12:00"), false};
    EXPECT(&after, late, {"2024-06-30T23:59", true}, {"2024-07-01", false});
}

static void history_begins_with_time_and_ends_at_t(void **state) {
    (void)state;
    const mag_window window = {.kind = MAG_WINDOW_HISTORY};
    const mag_anchor now = {at("2024-06-30T23:59"), false};
    EXPECT(&window, now, {"1600-01-01", true}, {"2024-06-30T23:59", true},
           {"2024-07-01T00:00", false});
}

static void a_window_longer_than_the_calendar_is_clipped(void **state) {
    (void)state;
    const mag_window window = {.kind = MAG_WINDOW_BACK, .far = {INT32_MAX, false}};
    const mag_anchor now = {at("2024-06-30T23:59"), false};
    EXPECT(&window, now, {"1600-01-01", true}, {"2024-06-30", true});
    const mag_window after = {.kind = MAG_WINDOW_AFTER, .far = {INT32_MAX, false}};
    EXPECT(&after, now, {"2024-06-30T23:58", false}, {"2024-06-30T23:59", true});
    const mag_window behind = {
        .kind = MAG_WINDOW_AFTER, .near = {INT32_MAX, false}, .far = {INT32_MAX, false}};
    EXPECT(&behind, now, {"2024-06-30T23:59", false}, {"2024-06-30", false});
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(within_days_counts_calendar_days),
        cmocka_unit_test(within_hours_counts_minutes_where_there_is_a_clock),
        cmocka_unit_test(from_n_to_m_days_ago_has_two_closed_ends),
        cmocka_unit_test(since_and_after_begin_at_the_event),
        cmocka_unit_test(history_begins_with_time_and_ends_at_t),
        cmocka_unit_test(a_window_longer_than_the_calendar_is_clipped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
