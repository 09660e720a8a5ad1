/* Rows P-01 and P-02 of the list of faults: a signal while the program waits for input that does
   not come, while it reads, and at moments all over a run. */
#include "support/fault_cohort.h"
#include "support/fault_row.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

typedef struct ending {
    int signal, exit_code;
} ending;
static const ending endings[] = {{SIGINT, 130}, {SIGTERM, 143}, {SIGHUP, 143}};
enum { ENDING_COUNT = sizeof endings / sizeof endings[0] };

/* An idle input: the program's end, and ours, which stays open and may be written to. */
typedef struct idle_input {
    int in, ours;
} idle_input;

static void rest(long milliseconds) {
    nanosleep(&(struct timespec){.tv_nsec = milliseconds * 1000000}, NULL);
}

static idle_input idle_pipe(void) {
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    for (int i = 0; i < 2; i++)
        assert_int_equal(fcntl(ends[i], F_SETFD, FD_CLOEXEC), 0);
    return (idle_input){ends[0], ends[1]};
}

static idle_input idle_fifo(const fault_run *run) {
    char path[512];
    snprintf(path, sizeof path, "%s/fifo", run->folder);
    assert_int_equal(mkfifo(path, 0600), 0);
    int in = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    int ours = open(path, O_WRONLY | O_CLOEXEC);
    assert_true(in >= 0 && ours >= 0);
    assert_int_equal(fcntl(in, F_SETFL, 0), 0); /* a read of it blocks */
    return (idle_input){in, ours};
}

static void idle_done(idle_input idle) {
    close(idle.in);
    close(idle.ours);
}

static const char *put_pipeline(const fault_run *run) {
    static const char text[] =
        "name: night\nas_of: 2025-12-31\nsources:\n"
        "  - { name: roster, kind: patients, profile: magscreen, files: [data/patients.csv.gz] }\n"
        "  - { name: lims, kind: labs, profile: magscreen, files: [\"-\"] }\n"
        "pack: magnesium-safety\n";
    static char path[512];
    snprintf(path, sizeof path, "%s/night.yaml", run->folder);
    file_write(path, text, strlen(text));
    return path;
}

/* The field of /proc/PID/status, as a hexadecimal number or a letter; "" where it is gone. */
static const char *status_field(pid_t pid, const char *name) {
    static char line[256];
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
    FILE *file = fopen(path, "r");
    while (file && fgets(line, sizeof line, file))
        if (strncmp(line, name, strlen(name)) == 0) {
            fclose(file);
            return line + strlen(name) + strspn(line + strlen(name), ":\t ");
        }
    if (file)
        fclose(file);
    return "";
}

static bool catches(pid_t pid, int signal_number) {
    unsigned long caught = strtoul(status_field(pid, "SigCgt"), NULL, 16);
    return (caught >> (signal_number - 1) & 1) != 0;
}

/* Until the program catches the signal and sleeps: it waits for input. */
static void await_waiting(pid_t pid, int signal_number) {
    for (int i = 0; i < 6000; i++) {
        if (catches(pid, signal_number) && *status_field(pid, "State") == 'S')
            return;
        rest(10);
    }
    fail_msg("the program never waited for its input");
}

/* As program_wait; a program that does not end is killed and has no exit code. */
static program_result wait_or_kill(program_child child) {
    for (int i = 0; i < 6000; i++) {
        siginfo_t ended = {0};
        if (waitid(P_PID, (id_t)child.pid, &ended, WEXITED | WNOHANG | WNOWAIT) == 0 &&
            ended.si_pid == child.pid)
            return program_wait(child);
        rest(10);
    }
    kill(child.pid, SIGKILL);
    return program_wait(child);
}

static void expect_nothing_left(const fault_run *run) {
    char partial[512];
    snprintf(partial, sizeof partial, "%s.partial", run->out);
    assert_false(file_exists(partial));
    assert_false(file_exists(run->out));
}

static void expect_stopped(const program_result *result, int exit_code) {
    if (result->exit_code != exit_code || !strstr(result->err.at, "MS-P401"))
        fail_msg("exit %d, not %d: %s", result->exit_code, exit_code, result->err.at);
}

/* Begins a run whose results come from there, sends `head` of them, and one signal. */
static void stop_on(const fault_run *run, idle_input idle, bytes head, ending how) {
    const char *arguments[] = {"run", put_pipeline(run), "--out", run->out, NULL};
    program_child child = program_start(arguments, NULL, idle.in);
    assert_int_equal(write(idle.ours, head.at, head.nbytes), head.nbytes);
    await_waiting(child.pid, how.signal);
    assert_int_equal(kill(child.pid, how.signal), 0);
    program_result result = wait_or_kill(child);
    expect_stopped(&result, how.exit_code);
    expect_nothing_left(run);
    program_result_done(&result);
    idle_done(idle);
}

