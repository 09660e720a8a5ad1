/* Kidney function: Cockcroft-Gault, weights, CKD-EPI, MDRD, body surface, KDIGO categories
   (clinical spec f). Pure functions of numbers; what is on record, and how old, is the caller's.
   Where a formula needs the sex and it is unknown the result is NaN, never a default. */
#ifndef MAG_CLINICAL_KIDNEY_H
#define MAG_CLINICAL_KIDNEY_H

#include "clinical/sex.h"

#include <stdbool.h>

typedef enum mag_weight_policy {
    MAG_WEIGHT_ADJUSTED30,
    MAG_WEIGHT_WINTER,
    MAG_WEIGHT_BNF,
    MAG_WEIGHT_ACTUAL
} mag_weight_policy;

typedef enum mag_kidney_formula {
    MAG_KIDNEY_UK, /* Cockcroft-Gault 1.23/1.04 per umol/L; CKD-EPI 2009 without ethnicity */
    MAG_KIDNEY_US  /* Cockcroft-Gault with mg/dL and 0.85; CKD-EPI 2021 */
} mag_kidney_formula;

typedef struct mag_kidney_settings {
    mag_kidney_formula formula;
    mag_weight_policy weight_policy;
} mag_kidney_settings;

typedef enum mag_kf_method {
    MAG_KF_NONE,
    MAG_KF_CG_ADJ30, /* Cockcroft-Gault, policy's substitute weight used (adjusted, ideal) */
    MAG_KF_CG_ACTUAL,
    MAG_KF_EGFR_ABS,
    MAG_KF_EGFR_CALC_09,
    MAG_KF_EGFR_CALC_21,
    MAG_KF_EGFR_REPORTED
} mag_kf_method;

typedef enum mag_weight_used { MAG_USED_ACTUAL, MAG_USED_IDEAL, MAG_USED_ADJUSTED } mag_weight_used;

/* mL/min. Creatinine umol/L, weight kg, age in completed years. */
double mag_cockcroft_gault(mag_kidney_formula formula, mag_sex sex, int age_years, double weight_kg,
                           double creatinine_umol_l);
double mag_ideal_weight_kg(mag_sex sex, double height_cm);
double mag_body_mass_index(double weight_kg, double height_cm);
/* Weight by the policy; without a height (0) or a sex the actual one. *used tells which. */
double mag_weight_for_clearance(mag_weight_policy policy, mag_sex sex, double weight_kg,
                                double height_cm, mag_weight_used *used);
/* mL/min/1.73 m2 */
double mag_ckd_epi_2021(mag_sex sex, int age_years, double creatinine_umol_l);
double mag_ckd_epi_2009(mag_sex sex, int age_years, double creatinine_umol_l);
double mag_mdrd(mag_sex sex, int age_years, double creatinine_umol_l);
double mag_ckd_epi(mag_kidney_formula formula, mag_sex sex, int age_years,
                   double creatinine_umol_l);
/* m2 */
double mag_body_surface_dubois(double weight_kg, double height_cm);
double mag_body_surface_mosteller(double weight_kg, double height_cm);
/* mL/min of an indexed value and a surface. */
double mag_deindexed_gfr(double egfr, double body_surface_m2);

typedef enum mag_gfr_category {
    MAG_GFR_UNKNOWN,
    MAG_GFR_G1,
    MAG_GFR_G2,
    MAG_GFR_G3A,
    MAG_GFR_G3B,
    MAG_GFR_G4,
    MAG_GFR_G5,
    MAG_GFR_COUNT
} mag_gfr_category;
mag_gfr_category mag_gfr_category_of(double egfr);
const char *mag_gfr_category_name(mag_gfr_category category); /* "G3a"; "unknown" */
const char *mag_kf_method_name(mag_kf_method method);         /* "CG_ACTUAL" */
const char *mag_kf_method_label(mag_kf_method method);        /* "CG actual weight" */

/* x < limit and x > limit with the relative tolerance 1e-9 of the rule language; <= and >= are
   their negations. */
bool mag_derived_below(double x, double limit);
bool mag_derived_above(double x, double limit);
/* One decimal, truncated toward zero: a value below 30 never shows as 30.0. */
void mag_derived_text(double x, char out[32]);

#endif
