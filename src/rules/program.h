/* A pack compiled: every distinct condition of its rules once, as a step over masks of patients, in
   an order in which children come first. Made when the pack is loaded; immutable, shared by
   threads. What a step needs to be told without looking at a patient's records stands beside it. */
#ifndef MAG_RULES_PROGRAM_H
#define MAG_RULES_PROGRAM_H

#include "rules/tree.h"

enum { MAG_ALL_DAYS = UINT16_MAX };

/* What records an operand may look at. Of a patient who has none of them it knows the answer: the
   one of everybody without them, as far as absence is known of the same people. Days are calendar
   days before T, T's own included. */
typedef struct mag_sight {
    uint64_t analytes; /* bits of mag_analyte: results and marks ... */
    uint16_t lab_days; /* ... of so many days; MAG_ALL_DAYS: of all time */
    mag_class_set classes;
    mag_class_set lasting; /* of classes: those whose effect lasts longer than its kind says */
    uint16_t drug_days;    /* only rows in effect in so many days; MAG_ALL_DAYS: any row ... */
    bool is_drug_now;      /* ... or only rows in effect at T */
    uint32_t conditions;
    bool is_whole;         /* it looks at nothing else */
    bool is_only_if_false; /* the answer stands if it is false, else it hangs on a moment */
} mag_sight;

/* How a leaf is answered for who has records. */
typedef enum mag_leaf_kind {
    MAG_LEAF_ASKED,     /* by the plain evaluator */
    MAG_LEAF_MEASURED,  /* measured(ANALYTE within N days) */
    MAG_LEAF_NONE,      /* none(ANALYTE within N days) */
    MAG_LEAF_LATEST,    /* latest(ANALYTE within N days) against a limit */
    MAG_LEAF_EXTREME,   /* lowest or highest against a limit */
    MAG_LEAF_SINGLE,    /* numbers of one analyte and window: of who has one result only */
    MAG_LEAF_IN_EFFECT, /* active(CLASSES), exposed(CLASSES within N days) */
    MAG_LEAF_COUNT,     /* count_active(CLASSES) against a number */
    MAG_LEAF_CONTINUOUS,
    MAG_LEAF_REPEATED,
    MAG_LEAF_RECORDS, /* rejected, unit_missing, conflict, suspect */
    MAG_LEAF_HAS_AGE,
    MAG_LEAF_HAS_SEX
} mag_leaf_kind;

/* What is worked out by masks. */
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
    /* of a LEAF: */
    mag_sight sight;
    mag_leaf_kind leaf;
    const mag_operand *operand; /* unless ASKED */
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

/* How the leaf is answered; *operand: the operand that it asks about, unless ASKED. */
mag_leaf_kind mag_leaf_kind_of(const mag_pack *pack, const mag_node *node,
                               const mag_operand **operand);
/* `within N days` of T, or all of history (MAG_ALL_DAYS), without another end? */
bool mag_window_is_up_to_now(const mag_window *window, uint16_t *days);

#endif
