/* Which flags stand behind others. */
#include "small_pack.h"

static judge of;

#define LOW_RULE(severity, status, more)                                                           \
    "    status: " status "\n    among: measured(magnesium)\n    worse: low\n"                     \
    "    when: latest(magnesium) < mg_low\n    severity: " severity "\n" more
#define K_RULE(severity, more)                                                                     \
    "    status: active\n    among: measured(potassium)\n    worse: low\n"                         \
    "    when: latest(potassium) < k_low\n    severity: " severity "\n" more

static void hiding_is_transitive_and_names_the_visible_top(void **state) {
    (void)state;
    judge_begin_with(
        &of, SMALL_PACK_HEAD SMALL_RULE("A", K_RULE("high", "    hides: [{ rule: B }]\n"))
                 SMALL_RULE("B", LOW_RULE("moderate", "active", "    hides: [{ rule: C }]\n"))
                     SMALL_RULE("C", LOW_RULE("low", "active", "")));
    WORLD(&of.in, "magnesium 0.6 mmol/L 3 days ago", "potassium 3.0 mmol/L 3 days ago");
    judge_patient(&of);
    judge_expect(&of, "A", "high");
    judge_expect(&of, "B", "moderate hidden by A");
    judge_expect(&of, "C", "low hidden by A");
    WORLD(&of.in, "magnesium 0.6 mmol/L 3 days ago", "potassium 4.0 mmol/L 3 days ago");
    judge_patient(&of);
    judge_expect(&of, "A", "clear");
    judge_expect(&of, "B", "moderate");
    judge_expect(&of, "C", "low hidden by B");
    WORLD(&of.in, "magnesium 0.8 mmol/L 3 days ago", "potassium 3.0 mmol/L 3 days ago");
    judge_patient(&of);
    judge_expect(&of, "B", "clear");
    judge_end(&of);
}

static void only_active_rules_hide(void **state) {
    (void)state;
    judge_begin_with(&of, SMALL_PACK_HEAD SMALL_RULE(
                              "B", LOW_RULE("moderate", "staging", "    hides: [{ rule: C }]\n"))
                              SMALL_RULE("C", LOW_RULE("low", "active", "")));
    WORLD(&of.in, "magnesium 0.6 mmol/L 3 days ago");
    judge_patient(&of);
    judge_expect(&of, "B", "moderate");
    judge_expect(&of, "C", "low");
    judge_end(&of);
}

static void of_two_that_hide_the_worse_one_is_named(void **state) {
    (void)state;
    judge_begin_with(&of,
                     SMALL_PACK_HEAD SMALL_RULE("A", K_RULE("low", "    hides: [{ rule: C }]\n"))
                         SMALL_RULE("B", K_RULE("high", "    hides: [{ rule: C }]\n"))
                             SMALL_RULE("C", LOW_RULE("low", "active", "")));
    WORLD(&of.in, "magnesium 0.6 mmol/L 3 days ago", "potassium 3.0 mmol/L 3 days ago");
    judge_patient(&of);
    judge_expect(&of, "C", "low hidden by B");
    judge_end(&of);
}

static void a_share_of_samples_hides_only_what_rests_on_the_same_specimen(void **state) {
    (void)state;
    judge_begin_with(&of, SMALL_PACK_HEAD SMALL_RULE(
                              "A", K_RULE("high", "    hides: [{ rule: C, share: sample }]\n"))
                              SMALL_RULE("C", LOW_RULE("low", "active", "")));
    WORLD(&of.in, "magnesium 0.6 mmol/L on 2024-06-20T07:10",
          "potassium 3.0 mmol/L on 2024-06-20T07:10");
    judge_patient(&of);
    judge_expect(&of, "C", "low hidden by A");
    static const struct {
        const char *magnesium, *potassium;
        bool is_one;
    } others[] = {
        {"magnesium 0.6 mmol/L on 2024-06-20T07:10", "potassium 3.0 mmol/L on 2024-06-20T07:11",
         false},
        /* an id tells more than the minute: two tubes of one minute are two specimens */
        {"magnesium 0.6 mmol/L on 2024-06-20T07:10 specimen A",
         "potassium 3.0 mmol/L on 2024-06-20T07:12 specimen A", true},
        {"magnesium 0.6 mmol/L on 2024-06-20T07:10 specimen A",
         "potassium 3.0 mmol/L on 2024-06-20T07:10 specimen B", false},
    };
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        WORLD(&of.in, others[i].magnesium, others[i].potassium);
        judge_patient(&of);
        judge_expect(&of, "C", others[i].is_one ? "low hidden by A" : "low");
    }
    judge_end(&of);
}

