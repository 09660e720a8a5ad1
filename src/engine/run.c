/* The stages of a run in their order. What a stage does lies in its own file. */
#include "engine/run.h"

#include "engine/canary_check.h"
#include "engine/clock.h"
#include "engine/history.h"
#include "engine/ingest.h"
#include "engine/ledger.h"
#include "engine/parallel.h"
#include "engine/publish.h"
#include "engine/report.h"
#include "engine/room.h"
#include "engine/run_notes.h"
#include "engine/run_record.h"
#include "engine/run_series.h"
#include "engine/source_findings.h"
#include "rules/rule_json.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

typedef struct run_state {
    mag_arena *arena;
    const mag_run_inputs *inputs; /* those given, with timings of its own */
    mag_run_report *report;
    mag_timings *timings;
    mag_run_time time;
    mag_cohort *cohort;
    mag_screen screen;
    mag_gates gates;
    mag_run_series series;
    mag_ledger ledger;
    bool is_judged, has_rejects_written;
    char run_id[MAG_RUN_ID_NBYTES];
    const char *header; /* of the digest; NULL until the run has begun */
} run_state;

static mag_status check_stop(const mag_run_inputs *inputs, const char *stage, mag_error *err) {
    if (inputs->is_stopped == NULL || !inputs->is_stopped(inputs->stop_context))
        return MAG_OK;
    return mag_fail(err, MAG_E_INTERRUPTED, MAG_MSG_P401, "stopped after %s; nothing published",
                    stage);
}

static mag_status begin_run(run_state *run, mag_error *err) {
    const mag_run_inputs *inputs = run->inputs;
    mag_run_report *report = run->report;
    mag_clock_run_id(run->run_id);
    report->run_id = mag_arena_text(run->arena, mag_span_of(run->run_id));
    MAG_TRY(mag_run_time_resolve(inputs->plan, mag_clock_local(), &run->time, err));
    report->as_of = mag_arena_text(run->arena, mag_span_of(run->time.shown));
    report->pack_name = mag_pack_name(inputs->pack);
    report->pack_version = mag_pack_version(inputs->pack);
    report->rule_count = mag_pack_rule_count(inputs->pack);
    report->classes_built = mag_report_classes(run->arena);
    report->thread_count =
        (int)mag_parallel_worker_count(inputs->thread_count, MAG_PARTITION_COUNT);
    report->is_dry = inputs->sink == NULL;
    report->newest_lab = report->newest_prescription = MAG_MINUTE_NONE;
    run->header = mag_run_record_header(run->arena, inputs);
    if (report->run_id == NULL || report->as_of == NULL || report->classes_built == NULL ||
        run->header == NULL)
        return mag_fail_memory(err, sizeof *report);
    if (inputs->ledger != NULL)
        MAG_TRY(mag_ledger_check_as_of(inputs->ledger, report->as_of, err));
    if (inputs->previous != NULL) {
        MAG_TRY(mag_previous_run_check_as_of(inputs->previous, report->as_of, err));
        MAG_TRY(mag_previous_run_check_pack(inputs->previous, inputs->pack, err));
    }
    return mag_run_series_begin(&run->series, err);
}

/* Tells the sink what begins. */
static mag_status begin_in_sink(run_state *run, mag_error *err) {
    const mag_run_inputs *inputs = run->inputs;
    mag_sink *sink = inputs->sink;
    if (sink == NULL || sink->ops->begin == NULL)
        return MAG_OK;
    mag_text rules;
    mag_text_init(&rules, inputs->account);
    mag_status status = mag_pack_rules_json(run->arena, inputs->pack, &rules, err);
    if (status == MAG_OK) {
        mag_sink_run what = {.as_of = run->report->as_of,
                             .pack_name = run->report->pack_name,
                             .pack_version = run->report->pack_version,
                             .pack_sha256 = mag_pack_sha256(inputs->pack),
                             .codebook_sha256 = mag_codebook_sha256(inputs->book),
                             .config_sha256 = inputs->plan->config_sha256,
                             .rules_json = mag_text_span(&rules)};
        status = sink->ops->begin(sink, &what, err);
    }
    mag_text_done(&rules);
    return status;
}

static mag_status tell_stage(const mag_run_inputs *inputs, mag_run_stage stage, mag_error *err) {
    mag_sink *sink = inputs->sink;
    return sink == NULL || sink->ops->stage == NULL ? MAG_OK : sink->ops->stage(sink, stage, err);
}

