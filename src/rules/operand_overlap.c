/* Two lists of classes: days on which both are in effect. The gap between doses: operand_gap.c. */
#include "rules/operand_overlap.h"

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

mag_value mag_drug_overlap(const mag_drug_query *first, const mag_drug_query *second,
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

bool mag_drug_meets(const mag_drug_query *first, const mag_exposure *exposure,
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
