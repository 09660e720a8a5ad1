/* Questions at the edges of what is known: windows that hang on a sample that is not there, gaps
   and spacings in hours, analytes that no source delivers, limits of normal. */
#include "judge.h"

static judge of;

typedef struct row {
    const char *patient, *when, *wanted;
} row;

#define PACK                                                                                       \
    "pack: edges\nversion: 1.0.0\n"                                                                \
    "limits: [{ name: mg_low, molar: 0.70 mmol/L, mass: 1.7 mg/dL }]\n"                            \
    "groups: [{ name: MGSYS, members: [MGSUPP, MGIV] }]\n"                                         \
    "rules:\n- id: R\n  title: T\n  severity: low\n  worse: low\n  requires: [conditions]\n"       \
    "  let: [{ name: s, as: latest(potassium within 90 days) }]\n  among: age > 3\n  when: >-\n  " \
    "  "

static void expect_rows(const row *rows, size_t count) {
    for (size_t i = 0; i < count; i++) {
        char text[2048], got[160];
        (void)snprintf(text, sizeof text, PACK "%s\n", rows[i].when);
        judge_begin_with(&of, text);
        world_say(&of.in, "female 50 y; %s", rows[i].patient);
        judge_patient(&of);
        judge_text(&of, "R", got);
        if (strcmp(got, rows[i].wanted) != 0)
            fail_msg("%s, of \"%s\": %s, wanted %s", rows[i].when, rows[i].patient, got,
                     rows[i].wanted);
        judge_end(&of);
    }
}

#define EXPECT(...)                                                                                \
    do {                                                                                           \
        const row rows[] = {__VA_ARGS__};                                                          \
        expect_rows(rows, sizeof rows / sizeof rows[0]);                                           \
    } while (0)

static void a_window_that_hangs_on_nothing_is_unknown(void **state) {
    (void)state;
    static const char nothing[] = "sodium 140 mmol/L 3 days ago";
    EXPECT({nothing, "latest(sodium since s) > latest(sodium)", "cannot_tell missing"},
           {nothing, "lowest(magnesium since s) < mg_low", "cannot_tell missing"},
           {nothing, "highest(magnesium since s) < mg_low", "cannot_tell missing"},
           {nothing, "spaced(sodium since s, apart 14 days) > 1", "cannot_tell missing"},
           {nothing, "count(sodium since s) > 0", "cannot_tell missing"},
           {nothing, "weight(since s) < 50 kg", "cannot_tell missing"},
           {nothing, "height(since s) < 150 cm", "cannot_tell missing"},
           {nothing, "bmi(since s) < 18", "cannot_tell missing"},
           {nothing, "egfr(since s) < 30 mL/min/1.73m2", "cannot_tell missing"},
           {nothing, "kidney_function(since s) < 30 mL/min", "cannot_tell missing"},
           {nothing, "has(ckd since s)", "cannot_tell missing"},
           {nothing, "rejected(sodium since s)", "cannot_tell missing"},
           {nothing, "suspect(edta since s)", "cannot_tell missing"},
           {nothing, "days_since(s) > 3", "cannot_tell missing"},
           {nothing, "pair(s, sodium within 3 days) > latest(sodium)", "cannot_tell missing"});
}

/* No such drug in all of history: then none since the sample either, wherever it lies. */
static void no_drug_at_all_is_none_in_any_window(void **state) {
    (void)state;
    EXPECT({"LOOP since 3 days ago", "issues(PPI since s) > 0", "clear"},
           {"PPI issue 3 days ago", "issues(PPI since s) > 0", "cannot_tell missing"},
           {"no prescriptions source", "issues(PPI since s) > 0", "cannot_tell missing"},
           {"LOOP since 3 days ago", "active(PPI since s)", "clear"},
           {"PPI since 3 days ago", "active(PPI since s)", "cannot_tell missing"},
           {"LOOP since 3 days ago", "overlap(PPI, LOOP since s) > 1 day", "clear"},
           {"LOOP since 3 days ago; PPI since 3 days ago", "overlap(PPI, LOOP since s) > 1 day",
            "cannot_tell missing"});
}

