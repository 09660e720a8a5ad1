/* Rows I-01 to I-12 of the fault matrix: damaged, empty, foreign and hostile files, whole program.
 */
#include "base/message.h"
#include "io/stream.h"
#include "support/fault_cohort.h"
#include "support/fault_row.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include <cmocka.h>

/* The laboratory file as gzip bytes, put into place of the text. */
static bytes *packed_labs(fault_cohort *cohort) {
    bytes *raw = &cohort->raw[FAULT_LABS];
    free(raw->at);
    *raw = gzip_of(cohort->text[FAULT_LABS].at, cohort->text[FAULT_LABS].nbytes, 6);
    return raw;
}

/* The laboratory file is refused for that reason; `told` says where. */
static void expect_refused(const fault_cohort *cohort, const char *message_id, const char *reason,
                           const char *told) {
    const fault_refusal refusal = {message_id,
                                   reason,
                                   told,
                                   FAULT_LABS,
                                   cohort->is_plain[FAULT_LABS] ? "labs.csv" : "labs.csv.gz",
                                   false};
    fault_run run = fault_screen(cohort, NULL);
    fault_expect_file_refused(&run, &refusal);
    fault_run_done(&run);
}

static void expect_golden(const fault_cohort *cohort, unsigned members) {
    fault_run run = fault_screen(cohort, NULL);
    fault_expect(&run, 0, NULL);
    fault_expect_conserved(&run);
    fault_expect_golden(&run, true);
    assert_int_equal(json_integer_value(fault_file_fact(&run, FAULT_LABS, "gzip_members")),
                     members);
    fault_run_done(&run);
}

/* Every case goes through the stream; the whole program meets each SHARE-th, and with
   MAGSCREEN_LONG all. */
enum { SHARE = 5 };

static bool is_for_the_program(unsigned number) {
    return number % SHARE == 0 || getenv("MAGSCREEN_LONG");
}

/* Reads the laboratory file to its end or fault; whether what it gave is the text. */
static bool stream_gives_the_text(const fault_cohort *cohort, mag_status *status, mag_error *err) {
    static mag_account account;
    const bytes *raw = &cohort->raw[FAULT_LABS], *text = &cohort->text[FAULT_LABS];
    char folder[256], path[512];
    snprintf(folder, sizeof folder, "%s", program_folder_new());
    snprintf(path, sizeof path, "%s/labs.csv.gz", folder);
    file_write(path, raw->at, raw->nbytes);
    mag_stream *stream = NULL;
    size_t got = 1, nbytes = 0;
    char *content = malloc(4 * text->nbytes);
    assert_non_null(content);
    *status = mag_stream_open(&stream, path, &account, err);
    while (*status == MAG_OK && got > 0 && nbytes + 1000 < 4 * text->nbytes) {
        *status = mag_stream_read(stream, content + nbytes, 1000, &got, err);
        nbytes += *status == MAG_OK ? got : 0;
    }
    const bool is_text =
        got == 0 && nbytes == text->nbytes && memcmp(content, text->at, nbytes) == 0;
    mag_stream_close(stream);
    free(content);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(rmdir(folder), 0);
    return is_text;
}

/* From the first byte that is gone to the last. */
static void t_I_01(void **state) {
    (void)state;
    enum { CUTS = 200 };
    fault_cohort cohort;
    fault_cohort_init(&cohort);
    bytes *raw = packed_labs(&cohort);
    const size_t whole = raw->nbytes;
    for (unsigned part = 0; part < CUTS; part++) {
        char told[64];
        mag_status status;
        mag_error err = {0};
        raw->nbytes = 2 + (whole - 3) * part / (CUTS - 1);
        snprintf(told, sizeof told, "ends early (gzip member 1, byte %zu)", raw->nbytes);
        stream_gives_the_text(&cohort, &status, &err);
        assert_int_equal(status, MAG_E_INPUT);
        assert_int_equal(err.message, MAG_MSG_I101);
        assert_non_null(strstr(err.text, told));
        if (is_for_the_program(part))
            expect_refused(&cohort, "MS-I101", "file.truncated", told);
    }
    fault_cohort_done(&cohort);
}

