/* Which flags stand behind others. Hiding is transitive: what a hidden flag hides stands behind the
   visible one at the top. */
#include "rules/evaluator.h"
#include "rules/operand_series.h"

/* The results that decided a rule, each once, against those that decided another. */
typedef struct search {
    mag_evaluator *evaluator;
    size_t count; /* of evaluator->samples */
    bool is_found;
} search;

static const mag_lab *lab_of(const search *of, const mag_node *operand) {
    return mag_evaluator_operand(of->evaluator, operand->operand)->lab;
}

static void keep_sample(void *context, const mag_node *operand, const mag_node *against,
                        mag_truth truth) {
    search *of = context;
    (void)against;
    (void)truth;
    const mag_lab *lab = lab_of(of, operand);
    for (size_t i = 0; i < of->count; i++)
        if (of->evaluator->samples[i] == lab)
            return;
    if (lab != NULL)
        of->evaluator->samples[of->count++] = lab;
}

static void find_shared(void *context, const mag_node *operand, const mag_node *against,
                        mag_truth truth) {
    search *of = context;
    (void)against;
    (void)truth;
    const mag_lab *lab = lab_of(of, operand);
    for (size_t i = 0; lab != NULL && i < of->count; i++)
        of->is_found |=
            mag_lab_is_one_specimen(of->evaluator->patient, of->evaluator->samples[i], lab);
}

static bool shares_a_sample(mag_evaluator *evaluator, size_t rule_a, size_t rule_b) {
    search of = {.evaluator = evaluator};
    mag_evaluator_visit_rule(evaluator, rule_b, keep_sample, &of);
    mag_evaluator_visit_rule(evaluator, rule_a, find_shared, &of);
    return of.is_found;
}

static bool is_flagged_and_active(mag_evaluator *evaluator, const mag_outcome *outcomes,
                                  size_t rule_idx) {
    return outcomes[rule_idx].kind == MAG_FLAGGED &&
           evaluator->pack->rules[rule_idx].facts.status == MAG_RULE_ACTIVE;
}

/* A condition that is unknown does not hide. */
static bool hide_applies(mag_evaluator *evaluator, const mag_outcome *outcomes, size_t by,
                         const mag_hide *hide) {
    const size_t hidden = (size_t)hide->rule;
    if (hide->at_most != MAG_SEVERITY_NONE && outcomes[hidden].severity > hide->at_most)
        return false;
    if (hide->when != NULL && mag_evaluator_truth(evaluator, hide->when).is != MAG_TRUE)
        return false;
    return !hide->is_same_sample || shares_a_sample(evaluator, by, hidden);
}

/* Does rule `by`, flagged, hide the flag of rule `hidden`? */
static bool hides(mag_evaluator *evaluator, const mag_outcome *outcomes, size_t by, size_t hidden) {
    const mag_rule *rule = &evaluator->pack->rules[by];
    if (!is_flagged_and_active(evaluator, outcomes, by))
        return false;
    for (size_t i = 0; i < rule->hide_count; i++)
        if (rule->hides[i].rule == (int16_t)hidden &&
            hide_applies(evaluator, outcomes, by, &rule->hides[i]))
            return true;
    return false;
}

/* The rule that hides `hidden` directly; the worst one, then the first. -1 if none. A suspect
   sample comes before everything else, and a flag that rests on one hides no flag that does not. */
static int hider_of(mag_evaluator *evaluator, const mag_outcome *outcomes, size_t hidden) {
    int found = mag_outcomes_suspect_hider(evaluator, outcomes, hidden);
    if (found >= 0)
        return found;
    for (size_t by = 0; by < evaluator->pack->rule_count; by++)
        if (by != hidden && (found < 0 || outcomes[by].severity > outcomes[found].severity) &&
            hides(evaluator, outcomes, by, hidden) &&
            mag_outcomes_suspect_hider(evaluator, outcomes, by) < 0)
            found = (int)by;
    return found;
}

void mag_outcomes_hide(mag_evaluator *evaluator, mag_outcome *outcomes) {
    const size_t count = evaluator->pack->rule_count;
    for (size_t i = 0; i < count; i++) {
        if (outcomes[i].kind != MAG_FLAGGED)
            continue;
        int top = -1;
        /* a pack's hides have no circle and nothing hides the rule of suspect samples, so the climb
           ends within `count` steps */
        for (int next = hider_of(evaluator, outcomes, i); next >= 0;
             next = hider_of(evaluator, outcomes, (size_t)next))
            top = next;
        outcomes[i].hidden_by = (int16_t)top;
    }
}
