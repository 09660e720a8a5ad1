/* Shared by canary_check.c and canary_*.c: one round of canaries, with one profile for each kind.
 */
#ifndef MAG_ENGINE_CANARY_PARTS_H
#define MAG_ENGINE_CANARY_PARTS_H

#include "cohort/canary.h"
#include "engine/canary_check.h"

/* A source of the round and the rows that it was given. */
typedef struct mag_canary_feed {
    const mag_plan_source *source;
    mag_source *reader;
    size_t table_idx;
    mag_text rows;
    uint32_t line_count; /* the header's among them */
    uint16_t file_id;
    bool has_rows;
} mag_canary_feed;

/* A canary put together by its name from the profiles of the round. */
typedef struct mag_canary_case {
    const mag_canary *canary;   /* the one whose outcomes count */
    const mag_profile *profile; /* that it stands in */
    const char *id;
} mag_canary_case;

/* Lines of a feed that belong to a case. */
typedef struct mag_canary_place {
    size_t feed_idx, case_idx;
    uint32_t first_line, line_count;
} mag_canary_place;

typedef struct mag_canary_round {
    mag_arena *arena;
    const mag_run_inputs *inputs;
    const mag_run_time *time;
    mag_minute as_of; /* what {T} stands for */
    mag_canary_feed *feeds;
    size_t feed_count;
    mag_canary_case *cases;
    size_t case_count;
    mag_canary_place *places;
    size_t place_count;
    mag_cohort *cohort;
} mag_canary_round;

/* Judging: what is found over all rounds. */
typedef struct mag_canary_findings {
    mag_canary_report *report;
    size_t not_checked_capacity;
    bool *is_covered; /* by rule: a flag came out right */
    size_t wrong_count;
    mag_error first; /* wrong one */
} mag_canary_findings;

/* "canary X: no source of conditions", said once. */
mag_status mag_canary_say_unchecked(mag_canary_round *round, mag_canary_findings *findings,
                                    const char *subject, const char *why,
                                    mag_error *err) MAG_MUST_CHECK;
/* Chooses the cases that the round's sources can be given and writes their rows. */
mag_status mag_canary_assemble(mag_canary_round *round, mag_canary_findings *findings,
                               mag_error *err) MAG_MUST_CHECK;
/* Compares what the settled cohort of the round gives. */
mag_status mag_canary_judge(mag_canary_round *round, mag_canary_findings *findings,
                            mag_error *err) MAG_MUST_CHECK;

#endif
