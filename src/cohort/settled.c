/* A settled partition on its way to disk and back. On disk it is one segment, the image of its
   arrays as they are in memory; ids travel as text:

     head | people | as-of | where labs, exposures, stays, conditions begin | labs | specimens |
     exposures | stays | conditions | ends of the ids | texts of the ids          (each on 16 bytes)

   The image is read into one block, which the arrays then point into. */
#include "cohort/radix_sort.h"
#include "cohort/spill_kind.h"
#include "cohort/store.h"

#include <assert.h>
#include <string.h>

enum { FORMAT_VERSION = 2, PART_ALIGNMENT = 16 };

typedef struct image_head {
    uint32_t version, patient_count;
    uint32_t lab_count, specimen_count; /* as many, or none */
    uint32_t exposure_count, stay_count, condition_count, unused;
    uint64_t id_nbytes;
} image_head;

enum image_part {
    PART_HEAD,
    PART_PEOPLE,
    PART_AS_OF,
    PART_LAB_FIRST,
    PART_EXPOSURE_FIRST,
    PART_STAY_FIRST,
    PART_CONDITION_FIRST,
    PART_LABS,
    PART_SPECIMENS,
    PART_EXPOSURES,
    PART_STAYS,
    PART_CONDITIONS,
    PART_ID_ENDS,
    PART_ID_TEXTS,
    PART_COUNT
};

static size_t aligned(size_t nbytes) {
    return (nbytes + PART_ALIGNMENT - 1) & ~(size_t)(PART_ALIGNMENT - 1);
}

/* Bytes of each part, without what aligns the next. */
static void measure(const image_head *head, size_t nbytes[PART_COUNT]) {
    const size_t firsts = ((size_t)head->patient_count + 1) * sizeof(uint32_t);
    nbytes[PART_HEAD] = sizeof *head;
    nbytes[PART_PEOPLE] = head->patient_count * sizeof(mag_person);
    nbytes[PART_AS_OF] = head->patient_count * sizeof(mag_minute);
    nbytes[PART_LAB_FIRST] = nbytes[PART_EXPOSURE_FIRST] = firsts;
    nbytes[PART_STAY_FIRST] = nbytes[PART_CONDITION_FIRST] = firsts;
    nbytes[PART_LABS] = head->lab_count * sizeof(mag_lab);
    nbytes[PART_SPECIMENS] = head->specimen_count * sizeof(uint64_t);
    nbytes[PART_EXPOSURES] = head->exposure_count * sizeof(mag_exposure);
    nbytes[PART_STAYS] = head->stay_count * sizeof(mag_stay);
    nbytes[PART_CONDITIONS] = head->condition_count * sizeof(mag_condition_record);
    nbytes[PART_ID_ENDS] = head->patient_count * sizeof(uint64_t);
    nbytes[PART_ID_TEXTS] = head->id_nbytes;
}

static size_t image_nbytes(const image_head *head) {
    size_t nbytes[PART_COUNT], all = 0;
    measure(head, nbytes);
    for (int part = 0; part < PART_COUNT; part++)
        all += aligned(nbytes[part]);
    return all;
}

static image_head head_of(const mag_partition *partition) {
    const size_t count = partition->patient_count;
    image_head head = {.version = FORMAT_VERSION, .patient_count = (uint32_t)count};
    if (!partition->lab_first) /* nobody was ever put in */
        return head;
    head.lab_count = partition->lab_first[count];
    head.specimen_count = partition->specimens ? head.lab_count : 0;
    head.exposure_count = partition->exposure_first[count];
    head.stay_count = partition->stay_first[count];
    head.condition_count = partition->condition_first[count];
    for (size_t i = 0; i < count; i++)
        head.id_nbytes += partition->people[i].id.nbytes + 1;
    return head;
}

/* --- out ---------------------------------------------------------------------------------------
 */

/* Where the text of each id ends, its NUL included. They stand side by side in memory already. */
static uint64_t *list_id_ends(const mag_partition *partition, mag_arena *scratch) {
    uint64_t end = 0;
    uint64_t *ends = mag_arena_alloc(scratch, (partition->patient_count + 1) * sizeof *ends);
    for (size_t i = 0; ends && i < partition->patient_count; i++) {
        assert(partition->people[i].id.at == partition->people[0].id.at + end);
        end += partition->people[i].id.nbytes + 1;
        ends[i] = end;
    }
    return ends;
}

