/* Who fits under a limit: as many threads as there is room for, at least one or a refusal, and what
   can go to disk goes until the mark is kept. */
#include "cohort/made_cohort.h"

#include "engine/room.h"

static int set_up(void **state) {
    (void)state;
    made_open();
    feed_people();
    feed_labs(LABS);
    feed_others();
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    f.account.limit_nbytes = f.account.mark_nbytes = 0;
    made_close();
    return 0;
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

static size_t most_of(size_t nbytes_of(const mag_cohort *, unsigned)) {
    size_t most = 0;
    for (unsigned p = 0; p < MAG_PARTITION_COUNT; p++)
        most = nbytes_of(f.cohort, p) > most ? nbytes_of(f.cohort, p) : most;
    return most;
}

static void without_a_limit_nothing_changes(void **state) {
    (void)state;
    unsigned workers = 7;
    mag_room_for_reading(&f.account, workers);
    must(&f, mag_room_for_settling(&f.account, f.cohort, &workers, &f.err));
    settle(&f);
    must(&f, mag_room_for_screening(&f.account, f.cohort, &workers, &f.err));
    assert_int_equal(workers, 7);
    assert_int_equal(f.account.mark_nbytes, 0);
    assert_int_equal(mag_spill_segment_count(file), 0);
}

static void reading_leaves_a_share_for_each_thread_and_a_small_part_at_least(void **state) {
    (void)state;
    static const struct {
        size_t limit_mib, free_mib;
        unsigned workers;
    } cases[] = {{1024, 6, 1},      {1024, 18, 3}, {1024, 24, 4}, {1024, 384, 64},
                 {1024, 512, 1024}, {400, 12, 2},  {32, 6, 1},    {16, 8, 2}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        mag_account account = {.limit_nbytes = cases[i].limit_mib << 20};
        mag_room_for_reading(&account, cases[i].workers);
        const size_t part = account.limit_nbytes / 48;
        const size_t wanted = cases[i].free_mib << 20;
        const size_t left = account.limit_nbytes - account.mark_nbytes;
        assert_int_equal(left, wanted > part ? wanted : part);
    }
}

static void as_many_threads_settle_as_fit(void **state) {
    (void)state;
    const size_t need = most_of(mag_cohort_settling_nbytes);
    const size_t used = f.account.used_nbytes;
    for (unsigned fitting = 2; fitting <= 5; fitting++) {
        unsigned workers = 4;
        f.account.limit_nbytes = used + fitting * need;
        must(&f, mag_room_for_settling(&f.account, f.cohort, &workers, &f.err));
        assert_in_range(workers, fitting < 4 ? fitting : 4, 4);
        assert_true(f.account.mark_nbytes == f.account.limit_nbytes - workers * need);
        assert_false(mag_account_is_tight(&f.account));
    }
}

static void rows_go_to_disk_before_settling_where_they_are_in_the_way(void **state) {
    (void)state;
    unsigned workers = 1;
    f.account.limit_nbytes =
        f.account.used_nbytes + most_of(mag_cohort_settling_nbytes) - (size_t)100000;
    must(&f, mag_room_for_settling(&f.account, f.cohort, &workers, &f.err));
    assert_int_equal(workers, 1);
    assert_true(mag_spill_segment_count(file) > 0);
    assert_false(mag_account_is_tight(&f.account));
    f.account.limit_nbytes = 0;
    settle(&f);
}

static void partitions_go_to_disk_before_screening(void **state) {
    (void)state;
    enum { EVALUATORS_NBYTES = 12 << 20 };
    unsigned workers = 1;
    settle(&f);
    f.account.limit_nbytes = f.account.used_nbytes + EVALUATORS_NBYTES;
    must(&f, mag_room_for_screening(&f.account, f.cohort, &workers, &f.err));
    assert_true(mag_spill_segment_count(file) > 0);
    assert_false(mag_account_is_tight(&f.account));
    assert_false(mag_cohort_is_here(f.cohort, MAG_PARTITION_COUNT - 1));
}

static void a_limit_that_not_even_one_thread_fits_is_refused_with_what_is_missing(void **state) {
    (void)state;
    unsigned workers = 2;
    f.account.limit_nbytes = f.account.used_nbytes / 2;
    assert_int_equal(mag_room_for_settling(&f.account, f.cohort, &workers, &f.err), MAG_E_RESOURCE);
    assert_int_equal(f.err.message, MAG_MSG_P402);
    assert_non_null(strstr(f.err.text, "sorting the largest of 64 parts"));
    assert_non_null(strstr(f.err.hint, "raise --memory-limit by at least"));
    f.account.limit_nbytes = 0;
    settle(&f);
    f.account.limit_nbytes = f.account.used_nbytes;
    assert_int_equal(mag_room_for_screening(&f.account, f.cohort, &workers, &f.err),
                     MAG_E_RESOURCE);
    assert_non_null(strstr(f.err.text, "screening the largest of 64 parts"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(without_a_limit_nothing_changes),
        TEST(reading_leaves_a_share_for_each_thread_and_a_small_part_at_least),
        TEST(as_many_threads_settle_as_fit),
        TEST(rows_go_to_disk_before_settling_where_they_are_in_the_way),
        TEST(partitions_go_to_disk_before_screening),
        TEST(a_limit_that_not_even_one_thread_fits_is_refused_with_what_is_missing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
