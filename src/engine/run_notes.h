/* What was noticed about the files of a run and is no fault. */
#ifndef MAG_ENGINE_RUN_NOTES_H
#define MAG_ENGINE_RUN_NOTES_H

#include "engine/run.h"

/* Fills notes, note_count and id_twin_count of the report, after settling. */
mag_status mag_run_notes(mag_arena *arena, const mag_plan *plan, const mag_cohort *cohort,
                         mag_run_report *report, mag_error *err) MAG_MUST_CHECK;

#endif
