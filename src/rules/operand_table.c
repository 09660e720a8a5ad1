/* The table of distinct operands: what an evaluator computes once per patient. */
#include "rules/checker.h"

static bool is_same_length(mag_length a, mag_length b) {
    return a.amount == b.amount && a.is_minutes == b.is_minutes;
}

static bool is_same_window(const mag_window *a, const mag_window *b) {
    return a->kind == b->kind && is_same_length(a->near, b->near) &&
           is_same_length(a->far, b->far) && a->anchor == b->anchor && a->anchor2 == b->anchor2;
}

typedef struct member_list {
    const mag_member *members;
    size_t count;
} member_list;

static bool are_same_members(member_list a, member_list b) {
    if (a.count != b.count)
        return false;
    for (size_t i = 0; i < a.count; i++) {
        if (a.members[i].drug_class != b.members[i].drug_class ||
            a.members[i].extra_minutes != b.members[i].extra_minutes)
            return false;
    }
    return true;
}

static bool has_same_members(const mag_operand *a, const mag_operand *b) {
    const member_list first_a = {a->members, a->member_count};
    const member_list first_b = {b->members, b->member_count};
    const member_list second_a = {a->other_members, a->other_member_count};
    const member_list second_b = {b->other_members, b->other_member_count};
    return are_same_members(first_a, first_b) && are_same_members(second_a, second_b);
}

static bool is_same_decimal(mag_decimal a, mag_decimal b) {
    return a.mantissa == b.mantissa && a.scale == b.scale;
}

/* Named limits are one object each; literals are the same if they are written the same. */
static bool is_same_limit(const mag_limit *a, const mag_limit *b) {
    if (a == b || !a || !b || a->name || b->name)
        return a == b;
    return a->molar_unit == b->molar_unit && a->mass_unit == b->mass_unit &&
           is_same_decimal(a->molar, b->molar) && is_same_decimal(a->mass, b->mass);
}

static bool is_same_number(double a, double b) {
    return !(a < b) && !(a > b);
}

static bool is_same_filter(const mag_filter *a, const mag_filter *b) {
    if (!a->is_set || !b->is_set)
        return a->is_set == b->is_set;
    return a->relation == b->relation && is_same_limit(a->limit, b->limit) &&
           is_same_number(a->number, b->number);
}

static bool has_same_options(const mag_operand *a, const mag_operand *b) {
    return a->with == b->with && a->is_same_specimen == b->is_same_specimen &&
           is_same_length(a->length, b->length) && is_same_length(a->gap, b->gap) &&
           is_same_number(a->percent, b->percent) && a->direction == b->direction &&
           a->words == b->words && is_same_filter(&a->filter, &b->filter);
}

static bool is_same_operand(const mag_operand *a, const mag_operand *b) {
    return a->kind == b->kind && a->analyte == b->analyte && a->series == b->series &&
           a->worse == b->worse && a->conditions == b->conditions && a->source == b->source &&
           is_same_window(&a->window, &b->window) && has_same_members(a, b) &&
           has_same_options(a, b);
}

mag_status mag_checker_intern(mag_checker *checker, const mag_syntax *at,
                              const mag_operand *operand, int16_t *index, mag_error *err) {
    for (size_t i = 0; i < checker->operand_count; i++) {
        if (is_same_operand(&checker->operands[i], operand)) {
            *index = (int16_t)i;
            return MAG_OK;
        }
    }
    if (checker->operand_count == MAG_MAX_OPERANDS)
        return mag_expression_fail(at->expression, at->at, MAG_MSG_R510, err,
                                   "more than %d different operands in one pack", MAG_MAX_OPERANDS);
    checker->operands[checker->operand_count] = *operand;
    *index = (int16_t)checker->operand_count++;
    return MAG_OK;
}
