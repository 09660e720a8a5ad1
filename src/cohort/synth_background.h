/* The rest of a synthetic cohort: people with correlated results and courses of drugs, no known
 * outcome. */
#ifndef MAG_COHORT_SYNTH_BACKGROUND_H
#define MAG_COHORT_SYNTH_BACKGROUND_H

#include "cohort/synth_random.h"
#include "cohort/synth_sheet.h"

/* Writes one person (id and site already set) with all rows. */
void mag_synth_put_background(mag_synth_sheets *sheets, mag_synth_person *person,
                              mag_random *random);

#endif
