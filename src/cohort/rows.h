/* Rows: a record and what only settling needs, on their way from a decoder into a settled
   partition. In a lane their patient is a number of the lane's part, and what they refer to are
   numbers of the lane's tables (cohort/lane.h); gathered, all numbers are the cohort's. */
#ifndef MAG_COHORT_ROWS_H
#define MAG_COHORT_ROWS_H

#include "cohort/builder.h"

typedef struct mag_person_row {
    mag_person person; /* id is unset */
    uint32_t patient;
    mag_position at;
} mag_person_row;

/* Its specimen, where sources say one, stands in a list beside it. */
typedef struct mag_lab_row {
    mag_lab lab;
    uint64_t row_hash;
} mag_lab_row;
_Static_assert(sizeof(mag_lab_row) == 32, "most of what is in memory are these");

/* Which edition of a result a row is; only for rows that say so. */
typedef struct mag_lab_version {
    uint64_t result_hash, version;
    uint32_t row_idx; /* of the laboratory rows it was put with */
    uint32_t patient; /* filled in at settling ... */
    uint32_t
        analyte; /* ... and this: an id that names a whole panel is no edition of another test */
} mag_lab_version;

/* A result whose unit is judged by its source (cohort/unit_profile.h): what is asked of it before
   any partition is gathered. */
typedef struct mag_unit_row {
    uint64_t row_hash;
    mag_minute minute;
    uint32_t packed;      /* of the record */
    int32_t mantissa;     /* as printed ... */
    uint32_t row_idx;     /* of the laboratory rows it was put with */
    uint32_t profile_idx; /* in the unit profiles of its lane */
    uint8_t scale;        /* ... also where the record is a mark */
    uint8_t comparator;
} mag_unit_row;

typedef struct mag_exposure_row {
    mag_exposure exposure;
    uint32_t row_hash[2]; /* one number, in halves: 44 bytes instead of 48 */
} mag_exposure_row;
_Static_assert(sizeof(mag_exposure_row) == 44, "a prescription on its way");

static inline uint64_t mag_exposure_row_hash(const mag_exposure_row *row) {
    return (uint64_t)row->row_hash[0] << 32 | row->row_hash[1];
}
static inline void mag_exposure_row_set_hash(mag_exposure_row *row, uint64_t row_hash) {
    row->row_hash[0] = (uint32_t)(row_hash >> 32);
    row->row_hash[1] = (uint32_t)row_hash;
}

typedef struct mag_stay_row {
    mag_stay stay;
    uint64_t row_hash;
    mag_position at;
} mag_stay_row;

typedef struct mag_condition_row {
    mag_condition_record condition;
    uint64_t row_hash;
    mag_position at;
} mag_condition_row;

#endif
