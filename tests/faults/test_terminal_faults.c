/* Rows S-04, S-08, S-13 and S-14 of the fault matrix: paths that lead elsewhere, what a crash would
   leave, and names that would steer the reader's terminal or forge lines of a log. */
#include "base/utf8.h"
#include "support/fault_cohort.h"
#include "support/fault_row.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* --- paths ---------------------------------------------------------------------------------------
 */

static void expect_out_refused(const fault_run *clean, const char *out, const char *id) {
    char data[512];
    snprintf(data, sizeof data, "%s/data", clean->folder);
    program_result result =
        program_run((const char *const[]){"run", "--profile", "magscreen", "--data", data,
                                          "--as-of", "2025-12-31", "--out", out, "--force", NULL},
                    NULL, NULL);
    if (result.exit_code != 2 || !strstr(result.err.at, id))
        fail_msg("%s: exit %d, wanted 2 and %s: %s", out, result.exit_code, id, result.err.at);
    program_result_done(&result);
}

/* A link as the target, in place of what a run would leave beside it, or inside it. */
static void t_S_04_links(void **state) {
    (void)state;
    fault_cohort cohort;
    fault_cohort_init(&cohort);
    fault_run clean = fault_screen(&cohort, NULL);
    char elsewhere[512], out[512], beside[640];
    snprintf(elsewhere, sizeof elsewhere, "%s/elsewhere", clean.folder);
    assert_int_equal(mkdir(elsewhere, 0700), 0);
    snprintf(out, sizeof out, "%s/link", clean.folder);
    assert_int_equal(symlink(elsewhere, out), 0);
    expect_out_refused(&clean, out, "MS-S602");
    snprintf(out, sizeof out, "%s/dangling", clean.folder);
    assert_int_equal(symlink("/nowhere/at/all", out), 0);
    expect_out_refused(&clean, out, "MS-S602");
    static const char *const ends[] = {".held", ".failed"};
    for (size_t i = 0; i < 2; i++) {
        snprintf(out, sizeof out, "%s/beside%zu", clean.folder, i);
        snprintf(beside, sizeof beside, "%s%s", out, ends[i]);
        assert_int_equal(symlink(elsewhere, beside), 0);
        expect_out_refused(&clean, out, "MS-P405");
        /* A real folder, with a link under the name of one of its files. */
        snprintf(out, sizeof out, "%s/inside%zu", clean.folder, i);
        snprintf(beside, sizeof beside, "%s%s", out, ends[i]);
        assert_int_equal(mkdir(beside, 0700), 0);
        snprintf(beside, sizeof beside, "%s%s/run.json", out, ends[i]);
        assert_int_equal(symlink(clean.out, beside), 0);
        expect_out_refused(&clean, out, "MS-P405");
    }
    static const char *const ways_up[] = {"/..", "/../x", "/../../x"};
    for (size_t i = 0; i < 3; i++) {
        snprintf(out, sizeof out, "%s%s", clean.out, ways_up[i]);
        expect_out_refused(&clean, out, "MS-S602");
    }
    expect_out_refused(&clean, "../../x", "MS-S602");
    assert_false(file_exists("../../x"));
    snprintf(out, sizeof out, "%s/x", clean.folder);
    assert_false(file_exists(out));
    assert_int_equal(rmdir(elsewhere), 0); /* nothing was written there */
    fault_run_done(&clean);
    fault_cohort_done(&cohort);
}

