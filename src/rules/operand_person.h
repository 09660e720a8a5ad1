/* What rules ask about the person: age, sex, weight, height, conditions. */
#ifndef MAG_RULES_OPERAND_PERSON_H
#define MAG_RULES_OPERAND_PERSON_H

#include "rules/period.h"
#include "rules/value.h"

/* Completed years at a moment; unknown `demographic`. */
mag_value mag_person_age_value(const mag_timeline *patient, mag_minute at);
/* A mag_sex as a number; unknown `demographic`. */
mag_value mag_person_sex_value(const mag_timeline *patient);

/* kg, cm: the newest result of the period; unknown like a laboratory result. */
mag_value mag_person_weight(const mag_timeline *patient, const mag_period *period);
mag_value mag_person_height(const mag_timeline *patient, const mag_period *period);

/* kg/m2 from those two; `at` and `lab` are the weight's. Unknown if one of them is. */
mag_value mag_person_bmi(const mag_timeline *patient, const mag_period *period);

/* T lies inside a stay; false in a run without stays. */
bool mag_person_is_in_stay(const mag_timeline *patient);
/* True inside a stay and in a run without stays; else unknown `unobservable`. */
mag_truth mag_person_in_care(const mag_timeline *patient);
/* Alive at T; unknown `demographic` if a death could not be read. */
mag_truth mag_person_alive(const mag_timeline *patient);

/* True if a code of one of the conditions (set of mag_condition bits) was recorded in the period;
   `at` is the newest, unknown `missing` if there is none. Unknown `no_source` without a source of
   conditions. */
mag_value mag_person_has(const mag_timeline *patient, uint32_t conditions,
                         const mag_period *period);

#endif