/* Every row was read, and none is used; how far the reading came is kept. */
static void t_I_02(void **state) {
    (void)state;
    fault_cohort cohort;
    fault_cohort_init(&cohort);
    bytes *raw = packed_labs(&cohort);
    raw->nbytes -= 8;
    char told[64];
    snprintf(told, sizeof told, "gzip member 1, byte %zu", raw->nbytes);
    const fault_refusal refusal = {"MS-I101",  "file.truncated", told,
                                   FAULT_LABS, "labs.csv.gz",    false};
    fault_run run = fault_screen(&cohort, NULL);
    fault_expect_file_refused(&run, &refusal);
    const json_t *read = fault_file_fact(&run, FAULT_LABS, "bytes"),
                 *inflated = fault_file_fact(&run, FAULT_LABS, "bytes_inflated");
    assert_int_equal(json_integer_value(read), raw->nbytes);
    assert_int_equal(json_integer_value(inflated), cohort.text[FAULT_LABS].nbytes);
    assert_string_equal(json_string_value(fault_file_fact(&run, FAULT_LABS, "sha256")), "");
    fault_run_done(&run);
    fault_cohort_done(&cohort);
}

/* One bit in each of the four bytes that lie so far from the end. */
static void expect_trailer_refused(size_t from_end, const char *what) {
    fault_cohort cohort;
    fault_cohort_init(&cohort);
    bytes *raw = packed_labs(&cohort);
    char told[80];
    snprintf(told, sizeof told, "%s (gzip member 1, byte %zu)", what, raw->nbytes - from_end + 4);
    for (size_t i = 0; i < 4; i++) {
        char *at = raw->at + raw->nbytes - from_end + i;
        *at ^= 1;
        expect_refused(&cohort, "MS-I102", "file.crc", told);
        *at ^= 1;
    }
    fault_cohort_done(&cohort);
}

static void t_I_03(void **state) {
    (void)state;
    expect_trailer_refused(8, "checksum differs");
}

static void t_I_04(void **state) {
    (void)state;
    expect_trailer_refused(4, "length differs");
}

/* How a damaged file may be refused; the first two are what nearly all come to. */
static const struct {
    mag_message_id message;
    const char *reason, *told;
} damages[] = {
    {MAG_MSG_I102, "file.crc", "gzip member 1, byte "},
    {MAG_MSG_I103, "file.crc", "gzip member 1, byte "},
    {MAG_MSG_I101, "file.truncated", "gzip member 1, byte "},
    {MAG_MSG_I104, "file.garbage", "after the end of gzip member 1"},
    {MAG_MSG_I108, "file.not_gzip", "not gzip"},
};
enum { DAMAGES = sizeof damages / sizeof damages[0] };
enum { GZIP_HEADER_NBYTES = 10, GZIP_TRAILER_NBYTES = 8 };

/* A flipped bit is refused, or it touched what gzip does not protect (time, system and hints of the
   header, the bits that fill the last byte): then the text is as it was. Returns the place in
   damages, or DAMAGES. */
static size_t expect_flip_harmless(const fault_cohort *cohort, size_t at, bool is_for_program) {
    mag_status status;
    mag_error err = {0};
    const bool is_text = stream_gives_the_text(cohort, &status, &err);
    size_t way = 0;
    while (way < DAMAGES && (status != MAG_E_INPUT || err.message != damages[way].message))
        way++;
    const bool is_spare =
        at < GZIP_HEADER_NBYTES || at + 1 + GZIP_TRAILER_NBYTES == cohort->raw[FAULT_LABS].nbytes;
    if (way == DAMAGES && (!is_spare || status != MAG_OK || !is_text))
        fail_msg("byte %zu: status %d, %s", at, status, err.text);
    if (!is_for_program)
        return way;
    fault_run run = fault_screen(cohort, NULL);
    if (way == DAMAGES) {
        fault_expect(&run, 0, NULL);
        fault_expect_golden(&run, true);
    } else {
        const fault_refusal refusal = {mag_message_code(damages[way].message),
                                       damages[way].reason,
                                       damages[way].told,
                                       FAULT_LABS,
                                       "labs.csv.gz",
                                       true};
        fault_expect_file_refused(&run, &refusal);
    }
    fault_run_done(&run);
    return way;
}

