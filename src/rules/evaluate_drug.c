/* Operands about exposures to drug classes. */
#include "rules/evaluator.h"
#include "rules/operand_course.h"
#include "rules/operand_overlap.h"
#include "rules/operand_product.h"

/* Nothing of the kind in all of history: then not in any part of it either. */
static bool is_surely_nothing(const mag_operand *operand, const mag_value *in_history) {
    if (operand->dimension == MAG_DIM_TRUTH)
        return in_history->truth.is == MAG_FALSE;
    return in_history->bounds.unknown == 0 && in_history->bounds.high <= 0;
}

/* What an operand asks of its rows in a period. */
typedef mag_value period_question(mag_evaluator *evaluator, const mag_operand *operand,
                                  const mag_period *period);

static mag_value ask_in_period(mag_evaluator *evaluator, const mag_operand *operand,
                               period_question *ask) {
    mag_period period;
    mag_unknown_set reasons;
    if (mag_evaluator_period(evaluator, operand, &period, &reasons))
        return ask(evaluator, operand, &period);
    const mag_window ever = {.kind = MAG_WINDOW_HISTORY};
    const mag_anchor now = {evaluator->patient->as_of, false};
    period = mag_period_of(&ever, now, now, evaluator->patient->as_of);
    const mag_value in_history = ask(evaluator, operand, &period);
    return is_surely_nothing(operand, &in_history) ? in_history : mag_value_unknown(reasons);
}

static mag_value ask_drug(mag_evaluator *evaluator, const mag_operand *operand,
                          mag_value ask(const mag_drug_query *query)) {
    const mag_drug_query query = mag_evaluator_drug_query(evaluator, operand);
    return ask(&query);
}

static mag_value exposed_in(mag_evaluator *evaluator, const mag_operand *operand,
                            const mag_period *period) {
    const mag_drug_query query = mag_evaluator_drug_query(evaluator, operand);
    return mag_drug_exposed(&query, period);
}

static mag_drug_query second_query(mag_evaluator *evaluator, const mag_operand *operand) {
    return (mag_drug_query){evaluator->patient, operand->other_members, operand->other_member_count,
                            &evaluator->room};
}

/* active(C) is about T; active(C at s) about the moment of a sample. */
mag_value mag_eval_active(mag_evaluator *evaluator, const mag_operand *operand) {
    if (operand->window.kind == MAG_WINDOW_HISTORY)
        return ask_drug(evaluator, operand, mag_drug_active);
    return ask_in_period(evaluator, operand, exposed_in);
}

mag_value mag_eval_exposed(mag_evaluator *evaluator, const mag_operand *operand) {
    return ask_in_period(evaluator, operand, exposed_in);
}

static mag_value started_in(mag_evaluator *evaluator, const mag_operand *operand,
                            const mag_period *period) {
    const mag_drug_query query = mag_evaluator_drug_query(evaluator, operand);
    return mag_drug_started(&query, period);
}

mag_value mag_eval_started(mag_evaluator *evaluator, const mag_operand *operand) {
    return ask_in_period(evaluator, operand, started_in);
}

static mag_value count_exposed_in(mag_evaluator *evaluator, const mag_operand *operand,
                                  const mag_period *period) {
    const mag_drug_query query = mag_evaluator_drug_query(evaluator, operand);
    return mag_drug_count_exposed(&query, period);
}

mag_value mag_eval_count_active(mag_evaluator *evaluator, const mag_operand *operand) {
    const mag_drug_query query = mag_evaluator_drug_query(evaluator, operand);
    if (operand->length.amount > 0)
        return mag_drug_count_continuous(&query, operand->length);
    if (operand->window.kind == MAG_WINDOW_HISTORY)
        return mag_drug_count_active(&query);
    return ask_in_period(evaluator, operand, count_exposed_in);
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
    const mag_drug_query query = mag_evaluator_drug_query(evaluator, operand);
    const mag_length gap = operand->gap;
    const int32_t gap_minutes = gap.amount < 0   ? MAG_GAP_OF_KIND
                                : gap.is_minutes ? gap.amount
                                                 : gap.amount * MAG_MINUTES_PER_DAY;
    return mag_drug_continuous(&query, operand->length, gap_minutes);
}

mag_value mag_eval_stopped(mag_evaluator *evaluator, const mag_operand *operand) {
    (void)evaluator;
    (void)operand;
    return mag_value_unknown(mag_unknown_bit(MAG_UNKNOWN_MISSING));
}

static mag_value overlap_in(mag_evaluator *evaluator, const mag_operand *operand,
                            const mag_period *period) {
    const mag_drug_query first = mag_evaluator_drug_query(evaluator, operand);
    const mag_drug_query second = second_query(evaluator, operand);
    return mag_drug_overlap(&first, &second, period);
}

mag_value mag_eval_overlap(mag_evaluator *evaluator, const mag_operand *operand) {
    return ask_in_period(evaluator, operand, overlap_in);
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

static mag_value issues_in(mag_evaluator *evaluator, const mag_operand *operand,
                           const mag_period *period) {
    const mag_drug_query query = mag_evaluator_drug_query(evaluator, operand);
    return mag_drug_issues(&query, period);
}

mag_value mag_eval_issues(mag_evaluator *evaluator, const mag_operand *operand) {
    return ask_in_period(evaluator, operand, issues_in);
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

static mag_value dose_change_in(mag_evaluator *evaluator, const mag_operand *operand,
                                const mag_period *period) {
    const mag_drug_query query = mag_evaluator_drug_query(evaluator, operand);
    return mag_drug_dose_change(&query, period,
                                (mag_dose_step){operand->percent, operand->direction});
}

mag_value mag_eval_dose_change(mag_evaluator *evaluator, const mag_operand *operand) {
    return ask_in_period(evaluator, operand, dose_change_in);
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
