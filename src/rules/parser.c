/* Recursive descent, one function per level of binding:
     chain   := part { and part } | part { or part }          (never both without brackets)
     part    := not part | sum [relation sum]
     sum     := product { (+|-) product }
     product := factor { (*|/) factor }
     factor  := NUMBER | ( chain ) | NAME | NAME ( [chain {, chain}] [window] )  */
#include "rules/syntax.h"

#include <string.h>

typedef struct parser {
    mag_arena *arena;
    const mag_expression *expression;
    mag_lexer lexer;
    mag_token token; /* the one to look at next */
    int depth;
} parser;

static mag_status parse_chain(parser *p, mag_syntax **out, mag_error *err);
static mag_status parse_factor(parser *p, mag_syntax **out, mag_error *err);

static mag_status advance(parser *p, mag_error *err) {
    return mag_lexer_next(&p->lexer, &p->token, err);
}

static bool is_word(const parser *p, const char *word) {
    return p->token.kind == MAG_TOKEN_NAME && mag_span_is(p->token.text, word);
}

static mag_status fail_here(const parser *p, const char *wanted, mag_error *err) {
    bool is_end = p->token.kind == MAG_TOKEN_END;
    return mag_expression_fail(
        p->expression, p->token.at, MAG_MSG_R501, err, "expected %s, found %s%.*s%s", wanted,
        is_end ? "the end of the expression" : "\"", is_end ? 0 : (int)p->token.text.nbytes,
        p->token.text.at, is_end ? "" : "\"");
}

static mag_status take(parser *p, mag_token_kind kind, const char *wanted, mag_error *err) {
    if (p->token.kind != kind)
        return fail_here(p, wanted, err);
    return advance(p, err);
}

static mag_status take_word(parser *p, const char *word, mag_error *err) {
    if (!is_word(p, word))
        return fail_here(p, word, err);
    return advance(p, err);
}

static mag_status enter(parser *p, mag_error *err) {
    if (++p->depth > MAG_SYNTAX_MAX_DEPTH)
        return mag_expression_fail(p->expression, p->token.at, MAG_MSG_R510, err,
                                   "nested deeper than %d; name a part with `define`",
                                   MAG_SYNTAX_MAX_DEPTH);
    return MAG_OK;
}

