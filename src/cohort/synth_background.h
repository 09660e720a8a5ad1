/* People of a synthetic cohort who are not planted. */
#ifndef MAG_COHORT_SYNTH_BACKGROUND_H
#define MAG_COHORT_SYNTH_BACKGROUND_H

#include "cohort/synth_random.h"
#include "cohort/synth_rows.h"

/* Draws the person (whose id and site are set) and puts all rows. */
void mag_synth_put_background(mag_synth_rows *rows, mag_synth_person *person, mag_random *random);

#endif
