/* What may stand where an analyte stands: an analyte, a series, or a comparison that filters. */
#include "rules/call.h"

static const char *const analyte_names[] = {
#define MAG_ANALYTE(name, text, ...) text,
#include "clinical/analyte.def"
#undef MAG_ANALYTE
    "egfr", "adjusted_calcium", "any", NULL};

static const struct {
    const char *name;
    mag_series series;
    mag_analyte analyte;
} series_names[] = {
    {"egfr", MAG_SERIES_EGFR, MAG_ANALYTE_NONE},
    {"adjusted_calcium", MAG_SERIES_ADJUSTED_CALCIUM, MAG_CALCIUM},
    {"any", MAG_SERIES_ANY, MAG_ANALYTE_NONE},
};

mag_status mag_call_analyte(const mag_syntax *argument, mag_operand *operand, const char **text,
                            mag_error *err) {
    for (size_t i = 0; i < sizeof series_names / sizeof series_names[0]; i++) {
        if (!mag_span_is(argument->text, series_names[i].name))
            continue;
        operand->series = series_names[i].series;
        operand->analyte = series_names[i].analyte;
        *text = series_names[i].name;
        return MAG_OK;
    }
    operand->analyte = mag_analyte_find(argument->text);
    if (operand->analyte == MAG_ANALYTE_NONE)
        return mag_checker_fail_unknown(argument, "analyte", argument->text, analyte_names, err);
    *text = mag_analyte_of(operand->analyte)->name;
    return MAG_OK;
}

static bool takes_filter(mag_operand_kind kind) {
    switch (kind) {
    case MAG_OPERAND_LATEST:
    case MAG_OPERAND_PREVIOUS:
    case MAG_OPERAND_FIRST:
    case MAG_OPERAND_LOWEST:
    case MAG_OPERAND_HIGHEST:
    case MAG_OPERAND_MEDIAN:
    case MAG_OPERAND_COUNT:
    case MAG_OPERAND_SPACED:
    case MAG_OPERAND_MEASURED:
        return true;
    default:
        return false;
    }
}

static mag_status fail_filter(const mag_syntax *at, const char *text, mag_error *err) {
    return mag_expression_fail(at->expression, at->at, MAG_MSG_R501, err, "%s", text);
}

/* The right side of a filter for a series of numbers. */
static mag_status read_filter_number(mag_checker *checker, const mag_syntax *right,
                                     mag_operand *operand, mag_error *err) {
    const mag_node *number;
    MAG_TRY(mag_checker_value(checker, right, &number, err));
    if (number->kind != MAG_NODE_CONSTANT || number->dimension != MAG_DIM_FLOW_INDEXED)
        return fail_filter(right, "eGFR is filtered by a number in mL/min/1.73m2", err);
    operand->filter.number = number->number;
    return MAG_OK;
}

static mag_status read_filter_limit(mag_checker *checker, const mag_syntax *right,
                                    mag_operand *operand, mag_error *err) {
    const mag_limit *limit = NULL;
    const mag_quantity *quantity = mag_checker_quantity(checker, right);
    if (quantity) {
        MAG_TRY(mag_checker_literal(checker, right, operand->analyte, quantity, &limit, err));
    } else {
        limit =
            right->kind == MAG_SYNTAX_NAME ? mag_names_limit(checker->names, right->text) : NULL;
        if (!limit)
            return fail_filter(right, "a filter compares with a named limit or a quantity", err);
        MAG_TRY(mag_checker_limit_fits(right, operand->analyte, limit, err));
    }
    operand->filter.limit = limit;
    return MAG_OK;
}

static const char *relation_text(mag_relation relation) {
    static const char *const texts[] = {"<", "<=", ">", ">=", "=", "!="};
    return texts[relation];
}

mag_status mag_call_filter(mag_checker *checker, const mag_syntax *argument, mag_operand *operand,
                           const char **text, mag_error *err) {
    const mag_syntax *left = argument->children[0], *right = argument->children[1];
    mag_relation relation = argument->relation;
    if (!takes_filter(operand->kind))
        return mag_expression_fail(argument->expression, argument->at, MAG_MSG_R501, err,
                                   "%s( ) takes no filter", mag_operand_name(operand->kind));
    if (left->kind != MAG_SYNTAX_NAME)
        return fail_filter(left, "a filter begins with an analyte", err);
    MAG_TRY(mag_call_analyte(left, operand, text, err));
    if (relation == MAG_IS_EQUAL || relation == MAG_IS_NOT_EQUAL)
        return fail_filter(argument, "a result is compared with < <= > or >=", err);
    if (operand->series == MAG_SERIES_EGFR)
        MAG_TRY(read_filter_number(checker, right, operand, err));
    else
        MAG_TRY(read_filter_limit(checker, right, operand, err));
    operand->filter.is_set = true;
    operand->filter.relation = relation;
    mag_checker_see(checker, relation);
    *text = mag_arena_format(checker->arena, "%s %s %.*s", *text, relation_text(relation),
                             (int)right->text.nbytes, right->text.at);
    return *text ? MAG_OK : mag_fail_memory(err, 64);
}
