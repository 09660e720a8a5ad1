/* The promised header's one function: wiring, and copying out. */
#include "magscreen.h"

#include "cli/session.h"
#include "sinks/csv_directory.h"

#include <stdio.h>

static void copy_report(mag_embed_totals *totals, const mag_run_report *report) {
    totals->exit_code = report->exit_code;
    totals->patient_count = report->patient_count;
    totals->screened_count = report->screened_count;
    totals->flagged_patient_count = report->flagged_patient_count;
    totals->hidden_count = report->hidden_count;
    for (size_t i = 0; i < MAG_SEVERITY_COUNT; i++)
        totals->flag_count += report->visible_by_severity[i];
    for (size_t i = 0; i < report->rule_totals_count; i++)
        totals->cannot_tell_count += report->rules[i].cannot_tell;
    snprintf(totals->result_sha256, sizeof totals->result_sha256, "%s", report->result_sha256);
}

static void copy_error(mag_embed_totals *totals, mag_status status, const mag_error *error) {
    totals->exit_code = mag_status_exit_code(status);
    snprintf(totals->message_id, sizeof totals->message_id, "%s", mag_message_code(error->message));
    snprintf(totals->message, sizeof totals->message, "%s", error->text);
    snprintf(totals->hint, sizeof totals->hint, "%s", error->hint);
}

static mag_status run_into_directory(mag_session *session, const mag_options *options, bool force,
                                     mag_embed_totals *totals, mag_error *err) {
    const mag_run_report *report;
    mag_sink *sink;
    const char *directory = session->plan->sink_directory;
    if (directory == NULL)
        return mag_fail(err, MAG_E_USAGE, MAG_MSG_U201, "no output directory was named");
    MAG_TRY(mag_plan_check_output(session->arena, session->plan, err));
    MAG_TRY(mag_sink_csv_directory_new(&sink, directory, force, &session->account, err));
    mag_run_inputs inputs = mag_session_inputs(session, options);
    inputs.sink = sink;
    inputs.is_stopped = NULL;
    mag_status status = mag_run(session->arena, &inputs, &report, err);
    if (status == MAG_OK)
        copy_report(totals, report);
    sink->ops->free(sink);
    return status;
}

int mag_embed_run(const mag_embed_config *config, mag_embed_totals *totals) {
    mag_error error = {0};
    mag_session session = {0};
    mag_origin origin = {config->pipeline, config->profile, config->data_directory, config->as_of};
    mag_options options = {.out = config->out_directory,
                           .threads = config->thread_count > 0 ? config->thread_count : -1,
                           .memory_limit_nbytes = config->memory_limit_nbytes,
                           .limit = -1,
                           .patients = -1,
                           .seed = -1,
                           .files = -1};
    *totals = (mag_embed_totals){0};
    mag_status status = mag_session_open(&session, &origin, &options, &error);
    if (status == MAG_OK)
        status = run_into_directory(&session, &options, config->force != 0, totals, &error);
    if (status != MAG_OK)
        copy_error(totals, status, &error);
    mag_session_close(&session);
    return totals->exit_code;
}
