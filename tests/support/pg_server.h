/* What tests ask of the throwaway server that tests/with-pg runs them with: databases, statements
   and counts as its owner. A failed statement fails the test. */
#ifndef TESTS_SUPPORT_PG_SERVER_H
#define TESTS_SUPPORT_PG_SERVER_H

#include <stdbool.h>
#include <stddef.h>

/* First in main: 0, or what main returns at once where the program was not started by with-pg (77,
   told loudly). */
int pg_test_begin(void);

/* Makes an empty database of that name (an older one goes) and lets PGDATABASE name it. template_db
   NULL: template0. */
void pg_test_database(const char *name, const char *template_db);
/* Runs statements in the database that PGDATABASE names, as the server's owner. */
void pg_test_sql(const char *sql);
/* The one number or text that a query has for an answer; "" for null. Texts last until the next
   call. */
long long pg_test_count(const char *sql);
const char *pg_test_text(const char *sql);
/* Runs a file of statements as psql does, relative to the source tree. */
void pg_test_file(const char *path);
/* "start", "stop", "crash" or "restart". */
void pg_test_control(const char *what);
/* Whether the server's log holds the text. */
bool pg_test_log_holds(const char *text);

#endif
