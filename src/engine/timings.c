/* Counters of a thread stand on cache lines of their own, so that counting is not shared work. */
#include "engine/timings.h"

#include <stdatomic.h>
#include <time.h>

enum { LINE_NBYTES = 64, NANOSECONDS = 1000000000 };

typedef struct worker_times {
    uint64_t ns[MAG_WORK_COUNT];
    char apart[LINE_NBYTES]; /* from the next one */
} worker_times;

typedef struct stage_times {
    uint64_t wall_ns, cpu_ns;
    _Atomic uint64_t rows, nbytes;
} stage_times;

struct mag_timings {
    stage_times stages[MAG_TIMED_COUNT];
    mag_timed_stage stage; /* that runs; MAG_TIMED_COUNT: none */
    uint64_t stage_wall, stage_cpu;
    uint64_t first; /* begin of the first stage; 0: none has begun */
    unsigned worker_count;
    worker_times *workers;
};

static uint64_t read_clock(clockid_t id) {
    struct timespec now = {0};
    clock_gettime(id, &now);
    return (uint64_t)now.tv_sec * NANOSECONDS + (uint64_t)now.tv_nsec;
}

mag_timings *mag_timings_new(mag_arena *arena, unsigned worker_count) {
    mag_timings *timings = mag_arena_alloc(arena, sizeof *timings);
    worker_times *workers = mag_arena_alloc(arena, (worker_count + 1) * sizeof *workers);
    if (timings == NULL || workers == NULL)
        return NULL;
    timings->stage = MAG_TIMED_COUNT;
    timings->worker_count = worker_count;
    timings->workers = workers;
    return timings;
}

void mag_timings_end(mag_timings *timings) {
    if (timings == NULL || timings->stage == MAG_TIMED_COUNT)
        return;
    stage_times *stage = &timings->stages[timings->stage];
    stage->wall_ns += read_clock(CLOCK_MONOTONIC) - timings->stage_wall;
    stage->cpu_ns += read_clock(CLOCK_PROCESS_CPUTIME_ID) - timings->stage_cpu;
    timings->stage = MAG_TIMED_COUNT;
}

void mag_timings_begin(mag_timings *timings, mag_timed_stage stage) {
    if (timings == NULL)
        return;
    mag_timings_end(timings);
    timings->stage = stage;
    timings->stage_wall = read_clock(CLOCK_MONOTONIC);
    timings->stage_cpu = read_clock(CLOCK_PROCESS_CPUTIME_ID);
    if (timings->first == 0)
        timings->first = timings->stage_wall;
}

void mag_timings_count(mag_timings *timings, uint64_t rows, uint64_t nbytes) {
    if (timings == NULL || timings->stage == MAG_TIMED_COUNT)
        return;
    stage_times *stage = &timings->stages[timings->stage];
    atomic_fetch_add_explicit(&stage->rows, rows, memory_order_relaxed);
    atomic_fetch_add_explicit(&stage->nbytes, nbytes, memory_order_relaxed);
}

uint64_t mag_timings_now(const mag_timings *timings) {
    return timings == NULL ? 0 : read_clock(CLOCK_MONOTONIC);
}

uint64_t mag_timings_add(mag_timings *timings, unsigned worker_idx, mag_work work, uint64_t since) {
    if (timings == NULL || worker_idx >= timings->worker_count)
        return 0;
    uint64_t now = read_clock(CLOCK_MONOTONIC);
    timings->workers[worker_idx].ns[work] += now - since;
    return now;
}

static double seconds(uint64_t ns) {
    return (double)ns / NANOSECONDS;
}

mag_stage_time mag_timings_of_stage(const mag_timings *timings, mag_timed_stage stage) {
    if (timings == NULL)
        return (mag_stage_time){0};
    const stage_times *times = &timings->stages[stage];
    mag_stage_time out = {.wall = seconds(times->wall_ns),
                          .cpu = seconds(times->cpu_ns),
                          .rows = atomic_load(&times->rows),
                          .nbytes = atomic_load(&times->nbytes)};
    if (timings->stage != stage)
        return out;
    out.wall += seconds(read_clock(CLOCK_MONOTONIC) - timings->stage_wall);
    out.cpu += seconds(read_clock(CLOCK_PROCESS_CPUTIME_ID) - timings->stage_cpu);
    return out;
}

double mag_timings_of_work(const mag_timings *timings, unsigned worker_idx, mag_work work) {
    if (timings == NULL || worker_idx >= timings->worker_count)
        return 0;
    return seconds(timings->workers[worker_idx].ns[work]);
}

unsigned mag_timings_worker_count(const mag_timings *timings) {
    return timings == NULL ? 0 : timings->worker_count;
}

double mag_timings_total(const mag_timings *timings) {
    if (timings == NULL || timings->first == 0)
        return 0;
    return seconds(read_clock(CLOCK_MONOTONIC) - timings->first);
}

const char *mag_timed_stage_name(mag_timed_stage stage) {
    static const char *const names[] = {
#define MAG_TIMED(name, word) word,
#include "engine/work.def"
#undef MAG_TIMED
    };
    return names[stage];
}

const char *mag_work_name(mag_work work) {
    static const char *const names[] = {
#define MAG_WORK(name, word) word,
#include "engine/work.def"
#undef MAG_WORK
    };
    return names[work];
}