static mag_status read_all(run_state *run, mag_error *err) {
    mag_timings_begin(run->timings, MAG_TIMED_READ);
    MAG_TRY(mag_ingest(run->inputs, &run->time, &run->cohort, err));
    MAG_TRY(check_stop(run->inputs, "reading", err));
    if (run->inputs->plan->series_text != NULL)
        mag_timings_begin(run->timings, MAG_TIMED_SERIES);
    MAG_TRY(mag_run_series_earlier(&run->series, run->cohort, err));
    mag_timings_begin(run->timings, MAG_TIMED_SETTLE);
    MAG_TRY(mag_settle(run->inputs, run->cohort, err));
    MAG_TRY(check_stop(run->inputs, "sorting", err));
    MAG_TRY(mag_run_notes(run->arena, run->inputs->plan, run->cohort, run->report, err));
    return mag_report_sources(run->arena, run->inputs->plan, run->cohort, run->report, err);
}

static mag_status screen_all(run_state *run, mag_error *err) {
    const mag_run_inputs *inputs = run->inputs;
    mag_screen *screen = &run->screen;
    mag_timings_begin(run->timings, MAG_TIMED_SCREEN);
    screen->cohort = run->cohort;
    screen->timings = inputs->timings;
    screen->progress = inputs->progress;
    screen->pack = inputs->pack;
    screen->spill = inputs->spill;
    screen->is_last_look = inputs->ledger == NULL;
    screen->is_stopped = inputs->is_stopped;
    screen->stop_context = inputs->stop_context;
    MAG_TRY(mag_strata_new(run->arena, inputs->plan, run->cohort, &screen->strata, err));
    unsigned worker_count = (unsigned)run->report->thread_count;
    MAG_TRY(mag_room_for_screening(inputs->account, run->cohort, &worker_count, err));
    MAG_TRY(mag_screen_run(screen, run->arena, worker_count, err));
    MAG_TRY(mag_report_rules(run->arena, screen, run->report, err));
    MAG_TRY(mag_source_findings(run->arena, inputs->pack, run->cohort, run->report, err));
    return check_stop(inputs, "screening", err);
}

/* The result is the same; somebody should know why it came later. */
static mag_status note_threads(run_state *run, mag_error *err) {
    const unsigned wanted =
        mag_parallel_wanted_count(run->inputs->thread_count, MAG_PARTITION_COUNT);
    const unsigned had = mag_parallel_worker_count(run->inputs->thread_count, MAG_PARTITION_COUNT);
    if (had >= wanted)
        return MAG_OK;
    const mag_gate_verdict verdict = {
        .source = "machine",
        .file = "",
        .gate = "threads",
        .colour = MAG_AMBER,
        .measure = MAG_MEASURE_DATABASE,
        .note = "",
        .message = MAG_MSG_P407,
        .first_file = "",
        .column = "",
        .detail = mag_arena_format(run->arena, "running with %u thread%s instead of %u", had,
                                   had == 1 ? "" : "s", wanted)};
    if (verdict.detail == NULL)
        return mag_fail_memory(err, 64);
    return mag_gates_append(run->arena, &run->gates, &verdict, 1, err);
}

/* Hard red refuses, soft red holds, amber warns. */
static mag_status judge(run_state *run, mag_error *err) {
    mag_run_report *report = run->report;
    mag_timings_begin(run->timings, MAG_TIMED_JUDGE);
    MAG_TRY(mag_gates_judge(run->arena, run->inputs->plan, run->cohort, run->time.data_until,
                            &run->gates, err));
    MAG_TRY(mag_run_series_last(&run->series, &run->screen, &run->gates, report, err));
    MAG_TRY(mag_history_judge(run->arena, run->inputs, run->cohort, report, &run->gates, err));
    MAG_TRY(note_threads(run, err));
    run->is_judged = true;
    MAG_TRY(mag_report_verdicts(run->arena, &run->gates, report, err));
    bool is_red = run->gates.is_red_hard || run->gates.is_red_soft;
    report->end = run->gates.is_red_hard   ? MAG_RUN_REFUSED
                  : run->gates.is_red_soft ? MAG_RUN_HELD
                                           : MAG_RUN_PUBLISHED;
    report->has_warnings = run->gates.is_amber;
    report->exit_code = is_red ? 4 : run->gates.is_amber ? 3 : 0;
    return MAG_OK;
}

static const char *state_of(const run_state *run) {
    if (run->inputs->sink == NULL)
        return "dry_run";
    return run->report->end == MAG_RUN_REFUSED ? "refused"
           : run->report->end == MAG_RUN_HELD  ? "held"
                                               : "published";
}

