/* magscreen run: sources in, a published folder out. */
#include "cli/closing.h"
#include "cli/closing_database.h"
#include "cli/database.h"
#include "cli/process.h"
#include "cli/progress_view.h"
#include "cli/session.h"
#include "cli/show.h"
#include "cli/verbs.h"
#include "engine/ledger_read_dir.h"
#include "sinks/csv_directory.h"
#include "sinks/postgres.h"

#include <string.h>

/* A rule that does not do what its own examples say screens nobody. */
static mag_status check_examples(mag_session *session, mag_error *err) {
    const mag_example_result *results;
    size_t count, failed = 0, first = 0;
    MAG_TRY(mag_pack_check_ready(session->pack, err));
    MAG_TRY(mag_session_run_examples(session, &results, &count, err));
    for (size_t i = count; i-- > 0;) {
        failed += !results[i].passed;
        first = results[i].passed ? first : i;
    }
    if (failed == 0)
        return MAG_OK;
    mag_status status =
        mag_fail(err, MAG_E_RULES, MAG_MSG_R504,
                 "%s: %zu of %zu examples fail; the first: rule %s, \"%s\": expected %s, got %s",
                 mag_pack_name(session->pack), failed, count, results[first].rule_id,
                 results[first].example, results[first].expected, results[first].got);
    mag_error_count(err, failed);
    mag_hint(err, "nothing was read or written; next: magscreen rules test PACK.yaml");
    return status;
}

static mag_status show_answer(mag_closing *closing, bool is_json, mag_account *account,
                              mag_error *err) {
    mag_closing_gates(closing, is_json);
    closing->has_lost_messages = mag_show_has_lost_messages();
    if (!is_json) {
        mag_closing_lines(closing);
        return MAG_OK;
    }
    mag_text text;
    mag_text_init(&text, account);
    mag_status status = mag_closing_json(closing, &text, err);
    if (status == MAG_OK)
        mag_show_json(&text);
    else if (closing->report->end == MAG_RUN_PUBLISHED && closing->out_directory)
        mag_error_place(err, "%.300s was published, but cannot be told about",
                        closing->out_directory);
    mag_text_done(&text);
    return status;
}

/* The output directory without slashes at its end, for "OUT.failed". NULL: there is none. */
static const char *shown_directory(mag_session *session) {
    const char *directory = session->plan->sink_directory;
    if (directory == NULL)
        return NULL;
    size_t length = strlen(directory);
    while (length > 1 && directory[length - 1] == '/')
        length--;
    const char *kept = mag_arena_text(session->arena, (mag_span){directory, length});
    return kept ? kept : directory;
}

/* Says what failed and where the record of it lies; the caller has nothing left to say. */
static void tell_failure(const mag_run_report *report, const mag_closing *closing, mag_error *err) {
    if (!report || !report->has_failure_record || err->status == MAG_E_INTERRUPTED)
        return;
    mag_show_error(err, false);
    if (closing->database)
        mag_closing_database_failed(closing, mag_tell);
    else
        mag_closing_failed(closing->out_directory, mag_tell);
    err->text[0] = '\0';
}

/* The night before: what it counted, and its flags. A database knows both itself. */
static mag_status read_previous(mag_session *session, const mag_options *options,
                                mag_run_inputs *inputs, mag_error *err) {
    if (inputs->sink != NULL && session->plan->sink_directory == NULL) {
        MAG_TRY(mag_sink_postgres_previous(inputs->sink, session->arena, &inputs->previous, err));
        return mag_sink_postgres_ledger(inputs->sink, session->arena, &inputs->ledger, err);
    }
    if (!options->previous)
        return MAG_OK;
    MAG_TRY(mag_previous_run_read(session->arena, options->previous, &inputs->previous, err));
    return mag_ledger_read_directory(session->arena, inputs->previous, &inputs->ledger, err);
}

