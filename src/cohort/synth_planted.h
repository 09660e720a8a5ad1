/* Planted cases: patients whose outcomes were worked out by hand from the catalogue of the rules,
   so that a screen can be checked. The truth of a planted patient is whole: a rule that it does not
   list is not applicable. */
#ifndef MAG_COHORT_SYNTH_PLANTED_H
#define MAG_COHORT_SYNTH_PLANTED_H

#include "cohort/synth_rows.h"

size_t mag_synth_case_count(void);
/* What the case is about: "kf 19.99". Static. */
const char *mag_synth_case_name(size_t case_idx);
/* Its words, as synth_planted.c explains them: "A01c A02- ". Static. */
const char *mag_synth_case_outcomes(size_t case_idx);
/* Puts the rows and the truth of case case_idx for a person whose id and site are set. */
void mag_synth_put_case(mag_synth_rows *rows, size_t case_idx, mag_synth_person *person);

#endif
