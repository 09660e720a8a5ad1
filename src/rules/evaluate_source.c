/* Rules about sources: the evaluator of patients, with nobody in it. */
#include "rules/evaluator.h"

typedef struct noticed {
    const mag_pack *pack;
    mag_source_outcome *out;
} noticed;

static void notice(void *context, const mag_node *node, const mag_node *against, mag_truth truth) {
    const noticed *to = context;
    (void)against;
    (void)truth;
    const mag_operand_kind kind = to->pack->operands[node->operand].kind;
    to->out->rests_on_units |= kind == MAG_OPERAND_UNIT_SHARE;
    to->out->rests_on_drugs |= kind == MAG_OPERAND_UNMAPPED_DRUGS;
}

mag_status mag_evaluate_source(mag_evaluator *evaluator, const mag_cohort *cohort, size_t rule_idx,
                               mag_source_outcome *out, mag_error *err) {
    const mag_person nobody = {.died = MAG_MINUTE_OPEN};
    const mag_timeline sources = {
        .cohort = cohort, .person = &nobody, .as_of = mag_cohort_settings_of(cohort)->as_of};
    const mag_rule *rule = &evaluator->pack->rules[rule_idx];
    noticed to = {evaluator->pack, out};
    MAG_TRY(mag_evaluator_begin(evaluator, &sources, err));
    const mag_decision decision = mag_evaluator_decide(evaluator, rule);
    *out = (mag_source_outcome){.outcome = decision.outcome};
    mag_evaluator_visit(evaluator, rule, &decision, notice, &to);
    return MAG_OK;
}
