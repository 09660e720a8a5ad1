/* How truth values become outcomes and severities, on small packs. */
#include "small_pack.h"

static judge of;

#define PATIENT(...)                                                                               \
    do {                                                                                           \
        WORLD(&of.in, __VA_ARGS__);                                                                \
        judge_patient(&of);                                                                        \
    } while (0)

static void open_pack(const char *text) {
    judge_begin_with(&of, text);
}

static void the_table_of_outcomes(void **state) {
    (void)state;
    /* among hangs on potassium, when on magnesium: true, false, unknown each */
    static const char *const among[] = {"potassium 5.0 mmol/L 3 days ago",
                                        "potassium 3.0 mmol/L 3 days ago",
                                        "potassium rejected 3 days ago"};
    static const char *const when[] = {"magnesium 0.60 mmol/L 3 days ago",
                                       "magnesium 0.80 mmol/L 3 days ago",
                                       "magnesium 0.60 no unit 3 days ago"};
    static const char *const wanted[3][3] = {
        {"low", "clear", "cannot_tell unit"},
        {"not_applicable", "not_applicable", "not_applicable"},
        {"cannot_tell rejected", "not_applicable", "cannot_tell rejected,unit"},
    };
    open_pack(SMALL_PACK_HEAD SMALL_RULE("R", "    status: active\n"
                                              "    among: latest(potassium) > k_some\n"
                                              "    worse: low\n"
                                              "    when: latest(magnesium) < mg_low\n"
                                              "    severity: low\n"));
    for (size_t i = 0; i < 3; i++)
        for (size_t j = 0; j < 3; j++) {
            PATIENT("female 50 y", among[i], when[j]);
            judge_expect(&of, "R", wanted[i][j]);
        }
    judge_end(&of);
}

static void only_living_adults_are_in_any_denominator(void **state) {
    (void)state;
    open_pack(SMALL_PACK_HEAD SMALL_RULE("R", "    status: active\n"
                                              "    among: measured(magnesium)\n"
                                              "    when: latest(magnesium) < mg_low\n"
                                              "    severity: low\n"));
    PATIENT("female 17 y", "magnesium 0.60 mmol/L 3 days ago");
    judge_expect(&of, "R", "not_applicable");
    PATIENT("female 18 y", "magnesium 0.60 mmol/L 3 days ago");
    judge_expect(&of, "R", "low");
    PATIENT("female 50 y", "age unknown", "magnesium 0.60 mmol/L 3 days ago");
    judge_expect(&of, "R", "cannot_tell demographic");
    PATIENT("female 50 y", "age unknown", "magnesium 0.80 mmol/L 3 days ago");
    judge_expect(&of, "R", "not_applicable");

    PATIENT("female 50 y", "magnesium 0.60 mmol/L 3 days ago");
    mag_person person = *of.in.patient.person;
    mag_timeline patient = of.in.patient;
    patient.person = &person;
    mag_error err;
    person.died = mag_day_begin(patient.as_of); /* dies on the day of T */
    assert_int_equal(mag_evaluate(of.evaluator, &patient, of.outcomes, &err), MAG_OK);
    judge_expect(&of, "R", "low");
    person.died -= 1; /* the day before */
    assert_int_equal(mag_evaluate(of.evaluator, &patient, of.outcomes, &err), MAG_OK);
    judge_expect(&of, "R", "not_applicable");
    person.is_death_unreadable = true; /* but another entry of the roster can be read */
    assert_int_equal(mag_evaluate(of.evaluator, &patient, of.outcomes, &err), MAG_OK);
    judge_expect(&of, "R", "not_applicable");
    person.died = MAG_MINUTE_OPEN;
    assert_int_equal(mag_evaluate(of.evaluator, &patient, of.outcomes, &err), MAG_OK);
    judge_expect(&of, "R", "cannot_tell demographic");
    person.is_death_unreadable = false;
    patient.as_of = MAG_MINUTE_NONE;
    assert_int_equal(mag_evaluate(of.evaluator, &patient, of.outcomes, &err), MAG_OK);
    judge_expect(&of, "R", "not_applicable");
    judge_end(&of);
}