static void t_I_05(void **state) {
    (void)state;
    enum { FLIPS = 500 };
    fault_cohort cohort;
    fault_cohort_init(&cohort);
    bytes *raw = packed_labs(&cohort);
    unsigned random = 12345;
    size_t ways[DAMAGES + 1] = {0};
    for (unsigned i = 0; i < FLIPS; i++) {
        random = random * 1664525 + 1013904223;
        const bool is_in_header = i % 50 == 0; /* few places, and the only harmless ones */
        const size_t at = is_in_header ? i / 50 : random % raw->nbytes;
        const char flipped = (char)(1 << (random >> 29));
        raw->at[at] = (char)(raw->at[at] ^ flipped);
        ways[expect_flip_harmless(&cohort, at, is_for_the_program(i))]++;
        raw->at[at] = (char)(raw->at[at] ^ flipped);
    }
    assert_true(ways[0] > 0 && ways[1] > 0 && ways[DAMAGES] > 0);
    assert_true(ways[0] + ways[1] > FLIPS * 8 / 10);
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
    expect_refused(&cohort, "MS-I104", "file.garbage",
                   "16 unexpected bytes after the end of gzip member 1");
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
    fault_expect_conserved(&run);
    fault_expect_golden(&run, true);
    assert_non_null(strstr(run.result.out.at, "labs.csv.gz: zero padding after the end [MS-I105]"));
    assert_null(strstr(run.result.out.at, "patients.csv.gz: zero padding"));
    assert_true(json_is_true(fault_file_fact(&run, FAULT_LABS, "zero_padding")));
    assert_false(json_is_true(fault_file_fact(&run, FAULT_RX, "zero_padding")));
    fault_run_done(&run);
    fault_cohort_done(&cohort);
}

/* The results in three members that end at two places. */
static void pack_members(fault_cohort *cohort, size_t first, size_t second) {
    const bytes *text = &cohort->text[FAULT_LABS];
    const size_t ends[] = {0, first, second, text->nbytes};
    bytes *raw = &cohort->raw[FAULT_LABS];
    free(raw->at);
    *raw = (bytes){0};
    for (size_t i = 0; i < 3; i++) {
        bytes member = gzip_of(text->at + ends[i], ends[i + 1] - ends[i], 1 + 4 * (int)i);
        append_raw(raw, member.at, member.nbytes);
        free(member.at);
    }
}

/* In a line, at its end, inside quotes, between doubled quotes; then anywhere. */
static void t_I_08(void **state) {
    (void)state;
    fault_cohort cohort;
    fault_cohort_init(&cohort);
    fault_replace_all(&cohort, FAULT_LABS, ",mmol/L,", ",\"mmol/L\",");
    /* a result of magnesium: the digest shows its loss */
    const size_t at = fault_quote_lab(&cohort, 299, "\"two\"\"\nlines\"\n");
    const char *found = strstr(cohort.text[FAULT_LABS].at + at, "\"two");
    assert_non_null(found);
    const size_t note = (size_t)(found - cohort.text[FAULT_LABS].at);
    for (size_t offset = 0; offset < sizeof "\"two\"\"\nlines\"\n"; offset++) {
        pack_members(&cohort, at + offset, note + offset);
        expect_golden(&cohort, 3);
    }
    const size_t nbytes = cohort.text[FAULT_LABS].nbytes;
    for (size_t part = 1; part < 12; part++) {
        pack_members(&cohort, nbytes * part / 13, nbytes * (part + 1) / 13);
        expect_golden(&cohort, 3);
    }
    fault_cohort_done(&cohort);
}

static void t_I_09(void **state) {
    (void)state;
    fault_cohort cohort;
    fault_cohort_init(&cohort);
    const size_t nbytes = cohort.text[FAULT_LABS].nbytes;
    for (size_t part = 0; part < 4; part++) {
        char told[64];
        pack_members(&cohort, nbytes / 2, nbytes);
        bytes *raw = &cohort.raw[FAULT_LABS];
        raw->nbytes -= 40 + part * raw->nbytes / 10; /* the third holds nothing */
        snprintf(told, sizeof told, "ends early (gzip member 2, byte %zu)", raw->nbytes);
        expect_refused(&cohort, "MS-I101", "file.truncated", told);
    }
    fault_cohort_done(&cohort);
}

