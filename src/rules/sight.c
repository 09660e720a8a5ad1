/* What records an operand may look at: who has none of them needs no look. An operand that is not
   known here looks at everything. */
#include "rules/program.h"

static uint64_t bit_of(mag_analyte analyte) {
    return (uint64_t)1 << analyte;
}

/* Analytes whose records the operand reads. */
static uint64_t analytes_of(const mag_operand *operand) {
    if (operand->series == MAG_SERIES_EGFR)
        return bit_of(MAG_CREATININE);
    if (operand->series == MAG_SERIES_ADJUSTED_CALCIUM ||
        operand->kind == MAG_OPERAND_ADJUSTED_CALCIUM)
        return bit_of(MAG_CALCIUM) | bit_of(MAG_CALCIUM_ADJUSTED);
    if (operand->analyte == MAG_UREA)
        return bit_of(MAG_UREA) | bit_of(MAG_UREA_NITROGEN);
    return bit_of(operand->analyte);
}

static mag_sight of_analytes(const mag_operand *operand, uint64_t analytes) {
    const mag_window *window = &operand->window;
    const bool hangs_on_moment =
        window->anchor != MAG_ANCHOR_AS_OF ||
        (window->kind == MAG_WINDOW_BETWEEN && window->anchor2 != MAG_ANCHOR_AS_OF);
    return (mag_sight){.analytes = analytes, .is_whole = !hangs_on_moment};
}

/* Rows of the patient that are of none of the classes are as good as none. A window that hangs on
   something unknown changes nothing where there is surely nothing in all of history. */
static mag_sight of_classes(const mag_operand *operand) {
    const mag_window *window = &operand->window;
    const bool hangs_on_moment =
        window->anchor != MAG_ANCHOR_AS_OF ||
        (window->kind == MAG_WINDOW_BETWEEN && window->anchor2 != MAG_ANCHOR_AS_OF);
    return (mag_sight){.classes = operand->classes | operand->other_classes,
                       .is_whole = !hangs_on_moment || operand->dimension == MAG_DIM_TRUTH,
                       .is_only_if_false = hangs_on_moment};
}

static mag_sight of_source(const mag_pack *pack, const mag_operand *operand) {
    return mag_sight_of_operand(pack, &pack->operands[operand->source]);
}

mag_sight mag_sight_of_operand(const mag_pack *pack, const mag_operand *operand) {
    switch (operand->kind) {
    case MAG_OPERAND_LATEST:
    case MAG_OPERAND_PREVIOUS:
    case MAG_OPERAND_FIRST:
    case MAG_OPERAND_LOWEST:
    case MAG_OPERAND_HIGHEST:
    case MAG_OPERAND_MEDIAN:
    case MAG_OPERAND_COUNT:
    case MAG_OPERAND_SPACED:
    case MAG_OPERAND_MEASURED:
    case MAG_OPERAND_CHANGE:
    case MAG_OPERAND_ADJUSTED_CALCIUM:
        return of_analytes(operand, analytes_of(operand));
    case MAG_OPERAND_WEIGHT:
        return of_analytes(operand, bit_of(MAG_WEIGHT));
    case MAG_OPERAND_HEIGHT:
        return of_analytes(operand, bit_of(MAG_HEIGHT));
    case MAG_OPERAND_BMI:
        return of_analytes(operand, bit_of(MAG_WEIGHT) | bit_of(MAG_HEIGHT));
    case MAG_OPERAND_KIDNEY_FUNCTION:
    case MAG_OPERAND_EGFR:
        return of_analytes(operand, bit_of(MAG_CREATININE) | bit_of(MAG_EGFR));
    case MAG_OPERAND_CKD_CATEGORY:
        return operand->source >= 0
                   ? of_source(pack, operand)
                   : of_analytes(operand, bit_of(MAG_CREATININE) | bit_of(MAG_EGFR));
    case MAG_OPERAND_AKI_STAGE:
        return of_analytes(operand, bit_of(MAG_CREATININE));
    case MAG_OPERAND_REJECTED:
    case MAG_OPERAND_UNIT_MISSING:
    case MAG_OPERAND_CONFLICT:
        if (operand->series == MAG_SERIES_NONE)
            return of_analytes(operand, bit_of(operand->analyte));
        break;
    case MAG_OPERAND_ACTIVE:
    case MAG_OPERAND_EXPOSED:
    case MAG_OPERAND_CONTINUOUS:
    case MAG_OPERAND_STARTED:
    case MAG_OPERAND_STOPPED:
    case MAG_OPERAND_OVERLAP:
    case MAG_OPERAND_GAP_KEPT:
    case MAG_OPERAND_COUNT_ACTIVE:
    case MAG_OPERAND_PRODUCTS_ACTIVE:
    case MAG_OPERAND_ISSUES:
    case MAG_OPERAND_DAYS_ON:
    case MAG_OPERAND_COURSE:
    case MAG_OPERAND_DOSE:
    case MAG_OPERAND_MAX_DAY_DOSE:
    case MAG_OPERAND_DOSE_CHANGE:
    case MAG_OPERAND_SALT:
    case MAG_OPERAND_ROUTE:
    case MAG_OPERAND_START:
    case MAG_OPERAND_STOP:
    case MAG_OPERAND_DOSE_UNCLEAR:
    case MAG_OPERAND_REPEATED_ORDERS:
        return of_classes(operand);
    case MAG_OPERAND_HAS:
        return (mag_sight){.conditions = operand->conditions,
                           .is_whole = operand->window.anchor == MAG_ANCHOR_AS_OF &&
                                       operand->window.kind != MAG_WINDOW_BETWEEN};
    case MAG_OPERAND_DATE:
    case MAG_OPERAND_DAYS_SINCE:
        return of_source(pack, operand);
    case MAG_OPERAND_NONE:
    case MAG_OPERAND_OBSERVABLE:
    case MAG_OPERAND_PAIR:
    case MAG_OPERAND_ULN:
    case MAG_OPERAND_HAEMOLYSED:
    case MAG_OPERAND_IN_STAY:
    case MAG_OPERAND_IN_CARE:
    case MAG_OPERAND_AGE:
    case MAG_OPERAND_SEX:
    case MAG_OPERAND_ALIVE:
    case MAG_OPERAND_HAS_AGE:
    case MAG_OPERAND_HAS_SEX:
    case MAG_OPERAND_FEMG:
    case MAG_OPERAND_SUSPECT:
    case MAG_OPERAND_UNMAPPED_DRUGS:
    case MAG_OPERAND_UNIT_SHARE:
    case MAG_OPERAND_KIND_COUNT:
        break;
    }
    return (mag_sight){.is_whole = false};
}

mag_sight mag_sight_of_node(const mag_pack *pack, const mag_node *node) {
    if (node->kind == MAG_NODE_OPERAND)
        return mag_sight_of_operand(pack, &pack->operands[node->operand]);
    mag_sight sight = {.is_whole = true};
    for (size_t i = 0; i < node->child_count; i++) {
        const mag_sight of = mag_sight_of_node(pack, node->children[i]);
        sight.classes |= of.classes;
        sight.analytes |= of.analytes;
        sight.conditions |= of.conditions;
        sight.is_whole &= of.is_whole && !of.is_only_if_false;
    }
    return sight;
}
