#include "base/memory.h"

#include "base_test.h"

#include <pthread.h>

static void an_arena_gives_zeroed_aligned_bytes_that_do_not_overlap(void **state) {
    (void)state;
    mag_account account = {0};
    mag_arena *arena = mag_arena_new(&account);
    enum { COUNT = 2000 };
    unsigned char *parts[COUNT];
    for (size_t i = 0; i < COUNT; i++) {
        size_t nbytes = 1 + i * 7 % 300;
        parts[i] = mag_arena_alloc(arena, nbytes);
        assert_int_equal((uintptr_t)parts[i] % _Alignof(max_align_t), 0);
        for (size_t k = 0; k < nbytes; k++)
            assert_int_equal(parts[i][k], 0);
        memset(parts[i], (int)(i % 251) + 1, nbytes);
    }
    for (size_t i = 0; i < COUNT; i++)
        for (size_t k = 0; k < 1 + i * 7 % 300; k++)
            assert_int_equal(parts[i][k], i % 251 + 1);
    assert_true(account.used_nbytes >= 2000 * 100);
    mag_arena_free(arena);
    assert_int_equal(account.used_nbytes, 0);
    assert_true(account.peak_nbytes > 0);
    mag_arena_free(NULL);
}

static void a_reset_arena_allocates_nothing_after_warm_up(void **state) {
    (void)state;
    mag_account account = {0};
    mag_arena *arena = mag_arena_new(&account);
    mag_arena_reset(arena);
    for (int i = 0; i < 3000; i++)
        mag_arena_alloc(arena, 100);
    mag_arena_reset(arena);
    size_t kept = account.used_nbytes;
    for (int round = 0; round < 10; round++) {
        unsigned char *at = mag_arena_alloc(arena, 64);
        for (int i = 0; i < 64; i++)
            assert_int_equal(at[i], 0);
        memset(at, 0xff, 64);
        mag_arena_reset(arena);
        assert_int_equal(account.used_nbytes, kept);
    }
    mag_arena_free(arena);
    assert_int_equal(account.used_nbytes, 0);
}

static void texts_are_copied_and_formatted(void **state) {
    (void)state;
    mag_account account = {0};
    mag_arena *arena = mag_arena_new(&account);
    assert_string_equal(mag_arena_text(arena, (mag_span){"abcdef", 3}), "abc");
    assert_string_equal(mag_arena_text(arena, (mag_span){NULL, 0}), "");
    assert_string_equal(mag_arena_format(arena, "%s-%03d", "x", 7), "x-007");
    char *wide = mag_arena_format(arena, "%05000d", 1);
    assert_int_equal(strlen(wide), 5000);
    assert_string_equal(MAG_ARENA_JOIN(arena, "ab", "", "c", wide) + 3, wide);
    assert_null(MAG_ARENA_JOIN(arena, "ab", NULL));
    assert_ptr_equal(mag_arena_account(arena), &account);
    mag_arena_free(arena);
}

static void the_limit_is_a_status_and_the_account_stays_right(void **state) {
    (void)state;
    mag_account account = {.limit_nbytes = 10000};
    assert_true(account.missing_nbytes == 0);
    mag_arena *arena = mag_arena_new(&account);
    assert_non_null(mag_arena_alloc(arena, 100));
    size_t before = account.used_nbytes;
    assert_null(mag_arena_alloc(arena, 20000));
    assert_null(mag_arena_alloc(arena, SIZE_MAX));
    assert_null(mag_arena_format(arena, "%020000d", 1));
    assert_int_equal(account.used_nbytes, before);
    assert_in_range(account.missing_nbytes, 10000 + before, 10000 + 2 * before + 100);
    void *items = NULL;
    size_t capacity = 0;
    mag_error err;
    assert_int_equal(mag_grow(&account, &items, &capacity, 8, 100, &err), MAG_OK);
    ((long long *)items)[99] = 42;
    assert_int_equal(mag_grow(&account, &items, &capacity, 8, 5000, &err), MAG_E_RESOURCE);
    assert_int_equal(err.message, MAG_MSG_P402);
    assert_int_equal(((long long *)items)[99], 42);
    assert_int_equal(account.used_nbytes, before + capacity * 8);
    mag_drop(&account, items, capacity, 8);
    mag_drop(&account, NULL, 0, 8);
    mag_arena_free(arena);
    assert_int_equal(account.used_nbytes, 0);
}

