/* A partition at a time per thread: evaluate, count, and keep what will be written. Nothing is
   shared but what is read. */
#include "engine/screen.h"

#include "engine/evidence.h"
#include "engine/parallel.h"

enum { STOP_CHECK_PATIENTS = 1024 };

/* Working memory of a thread. */
typedef struct screen_worker {
    mag_evaluator *evaluator;
    mag_outcome *outcomes;
    mag_text text, facts;
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
    const char *as_of; /* written when first needed */
} patient_case;

bool mag_patient_is_screened(const mag_timeline *patient) {
    int age;
    bool is_year_only;
    if (patient->as_of == MAG_MINUTE_NONE || !mag_person_is_alive(patient->person, patient->as_of))
        return false;
    return !mag_person_age(patient->person, patient->as_of, &age, &is_year_only) || age >= 18;
}

static mag_status keep_text(mag_arena *arena, const mag_text *text, const char **out,
                            mag_error *err) {
    MAG_TRY(mag_text_check(text, err));
    *out = mag_arena_text(arena, mag_text_span(text));
    return *out == NULL ? mag_fail_memory(err, text->nbytes) : MAG_OK;
}

static mag_status keep_copy(mag_arena *arena, const char *text, const char **out, mag_error *err) {
    mag_span span = mag_span_of(text == NULL ? "" : text);
    *out = mag_arena_text(arena, span);
    return *out == NULL ? mag_fail_memory(err, span.nbytes) : MAG_OK;
}

static mag_status fill_flag(patient_case *at, const mag_explanation *explanation,
                            mag_screen_row *row, mag_error *err) {
    screen_worker *worker = at->worker;
    mag_text_clear(&worker->facts);
    mag_evidence_facts(&worker->facts, explanation);
    MAG_TRY(keep_text(at->part->arena, &worker->facts, &row->facts, err));
    mag_text_clear(&worker->text);
    row->event = mag_event_find(worker->evaluator, row->rule_idx);
    mag_evidence_json(&worker->text, explanation, at->screen->cohort, mag_text_span(&worker->facts),
                      &row->event);
    MAG_TRY(keep_text(at->part->arena, &worker->text, &row->evidence, err));
    return keep_copy(at->part->arena, explanation->notes, &row->notes, err);
}

static mag_status fill_cannot_tell(patient_case *at, const mag_explanation *explanation,
                                   mag_screen_row *row, mag_error *err) {
    char reasons[MAG_UNKNOWN_TEXT_NBYTES];
    mag_unknown_set_text(row->outcome.reasons, reasons);
    MAG_TRY(keep_copy(at->part->arena, reasons, &row->reasons, err));
    return keep_copy(at->part->arena, explanation->detail, &row->detail, err);
}

static mag_status write_as_of(patient_case *at, mag_error *err) {
    char text[MAG_MOMENT_TEXT_NBYTES];
    if (at->as_of != NULL)
        return MAG_OK;
    bool is_latest = mag_cohort_settings_of(at->screen->cohort)->as_of_kind == MAG_AS_OF_LATEST;
    mag_as_of_text(at->patient->as_of, is_latest, text);
    return keep_copy(at->part->arena, text, &at->as_of, err);
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
    mag_screen_part *part = at->part;
    const mag_outcome *outcome = &at->worker->outcomes[rule_idx];
    mag_explanation explanation;
    void *rows = part->rows;
    MAG_TRY(write_as_of(at, err));
    MAG_TRY(mag_explain_rule(at->worker->evaluator, at->patient, rule_idx, &explanation, err));
    MAG_TRY(check_same(outcome, &explanation, mag_pack_rule(at->screen->pack, rule_idx)->id, err));
    MAG_TRY(mag_grow(at->screen->account, &rows, &part->row_capacity, sizeof *part->rows,
                     part->row_count + 1, err));
    part->rows = rows;
    mag_screen_row *row = &part->rows[part->row_count];
    *row =
        (mag_screen_row){.patient_id = at->patient->person->id,
                         .site = mag_site_level(at->screen->cohort, at->patient->person->site_id),
                         .rule_idx = (uint32_t)rule_idx,
                         .outcome = *outcome,
                         .as_of = at->as_of};
    MAG_TRY(outcome->kind == MAG_FLAGGED ? fill_flag(at, &explanation, row, err)
                                         : fill_cannot_tell(at, &explanation, row, err));
    part->row_count++;
    return MAG_OK;
}

static bool is_written(const mag_screen *screen, size_t rule_idx, const mag_outcome *outcome) {
    return mag_pack_rule(screen->pack, rule_idx)->status == MAG_RULE_ACTIVE &&
           (outcome->kind == MAG_FLAGGED || outcome->kind == MAG_CANNOT_TELL);
}