static void gaps_and_spacings_are_counted_in_hours_where_they_say_so(void **state) {
    (void)state;
    /* the first order ends with its last day, 24 hours before the second begins */
    static const char two_orders[] = "PPI since 20 days ago until 5 days ago; PPI since 3 days ago";
    static const char two_results[] = "magnesium 0.8 mmol/L on 2024-06-10T08:00; "
                                      "magnesium 0.8 mmol/L on 2024-06-11T20:00";
    EXPECT({two_orders, "continuous(PPI for 10 days, gap 36 hours)", "low"},
           {two_orders, "continuous(PPI for 10 days, gap 24 hours)", "low"},
           {two_orders, "continuous(PPI for 10 days, gap 23 hours)", "clear"},
           {two_orders, "continuous(PPI for 10 days, gap 1 day)", "low"},
           {two_results, "spaced(magnesium, apart 36 hours) > 1", "low"},
           {two_results, "spaced(magnesium, apart 37 hours) > 1", "clear"});
}

static void an_analyte_that_no_source_delivers_cannot_be_told(void **state) {
    (void)state;
    EXPECT(
        {"source without creatinine; sodium 140 mmol/L 3 days ago", "none(egfr within 30 days)",
         "cannot_tell unobservable"},
        {"source without calcium; source without calcium_adjusted; sodium 140 mmol/L 3 days ago",
         "none(adjusted_calcium within 30 days)", "cannot_tell unobservable"},
        {"source without calcium; sodium 140 mmol/L 3 days ago",
         "none(adjusted_calcium within 30 days)", "low"},
        {"source without urea; source without urea_nitrogen; sodium 140 mmol/L 3 days ago",
         "none(urea within 30 days)", "cannot_tell unobservable"},
        {"source without urea; sodium 140 mmol/L 3 days ago", "none(urea within 30 days)", "low"},
        {"source without sodium; potassium 4 mmol/L 3 days ago", "none(sodium within 30 days)",
         "cannot_tell unobservable"},
        {"no laboratory source", "none(sodium within 30 days)", "cannot_tell no_source"});
}

static void the_range_of_the_row_is_the_limit_of_normal(void **state) {
    (void)state;
    EXPECT({"ck 200 U/L range 25-200 3 days ago", "latest(ck) > uln(ck)", "clear"},
           {"ck 201 U/L range 25-200 3 days ago", "latest(ck) > uln(ck)", "low"},
           {"sodium 140 mmol/L 3 days ago", "latest(ck) > uln(ck)", "cannot_tell missing"});
}

static void categories_take_an_egfr_or_a_window(void **state) {
    (void)state;
    static const char reported[] = "egfr_reported 25 mL/min/1.73m2 3 days ago";
    EXPECT({reported, "ckd_category(within 90 days) = G4", "low"},
           {reported, "ckd_category(egfr(within 90 days)) = G4", "low"},
           {reported, "ckd_category = G4", "low"}, {reported, "ckd_category > G4", "clear"},
           {"sodium 140 mmol/L 3 days ago", "ckd_category = G4", "cannot_tell missing"});
}

static void a_filter_of_egfr_is_a_number(void **state) {
    (void)state;
    static const char failing[] = "creatinine 300 umol/L 3 days ago";
    EXPECT({failing, "count(egfr < 30 mL/min/1.73m2) > 0", "low"},
           {failing, "count(egfr > 30 mL/min/1.73m2) > 0", "clear"},
           {failing, "latest(egfr < 30 mL/min/1.73m2) < 20 mL/min/1.73m2", "low"});
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_window_that_hangs_on_nothing_is_unknown),
        cmocka_unit_test(no_drug_at_all_is_none_in_any_window),
        cmocka_unit_test(gaps_and_spacings_are_counted_in_hours_where_they_say_so),
        cmocka_unit_test(an_analyte_that_no_source_delivers_cannot_be_told),
        cmocka_unit_test(the_range_of_the_row_is_the_limit_of_normal),
        cmocka_unit_test(a_filter_of_egfr_is_a_number),
        cmocka_unit_test(categories_take_an_egfr_or_a_window),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
