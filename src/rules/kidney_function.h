/* Which renal value decides (clinical spec f1): chosen from what is on record for one patient. */
#ifndef MAG_RULES_KIDNEY_FUNCTION_H
#define MAG_RULES_KIDNEY_FUNCTION_H

#include "rules/period.h"
#include "rules/value.h"

/* mL/min. Cockcroft-Gault from the newest creatinine of the period with a weight of the last 365
   days; else a reported eGFR made absolute with weight and height; else an eGFR calculated from
   creatinine; else the reported one. The formula and the weight policy are the cohort's. Age is
   that on the day of the sample. Unknown: `demographic` (age or sex), `unit` or `rejected` (only
   marks), `stale` (only older results), `missing`, `no_source`. A censored creatinine gives an
   interval. `lab` is the result used. */
mag_value mag_kidney_function(const mag_timeline *patient, const mag_period *period);

/* mL/min/1.73 m2: calculated from the newest creatinine of the period by the run's formula, else
   the newest reported one. Unknown as above. */
mag_value mag_kidney_egfr(const mag_timeline *patient, const mag_period *period);

/* mL/min/1.73 m2 of one creatinine by the run's formula, with the age on its day; unknown
   `demographic`. Members of one series: never mixed with reported values. */
mag_value mag_kidney_egfr_of(const mag_timeline *patient, const mag_lab *creatinine);

/* What a kidney function or eGFR was worked out from: "creatinine 4.3 mg/dL, age 88, male, 54.4
 * kg". */
void mag_kidney_inputs_text(const mag_timeline *patient, const mag_value *value, char *out,
                            size_t nbytes);

/* KDIGO category of an eGFR as a number (a mag_gfr_category); an interval across a border is
 * unknown. */
mag_value mag_kidney_category(const mag_value *egfr);

#endif
