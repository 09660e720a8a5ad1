#include "cli/progress_view.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { LINE_COUNT = 64, LINE_NBYTES = 256 };

static uint64_t clock_ms;
static char lines[LINE_COUNT][LINE_NBYTES];
static unsigned line_count, transient_count;

static uint64_t test_clock(void) {
    return clock_ms * 1000000;
}

static void note_line(const char *line, bool is_transient) {
    assert_true(line_count < LINE_COUNT);
    snprintf(lines[line_count++], LINE_NBYTES, "%s", line);
    transient_count += is_transient;
}

static mag_progress_view view;

static mag_progress *begin(mag_progress_form form) {
    clock_ms = 100000;
    line_count = transient_count = 0;
    mag_progress_view_init(&view, form);
    view.now = test_clock;
    view.show = note_line;
    view.next_ns = form == MAG_PROGRESS_FORM_LINES      ? test_clock() + UINT64_C(30000000000)
                   : form == MAG_PROGRESS_FORM_TERMINAL ? test_clock() + 200000000
                                                        : test_clock() + 1000000000;
    return mag_progress_view_counts(&view);
}

/* A stage of 40 seconds, looked at every 50 ms. */
static void read_for_40_seconds(mag_progress *counts) {
    mag_progress_begin(counts, MAG_PROGRESS_READING, 80000000);
    for (unsigned i = 0; i < 800; i++) {
        clock_ms += 50;
        mag_progress_add(counts, 100000, 5000);
    }
}

static void in_a_file_a_line_stands_every_30_seconds(void **state) {
    (void)state;
    mag_progress *counts = begin(MAG_PROGRESS_FORM_LINES);
    read_for_40_seconds(counts);
    assert_int_equal(line_count, 1);
    assert_string_equal(lines[0], "reading 75.0 %, 3,000,000 rows, 0.10 M/s, 2.0 MB/s, 10 s left");
    mag_progress_begin(counts, MAG_PROGRESS_SCREENING, 64);
    clock_ms += 25000;
    mag_progress_add(counts, 16, 200000);
    assert_int_equal(line_count, 2);
    assert_string_equal(lines[1], "screening 25.0 %, 200,000 patients, 0.01 M/s, 1 min 15 s left");
    assert_int_equal(transient_count, 0);
}

static void a_run_of_some_seconds_says_nothing_there(void **state) {
    (void)state;
    mag_progress *counts = begin(MAG_PROGRESS_FORM_LINES);
    for (unsigned stage = 0; stage < MAG_PROGRESS_COUNT; stage++) {
        mag_progress_begin(counts, (mag_progress_stage)stage, 10);
        for (unsigned i = 0; i < 10; i++) {
            clock_ms += 700;
            mag_progress_add(counts, 1, 1);
        }
    }
    assert_int_equal(line_count, 0);
}

static void on_a_terminal_the_line_is_written_over_five_times_a_second_at_most(void **state) {
    (void)state;
    mag_progress *counts = begin(MAG_PROGRESS_FORM_TERMINAL);
    mag_progress_begin(counts, MAG_PROGRESS_WRITING, 1000);
    for (unsigned i = 0; i < 1000; i++) {
        clock_ms += 2;
        mag_progress_add(counts, 1, 1);
    }
    assert_int_equal(line_count, 10);
    assert_int_equal(transient_count, 10);
    assert_string_equal(lines[0], "writing 10.0 %, 100 rows, 0.00 M/s");
    assert_string_equal(lines[7], "writing 80.0 %, 800 rows, 0.00 M/s, 0 s left");
}

static void without_a_total_rows_alone_are_told(void **state) {
    (void)state;
    mag_progress *counts = begin(MAG_PROGRESS_FORM_TERMINAL);
    mag_progress_begin(counts, MAG_PROGRESS_READING, 0);
    clock_ms += 2000;
    mag_progress_add(counts, 0, 1);
    clock_ms += 2000;
    mag_progress_add(counts, 12345, 8000000);
    assert_int_equal(line_count, 2);
    assert_string_equal(lines[0], "reading, 1 row, 0.00 M/s");
    assert_string_equal(lines[1], "reading, 8,000,001 rows, 2.00 M/s");
}

