/* Kidney function (clinical spec f2 to f6). Creatinine is converted at 88.4 umol/L per mg/dL
   everywhere; ethnicity coefficients do not exist here. */
#include "clinical/kidney.h"

#include "base/decimal.h"

#include <math.h>
#include <stddef.h>
#include <stdio.h>

static const double UMOL_L_PER_MG_DL = 88.4;
static const double RELATIVE_TOLERANCE = 1e-9;

static double by_sex(mag_sex sex, double female, double male) {
    if (sex == MAG_SEX_UNKNOWN)
        return NAN;
    return sex == MAG_SEX_FEMALE ? female : male;
}

bool mag_derived_below(double x, double limit) {
    return x < limit - RELATIVE_TOLERANCE * fabs(limit);
}

bool mag_derived_above(double x, double limit) {
    return x > limit + RELATIVE_TOLERANCE * fabs(limit);
}

double mag_cockcroft_gault(mag_kidney_formula formula, mag_sex sex, int age_years, double weight_kg,
                           double creatinine_umol_l) {
    double burden = (140 - age_years) * weight_kg;
    if (formula == MAG_KIDNEY_UK)
        return burden * by_sex(sex, 1.04, 1.23) / creatinine_umol_l;
    return burden / (72 * (creatinine_umol_l / UMOL_L_PER_MG_DL)) * by_sex(sex, 0.85, 1);
}

/* --- weight and surface --------------------------------------------------------------------- */

double mag_ideal_weight_kg(mag_sex sex, double height_cm) {
    return by_sex(sex, 45.5, 50) + 0.91 * (height_cm - 152.4);
}

double mag_body_mass_index(double weight_kg, double height_cm) {
    double height_m = height_cm / 100;
    return weight_kg / (height_m * height_m);
}

/* The weight that a policy prefers at a body mass index. */
static mag_weight_used choose_weight(mag_weight_policy policy, double bmi,
                                     bool is_lighter_than_ideal) {
    bool is_obese = !mag_derived_below(bmi, 30);
    switch (policy) {
    case MAG_WEIGHT_ADJUSTED30:
        return is_obese ? MAG_USED_ADJUSTED : MAG_USED_ACTUAL;
    case MAG_WEIGHT_BNF:
        return is_obese ? MAG_USED_IDEAL : MAG_USED_ACTUAL;
    case MAG_WEIGHT_WINTER:
        if (!mag_derived_below(bmi, 25))
            return MAG_USED_ADJUSTED;
        if (mag_derived_below(bmi, 18.5) || is_lighter_than_ideal)
            return MAG_USED_ACTUAL;
        return MAG_USED_IDEAL;
    case MAG_WEIGHT_ACTUAL:
        break;
    }
    return MAG_USED_ACTUAL;
}

double mag_weight_for_clearance(mag_weight_policy policy, mag_sex sex, double weight_kg,
                                double height_cm, mag_weight_used *used) {
    *used = MAG_USED_ACTUAL;
    if (height_cm <= 0 || sex == MAG_SEX_UNKNOWN)
        return weight_kg;
    double ideal = mag_ideal_weight_kg(sex, height_cm);
    *used = choose_weight(policy, mag_body_mass_index(weight_kg, height_cm), weight_kg < ideal);
    switch (*used) {
    case MAG_USED_ADJUSTED:
        return ideal + 0.4 * (weight_kg - ideal);
    case MAG_USED_IDEAL:
        return ideal;
    case MAG_USED_ACTUAL:
        break;
    }
    return weight_kg;
}

double mag_body_surface_dubois(double weight_kg, double height_cm) {
    return 0.007184 * pow(weight_kg, 0.425) * pow(height_cm, 0.725);
}

double mag_body_surface_mosteller(double weight_kg, double height_cm) {
    return sqrt(weight_kg * height_cm / 3600);
}

double mag_deindexed_gfr(double egfr, double body_surface_m2) {
    return egfr * body_surface_m2 / 1.73;
}

/* --- estimated filtration rate ------------------------------------------------------------------
 */

/* What differs between the two CKD-EPI equations, female before male. */
typedef struct ckd_epi_terms {
    double factor, exponent_female, exponent_male, exponent_high, per_year, female;
} ckd_epi_terms;

