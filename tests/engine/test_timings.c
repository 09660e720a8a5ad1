#include "engine/engine_test.h"

#include "engine/parallel.h"
#include "engine/timings_record.h"

#include <jansson.h>
#include <string.h>
#include <time.h>

enum { WORKERS = 3, UNITS = 64, MILLISECOND = 1000000 };

typedef struct world {
    mag_account account;
    mag_arena *arena;
    mag_timings *timings;
} world;

static void begin(world *at, unsigned worker_count) {
    at->account = (mag_account){0};
    at->arena = mag_arena_new(&at->account);
    assert_non_null(at->arena);
    at->timings = mag_timings_new(at->arena, worker_count);
    assert_non_null(at->timings);
}

static void rest(long milliseconds) {
    nanosleep(&(struct timespec){.tv_nsec = milliseconds * MILLISECOND}, NULL);
}

static void stages_follow_each_other_and_add_up_to_the_total(void **state) {
    (void)state;
    world at;
    double sum = 0;
    begin(&at, 1);
    assert_true(mag_timings_total(at.timings) == 0);
    mag_timings_begin(at.timings, MAG_TIMED_READ);
    rest(3);
    mag_timings_begin(at.timings, MAG_TIMED_SETTLE);
    rest(2);
    mag_timings_begin(at.timings, MAG_TIMED_READ); /* once more: it adds up */
    rest(2);
    assert_true(mag_timings_of_stage(at.timings, MAG_TIMED_READ).wall >= 0.005);
    mag_timings_end(at.timings);
    mag_timings_end(at.timings); /* nothing runs */
    const double total = mag_timings_total(at.timings);
    for (unsigned id = 0; id < MAG_TIMED_COUNT; id++) {
        const mag_stage_time stage = mag_timings_of_stage(at.timings, (mag_timed_stage)id);
        const bool took_place = id == MAG_TIMED_READ || id == MAG_TIMED_SETTLE;
        assert_int_equal(stage.wall > 0, took_place);
        assert_true(stage.cpu >= 0 && stage.cpu <= stage.wall + 0.5);
        sum += stage.wall;
    }
    assert_true(sum >= 0.007 && sum <= total);
    mag_arena_free(at.arena);
}

static mag_status count_and_rest(void *context, unsigned unit_idx, unsigned worker_idx,
                                 mag_error *err) {
    mag_timings *timings = context;
    (void)unit_idx;
    (void)err;
    uint64_t since = mag_timings_now(timings);
    rest(1);
    since = mag_timings_add(timings, worker_idx, MAG_WORK_DECODE, since);
    rest(1);
    mag_timings_add(timings, worker_idx, MAG_WORK_GATHER, since);
    mag_timings_count(timings, 10, 1000);
    return MAG_OK;
}

static void each_thread_has_the_work_that_it_did(void **state) {
    (void)state;
    world at;
    double sums[MAG_WORK_COUNT] = {0};
    begin(&at, WORKERS);
    mag_timings_begin(at.timings, MAG_TIMED_READ);
    assert_int_equal(mag_parallel_for(UNITS, WORKERS, count_and_rest, at.timings, NULL), MAG_OK);
    mag_timings_end(at.timings);
    const mag_stage_time stage = mag_timings_of_stage(at.timings, MAG_TIMED_READ);
    assert_int_equal(stage.rows, UNITS * 10);
    assert_int_equal(stage.nbytes, UNITS * 1000);
    for (unsigned i = 0; i < WORKERS; i++) {
        double busy = 0;
        for (unsigned work = 0; work < MAG_WORK_COUNT; work++) {
            sums[work] += mag_timings_of_work(at.timings, i, (mag_work)work);
            busy += mag_timings_of_work(at.timings, i, (mag_work)work);
        }
        assert_true(busy <= stage.wall);
        assert_true(mag_timings_rest(at.timings, i, stage.wall) <= stage.wall - busy + 1e-9);
    }
    for (unsigned work = 0; work < MAG_WORK_COUNT; work++) {
        const bool was_done = work == MAG_WORK_DECODE || work == MAG_WORK_GATHER;
        assert_int_equal(mag_timings_has_work(at.timings, (mag_work)work), was_done);
        assert_true(was_done ? sums[work] >= UNITS * 0.001 : sums[work] == 0);
    }
    mag_arena_free(at.arena);
}

