/* Reads all feeds of a run with several threads: a task for each feed cuts blocks, a task for each
   block decodes it into the lane of its thread. */
#ifndef MAG_ENGINE_READ_FEEDS_H
#define MAG_ENGINE_READ_FEEDS_H

#include "engine/run.h"

/* Feeds of all sources in their order, as the cohort has their files. With one worker they are read
   one after the other, without a team. Joins what the threads decoded. A fault of the lowest feed
   wins, and in it that of the lowest block; feeds above it are as if unread. */
mag_status mag_read_feeds(const mag_run_inputs *inputs, mag_cohort *cohort, mag_list *feeds,
                          mag_error *err) MAG_MUST_CHECK;

#endif
