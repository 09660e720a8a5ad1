/* Between the files of the block evaluator: 64 patients at once. Bit i of a mask is patient i. */
#ifndef MAG_RULES_BLOCK_STATE_H
#define MAG_RULES_BLOCK_STATE_H

#include "rules/block.h"
#include "rules/evaluator.h"
#include "rules/program.h"

enum { MAG_LAB_FLAG_BITS = 8 };

/* What has been worked out of a step: `done`: for whom; who is in neither mask is false. */
typedef struct mag_bits {
    uint64_t done, is_true, is_unknown;
    uint64_t why[MAG_UNKNOWN_COUNT]; /* of those in is_unknown: by reason */
} mag_bits;

/* How far the absence of a prescription is known: one answer for everybody without any. */
typedef enum mag_absence_kind {
    MAG_ABSENCE_IS_KNOWN,
    MAG_ABSENCE_IS_UNOBSERVABLE,
    MAG_ABSENCE_HAS_NO_SOURCE,
    MAG_ABSENCE_KIND_COUNT
} mag_absence_kind;

/* Of a leaf: what it is worth for who has no record that it could look at. */
typedef struct mag_bare_truth {
    bool is_known[MAG_ABSENCE_KIND_COUNT];
    mag_truth truth[MAG_ABSENCE_KIND_COUNT];
} mag_bare_truth;

/* Who has which results. Days count back from T. */
typedef struct mag_block_labs {
    uint64_t has_analyte[MAG_ANALYTE_COUNT]; /* a result or mark ... */
    uint16_t age[MAG_ANALYTE_COUNT][64];     /* ... the newest of which is so many days old, */
    uint64_t is_usable[MAG_ANALYTE_COUNT];   /* usable, */
    uint64_t is_alone[MAG_ANALYTE_COUNT];    /* and no other is of its moment */
    uint16_t usable_age[64];                 /* of the newest of the code book that is seen */
    uint64_t may_have_newer;                 /* marks hide what else is usable */
    uint64_t has_mark, has_flag[MAG_LAB_FLAG_BITS]; /* on any of them */
} mag_block_labs;

/* Who has rows of which classes, without what makes a class last longer in a group. */
typedef struct mag_block_drugs {
    uint64_t has_class[MAG_CLASS_COUNT];
    uint64_t is_in_effect[MAG_CLASS_COUNT]; /* at T */
    uint64_t is_in_doubt[MAG_CLASS_COUNT];  /* some row counts only if its unknown route is right */
    uint64_t runs_twice[MAG_CLASS_COUNT];   /* two orders run at T */
    uint64_t has_pack[MAG_CLASS_COUNT];     /* H. pylori packs, each an era of its own */
    uint16_t effect_age[MAG_CLASS_COUNT][64]; /* days since the last one in effect */
    uint16_t start_age[MAG_CLASS_COUNT][64];  /* days since the first start */
    uint16_t era_age[MAG_CLASS_COUNT][64];    /* since the newest era began; not with packs */
} mag_block_drugs;

struct mag_block {
    const mag_pack *pack;
    const mag_program *program;
    mag_account *account;
    mag_arena *tables;
    mag_evaluator *plain[MAG_BLOCK_PATIENTS];
    const mag_timeline *patients;
    size_t count;
    mag_outcome *outcomes;             /* of each patient, of each rule */
    mag_outcome *no_outcomes;          /* the same before anybody was judged */
    mag_bits *bits;                    /* of each step */
    mag_bare_truth *bare;              /* of each step, by ... */
    bool has_labs, has_conditions;     /* ... what the cohort has */
    mag_day today[MAG_BLOCK_PATIENTS]; /* of T */
    /* who ... */
    uint64_t book;                                 /* analytes of the code book, a bit each */
    uint64_t in_population, is_population_unknown; /* ... may be judged; is one that may be */
    uint64_t has_condition[MAG_CONDITION_COUNT];
    uint64_t absence[MAG_ABSENCE_KIND_COUNT];
    uint64_t has_age, has_sex;       /* ... of a known age, sex */
    uint64_t flagged, flagged_twice; /* ... has a flag, more than one */
    mag_block_labs labs;
    mag_block_drugs drugs;
};

/* Finds out who has what; clears what was worked out. Begins the plain evaluators of who may be
   judged. */
mag_status mag_block_begin(mag_block *block, mag_error *err) MAG_MUST_CHECK;

void mag_block_see_labs(mag_block *block, size_t i);
void mag_block_see_drugs(mag_block *block, size_t i);

/* Who of `of` has a record that a leaf could look at. */
uint64_t mag_block_seen(const mag_block *block, const mag_sight *sight, uint64_t of);
/* Who has a record of the analyte, or a row of the class in effect, in so many days. */
uint64_t mag_block_labs_within(const mag_block *block, mag_analyte analyte, uint16_t days);
uint64_t mag_block_drugs_within(const mag_block *block, mag_class drug_class, uint16_t days);
/* Whose age is at least so many days. */
uint64_t mag_block_at_least(const uint16_t ages[MAG_BLOCK_PATIENTS], int32_t days);

/* Answers a leaf by masks for some of `asked`; returns for whom. */
uint64_t mag_block_answer(mag_block *block, uint32_t step_idx, uint64_t asked);

/* The bits of a step, worked out at least for `need`. */
const mag_bits *mag_block_step(mag_block *block, uint32_t step_idx, uint64_t need);

/* Sets the truth of a step for a mask of patients. */
void mag_bits_set(mag_bits *bits, uint64_t mask, mag_truth truth);
/* Reasons of patient i; 0 unless unknown. */
mag_unknown_set mag_bits_why(const mag_bits *bits, size_t i);

/* Number of the first patient of a mask that is not empty. */
static inline size_t mag_first_of(uint64_t mask) {
    return (size_t)__builtin_ctzll(mask);
}

#endif
