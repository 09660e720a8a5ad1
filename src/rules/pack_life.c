/* Severity words, what makes an event the same on another night, and what counts as worse. */
#include "rules/pack_build.h"

#include <math.h>
#include <string.h>

static const char *const severity_names[MAG_SEVERITY_COUNT] = {"none",     "info", "low",
                                                               "moderate", "high", "critical"};

const char *mag_severity_name(mag_severity severity) {
    return severity < MAG_SEVERITY_COUNT ? severity_names[severity] : "";
}

mag_status mag_builder_severity(mag_pack_builder *builder, const mag_yaml *scalar,
                                mag_severity *out, mag_error *err) {
    for (unsigned i = MAG_SEVERITY_INFO; i < MAG_SEVERITY_COUNT; i++) {
        if (strcmp(scalar->text, severity_names[i]) == 0) {
            *out = (mag_severity)i;
            return MAG_OK;
        }
    }
    return mag_builder_fail(builder, scalar, MAG_MSG_R502, err,
                            "a severity is critical, high, moderate, low or info");
}

/* A short line of words: event, worsens. */
typedef struct words {
    mag_pack_builder *builder;
    mag_expression expression;
    mag_lexer lexer;
    mag_token token;
} words;

static mag_status next(words *w, mag_error *err) {
    return mag_lexer_next(&w->lexer, &w->token, err);
}

static mag_status begin(words *w, mag_pack_builder *builder, const mag_yaml *scalar,
                        mag_error *err) {
    w->builder = builder;
    w->expression = mag_expression_of(&builder->source, scalar);
    w->lexer.expression = &w->expression;
    w->lexer.at = 0;
    return next(w, err);
}

static mag_status fail_words(const words *w, const char *text, mag_error *err) {
    return mag_expression_fail(&w->expression, w->token.at, MAG_MSG_R501, err, "%s", text);
}

static mag_status take(words *w, mag_token_kind kind, const char *word, const char *usage,
                       mag_error *err) {
    bool fits = w->token.kind == kind && (!word || mag_span_is(w->token.text, word));
    return fits ? next(w, err) : fail_words(w, usage, err);
}

static const char *const event_usage =
    "an event is era(CLASS or group) or spell(analyte < limit, gap N days), whole days";

static mag_syntax syntax_at(const words *w) {
    mag_syntax at = {.expression = &w->expression, .at = w->token.at, .text = w->token.text};
    return at;
}

/* Whole days, as many as a window may have. */
static bool is_gap(const mag_quantity *gap, int32_t *days) {
    const double length = mag_decimal_double(gap->digits) * gap->factor;
    const double whole = floor(length + 0.5);
    if (gap->dimension != MAG_DIM_DAYS || !(whole >= 1.0 && whole < MAG_MAX_WINDOW_DAYS))
        return false;
    *days = (int32_t)whole;
    return fabs(length - whole) < 1e-6;
}

/* spell(magnesium < mg_low, gap 90 days) */
static mag_status read_spell(words *w, mag_event *out, mag_error *err) {
    MAG_TRY(take(w, MAG_TOKEN_NAME, "spell", event_usage, err));
    MAG_TRY(take(w, MAG_TOKEN_OPEN, NULL, event_usage, err));
    out->analyte = mag_analyte_find(w->token.text);
    if (out->analyte == MAG_ANALYTE_NONE)
        return mag_expression_fail(&w->expression, w->token.at, MAG_MSG_R503, err,
                                   "unknown analyte \"%.*s\"", (int)w->token.text.nbytes,
                                   w->token.text.at);
    MAG_TRY(next(w, err));
    out->relation = w->token.relation;
    MAG_TRY(take(w, MAG_TOKEN_RELATION, NULL, event_usage, err));
    mag_syntax at = syntax_at(w);
    if (w->token.kind == MAG_TOKEN_NUMBER) {
        MAG_TRY(mag_checker_literal(&w->builder->checker, &at, out->analyte, &w->token.quantity,
                                    &out->limit, err));
    } else {
        out->limit = mag_names_limit(&w->builder->names, w->token.text);
        if (!out->limit)
            return mag_checker_fail_unknown(&at, "limit", w->token.text,
                                            mag_names_all(&w->builder->names, w->builder->arena),
                                            err);
        MAG_TRY(mag_checker_limit_fits(&at, out->analyte, out->limit, err));
    }
    MAG_TRY(next(w, err));
    MAG_TRY(take(w, MAG_TOKEN_COMMA, NULL, event_usage, err));
    MAG_TRY(take(w, MAG_TOKEN_NAME, "gap", event_usage, err));
    if (w->token.kind != MAG_TOKEN_NUMBER || !is_gap(&w->token.quantity, &out->gap_days))
        return fail_words(w, event_usage, err);
    MAG_TRY(next(w, err));
    MAG_TRY(take(w, MAG_TOKEN_CLOSE, NULL, event_usage, err));
    return take(w, MAG_TOKEN_END, NULL, event_usage, err);
}