static void note_memory(run_state *run) {
    const mag_run_inputs *inputs = run->inputs;
    mag_run_report *report = run->report;
    report->peak_memory_nbytes = inputs->account->peak_nbytes;
    report->memory_limit_nbytes = inputs->memory_limit_nbytes;
    report->memory_limit_from = inputs->memory_limit_from;
    report->spilled_nbytes = mag_spill_written_nbytes(inputs->spill);
    report->spilled_segment_count = mag_spill_segment_count(inputs->spill);
}

static mag_status write_record(run_state *run, const char *state, const mag_error *failure,
                               mag_text *json, mag_error *err) {
    char data_until[MAG_MOMENT_TEXT_NBYTES] = "";
    if (run->time.data_until != MAG_MINUTE_OPEN)
        mag_minute_text(run->time.data_until, false, data_until);
    run->report->seconds_total = mag_timings_total(run->timings);
    note_memory(run);
    mag_run_record record = {.inputs = run->inputs,
                             .report = run->report,
                             .cohort = run->cohort,
                             .gates = run->is_judged ? &run->gates : NULL,
                             .state = state,
                             .digest_header = run->header,
                             .data_until = data_until,
                             .failure = failure};
    mag_text_clear(json);
    mag_run_record_write(json, &record);
    return mag_text_check(json, err);
}

/* What tonight is to the flags of the nights before. */
static mag_status judge_ledger(run_state *run, mag_error *err) {
    mag_run_report *report = run->report;
    if (run->inputs->ledger == NULL || report->end == MAG_RUN_REFUSED)
        return MAG_OK;
    run->ledger.as_of = report->as_of;
    MAG_TRY(mag_ledger_judge(run->arena, run->inputs->ledger, &run->screen, &run->ledger, err));
    memcpy(report->episodes_by_event, run->ledger.counts, sizeof report->episodes_by_event);
    report->has_ledger = true;
    return MAG_OK;
}

/* A night that the ledger has had already is not told twice. */
static void stop_if_published(run_state *run) {
    const mag_ledger_input *before = run->inputs->ledger;
    mag_run_report *report = run->report;
    if (before == NULL || report->end != MAG_RUN_PUBLISHED ||
        !mag_ledger_is_current(before, report->as_of, report->result_sha256))
        return;
    report->end = MAG_RUN_NOTHING_NEW;
    report->exit_code = 0;
    report->published_by = before->run_id;
}

static mag_publication publication_of(const run_state *run) {
    const mag_run_inputs *inputs = run->inputs;
    return (mag_publication){.pack = inputs->pack,
                             .cohort = run->cohort,
                             .screen = &run->screen,
                             .ledger = run->report->has_ledger ? &run->ledger : NULL,
                             .sink = inputs->sink,
                             .as_of = run->report->as_of,
                             .digest_header = run->header,
                             .on_line = inputs->on_digest_line,
                             .line_context = inputs->digest_context,
                             .account = inputs->account,
                             .worker_count = (unsigned)run->report->thread_count,
                             .is_stopped = inputs->is_stopped,
                             .stop_context = inputs->stop_context,
                             .timings = run->timings,
                             .progress = inputs->progress};
}

static uint64_t row_count_of(const run_state *run) {
    uint64_t count = 0;
    size_t reject_count;
    for (unsigned i = 0; i < MAG_PARTITION_COUNT; i++)
        count +=
            run->screen.parts[i].flagged.row_count + run->screen.parts[i].cannot_tell.row_count;
    (void)mag_cohort_rejects(run->cohort, &reject_count);
    return count + reject_count;
}

static mag_status publish_rows(run_state *run, mag_error *err) {
    const mag_publication publication = publication_of(run);
    mag_timings_begin(run->timings, MAG_TIMED_PUBLISH);
    mag_progress_begin(run->inputs->progress, MAG_PROGRESS_WRITING, row_count_of(run));
    if (run->report->end == MAG_RUN_REFUSED)
        return MAG_OK;
    return mag_publish_rows(&publication, run->report->result_sha256, err);
}

/* A result that is visible already, told in the same words, is not published again. */
static mag_status publish(run_state *run, mag_span run_json, mag_error *err) {
    mag_sink *sink = run->inputs->sink;
    if (!sink->ops->is_current(sink, run_json))
        return sink->ops->publish(sink, run_json, err);
    run->report->end = MAG_RUN_NOTHING_NEW;
    run->report->exit_code = 0;
    return MAG_OK;
}

