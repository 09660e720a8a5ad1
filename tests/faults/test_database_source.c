/* Rows of the fault matrix about a database that is read: not there, not what was said, not
   allowed, and connections that are refused. */
#include "support/fault_database.h"
#include "support/fault_row.h"
#include "support/pg_relay.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static fault_cohort cohort;

/* The clean cohort in a database, screened as the pipeline says. */
static fault_run screen(const char *database, const char *sql, const fault_pipeline *pipeline,
                        const char *const *more) {
    fault_run run = fault_load(&cohort, database, NULL);
    if (sql)
        pg_test_sql(sql);
    fault_screen_database(&run, pipeline, more);
    return run;
}

static void expect_refused(const char *database, const char *sql, const fault_pipeline *pipeline,
                           int exit_code, const char *message) {
    fault_run run = screen(database, sql, pipeline, NULL);
    fault_expect(&run, exit_code, message);
    fault_expect_refused(&run);
    fault_run_done(&run);
}

/* The same cohort again, from the same database. */
static void expect_refused_again(fault_run *run, const fault_pipeline *pipeline, int exit_code,
                                 const char *message) {
    fault_screen_database(run, pipeline, NULL);
    fault_expect(run, exit_code, message);
    fault_expect_refused(run);
}

static void expect_said(const fault_run *run, const char *words) {
    if (!strstr(run->result.err.at, words))
        fail_msg("not said: %s\n%s", words, run->result.err.at);
}

/* --- the way there
 * ----------------------------------------------------------------------------- */

static void t_D_00_clean(void) {
    fault_run run = screen("t_clean", NULL, NULL, NULL);
    fault_expect(&run, 0, NULL);
    fault_expect_golden(&run, true);
    fault_expect_conserved(&run);
    assert_int_equal(fault_count(&run, "labs", "read"), FAULT_PATIENTS * FAULT_LABS_EACH);
    fault_run_done(&run);
}

static void t_D_01(void **state) {
    (void)state;
    t_D_00_clean();
    const fault_pipeline nobody = {.sources[FAULT_LABS].connection =
                                       "host=/tmp/nobody-listens-here connect_timeout=1"};
    fault_run run = screen("t_d01", NULL, &nobody, NULL);
    fault_expect(&run, 6, "MS-D301");
    expect_said(&run, "/tmp/nobody-listens-here");
    expect_said(&run, "tried 1 s");
    fault_expect_refused(&run);
    fault_run_done(&run);
    const fault_pipeline port = {.sources[FAULT_LABS].connection =
                                     "host=127.0.0.1 port=1 connect_timeout=1"};
    expect_refused("t_d01", NULL, &port, 6, "MS-D301");
}

/* Lines before all others of pg_hba.conf, and back to trust. */
static void set_access(const char *lines) {
    char command[2000];
    snprintf(command, sizeof command,
             "cd '%s/data' && { printf '%%s' '%s'; echo 'local all all trust'; } > hba.new && "
             "cat hba.new > pg_hba.conf && rm hba.new",
             getenv("MAGSCREEN_TEST_PG"), lines);
    assert_int_equal(system(command), 0);
    pg_test_sql("select pg_reload_conf(); select pg_sleep(0.2)");
}

static void write_private(const fault_run *run, const char *name, const char *content, mode_t mode,
                          char path[400]) {
    snprintf(path, 400, "%s/%s", run->folder, name);
    file_write(path, content, strlen(content));
    assert_int_equal(chmod(path, mode), 0);
}

static void t_D_02(void **state) {
    (void)state;
    static const char *const connections[] = {"user=locked", "user=barred", "user=unknown_role"};
    char path[400];
    fault_run run = fault_load(&cohort, "t_d02", NULL);
    pg_test_sql("create role locked login password 'right-one'; create role barred login");
    set_access("local all locked scram-sha-256\nlocal all barred reject\n");
    write_private(&run, "pass", "*:*:*:locked:MARKER-wrong\n", 0600, path);
    setenv("PGPASSFILE", path, 1);
    for (size_t i = 0; i < 3; i++) {
        fault_pipeline pipeline = {.sources[FAULT_PATIENTS_TABLE].connection = connections[i]};
        fault_screen_database(&run, &pipeline, NULL);
        fault_expect(&run, 7, "MS-D302");
        fault_expect_refused(&run);
        assert_null(strstr(run.result.err.at, "MARKER"));
    }
    /* The right one opens, so that it was the password that was wrong. */
    write_private(&run, "pass", "*:*:*:locked:right-one\n", 0600, path);
    pg_test_sql("grant job to locked");
    fault_pipeline right = {.sources[FAULT_PATIENTS_TABLE].connection = "user=locked"};
    fault_screen_database(&run, &right, NULL);
    fault_expect(&run, 0, NULL);
    fault_expect_golden(&run, true);
    unsetenv("PGPASSFILE");
    set_access("");
    pg_test_sql("drop role locked; drop role barred");
    fault_run_done(&run);
}

