/* Settling a partition: who is in it, when T is, and where every row ends. Nothing here depends on
   the order in which rows came in: rows are sorted by content before anything is chosen. */
#include "cohort/settle.h"
#include "cohort/timeline.h"

#include <stdlib.h>
#include <string.h>

/* --- counting ----------------------------------------------------------------------------------
 */

static const char *column_of(mag_reason reason) {
    switch (reason) {
    case MAG_REASON_UNIT_MISSING:
    case MAG_REASON_UNIT_UNKNOWN:
    case MAG_REASON_UNIT_CONTRADICTS:
        return "unit";
    case MAG_REASON_RX_KIND:
        return "kind";
    case MAG_REASON_RX_INTERVAL:
        return "stop";
    case MAG_REASON_LINK_NO_PATIENT:
        return "patient_id";
    case MAG_REASON_NULL_REQUIRED:
        return "stay_id";
    default:
        return "value";
    }
}

mag_accounting *mag_settle_counts(const mag_settling *settling, mag_position at,
                                  mag_table_kind kind) {
    const mag_run_file *file = mag_cohort_file_at(settling->cohort, at.file_id);
    if (!file)
        return NULL;
    bool is_own_row =
        file->kind == kind || (kind == MAG_TABLE_LABS && file->kind == MAG_TABLE_MEASUREMENTS);
    return is_own_row ? &settling->partition->counts[at.file_id] : NULL;
}

mag_status mag_settle_count(const mag_settling *settling, mag_position at, mag_table_kind kind,
                            mag_verdict verdict, mag_error *err) {
    mag_accounting *counts = mag_settle_counts(settling, at, kind);
    if (!counts)
        return MAG_OK;
    switch (verdict.end) {
    case MAG_ROW_ACCEPTED:
        counts->accepted++;
        return MAG_OK;
    case MAG_ROW_OUT_OF_WINDOW:
        counts->out_of_window++;
        return MAG_OK;
    case MAG_ROW_DUPLICATE:
        counts->duplicate++;
        return MAG_OK;
    case MAG_ROW_REJECTED:
        break;
    }
    counts->rejected[verdict.reason]++;
    mag_account *account = settling->cohort->settings.account;
    mag_list *rejects = &settling->partition->rejects;
    mag_reject *reject = mag_list_add(account, rejects, err);
    if (!reject)
        return MAG_E_RESOURCE;
    *reject = (mag_reject){.file_id = at.file_id,
                           .reason = (uint8_t)verdict.reason,
                           .line = at.line,
                           .column = column_of(verdict.reason),
                           .detail = verdict.detail ? verdict.detail : ""};
    if (verdict.reason != MAG_REASON_LINK_NO_PATIENT)
        return MAG_OK;
    mag_stray *stray = mag_list_add(account, &settling->partition->strays, err);
    if (!stray)
        return MAG_E_RESOURCE;
    const mag_span id = settling->strangers[verdict.patient - settling->partition->patient_count];
    *stray = (mag_stray){rejects->count - 1, mag_settle_folded_hash(id)};
    return MAG_OK;
}

mag_verdict mag_settle_judge(const mag_settling *settling, uint32_t patient, bool is_outside,
                             mag_reason fault, bool is_duplicate) {
    if (is_outside)
        return (mag_verdict){MAG_ROW_OUT_OF_WINDOW, MAG_REASON_NONE, NULL, 0};
    if (fault != MAG_REASON_NONE)
        return (mag_verdict){MAG_ROW_REJECTED, fault, NULL, 0};
    if (patient >= settling->partition->patient_count)
        return (mag_verdict){MAG_ROW_REJECTED, MAG_REASON_LINK_NO_PATIENT, NULL, patient};
    if (is_duplicate)
        return (mag_verdict){MAG_ROW_DUPLICATE, MAG_REASON_NONE, NULL, 0};
    return (mag_verdict){MAG_ROW_ACCEPTED, MAG_REASON_NONE, NULL, 0};
}

