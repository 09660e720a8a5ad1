#include "rules/kidney_function.h"

#include "rules/operand_lab.h"
#include "rules/operand_person.h"

#include <math.h>
#include <stdio.h>

enum { WEIGHT_DAYS = 365, CG_PREFERRED_AGE = 75 };

/* Everything that the formulas need, as far as it is on record. */
typedef struct kidney_inputs {
    mag_kidney_settings settings;
    mag_value creatinine, reported; /* bounds.unknown != 0: none in the period */
    mag_sex sex;                    /* UNKNOWN */
    double weight_kg, height_cm;    /* 0: unknown */
} kidney_inputs;

static mag_value newest(const mag_timeline *patient, mag_analyte analyte,
                        const mag_period *period) {
    /* the worse kidney: the higher creatinine, the lower eGFR */
    const mag_worse worse = analyte == MAG_CREATININE ? MAG_WORSE_HIGH : MAG_WORSE_LOW;
    const mag_lab_query query = {
        .patient = patient, .analyte = analyte, .period = *period, .worse = worse};
    return mag_lab_latest(&query);
}

static double exact_or_zero(const mag_value *value) {
    return mag_bounds_is_exact(&value->bounds) ? value->bounds.low : 0;
}

/* Without an eGFR, weight and height: all that is needed beside a creatinine. */
static kidney_inputs creatinine_of(const mag_timeline *patient, const mag_period *period) {
    const mag_value sex = mag_person_sex_value(patient);
    return (kidney_inputs){
        .settings = mag_cohort_settings_of(patient->cohort)->kidney,
        .creatinine = newest(patient, MAG_CREATININE, period),
        .sex = sex.bounds.unknown == 0 ? patient->person->sex : MAG_SEX_UNKNOWN,
    };
}

static kidney_inputs inputs_of(const mag_timeline *patient, const mag_period *period) {
    const mag_period year = mag_period_of_days(patient->as_of, WEIGHT_DAYS);
    const mag_window ever = {.kind = MAG_WINDOW_HISTORY};
    const mag_anchor now = {patient->as_of, false};
    const mag_period history = mag_period_of(&ever, now, now, patient->as_of);
    const mag_value weight = mag_person_weight(patient, &year);
    const mag_value height = mag_person_height(patient, &history);
    kidney_inputs inputs = creatinine_of(patient, period);
    inputs.reported = newest(patient, MAG_EGFR, period);
    inputs.weight_kg = exact_or_zero(&weight);
    inputs.height_cm = exact_or_zero(&height);
    return inputs;
}

static bool is_only_missing(const mag_value *value) {
    return value->bounds.unknown == mag_unknown_bit(MAG_UNKNOWN_MISSING);
}

static bool has_any(const mag_timeline *patient, mag_analyte analyte) {
    const mag_window ever = {.kind = MAG_WINDOW_HISTORY};
    const mag_anchor now = {patient->as_of, false};
    const mag_period history = mag_period_of(&ever, now, now, patient->as_of);
    return newest(patient, analyte, &history).lab != NULL;
}

/* Neither a creatinine nor an eGFR in the period: why. */
static mag_value nothing_to_go_by(const mag_timeline *patient, const kidney_inputs *inputs) {
    if (!is_only_missing(&inputs->creatinine))
        return mag_value_unknown(inputs->creatinine.bounds.unknown);
    if (!is_only_missing(&inputs->reported))
        return mag_value_unknown(inputs->reported.bounds.unknown);
    const bool is_stale = has_any(patient, MAG_CREATININE) || has_any(patient, MAG_EGFR);
    return mag_value_unknown(mag_unknown_bit(is_stale ? MAG_UNKNOWN_STALE : MAG_UNKNOWN_MISSING));
}

/* A formula of creatinine with everything else filled in. Falls strictly with creatinine. */
typedef struct clearance {
    mag_kidney_settings settings;
    mag_sex sex;
    int age_years;
    double weight_kg; /* 0: CKD-EPI, indexed; else Cockcroft-Gault with this weight */
} clearance;

static double clearance_at(const clearance *formula, double creatinine_umol_l) {
    if (formula->weight_kg > 0)
        return mag_cockcroft_gault(formula->settings.formula, formula->sex, formula->age_years,
                                   formula->weight_kg, creatinine_umol_l);
    return mag_ckd_epi(formula->settings.formula, formula->sex, formula->age_years,
                       creatinine_umol_l);
}

static mag_bounds clearance_range(const clearance *formula, const mag_bounds *creatinine) {
    mag_bounds bounds = *creatinine;
    bounds.low = isinf(creatinine->high) ? 0 : clearance_at(formula, creatinine->high);
    bounds.high = creatinine->low > 0 ? clearance_at(formula, creatinine->low) : INFINITY;
    bounds.is_low_open = creatinine->is_high_open;
    bounds.is_high_open = creatinine->is_low_open;
    return bounds;
}

