/* Rows I-13, I-14 and I-17 of the list of faults: files that change, come twice or cannot be read,
   whole program. */
#include "support/fault_cohort.h"
#include "support/fault_row.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static void path_in_data(const fault_run *run, const char *name, char path[512]) {
    snprintf(path, 512, "%s/%s", run->data, name);
}

/* --- I-13: stopped in the middle of the file --------------------------------------------------
 */

static void grow(const char *path) {
    FILE *out = fopen(path, "ab");
    assert_non_null(out);
    assert_true(fputs("q0002,718-7,130,g/L,2025-05-05T08:00,\n", out) >= 0);
    assert_int_equal(fclose(out), 0);
}

static void shrink(const char *path) {
    struct stat facts;
    assert_int_equal(stat(path, &facts), 0);
    assert_int_equal(truncate(path, facts.st_size - 40), 0);
}

/* The same bytes in another file under the name. */
static void replace(const char *path) {
    char other[520];
    snprintf(other, sizeof other, "%s.new", path);
    bytes content = file_read(path);
    file_write(other, content.at, content.nbytes);
    free(content.at);
    assert_int_equal(rename(other, path), 0);
}

static void rewrite_in_place(const char *path) {
    int fd = open(path, O_WRONLY);
    assert_true(fd >= 0);
    assert_int_equal(pwrite(fd, "p", 1, 0), 1);
    assert_int_equal(close(fd), 0);
}

static void touch(const char *path) {
    assert_int_equal(utimensat(AT_FDCWD, path, NULL, 0), 0);
}

static void delete (const char *path) {
    assert_int_equal(unlink(path), 0);
}

/* Whether the process has the file open and has not come to its end. */
static bool is_in_the_middle(pid_t pid, const char *path) {
    struct stat facts;
    assert_int_equal(stat(path, &facts), 0);
    for (int fd = 3; fd < 32; fd++) {
        char name[64], target[512];
        snprintf(name, sizeof name, "/proc/%d/fd/%d", (int)pid, fd);
        ssize_t length = readlink(name, target, sizeof target - 1);
        if (length < 0)
            continue;
        target[length] = '\0';
        if (strcmp(target, path) != 0)
            continue;
        long long position = -1;
        snprintf(name, sizeof name, "/proc/%d/fdinfo/%d", (int)pid, fd);
        FILE *in = fopen(name, "r");
        assert_non_null(in);
        assert_int_equal(fscanf(in, "pos: %lld", &position), 1);
        fclose(in);
        return position > 0 && position < facts.st_size;
    }
    return false;
}

/* Stops the program at its first read of the file; false if it was too late to be in the middle. */
static bool stop_at_first_read(pid_t pid, int watch, const char *path) {
    siginfo_t info;
    struct pollfd accessed = {.fd = watch, .events = POLLIN};
    assert_int_equal(poll(&accessed, 1, 60000), 1);
    assert_int_equal(kill(pid, SIGSTOP), 0);
    assert_int_equal(waitid(P_PID, (id_t)pid, &info, WSTOPPED | WEXITED | WNOWAIT), 0);
    return info.si_code == CLD_STOPPED && is_in_the_middle(pid, path);
}

/* Runs the program and changes the file in the middle; false if the program was too fast. */
static bool screen_changing(const fault_cohort *cohort, void (*change)(const char *path)) {
    char path[512];
    fault_run run = fault_begin(cohort);
    path_in_data(&run, "labs.csv", path);
    int watch = inotify_init1(IN_CLOEXEC), nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
    assert_true(watch >= 0 && nothing >= 0);
    assert_true(inotify_add_watch(watch, path, IN_ACCESS) >= 0);
    const char *arguments[] = {"run",     "--profile",  "magscreen", "--data", run.data,
                               "--as-of", "2025-12-31", "--out",     run.out,  NULL};
    program_child child = program_start(arguments, NULL, nothing);
    bool is_caught = stop_at_first_read(child.pid, watch, path);
    if (is_caught)
        change(path);
    kill(child.pid, SIGCONT);
    fault_collect(&run, program_wait(child));
    if (is_caught) {
        fault_expect(&run, 4, "MS-I109");
        fault_expect_rejects(&run, "file.changed", 1);
        fault_expect_refused(&run);
    }
    fault_run_done(&run);
    close(watch);
    close(nothing);
    return is_caught;
}

