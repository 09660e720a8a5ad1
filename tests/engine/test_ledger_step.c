/* What a night makes of an episode: a table of every pair of (before, tonight) as the pages say,
   and every combination of the finer points against a naive statement of them. */
#include "engine_test.h"

#include "engine/evidence.h"
#include "engine/ledger_step.h"

#include <string.h>

/* Last seen (or resolved) as of 2025-06-30; tonight is 2025-07-01 unless a row says otherwise. */
#define LAST    "2025-06-30"
#define TONIGHT "2025-07-01"

enum { MAJOR_COUNT = 2 };

static mag_episode an_episode(mag_episode_event state) {
    mag_episode episode = {.flag_id = "A02-0123456789ab",
                           .patient_id = mag_span_of("P1"),
                           .rule_id = "A02",
                           .rule_version = "1.4.0",
                           .opened = "2025-06-01",
                           .last_seen = LAST,
                           .resolved = "",
                           .state = state,
                           .event_start = MAG_MINUTE_NONE,
                           .event_stop = MAG_MINUTE_OPEN,
                           .severity = MAG_SEVERITY_MODERATE,
                           .shown_severity = MAG_SEVERITY_MODERATE,
                           .shown_facts = "shown"};
    if (state == MAG_EPISODE_RESOLVED) {
        episode.resolved = LAST;
        episode.machine_reason = MAG_MACHINE_DRUG_STOPPED;
    }
    return episode;
}

static mag_tonight a_night(mag_tonight_kind kind) {
    return (mag_tonight){.kind = kind,
                         .as_of = TONIGHT,
                         .end = MAG_MACHINE_DOSE_CHANGED,
                         .patient_id = mag_span_of("P1"),
                         .rule_id = "A02",
                         .rule_version = "1.4.0",
                         .severity = MAG_SEVERITY_MODERATE,
                         .event = {MAG_MINUTE_NONE, MAG_MINUTE_OPEN},
                         .facts = "tonight"};
}

/* --- the table ------------------------------------------------------------------------------ */

typedef struct pair_row {
    const char *before; /* "" for none */
    mag_tonight_kind tonight;
    const char *events; /* of the episodes after; "-" for no episode */
    const char *reason; /* of a resolution */
} pair_row;

#define OPEN_ROWS(state)                                                                           \
    {state, MAG_TONIGHT_FLAGGED, "ongoing", ""},                                                   \
        {state, MAG_TONIGHT_CANNOT_TELL, "unconfirmed", ""},                                       \
        {state, MAG_TONIGHT_CLEAR, "resolved", "dose_changed"},                                    \
        {state, MAG_TONIGHT_LEFT, "resolved", "left"}, {                                           \
        state, MAG_TONIGHT_RETIRED, "resolved", "rule_retired"                                     \
    }

static const pair_row PAIRS[] = {
    {"", MAG_TONIGHT_FLAGGED, "new", ""},
    {"", MAG_TONIGHT_CANNOT_TELL, "-", ""},
    {"", MAG_TONIGHT_CLEAR, "-", ""},
    {"", MAG_TONIGHT_LEFT, "-", ""},
    {"", MAG_TONIGHT_RETIRED, "-", ""},
    OPEN_ROWS("new"),
    OPEN_ROWS("ongoing"),
    OPEN_ROWS("worsened"),
    OPEN_ROWS("improved"),
    OPEN_ROWS("reopened"),
    OPEN_ROWS("unconfirmed"),
    {"resolved", MAG_TONIGHT_FLAGGED, "reopened", ""},
    {"resolved", MAG_TONIGHT_CANNOT_TELL, "", "drug_stopped"},
    {"resolved", MAG_TONIGHT_CLEAR, "", "drug_stopped"},
    {"resolved", MAG_TONIGHT_LEFT, "", "drug_stopped"},
    {"resolved", MAG_TONIGHT_RETIRED, "", "drug_stopped"},
};

