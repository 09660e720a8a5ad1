/* Counters only grow inside a stage, so that a reader sees a share that never falls. */
#include "engine/progress.h"

#include <stddef.h>

void mag_progress_begin(mag_progress *progress, mag_progress_stage stage, uint64_t total) {
    if (progress == NULL)
        return;
    atomic_store(&progress->done, 0);
    atomic_store(&progress->rows, 0);
    atomic_store(&progress->total, total);
    atomic_store(&progress->stage, (unsigned)stage);
    progress->look(progress);
}

void mag_progress_add(mag_progress *progress, uint64_t done, uint64_t rows) {
    if (progress == NULL)
        return;
    atomic_fetch_add_explicit(&progress->done, done, memory_order_relaxed);
    atomic_fetch_add_explicit(&progress->rows, rows, memory_order_relaxed);
    progress->look(progress);
}
