/* Questions about results asked in the rule language, and the facts that answer them. */
#include "judge.h"

static judge of;
static mag_explanation explanation;

#define LIMITS                                                                                     \
    "limits:\n"                                                                                    \
    "- { name: mg_low, molar: 0.70 mmol/L, mass: 1.7 mg/dL }\n"                                    \
    "- { name: k_low, molar: 3.5 mmol/L, mass: 13.7 mg/dL }\n"                                     \
    "- { name: ca_low, molar: 2.20 mmol/L, mass: 8.8 mg/dL }\n"                                    \
    "- { name: na_low, molar: 130 mmol/L, mass: 299 mg/dL }\n"

/* let: the lines of a rule's bindings, or "". */
static void load(const char *let, const char *when) {
    char text[2048];
    (void)snprintf(text, sizeof text,
                   "pack: lab\nversion: 1.0.0\n" LIMITS "rules:\n- id: R\n  title: T\n"
                   "  severity: low\n  worse: low\n%s%s  among: age > 3\n  when: '%s'\n",
                   let[0] != '\0' ? "  let:\n" : "", let, when);
    judge_begin_with(&of, text);
}

/* Lines of a patient and the outcome that they must have. */
typedef struct answer {
    const char *lines, *outcome;
} answer;

static void expect_answers(const char *let, const char *when, const answer *answers, size_t count) {
    load(let, when);
    for (size_t i = 0; i < count; i++) {
        char got[160];
        world_say(&of.in, "female 50 y; %s", answers[i].lines);
        judge_patient(&of);
        judge_text(&of, "R", got);
        if (strcmp(got, answers[i].outcome) != 0)
            fail_msg("%s: %s: %s, wanted %s", when, answers[i].lines, got, answers[i].outcome);
    }
    judge_end(&of);
}

#define EXPECT(let, when, ...)                                                                     \
    do {                                                                                           \
        const answer answers[] = {__VA_ARGS__};                                                    \
        expect_answers(let, when, answers, sizeof answers / sizeof answers[0]);                    \
    } while (0)

#define SAMPLE "  - { name: s, as: latest(magnesium within 90 days) }\n"

static void pairs_lie_around_their_sample(void **state) {
    (void)state;
    EXPECT(SAMPLE, "pair(s, potassium within 7 days) < k_low",
           {"magnesium 0.6 mmol/L 10 days ago; potassium 3.4 mmol/L 3 days ago", "low"},
           {"magnesium 0.6 mmol/L 10 days ago; potassium 3.4 mmol/L 17 days ago", "low"},
           {"magnesium 0.6 mmol/L 10 days ago; potassium 3.4 mmol/L 2 days ago",
            "cannot_tell missing"},
           {"magnesium 0.6 mmol/L 10 days ago; potassium 3.4 mmol/L 12 days ago; "
            "potassium 3.6 mmol/L 8 days ago",
            "clear"},
           {"potassium 3.4 mmol/L 3 days ago", "cannot_tell missing"});
    EXPECT(SAMPLE, "pair(s, potassium same specimen) < k_low",
           {"magnesium 0.6 mmol/L 5 hours ago; potassium 3.4 mmol/L 5 hours ago", "low"},
           {"magnesium 0.6 mmol/L 5 hours ago; potassium 3.4 mmol/L 4 hours ago",
            "cannot_tell missing"});
    EXPECT(SAMPLE, "pair(s, adjusted_calcium within 7 days) < ca_low",
           {"magnesium 0.6 mmol/L 5 days ago; calcium 2.0 mmol/L 4 days ago; "
            "albumin 38 g/L 4 days ago",
            "low"},
           {"magnesium 0.6 mmol/L 5 days ago; calcium 2.1 mmol/L 4 days ago",
            "cannot_tell ca_unadjusted"});
}

