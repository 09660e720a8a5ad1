#include "torture/victim.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { RUN_SECONDS = 120, REPORT_FD = 9 };

const char *const victim_kind_names[VICTIM_KIND_COUNT] = {"alloc", "open",   "read",  "write",
                                                          "fsync", "rename", "close", "mkdir"};
/* All but run.json, which tells times. */
static const char *const tables[] = {"flags.csv.gz", "cannot_tell.csv.gz", "summary.csv",
                                     "lab_summary.csv", "rejects.csv.gz"};
enum { TABLE_COUNT = sizeof tables / sizeof tables[0] };

static void need(bool ok, const char *what) {
    if (ok)
        return;
    fprintf(stderr, "torture: %s: %s\n", what, strerror(errno));
    exit(2);
}

/* --- folders ----------------------------------------------------------------------------------
 */

static void join(char *to, size_t capacity, const char *folder, const char *name) {
    int length = snprintf(to, capacity, "%s/%s", folder, name);
    need(length > 0 && (size_t)length < capacity, "path too long");
}

/* A folder that holds files only. */
static void remove_flat(const char *folder) {
    char path[1024];
    DIR *directory = opendir(folder);
    if (!directory)
        return;
    for (const struct dirent *entry; (entry = readdir(directory));) {
        join(path, sizeof path, folder, entry->d_name);
        if (entry->d_name[0] != '.')
            need(unlink(path) == 0, "unlink");
    }
    closedir(directory);
    need(rmdir(folder) == 0, "rmdir");
}

static void copy_flat(const char *from, const char *to) {
    char source[1024], target[1024];
    need(mkdir(to, 0700) == 0, "mkdir");
    for (size_t i = 0; i <= TABLE_COUNT; i++) {
        join(source, sizeof source, from, i < TABLE_COUNT ? tables[i] : "run.json");
        join(target, sizeof target, to, i < TABLE_COUNT ? tables[i] : "run.json");
        bytes content = file_read(source);
        need(content.at != NULL, "read");
        file_write(target, content.at, content.nbytes);
        free(content.at);
    }
}

/* When the newest file of a folder was written, and 0 unless it holds what a result holds. */
static struct timespec newest(const char *folder) {
    struct timespec latest = {0};
    for (size_t i = 0; i <= TABLE_COUNT; i++) {
        char path[1024];
        struct stat facts;
        join(path, sizeof path, folder, i < TABLE_COUNT ? tables[i] : "run.json");
        if (lstat(path, &facts) != 0)
            return (struct timespec){0};
        bool is_later =
            facts.st_mtim.tv_sec > latest.tv_sec ||
            (facts.st_mtim.tv_sec == latest.tv_sec && facts.st_mtim.tv_nsec > latest.tv_nsec);
        latest = is_later ? facts.st_mtim : latest;
    }
    return latest;
}

void victim_reset(victim *v, bool has_old) {
    char path[1024];
    DIR *work = opendir(v->work);
    need(work != NULL, "opendir");
    for (const struct dirent *entry; (entry = readdir(work));) {
        join(path, sizeof path, v->work, entry->d_name);
        if (entry->d_name[0] != '.')
            remove_flat(path);
    }
    closedir(work);
    if (has_old)
        copy_flat(v->old, v->out);
    v->old_written = newest(v->out);
}

static bool is_same_file(const char *folder, const char *other, const char *name) {
    char path[1024];
    join(path, sizeof path, folder, name);
    bytes a = file_read(path);
    join(path, sizeof path, other, name);
    bytes b = file_read(path);
    bool is_same = a.at && b.at && a.nbytes == b.nbytes && memcmp(a.at, b.at, a.nbytes) == 0;
    free(a.at);
    free(b.at);
    return is_same;
}

static bool has_same_tables(const char *folder, const char *other) {
    for (size_t i = 0; i < TABLE_COUNT; i++)
        if (!is_same_file(folder, other, tables[i]))
            return false;
    return true;
}

static bool says_same(const json_t *a, const json_t *b, const char *key) {
    const json_t *x = json_object_get(a, key), *y = json_object_get(b, key);
    return x && y && json_equal(x, y);
}

/* The golden tables byte for byte, and a record that tells the same digest. */
static bool is_golden(const victim *v) {
    json_t *record = run_record(v->out);
    bool is_same = record && has_same_tables(v->out, v->golden.out) &&
                   says_same(record, v->golden.record, "result_sha256") &&
                   says_same(record, v->golden.record, "state");
    json_decref(record);
    return is_same;
}

/* By the times of its files where they tell, else by content. */
static bool is_old(const victim *v) {
    struct timespec now = newest(v->out);
    if (now.tv_sec != 0 && now.tv_sec == v->old_written.tv_sec &&
        now.tv_nsec == v->old_written.tv_nsec)
        return true;
    return has_same_tables(v->out, v->old) && is_same_file(v->out, v->old, "run.json");
}

