/* Operands about a window of results as a whole: how many, how far apart, what lies in the middle,
   whether any could have been seen. */
#include "clinical/aki_sweep.h"
#include "rules/operand_series.h"

#include <math.h>
#include <stdlib.h>

mag_status mag_lab_room_reserve(mag_lab_room *room, mag_account *account,
                                const mag_timeline *patient, mag_error *err) {
    size_t creatinines;
    (void)mag_timeline_labs(patient, MAG_CREATININE, &creatinines);
    const size_t labs = patient->first[MAG_ANALYTE_COUNT] + (size_t)1;
    const size_t sweep = MAG_AKI_SWEEP_NUMBERS * (creatinines + 1);
    MAG_TRY(mag_grow(account, (void **)&room->numbers, &room->number_capacity,
                     sizeof *room->numbers, labs > sweep ? labs : sweep, err));
    MAG_TRY(mag_grow(account, (void **)&room->ranks, &room->rank_capacity, sizeof *room->ranks,
                     MAG_AKI_SWEEP_RANKS * (creatinines + 1), err));
    return mag_grow(account, (void **)&room->creatinines, &room->creatinine_capacity,
                    sizeof *room->creatinines, creatinines + 1, err);
}

void mag_lab_room_done(mag_lab_room *room, mag_account *account) {
    mag_drop(account, room->numbers, room->number_capacity, sizeof *room->numbers);
    mag_drop(account, room->ranks, room->rank_capacity, sizeof *room->ranks);
    mag_drop(account, room->creatinines, room->creatinine_capacity, sizeof *room->creatinines);
    *room = (mag_lab_room){0};
}

/* --- observable ------------------------------------------------------------------------------- */

static bool has_result_of(const mag_timeline *patient, mag_analyte analyte,
                          const mag_period *period, const mag_period *year) {
    size_t count;
    const mag_lab *labs = mag_timeline_labs(patient, analyte, &count);
    for (size_t i = count; i-- > 0;) {
        const bool is_date_only = mag_lab_has(&labs[i], MAG_LAB_DATE_ONLY);
        if (!mag_series_is_mark(&labs[i]) &&
            (mag_period_holds(period, labs[i].minute, is_date_only) ||
             mag_period_holds(year, labs[i].minute, is_date_only)))
            return true;
    }
    return false;
}

static bool is_delivered(const mag_lab_query *query) {
    const mag_cohort *cohort = query->patient->cohort;
    if (query->series == MAG_SERIES_EGFR)
        return mag_cohort_delivers(cohort, MAG_CREATININE);
    if (query->series == MAG_SERIES_ADJUSTED_CALCIUM)
        return mag_cohort_delivers(cohort, MAG_CALCIUM) ||
               mag_cohort_delivers(cohort, MAG_CALCIUM_ADJUSTED);
    return mag_cohort_delivers(cohort, query->analyte) ||
           (query->analyte == MAG_UREA && mag_cohort_delivers(cohort, MAG_UREA_NITROGEN));
}

bool mag_lab_is_observable(const mag_lab_query *query) {
    if (!is_delivered(query))
        return false;
    const mag_period year = mag_period_of_days(query->period.until, MAG_OBSERVABLE_DAYS);
    for (int analyte = MAG_ANALYTE_NONE + 1; analyte < MAG_ANALYTE_COUNT; analyte++)
        if (mag_analyte_of((mag_analyte)analyte)->is_code_book_item &&
            has_result_of(query->patient, (mag_analyte)analyte, &query->period, &year))
            return true;
    return false;
}

static mag_unknown_set unobservable(const mag_lab_query *query) {
    return mag_unknown_bit(mag_cohort_has_labs(query->patient->cohort) ? MAG_UNKNOWN_UNOBSERVABLE
                                                                       : MAG_UNKNOWN_NO_SOURCE);
}

/* --- counting --------------------------------------------------------------------------------- */

