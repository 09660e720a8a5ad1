/* magscreen explain: finds the patient that is meant, reads the sources again, shows what decided.
 */
#include "cli/database.h"
#include "cli/database_views.h"
#include "cli/fact_text.h"
#include "cli/outcome_view.h"
#include "cli/result_dir.h"
#include "cli/session.h"
#include "cli/show.h"
#include "cli/timeline_view.h"
#include "cli/verbs.h"
#include "engine/evidence.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PATIENT_ID_NBYTES = 128 };

/* Who and where; texts live in the arena. */
typedef struct target {
    mag_arena *arena;
    const char *patient_id;
    mag_origin origin;
    bool has_record;
    mag_result_record record;  /* of the folder */
    const mag_flag_line *flag; /* NULL: a patient was named */
} target;

static mag_status fail_not_found(mag_error *err, const char *what) {
    mag_status status = mag_fail(err, MAG_E_ANSWER_NO, MAG_MSG_U204, "%s", what);
    mag_hint(err, "next: magscreen worklist --from DIR");
    return status;
}

static bool is_row(const char *operand) {
    return operand[0] == '@' && operand[1] != '\0' &&
           strspn(operand + 1, "0123456789") == strlen(operand + 1);
}

static mag_status find_flag(target *to, const char *directory, const char *operand,
                            mag_error *err) {
    const mag_flag_line *flags;
    size_t count;
    MAG_TRY(mag_result_read_flags(to->arena, directory, &flags, &count, err));
    unsigned long long wanted = is_row(operand) ? strtoull(operand + 1, NULL, 10) : 0;
    unsigned long long row = 0;
    for (size_t i = 0; i < count; i++) {
        bool is_visible = mag_flag_is_on_worklist(&flags[i]);
        row += is_visible;
        bool is_it = wanted ? is_visible && row == wanted : strcmp(flags[i].flag_id, operand) == 0;
        if (!is_it)
            continue;
        to->patient_id = flags[i].patient_id;
        to->flag = &flags[i];
        return MAG_OK;
    }
    return fail_not_found(err, "the folder has no such flag");
}

static mag_status read_id_from_stdin(target *to, mag_error *err) {
    char line[PATIENT_ID_NBYTES + 3];
    if (!fgets(line, sizeof line, stdin))
        return mag_fail(err, MAG_E_USAGE, MAG_MSG_U201, "no patient id came on standard input");
    mag_span id = mag_span_trim(mag_span_of(line));
    if (id.nbytes == 0 || id.nbytes > PATIENT_ID_NBYTES)
        return mag_fail(err, MAG_E_USAGE, MAG_MSG_U201,
                        "standard input holds no patient id of 1 to 128 bytes");
    to->patient_id = mag_arena_text(to->arena, id);
    memset(line, 0, sizeof line);
    return to->patient_id ? MAG_OK : mag_fail_memory(err, id.nbytes);
}

/* The process list shows arguments: a patient id is accepted from a person at a terminal only, and
   taken out of the arguments at once. */
static mag_status take_id_from_argument(target *to, char *operand, mag_error *err) {
    to->patient_id = mag_arena_text(to->arena, mag_span_of(operand));
    memset(operand, '*', strlen(operand));
    if (!to->patient_id)
        return mag_fail_memory(err, PATIENT_ID_NBYTES);
    if (isatty(STDIN_FILENO) && isatty(STDOUT_FILENO))
        return MAG_OK;
    mag_status status = mag_fail(err, MAG_E_USAGE, MAG_MSG_U201,
                                 "a patient id is an argument at a terminal only, because the "
                                 "process list shows arguments");
    mag_hint(err, "give it on standard input:  magscreen explain -  ...");
    return status;
}

static mag_status find_patient_id(target *to, const mag_options *options, mag_error *err) {
    char *operand = options->operands[0];
    if (strcmp(operand, "-") == 0)
        return read_id_from_stdin(to, err);
    if (!is_row(operand) && !mag_flag_id_is(operand))
        return take_id_from_argument(to, operand, err);
    if (options->from)
        return find_flag(to, options->from, operand, err);
    mag_status status =
        mag_fail(err, MAG_E_USAGE, MAG_MSG_U201,
                 "a flag is looked up in a folder or a database: --from or --db is missing");
    mag_hint(err, "give --from DIR, a folder that magscreen run has written, or --db CONNECTION");
    return status;
}

/* What the command line leaves open, run.json of the folder says. */
static mag_status find_origin(target *to, const mag_options *options, mag_error *err) {
    to->origin =
        (mag_origin){options->operands[1], options->profile, options->data, options->as_of};
    if (!options->from)
        return MAG_OK;
    MAG_TRY(mag_result_read_record(to->arena, options->from, &to->record, err));
    to->has_record = true;
    if (!to->origin.pipeline && !to->origin.profile && !to->origin.data) {
        to->origin.pipeline = to->record.pipeline;
        to->origin.profile = to->record.profile;
        to->origin.data = to->record.data;
    }
    if (!to->origin.as_of)
        to->origin.as_of = to->record.as_of;
    return MAG_OK;
}

/* Last night's files often lie under the same names as tonight's: then a flag is told as it was
   recorded, and what follows is said to be about other rows. */
