#include "io/pg_copy_reader.h"

#include <stdio.h>
#include <string.h>

enum { SIGNATURE_NBYTES = 11, FIXED_HEADER_NBYTES = SIGNATURE_NBYTES + 8, SHOWN_NBYTES = 160 };
static const char signature[SIGNATURE_NBYTES + 1] = "PGCOPY\n\377\r\n";

struct mag_pg_copy_reader {
    mag_account *account;
    mag_arena *arena;
    char what[SHOWN_NBYTES];
    unsigned column_count;
    mag_span *fields;
    /* bytes at hand: the caller's piece, or what was carried over with the piece behind it */
    mag_span bytes;
    size_t used;
    char *carried;
    size_t carried_nbytes, carried_capacity;
    uint64_t row_count;
    bool has_header, is_ended;
};

mag_status mag_pg_copy_reader_new(mag_pg_copy_reader **out, unsigned column_count, const char *what,
                                  mag_account *account, mag_error *err) {
    mag_arena *arena = mag_arena_new(account);
    mag_pg_copy_reader *reader = arena ? mag_arena_alloc(arena, sizeof *reader) : NULL;
    mag_span *fields = reader ? mag_arena_alloc(arena, column_count * sizeof *fields) : NULL;
    *out = NULL;
    if (!fields) {
        mag_arena_free(arena);
        return mag_fail_memory(err, sizeof(mag_pg_copy_reader));
    }
    *reader = (mag_pg_copy_reader){
        .account = account, .arena = arena, .column_count = column_count, .fields = fields};
    snprintf(reader->what, sizeof reader->what, "%s", what);
    *out = reader;
    return MAG_OK;
}

void mag_pg_copy_reader_reset(mag_pg_copy_reader *reader) {
    reader->bytes = (mag_span){0};
    reader->used = reader->carried_nbytes = 0;
    reader->row_count = 0;
    reader->has_header = reader->is_ended = false;
}

void mag_pg_copy_reader_free(mag_pg_copy_reader *reader) {
    if (!reader)
        return;
    mag_drop(reader->account, reader->carried, reader->carried_capacity, 1);
    mag_arena_free(reader->arena);
}

/* --- bytes at hand
 * ----------------------------------------------------------------------------- */

static mag_status carry(mag_pg_copy_reader *reader, mag_span more, mag_error *err) {
    void *grown = reader->carried;
    mag_status status = mag_grow(reader->account, &grown, &reader->carried_capacity, 1,
                                 reader->carried_nbytes + more.nbytes, err);
    reader->carried = grown;
    if (status != MAG_OK || more.nbytes == 0)
        return status;
    memcpy(reader->carried + reader->carried_nbytes, more.at, more.nbytes);
    reader->carried_nbytes += more.nbytes;
    return MAG_OK;
}

mag_status mag_pg_copy_feed(mag_pg_copy_reader *reader, mag_span bytes, mag_error *err) {
    reader->used = 0;
    reader->bytes = bytes;
    if (reader->carried_nbytes == 0)
        return MAG_OK;
    MAG_TRY(carry(reader, bytes, err));
    reader->bytes = (mag_span){reader->carried, reader->carried_nbytes};
    return MAG_OK;
}

/* Nothing whole is left: the rest waits for the next piece. */
static mag_status keep_rest(mag_pg_copy_reader *reader, mag_error *err) {
    mag_span rest = {reader->bytes.at + reader->used, reader->bytes.nbytes - reader->used};
    bool is_own = reader->carried_nbytes != 0;
    reader->bytes = (mag_span){0};
    reader->used = 0;
    if (!is_own)
        return rest.nbytes ? carry(reader, rest, err) : MAG_OK;
    memmove(reader->carried, rest.at, rest.nbytes);
    reader->carried_nbytes = rest.nbytes;
    return MAG_OK;
}

static uint32_t number_at(const char *at, unsigned nbytes) {
    uint32_t value = 0;
    for (unsigned i = 0; i < nbytes; i++)
        value = value << 8 | (unsigned char)at[i];
    return value;
}

