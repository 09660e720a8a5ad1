/* Operands about results: which record of the window is the one. A record without a clock stands at
   00:00 of its day. */
#include "rules/operand_series.h"

#include <math.h>
#include <stdlib.h>

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

/* Of several usable results the worse one so far, and how far apart they lie. */
typedef struct choice {
    mag_value chosen;
    double low, high;
} choice;

static void choose_also(const mag_lab_query *query, const mag_lab *lab, choice *of) {
    const mag_value value = mag_series_value(query, lab);
    const double rank = rank_of(&value);
    of->low = fmin(of->low, rank);
    of->high = fmax(of->high, rank);
    if (is_worse(worse_of(query), &value, &of->chosen) || is_cleaner(&value, &of->chosen))
        of->chosen = value;
}

static choice choice_of(const mag_lab_query *query, const mag_lab *anchor) {
    choice of = {.chosen = mag_series_value(query, anchor)};
    of.low = of.high = rank_of(&of.chosen);
    return of;
}

static mag_value settled(choice of) {
    if (mag_derived_above(of.high - of.low, CONFLICT_SHARE * of.high))
        of.chosen.notes |= mag_note_bit(MAG_VALUE_NOTE_CONFLICT);
    return of.chosen;
}

/* Of the usable results of the specimen of `anchor`, the worse one. */
static mag_value choose_of_specimen(const mag_lab_query *query, const mag_lab *anchor) {
    const mag_series_records records = mag_series_records_of(query);
    const mag_series_records all = mag_series_of_specimen(query->patient, &records, anchor);
    choice of = choice_of(query, anchor);
    for (size_t i = 0; i < all.count; i++) {
        const mag_lab *lab = mag_series_at(&all, i);
        if (lab != anchor && mag_lab_is_one_specimen(query->patient, lab, anchor) &&
            counts(query, lab))
            choose_also(query, lab, &of);
    }
    return settled(of);
}

static void choose_between(const mag_lab_query *query, const mag_series_records *all,
                           const mag_lab *anchor, const mag_period *at, choice *of) {
    const mag_series_records near = mag_series_records_between(all, at->from, at->until);
    for (size_t i = 0; i < near.count; i++) {
        const mag_lab *lab = mag_series_at(&near, i);
        if (lab != anchor && mag_lab_is_one_moment(lab, anchor) && counts(query, lab))
            choose_also(query, lab, of);
    }
}

/* Of records of one analyte, each day's stand together. */
static bool is_alone_on_its_day(const mag_series_records *all, const mag_lab *anchor) {
    const mag_day day = mag_minute_day(anchor->minute);
    const mag_lab *first = all->parts[0];
    if (all->count != all->counts[0])
        return false;
    return (anchor == first || mag_minute_day(anchor[-1].minute) != day) &&
           (anchor + 1 == first + all->count || mag_minute_day(anchor[1].minute) != day);
}

/* Of the usable results at one moment with `anchor`, the worse one. Those without a clock stand at
   the begin of their day, so that few have to be looked at beside a result with one. */
static mag_value choose_at(const mag_lab_query *query, const mag_lab *anchor) {
    const mag_series_records all = mag_series_records_of(query);
    if (is_alone_on_its_day(&all, anchor))
        return settled(choice_of(query, anchor));
    const mag_minute day = mag_day_begin(anchor->minute);
    const bool is_day = mag_lab_has(anchor, MAG_LAB_DATE_ONLY) || anchor->minute == day;
    const mag_period dates = {.from = day, .until = day};
    const mag_period own = {.from = is_day ? day : anchor->minute,
                            .until = mag_lab_has(anchor, MAG_LAB_DATE_ONLY)
                                         ? mag_day_last_minute(day)
                                         : anchor->minute};
    choice of = choice_of(query, anchor);
    for (int i = 0; i < 2; i++) {
        mag_series_records part = all;
        part.counts[1 - i] = 0;
        if (!is_day)
            choose_between(query, &part, anchor, &dates, &of);
        choose_between(query, &part, anchor, &own, &of);
    }
    return settled(of);
}

/* Newest usable result, not at one moment with `but` and not after it (which may be NULL). */
static const mag_lab *newest_usable(const mag_lab_query *query, const mag_lab *but) {
    const mag_series_records all = mag_series_records_of(query);
    const mag_lab *newest = NULL;
    for (int part = 1; part >= 0; part--)
        for (size_t i = all.counts[part]; i-- > 0;) {
            const mag_lab *lab = &all.parts[part][i];
            if (newest != NULL && lab->minute <= newest->minute)
                break;
            if (but != NULL && (lab->minute > but->minute || mag_lab_is_one_moment(lab, but)))
                continue;
            if (counts(query, lab)) {
                newest = lab;
                break;
            }
        }
    return newest;
}

static const mag_lab *oldest_usable(const mag_lab_query *query) {
    const mag_series_records all = mag_series_records_of(query);
    const mag_lab *oldest = NULL;
    for (int part = 0; part < 2; part++)
        for (size_t i = 0; i < all.counts[part]; i++) {
            const mag_lab *lab = &all.parts[part][i];
            if (oldest != NULL && lab->minute >= oldest->minute)
                break;
            if (counts(query, lab)) {
                oldest = lab;
                break;
            }
        }
    return oldest;
}

/* Newest record that may count; NULL if none. *reasons: why it may only. */
static const mag_lab *newest_doubtful(const mag_lab_query *query, mag_unknown_set *reasons) {
    const mag_series_records all = mag_series_records_of(query);
    const mag_lab *newest = NULL;
    *reasons = 0;
    for (int part = 1; part >= 0; part--)
        for (size_t i = all.counts[part]; i-- > 0;) {
            const mag_lab *lab = &all.parts[part][i];
            mag_unknown_set why;
            if (newest != NULL && lab->minute <= newest->minute)
                break;
            if (mag_series_standing(query, lab, &why) != MAG_STANDS_DOUBTFUL)
                continue;
            newest = lab;
            *reasons = why;
            break;
        }
    return newest;
}

