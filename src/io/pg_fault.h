/* What the server's refusals and broken connections mean: status, message and what to do. Texts of
   the server are never shown, for they may quote values; its SQLSTATE is. */
#ifndef MAG_IO_PG_FAULT_H
#define MAG_IO_PG_FAULT_H

#include "base/span.h"
#include "base/status.h"

#include <stdbool.h>

/* What was going on when it happened. */
typedef enum mag_pg_doing {
    MAG_PG_ASKING,  /* a statement with a short answer */
    MAG_PG_READING, /* COPY TO STDOUT */
    MAG_PG_WRITING  /* COPY FROM STDIN, publishing */
} mag_pg_doing;

/* An error as the server reported it, without its texts. */
typedef struct mag_pg_report {
    const char *sqlstate;      /* "42P01"; "" or NULL: the connection broke without a word */
    const char *function_name; /* of the server's source, PG_DIAG_SOURCE_FUNCTION; may be NULL */
    const char *last_state;    /* of a notice before the connection broke, "57P01"; may be NULL */
    mag_pg_doing doing;
} mag_pg_report;

/* Fills *err (may be NULL) and returns the status. `what`: the subject of the text, "view
   source.labs", "schema magscreen"; the source and its name, never a value. */
mag_status mag_pg_fail(mag_error *err, const mag_pg_report *report, const char *what);

/* A connection that was not made: `text` is libpq's (verbosity SQLSTATE), `where` the host and
   port, tried_seconds how long. */
mag_status mag_pg_fail_connect(mag_error *err, const char *text, const char *where,
                               unsigned tried_seconds);

/* The SQLSTATE at the end of a line of libpq's text of a connection that was refused ("FATAL:
   28P01") into out; "" if there is none. */
void mag_pg_connect_state(const char *text, char out[6]);

/* Whether a later attempt may succeed: nothing listens, the server is starting, no free session. */
bool mag_pg_may_pass(const char *text);

#endif
