/* Walks the syntax; what a call means is in call.c, windows in window.c. */
#include "rules/checker.h"

#include <stdlib.h>

mag_status mag_checker_init(mag_checker *checker, mag_arena *arena, const mag_names *names,
                            int32_t history_days, mag_error *err) {
    mag_checker fresh = {.arena = arena, .names = names, .history_days = history_days};
    size_t nbytes = MAG_MAX_OPERANDS * sizeof(mag_operand);
    *checker = fresh;
    checker->operands = mag_arena_alloc(arena, nbytes);
    return checker->operands ? MAG_OK : mag_fail_memory(err, nbytes);
}

mag_node *mag_checker_node(mag_checker *checker, const mag_syntax *at, mag_node_kind kind,
                           mag_dimension dimension) {
    mag_node *node = mag_arena_alloc(checker->arena, sizeof *node);
    if (!node)
        return NULL;
    node->kind = kind;
    node->dimension = dimension;
    node->operand = -1;
    node->shown = "";
    mag_expression_place(at->expression, at->at, &node->line, &node->column);
    return node;
}

static mag_status fail(const mag_syntax *at, mag_message_id id, const char *text, mag_error *err) {
    return mag_expression_fail(at->expression, at->at, id, err, "%s", text);
}

static mag_status new_node(mag_checker *checker, const mag_syntax *at, mag_node_kind kind,
                           mag_node **out, mag_error *err) {
    *out = mag_checker_node(checker, at, kind, MAG_DIM_TRUTH);
    return *out ? MAG_OK : mag_fail_memory(err, sizeof **out);
}

/* A node with room for its children, which the caller fills. */
static mag_status new_parent(mag_checker *checker, const mag_syntax *at, mag_node_kind kind,
                             mag_node **out, const mag_node ***children, mag_error *err) {
    size_t nbytes = at->child_count * sizeof **children;
    MAG_TRY(new_node(checker, at, kind, out, err));
    *children = mag_arena_alloc(checker->arena, nbytes);
    if (!*children)
        return mag_fail_memory(err, nbytes);
    (*out)->children = *children;
    (*out)->child_count = at->child_count;
    return MAG_OK;
}

/* A node that stands for words of the text. */
static mag_status new_leaf(mag_checker *checker, const mag_syntax *at, mag_node_kind kind,
                           mag_node **out, mag_error *err) {
    MAG_TRY(new_node(checker, at, kind, out, err));
    (*out)->shown = mag_arena_text(checker->arena, at->text);
    return (*out)->shown ? MAG_OK : mag_fail_memory(err, at->text.nbytes);
}

/* How a value is called in a message. */
static const char *kind_label(mag_dimension dimension) {
    static const char *const labels[MAG_DIM_COUNT] = {
        [MAG_DIM_TRUTH] = "true or false",
        [MAG_DIM_RESULT] = "a laboratory result",
        [MAG_DIM_NUMBER] = "a plain number",
        [MAG_DIM_PERCENT] = "a percentage",
        [MAG_DIM_DAYS] = "a number of days",
        [MAG_DIM_YEARS] = "a number of years",
        [MAG_DIM_FLOW] = "a clearance in mL/min",
        [MAG_DIM_FLOW_INDEXED] = "an eGFR in mL/min/1.73m2",
        [MAG_DIM_MOLAR] = "a concentration in mmol/L",
        [MAG_DIM_MASS_CONC] = "a concentration in mg/dL",
        [MAG_DIM_DOSE] = "a dose in mmol/day",
        [MAG_DIM_AMOUNT] = "an amount in mmol",
        [MAG_DIM_MASS] = "a weight in kg",
        [MAG_DIM_LENGTH] = "a length in cm",
        [MAG_DIM_ACTIVITY] = "an activity in U/L",
        [MAG_DIM_SEX] = "a sex",
        [MAG_DIM_CATEGORY] = "a kidney category",
        [MAG_DIM_MOMENT] = "a moment",
        [MAG_DIM_LIMIT] = "a named limit",
    };
    return labels[dimension];
}

