/* Histogram of results: a hash table of (analyte, unit, value as printed) -> count. */
#include "engine/lab_stats.h"

#include "engine/fixed_text.h"
#include "engine/lab_moments.h"

#include <stdlib.h>
#include <string.h>

enum {
    GROUP_COUNT = MAG_ANALYTE_COUNT * MAG_UNIT_COUNT,
    FIRST_CAPACITY = 1024,
    SEX_COUNT = MAG_SEX_MALE + 1
};

typedef struct group {
    uint64_t results, patients, censored, implausible, text, below_range, above_range;
    uint64_t value_count; /* uncensored */
} group;

/* The reference interval that was used last for a group and sex: laboratories print few ranges. */
typedef struct used_range {
    mag_reference_sides sides;
    uint16_t range_id;
    bool is_set;
} used_range;

struct mag_lab_stats {
    mag_account *account;
    mag_value_count *slots; /* count 0 = free */
    size_t capacity, used;  /* capacity is a power of two, at most room */
    size_t room;
    group groups[GROUP_COUNT];
    used_range ranges[GROUP_COUNT][SEX_COUNT];
    uint64_t analyte_patients[MAG_ANALYTE_COUNT];
};

static size_t group_of(mag_analyte analyte, mag_unit unit) {
    return (size_t)analyte * MAG_UNIT_COUNT + (size_t)unit;
}

static size_t slot_of(const mag_value_count *slots, size_t capacity, uint32_t group_idx,
                      mag_decimal value) {
    uint64_t key =
        (uint64_t)group_idx << 36 | (uint64_t)value.scale << 32 | (uint32_t)value.mantissa;
    size_t slot = (size_t)(key * 0x9e3779b97f4a7c15u >> 24) & (capacity - 1);
    while (slots[slot].count != 0 &&
           (slots[slot].group_idx != group_idx || slots[slot].value.scale != value.scale ||
            slots[slot].value.mantissa != value.mantissa))
        slot = (slot + 1) & (capacity - 1);
    return slot;
}

static mag_status enlarge(mag_lab_stats *stats, mag_error *err) {
    void *fresh = NULL;
    size_t room = 0;
    size_t capacity = stats->capacity == 0 ? FIRST_CAPACITY : stats->capacity * 2;
    MAG_TRY(mag_grow(stats->account, &fresh, &room, sizeof *stats->slots, capacity, err));
    mag_value_count *slots = fresh;
    memset(slots, 0, room * sizeof *slots);
    for (size_t i = 0; i < stats->capacity; i++) {
        const mag_value_count *old = &stats->slots[i];
        if (old->count != 0)
            slots[slot_of(slots, capacity, old->group_idx, old->value)] = *old;
    }
    mag_drop(stats->account, stats->slots, stats->room, sizeof *slots);
    stats->slots = slots;
    stats->capacity = capacity;
    stats->room = room;
    return MAG_OK;
}

static mag_status add_count(mag_lab_stats *stats, uint32_t group_idx, mag_decimal value,
                            uint64_t count, mag_error *err) {
    if (stats->used * 4 >= stats->capacity * 3)
        MAG_TRY(enlarge(stats, err));
    mag_value_count *slot = &stats->slots[slot_of(stats->slots, stats->capacity, group_idx, value)];
    stats->used += slot->count == 0;
    slot->group_idx = group_idx;
    slot->value = value;
    slot->count += count;
    stats->groups[group_idx].value_count += count;
    return MAG_OK;
}

mag_status mag_lab_stats_new(mag_arena *arena, mag_lab_stats **out, mag_error *err) {
    mag_lab_stats *stats = mag_arena_alloc(arena, sizeof *stats);
    if (stats == NULL)
        return mag_fail_memory(err, sizeof *stats);
    stats->account = mag_arena_account(arena);
    *out = stats;
    return MAG_OK;
}

void mag_lab_stats_done(mag_lab_stats *stats) {
    if (stats == NULL)
        return;
    mag_drop(stats->account, stats->slots, stats->room, sizeof *stats->slots);
    stats->slots = NULL;
    stats->capacity = stats->room = stats->used = 0;
}

mag_status mag_lab_stats_value(mag_lab_stats *stats, mag_analyte analyte, mag_unit unit,
                               mag_decimal value, mag_error *err) {
    size_t group_idx = group_of(analyte, unit);
    stats->groups[group_idx].results++;
    return add_count(stats, (uint32_t)group_idx, value, 1, err);
}

static void count_mark(group *counts, mag_reason reason) {
    counts->implausible += reason == MAG_REASON_VALUE_IMPLAUSIBLE ||
                           reason == MAG_REASON_VALUE_PH_LIKE ||
                           reason == MAG_REASON_VALUE_DRIP_ARM;
    counts->text += reason == MAG_REASON_VALUE_TEXT_RESULT;
}

