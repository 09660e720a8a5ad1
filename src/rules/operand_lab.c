/* Operands about results: which record of the window is the one. A record without a clock stands at
   00:00 of its day. */
#include "rules/operand_series.h"

#include <math.h>

#define CONFLICT_SHARE 0.05

static double canonical_number(const mag_lab *lab) {
    return mag_to_canonical(mag_lab_analyte(lab), mag_lab_unit(lab), mag_lab_value(lab));
}

mag_bounds mag_lab_canonical(const mag_lab *lab) {
    return mag_bounds_of_comparator(canonical_number(lab), mag_lab_comparator(lab));
}

/* --- the worse of two values ------------------------------------------------------------------ */

/* <0.30 lies below 0.30, and >0.30 above it. */
static int comparator_rank(mag_comparator comparator) {
    static const int rank[MAG_COMPARATOR_COUNT] = {
        [MAG_EXACT] = 0,         [MAG_LESS] = -2,   [MAG_LESS_EQUAL] = -1,
        [MAG_GREATER_EQUAL] = 1, [MAG_GREATER] = 2,
    };
    return rank[comparator];
}

/* Is the value the result itself, not worked out of it? */
static bool is_printed(const mag_value *value) {
    return value->derived_unit == MAG_UNIT_NONE && value->method == MAG_KF_NONE;
}

/* What a value is ordered by; a total calcium without albumin by its printed number. */
static double rank_of(const mag_value *value) {
    if (is_printed(value) || (value->notes & mag_note_bit(MAG_VALUE_NOTE_CA_UNADJUSTED)) != 0)
        return canonical_number(value->lab);
    return isinf(value->bounds.high) ? value->bounds.low : value->bounds.high;
}

/* Strictly lower; equal ones keep their order of content. */
static bool is_lower(const mag_value *a, const mag_value *b) {
    const double rank_a = rank_of(a), rank_b = rank_of(b);
    if (rank_a < rank_b || rank_a > rank_b)
        return rank_a < rank_b;
    if (!is_printed(a) || !is_printed(b))
        return a->bounds.low < b->bounds.low;
    return comparator_rank(mag_lab_comparator(a->lab)) <
           comparator_rank(mag_lab_comparator(b->lab));
}

static bool is_worse(mag_worse worse, const mag_value *a, const mag_value *b) {
    return worse == MAG_WORSE_LOW ? is_lower(a, b) : is_lower(b, a);
}

/* Of two equal results the clean one speaks: haemolysis did not make the value. */
static bool is_cleaner(const mag_value *a, const mag_value *b) {
    return !is_lower(a, b) && !is_lower(b, a) && !mag_lab_has(a->lab, MAG_LAB_HAEMOLYSED) &&
           mag_lab_has(b->lab, MAG_LAB_HAEMOLYSED);
}

/* Inside kidney formulas the highest creatinine counts: the lowest eGFR. */
static mag_worse worse_of(const mag_lab_query *query) {
    return query->series == MAG_SERIES_EGFR ? MAG_WORSE_LOW : query->worse;
}

/* --- records ---------------------------------------------------------------------------------- */

static bool counts(const mag_lab_query *query, const mag_lab *lab) {
    mag_unknown_set reasons;
    return mag_series_standing(query, lab, &reasons) == MAG_STANDS;
}

/* Of the usable results at one moment with `anchor` (or of its specimen), the worse one. */
static mag_value choose_among(const mag_lab_query *query, const mag_lab *anchor,
                              bool is_same_specimen) {
    const mag_series_records all = mag_series_records_of(query);
    mag_value chosen = mag_series_value(query, anchor);
    double low = rank_of(&chosen), high = low;
    for (size_t i = 0; i < all.count; i++) {
        const mag_lab *lab = mag_series_at(&all, i);
        const bool is_one = is_same_specimen ? mag_lab_is_one_specimen(query->patient, lab, anchor)
                                             : mag_lab_is_one_moment(lab, anchor);
        if (lab == anchor || !is_one || !counts(query, lab))
            continue;
        const mag_value value = mag_series_value(query, lab);
        low = fmin(low, rank_of(&value));
        high = fmax(high, rank_of(&value));
        if (is_worse(worse_of(query), &value, &chosen) || is_cleaner(&value, &chosen))
            chosen = value;
    }
    if (mag_derived_above(high - low, CONFLICT_SHARE * high))
        chosen.notes |= mag_note_bit(MAG_VALUE_NOTE_CONFLICT);
    return chosen;
}

