/* Limits of gates as profiles and pipelines write them:
     - { name: rx.interval, amber: 5 %, red: 20 %, note: "known feed fault" } */
#ifndef MAG_COHORT_GATE_H
#define MAG_COHORT_GATE_H

#include "cohort/profile.h"

/* Names are those of reasons ("rx.interval"), "csv" for all shape rejects, "unmapped",
   "demog", "dup.conflict", "last_line", "quoted_rows", "nothing_used", "volume",
   "class_or_test_falls", "readers", "role", "encoding" and "freshness" (limits "36 hours"). A note
   is required; amber <= red. Faults are MAG_E_USAGE, FILE:LINE:COLUMN. Lives in the arena. */
mag_status mag_gates_read(mag_arena *arena, const char *file, const mag_yaml *list,
                          const mag_gate_limit **gates, size_t *count,
                          mag_error *err) MAG_MUST_CHECK;
/* The same for gates that belong to the run and to no source: "firing_rate" (limits "3 sigma"). */
mag_status mag_gates_read_run(mag_arena *arena, const char *file, const mag_yaml *list,
                              const mag_gate_limit **gates, size_t *count,
                              mag_error *err) MAG_MUST_CHECK;

#endif
