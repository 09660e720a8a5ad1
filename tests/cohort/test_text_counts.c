/* Counted texts: the commonest first, whatever order they came in. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cohort/text_counts.h"

#include <stdio.h>
#include <string.h>

static mag_account account;
static mag_error err;

static void the_commonest_come_first_and_equals_by_their_bytes(void **state) {
    (void)state;
    static const char *const orders[] = {"abbcccdd", "ddcccbba", "cdbcdabc"};
    for (size_t order = 0; order < sizeof orders / sizeof *orders; order++) {
        mag_arena *arena = mag_arena_new(&account);
        mag_text_counts counted;
        mag_text_counts_init(&counted, arena);
        for (const char *c = orders[order]; *c; c++)
            assert_int_equal(mag_text_counts_add(&counted, (mag_span){c, 1}, &err), MAG_OK);
        mag_counted_text top[5];
        assert_int_equal(mag_text_counts_top(&counted, top, 5), 4);
        static const mag_counted_text wanted[] = {
            {"c", 3, 0}, {"b", 2, 0}, {"d", 2, 0}, {"a", 1, 0}};
        for (size_t i = 0; i < 4; i++) {
            assert_string_equal(top[i].text, wanted[i].text);
            assert_int_equal(top[i].count, wanted[i].count);
        }
        assert_int_equal(mag_text_counts_top(&counted, top, 2), 2);
        assert_string_equal(top[0].text, "c");
        assert_string_equal(top[1].text, "b");
        assert_int_equal(mag_text_counts_top(&counted, top, 0), 0);
        mag_text_counts_done(&counted);
        mag_arena_free(arena);
    }
    assert_int_equal(account.used_nbytes, 0);
}

/* Against counting by sorting: text i comes i % 37 + 1 times, 1,000 texts, the top 50. */
static void many_texts_are_ranked_as_a_plain_sort_would(void **state) {
    (void)state;
    enum { TEXTS = 1000, TIMES = 37, ROOM = 50 };
    mag_arena *arena = mag_arena_new(&account);
    mag_text_counts counted;
    mag_text_counts_init(&counted, arena);
    for (int round = 0; round < TIMES; round++)
        for (int i = 0; i < TEXTS; i++) {
            char text[16];
            snprintf(text, sizeof text, "%04d", i);
            if (round <= i % TIMES)
                assert_int_equal(mag_text_counts_add(&counted, mag_span_of(text), &err), MAG_OK);
        }
    mag_counted_text top[ROOM];
    assert_int_equal(mag_text_counts_top(&counted, top, ROOM), ROOM);
    size_t place = 0;
    for (int times = TIMES; times >= 1 && place < ROOM; times--)
        for (int i = times - 1; i < TEXTS && place < ROOM; i += TIMES, place++) {
            char text[16];
            snprintf(text, sizeof text, "%04d", i);
            assert_string_equal(top[place].text, text);
            assert_int_equal(top[place].count, times);
        }
    mag_text_counts_done(&counted);
    mag_arena_free(arena);
    assert_int_equal(account.used_nbytes, 0);
}

static void a_limit_on_memory_is_kept(void **state) {
    (void)state;
    mag_account tight = {.limit_nbytes = 30000};
    mag_arena *arena = mag_arena_new(&tight);
    mag_text_counts counted;
    mag_text_counts_init(&counted, arena);
    mag_status status = MAG_OK;
    for (int i = 0; i < 100000 && status == MAG_OK; i++) {
        char text[16];
        snprintf(text, sizeof text, "%d", i);
        status = mag_text_counts_add(&counted, mag_span_of(text), &err);
    }
    assert_int_equal(status, MAG_E_RESOURCE);
    mag_text_counts_done(&counted);
    mag_arena_free(arena);
    assert_int_equal(tight.used_nbytes, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_commonest_come_first_and_equals_by_their_bytes),
        cmocka_unit_test(many_texts_are_ranked_as_a_plain_sort_would),
        cmocka_unit_test(a_limit_on_memory_is_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
