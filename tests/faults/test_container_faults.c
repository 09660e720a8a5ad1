/* Rows I-01 to I-12 of the fault matrix: damaged, empty, foreign and hostile files, whole program.
 */
#include "support/fault_cohort.h"
#include "support/fault_row.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include <cmocka.h>

/* The laboratory file as gzip bytes, put into place of the text. */
static bytes *packed_labs(fault_cohort *cohort) {
    bytes *raw = &cohort->raw[FAULT_LABS];
    free(raw->at);
    *raw = gzip_of(cohort->text[FAULT_LABS].at, cohort->text[FAULT_LABS].nbytes, 6);
    return raw;
}

static void screen_and_expect(const fault_cohort *cohort, int exit_code, const char *message_id) {
    fault_run run = fault_screen(cohort, NULL);
    fault_expect(&run, exit_code, message_id);
    if (exit_code == 4)
        fault_expect_refused(&run);
    else
        fault_expect_golden(&run, true);
    fault_run_done(&run);
}

static void t_I_01(void **state) {
    (void)state;
    fault_cohort cohort;
    fault_cohort_init(&cohort);
    bytes *raw = packed_labs(&cohort);
    size_t whole = raw->nbytes;
    for (size_t part = 1; part <= 40; part++) { /* the unit test cuts at 200 offsets */
        raw->nbytes = 10 + (whole - 20) * part / 41;
        screen_and_expect(&cohort, 4, "MS-I101");
    }
    fault_cohort_done(&cohort);
}

static void t_I_02(void **state) {
    (void)state;
    fault_cohort cohort;
    fault_cohort_init(&cohort);
    packed_labs(&cohort)->nbytes -= 8;
    screen_and_expect(&cohort, 4, "MS-I101");
    fault_cohort_done(&cohort);
}

static void t_I_03(void **state) {
    (void)state;
    fault_cohort cohort;
    fault_cohort_init(&cohort);
    bytes *raw = packed_labs(&cohort);
    raw->at[raw->nbytes - 8] ^= 1;
    screen_and_expect(&cohort, 4, "MS-I102");
    fault_cohort_done(&cohort);
}

static void t_I_04(void **state) {
    (void)state;
    fault_cohort cohort;
    fault_cohort_init(&cohort);
    bytes *raw = packed_labs(&cohort);
    raw->at[raw->nbytes - 2] ^= 1;
    screen_and_expect(&cohort, 4, "MS-I102");
    fault_cohort_done(&cohort);
}

/* A flipped bit is refused, or it touched what gzip does not protect (name, time, flags of the
   header): then the answer is the golden one. Never a changed value. */
static void t_I_05(void **state) {
    (void)state;
    fault_cohort cohort;
    fault_cohort_init(&cohort);
    bytes *raw = packed_labs(&cohort);
    unsigned random = 12345, refused = 0;
    for (int i = 0; i < 60; i++) {
        random = random * 1664525 + 1013904223;
        size_t at = random % raw->nbytes;
        char flipped = (char)(1 << (random >> 29));
        raw->at[at] = (char)(raw->at[at] ^ flipped);
        fault_run run = fault_screen(&cohort, NULL);
        if (run.result.exit_code == 0 && at < 10)
            fault_expect_golden(&run, true);
        else
            fault_expect(&run, 4, "MS-I10");
        refused += run.result.exit_code == 4;
        fault_run_done(&run);
        raw->at[at] = (char)(raw->at[at] ^ flipped);
    }
    assert_true(refused > 50);
    fault_cohort_done(&cohort);
}

static void append_raw(bytes *raw, const char *more, size_t nbytes) {
    raw->at = realloc(raw->at, raw->nbytes + nbytes);
    assert_non_null(raw->at);
    memcpy(raw->at + raw->nbytes, more, nbytes);
    raw->nbytes += nbytes;
}

static void t_I_06(void **state) {
    (void)state;
    fault_cohort cohort;
    fault_cohort_init(&cohort);
    append_raw(packed_labs(&cohort), "q0001,2601-3,0.5", 16);
    screen_and_expect(&cohort, 4, "MS-I104");
    fault_cohort_done(&cohort);
}

static void t_I_07(void **state) {
    (void)state;
    fault_cohort cohort;
    fault_cohort_init(&cohort);
    static const char zeros[700];
    append_raw(packed_labs(&cohort), zeros, sizeof zeros);
    fault_run run = fault_screen(&cohort, NULL);
    fault_expect(&run, 0, NULL);
    fault_expect_golden(&run, true);
    fault_run_done(&run);
    fault_cohort_done(&cohort);
}

static void pack_members(fault_cohort *cohort, size_t cut) {
    const bytes *text = &cohort->text[FAULT_LABS];
    bytes second = gzip_of(text->at + cut, text->nbytes - cut, 9);
    bytes *raw = &cohort->raw[FAULT_LABS];
    free(raw->at);
    *raw = gzip_of(text->at, cut, 1);
    append_raw(raw, second.at, second.nbytes);
    free(second.at);
}

