/* One statement of a verb and its rows, by the names of their columns. */
#ifndef MAG_CLI_DATABASE_ROWS_H
#define MAG_CLI_DATABASE_ROWS_H

#include "cli/database.h"
#include "io/json_writer.h"

/* What a verb asks. Columns are texts, or numbers where the name begins with '#'. */
typedef struct mag_database_list {
    const char *const *columns; /* NULL-ended; of the JSON, in the order of the statement */
    const char *sql;
    const char *params[6]; /* NULL = null */
    size_t param_count;
    const char *what;
} mag_database_list;

mag_status mag_database_ask(mag_pg_link *link, const mag_database_list *list, mag_pg_rows **rows,
                            mag_error *err) MAG_MUST_CHECK;
/* Appends the rows as an array of objects. */
void mag_database_rows_json(mag_json *json, const mag_database_list *list, const mag_pg_rows *rows);
/* Prints them as a JSON text of their own. */
mag_status mag_database_show_json(const mag_database_list *list, const mag_pg_rows *rows,
                                  mag_account *account, mag_error *err) MAG_MUST_CHECK;

#endif