static void t_D_04(void **state) {
    (void)state;
    static const char *const connections[] = {"host=db.invalid", "host=db.invalid sslmode=require",
                                              "host=db.invalid sslmode=verify-ca",
                                              "host=192.0.2.1 sslmode=prefer connect_timeout=1"};
    fault_run run = fault_load(&cohort, "t_d04", NULL);
    for (size_t i = 0; i < 4; i++) {
        fault_pipeline pipeline = {.sources[FAULT_RX].connection = connections[i]};
        expect_refused_again(&run, &pipeline, 2, "MS-D304");
    }
    /* Whoever says so goes without: then the host is looked for. */
    const fault_pipeline wanted = {.sources[FAULT_RX].connection =
                                       "host=192.0.2.1 sslmode=disable connect_timeout=1"};
    fault_screen_database(&run, &wanted, (const char *const[]){"--allow-insecure-db", NULL});
    fault_expect(&run, 6, "MS-D301");
    fault_run_done(&run);
}

/* --- what is read
 * ------------------------------------------------------------------------------ */

static void t_D_05(void **state) {
    (void)state;
    const fault_pipeline misspelt = {.sources[FAULT_LABS].view = "source.labz",
                                     .sources[FAULT_RX].view = "nowhere"};
    fault_run run = screen("t_d05", NULL, &misspelt, NULL);
    fault_expect(&run, 7, "MS-D305");
    expect_said(&run, "did you mean source.labs?");
    expect_said(&run, "source \"prescriptions\": there is no table or view nowhere");
    fault_expect_refused(&run);
    program_result checked = fault_check_database(&run, &misspelt);
    assert_int_equal(checked.exit_code, 1);
    assert_non_null(strstr(checked.out.at, "BAD  database: source \"labs\""));
    assert_non_null(strstr(checked.out.at, "BAD  database: source \"prescriptions\""));
    program_result_done(&checked);
    fault_run_done(&run);
}

static void t_D_06(void **state) {
    (void)state;
    fault_run run = screen("t_d06",
                           "drop view source.labs_typed, source.prescriptions_typed,"
                           " source.patients_typed;"
                           "alter table source.labs rename value to valeu;"
                           "alter table source.labs drop collected_at;"
                           "alter table source.prescriptions alter dose type bytea using null;"
                           "alter table source.patients alter sex type date using null",
                           NULL, NULL);
    fault_expect(&run, 7, "MS-D306");
    expect_said(&run, "source.labs has no column \"value\"; did you mean \"valeu\"?");
    expect_said(&run, "source.labs has no column \"collected_at\"");
    expect_said(&run, "column \"dose\" of source.prescriptions has type bytea");
    expect_said(&run, "column \"sex\" of source.patients has type date");
    fault_expect_refused(&run);
    fault_run_done(&run);
}

/* A column that is not required may be missing. */
static void t_D_06_optional(void **state) {
    (void)state;
    fault_run run = screen("t_d06",
                           "drop view source.labs_typed;"
                           "alter table source.labs drop comment, drop version",
                           NULL, NULL);
    fault_expect(&run, 0, NULL);
    fault_expect_golden(&run, true);
    fault_run_done(&run);
}

static void t_D_07(void **state) {
    (void)state;
    fault_run run = screen("t_d07",
                           "revoke select on source.labs, source.patients from job;"
                           "create schema \"Odd One\"; create table \"Odd One\".rx as"
                           " table source.prescriptions",
                           &(fault_pipeline){.sources[FAULT_RX].view = "Odd One.rx"}, NULL);
    fault_expect(&run, 7, "MS-D307");
    expect_said(&run, "grant select on source.patients to job;");
    expect_said(&run, "grant select on source.labs to job;");
    expect_said(&run, "grant usage on schema \"Odd One\" to job;");
    expect_said(&run, "grant select on \"Odd One\".rx to job;");
    fault_expect_refused(&run);
    const fault_pipeline odd = {.sources[FAULT_RX].view = "Odd One.rx"};
    program_result checked = fault_check_database(&run, &odd);
    assert_int_equal(checked.exit_code, 1);
    assert_non_null(strstr(checked.out.at, "grant select on source.labs to job;"));
    program_result_done(&checked);
    /* What is printed is what is missing. */
    pg_test_sql("grant select on source.patients to job; grant select on source.labs to job;"
                "grant usage on schema \"Odd One\" to job;"
                "grant select on \"Odd One\".rx to job;");
    fault_screen_database(&run, &odd, NULL);
    fault_expect(&run, 0, NULL);
    fault_expect_golden(&run, true);
    fault_run_done(&run);
}

