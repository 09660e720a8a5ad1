/* Rows and products one by one. */
#include "rules/operand_product.h"

/* --- counting ----------------------------------------------------------------------------- */

/* Rows that read the same stand together: exposures are sorted by start and stop. */
static bool is_repeated(const mag_drug_query *query, size_t idx) {
    const mag_exposure *exposures = query->patient->exposures;
    for (size_t i = idx; i-- > 0 && exposures[i].start == exposures[idx].start;)
        if (mag_drug_reads_same(&exposures[i], &exposures[idx]))
            return true;
    return false;
}

mag_value mag_drug_issues(const mag_drug_query *query, const mag_period *period) {
    const mag_timeline *patient = query->patient;
    size_t count = 0;
    for (size_t i = 0; i < patient->exposure_count; i++) {
        const mag_exposure *exposure = &patient->exposures[i];
        const bool is_date_only = mag_exposure_has(exposure, MAG_EXPOSURE_START_DATE);
        count += mag_drug_classes(query, exposure) != 0 &&
                 mag_period_holds(period, exposure->start, is_date_only) && !is_repeated(query, i);
    }
    return mag_drug_count_value(query, count);
}

uint32_t mag_drug_product(const mag_drug_query *query, const mag_exposure *exposure) {
    const uint32_t is_agent = UINT32_C(1) << 31;
    const mag_cohort *cohort = query->patient->cohort;
    const uint16_t agent =
        mag_codebook_agent(mag_cohort_codebook(cohort), mag_cohort_drug(cohort, exposure->drug_id),
                           mag_drug_classes(query, exposure));
    return agent != 0 ? is_agent | agent : exposure->drug_id;
}

/* Does an exposure before this one, in effect in the period as well, hold the same product? */
static bool is_seen(const mag_drug_query *query, const mag_period *period, size_t idx) {
    const mag_exposure *exposures = query->patient->exposures;
    const uint32_t product = mag_drug_product(query, &exposures[idx]);
    for (size_t i = 0; i < idx; i++)
        if (mag_drug_overlaps(query, &exposures[i], period) &&
            mag_drug_product(query, &exposures[i]) == product)
            return true;
    return false;
}

mag_value mag_drug_products(const mag_drug_query *query, const mag_period *period) {
    const mag_timeline *patient = query->patient;
    size_t count = 0;
    for (size_t i = 0; i < patient->exposure_count; i++)
        count +=
            mag_drug_overlaps(query, &patient->exposures[i], period) && !is_seen(query, period, i);
    return mag_drug_count_value(query, count);
}

/* --- what every product has --------------------------------------------------------------- */

/* A property of an exposure; 0 is unknown. */
typedef unsigned property(const mag_drug_query *query, const mag_exposure *exposure);

static unsigned salt_of(const mag_drug_query *query, const mag_exposure *exposure) {
    return mag_cohort_drug(query->patient->cohort, exposure->drug_id)->salt;
}

static unsigned route_of(const mag_drug_query *query, const mag_exposure *exposure) {
    (void)query;
    return exposure->route;
}

/* Which property every exposure must have, and why it is unknown where it is not known. */
typedef struct wanted {
    property *of;
    uint64_t bits;
    mag_unknown reason;
} wanted;

static mag_value do_all_have(const mag_drug_query *query, const mag_period *period, wanted what) {
    const mag_timeline *patient = query->patient;
    mag_truth truth = mag_truth_of(true);
    bool is_any = false;
    for (size_t i = 0; i < patient->exposure_count; i++) {
        const mag_exposure *exposure = &patient->exposures[i];
        if (!mag_drug_overlaps(query, exposure, period))
            continue;
        const unsigned has = what.of(query, exposure);
        is_any = true;
        truth = mag_truth_and(truth, has == 0 ? mag_truth_unknown(mag_unknown_bit(what.reason))
                                              : mag_truth_of(what.bits >> has & 1));
    }
    return is_any ? mag_value_of_truth(truth) : mag_drug_truth_when_absent(query);
}

mag_value mag_drug_salt(const mag_drug_query *query, const mag_period *period, uint64_t salts) {
    return do_all_have(query, period, (wanted){salt_of, salts, MAG_UNKNOWN_MISSING});
}

mag_value mag_drug_route(const mag_drug_query *query, const mag_period *period, uint64_t routes) {
    return do_all_have(query, period, (wanted){route_of, routes, MAG_UNKNOWN_ROUTE});
}
