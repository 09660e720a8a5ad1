/* The stretch of time that a window of a rule covers for one patient. Days are calendar days; hours
   count minutes, except for records without a clock, for which 24 hours are one calendar day. */
#ifndef MAG_RULES_PERIOD_H
#define MAG_RULES_PERIOD_H

#include "rules/operand.h"

/* A moment that a window hangs on; without a clock it is its whole day. */
typedef struct mag_anchor {
    mag_minute at;
    bool is_date_only;
} mag_anchor;

/* Both ends closed. A record without a clock stands at 00:00 of its day. */
typedef struct mag_period {
    mag_minute from, until;
    mag_minute date_only_from; /* from, for records without a clock */
    bool counts_minutes;       /* a record without a clock is then noted time_resolution */
} mag_period;

/* Never reaches beyond as_of. second is read by BETWEEN only. */
mag_period mag_period_of(const mag_window *window, mag_anchor anchor, mag_anchor second,
                         mag_minute as_of);

/* 0 <= day(as_of) - day(record) <= days. */
mag_period mag_period_of_days(mag_minute as_of, int32_t days);

bool mag_period_holds(const mag_period *period, mag_minute at, bool is_date_only);

/* 00:00 and 23:59 of a moment's day. */
mag_minute mag_day_begin(mag_minute at);
mag_minute mag_day_last_minute(mag_minute at);

#endif
