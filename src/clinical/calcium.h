/* Calcium adjusted for albumin (clinical spec h). Pure functions of numbers. */
#ifndef MAG_CLINICAL_CALCIUM_H
#define MAG_CLINICAL_CALCIUM_H

#include "clinical/conversion.h"

/* No formula holds below these: 20 g/L of albumin, 15 mL/min/1.73 m2 of eGFR (spec h). */
#define MAG_CALCIUM_ALBUMIN_LEAST_G_L 20
#define MAG_CALCIUM_EGFR_LEAST        15

/* mmol/L: total + 0.02 x (40 - albumin g/L). Source: spec h, the UK default. */
double mag_calcium_adjusted_molar(double total_mmol_l, double albumin_g_l);
/* mg/dL: total + 0.8 x (4.0 - albumin g/dL). Source: Payne 1973 in US units, spec h. */
double mag_calcium_adjusted_mass(double total_mg_dl, double albumin_g_dl);

/* What a total calcium without a usable albumin tells (rules 0.1 items 6 and 21). */
typedef enum mag_calcium_reading {
    MAG_CALCIUM_SURELY_LOW,  /* below 1.80 mmol/L (7.2 mg/dL): counts as below CA_CRIT */
    MAG_CALCIUM_SURELY_HIGH, /* above 3.00 mmol/L (12.0 mg/dL): counts as above CA_HI2 */
    MAG_CALCIUM_IN_RANGE,    /* 2.20-2.60 (8.8-10.4): neither low nor high */
    MAG_CALCIUM_UNDECIDED
} mag_calcium_reading;

/* By the printed value, exactly, in the reported family. A censored value is read only if all of
   its interval reads the same; IN_RANGE needs an exact one. */
mag_calcium_reading mag_calcium_unadjusted(mag_unit unit, mag_decimal value,
                                           mag_comparator comparator);

/* The limits of the readings in a family: "1.80 mmol/L" or "7.2 mg/dL" as numbers. */
typedef struct mag_calcium_lines {
    double sure_low, range_low, range_high, sure_high;
} mag_calcium_lines;
mag_calcium_lines mag_calcium_lines_of(bool is_mass);

#endif