static mag_status new_node(parser *p, mag_syntax_kind kind, size_t at, mag_syntax **out,
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
static mag_status add_child(parser *p, mag_syntax *node, mag_syntax *child, mag_error *err) {
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

static mag_status new_pair(parser *p, mag_syntax_kind kind, size_t at, mag_syntax *left,
                           mag_syntax **out, mag_error *err) {
    MAG_TRY(new_node(p, kind, at, out, err));
    return add_child(p, *out, left, err);
}

/* --- windows --------------------------------------------------------------------------------- */

static mag_status parse_length(parser *p, mag_syntax_length *out, mag_error *err) {
    if (p->token.kind != MAG_TOKEN_NUMBER && p->token.kind != MAG_TOKEN_NAME)
        return fail_here(p, "a length of time such as 14 days", err);
    out->at = p->token.at;
    out->text = p->token.text;
    out->is_name = p->token.kind == MAG_TOKEN_NAME;
    out->quantity = p->token.quantity;
    return advance(p, err);
}

static mag_status parse_anchor(parser *p, const mag_syntax **out, mag_error *err) {
    if (p->token.kind != MAG_TOKEN_NAME)
        return fail_here(p, "an event such as a bound sample or start(CLASS)", err);
    mag_syntax *anchor;
    MAG_TRY(parse_factor(p, &anchor, err));
    *out = anchor;
    return MAG_OK;
}

static mag_status parse_within(parser *p, mag_syntax_window *window, mag_error *err) {
    window->kind = MAG_SYNTAX_WITHIN;
    MAG_TRY(parse_length(p, &window->far, err));
    if (!is_word(p, "before"))
        return MAG_OK;
    MAG_TRY(advance(p, err));
    return parse_anchor(p, &window->anchor, err);
}

static mag_status parse_from(parser *p, mag_syntax_window *window, mag_error *err) {
    MAG_TRY(parse_length(p, &window->near, err));
    MAG_TRY(take_word(p, "to", err));
    MAG_TRY(parse_length(p, &window->far, err));
    window->kind = is_word(p, "after") ? MAG_SYNTAX_FROM_TO_AFTER : MAG_SYNTAX_FROM_TO;
    if (is_word(p, "ago"))
        return advance(p, err);
    if (!is_word(p, "after") && !is_word(p, "before"))
        return fail_here(p, "ago, before or after", err);
    MAG_TRY(advance(p, err));
    return parse_anchor(p, &window->anchor, err);
}

static mag_status parse_before(parser *p, mag_syntax_window *window, mag_error *err) {
    window->kind = MAG_SYNTAX_BEFORE;
    MAG_TRY(parse_anchor(p, &window->anchor, err));
    if (!is_word(p, "within"))
        return MAG_OK;
    MAG_TRY(advance(p, err));
    return parse_length(p, &window->far, err);
}

static mag_status parse_between(parser *p, mag_syntax_window *window, mag_error *err) {
    window->kind = MAG_SYNTAX_BETWEEN;
    MAG_TRY(parse_anchor(p, &window->anchor, err));
    MAG_TRY(take_word(p, "and", err));
    return parse_anchor(p, &window->anchor2, err);
}

static mag_status parse_single(parser *p, mag_syntax_window_kind kind, mag_syntax_window *window,
                               mag_error *err) {
    window->kind = kind;
    return parse_anchor(p, &window->anchor, err);
}

static bool is_window_word(const parser *p) {
    static const char *const words[] = {"within", "from", "before", "since", "between", "at"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (is_word(p, words[i]))
            return true;
    }
    return false;
}

static mag_status parse_window(parser *p, mag_syntax_window *window, mag_error *err) {
    mag_span word = p->token.text;
    window->at = p->token.at;
    MAG_TRY(advance(p, err));
    if (mag_span_is(word, "within"))
        return parse_within(p, window, err);
    if (mag_span_is(word, "from"))
        return parse_from(p, window, err);
    if (mag_span_is(word, "before"))
        return parse_before(p, window, err);
    if (mag_span_is(word, "between"))
        return parse_between(p, window, err);
    if (mag_span_is(word, "since"))
        return parse_single(p, MAG_SYNTAX_SINCE, window, err);
    return parse_single(p, MAG_SYNTAX_AT, window, err);
}

/* --- values ---------------------------------------------------------------------------------- */

static mag_status parse_arguments(parser *p, mag_syntax *call, mag_error *err) {
    while (p->token.kind != MAG_TOKEN_CLOSE && !is_window_word(p)) {
        mag_syntax *argument;
        MAG_TRY(parse_chain(p, &argument, err));
        MAG_TRY(add_child(p, call, argument, err));
        if (p->token.kind != MAG_TOKEN_COMMA)
            break;
        MAG_TRY(advance(p, err));
        if (p->token.kind == MAG_TOKEN_CLOSE || is_window_word(p))
            return fail_here(p, "an argument", err);
    }
    if (is_window_word(p))
        MAG_TRY(parse_window(p, &call->window, err));
    return take(p, MAG_TOKEN_CLOSE, "\")\"", err);
}

static bool is_reserved(mag_span word) {
    static const char *const words[] = {"and",    "or",    "not", "within", "from",    "to",
                                        "before", "after", "ago", "since",  "between", "at"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (mag_span_is(word, words[i]))
            return true;
    }
    return false;
}

static mag_status parse_name(parser *p, mag_syntax **out, mag_error *err) {
    if (is_reserved(p->token.text))
        return fail_here(p, "a value", err);
    MAG_TRY(new_node(p, MAG_SYNTAX_NAME, p->token.at, out, err));
    (*out)->text = p->token.text;
    MAG_TRY(advance(p, err));
    if (p->token.kind != MAG_TOKEN_OPEN)
        return MAG_OK;
    (*out)->kind = MAG_SYNTAX_CALL;
    MAG_TRY(enter(p, err));
    MAG_TRY(advance(p, err));
    MAG_TRY(parse_arguments(p, *out, err));
    p->depth--;
    return MAG_OK;
}

static mag_status parse_brackets(parser *p, mag_syntax **out, mag_error *err) {
    MAG_TRY(enter(p, err));
    MAG_TRY(advance(p, err));
    MAG_TRY(parse_chain(p, out, err));
    MAG_TRY(take(p, MAG_TOKEN_CLOSE, "\")\"", err));
    p->depth--;
    return MAG_OK;
}

static mag_status parse_factor(parser *p, mag_syntax **out, mag_error *err) {
    if (p->token.kind == MAG_TOKEN_NAME)
        return parse_name(p, out, err);
    if (p->token.kind == MAG_TOKEN_OPEN)
        return parse_brackets(p, out, err);
    if (p->token.kind != MAG_TOKEN_NUMBER)
        return fail_here(p, "a value", err);
    MAG_TRY(new_node(p, MAG_SYNTAX_QUANTITY, p->token.at, out, err));
    (*out)->text = p->token.text;
    (*out)->quantity = p->token.quantity;
    return advance(p, err);
}

static mag_status parse_product(parser *p, mag_syntax **out, mag_error *err) {
    MAG_TRY(parse_factor(p, out, err));
    while (p->token.kind == MAG_TOKEN_MULTIPLY || p->token.kind == MAG_TOKEN_DIVIDE) {
        bool is_times = p->token.kind == MAG_TOKEN_MULTIPLY;
        mag_syntax *right;
        MAG_TRY(new_pair(p, is_times ? MAG_SYNTAX_MULTIPLY : MAG_SYNTAX_DIVIDE, p->token.at, *out,
                         out, err));
        MAG_TRY(advance(p, err));
        MAG_TRY(parse_factor(p, &right, err));
        MAG_TRY(add_child(p, *out, right, err));
    }
    return MAG_OK;
}

static mag_status parse_sum(parser *p, mag_syntax **out, mag_error *err) {
    MAG_TRY(parse_product(p, out, err));
    while (p->token.kind == MAG_TOKEN_ADD || p->token.kind == MAG_TOKEN_SUBTRACT) {
        bool is_plus = p->token.kind == MAG_TOKEN_ADD;
        mag_syntax *right;
        MAG_TRY(new_pair(p, is_plus ? MAG_SYNTAX_ADD : MAG_SYNTAX_SUBTRACT, p->token.at, *out, out,
                         err));
        MAG_TRY(advance(p, err));
        MAG_TRY(parse_product(p, &right, err));
        MAG_TRY(add_child(p, *out, right, err));
    }
    return MAG_OK;
}

static mag_status parse_not(parser *p, mag_syntax **out, mag_error *err);

static mag_status parse_part(parser *p, mag_syntax **out, mag_error *err) {
    if (is_word(p, "not"))
        return parse_not(p, out, err);
    MAG_TRY(parse_sum(p, out, err));
    if (p->token.kind != MAG_TOKEN_RELATION)
        return MAG_OK;
    mag_relation relation = p->token.relation;
    mag_syntax *right;
    MAG_TRY(new_pair(p, MAG_SYNTAX_COMPARE, p->token.at, *out, out, err));
    (*out)->relation = relation;
    MAG_TRY(advance(p, err));
    MAG_TRY(parse_sum(p, &right, err));
    if (p->token.kind == MAG_TOKEN_RELATION)
        return mag_expression_fail(p->expression, p->token.at, MAG_MSG_R501, err,
                                   "one comparison follows another; join two with `and`");
    return add_child(p, *out, right, err);
}

static mag_status parse_not(parser *p, mag_syntax **out, mag_error *err) {
    size_t at = p->token.at;
    mag_syntax *child;
    MAG_TRY(enter(p, err));
    MAG_TRY(advance(p, err));
    MAG_TRY(parse_part(p, &child, err));
    p->depth--;
    return new_pair(p, MAG_SYNTAX_NOT, at, child, out, err);
}

static mag_status parse_chain(parser *p, mag_syntax **out, mag_error *err) {
    MAG_TRY(parse_part(p, out, err));
    if (!is_word(p, "and") && !is_word(p, "or"))
        return MAG_OK;
    bool is_and = is_word(p, "and");
    MAG_TRY(new_pair(p, is_and ? MAG_SYNTAX_AND : MAG_SYNTAX_OR, p->token.at, *out, out, err));
    while (is_word(p, "and") || is_word(p, "or")) {
        if (is_word(p, "and") != is_and)
            return mag_expression_fail(p->expression, p->token.at, MAG_MSG_R501, err,
                                       "`and` and `or` side by side; put brackets around one");
        mag_syntax *part;
        MAG_TRY(advance(p, err));
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
    parser p = {.arena = arena, .expression = expression, .lexer = {expression, 0}};
    mag_syntax *root;
    MAG_TRY(advance(&p, err));
    MAG_TRY(parse_chain(&p, &root, err));
    if (p.token.kind != MAG_TOKEN_END)
        return fail_here(&p, "`and`, `or` or the end of the expression", err);
    *out = root;
    return MAG_OK;
}