/* A file may grow while it is read; that it has changed is found at its end. */
static void a_share_never_exceeds_the_whole(void **state) {
    (void)state;
    mag_progress *counts = begin(MAG_PROGRESS_FORM_TERMINAL);
    mag_progress_begin(counts, MAG_PROGRESS_SETTLING, 10);
    clock_ms += 7300 * 1000;
    mag_progress_add(counts, 11, 0);
    assert_string_equal(lines[0], "sorting 100.0 %, 0 s left");
    mag_progress_begin(counts, MAG_PROGRESS_SCREENING, 1000);
    clock_ms += 7300 * 1000;
    mag_progress_add(counts, 500, 0);
    assert_string_equal(lines[line_count - 1], "screening 50.0 %, 2 h 1 min left");
}

static void json_tells_each_stage_and_every_second(void **state) {
    (void)state;
    mag_progress *counts = begin(MAG_PROGRESS_FORM_JSON);
    mag_progress_begin(counts, MAG_PROGRESS_READING, 5000);
    clock_ms += 999;
    mag_progress_add(counts, 1000, 10);
    clock_ms += 1;
    mag_progress_add(counts, 1000, 10);
    mag_progress_begin(counts, MAG_PROGRESS_SCREENING, 64);
    assert_int_equal(line_count, 3);
    assert_string_equal(
        lines[0],
        "{\"progress\":\"reading\",\"done\":0,\"total\":5000,\"rows\":0,\"seconds\":0.000}");
    assert_string_equal(
        lines[1],
        "{\"progress\":\"reading\",\"done\":2000,\"total\":5000,\"rows\":20,\"seconds\":1.000}");
    assert_string_equal(
        lines[2],
        "{\"progress\":\"screening\",\"done\":0,\"total\":64,\"rows\":0,\"seconds\":0.000}");
    assert_int_equal(transient_count, 0);
}

static void the_word_chooses_the_form(void **state) {
    (void)state;
    static const struct {
        const char *word;
        bool is_json;
        mag_progress_form form;
    } rows[] = {
        {NULL, true, MAG_PROGRESS_FORM_NONE},    {"auto", true, MAG_PROGRESS_FORM_NONE},
        {"json", true, MAG_PROGRESS_FORM_JSON},  {"json", false, MAG_PROGRESS_FORM_JSON},
        {"none", false, MAG_PROGRESS_FORM_NONE}, {"none", true, MAG_PROGRESS_FORM_NONE},
    };
    mag_progress_form form;
    mag_error err;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_int_equal(mag_progress_form_choose(rows[i].word, rows[i].is_json, &form, &err),
                         MAG_OK);
        assert_int_equal(form, rows[i].form);
    }
    setenv("TERM", "dumb", 1); /* whatever stderr is */
    assert_int_equal(mag_progress_form_choose("auto", false, &form, &err), MAG_OK);
    assert_int_equal(form, MAG_PROGRESS_FORM_LINES);
    unsetenv("TERM");
    assert_int_equal(mag_progress_form_choose(NULL, false, &form, &err), MAG_OK);
    assert_int_equal(form, MAG_PROGRESS_FORM_LINES);
    assert_int_equal(mag_progress_form_choose("loud", false, &form, &err), MAG_E_USAGE);
    assert_int_equal(err.message, MAG_MSG_U201);
    assert_null(begin(MAG_PROGRESS_FORM_NONE));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(in_a_file_a_line_stands_every_30_seconds),
        cmocka_unit_test(a_run_of_some_seconds_says_nothing_there),
        cmocka_unit_test(on_a_terminal_the_line_is_written_over_five_times_a_second_at_most),
        cmocka_unit_test(without_a_total_rows_alone_are_told),
        cmocka_unit_test(a_share_never_exceeds_the_whole),
        cmocka_unit_test(json_tells_each_stage_and_every_second),
        cmocka_unit_test(the_word_chooses_the_form),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
