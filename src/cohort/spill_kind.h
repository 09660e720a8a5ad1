/* What segments of a spill file hold; the numbers stand in files and stay. */
#ifndef MAG_COHORT_SPILL_KIND_H
#define MAG_COHORT_SPILL_KIND_H

typedef enum mag_spill_kind {
    /* rows of one lane and partition, as rows.h has them (lane_spill.c) */
    MAG_SPILL_LABS = 1,
    MAG_SPILL_SPECIMENS = 2,
    MAG_SPILL_VERSIONS = 3,
    MAG_SPILL_EXPOSURES = 4,
    MAG_SPILL_STAYS = 5,
    MAG_SPILL_CONDITIONS = 6,
    MAG_SPILL_SETTLED = 16, /* a settled partition (settled.c) */
    MAG_SPILL_RESULTS = 32  /* rows that screening found (engine/result_run.c) */
} mag_spill_kind;

#endif
