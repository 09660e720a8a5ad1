/* Walking a condition: its truth, and the operands that decided it. */
#include "rules/evaluator.h"

/* In the unit of the operand's dimension: results are kept in the canonical unit of the analyte. */
static mag_bounds bounds_of_operand(mag_evaluator *evaluator, int16_t operand) {
    const double factor = evaluator->pack->operands[operand].unit_factor;
    mag_bounds bounds = mag_evaluator_operand(evaluator, operand)->bounds;
    bounds.low *= factor;
    bounds.high *= factor;
    return bounds;
}

static mag_bounds bounds_of(mag_evaluator *evaluator, const mag_node *node) {
    if (node->kind == MAG_NODE_CONSTANT)
        return mag_bounds_exact(node->number);
    if (node->kind == MAG_NODE_OPERAND)
        return bounds_of_operand(evaluator, node->operand);
    const mag_bounds left = bounds_of(evaluator, node->children[0]);
    const mag_bounds right = bounds_of(evaluator, node->children[1]);
    switch (node->kind) {
    case MAG_NODE_ADD:
        return mag_bounds_add(left, right);
    case MAG_NODE_SUBTRACT:
        return mag_bounds_subtract(left, right);
    case MAG_NODE_MULTIPLY:
        return mag_bounds_multiply(left, right);
    case MAG_NODE_DIVIDE:
        return mag_bounds_divide(left, right);
    case MAG_NODE_OPERAND:
    case MAG_NODE_CONSTANT:
    case MAG_NODE_LIMIT:
    case MAG_NODE_ALWAYS:
    case MAG_NODE_ANY_OF:
    case MAG_NODE_COMPARE:
    case MAG_NODE_NOT:
    case MAG_NODE_AND:
    case MAG_NODE_OR:
    case MAG_NODE_KNOWN:
        break;
    }
    return mag_bounds_unknown(mag_unknown_bit(MAG_UNKNOWN_MISSING));
}

/* A result against a limit, in the unit that it was reported in. */
static mag_truth compare_result(mag_evaluator *evaluator, const mag_node *node) {
    const int16_t number = node->children[0]->operand;
    const mag_limit *limit = node->children[1]->limit;
    const mag_operand *operand = &evaluator->pack->operands[number];
    mag_lab_query query;
    if (operand->kind == MAG_OPERAND_LOWEST && mag_evaluator_lab_query(evaluator, operand, &query))
        return mag_lab_compare_lowest(&query, node->relation, limit);
    if (operand->kind == MAG_OPERAND_HIGHEST && mag_evaluator_lab_query(evaluator, operand, &query))
        return mag_lab_compare_highest(&query, node->relation, limit);
    return mag_value_compare_limit(mag_evaluator_operand(evaluator, number), node->relation, limit);
}

static mag_truth compare(mag_evaluator *evaluator, const mag_node *node) {
    if (node->children[1]->kind == MAG_NODE_LIMIT)
        return compare_result(evaluator, node);
    const mag_bounds left = bounds_of(evaluator, node->children[0]);
    const mag_bounds right = bounds_of(evaluator, node->children[1]);
    return mag_bounds_compare(&left, node->relation, &right);
}

/* `or` over the arms that have a result; unknown `missing` if none has. */
static mag_truth any_of(mag_evaluator *evaluator, const mag_node *node) {
    const mag_unknown_set missing = mag_unknown_bit(MAG_UNKNOWN_MISSING);
    mag_truth truth = mag_truth_of(false);
    size_t left_out = 0;
    for (size_t i = 0; i < node->child_count && truth.is != MAG_TRUE; i++) {
        const mag_truth arm = mag_evaluator_truth(evaluator, node->children[i]);
        if (arm.is == MAG_UNDECIDED && arm.reasons == missing)
            left_out++;
        else
            truth = mag_truth_or(truth, arm);
    }
    return left_out == node->child_count ? mag_truth_unknown(missing) : truth;
}

