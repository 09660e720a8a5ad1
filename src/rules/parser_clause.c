/* Windows and options: what may stand in a call besides its arguments. */
#include "rules/parser.h"

static mag_status parse_length(mag_parser *p, mag_syntax_length *out, mag_error *err) {
    if (p->token.kind != MAG_TOKEN_NUMBER && p->token.kind != MAG_TOKEN_NAME)
        return mag_parser_fail_here(p, "a length of time such as 14 days", err);
    out->at = p->token.at;
    out->text = p->token.text;
    out->is_name = p->token.kind == MAG_TOKEN_NAME;
    out->quantity = p->token.quantity;
    return mag_parser_advance(p, err);
}

static mag_status parse_anchor(mag_parser *p, const mag_syntax **out, mag_error *err) {
    if (p->token.kind != MAG_TOKEN_NAME)
        return mag_parser_fail_here(p, "an event such as a bound sample or start(CLASS)", err);
    mag_syntax *anchor;
    MAG_TRY(mag_parser_factor(p, &anchor, err));
    *out = anchor;
    return MAG_OK;
}

static mag_status parse_within(mag_parser *p, mag_syntax_window *window, mag_error *err) {
    window->kind = MAG_SYNTAX_WITHIN;
    MAG_TRY(parse_length(p, &window->far, err));
    if (!mag_parser_is_word(p, "before"))
        return MAG_OK;
    MAG_TRY(mag_parser_advance(p, err));
    return parse_anchor(p, &window->anchor, err);
}

static mag_status parse_from(mag_parser *p, mag_syntax_window *window, mag_error *err) {
    MAG_TRY(parse_length(p, &window->near, err));
    MAG_TRY(mag_parser_take_word(p, "to", err));
    MAG_TRY(parse_length(p, &window->far, err));
    window->kind = mag_parser_is_word(p, "after") ? MAG_SYNTAX_FROM_TO_AFTER : MAG_SYNTAX_FROM_TO;
    if (mag_parser_is_word(p, "ago"))
        return mag_parser_advance(p, err);
    if (!mag_parser_is_word(p, "after") && !mag_parser_is_word(p, "before"))
        return mag_parser_fail_here(p, "ago, before or after", err);
    MAG_TRY(mag_parser_advance(p, err));
    return parse_anchor(p, &window->anchor, err);
}

static mag_status parse_before(mag_parser *p, mag_syntax_window *window, mag_error *err) {
    window->kind = MAG_SYNTAX_BEFORE;
    MAG_TRY(parse_anchor(p, &window->anchor, err));
    if (!mag_parser_is_word(p, "within"))
        return MAG_OK;
    MAG_TRY(mag_parser_advance(p, err));
    return parse_length(p, &window->far, err);
}

static mag_status parse_between(mag_parser *p, mag_syntax_window *window, mag_error *err) {
    window->kind = MAG_SYNTAX_BETWEEN;
    MAG_TRY(parse_anchor(p, &window->anchor, err));
    MAG_TRY(mag_parser_take_word(p, "and", err));
    return parse_anchor(p, &window->anchor2, err);
}

static mag_status parse_single(mag_parser *p, mag_syntax_window_kind kind,
                               mag_syntax_window *window, mag_error *err) {
    window->kind = kind;
    return parse_anchor(p, &window->anchor, err);
}

static mag_status parse_around(mag_parser *p, mag_syntax_window *window, mag_error *err) {
    window->kind = MAG_SYNTAX_AROUND;
    MAG_TRY(parse_anchor(p, &window->anchor, err));
    MAG_TRY(mag_parser_take_word(p, "within", err));
    return parse_length(p, &window->far, err);
}

bool mag_parser_is_window(const mag_parser *p) {
    static const char *const words[] = {"within", "from",    "before", "since",
                                        "around", "between", "at"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (mag_parser_is_word(p, words[i]))
            return true;
    }
    return false;
}

static mag_status parse_window(mag_parser *p, mag_syntax_window *window, mag_error *err) {
    mag_span word = p->token.text;
    window->at = p->token.at;
    MAG_TRY(mag_parser_advance(p, err));
    if (mag_span_is(word, "within"))
        return parse_within(p, window, err);
    if (mag_span_is(word, "from"))
        return parse_from(p, window, err);
    if (mag_span_is(word, "before"))
        return parse_before(p, window, err);
    if (mag_span_is(word, "between"))
        return parse_between(p, window, err);
    if (mag_span_is(word, "around"))
        return parse_around(p, window, err);
    if (mag_span_is(word, "since"))
        return parse_single(p, MAG_SYNTAX_SINCE, window, err);
    return parse_single(p, MAG_SYNTAX_AT, window, err);
}

