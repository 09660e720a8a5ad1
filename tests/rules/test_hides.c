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
    WORLD(&of.in, "magnesium 0.6 mmol/L on 2024-06-20T07:10",
          "potassium 3.0 mmol/L on 2024-06-20T07:11");
    judge_patient(&of);
    judge_expect(&of, "C", "low");
    judge_end(&of);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hiding_is_transitive_and_names_the_visible_top),
        cmocka_unit_test(only_active_rules_hide),
        cmocka_unit_test(of_two_that_hide_the_worse_one_is_named),
        cmocka_unit_test(a_share_of_samples_hides_only_what_rests_on_the_same_specimen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
