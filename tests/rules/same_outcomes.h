/* Both evaluators on the same patients: what the masks of a block say must be what the plain
   evaluator says, in every field. */
#ifndef MAG_TESTS_RULES_SAME_OUTCOMES_H
#define MAG_TESTS_RULES_SAME_OUTCOMES_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "rules/block.h"

#include <stdio.h>

static inline bool is_same_outcome(const mag_outcome *a, const mag_outcome *b) {
    return a->kind == b->kind && a->severity == b->severity &&
           a->severity_before == b->severity_before && a->could_be == b->could_be &&
           a->reasons == b->reasons && a->hidden_by == b->hidden_by;
}

static inline void outcome_words(const mag_outcome *outcome, char *out, size_t nbytes) {
    char reasons[MAG_UNKNOWN_TEXT_NBYTES];
    mag_unknown_set_text(outcome->reasons, reasons);
    (void)snprintf(out, nbytes, "%s %s (before %s, could be %s) {%s} hidden by %d",
                   mag_outcome_name(outcome->kind), mag_severity_name(outcome->severity),
                   mag_severity_name(outcome->severity_before),
                   mag_severity_name(outcome->could_be), reasons, outcome->hidden_by);
}

/* Fails with the first rule that comes out otherwise. */
static inline void expect_same_outcomes(const mag_pack *pack, const mag_outcome *plain,
                                        const mag_outcome *compiled) {
    for (size_t i = 0; i < mag_pack_rule_count(pack); i++) {
        char wanted[256], got[256];
        if (is_same_outcome(&plain[i], &compiled[i]))
            continue;
        outcome_words(&plain[i], wanted, sizeof wanted);
        outcome_words(&compiled[i], got, sizeof got);
        fail_msg("rule %s: compiled %s, plain %s", mag_pack_rule(pack, i)->id, got, wanted);
    }
}

#endif
