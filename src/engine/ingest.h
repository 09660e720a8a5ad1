/* From a plan's as-of and sources to a settled cohort. */
#ifndef MAG_ENGINE_INGEST_H
#define MAG_ENGINE_INGEST_H

#include "engine/run.h"

/* A plan's words about time, resolved once at the start of a run. */
typedef struct mag_run_time {
    bool is_said; /* false: no as-of was given */
    mag_as_of_kind kind;
    mag_minute as_of;                   /* fixed */
    mag_minute data_until;              /* MAG_MINUTE_OPEN: does not apply */
    char shown[MAG_MOMENT_TEXT_NBYTES]; /* "2025-12-31", "2025-12-31T12:00", "latest" */
} mag_run_time;

/* now: local civil minute. Fault: MAG_E_USAGE. */
mag_status mag_run_time_resolve(const mag_plan *plan, mag_minute now, mag_run_time *out,
                                mag_error *err) MAG_MUST_CHECK;

/* Reads the sources in the plan's order into a new cohort. Without an as-of: MAG_E_USAGE naming
   the newest record date. *cohort is the caller's to free, also after a failure. */
mag_status mag_ingest(const mag_run_inputs *inputs, const mag_run_time *time, mag_cohort **cohort,
                      mag_error *err) MAG_MUST_CHECK;

/* Settles all partitions, in parallel, and adds their counts up. */
mag_status mag_settle(const mag_run_inputs *inputs, mag_cohort *cohort,
                      mag_error *err) MAG_MUST_CHECK;

#endif
