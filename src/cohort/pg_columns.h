/* What a table or view of a source's database looks like before a row is read: is it there, may it
   be read, does it have the columns that the profile maps, and how is each read as text. */
#ifndef MAG_COHORT_PG_COLUMNS_H
#define MAG_COHORT_PG_COLUMNS_H

#include "cohort/profile_table.h"
#include "io/pg_link.h"

/* What was found wrong; all of it is told at once. */
typedef struct mag_pg_problem {
    mag_status status;
    mag_message_id message;
    const char *text;
    struct mag_pg_problem *next;
} mag_pg_problem;

typedef struct mag_pg_problems {
    mag_arena *arena;
    mag_pg_problem *first, **last; /* last: where the next one goes; NULL: none yet */
} mag_pg_problems;

/* One table or view that a source reads. */
typedef struct mag_pg_subject {
    const char *source; /* name of the source */
    const char *view;   /* "source.labs" as the pipeline has it */
    const mag_profile_table *table;
    const char *site_zone; /* timestamptz is read as wall-clock time there; NULL: not said */
    bool is_policy_allowed;
} mag_pg_subject;

typedef struct mag_pg_table {
    const char *from;        /* "source"."labs", for SQL */
    const char *select_list; /* texts, in the order of header */
    const mag_span *header;  /* names of the columns that are read */
    size_t column_count;
    unsigned unused_count; /* columns that the profile does not name */
    bool has_blocks;       /* a plain table that can be read by ranges of its blocks */
    int64_t block_count;
    const char *split_column; /* of the patient id, quoted: views are split by its hash */
    bool is_owner;            /* the role owns it */
} mag_pg_table;

/* Looks at the catalogue. Problems go to the list (MS-D305 to D308, MS-S611, MS-U202 for a zone
   that is not said); MAG_OK also where there are some. Texts of the table live in the arena of the
   problems. */
mag_status mag_pg_table_look(mag_pg_link *link, const mag_pg_subject *subject,
                             mag_pg_problems *problems, mag_pg_table *out,
                             mag_error *err) MAG_MUST_CHECK;

/* A failure made of all problems, the first one's status and message; MAG_OK if there are none. */
mag_status mag_pg_problems_fail(const mag_pg_problems *problems, mag_error *err);
/* Adds one. MAG_E_RESOURCE if memory is out. */
mag_status mag_pg_problems_add(mag_pg_problems *problems, mag_status status, mag_message_id message,
                               const char *text, mag_error *err);

/* The schema and the name of "SCHEMA.NAME": what stands before and behind the first point, as the
   catalogue has it (no quotes, no folding). False if one of them is empty. */
bool mag_pg_view_split(mag_arena *arena, const char *view, const char **schema, const char **name);

#endif
