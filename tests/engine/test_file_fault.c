/* A file that cannot be used refuses the run and is named: in rejects.csv.gz and in run.json. */
#include "engine/run_fixture.h"

#include "engine/file_fault.h"
#include "engine/result_table.h"

#include <jansson.h>

static int setup(void **state) {
    static run_fixture at;
    fixture_begin(&at);
    fixture_write(&at, 11);
    *state = &at;
    return 0;
}

static int teardown(void **state) {
    fixture_end(*state);
    return 0;
}

/* The names of the page of faults, and no others. */
static void every_refusal_of_a_file_has_its_name(void **state) {
    static const char *const names[] = {"file.truncated", "file.crc",     "file.garbage",
                                        "file.empty",     "file.no_rows", "file.bomb",
                                        "file.not_gzip",  "file.changed", "file.duplicate",
                                        "file.encoding",  "file.header",  "file.manifest"};
    enum { NAME_COUNT = sizeof names / sizeof names[0] };
    unsigned seen[NAME_COUNT] = {0};
    (void)state;
    for (unsigned id = 0; id < MAG_MSG_COUNT; id++) {
        const char *reason = mag_file_fault_reason((mag_message_id)id);
        size_t i = 0;
        while (reason != NULL && i < NAME_COUNT && strcmp(names[i], reason) != 0)
            i++;
        assert_true(i < NAME_COUNT);
        seen[i] += reason != NULL;
    }
    for (size_t i = 0; i < NAME_COUNT; i++)
        assert_true(seen[i] > 0);
    assert_null(mag_file_fault_reason(MAG_MSG_I112)); /* a missing file is a wrong command */
    assert_null(mag_file_fault_reason(MAG_MSG_I240)); /* rows are set aside, not files */
    assert_null(mag_file_fault_reason(MAG_MSG_P402));
}

static void a_refused_file_is_a_row_of_rejects_and_named_in_the_record(void **state) {
    static const struct row {
        const char *command, *reason, *source, *file, *message;
    } rows[] = {
        {"gzip labs.csv; head -c 900 labs.csv.gz > x; mv x labs.csv.gz", "file.truncated", "labs",
         "labs.csv.gz", "MS-I101"},
        {"gzip labs.csv; printf more >> labs.csv.gz", "file.garbage", "labs", "labs.csv.gz",
         "MS-I104"},
        {"mv labs.csv labs.csv.gz", "file.not_gzip", "labs", "labs.csv.gz", "MS-I108"},
        {": > labs.csv", "file.empty", "labs", "labs.csv", "MS-I106"},
        {"head -n 1 labs.csv > x; mv x labs.csv", "file.no_rows", "labs", "labs.csv", "MS-I130"},
        {"sed -i '1s/value/valeu/' labs.csv", "file.header", "labs", "labs.csv", "MS-I128"},
        {"cp labs.csv labs-2.csv", "file.duplicate", "labs", "labs.csv", "MS-I110"},
        {"echo '(7 rows)' >> labs.csv", "file.manifest", "labs", "labs.csv", "MS-I134"},
        {": > patients.csv", "file.empty", "patients", "patients.csv", "MS-I106"},
    };
    run_fixture *at = *state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char command[600], path[256];
        json_error_t error;
        fixture_write(at, 11);
        snprintf(command, sizeof command, "cd '%s' && { %s; }", at->data, rows[i].command);
        assert_int_equal(system(command), 0);
        assert_int_equal(fixture_run(at), MAG_E_INPUT);

        result_table rejects = result_read(at, ".failed", "rejects.csv.gz");
        assert_int_equal(result_rows_with(&rejects, "reason", rows[i].reason, "source",
                                          rows[i].source, "file", rows[i].file, "line", "0",
                                          "column", "", NULL),
                         1);
        result_done(&rejects);
        snprintf(path, sizeof path, "%s.failed/run.json", at->out);
        json_t *record = json_load_file(path, 0, &error);
        assert_non_null(record);
        assert_string_equal(json_string_value(json_object_get(record, "failure_reason")),
                            rows[i].reason);
        assert_string_equal(json_string_value(json_object_get(record, "failure_source")),
                            rows[i].source);
        assert_string_equal(json_string_value(json_object_get(record, "failure_file")),
                            rows[i].file);
        assert_string_equal(json_string_value(json_object_get(record, "failure_id")),
                            rows[i].message);
        json_decref(record);
        snprintf(command, sizeof command, "rm -rf '%s.failed' '%s'/*", at->out, at->data);
        assert_int_equal(system(command), 0);
    }
}

#define FILE_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_refusal_of_a_file_has_its_name),
        FILE_TEST(a_refused_file_is_a_row_of_rejects_and_named_in_the_record),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
