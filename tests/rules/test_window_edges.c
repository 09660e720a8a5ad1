/* Every form of a window, asked through a rule about one record that is moved over its edges: by a
   day, by a minute, with and without a clock. T is 2024-06-30T23:59. */
#include "judge.h"

static judge of;

/* measured(sodium WINDOW) for a record at each moment; "+" stands before those inside. */
typedef struct form {
    const char *window, *more; /* what else is on record: the sample or drug it hangs on */
    const char *moments[12];
} form;

static void load_window(const char *window) {
    char text[1024];
    (void)snprintf(text, sizeof text,
                   "pack: windows\nversion: 1.0.0\nrules:\n"
                   "- id: R\n  title: T\n  severity: low\n"
                   "  let:\n  - { name: s, as: latest(potassium) }\n"
                   "  - { name: first_one, as: first(potassium) }\n"
                   "  among: age > 3\n  when: 'measured(sodium %s)'\n",
                   window);
    judge_begin_with(&of, text);
}

static void expect_form(const form *wanted) {
    load_window(wanted->window);
    for (size_t i = 0; wanted->moments[i] != NULL; i++) {
        const bool is_inside = wanted->moments[i][0] == '+';
        char got[160];
        world_say(&of.in, "female 50 y; %s; sodium 140 mmol/L on %s", wanted->more,
                  wanted->moments[i] + is_inside);
        judge_patient(&of);
        judge_text(&of, "R", got);
        if (strcmp(got, is_inside ? "low" : "clear") != 0)
            fail_msg("%s, %s: %s", wanted->window, wanted->moments[i], got);
    }
    judge_end(&of);
}

#define EXPECT_FORMS(...)                                                                          \
    do {                                                                                           \
        const form rows[] = {__VA_ARGS__};                                                         \
        for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)                                  \
            expect_form(&rows[i]);                                                                 \
    } while (0)

static void windows_that_hang_on_t(void **state) {
    (void)state;
    static const char more[] = "calcium 2.4 mmol/L 1 day ago";
    EXPECT_FORMS(
        {"",
         more,
         {"+1970-01-02", "+2024-06-30T23:59", "+2024-06-30", "2024-07-01T00:00", "2024-07-01"}},
        {"within 0 days",
         more,
         {"+2024-06-30T00:00", "+2024-06-30T23:59", "+2024-06-30", "2024-06-29T23:59",
          "2024-06-29"}},
        {"within 1 day",
         more,
         {"+2024-06-29T00:00", "+2024-06-29", "2024-06-28T23:59", "2024-06-28"}},
        {"within 90 days",
         more,
         {"+2024-04-01T00:00", "+2024-04-01", "2024-03-31T23:59", "2024-03-31"}},
        {"within 2 weeks",
         more,
         {"+2024-06-16T00:00", "+2024-06-16", "2024-06-15T23:59", "2024-06-15"}},
        {"within 366 days",
         more,
         {"+2023-06-30T00:00", "+2023-06-30", "2023-06-29T23:59", "2023-06-29"}},
        {"within 24 hours",
         more,
         {"+2024-06-29T23:59", "2024-06-29T23:58", "+2024-06-29", "2024-06-28"}},
        {"within 48 hours",
         more,
         {"+2024-06-28T23:59", "2024-06-28T23:58", "+2024-06-28", "2024-06-27"}},
        {"within 36 hours", more, {"+2024-06-29T11:59", "2024-06-29T11:58"}},
        {"within 90 minutes", more, {"+2024-06-30T22:29", "2024-06-30T22:28", "+2024-06-30"}},
        {"from 2 to 4 days ago",
         more,
         {"2024-06-29T00:00", "2024-06-29", "+2024-06-28T23:59", "+2024-06-28", "+2024-06-26T00:00",
          "+2024-06-26", "2024-06-25T23:59", "2024-06-25"}},
        {"from 0 to 1 days ago",
         more,
         {"+2024-06-30T23:59", "+2024-06-29T00:00", "2024-06-28T23:59"}},
        {"from 3 to 3 days ago",
         more,
         {"2024-06-28T00:00", "+2024-06-27T23:59", "+2024-06-27T00:00", "2024-06-26T23:59"}},
        {"from 24 to 48 hours ago",
         more,
         {"2024-06-30T00:00", "+2024-06-29T23:59", "+2024-06-28T23:59", "2024-06-28T23:58"}});
}

