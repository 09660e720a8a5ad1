/* The unit profile of a source: rows are gathered by source code, the median of each names a unit
   or none, and every row is judged by it.

     rows of (source, code) ──▶ those without a unit, each once ──▶ median ──▶ band ──▶ unit or none
                                                                                          │
     every row of (source, code) ◀── value in that unit, mark, or left alone ◀────────────┘     */
#include "cohort/unit_profile.h"

#include "clinical/codebook_table.h"
#include "clinical/conversion.h"
#include "cohort/decoder.h"
#include "cohort/store.h"

#include <stdlib.h>
#include <string.h>

/* Medians that name a unit (spec c6), in millionths; both ends included. */
typedef struct band {
    mag_unit unit;
    int64_t low, high;
} band;

static const band BANDS[] = {
    {MAG_UNIT_MMOL_L, 700000, 950000},
    {MAG_UNIT_MEQ_L, 1400000, 1650000},
    {MAG_UNIT_MG_DL, 1750000, 2300000},
};
enum { BAND_COUNT = sizeof BANDS / sizeof *BANDS };

bool mag_unit_profile_covers(mag_analyte analyte) {
    return analyte == MAG_MAGNESIUM;
}

/* --- filling -------------------------------------------------------------------------------------
 */

/* Few codes are magnesium: a list is enough. */
mag_status mag_unit_profile_add(mag_account *account, mag_list *list,
                                const mag_unit_profile *profile, uint32_t *profile_idx,
                                mag_error *err) {
    const mag_unit_profile *profiles = list->items;
    for (size_t i = 0; i < list->count; i++)
        if (strcmp(profile->code, profiles[i].code) == 0 &&
            strcmp(profile->system, profiles[i].system) == 0 &&
            strcmp(profile->source, profiles[i].source) == 0) {
            *profile_idx = (uint32_t)i;
            return MAG_OK;
        }
    mag_unit_profile *fresh = mag_list_add(account, list, err);
    if (!fresh)
        return MAG_E_RESOURCE;
    *fresh = *profile;
    *profile_idx = (uint32_t)(list->count - 1);
    return MAG_OK;
}

/* Lane 0 has the cohort's list. */
mag_status mag_lane_unit_profile_of(mag_lane *lane, uint16_t file_id,
                                    const mag_unit_case *unit_case, uint32_t *profile_idx,
                                    mag_error *err) {
    char room[MAG_CODE_NBYTES];
    bool is_own = unit_case->system == MAG_SYSTEM_LOCAL;
    mag_span code =
        is_own ? unit_case->code : mag_code_folded(unit_case->system, unit_case->code, room);
    const mag_run_file *file = mag_cohort_file_at(lane->cohort, file_id);
    mag_unit_profile profile = {
        .source = file ? file->source : "",
        .system = is_own ? "" : mag_code_system_name(unit_case->system),
        .property = mag_codebook_property(lane->cohort->book, unit_case->system, code)};
    profile.code = mag_lane_keep_span(lane, code, err);
    if (!profile.code)
        return MAG_E_RESOURCE;
    mag_list *profiles = lane->idx ? &lane->unit_profiles : &lane->cohort->unit_profiles;
    return mag_unit_profile_add(lane->account, profiles, &profile, profile_idx, err);
}

mag_unit_row *mag_lane_add_unit_row(mag_lane *lane, mag_lane_part *part, const mag_lab_row *lab,
                                    const mag_unit_case *unit_case, uint32_t profile_idx,
                                    mag_error *err) {
    mag_unit_row *row = mag_row_chunks_add(&part->unit_rows, lane->account, err);
    if (!row)
        return NULL;
    *row = (mag_unit_row){.row_hash = lab->row_hash,
                          .minute = lab->lab.minute,
                          .packed = lab->lab.packed,
                          .mantissa = unit_case->value.mantissa,
                          .row_idx = (uint32_t)(part->labs.row_count - 1),
                          .profile_idx = profile_idx,
                          .scale = unit_case->value.scale,
                          .comparator = (uint8_t)unit_case->comparator};
    return row;
}

