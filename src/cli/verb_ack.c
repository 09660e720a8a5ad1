/* magscreen ack, unack: what a reviewer decided about a flag, kept with who and when. */
#include "base/datetime.h"
#include "cli/database.h"
#include "cli/show.h"
#include "cli/verbs.h"
#include "engine/evidence.h"
#include "io/pg_copy_writer.h"
#include "io/yaml_tree.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* The list that reviewers agreed on (product contract); the database checks it too. */
static const char *const REASONS[] = {"will_monitor",
                                      "tolerated",
                                      "already_actioned",
                                      "specialist_advised",
                                      "not_in_patient_interest",
                                      "data_wrong",
                                      "duplicate",
                                      "other",
                                      NULL};

/* A patient's id by mistake must not reach the server, whose log may keep it. */
static mag_status check_flag(const mag_options *options, mag_error *err) {
    if (mag_flag_id_is(options->operands[0]))
        return MAG_OK;
    mag_fail(err, MAG_E_USAGE, MAG_MSG_U201, "what was given is no flag; nothing was sent");
    mag_hint(err, "a flag reads like A02-0123456789ab: magscreen worklist shows them");
    return MAG_E_USAGE;
}

/* The server would take "tomorrow" too, and mean the clock instead of the list. */
static mag_status check_until(const mag_options *options, mag_error *err) {
    mag_moment moment;
    if (options->until == NULL ||
        (strlen(options->until) == strlen("2026-04-01") &&
         mag_moment_parse(mag_span_of(options->until), NULL, &moment) == MAG_DATE_OK))
        return MAG_OK;
    mag_fail(err, MAG_E_USAGE, MAG_MSG_U201, "--until cannot be \"%.30s\"", options->until);
    mag_hint(err, "give a day, such as 2026-04-01");
    return MAG_E_USAGE;
}

static mag_status check_reason(const mag_options *options, mag_error *err) {
    mag_status status;
    for (size_t i = 0; options->reason != NULL && REASONS[i] != NULL; i++)
        if (strcmp(options->reason, REASONS[i]) == 0)
            return MAG_OK;
    if (options->reason == NULL) {
        status = mag_fail(err, MAG_E_USAGE, MAG_MSG_U201, "ack needs --reason REASON");
    } else {
        const char *nearest = mag_nearest_name(options->reason, REASONS);
        status = mag_fail(err, MAG_E_USAGE, MAG_MSG_U201, "--reason cannot be \"%.60s\"%s%s%s",
                          options->reason, nearest ? "; did you mean " : "", nearest ? nearest : "",
                          nearest ? "?" : "");
    }
    mag_hint(err, "will_monitor, tolerated, already_actioned, specialist_advised, "
                  "not_in_patient_interest, data_wrong, duplicate, or other with --note");
    return status;
}

/* A note may name somebody: it travels as data of a COPY, because a server may log the parameters
   of statements. The table ends with the transaction. */
static mag_status send_note(mag_pg_link *link, const char *note, mag_error *err) {
    mag_pg_copy_writer *writer;
    MAG_TRY(mag_pg_do(link, "begin; create temporary table review_note (note text) on commit drop",
                      "the note", err));
    MAG_TRY(mag_pg_copy_writer_open(&writer, link,
                                    "copy pg_temp.review_note (note) from stdin (format binary)", 1,
                                    "the note", err));
    mag_pg_put_text(writer, mag_span_of(note));
    mag_status status = mag_pg_copy_writer_end_row(writer, err);
    if (status == MAG_OK)
        return mag_pg_copy_writer_close(writer, NULL, err);
    mag_pg_copy_writer_abort(writer, "the note cannot be sent");
    return status;
}

static mag_status ask_with_note(mag_pg_link *link, const char *note,
                                const mag_pg_question *question, mag_pg_rows **rows,
                                mag_error *err) {
    if (note == NULL)
        return mag_pg_ask(link, question, rows, err);
    MAG_TRY(send_note(link, note, err));
    MAG_TRY(mag_pg_ask(link, question, rows, err));
    mag_status status = mag_pg_do(link, "commit", "the review", err);
    if (status != MAG_OK)
        mag_pg_rows_free(*rows);
    return status;
}

static mag_status ask(const mag_options *options, const mag_pg_question *question,
                      mag_pg_rows **rows, mag_error *err) {
    mag_account account = {0};
    mag_pg_link *link;
    if (options->note != NULL && !mag_span_is_utf8(mag_span_of(options->note)))
        return mag_fail(err, MAG_E_USAGE, MAG_MSG_U201, "--note is not UTF-8");
    MAG_TRY(mag_database_open(options, &account, &link, err));
    mag_status status = ask_with_note(link, options->note, question, rows, err);
    return mag_database_close(link, "magscreen_reviewer", status, err);
}

mag_status mag_verb_ack(const mag_options *options, int *exit_code, mag_error *err) {
    (void)exit_code;
    MAG_TRY(check_flag(options, err));
    MAG_TRY(check_reason(options, err));
    MAG_TRY(check_until(options, err));
    if (strcmp(options->reason, "other") == 0 && options->note == NULL)
        return mag_fail(err, MAG_E_USAGE, MAG_MSG_U201, "the reason other needs --note TEXT");
    char run[24];
    snprintf(run, sizeof run, "%" PRId64, options->run);
    const char *params[] = {options->operands[0], options->reason, options->until,
                            options->run < 0 ? NULL : run};
    mag_pg_question question = {
        .sql = options->note == NULL
                   ? "select shown_again_from from magscreen.ack($1, $2, null, $3::date, "
                     "$4::bigint)"
                   : "select shown_again_from from magscreen.ack($1, $2, "
                     "(select note from pg_temp.review_note), $3::date, $4::bigint)",
        .params = params,
        .param_count = 4,
        .what = "the review"};
    mag_pg_rows *rows;
    MAG_TRY(ask(options, &question, &rows, err));
    mag_show("%s reviewed: %s. It comes back on the list of %s, or as soon as it is worse",
             options->operands[0], options->reason, mag_pg_text(rows, 0, 0));
    mag_pg_rows_free(rows);
    return MAG_OK;
}

mag_status mag_verb_unack(const mag_options *options, int *exit_code, mag_error *err) {
    (void)exit_code;
    MAG_TRY(check_flag(options, err));
    const char *params[] = {options->operands[0]};
    mag_pg_question question = {
        .sql = options->note == NULL
                   ? "select magscreen.unack($1, null)"
                   : "select magscreen.unack($1, (select note from pg_temp.review_note))",
        .params = params,
        .param_count = 1,
        .what = "the review"};
    mag_pg_rows *rows;
    MAG_TRY(ask(options, &question, &rows, err));
    mag_show("%s is on the worklist again", options->operands[0]);
    mag_pg_rows_free(rows);
    return MAG_OK;
}
