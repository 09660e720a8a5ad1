/* Eras as a whole: how long they have been going on, when they ended, how long they were planned.
 */
#include "rules/operand_course.h"

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
        const mag_value start = mag_drug_event_at_start(query, eras[i].start);
        if (eras[i].start <= now && now < eras[i].active_stop &&
            is_as_old_as(query, &start, length) &&
            (earliest.truth.is != MAG_TRUE || start.at < earliest.at))
            earliest = start;
    }
    return earliest;
}

mag_value mag_drug_count_continuous(const mag_drug_query *query, mag_length length) {
    size_t found = 0;
    for (size_t i = 0; i < query->member_count; i++) {
        const mag_drug_query member = {query->patient, &query->members[i], 1, query->room};
        found += mag_drug_continuous(&member, length, MAG_GAP_OF_KIND).truth.is == MAG_TRUE;
    }
    mag_value value = mag_drug_count_value(query, found);
    if (value.bounds.doubt != 0)
        value.bounds.high = (double)query->member_count;
    return value;
}
