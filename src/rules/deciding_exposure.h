/* Which exposures an operand's value rests on: for evidence and `explain`. */
#ifndef MAG_RULES_DECIDING_EXPOSURE_H
#define MAG_RULES_DECIDING_EXPOSURE_H

#include "rules/evaluator.h"

/* An operand with its value, and the list of classes that is looked at. */
typedef struct mag_deciding {
    mag_evaluator *evaluator;
    const mag_operand *operand;
    const mag_value *value;
    mag_drug_query query; /* rows whose route is in doubt decide nothing */
    mag_drug_query other; /* of an operand with two lists the other one */
    mag_period period;
    const bool *is_current; /* by row: counted by the dose of T; NULL where that is not asked */
    const bool *meets;      /* by row: meets the other list; NULL where that is not asked */
    size_t date_stop_count; /* keys of the room: stops without a clock, where that is asked */
} mag_deciding;

/* False if the operand looks at no exposures, or its window hangs on something unknown. is_second:
   the second list; false for an operand that has but one. */
bool mag_deciding_begin(mag_evaluator *evaluator, const mag_operand *operand,
                        const mag_value *value, bool is_second, mag_deciding *out);

/* Is the exposure one of those that decided? */
bool mag_deciding_holds(const mag_deciding *deciding, const mag_exposure *exposure);

/* "moxifloxacin: 4 h before or 8 h after": the gap that the exposure, of the first list, needs;
   NULL if it needs none. */
const char *mag_deciding_gap(const mag_deciding *deciding, const mag_exposure *exposure);

#endif