static double ckd_epi(const ckd_epi_terms *terms, mag_sex sex, int age_years, double umol_l) {
    double ratio = umol_l / UMOL_L_PER_MG_DL / by_sex(sex, 0.7, 0.9);
    /* the other one of both powers is that of 1 */
    double low = 1, high = 1;
    if (ratio < 1)
        low = pow(ratio, by_sex(sex, terms->exponent_female, terms->exponent_male));
    else
        high = pow(ratio, terms->exponent_high);
    return terms->factor * low * high * pow(terms->per_year, age_years) *
           by_sex(sex, terms->female, 1);
}

double mag_ckd_epi_2021(mag_sex sex, int age_years, double creatinine_umol_l) {
    static const ckd_epi_terms terms = {142, -0.241, -0.302, -1.200, 0.9938, 1.012};
    return ckd_epi(&terms, sex, age_years, creatinine_umol_l);
}

double mag_ckd_epi_2009(mag_sex sex, int age_years, double creatinine_umol_l) {
    static const ckd_epi_terms terms = {141, -0.329, -0.411, -1.209, 0.993, 1.018};
    return ckd_epi(&terms, sex, age_years, creatinine_umol_l);
}

double mag_mdrd(mag_sex sex, int age_years, double creatinine_umol_l) {
    return 175 * pow(creatinine_umol_l / UMOL_L_PER_MG_DL, -1.154) * pow(age_years, -0.203) *
           by_sex(sex, 0.742, 1);
}

double mag_ckd_epi(mag_kidney_formula formula, mag_sex sex, int age_years,
                   double creatinine_umol_l) {
    return formula == MAG_KIDNEY_US ? mag_ckd_epi_2021(sex, age_years, creatinine_umol_l)
                                    : mag_ckd_epi_2009(sex, age_years, creatinine_umol_l);
}

/* --- categories, names, display --------------------------------------------------------------- */

mag_gfr_category mag_gfr_category_of(double egfr) {
    static const struct {
        double at_least;
        mag_gfr_category category;
    } steps[] = {{90, MAG_GFR_G1},  {60, MAG_GFR_G2}, {45, MAG_GFR_G3A},
                 {30, MAG_GFR_G3B}, {15, MAG_GFR_G4}, {0, MAG_GFR_G5}};
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++)
        if (egfr >= 0 && !mag_derived_below(egfr, steps[i].at_least))
            return steps[i].category;
    return MAG_GFR_UNKNOWN;
}

const char *mag_gfr_category_name(mag_gfr_category category) {
    static const char *const names[MAG_GFR_COUNT] = {"unknown", "G1", "G2", "G3a",
                                                     "G3b",     "G4", "G5"};
    return names[category];
}

enum { METHOD_COUNT = MAG_KF_EGFR_REPORTED + 1 };

const char *mag_kf_method_name(mag_kf_method method) {
    static const char *const names[METHOD_COUNT] = {"NONE",         "CG_ADJ30",     "CG_ACTUAL",
                                                    "EGFR_ABS",     "EGFR_CALC_09", "EGFR_CALC_21",
                                                    "EGFR_REPORTED"};
    return names[method];
}

const char *mag_kf_method_label(mag_kf_method method) {
    static const char *const labels[METHOD_COUNT] = {
        "no kidney function", "CG adjusted weight", "CG actual weight", "eGFR de-indexed",
        "CKD-EPI 2009",       "CKD-EPI 2021",       "eGFR reported"};
    return labels[method];
}

enum { MAX_SHORT_TENTHS = 2000000000 };

void mag_derived_text(double x, char out[32]) {
    if (!(fabs(x) < 1e15)) {
        snprintf(out, 32, "%.6g", x);
        return;
    }
    /* A value that counts as equal to the next tenth is shown as that tenth, as rules see it. */
    double tenths = trunc(fabs(x) * 10);
    if (!mag_derived_below(fabs(x), (tenths + 1) / 10))
        tenths++;
    if (tenths > MAX_SHORT_TENTHS) {
        snprintf(out, 32, "%s%.1f", x < 0 ? "-" : "", tenths / 10);
        return;
    }
    /* a whole number of tenths is a decimal of scale 1 */
    const int32_t mantissa = (int32_t)tenths;
    mag_decimal_text((mag_decimal){x < 0 ? -mantissa : mantissa, 1}, out);
}
