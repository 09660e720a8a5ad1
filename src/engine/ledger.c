/* Episodes and outcomes are sorted alike and brought together in merges. The first ones mark who
   has an outcome that was written; who has none is looked up, partition by partition, so that no
   more patients are in memory than while they were screened; the last one takes the flags.

     episodes   A02 p1   A02 p2   C01 p2            C01 p9
     flagged             A02 p2            C01 p7
                  |        |        |        |        |
                clear    goes on  clear     new     gone   */
#include "engine/ledger.h"

#include "engine/evidence.h"
#include "engine/ledger_step.h"
#include "engine/merge.h"
#include "rules/lost_result.h"
#include "rules/worse.h"

#include <string.h>

/* What is known of tonight about an open episode before the flags are taken. */
typedef struct prior {
    bool is_flagged, is_cannot_tell;
    uint8_t partition;
    mag_tonight tonight; /* of an episode that is not flagged */
} prior;

typedef struct judge {
    const mag_ledger_input *input;
    const mag_screen *screen;
    mag_arena *arena;          /* of the ledger */
    const char *as_of;         /* of the run */
    mag_evaluator *evaluator;  /* asked why a rule is clear */
    prior *priors;             /* per episode */
    size_t next;               /* episode that is not yet judged */
    mag_ledger_entry *entries; /* of the ledger */
    mag_ledger *ledger;
} judge;

mag_status mag_ledger_check_as_of(const mag_ledger_input *input, const char *as_of,
                                  mag_error *err) {
    if (input->as_of == NULL)
        return MAG_OK;
    const mag_minute before = mag_as_of_minute(input->as_of), now = mag_as_of_minute(as_of);
    if (before == MAG_MINUTE_NONE || now == MAG_MINUTE_NONE || before <= now)
        return MAG_OK; /* `latest` is no time */
    mag_fail(err, MAG_E_INPUT, MAG_MSG_P414,
             "%s: the current run is as of %s, later than this one's %s; nothing was read",
             input->name, input->as_of, as_of);
    mag_hint(err, "flags are told new from ongoing in the order of time: run a later as-of");
    return MAG_E_INPUT;
}

bool mag_ledger_is_current(const mag_ledger_input *input, const char *as_of,
                           const char *result_sha256) {
    return input->as_of != NULL && strcmp(input->as_of, as_of) == 0 &&
           strcmp(input->result_sha256, result_sha256) == 0;
}

/* --- tonight without a flag ------------------------------------------------------------------ */

static mag_machine_reason reason_of(mag_event_end end) {
    switch (end) {
    case MAG_EVENT_END_DRUG_STOPPED:
        return MAG_MACHINE_DRUG_STOPPED;
    case MAG_EVENT_END_DOSE_CHANGED:
        return MAG_MACHINE_DOSE_CHANGED;
    case MAG_EVENT_END_VALUE_NORMALISED:
        return MAG_MACHINE_VALUE_NORMALISED;
    case MAG_EVENT_END_NONE:
        break;
    }
    return MAG_MACHINE_NONE;
}

static bool has_left(const mag_timeline *patient) {
    return !mag_person_is_alive(patient->person, patient->as_of) ||
           patient->person->observed_until < patient->as_of;
}

/* Clear, unless nobody could look. That a value is normal is said only of one that is there. */
static mag_status judge_clear(judge *of, const mag_timeline *patient, const mag_episode *episode,
                              mag_tonight *tonight, mag_error *err) {
    const mag_pack *pack = of->screen->pack;
    const int rule_idx = mag_pack_find_rule(pack, episode->rule_id);
    mag_event_end end;
    MAG_TRY(mag_event_end_find(of->evaluator, patient, (size_t)rule_idx, &end, err));
    tonight->end = end == MAG_EVENT_END_VALUE_NORMALISED &&
                           mag_facts_have_lost_result(pack, patient, episode->shown_facts)
                       ? MAG_MACHINE_RESULT_WITHDRAWN
                       : reason_of(end);
    tonight->kind = end == MAG_EVENT_END_NONE ? MAG_TONIGHT_CANNOT_TELL : MAG_TONIGHT_CLEAR;
    return MAG_OK;
}

static bool is_in_force(const mag_rule_facts *rule) {
    return rule->status == MAG_RULE_ACTIVE && !rule->is_about_sources;
}

