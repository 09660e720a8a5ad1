/* A synthetic cohort in our own layout, seeded, with planted cases whose outcomes are known:
     patients.csv.gz labs[-K].csv.gz prescriptions.csv.gz conditions.csv.gz truth.csv
   and manifest.csv, which lists all but the truth. Nobody in it exists. The last day of the cohort
   is 2025-12-31, and the truth holds at that as-of.
 */
#ifndef MAG_COHORT_SYNTH_H
#define MAG_COHORT_SYNTH_H

#include "base/memory.h"

typedef struct mag_synth_settings {
    uint64_t patient_count; /* 1 to 10,000,000 */
    uint64_t seed;
    const char *directory;      /* must exist and be empty; the caller makes it visible */
    unsigned lab_file_count;    /* 1 to 64: labs.csv.gz, or labs-1.csv.gz .. labs-K.csv.gz */
    uint32_t dirty_per_million; /* 0 to 1,000,000: rows of people who are not planted that get a
                                   fault (synth_dirt.h) */
} mag_synth_settings;

typedef struct mag_synth_totals {
    uint64_t patients, planted, labs, prescriptions, conditions; /* labs and on: rows */
    uint64_t patient_rows; /* more than patients where a dirty row stands twice */
    uint64_t dirty;        /* rows that were given a fault */
} mag_synth_totals;

/* The same settings give the same bytes. */
mag_status mag_synth_write(const mag_synth_settings *settings, mag_account *account,
                           mag_synth_totals *totals, mag_error *err) MAG_MUST_CHECK;

#endif
