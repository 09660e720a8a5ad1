/* Rows and products one by one. */
#include "rules/operand_product.h"

#include <stdlib.h>

/* --- counting ----------------------------------------------------------------------------- */

#define COMPARE(a, b)                                                                              \
    if ((a) != (b))                                                                                \
        return (a) < (b) ? -1 : 1;

/* 0: rows that read the same, as mag_drug_reads_same says. */
static int compare_reading(const mag_exposure *x, const mag_exposure *y) {
    COMPARE(x->start, y->start)
    COMPARE(x->stop, y->stop)
    COMPARE(x->drug_id, y->drug_id)
    COMPARE(x->route, y->route)
    COMPARE(x->dose_lo_umol, y->dose_lo_umol)
    COMPARE(x->dose_hi_umol, y->dose_hi_umol)
    return 0;
}

static int compare_rows(const void *a, const void *b) {
    const mag_exposure *x = *(const mag_exposure *const *)a, *y = *(const mag_exposure *const *)b;
    const int reading = compare_reading(x, y);
    return reading != 0 ? reading : (x > y) - (x < y);
}

/* Of rows that read the same the first one is looked at. */
mag_value mag_drug_issues(const mag_drug_query *query, const mag_period *period) {
    const mag_timeline *patient = query->patient;
    const mag_exposure **rows = query->room->rows;
    size_t row_count = 0, count = 0;
    for (size_t i = 0; i < patient->exposure_count; i++)
        if (mag_drug_classes(query, &patient->exposures[i]) != 0)
            rows[row_count++] = &patient->exposures[i];
    if (row_count > 1)
        qsort(rows, row_count, sizeof *rows, compare_rows);
    for (size_t i = 0; i < row_count; i++) {
        const bool is_date_only = mag_exposure_has(rows[i], MAG_EXPOSURE_START_DATE);
        count += (i == 0 || compare_reading(rows[i - 1], rows[i]) != 0) &&
                 mag_period_holds(period, rows[i]->start, is_date_only);
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

mag_value mag_drug_products(const mag_drug_query *query, const mag_period *period) {
    const mag_timeline *patient = query->patient;
    mag_drug_key *keys = query->room->keys;
    size_t key_count = 0, count = 0;
    for (size_t i = 0; i < patient->exposure_count; i++)
        if (mag_drug_overlaps(query, &patient->exposures[i], period))
            keys[key_count++] = (mag_drug_key){mag_drug_product(query, &patient->exposures[i]), 0};
    mag_drug_keys_sort(keys, key_count);
    for (size_t i = 0; i < key_count; i++)
        count += i == 0 || keys[i].key != keys[i - 1].key;
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