static mag_status fail_mismatch(const mag_syntax *at, mag_dimension left, mag_dimension right,
                                mag_error *err) {
    return mag_expression_fail(at->expression, at->at, MAG_MSG_R501, err,
                               "units do not match: %s on the left, %s on the right",
                               kind_label(left), kind_label(right));
}

/* --- names ----------------------------------------------------------------------------------- */

/* A definition is checked where it is used, because what counts at one moment depends on the rule.
 */
static mag_status use_definition(mag_checker *checker, const mag_syntax *at,
                                 const mag_definition *definition, const mag_node **out,
                                 mag_error *err) {
    if (checker->definition_depth >= MAG_MAX_DEFINITION_DEPTH)
        return mag_expression_fail(at->expression, at->at, MAG_MSG_R502, err,
                                   "\"%s\" is defined by itself, or more than %d names deep",
                                   definition->name, MAG_MAX_DEFINITION_DEPTH);
    checker->definition_depth++;
    mag_status status = mag_checker_value(checker, definition->syntax, out, err);
    checker->definition_depth--;
    if (status != MAG_OK || (*out)->kind != MAG_NODE_OPERAND)
        return status;
    mag_node *named = mag_arena_alloc(checker->arena, sizeof *named);
    if (!named)
        return mag_fail_memory(err, sizeof *named);
    *named = **out;
    named->shown = definition->name;
    *out = named;
    return MAG_OK;
}

bool mag_checker_is_defined(const mag_checker *checker, mag_span name) {
    const mag_names *names = checker->names;
    return mag_definitions_find(names->bindings, name) ||
           mag_definitions_find(names->notes, name) || mag_definitions_find(names->defines, name);
}

static const mag_definition *find_definition(const mag_names *names, mag_span name) {
    const mag_definition *found = mag_definitions_find(names->bindings, name);
    if (!found)
        found = mag_definitions_find(names->notes, name);
    return found ? found : mag_definitions_find(names->defines, name);
}

static mag_status fail_name(mag_checker *checker, const mag_syntax *syntax, mag_error *err) {
    mag_class drug_class;
    mag_condition condition;
    const char *instead = NULL;
    if (mag_analyte_find(syntax->text) != MAG_ANALYTE_NONE)
        instead = "an analyte stands inside latest( ), lowest( ), measured( ) ...";
    else if (mag_class_find(syntax->text, &drug_class) ||
             mag_names_group(checker->names, syntax->text))
        instead = "a class or group stands inside active( ), dose( ) ...";
    else if (mag_condition_find(syntax->text, &condition))
        instead = "a condition stands inside has( )";
    if (instead)
        return fail(syntax, MAG_MSG_R501, instead, err);
    return mag_checker_fail_unknown(syntax, "name", syntax->text,
                                    mag_names_all(checker->names, checker->arena), err);
}

static mag_status constant_node(mag_checker *checker, const mag_syntax *syntax,
                                const mag_quantity *quantity, const mag_node **out,
                                mag_error *err) {
    mag_node *node;
    MAG_TRY(new_leaf(checker, syntax, MAG_NODE_CONSTANT, &node, err));
    node->dimension = quantity->dimension;
    node->number = mag_decimal_double(quantity->digits) * quantity->factor;
    *out = node;
    return MAG_OK;
}

static mag_status limit_node(mag_checker *checker, const mag_syntax *syntax, const mag_limit *limit,
                             const mag_node **out, mag_error *err) {
    mag_node *node;
    MAG_TRY(new_leaf(checker, syntax, MAG_NODE_LIMIT, &node, err));
    node->dimension = MAG_DIM_LIMIT;
    node->limit = limit;
    *out = node;
    return MAG_OK;
}

static mag_status operand_node(mag_checker *checker, const mag_syntax *syntax,
                               mag_operand_kind kind, const mag_node **out, mag_error *err) {
    mag_node *node;
    MAG_TRY(mag_checker_operand(checker, syntax, kind, &node, err));
    *out = node;
    return MAG_OK;
}

