/* The sink by itself: what it is told is what the tables hold, and what is not whole is never
   published. */
#include "sinks/pg_schema.h"
#include "sinks/postgres.h"
#include "sinks/postgres_release.h"

#include "support/pg_server.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static mag_account account;
static mag_error err;
static bool is_stopped;

static bool read_stop(void *context) {
    (void)context;
    return is_stopped;
}

static mag_pg_wish wish(void) {
    return (mag_pg_wish){
        .conninfo = "user=night", .connect_ms = 5000, .is_stopped = read_stop, .account = &account};
}

static void must(mag_status status) {
    if (status != MAG_OK)
        fail_msg("%s", err.text);
}

static void make_schema(void) {
    static bool is_made;
    is_stopped = false;
    if (!is_made)
        pg_test_sql("create role night login");
    is_made = true;
    pg_test_database("t_sink", NULL);
    mag_pg_link *link;
    mag_pg_wish owner = {.conninfo = "", .account = &account};
    size_t done;
    must(mag_pg_open(&link, &owner, &err));
    must(mag_pg_schema_install(link, false, &done, &err));
    mag_pg_close(link);
    pg_test_sql("grant magscreen_job to night");
}

static mag_sink *begin(const char *as_of) {
    mag_sink *sink;
    mag_pg_wish how = wish();
    must(mag_sink_postgres_new(&sink, &how, &err));
    assert_string_equal(mag_sink_postgres_run(sink), "");
    const mag_sink_run run = {
        .as_of = as_of,
        .pack_name = "p",
        .pack_version = "1.0.0",
        .pack_sha256 = "a",
        .codebook_sha256 = "b",
        .config_sha256 = "c",
        .rules_json = mag_span_of("[{\"rule_id\":\"B01\",\"version\":\"1.0.0\",\"title\":\"Low\","
                                  "\"status\":\"active\",\"action\":\"Look\",\"sha256\":\"x\"}]")};
    must(sink->ops->begin(sink, &run, &err));
    must(sink->ops->stage(sink, MAG_STAGE_READING, &err));
    must(sink->ops->stage(sink, MAG_STAGE_EVALUATING, &err));
    return sink;
}

/* Texts that would be something else in SQL or in the text form of COPY. */
static const char odd_id[] = "p'1\\.\"\t\n%s;--";

static void put_flag(mag_sink *sink, const char *as_of) {
    mag_flag_row flag = {.flag_id = "B01-1",
                         .patient_id = mag_span_of(odd_id),
                         .site = "W'9",
                         .rule_id = "B01",
                         .rule_version = "1.0.0",
                         .title = "Low",
                         .severity = MAG_SEVERITY_HIGH,
                         .could_be = "critical",
                         .state = "new",
                         .as_of = as_of,
                         .hidden_by = "",
                         .notes = "",
                         .evidence = "{\"digest\":\"mg=0.4\",\"facts\":[]}"};
    mag_episode episode = {.flag_id = "B01-1",
                           .patient_id = flag.patient_id,
                           .rule_id = "B01",
                           .rule_version = "1.0.0",
                           .opened = as_of,
                           .last_seen = as_of,
                           .resolved = "",
                           .state = MAG_EPISODE_NEW,
                           .machine_reason = MAG_MACHINE_NONE,
                           .event_start = 525600,
                           .event_stop = MAG_MINUTE_OPEN,
                           .severity = MAG_SEVERITY_HIGH,
                           .shown_severity = MAG_SEVERITY_HIGH,
                           .shown_facts = "mg=0.4"};
    const mag_episode_row row = {.episode = &episode, .event = MAG_EPISODE_NEW, .flag = &flag};
    must(sink->ops->flag(sink, &flag, &err));
    must(sink->ops->episode(sink, &row, &err));
}

static void put_rest(mag_sink *sink, const char *as_of) {
    const mag_cannot_tell_row unknown = {.patient_id = mag_span_of("p2"),
                                         .site = "",
                                         .rule_id = "B01",
                                         .as_of = as_of,
                                         .reasons = "missing",
                                         .detail = "latest(magnesium): missing"};
    const mag_summary_row summary = {.as_of = as_of,
                                     .rule_id = "B01",
                                     .rule_version = "1.0.0",
                                     .stratum = "all",
                                     .level = "",
                                     .eligible = 40,
                                     .flagged = 1,
                                     .clear = 38,
                                     .cannot_tell = 1,
                                     .not_evaluated = "",
                                     .rate = "0.025641",
                                     .ci_low = "",
                                     .ci_high = NULL};
    must(sink->ops->cannot_tell(sink, &unknown, &err));
    must(sink->ops->summary(sink, &summary, &err));
}

static const char RECORD[] =
    "{\"state\":\"published\",\"exit_code\":0,\"result_sha256\":\"r1\",\"sources\":[],"
    "\"gates\":[],\"unmapped_codes\":[]}";
static const char FAILURE[] =
    "{\"state\":\"failed\",\"exit_code\":6,\"failure_id\":\"MS-D312\",\"failure\":\"it broke\","
    "\"result_sha256\":\"\",\"sources\":[],\"gates\":[],\"unmapped_codes\":[]}";

