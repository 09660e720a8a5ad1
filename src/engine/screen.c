/* A partition at a time per thread, a block of patients at a time: evaluate, count, and keep what
   will be written. Nothing is shared but what is read. */
#include "engine/screen.h"

#include "base/fast_path.h"
#include "engine/evidence.h"
#include "engine/parallel.h"
#include "rules/block.h"

enum { STOP_CHECK_BLOCKS = 16 };

/* Working memory of a thread. */
typedef struct screen_worker {
    mag_block *block;         /* NULL: the plain evaluator works */
    mag_evaluator *evaluator; /* NULL: the block works */
    mag_outcome *outcomes;
    mag_lab_stats *lab_stats; /* of all partitions that fell to the thread */
    mag_text text, facts;
    char as_of[MAG_MOMENT_TEXT_NBYTES];
} screen_worker;

typedef struct screen_job {
    mag_screen *screen;
    screen_worker *workers;
} screen_job;

/* What is being looked at. */
typedef struct patient_case {
    mag_screen *screen;
    mag_screen_part *part;
    screen_worker *worker;
    const mag_timeline *patient;
    mag_evaluator *evaluator; /* stands at the patient */
    const mag_outcome *outcomes;
} patient_case;

bool mag_patient_is_screened(const mag_timeline *patient) {
    int age;
    bool is_year_only;
    if (patient->as_of == MAG_MINUTE_NONE || !mag_person_is_alive(patient->person, patient->as_of))
        return false;
    return !mag_person_age(patient->person, patient->as_of, &age, &is_year_only) || age >= 18;
}

/* Ends a text as C has it. */
static mag_status end_text(mag_text *text, const char **out, mag_error *err) {
    mag_text_add_char(text, '\0');
    *out = mag_text_span(text).at;
    return mag_text_check(text, err);
}

/* Texts are the worker's: a run keeps copies. */
static mag_status keep_flag(patient_case *at, const mag_explanation *explanation,
                            mag_screen_row *row, mag_error *err) {
    screen_worker *worker = at->worker;
    mag_text_clear(&worker->facts);
    mag_text_clear(&worker->text);
    mag_evidence_facts(&worker->facts, explanation);
    MAG_TRY(end_text(&worker->facts, &row->facts, err));
    row->event = mag_event_find(at->evaluator, row->rule_idx);
    mag_evidence_json(&worker->text, explanation, at->screen->cohort, mag_span_of(row->facts),
                      &row->event);
    MAG_TRY(end_text(&worker->text, &row->evidence, err));
    row->notes = explanation->notes;
    return mag_result_run_add(&at->part->flagged, row, err);
}

static mag_status keep_cannot_tell(patient_case *at, const mag_explanation *explanation,
                                   mag_screen_row *row, mag_error *err) {
    char reasons[MAG_UNKNOWN_TEXT_NBYTES];
    mag_unknown_set_text(row->outcome.reasons, reasons);
    row->reasons = reasons;
    row->detail = explanation->detail;
    return mag_result_run_add(&at->part->cannot_tell, row, err);
}

static const char *as_of_text(patient_case *at) {
    bool is_latest = mag_cohort_settings_of(at->screen->cohort)->as_of_kind == MAG_AS_OF_LATEST;
    mag_as_of_text(at->patient->as_of, is_latest, at->worker->as_of);
    return at->worker->as_of;
}

static mag_status check_same(const mag_outcome *outcome, const mag_explanation *explanation,
                             const char *rule_id, mag_error *err) {
    if (outcome->kind == explanation->outcome.kind &&
        outcome->severity == explanation->outcome.severity)
        return MAG_OK;
    return mag_fail(err, MAG_E_INTERNAL, MAG_MSG_X701,
                    "rule %s: evaluation says %s %s, its explanation %s %s", rule_id,
                    mag_outcome_name(outcome->kind), mag_severity_name(outcome->severity),
                    mag_outcome_name(explanation->outcome.kind),
                    mag_severity_name(explanation->outcome.severity));
}

static mag_status keep_row(patient_case *at, size_t rule_idx, mag_error *err) {
    const mag_outcome *outcome = &at->outcomes[rule_idx];
    mag_explanation explanation;
    MAG_TRY(outcome->kind == MAG_FLAGGED
                ? mag_explain_here(at->evaluator, rule_idx, &explanation, err)
                : mag_explain_detail(at->evaluator, rule_idx, &explanation, err));
    MAG_TRY(check_same(outcome, &explanation, mag_pack_rule(at->screen->pack, rule_idx)->id, err));
    mag_screen_row row = {.patient_id = at->patient->person->id,
                          .site = mag_site_level(at->screen->cohort, at->patient->person->site_id),
                          .rule_idx = (uint32_t)rule_idx,
                          .outcome = *outcome,
                          .as_of = as_of_text(at)};
    return outcome->kind == MAG_FLAGGED ? keep_flag(at, &explanation, &row, err)
                                        : keep_cannot_tell(at, &explanation, &row, err);
}

