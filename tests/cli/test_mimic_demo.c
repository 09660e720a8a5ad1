/* The main job on real data: the MIMIC-IV demo, held against counts made on its raw rows. */
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
    snprintf(data, sizeof data, "%s/mimic-iv-demo", root ? root : MAG_SOURCE_DIR "/../shared/data");
    char file[600];
    snprintf(file, sizeof file, "%s/labevents.csv.gz", data);
    return file_exists(file);
}

/* Cell of a CSV text: row whose line begins with `begins`, column by header name. Plain cells only.
 */
static void cell(const char *csv, const char *begins, const char *column, char out[64]) {
    unsigned wanted = 0;
    const char *header = csv;
    for (; strncmp(header, column, strlen(column)) != 0 ||
           (header[strlen(column)] != ',' && header[strlen(column)] != '\n');
         wanted++) {
        header = strchr(header, ',');
        if (!header || header > strchr(csv, '\n'))
            fail_msg("no column %s", column);
        header++;
    }
    char line_begin[128];
    snprintf(line_begin, sizeof line_begin, "\n%s", begins);
    const char *at = strstr(csv, line_begin);
    if (!at)
        fail_msg("no row %s", begins);
    at++;
    for (; wanted; wanted--)
        at = strchr(at, ',') + 1;
    snprintf(out, 64, "%.*s", (int)strcspn(at, ",\n"), at);
}

static void expect_cell(const char *csv, const char *begins, const char *column,
                        const char *wanted) {
    char got[64];
    cell(csv, begins, column, got);
    if (strcmp(got, wanted) != 0)
        fail_msg("%s %s is %s instead of %s", begins, column, got, wanted);
}

static json_int_t rows_of(json_t *record, const char *file, const char *bucket) {
    size_t i, k;
    json_t *source, *entry;
    json_array_foreach(json_object_get(record, "sources"), i, source) {
        json_array_foreach(json_object_get(source, "files"), k, entry) {
            const char *name = json_string_value(json_object_get(entry, "name"));
            if (name && strcmp(name, file) == 0)
                return json_integer_value(json_object_get(json_object_get(entry, "rows"), bucket));
        }
    }
    fail_msg("run.json has no file %s", file);
    return -1;
}

static void expect_conserved(json_t *record, const char *file, json_int_t read) {
    assert_int_equal(rows_of(record, file, "read"), read);
    assert_int_equal(rows_of(record, file, "accepted") + rows_of(record, file, "rejected") +
                         rows_of(record, file, "out_of_window") +
                         rows_of(record, file, "duplicate") +
                         rows_of(record, file, "not_of_interest"),
                     read);
}

static void the_demo_is_screened_whole(void **state) {
    (void)state;
    char folder[256], out[300], path[400];
    snprintf(folder, sizeof folder, "%s", program_folder_new());
    snprintf(out, sizeof out, "%s/out", folder);
    program_result run =
        program_run((const char *const[]){"run", "--profile", "mimic-iv", "--data", data, "--as-of",
                                          "latest", "--out", out, NULL},
                    NULL, NULL);
    if (run.exit_code != 0 && run.exit_code != 3)
        fail_msg("exit %d:\n%s", run.exit_code, run.err.at);
    json_t *record = run_record(out);
    expect_conserved(record, "labevents.csv.gz", 107727);
    expect_conserved(record, "prescriptions.csv.gz", 18087);
    expect_conserved(record, "patients.csv.gz", 100);
    expect_conserved(record, "admissions.csv.gz", 275);
    expect_conserved(record, "omr.csv.gz", 2964);
    expect_conserved(record, "diagnoses_icd.csv.gz", 4506);
    snprintf(path, sizeof path, "%s/lab_summary.csv", out);
    bytes labs = file_read(path);
    expect_cell(labs.at, "magnesium,mg/dL,", "results", "2470");
    expect_cell(labs.at, "magnesium,mg/dL,", "patients", "100");
    expect_cell(labs.at, "magnesium,mg/dL,", "p50", "2.0");
    expect_cell(labs.at, "magnesium,mg/dL,", "min", "0.9");
    expect_cell(labs.at, "magnesium,mg/dL,", "max", "10");
    /* 3,003 of item 50912 and 5 of whole blood, one of them implausible. */
    expect_cell(labs.at, "creatinine,mg/dL,", "results", "3007");
    expect_cell(labs.at, "potassium,mEq/L,", "text", "3");
    free(labs.at);
    json_decref(record);
    program_result_done(&run);
    program_folder_remove(folder);
}

