/* The times of a series: "2025-01-31..2025-12-31/month". */
#ifndef MAG_ENGINE_SERIES_H
#define MAG_ENGINE_SERIES_H

#include "base/datetime.h"
#include "base/status.h"

#include <stddef.h>

/* Three years by day, which is the usual history; more is a slip of the keyboard. */
enum { MAG_SERIES_LIMIT = 1100 };

typedef enum mag_series_step { MAG_STEP_DAY, MAG_STEP_WEEK, MAG_STEP_MONTH } mag_series_step;

/* FROM, and every step after it that is not after TO. */
typedef struct mag_series {
    mag_day from, to;
    mag_series_step step;
    size_t count; /* of days; 0: no series */
} mag_series;

/* Both ends are dates. MAG_E_USAGE if they are not, if FROM is after TO, if the step is none, or if
   there are more than MAG_SERIES_LIMIT days. */
mag_status mag_series_parse(const char *text, mag_series *out, mag_error *err) MAG_MUST_CHECK;

/* Day number idx, idx < count. A month later is the same day of the month, or the month's last day
   where it has no such day; always counted from FROM: 31 January, 28 February, 31 March. */
mag_day mag_series_day(const mag_series *series, size_t idx);

const char *mag_series_step_name(mag_series_step step); /* "month" */

#endif
