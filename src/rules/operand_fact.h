/* What rules ask about the quality of a patient's data: which records are set aside, contradict
   each other or come from a suspect sample, and which orders are unclear (clinical rules H). Pure
   functions of a timeline. */
#ifndef MAG_RULES_OPERAND_FACT_H
#define MAG_RULES_OPERAND_FACT_H

#include "rules/operand_drug.h"

/* One of rejected( ), unit_missing( ), conflict( ), suspect( ), asked of a patient. */
typedef struct mag_record_query {
    const mag_timeline *patient;
    const mag_operand *operand;
    mag_period period;
} mag_record_query;

/* The first result or mark that the operand is about, after `after` (NULL: from the first on), in
   the order of the timeline; NULL if there is none. Values of rejected and unit_missing are marks.
   - rejected: outside the hard limits, zero or negative, or no number (H01); of `any` the analytes
     of the code book that have limits (spec c5), without reported eGFR in words.
   - unit_missing: no unit, an unknown one, or one that does not fit the analyte (H02).
   - conflict: a value that another of its specimen or moment contradicts (H04).
   - suspect: edta: the three results; haemolysis: of potassium or magnesium; drip_arm: the sodium
     or glucose set aside; ph: the mark of an ionised calcium (H03). */
const mag_lab *mag_record_next(const mag_record_query *query, const mag_lab *after);
/* Is there one? The newest is the value's record. Unknown `no_source` without a laboratory. */
mag_value mag_record_any(const mag_record_query *query);

/* A product in effect at T whose dose is not known or an interval; else like active. */
mag_value mag_drug_dose_unclear(const mag_drug_query *query);
/* Two orders of one drug, route and dose run at T; else like active. */
mag_value mag_drug_repeated(const mag_drug_query *query);

#endif