static void t_I_10(void **state) {
    (void)state;
    fault_cohort cohort;
    fault_cohort_init(&cohort);
    cohort.raw[FAULT_LABS] = (bytes){malloc(1), 0};
    expect_refused(&cohort, "MS-I106", "file.empty", "labs.csv.gz: empty");
    free(cohort.raw[FAULT_LABS].at);
    cohort.raw[FAULT_LABS] = gzip_of("", 0, 6);
    expect_refused(&cohort, "MS-I106", "file.empty", "labs.csv.gz: empty");
    cohort.is_plain[FAULT_LABS] = true;
    cohort.raw[FAULT_LABS].nbytes = 0;
    expect_refused(&cohort, "MS-I106", "file.empty", "labs.csv: empty");
    fault_cohort_done(&cohort);
}

/* Deflates as much of the input as there is, and ends a block where `flush` says so. */
static void deflate_to(z_stream *z, const char *at, size_t nbytes, int flush, bytes *raw) {
    static unsigned char out[1 << 16];
    z->next_in = (Bytef *)(uintptr_t)at;
    z->avail_in = (uInt)nbytes;
    do {
        z->next_out = out;
        z->avail_out = sizeof out;
        assert_int_equal(deflate(z, flush), Z_OK);
        append_raw(raw, (const char *)out, sizeof out - z->avail_out);
    } while (z->avail_out == 0);
}

/* A header, then 10 GiB of one letter as the same compressed MiB over and over: close to the best
   that deflate can do. Reading stops within a block past 1 GiB, with flat memory. */
static void t_I_11(void **state) {
    (void)state;
    enum { MIB = 1 << 20, REPEATS = 10240 };
    static const char header[] = "patient_id,code,value,unit,collected_at,comment\n";
    static char letters[MIB];
    memset(letters, '0', sizeof letters);
    fault_cohort cohort;
    fault_cohort_init(&cohort);
    bytes *raw = &cohort.raw[FAULT_LABS], block = {0};
    z_stream z = {0};
    assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, 31, 9, Z_DEFAULT_STRATEGY), Z_OK);
    deflate_to(&z, header, sizeof header - 1, Z_FULL_FLUSH, raw);
    deflate_to(&z, letters, sizeof letters, Z_FULL_FLUSH, &block);
    deflateEnd(&z);
    assert_true(MIB / block.nbytes > 900);
    for (int i = 0; i < REPEATS; i++)
        append_raw(raw, block.at, block.nbytes);
    free(block.at);
    const fault_refusal refusal = {
        "MS-I107",  "file.bomb",   "expands more than 200:1 over 1024 MiB; reading stopped at byte",
        FAULT_LABS, "labs.csv.gz", false};
    fault_run run = fault_screen(&cohort, NULL);
    fault_expect_file_refused(&run, &refusal);
    int64_t peak = json_integer_value(json_object_get(run.record, "peak_memory_bytes"));
    assert_in_range(peak, 1, 64 << 20);
    assert_in_range(json_integer_value(fault_file_fact(&run, FAULT_LABS, "bytes_inflated")),
                    1 << 30, (1 << 30) + MIB);
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
        {"patient_id,code,value,unit,collected_at,comment\nq0001,2601-3,0.5\n", 65,
         "plain text, not gzip"},
        {"PK\003\004\024\0\0\0\010\0aaaaaaaaaaaaaaaaaaaaa", 30,
         "a zip archive (as .xlsx is), not gzip"},
        {"\x28\xb5\x2f\xfd\x04\x00\x00\x00\x00\x00", 10, "a Zstandard file (.zst), not gzip"},
        {"\xfd"
         "7zXZ\0\0\004",
         8, "an xz file"},
        {"x", 1, "a file of a single byte"},
    };
    fault_cohort cohort;
    fault_cohort_init(&cohort);
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        bytes *raw = &cohort.raw[FAULT_LABS];
        free(raw->at);
        *raw = (bytes){malloc(files[i].nbytes), files[i].nbytes};
        memcpy(raw->at, files[i].at, files[i].nbytes);
        expect_refused(&cohort, "MS-I108", "file.not_gzip", files[i].type);
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
