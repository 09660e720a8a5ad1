/* Near is "one specimen" or "close in time", and of the three pairs of a triple either

     all are of one specimen              one run of the tubes sorted by specimen, or
     all are close in time                looked up by moment, whatever the specimens are, or
     one pair is of one specimen only     that pair, and who is close to both.

   A moment knows whom it is close to as two intervals: results with a clock by minute, results
   without one by day. Who is close to two moments lies in the intersections. */
#include "cohort/settle_tubes.h"

#include <stdlib.h>

typedef struct moment {
    mag_minute minute;
    bool is_date_only, is_found;
} moment;

/* The moments of one part, each once, sorted: those with a clock, then those without. */
typedef struct part_moments {
    moment *clocks, *dates;
    size_t clock_count, date_count;
} part_moments;

/* Close in time to one moment, or to two. */
typedef struct reach {
    mag_minute from, until;         /* of those with a clock; none if from > until */
    mag_minute day_from, day_until; /* of those without: their first minute */
} reach;

static mag_minute begin_of_day(mag_minute minute) {
    return mag_minute_day(minute) * MAG_MINUTES_PER_DAY;
}

static reach reach_of(mag_minute minute, bool is_date_only) {
    const mag_minute day = begin_of_day(minute);
    if (is_date_only)
        return (reach){day, day + MAG_MINUTES_PER_DAY - 1, day, day};
    return (reach){minute - MAG_TUBE_MINUTES, minute + MAG_TUBE_MINUTES, day, day};
}

static reach of_both(reach a, reach b) {
    return (reach){a.from > b.from ? a.from : b.from, a.until < b.until ? a.until : b.until,
                   a.day_from > b.day_from ? a.day_from : b.day_from,
                   a.day_until < b.day_until ? a.day_until : b.day_until};
}

