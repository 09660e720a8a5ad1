/* The life of a run in the database: registered, filled, and ended in exactly one way. */
#include "sinks/postgres_parts.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { PUBLISH_TRIES = 3, ASK_AGAIN_MS = 200, ASK_AGAIN_TIMES = 150, STOPPED_MS = 1000 };

mag_status mag_postgres_ask(mag_postgres *to, const char *sql, const char *second,
                            mag_pg_rows **rows, mag_error *err) {
    const char *params[] = {to->run, second};
    mag_pg_question question = {.sql = sql,
                                .params = params,
                                .param_count = second == NULL ? 1 : 2,
                                .what = "schema magscreen",
                                .deadline_ms = to->patience_ms};
    return mag_postgres_explain(to, mag_pg_ask(to->link, &question, rows, err), err);
}

/* --- beginning
 * ---------------------------------------------------------------------------------- */

mag_status mag_postgres_begin(mag_sink *sink, const mag_sink_run *run, mag_error *err) {
    mag_postgres *to = (mag_postgres *)sink;
    char host[256] = "", pid[24];
    if (gethostname(host, sizeof host - 1) != 0)
        snprintf(host, sizeof host, "unknown");
    snprintf(pid, sizeof pid, "%ld", (long)getpid());
    const char *params[] = {run->as_of,
                            run->pack_name,
                            run->pack_version,
                            run->pack_sha256,
                            run->codebook_sha256,
                            run->config_sha256,
                            MAG_VERSION,
                            host,
                            pid};
    mag_pg_question question = {
        .sql = "select magscreen.run_begin($1, $2, $3, $4, $5, $6, $7, $8, $9::int)",
        .params = params,
        .param_count = sizeof params / sizeof params[0],
        .what = "schema magscreen"};
    mag_pg_rows *rows;
    MAG_TRY(mag_postgres_explain(to, mag_pg_ask(to->link, &question, &rows, err), err));
    to->run_id = mag_pg_integer(rows, 0, 0);
    mag_pg_rows_free(rows);
    snprintf(to->run, sizeof to->run, "%" PRId64, to->run_id);
    const char *rules = mag_arena_text(to->arena, run->rules_json);
    if (rules == NULL)
        return mag_fail_memory(err, run->rules_json.nbytes);
    return mag_postgres_ask(to, "select magscreen.put_rule_versions($1, $2::jsonb)", rules, NULL,
                            err);
}

mag_status mag_postgres_stage(mag_sink *sink, mag_run_stage stage, mag_error *err) {
    static const char *const names[] = {
        [MAG_STAGE_READING] = "reading", [MAG_STAGE_EVALUATING] = "evaluating"};
    return mag_postgres_ask((mag_postgres *)sink, "select magscreen.run_state($1, $2)",
                            names[stage], NULL, err);
}

/* --- staged: all rows are with the server, and the record
 * --------------------------------------- */

static mag_status put_record(mag_postgres *to, mag_span run_json, mag_error *err) {
    const char *json = mag_arena_text(to->arena, run_json);
    if (json == NULL)
        return mag_fail_memory(err, run_json.nbytes);
    return mag_postgres_ask(to, "select magscreen.run_record($1, $2::jsonb)", json, NULL, err);
}

/* May be done again: the record of the second time counts. */
static mag_status finish_stage(mag_postgres *to, mag_span run_json, mag_error *err) {
    MAG_TRY(mag_postgres_end_table(to, err));
    if (to->spoilt.status != MAG_OK) {
        if (err != NULL)
            *err = to->spoilt;
        return to->spoilt.status;
    }
    if (to->flag_count != to->flagged_episode_count)
        return mag_fail(err, MAG_E_INTERNAL, MAG_MSG_X701,
                        "%" PRIu64 " flags, but %" PRIu64 " of them have an episode",
                        to->flag_count, to->flagged_episode_count);
    MAG_TRY(mag_postgres_ask(to, "select magscreen.run_state($1, $2)", "staged", NULL, err));
    return put_record(to, run_json, err);
}

