/* The main job on a layout that the program does not ship: a trial in SDTM, by a profile in a file,
   in original and in standard units. */
#include "support/program.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static char data[512];

static bool has_data(void) {
    const char *root = getenv("MAGSCREEN_DATA");
    snprintf(data, sizeof data, "%s/cdisc-pilot", root ? root : MAG_SOURCE_DIR "/../shared/data");
    char file[600];
    snprintf(file, sizeof file, "%s/lb.csv.gz", data);
    return file_exists(file);
}

static json_int_t number(const json_t *object, const char *key) {
    const json_t *value = json_object_get(object, key);
    assert_true(json_is_integer(value));
    return json_integer_value(value);
}

/* The source of that name; every row of it is in one bucket. */
static const json_t *conserved(const json_t *record, const char *name, json_int_t read) {
    size_t i;
    const json_t *source;
    json_array_foreach(json_object_get(record, "sources"), i, source) {
        if (strcmp(json_string_value(json_object_get(source, "name")), name) != 0)
            continue;
        const json_t *rows = json_object_get(source, "rows");
        assert_int_equal(number(rows, "read"), read);
        assert_int_equal(number(rows, "accepted") + number(rows, "rejected") +
                             number(rows, "out_of_window") + number(rows, "duplicate") +
                             number(rows, "not_of_interest"),
                         read);
        return source;
    }
    fail_msg("run.json has no source %s", name);
    return NULL;
}

/* Line of flags.csv that holds both texts, or NULL. */
static const char *line_with(const char *csv, const char *patient, const char *rule) {
    for (const char *line = csv; line; line = strchr(line, '\n')) {
        line += *line == '\n';
        const char *end = strchr(line, '\n');
        const char *found = strstr(line, patient), *ruled = strstr(line, rule);
        if (end && found && found < end && ruled && ruled < end)
            return line;
    }
    return NULL;
}

/* Screens the study by a profile of tests/profiles and leaves run.json and flags.csv. */
static json_t *screen(const char *profile, bytes *flags) {
    char folder[256], out[300], path[600], shipped[600];
    snprintf(folder, sizeof folder, "%s", program_folder_new());
    snprintf(out, sizeof out, "%s/out", folder);
    snprintf(shipped, sizeof shipped, "%s/tests/profiles/%s.yaml", MAG_SOURCE_DIR, profile);
    snprintf(path, sizeof path, "%s/profile.yaml", folder);
    file_copy(shipped, path);
    program_result run = program_run((const char *const[]){"run", "--profile", path, "--data", data,
                                                           "--as-of", "latest", "--out", out, NULL},
                                     NULL, NULL);
    if (run.exit_code != 0)
        fail_msg("exit %d:\n%s", run.exit_code, run.err.at);
    program_result_done(&run);
    json_t *record = run_record(out);
    snprintf(path, sizeof path, "%s/flags.csv.gz", out);
    *flags = file_inflate(path);
    assert_non_null(flags->at);
    program_folder_remove(folder);
    return record;
}

/* 01-701-1211, read by hand: a woman of 76 (born 1936-10-30), 95.0 lb on 2013-01-08, creatinine
   1.3 mg/dL that day; (140 - 76) x 43.09 x 0.85 / (72 x 1.3) = 25.0 mL/min. MYLANTA since
   2013-01-05, ongoing. */
static void expect_the_patient_read_by_hand(const bytes *flags) {
    const char *line = line_with(flags->at, "01-701-1211", ",A02,");
    assert_non_null(line);
    size_t nbytes = strcspn(line, "\n");
    static const char *const parts[] = {"MYLANTA", "2013-01-05", "kf=25.0", "age 76, female, 43.0"};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        const char *found = strstr(line, parts[i]);
        if (!found || found > line + nbytes)
            fail_msg("no \"%s\" in %.*s", parts[i], (int)nbytes, line);
    }
}

static void the_study_is_screened_in_either_units(void **state) {
    (void)state;
    static const struct {
        const char *profile;
        json_int_t rejected; /* of the results: HbA1c as a fraction */
    } table[] = {{"cdisc-sdtm", 0}, {"cdisc-sdtm-standard", 8}};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        bytes flags;
        json_t *record = screen(table[i].profile, &flags);
        conserved(record, "patients", 306);
        conserved(record, "measurements", 29643);
        const json_t *rx = conserved(record, "prescriptions", 7510);
        const json_t *labs = conserved(record, "labs", 59580);
        assert_int_equal(number(json_object_get(labs, "rows"), "accepted"),
                         16362 - table[i].rejected);
        assert_int_equal(number(json_object_get(labs, "rows"), "rejected"), table[i].rejected);
        /* orders that began more than a year before T and were never closed are told */
        assert_true(number(json_object_get(rx, "notes"), "ended_orders") > 0);
        assert_true(number(json_object_get(rx, "notes"), "partial_dates") > 0);
        expect_the_patient_read_by_hand(&flags);
        free(flags.at);
        json_decref(record);
    }
}

int main(void) {
    if (!has_data()) {
        print_message("SKIPPED: no CDISC pilot study at %s (set MAGSCREEN_DATA)\n", data);
        return 77;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_study_is_screened_in_either_units),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
