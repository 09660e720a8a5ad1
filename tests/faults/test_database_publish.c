/* Rows of the fault matrix about a database that is published into: it goes down, it is cut off,
   locked, not to be written, of another version, changed by hand, or the role may not. */
#include "support/fault_row.h"
#include "support/fault_target.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static fault_cohort cohort;

static void rest_ms(long ms) {
    nanosleep(&(struct timespec){.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000}, NULL);
}

/* The same run again publishes what a clean one does. */
static void expect_healed(fault_run *run) {
    fault_target_run(run, NULL, NULL);
    fault_expect(run, 0, NULL);
    fault_target_expect_golden();
    fault_run_done(run);
}

/* A run that has reached the message of the plan; the proxy waits there. */
static program_child start_to(fault_run *run, const pg_proxy_plan *plan, pg_proxy *proxy) {
    *proxy = pg_proxy_start(run->folder, plan);
    program_child child = fault_target_start(run, fault_target_proxied(run), NULL);
    pg_proxy_wait(proxy);
    return child;
}

static const pg_proxy_plan END_OF_COPY = {.kind = 'c', .act = PG_PROXY_HOLD_BACK};

static void a_clean_run_publishes(void **state) {
    (void)state;
    fault_run run = fault_target_begin(&cohort, "t_clean");
    fault_target_expect_nothing();
    expect_healed(&run);
}

/* --- it goes down, or we do
 * -------------------------------------------------------------------- */

/* In each of the tables that are filled: lab_summary, cannot_tell, episodes, summary. */
static void t_D_11(void **state) {
    (void)state;
    for (unsigned table = 0; table < 4; table++) {
        fault_run run = fault_target_begin(&cohort, "t_d11");
        pg_proxy proxy;
        pg_proxy_plan plan = END_OF_COPY;
        plan.skipped = table;
        program_child child = start_to(&run, &plan, &proxy);
        pg_test_control("crash");
        fault_target_end(&run, child);
        fault_expect(&run, 6, "MS-D312");
        pg_test_control("start");
        fault_target_expect_nothing();
        assert_string_equal(fault_target_state(), "abandoned");
        pg_proxy_stop(&proxy);
        expect_healed(&run);
    }
}

static void t_D_12(void **state) {
    (void)state;
    for (unsigned table = 0; table < 4; table++) {
        fault_run run = fault_target_begin(&cohort, "t_d12");
        pg_proxy proxy;
        pg_proxy_plan plan = END_OF_COPY;
        plan.skipped = table;
        program_child child = start_to(&run, &plan, &proxy);
        kill(child.pid, SIGKILL);
        fault_target_end(&run, child);
        assert_int_equal(run.result.exit_code, -1);
        fault_target_expect_nothing();
        for (int i = 0; i < 500 && pg_test_count("select count(magscreen.lock_holder_pid())"); i++)
            rest_ms(10);
        program_result status = fault_target_verb("status", NULL, NULL);
        assert_int_equal(status.exit_code, 0);
        assert_non_null(strstr(status.out.at, "abandoned"));
        assert_non_null(strstr(status.out.at, "readers see no run yet"));
        program_result_done(&status);
        pg_proxy_stop(&proxy);
        expect_healed(&run);
        assert_int_equal(pg_test_count("select count(*) from magscreen.run"
                                       " where state = 'abandoned' and ended_at is not null"),
                         1);
    }
}

/* --- COMMIT without an answer
 * ------------------------------------------------------------------ */

static void lose_commit(fault_run *run, const pg_proxy_plan *plan) {
    char connection[500];
    pg_proxy proxy = pg_proxy_start(run->folder, plan);
    snprintf(connection, sizeof connection, "%s connect_timeout=2", fault_target_proxied(run));
    fault_target_run(run, connection, NULL);
    pg_proxy_wait(&proxy);
    pg_proxy_stop(&proxy);
}

static void t_D_13_committed(void **state) {
    (void)state;
    const pg_proxy_plan plan = {
        .kind = 'Q', .text = "commit", .is_whole = 1, .act = PG_PROXY_CUT_ANSWER};
    fault_run run = fault_target_begin(&cohort, "t_d13");
    lose_commit(&run, &plan);
    fault_expect(&run, 0, "MS-D313");
    fault_target_expect_said(&run, "was published");
    fault_target_expect_golden();
    fault_run_done(&run);
}

