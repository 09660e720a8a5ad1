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

static bool hangs_on_moment(const mag_window *window) {
    return window->anchor != MAG_ANCHOR_AS_OF ||
           (window->kind == MAG_WINDOW_BETWEEN && window->anchor2 != MAG_ANCHOR_AS_OF);
}

/* Whole days back to where a window begins; part of a day counts as one. The checker refuses
   windows of more than a hundred years. */
static uint16_t days_back(const mag_window *window) {
    if (window->kind != MAG_WINDOW_BACK || window->anchor != MAG_ANCHOR_AS_OF)
        return MAG_ALL_DAYS;
    const int64_t amount = window->far.amount;
    const int64_t days =
        window->far.is_minutes ? (amount + MAG_MINUTES_PER_DAY - 1) / MAG_MINUTES_PER_DAY : amount;
    return (uint16_t)days;
}

bool mag_window_is_up_to_now(const mag_window *window, uint16_t *days) {
    *days = days_back(window);
    if (window->kind == MAG_WINDOW_HISTORY)
        return true;
    return window->kind == MAG_WINDOW_BACK && window->anchor == MAG_ANCHOR_AS_OF &&
           window->near.amount == 0 && !window->far.is_minutes && *days != MAG_ALL_DAYS;
}

static mag_sight of_analytes(const mag_operand *operand, uint64_t analytes, uint16_t days) {
    return (mag_sight){
        .analytes = analytes, .lab_days = days, .is_whole = !hangs_on_moment(&operand->window)};
}

/* Results of the window and no others. */
static mag_sight of_window(const mag_operand *operand, uint64_t analytes) {
    return of_analytes(operand, analytes, days_back(&operand->window));
}

static mag_class_set lasting_of(const mag_member *members, size_t count) {
    mag_class_set lasting = 0;
    for (size_t i = 0; i < count; i++)
        if (members[i].extra_minutes > 0)
            lasting |= (mag_class_set)1 << members[i].drug_class;
    return lasting;
}

/* Rows of the patient that are of none of the classes are as good as none. A window that hangs on
   something unknown changes nothing where there is surely nothing in all of history. */
static mag_sight of_classes(const mag_operand *operand, uint16_t days, bool is_now) {
    const bool hangs = hangs_on_moment(&operand->window);
    return (mag_sight){.classes = operand->classes | operand->other_classes,
                       .lasting = lasting_of(operand->members, operand->member_count) |
                                  lasting_of(operand->other_members, operand->other_member_count),
                       .drug_days = days,
                       .is_drug_now = is_now,
                       .is_whole = !hangs || operand->dimension == MAG_DIM_TRUTH,
                       .is_only_if_false = hangs};
}

/* Without a window the question is about T: rows that are over are as good as none. */
static mag_sight of_effect(const mag_operand *operand) {
    const bool is_now = operand->window.kind == MAG_WINDOW_HISTORY;
    return of_classes(operand, is_now ? 0 : days_back(&operand->window), is_now);
}

/* Operands that read results. */
static bool reads_results(const mag_operand *operand, mag_sight *out) {
    const uint64_t kidney = bit_of(MAG_CREATININE) | bit_of(MAG_EGFR);
    switch ((int)operand->kind) {
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
        *out = of_window(operand, analytes_of(operand));
        return true;
    case MAG_OPERAND_WEIGHT:
        *out = of_window(operand, bit_of(MAG_WEIGHT));
        return true;
    case MAG_OPERAND_HEIGHT:
        *out = of_window(operand, bit_of(MAG_HEIGHT));
        return true;
    case MAG_OPERAND_BMI:
        *out = of_window(operand, bit_of(MAG_WEIGHT) | bit_of(MAG_HEIGHT));
        return true;
    case MAG_OPERAND_KIDNEY_FUNCTION:
    case MAG_OPERAND_EGFR:
    case MAG_OPERAND_CKD_CATEGORY: /* an older result makes it `stale` */
        *out = of_analytes(operand, kidney, MAG_ALL_DAYS);
        return operand->source < 0;
    case MAG_OPERAND_AKI_STAGE:
        *out = of_window(operand, bit_of(MAG_CREATININE));
        return true;
    case MAG_OPERAND_REJECTED:
    case MAG_OPERAND_UNIT_MISSING:
    case MAG_OPERAND_CONFLICT:
        *out = of_window(operand, bit_of(operand->analyte));
        return operand->series == MAG_SERIES_NONE;
    default:
        return false;
    }
}

