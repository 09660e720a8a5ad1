/* Operands about laboratory results and what is worked out from them. */
#include "rules/evaluator.h"

static mag_value ask_lab(mag_evaluator *evaluator, const mag_operand *operand,
                         mag_value ask(const mag_lab_query *query)) {
    mag_lab_query query = {
        .patient = evaluator->patient, .analyte = operand->analyte, .worse = operand->worse};
    mag_unknown_set reasons;
    if (!mag_evaluator_period(evaluator, operand, &query.period, &reasons))
        return mag_value_unknown(reasons);
    return ask(&query);
}

static mag_value none_of(const mag_lab_query *query) {
    return mag_value_of_truth(mag_lab_none(query));
}

static mag_value measured_of(const mag_lab_query *query) {
    return mag_value_of_truth(mag_lab_measured(query));
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

mag_value mag_eval_days_since(mag_evaluator *evaluator, const mag_operand *operand) {
    const mag_value moment = operand->source >= 0
                                 ? *mag_evaluator_operand(evaluator, operand->source)
                                 : ask_lab(evaluator, operand, mag_lab_latest);
    if (moment.bounds.unknown != 0)
        return moment;
    mag_value value = moment;
    value.bounds =
        mag_bounds_exact(mag_minute_day(evaluator->patient->as_of) - mag_minute_day(moment.at));
    value.method = MAG_KF_NONE;
    return value;
}

mag_value mag_eval_haemolysed(mag_evaluator *evaluator, const mag_operand *operand) {
    const mag_value *sample = mag_evaluator_operand(evaluator, operand->source);
    mag_value value = *sample;
    value.truth = sample->lab == NULL ? mag_truth_unknown(sample->bounds.unknown)
                                      : mag_truth_of(mag_lab_has(sample->lab, MAG_LAB_HAEMOLYSED));
    return value;
}

mag_value mag_eval_median(mag_evaluator *evaluator, const mag_operand *operand) {
    (void)evaluator;
    (void)operand;
    return mag_value_unknown(mag_unknown_bit(MAG_UNKNOWN_MISSING));
}

mag_value mag_eval_spaced(mag_evaluator *evaluator, const mag_operand *operand) {
    (void)evaluator;
    (void)operand;
    return mag_value_unknown(mag_unknown_bit(MAG_UNKNOWN_MISSING));
}

mag_value mag_eval_observable(mag_evaluator *evaluator, const mag_operand *operand) {
    (void)evaluator;
    (void)operand;
    return mag_value_unknown(mag_unknown_bit(MAG_UNKNOWN_MISSING));
}

mag_value mag_eval_change(mag_evaluator *evaluator, const mag_operand *operand) {
    (void)evaluator;
    (void)operand;
    return mag_value_unknown(mag_unknown_bit(MAG_UNKNOWN_MISSING));
}

mag_value mag_eval_pair(mag_evaluator *evaluator, const mag_operand *operand) {
    (void)evaluator;
    (void)operand;
    return mag_value_unknown(mag_unknown_bit(MAG_UNKNOWN_MISSING));
}

mag_value mag_eval_uln(mag_evaluator *evaluator, const mag_operand *operand) {
    (void)evaluator;
    (void)operand;
    return mag_value_unknown(mag_unknown_bit(MAG_UNKNOWN_MISSING));
}

mag_value mag_eval_adjusted_calcium(mag_evaluator *evaluator, const mag_operand *operand) {
    (void)evaluator;
    (void)operand;
    return mag_value_unknown(mag_unknown_bit(MAG_UNKNOWN_MISSING));
}

mag_value mag_eval_aki_stage(mag_evaluator *evaluator, const mag_operand *operand) {
    (void)evaluator;
    (void)operand;
    return mag_value_unknown(mag_unknown_bit(MAG_UNKNOWN_MISSING));
}

mag_value mag_eval_femg(mag_evaluator *evaluator, const mag_operand *operand) {
    (void)evaluator;
    (void)operand;
    return mag_value_unknown(mag_unknown_bit(MAG_UNKNOWN_MISSING));
}

mag_value mag_eval_date(mag_evaluator *evaluator, const mag_operand *operand) {
    (void)evaluator;
    (void)operand;
    return mag_value_unknown(mag_unknown_bit(MAG_UNKNOWN_MISSING));
}