/* Index of the first moment that is not before the minute. */
static size_t first_from(const moment *moments, size_t count, mag_minute minute) {
    size_t low = 0, high = count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (moments[middle].minute < minute)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool holds_any(const moment *moments, size_t count, mag_minute from, mag_minute until) {
    const size_t first = first_from(moments, count, from);
    return first < count && moments[first].minute <= until;
}

static bool has_any(const part_moments *part, reach in) {
    return holds_any(part->clocks, part->clock_count, in.from, in.until) ||
           holds_any(part->dates, part->date_count, in.day_from, in.day_until);
}

static void mark_range(moment *moments, size_t count, mag_minute from, mag_minute until) {
    for (size_t i = first_from(moments, count, from); i < count && moments[i].minute <= until; i++)
        moments[i].is_found = true;
}

static void mark(const part_moments *part, reach in) {
    mark_range(part->clocks, part->clock_count, in.from, in.until);
    mark_range(part->dates, part->date_count, in.day_from, in.day_until);
}

/* --- all close in time ---------------------------------------------------------------------------
 */

static bool has_pair_in(const moment *moments, size_t count, mag_minute from, mag_minute until,
                        reach near, const part_moments *third) {
    for (size_t i = first_from(moments, count, from); i < count && moments[i].minute <= until; i++)
        if (has_any(third, of_both(near, reach_of(moments[i].minute, moments[i].is_date_only))))
            return true;
    return false;
}

/* Is there one of each other part, close to the moment and to each other? */
static bool has_company(const moment *at, const part_moments *second, const part_moments *third) {
    const reach near = reach_of(at->minute, at->is_date_only);
    return has_pair_in(second->clocks, second->clock_count, near.from, near.until, near, third) ||
           has_pair_in(second->dates, second->date_count, near.day_from, near.day_until, near,
                       third);
}

static void find_by_time(part_moments parts[MAG_TUBE_PARTS]) {
    for (unsigned i = 0; i < MAG_TUBE_PARTS; i++) {
        const part_moments *second = &parts[(i + 1) % MAG_TUBE_PARTS];
        const part_moments *third = &parts[(i + 2) % MAG_TUBE_PARTS];
        for (size_t k = 0; k < parts[i].clock_count; k++)
            parts[i].clocks[k].is_found |= has_company(&parts[i].clocks[k], second, third);
        for (size_t k = 0; k < parts[i].date_count; k++)
            parts[i].dates[k].is_found |= has_company(&parts[i].dates[k], second, third);
    }
}

/* --- by specimen ---------------------------------------------------------------------------------
 */

static bool are_close(const mag_tube *a, const mag_tube *b) {
    if (a->is_date_only || b->is_date_only)
        return mag_minute_day(a->minute) == mag_minute_day(b->minute);
    return llabs((int64_t)a->minute - b->minute) <= MAG_TUBE_MINUTES;
}

bool mag_tubes_are_near(const mag_tube *a, const mag_tube *b) {
    return a->specimen == b->specimen || are_close(a, b);
}

#define COMPARE(field)                                                                             \
    if (x->field != y->field)                                                                      \
        return x->field < y->field ? -1 : 1;

static int compare_tubes(const void *a, const void *b) {
    const mag_tube *x = a, *y = b;
    COMPARE(specimen)
    COMPARE(minute)
    COMPARE(is_date_only)
    COMPARE(part)
    return 0;
}

static void find_one_specimen(mag_tube *tubes, size_t count) {
    unsigned parts = 0;
    for (size_t i = 0; i < count; i++)
        parts |= 1u << tubes[i].part;
    if (parts == (1u << MAG_TUBE_PARTS) - 1)
        for (size_t i = 0; i < count; i++)
            tubes[i].is_found = true;
}

/* Two of one specimen that are not close: the third is close to both of them, if there is one. */
static void try_pair(mag_tube *a, mag_tube *b, const part_moments parts[MAG_TUBE_PARTS]) {
    if (a->part == b->part || are_close(a, b))
        return;
    const part_moments *third = &parts[MAG_TUBE_PARTS - a->part - b->part];
    const reach near =
        of_both(reach_of(a->minute, a->is_date_only), reach_of(b->minute, b->is_date_only));
    if (!has_any(third, near))
        return;
    a->is_found = b->is_found = true;
    mark(third, near);
}

/* Further apart nobody is close to both. */
enum { PAIR_MINUTES = 2 * MAG_TUBE_MINUTES + MAG_MINUTES_PER_DAY };

/* Of tubes that compare equal the first speaks for all. */
static void find_pairs(mag_tube *tubes, size_t count, const part_moments parts[MAG_TUBE_PARTS]) {
    for (size_t i = 0; i < count; i++) {
        if (i > 0 && compare_tubes(&tubes[i - 1], &tubes[i]) == 0)
            continue;
        for (size_t k = i + 1;
             k < count && (int64_t)tubes[k].minute - tubes[i].minute <= PAIR_MINUTES; k++)
            if (compare_tubes(&tubes[k - 1], &tubes[k]) != 0)
                try_pair(&tubes[i], &tubes[k], parts);
    }
    for (size_t i = 1; i < count; i++)
        if (compare_tubes(&tubes[i - 1], &tubes[i]) == 0)
            tubes[i].is_found |= tubes[i - 1].is_found;
}

static void find_by_specimen(mag_tube *tubes, size_t count,
                             const part_moments parts[MAG_TUBE_PARTS]) {
    for (size_t begin = 0, end; begin < count; begin = end) {
        for (end = begin + 1; end < count && tubes[end].specimen == tubes[begin].specimen;)
            end++;
        find_one_specimen(tubes + begin, end - begin);
        find_pairs(tubes + begin, end - begin, parts);
    }
}

/* --- all of it -----------------------------------------------------------------------------------
 */

static int compare_moments(const void *a, const void *b) {
    const moment *x = a, *y = b;
    COMPARE(is_date_only)
    COMPARE(minute)
    return 0;
}

static mag_status gather(const mag_tube *tubes, size_t count, uint8_t part, mag_arena *scratch,
                         part_moments *out, mag_error *err) {
    size_t found = 0, kept = 0;
    for (size_t i = 0; i < count; i++)
        found += tubes[i].part == part;
    moment *moments = mag_arena_alloc(scratch, (found + 1) * sizeof *moments);
    if (!moments)
        return mag_fail_memory(err, found * sizeof *moments);
    found = 0;
    for (size_t i = 0; i < count; i++)
        if (tubes[i].part == part)
            moments[found++] = (moment){tubes[i].minute, tubes[i].is_date_only, false};
    if (found)
        qsort(moments, found, sizeof *moments, compare_moments);
    *out = (part_moments){.clocks = moments};
    for (size_t i = 0; i < found; i++) {
        if (kept && compare_moments(&moments[kept - 1], &moments[i]) == 0)
            continue;
        moments[kept++] = moments[i];
        out->clock_count += !moments[kept - 1].is_date_only;
    }
    out->dates = moments + out->clock_count;
    out->date_count = kept - out->clock_count;
    return MAG_OK;
}

static bool is_found_at(const part_moments *part, const mag_tube *tube) {
    const moment *moments = tube->is_date_only ? part->dates : part->clocks;
    const size_t count = tube->is_date_only ? part->date_count : part->clock_count;
    return moments[first_from(moments, count, tube->minute)].is_found;
}

mag_status mag_tubes_find(mag_tube *tubes, size_t count, mag_arena *scratch, mag_error *err) {
    part_moments parts[MAG_TUBE_PARTS];
    if (count < MAG_TUBE_PARTS)
        return MAG_OK;
    for (int part = 0; part < MAG_TUBE_PARTS; part++) {
        MAG_TRY(gather(tubes, count, (uint8_t)part, scratch, &parts[part], err));
        if (parts[part].clock_count + parts[part].date_count == 0)
            return MAG_OK;
    }
    qsort(tubes, count, sizeof *tubes, compare_tubes);
    find_by_specimen(tubes, count, parts);
    find_by_time(parts);
    for (size_t i = 0; i < count; i++)
        tubes[i].is_found |= is_found_at(&parts[tubes[i].part], &tubes[i]);
    return MAG_OK;
}