typedef struct tally {
    size_t sure, doubtful;
    mag_unknown_set doubt; /* a mark, whatever was wrong with it, counts as rejected */
} tally;

static tally count_all(const mag_lab_query *query) {
    const mag_series_records all = mag_series_records_of(query);
    tally found = {0, 0, 0};
    for (size_t i = 0; i < all.count; i++) {
        const mag_lab *lab = mag_series_at(&all, i);
        mag_unknown_set reasons;
        const mag_standing standing = mag_series_standing(query, lab, &reasons);
        found.sure += standing == MAG_STANDS;
        if (standing != MAG_STANDS_DOUBTFUL)
            continue;
        found.doubtful++;
        found.doubt |= mag_series_is_mark(lab) ? mag_unknown_bit(MAG_UNKNOWN_REJECTED) : reasons;
    }
    return found;
}

mag_value mag_lab_count(const mag_lab_query *query) {
    const tally found = count_all(query);
    mag_value value = mag_value_of_number((double)found.sure);
    value.bounds.high = (double)(found.sure + found.doubtful);
    value.bounds.doubt = found.doubt;
    return value;
}

mag_truth mag_lab_measured(const mag_lab_query *query) {
    const tally found = count_all(query);
    if (found.sure > 0 || found.doubtful == 0)
        return mag_truth_of(found.sure > 0);
    return mag_truth_unknown(mag_lab_why_nothing(query));
}

mag_truth mag_lab_none(const mag_lab_query *query) {
    const tally found = count_all(query);
    if (found.sure > 0)
        return mag_truth_of(false);
    if (found.doubtful > 0)
        return mag_truth_unknown(found.doubt);
    return mag_lab_is_observable(query) ? mag_truth_of(true)
                                        : mag_truth_unknown(unobservable(query));
}

/* Earliest record that counts (or may, if asked) and lies at least `apart` after `last`. */
static const mag_lab *next_apart(const mag_lab_query *query, mag_length apart, const mag_lab *last,
                                 bool takes_doubtful) {
    mag_series_records all = mag_series_records_of(query);
    if (last != NULL)
        all = mag_series_records_between(&all, last->minute, MAG_MINUTE_OPEN);
    const mag_lab *next = NULL;
    for (int part = 0; part < 2; part++)
        for (size_t i = 0; i < all.counts[part]; i++) {
            const mag_lab *lab = &all.parts[part][i];
            if (next != NULL && lab->minute >= next->minute)
                break;
            if (last != NULL && !mag_lab_is_apart(last, lab, apart))
                continue;
            mag_unknown_set reasons;
            const mag_standing standing = mag_series_standing(query, lab, &reasons);
            if (standing == MAG_STANDS || (takes_doubtful && standing == MAG_STANDS_DOUBTFUL)) {
                next = lab;
                break;
            }
        }
    return next;
}

/* Taking the earliest that fits each time leaves most room for the others. */
static size_t most_apart(const mag_lab_query *query, mag_length apart, bool takes_doubtful) {
    size_t count = 0;
    const mag_lab *last = NULL;
    while ((last = next_apart(query, apart, last, takes_doubtful)) != NULL)
        count++;
    return count;
}

mag_value mag_lab_spaced(const mag_lab_query *query, mag_length apart) {
    mag_value value = mag_lab_count(query);
    value.bounds.low = (double)most_apart(query, apart, false);
    value.bounds.high = (double)most_apart(query, apart, true);
    return value;
}

/* --- the middle, and the way from first to last -------------------------------------------------
 */

