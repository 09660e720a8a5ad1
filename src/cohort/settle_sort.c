/* Rows of one kind in their order. */
#include "cohort/settle.h"

static mag_status sort_entries(const mag_settling *settling, const mag_sorting *sorting,
                               mag_sort_entry *entries, mag_error *err) {
    mag_account *account = settling->cohort->settings.account;
    const mag_list *rows = sorting->rows;
    for (size_t i = 0; i < rows->count; i++)
        entries[i] = (mag_sort_entry){
            .key = sorting->key_of((const char *)rows->items + i * rows->item_nbytes),
            .idx = (uint32_t)i};
    MAG_TRY(mag_radix_sort(account, entries, rows->count, sorting->order, sorting->context, err));
    mag_rows_permute(entries, rows->count, rows->items, rows->item_nbytes, 1);
    if (sorting->beside && sorting->beside->count)
        mag_rows_permute(entries, rows->count, sorting->beside->items, sorting->beside->item_nbytes,
                         2);
    return MAG_OK;
}

mag_status mag_settle_sort(const mag_settling *settling, const mag_sorting *sorting,
                           mag_error *err) {
    mag_account *account = settling->cohort->settings.account;
    const size_t count = sorting->rows->count;
    void *entries = NULL;
    size_t capacity = 0;
    if (count < 2)
        return MAG_OK;
    if (settling->id_count > MAG_SETTLED_PATIENTS)
        return mag_fail(err, MAG_E_RESOURCE, MAG_MSG_P402, "more than %d patients in one partition",
                        MAG_SETTLED_PATIENTS);
    MAG_TRY(mag_grow(account, &entries, &capacity, sizeof(mag_sort_entry), count, err));
    const mag_status status = sort_entries(settling, sorting, entries, err);
    mag_drop(account, entries, capacity, sizeof(mag_sort_entry));
    return status;
}
