/* The record of the run that readers see: what the gates about earlier runs compare with. */
#include "sinks/postgres_parts.h"

static mag_status parse(mag_arena *arena, const mag_pg_rows *rows, const mag_previous_run **out,
                        mag_error *err) {
    const mag_span cell = mag_pg_cell(rows, 0, 0);
    if (cell.at == NULL)
        return MAG_OK;
    return mag_previous_run_parse(arena, "schema magscreen", cell, out, err);
}

mag_status mag_sink_postgres_previous(mag_sink *sink, mag_arena *arena,
                                      const mag_previous_run **out, mag_error *err) {
    mag_postgres *to = (mag_postgres *)sink;
    mag_pg_rows *rows;
    mag_pg_question question = {.sql = "select (select magscreen.previous_record())",
                                .what = "the current run of schema magscreen"};
    *out = NULL;
    MAG_TRY(mag_postgres_explain(to, mag_pg_ask(to->link, &question, &rows, err), err));
    const mag_status status = parse(arena, rows, out, err);
    mag_pg_rows_free(rows);
    return status;
}
