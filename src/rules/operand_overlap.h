/* What rules ask about two lists of classes at once. */
#ifndef MAG_RULES_OPERAND_OVERLAP_H
#define MAG_RULES_OPERAND_OVERLAP_H

#include "rules/operand_drug.h"

/* Calendar days of the period on which both lists are in effect, by different products. Without a
   bound upwards where absence is unknown. */
mag_value mag_drug_overlap(const mag_drug_query *first, const mag_drug_query *second,
                           const mag_period *period);

#endif
