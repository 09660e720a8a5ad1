/* A CSV file, or a text in its place, as a feed: cut into blocks of whole records. */
#ifndef MAG_COHORT_CSV_FEED_H
#define MAG_COHORT_CSV_FEED_H

#include "cohort/feed.h"
#include "cohort/manifest.h"
#include "cohort/profile_table.h"

/* Where a feed comes from and what it has to be. All is borrowed for the feed's life. */
typedef struct mag_csv_feed_of {
    const char *source_name;
    const mag_profile_table *table;
    const char *path; /* NULL: text */
    mag_span text;
    const mag_manifest *manifest; /* NULL: none */
    bool allow_empty;
} mag_csv_feed_of;

/* Registers the file with the cohort; the feed lives as long as the cohort. */
mag_status mag_csv_feed_new(mag_cohort *cohort, const mag_csv_feed_of *of, mag_feed **out,
                            mag_error *err) MAG_MUST_CHECK;

/* The name of a file in messages and records: without its folder, "stdin" for "-". Borrowed. */
const char *mag_source_file_name(const char *path);

#endif
