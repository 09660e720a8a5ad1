/* Which results make a triple, one of each part, that all lie near each other: what potassium,
   magnesium and calcium of one EDTA tube look like. Pure. */
#ifndef MAG_COHORT_SETTLE_TUBES_H
#define MAG_COHORT_SETTLE_TUBES_H

#include "base/datetime.h"
#include "base/memory.h"

enum { MAG_TUBE_PARTS = 3, MAG_TUBE_MINUTES = 2 * 60 };

/* One result of one patient. */
typedef struct mag_tube {
    uint64_t specimen;
    uint32_t lab_idx; /* the caller's */
    mag_minute minute;
    uint8_t part; /* 0 .. MAG_TUBE_PARTS - 1 */
    bool is_date_only;
    bool is_found;
} mag_tube;

/* Near: of one specimen, or at most two hours apart, or of one day if one of them has no clock. */
bool mag_tubes_are_near(const mag_tube *a, const mag_tube *b);

/* Sets is_found of every tube that belongs to a triple of three parts of which every two are near;
   sorts the tubes. Not more than n log n steps, and a constant number for each moment of a window
   of some hours. Working memory comes from the arena. */
mag_status mag_tubes_find(mag_tube *tubes, size_t count, mag_arena *scratch,
                          mag_error *err) MAG_MUST_CHECK;

#endif
