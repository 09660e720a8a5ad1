/* Work that begins and ends in order but can be done side by side: batches are filled one after the
   other, worked on by all threads, and drained one after the other in the order in which they were
   filled. There are two halves of batches; while all threads work on the one, one of them drains
   and fills the other:

     half A   fill | work ........ | drain fill   | work ........ |
     half B        | fill          | work ........| drain fill    |

   Nobody waits for anything but the end of a half. */
#ifndef MAG_ENGINE_PIPELINE_H
#define MAG_ENGINE_PIPELINE_H

#include "base/status.h"

#include <stdbool.h>

typedef struct mag_pipeline {
    unsigned worker_count;
    void *context;
    /* Puts the next piece of work into a batch; *is_over: there is none. Never called again after
       that, nor after a fault. */
    mag_status (*fill)(void *context, unsigned batch_idx, unsigned worker_idx, bool *is_over,
                       mag_error *err);
    mag_status (*work)(void *context, unsigned batch_idx, unsigned worker_idx, mag_error *err);
    mag_status (*drain)(void *context, unsigned batch_idx, unsigned worker_idx, mag_error *err);
} mag_pipeline;

/* Batches that a pipeline uses; they are numbered from 0. */
enum { MAG_PIPELINE_BATCH_LIMIT = 128 };
unsigned mag_pipeline_batch_count(unsigned worker_count);

/* Runs until nothing is left to fill, and all is drained. The first fault in the order of the
   batches (fill, work, drain of the first, then of the second ...) ends it, whatever the number of
   threads; nothing behind it is drained. */
mag_status mag_pipeline_run(const mag_pipeline *pipeline, mag_error *err) MAG_MUST_CHECK;

#endif
