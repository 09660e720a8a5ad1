/* Operands about laboratory results and what is worked out from them. */
#include "rules/evaluator.h"
#include "rules/operand_aki.h"
#include "rules/operand_femg.h"

static mag_value ask_lab(mag_evaluator *evaluator, const mag_operand *operand,
                         mag_value ask(const mag_lab_query *query)) {
    mag_lab_query query;
    mag_unknown_set reasons;
    if (!mag_evaluator_lab_query(evaluator, operand, &query)) {
        (void)mag_evaluator_period(evaluator, operand, &query.period, &reasons);
        return mag_value_unknown(reasons);
    }
    return ask(&query);
}

static mag_value none_of(const mag_lab_query *query) {
    return mag_value_of_truth(mag_lab_none(query));
}

static mag_value measured_of(const mag_lab_query *query) {
    return mag_value_of_truth(mag_lab_measured(query));
}

static mag_value observable_of(const mag_lab_query *query) {
    return mag_value_of_truth(mag_truth_of(mag_lab_is_observable(query)));
}

static mag_value adjusted_calcium_of(const mag_lab_query *query) {
    mag_lab_query series = *query;
    series.analyte = MAG_CALCIUM;
    series.series = MAG_SERIES_ADJUSTED_CALCIUM;
    return mag_lab_latest(&series);
}

mag_value mag_eval_latest(mag_evaluator *evaluator, const mag_operand *operand) {
    return ask_lab(evaluator, operand, mag_lab_latest);
}

mag_value mag_eval_previous(mag_evaluator *evaluator, const mag_operand *operand) {
    return ask_lab(evaluator, operand, mag_lab_previous);
}

mag_value mag_eval_first(mag_evaluator *evaluator, const mag_operand *operand) {
    return ask_lab(evaluator, operand, mag_lab_first);
}

mag_value mag_eval_lowest(mag_evaluator *evaluator, const mag_operand *operand) {
    return ask_lab(evaluator, operand, mag_lab_lowest);
}

mag_value mag_eval_highest(mag_evaluator *evaluator, const mag_operand *operand) {
    return ask_lab(evaluator, operand, mag_lab_highest);
}

mag_value mag_eval_count(mag_evaluator *evaluator, const mag_operand *operand) {
    return ask_lab(evaluator, operand, mag_lab_count);
}

mag_value mag_eval_none(mag_evaluator *evaluator, const mag_operand *operand) {
    return ask_lab(evaluator, operand, none_of);
}

mag_value mag_eval_measured(mag_evaluator *evaluator, const mag_operand *operand) {
    return ask_lab(evaluator, operand, measured_of);
}

mag_value mag_eval_median(mag_evaluator *evaluator, const mag_operand *operand) {
    return ask_lab(evaluator, operand, mag_lab_median);
}

mag_value mag_eval_change(mag_evaluator *evaluator, const mag_operand *operand) {
    return ask_lab(evaluator, operand, mag_lab_change);
}

mag_value mag_eval_observable(mag_evaluator *evaluator, const mag_operand *operand) {
    return ask_lab(evaluator, operand, observable_of);
}

mag_value mag_eval_adjusted_calcium(mag_evaluator *evaluator, const mag_operand *operand) {
    return ask_lab(evaluator, operand, adjusted_calcium_of);
}

mag_value mag_eval_uln(mag_evaluator *evaluator, const mag_operand *operand) {
    return ask_lab(evaluator, operand, mag_lab_uln);
}

mag_value mag_eval_spaced(mag_evaluator *evaluator, const mag_operand *operand) {
    mag_lab_query query;
    if (!mag_evaluator_lab_query(evaluator, operand, &query))
        return ask_lab(evaluator, operand, mag_lab_count);
    return mag_lab_spaced(&query, operand->length);
}

/* The window of a pair lies around its sample, however the operand names it. */
mag_value mag_eval_pair(mag_evaluator *evaluator, const mag_operand *operand) {
    const mag_value sample = mag_evaluator_moment(evaluator, operand->source);
    if (sample.bounds.unknown != 0)
        return mag_value_unknown(sample.bounds.unknown);
    if (sample.lab == NULL)
        return mag_value_unknown(mag_unknown_bit(MAG_UNKNOWN_MISSING));
    const mag_window around = {.kind = MAG_WINDOW_AROUND, .far = operand->window.far};
    const mag_window ever = {.kind = MAG_WINDOW_HISTORY};
    const mag_anchor at = {sample.at, sample.is_date_only};
    mag_lab_query query = mag_evaluator_lab_question(evaluator, operand);
    query.period = mag_period_of(operand->is_same_specimen ? &ever : &around, at, at,
                                 evaluator->patient->as_of);
    return mag_lab_pair(&query, sample.lab, operand->is_same_specimen);
}

mag_value mag_eval_date(mag_evaluator *evaluator, const mag_operand *operand) {
    return mag_evaluator_moment(evaluator, operand->source);
}

mag_value mag_eval_days_since(mag_evaluator *evaluator, const mag_operand *operand) {
    mag_value value = mag_evaluator_moment(evaluator, operand->source);
    if (value.bounds.unknown != 0)
        return value;
    value.bounds =
        mag_bounds_exact(mag_minute_day(evaluator->patient->as_of) - mag_minute_day(value.at));
    value.method = MAG_KF_NONE;
    value.derived_unit = MAG_UNIT_NONE;
    return value;
}

mag_value mag_eval_haemolysed(mag_evaluator *evaluator, const mag_operand *operand) {
    const mag_value *sample = mag_evaluator_operand(evaluator, operand->source);
    mag_value value = *sample;
    value.truth = sample->lab == NULL ? mag_truth_unknown(sample->bounds.unknown)
                                      : mag_truth_of(mag_lab_has(sample->lab, MAG_LAB_HAEMOLYSED));
    return value;
}

mag_value mag_eval_aki_stage(mag_evaluator *evaluator, const mag_operand *operand) {
    return ask_lab(evaluator, operand, mag_aki_stage);
}

mag_value mag_eval_femg(mag_evaluator *evaluator, const mag_operand *operand) {
    return ask_lab(evaluator, operand, mag_femg);
}
