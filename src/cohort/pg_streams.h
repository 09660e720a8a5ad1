/* Reads a table through several connections at once, in one thread: parts are handed out as readers
   become free, and every row goes to one function. All or nothing. */
#ifndef MAG_COHORT_PG_STREAMS_H
#define MAG_COHORT_PG_STREAMS_H

#include "cohort/pg_leader.h"
#include "cohort/pg_split.h"

enum { MAG_PG_READER_COUNT = 8 }; /* most connections of one source */

typedef struct mag_pg_reading {
    mag_pg_leader *leader;
    const mag_pg_table *table;
    const char *what;      /* "view source.labs" */
    unsigned reader_count; /* wanted, the leader's connection included; 1 to MAG_PG_READER_COUNT */
    bool is_policy_allowed;
    mag_account *account;
    mag_status (*take_row)(void *context, const mag_span *fields, mag_error *err);
    void *context;
} mag_pg_reading;

typedef struct mag_pg_read_facts {
    uint64_t row_count, nbytes; /* nbytes: of the rows as they came over the line */
    unsigned reader_count;      /* that took part */
    unsigned refused_count;     /* that the server had no session for (MS-D319) */
} mag_pg_read_facts;

/* Reads every row; MAG_OK only if each stream was proven whole. After a failure nothing that
   take_row was given may be used; how many rows had come is in the text. */
mag_status mag_pg_streams_read(const mag_pg_reading *reading, mag_pg_read_facts *facts,
                               mag_error *err) MAG_MUST_CHECK;

#endif