static void windows_that_hang_on_a_sample_with_a_clock(void **state) {
    (void)state;
    static const char more[] = "potassium 4 mmol/L on 2024-06-20T12:00";
    EXPECT_FORMS(
        {"since s",
         more,
         {"2024-06-20T11:59", "+2024-06-20T12:00", "+2024-06-20", "2024-06-19", "+2024-06-30T23:59",
          "2024-07-01"}},
        {"at s",
         more,
         {"+2024-06-20T12:00", "2024-06-20T11:59", "2024-06-20T12:01", "+2024-06-20", "2024-06-19",
          "2024-06-21"}},
        {"before s",
         more,
         {"+2020-01-01", "+2024-06-20T11:59", "+2024-06-20T12:00", "2024-06-20T12:01",
          "2024-06-21"}},
        {"within 1 day before s",
         more,
         {"+2024-06-19T00:00", "+2024-06-19", "2024-06-18T23:59", "2024-06-18", "+2024-06-20T12:00",
          "2024-06-20T12:01"}},
        {"before s within 1 day",
         more,
         {"+2024-06-19T00:00", "+2024-06-19", "2024-06-18T23:59", "+2024-06-20T12:00",
          "2024-06-20T12:01"}},
        {"within 24 hours before s",
         more,
         {"+2024-06-19T12:00", "2024-06-19T11:59", "+2024-06-19", "2024-06-18", "+2024-06-20T12:00",
          "2024-06-20T12:01"}},
        {"from 1 to 2 days before s",
         more,
         {"2024-06-20T00:00", "+2024-06-19T23:59", "+2024-06-18T00:00", "2024-06-17T23:59"}},
        {"from 24 to 48 hours before s",
         more,
         {"2024-06-19T12:01", "+2024-06-19T12:00", "+2024-06-18T12:00", "2024-06-18T11:59"}},
        {"from 1 to 2 days after s",
         more,
         {"2024-06-20T23:59", "2024-06-20", "+2024-06-21T00:00", "+2024-06-21", "+2024-06-22T23:59",
          "2024-06-23T00:00"}},
        {"from 0 to 2 days after s",
         more,
         {"2024-06-20T11:59", "+2024-06-20T12:00", "+2024-06-20", "+2024-06-22T23:59",
          "2024-06-23T00:00"}},
        {"from 24 to 48 hours after s",
         more,
         {"2024-06-21T11:59", "+2024-06-21T12:00", "+2024-06-22T12:00", "2024-06-22T12:01"}},
        {"from 5 to 100 days after s",
         more,
         {"2024-06-24T23:59", "+2024-06-25", "+2024-06-30T23:59", "2024-07-01"}});
}

static void windows_that_hang_on_a_sample_without_a_clock(void **state) {
    (void)state;
    static const char more[] = "potassium 4 mmol/L on 2024-06-20";
    EXPECT_FORMS(
        {"since s", more, {"2024-06-19T23:59", "+2024-06-20T00:00", "+2024-06-20"}},
        {"at s",
         more,
         {"2024-06-19T23:59", "+2024-06-20T00:00", "+2024-06-20", "+2024-06-20T23:59",
          "2024-06-21T00:00"}},
        {"within 1 day before s",
         more,
         {"2024-06-18T23:59", "+2024-06-19T00:00", "+2024-06-20T23:59", "2024-06-21T00:00"}},
        {"within 24 hours before s",
         more, /* 24 hours are a calendar day */
         {"2024-06-18T23:59", "+2024-06-19T00:00", "+2024-06-20T23:59", "2024-06-21T00:00",
          "+2024-06-19", "2024-06-18"}},
        {"from 1 to 2 days after s",
         more,
         {"2024-06-20T23:59", "+2024-06-21T00:00", "+2024-06-22T23:59", "2024-06-23"}});
}

static void windows_between_two_events_in_either_order(void **state) {
    (void)state;
    static const char more[] =
        "potassium 4 mmol/L on 2024-06-10T12:00; potassium 4 mmol/L on 2024-06-20T12:00";
    EXPECT_FORMS(
        {"between first_one and s",
         more,
         {"2024-06-10T11:59", "+2024-06-10T12:00", "+2024-06-10", "+2024-06-15",
          "+2024-06-20T12:00", "2024-06-20T12:01", "2024-06-09", "2024-06-21"}},
        {"between s and first_one",
         more,
         {"2024-06-10T11:59", "+2024-06-10T12:00", "+2024-06-20T12:00", "2024-06-20T12:01"}},
        {"between s and s", more, {"2024-06-20T11:59", "+2024-06-20T12:00", "2024-06-20T12:01"}});
}

