/* The outcome of a rule for a patient: denominator, trigger, tier, adjustment. */
#include "rules/evaluate.h"
#include "rules/evaluator.h"
#include "rules/operand_person.h"

#include <string.h>

enum { ADULT_YEARS = 18 };

const char *mag_outcome_name(mag_outcome_kind kind) {
    switch (kind) {
    case MAG_NOT_APPLICABLE:
        return "not_applicable";
    case MAG_CLEAR:
        return "clear";
    case MAG_FLAGGED:
        return "flagged";
    case MAG_CANNOT_TELL:
        return "cannot_tell";
    case MAG_NOT_EVALUATED:
        break;
    }
    return "not_evaluated";
}

const char *mag_unknown_name(mag_unknown reason) {
    static const char *const names[MAG_UNKNOWN_COUNT] = {
#define MAG_UNKNOWN(name, text, label) [MAG_UNKNOWN_##name] = text,
#include "rules/unknown.def"
#undef MAG_UNKNOWN
    };
    return names[reason];
}

void mag_unknown_set_text(mag_unknown_set reasons, char out[MAG_UNKNOWN_TEXT_NBYTES]) {
    out[0] = '\0';
    size_t nbytes = 0;
    while (reasons != 0) {
        int first = -1;
        for (int i = 0; i < MAG_UNKNOWN_COUNT; i++)
            if (reasons >> i & 1 && (first < 0 || strcmp(mag_unknown_name((mag_unknown)i),
                                                         mag_unknown_name((mag_unknown)first)) < 0))
                first = i;
        if (first < 0)
            return;
        reasons &= ~mag_unknown_bit((mag_unknown)first);
        const char *name = mag_unknown_name((mag_unknown)first);
        const size_t name_nbytes = strlen(name);
        if (nbytes > 0)
            out[nbytes++] = ',';
        memcpy(out + nbytes, name, name_nbytes + 1);
        nbytes += name_nbytes;
    }
}

/* --- lifetime ----------------------------------------------------------------------------- */

mag_status mag_evaluator_new(mag_evaluator **out, const mag_pack *pack, mag_account *account,
                             mag_error *err) {
    mag_arena *tables = mag_arena_new(account);
    if (tables == NULL)
        return mag_fail_memory(err, sizeof(mag_evaluator));
    mag_evaluator *evaluator = mag_arena_alloc(tables, sizeof *evaluator);
    const size_t count = pack->operand_count;
    /* behind the values the samples */
    mag_value *values =
        mag_arena_alloc(tables, (count + 1) * (sizeof *values + sizeof(const mag_lab *)));
    bool *has_value = mag_arena_alloc(tables, (count + 1) * sizeof *has_value);
    mag_arena *texts = mag_arena_new(account);
    if (evaluator == NULL || values == NULL || has_value == NULL || texts == NULL) {
        mag_arena_free(texts);
        mag_arena_free(tables);
        return mag_fail_memory(err, count * sizeof *values);
    }
    *evaluator = (mag_evaluator){.pack = pack,
                                 .account = account,
                                 .tables = tables,
                                 .texts = texts,
                                 .values = values,
                                 .has_value = has_value,
                                 .samples = (const mag_lab **)(values + count + 1)};
    *out = evaluator;
    return MAG_OK;
}

void mag_evaluator_free(mag_evaluator *evaluator) {
    if (evaluator == NULL)
        return;
    mag_drug_room_done(&evaluator->room, evaluator->account);
    mag_lab_room_done(&evaluator->lab_room, evaluator->account);
    mag_arena_free(evaluator->texts);
    mag_arena_free(evaluator->tables);
}

mag_status mag_evaluator_begin(mag_evaluator *evaluator, const mag_timeline *patient,
                               mag_error *err) {
    evaluator->patient = patient;
    memset(evaluator->has_value, 0, evaluator->pack->operand_count * sizeof(bool));
    MAG_TRY(mag_lab_room_reserve(&evaluator->lab_room, evaluator->account, patient, err));
    return mag_drug_room_reserve(&evaluator->room, evaluator->account, patient, err);
}

/* --- one rule ----------------------------------------------------------------------------- */

