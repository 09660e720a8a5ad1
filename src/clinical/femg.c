#include "clinical/femg.h"

#include "clinical/kidney.h"

const mag_limit mag_femg_serum_limit = {
    .molar = {70, 2}, .mass = {17, 1}, .molar_unit = MAG_UNIT_MMOL_L, .mass_unit = MAG_UNIT_MG_DL};

static const double UNBOUND_SHARE = 0.7, RENAL_ABOVE = 4, NOT_RENAL_BELOW = 2;

double mag_femg_percent(double urine_mg, double serum_mg, double urine_creatinine,
                        double serum_creatinine) {
    return 100 * (urine_mg * serum_creatinine) / (UNBOUND_SHARE * serum_mg * urine_creatinine);
}

mag_femg_reading mag_femg_reading_of(double percent) {
    if (mag_derived_above(percent, RENAL_ABOVE))
        return MAG_FEMG_RENAL;
    return mag_derived_below(percent, NOT_RENAL_BELOW) ? MAG_FEMG_NOT_RENAL
                                                       : MAG_FEMG_INDETERMINATE;
}

const char *mag_femg_reading_text(mag_femg_reading reading) {
    static const char *const texts[] = {"renal wasting (>4)", "not renal (<2)",
                                        "indeterminate (2-4)"};
    return texts[reading];
}
