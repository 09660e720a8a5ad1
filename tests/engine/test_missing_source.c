/* A run without a roster is no run; one without results or prescriptions says what it cannot see.
 */
#include "engine/run_fixture.h"

#include <jansson.h>

typedef struct world {
    run_fixture run;
    char path[128];
} world;

static int setup(void **state) {
    static world at;
    char command[512];
    fixture_begin(&at.run);
    fixture_write(&at.run, 7);
    snprintf(at.path, sizeof at.path, "%s/nightly.yaml", at.run.folder);
    snprintf(command, sizeof command,
             "cp '%s/pipelines/packs/magnesium-safety.yaml' '%s/pack.yaml'", MAG_SOURCE_DIR,
             at.run.folder);
    assert_int_equal(system(command), 0);
    at.run.pipeline = at.path;
    *state = &at;
    return 0;
}

static int teardown(void **state) {
    world *at = *state;
    fixture_end(&at->run);
    return 0;
}

/* A pipeline of the named kinds, NULL-ended. */
static void write_pipeline(const world *at, const char *const *kinds) {
    FILE *file = fopen(at->path, "w");
    assert_non_null(file);
    fputs("name: nightly\npack: pack.yaml\nsources:\n", file);
    for (; *kinds != NULL; kinds++)
        fprintf(file, "  - { name: the_%s, kind: %s, profile: magscreen, files: [data/%s.csv] }\n",
                *kinds, *kinds, *kinds);
    fclose(file);
}

static json_t *read_record(const world *at) {
    char path[256];
    json_error_t error;
    snprintf(path, sizeof path, "%s/run.json", at->run.out);
    json_t *record = json_load_file(path, 0, &error);
    assert_non_null(record);
    return record;
}

/* The verdict "no_source" about a kind, in the report and in run.json. */
static const mag_gate_verdict *find_missing(const world *at, const char *kind) {
    for (size_t i = 0; i < at->run.report->verdict_count; i++) {
        const mag_gate_verdict *verdict = &at->run.report->verdicts[i];
        if (strcmp(verdict->gate, "no_source") == 0 && strcmp(verdict->source, kind) == 0)
            return verdict;
    }
    return NULL;
}

static bool is_recorded(const json_t *record, const char *kind) {
    size_t i;
    const json_t *gate;
    json_array_foreach(json_object_get(record, "gates"), i, gate) {
        if (strcmp(json_string_value(json_object_get(gate, "gate")), "no_source") == 0 &&
            strcmp(json_string_value(json_object_get(gate, "source")), kind) == 0)
            return strcmp(json_string_value(json_object_get(gate, "verdict")), "amber") == 0;
    }
    return false;
}

/* undecided_rules of run.json are those without a single flag or clear, and the report names them.
 */
static size_t check_undecided(const world *at, const json_t *record) {
    const json_t *named = json_object_get(record, "undecided_rules");
    size_t i, k = 0;
    const json_t *rule;
    assert_true(json_is_array(named));
    json_array_foreach(json_object_get(record, "rules"), i, rule) {
        const char *id = json_string_value(json_object_get(rule, "id"));
        if (strcmp(json_string_value(json_object_get(rule, "status")), "active") != 0 ||
            json_integer_value(json_object_get(rule, "flagged")) > 0 ||
            json_integer_value(json_object_get(rule, "clear")) > 0)
            continue;
        assert_string_equal(json_string_value(json_array_get(named, k++)), id);
        assert_non_null(strstr(at->run.report->undecided_rules, id));
    }
    assert_int_equal(json_array_size(named), k);
    return k;
}

static void without_a_roster_nothing_is_read(void **state) {
    world *at = *state;
    write_pipeline(at, (const char *const[]){"labs", "prescriptions", NULL});
    assert_int_equal(fixture_run(&at->run), MAG_E_USAGE);
    assert_int_equal(mag_status_exit_code(MAG_E_USAGE), 2);
    assert_non_null(strstr(at->run.error.text, "patients"));
    assert_non_null(strstr(at->run.error.hint, "kind: patients"));
    assert_null(at->run.report);
    assert_false(fixture_has(&at->run, "", "run.json"));
    assert_false(fixture_has(&at->run, ".failed", "run.json"));
}

static void a_missing_feed_is_a_warning_that_names_the_rules_it_silences(void **state) {
    static const struct row {
        const char *kinds[4], *missing[3], *there;
    } rows[] = {
        {{"patients", "prescriptions"}, {"labs"}, "prescriptions"},
        {{"patients", "labs"}, {"prescriptions"}, "labs"},
        {{"patients"}, {"labs", "prescriptions"}, NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        world *at = *state;
        write_pipeline(at, rows[i].kinds);
        assert_int_equal(fixture_run(&at->run), MAG_OK);
        assert_int_equal(at->run.report->end, MAG_RUN_PUBLISHED);
        assert_int_equal(at->run.report->exit_code, 3);
        assert_true(at->run.report->has_warnings);
        json_t *record = read_record(at);
        for (size_t k = 0; rows[i].missing[k] != NULL; k++) {
            const mag_gate_verdict *verdict = find_missing(at, rows[i].missing[k]);
            assert_non_null(verdict);
            assert_int_equal(verdict->colour, MAG_AMBER);
            assert_int_equal(verdict->measure, MAG_MEASURE_SOURCE);
            assert_int_equal(verdict->message, MAG_MSG_I268);
            assert_true(is_recorded(record, rows[i].missing[k]));
        }
        if (rows[i].there != NULL) {
            assert_null(find_missing(at, rows[i].there));
            assert_false(is_recorded(record, rows[i].there));
        }
        assert_true(check_undecided(at, record) > 0);
        json_decref(record);
    }
}

static void a_run_with_all_three_has_no_such_warning(void **state) {
    world *at = *state;
    write_pipeline(at, (const char *const[]){"patients", "labs", "prescriptions", NULL});
    assert_int_equal(fixture_run(&at->run), MAG_OK);
    assert_int_equal(at->run.report->exit_code, 0);
    assert_false(at->run.report->has_warnings);
    json_t *record = read_record(at);
    assert_false(is_recorded(record, "labs"));
    assert_false(is_recorded(record, "prescriptions"));
    check_undecided(at, record);
    json_decref(record);
}

#define SOURCE_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        SOURCE_TEST(without_a_roster_nothing_is_read),
        SOURCE_TEST(a_missing_feed_is_a_warning_that_names_the_rules_it_silences),
        SOURCE_TEST(a_run_with_all_three_has_no_such_warning),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
