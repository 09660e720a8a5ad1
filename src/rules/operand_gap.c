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

/* Does an administration with a clock stand for the product in the period? */
static bool has_times(const mag_drug_query *query, const mag_period *period, uint32_t product) {
    const mag_timeline *patient = query->patient;
    for (size_t i = 0; i < patient->exposure_count; i++) {
        const mag_exposure *exposure = &patient->exposures[i];
        if (is_timed(exposure) && mag_drug_overlaps(query, exposure, period) &&
            mag_drug_product(query, exposure) == product)
            return true;
    }
    return false;
}

/* Of every product in effect in the period, and of every administration. */
static bool are_times_known(const mag_drug_query *query, const mag_period *period) {
    const mag_timeline *patient = query->patient;
    bool is_any = false;
    for (size_t i = 0; i < patient->exposure_count; i++) {
        const mag_exposure *exposure = &patient->exposures[i];
        if (!mag_drug_overlaps(query, exposure, period))
            continue;
        const bool is_administration = mag_exposure_kind(exposure) == MAG_RX_ADMINISTRATION;
        if (is_administration ? !is_timed(exposure)
                              : !has_times(query, period, mag_drug_product(query, exposure)))
            return false;
        is_any = true;
    }
    return is_any;
}

static bool is_kept(const mag_gap *gap, mag_minute bound_at, mag_minute binder_at) {
    if (bound_at < binder_at)
        return binder_at - bound_at >= gap->before_minutes;
    return bound_at > binder_at && bound_at - binder_at >= gap->after_minutes;
}

/* Of one dose, to every dose of the binder. */
static bool keeps_gap(const mag_exposure *dose, const mag_gap *gap, const mag_drug_query *binder) {
    const mag_timeline *patient = binder->patient;
    for (size_t i = 0; i < patient->exposure_count; i++) {
        const mag_exposure *other = &patient->exposures[i];
        if (is_timed(other) && other->drug_id != dose->drug_id &&
            mag_drug_classes(binder, other) != 0 && !is_kept(gap, dose->start, other->start))
            return false;
    }
    return true;
}

mag_value mag_drug_gap_kept(const mag_drug_query *bound, const mag_drug_query *binder,
                            const mag_period *period, mag_gap_table table) {
    const mag_timeline *patient = bound->patient;
    bool is_known = are_times_known(bound, period) && are_times_known(binder, period);
    for (size_t i = 0; i < patient->exposure_count; i++) {
        const mag_exposure *dose = &patient->exposures[i];
        if (!is_timed(dose) || mag_drug_classes(bound, dose) == 0 ||
            !mag_period_holds(period, dose->start, false))
            continue;
        const mag_gap *gap = mag_drug_gap(bound, dose, table);
        if (gap == NULL)
            is_known = false;
        else if (!keeps_gap(dose, gap, binder))
            return mag_value_of_truth(mag_truth_of(false));
    }
    if (is_known)
        return mag_value_of_truth(mag_truth_of(true));
    return mag_value_unknown(mag_unknown_bit(MAG_UNKNOWN_MISSING));
}
