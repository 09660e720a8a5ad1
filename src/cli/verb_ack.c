/* magscreen ack, unack: what a reviewer decided about a flag, kept with who and when. */
#include "cli/database.h"
#include "cli/show.h"
#include "cli/verbs.h"
#include "io/yaml_tree.h"

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

static mag_status ask(const mag_options *options, const mag_pg_question *question,
                      mag_pg_rows **rows, mag_error *err) {
    mag_account account = {0};
    mag_pg_link *link;
    MAG_TRY(mag_database_open(options, &account, &link, err));
    mag_status status = mag_pg_ask(link, question, rows, err);
    mag_pg_close(link);
    return status;
}

mag_status mag_verb_ack(const mag_options *options, int *exit_code, mag_error *err) {
    (void)exit_code;
    MAG_TRY(check_reason(options, err));
    if (strcmp(options->reason, "other") == 0 && options->note == NULL)
        return mag_fail(err, MAG_E_USAGE, MAG_MSG_U201, "the reason other needs --note TEXT");
    const char *params[] = {options->operands[0], options->reason, options->note, options->until};
    mag_pg_question question = {
        .sql = "select review_id, shown_again_from from magscreen.ack($1, $2, $3, $4::date)",
        .params = params,
        .param_count = 4,
        .what = "the review"};
    mag_pg_rows *rows;
    MAG_TRY(ask(options, &question, &rows, err));
    mag_show("%s reviewed: %s. It comes back on the list of %s, or as soon as it is worse",
             options->operands[0], options->reason, mag_pg_text(rows, 0, 1));
    mag_pg_rows_free(rows);
    return MAG_OK;
}

mag_status mag_verb_unack(const mag_options *options, int *exit_code, mag_error *err) {
    (void)exit_code;
    const char *params[] = {options->operands[0], options->note};
    mag_pg_question question = {.sql = "select magscreen.unack($1, $2)",
                                .params = params,
                                .param_count = 2,
                                .what = "the review"};
    mag_pg_rows *rows;
    MAG_TRY(ask(options, &question, &rows, err));
    mag_show("%s is on the worklist again", options->operands[0]);
    mag_pg_rows_free(rows);
    return MAG_OK;
}
