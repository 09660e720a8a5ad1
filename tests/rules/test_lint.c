/* What `rules lint` finds in rules that load. */
#include "pack_text.h"
#include "rules/satisfiable.h"

#include "io/embedded.h"

enum { TODAY = 20778 }; /* 2026-11-21 */

#define METADATA                                                                                   \
    "  action: Do.\n  rationale: Why.\n  evidence: [S0-01]\n  authored_by: a\n"                    \
    "  checked_by: b\n  reviewed_on: 2026-01-01\n  review_by: 2027-01-01\n"
#define EXAMPLE(name, expect, given)                                                               \
    "  - { name: " name ", expect: " expect ", given: [\"" given "\"] }\n"
#define EXAMPLES                                                                                   \
    "  examples:\n" EXAMPLE("a", "high", "x") EXAMPLE("b", "high", "x") EXAMPLE("c", "clear", "x") \
        EXAMPLE("d", "clear", "x") EXAMPLE("e", "cannot_tell missing", "x")

static size_t lint_all(pack_text *in, const char *text, mag_day today,
                       const mag_lint_finding **findings) {
    size_t count;
    if (pack_load(in, text) != MAG_OK)
        fail_msg("%s", in->err.text);
    assert_int_equal(mag_pack_lint(in->arena, in->pack, today, findings, &count, &in->err), MAG_OK);
    return count;
}

/* Without what is said about the head of PACK_TOP, which offers more names than a rule uses, and
   about style: both have their tests in test_seeded_faults. */
static size_t lint(pack_text *in, const char *text, mag_day today,
                   const mag_lint_finding **findings) {
    const mag_lint_finding *all;
    const size_t all_count = lint_all(in, text, today, &all);
    mag_lint_finding *kept = mag_arena_alloc(in->arena, (all_count + 1) * sizeof *kept);
    size_t count = 0;
    assert_non_null(kept);
    for (size_t i = 0; i < all_count; i++)
        if (!strstr(all[i].text, "is used nowhere") && !strstr(all[i].text, "stands bare"))
            kept[count++] = all[i];
    *findings = kept;
    return count;
}

static bool holds(const mag_lint_finding *findings, size_t count, const char *text) {
    for (size_t i = 0; i < count; i++) {
        if (strstr(findings[i].text, text))
            return true;
    }
    return false;
}

static void a_complete_rule_has_no_finding(void **state) {
    (void)state;
    pack_text in;
    const mag_lint_finding *findings;
    pack_begin(&in);
    size_t count =
        lint(&in, PACK_TOP PACK_RULE("A1", "active(MGSYS)", "kf < 20 mL/min", METADATA EXAMPLES),
             TODAY, &findings);
    if (count > 0)
        fail_msg("%s", findings[0].text);
    pack_end(&in);
}

static void the_shipped_pack_has_no_finding(void **state) {
    (void)state;
    pack_text in;
    mag_span text;
    const mag_lint_finding *findings;
    pack_begin(&in);
    assert_true(mag_embedded_find("pipelines/packs/magnesium-safety.yaml", &text));
    size_t count = lint_all(&in, mag_arena_text(in.arena, text), TODAY, &findings);
    if (count > 0)
        fail_msg("%s", findings[0].text);
    pack_end(&in);
}

static void missing_metadata_is_named(void **state) {
    (void)state;
    const char *const keys[] = {"action",     "rationale",   "evidence", "authored_by",
                                "checked_by", "reviewed_on", "review_by"};
    pack_text in;
    const mag_lint_finding *findings;
    pack_begin(&in);
    size_t count = lint(&in, PACK_TOP PACK_RULE("A1", "active(MGSYS)", "kf < 20 mL/min", EXAMPLES),
                        TODAY, &findings);
    assert_int_equal((int)count, 7);
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        assert_true(holds(findings, count, keys[i]));
    assert_int_equal(findings[0].line, 13);
    pack_end(&in);
}

static void an_author_does_not_check_himself(void **state) {
    (void)state;
    pack_text in;
    const mag_lint_finding *findings;
    pack_begin(&in);
    size_t count = lint(&in,
                        PACK_TOP PACK_RULE("A1", "active(MGSYS)", "kf < 20 mL/min",
                                           "  action: Do.\n  rationale: Why.\n  evidence: [S]\n"
                                           "  authored_by: a\n  checked_by: a\n  reviewed_on: "
                                           "2026-01-01\n  review_by: 2027-01-01\n" EXAMPLES),
                        TODAY, &findings);
    assert_int_equal((int)count, 1);
    assert_true(holds(findings, count, "checked_by is the author"));
    pack_end(&in);
}