static void growing_at_least_doubles_and_keeps_items(void **state) {
    (void)state;
    mag_account account = {0};
    void *items = NULL;
    size_t capacity = 0, steps = 0;
    mag_error err;
    for (size_t i = 0; i < 100000; i++) {
        size_t old = capacity;
        assert_int_equal(mag_grow(&account, &items, &capacity, sizeof i, i + 1, &err), MAG_OK);
        steps += capacity != old;
        if (capacity != old)
            assert_true(capacity >= 2 * old);
        ((size_t *)items)[i] = i;
    }
    for (size_t i = 0; i < 100000; i++)
        assert_int_equal(((size_t *)items)[i], i);
    assert_true(steps < 20);
    assert_int_equal(mag_grow(&account, &items, &capacity, 16, SIZE_MAX / 4, &err), MAG_E_RESOURCE);
    mag_drop(&account, items, capacity, sizeof(size_t));
    assert_int_equal(account.used_nbytes, 0);
}

/* --- one account, several threads ---------------------------------------------------------------
 */

enum { THREAD_COUNT = 4, THREAD_ROUNDS = 200 };

static void *use_and_give_back(void *shared) {
    mag_account *account = shared;
    for (size_t round = 0; round < THREAD_ROUNDS; round++) {
        mag_arena *arena = mag_arena_new(account);
        void *items = NULL;
        size_t capacity = 0;
        mag_error err;
        for (size_t i = 0; i < 20; i++)
            if (!mag_arena_alloc(arena, 500 * i))
                break;
        for (size_t wanted = 1; wanted < 5000; wanted *= 3)
            if (mag_grow(account, &items, &capacity, 8, wanted, &err) != MAG_OK)
                break;
        mag_drop(account, items, capacity, 8);
        mag_arena_free(arena);
    }
    return NULL;
}

static void run_threads(mag_account *account) {
    pthread_t threads[THREAD_COUNT];
    for (int i = 0; i < THREAD_COUNT; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, use_and_give_back, account), 0);
    for (int i = 0; i < THREAD_COUNT; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
}

static void the_account_balances_and_keeps_its_limit_under_threads(void **state) {
    (void)state;
    mag_account free_account = {0}, tight = {.limit_nbytes = 100000};
    run_threads(&free_account);
    assert_int_equal(free_account.used_nbytes, 0);
    assert_true(free_account.peak_nbytes > 100000);
    run_threads(&tight);
    assert_int_equal(tight.used_nbytes, 0);
    assert_true(tight.peak_nbytes > 0 && tight.peak_nbytes <= tight.limit_nbytes);
}

/* Exactly what fits is given, one byte more is not, and a refusal takes nothing. */
static void the_limit_is_met_to_the_byte(void **state) {
    (void)state;
    for (size_t count = 8; count < 200; count += 13) {
        mag_account account = {.limit_nbytes = count * 24};
        void *items = NULL;
        size_t capacity = 0;
        mag_error err;
        assert_int_equal(mag_grow(&account, &items, &capacity, 24, count, &err), MAG_OK);
        assert_int_equal(account.used_nbytes, account.limit_nbytes);
        assert_int_equal(mag_grow(&account, &items, &capacity, 24, count + 1, &err),
                         MAG_E_RESOURCE);
        assert_int_equal(capacity, count);
        assert_int_equal(account.used_nbytes, account.limit_nbytes);
        assert_int_equal(account.peak_nbytes, account.limit_nbytes);
        mag_drop(&account, items, capacity, 24);
        assert_int_equal(account.used_nbytes, 0);
    }
}