/* T of a patient as flags have it; of the run if the patient is gone. */
static mag_status write_as_of(judge *of, const mag_timeline *patient, const mag_episode *episode,
                              const char **out, mag_error *err) {
    char text[MAG_MOMENT_TEXT_NBYTES];
    const bool is_latest =
        mag_cohort_settings_of(of->screen->cohort)->as_of_kind == MAG_AS_OF_LATEST;
    *out = of->as_of;
    if (!is_latest)
        return MAG_OK;
    *out = episode->last_seen;
    if (patient == NULL || patient->as_of == MAG_MINUTE_NONE)
        return MAG_OK;
    mag_as_of_text(patient->as_of, is_latest, text);
    *out = mag_arena_text(of->arena, mag_span_of(text));
    return *out == NULL ? mag_fail_memory(err, sizeof text) : MAG_OK;
}

static mag_status judge_unflagged(judge *of, size_t episode_idx, mag_tonight *tonight,
                                  mag_error *err) {
    const mag_episode *episode = &of->input->episodes[episode_idx];
    const int rule_idx = mag_pack_find_rule(of->screen->pack, episode->rule_id);
    mag_timeline patient;
    const bool is_there = mag_timeline_find(of->screen->cohort, episode->patient_id, &patient);
    const bool has_t = is_there && patient.as_of != MAG_MINUTE_NONE;
    MAG_TRY(write_as_of(of, has_t ? &patient : NULL, episode, &tonight->as_of, err));
    tonight->kind = MAG_TONIGHT_CANNOT_TELL;
    if (rule_idx < 0 || !is_in_force(mag_pack_rule(of->screen->pack, (size_t)rule_idx)))
        tonight->kind = MAG_TONIGHT_RETIRED;
    else if (of->priors[episode_idx].is_cannot_tell || !has_t)
        return MAG_OK;
    else if (has_left(&patient))
        tonight->kind = MAG_TONIGHT_LEFT;
    else
        return judge_clear(of, &patient, episode, tonight, err);
    return MAG_OK;
}

/* The open episodes without a flag whose patients belong to the partition. */
static mag_status judge_partition(judge *of, unsigned partition_idx, mag_error *err) {
    for (size_t i = 0; i < of->input->episode_count; i++) {
        prior *at = &of->priors[i];
        if (at->partition != partition_idx || at->is_flagged ||
            !mag_episode_is_open(&of->input->episodes[i]))
            continue;
        MAG_TRY(judge_unflagged(of, i, &at->tonight, err));
    }
    return MAG_OK;
}

static mag_status judge_partitions(judge *of, mag_error *err) {
    for (size_t i = 0; i < of->input->episode_count; i++)
        of->priors[i].partition =
            (uint8_t)mag_cohort_partition_idx(of->input->episodes[i].patient_id);
    for (unsigned p = 0; p < MAG_PARTITION_COUNT; p++) {
        MAG_TRY(mag_cohort_hold(of->screen->cohort, p, err));
        MAG_TRY(judge_partition(of, p, err));
        mag_cohort_let_go(of->screen->cohort, p);
    }
    return MAG_OK;
}

/* --- the merges ------------------------------------------------------------------------------ */

static mag_status copy_text(judge *of, const char **text, mag_error *err) {
    const mag_span from = mag_span_of(*text);
    *text = mag_arena_text(of->arena, from);
    return *text == NULL ? mag_fail_memory(err, from.nbytes) : MAG_OK;
}

/* A row is gone after its visit: what the entry has of it becomes the ledger's. */
static mag_status own_texts(judge *of, const mag_screen_row *row, mag_ledger_entry *entry,
                            mag_error *err) {
    mag_episode *episode = &entry->episode;
    if (episode->shown_facts == row->facts)
        MAG_TRY(copy_text(of, &episode->shown_facts, err));
    if (episode->patient_id.at != row->patient_id.at)
        return MAG_OK;
    episode->patient_id.at = mag_arena_text(of->arena, row->patient_id);
    return episode->patient_id.at == NULL ? mag_fail_memory(err, row->patient_id.nbytes) : MAG_OK;
}

static mag_status add(judge *of, const mag_episode *before, const mag_tonight *tonight,
                      const mag_screen_row *flag, mag_error *err) {
    mag_ledger_entry *out = &of->entries[of->ledger->entry_count];
    const size_t count = mag_ledger_step(before, tonight, out);
    for (size_t i = 0; i < count; i++)
        of->ledger->counts[out[i].event]++;
    of->ledger->entry_count += count;
    if (flag == NULL)
        return MAG_OK;
    out[count - 1].is_flagged = true; /* the last one is the flag's */
    return own_texts(of, flag, &out[count - 1], err);
}

/* The open episode of a pair without a flag, or one that stays as it is. */
static mag_status pass_over(judge *of, mag_error *err) {
    const size_t idx = of->next++;
    const mag_episode *episode = &of->input->episodes[idx];
    const mag_tonight nothing = {.kind = MAG_TONIGHT_CANNOT_TELL, .as_of = of->as_of};
    return add(of, episode, mag_episode_is_open(episode) ? &of->priors[idx].tonight : &nothing,
               NULL, err);
}