static void t_I_08(void **state) {
    (void)state;
    fault_cohort cohort;
    fault_cohort_init(&cohort);
    size_t nbytes = cohort.text[FAULT_LABS].nbytes;
    for (size_t part = 1; part < 12; part++) {
        pack_members(&cohort, nbytes * part / 12);
        screen_and_expect(&cohort, 0, NULL);
    }
    fault_cohort_done(&cohort);
}

static void t_I_09(void **state) {
    (void)state;
    fault_cohort cohort;
    fault_cohort_init(&cohort);
    pack_members(&cohort, cohort.text[FAULT_LABS].nbytes / 2);
    cohort.raw[FAULT_LABS].nbytes -= 100;
    fault_run run = fault_screen(&cohort, NULL);
    fault_expect(&run, 4, "MS-I101");
    assert_non_null(strstr(run.result.err.at, "member 2"));
    fault_expect_refused(&run);
    fault_run_done(&run);
    fault_cohort_done(&cohort);
}

static void t_I_10(void **state) {
    (void)state;
    fault_cohort cohort;
    fault_cohort_init(&cohort);
    cohort.raw[FAULT_LABS] = (bytes){malloc(1), 0};
    screen_and_expect(&cohort, 4, "MS-I106");
    free(cohort.raw[FAULT_LABS].at);
    cohort.raw[FAULT_LABS] = gzip_of("", 0, 6);
    screen_and_expect(&cohort, 4, "MS-I106");
    cohort.is_plain[FAULT_LABS] = true;
    cohort.raw[FAULT_LABS].nbytes = 0;
    screen_and_expect(&cohort, 4, "MS-I106");
    fault_cohort_done(&cohort);
}

/* 1,029:1 and 2 GiB out: stops soon after 1 GiB, with flat memory. */
static void t_I_11(void **state) {
    (void)state;
    fault_cohort cohort;
    fault_cohort_init(&cohort);
    bytes *raw = &cohort.raw[FAULT_LABS];
    size_t room = 4u << 20;
    *raw = (bytes){malloc(room), 0};
    static char zeros[1 << 20];
    memset(zeros, '0', sizeof zeros);
    z_stream z = {0};
    assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, 31, 9, Z_DEFAULT_STRATEGY), Z_OK);
    z.next_out = (Bytef *)raw->at;
    z.avail_out = (uInt)room;
    const char header[] = "patient_id,code,value,unit,collected_at,comment\n";
    z.next_in = (Bytef *)(uintptr_t)header;
    z.avail_in = sizeof header - 1;
    assert_int_equal(deflate(&z, Z_NO_FLUSH), Z_OK);
    for (int i = 0; i < 2048; i++) {
        z.next_in = (Bytef *)zeros;
        z.avail_in = sizeof zeros;
        assert_int_equal(deflate(&z, Z_NO_FLUSH), Z_OK);
    }
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    raw->nbytes = z.total_out;
    deflateEnd(&z);
    fault_run run = fault_screen(&cohort, NULL);
    fault_expect(&run, 4, "MS-I107");
    fault_expect_refused(&run);
    int64_t peak = json_integer_value(json_object_get(run.record, "peak_memory_bytes"));
    assert_true(peak > 0 && peak < 64 << 20);
    fault_run_done(&run);
    fault_cohort_done(&cohort);
}

static void t_I_12(void **state) {
    (void)state;
    static const struct {
        const char *at;
        size_t nbytes;
        const char *type;
    } files[] = {
        {"patient_id,code,value,unit,collected_at,comment\nq0001,2601-3,0.5\n", 65, "text"},
        {"PK\003\004\024\0\0\0\010\0aaaaaaaaaaaaaaaaaaaaa", 30, "zip"},
        {"\x28\xb5\x2f\xfd\x04\x00\x00\x00\x00\x00", 10, "Zstandard"},
        {"\xfd"
         "7zXZ\0\0\004",
         8, "xz"},
        {"x", 1, ""},
    };
    fault_cohort cohort;
    fault_cohort_init(&cohort);
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        bytes *raw = &cohort.raw[FAULT_LABS];
        free(raw->at);
        *raw = (bytes){malloc(files[i].nbytes), files[i].nbytes};
        memcpy(raw->at, files[i].at, files[i].nbytes);
        fault_run run = fault_screen(&cohort, NULL);
        fault_expect(&run, 4, "MS-I108");
        assert_non_null(strstr(run.result.err.at, files[i].type));
        fault_expect_refused(&run);
        fault_run_done(&run);
    }
    fault_cohort_done(&cohort);
}

int main(void) {
    static const fault_row rows[] = {FAULT_ROW(t_I_01), FAULT_ROW(t_I_02), FAULT_ROW(t_I_03),
                                     FAULT_ROW(t_I_04), FAULT_ROW(t_I_05), FAULT_ROW(t_I_06),
                                     FAULT_ROW(t_I_07), FAULT_ROW(t_I_08), FAULT_ROW(t_I_09),
                                     FAULT_ROW(t_I_10), FAULT_ROW(t_I_11), FAULT_ROW(t_I_12)};
    return FAULT_ROWS_RUN(rows);
}
