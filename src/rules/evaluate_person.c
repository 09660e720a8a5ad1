/* Operands about the person: demographics, kidney, conditions, stays. */
#include "rules/evaluator.h"
#include "rules/kidney_function.h"
#include "rules/operand_person.h"

static mag_value ask_person(mag_evaluator *evaluator, const mag_operand *operand,
                            mag_value ask(const mag_timeline *patient, const mag_period *period)) {
    mag_period period;
    mag_unknown_set reasons;
    if (!mag_evaluator_period(evaluator, operand, &period, &reasons))
        return mag_value_unknown(reasons);
    return ask(evaluator->patient, &period);
}

mag_value mag_eval_has(mag_evaluator *evaluator, const mag_operand *operand) {
    mag_period period;
    mag_unknown_set reasons;
    if (!mag_evaluator_period(evaluator, operand, &period, &reasons))
        return mag_value_unknown(reasons);
    return mag_person_has(evaluator->patient, operand->conditions, &period);
}

mag_value mag_eval_age(mag_evaluator *evaluator, const mag_operand *operand) {
    (void)operand;
    return mag_person_age_value(evaluator->patient, evaluator->patient->as_of);
}

mag_value mag_eval_sex(mag_evaluator *evaluator, const mag_operand *operand) {
    (void)operand;
    return mag_person_sex_value(evaluator->patient);
}

mag_value mag_eval_weight(mag_evaluator *evaluator, const mag_operand *operand) {
    return ask_person(evaluator, operand, mag_person_weight);
}

mag_value mag_eval_height(mag_evaluator *evaluator, const mag_operand *operand) {
    return ask_person(evaluator, operand, mag_person_height);
}

mag_value mag_eval_kidney_function(mag_evaluator *evaluator, const mag_operand *operand) {
    return ask_person(evaluator, operand, mag_kidney_function);
}

mag_value mag_eval_egfr(mag_evaluator *evaluator, const mag_operand *operand) {
    return ask_person(evaluator, operand, mag_kidney_egfr);
}

mag_value mag_eval_ckd_category(mag_evaluator *evaluator, const mag_operand *operand) {
    const mag_value egfr = operand->source >= 0 ? *mag_evaluator_operand(evaluator, operand->source)
                                                : mag_eval_egfr(evaluator, operand);
    return mag_kidney_category(&egfr);
}

mag_value mag_eval_in_stay(mag_evaluator *evaluator, const mag_operand *operand) {
    (void)operand;
    return mag_value_of_truth(mag_truth_of(mag_person_is_in_stay(evaluator->patient)));
}

mag_value mag_eval_in_care(mag_evaluator *evaluator, const mag_operand *operand) {
    (void)operand;
    return mag_value_of_truth(mag_person_in_care(evaluator->patient));
}

mag_value mag_eval_alive(mag_evaluator *evaluator, const mag_operand *operand) {
    (void)operand;
    return mag_value_of_truth(mag_person_alive(evaluator->patient));
}

mag_value mag_eval_has_age(mag_evaluator *evaluator, const mag_operand *operand) {
    const mag_value age = mag_eval_age(evaluator, operand);
    return mag_value_of_truth(mag_truth_of(age.bounds.unknown == 0));
}

mag_value mag_eval_has_sex(mag_evaluator *evaluator, const mag_operand *operand) {
    const mag_value sex = mag_eval_sex(evaluator, operand);
    return mag_value_of_truth(mag_truth_of(sex.bounds.unknown == 0));
}

mag_value mag_eval_bmi(mag_evaluator *evaluator, const mag_operand *operand) {
    return ask_person(evaluator, operand, mag_person_bmi);
}