static mag_status word_node(mag_checker *checker, const mag_syntax *syntax, const mag_node **out,
                            mag_error *err) {
    mag_dimension dimension;
    double number;
    if (!mag_constant_find(syntax->text, &dimension, &number))
        return fail_name(checker, syntax, err);
    mag_node *node;
    MAG_TRY(new_leaf(checker, syntax, MAG_NODE_CONSTANT, &node, err));
    node->dimension = dimension;
    node->number = number;
    *out = node;
    return MAG_OK;
}

static mag_status always_node(mag_checker *checker, const mag_syntax *syntax, const mag_node **out,
                              mag_error *err) {
    mag_node *node;
    MAG_TRY(new_leaf(checker, syntax, MAG_NODE_ALWAYS, &node, err));
    *out = node;
    return MAG_OK;
}

static mag_status check_name(mag_checker *checker, const mag_syntax *syntax, const mag_node **out,
                             mag_error *err) {
    const mag_definition *definition = find_definition(checker->names, syntax->text);
    if (definition)
        return use_definition(checker, syntax, definition, out, err);
    const mag_parameter *parameter = mag_names_parameter(checker->names, syntax->text);
    if (parameter)
        return constant_node(checker, syntax, &parameter->value, out, err);
    const mag_limit *limit = mag_names_limit(checker->names, syntax->text);
    if (limit)
        return limit_node(checker, syntax, limit, out, err);
    if (mag_span_is(syntax->text, "always"))
        return always_node(checker, syntax, out, err);
    mag_operand_kind kind;
    if (mag_operand_find(syntax->text, &kind))
        return operand_node(checker, syntax, kind, out, err);
    return word_node(checker, syntax, out, err);
}

/* --- calls ----------------------------------------------------------------------------------- */

static mag_status check_truths(mag_checker *checker, const mag_syntax *syntax, mag_node_kind kind,
                               const mag_node **out, mag_error *err) {
    mag_node *node;
    const mag_node **children;
    MAG_TRY(new_parent(checker, syntax, kind, &node, &children, err));
    for (size_t i = 0; i < syntax->child_count; i++)
        MAG_TRY(mag_checker_truth(checker, syntax->children[i], &children[i], err));
    *out = node;
    return MAG_OK;
}

static mag_status check_known(mag_checker *checker, const mag_syntax *syntax, const mag_node **out,
                              mag_error *err) {
    if (syntax->child_count != 1 || syntax->window.kind != MAG_SYNTAX_NO_WINDOW)
        return fail(syntax, MAG_MSG_R501, "known( ) takes one condition", err);
    checker->known_depth++;
    mag_status status = check_truths(checker, syntax, MAG_NODE_KNOWN, out, err);
    checker->known_depth--;
    return status;
}

static mag_status check_any_of(mag_checker *checker, const mag_syntax *syntax, const mag_node **out,
                               mag_error *err) {
    if (syntax->child_count < 2 || syntax->window.kind != MAG_SYNTAX_NO_WINDOW)
        return fail(syntax, MAG_MSG_R501, "any_of( ) takes two conditions or more", err);
    return check_truths(checker, syntax, MAG_NODE_ANY_OF, out, err);
}

static mag_status check_call(mag_checker *checker, const mag_syntax *syntax, const mag_node **out,
                             mag_error *err) {
    if (mag_span_is(syntax->text, "known"))
        return check_known(checker, syntax, out, err);
    if (mag_span_is(syntax->text, "any_of"))
        return check_any_of(checker, syntax, out, err);
    mag_operand_kind kind;
    if (!mag_operand_find(syntax->text, &kind))
        return mag_checker_fail_unknown(syntax, "operand", syntax->text,
                                        mag_names_all(checker->names, checker->arena), err);
    if (kind == MAG_OPERAND_HAS && checker->refuses_bare_has && checker->known_depth == 0)
        return fail(syntax, MAG_MSG_R502,
                    "a bare has( ) here would make patients without a conditions source vanish; "
                    "use `except`, known(has( )) or `requires: [conditions]`",
                    err);
    return operand_node(checker, syntax, kind, out, err);
}