static bool is_written(const mag_screen *screen, size_t rule_idx, const mag_outcome *outcome) {
    return (outcome->kind == MAG_FLAGGED || outcome->kind == MAG_CANNOT_TELL) &&
           mag_pack_rule(screen->pack, rule_idx)->status == MAG_RULE_ACTIVE;
}

static mag_status count_patient(patient_case *at, mag_error *err) {
    const mag_screen *screen = at->screen;
    size_t levels[MAG_STRATUM_COUNT];
    at->part->screened_count++;
    size_t level_count = mag_strata_of(screen->strata, at->patient, levels);
    mag_tally_patient(&at->part->tally, screen->pack, at->outcomes, levels, level_count);
    for (size_t rule_idx = 0; rule_idx < mag_pack_rule_count(screen->pack); rule_idx++)
        if (!screen->is_only_counted && is_written(screen, rule_idx, &at->outcomes[rule_idx]))
            MAG_TRY(keep_row(at, rule_idx, err));
    return MAG_OK;
}

/* Patient i of the block, as the evaluator at work tells. */
static mag_status judge_patient(patient_case *at, size_t i, mag_error *err) {
    screen_worker *worker = at->worker;
    if (worker->block != NULL) {
        at->evaluator = mag_block_evaluator(worker->block, i);
        at->outcomes = mag_block_outcomes(worker->block, i);
        return MAG_OK;
    }
    at->evaluator = worker->evaluator;
    at->outcomes = worker->outcomes;
    return mag_evaluate(worker->evaluator, at->patient, worker->outcomes, err);
}

static mag_status screen_block(mag_screen *screen, mag_screen_part *part, screen_worker *worker,
                               const mag_timeline *patients, size_t count, mag_error *err) {
    if (worker->block != NULL)
        MAG_TRY(mag_block_evaluate(worker->block, patients, count, err));
    for (size_t i = 0; i < count; i++) {
        patient_case at = {
            .screen = screen, .part = part, .worker = worker, .patient = &patients[i]};
        if (!screen->is_only_counted)
            MAG_TRY(mag_lab_stats_patient(worker->lab_stats, &patients[i], err));
        if (!mag_patient_is_screened(&patients[i]))
            continue;
        MAG_TRY(judge_patient(&at, i, err));
        MAG_TRY(count_patient(&at, err));
    }
    return MAG_OK;
}

static mag_status screen_patients(screen_job *job, unsigned partition_idx, unsigned worker_idx,
                                  mag_error *err) {
    mag_screen *screen = job->screen;
    screen_worker *worker = &job->workers[worker_idx];
    mag_timeline patients[MAG_BLOCK_PATIENTS];
    const size_t count = mag_cohort_patient_count(screen->cohort, partition_idx);
    for (size_t first = 0; first < count; first += MAG_BLOCK_PATIENTS) {
        const size_t left = count - first;
        const size_t block_count = left < MAG_BLOCK_PATIENTS ? left : MAG_BLOCK_PATIENTS;
        if (first % (STOP_CHECK_BLOCKS * MAG_BLOCK_PATIENTS) == 0 && screen->is_stopped != NULL &&
            screen->is_stopped(screen->stop_context))
            return mag_fail(err, MAG_E_INTERRUPTED, MAG_MSG_P401, "stopped while screening");
        for (size_t i = 0; i < block_count; i++)
            mag_timeline_of(screen->cohort, partition_idx, first + i, &patients[i]);
        MAG_TRY(screen_block(screen, &screen->parts[partition_idx], worker, patients, block_count,
                             err));
    }
    mag_timings_count(screen->timings, count, 0);
    mag_progress_add(screen->progress, 1, count);
    return MAG_OK;
}

/* What is not needed at once goes: for good, or to disk where memory is tight. */
static mag_status part_with(mag_screen *screen, unsigned partition_idx, mag_error *err) {
    if (screen->is_last_look)
        mag_cohort_forget(screen->cohort, partition_idx);
    else if (mag_account_is_tight(screen->account))
        return mag_cohort_put_away(screen->cohort, partition_idx, err);
    return MAG_OK;
}

static mag_status screen_part(void *context, unsigned partition_idx, unsigned worker_idx,
                              mag_error *err) {
    screen_job *job = context;
    mag_screen *screen = job->screen;
    uint64_t since = mag_timings_now(screen->timings);
    MAG_TRY(mag_cohort_hold(screen->cohort, partition_idx, err));
    since = mag_timings_add(screen->timings, worker_idx, MAG_WORK_SPILL, since);
    const mag_status status = screen_patients(job, partition_idx, worker_idx, err);
    since = mag_timings_add(screen->timings, worker_idx, MAG_WORK_EVALUATE, since);
    mag_cohort_let_go(screen->cohort, partition_idx);
    MAG_TRY(status);
    MAG_TRY(part_with(screen, partition_idx, err));
    mag_timings_add(screen->timings, worker_idx, MAG_WORK_SPILL, since);
    return MAG_OK;
}

