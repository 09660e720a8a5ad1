/* Doses at a moment. How they change: operand_dose_change.c. */
#include "rules/operand_dose.h"

#include "clinical/dose.h"

#include <math.h>

static bool runs_at(const mag_interval *interval, mag_minute at) {
    return interval->start <= at && at < interval->stop;
}

/* Does another row of the same product stand for this one at T? */
static bool is_replaced(const mag_drug_query *query, const mag_exposure *exposure) {
    const mag_timeline *patient = query->patient;
    const mag_interval own = mag_drug_interval(query, exposure);
    const bool is_running = runs_at(&own, patient->as_of);
    for (size_t i = 0; i < patient->exposure_count; i++) {
        const mag_exposure *other = &patient->exposures[i];
        if (other->drug_id != exposure->drug_id || mag_drug_classes(query, other) == 0)
            continue;
        const mag_interval theirs = mag_drug_interval(query, other);
        const bool is_newer = theirs.start > own.start;
        if (runs_at(&theirs, patient->as_of) ? !is_running || (is_newer && own.kind == MAG_RX_ISSUE)
                                             : !is_running && is_newer)
            return true;
    }
    return false;
}

bool mag_drug_is_current(const mag_drug_query *query, const mag_exposure *exposure) {
    const mag_minute now = query->patient->as_of;
    return mag_drug_classes(query, exposure) != 0 && exposure->start <= now &&
           now < mag_drug_effect_stop(query, exposure) && !is_replaced(query, exposure);
}

mag_value mag_drug_dose(const mag_drug_query *query) {
    if (mag_drug_active(query).truth.is != MAG_TRUE)
        return mag_drug_number_when_absent(query);
    const mag_timeline *patient = query->patient;
    mag_value value = mag_value_of_number(0);
    for (size_t i = 0; i < patient->exposure_count; i++) {
        const mag_exposure *exposure = &patient->exposures[i];
        if (!mag_drug_is_current(query, exposure))
            continue;
        value.bounds.low += exposure->dose_lo_umol;
        value.bounds.high +=
            exposure->dose_hi_umol == MAG_DOSE_UNKNOWN ? (double)INFINITY : exposure->dose_hi_umol;
        value.notes |= mag_drug_notes(exposure);
    }
    if (value.bounds.low < value.bounds.high)
        value.bounds.doubt = mag_unknown_bit(MAG_UNKNOWN_DOSE_RANGE);
    return value;
}
