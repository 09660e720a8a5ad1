/* The tables of schema magscreen: installed by the numbered files of sql/schema, which travel
   inside the program. */
#ifndef MAG_SINKS_PG_SCHEMA_H
#define MAG_SINKS_PG_SCHEMA_H

#include "base/text.h"
#include "io/pg_link.h"

/* Looks whether this program may write there, before anything is written: MAG_E_DATABASE_REFUSED
   MS-D322 if the schema is missing, older, newer or made by other files, MS-D307 with the exact
   GRANT if the role lacks rights, MS-D333 if somebody has changed tables by hand. */
mag_status mag_pg_schema_check(mag_pg_link *link, mag_error *err) MAG_MUST_CHECK;

typedef struct mag_pg_migration {
    unsigned number;
    const char *name; /* "001_roles.sql" */
    mag_span sql;     /* as psql takes it */
} mag_pg_migration;

/* The files in their order; *count. Borrowed for ever. */
const mag_pg_migration *mag_pg_migrations(size_t *count);

/* Runs the files that the schema does not have yet, each in a transaction of its own, and seals the
   result. An upgrade needs a schema (is_upgrade), an installation none: MAG_E_DATABASE_REFUSED
   MS-D322 else, as for a schema made by other files. *done: how many were run. */
mag_status mag_pg_schema_install(mag_pg_link *link, bool is_upgrade, size_t *done,
                                 mag_error *err) MAG_MUST_CHECK;

/* What an installation runs, for whoever runs it with psql: appended to *out. */
mag_status mag_pg_schema_sql(mag_text *out, mag_error *err) MAG_MUST_CHECK;

#endif
