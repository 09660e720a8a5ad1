/* Forms that the masks of a block answer, each beside one that they leave to the plain evaluator;
   whoever is judged is judged by both (judge_patient). */
#include "question.h"

static judge of;

static void results_by_their_age(void **state) {
    (void)state;
    QUESTIONS(&of,
              {"magnesium 0.65 mmol/L 90 days ago", "measured(magnesium within 90 days)", "low"},
              {"magnesium 0.65 mmol/L 91 days ago", "measured(magnesium within 90 days)", "clear"},
              {"magnesium 0.65 mmol/L 91 days ago; magnesium rejected 3 days ago",
               "measured(magnesium within 90 days)", "cannot_tell rejected"},
              {"magnesium 0.65 mmol/L 40 days ago; magnesium rejected 3 days ago",
               "measured(magnesium within 90 days)", "low"},
              {"magnesium 0.65 mmol/L 40 days ago", "measured(magnesium within 36525 days)", "low"},
              {"magnesium 0.65 mmol/L 40 days ago", "measured(magnesium within 60 hours)", "clear"},
              {"magnesium 0.65 mmol/L 40 days ago", "measured(magnesium from 50 to 90 days ago)",
               "clear"},
              {"potassium 4.1 mmol/L 300 days ago", "none(magnesium within 90 days)", "low"},
              {"potassium 4.1 mmol/L 366 days ago", "none(magnesium within 90 days)",
               "cannot_tell unobservable"},
              {"potassium 4.1 mmol/L 366 days ago", "none(magnesium within 400 days)", "low"},
              {"potassium 4.1 mmol/L 300 days ago; sodium rejected 2 days ago",
               "none(magnesium within 90 days)", "low"},
              {"sodium 140 mmol/L 300 days ago; sodium rejected 2 days ago",
               "none(magnesium within 90 days)", "low"},
              {"potassium 4.1 mmol/L 3 days ago; source without magnesium",
               "none(magnesium within 90 days)", "cannot_tell unobservable"},
              {"magnesium 0.65 mmol/L 40 days ago", "none(magnesium)", "clear"},
              {"potassium 4.1 mmol/L 900 days ago", "none(magnesium)", "low"});
}

static void without_a_laboratory_nothing_is_known(void **state) {
    (void)state;
    QUESTIONS(&of,
              {"no laboratory source", "latest(magnesium within 90 days) < mg_low",
               "cannot_tell no_source"},
              {"no laboratory source", "lowest(magnesium within 90 days) < mg_low",
               "cannot_tell no_source"},
              {"no laboratory source", "none(magnesium within 90 days)", "cannot_tell no_source"},
              {"no laboratory source", "measured(magnesium within 90 days)", "clear"},
              {"no laboratory source", "rejected(any within 90 days)", "cannot_tell no_source"},
              {"no laboratory source", "highest(weight within 90 days) > 50 kg",
               "cannot_tell no_source"});
}

