#include "rules/operand_femg.h"

#include "clinical/femg.h"
#include "rules/kidney_function.h"
#include "rules/operand_series.h"

#include <stdio.h>

typedef struct four_inputs {
    const mag_lab *urine_mg, *urine_creatinine, *serum_mg, *serum_creatinine; /* NULL: missing */
} four_inputs;

static bool is_date_only(const mag_lab *lab) {
    return mag_lab_has(lab, MAG_LAB_DATE_ONLY);
}

/* Of an analyte, within a day of the urine. */
static mag_lab_query beside(const mag_timeline *patient, mag_analyte analyte,
                            const mag_lab *urine) {
    const mag_window around = {.kind = MAG_WINDOW_AROUND, .far = {MAG_FEMG_MINUTES, true}};
    const mag_anchor at = {urine->minute, is_date_only(urine)};
    return (mag_lab_query){
        .patient = patient,
        .analyte = analyte,
        .period = mag_period_of(&around, at, at, patient->as_of),
        .worse = analyte == MAG_MAGNESIUM ? MAG_WORSE_LOW : MAG_WORSE_HIGH,
    };
}

static bool is_day_amount(const mag_lab *lab) {
    const mag_unit_dimension dimension = mag_unit_scale_of(mag_lab_unit(lab)).dimension;
    return dimension == MAG_DIMENSION_MOLAR_PER_DAY || dimension == MAG_DIMENSION_MASS_PER_DAY;
}

static const mag_lab *urine_creatinine_of(const mag_timeline *patient, const mag_lab *urine) {
    const mag_lab_query query = beside(patient, MAG_CREATININE_URINE, urine);
    const mag_lab *own = mag_lab_pair(&query, urine, true).lab;
    const mag_lab *found = own != NULL ? own : mag_lab_pair(&query, urine, false).lab;
    return found != NULL && is_day_amount(found) == is_day_amount(urine) ? found : NULL;
}

static four_inputs inputs_of(const mag_timeline *patient, const mag_lab *urine) {
    const mag_lab_query serum_mg = beside(patient, MAG_MAGNESIUM, urine);
    const mag_lab_query serum_creatinine = beside(patient, MAG_CREATININE, urine);
    return (four_inputs){urine, urine_creatinine_of(patient, urine),
                         mag_lab_pair(&serum_mg, urine, false).lab,
                         mag_lab_pair(&serum_creatinine, urine, false).lab};
}

/* Was magnesium running into a vein at some moment of the day before a sample, up to it? */
static bool has_iv_magnesium(const mag_timeline *patient, const mag_lab *sample) {
    const mag_window day = {.kind = MAG_WINDOW_BACK, .far = {MAG_FEMG_MINUTES, true}};
    const mag_anchor at = {sample->minute, is_date_only(sample)};
    const mag_period period = mag_period_of(&day, at, at, patient->as_of);
    for (size_t i = 0; i < patient->exposure_count; i++) {
        const mag_exposure *exposure = &patient->exposures[i];
        if ((mag_exposure_classes(patient->cohort, exposure) >> MAG_CLASS_MGIV & 1) != 0 &&
            exposure->start <= period.until && exposure->stop >= period.from)
            return true;
    }
    return false;
}

/* Why the formula cannot be used; 0 if it can. */
static mag_unknown_set objections(const mag_timeline *patient, const four_inputs *of) {
    const mag_truth is_low = mag_lab_compare(of->serum_mg, MAG_IS_BELOW, &mag_femg_serum_limit);
    const mag_value egfr = mag_kidney_egfr_of(patient, of->serum_creatinine);
    const mag_bounds least = mag_bounds_exact(MAG_FEMG_EGFR_LEAST);
    const mag_truth is_working = mag_bounds_compare(&egfr.bounds, MAG_IS_AT_LEAST, &least);
    if (is_low.is == MAG_FALSE || is_working.is == MAG_FALSE ||
        has_iv_magnesium(patient, of->urine_mg) || has_iv_magnesium(patient, of->serum_mg))
        return mag_unknown_bit(MAG_UNKNOWN_INVALID);
    return is_low.reasons | is_working.reasons;
}

static mag_bounds percent_of(const four_inputs *of) {
    const mag_bounds above = mag_bounds_multiply(mag_lab_canonical(of->urine_mg),
                                                 mag_lab_canonical(of->serum_creatinine));
    const mag_bounds below = mag_bounds_multiply(mag_lab_canonical(of->serum_mg),
                                                 mag_lab_canonical(of->urine_creatinine));
    const mag_bounds factor = mag_bounds_exact(mag_femg_percent(1, 1, 1, 1));
    return mag_bounds_multiply(factor, mag_bounds_divide(above, below));
}

mag_value mag_femg(const mag_lab_query *query) {
    const mag_lab_query urines = {.patient = query->patient,
                                  .analyte = MAG_MAGNESIUM_URINE,
                                  .period = query->period,
                                  .worse = MAG_WORSE_HIGH};
    mag_value value = mag_lab_latest(&urines);
    if (value.bounds.unknown != 0)
        return value;
    const four_inputs of = inputs_of(query->patient, value.lab);
    if (of.urine_creatinine == NULL || of.serum_mg == NULL || of.serum_creatinine == NULL)
        return mag_value_unknown(mag_unknown_bit(MAG_UNKNOWN_MISSING));
    const mag_unknown_set reasons = objections(query->patient, &of);
    if (reasons != 0)
        return mag_value_unknown(reasons);
    value.bounds = percent_of(&of);
    if (is_date_only(of.urine_mg) || is_date_only(of.serum_mg) || is_date_only(of.serum_creatinine))
        value.notes |= mag_note_bit(MAG_VALUE_NOTE_TIME_RESOLUTION);
    return value;
}

static size_t append(const char *name, const mag_lab *lab, char *out, size_t nbytes,
                     size_t length) {
    char printed[MAG_DECIMAL_TEXT_NBYTES], when[MAG_MOMENT_TEXT_NBYTES];
    if (lab == NULL || length >= nbytes)
        return length;
    mag_decimal_text(mag_lab_value(lab), printed);
    mag_minute_text(lab->minute, is_date_only(lab), when);
    const int more = snprintf(out + length, nbytes - length, ", %s %s%s %s (%s)", name,
                              mag_comparator_text(mag_lab_comparator(lab)), printed,
                              mag_unit_text(mag_lab_unit(lab)), when);
    return length + (more > 0 ? (size_t)more : 0);
}

void mag_femg_inputs_text(const mag_lab_query *query, const mag_value *femg, char *out,
                          size_t nbytes) {
    const four_inputs of = inputs_of(query->patient, femg->lab);
    const int begun =
        snprintf(out, nbytes, "%s", mag_femg_reading_text(mag_femg_reading_of(femg->bounds.low)));
    size_t length = begun > 0 ? (size_t)begun : 0;
    length = append("urine magnesium", of.urine_mg, out, nbytes, length);
    length = append("urine creatinine", of.urine_creatinine, out, nbytes, length);
    length = append("serum magnesium", of.serum_mg, out, nbytes, length);
    (void)append("serum creatinine", of.serum_creatinine, out, nbytes, length);
}