static void what_has_no_place_is_not_counted(void **state) {
    (void)state;
    world at;
    begin(&at, 1);
    mag_timings_count(at.timings, 5, 5);                                    /* no stage runs */
    assert_int_equal(mag_timings_add(at.timings, 1, MAG_WORK_WRITE, 1), 0); /* no such thread */
    for (unsigned id = 0; id < MAG_TIMED_COUNT; id++)
        assert_int_equal(mag_timings_of_stage(at.timings, (mag_timed_stage)id).rows, 0);
    assert_false(mag_timings_has_work(at.timings, MAG_WORK_WRITE));
    assert_true(mag_timings_of_work(at.timings, 1, MAG_WORK_WRITE) == 0);
    assert_true(mag_timings_rest(at.timings, 0, -1) == 0);
    mag_arena_free(at.arena);
}

static void without_timings_nothing_is_measured(void **state) {
    (void)state;
    mag_timings_begin(NULL, MAG_TIMED_READ);
    mag_timings_count(NULL, 1, 1);
    assert_int_equal(mag_timings_now(NULL), 0);
    assert_int_equal(mag_timings_add(NULL, 0, MAG_WORK_WRITE, 0), 0);
    mag_timings_end(NULL);
    assert_true(mag_timings_of_stage(NULL, MAG_TIMED_READ).wall == 0);
    assert_true(mag_timings_of_work(NULL, 0, MAG_WORK_WRITE) == 0);
    assert_true(mag_timings_total(NULL) == 0);
    assert_int_equal(mag_timings_worker_count(NULL), 0);
}

static void memory_that_is_out_is_told(void **state) {
    (void)state;
    mag_account account = {.limit_nbytes = 1 << 17};
    mag_arena *arena = mag_arena_new(&account);
    assert_non_null(arena);
    assert_null(mag_timings_new(arena, 1000000));
    mag_arena_free(arena);
}

static void the_record_names_stages_that_took_place_and_every_thread(void **state) {
    (void)state;
    world at;
    mag_text text;
    mag_json json;
    begin(&at, 2);
    mag_text_init(&text, &at.account);
    mag_timings_begin(at.timings, MAG_TIMED_SCREEN);
    uint64_t since = mag_timings_now(at.timings);
    rest(1);
    mag_timings_add(at.timings, 1, MAG_WORK_EVALUATE, since);
    mag_timings_count(at.timings, 7, 0);
    mag_timings_end(at.timings);
    mag_json_begin(&json, &text, false);
    mag_timings_json(&json, at.timings);
    json_t *record = json_loadb(text.at, text.nbytes, 0, NULL);
    json_t *stages = json_object_get(record, "stages"),
           *threads = json_object_get(record, "threads");
    assert_int_equal(json_array_size(stages), 1);
    assert_string_equal(json_string_value(json_object_get(json_array_get(stages, 0), "stage")),
                        "screen");
    assert_int_equal(json_integer_value(json_object_get(json_array_get(stages, 0), "rows")), 7);
    assert_int_equal(json_array_size(threads), 2);
    for (size_t i = 0; i < 2; i++) {
        json_t *thread = json_array_get(threads, i);
        assert_int_equal(json_integer_value(json_object_get(thread, "thread")), i + 1);
        assert_int_equal(json_number_value(json_object_get(thread, "evaluate")) >= 0.001, i == 1);
        assert_int_equal(json_object_size(thread), 3); /* with rest; no other kind was done */
    }
    json_decref(record);
    mag_text_done(&text);
    mag_arena_free(at.arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stages_follow_each_other_and_add_up_to_the_total),
        cmocka_unit_test(each_thread_has_the_work_that_it_did),
        cmocka_unit_test(what_has_no_place_is_not_counted),
        cmocka_unit_test(without_timings_nothing_is_measured),
        cmocka_unit_test(memory_that_is_out_is_told),
        cmocka_unit_test(the_record_names_stages_that_took_place_and_every_thread),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
