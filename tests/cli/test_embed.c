#include "engine/run_fixture.h"

#include "magscreen.h"

static int setup(void **state) {
    static run_fixture at;
    fixture_begin(&at);
    fixture_write(&at, 42);
    *state = &at;
    return 0;
}

static int teardown(void **state) {
    fixture_end(*state);
    return 0;
}

static mag_embed_config config_of(const run_fixture *at) {
    return (mag_embed_config){.profile = "magscreen",
                              .data_directory = at->data,
                              .out_directory = at->out,
                              .as_of = "2025-12-31",
                              .thread_count = 2,
                              .force = 1};
}

static void gives_the_totals_of_the_same_run(void **state) {
    run_fixture *at = *state;
    mag_embed_totals totals;
    uint64_t visible = 0, cannot_tell = 0;
    mag_embed_config config = config_of(at);
    assert_int_equal(fixture_run(at), MAG_OK);
    assert_int_equal(mag_embed_run(&config, &totals), 0);
    for (unsigned i = 0; i < MAG_SEVERITY_COUNT; i++)
        visible += at->report->visible_by_severity[i];
    for (size_t i = 0; i < at->report->rule_totals_count; i++)
        cannot_tell += at->report->rules[i].cannot_tell;
    assert_int_equal(totals.exit_code, 0);
    assert_string_equal(totals.result_sha256, at->report->result_sha256);
    assert_int_equal(totals.patient_count, FIXTURE_PATIENTS);
    assert_int_equal(totals.screened_count, at->report->screened_count);
    assert_int_equal(totals.flag_count, visible);
    assert_int_equal(totals.hidden_count, at->report->hidden_count);
    assert_int_equal(totals.cannot_tell_count, cannot_tell);
    assert_true(totals.flag_count > 0);
    assert_string_equal(totals.message, "");
    assert_true(fixture_has(at, "", "flags.csv.gz"));
}

static void tells_what_is_wrong_with_a_configuration(void **state) {
    run_fixture *at = *state;
    mag_embed_totals totals;
    mag_embed_config config = config_of(at);
    config.data_directory = "/nowhere/at/all";
    assert_int_equal(mag_embed_run(&config, &totals), 2);
    assert_int_not_equal(strlen(totals.message), 0);
    assert_memory_equal(totals.message_id, "MS-", 3);
    config = config_of(at);
    config.out_directory = NULL;
    assert_int_equal(mag_embed_run(&config, &totals), 2);
    assert_non_null(strstr(totals.message, "output directory"));
}

static void says_4_when_a_file_is_refused(void **state) {
    run_fixture *at = *state;
    mag_embed_totals totals;
    mag_embed_config config = config_of(at);
    FILE *file = fixture_open(at, "labs.csv");
    fclose(file);
    assert_int_equal(mag_embed_run(&config, &totals), 4);
    assert_string_equal(totals.message_id, "MS-I106");
    assert_string_equal(totals.result_sha256, "");
    assert_true(fixture_has(at, ".failed", "run.json"));
}

static void threads_change_no_total(void **state) {
    run_fixture *at = *state;
    mag_embed_totals first, totals;
    mag_embed_config config = config_of(at);
    assert_int_equal(mag_embed_run(&config, &first), 0);
    for (int threads = 0; threads <= 4; threads += 2) {
        config.thread_count = threads;
        assert_int_equal(mag_embed_run(&config, &totals), 0); /* nothing new is 0 as well */
        assert_memory_equal(&totals, &first, sizeof totals);
    }
}

static void says_3_when_published_with_a_warning_and_4_when_held(void **state) {
    run_fixture *at = *state;
    mag_embed_totals totals;
    mag_embed_config config = config_of(at);
    fixture_append(at, "labs.csv", "P1,2601-3,\"0,7\",mmol/L,2025-12-01T08:00\n");
    assert_int_equal(mag_embed_run(&config, &totals), 3);
    assert_int_equal(totals.exit_code, 3);
    assert_int_equal(strlen(totals.result_sha256), 64);
    for (unsigned i = 0; i < 20; i++)
        fixture_append(at, "labs.csv", "P1,2601-3,\"0,7\",mmol/L,2025-12-01T08:00\n");
    assert_int_equal(mag_embed_run(&config, &totals), 4);
    assert_true(fixture_has(at, ".held", "flags.csv.gz"));
    assert_string_equal(totals.message, ""); /* no failure: a verdict */
}

static void takes_its_memory_limit_and_force_from_the_configuration(void **state) {
    run_fixture *at = *state;
    mag_embed_totals totals;
    mag_embed_config config = config_of(at);
    config.memory_limit_nbytes = 4 << 20;
    assert_int_equal(mag_embed_run(&config, &totals), 8);
    assert_string_equal(totals.message_id, "MS-P402");
    assert_false(fixture_has(at, "", "run.json"));
    config.memory_limit_nbytes = 0;
    assert_int_equal(mag_embed_run(&config, &totals), 0);
    config.force = 0;
    assert_int_equal(mag_embed_run(&config, &totals), 2);
    assert_string_equal(totals.message_id, "MS-P405");
    assert_int_not_equal(strlen(totals.hint), 0);
}

static void reads_a_pipeline_and_needs_an_as_of(void **state) {
    run_fixture *at = *state;
    mag_embed_totals totals;
    char path[128];
    snprintf(path, sizeof path, "%s/run.yaml", at->folder);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs("name: x\npack: magnesium-safety\nsources:\n"
          "  - { name: a, kind: patients, profile: magscreen, files: [data/patients.csv] }\n"
          "  - { name: b, kind: labs, profile: magscreen, files: [data/labs.csv] }\n"
          "  - { name: c, kind: prescriptions, profile: magscreen,"
          " files: [data/prescriptions.csv] }\n",
          file);
    fclose(file);
    mag_embed_config config = {.pipeline = path, .out_directory = at->out};
    assert_int_equal(mag_embed_run(&config, &totals), 2);
    assert_non_null(strstr(totals.message, "2025-12-28")); /* the newest record */
    config.as_of = "2025-12-31";
    assert_int_equal(mag_embed_run(&config, &totals), 0);
    assert_int_equal(fixture_run(at), MAG_OK);
    assert_string_equal(totals.result_sha256, at->report->result_sha256);
}

#define EMBED_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        EMBED_TEST(gives_the_totals_of_the_same_run),
        EMBED_TEST(tells_what_is_wrong_with_a_configuration),
        EMBED_TEST(threads_change_no_total),
        EMBED_TEST(says_3_when_published_with_a_warning_and_4_when_held),
        EMBED_TEST(takes_its_memory_limit_and_force_from_the_configuration),
        EMBED_TEST(reads_a_pipeline_and_needs_an_as_of),
        EMBED_TEST(says_4_when_a_file_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
