/* Exact statistics of laboratory results per analyte and unit as reported: a histogram of printed
   values, so that quantiles and sums are exact and do not depend on the order of anything. */
#ifndef MAG_ENGINE_LAB_STATS_H
#define MAG_ENGINE_LAB_STATS_H

#include "cohort/timeline.h"
#include "engine/sink.h"

typedef struct mag_lab_stats mag_lab_stats;

/* Lives in the arena, but its table has to be released by mag_lab_stats_done (NULL is fine). Not
   shared by threads. */
mag_status mag_lab_stats_new(mag_arena *arena, mag_lab_stats **out, mag_error *err) MAG_MUST_CHECK;
void mag_lab_stats_done(mag_lab_stats *stats);

/* Adds everything a patient has up to T. Every roster patient is added once. */
mag_status mag_lab_stats_patient(mag_lab_stats *stats, const mag_timeline *patient,
                                 mag_error *err) MAG_MUST_CHECK;
/* One accepted, uncensored value. */
mag_status mag_lab_stats_value(mag_lab_stats *stats, mag_analyte analyte, mag_unit unit,
                               mag_decimal value, mag_error *err) MAG_MUST_CHECK;
mag_status mag_lab_stats_add(mag_lab_stats *total, const mag_lab_stats *more,
                             mag_error *err) MAG_MUST_CHECK;

typedef mag_status (*mag_lab_summary_visit)(void *context, const mag_lab_summary_row *row,
                                            mag_error *err);

/* One row per analyte and unit that occurs, in the order of names, then units (bytewise).
   patient_count: roster. Quantiles: nearest rank over uncensored values, as printed. Mean and
   sample sd: from whole numbers, six decimals; values printed with more than six decimals enter
   rounded half to even. */
mag_status mag_lab_stats_each(const mag_lab_stats *stats, uint64_t patient_count,
                              mag_lab_summary_visit visit, void *context,
                              mag_error *err) MAG_MUST_CHECK;

#endif
