/* What stands between the brackets of an operand, and the table of distinct operands. */
#include "rules/checker.h"

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

static const char *const analyte_names[] = {
#define MAG_ANALYTE(name, text, ...) text,
#include "clinical/analyte.def"
#undef MAG_ANALYTE
    NULL};
static const char *const condition_names[] = {
#define MAG_CONDITION(name, text, ...) text,
#include "clinical/condition.def"
#undef MAG_CONDITION
    NULL};
static const char *const class_names[] = {
#define MAG_CLASS(name, ...) #name,
#include "clinical/drug_class.def"
#undef MAG_CLASS
    NULL};

const char *const *mag_class_names(void) {
    return class_names;
}

static mag_status fail(const mag_syntax *at, const char *text, mag_error *err) {
    return mag_expression_fail(at->expression, at->at, MAG_MSG_R501, err, "%.*s( ) %s",
                               (int)at->text.nbytes, at->text.at, text);
}

/* --- arguments ------------------------------------------------------------------------------- */

static bool has_window(const mag_syntax *call) {
    return call->kind == MAG_SYNTAX_CALL && call->window.kind != MAG_SYNTAX_NO_WINDOW;
}

static mag_status require_name(const mag_syntax *call, const mag_syntax *argument, mag_error *err) {
    return argument->kind == MAG_SYNTAX_NAME
               ? MAG_OK
               : mag_expression_fail(argument->expression, argument->at, MAG_MSG_R501, err,
                                     "%.*s( ) takes names here", (int)call->text.nbytes,
                                     call->text.at);
}

static mag_status read_analyte(const mag_syntax *call, mag_operand *operand, const char **text,
                               mag_error *err) {
    if (call->child_count != 1)
        return fail(call, "takes one analyte", err);
    const mag_syntax *argument = call->children[0];
    MAG_TRY(require_name(call, argument, err));
    operand->analyte = mag_analyte_find(argument->text);
    if (operand->analyte == MAG_ANALYTE_NONE)
        return mag_checker_fail_unknown(argument, "analyte", argument->text, analyte_names, err);
    *text = mag_analyte_of(operand->analyte)->name;
    return MAG_OK;
}

