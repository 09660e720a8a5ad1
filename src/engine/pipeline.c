#include "engine/pipeline.h"

#include "engine/parallel.h"

#include <stddef.h>

enum { BATCHES_PER_WORKER = 4, HALF_LIMIT = MAG_PIPELINE_BATCH_LIMIT / 2 };

/* Batches of a half are filled from the first on. */
typedef struct half {
    unsigned first, count;
    mag_error faults[HALF_LIMIT]; /* of filling or working; status MAG_OK: none */
} half;

typedef struct pipeline_state {
    const mag_pipeline *pipeline;
    half halves[2];
    unsigned half_size, at_work; /* index of the half that is worked on */
    bool is_over;                /* nothing is filled any more */
    mag_error fault;             /* the first one, in the order of the batches */
} pipeline_state;

static unsigned half_size_of(unsigned worker_count) {
    const unsigned wanted = worker_count <= 1 ? 1 : worker_count * BATCHES_PER_WORKER;
    return wanted < HALF_LIMIT ? wanted : HALF_LIMIT;
}

unsigned mag_pipeline_batch_count(unsigned worker_count) {
    return 2 * half_size_of(worker_count);
}

/* A batch whose filling failed has its turn, too: what comes before it is done first. */
static void fill(pipeline_state *state, half *to, unsigned worker_idx) {
    const mag_pipeline *pipeline = state->pipeline;
    for (to->count = 0; to->count < state->half_size && !state->is_over; to->count++) {
        mag_error *fault = &to->faults[to->count];
        bool is_over = false;
        *fault = (mag_error){0};
        fault->status =
            pipeline->fill(pipeline->context, to->first + to->count, worker_idx, &is_over, fault);
        if (is_over && fault->status == MAG_OK) {
            state->is_over = true;
            return;
        }
        state->is_over = fault->status != MAG_OK;
    }
}

static void drain(pipeline_state *state, half *from, unsigned worker_idx) {
    const mag_pipeline *pipeline = state->pipeline;
    for (unsigned i = 0; i < from->count && state->fault.status == MAG_OK; i++) {
        mag_error *fault = &from->faults[i];
        if (fault->status == MAG_OK)
            fault->status = pipeline->drain(pipeline->context, from->first + i, worker_idx, fault);
        if (fault->status != MAG_OK)
            state->fault = *fault;
    }
    from->count = 0;
    state->is_over |= state->fault.status != MAG_OK;
}

/* Faults are kept: that of an earlier batch counts, wherever it shows. */
static mag_status do_unit(void *context, unsigned unit_idx, unsigned worker_idx, mag_error *err) {
    pipeline_state *state = context;
    const mag_pipeline *pipeline = state->pipeline;
    (void)err;
    half *here = &state->halves[state->at_work], *other = &state->halves[!state->at_work];
    if (unit_idx == 0) {
        drain(state, other, worker_idx);
        fill(state, other, worker_idx);
        return MAG_OK;
    }
    mag_error *fault = &here->faults[unit_idx - 1];
    if (fault->status == MAG_OK)
        fault->status =
            pipeline->work(pipeline->context, here->first + unit_idx - 1, worker_idx, fault);
    return MAG_OK;
}

mag_status mag_pipeline_run(const mag_pipeline *pipeline, mag_error *err) {
    pipeline_state state = {.pipeline = pipeline,
                            .half_size = half_size_of(pipeline->worker_count)};
    state.halves[1].first = state.half_size;
    fill(&state, &state.halves[0], 0);
    while (state.halves[0].count + state.halves[1].count > 0) {
        MAG_TRY(mag_parallel_for(1 + state.halves[state.at_work].count, pipeline->worker_count,
                                 do_unit, &state, err));
        state.at_work = !state.at_work;
    }
    if (state.fault.status != MAG_OK && err != NULL)
        *err = state.fault;
    return state.fault.status;
}
