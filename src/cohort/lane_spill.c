/* Rows of a lane on their way to disk: the largest parts first, until half of what the lane has in
   memory is given back, so that what is written is large and the next row does not spill again.
   Rows of people stay (who is in the roster is asked before rows are gathered), and so do ids and
   what units are judged by. */
#include "cohort/lane.h"
#include "cohort/row_spill.h"
#include "cohort/store.h"

enum { LIST_COUNT = 6, LEAST_PART_NBYTES = 1 << 14 };

typedef struct spillable {
    mag_row_chunks *list;
    mag_spill_kind kind;
} spillable;

static void list_spillable(mag_lane_part *part, spillable out[LIST_COUNT]) {
    const spillable lists[LIST_COUNT] = {
        {&part->labs, MAG_SPILL_LABS},         {&part->specimens, MAG_SPILL_SPECIMENS},
        {&part->versions, MAG_SPILL_VERSIONS}, {&part->exposures, MAG_SPILL_EXPOSURES},
        {&part->stays, MAG_SPILL_STAYS},       {&part->conditions, MAG_SPILL_CONDITIONS}};
    for (size_t i = 0; i < LIST_COUNT; i++)
        out[i] = lists[i];
}

static size_t part_nbytes(mag_lane_part *part) {
    spillable lists[LIST_COUNT];
    size_t nbytes = 0;
    list_spillable(part, lists);
    for (size_t i = 0; i < LIST_COUNT; i++)
        nbytes += lists[i].list->here_nbytes;
    return nbytes;
}

mag_status mag_lane_spill_part(mag_lane *lane, unsigned partition_idx, mag_error *err) {
    spillable lists[LIST_COUNT];
    mag_spill_file *file = lane->cohort->settings.spill;
    list_spillable(&lane->parts[partition_idx], lists);
    for (size_t i = 0; file && i < LIST_COUNT; i++)
        if (lists[i].list->here_nbytes)
            MAG_TRY(mag_row_chunks_spill(lists[i].list, lane->account, file, lists[i].kind,
                                         partition_idx, err));
    return MAG_OK;
}

mag_status mag_lane_spill(mag_lane *lane, mag_error *err) {
    size_t nbytes[MAG_PARTITION_COUNT], all = 0, given = 0;
    if (!lane->cohort->settings.spill)
        return MAG_OK;
    for (unsigned i = 0; i < MAG_PARTITION_COUNT; i++)
        all += nbytes[i] = part_nbytes(&lane->parts[i]);
    while (given < all / 2) {
        unsigned largest = 0;
        for (unsigned i = 1; i < MAG_PARTITION_COUNT; i++)
            largest = nbytes[i] > nbytes[largest] ? i : largest;
        if (nbytes[largest] < LEAST_PART_NBYTES)
            return MAG_OK;
        MAG_TRY(mag_lane_spill_part(lane, largest, err));
        given += nbytes[largest];
        nbytes[largest] = 0;
    }
    return MAG_OK;
}

mag_status mag_cohort_spill_rows(mag_cohort *cohort, unsigned partition_idx, mag_error *err) {
    for (unsigned k = 0; k < cohort->lane_count; k++)
        MAG_TRY(mag_lane_spill_part(cohort->lanes[k], partition_idx, err));
    return MAG_OK;
}
