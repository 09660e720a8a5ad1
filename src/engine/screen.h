/* Evaluating every patient, one partition at a time, and merging the results by patient id. */
#ifndef MAG_ENGINE_SCREEN_H
#define MAG_ENGINE_SCREEN_H

#include "engine/lab_stats.h"
#include "engine/summary.h"
#include "rules/event.h"

/* One flagged or cannot_tell outcome of an active rule. Texts live in the partition's arena. */
typedef struct mag_screen_row {
    mag_span patient_id; /* borrowed from the cohort */
    const char *site;    /* level of the stratum of that name */
    uint32_t rule_idx;
    mag_outcome outcome;
    const char *as_of;
    const char *reasons, *detail;         /* cannot_tell */
    const char *notes, *evidence, *facts; /* flagged ... */
    mag_event_interval event;             /* ... and the event that it belongs to */
} mag_screen_row;

/* Results of a partition: rows sorted by patient id, then rule. */
typedef struct mag_screen_part {
    mag_arena *arena;
    mag_screen_row *rows;
    size_t row_count, row_capacity;
    mag_tally tally;
    mag_lab_stats *lab_stats;
    uint64_t screened_count;
} mag_screen_part;

typedef struct mag_screen {
    const mag_cohort *cohort;
    const mag_pack *pack;
    const mag_strata *strata;
    mag_account *account;
    bool (*is_stopped)(void *context); /* NULL = never */
    void *stop_context;
    bool is_only_counted; /* no rows and no lab statistics are kept: an earlier T of a series */
    mag_screen_part parts[MAG_PARTITION_COUNT];
    mag_tally total;
    mag_lab_stats *lab_stats;
    uint64_t screened_count, patient_count;
} mag_screen;

/* Screens all partitions with worker_count threads and adds their counts up into the arena.
   mag_screen_done must be called in any case. */
mag_status mag_screen_run(mag_screen *screen, mag_arena *arena, unsigned worker_count,
                          mag_error *err) MAG_MUST_CHECK;
void mag_screen_done(mag_screen *screen);

/* Adult, or of unknown age, alive at T, and with a T. */
bool mag_patient_is_screened(const mag_timeline *patient);

typedef mag_status (*mag_screen_visit)(void *context, const mag_screen_row *row, mag_error *err);

/* Visits the rows of one kind (flagged or cannot_tell) of all partitions, merged by patient id
   bytewise, then rule. */
mag_status mag_screen_merge(const mag_screen *screen, mag_outcome_kind kind, mag_screen_visit visit,
                            void *context, mag_error *err) MAG_MUST_CHECK;

#endif
