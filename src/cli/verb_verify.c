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
    fwrite(line.at, 1, line.nbytes, stdout);
}

static mag_status answer_json(const char *recorded, const char *computed, mag_account *account,
                              mag_error *err) {
    mag_text text;
    mag_text_init(&text, account);
    mag_json json;
    mag_json_begin(&json, &text, true);
    mag_json_object(&json);
    mag_json_key_text(&json, "recorded", recorded);
    mag_json_key_text(&json, "computed", computed);
    mag_json_key(&json, "is_same");
    mag_json_bool(&json, strcmp(recorded, computed) == 0);
    mag_json_end_object(&json);
    mag_status status = mag_text_check(&text, err);
    if (status == MAG_OK)
        mag_show_json(&text);
    mag_text_done(&text);
    return status;
}

static mag_status answer(const mag_options *options, const char *recorded, const char *computed,
                         mag_account *account, int *exit_code, mag_error *err) {
    bool is_same = strcmp(recorded, computed) == 0;
    *exit_code = is_same ? 0 : 1;
    if (options->is_dump) {
        if (!is_same)
            mag_tell("magscreen: run.json records another result_sha256");
        return MAG_OK;
    }
    if (options->is_json)
        return answer_json(recorded, computed, account, err);
    mag_show("recorded %s", recorded);
    mag_show("computed %s", computed);
    mag_show("%s", is_same ? "SAME RESULT"
                           : "DIFFERENT RESULT: tables, sources, rules or program changed");
    return MAG_OK;
}

static mag_status verify_tables(const mag_options *options, mag_account *account, int *exit_code,
                                mag_error *err) {
    mag_verification found = {0};
    MAG_TRY(mag_verify_directory(options->operands[0], account,
                                 options->is_dump ? print_line : NULL, NULL, &found, err));
    return answer(options, found.recorded, found.computed, account, exit_code, err);
}

static mag_status screen_again(mag_session *session, const mag_options *options,
                               const char *recorded, int *exit_code, mag_error *err) {
    mag_run_inputs inputs = mag_session_inputs(session, options);
    if (options->is_dump)
        inputs.on_digest_line = print_line;
    const mag_run_report *report;
    MAG_TRY(mag_run(session->arena, &inputs, &report, err));
    return answer(options, recorded, report->result_sha256, &session->account, exit_code, err);
}

static mag_status verify_sources(mag_arena *arena, const mag_options *options, int *exit_code,
                                 mag_error *err) {
    mag_result_record record = {0};
    MAG_TRY(mag_result_read_record(arena, options->operands[0], &record, err));
    if (!record.result_sha256)
        return mag_fail(err, MAG_E_USAGE, MAG_MSG_U202, "%s/run.json records no result_sha256",
                        options->operands[0]);
    mag_origin origin = {options->operands[1], options->profile, options->data, record.as_of};
    if (!origin.pipeline && !origin.profile && !origin.data)
        origin = (mag_origin){record.pipeline, record.profile, record.data, record.as_of};
    mag_session session = {0};
    mag_options accepting = *options;
    accepting.allow_empty = ~0u; /* the run that is verified has judged that */
    mag_status status = mag_session_open(&session, &origin, &accepting, err);
    if (status == MAG_OK)
        status = screen_again(&session, options, record.result_sha256, exit_code, err);
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
