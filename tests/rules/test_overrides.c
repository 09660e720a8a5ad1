/* What a pipeline may change in a pack, and that it changes what comes out and the digest; and the
   numbers that a flag shows: truncated, with their limit, and with six digits in the digest. */
#include "judge.h"

static judge of;

#define PACK                                                                                       \
    "pack: overrides\nversion: 2.10.3\ndescription: for tests\n"                                   \
    "parameters:\n  - { name: recent, value: 90 days }\n  - { name: old, value: 75 years }\n"      \
    "  - { name: large, value: 12 mmol/day }\n"                                                    \
    "limits:\n  - { name: mg_low, molar: 0.70 mmol/L, mass: 1.7 mg/dL }\n"                         \
    "rules:\n"                                                                                     \
    "- { id: LOW, title: T, severity: low, among: 'age > 3', "                                     \
    "when: 'latest(magnesium within recent) < mg_low' }\n"                                         \
    "- { id: OLD, title: T, severity: low, among: 'age > 3', when: 'age >= old' }\n"               \
    "- { id: DOSE, title: T, severity: low, among: 'age > 3', when: 'dose(MGSUPP) > large' }\n"    \
    "- { id: KF, title: T, severity: low, among: 'age > 3', "                                      \
    "when: 'kidney_function(within 365 days) < 30 mL/min' }\n"

typedef struct change {
    mag_override overrides[3];
    size_t count;
} change;

static void begin_with(const change *changed) {
    mag_error err = {0};
    world_begin(&of.in);
    if (mag_pack_load(of.in.arena, "test.yaml", mag_span_of(PACK), changed->overrides,
                      changed->count, 0, &of.pack, &err) != MAG_OK)
        fail_msg("%s", err.text);
    assert_int_equal(mag_evaluator_new(&of.evaluator, of.pack, &of.in.account, &err), MAG_OK);
    assert_int_equal(mag_block_new(&of.block, of.pack, &of.in.account, &err), MAG_OK);
    of.outcomes = mag_arena_alloc(of.in.arena, mag_pack_rule_count(of.pack) * sizeof *of.outcomes);
    assert_non_null(of.outcomes);
}