/* How many of the limits 20, 30 and 60 a value reaches. */
static int band_of(double kf) {
    return !mag_derived_below(kf, 20) + !mag_derived_below(kf, 30) + !mag_derived_below(kf, 60);
}

/* Would the actual weight, or the eGFR, put the patient on another side of 20, 30 or 60? */
static bool is_band_sensitive(const clearance *formula, double actual_kg, double creatinine) {
    clearance other = *formula;
    const int band = band_of(clearance_at(formula, creatinine));
    other.weight_kg = actual_kg;
    if (band_of(clearance_at(&other, creatinine)) != band)
        return true;
    other.weight_kg = 0;
    return band_of(clearance_at(&other, creatinine)) != band;
}

static mag_kf_method calculated_method(mag_kidney_formula formula) {
    return formula == MAG_KIDNEY_UK ? MAG_KF_EGFR_CALC_09 : MAG_KF_EGFR_CALC_21;
}

static mag_value by_clearance(const kidney_inputs *inputs, clearance *formula) {
    mag_weight_used used;
    formula->weight_kg = mag_weight_for_clearance(inputs->settings.weight_policy, inputs->sex,
                                                  inputs->weight_kg, inputs->height_cm, &used);
    mag_value value = inputs->creatinine;
    value.bounds = clearance_range(formula, &inputs->creatinine.bounds);
    value.method = used == MAG_USED_ACTUAL ? MAG_KF_CG_ACTUAL : MAG_KF_CG_ADJ30;
    if (mag_bounds_is_exact(&value.bounds) &&
        is_band_sensitive(formula, inputs->weight_kg, inputs->creatinine.bounds.low))
        value.notes |= mag_note_bit(MAG_VALUE_NOTE_BAND_SENSITIVE);
    return value;
}

static mag_value by_creatinine_alone(const kidney_inputs *inputs, const clearance *formula) {
    mag_value value = inputs->creatinine;
    value.bounds = clearance_range(formula, &inputs->creatinine.bounds);
    value.method = calculated_method(inputs->settings.formula);
    return value;
}

static mag_value by_report(const kidney_inputs *inputs) {
    mag_value value = inputs->reported;
    value.method = MAG_KF_EGFR_REPORTED;
    return value;
}

static mag_value by_absolute_report(const kidney_inputs *inputs) {
    mag_value value = by_report(inputs);
    const double surface = mag_body_surface_dubois(inputs->weight_kg, inputs->height_cm);
    value.bounds.low = mag_deindexed_gfr(value.bounds.low, surface);
    if (!isinf(value.bounds.high))
        value.bounds.high = mag_deindexed_gfr(value.bounds.high, surface);
    value.method = MAG_KF_EGFR_ABS;
    return value;
}

static bool is_clearance(mag_kf_method method) {
    return method == MAG_KF_CG_ACTUAL || method == MAG_KF_CG_ADJ30;
}

mag_value mag_kidney_function(const mag_timeline *patient, const mag_period *period) {
    const kidney_inputs inputs = inputs_of(patient, period);
    const bool has_creatinine = inputs.creatinine.lab != NULL;
    if (!has_creatinine && inputs.reported.lab == NULL)
        return nothing_to_go_by(patient, &inputs);
    const mag_minute sample = has_creatinine ? inputs.creatinine.at : inputs.reported.at;
    const mag_value age = mag_person_age_value(patient, sample);
    if (age.bounds.unknown != 0 || inputs.sex == MAG_SEX_UNKNOWN)
        return mag_value_unknown(mag_unknown_bit(MAG_UNKNOWN_DEMOGRAPHIC));
    clearance formula = {inputs.settings, inputs.sex, (int)age.bounds.low, 0};
    mag_value value;
    if (has_creatinine && inputs.weight_kg > 0)
        value = by_clearance(&inputs, &formula);
    else if (has_creatinine)
        value = by_creatinine_alone(&inputs, &formula);
    else if (inputs.weight_kg > 0 && inputs.height_cm > 0)
        value = by_absolute_report(&inputs);
    else
        value = by_report(&inputs);
    value.notes |= age.notes;
    if (!is_clearance(value.method) && formula.age_years >= CG_PREFERRED_AGE)
        value.notes |= mag_note_bit(MAG_VALUE_NOTE_CG_PREFERRED);
    return value;
}

mag_value mag_kidney_egfr(const mag_timeline *patient, const mag_period *period) {
    kidney_inputs inputs = creatinine_of(patient, period);
    const bool has_creatinine = inputs.creatinine.lab != NULL;
    if (has_creatinine) {
        const mag_value age = mag_person_age_value(patient, inputs.creatinine.at);
        if (age.bounds.unknown == 0 && inputs.sex != MAG_SEX_UNKNOWN) {
            const clearance formula = {inputs.settings, inputs.sex, (int)age.bounds.low, 0};
            mag_value value = by_creatinine_alone(&inputs, &formula);
            value.notes |= age.notes;
            return value;
        }
    }
    inputs.reported = newest(patient, MAG_EGFR, period);
    if (inputs.reported.lab != NULL)
        return by_report(&inputs);
    return has_creatinine ? mag_value_unknown(mag_unknown_bit(MAG_UNKNOWN_DEMOGRAPHIC))
                          : nothing_to_go_by(patient, &inputs);
}

