/* The fault harness for runs that publish into a database: the cohort comes from files, the result
   goes into schema magscreen, which role target_owner owns; role night may do what a run needs. */
#ifndef MAG_TESTS_SUPPORT_FAULT_TARGET_H
#define MAG_TESTS_SUPPORT_FAULT_TARGET_H

#include "support/fault_cohort.h"
#include "support/pg_proxy.h"
#include "support/pg_server.h"

/* A database of that name with schema magscreen as `magscreen schema install` makes it, for a
   cohort in files. PGDATABASE names it afterwards. */
fault_run fault_target_begin(const fault_cohort *cohort, const char *database);
/* Another run of the same cohort into the same database. connection: NULL for "user=night"; as_of:
   NULL for 2025-12-31. */
program_child fault_target_start(const fault_run *run, const char *connection, const char *as_of);
/* The same, waited for: run->result is replaced. */
void fault_target_run(fault_run *run, const char *connection, const char *as_of);
/* Waits for it (60 s at most, then it is killed) and replaces run->result. */
void fault_target_end(fault_run *run, program_child child);
/* Any verb on that database. The caller frees the result. */
program_result fault_target_verb(const char *verb, const char *more, const char *connection);
/* "user=night host=FOLDER": through the proxy that listens in the run's folder. */
const char *fault_target_proxied(const fault_run *run);

/* Readers see the clean cohort's flags and no others, each once, in one run whose digest is that of
   files. */
void fault_target_expect_golden(void);
/* Readers see nothing. */
void fault_target_expect_nothing(void);
/* No table of a single run is left but those of the run that is shown. */
void fault_target_expect_clean(void);
/* "published", or what v_run says of the latest run. Borrowed until the next question. */
const char *fault_target_state(void);
/* Fails the test unless the program has said so, on stderr or stdout. */
void fault_target_expect_said(const fault_run *run, const char *words);

#endif
