/* One connection to a PostgreSQL server with pinned settings. Nothing here blocks for ever: every
   wait looks at the stop flag and at a deadline. A link belongs to one thread at a time. */
#ifndef MAG_IO_PG_LINK_H
#define MAG_IO_PG_LINK_H

#include "base/memory.h"
#include "io/pg_fault.h"

typedef struct mag_pg_link mag_pg_link;

/* What is asked of a connection. Texts are borrowed until mag_pg_open returns. */
typedef struct mag_pg_wish {
    const char *conninfo; /* of mag_pg_text_check's keys; "" = libpq's defaults */
    bool is_insecure_allowed;
    bool is_optional;                  /* tried once: others can do its work */
    bool is_policy_allowed;            /* row security chooses the rows; else it is an error */
    unsigned connect_ms;               /* 0 = connect_timeout of the connection, or 30 s */
    unsigned silence_ms;               /* longest wait without any answer; 0 = 60 s */
    bool (*is_stopped)(void *context); /* NULL = never */
    void *stop_context;
    mag_account *account;
} mag_pg_wish;

typedef struct mag_pg_facts {
    char where[256]; /* "db.example port 5432" */
    char role[64], database[64], encoding[32];
    int backend_pid;
    int server_version; /* 150018 */
    bool is_superuser;
    bool is_standby;
    bool is_read_only; /* default of transactions, or a standby */
} mag_pg_facts;

/* Connects within the deadline, again and again with growing pauses while nothing listens, the
   server is starting, or has no session free; then pins the session: row_security off
   (on if policies are allowed: for people who read, never for a source), search_path
   pg_catalog, UTF8 (bytes as they are from SQL_ASCII), ISO dates, UTC, shortest floats, no timeouts
   of the role's. A pooler that hands out other sessions is refused (MS-D332). Faults: those of
   mag_pg_text_check and mag_pg_route_check (MAG_E_USAGE), MS-D301..D303, D320 and others of
   pg_fault, MS-P401 if stopped. The caller closes it. */
mag_status mag_pg_open(mag_pg_link **out, const mag_pg_wish *wish, mag_error *err) MAG_MUST_CHECK;
/* NULL is fine. What was begun and not committed is rolled back by the server. */
void mag_pg_close(mag_pg_link *link);
const mag_pg_facts *mag_pg_facts_of(const mag_pg_link *link);
/* The socket is up as far as libpq knows. */
bool mag_pg_is_alive(const mag_pg_link *link);
/* What memory of this link is counted in. */
mag_account *mag_pg_account(const mag_pg_link *link);

/* --- statements
 * -------------------------------------------------------------------------------- */

typedef struct mag_pg_question {
    const char *sql;
    const char *const *params; /* $1 ...; texts, NULL = null. Never a patient's: servers log them */
    size_t param_count;
    const char *what;     /* subject of a failure's text: "view source.labs" */
    unsigned deadline_ms; /* for the whole answer; 0 = the link's silence_ms */
} mag_pg_question;

typedef struct mag_pg_rows mag_pg_rows;

/* Runs a statement and takes all its rows (short answers only). The caller frees them. rows may be
   NULL where nobody wants them; then sql may hold several statements, if it has no params. */
mag_status mag_pg_ask(mag_pg_link *link, const mag_pg_question *question, mag_pg_rows **rows,
                      mag_error *err) MAG_MUST_CHECK;
/* A statement without parameters and rows. */
mag_status mag_pg_do(mag_pg_link *link, const char *sql, const char *what,
                     mag_error *err) MAG_MUST_CHECK;
void mag_pg_rows_free(mag_pg_rows *rows);
size_t mag_pg_row_count(const mag_pg_rows *rows);
/* Rows that an insert, update or delete has changed. */
uint64_t mag_pg_changed(const mag_pg_rows *rows);
/* A cell as text, NUL-ended; at is NULL for SQL null. Borrowed until the rows are freed. */
mag_span mag_pg_cell(const mag_pg_rows *rows, size_t row, size_t column);
/* The same as a C text; "" for null. */
const char *mag_pg_text(const mag_pg_rows *rows, size_t row, size_t column);
bool mag_pg_bool(const mag_pg_rows *rows, size_t row, size_t column);
int64_t mag_pg_integer(const mag_pg_rows *rows, size_t row, size_t column);

/* "an ""odd"" name": an identifier for SQL text. NULL if memory is out. */
char *mag_pg_quote_name(mag_arena *arena, const char *name);
/* 'it''s': a literal for SQL text, never for what a patient's record holds. NULL if memory is out.
 */
char *mag_pg_quote_text(mag_arena *arena, const char *text);

/* Asks the server to stop what this link is doing; the answer still has to be taken. */
void mag_pg_cancel(mag_pg_link *link);

/* --- COPY ... TO STDOUT
 * ------------------------------------------------------------------------ */

typedef enum mag_pg_taken {
    MAG_PG_CHUNK, /* bytes came */
    MAG_PG_WAIT,  /* nothing now: mag_pg_wait */
    MAG_PG_END    /* the stream is whole: the server has said so (PGRES_COMMAND_OK) */
} mag_pg_taken;

/* Begins a COPY (...) TO STDOUT (format binary). */
mag_status mag_pg_copy_out(mag_pg_link *link, const char *sql, const char *what,
                           mag_error *err) MAG_MUST_CHECK;
/* What has come, rows side by side up to 64 KiB, without waiting. The chunk is borrowed until the
   next call for this link; a long row may come in several. After a failure nothing of the stream
   may be used. */
mag_status mag_pg_take(mag_pg_link *link, mag_span *chunk, mag_pg_taken *taken,
                       mag_error *err) MAG_MUST_CHECK;
/* Waits until one of the links has something. MS-D334 if one of them has been silent for longer
   than its silence_ms, MS-P401 if stopped. NULL links are passed over. */
mag_status mag_pg_wait(mag_pg_link *const *links, size_t count, mag_error *err) MAG_MUST_CHECK;

/* --- COPY ... FROM STDIN
 * ----------------------------------------------------------------------- */

mag_status mag_pg_copy_in(mag_pg_link *link, const char *sql, const char *what,
                          mag_error *err) MAG_MUST_CHECK;
mag_status mag_pg_put(mag_pg_link *link, mag_span bytes, mag_error *err) MAG_MUST_CHECK;
/* Ends the stream; *row_count (may be NULL): what the server has taken. */
mag_status mag_pg_copy_in_end(mag_pg_link *link, uint64_t *row_count,
                              mag_error *err) MAG_MUST_CHECK;
/* Gives the stream up: the server keeps none of it. The reason appears in its log. */
void mag_pg_copy_in_abort(mag_pg_link *link, const char *reason);

#endif