/* Screens the demo with a pack of tests/packs and hands back summary.csv. */
static bytes summary_with(const char *pack) {
    char folder[256], path[600], out[300];
    snprintf(folder, sizeof folder, "%s", program_folder_new());
    snprintf(path, sizeof path, "%s/mimic.yaml", folder);
    snprintf(out, sizeof out, "%s/out", folder);
    static const char *const sources[][2] = {
        {"patients", "patients"}, {"stays", "admissions"},
        {"labs", "labevents"},    {"prescriptions", "prescriptions"},
        {"measurements", "omr"},  {"conditions", "diagnoses_icd"}};
    FILE *pipeline = fopen(path, "w");
    assert_non_null(pipeline);
    fputs("name: count\nas_of: latest\nsources:\n", pipeline);
    for (size_t i = 0; i < sizeof sources / sizeof sources[0]; i++)
        fprintf(pipeline,
                "  - { name: %s, kind: %s, profile: mimic-iv, files: [\"%s/%s.csv.gz\"] }\n",
                sources[i][1], sources[i][0], data, sources[i][1]);
    fprintf(pipeline, "pack: ./own.yaml\nsink: { directory: %s }\n", out);
    fclose(pipeline);
    char shipped[600], own[600];
    snprintf(shipped, sizeof shipped, "%s/tests/packs/%s.yaml", MAG_SOURCE_DIR, pack);
    snprintf(own, sizeof own, "%s/own.yaml", folder);
    file_copy(shipped, own);
    program_result run = program_run((const char *const[]){"run", path, NULL}, NULL, NULL);
    if (run.exit_code != 0 && run.exit_code != 3)
        fail_msg("exit %d:\n%s", run.exit_code, run.err.at);
    program_result_done(&run);
    snprintf(path, sizeof path, "%s/summary.csv", out);
    bytes summary = file_read(path);
    program_folder_remove(folder);
    return summary;
}

static void forty_three_were_ever_low_and_seven_are(void **state) {
    (void)state;
    bytes ever = summary_with("ever_low_magnesium");
    expect_cell(ever.at, "latest,EVERLOW,1.0.0,all,", "eligible", "100");
    expect_cell(ever.at, "latest,EVERLOW,1.0.0,all,", "flagged", "43");
    /* Everybody has a magnesium, so that the strata count everybody's latest creatinine by CKD-EPI
     * 2021. */
    static const char *const stages[][2] = {{"G1", "47"}, {"G2", "25"}, {"G3a", "8"},
                                            {"G3b", "6"}, {"G4", "6"},  {"G5", "8"}};
    for (size_t i = 0; i < sizeof stages / sizeof stages[0]; i++) {
        char row[64];
        snprintf(row, sizeof row, "latest,EVERLOW,1.0.0,renal_stage,%s,", stages[i][0]);
        expect_cell(ever.at, row, "eligible", stages[i][1]);
    }
    bytes latest = summary_with("latest_low_magnesium");
    expect_cell(latest.at, "latest,LATESTLOW,1.0.0,all,", "eligible", "100");
    expect_cell(latest.at, "latest,LATESTLOW,1.0.0,all,", "flagged", "7");
    free(ever.at);
    free(latest.at);
}

int main(void) {
    if (!has_data()) {
        print_message("SKIPPED: no MIMIC-IV demo at %s (set MAGSCREEN_DATA)\n", data);
        return 77;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_demo_is_screened_whole),
        cmocka_unit_test(forty_three_were_ever_low_and_seven_are),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
