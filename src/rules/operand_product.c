/* Rows and products one by one. */
#include "rules/operand_product.h"

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
