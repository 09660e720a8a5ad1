/* Facts in words: what one operand was worth, for evidence and for `explain`. */
#ifndef MAG_RULES_FACT_H
#define MAG_RULES_FACT_H

#include "rules/evaluator.h"

/* Facts as they are found, without duplicates: one per result, exposure and operand. */
typedef struct mag_fact_list {
    mag_evaluator *evaluator;
    mag_arena *arena; /* texts; borrowed until it is reset */
    mag_fact *facts;
    struct mag_fact_key *keys; /* parallel to facts */
    size_t count, capacity;
    bool is_out_of_memory; /* later facts are dropped: check once at the end */
} mag_fact_list;

/* A mag_visit whose context is a mag_fact_list. */
void mag_fact_add(void *context, const mag_node *operand, const mag_node *against, mag_truth truth);
/* Why the patient is outside `age >= 18 and alive`, or cannot be told to be inside. */
void mag_fact_add_population(mag_fact_list *list, mag_truth truth);

/* Is the phrase one of those that `joint` joins in the text? Whole phrases: "stale" is not in
   "kf_stale". */
bool mag_phrase_is_said(const char *text, const char *phrase, const char *joint);

/* "censored,missing"; NULL if memory is out. */
const char *mag_fact_reasons(mag_arena *arena, mag_unknown_set reasons);

#endif
