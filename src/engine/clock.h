/* The clocks of a run: what day it is here, and how long things take. */
#ifndef MAG_ENGINE_CLOCK_H
#define MAG_ENGINE_CLOCK_H

#include "base/datetime.h"

/* Local civil time of this machine, to the minute. */
mag_minute mag_clock_local(void);
/* Seconds of a clock that never jumps. */
double mag_clock_seconds(void);
/* "20261121T204501Z-4711": UTC start and process id. */
enum { MAG_RUN_ID_NBYTES = 48 };
void mag_clock_run_id(char out[MAG_RUN_ID_NBYTES]);

#endif
