/* Leaves that are answered by masks, for whom what a block knows of the records is enough. */
#include "rules/block_state.h"

#include "rules/operand_lab.h"

/* A step with those who are asked about. */
typedef struct question {
    mag_block *block;
    const mag_step *step;
    const mag_operand *operand;
    mag_bits *bits;
    uint64_t asked;
} question;

/* The parts of those who are asked about that come out true, false and unknown; returns all. */
static uint64_t answer(const question *of, uint64_t is_true, uint64_t is_false) {
    mag_bits_set(of->bits, of->asked & is_true, mag_truth_of(true));
    mag_bits_set(of->bits, of->asked & is_false, mag_truth_of(false));
    return of->asked & (is_true | is_false);
}

static uint64_t answer_unknown(const question *of, uint64_t mask, mag_unknown reason) {
    mag_bits_set(of->bits, of->asked & mask, mag_truth_unknown(mag_unknown_bit(reason)));
    return of->asked & mask;
}

/* --- results ------------------------------------------------------------------------------ */

static uint16_t days_of(const mag_operand *operand) {
    uint16_t days;
    return mag_window_is_up_to_now(&operand->window, &days) ? days : MAG_ALL_DAYS;
}

static mag_unknown why_nothing(const question *of) {
    return of->block->has_labs ? MAG_UNKNOWN_MISSING : MAG_UNKNOWN_NO_SOURCE;
}

static uint64_t answer_measured(const question *of) {
    const mag_analyte analyte = of->operand->analyte;
    const uint64_t within = mag_block_labs_within(of->block, analyte, days_of(of->operand));
    return answer(of, within & of->block->labs.is_usable[analyte], ~within);
}

/* Who has no result of the analyte: could anybody have seen one? */
static uint64_t answer_unmeasured(const question *of, uint64_t mask) {
    const mag_block *block = of->block;
    const mag_unknown why = block->has_labs ? MAG_UNKNOWN_UNOBSERVABLE : MAG_UNKNOWN_NO_SOURCE;
    const uint16_t days = days_of(of->operand);
    uint64_t seen = 0;
    if (!mag_cohort_delivers(block->patients->cohort, of->operand->analyte))
        return answer_unknown(of, mask, why);
    for (uint64_t rest = of->asked & mask; rest != 0; rest &= rest - 1) {
        const uint16_t age = block->labs.usable_age[mag_first_of(rest)];
        if (age != MAG_ALL_DAYS && (age <= days || age <= MAG_OBSERVABLE_DAYS))
            seen |= rest & -rest;
    }
    return answer(of, mask & seen, 0) |
           answer_unknown(of, mask & ~seen & ~block->labs.may_have_newer, why);
}

static uint64_t answer_none(const question *of) {
    const mag_analyte analyte = of->operand->analyte;
    const uint64_t within = mag_block_labs_within(of->block, analyte, days_of(of->operand));
    return answer(of, 0, within & of->block->labs.is_usable[analyte]) |
           answer_unmeasured(of, ~within);
}

/* The newest result, if it is usable and alone at its moment. */
static uint64_t answer_latest(const question *of) {
    const mag_block_labs *labs = &of->block->labs;
    const mag_analyte analyte = of->operand->analyte;
    const uint64_t within = mag_block_labs_within(of->block, analyte, days_of(of->operand));
    const uint64_t compared =
        of->asked & within & labs->is_usable[analyte] & labs->is_alone[analyte];
    const mag_limit *limit = of->step->node->children[1]->limit;
    for (uint64_t rest = compared; rest != 0; rest &= rest - 1) {
        const mag_timeline *patient = &of->block->patients[mag_first_of(rest)];
        const mag_lab *last = &patient->labs[patient->first[analyte + 1] - 1];
        mag_bits_set(of->bits, rest & -rest,
                     mag_lab_compare(last, of->step->node->relation, limit));
    }
    return compared | answer_unknown(of, ~within, why_nothing(of));
}

/* The lowest is below a limit if any result is, and above it if all are; and the other way round.
 */
