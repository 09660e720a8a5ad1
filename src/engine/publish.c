/* One pass over the results feeds both: the sink gets rows, the digest gets lines. */
#include "engine/publish.h"

#include "engine/evidence.h"
#include "engine/file_fault.h"

#include <string.h>

typedef struct publisher {
    const mag_publication *what;
    mag_digest *digest;
    size_t next_entry; /* of the ledger, that is not yet handed on */
} publisher;

mag_status mag_publish_rejects(mag_sink *sink, const mag_cohort *cohort, mag_error *err) {
    size_t count;
    const mag_reject *rejects = mag_cohort_rejects(cohort, &count);
    for (size_t i = 0; i < count; i++) {
        const mag_run_file *file = mag_cohort_file(cohort, rejects[i].file_id);
        mag_reject_row row = {.source = file->source,
                              .file = file->name,
                              .column = rejects[i].column,
                              .reason = mag_reason_name((mag_reason)rejects[i].reason),
                              .detail = rejects[i].detail,
                              .line = rejects[i].line};
        MAG_TRY(sink->ops->reject(sink, &row, err));
    }
    return MAG_OK;
}

mag_status mag_publish_file_fault(mag_sink *sink, const mag_cohort *cohort,
                                  const mag_error *failure, mag_error *err) {
    mag_file_fault fault;
    if (!mag_file_fault_find(cohort, failure, &fault))
        return MAG_OK;
    mag_reject_row row = {.source = fault.source,
                          .file = fault.file,
                          .column = "",
                          .reason = fault.reason,
                          .detail = mag_message_gist(failure->message)};
    return sink->ops->reject(sink, &row, err);
}

static mag_status publish_lab_summary(void *context, const mag_lab_summary_row *row,
                                      mag_error *err) {
    publisher *to = context;
    mag_sink *sink = to->what->sink;
    if (sink != NULL)
        MAG_TRY(sink->ops->lab_summary(sink, row, err));
    return mag_digest_lab_summary(to->digest, row, err);
}

static mag_status publish_cannot_tell(void *context, const mag_screen_row *found, mag_error *err) {
    publisher *to = context;
    mag_sink *sink = to->what->sink;
    mag_cannot_tell_row row = {.patient_id = found->patient_id,
                               .site = found->site,
                               .rule_id = mag_pack_rule(to->what->pack, found->rule_idx)->id,
                               .as_of = found->as_of,
                               .reasons = found->reasons,
                               .detail = found->detail};
    if (sink != NULL)
        MAG_TRY(sink->ops->cannot_tell(sink, &row, err));
    return mag_digest_cannot_tell(to->digest, &row, err);
}

static const char *hider_of(const mag_pack *pack, const mag_outcome *outcome) {
    return outcome->hidden_by < 0 ? "" : mag_pack_rule(pack, (size_t)outcome->hidden_by)->id;
}

static mag_status publish_episode(publisher *to, const mag_flag_row *flag, mag_error *err) {
    const mag_ledger_entry *entry = &to->what->ledger->entries[to->next_entry++];
    const mag_episode_row row = {.episode = &entry->episode,
                                 .event = entry->event,
                                 .flag = flag,
                                 .ends_review = entry->ends_review};
    mag_sink *sink = to->what->sink;
    if (sink == NULL || sink->ops->episode == NULL)
        return MAG_OK;
    return sink->ops->episode(sink, &row, err);
}

/* Hands on the episodes that come before the one of the next flag; all of them if there is none. */
static mag_status publish_episodes_before(publisher *to, bool has_flag, mag_error *err) {
    const mag_ledger *ledger = to->what->ledger;
    while (ledger != NULL && to->next_entry < ledger->entry_count &&
           !(has_flag && ledger->entries[to->next_entry].is_flagged))
        MAG_TRY(publish_episode(to, NULL, err));
    return MAG_OK;
}

/* Without a ledger every flag is new tonight. */
static void name_flag(const publisher *to, mag_flag_row *row) {
    if (to->what->ledger == NULL) {
        mag_flag_id(row->patient_id, row->rule_id, row->as_of, row->flag_id);
        row->state = mag_episode_event_name(MAG_EPISODE_NEW);
        return;
    }
    const mag_ledger_entry *entry = &to->what->ledger->entries[to->next_entry];
    memcpy(row->flag_id, entry->episode.flag_id, sizeof row->flag_id);
    row->state = mag_episode_event_name(entry->event);
}

static mag_status publish_flag(void *context, const mag_screen_row *found, mag_error *err) {
    publisher *to = context;
    mag_sink *sink = to->what->sink;
    const mag_rule_facts *rule = mag_pack_rule(to->what->pack, found->rule_idx);
    mag_severity could_be = found->outcome.could_be;
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
    MAG_TRY(publish_episodes_before(to, true, err));
    name_flag(to, &row);
    if (sink != NULL)
        MAG_TRY(sink->ops->flag(sink, &row, err));
    if (to->what->ledger != NULL)
        MAG_TRY(publish_episode(to, &row, err));
    return mag_digest_flag(to->digest, &row, mag_span_of(found->facts), err);
}

static mag_status publish_summary(void *context, const mag_summary_row *row, mag_error *err) {
    publisher *to = context;
    mag_sink *sink = to->what->sink;
    if (sink != NULL)
        MAG_TRY(sink->ops->summary(sink, row, err));
    return mag_digest_summary(to->digest, row, err);
}

static mag_status publish_all(publisher *to, mag_error *err) {
    const mag_publication *what = to->what;
    const mag_screen *screen = what->screen;
    mag_summary_inputs summary = {.as_of = what->as_of,
                                  .pack = what->pack,
                                  .cohort = what->cohort,
                                  .strata = screen->strata,
                                  .tally = &screen->total};
    MAG_TRY(
        mag_lab_stats_each(screen->lab_stats, screen->patient_count, publish_lab_summary, to, err));
    MAG_TRY(mag_screen_merge(screen, MAG_CANNOT_TELL, publish_cannot_tell, to, err));
    MAG_TRY(mag_screen_merge(screen, MAG_FLAGGED, publish_flag, to, err));
    MAG_TRY(publish_episodes_before(to, false, err));
    MAG_TRY(mag_digest_header(to->digest, what->digest_header, err));
    return mag_summary_each(&summary, publish_summary, to, err);
}

mag_status mag_publish_rows(const mag_publication *publication,
                            char result_sha256[MAG_SHA256_HEX_NBYTES], mag_account *account,
                            mag_error *err) {
    publisher to = {.what = publication};
    MAG_TRY(
        mag_digest_new(&to.digest, account, publication->on_line, publication->line_context, err));
    mag_status status = publish_all(&to, err);
    if (status != MAG_OK) {
        mag_digest_free(to.digest);
        return status;
    }
    return mag_digest_end(to.digest, result_sha256, err);
}
