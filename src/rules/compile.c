/* From checked trees to a program: equal conditions of all rules become one step. */
#include "rules/program.h"

#include <string.h>

typedef struct compiler {
    mag_arena *arena;
    mag_account *account;
    const mag_pack *pack;
    mag_step *steps;
    size_t count, capacity;
    mag_error *err;
} compiler;

/* --- the same condition ------------------------------------------------------------------- */

static bool is_same_side(mag_decimal a, mag_unit a_unit, mag_decimal b, mag_unit b_unit) {
    return a_unit == b_unit && a.mantissa == b.mantissa && a.scale == b.scale;
}

static bool is_same_limit(const mag_limit *a, const mag_limit *b) {
    if (a == NULL || b == NULL)
        return a == b;
    return is_same_side(a->molar, a->molar_unit, b->molar, b->molar_unit) &&
           is_same_side(a->mass, a->mass_unit, b->mass, b->mass_unit);
}

/* Of leaves: operand, comparison, arithmetic, constant, limit. */
static bool is_same_leaf(const mag_node *a, const mag_node *b) {
    if (a == b)
        return true;
    if (a->kind != b->kind || a->dimension != b->dimension || a->relation != b->relation ||
        a->operand != b->operand || a->number < b->number || a->number > b->number ||
        a->child_count != b->child_count || !is_same_limit(a->limit, b->limit))
        return false;
    for (size_t i = 0; i < a->child_count; i++)
        if (!is_same_leaf(a->children[i], b->children[i]))
            return false;
    return true;
}

static bool is_same_step(const mag_step *a, const mag_step *b) {
    if (a->kind != b->kind || a->child_count != b->child_count)
        return false;
    if (a->kind == MAG_STEP_LEAF)
        return is_same_leaf(a->node, b->node);
    for (size_t i = 0; i < a->child_count; i++)
        if (a->children[i] != b->children[i])
            return false;
    return true;
}

/* --- steps -------------------------------------------------------------------------------- */

static mag_step_kind kind_of(const mag_node *node) {
    switch (node->kind) {
    case MAG_NODE_AND:
        return MAG_STEP_ALL;
    case MAG_NODE_OR:
        return MAG_STEP_ANY;
    case MAG_NODE_ANY_OF:
        return MAG_STEP_ANY_OF;
    case MAG_NODE_NOT:
        return MAG_STEP_NOT;
    case MAG_NODE_KNOWN:
        return MAG_STEP_KNOWN;
    case MAG_NODE_ALWAYS:
        return MAG_STEP_ALWAYS;
    case MAG_NODE_OPERAND:
    case MAG_NODE_CONSTANT:
    case MAG_NODE_LIMIT:
    case MAG_NODE_COMPARE:
    case MAG_NODE_ADD:
    case MAG_NODE_SUBTRACT:
    case MAG_NODE_MULTIPLY:
    case MAG_NODE_DIVIDE:
        break;
    }
    return MAG_STEP_LEAF;
}

static int32_t find_node(const compiler *on, const mag_node *node) {
    for (size_t i = 0; i < on->count; i++)
        if (on->steps[i].node == node)
            return (int32_t)i;
    return MAG_STEP_NONE;
}

static int32_t find_step(const compiler *on, const mag_step *step) {
    for (size_t i = 0; i < on->count; i++)
        if (is_same_step(&on->steps[i], step))
            return (int32_t)i;
    return MAG_STEP_NONE;
}

static mag_status add_step(compiler *on, const mag_step *step, int32_t *out) {
    void *steps = on->steps;
    *out = find_step(on, step);
    if (*out != MAG_STEP_NONE)
        return MAG_OK;
    MAG_TRY(
        mag_grow(on->account, &steps, &on->capacity, sizeof *on->steps, on->count + 1, on->err));
    on->steps = steps;
    *out = (int32_t)on->count;
    on->steps[on->count++] = *step;
    return MAG_OK;
}

/* NULL: no condition. A tree is no deeper than the parser lets it be. */
static mag_status compile(compiler *on, const mag_node *node, int32_t *out) {
    *out = node == NULL ? MAG_STEP_NONE : find_node(on, node);
    if (node == NULL || *out != MAG_STEP_NONE)
        return MAG_OK;
    mag_step step = {.kind = kind_of(node), .node = node};
    if (step.kind == MAG_STEP_LEAF) {
        step.sight = mag_sight_of_node(on->pack, node);
        step.leaf = mag_leaf_kind_of(on->pack, node, &step.operand);
        return add_step(on, &step, out);
    }
    const size_t nbytes = (node->child_count + 1) * sizeof(uint32_t);
    uint32_t *children = mag_arena_alloc(on->arena, nbytes);
    if (children == NULL)
        return mag_fail_memory(on->err, nbytes);
    for (size_t i = 0; i < node->child_count; i++) {
        int32_t child;
        MAG_TRY(compile(on, node->children[i], &child));
        children[i] = (uint32_t)child;
    }
    step.children = children;
    step.child_count = node->child_count;
    return add_step(on, &step, out);
}

/* --- rules -------------------------------------------------------------------------------- */

static mag_status compile_rule(compiler *on, const mag_rule *rule, mag_rule_steps *out) {
    const size_t nbytes = (rule->tier_count + rule->adjust_count + 1) * sizeof(int32_t);
    int32_t *steps = mag_arena_alloc(on->arena, nbytes);
    if (steps == NULL)
        return mag_fail_memory(on->err, nbytes);
    out->tiers = steps;
    out->adjusts = steps + rule->tier_count;
    MAG_TRY(compile(on, rule->among, &out->among));
    MAG_TRY(compile(on, rule->except, &out->except));
    MAG_TRY(compile(on, rule->when, &out->when));
    for (size_t i = 0; i < rule->tier_count; i++)
        MAG_TRY(compile(on, rule->tiers[i].when, &steps[i]));
    for (size_t i = 0; i < rule->adjust_count; i++)
        MAG_TRY(compile(on, rule->adjusts[i].when, &steps[rule->tier_count + i]));
    return MAG_OK;
}

static mag_status keep_steps(const compiler *on, mag_program *program) {
    const size_t nbytes = (on->count + 1) * sizeof *on->steps;
    mag_step *steps = mag_arena_alloc(on->arena, nbytes);
    if (steps == NULL)
        return mag_fail_memory(on->err, nbytes);
    if (on->count > 0)
        memcpy(steps, on->steps, on->count * sizeof *on->steps);
    program->steps = steps;
    program->step_count = on->count;
    return MAG_OK;
}

mag_status mag_program_compile(mag_arena *arena, const mag_pack *pack, const mag_program **out,
                               mag_error *err) {
    mag_program *program = mag_arena_alloc(arena, sizeof *program);
    mag_rule_steps *rules = mag_arena_alloc(arena, (pack->rule_count + 1) * sizeof *rules);
    if (program == NULL || rules == NULL)
        return mag_fail_memory(err, pack->rule_count * sizeof *rules);
    compiler on = {.arena = arena, .account = mag_arena_account(arena), .pack = pack, .err = err};
    mag_status status = MAG_OK;
    for (size_t i = 0; i < pack->rule_count && status == MAG_OK; i++)
        status = compile_rule(&on, &pack->rules[i], &rules[i]);
    program->rules = rules;
    if (status == MAG_OK)
        status = keep_steps(&on, program);
    mag_drop(on.account, on.steps, on.capacity, sizeof *on.steps);
    *out = program;
    return status;
}