/* Operands that read rows of prescriptions. */
static bool reads_rows(const mag_operand *operand, mag_sight *out) {
    switch ((int)operand->kind) {
    case MAG_OPERAND_ACTIVE:
    case MAG_OPERAND_COUNT_ACTIVE:
    case MAG_OPERAND_PRODUCTS_ACTIVE:
    case MAG_OPERAND_SALT:
    case MAG_OPERAND_ROUTE:
        *out = of_effect(operand);
        return true;
    case MAG_OPERAND_DAYS_ON:
    case MAG_OPERAND_DOSE:
    case MAG_OPERAND_START:
    case MAG_OPERAND_DOSE_UNCLEAR:
    case MAG_OPERAND_REPEATED_ORDERS:
        *out = of_classes(operand, 0, true);
        return true;
    case MAG_OPERAND_EXPOSED:
    case MAG_OPERAND_OVERLAP:
    case MAG_OPERAND_COURSE:
    case MAG_OPERAND_MAX_DAY_DOSE:
        *out = of_classes(operand, days_back(&operand->window), false);
        return true;
    case MAG_OPERAND_CONTINUOUS: /* a gap of its own may be longer than the grace of issues */
        *out = operand->gap.amount < 0 ? of_classes(operand, 0, true)
                                       : of_classes(operand, MAG_ALL_DAYS, false);
        return true;
    case MAG_OPERAND_STARTED:
    case MAG_OPERAND_STOPPED:
    case MAG_OPERAND_GAP_KEPT:
    case MAG_OPERAND_ISSUES:
    case MAG_OPERAND_DOSE_CHANGE:
    case MAG_OPERAND_STOP:
        *out = of_classes(operand, MAG_ALL_DAYS, false);
        return true;
    default:
        return false;
    }
}

mag_sight mag_sight_of_operand(const mag_pack *pack, const mag_operand *operand) {
    mag_sight sight;
    if (reads_results(operand, &sight) || reads_rows(operand, &sight))
        return sight;
    if (operand->kind == MAG_OPERAND_HAS)
        return (mag_sight){.conditions = operand->conditions,
                           .is_whole = !hangs_on_moment(&operand->window)};
    const bool is_of_source = operand->kind == MAG_OPERAND_DATE ||
                              operand->kind == MAG_OPERAND_DAYS_SINCE ||
                              operand->kind == MAG_OPERAND_CKD_CATEGORY;
    if (is_of_source && operand->source >= 0)
        return mag_sight_of_operand(pack, &pack->operands[operand->source]);
    return (mag_sight){.is_whole = false};
}

static uint16_t longer(uint16_t a, uint16_t b) {
    return a > b ? a : b;
}

/* Takes in what another operand of the same condition looks at. */
static void take_in(mag_sight *sight, const mag_sight *of) {
    if (of->analytes != 0)
        sight->lab_days = longer(sight->lab_days, of->lab_days);
    if (of->classes != 0) {
        sight->drug_days = longer(sight->drug_days, of->drug_days);
        sight->is_drug_now &= of->is_drug_now;
    }
    sight->analytes |= of->analytes;
    sight->classes |= of->classes;
    sight->lasting |= of->lasting;
    sight->conditions |= of->conditions;
    sight->is_whole &= of->is_whole && !of->is_only_if_false;
}

mag_sight mag_sight_of_node(const mag_pack *pack, const mag_node *node) {
    if (node->kind == MAG_NODE_OPERAND)
        return mag_sight_of_operand(pack, &pack->operands[node->operand]);
    mag_sight sight = {.is_whole = true, .is_drug_now = true};
    for (size_t i = 0; i < node->child_count; i++) {
        const mag_sight of = mag_sight_of_node(pack, node->children[i]);
        take_in(&sight, &of);
    }
    return sight;
}