/* --- options --------------------------------------------------------------------------------- */

static const struct {
    const char *word;
    mag_syntax_option option;
} option_words[] = {
    {"for", MAG_SYNTAX_FOR},   {"gap", MAG_SYNTAX_GAP},   {"apart", MAG_SYNTAX_APART},
    {"by", MAG_SYNTAX_BY},     {"up", MAG_SYNTAX_BY},     {"down", MAG_SYNTAX_BY},
    {"same", MAG_SYNTAX_SAME}, {"with", MAG_SYNTAX_WITH}, {"is", MAG_SYNTAX_IS}};

static bool find_option(const mag_parser *p, mag_syntax_option *out) {
    for (size_t i = 0; i < sizeof option_words / sizeof option_words[0]; i++) {
        if (mag_parser_is_word(p, option_words[i].word)) {
            *out = option_words[i].option;
            return true;
        }
    }
    return false;
}

bool mag_parser_is_clause(const mag_parser *p) {
    mag_syntax_option option;
    return mag_parser_is_window(p) || find_option(p, &option);
}

/* `by 25 %`, `up by 25 %`, `down by 25 %` */
static mag_status parse_by(mag_parser *p, mag_syntax_options *options, mag_error *err) {
    options->direction = mag_parser_is_word(p, "up")     ? MAG_UPWARDS
                         : mag_parser_is_word(p, "down") ? MAG_DOWNWARDS
                                                         : MAG_EITHER_WAY;
    if (options->direction != MAG_EITHER_WAY)
        MAG_TRY(mag_parser_advance(p, err));
    MAG_TRY(mag_parser_take_word(p, "by", err));
    return parse_length(p, &options->lengths[MAG_SYNTAX_BY], err);
}

static mag_status parse_with(mag_parser *p, mag_syntax_options *options, mag_error *err) {
    mag_syntax *name;
    MAG_TRY(mag_parser_advance(p, err));
    if (p->token.kind != MAG_TOKEN_NAME)
        return mag_parser_fail_here(p, "an analyte", err);
    MAG_TRY(mag_parser_factor(p, &name, err));
    options->with = name;
    return MAG_OK;
}

static mag_status parse_is(mag_parser *p, mag_syntax_options *options, mag_error *err) {
    mag_syntax *words;
    MAG_TRY(mag_parser_advance(p, err));
    if (p->token.kind != MAG_TOKEN_NAME)
        return mag_parser_fail_here(p, "a word", err);
    MAG_TRY(mag_parser_chain(p, &words, err));
    options->is = words;
    return MAG_OK;
}

static mag_status parse_option(mag_parser *p, mag_syntax_option option, mag_syntax *call,
                               mag_error *err) {
    mag_syntax_options *options = &call->options;
    options->set |= 1U << option;
    options->at[option] = p->token.at;
    switch (option) {
    case MAG_SYNTAX_BY:
        return parse_by(p, options, err);
    case MAG_SYNTAX_WITH:
        return parse_with(p, options, err);
    case MAG_SYNTAX_IS:
        return parse_is(p, options, err);
    case MAG_SYNTAX_SAME:
        MAG_TRY(mag_parser_advance(p, err));
        return mag_parser_take_word(p, "specimen", err);
    case MAG_SYNTAX_FOR:
    case MAG_SYNTAX_GAP:
    case MAG_SYNTAX_APART:
    case MAG_SYNTAX_OPTION_COUNT:
        break;
    }
    MAG_TRY(mag_parser_advance(p, err));
    return parse_length(p, &options->lengths[option], err);
}

mag_status mag_parser_clause(mag_parser *p, mag_syntax *call, mag_error *err) {
    mag_syntax_option option;
    if (!find_option(p, &option))
        return call->window.kind == MAG_SYNTAX_NO_WINDOW ? parse_window(p, &call->window, err)
                                                         : mag_parser_fail_here(p, "\")\"", err);
    return (call->options.set >> option & 1U) == 0 ? parse_option(p, option, call, err)
                                                   : mag_parser_fail_here(p, "\")\"", err);
}

bool mag_syntax_is_reserved(mag_span word) {
    static const char *const words[] = {"and",    "or",    "not",  "within", "from",   "to",
                                        "before", "after", "ago",  "since",  "around", "between",
                                        "at",     "for",   "gap",  "apart",  "by",     "up",
                                        "down",   "same",  "with", "is"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (mag_span_is(word, words[i]))
            return true;
    }
    return false;
}
