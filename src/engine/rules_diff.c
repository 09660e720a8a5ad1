/* A partition at a time per thread, as in a run, with two evaluators side by side. Outcomes are
   compared, not evidence: the same flag from another sample is the same flag. */
#include "engine/rules_diff.h"

#include "engine/clock.h"
#include "engine/ingest.h"
#include "engine/parallel.h"
#include "engine/screen.h"

#include <stdlib.h>
#include <string.h>

enum { SIDES = 2, STOP_CHECK_PATIENTS = 1024 };

/* Where a rule stands in each pack; -1: not there, or not active. */
typedef struct rule_pair {
    int rule_idx[SIDES];
} rule_pair;

typedef struct diff_worker {
    mag_evaluator *evaluators[SIDES];
    mag_outcome *outcomes[SIDES];
} diff_worker;

/* Results of a partition, in its order of patients (bytewise by id). */
typedef struct diff_part {
    mag_rule_change *rules; /* counts only */
    mag_patient_change *changes;
    size_t change_count, change_capacity;
    uint64_t screened_count, changed_count;
} diff_part;

typedef struct diff_job {
    const mag_run_inputs *inputs;
    const mag_pack *packs[SIDES];
    mag_cohort *cohort;
    const rule_pair *pairs;
    size_t pair_count;
    mag_rule_change *rules; /* parallel to pairs */
    diff_worker *workers;
    unsigned worker_count;
    diff_part parts[MAG_PARTITION_COUNT];
} diff_job;

/* --- the rules of both packs ----------------------------------------------------------------- */

static int active_rule(const mag_pack *pack, const char *id) {
    const int rule_idx = mag_pack_find_rule(pack, id);
    if (rule_idx < 0 || mag_pack_rule(pack, (size_t)rule_idx)->status != MAG_RULE_ACTIVE)
        return -1;
    return rule_idx;
}

static int compare_rules(const void *a, const void *b) {
    return strcmp(((const mag_rule_change *)a)->rule_id, ((const mag_rule_change *)b)->rule_id);
}

/* Every rule that is active in one of the packs, once. */
static size_t list_rules(const diff_job *job, mag_rule_change *to) {
    size_t count = 0;
    for (int side = 0; side < SIDES; side++) {
        const mag_pack *other = job->packs[1 - side];
        for (size_t i = 0; i < mag_pack_rule_count(job->packs[side]); i++) {
            const mag_rule_facts *rule = mag_pack_rule(job->packs[side], i);
            const bool is_in_other = active_rule(other, rule->id) >= 0;
            if (rule->status != MAG_RULE_ACTIVE || (side == 0 && is_in_other))
                continue;
            to[count++] = (mag_rule_change){.rule_id = rule->id,
                                            .title = rule->title,
                                            .is_in_old = side == 0 || is_in_other,
                                            .is_in_new = side == 1};
        }
    }
    qsort(to, count, sizeof *to, compare_rules);
    return count;
}

static mag_status pair_rules(diff_job *job, mag_arena *arena, mag_error *err) {
    const size_t most = mag_pack_rule_count(job->packs[0]) + mag_pack_rule_count(job->packs[1]) + 1;
    rule_pair *pairs = mag_arena_alloc(arena, most * sizeof *pairs);
    job->rules = mag_arena_alloc(arena, most * sizeof *job->rules);
    if (pairs == NULL || job->rules == NULL)
        return mag_fail_memory(err, most * sizeof *job->rules);
    job->pair_count = list_rules(job, job->rules);
    for (size_t i = 0; i < job->pair_count; i++)
        for (int side = 0; side < SIDES; side++)
            pairs[i].rule_idx[side] = active_rule(job->packs[side], job->rules[i].rule_id);
    job->pairs = pairs;
    return MAG_OK;
}

/* --- one patient ----------------------------------------------------------------------------- */

static mag_rule_answer answer_of(const diff_job *job, const diff_worker *worker, size_t pair_idx,
                                 int side) {
    mag_rule_answer answer = {.kind = MAG_NOT_APPLICABLE, .hidden_by = ""};
    const int rule_idx = job->pairs[pair_idx].rule_idx[side];
    if (rule_idx < 0)
        return answer;
    const mag_outcome *outcome = &worker->outcomes[side][rule_idx];
    answer.kind = outcome->kind;
    if (outcome->kind != MAG_FLAGGED)
        return answer;
    answer.severity = outcome->severity;
    if (outcome->hidden_by >= 0)
        answer.hidden_by = mag_pack_rule(job->packs[side], (size_t)outcome->hidden_by)->id;
    return answer;
}

