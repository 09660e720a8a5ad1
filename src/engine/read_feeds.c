/* One producer for each file, and blocks of a pool between it and whoever has time:

     file 0 ─▶ cut ─▶ [block] ─┐
     file 1 ─▶ cut ─▶ [block] ─┼─▶ tasks ─▶ decode ─▶ lane of the thread ─▶ block back to the pool
       ...                     ┘
   A producer never waits: if the pool has no block left, it cuts into one of its own and decodes
   that itself. So one thread would be enough to get on, and no more than the pool lies between. */
#include "engine/read_feeds.h"

#include "cohort/feed.h"
#include "engine/parallel.h"

#include <pthread.h>

/* What goes on with one feed. */
typedef struct feed_state {
    mag_feed *feed;
    uint64_t in_nbytes;    /* read of the file so far; its producer's */
    _Atomic unsigned left; /* its producer, and blocks that are not decoded */
    bool has_fault;        /* under the lock ... */
    mag_feed_fault fault;  /* ... of the lowest block */
} feed_state;

typedef struct pooled_block {
    mag_csv_block block;
    feed_state *of;
    struct pooled_block *next;
} pooled_block;

typedef struct reading {
    const mag_run_inputs *inputs;
    mag_cohort *cohort;
    mag_account *account;
    mag_feed_watch watch;
    feed_state *feeds;
    size_t feed_count;
    uint64_t in_nbytes, since;    /* of one thread alone: of the file at hand, and what runs */
    _Atomic size_t lowest_failed; /* feed; feed_count: none */
    pthread_mutex_t lock;         /* of the pool and of faults; held for some instructions */
    pooled_block *blocks, *free_blocks;
    size_t block_count;
} reading;

static size_t idx_of(const reading *job, const feed_state *state) {
    return (size_t)(state - job->feeds);
}

/* --- faults --------------------------------------------------------------------------------------
 */

static void keep_fault(reading *job, feed_state *state, const mag_feed_fault *fault) {
    const size_t idx = idx_of(job, state);
    pthread_mutex_lock(&job->lock);
    if (!state->has_fault || fault->block_number < state->fault.block_number)
        state->fault = *fault;
    state->has_fault = true;
    if (idx < atomic_load(&job->lowest_failed))
        atomic_store(&job->lowest_failed, idx);
    pthread_mutex_unlock(&job->lock);
}

/* What lies above a fault counts for nothing: it need not be read. */
static bool is_dropped(reading *job, feed_state *state, uint64_t block_number) {
    const size_t lowest = atomic_load(&job->lowest_failed), idx = idx_of(job, state);
    if (idx != lowest)
        return idx > lowest;
    pthread_mutex_lock(&job->lock);
    const bool is_above = state->fault.block_number < block_number;
    pthread_mutex_unlock(&job->lock);
    return is_above;
}

/* --- blocks --------------------------------------------------------------------------------------
 */

static pooled_block *take_block(reading *job) {
    pthread_mutex_lock(&job->lock);
    pooled_block *taken = job->free_blocks;
    if (taken)
        job->free_blocks = taken->next;
    pthread_mutex_unlock(&job->lock);
    return taken;
}

static void give_block(reading *job, pooled_block *block) {
    pthread_mutex_lock(&job->lock);
    block->next = job->free_blocks;
    job->free_blocks = block;
    pthread_mutex_unlock(&job->lock);
}

/* Whoever is the last to leave a feed closes it. */
static void leave(feed_state *state) {
    if (atomic_fetch_sub(&state->left, 1) == 1)
        state->feed->ops->close(state->feed);
}

static void decode(reading *job, feed_state *state, const mag_csv_block *block,
                   unsigned worker_idx) {
    mag_feed_fault fault = {.block_number = block->number};
    mag_lane *lane = mag_cohort_lane(job->cohort, worker_idx);
    if (is_dropped(job, state, block->number))
        return;
    const uint64_t since = mag_timings_now(job->inputs->timings);
    fault.error.status = state->feed->ops->decode(state->feed, block, lane, &fault.error);
    mag_timings_add(job->inputs->timings, worker_idx, MAG_WORK_DECODE, since);
    if (fault.error.status != MAG_OK)
        keep_fault(job, state, &fault);
}

static void decode_task(void *context, void *item, unsigned worker_idx) {
    reading *job = context;
    pooled_block *block = item;
    feed_state *state = block->of;
    decode(job, state, &block->block, worker_idx);
    give_block(job, block);
    leave(state);
}

/* --- producers -----------------------------------------------------------------------------------
 */

static mag_status cut(reading *job, feed_state *state, mag_csv_block *block, bool *is_over,
                      mag_error *err) {
    mag_feed *feed = state->feed;
    MAG_TRY(feed->ops->next(feed, block, is_over, err));
    return *is_over ? MAG_OK : mag_feed_check_stop(&job->watch, err);
}

