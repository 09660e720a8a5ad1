/* magscreen verify: computes the digest again, from the tables or from the sources, and compares.
 */
#include "cli/result_dir.h"
#include "cli/session.h"
#include "cli/show.h"
#include "cli/verbs.h"
#include "engine/verify.h"
#include "io/json_writer.h"

#include <stdio.h>
#include <string.h>

static void print_line(void *context, mag_span line) {
    (void)context;
    mag_show_bytes(line);
}

static mag_status answer_json(const mag_verification *found, mag_account *account, mag_error *err) {
    mag_text text;
    mag_text_init(&text, account);
    mag_json json;
    mag_json_begin(&json, &text, true);
    mag_json_object(&json);
    mag_json_key_text(&json, "recorded", found->recorded);
    mag_json_key_text(&json, "computed", found->computed);
    if (*found->series_recorded) {
        mag_json_key_text(&json, "series_recorded", found->series_recorded);
        mag_json_key_text(&json, "series_computed", found->series_computed);
    }
    mag_json_key(&json, "is_same");
    mag_json_bool(&json, found->is_same);
    mag_json_end_object(&json);
    mag_status status = mag_text_check(&text, err);
    if (status == MAG_OK)
        mag_show_json(&text);
    mag_text_done(&text);
    return status;
}

static mag_status answer(const mag_options *options, const mag_verification *found,
                         mag_account *account, int *exit_code, mag_error *err) {
    *exit_code = found->is_same ? 0 : 1;
    if (options->is_dump) {
        if (!found->is_same)
            mag_tell("magscreen: run.json records another %s",
                     strcmp(found->recorded, found->computed) == 0 ? "summary_sha256 of its series"
                                                                   : "result_sha256");
        return MAG_OK;
    }
    if (options->is_json)
        return answer_json(found, account, err);
    mag_show("recorded %s", found->recorded);
    mag_show("computed %s", found->computed);
    if (*found->series_recorded) {
        mag_show("recorded %s of the series", found->series_recorded);
        mag_show("computed %s of the series", found->series_computed);
    }
    mag_show("%s", found->is_same ? "SAME RESULT"
                                  : "DIFFERENT RESULT: tables, sources, rules or program changed");
    return MAG_OK;
}

static mag_status verify_tables(const mag_options *options, mag_account *account, int *exit_code,
                                mag_error *err) {
    mag_verification found = {0};
    MAG_TRY(mag_verify_directory(options->operands[0], account,
                                 options->is_dump ? print_line : NULL, NULL, &found, err));
    return answer(options, &found, account, exit_code, err);
}

static mag_status screen_again(mag_session *session, const mag_options *options,
                               const mag_result_record *record, int *exit_code, mag_error *err) {
    mag_verification found = {0};
    mag_run_inputs inputs = mag_session_inputs(session, options);
    if (options->is_dump)
        inputs.on_digest_line = print_line;
    const mag_run_report *report;
    MAG_TRY(mag_run(session->arena, &inputs, &report, err));
    snprintf(found.recorded, sizeof found.recorded, "%s", record->result_sha256);
    snprintf(found.computed, sizeof found.computed, "%s", report->result_sha256);
    snprintf(found.series_recorded, sizeof found.series_recorded, "%s",
             record->series_sha256 ? record->series_sha256 : "");
    snprintf(found.series_computed, sizeof found.series_computed, "%s", report->series_sha256);
    found.is_same = strcmp(found.recorded, found.computed) == 0 &&
                    strcmp(found.series_recorded, found.series_computed) == 0;
    return answer(options, &found, &session->account, exit_code, err);
}

static mag_status verify_sources(mag_arena *arena, const mag_options *options, int *exit_code,
                                 mag_error *err) {
    mag_result_record record = {0};
    MAG_TRY(mag_result_read_record(arena, options->operands[0], &record, err));
    if (!record.result_sha256)
        return mag_fail(err, MAG_E_USAGE, MAG_MSG_U202, "%s/run.json records no result_sha256",
                        options->operands[0]);
    const char *as_of = record.series ? NULL : record.as_of;
    mag_origin origin = {options->operands[1], options->profile, options->data, as_of};
    if (!origin.pipeline && !origin.profile && !origin.data)
        origin = (mag_origin){record.pipeline, record.profile, record.data, as_of};
    mag_session session = {0};
    mag_options accepting = *options;
    accepting.allow_empty = ~0u; /* the run that is verified has judged that */
    accepting.as_of_series = record.series;
    mag_status status = mag_session_open(&session, &origin, &accepting, err);
    if (status == MAG_OK)
        status = screen_again(&session, options, &record, exit_code, err);
    mag_session_close(&session);
    return status;
}

mag_status mag_verb_verify(const mag_options *options, int *exit_code, mag_error *err) {
    mag_account account = {0};
    mag_arena *arena = mag_arena_new(&account);
    mag_status status = MAG_OK;
    if (!arena)
        status = mag_fail_memory(err, sizeof(void *));
    else if (options->is_again || options->profile || options->operand_count > 1)
        status = verify_sources(arena, options, exit_code, err);
    else
        status = verify_tables(options, &account, exit_code, err);
    mag_arena_free(arena);
    return status;
}
