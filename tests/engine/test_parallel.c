#include "engine/engine_test.h"

#include "engine/parallel.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum { UNIT_COUNT = 64 };

typedef struct test_job {
    bool fails[UNIT_COUNT];
    atomic_int runs[UNIT_COUNT];
    unsigned worker_count;
    atomic_int strangers;
} test_job;

static mag_status work(void *context, unsigned unit_idx, unsigned worker_idx, mag_error *err) {
    test_job *job = context;
    atomic_fetch_add(&job->runs[unit_idx], 1);
    if (worker_idx >= job->worker_count)
        atomic_fetch_add(&job->strangers, 1);
    if (!job->fails[unit_idx])
        return MAG_OK;
    return mag_fail(err, unit_idx % 2 == 0 ? MAG_E_INPUT : MAG_E_INTERNAL, MAG_MSG_X701, "unit %u",
                    unit_idx);
}

static const unsigned WORKERS[] = {1, 2, 3, 8, 64};

static void runs_every_unit_once_on_known_workers(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof WORKERS / sizeof WORKERS[0]; i++) {
        test_job job = {.worker_count = WORKERS[i]};
        assert_int_equal(mag_parallel_for(UNIT_COUNT, WORKERS[i], work, &job, NULL), MAG_OK);
        for (unsigned unit = 0; unit < UNIT_COUNT; unit++)
            assert_int_equal(job.runs[unit], 1);
        assert_int_equal(job.strangers, 0);
    }
}

static void reports_the_lowest_failed_unit_for_any_number_of_threads(void **state) {
    uint64_t seed = 7;
    (void)state;
    for (unsigned round = 0; round < 200; round++) {
        test_job job = {.worker_count = WORKERS[round % 5]};
        unsigned lowest = UNIT_COUNT;
        for (unsigned k = 0; k < 1 + round % 4; k++) {
            unsigned unit = (unsigned)(test_random(&seed) % UNIT_COUNT);
            job.fails[unit] = true;
            lowest = unit < lowest ? unit : lowest;
        }
        mag_error error = {0};
        char expected[32];
        snprintf(expected, sizeof expected, "unit %u", lowest);
        mag_status status = mag_parallel_for(UNIT_COUNT, job.worker_count, work, &job, &error);
        assert_int_equal(status, lowest % 2 == 0 ? MAG_E_INPUT : MAG_E_INTERNAL);
        assert_int_equal(error.status, status);
        assert_string_equal(error.text, expected);
        for (unsigned unit = 0; unit <= lowest; unit++)
            assert_int_equal(job.runs[unit], 1);
    }
}

static void uses_no_more_workers_than_units(void **state) {
    (void)state;
    assert_int_equal(mag_parallel_worker_count(8, 3), 3);
    assert_int_equal(mag_parallel_worker_count(8, 64), 8);
    assert_int_equal(mag_parallel_worker_count(1, 64), 1);
    assert_int_equal(mag_parallel_worker_count(5, 0), 1);
    assert_true(mag_parallel_worker_count(0, 64) >= 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(runs_every_unit_once_on_known_workers),
        cmocka_unit_test(reports_the_lowest_failed_unit_for_any_number_of_threads),
        cmocka_unit_test(uses_no_more_workers_than_units),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