/* --- comparisons ----------------------------------------------------------------------------- */

static mag_relation mirrored(mag_relation relation) {
    switch (relation) {
    case MAG_IS_BELOW:
        return MAG_IS_ABOVE;
    case MAG_IS_AT_MOST:
        return MAG_IS_AT_LEAST;
    case MAG_IS_ABOVE:
        return MAG_IS_BELOW;
    case MAG_IS_AT_LEAST:
        return MAG_IS_AT_MOST;
    case MAG_IS_EQUAL:
    case MAG_IS_NOT_EQUAL:
        break;
    }
    return relation;
}

typedef struct comparison {
    const mag_syntax *at, *left_at, *right_at;
    const mag_node *left, *right;
    mag_relation relation;
} comparison;

const mag_quantity *mag_checker_quantity(const mag_checker *checker, const mag_syntax *syntax) {
    if (syntax->kind == MAG_SYNTAX_QUANTITY)
        return &syntax->quantity;
    if (syntax->kind != MAG_SYNTAX_NAME)
        return NULL;
    const mag_parameter *parameter = mag_names_parameter(checker->names, syntax->text);
    return parameter ? &parameter->value : NULL;
}

void mag_checker_see(mag_checker *checker, mag_relation relation) {
    checker->saw_below |= relation == MAG_IS_BELOW || relation == MAG_IS_AT_MOST;
    checker->saw_above |= relation == MAG_IS_ABOVE || relation == MAG_IS_AT_LEAST;
}

static mag_status numeric_dimension(mag_checker *checker, const mag_syntax *at,
                                    const mag_node *node, mag_dimension *out, mag_error *err);

/* A result against a limit is compared as printed, against anything else as a number. */
static mag_status check_result(mag_checker *checker, comparison *c, mag_error *err) {
    mag_analyte analyte = checker->operands[c->left->operand].analyte;
    mag_dimension left, right;
    if (c->relation == MAG_IS_EQUAL || c->relation == MAG_IS_NOT_EQUAL)
        return fail(c->at, MAG_MSG_R501, "a result is compared with < <= > or >=", err);
    mag_checker_see(checker, c->relation);
    if (c->right->dimension == MAG_DIM_LIMIT)
        return mag_checker_limit_fits(c->right_at, analyte, c->right->limit, err);
    const mag_quantity *quantity = mag_checker_quantity(checker, c->right_at);
    if (!quantity) {
        MAG_TRY(numeric_dimension(checker, c->left_at, c->left, &left, err));
        MAG_TRY(numeric_dimension(checker, c->right_at, c->right, &right, err));
        return left == right ? MAG_OK : fail_mismatch(c->right_at, left, right, err);
    }
    const mag_limit *limit;
    MAG_TRY(mag_checker_literal(checker, c->right_at, analyte, quantity, &limit, err));
    return limit_node(checker, c->right_at, limit, &c->right, err);
}

/* A plain number beside days or years is that many of them: age >= 75, days_since(kf) > 90. */
static mag_status adopt_unit(mag_checker *checker, const mag_node **number, mag_dimension wanted,
                             mag_error *err) {
    mag_node *adopted = mag_arena_alloc(checker->arena, sizeof *adopted);
    if (!adopted)
        return mag_fail_memory(err, sizeof *adopted);
    *adopted = **number;
    adopted->dimension = wanted;
    *number = adopted;
    return MAG_OK;
}

static bool takes_plain_number(mag_dimension dimension) {
    return dimension == MAG_DIM_DAYS || dimension == MAG_DIM_YEARS;
}

