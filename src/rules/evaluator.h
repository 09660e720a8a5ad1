/* Inside of the evaluator: one patient at a time, every operand computed at most once. */
#ifndef MAG_RULES_EVALUATOR_H
#define MAG_RULES_EVALUATOR_H

#include "rules/operand_dose.h"
#include "rules/operand_drug.h"
#include "rules/operand_lab.h"
#include "rules/tree.h"

struct mag_evaluator {
    const mag_pack *pack;
    mag_account *account;
    mag_arena *tables; /* lives as long as the evaluator */
    mag_arena *texts;  /* of the last explanation */
    const mag_timeline *patient;
    mag_value *values;       /* per operand of the pack ... */
    bool *has_value;         /* ... computed for this patient */
    const mag_lab **samples; /* room of hides.c: a result for each operand */
    mag_drug_room room;
    mag_lab_room lab_room;
};

/* Forgets the patient before. */
mag_status mag_evaluator_begin(mag_evaluator *evaluator, const mag_timeline *patient,
                               mag_error *err) MAG_MUST_CHECK;

/* Value of operand number `operand` of the pack. Borrowed until the next patient. */
const mag_value *mag_evaluator_operand(mag_evaluator *evaluator, int operand);
/* The moment of operand number `operand`, as a number, too: of a result, an era's end, an event.
   Unknown as the operand is; `missing` if it did not happen. */
mag_value mag_evaluator_moment(mag_evaluator *evaluator, int operand);
/* Value of an operand for the patient at hand; one function for every line of operand.def, in
   evaluate_lab.c, evaluate_drug.c, evaluate_person.c and evaluate_fact.c. */
typedef mag_value mag_eval_function(mag_evaluator *evaluator, const mag_operand *operand);
#define MAG_OPERAND(name, text, arguments, value, function) mag_eval_function mag_eval_##function;
#include "rules/operand.def"
#undef MAG_OPERAND

/* What an operand about results looks at, but for its period. */
mag_lab_query mag_evaluator_lab_question(mag_evaluator *evaluator, const mag_operand *operand);
/* The same with its period; false if its window hangs on something unknown. */
bool mag_evaluator_lab_query(mag_evaluator *evaluator, const mag_operand *operand,
                             mag_lab_query *query);
mag_drug_query mag_evaluator_drug_query(mag_evaluator *evaluator, const mag_operand *operand);
/* The second list of an operand that has two. */
mag_drug_query mag_evaluator_other_query(mag_evaluator *evaluator, const mag_operand *operand);
/* Stretch of an operand's window; false, with the reasons, if it hangs on something unknown. */
bool mag_evaluator_period(mag_evaluator *evaluator, const mag_operand *operand, mag_period *period,
                          mag_unknown_set *reasons);

/* Truth of a node of dimension TRUTH. */
mag_truth mag_evaluator_truth(mag_evaluator *evaluator, const mag_node *node);

/* Age at least 18 and alive at T: unknown if age is, or if a death could not be read. A patient
 * without T is not in it. */
mag_truth mag_evaluator_population(const mag_timeline *patient);

/* How a rule came out, and through which of its parts. */
typedef struct mag_decision {
    mag_outcome outcome; /* hidden_by -1 */
    mag_truth population, among, except, when;
    const mag_tier *tier; /* the one that holds; NULL if not flagged */
} mag_decision;
mag_decision mag_evaluator_decide(mag_evaluator *evaluator, const mag_rule *rule);

/* One step up or down, within what the adjustment allows. */
mag_severity mag_severity_adjusted(mag_severity severity, const mag_adjust *adjust);
/* Active or staging: it is asked at all. */
bool mag_rule_is_in_force(const mag_rule *rule);

/* Called for an operand that decided: `against` is the limit or constant that it was compared with,
   or NULL; `truth` that of the comparison, or of the operand itself. */
typedef void mag_visit(void *context, const mag_node *operand, const mag_node *against,
                       mag_truth truth);
/* The operands that decided an outcome, in the order of the rule (rule language, deciding facts);
   of cannot_tell the unknown ones. */
void mag_evaluator_visit(mag_evaluator *evaluator, const mag_rule *rule,
                         const mag_decision *decision, mag_visit *visit, void *context);
/* The same of a rule by its index: what decides it is worked out again, of values that are known.
 */
void mag_evaluator_visit_rule(mag_evaluator *evaluator, size_t rule_idx, mag_visit *visit,
                              void *context);
/* The same for one condition. */
void mag_evaluator_visit_node(mag_evaluator *evaluator, const mag_node *node, mag_visit *visit,
                              void *context);

/* The flagged, active rule that hides flags resting on a suspect sample, if the flag of `hidden`
   does; -1 if there is none. */
int mag_outcomes_suspect_hider(mag_evaluator *evaluator, const mag_outcome *outcomes,
                               size_t hidden);
/* Sets hidden_by of flagged outcomes: the visible rule at the top of the chain that hides them.
   Only active, flagged rules hide. */
void mag_outcomes_hide(mag_evaluator *evaluator, mag_outcome *outcomes);

#endif
