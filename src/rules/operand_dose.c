/* Doses at a moment. How they change: operand_dose_change.c. */
#include "rules/operand_dose.h"

#include "clinical/dose.h"

#include <math.h>

static bool runs_at(const mag_interval *interval, mag_minute at) {
    return interval->start <= at && at < interval->stop;
}

/* Does another row of the same product stand for this one at that moment? */
static bool is_replaced(const mag_drug_query *query, const mag_exposure *exposure, mag_minute at) {
    const mag_timeline *patient = query->patient;
    const mag_interval own = mag_drug_interval(query, exposure);
    const bool is_running = runs_at(&own, at);
    for (size_t i = 0; i < patient->exposure_count; i++) {
        const mag_exposure *other = &patient->exposures[i];
        if (other->drug_id != exposure->drug_id || other->start > at ||
            mag_drug_classes(query, other) == 0)
            continue;
        const mag_interval theirs = mag_drug_interval(query, other);
        const bool is_newer = theirs.start > own.start && at < mag_drug_effect_stop(query, other);
        if (runs_at(&theirs, at) ? !is_running || (is_newer && own.kind == MAG_RX_ISSUE)
                                 : !is_running && is_newer)
            return true;
    }
    return false;
}

/* Does the dose of that moment count the exposure? */
static bool counts_at(const mag_drug_query *query, const mag_exposure *exposure, mag_minute at) {
    return mag_drug_classes(query, exposure) != 0 && exposure->start <= at &&
           at < mag_drug_effect_stop(query, exposure) && !is_replaced(query, exposure, at);
}

bool mag_drug_is_current(const mag_drug_query *query, const mag_exposure *exposure) {
    return counts_at(query, exposure, query->patient->as_of);
}

static void add_dose(mag_value *sum, const mag_exposure *exposure) {
    sum->bounds.low += exposure->dose_lo_umol;
    sum->bounds.high +=
        exposure->dose_hi_umol == MAG_DOSE_UNKNOWN ? (double)INFINITY : exposure->dose_hi_umol;
    sum->notes |= mag_drug_notes(exposure);
}

static void note_doubt(mag_value *sum) {
    if (sum->bounds.low < sum->bounds.high)
        sum->bounds.doubt = mag_unknown_bit(MAG_UNKNOWN_DOSE_RANGE);
}

mag_value mag_drug_dose(const mag_drug_query *query) {
    if (mag_drug_active(query).truth.is != MAG_TRUE)
        return mag_drug_number_when_absent(query);
    const mag_timeline *patient = query->patient;
    mag_value sum = mag_value_of_number(0);
    for (size_t i = 0; i < patient->exposure_count; i++)
        if (mag_drug_is_current(query, &patient->exposures[i]))
            add_dose(&sum, &patient->exposures[i]);
    note_doubt(&sum);
    return sum;
}

/* --- the largest dose of a day ------------------------------------------------------------ */

static bool is_for_one_day(const mag_drug_query *query, const mag_exposure *exposure) {
    const mag_interval interval = mag_drug_interval(query, exposure);
    return interval.stop - interval.start <= MAG_MINUTES_PER_DAY;
}

/* What began on the day of that moment and was for one day, and what else counts at the moment. */
static mag_value dose_of_day(const mag_drug_query *query, const mag_period *period, mag_minute at) {
    const mag_timeline *patient = query->patient;
    const mag_day day = mag_minute_day(at);
    mag_value sum = mag_value_of_number(0);
    sum.at = at;
    for (size_t i = 0; i < patient->exposure_count; i++) {
        const mag_exposure *exposure = &patient->exposures[i];
        if (mag_drug_classes(query, exposure) == 0 || exposure->start > period->until)
            continue;
        if (is_for_one_day(query, exposure) ? mag_minute_day(exposure->start) == day
                                            : counts_at(query, exposure, at))
            add_dose(&sum, exposure);
    }
    return sum;
}

static void keep_larger(mag_value *largest, const mag_value *dose) {
    if (dose->bounds.low > largest->bounds.low)
        largest->at = dose->at;
    largest->bounds.low = fmax(largest->bounds.low, dose->bounds.low);
    largest->bounds.high = fmax(largest->bounds.high, dose->bounds.high);
    largest->notes |= dose->notes;
}

static void look_at(const mag_drug_query *query, const mag_period *period, mag_minute at,
                    mag_value *largest) {
    if (at <= period->from || at > period->until)
        return;
    const mag_value dose = dose_of_day(query, period, at);
    keep_larger(largest, &dose);
}

/* Doses rise only where a row begins, or where one stops, or is over, that stood for another; what
   is for one day meets what still runs when that day begins. */
mag_value mag_drug_max_day_dose(const mag_drug_query *query, const mag_period *period) {
    if (mag_drug_exposed(query, period).truth.is != MAG_TRUE)
        return mag_drug_number_when_absent(query);
    const mag_timeline *patient = query->patient;
    mag_value largest = dose_of_day(query, period, period->from);
    for (size_t i = 0; i < patient->exposure_count; i++) {
        const mag_exposure *exposure = &patient->exposures[i];
        if (mag_drug_classes(query, exposure) == 0)
            continue;
        look_at(query, period, mag_day_begin(exposure->start), &largest);
        look_at(query, period, exposure->start, &largest);
        look_at(query, period, mag_drug_interval(query, exposure).stop, &largest);
        look_at(query, period, mag_drug_effect_stop(query, exposure), &largest);
    }
    note_doubt(&largest);
    return largest;
}
