/* The small world of one example: its `given` lines as a settled cohort of one patient. */
#ifndef MAG_RULES_EXAMPLE_H
#define MAG_RULES_EXAMPLE_H

#include "cohort/builder.h"
#include "cohort/timeline.h"
#include "rules/tree.h"

/* Builds the cohort that the lines describe (grammar: docs/rules.md). Free it with
   mag_cohort_free. A line that cannot be read is MAG_E_RULES, FILE:LINE:COLUMN. */
mag_status mag_example_cohort(const char *file, const mag_example *example,
                              const mag_codebook *book, mag_account *account, mag_cohort **out,
                              mag_error *err) MAG_MUST_CHECK;

/* The patient of an example's cohort. */
bool mag_example_patient(const mag_cohort *cohort, mag_timeline *out);

#endif
