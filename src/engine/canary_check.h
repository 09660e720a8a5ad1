/* Canary patients before a run: their raw rows go through the readers and decoders of the run's own
   sources, are settled and screened with its pack, and must come out as their profiles say. They
   live in cohorts of their own and leave nothing behind but a count. */
#ifndef MAG_ENGINE_CANARY_CHECK_H
#define MAG_ENGINE_CANARY_CHECK_H

#include "engine/ingest.h"

/* MAG_E_RULES (MS-R505) if an outcome differs, or other rows are set aside than should be; the text
   names canary, profile, rule, what was expected and what came. What could not be judged stands in
   the report, whose texts live in the arena. */
mag_status mag_canaries_check(mag_arena *arena, const mag_run_inputs *inputs,
                              const mag_run_time *time, mag_canary_report *report,
                              mag_error *err) MAG_MUST_CHECK;

#endif
