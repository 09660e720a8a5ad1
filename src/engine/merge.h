/* The results of all partitions in one order: by patient id bytewise, then rule. */
#ifndef MAG_ENGINE_MERGE_H
#define MAG_ENGINE_MERGE_H

#include "engine/screen.h"

typedef struct mag_merge mag_merge;

/* Rows of one kind, flagged or cannot_tell. */
mag_status mag_merge_open(const mag_screen *screen, mag_outcome_kind kind, mag_merge **out,
                          mag_error *err) MAG_MUST_CHECK;
/* *row: the next one, borrowed until the next call; NULL at the end. *packed: the same row as
   mag_result_row_read takes it. One thread at a time. */
mag_status mag_merge_next(mag_merge *merge, const mag_screen_row **row, mag_span *packed,
                          mag_error *err) MAG_MUST_CHECK;
void mag_merge_close(mag_merge *merge); /* NULL is fine */

typedef mag_status (*mag_screen_visit)(void *context, const mag_screen_row *row, mag_error *err);

/* Visits all rows of one kind. A row is borrowed until its visit ends. */
mag_status mag_screen_merge(const mag_screen *screen, mag_outcome_kind kind, mag_screen_visit visit,
                            void *context, mag_error *err) MAG_MUST_CHECK;

#endif
