/* Fractional excretion of magnesium (clinical spec f8). Source: Elisaf 1997. Pure. */
#ifndef MAG_CLINICAL_FEMG_H
#define MAG_CLINICAL_FEMG_H

#include "clinical/conversion.h"

/* Percent: 100 x (urine Mg x serum creatinine) / (0.7 x serum Mg x urine creatinine); magnesium
   both in one unit, creatinine both in one unit. 0.7 is the share that is not bound to protein. */
double mag_femg_percent(double urine_mg, double serum_mg, double urine_creatinine,
                        double serum_creatinine);

typedef enum mag_femg_reading {
    MAG_FEMG_RENAL,        /* above 4 %: renal wasting */
    MAG_FEMG_NOT_RENAL,    /* below 2 % */
    MAG_FEMG_INDETERMINATE /* 2 to 4 % */
} mag_femg_reading;
mag_femg_reading mag_femg_reading_of(double percent);
const char *mag_femg_reading_text(mag_femg_reading reading); /* "renal wasting (>4)" */

/* Does not hold below this eGFR, and within a day of intravenous magnesium. */
enum { MAG_FEMG_EGFR_LEAST = 30, MAG_FEMG_MINUTES = 1440 };
/* Nor unless serum magnesium is below this: 0.70 mmol/L, 1.7 mg/dL. */
extern const mag_limit mag_femg_serum_limit;

#endif
