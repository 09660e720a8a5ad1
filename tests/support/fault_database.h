/* The fault harness for sources in a database: the cohort is loaded into tables of sql/sources/
   own_layout.sql in a database of its own, and screened from there by role job, which may read and
   nothing else. Answers are compared with the golden ones, which came from files. */
#ifndef MAG_TESTS_SUPPORT_FAULT_DATABASE_H
#define MAG_TESTS_SUPPORT_FAULT_DATABASE_H

#include "support/fault_cohort.h"
#include "support/pg_server.h"

/* What the pipeline says of a source; at NULL: the default, or nothing. */
typedef struct fault_source {
    const char *connection; /* default "user=job" */
    const char *view;       /* default: source.labs ... */
    const char *more;       /* "readers: 2, drop: [x]" */
} fault_source;

typedef struct fault_pipeline {
    fault_source sources[FAULT_TABLE_COUNT];
    const char *head; /* lines of the pipeline: "site_zone: Asia/Tokyo\n" */
} fault_pipeline;

/* Makes the database (PGDATABASE names it afterwards) and loads the cohort. settings: of create
   database, "encoding 'SQL_ASCII' locale 'C'", or NULL. */
fault_run fault_load(const fault_cohort *cohort, const char *database, const char *settings);
/* Screens what was loaded at 2025-12-31. NULL: everything as by default. more: NULL-ended further
   options, or NULL. */
void fault_screen_database(fault_run *run, const fault_pipeline *pipeline, const char *const *more);
/* The same without waiting. */
program_child fault_start_database(fault_run *run, const fault_pipeline *pipeline);
/* `magscreen check` on the same pipeline. The caller frees the result. */
program_result fault_check_database(fault_run *run, const fault_pipeline *pipeline);
/* Waits (10 s at most) until a session of role job is in a COPY. */
void fault_wait_for_copy(void);

#endif
