/* What rules ask about two lists of classes at once. */
#ifndef MAG_RULES_OPERAND_OVERLAP_H
#define MAG_RULES_OPERAND_OVERLAP_H

#include "rules/operand_drug.h"

/* Calendar days of the period on which both lists are in effect, by different products. Without a
   bound upwards where absence is unknown. */
mag_value mag_drug_overlap(const mag_drug_query *first, const mag_drug_query *second,
                           const mag_period *period);
/* Which rows of the first list are in effect on a day of the period on which another product of the
   second list is, by row of the patient. In the room until the next call. */
const bool *mag_drug_meeting(const mag_drug_query *first, const mag_drug_query *second,
                             const mag_period *period);

/* Room for the rows of a patient; part of mag_drug_room. */
mag_status mag_overlap_room_reserve(mag_drug_room *room, mag_account *account, size_t wanted,
                                    mag_error *err) MAG_MUST_CHECK;
void mag_overlap_room_done(mag_drug_room *room, mag_account *account);

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
