/* Statements and their answers. */
#include "io/pg_link.h"

#include "io/pg_link_parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* mag_pg_rows is libpq's PGresult under a name of ours: nothing stands behind it. */
static PGresult *result_of(const mag_pg_rows *rows) {
    return (PGresult *)rows;
}

void mag_pg_link_subject(mag_pg_link *link, mag_pg_doing doing, const char *what) {
    link->doing = doing;
    link->heard_at_ms = mag_pg_now_ms();
    snprintf(link->what, sizeof link->what, "%.190s", what ? what : link->facts.where);
}

mag_status mag_pg_link_fail(const mag_pg_link *link, const PGresult *result, mag_error *err) {
    mag_pg_report report = {.doing = link->doing, .last_state = link->notice_state};
    if (result) {
        report.sqlstate = PQresultErrorField(result, PG_DIAG_SQLSTATE);
        report.function_name = PQresultErrorField(result, PG_DIAG_SOURCE_FUNCTION);
    }
    return mag_pg_fail(err, &report, link->what);
}

mag_status mag_pg_link_flush(mag_pg_link *link, int64_t until_ms, mag_error *err) {
    for (;;) {
        int left = PQflush(link->conn);
        if (left < 0)
            return mag_pg_link_fail(link, NULL, err);
        if (left == 0)
            return MAG_OK;
        MAG_TRY(mag_pg_link_wait(link, true, until_ms, err));
        /* The server may have to be heard before it takes more. */
        if (!PQconsumeInput(link->conn))
            return mag_pg_link_fail(link, NULL, err);
    }
}

mag_status mag_pg_link_result(mag_pg_link *link, int64_t until_ms, PGresult **result,
                              mag_error *err) {
    *result = NULL;
    while (PQisBusy(link->conn)) {
        MAG_TRY(mag_pg_link_wait(link, false, until_ms, err));
        if (!PQconsumeInput(link->conn))
            return mag_pg_link_fail(link, NULL, err);
    }
    *result = PQgetResult(link->conn);
    return MAG_OK;
}

/* Takes what is left of the statement. True once there is nothing more. */
static bool drain_slice(mag_pg_link *link, int64_t until_ms) {
    PGresult *result = NULL;
    while (mag_pg_link_result(link, until_ms, &result, NULL) == MAG_OK) {
        ExecStatusType kind = PQresultStatus(result);
        if (result == NULL)
            return true;
        PQclear(result);
        if (kind == PGRES_COPY_IN || kind == PGRES_COPY_OUT)
            return true;
    }
    return PQstatus(link->conn) != CONNECTION_OK;
}

/* A cancel that reached the server before the statement did has stopped nothing: it is asked again
   at the end of each slice (mag_pg_link_wait). */
void mag_pg_link_drain(mag_pg_link *link) {
    enum { SLICES = 8, SLICE_MS = 250 };
    bool (*is_stopped)(void *) = link->is_stopped;
    link->is_stopped = NULL; /* the answer to a cancel is worth a moment */
    for (int i = 0; i < SLICES; i++)
        if (drain_slice(link, mag_pg_now_ms() + SLICE_MS))
            break;
    link->is_stopped = is_stopped;
}

static bool is_good(const PGresult *result) {
    switch (PQresultStatus(result)) {
    case PGRES_COMMAND_OK:
    case PGRES_TUPLES_OK:
    case PGRES_EMPTY_QUERY:
        return true;
    default:
        return false;
    }
}

/* Takes every result of the statement; the last good one is kept, the first bad one told. */
static mag_status take_results(mag_pg_link *link, int64_t until_ms, PGresult **kept,
                               mag_error *err) {
    mag_status status = MAG_OK;
    for (;;) {
        PGresult *result;
        mag_status taken = mag_pg_link_result(link, until_ms, &result, status ? NULL : err);
        if (taken != MAG_OK || !result)
            return status != MAG_OK ? status : taken;
        if (status == MAG_OK && !is_good(result))
            status = mag_pg_link_fail(link, result, err);
        PQclear(*kept);
        *kept = result;
        if (PQresultStatus(result) == PGRES_COPY_OUT || PQresultStatus(result) == PGRES_COPY_IN)
            return status; /* a COPY where a statement was expected: it never ends by itself */
    }
}