/* A failed run may explain itself: run.json that says so, and rejects, both whole. */
static bool is_whole_failure(const char *folder) {
    char path[1024];
    join(path, sizeof path, folder, "rejects.csv.gz");
    bytes rejects = file_inflate(path);
    join(path, sizeof path, folder, "run.json");
    json_t *record = json_load_file(path, 0, NULL);
    const char *state = json_string_value(json_object_get(record, "state"));
    bool is_whole = rejects.nbytes > 0 && rejects.at[rejects.nbytes - 1] == '\n' && state &&
                    strcmp(state, "failed") == 0;
    free(rejects.at);
    json_decref(record);
    return is_whole;
}

/* What else lies in work but out; a folder that is still being written may stay only where no
   folder can be opened any more, and the next run removes it. */
static const char *leftover(const victim *v, bool may_leave_partial) {
    static char what[600];
    char path[1024];
    DIR *work = opendir(v->work);
    need(work != NULL, "opendir");
    what[0] = '\0';
    for (const struct dirent *entry; (entry = readdir(work));) {
        const char *name = entry->d_name;
        bool is_partial = strncmp(name, "out.partial-", strlen("out.partial-")) == 0;
        if (name[0] == '.' || strcmp(name, "out") == 0 || (is_partial && may_leave_partial))
            continue;
        join(path, sizeof path, v->work, name);
        if (strcmp(name, "out.failed") != 0 || !is_whole_failure(path))
            snprintf(what, sizeof what, "%s was left", name);
    }
    closedir(work);
    return what[0] ? what : NULL;
}

/* --- runs -------------------------------------------------------------------------------------
 */

static int scratch(void) {
    FILE *file = tmpfile();
    need(file != NULL, "tmpfile");
    int fd = fcntl(fileno(file), F_DUPFD_CLOEXEC, REPORT_FD + 1);
    need(fd >= 0, "dup");
    fclose(file);
    return fd;
}

void victim_read_text(int fd, char *text, size_t capacity) {
    ssize_t got = pread(fd, text, capacity - 1, 0);
    text[got > 0 ? got : 0] = '\0';
}

bool victim_read_line(int fd, char *line, size_t capacity) {
    size_t used = 0;
    for (char c; read(fd, &c, 1) == 1;) {
        if (c == '\n') {
            line[used] = '\0';
            return true;
        }
        if (used + 1 < capacity)
            line[used++] = c;
    }
    return false;
}

static unsigned long value_of(const char *line, const char *name) {
    char wanted[32];
    snprintf(wanted, sizeof wanted, " %s ", name);
    const char *found = strstr(line, wanted);
    return found ? strtoul(found + strlen(wanted), NULL, 10) : 0;
}

void victim_read_report(const char *line, outcome *out) {
    snprintf(out->report, sizeof out->report, " %.*s", (int)sizeof out->report - 2, line);
    out->fired = value_of(out->report, "fired");
    out->leaks = value_of(out->report, "leaks");
    out->held = value_of(out->report, "held");
    out->forked = value_of(out->report, "forked");
    out->descriptors = (long)value_of(out->report, "descriptors");
}

void victim_read_calls(const outcome *o, unsigned long calls[VICTIM_KIND_COUNT]) {
    for (int kind = 0; kind < VICTIM_KIND_COUNT; kind++)
        calls[kind] = value_of(o->report, victim_kind_names[kind]);
}

static void set(const char *name, const char *value) {
    need(setenv(name, value, 1) == 0, "setenv");
}

static void set_number(const char *name, unsigned long value) {
    char text[32];
    snprintf(text, sizeof text, "%lu", value);
    set(name, text);
}

/* In the child. */
static void become_victim(const victim *v, const failing *how, const char *forks, int fds[2]) {
    int null = open("/dev/null", O_RDWR);
    dup2(null, STDIN_FILENO);
    dup2(null, STDOUT_FILENO);
    dup2(fds[0], STDERR_FILENO);
    dup2(fds[1], REPORT_FD);
    close(null);
    set("LD_PRELOAD", MAG_FAIL_CALLS);
    set_number("MAG_FAIL_REPORT", REPORT_FD);
    if (forks)
        set("MAG_FAIL_FORK", forks);
    if (how->kind) {
        set("MAG_FAIL_KIND", how->kind);
        set("MAG_FAIL_HOW", how->how);
        set_number("MAG_FAIL_AT", how->at);
        set_number("MAG_FAIL_ERRNO", (unsigned long)how->error);
    }
    const char *argv[] = {program_path(), "run",        "--profile", "magscreen", "--data", v->data,
                          "--as-of",      "2025-12-31", "--threads", "1",         "--out",  v->out,
                          "--force",      NULL,         NULL,        NULL};
    if (how->memory_limit) {
        argv[13] = "--memory-limit";
        argv[14] = how->memory_limit;
    }
    if (!forks)
        alarm(RUN_SECONDS); /* a run that hangs ends by a signal */
    execv(argv[0], (char *const *)(uintptr_t)argv);
    _exit(127);
}

static pid_t start(const victim *v, const failing *how, const char *forks, int fds[2]) {
    pid_t child = fork();
    need(child >= 0, "fork");
    if (child == 0)
        become_victim(v, how, forks, fds);
    return child;
}

