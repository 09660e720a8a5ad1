/* What rules ask about the results of one analyte in one stretch of time. Pure functions of a
 * timeline. */
#ifndef MAG_RULES_OPERAND_LAB_H
#define MAG_RULES_OPERAND_LAB_H

#include "rules/period.h"
#include "rules/value.h"

typedef struct mag_lab_query {
    const mag_timeline *patient;
    mag_analyte analyte;
    mag_period period;
    mag_worse worse; /* which of two values at one moment counts */
} mag_lab_query;

/* The newest usable result; a censored one counts, marks are passed over with a note. Unknown:
   `unit` or `rejected` if there are only marks (by the newest), `no_source` without a laboratory
   source, else `missing`. Two values at one moment: the worse one, noted `conflict` if more than 5
   % apart. */
mag_value mag_lab_latest(const mag_lab_query *query);
/* The newest one before the moment of the latest. */
mag_value mag_lab_previous(const mag_lab_query *query);
mag_value mag_lab_first(const mag_lab_query *query);
/* Of the canonical values; the interval holds the true extreme when values are censored. */
mag_value mag_lab_lowest(const mag_lab_query *query);
mag_value mag_lab_highest(const mag_lab_query *query);
/* Usable results; marks widen the interval. */
mag_value mag_lab_count(const mag_lab_query *query);

/* True with a usable result, unknown with only marks, else false. */
mag_truth mag_lab_measured(const mag_lab_query *query);
/* True only if the patient is observable for the analyte: some accepted code-book result in the
   period or the 365 days before its end, and the analyte delivered by the run's source. */
mag_truth mag_lab_none(const mag_lab_query *query);

/* The printed value against a limit, exactly, in the reported unit family; in canonical units if
   the limit has no side of that family. Censored values decide only if their whole interval agrees.
 */
mag_truth mag_lab_compare(const mag_lab *lab, mag_relation relation, const mag_limit *limit);
/* The lowest (highest) result against a limit: each result in its own family. */
mag_truth mag_lab_compare_lowest(const mag_lab_query *query, mag_relation relation,
                                 const mag_limit *limit);
mag_truth mag_lab_compare_highest(const mag_lab_query *query, mag_relation relation,
                                  const mag_limit *limit);

/* The value in the analyte's canonical unit, with its comparator. */
mag_bounds mag_lab_canonical(const mag_lab *lab);

#endif
