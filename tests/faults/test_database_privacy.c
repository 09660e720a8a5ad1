/* Rows of the fault matrix about what a database is told: nothing of a patient in messages, status,
   process list or the server's log, which logs all it can; and what its roles may see. */
#include "support/fault_row.h"
#include "support/fault_target.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#define MARKER "Zq7731415926"
#define SECRET "Xy9vanadium"

static void expect_absent(const char *where, const char *text) {
    const char *found = text ? strstr(text, MARKER) : NULL;
    if (!found && text)
        found = strstr(text, SECRET);
    if (found)
        fail_msg("%s shows a marker: ...%.200s", where, found - text > 80 ? found - 80 : text);
}

static void expect_silent(const char *what, program_result result) {
    expect_absent(what, result.out.at);
    expect_absent(what, result.err.at);
    program_result_done(&result);
}

/* A statement of the server's owner that is not logged. */
static void log_everything(void) {
    pg_test_sql("alter role night set log_min_messages = 'debug1'");
    pg_test_sql("alter system set log_statement = 'all'");
    pg_test_sql("alter system set log_min_duration_statement = 0");
    pg_test_sql("alter system set log_parameter_max_length_on_error = -1");
    pg_test_sql("alter system set log_error_verbosity = 'verbose'");
    pg_test_sql("alter system set log_connections = on");
    pg_test_sql("select pg_reload_conf()");
    pg_test_sql("select pg_sleep(0.3)");
}

static void expect_silent_log(void) {
    if (pg_test_log_holds(MARKER) || pg_test_log_holds(SECRET))
        fail_msg("the server's log shows a marker");
    assert_true(pg_test_log_holds("magscreen.publish_run")); /* it does log */
}

/* The marker in each cell that may hold any text, and rows that are refused because of it. */
static void plant(fault_cohort *cohort) {
    fault_cohort_init(cohort);
    for (int table = 0; table < FAULT_TABLE_COUNT; table++)
        fault_replace_all(cohort, (fault_table)table, "q0001", MARKER);
    fault_pad(cohort);
    static const char *const labs[] = {MARKER ",2601-3,0.41,mmol/L,2025-12-20T08:00," MARKER "\n",
                                       "q0002,2601-" MARKER ",0.41,mmol/L,2025-12-20T08:00,\n",
                                       "q0002,2601-3," MARKER ",mmol/L,2025-12-20T08:00,\n",
                                       "q0002,2601-3,0.41,mmol/" MARKER ",2025-12-20T08:00,\n",
                                       "q0002,2601-3,0.41,mmol/L," MARKER ",\n"};
    for (size_t i = 0; i < sizeof labs / sizeof labs[0]; i++)
        fault_append(cohort, FAULT_LABS, labs[i]);
    fault_append(cohort, FAULT_RX,
                 "q0002,A02" MARKER ",Omeprazole " MARKER ",order,2025-09-11,,4,mmol,3,oral\n");
    fault_append(cohort, FAULT_PATIENTS_TABLE,
                 MARKER "x,F,1940-01-01,," MARKER ",60,165,2025-06-01\n");
}

static void look_at_everything(const char *run_number) {
    static const char *const verbs[] = {"status", "rejects", "status"};
    static const char *const more[] = {NULL, NULL, "--json"};
    for (size_t i = 0; i < 3; i++)
        expect_silent(verbs[i], fault_target_verb(verbs[i], more[i], NULL));
    const char *flag = pg_test_text("select min(flag_id) from magscreen.flag");
    char id[100];
    snprintf(id, sizeof id, "%s", flag);
    const char *const calls[][10] = {
        {"ack", id, "--reason", "will_monitor", "--db", "user=reviewer", NULL},
        {"ack", id, "--reason", "other", "--note", "told by " MARKER, "--db", "user=reviewer",
         NULL},
        {"unack", id, "--note", MARKER, "--db", "user=reviewer", NULL},
        {"ack", "no-such-flag", "--reason", "other", "--note", MARKER, "--db", "user=reviewer",
         NULL},
        {"ack", "no-such-flag", "--reason", "will_monitor", "--db", "user=reviewer", NULL},
        {"publish", run_number, "--reason", "looked at", "--db", "user=night", NULL},
    };
    for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++)
        expect_silent(calls[i][0], program_run(calls[i], NULL, NULL));
    assert_int_equal(
        pg_test_count("select count(*) from magscreen.review where note like '%41592%'"), 2);
    /* These two show the patient to a reviewer, and still tell the server's log nothing. */
    program_result shown = fault_target_verb("worklist", "--limit=0", "user=reviewer");
    assert_int_equal(shown.exit_code, 0);
    assert_non_null(strstr(shown.out.at, MARKER));
    program_result_done(&shown);
    shown = program_run((const char *const[]){"explain", id, "--db", "user=reviewer", NULL}, NULL,
                        NULL);
    assert_int_equal(shown.exit_code, 0);
    program_result_done(&shown);
}

