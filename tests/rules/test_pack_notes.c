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
    };
    return cmocka_run_group_tests(tests, begin, end);
}
