/* How far a run has come, on standard error: on a terminal one line that is written over, in a file
   or pipe a line every 30 seconds, or JSON lines. Never a patient's value. */
#ifndef MAG_CLI_PROGRESS_VIEW_H
#define MAG_CLI_PROGRESS_VIEW_H

#include "base/status.h"
#include "engine/progress.h"

#include <stdbool.h>

typedef enum mag_progress_form {
    MAG_PROGRESS_FORM_NONE,
    MAG_PROGRESS_FORM_TERMINAL, /* at most five times a second */
    MAG_PROGRESS_FORM_LINES,    /* every 30 seconds */
    MAG_PROGRESS_FORM_JSON      /* at the begin of a stage, and every second */
} mag_progress_form;

typedef struct mag_progress_view {
    mag_progress counts; /* first: what the engine tells, and what is looked at */
    mag_progress_form form;
    atomic_flag is_busy;      /* a thread is showing */
    _Atomic unsigned stage;   /* that was shown last; MAG_PROGRESS_COUNT: none */
    _Atomic uint64_t next_ns; /* when to show again */
    uint64_t stage_ns;        /* when the stage began */
    uint64_t (*now)(void);    /* nanoseconds of a clock that never jumps */
    void (*show)(const char *line, bool is_transient); /* in show.h: mag_tell_progress */
} mag_progress_view;

/* The form that is meant by `--progress WORD` (NULL: auto). MAG_E_USAGE (MS-U201) for another word.
   auto: none beside JSON messages; else a line that is written over on a terminal that can. */
mag_status mag_progress_form_choose(const char *word, bool is_json, mag_progress_form *out,
                                    mag_error *err) MAG_MUST_CHECK;
void mag_progress_view_init(mag_progress_view *view, mag_progress_form form);
/* What the engine is given; NULL for a form that shows nothing. */
mag_progress *mag_progress_view_counts(mag_progress_view *view);

#endif