void victim_run(const victim *v, const failing *how, outcome *out) {
    int fds[2] = {scratch(), scratch()};
    char line[sizeof out->report - 1];
    *out = (outcome){0};
    pid_t child = start(v, how, NULL, fds);
    need(waitpid(child, &out->status, 0) == child, "wait");
    victim_read_text(fds[0], out->said, sizeof out->said);
    victim_read_text(fds[1], line, sizeof line);
    victim_read_report(line, out);
    close(fds[0]);
    close(fds[1]);
}

void victim_run_and_kill(const victim *v, double seconds, outcome *out) {
    static const failing nothing;
    int fds[2] = {scratch(), scratch()};
    struct timespec wait = {.tv_sec = (time_t)seconds};
    wait.tv_nsec = (long)((seconds - (double)wait.tv_sec) * 1e9);
    *out = (outcome){0};
    pid_t child = start(v, &nothing, NULL, fds);
    nanosleep(&wait, NULL);
    kill(child, SIGKILL); /* a child that is over waits for us: nobody else has its number */
    need(waitpid(child, &out->status, 0) == child, "wait");
    close(fds[0]);
    close(fds[1]);
}

pid_t victim_start_forks(const victim *v, const char *share, int *stderr_fd, int *report_fd) {
    static const failing nothing;
    int pair[2];
    need(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0, "socketpair");
    *stderr_fd = scratch();
    *report_fd = fcntl(pair[0], F_DUPFD_CLOEXEC, REPORT_FD + 1);
    int theirs = fcntl(pair[1], F_DUPFD_CLOEXEC, REPORT_FD + 1);
    need(*report_fd >= 0 && theirs >= 0, "dup");
    close(pair[0]);
    close(pair[1]);
    pid_t child = start(v, &nothing, share, (int[2]){*stderr_fd, theirs});
    close(theirs);
    return child;
}

static void make_old(victim *v) {
    const char *arguments[] = {"run",     "--profile",  "magscreen", "--data", v->data,
                               "--as-of", "2025-11-30", "--out",     v->old,   NULL};
    program_result made = program_run(arguments, NULL, NULL);
    need(made.exit_code == 0, "the old result cannot be made");
    program_result_done(&made);
}

void victim_begin(victim *v) {
    fault_cohort clean;
    outcome counted;
    fault_cohort_init(&clean);
    v->golden = fault_screen(&clean, NULL);
    fault_expect(&v->golden, 0, NULL);
    fault_cohort_done(&clean);
    join(v->data, sizeof v->data, v->golden.folder, "data");
    join(v->old, sizeof v->old, v->golden.folder, "old");
    join(v->work, sizeof v->work, v->golden.folder, "work");
    join(v->out, sizeof v->out, v->work, "out");
    need(mkdir(v->work, 0700) == 0, "mkdir");
    make_old(v);
    victim_reset(v, true);
    victim_run(v, &(const failing){0}, &counted);
    v->golden_held = counted.held;
    victim_read_calls(&counted, v->calls);
    need(counted.status == 0 && is_golden(v) && v->calls[VICTIM_ALLOC] > 0, "the clean run");
}

void victim_end(victim *v) {
    fault_run_done(&v->golden);
}

/* --- judging ----------------------------------------------------------------------------------
 */

static const char *fault_of_result(const victim *v, const failing *how, int exit_code,
                                   bool says_published) {
    bool is_success = exit_code == 0 || exit_code == 3;
    if (is_success || says_published)
        return is_golden(v) ? NULL : "it ended well, but the result is not the golden one";
    if (how->has_old)
        return is_old(v) ? NULL : "it failed, and the old result is not intact";
    return file_exists(v->out) ? "it failed, and yet something is visible" : NULL;
}

const char *victim_fault(const victim *v, const failing *how, const outcome *o) {
    static char what[128];
    if (!WIFEXITED(o->status)) {
        snprintf(what, sizeof what, "ended by signal %d", WTERMSIG(o->status));
        return what;
    }
    int exit_code = WEXITSTATUS(o->status);
    if (exit_code != 0 && exit_code != 3 && exit_code != 8) {
        snprintf(what, sizeof what, "exit %d", exit_code);
        return what;
    }
    if (exit_code == 8 && !strstr(o->said, "[MS-P4"))
        return "no message id";
    if (o->leaks > 0 || o->descriptors > 0 || o->held > v->golden_held) {
        snprintf(what, sizeof what, "%lu blocks leaked, %lu held by libraries, %ld descriptors",
                 o->leaks, o->held, o->descriptors);
        return what;
    }
    const char *fault = fault_of_result(v, how, exit_code, strstr(o->said, "was published"));
    bool cannot_open =
        how->kind && how->how && strcmp(how->kind, "open") == 0 && strcmp(how->how, "on") == 0;
    return fault ? fault : leftover(v, cannot_open);
}

const char *victim_fault_after_kill(const victim *v, const outcome *again) {
    if (!WIFEXITED(again->status) || WEXITSTATUS(again->status) != 0)
        return "the next run did not end with 0";
    return is_golden(v) ? leftover(v, false) : "the next run's result is not the golden one";
}
