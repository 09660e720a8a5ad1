/* The doses and pairs of rows of a patient as their rules say them: every row is asked about every
   other. Slow; what the program does in one walk must come out the same. */
#ifndef MAG_TESTS_RULES_NAIVE_DRUG_H
#define MAG_TESTS_RULES_NAIVE_DRUG_H

#include "clinical/dose.h"
#include "rules/operand_dose.h"
#include "rules/operand_overlap.h"
#include "rules/operand_product.h"

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

static bool naive_is_current(const mag_drug_query *query, const mag_exposure *exposure) {
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

static mag_value naive_dose(const mag_drug_query *query) {
    if (mag_drug_active(query).truth.is != MAG_TRUE)
        return mag_drug_number_when_absent(query);
    const mag_timeline *patient = query->patient;
    mag_value sum = mag_value_of_number(0);
    for (size_t i = 0; i < patient->exposure_count; i++)
        if (naive_is_current(query, &patient->exposures[i]))
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
static mag_value naive_max_day_dose(const mag_drug_query *query, const mag_period *period) {
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
/* Days on which an exposure is in effect, both included. */
typedef struct days_of_effect {
    mag_day first, last;
} days_of_effect;

static days_of_effect days_of(const mag_drug_query *query, const mag_exposure *exposure) {
    return (days_of_effect){mag_minute_day(exposure->start),
                            mag_minute_day(mag_drug_effect_stop(query, exposure) - 1)};
}

static bool is_on(const mag_drug_query *query, const mag_exposure *exposure, mag_day day) {
    if (mag_drug_classes(query, exposure) == 0)
        return false;
    const days_of_effect days = days_of(query, exposure);
    return days.first <= day && day <= days.last;
}

/* Is a product of the second list, other than this one, in effect on the day? */
static bool is_met(const mag_drug_query *second, uint32_t drug_id, mag_day day) {
    const mag_timeline *patient = second->patient;
    for (size_t i = 0; i < patient->exposure_count; i++)
        if (patient->exposures[i].drug_id != drug_id && is_on(second, &patient->exposures[i], day))
            return true;
    return false;
}

static bool are_both_on(const mag_drug_query *first, const mag_drug_query *second, mag_day day) {
    const mag_timeline *patient = first->patient;
    for (size_t i = 0; i < patient->exposure_count; i++) {
        const mag_exposure *exposure = &patient->exposures[i];
        if (is_on(first, exposure, day) && is_met(second, exposure->drug_id, day))
            return true;
    }
    return false;
}

/* The first day behind `day` on which a row of the query begins, or is no longer in effect. */
static mag_day next_change(const mag_drug_query *query, mag_day day, mag_day end) {
    const mag_timeline *patient = query->patient;
    for (size_t i = 0; i < patient->exposure_count; i++) {
        if (mag_drug_classes(query, &patient->exposures[i]) == 0)
            continue;
        const days_of_effect days = days_of(query, &patient->exposures[i]);
        if (days.first > day && days.first < end)
            end = days.first;
        if (days.last >= day && days.last + 1 < end)
            end = days.last + 1;
    }
    return end;
}

static mag_value naive_overlap(const mag_drug_query *first, const mag_drug_query *second,
                               const mag_period *period) {
    const mag_day end = mag_minute_day(period->until) + 1;
    size_t count = 0;
    for (mag_day day = mag_minute_day(period->from); day < end;) {
        mag_day next = next_change(first, day, end);
        next = next_change(second, day, next);
        if (are_both_on(first, second, day))
            count += (size_t)(next - day);
        day = next;
    }
    return mag_drug_count_value(first, count);
}

static bool naive_meets(const mag_drug_query *first, const mag_exposure *exposure,
                        const mag_drug_query *second, const mag_period *period) {
    const mag_timeline *patient = second->patient;
    const mag_day from = mag_minute_day(period->from), until = mag_minute_day(period->until);
    const days_of_effect own = days_of(first, exposure);
    if (own.first > until || own.last < from || mag_drug_classes(first, exposure) == 0)
        return false;
    for (size_t i = 0; i < patient->exposure_count; i++) {
        const mag_exposure *other = &patient->exposures[i];
        if (other->drug_id == exposure->drug_id || mag_drug_classes(second, other) == 0)
            continue;
        const days_of_effect theirs = days_of(second, other);
        /* three stretches of which any two meet have a day in common */
        if (own.first <= theirs.last && theirs.first <= own.last && theirs.first <= until &&
            from <= theirs.last)
            return true;
    }
    return false;
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

static mag_value naive_gap_kept(const mag_drug_query *bound, const mag_drug_query *binder,
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
/* Rows that read the same stand together: exposures are sorted by start and stop. */
static bool is_repeated(const mag_drug_query *query, size_t idx) {
    const mag_exposure *exposures = query->patient->exposures;
    for (size_t i = idx; i-- > 0 && exposures[i].start == exposures[idx].start;)
        if (mag_drug_reads_same(&exposures[i], &exposures[idx]))
            return true;
    return false;
}

static mag_value naive_issues(const mag_drug_query *query, const mag_period *period) {
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

static mag_value naive_products(const mag_drug_query *query, const mag_period *period) {
    const mag_timeline *patient = query->patient;
    size_t count = 0;
    for (size_t i = 0; i < patient->exposure_count; i++)
        count +=
            mag_drug_overlaps(query, &patient->exposures[i], period) && !is_seen(query, period, i);
    return mag_drug_count_value(query, count);
}

static mag_value naive_event_at_stop(const mag_drug_query *query, mag_minute stop) {
    const mag_timeline *patient = query->patient;
    mag_value value = mag_value_of_truth(mag_truth_of(true));
    value.at = stop;
    for (size_t i = 0; i < patient->exposure_count; i++)
        if (patient->exposures[i].stop == stop &&
            mag_drug_classes(query, &patient->exposures[i]) != 0 &&
            mag_exposure_has(&patient->exposures[i], MAG_EXPOSURE_STOP_DATE)) {
            value.at = mag_day_begin(stop - 1);
            value.is_date_only = true;
        }
    return value;
}

#endif