mag_truth mag_evaluator_population(const mag_timeline *patient) {
    if (patient->as_of == MAG_MINUTE_NONE || !mag_person_is_alive(patient->person, patient->as_of))
        return mag_truth_of(false);
    const mag_value age = mag_person_age_value(patient, patient->as_of);
    const mag_bounds adult = mag_bounds_exact(ADULT_YEARS);
    const mag_truth is_adult = mag_bounds_compare(&age.bounds, MAG_IS_AT_LEAST, &adult);
    if (!mag_person_may_be_dead(patient->person))
        return is_adult;
    return mag_truth_and(is_adult, mag_truth_unknown(mag_unknown_bit(MAG_UNKNOWN_DEMOGRAPHIC)));
}

static mag_severity lesser(mag_severity a, mag_severity b) {
    return a < b ? a : b;
}

mag_severity mag_severity_adjusted(mag_severity severity, const mag_adjust *adjust) {
    int to = (int)severity + adjust->steps;
    if (to < MAG_SEVERITY_INFO)
        to = MAG_SEVERITY_INFO;
    if (to > MAG_SEVERITY_CRITICAL)
        to = MAG_SEVERITY_CRITICAL;
    const mag_severity floor = lesser(severity, adjust->not_below);
    return (mag_severity)to < floor ? floor : (mag_severity)to;
}

/* The first tier that holds; the worst that was passed over as unknown becomes could_be, and what
   adjusts the severity adjusts both. */
static void find_tier(mag_evaluator *evaluator, const mag_rule *rule, mag_decision *decision) {
    mag_severity passed_over = MAG_SEVERITY_NONE;
    for (size_t i = 0; i < rule->tier_count && decision->tier == NULL; i++) {
        const mag_tier *tier = &rule->tiers[i];
        const mag_truth holds =
            tier->when == NULL ? mag_truth_of(true) : mag_evaluator_truth(evaluator, tier->when);
        if (holds.is == MAG_TRUE)
            decision->tier = tier;
        else if (holds.is == MAG_UNDECIDED && tier->severity > passed_over)
            passed_over = tier->severity;
    }
    mag_outcome *outcome = &decision->outcome;
    if (decision->tier == NULL)
        return;
    outcome->severity_before = decision->tier->severity;
    outcome->severity = outcome->severity_before;
    for (size_t i = 0; i < rule->adjust_count; i++) {
        if (mag_evaluator_truth(evaluator, rule->adjusts[i].when).is != MAG_TRUE)
            continue;
        outcome->severity = mag_severity_adjusted(outcome->severity, &rule->adjusts[i]);
        if (passed_over != MAG_SEVERITY_NONE)
            passed_over = mag_severity_adjusted(passed_over, &rule->adjusts[i]);
    }
    if (passed_over != outcome->severity)
        outcome->could_be = passed_over;
}

/* Of a denominator that is not false. */
static mag_outcome_kind outcome_of(mag_truth among, mag_truth when) {
    if (among.is == MAG_UNDECIDED)
        return when.is == MAG_FALSE ? MAG_NOT_APPLICABLE : MAG_CANNOT_TELL;
    if (when.is == MAG_UNDECIDED)
        return MAG_CANNOT_TELL;
    return when.is == MAG_TRUE ? MAG_FLAGGED : MAG_CLEAR;
}

static bool lacks_a_source(const mag_evaluator *evaluator, const mag_rule *rule) {
    return rule->facts.requires_conditions &&
           !mag_cohort_has_conditions(evaluator->patient->cohort);
}

/* Sources are no people; `adults or unknown` takes in whoever may be one. */
static mag_truth population_of(const mag_evaluator *evaluator, const mag_rule *rule) {
    if (rule->scope == MAG_SCOPE_SOURCE)
        return mag_truth_of(true);
    const mag_truth population = mag_evaluator_population(evaluator->patient);
    const bool is_wide = rule->population == MAG_ADULTS_OR_UNKNOWN;
    return is_wide && population.is == MAG_UNDECIDED ? mag_truth_of(true) : population;
}