/* *in_nbytes: what of the file was told before. */
static void tell_cut(reading *job, uint64_t *in_nbytes, const mag_csv_block *block) {
    const uint64_t now = block->stream.in_nbytes;
    mag_timings_count(job->inputs->timings, 0, block->nbytes);
    mag_progress_add(job->inputs->progress, now - *in_nbytes, 0);
    *in_nbytes = now;
}

static void tell_rows(void *context, uint64_t row_count) {
    reading *job = context;
    mag_timings_count(job->inputs->timings, row_count, 0);
    mag_progress_add(job->inputs->progress, 0, row_count);
}

/* Cuts one block and passes it on; *is_over: there is none. */
static mag_status pass_on(reading *job, feed_state *state, pooled_block *own, unsigned worker_idx,
                          bool *is_over, mag_error *err) {
    pooled_block *block = take_block(job);
    mag_csv_block *room = block ? &block->block : &own->block;
    const uint64_t since = mag_timings_now(job->inputs->timings);
    const mag_status status = cut(job, state, room, is_over, err);
    mag_timings_add(job->inputs->timings, worker_idx, MAG_WORK_INFLATE, since);
    if (status != MAG_OK || *is_over) {
        if (block)
            give_block(job, block);
        return status;
    }
    tell_cut(job, &state->in_nbytes, room);
    if (!block) {
        decode(job, state, room, worker_idx);
        return MAG_OK;
    }
    block->of = state;
    atomic_fetch_add(&state->left, 1);
    mag_parallel_add_task(decode_task, job, block);
    return MAG_OK;
}

static mag_status produce(reading *job, feed_state *state, pooled_block *own, unsigned worker_idx,
                          mag_error *err) {
    bool is_over = false;
    MAG_TRY(state->feed->ops->open(state->feed, err));
    while (!is_over && !is_dropped(job, state, UINT64_MAX))
        MAG_TRY(pass_on(job, state, own, worker_idx, &is_over, err));
    return MAG_OK;
}

static void produce_task(void *context, void *item, unsigned worker_idx) {
    reading *job = context;
    feed_state *state = item;
    mag_feed_fault fault = {.block_number = UINT64_MAX};
    pooled_block own = {0};
    if (!is_dropped(job, state, UINT64_MAX))
        fault.error.status = produce(job, state, &own, worker_idx, &fault.error);
    if (fault.error.status != MAG_OK)
        keep_fault(job, state, &fault);
    mag_csv_block_free(&own.block, job->account);
    leave(state);
}

/* Tables of a database share connections: one thread reads them, one after the other. */
static void receive_task(void *context, void *item, unsigned worker_idx) {
    reading *job = context;
    (void)item;
    for (size_t i = 0; i < job->feed_count; i++) {
        feed_state *state = &job->feeds[i];
        mag_feed_fault fault = {0};
        if (!state->feed->ops->read || is_dropped(job, state, UINT64_MAX))
            continue;
        const uint64_t since = mag_timings_now(job->inputs->timings);
        fault.error.status = mag_feed_read(state->feed, mag_cohort_lane(job->cohort, worker_idx),
                                           &job->watch, &fault);
        mag_timings_add(job->inputs->timings, worker_idx, MAG_WORK_RECEIVE, since);
        if (fault.error.status != MAG_OK)
            keep_fault(job, state, &fault);
    }
}

static void first_task(void *context, void *item, unsigned worker_idx) {
    reading *job = context;
    (void)item, (void)worker_idx;
    mag_parallel_add_task(receive_task, job, NULL);
    for (size_t i = 0; i < job->feed_count; i++)
        if (!job->feeds[i].feed->ops->read)
            mag_parallel_add_task(produce_task, job, &job->feeds[i]);
}

/* --- all of it -----------------------------------------------------------------------------------
 */

static mag_status prepare(reading *job, mag_arena *arena, mag_list *feeds, unsigned worker_count,
                          mag_error *err) {
    mag_feed *const *all = feeds->items;
    job->block_count = 2 * (size_t)worker_count;
    job->feeds = mag_arena_alloc(arena, feeds->count * sizeof *job->feeds);
    job->blocks = mag_arena_alloc(arena, job->block_count * sizeof *job->blocks);
    if (!job->feeds || !job->blocks)
        return mag_fail_memory(err, feeds->count * sizeof *job->feeds);
    for (size_t i = 0; i < feeds->count; i++) {
        job->feeds[i].feed = all[i];
        atomic_init(&job->feeds[i].left, 1);
    }
    for (size_t i = 0; i < job->block_count; i++) {
        job->blocks[i].next = job->free_blocks;
        job->free_blocks = &job->blocks[i];
    }
    return mag_cohort_add_lanes(job->cohort, worker_count, err);
}

