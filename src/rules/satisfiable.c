/* Demands are taken one by one; an `or` tries each of its children. What has been learnt about an
   operand is an interval, or a truth. A path on which an interval becomes empty is dead. */
#include "rules/satisfiable.h"

#include <float.h>
#include <string.h>

enum { FACTS_MAX = 64, STEPS_MAX = 20000 };
enum { OLDEST_YEARS = 120, ADULT_YEARS = 18, WORST_AKI_STAGE = 3 };

/* lo (<|<=) value (<|<=) hi; a truth is the interval [0, 0] or [1, 1]. */
typedef struct fact {
    int16_t operand;
    double lo, hi;
    bool is_lo_open, is_hi_open;
} fact;

typedef struct state {
    const mag_pack *pack;
    mag_demand pending[MAG_MAX_DEMANDS];
    size_t pending_count;
    fact facts[FACTS_MAX];
    size_t fact_count;
    int *steps;
} state;

static bool can_hold(state *s);

static fact first_fact(const state *s, int16_t operand) {
    const mag_operand *of = &s->pack->operands[operand];
    fact fresh = {operand, 0.0, DBL_MAX, false, false};
    if (of->kind == MAG_OPERAND_CHANGE) {
        fresh.lo = -DBL_MAX;
    } else if (of->kind == MAG_OPERAND_AGE) {
        fresh.lo = ADULT_YEARS;
        fresh.hi = OLDEST_YEARS;
    } else if (of->kind == MAG_OPERAND_AKI_STAGE) {
        fresh.hi = WORST_AKI_STAGE;
    } else if (of->dimension == MAG_DIM_CATEGORY) {
        fresh.lo = MAG_GFR_G1;
        fresh.hi = MAG_GFR_G5;
    } else if (of->dimension == MAG_DIM_TRUTH) {
        fresh.hi = 1.0;
    }
    return fresh;
}

static fact *fact_of(state *s, int16_t operand) {
    for (size_t i = 0; i < s->fact_count; i++) {
        if (s->facts[i].operand == operand)
            return &s->facts[i];
    }
    if (s->fact_count == FACTS_MAX)
        return NULL;
    s->facts[s->fact_count] = first_fact(s, operand);
    return &s->facts[s->fact_count++];
}

static void raise_low(fact *f, double lo, bool is_open) {
    if (lo < f->lo || (!(lo > f->lo) && !is_open))
        return;
    f->lo = lo;
    f->is_lo_open = is_open;
}

static void lower_high(fact *f, double hi, bool is_open) {
    if (hi > f->hi || (!(hi < f->hi) && !is_open))
        return;
    f->hi = hi;
    f->is_hi_open = is_open;
}

static bool is_possible(const fact *f) {
    return f->lo < f->hi || (!(f->lo > f->hi) && !f->is_lo_open && !f->is_hi_open);
}

static void narrow(fact *f, mag_relation relation, double number) {
    switch (relation) {
    case MAG_IS_BELOW:
        lower_high(f, number, true);
        break;
    case MAG_IS_AT_MOST:
        lower_high(f, number, false);
        break;
    case MAG_IS_ABOVE:
        raise_low(f, number, true);
        break;
    case MAG_IS_AT_LEAST:
        raise_low(f, number, false);
        break;
    case MAG_IS_EQUAL:
        raise_low(f, number, false);
        lower_high(f, number, false);
        break;
    case MAG_IS_NOT_EQUAL:
        break;
    }
}

static mag_relation opposite(mag_relation relation) {
    switch (relation) {
    case MAG_IS_BELOW:
        return MAG_IS_AT_LEAST;
    case MAG_IS_AT_MOST:
        return MAG_IS_ABOVE;
    case MAG_IS_ABOVE:
        return MAG_IS_AT_MOST;
    case MAG_IS_AT_LEAST:
        return MAG_IS_BELOW;
    case MAG_IS_EQUAL:
        return MAG_IS_NOT_EQUAL;
    case MAG_IS_NOT_EQUAL:
        break;
    }
    return MAG_IS_EQUAL;
}