/* A view that its owner may not read through: the catalogue does not tell, planning does. */
static void t_D_07_behind_a_view(void **state) {
    (void)state;
    const fault_pipeline through = {.sources[FAULT_LABS].view = "source.through"};
    expect_refused("t_d07",
                   "create view source.through with (security_invoker = true) as"
                   " select * from source.labs; revoke select on source.labs from job",
                   &through, 7, "MS-D307");
}

static void t_D_08(void **state) {
    (void)state;
    static const char half[] =
        "alter table source.labs enable row level security;"
        "create policy half on source.labs for select to job using (patient_id < 'q0021')";
    expect_refused("t_d08", half, NULL, 7, "MS-D308");
    const fault_pipeline noted = {.sources[FAULT_LABS].more =
                                      "allow_row_security: 'this hospital only'"};
    fault_run run = screen("t_d08", half, &noted, NULL);
    fault_expect(&run, 0, NULL);
    assert_int_equal(fault_count(&run, "labs", "read"), 20 * FAULT_LABS_EACH);
    json_t *source = json_array_get(json_object_get(run.record, "sources"), 1);
    assert_string_equal(json_string_value(json_object_get(source, "allow_row_security")),
                        "this hospital only");
    fault_run_done(&run);
}

static void t_D_08_behind_a_view(void **state) {
    (void)state;
    const fault_pipeline through = {.sources[FAULT_LABS].view = "source.through"};
    expect_refused("t_d08",
                   "create view source.through with (security_invoker = true) as"
                   " select * from source.labs;"
                   "alter table source.labs enable row level security;"
                   "create policy half on source.labs for select to job using (true)",
                   &through, 7, "MS-D308");
}

/* --- roles and servers
 * ------------------------------------------------------------------------- */

static void t_D_37(void **state) {
    (void)state;
    const fault_pipeline strong = {.sources = {{.connection = "user=magscreen_admin"},
                                               {.connection = "user=magscreen_admin"},
                                               {.connection = "user=magscreen_admin"}}};
    fault_run run = screen("t_d37", NULL, &strong, NULL);
    fault_expect(&run, 3, "MS-D335");
    fault_expect_golden(&run, true);
    program_result checked = fault_check_database(&run, &strong);
    assert_int_equal(checked.exit_code, 1);
    assert_non_null(strstr(checked.out.at, "MS-D335"));
    program_result_done(&checked);
    fault_run_done(&run);
    run = screen("t_d37", "alter table source.labs owner to job", NULL, NULL);
    fault_expect(&run, 3, "MS-D335");
    fault_expect_golden(&run, true);
    fault_run_done(&run);
}

/* A database that takes no writes, as a standby does not, is a fine
   source. */
static void t_D_28_read_only_database(void **state) {
    (void)state;
    fault_run run = fault_load(&cohort, "t_d22", NULL);
    pg_test_sql("alter database t_d22 set default_transaction_read_only = on");
    fault_screen_database(&run, NULL, NULL);
    fault_expect(&run, 0, NULL);
    fault_expect_golden(&run, true);
    fault_run_done(&run);
}

/* A pooler answers with sessions of its own: told before a row is read. */
static void t_D_33_reading(void **state) {
    (void)state;
    char connection[400];
    fault_run run = fault_load(&cohort, "t_d33", NULL);
    snprintf(connection, sizeof connection, "user=job host=%s", run.folder);
    pid_t relay = pg_relay_start(run.folder);
    const fault_pipeline through = {.sources[FAULT_LABS].connection = connection};
    fault_screen_database(&run, &through, NULL);
    pg_relay_stop(relay);
    fault_expect(&run, 7, "MS-D332");
    fault_expect_refused(&run);
    fault_run_done(&run);
}

/* --- abuse
 * ------------------------------------------------------------------------------------- */

static void t_S_01(void **state) {
    (void)state;
    static const char *const views[] = {"x\"; drop table source.labs; --",
                                        "source.x\"; drop table source.labs; --",
                                        "source.labs; drop table source.labs",
                                        "source.labs where false",
                                        "source.(select 1)",
                                        "source.labs\"\"",
                                        ".labs",
                                        "source."};
    fault_run run = fault_load(&cohort, "t_s01", NULL);
    for (size_t i = 0; i < sizeof views / sizeof views[0]; i++) {
        const fault_pipeline odd = {.sources[FAULT_LABS].view = views[i]};
        expect_refused_again(&run, &odd, 7, "MS-D305");
        assert_int_equal(pg_test_count("select count(*) from source.labs"),
                         FAULT_PATIENTS * FAULT_LABS_EACH);
    }
    /* A table that really has such a name is read. */
    const fault_pipeline real = {.sources[FAULT_LABS].view = "source.x\"; drop table y; --"};
    pg_test_sql("create table source.\"x\"\"; drop table y; --\" as table source.labs");
    fault_screen_database(&run, &real, NULL);
    fault_expect(&run, 0, NULL);
    fault_expect_golden(&run, true);
    fault_run_done(&run);
}

