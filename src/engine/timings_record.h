/* The timings of a run as JSON: a part of run.json, and of the answer of `run --timings --json`. */
#ifndef MAG_ENGINE_TIMINGS_RECORD_H
#define MAG_ENGINE_TIMINGS_RECORD_H

#include "engine/timings.h"
#include "io/json_writer.h"

/* Appends an object: "total" (wall seconds); "stages", those that took place, in their order, with
   wall and cpu seconds, rows and bytes; "threads", each with the seconds of the kinds of work that
   any thread did, and with "rest", the seconds in which it did none of them. */
void mag_timings_json(mag_json *json, const mag_timings *timings);

/* Did any thread do work of this kind? */
bool mag_timings_has_work(const mag_timings *timings, mag_work work);
/* Seconds of a total in which a thread did none of the kinds of work; never below 0. */
double mag_timings_rest(const mag_timings *timings, unsigned worker_idx, double total);

#endif
