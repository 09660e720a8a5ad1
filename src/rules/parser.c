/* Recursive descent, one function per level of binding:
     chain   := part { and part } | part { or part }          (never both without brackets)
     part    := not part | sum [relation sum]
     sum     := product { (+|-) product }
     product := factor { (*|/) factor }
     factor  := [-] NUMBER | ( chain ) | NAME | NAME ( {chain | clause} )  with commas
   Clauses, that is windows and options, are in parser_clause.c. */
#include "rules/parser.h"

#include <string.h>

mag_status mag_parser_advance(mag_parser *p, mag_error *err) {
    return mag_lexer_next(&p->lexer, &p->token, err);
}

bool mag_parser_is_word(const mag_parser *p, const char *word) {
    return p->token.kind == MAG_TOKEN_NAME && mag_span_is(p->token.text, word);
}

mag_status mag_parser_fail_here(const mag_parser *p, const char *wanted, mag_error *err) {
    bool is_end = p->token.kind == MAG_TOKEN_END;
    return mag_expression_fail(
        p->expression, p->token.at, MAG_MSG_R501, err, "expected %s, found %s%.*s%s", wanted,
        is_end ? "the end of the expression" : "\"", is_end ? 0 : (int)p->token.text.nbytes,
        p->token.text.at, is_end ? "" : "\"");
}

static mag_status take(mag_parser *p, mag_token_kind kind, const char *wanted, mag_error *err) {
    if (p->token.kind != kind)
        return mag_parser_fail_here(p, wanted, err);
    return mag_parser_advance(p, err);
}

mag_status mag_parser_take_word(mag_parser *p, const char *word, mag_error *err) {
    if (!mag_parser_is_word(p, word))
        return mag_parser_fail_here(p, word, err);
    return mag_parser_advance(p, err);
}

static mag_status enter(mag_parser *p, mag_error *err) {
    if (++p->depth > MAG_SYNTAX_MAX_DEPTH)
        return mag_expression_fail(p->expression, p->token.at, MAG_MSG_R510, err,
                                   "nested deeper than %d; name a part with `define`",
                                   MAG_SYNTAX_MAX_DEPTH);
    return MAG_OK;
}

static mag_status new_node(mag_parser *p, mag_syntax_kind kind, size_t at, mag_syntax **out,
                           mag_error *err) {
    mag_syntax *node = mag_arena_alloc(p->arena, sizeof *node);
    if (!node)
        return mag_fail_memory(err, sizeof *node);
    node->kind = kind;
    node->expression = p->expression;
    node->at = at;
    *out = node;
    return MAG_OK;
}

/* Children are few: room for all that are allowed is taken when the second one of a chain arrives.
 */
static mag_status add_child(mag_parser *p, mag_syntax *node, mag_syntax *child, mag_error *err) {
    if (node->child_count == MAG_SYNTAX_MAX_CHILDREN)
        return mag_expression_fail(p->expression, child->at, MAG_MSG_R510, err,
                                   "more than %d parts in one list", MAG_SYNTAX_MAX_CHILDREN);
    if (!node->children) {
        size_t nbytes = MAG_SYNTAX_MAX_CHILDREN * sizeof(mag_syntax *);
        node->children = mag_arena_alloc(p->arena, nbytes);
        if (!node->children)
            return mag_fail_memory(err, nbytes);
    }
    node->children[node->child_count++] = child;
    return MAG_OK;
}

static mag_status new_pair(mag_parser *p, mag_syntax_kind kind, size_t at, mag_syntax *left,
                           mag_syntax **out, mag_error *err) {
    MAG_TRY(new_node(p, kind, at, out, err));
    return add_child(p, *out, left, err);
}

/* --- values ---------------------------------------------------------------------------------- */

/* Arguments stand behind the bracket or a comma; windows and options behind what they belong to, an
   option behind a comma, too. */
