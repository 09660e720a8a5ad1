/* What a cohort and its partitions are made of; for the files of this floor that fill, settle and
   show them.

   Rows wait in lanes (cohort/lane.h) until all is read. Then each partition is settled once: its
   rows are gathered from all lanes, sorted, judged and cut down to the dense arrays that timelines
   look into, and the rows' memory is given back. */
#ifndef MAG_COHORT_STORE_H
#define MAG_COHORT_STORE_H

#include "cohort/lane.h"
#include "cohort/use_counts.h"
#include "io/spill_file.h"

/* A reject of a row whose patient the roster does not have. */
typedef struct mag_stray {
    size_t reject_idx;
    uint64_t id_hash; /* folded: see settle_twins.c */
} mag_stray;

/* Begun when it is settled, unless nobody is in it and no file could name anybody; else zero. */
typedef struct mag_partition {
    mag_arena *arena;
    /* gathered, while the partition is being settled */
    mag_list person_rows, lab_rows, exposure_rows, stay_rows, condition_rows;
    mag_list lab_specimens;            /* uint64_t, parallel to lab_rows; empty: no row has one */
    mag_list lab_versions, superseded; /* superseded: mag_lab_row with a newer edition */

    bool is_settled;
    size_t patient_count; /* of the roster */
    /* settled: what timelines look into. Arrays by patient have patient_count + 1 entries: where
       the patient's records begin. In memory in one of two places, or on disk (settled.c). */
    mag_arena *settled; /* where settling put them */
    void *image;        /* as they came back from disk */
    size_t image_nbytes;
    bool is_on_disk;
    mag_spill_segment on_disk;
    mag_person *people;
    mag_minute *as_of;
    uint32_t *lab_first, *exposure_first, *stay_first, *condition_first;
    mag_lab *labs;
    uint64_t *specimens; /* parallel to labs; NULL: the minute stands for each */
    mag_exposure *exposures;
    mag_stay *stays;
    mag_condition_record *conditions;
    /* settled: what stays */
    mag_accounting *counts;                     /* by file of the run */
    mag_unit_count (*units)[MAG_ANALYTE_COUNT]; /* by file of the run */
    mag_use_counts *use;                        /* by source */
    mag_list rejects;                           /* mag_reject */
    mag_list strays;                            /* mag_stray */
    mag_list id_hashes; /* uint64_t, of the roster, folded: see settle_twins.c */
    mag_list site_ids;  /* uint32_t, of the roster: each once, rising */
    bool delivers[MAG_ANALYTE_COUNT];
} mag_partition;

struct mag_cohort {
    mag_cohort_settings settings;
    const mag_codebook *book;
    mag_arena *arena;
    mag_lane **lanes; /* lane 0 holds the tables and ids of all once they are joined */
    unsigned lane_count;
    mag_partition partitions[MAG_PARTITION_COUNT];
    mag_list files;              /* mag_run_file *: addresses stay */
    mag_list rejects;            /* of lane 0, then of all */
    mag_list unit_profiles;      /* mag_unit_profile: of lane 0, then of all */
    mag_list told_unit_profiles; /* those with something to tell, sorted */
    bool has_inferred_units;
    bool has_table[MAG_TABLE_KIND_COUNT];
    signed char declared_delivery[MAG_ANALYTE_COUNT]; /* 0: by the data; 1 yes, -1 no */
    bool delivers[MAG_ANALYTE_COUNT];
    uint64_t twin_count;
    bool is_copy; /* the lanes are another cohort's, and only read */
};

/* Its bit in mag_lane_part.seen_in; sources beyond the 32nd share the last one. */
static inline uint32_t mag_source_bit(unsigned source_idx) {
    return (uint32_t)1 << (source_idx < 31 ? source_idx : 31);
}

/* Before it is settled. */
mag_status mag_partition_begin(mag_partition *partition, mag_account *account,
                               mag_error *err) MAG_MUST_CHECK;
/* True if the settled arrays are in memory. */
static inline bool mag_partition_is_here(const mag_partition *partition) {
    return partition->settled || partition->image;
}
/* Frees the settled arrays, wherever in memory they are. */
void mag_partition_drop_settled(mag_partition *partition, mag_account *account);

/* A cohort that looks into the lanes of another, which outlives it. */
mag_status mag_cohort_new_beside(const mag_cohort *filled, const mag_cohort_settings *settings,
                                 mag_cohort **out, mag_error *err) MAG_MUST_CHECK;
/* By file, line and reason. */
void mag_cohort_sort_rejects(mag_cohort *cohort);
/* The file of a position; NULL if the record comes from none. */
mag_run_file *mag_cohort_file_at(const mag_cohort *cohort, uint16_t file_id);
#endif
