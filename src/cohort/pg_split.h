/* How one table is read by several connections: a list of conditions that together choose every row
   once. Tables by ranges of their blocks, handed out as readers become free; views by the hash of
   the patient id. */
#ifndef MAG_COHORT_PG_SPLIT_H
#define MAG_COHORT_PG_SPLIT_H

#include "cohort/pg_columns.h"

typedef struct mag_pg_split {
    const mag_pg_table *table;
    size_t part_count;
    int64_t part_blocks; /* of a table; 0 for a view */
} mag_pg_split;

/* reader_count: how many connections there will be, from 1. has_range_scan: the server finds a
   range of blocks without reading the others (PostgreSQL 14 and later). */
mag_pg_split mag_pg_split_make(const mag_pg_table *table, unsigned reader_count,
                               bool has_range_scan);
/* "copy (select ... where ...) to stdout (format binary)" of one part. NULL if memory is out. */
char *mag_pg_split_copy(mag_arena *arena, const mag_pg_split *split, size_t part_idx);

#endif
