/* How far a run has come, seen from outside: laboratory rows come through a pipe whose writer
   pauses, so that the reading of them takes as long as the test wants. */
#include "support/fault_cohort.h"
#include "support/terminal.h"

#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

enum { SHOWN_NBYTES = 1 << 20, PIECES = 4, PIECE_ROWS = 100000, PAUSE_MS = 350 };

typedef struct world {
    fault_run golden; /* of the same rows without a pipe */
    char pipeline[512], out[512];
} world;

static world at;

static int set_up(void **state) {
    char text[2048];
    fault_cohort cohort;
    (void)state;
    signal(SIGPIPE, SIG_IGN); /* the program may end before the test has written all */
    fault_cohort_init(&cohort);
    at.golden = fault_screen(&cohort, NULL);
    fault_expect(&at.golden, 0, NULL);
    fault_cohort_done(&cohort);
    snprintf(at.pipeline, sizeof at.pipeline, "%s/piped.yaml", at.golden.folder);
    snprintf(at.out, sizeof at.out, "%s/piped", at.golden.folder);
    snprintf(text, sizeof text,
             "name: piped\nas_of: \"2025-12-31\"\nsite_zone: Europe/London\nsources:\n"
             "  - {name: p, kind: patients, profile: magscreen, files: [\"%s/patients.csv.gz\"]}\n"
             "  - {name: l, kind: labs, profile: magscreen, files: [\"-\"]}\n"
             "  - {name: r, kind: prescriptions, profile: magscreen, files: "
             "[\"%s/prescriptions.csv.gz\"]}\n"
             "pack: magnesium-safety\nsink: { directory: %s }\n",
             at.golden.data, at.golden.data, at.out);
    file_write(at.pipeline, text, strlen(text));
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    fault_run_done(&at.golden);
    return 0;
}

/* The cohort's rows, and behind them rows of no interest. */
static void write_labs(int to) {
    char path[512], row[128];
    snprintf(path, sizeof path, "%s/labs.csv.gz", at.golden.data);
    bytes rows = file_inflate(path), more = {malloc(PIECE_ROWS * 64), 0};
    assert_non_null(rows.at);
    assert_non_null(more.at);
    (void)!write(to, rows.at, rows.nbytes);
    const int length = snprintf(row, sizeof row, "q0002,718-7,130,g/L,2025-05-05T08:00,\n");
    for (unsigned i = 0; i < PIECE_ROWS; i++, more.nbytes += (size_t)length)
        memcpy(more.at + more.nbytes, row, (size_t)length);
    for (unsigned piece = 0; piece < PIECES; piece++) {
        for (size_t used = 0; used < more.nbytes;) {
            const ssize_t done = write(to, more.at + used, more.nbytes - used);
            if (done <= 0)
                break;
            used += (size_t)done;
        }
        nanosleep(&(struct timespec){.tv_nsec = PAUSE_MS * 1000000L}, NULL);
    }
    free(rows.at);
    free(more.at);
}

static void become(const char *const *arguments, const char *terminal, const char *term, int in) {
    const int tty = terminal_of_child(terminal), null = open("/dev/null", O_WRONLY);
    const char *argv[16] = {program_path()};
    for (size_t i = 0; arguments[i] && i < 14; i++)
        argv[i + 1] = arguments[i];
    if (tty < 0 || null < 0 || setenv("TERM", term, 1) != 0 || dup2(in, 0) < 0 ||
        dup2(null, 1) < 0 || dup2(tty, 2) < 0)
        _exit(126);
    close(tty);
    close(null);
    execv(argv[0], (char *const *)(uintptr_t)argv);
    _exit(127);
}

/* A process of its own writes, so that the test can look at the terminal meanwhile. */
static pid_t start_writer(int pipe_ends[2]) {
    assert_int_equal(pipe(pipe_ends), 0);
    assert_int_equal(fcntl(pipe_ends[0], F_SETFD, FD_CLOEXEC), 0);
    const pid_t writer = fork();
    assert_true(writer >= 0);
    if (writer > 0) {
        close(pipe_ends[1]);
        return writer;
    }
    close(pipe_ends[0]);
    write_labs(pipe_ends[1]);
    _exit(0);
}

/* What the terminal showed. */
static bytes run_at_terminal(const char *const *arguments, const char *term, int *exit_code) {
    char name[TERMINAL_NAME_NBYTES];
    int status, pipe_ends[2];
    const int reader = terminal_open(name);
    const int held = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC); /* what was shown last stays */
    bytes shown = {calloc(1, SHOWN_NBYTES), 0};
    assert_true(held >= 0);
    assert_non_null(shown.at);
    const pid_t writer = start_writer(pipe_ends), child = fork();
    assert_true(child >= 0);
    if (child == 0)
        become(arguments, name, term, pipe_ends[0]);
    close(pipe_ends[0]);
    for (bool has_ended = false; !has_ended;) {
        has_ended = waitpid(child, &status, WNOHANG) == child; /* then one last look */
        struct pollfd readable = {.fd = reader, .events = POLLIN};
        while (poll(&readable, 1, has_ended ? 0 : 10) == 1 && (readable.revents & POLLIN)) {
            const ssize_t got =
                read(reader, shown.at + shown.nbytes, SHOWN_NBYTES - 1 - shown.nbytes);
            assert_true(got > 0);
            shown.nbytes += (size_t)got;
        }
    }
    assert_int_equal(waitpid(writer, NULL, 0), writer);
    *exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    close(held);
    close(reader);
    return shown;
}