static mag_status check_numbers(mag_checker *checker, comparison *c, mag_error *err) {
    mag_dimension left = c->left->dimension, right = c->right->dimension;
    bool is_left_plain = c->left->kind == MAG_NODE_CONSTANT && left == MAG_DIM_NUMBER;
    bool is_right_plain = c->right->kind == MAG_NODE_CONSTANT && right == MAG_DIM_NUMBER;
    if (is_right_plain && takes_plain_number(left))
        MAG_TRY(adopt_unit(checker, &c->right, left, err));
    else if (is_left_plain && takes_plain_number(right))
        MAG_TRY(adopt_unit(checker, &c->left, right, err));
    else if (left != right)
        return fail_mismatch(c->right_at, left, right, err);
    left = c->left->dimension;
    if (left == MAG_DIM_TRUTH || left == MAG_DIM_LIMIT || left == MAG_DIM_MOMENT)
        return mag_expression_fail(c->at->expression, c->at->at, MAG_MSG_R501, err,
                                   "%s cannot be compared", kind_label(left));
    bool is_equality = c->relation == MAG_IS_EQUAL || c->relation == MAG_IS_NOT_EQUAL;
    bool is_discrete = left == MAG_DIM_NUMBER || left == MAG_DIM_CATEGORY || left == MAG_DIM_SEX;
    if (is_equality && !is_discrete)
        return fail(c->at, MAG_MSG_R501,
                    "= and != are for counts, sex and categories; use < <= > or >=", err);
    if (left == MAG_DIM_SEX && !is_equality)
        return fail(c->at, MAG_MSG_R501, "sex is compared with = or !=", err);
    return MAG_OK;
}

static void swap_sides(comparison *c) {
    comparison was = *c;
    c->left = was.right;
    c->right = was.left;
    c->left_at = was.right_at;
    c->right_at = was.left_at;
    c->relation = mirrored(was.relation);
}

static mag_status check_compare(mag_checker *checker, const mag_syntax *syntax,
                                const mag_node **out, mag_error *err) {
    comparison c = {.at = syntax,
                    .left_at = syntax->children[0],
                    .right_at = syntax->children[1],
                    .relation = syntax->relation};
    MAG_TRY(mag_checker_value(checker, c.left_at, &c.left, err));
    MAG_TRY(mag_checker_value(checker, c.right_at, &c.right, err));
    if (c.left->dimension != MAG_DIM_RESULT && c.right->dimension == MAG_DIM_RESULT)
        swap_sides(&c);
    if (c.left->dimension == MAG_DIM_RESULT)
        MAG_TRY(check_result(checker, &c, err));
    else
        MAG_TRY(check_numbers(checker, &c, err));
    mag_node *node;
    const mag_node **children;
    MAG_TRY(new_parent(checker, syntax, MAG_NODE_COMPARE, &node, &children, err));
    children[0] = c.left;
    children[1] = c.right;
    node->relation = c.relation;
    *out = node;
    return MAG_OK;
}

/* --- arithmetic ------------------------------------------------------------------------------ */

/* The dimension of a value in a sum; a result counts in its canonical unit, if that is a
 * dimension's. */
static mag_status numeric_dimension(mag_checker *checker, const mag_syntax *at,
                                    const mag_node *node, mag_dimension *out, mag_error *err) {
    double factor;
    *out = node->dimension;
    if (node->dimension == MAG_DIM_RESULT) {
        mag_analyte analyte = checker->operands[node->operand].analyte;
        if (!mag_dimension_of_unit(mag_analyte_of(analyte)->canonical, out, &factor))
            *out = MAG_DIM_RESULT;
    }
    bool is_number = *out >= MAG_DIM_NUMBER && *out <= MAG_DIM_ACTIVITY;
    if (is_number)
        return MAG_OK;
    return mag_expression_fail(at->expression, at->at, MAG_MSG_R501, err,
                               "%s cannot be added or multiplied", kind_label(node->dimension));
}

