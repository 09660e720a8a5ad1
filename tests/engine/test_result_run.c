/* What a run gives back is what was put in, wherever its chunks lie. */
#include "engine/engine_test.h"

#include "engine/result_run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { ROWS = 3000, TEXT_NBYTES = 512 };

typedef struct fixture {
    mag_account account;
    mag_spill_file *file;
    mag_result_run run;
    mag_error error;
} fixture;

static int set_up(void **state) {
    fixture *at = calloc(1, sizeof *at);
    const char *folder = getenv("TMPDIR");
    assert_int_equal(mag_spill_open(&at->file, folder ? folder : "/tmp", &at->account, &at->error),
                     MAG_OK);
    mag_result_run_init(&at->run, &at->account, at->file, 7);
    *state = at;
    return 0;
}

static int tear_down(void **state) {
    fixture *at = *state;
    mag_result_run_done(&at->run);
    mag_spill_close(at->file);
    assert_int_equal(at->account.used_nbytes, 0);
    free(at);
    return 0;
}

typedef struct row_texts {
    char id[40], site[16], reasons[64], evidence[TEXT_NBYTES], facts[64];
} row_texts;

/* Row number i; texts of all lengths, some empty, some NULL. */
static mag_screen_row make_row(size_t i, row_texts *texts) {
    snprintf(texts->id, sizeof texts->id, "P%06zu%.*s", i, (int)(i % 20), "abcdefghijklmnopqrst");
    snprintf(texts->site, sizeof texts->site, "%s", i % 3 ? "S1" : "");
    snprintf(texts->reasons, sizeof texts->reasons, "missing %zu", i % 5);
    snprintf(texts->facts, sizeof texts->facts, "kf=%zu", i);
    const size_t length = i * 131 % (TEXT_NBYTES - 1);
    memset(texts->evidence, 'a' + (int)(i % 26), length);
    texts->evidence[length] = '\0';
    return (mag_screen_row){.patient_id = mag_span_of(texts->id),
                            .site = texts->site,
                            .rule_idx = (uint32_t)(i % 46),
                            .outcome = {.kind = MAG_FLAGGED,
                                        .severity = (mag_severity)(i % 4),
                                        .reasons = (mag_unknown_set)(i % 7),
                                        .hidden_by = (int16_t)(i % 3 ? -1 : (int)(i % 46))},
                            .as_of = "2025-12-31",
                            .reasons = i % 2 ? texts->reasons : NULL,
                            .detail = NULL,
                            .notes = "",
                            .evidence = texts->evidence,
                            .facts = texts->facts,
                            .event = {(mag_minute)i, (mag_minute)(i * 2)}};
}

static const char *said(const char *text) {
    return text ? text : "";
}

static void expect_row(const mag_screen_row *got, size_t i) {
    row_texts texts;
    const mag_screen_row wanted = make_row(i, &texts);
    assert_true(mag_span_equals(got->patient_id, wanted.patient_id));
    assert_string_equal(got->patient_id.at, texts.id); /* NUL-ended too */
    assert_string_equal(got->site, wanted.site);
    assert_int_equal(got->rule_idx, wanted.rule_idx);
    assert_int_equal(got->outcome.kind, wanted.outcome.kind);
    assert_int_equal(got->outcome.severity, wanted.outcome.severity);
    assert_int_equal(got->outcome.reasons, wanted.outcome.reasons);
    assert_int_equal(got->outcome.hidden_by, wanted.outcome.hidden_by);
    assert_string_equal(got->as_of, wanted.as_of);
    assert_string_equal(got->reasons, said(wanted.reasons));
    assert_string_equal(got->detail, "");
    assert_string_equal(got->notes, "");
    assert_string_equal(got->evidence, wanted.evidence);
    assert_string_equal(got->facts, wanted.facts);
    assert_int_equal(got->event.start, wanted.event.start);
    assert_int_equal(got->event.stop, wanted.event.stop);
}

static void add_rows(fixture *at, size_t begin, size_t end) {
    for (size_t i = begin; i < end; i++) {
        row_texts texts;
        const mag_screen_row row = make_row(i, &texts);
        assert_int_equal(mag_result_run_add(&at->run, &row, &at->error), MAG_OK);
    }
}

static void expect_rows(fixture *at, size_t count) {
    mag_result_reader reader;
    bool is_over;
    mag_result_reader_init(&reader, &at->run);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(mag_result_reader_next(&reader, &is_over, &at->error), MAG_OK);
        assert_false(is_over);
        expect_row(&reader.row, i);
    }
    for (int again = 0; again < 2; again++) {
        assert_int_equal(mag_result_reader_next(&reader, &is_over, &at->error), MAG_OK);
        assert_true(is_over);
    }
    mag_result_reader_done(&reader);
    assert_int_equal(at->run.row_count, count);
}

static void rows_come_back_from_memory(void **state) {
    fixture *at = *state;
    expect_rows(at, 0);
    add_rows(at, 0, ROWS);
    expect_rows(at, ROWS);
    expect_rows(at, ROWS);
    assert_int_equal(mag_spill_segment_count(at->file), 0);
}

