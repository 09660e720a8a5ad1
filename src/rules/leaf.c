/* Which leaves a block answers by itself for patients who have records; the usual forms only. */
#include "rules/program.h"

/* Results of one analyte as they are, up to T. */
static bool is_plain_lab(const mag_operand *operand) {
    uint16_t days;
    return operand->series == MAG_SERIES_NONE && operand->analyte != MAG_UREA &&
           !operand->filter.is_set && operand->with == MAG_ANALYTE_NONE &&
           mag_window_is_up_to_now(&operand->window, &days);
}

static bool has_lasting_member(const mag_operand *operand) {
    for (size_t i = 0; i < operand->member_count; i++)
        if (operand->members[i].extra_minutes > 0)
            return true;
    return false;
}

static mag_leaf_kind kind_of_truth(const mag_operand *operand) {
    uint16_t days;
    const bool is_up_to_now = mag_window_is_up_to_now(&operand->window, &days);
    switch ((int)operand->kind) {
    case MAG_OPERAND_MEASURED:
        return is_plain_lab(operand) ? MAG_LEAF_MEASURED : MAG_LEAF_ASKED;
    case MAG_OPERAND_NONE:
        return is_plain_lab(operand) ? MAG_LEAF_NONE : MAG_LEAF_ASKED;
    case MAG_OPERAND_ACTIVE:
    case MAG_OPERAND_EXPOSED:
        return is_up_to_now ? MAG_LEAF_IN_EFFECT : MAG_LEAF_ASKED;
    case MAG_OPERAND_CONTINUOUS:
        return operand->length.is_minutes ? MAG_LEAF_ASKED : MAG_LEAF_CONTINUOUS;
    case MAG_OPERAND_REPEATED_ORDERS:
        return MAG_LEAF_REPEATED;
    case MAG_OPERAND_REJECTED:
    case MAG_OPERAND_UNIT_MISSING:
    case MAG_OPERAND_CONFLICT:
    case MAG_OPERAND_SUSPECT:
        return operand->window.anchor == MAG_ANCHOR_AS_OF &&
                       operand->window.kind != MAG_WINDOW_BETWEEN
                   ? MAG_LEAF_RECORDS
                   : MAG_LEAF_ASKED;
    case MAG_OPERAND_HAS_AGE:
        return MAG_LEAF_HAS_AGE;
    case MAG_OPERAND_HAS_SEX:
        return MAG_LEAF_HAS_SEX;
    default:
        return MAG_LEAF_ASKED;
    }
}

static bool is_of_one_result(mag_operand_kind kind) {
    return kind == MAG_OPERAND_LATEST || kind == MAG_OPERAND_FIRST || kind == MAG_OPERAND_LOWEST ||
           kind == MAG_OPERAND_HIGHEST;
}

/* Is a side of a comparison worked out of results of one analyte and window, and of numbers?
 *found: the first operand that names them; NULL until there is one. */
static bool is_of_one_window(const mag_pack *pack, const mag_node *node,
                             const mag_operand **found) {
    if (node->kind == MAG_NODE_OPERAND) {
        const mag_operand *of = &pack->operands[node->operand];
        uint16_t days, days_of_found;
        if (*found == NULL)
            *found = of;
        return is_of_one_result(of->kind) && is_plain_lab(of) && of->analyte == (*found)->analyte &&
               mag_window_is_up_to_now(&of->window, &days) &&
               mag_window_is_up_to_now(&(*found)->window, &days_of_found) && days == days_of_found;
    }
    bool is_so = node->kind == MAG_NODE_CONSTANT || node->child_count > 0;
    for (size_t i = 0; i < node->child_count && is_so; i++)
        is_so = is_of_one_window(pack, node->children[i], found);
    return is_so;
}

static mag_leaf_kind kind_of_numbers(const mag_pack *pack, const mag_node *node,
                                     const mag_operand **operand) {
    const mag_operand *found = NULL;
    if (!is_of_one_window(pack, node, &found) || found == NULL)
        return MAG_LEAF_ASKED;
    *operand = found;
    return MAG_LEAF_SINGLE;
}

mag_leaf_kind mag_leaf_kind_of(const mag_pack *pack, const mag_node *node,
                               const mag_operand **operand) {
    const mag_node *asked = node->kind == MAG_NODE_COMPARE ? node->children[0] : node;
    if (asked->kind != MAG_NODE_OPERAND)
        return kind_of_numbers(pack, node, operand);
    const mag_operand *of = &pack->operands[asked->operand];
    *operand = of;
    if (node->kind == MAG_NODE_OPERAND)
        return kind_of_truth(of);
    const mag_node_kind against = node->children[1]->kind;
    if (of->kind == MAG_OPERAND_LATEST && against == MAG_NODE_LIMIT && is_plain_lab(of))
        return MAG_LEAF_LATEST;
    if ((of->kind == MAG_OPERAND_LOWEST || of->kind == MAG_OPERAND_HIGHEST) &&
        against == MAG_NODE_LIMIT && is_plain_lab(of))
        return MAG_LEAF_EXTREME;
    if (of->kind == MAG_OPERAND_COUNT_ACTIVE && against == MAG_NODE_CONSTANT &&
        of->window.kind == MAG_WINDOW_HISTORY && of->length.amount == 0 && !has_lasting_member(of))
        return MAG_LEAF_COUNT;
    return against == MAG_NODE_LIMIT ? MAG_LEAF_ASKED : kind_of_numbers(pack, node, operand);
}