mag_truth mag_evaluator_truth(mag_evaluator *evaluator, const mag_node *node) {
    mag_truth truth = mag_truth_of(node->kind == MAG_NODE_AND);
    switch (node->kind) {
    case MAG_NODE_AND:
        for (size_t i = 0; i < node->child_count && truth.is != MAG_FALSE; i++)
            truth = mag_truth_and(truth, mag_evaluator_truth(evaluator, node->children[i]));
        return truth;
    case MAG_NODE_OR:
        for (size_t i = 0; i < node->child_count && truth.is != MAG_TRUE; i++)
            truth = mag_truth_or(truth, mag_evaluator_truth(evaluator, node->children[i]));
        return truth;
    case MAG_NODE_ANY_OF:
        return any_of(evaluator, node);
    case MAG_NODE_ALWAYS:
        return mag_truth_of(true);
    case MAG_NODE_NOT:
        return mag_truth_not(mag_evaluator_truth(evaluator, node->children[0]));
    case MAG_NODE_KNOWN:
        return mag_truth_of(mag_evaluator_truth(evaluator, node->children[0]).is == MAG_TRUE);
    case MAG_NODE_COMPARE:
        return compare(evaluator, node);
    case MAG_NODE_OPERAND:
        return mag_evaluator_operand(evaluator, node->operand)->truth;
    case MAG_NODE_CONSTANT:
    case MAG_NODE_LIMIT:
    case MAG_NODE_ADD:
    case MAG_NODE_SUBTRACT:
    case MAG_NODE_MULTIPLY:
    case MAG_NODE_DIVIDE:
        break;
    }
    return mag_truth_unknown(mag_unknown_bit(MAG_UNKNOWN_MISSING));
}

/* Who is told about the operands that decided. */
typedef struct visitor {
    mag_evaluator *evaluator;
    mag_visit *visit;
    void *context;
} visitor;

/* Every operand of one side of a comparison. */
static void visit_side(const visitor *to, const mag_node *side, const mag_node *other,
                       mag_truth truth) {
    if (side->kind == MAG_NODE_OPERAND) {
        const bool is_plain = other->kind == MAG_NODE_LIMIT || other->kind == MAG_NODE_CONSTANT;
        to->visit(to->context, side, is_plain ? other : NULL, truth);
        return;
    }
    for (size_t i = 0; i < side->child_count; i++)
        visit_side(to, side->children[i], side, truth);
}

/* An arm of any_of without data had no say, unless no arm has data. */
static bool is_left_out(const mag_node *node, mag_truth whole, mag_truth arm) {
    const mag_unknown_set missing = mag_unknown_bit(MAG_UNKNOWN_MISSING);
    const bool has_no_data = arm.is == MAG_UNDECIDED && arm.reasons == missing;
    return node->kind == MAG_NODE_ANY_OF && has_no_data && whole.reasons != missing;
}

/* True `and`, false `or`: all children; otherwise those that came out like the whole. */
static bool decides(const mag_node *node, mag_truth whole, mag_truth child) {
    if (is_left_out(node, whole, child))
        return false;
    const bool takes_all =
        node->kind == MAG_NODE_AND ? whole.is == MAG_TRUE : whole.is == MAG_FALSE;
    return takes_all || child.is == whole.is;
}

void mag_evaluator_visit_node(mag_evaluator *evaluator, const mag_node *node, mag_visit *visit,
                              void *context) {
    const visitor to = {evaluator, visit, context};
    const mag_truth whole = mag_evaluator_truth(evaluator, node);
    switch (node->kind) {
    case MAG_NODE_OPERAND:
        visit(context, node, NULL, whole);
        return;
    case MAG_NODE_COMPARE:
        visit_side(&to, node->children[0], node->children[1], whole);
        visit_side(&to, node->children[1], node->children[0], whole);
        return;
    case MAG_NODE_AND:
    case MAG_NODE_OR:
    case MAG_NODE_ANY_OF:
    case MAG_NODE_NOT:
    case MAG_NODE_KNOWN:
        for (size_t i = 0; i < node->child_count; i++) {
            const mag_truth child = mag_evaluator_truth(evaluator, node->children[i]);
            const bool is_set_aside = node->kind == MAG_NODE_KNOWN && child.is == MAG_UNDECIDED;
            const bool has_one_child = node->child_count == 1;
            if (!is_set_aside && (has_one_child || decides(node, whole, child)))
                mag_evaluator_visit_node(evaluator, node->children[i], visit, context);
        }
        return;
    case MAG_NODE_ALWAYS:
    case MAG_NODE_CONSTANT:
    case MAG_NODE_LIMIT:
    case MAG_NODE_ADD:
    case MAG_NODE_SUBTRACT:
    case MAG_NODE_MULTIPLY:
    case MAG_NODE_DIVIDE:
        return;
    }
}
