/* The facts that decided, the notes, and what could not be told. */
#include "small_pack.h"

static judge of;
static mag_explanation explanation;

static void explain(const char *rule_id) {
    mag_error err = {0};
    const int rule_idx = mag_pack_find_rule(of.pack, rule_id);
    assert_true(rule_idx >= 0);
    judge_patient(&of);
    if (mag_explain_rule(of.evaluator, &of.in.patient, (size_t)rule_idx, &explanation, &err) !=
        MAG_OK)
        fail_msg("%s", err.text);
    const mag_outcome *outcome = &of.outcomes[rule_idx];
    assert_int_equal(explanation.outcome.kind, outcome->kind);
    assert_int_equal(explanation.outcome.severity, outcome->severity);
    assert_int_equal(explanation.outcome.reasons, outcome->reasons);
}

static const char *shown(const char *text) {
    return text == NULL ? "-" : text;
}

/* "operand|value|unit|limit|notes" of a fact. */
static void fact_text(const mag_fact *fact, char out[256]) {
    const char *value = fact->kind == MAG_FACT_EXPOSURE ? fact->drug_class : fact->value;
    const char *unit = fact->kind == MAG_FACT_EXPOSURE ? fact->dose : fact->unit;
    (void)snprintf(out, 256, "%s|%s|%s|%s|%s", fact->operand, shown(value), shown(unit),
                   shown(fact->limit), shown(fact->notes));
}

static void expect_facts(const char *const *wanted) {
    size_t count = 0;
    for (; wanted[count] != NULL; count++) {
        char got[256] = "nothing";
        if (count < explanation.fact_count)
            fact_text(&explanation.facts[count], got);
        if (strcmp(got, wanted[count]) != 0)
            fail_msg("fact %zu is %s, wanted %s", count, got, wanted[count]);
    }
    assert_int_equal(explanation.fact_count, count);
}

#define FACTS(...) expect_facts((const char *const[]){__VA_ARGS__, NULL})

/* The minute after the last day, however the row says when it ends. */
static void a_day_only_stop_is_told_by_the_minute_behind_it(void **state) {
    (void)state;
    WORLD(&of.in, "creatinine 400 umol/L on 2024-06-20", "female 82 y 48 kg",
          "MGSUPP 400 mg since 60 days ago until on 2024-06-30", "no conditions source");
    explain("A01");
    char stop[MAG_MOMENT_TEXT_NBYTES];
    assert_string_equal(explanation.facts[0].operand, "active(MGSYS)");
    assert_true(explanation.facts[0].is_date_only);
    mag_minute_text(explanation.facts[0].stop, false, stop);
    assert_string_equal(stop, "2024-07-01T00:00");
}

static void a_flag_shows_drug_and_kidney_with_their_limit(void **state) {
    (void)state;
    WORLD(&of.in, "female 82 y 48 kg", "creatinine 150 umol/L on 2024-06-20",
          "MGSUPP 400 mg since 60 days ago", "no conditions source");
    explain("A01");
    FACTS("active(MGSYS)|MGSUPP|16.4 mmol/day|-|-", "kf|19.3|mL/min|20 mL/min|kf_band_sensitive");
    const mag_fact *kf = &explanation.facts[1];
    assert_string_equal(kf->digest_value, "19.3024"); /* 58 x 48 x 1.04 / 150 */
    assert_string_equal(kf->method, mag_kf_method_label(MAG_KF_CG_ACTUAL));
    assert_true(kf->is_date_only);
    assert_non_null(strstr(explanation.notes, "exception_unknown: dialysis (no_source)"));
    const mag_fact *drug = &explanation.facts[0];
    char start[MAG_MOMENT_TEXT_NBYTES];
    mag_minute_text(drug->start, drug->is_date_only, start);
    assert_string_equal(start, "2024-05-01");
}

static void two_limits_of_one_value_stay_one_fact(void **state) {
    (void)state;
    WORLD(&of.in, "female 80 y 50 kg", "creatinine 130 umol/L on 2024-06-20",
          "MGSUPP 10 mmol since 60 days ago", "magnesium 0.45 mmol/L on 2024-06-25");
    explain("A02");
    FACTS("active(MGSYS)|MGSUPP|10.0 mmol/day|-|-",
          "kf|24.0|mL/min|20 mL/min and 30 mL/min|kf_band_sensitive",
          "lowest(magnesium within 30 days)|0.45|mmol/L|0.50 mmol/L|ctcae 2");
}