/* Names of sources are no paths, and no file is named after data. */
static void t_S_04_names(void **state) {
    (void)state;
    static const char *const names[] = {"\"../../etc/x\"", "a/b",           "\"a\\nb\"",
                                        "\"a\\e[31m\"",    "\"a\\u202eb\"", "\"\""};
    fault_cohort cohort;
    fault_cohort_init(&cohort);
    fault_append(&cohort, FAULT_PATIENTS_TABLE,
                 "../../../x,F,1980-01-01,,../up,60,165,2025-06-01\n");
    fault_run clean = fault_screen(&cohort, NULL);
    fault_expect(&clean, 0, NULL);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char path[512], text[512];
        snprintf(path, sizeof path, "%s/pipeline.yaml", clean.folder);
        int length = snprintf(text, sizeof text,
                              "name: n\nas_of: 2025-12-31\nsources:\n  - { name: %s, kind: "
                              "patients, profile: magscreen, files: [data/patients.csv.gz] }\n"
                              "pack: magnesium-safety\nsink: { directory: named }\n",
                              names[i]);
        file_write(path, text, (size_t)length);
        program_result result = program_run((const char *const[]){"run", path, NULL}, NULL, NULL);
        assert_int_equal(result.exit_code, 2);
        assert_non_null(strstr(result.err.at, "MS-S602"));
        program_result_done(&result);
        snprintf(path, sizeof path, "%s/named", clean.folder);
        assert_false(file_exists(path));
    }
    fault_run_done(&clean);
    fault_cohort_done(&cohort);
}

/* --- crashes -------------------------------------------------------------------------------------
 */

/* Starts `check PIPE` in the folder with no limit on core files; it waits for somebody to write
   into the pipe. Returns its process id and a descriptor of the pipe once it has come that far. */
static pid_t start_waiting(const char *folder, int *writer) {
    char pipe_path[512];
    snprintf(pipe_path, sizeof pipe_path, "%s/pipeline.yaml", folder);
    assert_int_equal(mkfifo(pipe_path, 0600), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        struct rlimit all;
        int null = open("/dev/null", O_RDWR);
        if (chdir(folder) == 0 && getrlimit(RLIMIT_CORE, &all) == 0) {
            all.rlim_cur = all.rlim_max;
            (void)setrlimit(RLIMIT_CORE, &all);
        }
        for (int fd = 0; fd < 3; fd++)
            dup2(null, fd);
        execl(program_path(), "magscreen", "check", "pipeline.yaml", (char *)NULL);
        _exit(127);
    }
    while ((*writer = open(pipe_path, O_WRONLY | O_NONBLOCK | O_CLOEXEC)) < 0) {
        assert_int_equal(errno, ENXIO); /* nobody reads yet */
        assert_int_equal(waitpid(child, NULL, WNOHANG), 0);
        struct timespec pause = {0, 1000000};
        nanosleep(&pause, NULL);
    }
    return child;
}

/* Soft and hard limit of core files in /proc/PID/limits. */
static void assert_no_core_allowed(pid_t child) {
    char path[64];
    snprintf(path, sizeof path, "/proc/%ld/limits", (long)child);
    bytes limits = file_read(path);
    assert_non_null(limits.at);
    unsigned long long soft = 1, hard = 1;
    const char *line = strstr(limits.at, "Max core file size");
    assert_non_null(line);
    assert_int_equal(sscanf(line, "Max core file size %llu %llu", &soft, &hard), 2);
    assert_int_equal(soft, 0);
    assert_int_equal(hard, 0);
    free(limits.at);
    /* What must not be dumped belongs to root in /proc, so that its user cannot look into it. */
    struct stat facts;
    snprintf(path, sizeof path, "/proc/%ld/mem", (long)child);
    assert_int_equal(stat(path, &facts), 0);
    assert_int_equal(facts.st_uid, 0);
}

static void t_S_08(void **state) {
    (void)state;
    static const int crashes[] = {SIGSEGV, SIGABRT, SIGBUS, SIGQUIT};
    for (size_t i = 0; i < sizeof crashes / sizeof crashes[0]; i++) {
        char folder[256];
        int writer, status;
        snprintf(folder, sizeof folder, "%s", program_folder_new());
        pid_t child = start_waiting(folder, &writer);
        assert_no_core_allowed(child);
        assert_int_equal(kill(child, crashes[i]), 0);
        assert_int_equal(waitpid(child, &status, 0), child);
#if !defined(__SANITIZE_ADDRESS__)
        assert_true(WIFSIGNALED(status));
#endif
#ifdef WCOREDUMP
        assert_false(WIFSIGNALED(status) && WCOREDUMP(status));
#endif
        close(writer);
        DIR *listing = opendir(folder);
        assert_non_null(listing);
        for (struct dirent *entry; (entry = readdir(listing));)
            assert_true(entry->d_name[0] == '.' || strcmp(entry->d_name, "pipeline.yaml") == 0);
        closedir(listing);
        program_folder_remove(folder);
    }
}

