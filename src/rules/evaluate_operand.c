/* From an operand of the pack to its value for the patient at hand. */
#include "rules/evaluator.h"
#include "rules/kidney_function.h"
#include "rules/operand_person.h"

typedef mag_value eval_function(mag_evaluator *evaluator, const mag_operand *operand);

static bool anchor_of(mag_evaluator *evaluator, int16_t anchor, mag_anchor *out,
                      mag_unknown_set *reasons) {
    *out = (mag_anchor){evaluator->patient->as_of, false};
    if (anchor == MAG_ANCHOR_AS_OF)
        return true;
    const mag_value *value = mag_evaluator_operand(evaluator, anchor);
    *reasons |= value->bounds.unknown;
    *out = (mag_anchor){value->at, value->is_date_only};
    return value->bounds.unknown == 0;
}

bool mag_evaluator_period(mag_evaluator *evaluator, const mag_operand *operand, mag_period *period,
                          mag_unknown_set *reasons) {
    const mag_window *window = &operand->window;
    const bool has_second = window->kind == MAG_WINDOW_BETWEEN;
    mag_anchor first, second;
    *reasons = 0;
    bool is_known = anchor_of(evaluator, window->anchor, &first, reasons);
    if (!anchor_of(evaluator, has_second ? window->anchor2 : MAG_ANCHOR_AS_OF, &second, reasons))
        is_known = false;
    if (is_known)
        *period = mag_period_of(window, first, second, evaluator->patient->as_of);
    return is_known;
}

bool mag_evaluator_lab_query(mag_evaluator *evaluator, const mag_operand *operand,
                             mag_lab_query *query) {
    mag_unknown_set reasons;
    *query = (mag_lab_query){
        .patient = evaluator->patient, .analyte = operand->analyte, .worse = operand->worse};
    return mag_evaluator_period(evaluator, operand, &query->period, &reasons);
}

mag_drug_query mag_evaluator_drug_query(mag_evaluator *evaluator, const mag_operand *operand) {
    return (mag_drug_query){evaluator->patient, operand->members, operand->member_count,
                            &evaluator->room};
}

/* --- results ------------------------------------------------------------------------------ */

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

static mag_value eval_latest(mag_evaluator *evaluator, const mag_operand *operand) {
    return ask_lab(evaluator, operand, mag_lab_latest);
}

static mag_value eval_previous(mag_evaluator *evaluator, const mag_operand *operand) {
    return ask_lab(evaluator, operand, mag_lab_previous);
}

static mag_value eval_first(mag_evaluator *evaluator, const mag_operand *operand) {
    return ask_lab(evaluator, operand, mag_lab_first);
}

static mag_value eval_lowest(mag_evaluator *evaluator, const mag_operand *operand) {
    return ask_lab(evaluator, operand, mag_lab_lowest);
}

static mag_value eval_highest(mag_evaluator *evaluator, const mag_operand *operand) {
    return ask_lab(evaluator, operand, mag_lab_highest);
}

static mag_value eval_count(mag_evaluator *evaluator, const mag_operand *operand) {
    return ask_lab(evaluator, operand, mag_lab_count);
}

static mag_value eval_none(mag_evaluator *evaluator, const mag_operand *operand) {
    return ask_lab(evaluator, operand, none_of);
}

static mag_value eval_measured(mag_evaluator *evaluator, const mag_operand *operand) {
    return ask_lab(evaluator, operand, measured_of);
}