static int by_size(const void *left, const void *right) {
    const double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

static double middle_of(double *numbers, size_t count) {
    qsort(numbers, count, sizeof *numbers, by_size);
    const double upper = numbers[count / 2];
    return count % 2 == 1 ? upper : (numbers[count / 2 - 1] + upper) / 2;
}

/* The lower (or upper) ends of all values in the room. */
static size_t gather(const mag_lab_query *query, bool wants_high, mag_unknown_set *doubt) {
    const mag_series_records all = mag_series_records_of(query);
    size_t count = 0;
    for (size_t i = 0; i < all.count; i++) {
        mag_unknown_set reasons;
        const mag_lab *lab = mag_series_at(&all, i);
        if (mag_series_standing(query, lab, &reasons) != MAG_STANDS)
            continue;
        const mag_value value = mag_series_value(query, lab);
        query->room->numbers[count++] = wants_high ? value.bounds.high : value.bounds.low;
        *doubt |= value.bounds.doubt;
    }
    return count;
}

mag_unit mag_lab_family_unit(const mag_lab *lab) {
    const bool is_molecule = mag_lab_analyte(lab) == MAG_UREA;
    return is_molecule ? mag_analyte_of(MAG_UREA)->canonical : mag_lab_unit(lab);
}

static mag_bounds in_unit_of(const mag_lab *lab, mag_bounds canonical) {
    const mag_analyte analyte = mag_lab_analyte(lab);
    const mag_unit unit = mag_lab_family_unit(lab);
    mag_bounds bounds = canonical;
    bounds.low = mag_from_canonical(analyte, unit, canonical.low);
    bounds.high = mag_from_canonical(analyte, unit, canonical.high);
    return bounds;
}

mag_value mag_lab_median(const mag_lab_query *query) {
    mag_value value = mag_lab_latest(query);
    if (value.bounds.unknown != 0)
        return value;
    mag_unknown_set doubt = 0;
    size_t count = gather(query, false, &doubt);
    value.bounds = mag_bounds_exact(middle_of(query->room->numbers, count));
    count = gather(query, true, &doubt);
    value.bounds.high = middle_of(query->room->numbers, count);
    value.bounds.doubt = value.bounds.high > value.bounds.low ? doubt : 0;
    if (query->series != MAG_SERIES_EGFR) {
        value.derived = in_unit_of(value.lab, value.bounds);
        value.derived_unit = mag_lab_family_unit(value.lab);
    }
    return value;
}

mag_value mag_lab_change(const mag_lab_query *query) {
    mag_value value = mag_lab_latest(query);
    const mag_value first = mag_lab_first(query);
    if (value.bounds.unknown != 0)
        return value;
    if (mag_lab_is_one_moment(first.lab, value.lab))
        return mag_value_unknown(mag_unknown_bit(MAG_UNKNOWN_MISSING));
    if (query->series != MAG_SERIES_EGFR) {
        value.derived = mag_bounds_subtract(in_unit_of(value.lab, value.bounds),
                                            in_unit_of(value.lab, first.bounds));
        value.derived_unit = mag_lab_family_unit(value.lab);
    }
    value.bounds = mag_bounds_subtract(value.bounds, first.bounds);
    value.notes |= first.notes;
    return value;
}

/* --- the upper limit of what is normal ----------------------------------------------------------
 */

mag_value mag_lab_uln(const mag_lab_query *query) {
    const mag_timeline *patient = query->patient;
    const mag_value newest = mag_lab_latest(query);
    mag_reference reference = {.sex = patient->person->has_conflict ? MAG_SEX_UNKNOWN
                                                                    : patient->person->sex};
    if (newest.lab == NULL) {
        double low, high;
        if (!mag_analyte_reference(query->analyte, reference.sex, &low, &high))
            return mag_value_unknown(mag_unknown_bit(MAG_UNKNOWN_MISSING));
        return mag_value_of_number(high);
    }
    const mag_analyte analyte = mag_lab_analyte(newest.lab);
    reference.has_row_range = mag_cohort_range(patient->cohort, newest.lab->range_id,
                                               &reference.row_low, &reference.row_high);
    double low, high;
    if (!mag_reference_interval(analyte, mag_lab_unit(newest.lab), &reference, &low, &high))
        return mag_value_unknown(mag_unknown_bit(MAG_UNKNOWN_MISSING));
    mag_value value = newest;
    value.bounds = mag_bounds_exact(high);
    value.notes = 0;
    return value;
}
