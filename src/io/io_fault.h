/* What a call on a file that failed means: the user's mistake, or a machine that cannot now. */
#ifndef MAG_IO_IO_FAULT_H
#define MAG_IO_IO_FAULT_H

#include "base/status.h"

/* Each returns the status and fills *err (may be NULL); reason is the errno of the call.
   Opening: MS-P408 out of descriptors, MS-P402 out of memory, MS-P404 a device that fails (all
   MAG_E_RESOURCE); else MS-I112 with MAG_E_USAGE. what: "cannot be opened". */
mag_status mag_io_fail_open(const char *path, const char *what, int reason, mag_error *err);
/* MS-P404, MAG_E_RESOURCE; a directory is MS-I112, MAG_E_USAGE; ECANCELED, as mag_stop_read has it,
   is MS-P401, MAG_E_INTERRUPTED. */
mag_status mag_io_fail_read(const char *path, int reason, mag_error *err);
/* MS-P403, MAG_E_RESOURCE; MS-P408 out of descriptors. */
mag_status mag_io_fail_write(const char *path, int reason, mag_error *err);

#endif
