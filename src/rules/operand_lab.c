/* Results of an analyte are sorted by minute; a record without a clock stands at 00:00 of its day.
 */
#include "rules/operand_lab.h"

#include <math.h>

enum { OBSERVABLE_DAYS = 365 };
#define CONFLICT_SHARE 0.05

/* The records that a query may look at. */
typedef struct records {
    const mag_lab *labs;
    size_t count;
} records;

static records records_of(const mag_lab_query *query) {
    records all;
    all.labs = mag_timeline_labs(query->patient, query->analyte, &all.count);
    return all;
}

static bool is_date_only(const mag_lab *lab) {
    return mag_lab_has(lab, MAG_LAB_DATE_ONLY);
}

static bool is_inside(const mag_lab_query *query, const mag_lab *lab) {
    return mag_period_holds(&query->period, lab->minute, is_date_only(lab));
}

static bool is_mark(const mag_lab *lab) {
    return mag_lab_reject(lab) != MAG_REASON_NONE;
}

static bool is_usable(const mag_lab_query *query, const mag_lab *lab) {
    return !is_mark(lab) && is_inside(query, lab);
}

/* Same minute; same day if one of them has no clock. */
static bool is_one_moment(const mag_lab *a, const mag_lab *b) {
    if (is_date_only(a) || is_date_only(b))
        return mag_minute_day(a->minute) == mag_minute_day(b->minute);
    return a->minute == b->minute;
}

static double canonical_number(const mag_lab *lab) {
    return mag_to_canonical(mag_lab_analyte(lab), mag_lab_unit(lab), mag_lab_value(lab));
}

mag_bounds mag_lab_canonical(const mag_lab *lab) {
    return mag_bounds_of_comparator(canonical_number(lab), mag_lab_comparator(lab));
}

/* <0.30 lies below 0.30, and >0.30 above it. */
static int comparator_rank(mag_comparator comparator) {
    static const int rank[MAG_COMPARATOR_COUNT] = {
        [MAG_EXACT] = 0,         [MAG_LESS] = -2,   [MAG_LESS_EQUAL] = -1,
        [MAG_GREATER_EQUAL] = 1, [MAG_GREATER] = 2,
    };
    return rank[comparator];
}

/* Strictly lower; equal ones keep their order of content. */
static bool is_lower(const mag_lab *a, const mag_lab *b) {
    const double value_a = canonical_number(a);
    const double value_b = canonical_number(b);
    if (value_a < value_b || value_a > value_b)
        return value_a < value_b;
    return comparator_rank(mag_lab_comparator(a)) < comparator_rank(mag_lab_comparator(b));
}

static bool is_worse(mag_worse worse, const mag_lab *a, const mag_lab *b) {
    return worse == MAG_WORSE_LOW ? is_lower(a, b) : is_lower(b, a);
}