static void t_I_13(void **state) {
    (void)state;
    static void (*const changes[])(const char *) = {grow,  shrink, replace, rewrite_in_place,
                                                    touch, delete};
    fault_cohort cohort;
    fault_cohort_init(&cohort);
    cohort.is_plain[FAULT_LABS] = true;
    for (int i = 0; i < 100; i++)
        fault_pad(&cohort); /* 5 MiB */
    for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
        unsigned tries = 0;
        while (!screen_changing(&cohort, changes[i]))
            assert_true(++tries < 50);
    }
    fault_cohort_done(&cohort);
}

/* --- I-14: twice ------------------------------------------------------------------------------
 */

static void t_I_14_the_same_file(void **state) {
    (void)state;
    static const char *const pairs[][2] = {{"labs.csv.gz", "labs-more.csv.gz"},
                                           {"labs.csv.gz", "labs.csv"},
                                           {"prescriptions.csv.gz", "prescriptions-2.csv.gz"},
                                           {"patients.csv.gz", "patients-2.csv.gz"}};
    fault_cohort cohort;
    fault_cohort_init(&cohort);
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        char path[512], copy[512];
        fault_run run = fault_begin(&cohort);
        path_in_data(&run, pairs[i][0], path);
        path_in_data(&run, pairs[i][1], copy);
        bytes content = file_read(path);
        file_write(copy, content.at, content.nbytes);
        free(content.at);
        fault_screen_folder(&run, NULL);
        fault_expect(&run, 4, "MS-I110");
        assert_non_null(strstr(run.result.err.at, pairs[i][0]));
        assert_non_null(strstr(run.result.err.at, pairs[i][1]));
        fault_expect_rejects(&run, "file.duplicate", 1);
        fault_expect_refused(&run);
        fault_run_done(&run);
    }
    fault_cohort_done(&cohort);
}

/* Packed once more, so another digest: its rows are exact duplicates. */
static void t_I_14_the_same_rows_in_another_file(void **state) {
    (void)state;
    fault_cohort cohort;
    fault_cohort_init(&cohort);
    char path[512];
    fault_run run = fault_begin(&cohort);
    path_in_data(&run, "labs-plain.csv", path);
    file_write(path, cohort.text[FAULT_LABS].at, cohort.text[FAULT_LABS].nbytes);
    fault_screen_folder(&run, NULL);
    fault_expect(&run, 0, NULL);
    assert_int_equal(fault_count(&run, "labs", "read"), 1200);
    assert_int_equal(fault_count(&run, "labs", "duplicate"), 600);
    fault_expect_conserved(&run);
    fault_expect_golden(&run, true);
    fault_run_done(&run);
    fault_cohort_done(&cohort);
}

/* A row that is set aside is set aside twice, as every row lands in a bucket; what the result says
   of it (a mark, an implausible value, a share without units) it says once. */
static void t_I_14_the_same_dirty_rows_in_another_file(void **state) {
    (void)state;
    static const char *const dirt[] = {"clotted,mmol/L", "45,mmol/L", "0.7,", "0.7,furlong",
                                       "\"0,7\",mmol/L"};
    enum { DIRTY = 5 };
    fault_cohort cohort;
    fault_cohort_init(&cohort);
    fault_pad(&cohort);
    for (unsigned i = 0; i < DIRTY; i++) {
        char line[96];
        snprintf(line, sizeof line, "q%04u,2601-3,%s,2025-12-%02uT09:00,\n", i + 1, dirt[i],
                 10 + i);
        fault_append(&cohort, FAULT_LABS, line);
    }
    fault_run once = fault_screen(&cohort, NULL);
    fault_run twice = fault_begin(&cohort);
    char path[512];
    path_in_data(&twice, "labs.csv", path);
    file_write(path, cohort.text[FAULT_LABS].at, cohort.text[FAULT_LABS].nbytes);
    fault_screen_folder(&twice, NULL);
    assert_int_equal(twice.result.exit_code, once.result.exit_code);
    assert_int_equal(fault_count(&once, "labs", "rejected"), DIRTY);
    assert_int_equal(fault_count(&twice, "labs", "rejected"), 2 * DIRTY);
    assert_int_equal(fault_count(&twice, "labs", "accepted"),
                     fault_count(&once, "labs", "accepted"));
    assert_int_equal(fault_count(&twice, "labs", "duplicate"),
                     fault_count(&once, "labs", "accepted"));
    fault_expect_conserved(&twice);
    assert_string_equal(twice.dump.at, once.dump.at);
    fault_run_done(&twice);
    fault_run_done(&once);
    fault_cohort_done(&cohort);
}