/* Published, told again, stopped by a lock, and gone on the next day. */
static void t_S_07(void **state) {
    (void)state;
    fault_cohort cohort;
    plant(&cohort);
    fault_run run = fault_target_begin(&cohort, "t_s07");
    log_everything();
    static const char *const days[] = {"2025-12-31", "2025-12-31", "2026-01-01"};
    for (size_t i = 0; i < 3; i++) {
        fault_target_run(&run, NULL, days[i]);
        expect_absent("run", run.result.out.at);
        expect_absent("run", run.result.err.at);
    }
    assert_true(pg_test_count("select count(*) from magscreen.v_run where is_current") == 1);
    look_at_everything("1");
    expect_absent("records of runs",
                  pg_test_text("select coalesce(string_agg(message, ' '), '') from magscreen.run"));
    assert_true(pg_test_count("select count(*) from magscreen.reject") >= 4);
    assert_string_equal(
        pg_test_text("select count(*) from magscreen.run where position('Zq' || '7731415926' in"
                     " record::text) > 0"),
        "0");
    expect_silent_log();
    fault_run_done(&run);
    fault_cohort_done(&cohort);
}

/* What ps and pg_stat_activity show while rows are on their way. */
static void t_S_07_process_list(void **state) {
    (void)state;
    fault_cohort cohort;
    plant(&cohort);
    for (unsigned table = 0; table < 4; table++) {
        fault_run run = fault_target_begin(&cohort, "t_s07");
        const pg_proxy_plan plan = {.kind = 'c', .skipped = table, .act = PG_PROXY_HOLD_BACK};
        pg_proxy proxy = pg_proxy_start(run.folder, &plan);
        program_child child = fault_target_start(&run, fault_target_proxied(&run), NULL);
        pg_proxy_wait(&proxy);
        char path[64];
        snprintf(path, sizeof path, "/proc/%d/cmdline", (int)child.pid);
        bytes line = file_read(path);
        for (size_t i = 0; i + 1 < line.nbytes; i++)
            line.at[i] = line.at[i] ? line.at[i] : ' ';
        expect_absent("the process list", line.at);
        free(line.at);
        expect_absent("pg_stat_activity",
                      pg_test_text("select string_agg(query, ' ') from pg_stat_activity"
                                   " where usename = 'night'"));
        pg_proxy_release(&proxy);
        fault_target_end(&run, child);
        pg_proxy_stop(&proxy);
        expect_absent("run", run.result.err.at);
        fault_run_done(&run);
    }
    expect_silent_log();
    fault_cohort_done(&cohort);
}

/* A password in a password file and in an environment that is not ours to keep. */
static void t_S_06(void **state) {
    (void)state;
    fault_cohort cohort;
    fault_cohort_init(&cohort);
    fault_run run = fault_target_begin(&cohort, "t_s06");
    char path[400], line[200], command[900];
    snprintf(path, sizeof path, "%s/pass", run.folder);
    snprintf(line, sizeof line, "*:*:*:night:%s\n", SECRET);
    file_write(path, line, strlen(line));
    snprintf(command, sizeof command, "chmod 600 '%s'", path);
    assert_int_equal(system(command), 0);
    setenv("PGPASSFILE", path, 1);
    fault_target_run(&run, NULL, NULL);
    fault_expect(&run, 0, NULL);
    expect_absent("run", run.result.out.at);
    expect_absent("run", run.result.err.at);
    expect_silent("status", fault_target_verb("status", "--json", NULL));
    unsetenv("PGPASSFILE");
    /* In the pipeline or on the command line it is refused, and not repeated. */
    fault_target_run(&run, "user=night password=" SECRET, NULL);
    fault_expect(&run, 2, "MS-S603");
    expect_absent("run", run.result.err.at);
    program_result refused = fault_target_verb("status", NULL, "user=night password=" SECRET);
    assert_int_equal(refused.exit_code, 2);
    expect_silent("status", refused);
    assert_int_equal(pg_test_count("select count(*) from magscreen.run where position("
                                   "'Xy9' || 'vanadium' in coalesce(record::text, '')) > 0"),
                     0);
    expect_silent_log();
    fault_run_done(&run);
    fault_cohort_done(&cohort);
}

/* --- what roles may see: the files of tests/sql
 * ----------------------------------------------------------- */

static void run_sql_test(const char *name) {
    char command[1200];
    snprintf(command, sizeof command, "bash '%s/tests/pg/test_pgtap.sh' %s", MAG_SOURCE_DIR, name);
    int status = system(command);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 77) {
        fault_row_skip("no server or no pgTAP here");
    }
    if (status != 0)
        fail_msg("tests/sql/%s.sql", name);
}

static void t_S_20(void **state) {
    (void)state;
    run_sql_test("rounding");
}

static void t_S_21(void **state) {
    (void)state;
    run_sql_test("differencing");
}

static void t_S_22(void **state) {
    (void)state;
    run_sql_test("grants");
}

static void t_S_23(void **state) {
    (void)state;
    run_sql_test("leaky");
}

static void t_S_24(void **state) {
    (void)state;
    run_sql_test("append_only");
}

int main(void) {
    static const fault_row rows[] = {FAULT_ROW(t_S_07), FAULT_ROW(t_S_07_process_list),
                                     FAULT_ROW(t_S_06), FAULT_ROW(t_S_20),
                                     FAULT_ROW(t_S_21), FAULT_ROW(t_S_22),
                                     FAULT_ROW(t_S_23), FAULT_ROW(t_S_24)};
    int skipped = pg_test_begin();
    return skipped != 0 ? skipped : FAULT_ROWS_RUN(rows);
}
