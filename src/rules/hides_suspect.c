/* Which flags stand behind "repeat sample": those that rest on a sample drawn into EDTA (clinical
   rules H03 a). The rule that says so must be flagged for that very sample: its suspect(edta ...)
   covers the time of it. */
#include "rules/evaluator.h"

enum { PERIODS_MAX = 4 };

/* When the hiding rule saw samples in EDTA. */
typedef struct edta_times {
    mag_evaluator *evaluator;
    mag_period periods[PERIODS_MAX];
    size_t count;
} edta_times;

static void keep_period(void *context, const mag_node *node, const mag_node *against,
                        mag_truth truth) {
    edta_times *to = context;
    (void)against;
    const mag_operand *operand = &to->evaluator->pack->operands[node->operand];
    mag_unknown_set reasons;
    const bool is_edta =
        operand->kind == MAG_OPERAND_SUSPECT && (operand->words >> MAG_SUSPECT_EDTA & 1) != 0;
    if (is_edta && truth.is == MAG_TRUE && to->count < PERIODS_MAX &&
        mag_evaluator_period(to->evaluator, operand, &to->periods[to->count], &reasons))
        to->count++;
}

typedef struct search {
    const edta_times *times;
    bool is_found;
} search;

static void find_suspect(void *context, const mag_node *node, const mag_node *against,
                         mag_truth truth) {
    search *to = context;
    (void)against;
    (void)truth;
    const mag_lab *lab = to->times->evaluator->values[node->operand].lab;
    if (lab == NULL || !mag_lab_has(lab, MAG_LAB_SUSPECT))
        return;
    for (size_t i = 0; i < to->times->count; i++)
        if (mag_period_holds(&to->times->periods[i], lab->minute,
                             mag_lab_has(lab, MAG_LAB_DATE_ONLY)))
            to->is_found = true;
}

static void visit_rule(mag_evaluator *evaluator, size_t rule_idx, mag_visit *visit, void *context) {
    const mag_rule *rule = &evaluator->pack->rules[rule_idx];
    const mag_decision decision = mag_evaluator_decide(evaluator, rule);
    mag_evaluator_visit(evaluator, rule, &decision, visit, context);
}

int mag_outcomes_suspect_hider(mag_evaluator *evaluator, const mag_outcome *outcomes,
                               size_t hidden) {
    for (size_t by = 0; by < evaluator->pack->rule_count; by++) {
        const mag_rule *rule = &evaluator->pack->rules[by];
        if (!rule->hides_suspect_samples || by == hidden || outcomes[by].kind != MAG_FLAGGED ||
            rule->facts.status != MAG_RULE_ACTIVE)
            continue;
        edta_times times = {.evaluator = evaluator};
        visit_rule(evaluator, by, keep_period, &times);
        search found = {&times, false};
        visit_rule(evaluator, hidden, find_suspect, &found);
        if (found.is_found)
            return (int)by;
    }
    return -1;
}
