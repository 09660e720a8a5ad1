/* Rows P-15 and P-19 of the fault matrix, and the limit on memory as a whole: what does not fit
   goes to a file without a name, and not a byte of the result depends on it. The long form
   (MAGSCREEN_LONG=1) has ten million laboratory rows in 256 MiB of addresses. */
#include "support/fault_row.h"
#include "support/program.h"

#include <dirent.h>
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

enum { PATH_NBYTES = 512, PATIENTS = 20000, LONG_PATIENTS = 335000, MIB = 1 << 20 };

static const char *const TABLES[] = {"flags.csv.gz", "cannot_tell.csv.gz", "rejects.csv.gz",
                                     "summary.csv", "lab_summary.csv"};
enum { TABLE_COUNT = sizeof TABLES / sizeof TABLES[0] };

typedef struct memory_case {
    char folder[PATH_NBYTES], data[PATH_NBYTES + 8], spill[PATH_NBYTES + 8];
    bytes wanted[TABLE_COUNT]; /* of a run without a limit */
    char digest[80];
} memory_case;

static void under(char path[PATH_NBYTES + 8], const char *folder, const char *name) {
    snprintf(path, PATH_NBYTES + 8, "%.400s/%s", folder, name);
}

static bytes table_of(const char *out, size_t i) {
    char path[PATH_NBYTES + 8];
    under(path, out, TABLES[i]);
    return strstr(TABLES[i], ".gz") ? file_inflate(path) : file_read(path);
}

static const char *digest_of(json_t *record) {
    return json_string_value(json_object_get(record, "result_sha256"));
}

static int64_t spilled_of(json_t *record, const char *key) {
    return json_integer_value(json_object_get(json_object_get(record, "memory"), key));
}

/* Runs the program on the cohort into `out`; more: up to eight further arguments. */
static program_result screen(const memory_case *of, const char *out, const char *const *more,
                             const char *const *environment) {
    const char *arguments[24] = {"run",     "--profile",  "magscreen", "--data", of->data,
                                 "--as-of", "2025-12-31", "--out",     out};
    for (size_t i = 0; more && more[i] && i < 8; i++)
        arguments[9 + i] = more[i];
    return program_run(arguments, environment, NULL);
}

static void must_succeed(const program_result *result) {
    if (result->exit_code != 0 && result->exit_code != 3)
        fail_msg("exit %d; it said:\n%s", result->exit_code, result->err.at);
}

static void begin(memory_case *of, unsigned patients) {
    char count[16], out[PATH_NBYTES + 8];
    memset(of, 0, sizeof *of);
    snprintf(of->folder, sizeof of->folder, "%s", program_folder_new());
    under(of->data, of->folder, "data");
    under(of->spill, of->folder, "spill");
    under(out, of->folder, "plain");
    assert_int_equal(mkdir(of->spill, 0700), 0);
    snprintf(count, sizeof count, "%u", patients);
    program_result made = program_run((const char *const[]){"synth", "--patients", count, "--out",
                                                            of->data, "--dirty", "0.001", NULL},
                                      NULL, NULL);
    must_succeed(&made);
    program_result_done(&made);
    program_result result = screen(of, out, NULL, NULL);
    must_succeed(&result);
    program_result_done(&result);
    json_t *record = run_record(out);
    snprintf(of->digest, sizeof of->digest, "%s", digest_of(record));
    assert_int_equal(spilled_of(record, "spilled_segments"), 0);
    json_decref(record);
    for (size_t i = 0; i < TABLE_COUNT; i++) {
        of->wanted[i] = table_of(out, i);
        assert_non_null(of->wanted[i].at);
    }
}

static void end(memory_case *of) {
    for (size_t i = 0; i < TABLE_COUNT; i++)
        free(of->wanted[i].at);
    program_folder_remove(of->folder);
}

static void expect_same(const memory_case *of, const char *out, bool must_spill) {
    json_t *record = run_record(out);
    assert_non_null(record);
    assert_string_equal(digest_of(record), of->digest);
    if (must_spill)
        assert_true(spilled_of(record, "spilled_bytes") > MIB);
    json_decref(record);
    for (size_t i = 0; i < TABLE_COUNT; i++) {
        bytes got = table_of(out, i);
        assert_non_null(got.at);
        assert_int_equal(got.nbytes, of->wanted[i].nbytes);
        assert_memory_equal(got.at, of->wanted[i].at, got.nbytes);
        free(got.at);
    }
}

static size_t entry_count(const char *folder) {
    DIR *open_folder = opendir(folder);
    size_t count = 0;
    assert_non_null(open_folder);
    for (const struct dirent *entry; (entry = readdir(open_folder));)
        count += entry->d_name[0] != '.';
    closedir(open_folder);
    return count;
}