static mag_status read_conditions(mag_checker *checker, const mag_syntax *call,
                                  mag_operand *operand, const char **text, mag_error *err) {
    if (call->child_count == 0)
        return fail(call, "takes at least one condition", err);
    const char *list = "";
    for (size_t i = 0; i < call->child_count; i++) {
        const mag_syntax *argument = call->children[i];
        mag_condition condition;
        MAG_TRY(require_name(call, argument, err));
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

/* Classes and groups, as candidates for a name that is neither. */
static const char *const *class_candidates(mag_checker *checker) {
    const mag_names *names = checker->names;
    size_t count = MAG_CLASS_COUNT + names->group_count + 1;
    const char **all = mag_arena_alloc(checker->arena, count * sizeof *all);
    if (!all)
        return class_names;
    memcpy(all, class_names, MAG_CLASS_COUNT * sizeof *all);
    for (size_t i = 0; i < names->group_count; i++)
        all[MAG_CLASS_COUNT + i] = names->groups[i].name;
    return all;
}

/* The longer stay in effect wins where a class comes twice. */
static void add_member(mag_operand *operand, mag_member *members, mag_member member) {
    for (size_t i = 0; i < operand->member_count; i++) {
        if (members[i].drug_class != member.drug_class)
            continue;
        if (members[i].extra_minutes < member.extra_minutes)
            members[i].extra_minutes = member.extra_minutes;
        return;
    }
    members[operand->member_count++] = member;
    operand->classes |= UINT64_C(1) << member.drug_class;
}

static int member_order(const void *a, const void *b) {
    const mag_member *left = a, *right = b;
    return (left->drug_class > right->drug_class) - (left->drug_class < right->drug_class);
}

static mag_status add_classes(mag_checker *checker, const mag_syntax *argument,
                              mag_operand *operand, mag_member *members, mag_error *err) {
    mag_member member = {.extra_minutes = 0};
    if (mag_class_find(argument->text, &member.drug_class)) {
        add_member(operand, members, member);
        return MAG_OK;
    }
    const mag_group *group = mag_names_group(checker->names, argument->text);
    if (!group)
        return mag_checker_fail_unknown(argument, "drug class or group", argument->text,
                                        class_candidates(checker), err);
    for (size_t i = 0; i < group->member_count; i++)
        add_member(operand, members, group->members[i]);
    return MAG_OK;
}

mag_status mag_checker_members(mag_checker *checker, const mag_syntax *call, mag_operand *operand,
                               const char **text, mag_error *err) {
    if (call->child_count == 0)
        return fail(call, "takes at least one drug class or group", err);
    size_t nbytes = MAG_CLASS_COUNT * sizeof(mag_member);
    mag_member *members = mag_arena_alloc(checker->arena, nbytes);
    if (!members)
        return mag_fail_memory(err, nbytes);
    const char *list = "";
    for (size_t i = 0; i < call->child_count; i++) {
        const mag_syntax *argument = call->children[i];
        MAG_TRY(require_name(call, argument, err));
        MAG_TRY(add_classes(checker, argument, operand, members, err));
        list = mag_arena_format(checker->arena, "%s%s%.*s", list, i ? ", " : "",
                                (int)argument->text.nbytes, argument->text.at);
        if (!list)
            return mag_fail_memory(err, 64);
    }
    qsort(members, operand->member_count, sizeof *members, member_order);
    operand->members = members;
    *text = list;
    return MAG_OK;
}

static mag_status read_sample(mag_checker *checker, const mag_syntax *call, mag_operand *operand,
                              const char **text, mag_error *err) {
    const mag_node *node = NULL;
    if (call->child_count == 1)
        MAG_TRY(mag_checker_value(checker, call->children[0], &node, err));
    if (!node || node->kind != MAG_NODE_OPERAND || node->dimension != MAG_DIM_RESULT)
        return fail(call, "takes one result, such as a bound sample", err);
    operand->source = node->operand;
    *text = node->shown;
    return MAG_OK;
}

static bool has_moment(const mag_node *node) {
    if (node->kind != MAG_NODE_OPERAND)
        return false;
    switch (node->dimension) {
    case MAG_DIM_RESULT:
    case MAG_DIM_MOMENT:
    case MAG_DIM_FLOW:
    case MAG_DIM_FLOW_INDEXED:
    case MAG_DIM_CATEGORY:
    case MAG_DIM_MASS:
    case MAG_DIM_LENGTH:
        return true;
    default:
        return false;
    }
}

/* days_since(magnesium within 1 year) asks about the latest one. */
static mag_status read_timed(mag_checker *checker, const mag_syntax *call, mag_operand *operand,
                             const char **text, mag_error *err) {
    if (call->child_count != 1)
        return fail(call, "takes an analyte or something that has a moment", err);
    const mag_syntax *argument = call->children[0];
    bool is_analyte =
        argument->kind == MAG_SYNTAX_NAME && mag_analyte_find(argument->text) != MAG_ANALYTE_NONE;
    if (is_analyte) {
        mag_node *latest;
        MAG_TRY(mag_checker_operand(checker, call, MAG_OPERAND_LATEST, &latest, err));
        operand->source = latest->operand;
        *text = mag_analyte_of(mag_analyte_find(argument->text))->name;
        return MAG_OK;
    }
    const mag_node *node;
    MAG_TRY(mag_checker_value(checker, argument, &node, err));
    if (!has_moment(node) || has_window(call))
        return fail(call, "takes an analyte, or something that has a moment and no window", err);
    operand->source = node->operand;
    *text = node->shown;
    return MAG_OK;
}

static mag_status read_arguments(mag_checker *checker, const mag_syntax *call, mag_operand *operand,
                                 const char **text, mag_error *err) {
    argument_kind arguments = facts_of[operand->kind].arguments;
    bool takes_window = arguments != ARGUMENTS_NOTHING && arguments != ARGUMENTS_SAMPLE;
    if (has_window(call) && !takes_window)
        return fail(call, "takes no window", err);
    switch (arguments) {
    case ARGUMENTS_NOTHING:
    case ARGUMENTS_WINDOW:
    case ARGUMENTS_GFR:
        return call->child_count == 0 ? MAG_OK : fail(call, "takes no names", err);
    case ARGUMENTS_ANALYTE:
        return read_analyte(call, operand, text, err);
    case ARGUMENTS_CLASSES:
        return mag_checker_members(checker, call, operand, text, err);
    case ARGUMENTS_CONDITIONS:
        return read_conditions(checker, call, operand, text, err);
    case ARGUMENTS_SAMPLE:
        return read_sample(checker, call, operand, text, err);
    case ARGUMENTS_TIMED:
        return read_timed(checker, call, operand, text, err);
    case ARGUMENTS_TWO_CLASSES:
    case ARGUMENTS_PAIR:
    case ARGUMENTS_EVENT:
    case ARGUMENTS_LAB:
    case ARGUMENTS_WORDS:
        break;
    }
    return MAG_OK;
}

/* --- the table of operands ------------------------------------------------------------------- */

static bool is_same_length(mag_length a, mag_length b) {
    return a.amount == b.amount && a.is_minutes == b.is_minutes;
}

static bool is_same_window(const mag_window *a, const mag_window *b) {
    return a->kind == b->kind && is_same_length(a->near, b->near) &&
           is_same_length(a->far, b->far) && a->anchor == b->anchor && a->anchor2 == b->anchor2;
}

static bool has_same_members(const mag_operand *a, const mag_operand *b) {
    if (a->classes != b->classes || a->member_count != b->member_count)
        return false;
    for (size_t i = 0; i < a->member_count; i++) {
        if (a->members[i].extra_minutes != b->members[i].extra_minutes)
            return false;
    }
    return true;
}

static bool is_same_operand(const mag_operand *a, const mag_operand *b) {
    return a->kind == b->kind && a->analyte == b->analyte && a->worse == b->worse &&
           a->conditions == b->conditions && a->source == b->source &&
           is_same_window(&a->window, &b->window) && has_same_members(a, b);
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

/* "latest(magnesium within 90 days)"; a bare "age" stays bare. */
static const char *operand_text(mag_checker *checker, mag_operand_kind kind, const char *arguments,
                                const char *window) {
    const char *name = mag_operand_name(kind);
    if (!arguments[0] && !window[0])
        return name;
    return mag_arena_format(checker->arena, "%s(%s%s%s)", name, arguments,
                            arguments[0] && window[0] ? " " : "", window);
}

static bool depends_on_worse(mag_operand_kind kind) {
    return kind == MAG_OPERAND_LATEST || kind == MAG_OPERAND_PREVIOUS || kind == MAG_OPERAND_FIRST;
}

mag_status mag_checker_operand(mag_checker *checker, const mag_syntax *syntax,
                               mag_operand_kind kind, mag_node **out, mag_error *err) {
    mag_operand operand = {.kind = kind,
                           .dimension = facts_of[kind].dimension,
                           .worse = depends_on_worse(kind) ? checker->worse : MAG_WORSE_LOW,
                           .source = -1};
    const char *arguments = "", *window = "";
    bool needs_arguments = facts_of[kind].arguments > ARGUMENTS_WINDOW;
    if (syntax->kind != MAG_SYNTAX_CALL && needs_arguments)
        return fail(syntax, "needs its arguments in brackets", err);
    MAG_TRY(read_arguments(checker, syntax, &operand, &arguments, err));
    MAG_TRY(mag_checker_window(checker, syntax, &operand.window, &window, err));
    if (operand.dimension == MAG_DIM_SERIES)
        operand.dimension = MAG_DIM_RESULT;
    operand.text = operand_text(checker, kind, arguments, window);
    if (!operand.text)
        return mag_fail_memory(err, 64);
    /* the latest result that days_since stands on has the window already */
    if (facts_of[kind].arguments == ARGUMENTS_TIMED) {
        mag_window none = {.anchor = MAG_ANCHOR_AS_OF, .anchor2 = MAG_ANCHOR_AS_OF};
        operand.window = none;
    }
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
