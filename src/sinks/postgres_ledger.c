/* The episodes of the runs before, by COPY: ids reach the program as data, never as text of a
   statement. */
#include "sinks/postgres_parts.h"

#include "io/pg_copy_reader.h"

#include <string.h>

/* In the order of the statement below. */
enum {
    COLUMN_FLAG_ID,
    COLUMN_PATIENT_ID,
    COLUMN_RULE_ID,
    COLUMN_RULE_VERSION,
    COLUMN_OPENED,
    COLUMN_LAST_SEEN,
    COLUMN_RESOLVED,
    COLUMN_STATE,
    COLUMN_MACHINE_REASON,
    COLUMN_EVENT_FROM,
    COLUMN_EVENT_TO,
    COLUMN_SEVERITY,
    COLUMN_HIDDEN_BY,
    COLUMN_SHOWN_SEVERITY,
    COLUMN_SHOWN_FACTS,
    COLUMN_COUNT
};

static const char SQL[] =
    "copy (select flag_id, patient_id, rule_id, rule_version, opened_as_of, last_seen, "
    "resolved_as_of, state, machine_reason, "
    "coalesce(to_char(event_from, 'YYYY-MM-DD\"T\"HH24:MI'), ''), "
    "coalesce(to_char(event_to, 'YYYY-MM-DD\"T\"HH24:MI'), ''), "
    "severity, hidden_by, shown_severity, shown_facts from magscreen.v_ledger) to stdout (format "
    "binary)";

typedef struct episode_list {
    mag_arena *arena;
    mag_episode *items;
    size_t count, capacity;
} episode_list;

static mag_status fail_row(mag_error *err, const char *column) {
    return mag_fail(err, MAG_E_INTERNAL, MAG_MSG_X701,
                    "schema magscreen: an episode has a %s that no run writes", column);
}

static mag_status read_minute(mag_span text, mag_minute empty, mag_minute *out, mag_error *err) {
    mag_moment moment;
    *out = empty;
    if (text.nbytes == 0)
        return MAG_OK;
    if (mag_moment_parse(text, NULL, &moment) != MAG_DATE_OK)
        return fail_row(err, "moment");
    *out = moment.minute;
    return MAG_OK;
}

static mag_status read_severity(mag_span text, mag_severity *out, mag_error *err) {
    for (int severity = MAG_SEVERITY_INFO; severity < MAG_SEVERITY_COUNT; severity++)
        if (mag_span_is(text, mag_severity_name((mag_severity)severity))) {
            *out = (mag_severity)severity;
            return MAG_OK;
        }
    return fail_row(err, "severity");
}

static mag_status keep(mag_arena *arena, mag_span text, const char **out, mag_error *err) {
    *out = mag_arena_text(arena, text);
    return *out == NULL ? mag_fail_memory(err, text.nbytes) : MAG_OK;
}

static mag_status keep_texts(mag_arena *arena, const mag_span *cells, mag_episode *episode,
                             mag_error *err) {
    const char *id;
    MAG_TRY(keep(arena, cells[COLUMN_PATIENT_ID], &id, err));
    episode->patient_id = (mag_span){id, cells[COLUMN_PATIENT_ID].nbytes};
    MAG_TRY(keep(arena, cells[COLUMN_RULE_ID], &episode->rule_id, err));
    MAG_TRY(keep(arena, cells[COLUMN_RULE_VERSION], &episode->rule_version, err));
    MAG_TRY(keep(arena, cells[COLUMN_OPENED], &episode->opened, err));
    MAG_TRY(keep(arena, cells[COLUMN_LAST_SEEN], &episode->last_seen, err));
    MAG_TRY(keep(arena, cells[COLUMN_RESOLVED], &episode->resolved, err));
    if (cells[COLUMN_HIDDEN_BY].nbytes > 0)
        MAG_TRY(keep(arena, cells[COLUMN_HIDDEN_BY], &episode->hidden_by, err));
    return keep(arena, cells[COLUMN_SHOWN_FACTS], &episode->shown_facts, err);
}

static mag_status read_episode(mag_arena *arena, const mag_span *cells, mag_episode *episode,
                               mag_error *err) {
    *episode = (mag_episode){.machine_reason = MAG_MACHINE_NONE};
    if (cells[COLUMN_FLAG_ID].nbytes >= sizeof episode->flag_id)
        return fail_row(err, "flag_id");
    memcpy(episode->flag_id, cells[COLUMN_FLAG_ID].at, cells[COLUMN_FLAG_ID].nbytes);
    MAG_TRY(keep_texts(arena, cells, episode, err));
    if (!mag_episode_event_find(cells[COLUMN_STATE], &episode->state))
        return fail_row(err, "state");
    if (cells[COLUMN_MACHINE_REASON].nbytes > 0 &&
        !mag_machine_reason_find(cells[COLUMN_MACHINE_REASON], &episode->machine_reason))
        return fail_row(err, "machine_reason");
    MAG_TRY(read_minute(cells[COLUMN_EVENT_FROM], MAG_MINUTE_NONE, &episode->event_start, err));
    MAG_TRY(read_minute(cells[COLUMN_EVENT_TO], MAG_MINUTE_OPEN, &episode->event_stop, err));
    MAG_TRY(read_severity(cells[COLUMN_SEVERITY], &episode->severity, err));
    return read_severity(cells[COLUMN_SHOWN_SEVERITY], &episode->shown_severity, err);
}

