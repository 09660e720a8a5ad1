#include "cohort/pg_leader.h"

#include <string.h>

typedef struct reading {
    const mag_pg_subject *subject;
    mag_pg_table *table;
    struct reading *next;
} reading;

struct mag_pg_leader {
    mag_arena *arena;
    mag_pg_wish wish;
    mag_pg_link *link;
    const char *snapshot; /* quoted */
    reading *first, **last;
    size_t reading_count, left_count;
};

mag_status mag_pg_leader_new(mag_arena *arena, const mag_pg_wish *wish, mag_pg_leader **out,
                             mag_error *err) {
    mag_pg_leader *leader = mag_arena_alloc(arena, sizeof *leader);
    const char *conninfo = mag_arena_text(arena, mag_span_of(wish->conninfo));
    if (!leader || !conninfo)
        return mag_fail_memory(err, sizeof *leader);
    *leader = (mag_pg_leader){.arena = arena, .wish = *wish};
    leader->wish.conninfo = conninfo;
    leader->last = &leader->first;
    *out = leader;
    return MAG_OK;
}

void mag_pg_leader_close(mag_pg_leader *leader) {
    if (!leader)
        return;
    mag_pg_close(leader->link);
    leader->link = NULL;
}

const char *mag_pg_leader_conninfo(const mag_pg_leader *leader) {
    return leader->wish.conninfo;
}

mag_pg_link *mag_pg_leader_link(const mag_pg_leader *leader) {
    return leader->link;
}

bool mag_pg_leader_is_stopped(const mag_pg_leader *leader) {
    return leader->wish.is_stopped && leader->wish.is_stopped(leader->wish.stop_context);
}

size_t mag_pg_leader_table_count(const mag_pg_leader *leader) {
    return leader->reading_count;
}

bool mag_pg_leader_is_role_too_strong(const mag_pg_leader *leader) {
    bool is_too_strong = mag_pg_facts_of(leader->link)->is_superuser;
    for (const reading *at = leader->first; at; at = at->next)
        is_too_strong |= at->table->is_owner;
    return is_too_strong;
}

mag_status mag_pg_leader_add(mag_pg_leader *leader, const mag_pg_subject *subject,
                             mag_pg_table *table, mag_error *err) {
    reading *more = mag_arena_alloc(leader->arena, sizeof *more);
    if (!more)
        return mag_fail_memory(err, sizeof *more);
    *more = (reading){subject, table, NULL};
    *leader->last = more;
    leader->last = &more->next;
    leader->reading_count++;
    return MAG_OK;
}

/* --- beginning
 * --------------------------------------------------------------------------------- */

/* The server would turn another encoding into UTF-8, but what it cannot turn ends the whole read.
   SQL_ASCII hands bytes out as they are: each row is looked at. */
static mag_status check_encoding(const mag_pg_leader *leader, mag_error *err) {
    const mag_pg_facts *facts = mag_pg_facts_of(leader->link);
    if (strcmp(facts->encoding, "UTF8") == 0 || strcmp(facts->encoding, "SQL_ASCII") == 0)
        return MAG_OK;
    mag_fail(err, MAG_E_DATABASE_REFUSED, MAG_MSG_D323,
             "%s: database %s has encoding %s; nothing was read", facts->where, facts->database,
             facts->encoding);
    mag_hint(err, "read from a database with encoding UTF8");
    return MAG_E_DATABASE_REFUSED;
}

static mag_status begin_snapshot(mag_pg_leader *leader, mag_error *err) {
    mag_pg_rows *rows;
    const char *where = mag_pg_facts_of(leader->link)->where;
    const mag_pg_question question = {.sql = "select pg_catalog.pg_export_snapshot()",
                                      .what = where};
    MAG_TRY(mag_pg_do(leader->link, "begin isolation level repeatable read read only", where, err));
    MAG_TRY(mag_pg_ask(leader->link, &question, &rows, err));
    leader->snapshot = mag_pg_quote_text(leader->arena, mag_pg_text(rows, 0, 0));
    mag_pg_rows_free(rows);
    return leader->snapshot ? MAG_OK : mag_fail_memory(err, 1);
}

static mag_status look_at_tables(mag_pg_leader *leader, mag_error *err) {
    mag_pg_problems problems = {.arena = leader->arena};
    for (const reading *at = leader->first; at; at = at->next)
        MAG_TRY(mag_pg_table_look(leader->link, at->subject, &problems, at->table, err));
    return mag_pg_problems_fail(&problems, err);
}

mag_status mag_pg_leader_begin(mag_pg_leader *leader, mag_error *err) {
    if (leader->link)
        return MAG_OK;
    leader->left_count = leader->reading_count;
    MAG_TRY(mag_pg_open(&leader->link, &leader->wish, err));
    mag_status status = check_encoding(leader, err);
    if (status == MAG_OK)
        status = begin_snapshot(leader, err);
    if (status == MAG_OK)
        status = look_at_tables(leader, err);
    if (status != MAG_OK)
        mag_pg_leader_close(leader);
    return status;
}

/* --- readers
 * ----------------------------------------------------------------------------------- */

mag_status mag_pg_leader_open_reader(mag_pg_leader *leader, bool is_optional, mag_pg_link **out,
                                     mag_error *err) {
    mag_pg_wish wish = leader->wish;
    wish.is_optional = is_optional;
    MAG_TRY(mag_pg_open(out, &wish, err));
    const char *where = mag_pg_facts_of(*out)->where;
    const char *import =
        mag_arena_format(leader->arena, "set transaction snapshot %s", leader->snapshot);
    mag_status status =
        import ? mag_pg_do(*out, "begin isolation level repeatable read read only", where, err)
               : mag_fail_memory(err, 1);
    if (status == MAG_OK)
        status = mag_pg_do(*out, import, where, err);
    if (status == MAG_OK)
        return MAG_OK;
    mag_pg_close(*out);
    *out = NULL;
    return status;
}

mag_status mag_pg_leader_done(mag_pg_leader *leader, mag_error *err) {
    if (leader->left_count > 0 && --leader->left_count > 0)
        return MAG_OK;
    /* What readers saw was one state only if this transaction has lived as long as they did. */
    mag_status status =
        mag_pg_do(leader->link, "commit", mag_pg_facts_of(leader->link)->where, err);
    mag_pg_leader_close(leader);
    return status;
}

/* Is the server itself on its way out? Another connection tells. */
static bool is_server_going(const mag_pg_leader *leader) {
    mag_error found = {0};
    mag_pg_link *link;
    mag_pg_wish wish = leader->wish;
    wish.is_optional = true;
    if (mag_pg_open(&link, &wish, &found) == MAG_OK) {
        mag_pg_close(link);
        return false;
    }
    return found.message == MAG_MSG_D320 || found.message == MAG_MSG_D301;
}

mag_status mag_pg_leader_fail(mag_pg_leader *leader, mag_status status, mag_error *err) {
    mag_pg_leader_close(leader);
    if (!err || err->message != MAG_MSG_D310 || !is_server_going(leader))
        return status;
    mag_error told = *err;
    mag_fail(err, MAG_E_DATABASE_AWAY, MAG_MSG_D320, "%s", told.text);
    mag_error_line(err, "the server is stopping, or restarting");
    mag_hint(err, "run again when it is back");
    return MAG_E_DATABASE_AWAY;
}
