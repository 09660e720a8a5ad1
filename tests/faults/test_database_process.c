/* Rows of the fault matrix about the process that publishes into a database: signals in each phase,
   kills at any point, two runs at once, locks that are left, a result that is there already. */
#include "support/fault_row.h"
#include "support/fault_target.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static fault_cohort cohort;

static void rest_ms(long ms) {
    nanosleep(&(struct timespec){.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000}, NULL);
}

static void await_free_lock(void) {
    for (int i = 0; i < 1000; i++) {
        if (pg_test_count("select count(magscreen.lock_holder_pid())") == 0)
            return;
        rest_ms(10);
    }
    fail_msg("the lock of a killed client is held");
}

/* --- signals
 * ----------------------------------------------------------------------------------- */

typedef struct phase {
    const char *name;
    pg_proxy_plan plan;
    bool is_registered; /* the run has a row, which must say how it ended */
} phase;

static const phase phases[] = {
    {"lock", {.text = "run_lock", .act = PG_PROXY_HOLD_BACK}, false},
    {"ledger", {.text = "v_ledger", .act = PG_PROXY_HOLD_BACK}, false},
    {"register", {.text = "run_begin", .act = PG_PROXY_HOLD_BACK}, false},
    {"rules", {.text = "put_rule_versions", .act = PG_PROXY_HOLD_ANSWER}, true},
    {"reading", {.text = "reading", .act = PG_PROXY_HOLD_ANSWER}, true},
    {"evaluating", {.text = "evaluating", .act = PG_PROXY_HOLD_BACK}, true},
    {"first table", {.kind = 'c', .act = PG_PROXY_HOLD_BACK}, true},
    {"second table", {.kind = 'd', .skipped = 1, .act = PG_PROXY_HOLD_BACK}, true},
    {"last table", {.kind = 'c', .skipped = 3, .act = PG_PROXY_HOLD_ANSWER}, true},
    {"record", {.text = "run_record", .act = PG_PROXY_HOLD_BACK}, true},
    {"begin", {.kind = 'Q', .text = "begin", .is_whole = 1, .act = PG_PROXY_HOLD_BACK}, true},
    {"publish", {.text = "publish_run", .act = PG_PROXY_HOLD_ANSWER}, true},
};

/* The signal arrives while the program waits for the database in that phase. */
static void stop_in(const phase *in, int signal_number, int exit_code) {
    fault_run run = fault_target_begin(&cohort, "t_stop");
    pg_proxy proxy = pg_proxy_start(run.folder, &in->plan);
    program_child child = fault_target_start(&run, fault_target_proxied(&run), NULL);
    pg_proxy_wait(&proxy);
    kill(child.pid, signal_number);
    rest_ms(150);
    pg_proxy_release(&proxy);
    fault_target_end(&run, child);
    pg_proxy_stop(&proxy);
    if (run.result.exit_code != exit_code)
        fail_msg("%s: exit %d: %s", in->name, run.result.exit_code, run.result.err.at);
    fault_target_expect_said(&run, "MS-P401");
    await_free_lock();
    fault_target_expect_nothing();
    const char *state = fault_target_state();
    if (in->is_registered && strcmp(state, "failed") != 0 && strcmp(state, "abandoned") != 0)
        fail_msg("%s: the run is %s", in->name, state);
    fault_target_run(&run, NULL, NULL);
    fault_expect(&run, 0, NULL);
    fault_target_expect_golden();
    fault_run_done(&run);
}

static void t_P_01(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof phases / sizeof phases[0]; i++)
        stop_in(&phases[i], SIGINT, 130);
}

static void t_P_02(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof phases / sizeof phases[0]; i++)
        stop_in(&phases[i], i % 2 ? SIGHUP : SIGTERM, 143);
}

/* Once COMMIT is on its way the answer is waited for: the run is published, and says so. */
static void t_P_01_at_commit(void **state) {
    (void)state;
    const pg_proxy_plan plan = {
        .kind = 'Q', .text = "commit", .is_whole = 1, .act = PG_PROXY_HOLD_ANSWER};
    fault_run run = fault_target_begin(&cohort, "t_stop");
    pg_proxy proxy = pg_proxy_start(run.folder, &plan);
    program_child child = fault_target_start(&run, fault_target_proxied(&run), NULL);
    pg_proxy_wait(&proxy);
    kill(child.pid, SIGINT);
    rest_ms(150);
    pg_proxy_release(&proxy);
    fault_target_end(&run, child);
    pg_proxy_stop(&proxy);
    fault_expect(&run, 0, NULL);
    fault_target_expect_said(&run, "PUBLISHED");
    fault_target_expect_golden();
    fault_run_done(&run);
}

/* Nor does the first one for long: the run is stopped although the server never says a word. */
static void t_P_01_silent_server(void **state) {
    (void)state;
    fault_run run = fault_target_begin(&cohort, "t_stop");
    pg_proxy proxy = pg_proxy_start(
        run.folder, &(pg_proxy_plan){.text = "evaluating", .act = PG_PROXY_HOLD_BACK});
    program_child child = fault_target_start(&run, fault_target_proxied(&run), NULL);
    pg_proxy_wait(&proxy);
    kill(child.pid, SIGINT);
    fault_target_end(&run, child);
    fault_expect(&run, 130, "MS-P401");
    pg_proxy_stop(&proxy);
    await_free_lock();
    fault_target_expect_nothing();
    assert_string_equal(fault_target_state(), "abandoned");
    fault_run_done(&run);
}

