/* Which flags stand behind "repeat sample": those that rest on a sample drawn into EDTA (clinical
   rules H03 a). The rule that says so must be flagged for that very sample: its suspect(edta ...)
   covers the time of it. */
#include "rules/evaluator.h"

/* Does the hiding rule say so of the time of `lab`? */
typedef struct search {
    mag_evaluator *evaluator;
    size_t hider;
    const mag_lab *lab;
    bool is_found;
} search;

static void find_period(void *context, const mag_node *node, const mag_node *against,
                        mag_truth truth) {
    search *of = context;
    (void)against;
    const mag_operand *operand = &of->evaluator->pack->operands[node->operand];
    mag_period period;
    mag_unknown_set reasons;
    const bool is_edta =
        operand->kind == MAG_OPERAND_SUSPECT && (operand->words >> MAG_SUSPECT_EDTA & 1) != 0;
    if (is_edta && truth.is == MAG_TRUE &&
        mag_evaluator_period(of->evaluator, operand, &period, &reasons) &&
        mag_period_holds(&period, of->lab->minute, mag_lab_has(of->lab, MAG_LAB_DATE_ONLY)))
        of->is_found = true;
}

static void find_suspect(void *context, const mag_node *node, const mag_node *against,
                         mag_truth truth) {
    search *of = context;
    (void)against;
    (void)truth;
    of->lab = mag_evaluator_operand(of->evaluator, node->operand)->lab;
    if (of->lab != NULL && mag_lab_has(of->lab, MAG_LAB_SUSPECT))
        mag_evaluator_visit_rule(of->evaluator, of->hider, find_period, of);
}

int mag_outcomes_suspect_hider(mag_evaluator *evaluator, const mag_outcome *outcomes,
                               size_t hidden) {
    for (size_t by = 0; by < evaluator->pack->rule_count; by++) {
        const mag_rule *rule = &evaluator->pack->rules[by];
        if (outcomes[by].kind != MAG_FLAGGED || !rule->hides_suspect_samples || by == hidden ||
            rule->facts.status != MAG_RULE_ACTIVE)
            continue;
        search of = {.evaluator = evaluator, .hider = by};
        mag_evaluator_visit_rule(evaluator, hidden, find_suspect, &of);
        if (of.is_found)
            return (int)by;
    }
    return -1;
}
