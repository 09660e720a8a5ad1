/* What `rules lint` finds where a rule or a pack is larger than it looks through: what it cannot
   tell it does not call a fault, and what it tells stays right. */
#include "pack_text.h"
#include "rules/lint.h"
#include "rules/satisfiable.h"

enum { TODAY = 20778 /* 2026-11-21 */, TEXT_NBYTES = 1 << 19 };

static pack_text in;
static char text[TEXT_NBYTES];
static size_t length;

static void say(const char *format, ...) {
    va_list args;
    va_start(args, format);
    const int nbytes = vsnprintf(text + length, sizeof text - length, format, args);
    va_end(args);
    assert_true(nbytes >= 0 && (size_t)nbytes < sizeof text - length);
    length += (size_t)nbytes;
}

static void begin_pack(void) {
    length = 0;
    say("%s", PACK_TOP);
}

static size_t lint(const mag_lint_finding **findings) {
    size_t count;
    if (pack_load(&in, text) != MAG_OK)
        fail_msg("%s", in.err.text);
    assert_int_equal(mag_pack_lint(in.arena, in.pack, TODAY, findings, &count, &in.err), MAG_OK);
    return count;
}

static size_t count_of(const mag_lint_finding *findings, size_t count, const char *wanted) {
    size_t found = 0;
    for (size_t i = 0; i < count; i++)
        found += strstr(findings[i].text, wanted) != NULL;
    return found;
}

/* How often lint says `wanted` of a rule with this trigger. */
static size_t findings_of(const char *when, const char *wanted) {
    const mag_lint_finding *findings;
    begin_pack();
    say("- id: A1\n  title: T\n  worse: low\n  among: active(MGSYS)\n  severity: high\n"
        "  when: >-\n    %s\n",
        when);
    const size_t count = lint(&findings);
    return count_of(findings, count, wanted);
}

/* `part` with the numbers from..until, joined: "count(magnesium within 3 days) > 0 and ...". */
static void join(char *out, size_t nbytes, const char *part, int from, int until) {
    size_t used = strlen(out);
    for (int i = from; i <= until; i++) {
        used += (size_t)snprintf(out + used, nbytes - used, "%s", i > from ? " and " : "");
        used += (size_t)snprintf(out + used, nbytes - used, part, i, i);
        assert_true(used < nbytes);
    }
}

#define NUMBER "count(magnesium within %d days) > 0"
#define TRUTH  "active(LOOP within %d days)"
#define CHOICE "(active(LOOP within %d days) or active(PPI within %d days))"

static void a_change_may_be_below_nothing(void **state) {
    (void)state;
    static const char dead[] = "can never hold";
    assert_int_equal(findings_of("change(egfr within 365 days) < -15 mL/min/1.73m2", dead), 0);
    assert_int_equal(findings_of("egfr(within 365 days) < -15 mL/min/1.73m2", dead), 1);
    assert_int_equal(findings_of("change(egfr within 365 days) < -15 mL/min/1.73m2 and "
                                 "change(egfr within 365 days) > -10 mL/min/1.73m2",
                                 dead),
                     1);
}

/* The last demand is looked at first: the contradiction stands in front, behind `count` others. */
static void expect_dead(const char *part, int count, bool is_found) {
    static char when[16384];
    (void)snprintf(when, sizeof when, "age < 18");
    for (int from = 1; from <= count; from += 30) {
        strcat(when, " and (");
        join(when, sizeof when, part, from, from + 29 < count ? from + 29 : count);
        strcat(when, ")");
    }
    const size_t found = findings_of(when, "can never hold");
    if (found != is_found)
        fail_msg("%s, %d of them: %zu", part, count, found);
}

static void more_questions_than_lint_keeps_are_told_as_possible(void **state) {
    (void)state;
    expect_dead(NUMBER, 50, true);
    expect_dead(NUMBER, 70, false);
    expect_dead(TRUTH, 50, true);
    expect_dead(TRUTH, 70, false);
}

static void more_steps_than_lint_takes_are_told_as_possible(void **state) {
    (void)state;
    expect_dead(CHOICE, 6, true); /* 64 ways */
    expect_dead(CHOICE, 20, false);
}

static void more_demands_than_lint_takes_are_told_as_possible(void **state) {
    (void)state;
    static char when[16384];
    (void)snprintf(when, sizeof when, "age < 18 and ");
    join(when, sizeof when, NUMBER, 1, 60);
    assert_int_equal(findings_of(when, "can never hold"), 1);
    (void)snprintf(when, sizeof when, "age < 18 and ");
    join(when, sizeof when, NUMBER, 1, 63); /* 64, beside the population */
    assert_int_equal(findings_of(when, "can never hold"), 0);
    mag_demand demands[MAG_MAX_DEMANDS + 1];
    assert_int_equal(findings_of("age < 18", "can never hold"), 1);
    for (size_t i = 0; i < sizeof demands / sizeof demands[0]; i++)
        demands[i] = (mag_demand){in.pack->rules[0].when, true};
    assert_false(mag_demands_can_hold(in.pack, demands, MAG_MAX_DEMANDS));
    assert_true(mag_demands_can_hold(in.pack, demands, MAG_MAX_DEMANDS + 1));
}

/* 70 tiers, the 3rd and the 70th like the 2nd: that one is behind those that lint looks through. */
static void of_many_tiers_the_first_are_looked_through(void **state) {
    (void)state;
    const mag_lint_finding *findings;
    begin_pack();
    say("- id: A1\n  title: T\n  worse: low\n  among: active(MGSYS)\n  when: kf < 60 mL/min\n"
        "  severity:\n");
    for (int i = 1; i <= 70; i++)
        say("  - { tier: low, when: 'count(magnesium) > %d' }\n",
            200 - (i == 3 || i == 70 ? 2 : i));
    say("  - tier: low\n");
    const size_t count = lint(&findings);
    assert_int_equal(count_of(findings, count, "can never be reached"), 1);
    assert_int_equal(count_of(findings, count, "tier 3 "), 1);
}

