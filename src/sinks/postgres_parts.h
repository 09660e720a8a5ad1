/* What the files of the PostgreSQL sink share. Internal to sinks/postgres*.c. */
#ifndef MAG_SINKS_POSTGRES_PARTS_H
#define MAG_SINKS_POSTGRES_PARTS_H

#include "io/pg_copy_writer.h"
#include "sinks/postgres.h"

typedef enum mag_pg_table {
    MAG_PG_TABLE_LAB_SUMMARY,
    MAG_PG_TABLE_CANNOT_TELL,
    MAG_PG_TABLE_EPISODE,
    MAG_PG_TABLE_SUMMARY,
    MAG_PG_TABLE_REJECT,
    MAG_PG_TABLE_COUNT /* none */
} mag_pg_table;

typedef struct mag_postgres {
    mag_sink sink; /* first: a sink is a mag_postgres */
    mag_arena *arena;
    mag_account *account;
    mag_pg_wish wish; /* texts in the arena */
    bool (*is_stopped)(void *context);
    void *stop_context;
    bool is_ending;       /* what remains is told to the server even after a signal */
    unsigned patience_ms; /* for one answer; 0: what the link has */
    mag_pg_link *link;
    int64_t run_id; /* 0: not registered */
    char run[24];   /* the same as text */
    mag_pg_table table;
    mag_pg_copy_writer *writer; /* of `table`, NULL if none is open */
    uint64_t flag_count, flagged_episode_count;
    mag_error spoilt; /* why a table of the run is not whole; status MAG_OK: all are */
    void (*tell_wait)(const mag_error *notice); /* NULL: nobody */
    bool has_notice;
    mag_error notice;
} mag_postgres;

/* --- rows (postgres_rows.c): each opens its table and ends the one before */
mag_status mag_postgres_flag(mag_sink *sink, const mag_flag_row *row, mag_error *err);
mag_status mag_postgres_episode(mag_sink *sink, const mag_episode_row *row, mag_error *err);
mag_status mag_postgres_cannot_tell(mag_sink *sink, const mag_cannot_tell_row *row, mag_error *err);
mag_status mag_postgres_summary(mag_sink *sink, const mag_summary_row *row, mag_error *err);
mag_status mag_postgres_lab_summary(mag_sink *sink, const mag_lab_summary_row *row, mag_error *err);
mag_status mag_postgres_reject(mag_sink *sink, const mag_reject_row *row, mag_error *err);
/* Ends the table at hand. */
mag_status mag_postgres_end_table(mag_postgres *to, mag_error *err) MAG_MUST_CHECK;

/* --- the life of a run (postgres_run.c) */
mag_status mag_postgres_begin(mag_sink *sink, const mag_sink_run *run, mag_error *err);
mag_status mag_postgres_stage(mag_sink *sink, mag_run_stage stage, mag_error *err);
bool mag_postgres_is_current(mag_sink *sink, mag_span run_json);
mag_status mag_postgres_publish(mag_sink *sink, mag_span run_json, mag_error *err);
/* The one transaction that publishes, tried again where that may help; a held run needs a reason.
 */
mag_status mag_postgres_publish_staged(mag_postgres *to, const char *reason,
                                       mag_error *err) MAG_MUST_CHECK;
mag_status mag_postgres_forget(mag_sink *sink, mag_span run_json, mag_error *err);
mag_status mag_postgres_hold(mag_sink *sink, mag_span run_json, mag_error *err);
mag_status mag_postgres_fail(mag_sink *sink, mag_span run_json, mag_error *err);

/* Connects (again), with the settings that writing needs. */
mag_status mag_postgres_connect(mag_postgres *to, mag_pg_link **out, mag_error *err) MAG_MUST_CHECK;
/* One statement with the run's number as $1 and, unless NULL, a text as $2. rows may be NULL. */
mag_status mag_postgres_ask(mag_postgres *to, const char *sql, const char *second,
                            mag_pg_rows **rows, mag_error *err) MAG_MUST_CHECK;
/* The same status and error, or those that say more: whom a lock belongs to, that a pooler stands
   between, that a broken connection was broken while writing. */
mag_status mag_postgres_explain(mag_postgres *to, mag_status status, mag_error *err);

#endif
