/* What the verbs that look at sources share: the plan, the code book, the pack and the sources. */
#ifndef MAG_CLI_SESSION_H
#define MAG_CLI_SESSION_H

#include "cli/memory_budget.h"
#include "cli/options.h"
#include "cohort/pg_leader.h"
#include "engine/run.h"

typedef struct mag_session {
    mag_account account;
    mag_memory_budget memory;
    int wanted_threads;    /* 0: as many as there are */
    mag_spill_file *spill; /* made when it is first written to */
    mag_arena *arena;
    const mag_plan *plan;
    const mag_codebook *book;
    const mag_pack *pack;
    const mag_pack *pack_as_written; /* without the overrides of the plan */
    bool is_pack_released;           /* PACK.lock has its name, version and digest */
    mag_source **sources;            /* in the plan's order */
    size_t source_count;
    mag_pg_leader **leaders; /* one per connection that sources are read from */
    size_t leader_count;
} mag_session;

/* Where the sources are named: a pipeline file, or profile and data folder. */
typedef struct mag_origin {
    const char *pipeline; /* NULL: the short form */
    const char *profile, *data, *as_of;
} mag_origin;

/* Whether the command line names sources, in one way: MAG_E_USAGE (MS-U201) else. */
mag_status mag_session_check_origin(const mag_options *options, mag_error *err) MAG_MUST_CHECK;

/* Reads plan, code book and pack and makes the sources; no row is read. Close it in any case. */
mag_status mag_session_open(mag_session *session, const mag_origin *origin,
                            const mag_options *options, mag_error *err) MAG_MUST_CHECK;
void mag_session_close(mag_session *session);

/* Runs the examples of the rules. They say what the pack means by its own numbers, so they are
   judged without the pipeline's overrides. Results live as long as the session. */
mag_status mag_session_run_examples(mag_session *session, const mag_example_result **results,
                                    size_t *count, mag_error *err) MAG_MUST_CHECK;

/* Everything that a run or a load is given, without a sink; stops at a signal. */
mag_run_inputs mag_session_inputs(mag_session *session, const mag_options *options);

/* Plan and pack alone have been read: the pack that `rules` looks at. file NULL: the shipped one.
 */
mag_status mag_session_open_pack(mag_session *session, const char *file,
                                 mag_error *err) MAG_MUST_CHECK;

#endif