/* A comparison of extremes is answered without the operand's value. The search for its sample once
   took what stood there: nothing, or a result of the patient before. */
static void an_extreme_that_decides_is_a_sample_of_this_patient(void **state) {
    (void)state;
    judge_begin_with(&of,
                     SMALL_PACK_HEAD SMALL_RULE(
                         "A", "    status: active\n    among: measured(potassium)\n    worse: low\n"
                              "    when: lowest(potassium within 30 days) < k_low\n"
                              "    severity: high\n    hides: [{ rule: C, share: sample }]\n")
                         SMALL_RULE("C", "    status: active\n    among: measured(magnesium)\n"
                                         "    worse: low\n"
                                         "    when: lowest(magnesium within 30 days) < mg_low\n"
                                         "    severity: low\n"));
    static const struct {
        const char *magnesium, *potassium, *expected;
    } patients[] = {
        {"magnesium 0.6 mmol/L on 2024-06-20T07:10", "potassium 3.0 mmol/L on 2024-06-20T07:10",
         "low hidden by A"},
        {"magnesium 0.6 mmol/L on 2024-06-20T07:10", "potassium 3.0 mmol/L on 2024-06-20T07:11",
         "low"},
        {"magnesium 0.6 mmol/L on 2024-06-21T07:10", "potassium 3.0 mmol/L on 2024-06-21T07:10",
         "low hidden by A"},
    };
    for (size_t i = 0; i < sizeof patients / sizeof patients[0]; i++) {
        WORLD(&of.in, patients[i].magnesium, patients[i].potassium);
        judge_patient(&of);
        judge_expect(&of, "C", patients[i].expected);
    }
    judge_end(&of);
}

/* However many results decide a rule, the last of them is as good a sample as the first. */
static void every_result_of_a_rule_is_a_sample_that_it_may_share(void **state) {
    (void)state;
    enum { RESULTS = 20 };
    char pack[8192], lines[2048];
    int length = snprintf(pack, sizeof pack, "%s%s", SMALL_PACK_HEAD,
                          "  - id: A\n    title: T\n    status: active\n    worse: low\n"
                          "    severity: high\n    hides: [{ rule: C, share: sample }]\n"
                          "    among: measured(potassium)\n    when: >-\n      ");
    int said = snprintf(lines, sizeof lines, "female 50 y; magnesium 0.6 mmol/L on %s",
                        "2024-06-30T08:00");
    for (int day = RESULTS; day > 0; day--) {
        length += snprintf(pack + length, sizeof pack - (size_t)length,
                           "%slatest(potassium from %d to %d days ago) < k_low",
                           day < RESULTS ? " and " : "", day - 1, day - 1);
        said += snprintf(lines + said, sizeof lines - (size_t)said,
                         "; potassium 3.0 mmol/L on 2024-06-%02dT08:00", 31 - day);
    }
    (void)snprintf(pack + length, sizeof pack - (size_t)length, "\n%s",
                   SMALL_RULE("C", LOW_RULE("low", "active", "")));
    judge_begin_with(&of, pack);
    world_say(&of.in, "%s", lines);
    judge_patient(&of);
    judge_expect(&of, "A", "high");
    judge_expect(&of, "C", "low hidden by A");
    judge_end(&of);
}

static void a_condition_decides_whether_a_flag_is_hidden_and_unknown_does_not_hide(void **state) {
    (void)state;
    judge_begin_with(
        &of, SMALL_PACK_HEAD SMALL_RULE(
                 "A", K_RULE("high", "    hides:\n      - rule: C\n"
                                     "        when: latest(sodium within 30 days) < na_low\n"))
                 SMALL_RULE("C", LOW_RULE("low", "active", "")));
    WORLD(&of.in, "magnesium 0.6 mmol/L 3 days ago", "potassium 3.0 mmol/L 3 days ago",
          "sodium 129 mmol/L 3 days ago");
    judge_patient(&of);
    judge_expect(&of, "C", "low hidden by A");
    WORLD(&of.in, "magnesium 0.6 mmol/L 3 days ago", "potassium 3.0 mmol/L 3 days ago",
          "sodium 130 mmol/L 3 days ago");
    judge_patient(&of);
    judge_expect(&of, "C", "low");
    WORLD(&of.in, "magnesium 0.6 mmol/L 3 days ago", "potassium 3.0 mmol/L 3 days ago");
    judge_patient(&of);
    judge_expect(&of, "A", "high");
    judge_expect(&of, "C", "low");
    judge_end(&of);
}