static mag_status read_era(mag_pack_builder *builder, const mag_yaml *scalar, mag_event *out,
                           mag_error *err) {
    const mag_syntax *call;
    mag_operand operand = {.kind = MAG_OPERAND_ACTIVE};
    const char *text;
    MAG_TRY(mag_builder_syntax(builder, scalar, &call, err));
    if (call->kind != MAG_SYNTAX_CALL || call->window.kind != MAG_SYNTAX_NO_WINDOW)
        return mag_builder_fail(builder, scalar, MAG_MSG_R501, err, "%s", event_usage);
    MAG_TRY(mag_checker_members(&builder->checker, call, &operand, &text, err));
    out->classes = operand.classes;
    out->members = operand.members;
    out->member_count = operand.member_count;
    return MAG_OK;
}

mag_status mag_builder_event(mag_pack_builder *builder, const mag_yaml *scalar, mag_event *out,
                             mag_error *err) {
    words w;
    MAG_TRY(begin(&w, builder, scalar, err));
    out->text = scalar->text;
    if (mag_span_is(w.token.text, "spell")) {
        out->kind = MAG_EVENT_SPELL;
        return read_spell(&w, out, err);
    }
    if (!mag_span_is(w.token.text, "era"))
        return fail_words(&w, event_usage, err);
    out->kind = MAG_EVENT_ERA;
    return read_era(builder, scalar, out, err);
}

/* --- worsens --------------------------------------------------------------------------------- */

static const char *const worsens_usage = "worsens is a list joined by `or` of: severity rises; "
                                         "NAME drops by N UNIT; NAME rises by N UNIT";

/* The subject is a name that stands for an operand: of define, of let, or an operand without
 * brackets. */
static mag_status find_subject(words *w, const mag_node **out, mag_error *err) {
    mag_syntax *at = mag_builder_room(w->builder, 1, sizeof *at, err);
    mag_expression *expression = mag_builder_room(w->builder, 1, sizeof *expression, err);
    if (!at || !expression)
        return MAG_E_RESOURCE;
    *expression = w->expression;
    *at = syntax_at(w);
    at->kind = MAG_SYNTAX_NAME;
    at->expression = expression;
    MAG_TRY(mag_checker_value(&w->builder->checker, at, out, err));
    if ((*out)->kind != MAG_NODE_OPERAND || (*out)->dimension == MAG_DIM_TRUTH)
        return fail_words(w, worsens_usage, err);
    return next(w, err);
}

static mag_status read_step(words *w, const mag_node *subject, mag_worsening *out, mag_error *err) {
    mag_syntax at = syntax_at(w);
    const mag_checker *checker = &w->builder->checker;
    mag_analyte analyte = checker->operands[subject->operand].analyte;
    if (subject->dimension == MAG_DIM_RESULT) {
        out->step = mag_names_limit(&w->builder->names, w->token.text);
        if (!out->step)
            return fail_words(w, "a result drops or rises by a limit named under `limits`", err);
        MAG_TRY(mag_checker_limit_fits(&at, analyte, out->step, err));
        return next(w, err);
    }
    if (w->token.kind != MAG_TOKEN_NUMBER || w->token.quantity.dimension != subject->dimension)
        return mag_expression_fail(&w->expression, w->token.at, MAG_MSG_R501, err,
                                   "units do not match: expected a quantity in %s",
                                   mag_dimension_unit(subject->dimension));
    out->amount = mag_decimal_double(w->token.quantity.digits) * w->token.quantity.factor;
    return next(w, err);
}

static mag_status read_worsening(words *w, mag_worsening *out, mag_error *err) {
    out->operand = -1;
    if (mag_span_is(w->token.text, "severity")) {
        MAG_TRY(next(w, err));
        return take(w, MAG_TOKEN_NAME, "rises", worsens_usage, err);
    }
    const mag_node *subject;
    MAG_TRY(find_subject(w, &subject, err));
    out->operand = subject->operand;
    out->shown = subject->shown;
    out->kind = mag_span_is(w->token.text, "drops") ? MAG_WORSENS_DROP : MAG_WORSENS_RISE;
    const char *verb = out->kind == MAG_WORSENS_DROP ? "drops" : "rises";
    MAG_TRY(take(w, MAG_TOKEN_NAME, verb, worsens_usage, err));
    MAG_TRY(take(w, MAG_TOKEN_NAME, "by", worsens_usage, err));
    return read_step(w, subject, out, err);
}

enum { MAX_WORSENINGS = 8 };

mag_status mag_builder_worsens(mag_pack_builder *builder, const mag_yaml *scalar, mag_rule *rule,
                               mag_error *err) {
    words w;
    mag_worsening *items = mag_builder_room(builder, MAX_WORSENINGS, sizeof *items, err);
    if (!items)
        return MAG_E_RESOURCE;
    rule->worsenings = items;
    MAG_TRY(begin(&w, builder, scalar, err));
    while (rule->worsening_count < MAX_WORSENINGS) {
        MAG_TRY(read_worsening(&w, &items[rule->worsening_count++], err));
        if (w.token.kind == MAG_TOKEN_END)
            return MAG_OK;
        MAG_TRY(take(&w, MAG_TOKEN_NAME, "or", worsens_usage, err));
    }
    return fail_words(&w, worsens_usage, err);
}
