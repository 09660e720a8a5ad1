#include "cli/database.h"

#include "cli/process.h"

#include <stdlib.h>

bool mag_database_is_named(const mag_options *options) {
    return options->db != NULL || getenv("MAGSCREEN_DB") != NULL;
}

mag_pg_wish mag_database_wish(const mag_options *options, const char *conninfo,
                              mag_account *account) {
    if (conninfo == NULL)
        conninfo = options->db;
    if (conninfo == NULL)
        conninfo = getenv("MAGSCREEN_DB");
    return (mag_pg_wish){.conninfo = conninfo == NULL ? "" : conninfo,
                         .is_insecure_allowed = options->is_insecure_db_allowed,
                         .is_stopped = mag_process_is_stopped,
                         .account = account};
}

mag_status mag_database_open(const mag_options *options, mag_account *account, mag_pg_link **out,
                             mag_error *err) {
    mag_pg_wish wish = mag_database_wish(options, NULL, account);
    wish.is_policy_allowed = true; /* whose list it is, the site's policies say */
    return mag_pg_open(out, &wish, err);
}

/* `check` looks at what runs need; readers are told here. What failed may have been in a
   transaction. */
static void name_grant(mag_pg_link *link, const char *needed, mag_error *err) {
    mag_pg_rows *rows;
    mag_error unreported;
    mag_pg_question question = {.sql = "select quote_ident(session_user)", .what = "the role"};
    if (mag_pg_do(link, "rollback", "the session", &unreported) != MAG_OK ||
        mag_pg_ask(link, &question, &rows, &unreported) != MAG_OK)
        return;
    mag_hint(err, "have the owner of the schema say:  grant %s to %.64s;", needed,
             mag_pg_text(rows, 0, 0));
    mag_pg_rows_free(rows);
}

mag_status mag_database_close(mag_pg_link *link, const char *needed, mag_status status,
                              mag_error *err) {
    if (status != MAG_OK && err != NULL && err->message == MAG_MSG_D307)
        name_grant(link, needed, err);
    mag_pg_close(link);
    return status;
}
