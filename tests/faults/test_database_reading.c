/* Rows of the fault matrix about what happens while a database is read: sessions that end, time
   out, conflict or cannot be had, servers that stop, rows that change. */
#include "support/fault_database.h"
#include "support/fault_row.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static fault_cohort cohort;

/* A view of the laboratory rows that does something at one of them (or is slow at each). It is
   split by the hash of the patient id, so that a small table is read by several sessions too. */
static const fault_pipeline odd_view = {
    .sources[FAULT_LABS] = {.view = "source.odd", .more = "readers: 4"}};

static const char make_odd[] = "create view source.odd as select l.* from source.labs l where %s";

static fault_run load(const char *database, const char *condition) {
    char sql[1200];
    fault_run run = fault_load(&cohort, database, NULL);
    snprintf(sql, sizeof sql, make_odd, condition);
    pg_test_sql(sql);
    return run;
}

static void expect_failed(const char *database, const char *condition, int exit_code,
                          const char *message) {
    fault_run run = load(database, condition);
    fault_screen_database(&run, &odd_view, NULL);
    fault_expect(&run, exit_code, message);
    fault_expect_refused(&run);
    fault_run_done(&run);
}

/* --- sessions that end
 * ------------------------------------------------------------------------- */

static void t_D_09(void **state) {
    (void)state;
    fault_run run = load("t_d09", "l.patient_id <> 'q0030' or l.code <> '2601-3'"
                                  " or pg_terminate_backend(pg_backend_pid())");
    fault_screen_database(&run, &odd_view, NULL);
    fault_expect(&run, 6, "MS-D310");
    assert_non_null(strstr(run.result.err.at, "rows had come; none of them is kept"));
    fault_expect_refused(&run);
    fault_run_done(&run);
}

static void t_D_10(void **state) {
    (void)state;
    expect_failed("t_d10", "l.patient_id <> 'q0030' or pg_cancel_backend(pg_backend_pid())", 6,
                  "MS-D311");
}

/* The server loses patience at the second table, whose first rows have come. */
static void t_D_10_an_error_in_the_middle(void **state) {
    (void)state;
    expect_failed("t_d10", "1 / (case when l.patient_id = 'q0030' then 0 else 1 end) = 1", 7,
                  "MS-D309");
}

/* A conflict that does not go away is met three times, each time in a new snapshot. */
static const char make_conflict[] =
    "create function source.conflict() returns boolean language plpgsql volatile as $$"
    " begin raise exception 'CONFLICT17' using errcode = '40001'; end $$;"
    "create view source.odd as select l.* from source.labs l"
    " where l.patient_id <> 'q0030' or %s";

static void t_D_17(void **state) {
    (void)state;
    char sql[1200];
    fault_run run = fault_load(&cohort, "t_d17", NULL);
    snprintf(sql, sizeof sql, make_conflict, "source.conflict()");
    pg_test_sql(sql);
    fault_screen_database(&run, &odd_view, NULL);
    fault_expect(&run, 6, "MS-D316");
    assert_non_null(strstr(run.result.err.at, "so 3 times"));
    fault_expect_refused(&run);
    fault_run_done(&run);
}

/* One that goes away is not seen: the first snapshot is older than the row that ends it. */
static void t_D_17_passes(void **state) {
    (void)state;
    char sql[1400];
    fault_run run = fault_load(&cohort, "t_d17", NULL);
    snprintf(sql, sizeof sql, make_conflict,
             "(select count(*) > 0 from source.calm) or (pg_sleep(1) is not null and"
             " source.conflict())");
    pg_test_sql("create table source.calm (at text)");
    pg_test_sql(sql);
    program_child child = fault_start_database(&run, &odd_view);
    fault_wait_for_copy();
    pg_test_sql("insert into source.calm values ('now')");
    fault_collect(&run, program_wait(child));
    fault_expect(&run, 0, NULL);
    fault_expect_golden(&run, true);
    assert_int_equal(fault_count(&run, "labs", "read"), FAULT_PATIENTS * FAULT_LABS_EACH);
    fault_run_done(&run);
}

/* The settings of the role are not those of the session: nothing times out. */
static void t_D_19(void **state) {
    (void)state;
    fault_run run = load("t_d19", "(hashtextextended(l.patient_id, 0) % 4 + 4) % 4 = 0"
                                  " or pg_sleep(0.003) is not null");
    pg_test_sql("alter role job set idle_in_transaction_session_timeout = '100ms';"
                "alter role job set idle_session_timeout = '100ms'");
    fault_screen_database(&run, &odd_view, NULL);
    fault_expect(&run, 0, NULL);
    fault_expect_golden(&run, true);
    fault_run_done(&run);
}

/* Whatever ends the session that holds the snapshot: rows that others read then are worth nothing.
 */
