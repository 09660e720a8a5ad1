#include "support/pg_server.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int pg_test_begin(void) {
    const char *host = getenv("PGHOST");
    if (getenv("MAGSCREEN_TEST_PG") && host && host[0] == '/')
        return 0;
    fprintf(stderr, "SKIPPED: start this program by tests/with-pg, which runs a server for it\n");
    return 77;
}

/* Errors come to the test, notices to nobody. */
static void hear_nothing(void *context, const char *message) {
    (void)context;
    (void)message;
}

static PGconn *connect_to(const char *database) {
    char conninfo[200];
    snprintf(conninfo, sizeof conninfo, "dbname=%s user=magscreen_admin", database);
    PGconn *conn = PQconnectdb(conninfo);
    if (PQstatus(conn) != CONNECTION_OK)
        fail_msg("the test's own connection: %s", PQerrorMessage(conn));
    PQsetNoticeProcessor(conn, hear_nothing, NULL);
    return conn;
}

static PGresult *run(PGconn *conn, const char *sql) {
    PGresult *result = PQexec(conn, sql);
    ExecStatusType kind = PQresultStatus(result);
    if (kind != PGRES_COMMAND_OK && kind != PGRES_TUPLES_OK)
        fail_msg("%s\n%s", sql, PQresultErrorMessage(result));
    return result;
}

static void run_in(const char *database, const char *sql) {
    PGconn *conn = connect_to(database);
    PQclear(run(conn, sql));
    PQfinish(conn);
}

void pg_test_database(const char *name, const char *template_db) {
    char sql[300];
    snprintf(sql, sizeof sql, "drop database if exists %s with (force)", name);
    run_in("postgres", sql);
    snprintf(sql, sizeof sql, "create database %s template %s", name,
             template_db ? template_db : "template0");
    run_in("postgres", sql);
    setenv("PGDATABASE", name, 1);
}

void pg_test_sql(const char *sql) {
    run_in(getenv("PGDATABASE"), sql);
}

const char *pg_test_text(const char *sql) {
    static char text[4096];
    PGconn *conn = connect_to(getenv("PGDATABASE"));
    PGresult *result = run(conn, sql);
    if (PQntuples(result) != 1 || PQnfields(result) != 1)
        fail_msg("%s\nhas %d rows of %d columns", sql, PQntuples(result), PQnfields(result));
    snprintf(text, sizeof text, "%s", PQgetvalue(result, 0, 0));
    PQclear(result);
    PQfinish(conn);
    return text;
}

long long pg_test_count(const char *sql) {
    return strtoll(pg_test_text(sql), NULL, 10);
}

void pg_test_file(const char *path) {
    char command[1200];
    snprintf(command, sizeof command,
             "PGUSER=magscreen_admin psql -X -q -v ON_ERROR_STOP=1 -f '%s/%s' >/dev/null",
             MAG_SOURCE_DIR, path);
    if (system(command) != 0)
        fail_msg("%s cannot be run", path);
}

void pg_test_control(const char *what) {
    char command[1200];
    snprintf(command, sizeof command, "bash '%s/tests/with-pg' --ctl %s", MAG_SOURCE_DIR, what);
    if (system(command) != 0)
        fail_msg("%s", command);
}

bool pg_test_log_holds(const char *text) {
    char path[600], line[8192];
    bool found = false;
    snprintf(path, sizeof path, "%s/server.log", getenv("MAGSCREEN_TEST_PG"));
    FILE *log = fopen(path, "r");
    if (!log)
        fail_msg("%s cannot be read", path);
    while (!found && fgets(line, sizeof line, log))
        found = strstr(line, text) != NULL;
    fclose(log);
    return found;
}
