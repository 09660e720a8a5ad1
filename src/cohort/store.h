/* What a cohort and its partitions are made of; for the files of this floor that fill, settle and
   show them.

   A partition is filled row by row (rows), then settled once: rows are sorted, judged and cut down
   to the dense arrays that timelines look into, and the rows' memory is given back. */
#ifndef MAG_COHORT_STORE_H
#define MAG_COHORT_STORE_H

#include "cohort/builder.h"
#include "cohort/intern.h"
#include "cohort/unmapped_code.h"
#include "cohort/use_counts.h"
#include "io/spill_file.h"

/* --- a growable array ------------------------------------------------------------------------ */
typedef struct mag_list {
    void *items;
    size_t count, capacity;
    size_t item_nbytes;
} mag_list;

/* Room for one more item at the end, counted already; NULL if memory is out (*err filled). */
void *mag_list_add(mag_account *account, mag_list *list, mag_error *err);
void mag_list_done(mag_account *account, mag_list *list);

/* --- rows: a record and what only settling needs ------------------------------------------------
 */
typedef struct mag_person_row {
    mag_person person; /* id is unset */
    uint32_t patient;
    mag_position at;
} mag_person_row;

typedef struct mag_lab_row {
    mag_lab lab;
    uint64_t row_hash, specimen_hash;
} mag_lab_row;

/* Which edition of a result a row is; only for rows that say so. */
typedef struct mag_lab_version {
    uint64_t result_hash, version;
    uint32_t row_idx; /* in lab_rows */
    uint32_t patient; /* filled in at settling ... */
    uint32_t
        analyte; /* ... and this: an id that names a whole panel is no edition of another test */
} mag_lab_version;

/* A result whose unit is judged by its source (cohort/unit_profile.h). */
typedef struct mag_unit_row {
    mag_decimal value; /* as printed */
    uint32_t row_idx;  /* in lab_rows */
    uint32_t profile_idx;
    uint8_t comparator;
} mag_unit_row;

typedef struct mag_exposure_row {
    mag_exposure exposure;
    uint64_t row_hash;
} mag_exposure_row;

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

/* A reject of a row whose patient the roster does not have. */
typedef struct mag_stray {
    size_t reject_idx;
    uint64_t id_hash; /* folded: see settle_twins.c */
} mag_stray;

typedef struct mag_partition {
    mag_arena *arena;
    mag_intern ids;   /* number of a patient until settling */
    mag_list seen_in; /* uint32_t, parallel to ids: a bit for each source that names the patient */
    mag_list person_rows, lab_rows, exposure_rows, stay_rows, condition_rows;
    mag_list unit_rows;                /* mag_unit_row, until units are inferred */
    mag_list lab_versions, superseded; /* superseded: mag_lab_row with a newer edition */
    mag_minute newest[MAG_TABLE_KIND_COUNT];

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
    uint64_t *specimens; /* parallel to labs */
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
    mag_partition partitions[MAG_PARTITION_COUNT];
    mag_list files; /* mag_run_file *: addresses stay */
    mag_list rejects;
    mag_intern texts, drug_keys, range_keys, names;
    mag_text_counts unknown_units, malformed_codes;
    mag_code_counts unmapped_drugs, unmapped_codes[MAG_TABLE_KIND_COUNT];
    mag_list drugs;         /* mag_drug, by number of its key */
    mag_list drug_codes;    /* const char *, parallel to drugs */
    mag_list ranges;        /* mag_range */
    mag_list unit_profiles; /* mag_unit_profile */
    bool has_table[MAG_TABLE_KIND_COUNT];
    signed char declared_delivery[MAG_ANALYTE_COUNT]; /* 0: by the data; 1 yes, -1 no */
    bool delivers[MAG_ANALYTE_COUNT];
    uint64_t twin_count;
    bool is_copy; /* ids and shared tables are another cohort's */
};

/* Its bit in mag_partition.seen_in; sources beyond the 32nd share the last one. */
static inline uint32_t mag_source_bit(unsigned source_idx) {
    return (uint32_t)1 << (source_idx < 31 ? source_idx : 31);
}

typedef struct mag_range {
    mag_decimal low, high;
} mag_range;

/* True if the settled arrays are in memory. */
static inline bool mag_partition_is_here(const mag_partition *partition) {
    return partition->settled || partition->image;
}
/* Frees the settled arrays, wherever in memory they are. */
void mag_partition_drop_settled(mag_partition *partition, mag_account *account);

/* The partition that a patient's records go to. */
mag_partition *mag_cohort_partition_of(mag_cohort *cohort, mag_span patient_id);
/* The file of a position; NULL if the record comes from none. */
mag_run_file *mag_cohort_file_at(const mag_cohort *cohort, uint16_t file_id);
/* A text of the run's life, kept once; NULL if memory is out. */
const char *mag_cohort_keep_name(mag_cohort *cohort, const char *text, mag_error *err);

#endif
