/* Sorting, judging and packing of the records of a partition, kind by kind. */
#include "clinical/conversion.h"
#include "cohort/settle.h"
#include "cohort/timeline.h"

#include <stdlib.h>

#define COMPARE(left, right)                                                                       \
    if ((left) != (right))                                                                         \
        return (left) < (right) ? -1 : 1;

/* Turns counts by patient (at [patient + 1]) into where each patient's records begin. */
static void sum_up(uint32_t *first, size_t patient_count) {
    for (size_t i = 0; i < patient_count; i++)
        first[i + 1] += first[i];
}

static mag_status make_arrays(const mag_settling *settling, size_t row_count, size_t item_nbytes,
                              void **items, uint32_t **first, mag_error *err) {
    mag_partition *partition = settling->partition;
    if (row_count > UINT32_MAX)
        return mag_fail(err, MAG_E_RESOURCE, MAG_MSG_P402,
                        "more than 4 billion records in one partition");
    *items = mag_arena_alloc(partition->settled, row_count * item_nbytes);
    *first = mag_arena_alloc(partition->settled, (partition->patient_count + 1) * sizeof **first);
    return *items && *first ? MAG_OK : mag_fail_memory(err, row_count * item_nbytes);
}

/* --- laboratory results --------------------------------------------------------------------------
 */

/* The rows with the specimens that some of them name. */
typedef struct lab_rows {
    mag_lab_row *rows;
    uint64_t *specimens; /* NULL: none names one */
} lab_rows;

static uint64_t named_specimen(const lab_rows *of, size_t idx) {
    return of->specimens ? of->specimens[idx] : 0;
}

/* Content without the position: the packed word holds unit, scale, comparator, reason and flags. */
static int compare_lab_content(const lab_rows *of, size_t a, size_t b) {
    const mag_lab_row *x = &of->rows[a], *y = &of->rows[b];
    COMPARE(x->lab.patient, y->lab.patient)
    COMPARE(mag_lab_analyte(&x->lab), mag_lab_analyte(&y->lab))
    COMPARE(x->lab.minute, y->lab.minute)
    COMPARE(x->lab.packed, y->lab.packed)
    COMPARE(x->lab.mantissa, y->lab.mantissa)
    COMPARE(named_specimen(of, a), named_specimen(of, b))
    COMPARE(x->row_hash, y->row_hash)
    return 0;
}

static int compare_labs(const void *context, uint32_t a, uint32_t b) {
    const lab_rows *of = context;
    int order = compare_lab_content(of, a, b);
    if (order)
        return order;
    COMPARE(of->rows[a].lab.file_id, of->rows[b].lab.file_id)
    COMPARE(of->rows[a].lab.line, of->rows[b].lab.line)
    return 0;
}

/* Patient, analyte, minute: what the comparison asks first. */
static uint64_t key_of_lab(const void *row) {
    const mag_lab *lab = &((const mag_lab_row *)row)->lab;
    return mag_settle_key(lab->patient, lab->minute) | (uint64_t)mag_lab_analyte(lab) << 32;
}

/* What share of an analyte's results has no usable unit (rules H02); a row that came twice is one.
 */
static void count_unit(const mag_settling *settling, const mag_lab *lab, mag_verdict verdict) {
    const mag_position at = {lab->file_id, lab->line};
    if (!mag_settle_counts(settling, at, MAG_TABLE_LABS) ||
        (verdict.end != MAG_ROW_ACCEPTED && verdict.end != MAG_ROW_REJECTED))
        return;
    mag_unit_count *count = &settling->partition->units[lab->file_id][mag_lab_analyte(lab)];
    count->rows++;
    count->without_unit += mag_reason_is_unit(mag_lab_reject(lab));
}

/* A unit that the analyte may have goes against its source (cohort/unit_profile.h), not against the
   table of units. */
static const char *detail_of(const mag_lab *lab) {
    bool is_against_source = mag_lab_reject(lab) == MAG_REASON_UNIT_CONTRADICTS &&
                             mag_unit_fits(mag_lab_analyte(lab), mag_lab_unit(lab));
    return is_against_source ? "against the source's profile" : NULL;
}