static void values_against_limits(void **state) {
    (void)state;
    QUESTIONS(
        &of,
        {"magnesium 0.65 mmol/L 40 days ago", "latest(magnesium within 90 days) < mg_low", "low"},
        {"magnesium <0.60 mmol/L 40 days ago", "latest(magnesium within 90 days) < mg_low", "low"},
        {"magnesium <0.90 mmol/L 40 days ago", "latest(magnesium within 90 days) < mg_low",
         "cannot_tell censored"},
        {"magnesium 0.65 mmol/L 40 days ago; magnesium 0.75 mmol/L 40 days ago",
         "latest(magnesium within 90 days) < mg_low", "low"},
        {"magnesium 0.65 mmol/L 40 days ago; magnesium 0.75 mmol/L 4 days ago",
         "lowest(magnesium within 90 days) < mg_low", "low"},
        {"magnesium 0.65 mmol/L 40 days ago; magnesium 0.75 mmol/L 4 days ago",
         "lowest(magnesium within 30 days) <= mg_low", "clear"},
        {"magnesium 0.65 mmol/L 40 days ago; magnesium 0.75 mmol/L 4 days ago",
         "lowest(magnesium) > mg_low", "clear"},
        {"magnesium 0.72 mmol/L 40 days ago; magnesium 0.75 mmol/L 4 days ago",
         "lowest(magnesium within 90 days) >= mg_low", "low"},
        {"magnesium 0.65 mmol/L 40 days ago; magnesium 0.75 mmol/L 4 days ago",
         "highest(magnesium within 90 days) > mg_low", "low"},
        {"magnesium 0.65 mmol/L 40 days ago; magnesium 0.75 mmol/L 4 days ago",
         "highest(magnesium within 90 days) >= mg_low", "low"},
        {"magnesium 0.65 mmol/L 40 days ago; magnesium 0.75 mmol/L 4 days ago",
         "highest(magnesium within 90 days) < mg_low", "clear"},
        {"magnesium 0.65 mmol/L 40 days ago; magnesium rejected 20 days ago; "
         "magnesium <0.90 mmol/L 4 days ago",
         "lowest(magnesium within 90 days) < mg_low", "low"},
        {"magnesium 0.65 mmol/L 40 days ago; magnesium rejected 4 days ago",
         "lowest(magnesium within 90 days) < mg_low", "low"});
}

static void numbers_of_one_result(void **state) {
    (void)state;
    QUESTIONS(&of,
              {"weight 70 kg 10 days ago",
               "highest(weight within 30 days) > 1.1 * lowest(weight within 30 days)", "clear"},
              {"weight 70 kg 10 days ago; weight 80 kg 5 days ago",
               "highest(weight within 30 days) > 1.1 * lowest(weight within 30 days)", "low"},
              {"weight 70 kg 40 days ago; weight 80 kg 5 days ago",
               "highest(weight within 30 days) > 1.1 * lowest(weight within 30 days)", "clear"},
              {"weight 70 kg 10 days ago",
               "highest(weight within 30 days) - lowest(weight within 30 days) >= 0 kg", "low"},
              {"weight 70 kg 10 days ago",
               "highest(weight within 30 days) / lowest(weight within 30 days) = 1", "low"},
              {"weight 70 kg 10 days ago",
               "latest(weight within 30 days) + first(weight within 30 days) > 139 kg", "low"},
              {"weight 70 kg 10 days ago",
               "highest(weight within 30 days) > 1.1 * lowest(weight within 90 days)", "clear"},
              {"weight 70 kg 100 days ago", "latest(weight within 30 days) > 60 kg",
               "cannot_tell missing"});
}

static void rows_in_effect(void **state) {
    (void)state;
    QUESTIONS(
        &of, {"LOOP since 60 days ago", "active(LOOP)", "low"},
        {"LOOP since 60 days ago until 1 day ago", "active(LOOP)", "clear"},
        {"LOOP since 60 days ago until 10 days ago", "exposed(LOOP within 10 days)", "low"},
        {"LOOP since 60 days ago until 11 days ago", "exposed(LOOP within 9 days)", "clear"},
        {"LOOP issue 50 days ago 28 days supply", "active(LOOP)", "low"},
        {"LOOP issue 57 days ago 28 days supply", "active(LOOP)", "clear"},
        {"LOOP since 60 days ago until 60 days ago", "exposed(LOOP)", "low"},
        {"LOOP since 60 days ago until 10 days ago",
         "active(LOOP within 20 days before start(PPI))", "cannot_tell missing"},
        {"MGIV since 3 days ago until 1 day ago", "active(MGSYS)", "clear"},
        {"MGIV since 9 days ago", "active(MGSYS)", "low"},
        {"FQ since 9 days ago", "active(FQ)", "low"},
        {"LOOP since 60 days ago; THIAZ since 9 days ago", "count_active(LOOP, THIAZ, PPI) >= 2",
         "low"},
        {"LOOP since 60 days ago; THIAZ since 9 days ago", "count_active(LOOP, THIAZ, PPI) > 2",
         "clear"},
        {"LOOP since 60 days ago", "continuous(LOOP for 60 days)", "low"},
        {"LOOP since 60 days ago", "continuous(LOOP for 61 days)", "clear"},
        {"LOOP since 60 days ago", "continuous(LOOP for 100 hours)", "low"},
        {"no prescriptions source", "active(LOOP)", "cannot_tell no_source"},
        {"no prescriptions source", "count_active(LOOP, THIAZ) >= 1", "cannot_tell no_source"},
        {"outside stays", "continuous(LOOP for 60 days)", "cannot_tell unobservable"},
        {"outside stays", "exposed(LOOP since start(PPI))", "cannot_tell unobservable"});
}