static void every_pair_of_before_and_tonight_gives_its_event(void **state) {
    (void)state;
    assert_int_equal(sizeof PAIRS / sizeof PAIRS[0], 5 * MAG_EPISODE_EVENT_COUNT);
    for (size_t i = 0; i < sizeof PAIRS / sizeof PAIRS[0]; i++) {
        const pair_row *row = &PAIRS[i];
        mag_episode_event before_state = MAG_EPISODE_UNTOUCHED;
        mag_ledger_entry out[2];
        const bool has_before = mag_episode_event_find(mag_span_of(row->before), &before_state);
        const mag_episode before = an_episode(before_state);
        const mag_tonight tonight = a_night(row->tonight);
        const size_t count = mag_ledger_step(has_before ? &before : NULL, &tonight, out);
        if (strcmp(row->events, "-") == 0) {
            assert_int_equal(count, 0);
            continue;
        }
        assert_int_equal(count, 1);
        if (strcmp(mag_episode_event_name(out[0].event), row->events) != 0 ||
            strcmp(mag_machine_reason_name(out[0].episode.machine_reason), row->reason) != 0)
            fail_msg("%s, tonight %d: %s %s", row->before, (int)row->tonight,
                     mag_episode_event_name(out[0].event),
                     mag_machine_reason_name(out[0].episode.machine_reason));
        const bool is_resolved = row->reason[0] != '\0';
        assert_int_equal(mag_episode_is_open(&out[0].episode), !is_resolved);
        if (out[0].event == MAG_EPISODE_RESOLVED)
            assert_string_equal(out[0].episode.resolved, TONIGHT);
        if (out[0].event == MAG_EPISODE_UNTOUCHED)
            assert_string_equal(out[0].episode.resolved, LAST);
        if (row->tonight != MAG_TONIGHT_FLAGGED) { /* nothing that was seen changes */
            assert_string_equal(out[0].episode.last_seen, LAST);
            assert_string_equal(out[0].episode.shown_facts, "shown");
            assert_false(out[0].ends_review);
        }
    }
}

/* --- the finer points ------------------------------------------------------------------------ */

static mag_minute day_of(const char *text) {
    return mag_as_of_minute(text) - (MAG_MINUTES_PER_DAY - 1);
}

typedef struct again_row {
    const char *resolved, *tonight, *event_start; /* "" for no event */
    const char *event;
} again_row;

static void
a_flag_after_its_resolution_is_reopened_within_28_days_or_of_the_same_event(void **state) {
    static const again_row rows[] = {
        {"2025-06-02", "2025-06-30", "", "reopened"},
        {"2025-06-02", "2025-07-01", "", "new"},
        {"2025-06-02", "2025-12-01", "", "new"},
        {"2025-06-02", "2025-12-01", "2025-06-01", "reopened"},
        {"2025-06-02", "2025-12-01", "2025-06-02", "reopened"}, /* 00:00 of the day, T was 23:59 */
        {"2025-06-02", "2025-12-01", "2025-06-03", "new"},
        {"2025-06-02", "2025-06-30", "2025-06-29", "reopened"},
        {"2025-06-02T12:00", "2025-12-01", "2025-06-02", "reopened"},
        {"2025-06-02T12:00", "2025-12-01", "2025-06-02T12:00", "new"},
        {"2025-06-02T23:59", "2025-06-30T00:01", "", "reopened"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        mag_episode before = an_episode(MAG_EPISODE_RESOLVED);
        mag_tonight tonight = a_night(MAG_TONIGHT_FLAGGED);
        mag_ledger_entry out[2];
        mag_moment moment;
        before.opened = before.last_seen = before.resolved = rows[i].resolved;
        tonight.as_of = rows[i].tonight;
        if (mag_moment_parse(mag_span_of(rows[i].event_start), NULL, &moment) == MAG_DATE_OK)
            tonight.event.start = moment.minute;
        assert_int_equal(mag_ledger_step(&before, &tonight, out), 1);
        if (strcmp(mag_episode_event_name(out[0].event), rows[i].event) != 0)
            fail_msg("row %zu: %s", i, mag_episode_event_name(out[0].event));
        const bool is_again = out[0].event == MAG_EPISODE_REOPENED;
        assert_int_equal(strcmp(out[0].episode.flag_id, before.flag_id) == 0, is_again);
        assert_string_equal(out[0].episode.opened, is_again ? rows[i].resolved : rows[i].tonight);
        assert_true(mag_episode_is_open(&out[0].episode));
        assert_int_equal(out[0].episode.machine_reason, MAG_MACHINE_NONE);
        assert_true(out[0].ends_review);
    }
}

static void an_event_that_began_after_it_was_last_seen_is_another_episode(void **state) {
    static const struct {
        const char *last_seen;
        mag_minute start;
        bool is_new;
    } rows[] = {
        {"2025-06-30", MAG_MINUTE_NONE, false},
        {"2025-06-30", 20269 * 1440, false},
        {"2025-06-30", 20269 * 1440 + 1439, false},
        {"2025-06-30", 20270 * 1440, true},
        {"2025-06-30T07:00", 20269 * 1440 + 420, false},
        {"2025-06-30T07:00", 20269 * 1440 + 421, true},
    };
    (void)state;
    assert_int_equal(day_of("2025-06-30"), 20269 * 1440);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        mag_episode before = an_episode(MAG_EPISODE_UNCONFIRMED);
        mag_tonight tonight = a_night(MAG_TONIGHT_FLAGGED);
        mag_ledger_entry out[2];
        char id[MAG_FLAG_ID_NBYTES];
        before.last_seen = rows[i].last_seen;
        tonight.event.start = rows[i].start;
        const size_t count = mag_ledger_step(&before, &tonight, out);
        assert_int_equal(count, rows[i].is_new ? 2 : 1);
        if (!rows[i].is_new) {
            assert_int_equal(out[0].event, MAG_EPISODE_ONGOING);
            assert_string_equal(out[0].episode.flag_id, before.flag_id);
            continue;
        }
        assert_int_equal(out[0].event, MAG_EPISODE_RESOLVED);
        assert_int_equal(out[0].episode.machine_reason, MAG_MACHINE_NEW_EVENT);
        assert_string_equal(out[0].episode.resolved, TONIGHT);
        assert_string_equal(out[0].episode.flag_id, before.flag_id);
        assert_int_equal(out[1].event, MAG_EPISODE_NEW);
        mag_flag_id(before.patient_id, "A02", TONIGHT, id);
        assert_string_equal(out[1].episode.flag_id, id);
        assert_string_equal(out[1].episode.opened, TONIGHT);
        assert_true(mag_episode_is_open(&out[1].episode));
    }
}

