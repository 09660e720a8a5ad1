/* Facts at the edges: more rows than evidence shows, a population that is unknown, examples that
   do not say why. T is 2024-06-30T23:59. */
#include "question.h"

static judge of;
static mag_explanation explanation;

static void explain(void) {
    mag_error err = {0};
    if (mag_explain_rule(of.evaluator, &of.in.patient, 0, &explanation, &err) != MAG_OK)
        fail_msg("%s", err.text);
}

/* The age and 21 orders of each of six drugs decide. Rows are shown up to the hundredth fact: what
   is not shown is counted, for each question of its own. */
static void of_many_rows_of_many_questions_a_hundred_are_shown(void **state) {
    (void)state;
    enum { CLASSES = 6, ROWS = 21 };
    static const char *const classes[CLASSES] = {"LOOP", "PPI", "THIAZ", "STATIN", "DIGOX", "ACEI"};
    static const size_t left_out[CLASSES] = {1, 1, 1, 1, 6, 21};
    char when[512] = "", patient[8192] = "female 50 y";
    for (size_t i = 0; i < CLASSES; i++) {
        (void)snprintf(when + strlen(when), sizeof when - strlen(when), "%sactive(%s)",
                       i > 0 ? " and " : "", classes[i]);
        for (int day = ROWS; day > 0; day--)
            (void)snprintf(patient + strlen(patient), sizeof patient - strlen(patient),
                           "; %s since %d days ago", classes[i], day);
    }
    question_load(&of, when);
    world_say(&of.in, "%s", patient);
    judge_patient(&of);
    judge_expect(&of, "R", "low");
    explain();
    size_t shown = 0, told = 0;
    for (size_t i = 0; i < explanation.fact_count; i++) {
        const mag_fact *fact = &explanation.facts[i];
        shown += fact->kind == MAG_FACT_EXPOSURE;
        if (fact->unit == NULL || strcmp(fact->unit, "more rows") != 0)
            continue;
        char wanted[16];
        assert_true(told < CLASSES);
        (void)snprintf(wanted, sizeof wanted, "%zu", left_out[told++]);
        assert_string_equal(fact->value, wanted);
    }
    assert_int_equal(told, CLASSES);
    assert_int_equal(shown, CLASSES * ROWS - (1 + 1 + 1 + 1 + 6 + 21));
    judge_end(&of);
}

static void rows_alike_in_all_but_one_thing_are_two_facts(void **state) {
    (void)state;
    static const struct {
        const char *when, *patient;
        size_t facts;
    } rows[] = {
        {"active(MGSUPP)", "MGSUPP 0 mg since 9 days ago; MGSUPP since 9 days ago", 2},
        {"active(MGSUPP)", "MGSUPP since 9 days ago; MGSUPP since 9 days ago", 1},
        {"active(LOOP)",
         "drug \"Furosemide\" by PO since 9 days ago; drug \"Furosemide\" by IV since 9 days ago",
         2},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        size_t exposures = 0;
        question_load(&of, rows[i].when);
        world_say(&of.in, "female 50 y; %s", rows[i].patient);
        judge_patient(&of);
        explain();
        for (size_t k = 0; k < explanation.fact_count; k++)
            exposures += explanation.facts[k].kind == MAG_FACT_EXPOSURE;
        assert_int_equal(exposures, rows[i].facts);
        judge_end(&of);
    }
}

/* Who may be a child has no flag; what decides is the trigger, where that is false. */
static void an_unknown_age_is_a_fact_only_where_it_decides(void **state) {
    (void)state;
    static const struct {
        const char *patient, *outcome, *fact;
    } rows[] = {
        {"age unknown; sodium 140 mmol/L 3 days ago; LOOP since 9 days ago",
         "cannot_tell demographic", "age"},
        {"age unknown; sodium 140 mmol/L 3 days ago", "not_applicable", "active(LOOP)"},
        {"female 17 y; sodium 140 mmol/L 3 days ago; LOOP since 9 days ago", "not_applicable",
         "age"},
    };
    static const char pack[] = "pack: ages\nversion: 1.0.0\nrules:\n- { id: R, title: T, among: "
                               "measured(sodium), severity: low, when: 'active(LOOP)' }\n";
    judge_begin_with(&of, pack);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        world_say(&of.in, "%s", rows[i].patient);
        judge_patient(&of);
        judge_expect(&of, "R", rows[i].outcome);
        explain();
        assert_true(explanation.fact_count > 0);
        assert_string_equal(explanation.facts[0].operand, rows[i].fact);
    }
    judge_end(&of);
}

