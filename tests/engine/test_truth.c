/* Every planted patient x rule of a synthetic cohort comes out as it was worked out by hand. */
#include "cohort/synth.h"
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

/* "flagged,critical" or "clear," of one patient and rule. */
static void outcome_text(screen *s, const char *patient, const char *rule, char out[64]) {
    mag_timeline timeline;
    assert_true(mag_timeline_find(s->cohort, mag_span_of(patient), &timeline));
    mag_outcome outcomes[64];
    assert_true(mag_pack_rule_count(s->pack) <= 64);
    mag_error err = {0};
    must(mag_evaluate(s->evaluator, &timeline, outcomes, &err), &err);
    int rule_idx = mag_pack_find_rule(s->pack, rule);
    assert_true(rule_idx >= 0);
    const mag_outcome *outcome = &outcomes[rule_idx];
    bool is_flag = outcome->kind == MAG_FLAGGED;
    snprintf(out, 64, "%s,%s", mag_outcome_name(outcome->kind),
             is_flag ? mag_severity_name(outcome->severity) : "");
}

static void every_planted_outcome_is_found(void **state) {
    (void)state;
    char folder[256], data[300], path[320];
    snprintf(folder, sizeof folder, "%s", program_folder_new());
    snprintf(data, sizeof data, "%s/data", folder);
    assert_int_equal(mkdir(data, 0700), 0);
    mag_account account = {0};
    mag_error err = {0};
    mag_synth_totals totals;
    /* the dirt of other people must not change what the planted ones come to */
    mag_synth_settings settings = {4000, 20251231, data, 3, 20000};
    must(mag_synth_write(&settings, &account, &totals, &err), &err);
    screen s;
    open_screen(&s, data);

    snprintf(path, sizeof path, "%s/truth.csv", data);
    bytes truth = file_read(path);
    unsigned checked = 0, wrong = 0;
    for (char *line = strchr(truth.at, '\n') + 1; *line; line = strchr(line, '\n') + 1) {
        char patient[32], rule[16], wanted[64], got[64];
        assert_int_equal(sscanf(line, "%31[^,],%15[^,],%63[^\n]", patient, rule, wanted), 3);
        outcome_text(&s, patient, rule, got);
        checked++;
        if (strcmp(got, wanted) != 0) {
            wrong++;
            print_message("%s %s: %s instead of %s\n", patient, rule, got, wanted);
        }
    }
    print_message("%u planted outcomes, %u wrong\n", checked, wrong);
    assert_int_equal(checked, totals.planted * 7);
    assert_true(checked > 500);
    assert_int_equal(wrong, 0);
    free(truth.at);
    close_screen(&s);
    program_folder_remove(folder);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_planted_outcome_is_found)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