static void a_clear_rule_shows_what_made_it_clear(void **state) {
    (void)state;
    WORLD(&of.in, "female 50 y", "magnesium 1.7 mg/dL on 2024-06-20");
    explain("C01");
    FACTS("latest(magnesium within 90 days)|1.7|mg/dL|1.7 mg/dL|-");
    WORLD(&of.in, "female 80 y 50 kg", "creatinine 60 umol/L on 2024-06-20",
          "MGSUPP 10 mmol since 60 days ago");
    explain("A02"); /* 20 is reached, 30 as well: only the second decides */
    FACTS("active(MGSYS)|MGSUPP|10.0 mmol/day|-|-", "kf|52.0|mL/min|30 mL/min|kf_band_sensitive");
}

static void what_is_not_applicable_shows_why(void **state) {
    (void)state;
    WORLD(&of.in, "female 50 y");
    explain("A01");
    FACTS("active(MGSYS)|-|-|-|-");
    assert_int_equal(explanation.facts[0].kind, MAG_FACT_ABSENCE);
    WORLD(&of.in, "female 17 y", "magnesium 0.2 mmol/L 3 days ago");
    explain("C01");
    FACTS("age|17|years|18 years|-");
}

static void an_absence_shows_the_last_result_ever(void **state) {
    (void)state;
    WORLD(&of.in, "female 65 y 60 kg", "creatinine 105 umol/L 10 days ago",
          "MGSUPP 10 mmol since 60 days ago", "magnesium 0.91 mmol/L on 2023-01-05");
    explain("A03");
    FACTS("active(MGSYS)|MGSUPP|10.0 mmol/day|-|-", "days_on(MGSYS)|60|days|28 days|-",
          "kf|44.5|mL/min|30 mL/min and 60 mL/min and 45 mL/min|-",
          "none(magnesium within 92 days)|0.91|mmol/L|-|-");
}

static void cannot_tell_lists_the_unknown_operands(void **state) {
    (void)state;
    WORLD(&of.in, "female 80 y 50 kg", "creatinine 150 umol/L 366 days ago",
          "MGSUPP 10 mmol since 60 days ago");
    explain("A01");
    FACTS("kf|-|-|20 mL/min|stale");
    assert_string_equal(explanation.detail, "kf: stale");
    WORLD(&of.in, "female 80 y", "magnesium <0.80 mmol/L 3 days ago");
    explain("C01");
    FACTS("latest(magnesium within 90 days)|<0.80|mmol/L|0.70 mmol/L|censored");
    assert_string_equal(explanation.detail, "latest(magnesium within 90 days): censored");
    WORLD(&of.in, "female 80 y", "age unknown", "magnesium 0.60 mmol/L 3 days ago");
    explain("C01");
    FACTS("age|-|-|18 years|demographic");
    assert_string_equal(explanation.detail, "age: demographic");
}

static void notes_of_a_rule_and_of_values_are_told(void **state) {
    (void)state;
    WORLD(&of.in, "female 80 y 50 kg", "creatinine 200 umol/L 100 days ago",
          "MGSUPP 10 mmol since 60 days ago");
    explain("A01");
    assert_string_equal(explanation.notes, "kf_stale");
    assert_int_equal(explanation.outcome.severity_before, MAG_SEVERITY_CRITICAL);
    assert_int_equal(explanation.outcome.severity, MAG_SEVERITY_HIGH);
    WORLD(&of.in, "female 50 y", "magnesium 0.50 mmol/L 3 hours ago",
          "magnesium 0.60 mmol/L 3 hours ago", "magnesium rejected 1 hour ago");
    explain("C01");
    FACTS("latest(magnesium within 90 days)|0.50|mmol/L|0.70 mmol/L and 0.60 mmol/L|"
          "conflict,newer_rejected,ctcae 1");
}

static void every_drug_that_counts_is_a_fact_of_its_own(void **state) {
    (void)state;
    WORLD(&of.in, "female 50 y", "magnesium 0.60 mmol/L on 2024-06-20", "LOOP since 60 days ago",
          "drug \"Omeprazole 20 mg capsule\" since 40 days ago",
          "PPI since 200 days ago until 30 days ago");
    explain("B01");
    FACTS("latest(magnesium within 90 days)|0.60|mmol/L|0.70 mmol/L|ctcae 1",
          "active(DEPL within 14 days before sample)|LOOP|-|-|-",
          "active(DEPL within 14 days before sample)|PPI|-|-|-");
    assert_string_equal(explanation.facts[2].drug_name, "Omeprazole 20 mg capsule");
}