/* A second signal does not wait for a server that gives no answer. */
static void t_P_01_twice(void **state) {
    (void)state;
    fault_run run = fault_target_begin(&cohort, "t_stop");
    pg_proxy proxy = pg_proxy_start(
        run.folder, &(pg_proxy_plan){.text = "evaluating", .act = PG_PROXY_HOLD_BACK});
    program_child child = fault_target_start(&run, fault_target_proxied(&run), NULL);
    pg_proxy_wait(&proxy);
    kill(child.pid, SIGINT);
    rest_ms(150);
    kill(child.pid, SIGINT);
    fault_target_end(&run, child);
    assert_int_equal(run.result.exit_code, 130);
    fault_target_expect_nothing();
    pg_proxy_stop(&proxy);
    await_free_lock();
    assert_string_equal(fault_target_state(), "abandoned");
    fault_run_done(&run);
}

/* --- kills
 * ------------------------------------------------------------------------------------- */

enum { KILLS = 50 };

/* splitmix64 */
static uint64_t next_random(uint64_t *state) {
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

/* SIGKILL when message number `at` of the program is on its way, or its answer. Returns false if
   the run was over before. */
static bool kill_at(const fault_run *run, unsigned at, bool is_answer) {
    const pg_proxy_plan plan = {.skipped = at,
                                .act = is_answer ? PG_PROXY_HOLD_ANSWER : PG_PROXY_HOLD_BACK};
    pg_proxy proxy = pg_proxy_start(run->folder, &plan);
    program_child child = fault_target_start(run, fault_target_proxied(run), NULL);
    bool is_reached = pg_proxy_wait_or_end(&proxy, child.pid);
    kill(child.pid, SIGKILL);
    program_result result = program_wait(child);
    program_result_done(&result);
    pg_proxy_stop(&proxy);
    return is_reached;
}

/* SIGKILL after a while, wherever the program is then. */
static void kill_after(const fault_run *run, long microseconds) {
    program_child child = fault_target_start(run, NULL, NULL);
    nanosleep(&(struct timespec){.tv_nsec = microseconds * 1000}, NULL);
    kill(child.pid, SIGKILL);
    program_result result = program_wait(child);
    program_result_done(&result);
}

/* What the killed run left is told by `status`; the next run cleans up and publishes once. */
static void expect_recovered(fault_run *run) {
    await_free_lock();
    bool is_published = strcmp(fault_target_state(), "published") == 0;
    bool is_registered = strcmp(fault_target_state(), "none") != 0;
    program_result status = fault_target_verb("status", NULL, NULL);
    assert_int_equal(status.exit_code, 0);
    const char *wanted = is_published    ? "is what readers see"
                         : is_registered ? "abandoned"
                                         : "no run yet";
    if (!strstr(status.out.at, wanted))
        fail_msg("status does not say: %s\n%s", wanted, status.out.at);
    program_result_done(&status);
    if (!is_published)
        fault_target_expect_nothing();
    fault_target_run(run, NULL, NULL);
    fault_expect(run, 0, NULL);
    if (is_published)
        fault_target_expect_said(run, "MS-P410");
    fault_target_expect_golden();
}

static void t_P_03(void **state) {
    (void)state;
    const char *more = getenv("MAG_KILLS"), *given = getenv("MAG_TORTURE_SEED");
    unsigned count = more ? (unsigned)atoi(more) : KILLS, messages = 90;
    uint64_t seed = given ? strtoull(given, NULL, 10) : (uint64_t)time(NULL);
    print_message("%u kills, seed %llu\n", count, (unsigned long long)seed);
    for (unsigned i = 0; i < count; i++) {
        fault_run run = fault_target_begin(&cohort, "t_kill");
        if (i % 3 == 0) {
            kill_after(&run, (long)(next_random(&seed) % 250000));
        } else {
            unsigned at = (unsigned)(next_random(&seed) % messages);
            if (!kill_at(&run, at, i % 3 == 1) && at < messages)
                messages = at; /* a run has fewer */
        }
        expect_recovered(&run);
        fault_run_done(&run);
    }
}

/* --- two at once, locks that are left
 * ----------------------------------------------------------- */

static void t_P_10(void **state) {
    (void)state;
    char host[100] = "", wanted[300];
    fault_run run = fault_target_begin(&cohort, "t_p10");
    pg_proxy proxy = pg_proxy_start(
        run.folder, &(pg_proxy_plan){.text = "evaluating", .act = PG_PROXY_HOLD_BACK});
    program_child first = fault_target_start(&run, fault_target_proxied(&run), NULL);
    pg_proxy_wait(&proxy);
    fault_run second = fault_begin(&cohort);
    fault_target_run(&second, NULL, NULL);
    fault_expect(&second, 9, "MS-P406");
    gethostname(host, sizeof host - 1);
    snprintf(wanted, sizeof wanted, "on host %s, pid %d, holds the lock", host, (int)first.pid);
    fault_target_expect_said(&second, wanted);
    fault_target_expect_said(&second, "run 1 since ");
    snprintf(wanted, sizeof wanted, "pg_terminate_backend(%lld)",
             pg_test_count("select magscreen.lock_holder_pid()"));
    fault_target_expect_said(&second, wanted);
    assert_int_equal(pg_test_count("select count(*) from magscreen.run"), 1);
    pg_proxy_release(&proxy);
    fault_target_end(&run, first);
    pg_proxy_stop(&proxy);
    fault_expect(&run, 0, NULL);
    fault_target_expect_golden();
    fault_run_done(&second);
    fault_run_done(&run);
}

/* The server is in the middle of a statement that waits for somebody, and its client is killed: it
   looks for the client all the same. */
static void t_P_11(void **state) {
    (void)state;
    fault_run run = fault_target_begin(&cohort, "t_p11");
    pg_proxy proxy = pg_proxy_start(
        run.folder, &(pg_proxy_plan){.text = "publish_run", .act = PG_PROXY_HOLD_BACK});
    program_child child = fault_target_start(&run, fault_target_proxied(&run), NULL);
    pg_proxy_wait(&proxy);
    FILE *other = popen("exec psql -Xq >/dev/null", "w");
    assert_non_null(other);
    fputs("begin; lock table magscreen.flag;\n", other);
    fflush(other);
    while (pg_test_count("select count(*) from pg_locks where mode = 'AccessExclusiveLock' and"
                         " granted and relation = 'magscreen.flag'::regclass") == 0)
        rest_ms(10);
    pg_proxy_release(&proxy);
    while (pg_test_count("select count(*) from pg_stat_activity where wait_event_type = 'Lock'") ==
           0)
        rest_ms(10);
    fault_run second = fault_begin(&cohort);
    fault_target_run(&second, NULL, NULL);
    fault_run_done(&second); /* it meets the lock of the table, or that of the schema */
    kill(child.pid, SIGKILL);
    fault_target_end(&run, child);
    pg_proxy_stop(&proxy);
    await_free_lock(); /* while the other job still holds the table */
    assert_int_equal(pg_test_count("select count(*) from pg_locks where granted and"
                                   " mode = 'AccessExclusiveLock' and"
                                   " relation = 'magscreen.flag'::regclass"),
                     1);
    pclose(other);
    fault_target_run(&run, NULL, NULL);
    fault_expect(&run, 0, NULL);
    fault_target_expect_golden();
    fault_run_done(&run);
}

/* Killed when COMMIT was answered and before anything was said. */
static void t_P_20(void **state) {
    (void)state;
    const pg_proxy_plan plan = {
        .kind = 'Q', .text = "commit", .is_whole = 1, .act = PG_PROXY_HOLD_ANSWER};
    fault_run run = fault_target_begin(&cohort, "t_p20");
    pg_proxy proxy = pg_proxy_start(run.folder, &plan);
    program_child child = fault_target_start(&run, fault_target_proxied(&run), NULL);
    pg_proxy_wait(&proxy);
    while (pg_test_count("select count(*) from magscreen.current_run") == 0)
        rest_ms(10);
    kill(child.pid, SIGKILL);
    fault_target_end(&run, child);
    assert_null(strstr(run.result.out.at, "PUBLISHED"));
    pg_proxy_stop(&proxy);
    await_free_lock();
    for (int again = 0; again < 2; again++) {
        fault_target_run(&run, NULL, NULL);
        fault_expect(&run, 0, NULL);
        fault_target_expect_said(&run, "MS-P410");
        fault_target_expect_said(&run, "as run 1");
        fault_target_expect_golden(); /* events too: each flag is still new, and nothing more */
    }
    /* The night after goes on from there. */
    fault_target_run(&run, NULL, "2026-01-01");
    fault_target_expect_said(&run, "PUBLISHED");
    assert_int_equal(pg_test_count("select count(*) from magscreen.flag_event e"
                                   " join magscreen.flag_event f using (flag_id)"
                                   " where e.event = 'new' and f.event = 'new'"
                                   " and e.run_id <> f.run_id"),
                     0);
    assert_true(pg_test_count("select count(*) from magscreen.flag_event"
                              " where event = 'ongoing'") > 0);
    fault_run_done(&run);
}

int main(void) {
    static const fault_row rows[] = {
        FAULT_ROW(t_P_01),       FAULT_ROW(t_P_01_at_commit), FAULT_ROW(t_P_01_silent_server),
        FAULT_ROW(t_P_01_twice), FAULT_ROW(t_P_02),           FAULT_ROW(t_P_03),
        FAULT_ROW(t_P_10),       FAULT_ROW(t_P_11),           FAULT_ROW(t_P_20)};
    int skip = pg_test_begin();
    if (skip != 0)
        return skip;
    fault_cohort_init(&cohort);
    int failed = FAULT_ROWS_RUN(rows);
    fault_cohort_done(&cohort);
    return failed;
}