/* The record counts too: with the same key the run in force is this one. */
bool mag_postgres_is_current(mag_sink *sink, mag_span run_json) {
    mag_postgres *to = (mag_postgres *)sink;
    mag_pg_rows *rows;
    mag_error unreported; /* publishing meets the same fault and tells it */
    if (finish_stage(to, run_json, &unreported) != MAG_OK ||
        mag_postgres_ask(to,
                         "select magscreen.published_as(magscreen.run_key(as_of, pack_sha256, "
                         "config_sha256, result_sha256)) from magscreen.v_run where run_id = $1",
                         NULL, &rows, &unreported) != MAG_OK)
        return false;
    bool is_current = mag_pg_row_count(rows) > 0 && mag_pg_cell(rows, 0, 0).at != NULL;
    mag_pg_rows_free(rows);
    return is_current && mag_postgres_forget(sink, run_json, &unreported) == MAG_OK;
}

mag_status mag_postgres_forget(mag_sink *sink, mag_span run_json, mag_error *err) {
    mag_postgres *to = (mag_postgres *)sink;
    MAG_TRY(finish_stage(to, run_json, err));
    return mag_postgres_ask(to,
                            "select magscreen.run_end($1, 'abandoned', 0, 'MS-P410', "
                            "'published already as run ' || "
                            "(select run_id from magscreen.v_run where is_current))",
                            NULL, NULL, err);
}

/* --- publishing
 * --------------------------------------------------------------------------------- */

typedef struct publication {
    char xid[32]; /* of the transaction that publishes; "" before it has one */
    bool is_commit_sent;
    bool is_patient; /* waits for locks as long as the session does */
} publication;

/* The first time a lock of somebody else is not waited for, so that it can be told. */
static const char SOON[] =
    "select pg_catalog.set_config('lock_timeout', least(1000, setting::int)::text, true) "
    "from pg_catalog.pg_settings where name = 'lock_timeout'";

static mag_status publish_once(mag_postgres *to, const char *reason, publication *what,
                               mag_error *err) {
    mag_pg_rows *rows;
    MAG_TRY(mag_pg_do(to->link, "begin", "publishing", err));
    if (!what->is_patient)
        MAG_TRY(mag_pg_do(to->link, SOON, "publishing", err));
    MAG_TRY(mag_postgres_ask(to,
                             reason == NULL ? "select xid::text from magscreen.publish_run($1)"
                                            : "select xid::text from magscreen.publish_run($1, $2)",
                             reason, &rows, err));
    snprintf(what->xid, sizeof what->xid, "%s", mag_pg_text(rows, 0, 0));
    mag_pg_rows_free(rows);
    to->is_ending = true; /* a signal now would leave it open whether the run is published */
    what->is_commit_sent = true;
    return mag_pg_do(to->link, "commit", "publishing", err);
}

static void pause_ms(long ms) {
    struct timespec pause = {ms / 1000, ms % 1000 * 1000000};
    nanosleep(&pause, NULL);
}

/* What became of the transaction, asked on a new connection until it is known. "" if nobody can
   say. */
static void ask_outcome(mag_postgres *to, const publication *what, char outcome[32]) {
    mag_error unreported;
    outcome[0] = '\0';
    mag_pg_close(to->link);
    to->link = NULL;
    if (mag_postgres_connect(to, &to->link, &unreported) != MAG_OK)
        return;
    for (int i = 0; i < ASK_AGAIN_TIMES; i++) {
        mag_pg_rows *rows;
        if (mag_postgres_ask(to, "select magscreen.run_outcome($1, $2::xid8)", what->xid, &rows,
                             &unreported) != MAG_OK) {
            outcome[0] = '\0';
            return;
        }
        snprintf(outcome, 32, "%s", mag_pg_text(rows, 0, 0));
        mag_pg_rows_free(rows);
        if (strcmp(outcome, "in progress") != 0)
            return;
        pause_ms(ASK_AGAIN_MS);
    }
}

/* The connection broke when COMMIT was on its way: the server is asked, nothing is guessed. */
static mag_status settle_commit(mag_postgres *to, const publication *what, mag_error *err) {
    char outcome[32];
    ask_outcome(to, what, outcome);
    if (strcmp(outcome, "published") == 0) {
        to->has_notice = true;
        mag_fail(&to->notice, MAG_E_DATABASE_AWAY, MAG_MSG_D313,
                 "the connection broke at commit; the server says that run %s was published",
                 to->run);
        return MAG_OK;
    }
    if (outcome[0] == '\0' || strcmp(outcome, "in progress") == 0)
        mag_fail(err, MAG_E_DATABASE_AWAY, MAG_MSG_D313,
                 "the connection broke at commit, and the server cannot be asked whether run %s "
                 "was published",
                 to->run);
    else
        mag_fail(err, MAG_E_DATABASE_AWAY, MAG_MSG_D313,
                 "the connection broke at commit; the server says that run %s was not published",
                 to->run);
    mag_hint(err, "magscreen status tells it when the server is back; running again is safe");
    return MAG_E_DATABASE_AWAY;
}