/* <0, 0, >0: the next episode lies before, at or behind the row. */
static int compare_next(const judge *of, const mag_screen_row *row) {
    if (of->next == of->input->episode_count)
        return 1;
    const mag_episode *episode = &of->input->episodes[of->next];
    const int order = mag_span_compare(episode->patient_id, row->patient_id);
    return order != 0
               ? order
               : strcmp(episode->rule_id, mag_pack_rule(of->screen->pack, row->rule_idx)->id);
}

static mag_status mark(void *context, const mag_screen_row *row, mag_error *err) {
    judge *of = context;
    (void)err;
    while (compare_next(of, row) < 0)
        of->next++;
    if (compare_next(of, row) != 0)
        return MAG_OK;
    prior *at = &of->priors[of->next];
    at->is_flagged = row->outcome.kind == MAG_FLAGGED;
    at->is_cannot_tell = !at->is_flagged;
    return MAG_OK;
}

/* As-of texts repeat: that of the run is there already. */
static mag_status keep_as_of(judge *of, const char *as_of, const char **out, mag_error *err) {
    *out = as_of;
    if (strcmp(as_of, of->as_of) != 0)
        return copy_text(of, out, err);
    *out = of->as_of;
    return MAG_OK;
}

static mag_status take_flag(void *context, const mag_screen_row *row, mag_error *err) {
    judge *of = context;
    const mag_pack *pack = of->screen->pack;
    const mag_rule_facts *rule = mag_pack_rule(pack, row->rule_idx);
    while (compare_next(of, row) < 0)
        MAG_TRY(pass_over(of, err));
    const mag_episode *before =
        compare_next(of, row) == 0 ? &of->input->episodes[of->next++] : NULL;
    const char *as_of;
    MAG_TRY(keep_as_of(of, row->as_of, &as_of, err));
    const mag_tonight tonight = {
        .kind = MAG_TONIGHT_FLAGGED,
        .as_of = as_of,
        .patient_id = row->patient_id,
        .rule_id = rule->id,
        .rule_version = rule->version,
        .severity = row->outcome.severity,
        .hidden_by = row->outcome.hidden_by < 0
                         ? NULL
                         : mag_pack_rule(pack, (size_t)row->outcome.hidden_by)->id,
        .is_worse = before != NULL &&
                    mag_facts_are_worse(pack, row->rule_idx, before->shown_facts, row->facts),
        .event = row->event,
        .facts = row->facts};
    return add(of, before, &tonight, row, err);
}

static mag_status merge(judge *of, mag_error *err) {
    static const mag_outcome_kind kinds[] = {MAG_CANNOT_TELL, MAG_FLAGGED};
    for (size_t i = 0; i < 2; i++) {
        of->next = 0;
        MAG_TRY(mag_screen_merge(of->screen, kinds[i], mark, of, err));
    }
    MAG_TRY(judge_partitions(of, err));
    of->next = 0;
    MAG_TRY(mag_screen_merge(of->screen, MAG_FLAGGED, take_flag, of, err));
    while (of->next < of->input->episode_count)
        MAG_TRY(pass_over(of, err));
    return MAG_OK;
}

static size_t flag_count(const mag_screen *screen) {
    size_t count = 0;
    for (unsigned i = 0; i < MAG_PARTITION_COUNT; i++)
        count += screen->parts[i].flagged.row_count;
    return count;
}

mag_status mag_ledger_judge(mag_arena *arena, const mag_ledger_input *input,
                            const mag_screen *screen, mag_ledger *out, mag_error *err) {
    /* a pair gives at most one entry more than it had episodes, and one is room for a second */
    const size_t room = input->episode_count + flag_count(screen) + 1;
    judge of = {
        .input = input, .screen = screen, .arena = arena, .as_of = out->as_of, .ledger = out};
    *out = (mag_ledger){.as_of = out->as_of};
    of.entries = mag_arena_alloc(arena, room * sizeof *of.entries);
    of.priors = mag_arena_alloc(arena, (input->episode_count + 1) * sizeof *of.priors);
    if (of.entries == NULL || of.priors == NULL)
        return mag_fail_memory(err, room * sizeof *of.entries);
    out->entries = of.entries;
    MAG_TRY(mag_evaluator_new(&of.evaluator, screen->pack, screen->account, err));
    const mag_status status = merge(&of, err);
    mag_evaluator_free(of.evaluator);
    return status;
}