static void note_accepted(const mag_settling *settling, const mag_lab *lab) {
    settling->partition->delivers[mag_lab_analyte(lab)] = true;
    mag_position at = {lab->file_id, lab->line};
    mag_accounting *counts = mag_settle_counts(settling, at, MAG_TABLE_LABS);
    if (counts)
        counts->units_inferred += mag_lab_has(lab, MAG_LAB_INFERRED_UNIT);
}

/* Editions that disagree; before any other contradiction has been looked for. */
static void count_version(const mag_settling *settling, const mag_lab *lab, mag_verdict verdict) {
    const mag_position at = {lab->file_id, lab->line};
    mag_accounting *counts = mag_settle_counts(settling, at, MAG_TABLE_LABS);
    if (counts && verdict.end != MAG_ROW_OUT_OF_WINDOW && mag_lab_has(lab, MAG_LAB_CONFLICT))
        counts->version_conflicts++;
}

/* Keeps accepted results, and rejected ones of roster patients as marks. A rejected row that came
   twice is rejected twice, as every row has its bucket, and leaves one mark: the result is that of
   the row alone. */
static mag_status place_lab(const mag_settling *settling, const lab_rows *of, size_t idx,
                            size_t *kept, mag_error *err) {
    mag_partition *partition = settling->partition;
    const mag_lab *lab = &of->rows[idx].lab;
    const bool is_duplicate = idx && !compare_lab_content(of, idx - 1, idx);
    mag_reason fault = mag_lab_reject(lab);
    bool is_outside = mag_settle_is_outside(settling, lab->patient, lab->minute);
    mag_verdict verdict = mag_settle_judge(settling, lab->patient, is_outside, fault, is_duplicate);
    verdict.detail = detail_of(lab);
    mag_position at = {lab->file_id, lab->line};
    MAG_TRY(mag_settle_count(settling, at, MAG_TABLE_LABS, verdict, err));
    if (!is_duplicate)
        count_unit(settling, lab, verdict);
    count_version(settling, lab, verdict);
    bool is_mark = verdict.end == MAG_ROW_REJECTED && fault != MAG_REASON_NONE && !is_duplicate &&
                   lab->patient < partition->patient_count;
    if (verdict.end != MAG_ROW_ACCEPTED && !is_mark)
        return MAG_OK;
    if (!is_mark)
        note_accepted(settling, lab);
    if (of->specimens)
        partition->specimens[*kept] =
            of->specimens[idx] ? of->specimens[idx] : mag_specimen_of_minute(lab->minute);
    partition->labs[(*kept)++] = *lab;
    partition->lab_first[lab->patient + 1]++;
    return MAG_OK;
}

/* Older editions end where they would have ended, or as duplicates of the newest. */
static mag_status count_superseded(const mag_settling *settling, mag_error *err) {
    mag_partition *partition = settling->partition;
    const mag_lab_row *rows = partition->superseded.items;
    for (size_t i = 0; i < partition->superseded.count; i++) {
        const mag_lab *lab = &rows[i].lab;
        bool is_outside = mag_settle_is_outside(settling, lab->patient, lab->minute);
        mag_verdict verdict =
            mag_settle_judge(settling, lab->patient, is_outside, mag_lab_reject(lab), true);
        mag_position at = {lab->file_id, lab->line};
        MAG_TRY(mag_settle_count(settling, at, MAG_TABLE_LABS, verdict, err));
        count_version(settling, lab, verdict);
    }
    mag_list_done(settling->cohort->settings.account, &partition->superseded);
    return MAG_OK;
}

static mag_status sort_labs(const mag_settling *settling, lab_rows *of, size_t count,
                            mag_error *err) {
    const mag_sorting sorting = {.rows = &settling->partition->lab_rows,
                                 .beside = &settling->partition->lab_specimens,
                                 .key_of = key_of_lab,
                                 .order = compare_labs,
                                 .context = of};
    MAG_TRY(mag_settle_sort(settling, &sorting, err));
    return mag_settle_drip_arm(settling, of->rows, count, err);
}

