/* Connecting, the lock, and the end: what a sink is before and after a run. */
#include "sinks/pg_schema.h"
#include "sinks/postgres_parts.h"

#include <string.h>

/* A run that has been stopped still tells the server that it ends. */
static bool is_stopped(void *context) {
    const mag_postgres *to = context;
    return !to->is_ending && to->is_stopped != NULL && to->is_stopped(to->stop_context);
}

mag_status mag_postgres_connect(mag_postgres *to, mag_pg_link **out, mag_error *err) {
    mag_pg_link *link;
    MAG_TRY(mag_pg_open(&link, &to->wish, err));
    /* A dead client's lock must not outlive it for long. Publishing waits for nobody for ever: 30
       s, or less if the role's own lock_timeout says so. */
    mag_status status = mag_pg_do(link,
                                  "set client_connection_check_interval = '200ms'; "
                                  "select pg_catalog.set_config('lock_timeout', least(30000,"
                                  " coalesce(nullif(reset_val::int, 0), 30000))::text, false)"
                                  " from pg_catalog.pg_settings where name = 'lock_timeout'",
                                  "the session", err);
    if (status != MAG_OK) {
        mag_pg_close(link);
        return status;
    }
    *out = link;
    return MAG_OK;
}

static mag_status check_target(mag_pg_link *link, mag_error *err) {
    const mag_pg_facts *facts = mag_pg_facts_of(link);
    if (facts->is_standby || facts->is_read_only) {
        mag_fail(err, MAG_E_DATABASE_REFUSED, MAG_MSG_D321,
                 "database %s at %s %s; nothing was read", facts->database, facts->where,
                 facts->is_standby ? "is a standby" : "takes no writing transactions");
        mag_hint(err, "name the primary in the pipeline's sink");
        return MAG_E_DATABASE_REFUSED;
    }
    if (strcmp(facts->encoding, "UTF8") != 0) {
        mag_fail(err, MAG_E_DATABASE_REFUSED, MAG_MSG_D323,
                 "database %s at %s has encoding %s; results are written as UTF8 only",
                 facts->database, facts->where, facts->encoding);
        mag_hint(err, "install schema magscreen in a database with encoding UTF8");
        return MAG_E_DATABASE_REFUSED;
    }
    return mag_pg_schema_check(link, err);
}

static mag_status fail_locked(mag_pg_link *link, mag_error *err) {
    mag_pg_rows *rows;
    mag_pg_question question = {
        .sql = "select run_id, to_char(started_at, 'YYYY-MM-DD HH24:MI') || ' UTC', host, pid, "
               "backend_pid, application from magscreen.lock_holder()",
        .what = "the lock of schema magscreen"};
    MAG_TRY(mag_pg_ask(link, &question, &rows, err));
    bool is_known = mag_pg_row_count(rows) > 0 && mag_pg_cell(rows, 0, 0).at != NULL;
    if (is_known)
        mag_fail(err, MAG_E_LOCKED, MAG_MSG_P406,
                 "run %s since %s on host %s, pid %s, holds the lock; nothing was read",
                 mag_pg_text(rows, 0, 0), mag_pg_text(rows, 0, 1), mag_pg_text(rows, 0, 2),
                 mag_pg_text(rows, 0, 3));
    else if (mag_pg_row_count(rows) > 0 && mag_pg_cell(rows, 0, 4).at != NULL)
        mag_fail(err, MAG_E_LOCKED, MAG_MSG_P406,
                 "backend %s, application \"%.60s\", holds the lock of schema magscreen and has no "
                 "run; nothing was read",
                 mag_pg_text(rows, 0, 4), mag_pg_text(rows, 0, 5));
    else
        mag_fail(err, MAG_E_LOCKED, MAG_MSG_P406,
                 "another session is taking the lock of schema magscreen; nothing was read");
    if (mag_pg_row_count(rows) > 0 && mag_pg_cell(rows, 0, 4).at != NULL)
        mag_hint(err,
                 "wait for it; if its program is gone, the server lets go within seconds, or: "
                 "select pg_terminate_backend(%s)",
                 mag_pg_text(rows, 0, 4));
    mag_pg_rows_free(rows);
    return MAG_E_LOCKED;
}

static mag_status take_lock(mag_pg_link *link, mag_error *err) {
    mag_pg_rows *rows;
    mag_pg_question question = {.sql = "select magscreen.run_lock()",
                                .what = "the lock of schema magscreen"};
    MAG_TRY(mag_pg_ask(link, &question, &rows, err));
    bool is_ours = mag_pg_bool(rows, 0, 0);
    mag_pg_rows_free(rows);
    return is_ours ? MAG_OK : fail_locked(link, err);
}

