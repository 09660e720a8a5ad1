/* What `run --timings` shows behind the closing lines. */
#ifndef MAG_CLI_CLOSING_TIMINGS_H
#define MAG_CLI_CLOSING_TIMINGS_H

#include "engine/run.h"

/* Two tables: stages with their rates, and threads with what each of them did. */
void mag_closing_timings(const mag_run_report *report);

#endif
