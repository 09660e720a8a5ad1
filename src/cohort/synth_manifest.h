/* The manifest.csv of a synthetic cohort. */
#ifndef MAG_COHORT_SYNTH_MANIFEST_H
#define MAG_COHORT_SYNTH_MANIFEST_H

#include "cohort/synth.h"

/* "labs.csv.gz", or "labs-3.csv.gz" where there are several (idx from 0). */
void mag_synth_lab_file_name(unsigned idx, unsigned file_count, char name[32]);

/* Lists the tables that were written and closed, with their rows and digests; truth.csv is no part
   of the data. */
mag_status mag_synth_write_manifest(const mag_synth_settings *settings,
                                    const mag_synth_totals *totals, mag_account *account,
                                    mag_error *err) MAG_MUST_CHECK;

#endif