mag_status mag_lane_put_unit_case(mag_lane *lane, const mag_unit_case *unit_case, mag_error *err) {
    mag_lane_part *part = lane->last_lab_part;
    const mag_lab_row *lab = mag_row_chunks_last(&part->labs);
    uint32_t profile_idx = 0;
    MAG_TRY(mag_lane_unit_profile_of(lane, lab->lab.file_id, unit_case, &profile_idx, err));
    return mag_lane_add_unit_row(lane, part, lab, unit_case, profile_idx, err) ? MAG_OK
                                                                               : MAG_E_RESOURCE;
}

/* --- rows of all lanes ---------------------------------------------------------------------------
 */

/* The profile that a row of the lane is judged by. */
static uint32_t profile_of(const mag_lane *lane, const mag_unit_row *row) {
    const uint32_t *joined = lane->profile_idxs.items;
    return joined ? joined[row->profile_idx] : row->profile_idx;
}

static mag_decimal value_of(const mag_unit_row *row) {
    return (mag_decimal){row->mantissa, row->scale};
}

/* The record as it was put: a mark has no value. */
static mag_lab lab_of(const mag_unit_row *row) {
    mag_lab lab = {.minute = row->minute, .mantissa = row->mantissa, .packed = row->packed};
    if (mag_lab_reject(&lab) != MAG_REASON_NONE)
        lab.mantissa = 0;
    return lab;
}

typedef mag_status visit_row(mag_cohort *cohort, const mag_lane *lane, const mag_unit_row *row,
                             void *context, mag_error *err);

static mag_status visit_rows(mag_cohort *cohort, visit_row *visit, void *context, mag_error *err) {
    for (unsigned k = 0; k < cohort->lane_count; k++)
        for (unsigned p = 0; p < MAG_PARTITION_COUNT; p++) {
            mag_row_chunk *chunk = cohort->lanes[k]->parts[p].unit_rows.first;
            for (; chunk; chunk = chunk->next)
                for (uint32_t i = 0; i < chunk->row_count; i++)
                    MAG_TRY(visit(cohort, cohort->lanes[k],
                                  mag_row_chunk_at(chunk, sizeof(mag_unit_row), i), context, err));
        }
    return MAG_OK;
}

/* --- whose rows make a profile -------------------------------------------------------------------
 */

/* A row without a unit of its own: it has none, or the site said one for the code. */
static bool is_unlabelled(const mag_lab *lab) {
    return mag_lab_reject(lab) == MAG_REASON_UNIT_MISSING ||
           mag_lab_has(lab, MAG_LAB_INFERRED_UNIT);
}

/* What a fixed T does not see tells nothing about T. `latest` has one T for each patient, found
   later: it looks at all rows. */
static bool is_seen(const mag_cohort_settings *settings, const mag_lab *lab) {
    if (settings->as_of_kind != MAG_AS_OF_FIXED)
        return true;
    return lab->minute <= settings->as_of &&
           (!settings->history_days ||
            mag_minute_day(settings->as_of) - mag_minute_day(lab->minute) <=
                settings->history_days);
}

/* --- medians -------------------------------------------------------------------------------------
 */

typedef struct sample {
    uint64_t row_hash;
    int64_t millionths;
    uint32_t profile_idx;
} sample;

#define COMPARE(left, right)                                                                       \
    if ((left) != (right))                                                                         \
        return (left) < (right) ? -1 : 1;

static int compare_rows(const void *a, const void *b) {
    const sample *x = a, *y = b;
    COMPARE(x->profile_idx, y->profile_idx)
    COMPARE(x->row_hash, y->row_hash)
    COMPARE(x->millionths, y->millionths)
    return 0;
}

static int compare_values(const void *a, const void *b) {
    const sample *x = a, *y = b;
    COMPARE(x->profile_idx, y->profile_idx)
    COMPARE(x->millionths, y->millionths)
    return 0;
}

/* What lies behind the sixth decimal of a result is cut off. */
static int64_t millionths_of(mag_decimal value) {
    enum { DECIMALS = 6 };
    int64_t number = value.mantissa;
    for (unsigned scale = value.scale; scale < DECIMALS; scale++)
        number *= 10;
    for (unsigned scale = DECIMALS; scale < value.scale; scale++)
        number /= 10;
    return number;
}