/* Nobody pretends a check that did not take place: lint accepts it, and lists it. */
static void a_rule_that_nobody_has_checked_is_to_be_confirmed(void **state) {
    (void)state;
    const struct {
        const char *checked_by, *to_confirm;
        size_t count;
        const char *first;
    } rows[] = {
        {"not yet checked; a pharmacist must check", "", 1,
         "the rule itself: not yet checked; a pharmacist must check"},
        {"not yet checked", "  to_confirm: [codes, doses]\n", 3,
         "the rule itself: not yet checked"},
        {"b", "  to_confirm: [codes]\n", 1, "codes"},
        {"not yet", "", 0, NULL},
    };
    pack_text in;
    pack_begin(&in);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char text[8192];
        const mag_lint_finding *findings;
        (void)snprintf(text, sizeof text,
                       PACK_TOP PACK_RULE("A1", "active(MGSYS)", "kf < 20 mL/min",
                                          "  action: Do.\n  rationale: Why.\n  evidence: [S]\n"
                                          "  authored_by: a\n  checked_by: %s\n%s"
                                          "  reviewed_on: 2026-01-01\n"
                                          "  review_by: 2027-01-01\n" EXAMPLES),
                       rows[i].checked_by, rows[i].to_confirm);
        assert_int_equal((int)lint(&in, text, TODAY, &findings), 0);
        const char *const *to_confirm = mag_pack_rule(in.pack, 0)->to_confirm;
        size_t count = 0;
        while (to_confirm[count])
            count++;
        assert_int_equal((int)count, (int)rows[i].count);
        if (rows[i].first)
            assert_string_equal(to_confirm[0], rows[i].first);
        if (count == 3)
            assert_string_equal(to_confirm[2], "doses");
    }
    pack_end(&in);
}

static void no_shipped_rule_claims_that_a_person_checked_it(void **state) {
    (void)state;
    pack_text in;
    mag_span text;
    pack_begin(&in);
    assert_true(mag_embedded_find("pipelines/packs/magnesium-safety.yaml", &text));
    assert_int_equal(pack_load(&in, mag_arena_text(in.arena, text)), MAG_OK);
    for (size_t i = 0; i < mag_pack_rule_count(in.pack); i++) {
        const mag_rule_facts *rule = mag_pack_rule(in.pack, i);
        assert_string_equal(rule->checked_by,
                            "not yet checked; a pharmacist of the site must check before use");
        assert_non_null(strstr(rule->to_confirm[0], rule->checked_by));
    }
    pack_end(&in);
}

static void a_review_is_due_the_day_after_its_date(void **state) {
    (void)state;
    const char *text =
        PACK_TOP PACK_RULE("A1", "active(MGSYS)", "kf < 20 mL/min", METADATA EXAMPLES);
    const mag_day review_by = mag_day_from_civil(2027, 1, 1);
    pack_text in;
    const mag_lint_finding *findings;
    pack_begin(&in);
    assert_int_equal((int)lint(&in, text, review_by, &findings), 0);
    assert_int_equal((int)lint(&in, text, review_by + 1, &findings), 1);
    assert_true(holds(findings, 1, "its review was due by 2027-01-01"));
    pack_end(&in);
}

static void R_04_a_rule_without_enough_examples_is_found(void **state) {
    (void)state;
    pack_text in;
    const mag_lint_finding *findings;
    pack_begin(&in);
    size_t count = lint(&in,
                        PACK_TOP PACK_RULE("A1", "active(MGSYS)", "kf < 20 mL/min",
                                           METADATA "  examples:\n" EXAMPLE("a", "high", "x")
                                               EXAMPLE("a", "clear", "x")),
                        TODAY, &findings);
    assert_int_equal((int)count, 4);
    assert_true(holds(findings, count, "1 of 2 examples expect high"));
    assert_true(holds(findings, count, "1 of 2 examples expect clear"));
    assert_true(holds(findings, count, "no example expects cannot_tell"));
    assert_true(holds(findings, count, "two examples are named \"a\""));
    pack_end(&in);
}

