/* What rules ask about the results of one analyte in one stretch of time. Pure functions of a
 * timeline. */
#ifndef MAG_RULES_OPERAND_LAB_H
#define MAG_RULES_OPERAND_LAB_H

#include "clinical/acute_kidney_injury.h"
#include "rules/period.h"
#include "rules/value.h"

/* Room for medians and for the creatinines of the AKI stage. Zeroed to begin with; kept from
   patient to patient. */
typedef struct mag_lab_room {
    double *numbers;
    size_t number_capacity;
    mag_aki_result *creatinines;
    size_t creatinine_capacity;
    uint32_t *ranks;
    size_t rank_capacity;
} mag_lab_room;

/* Somebody could have seen a result if there was any other one in so many days. */
enum { MAG_OBSERVABLE_DAYS = 365 };

/* Makes room for a patient: call before mag_lab_median and the AKI stage. */
mag_status mag_lab_room_reserve(mag_lab_room *room, mag_account *account,
                                const mag_timeline *patient, mag_error *err) MAG_MUST_CHECK;
void mag_lab_room_done(mag_lab_room *room, mag_account *account);

/* What to look at. Everything behind `worse` may be left zero. Urea reads the results of urea
   nitrogen, too. */
typedef struct mag_lab_query {
    const mag_timeline *patient;
    mag_analyte analyte;
    mag_period period;
    mag_worse worse;          /* which of two values at one moment counts */
    mag_series series;        /* worked out from results; NONE: those of `analyte` */
    const mag_filter *filter; /* only results known to be on its side count; NULL: all */
    mag_analyte with;         /* only results whose specimen holds a usable one of this, too */
    mag_lab_room *room;       /* median and AKI stage only */
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
/* Usable results; marks, and values that do not decide the filter, widen the interval. */
mag_value mag_lab_count(const mag_lab_query *query);
/* The largest number of them that lie pairwise at least `apart`; interval as of count. */
mag_value mag_lab_spaced(const mag_lab_query *query, mag_length apart);
/* The middle one, of an even number the mean of the two in the middle; compared in the unit of the
   newest, whose moment it takes. Needs the room. */
mag_value mag_lab_median(const mag_lab_query *query);
/* Latest minus first, in the unit of the latest; unknown `missing` if there is only one moment. */
mag_value mag_lab_change(const mag_lab_query *query);
/* The result nearest in time to the sample, the later one on a tie; of two at one moment the worse
   one. Only its own specimen if asked. Unknown like latest. */
mag_value mag_lab_pair(const mag_lab_query *query, const mag_lab *sample, bool is_same_specimen);
/* Canonical upper reference limit of the newest result of the period: of its row if sane, else of
   the table (spec c5). Without a result the table's. Unknown `missing` if the analyte has none. */
mag_value mag_lab_uln(const mag_lab_query *query);
/* True if somebody could have seen a result: some accepted code-book result in the period or the
   365 days before its end, and the analyte delivered by the run's source. */
bool mag_lab_is_observable(const mag_lab_query *query);

/* True with a usable result, unknown with only marks, else false. */
mag_truth mag_lab_measured(const mag_lab_query *query);
/* True only if the patient is observable for the analyte. */
mag_truth mag_lab_none(const mag_lab_query *query);

/* The printed value against a limit, exactly, in the reported unit family; in canonical units if
   the limit has no side of that family. Censored values decide only if their whole interval agrees.
 */
mag_truth mag_lab_compare(const mag_lab *lab, mag_relation relation, const mag_limit *limit);
/* A value that is a result, or worked out of results (`derived`), against a limit in its family. */
mag_truth mag_value_compare_limit(const mag_value *value, mag_relation relation,
                                  const mag_limit *limit);
/* The lowest (highest) result against a limit: each result in its own family. */
mag_truth mag_lab_compare_lowest(const mag_lab_query *query, mag_relation relation,
                                 const mag_limit *limit);
mag_truth mag_lab_compare_highest(const mag_lab_query *query, mag_relation relation,
                                  const mag_limit *limit);

/* The value in the analyte's canonical unit, with its comparator. */
mag_bounds mag_lab_canonical(const mag_lab *lab);

#endif