static void stop_each(const ending *how, size_t count) {
    fault_cohort cohort;
    fault_cohort_init(&cohort);
    bytes text = cohort.text[FAULT_LABS], packed = gzip_of(text.at, text.nbytes, 6);
    const bytes heads[] = {
        {text.at, 0}, {text.at, text.nbytes / 2}, {packed.at, packed.nbytes / 2}};
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < sizeof heads / sizeof heads[0]; k++) {
            fault_run run = fault_begin(&cohort);
            stop_on(&run, idle_pipe(), heads[k], how[i]);
            stop_on(&run, idle_fifo(&run), heads[k], how[i]);
            fault_run_done(&run);
        }
    free(packed.at);
    fault_cohort_done(&cohort);
}

static void t_P_01_waiting_for_input(void **state) {
    (void)state;
    stop_each(endings, 1);
}

static void t_P_02_waiting_for_input(void **state) {
    (void)state;
    stop_each(endings + 1, ENDING_COUNT - 1);
}

/* A pipeline that is a pipe which nobody writes: opening it must not block beyond reach either. */
static void t_P_02_waiting_for_a_pipeline(void **state) {
    (void)state;
    fault_cohort cohort;
    fault_cohort_init(&cohort);
    fault_run run = fault_begin(&cohort);
    char path[512];
    snprintf(path, sizeof path, "%s/pipeline.yaml", run.folder);
    assert_int_equal(mkfifo(path, 0600), 0);
    for (size_t i = 0; i < ENDING_COUNT; i++) {
        const char *arguments[] = {"run", path, "--out", run.out, NULL};
        program_child child = program_start(arguments, NULL, STDIN_FILENO);
        await_waiting(child.pid, endings[i].signal);
        assert_int_equal(kill(child.pid, endings[i].signal), 0);
        program_result result = wait_or_kill(child);
        expect_stopped(&result, endings[i].exit_code);
        expect_nothing_left(&run);
        program_result_done(&result);
    }
    fault_run_done(&run);
    fault_cohort_done(&cohort);
}

/* Both signals are there when the program goes on: the second one ends it at once. */
static void t_P_01_two_signals(void **state) {
    (void)state;
    fault_cohort cohort;
    fault_cohort_init(&cohort);
    fault_run run = fault_begin(&cohort);
    idle_input idle = idle_pipe();
    const char *arguments[] = {"run", put_pipeline(&run), "--out", run.out, NULL};
    program_child child = program_start(arguments, NULL, idle.in);
    await_waiting(child.pid, SIGINT);
    kill(child.pid, SIGSTOP);
    siginfo_t stopped;
    assert_int_equal(waitid(P_PID, (id_t)child.pid, &stopped, WSTOPPED | WNOWAIT), 0);
    kill(child.pid, SIGINT);
    kill(child.pid, SIGTERM);
    kill(child.pid, SIGCONT);
    program_result result = wait_or_kill(child);
    assert_true(result.exit_code == 130 || result.exit_code == 143);
    assert_false(file_exists(run.out));
    program_result_done(&result);
    idle_done(idle);
    fault_run_done(&run);
    fault_cohort_done(&cohort);
}

/* Signals at moments all over a run: it is stopped, or it was done; never half. */
static void t_P_01_at_any_time(void **state) {
    (void)state;
    fault_cohort cohort;
    fault_cohort_init(&cohort);
    for (unsigned i = 0; i < 18; i++) {
        fault_run run = fault_begin(&cohort);
        const ending how = endings[i % ENDING_COUNT];
        const char *arguments[] = {"run",     "--profile",  "magscreen", "--data", run.data,
                                   "--as-of", "2025-12-31", "--out",     run.out,  NULL};
        program_child child = program_start(arguments, NULL, STDIN_FILENO);
        while (!catches(child.pid, how.signal) && *status_field(child.pid, "State") != 'Z')
            rest(1);
        rest((long)i);
        kill(child.pid, how.signal);
        fault_collect(&run, wait_or_kill(child));
        if (run.result.exit_code == 0) {
            fault_expect_golden(&run, true);
        } else {
            expect_stopped(&run.result, how.exit_code);
            expect_nothing_left(&run);
        }
        fault_run_done(&run);
    }
    fault_cohort_done(&cohort);
}

int main(void) {
    static const fault_row rows[] = {FAULT_ROW(t_P_01_waiting_for_input),
                                     FAULT_ROW(t_P_01_two_signals), FAULT_ROW(t_P_01_at_any_time),
                                     FAULT_ROW(t_P_02_waiting_for_input),
                                     FAULT_ROW(t_P_02_waiting_for_a_pipeline)};
    return FAULT_ROWS_RUN(rows);
}
