/* The ledger of files: what an earlier run left in its folder. */
#ifndef MAG_ENGINE_LEDGER_READ_DIR_H
#define MAG_ENGINE_LEDGER_READ_DIR_H

#include "engine/episode.h"
#include "engine/previous_run.h"

/* Reads DIR/episodes.csv.gz; of a run that kept no ledger the flags of DIR/flags.csv.gz, each a new
   episode. Nothing in the folder is trusted: MAG_E_USAGE (MS-P412) if a table is damaged, not
   sorted, or says what no run writes. Texts live in the arena. */
mag_status mag_ledger_read_directory(mag_arena *arena, const mag_previous_run *previous,
                                     const mag_ledger_input **out, mag_error *err) MAG_MUST_CHECK;

#endif
