/* Do two run records (run.json) say the same, but for which run it was and what it cost? */
#ifndef MAG_SINKS_SAME_RECORD_H
#define MAG_SINKS_SAME_RECORD_H

#include "base/memory.h"

#include <stdbool.h>

/* True if both are records and every key agrees except run_id, timings, threads, peak_memory_bytes,
   memory and data_until (the clock, where it is not part of the configuration). What cannot be read
   is not the same. */
bool mag_record_is_same(mag_account *account, mag_span one, mag_span other);

#endif