static void a_changed_value_changes_what_comes_out(void **state) {
    (void)state;
    static const char lines[] =
        "female 70 y; magnesium 0.65 mmol/L 60 days ago; MGSUPP 11 mmol since 3 days ago";
    static const char in_mass[] = "female 70 y; magnesium 1.65 mg/dL 60 days ago";
    const struct {
        change changed;
        const char *lines, *rule, *wanted;
    } rows[] = {
        {{.count = 0}, lines, "LOW", "low"},
        {{{{.name = "mg_low", .molar = "0.65 mmol/L", .mass = "1.6 mg/dL"}}, 1},
         lines,
         "LOW",
         "clear"},
        {{{{.name = "mg_low", .molar = "0.651 mmol/L", .mass = "1.6 mg/dL"}}, 1},
         lines,
         "LOW",
         "low"},
        {{.count = 0}, in_mass, "LOW", "low"},
        {{{{.name = "mg_low", .molar = "0.70 mmol/L", .mass = "1.6 mg/dL"}}, 1},
         in_mass,
         "LOW",
         "clear"},
        {{{{.name = "recent", .value = "60 days"}}, 1}, lines, "LOW", "low"},
        {{{{.name = "recent", .value = "59 days"}}, 1}, lines, "LOW", "cannot_tell missing"},
        {{{{.name = "recent", .value = "8 weeks"}}, 1}, lines, "LOW", "cannot_tell missing"},
        {{.count = 0}, lines, "OLD", "clear"},
        {{{{.name = "old", .value = "70 years"}}, 1}, lines, "OLD", "low"},
        {{{{.name = "old", .value = "71 years"}}, 1}, lines, "OLD", "clear"},
        {{.count = 0}, lines, "DOSE", "clear"},
        {{{{.name = "large", .value = "11 mmol/day"}}, 1}, lines, "DOSE", "clear"},
        {{{{.name = "large", .value = "10.9 mmol/day"}}, 1}, lines, "DOSE", "low"},
        {{{{.name = "large", .value = "267 mg/day"}}, 1}, lines, "DOSE", "low"},
        {{{{.name = "large", .value = "268 mg/day"}}, 1}, lines, "DOSE", "clear"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char got[160];
        begin_with(&rows[i].changed);
        world_say(&of.in, "%s", rows[i].lines);
        judge_patient(&of);
        judge_text(&of, rows[i].rule, got);
        if (strcmp(got, rows[i].wanted) != 0)
            fail_msg("row %zu: %s, wanted %s", i, got, rows[i].wanted);
        judge_end(&of);
    }
}

/* The digest tells overrides apart by name and value, not by their order or note. */
static void the_digest_of_overrides_is_that_of_names_and_values(void **state) {
    (void)state;
    const struct {
        change changed;
        int same_as; /* an earlier row, or -1: like none before */
    } rows[] = {
        {{.count = 0}, -1},
        {{{{.name = "recent", .value = "30 days"}}, 1}, -1},
        {{{{.name = "recent", .value = "30 days", .note = "ours"}}, 1}, 1},
        {{{{.name = "recent", .value = "31 days"}}, 1}, -1},
        {{{{.name = "old", .value = "70 years"}}, 1}, -1},
        {{{{.name = "recent", .value = "30 days"}, {.name = "old", .value = "70 years"}}, 2}, -1},
        {{{{.name = "old", .value = "70 years"}, {.name = "recent", .value = "30 days"}}, 2}, 5},
        {{{{.name = "mg_low", .molar = "0.65 mmol/L", .mass = "1.6 mg/dL"}}, 1}, -1},
        {{{{.name = "mg_low", .molar = "0.65 mmol/L", .mass = "1.5 mg/dL"}}, 1}, -1},
        {{{{.name = "mg_low", .molar = "0.66 mmol/L", .mass = "1.6 mg/dL"}}, 1}, -1},
    };
    enum { COUNT = sizeof rows / sizeof rows[0] };
    char digests[COUNT][MAG_SHA256_HEX_NBYTES];
    for (int i = 0; i < COUNT; i++) {
        begin_with(&rows[i].changed);
        (void)snprintf(digests[i], sizeof digests[i], "%s", mag_pack_overrides_sha256(of.pack));
        for (int k = 0; k < i; k++) {
            const bool is_same = strcmp(digests[i], digests[k]) == 0;
            const bool is_wanted = rows[i].same_as >= 0 &&
                                   (k == rows[i].same_as || rows[k].same_as == rows[i].same_as);
            if (is_same != is_wanted)
                fail_msg("rows %d and %d: %s", k, i, is_same ? "one digest" : "two digests");
        }
        judge_end(&of);
    }
}

static void the_text_alone_settles_the_digest_of_the_pack(void **state) {
    (void)state;
    char wanted[MAG_SHA256_HEX_NBYTES];
    const change none = {.count = 0};
    const change one = {{{.name = "recent", .value = "30 days"}}, 1};
    mag_sha256_of(mag_span_of(PACK), wanted);
    begin_with(&none);
    assert_string_equal(mag_pack_sha256(of.pack), wanted);
    assert_string_equal(mag_pack_name(of.pack), "overrides");
    assert_string_equal(mag_pack_version(of.pack), "2.10.3");
    judge_end(&of);
    begin_with(&one);
    assert_string_equal(mag_pack_sha256(of.pack), wanted);
    judge_end(&of);
}

static void overrides_that_cannot_be_are_refused(void **state) {
    (void)state;
    const struct {
        change changed;
        const char *says;
    } rows[] = {
        {{{{.name = "recnt", .value = "3 days"}}, 1}, "no such parameter or limit"},
        {{{{.name = "recent", .value = "3 days"}, {.name = "recent", .value = "3 days"}}, 2},
         "given twice"},
        {{{{.name = "recent", .value = "3 kg"}}, 1}, "the unit is not that"},
        {{{{.name = "recent", .value = "3"}}, 1}, "the unit is not that"},
        {{{{.name = "recent", .value = "three days"}}, 1}, "expected `and`"},
        {{{{.name = "recent", .value = "3 dyas"}}, 1}, "did you mean \"days\"?"},
        {{{{.name = "recent", .value = ""}}, 1}, "expected a value"},
        {{{{.name = "recent"}}, 1}, "takes one value"},
        {{{{.name = "mg_low", .value = "0.65 mmol/L"}}, 1}, "takes molar and mass"},
        {{{{.name = "mg_low", .molar = "0.65 mmol/L"}}, 1}, "on every side"},
        {{{{.name = "mg_low", .mass = "1.6 mg/dL"}}, 1}, "on every side"},
        {{{{.name = "mg_low", .molar = "1.6 mg/dL", .mass = "0.65 mmol/L"}}, 1}, "of this side"},
        {{{{.name = "recent", .value = "36526 days"}}, 1}, "up to 36525 days"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        mag_error err = {0};
        const mag_pack *pack;
        world_begin(&of.in);
        assert_int_equal(mag_pack_load(of.in.arena, "test.yaml", mag_span_of(PACK),
                                       rows[i].changed.overrides, rows[i].changed.count, 0, &pack,
                                       &err),
                         MAG_E_RULES);
        if (strstr(err.text, rows[i].says) == NULL)
            fail_msg("row %zu: %s", i, err.text);
        world_end(&of.in);
    }
}

/* --- numbers as shown ------------------------------------------------------------------------ */

static mag_explanation explain(const char *rule_id) {
    mag_explanation explanation;
    mag_error err = {0};
    const int rule_idx = mag_pack_find_rule(of.pack, rule_id);
    judge_patient(&of);
    assert_int_equal(
        mag_explain_rule(of.evaluator, &of.in.patient, (size_t)rule_idx, &explanation, &err),
        MAG_OK);
    return explanation;
}

static void a_derived_number_is_cut_off_and_has_six_digits_in_the_digest(void **state) {
    (void)state;
    const change none = {.count = 0};
    const struct {
        int age, kg;
        const char *creatinine, *shown, *digest;
    } rows[] = {
        /* (140 - age) x kg x 1.04 / creatinine */
        {80, 50, "104", "30.0", "30"},
        {80, 50, "104.01", "29.9", "29.9971"}, /* never shown as 30.0 */
        {80, 50, "104.0001", "29.9", "30"},
        {80, 50, "157", "19.8", "19.8726"},
        {80, 50, "156", "20.0", "20"},
        {82, 48, "150", "19.3", "19.3024"},
        {40, 90, "41", "228.2", "228.293"},
        {90, 40, "700", "2.9", "2.97143"},
        {80, 50, ">104", "<30.0", "<30"},
        {80, 50, ">=104", "<=30.0", "<=30"},
        {80, 50, "<104", ">30.0", ">30"},
        {80, 50, "<=104", ">=30.0", ">=30"},
    };
    begin_with(&none);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        world_say(&of.in, "female %d y %d kg; creatinine %s umol/L 3 days ago", rows[i].age,
                  rows[i].kg, rows[i].creatinine);
        const mag_explanation got = explain("KF");
        const mag_fact *kf = &got.facts[got.fact_count - 1];
        if (kf->value == NULL || strcmp(kf->value, rows[i].shown) != 0 ||
            strcmp(kf->digest_value, rows[i].digest) != 0)
            fail_msg("row %zu: %s, %s; wanted %s, %s", i, kf->value, kf->digest_value,
                     rows[i].shown, rows[i].digest);
        assert_string_equal(kf->unit, "mL/min");
        assert_string_equal(kf->limit, "30 mL/min");
    }
    judge_end(&of);
}

static void a_result_is_shown_as_printed_with_the_limit_of_its_family(void **state) {
    (void)state;
    const change none = {.count = 0};
    const struct {
        const char *result, *value, *unit, *limit;
    } rows[] = {
        {"0.650 mmol/L", "0.650", "mmol/L", "0.70 mmol/L"},
        {"1.60 mg/dL", "1.60", "mg/dL", "1.7 mg/dL"},
        {"<0.30 mmol/L", "<0.30", "mmol/L", "0.70 mmol/L"},
        {">=2 mg/dL", ">=2", "mg/dL", "1.7 mg/dL"},
        {"0.70 mmol/L", "0.70", "mmol/L", "0.70 mmol/L"},
    };
    begin_with(&none);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        world_say(&of.in, "female 50 y; magnesium %s on 2024-06-20T07:10", rows[i].result);
        const mag_explanation got = explain("LOW");
        const mag_fact *fact = &got.facts[got.fact_count - 1];
        assert_string_equal(fact->operand, "latest(magnesium within 90 days)");
        assert_string_equal(fact->value, rows[i].value);
        assert_string_equal(fact->digest_value, rows[i].value);
        assert_string_equal(fact->unit, rows[i].unit);
        assert_string_equal(fact->limit, rows[i].limit);
        assert_int_equal(mag_minute_day(fact->at), MAG_EXAMPLE_AS_OF - 10);
    }
    judge_end(&of);
}

