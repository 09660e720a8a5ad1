/* The results that a query looks at, whatever they are worked out to: results of an analyte, urea
   of both analytes, eGFR of creatinines, adjusted calcium. */
#ifndef MAG_RULES_OPERAND_SERIES_H
#define MAG_RULES_OPERAND_SERIES_H

#include "rules/operand_lab.h"

/* Records that a query may look at, in two runs, each sorted by minute: none that counts lies
   outside. */
typedef struct mag_series_records {
    const mag_lab *parts[2];
    size_t counts[2];
    size_t count;
} mag_series_records;

mag_series_records mag_series_records_of(const mag_lab_query *query);
/* Those of them from minute to minute, both included. */
mag_series_records mag_series_records_between(const mag_series_records *all, mag_minute from,
                                              mag_minute until);
/* Those of them that may be of the specimen of `lab`: all are that are of it, not all are of it. */
mag_series_records mag_series_of_specimen(const mag_timeline *patient,
                                          const mag_series_records *all, const mag_lab *lab);
const mag_lab *mag_series_at(const mag_series_records *records, size_t i);

typedef enum mag_standing {
    MAG_STANDS_OUTSIDE,  /* not of the query */
    MAG_STANDS,          /* counts */
    MAG_STANDS_DOUBTFUL, /* may count: a mark, or a value that does not decide the filter */
} mag_standing;

/* *reasons: why it is doubtful; 0 else. */
mag_standing mag_series_standing(const mag_lab_query *query, const mag_lab *lab,
                                 mag_unknown_set *reasons);
static inline bool mag_series_is_mark(const mag_lab *lab) {
    return mag_lab_reject(lab) != MAG_REASON_NONE;
}

/* What the record is worth in the series. */
mag_value mag_series_value(const mag_lab_query *query, const mag_lab *lab);

/* Same minute; same day if one of them has no clock. */
bool mag_lab_is_one_moment(const mag_lab *a, const mag_lab *b);
/* Equal specimen ids, or the same minute where there are none. */
bool mag_lab_is_one_specimen(const mag_timeline *patient, const mag_lab *a, const mag_lab *b);
/* Minutes between two moments; whole days if one of them has no clock. */
int64_t mag_lab_distance(const mag_lab *a, const mag_lab *b);
/* At least that far apart: calendar days, or minutes where both have a clock. */
bool mag_lab_is_apart(const mag_lab *a, const mag_lab *b, mag_length apart);

/* Unit that a value worked out of results is compared in: that of this result, the newest; urea as
   the molecule in mmol/L. */
mag_unit mag_lab_family_unit(const mag_lab *lab);
/* Why no record of the query counts: that of the newest doubtful one, `no_source`, or `missing`. */
mag_unknown_set mag_lab_why_nothing(const mag_lab_query *query);

#endif
