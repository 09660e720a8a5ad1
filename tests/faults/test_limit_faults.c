/* Rows P-13, P-16, P-21 and P-24 of the fault matrix: a system that gives few threads, clocks that
   jump, files that change while a run reads, counters that are nearly full. */
#include "cohort/accounting.h"
#include "engine/gates.h"
#include "io/csv_reader.h"
#include "support/fault_cohort.h"
#include "support/fault_row.h"

#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

/* --- P-13 --------------------------------------------------------------------------------------
 */

/* Of eight threads that were wanted there are `most` beside the first. */
static void expect_threads(const char *most, const char *words) {
    fault_cohort cohort;
    fault_cohort_init(&cohort);
    fault_run run = fault_begin(&cohort);
    char limit[64];
    snprintf(limit, sizeof limit, "MAG_SHIM_THREADS=%s", most);
    const char *const environment[] = {"LD_PRELOAD=" MAG_THREAD_SHIM,
                                       "ASAN_OPTIONS=verify_asan_link_order=0", limit, NULL};
    fault_collect(&run, program_run((const char *const[]){"run", "--profile", "magscreen", "--data",
                                                          run.data, "--as-of", "2025-12-31",
                                                          "--threads", "8", "--out", run.out, NULL},
                                    environment, NULL));
    fault_expect(&run, words ? 3 : 0, words ? "MS-P407" : NULL);
    if (words && !strstr(run.result.err.at, words) && !strstr(run.result.out.at, words))
        fail_msg("\"%s\" is not in: %s", words, run.result.err.at);
    fault_expect_conserved(&run);
    fault_expect_golden(&run, true);
    fault_run_done(&run);
    fault_cohort_done(&cohort);
}

static void t_P_13(void **state) {
    (void)state;
    expect_threads("0", "running with 1 thread instead of 8");
    expect_threads("1", "running with 2 threads instead of 8");
    expect_threads("6", "running with 7 threads instead of 8");
    expect_threads("7", NULL);
}

/* --- P-16 --------------------------------------------------------------------------------------
 */

typedef struct clock_case {
    const char *at, *jump, *as_of;
    int exit_code; /* 4: as-of yesterday judges freshness, and the cohort is not fresh */
} clock_case;

static void expect_steady(const clock_case *of) {
    fault_cohort cohort;
    fault_cohort_init(&cohort);
    fault_run run = fault_begin(&cohort);
    char at[64], jump[64];
    snprintf(at, sizeof at, "MAG_SHIM_AT=%s", of->at);
    snprintf(jump, sizeof jump, "MAG_SHIM_JUMP=%s", of->jump);
    const char *const environment[] = {"LD_PRELOAD=" MAG_CLOCK_SHIM,
                                       "ASAN_OPTIONS=verify_asan_link_order=0",
                                       "TZ=UTC",
                                       at,
                                       jump,
                                       NULL};
    fault_collect(
        &run, program_run((const char *const[]){"run", "--profile", "magscreen", "--data", run.data,
                                                "--as-of", of->as_of, "--out", run.out, NULL},
                          environment, NULL));
    fault_expect(&run, of->exit_code, of->exit_code ? "MS-I267" : NULL);
    fault_expect_conserved(&run);
    assert_string_equal(json_string_value(json_object_get(run.record, "as_of")), "2025-12-31");
    fault_expect_golden(&run, true);
    /* The shim was there: the run's name begins with its clock's year. */
    const char *year = of->at[0] == '2'                       ? "2038"
                       : of->at[1] == '7' && of->at[2] == '9' ? "2026"
                                                              : "202";
    const char *run_id = json_string_value(json_object_get(run.record, "run_id"));
    assert_int_equal(strncmp(run_id, year, strlen(year)), 0);
    size_t i;
    json_t *stage;
    json_array_foreach(json_object_get(json_object_get(run.record, "timings"), "stages"), i,
                       stage) {
        const double value = json_number_value(json_object_get(stage, "wall"));
        if (!(value >= 0 && value < 3600))
            fail_msg("stage %zu took %g seconds", i, value);
    }
    assert_true(i >= 6);
    fault_run_done(&run);
    fault_cohort_done(&cohort);
}