bool mag_settle_is_too_old(const mag_settling *settling, uint32_t patient, mag_minute minute) {
    mag_minute as_of = settling->as_of[patient];
    int32_t history_days = settling->cohort->settings.history_days;
    return as_of != MAG_MINUTE_NONE && history_days &&
           mag_minute_day(as_of) - mag_minute_day(minute) > history_days;
}

bool mag_settle_is_outside(const mag_settling *settling, uint32_t patient, mag_minute minute) {
    mag_minute as_of = settling->as_of[patient];
    if (as_of != MAG_MINUTE_NONE && minute > as_of)
        return true;
    return mag_settle_is_too_old(settling, patient, minute);
}

/* --- when T is ---------------------------------------------------------------------------------
 */

static void raise_to(mag_minute *as_of, mag_minute minute) {
    if (minute > *as_of)
        *as_of = minute;
}

/* T of `latest`: the later of the last code-book result with a value and the last start of a
   prescription with a class of interest (rules 0.1 item 5). */
static void find_latest(const mag_settling *settling) {
    const mag_partition *partition = settling->partition;
    const mag_lab_row *labs = partition->lab_rows.items;
    for (size_t i = 0; i < partition->lab_rows.count; i++) {
        const mag_lab *lab = &labs[i].lab;
        if (mag_lab_reject(lab) == MAG_REASON_NONE &&
            mag_analyte_of(mag_lab_analyte(lab))->is_code_book_item)
            raise_to(&settling->as_of[lab->patient], lab->minute);
    }
    const mag_exposure_row *exposures = partition->exposure_rows.items;
    for (size_t i = 0; i < partition->exposure_rows.count; i++) {
        const mag_exposure *exposure = &exposures[i].exposure;
        if (!mag_exposure_has(exposure, MAG_EXPOSURE_INTERVAL) &&
            mag_exposure_classes(settling->cohort, exposure) & mag_classes_of_interest())
            raise_to(&settling->as_of[exposure->patient], exposure->start);
    }
}

static mag_status find_as_of(mag_settling *settling, mag_error *err) {
    const mag_cohort_settings *settings = &settling->cohort->settings;
    mag_partition *partition = settling->partition;
    bool is_latest = settings->as_of_kind == MAG_AS_OF_LATEST;
    partition->as_of =
        mag_arena_alloc(partition->settled, settling->id_count * sizeof *partition->as_of);
    if (!partition->as_of)
        return mag_fail_memory(err, settling->id_count * sizeof *partition->as_of);
    settling->as_of = partition->as_of;
    for (size_t i = 0; i < settling->id_count; i++)
        settling->as_of[i] = is_latest ? MAG_MINUTE_NONE : settings->as_of;
    if (is_latest)
        find_latest(settling);
    return MAG_OK;
}

/* --- all of it -----------------------------------------------------------------------------------
 */

static mag_status settle(mag_settling *settling, mag_error *err) {
    MAG_TRY(mag_settle_rank(settling, err));
    MAG_TRY(mag_settle_gather(settling, err));
    MAG_TRY(mag_settle_versions(settling, err));
    MAG_TRY(find_as_of(settling, err));
    MAG_TRY(mag_settle_people(settling, err));
    MAG_TRY(mag_settle_conditions(settling, err)); /* while all stays are still there */
    MAG_TRY(mag_settle_stays(settling, err));
    MAG_TRY(mag_settle_labs(settling, err));
    MAG_TRY(mag_settle_exposures(settling, err));
    MAG_TRY(mag_settle_count_use(settling, err));
    return mag_settle_note_roster(settling, err);
}

