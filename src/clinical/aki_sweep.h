/* Acute kidney injury for each of very many creatinines: the same answers as mag_aki_of and
   mag_aki_is_resolved, in n log n together. Pure. */
#ifndef MAG_CLINICAL_AKI_SWEEP_H
#define MAG_CLINICAL_AKI_SWEEP_H

#include "clinical/acute_kidney_injury.h"

#include <stdint.h>

/* Room that a sweep over `count` results needs. */
enum { MAG_AKI_SWEEP_NUMBERS = 5, MAG_AKI_SWEEP_RANKS = 4 }; /* times (count + 1) */

/* Results of one kind (with a clock, or without) in order of time. */
typedef struct mag_aki_kind {
    const uint32_t *indexes;
    size_t count;
    double *lowest;            /* tree of references: leaves from `count` on */
    double *lowest_later;      /* of this one and those after it, as an index result */
    size_t older, older_until; /* the year before last week, of the result asked last */
} mag_aki_kind;

typedef struct mag_aki_sweep {
    const mag_aki_result *results;
    size_t count;
    mag_aki_reading reading;
    mag_aki_kind kinds[2];
    double *sorted;         /* all references by size */
    uint32_t *ranks, *held; /* rank of each result; how many of each rank lie in the year */
    size_t held_count;
} mag_aki_sweep;

/* Results sorted by time. numbers and ranks: room as above, kept by the caller while it asks. */
mag_aki_sweep mag_aki_sweep_begin(const mag_aki_result *results, size_t count,
                                  mag_aki_reading reading, double *numbers, uint32_t *ranks);
/* As mag_aki_of of this result, with stage 0 if it is resolved. Quick if asked in order of time,
   those with a clock and those without one after another. */
mag_aki mag_aki_sweep_at(mag_aki_sweep *sweep, size_t index);

#endif
