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

#include <assert.h>
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
static mag_status find_profile(mag_cohort *cohort, mag_position at, const mag_unit_case *unit_case,
                               uint32_t *profile_idx, mag_error *err) {
    char room[MAG_CODE_NBYTES];
    bool is_own = unit_case->system == MAG_SYSTEM_LOCAL;
    mag_span code =
        is_own ? unit_case->code : mag_code_folded(unit_case->system, unit_case->code, room);
    const char *system = is_own ? "" : mag_code_system_name(unit_case->system);
    const mag_run_file *file = mag_cohort_file_at(cohort, at.file_id);
    const char *source = file ? file->source : "";
    const mag_unit_profile *profiles = cohort->unit_profiles.items;
    for (size_t i = 0; i < cohort->unit_profiles.count; i++)
        if (mag_span_is(code, profiles[i].code) && strcmp(profiles[i].system, system) == 0 &&
            strcmp(profiles[i].source, source) == 0) {
            *profile_idx = (uint32_t)i;
            return MAG_OK;
        }
    const char *kept = mag_arena_text(cohort->arena, code);
    mag_unit_profile *fresh =
        kept ? mag_list_add(cohort->settings.account, &cohort->unit_profiles, err) : NULL;
    if (!fresh)
        return kept ? MAG_E_RESOURCE : mag_fail_memory(err, code.nbytes + 1);
    *fresh = (mag_unit_profile){.source = source, .system = system, .code = kept};
    fresh->property = mag_codebook_property(cohort->book, unit_case->system, code);
    *profile_idx = (uint32_t)(cohort->unit_profiles.count - 1);
    return MAG_OK;
}

mag_status mag_cohort_put_unit_case(mag_cohort *cohort, mag_span patient_id, mag_position at,
                                    const mag_unit_case *unit_case, mag_error *err) {
    uint32_t profile_idx = 0;
    mag_partition *partition = mag_cohort_partition_of(cohort, patient_id);
    assert(partition->lab_rows.count);
    MAG_TRY(find_profile(cohort, at, unit_case, &profile_idx, err));
    mag_unit_row *row = mag_list_add(cohort->settings.account, &partition->unit_rows, err);
    if (!row)
        return MAG_E_RESOURCE;
    *row = (mag_unit_row){.row_idx = (uint32_t)(partition->lab_rows.count - 1),
                          .profile_idx = profile_idx,
                          .value = unit_case->value,
                          .comparator = (uint8_t)unit_case->comparator};
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

static mag_status gather(mag_cohort *cohort, mag_list *samples, mag_error *err) {
    for (unsigned p = 0; p < MAG_PARTITION_COUNT; p++) {
        const mag_partition *partition = &cohort->partitions[p];
        const mag_lab_row *labs = partition->lab_rows.items;
        const mag_unit_row *rows = partition->unit_rows.items;
        for (size_t i = 0; i < partition->unit_rows.count; i++) {
            const mag_lab_row *lab = &labs[rows[i].row_idx];
            if (rows[i].comparator != MAG_EXACT || !is_unlabelled(&lab->lab) ||
                !is_seen(&cohort->settings, &lab->lab))
                continue;
            sample *fresh = mag_list_add(cohort->settings.account, samples, err);
            if (!fresh)
                return MAG_E_RESOURCE;
            *fresh = (sample){lab->row_hash, millionths_of(rows[i].value), rows[i].profile_idx};
        }
    }
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
    mag_status status = gather(cohort, &samples, err);
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
    lab->mantissa = row->value.mantissa;
    lab->packed =
        mag_lab_pack(mag_lab_analyte(lab), unit, row->value.scale, (mag_comparator)row->comparator,
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
    if (profile->unit == MAG_UNIT_NONE || contradicts(profile, profile->unit, row->value) ||
        mag_decode_judge(mag_lab_analyte(lab), profile->unit, row->value, &flags) !=
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

static void judge(const mag_cohort_settings *settings, mag_unit_profile *profile, mag_lab *lab,
                  const mag_unit_row *row) {
    bool is_seen_at_t = is_seen(settings, lab);
    if (mag_lab_reject(lab) == MAG_REASON_UNIT_MISSING) {
        bool is_inferred = infer(profile, lab, row);
        profile->inferred_count += is_inferred && is_seen_at_t;
        profile->dropped_count += !is_inferred && is_seen_at_t;
    } else if (is_contradicted(profile, lab)) {
        make_mark(lab, MAG_REASON_UNIT_CONTRADICTS);
        profile->contradict_count += is_seen_at_t;
    }
}

static void judge_all(mag_cohort *cohort) {
    mag_unit_profile *profiles = cohort->unit_profiles.items;
    for (unsigned p = 0; p < MAG_PARTITION_COUNT; p++) {
        mag_partition *partition = &cohort->partitions[p];
        mag_lab_row *labs = partition->lab_rows.items;
        const mag_unit_row *rows = partition->unit_rows.items;
        for (size_t i = 0; i < partition->unit_rows.count; i++)
            judge(&cohort->settings, &profiles[rows[i].profile_idx], &labs[rows[i].row_idx].lab,
                  &rows[i]);
        mag_list_done(cohort->settings.account, &partition->unit_rows);
    }
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

static void keep_telling(mag_list *list) {
    mag_unit_profile *profiles = list->items;
    size_t kept = 0;
    for (size_t i = 0; i < list->count; i++)
        if (profiles[i].row_count || profiles[i].inferred_count || profiles[i].dropped_count ||
            profiles[i].contradict_count)
            profiles[kept++] = profiles[i];
    list->count = kept;
    if (kept)
        qsort(profiles, kept, sizeof *profiles, compare_profiles);
}

mag_status mag_cohort_infer_units(mag_cohort *cohort, mag_error *err) {
    MAG_TRY(find_medians(cohort, err));
    judge_all(cohort);
    keep_telling(&cohort->unit_profiles);
    return MAG_OK;
}

const mag_unit_profile *mag_cohort_unit_profiles(const mag_cohort *cohort, size_t *count) {
    *count = cohort->unit_profiles.count;
    return cohort->unit_profiles.items;
}
