/* The process around a verb: descriptors, core dumps, signals. */
#ifndef MAG_CLI_PROCESS_H
#define MAG_CLI_PROCESS_H

#include "base/status.h"

#include <stdbool.h>

/* Lets the stack grow to what the program needs, opens descriptors 0 to 2 where they are closed (no
   file may become stdout), forbids core dumps and being traced, lets a closed pipe and a limit on
   file sizes be errors instead of signals, catches SIGINT, SIGTERM, SIGHUP. */
mag_status mag_process_begin(mag_error *err) MAG_MUST_CHECK;

/* Gives back what mag_process_begin took, but for descriptors 0 to 2. */
void mag_process_end(void);

/* MS-P408 where the limit on open files is below what a run may need. */
mag_status mag_process_check_descriptors(mag_error *err) MAG_MUST_CHECK;

/* True once a signal asked to stop; has the shape that mag_run asks for. The second signal ends the
   process at once. */
bool mag_process_is_stopped(void *context);

/* MAG_E_INTERRUPTED or MAG_E_TERMINATED after a signal, MAG_OK else. */
mag_status mag_process_stop_status(void);

#endif
