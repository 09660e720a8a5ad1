/* Sorting, judging and packing of prescriptions, stays and conditions of a partition. */
#include "clinical/conversion.h"
#include "cohort/settle.h"
#include "cohort/timeline.h"

#include <stdlib.h>

#define COMPARE(left, right)                                                                       \
    if ((left) != (right))                                                                         \
        return (left) < (right) ? -1 : 1;

void mag_settle_sum_up(uint32_t *first, size_t patient_count) {
    for (size_t i = 0; i < patient_count; i++)
        first[i + 1] += first[i];
}

mag_status mag_settle_make_arrays(const mag_settling *settling, size_t row_count,
                                  size_t item_nbytes, void **items, uint32_t **first,
                                  mag_error *err) {
    mag_partition *partition = settling->partition;
    if (row_count > UINT32_MAX)
        return mag_fail(err, MAG_E_RESOURCE, MAG_MSG_P402,
                        "more than 4 billion records in one partition");
    *items = mag_arena_alloc(partition->settled, row_count * item_nbytes);
    *first = mag_arena_alloc(partition->settled, (partition->patient_count + 1) * sizeof **first);
    return *items && *first ? MAG_OK : mag_fail_memory(err, row_count * item_nbytes);
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
    MAG_TRY(mag_settle_make_arrays(settling, count, sizeof(mag_exposure), &exposures,
                                   &partition->exposure_first, err));
    partition->exposures = exposures;
    MAG_TRY(
        sort_by_time(settling, &partition->exposure_rows, key_of_exposure, compare_exposures, err));
    for (size_t i = 0; i < count; i++) {
        bool is_duplicate = i && !compare_exposure_content(&rows[i - 1], &rows[i]);
        MAG_TRY(place_exposure(settling, &rows[i], is_duplicate, &kept, err));
    }
    mag_settle_sum_up(partition->exposure_first, partition->patient_count);
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
    MAG_TRY(mag_settle_make_arrays(settling, count, sizeof(mag_stay), &stays,
                                   &partition->stay_first, err));
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
    mag_settle_sum_up(partition->stay_first, partition->patient_count);
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
    MAG_TRY(mag_settle_make_arrays(settling, count, sizeof(mag_condition_record), &conditions,
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
    mag_settle_sum_up(partition->condition_first, partition->patient_count);
    mag_list_done(settling->cohort->settings.account, &partition->condition_rows);
    return MAG_OK;
}