static void expect_nothing_shown(void) {
    assert_int_equal(pg_test_count("select (select count(*) from magscreen.current_run)"
                                   " + (select count(*) from magscreen.flag)"
                                   " + (select count(*) from magscreen.summary)"),
                     0);
}

/* --- */

static void what_was_put_is_what_readers_see(void **state) {
    (void)state;
    make_schema();
    mag_sink *sink = begin("2025-12-31");
    put_flag(sink, "2025-12-31");
    put_rest(sink, "2025-12-31");
    assert_false(sink->ops->is_current(sink, mag_span_of(RECORD)));
    expect_nothing_shown();
    must(sink->ops->publish(sink, mag_span_of(RECORD), &err));
    assert_null(mag_sink_postgres_notice(sink));
    assert_string_equal(mag_sink_postgres_run(sink), "1");
    sink->ops->free(sink);
    assert_int_equal(account.used_nbytes, 0);
    assert_string_equal(pg_test_text("select patient_id from magscreen.flag"), odd_id);
    assert_string_equal(
        pg_test_text("select concat_ws('|', flag_id, site, severity, could_be, state, hidden_by,"
                     " evidence ->> 'digest', event_from, event_to, opened_as_of)"
                     " from magscreen.flag"),
        "B01-1|W'9|high|critical|new|mg=0.4|1971-01-01 00:00:00|2025-12-31");
    assert_string_equal(pg_test_text("select concat_ws('|', eligible, flagged, clear, cannot_tell,"
                                     " rate, ci_low is null, ci_high is null)"
                                     " from magscreen.summary"),
                        "40|1|38|1|0.025641|t|t");
    assert_string_equal(pg_test_text("select reasons from magscreen.v_could_not_assess"),
                        "missing");
}

static void the_ledger_is_what_was_published(void **state) {
    (void)state; /* goes on from the run before */
    mag_sink *sink;
    mag_pg_wish how = wish();
    const mag_ledger_input *before;
    mag_arena *arena = mag_arena_new(&account);
    must(mag_sink_postgres_new(&sink, &how, &err));
    must(mag_sink_postgres_ledger(sink, arena, &before, &err));
    assert_string_equal(before->run_id, "1");
    assert_string_equal(before->as_of, "2025-12-31");
    assert_string_equal(before->result_sha256, "r1");
    assert_int_equal(before->episode_count, 1);
    const mag_episode *episode = &before->episodes[0];
    assert_true(mag_span_is(episode->patient_id, odd_id));
    assert_int_equal(episode->state, MAG_EPISODE_NEW);
    assert_int_equal(episode->event_start, 525600);
    assert_int_equal(episode->event_stop, MAG_MINUTE_OPEN);
    assert_string_equal(episode->shown_facts, "mg=0.4");
    sink->ops->free(sink);
    mag_arena_free(arena);
}

static void the_same_result_is_not_published_twice(void **state) {
    (void)state; /* goes on from the run before */
    mag_sink *sink = begin("2025-12-31");
    put_flag(sink, "2025-12-31");
    assert_true(sink->ops->is_current(sink, mag_span_of(RECORD)));
    sink->ops->free(sink);
    assert_int_equal(pg_test_count("select count(*) from magscreen.flag_event"), 1);
    assert_string_equal(pg_test_text("select message_id from magscreen.run where run_id = 2"),
                        "MS-P410");
}

/* One table was not taken: whoever asks first whether the result is there must not make it look
   whole. */
static void a_table_that_is_not_whole_is_never_published(void **state) {
    (void)state;
    static const char *const tables[] = {"summary_1", "stage_episode_1", "cannot_tell_1"};
    for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++) {
        char sql[200];
        make_schema();
        mag_sink *sink = begin("2025-12-31");
        snprintf(sql, sizeof sql,
                 "alter table magscreen.%s add constraint odd check (length(rule_id) > 9)",
                 tables[i]);
        pg_test_sql(sql);
        if (i == 0)
            put_rest(sink, "2025-12-31");
        if (i == 1)
            put_flag(sink, "2025-12-31");
        if (i == 2) {
            const mag_cannot_tell_row unknown = {.patient_id = mag_span_of("p2"),
                                                 .rule_id = "B01",
                                                 .as_of = "2025-12-31",
                                                 .reasons = "missing",
                                                 .detail = ""};
            must(sink->ops->cannot_tell(sink, &unknown, &err));
        }
        assert_false(sink->ops->is_current(sink, mag_span_of(RECORD)));
        assert_int_not_equal(sink->ops->publish(sink, mag_span_of(RECORD), &err), MAG_OK);
        assert_non_null(strstr(err.text, tables[i]));
        assert_int_not_equal(sink->ops->hold(sink, mag_span_of(RECORD), &err), MAG_OK);
        must((sink->ops->fail)(sink, mag_span_of(FAILURE), &err));
        sink->ops->free(sink);
        expect_nothing_shown();
        assert_string_equal(pg_test_text("select state || ' ' || message_id from magscreen.run"),
                            "failed MS-D312");
    }
    assert_int_equal(account.used_nbytes, 0);
}

