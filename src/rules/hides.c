/* Which flags stand behind others. Hiding is transitive: what a hidden flag hides stands behind the
   visible one at the top. */
#include "rules/evaluator.h"

enum { SAMPLES_MAX = 16 };

/* The results that decided one flag. */
typedef struct samples {
    const mag_evaluator *evaluator;
    const mag_lab *labs[SAMPLES_MAX];
    size_t count;
} samples;

static void keep_sample(void *context, const mag_node *operand, const mag_node *against,
                        mag_truth truth) {
    samples *to = context;
    (void)against;
    (void)truth;
    const mag_lab *lab = to->evaluator->values[operand->operand].lab;
    if (lab != NULL && to->count < SAMPLES_MAX)
        to->labs[to->count++] = lab;
}

static samples samples_of(mag_evaluator *evaluator, size_t rule_idx) {
    samples all = {.evaluator = evaluator};
    const mag_rule *rule = &evaluator->pack->rules[rule_idx];
    const mag_decision decision = mag_evaluator_decide(evaluator, rule);
    mag_evaluator_visit(evaluator, rule, &decision, keep_sample, &all);
    return all;
}

/* Specimen = its id if there is one, else same minute. */
static bool is_same_specimen(const mag_timeline *patient, const mag_lab *a, const mag_lab *b) {
    const uint64_t specimen_a = patient->specimens[a - patient->labs];
    const uint64_t specimen_b = patient->specimens[b - patient->labs];
    return a == b || a->minute == b->minute || (specimen_a != 0 && specimen_a == specimen_b);
}

static bool shares_a_sample(mag_evaluator *evaluator, size_t rule_a, size_t rule_b) {
    const samples a = samples_of(evaluator, rule_a);
    const samples b = samples_of(evaluator, rule_b);
    for (size_t i = 0; i < a.count; i++)
        for (size_t j = 0; j < b.count; j++)
            if (is_same_specimen(evaluator->patient, a.labs[i], b.labs[j]))
                return true;
    return false;
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
        if (by != hidden && hides(evaluator, outcomes, by, hidden) &&
            (found < 0 || outcomes[by].severity > outcomes[found].severity) &&
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
