/* Ids that are equal but for case or blanks at their ends: they stay two patients, and somebody is
   told. A patient is in the partition that the id's hash names, so that twins need not lie in one:
   all partitions are looked at once they are settled. */
#include "cohort/settle.h"

#include <stdlib.h>
#include <string.h>

static int compare_words(const void *a, const void *b) {
    const uint64_t *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

/* Of a very long id, as it is. */
uint64_t mag_settle_folded_hash(mag_span id) {
    enum { LONGEST_ID = 256 };
    char folded[LONGEST_ID];
    id = mag_span_trim(id);
    if (id.nbytes > sizeof folded)
        return mag_span_hash(id);
    for (size_t i = 0; i < id.nbytes; i++)
        folded[i] = id.at[i] >= 'A' && id.at[i] <= 'Z' ? (char)(id.at[i] + 32) : id.at[i];
    return mag_span_hash((mag_span){folded, id.nbytes});
}

static int compare_sites(const void *a, const void *b) {
    const uint32_t *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

static mag_status note_site(mag_account *account, mag_list *sites, uint32_t site_id,
                            mag_error *err) {
    if (sites->count &&
        bsearch(&site_id, sites->items, sites->count, sizeof site_id, compare_sites))
        return MAG_OK;
    uint32_t *fresh = mag_list_add(account, sites, err);
    if (!fresh)
        return MAG_E_RESOURCE;
    *fresh = site_id;
    qsort(sites->items, sites->count, sizeof site_id, compare_sites); /* sites are few */
    return MAG_OK;
}

mag_status mag_settle_note_roster(const mag_settling *settling, mag_error *err) {
    mag_partition *partition = settling->partition;
    mag_account *account = settling->cohort->settings.account;
    mag_list *hashes = &partition->id_hashes;
    MAG_TRY(mag_grow(account, &hashes->items, &hashes->capacity, hashes->item_nbytes,
                     partition->patient_count, err));
    uint64_t *hash = hashes->items;
    for (size_t i = 0; i < partition->patient_count; i++) {
        hash[i] = mag_settle_folded_hash(partition->people[i].id);
        MAG_TRY(note_site(account, &partition->site_ids, partition->people[i].site_id, err));
    }
    hashes->count = partition->patient_count;
    return MAG_OK;
}

static mag_status gather_roster(mag_cohort *cohort, mag_list *hashes, mag_error *err) {
    mag_account *account = cohort->settings.account;
    size_t count = 0;
    for (unsigned p = 0; p < MAG_PARTITION_COUNT; p++)
        count += cohort->partitions[p].id_hashes.count;
    MAG_TRY(mag_grow(account, &hashes->items, &hashes->capacity, hashes->item_nbytes, count, err));
    for (unsigned p = 0; p < MAG_PARTITION_COUNT; p++) {
        mag_list *of = &cohort->partitions[p].id_hashes;
        if (of->count)
            memcpy((uint64_t *)hashes->items + hashes->count, of->items,
                   of->count * sizeof(uint64_t));
        hashes->count += of->count;
        mag_list_done(account, of);
    }
    if (hashes->count)
        qsort(hashes->items, hashes->count, sizeof(uint64_t), compare_words);
    return MAG_OK;
}

/* Rows of a patient whom the roster has under nearly the same id say so. */
static void hint_strays(mag_cohort *cohort, mag_partition *partition, const mag_list *hashes) {
    mag_reject *rejects = partition->rejects.items;
    const mag_stray *strays = partition->strays.items;
    for (size_t i = 0; i < partition->strays.count; i++) {
        mag_reject *reject = &rejects[strays[i].reject_idx];
        const uint64_t hash = strays[i].id_hash;
        if (!hashes->count ||
            !bsearch(&hash, hashes->items, hashes->count, sizeof hash, compare_words))
            continue;
        reject->detail = "the roster has this id in other case or with other blanks";
        partition->counts[reject->file_id].near_ids++;
    }
    mag_list_done(cohort->settings.account, &partition->strays);
}

mag_status mag_settle_twins(mag_cohort *cohort, mag_error *err) {
    mag_list hashes = {.item_nbytes = sizeof(uint64_t)};
    mag_status status = gather_roster(cohort, &hashes, err);
    const uint64_t *sorted = hashes.items;
    for (size_t i = 1; i < hashes.count && status == MAG_OK; i++)
        cohort->twin_count += sorted[i] == sorted[i - 1];
    for (unsigned p = 0; p < MAG_PARTITION_COUNT && status == MAG_OK; p++)
        hint_strays(cohort, &cohort->partitions[p], &hashes);
    mag_list_done(cohort->settings.account, &hashes);
    return status;
}

uint64_t mag_cohort_twin_count(const mag_cohort *cohort) {
    return cohort->twin_count;
}
