/* The part of run.json that the next run compares itself with, and what this one was compared with.
 */
#ifndef MAG_ENGINE_TRACKED_RECORD_H
#define MAG_ENGINE_TRACKED_RECORD_H

#include "engine/run.h"
#include "io/json_writer.h"

/* Writes the keys previous, tracked and gates_not_judged into the object at hand. Figures stand
   newest run first. */
void mag_tracked_record_write(mag_json *json, const mag_run_report *report);

#endif