static mag_status prepare_parts(mag_screen *screen, mag_error *err) {
    size_t rule_count = mag_pack_rule_count(screen->pack);
    for (unsigned i = 0; i < MAG_PARTITION_COUNT; i++) {
        mag_screen_part *part = &screen->parts[i];
        mag_result_run_init(&part->flagged, screen->account, screen->spill, i);
        mag_result_run_init(&part->cannot_tell, screen->account, screen->spill, i);
        part->arena = mag_arena_new(screen->account);
        if (part->arena == NULL)
            return mag_fail_memory(err, sizeof *part);
        MAG_TRY(mag_tally_init(&part->tally, part->arena, rule_count,
                               mag_strata_count(screen->strata), err));
    }
    return MAG_OK;
}

static mag_status prepare_workers(const mag_screen *screen, mag_arena *arena,
                                  screen_worker *workers, unsigned worker_count, mag_error *err) {
    size_t nbytes = (mag_pack_rule_count(screen->pack) + 1) * sizeof(mag_outcome);
    for (unsigned i = 0; i < worker_count; i++) {
        mag_text_init(&workers[i].text, screen->account);
        mag_text_init(&workers[i].facts, screen->account);
        workers[i].outcomes = mag_arena_alloc(arena, nbytes);
        if (workers[i].outcomes == NULL)
            return mag_fail_memory(err, nbytes);
        MAG_TRY(mag_lab_stats_new(arena, &workers[i].lab_stats, err));
        MAG_TRY(mag_fast_path_allows(MAG_FAST_PATH_COMPILED)
                    ? mag_block_new(&workers[i].block, screen->pack, screen->account, err)
                    : mag_evaluator_new(&workers[i].evaluator, screen->pack, screen->account, err));
    }
    return MAG_OK;
}

static void release_workers(screen_worker *workers, unsigned worker_count) {
    for (unsigned i = 0; i < worker_count; i++) {
        mag_block_free(workers[i].block);
        mag_evaluator_free(workers[i].evaluator);
        mag_lab_stats_done(workers[i].lab_stats);
        mag_text_done(&workers[i].text);
        mag_text_done(&workers[i].facts);
    }
}

/* The first thread's table takes in those of the others. Numbers are whole and a table is read in
   the order of its values, so that it does not matter which thread counted what. */
static mag_status join_lab_stats(mag_screen *screen, screen_worker *workers, unsigned worker_count,
                                 mag_error *err) {
    screen->lab_stats = workers[0].lab_stats;
    workers[0].lab_stats = NULL;
    for (unsigned i = 1; i < worker_count; i++)
        MAG_TRY(mag_lab_stats_add(screen->lab_stats, workers[i].lab_stats, err));
    return MAG_OK;
}

/* In the order of the partitions. */
static mag_status add_up(mag_screen *screen, mag_arena *arena, mag_error *err) {
    MAG_TRY(mag_tally_init(&screen->total, arena, mag_pack_rule_count(screen->pack),
                           mag_strata_count(screen->strata), err));
    for (unsigned i = 0; i < MAG_PARTITION_COUNT; i++) {
        mag_tally_add(&screen->total, &screen->parts[i].tally);
        screen->screened_count += screen->parts[i].screened_count;
        screen->patient_count += mag_cohort_patient_count(screen->cohort, i);
    }
    return MAG_OK;
}

mag_status mag_screen_run(mag_screen *screen, mag_arena *arena, unsigned worker_count,
                          mag_error *err) {
    screen_worker *workers = mag_arena_alloc(arena, worker_count * sizeof *workers);
    if (workers == NULL)
        return mag_fail_memory(err, worker_count * sizeof *workers);
    MAG_TRY(prepare_parts(screen, err));
    mag_status status = prepare_workers(screen, arena, workers, worker_count, err);
    screen_job job = {screen, workers};
    mag_progress_begin(screen->progress, MAG_PROGRESS_SCREENING, MAG_PARTITION_COUNT);
    if (status == MAG_OK)
        status = mag_parallel_for(MAG_PARTITION_COUNT, worker_count, screen_part, &job, err);
    if (status == MAG_OK)
        status = join_lab_stats(screen, workers, worker_count, err);
    release_workers(workers, worker_count);
    return status == MAG_OK ? add_up(screen, arena, err) : status;
}

void mag_screen_done(mag_screen *screen) {
    for (unsigned i = 0; i < MAG_PARTITION_COUNT; i++) {
        mag_screen_part *part = &screen->parts[i];
        mag_result_run_done(&part->flagged);
        mag_result_run_done(&part->cannot_tell);
        mag_arena_free(part->arena);
        *part = (mag_screen_part){0};
    }
    mag_lab_stats_done(screen->lab_stats);
    screen->lab_stats = NULL;
}
