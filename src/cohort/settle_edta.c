/* Results of a tube with EDTA (clinical rules H03): potassium of the tube raises potassium, EDTA
   binds calcium and magnesium. Which results lie near each other is settle_tubes.h's. */
#include "cohort/settle_labs.h"

#include "clinical/kidney.h"
#include "cohort/settle_tubes.h"
#include "cohort/settle_value.h"

#include <stdlib.h>

enum { ALBUMIN_MINUTES = 24 * 60, ALBUMIN_LEAST_G_L = 20 };

static const mag_limit k_edta = {"k", {60, 1}, {0, 0}, MAG_UNIT_MMOL_L, MAG_UNIT_NONE};
static const mag_limit mg_edta = {"mg", {50, 2}, {12, 1}, MAG_UNIT_MMOL_L, MAG_UNIT_MG_DL};
static const mag_limit ca_edta = {"ca", {190, 2}, {76, 1}, MAG_UNIT_MMOL_L, MAG_UNIT_MG_DL};
/* Below this a total calcium counts as that low without an albumin (rules 0.1 item 21). */
static const mag_limit ca_total = {"ca", {180, 2}, {72, 1}, MAG_UNIT_MMOL_L, MAG_UNIT_MG_DL};

/* --- values against limits -----------------------------------------------------------------------
 */

/* Sign of value - limit: exact in the reported family, in canonical units if the limit has no such
   side. */
static int order_of(const mag_lab *lab, const mag_limit *limit) {
    int order;
    if (mag_limit_compare(mag_lab_analyte(lab), mag_lab_unit(lab), mag_lab_value(lab), limit,
                          &order))
        return order;
    const double value = mag_settled_canonical(lab), at = mag_decimal_double(limit->molar);
    return mag_derived_above(value, at) - mag_derived_below(value, at);
}

static bool is_above(const mag_lab *lab, const mag_limit *limit) {
    const int order = order_of(lab, limit);
    return !mag_settled_may_be_lower(lab) &&
           (order > 0 || (order == 0 && mag_lab_comparator(lab) == MAG_GREATER));
}

static bool is_below(const mag_lab *lab, const mag_limit *limit) {
    const int order = order_of(lab, limit);
    return !mag_settled_may_be_higher(lab) &&
           (order < 0 || (order == 0 && mag_lab_comparator(lab) == MAG_LESS));
}

/* --- the patient ---------------------------------------------------------------------------------
 */

/* The usable results of one analyte, so that one of a specimen or of a time is found without
   looking at all. */
typedef struct keyed {
    uint64_t specimen;
    uint32_t idx;
} keyed;

typedef struct lookup {
    keyed *by_specimen;       /* then by index */
    uint32_t *clocks, *dates; /* with and without a clock; by minute, as they stand */
    size_t count, clock_count, date_count;
} lookup;

/* The packed results of one patient. */
typedef struct edta_labs {
    mag_lab *labs;
    const uint64_t *specimens; /* NULL: no row has one */
    size_t count;
    lookup albumin, adjusted;
} edta_labs;

static uint64_t specimen_at(const edta_labs *of, size_t idx) {
    return mag_settled_specimen(of->specimens, of->labs, idx);
}

/* Index of the first result that is of the analyte or a later one: they are sorted by analyte. */
static size_t begin_of(const edta_labs *of, mag_analyte analyte) {
    size_t low = 0, high = of->count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (mag_lab_analyte(&of->labs[middle]) < analyte)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static size_t end_of(const edta_labs *of, mag_analyte analyte) {
    return begin_of(of, (mag_analyte)(analyte + 1));
}

static int compare_keyed(const void *a, const void *b) {
    const keyed *x = a, *y = b;
    if (x->specimen != y->specimen)
        return x->specimen < y->specimen ? -1 : 1;
    return (x->idx > y->idx) - (x->idx < y->idx);
}

static mag_status look_up(const edta_labs *of, mag_analyte analyte, mag_arena *scratch, lookup *out,
                          mag_error *err) {
    const size_t begin = begin_of(of, analyte), end = end_of(of, analyte);
    const size_t room = end - begin + 1;
    *out = (lookup){.by_specimen = mag_arena_alloc(scratch, room * sizeof(keyed)),
                    .clocks = mag_arena_alloc(scratch, room * sizeof(uint32_t)),
                    .dates = mag_arena_alloc(scratch, room * sizeof(uint32_t))};
    if (!out->by_specimen || !out->clocks || !out->dates)
        return mag_fail_memory(err, room * sizeof(keyed));
    for (size_t i = begin; i < end; i++) {
        if (!mag_settled_is_value(&of->labs[i]))
            continue;
        out->by_specimen[out->count++] = (keyed){specimen_at(of, i), (uint32_t)i};
        if (mag_lab_has(&of->labs[i], MAG_LAB_DATE_ONLY))
            out->dates[out->date_count++] = (uint32_t)i;
        else
            out->clocks[out->clock_count++] = (uint32_t)i;
    }
    qsort(out->by_specimen, out->count, sizeof(keyed), compare_keyed);
    return MAG_OK;
}

/* --- the albumin of a calcium --------------------------------------------------------------------
 */

/* The first of the specimen; of->count if none. */
static size_t of_specimen(const edta_labs *of, const lookup *in, uint64_t specimen) {
    size_t low = 0, high = in->count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (in->by_specimen[middle].specimen < specimen)
            low = middle + 1;
        else
            high = middle;
    }
    const bool is_there = low < in->count && in->by_specimen[low].specimen == specimen;
    return is_there ? in->by_specimen[low].idx : of->count;
}