/* What the pages say of an open episode that is flagged again, as one sentence after the other. */
static const char *naive_event(int shown, int severity, bool is_worse, bool was_hidden,
                               bool is_hidden) {
    const char *event = "ongoing";
    if (severity < shown)
        event = "improved";
    if (severity > shown || is_worse)
        event = "worsened";
    if (was_hidden && !is_hidden)
        event = "new";
    return event;
}

typedef struct finer {
    int shown, severity, last_severity, is_worse, was_hidden, is_hidden, is_other_major;
} finer;

static void check_finer(const finer *at) {
    static const char *const versions[MAJOR_COUNT] = {"1.9.3", "2.0.0"};
    mag_episode before = an_episode(MAG_EPISODE_ONGOING);
    mag_tonight tonight = a_night(MAG_TONIGHT_FLAGGED);
    mag_ledger_entry out[2];
    before.shown_severity = (mag_severity)at->shown;
    before.severity = (mag_severity)at->last_severity;
    before.hidden_by = at->was_hidden ? "C03" : NULL;
    tonight.severity = (mag_severity)at->severity;
    tonight.is_worse = at->is_worse != 0;
    tonight.hidden_by = at->is_hidden ? "C04" : NULL;
    tonight.rule_version = versions[at->is_other_major];
    const char *wanted = naive_event(at->shown, at->severity, at->is_worse != 0,
                                     at->was_hidden != 0, at->is_hidden != 0);
    assert_int_equal(mag_ledger_step(&before, &tonight, out), 1);
    const mag_episode *after = &out[0].episode;
    if (strcmp(mag_episode_event_name(out[0].event), wanted) != 0)
        fail_msg("shown %d, tonight %d, worse %d, hidden %d -> %d: %s, wanted %s", at->shown,
                 at->severity, at->is_worse, at->was_hidden, at->is_hidden,
                 mag_episode_event_name(out[0].event), wanted);
    const bool is_shown = strcmp(wanted, "new") == 0 || strcmp(wanted, "worsened") == 0;
    assert_string_equal(after->shown_facts, is_shown ? "tonight" : "shown");
    assert_int_equal((int)after->shown_severity, is_shown ? at->severity : at->shown);
    assert_int_equal(out[0].ends_review, is_shown || at->is_other_major);
    assert_int_equal((int)after->severity, at->severity);
    if (at->is_hidden)
        assert_string_equal(after->hidden_by, "C04");
    else
        assert_null(after->hidden_by);
    assert_string_equal(after->rule_version, tonight.rule_version);
    assert_string_equal(after->flag_id, before.flag_id);
    assert_string_equal(after->opened, "2025-06-01");
    assert_string_equal(after->last_seen, TONIGHT);
}

/* Not with last night's severity: it is one of the dimensions, and changes nothing. */
static void worse_and_improved_compare_with_what_was_shown(void **state) {
    (void)state;
    enum { BITS = 4 };
    for (int shown = MAG_SEVERITY_INFO; shown < MAG_SEVERITY_COUNT; shown++)
        for (int severity = MAG_SEVERITY_INFO; severity < MAG_SEVERITY_COUNT; severity++)
            for (int last = MAG_SEVERITY_INFO; last < MAG_SEVERITY_COUNT; last++)
                for (int bits = 0; bits < 1 << BITS; bits++) {
                    const finer at = {shown,         severity,      last,         bits & 1,
                                      bits >> 1 & 1, bits >> 2 & 1, bits >> 3 & 1};
                    check_finer(&at);
                }
}

