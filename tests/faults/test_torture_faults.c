/* Rows P-04, P-05, P-07, P-08, P-14, P-18 and P-22: what the machine does to the process. All calls
   and all allocations are tried by `./dev torture`; here is a share of them. */
#include "support/fault_cohort.h"
#include "support/fault_row.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

/* What the program finds around it; zeros: what is usual. */
typedef struct surroundings {
    rlim_t file_nbytes, descriptors;  /* limits; 0: none */
    const char *out, *err;            /* where stdout and stderr go */
    bool has_no_reader, has_no_stdio; /* stdout is a pipe that nobody reads; 0 to 2 are closed */
} surroundings;

static void limit(int resource, rlim_t most) {
    struct rlimit both = {most, most};
    if (most && setrlimit(resource, &both) != 0)
        _exit(126);
}

static void put_on(int fd, const char *path) {
    int other = path ? open(path, O_WRONLY) : fd;
    if (other < 0 || dup2(other, fd) < 0)
        _exit(125);
}

static void become(const char *const *arguments, const surroundings *around) {
    int ends[2];
    const char *argv[32] = {program_path()};
    for (size_t i = 0; arguments[i] && i < 30; i++)
        argv[i + 1] = arguments[i];
    if (around->has_no_reader && (pipe(ends) != 0 || close(ends[0]) != 0 || dup2(ends[1], 1) < 0))
        _exit(124);
    put_on(STDOUT_FILENO, around->out);
    put_on(STDERR_FILENO, around->err);
    for (int fd = 0; around->has_no_stdio && fd <= 2; fd++)
        close(fd);
    limit(RLIMIT_FSIZE, around->file_nbytes);
    limit(RLIMIT_NOFILE, around->descriptors);
    execv(argv[0], (char *const *)(uintptr_t)argv);
    _exit(127);
}

static bytes content_of(FILE *file) {
    bytes content = {calloc(1, 1 << 20), 0};
    assert_non_null(content.at);
    rewind(file);
    content.nbytes = fread(content.at, 1, (1 << 20) - 1, file);
    fclose(file);
    return content;
}

static program_result launch(const char *const *arguments, const surroundings *around) {
    FILE *out = tmpfile(), *err = tmpfile();
    int status;
    assert_true(out && err);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        dup2(fileno(out), STDOUT_FILENO);
        dup2(fileno(err), STDERR_FILENO);
        become(arguments, around);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    program_result result = {.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1};
    result.out = content_of(out);
    result.err = content_of(err);
    return result;
}

/* Runs on the data of a finished run again. */
static program_result launch_run(const fault_run *base, const char *out, const char *more,
                                 const surroundings *around) {
    char data[512];
    snprintf(data, sizeof data, "%s/data", base->folder);
    const char *arguments[] = {"run",        "--profile", "magscreen", "--data", data, "--as-of",
                               "2025-12-31", "--out",     out,         more,     NULL};
    return launch(arguments, around);
}

static void expect_said(const program_result *result, int exit_code, const char *said) {
    if (result->exit_code != exit_code || !strstr(result->err.at, said))
        fail_msg("exit %d, wanted %d and %s; it said:\n%s%s", result->exit_code, exit_code, said,
                 result->out.at, result->err.at);
}

/* The same bytes as before, run.json included. */
static void expect_intact(const char *folder, const bytes *record) {
    char path[700];
    snprintf(path, sizeof path, "%s/run.json", folder);
    bytes now = file_read(path);
    assert_non_null(now.at);
    assert_int_equal(now.nbytes, record->nbytes);
    assert_memory_equal(now.at, record->at, now.nbytes);
    free(now.at);
    program_result verified =
        program_run((const char *const[]){"verify", folder, NULL}, NULL, NULL);
    assert_int_equal(verified.exit_code, 0);
    program_result_done(&verified);
}

static void expect_no_partial(const char *folder) {
    char command[700];
    snprintf(command, sizeof command, "ls -d '%s'/*.partial-* >/dev/null 2>&1", folder);
    assert_int_not_equal(system(command), 0);
}

