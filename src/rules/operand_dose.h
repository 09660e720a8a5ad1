/* What rules ask about doses of elemental magnesium: at T, on a day, and how they changed. */
#ifndef MAG_RULES_OPERAND_DOSE_H
#define MAG_RULES_OPERAND_DOSE_H

#include "rules/operand_drug.h"

/* umol of elemental magnesium a day at T, summed over products; 0 if nothing is in effect. Of a
   product, the rows that run at T count (of issues the newest alone, which continues the one
   before), or the newest of its rows that grace or extra minutes keep in effect if none runs. */
mag_value mag_drug_dose(const mag_drug_query *query);
/* Which rows the dose counts at T, by row of the patient. In the room until the next call. */
const bool *mag_drug_current(const mag_drug_query *query);

/* The largest dose on one calendar day of the period; 0 if nothing is in effect. What lasts no more
   than a day (administrations, orders for one dose) counts whole on the day on which it begins; the
   rest counts as dose( ) does at the moment. */
mag_value mag_drug_max_day_dose(const mag_drug_query *query, const mag_period *period);

/* How much a dose must change to count. */
typedef struct mag_dose_step {
    double percent;
    mag_direction direction;
} mag_dose_step;

/* After a pause of 90 days a dose is a new start, before that it follows the one before. */
enum { MAG_DOSE_PAUSE_MINUTES = MAG_NEW_ERA_DAYS * MAG_MINUTES_PER_DAY - 1 };

/* Did the dose change by at least the step at a moment of the period? `at`: the newest such moment.
   What lasts no more than a day is no dose of its own: the overlap of an order with the next is no
   change, and no pause is one by itself: what comes after it is compared with what came before.
   Unknown `dose_range` if a dose is
   not known well enough to tell; the same row again is no change, however little is known of it. */
mag_value mag_drug_dose_change(const mag_drug_query *query, const mag_period *period,
                               mag_dose_step step);

/* Room for the rows of a patient; part of mag_drug_room. */
mag_status mag_dose_room_reserve(mag_drug_room *room, mag_account *account, size_t wanted,
                                 mag_error *err) MAG_MUST_CHECK;
void mag_dose_room_done(mag_drug_room *room, mag_account *account);

#endif
