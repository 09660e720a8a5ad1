/* What the files that take rows out of the lanes share. */
#ifndef MAG_COHORT_SETTLE_GATHER_H
#define MAG_COHORT_SETTLE_GATHER_H

#include "cohort/settle.h"

/* One lane's share of the partition. */
typedef struct mag_lane_share {
    const mag_lane *lane;
    mag_lane_part *part;
    const uint32_t *rank; /* by number of the part */
    size_t first_lab;     /* where the lane's laboratory rows begin among all */
} mag_lane_share;

/* In place of a number of the lane's table the cohort's. */
static inline uint32_t mag_share_number(const mag_list *numbers, uint32_t number) {
    return numbers->count ? ((const uint32_t *)numbers->items)[number] : number;
}

/* Room for count rows; none is taken for none. */
mag_status mag_settle_make_room(const mag_settling *settling, mag_list *into, size_t count,
                                mag_error *err) MAG_MUST_CHECK;

/* True if all laboratory rows are in memory. */
bool mag_settle_may_group_labs(const mag_settling *settling, const mag_lane_share *shares);
/* Takes the laboratory rows with their specimens, patient by patient, each patient's as they came,
   judges their units, and points versions (gathered before) to their places. */
mag_status mag_settle_group_labs(const mag_settling *settling, const mag_lane_share *shares,
                                 mag_error *err) MAG_MUST_CHECK;

#endif