static fault_run clean_run(void) {
    fault_cohort cohort;
    fault_cohort_init(&cohort);
    fault_run run = fault_screen(&cohort, NULL);
    fault_expect(&run, 0, NULL);
    fault_cohort_done(&cohort);
    return run;
}

/* --- P-04 ------------------------------------------------------------------------------------- */

static void t_P_04(void **state) {
    (void)state;
    fault_run run = clean_run();
    char fresh[512], data[512];
    snprintf(fresh, sizeof fresh, "%s/fresh", run.folder);
    snprintf(data, sizeof data, "%s/data", run.folder);
    const char *const verbs[][12] = {
        {"help", "--markdown"},
        {"help", "MS-P403"},
        {"version"},
        {"run", "--profile", "magscreen", "--data", data, "--as-of", "2025-12-31", "--out", fresh},
        {"check", "--profile", "magscreen", "--data", data},
        {"worklist", "--from", run.out},
        {"rejects", "--from", run.out},
        {"explain", "@1", "--from", run.out, "--profile", "magscreen", "--data", data, "--as-of",
         "2025-12-31"},
        {"verify", run.out},
        {"verify", run.out, "--dump"},
        {"rules", "list"},
        {"rules", "test"},
    };
    for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++) {
        program_result heard = launch(verbs[i], &(surroundings){0});
        program_result result = launch(verbs[i], &(surroundings){.has_no_reader = true});
        int wanted = strcmp(verbs[i][0], "run") == 0 ? 2 : heard.exit_code; /* fresh is there now */
        if (result.exit_code != wanted || (wanted == 0 && result.err.nbytes > 0) ||
            !heard.out.nbytes)
            fail_msg("%s %s: exit %d instead of %d; it said: %s", verbs[i][0],
                     verbs[i][1] ? verbs[i][1] : "", result.exit_code, wanted, result.err.at);
        program_result_done(&result);
        program_result_done(&heard);
    }
    snprintf(fresh, sizeof fresh, "%s/unheard", run.folder);
    program_result unheard = launch_run(&run, fresh, NULL, &(surroundings){.has_no_reader = true});
    expect_said(&unheard, 0, "");
    assert_string_equal(unheard.err.at, "");
    program_result_done(&unheard);
    fault_run_done(&run);
}

/* --- P-05 ------------------------------------------------------------------------------------- */

static void t_P_05_limits(void **state) {
    static const char *const limits[] = {"64 KiB", "1 MiB", "2 MiB", "3 MiB", "4 MiB"};
    (void)state;
    fault_cohort cohort;
    fault_cohort_init(&cohort);
    unsigned refused = 0;
    for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++) {
        fault_run run =
            fault_screen(&cohort, (const char *const[]){"--memory-limit", limits[i], NULL});
        if (run.result.exit_code == 0) {
            fault_expect_golden(&run, true);
        } else {
            fault_expect(&run, 8, "MS-P402");
            fault_expect_refused(&run);
            refused++;
        }
        expect_no_partial(run.folder);
        fault_run_done(&run);
    }
    assert_true(refused > 0);
    fault_cohort_done(&cohort);
}

#ifdef MAG_TORTURE
static void expect_torture(const char *arguments) {
    char command[1024];
    snprintf(command, sizeof command, "'%s' %s", MAG_TORTURE, arguments);
    assert_int_equal(system(command), 0);
}

static void t_P_05_calls(void **state) {
    (void)state;
    expect_torture("rounds 25 memory");
}

static void t_P_08_calls(void **state) {
    (void)state;
    expect_torture("rounds 25 files");
}
#else
/* Sanitizers bring their own malloc, so that this build has no torture. */
static void t_P_05_calls(void **state) {
    (void)state;
    fault_row_skip("no call of the system can be made to fail in this build");
}

static void t_P_08_calls(void **state) {
    t_P_05_calls(state);
}
#endif

/* --- P-07 ------------------------------------------------------------------------------------- */

