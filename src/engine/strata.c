/* Which levels there are, and which of them a patient belongs to. */
#include "engine/summary.h"

#include <stdlib.h>
#include <string.h>

typedef struct site_level {
    uint32_t site_id;
    const char *name;
    size_t level_idx;
} site_level;

/* first_...: index of the stratum's first level; 0 = not asked for ("all" is level 0). */
struct mag_strata {
    mag_level *levels;
    size_t level_count;
    size_t first_sex, first_age_band, first_renal_stage;
    bool has_sites;
    site_level *sites; /* sorted by site_id */
    size_t site_count;
};

static const char *const SEXES[] = {"F", "M", "unknown"};
static const char *const AGE_BANDS[] = {"18-44", "45-64", "65-74", "75-84", "85+", "unknown"};
static const char *const RENAL_STAGES[] = {"G1", "G2", "G3a", "G3b", "G4", "G5", "unknown"};
enum { SEX_COUNT = 3, AGE_BAND_COUNT = 6, RENAL_STAGE_COUNT = 7 };
enum { FIXED_LEVEL_COUNT = 1 + SEX_COUNT + AGE_BAND_COUNT + RENAL_STAGE_COUNT };

/* Where site_id lies, or would lie. */
static size_t site_place(const site_level *sites, size_t count, uint32_t site_id) {
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (sites[middle].site_id < site_id)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

typedef struct site_list {
    mag_account *account;
    site_level *items;
    size_t count, capacity;
} site_list;

static mag_status site_add(site_list *list, uint32_t site_id, mag_error *err) {
    size_t place = site_place(list->items, list->count, site_id);
    if (place < list->count && list->items[place].site_id == site_id)
        return MAG_OK;
    void *items = list->items;
    MAG_TRY(mag_grow(list->account, &items, &list->capacity, sizeof *list->items, list->count + 1,
                     err));
    list->items = items;
    memmove(list->items + place + 1, list->items + place,
            (list->count - place) * sizeof *list->items);
    list->items[place] = (site_level){.site_id = site_id};
    list->count++;
    return MAG_OK;
}

static mag_status gather_sites(const mag_cohort *cohort, site_list *list, mag_error *err) {
    for (unsigned partition_idx = 0; partition_idx < MAG_PARTITION_COUNT; partition_idx++) {
        size_t count;
        const uint32_t *sites = mag_cohort_sites(cohort, partition_idx, &count);
        for (size_t i = 0; i < count; i++)
            MAG_TRY(site_add(list, sites[i], err));
    }
    return MAG_OK;
}

static int by_name(const void *a, const void *b) {
    const site_level *const *left = a, *const *right = b;
    return strcmp((*left)->name, (*right)->name);
}

static size_t add_levels(mag_strata *strata, const char *stratum, const char *const *names,
                         size_t count) {
    size_t first = strata->level_count;
    for (size_t i = 0; i < count; i++)
        strata->levels[strata->level_count++] = (mag_level){stratum, names[i]};
    return first;
}

const char *mag_site_level(const mag_cohort *cohort, uint32_t site_id) {
    const char *name = mag_cohort_text(cohort, site_id);
    return name[0] == '\0' ? "unknown" : name;
}

/* Levels in the order of the names: the ids depend on the order of the rows. */
static mag_status add_sites(mag_strata *strata, mag_arena *arena, const mag_cohort *cohort,
                            mag_error *err) {
    size_t count = strata->site_count;
    site_level **sorted = mag_arena_alloc(arena, (count + 1) * sizeof *sorted);
    if (sorted == NULL)
        return mag_fail_memory(err, count * sizeof *sorted);
    for (size_t i = 0; i < count; i++) {
        strata->sites[i].name = mag_site_level(cohort, strata->sites[i].site_id);
        sorted[i] = &strata->sites[i];
    }
    qsort(sorted, count, sizeof *sorted, by_name);
    for (size_t i = 0; i < count; i++) {
        bool is_new = i == 0 || strcmp(sorted[i]->name, sorted[i - 1]->name) != 0;
        if (is_new)
            add_levels(strata, "site", &sorted[i]->name, 1);
        sorted[i]->level_idx = strata->level_count - 1;
    }
    return MAG_OK;
}

static mag_status build(mag_strata *strata, mag_arena *arena, const mag_plan *plan,
                        const mag_cohort *cohort, mag_error *err) {
    static const char *const all[] = {"all"};
    size_t room = FIXED_LEVEL_COUNT + strata->site_count;
    strata->levels = mag_arena_alloc(arena, room * sizeof *strata->levels);
    if (strata->levels == NULL)
        return mag_fail_memory(err, room * sizeof *strata->levels);
    add_levels(strata, "all", all, 1);
    if (plan->strata_sex)
        strata->first_sex = add_levels(strata, "sex", SEXES, SEX_COUNT);
    if (plan->strata_age_band)
        strata->first_age_band = add_levels(strata, "age_band", AGE_BANDS, AGE_BAND_COUNT);
    if (plan->strata_renal_stage)
        strata->first_renal_stage =
            add_levels(strata, "renal_stage", RENAL_STAGES, RENAL_STAGE_COUNT);
    return plan->strata_site ? add_sites(strata, arena, cohort, err) : MAG_OK;
}

mag_status mag_strata_new(mag_arena *arena, const mag_plan *plan, const mag_cohort *cohort,
                          const mag_strata **out, mag_error *err) {
    mag_strata *strata = mag_arena_alloc(arena, sizeof *strata);
    if (strata == NULL)
        return mag_fail_memory(err, sizeof *strata);
    site_list list = {.account = mag_arena_account(arena)};
    strata->has_sites = plan->strata_site;
    mag_status status = plan->strata_site ? gather_sites(cohort, &list, err) : MAG_OK;
    if (status != MAG_OK)
        goto done;
    strata->site_count = list.count;
    strata->sites = mag_arena_alloc(arena, (list.count + 1) * sizeof *strata->sites);
    if (strata->sites == NULL) {
        status = mag_fail_memory(err, list.count * sizeof *strata->sites);
        goto done;
    }
    if (list.count > 0)
        memcpy(strata->sites, list.items, list.count * sizeof *strata->sites);
    status = build(strata, arena, plan, cohort, err);
    *out = strata;
done:
    mag_drop(list.account, list.items, list.capacity, sizeof *list.items);
    return status;
}

size_t mag_strata_count(const mag_strata *strata) {
    return strata->level_count;
}

const mag_level *mag_strata_level(const mag_strata *strata, size_t level_idx) {
    return &strata->levels[level_idx];
}

static size_t sex_level(mag_sex sex) {
    return sex == MAG_SEX_FEMALE ? 0 : sex == MAG_SEX_MALE ? 1 : 2;
}

/* Under 18 is never screened. */
static size_t age_level(const mag_timeline *patient) {
    int age;
    bool is_year_only;
    if (!mag_person_age(patient->person, patient->as_of, &age, &is_year_only))
        return AGE_BAND_COUNT - 1;
    return age < 45 ? 0 : age < 65 ? 1 : age < 75 ? 2 : age < 85 ? 3 : 4;
}

static size_t renal_level(mag_gfr_category category) {
    return category == MAG_GFR_UNKNOWN ? RENAL_STAGE_COUNT - 1 : (size_t)(category - MAG_GFR_G1);
}

size_t mag_strata_of(const mag_strata *strata, const mag_timeline *patient,
                     size_t levels[MAG_STRATUM_COUNT]) {
    size_t count = 0;
    levels[count++] = 0;
    if (strata->first_sex != 0)
        levels[count++] = strata->first_sex + sex_level(patient->person->sex);
    if (strata->first_age_band != 0)
        levels[count++] = strata->first_age_band + age_level(patient);
    if (strata->first_renal_stage != 0)
        levels[count++] = strata->first_renal_stage + renal_level(mag_renal_stage(patient));
    if (strata->has_sites) {
        size_t place = site_place(strata->sites, strata->site_count, patient->person->site_id);
        levels[count++] = strata->sites[place].level_idx;
    }
    return count;
}
