/* any_of: which arms have a say, and which of them are told as deciding. */
#include "small_pack.h"

static judge of;

#define ARMS                                                                                       \
    "    status: active\n    among: age >= 18\n    worse: low\n    severity: low\n"                \
    "    when: any_of(latest(magnesium within 30 days) < mg_low, latest(potassium within 30 "      \
    "days) < k_low)\n"

static void expect(const char *outcome, const char *facts) {
    mag_error err = {0};
    mag_explanation got;
    char names[256] = "";
    judge_patient(&of);
    judge_expect(&of, "A", outcome);
    assert_int_equal(mag_explain_rule(of.evaluator, &of.in.patient, 0, &got, &err), MAG_OK);
    for (size_t i = 0; i < got.fact_count; i++)
        if (strncmp(got.facts[i].operand, "latest(", 7) == 0)
            strncat(names, got.facts[i].operand + 7, 1); /* m, p */
    assert_string_equal(names, facts);
}

static void arms_without_data_are_left_out_of_outcome_and_facts(void **state) {
    (void)state;
    judge_begin_with(&of, SMALL_PACK_HEAD SMALL_RULE("A", ARMS));
    WORLD(&of.in, "magnesium 0.6 mmol/L 3 days ago", "potassium 3.0 mmol/L 3 days ago");
    expect("low", "mp");
    WORLD(&of.in, "magnesium 0.6 mmol/L 3 days ago", "potassium 4.0 mmol/L 3 days ago");
    expect("low", "m");
    WORLD(&of.in, "magnesium 0.8 mmol/L 3 days ago", "potassium 4.0 mmol/L 3 days ago");
    expect("clear", "mp");
    WORLD(&of.in, "potassium 4.0 mmol/L 3 days ago");
    expect("clear", "p");
    WORLD(&of.in, "female 50 y");
    expect("cannot_tell missing", "mp");
    /* a rejected magnesium is data that nobody can read: the arm stays in */
    WORLD(&of.in, "magnesium rejected 3 days ago", "potassium 4.0 mmol/L 3 days ago");
    expect("cannot_tell rejected", "m");
    WORLD(&of.in, "magnesium rejected 3 days ago");
    expect("cannot_tell rejected", "m");
    WORLD(&of.in, "magnesium rejected 3 days ago", "potassium 3.0 mmol/L 3 days ago");
    expect("low", "p");
    judge_end(&of);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arms_without_data_are_left_out_of_outcome_and_facts)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
