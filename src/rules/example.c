/* Runs the examples of a pack: each in a world of its own, against its rule alone. */
#include "rules/example.h"

#include "rules/evaluator.h"
#include "rules/fact.h"

typedef struct runner {
    mag_arena *arena; /* of the results */
    const mag_pack *pack;
    const mag_codebook *book;
    mag_evaluator *evaluator;
} runner;

static bool meets(const mag_example *example, const mag_outcome *outcome) {
    if (outcome->kind != example->expected)
        return false;
    if (outcome->kind == MAG_FLAGGED)
        return outcome->severity == example->severity;
    return outcome->kind != MAG_CANNOT_TELL || example->reasons == 0 ||
           outcome->reasons == example->reasons;
}

/* "high", "clear", "cannot_tell missing" */
static const char *outcome_text(mag_arena *arena, const mag_outcome *outcome) {
    if (outcome->kind == MAG_FLAGGED)
        return mag_severity_name(outcome->severity);
    if (outcome->kind != MAG_CANNOT_TELL)
        return mag_outcome_name(outcome->kind);
    const char *reasons = mag_fact_reasons(arena, outcome->reasons);
    return reasons == NULL ? NULL : mag_arena_format(arena, "cannot_tell %s", reasons);
}

static const char *or_empty(const char *text) {
    return text == NULL ? "" : text;
}

/* "latest(magnesium) 0.55 mmol/L (limit 0.70 mmol/L); active(LOOP) Lasix" */
static const char *facts_text(mag_arena *arena, const mag_explanation *of) {
    const char *text = of->detail;
    for (size_t i = 0; i < of->fact_count && text != NULL; i++) {
        const mag_fact *fact = &of->facts[i];
        const char *value = fact->kind == MAG_FACT_EXPOSURE ? fact->drug_name : fact->value;
        text = mag_arena_format(arena, "%s%s%s %s %s%s%s%s", text, text[0] == '\0' ? "" : "; ",
                                fact->operand, or_empty(value), or_empty(fact->unit),
                                fact->limit == NULL ? "" : " (limit ", or_empty(fact->limit),
                                fact->limit == NULL ? "" : ")");
    }
    return text == NULL ? NULL : mag_arena_text(arena, mag_span_of(text));
}

static mag_status judge(runner *in, const mag_cohort *cohort, size_t rule_idx,
                        const mag_example *example, mag_example_result *result, mag_error *err) {
    mag_timeline patient;
    mag_explanation explanation;
    if (!mag_example_patient(cohort, &patient))
        return mag_fail(err, MAG_E_INTERNAL, MAG_MSG_R504, "an example has lost its patient");
    MAG_TRY(mag_explain_rule(in->evaluator, &patient, rule_idx, &explanation, err));
    const mag_outcome *outcome = &explanation.outcome;
    *result = (mag_example_result){.rule_id = in->pack->rules[rule_idx].facts.id,
                                   .example = example->name,
                                   .passed = meets(example, outcome),
                                   .expected = example->expected_text,
                                   .got = outcome_text(in->arena, outcome),
                                   .why = ""};
    if (!result->passed)
        result->why = facts_text(in->arena, &explanation);
    if (result->got == NULL || result->why == NULL)
        return mag_fail_memory(err, sizeof *result);
    return MAG_OK;
}

static mag_status run_one(runner *in, size_t rule_idx, const mag_example *example,
                          mag_example_result *result, mag_error *err) {
    mag_cohort *cohort;
    MAG_TRY(mag_example_cohort(in->pack->file, example, in->book, in->evaluator->account, &cohort,
                               err));
    const mag_status status = judge(in, cohort, rule_idx, example, result, err);
    mag_cohort_free(cohort);
    return status;
}

size_t mag_pack_example_count(const mag_pack *pack, size_t rule_idx) {
    return pack->rules[rule_idx].example_count;
}

mag_status mag_examples_run_rule(mag_arena *arena, mag_evaluator *evaluator,
                                 const mag_codebook *book, size_t rule_idx,
                                 mag_example_result *results, mag_error *err) {
    runner in = {.arena = arena, .pack = evaluator->pack, .book = book, .evaluator = evaluator};
    const mag_rule *rule = &in.pack->rules[rule_idx];
    for (size_t i = 0; i < rule->example_count; i++)
        MAG_TRY(run_one(&in, rule_idx, &rule->examples[i], &results[i], err));
    return MAG_OK;
}

mag_status mag_examples_run(mag_arena *arena, const mag_pack *pack, const mag_codebook *book,
                            const mag_example_result **results, size_t *count, mag_error *err) {
    size_t total = 0;
    for (size_t i = 0; i < pack->rule_count; i++)
        total += pack->rules[i].example_count;
    mag_example_result *all = mag_arena_alloc(arena, (total + 1) * sizeof *all);
    if (all == NULL)
        return mag_fail_memory(err, total * sizeof *all);
    mag_evaluator *evaluator;
    mag_status status = MAG_OK;
    MAG_TRY(mag_evaluator_new(&evaluator, pack, mag_arena_account(arena), err));
    *count = 0;
    for (size_t i = 0; i < pack->rule_count && status == MAG_OK; i++) {
        status = mag_examples_run_rule(arena, evaluator, book, i, all + *count, err);
        *count += pack->rules[i].example_count;
    }
    mag_evaluator_free(evaluator);
    *results = all;
    return status;
}