/* A run asks less than lint, but it does ask. */
static void R_04_a_run_wants_evidence_and_two_examples_each_way(void **state) {
    (void)state;
    static const struct {
        const char *metadata, *examples;
        mag_message_id fault;
    } packs[] = {
        {METADATA, EXAMPLES, MAG_MSG_NONE},
        {METADATA, "", MAG_MSG_R504},
        {METADATA,
         "  examples:\n" EXAMPLE("a", "high", "x") EXAMPLE("b", "clear", "x")
             EXAMPLE("c", "clear", "x"),
         MAG_MSG_R504},
        {METADATA,
         "  examples:\n" EXAMPLE("a", "high", "x") EXAMPLE("b", "high", "x")
             EXAMPLE("c", "clear", "x") EXAMPLE("d", "cannot_tell missing", "x"),
         MAG_MSG_R504},
        {METADATA,
         "  examples:\n" EXAMPLE("a", "high", "x") EXAMPLE("b", "high", "x")
             EXAMPLE("c", "clear", "x") EXAMPLE("d", "not_applicable", "x"),
         MAG_MSG_NONE},
        {"  action: Do.\n", EXAMPLES, MAG_MSG_R502},
    };
    for (size_t i = 0; i < sizeof packs / sizeof packs[0]; i++) {
        for (int is_active = 0; is_active < 2; is_active++) {
            char text[4096];
            snprintf(text, sizeof text,
                     "%s- id: R1\n  title: T\n  status: %s\n  worse: low\n"
                     "  among: measured(magnesium)\n  when: latest(magnesium) < mg_low\n"
                     "  severity: high\n%s%s",
                     PACK_TOP, is_active ? "active" : "staging", packs[i].metadata,
                     packs[i].examples);
            pack_text in;
            pack_begin(&in);
            if (pack_load(&in, text) != MAG_OK)
                fail_msg("%s", in.err.text);
            bool is_refused = is_active && packs[i].fault != MAG_MSG_NONE;
            assert_int_equal(mag_pack_check_ready(in.pack, &in.err),
                             is_refused ? MAG_E_RULES : MAG_OK);
            if (is_refused)
                assert_int_equal(in.err.message, packs[i].fault);
            pack_end(&in);
        }
    }
}

static void both_sides_of_a_limit_need_an_example_on_the_line(void **state) {
    (void)state;
    pack_text in;
    const mag_lint_finding *findings;
    pack_begin(&in);
    size_t count = lint(&in,
                        PACK_TOP PACK_RULE("A1", "active(MGSYS)", "sample < mg_low",
                                           METADATA EXAMPLES EXAMPLE(
                                               "f", "clear", "magnesium 0.70 mmol/L 5 days ago")),
                        TODAY, &findings);
    assert_int_equal((int)count, 1);
    assert_true(holds(findings, count, "exactly on the line, \"magnesium 1.7 mg/dL\""));
    pack_end(&in);
}