/* Both with a clock: by minutes. Else by days, 24 hours being one. */
static bool is_within_a_day(const mag_lab *a, const mag_lab *b) {
    if (mag_lab_has(a, MAG_LAB_DATE_ONLY) || mag_lab_has(b, MAG_LAB_DATE_ONLY))
        return abs(mag_minute_day(a->minute) - mag_minute_day(b->minute)) <= 1;
    return llabs((int64_t)a->minute - b->minute) <= ALBUMIN_MINUTES;
}

static int64_t distance(const edta_labs *of, size_t a, size_t b) {
    return llabs((int64_t)of->labs[a].minute - of->labs[b].minute);
}

/* Place of the first result in the list that is not before the minute. */
static size_t place_from(const edta_labs *of, const uint32_t *list, size_t count,
                         mag_minute minute) {
    size_t low = 0, high = count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (of->labs[list[middle]].minute < minute)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* The nearer one; of two that are as near the one that stands first. */
static void take_nearer(const edta_labs *of, size_t calcium, size_t candidate, size_t *nearest) {
    if (!is_within_a_day(&of->labs[candidate], &of->labs[calcium]))
        return;
    const int64_t gap = distance(of, candidate, calcium);
    const int64_t least = *nearest < of->count ? distance(of, *nearest, calcium) : INT64_MAX;
    if (gap < least || (gap == least && candidate < *nearest))
        *nearest = candidate;
}

/* Among results of one sort the further one is never within a day if the nearer one is not: the
   first of the last moment before, and of the first moment from there on, are enough. */
static void take_nearest_of(const edta_labs *of, size_t calcium, const uint32_t *list, size_t count,
                            size_t *nearest) {
    const size_t at = place_from(of, list, count, of->labs[calcium].minute);
    if (at < count)
        take_nearer(of, calcium, list[at], nearest);
    if (at > 0) {
        const mag_minute before = of->labs[list[at - 1]].minute;
        take_nearer(of, calcium, list[place_from(of, list, count, before)], nearest);
    }
}

/* The albumin of the specimen, else the nearest within 24 hours; of->count if none. */
static size_t albumin_of(const edta_labs *of, size_t calcium) {
    const lookup *albumin = &of->albumin;
    size_t found = of_specimen(of, albumin, specimen_at(of, calcium));
    if (found < of->count)
        return found;
    take_nearest_of(of, calcium, albumin->clocks, albumin->clock_count, &found);
    take_nearest_of(of, calcium, albumin->dates, albumin->date_count, &found);
    return found;
}

/* The factor of 0.02 mmol/L (0.8 mg/dL) for 1 g/L (1 g/dL) below 40 g/L, in the family of the
   calcium (clinical spec h). */
static bool is_low_when_adjusted(const mag_lab *calcium, double albumin_g_l) {
    const mag_unit unit = mag_lab_unit(calcium);
    if (mag_unit_scale_of(unit).dimension != MAG_DIMENSION_MASS)
        return mag_derived_below(mag_settled_canonical(calcium) + 0.02 * (40 - albumin_g_l),
                                 mag_decimal_double(ca_edta.molar));
    const double mg_dl =
        mag_from_canonical(MAG_CALCIUM, MAG_UNIT_MG_DL, mag_settled_canonical(calcium));
    return mag_derived_below(mg_dl + 0.8 * (4 - albumin_g_l / 10),
                             mag_decimal_double(ca_edta.mass));
}

static bool is_low_calcium(const edta_labs *of, size_t at) {
    const mag_lab *lab = &of->labs[at];
    if (!mag_settled_is_value(lab))
        return false;
    if (mag_lab_analyte(lab) == MAG_CALCIUM_ADJUSTED)
        return is_below(lab, &ca_edta);
    if (of_specimen(of, &of->adjusted, specimen_at(of, at)) < of->count)
        return false; /* a reported adjusted calcium of the specimen speaks for it */
    const size_t albumin = albumin_of(of, at);
    const double albumin_g_l = albumin < of->count ? mag_settled_canonical(&of->labs[albumin]) : 0;
    if (mag_derived_below(albumin_g_l, ALBUMIN_LEAST_G_L) || mag_lab_comparator(lab) != MAG_EXACT ||
        mag_lab_comparator(&of->labs[albumin]) != MAG_EXACT)
        return is_below(lab, &ca_total);
    return is_low_when_adjusted(lab, albumin_g_l);
}

/* --- all of it -----------------------------------------------------------------------------------
 */

enum { PART_POTASSIUM, PART_MAGNESIUM, PART_CALCIUM };

/* The side of the limit that the laboratory reports, and the number below it: most of them. */
bool mag_settle_may_be_edta(const mag_lab *lab) {
    const mag_decimal value = mag_lab_value(lab), limit = k_edta.molar;
    return mag_lab_analyte(lab) == MAG_POTASSIUM &&
           (mag_lab_unit(lab) != k_edta.molar_unit ||
            value.mantissa * mag_power_of_ten(limit.scale) >=
                limit.mantissa * mag_power_of_ten(value.scale));
}

static bool is_high_potassium(const edta_labs *of, size_t at) {
    const mag_lab *lab = &of->labs[at];
    return mag_settle_may_be_edta(lab) && mag_settled_is_value(lab) && is_above(lab, &k_edta);
}

static bool is_low_magnesium(const edta_labs *of, size_t at) {
    return mag_settled_is_value(&of->labs[at]) && is_below(&of->labs[at], &mg_edta);
}

typedef bool is_part(const edta_labs *of, size_t at);

typedef struct tube_list {
    mag_tube *tubes;
    size_t count, capacity;
} tube_list;

/* The results of the analyte that can be a part; the list grows in the account. */
static mag_status add_part(const edta_labs *of, mag_analyte analyte, uint8_t part, is_part *can_be,
                           mag_account *account, tube_list *list, mag_error *err) {
    const size_t end = end_of(of, analyte);
    for (size_t i = begin_of(of, analyte); i < end; i++) {
        if (!can_be(of, i))
            continue;
        MAG_TRY(mag_grow(account, (void **)&list->tubes, &list->capacity, sizeof *list->tubes,
                         list->count + 1, err));
        list->tubes[list->count++] =
            (mag_tube){.specimen = specimen_at(of, i),
                       .lab_idx = (uint32_t)i,
                       .minute = of->labs[i].minute,
                       .part = part,
                       .is_date_only = mag_lab_has(&of->labs[i], MAG_LAB_DATE_ONLY)};
    }
    return MAG_OK;
}

/* Nearly every patient has no potassium that high, and is done with. */
static mag_status gather(edta_labs *of, mag_arena *scratch, tube_list *list, mag_error *err) {
    mag_account *account = mag_arena_account(scratch);
    MAG_TRY(add_part(of, MAG_POTASSIUM, PART_POTASSIUM, is_high_potassium, account, list, err));
    const size_t potassium_count = list->count;
    if (potassium_count == 0)
        return MAG_OK;
    MAG_TRY(add_part(of, MAG_MAGNESIUM, PART_MAGNESIUM, is_low_magnesium, account, list, err));
    if (list->count == potassium_count)
        return MAG_OK;
    MAG_TRY(look_up(of, MAG_ALBUMIN, scratch, &of->albumin, err));
    MAG_TRY(look_up(of, MAG_CALCIUM_ADJUSTED, scratch, &of->adjusted, err));
    MAG_TRY(add_part(of, MAG_CALCIUM, PART_CALCIUM, is_low_calcium, account, list, err));
    return add_part(of, MAG_CALCIUM_ADJUSTED, PART_CALCIUM, is_low_calcium, account, list, err);
}

mag_status mag_settle_edta(const mag_packed_labs *packed, mag_arena *scratch, mag_error *err) {
    edta_labs of = {.labs = packed->labs, .specimens = packed->specimens, .count = packed->count};
    tube_list list = {0};
    mag_status status = gather(&of, scratch, &list, err);
    if (status == MAG_OK)
        status = mag_tubes_find(list.tubes, list.count, scratch, err);
    for (size_t i = 0; status == MAG_OK && i < list.count; i++)
        if (list.tubes[i].is_found)
            mag_lab_set(&packed->labs[list.tubes[i].lab_idx], MAG_LAB_SUSPECT);
    mag_drop(mag_arena_account(scratch), list.tubes, list.capacity, sizeof *list.tubes);
    return status;
}