static mag_status run_into(mag_session *session, const mag_options *options, mag_sink *sink,
                           int *exit_code, mag_error *err) {
    mag_run_inputs inputs = mag_session_inputs(session, options);
    mag_progress_view progress;
    mag_progress_form form;
    MAG_TRY(mag_progress_form_choose(options->progress, options->is_json, &form, err));
    mag_progress_view_init(&progress, form);
    inputs.progress = mag_progress_view_counts(&progress);
    inputs.sink = sink;
    const mag_run_report *report = NULL;
    mag_status status = read_previous(session, options, &inputs, err);
    if (status == MAG_OK)
        status = mag_run(session->arena, &inputs, &report, err);
    if (status != MAG_OK)
        mag_memory_budget_explain(&session->memory, &session->account, err);
    mag_closing closing = {.report = report,
                           .out_directory = sink ? shown_directory(session) : NULL,
                           .has_timings = options->has_timings};
    if (sink != NULL && session->plan->sink_directory == NULL) {
        closing.database = session->plan->sink_postgres;
        closing.database_run = mag_sink_postgres_run(sink);
    }
    if (status != MAG_OK) {
        if (!options->is_json)
            tell_failure(report, &closing, err);
        return status;
    }
    status = show_answer(&closing, options->is_json, &session->account, err);
    *exit_code = mag_closing_exit_code(&closing);
    return status;
}

static void tell_wait(const mag_error *notice) {
    mag_show_error(notice, false);
}

static void tell_wait_json(const mag_error *notice) {
    mag_show_error(notice, true);
}

/* The database keeps its own episodes: --previous would be a second memory beside them, and the
   times of a series have none. */
static mag_status run_into_database(mag_session *session, const mag_options *options,
                                    int *exit_code, mag_error *err) {
    if (options->as_of_series != NULL) {
        mag_fail(
            err, MAG_E_USAGE, MAG_MSG_U201,
            "a series is written into a directory; a database takes one night after the other");
        mag_hint(err, "give --out DIR, or run once for each as-of, the oldest first");
        return MAG_E_USAGE;
    }
    if (options->previous != NULL) {
        mag_fail(err, MAG_E_USAGE, MAG_MSG_U201,
                 "the pipeline publishes into a database, which keeps its own earlier runs");
        mag_hint(err, "leave --previous out, or give --out DIR");
        return MAG_E_USAGE;
    }
    mag_sink *sink;
    mag_pg_wish wish = mag_database_wish(options, session->plan->sink_postgres, &session->account);
    MAG_TRY(mag_sink_postgres_new(&sink, &wish, err));
    mag_sink_postgres_on_wait(sink, options->is_json ? tell_wait_json : tell_wait);
    mag_status status = run_into(session, options, sink, exit_code, err);
    const mag_error *notice = mag_sink_postgres_notice(sink);
    if (notice != NULL)
        mag_show_error(notice, options->is_json);
    sink->ops->free(sink);
    return status;
}

static mag_status run_plan(mag_session *session, const mag_options *options, int *exit_code,
                           mag_error *err) {
    const char *directory = session->plan->sink_directory;
    MAG_TRY(check_examples(session, err));
    if (options->is_dry_run)
        return run_into(session, options, NULL, exit_code, err);
    if (session->plan->sink_postgres != NULL)
        return run_into_database(session, options, exit_code, err);
    if (!directory) {
        mag_status status =
            mag_fail(err, MAG_E_USAGE, MAG_MSG_U201, "the run has no place to write to");
        mag_hint(err, "give --out DIR, or --dry-run to write nothing");
        return status;
    }
    MAG_TRY(mag_plan_check_output(session->arena, session->plan, err));
    mag_sink *sink = NULL;
    MAG_TRY(
        mag_sink_csv_directory_new(&sink, directory, options->is_forced, &session->account, err));
    mag_status status = run_into(session, options, sink, exit_code, err);
    sink->ops->free(sink);
    return status;
}

mag_status mag_verb_run(const mag_options *options, int *exit_code, mag_error *err) {
    mag_progress_form form;
    MAG_TRY(mag_progress_form_choose(options->progress, options->is_json, &form, err));
    MAG_TRY(mag_session_check_origin(options, err));
    MAG_TRY(mag_process_check_descriptors(err));
    mag_origin origin = {options->operands[0], options->profile, options->data, options->as_of};
    mag_session session = {0};
    mag_status status = mag_session_open(&session, &origin, options, err);
    if (status == MAG_OK)
        status = run_plan(&session, options, exit_code, err);
    mag_session_close(&session);
    return status;
}
