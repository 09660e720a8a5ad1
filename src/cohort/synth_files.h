/* A synthetic cohort as a folder:
     patients.csv.gz labs[-K].csv.gz prescriptions.csv.gz conditions.csv.gz truth.csv
   and manifest.csv, which lists all but the truth. The rows of every block are packed by themselves
   (io/gzip_block.h). */
#ifndef MAG_COHORT_SYNTH_FILES_H
#define MAG_COHORT_SYNTH_FILES_H

#include "cohort/synth.h"

typedef struct mag_synth_files mag_synth_files;

typedef struct mag_synth_files_settings {
    const char *directory; /* must exist and be empty; the caller makes it visible */
    bool is_plain;         /* .csv, not .csv.gz */
    unsigned worker_count; /* threads that will pack */
} mag_synth_files_settings;

mag_status mag_synth_files_open(mag_synth_files **out, const mag_synth_plan *plan,
                                const mag_synth_files_settings *settings, mag_account *account,
                                mag_error *err) MAG_MUST_CHECK;
/* Borrowed until the free. */
mag_synth_store *mag_synth_files_store(mag_synth_files *files);
/* Closes the files, synced, and writes the manifest of what was put. */
mag_status mag_synth_files_end(mag_synth_files *files, const mag_synth_totals *totals,
                               mag_error *err) MAG_MUST_CHECK;
/* NULL is fine; files that are still open are closed as they are. */
void mag_synth_files_free(mag_synth_files *files);

#endif
