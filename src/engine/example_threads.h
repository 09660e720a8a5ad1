/* The examples of a pack, judged by several threads before a run reads anything. */
#ifndef MAG_ENGINE_EXAMPLE_THREADS_H
#define MAG_ENGINE_EXAMPLE_THREADS_H

#include "rules/evaluate.h"

/* Results and failures are those of mag_examples_run, whatever the number of workers. */
mag_status mag_examples_run_by(unsigned worker_count, mag_arena *arena, const mag_pack *pack,
                               const mag_codebook *book, const mag_example_result **results,
                               size_t *count, mag_error *err) MAG_MUST_CHECK;

#endif
