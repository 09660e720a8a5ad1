/* magscreen schema: the tables that results are published into. */
#include "cli/database.h"
#include "cli/show.h"
#include "cli/verbs.h"
#include "sinks/pg_schema.h"

#include <string.h>

/* For a DBA who runs it by hand. */
static mag_status show_sql(mag_error *err) {
    mag_account account = {0};
    mag_text sql;
    mag_text_init(&sql, &account);
    const mag_status status = mag_pg_schema_sql(&sql, err);
    if (status == MAG_OK)
        mag_show_bytes(mag_text_span(&sql));
    mag_text_done(&sql);
    return status;
}

static mag_status install(const mag_options *options, bool is_upgrade, mag_error *err) {
    mag_account account = {0};
    mag_pg_link *link;
    size_t done = 0;
    MAG_TRY(mag_database_open(options, &account, &link, err));
    mag_status status = mag_pg_schema_install(link, is_upgrade, &done, err);
    if (status == MAG_OK) {
        const mag_pg_facts *facts = mag_pg_facts_of(link);
        mag_show("schema magscreen in database %s at %s: %zu migrations run", facts->database,
                 facts->where, done);
        mag_show("next: grant magscreen_job, magscreen_reviewer and magscreen_quality to the "
                 "site's roles (docs/postgresql.md)");
    }
    mag_pg_close(link);
    return status;
}

mag_status mag_verb_schema(const mag_options *options, int *exit_code, mag_error *err) {
    const char *word = options->operands[0];
    (void)exit_code;
    if (strcmp(word, "sql") == 0)
        return show_sql(err);
    if (strcmp(word, "install") == 0 || strcmp(word, "upgrade") == 0)
        return install(options, strcmp(word, "upgrade") == 0, err);
    mag_status status = mag_fail(err, MAG_E_USAGE, MAG_MSG_U201, "schema has no word \"%s\"", word);
    mag_hint(err, "give install, upgrade or sql");
    return status;
}