static void a_flag_without_an_episode_is_never_published(void **state) {
    (void)state;
    make_schema();
    mag_sink *sink = begin("2025-12-31");
    const mag_flag_row flag = {.flag_id = "B01-1", .patient_id = mag_span_of("p1")};
    must(sink->ops->flag(sink, &flag, &err));
    assert_int_equal(sink->ops->publish(sink, mag_span_of(RECORD), &err), MAG_E_INTERNAL);
    sink->ops->free(sink);
    expect_nothing_shown();
}

static void rejects_of_a_failed_run_are_kept(void **state) {
    (void)state;
    make_schema();
    mag_sink *sink = begin("2025-12-31");
    const mag_reject_row reject = {.source = "labs",
                                   .file = "labs.csv.gz",
                                   .column = "value",
                                   .reason = "num.decimal_comma",
                                   .detail = "",
                                   .line = 7};
    put_flag(sink, "2025-12-31");
    must(sink->ops->reject(sink, &reject, &err));
    is_stopped = true; /* also after a signal */
    must((sink->ops->fail)(sink, mag_span_of(FAILURE), &err));
    is_stopped = false;
    sink->ops->free(sink);
    expect_nothing_shown();
    assert_string_equal(pg_test_text("select concat_ws('|', run_id, source, file, line, reason)"
                                     " from magscreen.reject"),
                        "1|labs|labs.csv.gz|7|num.decimal_comma");
    assert_int_equal(pg_test_count("select count(*) from pg_class where relname ~ '_1$'"
                                   " and relnamespace = 'magscreen'::regnamespace"),
                     0);
}

static void a_held_run_is_released_with_a_reason_once(void **state) {
    (void)state;
    make_schema();
    mag_sink *sink = begin("2025-12-31");
    put_flag(sink, "2025-12-31");
    put_rest(sink, "2025-12-31");
    must(sink->ops->hold(sink, mag_span_of(RECORD), &err));
    mag_pg_wish how = wish();
    mag_pg_release found;
    mag_arena *arena = mag_arena_new(&account);
    /* the sink still has the lock */
    assert_int_equal(mag_pg_release_run(arena, &how, "1", "right", &found, &err), MAG_E_LOCKED);
    sink->ops->free(sink);
    expect_nothing_shown();
    assert_int_equal(mag_pg_release_run(arena, &how, "2", "right", &found, &err), MAG_E_USAGE);
    assert_int_equal(mag_pg_release_run(arena, &how, "1", " ", &found, &err), MAG_E_USAGE);
    assert_int_equal(mag_pg_release_run(arena, &how, "99999999999999999999", "right", &found, &err),
                     MAG_E_USAGE);
    expect_nothing_shown();
    must(mag_pg_release_run(arena, &how, "1", "right", &found, &err));
    assert_false(found.was_published_already);
    assert_string_equal(found.result_sha256, "r1");
    assert_string_equal(pg_test_text("select release_reason from magscreen.run"), "right");
    must(mag_pg_release_run(arena, &how, "1", "again", &found, &err));
    assert_true(found.was_published_already);
    assert_string_equal(pg_test_text("select release_reason from magscreen.run"), "right");
    assert_int_equal(pg_test_count("select count(*) from magscreen.flag_event"), 1);
    mag_arena_free(arena);
    assert_int_equal(account.used_nbytes, 0);
}

static void a_check_takes_no_lock_with_it(void **state) {
    (void)state;
    make_schema();
    mag_pg_facts facts;
    mag_pg_wish how = wish();
    bool are_counters_open;
    must(mag_sink_postgres_check(&how, &facts, &are_counters_open, &err));
    assert_true(are_counters_open);
    pg_test_sql("revoke execute on function pg_stat_get_live_tuples(oid) from public");
    must(mag_sink_postgres_check(&how, &facts, &are_counters_open, &err));
    assert_false(are_counters_open);
    assert_string_equal(facts.role, "night");
    assert_string_equal(facts.database, "t_sink");
    mag_sink *sink = begin("2025-12-31");
    assert_int_equal(mag_sink_postgres_check(&how, &facts, &are_counters_open, &err), MAG_E_LOCKED);
    assert_non_null(strstr(err.text, "run 1 since "));
    sink->ops->free(sink);
    assert_int_equal(account.used_nbytes, 0);
}

int main(void) {
    int skipped = pg_test_begin();
    if (skipped)
        return skipped;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_put_is_what_readers_see),
        cmocka_unit_test(the_ledger_is_what_was_published),
        cmocka_unit_test(the_same_result_is_not_published_twice),
        cmocka_unit_test(a_table_that_is_not_whole_is_never_published),
        cmocka_unit_test(a_flag_without_an_episode_is_never_published),
        cmocka_unit_test(rejects_of_a_failed_run_are_kept),
        cmocka_unit_test(a_held_run_is_released_with_a_reason_once),
        cmocka_unit_test(a_check_takes_no_lock_with_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
