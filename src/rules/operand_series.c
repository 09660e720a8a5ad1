#include "rules/operand_series.h"

#include "rules/calcium_function.h"
#include "rules/kidney_function.h"
#include "rules/operand_person.h"

#include <stdlib.h>

enum { ADULT_YEARS = 18 };

/* Analytes of a series; the second is NONE if there is one only. */
static void analytes_of(const mag_lab_query *query, mag_analyte out[2]) {
    out[0] = query->analyte;
    out[1] = MAG_ANALYTE_NONE;
    if (query->series == MAG_SERIES_EGFR) {
        out[0] = MAG_CREATININE;
    } else if (query->series == MAG_SERIES_ADJUSTED_CALCIUM) {
        out[0] = MAG_CALCIUM_ADJUSTED;
        out[1] = MAG_CALCIUM;
    } else if (query->analyte == MAG_UREA) {
        out[1] = MAG_UREA_NITROGEN;
    }
}

/* Most periods hold all that there is, or none of it: the ends are looked at first. */
static size_t first_from(const mag_lab *labs, size_t count, mag_minute minute) {
    size_t low = 0, high = count;
    if (count == 0 || labs[count - 1].minute < minute)
        return count;
    if (labs[0].minute >= minute)
        return 0;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (labs[middle].minute < minute)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static size_t first_after(const mag_lab *labs, size_t count, mag_minute minute) {
    return minute == MAG_MINUTE_OPEN ? count : first_from(labs, count, minute + 1);
}

mag_series_records mag_series_records_between(const mag_series_records *all, mag_minute from,
                                              mag_minute until) {
    mag_series_records records = *all;
    for (int part = 0; part < 2; part++) {
        const size_t begin = first_from(all->parts[part], all->counts[part], from);
        const size_t end = first_after(all->parts[part], all->counts[part], until);
        records.parts[part] = all->parts[part] == NULL ? NULL : all->parts[part] + begin;
        records.counts[part] = end > begin ? end - begin : 0;
    }
    records.count = records.counts[0] + records.counts[1];
    return records;
}

/* Only those of the period: a patient with millions of results is asked about days of them. */
mag_series_records mag_series_records_of(const mag_lab_query *query) {
    mag_series_records records = {{NULL, NULL}, {0, 0}, 0};
    mag_analyte analytes[2];
    analytes_of(query, analytes);
    for (int part = 0; part < 2; part++)
        if (analytes[part] != MAG_ANALYTE_NONE)
            records.parts[part] =
                mag_timeline_labs(query->patient, analytes[part], &records.counts[part]);
    const mag_period *period = &query->period;
    const mag_minute from =
        period->from < period->date_only_from ? period->from : period->date_only_from;
    return mag_series_records_between(&records, from, period->until);
}

const mag_lab *mag_series_at(const mag_series_records *records, size_t i) {
    return i < records->counts[0] ? &records->parts[0][i]
                                  : &records->parts[1][i - records->counts[0]];
}

static bool is_date_only(const mag_lab *lab) {
    return mag_lab_has(lab, MAG_LAB_DATE_ONLY);
}

bool mag_lab_is_one_moment(const mag_lab *a, const mag_lab *b) {
    if (is_date_only(a) || is_date_only(b))
        return mag_minute_day(a->minute) == mag_minute_day(b->minute);
    return a->minute == b->minute;
}

bool mag_lab_is_one_specimen(const mag_timeline *patient, const mag_lab *a, const mag_lab *b) {
    return mag_timeline_specimen(patient, (size_t)(a - patient->labs)) ==
           mag_timeline_specimen(patient, (size_t)(b - patient->labs));
}

int64_t mag_lab_distance(const mag_lab *a, const mag_lab *b) {
    if (is_date_only(a) || is_date_only(b))
        return llabs((int64_t)mag_minute_day(a->minute) - mag_minute_day(b->minute)) *
               MAG_MINUTES_PER_DAY;
    return llabs((int64_t)a->minute - b->minute);
}

bool mag_lab_is_apart(const mag_lab *a, const mag_lab *b, mag_length apart) {
    if (apart.is_minutes)
        return mag_lab_distance(a, b) >= apart.amount;
    return llabs((int64_t)mag_minute_day(a->minute) - mag_minute_day(b->minute)) >= apart.amount;
}

/* A specimen without an id stands for its minute: only results of that minute are of it. */
mag_series_records mag_series_of_specimen(const mag_timeline *patient,
                                          const mag_series_records *all, const mag_lab *lab) {
    const uint64_t specimen = mag_timeline_specimen(patient, (size_t)(lab - patient->labs));
    if (!mag_specimen_is_minute(specimen, lab->minute))
        return *all;
    return mag_series_records_between(all, lab->minute, lab->minute);
}

/* Does the specimen also hold a usable result of `with`? */
static bool has_company(const mag_lab_query *query, const mag_lab *lab) {
    mag_series_records others = {{NULL, NULL}, {0, 0}, 0};
    others.parts[0] = mag_timeline_labs(query->patient, query->with, &others.counts[0]);
    others.count = others.counts[0];
    others = mag_series_of_specimen(query->patient, &others, lab);
    for (size_t i = 0; i < others.count; i++) {
        const mag_lab *other = mag_series_at(&others, i);
        if (!mag_series_is_mark(other) && mag_lab_is_one_specimen(query->patient, lab, other))
            return true;
    }
    return false;
}

/* Has the series another value in place of this record? A creatinine of a child gives no eGFR. */
static bool is_replaced(const mag_lab_query *query, const mag_lab *lab) {
    if (query->series == MAG_SERIES_ADJUSTED_CALCIUM)
        return mag_lab_analyte(lab) == MAG_CALCIUM && mag_calcium_is_reported(query->patient, lab);
    if (query->series != MAG_SERIES_EGFR)
        return false;
    const mag_value age = mag_person_age_value(query->patient, lab->minute);
    return age.bounds.unknown == 0 && age.bounds.high < ADULT_YEARS;
}

static bool is_unit_reason(mag_reason reason) {
    return reason == MAG_REASON_UNIT_MISSING || reason == MAG_REASON_UNIT_UNKNOWN ||
           reason == MAG_REASON_UNIT_CONTRADICTS;
}

static mag_unknown_set reason_of_mark(const mag_lab *mark) {
    return mag_unknown_bit(is_unit_reason(mag_lab_reject(mark)) ? MAG_UNKNOWN_UNIT
                                                                : MAG_UNKNOWN_REJECTED);
}

static mag_truth passes(const mag_filter *filter, const mag_value *value) {
    if (filter == NULL || !filter->is_set)
        return mag_truth_of(true);
    if (filter->limit != NULL)
        return mag_value_compare_limit(value, filter->relation, filter->limit);
    const mag_bounds number = mag_bounds_exact(filter->number);
    return mag_bounds_compare(&value->bounds, filter->relation, &number);
}

/* A plain result without a filter needs no value to be told to count. */
static bool is_plain(const mag_lab_query *query) {
    return query->series != MAG_SERIES_EGFR && (query->filter == NULL || !query->filter->is_set);
}

mag_standing mag_series_standing(const mag_lab_query *query, const mag_lab *lab,
                                 mag_unknown_set *reasons) {
    *reasons = 0;
    if (!mag_period_holds(&query->period, lab->minute, is_date_only(lab)) ||
        is_replaced(query, lab) || (query->with != MAG_ANALYTE_NONE && !has_company(query, lab)))
        return MAG_STANDS_OUTSIDE;
    if (mag_series_is_mark(lab)) {
        *reasons = reason_of_mark(lab);
        return MAG_STANDS_DOUBTFUL;
    }
    if (is_plain(query))
        return MAG_STANDS;
    const mag_value value = mag_series_value(query, lab);
    *reasons = value.bounds.unknown;
    if (*reasons != 0)
        return MAG_STANDS_DOUBTFUL;
    const mag_truth truth = passes(query->filter, &value);
    *reasons = truth.reasons;
    return truth.is == MAG_TRUE    ? MAG_STANDS
           : truth.is == MAG_FALSE ? MAG_STANDS_OUTSIDE
                                   : MAG_STANDS_DOUBTFUL;
}

static mag_value_note_set flags_noted(const mag_lab *lab) {
    mag_value_note_set notes = 0;
    if (mag_lab_has(lab, MAG_LAB_HAEMOLYSED))
        notes |= mag_note_bit(MAG_VALUE_NOTE_HAEMOLYSED);
    if (mag_lab_has(lab, MAG_LAB_SOFT_LIMIT))
        notes |= mag_note_bit(MAG_VALUE_NOTE_SOFT_LIMIT);
    if (mag_lab_has(lab, MAG_LAB_INFERRED_UNIT))
        notes |= mag_note_bit(MAG_VALUE_NOTE_UNIT_INFERRED);
    if (mag_lab_has(lab, MAG_LAB_SUSPECT) || mag_lab_has(lab, MAG_LAB_DRIP_ARM))
        notes |= mag_note_bit(MAG_VALUE_NOTE_SUSPECT);
    return notes;
}

mag_value mag_series_value(const mag_lab_query *query, const mag_lab *lab) {
    mag_value value;
    if (query->series == MAG_SERIES_EGFR)
        value = mag_kidney_egfr_of(query->patient, lab);
    else if (query->series == MAG_SERIES_ADJUSTED_CALCIUM)
        value = mag_calcium_adjusted(query->patient, lab, query->worse);
    else
        value = (mag_value){.bounds = mag_lab_canonical(lab)};
    value.lab = lab;
    value.at = lab->minute;
    value.is_date_only = is_date_only(lab);
    value.notes |= flags_noted(lab);
    if (query->period.counts_minutes && is_date_only(lab))
        value.notes |= mag_note_bit(MAG_VALUE_NOTE_TIME_RESOLUTION);
    return value;
}