static void windows_that_hang_on_a_drug(void **state) {
    (void)state;
    static const char clock[] = "LOOP since 240 hours ago; PPI since 400 hours ago until 240 hours "
                                "ago"; /* 2024-06-20T23:59 */
    static const char day[] = "LOOP since 10 days ago; PPI since 20 days ago until 11 days ago";
    EXPECT_FORMS(
        {"since start(LOOP)", clock, {"2024-06-20T23:58", "+2024-06-20T23:59", "+2024-06-20"}},
        {"since stop(PPI)", clock, {"2024-06-20T23:58", "+2024-06-20T23:59"}},
        {"since start(LOOP)",
         day,
         {"2024-06-19T23:59", "2024-06-19", "+2024-06-20T00:00", "+2024-06-20"}},
        {"since stop(PPI)", day, {"2024-06-18T23:59", "+2024-06-19T00:00"}},
        {"within 2 days before start(LOOP)",
         day,
         {"2024-06-17T23:59", "+2024-06-18T00:00", "+2024-06-20T23:59", "2024-06-21"}},
        {"from 2 to 3 days after start(LOOP)",
         day,
         {"2024-06-21T23:59", "+2024-06-22T00:00", "+2024-06-23T23:59", "2024-06-24"}},
        {"between start(LOOP) and s",
         "LOOP since 10 days ago; potassium 4 mmol/L on 2024-06-25",
         {"2024-06-19", "+2024-06-20", "+2024-06-25T23:59", "2024-06-26"}});
}

static void an_event_that_is_not_there_makes_the_window_unknown(void **state) {
    (void)state;
    const struct {
        const char *window, *more, *wanted;
    } rows[] = {
        {"since s", "calcium 2.4 mmol/L 1 day ago", "cannot_tell missing"},
        {"since s", "potassium rejected 1 day ago", "cannot_tell rejected"},
        {"at s", "potassium 4 no unit 1 day ago", "cannot_tell unit"},
        {"between s and start(LOOP)", "potassium rejected 1 day ago; outside stays",
         "cannot_tell rejected,unobservable"},
        {"since start(LOOP)", "outside stays", "cannot_tell unobservable"},
        {"since start(LOOP)", "no prescriptions source", "cannot_tell no_source"},
        {"since stop(LOOP)", "LOOP since 3 days ago", "cannot_tell missing"},
        {"since start(LOOP)", "LOOP since 3 days ago", "low"},
        {"within 0 days before s", "potassium >4 mmol/L 1 day ago", "low"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char got[160];
        load_window(rows[i].window);
        world_say(&of.in, "female 50 y; sodium 140 mmol/L 1 day ago; %s", rows[i].more);
        judge_patient(&of);
        judge_text(&of, "R", got);
        if (strcmp(got, rows[i].wanted) != 0)
            fail_msg("%s, %s: %s, wanted %s", rows[i].window, rows[i].more, got, rows[i].wanted);
        judge_end(&of);
    }
}

static void days_since_counts_midnights(void **state) {
    (void)state;
    const struct {
        const char *moment;
        int days;
    } rows[] = {{"2024-06-30T23:59", 0}, {"2024-06-30T00:00", 0}, {"2024-06-29T23:59", 1},
                {"2024-06-29", 1},       {"2024-06-01", 29},      {"2024-02-29T12:00", 122},
                {"2023-06-30", 366}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        for (int shift = rows[i].days > 0 ? -1 : 0; shift <= 1; shift++) {
            char text[512];
            (void)snprintf(
                text, sizeof text,
                "pack: days\nversion: 1.0.0\nrules:\n- { id: R, title: T, severity: low, "
                "among: 'age > 3', when: 'days_since(sodium) >= %d' }\n",
                rows[i].days + shift);
            judge_begin_with(&of, text);
            world_say(&of.in, "female 50 y; sodium 140 mmol/L on %s", rows[i].moment);
            judge_patient(&of);
            judge_expect(&of, "R", shift <= 0 ? "low" : "clear");
            judge_end(&of);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(windows_that_hang_on_t),
        cmocka_unit_test(windows_that_hang_on_a_sample_with_a_clock),
        cmocka_unit_test(windows_that_hang_on_a_sample_without_a_clock),
        cmocka_unit_test(windows_between_two_events_in_either_order),
        cmocka_unit_test(windows_that_hang_on_a_drug),
        cmocka_unit_test(an_event_that_is_not_there_makes_the_window_unknown),
        cmocka_unit_test(days_since_counts_midnights),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