/* Counts what changed; false if nothing that a reader of flags and cannot_tell would see did. */
static bool count_change(mag_rule_change *to, const mag_rule_answer *before,
                         const mag_rule_answer *after) {
    const bool was = before->kind == MAG_FLAGGED, is = after->kind == MAG_FLAGGED;
    const bool was_open = before->kind == MAG_CANNOT_TELL, is_open = after->kind == MAG_CANNOT_TELL;
    const bool was_hidden = before->hidden_by[0] != '\0', is_hidden = after->hidden_by[0] != '\0';
    to->flagged_old += was;
    to->flagged_new += is;
    to->gained += is && !was;
    to->lost += was && !is;
    to->more_severe += was && is && after->severity > before->severity;
    to->less_severe += was && is && after->severity < before->severity;
    to->newly_hidden += was && is && is_hidden && !was_hidden;
    to->newly_shown += was && is && was_hidden && !is_hidden;
    to->cannot_tell_gained += is_open && !was_open;
    to->cannot_tell_lost += was_open && !is_open;
    return was != is || was_open != is_open ||
           (was && (before->severity != after->severity || was_hidden != is_hidden));
}

static mag_status keep_change(diff_job *job, diff_part *part, const mag_patient_change *change,
                              mag_error *err) {
    void *changes = part->changes;
    if (part->changed_count >= MAG_RULES_DIFF_PATIENTS)
        return MAG_OK;
    MAG_TRY(mag_grow(job->inputs->account, &changes, &part->change_capacity, sizeof *part->changes,
                     part->change_count + 1, err));
    part->changes = changes;
    part->changes[part->change_count++] = *change;
    return MAG_OK;
}

static mag_status compare_patient(diff_job *job, diff_part *part, diff_worker *worker,
                                  const mag_timeline *patient, mag_error *err) {
    bool has_changed = false;
    if (!mag_patient_is_screened(patient))
        return MAG_OK;
    part->screened_count++;
    for (int side = 0; side < SIDES; side++)
        MAG_TRY(mag_evaluate(worker->evaluators[side], patient, worker->outcomes[side], err));
    for (size_t i = 0; i < job->pair_count; i++) {
        const mag_patient_change change = {.patient_id = patient->person->id,
                                           .rule_id = job->rules[i].rule_id,
                                           .before = answer_of(job, worker, i, 0),
                                           .after = answer_of(job, worker, i, 1)};
        if (!count_change(&part->rules[i], &change.before, &change.after))
            continue;
        MAG_TRY(keep_change(job, part, &change, err));
        has_changed = true;
    }
    part->changed_count += has_changed;
    return MAG_OK;
}

/* --- the cohort ------------------------------------------------------------------------------ */

static mag_status compare_patients(diff_job *job, unsigned partition_idx, unsigned worker_idx,
                                   mag_error *err) {
    const mag_run_inputs *inputs = job->inputs;
    const size_t count = mag_cohort_patient_count(job->cohort, partition_idx);
    for (size_t i = 0; i < count; i++) {
        mag_timeline patient;
        if (i % STOP_CHECK_PATIENTS == 0 && inputs->is_stopped != NULL &&
            inputs->is_stopped(inputs->stop_context))
            return mag_fail(err, MAG_E_INTERRUPTED, MAG_MSG_P401, "stopped while comparing");
        mag_timeline_of(job->cohort, partition_idx, i, &patient);
        MAG_TRY(compare_patient(job, &job->parts[partition_idx], &job->workers[worker_idx],
                                &patient, err));
    }
    return MAG_OK;
}

static mag_status compare_part(void *context, unsigned partition_idx, unsigned worker_idx,
                               mag_error *err) {
    diff_job *job = context;
    MAG_TRY(mag_cohort_hold(job->cohort, partition_idx, err));
    const mag_status status = compare_patients(job, partition_idx, worker_idx, err);
    mag_cohort_let_go(job->cohort, partition_idx);
    return status;
}

static mag_status prepare(diff_job *job, mag_arena *arena, mag_error *err) {
    job->workers = mag_arena_alloc(arena, job->worker_count * sizeof *job->workers);
    if (job->workers == NULL)
        return mag_fail_memory(err, job->worker_count * sizeof *job->workers);
    for (unsigned i = 0; i < job->worker_count; i++)
        for (int side = 0; side < SIDES; side++) {
            const size_t nbytes = (mag_pack_rule_count(job->packs[side]) + 1) * sizeof(mag_outcome);
            job->workers[i].outcomes[side] = mag_arena_alloc(arena, nbytes);
            if (job->workers[i].outcomes[side] == NULL)
                return mag_fail_memory(err, nbytes);
            MAG_TRY(mag_evaluator_new(&job->workers[i].evaluators[side], job->packs[side],
                                      job->inputs->account, err));
        }
    for (unsigned i = 0; i < MAG_PARTITION_COUNT; i++) {
        job->parts[i].rules = mag_arena_alloc(arena, (job->pair_count + 1) * sizeof *job->rules);
        if (job->parts[i].rules == NULL)
            return mag_fail_memory(err, job->pair_count * sizeof *job->rules);
    }
    return MAG_OK;
}

static void release(diff_job *job) {
    for (unsigned i = 0; job->workers != NULL && i < job->worker_count; i++)
        for (int side = 0; side < SIDES; side++)
            mag_evaluator_free(job->workers[i].evaluators[side]);
    for (unsigned i = 0; i < MAG_PARTITION_COUNT; i++)
        mag_drop(job->inputs->account, job->parts[i].changes, job->parts[i].change_capacity,
                 sizeof *job->parts[i].changes);
}

