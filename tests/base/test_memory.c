#include "base/memory.h"

#include "base_test.h"

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
    assert_ptr_equal(mag_arena_account(arena), &account);
    mag_arena_free(arena);
}

static void the_limit_is_a_status_and_the_account_stays_right(void **state) {
    (void)state;
    mag_account account = {.limit_nbytes = 10000};
    mag_arena *arena = mag_arena_new(&account);
    assert_non_null(mag_arena_alloc(arena, 100));
    size_t before = account.used_nbytes;
    assert_null(mag_arena_alloc(arena, 20000));
    assert_null(mag_arena_alloc(arena, SIZE_MAX));
    assert_null(mag_arena_format(arena, "%020000d", 1));
    assert_int_equal(account.used_nbytes, before);
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

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(an_arena_gives_zeroed_aligned_bytes_that_do_not_overlap),
        TEST(a_reset_arena_allocates_nothing_after_warm_up),
        TEST(texts_are_copied_and_formatted),
        TEST(the_limit_is_a_status_and_the_account_stays_right),
        TEST(growing_at_least_doubles_and_keeps_items),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
