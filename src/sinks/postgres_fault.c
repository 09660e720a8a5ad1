/* What a failed statement means for somebody who publishes: more than the server said of it. */
#include "sinks/postgres_parts.h"

static mag_status fail_broken(mag_error *err) {
    mag_fail(err, MAG_E_DATABASE_AWAY, MAG_MSG_D312,
             "schema magscreen: the connection broke while writing; nothing new is visible");
    mag_hint(err, "look whether the server is up, and run again");
    return MAG_E_DATABASE_AWAY;
}

/* Names the session that stands in the way, if it still does: the one with the strongest lock.
   Those who only read are in the way of nothing but tables of a run that are attached or dropped,
   as a backup is. A transaction that failed has to be rolled back before. */
static void name_blocker(mag_postgres *to, mag_error *err) {
    static const char sql[] =
        "select a.pid, coalesce(nullif(a.application_name, ''), 'without a name') "
        "from pg_locks l join pg_class c on c.oid = l.relation "
        "join pg_namespace n on n.oid = c.relnamespace and n.nspname = 'magscreen' "
        "join pg_stat_activity a on a.pid = l.pid "
        "where l.granted and l.pid <> pg_backend_pid() "
        "and (l.mode not in ('AccessShareLock', 'RowShareLock') or not c.relispartition "
        "and c.relname ~ '^(stage_episode|cannot_tell|summary)_[0-9]+$') "
        "order by array_position(array['AccessExclusiveLock', 'ExclusiveLock', "
        "'ShareRowExclusiveLock', 'ShareLock', 'ShareUpdateExclusiveLock', 'RowExclusiveLock', "
        "'RowShareLock', 'AccessShareLock'], l.mode), a.pid limit 1";
    mag_pg_rows *rows;
    mag_error unreported;
    mag_pg_question question = {.sql = sql, .what = "locks"};
    if (mag_pg_ask(to->link, &question, &rows, &unreported) != MAG_OK)
        return;
    if (mag_pg_row_count(rows) > 0) {
        mag_fail(err, MAG_E_DATABASE_AWAY, MAG_MSG_D315,
                 "schema magscreen was blocked by pid %s, application %.60s; nothing new is "
                 "visible",
                 mag_pg_text(rows, 0, 0), mag_pg_text(rows, 0, 1));
        mag_hint(err, "end that session or wait for it, and run again: the result is the same");
    }
    mag_pg_rows_free(rows);
}

/* A lock or a run that is not this session's any more: does another session answer? */
static mag_status look_for_pooler(mag_postgres *to, mag_status status, mag_error *err) {
    mag_pg_rows *rows;
    mag_error unreported;
    mag_pg_question question = {.sql = "select pg_backend_pid()", .what = "the session"};
    if (mag_pg_ask(to->link, &question, &rows, &unreported) != MAG_OK)
        return status;
    bool is_ours = mag_pg_integer(rows, 0, 0) == mag_pg_facts_of(to->link)->backend_pid;
    mag_pg_rows_free(rows);
    if (is_ours)
        return status;
    mag_fail(err, MAG_E_DATABASE_REFUSED, MAG_MSG_D332,
             "%s: the session changed between two statements; nothing new is visible",
             mag_pg_facts_of(to->link)->where);
    mag_hint(err, "a pooler stands between; connect to the server itself");
    return MAG_E_DATABASE_REFUSED;
}

mag_status mag_postgres_explain(mag_postgres *to, mag_status status, mag_error *err) {
    if (status == MAG_OK || err == NULL)
        return status;
    if (err->message == MAG_MSG_D310)
        return fail_broken(err); /* nothing is read here that could be kept */
    if (err->message == MAG_MSG_D315)
        name_blocker(to, err);
    if (err->message == MAG_MSG_P406 || err->message == MAG_MSG_P413)
        return look_for_pooler(to, status, err);
    return status;
}