static void at_most_leaves_worse_flags_visible(void **state) {
    (void)state;
    static const char *const severities[] = {"low", "moderate", "high"};
    for (size_t i = 0; i < sizeof severities / sizeof severities[0]; i++) {
        char pack[8192];
        snprintf(pack, sizeof pack, "%s%s",
                 SMALL_PACK_HEAD SMALL_RULE(
                     "A", K_RULE("low", "    hides: [{ rule: C, at_most: moderate }]\n")),
                 i == 0   ? SMALL_RULE("C", LOW_RULE("low", "active", ""))
                 : i == 1 ? SMALL_RULE("C", LOW_RULE("moderate", "active", ""))
                          : SMALL_RULE("C", LOW_RULE("high", "active", "")));
        judge_begin_with(&of, pack);
        WORLD(&of.in, "magnesium 0.6 mmol/L 3 days ago", "potassium 3.0 mmol/L 3 days ago");
        judge_patient(&of);
        char wanted[32];
        snprintf(wanted, sizeof wanted, "%s%s", severities[i], i < 2 ? " hidden by A" : "");
        judge_expect(&of, "C", wanted);
        judge_end(&of);
    }
}

#define SUSPECT_RULE                                                                               \
    "    status: active\n    among: measured(potassium)\n"                                         \
    "    when: suspect(edta within 30 days)\n"                                                     \
    "    severity: info\n    hides_suspect: true\n"

static void what_rests_on_a_suspect_sample_stands_behind_the_rule_of_suspect_samples(void **state) {
    (void)state;
    judge_begin_with(
        &of, SMALL_PACK_HEAD SMALL_RULE("A", SUSPECT_RULE)
                 SMALL_RULE("C", LOW_RULE("high", "active", "    hides: [{ rule: D }]\n"))
                     SMALL_RULE("D", K_RULE("low", "")) SMALL_RULE("E", "    status: active\n"
                                                                        "    among: age >= 18\n"
                                                                        "    when: always\n"
                                                                        "    severity: low\n"));
    WORLD(&of.in, "magnesium 0.30 mmol/L on 2024-06-20T07:10",
          "potassium 6.8 mmol/L on 2024-06-20T07:10",
          "calcium_adjusted 1.55 mmol/L on 2024-06-20T07:10");
    judge_patient(&of);
    judge_expect(&of, "A", "info");
    judge_expect(&of, "C", "high hidden by A");
    judge_expect(&of, "E", "low"); /* rests on no sample */
    /* the same magnesium from a tube that holds no EDTA */
    WORLD(&of.in, "magnesium 0.30 mmol/L on 2024-06-20T07:10",
          "potassium 3.2 mmol/L on 2024-06-20T07:10",
          "calcium_adjusted 1.55 mmol/L on 2024-06-20T07:10");
    judge_patient(&of);
    judge_expect(&of, "A", "clear");
    judge_expect(&of, "C", "high");
    judge_expect(&of, "D", "low hidden by C");
    judge_end(&of);
}

#define EDTA_SAMPLE                                                                                \
    "magnesium 0.30 mmol/L on 2024-06-20T07:10", "potassium 6.8 mmol/L on 2024-06-20T07:10",       \
        "calcium_adjusted 1.55 mmol/L on 2024-06-20T07:10"

