/* A settled partition shows the same from disk as from memory, and what was asked of all patients
   is known while none of them is in memory. */
#include "made_cohort.h"

#include "cohort/use_counts.h"

#include <unistd.h>

static int set_up(void **state) {
    (void)state;
    made_open();
    feed_people();
    feed_labs(LABS);
    feed_others();
    settle(&f);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    made_close();
    return 0;
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

static void put_away_all(void) {
    for (unsigned p = 0; p < MAG_PARTITION_COUNT; p++)
        must(&f, mag_cohort_put_away(f.cohort, p, &f.err));
}

/* As dump_all, holding one partition at a time. */
static mag_text dump_held(void) {
    mag_text out;
    mag_text_init(&out, &f.account);
    for (unsigned p = 0; p < MAG_PARTITION_COUNT; p++) {
        must(&f, mag_cohort_hold(f.cohort, p, &f.err));
        for (size_t i = 0; i < mag_cohort_patient_count(f.cohort, p); i++) {
            mag_timeline timeline;
            mag_timeline_of(f.cohort, p, i, &timeline);
            dump_patient(&f, &timeline, &out);
        }
        mag_cohort_let_go(f.cohort, p);
    }
    mag_text_add_char(&out, '\0');
    return out;
}

static void timelines_from_disk_show_the_same(void **state) {
    (void)state;
    mag_text before = dump_all(&f);
    const size_t used = f.account.used_nbytes;
    assert_true(strlen(mag_text_span(&before).at) > LABS * 20);
    put_away_all();
    assert_true(f.account.used_nbytes < used);
    for (unsigned p = 0; p < MAG_PARTITION_COUNT; p++)
        assert_false(mag_cohort_is_here(f.cohort, p));
    for (int round = 0; round < 2; round++) {
        mag_text after = dump_held();
        assert_string_equal(mag_text_span(&after).at, mag_text_span(&before).at);
        mag_text_done(&after);
    }
    assert_int_equal(mag_spill_segment_count(file), MAG_PARTITION_COUNT);
    mag_text_done(&before);
}

/* Some away, some held, some never away, chosen by a seed. */
static void any_mixture_of_memory_and_disk_shows_the_same(void **state) {
    (void)state;
    mag_text before = dump_all(&f);
    for (uint64_t seed = 1; seed <= 5; seed++) {
        random_state = seed;
        for (int step = 0; step < 200; step++) {
            const unsigned p = pick(MAG_PARTITION_COUNT);
            if (pick(2))
                must(&f, mag_cohort_put_away(f.cohort, p, &f.err));
            else
                must(&f, mag_cohort_hold(f.cohort, p, &f.err));
        }
        mag_text after = dump_held();
        assert_string_equal(mag_text_span(&after).at, mag_text_span(&before).at);
        mag_text_done(&after);
    }
    mag_text_done(&before);
}

static void what_is_asked_of_all_is_known_without_them(void **state) {
    (void)state;
    mag_use_counts before, after;
    size_t sites = 0, patients = 0;
    mag_cohort_count_use(f.cohort, "labs", &before);
    put_away_all();
    mag_cohort_count_use(f.cohort, "labs", &after);
    assert_memory_equal(&before, &after, sizeof before);
    assert_true(after.analytes[MAG_MAGNESIUM].rows > 0);
    for (unsigned p = 0; p < MAG_PARTITION_COUNT; p++) {
        size_t count;
        const uint32_t *ids = mag_cohort_sites(f.cohort, p, &count);
        for (size_t i = 1; i < count; i++)
            assert_true(ids[i - 1] < ids[i]);
        sites = count > sites ? count : sites;
        patients += mag_cohort_patient_count(f.cohort, p);
        assert_true(mag_cohort_settled_nbytes(f.cohort, p) > 0);
    }
    assert_in_range(sites, 2, 7);
    assert_int_equal(patients, PATIENTS);
}

static void the_size_told_is_the_size_taken(void **state) {
    (void)state;
    const unsigned p = mag_cohort_partition_idx(mag_span_of("p1"));
    const size_t told = mag_cohort_settled_nbytes(f.cohort, p);
    must(&f, mag_cohort_put_away(f.cohort, p, &f.err));
    const size_t used = f.account.used_nbytes;
    assert_int_equal(mag_cohort_settled_nbytes(f.cohort, p), told);
    must(&f, mag_cohort_hold(f.cohort, p, &f.err));
    assert_int_equal(f.account.used_nbytes - used, told);
    assert_true(mag_cohort_is_here(f.cohort, p));
    mag_cohort_let_go(f.cohort, p);
    assert_int_equal(f.account.used_nbytes, used);
}

static void a_forgotten_partition_gives_everything_back(void **state) {
    (void)state;
    put_away_all();
    for (unsigned p = 0; p < MAG_PARTITION_COUNT; p++) {
        must(&f, mag_cohort_hold(f.cohort, p, &f.err));
        mag_cohort_forget(f.cohort, p);
        assert_false(mag_cohort_is_here(f.cohort, p));
        must(&f, mag_cohort_hold(f.cohort, p, &f.err)); /* there is nothing to hold */
        assert_false(mag_cohort_is_here(f.cohort, p));
    }
}

static void a_damaged_segment_ends_the_holding(void **state) {
    (void)state;
    const unsigned p = mag_cohort_partition_idx(mag_span_of("p1"));
    put_away_all();
    const size_t used = f.account.used_nbytes;
    assert_int_equal(ftruncate(mag_spill_descriptor(file), 1000), 0);
    assert_int_equal(mag_cohort_hold(f.cohort, p, &f.err), MAG_E_RESOURCE);
    assert_int_equal(f.err.message, MAG_MSG_P409);
    assert_false(mag_cohort_is_here(f.cohort, p));
    assert_int_equal(f.account.used_nbytes, used);
}

static void without_room_nothing_is_held(void **state) {
    (void)state;
    const unsigned p = mag_cohort_partition_idx(mag_span_of("p1"));
    f.account.limit_nbytes = f.account.used_nbytes + 64;
    assert_int_equal(mag_cohort_put_away(f.cohort, p, &f.err), MAG_E_RESOURCE);
    assert_true(mag_cohort_is_here(f.cohort, p));
    f.account.limit_nbytes = 0;
    must(&f, mag_cohort_put_away(f.cohort, p, &f.err));
    f.account.limit_nbytes = f.account.used_nbytes + 64;
    assert_int_equal(mag_cohort_hold(f.cohort, p, &f.err), MAG_E_RESOURCE);
    assert_int_equal(f.err.message, MAG_MSG_P402);
    f.account.limit_nbytes = 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(timelines_from_disk_show_the_same),
        TEST(any_mixture_of_memory_and_disk_shows_the_same),
        TEST(what_is_asked_of_all_is_known_without_them),
        TEST(the_size_told_is_the_size_taken),
        TEST(a_forgotten_partition_gives_everything_back),
        TEST(a_damaged_segment_ends_the_holding),
        TEST(without_room_nothing_is_held),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
