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

#define EMBED_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        EMBED_TEST(gives_the_totals_of_the_same_run),
        EMBED_TEST(tells_what_is_wrong_with_a_configuration),
        EMBED_TEST(says_4_when_a_file_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
