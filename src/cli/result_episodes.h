/* Reads episodes.csv.gz of a folder: what became of flags over the nights. */
#ifndef MAG_CLI_RESULT_EPISODES_H
#define MAG_CLI_RESULT_EPISODES_H

#include "base/memory.h"

/* One row; texts live in the arena. */
typedef struct mag_episode_line {
    const char *flag_id, *patient_id, *rule_id;
    const char *event, *state; /* event "": not touched in that run */
    const char *opened, *last_seen, *resolved, *machine_reason;
    const char *severity, *event_start, *event_stop;
    const char *shown_facts;
    const char *hidden_by; /* the rule that hid it when it was flagged last, or "" */
} mag_episode_line;

typedef struct mag_episode_lines {
    const mag_episode_line *at;
    size_t count;
} mag_episode_lines;

/* The episodes of one patient (NULL: of all), in the table's order: by patient, then rule. None if
   the run kept no ledger. */
mag_status mag_result_read_episodes(mag_arena *arena, const char *directory, const char *patient_id,
                                    mag_episode_lines *out, mag_error *err) MAG_MUST_CHECK;

/* "open since 2025-12-30, ongoing, last flagged as of 2026-02-10", in the arena; NULL if memory is
   out. */
const char *mag_episode_words(mag_arena *arena, const mag_episode_line *episode);

#endif
