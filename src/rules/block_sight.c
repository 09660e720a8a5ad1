/* Who of a block has what: one look at the rows of every patient, turned into masks. */
#include "rules/block_state.h"
#include "rules/operand_person.h"

#include <string.h>

static void see_person(mag_block *block, size_t i) {
    const mag_timeline *patient = &block->patients[i];
    const uint64_t bit = (uint64_t)1 << i;
    /* who is surely an adult has an age */
    if ((block->is_population_unknown & bit) == 0 ||
        mag_person_age_value(patient, patient->as_of).bounds.unknown == 0)
        block->has_age |= bit;
    if (mag_person_sex_value(patient).bounds.unknown == 0)
        block->has_sex |= bit;
}

static void see_population(mag_block *block, size_t i) {
    const mag_truth population = mag_evaluator_population(&block->patients[i]);
    const uint64_t bit = (uint64_t)1 << i;
    if (population.is != MAG_FALSE)
        block->in_population |= bit;
    if (population.is == MAG_UNDECIDED)
        block->is_population_unknown |= bit;
}

static void see_conditions(mag_block *block, size_t i) {
    const mag_timeline *patient = &block->patients[i];
    uint32_t conditions = 0;
    for (size_t k = 0; k < patient->condition_count; k++)
        conditions |= patient->conditions[k].conditions;
    for (; conditions != 0; conditions &= conditions - 1)
        block->has_condition[mag_first_of(conditions)] |= (uint64_t)1 << i;
}

static void see_absence(mag_block *block, size_t i) {
    const mag_unknown_set why = mag_drug_absence(&block->patients[i]);
    const mag_absence_kind kind = why == 0 ? MAG_ABSENCE_IS_KNOWN
                                  : why == mag_unknown_bit(MAG_UNKNOWN_NO_SOURCE)
                                      ? MAG_ABSENCE_HAS_NO_SOURCE
                                      : MAG_ABSENCE_IS_UNOBSERVABLE;
    block->absence[kind] |= (uint64_t)1 << i;
}

static void forget(mag_block *block) {
    block->in_population = block->is_population_unknown = 0;
    block->flagged = block->flagged_twice = 0;
    block->has_age = block->has_sex = 0;
    memset(&block->labs, 0, sizeof block->labs);
    memset(&block->drugs, 0, sizeof block->drugs);
    memset(block->has_condition, 0, sizeof block->has_condition);
    memset(block->absence, 0, sizeof block->absence);
    for (size_t i = 0; i < block->program->step_count; i++) {
        mag_bits *bits = &block->bits[i];
        if (bits->is_unknown != 0)
            memset(bits->why, 0, sizeof bits->why);
        bits->done = bits->is_true = bits->is_unknown = 0;
    }
}

/* What nobody has any record of is `missing` only where there is a source. */
static void look_at_sources(mag_block *block) {
    const mag_cohort *cohort = block->patients->cohort;
    const bool has_labs = mag_cohort_has_labs(cohort);
    const bool has_conditions = mag_cohort_has_conditions(cohort);
    if (has_labs != block->has_labs || has_conditions != block->has_conditions)
        memset(block->bare, 0, block->program->step_count * sizeof *block->bare);
    block->has_labs = has_labs;
    block->has_conditions = has_conditions;
}

mag_status mag_block_begin(mag_block *block, mag_error *err) {
    forget(block);
    look_at_sources(block);
    for (size_t i = 0; i < block->count; i++) {
        see_population(block, i);
        if ((block->in_population >> i & 1) == 0)
            continue;
        MAG_TRY(mag_evaluator_begin(block->plain[i], &block->patients[i], err));
        see_person(block, i);
        mag_block_see_labs(block, i);
        mag_block_see_drugs(block, i);
        see_conditions(block, i);
        see_absence(block, i);
    }
    return MAG_OK;
}

static uint64_t labs_seen(const mag_block *block, const mag_sight *sight) {
    uint64_t seen = 0;
    for (uint64_t analytes = sight->analytes; analytes != 0; analytes &= analytes - 1)
        seen |= mag_block_labs_within(block, (mag_analyte)mag_first_of(analytes), sight->lab_days);
    return seen;
}

static uint64_t drugs_seen(const mag_block *block, const mag_sight *sight) {
    uint64_t seen = 0;
    for (mag_class_set lasting = sight->lasting; lasting != 0; lasting &= lasting - 1)
        seen |= block->drugs.has_class[mag_first_of(lasting)];
    for (mag_class_set classes = sight->classes; classes != 0; classes &= classes - 1) {
        const size_t drug_class = mag_first_of(classes);
        seen |= sight->is_drug_now
                    ? block->drugs.is_in_effect[drug_class]
                    : mag_block_drugs_within(block, (mag_class)drug_class, sight->drug_days);
    }
    return seen;
}

uint64_t mag_block_seen(const mag_block *block, const mag_sight *sight, uint64_t of) {
    uint64_t seen = labs_seen(block, sight) | drugs_seen(block, sight);
    for (uint32_t conditions = sight->conditions; conditions != 0; conditions &= conditions - 1)
        seen |= block->has_condition[mag_first_of(conditions)];
    return seen & of;
}
