/* What `check` looks at in the database that a pipeline publishes into. */
#ifndef MAG_CLI_DATABASE_CHECK_H
#define MAG_CLI_DATABASE_CHECK_H

#include "cli/database.h"
#include "cli/findings.h"

/* Connects, compares the schema, looks at rights and at the lock; writes nothing. Faults of the
   database are findings; MAG_E_INTERRUPTED, and memory, come back. */
mag_status mag_database_check_sink(mag_findings *all, mag_arena *arena, const mag_pg_wish *wish,
                                   mag_error *err) MAG_MUST_CHECK;

#endif