static mag_status add_sample(mag_cohort *cohort, const mag_lane *lane, const mag_unit_row *row,
                             void *samples, mag_error *err) {
    const mag_lab lab = lab_of(row);
    if (row->comparator != MAG_EXACT || !is_unlabelled(&lab) || !is_seen(&cohort->settings, &lab))
        return MAG_OK;
    sample *fresh = mag_list_add(cohort->settings.account, samples, err);
    if (!fresh)
        return MAG_E_RESOURCE;
    *fresh = (sample){row->row_hash, millionths_of(value_of(row)), profile_of(lane, row)};
    return MAG_OK;
}

/* Leaves each row once: a file that was sent twice does not make 100 rows 200. */
static void drop_duplicates(mag_list *samples) {
    sample *items = samples->items;
    size_t kept = 0;
    if (samples->count)
        qsort(items, samples->count, sizeof *items, compare_rows);
    for (size_t i = 0; i < samples->count; i++)
        if (!kept || compare_rows(&items[kept - 1], &items[i]))
            items[kept++] = items[i];
    samples->count = kept;
}

/* The band that holds half of a whole number, so that a median of two needs no rounding. */
static mag_unit unit_of_median(int64_t twice_millionths) {
    for (size_t i = 0; i < BAND_COUNT; i++)
        if (twice_millionths >= 2 * BANDS[i].low && twice_millionths <= 2 * BANDS[i].high)
            return BANDS[i].unit;
    return MAG_UNIT_NONE;
}

static void find_median(mag_unit_profile *profile, const sample *sorted, size_t count) {
    profile->row_count = count;
    if (count < MAG_UNIT_PROFILE_ROWS)
        return;
    int64_t twice = sorted[(count - 1) / 2].millionths + sorted[count / 2].millionths;
    mag_unit unit = unit_of_median(twice);
    if (unit == MAG_UNIT_NONE || mag_property_contradicts(profile->property, unit))
        return; /* a code of a mass is not measured in mmol/L, whatever the numbers look like */
    profile->unit = unit;
    profile->median =
        (double)twice / 2e6 * mag_to_canonical(MAG_MAGNESIUM, profile->unit, (mag_decimal){1, 0});
}

static mag_status find_medians(mag_cohort *cohort, mag_error *err) {
    mag_list samples = {.item_nbytes = sizeof(sample)};
    mag_status status = visit_rows(cohort, add_sample, &samples, err);
    if (status == MAG_OK) {
        drop_duplicates(&samples);
        if (samples.count)
            qsort(samples.items, samples.count, sizeof(sample), compare_values);
        const sample *items = samples.items;
        mag_unit_profile *profiles = cohort->unit_profiles.items;
        for (size_t begin = 0, end; begin < samples.count; begin = end) {
            for (end = begin + 1;
                 end < samples.count && items[end].profile_idx == items[begin].profile_idx;)
                end++;
            find_median(&profiles[items[begin].profile_idx], items + begin, end - begin);
        }
    }
    mag_list_done(cohort->settings.account, &samples);
    return status;
}

/* --- judging rows --------------------------------------------------------------------------------
 */

/* A number that is typical of some unit, and in its own at least twice or at most half of what
   the source usually finds: 1.9 "mmol/L" where the median is 0.8. A result that is merely low or
   high, as 1.5 mg/dL where the median is 2.0, does not contradict. */
static bool contradicts(const mag_unit_profile *profile, mag_unit unit, mag_decimal value) {
    int64_t millionths = millionths_of(value);
    double canonical = mag_to_canonical(MAG_MAGNESIUM, unit, value);
    if (canonical < 2 * profile->median && 2 * canonical > profile->median)
        return false;
    for (size_t i = 0; i < BAND_COUNT; i++)
        if (millionths >= BANDS[i].low && millionths <= BANDS[i].high)
            return true;
    return false;
}

static void make_value(mag_lab *lab, const mag_unit_row *row, mag_unit unit, unsigned flags) {
    lab->mantissa = row->mantissa;
    lab->packed =
        mag_lab_pack(mag_lab_analyte(lab), unit, row->scale, (mag_comparator)row->comparator,
                     MAG_REASON_NONE, mag_lab_flags(lab) | flags);
}

static void make_mark(mag_lab *lab, mag_reason reason) {
    lab->mantissa = 0;
    lab->packed = mag_lab_pack(mag_lab_analyte(lab), mag_lab_unit(lab), 0, MAG_EXACT, reason,
                               mag_lab_flags(lab) & ~(unsigned)MAG_LAB_SOFT_LIMIT);
}

