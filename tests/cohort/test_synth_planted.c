/* The planted cases: every rule of the shipped pack with every tier, and each other answer. */
#include "cohort/synth_planted.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "io/embedded.h"
#include "rules/tree.h"

static mag_account account;
static mag_arena *arena;
static const mag_pack *pack;
static mag_synth_block block;
static char *truth; /* rows of truth.csv, each behind a line end */

static int plant_all(void **state) {
    (void)state;
    mag_error err = {0};
    arena = mag_arena_new(&account);
    static const char name[] = "pipelines/packs/magnesium-safety.yaml";
    mag_span text;
    assert_true(mag_embedded_find(name, &text));
    assert_int_equal(mag_pack_load(arena, name, text, NULL, 0, 1095, &pack, &err), MAG_OK);
    mag_synth_block_init(&block, MAG_SYNTH_CSV, &account);
    static mag_synth_days days;
    mag_synth_days_init(&days);
    mag_synth_rows rows = {.block = &block, .days = &days, .lab_sheet_count = 1};
    mag_text_add_char(&block.rows[MAG_SYNTH_TRUTH], '\n');
    for (size_t i = 0; i < mag_synth_case_count(); i++) {
        mag_synth_person person = {.site = "A"};
        snprintf(person.id, sizeof person.id, "p%zu", i);
        mag_synth_put_case(&rows, i, &person);
    }
    mag_text_add_char(&block.rows[MAG_SYNTH_TRUTH], '\0');
    assert_int_equal(mag_text_check(&block.rows[MAG_SYNTH_TRUTH], &err), MAG_OK);
    truth = block.rows[MAG_SYNTH_TRUTH].at;
    return 0;
}

static int drop_all(void **state) {
    (void)state;
    mag_synth_block_done(&block);
    mag_arena_free(arena);
    assert_int_equal(account.used_nbytes, 0);
    return 0;
}

static void is_planted(const char *rule, const char *outcome, const char *severity) {
    char wanted[64];
    snprintf(wanted, sizeof wanted, ",%s,%s,%s\n", rule, outcome, severity);
    if (!strstr(truth, wanted))
        fail_msg("nothing planted for %s %s %s", rule, outcome, severity);
}

/* What the data of the own layout always decide: no source and no stay is missing here, and a
   condition, a product, a fact about data is there or is not. */
static bool is_always_known(const char *rule) {
    return rule[0] == 'H' || strcmp(rule, "A09") == 0 || strcmp(rule, "E03") == 0;
}

static void every_tier_of_every_rule_is_planted(void **state) {
    (void)state;
    unsigned tiers = 0;
    for (size_t i = 0; i < mag_pack_rule_count(pack); i++) {
        const mag_rule *rule = &pack->rules[i];
        if (rule->facts.is_about_sources)
            continue;
        for (size_t t = 0; t < rule->tier_count; t++, tiers++)
            is_planted(rule->facts.id, "flagged", mag_severity_name(rule->tiers[t].severity));
        if (strcmp(rule->facts.id, "A09") != 0) /* always flagged where it applies */
            is_planted(rule->facts.id, "clear", "");
        if (!is_always_known(rule->facts.id))
            is_planted(rule->facts.id, "cannot_tell", "");
    }
    print_message("%u tiers\n", tiers);
    is_planted("A01", "flagged", "high"); /* steps down: stale, haemolysed, after an infusion */
    is_planted("A02", "flagged", "low");
    is_planted("G02", "flagged", "moderate");
}

/* A line of a .def file that has a slip in its words would leave an answer out. */
static void every_word_of_the_outcomes_is_read(void **state) {
    (void)state;
    assert_int_equal(block.totals.planted, mag_synth_case_count());
    for (size_t i = 0; i < mag_synth_case_count(); i++) {
        const char *words = mag_synth_case_outcomes(i);
        for (; *words; words += words[4] ? 5 : 4) {
            char rule[4] = {words[0], words[1], words[2], 0};
            assert_true(mag_pack_find_rule(pack, rule) >= 0);
            assert_non_null(strchr("chmli-u.", words[3]));
            assert_true(words[4] == ' ' || words[4] == 0);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_tier_of_every_rule_is_planted),
        cmocka_unit_test(every_word_of_the_outcomes_is_read),
    };
    return cmocka_run_group_tests(tests, plant_all, drop_all);
}