static mag_status read_rows(mag_pg_copy_reader *reader, episode_list *list, mag_error *err) {
    for (;;) {
        const mag_span *cells;
        MAG_TRY(mag_pg_copy_next(reader, &cells, err));
        if (cells == NULL)
            return MAG_OK;
        for (unsigned i = 0; i < COLUMN_COUNT; i++)
            if (cells[i].at == NULL)
                return fail_row(err, "NULL");
        void *items = list->items; /* in the account; moved to the arena at the end */
        MAG_TRY(mag_grow(mag_arena_account(list->arena), &items, &list->capacity,
                         sizeof *list->items, list->count + 1, err));
        list->items = items;
        MAG_TRY(read_episode(list->arena, cells, &list->items[list->count], err));
        list->count++;
    }
}

static mag_status read_stream(mag_pg_link *link, mag_pg_copy_reader *reader, episode_list *list,
                              mag_error *err) {
    MAG_TRY(mag_pg_copy_out(link, SQL, "the episodes of schema magscreen", err));
    for (;;) {
        mag_span chunk;
        mag_pg_taken taken;
        MAG_TRY(mag_pg_take(link, &chunk, &taken, err));
        if (taken == MAG_PG_WAIT)
            MAG_TRY(mag_pg_wait(&link, 1, err));
        if (taken == MAG_PG_CHUNK) {
            MAG_TRY(mag_pg_copy_feed(reader, chunk, err));
            MAG_TRY(read_rows(reader, list, err));
        }
        if (taken == MAG_PG_END)
            return mag_pg_copy_is_ended(reader)
                       ? MAG_OK
                       : mag_fail(err, MAG_E_INTERNAL, MAG_MSG_X701,
                                  "the episodes of schema magscreen end without their end mark");
    }
}

static mag_status read_episodes(mag_postgres *to, episode_list *list, mag_ledger_input *input,
                                mag_error *err) {
    mag_pg_copy_reader *reader;
    MAG_TRY(mag_pg_copy_reader_new(&reader, COLUMN_COUNT, "the episodes", to->account, err));
    mag_status status = read_stream(to->link, reader, list, err);
    mag_pg_copy_reader_free(reader);
    if (status != MAG_OK)
        return status;
    mag_episode *kept = mag_arena_alloc(list->arena, (list->count + 1) * sizeof *kept);
    if (kept == NULL)
        return mag_fail_memory(err, list->count * sizeof *kept);
    if (list->count > 0)
        memcpy(kept, list->items, list->count * sizeof *kept);
    input->episodes = kept;
    input->episode_count = list->count;
    return MAG_OK;
}

static mag_status read_current(mag_postgres *to, mag_arena *arena, mag_ledger_input *input,
                               mag_error *err) {
    mag_pg_rows *rows;
    mag_pg_question question = {
        .sql = "select run_id, as_of, result_sha256 from magscreen.v_run where is_current",
        .what = "the current run of schema magscreen"};
    MAG_TRY(mag_pg_ask(to->link, &question, &rows, err));
    mag_status status = MAG_OK;
    if (mag_pg_row_count(rows) > 0) {
        status = keep(arena, mag_pg_cell(rows, 0, 0), &input->run_id, err);
        if (status == MAG_OK)
            status = keep(arena, mag_pg_cell(rows, 0, 1), &input->as_of, err);
        if (status == MAG_OK)
            status = keep(arena, mag_pg_cell(rows, 0, 2), &input->result_sha256, err);
    }
    mag_pg_rows_free(rows);
    return status;
}

mag_status mag_sink_postgres_ledger(mag_sink *sink, mag_arena *arena, const mag_ledger_input **out,
                                    mag_error *err) {
    mag_postgres *to = (mag_postgres *)sink;
    mag_ledger_input *input = mag_arena_alloc(arena, sizeof *input);
    if (input == NULL)
        return mag_fail_memory(err, sizeof *input);
    *input = (mag_ledger_input){.name = "schema magscreen"};
    MAG_TRY(mag_postgres_explain(to, read_current(to, arena, input, err), err));
    episode_list list = {.arena = arena};
    mag_status status = read_episodes(to, &list, input, err);
    mag_drop(mag_arena_account(arena), list.items, list.capacity, sizeof *list.items);
    *out = input;
    return mag_postgres_explain(to, status, err);
}