static bool is_any(const mag_operand *operand, mag_relation relation) {
    const bool is_downwards = relation == MAG_IS_BELOW || relation == MAG_IS_AT_MOST;
    const bool is_upwards = relation == MAG_IS_ABOVE || relation == MAG_IS_AT_LEAST;
    return operand->kind == MAG_OPERAND_LOWEST ? is_downwards : is_upwards;
}

static bool is_within(const mag_lab *lab, mag_day today, uint16_t days) {
    return days == MAG_ALL_DAYS || today - mag_minute_day(lab->minute) <= days;
}

/* Of the usable results of the window, the newest of which is usable. */
static mag_truth compare_extreme(const question *of, const mag_timeline *patient) {
    const mag_node *node = of->step->node;
    const mag_limit *limit = node->children[1]->limit;
    const bool any = is_any(of->operand, node->relation);
    const uint16_t days = days_of(of->operand);
    const mag_day today = mag_minute_day(patient->as_of);
    size_t count;
    const mag_lab *labs = mag_timeline_labs(patient, of->operand->analyte, &count);
    mag_truth truth = mag_truth_of(!any);
    while (count-- > 0 && is_within(&labs[count], today, days)) {
        if (mag_lab_reject(&labs[count]) != MAG_REASON_NONE)
            continue;
        const mag_truth one = mag_lab_compare(&labs[count], node->relation, limit);
        truth = any ? mag_truth_or(truth, one) : mag_truth_and(truth, one);
    }
    return truth;
}

static uint64_t answer_extreme(const question *of) {
    const mag_analyte analyte = of->operand->analyte;
    const uint64_t within = mag_block_labs_within(of->block, analyte, days_of(of->operand));
    const uint64_t compared = of->asked & within & of->block->labs.is_usable[analyte];
    for (uint64_t rest = compared; rest != 0; rest &= rest - 1)
        mag_bits_set(of->bits, rest & -rest,
                     compare_extreme(of, &of->block->patients[mag_first_of(rest)]));
    return compared | answer_unknown(of, ~within, why_nothing(of));
}

/* A side of a comparison where every operand is the same result. */
static mag_bounds bounds_of(const mag_pack *pack, const mag_node *node, const mag_bounds *result) {
    if (node->kind == MAG_NODE_CONSTANT)
        return mag_bounds_exact(node->number);
    if (node->kind == MAG_NODE_OPERAND) {
        const double factor = pack->operands[node->operand].unit_factor;
        mag_bounds bounds = *result;
        bounds.low *= factor;
        bounds.high *= factor;
        return bounds;
    }
    const mag_bounds left = bounds_of(pack, node->children[0], result);
    const mag_bounds right = bounds_of(pack, node->children[1], result);
    return node->kind == MAG_NODE_ADD        ? mag_bounds_add(left, right)
           : node->kind == MAG_NODE_SUBTRACT ? mag_bounds_subtract(left, right)
           : node->kind == MAG_NODE_MULTIPLY ? mag_bounds_multiply(left, right)
                                             : mag_bounds_divide(left, right);
}

/* Who has one result in the window, a usable one: it is the newest, the first, the lowest and the
   highest. */
static uint64_t answer_single(const question *of) {
    const mag_block_labs *labs = &of->block->labs;
    const mag_analyte analyte = of->operand->analyte;
    const uint16_t days = days_of(of->operand);
    const mag_node *node = of->step->node;
    uint64_t single =
        of->asked & labs->is_usable[analyte] & mag_block_labs_within(of->block, analyte, days);
    for (uint64_t rest = single; rest != 0; rest &= rest - 1) {
        const size_t i = mag_first_of(rest);
        size_t count;
        const mag_lab *results = mag_timeline_labs(&of->block->patients[i], analyte, &count);
        if (count > 1 && is_within(&results[count - 2], of->block->today[i], days)) {
            single &= ~(rest & -rest);
            continue;
        }
        const mag_bounds result = mag_lab_canonical(&results[count - 1]);
        const mag_bounds left = bounds_of(of->block->pack, node->children[0], &result);
        const mag_bounds right = bounds_of(of->block->pack, node->children[1], &result);
        mag_bits_set(of->bits, rest & -rest, mag_bounds_compare(&left, node->relation, &right));
    }
    return single;
}

