/* The T of a series, one after the other, out of rows that were read once. */
#ifndef MAG_ENGINE_RUN_SERIES_H
#define MAG_ENGINE_RUN_SERIES_H

#include "engine/digest.h"
#include "engine/gates.h"
#include "engine/ingest.h"
#include "engine/screen.h"

typedef struct mag_run_series {
    mag_arena *arena; /* of the report */
    const mag_run_inputs *inputs;
    mag_series_point *points; /* of all T; filled as they are screened */
    mag_digest *digest;       /* of the S lines of all T; NULL: there is no series, or it ended */
    mag_gates earlier;        /* of all T but the last, joined */
} mag_run_series;

/* Prepares the points of the plan's series; without one nothing happens here or below.
   mag_run_series_done must be called in any case. */
mag_status mag_run_series_begin(mag_run_series *series, mag_error *err) MAG_MUST_CHECK;

/* Screens the cohort at every T but the last and hands their summaries to the sink, oldest first.
   `read` holds all rows, is not settled, and is left as it is. */
mag_status mag_run_series_earlier(mag_run_series *series, const mag_cohort *read,
                                  mag_error *err) MAG_MUST_CHECK;

/* The last T, screened and judged by the run itself: its point and its S lines; `gates` becomes
   that of all T. Fills what the report says of the series. */
mag_status mag_run_series_last(mag_run_series *series, const mag_screen *screen, mag_gates *gates,
                               mag_run_report *report, mag_error *err) MAG_MUST_CHECK;

void mag_run_series_done(mag_run_series *series);

#endif
