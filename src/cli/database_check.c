#include "cli/database_check.h"

#include "sinks/postgres.h"

static mag_status add_good(mag_findings *all, mag_arena *arena, const mag_pg_facts *facts,
                           mag_error *err) {
    const char *detail =
        mag_arena_format(arena, "schema magscreen is as installed, role %s may publish there, %s",
                         facts->role, facts->where);
    if (detail == NULL)
        return mag_fail_memory(err, 1);
    mag_findings_add(all, facts->database, detail, true);
    if (facts->is_superuser)
        mag_findings_add(all, facts->role,
                         "is a superuser; a role with magscreen_job alone is enough [MS-D335]",
                         false);
    return MAG_OK;
}

mag_status mag_database_check_sink(mag_findings *all, mag_arena *arena, const mag_pg_wish *wish,
                                   mag_error *err) {
    mag_pg_facts facts = {0};
    mag_error found = {0};
    bool are_counters_open;
    mag_status status = mag_sink_postgres_check(wish, &facts, &are_counters_open, &found);
    if (status == MAG_E_INTERRUPTED || status == MAG_E_RESOURCE) {
        *err = found;
        return status;
    }
    if (status == MAG_OK || status == MAG_E_LOCKED)
        MAG_TRY(add_good(all, arena, &facts, err));
    if (status == MAG_OK)
        mag_findings_add(all, "lock of schema magscreen", "free", true);
    else
        mag_findings_add_error(all, status == MAG_E_LOCKED ? "lock of schema magscreen" : "sink",
                               &found);
    if (are_counters_open)
        mag_findings_add(all, "note",
                         "any login of this server may connect to the database and see how many "
                         "rows each table has; docs/postgresql.md, Counters, says how to close it",
                         true);
    mag_findings_add(all, "sink, not checked",
                     "room on the server, and locks that others will hold when a run publishes",
                     true);
    return MAG_OK;
}
