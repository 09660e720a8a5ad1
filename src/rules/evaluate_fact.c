/* Operands about the quality of the data: what was rejected, what contradicts itself. */
#include "rules/evaluator.h"
#include "rules/operand_fact.h"

#include <math.h>

static mag_value ask_records(mag_evaluator *evaluator, const mag_operand *operand) {
    mag_record_query query = {.patient = evaluator->patient, .operand = operand};
    mag_unknown_set reasons;
    if (!mag_evaluator_period(evaluator, operand, &query.period, &reasons))
        return mag_value_unknown(reasons);
    return mag_record_any(&query);
}

mag_value mag_eval_rejected(mag_evaluator *evaluator, const mag_operand *operand) {
    return ask_records(evaluator, operand);
}

mag_value mag_eval_unit_missing(mag_evaluator *evaluator, const mag_operand *operand) {
    return ask_records(evaluator, operand);
}

mag_value mag_eval_conflict(mag_evaluator *evaluator, const mag_operand *operand) {
    mag_value value = ask_records(evaluator, operand);
    if (value.lab != NULL)
        value.notes |= mag_note_bit(MAG_VALUE_NOTE_CONFLICT);
    return value;
}

mag_value mag_eval_suspect(mag_evaluator *evaluator, const mag_operand *operand) {
    return ask_records(evaluator, operand);
}

mag_value mag_eval_dose_unclear(mag_evaluator *evaluator, const mag_operand *operand) {
    const mag_drug_query query = mag_evaluator_drug_query(evaluator, operand);
    return mag_drug_dose_unclear(&query);
}

mag_value mag_eval_repeated_orders(mag_evaluator *evaluator, const mag_operand *operand) {
    const mag_drug_query query = mag_evaluator_drug_query(evaluator, operand);
    return mag_drug_repeated(&query);
}

/* Rows of the run's sources, whoever they are about. */
mag_value mag_eval_unmapped_drugs(mag_evaluator *evaluator, const mag_operand *operand) {
    const mag_cohort *cohort = evaluator->patient->cohort;
    uint64_t row_count = 0;
    (void)operand;
    if (!mag_cohort_has_prescriptions(cohort))
        return mag_value_unknown(mag_unknown_bit(MAG_UNKNOWN_NO_SOURCE));
    for (size_t i = 0; i < mag_cohort_file_count(cohort); i++)
        row_count += mag_cohort_file(cohort, (uint16_t)i)->accounting.unmapped;
    return mag_value_of_number((double)row_count);
}

mag_value mag_eval_unit_share(mag_evaluator *evaluator, const mag_operand *operand) {
    const mag_cohort *cohort = evaluator->patient->cohort;
    const bool is_any = operand->series == MAG_SERIES_ANY;
    double most = -1;
    if (!mag_cohort_has_labs(cohort))
        return mag_value_unknown(mag_unknown_bit(MAG_UNKNOWN_NO_SOURCE));
    for (int analyte = MAG_ANALYTE_NONE + 1; analyte < MAG_ANALYTE_COUNT; analyte++)
        if (is_any || operand->analyte == (mag_analyte)analyte)
            most = fmax(most, mag_cohort_unit_share(cohort, (mag_analyte)analyte));
    return most < 0 ? mag_value_unknown(mag_unknown_bit(MAG_UNKNOWN_MISSING))
                    : mag_value_of_number(most);
}
