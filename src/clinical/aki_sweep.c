/* What lies before a result within a time is one stretch of the results with a clock and one of
   those without: the lowest of a stretch comes from a tree, the median of the year from counts by
   rank that follow the stretch as it moves. */
#include "clinical/aki_sweep.h"

#include <math.h>
#include <stdlib.h>

static int by_size(const void *left, const void *right) {
    const double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

static const mag_aki_result *result_at(const mag_aki_sweep *sweep, const mag_aki_kind *kind,
                                       size_t i) {
    return &sweep->results[kind->indexes[i]];
}

/* --- setting up ----------------------------------------------------------------------------------
 */

static void build_kind(const mag_aki_sweep *sweep, mag_aki_kind *kind) {
    const size_t count = kind->count;
    double later = INFINITY;
    for (size_t i = count; i-- > 0;) {
        kind->lowest[count + i] = mag_aki_reference(result_at(sweep, kind, i), sweep->reading);
        later = fmin(later, mag_aki_index(result_at(sweep, kind, i), sweep->reading));
        kind->lowest_later[i] = later;
    }
    for (size_t i = count; i-- > 1;)
        kind->lowest[i] = fmin(kind->lowest[2 * i], kind->lowest[2 * i + 1]);
}

static uint32_t rank_of(const mag_aki_sweep *sweep, double value) {
    size_t low = 0, high = sweep->count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (sweep->sorted[middle] < value)
            low = middle + 1;
        else
            high = middle;
    }
    return (uint32_t)low;
}

mag_aki_sweep mag_aki_sweep_begin(const mag_aki_result *results, size_t count,
                                  mag_aki_reading reading, double *numbers, uint32_t *ranks) {
    mag_aki_sweep sweep = {.results = results, .count = count, .reading = reading};
    uint32_t *next = ranks;
    sweep.sorted = numbers;
    numbers += count;
    for (int kind = 0; kind < 2; kind++) {
        mag_aki_kind *of = &sweep.kinds[kind];
        of->indexes = next;
        for (size_t i = 0; i < count; i++)
            if (results[i].is_date_only == (kind == 1))
                next[of->count++] = (uint32_t)i;
        next += of->count;
        of->lowest = numbers;
        of->lowest_later = numbers + 2 * of->count;
        numbers += 3 * of->count;
        build_kind(&sweep, of);
    }
    sweep.ranks = next;
    sweep.held = next + count;
    for (size_t i = 0; i < count; i++) {
        sweep.sorted[i] = mag_aki_reference(&results[i], reading);
        sweep.held[i] = 0;
    }
    sweep.held[count] = 0;
    qsort(sweep.sorted, count, sizeof *sweep.sorted, by_size);
    for (size_t i = 0; i < count; i++)
        sweep.ranks[i] = rank_of(&sweep, mag_aki_reference(&results[i], reading));
    return sweep;
}

/* --- the year ------------------------------------------------------------------------------------
 */

/* Counts by rank, as a tree of sums: held[i] sums the ranks (i - lowest bit of i, i]. */
static void hold(mag_aki_sweep *sweep, const mag_aki_kind *kind, size_t i, bool is_in) {
    for (size_t at = sweep->ranks[kind->indexes[i]] + 1; at <= sweep->count; at += at & (~at + 1))
        sweep->held[at] = is_in ? sweep->held[at] + 1 : sweep->held[at] - 1;
    sweep->held_count = is_in ? sweep->held_count + 1 : sweep->held_count - 1;
}

static void move_to(mag_aki_sweep *sweep, mag_aki_kind *kind, size_t from, size_t until) {
    while (kind->older_until < until)
        hold(sweep, kind, kind->older_until++, true);
    while (kind->older > from)
        hold(sweep, kind, --kind->older, true);
    while (kind->older_until > until)
        hold(sweep, kind, --kind->older_until, false);
    while (kind->older < from)
        hold(sweep, kind, kind->older++, false);
}

/* Number nth (from 0) by size of those that are held. */
static double nth_of(const mag_aki_sweep *sweep, size_t nth) {
    size_t at = 0, step = 1;
    while (step * 2 <= sweep->count)
        step *= 2;
    for (; step > 0; step /= 2)
        if (at + step <= sweep->count && sweep->held[at + step] <= nth) {
            at += step;
            nth -= sweep->held[at];
        }
    return sweep->sorted[at];
}

static double median_of(const mag_aki_sweep *sweep) {
    const size_t count = sweep->held_count;
    if (count == 0)
        return NAN;
    const double upper = nth_of(sweep, count / 2);
    return count % 2 == 1 ? upper : (nth_of(sweep, count / 2 - 1) + upper) / 2;
}

/* --- one result ----------------------------------------------------------------------------------
 */

/* The first of its kind that is at most `age` minutes older than the result asked for. */
static size_t first_within(const mag_aki_sweep *sweep, const mag_aki_kind *kind, size_t index,
                           int64_t age) {
    size_t low = 0, high = kind->count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (mag_aki_minutes_between(result_at(sweep, kind, middle), &sweep->results[index]) > age)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* NaN if there is none. */
static double lowest_of(const mag_aki_kind *kind, size_t from, size_t until) {
    double lowest = NAN;
    for (from += kind->count, until += kind->count; from < until; from /= 2, until /= 2) {
        if (from % 2 == 1)
            lowest = fmin(lowest, kind->lowest[from++]);
        if (until % 2 == 1)
            lowest = fmin(lowest, kind->lowest[--until]);
    }
    return lowest;
}

static bool is_resolved(const mag_aki_sweep *sweep, size_t index, const mag_aki *aki) {
    for (int i = 0; i < 2; i++) {
        const mag_aki_kind *kind = &sweep->kinds[i];
        const size_t later = first_within(sweep, kind, index, -1);
        if (later < kind->count && mag_aki_resolves(kind->lowest_later[later], aki->reference))
            return true;
    }
    return false;
}

mag_aki mag_aki_sweep_at(mag_aki_sweep *sweep, size_t index) {
    mag_aki_past past = {.rv1 = NAN, .lowest_48h = NAN};
    for (int i = 0; i < 2; i++) {
        mag_aki_kind *kind = &sweep->kinds[i];
        const size_t year = first_within(sweep, kind, index, MAG_AKI_YEAR);
        const size_t week = first_within(sweep, kind, index, MAG_AKI_WEEK);
        const size_t two_days = first_within(sweep, kind, index, MAG_AKI_TWO_DAYS);
        const size_t now = first_within(sweep, kind, index, 0);
        move_to(sweep, kind, year, week);
        past.rv1 = fmin(past.rv1, lowest_of(kind, week, now));
        past.lowest_48h = fmin(past.lowest_48h, lowest_of(kind, two_days, now));
        past.is_day_resolution |= i == 1 && year < now;
    }
    past.rv2 = median_of(sweep);
    mag_aki aki = mag_aki_judge(&sweep->results[index], sweep->reading, &past);
    if (aki.stage > 0 && is_resolved(sweep, index, &aki))
        aki.stage = 0;
    return aki;
}
