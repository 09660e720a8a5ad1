/* Operands about exposures to drug classes. */
#include "rules/evaluator.h"

/* Nothing of the kind in all of history: then not in any part of it either. */
static bool is_surely_nothing(const mag_value *in_history) {
    return in_history->truth.is == MAG_FALSE && in_history->bounds.unknown == 0 &&
           in_history->bounds.high <= 0;
}

static mag_value ask_drug_in_period(mag_evaluator *evaluator, const mag_operand *operand,
                                    mag_value ask(const mag_drug_query *query,
                                                  const mag_period *period)) {
    const mag_drug_query query = mag_evaluator_drug_query(evaluator, operand);
    mag_period period;
    mag_unknown_set reasons;
    if (mag_evaluator_period(evaluator, operand, &period, &reasons))
        return ask(&query, &period);
    const mag_window ever = {.kind = MAG_WINDOW_HISTORY};
    const mag_anchor now = {evaluator->patient->as_of, false};
    period = mag_period_of(&ever, now, now, evaluator->patient->as_of);
    const mag_value in_history = ask(&query, &period);
    return is_surely_nothing(&in_history) ? in_history : mag_value_unknown(reasons);
}

static mag_value ask_drug(mag_evaluator *evaluator, const mag_operand *operand,
                          mag_value ask(const mag_drug_query *query)) {
    const mag_drug_query query = mag_evaluator_drug_query(evaluator, operand);
    return ask(&query);
}

/* active(C) is about T; active(C at s) about the moment of a sample. */
mag_value mag_eval_active(mag_evaluator *evaluator, const mag_operand *operand) {
    if (operand->window.kind == MAG_WINDOW_HISTORY)
        return ask_drug(evaluator, operand, mag_drug_active);
    return ask_drug_in_period(evaluator, operand, mag_drug_exposed);
}

mag_value mag_eval_exposed(mag_evaluator *evaluator, const mag_operand *operand) {
    return ask_drug_in_period(evaluator, operand, mag_drug_exposed);
}

mag_value mag_eval_started(mag_evaluator *evaluator, const mag_operand *operand) {
    return ask_drug_in_period(evaluator, operand, mag_drug_started);
}

mag_value mag_eval_count_active(mag_evaluator *evaluator, const mag_operand *operand) {
    if (operand->window.kind == MAG_WINDOW_HISTORY)
        return ask_drug(evaluator, operand, mag_drug_count_active);
    return ask_drug_in_period(evaluator, operand, mag_drug_count_exposed);
}

mag_value mag_eval_days_on(mag_evaluator *evaluator, const mag_operand *operand) {
    return ask_drug(evaluator, operand, mag_drug_days_on);
}

mag_value mag_eval_dose(mag_evaluator *evaluator, const mag_operand *operand) {
    return ask_drug(evaluator, operand, mag_drug_dose);
}

mag_value mag_eval_start(mag_evaluator *evaluator, const mag_operand *operand) {
    return ask_drug(evaluator, operand, mag_drug_start);
}

mag_value mag_eval_stop(mag_evaluator *evaluator, const mag_operand *operand) {
    return ask_drug(evaluator, operand, mag_drug_stop);
}

mag_value mag_eval_continuous(mag_evaluator *evaluator, const mag_operand *operand) {
    (void)evaluator;
    (void)operand;
    return mag_value_unknown(mag_unknown_bit(MAG_UNKNOWN_MISSING));
}

mag_value mag_eval_stopped(mag_evaluator *evaluator, const mag_operand *operand) {
    (void)evaluator;
    (void)operand;
    return mag_value_unknown(mag_unknown_bit(MAG_UNKNOWN_MISSING));
}

mag_value mag_eval_overlap(mag_evaluator *evaluator, const mag_operand *operand) {
    (void)evaluator;
    (void)operand;
    return mag_value_unknown(mag_unknown_bit(MAG_UNKNOWN_MISSING));
}

mag_value mag_eval_gap_kept(mag_evaluator *evaluator, const mag_operand *operand) {
    (void)evaluator;
    (void)operand;
    return mag_value_unknown(mag_unknown_bit(MAG_UNKNOWN_MISSING));
}

mag_value mag_eval_products_active(mag_evaluator *evaluator, const mag_operand *operand) {
    (void)evaluator;
    (void)operand;
    return mag_value_unknown(mag_unknown_bit(MAG_UNKNOWN_MISSING));
}

mag_value mag_eval_issues(mag_evaluator *evaluator, const mag_operand *operand) {
    (void)evaluator;
    (void)operand;
    return mag_value_unknown(mag_unknown_bit(MAG_UNKNOWN_MISSING));
}

mag_value mag_eval_course(mag_evaluator *evaluator, const mag_operand *operand) {
    (void)evaluator;
    (void)operand;
    return mag_value_unknown(mag_unknown_bit(MAG_UNKNOWN_MISSING));
}

mag_value mag_eval_max_day_dose(mag_evaluator *evaluator, const mag_operand *operand) {
    (void)evaluator;
    (void)operand;
    return mag_value_unknown(mag_unknown_bit(MAG_UNKNOWN_MISSING));
}

mag_value mag_eval_dose_change(mag_evaluator *evaluator, const mag_operand *operand) {
    (void)evaluator;
    (void)operand;
    return mag_value_unknown(mag_unknown_bit(MAG_UNKNOWN_MISSING));
}

mag_value mag_eval_salt(mag_evaluator *evaluator, const mag_operand *operand) {
    (void)evaluator;
    (void)operand;
    return mag_value_unknown(mag_unknown_bit(MAG_UNKNOWN_MISSING));
}

mag_value mag_eval_route(mag_evaluator *evaluator, const mag_operand *operand) {
    (void)evaluator;
    (void)operand;
    return mag_value_unknown(mag_unknown_bit(MAG_UNKNOWN_MISSING));
}
