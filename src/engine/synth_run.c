/* Waves of blocks: all workers make and pack the blocks of a wave, then they are put one by one.

     wave    [0 1 2 3 4 5 6 7]   [8 9 ...
     worker   made in any order
     store    0 1 2 3 4 5 6 7     8 9 ...
 */
#include "engine/synth_run.h"

#include "engine/parallel.h"

enum { BLOCKS_PER_WORKER = 4 };

typedef struct wave {
    const mag_synth_plan *plan;
    mag_synth_store *store;
    mag_synth_block *blocks;
    uint64_t first;
    unsigned block_count;
} wave;

static mag_status make_block(void *context, unsigned unit_idx, unsigned worker_idx,
                             mag_error *err) {
    const wave *w = context;
    mag_synth_block *block = &w->blocks[unit_idx];
    MAG_TRY(mag_synth_block_make(block, w->plan, w->first + unit_idx, err));
    return w->store->ops->pack ? w->store->ops->pack(w->store, block, worker_idx, err) : MAG_OK;
}

static void add_totals(mag_synth_totals *sum, const mag_synth_totals *more) {
    sum->patients += more->patients;
    sum->planted += more->planted;
    sum->dirty += more->dirty;
    for (unsigned sheet = 0; sheet < MAG_SYNTH_SHEETS; sheet++)
        sum->rows[sheet] += more->rows[sheet];
}

static mag_status run_wave(wave *w, const mag_synth_run_settings *settings,
                           mag_synth_totals *totals, mag_error *err) {
    if (settings->is_stopped && settings->is_stopped(settings->stop_context))
        return mag_fail(err, MAG_E_INTERRUPTED, MAG_MSG_P401, "stopped while writing a cohort");
    MAG_TRY(mag_parallel_for(w->block_count, settings->worker_count, make_block, w, err));
    for (unsigned i = 0; i < w->block_count; i++) {
        add_totals(totals, &w->blocks[i].totals);
        MAG_TRY(w->store->ops->put(w->store, &w->blocks[i], err));
    }
    return MAG_OK;
}

mag_status mag_synth_run(const mag_synth_plan *plan, mag_synth_store *store,
                         const mag_synth_run_settings *settings, mag_account *account,
                         mag_synth_totals *totals, mag_error *err) {
    unsigned room = BLOCKS_PER_WORKER * settings->worker_count;
    uint64_t block_count = mag_synth_block_count(plan);
    *totals = (mag_synth_totals){0};
    mag_arena *arena = mag_arena_new(account);
    mag_synth_block *blocks = arena ? mag_arena_alloc(arena, room * sizeof *blocks) : NULL;
    if (!blocks) {
        mag_arena_free(arena);
        return mag_fail_memory(err, room * sizeof *blocks);
    }
    for (unsigned i = 0; i < room; i++)
        mag_synth_block_init(&blocks[i], store->ops->form, account);
    mag_status status = MAG_OK;
    for (uint64_t first = 0; first < block_count && status == MAG_OK; first += room) {
        uint64_t left = block_count - first;
        wave w = {plan, store, blocks, first, left < room ? (unsigned)left : room};
        status = run_wave(&w, settings, totals, err);
    }
    for (unsigned i = 0; i < room; i++)
        mag_synth_block_done(&blocks[i]);
    mag_arena_free(arena);
    return status;
}