/* An example may leave open why nothing can be told; if it says why, that must be it. */
static void an_example_that_names_no_reason_takes_any(void **state) {
    (void)state;
    static const struct {
        const char *expect;
        bool passes;
    } rows[] = {{"cannot_tell", true},
                {"cannot_tell missing", true},
                {"cannot_tell censored", false},
                {"clear", false}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char pack[1024];
        const mag_example_result *results;
        size_t count;
        mag_error err = {0};
        (void)snprintf(pack, sizeof pack,
                       "pack: open\nversion: 1.0.0\n"
                       "limits: [{ name: mg_low, molar: 0.70 mmol/L, mass: 1.7 mg/dL }]\nrules:\n"
                       "- id: R\n  title: T\n  among: age > 20\n  worse: low\n  severity: low\n"
                       "  when: latest(magnesium) < mg_low\n  examples:\n"
                       "  - { name: nobody measured, expect: %s, given: ['female 50 y'] }\n",
                       rows[i].expect);
        judge_begin_with(&of, pack);
        if (mag_examples_run(of.in.arena, of.pack, of.in.book, &results, &count, &err) != MAG_OK)
            fail_msg("%s", err.text);
        assert_int_equal(count, 1);
        if (results[0].passed != rows[i].passes)
            fail_msg("%s: %s", rows[i].expect, results[0].got);
        judge_end(&of);
    }
}

/* The first fact of a trigger about one patient. */
typedef struct fact_row {
    const char *patient, *when, *operand, *value, *limit;
} fact_row;

static const char *or_none(const char *text) {
    return text == NULL ? "" : text;
}

/* A limit has the side that its analyte is reported in, and a number its unit. */
static void a_fact_tells_its_value_and_its_limit(void **state) {
    (void)state;
    static const fact_row rows[] = {
        {"male 50 y", "sex = male", "sex", "male", "male"},
        {"female 50 y", "sex = female", "sex", "female", "female"},
        {"female 50 y", "uln(magnesium) > 1 mmol/L", "uln(magnesium)", "1.0", "1 mmol/L"},
        {"female 50 y", "uln(albumin) > 30 g/L", "uln(albumin)", "5000.0", "3000 mg/dL"},
        {"female 50 y", "latest(albumin) < albumin_low", "latest(albumin)", "", "30 g/L"},
        {"female 50 y", "latest(magnesium) < mg_low", "latest(magnesium)", "", "0.70 mmol/L"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char pack[1024];
        (void)snprintf(pack, sizeof pack,
                       "pack: facts\nversion: 1.0.0\nlimits:\n"
                       "- { name: mg_low, molar: 0.70 mmol/L, mass: 1.7 mg/dL }\n"
                       "- { name: albumin_low, mass: 30 g/L }\nrules:\n"
                       "- { id: R, title: T, among: always, severity: low, worse: low, when: '%s' "
                       "}\n",
                       rows[i].when);
        judge_begin_with(&of, pack);
        world_say(&of.in, "%s", rows[i].patient);
        explain();
        assert_true(explanation.fact_count > 0);
        const mag_fact *fact = &explanation.facts[0];
        assert_string_equal(fact->operand, rows[i].operand);
        assert_string_equal(or_none(fact->value), rows[i].value);
        assert_string_equal(or_none(fact->limit), rows[i].limit);
        judge_end(&of);
    }
}

static void who_died_or_may_have_died_is_told_by_one_fact(void **state) {
    (void)state;
    question_load(&of, "always");
    world_say(&of.in, "female 50 y");
    mag_person person = *of.in.patient.person;
    of.in.patient.person = &person;
    person.died = of.in.patient.as_of - MAG_MINUTES_PER_DAY;
    explain();
    assert_int_equal(explanation.fact_count, 1);
    assert_int_equal(explanation.facts[0].kind, MAG_FACT_PERSON);
    assert_string_equal(explanation.facts[0].operand, "alive");
    assert_string_equal(explanation.facts[0].value, "no");
    assert_int_equal(explanation.facts[0].at, person.died);
    person.died = MAG_MINUTE_OPEN;
    person.is_death_unreadable = true;
    explain();
    assert_true(explanation.fact_count > 0);
    assert_int_equal(explanation.facts[0].kind, MAG_FACT_UNKNOWN);
    assert_string_equal(explanation.facts[0].operand, "alive");
    assert_null(explanation.facts[0].limit);
    judge_end(&of);
}

/* Of an order that ends behind its start its moment counts, and its stop is shown as it is. */
static void an_order_that_ends_behind_its_start_shows_its_stop(void **state) {
    (void)state;
    question_load(&of, "exposed(LOOP within 9 days)");
    world_say(&of.in, "female 50 y; LOOP since 9 hours ago until 5 days ago");
    explain();
    size_t exposures = 0;
    for (size_t i = 0; i < explanation.fact_count; i++) {
        const mag_fact *fact = &explanation.facts[i];
        if (fact->kind != MAG_FACT_EXPOSURE)
            continue;
        exposures++;
        assert_true(fact->stop < fact->start);
        assert_int_equal(fact->stop % MAG_MINUTES_PER_DAY, 0);
    }
    assert_int_equal(exposures, 1);
    judge_end(&of);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(of_many_rows_of_many_questions_a_hundred_are_shown),
        cmocka_unit_test(rows_alike_in_all_but_one_thing_are_two_facts),
        cmocka_unit_test(an_unknown_age_is_a_fact_only_where_it_decides),
        cmocka_unit_test(an_example_that_names_no_reason_takes_any),
        cmocka_unit_test(a_fact_tells_its_value_and_its_limit),
        cmocka_unit_test(an_order_that_ends_behind_its_start_shows_its_stop),
        cmocka_unit_test(who_died_or_may_have_died_is_told_by_one_fact),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
