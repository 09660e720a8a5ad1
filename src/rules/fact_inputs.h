/* What a derived value was worked out of and how, in words for evidence; and what a result means on
   a scale that rules do not use. */
#ifndef MAG_RULES_FACT_INPUTS_H
#define MAG_RULES_FACT_INPUTS_H

#include "rules/evaluator.h"

enum { MAG_FACT_INPUTS_NBYTES = 320 };

/* "CG actual weight", "NHS England AKI algorithm"; NULL if the value is not worked out of others.
   inputs: "total 2.00 mmol/L, albumin 30 g/L". */
const char *mag_fact_inputs(mag_evaluator *evaluator, const mag_operand *operand,
                            const mag_value *value, char inputs[MAG_FACT_INPUTS_NBYTES]);

/* "ctcae 3" of an electrolyte result or an adjusted calcium; NULL if it has no grade. Censored
   values have none. */
const char *mag_fact_grade(const mag_timeline *patient, const mag_operand *operand,
                           const mag_value *value, char text[16]);

#endif
