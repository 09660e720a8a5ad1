/* The shipped pack judged on a world of one patient. */
#ifndef MAG_TESTS_RULES_JUDGE_H
#define MAG_TESTS_RULES_JUDGE_H

#include "world.h"

#include "io/embedded.h"
#include "rules/evaluate.h"
#include "same_outcomes.h"

#include <stdlib.h>
#include <string.h>

typedef struct judge {
    world in;
    const mag_pack *pack;
    mag_evaluator *evaluator;
    mag_block *block;
    mag_outcome *outcomes;
} judge;

static inline void judge_begin_with(judge *of, const char *pack_text) {
    mag_error err = {0};
    world_begin(&of->in);
    if (mag_pack_load(of->in.arena, "test.yaml", mag_span_of(pack_text), NULL, 0, 0, &of->pack,
                      &err) != MAG_OK)
        fail_msg("%s", err.text);
    assert_int_equal(mag_evaluator_new(&of->evaluator, of->pack, &of->in.account, &err), MAG_OK);
    assert_int_equal(mag_block_new(&of->block, of->pack, &of->in.account, &err), MAG_OK);
    of->outcomes =
        mag_arena_alloc(of->in.arena, mag_pack_rule_count(of->pack) * sizeof *of->outcomes);
    assert_non_null(of->outcomes);
}

static inline void judge_begin(judge *of) {
    mag_span text;
    assert_true(mag_embedded_find("pipelines/packs/magnesium-safety.yaml", &text));
    char *copy = malloc(text.nbytes + 1);
    assert_non_null(copy);
    memcpy(copy, text.at, text.nbytes);
    copy[text.nbytes] = '\0';
    judge_begin_with(of, copy);
    free(copy);
}

static inline void judge_end(judge *of) {
    mag_block_free(of->block);
    mag_evaluator_free(of->evaluator);
    world_end(&of->in);
}

/* Both evaluators must agree. */
static inline void judge_patient(judge *of) {
    mag_error err = {0};
    if (mag_evaluate(of->evaluator, &of->in.patient, of->outcomes, &err) != MAG_OK)
        fail_msg("%s", err.text);
    if (mag_block_evaluate(of->block, &of->in.patient, 1, &err) != MAG_OK)
        fail_msg("%s", err.text);
    expect_same_outcomes(of->pack, of->outcomes, mag_block_outcomes(of->block, 0));
}

static inline const mag_outcome *judge_outcome(const judge *of, const char *rule_id) {
    const int rule_idx = mag_pack_find_rule(of->pack, rule_id);
    if (rule_idx < 0)
        fail_msg("no rule %s", rule_id);
    return &of->outcomes[rule_idx];
}

/* "critical", "clear", "cannot_tell missing", "high hidden by A01" */
static inline void judge_text(const judge *of, const char *rule_id, char out[160]) {
    const mag_outcome *outcome = judge_outcome(of, rule_id);
    char reasons[MAG_UNKNOWN_TEXT_NBYTES];
    mag_unknown_set_text(outcome->reasons, reasons);
    const char *word = outcome->kind == MAG_FLAGGED ? mag_severity_name(outcome->severity)
                                                    : mag_outcome_name(outcome->kind);
    const char *by =
        outcome->hidden_by < 0 ? "" : mag_pack_rule(of->pack, (size_t)outcome->hidden_by)->id;
    (void)snprintf(out, 160, "%s%s%s%s%s", word, reasons[0] ? " " : "", reasons,
                   by[0] ? " hidden by " : "", by);
}

static inline void judge_expect(const judge *of, const char *rule_id, const char *wanted) {
    char got[160];
    judge_text(of, rule_id, got);
    if (strcmp(got, wanted) != 0)
        fail_msg("%s: %s, wanted %s", rule_id, got, wanted);
}

#endif
