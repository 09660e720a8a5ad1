/* How long the evaluators take over the patients of a folder: evaluate DATA AS_OF [ROUNDS]. Reading
   and settling are not timed. Every round judges every patient by each evaluator, in turn; printed
   are medians, outcomes (patients x rules) a second, and the median ratio to the plain evaluator of
   the same round. */
#include "engine/both_evaluators.h"

#include <stdlib.h>
#include <time.h>

enum { WAY_COUNT = 2, MOST_ROUNDS = 99 };

typedef mag_status judge_all(both_evaluators *with, uint64_t *flag_count, mag_error *err);

typedef struct way {
    const char *name;
    judge_all *judge;
    double seconds[MOST_ROUNDS], ratio[MOST_ROUNDS];
    uint64_t flag_count; /* the same for both, or they are no match */
} way;

static double cpu_now(void) {
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static uint64_t count_flags(const both_evaluators *with, const mag_outcome *outcomes) {
    const size_t rule_count = mag_pack_rule_count(with->pack);
    uint64_t count = 0;
    for (size_t i = 0; i < rule_count; i++)
        count += outcomes[i].kind == MAG_FLAGGED;
    return count;
}

static mag_status judge_plain(both_evaluators *with, uint64_t *flag_count, mag_error *err) {
    for (unsigned part = 0; part < MAG_PARTITION_COUNT; part++) {
        const size_t count = mag_cohort_patient_count(with->cohort, part);
        for (size_t i = 0; i < count; i++) {
            mag_timeline patient;
            mag_timeline_of(with->cohort, part, i, &patient);
            MAG_TRY(mag_evaluate(with->plain, &patient, with->outcomes, err));
            *flag_count += count_flags(with, with->outcomes);
        }
    }
    return MAG_OK;
}

static mag_status judge_compiled(both_evaluators *with, uint64_t *flag_count, mag_error *err) {
    mag_timeline patients[MAG_BLOCK_PATIENTS] = {{.cohort = with->cohort}};
    for (unsigned part = 0; part < MAG_PARTITION_COUNT; part++) {
        const size_t count = mag_cohort_patient_count(with->cohort, part);
        for (size_t first = 0; first < count; first += MAG_BLOCK_PATIENTS) {
            const size_t left = count - first;
            const size_t size = left < MAG_BLOCK_PATIENTS ? left : MAG_BLOCK_PATIENTS;
            for (size_t i = 0; i < size; i++)
                mag_timeline_of(with->cohort, part, first + i, &patients[i]);
            MAG_TRY(mag_block_evaluate(with->block, patients, size, err));
            for (size_t i = 0; i < size; i++)
                *flag_count += count_flags(with, mag_block_outcomes(with->block, i));
        }
    }
    return MAG_OK;
}

static mag_status time_once(way *w, both_evaluators *with, unsigned round, mag_error *err) {
    const double begin = cpu_now();
    w->flag_count = 0;
    MAG_TRY(w->judge(with, &w->flag_count, err));
    w->seconds[round] = cpu_now() - begin;
    return MAG_OK;
}

static int compare_doubles(const void *a, const void *b) {
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *values, unsigned count) {
    qsort(values, count, sizeof *values, compare_doubles);
    return values[count / 2];
}

static uint64_t outcome_count(const both_evaluators *with) {
    uint64_t patients = 0;
    for (unsigned part = 0; part < MAG_PARTITION_COUNT; part++)
        patients += mag_cohort_patient_count(with->cohort, part);
    return patients * mag_pack_rule_count(with->pack);
}

static int print_results(way *ways, const both_evaluators *with, unsigned rounds) {
    for (way *w = ways; w < ways + WAY_COUNT; w++)
        for (unsigned i = 0; i < rounds; i++)
            w->ratio[i] = ways[0].seconds[i] / w->seconds[i];
    printf("%-9s %10s %16s %14s\n", "evaluator", "cpu_s", "outcomes_per_s", "times_as_fast");
    for (way *w = ways; w < ways + WAY_COUNT; w++) {
        const double ratio = median(w->ratio, rounds), seconds = median(w->seconds, rounds);
        printf("%-9s %10.4f %16.0f %14.2f\n", w->name, seconds,
               (double)outcome_count(with) / seconds, ratio);
        if (w->flag_count != ways[0].flag_count)
            return fprintf(stderr, "%s did not flag what plain flagged\n", w->name), 1;
    }
    return 0;
}

static mag_status run(way *ways, both_evaluators *with, const mag_plan_options *options,
                      unsigned rounds, mag_error *err) {
    MAG_TRY(both_load(with, options, err));
    MAG_TRY(both_prepare(with, err));
    for (unsigned round = 0; round <= rounds; round++) /* the first one warms up */
        for (way *w = ways; w < ways + WAY_COUNT; w++)
            MAG_TRY(time_once(w, with, round ? round - 1 : 0, err));
    return MAG_OK;
}

int main(int argc, char **argv) {
    static way ways[WAY_COUNT] = {{.name = "plain", .judge = judge_plain},
                                  {.name = "compiled", .judge = judge_compiled}};
    const long rounds = argc > 3 ? strtol(argv[3], NULL, 10) : 7;
    both_evaluators with = {.arena = NULL};
    mag_error err = {0};
    if (argc < 3 || rounds < 1 || rounds > MOST_ROUNDS)
        return fprintf(stderr, "usage: evaluate DATA AS_OF [ROUNDS up to %d]\n", MOST_ROUNDS), 2;
    const mag_plan_options options = {
        .profile = "magscreen", .data_directory = argv[1], .as_of = argv[2]};
    const mag_status status = run(ways, &with, &options, (unsigned)rounds, &err);
    if (status != MAG_OK)
        fprintf(stderr, "evaluate: %s\n", err.text);
    const int code = status == MAG_OK ? print_results(ways, &with, (unsigned)rounds) : 1;
    both_unload(&with);
    return code;
}
