/* Where rows come from, behind one port: the engine drives a source without knowing its kind. */
#ifndef MAG_COHORT_SOURCE_H
#define MAG_COHORT_SOURCE_H

#include "cohort/csv_feed.h"

typedef struct mag_source mag_source;

/* What a kind of source provides. */
typedef struct mag_source_ops {
    /* Looks whether everything can be opened, without reading rows; MAG_E_USAGE (MS-I112) else.
       NULL if there is nothing to look at. */
    mag_status (*check)(const mag_source *source, mag_error *err);
    /* Adds its feeds (mag_feed *) to the list, in their order, and their files to the cohort.
       Nothing is opened. They live as long as cohort and source. */
    mag_status (*add_feeds)(mag_source *source, mag_cohort *cohort, mag_list *feeds,
                            mag_error *err);
    /* Reads a text in the source's own layout (whole, with its header) as it reads what it was made
       for, under its own name: how canary patients come in. */
    mag_status (*ingest_text)(mag_source *source, mag_cohort *cohort, mag_span text,
                              mag_error *err);
    void (*free)(mag_source *source);
} mag_source_ops;

struct mag_source {
    const mag_source_ops *ops;
    const char *name;
    mag_table_kind kind;
};

/* CSV files (plain, gzip, "-" for stdin), read in the order given. Paths and names are copied.
   allow_empty: a header without rows is fine. The profile outlives the source. */
mag_status mag_source_csv_new(mag_arena *arena, const char *name, const mag_profile *profile,
                              const mag_profile_table *table, const char *const *paths,
                              size_t path_count, bool allow_empty, mag_source **out,
                              mag_error *err) MAG_MUST_CHECK;

/* Every file of a CSV source is listed in the manifest (borrowed), with its rows and digest, or the
   run is refused. */
void mag_source_csv_expect(mag_source *source, const mag_manifest *manifest);
/* Reads everything of one source into the cohort's own lane, feed by feed. A fault refuses the
   whole run. */
mag_status mag_source_ingest(mag_source *source, mag_cohort *cohort, mag_error *err) MAG_MUST_CHECK;

/* Files of a table in a data directory: STEM*.csv and STEM*.csv.gz, sorted by name. */
mag_status mag_source_find_files(mag_arena *arena, const char *directory, const char *stem,
                                 const char *const **paths, size_t *path_count,
                                 mag_error *err) MAG_MUST_CHECK;

#endif
