/* A flag that ends because its result is not delivered any more ends for another reason than one
   whose value is normal now. T is
   2024-06-30T23:59. */
#include "small_pack.h"

#include "rules/lost_result.h"

static judge of;

static const char PACK[] =
    "pack: lost\nversion: 1.0.0\nlimits:\n"
    "  - { name: mg_low, molar: 0.70 mmol/L, mass: 1.7 mg/dL }\n"
    "  - { name: ca_low, molar: 2.20 mmol/L, mass: 8.8 mg/dL }\n"
    "rules:\n" SMALL_RULE("M", "    status: active\n    among: age >= 18 years\n    worse: low\n"
                               "    when: latest(magnesium) < mg_low or latest(calcium) < ca_low\n"
                               "    severity: high\n");

static void a_result_is_lost_if_its_moment_is_empty_and_none_came_since(void **state) {
    (void)state;
#define MG "latest(magnesium)=0.60 mmol/L@"
    static const struct {
        const char *given, *facts;
        bool is_lost;
    } rows[] = {
        {"magnesium 0.60 mmol/L 9 days ago", "", false},
        {"magnesium 0.60 mmol/L 9 days ago", MG "2024-06-21", false},
        {"magnesium 0.90 mmol/L 9 days ago", MG "2024-06-21", false}, /* corrected */
        {"female 50 y", MG "2024-06-21", true},
        {"magnesium 0.90 mmol/L 40 days ago", MG "2024-06-21", true},
        {"magnesium 0.90 mmol/L 3 days ago", MG "2024-06-21", false}, /* a later one decides now */
        {"magnesium rejected 3 days ago", MG "2024-06-21", true},     /* that one decides nothing */
        {"calcium 2.4 mmol/L 3 days ago", MG "2024-06-21", true},
        {"calcium 2.4 mmol/L 3 days ago", "latest(calcium)=2.0 mmol/L@2024-06-21", false},
        {"magnesium 0.60 mmol/L 9 days ago", MG "2024-06-21; latest(calcium)=2.0 mmol/L@2024-06-21",
         true},
        {"female 50 y", "kf=17.3416 mL/min@2024-06-21", false}, /* worked out of others */
        {"female 50 y", "LOOP 2024-05-01..", false},
        {"female 50 y", "latest(magnesium)=no", false},
        {"female 50 y", MG "then", false},
        {"female 50 y", MG "2024-06-21T07:10", true},
        {"magnesium 0.60 mmol/L 9 days ago", MG "2024-06-21T23:59", true},
    };
#undef MG
    judge_begin_with(&of, PACK);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        world_say(&of.in, "%s", rows[i].given);
        judge_patient(&of);
        if (mag_facts_have_lost_result(of.pack, &of.in.patient, rows[i].facts) != rows[i].is_lost)
            fail_msg("%s, %s: wanted %d", rows[i].given, rows[i].facts, rows[i].is_lost);
    }
    judge_end(&of);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_result_is_lost_if_its_moment_is_empty_and_none_came_since),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