mag_status mag_settle_labs(const mag_settling *settling, mag_error *err) {
    mag_partition *partition = settling->partition;
    mag_account *account = settling->cohort->settings.account;
    lab_rows of = {partition->lab_rows.items, partition->lab_specimens.items};
    size_t count = partition->lab_rows.count, kept = 0;
    void *labs = NULL;
    MAG_TRY(sort_labs(settling, &of, count, err));
    MAG_TRY(make_arrays(settling, count, sizeof(mag_lab), &labs, &partition->lab_first, err));
    partition->labs = labs;
    if (of.specimens) {
        const size_t nbytes = count * sizeof *partition->specimens;
        partition->specimens = mag_arena_alloc(partition->settled, nbytes);
        if (!partition->specimens)
            return mag_fail_memory(err, nbytes);
    }
    for (size_t i = 0; i < count; i++)
        MAG_TRY(place_lab(settling, &of, i, &kept, err));
    sum_up(partition->lab_first, partition->patient_count);
    mag_list_done(account, &partition->lab_rows);
    mag_list_done(account, &partition->lab_specimens);
    MAG_TRY(count_superseded(settling, err));
    MAG_TRY(mag_settle_suspect(settling, err));
    return mag_settle_conflicts(settling, err);
}

/* --- exposures
 * ------------------------------------------------------------------------------------ */

static mag_status sort_by_time(const mag_settling *settling, mag_list *rows, mag_key_of_row *key_of,
                               mag_sort_order *order, mag_error *err) {
    const mag_sorting sorting = {
        .rows = rows, .key_of = key_of, .order = order, .context = rows->items};
    return mag_settle_sort(settling, &sorting, err);
}

static uint64_t key_of_exposure(const void *row) {
    const mag_exposure *exposure = &((const mag_exposure_row *)row)->exposure;
    return mag_settle_key(exposure->patient, exposure->start);
}

static int compare_exposure_content(const mag_exposure_row *x, const mag_exposure_row *y) {
    COMPARE(x->exposure.patient, y->exposure.patient)
    COMPARE(x->exposure.start, y->exposure.start)
    COMPARE(x->exposure.stop, y->exposure.stop)
    COMPARE(mag_exposure_row_hash(x), mag_exposure_row_hash(y))
    COMPARE(x->exposure.dose_lo_umol, y->exposure.dose_lo_umol)
    COMPARE(x->exposure.dose_hi_umol, y->exposure.dose_hi_umol)
    COMPARE(x->exposure.route, y->exposure.route)
    COMPARE(x->exposure.flags, y->exposure.flags)
    COMPARE(x->exposure.drug_id, y->exposure.drug_id)
    return 0;
}

static int compare_exposures(const void *context, uint32_t a, uint32_t b) {
    const mag_exposure_row *x = (const mag_exposure_row *)context + a,
                           *y = (const mag_exposure_row *)context + b;
    int order = compare_exposure_content(x, y);
    if (order)
        return order;
    COMPARE(x->exposure.file_id, y->exposure.file_id)
    COMPARE(x->exposure.line, y->exposure.line)
    return 0;
}

/* An order is outside if it starts after T, or was over before the first day of history. */
static bool is_exposure_outside(const mag_settling *settling, const mag_exposure *exposure) {
    mag_minute as_of = settling->as_of[exposure->patient];
    if (as_of != MAG_MINUTE_NONE && exposure->start > as_of)
        return true;
    mag_minute last =
        mag_exposure_has(exposure, MAG_EXPOSURE_INTERVAL) ? exposure->start : exposure->stop - 1;
    return mag_settle_is_too_old(settling, exposure->patient, last);
}

/* Without an interval: a stop before the start, or a kind that says nothing about its end. */
static mag_reason fault_of(const mag_exposure *exposure) {
    if (!mag_exposure_has(exposure, MAG_EXPOSURE_INTERVAL))
        return MAG_REASON_NONE;
    return (exposure->flags & 3u) == MAG_EXPOSURE_NO_KIND ? MAG_REASON_RX_KIND
                                                          : MAG_REASON_RX_INTERVAL;
}

static mag_status place_exposure(const mag_settling *settling, const mag_exposure_row *row,
                                 bool is_duplicate, size_t *kept, mag_error *err) {
    mag_partition *partition = settling->partition;
    const mag_exposure *exposure = &row->exposure;
    mag_reason fault = fault_of(exposure);
    mag_verdict verdict = mag_settle_judge(
        settling, exposure->patient, is_exposure_outside(settling, exposure), fault, is_duplicate);
    mag_position at = {exposure->file_id, exposure->line};
    MAG_TRY(mag_settle_count(settling, at, MAG_TABLE_PRESCRIPTIONS, verdict, err));
    if (verdict.end != MAG_ROW_ACCEPTED)
        return MAG_OK;
    mag_accounting *counts = mag_settle_counts(settling, at, MAG_TABLE_PRESCRIPTIONS);
    if (counts && mag_exposure_has(exposure, MAG_EXPOSURE_OPEN)) {
        counts->open_orders++;
        counts->ended_orders += exposure->stop <= settling->as_of[exposure->patient];
    }
    if (!mag_exposure_classes(settling->cohort, exposure))
        return MAG_OK;
    partition->exposures[(*kept)++] = *exposure;
    partition->exposure_first[exposure->patient + 1]++;
    return MAG_OK;
}

