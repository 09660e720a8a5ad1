/* Limits of gates as files write them: every name, both kinds of limit, and what is refused. */
#include "cohort_fixture.h"

#include "cohort/gate.h"

static mag_account account;
static mag_arena *arena;
static mag_error err;

static int set_up(void **state) {
    (void)state;
    memset(&err, 0, sizeof err);
    arena = mag_arena_new(&account);
    return arena ? 0 : -1;
}

static int tear_down(void **state) {
    (void)state;
    mag_arena_free(arena);
    return account.used_nbytes ? -1 : 0;
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

static mag_status read_one(const char *name, const char *amber, const char *red,
                           const mag_gate_limit **gates) {
    char text[300];
    size_t count;
    const mag_yaml *root;
    snprintf(text, sizeof text, "- { name: %s, amber: %s, red: %s, note: known }\n", name, amber,
             red);
    MAG_TRY(mag_yaml_parse(arena, "g.yaml", mag_span_of(text), MAG_E_USAGE, &root, &err));
    MAG_TRY(mag_gates_read(arena, "g.yaml", root, gates, &count, &err));
    assert_int_equal(count, 1);
    assert_string_equal((*gates)->note, "known");
    return MAG_OK;
}

/* The kinds as faults 1.4 groups the reasons: by the part of the name before the point. */
static mag_gate_kind kind_of(const char *name) {
    static const char *const soft[] = {"rx.interval", "value.text_result", "null.required",
                                       "value.drip_arm"};
    for (size_t i = 0; i < sizeof soft / sizeof *soft; i++)
        if (strcmp(name, soft[i]) == 0)
            return MAG_GATE_SOFT;
    if (strncmp(name, "csv.", 4) == 0)
        return MAG_GATE_SHAPE;
    return strcmp(name, "link.no_patient") == 0 ? MAG_GATE_LINK : MAG_GATE_VALUE;
}

static void every_reason_is_the_name_of_a_gate(void **state) {
    (void)state;
    for (int i = 1; i < MAG_REASON_COUNT; i++) {
        const mag_gate_limit *gate;
        const char *name = mag_reason_name((mag_reason)i);
        if (read_one(name, "0.1 %", "1 %", &gate) != MAG_OK)
            fail_msg("%s: %s", name, err.text);
        assert_int_equal(gate->reason, i);
        assert_int_equal(gate->kind, kind_of(name));
        assert_true(gate->amber == 0.001 && gate->red == 0.01);
    }
}

static void a_name_that_is_nearly_one_is_told_so(void **state) {
    (void)state;
    static const char *const slips[][2] = {{"rx.intervall", "rx.interval"},
                                           {"unit.mising", "unit.missing"},
                                           {"unmaped", "unmapped"},
                                           {"freshnes", "freshness"},
                                           {"link.nopatient", "link.no_patient"}};
    for (size_t i = 0; i < sizeof slips / sizeof *slips; i++) {
        const mag_gate_limit *gate;
        assert_int_equal(read_one(slips[i][0], "1 %", "2 %", &gate), MAG_E_USAGE);
        assert_non_null(strstr(err.text, "g.yaml:1:11:"));
        assert_non_null(strstr(err.hint, slips[i][1]));
    }
}

typedef struct limit_case {
    const char *name, *text;
    double limit; /* -1: refused */
} limit_case;

static void limits_are_shares_and_for_freshness_hours(void **state) {
    (void)state;
    static const limit_case cases[] = {
        {"csv", "0 %", 0},
        {"csv", "100 %", 1},
        {"csv", "0.25%", 0.0025},
        {"csv", "100.1 %", -1},
        {"csv", "5", -1},
        {"csv", "%", -1},
        {"csv", "0,5 %", -1},
        {"csv", "-1 %", -1},
        {"csv", "'>1 %'", -1},
        {"csv", "5 hours", -1},
        {"csv", "'5 % '", -1},
        {"freshness", "36 hours", 36},
        {"freshness", "0 hours", 0},
        {"freshness", "1.5 hours", 1.5},
        {"freshness", "36", -1},
        {"freshness", "5 %", -1},
        {"freshness", "36hours", -1},
        {"unmapped", "0.2 %", 0.002},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const mag_gate_limit *gate;
        mag_status status = read_one(cases[i].name, cases[i].text, cases[i].text, &gate);
        if ((status == MAG_OK) != (cases[i].limit >= 0))
            fail_msg("%s %s: %s", cases[i].name, cases[i].text, err.text);
        if (status != MAG_OK)
            continue;
        assert_true(gate->amber == cases[i].limit && gate->red == cases[i].limit);
        assert_int_equal(gate->reason, MAG_REASON_NONE);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(every_reason_is_the_name_of_a_gate),
        TEST(a_name_that_is_nearly_one_is_told_so),
        TEST(limits_are_shares_and_for_freshness_hours),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
