#include "sinks/postgres_release.h"

#include "sinks/postgres_parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct held_run {
    char state[32];
    char message[160]; /* why it ended so; "" if nobody said */
    bool is_current;
} held_run;

static mag_status fail_not_held(const char *run_id, const held_run *run, mag_error *err) {
    if (run == NULL)
        mag_fail(err, MAG_E_USAGE, MAG_MSG_P413, "schema magscreen has no run %.24s", run_id);
    else
        mag_fail(err, MAG_E_USAGE, MAG_MSG_P413, "run %.24s is not held: it is %s%s%s", run_id,
                 run->state, *run->message ? "; " : "", run->message);
    mag_hint(err, "magscreen status lists the runs, and which of them are held");
    return MAG_E_USAGE;
}

static mag_status keep(mag_arena *arena, const mag_pg_rows *rows, size_t column, const char **out,
                       mag_error *err) {
    *out = mag_arena_text(arena, mag_span_of(mag_pg_text(rows, 0, column)));
    return *out == NULL ? mag_fail_memory(err, 1) : MAG_OK;
}

static mag_status keep_run(mag_arena *arena, const mag_pg_rows *rows, held_run *run,
                           mag_pg_release *out, mag_error *err) {
    snprintf(run->state, sizeof run->state, "%s", mag_pg_text(rows, 0, 0));
    snprintf(run->message, sizeof run->message, "%s", mag_pg_text(rows, 0, 6));
    run->is_current = mag_pg_bool(rows, 0, 1);
    out->red_gate_count = mag_pg_integer(rows, 0, 4);
    MAG_TRY(keep(arena, rows, 2, &out->as_of, err));
    MAG_TRY(keep(arena, rows, 3, &out->result_sha256, err));
    return keep(arena, rows, 5, &out->run_id, err);
}

static mag_status look_at(mag_arena *arena, mag_postgres *to, const char *run_id, held_run *run,
                          mag_pg_release *out, mag_error *err) {
    mag_pg_rows *rows;
    MAG_TRY(mag_postgres_ask(
        to,
        "select state, is_current, as_of, result_sha256, red_gates, run_id, message "
        "from magscreen.v_run where run_id = $1",
        NULL, &rows, err));
    mag_status status = mag_pg_row_count(rows) == 0 ? fail_not_held(run_id, NULL, err)
                                                    : keep_run(arena, rows, run, out, err);
    mag_pg_rows_free(rows);
    return status;
}

static mag_status release(mag_arena *arena, mag_postgres *to, const char *reason,
                          mag_pg_release *out, mag_error *err) {
    held_run run;
    MAG_TRY(look_at(arena, to, to->run, &run, out, err));
    out->was_published_already = run.is_current;
    if (run.is_current)
        return MAG_OK;
    if (strcmp(run.state, "held") != 0)
        return fail_not_held(to->run, &run, err);
    MAG_TRY(mag_postgres_publish_staged(to, reason, err));
    out->has_notice = to->has_notice;
    out->notice = to->notice;
    return MAG_OK;
}

mag_status mag_pg_release_run(mag_arena *arena, const mag_pg_wish *wish, const char *run_id,
                              const char *reason, mag_pg_release *out, mag_error *err) {
    mag_sink *sink;
    *out = (mag_pg_release){.run_id = run_id};
    if (strlen(run_id) > 18) /* more than any run has */
        return fail_not_held(run_id, NULL, err);
    MAG_TRY(mag_sink_postgres_new(&sink, wish, err));
    mag_postgres *to = (mag_postgres *)sink;
    to->run_id = strtoll(run_id, NULL, 10);
    snprintf(to->run, sizeof to->run, "%s", run_id);
    mag_status status = release(arena, to, reason, out, err);
    sink->ops->free(sink);
    return status;
}
