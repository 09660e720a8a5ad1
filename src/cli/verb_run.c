/* magscreen run: sources in, a published folder out. */
#include "cli/closing.h"
#include "cli/process.h"
#include "cli/session.h"
#include "cli/show.h"
#include "cli/verbs.h"
#include "sinks/csv_directory.h"

static mag_status check_options(const mag_options *options, mag_error *err) {
    if (options->operand_count == 1 && (options->profile || options->data)) {
        mag_status status =
            mag_fail(err, MAG_E_USAGE, MAG_MSG_U201, "a pipeline file names its own sources");
        mag_hint(err, "give either a pipeline file or --profile and --data");
        return status;
    }
    return MAG_OK;
}

static mag_status show_answer(const mag_closing *closing, bool is_json, mag_account *account,
                              mag_error *err) {
    mag_closing_gates(closing->report, is_json);
    if (!is_json) {
        mag_closing_lines(closing);
        return MAG_OK;
    }
    mag_text text;
    mag_text_init(&text, account);
    mag_status status = mag_closing_json(closing, &text, err);
    if (status == MAG_OK)
        mag_show_json(&text);
    mag_text_done(&text);
    return status;
}

static mag_status run_into(mag_session *session, const mag_options *options, mag_sink *sink,
                           int *exit_code, mag_error *err) {
    mag_run_inputs inputs = mag_session_inputs(session, options);
    inputs.sink = sink;
    const mag_run_report *report;
    MAG_TRY(mag_run(session->arena, &inputs, &report, err));
    mag_closing closing = {.report = report,
                           .out_directory = sink ? session->plan->sink_directory : NULL,
                           .has_timings = options->has_timings};
    *exit_code = report->exit_code;
    return show_answer(&closing, options->is_json, &session->account, err);
}

static mag_status run_plan(mag_session *session, const mag_options *options, int *exit_code,
                           mag_error *err) {
    const char *directory = session->plan->sink_directory;
    if (options->is_dry_run)
        return run_into(session, options, NULL, exit_code, err);
    if (!directory) {
        mag_status status =
            mag_fail(err, MAG_E_USAGE, MAG_MSG_U201, "the run has no place to write to");
        mag_hint(err, "give --out DIR, or --dry-run to write nothing");
        return status;
    }
    mag_sink *sink = NULL;
    MAG_TRY(
        mag_sink_csv_directory_new(&sink, directory, options->is_forced, &session->account, err));
    mag_status status = run_into(session, options, sink, exit_code, err);
    sink->ops->free(sink);
    return status;
}

mag_status mag_verb_run(const mag_options *options, int *exit_code, mag_error *err) {
    MAG_TRY(check_options(options, err));
    mag_origin origin = {options->operands[0], options->profile, options->data, options->as_of};
    mag_session session = {0};
    mag_status status = mag_session_open(&session, &origin, options, err);
    if (status == MAG_OK)
        status = run_plan(&session, options, exit_code, err);
    mag_session_close(&session);
    return status;
}
