/* What rules ask about two lists of classes at once. */
#ifndef MAG_RULES_OPERAND_OVERLAP_H
#define MAG_RULES_OPERAND_OVERLAP_H

#include "rules/operand_drug.h"

/* Calendar days of the period on which both lists are in effect, by different products. Without a
   bound upwards where absence is unknown. */
mag_value mag_drug_overlap(const mag_drug_query *first, const mag_drug_query *second,
                           const mag_period *period);
/* Is the exposure, one of the first list, in effect on a day of the period on which another product
   of the second list is? */
bool mag_drug_meets(const mag_drug_query *first, const mag_exposure *exposure,
                    const mag_drug_query *second, const mag_period *period);

/* The gaps that a pack wants between drugs and what binds them. */
typedef struct mag_gap_table {
    const mag_gap *gaps;
    size_t count;
} mag_gap_table;

/* The gap of the exposure's agent in one of the query's classes, else that of the class; NULL if
   the table has none. */
const mag_gap *mag_drug_gap(const mag_drug_query *query, const mag_exposure *exposure,
                            mag_gap_table table);
/* Every dose of `bound` given in the period kept its gap to every dose of `binder`: false if one
   did not; unknown `missing` unless the times of every product in effect, and its gap, are known.
 */
mag_value mag_drug_gap_kept(const mag_drug_query *bound, const mag_drug_query *binder,
                            const mag_period *period, mag_gap_table table);

#endif
