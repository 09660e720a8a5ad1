/* Operands about the quality of the data: what was rejected, what contradicts itself. */
#include "rules/evaluator.h"

mag_value mag_eval_rejected(mag_evaluator *evaluator, const mag_operand *operand) {
    (void)evaluator;
    (void)operand;
    return mag_value_unknown(mag_unknown_bit(MAG_UNKNOWN_MISSING));
}

mag_value mag_eval_unit_missing(mag_evaluator *evaluator, const mag_operand *operand) {
    (void)evaluator;
    (void)operand;
    return mag_value_unknown(mag_unknown_bit(MAG_UNKNOWN_MISSING));
}

mag_value mag_eval_conflict(mag_evaluator *evaluator, const mag_operand *operand) {
    (void)evaluator;
    (void)operand;
    return mag_value_unknown(mag_unknown_bit(MAG_UNKNOWN_MISSING));
}

mag_value mag_eval_suspect(mag_evaluator *evaluator, const mag_operand *operand) {
    (void)evaluator;
    (void)operand;
    return mag_value_unknown(mag_unknown_bit(MAG_UNKNOWN_MISSING));
}

mag_value mag_eval_dose_unclear(mag_evaluator *evaluator, const mag_operand *operand) {
    (void)evaluator;
    (void)operand;
    return mag_value_unknown(mag_unknown_bit(MAG_UNKNOWN_MISSING));
}

mag_value mag_eval_repeated_orders(mag_evaluator *evaluator, const mag_operand *operand) {
    (void)evaluator;
    (void)operand;
    return mag_value_unknown(mag_unknown_bit(MAG_UNKNOWN_MISSING));
}

mag_value mag_eval_unmapped_drugs(mag_evaluator *evaluator, const mag_operand *operand) {
    (void)evaluator;
    (void)operand;
    return mag_value_unknown(mag_unknown_bit(MAG_UNKNOWN_MISSING));
}

mag_value mag_eval_unit_share(mag_evaluator *evaluator, const mag_operand *operand) {
    (void)evaluator;
    (void)operand;
    return mag_value_unknown(mag_unknown_bit(MAG_UNKNOWN_MISSING));
}
