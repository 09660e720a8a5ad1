/* A batch is a piece of the merged rows, cut by what it holds and never by threads:

     merge ─▶ batch ─┬─▶ rows of the sink's part ─▶ packed ─▶ file      (in order)
      (in order)     └─▶ lines of the digest ───────────────▶ SHA-256   (in order)
                          (by any thread)

   The ledger says which episodes stand between the flags. A sink that takes no parts gets the rows
   when their turn has come. */
#include "engine/publish_rows.h"

#include "engine/evidence.h"
#include "engine/merge.h"
#include "engine/pipeline.h"

#include <string.h>

typedef struct batch {
    mag_text rows; /* as mag_result_row_read takes them */
    size_t row_count;
    size_t first_entry, entry_end; /* of the ledger: those between, before and behind the rows */
    mag_text lines;                /* of the digest */
    mag_sink *part;                /* NULL: the sink takes none */
} batch;

typedef struct publisher {
    const mag_publication *what;
    mag_outcome_kind kind;
    mag_digest *digest;
    mag_merge *merge;
    const mag_ledger *ledger; /* NULL: none, or not of these rows */
    size_t next_entry;        /* that is in no batch yet */
    batch batches[MAG_PIPELINE_BATCH_LIMIT];
} publisher;

/* --- filling --------------------------------------------------------------------------------- */

static bool comes_an_episode(const publisher *to) {
    const mag_ledger *ledger = to->ledger;
    return ledger != NULL && to->next_entry < ledger->entry_count &&
           !ledger->entries[to->next_entry].is_flagged;
}

/* The next flag has the next entry of the ledger. */
static mag_status pass_entry(publisher *to, mag_error *err) {
    if (to->ledger == NULL)
        return MAG_OK;
    if (to->next_entry++ < to->ledger->entry_count)
        return MAG_OK;
    return mag_fail(err, MAG_E_INTERNAL, MAG_MSG_X701, "more flags than the ledger has entries");
}

static mag_status fill_rows(publisher *to, batch *at, mag_error *err) {
    enum { FULL_NBYTES = 1 << 17, EPISODE_NBYTES = 256 };
    size_t nbytes = 0;
    while (nbytes < FULL_NBYTES) {
        const mag_screen_row *row;
        mag_span packed;
        if (comes_an_episode(to)) {
            to->next_entry++;
            nbytes += EPISODE_NBYTES;
            continue;
        }
        MAG_TRY(mag_merge_next(to->merge, &row, &packed, err));
        if (row == NULL)
            return MAG_OK;
        MAG_TRY(pass_entry(to, err));
        mag_text_add(&at->rows, packed);
        at->row_count++;
        nbytes += packed.nbytes;
    }
    return mag_text_check(&at->rows, err);
}

static mag_status check_stop(const mag_publication *what, mag_error *err) {
    if (what->is_stopped == NULL || !what->is_stopped(what->stop_context))
        return MAG_OK;
    return mag_fail(err, MAG_E_INTERRUPTED, MAG_MSG_P401, "stopped while writing");
}

static mag_status fill(void *context, unsigned batch_idx, unsigned worker_idx, bool *is_over,
                       mag_error *err) {
    publisher *to = context;
    batch *at = &to->batches[batch_idx];
    const uint64_t since = mag_timings_now(to->what->timings);
    MAG_TRY(check_stop(to->what, err));
    mag_text_clear(&at->rows);
    mag_text_clear(&at->lines);
    at->row_count = 0;
    at->first_entry = to->next_entry;
    MAG_TRY(fill_rows(to, at, err));
    at->entry_end = to->next_entry;
    *is_over = at->row_count == 0 && at->entry_end == at->first_entry;
    mag_timings_add(to->what->timings, worker_idx, MAG_WORK_MERGE, since);
    return mag_text_check(&at->rows, err);
}

/* --- rows ------------------------------------------------------------------------------------ */

/* Where rows go; both may be NULL. */
typedef struct target {
    mag_sink *sink;
    mag_text *lines;
} target;

