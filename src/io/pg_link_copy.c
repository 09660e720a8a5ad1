/* Streams: COPY out, taken without waiting, and COPY in. */
#include "io/pg_link_parts.h"

#include <stdlib.h>

/* --- out
 * --------------------------------------------------------------------------------------- */

/* Sends a COPY and takes the server's word that it begins. */
static mag_status begin_copy(mag_pg_link *link, const char *sql, ExecStatusType wanted,
                             mag_error *err) {
    int64_t until_ms = mag_pg_now_ms() + link->silence_ms;
    PGresult *result = NULL;
    if (!PQsendQuery(link->conn, sql))
        return mag_pg_link_fail(link, NULL, err);
    MAG_TRY(mag_pg_link_flush(link, until_ms, err));
    mag_status status = mag_pg_link_result(link, until_ms, &result, err);
    if (status != MAG_OK)
        return status;
    if (!result || PQresultStatus(result) != wanted) {
        status = mag_pg_link_fail(link, result, err);
        mag_pg_link_drain(link);
    } else if (!PQbinaryTuples(result)) {
        status = mag_fail(err, MAG_E_INTERNAL, MAG_MSG_X701, "a COPY that is not binary");
    }
    PQclear(result);
    return status;
}

mag_status mag_pg_copy_out(mag_pg_link *link, const char *sql, const char *what, mag_error *err) {
    mag_pg_link_subject(link, MAG_PG_READING, what);
    if (!link->chunk)
        link->chunk = mag_arena_alloc(link->arena, MAG_PG_CHUNK_NBYTES);
    if (!link->chunk)
        return mag_fail_memory(err, MAG_PG_CHUNK_NBYTES);
    return begin_copy(link, sql, PGRES_COPY_OUT, err);
}

/* The rows have ended; only now does the server say whether they were all. */
static mag_status take_end(mag_pg_link *link, mag_pg_taken *taken, mag_error *err) {
    mag_status status = MAG_OK;
    bool is_proven = false;
    for (;;) {
        PGresult *result;
        MAG_TRY(mag_pg_link_result(link, mag_pg_now_ms() + link->silence_ms, &result, err));
        if (!result)
            break;
        if (PQresultStatus(result) == PGRES_COMMAND_OK)
            is_proven = true;
        else if (status == MAG_OK)
            status = mag_pg_link_fail(link, result, err);
        PQclear(result);
    }
    *taken = MAG_PG_END;
    if (status == MAG_OK && !is_proven)
        status = mag_pg_link_fail(link, NULL, err);
    return status;
}

/* Rows that have arrived, side by side in the link's own room: libpq would make a copy of each one
   in memory of its own. -1 when the rows have ended, whatever the reason; 0 when more may come. */
static int gather(mag_pg_link *link, size_t *nbytes) {
    while (*nbytes < MAG_PG_CHUNK_NBYTES) {
        int got =
            PQgetlineAsync(link->conn, link->chunk + *nbytes, (int)(MAG_PG_CHUNK_NBYTES - *nbytes));
        if (got <= 0)
            return got;
        *nbytes += (size_t)got;
    }
    return 0;
}

mag_status mag_pg_take(mag_pg_link *link, mag_span *chunk, mag_pg_taken *taken, mag_error *err) {
    size_t nbytes = 0;
    *chunk = (mag_span){0};
    int left = gather(link, &nbytes);
    if (nbytes == 0 && left == 0) {
        /* What has arrived meanwhile is taken in before anybody waits for more. */
        if (!PQconsumeInput(link->conn))
            return mag_pg_link_fail(link, NULL, err);
        left = gather(link, &nbytes);
    }
    if (nbytes > 0) {
        *chunk = (mag_span){link->chunk, nbytes};
        *taken = MAG_PG_CHUNK;
        return MAG_OK;
    }
    *taken = MAG_PG_WAIT;
    return left == 0 ? MAG_OK : take_end(link, taken, err);
}

/* --- in
 * ---------------------------------------------------------------------------------------- */

mag_status mag_pg_copy_in(mag_pg_link *link, const char *sql, const char *what, mag_error *err) {
    mag_pg_link_subject(link, MAG_PG_WRITING, what);
    return begin_copy(link, sql, PGRES_COPY_IN, err);
}

/* What the server has to say about the rows so far, when it takes no more of them. */
static mag_status fail_writing(mag_pg_link *link, mag_error *err) {
    PGresult *result = NULL;
    int64_t until_ms = mag_pg_now_ms() + link->silence_ms;
    mag_status status = mag_pg_link_result(link, until_ms, &result, NULL);
    bool is_told = status == MAG_OK && result && PQresultStatus(result) == PGRES_FATAL_ERROR;
    status = mag_pg_link_fail(link, is_told ? result : NULL, err);
    PQclear(result);
    mag_pg_link_drain(link);
    return status;
}

mag_status mag_pg_put(mag_pg_link *link, mag_span bytes, mag_error *err) {
    for (;;) {
        int put = PQputCopyData(link->conn, bytes.at, (int)bytes.nbytes);
        if (put < 0)
            return fail_writing(link, err);
        if (put > 0)
            break;
        MAG_TRY(mag_pg_link_flush(link, mag_pg_now_ms() + link->silence_ms, err));
    }
    return mag_pg_link_flush(link, mag_pg_now_ms() + link->silence_ms, err);
}

static mag_status end_copy(mag_pg_link *link, const char *reason, mag_error *err) {
    for (;;) {
        int put = PQputCopyEnd(link->conn, reason);
        if (put < 0)
            return fail_writing(link, err);
        MAG_TRY(mag_pg_link_flush(link, mag_pg_now_ms() + link->silence_ms, err));
        if (put > 0)
            return MAG_OK;
    }
}

mag_status mag_pg_copy_in_end(mag_pg_link *link, uint64_t *row_count, mag_error *err) {
    PGresult *result = NULL;
    MAG_TRY(end_copy(link, NULL, err));
    MAG_TRY(mag_pg_link_result(link, mag_pg_now_ms() + link->silence_ms, &result, err));
    mag_status status = MAG_OK;
    if (!result || PQresultStatus(result) != PGRES_COMMAND_OK)
        status = mag_pg_link_fail(link, result, err);
    else if (row_count)
        *row_count = strtoull(PQcmdTuples(result), NULL, 10);
    PQclear(result);
    mag_pg_link_drain(link);
    return status;
}

void mag_pg_copy_in_abort(mag_pg_link *link, const char *reason) {
    bool (*is_stopped)(void *) = link->is_stopped;
    link->is_stopped = NULL; /* giving up is what a stop asks for */
    if (end_copy(link, reason, NULL) == MAG_OK)
        mag_pg_link_drain(link);
    link->is_stopped = is_stopped;
}
