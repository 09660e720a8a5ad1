#include "support/fault_target.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#define TEMPLATE "t_target_template"

/* --- the database
 * ------------------------------------------------------------------------------ */

static void make_template(void) {
    pg_test_database(TEMPLATE, NULL);
    pg_test_sql("create role target_owner login createrole;"
                "grant create on database " TEMPLATE " to target_owner");
    program_result made =
        program_run((const char *const[]){"schema", "install", "--db",
                                          "dbname=" TEMPLATE " user=target_owner", NULL},
                    NULL, NULL);
    if (made.exit_code != 0)
        fail_msg("schema install: exit %d: %s", made.exit_code, made.err.at);
    program_result_done(&made);
    pg_test_sql("alter role target_owner nocreaterole;"
                "create role night login in role magscreen_job;"
                "create role reviewer login in role magscreen_reviewer;"
                "create role quality login in role magscreen_quality");
}

fault_run fault_target_begin(const fault_cohort *cohort, const char *database) {
    static bool is_made;
    if (!is_made)
        make_template();
    is_made = true;
    pg_test_database(database, TEMPLATE);
    return fault_begin(cohort);
}

/* --- running
 * ----------------------------------------------------------------------------------- */

static const char *put_pipeline(const fault_run *run, const char *connection, const char *as_of) {
    static char path[400];
    char text[2000];
    snprintf(text, sizeof text,
             "name: nightly\nas_of: %s\npack: magnesium-safety\nsources:\n"
             "  - { name: patients, kind: patients, profile: magscreen, files: "
             "[data/patients.csv.gz] }\n"
             "  - { name: labs, kind: labs, profile: magscreen, files: [data/labs.csv.gz] }\n"
             "  - { name: prescriptions, kind: prescriptions, profile: magscreen,"
             " files: [data/prescriptions.csv.gz] }\n"
             "sink: { postgres: \"%s\" }\n",
             as_of ? as_of : "2025-12-31", connection ? connection : "user=night");
    snprintf(path, sizeof path, "%s/nightly.yaml", run->folder);
    file_write(path, text, strlen(text));
    return path;
}

program_child fault_target_start(const fault_run *run, const char *connection, const char *as_of) {
    const char *arguments[] = {"run", put_pipeline(run, connection, as_of), NULL};
    return program_start(arguments, NULL, STDIN_FILENO);
}

void fault_target_end(fault_run *run, program_child child) {
    siginfo_t ended = {0};
    for (int i = 0; i < 6000 && ended.si_pid != child.pid; i++) {
        assert_int_equal(waitid(P_PID, (id_t)child.pid, &ended, WEXITED | WNOHANG | WNOWAIT), 0);
        nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
    }
    if (ended.si_pid != child.pid)
        kill(child.pid, SIGKILL);
    program_result_done(&run->result);
    run->result = program_wait(child);
}

void fault_target_run(fault_run *run, const char *connection, const char *as_of) {
    const char *arguments[] = {"run", put_pipeline(run, connection, as_of), NULL};
    program_result_done(&run->result);
    run->result = program_run(arguments, NULL, NULL);
}

program_result fault_target_verb(const char *verb, const char *more, const char *connection) {
    const char *arguments[] = {verb, "--db", connection ? connection : "user=night", more, NULL};
    return program_run(arguments, NULL, NULL);
}

const char *fault_target_proxied(const fault_run *run) {
    static char text[400];
    snprintf(text, sizeof text, "user=night host=%s", run->folder);
    return text;
}

/* --- what readers see
 * -------------------------------------------------------------------------- */

static const char SEEN[] =
    "select count(*) || ' flags ' || md5(coalesce(string_agg(concat_ws(' ', f.flag_id, "
    "f.patient_id, f.rule_id, f.severity,"
    " f.state, f.opened_as_of, f.last_seen, md5(f.evidence::text), e.events), E'\\n'"
    " order by f.flag_id), '')) from magscreen.flag f"
    " left join lateral (select string_agg(event, ',') as events from magscreen.flag_event e"
    " where e.flag_id = f.flag_id) e on true";

static char *copy_of(const char *text) {
    char *copy = strdup(text);
    assert_non_null(copy);
    return copy;
}

/* What a clean run leaves, once: its digest is the one of a run into files. */
static void learn_golden(char **seen, char **digest) {
    const char *before = getenv("PGDATABASE");
    char *database = copy_of(before);
    fault_cohort clean;
    fault_cohort_init(&clean);
    fault_run run = fault_target_begin(&clean, "t_golden");
    fault_target_run(&run, NULL, NULL);
    fault_expect(&run, 0, NULL);
    *seen = copy_of(pg_test_text(SEEN));
    assert_true(strtol(*seen, NULL, 10) > 0);
    fault_run files = fault_screen(&clean, NULL);
    fault_expect(&files, 0, NULL);
    *digest = copy_of(json_string_value(json_object_get(files.record, "result_sha256")));
    fault_run_done(&files);
    fault_run_done(&run);
    fault_cohort_done(&clean);
    setenv("PGDATABASE", database, 1);
    free(database);
}

void fault_target_expect_golden(void) {
    static char *seen, *digest;
    if (!seen)
        learn_golden(&seen, &digest);
    assert_string_equal(pg_test_text(SEEN), seen);
    assert_string_equal(
        pg_test_text("select string_agg(result_sha256, ' ') from magscreen.v_run where is_current"),
        digest);
    assert_int_equal(
        pg_test_count("select count(*) from magscreen.v_run where state = 'published'"), 1);
    assert_int_equal(pg_test_count("select count(*) from magscreen.flag where patient_id is null or"
                                   " resolved_run is not null"),
                     0);
    fault_target_expect_clean();
}

void fault_target_expect_nothing(void) {
    assert_int_equal(pg_test_count("select (select count(*) from magscreen.flag)"
                                   " + (select count(*) from magscreen.flag_event)"
                                   " + (select count(*) from magscreen.v_worklist)"
                                   " + (select count(*) from magscreen.v_could_not_assess)"
                                   " + (select count(*) from magscreen.v_ledger)"
                                   " + (select count(*) from magscreen.summary)"
                                   " + (select count(*) from magscreen.cannot_tell)"
                                   " + (select count(*) from magscreen.current_run)"),
                     0);
}

void fault_target_expect_clean(void) {
    assert_string_equal(
        pg_test_text("select coalesce(string_agg(c.relname, ' '), '') from pg_class c"
                     " where c.relnamespace = 'magscreen'::regnamespace and c.relkind = 'r'"
                     " and c.relname ~ '^(stage_episode|cannot_tell|summary)_[0-9]+$'"
                     " and substring(c.relname from '[0-9]+$')::bigint is distinct from"
                     " (select run_id from magscreen.current_run)"),
        "");
}

const char *fault_target_state(void) {
    return pg_test_text("select coalesce((select state from magscreen.v_run"
                        " order by run_id desc limit 1), 'none')");
}

void fault_target_expect_said(const fault_run *run, const char *words) {
    if (!strstr(run->result.err.at, words) && !strstr(run->result.out.at, words))
        fail_msg("not said: %s\n%s%s", words, run->result.out.at, run->result.err.at);
}
