/* Days are found from FROM and a number of steps, never from the day before: nothing drifts. */
#include "engine/series.h"

#include <string.h>

static const char *const STEPS[] = {"day", "week", "month"};
enum { STEP_COUNT = sizeof STEPS / sizeof *STEPS, DAYS_PER_WEEK = 7, MONTHS_PER_YEAR = 12 };

const char *mag_series_step_name(mag_series_step step) {
    return STEPS[step];
}

static mag_day add_months(mag_day day, size_t months) {
    int year, month, day_of_month;
    mag_day_to_civil(day, &year, &month, &day_of_month);
    const int ahead = month - 1 + (int)months;
    year += ahead / MONTHS_PER_YEAR;
    month = ahead % MONTHS_PER_YEAR + 1;
    while (!mag_date_exists(year, month, day_of_month))
        day_of_month--;
    return mag_day_from_civil(year, month, day_of_month);
}

mag_day mag_series_day(const mag_series *series, size_t idx) {
    switch (series->step) {
    case MAG_STEP_DAY:
        return series->from + (mag_day)idx;
    case MAG_STEP_WEEK:
        return series->from + (mag_day)idx * DAYS_PER_WEEK;
    case MAG_STEP_MONTH:
        break;
    }
    return add_months(series->from, idx);
}

static mag_status fail_form(const char *text, mag_error *err) {
    mag_fail(err, MAG_E_USAGE, MAG_MSG_U201, "\"%.80s\" is not a series", text);
    mag_hint(err, "write FROM..TO/STEP: 2025-01-31..2025-12-31/month (or day, or week)");
    return MAG_E_USAGE;
}

static mag_status parse_end(mag_span text, mag_day *day, mag_error *err) {
    mag_moment moment;
    if (mag_moment_parse(text, NULL, &moment) == MAG_DATE_OK && moment.is_date_only) {
        *day = moment.last_day;
        return MAG_OK;
    }
    mag_fail(err, MAG_E_USAGE, MAG_MSG_U201,
             "a series goes from one date to another; \"%.*s\" is not a date",
             (int)(text.nbytes < 40 ? text.nbytes : 40), text.at);
    mag_hint(err, "write both ends as YYYY-MM-DD; every T is the end of its day. `latest` and "
                  "`yesterday` are for --as-of");
    return MAG_E_USAGE;
}

static bool parse_step(const char *text, mag_series_step *step) {
    for (int i = 0; i < STEP_COUNT; i++)
        if (strcmp(text, STEPS[i]) == 0) {
            *step = (mag_series_step)i;
            return true;
        }
    return false;
}

static mag_status count_days(mag_series *series, mag_error *err) {
    while (series->count <= MAG_SERIES_LIMIT && mag_series_day(series, series->count) <= series->to)
        series->count++;
    if (series->count <= MAG_SERIES_LIMIT)
        return MAG_OK;
    mag_fail(err, MAG_E_USAGE, MAG_MSG_U201,
             "the series has more than %d times, the most that one run screens", MAG_SERIES_LIMIT);
    mag_hint(err, "take a larger step, or split the series into several runs");
    return MAG_E_USAGE;
}

mag_status mag_series_parse(const char *text, mag_series *out, mag_error *err) {
    const char *dots = strstr(text, "..");
    const char *slash = strrchr(text, '/');
    *out = (mag_series){0};
    if (dots == NULL || slash == NULL || slash < dots || !parse_step(slash + 1, &out->step))
        return fail_form(text, err);
    MAG_TRY(parse_end((mag_span){text, (size_t)(dots - text)}, &out->from, err));
    MAG_TRY(parse_end((mag_span){dots + 2, (size_t)(slash - dots - 2)}, &out->to, err));
    if (out->from <= out->to)
        return count_days(out, err);
    mag_fail(err, MAG_E_USAGE, MAG_MSG_U201, "the series begins after it ends: \"%.80s\"", text);
    mag_hint(err, "write the earlier date first");
    return MAG_E_USAGE;
}
