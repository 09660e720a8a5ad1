/* Settling cuts rows down to one T, so a second T needs a partition of its own; the rows and what
   filling alone writes are looked into where they are.

     filled ── files, rejects, unit profiles ──copied──▶ copy ──settled at its own T
         └──── lanes: rows, ids, texts, drugs ──read──┘                                          */
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

static mag_status copy_tables(const mag_cohort *from, mag_cohort *into, mag_error *err) {
    mag_account *account = into->settings.account;
    MAG_TRY(copy_files(from, into, err));
    MAG_TRY(copy_list(account, &from->rejects, &into->rejects, err));
    memcpy(into->has_table, from->has_table, sizeof into->has_table);
    memcpy(into->declared_delivery, from->declared_delivery, sizeof into->declared_delivery);
    return copy_list(account, &from->unit_profiles, &into->unit_profiles, err);
}

mag_status mag_cohort_copy(const mag_cohort *filled, mag_minute as_of, mag_cohort **out,
                           mag_error *err) {
    mag_cohort_settings settings = filled->settings;
    settings.as_of_kind = MAG_AS_OF_FIXED;
    settings.as_of = as_of;
    for (unsigned i = 0; i < MAG_PARTITION_COUNT; i++)
        assert(!filled->partitions[i].is_settled);
    MAG_TRY(mag_cohort_new_beside(filled, &settings, out, err));
    mag_status status = copy_tables(filled, *out, err);
    if (status != MAG_OK) {
        mag_cohort_free(*out);
        *out = NULL;
    }
    return status;
}