/* 0.70 mmol/L is 1.7 mg/dL of magnesium, but 2.7 mg/dL of potassium and 2.8 mg/dL of calcium. */
static void a_limit_whose_sides_differ_for_its_analyte_is_found(void **state) {
    (void)state;
    const struct {
        const char *when, *finding; /* "" if there is none */
    } rows[] = {
        {"latest(magnesium within 90 days) < mg_low", ""},
        {"latest(potassium within 90 days) < mg_low",
         "limit \"mg_low\" are not the same potassium: in mmol/L they are 0.7 and 0.435"},
        {"latest(adjusted_calcium within 90 days) < mg_low", "are not the same calcium"},
        {"latest(urea within 90 days) > mg_low", "are not the same urea"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char text[4096];
        pack_text in;
        const mag_lint_finding *findings;
        snprintf(text, sizeof text,
                 PACK_TOP PACK_RULE("A1", "active(MGSYS)", "%s", METADATA EXAMPLES), rows[i].when);
        pack_begin(&in);
        const size_t count = lint(&in, text, TODAY, &findings);
        const char *wanted = rows[i].finding[0] == '\0' ? "are not the same" : rows[i].finding;
        if (holds(findings, count, wanted) != (rows[i].finding[0] != '\0'))
            fail_msg("%s", rows[i].when);
        pack_end(&in);
    }
}

/* The mass side of a limit of urea is urea nitrogen's; adjusted calcium may be given as reported.
 */
static void what_is_reported_under_another_name_may_stand_on_the_line(void **state) {
    (void)state;
    const struct {
        const char *when, *given;
        size_t missing; /* sides without an example */
    } rows[] = {
        {"latest(urea within 90 days) >= mg_low", "urea 0.70 mmol/L 5 days ago", 1},
        {"latest(urea within 90 days) >= mg_low", "urea_nitrogen 1.7 mg/dL 5 days ago", 1},
        {"latest(adjusted_calcium within 90 days) < mg_low",
         "calcium_adjusted 0.70 mmol/L 5 days ago", 1},
        {"latest(adjusted_calcium within 90 days) < mg_low", "calcium 1.7 mg/dL 5 days ago", 1},
        {"latest(potassium within 90 days) < mg_low", "urea 0.70 mmol/L 5 days ago", 2},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char text[4096];
        pack_text in;
        const mag_lint_finding *findings;
        snprintf(text, sizeof text,
                 PACK_TOP PACK_RULE("A1", "active(MGSYS)", "%s",
                                    METADATA EXAMPLES EXAMPLE("f", "clear", "%s")),
                 rows[i].when, rows[i].given);
        pack_begin(&in);
        const size_t count = lint(&in, text, TODAY, &findings);
        size_t missing = 0;
        for (size_t k = 0; k < count; k++)
            missing += strstr(findings[k].text, "exactly on the line") != NULL;
        if (missing != rows[i].missing)
            fail_msg("%s, %s: %zu", rows[i].when, rows[i].given, missing);
        pack_end(&in);
    }
}

/* Its population is the trigger: nobody in it is clear, so others must be outside. */
static void a_rule_that_always_holds_needs_examples_outside_its_denominator(void **state) {
    (void)state;
    static const char outside[] = PACK_TOP PACK_RULE(
        "A1", "active(MGSYS)", "always",
        METADATA "  examples:\n" EXAMPLE("a", "high", "x") EXAMPLE("b", "high", "x")
            EXAMPLE("c", "not_applicable", "x") EXAMPLE("d", "not_applicable", "x")
                EXAMPLE("e", "cannot_tell missing", "x"));
    pack_text in;
    const mag_lint_finding *findings;
    pack_begin(&in);
    size_t count = lint(&in, outside, TODAY, &findings);
    for (size_t i = 0; i < count; i++)
        if (strstr(findings[i].text, "expect") || strstr(findings[i].text, "always"))
            fail_msg("%s", findings[i].text);
    count = lint(&in, PACK_TOP PACK_RULE("A1", "active(MGSYS)", "always", METADATA EXAMPLES), TODAY,
                 &findings);
    assert_true(holds(findings, count, "0 of 2 examples expect not_applicable"));
    pack_end(&in);
}

static void dead_and_constant_triggers_are_found(void **state) {
    (void)state;
    const struct {
        const char *among, *when, *finding; /* NULL: none */
    } table[] = {
        {"active(MGSYS)", "kf < 20 mL/min and kf > 30 mL/min", "can never hold"},
        {"active(MGSYS)", "kf < 20 mL/min and kf >= 20 mL/min", "can never hold"},
        {"active(MGSYS)", "kf <= 20 mL/min and kf >= 20 mL/min", NULL},
        {"active(MGSYS)", "not active(MGSYS)", "can never hold"},
        {"active(MGSYS)", "active(MGSYS)", "always holds"},
        {"active(MGSYS)", "active(MGSYS) or kf < 20 mL/min", "always holds"},
        {"active(MGSYS)", "kf < 20 mL/min or kf >= 20 mL/min", "always holds"},
        {"active(MGSYS)", "kf < 20 mL/min or kf > 20 mL/min", NULL},
        {"age >= 75", "age < 75", "can never hold"},
        {"age >= 75", "age > 70", "always holds"},
        {"active(MGSYS)", "age >= 18", "always holds"},
        {"active(MGSYS)", "age < 18", "can never hold"},
        {"active(MGSYS)", "age > 120", "can never hold"},
        {"active(MGSYS)", "count(magnesium) = 1 and count(magnesium) = 2", "can never hold"},
        {"active(MGSYS)", "count(magnesium) < 0", "can never hold"},
        {"active(MGSYS)", "count(magnesium) > 2 and not count(magnesium) >= 1", "can never hold"},
        {"active(MGSYS)", "count(magnesium) > 2 and not count(magnesium) > 1", "can never hold"},
        {"active(MGSYS)", "count(magnesium) < 2 and not count(magnesium) <= 2", "can never hold"},
        {"active(MGSYS)", "count(magnesium) < 2 and not count(magnesium) < 3", "can never hold"},
        {"active(MGSYS)", "count(magnesium) = 2 and not count(magnesium) != 3", "can never hold"},
        {"active(MGSYS)", "count(magnesium) = 2 and not count(magnesium) <= 2", "can never hold"},
        {"active(MGSYS)", "count(magnesium) = 2 and not count(magnesium) = 3", NULL},
        {"active(MGSYS)", "not always", "can never hold"},
        {"active(MGSYS)", "always and not active(MGSYS)", "can never hold"},
        {"active(MGSYS)", "not (age < 18 or active(MGSYS))", "can never hold"},
        {"active(MGSYS)", "aki_stage(within 14 days) > 3", "can never hold"},
        {"active(MGSYS)", "aki_stage(within 14 days) >= 3", NULL},
        {"active(MGSYS)", "ckd_category(within 90 days) > G5", "can never hold"},
        {"active(MGSYS)", "ckd_category(within 90 days) >= G5", NULL},
        {"active(MGSYS)", "ckd_category(within 90 days) >= G1", "always holds"},
        {"active(MGSYS)", "ckd_category(within 90 days) > G1", NULL},
        {"active(MGSYS)", "(kf < 9 mL/min or age > 80) and kf > 9 mL/min and age < 80",
         "can never hold"},
        {"active(MGSYS)", "(kf < 9 mL/min or age > 80) and kf > 9 mL/min", NULL},
        {"active(MGSYS)", "not (kf < 9 mL/min or age > 80) and age > 81", "can never hold"},
        {"active(MGSYS)", "known(active(LOOP)) and not active(LOOP)", "can never hold"},
        {"active(MGSYS)", "not known(active(LOOP)) and active(LOOP)", NULL},
        {"active(MGSYS)", "active(LOOP) and not active(LOOP within 9 days)", NULL},
    };
    pack_text in;
    pack_begin(&in);
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        char text[8192];
        const mag_lint_finding *findings;
        snprintf(text, sizeof text, PACK_TOP PACK_RULE("A1", "%s", "%s", METADATA EXAMPLES),
                 table[i].among, table[i].when);
        size_t count = lint(&in, text, TODAY, &findings);
        bool is_right = table[i].finding ? holds(findings, count, table[i].finding) : count == 0;
        if (!is_right)
            fail_msg("%s: %s", table[i].when, count ? findings[0].text : "no finding");
    }
    pack_end(&in);
}

