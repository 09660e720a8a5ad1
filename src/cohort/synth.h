/* A synthetic cohort in our own layout, seeded, with planted cases whose outcomes are known. Nobody
   in it exists. The last day of the cohort is 2025-12-31, and the truth holds at that as-of.

     plan ──▶ block of patients ──▶ rows of every sheet ──▶ store (files, a database), in order
             (any thread, any order)

   A patient is drawn from the seed and the own number, a block holds the same patients always: the
   rows do not depend on threads. */
#ifndef MAG_COHORT_SYNTH_H
#define MAG_COHORT_SYNTH_H

#include "io/gzip_block.h"

enum { MAG_SYNTH_LAB_FILES = 64, MAG_SYNTH_BLOCK_PATIENTS = 1024 };

typedef struct mag_synth_settings {
    uint64_t patient_count; /* 1 to 10,000,000 */
    uint64_t seed;
    unsigned lab_sheet_count;   /* 1 to 64: results are dealt to so many sheets in turn */
    uint32_t dirty_per_million; /* 0 to 1,000,000: rows of people who are not planted that get a
                                   fault (synth_dirt.h) */
} mag_synth_settings;

/* Sheets of rows: one of each kind, but laboratory results from MAG_SYNTH_LABS on. */
enum {
    MAG_SYNTH_PATIENTS,
    MAG_SYNTH_PRESCRIPTIONS,
    MAG_SYNTH_CONDITIONS,
    MAG_SYNTH_TRUTH,
    MAG_SYNTH_LABS,
    MAG_SYNTH_SHEETS = MAG_SYNTH_LABS + MAG_SYNTH_LAB_FILES
};

/* The columns of a sheet, as a CSV header without line end. */
const char *mag_synth_columns(unsigned sheet);

typedef struct mag_synth_totals {
    uint64_t patients, planted;
    uint64_t dirty;                  /* rows that were given a fault */
    uint64_t rows[MAG_SYNTH_SHEETS]; /* more than patients where a dirty row stands twice */
} mag_synth_totals;

/* Results of all sheets. */
uint64_t mag_synth_lab_rows(const mag_synth_totals *totals);

/* What all blocks share; not changed once it is made. */
typedef struct mag_synth_plan mag_synth_plan;

/* MAG_E_USAGE (MS-U201) if a setting is out of its range. */
mag_status mag_synth_plan_new(mag_arena *arena, const mag_synth_settings *settings,
                              const mag_synth_plan **out, mag_error *err) MAG_MUST_CHECK;
const mag_synth_settings *mag_synth_settings_of(const mag_synth_plan *plan);
uint64_t mag_synth_block_count(const mag_synth_plan *plan);

/* How rows are written: lines of CSV without header, or rows of COPY (format binary) whose columns
   are text and where an empty cell is null. */
typedef enum mag_synth_form { MAG_SYNTH_CSV, MAG_SYNTH_BINARY } mag_synth_form;

/* The rows of the patients of one block; its room is used again. */
typedef struct mag_synth_block {
    mag_synth_form form;
    mag_text rows[MAG_SYNTH_SHEETS];
    mag_gzip_block packed[MAG_SYNTH_SHEETS]; /* what a store has made of the rows */
    mag_synth_totals totals;
    uint64_t number;
} mag_synth_block;

void mag_synth_block_init(mag_synth_block *block, mag_synth_form form, mag_account *account);
void mag_synth_block_done(mag_synth_block *block);
/* Fills an emptied or new block in its form. MAG_E_RESOURCE if memory is out. */
mag_status mag_synth_block_make(mag_synth_block *block, const mag_synth_plan *plan, uint64_t number,
                                mag_error *err) MAG_MUST_CHECK;

/* Where the rows go: files, or tables of a database. */
typedef struct mag_synth_store mag_synth_store;
typedef struct mag_synth_store_ops {
    mag_synth_form form; /* that it takes */
    /* The rows of a block into the form that is kept; by several threads at once. NULL: as is. */
    mag_status (*pack)(mag_synth_store *store, mag_synth_block *block, unsigned worker_idx,
                       mag_error *err);
    /* Takes a block; in order, one at a time. */
    mag_status (*put)(mag_synth_store *store, const mag_synth_block *block, mag_error *err);
} mag_synth_store_ops;
struct mag_synth_store {
    const mag_synth_store_ops *ops;
};

#endif