static mag_status fail(const mag_pg_copy_reader *reader, const char *why, mag_error *err) {
    return mag_fail(err, MAG_E_INTERNAL, MAG_MSG_X701, "%s, after %llu rows: %s", reader->what,
                    (unsigned long long)reader->row_count, why);
}

/* --- header, row, trailer: each says in *is_whole whether it was all there
 * --------------------- */

static mag_status take_header(mag_pg_copy_reader *reader, bool *is_whole, mag_error *err) {
    const mag_span bytes = reader->bytes;
    *is_whole = false;
    if (bytes.nbytes < FIXED_HEADER_NBYTES)
        return MAG_OK;
    if (memcmp(bytes.at, signature, SIGNATURE_NBYTES) != 0)
        return fail(reader, "the stream is not binary COPY", err);
    /* The upper half of the flags changes the format (OIDs); none is known here. */
    if (number_at(bytes.at + SIGNATURE_NBYTES, 4) >> 16)
        return fail(reader, "the stream has flags that are not known", err);
    uint32_t extension_nbytes = number_at(bytes.at + SIGNATURE_NBYTES + 4, 4);
    if (extension_nbytes > MAG_PG_ROW_NBYTES)
        return fail(reader, "the header is too long", err);
    if (bytes.nbytes - FIXED_HEADER_NBYTES < extension_nbytes)
        return MAG_OK;
    reader->used = FIXED_HEADER_NBYTES + extension_nbytes;
    reader->has_header = *is_whole = true;
    return MAG_OK;
}

/* Fields from `at` on; a row that is not whole leaves `used` where it was. */
static mag_status take_fields(mag_pg_copy_reader *reader, bool *is_whole, mag_error *err) {
    const mag_span bytes = reader->bytes;
    size_t at = reader->used + 2;
    for (unsigned i = 0; i < reader->column_count; i++) {
        if (bytes.nbytes - at < 4)
            return MAG_OK;
        uint32_t nbytes = number_at(bytes.at + at, 4);
        at += 4;
        if (nbytes == UINT32_MAX) {
            reader->fields[i] = (mag_span){0};
            continue;
        }
        if (nbytes > MAG_PG_ROW_NBYTES || at - reader->used > MAG_PG_ROW_NBYTES)
            return fail(reader, "a row is longer than 64 MiB", err);
        if (bytes.nbytes - at < nbytes)
            return MAG_OK;
        reader->fields[i] = (mag_span){bytes.at + at, nbytes};
        at += nbytes;
    }
    reader->used = at;
    reader->row_count++;
    *is_whole = true;
    return MAG_OK;
}

static mag_status take_row(mag_pg_copy_reader *reader, bool *is_whole, mag_error *err) {
    *is_whole = false;
    if (reader->bytes.nbytes - reader->used < 2)
        return MAG_OK;
    uint32_t count = number_at(reader->bytes.at + reader->used, 2);
    if (count == UINT16_MAX) {
        reader->used += 2;
        reader->is_ended = true;
        return MAG_OK;
    }
    if (count != reader->column_count)
        return fail(reader, "a row has another number of columns", err);
    return take_fields(reader, is_whole, err);
}

mag_status mag_pg_copy_next(mag_pg_copy_reader *reader, const mag_span **fields, mag_error *err) {
    bool is_whole = true;
    *fields = NULL;
    if (!reader->has_header)
        MAG_TRY(take_header(reader, &is_whole, err));
    if (is_whole && !reader->is_ended)
        MAG_TRY(take_row(reader, &is_whole, err));
    if (reader->is_ended) {
        if (reader->used < reader->bytes.nbytes)
            return fail(reader, "bytes follow the trailer", err);
        reader->bytes = (mag_span){0};
        reader->used = reader->carried_nbytes = 0;
        return MAG_OK;
    }
    if (!is_whole)
        return keep_rest(reader, err);
    *fields = reader->fields;
    return MAG_OK;
}

bool mag_pg_copy_is_ended(const mag_pg_copy_reader *reader) {
    return reader->is_ended;
}

uint64_t mag_pg_copy_row_count(const mag_pg_copy_reader *reader) {
    return reader->row_count;
}