static void limits_are_compared_as_numbers(void **state) {
    (void)state;
    pack_text in;
    const mag_lint_finding *findings;
    pack_begin(&in);
    size_t count =
        lint(&in,
             PACK_TOP PACK_RULE("A1", "active(MGSYS)", "sample < mg_low and sample > mg_uln",
                                "  worse: low\n" METADATA EXAMPLES),
             TODAY, &findings);
    assert_true(holds(findings, count, "can never hold"));
    pack_end(&in);
}

static void a_tier_behind_a_wider_one_is_never_reached(void **state) {
    (void)state;
    pack_text in;
    const mag_lint_finding *findings;
    pack_begin(&in);
    size_t count = lint(&in,
                        PACK_TOP "- id: A1\n  title: T\n  among: active(MGSYS)\n"
                                 "  when: kf < 60 mL/min\n  severity:\n"
                                 "  - { tier: moderate, when: kf < 30 mL/min }\n"
                                 "  - { tier: high, when: kf < 20 mL/min }\n"
                                 "  - { tier: low }\n",
                        TODAY, &findings);
    assert_true(holds(findings, count, "tier 2 (high) can never be reached"));
    assert_false(holds(findings, count, "tier 1 "));
    assert_false(holds(findings, count, "tier 3 "));
    pack_end(&in);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_complete_rule_has_no_finding),
        cmocka_unit_test(the_shipped_pack_has_no_finding),
        cmocka_unit_test(missing_metadata_is_named),
        cmocka_unit_test(an_author_does_not_check_himself),
        cmocka_unit_test(a_rule_that_nobody_has_checked_is_to_be_confirmed),
        cmocka_unit_test(no_shipped_rule_claims_that_a_person_checked_it),
        cmocka_unit_test(a_review_is_due_the_day_after_its_date),
        cmocka_unit_test(R_04_a_rule_without_enough_examples_is_found),
        cmocka_unit_test(R_04_a_run_wants_evidence_and_two_examples_each_way),
        cmocka_unit_test(both_sides_of_a_limit_need_an_example_on_the_line),
        cmocka_unit_test(a_limit_whose_sides_differ_for_its_analyte_is_found),
        cmocka_unit_test(what_is_reported_under_another_name_may_stand_on_the_line),
        cmocka_unit_test(a_rule_that_always_holds_needs_examples_outside_its_denominator),
        cmocka_unit_test(dead_and_constant_triggers_are_found),
        cmocka_unit_test(limits_are_compared_as_numbers),
        cmocka_unit_test(a_tier_behind_a_wider_one_is_never_reached),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
