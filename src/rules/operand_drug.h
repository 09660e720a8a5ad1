/* What rules ask about exposures to drug classes. A group is the union of its members. Absence of a
   row makes something false only if absence is knowledge at T; else it is unknown: `unobservable`,
   or `no_source` in a run without prescriptions. */
#ifndef MAG_RULES_OPERAND_DRUG_H
#define MAG_RULES_OPERAND_DRUG_H

#include "rules/drug_order.h"
#include "rules/period.h"
#include "rules/value.h"

/* Room for what is worked out of the rows of one patient. Zeroed to begin with; kept from patient
 * to patient. */
typedef struct mag_drug_room {
    mag_interval *intervals;
    size_t interval_capacity;
    mag_era *eras;
    size_t era_capacity;
    size_t joined_count;  /* of the eras, those that are no H. pylori packs: they come first */
    uint32_t *product_of; /* of each row, once they are numbered */
    size_t product_capacity;
    uint32_t *product_rows; /* two counts to a product */
    size_t product_row_capacity;
    struct mag_drug_reach *reaches; /* of operand_overlap.c */
    size_t reach_capacity;
    struct mag_dose_row *dose_rows; /* of operand_dose.c */
    size_t dose_row_capacity;
    mag_class_set *classes; /* of each row of the patient, after its route gate */
    size_t class_capacity;
    bool *marks; /* answers by row */
    size_t mark_capacity;
    const mag_exposure **rows;
    size_t row_capacity;
    mag_drug_key *keys; /* four to a row */
    size_t key_capacity;
    struct mag_dose_group *dose_groups; /* of dose_group.c */
    size_t dose_group_capacity;
    struct mag_dose_product *dose_products;
    size_t dose_product_capacity;
    uint32_t *group_of; /* of each row */
    size_t group_of_capacity;
    size_t row_room; /* patients with so many rows need no more room */
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
    bool is_sure_only; /* leaves out exposures that count only if their unknown route is right */
} mag_drug_query;

/* Exposures that is_sure_only would leave out: quinolones and tetracyclines without a route. */
size_t mag_drug_doubt_count(const mag_drug_query *query);

/* Numbers the products of the patient's rows in the room; the keys of the room are lost. */
void mag_drug_number_products(const mag_drug_query *query);

enum { MAG_GAP_OF_KIND = -1 };

/* Eras of the union of the members, H. pylori packs each on its own. gap_minutes: exposures no
   further apart are joined; MAG_GAP_OF_KIND: by the rules of their kind. In the room until the next
   call. */
size_t mag_drug_eras(const mag_drug_query *query, int32_t gap_minutes, const mag_era **eras);
/* The first row of the patient that starts at the moment or behind it. */
size_t mag_drug_first_from(const mag_timeline *patient, mag_minute start);
/* An exposure of the query as an interval that is at least a minute long. */
mag_interval mag_drug_interval(const mag_drug_query *query, const mag_exposure *exposure);
/* End of its effect, exclusive: grace of an issue and extra minutes included. */
mag_minute mag_drug_effect_stop(const mag_drug_query *query, const mag_exposure *exposure);

/* What an operand is worth when no row says otherwise: false, 0, a moment that there is not; all
   of them unknown where absence is not knowledge. */
mag_unknown_set mag_drug_absence(const mag_timeline *patient); /* why it is none; 0: it is */
mag_value mag_drug_truth_when_absent(const mag_drug_query *query);
mag_value mag_drug_number_when_absent(const mag_drug_query *query);
mag_value mag_drug_moment_when_absent(const mag_drug_query *query);
/* At least `count`; more, without a bound, where absence is not knowledge. */
mag_value mag_drug_count_value(const mag_drug_query *query, size_t count);
/* A truth that has a moment: where it is not true its moment is unknown `missing`. */
mag_value mag_drug_event_when_absent(const mag_drug_query *query);
/* True, at the start or stop of an era; without a clock if its row had none. */
mag_value mag_drug_event_at_start(const mag_drug_query *query, mag_minute start);
mag_value mag_drug_event_at_stop(const mag_drug_query *query, mag_minute stop);
/* The same for many stops: those that had no clock, sorted; in the keys of the room until the next
   call. Then one stop after the other. */
size_t mag_drug_date_stops(const mag_drug_query *query);
mag_value mag_drug_event_of_stop(const mag_drug_key *date_stops, size_t count, mag_minute stop);

/* In effect at T, grace of issues and extra minutes of members included. */
mag_value mag_drug_active(const mag_drug_query *query);
/* In effect at some moment of the period. */
mag_value mag_drug_exposed(const mag_drug_query *query, const mag_period *period);
/* An era begins in the period, with no exposure in the 90 days before. `at`: the newest such start.
   An era that ran already when history or the observed time began has no known start. */
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
/* Is it one of the query's, in effect at some moment of the period? */
bool mag_drug_overlaps(const mag_drug_query *query, const mag_exposure *exposure,
                       const mag_period *period);
/* Classes of the query that the exposure counts in after its route gate, those in doubt included
   unless is_sure_only; 0 if none. */
mag_class_set mag_drug_classes(const mag_drug_query *query, const mag_exposure *exposure);
/* Do two rows read the same? Sources deliver orders once per component. */
bool mag_drug_reads_same(const mag_exposure *a, const mag_exposure *b);
/* Notes about rows: open_order, date_partial, route_unknown, dose_basis_ambiguous. */
mag_value_note_set mag_drug_notes(const mag_exposure *exposure);

#endif
