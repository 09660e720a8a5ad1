/* Sorting by key and comparison against qsort, on drawn and on adverse keys. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cohort/radix_sort.h"

#include <stdlib.h>
#include <string.h>

typedef struct row {
    uint64_t key, tie;
    uint32_t number; /* before sorting */
    char rest[20];
} row;

static uint64_t state_of_draws;

static uint64_t draw(void) {
    uint64_t x = state_of_draws += UINT64_C(0x9e3779b97f4a7c15);
    x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
    return x ^ x >> 31;
}

static int compare_words(uint64_t a, uint64_t b) {
    return (a > b) - (a < b);
}

/* The reference: key, tie, then the place before. */
static int compare_rows(const void *a, const void *b) {
    const row *x = a, *y = b;
    int order = compare_words(x->key, y->key);
    if (!order)
        order = compare_words(x->tie, y->tie);
    return order ? order : compare_words(x->number, y->number);
}

static int compare_ties(const void *context, uint32_t a, uint32_t b) {
    const row *rows = context;
    assert_true(rows[a].key == rows[b].key); /* asked only where keys leave it open */
    return compare_words(rows[a].tie, rows[b].tie);
}

typedef uint64_t make_key(size_t i, size_t count);

static uint64_t any(size_t i, size_t count) {
    (void)i, (void)count;
    return draw();
}
static uint64_t all_equal(size_t i, size_t count) {
    (void)i, (void)count;
    return UINT64_C(0x0123456789abcdef);
}
static uint64_t rising(size_t i, size_t count) {
    (void)count;
    return (uint64_t)i << 13;
}
static uint64_t falling(size_t i, size_t count) {
    return (uint64_t)(count - i);
}
static uint64_t few(size_t i, size_t count) {
    (void)i, (void)count;
    return draw() % 3 << 40;
}
static uint64_t only_highest_byte(size_t i, size_t count) {
    (void)i, (void)count;
    return draw() << 56;
}
static uint64_t extremes(size_t i, size_t count) {
    (void)count;
    return i % 2 ? UINT64_MAX : 0;
}
static uint64_t organ_pipe(size_t i, size_t count) {
    return i < count / 2 ? i : count - i;
}
static uint64_t like_results(size_t i, size_t count) {
    (void)i;
    return draw() % (count / 40 + 1) << 38 | draw() % 9 << 32 | (0x81a00000u + draw() % 5000000);
}

static make_key *const makers[] = {any,      all_equal,         rising,     falling,     few,
                                   extremes, only_highest_byte, organ_pipe, like_results};

static void sort_both(make_key *make, uint64_t tie_count, size_t count) {
    mag_account account = {0};
    mag_error err;
    row *wanted = calloc(count + 1, sizeof *wanted), *rows = calloc(count + 1, sizeof *rows);
    uint64_t *beside = calloc(count + 1, sizeof *beside);
    mag_sort_entry *entries = calloc(count + 1, sizeof *entries);
    assert_true(wanted && rows && beside && entries);
    for (size_t i = 0; i < count; i++) {
        wanted[i] = (row){.key = make(i, count), .tie = draw() % tie_count, .number = (uint32_t)i};
        entries[i] = (mag_sort_entry){.key = wanted[i].key, .idx = (uint32_t)i};
        beside[i] = wanted[i].number * UINT64_C(7919);
    }
    memcpy(rows, wanted, count * sizeof *rows);
    qsort(wanted, count, sizeof *wanted, compare_rows);
    assert_int_equal(mag_radix_sort(&account, entries, count, compare_ties, rows, &err), MAG_OK);
    mag_rows_permute(entries, count, rows, sizeof *rows, 1);
    mag_rows_permute(entries, count, beside, sizeof *beside, 2);
    assert_memory_equal(rows, wanted, count * sizeof *rows);
    for (size_t i = 0; i < count; i++)
        assert_true(beside[i] == wanted[i].number * UINT64_C(7919));
    assert_int_equal(account.used_nbytes, 0);
    free(wanted);
    free(rows);
    free(beside);
    free(entries);
}

static void rows_come_in_the_order_of_qsort(void **state) {
    (void)state;
    static const size_t counts[] = {0, 1, 2, 3, 15, 16, 17, 31, 33, 100, 255, 256, 257, 1000, 5003};
    static const uint64_t ties[] = {1, 2, 1000};
    for (size_t m = 0; m < sizeof makers / sizeof *makers; m++)
        for (size_t c = 0; c < sizeof counts / sizeof *counts; c++)
            for (size_t t = 0; t < sizeof ties / sizeof *ties; t++)
                sort_both(makers[m], ties[t], counts[c]);
}

static void many_rows_of_one_key_are_sorted_by_comparison_alone(void **state) {
    (void)state;
    sort_both(all_equal, 50000, 60000);
}

static void without_room_nothing_is_sorted_and_memory_is_told(void **state) {
    (void)state;
    enum { ROWS = 400 };
    mag_account account = {.limit_nbytes = 100};
    mag_sort_entry entries[ROWS];
    static row rows[ROWS];
    mag_error err;
    for (uint32_t i = 0; i < ROWS; i++) {
        rows[i].key = ROWS - i;
        entries[i] = (mag_sort_entry){.key = rows[i].key, .idx = i};
    }
    assert_int_equal(mag_radix_sort(&account, entries, ROWS, compare_ties, rows, &err),
                     MAG_E_RESOURCE);
    assert_int_equal(account.used_nbytes, 0);
    assert_int_equal(entries[0].idx, 0);
}

static void without_an_order_equal_keys_stay_as_they_stand(void **state) {
    (void)state;
    static const uint32_t counts[] = {10, 200, 1000};
    mag_account account = {0};
    mag_error err;
    for (size_t c = 0; c < sizeof counts / sizeof *counts; c++) {
        mag_sort_entry entries[1000];
        for (uint32_t i = 0; i < counts[c]; i++)
            entries[i] = (mag_sort_entry){.key = draw() % 7, .idx = i};
        assert_int_equal(mag_radix_sort(&account, entries, counts[c], NULL, NULL, &err), MAG_OK);
        for (uint32_t i = 1; i < counts[c]; i++)
            assert_true(
                entries[i - 1].key < entries[i].key ||
                (entries[i - 1].key == entries[i].key && entries[i - 1].idx < entries[i].idx));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_come_in_the_order_of_qsort),
        cmocka_unit_test(many_rows_of_one_key_are_sorted_by_comparison_alone),
        cmocka_unit_test(without_an_order_equal_keys_stay_as_they_stand),
        cmocka_unit_test(without_room_nothing_is_sorted_and_memory_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
