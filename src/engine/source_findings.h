/* Rules about sources (`scope: source`): judged once for the run, told to whoever looks after the
   feeds, never a row of a patient. */
#ifndef MAG_ENGINE_SOURCE_FINDINGS_H
#define MAG_ENGINE_SOURCE_FINDINGS_H

#include "engine/run.h"

/* Judges every active rule of the pack that asks about sources; fills the findings of
   the report, in the order of the rules. After settling. Lives in the arena. */
mag_status mag_source_findings(mag_arena *arena, const mag_pack *pack, const mag_cohort *cohort,
                               mag_run_report *report, mag_error *err) MAG_MUST_CHECK;

#endif
