/* Where the time of a run goes: wall and processor time of its stages, and of each thread the kinds
   of work that it did. The clock is read around a block, a partition or a batch of rows, never
   around a row. All functions but mag_timings_new take NULL: nobody measures. */
#ifndef MAG_ENGINE_TIMINGS_H
#define MAG_ENGINE_TIMINGS_H

#include "base/memory.h"

typedef enum mag_timed_stage {
#define MAG_TIMED(name, word) MAG_TIMED_##name,
#include "engine/work.def"
#undef MAG_TIMED
    MAG_TIMED_COUNT
} mag_timed_stage;

typedef enum mag_work {
#define MAG_WORK(name, word) MAG_WORK_##name,
#include "engine/work.def"
#undef MAG_WORK
    MAG_WORK_COUNT
} mag_work;

typedef struct mag_timings mag_timings;

/* One stage: seconds, and what went through it. */
typedef struct mag_stage_time {
    double wall, cpu;      /* cpu: of all threads together */
    uint64_t rows, nbytes; /* 0: not counted */
} mag_stage_time;

/* Counters for worker_count threads, numbered as mag_parallel_for numbers them. They live in the
   arena; NULL if memory is out. */
mag_timings *mag_timings_new(mag_arena *arena, unsigned worker_count);

/* Ends the stage that runs and begins another. Outside of parallel parts. */
void mag_timings_begin(mag_timings *timings, mag_timed_stage stage);
/* Ends the stage that runs. */
void mag_timings_end(mag_timings *timings);
/* What has gone through the stage that runs; from any thread. */
void mag_timings_count(mag_timings *timings, uint64_t rows, uint64_t nbytes);

/* Nanoseconds of a clock that never jumps; 0 without timings. */
uint64_t mag_timings_now(const mag_timings *timings);
/* A thread did this work since then (mag_timings_now, or what this function returned). Only the
   thread of that number calls. Returns now, so that calls form a chain. */
uint64_t mag_timings_add(mag_timings *timings, unsigned worker_idx, mag_work work, uint64_t since);

/* What was measured, so far. */
mag_stage_time mag_timings_of_stage(const mag_timings *timings, mag_timed_stage stage);
double mag_timings_of_work(const mag_timings *timings, unsigned worker_idx, mag_work work);
unsigned mag_timings_worker_count(const mag_timings *timings);
/* Wall seconds since the first stage began. */
double mag_timings_total(const mag_timings *timings);

const char *mag_timed_stage_name(mag_timed_stage stage);
const char *mag_work_name(mag_work work);

#endif
