/* `explain PATIENT` at a terminal: the one place where an id may be an argument. */
#include "support/fault_cohort.h"
#include "support/terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

/* What of the program is a terminal; the rest is /dev/null or thrown away. */
typedef struct places {
    bool in, out;
} places;

static void become(const char *const *arguments, const char *terminal, places are) {
    const int tty = terminal_of_child(terminal), null = open("/dev/null", O_RDWR);
    const char *argv[16] = {program_path()};
    for (size_t i = 0; arguments[i] && i < 14; i++)
        argv[i + 1] = arguments[i];
    if (tty < 0 || null < 0 || dup2(are.in ? tty : null, 0) < 0 ||
        dup2(are.out ? tty : null, 1) < 0 || dup2(tty, 2) < 0)
        _exit(126);
    close(tty);
    close(null);
    execv(argv[0], (char *const *)(uintptr_t)argv);
    _exit(127);
}

enum { SHOWN_NBYTES = 1 << 20 };

static void read_some(int reader, bytes *shown) {
    const ssize_t got = read(reader, shown->at + shown->nbytes, SHOWN_NBYTES - 1 - shown->nbytes);
    assert_true(got > 0);
    shown->nbytes += (size_t)got;
}

/* The terminal is kept open here: else reading would fail before the program has opened it, and
   what it showed last would be lost when it ends. */
static program_result run_at(const char *const *arguments, places are) {
    char terminal[TERMINAL_NAME_NBYTES];
    int status;
    const int reader = terminal_open(terminal);
    const int held = open(terminal, O_RDWR | O_NOCTTY | O_CLOEXEC);
    assert_true(held >= 0);
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0)
        become(arguments, terminal, are);
    program_result result = {.out = {calloc(1, SHOWN_NBYTES), 0}};
    assert_non_null(result.out.at);
    for (bool has_ended = false; !has_ended;) {
        has_ended = waitpid(child, &status, WNOHANG) == child; /* then one last look */
        struct pollfd shown = {.fd = reader, .events = POLLIN};
        while (poll(&shown, 1, has_ended ? 0 : 10) == 1 && (shown.revents & POLLIN))
            read_some(reader, &result.out);
    }
    result.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    close(held);
    close(reader);
    return result;
}

static fault_run run;

static int set_up(void **state) {
    (void)state;
    fault_cohort cohort;
    fault_cohort_init(&cohort);
    run = fault_screen(&cohort, NULL);
    fault_expect(&run, 0, NULL);
    fault_cohort_done(&cohort);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    fault_run_done(&run);
    return 0;
}

static program_result explain_at(const char *id, places are) {
    return run_at((const char *const[]){"explain", id, "--from", run.out, NULL}, are);
}

static void a_patient_is_explained_as_from_standard_input(void **state) {
    (void)state;
    const bytes id = {(char *)(uintptr_t) "q0003\n", 6};
    program_result wanted =
        program_run((const char *const[]){"explain", "-", "--from", run.out, NULL}, NULL, &id);
    assert_int_equal(wanted.exit_code, 0);
    program_result got = explain_at("q0003", (places){true, true});
    assert_int_equal(got.exit_code, 0);
    assert_non_null(strstr(got.out.at, "patient q0003"));
    assert_string_equal(got.out.at, wanted.out.at);
    program_result_done(&wanted);
    program_result_done(&got);
}

/* A script would keep the id in its process list, a file in a log. */
static void without_a_terminal_on_both_sides_it_is_refused_and_not_repeated(void **state) {
    (void)state;
    static const places sides[] = {{true, false}, {false, true}, {false, false}};
    for (size_t i = 0; i < sizeof sides / sizeof sides[0]; i++) {
        program_result got = explain_at("q0003", sides[i]);
        assert_int_equal(got.exit_code, 2);
        assert_non_null(strstr(got.out.at, "[MS-U201]"));
        assert_non_null(strstr(got.out.at, "explain -"));
        assert_null(strstr(got.out.at, "q0003"));
        program_result_done(&got);
    }
}

static void an_unknown_patient_is_not_repeated(void **state) {
    (void)state;
    program_result got = explain_at("q7731415926", (places){true, true});
    assert_int_equal(got.exit_code, 1);
    assert_non_null(strstr(got.out.at, "MS-U204"));
    assert_null(strstr(got.out.at, "q7731415926"));
    program_result_done(&got);
}

/* The pipeline is a pipe that nobody writes into: the program has taken the id and waits. */
static void the_process_list_shows_stars(void **state) {
    (void)state;
    char terminal[TERMINAL_NAME_NBYTES], path[512], proc[64];
    int writer, status;
    const int reader = terminal_open(terminal);
    const int held = open(terminal, O_RDWR | O_NOCTTY | O_CLOEXEC);
    assert_true(held >= 0);
    snprintf(path, sizeof path, "%s/waits.yaml", run.folder);
    assert_int_equal(mkfifo(path, 0600), 0);
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0)
        become((const char *const[]){"explain", "q0003", path, NULL}, terminal,
               (places){true, true});
    while ((writer = open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC)) < 0) {
        assert_int_equal(errno, ENXIO);
        assert_int_equal(waitpid(child, NULL, WNOHANG), 0);
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    }
    snprintf(proc, sizeof proc, "/proc/%ld/cmdline", (long)child);
    bytes shown = file_read(proc);
    assert_true(shown.nbytes > sizeof "explain");
    for (size_t i = 0; i + 1 < shown.nbytes; i++)
        if (shown.at[i] == '\0')
            shown.at[i] = ' ';
    assert_non_null(strstr(shown.at, " explain ***** "));
    assert_null(strstr(shown.at, "q0003"));
    free(shown.at);
    close(writer);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) != 0);
    close(held);
    close(reader);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_patient_is_explained_as_from_standard_input),
        cmocka_unit_test(without_a_terminal_on_both_sides_it_is_refused_and_not_repeated),
        cmocka_unit_test(an_unknown_patient_is_not_repeated),
        cmocka_unit_test(the_process_list_shows_stars),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
