/* The sink that writes a directory of CSV tables and run.json (product contract). */
#ifndef MAG_SINKS_CSV_DIRECTORY_H
#define MAG_SINKS_CSV_DIRECTORY_H

#include "engine/sink.h"
#include "io/output_dir.h"

/* What a directory of results holds: the only one that force replaces. */
extern const mag_output_kind mag_result_directory;

/* Checks the place and creates DIR.partial-PID at once, so that a wrong path is found in the first
   second (MS-P405, MAG_E_USAGE). The sink is freed by its own ops->free, which leaves nothing
   behind if the run was not ended. */
mag_status mag_sink_csv_directory_new(mag_sink **out, const char *dir, bool force,
                                      mag_account *account, mag_error *err) MAG_MUST_CHECK;

#endif
