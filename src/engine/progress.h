/* How far a run has come. The engine counts, from any thread; whoever started the run is asked to
   look after each step, and decides itself when to say something. NULL: nobody looks. Counts only,
   never a patient's value. */
#ifndef MAG_ENGINE_PROGRESS_H
#define MAG_ENGINE_PROGRESS_H

#include <stdatomic.h>
#include <stdint.h>

typedef enum mag_progress_stage {
    MAG_PROGRESS_READING,   /* done: bytes of the input as it lies there */
    MAG_PROGRESS_SETTLING,  /* partitions */
    MAG_PROGRESS_SCREENING, /* partitions */
    MAG_PROGRESS_WRITING,   /* rows of the result */
    MAG_PROGRESS_COUNT
} mag_progress_stage;

typedef struct mag_progress mag_progress;
struct mag_progress {
    _Atomic unsigned stage;       /* a mag_progress_stage */
    _Atomic uint64_t done, total; /* total 0: nobody knows it */
    _Atomic uint64_t rows;        /* so far in this stage */
    /* Called from any thread, by several at once; must be quick. */
    void (*look)(mag_progress *progress);
};

/* A stage begins. Outside of parallel parts. */
void mag_progress_begin(mag_progress *progress, mag_progress_stage stage, uint64_t total);
/* That much more is done. From any thread; once per block, partition or batch. */
void mag_progress_add(mag_progress *progress, uint64_t done, uint64_t rows);

#endif