mag_value mag_kidney_egfr_of(const mag_timeline *patient, const mag_lab *creatinine) {
    const mag_value age = mag_person_age_value(patient, creatinine->minute);
    const mag_value sex = mag_person_sex_value(patient);
    if ((age.bounds.unknown | sex.bounds.unknown) != 0)
        return mag_value_unknown(mag_unknown_bit(MAG_UNKNOWN_DEMOGRAPHIC));
    const mag_kidney_settings settings = mag_cohort_settings_of(patient->cohort)->kidney;
    const clearance formula = {settings, patient->person->sex, (int)age.bounds.low, 0};
    const mag_bounds bounds = mag_lab_canonical(creatinine);
    return (mag_value){.bounds = clearance_range(&formula, &bounds),
                       .lab = creatinine,
                       .at = creatinine->minute,
                       .is_date_only = mag_lab_has(creatinine, MAG_LAB_DATE_ONLY),
                       .notes = age.notes,
                       .method = calculated_method(settings.formula)};
}

static const char *weight_words(mag_weight_used used) {
    return used == MAG_USED_ADJUSTED ? " adjusted" : used == MAG_USED_IDEAL ? " ideal" : "";
}

/* ", 54.4 kg", or the weight and height that made an eGFR absolute; empty without them. */
static void body_text(const kidney_inputs *inputs, mag_kf_method method, char out[96]) {
    char weight[32], height[32];
    mag_weight_used used = MAG_USED_ACTUAL;
    double weight_kg = inputs->weight_kg;
    if (is_clearance(method))
        weight_kg = mag_weight_for_clearance(inputs->settings.weight_policy, inputs->sex,
                                             inputs->weight_kg, inputs->height_cm, &used);
    out[0] = '\0';
    mag_derived_text(weight_kg, weight);
    mag_derived_text(inputs->height_cm, height);
    if (is_clearance(method))
        snprintf(out, 96, ", %s kg%s", weight, weight_words(used));
    else if (method == MAG_KF_EGFR_ABS)
        snprintf(out, 96, ", %s kg, %s cm", weight, height);
}

void mag_kidney_inputs_text(const mag_timeline *patient, const mag_value *value, char *out,
                            size_t nbytes) {
    const mag_period year = mag_period_of_days(patient->as_of, WEIGHT_DAYS);
    const kidney_inputs inputs = inputs_of(patient, &year);
    char printed[MAG_DECIMAL_TEXT_NBYTES], body[96];
    const mag_value age = mag_person_age_value(patient, value->at);
    mag_decimal_text(mag_lab_value(value->lab), printed);
    body_text(&inputs, value->method, body);
    int length =
        snprintf(out, nbytes, "%s %s%s %s", mag_analyte_of(mag_lab_analyte(value->lab))->name,
                 mag_comparator_text(mag_lab_comparator(value->lab)), printed,
                 mag_unit_text(mag_lab_unit(value->lab)));
    if (length > 0 && (size_t)length < nbytes && value->method != MAG_KF_EGFR_REPORTED)
        snprintf(out + length, nbytes - (size_t)length, ", age %d, %s%s", (int)age.bounds.low,
                 inputs.sex == MAG_SEX_FEMALE ? "female" : "male", body);
}

/* An open end has the category of the values just inside it, beyond the tolerance: <15 is G5. */
static mag_gfr_category category_just_below(double egfr) {
    return mag_gfr_category_of(egfr * (1 - 1e-8));
}

mag_value mag_kidney_category(const mag_value *egfr) {
    if (egfr->bounds.unknown != 0)
        return *egfr;
    mag_value value = *egfr;
    const mag_gfr_category worst = mag_gfr_category_of(egfr->bounds.low);
    const mag_gfr_category best = isinf(egfr->bounds.high) ? MAG_GFR_G1
                                  : egfr->bounds.is_high_open
                                      ? category_just_below(egfr->bounds.high)
                                      : mag_gfr_category_of(egfr->bounds.high);
    value.bounds = (mag_bounds){.low = best, .high = worst, .doubt = egfr->bounds.doubt};
    return value;
}

mag_gfr_category mag_renal_stage(const mag_timeline *patient) {
    if (patient->as_of == MAG_MINUTE_NONE)
        return MAG_GFR_UNKNOWN;
    const mag_period year = mag_period_of_days(patient->as_of, WEIGHT_DAYS);
    const mag_value egfr = mag_kidney_egfr(patient, &year);
    const mag_value category = mag_kidney_category(&egfr);
    return mag_bounds_is_exact(&category.bounds) ? (mag_gfr_category)(int)category.bounds.low
                                                 : MAG_GFR_UNKNOWN;
}