static void expect_same_result(void) {
    json_t *record = run_record(at.out);
    assert_non_null(record);
    assert_string_equal(json_string_value(json_object_get(record, "result_sha256")),
                        json_string_value(json_object_get(at.golden.record, "result_sha256")));
    json_decref(record);
}

/* What stands on the line at the end: each byte where a terminal puts it. */
static void replay(const bytes *shown, char line[256]) {
    size_t column = 0;
    memset(line, ' ', 255);
    line[255] = '\0';
    for (size_t i = 0; i < shown->nbytes; i++) {
        if (shown->at[i] == '\r' || shown->at[i] == '\n')
            column = 0;
        else {
            assert_true(column < 79);
            line[column++] = shown->at[i];
        }
        if (shown->at[i] == '\n')
            memset(line, ' ', 255);
    }
}

static void on_a_terminal_one_line_is_written_over_and_gone_at_the_end(void **state) {
    (void)state;
    char line[256];
    int exit_code;
    bytes shown = run_at_terminal((const char *const[]){"run", at.pipeline, "--force", NULL},
                                  "xterm", &exit_code);
    assert_int_equal(exit_code, 0);
    const char *first = strstr(shown.at, "\rreading, ");
    assert_non_null(first);
    assert_non_null(strstr(first, " rows, "));
    assert_null(strchr(shown.at, '\x1b'));
    assert_null(strchr(shown.at, '\n'));
    assert_null(strstr(shown.at, "q000"));
    replay(&shown, line);
    assert_int_equal(strspn(line, " "), 255);
    expect_same_result();
    free(shown.at);
}

static void a_terminal_that_cannot_write_over_shows_nothing_of_a_short_run(void **state) {
    (void)state;
    int exit_code;
    bytes shown = run_at_terminal((const char *const[]){"run", at.pipeline, "--force", NULL},
                                  "dumb", &exit_code);
    assert_int_equal(exit_code, 0);
    assert_string_equal(shown.at, "");
    free(shown.at);
}

static void with_none_nothing_is_shown(void **state) {
    (void)state;
    int exit_code;
    bytes shown = run_at_terminal(
        (const char *const[]){"run", at.pipeline, "--force", "--progress", "none", NULL}, "xterm",
        &exit_code);
    assert_int_equal(exit_code, 0);
    assert_string_equal(shown.at, "");
    expect_same_result();
    free(shown.at);
}

/* Every line is an object; the stages come in their order; bytes are not known of a pipe. */
static void json_lines_tell_stage_after_stage(void **state) {
    static const char *const names[] = {"reading", "sorting", "screening", "writing"};
    (void)state;
    int exit_code;
    size_t stage = 0;
    bytes shown = run_at_terminal(
        (const char *const[]){"run", at.pipeline, "--force", "--progress", "json", NULL}, "xterm",
        &exit_code);
    assert_int_equal(exit_code, 0);
    assert_null(strstr(shown.at, "q000"));
    for (char *line = strtok(shown.at, "\n"); line != NULL; line = strtok(NULL, "\n")) {
        json_t *told = json_loads(line, 0, NULL);
        const char *name = json_string_value(json_object_get(told, "progress"));
        assert_non_null(name);
        while (stage < 4 && strcmp(names[stage], name) != 0)
            stage++;
        assert_true(stage < 4);
        assert_int_equal(json_object_size(told), 5);
        json_decref(told);
    }
    assert_int_equal(stage, 3);
    expect_same_result();
    free(shown.at);
}

static void a_word_that_is_no_form_is_refused_before_anything_is_read(void **state) {
    (void)state;
    program_result got = program_run(
        (const char *const[]){"run", at.pipeline, "--progress", "loud", NULL}, NULL, NULL);
    assert_int_equal(got.exit_code, 2);
    assert_non_null(strstr(got.err.at, "--progress \"loud\" is no form [MS-U201]"));
    assert_non_null(strstr(got.err.at, "give auto, json or none"));
    program_result_done(&got);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(on_a_terminal_one_line_is_written_over_and_gone_at_the_end),
        cmocka_unit_test(a_terminal_that_cannot_write_over_shows_nothing_of_a_short_run),
        cmocka_unit_test(with_none_nothing_is_shown),
        cmocka_unit_test(json_lines_tell_stage_after_stage),
        cmocka_unit_test(a_word_that_is_no_form_is_refused_before_anything_is_read),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