static mag_status parse_arguments(mag_parser *p, mag_syntax *call, mag_error *err) {
    bool is_due = true;
    while (p->token.kind != MAG_TOKEN_CLOSE) {
        mag_syntax *argument;
        if (mag_parser_is_clause(p)) {
            MAG_TRY(mag_parser_clause(p, call, err));
        } else if (is_due) {
            MAG_TRY(mag_parser_chain(p, &argument, err));
            MAG_TRY(add_child(p, call, argument, err));
        } else {
            break;
        }
        is_due = p->token.kind == MAG_TOKEN_COMMA;
        if (!is_due)
            continue;
        MAG_TRY(mag_parser_advance(p, err));
        if (p->token.kind == MAG_TOKEN_CLOSE || mag_parser_is_window(p))
            return mag_parser_fail_here(p, "an argument", err);
    }
    return take(p, MAG_TOKEN_CLOSE, "\")\"", err);
}

static mag_status parse_name(mag_parser *p, mag_syntax **out, mag_error *err) {
    if (mag_syntax_is_reserved(p->token.text))
        return mag_parser_fail_here(p, "a value", err);
    MAG_TRY(new_node(p, MAG_SYNTAX_NAME, p->token.at, out, err));
    (*out)->text = p->token.text;
    MAG_TRY(mag_parser_advance(p, err));
    if (p->token.kind != MAG_TOKEN_OPEN)
        return MAG_OK;
    (*out)->kind = MAG_SYNTAX_CALL;
    MAG_TRY(enter(p, err));
    MAG_TRY(mag_parser_advance(p, err));
    MAG_TRY(parse_arguments(p, *out, err));
    p->depth--;
    return MAG_OK;
}

static mag_status parse_brackets(mag_parser *p, mag_syntax **out, mag_error *err) {
    MAG_TRY(enter(p, err));
    MAG_TRY(mag_parser_advance(p, err));
    MAG_TRY(mag_parser_chain(p, out, err));
    MAG_TRY(take(p, MAG_TOKEN_CLOSE, "\")\"", err));
    p->depth--;
    return MAG_OK;
}

/* The minus stands before the number and belongs to it: -6 mmol/L. */
static mag_status parse_number(mag_parser *p, mag_syntax **out, mag_error *err) {
    bool is_negative = p->token.kind == MAG_TOKEN_SUBTRACT;
    size_t at = p->token.at;
    if (is_negative)
        MAG_TRY(mag_parser_advance(p, err));
    if (p->token.kind != MAG_TOKEN_NUMBER)
        return mag_parser_fail_here(p, "a value", err);
    MAG_TRY(new_node(p, MAG_SYNTAX_QUANTITY, at, out, err));
    (*out)->text.at = p->expression->text.at + at;
    (*out)->text.nbytes = p->token.at + p->token.text.nbytes - at;
    (*out)->quantity = p->token.quantity;
    if (is_negative)
        (*out)->quantity.digits.mantissa = -(*out)->quantity.digits.mantissa;
    return mag_parser_advance(p, err);
}

mag_status mag_parser_factor(mag_parser *p, mag_syntax **out, mag_error *err) {
    if (p->token.kind == MAG_TOKEN_NAME)
        return parse_name(p, out, err);
    if (p->token.kind == MAG_TOKEN_OPEN)
        return parse_brackets(p, out, err);
    return parse_number(p, out, err);
}

static mag_status parse_product(mag_parser *p, mag_syntax **out, mag_error *err) {
    MAG_TRY(mag_parser_factor(p, out, err));
    while (p->token.kind == MAG_TOKEN_MULTIPLY || p->token.kind == MAG_TOKEN_DIVIDE) {
        bool is_times = p->token.kind == MAG_TOKEN_MULTIPLY;
        mag_syntax *right;
        MAG_TRY(new_pair(p, is_times ? MAG_SYNTAX_MULTIPLY : MAG_SYNTAX_DIVIDE, p->token.at, *out,
                         out, err));
        MAG_TRY(mag_parser_advance(p, err));
        MAG_TRY(mag_parser_factor(p, &right, err));
        MAG_TRY(add_child(p, *out, right, err));
    }
    return MAG_OK;
}