static void t_D_13_not_committed(void **state) {
    (void)state;
    const pg_proxy_plan plan = {.kind = 'Q', .text = "commit", .is_whole = 1, .act = PG_PROXY_CUT};
    fault_run run = fault_target_begin(&cohort, "t_d13");
    lose_commit(&run, &plan);
    fault_expect(&run, 6, "MS-D313");
    fault_target_expect_said(&run, "was not published");
    fault_target_expect_nothing();
    expect_healed(&run);
}

/* Nobody can say: that is what is said, and the next run finds out. */
static void t_D_13_unknown(void **state) {
    (void)state;
    static const pg_proxy_act acts[] = {PG_PROXY_CUT_ANSWER, PG_PROXY_CUT};
    for (size_t i = 0; i < 2; i++) {
        const pg_proxy_plan plan = {
            .kind = 'Q', .text = "commit", .is_whole = 1, .act = acts[i], .is_deaf_after = 1};
        fault_run run = fault_target_begin(&cohort, "t_d13");
        lose_commit(&run, &plan);
        fault_expect(&run, 6, "MS-D313");
        fault_target_expect_said(&run, "cannot be asked");
        fault_target_run(&run, NULL, NULL);
        fault_expect(&run, 0, NULL);
        if (acts[i] == PG_PROXY_CUT_ANSWER)
            fault_target_expect_said(&run, "NOTHING NEW");
        fault_target_expect_golden();
        fault_run_done(&run);
    }
}

/* --- locked, read-only
 * ------------------------------------------------------------------------- */

/* Until it is closed. */
static FILE *lock_by_another(const char *table, const char *mode, char pid[40]) {
    FILE *other = popen("exec psql -Xq >/dev/null", "w");
    assert_non_null(other);
    fprintf(other, "set application_name = 'the other job'; begin; lock table %s in %s mode;\n",
            table, mode);
    fflush(other);
    while (pg_test_count("select count(*) from pg_locks l join pg_stat_activity a using (pid)"
                         " where a.application_name = 'the other job' and l.granted"
                         " and l.locktype = 'relation' and l.relation >= 16384") == 0)
        rest_ms(20);
    snprintf(pid, 40, "pid %lld",
             pg_test_count("select pid from pg_stat_activity"
                           " where application_name = 'the other job'"));
    return other;
}

static void expect_blocked(fault_run *run, const char *pid) {
    fault_expect(run, 6, "MS-D315");
    fault_target_expect_said(run, pid);
    fault_target_expect_said(run, "application the other job");
}

/* Locked when it publishes; and from the beginning, when it reads what was there. */
static void t_D_16(void **state) {
    (void)state;
    char pid[40];
    pg_proxy proxy;
    const pg_proxy_plan publishing = {.text = "publish_run", .act = PG_PROXY_HOLD_BACK};
    fault_run run = fault_target_begin(&cohort, "t_d16");
    pg_test_sql("alter role night set lock_timeout = '700ms'");
    program_child child = start_to(&run, &publishing, &proxy);
    FILE *other = lock_by_another("magscreen.flag", "access exclusive", pid);
    pg_proxy_release(&proxy);
    fault_target_end(&run, child);
    pg_proxy_stop(&proxy);
    expect_blocked(&run, pid);
    fault_target_expect_said(&run, "nothing new is visible; waiting for it, at most 30 s");
    assert_string_equal(fault_target_state(), "failed");
    fault_target_run(&run, NULL, NULL);
    expect_blocked(&run, pid);
    pg_test_sql("alter role night reset lock_timeout");
    pclose(other);
    fault_target_expect_nothing();
    expect_healed(&run);
}

