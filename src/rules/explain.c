/* The words that go with an outcome: deciding facts, notes, what could not be told. */
#include "rules/evaluator.h"
#include "rules/fact.h"

#include <string.h>

/* Phrases joined as they come, in the arena of the explanation. */
typedef struct phrases {
    mag_evaluator *evaluator;
    const char *text; /* "" to begin with; NULL: memory is out */
} phrases;

static void say(phrases *to, const char *phrase) {
    if (to->text == NULL || phrase == NULL)
        to->text = NULL;
    else if (!mag_phrase_is_said(to->text, phrase, "; "))
        to->text =
            MAG_ARENA_JOIN(to->evaluator->texts, to->text, to->text[0] == '\0' ? "" : "; ", phrase);
}

/* "diabetes or ckd" of an operand about conditions, "latest(magnesium within 30 days)" of a sample,
   else the operand by its name. */
static const char *subject_of(mag_evaluator *evaluator, const mag_node *node) {
    const mag_operand *operand = &evaluator->pack->operands[node->operand];
    if (operand->dimension == MAG_DIM_RESULT)
        return operand->text;
    if (operand->kind != MAG_OPERAND_HAS)
        return node->shown;
    const char *text = NULL;
    for (int i = 0; i < MAG_CONDITION_COUNT; i++) {
        if ((operand->conditions >> i & 1) == 0)
            continue;
        const char *name = mag_condition_name((mag_condition)i);
        text = text == NULL ? name : MAG_ARENA_JOIN(evaluator->texts, text, " or ", name);
        if (text == NULL)
            return NULL;
    }
    return text;
}

/* A kind of unknown, and the phrases that list its operands. */
typedef struct unknowns {
    phrases *to;
    const char *kind; /* "exception_unknown"; NULL: the detail of cannot_tell */
} unknowns;

static void say_unknown(void *context, const mag_node *operand, const mag_node *against,
                        mag_truth truth) {
    const unknowns *all = context;
    mag_evaluator *evaluator = all->to->evaluator;
    (void)against;
    if (truth.is != MAG_UNDECIDED)
        return;
    const char *reasons = mag_fact_reasons(evaluator->texts, truth.reasons);
    const char *subject = subject_of(evaluator, operand);
    if (reasons == NULL || subject == NULL)
        all->to->text = NULL;
    else if (all->kind == NULL)
        say(all->to, MAG_ARENA_JOIN(evaluator->texts, subject, ": ", reasons));
    else
        say(all->to,
            MAG_ARENA_JOIN(evaluator->texts, all->kind, ": ", subject, " (", reasons, ")"));
}

static void say_unknowns(phrases *to, const char *kind, const mag_node *node) {
    unknowns all = {to, kind};
    if (mag_evaluator_truth(to->evaluator, node).is == MAG_UNDECIDED)
        mag_evaluator_visit_node(to->evaluator, node, say_unknown, &all);
}

/* Every known() of a condition whose inside is unknown and therefore counts as false. */
static void say_not_known(phrases *to, const mag_node *node) {
    if (node->kind == MAG_NODE_KNOWN)
        say_unknowns(to, "not_known", node->children[0]);
    for (size_t i = 0; i < node->child_count; i++)
        say_not_known(to, node->children[i]);
}

static void say_rule_notes(phrases *to, const mag_rule *rule) {
    for (size_t i = 0; i < rule->note_count; i++) {
        if (mag_evaluator_truth(to->evaluator, rule->notes[i].when).is == MAG_TRUE)
            say(to, rule->notes[i].name);
    }
}

static const char *notes_of(mag_evaluator *evaluator, const mag_rule *rule,
                            const mag_decision *decision) {
    phrases notes = {evaluator, ""};
    const mag_outcome_kind kind = decision->outcome.kind;
    if (kind == MAG_NOT_APPLICABLE || kind == MAG_NOT_EVALUATED)
        return notes.text;
    say_rule_notes(&notes, rule);
    if (rule->except != NULL)
        say_unknowns(&notes, "exception_unknown", rule->except);
    say_not_known(&notes, rule->among);
    say_not_known(&notes, rule->when);
    if (kind == MAG_FLAGGED)
        for (size_t i = 0; i < rule->adjust_count; i++)
            say_unknowns(&notes, "adjust_unknown", rule->adjusts[i].when);
    return notes.text;
}

static const char *detail_of(mag_evaluator *evaluator, const mag_rule *rule,
                             const mag_decision *decision) {
    phrases detail = {evaluator, ""};
    unknowns all = {&detail, NULL};
    if (decision->outcome.kind != MAG_CANNOT_TELL)
        return detail.text;
    if (decision->population.is == MAG_UNDECIDED)
        say(&detail, "age: demographic");
    mag_evaluator_visit(evaluator, rule, decision, say_unknown, &all);
    return detail.text;
}

static bool is_about_population(const mag_decision *decision) {
    return decision->population.is == MAG_FALSE ||
           (decision->population.is == MAG_UNDECIDED && decision->outcome.kind == MAG_CANNOT_TELL);
}

mag_status mag_explain_rule(mag_evaluator *evaluator, const mag_timeline *patient, size_t rule_idx,
                            mag_explanation *out, mag_error *err) {
    MAG_TRY(mag_evaluator_begin(evaluator, patient, err));
    return mag_explain_here(evaluator, rule_idx, out, err);
}

mag_status mag_explain_detail(mag_evaluator *evaluator, size_t rule_idx, mag_explanation *out,
                              mag_error *err) {
    const mag_rule *rule = &evaluator->pack->rules[rule_idx];
    mag_arena_reset(evaluator->texts);
    const mag_decision decision = mag_evaluator_decide(evaluator, rule);
    *out = (mag_explanation){
        .outcome = decision.outcome, .notes = "", .detail = detail_of(evaluator, rule, &decision)};
    return out->detail == NULL ? mag_fail_memory(err, sizeof(mag_fact)) : MAG_OK;
}

mag_status mag_explain_here(mag_evaluator *evaluator, size_t rule_idx, mag_explanation *out,
                            mag_error *err) {
    const mag_rule *rule = &evaluator->pack->rules[rule_idx];
    const mag_timeline *patient = evaluator->patient;
    mag_arena_reset(evaluator->texts);
    const mag_decision decision = mag_evaluator_decide(evaluator, rule);
    mag_fact_list list = {.evaluator = evaluator, .arena = evaluator->texts};
    if (is_about_population(&decision) && patient->as_of != MAG_MINUTE_NONE)
        mag_fact_add_population(&list, decision.population);
    mag_evaluator_visit(evaluator, rule, &decision, mag_fact_add, &list);
    *out = (mag_explanation){.outcome = decision.outcome,
                             .facts = list.facts,
                             .fact_count = list.count,
                             .notes = notes_of(evaluator, rule, &decision),
                             .detail = detail_of(evaluator, rule, &decision)};
    if (list.is_out_of_memory || out->notes == NULL || out->detail == NULL)
        return mag_fail_memory(err, sizeof(mag_fact));
    return MAG_OK;
}
