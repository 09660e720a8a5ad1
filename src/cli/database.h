/* The database that verbs ask: --db, else MAGSCREEN_DB, else what libpq takes by itself. */
#ifndef MAG_CLI_DATABASE_H
#define MAG_CLI_DATABASE_H

#include "cli/options.h"
#include "io/pg_link.h"

/* True if --db or the environment names a database: then verbs that read results may ask it. */
bool mag_database_is_named(const mag_options *options);

/* What a connection is asked with; conninfo NULL: that of --db, or of the environment. */
mag_pg_wish mag_database_wish(const mag_options *options, const char *conninfo,
                              mag_account *account);
/* Connects for somebody who reads or reviews: policies of the schema choose the rows. Faults of
   mag_pg_open. Ends with mag_database_close. */
mag_status mag_database_open(const mag_options *options, mag_account *account, mag_pg_link **out,
                             mag_error *err) MAG_MUST_CHECK;
/* Closes the link and returns the same status. Of a missing right (MS-D307) the hint then names the
   GRANT of `needed`, the least of the roles of schema magscreen that may do what was asked. */
mag_status mag_database_close(mag_pg_link *link, const char *needed, mag_status status,
                              mag_error *err) MAG_MUST_CHECK;

#endif