static void t_P_16(void **state) {
    (void)state;
    static const clock_case cases[] = {
        {"1772366400", "0", "2025-12-31", 0},
        {"1772366400", "86400", "2025-12-31", 0},  /* a day forwards */
        {"1772366400", "-86400", "2025-12-31", 0}, /* and back */
        {"2147483646", "0", "2025-12-31", 0},      /* 2038-01-19T03:14:06: 32 bits end */
        {"2147483646", "2", "2025-12-31", 0},
        {"2147483648", "-2", "2025-12-31", 0},
        {"1798761599", "0", "2025-12-31", 0},  /* 2026-12-31T23:59:59, a leap second ... */
        {"1798761599", "-1", "2025-12-31", 0}, /* ... that repeats it */
        {"1767225630", "0", "yesterday", 4},   /* 2026-01-01T00:00:30 */
        {"1767225630", "86000", "yesterday", 4},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        expect_steady(&cases[i]);
}

/* --- P-21 --------------------------------------------------------------------------------------
 */

/* The files that say what a run does, in its folder. */
typedef struct settings_files {
    char pipeline[512], pack[512], profile[512];
} settings_files;

static void copy_file(const char *from, const char *to) {
    bytes content = file_read(from);
    assert_non_null(content.at);
    file_write(to, content.at, content.nbytes);
    free(content.at);
}

static settings_files write_settings(const fault_run *run) {
    settings_files files;
    snprintf(files.pipeline, sizeof files.pipeline, "%s/nightly.yaml", run->folder);
    snprintf(files.pack, sizeof files.pack, "%s/ours.yaml", run->folder);
    snprintf(files.profile, sizeof files.profile, "%s/layout.yaml", run->folder);
    copy_file(MAG_SOURCE_DIR "/pipelines/packs/magnesium-safety.yaml", files.pack);
    copy_file(MAG_SOURCE_DIR "/pipelines/profiles/magscreen.yaml", files.profile);
    static const char text[] =
        "name: nightly\nas_of: 2025-12-31\nsources:\n"
        "  - {name: patients, kind: patients, profile: ./layout.yaml, files: "
        "[data/patients.csv.gz]}\n"
        "  - {name: labs, kind: labs, profile: ./layout.yaml, files: [\"-\"]}\n"
        "  - {name: prescriptions, kind: prescriptions, profile: ./layout.yaml,\n"
        "     files: [data/prescriptions.csv.gz]}\n"
        "pack: ./ours.yaml\n";
    file_write(files.pipeline, text, sizeof text - 1);
    return files;
}

static void send(int pipe, const char *at, size_t nbytes) {
    while (nbytes > 0) {
        ssize_t sent = write(pipe, at, nbytes);
        assert_true(sent > 0);
        at += sent;
        nbytes -= (size_t)sent;
    }
}

/* A run whose results come through a pipe: when the first bytes have left the pipe the run has read
   its settings, and it waits for the rest while `edit` changes them. */
static void screen_piped(fault_run *run, const fault_cohort *cohort, const settings_files *files,
                         void edit(const settings_files *files)) {
    int ends[2], waiting = 1;
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(fcntl(ends[1], F_SETFD, FD_CLOEXEC),
                     0); /* else the program never sees an end */
    const char *arguments[] = {"run", files->pipeline, "--out", run->out, NULL};
    program_child child = program_start(arguments, NULL, ends[0]);
    close(ends[0]);
    const bytes *labs = &cohort->text[FAULT_LABS];
    send(ends[1], labs->at, 4000);
    struct pollfd other = {.fd = ends[1], .events = 0};
    while (waiting > 0 && poll(&other, 1, 0) == 0) { /* an error: it has ended */
        assert_int_equal(ioctl(ends[1], FIONREAD, &waiting), 0);
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    }
    if (edit)
        edit(files);
    send(ends[1], labs->at + 4000, labs->nbytes - 4000);
    close(ends[1]);
    fault_collect(run, program_wait(child));
}

/* Another pack, an empty profile, a pipeline of another day: in place, or by another file. */
static void overwrite(const settings_files *files) {
    static const char pack[] = "pack: other\nversion: 9.9.9\n";
    file_write(files->pack, pack, sizeof pack - 1);
    file_write(files->profile, "", 0);
    file_write(files->pipeline, "as_of: 2019-01-01\n", 18);
}

static void replace(const settings_files *files) {
    const char *const paths[] = {files->pack, files->profile, files->pipeline};
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(unlink(paths[i]), 0);
    overwrite(files);
}

static void expect_same_text(const json_t *a, const json_t *b, const char *key) {
    const char *wanted = json_string_value(json_object_get(a, key));
    assert_non_null(wanted);
    assert_string_equal(json_string_value(json_object_get(b, key)), wanted);
}

static void t_P_21(void **state) {
    (void)state;
    void (*const edits[])(const settings_files *) = {overwrite, replace};
    fault_cohort cohort;
    fault_cohort_init(&cohort);
    fault_run quiet = fault_begin(&cohort);
    settings_files files = write_settings(&quiet);
    screen_piped(&quiet, &cohort, &files, NULL);
    fault_expect(&quiet, 0, NULL);
    fault_expect_golden(&quiet, true);
    for (size_t i = 0; i < 2; i++) {
        fault_run run = fault_begin(&cohort);
        files = write_settings(&run);
        screen_piped(&run, &cohort, &files, edits[i]);
        fault_expect(&run, 0, NULL);
        fault_expect_conserved(&run);
        fault_expect_golden(&run, true);
        expect_same_text(quiet.record, run.record, "result_sha256");
        expect_same_text(quiet.record, run.record, "config_sha256");
        expect_same_text(quiet.record, run.record, "as_of");
        expect_same_text(json_object_get(quiet.record, "pack"), json_object_get(run.record, "pack"),
                         "sha256");
        for (size_t k = 0; k < 3; k++)
            expect_same_text(json_array_get(json_object_get(quiet.record, "sources"), k),
                             json_array_get(json_object_get(run.record, "sources"), k),
                             "profile_sha256");
        fault_run_done(&run);
    }
    fault_run_done(&quiet);
    fault_cohort_done(&cohort);
}

/* --- P-24 --------------------------------------------------------------------------------------
 */

static mag_account account;

/* A file that is read from that line on. */
static mag_csv_reader *open_at(const char *path, mag_stream **stream, uint32_t line) {
    mag_csv_reader *reader;
    mag_error err = {0};
    assert_int_equal(mag_stream_open(stream, path, &account, &err), MAG_OK);
    assert_int_equal(mag_csv_open(&reader, *stream, "labs.csv", ',', 0, &account, &err), MAG_OK);
    mag_csv_count_lines_from(reader, line);
    return reader;
}

/* Lines are numbered beyond 2^31; at 2^32 the file is refused and nothing wraps. */
static void t_P_24(void **state) {
    (void)state;
    static const char text[] = "a,b\n1,2\n\n3,\"4\n5\"\n6,7\n8,9\n";
    static const uint32_t lines[] = {0, 2, 4, 5};
    const char *folder = program_folder_new();
    char kept[256], path[512];
    snprintf(kept, sizeof kept, "%s", folder);
    snprintf(path, sizeof path, "%s/labs.csv", kept);
    file_write(path, text, sizeof text - 1);
    for (uint64_t begin = (UINT64_C(1) << 31) - 8; begin <= UINT32_MAX;
         begin = begin >> 31 == 1 && begin < UINT32_MAX - 8 ? UINT32_MAX - 8 : begin + 1) {
        mag_stream *stream;
        mag_csv_reader *reader = open_at(path, &stream, (uint32_t)begin);
        mag_error err = {0};
        const mag_csv_row *row = NULL;
        size_t count = 0;
        mag_status status = mag_csv_next(reader, &row, &err);
        for (; status == MAG_OK && row; status = mag_csv_next(reader, &row, &err)) {
            assert_true(count < 4);
            assert_int_equal(row->line, begin + lines[count]);
            count++;
        }
        size_t wanted = 0;
        while (wanted < 4 && begin + lines[wanted] <= UINT32_MAX)
            wanted++;
        assert_int_equal(count, wanted);
        assert_int_equal(status, wanted == 4 ? MAG_OK : MAG_E_INPUT);
        if (wanted < 4)
            assert_int_equal(err.message, MAG_MSG_I136);
        mag_csv_close(reader);
        mag_stream_close(stream);
    }
    program_folder_remove(kept);
}

/* Rows are counted in 64 bits: sums of files, the check that none is lost, and shares of gates. */
static void t_P_24_rows(void **state) {
    (void)state;
    static const uint64_t sizes[] = {(UINT64_C(1) << 31) - 1, UINT64_C(1) << 31,
                                     (UINT64_C(1) << 32) - 1, UINT64_C(1) << 32,
                                     (UINT64_C(1) << 53) + 1};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        mag_error err = {0};
        mag_accounting one = {.read = 3 * sizes[i], .accepted = sizes[i], .duplicate = sizes[i]};
        one.rejected[MAG_REASON_UNIT_MISSING] = sizes[i];
        mag_accounting all = one;
        mag_accounting_add(&all, &one);
        assert_int_equal(all.read, 6 * sizes[i]);
        assert_int_equal(mag_accounting_rejected(&all), 2 * sizes[i]);
        assert_int_equal(mag_accounting_check(&all, "labs", &err), MAG_OK);
        all.accepted++;
        assert_int_equal(mag_accounting_check(&all, "labs", &err), MAG_E_INTERNAL);
        const mag_gate_limit limit = mag_gate_default(MAG_GATE_VALUE);
        const uint64_t of = 1000 * sizes[i];
        assert_int_equal(mag_gate_judge(of / 1000, of, &limit), MAG_GREEN);
        assert_int_equal(mag_gate_judge(of / 500, of, &limit), MAG_AMBER);
        assert_int_equal(mag_gate_judge(of / 50, of, &limit), MAG_RED);
    }
}

int main(void) {
    static const fault_row rows[] = {FAULT_ROW(t_P_13), FAULT_ROW(t_P_16), FAULT_ROW(t_P_21),
                                     FAULT_ROW(t_P_24), FAULT_ROW(t_P_24_rows)};
    return FAULT_ROWS_RUN(rows);
}