/* A row without a unit takes the profile's if its number can be one in that unit. */
static bool infer(const mag_unit_profile *profile, mag_lab *lab, const mag_unit_row *row) {
    unsigned flags = MAG_LAB_INFERRED_UNIT;
    if (profile->unit == MAG_UNIT_NONE || contradicts(profile, profile->unit, value_of(row)) ||
        mag_decode_judge(mag_lab_analyte(lab), profile->unit, value_of(row), &flags) !=
            MAG_REASON_NONE)
        return false;
    make_value(lab, row, profile->unit, flags);
    return true;
}

/* The unit that the site says for the code must be the profile's; one that a row states may be
   another, as long as its number fits it. */
static bool is_contradicted(const mag_unit_profile *profile, const mag_lab *lab) {
    if (profile->unit == MAG_UNIT_NONE)
        return false;
    if (mag_lab_has(lab, MAG_LAB_INFERRED_UNIT) && mag_lab_unit(lab) != profile->unit)
        return true;
    return contradicts(profile, mag_lab_unit(lab), mag_lab_value(lab));
}

typedef enum judgement { LEFT, INFERRED, DROPPED, CONTRADICTED } judgement;

static judgement judge(const mag_unit_profile *profile, mag_lab *lab, const mag_unit_row *row) {
    if (mag_lab_reject(lab) == MAG_REASON_UNIT_MISSING)
        return infer(profile, lab, row) ? INFERRED : DROPPED;
    if (!is_contradicted(profile, lab))
        return LEFT;
    make_mark(lab, MAG_REASON_UNIT_CONTRADICTS);
    return CONTRADICTED;
}

void mag_unit_profile_judge(const mag_cohort *cohort, const mag_lane *lane, const mag_unit_row *row,
                            mag_lab *lab) {
    const mag_unit_profile *profiles = cohort->unit_profiles.items;
    if (cohort->has_inferred_units)
        judge(&profiles[profile_of(lane, row)], lab, row);
}

static mag_status count_row(mag_cohort *cohort, const mag_lane *lane, const mag_unit_row *row,
                            void *context, mag_error *err) {
    (void)context, (void)err;
    mag_unit_profile *profiles = cohort->unit_profiles.items;
    mag_unit_profile *profile = &profiles[profile_of(lane, row)];
    mag_lab lab = lab_of(row);
    const judgement found = judge(profile, &lab, row);
    if (!is_seen(&cohort->settings, &lab))
        return MAG_OK;
    profile->inferred_count += found == INFERRED;
    profile->dropped_count += found == DROPPED;
    profile->contradict_count += found == CONTRADICTED;
    return MAG_OK;
}

/* --- what is told --------------------------------------------------------------------------------
 */

static int compare_profiles(const void *a, const void *b) {
    const mag_unit_profile *x = a, *y = b;
    int order = strcmp(x->source, y->source);
    if (!order)
        order = strcmp(x->system, y->system);
    return order ? order : strcmp(x->code, y->code);
}

/* The list itself keeps its order: rows go by it. */
static mag_status keep_telling(mag_cohort *cohort, mag_error *err) {
    const mag_unit_profile *profiles = cohort->unit_profiles.items;
    mag_list *told = &cohort->told_unit_profiles;
    for (size_t i = 0; i < cohort->unit_profiles.count; i++) {
        if (!profiles[i].row_count && !profiles[i].inferred_count && !profiles[i].dropped_count &&
            !profiles[i].contradict_count)
            continue;
        mag_unit_profile *kept = mag_list_add(cohort->settings.account, told, err);
        if (!kept)
            return MAG_E_RESOURCE;
        *kept = profiles[i];
    }
    if (told->count)
        qsort(told->items, told->count, sizeof *profiles, compare_profiles);
    return MAG_OK;
}

mag_status mag_cohort_infer_units(mag_cohort *cohort, mag_error *err) {
    MAG_TRY(find_medians(cohort, err));
    MAG_TRY(visit_rows(cohort, count_row, NULL, err));
    cohort->has_inferred_units = true;
    return keep_telling(cohort, err);
}

const mag_unit_profile *mag_cohort_unit_profiles(const mag_cohort *cohort, size_t *count) {
    *count = cohort->told_unit_profiles.count;
    return cohort->told_unit_profiles.items;
}
