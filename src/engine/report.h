/* Filling in what a run tells its caller. */
#ifndef MAG_ENGINE_REPORT_H
#define MAG_ENGINE_REPORT_H

#include "engine/gates.h"
#include "engine/screen.h"

/* Sources, their accounting and the newest dates; cohort settled. Lives in the arena. */
mag_status mag_report_sources(mag_arena *arena, const mag_plan *plan, const mag_cohort *cohort,
                              mag_run_report *report, mag_error *err) MAG_MUST_CHECK;
/* Totals per rule and of the run. */
mag_status mag_report_rules(mag_arena *arena, const mag_screen *screen, mag_run_report *report,
                            mag_error *err) MAG_MUST_CHECK;
/* Active, and flagged or clear for nobody. */
bool mag_rule_is_undecided(const mag_rule_totals *totals, const mag_rule_facts *facts);
/* Amber and red verdicts, worst last. */
mag_status mag_report_verdicts(mag_arena *arena, const mag_gates *gates, mag_run_report *report,
                               mag_error *err) MAG_MUST_CHECK;
/* The classes that `latest` follows, comma-separated. NULL if memory is out. */
const char *mag_report_classes(mag_arena *arena);

#endif
