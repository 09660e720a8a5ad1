/* A pack compiled: every distinct condition of its rules once, as a step over masks of patients, in
   an order in which children come first. Made when the pack is loaded; immutable, shared by
   threads. What a step needs to be told without looking at a patient's records stands beside it. */
#ifndef MAG_RULES_PROGRAM_H
#define MAG_RULES_PROGRAM_H

#include "rules/tree.h"

/* What records an operand may look at. Of a patient who has none of them it knows the answer: the
   one of everybody without them, as far as absence is known of the same people. */
typedef struct mag_sight {
    mag_class_set classes;
    uint64_t analytes; /* bits of mag_analyte */
    uint32_t conditions;
    bool is_whole;         /* it looks at nothing else */
    bool is_only_if_false; /* the answer stands if it is false, else it hangs on a moment */
} mag_sight;

/* What is worked out by masks; `plain`: patient by patient, by the plain evaluator. */
typedef enum mag_step_kind {
    MAG_STEP_ALL,    /* and */
    MAG_STEP_ANY,    /* or */
    MAG_STEP_ANY_OF, /* any_of */
    MAG_STEP_NOT,
    MAG_STEP_KNOWN,
    MAG_STEP_ALWAYS,
    MAG_STEP_LEAF /* an operand's truth, or a comparison */
} mag_step_kind;

typedef struct mag_step {
    mag_step_kind kind;
    const mag_node *node;
    const uint32_t *children; /* steps */
    size_t child_count;
    mag_sight sight; /* LEAF */
} mag_step;

enum { MAG_STEP_NONE = -1 };

/* Steps of a rule's conditions, parallel to the rule's own lists; MAG_STEP_NONE: no condition. */
typedef struct mag_rule_steps {
    int32_t among, except, when;
    const int32_t *tiers, *adjusts;
} mag_rule_steps;

typedef struct mag_program {
    const mag_step *steps;
    size_t step_count;
    const mag_rule_steps *rules; /* parallel to the pack's */
} mag_program;

/* Compiles a pack whose rules and operands are there; lives in the arena. */
mag_status mag_program_compile(mag_arena *arena, const mag_pack *pack, const mag_program **out,
                               mag_error *err) MAG_MUST_CHECK;

/* What the operand may look at. */
mag_sight mag_sight_of_operand(const mag_pack *pack, const mag_operand *operand);
/* What the operands of a condition may look at. */
mag_sight mag_sight_of_node(const mag_pack *pack, const mag_node *node);

#endif