static void eras_that_go_on(void **state) {
    (void)state;
    QUESTIONS(
        &of,
        {"LOOP since 90 days ago until 40 days ago; LOOP since 30 days ago",
         "continuous(LOOP for 60 days)", "clear"},
        {"LOOP since 90 days ago until 40 days ago; LOOP since 39 days ago",
         "continuous(LOOP for 60 days)", "low"},
        {"LOOP since 90 days ago until 5 days ago", "continuous(LOOP for 60 days)", "clear"},
        {"LOOP since 90 days ago; LOOP since 30 days ago until 9 days ago",
         "continuous(LOOP for 60 days)", "low"},
        {"LOOP issue 90 days ago 28 days supply; LOOP issue 40 days ago 28 days supply",
         "continuous(LOOP for 60 days)", "low"},
        {"LOOP issue 97 days ago 28 days supply; LOOP issue 40 days ago 28 days supply",
         "continuous(LOOP for 60 days)", "clear"},
        {"LOOP since 90 days ago until 40 days ago; THIAZ since 40 days ago",
         "continuous(LOOP, THIAZ for 60 days)", "low"},
        {"LOOP since 90 days ago; THIAZ since 40 days ago", "continuous(LOOP, THIAZ for 60 days)",
         "low"},
        {"LOOP since 50 days ago; THIAZ since 40 days ago", "continuous(LOOP, THIAZ for 60 days)",
         "clear"},
        {"LOOP since 90 days ago", "continuous(LOOP for 60 days, gap 60 days)", "low"},
        {"LOOP since 90 days ago", "continuous(LOOP for 60 days, gap 800 hours)", "low"},
        {"LOOP since 90 days ago until 50 days ago; LOOP since 30 days ago",
         "continuous(LOOP for 60 days, gap 60 days)", "low"},
        {"LOOP issue 90 days ago 28 days supply; LOOP issue 40 days ago 28 days supply",
         "continuous(LOOP for 60 days, gap 5 days)", "clear"},
        {"LOOP since 90 days ago until 3 days ago", "continuous(LOOP for 60 days, gap 0 days)",
         "clear"},
        {"MGIV since 90 days ago until 1 day ago", "continuous(MGSYS for 60 days)", "clear"},
        {"drug \"Prevpac\" since 40 days ago", "continuous(PPI for 20 days)", "low"},
        {"drug \"Prevpac\" since 40 days ago until 21 days ago; drug \"Prevpac\" since 20 days ago",
         "continuous(PPI for 30 days)", "clear"},
        {"LOOP since 90 days ago", "continuous(LOOP for 0 days)", "low"},
        {"LOOP since 90 days ago", "continuous(LOOP for 36525 days)", "clear"});
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(results_by_their_age),
        cmocka_unit_test(without_a_laboratory_nothing_is_known),
        cmocka_unit_test(values_against_limits),
        cmocka_unit_test(numbers_of_one_result),
        cmocka_unit_test(rows_in_effect),
        cmocka_unit_test(eras_that_go_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
