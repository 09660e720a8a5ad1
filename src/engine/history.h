/* The gates that compare with earlier runs: volume of a source, falls of lab tests and drug
   classes, firing rates of rules. They are judged where --previous names an earlier run; else the
   report says that they were not. */
#ifndef MAG_ENGINE_HISTORY_H
#define MAG_ENGINE_HISTORY_H

#include "engine/gates.h"

/* Fewer rows before than the floor are too few to call a fall one, unless nothing is left: from the
   fewest on, and where chance is no likely reason, that is amber. */
enum { MAG_HISTORY_FLOOR = 20, MAG_HISTORY_FEWEST = 5 };

/* Gathers this run's figures into the report, with those of the earlier runs behind them, judges
   them and adds the verdicts to the gates. The report has its sources and rules already, the cohort
   is settled. Lives in the arena. */
mag_status mag_history_judge(mag_arena *arena, const mag_run_inputs *inputs,
                             const mag_cohort *cohort, mag_run_report *report, mag_gates *gates,
                             mag_error *err) MAG_MUST_CHECK;

#endif