/* Of two equal results the clean one speaks: haemolysis did not make the value. */
static bool is_cleaner(const mag_lab *a, const mag_lab *b) {
    return !is_lower(a, b) && !is_lower(b, a) && !mag_lab_has(a, MAG_LAB_HAEMOLYSED) &&
           mag_lab_has(b, MAG_LAB_HAEMOLYSED);
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

static mag_value value_of(const mag_lab_query *query, const mag_lab *lab) {
    mag_value value = {.bounds = mag_lab_canonical(lab),
                       .lab = lab,
                       .at = lab->minute,
                       .is_date_only = is_date_only(lab),
                       .notes = flags_noted(lab)};
    if (query->period.counts_minutes && is_date_only(lab))
        value.notes |= mag_note_bit(MAG_VALUE_NOTE_TIME_RESOLUTION);
    return value;
}

/* Of the usable results at one moment with `anchor`, the worse one. */
static mag_value choose_at(const mag_lab_query *query, records all, const mag_lab *anchor) {
    const mag_lab *chosen = anchor;
    double low = canonical_number(anchor), high = low;
    for (size_t i = 0; i < all.count; i++) {
        const mag_lab *lab = &all.labs[i];
        if (!is_usable(query, lab) || !is_one_moment(lab, anchor))
            continue;
        low = fmin(low, canonical_number(lab));
        high = fmax(high, canonical_number(lab));
        if (is_worse(query->worse, lab, chosen) || is_cleaner(lab, chosen))
            chosen = lab;
    }
    mag_value value = value_of(query, chosen);
    if (mag_derived_above(high - low, CONFLICT_SHARE * high))
        value.notes |= mag_note_bit(MAG_VALUE_NOTE_CONFLICT);
    return value;
}

static bool is_unit_reason(mag_reason reason) {
    return reason == MAG_REASON_UNIT_MISSING || reason == MAG_REASON_UNIT_UNKNOWN ||
           reason == MAG_REASON_UNIT_CONTRADICTS;
}

/* Newest mark inside the period; NULL if none. */
static const mag_lab *newest_mark(const mag_lab_query *query, records all) {
    for (size_t i = all.count; i-- > 0;)
        if (is_mark(&all.labs[i]) && is_inside(query, &all.labs[i]))
            return &all.labs[i];
    return NULL;
}

/* Newest usable result inside the period and not at one moment with `but` (which may be NULL). */
static const mag_lab *newest_usable(const mag_lab_query *query, records all, const mag_lab *but) {
    for (size_t i = all.count; i-- > 0;)
        if (is_usable(query, &all.labs[i]) && (but == NULL || !is_one_moment(&all.labs[i], but)))
            return &all.labs[i];
    return NULL;
}

static mag_unknown_set reason_of_mark(const mag_lab *mark) {
    return mag_unknown_bit(is_unit_reason(mag_lab_reject(mark)) ? MAG_UNKNOWN_UNIT
                                                                : MAG_UNKNOWN_REJECTED);
}

static mag_value nothing_usable(const mag_lab_query *query, records all) {
    const mag_lab *mark = newest_mark(query, all);
    if (mark != NULL)
        return mag_value_unknown(reason_of_mark(mark));
    return mag_value_unknown(mag_unknown_bit(
        mag_cohort_has_labs(query->patient->cohort) ? MAG_UNKNOWN_MISSING : MAG_UNKNOWN_NO_SOURCE));
}

mag_value mag_lab_latest(const mag_lab_query *query) {
    const records all = records_of(query);
    const mag_lab *newest = newest_usable(query, all, NULL);
    if (newest == NULL)
        return nothing_usable(query, all);
    mag_value value = choose_at(query, all, newest);
    const mag_lab *mark = newest_mark(query, all);
    if (mark != NULL && mark->minute > newest->minute)
        value.notes |= mag_note_bit(MAG_VALUE_NOTE_NEWER_REJECTED);
    return value;
}

mag_value mag_lab_previous(const mag_lab_query *query) {
    const records all = records_of(query);
    const mag_lab *newest = newest_usable(query, all, NULL);
    if (newest == NULL)
        return nothing_usable(query, all);
    const mag_lab *before = newest_usable(query, all, newest);
    if (before == NULL)
        return mag_value_unknown(mag_unknown_bit(MAG_UNKNOWN_MISSING));
    return choose_at(query, all, before);
}

mag_value mag_lab_first(const mag_lab_query *query) {
    const records all = records_of(query);
    for (size_t i = 0; i < all.count; i++)
        if (is_usable(query, &all.labs[i]))
            return choose_at(query, all, &all.labs[i]);
    return nothing_usable(query, all);
}

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
    const records all = records_of(query);
    mag_value value = {.lab = NULL};
    for (size_t i = 0; i < all.count; i++) {
        const mag_lab *lab = &all.labs[i];
        if (!is_usable(query, lab))
            continue;
        const mag_bounds own = mag_lab_canonical(lab);
        mag_bounds bounds = value.lab == NULL ? own : value.bounds;
        if (side == MAG_WORSE_LOW)
            lower_to(&bounds, &own);
        else
            raise_to(&bounds, &own);
        if (value.lab == NULL || is_worse(side, lab, value.lab))
            value = value_of(query, lab);
        value.bounds = bounds;
    }
    return value.lab == NULL ? nothing_usable(query, all) : value;
}

mag_value mag_lab_lowest(const mag_lab_query *query) {
    return extreme(query, MAG_WORSE_LOW);
}

mag_value mag_lab_highest(const mag_lab_query *query) {
    return extreme(query, MAG_WORSE_HIGH);
}

static bool is_observable(const mag_lab_query *query) {
    const mag_timeline *patient = query->patient;
    if (!mag_cohort_delivers(patient->cohort, query->analyte))
        return false;
    const mag_period year = mag_period_of_days(query->period.until, OBSERVABLE_DAYS);
    for (int analyte = MAG_ANALYTE_NONE + 1; analyte < MAG_ANALYTE_COUNT; analyte++) {
        if (!mag_analyte_of((mag_analyte)analyte)->is_code_book_item)
            continue;
        size_t count;
        const mag_lab *labs = mag_timeline_labs(patient, (mag_analyte)analyte, &count);
        for (size_t i = count; i-- > 0;)
            if (is_usable(query, &labs[i]) ||
                (!is_mark(&labs[i]) &&
                 mag_period_holds(&year, labs[i].minute, is_date_only(&labs[i]))))
                return true;
    }
    return false;
}

static mag_unknown_set unobservable(const mag_lab_query *query) {
    return mag_unknown_bit(mag_cohort_has_labs(query->patient->cohort) ? MAG_UNKNOWN_UNOBSERVABLE
                                                                       : MAG_UNKNOWN_NO_SOURCE);
}

