/* Evaluating every patient, one partition at a time, and merging the results by patient id. */
#ifndef MAG_ENGINE_SCREEN_H
#define MAG_ENGINE_SCREEN_H

#include "engine/lab_stats.h"
#include "engine/progress.h"
#include "engine/result_run.h"
#include "engine/summary.h"
#include "engine/timings.h"

/* Results of a partition: runs sorted by patient id, then rule. */
typedef struct mag_screen_part {
    mag_arena *arena;
    mag_result_run flagged, cannot_tell;
    mag_tally tally;
    uint64_t screened_count;
} mag_screen_part;

typedef struct mag_screen {
    mag_cohort *cohort; /* settled; a thread holds one partition at a time */
    const mag_pack *pack;
    const mag_strata *strata;
    mag_account *account;
    mag_spill_file *spill;             /* where results go that do not fit; NULL = nowhere */
    bool (*is_stopped)(void *context); /* NULL = never */
    void *stop_context;
    mag_timings *timings;   /* NULL = nobody measures */
    mag_progress *progress; /* NULL = nobody looks */
    bool is_last_look;      /* nobody looks at a patient again: partitions go when they are done */
    bool is_only_counted;   /* no rows and no lab statistics are kept: an earlier T of a series */
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

#endif
