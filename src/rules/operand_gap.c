/* Was a drug given far enough from what binds it? Only the clock of administrations can tell.

       binder        bound drug                binder
     ----+------ after ------+------ before ------+----> */
#include "rules/operand_overlap.h"
#include "rules/operand_product.h"

#include <string.h>

/* Is the exposure a drug of the gap's class by the gap's agent? */
static bool is_of_agent(const mag_drug_query *query, const mag_exposure *exposure,
                        const mag_gap *gap) {
    const mag_cohort *cohort = query->patient->cohort;
    const uint16_t agent =
        mag_codebook_agent(mag_cohort_codebook(cohort), mag_cohort_drug(cohort, exposure->drug_id),
                           (mag_class_set)1 << gap->drug_class);
    return agent != 0 && strcmp(mag_agent_name(agent), gap->agent) == 0;
}

const mag_gap *mag_drug_gap(const mag_drug_query *query, const mag_exposure *exposure,
                            mag_gap_table table) {
    const mag_class_set classes = mag_drug_classes(query, exposure);
    const mag_gap *of_class = NULL;
    for (size_t i = 0; i < table.count; i++) {
        const mag_gap *gap = &table.gaps[i];
        if ((classes >> gap->drug_class & 1) == 0)
            continue;
        if (gap->agent[0] != '\0' && is_of_agent(query, exposure, gap))
            return gap;
        if (gap->agent[0] == '\0' && of_class == NULL)
            of_class = gap;
    }
    return of_class;
}

static bool is_timed(const mag_exposure *exposure) {
    return mag_exposure_kind(exposure) == MAG_RX_ADMINISTRATION &&
           !mag_exposure_has(exposure, MAG_EXPOSURE_START_DATE);
}

/* Of every product in effect in the period, and of every administration. A product's rows sort
   together, those with a clock first. */
static bool are_times_known(const mag_drug_query *query, const mag_period *period) {
    const mag_timeline *patient = query->patient;
    mag_drug_key *keys = query->room->keys;
    size_t count = 0;
    for (size_t i = 0; i < patient->exposure_count; i++) {
        const mag_exposure *exposure = &patient->exposures[i];
        if (!mag_drug_overlaps(query, exposure, period))
            continue;
        const bool is_known = is_timed(exposure);
        if (!is_known && mag_exposure_kind(exposure) == MAG_RX_ADMINISTRATION)
            return false;
        keys[count++] = (mag_drug_key){
            (uint64_t)mag_drug_product(query, exposure) << 1 | (is_known ? 0 : 1), (uint32_t)i};
    }
    mag_drug_keys_sort(keys, count);
    for (size_t i = 0; i < count; i++)
        if ((i == 0 || keys[i].key >> 1 != keys[i - 1].key >> 1) && (keys[i].key & 1) != 0)
            return false;
    return count > 0;
}

/* Doses of the binder that have a clock, in order. `row`: the next dose of another product. */
typedef struct doses {
    const mag_drug_key *at;
    size_t count;
} doses;

static doses doses_of(const mag_drug_query *binder) {
    const mag_timeline *patient = binder->patient;
    mag_drug_key *keys = binder->room->keys;
    size_t count = 0;
    for (size_t i = 0; i < patient->exposure_count; i++) {
        const mag_exposure *exposure = &patient->exposures[i];
        if (is_timed(exposure) && mag_drug_classes(binder, exposure) != 0)
            keys[count++] = (mag_drug_key){mag_drug_key_of(exposure->drug_id, exposure->start), 0};
    }
    for (size_t i = count; i-- > 0;) {
        const bool is_last = i + 1 == count;
        const bool is_same =
            !is_last && mag_drug_key_first(keys[i].key) == mag_drug_key_first(keys[i + 1].key);
        keys[i].row = is_same ? keys[i + 1].row : (uint32_t)(i + 1);
    }
    return (doses){keys, count};
}

static size_t first_from(const doses *of, int64_t at) {
    size_t low = 0, high = of->count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (mag_drug_key_moment(of->at[middle].key) < at)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Of one dose, to every dose of the binder: none is given from so long before to so long behind. */
static bool keeps_gap(const mag_exposure *dose, const mag_gap *gap, const doses *binder) {
    const int64_t at = dose->start;
    const int64_t from = gap->after_minutes > 0 ? at - gap->after_minutes + 1 : at;
    const int64_t until = gap->before_minutes > 0 ? at + gap->before_minutes - 1 : at;
    size_t first = first_from(binder, from);
    if (first < binder->count && mag_drug_key_first(binder->at[first].key) == dose->drug_id)
        first = binder->at[first].row;
    return first >= binder->count || mag_drug_key_moment(binder->at[first].key) > until;
}

mag_value mag_drug_gap_kept(const mag_drug_query *bound, const mag_drug_query *binder,
                            const mag_period *period, mag_gap_table table) {
    const mag_timeline *patient = bound->patient;
    bool is_known = are_times_known(bound, period) && are_times_known(binder, period);
    const doses given = doses_of(binder);
    for (size_t i = 0; i < patient->exposure_count; i++) {
        const mag_exposure *dose = &patient->exposures[i];
        if (!is_timed(dose) || mag_drug_classes(bound, dose) == 0 ||
            !mag_period_holds(period, dose->start, false))
            continue;
        const mag_gap *gap = mag_drug_gap(bound, dose, table);
        if (gap == NULL)
            is_known = false;
        else if (!keeps_gap(dose, gap, &given))
            return mag_value_of_truth(mag_truth_of(false));
    }
    if (is_known)
        return mag_value_of_truth(mag_truth_of(true));
    return mag_value_unknown(mag_unknown_bit(MAG_UNKNOWN_MISSING));
}
