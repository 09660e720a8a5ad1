/* Rows in chunks: nothing moves, nothing is lost, every byte goes back to the account. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cohort/row_chunks.h"

#include <string.h>

enum { ROW_NBYTES_LIMIT = 512 };

/* The bytes of a row, told by its number. */
static void fill(unsigned char *row, size_t row_nbytes, uint64_t number) {
    for (size_t i = 0; i < row_nbytes; i++)
        row[i] = (unsigned char)(number >> 8 * (i % 8)) ^ (unsigned char)i;
}

static void add_rows(mag_row_chunks *list, mag_account *account, uint64_t from, uint64_t count) {
    mag_error err;
    for (uint64_t i = 0; i < count; i++) {
        unsigned char *row = mag_row_chunks_add(list, account, &err);
        assert_non_null(row);
        fill(row, list->row_nbytes, from + i);
        assert_ptr_equal(row, mag_row_chunks_last(list));
    }
}

/* Takes all chunks and checks that their rows are numbered from `from` on; returns how many. */
static uint64_t take_rows(mag_row_chunks *list, mag_account *account, uint64_t from) {
    unsigned char wanted[ROW_NBYTES_LIMIT];
    uint64_t number = from;
    const size_t before = list->row_count;
    mag_row_chunk *chunk;
    while ((chunk = mag_row_chunks_take(list))) {
        for (uint32_t i = 0; i < chunk->row_count; i++) {
            fill(wanted, list->row_nbytes, number++);
            assert_memory_equal(mag_row_chunk_at(chunk, list->row_nbytes, i), wanted,
                                list->row_nbytes);
        }
        assert_int_equal(before - (number - from), list->row_count);
        mag_row_chunk_free(chunk, account);
    }
    return number - from;
}

static void rows_come_back_in_their_order_whatever_their_size(void **state) {
    (void)state;
    static const size_t sizes[] = {1, 8, 12, 24, 32, 44, 48, 72, 500, ROW_NBYTES_LIMIT};
    static const uint64_t counts[] = {1, 2, 30, 31, 32, 1000, 20000};
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++)
        for (size_t c = 0; c < sizeof counts / sizeof *counts; c++) {
            mag_account account = {0};
            mag_row_chunks list;
            mag_row_chunks_init(&list, sizes[s]);
            add_rows(&list, &account, 7, counts[c]);
            assert_int_equal(list.row_count, counts[c]);
            assert_int_equal(take_rows(&list, &account, 7), counts[c]);
            assert_int_equal(account.used_nbytes, 0);
            assert_null(list.first);
            assert_null(list.last);
        }
}

static void rows_stay_where_they_were_put(void **state) {
    (void)state;
    mag_account account = {0};
    mag_row_chunks list;
    mag_error err;
    uint64_t *rows[5000];
    mag_row_chunks_init(&list, sizeof(uint64_t));
    for (uint64_t i = 0; i < 5000; i++) {
        rows[i] = mag_row_chunks_add(&list, &account, &err);
        assert_non_null(rows[i]);
        *rows[i] = i * i;
    }
    for (uint64_t i = 0; i < 5000; i++)
        assert_int_equal(*rows[i], i * i);
    mag_row_chunks_done(&list, &account);
    assert_int_equal(account.used_nbytes, 0);
}

static void chunks_double_up_to_their_limit_and_are_full_but_the_last(void **state) {
    (void)state;
    mag_account account = {0};
    mag_row_chunks list;
    mag_row_chunks_init(&list, 24);
    add_rows(&list, &account, 0, 30000);
    size_t wanted = MAG_ROW_CHUNK_LEAST_NBYTES, sum = 0;
    for (const mag_row_chunk *chunk = list.first; chunk; chunk = chunk->next) {
        assert_int_equal(chunk->nbytes, wanted);
        assert_true(MAG_ROW_CHUNK_HEAD_NBYTES + chunk->capacity * 24 <= chunk->nbytes);
        assert_true(MAG_ROW_CHUNK_HEAD_NBYTES + (chunk->capacity + 1) * 24 > chunk->nbytes);
        assert_true(chunk->row_count == chunk->capacity || chunk == list.last);
        sum += chunk->nbytes;
        wanted = wanted * 2 < MAG_ROW_CHUNK_MOST_NBYTES ? wanted * 2 : MAG_ROW_CHUNK_MOST_NBYTES;
    }
    assert_int_equal(account.used_nbytes, sum);
    mag_row_chunks_done(&list, &account);
}

static void an_empty_list_has_nothing_to_take_and_takes_rows_again_after_its_end(void **state) {
    (void)state;
    mag_account account = {0};
    mag_row_chunks list;
    mag_row_chunks_init(&list, 16);
    assert_null(mag_row_chunks_take(&list));
    mag_row_chunks_done(&list, &account);
    mag_row_chunk_free(NULL, &account);
    add_rows(&list, &account, 0, 100);
    mag_row_chunks_done(&list, &account);
    assert_int_equal(list.row_count, 0);
    add_rows(&list, &account, 0, 100);
    assert_int_equal(take_rows(&list, &account, 0), 100);
    assert_int_equal(account.used_nbytes, 0);
}

static void a_list_can_be_added_to_after_its_first_chunks_were_taken(void **state) {
    (void)state;
    mag_account account = {0};
    mag_row_chunks list;
    mag_row_chunks_init(&list, 40);
    add_rows(&list, &account, 0, 3000);
    mag_row_chunk *taken = mag_row_chunks_take(&list);
    const uint64_t gone = taken->row_count;
    mag_row_chunk_free(taken, &account);
    add_rows(&list, &account, 3000, 3000);
    assert_int_equal(take_rows(&list, &account, gone), 6000 - gone);
    assert_int_equal(account.used_nbytes, 0);
}

static void a_chunk_that_the_limit_forbids_leaves_the_list_as_it_was(void **state) {
    (void)state;
    mag_account account = {.limit_nbytes = 5000};
    mag_row_chunks list;
    mag_error err;
    uint64_t count = 0;
    unsigned char *row;
    mag_row_chunks_init(&list, 32);
    while ((row = mag_row_chunks_add(&list, &account, &err)))
        fill(row, 32, count++);
    assert_int_equal(err.status, MAG_E_RESOURCE);
    assert_int_equal(list.row_count, count);
    assert_int_equal(count, (1024 - 32) / 32 + (2048 - 32) / 32);
    assert_int_equal(take_rows(&list, &account, 0), count);
    assert_int_equal(account.used_nbytes, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_come_back_in_their_order_whatever_their_size),
        cmocka_unit_test(rows_stay_where_they_were_put),
        cmocka_unit_test(chunks_double_up_to_their_limit_and_are_full_but_the_last),
        cmocka_unit_test(an_empty_list_has_nothing_to_take_and_takes_rows_again_after_its_end),
        cmocka_unit_test(a_list_can_be_added_to_after_its_first_chunks_were_taken),
        cmocka_unit_test(a_chunk_that_the_limit_forbids_leaves_the_list_as_it_was),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
