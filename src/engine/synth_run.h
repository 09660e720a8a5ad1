/* Makes the blocks of a synthetic cohort in parallel and hands them to a store in their order. */
#ifndef MAG_ENGINE_SYNTH_RUN_H
#define MAG_ENGINE_SYNTH_RUN_H

#include "cohort/synth.h"

typedef struct mag_synth_run_settings {
    unsigned worker_count;             /* of mag_parallel_worker_count; the store knows it too */
    bool (*is_stopped)(void *context); /* asked between waves of blocks; NULL: never */
    void *stop_context;
} mag_synth_run_settings;

/* The rows that the store is given do not depend on the number of workers. The first fault in the
   order of the blocks counts; MS-P401 (MAG_E_INTERRUPTED) if stopped. */
mag_status mag_synth_run(const mag_synth_plan *plan, mag_synth_store *store,
                         const mag_synth_run_settings *settings, mag_account *account,
                         mag_synth_totals *totals, mag_error *err) MAG_MUST_CHECK;

#endif