static void the_first_tier_that_holds_counts_and_unknown_ones_are_told(void **state) {
    (void)state;
    open_pack(SMALL_PACK_HEAD SMALL_RULE(
        "R", "    status: active\n"
             "    among: measured(magnesium)\n"
             "    worse: low\n"
             "    when: latest(magnesium) < mg_low\n"
             "    severity:\n"
             "      - tier: critical\n        when: latest(potassium) < k_very_low\n"
             "      - tier: info\n        when: latest(sodium) < na_low\n"
             "      - tier: moderate\n"));
    const struct {
        const char *potassium, *sodium, *severity;
        mag_severity could_be;
    } rows[] = {
        {"potassium 2.9 mmol/L 1 day ago", "sodium 120 mmol/L 1 day ago", "critical",
         MAG_SEVERITY_NONE},
        {"potassium 3.0 mmol/L 1 day ago", "sodium 120 mmol/L 1 day ago", "info",
         MAG_SEVERITY_NONE},
        {"potassium 3.0 mmol/L 1 day ago", "sodium 140 mmol/L 1 day ago", "moderate",
         MAG_SEVERITY_NONE},
        {"potassium rejected 1 day ago", "sodium 140 mmol/L 1 day ago", "moderate",
         MAG_SEVERITY_CRITICAL},
        {"potassium rejected 1 day ago", "sodium 120 mmol/L 1 day ago", "info",
         MAG_SEVERITY_CRITICAL},
        {"potassium 3.0 mmol/L 1 day ago", "sodium rejected 1 day ago", "moderate",
         MAG_SEVERITY_INFO}, /* milder, and said all the same */
        {"potassium rejected 1 day ago", "sodium rejected 1 day ago", "moderate",
         MAG_SEVERITY_CRITICAL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        PATIENT("female 50 y", "magnesium 0.60 mmol/L 3 days ago", rows[i].potassium,
                rows[i].sodium);
        judge_expect(&of, "R", rows[i].severity);
        assert_int_equal(judge_outcome(&of, "R")->could_be, rows[i].could_be);
    }
    judge_end(&of);
}

static void adjustments_move_by_steps_within_their_floor(void **state) {
    (void)state;
    open_pack(SMALL_PACK_HEAD SMALL_RULE(
        "R", "    status: active\n"
             "    among: measured(magnesium)\n"
             "    worse: low\n"
             "    when: latest(magnesium) < mg_low\n"
             "    severity:\n"
             "      - tier: high\n        when: latest(magnesium) < mg_iv\n"
             "      - tier: low\n"
             "    adjust:\n"
             "      - down: 1\n        not_below: moderate\n        when: active(LOOP)\n"
             "      - down: 2\n        when: active(PPI)\n"
             "      - up: 1\n        when: active(THIAZ)\n"));
    const struct {
        const char *magnesium, *a, *b, *severity, *before;
    } rows[] = {
        {"magnesium 0.40 mmol/L 1 day ago", "male 50 y", "male 50 y", "high", "high"},
        {"magnesium 0.40 mmol/L 1 day ago", "LOOP since 9 days ago", "male 50 y", "moderate",
         "high"},
        {"magnesium 0.60 mmol/L 1 day ago", "LOOP since 9 days ago", "male 50 y", "low", "low"},
        {"magnesium 0.40 mmol/L 1 day ago", "LOOP since 9 days ago", "PPI since 9 days ago", "info",
         "high"},
        {"magnesium 0.60 mmol/L 1 day ago", "PPI since 9 days ago", "male 50 y", "info", "low"},
        {"magnesium 0.40 mmol/L 1 day ago", "THIAZ since 9 days ago", "male 50 y", "critical",
         "high"},
        {"magnesium 0.60 mmol/L 1 day ago", "outside stays", "male 50 y", "low", "low"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        PATIENT("male 50 y", rows[i].magnesium, rows[i].a, rows[i].b);
        judge_expect(&of, "R", rows[i].severity);
        assert_string_equal(mag_severity_name(judge_outcome(&of, "R")->severity_before),
                            rows[i].before);
    }
    judge_end(&of);
}

static void an_adjustment_moves_what_the_flag_could_be(void **state) {
    (void)state;
    open_pack(SMALL_PACK_HEAD SMALL_RULE(
        "R", "    status: active\n"
             "    among: measured(magnesium)\n"
             "    worse: low\n"
             "    when: latest(magnesium) < mg_low\n"
             "    severity:\n"
             "      - tier: high\n        when: latest(potassium) < k_very_low\n"
             "      - tier: low\n"
             "    adjust:\n"
             "      - down: 1\n        when: active(PPI)\n"
             "      - down: 2\n        not_below: low\n        when: active(LOOP)\n"));
    const struct {
        const char *drug, *severity;
        mag_severity could_be;
    } rows[] = {
        {"male 50 y", "low", MAG_SEVERITY_HIGH},
        {"PPI since 9 days ago", "info", MAG_SEVERITY_MODERATE},
        {"LOOP since 9 days ago", "low", MAG_SEVERITY_NONE}, /* both end at low */
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        PATIENT("male 50 y", "magnesium 0.60 mmol/L 1 day ago", "potassium rejected 1 day ago",
                rows[i].drug);
        judge_expect(&of, "R", rows[i].severity);
        assert_int_equal(judge_outcome(&of, "R")->could_be, rows[i].could_be);
    }
    judge_end(&of);
}

static void an_exception_counts_only_when_it_is_known(void **state) {
    (void)state;
    open_pack(SMALL_PACK_HEAD SMALL_RULE("R", "    status: active\n"
                                              "    among: measured(magnesium)\n"
                                              "    except: has(dialysis within 365 days)\n"
                                              "    when: latest(magnesium) < mg_low\n"
                                              "    severity: low\n"));
    PATIENT("female 50 y", "magnesium 0.60 mmol/L 3 days ago", "dialysis 365 days ago");
    judge_expect(&of, "R", "not_applicable");
    PATIENT("female 50 y", "magnesium 0.60 mmol/L 3 days ago", "dialysis 366 days ago");
    judge_expect(&of, "R", "low");
    PATIENT("female 50 y", "magnesium 0.60 mmol/L 3 days ago", "no conditions source");
    judge_expect(&of, "R", "low");
    judge_end(&of);
}

static void a_rule_that_requires_a_source_is_evaluated_for_nobody_without_it(void **state) {
    (void)state;
    open_pack(SMALL_PACK_HEAD SMALL_RULE("R", "    status: active\n"
                                              "    requires: [conditions]\n"
                                              "    among: measured(magnesium)\n"
                                              "    when: latest(magnesium) < mg_low\n"
                                              "    severity: low\n"));
    PATIENT("female 50 y", "magnesium 0.60 mmol/L 3 days ago", "no conditions source");
    judge_expect(&of, "R", "not_evaluated");
    PATIENT("female 50 y", "magnesium 0.60 mmol/L 3 days ago");
    judge_expect(&of, "R", "low");
    judge_end(&of);
}

static void draft_and_retired_rules_are_not_evaluated_and_staging_ones_are(void **state) {
    (void)state;
#define RULE_OF(status)                                                                            \
    "    status: " status "\n    among: measured(magnesium)\n"                                     \
    "    when: latest(magnesium) < mg_low\n    severity: low\n"
    open_pack(SMALL_PACK_HEAD SMALL_RULE("D", RULE_OF("draft")) SMALL_RULE("R", RULE_OF("retired"))
                  SMALL_RULE("S", RULE_OF("staging")));
    PATIENT("female 50 y", "magnesium 0.60 mmol/L 3 days ago");
    judge_expect(&of, "D", "not_applicable");
    judge_expect(&of, "R", "not_applicable");
    judge_expect(&of, "S", "low");
    judge_end(&of);
}

static void names_of_reasons_are_sorted(void **state) {
    (void)state;
    char text[MAG_UNKNOWN_TEXT_NBYTES];
    mag_unknown_set_text(0, text);
    assert_string_equal(text, "");
    mag_unknown_set_text((1u << MAG_UNKNOWN_COUNT) - 1, text);
    assert_string_equal(text,
                        "ca_unadjusted,censored,conflict,demographic,dose_range,invalid,missing,"
                        "no_source,rejected,route,stale,unit,unobservable");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_table_of_outcomes),
        cmocka_unit_test(only_living_adults_are_in_any_denominator),
        cmocka_unit_test(the_first_tier_that_holds_counts_and_unknown_ones_are_told),
        cmocka_unit_test(adjustments_move_by_steps_within_their_floor),
        cmocka_unit_test(an_adjustment_moves_what_the_flag_could_be),
        cmocka_unit_test(an_exception_counts_only_when_it_is_known),
        cmocka_unit_test(a_rule_that_requires_a_source_is_evaluated_for_nobody_without_it),
        cmocka_unit_test(draft_and_retired_rules_are_not_evaluated_and_staging_ones_are),
        cmocka_unit_test(names_of_reasons_are_sorted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