static mag_status put_cannot_tell(const publisher *to, const mag_screen_row *found,
                                  const target *at, mag_error *err) {
    const mag_cannot_tell_row row = {.patient_id = found->patient_id,
                                     .site = found->site,
                                     .rule_id = mag_pack_rule(to->what->pack, found->rule_idx)->id,
                                     .as_of = found->as_of,
                                     .reasons = found->reasons,
                                     .detail = found->detail};
    if (at->lines != NULL)
        mag_digest_cannot_tell_line(at->lines, &row);
    return at->sink == NULL ? MAG_OK : at->sink->ops->cannot_tell(at->sink, &row, err);
}

static mag_status put_episode(const mag_ledger_entry *entry, const mag_flag_row *flag,
                              mag_sink *sink, mag_error *err) {
    const mag_episode_row row = {.episode = &entry->episode,
                                 .event = entry->event,
                                 .flag = flag,
                                 .ends_review = entry->ends_review};
    return sink == NULL || sink->ops->episode == NULL ? MAG_OK
                                                      : sink->ops->episode(sink, &row, err);
}

static const char *hider_of(const mag_pack *pack, const mag_outcome *outcome) {
    return outcome->hidden_by < 0 ? "" : mag_pack_rule(pack, (size_t)outcome->hidden_by)->id;
}

/* Without a ledger every flag is new tonight. */
static void name_flag(mag_flag_row *row, const mag_ledger_entry *entry) {
    if (entry == NULL) {
        mag_flag_id(row->patient_id, row->rule_id, row->as_of, row->flag_id);
        row->state = mag_episode_event_name(MAG_EPISODE_NEW);
        return;
    }
    memcpy(row->flag_id, entry->episode.flag_id, sizeof row->flag_id);
    row->state = mag_episode_event_name(entry->event);
}

/* entry: of the ledger; NULL: none is kept. */
static mag_status put_flag(const publisher *to, const mag_screen_row *found,
                           const mag_ledger_entry *entry, const target *at, mag_error *err) {
    const mag_rule_facts *rule = mag_pack_rule(to->what->pack, found->rule_idx);
    const mag_severity could_be = found->outcome.could_be;
    mag_flag_row row = {.patient_id = found->patient_id,
                        .site = found->site,
                        .rule_id = rule->id,
                        .rule_version = rule->version,
                        .title = rule->title,
                        .severity = found->outcome.severity,
                        .could_be =
                            could_be == MAG_SEVERITY_NONE ? "" : mag_severity_name(could_be),
                        .as_of = found->as_of,
                        .hidden_by = hider_of(to->what->pack, &found->outcome),
                        .notes = found->notes,
                        .evidence = found->evidence};
    if (at->lines != NULL)
        mag_digest_flag_line(at->lines, &row, mag_span_of(found->facts));
    if (at->sink == NULL)
        return MAG_OK;
    name_flag(&row, entry);
    MAG_TRY(at->sink->ops->flag(at->sink, &row, err));
    return entry == NULL ? MAG_OK : put_episode(entry, &row, at->sink, err);
}

/* The episodes up to the next flag, whose entry *entry_idx is then. */
static mag_status put_episodes(const publisher *to, const batch *from, size_t *entry_idx,
                               mag_sink *sink, mag_error *err) {
    const mag_ledger_entry *entries = to->ledger->entries;
    for (; *entry_idx < from->entry_end && !entries[*entry_idx].is_flagged; ++*entry_idx)
        MAG_TRY(put_episode(&entries[*entry_idx], NULL, sink, err));
    return MAG_OK;
}

static mag_status put_flags(const publisher *to, const batch *from, const target *at,
                            mag_error *err) {
    size_t entry_idx = from->first_entry, used = 0;
    for (size_t i = 0; i < from->row_count; i++) {
        mag_screen_row row;
        const mag_ledger_entry *entry = NULL;
        if (to->ledger != NULL) {
            MAG_TRY(put_episodes(to, from, &entry_idx, at->sink, err));
            entry = &to->ledger->entries[entry_idx++];
        }
        used += mag_result_row_read(from->rows.at + used, &row);
        MAG_TRY(put_flag(to, &row, entry, at, err));
    }
    return to->ledger == NULL ? MAG_OK : put_episodes(to, from, &entry_idx, at->sink, err);
}