mag_status mag_settle_exposures(const mag_settling *settling, mag_error *err) {
    mag_partition *partition = settling->partition;
    mag_exposure_row *rows = partition->exposure_rows.items;
    size_t count = partition->exposure_rows.count, kept = 0;
    void *exposures = NULL;
    MAG_TRY(make_arrays(settling, count, sizeof(mag_exposure), &exposures,
                        &partition->exposure_first, err));
    partition->exposures = exposures;
    MAG_TRY(
        sort_by_time(settling, &partition->exposure_rows, key_of_exposure, compare_exposures, err));
    for (size_t i = 0; i < count; i++) {
        bool is_duplicate = i && !compare_exposure_content(&rows[i - 1], &rows[i]);
        MAG_TRY(place_exposure(settling, &rows[i], is_duplicate, &kept, err));
    }
    sum_up(partition->exposure_first, partition->patient_count);
    mag_list_done(settling->cohort->settings.account, &partition->exposure_rows);
    return MAG_OK;
}

/* --- stays ---------------------------------------------------------------------------------------
 */

static uint64_t key_of_stay(const void *row) {
    const mag_stay *stay = &((const mag_stay_row *)row)->stay;
    return mag_settle_key(stay->patient, stay->from);
}

static int compare_stay_content(const mag_stay_row *x, const mag_stay_row *y) {
    COMPARE(x->stay.patient, y->stay.patient)
    COMPARE(x->stay.from, y->stay.from)
    COMPARE(x->stay.until, y->stay.until)
    COMPARE(x->stay.stay_hash, y->stay.stay_hash)
    COMPARE(x->row_hash, y->row_hash)
    return 0;
}

static int compare_stays(const void *context, uint32_t a, uint32_t b) {
    const mag_stay_row *x = (const mag_stay_row *)context + a,
                       *y = (const mag_stay_row *)context + b;
    int order = compare_stay_content(x, y);
    if (order)
        return order;
    COMPARE(x->at.file_id, y->at.file_id)
    COMPARE(x->at.line, y->at.line)
    return 0;
}

mag_status mag_settle_stays(const mag_settling *settling, mag_error *err) {
    mag_partition *partition = settling->partition;
    mag_stay_row *rows = partition->stay_rows.items;
    size_t count = partition->stay_rows.count, kept = 0;
    void *stays = NULL;
    MAG_TRY(make_arrays(settling, count, sizeof(mag_stay), &stays, &partition->stay_first, err));
    partition->stays = stays;
    MAG_TRY(sort_by_time(settling, &partition->stay_rows, key_of_stay, compare_stays, err));
    for (size_t i = 0; i < count; i++) {
        const mag_stay *stay = &rows[i].stay;
        mag_minute as_of = settling->as_of[stay->patient];
        bool is_outside = (as_of != MAG_MINUTE_NONE && stay->from > as_of) ||
                          mag_settle_is_too_old(settling, stay->patient, stay->until);
        bool is_duplicate = i && !compare_stay_content(&rows[i - 1], &rows[i]);
        mag_verdict verdict =
            mag_settle_judge(settling, stay->patient, is_outside, MAG_REASON_NONE, is_duplicate);
        MAG_TRY(mag_settle_count(settling, rows[i].at, MAG_TABLE_STAYS, verdict, err));
        if (verdict.end != MAG_ROW_ACCEPTED)
            continue;
        partition->stays[kept++] = *stay;
        partition->stay_first[stay->patient + 1]++;
    }
    sum_up(partition->stay_first, partition->patient_count);
    mag_list_done(settling->cohort->settings.account, &partition->stay_rows);
    return MAG_OK;
}

/* --- conditions
 * ------------------------------------------------------------------------------------ */

