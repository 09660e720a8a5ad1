/* Fractional excretion of magnesium of a patient (clinical spec f8), from what is on record. */
#ifndef MAG_RULES_OPERAND_FEMG_H
#define MAG_RULES_OPERAND_FEMG_H

#include "rules/operand_lab.h"

/* Percent, of the newest urine magnesium of the period with the urine creatinine of its specimen
   (else the nearest within 24 h, of the same kind: concentration or a day's amount) and the serum
   magnesium and creatinine nearest to it within 24 h. `lab` is the urine magnesium. Unknown
   `missing` if unpaired; `invalid` with serum magnesium not below 0.70 mmol/L, eGFR below 30, or
   intravenous magnesium in the 24 h before a sample; `demographic` if there is no eGFR to tell. */
mag_value mag_femg(const mag_lab_query *query);

/* "urine magnesium 3.0 mmol/L, urine creatinine ..., serum magnesium ..., serum creatinine ...",
   each with its time; the value's reading in front. */
void mag_femg_inputs_text(const mag_lab_query *query, const mag_value *femg, char *out,
                          size_t nbytes);

#endif