/* An old result, and no room for the new one. */
static void t_P_07_limit_on_file_sizes(void **state) {
    (void)state;
    fault_run run = clean_run();
    char path[700];
    snprintf(path, sizeof path, "%s/run.json", run.out);
    bytes record = file_read(path);
    char earlier[512];
    snprintf(earlier, sizeof earlier, "%s/data/patients.csv.gz", run.folder);
    for (int has_old = 0; has_old < 2; has_old++) {
        snprintf(path, sizeof path, "%s/%s", run.folder, has_old ? "out" : "new");
        program_result result = launch_run(&run, path, has_old ? "--force" : NULL,
                                           &(surroundings){.file_nbytes = 4096});
        if (has_old && result.exit_code == 0) { /* the same result: nothing had to be written */
            program_result_done(&result);
            continue;
        }
        expect_said(&result, 8, "[MS-P403]");
        expect_said(&result, 8, "needs 1 MB in ");
        assert_int_equal(file_exists(path), has_old);
        expect_no_partial(run.folder);
        program_result_done(&result);
    }
    expect_intact(run.out, &record);
    free(record.at);
    fault_run_done(&run);
}

/* A file system of 1 MiB that is nearly full: the old result stays as it was. */
static void expect_old_survives_full_disk(const fault_run *run, const char *disk) {
    static char filler[1 << 20];
    char out[700], path[1024];
    snprintf(out, sizeof out, "%s/out", disk);
    program_result first = launch_run(run, out, NULL, &(surroundings){0});
    expect_said(&first, 0, "");
    program_result_done(&first);
    snprintf(path, sizeof path, "%s/run.json", out);
    bytes record = file_read(path);
    snprintf(path, sizeof path, "%s/filler", disk);
    file_write(path, filler, (1 << 20) - (160 << 10)); /* about 64 KiB are left */
    char data[512];
    snprintf(data, sizeof data, "%s/data", run->folder);
    const char *arguments[] = {"run",        "--profile", "magscreen", "--data",  data, "--as-of",
                               "2025-12-30", "--out",     out,         "--force", NULL};
    program_result result = launch(arguments, &(surroundings){0});
    expect_said(&result, 8, "[MS-P403]");
    expect_said(&result, 8, "needs 1 MB in ");
    expect_intact(out, &record);
    expect_no_partial(disk);
    program_result_done(&result);
    free(record.at);
}

static void t_P_07_full_disk(void **state) {
    (void)state;
    fault_run run = clean_run();
    char disk[512];
    snprintf(disk, sizeof disk, "%s/disk", run.folder);
    assert_int_equal(mkdir(disk, 0700), 0);
    if (mount("tmpfs", disk, "tmpfs", 0, "size=1m,mode=0700") != 0) {
        assert_true(errno == EPERM || errno == EACCES || errno == ENODEV);
        fault_row_skip_part(
            "a small tmpfs cannot be mounted; limits on file sizes and /dev/full are tried");
    } else {
        expect_old_survives_full_disk(&run, disk);
        assert_int_equal(umount(disk), 0);
    }
    fault_run_done(&run);
}

static void t_P_07_full_stdout(void **state) {
    (void)state;
    fault_run run = clean_run();
    const char *const verbs[][4] = {
        {"worklist", "--from", run.out}, {"verify", run.out, "--dump"}, {"help", "--markdown"}};
    for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++) {
        program_result result = launch(verbs[i], &(surroundings){.out = "/dev/full"});
        expect_said(&result, 8, "[MS-P403]");
        program_result_done(&result);
    }
    fault_run_done(&run);
}

/* --- P-08 ------------------------------------------------------------------------------------- */

/* Reading the begin of its own memory is EIO: a file that opens and cannot be read. */
static void t_P_08_device(void **state) {
    (void)state;
    fault_run run = clean_run();
    char path[700], out[700];
    if (geteuid() != 0)
        fault_row_skip_part("only root may open the file that cannot be read");
    snprintf(path, sizeof path, "%s/data/labs.csv.gz", run.folder);
    snprintf(out, sizeof out, "%s/new", run.folder);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(symlink("/proc/self/mem", path), 0);
    program_result result = launch_run(&run, out, NULL, &(surroundings){0});
    if (geteuid() == 0)
        expect_said(&result, 8, "[MS-P404]");
    assert_int_not_equal(result.exit_code, 0);
    assert_false(file_exists(out));
    expect_no_partial(run.folder);
    program_result_done(&result);
    fault_run_done(&run);
}