static void tell_wait(mag_postgres *to, const mag_error *failure) {
    mag_error blocked = *failure, notice = {0};
    (void)!mag_postgres_explain(to, failure->status, &blocked);
    mag_fail(&notice, MAG_E_DATABASE_AWAY, MAG_MSG_D315, "%.300s; waiting for it, at most 30 s",
             blocked.text);
    if (to->tell_wait != NULL)
        to->tell_wait(&notice);
}

static bool may_try_again(const mag_error *failure) {
    return failure->message == MAG_MSG_D316 || failure->message == MAG_MSG_D317;
}

mag_status mag_postgres_publish_staged(mag_postgres *to, const char *reason, mag_error *err) {
    mag_error failure = {0};
    mag_status status = MAG_OK;
    bool is_patient = false;
    for (int i = 0; i < PUBLISH_TRIES; i++) {
        publication what = {.is_patient = is_patient};
        status = publish_once(to, reason, &what, &failure);
        if (status == MAG_OK)
            return MAG_OK;
        if (what.is_commit_sent && status == MAG_E_DATABASE_AWAY && !may_try_again(&failure))
            return settle_commit(to, &what, err);
        mag_error unreported;
        (void)!mag_pg_do(to->link, "rollback", "publishing", &unreported);
        if (failure.message == MAG_MSG_D315 && !is_patient) {
            tell_wait(to, &failure);
            is_patient = true;
            i = -1; /* three tries with patience */
        } else if (!may_try_again(&failure)) {
            break;
        }
    }
    status = mag_postgres_explain(to, status, &failure);
    if (err != NULL)
        *err = failure;
    return status;
}

mag_status mag_postgres_publish(mag_sink *sink, mag_span run_json, mag_error *err) {
    mag_postgres *to = (mag_postgres *)sink;
    MAG_TRY(finish_stage(to, run_json, err));
    return mag_postgres_publish_staged(to, NULL, err);
}

/* --- the other ends
 * ----------------------------------------------------------------------------- */

mag_status mag_postgres_hold(mag_sink *sink, mag_span run_json, mag_error *err) {
    mag_postgres *to = (mag_postgres *)sink;
    MAG_TRY(finish_stage(to, run_json, err));
    to->is_ending = true;
    return mag_postgres_ask(to, "select magscreen.hold_run($1)", NULL, NULL, err);
}

/* The record of a run that failed early may hold counts that do not add up yet; then the run is
   ended without it. */
mag_status mag_postgres_fail(mag_sink *sink, mag_span run_json, mag_error *err) {
    static const char end_sql[] =
        "select magscreen.run_end($1, j ->> 'state', (j ->> 'exit_code')::int, "
        "j ->> 'failure_id', j ->> 'failure') from (select $2::jsonb as j) record";
    mag_postgres *to = (mag_postgres *)sink;
    mag_error unreported;
    if (to->run_id == 0 || to->link == NULL)
        return mag_fail(err, MAG_E_DATABASE_AWAY, MAG_MSG_D312, "the run was not registered");
    to->is_ending = true;
    /* Somebody who stops a run is not kept waiting for a server that gives no answer. */
    if (to->is_stopped != NULL && to->is_stopped(to->stop_context))
        to->patience_ms = STOPPED_MS;
    if (to->table == MAG_PG_TABLE_REJECT)
        MAG_TRY(mag_postgres_end_table(to, err));
    mag_pg_copy_writer_abort(to->writer, "the run failed");
    to->writer = NULL;
    to->table = MAG_PG_TABLE_COUNT;
    const char *json = mag_arena_text(to->arena, run_json);
    if (json == NULL)
        return mag_fail_memory(err, run_json.nbytes);
    if (put_record(to, run_json, &unreported) != MAG_OK &&
        (!mag_pg_is_alive(to->link) || unreported.message == MAG_MSG_D334))
        return mag_fail(err, MAG_E_DATABASE_AWAY, MAG_MSG_D312, "the record could not be kept");
    return mag_postgres_ask(to, end_sql, json, NULL, err);
}
