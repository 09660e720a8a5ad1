/* Every patient of a cohort judged by both evaluators: what the masks of a block say must be what
   the plain evaluator says, in every field of every outcome. */
#ifndef MAG_TESTS_ENGINE_BOTH_EVALUATORS_H
#define MAG_TESTS_ENGINE_BOTH_EVALUATORS_H

#include "engine/run.h"
#include "rules/block.h"

#include <stdio.h>
#include <string.h>

/* What was compared; rules beyond the first differences are counted only. */
typedef struct both_report {
    uint64_t patient_count, outcome_count, difference_count;
    uint64_t by_kind[MAG_NOT_EVALUATED + 1];
    char first[512]; /* the first difference, in words; "" if there is none */
} both_report;

typedef struct both_evaluators {
    mag_account account;
    mag_arena *arena;
    mag_cohort *cohort;
    const mag_pack *pack;
    mag_evaluator *plain;
    mag_block *block;
    mag_outcome *outcomes;
} both_evaluators;

static inline bool both_is_same(const mag_outcome *a, const mag_outcome *b) {
    return a->kind == b->kind && a->severity == b->severity &&
           a->severity_before == b->severity_before && a->could_be == b->could_be &&
           a->reasons == b->reasons && a->hidden_by == b->hidden_by;
}

static inline void both_words(const mag_outcome *outcome, char out[200]) {
    char reasons[MAG_UNKNOWN_TEXT_NBYTES];
    mag_unknown_set_text(outcome->reasons, reasons);
    (void)snprintf(out, 200, "%s %s (before %s, could be %s) {%s} hidden by %d",
                   mag_outcome_name(outcome->kind), mag_severity_name(outcome->severity),
                   mag_severity_name(outcome->severity_before),
                   mag_severity_name(outcome->could_be), reasons, outcome->hidden_by);
}

static inline void both_compare(const both_evaluators *with, const mag_outcome *compiled,
                                both_report *report) {
    for (size_t i = 0; i < mag_pack_rule_count(with->pack); i++) {
        char plain_words[200], compiled_words[200];
        report->outcome_count++;
        report->by_kind[with->outcomes[i].kind]++;
        if (both_is_same(&with->outcomes[i], &compiled[i]))
            continue;
        if (report->difference_count++ > 0)
            continue;
        both_words(&with->outcomes[i], plain_words);
        both_words(&compiled[i], compiled_words);
        (void)snprintf(report->first, sizeof report->first, "%s: compiled %s, plain %s",
                       mag_pack_rule(with->pack, i)->id, compiled_words, plain_words);
    }
}

/* Makes the evaluators for a cohort that is there; the caller frees with both_done. */
static inline mag_status both_prepare(both_evaluators *with, mag_error *err) {
    const size_t nbytes = (mag_pack_rule_count(with->pack) + 1) * sizeof(mag_outcome);
    with->outcomes = mag_arena_alloc(with->arena, nbytes);
    if (with->outcomes == NULL)
        return mag_fail_memory(err, nbytes);
    MAG_TRY(mag_evaluator_new(&with->plain, with->pack, &with->account, err));
    return mag_block_new(&with->block, with->pack, &with->account, err);
}

static inline void both_done(both_evaluators *with) {
    mag_block_free(with->block);
    mag_evaluator_free(with->plain);
    with->block = NULL;
    with->plain = NULL;
}

static inline mag_status both_judge_block(both_evaluators *with, unsigned partition_idx,
                                          size_t first, size_t count, both_report *report,
                                          mag_error *err) {
    mag_timeline patients[MAG_BLOCK_PATIENTS] = {{.cohort = with->cohort}};
    for (size_t i = 0; i < count; i++)
        mag_timeline_of(with->cohort, partition_idx, first + i, &patients[i]);
    MAG_TRY(mag_block_evaluate(with->block, patients, count, err));
    for (size_t i = 0; i < count; i++) {
        MAG_TRY(mag_evaluate(with->plain, &patients[i], with->outcomes, err));
        both_compare(with, mag_block_outcomes(with->block, i), report);
        report->patient_count++;
    }
    return MAG_OK;
}

/* Blocks of `block_count` patients, so that bits of all places are used in turn. */
static inline mag_status both_judge(both_evaluators *with, size_t block_count, both_report *report,
                                    mag_error *err) {
    for (unsigned part = 0; part < MAG_PARTITION_COUNT; part++) {
        const size_t count = mag_cohort_patient_count(with->cohort, part);
        for (size_t first = 0; first < count; first += block_count)
            MAG_TRY(both_judge_block(with, part, first,
                                     count - first < block_count ? count - first : block_count,
                                     report, err));
    }
    return MAG_OK;
}

/* Reads the cohort of a folder with a shipped profile and the shipped pack, as a run does. */
static inline mag_status both_load(both_evaluators *with, const mag_plan_options *options,
                                   mag_error *err) {
    const mag_codebook *book;
    const mag_plan *plan;
    mag_source *sources[16];
    with->arena = mag_arena_new(&with->account);
    if (with->arena == NULL)
        return mag_fail_memory(err, sizeof *with);
    MAG_TRY(mag_codebook_load(with->arena, &book, err));
    MAG_TRY(mag_plan_short(with->arena, options, &plan, err));
    MAG_TRY(mag_pack_load(with->arena, plan->pack_name, plan->pack_text, NULL, 0,
                          plan->history_days, &with->pack, err));
    for (size_t i = 0; i < plan->source_count; i++) {
        const mag_plan_source *from = &plan->sources[i];
        MAG_TRY(mag_source_csv_new(with->arena, from->name, from->profile, from->table, from->paths,
                                   from->path_count, false, &sources[i], err));
    }
    mag_run_inputs inputs = {.plan = plan,
                             .book = book,
                             .pack = with->pack,
                             .sources = sources,
                             .source_count = plan->source_count,
                             .thread_count = 1,
                             .account = &with->account};
    const mag_status status = mag_run_load_cohort(&inputs, &with->cohort, err);
    for (size_t i = 0; i < plan->source_count; i++)
        sources[i]->ops->free(sources[i]);
    return status;
}

static inline void both_unload(both_evaluators *with) {
    both_done(with);
    mag_cohort_free(with->cohort);
    mag_arena_free(with->arena);
    with->cohort = NULL;
    with->arena = NULL;
}

/* The whole comparison for a folder. */
static inline mag_status both_compare_folder(const mag_plan_options *options, both_report *report,
                                             mag_error *err) {
    both_evaluators with = {.arena = NULL};
    *report = (both_report){0};
    mag_status status = both_load(&with, options, err);
    if (status == MAG_OK)
        status = both_prepare(&with, err);
    if (status == MAG_OK)
        status = both_judge(&with, MAG_BLOCK_PATIENTS, report, err);
    both_unload(&with);
    return status;
}

#endif
