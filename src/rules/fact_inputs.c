#include "rules/fact_inputs.h"

#include "clinical/ctcae.h"
#include "rules/calcium_function.h"
#include "rules/kidney_function.h"
#include "rules/operand_aki.h"
#include "rules/operand_femg.h"

#include <math.h>
#include <string.h>

static const char *calcium_method(const mag_value *value) {
    if ((value->notes & mag_note_bit(MAG_VALUE_NOTE_CA_UNADJUSTED)) != 0)
        return "total, not adjusted";
    return value->derived_unit == MAG_UNIT_MG_DL ? "Payne" : "adjusted, 0.02 per g/L";
}

static const char *derived_method(const mag_timeline *patient, const mag_operand *operand,
                                  const mag_value *value, char *inputs) {
    if (operand->kind == MAG_OPERAND_MEDIAN)
        return "median";
    if (operand->kind == MAG_OPERAND_CHANGE)
        return "latest minus first";
    mag_calcium_inputs_text(patient, value->lab, operand->worse, inputs, MAG_FACT_INPUTS_NBYTES);
    return calcium_method(value);
}

const char *mag_fact_inputs(mag_evaluator *evaluator, const mag_operand *operand,
                            const mag_value *value, char inputs[MAG_FACT_INPUTS_NBYTES]) {
    const mag_timeline *patient = evaluator->patient;
    mag_lab_query query;
    inputs[0] = '\0';
    if (value->lab == NULL || value->bounds.unknown != 0)
        return NULL;
    if (value->method != MAG_KF_NONE) {
        mag_kidney_inputs_text(patient, value, inputs, MAG_FACT_INPUTS_NBYTES);
        return mag_kf_method_label(value->method);
    }
    if (value->derived_unit != MAG_UNIT_NONE)
        return derived_method(patient, operand, value, inputs);
    if (!mag_evaluator_lab_query(evaluator, operand, &query))
        return NULL;
    if (operand->kind == MAG_OPERAND_AKI_STAGE) {
        mag_aki_inputs_text(&query, value, inputs, MAG_FACT_INPUTS_NBYTES);
        return "NHS England AKI algorithm";
    }
    if (operand->kind != MAG_OPERAND_FEMG)
        return NULL;
    mag_femg_inputs_text(&query, value, inputs, MAG_FACT_INPUTS_NBYTES);
    return "fractional excretion";
}

/* A derived number, to a millionth: finer than any limit. */
static mag_decimal decimal_of(double number) {
    return (mag_decimal){(int32_t)lround(number * 1e6), 6};
}

const char *mag_fact_grade(const mag_timeline *patient, const mag_operand *operand,
                           const mag_value *value, char text[16]) {
    const mag_lab *lab = value->lab;
    mag_reference reference = {.sex = patient->person->sex};
    const char *grade;
    if (lab == NULL || !mag_bounds_is_exact(&value->bounds) ||
        operand->kind == MAG_OPERAND_MEDIAN || operand->kind == MAG_OPERAND_CHANGE)
        return NULL;
    if (value->derived_unit != MAG_UNIT_NONE) {
        grade = mag_ctcae_grade(MAG_CALCIUM_ADJUSTED, value->derived_unit,
                                decimal_of(value->derived.low), &reference);
    } else {
        reference.has_row_range = mag_cohort_range(patient->cohort, lab->range_id,
                                                   &reference.row_low, &reference.row_high);
        grade = mag_ctcae_grade(mag_lab_analyte(lab), mag_lab_unit(lab), mag_lab_value(lab),
                                &reference);
    }
    if (grade == NULL)
        return NULL;
    static const char scale[] = "ctcae ";
    memcpy(text, scale, sizeof scale - 1);
    memcpy(text + sizeof scale - 1, grade, strlen(grade) + 1);
    return text;
}
