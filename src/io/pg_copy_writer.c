#include "io/pg_copy_writer.h"

#include "io/pg_binary.h"

#include <stdio.h>
#include <string.h>

enum { SEND_NBYTES = 1 << 16 };

struct mag_pg_copy_writer {
    mag_arena *arena;
    mag_pg_link *link;
    const char *what;
    mag_text out;
    unsigned column_count, cell_count;
    bool is_bad_text;
    uint64_t row_count;
};

static void free_writer(mag_pg_copy_writer *writer) {
    mag_text_done(&writer->out);
    mag_arena_free(writer->arena);
}

mag_status mag_pg_copy_writer_open(mag_pg_copy_writer **out, mag_pg_link *link, const char *sql,
                                   unsigned column_count, const char *what, mag_error *err) {
    *out = NULL;
    mag_account *account = mag_pg_account(link);
    mag_arena *arena = mag_arena_new(account);
    mag_pg_copy_writer *writer = arena ? mag_arena_alloc(arena, sizeof *writer) : NULL;
    const char *own_what = writer ? mag_arena_text(arena, mag_span_of(what)) : NULL;
    if (!own_what) {
        mag_arena_free(arena);
        return mag_fail_memory(err, sizeof(mag_pg_copy_writer));
    }
    *writer = (mag_pg_copy_writer){
        .arena = arena, .link = link, .what = own_what, .column_count = column_count};
    mag_text_init(&writer->out, account);
    mag_pg_binary_header(&writer->out);
    mag_status status = mag_pg_copy_in(link, sql, what, err);
    if (status == MAG_OK)
        *out = writer;
    else
        free_writer(writer);
    return status;
}

/* --- cells
 * ------------------------------------------------------------------------------------- */

/* The first cell of a row is preceded by their count. */
static mag_text *next_cell(mag_pg_copy_writer *writer) {
    if (writer->cell_count++ == 0)
        mag_pg_binary_row(&writer->out, writer->column_count);
    return &writer->out;
}

static bool is_sendable(mag_span text) {
    return mag_span_is_utf8(text) && (text.nbytes == 0 || !memchr(text.at, '\0', text.nbytes));
}

void mag_pg_put_null(mag_pg_copy_writer *writer) {
    mag_pg_binary_null(next_cell(writer));
}

void mag_pg_put_text(mag_pg_copy_writer *writer, mag_span text) {
    writer->is_bad_text |= !is_sendable(text);
    mag_pg_binary_bytes(next_cell(writer), text);
}

void mag_pg_put_bytes(mag_pg_copy_writer *writer, mag_span bytes) {
    mag_pg_binary_bytes(next_cell(writer), bytes);
}

void mag_pg_put_bool(mag_pg_copy_writer *writer, bool value) {
    mag_pg_binary_integer(next_cell(writer), 1, value);
}

void mag_pg_put_int(mag_pg_copy_writer *writer, int32_t value) {
    mag_pg_binary_integer(next_cell(writer), 4, value);
}

void mag_pg_put_bigint(mag_pg_copy_writer *writer, int64_t value) {
    mag_pg_binary_integer(next_cell(writer), 8, value);
}

void mag_pg_put_double(mag_pg_copy_writer *writer, double value) {
    mag_pg_binary_double(next_cell(writer), value);
}

void mag_pg_put_day(mag_pg_copy_writer *writer, mag_day day) {
    mag_pg_binary_day(next_cell(writer), day);
}

void mag_pg_put_minute(mag_pg_copy_writer *writer, mag_minute minute) {
    if (minute == MAG_MINUTE_NONE || minute == MAG_MINUTE_OPEN)
        mag_pg_binary_null(next_cell(writer));
    else
        mag_pg_binary_minute(next_cell(writer), minute);
}

/* --- rows and the end
 * -------------------------------------------------------------------------- */

static mag_status send(mag_pg_copy_writer *writer, mag_error *err) {
    MAG_TRY(mag_text_check(&writer->out, err));
    MAG_TRY(mag_pg_put(writer->link, mag_text_span(&writer->out), err));
    mag_text_clear(&writer->out);
    return MAG_OK;
}

mag_status mag_pg_copy_writer_end_row(mag_pg_copy_writer *writer, mag_error *err) {
    if (writer->is_bad_text)
        return mag_fail(err, MAG_E_INTERNAL, MAG_MSG_X701,
                        "%s: a text that is not UTF-8 was to be written; it was not sent",
                        writer->what);
    if (writer->cell_count != writer->column_count)
        return mag_fail(err, MAG_E_INTERNAL, MAG_MSG_X701, "%s: a row of %u cells instead of %u",
                        writer->what, writer->cell_count, writer->column_count);
    writer->cell_count = 0;
    writer->row_count++;
    return writer->out.nbytes >= SEND_NBYTES ? send(writer, err) : MAG_OK;
}

static mag_status end_stream(mag_pg_copy_writer *writer, uint64_t *row_count, mag_error *err) {
    uint64_t taken = 0;
    mag_pg_binary_trailer(&writer->out);
    MAG_TRY(send(writer, err));
    MAG_TRY(mag_pg_copy_in_end(writer->link, &taken, err));
    if (row_count)
        *row_count = taken;
    if (taken == writer->row_count)
        return MAG_OK;
    return mag_fail(err, MAG_E_INTERNAL, MAG_MSG_X701, "%s: %llu rows were sent and %llu taken",
                    writer->what, (unsigned long long)writer->row_count, (unsigned long long)taken);
}

mag_status mag_pg_copy_writer_close(mag_pg_copy_writer *writer, uint64_t *row_count,
                                    mag_error *err) {
    mag_status status = end_stream(writer, row_count, err);
    free_writer(writer);
    return status;
}

void mag_pg_copy_writer_abort(mag_pg_copy_writer *writer, const char *reason) {
    if (!writer)
        return;
    mag_pg_copy_in_abort(writer->link, reason);
    free_writer(writer);
}
