#include "cohort/pg_split.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static mag_account account;

typedef struct division {
    bool has_blocks;
    int64_t blocks;
    unsigned readers;
    bool has_range_scan;
    size_t parts;
} division;

static void divides_tables_by_blocks_and_views_by_readers(void **state) {
    (void)state;
    static const division divisions[] = {
        {true, 0, 4, true, 1},        {true, 1, 4, true, 1},        {true, 256, 4, true, 1},
        {true, 257, 4, true, 2},      {true, 2560, 4, true, 10},    {true, 8192, 4, true, 32},
        {true, 1000000, 4, true, 32}, {true, 1000001, 8, true, 64}, {true, 1000000, 1, true, 1},
        {true, 1000000, 4, false, 4}, {true, 300, 4, false, 2},     {false, 0, 4, true, 4},
        {false, 0, 1, true, 1},       {false, 0, 8, false, 8},
    };
    for (size_t i = 0; i < sizeof divisions / sizeof divisions[0]; i++) {
        const division *d = &divisions[i];
        const mag_pg_table table = {
            .has_blocks = d->has_blocks, .block_count = d->blocks, .split_column = "\"id\""};
        const mag_pg_split split = mag_pg_split_make(&table, d->readers, d->has_range_scan);
        if (split.part_count != d->parts)
            fail_msg("%lld blocks, %u readers: %zu parts", (long long)d->blocks, d->readers,
                     split.part_count);
    }
}

/* The two ends of a part's range; 0 and INT64_MAX where one is not said. */
static void range_of(const char *sql, int64_t *from, int64_t *to) {
    const char *low = strstr(sql, "t.ctid >= '("), *high = strstr(sql, "t.ctid < '(");
    *from = low ? strtoll(low + 12, NULL, 10) : 0;
    *to = high ? strtoll(high + 11, NULL, 10) : INT64_MAX;
}

static void parts_of_a_table_follow_each_other_and_the_last_is_open(void **state) {
    (void)state;
    mag_arena *arena = mag_arena_new(&account);
    for (int64_t blocks = 1; blocks < 100000; blocks = blocks * 3 + 7) {
        const mag_pg_table table = {.from = "\"s\".\"t\"",
                                    .select_list = "t.\"a\"::text",
                                    .has_blocks = true,
                                    .block_count = blocks};
        const mag_pg_split split = mag_pg_split_make(&table, 4, true);
        int64_t expected = 0, from, to = 0;
        for (size_t i = 0; i < split.part_count; i++) {
            range_of(mag_pg_split_copy(arena, &split, i), &from, &to);
            assert_int_equal(from, expected);
            assert_true(to > from);
            expected = to;
        }
        assert_true(to == INT64_MAX);
    }
    mag_arena_free(arena);
}

static void one_part_has_no_condition(void **state) {
    (void)state;
    mag_arena *arena = mag_arena_new(&account);
    const mag_pg_table table = {
        .from = "\"s\".\"t\"", .select_list = "t.\"a\"::text", .split_column = "\"id\""};
    const mag_pg_split split = mag_pg_split_make(&table, 1, true);
    assert_string_equal(mag_pg_split_copy(arena, &split, 0),
                        "copy (select t.\"a\"::text from \"s\".\"t\" t) to stdout (format binary)");
    mag_arena_free(arena);
}

static void parts_of_a_view_are_the_rests_of_the_hash(void **state) {
    (void)state;
    mag_arena *arena = mag_arena_new(&account);
    const mag_pg_table table = {
        .from = "\"s\".\"v\"", .select_list = "t.\"a\"::text", .split_column = "\"id\""};
    const mag_pg_split split = mag_pg_split_make(&table, 3, true);
    assert_int_equal(split.part_count, 3);
    static const char *const ends[] = {"% 3 = 0) to stdout", "% 3 = 1) to stdout",
                                       "% 3 = 2) to stdout"};
    for (size_t i = 0; i < 3; i++) {
        const char *sql = mag_pg_split_copy(arena, &split, i);
        assert_non_null(
            strstr(sql, "pg_catalog.hashtextextended(coalesce(t.\"id\"::text, ''), 0)"));
        assert_non_null(strstr(sql, ends[i]));
    }
    mag_arena_free(arena);
}

/* Without a patient id (no profile lacks one) nothing can be shared out. */
static void a_view_without_an_id_is_one_part(void **state) {
    (void)state;
    const mag_pg_table table = {.has_blocks = false};
    assert_int_equal(mag_pg_split_make(&table, 8, true).part_count, 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(divides_tables_by_blocks_and_views_by_readers),
        cmocka_unit_test(parts_of_a_table_follow_each_other_and_the_last_is_open),
        cmocka_unit_test(one_part_has_no_condition),
        cmocka_unit_test(parts_of_a_view_are_the_rests_of_the_hash),
        cmocka_unit_test(a_view_without_an_id_is_one_part),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
