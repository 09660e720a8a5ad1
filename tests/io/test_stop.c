/* Waiting for input, and the wish to stop. The wish is for the process, so each test is a child. */
#include "io/stop.h"
#include "io/yaml_tree.h"
#include "test_support.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void on_signal(int signal_number) {
    mag_stop_ask(signal_number);
}

/* The number that `act` returns in a process of its own. */
static int in_child(int (*act)(void)) {
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0)
        _exit(act());
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static int wake_read_end(void) {
    int ends[2];
    return pipe(ends) == 0 ? ends[0] : -1;
}

static int ask_before(void) {
    char byte;
    if (mag_stop_begin(NULL) != MAG_OK)
        return 1;
    mag_stop_ask(SIGTERM);
    mag_stop_ask(SIGINT);
    if (mag_stop_read(wake_read_end(), &byte, 1) != -1 || errno != ECANCELED)
        return 2;
    return mag_stop_signal() == SIGTERM ? 0 : 3;
}

static void a_wish_before_the_read_is_not_lost_and_the_first_one_counts(void **state) {
    (void)state;
    assert_int_equal(in_child(ask_before), 0);
}

static int ask_while_waiting(void) {
    char byte;
    struct sigaction stop = {.sa_handler = on_signal};
    if (mag_stop_begin(NULL) != MAG_OK || sigaction(SIGALRM, &stop, NULL) != 0)
        return 1;
    alarm(1);
    return mag_stop_read(wake_read_end(), &byte, 1) == -1 && errno == ECANCELED ? 0 : 2;
}

static void a_signal_ends_the_waiting(void **state) {
    (void)state;
    assert_int_equal(in_child(ask_while_waiting), 0);
}

static void *ask_later(void *unused) {
    (void)unused;
    nanosleep(&(struct timespec){.tv_nsec = 50000000}, NULL);
    mag_stop_ask(SIGINT);
    return NULL;
}

/* The case that an interrupted read alone does not solve: the handler ran in another thread. */
static int ask_from_a_thread(void) {
    char byte;
    pthread_t other;
    if (mag_stop_begin(NULL) != MAG_OK || pthread_create(&other, NULL, ask_later, NULL) != 0)
        return 1;
    return mag_stop_read(wake_read_end(), &byte, 1) == -1 && errno == ECANCELED ? 0 : 2;
}

static void a_wish_of_another_thread_ends_the_waiting(void **state) {
    (void)state;
    assert_int_equal(in_child(ask_from_a_thread), 0);
}

static int read_to_the_end(void) {
    int ends[2];
    char bytes[4] = "";
    if (mag_stop_begin(NULL) != MAG_OK || pipe(ends) != 0 || write(ends[1], "ab", 2) != 2)
        return 1;
    if (mag_stop_read(ends[0], bytes, sizeof bytes) != 2 || memcmp(bytes, "ab", 2) != 0)
        return 2;
    close(ends[1]);
    if (mag_stop_read(ends[0], bytes, sizeof bytes) != 0)
        return 3;
    close(ends[0]);
    return mag_stop_read(ends[0], bytes, 1) == -1 && errno == EBADF ? 0 : 4;
}

static void without_a_wish_it_is_a_read(void **state) {
    (void)state;
    assert_int_equal(in_child(read_to_the_end), 0);
}

/* Descriptors are given back, and a late signal finds nothing to write to. */
static int begin_and_end(void) {
    int before = dup(0);
    if (mag_stop_begin(NULL) != MAG_OK || mag_stop_begin(NULL) != MAG_OK)
        return 1;
    mag_stop_end();
    mag_stop_end();
    mag_stop_ask(SIGHUP);
    int after = dup(0);
    return after == before + 1 && mag_stop_signal() == SIGHUP ? 0 : 2;
}

static void descriptors_are_given_back(void **state) {
    (void)state;
    assert_int_equal(in_child(begin_and_end), 0);
}

static int read_text_when_asked(void) {
    mag_account account = {0};
    mag_arena *arena = mag_arena_new(&account);
    mag_span text;
    mag_error err = {0};
    mag_stop_ask(SIGTERM);
    mag_status status = mag_yaml_read_file(arena, "/dev/null", &text, &err);
    mag_arena_free(arena);
    return status == MAG_E_INTERRUPTED && err.message == MAG_MSG_P401 ? 0 : 1;
}

static void a_text_is_not_read_once_asked_to_stop(void **state) {
    (void)state;
    assert_int_equal(in_child(read_text_when_asked), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_wish_before_the_read_is_not_lost_and_the_first_one_counts),
        cmocka_unit_test(a_signal_ends_the_waiting),
        cmocka_unit_test(a_wish_of_another_thread_ends_the_waiting),
        cmocka_unit_test(without_a_wish_it_is_a_read),
        cmocka_unit_test(descriptors_are_given_back),
        cmocka_unit_test(a_text_is_not_read_once_asked_to_stop)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
