/* The figures of a run that the next one is compared with. */
#ifndef MAG_ENGINE_TRACKED_GATHER_H
#define MAG_ENGINE_TRACKED_GATHER_H

#include "engine/run.h"

/* One item per source, per lab test and drug class of a source (zeros too) and per active rule that
   was evaluated; each with this run's figure alone. Cohort settled, report filled with sources and
   rules. Lives in the arena. */
mag_status mag_tracked_gather(mag_arena *arena, const mag_run_inputs *inputs,
                              const mag_cohort *cohort, const mag_run_report *report,
                              mag_tracked **items, size_t *count, mag_error *err) MAG_MUST_CHECK;

#endif
