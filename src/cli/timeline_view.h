/* The timeline of one patient in words: newest results per analyte, courses per drug class. */
#ifndef MAG_CLI_TIMELINE_VIEW_H
#define MAG_CLI_TIMELINE_VIEW_H

#include "cohort/timeline.h"

/* Prints it to stdout. The arena is for working memory. */
mag_status mag_timeline_show(const mag_timeline *patient, mag_arena *arena,
                             mag_error *err) MAG_MUST_CHECK;

#endif
