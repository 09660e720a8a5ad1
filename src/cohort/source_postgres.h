/* The source "PostgreSQL": a table or view, read by several connections in one snapshot. */
#ifndef MAG_COHORT_SOURCE_POSTGRES_H
#define MAG_COHORT_SOURCE_POSTGRES_H

#include "cohort/pg_leader.h"
#include "cohort/source.h"

/* Texts are copied; profile and table outlive the source. */
typedef struct mag_source_postgres {
    const char *name;
    const mag_profile *profile;
    const mag_profile_table *table;
    const char *view;       /* "source.labs" */
    const char *site_zone;  /* NULL: not said */
    unsigned reader_count;  /* 0 = 4; at most 8 */
    bool is_policy_allowed; /* allow_row_security of the pipeline */
    bool allow_empty;
} mag_source_postgres;

/* Makes the source; its leader (which it does not own) is shared by all sources of one connection.
   Everything is added before the first is checked or read. */
mag_status mag_source_postgres_new(mag_arena *arena, const mag_source_postgres *what,
                                   mag_pg_leader *leader, mag_source **out,
                                   mag_error *err) MAG_MUST_CHECK;

#endif