static mag_status open_link(mag_postgres *to, mag_error *err) {
    MAG_TRY(mag_postgres_connect(to, &to->link, err));
    MAG_TRY(mag_postgres_explain(to, check_target(to->link, err), err));
    return mag_postgres_explain(to, take_lock(to->link, err), err);
}

static void free_sink(mag_sink *sink) {
    mag_postgres *to = (mag_postgres *)sink;
    if (to == NULL)
        return;
    mag_pg_copy_writer_abort(to->writer, "the run did not end");
    mag_pg_close(to->link);
    mag_arena_free(to->arena);
}

static const mag_sink_ops OPS = {.begin = mag_postgres_begin,
                                 .stage = mag_postgres_stage,
                                 .flag = mag_postgres_flag,
                                 .episode = mag_postgres_episode,
                                 .cannot_tell = mag_postgres_cannot_tell,
                                 .summary = mag_postgres_summary,
                                 .lab_summary = mag_postgres_lab_summary,
                                 .reject = mag_postgres_reject,
                                 .is_current = mag_postgres_is_current,
                                 .publish = mag_postgres_publish,
                                 .hold = mag_postgres_hold,
                                 .forget = mag_postgres_forget,
                                 .fail = mag_postgres_fail,
                                 .free = free_sink};

mag_status mag_sink_postgres_new(mag_sink **out, const mag_pg_wish *wish, mag_error *err) {
    mag_arena *arena = mag_arena_new(wish->account);
    mag_postgres *to = arena == NULL ? NULL : mag_arena_alloc(arena, sizeof *to);
    if (to == NULL) {
        mag_arena_free(arena);
        return mag_fail_memory(err, sizeof *to);
    }
    *to = (mag_postgres){.sink = {&OPS},
                         .arena = arena,
                         .account = wish->account,
                         .wish = *wish,
                         .is_stopped = wish->is_stopped,
                         .stop_context = wish->stop_context,
                         .table = MAG_PG_TABLE_COUNT};
    to->wish.conninfo = mag_arena_text(arena, mag_span_of(wish->conninfo));
    to->wish.is_stopped = is_stopped;
    to->wish.stop_context = to;
    mag_status status = to->wish.conninfo == NULL ? mag_fail_memory(err, strlen(wish->conninfo))
                                                  : open_link(to, err);
    if (status != MAG_OK) {
        free_sink(&to->sink);
        return status;
    }
    *out = &to->sink;
    return MAG_OK;
}

/* Row counters and sizes of tables, which PostgreSQL shows to all logins of a database by itself.
 */
static mag_status look_at_counters(mag_pg_link *link, bool *are_open, mag_error *err) {
    mag_pg_rows *rows;
    mag_pg_question question = {
        .sql = "select has_database_privilege('public', current_database(), 'connect') and "
               "has_function_privilege('public', 'pg_stat_get_live_tuples(oid)', 'execute')",
        .what = "rights of everybody"};
    MAG_TRY(mag_pg_ask(link, &question, &rows, err));
    *are_open = mag_pg_bool(rows, 0, 0);
    mag_pg_rows_free(rows);
    return MAG_OK;
}

mag_status mag_sink_postgres_check(const mag_pg_wish *wish, mag_pg_facts *facts,
                                   bool *are_counters_open, mag_error *err) {
    mag_postgres to = {.account = wish->account,
                       .wish = *wish,
                       .is_stopped = wish->is_stopped,
                       .stop_context = wish->stop_context};
    mag_status status = open_link(&to, err); /* closing the session gives the lock back */
    if (to.link != NULL)
        *facts = *mag_pg_facts_of(to.link);
    *are_counters_open = false;
    if (status == MAG_OK)
        status = look_at_counters(to.link, are_counters_open, err);
    mag_pg_close(to.link);
    return status;
}

void mag_sink_postgres_on_wait(mag_sink *sink, void (*tell)(const mag_error *notice)) {
    ((mag_postgres *)sink)->tell_wait = tell;
}

const mag_error *mag_sink_postgres_notice(const mag_sink *sink) {
    const mag_postgres *to = (const mag_postgres *)sink;
    return to->has_notice ? &to->notice : NULL;
}

const char *mag_sink_postgres_run(const mag_sink *sink) {
    return ((const mag_postgres *)sink)->run;
}
