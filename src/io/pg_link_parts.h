/* What the files of a link share. Internal to io/pg_link*.c. */
#ifndef MAG_IO_PG_LINK_PARTS_H
#define MAG_IO_PG_LINK_PARTS_H

#include "io/pg_link.h"

#include <libpq-fe.h>

enum { MAG_PG_CHUNK_NBYTES = 1 << 16 };

struct mag_pg_link {
    mag_arena *arena;
    PGconn *conn;
    mag_pg_facts facts;
    unsigned silence_ms;
    bool (*is_stopped)(void *context);
    void *stop_context;
    char notice_state[6]; /* SQLSTATE of the last notice of an end that is near, "57P01" */
    char *chunk;          /* room for rows of a stream, NULL before the first */
    char what[200];       /* subject of the statement at hand */
    mag_pg_doing doing;
    int64_t heard_at_ms; /* when something last came, on the clock of mag_pg_now_ms */
};

/* Milliseconds of a clock that nobody sets. */
int64_t mag_pg_now_ms(void);
bool mag_pg_link_is_stopped(const mag_pg_link *link);
/* MS-P401. */
mag_status mag_pg_link_fail_stopped(mag_error *err);
/* MS-D334. */
mag_status mag_pg_link_fail_silent(const mag_pg_link *link, unsigned waited_ms, mag_error *err);
/* What the connection says is wrong, or what a result says (result may be NULL). */
mag_status mag_pg_link_fail(const mag_pg_link *link, const PGresult *result, mag_error *err);
/* Waits for the socket to be readable (and writable, if wants_write) until the moment `until_ms`:
   MS-D334 after it, MS-P401 if stopped; both cancel the statement. */
mag_status mag_pg_link_wait(mag_pg_link *link, bool wants_write, int64_t until_ms,
                            mag_error *err) MAG_MUST_CHECK;
/* Sends what libpq still holds. */
mag_status mag_pg_link_flush(mag_pg_link *link, int64_t until_ms, mag_error *err) MAG_MUST_CHECK;
/* The next result of the statement at hand, NULL behind the last. The caller clears it. */
mag_status mag_pg_link_result(mag_pg_link *link, int64_t until_ms, PGresult **result,
                              mag_error *err) MAG_MUST_CHECK;
/* Takes and throws away all results that are left, without waiting for long. */
void mag_pg_link_drain(mag_pg_link *link);
void mag_pg_link_subject(mag_pg_link *link, mag_pg_doing doing, const char *what);

#endif
