/* Adjusted calcium of one specimen (clinical spec h, rules 0.1 items 6 and 21), from what is on
   record. */
#ifndef MAG_RULES_CALCIUM_FUNCTION_H
#define MAG_RULES_CALCIUM_FUNCTION_H

#include "rules/value.h"

/* Albumin that adjusts a total calcium: of the same specimen, else the nearest within 24 h (a day,
   if one has no clock), not after T; of two at one moment the one on the worse side of the adjusted
   value. NULL without one. */
const mag_lab *mag_calcium_albumin(const mag_timeline *patient, const mag_lab *total,
                                   mag_worse worse);

/* Is there a usable reported adjusted calcium of the total's specimen or moment, which then counts
   instead? */
bool mag_calcium_is_reported(const mag_timeline *patient, const mag_lab *total);

/* A reported adjusted calcium is itself. A total is adjusted with its albumin; `derived` is in
   mg/dL if the total is, else mmol/L, `bounds` in mmol/L. Without albumin, or where no formula
   holds, it is an interval with the doubt `ca_unadjusted`: [0, 1.80) below 1.80, above 3.00
   likewise, [2.20, 2.60] inside that, else anything; noted `ca_unadjusted`. */
mag_value mag_calcium_adjusted(const mag_timeline *patient, const mag_lab *calcium,
                               mag_worse worse);

/* "total 2.00 mmol/L, albumin 30 g/L" */
void mag_calcium_inputs_text(const mag_timeline *patient, const mag_lab *total, mag_worse worse,
                             char *out, size_t nbytes);

#endif