/* --- adding up ------------------------------------------------------------------------------- */

static void add_counts(mag_rule_change *to, const mag_rule_change *part) {
    to->flagged_old += part->flagged_old;
    to->flagged_new += part->flagged_new;
    to->gained += part->gained;
    to->lost += part->lost;
    to->more_severe += part->more_severe;
    to->less_severe += part->less_severe;
    to->newly_hidden += part->newly_hidden;
    to->newly_shown += part->newly_shown;
    to->cannot_tell_gained += part->cannot_tell_gained;
    to->cannot_tell_lost += part->cannot_tell_lost;
}

static int compare_changes(const void *a, const void *b) {
    const mag_patient_change *one = a, *other = b;
    const int by_patient = mag_span_compare(one->patient_id, other->patient_id);
    return by_patient != 0 ? by_patient : strcmp(one->rule_id, other->rule_id);
}

/* How many of the sorted changes belong to the first patients. */
static size_t count_first_patients(const mag_patient_change *sorted, size_t count) {
    size_t patients = 0, at = 0;
    for (; at < count; at++) {
        const bool is_other =
            at == 0 || !mag_span_equals(sorted[at].patient_id, sorted[at - 1].patient_id);
        patients += is_other;
        if (patients > MAG_RULES_DIFF_PATIENTS)
            break;
    }
    return at;
}

/* Ids are copied: the cohort does not outlive the comparison. */
static mag_status keep_ids(mag_arena *arena, mag_patient_change *changes, size_t count,
                           mag_error *err) {
    for (size_t i = 0; i < count; i++) {
        const char *id = mag_arena_text(arena, changes[i].patient_id);
        if (id == NULL)
            return mag_fail_memory(err, changes[i].patient_id.nbytes);
        changes[i].patient_id = mag_span_of(id);
    }
    return MAG_OK;
}

static mag_status add_up(const diff_job *job, mag_arena *arena, mag_rules_diff *to,
                         mag_error *err) {
    size_t count = 0;
    for (unsigned i = 0; i < MAG_PARTITION_COUNT; i++)
        count += job->parts[i].change_count;
    mag_patient_change *changes = mag_arena_alloc(arena, (count + 1) * sizeof *changes);
    if (changes == NULL)
        return mag_fail_memory(err, count * sizeof *changes);
    count = 0;
    for (unsigned i = 0; i < MAG_PARTITION_COUNT; i++) {
        const diff_part *part = &job->parts[i];
        for (size_t k = 0; k < job->pair_count; k++)
            add_counts(&job->rules[k], &part->rules[k]);
        for (size_t k = 0; k < part->change_count; k++)
            changes[count++] = part->changes[k];
        to->screened_count += part->screened_count;
        to->changed_count += part->changed_count;
    }
    qsort(changes, count, sizeof *changes, compare_changes);
    to->rules = job->rules;
    to->rule_count = job->pair_count;
    to->changes = changes;
    to->change_count = count_first_patients(changes, count);
    return keep_ids(arena, changes, to->change_count, err);
}

static mag_status compare_cohort(diff_job *job, mag_arena *arena, mag_rules_diff *to,
                                 mag_error *err) {
    MAG_TRY(pair_rules(job, arena, err));
    job->worker_count = mag_parallel_worker_count(job->inputs->thread_count, MAG_PARTITION_COUNT);
    mag_status status = prepare(job, arena, err);
    if (status == MAG_OK)
        status = mag_parallel_for(MAG_PARTITION_COUNT, job->worker_count, compare_part, job, err);
    if (status == MAG_OK)
        status = add_up(job, arena, to, err);
    release(job);
    return status;
}

mag_status mag_rules_diff_run(mag_arena *arena, const mag_run_inputs *inputs,
                              const mag_pack *old_pack, const mag_pack *new_pack,
                              const mag_rules_diff **out, mag_error *err) {
    mag_cohort *cohort;
    mag_run_time time;
    diff_job job = {.inputs = inputs, .packs = {old_pack, new_pack}};
    mag_rules_diff *diff = mag_arena_alloc(arena, sizeof *diff);
    if (diff == NULL)
        return mag_fail_memory(err, sizeof *diff);
    MAG_TRY(mag_run_time_resolve(inputs->plan, mag_clock_local(), &time, err));
    memcpy(diff->as_of, time.shown, sizeof diff->as_of);
    MAG_TRY(mag_run_load_cohort(inputs, &cohort, err));
    job.cohort = cohort;
    const mag_status status = compare_cohort(&job, arena, diff, err);
    mag_cohort_free(cohort);
    *out = diff;
    return status;
}

bool mag_rule_change_is_none(const mag_rule_change *change) {
    return change->gained + change->lost + change->more_severe + change->less_severe +
               change->newly_hidden + change->newly_shown + change->cannot_tell_gained +
               change->cannot_tell_lost ==
           0;
}