static mag_status write_image(mag_cohort *cohort, unsigned partition_idx, mag_arena *scratch,
                              mag_error *err) {
    static const char zeros[PART_ALIGNMENT] = {0};
    mag_partition *partition = &cohort->partitions[partition_idx];
    const image_head head = head_of(partition);
    const uint64_t *ends = list_id_ends(partition, scratch);
    if (!ends)
        return mag_fail_memory(err, partition->patient_count * sizeof *ends);
    const void *at[PART_COUNT] = {&head,
                                  partition->people,
                                  partition->as_of,
                                  partition->lab_first,
                                  partition->exposure_first,
                                  partition->stay_first,
                                  partition->condition_first,
                                  partition->labs,
                                  partition->specimens,
                                  partition->exposures,
                                  partition->stays,
                                  partition->conditions,
                                  ends,
                                  partition->patient_count ? partition->people[0].id.at : NULL};
    size_t nbytes[PART_COUNT];
    mag_span parts[2 * PART_COUNT];
    measure(&head, nbytes);
    for (int part = 0; part < PART_COUNT; part++) {
        parts[2 * part] = (mag_span){at[part], nbytes[part]};
        parts[2 * part + 1] = (mag_span){zeros, aligned(nbytes[part]) - nbytes[part]};
    }
    const mag_spill_what what = {.kind = MAG_SPILL_SETTLED,
                                 .partition = partition_idx,
                                 .record_nbytes = 1,
                                 .record_count = image_nbytes(&head)};
    return mag_spill_write(cohort->settings.spill, &what, parts, 2 * PART_COUNT,
                           &partition->on_disk, err);
}

void mag_partition_drop_settled(mag_partition *partition, mag_account *account) {
    mag_arena_free(partition->settled);
    mag_drop(account, partition->image, partition->image_nbytes, 1);
    partition->settled = NULL;
    partition->image = NULL;
    partition->image_nbytes = 0;
    partition->people = NULL;
    partition->as_of = NULL;
    partition->lab_first = partition->exposure_first = NULL;
    partition->stay_first = partition->condition_first = NULL;
    partition->labs = NULL;
    partition->specimens = NULL;
    partition->exposures = NULL;
    partition->stays = NULL;
    partition->conditions = NULL;
}

mag_status mag_cohort_put_away(mag_cohort *cohort, unsigned partition_idx, mag_error *err) {
    mag_partition *partition = &cohort->partitions[partition_idx];
    mag_account *account = cohort->settings.account;
    assert(partition->is_settled);
    if (!cohort->settings.spill || !partition->lab_first)
        return MAG_OK;
    if (!partition->is_on_disk) {
        mag_arena *scratch = mag_arena_new(account);
        const mag_status status = scratch ? write_image(cohort, partition_idx, scratch, err)
                                          : mag_fail_memory(err, sizeof(void *));
        mag_arena_free(scratch);
        MAG_TRY(status);
        partition->is_on_disk = true;
    }
    mag_partition_drop_settled(partition, account);
    return MAG_OK;
}

/* --- and back ------------------------------------------------------------------------------------
 */

static void point_into(mag_partition *partition, char *image, const image_head *head) {
    size_t nbytes[PART_COUNT];
    void *at[PART_COUNT];
    measure(head, nbytes);
    for (int part = 0; part < PART_COUNT; part++) {
        at[part] = image;
        image += aligned(nbytes[part]);
    }
    partition->people = at[PART_PEOPLE];
    partition->as_of = at[PART_AS_OF];
    partition->lab_first = at[PART_LAB_FIRST];
    partition->exposure_first = at[PART_EXPOSURE_FIRST];
    partition->stay_first = at[PART_STAY_FIRST];
    partition->condition_first = at[PART_CONDITION_FIRST];
    partition->labs = at[PART_LABS];
    partition->specimens = head->specimen_count ? at[PART_SPECIMENS] : NULL;
    partition->exposures = at[PART_EXPOSURES];
    partition->stays = at[PART_STAYS];
    partition->conditions = at[PART_CONDITIONS];
    const uint64_t *ends = at[PART_ID_ENDS];
    const char *texts = at[PART_ID_TEXTS];
    for (size_t i = 0; i < partition->patient_count; i++) {
        const uint64_t begin = i ? ends[i - 1] : 0;
        partition->people[i].id = (mag_span){texts + begin, (size_t)(ends[i] - begin - 1)};
    }
}

mag_status mag_cohort_hold(mag_cohort *cohort, unsigned partition_idx, mag_error *err) {
    mag_partition *partition = &cohort->partitions[partition_idx];
    assert(partition->is_settled);
    if (mag_partition_is_here(partition) || !partition->is_on_disk)
        return MAG_OK;
    const size_t nbytes = mag_spill_nbytes(&partition->on_disk);
    image_head head;
    MAG_TRY(mag_grow(cohort->settings.account, &partition->image, &partition->image_nbytes, 1,
                     nbytes, err));
    const mag_status status =
        mag_spill_read(cohort->settings.spill, &partition->on_disk, partition->image, err);
    if (status != MAG_OK) {
        mag_partition_drop_settled(partition, cohort->settings.account);
        return status;
    }
    memcpy(&head, partition->image, sizeof head);
    assert(head.version == FORMAT_VERSION && head.patient_count == partition->patient_count);
    point_into(partition, partition->image, &head);
    return MAG_OK;
}

