/* Releasing a run that schema magscreen holds: somebody has looked and says why it is right. */
#ifndef MAG_SINKS_POSTGRES_RELEASE_H
#define MAG_SINKS_POSTGRES_RELEASE_H

#include "io/pg_link.h"

typedef struct mag_pg_release {
    const char *run_id, *as_of, *result_sha256;
    int64_t red_gate_count;
    bool was_published_already; /* readers see this run: nothing was done */
    bool has_notice;            /* a lost COMMIT that had arrived (MS-D313) */
    mag_error notice;
} mag_pg_release;

/* Publishes held run `run_id` (decimal digits) with a reason, under the lock of the schema and with
   the same checks as a run. The rows cannot be read back to compute their digest again: the job may
   not read them, nobody but the schema's owner may change them, and the server compares them with
   the ledger as it publishes. Faults: those of mag_sink_postgres_new; MAG_E_USAGE MS-P413 for a run
   that is not there, not held, or older than the one that is shown. Texts live in the arena. */
mag_status mag_pg_release_run(mag_arena *arena, const mag_pg_wish *wish, const char *run_id,
                              const char *reason, mag_pg_release *out,
                              mag_error *err) MAG_MUST_CHECK;

#endif