static mag_status put_batch(const publisher *to, const batch *from, const target *at,
                            mag_error *err) {
    size_t used = 0;
    if (to->kind == MAG_FLAGGED)
        return put_flags(to, from, at, err);
    for (size_t i = 0; i < from->row_count; i++) {
        mag_screen_row row;
        used += mag_result_row_read(from->rows.at + used, &row);
        MAG_TRY(put_cannot_tell(to, &row, at, err));
    }
    return MAG_OK;
}

/* --- by any thread, and in order ------------------------------------------------------------- */

static mag_status work(void *context, unsigned batch_idx, unsigned worker_idx, mag_error *err) {
    publisher *to = context;
    batch *at = &to->batches[batch_idx];
    const target here = {at->part, &at->lines};
    uint64_t since = mag_timings_now(to->what->timings);
    MAG_TRY(put_batch(to, at, &here, err));
    since = mag_timings_add(to->what->timings, worker_idx, MAG_WORK_FORMAT, since);
    if (at->part != NULL)
        MAG_TRY(at->part->ops->part_pack(at->part, worker_idx, err));
    mag_timings_add(to->what->timings, worker_idx, MAG_WORK_COMPRESS, since);
    return mag_text_check(&at->lines, err);
}

static mag_status drain(void *context, unsigned batch_idx, unsigned worker_idx, mag_error *err) {
    publisher *to = context;
    batch *at = &to->batches[batch_idx];
    mag_sink *sink = to->what->sink;
    const target there = {sink, NULL};
    uint64_t since = mag_timings_now(to->what->timings);
    MAG_TRY(mag_digest_lines(to->digest, mag_text_span(&at->lines), err));
    since = mag_timings_add(to->what->timings, worker_idx, MAG_WORK_HASH, since);
    if (at->part != NULL)
        MAG_TRY(sink->ops->part_write(sink, at->part, err));
    else if (sink != NULL)
        MAG_TRY(put_batch(to, at, &there, err));
    mag_timings_add(to->what->timings, worker_idx, MAG_WORK_WRITE, since);
    mag_timings_count(to->what->timings, at->row_count, at->rows.nbytes);
    mag_progress_add(to->what->progress, at->row_count, at->row_count);
    return MAG_OK;
}

static mag_status run_batches(publisher *to, mag_error *err) {
    const mag_publication *what = to->what;
    const mag_pipeline pipeline = {what->worker_count, to, fill, work, drain};
    const unsigned count = mag_pipeline_batch_count(what->worker_count);
    mag_sink *sink = what->sink;
    for (unsigned i = 0; i < count; i++) {
        mag_text_init(&to->batches[i].rows, what->account);
        mag_text_init(&to->batches[i].lines, what->account);
    }
    if (sink != NULL && sink->ops->part_new != NULL) {
        MAG_TRY(sink->ops->parts_begin(sink, what->worker_count, err));
        for (unsigned i = 0; i < count; i++)
            MAG_TRY(sink->ops->part_new(sink, &to->batches[i].part, err));
    }
    MAG_TRY(mag_merge_open(what->screen, to->kind, &to->merge, err));
    return mag_pipeline_run(&pipeline, err);
}

mag_status mag_publish_outcomes(const mag_publication *publication, mag_outcome_kind kind,
                                mag_digest *digest, mag_error *err) {
    mag_arena *arena = mag_arena_new(publication->account);
    publisher *to = arena == NULL ? NULL : mag_arena_alloc(arena, sizeof *to);
    if (to == NULL) {
        mag_arena_free(arena);
        return mag_fail_memory(err, sizeof *to);
    }
    to->what = publication;
    to->kind = kind;
    to->digest = digest;
    to->ledger = kind == MAG_FLAGGED ? publication->ledger : NULL;
    const mag_status status = run_batches(to, err);
    for (unsigned i = 0; i < mag_pipeline_batch_count(publication->worker_count); i++) {
        batch *at = &to->batches[i];
        mag_drop(publication->account, at->rows.at, at->rows.capacity, 1);
        mag_drop(publication->account, at->lines.at, at->lines.capacity, 1);
        if (at->part != NULL)
            at->part->ops->free(at->part);
    }
    mag_merge_close(to->merge);
    mag_arena_free(arena);
    return status;
}
