/* What rules ask about exposures to drug classes. A group is the union of its members. Absence of a
   row makes something false only if absence is knowledge at T; else it is unknown: `unobservable`,
   or `no_source` in a run without prescriptions. */
#ifndef MAG_RULES_OPERAND_DRUG_H
#define MAG_RULES_OPERAND_DRUG_H

#include "rules/period.h"
#include "rules/value.h"

/* Room for the eras of one patient. Zeroed to begin with; kept from patient to patient. */
typedef struct mag_drug_room {
    mag_interval *intervals;
    size_t interval_capacity;
    mag_era *eras;
    size_t era_capacity;
} mag_drug_room;

/* Makes room for a patient: call before any of the functions below. */
mag_status mag_drug_room_reserve(mag_drug_room *room, mag_account *account,
                                 const mag_timeline *patient, mag_error *err) MAG_MUST_CHECK;
void mag_drug_room_done(mag_drug_room *room, mag_account *account);

typedef struct mag_drug_query {
    const mag_timeline *patient;
    const mag_member *members;
    size_t member_count;
    mag_drug_room *room;
} mag_drug_query;

/* Eras of the union of the members, H. pylori packs each on its own. In the room until the next
 * call. */
size_t mag_drug_eras(const mag_drug_query *query, const mag_era **eras);

/* In effect at T, grace of issues and extra minutes of members included. */
mag_value mag_drug_active(const mag_drug_query *query);
/* In effect at some moment of the period. */
mag_value mag_drug_exposed(const mag_drug_query *query, const mag_period *period);
/* An era begins in the period, with no exposure in the 90 days before. `at`: its start. */
mag_value mag_drug_started(const mag_drug_query *query, const mag_period *period);
/* Members in effect at T, each judged on its own; an upper bound is missing where absence is
 * unknown. */
mag_value mag_drug_count_active(const mag_drug_query *query);
/* Members in effect at some moment of the period, in the same way. */
mag_value mag_drug_count_exposed(const mag_drug_query *query, const mag_period *period);
/* Whole days from the start of the era in effect at T (the earliest start of several) to T; 0 if
 * none. */
mag_value mag_drug_days_on(const mag_drug_query *query);
/* Start of that era; unknown `missing` if there is none. */
mag_value mag_drug_start(const mag_drug_query *query);
/* End of the newest era that has ended by T, without grace; unknown `missing` if there is none. */
mag_value mag_drug_stop(const mag_drug_query *query);
/* umol of elemental magnesium a day at T, summed over products; 0 if nothing is in effect. Of a
   product, the rows that run at T count (of issues the newest alone, which continues the one
   before), or its newest row if only grace or extra minutes keep it in effect. */
mag_value mag_drug_dose(const mag_drug_query *query);

/* Is the exposure one of the query's that the dose counts at T? */
bool mag_drug_is_current(const mag_drug_query *query, const mag_exposure *exposure);
/* Is it one of the query's, in effect at some moment of the period? */
bool mag_drug_overlaps(const mag_drug_query *query, const mag_exposure *exposure,
                       const mag_period *period);
/* Classes of the query that the exposure counts in after its route gate; 0 if none. */
mag_class_set mag_drug_classes(const mag_drug_query *query, const mag_exposure *exposure);
/* Notes about rows: open_order, date_partial, route_unknown, dose_basis_ambiguous. */
mag_value_note_set mag_drug_notes(const mag_exposure *exposure);

#endif