static void t_S_03(void **state) {
    (void)state;
    static const char *const connections[] = {
        "user=job options=-crow_security=on", "user=job passfile=/etc/passwd",
        "user=job sslkey=/etc/passwd",        "user=job hostaddr=192.0.2.1",
        "postgresql://job@/?options=-cx",     "user=job replication=database"};
    fault_run run = fault_load(&cohort, "t_s03", NULL);
    for (size_t i = 0; i < sizeof connections / sizeof connections[0]; i++) {
        const fault_pipeline odd = {.sources[FAULT_LABS].connection = connections[i]};
        expect_refused_again(&run, &odd, 2, "MS-S601");
    }
    fault_run_done(&run);
}

static void t_S_05(void **state) {
    (void)state;
    static const char *const connections[] = {"user=job password=MARKER55",
                                              "postgresql://job:MARKER55@/t_s05"};
    for (size_t i = 0; i < 2; i++) {
        const fault_pipeline open = {.sources[FAULT_LABS].connection = connections[i]};
        fault_run run = screen("t_s05", NULL, &open, NULL);
        fault_expect(&run, 2, "MS-S603");
        assert_null(strstr(run.result.err.at, "MARKER55"));
        fault_expect_refused(&run);
        fault_run_done(&run);
    }
    /* There is no option either. */
    program_result result = program_run(
        (const char *const[]){"run", "x.yaml", "--password", "MARKER55", NULL}, NULL, NULL);
    assert_int_equal(result.exit_code, 2);
    assert_non_null(strstr(result.err.at, "MS-U201"));
    program_result_done(&result);
}

static void t_S_10(void **state) {
    (void)state;
    static const struct {
        const char *variable, *content, *connection;
        mode_t mode;
        int exit_code;
    } cases[] = {
        {"PGPASSFILE", "*:*:*:job:MARKER66\n", "user=job", 0644, 2},
        {"PGPASSFILE", "*:*:*:job:MARKER66\n", "user=job", 0640, 2},
        {"PGPASSFILE", "*:*:*:job:MARKER66\n", "user=job", 0600, 0},
        {"PGSERVICEFILE", "[s]\nuser=job\npassword=MARKER66\n", "service=s", 0644, 2},
        {"PGSERVICEFILE", "[s]\nuser=job\npassword=MARKER66\n", "service=s", 0600, 0},
        {"PGSERVICEFILE", "[s]\nuser=job\n", "service=s", 0644, 0},
    };
    char path[400];
    fault_run run = fault_load(&cohort, "t_s10", NULL);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const fault_pipeline pipeline = {.sources[FAULT_LABS].connection = cases[i].connection};
        write_private(&run, "kept", cases[i].content, cases[i].mode, path);
        setenv(cases[i].variable, path, 1);
        fault_screen_database(&run, &pipeline, (const char *const[]){"--force", NULL});
        unsetenv(cases[i].variable);
        fault_expect(&run, cases[i].exit_code, cases[i].exit_code ? "MS-S604" : NULL);
        assert_null(strstr(run.result.err.at, "MARKER66"));
    }
    fault_run_done(&run);
}

int main(void) {
    static const fault_row rows[] = {FAULT_ROW(t_D_01),
                                     FAULT_ROW(t_D_02),
                                     FAULT_ROW(t_D_04),
                                     FAULT_ROW(t_D_05),
                                     FAULT_ROW(t_D_06),
                                     FAULT_ROW(t_D_06_optional),
                                     FAULT_ROW(t_D_07),
                                     FAULT_ROW(t_D_07_behind_a_view),
                                     FAULT_ROW(t_D_08),
                                     FAULT_ROW(t_D_08_behind_a_view),
                                     FAULT_ROW(t_D_33_reading),
                                     FAULT_ROW(t_D_37),
                                     FAULT_ROW(t_D_28_read_only_database),
                                     FAULT_ROW(t_S_01),
                                     FAULT_ROW(t_S_03),
                                     FAULT_ROW(t_S_05),
                                     FAULT_ROW(t_S_10)};
    int skipped = pg_test_begin();
    if (skipped)
        return skipped;
    fault_cohort_init(&cohort);
    int status = FAULT_ROWS_RUN(rows);
    fault_cohort_done(&cohort);
    return status;
}