/* A lock that lets others read, and that of somebody who only reads, such as a backup. */
static void t_D_16_weaker(void **state) {
    (void)state;
    static const char *const locks[][2] = {{"magscreen.flag", "share"},
                                           {"magscreen.stage_episode_1", "access share"}};
    for (size_t i = 0; i < 2; i++) {
        char pid[40];
        pg_proxy proxy;
        const pg_proxy_plan publishing = {.text = "publish_run", .act = PG_PROXY_HOLD_BACK};
        fault_run run = fault_target_begin(&cohort, "t_d16");
        pg_test_sql("alter role night set lock_timeout = '700ms'");
        program_child child = start_to(&run, &publishing, &proxy);
        FILE *other = lock_by_another(locks[i][0], locks[i][1], pid);
        pg_proxy_release(&proxy);
        fault_target_end(&run, child);
        pg_proxy_stop(&proxy);
        expect_blocked(&run, pid);
        pg_test_sql("alter role night reset lock_timeout");
        pclose(other);
        expect_healed(&run);
    }
}

static void expect_untouched(const fault_run *run, int exit_code, const char *message) {
    fault_expect(run, exit_code, message);
    assert_int_equal(pg_test_count("select count(*) from magscreen.run"), 0);
    assert_null(strstr(run->result.out.at, "read")); /* no line about a source */
}

static void t_D_22_read_only(void **state) {
    (void)state;
    fault_run run = fault_target_begin(&cohort, "t_d22");
    pg_test_sql("alter role night set default_transaction_read_only = on");
    fault_target_run(&run, NULL, NULL);
    expect_untouched(&run, 7, "MS-D321");
    pg_test_sql("alter role night reset default_transaction_read_only");
    expect_healed(&run);
}

static void t_D_22_standby(void **state) {
    (void)state;
    char path[300];
    fault_run run = fault_target_begin(&cohort, "t_d22");
    snprintf(path, sizeof path, "%s/data/standby.signal", getenv("MAGSCREEN_TEST_PG"));
    pg_test_sql("alter system set wal_level = 'replica'");
    pg_test_control("restart");
    pg_test_control("stop");
    file_write(path, "", 0);
    pg_test_control("start");
    assert_string_equal(pg_test_text("select pg_is_in_recovery()"), "t");
    fault_target_run(&run, NULL, NULL);
    pg_test_control("stop");
    unlink(path);
    pg_test_control("start");
    expect_untouched(&run, 7, "MS-D321");
    fault_target_expect_said(&run, "is a standby");
    expect_healed(&run);
}

/* --- not the schema that the program knows
 * ---------------------------------------------------- */

/* The change is found before anything is read; undone, all is well. */
static void expect_refused(const char *change, const char *message, const char *words,
                           const char *undo) {
    fault_run run = fault_target_begin(&cohort, "t_refused");
    pg_test_sql(change);
    fault_target_run(&run, NULL, NULL);
    expect_untouched(&run, 7, message);
    fault_target_expect_said(&run, words);
    pg_test_sql(undo);
    expect_healed(&run);
}

static void t_D_23(void **state) {
    (void)state;
    expect_refused("create table kept as select * from magscreen.migration"
                   " order by number desc limit 1;"
                   "delete from magscreen.migration where number = (select number from kept)",
                   "MS-D322", "schema upgrade",
                   "insert into magscreen.migration select * from kept");
    expect_refused("insert into magscreen.migration values (999, '999_later.sql', 'x')", "MS-D322",
                   "update magscreen", "delete from magscreen.migration where number = 999");
    expect_refused("update magscreen.migration set sha256 = 'x' || sha256 where number = 5",
                   "MS-D322", "made by other files",
                   "update magscreen.migration set sha256 = substr(sha256, 2) where number = 5");
}

static void t_D_23_no_schema(void **state) {
    (void)state;
    fault_run run = fault_target_begin(&cohort, "t_d23");
    pg_test_sql("alter schema magscreen rename to elsewhere");
    fault_target_run(&run, NULL, NULL);
    fault_expect(&run, 7, "MS-D322");
    fault_target_expect_said(&run, "schema install");
    fault_run_done(&run);
}