/* Number that an operand is compared with: a limit counts by its molar side, else by the other one.
 */
static bool bound_of(const state *s, const mag_node *compare, double *out) {
    const mag_node *left = compare->children[0], *right = compare->children[1];
    if (left->kind != MAG_NODE_OPERAND)
        return false;
    *out = right->number;
    if (right->kind == MAG_NODE_CONSTANT)
        return true;
    if (right->kind != MAG_NODE_LIMIT)
        return false;
    const mag_limit *limit = right->limit;
    bool is_molar = limit->molar_unit != MAG_UNIT_NONE;
    *out = mag_to_canonical(s->pack->operands[left->operand].analyte,
                            is_molar ? limit->molar_unit : limit->mass_unit,
                            is_molar ? limit->molar : limit->mass);
    return true;
}

static bool compare_can_hold(state *s, const mag_node *node, bool is_true) {
    double number;
    if (!bound_of(s, node, &number))
        return can_hold(s);
    fact *f = fact_of(s, node->children[0]->operand);
    if (!f)
        return true;
    narrow(f, is_true ? node->relation : opposite(node->relation), number);
    return is_possible(f) && can_hold(s);
}

static bool operand_can_hold(state *s, const mag_node *node, bool is_true) {
    fact *f = fact_of(s, node->operand);
    if (!f)
        return true;
    narrow(f, MAG_IS_EQUAL, is_true ? 1.0 : 0.0);
    return is_possible(f) && can_hold(s);
}

static bool all_can_hold(state *s, const mag_node *node, bool is_true) {
    if (s->pending_count + node->child_count > MAG_MAX_DEMANDS)
        return true;
    for (size_t i = 0; i < node->child_count; i++) {
        mag_demand demand = {node->children[i], is_true};
        s->pending[s->pending_count++] = demand;
    }
    return can_hold(s);
}

static bool any_can_hold(const state *s, const mag_node *node, bool is_true) {
    for (size_t i = 0; i < node->child_count; i++) {
        state branch = *s;
        mag_demand demand = {node->children[i], is_true};
        branch.pending[branch.pending_count++] = demand; /* in the place of the node itself */
        if (can_hold(&branch))
            return true;
    }
    return false;
}

static bool can_hold(state *s) {
    if (s->pending_count == 0 || ++*s->steps > STEPS_MAX)
        return true;
    mag_demand demand = s->pending[--s->pending_count];
    const mag_node *node = demand.node;
    bool is_true = demand.is_true;
    switch (node->kind) {
    case MAG_NODE_COMPARE:
        return compare_can_hold(s, node, is_true);
    case MAG_NODE_OPERAND:
        return operand_can_hold(s, node, is_true);
    case MAG_NODE_NOT:
        return all_can_hold(s, node, !is_true);
    case MAG_NODE_KNOWN: /* known(x) is false also where x is unknown: nothing follows for x */
        return is_true ? all_can_hold(s, node, true) : can_hold(s);
    case MAG_NODE_AND:
        return is_true ? all_can_hold(s, node, true) : any_can_hold(s, node, false);
    case MAG_NODE_OR:
    case MAG_NODE_ANY_OF:
        return is_true ? any_can_hold(s, node, true) : all_can_hold(s, node, false);
    case MAG_NODE_ALWAYS:
        return is_true && can_hold(s);
    case MAG_NODE_CONSTANT:
    case MAG_NODE_LIMIT:
    case MAG_NODE_ADD:
    case MAG_NODE_SUBTRACT:
    case MAG_NODE_MULTIPLY:
    case MAG_NODE_DIVIDE:
        break;
    }
    return can_hold(s);
}

bool mag_demands_can_hold(const mag_pack *pack, const mag_demand *demands, size_t demand_count) {
    int steps = 0;
    state s = {.pack = pack, .steps = &steps};
    if (demand_count > MAG_MAX_DEMANDS)
        return true;
    memcpy(s.pending, demands, demand_count * sizeof *demands);
    s.pending_count = demand_count;
    return can_hold(&s);
}