mag_status mag_cohort_settle(mag_cohort *cohort, unsigned partition_idx, mag_error *err) {
    mag_partition *partition = &cohort->partitions[partition_idx];
    mag_settling settling = {
        .cohort = cohort, .partition = partition, .partition_idx = partition_idx};
    /* The examples of a pack make a cohort each, of one patient. */
    if (cohort->lanes[0]->parts[partition_idx].ids.count == 0 && cohort->files.count == 0) {
        partition->is_settled = true;
        return MAG_OK;
    }
    MAG_TRY(mag_partition_begin(partition, cohort->settings.account, err));
    settling.scratch = mag_arena_new(cohort->settings.account);
    partition->settled = mag_arena_new(cohort->settings.account);
    size_t counts_nbytes = cohort->files.count * sizeof *partition->counts;
    partition->counts = mag_arena_alloc(partition->arena, counts_nbytes);
    partition->units =
        mag_arena_alloc(partition->arena, cohort->files.count * sizeof *partition->units);
    mag_status status = MAG_E_RESOURCE;
    if (!settling.scratch || !partition->settled || !partition->counts || !partition->units)
        status = mag_fail_memory(err, counts_nbytes);
    else
        status = settle(&settling, err);
    mag_arena_free(settling.scratch);
    partition->is_settled = status == MAG_OK;
    for (unsigned k = 0; partition->is_settled && !cohort->is_copy && k < cohort->lane_count; k++)
        mag_lane_forget_ids(cohort->lanes[k], partition_idx);
    return status;
}

static int compare_rejects(const void *a, const void *b) {
    const mag_reject *x = a, *y = b;
    if (x->file_id != y->file_id)
        return x->file_id < y->file_id ? -1 : 1;
    if (x->line != y->line)
        return x->line < y->line ? -1 : 1;
    return (x->reason > y->reason) - (x->reason < y->reason);
}

void mag_cohort_sort_rejects(mag_cohort *cohort) {
    if (cohort->rejects.count)
        qsort(cohort->rejects.items, cohort->rejects.count, sizeof(mag_reject), compare_rejects);
}

static mag_status gather_rejects(mag_cohort *cohort, mag_partition *partition, mag_error *err) {
    const mag_reject *rejects = partition->rejects.items;
    for (size_t i = 0; i < partition->rejects.count; i++) {
        mag_reject *kept = mag_list_add(cohort->settings.account, &cohort->rejects, err);
        if (!kept)
            return MAG_E_RESOURCE;
        *kept = rejects[i];
    }
    mag_list_done(cohort->settings.account, &partition->rejects);
    return MAG_OK;
}

static void gather_counts(mag_run_file *file, const mag_accounting *counts,
                          const mag_unit_count *units) {
    mag_accounting_add(&file->accounting, counts);
    for (int analyte = 0; analyte < MAG_ANALYTE_COUNT; analyte++) {
        file->units[analyte].rows += units[analyte].rows;
        file->units[analyte].without_unit += units[analyte].without_unit;
    }
}

mag_status mag_cohort_settle_all(mag_cohort *cohort, mag_error *err) {
    mag_run_file *const *files = cohort->files.items;
    for (unsigned p = 0; p < MAG_PARTITION_COUNT; p++)
        if (!cohort->partitions[p].is_settled)
            return mag_fail(err, MAG_E_INTERNAL, MAG_MSG_X701, "partition %u was not settled", p);
    MAG_TRY(mag_settle_twins(cohort, err));
    for (unsigned p = 0; p < MAG_PARTITION_COUNT; p++) {
        mag_partition *partition = &cohort->partitions[p];
        for (size_t i = 0; i < cohort->files.count; i++)
            gather_counts(files[i], &partition->counts[i], partition->units[i]);
        for (int analyte = 0; analyte < MAG_ANALYTE_COUNT; analyte++)
            cohort->delivers[analyte] |= partition->delivers[analyte];
        MAG_TRY(gather_rejects(cohort, partition, err));
    }
    mag_cohort_sort_rejects(cohort);
    for (size_t i = 0; i < cohort->files.count; i++)
        MAG_TRY(mag_accounting_check(&files[i]->accounting, files[i]->name, err));
    return MAG_OK;
}
