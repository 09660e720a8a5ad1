/* A synthetic cohort in a database: tables of schema source as sql/sources/own_layout.sql makes
   them, and source.truth. All of it in one transaction: readers see the old rows until the commit.
 */
#ifndef MAG_COHORT_SYNTH_POSTGRES_H
#define MAG_COHORT_SYNTH_POSTGRES_H

#include "cohort/synth.h"
#include "io/pg_link.h"

typedef struct mag_synth_postgres mag_synth_postgres;

/* Begins the transaction and makes the tables that are not there. Tables that hold rows are
   refused (MAG_E_USAGE MS-D336), or emptied if that is forced. Faults of the server: pg_fault.h.
   The link is the caller's and is busy until the end. */
mag_status mag_synth_postgres_open(mag_synth_postgres **out, mag_pg_link *link, bool is_forced,
                                   mag_account *account, mag_error *err) MAG_MUST_CHECK;
/* Borrowed until the free. */
mag_synth_store *mag_synth_postgres_store(mag_synth_postgres *tables);
/* Looks whether the server has taken every row of the totals (MAG_E_INTERNAL else), gathers the
   planner's figures, and commits. */
mag_status mag_synth_postgres_end(mag_synth_postgres *tables, const mag_synth_totals *totals,
                                  mag_error *err) MAG_MUST_CHECK;
/* NULL is fine. What was not committed is rolled back when the link is closed. */
void mag_synth_postgres_free(mag_synth_postgres *tables);

#endif
