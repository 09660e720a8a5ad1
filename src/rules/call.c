/* What stands between the brackets of an operand, and the table of distinct operands. */
#include "rules/call.h"

#include <stdlib.h>
#include <string.h>

typedef enum argument_kind {
    ARGUMENTS_NOTHING,
    ARGUMENTS_WINDOW,
    ARGUMENTS_ANALYTE,
    ARGUMENTS_CLASSES,
    ARGUMENTS_TWO_CLASSES,
    ARGUMENTS_CONDITIONS,
    ARGUMENTS_SAMPLE,
    ARGUMENTS_PAIR,
    ARGUMENTS_TIMED,
    ARGUMENTS_EVENT,
    ARGUMENTS_GFR,
    ARGUMENTS_LAB,
    ARGUMENTS_WORDS
} argument_kind;

typedef struct operand_facts {
    argument_kind arguments;
    mag_dimension dimension;
} operand_facts;

static const operand_facts facts_of[] = {
#define MAG_OPERAND(name, text, arguments, dimension, function)                                    \
    {ARGUMENTS_##arguments, MAG_DIM_##dimension},
#include "rules/operand.def"
#undef MAG_OPERAND
};
_Static_assert(sizeof facts_of / sizeof facts_of[0] == MAG_OPERAND_KIND_COUNT, "a row each");

static const char *const condition_names[] = {
#define MAG_CONDITION(name, text, ...) text,
#include "clinical/condition.def"
#undef MAG_CONDITION
    NULL};

mag_status mag_call_fail(const mag_syntax *call, const char *text, mag_error *err) {
    return mag_expression_fail(call->expression, call->at, MAG_MSG_R501, err, "%.*s( ) %s",
                               (int)call->text.nbytes, call->text.at, text);
}

mag_status mag_call_require_name(const mag_syntax *call, const mag_syntax *argument,
                                 mag_error *err) {
    return argument->kind == MAG_SYNTAX_NAME
               ? MAG_OK
               : mag_expression_fail(argument->expression, argument->at, MAG_MSG_R501, err,
                                     "%.*s( ) takes names here", (int)call->text.nbytes,
                                     call->text.at);
}

bool mag_call_has_window(const mag_syntax *call) {
    return call->kind == MAG_SYNTAX_CALL && call->window.kind != MAG_SYNTAX_NO_WINDOW;
}

/* --- arguments ------------------------------------------------------------------------------- */

static bool is_about_data(mag_operand_kind kind) {
    return kind == MAG_OPERAND_REJECTED || kind == MAG_OPERAND_UNIT_MISSING ||
           kind == MAG_OPERAND_CONFLICT || kind == MAG_OPERAND_UNIT_SHARE;
}

static mag_status read_analyte(mag_checker *checker, const mag_syntax *call, mag_operand *operand,
                               const char **text, mag_error *err) {
    if (call->child_count != 1)
        return mag_call_fail(call, "takes one analyte", err);
    const mag_syntax *argument = call->children[0];
    if (argument->kind == MAG_SYNTAX_COMPARE) {
        MAG_TRY(mag_call_filter(checker, argument, operand, text, err));
    } else {
        MAG_TRY(mag_call_require_name(call, argument, err));
        MAG_TRY(mag_call_analyte(argument, operand, text, err));
    }
    bool is_any = operand->series == MAG_SERIES_ANY;
    if (is_any && !is_about_data(operand->kind))
        return mag_call_fail(call,
                             "takes one analyte; `any` is for rejected, unit_missing, "
                             "conflict and unit_share",
                             err);
    if (!is_any && operand->series != MAG_SERIES_NONE && is_about_data(operand->kind))
        return mag_call_fail(call, "is about reported results, not about what is worked out", err);
    return MAG_OK;
}

static mag_status read_conditions(mag_checker *checker, const mag_syntax *call,
                                  mag_operand *operand, const char **text, mag_error *err) {
    if (call->child_count == 0)
        return mag_call_fail(call, "takes at least one condition", err);
    const char *list = "";
    for (size_t i = 0; i < call->child_count; i++) {
        const mag_syntax *argument = call->children[i];
        mag_condition condition;
        MAG_TRY(mag_call_require_name(call, argument, err));
        if (!mag_condition_find(argument->text, &condition))
            return mag_checker_fail_unknown(argument, "condition", argument->text, condition_names,
                                            err);
        operand->conditions |= UINT32_C(1) << condition;
        list = mag_arena_format(checker->arena, "%s%s%s", list, i ? ", " : "",
                                mag_condition_name(condition));
        if (!list)
            return mag_fail_memory(err, 64);
    }
    *text = list;
    return MAG_OK;
}

static mag_status read_sample(mag_checker *checker, const mag_syntax *call, mag_operand *operand,
                              const char **text, mag_error *err) {
    const mag_node *node = NULL;
    if (call->child_count == 1)
        MAG_TRY(mag_checker_value(checker, call->children[0], &node, err));
    if (!node || node->kind != MAG_NODE_OPERAND || node->dimension != MAG_DIM_RESULT)
        return mag_call_fail(call, "takes one result, such as a bound sample", err);
    operand->source = node->operand;
    *text = node->shown;
    return MAG_OK;
}

/* uln(ck) */
static mag_status read_lab(const mag_syntax *call, mag_operand *operand, const char **text,
                           mag_error *err) {
    if (call->child_count != 1 || call->children[0]->kind != MAG_SYNTAX_NAME)
        return mag_call_fail(call, "takes one analyte", err);
    MAG_TRY(mag_call_analyte(call->children[0], operand, text, err));
    return operand->series == MAG_SERIES_NONE
               ? MAG_OK
               : mag_call_fail(call, "takes one analyte that laboratories report", err);
}

/* pair(s, potassium within 7 days), pair(s, creatinine same specimen): the window lies around s. */
static mag_status read_pair(mag_checker *checker, const mag_syntax *call, mag_operand *operand,
                            const char **text, mag_error *err) {
    static const char usage[] = "takes a bound result and an analyte: pair(s, potassium within 7 "
                                "days) or pair(s, creatinine same specimen)";
    const mag_node *node = NULL;
    const char *name;
    bool is_same = (call->options.set >> MAG_SYNTAX_SAME & 1U) != 0;
    bool is_within = call->window.kind == MAG_SYNTAX_WITHIN && !call->window.anchor;
    if (call->child_count != 2 || call->children[1]->kind != MAG_SYNTAX_NAME ||
        is_same == mag_call_has_window(call) || (!is_same && !is_within))
        return mag_call_fail(call, usage, err);
    MAG_TRY(mag_checker_value(checker, call->children[0], &node, err));
    if (node->kind != MAG_NODE_OPERAND || node->dimension != MAG_DIM_RESULT)
        return mag_call_fail(call, usage, err);
    MAG_TRY(mag_call_analyte(call->children[1], operand, &name, err));
    if (operand->series != MAG_SERIES_NONE && operand->series != MAG_SERIES_ADJUSTED_CALCIUM)
        return mag_call_fail(call, usage, err);
    operand->source = node->operand;
    *text = mag_arena_format(checker->arena, "%s, %s", node->shown, name);
    return *text ? MAG_OK : mag_fail_memory(err, 64);
}

/* Kinds whose value has a moment, if there is one. */
static bool kind_has_moment(mag_operand_kind kind) {
    switch (kind) {
    case MAG_OPERAND_LATEST:
    case MAG_OPERAND_PREVIOUS:
    case MAG_OPERAND_FIRST:
    case MAG_OPERAND_LOWEST:
    case MAG_OPERAND_HIGHEST:
    case MAG_OPERAND_CHANGE:
    case MAG_OPERAND_PAIR:
    case MAG_OPERAND_DATE:
    case MAG_OPERAND_STARTED:
    case MAG_OPERAND_STOPPED:
    case MAG_OPERAND_DOSE_CHANGE:
    case MAG_OPERAND_START:
    case MAG_OPERAND_STOP:
    case MAG_OPERAND_HAS:
    case MAG_OPERAND_WEIGHT:
    case MAG_OPERAND_HEIGHT:
    case MAG_OPERAND_BMI:
    case MAG_OPERAND_KIDNEY_FUNCTION:
    case MAG_OPERAND_EGFR:
    case MAG_OPERAND_CKD_CATEGORY:
    case MAG_OPERAND_AKI_STAGE:
    case MAG_OPERAND_ADJUSTED_CALCIUM:
    case MAG_OPERAND_FEMG:
        return true;
    default:
        return false;
    }
}

bool mag_checker_has_moment(const mag_checker *checker, const mag_node *node) {
    return node->kind == MAG_NODE_OPERAND && kind_has_moment(checker->operands[node->operand].kind);
}

static mag_status read_event(mag_checker *checker, const mag_syntax *call, mag_operand *operand,
                             const char **text, mag_error *err) {
    const mag_node *node;
    if (call->child_count != 1)
        return mag_call_fail(call, "takes one thing that has a moment", err);
    MAG_TRY(mag_checker_value(checker, call->children[0], &node, err));
    if (!mag_checker_has_moment(checker, node))
        return mag_call_fail(call, "takes something that has a moment", err);
    operand->source = node->operand;
    *text = node->shown;
    return MAG_OK;
}

/* days_since(magnesium within 1 year) asks about the latest one. */
static mag_status read_timed(mag_checker *checker, const mag_syntax *call, mag_operand *operand,
                             const char **text, mag_error *err) {
    mag_operand named = {.series = MAG_SERIES_NONE};
    mag_error unused = {0};
    bool is_analyte = call->child_count == 1 && call->children[0]->kind == MAG_SYNTAX_NAME &&
                      !mag_checker_is_defined(checker, call->children[0]->text) &&
                      mag_call_analyte(call->children[0], &named, text, &unused) == MAG_OK;
    if (is_analyte) {
        mag_node *latest;
        MAG_TRY(mag_checker_operand(checker, call, MAG_OPERAND_LATEST, &latest, err));
        operand->source = latest->operand;
        return MAG_OK;
    }
    if (call->child_count != 1 || mag_call_has_window(call))
        return mag_call_fail(call, "takes an analyte, or something that has a moment and no window",
                             err);
    return read_event(checker, call, operand, text, err);
}

/* ckd_category(x) of an eGFR, or the newest of a window. */
static mag_status read_gfr(mag_checker *checker, const mag_syntax *call, mag_operand *operand,
                           const char **text, mag_error *err) {
    const mag_node *node;
    if (call->child_count == 0)
        return MAG_OK;
    if (call->child_count != 1 || mag_call_has_window(call))
        return mag_call_fail(call, "takes a window, or one eGFR", err);
    MAG_TRY(mag_checker_value(checker, call->children[0], &node, err));
    if (node->kind != MAG_NODE_OPERAND || node->dimension != MAG_DIM_FLOW_INDEXED)
        return mag_call_fail(call, "takes a window, or one eGFR", err);
    operand->source = node->operand;
    *text = node->shown;
    return MAG_OK;
}

static mag_status read_suspicions(mag_checker *checker, const mag_syntax *call,
                                  mag_operand *operand, const char **text, mag_error *err) {
    if (call->child_count != 1)
        return mag_call_fail(call, "takes words: edta, haemolysis, drip_arm, ph", err);
    return mag_call_suspicions(checker, call->children[0], operand, text, err);
}

static mag_status read_arguments(mag_checker *checker, const mag_syntax *call, mag_operand *operand,
                                 const char **text, mag_error *err) {
    argument_kind arguments = facts_of[operand->kind].arguments;
    bool takes_window = arguments != ARGUMENTS_NOTHING && arguments != ARGUMENTS_SAMPLE &&
                        arguments != ARGUMENTS_EVENT && arguments != ARGUMENTS_LAB;
    if (mag_call_has_window(call) && !takes_window)
        return mag_call_fail(call, "takes no window", err);
    switch (arguments) {
    case ARGUMENTS_NOTHING:
    case ARGUMENTS_WINDOW:
        return call->child_count == 0 ? MAG_OK : mag_call_fail(call, "takes no names", err);
    case ARGUMENTS_GFR:
        return read_gfr(checker, call, operand, text, err);
    case ARGUMENTS_ANALYTE:
        return read_analyte(checker, call, operand, text, err);
    case ARGUMENTS_CLASSES:
        return mag_checker_members(checker, call, operand, text, err);
    case ARGUMENTS_CONDITIONS:
        return read_conditions(checker, call, operand, text, err);
    case ARGUMENTS_SAMPLE:
        return read_sample(checker, call, operand, text, err);
    case ARGUMENTS_TIMED:
        return read_timed(checker, call, operand, text, err);
    case ARGUMENTS_TWO_CLASSES:
        return mag_call_two_lists(checker, call, operand, text, err);
    case ARGUMENTS_PAIR:
        return read_pair(checker, call, operand, text, err);
    case ARGUMENTS_EVENT:
        return read_event(checker, call, operand, text, err);
    case ARGUMENTS_LAB:
        return read_lab(call, operand, text, err);
    case ARGUMENTS_WORDS:
        break;
    }
    return read_suspicions(checker, call, operand, text, err);
}

/* --- the operand ----------------------------------------------------------------------------- */

static const char *operand_text(mag_checker *checker, mag_operand_kind kind, const char *inside) {
    const char *name = mag_operand_name(kind);
    return inside[0] ? mag_arena_format(checker->arena, "%s(%s)", name, inside) : name;
}

static bool depends_on_worse(mag_operand_kind kind) {
    return kind == MAG_OPERAND_LATEST || kind == MAG_OPERAND_PREVIOUS ||
           kind == MAG_OPERAND_FIRST || kind == MAG_OPERAND_CHANGE || kind == MAG_OPERAND_PAIR ||
           kind == MAG_OPERAND_ADJUSTED_CALCIUM;
}

/* Which of two results at one moment counts. Of a divisor it is the other one: a quotient is the
   higher, the lower what it is divided by. */
static mag_worse worse_side(const mag_checker *checker, mag_operand_kind kind) {
    if (!depends_on_worse(kind))
        return MAG_WORSE_LOW;
    if (!checker->is_divisor)
        return checker->worse;
    return checker->worse == MAG_WORSE_LOW ? MAG_WORSE_HIGH : MAG_WORSE_LOW;
}

/* Results are kept in the canonical unit of their analyte; in sums they count in the unit of a
   dimension. */
static mag_status settle_dimension(const mag_syntax *at, mag_operand *operand, mag_error *err) {
    mag_dimension number = MAG_DIM_NUMBER;
    mag_dimension declared = operand->dimension;
    bool is_of_results = declared == MAG_DIM_SERIES || declared == MAG_DIM_RESULT;
    operand->unit_factor = 1.0;
    if (!is_of_results)
        return MAG_OK;
    if (operand->series == MAG_SERIES_EGFR) {
        operand->dimension = MAG_DIM_FLOW_INDEXED;
        return MAG_OK;
    }
    if (operand->kind == MAG_OPERAND_ADJUSTED_CALCIUM) {
        operand->series = MAG_SERIES_ADJUSTED_CALCIUM;
        operand->analyte = MAG_CALCIUM;
    }
    mag_unit canonical = mag_analyte_of(operand->analyte)->canonical;
    bool has_number = mag_dimension_of_unit(canonical, &number, &operand->unit_factor);
    operand->dimension = operand->kind == MAG_OPERAND_ULN ? number : MAG_DIM_RESULT;
    if (!has_number && operand->dimension != MAG_DIM_RESULT)
        return mag_call_fail(at, "cannot be worked out for this analyte", err);
    return MAG_OK;
}

/* Facts of the run's sources belong to rules about sources, and nothing else does. */
static mag_status check_scope(const mag_checker *checker, const mag_syntax *at,
                              mag_operand_kind kind, mag_error *err) {
    bool is_of_source = kind == MAG_OPERAND_UNMAPPED_DRUGS || kind == MAG_OPERAND_UNIT_SHARE;
    if (checker->scope == MAG_CHECKS_ANY || is_of_source == (checker->scope == MAG_CHECKS_SOURCE))
        return MAG_OK;
    return mag_expression_fail(at->expression, at->at, MAG_MSG_R502, err,
                               is_of_source ? "%s is a fact of the run's sources: for rules with "
                                              "`scope: source` only"
                                            : "%s asks about a patient, which a rule with `scope: "
                                              "source` has none of",
                               mag_operand_name(kind));
}

static mag_status read_operand(mag_checker *checker, const mag_syntax *syntax, mag_operand *operand,
                               mag_error *err) {
    const char *arguments = "", *window = "";
    mag_option_texts options;
    MAG_TRY(mag_call_options(checker, syntax, operand, &options, err));
    MAG_TRY(read_arguments(checker, syntax, operand, &arguments, err));
    MAG_TRY(mag_checker_window(checker, syntax, &operand->window, &window, err));
    MAG_TRY(settle_dimension(syntax, operand, err));
    bool has_blank = arguments[0] && window[0];
    const char *inside = mag_arena_format(checker->arena, "%s%s%s%s%s", arguments, options.before,
                                          has_blank ? " " : "", window, options.behind);
    operand->text = inside ? operand_text(checker, operand->kind, inside) : NULL;
    return operand->text ? MAG_OK : mag_fail_memory(err, 64);
}

/* The latest result that days_since stands on has the window already; pair's lies around its
   sample. */
static void settle_window(mag_operand *operand) {
    const mag_window none = {.anchor = MAG_ANCHOR_AS_OF, .anchor2 = MAG_ANCHOR_AS_OF};
    if (facts_of[operand->kind].arguments == ARGUMENTS_TIMED)
        operand->window = none;
    if (operand->kind == MAG_OPERAND_PAIR) {
        operand->window.kind = operand->is_same_specimen ? MAG_WINDOW_AT : MAG_WINDOW_AROUND;
        operand->window.anchor = operand->source;
    }
}

mag_status mag_checker_operand(mag_checker *checker, const mag_syntax *syntax,
                               mag_operand_kind kind, mag_node **out, mag_error *err) {
    mag_operand operand = {.kind = kind,
                           .dimension = facts_of[kind].dimension,
                           .worse = worse_side(checker, kind),
                           .source = -1};
    bool is_divisor = checker->is_divisor;
    bool needs_arguments =
        facts_of[kind].arguments > ARGUMENTS_WINDOW && facts_of[kind].arguments != ARGUMENTS_GFR;
    MAG_TRY(check_scope(checker, syntax, kind, err));
    if (syntax->kind != MAG_SYNTAX_CALL && needs_arguments)
        return mag_call_fail(syntax, "needs its arguments in brackets", err);
    checker->is_divisor = false; /* the sample that a window hangs on is divided by nothing */
    mag_status status = read_operand(checker, syntax, &operand, err);
    checker->is_divisor = is_divisor;
    MAG_TRY(status);
    settle_window(&operand);
    int16_t index;
    MAG_TRY(mag_checker_intern(checker, syntax, &operand, &index, err));
    mag_node *node = mag_checker_node(checker, syntax, MAG_NODE_OPERAND, operand.dimension);
    if (!node)
        return mag_fail_memory(err, sizeof *node);
    node->operand = index;
    node->shown =
        operand.text; /* as written here; the first one to be numbered gave the index its own */
    *out = node;
    return MAG_OK;
}
