#include "cohort/pg_streams.h"

#include "io/pg_copy_reader.h"

#include <inttypes.h>

enum { CHUNKS_IN_A_ROW = 4 }; /* of one stream before the others get their turn */

typedef struct stream {
    mag_pg_link *link;
    mag_pg_copy_reader *rows;
    bool is_open; /* a part is being read */
} stream;

typedef struct streams {
    const mag_pg_reading *reading;
    mag_pg_read_facts *facts;
    mag_arena *arena;
    mag_pg_split split;
    size_t next_part;
    stream all[MAG_PG_READER_COUNT];
    unsigned count, open_count;
} streams;

/* --- connections
 * ------------------------------------------------------------------------------- */

static mag_status set_policy(const streams *at, mag_pg_link *link, mag_error *err) {
    return mag_pg_do(
        link, at->reading->is_policy_allowed ? "set row_security = on" : "set row_security = off",
        at->reading->what, err);
}

static mag_status add_stream(streams *at, mag_pg_link *link, mag_error *err) {
    stream *added = &at->all[at->count++];
    *added = (stream){.link = link};
    MAG_TRY(set_policy(at, link, err));
    return mag_pg_copy_reader_new(&added->rows, (unsigned)at->reading->table->column_count,
                                  at->reading->what, at->reading->account, err);
}

/* The leader reads too: what it alone can do is always done. Others are welcome as far as the
   server has sessions free. */
static mag_status open_streams(streams *at, mag_error *err) {
    mag_pg_leader *leader = at->reading->leader;
    MAG_TRY(add_stream(at, mag_pg_leader_link(leader), err));
    while (at->count < at->reading->reader_count && at->count < at->split.part_count) {
        mag_error found = {0};
        mag_pg_link *link;
        mag_status status = mag_pg_leader_open_reader(leader, true, &link, &found);
        if (status != MAG_OK && found.message == MAG_MSG_D319) {
            at->facts->refused_count = at->reading->reader_count - at->count;
            return MAG_OK;
        }
        if (status != MAG_OK) {
            if (err)
                *err = found;
            return status;
        }
        MAG_TRY(add_stream(at, link, err));
    }
    return MAG_OK;
}

static void close_streams(streams *at, bool is_failed) {
    for (unsigned i = 0; i < at->count; i++) {
        if (is_failed && at->all[i].is_open)
            mag_pg_cancel(at->all[i].link);
        mag_pg_copy_reader_free(at->all[i].rows);
        if (at->all[i].link != mag_pg_leader_link(at->reading->leader))
            mag_pg_close(at->all[i].link);
    }
}

/* --- rows
 * -------------------------------------------------------------------------------------- */

/* Begins the next part that nobody reads yet, if there is one. */
static mag_status begin_part(streams *at, stream *with, mag_error *err) {
    with->is_open = false;
    if (at->next_part == at->split.part_count)
        return MAG_OK;
    mag_arena_reset(at->arena);
    const char *sql = mag_pg_split_copy(at->arena, &at->split, at->next_part);
    if (!sql)
        return mag_fail_memory(err, 1);
    mag_pg_copy_reader_reset(with->rows);
    MAG_TRY(mag_pg_copy_out(with->link, sql, at->reading->what, err));
    at->next_part++;
    at->open_count++;
    with->is_open = true;
    return MAG_OK;
}

static mag_status take_rows(streams *at, stream *from, mag_span chunk, mag_error *err) {
    const mag_pg_reading *reading = at->reading;
    at->facts->nbytes += chunk.nbytes;
    MAG_TRY(mag_pg_copy_feed(from->rows, chunk, err));
    for (;;) {
        const mag_span *fields;
        MAG_TRY(mag_pg_copy_next(from->rows, &fields, err));
        if (!fields)
            return MAG_OK;
        at->facts->row_count++;
        MAG_TRY(reading->take_row(reading->context, fields, err));
    }
}

/* The server's word alone is not enough, nor is the trailer. */
static mag_status end_part(streams *at, stream *of, mag_error *err) {
    at->open_count--;
    of->is_open = false;
    if (!mag_pg_copy_is_ended(of->rows))
        return mag_fail(err, MAG_E_DATABASE_AWAY, MAG_MSG_D310,
                        "%s: the stream ended without its trailer; nothing of it is kept",
                        at->reading->what);
    return begin_part(at, of, err);
}

/* Takes what one stream has, up to a turn's worth; *has_more if it did not run dry. */
static mag_status pump(streams *at, stream *from, bool *has_more, mag_error *err) {
    for (unsigned i = 0; i < CHUNKS_IN_A_ROW; i++) {
        mag_span chunk;
        mag_pg_taken taken;
        MAG_TRY(mag_pg_take(from->link, &chunk, &taken, err));
        if (taken == MAG_PG_WAIT)
            return MAG_OK;
        *has_more = true;
        if (taken == MAG_PG_END)
            return end_part(at, from, err);
        MAG_TRY(take_rows(at, from, chunk, err));
    }
    return MAG_OK;
}

static mag_status wait_for_any(streams *at, mag_error *err) {
    mag_pg_link *links[MAG_PG_READER_COUNT];
    for (unsigned i = 0; i < at->count; i++)
        links[i] = at->all[i].is_open ? at->all[i].link : NULL;
    return mag_pg_wait(links, at->count, err);
}

static mag_status read_all(streams *at, mag_error *err) {
    for (unsigned i = 0; i < at->count; i++)
        MAG_TRY(begin_part(at, &at->all[i], err));
    while (at->open_count > 0) {
        bool has_more = false;
        if (mag_pg_leader_is_stopped(at->reading->leader))
            return mag_fail(err, MAG_E_INTERRUPTED, MAG_MSG_P401, "stopped while reading");
        for (unsigned i = 0; i < at->count; i++)
            if (at->all[i].is_open)
                MAG_TRY(pump(at, &at->all[i], &has_more, err));
        if (!has_more && at->open_count > 0)
            MAG_TRY(wait_for_any(at, err));
    }
    return MAG_OK;
}

mag_status mag_pg_streams_read(const mag_pg_reading *reading, mag_pg_read_facts *facts,
                               mag_error *err) {
    enum { RANGE_SCAN_VERSION = 140000 };
    const mag_pg_facts *server = mag_pg_facts_of(mag_pg_leader_link(reading->leader));
    streams at = {.reading = reading,
                  .facts = facts,
                  .arena = mag_arena_new(reading->account),
                  .split = mag_pg_split_make(reading->table, reading->reader_count,
                                             server->server_version >= RANGE_SCAN_VERSION)};
    *facts = (mag_pg_read_facts){0};
    if (!at.arena)
        return mag_fail_memory(err, sizeof at);
    mag_status status = open_streams(&at, err);
    facts->reader_count = at.count;
    if (status == MAG_OK)
        status = read_all(&at, err);
    if (status != MAG_OK && status != MAG_E_INTERRUPTED && facts->row_count)
        mag_error_line(err, "%" PRIu64 " rows had come; none of them is kept", facts->row_count);
    close_streams(&at, status != MAG_OK);
    mag_arena_free(at.arena);
    return status;
}