/* -1 below the reference range, 1 above it; 0 inside, or if there is none. */
static int side_of_range(mag_lab_stats *stats, size_t group_idx, const mag_timeline *patient,
                         const mag_lab *lab) {
    const mag_sex sex = patient->person->sex;
    used_range *range = &stats->ranges[group_idx][sex];
    if (!range->is_set || range->range_id != lab->range_id) {
        mag_reference reference = {.sex = sex};
        reference.has_row_range = mag_cohort_range(patient->cohort, lab->range_id,
                                                   &reference.row_low, &reference.row_high);
        range->sides = mag_reference_sides_of(mag_lab_analyte(lab), mag_lab_unit(lab), &reference);
        range->range_id = lab->range_id;
        range->is_set = true;
    }
    return mag_reference_side(&range->sides, mag_lab_value(lab));
}

static mag_status count_value(mag_lab_stats *stats, size_t group_idx, const mag_timeline *patient,
                              const mag_lab *lab, mag_error *err) {
    group *counts = &stats->groups[group_idx];
    const int side = side_of_range(stats, group_idx, patient, lab);
    counts->below_range += side < 0;
    counts->above_range += side > 0;
    counts->results++;
    return add_count(stats, (uint32_t)group_idx, mag_lab_value(lab), 1, err);
}

static mag_status count_lab(mag_lab_stats *stats, size_t group_idx, const mag_timeline *patient,
                            const mag_lab *lab, mag_error *err) {
    group *counts = &stats->groups[group_idx];
    if (mag_lab_reject(lab) != MAG_REASON_NONE) {
        count_mark(counts, mag_lab_reject(lab));
        return MAG_OK;
    }
    if (mag_lab_comparator(lab) != MAG_EXACT) {
        counts->results++;
        counts->censored++;
        return MAG_OK;
    }
    return count_value(stats, group_idx, patient, lab, err);
}

/* The results of one analyte. */
static mag_status count_analyte(mag_lab_stats *stats, const mag_timeline *patient,
                                mag_analyte analyte, mag_error *err) {
    const mag_lab *end = &patient->labs[patient->first[analyte + 1]];
    uint32_t units_seen = 0;
    for (const mag_lab *lab = &patient->labs[patient->first[analyte]]; lab < end; lab++) {
        MAG_TRY(count_lab(stats, group_of(analyte, mag_lab_unit(lab)), patient, lab, err));
        if (mag_lab_reject(lab) == MAG_REASON_NONE)
            units_seen |= 1u << mag_lab_unit(lab);
    }
    stats->analyte_patients[analyte] += units_seen != 0;
    for (; units_seen != 0; units_seen &= units_seen - 1)
        stats->groups[group_of(analyte, (mag_unit)__builtin_ctz(units_seen))].patients++;
    return MAG_OK;
}

mag_status mag_lab_stats_patient(mag_lab_stats *stats, const mag_timeline *patient,
                                 mag_error *err) {
    for (unsigned analyte = 1; analyte < MAG_ANALYTE_COUNT; analyte++)
        if (patient->first[analyte] < patient->first[analyte + 1])
            MAG_TRY(count_analyte(stats, patient, (mag_analyte)analyte, err));
    return MAG_OK;
}

mag_status mag_lab_stats_add(mag_lab_stats *total, const mag_lab_stats *more, mag_error *err) {
    for (size_t i = 0; i < more->capacity; i++)
        if (more->slots[i].count != 0)
            MAG_TRY(add_count(total, more->slots[i].group_idx, more->slots[i].value,
                              more->slots[i].count, err));
    for (size_t i = 0; i < GROUP_COUNT; i++) {
        total->groups[i].results += more->groups[i].results;
        total->groups[i].patients += more->groups[i].patients;
        total->groups[i].censored += more->groups[i].censored;
        total->groups[i].implausible += more->groups[i].implausible;
        total->groups[i].text += more->groups[i].text;
        total->groups[i].below_range += more->groups[i].below_range;
        total->groups[i].above_range += more->groups[i].above_range;
    }
    for (size_t i = 0; i < MAG_ANALYTE_COUNT; i++)
        total->analyte_patients[i] += more->analyte_patients[i];
    return MAG_OK;
}

static int by_group_and_value(const void *a, const void *b) {
    const mag_value_count *left = a, *right = b;
    if (left->group_idx != right->group_idx)
        return left->group_idx < right->group_idx ? -1 : 1;
    int order = mag_decimal_compare(left->value, right->value);
    return order != 0 ? order : (int)left->value.scale - (int)right->value.scale;
}

static int by_names(const void *a, const void *b) {
    uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;
    int order = strcmp(mag_analyte_of((mag_analyte)(left / MAG_UNIT_COUNT))->name,
                       mag_analyte_of((mag_analyte)(right / MAG_UNIT_COUNT))->name);
    return order != 0 ? order
                      : strcmp(mag_unit_text((mag_unit)(left % MAG_UNIT_COUNT)),
                               mag_unit_text((mag_unit)(right % MAG_UNIT_COUNT)));
}