/* --- what reaches a terminal ---------------------------------------------------------------------
 */

/* Clears the screen, turns the writing round, ends a line and forges the next. */
#define EVIL                                                                                       \
    "\x1b[2J\xe2\x80\xae\xc2\x9b"                                                                  \
    "31m\x07"
#define FORGED "magscreen: all is well"

static void expect_harmless(const char *what, const bytes *shown) {
    for (size_t i = 0; i < shown->nbytes;) {
        uint32_t code;
        size_t length = mag_utf8_next((mag_span){shown->at + i, shown->nbytes - i}, &code);
        bool is_line_end = length == 1 && shown->at[i] == '\n';
        if (length == 0 || (mag_utf8_is_control(code) && !is_line_end))
            fail_msg("%s shows a control character: ...%.200s", what,
                     shown->at + (i > 60 ? i - 60 : 0));
        i += length;
    }
    assert_int_not_equal(strncmp(shown->at, FORGED, strlen(FORGED)), 0);
    assert_null(strstr(shown->at, "\n" FORGED));
}

static program_result expect_harmless_run(const char *const *arguments, const bytes *input) {
    program_result result = program_run(arguments, NULL, input);
    expect_harmless(arguments[0], &result.out);
    expect_harmless(arguments[0], &result.err);
    return result;
}

/* In cells: ids, sites, drug names that look like ours, units, codes, routes, comments. */
static void add_evil_rows(fault_cohort *cohort) {
    fault_append(cohort, FAULT_PATIENTS_TABLE,
                 "evil\xe2\x80\xae"
                 "1,F,1940-01-01,,\"S" EVIL "\n" FORGED "\",60,165,2025-06-01\n");
    fault_append(cohort, FAULT_LABS,
                 "evil\xe2\x80\xae"
                 "1,2601-3,0.41,mmol/L,2025-12-20T08:00,\"" EVIL "\n" FORGED "\"\n"
                 "evil\xe2\x80\xae"
                 "1,2601-3,0.41,\"" EVIL "\n" FORGED "\",2025-12-21T08:00,\n"
                 "evil\xe2\x80\xae"
                 "1,2601-3,\"0" EVIL "\n" FORGED "\",mmol/L,2025-12-22T08:00,\n"
                 "evil\x1b,2601-3,0.41,mmol/L,2025-12-22T08:00,\n");
    fault_append(cohort, FAULT_RX,
                 "evil\xe2\x80\xae"
                 "1,,\"Omeprazole" EVIL "\n" FORGED "\",order,2025-12-01,,20,\"" EVIL
                 "\",1,\"oral" EVIL "\"\n"
                 "evil\xe2\x80\xae"
                 "1,,\"xprazole " EVIL "\n" FORGED "\",order,2025-12-01,,,,,\n"
                 "evil\xe2\x80\xae"
                 "1,C03CA01,\"Furosemide" EVIL "\n" FORGED "\",order,2025-12-01,,,,,oral\n");
}

