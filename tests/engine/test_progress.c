#include "engine/engine_test.h"

#include "engine/parallel.h"
#include "engine/progress.h"

enum { UNITS = 256 };

static atomic_uint looks;

static void count_looks(mag_progress *progress) {
    (void)progress;
    atomic_fetch_add(&looks, 1);
}

static mag_status step(void *context, unsigned unit_idx, unsigned worker_idx, mag_error *err) {
    (void)worker_idx;
    (void)err;
    mag_progress_add(context, unit_idx, 2);
    return MAG_OK;
}

static void steps_of_all_threads_add_up_and_each_is_looked_at(void **state) {
    (void)state;
    mag_progress progress = {.look = count_looks};
    atomic_store(&looks, 0);
    mag_progress_begin(&progress, MAG_PROGRESS_SCREENING, UNITS);
    assert_int_equal(mag_parallel_for(UNITS, 4, step, &progress, NULL), MAG_OK);
    assert_int_equal(progress.done, UNITS * (UNITS - 1) / 2);
    assert_int_equal(progress.rows, 2 * UNITS);
    assert_int_equal(progress.total, UNITS);
    assert_int_equal(progress.stage, MAG_PROGRESS_SCREENING);
    assert_int_equal(atomic_load(&looks), UNITS + 1);
}

static void a_stage_begins_at_nothing(void **state) {
    (void)state;
    mag_progress progress = {.look = count_looks};
    mag_progress_begin(&progress, MAG_PROGRESS_READING, 1000);
    mag_progress_add(&progress, 400, 4);
    mag_progress_begin(&progress, MAG_PROGRESS_WRITING, 0);
    assert_int_equal(progress.stage, MAG_PROGRESS_WRITING);
    assert_int_equal(progress.done, 0);
    assert_int_equal(progress.rows, 0);
    assert_int_equal(progress.total, 0);
}

static void nobody_has_to_look(void **state) {
    (void)state;
    mag_progress_begin(NULL, MAG_PROGRESS_READING, 1);
    mag_progress_add(NULL, 1, 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(steps_of_all_threads_add_up_and_each_is_looked_at),
        cmocka_unit_test(a_stage_begins_at_nothing),
        cmocka_unit_test(nobody_has_to_look),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