static mag_status parse_sum(mag_parser *p, mag_syntax **out, mag_error *err) {
    MAG_TRY(parse_product(p, out, err));
    while (p->token.kind == MAG_TOKEN_ADD || p->token.kind == MAG_TOKEN_SUBTRACT) {
        bool is_plus = p->token.kind == MAG_TOKEN_ADD;
        mag_syntax *right;
        MAG_TRY(new_pair(p, is_plus ? MAG_SYNTAX_ADD : MAG_SYNTAX_SUBTRACT, p->token.at, *out, out,
                         err));
        MAG_TRY(mag_parser_advance(p, err));
        MAG_TRY(parse_product(p, &right, err));
        MAG_TRY(add_child(p, *out, right, err));
    }
    return MAG_OK;
}

static mag_status parse_not(mag_parser *p, mag_syntax **out, mag_error *err);

static mag_status parse_part(mag_parser *p, mag_syntax **out, mag_error *err) {
    if (mag_parser_is_word(p, "not"))
        return parse_not(p, out, err);
    MAG_TRY(parse_sum(p, out, err));
    if (p->token.kind != MAG_TOKEN_RELATION)
        return MAG_OK;
    mag_relation relation = p->token.relation;
    mag_syntax *right;
    MAG_TRY(new_pair(p, MAG_SYNTAX_COMPARE, p->token.at, *out, out, err));
    (*out)->relation = relation;
    MAG_TRY(mag_parser_advance(p, err));
    MAG_TRY(parse_sum(p, &right, err));
    if (p->token.kind == MAG_TOKEN_RELATION)
        return mag_expression_fail(p->expression, p->token.at, MAG_MSG_R501, err,
                                   "one comparison follows another; join two with `and`");
    return add_child(p, *out, right, err);
}

static mag_status parse_not(mag_parser *p, mag_syntax **out, mag_error *err) {
    size_t at = p->token.at;
    mag_syntax *child;
    MAG_TRY(enter(p, err));
    MAG_TRY(mag_parser_advance(p, err));
    MAG_TRY(parse_part(p, &child, err));
    p->depth--;
    return new_pair(p, MAG_SYNTAX_NOT, at, child, out, err);
}

mag_status mag_parser_chain(mag_parser *p, mag_syntax **out, mag_error *err) {
    MAG_TRY(parse_part(p, out, err));
    if (!mag_parser_is_word(p, "and") && !mag_parser_is_word(p, "or"))
        return MAG_OK;
    bool is_and = mag_parser_is_word(p, "and");
    MAG_TRY(new_pair(p, is_and ? MAG_SYNTAX_AND : MAG_SYNTAX_OR, p->token.at, *out, out, err));
    while (mag_parser_is_word(p, "and") || mag_parser_is_word(p, "or")) {
        if (mag_parser_is_word(p, "and") != is_and)
            return mag_expression_fail(p->expression, p->token.at, MAG_MSG_R501, err,
                                       "`and` and `or` side by side; put brackets around one");
        mag_syntax *part;
        MAG_TRY(mag_parser_advance(p, err));
        MAG_TRY(parse_part(p, &part, err));
        MAG_TRY(add_child(p, *out, part, err));
    }
    return MAG_OK;
}

mag_status mag_syntax_parse(mag_arena *arena, const mag_expression *expression,
                            const mag_syntax **out, mag_error *err) {
    if (expression->text.nbytes > MAG_SYNTAX_MAX_NBYTES)
        return mag_expression_fail(expression, 0, MAG_MSG_R510, err,
                                   "an expression of more than %d bytes", MAG_SYNTAX_MAX_NBYTES);
    mag_parser p = {.arena = arena, .expression = expression, .lexer = {expression, 0}};
    mag_syntax *root;
    MAG_TRY(mag_parser_advance(&p, err));
    MAG_TRY(mag_parser_chain(&p, &root, err));
    if (p.token.kind != MAG_TOKEN_END)
        return mag_parser_fail_here(&p, "`and`, `or` or the end of the expression", err);
    *out = root;
    return MAG_OK;
}