static void windows_of_results_answer_as_a_whole(void **state) {
    (void)state;
    EXPECT("", "median(potassium within 90 days) < k_low",
           {"potassium 3.4 mmol/L 3 days ago; potassium 3.6 mmol/L 2 days ago", "clear"},
           {"potassium 3.4 mmol/L 3 days ago; potassium 3.5 mmol/L 2 days ago", "low"},
           {"potassium 13.6 mg/dL 3 days ago; potassium 13.8 mg/dL 2 days ago", "clear"},
           {"potassium 13.6 mg/dL 3 days ago", "low"});
    EXPECT(
        "", "spaced(magnesium < mg_low within 90 days, apart 14 days) >= 2",
        {"magnesium 0.6 mmol/L 20 days ago; magnesium 0.6 mmol/L 6 days ago", "low"},
        {"magnesium 0.6 mmol/L 20 days ago; magnesium 0.6 mmol/L 7 days ago", "clear"},
        {"magnesium 0.6 mmol/L 20 days ago; magnesium 0.7 mmol/L 6 days ago", "clear"},
        {"magnesium 0.6 mmol/L 20 days ago; magnesium rejected 6 days ago", "cannot_tell rejected"},
        {"magnesium 0.6 mmol/L 20 days ago; magnesium <0.8 mmol/L 6 days ago",
         "cannot_tell censored"});
    EXPECT("", "change(egfr within 365 days) < -15 mL/min/1.73m2",
           {"creatinine 80 umol/L 200 days ago; creatinine 100 umol/L 2 days ago", "low"},
           {"creatinine 80 umol/L 200 days ago; creatinine 85 umol/L 2 days ago", "clear"},
           {"creatinine 80 umol/L 200 days ago", "cannot_tell missing"},
           {"creatinine 80 umol/L 2 days ago; egfr_reported 90 mL/min/1.73m2 200 days ago",
            "cannot_tell missing"});
    EXPECT("", "observable(magnesium within 30 days)", {"potassium 4 mmol/L 300 days ago", "low"},
           {"potassium 4 mmol/L 400 days ago", "clear"},
           {"potassium 4 mmol/L 3 days ago; source without magnesium", "clear"});
    EXPECT("", "latest(ck within 60 days) > 5 * uln(ck)",
           {"ck 1601 U/L 3 days ago; sex unknown", "low"},
           {"ck 1600 U/L 3 days ago; sex unknown", "clear"}, {"ck 1001 U/L 3 days ago", "low"},
           {"ck 1000 U/L 3 days ago", "clear"}, {"ck 1251 U/L range 20-250 3 days ago", "low"},
           {"ck 1250 U/L range 20-250 3 days ago", "clear"},
           {"ck 1001 U/L range 20-900 3 days ago", "low"},
           {"potassium 4 mmol/L 1 day ago", "cannot_tell missing"});
}

static void moments_of_anything_can_be_asked(void **state) {
    (void)state;
    EXPECT("  - { name: aki, as: aki_stage(within 14 days) }\n",
           "aki >= 1 and none(magnesium since date(aki))",
           {"creatinine 90 umol/L 9 days ago; creatinine 180 umol/L 5 days ago; "
            "magnesium 0.8 mmol/L 6 days ago",
            "low"},
           {"creatinine 90 umol/L 9 days ago; creatinine 180 umol/L 5 days ago; "
            "magnesium 0.8 mmol/L 5 days ago",
            "clear"});
    EXPECT("", "days_since(aki_stage(within 14 days)) > 4",
           {"creatinine 90 umol/L 9 days ago; creatinine 180 umol/L 5 days ago", "low"},
           {"creatinine 90 umol/L 9 days ago; creatinine 180 umol/L 4 days ago", "clear"},
           {"creatinine 90 umol/L 9 days ago", "cannot_tell missing"});
    EXPECT("", "measured(sodium since date(started(LOOP within 60 days)))",
           {"LOOP since 5 days ago; sodium 140 mmol/L 4 days ago", "low"},
           {"LOOP since 5 days ago; sodium 140 mmol/L 6 days ago", "clear"},
           {"sodium 140 mmol/L 6 days ago", "cannot_tell missing"});
    EXPECT("  - { name: low, as: first(magnesium < mg_low within 90 days) }\n",
           "measured(potassium since low)",
           {"magnesium 0.6 mmol/L 9 days ago; magnesium 0.5 mmol/L 2 days ago; "
            "potassium 4 mmol/L 5 days ago",
            "low"},
           {"magnesium 0.8 mmol/L 9 days ago; magnesium 0.5 mmol/L 2 days ago; "
            "potassium 4 mmol/L 5 days ago",
            "clear"});
}

static void urea_and_creatinine_of_one_specimen_make_a_ratio(void **state) {
    (void)state;
    EXPECT("  - { name: u, as: latest(urea with creatinine within 30 days) }\n"
           "  - { name: c, as: \"pair(u, creatinine same specimen)\" }\n",
           "u > 100 * c",
           {"urea 10.1 mmol/L 5 days ago specimen A; creatinine 100 umol/L 5 days ago specimen A",
            "low"},
           {"urea 10.0 mmol/L 5 days ago specimen A; creatinine 100 umol/L 5 days ago specimen A; "
            "urea 30 mmol/L 2 days ago specimen B",
            "clear"},
           {"urea_nitrogen 30 mg/dL 5 days ago specimen A; "
            "creatinine 1.0 mg/dL 5 days ago specimen A",
            "low"});
}

/* worse: low, so that of the quotient the lower value counts: the lower dividend, the higher
 * divisor. */
static void of_two_divisors_at_one_moment_the_one_that_makes_it_worse_counts(void **state) {
    (void)state;
    EXPECT("  - { name: u, as: latest(urea with creatinine within 30 days) }\n"
           "  - { name: c, as: \"pair(u, creatinine same specimen)\" }\n",
           "u / c < 60",
           {"urea 10 mmol/L 5 days ago specimen A; creatinine 200 umol/L 5 days ago specimen A; "
            "creatinine 100 umol/L 5 days ago specimen A",
            "low"},
           {"urea 10 mmol/L 5 days ago specimen A; urea 20 mmol/L 5 days ago specimen A; "
            "creatinine 200 umol/L 5 days ago specimen A",
            "low"},
           {"urea 10 mmol/L 5 days ago specimen A; creatinine 160 umol/L 5 days ago specimen A; "
            "creatinine 100 umol/L 5 days ago specimen A",
            "clear"});
    EXPECT(
        "  - { name: k, as: latest(potassium within 30 days) }\n"
        "  - { name: m, as: latest(magnesium within 30 days) }\n",
        "m / (k / m) < 0.1 mmol/L", /* what a divisor is divided by stands above the line again */
        {"magnesium 0.6 mmol/L 5 days ago; magnesium 1.2 mmol/L 5 days ago; "
         "potassium 3.7 mmol/L 5 days ago",
         "low"},
        {"magnesium 0.6 mmol/L 5 days ago; potassium 3.5 mmol/L 5 days ago", "clear"},
        {"magnesium 0.6 mmol/L 5 days ago; potassium 3.5 mmol/L 5 days ago; "
         "potassium 3.7 mmol/L 5 days ago",
         "low"});
}

