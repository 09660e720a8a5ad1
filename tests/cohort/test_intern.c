/* Numbers for texts: the same text always, another text never. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cohort/intern.h"

#include <stdio.h>

static mag_account account;
static mag_error err;

static void texts_keep_their_numbers_while_the_table_grows(void **state) {
    (void)state;
    enum { COUNT = 5000 };
    mag_arena *arena = mag_arena_new(&account);
    mag_intern table;
    mag_intern_init(&table, arena);
    uint32_t number;
    bool is_new;
    char text[16];
    assert_false(mag_intern_find(&table, mag_span_of("0"), &number));
    for (int pass = 0; pass < 2; pass++)
        for (uint32_t i = 0; i < COUNT; i++) {
            snprintf(text, sizeof text, "%u", i);
            assert_int_equal(mag_intern_add(&table, mag_span_of(text), &number, &is_new, &err),
                             MAG_OK);
            assert_int_equal(number, i);
            assert_int_equal(is_new, pass == 0);
        }
    assert_int_equal(table.count, COUNT);
    assert_true(mag_span_is(table.texts[4711], "4711"));
    assert_false(mag_intern_find(&table, mag_span_of("x"), &number));
    mag_intern_done(&table);
    mag_arena_free(arena);
    assert_int_equal(account.used_nbytes, 0);
}

/* What mag_intern_find says, which never looks at the order, in many orders. */
static void the_order_of_texts_changes_no_number(void **state) {
    (void)state;
    enum { COUNT = 3000, WAYS = 9 };
    mag_arena *arena = mag_arena_new(&account);
    mag_intern table;
    mag_intern_init(&table, arena);
    for (uint32_t way = 0; way < WAYS; way++)
        for (uint32_t i = 0, at = 0; i < COUNT; i++) {
            uint32_t number, found;
            bool is_new, is_known;
            char text[16];
            at = way == 0 ? i : way == 8 ? (i * 31 + i % 7) % (COUNT + 500) : at + i % way + 1;
            snprintf(text, sizeof text, "%u", way == 7 ? COUNT - i : at % (COUNT + 500));
            is_known = mag_intern_find(&table, mag_span_of(text), &found);
            assert_int_equal(mag_intern_add(&table, mag_span_of(text), &number, &is_new, &err),
                             MAG_OK);
            assert_int_equal(is_new, !is_known);
            assert_int_equal(number, is_known ? found : table.count - 1);
            assert_true(mag_span_is(table.texts[number], text));
        }
    mag_intern_done(&table);
    mag_arena_free(arena);
}

static void texts_in_order_are_found_without_slots(void **state) {
    (void)state;
    mag_arena *arena = mag_arena_new(&account);
    mag_intern table;
    uint32_t number;
    char text[2] = "a";
    mag_intern_init(&table, arena);
    for (*text = 'a'; *text <= 'z'; ++*text)
        assert_int_equal(mag_intern_add(&table, mag_span_of(text), &number, NULL, &err), MAG_OK);
    *text = 'a'; /* behind z: out of order, as is the one after it */
    assert_int_equal(mag_intern_add(&table, mag_span_of(text), &number, NULL, &err), MAG_OK);
    *text = 'b';
    assert_int_equal(mag_intern_add(&table, mag_span_of(text), &number, NULL, &err), MAG_OK);
    const uint64_t steps = table.step_count;
    for (*text = 'c'; *text <= 'y'; *text = (char)(*text + 1 + *text % 2))
        assert_int_equal(mag_intern_add(&table, mag_span_of(text), &number, NULL, &err), MAG_OK);
    assert_int_equal(table.step_count, steps);
    mag_intern_done(&table);
    mag_arena_free(arena);
}

static void bytes_are_compared_not_only_lengths_or_ends(void **state) {
    (void)state;
    mag_arena *arena = mag_arena_new(&account);
    mag_intern table;
    mag_intern_init(&table, arena);
    const mag_span texts[] = {{"", 0}, {"a", 1}, {"a\0b", 3}, {"a\0c", 3}, {"A", 1}, {"a ", 2}};
    for (uint32_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        uint32_t number;
        assert_int_equal(mag_intern_add(&table, texts[i], &number, NULL, &err), MAG_OK);
        assert_int_equal(number, i);
    }
    mag_intern_done(&table);
    mag_arena_free(arena);
}

static void a_limit_on_memory_is_kept(void **state) {
    (void)state;
    mag_account tight = {.limit_nbytes = 20000};
    mag_arena *arena = mag_arena_new(&tight);
    mag_intern table;
    mag_intern_init(&table, arena);
    mag_status status = MAG_OK;
    char text[16];
    for (uint32_t i = 0; status == MAG_OK && i < 10000; i++) {
        uint32_t number;
        snprintf(text, sizeof text, "%u", i);
        status = mag_intern_add(&table, mag_span_of(text), &number, NULL, &err);
    }
    assert_int_equal(status, MAG_E_RESOURCE);
    assert_true(tight.peak_nbytes <= tight.limit_nbytes);
    mag_intern_done(&table);
    mag_arena_free(arena);
    assert_int_equal(tight.used_nbytes, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_keep_their_numbers_while_the_table_grows),
        cmocka_unit_test(the_order_of_texts_changes_no_number),
        cmocka_unit_test(texts_in_order_are_found_without_slots),
        cmocka_unit_test(bytes_are_compared_not_only_lengths_or_ends),
        cmocka_unit_test(a_limit_on_memory_is_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