/* The least that the program says it needs with so many threads, in MiB. */
static unsigned least_of(const memory_case *of, const char *threads) {
    char out[PATH_NBYTES + 8];
    under(out, of->folder, "refused");
    program_result result = screen(
        of, out, (const char *const[]){"--memory-limit", "1MiB", "--threads", threads, NULL}, NULL);
    assert_int_equal(result.exit_code, 8);
    assert_non_null(strstr(result.err.at, "MS-P402"));
    const char *told = strstr(result.err.at, " is ");
    assert_non_null(told);
    assert_non_null(
        strstr(result.err.at, strcmp(threads, "1") == 0 ? " 1 thread is " : " threads is "));
    const unsigned least = (unsigned)strtoul(told + strlen(" is "), NULL, 10);
    assert_false(file_exists(out));
    program_result_done(&result);
    return least;
}

static bool has_sanitizer(void) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    return true;
#else
    return false;
#endif
}

/* A limit below the least is refused with it; with a little more everything goes to disk and back,
   and nothing of the result changes. */
static void a_limit_is_kept_by_spilling(void **state) {
    (void)state;
    static const char *const threads[] = {"1", "2", "8"};
    memory_case of;
    begin(&of, PATIENTS);
    for (size_t i = 0; i < 3; i++) {
        char out[PATH_NBYTES + 8], limit[32];
        const size_t limit_mib = least_of(&of, threads[i]) + 6;
        under(out, of.folder, threads[i]);
        snprintf(limit, sizeof limit, "%zu MiB", limit_mib);
        program_result result =
            screen(&of, out,
                   (const char *const[]){"--memory-limit", limit, "--threads", threads[i],
                                         "--spill-dir", of.spill, NULL},
                   NULL);
        must_succeed(&result);
        if (!has_sanitizer()) /* its memory is not the program's */
            assert_in_range(result.most_resident_nbytes, MIB, limit_mib * MIB);
        program_result_done(&result);
        expect_same(&of, out, true);
        assert_int_equal(entry_count(of.spill), 0);
    }
    end(&of);
}

/* --- P-15 --------------------------------------------------------------------------------------
 */

/* As much address space as MiB for the programs that are started from here on; 0: as before. */
static void bound_addresses(rlim_t mib) {
    static struct rlimit before;
    struct rlimit bounds;
    if (mib) {
        assert_int_equal(getrlimit(RLIMIT_AS, &before), 0);
        bounds = before;
        bounds.rlim_cur = mib * MIB;
    } else {
        bounds = before;
    }
    assert_int_equal(setrlimit(RLIMIT_AS, &bounds), 0);
}

static program_result screen_bounded(const memory_case *of, const char *out, unsigned mib,
                                     const char *threads, const char *const *environment) {
    const char *const more[] = {"--threads", threads, NULL};
    bound_addresses(mib);
    program_result result = screen(of, out, more, environment);
    bound_addresses(0);
    return result;
}

static void expect_within_addresses(const memory_case *of, unsigned mib, const char *threads) {
    char out[PATH_NBYTES + 8], spill[PATH_NBYTES + 16];
    under(out, of->folder, "bounded");
    snprintf(spill, sizeof spill, "TMPDIR=%s", of->spill);
    program_result result =
        screen_bounded(of, out, mib, threads, (const char *const[]){spill, NULL});
    must_succeed(&result);
    assert_non_null(strstr(result.out.at, "limit on address space"));
    program_result_done(&result);
    expect_same(of, out, true);
    program_folder_remove(out);
}

static void expect_too_few_addresses(const memory_case *of, unsigned mib) {
    char out[PATH_NBYTES + 8];
    under(out, of->folder, "too-low");
    program_result result = screen_bounded(of, out, mib, "1", NULL);
    if (result.exit_code != 8 || !strstr(result.err.at, "MS-P402"))
        fail_msg("%u MiB of addresses: exit %d; it said:\n%s", mib, result.exit_code,
                 result.err.at);
    assert_false(file_exists(out));
    program_result_done(&result);
}

/* Nobody said a limit: that of the system counts. Where it is too low, the program says so: also
   where its stack could not grow later on (near 46 MiB it was killed once). */
static void t_P_15(void **state) {
    (void)state;
    static const unsigned too_low[] = {28, 36, 44, 45, 46, 47, 48, 60};
    memory_case of;
    if (has_sanitizer())
        fault_row_skip("a sanitizer takes more addresses than there are bytes");
    begin(&of, PATIENTS);
    expect_within_addresses(&of, 88, "1");
    for (size_t i = 0; i < sizeof too_low / sizeof too_low[0]; i++)
        expect_too_few_addresses(&of, too_low[i]);
    end(&of);
}

static void ten_million_rows_in_256_MiB(void **state) {
    (void)state;
    memory_case of;
    if (has_sanitizer() || getenv("MAGSCREEN_LONG") == NULL)
        fault_row_skip("MAGSCREEN_LONG=1 runs it, without sanitizers");
    begin(&of, LONG_PATIENTS);
    expect_within_addresses(&of, 256, "1");
    expect_within_addresses(&of, 256, "2");
    end(&of);
}

