/* Notes of the shipped rules: no example of a pack shows them. */
#include "judge.h"

static judge of;

#define PATIENT(...)                                                                               \
    do {                                                                                           \
        WORLD(&of.in, __VA_ARGS__);                                                                \
    } while (0)

/* Does the explanation of the rule carry the note? */
static bool is_noted(const char *rule_id, const char *note) {
    mag_explanation explanation;
    mag_error err = {0};
    const int rule_idx = mag_pack_find_rule(of.pack, rule_id);
    assert_true(rule_idx >= 0);
    if (mag_explain_rule(of.evaluator, &of.in.patient, (size_t)rule_idx, &explanation, &err) !=
        MAG_OK)
        fail_msg("%s", err.text);
    const char *found = strstr(explanation.notes, note);
    const size_t nbytes = strlen(note);
    return found != NULL && (found[nbytes] == '\0' || found[nbytes] == ';');
}

static void a_level_from_the_lower_limit_to_three_quarters_is_borderline(void **state) {
    (void)state;
    const struct {
        const char *magnesium;
        bool is_borderline;
    } rows[] = {{"magnesium 0.69 mmol/L 400 days ago", false},
                {"magnesium 0.70 mmol/L 400 days ago", true},
                {"magnesium 0.74 mmol/L 400 days ago", true},
                {"magnesium 0.75 mmol/L 400 days ago", false},
                {"magnesium 1.6 mg/dL 400 days ago", false},
                {"magnesium 1.7 mg/dL 400 days ago", true},
                {"magnesium 1.8 mg/dL 400 days ago", false}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        PATIENT("female 50 y", "sodium 140 mmol/L 10 days ago", rows[i].magnesium,
                "PPI since 400 days ago", "LOOP since 200 days ago", "THIAZ since 200 days ago",
                "DIGOX since 200 days ago", "potassium 3.4 mmol/L 20 days ago");
        const char *const ids[] = {"B02", "B03", "B04", "B05", "B06"};
        for (size_t r = 0; r < sizeof ids / sizeof ids[0]; r++)
            if (is_noted(ids[r], "mg_borderline") != rows[i].is_borderline)
                fail_msg("%s after %s", ids[r], rows[i].magnesium);
    }
}

static void b01_notes_that_the_level_before_was_borderline(void **state) {
    (void)state;
    PATIENT("magnesium 0.72 mmol/L 60 days ago", "magnesium 0.65 mmol/L 10 days ago",
            "PPI since 400 days ago");
    assert_true(is_noted("B01", "mg_borderline"));
    PATIENT("magnesium 0.80 mmol/L 60 days ago", "magnesium 0.65 mmol/L 10 days ago",
            "PPI since 400 days ago");
    assert_false(is_noted("B01", "mg_borderline"));
}

static void b06_says_that_it_waits_for_two_weeks(void **state) {
    (void)state;
    PATIENT("potassium 3.4 mmol/L 13 days ago", "LOOP since 200 days ago");
    assert_true(is_noted("B06", "pending"));
    PATIENT("potassium 3.4 mmol/L 14 days ago", "LOOP since 200 days ago");
    assert_false(is_noted("B06", "pending"));
    PATIENT("potassium 3.5 mmol/L 13 days ago", "LOOP since 200 days ago");
    assert_false(is_noted("B06", "pending"));
    PATIENT("potassium 2.9 mmol/L 13 days ago", "LOOP since 200 days ago");
    assert_false(is_noted("B06", "pending"));
}

static void an_acute_injury_makes_every_band_unreliable(void **state) {
    (void)state;
    const struct {
        const char *creatinine, *rule_id;
    } rows[] = {{"creatinine 250 umol/L 7 days ago", "A01"},
                {"creatinine 120 umol/L 7 days ago", "A02"},
                {"creatinine 90 umol/L 7 days ago", "A03"}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        PATIENT("female 80 y 50 kg", rows[i].creatinine, "creatinine 60 umol/L 12 days ago",
                "MGSUPP 10 mmol since 60 days ago");
        assert_true(is_noted(rows[i].rule_id, "kf_unreliable"));
        PATIENT("female 80 y 50 kg", rows[i].creatinine, "MGSUPP 10 mmol since 60 days ago");
        assert_false(is_noted(rows[i].rule_id, "kf_unreliable"));
    }
    PATIENT("female 80 y 50 kg", "creatinine 90 umol/L 8 days ago",
            "creatinine 60 umol/L 12 days ago", "MGSUPP 10 mmol since 60 days ago");
    assert_false(is_noted("A03", "kf_unreliable"));
    PATIENT("female 80 y 50 kg", "creatinine 90 umol/L 8 days ago", "dialysis 30 days ago",
            "MGSUPP 10 mmol since 60 days ago");
    assert_true(is_noted("A03", "kf_unreliable"));
}

static void a06_says_that_it_has_no_baseline_and_names_the_band(void **state) {
    (void)state;
    PATIENT("female 60 y 70 kg", "creatinine 355 umol/L 5 days ago", "MGLAX since 60 days ago");
    assert_true(is_noted("A06", "no_baseline"));
    assert_true(is_noted("A06", "kf_below_20"));
    PATIENT("female 60 y 70 kg", "creatinine 90 umol/L 9 days ago",
            "creatinine 180 umol/L 5 days ago", "MGLAX since 60 days ago");
    assert_false(is_noted("A06", "no_baseline"));
    assert_false(is_noted("A06", "kf_below_20"));
    assert_true(is_noted("A06", "kf_30_to_59"));
}

static void a_heart_block_is_noted_where_magnesium_is_taken(void **state) {
    (void)state;
    PATIENT("female 80 y 50 kg", "creatinine 250 umol/L 7 days ago", "heart_block 900 days ago",
            "MGSUPP 10 mmol since 60 days ago");
    const char *const ids[] = {"A01", "A02", "A03", "A04"};
    for (size_t r = 0; r < sizeof ids / sizeof ids[0]; r++)
        assert_true(is_noted(ids[r], "heart_block_coded"));
    PATIENT("female 80 y 50 kg", "creatinine 250 umol/L 7 days ago",
            "MGSUPP 10 mmol since 60 days ago");
    assert_false(is_noted("A01", "heart_block_coded"));
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
        cmocka_unit_test(a_level_from_the_lower_limit_to_three_quarters_is_borderline),
        cmocka_unit_test(b01_notes_that_the_level_before_was_borderline),
        cmocka_unit_test(b06_says_that_it_waits_for_two_weeks),
        cmocka_unit_test(an_acute_injury_makes_every_band_unreliable),
        cmocka_unit_test(a06_says_that_it_has_no_baseline_and_names_the_band),
        cmocka_unit_test(a_heart_block_is_noted_where_magnesium_is_taken),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