static mag_value eval_days_since(mag_evaluator *evaluator, const mag_operand *operand) {
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

static mag_value eval_haemolysed(mag_evaluator *evaluator, const mag_operand *operand) {
    const mag_value *sample = mag_evaluator_operand(evaluator, operand->source);
    mag_value value = *sample;
    value.truth = sample->lab == NULL ? mag_truth_unknown(sample->bounds.unknown)
                                      : mag_truth_of(mag_lab_has(sample->lab, MAG_LAB_HAEMOLYSED));
    return value;
}

/* --- drugs -------------------------------------------------------------------------------- */

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
static mag_value eval_active(mag_evaluator *evaluator, const mag_operand *operand) {
    if (operand->window.kind == MAG_WINDOW_HISTORY)
        return ask_drug(evaluator, operand, mag_drug_active);
    return ask_drug_in_period(evaluator, operand, mag_drug_exposed);
}

static mag_value eval_exposed(mag_evaluator *evaluator, const mag_operand *operand) {
    return ask_drug_in_period(evaluator, operand, mag_drug_exposed);
}

static mag_value eval_started(mag_evaluator *evaluator, const mag_operand *operand) {
    return ask_drug_in_period(evaluator, operand, mag_drug_started);
}

static mag_value eval_count_active(mag_evaluator *evaluator, const mag_operand *operand) {
    if (operand->window.kind == MAG_WINDOW_HISTORY)
        return ask_drug(evaluator, operand, mag_drug_count_active);
    return ask_drug_in_period(evaluator, operand, mag_drug_count_exposed);
}

static mag_value eval_days_on(mag_evaluator *evaluator, const mag_operand *operand) {
    return ask_drug(evaluator, operand, mag_drug_days_on);
}

static mag_value eval_dose(mag_evaluator *evaluator, const mag_operand *operand) {
    return ask_drug(evaluator, operand, mag_drug_dose);
}

static mag_value eval_start(mag_evaluator *evaluator, const mag_operand *operand) {
    return ask_drug(evaluator, operand, mag_drug_start);
}

static mag_value eval_stop(mag_evaluator *evaluator, const mag_operand *operand) {
    return ask_drug(evaluator, operand, mag_drug_stop);
}

/* --- the person --------------------------------------------------------------------------- */

static mag_value ask_person(mag_evaluator *evaluator, const mag_operand *operand,
                            mag_value ask(const mag_timeline *patient, const mag_period *period)) {
    mag_period period;
    mag_unknown_set reasons;
    if (!mag_evaluator_period(evaluator, operand, &period, &reasons))
        return mag_value_unknown(reasons);
    return ask(evaluator->patient, &period);
}

static mag_value eval_has(mag_evaluator *evaluator, const mag_operand *operand) {
    mag_period period;
    mag_unknown_set reasons;
    if (!mag_evaluator_period(evaluator, operand, &period, &reasons))
        return mag_value_unknown(reasons);
    return mag_person_has(evaluator->patient, operand->conditions, &period);
}

static mag_value eval_age(mag_evaluator *evaluator, const mag_operand *operand) {
    (void)operand;
    return mag_person_age_value(evaluator->patient, evaluator->patient->as_of);
}

static mag_value eval_sex(mag_evaluator *evaluator, const mag_operand *operand) {
    (void)operand;
    return mag_person_sex_value(evaluator->patient);
}

static mag_value eval_weight(mag_evaluator *evaluator, const mag_operand *operand) {
    return ask_person(evaluator, operand, mag_person_weight);
}

static mag_value eval_height(mag_evaluator *evaluator, const mag_operand *operand) {
    return ask_person(evaluator, operand, mag_person_height);
}

static mag_value eval_kidney_function(mag_evaluator *evaluator, const mag_operand *operand) {
    return ask_person(evaluator, operand, mag_kidney_function);
}

static mag_value eval_egfr(mag_evaluator *evaluator, const mag_operand *operand) {
    return ask_person(evaluator, operand, mag_kidney_egfr);
}

static mag_value eval_ckd_category(mag_evaluator *evaluator, const mag_operand *operand) {
    const mag_value egfr = eval_egfr(evaluator, operand);
    return mag_kidney_category(&egfr);
}

/* --- all of them -------------------------------------------------------------------------- */

static eval_function *const functions[] = {
#define MAG_OPERAND(name, text, arguments, value, function) function,
#include "rules/operand.def"
#undef MAG_OPERAND
};
_Static_assert(sizeof functions / sizeof functions[0] == MAG_OPERAND_KIND_COUNT,
               "a function for every operand");

const mag_value *mag_evaluator_operand(mag_evaluator *evaluator, int operand) {
    mag_value *value = &evaluator->values[operand];
    if (!evaluator->has_value[operand]) {
        const mag_operand *of = &evaluator->pack->operands[operand];
        *value = functions[of->kind](evaluator, of);
        evaluator->has_value[operand] = true;
    }
    return value;
}