static mag_value choose_at(const mag_lab_query *query, const mag_lab *anchor) {
    return choose_among(query, anchor, false);
}

/* Newest usable result, not at one moment with `but` and not after it (which may be NULL). */
static const mag_lab *newest_usable(const mag_lab_query *query, const mag_lab *but) {
    const mag_series_records all = mag_series_records_of(query);
    const mag_lab *newest = NULL;
    for (size_t i = all.count; i-- > 0;) {
        const mag_lab *lab = mag_series_at(&all, i);
        if (newest != NULL && lab->minute <= newest->minute)
            continue;
        if (but != NULL && (lab->minute > but->minute || mag_lab_is_one_moment(lab, but)))
            continue;
        if (counts(query, lab))
            newest = lab;
    }
    return newest;
}

static const mag_lab *oldest_usable(const mag_lab_query *query) {
    const mag_series_records all = mag_series_records_of(query);
    const mag_lab *oldest = NULL;
    for (size_t i = 0; i < all.count; i++) {
        const mag_lab *lab = mag_series_at(&all, i);
        if ((oldest == NULL || lab->minute < oldest->minute) && counts(query, lab))
            oldest = lab;
    }
    return oldest;
}

/* Newest record that may count; NULL if none. *reasons: why it may only. */
static const mag_lab *newest_doubtful(const mag_lab_query *query, mag_unknown_set *reasons) {
    const mag_series_records all = mag_series_records_of(query);
    const mag_lab *newest = NULL;
    *reasons = 0;
    for (size_t i = all.count; i-- > 0;) {
        const mag_lab *lab = mag_series_at(&all, i);
        mag_unknown_set why;
        if ((newest != NULL && lab->minute <= newest->minute) ||
            mag_series_standing(query, lab, &why) != MAG_STANDS_DOUBTFUL)
            continue;
        newest = lab;
        *reasons = why;
    }
    return newest;
}

static bool has_newer_mark(const mag_lab_query *query, const mag_lab *newest) {
    const mag_series_records all = mag_series_records_of(query);
    mag_unknown_set reasons;
    for (size_t i = 0; i < all.count; i++) {
        const mag_lab *lab = mag_series_at(&all, i);
        if (lab->minute > newest->minute && mag_series_is_mark(lab) &&
            mag_series_standing(query, lab, &reasons) == MAG_STANDS_DOUBTFUL)
            return true;
    }
    return false;
}

mag_unknown_set mag_lab_why_nothing(const mag_lab_query *query) {
    mag_unknown_set reasons;
    if (newest_doubtful(query, &reasons) != NULL)
        return reasons;
    return mag_unknown_bit(mag_cohort_has_labs(query->patient->cohort) ? MAG_UNKNOWN_MISSING
                                                                       : MAG_UNKNOWN_NO_SOURCE);
}

mag_value mag_lab_latest(const mag_lab_query *query) {
    const mag_lab *newest = newest_usable(query, NULL);
    if (newest == NULL)
        return mag_value_unknown(mag_lab_why_nothing(query));
    mag_value value = choose_at(query, newest);
    if (has_newer_mark(query, newest))
        value.notes |= mag_note_bit(MAG_VALUE_NOTE_NEWER_REJECTED);
    return value;
}

