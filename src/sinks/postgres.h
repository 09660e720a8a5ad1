/* The sink that publishes into schema magscreen of a PostgreSQL database. What happens there is SQL
   (sql/schema, docs/postgresql.md); this side fills the tables of the run by COPY and calls its
   functions:

     new       connected, schema as it was installed, the lock of the schema held
     begin     run_begin: registered, with tables of its own
     rows      COPY into stage_episode_N, cannot_tell_N, summary_N, lab_summary, reject
     publish   run_record, then publish_run in one transaction
     hold      run_record, hold_run
     fail      run_record, run_end: rejects and the record stay, all else goes          */
#ifndef MAG_SINKS_POSTGRES_H
#define MAG_SINKS_POSTGRES_H

#include "engine/previous_run.h"
#include "engine/sink.h"
#include "io/pg_link.h"

/* Connects and takes the lock, so that a run that may not publish is told before it reads: faults
   of mag_pg_open, mag_pg_schema_check (MS-D305, D307, D322, D333), MS-D321 for a standby, MS-D323
   for an encoding that is not UTF8, MAG_E_LOCKED MS-P406 while another run holds the lock. The
   texts of the wish are copied. The sink is freed by its own ops->free. */
mag_status mag_sink_postgres_new(mag_sink **out, const mag_pg_wish *wish,
                                 mag_error *err) MAG_MUST_CHECK;

/* Looks whether a run could publish there: the faults of mag_sink_postgres_new, with *facts of the
   connection once there is one. The lock is taken and given back. *are_counters_open: any login of
   the server sees how many rows the tables have (false after a fault). */
mag_status mag_sink_postgres_check(const mag_pg_wish *wish, mag_pg_facts *facts,
                                   bool *are_counters_open, mag_error *err) MAG_MUST_CHECK;

/* What the runs before have left behind, for the ledger. Lives in the arena. */
mag_status mag_sink_postgres_ledger(mag_sink *sink, mag_arena *arena, const mag_ledger_input **out,
                                    mag_error *err) MAG_MUST_CHECK;

/* The run that readers see now, for the gates about earlier runs; *out NULL if there is none. Lives
   in the arena. */
mag_status mag_sink_postgres_previous(mag_sink *sink, mag_arena *arena,
                                      const mag_previous_run **out, mag_error *err) MAG_MUST_CHECK;

/* Called at most once, when publishing has to wait for a lock of another session; the message
   (MS-D315) names that session. Unless set, nobody is told. */
void mag_sink_postgres_on_wait(mag_sink *sink, void (*tell)(const mag_error *notice));

/* What was said on the way and is no failure: a lost COMMIT that had arrived (MS-D313). NULL: none.
   Lives as long as the sink. */
const mag_error *mag_sink_postgres_notice(const mag_sink *sink);

/* Number of the run in the database, as text; "" before it is registered. */
const char *mag_sink_postgres_run(const mag_sink *sink);

#endif