static mag_status tell_changed_sources(const target *of, const mag_cohort *cohort, int *exit_code,
                                       mag_error *err) {
    size_t changed = 0, count = mag_cohort_file_count(cohort);
    for (size_t i = 0; of->has_record && i < count; i++)
        changed += !mag_result_has_input(&of->record, mag_cohort_file(cohort, (uint16_t)i)->sha256);
    if (changed == 0)
        return MAG_OK;
    *exit_code = 1;
    mag_tell(
        "magscreen: %zu of %zu source files are not those that the run read; what is explained "
        "are the rows of today [%s]",
        changed, count, mag_message_code(MAG_MSG_U205));
    if (!of->flag)
        return MAG_OK;
    mag_text recorded;
    mag_text_init(&recorded, mag_arena_account(of->arena));
    mag_status status = mag_evidence_words_add(of->arena, of->flag->evidence, &recorded, err);
    mag_text_add_char(&recorded, '\0');
    if (status == MAG_OK)
        status = mag_text_check(&recorded, err);
    if (status == MAG_OK)
        mag_tell("  recorded: %s %s: %s", of->flag->flag_id, mag_severity_name(of->flag->severity),
                 recorded.at);
    mag_text_done(&recorded);
    return status;
}

static mag_status show_patient(mag_session *session, const target *of, const mag_timeline *patient,
                               const mag_options *options, mag_error *err) {
    mag_outcome_view view = {.patient = patient, .pack = session->pack, .rule = options->rule};
    if (options->from)
        MAG_TRY(mag_result_read_episodes(session->arena, options->from, of->patient_id,
                                         &view.episodes, err));
    if (!options->is_json) {
        MAG_TRY(mag_timeline_show(patient, session->arena, err));
        return mag_outcomes_show(&view, session->arena, err);
    }
    mag_text text;
    mag_text_init(&text, &session->account);
    mag_status status = mag_outcomes_json(&view, session->arena, &text, err);
    if (status == MAG_OK)
        mag_show_json(&text);
    mag_text_done(&text);
    return status;
}

static mag_status explain(mag_session *session, const target *of, const mag_options *options,
                          int *exit_code, mag_error *err) {
    if (options->rule && mag_pack_find_rule(session->pack, options->rule) < 0)
        return mag_fail(err, MAG_E_USAGE, MAG_MSG_R503, "%s has no rule \"%s\"",
                        mag_pack_name(session->pack), options->rule);
    mag_run_inputs inputs = mag_session_inputs(session, options);
    mag_cohort *cohort = NULL;
    MAG_TRY(mag_run_load_cohort(&inputs, &cohort, err));
    mag_timeline patient;
    bool is_found = false;
    const mag_span id = mag_span_of(of->patient_id);
    mag_status status = tell_changed_sources(of, cohort, exit_code, err);
    if (status == MAG_OK)
        status = mag_cohort_hold(cohort, mag_cohort_partition_idx(id), err);
    if (status == MAG_OK)
        is_found = mag_timeline_find(cohort, id, &patient);
    if (status == MAG_OK)
        status = is_found ? show_patient(session, of, &patient, options, err)
                          : fail_not_found(err, "the patients table does not have this patient");
    mag_cohort_free(cohort);
    return status;
}

static mag_status explain_target(target *to, const mag_options *options, int *exit_code,
                                 mag_error *err) {
    MAG_TRY(find_patient_id(to, options, err));
    MAG_TRY(find_origin(to, options, err));
    mag_session session = {0};
    mag_options accepting = *options;
    accepting.allow_empty = ~0u; /* to judge sources is the business of a run */
    mag_status status = mag_session_open(&session, &to->origin, &accepting, err);
    if (status == MAG_OK)
        status = explain(&session, to, options, exit_code, err);
    mag_session_close(&session);
    return status;
}

/* A flag by its id or row, and nothing that says which folder or sources. */
static bool is_for_database(const mag_options *options) {
    const char *operand = options->operands[0];
    return !options->from && !options->profile && options->operand_count == 1 &&
           (is_row(operand) || mag_flag_id_is(operand)) && mag_database_is_named(options);
}

/* A database keeps flags, not timelines: of a patient the sources tell. */
static mag_status check_database(const mag_options *options, mag_error *err) {
    const char *operand = options->operands[0];
    if (options->db == NULL || is_row(operand) || mag_flag_id_is(operand))
        return MAG_OK;
    mag_fail(err, MAG_E_USAGE, MAG_MSG_U201,
             "a database explains flags, and --db names no patient's rows; nothing was sent");
    mag_hint(err, "give FLAG or @N with --db; or - with PIPELINE.yaml, or --profile and --data");
    return MAG_E_USAGE;
}

mag_status mag_verb_explain(const mag_options *options, int *exit_code, mag_error *err) {
    MAG_TRY(check_database(options, err));
    if (is_for_database(options))
        return mag_database_explain(options, err);
    mag_account account = {0};
    target to = {.arena = mag_arena_new(&account)};
    mag_status status = to.arena ? explain_target(&to, options, exit_code, err)
                                 : mag_fail_memory(err, sizeof(void *));
    mag_arena_free(to.arena);
    return status;
}