/* 150 rules that have nothing of what a rule must say: ten findings each. */
static void the_first_thousand_findings_are_told(void **state) {
    (void)state;
    const mag_lint_finding *findings;
    begin_pack();
    for (int i = 0; i < 150; i++)
        say("- { id: R%d, title: T, worse: low, among: active(MGSYS), severity: high, "
            "when: 'kf < 60 mL/min' }\n",
            i);
    assert_int_equal(lint(&findings), 1000);
    assert_non_null(findings[999].text);
}

/* A limit stands on a line of its own for each analyte that is compared with it. */
static void one_limit_of_two_analytes_is_two_lines(void **state) {
    (void)state;
    static const char line[] = "exactly on the line";
    assert_int_equal(findings_of("latest(magnesium) < mg_low", line), 2);
    assert_int_equal(findings_of("latest(magnesium) < mg_low or lowest(magnesium) < mg_low", line),
                     2);
    assert_int_equal(findings_of("latest(magnesium) < mg_low or latest(potassium) < mg_low", line),
                     4);
    /* one side where the analyte has one family: of moles, of mass, of a literal */
    assert_int_equal(findings_of("latest(bicarbonate) < molar_only", line), 1);
    assert_int_equal(findings_of("latest(ck) > 200 U/L", line), 1);
    assert_int_equal(findings_of("latest(albumin) < 35 g/L", line), 1);
}

/* A limit may have its mass side alone where the analyte has no other: then it counts as that. */
static void a_limit_of_mass_alone_is_compared_by_its_mass(void **state) {
    (void)state;
    const mag_lint_finding *findings;
    static const struct {
        const char *when;
        size_t dead;
    } rows[] = {{"latest(albumin) < alb_low and latest(albumin) > 30 g/L", 0},
                {"latest(albumin) < alb_low and latest(albumin) > 3.6 g/dL", 1},
                {"latest(albumin) < alb_low and latest(albumin) > 3.4 g/dL", 0},
                {"latest(albumin) < alb_low and latest(albumin) > alb_low", 1}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        length = 0;
        say("pack: test\nversion: 1.0.0\nlimits: [{ name: alb_low, mass: 35 g/L }]\nrules:\n"
            "- { id: A1, title: T, worse: low, among: age > 20, severity: high, when: '%s' }\n",
            rows[i].when);
        const size_t count = lint(&findings);
        if (count_of(findings, count, "can never hold") != rows[i].dead)
            fail_msg("%s", rows[i].when);
        assert_int_equal(count_of(findings, count, "are not the same"), 0);
    }
}

/* 130 limits of one rule; 128 of them are asked for an example on the line, of two sides each. */
static void of_very_many_limits_the_first_are_asked_for_examples(void **state) {
    (void)state;
    enum { LIMITS = 130 };
    const mag_lint_finding *findings;
    length = 0;
    say("pack: test\nversion: 1.0.0\nlimits:\n");
    for (int i = 0; i < LIMITS; i++)
        say("- { name: l%d, molar: %d.%02d mmol/L, mass: %d.%02d mg/dL }\n", i, 1 + i / 100,
            i % 100, 2 + i / 100, i % 100);
    say("rules:\n- id: A1\n  title: T\n  worse: low\n  among: age > 20\n  severity: high\n"
        "  when: >-\n    ");
    for (int i = 0; i < LIMITS; i++)
        say("%slatest(magnesium within %d days) < l%d%s",
            i % 50 ? " or "
            : i    ? ") or ("
                   : "(",
            i + 1, i, i == LIMITS - 1 ? ")" : "");
    say("\n");
    const size_t count = lint(&findings);
    assert_int_equal(count_of(findings, count, "exactly on the line"), 256);
}

static void a_group_that_spares_magnesium_alone_is_no_mixture(void **state) {
    (void)state;
    static const struct {
        const char *members;
        size_t found;
    } rows[] = {{"[KSPARE]", 0}, {"[KSPARE, ACEI]", 0}, {"[KSPARE, LOOP]", 1}, {"[LOOP, ACEI]", 0}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const mag_lint_finding *findings;
        length = 0;
        say("pack: test\nversion: 1.0.0\ngroups: [{ name: OURS, members: %s }]\nrules:\n"
            "- { id: A1, title: T, among: active(OURS), severity: high, when: 'age > 20' }\n",
            rows[i].members);
        const size_t count = lint(&findings);
        if (count_of(findings, count, "spares magnesium") != rows[i].found)
            fail_msg("%s", rows[i].members);
    }
}

static int begin(void **state) {
    (void)state;
    pack_begin(&in);
    return 0;
}

static int end(void **state) {
    (void)state;
    pack_end(&in);
    return 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(a_change_may_be_below_nothing),
        TEST(more_questions_than_lint_keeps_are_told_as_possible),
        TEST(more_steps_than_lint_takes_are_told_as_possible),
        TEST(more_demands_than_lint_takes_are_told_as_possible),
        TEST(of_many_tiers_the_first_are_looked_through),
        TEST(the_first_thousand_findings_are_told),
        TEST(one_limit_of_two_analytes_is_two_lines),
        TEST(a_limit_of_mass_alone_is_compared_by_its_mass),
        TEST(of_very_many_limits_the_first_are_asked_for_examples),
        TEST(a_group_that_spares_magnesium_alone_is_no_mixture),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
