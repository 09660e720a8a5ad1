/* One loop over numbered units of work, and tasks that make each other. The only file that knows
   OpenMP. */
#ifndef MAG_ENGINE_PARALLEL_H
#define MAG_ENGINE_PARALLEL_H

#include "base/status.h"

/* Works on one unit. worker_idx < worker_count tells the threads apart (working memory is theirs).
   Units must not share anything that they write. */
typedef mag_status (*mag_unit_of_work)(void *context, unsigned unit_idx, unsigned worker_idx,
                                       mag_error *err);

/* Threads that a loop over unit_count units may use: `wanted`, 0 = all cores; at least 1. */
unsigned mag_parallel_wanted_count(int wanted, unsigned unit_count);
/* Threads that it will use: as many as that if the system gives them. Outside of parallel parts. */
unsigned mag_parallel_worker_count(int wanted, unsigned unit_count);

/* Runs all units. Of several failures the one of the lowest unit is reported, whatever the number
   of threads: units above a failed one may be left out, units below it never are. */
mag_status mag_parallel_for(unsigned unit_count, unsigned worker_count, mag_unit_of_work work,
                            void *context, mag_error *err) MAG_MUST_CHECK;

/* Works on one item; what goes wrong is kept by the context. */
typedef void (*mag_task)(void *context, void *item, unsigned worker_idx);

/* Runs a first task (its item is NULL) and all that are added meanwhile with a team of workers (two
   and more), and returns when all of them are over. */
void mag_parallel_run_tasks(unsigned worker_count, mag_task first, void *context);

/* In a task: adds another, for any worker. It may be run at once, inside this call. */
void mag_parallel_add_task(mag_task task, void *context, void *item);

#endif
