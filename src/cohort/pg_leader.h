/* The connection that holds the snapshot which all readers of one database share. It looks at every
   table that will be read before the first row of any, so that all that is wrong is told at once.
 */
#ifndef MAG_COHORT_PG_LEADER_H
#define MAG_COHORT_PG_LEADER_H

#include "cohort/pg_columns.h"

typedef struct mag_pg_leader mag_pg_leader;

/* Nothing is connected yet. The wish's texts are copied; everything lives in the arena. Close it.
 */
mag_status mag_pg_leader_new(mag_arena *arena, const mag_pg_wish *wish, mag_pg_leader **out,
                             mag_error *err) MAG_MUST_CHECK;
/* NULL is fine; may be called again. */
void mag_pg_leader_close(mag_pg_leader *leader);
const char *mag_pg_leader_conninfo(const mag_pg_leader *leader);

/* Says what will be read. subject and table (filled by begin) outlive the leader. Before begin. */
mag_status mag_pg_leader_add(mag_pg_leader *leader, const mag_pg_subject *subject,
                             mag_pg_table *table, mag_error *err) MAG_MUST_CHECK;

/* Connects, begins the snapshot and looks at the tables; does nothing where that was done. Faults:
   those of mag_pg_open, MS-D323 for an encoding that is neither UTF8 nor SQL_ASCII, those of
   mag_pg_table_look. */
mag_status mag_pg_leader_begin(mag_pg_leader *leader, mag_error *err) MAG_MUST_CHECK;
/* The leader's own connection, which reads too; NULL before begin. */
mag_pg_link *mag_pg_leader_link(const mag_pg_leader *leader);
/* Another connection in the same snapshot; the caller closes it. is_optional as in mag_pg_wish. */
mag_status mag_pg_leader_open_reader(mag_pg_leader *leader, bool is_optional, mag_pg_link **out,
                                     mag_error *err) MAG_MUST_CHECK;
/* One of the tables has been read. After the last one the transaction ends, so that vacuum is not
   held back, and the connection is closed. */
mag_status mag_pg_leader_done(mag_pg_leader *leader, mag_error *err) MAG_MUST_CHECK;
/* Gives the snapshot up after a failure of reading. A connection that broke because the server is
   stopping is told as that (MS-D320). Returns the status of *err. */
mag_status mag_pg_leader_fail(mag_pg_leader *leader, mag_status status, mag_error *err);

/* What begin has found: tables looked at, and whether the role is a superuser or owns one of them.
 */
size_t mag_pg_leader_table_count(const mag_pg_leader *leader);
bool mag_pg_leader_is_role_too_strong(const mag_pg_leader *leader);

bool mag_pg_leader_is_stopped(const mag_pg_leader *leader);

#endif