static void a_t_that_went_back_leaves_the_time_it_was_last_seen(void **state) {
    (void)state;
    const mag_episode before = an_episode(MAG_EPISODE_ONGOING);
    mag_tonight tonight = a_night(MAG_TONIGHT_FLAGGED);
    mag_ledger_entry out[2];
    tonight.as_of = "2025-06-29";
    assert_int_equal(mag_ledger_step(&before, &tonight, out), 1);
    assert_string_equal(out[0].episode.last_seen, LAST);
}

static void an_as_of_is_the_end_of_its_day_or_its_minute(void **state) {
    (void)state;
    assert_int_equal(mag_as_of_minute("1970-01-02"), 2 * 1440 - 1);
    assert_int_equal(mag_as_of_minute("1970-01-02T00:07"), 1440 + 7);
    assert_int_equal(mag_as_of_minute("latest"), MAG_MINUTE_NONE);
    assert_int_equal(mag_as_of_minute(""), MAG_MINUTE_NONE);
}

static void events_and_reasons_have_the_words_of_the_pages(void **state) {
    static const char *const events[] = {"new",      "ongoing",  "worsened",   "improved",
                                         "resolved", "reopened", "unconfirmed"};
    static const char *const reasons[] = {
        "drug_stopped", "value_normalised", "dose_changed",    "left",
        "new_event",    "rule_retired",     "result_withdrawn"};
    mag_episode_event event;
    mag_machine_reason reason;
    (void)state;
    for (unsigned i = 0; i < sizeof events / sizeof events[0]; i++) {
        assert_true(mag_episode_event_find(mag_span_of(events[i]), &event));
        assert_string_equal(mag_episode_event_name(event), events[i]);
    }
    for (unsigned i = 0; i < sizeof reasons / sizeof reasons[0]; i++) {
        assert_true(mag_machine_reason_find(mag_span_of(reasons[i]), &reason));
        assert_string_equal(mag_machine_reason_name(reason), reasons[i]);
    }
    assert_false(mag_episode_event_find(mag_span_of(""), &event));
    assert_false(mag_episode_event_find(mag_span_of("NEW"), &event));
    assert_false(mag_machine_reason_find(mag_span_of("stopped"), &reason));
    assert_string_equal(mag_episode_event_name(MAG_EPISODE_UNTOUCHED), "");
    assert_string_equal(mag_machine_reason_name(MAG_MACHINE_NONE), "");
}

static void an_older_as_of_than_the_current_is_refused(void **state) {
    static const struct {
        const char *before, *now;
        bool is_refused;
    } rows[] = {
        {NULL, "2025-06-30", false},
        {"2025-06-30", "2025-06-30", false},
        {"2025-06-30", "2025-07-01", false},
        {"2025-06-30", "2025-06-29", true},
        {"2025-06-30", "2025-06-30T23:58", true},
        {"2025-06-30", "2025-06-30T23:59", false},
        {"latest", "2025-06-29", false},
        {"2025-06-30", "latest", false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const mag_ledger_input input = {.name = "out", .as_of = rows[i].before};
        mag_error err = {0};
        const mag_status status = mag_ledger_check_as_of(&input, rows[i].now, &err);
        assert_int_equal(status, rows[i].is_refused ? MAG_E_INPUT : MAG_OK);
        if (rows[i].is_refused) {
            assert_string_equal(mag_message_code(err.message), "MS-P414");
            assert_int_equal(mag_status_exit_code(status), 4);
        }
    }
}

static void the_current_run_is_known_by_its_as_of_and_result(void **state) {
    const mag_ledger_input nothing = {.name = "out"};
    const mag_ledger_input input = {.as_of = "2025-06-30", .result_sha256 = "ab"};
    (void)state;
    assert_false(mag_ledger_is_current(&nothing, "2025-06-30", "ab"));
    assert_true(mag_ledger_is_current(&input, "2025-06-30", "ab"));
    assert_false(mag_ledger_is_current(&input, "2025-07-01", "ab"));
    assert_false(mag_ledger_is_current(&input, "2025-06-30", "cd"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_pair_of_before_and_tonight_gives_its_event),
        cmocka_unit_test(
            a_flag_after_its_resolution_is_reopened_within_28_days_or_of_the_same_event),
        cmocka_unit_test(an_event_that_began_after_it_was_last_seen_is_another_episode),
        cmocka_unit_test(worse_and_improved_compare_with_what_was_shown),
        cmocka_unit_test(a_t_that_went_back_leaves_the_time_it_was_last_seen),
        cmocka_unit_test(an_as_of_is_the_end_of_its_day_or_its_minute),
        cmocka_unit_test(events_and_reasons_have_the_words_of_the_pages),
        cmocka_unit_test(an_older_as_of_than_the_current_is_refused),
        cmocka_unit_test(the_current_run_is_known_by_its_as_of_and_result),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
