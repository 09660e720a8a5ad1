/* Ids that are equal but for case or blanks at their ends: they stay two patients, and somebody is
   told. A patient is in the partition that the id's hash names, so that twins need not lie in one:
   all partitions are looked at once they are settled. */
#include "cohort/settle.h"

#include <stdlib.h>

static int compare_words(const void *a, const void *b) {
    const uint64_t *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

/* Hash of an id without blanks at its ends and in lower case; of a very long id, as it is. */
static uint64_t folded_hash(mag_span id) {
    enum { LONGEST_ID = 256 };
    char folded[LONGEST_ID];
    id = mag_span_trim(id);
    if (id.nbytes > sizeof folded)
        return mag_span_hash(id);
    for (size_t i = 0; i < id.nbytes; i++)
        folded[i] = id.at[i] >= 'A' && id.at[i] <= 'Z' ? (char)(id.at[i] + 32) : id.at[i];
    return mag_span_hash((mag_span){folded, id.nbytes});
}

static mag_status gather_roster(mag_cohort *cohort, mag_list *hashes, mag_error *err) {
    for (unsigned p = 0; p < MAG_PARTITION_COUNT; p++) {
        const mag_partition *partition = &cohort->partitions[p];
        for (size_t i = 0; i < partition->patient_count; i++) {
            uint64_t *hash = mag_list_add(cohort->settings.account, hashes, err);
            if (!hash)
                return MAG_E_RESOURCE;
            *hash = folded_hash(partition->people[i].id);
        }
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
        const size_t stranger = strays[i].patient - partition->patient_count;
        const uint64_t hash = folded_hash(partition->strangers[stranger]);
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
