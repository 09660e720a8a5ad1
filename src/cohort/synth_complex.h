/* Complex people of a synthetic cohort: one in thirty has rarer drugs side by side and results at
   the edges, so that every rule meets somebody. No known outcome. */
#ifndef MAG_COHORT_SYNTH_COMPLEX_H
#define MAG_COHORT_SYNTH_COMPLEX_H

#include "cohort/synth_rows.h"

/* Adds the rows of one person who stands in the cohort already, or none. Draws of its own: the
   other rows of the cohort do not depend on it. */
void mag_synth_put_complex(mag_synth_rows *rows, const mag_synth_person *person, uint64_t seed,
                           uint64_t patient_number);

#endif