static void sizes_that_no_machine_has_are_refused_and_not_wrapped(void **state) {
    (void)state;
    static const size_t sizes[] = {SIZE_MAX, SIZE_MAX - 1, SIZE_MAX - 15, SIZE_MAX / 2 + 1};
    mag_account account = {.limit_nbytes = 1 << 20};
    mag_arena *arena = mag_arena_new(&account);
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        void *items = NULL;
        size_t capacity = 0;
        mag_error err;
        assert_null(mag_arena_alloc(arena, sizes[i]));
        assert_int_equal(mag_grow(&account, &items, &capacity, 8, sizes[i], &err), MAG_E_RESOURCE);
        assert_null(items);
    }
    assert_non_null(mag_arena_alloc(arena, 0)); /* nothing is something: not NULL */
    mag_arena_free(arena);
    assert_int_equal(account.used_nbytes, 0);
}

static void above_the_mark_memory_is_tight_and_below_the_limit_there_is_room(void **state) {
    (void)state;
    mag_account free_of_bounds = {.used_nbytes = 1000};
    assert_false(mag_account_is_tight(&free_of_bounds));
    assert_true(mag_account_room(&free_of_bounds) == SIZE_MAX);
    mag_account account = {.limit_nbytes = 100, .mark_nbytes = 60};
    static const struct {
        size_t used, room;
        bool is_tight;
    } cases[] = {{0, 100, false}, {60, 40, false}, {61, 39, true}, {100, 0, true}, {120, 0, true}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        account.used_nbytes = cases[i].used;
        assert_int_equal(mag_account_is_tight(&account), cases[i].is_tight);
        assert_int_equal(mag_account_room(&account), cases[i].room);
    }
}

static void being_frugal_changes_no_byte(void **state) {
    (void)state;
    mag_account account = {0};
    mag_memory_be_frugal();
    unsigned char *bytes = NULL;
    void *items = NULL;
    size_t capacity = 0;
    for (size_t wanted = 1; wanted < (size_t)1 << 21; wanted *= 3) {
        const size_t old = capacity;
        assert_int_equal(mag_grow(&account, &items, &capacity, 1, wanted, NULL), MAG_OK);
        bytes = items;
        memset(bytes + old, 0x5a, capacity - old);
        mag_memory_trim(false);
    }
    for (size_t i = 0; i < capacity; i++)
        assert_int_equal(bytes[i], 0x5a);
    mag_drop(&account, items, capacity, 1);
    mag_memory_trim(true);
    assert_int_equal(account.used_nbytes, 0);
}

static void bytes_keep_their_content_while_pages_are_asked_for(void **state) {
    (void)state;
    enum { NBYTES = 20000 };
    static const size_t froms[] = {0, 1, 4095}, counts[] = {0, 1, 4096, 8192, NBYTES - 4095};
    char *bytes = malloc(NBYTES);
    assert_non_null(bytes);
    for (size_t i = 0; i < NBYTES; i++)
        bytes[i] = (char)(i * 7);
    for (size_t i = 0; i < sizeof froms / sizeof *froms; i++)
        for (size_t k = 0; k < sizeof counts / sizeof *counts; k++)
            mag_memory_fault_in(bytes + froms[i], counts[k]);
    for (size_t i = 0; i < NBYTES; i++)
        assert_int_equal(bytes[i], (char)(i * 7));
    free(bytes);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_keep_their_content_while_pages_are_asked_for),
        TEST(an_arena_gives_zeroed_aligned_bytes_that_do_not_overlap),
        TEST(a_reset_arena_allocates_nothing_after_warm_up),
        TEST(texts_are_copied_and_formatted),
        TEST(the_limit_is_a_status_and_the_account_stays_right),
        TEST(growing_at_least_doubles_and_keeps_items),
        TEST(the_account_balances_and_keeps_its_limit_under_threads),
        TEST(the_limit_is_met_to_the_byte),
        TEST(above_the_mark_memory_is_tight_and_below_the_limit_there_is_room),
        TEST(being_frugal_changes_no_byte),
        TEST(sizes_that_no_machine_has_are_refused_and_not_wrapped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
