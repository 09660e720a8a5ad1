/* Working out steps: and, or, any_of, not and known as work on masks; a leaf by what records there
   are, else patient by patient. Nothing is worked out for who is not asked about. */
#include "rules/block_state.h"

#include <string.h>

void mag_bits_set(mag_bits *bits, uint64_t mask, mag_truth truth) {
    bits->done |= mask;
    if (truth.is == MAG_TRUE)
        bits->is_true |= mask;
    if (truth.is != MAG_UNDECIDED)
        return;
    bits->is_unknown |= mask;
    for (unsigned reason = 0; reason < MAG_UNKNOWN_COUNT; reason++)
        if (truth.reasons >> reason & 1)
            bits->why[reason] |= mask;
}

mag_unknown_set mag_bits_why(const mag_bits *bits, size_t i) {
    mag_unknown_set reasons = 0;
    if ((bits->is_unknown >> i & 1) != 0)
        for (unsigned reason = 0; reason < MAG_UNKNOWN_COUNT; reason++)
            reasons |= (mag_unknown_set)(bits->why[reason] >> i & 1) << reason;
    return reasons;
}

/* Takes over the reasons of those in the mask who are unknown. */
static void add_why(mag_bits *to, const mag_bits *from, uint64_t mask) {
    if ((from->is_unknown & mask) == 0)
        return;
    for (unsigned reason = 0; reason < MAG_UNKNOWN_COUNT; reason++)
        to->why[reason] |= from->why[reason] & mask;
}

/* Reasons were noted of some people; of those who came out known in the end they are dropped. */
static void settle(mag_bits *bits, uint64_t is_true, uint64_t is_unknown, uint64_t asked,
                   uint64_t noted) {
    const uint64_t known = noted & ~is_unknown;
    bits->done |= asked;
    bits->is_true |= is_true;
    bits->is_unknown |= is_unknown;
    if (known != 0)
        for (unsigned reason = 0; reason < MAG_UNKNOWN_COUNT; reason++)
            bits->why[reason] &= ~known;
}

/* --- leaves ------------------------------------------------------------------------------- */

/* Is it known what the leaf is worth for who has no record? Else patient i is asked in the name of
   all; an answer that hangs on a moment, too, is good for that patient only unless it is false. */
static bool has_bare_answer(mag_block *block, uint32_t step_idx, mag_absence_kind kind, size_t i) {
    const mag_step *step = &block->program->steps[step_idx];
    mag_bare_truth *bare = &block->bare[step_idx];
    if (bare->is_known[kind])
        return true;
    bare->truth[kind] = mag_evaluator_truth(block->plain[i], step->node);
    bare->is_known[kind] = !step->sight.is_only_if_false || bare->truth[kind].is == MAG_FALSE;
    return bare->is_known[kind];
}

static void ask_each(mag_block *block, uint32_t step_idx, uint64_t mask) {
    const mag_step *step = &block->program->steps[step_idx];
    for (; mask != 0; mask &= mask - 1)
        mag_bits_set(&block->bits[step_idx], mask & -mask,
                     mag_evaluator_truth(block->plain[mag_first_of(mask)], step->node));
}

static void answer_leaf(mag_block *block, uint32_t step_idx, uint64_t asked) {
    const mag_step *step = &block->program->steps[step_idx];
    if (step->leaf != MAG_LEAF_ASKED)
        asked &= ~mag_block_answer(block, step_idx, asked);
    if (!step->sight.is_whole) {
        ask_each(block, step_idx, asked);
        return;
    }
    const uint64_t seen = mag_block_seen(block, &step->sight, asked);
    ask_each(block, step_idx, seen);
    for (int kind = 0; kind < MAG_ABSENCE_KIND_COUNT; kind++) {
        const uint64_t rest = asked & ~seen & block->absence[kind];
        if (rest != 0 &&
            has_bare_answer(block, step_idx, (mag_absence_kind)kind, mag_first_of(rest)))
            mag_bits_set(&block->bits[step_idx], rest, block->bare[step_idx].truth[kind]);
        else
            ask_each(block, step_idx, rest);
    }
}