static mag_status finish_in_order(reading *job, mag_error *err) {
    for (size_t i = 0; i < job->feed_count; i++) {
        feed_state *state = &job->feeds[i];
        uint32_t last_line = UINT32_MAX;
        const mag_status status = state->feed->ops->finish(
            state->feed, state->has_fault ? &state->fault : NULL, &last_line, err);
        if (status == MAG_OK)
            continue;
        mag_cohort_cut_files(job->cohort, state->feed->file_id, last_line);
        return status;
    }
    return MAG_OK;
}

/* Rejects of all lanes are needed whatever happened; the rest only where the run goes on. */
static mag_status join(reading *job, mag_error *err) {
    mag_error ignored;
    const mag_status rejects = mag_cohort_join_rejects(job->cohort, &ignored);
    MAG_TRY(finish_in_order(job, err));
    if (rejects != MAG_OK) {
        if (err)
            *err = ignored;
        return rejects;
    }
    return mag_cohort_join_tables(job->cohort, err);
}

/* --- what is told of it --------------------------------------------------------------------------
 */

/* 0: somebody's size is not known. */
static uint64_t size_of(const mag_list *feeds) {
    uint64_t sum = 0;
    for (size_t i = 0; i < feeds->count; i++) {
        const mag_feed *feed = ((mag_feed *const *)feeds->items)[i];
        const uint64_t nbytes = feed->ops->size ? feed->ops->size(feed) : 0;
        if (nbytes == 0)
            return 0;
        sum += nbytes;
    }
    return sum;
}

static void listen(reading *job, bool is_on) {
    for (unsigned i = 0; i < mag_cohort_lane_count(job->cohort); i++) {
        mag_lane *lane = mag_cohort_lane(job->cohort, i);
        lane->on_rows = is_on ? tell_rows : NULL;
        lane->rows_context = is_on ? job : NULL;
    }
}

/* --- who reads -----------------------------------------------------------------------------------
 */

static void note_block(void *context, const mag_csv_block *block, bool is_decoded) {
    reading *job = context;
    if (is_decoded) {
        job->since = mag_timings_add(job->inputs->timings, 0, MAG_WORK_DECODE, job->since);
        return;
    }
    if (block->number == 0)
        job->in_nbytes = 0;
    job->since = mag_timings_add(job->inputs->timings, 0, MAG_WORK_INFLATE, job->since);
    tell_cut(job, &job->in_nbytes, block);
}

static mag_status read_alone(const mag_run_inputs *inputs, mag_cohort *cohort, mag_list *feeds,
                             mag_error *err) {
    reading job = {.inputs = inputs,
                   .cohort = cohort,
                   .watch = {inputs->is_stopped, inputs->stop_context, note_block, &job},
                   .since = mag_timings_now(inputs->timings)};
    listen(&job, true);
    const mag_status status = mag_feeds_read(feeds->items, feeds->count, &job.watch, err);
    listen(&job, false);
    return status == MAG_OK ? mag_cohort_join_tables(cohort, err) : status;
}

static mag_status read_together(const mag_run_inputs *inputs, mag_cohort *cohort, mag_list *feeds,
                                unsigned worker_count, mag_error *err) {
    reading job = {.inputs = inputs,
                   .cohort = cohort,
                   .account = inputs->account,
                   .watch = {.is_stopped = inputs->is_stopped, .context = inputs->stop_context},
                   .feed_count = feeds->count,
                   .lock = PTHREAD_MUTEX_INITIALIZER};
    atomic_init(&job.lowest_failed, feeds->count);
    mag_arena *arena = mag_arena_new(inputs->account);
    mag_status status =
        arena ? prepare(&job, arena, feeds, worker_count, err) : mag_fail_memory(err, 1);
    if (status == MAG_OK) {
        listen(&job, true);
        mag_parallel_run_tasks(worker_count, first_task, &job);
        listen(&job, false);
        status = join(&job, err);
    }
    for (size_t i = 0; i < job.block_count && job.blocks; i++)
        mag_csv_block_free(&job.blocks[i].block, inputs->account);
    for (size_t i = 0; i < feeds->count; i++) {
        mag_feed *feed = ((mag_feed *const *)feeds->items)[i];
        feed->ops->done(feed);
    }
    mag_arena_free(arena);
    return status;
}

static mag_status join_ids(void *context, unsigned partition_idx, unsigned worker_idx,
                           mag_error *err) {
    (void)worker_idx;
    return mag_cohort_join_ids(context, partition_idx, err);
}

mag_status mag_read_feeds(const mag_run_inputs *inputs, mag_cohort *cohort, mag_list *feeds,
                          mag_error *err) {
    const unsigned worker_count = mag_parallel_worker_count(inputs->thread_count, UINT32_MAX);
    mag_progress_begin(inputs->progress, MAG_PROGRESS_READING, size_of(feeds));
    if (worker_count == 1)
        return read_alone(inputs, cohort, feeds, err);
    MAG_TRY(read_together(inputs, cohort, feeds, worker_count, err));
    return mag_parallel_for(MAG_PARTITION_COUNT, worker_count, join_ids, cohort, err);
}