mag_value mag_lab_previous(const mag_lab_query *query) {
    const mag_lab *newest = newest_usable(query, NULL);
    if (newest == NULL)
        return mag_value_unknown(mag_lab_why_nothing(query));
    const mag_lab *before = newest_usable(query, newest);
    if (before == NULL)
        return mag_value_unknown(mag_unknown_bit(MAG_UNKNOWN_MISSING));
    return choose_at(query, before);
}

mag_value mag_lab_first(const mag_lab_query *query) {
    const mag_lab *oldest = oldest_usable(query);
    if (oldest == NULL)
        return mag_value_unknown(mag_lab_why_nothing(query));
    return choose_at(query, oldest);
}

/* --- the lowest and the highest --------------------------------------------------------------- */

/* Widens `bounds`, the interval of the lowest so far, by one more value. */
static void lower_to(mag_bounds *bounds, const mag_bounds *more) {
    if (more->low < bounds->low || (more->low <= bounds->low && !more->is_low_open)) {
        bounds->low = more->low;
        bounds->is_low_open = more->is_low_open;
    }
    if (more->high < bounds->high || (more->high <= bounds->high && more->is_high_open)) {
        bounds->high = more->high;
        bounds->is_high_open = more->is_high_open;
    }
    bounds->doubt |= more->doubt;
}

static void raise_to(mag_bounds *bounds, const mag_bounds *more) {
    if (more->low > bounds->low || (more->low >= bounds->low && more->is_low_open)) {
        bounds->low = more->low;
        bounds->is_low_open = more->is_low_open;
    }
    if (more->high > bounds->high || (more->high >= bounds->high && !more->is_high_open)) {
        bounds->high = more->high;
        bounds->is_high_open = more->is_high_open;
    }
    bounds->doubt |= more->doubt;
}

static mag_value extreme(const mag_lab_query *query, mag_worse side) {
    const mag_series_records all = mag_series_records_of(query);
    mag_value most = {.lab = NULL};
    mag_bounds bounds = {0};
    for (size_t i = 0; i < all.count; i++) {
        const mag_lab *lab = mag_series_at(&all, i);
        if (!counts(query, lab))
            continue;
        const mag_value own = mag_series_value(query, lab);
        if (most.lab == NULL)
            bounds = own.bounds;
        else if (side == MAG_WORSE_LOW)
            lower_to(&bounds, &own.bounds);
        else
            raise_to(&bounds, &own.bounds);
        if (most.lab == NULL || is_worse(side, &own, &most))
            most = own;
    }
    if (most.lab == NULL)
        return mag_value_unknown(mag_lab_why_nothing(query));
    most.bounds = bounds;
    return most;
}

mag_value mag_lab_lowest(const mag_lab_query *query) {
    return extreme(query, MAG_WORSE_LOW);
}

mag_value mag_lab_highest(const mag_lab_query *query) {
    return extreme(query, MAG_WORSE_HIGH);
}

/* --- the partner of a sample ------------------------------------------------------------------ */

mag_value mag_lab_pair(const mag_lab_query *query, const mag_lab *sample, bool is_same_specimen) {
    const mag_series_records all = mag_series_records_of(query);
    const mag_lab *nearest = NULL;
    for (size_t i = 0; i < all.count; i++) {
        const mag_lab *lab = mag_series_at(&all, i);
        if (!counts(query, lab) ||
            (is_same_specimen && !mag_lab_is_one_specimen(query->patient, lab, sample)))
            continue;
        const int64_t gap = mag_lab_distance(lab, sample);
        const int64_t least = nearest == NULL ? INT64_MAX : mag_lab_distance(nearest, sample);
        if (nearest == NULL || gap < least || (gap == least && lab->minute > nearest->minute))
            nearest = lab;
    }
    if (nearest == NULL)
        return mag_value_unknown(is_same_specimen ? mag_unknown_bit(MAG_UNKNOWN_MISSING)
                                                  : mag_lab_why_nothing(query));
    return choose_among(query, nearest, is_same_specimen);
}
