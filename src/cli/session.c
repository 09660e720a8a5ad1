#include "cli/session.h"

#include "cli/process.h"
#include "cohort/source_postgres.h"
#include "engine/example_threads.h"
#include "engine/parallel.h"
#include "io/embedded.h"
#include "rules/pack_lock.h"

#include <stdlib.h>
#include <string.h>

#define SHIPPED_PACK "pipelines/packs/magnesium-safety.yaml"
enum { DEFAULT_HISTORY_DAYS = 1095 };

static mag_status begin(mag_session *session, mag_error *err) {
    *session = (mag_session){0};
    session->arena = mag_arena_new(&session->account);
    return session->arena ? MAG_OK : mag_fail_memory(err, sizeof(void *));
}

static mag_status fail_no_sources(mag_error *err) {
    mag_fail(err, MAG_E_USAGE, MAG_MSG_U201, "no sources were named");
    mag_hint(err, "give a pipeline file, or --profile NAME and --data DIR");
    return MAG_E_USAGE;
}

mag_status mag_session_check_origin(const mag_options *options, mag_error *err) {
    if (options->operand_count == 0)
        return options->profile && options->data ? MAG_OK : fail_no_sources(err);
    if (!options->profile && !options->data)
        return MAG_OK;
    mag_fail(err, MAG_E_USAGE, MAG_MSG_U201, "a pipeline file names its own sources");
    mag_hint(err, "give either a pipeline file or --profile and --data");
    return MAG_E_USAGE;
}

static mag_status read_plan(mag_session *session, const mag_origin *origin,
                            const mag_options *options, mag_error *err) {
    mag_plan_options given = {.profile = origin->profile,
                              .data_directory = origin->data,
                              .out_directory = options->out,
                              .as_of = origin->as_of,
                              .as_of_series = options->as_of_series,
                              .spill_directory = options->spill_dir,
                              .memory_limit_nbytes = options->memory_limit_nbytes};
    if (origin->pipeline)
        return mag_plan_read(session->arena, origin->pipeline, &given, &session->plan, err);
    if (origin->profile && origin->data)
        return mag_plan_short(session->arena, &given, &session->plan, err);
    return fail_no_sources(err);
}

/* NULL for a pack that travels inside the program. */
static const char *file_of_pack(const mag_plan *plan) {
    mag_span shipped;
    const bool is_shipped =
        mag_embedded_find(plan->pack_name, &shipped) && shipped.at == plan->pack_text.at;
    return is_shipped ? NULL : plan->pack_name;
}

/* Sources of one connection share a leader, and so a snapshot. */
static mag_status leader_of(mag_session *session, const char *conninfo, const mag_options *options,
                            mag_pg_leader **leader, mag_error *err) {
    for (size_t i = 0; i < session->leader_count; i++)
        if (strcmp(mag_pg_leader_conninfo(session->leaders[i]), conninfo) == 0) {
            *leader = session->leaders[i];
            return MAG_OK;
        }
    const mag_pg_wish wish = {.conninfo = conninfo,
                              .is_insecure_allowed = options->is_insecure_db_allowed,
                              .is_stopped = mag_process_is_stopped,
                              .account = &session->account};
    MAG_TRY(mag_pg_leader_new(session->arena, &wish, leader, err));
    session->leaders[session->leader_count++] = *leader;
    return MAG_OK;
}

static mag_status make_database_source(mag_session *session, const mag_plan_source *source,
                                       const mag_options *options, mag_source **out,
                                       mag_error *err) {
    mag_pg_leader *leader;
    const mag_source_postgres what = {.name = source->name,
                                      .profile = source->profile,
                                      .table = source->table,
                                      .view = source->view,
                                      .site_zone = session->plan->site_zone,
                                      .reader_count = source->reader_count,
                                      .is_policy_allowed = source->policy_note != NULL,
                                      .allow_empty =
                                          (options->allow_empty >> source->kind & 1) != 0};
    MAG_TRY(leader_of(session, source->conninfo, options, &leader, err));
    return mag_source_postgres_new(session->arena, &what, leader, out, err);
}

static mag_status make_source(mag_session *session, const mag_plan_source *source,
                              const mag_options *options, mag_source **out, mag_error *err) {
    bool may_be_empty = (options->allow_empty >> source->kind & 1) != 0;
    if (source->conninfo)
        return make_database_source(session, source, options, out, err);
    MAG_TRY(mag_source_csv_new(session->arena, source->name, source->profile, source->table,
                               source->paths, source->path_count, may_be_empty, out, err));
    if (source->manifest)
        mag_source_csv_expect(*out, source->manifest);
    return MAG_OK;
}

static mag_status make_sources(mag_session *session, const mag_options *options, mag_error *err) {
    const mag_plan *plan = session->plan;
    session->sources =
        mag_arena_alloc(session->arena, (plan->source_count + 1) * sizeof(mag_source *));
    session->leaders =
        mag_arena_alloc(session->arena, (plan->source_count + 1) * sizeof(mag_pg_leader *));
    if (!session->sources || !session->leaders)
        return mag_fail_memory(err, plan->source_count * sizeof(mag_source *));
    for (size_t i = 0; i < plan->source_count; i++) {
        MAG_TRY(make_source(session, &plan->sources[i], options, &session->sources[i], err));
        session->source_count = i + 1;
    }
    return MAG_OK;
}

