/* Settling rewrites rows, so a second T needs rows of its own; what filling alone writes is shared.

     filled ── rows, files, rejects, unit profiles ──copied──▶ copy ──settled at its own T
         └──── ids, texts, drugs, ranges, counted texts ──looked into──┘                        */
#include "cohort/store.h"

#include <assert.h>
#include <string.h>

/* `into` is empty. */
static mag_status copy_list(mag_account *account, const mag_list *from, mag_list *into,
                            mag_error *err) {
    if (!from->count)
        return MAG_OK;
    MAG_TRY(mag_grow(account, &into->items, &into->capacity, into->item_nbytes, from->count, err));
    memcpy(into->items, from->items, from->count * from->item_nbytes);
    into->count = from->count;
    return MAG_OK;
}

static mag_status copy_partition(mag_account *account, const mag_partition *from,
                                 mag_partition *into, mag_error *err) {
    assert(!from->is_settled);
    into->ids = from->ids;
    memcpy(into->newest, from->newest, sizeof into->newest);
    MAG_TRY(copy_list(account, &from->person_rows, &into->person_rows, err));
    MAG_TRY(copy_list(account, &from->lab_rows, &into->lab_rows, err));
    MAG_TRY(copy_list(account, &from->unit_rows, &into->unit_rows, err));
    MAG_TRY(copy_list(account, &from->lab_versions, &into->lab_versions, err));
    MAG_TRY(copy_list(account, &from->exposure_rows, &into->exposure_rows, err));
    MAG_TRY(copy_list(account, &from->stay_rows, &into->stay_rows, err));
    return copy_list(account, &from->condition_rows, &into->condition_rows, err);
}

/* Counts are added to files when they are settled. */
static mag_status copy_files(const mag_cohort *from, mag_cohort *into, mag_error *err) {
    mag_run_file *const *files = from->files.items;
    for (size_t i = 0; i < from->files.count; i++) {
        mag_run_file *file = mag_arena_alloc(into->arena, sizeof *file);
        mag_run_file **slot = mag_list_add(into->settings.account, &into->files, err);
        if (!slot)
            return MAG_E_RESOURCE;
        if (!file)
            return mag_fail_memory(err, sizeof *file);
        *file = *files[i];
        *slot = file;
    }
    return MAG_OK;
}

static void share_tables(const mag_cohort *from, mag_cohort *into) {
    into->texts = from->texts;
    into->drug_keys = from->drug_keys;
    into->range_keys = from->range_keys;
    into->names = from->names;
    into->unknown_units = from->unknown_units;
    into->unmapped_drugs = from->unmapped_drugs;
    into->malformed_codes = from->malformed_codes;
    into->drugs = from->drugs;
    into->drug_codes = from->drug_codes;
    into->ranges = from->ranges;
    memcpy(into->has_table, from->has_table, sizeof into->has_table);
    memcpy(into->declared_delivery, from->declared_delivery, sizeof into->declared_delivery);
}

static mag_status copy_rows(const mag_cohort *from, mag_cohort *into, mag_error *err) {
    mag_account *account = into->settings.account;
    MAG_TRY(copy_files(from, into, err));
    MAG_TRY(copy_list(account, &from->rejects, &into->rejects, err));
    MAG_TRY(copy_list(account, &from->unit_profiles, &into->unit_profiles, err));
    for (unsigned i = 0; i < MAG_PARTITION_COUNT; i++)
        MAG_TRY(copy_partition(account, &from->partitions[i], &into->partitions[i], err));
    return MAG_OK;
}

mag_status mag_cohort_copy(const mag_cohort *filled, mag_minute as_of, mag_cohort **out,
                           mag_error *err) {
    mag_cohort_settings settings = filled->settings;
    settings.as_of_kind = MAG_AS_OF_FIXED;
    settings.as_of = as_of;
    MAG_TRY(mag_cohort_new(out, filled->book, &settings, err));
    mag_cohort *copy = *out;
    copy->is_copy = true;
    share_tables(filled, copy);
    mag_status status = copy_rows(filled, copy, err);
    if (status != MAG_OK) {
        mag_cohort_free(copy);
        *out = NULL;
    }
    return status;
}
