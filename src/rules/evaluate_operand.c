/* From an operand of the pack to its value for the patient at hand. */
#include "rules/evaluator.h"

/* The moment of a value; an event that did not happen has none. */
static mag_value moment_of(const mag_value *value, mag_dimension dimension) {
    if (value->bounds.unknown != 0)
        return mag_value_unknown(value->bounds.unknown);
    if (dimension == MAG_DIM_TRUTH && value->truth.is == MAG_UNDECIDED)
        return mag_value_unknown(value->truth.reasons);
    const bool has_happened = dimension != MAG_DIM_TRUTH || value->truth.is == MAG_TRUE;
    if (!has_happened || value->at == MAG_MINUTE_NONE)
        return mag_value_unknown(mag_unknown_bit(MAG_UNKNOWN_MISSING));
    mag_value moment = *value;
    moment.bounds = mag_bounds_exact(value->at);
    moment.method = MAG_KF_NONE;
    moment.derived_unit = MAG_UNIT_NONE;
    return moment;
}

mag_value mag_evaluator_moment(mag_evaluator *evaluator, int operand) {
    const mag_value *value = mag_evaluator_operand(evaluator, operand);
    return moment_of(value, evaluator->pack->operands[operand].dimension);
}

static bool anchor_of(mag_evaluator *evaluator, int16_t anchor, mag_anchor *out,
                      mag_unknown_set *reasons) {
    *out = (mag_anchor){evaluator->patient->as_of, false};
    if (anchor == MAG_ANCHOR_AS_OF)
        return true;
    const mag_value moment = mag_evaluator_moment(evaluator, anchor);
    *reasons |= moment.bounds.unknown;
    *out = (mag_anchor){moment.at, moment.is_date_only};
    return moment.bounds.unknown == 0;
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

mag_lab_query mag_evaluator_lab_question(mag_evaluator *evaluator, const mag_operand *operand) {
    return (mag_lab_query){.patient = evaluator->patient,
                           .analyte = operand->analyte,
                           .worse = operand->worse,
                           .series = operand->series,
                           .filter = &operand->filter,
                           .with = operand->with,
                           .room = &evaluator->lab_room};
}

bool mag_evaluator_lab_query(mag_evaluator *evaluator, const mag_operand *operand,
                             mag_lab_query *query) {
    mag_unknown_set reasons;
    *query = mag_evaluator_lab_question(evaluator, operand);
    return mag_evaluator_period(evaluator, operand, &query->period, &reasons);
}

mag_drug_query mag_evaluator_drug_query(mag_evaluator *evaluator, const mag_operand *operand) {
    return (mag_drug_query){.patient = evaluator->patient,
                            .members = operand->members,
                            .member_count = operand->member_count,
                            .room = &evaluator->room};
}

mag_drug_query mag_evaluator_other_query(mag_evaluator *evaluator, const mag_operand *operand) {
    return (mag_drug_query){.patient = evaluator->patient,
                            .members = operand->other_members,
                            .member_count = operand->other_member_count,
                            .room = &evaluator->room};
}

static mag_eval_function *const functions[] = {
#define MAG_OPERAND(name, text, arguments, value, function) mag_eval_##function,
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
