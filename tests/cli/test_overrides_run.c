/* A pipeline that overrides values of its pack, run as the program runs it: the pack's examples are
   judged by the pack's own values, the patients by the pipeline's. */
#include "support/fault_cohort.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* The example lines of the page about inputs. */
static const char OVERRIDES[] =
    "parameters: [{ name: renal_recent, value: 180 days, note: local policy }]\n"
    "limits:     [{ name: mg_uln, molar: 1.00 mmol/L, mass: 2.4 mg/dL, note: our laboratory }]\n";

/* The cohort of the fault tests, and a pipeline beside it. */
typedef struct world {
    fault_run cohort;
    char pipeline[360];
} world;

static int setup(void **state) {
    static world at;
    fault_cohort cohort;
    fault_cohort_init(&cohort);
    at.cohort = fault_screen(&cohort, NULL);
    fault_cohort_done(&cohort);
    snprintf(at.pipeline, sizeof at.pipeline, "%s/nightly.yaml", at.cohort.folder);
    char own[512];
    snprintf(own, sizeof own, "%s/own.yaml", at.cohort.folder);
    file_copy(MAG_SOURCE_DIR "/pipelines/packs/magnesium-safety.yaml", own);
    *state = &at;
    return 0;
}

static int teardown(void **state) {
    world *at = *state;
    fault_run_done(&at->cohort);
    return 0;
}

static void write_pipeline(const world *at, const char *more) {
    FILE *file = fopen(at->pipeline, "w");
    assert_non_null(file);
    fprintf(file,
            "name: nightly\nas_of: 2025-12-31\n"
            "pack: ./own.yaml\nsources:\n"
            "  - { name: p, kind: patients, profile: magscreen, files: [\"%s/data/patients*\"] }\n"
            "  - { name: l, kind: labs, profile: magscreen, files: [\"%s/data/labs*\"] }\n"
            "  - { name: r, kind: prescriptions, profile: magscreen, "
            "files: [\"%s/data/prescriptions*\"] }\n%s",
            at->cohort.folder, at->cohort.folder, at->cohort.folder, more);
    fclose(file);
}

typedef struct answer {
    int exit_code;
    char digest[80];
    json_t *record;
} answer;

static answer run_into(const world *at, const char *name) {
    char out[360];
    answer got = {0};
    snprintf(out, sizeof out, "%s/%s", at->cohort.folder, name);
    const char *arguments[] = {"run", at->pipeline, "--out", out, NULL};
    program_result result = program_run(arguments, NULL, NULL);
    got.exit_code = result.exit_code;
    if (got.exit_code != 0)
        print_message("%s\n", result.err.at);
    program_result_done(&result);
    got.record = run_record(out);
    if (got.record != NULL)
        snprintf(got.digest, sizeof got.digest, "%s",
                 json_string_value(json_object_get(got.record, "result_sha256")));
    return got;
}

static const char *text_of(const json_t *override, const char *key) {
    return json_string_value(json_object_get(override, key));
}

static void overrides_are_applied_recorded_and_part_of_the_digest(void **state) {
    world *at = *state;
    write_pipeline(at, "");
    answer plain = run_into(at, "plain");
    assert_int_equal(plain.exit_code, 0);
    write_pipeline(at, OVERRIDES);
    answer changed = run_into(at, "changed");
    assert_int_equal(changed.exit_code, 0);

    const json_t *overrides = json_object_get(changed.record, "overrides");
    assert_int_equal(json_array_size(overrides), 2);
    const json_t *parameter = json_array_get(overrides, 0), *limit = json_array_get(overrides, 1);
    assert_string_equal(text_of(parameter, "name"), "renal_recent");
    assert_string_equal(text_of(parameter, "value"), "180 days");
    assert_string_equal(text_of(parameter, "note"), "local policy");
    assert_string_equal(text_of(limit, "name"), "mg_uln");
    assert_string_equal(text_of(limit, "molar"), "1.00 mmol/L");
    assert_string_equal(text_of(limit, "mass"), "2.4 mg/dL");
    assert_string_equal(text_of(limit, "note"), "our laboratory");
    assert_int_equal(json_array_size(json_object_get(plain.record, "overrides")), 0);

    assert_int_equal(strlen(plain.digest), 64);
    assert_int_equal(strlen(changed.digest), 64);
    assert_string_not_equal(plain.digest, changed.digest);
    json_decref(plain.record);
    json_decref(changed.record);
}

static void check_judges_the_examples_in_the_same_way(void **state) {
    world *at = *state;
    write_pipeline(at, OVERRIDES);
    const char *arguments[] = {"check", at->pipeline, NULL};
    program_result result = program_run(arguments, NULL, NULL);
    if (result.exit_code != 0)
        print_message("%s\n%s\n", result.out.at, result.err.at);
    assert_int_equal(result.exit_code, 0);
    program_result_done(&result);
}

/* The pack's own faults are still found when something is overridden. */
static void an_example_that_fails_by_the_packs_own_values_stops_the_run(void **state) {
    world *at = *state;
    char path[400], command[1200], line[600];
    snprintf(path, sizeof path, "%s/pack.yaml", at->cohort.folder);
    snprintf(command, sizeof command,
             "sed 's/mg_uln, molar: 1.05 mmol/mg_uln, molar: 1.95 mmol/; "
             "s/renal_recent, value: 365 days/renal_recent, value: 20 days/' "
             "'%s/pipelines/packs/magnesium-safety.yaml' > '%s'",
             MAG_SOURCE_DIR, path);
    assert_int_equal(system(command), 0);
    write_pipeline(at, OVERRIDES);
    snprintf(line, sizeof line, "sed -i 's#^pack: .*#pack: pack.yaml#' '%s'", at->pipeline);
    assert_int_equal(system(line), 0);
    answer got = run_into(at, "refused");
    assert_int_equal(got.exit_code, 5);
    assert_null(got.record);
}

#define OVERRIDE_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        OVERRIDE_TEST(overrides_are_applied_recorded_and_part_of_the_digest),
        OVERRIDE_TEST(check_judges_the_examples_in_the_same_way),
        OVERRIDE_TEST(an_example_that_fails_by_the_packs_own_values_stops_the_run),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
