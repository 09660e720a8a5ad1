/* Judging shares of rows that were set aside against limits: green, amber, red. */
#ifndef MAG_ENGINE_GATES_H
#define MAG_ENGINE_GATES_H

#include "engine/run.h"

typedef struct mag_gates {
    const mag_gate_verdict *verdicts; /* all that counted something or were overridden */
    size_t count;
    bool is_amber, is_red_soft, is_red_hard;
} mag_gates;

/* Limits of a gate without any override (faults page 1.4). */
mag_gate_limit mag_gate_default(mag_gate_kind kind);
/* Green if share <= amber, red if share > red. A share of nothing is 0, or 1 if something is. */
mag_gate_colour mag_gate_judge(uint64_t count, uint64_t of, const mag_gate_limit *limit);
/* The limit that applies: the source's own, then its profile's; a reason's name before its kind;
   else the default. */
mag_gate_limit mag_gate_limit_of(const mag_plan_source *source, mag_reason reason,
                                 mag_gate_kind kind);
/* "num.decimal_comma", or the kind's name: "csv", "unmapped", "freshness" ... */
const char *mag_gate_name(mag_reason reason, mag_gate_kind kind);
/* Judges every source of a settled cohort, and warns of a kind that has none ("no_source").
 * data_until: for freshness. Lives in the arena. */
mag_status mag_gates_judge(mag_arena *arena, const mag_plan *plan, const mag_cohort *cohort,
                           mag_minute data_until, mag_gates *out, mag_error *err) MAG_MUST_CHECK;

/* Adds the verdicts of another T to those of `into`: of one gate of a source or file the worse
   counts, and the one that is there if neither is. as_of: the T of `more`, kept with its verdicts;
   NULL: they say so already. Lives in the arena. */
mag_status mag_gates_join(mag_arena *arena, mag_gates *into, const mag_gates *more,
                          const char *as_of, mag_error *err) MAG_MUST_CHECK;

/* Puts verdicts of other gates behind those of `into`. Lives in the arena. */
mag_status mag_gates_append(mag_arena *arena, mag_gates *into, const mag_gate_verdict *more,
                            size_t count, mag_error *err) MAG_MUST_CHECK;

/* Sums the files of a source. */
mag_accounting mag_source_accounting(const mag_cohort *cohort, const char *source,
                                     size_t *file_count);

#endif