static mag_status send_question(mag_pg_link *link, const mag_pg_question *question,
                                int64_t until_ms, mag_error *err) {
    int sent = question->param_count
                   ? PQsendQueryParams(link->conn, question->sql, (int)question->param_count, NULL,
                                       question->params, NULL, NULL, 0)
                   : PQsendQuery(link->conn, question->sql);
    return sent ? mag_pg_link_flush(link, until_ms, err) : mag_pg_link_fail(link, NULL, err);
}

mag_status mag_pg_ask(mag_pg_link *link, const mag_pg_question *question, mag_pg_rows **rows,
                      mag_error *err) {
    unsigned wait_ms = question->deadline_ms ? question->deadline_ms : link->silence_ms;
    int64_t until_ms = mag_pg_now_ms() + wait_ms;
    PGresult *result = NULL;
    if (rows)
        *rows = NULL;
    mag_pg_link_subject(link, MAG_PG_ASKING, question->what);
    MAG_TRY(send_question(link, question, until_ms, err));
    mag_status status = take_results(link, until_ms, &result, err);
    if (status == MAG_OK && !result)
        status = mag_pg_link_fail(link, NULL, err);
    if (status == MAG_OK && rows) {
        *rows = (mag_pg_rows *)result;
        return MAG_OK;
    }
    PQclear(result);
    if (status != MAG_OK)
        mag_pg_link_drain(link);
    return status;
}

mag_status mag_pg_do(mag_pg_link *link, const char *sql, const char *what, mag_error *err) {
    const mag_pg_question question = {.sql = sql, .what = what};
    return mag_pg_ask(link, &question, NULL, err);
}

/* --- rows
 * -------------------------------------------------------------------------------------- */

void mag_pg_rows_free(mag_pg_rows *rows) {
    PQclear(result_of(rows));
}

size_t mag_pg_row_count(const mag_pg_rows *rows) {
    return (size_t)PQntuples(result_of(rows));
}

uint64_t mag_pg_changed(const mag_pg_rows *rows) {
    return strtoull(PQcmdTuples(result_of(rows)), NULL, 10);
}

mag_span mag_pg_cell(const mag_pg_rows *rows, size_t row, size_t column) {
    if (PQgetisnull(result_of(rows), (int)row, (int)column))
        return (mag_span){0};
    return (mag_span){PQgetvalue(result_of(rows), (int)row, (int)column),
                      (size_t)PQgetlength(result_of(rows), (int)row, (int)column)};
}

const char *mag_pg_text(const mag_pg_rows *rows, size_t row, size_t column) {
    const char *text = PQgetvalue(result_of(rows), (int)row, (int)column);
    return text ? text : "";
}

bool mag_pg_bool(const mag_pg_rows *rows, size_t row, size_t column) {
    return mag_pg_text(rows, row, column)[0] == 't';
}

int64_t mag_pg_integer(const mag_pg_rows *rows, size_t row, size_t column) {
    return strtoll(mag_pg_text(rows, row, column), NULL, 10);
}

/* --- texts for SQL
 * ----------------------------------------------------------------------------- */

static char *quote(mag_arena *arena, const char *text, char mark) {
    char *out = mag_arena_alloc(arena, strlen(text) * 2 + 3), *to = out;
    if (!out)
        return NULL;
    *to++ = mark;
    for (; *text; text++) {
        if (*text == mark)
            *to++ = mark;
        *to++ = *text;
    }
    *to = mark;
    return out;
}

char *mag_pg_quote_name(mag_arena *arena, const char *name) {
    return quote(arena, name, '"');
}

/* standard_conforming_strings is pinned: a backslash is a backslash. */
char *mag_pg_quote_text(mag_arena *arena, const char *text) {
    return quote(arena, text, '\'');
}

void mag_pg_cancel(mag_pg_link *link) {
    char unread[256];
    PGcancel *cancel = PQgetCancel(link->conn);
    if (!cancel)
        return;
    if (PQcancel(cancel, unread, (int)sizeof unread) == 0)
        link->notice_state[0] = '\0'; /* not reached: closing the connection stops it */
    PQfreeCancel(cancel);
}
