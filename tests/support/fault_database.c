#include "support/fault_database.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include <cmocka.h>

#include <libpq-fe.h>

static const char *const names[FAULT_TABLE_COUNT] = {"patients", "labs", "prescriptions"};

/* --- loading
 * ----------------------------------------------------------------------------------- */

static void copy_in(PGconn *conn, const char *table, const bytes *text) {
    char sql[600];
    size_t header = strcspn(text->at, "\n");
    snprintf(sql, sizeof sql, "copy source.%s (%.*s) from stdin (format csv, header)", table,
             (int)header, text->at);
    PGresult *result = PQexec(conn, sql);
    if (PQresultStatus(result) != PGRES_COPY_IN)
        fail_msg("%s: %s", sql, PQerrorMessage(conn));
    PQclear(result);
    assert_int_equal(PQputCopyData(conn, text->at, (int)text->nbytes), 1);
    assert_int_equal(PQputCopyEnd(conn, NULL), 1);
    result = PQgetResult(conn);
    if (PQresultStatus(result) != PGRES_COMMAND_OK)
        fail_msg("%s: %s", sql, PQerrorMessage(conn));
    PQclear(result);
    assert_null(PQgetResult(conn));
}

static void load_tables(const fault_cohort *cohort) {
    PGconn *conn = PQconnectdb("user=magscreen_admin");
    assert_int_equal(PQstatus(conn), CONNECTION_OK);
    for (int table = 0; table < FAULT_TABLE_COUNT; table++)
        copy_in(conn, names[table], &cohort->text[table]);
    PQfinish(conn);
}

static void make_layout(const char *database, const char *template_db) {
    pg_test_database(database, template_db);
    pg_test_file("sql/sources/own_layout.sql");
}

/* Tables of the usual encoding are made once and copied. */
static void make_database(const char *database, const char *settings) {
    static bool has_template;
    char template_db[200];
    if (settings) {
        snprintf(template_db, sizeof template_db, "template0 %s", settings);
        make_layout(database, template_db);
        return;
    }
    if (!has_template)
        make_layout("t_layout", NULL);
    has_template = true;
    pg_test_database(database, "t_layout");
}

fault_run fault_load(const fault_cohort *cohort, const char *database, const char *settings) {
    make_database(database, settings);
    pg_test_sql(
        "do $$ begin create role job login; exception when duplicate_object then null; end $$;"
        "alter role job reset all; alter role job connection limit -1;"
        "grant usage on schema source to job;"
        "grant select on all tables in schema source to job;"
        "alter default privileges in schema source grant select on tables to job");
    load_tables(cohort);
    return fault_begin(cohort);
}

/* --- screening
 * --------------------------------------------------------------------------------- */

static const char *pipeline_path(const fault_run *run) {
    static char path[400];
    snprintf(path, sizeof path, "%s/nightly.yaml", run->folder);
    return path;
}

static void write_pipeline(const fault_run *run, const fault_pipeline *pipeline) {
    static const fault_pipeline plain = {0};
    const fault_pipeline *said = pipeline ? pipeline : &plain;
    FILE *file = fopen(pipeline_path(run), "w");
    assert_non_null(file);
    assert_int_equal(fchmod(fileno(file), 0600), 0);
    fprintf(file, "name: nightly\nas_of: 2025-12-31\n%spack: magnesium-safety\nsources:\n",
            said->head ? said->head : "");
    for (int table = 0; table < FAULT_TABLE_COUNT; table++) {
        const fault_source *source = &said->sources[table];
        fprintf(file, "  - { name: %s, kind: %s, profile: magscreen, postgres: \"%s\"",
                names[table], names[table], source->connection ? source->connection : "user=job");
        if (source->view)
            fprintf(file, ", view: '%s'", source->view);
        fprintf(file, "%s%s }\n", source->more ? ", " : "", source->more ? source->more : "");
    }
    fclose(file);
}

/* What an earlier screening of the same folder has left. */
static void forget(fault_run *run) {
    json_decref(run->record);
    free(run->dump.at);
    free(run->rejects.at);
    program_result_done(&run->result);
    run->record = NULL;
    run->dump = run->rejects = (bytes){0};
    run->result = (program_result){0};
    char failed[400];
    snprintf(failed, sizeof failed, "%s.failed", run->out);
    if (file_exists(failed))
        program_folder_remove(failed);
}

void fault_screen_database(fault_run *run, const fault_pipeline *pipeline,
                           const char *const *more) {
    forget(run);
    const char *arguments[32] = {"run", pipeline_path(run), "--out", run->out};
    size_t count = 4;
    write_pipeline(run, pipeline);
    for (; more && *more; more++)
        arguments[count++] = *more;
    fault_collect(run, program_run(arguments, NULL, NULL));
}

program_child fault_start_database(fault_run *run, const fault_pipeline *pipeline) {
    write_pipeline(run, pipeline);
    return program_start((const char *const[]){"run", pipeline_path(run), "--out", run->out, NULL},
                         NULL, 0);
}

program_result fault_check_database(fault_run *run, const fault_pipeline *pipeline) {
    write_pipeline(run, pipeline);
    return program_run((const char *const[]){"check", pipeline_path(run), NULL}, NULL, NULL);
}

void fault_wait_for_copy(void) {
    const struct timespec moment = {.tv_nsec = 20 * 1000 * 1000};
    for (int i = 0; i < 500; i++) {
        if (pg_test_count("select count(*) from pg_stat_activity where usename = 'job'"
                          " and state = 'active' and query like 'copy (%'") > 0)
            return;
        nanosleep(&moment, NULL);
    }
    fail_msg("no session of role job reads");
}
