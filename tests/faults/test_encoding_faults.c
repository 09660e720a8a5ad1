/* Rows I-19, I-25 and I-26 of the list of faults: bytes that are no text, whole program. */
#include "support/fault_cohort.h"
#include "support/fault_row.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The text as UTF-16, every byte with a 0 before or behind it. */
static void widen(fault_cohort *cohort, bool is_little_endian, bool has_mark) {
    const bytes *text = &cohort->text[FAULT_LABS];
    bytes *raw = &cohort->raw[FAULT_LABS];
    free(raw->at);
    *raw = (bytes){calloc(1, 2 * text->nbytes + 2), 0};
    assert_non_null(raw->at);
    if (has_mark) {
        memcpy(raw->at, is_little_endian ? "\xff\xfe" : "\xfe\xff", 2);
        raw->nbytes = 2;
    }
    for (size_t i = 0; i < text->nbytes; i++, raw->nbytes += 2)
        raw->at[raw->nbytes + !is_little_endian] = text->at[i];
}

static void t_I_19(void **state) {
    (void)state;
    fault_cohort cohort;
    fault_cohort_init(&cohort);
    cohort.is_plain[FAULT_LABS] = true;
    for (unsigned kind = 0; kind < 4; kind++) {
        widen(&cohort, kind % 2, kind / 2);
        fault_run run = fault_screen(&cohort, NULL);
        fault_expect(&run, 4, "MS-I120");
        assert_non_null(strstr(run.result.err.at, "UTF-16"));
        fault_expect_rejects(&run, "file.encoding", 1);
        fault_expect_refused(&run);
        fault_run_done(&run);
    }
    fault_cohort_done(&cohort);
}

/* A good row with `bad` behind byte `offset`, put in as line 700 of many. */
static void insert_bad_row(fault_cohort *cohort, size_t offset, const char *bad, size_t nbytes) {
    static const char row[] = "q0003,2601-3,0.41,mmol/L,2025-12-30T08:00,note\n";
    size_t at = fault_line(cohort, FAULT_LABS, 700);
    fault_insert(cohort, FAULT_LABS, at, row, sizeof row - 1);
    fault_insert(cohort, FAULT_LABS, at + offset, bad, nbytes);
}

/* A result of 0.41 the day before T would change the answer if any of it were used. */
static fault_run screen_bad_row(size_t offset, const char *bad, size_t nbytes) {
    fault_cohort cohort;
    fault_cohort_init(&cohort);
    fault_pad(&cohort);
    insert_bad_row(&cohort, offset, bad, nbytes);
    fault_run run = fault_screen(&cohort, NULL);
    fault_cohort_done(&cohort);
    return run;
}

static void expect_one_set_aside(const fault_run *run, const char *reason, const char *message_id) {
    fault_expect(run, 3, message_id);
    fault_expect_rejects(run, reason, 1);
    assert_int_equal(fault_count(run, "labs", "read"), 600 + 1500 + 1);
    assert_int_equal(fault_count(run, "labs", "rejected"), 1);
    assert_non_null(strstr(run->rejects.at, ",700,"));
    fault_expect_conserved(run);
    fault_expect_golden(run, true);
}

/* In each column, at the begin of the row and at its end. */
static void t_I_25(void **state) {
    (void)state;
    static const size_t offsets[] = {0, 3, 8, 15, 20, 30, 42, 46};
    for (size_t i = 0; i < sizeof offsets / sizeof offsets[0]; i++) {
        fault_run run = screen_bad_row(offsets[i], "\0", 1);
        expect_one_set_aside(&run, "csv.nul", "MS-I125");
        fault_run_done(&run);
    }
}

static void t_I_26(void **state) {
    (void)state;
    static const struct {
        const char *bad;
        bool looks_like_windows1252;
    } table[] = {
        {"\x80\x80\x80", false},     /* continuations without a begin */
        {"\x81", false},             /* nor is it a character there */
        {"\xc0\xaf", false},         /* overlong */
        {"\xe0\x80\xaf", false},     /* overlong, three bytes */
        {"\xed\xa0\x80", false},     /* half of a surrogate pair */
        {"\xf4\x90\x80\x80", false}, /* beyond the last code point */
        {"\xff", false},
        {"h\xe4molytisch", true},
        {"\x93na\xefve\x94 \x96 5 \xb5g", true},
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        fault_run run = screen_bad_row(44, table[i].bad, strlen(table[i].bad));
        expect_one_set_aside(&run, "csv.bad_utf8", "MS-I126");
        assert_null(strstr(run.rejects.at, table[i].bad));
        bool has_hint = strstr(run.result.err.at, "look like Windows-1252") != NULL;
        assert_int_equal(has_hint, table[i].looks_like_windows1252);
        fault_run_done(&run);
    }
}

int main(void) {
    static const fault_row rows[] = {FAULT_ROW(t_I_19), FAULT_ROW(t_I_25), FAULT_ROW(t_I_26)};
    return FAULT_ROWS_RUN(rows);
}