static uint64_t with_flag(const mag_block_labs *labs, enum mag_lab_flag flag) {
    return labs->has_flag[mag_first_of((uint64_t)flag)];
}

/* Who has no record with anything about it that the operand asks for. */
static uint64_t answer_records(const question *of) {
    const mag_block_labs *labs = &of->block->labs;
    uint64_t odd = labs->has_mark;
    if (!of->block->has_labs)
        return 0;
    if (of->operand->kind == MAG_OPERAND_UNIT_MISSING)
        odd |= with_flag(labs, MAG_LAB_INFERRED_UNIT);
    if (of->operand->kind == MAG_OPERAND_CONFLICT)
        odd = with_flag(labs, MAG_LAB_CONFLICT);
    if (of->operand->kind == MAG_OPERAND_SUSPECT)
        odd |= with_flag(labs, MAG_LAB_SUSPECT) | with_flag(labs, MAG_LAB_HAEMOLYSED);
    return answer(of, 0, ~odd);
}

/* --- prescriptions ------------------------------------------------------------------------ */

/* Who has rows that count only if their unknown route is right, or that last longer. */
static uint64_t in_doubt(const question *of) {
    const mag_block_drugs *drugs = &of->block->drugs;
    uint64_t doubt = 0;
    for (mag_class_set rest = of->operand->classes; rest != 0; rest &= rest - 1)
        doubt |= drugs->is_in_doubt[mag_first_of(rest)];
    for (mag_class_set rest = of->step->sight.lasting; rest != 0; rest &= rest - 1)
        doubt |= drugs->has_class[mag_first_of(rest)];
    return doubt;
}

/* False where absence is knowledge. */
static uint64_t answer_absent(const question *of, uint64_t mask) {
    const uint64_t *absence = of->block->absence;
    return answer(of, 0, mask & absence[MAG_ABSENCE_IS_KNOWN]) |
           answer_unknown(of, mask & absence[MAG_ABSENCE_IS_UNOBSERVABLE],
                          MAG_UNKNOWN_UNOBSERVABLE) |
           answer_unknown(of, mask & absence[MAG_ABSENCE_HAS_NO_SOURCE], MAG_UNKNOWN_NO_SOURCE);
}

static uint64_t answer_in_effect(const question *of) {
    const bool is_now =
        of->operand->kind == MAG_OPERAND_ACTIVE && of->operand->window.kind == MAG_WINDOW_HISTORY;
    const uint16_t days = days_of(of->operand);
    uint64_t in_effect = 0;
    for (mag_class_set rest = of->operand->classes; rest != 0; rest &= rest - 1) {
        const size_t drug_class = mag_first_of(rest);
        in_effect |= is_now ? of->block->drugs.is_in_effect[drug_class]
                            : mag_block_drugs_within(of->block, (mag_class)drug_class, days);
    }
    const uint64_t sure = ~in_doubt(of);
    return answer(of, in_effect & sure, 0) | answer_absent(of, ~in_effect & sure);
}

/* Adds the bits to numbers that are kept as planes: bit k of everybody's number in plane k. */
enum { PLANES = 6 };
_Static_assert(MAG_CLASS_COUNT <= 1 << PLANES, "a number of classes fits the planes");
static void add_one(uint64_t planes[PLANES], uint64_t bits) {
    for (size_t k = 0; k < PLANES; k++) {
        const uint64_t carry = planes[k] & bits;
        planes[k] ^= bits;
        bits = carry;
    }
}

static uint64_t with_number(const uint64_t planes[PLANES], size_t number) {
    uint64_t mask = UINT64_MAX;
    for (size_t k = 0; k < PLANES; k++)
        mask &= (number >> k & 1) != 0 ? planes[k] : ~planes[k];
    return mask;
}

