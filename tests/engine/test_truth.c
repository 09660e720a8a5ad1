/* Every planted patient x rule of a synthetic cohort comes out as it was worked out by hand. */
#include "engine/run.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "support/program.h"
#include "support/synth_cohort.h"

typedef struct screen {
    mag_account account;
    mag_arena *arena;
    mag_cohort *cohort;
    const mag_pack *pack;
    mag_evaluator *evaluator;
} screen;

static void must(mag_status status, const mag_error *err) {
    if (status != MAG_OK)
        fail_msg("%s %s", mag_message_code(err->message), err->text);
}

/* Reads the cohort of a folder with the shipped profile and pack, as a run does. */
static void open_screen(screen *s, const char *data) {
    mag_error err = {0};
    *s = (screen){0};
    s->arena = mag_arena_new(&s->account);
    assert_non_null(s->arena);
    const mag_codebook *book;
    must(mag_codebook_load(s->arena, &book, &err), &err);
    const mag_plan *plan;
    mag_plan_options options = {
        .profile = "magscreen", .data_directory = data, .as_of = "2025-12-31"};
    must(mag_plan_short(s->arena, &options, &plan, &err), &err);
    must(mag_pack_load(s->arena, plan->pack_name, plan->pack_text, NULL, 0, plan->history_days,
                       &s->pack, &err),
         &err);
    mag_source *sources[16];
    for (size_t i = 0; i < plan->source_count; i++) {
        const mag_plan_source *from = &plan->sources[i];
        must(mag_source_csv_new(s->arena, from->name, from->profile, from->table, from->paths,
                                from->path_count, false, &sources[i], &err),
             &err);
    }
    mag_run_inputs inputs = {.plan = plan,
                             .book = book,
                             .pack = s->pack,
                             .sources = sources,
                             .source_count = plan->source_count,
                             .thread_count = 2,
                             .account = &s->account};
    must(mag_run_load_cohort(&inputs, &s->cohort, &err), &err);
    must(mag_evaluator_new(&s->evaluator, s->pack, &s->account, &err), &err);
    for (size_t i = 0; i < plan->source_count; i++)
        sources[i]->ops->free(sources[i]);
}

static void close_screen(screen *s) {
    mag_evaluator_free(s->evaluator);
    mag_cohort_free(s->cohort);
    mag_arena_free(s->arena);
    assert_int_equal(s->account.used_nbytes, 0);
}

/* --- the truth ------------------------------------------------------------------------------ */

typedef struct answers {
    char patient[32];
    char of[64][32]; /* "flagged,critical" or "clear," by rule; "": not listed, not applicable */
} answers;

static void say(const mag_outcome *outcome, char out[32]) {
    bool is_flag = outcome->kind == MAG_FLAGGED;
    snprintf(out, 32, "%s,%s", mag_outcome_name(outcome->kind),
             is_flag ? mag_severity_name(outcome->severity) : "");
}

static const char *wanted_of(const answers *truth, size_t rule_idx) {
    return truth->of[rule_idx][0] ? truth->of[rule_idx] : "not_applicable,";
}

/* All rules of a planted patient, those that the truth does not list too. */
static unsigned wrong_outcomes(screen *s, const answers *truth) {
    mag_timeline timeline;
    assert_true(mag_timeline_find(s->cohort, mag_span_of(truth->patient), &timeline));
    mag_outcome outcomes[64];
    mag_error err = {0};
    must(mag_evaluate(s->evaluator, &timeline, outcomes, &err), &err);
    unsigned wrong = 0;
    for (size_t i = 0; i < mag_pack_rule_count(s->pack); i++) {
        char got[32];
        if (mag_pack_rule(s->pack, i)->is_about_sources)
            continue;
        say(&outcomes[i], got);
        if (strcmp(got, wanted_of(truth, i)) == 0)
            continue;
        wrong++;
        print_message("%s %s: %s instead of %s\n", truth->patient, mag_pack_rule(s->pack, i)->id,
                      got, wanted_of(truth, i));
    }
    return wrong;
}

/* Reads the lines of one patient; NULL at the end. */
static char *next_answers(const screen *s, char *line, answers *truth) {
    *truth = (answers){0};
    while (*line) {
        char patient[32], rule[16], outcome[32];
        assert_int_equal(sscanf(line, "%31[^,],%15[^,],%31[^\n]", patient, rule, outcome), 3);
        if (truth->patient[0] && strcmp(patient, truth->patient) != 0)
            break;
        strcpy(truth->patient, patient);
        int rule_idx = mag_pack_find_rule(s->pack, rule);
        assert_true(rule_idx >= 0);
        strcpy(truth->of[rule_idx], outcome);
        line = strchr(line, '\n') + 1;
    }
    return truth->patient[0] ? line : NULL;
}

/* --- a cohort ------------------------------------------------------------------------------- */

static screen planted;
static bytes truth_text;
static uint64_t planted_count;
static char folder[256];

static int open_planted(void **state) {
    (void)state;
    char data[300], path[320];
    snprintf(folder, sizeof folder, "%s", program_folder_new());
    snprintf(data, sizeof data, "%s/data", folder);
    assert_int_equal(mkdir(data, 0700), 0);
    mag_error err = {0};
    mag_synth_totals totals;
    /* the dirt of other people must not change what the planted ones come to */
    mag_synth_settings settings = {4000, 20251231, 3, 20000};
    must(synth_cohort(&settings, data, (synth_way){false, 2}, &totals, &err), &err);
    planted_count = totals.planted;
    open_screen(&planted, data);
    assert_true(mag_pack_rule_count(planted.pack) <= 64);
    snprintf(path, sizeof path, "%s/truth.csv", data);
    truth_text = file_read(path);
    return 0;
}

static int close_planted(void **state) {
    (void)state;
    free(truth_text.at);
    close_screen(&planted);
    program_folder_remove(folder);
    return 0;
}

static void every_planted_outcome_is_found(void **state) {
    (void)state;
    unsigned people = 0, wrong = 0;
    answers truth;
    char *line = strchr(truth_text.at, '\n') + 1;
    while ((line = next_answers(&planted, line, &truth))) {
        people++;
        wrong += wrong_outcomes(&planted, &truth);
    }
    print_message("%u planted people, all rules, %u outcomes wrong\n", people, wrong);
    assert_int_equal(people, planted_count);
    assert_int_equal(wrong, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_planted_outcome_is_found)};
    return cmocka_run_group_tests(tests, open_planted, close_planted);
}
