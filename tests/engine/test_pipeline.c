#include "engine/engine_test.h"

#include "engine/pipeline.h"

#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

enum { ITEM_LIMIT = 3000, PER_BATCH = 3, STEP_COUNT = 3 };
enum { FILL, WORK, DRAIN };

/* Items 0, 1, 2 ... go through batches of three and must come out in order, doubled. */
typedef struct test_job {
    unsigned item_count, next, drained;
    int failing_batch[STEP_COUNT]; /* counted from 0; -1: none */
    unsigned filled_batches, drained_batches;
    struct {
        unsigned number, count, items[PER_BATCH];
        bool is_worked;
    } batches[MAG_PIPELINE_BATCH_LIMIT];
    atomic_int wrong, serial_users;
} test_job;

static mag_status fail_here(test_job *job, int step, unsigned number, mag_error *err) {
    static const char *const names[] = {"fill", "work", "drain"};
    if (job->failing_batch[step] != (int)number)
        return MAG_OK;
    return mag_fail(err, step == WORK ? MAG_E_INPUT : MAG_E_RESOURCE, MAG_MSG_X701, "%s %u",
                    names[step], number);
}

/* Filling and draining are done by one thread at a time. */
static void enter(test_job *job) {
    if (atomic_fetch_add(&job->serial_users, 1) != 0)
        atomic_fetch_add(&job->wrong, 1);
}

static mag_status leave(test_job *job, mag_status status) {
    atomic_fetch_sub(&job->serial_users, 1);
    return status;
}

static mag_status fill(void *context, unsigned batch_idx, unsigned worker_idx, bool *is_over,
                       mag_error *err) {
    test_job *job = context;
    (void)worker_idx;
    enter(job);
    job->batches[batch_idx].number = job->filled_batches;
    job->batches[batch_idx].count = 0;
    job->batches[batch_idx].is_worked = false;
    while (job->batches[batch_idx].count < PER_BATCH && job->next < job->item_count)
        job->batches[batch_idx].items[job->batches[batch_idx].count++] = job->next++;
    *is_over = job->batches[batch_idx].count == 0;
    return leave(job, fail_here(job, FILL, job->filled_batches++, err));
}

static mag_status work(void *context, unsigned batch_idx, unsigned worker_idx, mag_error *err) {
    test_job *job = context;
    (void)worker_idx;
    for (unsigned i = 0; i < job->batches[batch_idx].count; i++)
        job->batches[batch_idx].items[i] *= 2;
    if (job->batches[batch_idx].is_worked)
        atomic_fetch_add(&job->wrong, 1);
    job->batches[batch_idx].is_worked = true;
    return fail_here(job, WORK, job->batches[batch_idx].number, err);
}

static mag_status drain(void *context, unsigned batch_idx, unsigned worker_idx, mag_error *err) {
    test_job *job = context;
    (void)worker_idx;
    enter(job);
    if (job->batches[batch_idx].number != job->drained_batches ||
        !job->batches[batch_idx].is_worked)
        atomic_fetch_add(&job->wrong, 1);
    for (unsigned i = 0; i < job->batches[batch_idx].count; i++)
        if (job->batches[batch_idx].items[i] != 2 * job->drained++)
            atomic_fetch_add(&job->wrong, 1);
    return leave(job, fail_here(job, DRAIN, job->drained_batches++, err));
}

static mag_status run(test_job *job, unsigned worker_count, mag_error *err) {
    const mag_pipeline pipeline = {worker_count, job, fill, work, drain};
    const mag_status status = mag_pipeline_run(&pipeline, err);
    assert_int_equal(job->wrong, 0);
    return status;
}

static const unsigned WORKERS[] = {1, 2, 3, 8, 64};
enum { WORKERS_COUNT = 5 };

static void everything_comes_out_once_and_in_order(void **state) {
    static const unsigned counts[] = {0, 1, 2, 3, 4, 6, 24, 25, 150, 1000, ITEM_LIMIT};
    (void)state;
    for (size_t w = 0; w < WORKERS_COUNT; w++)
        for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
            static test_job job;
            memset(&job, 0, sizeof job);
            job.item_count = counts[i];
            memset(job.failing_batch, -1, sizeof job.failing_batch);
            assert_int_equal(run(&job, WORKERS[w], NULL), MAG_OK);
            assert_int_equal(job.drained, counts[i]);
            assert_int_equal(job.drained_batches, (counts[i] + PER_BATCH - 1) / PER_BATCH);
        }
}

/* What one thread meets first, going through the batches one by one. */
static void expect_first(const test_job *job, char expected[32], unsigned *drained_batches) {
    static const char *const names[] = {"fill", "work", "drain"};
    int least = job->failing_batch[FILL], step = FILL;
    for (int i = WORK; i <= DRAIN; i++)
        if (job->failing_batch[i] < least) {
            least = job->failing_batch[i];
            step = i;
        }
    snprintf(expected, 32, "%s %d", names[step], least);
    *drained_batches = (unsigned)least + (step == DRAIN);
}

static void the_first_fault_in_the_order_of_batches_counts_for_any_number_of_threads(void **state) {
    uint64_t seed = 11;
    (void)state;
    for (unsigned round = 0; round < 400; round++) {
        static test_job job;
        char expected[32];
        unsigned drained_batches;
        mag_error error = {0};
        memset(&job, 0, sizeof job);
        job.item_count = ITEM_LIMIT;
        for (int i = 0; i < STEP_COUNT; i++)
            job.failing_batch[i] = (int)(test_random(&seed) % (round % 2 == 0 ? 12 : 900));
        expect_first(&job, expected, &drained_batches);
        assert_int_not_equal(run(&job, WORKERS[round % WORKERS_COUNT], &error), MAG_OK);
        assert_string_equal(error.text, expected);
        assert_int_equal(job.drained_batches, drained_batches);
        assert_int_equal(error.status, expected[0] == 'w' ? MAG_E_INPUT : MAG_E_RESOURCE);
    }
}

static void more_threads_have_more_batches_up_to_a_limit(void **state) {
    (void)state;
    assert_int_equal(mag_pipeline_batch_count(0), 2);
    assert_int_equal(mag_pipeline_batch_count(1), 2);
    assert_true(mag_pipeline_batch_count(2) >= 4);
    assert_true(mag_pipeline_batch_count(3) > mag_pipeline_batch_count(2));
    assert_int_equal(mag_pipeline_batch_count(1024), MAG_PIPELINE_BATCH_LIMIT);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(everything_comes_out_once_and_in_order),
        cmocka_unit_test(the_first_fault_in_the_order_of_batches_counts_for_any_number_of_threads),
        cmocka_unit_test(more_threads_have_more_batches_up_to_a_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
