/* Acute kidney injury of a patient (clinical spec f7, rules 0.1 item 7), from what is on record. */
#ifndef MAG_RULES_OPERAND_AKI_H
#define MAG_RULES_OPERAND_AKI_H

#include "clinical/acute_kidney_injury.h"
#include "rules/operand_lab.h"

/* 0 to 3: the worst AKI among the creatinines of the period that is not resolved by T; of equal
   ones the newest. `lab` and `at` are its creatinine's; at stage 0 the newest with a baseline's.
   Creatinines without a baseline are left out: unknown `missing` only if none has one. Specimens
   count once, by their highest creatinine. Censored creatinines give an interval. Needs the room.
 */
mag_value mag_aki_stage(const mag_lab_query *query);

/* "C1 180 umol/L, RV1 90.0, RV2 85.0, ratio 2.00, D 27.0", of the creatinine that a stage stands
   on; what there is not is left out. */
void mag_aki_inputs_text(const mag_lab_query *query, const mag_value *stage, char *out,
                         size_t nbytes);

#endif