/* The pack by its own numbers: examples and canaries are judged by it. */
static mag_status load_as_written(mag_session *session, mag_error *err) {
    const mag_plan *plan = session->plan;
    session->pack_as_written = session->pack;
    if (plan->override_count == 0)
        return MAG_OK;
    return mag_pack_load(session->arena, plan->pack_name, plan->pack_text, NULL, 0,
                         plan->history_days, &session->pack_as_written, err);
}

/* TMPDIR is where the user wants it; else the disk that has room for the output. */
static const char *choose_spill_folder(mag_session *session) {
    const char *said = session->plan->spill_directory, *temporary = getenv("TMPDIR");
    const char *out = session->plan->sink_directory;
    if (said)
        return said;
    if (temporary && *temporary)
        return temporary;
    if (!out)
        return "/var/tmp";
    size_t length = strlen(out);
    while (length > 1 && out[length - 1] == '/')
        length--;
    while (length > 0 && out[length - 1] != '/')
        length--;
    return length ? mag_arena_text(session->arena, (mag_span){out, length}) : ".";
}

/* A limit that was said must be kept, so the place for the rest is looked at before anything is
   read. */
static mag_status bound_memory(mag_session *session, mag_error *err) {
    const size_t said = session->plan->memory_limit_nbytes;
    const unsigned threads =
        mag_parallel_worker_count(session->wanted_threads, MAG_PARTITION_COUNT);
    MAG_TRY(mag_memory_budget_set(&session->memory, said, threads, &session->account, err));
    const char *folder = choose_spill_folder(session);
    if (!folder)
        return mag_fail_memory(err, sizeof(void *));
    MAG_TRY(mag_spill_new(&session->spill, folder, &session->account, err));
    return said ? mag_spill_make(session->spill, err) : MAG_OK;
}

mag_status mag_session_open(mag_session *session, const mag_origin *origin,
                            const mag_options *options, mag_error *err) {
    MAG_TRY(begin(session, err));
    session->wanted_threads = options->threads > 0 ? (int)options->threads : 0;
    MAG_TRY(read_plan(session, origin, options, err));
    const mag_plan *plan = session->plan;
    MAG_TRY(mag_codebook_load(session->arena, &session->book, err));
    MAG_TRY(mag_pack_load(session->arena, plan->pack_name, plan->pack_text, plan->overrides,
                          plan->override_count, plan->history_days, &session->pack, err));
    MAG_TRY(load_as_written(session, err));
    MAG_TRY(mag_pack_lock_check(session->arena, file_of_pack(plan), session->pack,
                                &session->is_pack_released, err));
    MAG_TRY(bound_memory(session, err));
    return make_sources(session, options, err);
}

mag_status mag_session_open_pack(mag_session *session, const char *file, mag_error *err) {
    MAG_TRY(begin(session, err));
    MAG_TRY(mag_codebook_load(session->arena, &session->book, err));
    mag_span text;
    if (file)
        MAG_TRY(mag_yaml_read_trusted(session->arena, file, &text, err));
    else if (!mag_embedded_find(SHIPPED_PACK, &text))
        return mag_fail(err, MAG_E_INTERNAL, MAG_MSG_X701, "the program was built without a pack");
    MAG_TRY(mag_pack_load(session->arena, file ? file : "magnesium-safety.yaml", text, NULL, 0,
                          DEFAULT_HISTORY_DAYS, &session->pack, err));
    session->pack_as_written = session->pack;
    return mag_pack_lock_check(session->arena, file, session->pack, &session->is_pack_released,
                               err);
}

mag_status mag_session_run_examples(mag_session *session, const mag_example_result **results,
                                    size_t *count, mag_error *err) {
    const mag_pack *pack = session->pack_as_written;
    const unsigned workers =
        mag_parallel_worker_count(session->wanted_threads, (unsigned)mag_pack_rule_count(pack));
    return mag_examples_run_by(workers, session->arena, pack, session->book, results, count, err);
}

void mag_session_close(mag_session *session) {
    for (size_t i = 0; i < session->source_count; i++)
        session->sources[i]->ops->free(session->sources[i]);
    for (size_t i = 0; i < session->leader_count; i++)
        mag_pg_leader_close(session->leaders[i]);
    session->leader_count = 0;
    session->source_count = 0;
    mag_spill_close(session->spill);
    session->spill = NULL;
    mag_arena_free(session->arena);
    session->arena = NULL;
}

mag_run_inputs mag_session_inputs(mag_session *session, const mag_options *options) {
    return (mag_run_inputs){
        .plan = session->plan,
        .book = session->book,
        .pack = session->pack,
        .pack_as_written = session->pack_as_written,
        .is_pack_released = session->is_pack_released,
        .sources = session->sources,
        .source_count = session->source_count,
        .thread_count = options->threads > 0 ? (int)options->threads : 0,
        .account = &session->account,
        .spill = session->spill,
        .memory_limit_nbytes = session->memory.limit_nbytes,
        .memory_limit_from = mag_memory_bound_name(session->memory.bound),
        .is_stopped = mag_process_is_stopped,
    };
}