static void t_D_19_forced(void **state) {
    (void)state;
    fault_run run = fault_load(&cohort, "t_d19", NULL);
    /* Each reader is made to time out where it idles; those with many rows are slow. */
    pg_test_sql("create view source.odd as select l.* from source.labs l where case"
                " when (hashtextextended(l.patient_id, 0) % 4 + 4) % 4 = 0"
                " then set_config('idle_in_transaction_session_timeout', '20ms', false) is not null"
                " else pg_sleep(0.002) is not null end");
    fault_screen_database(&run, &odd_view, NULL);
    fault_expect(&run, 6, "MS-D318");
    fault_expect_refused(&run);
    fault_run_done(&run);
}

/* --- sessions that cannot be had
 * --------------------------------------------------------------- */

static void t_D_20(void **state) {
    (void)state;
    static const fault_pipeline many = {
        .sources[FAULT_LABS] = {.view = "source.odd", .more = "readers: 8"}};
    for (int limit = 1; limit <= 3; limit++) {
        char sql[100], said[60];
        fault_run run = load("t_d20", "true");
        snprintf(sql, sizeof sql, "alter role job connection limit %d", limit);
        pg_test_sql(sql);
        fault_screen_database(&run, &many, NULL);
        fault_expect(&run, 3, "MS-D319");
        snprintf(said, sizeof said, "using %d of 8 readers", limit);
        assert_non_null(strstr(run.result.err.at, said));
        fault_expect_golden(&run, true);
        fault_expect_conserved(&run);
        fault_run_done(&run);
    }
}

/* --- servers that stop
 * ------------------------------------------------------------------------- */

static void expect_stop(const char *how) {
    fault_run run = load("t_d21", "pg_sleep(0.02) is not null");
    program_child child = fault_start_database(&run, &odd_view);
    fault_wait_for_copy();
    pg_test_control(how);
    fault_collect(&run, program_wait(child));
    pg_test_control("start");
    fault_expect(&run, 6, "MS-D320");
    fault_expect_refused(&run);
    fault_run_done(&run);
}

static void t_D_21_fast(void **state) {
    (void)state;
    expect_stop("stop");
}

static void t_D_21_immediate(void **state) {
    (void)state;
    expect_stop("crash");
}

/* A run that begins while the server is away waits for it. */
static void t_D_21_starting(void **state) {
    (void)state;
    fault_run run = load("t_d21", "true");
    pg_test_control("stop");
    program_child child = fault_start_database(&run, &odd_view);
    pg_test_control("start");
    fault_collect(&run, program_wait(child));
    fault_expect(&run, 0, NULL);
    fault_expect_golden(&run, true);
    fault_run_done(&run);
}

/* --- rows that change
 * -------------------------------------------------------------------------- */

/* All readers and all tables are of one moment, however long the reading takes. */
static void t_D_30(void **state) {
    (void)state;
    fault_run run = load("t_d30", "pg_sleep(0.004) is not null");
    program_child child = fault_start_database(&run, &odd_view);
    fault_wait_for_copy();
    pg_test_sql(
        "update source.labs set value = '0.11' where code = '2601-3';"
        "delete from source.prescriptions; delete from source.patients;"
        "insert into source.labs select 'q0001', code, code_system, '0.2', unit, collected_at"
        " from source.labs");
    pg_test_sql("vacuum source.labs");
    fault_collect(&run, program_wait(child));
    fault_expect(&run, 0, NULL);
    fault_expect_golden(&run, true);
    assert_int_equal(fault_count(&run, "labs", "read"), FAULT_PATIENTS * FAULT_LABS_EACH);
    fault_run_done(&run);
}

/* A stop ends it at once, and the server's sessions with it. */
static void t_P_01_reading(void **state) {
    (void)state;
    fault_run run = load("t_p01", "pg_sleep(0.05) is not null");
    program_child child = fault_start_database(&run, &odd_view);
    fault_wait_for_copy();
    assert_int_equal(kill(child.pid, SIGINT), 0);
    fault_collect(&run, program_wait(child));
    fault_expect(&run, 130, "MS-P401");
    fault_expect_refused(&run);
    pg_test_sql("select pg_sleep(0.5)");
    assert_int_equal(pg_test_count("select count(*) from pg_stat_activity where usename = 'job'"),
                     0);
    fault_run_done(&run);
}

int main(void) {
    static const fault_row rows[] = {FAULT_ROW(t_D_09),
                                     FAULT_ROW(t_D_10),
                                     FAULT_ROW(t_D_10_an_error_in_the_middle),
                                     FAULT_ROW(t_D_17),
                                     FAULT_ROW(t_D_17_passes),
                                     FAULT_ROW(t_D_19),
                                     FAULT_ROW(t_D_19_forced),
                                     FAULT_ROW(t_D_20),
                                     FAULT_ROW(t_D_21_fast),
                                     FAULT_ROW(t_D_21_immediate),
                                     FAULT_ROW(t_D_21_starting),
                                     FAULT_ROW(t_D_30),
                                     FAULT_ROW(t_P_01_reading)};
    int skipped = pg_test_begin();
    if (skipped)
        return skipped;
    fault_cohort_init(&cohort);
    int status = FAULT_ROWS_RUN(rows);
    fault_cohort_done(&cohort);
    return status;
}