/* --- P-19 --------------------------------------------------------------------------------------
 */

/* The descriptor of the spill file among those of a process, once it has one; -1 if it ended. */
static int wait_for_spill(pid_t pid, struct stat *facts) {
    char folder[64], path[PATH_NBYTES], target[PATH_NBYTES];
    const struct timespec a_moment = {0, 1000000};
    snprintf(folder, sizeof folder, "/proc/%ld/fd", (long)pid);
    for (;;) {
        DIR *descriptors = opendir(folder);
        if (!descriptors)
            return -1;
        size_t count = 0;
        for (const struct dirent *entry; (entry = readdir(descriptors)); count++) {
            snprintf(path, sizeof path, "%s/%.64s", folder, entry->d_name);
            const ssize_t nbytes = readlink(path, target, sizeof target - 1);
            target[nbytes > 0 ? nbytes : 0] = '\0';
            if (strstr(target, "magscreen-spill-") && stat(path, facts) == 0) {
                closedir(descriptors);
                return 0;
            }
        }
        closedir(descriptors);
        if (count == 0)
            return -1;
        nanosleep(&a_moment, NULL);
    }
}

/* The file lost its name when it was made: taking its folder away takes nothing from the run. */
static void t_P_19(void **state) {
    (void)state;
    memory_case of;
    char out[PATH_NBYTES + 8], limit[32];
    struct stat facts;
    begin(&of, PATIENTS);
    under(out, of.folder, "out");
    snprintf(limit, sizeof limit, "%u MiB", least_of(&of, "2") + 6);
    const char *const arguments[] = {"run",   "--profile",      "magscreen",  "--data",
                                     of.data, "--as-of",        "2025-12-31", "--out",
                                     out,     "--memory-limit", limit,        "--threads",
                                     "2",     "--spill-dir",    of.spill,     NULL};
    program_child child = program_start(arguments, NULL, -1);
    assert_int_equal(wait_for_spill(child.pid, &facts), 0);
    assert_int_equal(facts.st_mode & 07777, 0600);
    assert_int_equal(facts.st_nlink, 0);
    while (rmdir(of.spill) != 0) /* its own folder goes in a moment */
        assert_int_equal(errno, ENOTEMPTY);
    program_result result = program_wait(child);
    must_succeed(&result);
    program_result_done(&result);
    expect_same(&of, out, true);
    end(&of);
}

static void expect_refused(program_result result, const char *message, const char *told,
                           const char *out) {
    if (result.exit_code != 8 || !strstr(result.err.at, message) || !strstr(result.err.at, told))
        fail_msg("exit %d; it said:\n%s", result.exit_code, result.err.at);
    assert_false(file_exists(out));
    program_result_done(&result);
}

/* A place that is not there: with a limit that was said at once, else when it is first needed. */
static void t_P_19_place_that_is_gone(void **state) {
    (void)state;
    memory_case of;
    char out[PATH_NBYTES + 8], gone[PATH_NBYTES + 8], temporary[PATH_NBYTES + 24];
    begin(&of, PATIENTS);
    under(out, of.folder, "out");
    under(gone, of.folder, "gone");
    expect_refused(
        screen(&of, out, (const char *const[]){"--memory-limit", "1GiB", "--spill-dir", gone, NULL},
               NULL),
        "MS-P409", "gone", out);
    if (!has_sanitizer()) {
        snprintf(temporary, sizeof temporary, "TMPDIR=%s", gone);
        expect_refused(screen_bounded(&of, out, 105, "1", (const char *const[]){temporary, NULL}),
                       "MS-P409", "gone", out);
    }
    end(&of);
}

/* --- P-07 --------------------------------------------------------------------------------------
 */

static void t_P_07_no_space_to_spill(void **state) {
    (void)state;
    enum { FILE_NBYTES = 2 << 20 };
    memory_case of;
    char out[PATH_NBYTES + 8], limit[32];
    struct rlimit before, bounds;
    begin(&of, PATIENTS);
    under(out, of.folder, "out");
    snprintf(limit, sizeof limit, "%u MiB", least_of(&of, "1") + 6);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    bounds = before;
    bounds.rlim_cur = FILE_NBYTES;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &bounds), 0);
    program_result result = screen(&of, out,
                                   (const char *const[]){"--memory-limit", limit, "--threads", "1",
                                                         "--spill-dir", of.spill, NULL},
                                   NULL);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    expect_refused(result, "MS-P403", "MiB more are needed", out);
    end(&of);
}

int main(void) {
    static const fault_row rows[] = {
        FAULT_ROW(a_limit_is_kept_by_spilling), FAULT_ROW(t_P_15),
        FAULT_ROW(ten_million_rows_in_256_MiB), FAULT_ROW(t_P_19),
        FAULT_ROW(t_P_19_place_that_is_gone),   FAULT_ROW(t_P_07_no_space_to_spill)};
    return FAULT_ROWS_RUN(rows);
}
