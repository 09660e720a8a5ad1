/* Planted cases: patients whose outcomes were worked out by hand, so that a screen can be checked.
 */
#ifndef MAG_COHORT_SYNTH_PLANTED_H
#define MAG_COHORT_SYNTH_PLANTED_H

#include "cohort/synth_sheet.h"

size_t mag_synth_case_count(void);
/* Writes the rows and the truth of case case_idx for a person whose id is already set. */
void mag_synth_put_case(mag_synth_sheets *sheets, size_t case_idx, mag_synth_person *person);

#endif
