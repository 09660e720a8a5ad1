/* Joining exposures into eras.

     |--- order ---|      gap       |-- order --|
                   '-- at most 1 day -> one era

   One sweep over the intervals in order of their starts. `reach` is the latest start that still
   joins: the furthest that any interval so far stretches, each by the gap of its own kind. What
   keeps an exposure in effect after its stop (MGIV: 48 hours) joins as well: an era is the union.
 */
#include "clinical/era.h"

static mag_minute later_by(mag_minute time, int64_t minutes) {
    int64_t moved = (int64_t)time + minutes;
    return moved >= MAG_MINUTE_OPEN ? MAG_MINUTE_OPEN : (mag_minute)moved;
}

static mag_minute later(mag_minute a, mag_minute b) {
    return a > b ? a : b;
}

static int64_t days(int32_t count) {
    return (int64_t)count * MAG_MINUTES_PER_DAY;
}

static mag_minute active_stop_of(const mag_interval *interval) {
    int64_t grace = interval->kind == MAG_RX_ISSUE ? days(MAG_ISSUE_GRACE_DAYS) : 0;
    int64_t extra = interval->extra_minutes;
    return later_by(interval->stop, grace > extra ? grace : extra);
}

/* gap_days < 0: the gap of the interval's kind. */
static mag_minute reach_of(const mag_interval *interval, int32_t gap_days) {
    if (gap_days < 0)
        gap_days = interval->kind == MAG_RX_ISSUE ? MAG_ISSUE_GRACE_DAYS : 1;
    return later(later_by(interval->stop, days(gap_days)),
                 later_by(interval->stop, interval->extra_minutes));
}

static size_t join(const mag_interval *intervals, size_t count, int32_t gap_days, mag_era *out) {
    size_t era_count = 0;
    mag_minute reach = MAG_MINUTE_NONE;
    for (size_t i = 0; i < count; i++) {
        const mag_interval *interval = &intervals[i];
        if (era_count == 0 || interval->start > reach) {
            out[era_count++] = (mag_era){.start = interval->start,
                                         .stop = interval->stop,
                                         .active_stop = active_stop_of(interval)};
            reach = MAG_MINUTE_NONE;
        }
        mag_era *era = &out[era_count - 1];
        era->stop = later(era->stop, interval->stop);
        era->active_stop = later(era->active_stop, active_stop_of(interval));
        era->has_issue = era->has_issue || interval->kind == MAG_RX_ISSUE;
        reach = later(reach, reach_of(interval, gap_days));
    }
    return era_count;
}

size_t mag_eras_join(const mag_interval *intervals, size_t interval_count, mag_era *out) {
    return join(intervals, interval_count, -1, out);
}

size_t mag_eras_join_gap(const mag_interval *intervals, size_t interval_count, int32_t gap_days,
                         mag_era *out) {
    return join(intervals, interval_count, gap_days < 0 ? 0 : gap_days, out);
}
