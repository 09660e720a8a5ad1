/* Writes a synthetic cohort into an existing empty folder, as the verb does. */
#ifndef MAG_TESTS_SUPPORT_SYNTH_COHORT_H
#define MAG_TESTS_SUPPORT_SYNTH_COHORT_H

#include "cohort/synth_files.h"
#include "engine/synth_run.h"

typedef struct synth_way {
    bool is_plain;
    unsigned worker_count;
} synth_way;

static inline mag_status synth_cohort(const mag_synth_settings *settings, const char *directory,
                                      synth_way way, mag_synth_totals *totals, mag_error *err) {
    mag_account account = {0};
    mag_arena *arena = mag_arena_new(&account);
    const mag_synth_plan *plan;
    mag_synth_files *files = NULL;
    mag_synth_run_settings run = {way.worker_count, NULL, NULL};
    mag_synth_files_settings kept = {directory, way.is_plain, way.worker_count};
    mag_status status = mag_synth_plan_new(arena, settings, &plan, err);
    if (status == MAG_OK)
        status = mag_synth_files_open(&files, plan, &kept, &account, err);
    if (status == MAG_OK)
        status = mag_synth_run(plan, mag_synth_files_store(files), &run, &account, totals, err);
    if (status == MAG_OK)
        status = mag_synth_files_end(files, totals, err);
    mag_synth_files_free(files);
    mag_arena_free(arena);
    return account.used_nbytes == 0 ? status : MAG_E_INTERNAL;
}

#endif
