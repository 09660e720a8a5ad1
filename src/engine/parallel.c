/* The parallel loop of the engine; what is done in it lies in settle and screen. */
#include "engine/parallel.h"

#include <omp.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>

enum { UNIT_LIMIT = 1 << 16, WORKER_LIMIT = 1024 };

unsigned mag_parallel_wanted_count(int wanted, unsigned unit_count) {
    unsigned count = wanted > 0 ? (unsigned)wanted : (unsigned)omp_get_num_procs();
    if (count > unit_count)
        count = unit_count;
    if (count > WORKER_LIMIT)
        count = WORKER_LIMIT;
    return count == 0 ? 1 : count;
}

/* Lives until its maker lets the lock go. */
static void *wait_for(void *lock) {
    pthread_mutex_lock(lock);
    pthread_mutex_unlock(lock);
    return NULL;
}

/* Has so many threads at once, this one among them; fewer if the system gives no more. */
static unsigned probe(unsigned count) {
    pthread_t threads[WORKER_LIMIT];
    pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    unsigned had = 0;
    pthread_mutex_lock(&lock);
    while (had + 1 < count && pthread_create(&threads[had], NULL, wait_for, &lock) == 0)
        had++;
    pthread_mutex_unlock(&lock);
    for (unsigned i = 0; i < had; i++)
        pthread_join(threads[i], NULL);
    pthread_mutex_destroy(&lock);
    return had + 1;
}

/* A team that cannot be had whole ends the process, inside the runtime. So threads are tried for
   before, once for the largest number; what the system refused once is not asked for again. */
unsigned mag_parallel_worker_count(int wanted, unsigned unit_count) {
    static unsigned proven = 1, most = WORKER_LIMIT;
    unsigned count = mag_parallel_wanted_count(wanted, unit_count);
    if (count > most)
        count = most;
    if (count <= proven)
        return count;
    proven = probe(count);
    if (proven < count)
        most = proven;
    return proven;
}

/* Lowers *lowest to value. */
static void lower(_Atomic unsigned *lowest, unsigned value) {
    unsigned seen = atomic_load(lowest);
    while (value < seen && !atomic_compare_exchange_weak(lowest, &seen, value))
        continue;
}

/* The error of the lowest unit a worker met; a worker takes units in rising order. */
typedef struct worker_fault {
    unsigned unit_idx;
    mag_error error;
} worker_fault;

static void run_unit(mag_unit_of_work work, void *context, unsigned unit_idx,
                     _Atomic unsigned *lowest, worker_fault *fault) {
    mag_error error = {0};
    if (unit_idx > atomic_load(lowest))
        return;
    if (work(context, unit_idx, (unsigned)omp_get_thread_num(), &error) == MAG_OK)
        return;
    lower(lowest, unit_idx);
    if (unit_idx < fault->unit_idx)
        *fault = (worker_fault){unit_idx, error};
}

/* Without a team of threads: making one allocates, and where that fails the runtime ends the
   process. */
static mag_status run_alone(unsigned unit_count, mag_unit_of_work work, void *context,
                            mag_error *err) {
    for (unsigned unit_idx = 0; unit_idx < unit_count; unit_idx++)
        MAG_TRY(work(context, unit_idx, 0, err));
    return MAG_OK;
}

mag_status mag_parallel_for(unsigned unit_count, unsigned worker_count, mag_unit_of_work work,
                            void *context, mag_error *err) {
    if (worker_count <= 1)
        return run_alone(unit_count, work, context, err);
    _Atomic unsigned lowest = UNIT_LIMIT;
    worker_fault first = {.unit_idx = UNIT_LIMIT};
#pragma omp parallel num_threads((int)worker_count)
    {
        worker_fault mine = {.unit_idx = UNIT_LIMIT};
#pragma omp for schedule(dynamic, 1)
        for (unsigned unit_idx = 0; unit_idx < unit_count; unit_idx++)
            run_unit(work, context, unit_idx, &lowest, &mine);
#pragma omp critical(mag_parallel_fault)
        {
            if (mine.unit_idx < first.unit_idx)
                first = mine;
        }
    }
    if (first.unit_idx == UNIT_LIMIT)
        return MAG_OK;
    if (err != NULL)
        *err = first.error;
    return first.error.status;
}

void mag_parallel_run_tasks(unsigned worker_count, mag_task first, void *context) {
#pragma omp parallel num_threads((int)worker_count)
#pragma omp single
    first(context, NULL, (unsigned)omp_get_thread_num());
}

void mag_parallel_add_task(mag_task task, void *context, void *item) {
#pragma omp task firstprivate(task, context, item)
    task(context, item, (unsigned)omp_get_thread_num());
}
