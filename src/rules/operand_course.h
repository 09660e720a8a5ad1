/* What rules ask about the shape of exposures: how long without a break, when ended, how long
   planned. */
#ifndef MAG_RULES_OPERAND_COURSE_H
#define MAG_RULES_OPERAND_COURSE_H

#include "rules/operand_drug.h"

/* An era that began at least `length` before T (calendar days, or minutes) is in effect at T.
   gap_minutes: exposures no further apart are joined, and an issue may have ended that long before
   T; MAG_GAP_OF_KIND: by the rules of their kind. `at`: start of the era, the earliest of several.
 */
mag_value mag_drug_continuous(const mag_drug_query *query, mag_length length, int32_t gap_minutes);
/* Members that have each been in effect without a break for at least that long at T; an upper bound
   is the number of members where absence is unknown. */
mag_value mag_drug_count_continuous(const mag_drug_query *query, mag_length length);
/* An era ended in the period, without grace, and is over at T, grace included. `at`: the newest
   such end. */
mag_value mag_drug_stopped(const mag_drug_query *query, const mag_period *period);
/* Planned length in days of the newest era that touches the period, its end included even behind T.
   Of an order without a stop it is not known: at least the days so far. Unknown `missing` if there
   is no era. */
mag_value mag_drug_course(const mag_drug_query *query, const mag_period *period);

#endif