/* The rule hides what it says of: a sample in EDTA, of the time that it asks about. */
static void the_rule_of_suspect_samples_hides_only_what_it_is_flagged_for(void **state) {
    (void)state;
    static const struct {
        const char *status, *when, *rule, *level;
    } rows[] = {
        {"active", "suspect(edta within 30 days)", "info", "high hidden by A"},
        {"active", "suspect(haemolysis within 30 days)", "clear", "high"},
        {"active", "suspect(edta within 5 days)", "clear", "high"},
        {"active", "measured(potassium) or suspect(edta within 5 days)", "info", "high"},
        {"active", "not suspect(edta within 5 days)", "info", "high"},
        {"active", "suspect(edta within 30 days) or suspect(haemolysis within 30 days)", "info",
         "high hidden by A"},
        {"active", "suspect(edta within 30 days) and not suspect(haemolysis within 30 days)",
         "info", "high hidden by A"},
        {"active", "suspect(edta within 5 days) or suspect(edta from 6 to 30 days ago)", "info",
         "high hidden by A"},
        {"staging", "suspect(edta within 30 days)", "info", "high"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char pack[8192];
        (void)snprintf(pack, sizeof pack,
                       "%s  - { id: A, title: T, status: %s, severity: info, hides_suspect: true, "
                       "among: measured(potassium), when: '%s' }\n%s",
                       SMALL_PACK_HEAD, rows[i].status, rows[i].when,
                       SMALL_RULE("C", LOW_RULE("high", "active", "")));
        judge_begin_with(&of, pack);
        WORLD(&of.in, EDTA_SAMPLE);
        judge_patient(&of);
        judge_expect(&of, "A", rows[i].rule);
        judge_expect(&of, "C", rows[i].level);
        judge_end(&of);
    }
}

static void a_rule_for_who_may_be_an_adult_takes_an_unknown_age(void **state) {
    (void)state;
    judge_begin_with(&of,
                     SMALL_PACK_HEAD SMALL_RULE(
                         "A", LOW_RULE("low", "active", "    population: adults or unknown\n"))
                         SMALL_RULE("B", LOW_RULE("low", "active", "    population: adults\n")));
    WORLD(&of.in, "age unknown", "magnesium 0.6 mmol/L 3 days ago");
    judge_patient(&of);
    judge_expect(&of, "A", "low");
    judge_expect(&of, "B", "cannot_tell demographic");
    WORLD(&of.in, "female 17 y", "magnesium 0.6 mmol/L 3 days ago");
    judge_patient(&of);
    judge_expect(&of, "A", "not_applicable");
    judge_end(&of);
}

static void a_rule_about_sources_is_evaluated_for_no_patient(void **state) {
    (void)state;
    judge_begin_with(&of, SMALL_PACK_HEAD SMALL_RULE("A", "    status: active\n    scope: source\n"
                                                          "    among: always\n"
                                                          "    when: unmapped_drugs > 0\n"
                                                          "    severity: info\n"));
    WORLD(&of.in, "magnesium 0.6 mmol/L 3 days ago");
    judge_patient(&of);
    judge_expect(&of, "A", "not_evaluated");
    judge_end(&of);
}

/* A pair on a doubtful magnesium must not take a sound low potassium out of sight. */
static void what_rests_on_a_suspect_sample_hides_nothing_that_does_not(void **state) {
    (void)state;
    judge_begin_with(
        &of, SMALL_PACK_HEAD SMALL_RULE(
                 "A", "    status: active\n    among: measured(magnesium)\n    worse: low\n"
                      "    when: latest(magnesium) < mg_low and latest(potassium) < k_low\n"
                      "    severity: critical\n    hides: [{ rule: B }, { rule: C }]\n")
                 SMALL_RULE("B", K_RULE("low", "")) SMALL_RULE("C", LOW_RULE("low", "active", ""))
                     SMALL_RULE("H", "    status: active\n    among: always\n"
                                     "    when: suspect(edta within 30 days)\n    severity: high\n"
                                     "    hides_suspect: true\n"));
    WORLD(&of.in, "potassium 6.8 mmol/L on 2024-06-20T08:00",
          "calcium_adjusted 1.55 mmol/L on 2024-06-20T08:00",
          "magnesium 0.30 mmol/L on 2024-06-20T08:00", "potassium 3.2 mmol/L on 2024-06-21T08:00");
    judge_patient(&of);
    judge_expect(&of, "H", "high");
    judge_expect(&of, "A", "critical hidden by H");
    judge_expect(&of, "B", "low");
    judge_expect(&of, "C", "low hidden by H");
    judge_end(&of);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_rests_on_a_suspect_sample_hides_nothing_that_does_not),
        cmocka_unit_test(hiding_is_transitive_and_names_the_visible_top),
        cmocka_unit_test(only_active_rules_hide),
        cmocka_unit_test(of_two_that_hide_the_worse_one_is_named),
        cmocka_unit_test(a_share_of_samples_hides_only_what_rests_on_the_same_specimen),
        cmocka_unit_test(a_condition_decides_whether_a_flag_is_hidden_and_unknown_does_not_hide),
        cmocka_unit_test(an_extreme_that_decides_is_a_sample_of_this_patient),
        cmocka_unit_test(every_result_of_a_rule_is_a_sample_that_it_may_share),
        cmocka_unit_test(the_rule_of_suspect_samples_hides_only_what_it_is_flagged_for),
        cmocka_unit_test(at_most_leaves_worse_flags_visible),
        cmocka_unit_test(what_rests_on_a_suspect_sample_stands_behind_the_rule_of_suspect_samples),
        cmocka_unit_test(a_rule_for_who_may_be_an_adult_takes_an_unknown_age),
        cmocka_unit_test(a_rule_about_sources_is_evaluated_for_no_patient),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