mag_decision mag_evaluator_decide(mag_evaluator *evaluator, const mag_rule *rule) {
    mag_decision decision = {.outcome = {.kind = MAG_NOT_APPLICABLE, .hidden_by = -1}};
    decision.population = population_of(evaluator, rule);
    if (decision.population.is == MAG_FALSE)
        return decision;
    if (lacks_a_source(evaluator, rule)) {
        decision.outcome.kind = MAG_NOT_EVALUATED;
        return decision;
    }
    decision.among = mag_evaluator_truth(evaluator, rule->among);
    if (rule->except != NULL)
        decision.except = mag_evaluator_truth(evaluator, rule->except);
    const mag_truth among = mag_truth_and(decision.population, decision.among);
    if (among.is == MAG_FALSE || decision.except.is == MAG_TRUE)
        return decision;
    decision.when = mag_evaluator_truth(evaluator, rule->when);
    mag_outcome *outcome = &decision.outcome;
    outcome->kind = outcome_of(among, decision.when);
    if (outcome->kind == MAG_CANNOT_TELL)
        outcome->reasons = among.reasons | decision.when.reasons;
    if (outcome->kind == MAG_FLAGGED)
        find_tier(evaluator, rule, &decision);
    return decision;
}

void mag_evaluator_visit(mag_evaluator *evaluator, const mag_rule *rule,
                         const mag_decision *decision, mag_visit *visit, void *context) {
    const mag_outcome_kind kind = decision->outcome.kind;
    if (kind == MAG_NOT_EVALUATED || decision->population.is == MAG_FALSE)
        return;
    const bool is_excepted = kind == MAG_NOT_APPLICABLE && decision->except.is == MAG_TRUE;
    const bool is_decided = kind == MAG_FLAGGED || kind == MAG_CLEAR;
    if (is_excepted) {
        mag_evaluator_visit_node(evaluator, rule->except, visit, context);
        return;
    }
    if (is_decided || (kind == MAG_CANNOT_TELL && decision->among.is == MAG_UNDECIDED) ||
        (kind == MAG_NOT_APPLICABLE && decision->among.is == MAG_FALSE))
        mag_evaluator_visit_node(evaluator, rule->among, visit, context);
    if (is_decided || (kind == MAG_CANNOT_TELL && decision->when.is == MAG_UNDECIDED) ||
        (kind == MAG_NOT_APPLICABLE && decision->among.is != MAG_FALSE))
        mag_evaluator_visit_node(evaluator, rule->when, visit, context);
    if (kind == MAG_FLAGGED && decision->tier != NULL && decision->tier->when != NULL)
        mag_evaluator_visit_node(evaluator, decision->tier->when, visit, context);
}

void mag_evaluator_visit_rule(mag_evaluator *evaluator, size_t rule_idx, mag_visit *visit,
                              void *context) {
    const mag_rule *rule = &evaluator->pack->rules[rule_idx];
    const mag_decision decision = mag_evaluator_decide(evaluator, rule);
    mag_evaluator_visit(evaluator, rule, &decision, visit, context);
}

/* --- all rules ---------------------------------------------------------------------------- */

bool mag_rule_is_in_force(const mag_rule *rule) {
    return rule->facts.status == MAG_RULE_ACTIVE || rule->facts.status == MAG_RULE_STAGING;
}

mag_status mag_evaluate(mag_evaluator *evaluator, const mag_timeline *patient,
                        mag_outcome *outcomes, mag_error *err) {
    const mag_pack *pack = evaluator->pack;
    const mag_outcome nothing = {.kind = MAG_NOT_APPLICABLE, .hidden_by = -1};
    const mag_outcome of_no_patient = {.kind = MAG_NOT_EVALUATED, .hidden_by = -1};
    MAG_TRY(mag_evaluator_begin(evaluator, patient, err));
    for (size_t i = 0; i < pack->rule_count; i++) {
        const mag_rule *rule = &pack->rules[i];
        outcomes[i] = !mag_rule_is_in_force(rule) ? nothing
                      : rule->scope == MAG_SCOPE_SOURCE
                          ? of_no_patient
                          : mag_evaluator_decide(evaluator, rule).outcome;
    }
    mag_outcomes_hide(evaluator, outcomes);
    return MAG_OK;
}
