/* Eras as a whole: how long they have been going on, when they ended, how long they were planned.
 */
#include "rules/operand_course.h"

#include <math.h>

/* Did the era begin at least `length` before T? */
static bool is_as_old_as(const mag_drug_query *query, const mag_value *start, mag_length length) {
    const mag_minute as_of = query->patient->as_of;
    const mag_window window = {.kind = MAG_WINDOW_BACK, .far = length};
    const mag_anchor now = {as_of, false};
    const mag_period back = mag_period_of(&window, now, now, as_of);
    if (start->is_date_only)
        return start->at <= back.date_only_from;
    return start->at <= (length.is_minutes ? back.from : mag_day_last_minute(back.from));
}

mag_value mag_drug_continuous(const mag_drug_query *query, mag_length length, int32_t gap_minutes) {
    const mag_minute now = query->patient->as_of;
    mag_value earliest = mag_drug_event_when_absent(query);
    const mag_era *eras;
    const size_t count = mag_drug_eras(query, gap_minutes, &eras);
    for (size_t i = 0; i < count; i++) {
        if (eras[i].start > now || now >= eras[i].active_stop ||
            (earliest.truth.is == MAG_TRUE && eras[i].start >= earliest.at))
            continue;
        const mag_value start = mag_drug_event_at_start(query, eras[i].start);
        if (is_as_old_as(query, &start, length))
            earliest = start;
    }
    return earliest;
}

mag_value mag_drug_count_continuous(const mag_drug_query *query, mag_length length) {
    size_t found = 0;
    for (size_t i = 0; i < query->member_count; i++) {
        mag_drug_query member = *query;
        member.members = &query->members[i];
        member.member_count = 1;
        found += mag_drug_continuous(&member, length, MAG_GAP_OF_KIND).truth.is == MAG_TRUE;
    }
    mag_value value = mag_drug_count_value(query, found);
    if (value.bounds.doubt != 0)
        value.bounds.high = (double)query->member_count;
    return value;
}

mag_value mag_drug_stopped(const mag_drug_query *query, const mag_period *period) {
    mag_value newest = mag_drug_event_when_absent(query);
    const mag_era *eras;
    const size_t count = mag_drug_eras(query, MAG_GAP_OF_KIND, &eras);
    const mag_drug_key *stops = query->room->keys;
    const size_t stop_count = mag_drug_date_stops(query);
    for (size_t i = 0; i < count; i++) {
        if (query->patient->as_of < eras[i].active_stop)
            continue;
        const mag_value stop = mag_drug_event_of_stop(stops, stop_count, eras[i].stop);
        if (mag_period_holds(period, stop.at, stop.is_date_only) && stop.at > newest.at)
            newest = stop;
    }
    return newest;
}

/* Does an order without a stop reach to the end of the era? Its length is then not planned. */
static bool is_open_ended(const mag_drug_query *query, const mag_era *era) {
    const mag_timeline *patient = query->patient;
    for (size_t i = 0; i < patient->exposure_count; i++) {
        const mag_exposure *exposure = &patient->exposures[i];
        if (exposure->stop == era->stop && mag_exposure_has(exposure, MAG_EXPOSURE_OPEN) &&
            mag_drug_classes(query, exposure) != 0)
            return true;
    }
    return false;
}

/* Whole days; part of a day counts as one. */
static double days_between(mag_minute from, mag_minute to) {
    return ceil(((double)to - (double)from) / MAG_MINUTES_PER_DAY);
}

mag_value mag_drug_course(const mag_drug_query *query, const mag_period *period) {
    const mag_minute now = query->patient->as_of;
    const mag_era *eras, *newest = NULL;
    const size_t count = mag_drug_eras(query, MAG_GAP_OF_KIND, &eras);
    for (size_t i = 0; i < count; i++)
        if (eras[i].start <= period->until && period->from < eras[i].active_stop &&
            (newest == NULL || eras[i].start >= newest->start))
            newest = &eras[i];
    if (newest == NULL)
        return mag_drug_moment_when_absent(query);
    mag_value value = mag_value_of_number(days_between(newest->start, newest->stop));
    value.at = newest->start;
    if (is_open_ended(query, newest)) {
        const mag_minute seen = newest->stop <= now ? newest->stop : now + 1;
        value.bounds.low = days_between(newest->start, seen);
        value.bounds.high = (double)INFINITY;
        value.bounds.doubt = mag_unknown_bit(MAG_UNKNOWN_MISSING);
        value.notes = mag_note_bit(MAG_VALUE_NOTE_OPEN_ORDER);
    }
    return value;
}
