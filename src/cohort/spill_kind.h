/* What segments of a spill file hold; the numbers stand in files and stay. */
#ifndef MAG_COHORT_SPILL_KIND_H
#define MAG_COHORT_SPILL_KIND_H

typedef enum mag_spill_kind {
    MAG_SPILL_ROWS = 1, /* a part of a lane: ids, then rows of every kind (cohort/lane_spill.c) */
    MAG_SPILL_SETTLED = 2, /* a settled partition (cohort/settled_spill.c) */
    MAG_SPILL_RESULTS = 3  /* rows that screening found (engine/result_run.c) */
} mag_spill_kind;

#endif