static void t_S_13(void **state) {
    (void)state;
    fault_cohort cohort;
    fault_cohort_init(&cohort);
    add_evil_rows(&cohort);
    fault_run run = fault_screen(&cohort, NULL);
    expect_harmless("run", &run.result.out);
    expect_harmless("run", &run.result.err);
    assert_true(run.result.exit_code == 3 || run.result.exit_code == 4);
    const char *from = run.out;
    char held[512], data[512];
    snprintf(held, sizeof held, "%s.held", run.out);
    snprintf(data, sizeof data, "%s/data", run.folder);
    if (!file_exists(from))
        from = held;
    bytes id = {(char *)(uintptr_t) "evil\xe2\x80\xae"
                                    "1\n",
                9};
    const char *const calls[][12] = {
        {"worklist", "--from", from, NULL},
        {"worklist", "--from", from, "--json", NULL},
        {"rejects", "--from", from, NULL},
        {"rejects", "--from", from, "--json", NULL},
        {"explain", "-", "--from", from, NULL},
        {"explain", "-", "--from", from, "--json", NULL},
        {"verify", from, NULL},
        {"run", "--profile", "magscreen", "--data", data, "--as-of", "2025-12-31", "--dry-run",
         "--json", NULL},
        {"run", "--profile", EVIL "\n" FORGED, "--data", data, NULL},
        {"run", "--as-of", EVIL "\n" FORGED, "--profile", "magscreen", "--data", data, NULL},
        {EVIL "\n" FORGED, NULL},
        {"help", EVIL "\n" FORGED, NULL},
        {"check", EVIL "\n" FORGED, NULL},
        {"check", EVIL "\n" FORGED, "--json", NULL},
    };
    for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++) {
        bool is_explained = strcmp(calls[i][0], "explain") == 0;
        program_result result = expect_harmless_run(calls[i], is_explained ? &id : NULL);
        if (is_explained) /* its names are told, harmless */
            assert_non_null(strstr(result.out.at, "Furosemide"));
        program_result_done(&result);
    }
    fault_run_done(&run);
    fault_cohort_done(&cohort);
}

/* In headers and names of files, and in a pipeline's and a pack's own words. */
static void t_S_14(void **state) {
    (void)state;
    fault_cohort cohort;
    fault_cohort_init(&cohort);
    fault_replace(&cohort, FAULT_LABS, "code,", "\"code" EVIL "\n" FORGED "\",");
    fault_run run = fault_screen(&cohort, NULL);
    fault_expect(&run, 4, "MS-I128");
    expect_harmless("run", &run.result.err);
    char path[512], name[640];
    snprintf(path, sizeof path, "%s/data/labs.csv.gz", run.folder);
    snprintf(name, sizeof name, "%s/data/labs" EVIL "\n" FORGED ".csv", run.folder);
    assert_int_equal(unlink(path), 0);
    file_write(name, "patient_id,code\nx,y\n", 20);
    snprintf(path, sizeof path, "%s/data", run.folder);
    static const char *const forms[] = {"--dry-run", "--json"};
    for (int i = 0; i < 2; i++) {
        program_result result = expect_harmless_run(
            (const char *const[]){"run", "--profile", "magscreen", "--data", path, "--as-of",
                                  "2025-12-31", "--dry-run", forms[i], NULL},
            NULL);
        assert_int_equal(result.exit_code, 4);
        json_t *line = json_loads(result.err.at, 0, NULL);
        assert_true((line != NULL) == (i == 1)); /* one line, and that is JSON */
        json_decref(line);
        program_result_done(&result);
    }
    static const char *const faults[] = {
        "name: \"x\\nmagscreen: all is well\"\nsauces: 1\n",
        "\"a\\nmagscreen: all is well\": 1\n",
        "name: x\nas_of: \"\\nmagscreen: all is well\"\nsources: []\npack: p\n",
        "name: x\nas_of: latest\nsources:\n  - { name: a, kind: \"\\nmagscreen: all is well\", "
        "profile: magscreen, files: [x] }\npack: p\n",
        "name: x\nas_of: latest\nstrata: [\"\\e[2J\\nmagscreen: all is well\"]\nsources: []\npack: "
        "p\n",
    };
    snprintf(path, sizeof path, "%s/pipeline.yaml", run.folder);
    for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++) {
        file_write(path, faults[i], strlen(faults[i]));
        program_result result =
            expect_harmless_run((const char *const[]){"check", path, NULL}, NULL);
        assert_int_equal(result.exit_code, 1);
        program_result_done(&result);
        result = expect_harmless_run((const char *const[]){"rules", "lint", path, NULL}, NULL);
        assert_int_not_equal(result.exit_code, 0);
        program_result_done(&result);
    }
    fault_run_done(&run);
    fault_cohort_done(&cohort);
}

int main(void) {
    static const fault_row rows[] = {FAULT_ROW(t_S_04_links), FAULT_ROW(t_S_04_names),
                                     FAULT_ROW(t_S_08), FAULT_ROW(t_S_13), FAULT_ROW(t_S_14)};
    return FAULT_ROWS_RUN(rows);
}