static int compare_stay_keys(const void *a, const void *b) {
    const mag_stay_row *x = a, *y = b;
    COMPARE(x->stay.patient, y->stay.patient)
    COMPARE(x->stay.stay_hash, y->stay.stay_hash)
    COMPARE(y->stay.until, x->stay.until) /* of two stays with one id the one that ends last */
    return 0;
}

/* A condition coded for a stay was recorded when the stay ended. */
static void date_by_stays(mag_partition *partition) {
    mag_stay_row *stays = partition->stay_rows.items;
    size_t stay_count = partition->stay_rows.count;
    if (!stay_count)
        return;
    qsort(stays, stay_count, sizeof *stays, compare_stay_keys);
    mag_condition_row *rows = partition->condition_rows.items;
    for (size_t i = 0; i < partition->condition_rows.count; i++) {
        mag_condition_record *condition = &rows[i].condition;
        if (condition->minute != MAG_MINUTE_NONE)
            continue;
        mag_stay_row wanted = {.stay = {.patient = condition->patient,
                                        .until = MAG_MINUTE_OPEN,
                                        .stay_hash = condition->stay_hash}};
        size_t low = 0, high = stay_count;
        while (low < high) {
            size_t middle = low + (high - low) / 2;
            if (compare_stay_keys(&stays[middle], &wanted) < 0)
                low = middle + 1;
            else
                high = middle;
        }
        if (low < stay_count && stays[low].stay.patient == condition->patient &&
            stays[low].stay.stay_hash == condition->stay_hash)
            condition->minute = stays[low].stay.until;
    }
}

static uint64_t key_of_condition(const void *row) {
    const mag_condition_record *condition = &((const mag_condition_row *)row)->condition;
    return mag_settle_key(condition->patient, condition->minute);
}

static int compare_condition_content(const mag_condition_row *x, const mag_condition_row *y) {
    COMPARE(x->condition.patient, y->condition.patient)
    COMPARE(x->condition.minute, y->condition.minute)
    COMPARE(x->condition.conditions, y->condition.conditions)
    COMPARE(x->condition.is_date_only, y->condition.is_date_only)
    COMPARE(x->condition.stay_hash, y->condition.stay_hash)
    COMPARE(x->row_hash, y->row_hash)
    return 0;
}

static int compare_conditions(const void *context, uint32_t a, uint32_t b) {
    const mag_condition_row *x = (const mag_condition_row *)context + a,
                            *y = (const mag_condition_row *)context + b;
    int order = compare_condition_content(x, y);
    if (order)
        return order;
    COMPARE(x->at.file_id, y->at.file_id)
    COMPARE(x->at.line, y->at.line)
    return 0;
}

mag_status mag_settle_conditions(const mag_settling *settling, mag_error *err) {
    mag_partition *partition = settling->partition;
    mag_condition_row *rows = partition->condition_rows.items;
    size_t count = partition->condition_rows.count, kept = 0;
    void *conditions = NULL;
    MAG_TRY(make_arrays(settling, count, sizeof(mag_condition_record), &conditions,
                        &partition->condition_first, err));
    partition->conditions = conditions;
    date_by_stays(partition);
    MAG_TRY(sort_by_time(settling, &partition->condition_rows, key_of_condition, compare_conditions,
                         err));
    for (size_t i = 0; i < count; i++) {
        const mag_condition_record *condition = &rows[i].condition;
        bool is_dated = condition->minute != MAG_MINUTE_NONE;
        bool is_outside =
            is_dated && mag_settle_is_outside(settling, condition->patient, condition->minute);
        bool is_duplicate = i && !compare_condition_content(&rows[i - 1], &rows[i]);
        mag_verdict verdict =
            mag_settle_judge(settling, condition->patient, is_outside,
                             is_dated ? MAG_REASON_NONE : MAG_REASON_NULL_REQUIRED, is_duplicate);
        MAG_TRY(mag_settle_count(settling, rows[i].at, MAG_TABLE_CONDITIONS, verdict, err));
        if (verdict.end != MAG_ROW_ACCEPTED)
            continue;
        partition->conditions[kept++] = *condition;
        partition->condition_first[condition->patient + 1]++;
    }
    sum_up(partition->condition_first, partition->patient_count);
    mag_list_done(settling->cohort->settings.account, &partition->condition_rows);
    return MAG_OK;
}