static void of_many_rows_the_newest_are_shown_and_the_others_counted(void **state) {
    (void)state;
    char lines[WORLD_TEXT_NBYTES] = "creatinine 400 umol/L on 2024-06-20; female 82 y 48 kg";
    for (int days = 45; days > 0; days--) {
        const size_t nbytes = strlen(lines);
        (void)snprintf(lines + nbytes, sizeof lines - nbytes, "; MGSUPP 400 mg since %d days ago",
                       days);
    }
    world_say(&of.in, "%s", lines);
    explain("A01");
    size_t rows = 0, counts = 0;
    for (size_t i = 0; i < explanation.fact_count; i++) {
        const mag_fact *fact = &explanation.facts[i];
        rows += fact->kind == MAG_FACT_EXPOSURE;
        if (fact->unit == NULL || strcmp(fact->unit, "more rows") != 0)
            continue;
        counts++;
        assert_string_equal(fact->operand, "active(MGSYS)");
        assert_string_equal(fact->value, "25");
        assert_string_equal(fact->digest_value, "25");
        assert_int_equal(fact->at, MAG_MINUTE_NONE);
    }
    assert_int_equal(rows, 20);
    assert_int_equal(counts, 1);
    assert_int_equal(of.in.patient.as_of - explanation.facts[0].start,
                     20 * MAG_MINUTES_PER_DAY + MAG_MINUTES_PER_DAY - 1);
}

static void rows_that_read_the_same_are_one_fact_and_all_count_in_the_dose(void **state) {
    (void)state;
    WORLD(&of.in, "female 65 y 60 kg", "creatinine 105 umol/L 10 days ago",
          "MGSUPP 7 mmol since 60 days ago", "MGSUPP 7 mmol since 60 days ago",
          "magnesium 0.85 mmol/L 3 days ago");
    explain("A03");
    FACTS("active(MGSYS)|MGSUPP|7.0 mmol/day|-|-", "days_on(MGSYS)|60|days|28 days|-",
          "kf|44.5|mL/min|30 mL/min and 60 mL/min and 45 mL/min|-",
          "dose(MGSYS)|14.0|mmol/day|12 mmol/day|-");
}

static void a_count_shows_the_results_that_it_counts(void **state) {
    (void)state;
    WORLD(&of.in, "female 50 y", "PPI since 200 days ago", "MGSUPP 10 mmol since 60 days ago",
          "magnesium 0.60 mmol/L 50 days ago", "magnesium 0.90 mmol/L 30 days ago",
          "magnesium 1.5 mg/dL 5 days ago");
    explain("B11");
    FACTS("continuous(PPI for 90 days)|PPI|-|-|-",
          "latest(magnesium within 183 days)|1.5|mg/dL|1.7 mg/dL|ctcae 1",
          "exposed(MGSUPP, MGIV within 183 days)|MGSUPP|10.0 mmol/day|-|-",
          "spaced(magnesium < mg_low within 183 days, apart 14 days)|2|-|2|-",
          "spaced(magnesium < mg_low within 183 days, apart 14 days)|0.60|mmol/L|-|-");
}

static void the_evaluator_forgets_the_patient_before(void **state) {
    (void)state;
    WORLD(&of.in, "female 50 y", "magnesium 0.60 mmol/L 3 days ago");
    explain("C01");
    assert_int_equal(explanation.outcome.kind, MAG_FLAGGED);
    WORLD(&of.in, "female 50 y", "magnesium 0.80 mmol/L 3 days ago"); /* at the same address */
    explain("C01");
    assert_int_equal(explanation.outcome.kind, MAG_CLEAR);
}

static int begin(void **state) {
    (void)state;
    judge_begin(&of);
    return 0;
}

static int end(void **state) {
    (void)state;
    judge_end(&of);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_day_only_stop_is_told_by_the_minute_behind_it),
        cmocka_unit_test(a_flag_shows_drug_and_kidney_with_their_limit),
        cmocka_unit_test(two_limits_of_one_value_stay_one_fact),
        cmocka_unit_test(a_clear_rule_shows_what_made_it_clear),
        cmocka_unit_test(what_is_not_applicable_shows_why),
        cmocka_unit_test(an_absence_shows_the_last_result_ever),
        cmocka_unit_test(cannot_tell_lists_the_unknown_operands),
        cmocka_unit_test(notes_of_a_rule_and_of_values_are_told),
        cmocka_unit_test(every_drug_that_counts_is_a_fact_of_its_own),
        cmocka_unit_test(of_many_rows_the_newest_are_shown_and_the_others_counted),
        cmocka_unit_test(rows_that_read_the_same_are_one_fact_and_all_count_in_the_dose),
        cmocka_unit_test(a_count_shows_the_results_that_it_counts),
        cmocka_unit_test(the_evaluator_forgets_the_patient_before),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
