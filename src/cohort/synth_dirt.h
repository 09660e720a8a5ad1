/* Dirt of a synthetic cohort: what real feeds get wrong in a cell or a row, at a rate. Every fault
   leaves the shape of the table whole, so that a database table can hold it too. Rows of planted
   people stay clean: their outcomes are known. */
#ifndef MAG_COHORT_SYNTH_DIRT_H
#define MAG_COHORT_SYNTH_DIRT_H

#include "cohort/synth_random.h"

enum {
    MAG_SYNTH_PATIENT_CELLS = 8,
    MAG_SYNTH_LAB_CELLS = 6,
    MAG_SYNTH_RX_CELLS = 11,
    MAG_SYNTH_DIRT_NBYTES = 64
};

/* Draws of its own: a cohort with dirt differs from the clean one in its dirty rows alone. */
typedef struct mag_synth_dirt {
    uint32_t per_million; /* rows with a fault; 0: none */
    mag_random random;
    uint64_t row_count; /* rows that were made dirty, extra rows included */
    char text[MAG_SYNTH_DIRT_NBYTES];
} mag_synth_dirt;

/* Begins the draws of one patient. */
void mag_synth_dirt_begin(mag_synth_dirt *dirt, uint64_t seed, uint64_t patient_number);

/* May change one cell of a row; the new text lives until the next call. Cells in the order of the
   header (synth.c). Returns how often the row stands in the table: 1, or 2. */
unsigned mag_synth_dirt_patient(mag_synth_dirt *dirt, const char *cells[MAG_SYNTH_PATIENT_CELLS]);
unsigned mag_synth_dirt_lab(mag_synth_dirt *dirt, const char *cells[MAG_SYNTH_LAB_CELLS]);
unsigned mag_synth_dirt_rx(mag_synth_dirt *dirt, const char *cells[MAG_SYNTH_RX_CELLS]);

#endif