/* --- P-14, P-18, P-22 ------------------------------------------------------------------------- */

static void t_P_14(void **state) {
    (void)state;
    fault_run run = clean_run();
    char out[700];
    snprintf(out, sizeof out, "%s/new", run.folder);
    program_result result = launch_run(&run, out, NULL, &(surroundings){.descriptors = 16});
    expect_said(&result, 8, "[MS-P408]");
    expect_said(&result, 8, "needs 24");
    assert_false(file_exists(out));
    expect_no_partial(run.folder);
    program_result_done(&result);
    /* `check` finds it beforehand, and goes on. */
    char data[700];
    snprintf(data, sizeof data, "%s/data", run.folder);
    const char *const check[] = {"check", "--profile", "magscreen", "--data", data, NULL};
    result = launch(check, &(surroundings){.descriptors = 16});
    expect_said(&result, 1, "");
    assert_non_null(strstr(result.out.at, "  BAD  open files: the limit on open files is 16"));
    assert_non_null(strstr(result.out.at, "[MS-P408]"));
    assert_non_null(strstr(result.out.at, " ok, 1 bad"));
    program_result_done(&result);
    result = launch(check, &(surroundings){.descriptors = 24});
    expect_said(&result, 0, "");
    assert_non_null(strstr(result.out.at, " ok, 0 bad"));
    program_result_done(&result);
    /* With as many as it asks for, all goes well. */
    result = launch_run(&run, out, NULL, &(surroundings){.descriptors = 24});
    expect_said(&result, 0, "");
    program_result_done(&result);
    fault_run_done(&run);
}

enum { CANNOT_LOAD = 127 }; /* not even its libraries */

/* With ever fewer descriptors: what is usual, then what is missing and nothing else. */
static void expect_all_or_nothing(const char *const *verb, const char *usual) {
    unsigned said = 0;
    for (rlim_t most = 15; most >= 3; most--) {
        program_result result = launch(verb, &(surroundings){.descriptors = most});
        if (result.exit_code == 0) {
            assert_string_equal(result.out.at, usual);
        } else if (result.exit_code != CANNOT_LOAD) {
            expect_said(&result, 8, "MS-P408");
            expect_said(&result, 8, "ulimit -n");
            assert_int_equal(result.out.nbytes, 0);
            said++;
        }
        program_result_done(&result);
    }
    assert_true(said > 0);
}

/* `check` says what a run will need. The verbs that read one folder need fewer: 16 change nothing
   of what they say, and where even those are too few they say so and nothing else. */
static void t_P_14_other_verbs(void **state) {
    (void)state;
    fault_run run = clean_run();
    const char *const check[] = {"check",  "--profile", "magscreen",  "--data",
                                 run.data, "--as-of",   "2025-12-31", NULL};
    program_result result = launch(check, &(surroundings){.descriptors = 16});
    expect_said(&result, 1, "");
    assert_non_null(strstr(result.out.at, "needs 24"));
    assert_non_null(strstr(result.out.at, "MS-P408"));
    program_result_done(&result);
    result = launch(check, &(surroundings){.descriptors = 24});
    expect_said(&result, 0, "");
    program_result_done(&result);
    const char *const verbs[][10] = {
        {"explain", "@1", "--from", run.out, NULL},
        {"explain", "@1", "--from", run.out, "--json", NULL},
        {"worklist", "--from", run.out, NULL},
        {"rejects", "--from", run.out, NULL},
        {"verify", run.out, NULL},
    };
    for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++) {
        program_result usual = launch(verbs[i], &(surroundings){0});
        result = launch(verbs[i], &(surroundings){.descriptors = 16});
        expect_said(&usual, 0, "");
        expect_said(&result, 0, "");
        assert_string_equal(result.out.at, usual.out.at);
        program_result_done(&result);
        expect_all_or_nothing(verbs[i], usual.out.at);
        program_result_done(&usual);
    }
    fault_run_done(&run);
}

