/* Outcomes of the rules for a block: the masks of a rule's parts, then a word for each patient who
   is in its denominator. */
#include "rules/block.h"

#include "rules/block_state.h"

#include <string.h>

/* --- lifetime ----------------------------------------------------------------------------- */

static mag_status make_tables(mag_block *block, mag_error *err) {
    const size_t steps = block->program->step_count + 1;
    const size_t outcomes = MAG_BLOCK_PATIENTS * (block->pack->rule_count + 1);
    block->bits = mag_arena_alloc(block->tables, steps * sizeof *block->bits);
    block->bare = mag_arena_alloc(block->tables, steps * sizeof *block->bare);
    block->outcomes = mag_arena_alloc(block->tables, 2 * outcomes * sizeof *block->outcomes);
    if (block->bits == NULL || block->bare == NULL || block->outcomes == NULL)
        return mag_fail_memory(err, outcomes * sizeof *block->outcomes);
    block->no_outcomes = block->outcomes + outcomes;
    for (size_t i = 0; i < outcomes; i++)
        block->no_outcomes[i] = (mag_outcome){.kind = MAG_NOT_APPLICABLE, .hidden_by = -1};
    for (unsigned analyte = 0; analyte < MAG_ANALYTE_COUNT; analyte++)
        block->book |= (uint64_t)mag_analyte_of((mag_analyte)analyte)->is_code_book_item << analyte;
    for (size_t i = 0; i < MAG_BLOCK_PATIENTS; i++)
        MAG_TRY(mag_evaluator_new(&block->plain[i], block->pack, block->account, err));
    return MAG_OK;
}

mag_status mag_block_new(mag_block **out, const mag_pack *pack, mag_account *account,
                         mag_error *err) {
    mag_arena *tables = mag_arena_new(account);
    mag_block *block = tables == NULL ? NULL : mag_arena_alloc(tables, sizeof *block);
    if (block == NULL) {
        mag_arena_free(tables);
        return mag_fail_memory(err, sizeof *block);
    }
    *block =
        (mag_block){.pack = pack, .program = pack->program, .account = account, .tables = tables};
    const mag_status status = make_tables(block, err);
    if (status != MAG_OK)
        mag_block_free(block);
    else
        *out = block;
    return status;
}

void mag_block_free(mag_block *block) {
    if (block == NULL)
        return;
    for (size_t i = 0; i < MAG_BLOCK_PATIENTS; i++)
        mag_evaluator_free(block->plain[i]);
    mag_arena_free(block->tables);
}

/* --- one rule ----------------------------------------------------------------------------- */

/* The denominator and trigger of a rule, as masks of those who may be judged. */
typedef struct judgement {
    mag_block *block;
    const mag_rule *rule;
    const mag_rule_steps *steps;
    size_t rule_idx;
    uint64_t unsure; /* nobody knows whether they are in the denominator ... */
    const mag_bits *among, *when;
} judgement;

static mag_outcome *outcome_of(const mag_block *block, size_t i, size_t rule_idx) {
    return &block->outcomes[i * block->pack->rule_count + rule_idx];
}

static void set_kind(const judgement *of, uint64_t mask, mag_outcome_kind kind) {
    for (; mask != 0; mask &= mask - 1)
        outcome_of(of->block, mag_first_of(mask), of->rule_idx)->kind = kind;
}

static void set_cannot_tell(const judgement *of, uint64_t mask, uint64_t unknown_people) {
    for (; mask != 0; mask &= mask - 1) {
        const size_t i = mag_first_of(mask);
        mag_outcome *outcome = outcome_of(of->block, i, of->rule_idx);
        outcome->kind = MAG_CANNOT_TELL;
        outcome->reasons = mag_bits_why(of->among, i) | mag_bits_why(of->when, i);
        if ((unknown_people >> i & 1) != 0)
            outcome->reasons |= mag_unknown_bit(MAG_UNKNOWN_DEMOGRAPHIC);
    }
}

/* Who holds no tier yet goes on to the next; who passes one over as unknown keeps the worst.
   Returns who holds one. */
static uint64_t find_tiers(const judgement *of, uint64_t flagged,
                           mag_severity passed_over[MAG_BLOCK_PATIENTS]) {
    uint64_t open = flagged;
    for (size_t k = 0; k < of->rule->tier_count && open != 0; k++) {
        const mag_severity severity = of->rule->tiers[k].severity;
        uint64_t holds = open, unknown = 0;
        if (of->steps->tiers[k] != MAG_STEP_NONE) {
            const mag_bits *bits = mag_block_step(of->block, (uint32_t)of->steps->tiers[k], open);
            holds = open & bits->is_true;
            unknown = open & bits->is_unknown;
        }
        open &= ~holds;
        for (; holds != 0; holds &= holds - 1) {
            mag_outcome *outcome = outcome_of(of->block, mag_first_of(holds), of->rule_idx);
            outcome->severity = outcome->severity_before = severity;
        }
        for (; unknown != 0; unknown &= unknown - 1)
            if (severity > passed_over[mag_first_of(unknown)])
                passed_over[mag_first_of(unknown)] = severity;
    }
    return flagged & ~open;
}