static mag_status screen_patient(patient_case *at, mag_error *err) {
    const mag_screen *screen = at->screen;
    screen_worker *worker = at->worker;
    size_t levels[MAG_STRATUM_COUNT];
    if (!screen->is_only_counted)
        MAG_TRY(mag_lab_stats_patient(at->part->lab_stats, at->patient, err));
    if (!mag_patient_is_screened(at->patient))
        return MAG_OK;
    at->part->screened_count++;
    MAG_TRY(mag_evaluate(worker->evaluator, at->patient, worker->outcomes, err));
    size_t level_count = mag_strata_of(screen->strata, at->patient, levels);
    mag_tally_patient(&at->part->tally, screen->pack, worker->outcomes, levels, level_count);
    for (size_t rule_idx = 0; rule_idx < mag_pack_rule_count(screen->pack); rule_idx++)
        if (!screen->is_only_counted && is_written(screen, rule_idx, &worker->outcomes[rule_idx]))
            MAG_TRY(keep_row(at, rule_idx, err));
    return MAG_OK;
}

static mag_status screen_part(void *context, unsigned partition_idx, unsigned worker_idx,
                              mag_error *err) {
    screen_job *job = context;
    mag_screen *screen = job->screen;
    size_t count = mag_cohort_patient_count(screen->cohort, partition_idx);
    for (size_t i = 0; i < count; i++) {
        mag_timeline patient;
        if (i % STOP_CHECK_PATIENTS == 0 && screen->is_stopped != NULL &&
            screen->is_stopped(screen->stop_context))
            return mag_fail(err, MAG_E_INTERRUPTED, MAG_MSG_P401, "stopped while screening");
        mag_timeline_of(screen->cohort, partition_idx, i, &patient);
        patient_case at = {.screen = screen,
                           .part = &screen->parts[partition_idx],
                           .worker = &job->workers[worker_idx],
                           .patient = &patient};
        MAG_TRY(screen_patient(&at, err));
    }
    return MAG_OK;
}

static mag_status prepare_parts(mag_screen *screen, mag_error *err) {
    size_t rule_count = mag_pack_rule_count(screen->pack);
    for (unsigned i = 0; i < MAG_PARTITION_COUNT; i++) {
        mag_screen_part *part = &screen->parts[i];
        part->arena = mag_arena_new(screen->account);
        if (part->arena == NULL)
            return mag_fail_memory(err, sizeof *part);
        MAG_TRY(mag_tally_init(&part->tally, part->arena, rule_count,
                               mag_strata_count(screen->strata), err));
        MAG_TRY(mag_lab_stats_new(part->arena, &part->lab_stats, err));
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
        MAG_TRY(mag_evaluator_new(&workers[i].evaluator, screen->pack, screen->account, err));
    }
    return MAG_OK;
}

static void release_workers(screen_worker *workers, unsigned worker_count) {
    for (unsigned i = 0; i < worker_count; i++) {
        mag_evaluator_free(workers[i].evaluator);
        mag_text_done(&workers[i].text);
        mag_text_done(&workers[i].facts);
    }
}

/* In the order of the partitions. */
static mag_status add_up(mag_screen *screen, mag_arena *arena, mag_error *err) {
    MAG_TRY(mag_tally_init(&screen->total, arena, mag_pack_rule_count(screen->pack),
                           mag_strata_count(screen->strata), err));
    MAG_TRY(mag_lab_stats_new(arena, &screen->lab_stats, err));
    for (unsigned i = 0; i < MAG_PARTITION_COUNT; i++) {
        mag_tally_add(&screen->total, &screen->parts[i].tally);
        MAG_TRY(mag_lab_stats_add(screen->lab_stats, screen->parts[i].lab_stats, err));
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
    if (status == MAG_OK)
        status = mag_parallel_for(MAG_PARTITION_COUNT, worker_count, screen_part, &job, err);
    release_workers(workers, worker_count);
    return status == MAG_OK ? add_up(screen, arena, err) : status;
}

void mag_screen_done(mag_screen *screen) {
    for (unsigned i = 0; i < MAG_PARTITION_COUNT; i++) {
        mag_screen_part *part = &screen->parts[i];
        mag_drop(screen->account, part->rows, part->row_capacity, sizeof *part->rows);
        mag_lab_stats_done(part->lab_stats);
        mag_arena_free(part->arena);
        *part = (mag_screen_part){0};
    }
    mag_lab_stats_done(screen->lab_stats);
    screen->lab_stats = NULL;
}
