#include "rules/period.h"

#define BEGIN_OF_TIME (MAG_MINUTE_NONE + 1)
#define END_OF_TIME   (MAG_MINUTE_OPEN - MAG_MINUTES_PER_DAY) /* whose day has a last minute */

mag_minute mag_day_begin(mag_minute at) {
    return mag_minute_day(at) * MAG_MINUTES_PER_DAY;
}

mag_minute mag_day_last_minute(mag_minute at) {
    return mag_day_begin(at) + MAG_MINUTES_PER_DAY - 1;
}

/* Clipped: windows may be longer than the calendar. */
static mag_minute clip(int64_t minute) {
    if (minute < BEGIN_OF_TIME)
        return BEGIN_OF_TIME;
    return minute < END_OF_TIME ? (mag_minute)minute : END_OF_TIME;
}

static mag_minute earlier(mag_minute a, mag_minute b) {
    return a < b ? a : b;
}

/* Whole days of a length; part of a day counts as one. */
static int64_t days_of(mag_length length) {
    return length.is_minutes
               ? ((int64_t)length.amount + MAG_MINUTES_PER_DAY - 1) / MAG_MINUTES_PER_DAY
               : length.amount;
}

/* First minute of the day that lies `length` after (sign 1) or before (sign -1) the anchor's day.
 */
static mag_minute shifted_day(mag_anchor anchor, mag_length length, int sign) {
    return clip((int64_t)mag_day_begin(anchor.at) + sign * days_of(length) * MAG_MINUTES_PER_DAY);
}

/* The anchor moved by a length: to the minute where both have one, else to the begin of a day. */
static mag_minute shifted_begin(mag_anchor anchor, mag_length length, int sign) {
    if (length.is_minutes && !anchor.is_date_only)
        return clip((int64_t)anchor.at + (int64_t)sign * length.amount);
    return shifted_day(anchor, length, sign);
}

/* As above, but the last minute that still counts. */
static mag_minute shifted_end(mag_anchor anchor, mag_length length, int sign) {
    if (length.amount == 0)
        return anchor.is_date_only ? mag_day_last_minute(anchor.at) : anchor.at;
    if (length.is_minutes && !anchor.is_date_only)
        return clip((int64_t)anchor.at + (int64_t)sign * length.amount);
    return mag_day_last_minute(shifted_day(anchor, length, sign));
}

static mag_period from_anchor_until(mag_anchor anchor, mag_minute until) {
    const mag_minute day = mag_day_begin(anchor.at);
    return (mag_period){anchor.is_date_only ? day : anchor.at, until, day, false};
}

static mag_period back(const mag_window *window, mag_anchor anchor) {
    return (mag_period){shifted_begin(anchor, window->far, -1),
                        shifted_end(anchor, window->near, -1), shifted_day(anchor, window->far, -1),
                        window->far.is_minutes};
}

/* Within 0 days of a moment is its whole day. */
static mag_period around(const mag_window *window, mag_anchor anchor) {
    const mag_minute end = window->far.is_minutes
                               ? shifted_end(anchor, window->far, 1)
                               : mag_day_last_minute(shifted_day(anchor, window->far, 1));
    return (mag_period){shifted_begin(anchor, window->far, -1), end,
                        shifted_day(anchor, window->far, -1), window->far.is_minutes};
}

static mag_period after(const mag_window *window, mag_anchor anchor) {
    mag_period period = {shifted_begin(anchor, window->near, 1),
                         shifted_end(anchor, window->far, 1), shifted_day(anchor, window->near, 1),
                         window->far.is_minutes};
    if (window->near.amount == 0)
        period.from = from_anchor_until(anchor, 0).from;
    return period;
}

mag_period mag_period_of(const mag_window *window, mag_anchor anchor, mag_anchor second,
                         mag_minute as_of) {
    mag_period period = {BEGIN_OF_TIME, as_of, BEGIN_OF_TIME, false};
    switch (window->kind) {
    case MAG_WINDOW_HISTORY:
        break;
    case MAG_WINDOW_BACK:
        period = back(window, anchor);
        break;
    case MAG_WINDOW_SINCE:
        period = from_anchor_until(anchor, as_of);
        break;
    case MAG_WINDOW_AFTER:
        period = after(window, anchor);
        break;
    case MAG_WINDOW_BETWEEN:
        period = second.at < anchor.at
                     ? from_anchor_until(second, shifted_end(anchor, (mag_length){0}, 1))
                     : from_anchor_until(anchor, shifted_end(second, (mag_length){0}, 1));
        break;
    case MAG_WINDOW_AROUND:
        period = around(window, anchor);
        break;
    case MAG_WINDOW_AT:
        period = from_anchor_until(anchor, shifted_end(anchor, (mag_length){0}, 1));
        break;
    }
    period.until = earlier(period.until, as_of);
    return period;
}

mag_period mag_period_of_days(mag_minute as_of, int32_t days) {
    const mag_window window = {.kind = MAG_WINDOW_BACK, .far = {days, false}};
    const mag_anchor now = {as_of, false};
    return mag_period_of(&window, now, now, as_of);
}

bool mag_period_holds(const mag_period *period, mag_minute at, bool is_date_only) {
    const mag_minute from = is_date_only ? period->date_only_from : period->from;
    return from <= at && at <= period->until;
}