static void an_interval_of_a_dose_shows_both_ends(void **state) {
    (void)state;
    const change none = {.count = 0};
    const struct {
        const char *lines, *value, *digest;
    } rows[] = {
        {"MGSUPP 10 mmol since 3 days ago", "10.0", "10"},
        {"MGSUPP 12.06 mmol since 3 days ago", "12.0", "12.06"},
        {"MGSUPP 12 mmol since 3 days ago; MGSUPP 1.5 mmol since 2 days ago", "13.5", "13.5"},
        {"MGSUPP 12 mmol since 3 days ago; MGSUPP since 2 days ago", ">=12.0", ">=12"},
        {"MGSUPP since 3 days ago", ">=0.0", ">=0"},
        {"MGLAX 20 mmol since 3 days ago", "0.0", "0"},
    };
    begin_with(&none);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        world_say(&of.in, "female 50 y; %s", rows[i].lines);
        const mag_explanation got = explain("DOSE");
        const mag_fact *dose = got.facts;
        while (dose < got.facts + got.fact_count - 1 && dose->kind != MAG_FACT_DERIVED)
            dose++;
        if (strcmp(dose->value, rows[i].value) != 0 ||
            strcmp(dose->digest_value, rows[i].digest) != 0)
            fail_msg("%s: %s, %s; wanted %s, %s", rows[i].lines, dose->value, dose->digest_value,
                     rows[i].value, rows[i].digest);
        assert_string_equal(dose->unit, "mmol/day");
        assert_string_equal(dose->limit, "12 mmol/day");
    }
    judge_end(&of);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_changed_value_changes_what_comes_out),
        cmocka_unit_test(the_digest_of_overrides_is_that_of_names_and_values),
        cmocka_unit_test(the_text_alone_settles_the_digest_of_the_pack),
        cmocka_unit_test(overrides_that_cannot_be_are_refused),
        cmocka_unit_test(a_derived_number_is_cut_off_and_has_six_digits_in_the_digest),
        cmocka_unit_test(a_result_is_shown_as_printed_with_the_limit_of_its_family),
        cmocka_unit_test(an_interval_of_a_dose_shows_both_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