void mag_cohort_let_go(mag_cohort *cohort, unsigned partition_idx) {
    mag_partition *partition = &cohort->partitions[partition_idx];
    if (partition->is_on_disk)
        mag_partition_drop_settled(partition, cohort->settings.account);
}

bool mag_cohort_is_here(const mag_cohort *cohort, unsigned partition_idx) {
    return mag_partition_is_here(&cohort->partitions[partition_idx]);
}

void mag_cohort_forget(mag_cohort *cohort, unsigned partition_idx) {
    mag_partition *partition = &cohort->partitions[partition_idx];
    mag_partition_drop_settled(partition, cohort->settings.account);
    if (partition->is_on_disk)
        mag_spill_forget(cohort->settings.spill, &partition->on_disk);
    partition->is_on_disk = false;
}

/* Of all lanes, before they are gathered. */
typedef struct row_sums {
    size_t labs, specimens, exposures, stays, conditions, people, versions, ids;
    size_t chunk_nbytes;
} row_sums;

static row_sums sums_of(const mag_cohort *cohort, unsigned partition_idx) {
    row_sums sums = {0};
    for (unsigned k = 0; k < cohort->lane_count; k++) {
        const mag_lane_part *of = &cohort->lanes[k]->parts[partition_idx];
        const mag_row_chunks *lists[] = {&of->people,    &of->labs,      &of->specimens,
                                         &of->unit_rows, &of->versions,  &of->exposures,
                                         &of->stays,     &of->conditions};
        for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++)
            sums.chunk_nbytes += lists[i]->here_nbytes;
        sums.people += of->people.row_count;
        sums.labs += of->labs.row_count;
        sums.specimens += of->specimens.row_count;
        sums.versions += of->versions.row_count;
        sums.exposures += of->exposures.row_count;
        sums.stays += of->stays.row_count;
        sums.conditions += of->conditions.row_count;
        sums.ids += of->ids.count;
    }
    return sums;
}

/* Settling gathers rows beside their chunks, sorts numbers of them, and packs them. */
static size_t settling_nbytes(size_t count, size_t row_nbytes, size_t packed_nbytes) {
    const size_t sorted = row_nbytes + 2 * sizeof(mag_sort_entry);
    const size_t packed = row_nbytes + packed_nbytes;
    return count * (sorted > packed ? sorted : packed);
}

size_t mag_cohort_settling_nbytes(const mag_cohort *cohort, unsigned partition_idx) {
    enum { FIXED_NBYTES = 1 << 20, WASTED_NBYTES = 3 << 20 }; /* arenas double up to a megabyte */
    const row_sums of = sums_of(cohort, partition_idx);
    const size_t nbytes =
        of.ids * (sizeof(mag_person) + 64) + of.specimens * 2 * sizeof(uint64_t) +
        of.versions * sizeof(mag_lab_version) +
        settling_nbytes(of.people, sizeof(mag_person_row), 0) +
        settling_nbytes(of.labs, sizeof(mag_lab_row), sizeof(mag_lab)) +
        settling_nbytes(of.exposures, sizeof(mag_exposure_row), sizeof(mag_exposure)) +
        settling_nbytes(of.stays, sizeof(mag_stay_row), sizeof(mag_stay)) +
        settling_nbytes(of.conditions, sizeof(mag_condition_row), sizeof(mag_condition_record));
    return FIXED_NBYTES + nbytes + (nbytes < WASTED_NBYTES ? nbytes : WASTED_NBYTES);
}

size_t mag_cohort_rows_nbytes(const mag_cohort *cohort, unsigned partition_idx) {
    return sums_of(cohort, partition_idx).chunk_nbytes;
}

size_t mag_cohort_settled_nbytes(const mag_cohort *cohort, unsigned partition_idx) {
    const mag_partition *partition = &cohort->partitions[partition_idx];
    if (partition->is_on_disk)
        return mag_spill_nbytes(&partition->on_disk);
    const image_head head = head_of(partition);
    return image_nbytes(&head);
}

const uint32_t *mag_cohort_sites(const mag_cohort *cohort, unsigned partition_idx, size_t *count) {
    const mag_list *sites = &cohort->partitions[partition_idx].site_ids;
    *count = sites->count;
    return sites->items;
}