static void set_flagged(const judgement *of, uint64_t flagged) {
    mag_severity passed_over[MAG_BLOCK_PATIENTS] = {MAG_SEVERITY_NONE};
    const uint64_t placed = find_tiers(of, flagged, passed_over);
    for (size_t k = 0; k < of->rule->adjust_count; k++) {
        const uint32_t step = (uint32_t)of->steps->adjusts[k];
        uint64_t holds = placed & mag_block_step(of->block, step, placed)->is_true;
        for (; holds != 0; holds &= holds - 1) {
            const size_t i = mag_first_of(holds);
            mag_outcome *outcome = outcome_of(of->block, i, of->rule_idx);
            outcome->severity = mag_severity_adjusted(outcome->severity, &of->rule->adjusts[k]);
            if (passed_over[i] != MAG_SEVERITY_NONE)
                passed_over[i] = mag_severity_adjusted(passed_over[i], &of->rule->adjusts[k]);
        }
    }
    of->block->flagged_twice |= of->block->flagged & flagged;
    of->block->flagged |= flagged;
    for (uint64_t rest = flagged; rest != 0; rest &= rest - 1) {
        const size_t i = mag_first_of(rest);
        mag_outcome *outcome = outcome_of(of->block, i, of->rule_idx);
        outcome->kind = MAG_FLAGGED;
        if ((placed >> i & 1) != 0 && passed_over[i] != outcome->severity)
            outcome->could_be = passed_over[i];
    }
}

/* among, then except, then when: each only of who is still in. */
static void judge_rule(mag_block *block, size_t rule_idx) {
    const mag_rule *rule = &block->pack->rules[rule_idx];
    const mag_rule_steps *steps = &block->program->rules[rule_idx];
    judgement of = {.block = block, .rule = rule, .steps = steps, .rule_idx = rule_idx};
    const uint64_t unknown_people =
        rule->population == MAG_ADULTS_OR_UNKNOWN ? 0 : block->is_population_unknown;
    of.among = mag_block_step(block, (uint32_t)steps->among, block->in_population);
    uint64_t in = block->in_population & (of.among->is_true | of.among->is_unknown);
    if (in != 0 && steps->except != MAG_STEP_NONE)
        in &= ~mag_block_step(block, (uint32_t)steps->except, in)->is_true;
    if (in == 0)
        return;
    of.when = mag_block_step(block, (uint32_t)steps->when, in);
    const uint64_t unsure = in & (of.among->is_unknown | unknown_people), sure = in & ~unsure;
    const uint64_t false_when = in & ~(of.when->is_true | of.when->is_unknown);
    set_kind(&of, sure & false_when, MAG_CLEAR);
    set_cannot_tell(&of, (unsure & ~false_when) | (sure & of.when->is_unknown), unknown_people);
    if ((sure & of.when->is_true) != 0)
        set_flagged(&of, sure & of.when->is_true);
}

/* --- all rules ---------------------------------------------------------------------------- */

static void clear_outcomes(mag_block *block) {
    const size_t count = block->count * block->pack->rule_count;
    memcpy(block->outcomes, block->no_outcomes, count * sizeof *block->outcomes);
}

static void set_not_evaluated(mag_block *block, size_t rule_idx, uint64_t mask) {
    for (; mask != 0; mask &= mask - 1)
        outcome_of(block, mag_first_of(mask), rule_idx)->kind = MAG_NOT_EVALUATED;
}

static uint64_t everybody(const mag_block *block) {
    return block->count == MAG_BLOCK_PATIENTS ? UINT64_MAX : ((uint64_t)1 << block->count) - 1;
}

mag_status mag_block_evaluate(mag_block *block, const mag_timeline *patients, size_t count,
                              mag_error *err) {
    block->patients = patients;
    block->count = count;
    MAG_TRY(mag_block_begin(block, err));
    clear_outcomes(block);
    for (size_t i = 0; i < block->pack->rule_count; i++) {
        const mag_rule *rule = &block->pack->rules[i];
        if (!mag_rule_is_in_force(rule))
            continue;
        if (rule->scope == MAG_SCOPE_SOURCE)
            set_not_evaluated(block, i, everybody(block));
        else if (rule->facts.requires_conditions && !mag_cohort_has_conditions(patients->cohort))
            set_not_evaluated(block, i, block->in_population);
        else
            judge_rule(block, i);
    }
    /* a flag hides another one, never itself */
    for (uint64_t flagged = block->flagged_twice; flagged != 0; flagged &= flagged - 1)
        mag_outcomes_hide(block->plain[mag_first_of(flagged)],
                          outcome_of(block, mag_first_of(flagged), 0));
    return MAG_OK;
}

const mag_outcome *mag_block_outcomes(const mag_block *block, size_t i) {
    return outcome_of(block, i, 0);
}

mag_evaluator *mag_block_evaluator(mag_block *block, size_t i) {
    return block->plain[i];
}