static bool has_newer_mark(const mag_lab_query *query, const mag_lab *newest) {
    const mag_series_records all = mag_series_records_of(query);
    mag_unknown_set reasons;
    for (int part = 0; part < 2; part++)
        for (size_t i = all.counts[part]; i-- > 0 && all.parts[part][i].minute > newest->minute;) {
            const mag_lab *lab = &all.parts[part][i];
            if (mag_series_is_mark(lab) &&
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

/* Nearer to the sample than `found`, or later at the same distance; -1, 0, 1 as it is worse. */
static int nearer_by(const mag_lab *sample, const mag_lab *lab, const mag_lab *found) {
    if (found == NULL)
        return 1;
    const int64_t gap = mag_lab_distance(lab, sample), least = mag_lab_distance(found, sample);
    if (gap != least)
        return gap < least ? 1 : -1;
    return (lab->minute > found->minute) - (lab->minute < found->minute);
}

static const mag_lab *nearest_of_specimen(const mag_lab_query *query, const mag_lab *sample) {
    const mag_series_records records = mag_series_records_of(query);
    const mag_series_records all = mag_series_of_specimen(query->patient, &records, sample);
    const mag_lab *nearest = NULL;
    for (size_t i = 0; i < all.count; i++) {
        const mag_lab *lab = mag_series_at(&all, i);
        if (counts(query, lab) && mag_lab_is_one_specimen(query->patient, lab, sample) &&
            nearer_by(sample, lab, nearest) > 0)
            nearest = lab;
    }
    return nearest;
}

/* Can a record that lies so many minutes away be as near as `found`? Two with a clock lie as many
   minutes apart as they do; to a sample without one whole days count, up to a day less. */
static bool may_be_nearer(const mag_lab *sample, const mag_lab *lab, const mag_lab *found) {
    const int64_t minutes = llabs((int64_t)lab->minute - sample->minute);
    const int64_t slack = mag_lab_has(sample, MAG_LAB_DATE_ONLY) ? MAG_MINUTES_PER_DAY : 0;
    return found == NULL || minutes - slack <= mag_lab_distance(found, sample);
}

/* From the newest to the oldest, the first of those that are equally near. */
static void look_back(const mag_lab_query *query, const mag_lab *sample, const mag_lab *labs,
                      size_t count, const mag_lab **found) {
    for (size_t i = count; i-- > 0 && may_be_nearer(sample, &labs[i], *found);)
        if (counts(query, &labs[i]) && nearer_by(sample, &labs[i], *found) >= 0)
            *found = &labs[i];
}

/* A result without a clock stands at the begin of its day, which is nearer than it looks: those of
   the days that are as near as what was found. */
static void look_at_dates(const mag_lab_query *query, const mag_lab *sample,
                          const mag_series_records *part, const mag_lab **found) {
    if (*found == NULL || mag_lab_has(sample, MAG_LAB_DATE_ONLY))
        return;
    const int64_t farthest = mag_lab_distance(*found, sample) / MAG_MINUTES_PER_DAY;
    mag_minute day = mag_day_begin(sample->minute);
    for (int64_t i = 0; i <= farthest; i++, day -= MAG_MINUTES_PER_DAY) {
        const mag_series_records dates = mag_series_records_between(part, day, day);
        for (size_t k = dates.count; k-- > 0;) {
            const mag_lab *lab = mag_series_at(&dates, k);
            if (counts(query, lab) && nearer_by(sample, lab, *found) >= 0)
                *found = lab;
        }
    }
}

static const mag_lab *nearest_of_part(const mag_lab_query *query, const mag_lab *sample,
                                      const mag_series_records *part) {
    const mag_series_records before =
        mag_series_records_between(part, MAG_MINUTE_NONE, sample->minute);
    const mag_lab *found = NULL;
    for (size_t i = before.count; i < part->count; i++) {
        const mag_lab *lab = mag_series_at(part, i);
        if (!may_be_nearer(sample, lab, found))
            break;
        if (counts(query, lab) && nearer_by(sample, lab, found) > 0)
            found = lab;
    }
    for (int half = 0; half < 2; half++)
        look_back(query, sample, before.parts[half], before.counts[half], &found);
    look_at_dates(query, sample, part, &found);
    return found;
}

static const mag_lab *nearest_in_time(const mag_lab_query *query, const mag_lab *sample) {
    const mag_series_records all = mag_series_records_of(query);
    const mag_lab *nearest = NULL;
    for (int i = 0; i < 2; i++) {
        mag_series_records part = all;
        part.counts[1 - i] = 0;
        part.count = part.counts[i];
        const mag_lab *found = nearest_of_part(query, sample, &part);
        if (found != NULL && nearer_by(sample, found, nearest) > 0)
            nearest = found;
    }
    return nearest;
}

mag_value mag_lab_pair(const mag_lab_query *query, const mag_lab *sample, bool is_same_specimen) {
    const mag_lab *nearest =
        is_same_specimen ? nearest_of_specimen(query, sample) : nearest_in_time(query, sample);
    if (nearest == NULL)
        return mag_value_unknown(is_same_specimen ? mag_unknown_bit(MAG_UNKNOWN_MISSING)
                                                  : mag_lab_why_nothing(query));
    return is_same_specimen ? choose_of_specimen(query, nearest) : choose_at(query, nearest);
}