/* Where absence is knowledge the number is a number. */
static uint64_t answer_count(const question *of) {
    const mag_node *node = of->step->node;
    const mag_bounds against = mag_bounds_exact(node->children[1]->number);
    const uint64_t sure = of->asked & ~in_doubt(of) & of->block->absence[MAG_ABSENCE_IS_KNOWN];
    uint64_t planes[PLANES] = {0};
    for (mag_class_set rest = of->operand->classes; rest != 0; rest &= rest - 1)
        add_one(planes, of->block->drugs.is_in_effect[mag_first_of(rest)]);
    for (size_t number = 0; number <= of->operand->member_count; number++) {
        const uint64_t mask = sure & with_number(planes, number);
        const mag_bounds count = mag_bounds_exact((double)number * of->operand->unit_factor);
        if (mask != 0)
            mag_bits_set(of->bits, mask, mag_bounds_compare(&count, node->relation, &against));
    }
    return sure;
}

/* Are eras of the operand's own gap none but joined ones of the kinds? */
static bool joins_whole_eras(mag_length gap) {
    const int32_t days = gap.is_minutes ? gap.amount / MAG_MINUTES_PER_DAY : gap.amount;
    return days >= MAG_ISSUE_GRACE_DAYS;
}

/* The era of a group is no older than its first row, no younger than that of any class in it, and
   the same where no other class is. A gap of its own makes other eras than those of the kinds. */
static uint64_t answer_continuous(const question *of) {
    const mag_block_drugs *drugs = &of->block->drugs;
    const int32_t days = of->operand->length.amount;
    const bool is_of_kind = of->operand->gap.amount < 0;
    const uint64_t sure = ~in_doubt(of);
    uint64_t is_old = 0, has_old_era = 0, has_one = 0, has_several = 0, has_pack = 0;
    for (mag_class_set rest = of->operand->classes; rest != 0; rest &= rest - 1) {
        const size_t drug_class = mag_first_of(rest);
        const uint64_t has = drugs->has_class[drug_class];
        if ((has & of->asked) == 0)
            continue;
        is_old |= has & mag_block_at_least(drugs->start_age[drug_class], days);
        has_old_era |= drugs->is_in_effect[drug_class] & ~drugs->has_pack[drug_class] &
                       mag_block_at_least(drugs->era_age[drug_class], days);
        has_several |= has_one & has;
        has_one |= has;
        has_pack |= drugs->has_pack[drug_class];
    }
    const uint64_t is_true =
        is_of_kind || joins_whole_eras(of->operand->gap) ? sure & has_old_era : 0;
    const uint64_t is_same_era = is_of_kind ? ~has_several & ~has_pack : 0;
    return answer(of, is_true, 0) | answer_absent(of, sure & (~is_old | is_same_era) & ~is_true);
}

/* Without two orders that run there is none that repeats another. */
static uint64_t answer_repeated(const question *of) {
    const mag_block_drugs *drugs = &of->block->drugs;
    uint64_t may_repeat = 0;
    for (mag_class_set rest = of->operand->classes; rest != 0; rest &= rest - 1)
        may_repeat |= drugs->runs_twice[mag_first_of(rest)];
    return answer(of, 0, ~may_repeat & of->block->absence[MAG_ABSENCE_IS_KNOWN]);
}

uint64_t mag_block_answer(mag_block *block, uint32_t step_idx, uint64_t asked) {
    const mag_step *step = &block->program->steps[step_idx];
    const question of = {block, step, step->operand, &block->bits[step_idx], asked};
    switch (step->leaf) {
    case MAG_LEAF_MEASURED:
        return answer_measured(&of);
    case MAG_LEAF_NONE:
        return answer_none(&of);
    case MAG_LEAF_LATEST:
        return answer_latest(&of);
    case MAG_LEAF_EXTREME:
        return answer_extreme(&of);
    case MAG_LEAF_SINGLE:
        return answer_single(&of);
    case MAG_LEAF_IN_EFFECT:
        return answer_in_effect(&of);
    case MAG_LEAF_COUNT:
        return answer_count(&of);
    case MAG_LEAF_CONTINUOUS:
        return answer_continuous(&of);
    case MAG_LEAF_REPEATED:
        return answer_repeated(&of);
    case MAG_LEAF_RECORDS:
        return answer_records(&of);
    case MAG_LEAF_HAS_AGE:
        return answer(&of, block->has_age, ~block->has_age);
    case MAG_LEAF_HAS_SEX:
        return answer(&of, block->has_sex, ~block->has_sex);
    case MAG_LEAF_ASKED:
        break;
    }
    return 0;
}