static mag_status end_in_sink(run_state *run, mag_text *json, mag_error *err) {
    mag_sink *sink = run->inputs->sink;
    if (sink == NULL)
        return MAG_OK;
    const mag_publication publication = publication_of(run);
    run->has_rejects_written = true;
    MAG_TRY(mag_publish_rejects(&publication, err));
    MAG_TRY(write_record(run, state_of(run), NULL, json, err));
    mag_timings_begin(run->timings, MAG_TIMED_FINISH);
    switch (run->report->end) {
    case MAG_RUN_PUBLISHED:
        return publish(run, mag_text_span(json), err);
    case MAG_RUN_HELD:
        return sink->ops->hold(sink, mag_text_span(json), err);
    case MAG_RUN_REFUSED:
        return sink->ops->fail(sink, mag_text_span(json), err);
    case MAG_RUN_NOTHING_NEW:
        return sink->ops->forget == NULL ? MAG_OK
                                         : sink->ops->forget(sink, mag_text_span(json), err);
    }
    return MAG_OK;
}

static mag_status run_stages(run_state *run, mag_text *json, mag_error *err) {
    mag_timings_begin(run->timings, MAG_TIMED_BEGIN);
    MAG_TRY(begin_run(run, err));
    MAG_TRY(begin_in_sink(run, err));
    MAG_TRY(mag_canaries_check(run->arena, run->inputs, &run->time, &run->report->canaries, err));
    MAG_TRY(tell_stage(run->inputs, MAG_STAGE_READING, err));
    MAG_TRY(read_all(run, err));
    MAG_TRY(tell_stage(run->inputs, MAG_STAGE_EVALUATING, err));
    MAG_TRY(screen_all(run, err));
    MAG_TRY(judge(run, err));
    MAG_TRY(judge_ledger(run, err));
    MAG_TRY(publish_rows(run, err));
    stop_if_published(run);
    MAG_TRY(check_stop(run->inputs, "writing", err));
    return end_in_sink(run, json, err);
}

/* A run that failed still explains itself, if it can. A wrong command line leaves nothing. */
static void record_failure(run_state *run, mag_text *json, const mag_error *failure) {
    mag_sink *sink = run->inputs->sink;
    mag_error ignored;
    if (sink == NULL || failure->status == MAG_E_USAGE || run->header == NULL)
        return;
    run->report->end = MAG_RUN_REFUSED;
    run->report->exit_code = mag_status_exit_code(failure->status);
    run->report->result_sha256[0] = '\0';
    mag_publication publication = publication_of(run);
    publication.worker_count = 1; /* memory may be what has failed */
    if (run->cohort != NULL && !run->has_rejects_written &&
        (mag_publish_rejects(&publication, &ignored) != MAG_OK ||
         mag_publish_file_fault(&publication, failure, &ignored) != MAG_OK))
        return;
    if (write_record(run, "failed", failure, json, &ignored) != MAG_OK)
        return;
    run->report->has_failure_record =
        sink->ops->fail(sink, mag_text_span(json), &ignored) == MAG_OK;
}

mag_status mag_run(mag_arena *arena, const mag_run_inputs *inputs, const mag_run_report **report,
                   mag_error *err) {
    mag_text json;
    mag_error failure = {0};
    mag_run_inputs timed = *inputs;
    run_state run = {
        .arena = arena, .inputs = &timed, .series = {.arena = arena, .inputs = &timed}};
    run.report = mag_arena_alloc(arena, sizeof *run.report);
    run.timings = mag_timings_new(arena, mag_parallel_worker_count(inputs->thread_count, UINT_MAX));
    if (run.report == NULL || run.timings == NULL)
        return mag_fail_memory(err, sizeof *run.report);
    *report = run.report;
    timed.timings = run.timings;
    run.report->timings = run.timings;
    run.screen.account = inputs->account;
    mag_text_init(&json, inputs->account);
    mag_status status = run_stages(&run, &json, &failure);
    mag_timings_end(run.timings);
    run.report->seconds_total = mag_timings_total(run.timings);
    note_memory(&run);
    if (status != MAG_OK) {
        failure.status = status;
        record_failure(&run, &json, &failure);
        if (err != NULL)
            *err = failure;
    }
    mag_screen_done(&run.screen);
    mag_run_series_done(&run.series);
    mag_cohort_free(run.cohort);
    mag_text_done(&json);
    return status;
}

mag_status mag_run_load_cohort(const mag_run_inputs *inputs, mag_cohort **cohort, mag_error *err) {
    mag_run_time time;
    *cohort = NULL;
    MAG_TRY(mag_run_time_resolve(inputs->plan, mag_clock_local(), &time, err));
    mag_status status = mag_ingest(inputs, &time, cohort, err);
    if (status == MAG_OK)
        status = mag_settle(inputs, *cohort, err);
    if (status != MAG_OK) {
        mag_cohort_free(*cohort);
        *cohort = NULL;
    }
    return status;
}