/* A cohort is written whole or not at all, and the message says what was missing. */
static void t_P_14_synth(void **state) {
    (void)state;
    char folder[256], out[300];
    snprintf(folder, sizeof folder, "%s", program_folder_new());
    snprintf(out, sizeof out, "%s/cohort", folder);
    const char *const synth[] = {"synth", "--patients", "10", "--out", out, NULL};
    int exit_code = 0;
    for (rlim_t most = 15; most >= 3 && exit_code == 0; most--) {
        program_result result = launch(synth, &(surroundings){.descriptors = most});
        exit_code = result.exit_code;
        if (exit_code != 0)
            expect_said(&result, 8, "[MS-P408]");
        assert_int_equal(file_exists(out), exit_code == 0);
        expect_no_partial(folder);
        program_result_done(&result);
        if (exit_code == 0)
            program_folder_remove(out);
    }
    assert_int_equal(exit_code, 8);
    program_folder_remove(folder);
}

static void t_P_18(void **state) {
    (void)state;
    fault_run run = clean_run();
    char out[700], path[1024];
    snprintf(out, sizeof out, "%s/new", run.folder);
    program_result result = launch_run(&run, out, NULL, &(surroundings){.has_no_stdio = true});
    assert_int_equal(result.exit_code, 0);
    program_result_done(&result);
    static const char *const names[] = {"flags.csv.gz", "cannot_tell.csv.gz", "summary.csv",
                                        "lab_summary.csv", "rejects.csv.gz"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        snprintf(path, sizeof path, "%s/%s", run.out, names[i]);
        bytes golden = file_read(path);
        snprintf(path, sizeof path, "%s/%s", out, names[i]);
        bytes got = file_read(path);
        assert_int_equal(got.nbytes, golden.nbytes);
        assert_memory_equal(got.at, golden.at, golden.nbytes);
        free(golden.at);
        free(got.at);
    }
    /* A wrong command line is told to nobody, and is still a wrong command line. */
    result = launch((const char *const[]){"run", "--no-such-option", NULL},
                    &(surroundings){.has_no_stdio = true});
    assert_int_equal(result.exit_code, 2);
    program_result_done(&result);
    fault_run_done(&run);
}

static unsigned times_said(const program_result *result, const char *what) {
    unsigned count = 0;
    for (const char *at = result->out.at; (at = strstr(at, what)); at++)
        count++;
    return count;
}

/* A row that is set aside is told on stderr. */
static void t_P_22(void **state) {
    (void)state;
    fault_cohort cohort;
    fault_cohort_init(&cohort);
    fault_append_lab(&cohort, "0,70", "mmol/L", "2025-12-01T08:00");
    fault_run run = fault_screen(&cohort, NULL);
    fault_expect(&run, 3, "MS-I240");
    assert_int_equal(times_said(&run.result, "MS-P411"), 0);
    char out[700];
    snprintf(out, sizeof out, "%s/new", run.folder);
    program_result result = launch_run(&run, out, NULL, &(surroundings){.err = "/dev/full"});
    assert_int_equal(result.exit_code, 3);
    assert_int_equal(times_said(&result, "MS-P411"), 1);
    program_result verified = program_run((const char *const[]){"verify", out, NULL}, NULL, NULL);
    assert_int_equal(verified.exit_code, 0);
    program_result_done(&verified);
    program_result_done(&result);
    fault_run_done(&run);
    fault_cohort_done(&cohort);
}

int main(void) {
    const fault_row rows[] = {
        FAULT_ROW(t_P_04),
        FAULT_ROW(t_P_05_limits),
        FAULT_ROW(t_P_05_calls),
        FAULT_ROW(t_P_08_calls),
        FAULT_ROW(t_P_07_limit_on_file_sizes),
        FAULT_ROW(t_P_07_full_disk),
        FAULT_ROW(t_P_07_full_stdout),
        FAULT_ROW(t_P_08_device),
        FAULT_ROW(t_P_14),
        FAULT_ROW(t_P_14_other_verbs),
        FAULT_ROW(t_P_14_synth),
        FAULT_ROW(t_P_18),
        FAULT_ROW(t_P_22),
    };
    return FAULT_ROWS_RUN(rows);
}
