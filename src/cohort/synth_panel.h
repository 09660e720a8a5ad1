/* What a laboratory prints of one specimen of a synthetic person: sixteen tests, nine of them in
   the code book. */
#ifndef MAG_COHORT_SYNTH_PANEL_H
#define MAG_COHORT_SYNTH_PANEL_H

#include "cohort/synth_random.h"
#include "cohort/synth_rows.h"

typedef enum mag_synth_assay {
    MAG_SYNTH_CREATININE,
    MAG_SYNTH_K,
    MAG_SYNTH_NA,
    MAG_SYNTH_UREA,
    MAG_SYNTH_EGFR,
    MAG_SYNTH_MG,
    MAG_SYNTH_CA,
    MAG_SYNTH_ALBUMIN,
    MAG_SYNTH_PHOSPHATE,
    MAG_SYNTH_HAEMOGLOBIN,
    MAG_SYNTH_DRAWN, /* the ones before it follow from the person, the others from chance alone */
    MAG_SYNTH_PLATELETS = MAG_SYNTH_DRAWN,
    MAG_SYNTH_LEUCOCYTES,
    MAG_SYNTH_CELL_VOLUME,
    MAG_SYNTH_ALT,
    MAG_SYNTH_BILIRUBIN,
    MAG_SYNTH_CRP,
    MAG_SYNTH_ASSAYS
} mag_synth_assay;

typedef struct mag_synth_panel {
    int days_ago, hour, minute;
    bool is_mass;                   /* the site's laboratory prints conventional units */
    double values[MAG_SYNTH_DRAWN]; /* in molar units */
} mag_synth_panel;

/* Puts the tests that were asked for: kidneys and salts always, the others by chance. */
void mag_synth_put_panel(mag_synth_rows *rows, const mag_synth_person *person,
                         const mag_synth_panel *panel, mag_random *random);

#endif
