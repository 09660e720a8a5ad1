/* A rule's examples are a unit of work: each makes a world of its own, so that threads share the
   pack and the code book alone. */
#include "engine/example_threads.h"

#include "engine/parallel.h"

typedef struct worker {
    mag_arena *arena; /* of what its results say */
    mag_evaluator *evaluator;
} worker;

typedef struct example_job {
    const mag_pack *pack;
    const mag_codebook *book;
    worker *workers;
    mag_example_result *results;
    size_t *first; /* result of each rule */
    size_t count;
} example_job;

static mag_status run_rule(void *context, unsigned rule_idx, unsigned worker_idx, mag_error *err) {
    example_job *job = context;
    const worker *mine = &job->workers[worker_idx];
    return mag_examples_run_rule(mine->arena, mine->evaluator, job->book, rule_idx,
                                 &job->results[job->first[rule_idx]], err);
}

static mag_status make_room(example_job *job, unsigned worker_count, mag_arena *arena,
                            mag_error *err) {
    const size_t rule_count = mag_pack_rule_count(job->pack);
    job->first = mag_arena_alloc(arena, rule_count * sizeof *job->first);
    job->workers = mag_arena_alloc(arena, worker_count * sizeof *job->workers);
    if (!job->first || !job->workers)
        return mag_fail_memory(err, rule_count * sizeof *job->first);
    for (size_t i = 0; i < rule_count; i++) {
        job->first[i] = job->count;
        job->count += mag_pack_example_count(job->pack, i);
    }
    job->results = mag_arena_alloc(arena, (job->count + 1) * sizeof *job->results);
    return job->results ? MAG_OK : mag_fail_memory(err, job->count * sizeof *job->results);
}

static mag_status make_workers(example_job *job, unsigned worker_count, mag_account *account,
                               mag_error *err) {
    for (unsigned i = 0; i < worker_count; i++) {
        job->workers[i].arena = mag_arena_new(account);
        if (!job->workers[i].arena)
            return mag_fail_memory(err, sizeof(void *));
        MAG_TRY(mag_evaluator_new(&job->workers[i].evaluator, job->pack, account, err));
    }
    return MAG_OK;
}

/* What the results say outlives the workers. */
static mag_status keep_texts(example_job *job, mag_arena *arena, mag_error *err) {
    for (size_t i = 0; i < job->count; i++) {
        mag_example_result *result = &job->results[i];
        result->got = mag_arena_text(arena, mag_span_of(result->got));
        result->why = mag_arena_text(arena, mag_span_of(result->why));
        if (!result->got || !result->why)
            return mag_fail_memory(err, sizeof *result);
    }
    return MAG_OK;
}

mag_status mag_examples_run_by(unsigned worker_count, mag_arena *arena, const mag_pack *pack,
                               const mag_codebook *book, const mag_example_result **results,
                               size_t *count, mag_error *err) {
    if (worker_count <= 1)
        return mag_examples_run(arena, pack, book, results, count, err);
    example_job job = {.pack = pack, .book = book};
    MAG_TRY(make_room(&job, worker_count, arena, err));
    mag_status status = make_workers(&job, worker_count, mag_arena_account(arena), err);
    if (status == MAG_OK)
        status = mag_parallel_for((unsigned)mag_pack_rule_count(pack), worker_count, run_rule, &job,
                                  err);
    if (status == MAG_OK)
        status = keep_texts(&job, arena, err);
    for (unsigned i = 0; i < worker_count; i++) {
        mag_evaluator_free(job.workers[i].evaluator);
        mag_arena_free(job.workers[i].arena);
    }
    *results = job.results;
    *count = job.count;
    return status;
}