/* --- I-17: what cannot be opened --------------------------------------------------------------
 */

static void put_folder(const char *path) {
    assert_int_equal(mkdir(path, 0700), 0);
}

static void put_dangling_link(const char *path) {
    assert_int_equal(symlink("nowhere.csv", path), 0);
}

static void put_link_to_itself(const char *path) {
    assert_int_equal(symlink(strrchr(path, '/') + 1, path), 0);
}

static void put_device(const char *path) {
    assert_int_equal(symlink("/dev/zero", path), 0);
}

static void put_pipe(const char *path) {
    assert_int_equal(mkfifo(path, 0600), 0);
}

/* The first source is damaged too; but the second is looked at before the first is read. */
static void t_I_17_what_cannot_be_opened(void **state) {
    (void)state;
    static const struct {
        void (*put)(const char *path);
        const char *what;
    } table[] = {
        {put_folder, "is a directory"},         {put_dangling_link, "No such file"},
        {put_link_to_itself, "symbolic links"}, {put_device, "is a device or pipe"},
        {put_pipe, "is a device or pipe"},
    };
    fault_cohort cohort;
    fault_cohort_init(&cohort);
    cohort.raw[FAULT_PATIENTS_TABLE] = (bytes){strdup("no gzip at all"), 14};
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        char path[512], failed[400];
        fault_run run = fault_begin(&cohort);
        path_in_data(&run, "labs-2.csv", path);
        table[i].put(path);
        fault_screen_folder(&run, NULL);
        fault_expect(&run, 2, "MS-I112");
        if (!strstr(run.result.err.at, table[i].what))
            fail_msg("no \"%s\"; it said:\n%s", table[i].what, run.result.err.at);
        fault_expect_refused(&run);
        snprintf(failed, sizeof failed, "%s.failed", run.out);
        assert_false(file_exists(failed));
        fault_run_done(&run);
    }
    fault_cohort_done(&cohort);
}

static void t_I_17_what_is_not_there(void **state) {
    (void)state;
    static const char *const names[] = {"data/labs.csv", "data/lab-*.csv", "elsewhere/labs.csv"};
    fault_cohort cohort;
    fault_cohort_init(&cohort);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char path[512], text[1024];
        fault_run run = fault_begin(&cohort);
        snprintf(text, sizeof text,
                 "name: night\nas_of: 2025-12-31\nsources:\n"
                 "  - { name: roster, kind: patients, profile: magscreen,\n"
                 "      files: [data/patients.csv.gz] }\n"
                 "  - { name: lims, kind: labs, profile: magscreen, files: [\"%s\"] }\n"
                 "pack: magnesium-safety\n",
                 names[i]);
        snprintf(path, sizeof path, "%s/night.yaml", run.folder);
        file_write(path, text, strlen(text));
        const char *arguments[] = {"run", path, "--out", run.out, NULL};
        fault_collect(&run, program_run(arguments, NULL, NULL));
        fault_expect(&run, 2, "MS-I112");
        assert_non_null(strstr(run.result.err.at, names[i]));
        fault_expect_refused(&run);
        fault_run_done(&run);
    }
    fault_cohort_done(&cohort);
}

int main(void) {
    static const fault_row rows[] = {FAULT_ROW(t_I_13),
                                     FAULT_ROW(t_I_14_the_same_file),
                                     FAULT_ROW(t_I_14_the_same_rows_in_another_file),
                                     FAULT_ROW(t_I_14_the_same_dirty_rows_in_another_file),
                                     FAULT_ROW(t_I_17_what_cannot_be_opened),
                                     FAULT_ROW(t_I_17_what_is_not_there)};
    return FAULT_ROWS_RUN(rows);
}
