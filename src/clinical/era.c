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

static int64_t longer(int64_t a, int64_t b) {
    return a > b ? a : b;
}

/* How long one interval keeps the era in effect, and which start still joins it. */
typedef struct allowance {
    int64_t grace, gap;
} allowance;

static allowance by_kind(const mag_interval *interval) {
    if (interval->kind == MAG_RX_ISSUE)
        return (allowance){days(MAG_ISSUE_GRACE_DAYS), days(MAG_ISSUE_GRACE_DAYS)};
    return (allowance){0, days(1)};
}

static mag_minute active_stop_of(const mag_interval *interval, int64_t grace) {
    return later_by(interval->stop, longer(grace, interval->extra_minutes));
}

static mag_minute reach_of(const mag_interval *interval, int64_t gap) {
    return later_by(interval->stop, longer(gap, interval->extra_minutes));
}

mag_minute mag_interval_reach(const mag_interval *interval) {
    return reach_of(interval, by_kind(interval).gap);
}

/* gap_minutes < 0: the gap of each interval's kind. */
static size_t join(const mag_interval *intervals, size_t count, int32_t gap_minutes, mag_era *out) {
    size_t era_count = 0;
    mag_minute reach = MAG_MINUTE_NONE;
    for (size_t i = 0; i < count; i++) {
        const mag_interval *interval = &intervals[i];
        allowance allowed = by_kind(interval);
        if (gap_minutes >= 0)
            allowed = (allowance){interval->kind == MAG_RX_ISSUE ? gap_minutes : 0, gap_minutes};
        if (era_count == 0 || interval->start > reach) {
            out[era_count++] = (mag_era){
                .start = interval->start, .stop = interval->stop, .active_stop = MAG_MINUTE_NONE};
            reach = MAG_MINUTE_NONE;
        }
        mag_era *era = &out[era_count - 1];
        era->stop = later(era->stop, interval->stop);
        era->active_stop = later(era->active_stop, active_stop_of(interval, allowed.grace));
        reach = later(reach, reach_of(interval, allowed.gap));
    }
    return era_count;
}

size_t mag_eras_join(const mag_interval *intervals, size_t interval_count, mag_era *out) {
    return join(intervals, interval_count, -1, out);
}

size_t mag_eras_join_gap(const mag_interval *intervals, size_t interval_count, int32_t gap_minutes,
                         mag_era *out) {
    return join(intervals, interval_count, gap_minutes < 0 ? 0 : gap_minutes, out);
}