mag_value mag_lab_count(const mag_lab_query *query) {
    const records all = records_of(query);
    size_t usable = 0, marks = 0;
    for (size_t i = 0; i < all.count; i++)
        if (is_inside(query, &all.labs[i]))
            is_mark(&all.labs[i]) ? marks++ : usable++;
    if (usable + marks == 0 && !is_observable(query))
        return mag_value_unknown(unobservable(query));
    mag_value value = mag_value_of_number((double)usable);
    value.bounds.high = (double)(usable + marks);
    value.bounds.doubt = marks == 0 ? 0 : mag_unknown_bit(MAG_UNKNOWN_REJECTED);
    return value;
}

mag_truth mag_lab_measured(const mag_lab_query *query) {
    const records all = records_of(query);
    if (newest_usable(query, all, NULL) != NULL)
        return mag_truth_of(true);
    const mag_lab *mark = newest_mark(query, all);
    return mark == NULL ? mag_truth_of(false) : mag_truth_unknown(reason_of_mark(mark));
}

mag_truth mag_lab_none(const mag_lab_query *query) {
    const records all = records_of(query);
    if (newest_usable(query, all, NULL) != NULL)
        return mag_truth_of(false);
    if (newest_mark(query, all) != NULL)
        return mag_truth_unknown(mag_unknown_bit(MAG_UNKNOWN_REJECTED));
    return is_observable(query) ? mag_truth_of(true) : mag_truth_unknown(unobservable(query));
}

static mag_position_of_ends ends_of(mag_comparator comparator, int order) {
    mag_position_of_ends ends = {.low = order, .high = order};
    if (comparator == MAG_LESS || comparator == MAG_LESS_EQUAL) {
        ends.low = -1;
        ends.is_high_open = comparator == MAG_LESS;
    } else if (comparator == MAG_GREATER || comparator == MAG_GREATER_EQUAL) {
        ends.high = 1;
        ends.is_low_open = comparator == MAG_GREATER;
    }
    return ends;
}

static double canonical_limit(mag_analyte analyte, const mag_limit *limit) {
    if (limit->molar_unit != MAG_UNIT_NONE && mag_unit_fits(analyte, limit->molar_unit))
        return mag_to_canonical(analyte, limit->molar_unit, limit->molar);
    return mag_to_canonical(analyte, limit->mass_unit, limit->mass);
}

mag_truth mag_lab_compare(const mag_lab *lab, mag_relation relation, const mag_limit *limit) {
    int order;
    if (mag_limit_compare(mag_lab_analyte(lab), mag_lab_unit(lab), mag_lab_value(lab), limit,
                          &order))
        return mag_compare_ends(ends_of(mag_lab_comparator(lab), order), relation,
                                mag_unknown_bit(MAG_UNKNOWN_CENSORED));
    const mag_bounds bounds = mag_lab_canonical(lab);
    const mag_bounds converted = mag_bounds_exact(canonical_limit(mag_lab_analyte(lab), limit));
    return mag_bounds_compare(&bounds, relation, &converted);
}

/* The lowest is below a limit if any result is, and above it if all are. */
static mag_truth compare_any(const mag_lab_query *query, mag_relation relation,
                             const mag_limit *limit) {
    const records all = records_of(query);
    mag_truth any = mag_truth_of(false);
    for (size_t i = 0; i < all.count; i++)
        if (is_usable(query, &all.labs[i]))
            any = mag_truth_or(any, mag_lab_compare(&all.labs[i], relation, limit));
    return any;
}

static mag_truth compare_all(const mag_lab_query *query, mag_relation relation,
                             const mag_limit *limit) {
    const records all = records_of(query);
    mag_truth every = mag_truth_of(true);
    for (size_t i = 0; i < all.count; i++)
        if (is_usable(query, &all.labs[i]))
            every = mag_truth_and(every, mag_lab_compare(&all.labs[i], relation, limit));
    return every;
}

mag_truth mag_lab_compare_lowest(const mag_lab_query *query, mag_relation relation,
                                 const mag_limit *limit) {
    const mag_value lowest = mag_lab_lowest(query);
    if (lowest.lab == NULL)
        return mag_truth_unknown(lowest.bounds.unknown);
    if (relation == MAG_IS_BELOW || relation == MAG_IS_AT_MOST)
        return compare_any(query, relation, limit);
    if (relation == MAG_IS_ABOVE || relation == MAG_IS_AT_LEAST)
        return compare_all(query, relation, limit);
    return mag_lab_compare(lowest.lab, relation, limit);
}

mag_truth mag_lab_compare_highest(const mag_lab_query *query, mag_relation relation,
                                  const mag_limit *limit) {
    const mag_value highest = mag_lab_highest(query);
    if (highest.lab == NULL)
        return mag_truth_unknown(highest.bounds.unknown);
    if (relation == MAG_IS_ABOVE || relation == MAG_IS_AT_LEAST)
        return compare_any(query, relation, limit);
    if (relation == MAG_IS_BELOW || relation == MAG_IS_AT_MOST)
        return compare_all(query, relation, limit);
    return mag_lab_compare(highest.lab, relation, limit);
}