/* Spilled at moments that the seed chooses: mostly, rarely, after every row. */
static void rows_come_back_wherever_they_were_spilled(void **state) {
    static const unsigned every[] = {1, 7, 100, 1500};
    fixture *at = *state;
    for (size_t k = 0; k < sizeof every / sizeof every[0]; k++) {
        uint64_t seed = k + 1;
        mag_result_run_done(&at->run);
        mag_result_run_init(&at->run, &at->account, at->file, 7);
        for (size_t i = 0; i < ROWS / 4; i++) {
            add_rows(at, i, i + 1);
            if (test_random(&seed) % every[k] == 0)
                assert_int_equal(mag_result_run_spill(&at->run, &at->error), MAG_OK);
        }
        expect_rows(at, ROWS / 4);
    }
    assert_true(mag_spill_segment_count(at->file) > 100);
}

static void tight_memory_holds_one_chunk_of_each_run(void **state) {
    fixture *at = *state;
    at->account.mark_nbytes = 1;
    add_rows(at, 0, ROWS);
    assert_true(at->account.peak_nbytes < 200000);
    assert_true(mag_spill_written_nbytes(at->file) > 700000);
    expect_rows(at, ROWS);
    assert_int_equal(mag_result_run_spill(&at->run, &at->error), MAG_OK);
    expect_rows(at, ROWS);
}

static void without_a_file_tight_memory_keeps_its_rows(void **state) {
    fixture *at = *state;
    at->run.spill = NULL;
    at->account.mark_nbytes = 1;
    add_rows(at, 0, 500);
    assert_int_equal(mag_result_run_spill(&at->run, &at->error), MAG_OK);
    expect_rows(at, 500);
    assert_int_equal(mag_spill_segment_count(at->file), 0);
}

static void a_row_larger_than_a_chunk_is_kept(void **state) {
    enum { LARGE = 300000 };
    fixture *at = *state;
    char *evidence = malloc(LARGE + 1);
    row_texts texts;
    mag_screen_row row = make_row(1, &texts);
    bool is_over;
    assert_non_null(evidence);
    memset(evidence, 'e', LARGE);
    evidence[LARGE] = '\0';
    row.evidence = evidence;
    for (int i = 0; i < 3; i++) {
        assert_int_equal(mag_result_run_add(&at->run, &row, &at->error), MAG_OK);
        if (i == 1)
            assert_int_equal(mag_result_run_spill(&at->run, &at->error), MAG_OK);
    }
    mag_result_reader reader;
    mag_result_reader_init(&reader, &at->run);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(mag_result_reader_next(&reader, &is_over, &at->error), MAG_OK);
        assert_string_equal(reader.row.evidence, evidence);
        assert_string_equal(reader.row.facts, "kf=1");
    }
    mag_result_reader_done(&reader);
    free(evidence);
}

static void two_readers_do_not_disturb_each_other(void **state) {
    fixture *at = *state;
    mag_result_reader fast, slow;
    bool is_over;
    add_rows(at, 0, 1000);
    assert_int_equal(mag_result_run_spill(&at->run, &at->error), MAG_OK);
    mag_result_reader_init(&fast, &at->run);
    mag_result_reader_init(&slow, &at->run);
    for (size_t i = 0; i < 1000; i++) {
        assert_int_equal(mag_result_reader_next(&fast, &is_over, &at->error), MAG_OK);
        if (i % 2)
            continue;
        assert_int_equal(mag_result_reader_next(&slow, &is_over, &at->error), MAG_OK);
        expect_row(&slow.row, i / 2);
        expect_row(&fast.row, i);
    }
    mag_result_reader_done(&fast);
    mag_result_reader_done(&slow);
}

static void what_does_not_come_back_ends_the_reading(void **state) {
    fixture *at = *state;
    mag_result_reader reader;
    bool is_over;
    add_rows(at, 0, 100);
    assert_int_equal(mag_result_run_spill(&at->run, &at->error), MAG_OK);
    assert_int_equal(ftruncate(mag_spill_descriptor(at->file), 100), 0);
    mag_result_reader_init(&reader, &at->run);
    assert_int_equal(mag_result_reader_next(&reader, &is_over, &at->error), MAG_E_RESOURCE);
    assert_int_equal(at->error.message, MAG_MSG_P409);
    mag_result_reader_done(&reader);
}

/* Whatever request for memory is the one too much, nothing is lost from the account. */
static void a_full_account_is_told(void **state) {
    fixture *at = *state;
    add_rows(at, 0, 200);
    assert_int_equal(mag_result_run_spill(&at->run, &at->error), MAG_OK);
    const size_t used = at->account.used_nbytes;
    for (size_t more = 0; more < 70000; more += 64) {
        row_texts texts;
        const mag_screen_row row = make_row(3, &texts);
        mag_result_reader reader;
        bool is_over;
        at->account.limit_nbytes = used + more;
        const mag_status added = mag_result_run_add(&at->run, &row, &at->error);
        assert_true(added == MAG_OK || at->error.message == MAG_MSG_P402);
        mag_result_reader_init(&reader, &at->run);
        const mag_status read = mag_result_reader_next(&reader, &is_over, &at->error);
        assert_true(read == MAG_OK || at->error.message == MAG_MSG_P402);
        mag_result_reader_done(&reader);
        if (added == MAG_OK)
            break;
        assert_int_equal(at->account.used_nbytes, used);
    }
    at->account.limit_nbytes = 0;
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(rows_come_back_from_memory),
        TEST(rows_come_back_wherever_they_were_spilled),
        TEST(tight_memory_holds_one_chunk_of_each_run),
        TEST(without_a_file_tight_memory_keeps_its_rows),
        TEST(a_row_larger_than_a_chunk_is_kept),
        TEST(two_readers_do_not_disturb_each_other),
        TEST(what_does_not_come_back_ends_the_reading),
        TEST(a_full_account_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