/* --- facts
 * ---------------------------------------------------------------------------------------- */

/* "value|unit|limit|method|inputs|notes" of the one fact that decided. */
static void expect_fact(const char *when, const char *lines, const char *wanted) {
    mag_error err = {0};
    load("", when);
    world_say(&of.in, "female 50 y; %s", lines);
    if (mag_explain_rule(of.evaluator, &of.in.patient, 0, &explanation, &err) != MAG_OK)
        fail_msg("%s", err.text);
    const mag_fact *fact = &explanation.facts[explanation.fact_count - 1];
    char got[512];
    (void)snprintf(got, sizeof got, "%s|%s|%s|%s|%s|%s", fact->value ? fact->value : "-",
                   fact->unit ? fact->unit : "-", fact->limit ? fact->limit : "-",
                   fact->method ? fact->method : "-", fact->inputs ? fact->inputs : "-",
                   fact->notes ? fact->notes : "-");
    if (strcmp(got, wanted) != 0)
        fail_msg("%s: %s, wanted %s", lines, got, wanted);
    judge_end(&of);
}

static void facts_show_what_a_value_was_worked_out_of(void **state) {
    (void)state;
    expect_fact("aki_stage(within 14 days) >= 1",
                "creatinine 90 umol/L 30 hours ago; creatinine 120 umol/L 2 hours ago",
                "1|-|1|NHS England AKI algorithm|C1 120 umol/L, RV1 90, ratio 1.333, D 30|-");
    expect_fact("adjusted_calcium(within 30 days) < ca_low",
                "calcium 1.90 mmol/L 5 hours ago; albumin 35 g/L 5 hours ago",
                "2|mmol/L|2.20 mmol/L|adjusted, 0.02 per g/L|total 1.90 mmol/L, albumin 35 g/L|"
                "ctcae 1");
    expect_fact("latest(adjusted_calcium within 30 days) < ca_low",
                "calcium 7.0 mg/dL 5 hours ago; albumin 3.5 g/dL 5 hours ago",
                "7.4|mg/dL|8.8 mg/dL|Payne|total 7.0 mg/dL, albumin 3.5 g/dL|ctcae 2");
    expect_fact("adjusted_calcium(within 30 days) < ca_low", "calcium 1.60 mmol/L 5 hours ago",
                "1.60|mmol/L|2.20 mmol/L|total, not adjusted|total 1.60 mmol/L|ca_unadjusted");
    expect_fact("femg(within 180 days) > 4 %",
                "magnesium 0.50 mmol/L on 2024-06-28T08:00; creatinine 90 umol/L on "
                "2024-06-28T08:00; magnesium_urine 3.0 mmol/L on 2024-06-28T09:00; "
                "creatinine_urine 5.0 mmol/L on 2024-06-28T09:00",
                "15.4|%|4 %|fractional excretion|renal wasting (>4), "
                "urine magnesium 3.0 mmol/L (2024-06-28T09:00), "
                "urine creatinine 5.0 mmol/L (2024-06-28T09:00), "
                "serum magnesium 0.50 mmol/L (2024-06-28T08:00), "
                "serum creatinine 90 umol/L (2024-06-28T08:00)|-");
    expect_fact("median(potassium within 90 days) < k_low",
                "potassium 3.4 mmol/L 3 days ago; potassium 3.5 mmol/L 2 days ago",
                "3.45|mmol/L|3.5 mmol/L|median|-|-");
    expect_fact("latest(potassium within 30 days) < k_low", "potassium 2.9 mmol/L 3 days ago",
                "2.9|mmol/L|3.5 mmol/L|-|-|ctcae 3");
    expect_fact("latest(sodium within 30 days) < na_low", "sodium 128 mmol/L 3 days ago",
                "128|mmol/L|130 mmol/L|-|-|ctcae 2-3");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pairs_lie_around_their_sample),
        cmocka_unit_test(windows_of_results_answer_as_a_whole),
        cmocka_unit_test(moments_of_anything_can_be_asked),
        cmocka_unit_test(urea_and_creatinine_of_one_specimen_make_a_ratio),
        cmocka_unit_test(of_two_divisors_at_one_moment_the_one_that_makes_it_worse_counts),
        cmocka_unit_test(facts_show_what_a_value_was_worked_out_of),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
