/* Counts of outcomes per rule and stratum, with rates and their intervals. */
#ifndef MAG_ENGINE_SUMMARY_H
#define MAG_ENGINE_SUMMARY_H

#include "engine/plan.h"
#include "engine/sink.h"

/* One level of a stratum; in the order of the output. */
typedef struct mag_level {
    const char *stratum, *name;
} mag_level;

/* All levels of a run: all, then sex, age_band, renal_stage and site as the plan asks. */
typedef struct mag_strata mag_strata;

enum { MAG_STRATUM_COUNT = 5 };

/* Gathers the sites of the roster. Lives in the arena; shared by threads. */
mag_status mag_strata_new(mag_arena *arena, const mag_plan *plan, const mag_cohort *cohort,
                          const mag_strata **out, mag_error *err) MAG_MUST_CHECK;
size_t mag_strata_count(const mag_strata *strata);
const mag_level *mag_strata_level(const mag_strata *strata, size_t level_idx);
/* The level of a site in its stratum: its name, or "unknown". */
const char *mag_site_level(const mag_cohort *cohort, uint32_t site_id);
/* The levels a patient belongs to, one per stratum; returns how many. */
size_t mag_strata_of(const mag_strata *strata, const mag_timeline *patient,
                     size_t levels[MAG_STRATUM_COUNT]);

typedef struct mag_rule_counts {
    uint64_t eligible, flagged, clear, cannot_tell, hidden;
} mag_rule_counts;

/* What screening counts; one per partition, added up in the end. */
typedef struct mag_tally {
    size_t rule_count, level_count;
    mag_rule_counts *counts;         /* [rule][level] */
    uint64_t *level_population;      /* [level]: screened patients */
    uint64_t *visible_by_severity;   /* [rule][severity] */
    uint64_t *cannot_tell_by_reason; /* [rule][reason] */
    uint64_t flagged_patient_count;  /* with a visible flag of an active rule */
} mag_tally;

mag_status mag_tally_init(mag_tally *tally, mag_arena *arena, size_t rule_count, size_t level_count,
                          mag_error *err) MAG_MUST_CHECK;
/* Counts one screened patient. */
void mag_tally_patient(mag_tally *tally, const mag_pack *pack, const mag_outcome *outcomes,
                       const size_t *levels, size_t level_count);
void mag_tally_add(mag_tally *total, const mag_tally *more);

/* Wilson's 95 % interval of a share (z = 1.959964); of > 0. */
void mag_wilson(uint64_t count, uint64_t of, double *low, double *high);

/* "no_source" if the rule cannot be evaluated for anybody in this run, else "". */
const char *mag_rule_not_evaluated(const mag_pack *pack, size_t rule_idx, const mag_cohort *cohort);
/* True if the rule is counted: active or staging. */
bool mag_rule_is_counted(const mag_rule_facts *rule);

typedef struct mag_summary_inputs {
    const char *as_of; /* "2025-12-31" or "latest" */
    const mag_pack *pack;
    const mag_cohort *cohort;
    const mag_strata *strata;
    const mag_tally *tally;
} mag_summary_inputs;

/* Called for every line of the summary, in order of rule and level. */
typedef mag_status (*mag_summary_visit)(void *context, const mag_summary_row *row, mag_error *err);

/* Levels that nobody screened belongs to are left out; a rule that is not evaluated has one line.
 */
mag_status mag_summary_each(const mag_summary_inputs *inputs, mag_summary_visit visit,
                            void *context, mag_error *err) MAG_MUST_CHECK;

#endif
