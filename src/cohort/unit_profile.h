/* Which unit the magnesium results of one source code are in when their rows do not say (spec c6).
   No single number tells: 1.3 is low in mg/dL and in mEq/L, and severely high in mmol/L. The median
   of many does. This is found over a whole source, once all its rows are in and before any
   partition is settled. */
#ifndef MAG_COHORT_UNIT_PROFILE_H
#define MAG_COHORT_UNIT_PROFILE_H

#include "cohort/list.h"
#include "cohort/rows.h"

enum { MAG_UNIT_PROFILE_ROWS = 200 }; /* fewer rows without a unit say nothing */

/* What came of the rows of one source code that do not state their unit. */
typedef struct mag_unit_profile {
    const char *source; /* of the run: "lims" */
    const char *system; /* "LOINC"; "" for a code of the profile's own */
    const char *code;
    mag_property property;     /* of the code: the profile must agree with it */
    double median;             /* in mmol/L; 0 where there is no unit */
    mag_unit unit;             /* MAG_UNIT_NONE: nothing can be inferred */
    uint64_t row_count;        /* distinct plain numbers without a unit that made the profile */
    uint64_t inferred_count;   /* rows that were given the unit */
    uint64_t dropped_count;    /* rows that stay without one: unit.missing */
    uint64_t contradict_count; /* rows whose unit, stated by them or by the site for the code, goes
                                  against the profile: unit.contradicts */
} mag_unit_profile;

/* A result whose unit may be inferred or may contradict its source. */
typedef struct mag_unit_case {
    mag_code_system system; /* MAG_SYSTEM_LOCAL: the profile's own code */
    mag_span code;
    mag_decimal value; /* as printed, also where the record is a mark */
    mag_comparator comparator;
} mag_unit_case;

/* True for the analytes that have a profile: magnesium in serum. */
bool mag_unit_profile_covers(mag_analyte analyte);

/* Finds the profiles and what they do to the results concerned: a value in the inferred unit (flag
   MAG_LAB_INFERRED_UNIT), or a mark; settling rewrites them. After all rows are in (and lanes
   joined), before any partition is settled; single-threaded. The same for any order of rows and
   files. */
mag_status mag_cohort_infer_units(mag_cohort *cohort, mag_error *err) MAG_MUST_CHECK;

/* Profiles of the source codes that have rows without a unit or a contradiction, by source, system
   and code. Empty before mag_cohort_infer_units. */
const mag_unit_profile *mag_cohort_unit_profiles(const mag_cohort *cohort, size_t *count);

/* --- for lanes and settling ----------------------------------------------------------------------
 */

typedef struct mag_lane mag_lane;

/* Finds or adds a profile of that source, system and code in a list; its texts outlive the list. */
mag_status mag_unit_profile_add(mag_account *account, mag_list *profiles,
                                const mag_unit_profile *profile, uint32_t *profile_idx,
                                mag_error *err) MAG_MUST_CHECK;
/* Rewrites a result as its profile says; leaves it if units were not inferred. */
void mag_unit_profile_judge(const mag_cohort *cohort, const mag_lane *lane, const mag_unit_row *row,
                            mag_lab *lab);

#endif