static void t_D_35(void **state) {
    (void)state;
    static const char *const changes[][2] = {
        {"create function public.f() returns trigger language plpgsql as"
         " 'begin return null; end';"
         "create trigger odd before insert on magscreen.flag for each row"
         " execute function public.f()",
         "drop trigger odd on magscreen.flag; drop function public.f()"},
        {"create rule odd as on insert to magscreen.flag_event do instead nothing",
         "drop rule odd on magscreen.flag_event"},
        {"alter table magscreen.run_source drop constraint run_source_conserves_rows",
         "alter table magscreen.run_source add constraint run_source_conserves_rows check"
         " (rows_read = accepted + rejected + out_of_window + duplicate + not_of_interest)"},
        {"alter function magscreen.check_staged(bigint) rename to check_nothing",
         "alter function magscreen.check_nothing(bigint) rename to check_staged"},
        {"grant select on magscreen.flag to magscreen_quality",
         "revoke select on magscreen.flag from magscreen_quality"},
        {"alter view magscreen.v_worklist set (security_invoker = false)",
         "alter view magscreen.v_worklist set (security_invoker = true)"},
        {"alter table magscreen.flag enable row level security",
         "alter table magscreen.flag disable row level security"},
    };
    for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++)
        expect_refused(changes[i][0], "MS-D333", "schema_changes()", changes[i][1]);
}

/* A column that was added and dropped again leaves nothing that is compared. */
static void t_D_35_column(void **state) {
    (void)state;
    expect_refused("alter table magscreen.flag add column odd text default 'x'", "MS-D333",
                   "column flag.odd", "alter table magscreen.flag drop column odd");
}

/* --- rights, poolers
 * --------------------------------------------------------------------------- */

static void t_D_07_target(void **state) {
    (void)state;
    expect_refused("revoke magscreen_job from night", "MS-D307", "grant magscreen_job to night;",
                   "grant magscreen_job to night");
}

static void t_S_22_target(void **state) {
    (void)state;
    fault_run run = fault_target_begin(&cohort, "t_s22");
    static const char *const others[] = {"user=reviewer", "user=quality"};
    for (size_t i = 0; i < 2; i++) {
        fault_target_run(&run, others[i], NULL);
        expect_untouched(&run, 7, "MS-D307");
        fault_target_expect_said(&run, "grant magscreen_job to");
    }
    expect_healed(&run);
}

/* A pool that hands out another session at once, and one that does so in the middle. */
static void t_D_33(void **state) {
    (void)state;
    static const char *const moments[] = {"search_path", "run_begin", "run_state"};
    for (size_t i = 0; i < sizeof moments / sizeof moments[0]; i++) {
        const pg_proxy_plan plan = {.text = moments[i], .act = PG_PROXY_OTHER_SESSION};
        fault_run run = fault_target_begin(&cohort, "t_d33");
        pg_proxy proxy = pg_proxy_start(run.folder, &plan);
        fault_target_run(&run, fault_target_proxied(&run), NULL);
        pg_proxy_stop(&proxy);
        fault_expect(&run, 7, "MS-D332");
        fault_target_expect_nothing();
        expect_healed(&run);
    }
}

int main(void) {
    static const fault_row rows[] = {FAULT_ROW(a_clean_run_publishes),
                                     FAULT_ROW(t_D_07_target),
                                     FAULT_ROW(t_D_11),
                                     FAULT_ROW(t_D_12),
                                     FAULT_ROW(t_D_13_committed),
                                     FAULT_ROW(t_D_13_not_committed),
                                     FAULT_ROW(t_D_13_unknown),
                                     FAULT_ROW(t_D_16),
                                     FAULT_ROW(t_D_16_weaker),
                                     FAULT_ROW(t_D_22_read_only),
                                     FAULT_ROW(t_D_22_standby),
                                     FAULT_ROW(t_D_23),
                                     FAULT_ROW(t_D_23_no_schema),
                                     FAULT_ROW(t_D_33),
                                     FAULT_ROW(t_D_35),
                                     FAULT_ROW(t_D_35_column),
                                     FAULT_ROW(t_S_22_target)};
    int skip = pg_test_begin();
    if (skip != 0)
        return skip;
    fault_cohort_init(&cohort);
    int failed = FAULT_ROWS_RUN(rows);
    fault_cohort_done(&cohort);
    return failed;
}