/* --- the rest ----------------------------------------------------------------------------- */

/* Who is false is not asked further. */
static void answer_all(mag_block *block, const mag_step *step, mag_bits *bits, uint64_t asked) {
    uint64_t open = asked, unknown = 0;
    for (size_t i = 0; i < step->child_count && open != 0; i++) {
        const mag_bits *child = mag_block_step(block, step->children[i], open);
        open &= child->is_true | child->is_unknown;
        unknown |= child->is_unknown & open;
        add_why(bits, child, open);
    }
    settle(bits, open & ~unknown, open & unknown, asked, unknown);
}

/* Who is true is not asked further. */
static void answer_any(mag_block *block, const mag_step *step, mag_bits *bits, uint64_t asked) {
    uint64_t open = asked, unknown = 0;
    for (size_t i = 0; i < step->child_count && open != 0; i++) {
        const mag_bits *child = mag_block_step(block, step->children[i], open);
        open &= ~child->is_true;
        unknown |= child->is_unknown & open;
        add_why(bits, child, open);
    }
    settle(bits, asked & ~open, open & unknown, asked, unknown);
}

static uint64_t only_missing(const mag_bits *bits) {
    uint64_t other = 0;
    for (unsigned reason = 0; reason < MAG_UNKNOWN_COUNT; reason++)
        if (reason != MAG_UNKNOWN_MISSING)
            other |= bits->why[reason];
    return bits->is_unknown & bits->why[MAG_UNKNOWN_MISSING] & ~other;
}

/* An arm without data has no say, unless no arm has data. */
static void answer_any_of(mag_block *block, const mag_step *step, mag_bits *bits, uint64_t asked) {
    uint64_t open = asked, unknown = 0, without = asked;
    for (size_t i = 0; i < step->child_count && open != 0; i++) {
        const mag_bits *child = mag_block_step(block, step->children[i], open);
        const uint64_t left_out = only_missing(child) & open;
        without &= left_out;
        open &= ~child->is_true;
        unknown |= child->is_unknown & open & ~left_out;
        add_why(bits, child, open & ~left_out);
    }
    bits->why[MAG_UNKNOWN_MISSING] |= without;
    settle(bits, asked & ~open, (open & unknown) | without, asked, unknown);
}

static void answer_not(mag_block *block, const mag_step *step, mag_bits *bits, uint64_t asked) {
    const mag_bits *child = mag_block_step(block, step->children[0], asked);
    add_why(bits, child, asked);
    settle(bits, asked & ~(child->is_true | child->is_unknown), asked & child->is_unknown, asked,
           0);
}

static void answer_known(mag_block *block, const mag_step *step, mag_bits *bits, uint64_t asked) {
    const mag_bits *child = mag_block_step(block, step->children[0], asked);
    settle(bits, asked & child->is_true, 0, asked, 0);
}

const mag_bits *mag_block_step(mag_block *block, uint32_t step_idx, uint64_t need) {
    const mag_step *step = &block->program->steps[step_idx];
    mag_bits *bits = &block->bits[step_idx];
    const uint64_t asked = need & ~bits->done;
    if (asked == 0)
        return bits;
    switch (step->kind) {
    case MAG_STEP_ALL:
        answer_all(block, step, bits, asked);
        break;
    case MAG_STEP_ANY:
        answer_any(block, step, bits, asked);
        break;
    case MAG_STEP_ANY_OF:
        answer_any_of(block, step, bits, asked);
        break;
    case MAG_STEP_NOT:
        answer_not(block, step, bits, asked);
        break;
    case MAG_STEP_KNOWN:
        answer_known(block, step, bits, asked);
        break;
    case MAG_STEP_ALWAYS:
        settle(bits, asked, 0, asked, 0);
        break;
    case MAG_STEP_LEAF:
        answer_leaf(block, step_idx, asked);
        break;
    }
    return bits;
}