static mag_status result_dimension(mag_node_kind kind, const mag_syntax *at, mag_dimension left,
                                   mag_dimension right, mag_dimension *out, mag_error *err) {
    *out = left;
    if (kind == MAG_NODE_ADD || kind == MAG_NODE_SUBTRACT)
        return left == right ? MAG_OK : fail_mismatch(at, left, right, err);
    if (right == MAG_DIM_NUMBER)
        return MAG_OK;
    if (kind == MAG_NODE_MULTIPLY && left == MAG_DIM_NUMBER) {
        *out = right;
        return MAG_OK;
    }
    if (kind == MAG_NODE_DIVIDE && left == right) {
        *out = MAG_DIM_NUMBER;
        return MAG_OK;
    }
    return fail(at, MAG_MSG_R501, "this product or quotient has no unit that rules know", err);
}

static mag_status check_arithmetic(mag_checker *checker, const mag_syntax *syntax,
                                   mag_node_kind kind, const mag_node **out, mag_error *err) {
    mag_node *node;
    const mag_node **children;
    MAG_TRY(new_parent(checker, syntax, kind, &node, &children, err));
    mag_dimension dimensions[2];
    for (size_t i = 0; i < 2; i++) {
        const mag_syntax *at = syntax->children[i];
        bool is_divisor = checker->is_divisor;
        if (i == 1 && kind == MAG_NODE_DIVIDE)
            checker->is_divisor = !is_divisor;
        mag_status status = mag_checker_value(checker, at, &children[i], err);
        checker->is_divisor = is_divisor;
        MAG_TRY(status);
        MAG_TRY(numeric_dimension(checker, at, children[i], &dimensions[i], err));
    }
    MAG_TRY(result_dimension(kind, syntax, dimensions[0], dimensions[1], &node->dimension, err));
    bool divides_by_zero = kind == MAG_NODE_DIVIDE && children[1]->kind == MAG_NODE_CONSTANT &&
                           !(children[1]->number > 0.0);
    if (divides_by_zero)
        return fail(syntax, MAG_MSG_R501, "this divides by zero", err);
    *out = node;
    return MAG_OK;
}

/* --- all ------------------------------------------------------------------------------------- */

mag_status mag_checker_value(mag_checker *checker, const mag_syntax *syntax, const mag_node **out,
                             mag_error *err) {
    switch (syntax->kind) {
    case MAG_SYNTAX_QUANTITY:
        return constant_node(checker, syntax, &syntax->quantity, out, err);
    case MAG_SYNTAX_NAME:
        return check_name(checker, syntax, out, err);
    case MAG_SYNTAX_CALL:
        return check_call(checker, syntax, out, err);
    case MAG_SYNTAX_COMPARE:
        return check_compare(checker, syntax, out, err);
    case MAG_SYNTAX_NOT:
        return check_truths(checker, syntax, MAG_NODE_NOT, out, err);
    case MAG_SYNTAX_AND:
        return check_truths(checker, syntax, MAG_NODE_AND, out, err);
    case MAG_SYNTAX_OR:
        return check_truths(checker, syntax, MAG_NODE_OR, out, err);
    case MAG_SYNTAX_ADD:
        return check_arithmetic(checker, syntax, MAG_NODE_ADD, out, err);
    case MAG_SYNTAX_SUBTRACT:
        return check_arithmetic(checker, syntax, MAG_NODE_SUBTRACT, out, err);
    case MAG_SYNTAX_MULTIPLY:
        return check_arithmetic(checker, syntax, MAG_NODE_MULTIPLY, out, err);
    case MAG_SYNTAX_DIVIDE:
        return check_arithmetic(checker, syntax, MAG_NODE_DIVIDE, out, err);
    }
    return fail(syntax, MAG_MSG_R501, "this cannot be evaluated", err);
}

mag_status mag_checker_truth(mag_checker *checker, const mag_syntax *syntax, const mag_node **out,
                             mag_error *err) {
    MAG_TRY(mag_checker_value(checker, syntax, out, err));
    if ((*out)->dimension == MAG_DIM_TRUTH)
        return MAG_OK;
    return mag_expression_fail(syntax->expression, syntax->at, MAG_MSG_R501, err,
                               "expected true or false, found %s", kind_label((*out)->dimension));
}
