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