typedef struct sorted_values {
    mag_value_count *items;
    size_t count, capacity;
} sorted_values;

static mag_status sort_values(const mag_lab_stats *stats, sorted_values *sorted, mag_error *err) {
    void *room = NULL;
    MAG_TRY(mag_grow(stats->account, &room, &sorted->capacity, sizeof *sorted->items,
                     stats->used + 1, err));
    sorted->items = room;
    for (size_t i = 0; i < stats->capacity; i++)
        if (stats->slots[i].count != 0)
            sorted->items[sorted->count++] = stats->slots[i];
    qsort(sorted->items, sorted->count, sizeof *sorted->items, by_group_and_value);
    return MAG_OK;
}

static bool group_occurs(const group *counts) {
    return counts->results + counts->implausible + counts->text > 0;
}

/* The groups that occur, in the order of their names. */
static size_t list_groups(const mag_lab_stats *stats, uint32_t list[GROUP_COUNT]) {
    size_t count = 0;
    for (uint32_t i = MAG_UNIT_COUNT; i < GROUP_COUNT; i++)
        if (group_occurs(&stats->groups[i]))
            list[count++] = i;
    qsort(list, count, sizeof *list, by_names);
    return count;
}

/* The values of one group: a slice of the sorted ones. */
static const mag_value_count *slice(const sorted_values *sorted, uint32_t group_idx,
                                    size_t *count) {
    size_t low = 0, high = sorted->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (sorted->items[middle].group_idx < group_idx)
            low = middle + 1;
        else
            high = middle;
    }
    size_t end = low;
    while (end < sorted->count && sorted->items[end].group_idx == group_idx)
        end++;
    *count = end - low;
    return sorted->items + low;
}

enum { QUANTILE_COUNT = 9 };

typedef struct row_texts {
    char quantiles[QUANTILE_COUNT][MAG_DECIMAL_TEXT_NBYTES];
    char mean[MAG_FIXED_TEXT_NBYTES], sd[MAG_FIXED_TEXT_NBYTES];
} row_texts;

static void write_values(row_texts *texts, const mag_value_count *values, size_t value_count,
                         uint64_t n) {
    static const unsigned percents[QUANTILE_COUNT] = {0, 1, 5, 25, 50, 75, 95, 99, 100};
    double mean, sd;
    if (n == 0)
        return;
    for (unsigned i = 0; i < QUANTILE_COUNT; i++)
        mag_decimal_text(mag_quantile(values, value_count, n, percents[i]), texts->quantiles[i]);
    mag_moments(values, value_count, n, &mean, &sd);
    mag_fixed_text(mean, 6, texts->mean);
    mag_fixed_text(sd, 6, texts->sd);
}

static mag_lab_summary_row make_row(const mag_lab_stats *stats, uint32_t group_idx,
                                    uint64_t patient_count, const row_texts *texts) {
    const group *counts = &stats->groups[group_idx];
    unsigned analyte = group_idx / MAG_UNIT_COUNT;
    mag_lab_summary_row row = {.analyte = mag_analyte_of((mag_analyte)analyte)->name,
                               .unit = mag_unit_text((mag_unit)(group_idx % MAG_UNIT_COUNT)),
                               .results = counts->results,
                               .patients = counts->patients,
                               .missing_patients = patient_count - stats->analyte_patients[analyte],
                               .censored = counts->censored,
                               .implausible = counts->implausible,
                               .text = counts->text,
                               .mean = texts->mean,
                               .sd = texts->sd,
                               .below_range = counts->below_range,
                               .above_range = counts->above_range};
    for (unsigned i = 0; i < QUANTILE_COUNT; i++)
        row.quantiles[i] = texts->quantiles[i];
    return row;
}

mag_status mag_lab_stats_each(const mag_lab_stats *stats, uint64_t patient_count,
                              mag_lab_summary_visit visit, void *context, mag_error *err) {
    sorted_values sorted = {0};
    uint32_t list[GROUP_COUNT];
    size_t count = list_groups(stats, list);
    mag_status status = sort_values(stats, &sorted, err);
    for (size_t i = 0; status == MAG_OK && i < count; i++) {
        row_texts texts = {0};
        size_t value_count;
        const mag_value_count *values = slice(&sorted, list[i], &value_count);
        write_values(&texts, values, value_count, stats->groups[list[i]].value_count);
        mag_lab_summary_row row = make_row(stats, list[i], patient_count, &texts);
        status = visit(context, &row, err);
    }
    mag_drop(stats->account, sorted.items, sorted.capacity, sizeof *sorted.items);
    return status;
}
