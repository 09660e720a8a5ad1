/* The outcome of every rule for one patient, with what decided it. */
#ifndef MAG_CLI_OUTCOME_VIEW_H
#define MAG_CLI_OUTCOME_VIEW_H

#include "base/text.h"
#include "cli/result_episodes.h"
#include "rules/evaluate.h"

typedef struct mag_outcome_view {
    const mag_timeline *patient;
    const mag_pack *pack;
    const char *rule;           /* this rule only; NULL: all */
    mag_episode_lines episodes; /* of the patient, in the folder that was named */
} mag_outcome_view;

/* Prints flags first, then what could not be told, what is clear, and what does not apply. */
mag_status mag_outcomes_show(const mag_outcome_view *view, mag_arena *arena,
                             mag_error *err) MAG_MUST_CHECK;
/* The same as JSON text. */
mag_status mag_outcomes_json(const mag_outcome_view *view, mag_arena *arena, mag_text *out,
                             mag_error *err) MAG_MUST_CHECK;

#endif
