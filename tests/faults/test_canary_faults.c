/* Row R-05 of the fault matrix: a profile whose mapping was broken on purpose. The canary patients
   notice, whatever the data, and the run is refused before it has read a row. */
#include "support/fault_cohort.h"
#include "support/fault_row.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define PROFILES MAG_SOURCE_DIR "/pipelines/profiles/"

/* A shipped file with a text replaced everywhere above its canaries, if it has any (they stay as
   they are); `from` NULL: as it is. */
static void write_changed(const char *shipped, const char *from, const char *to, const char *path) {
    bytes text = file_read(shipped);
    assert_non_null(text.at);
    const char *canaries = strstr(text.at, "\ncanaries:");
    const char *end = canaries ? canaries : text.at + text.nbytes;
    FILE *out = fopen(path, "wb");
    assert_non_null(out);
    const char *at = text.at;
    unsigned count = 0;
    for (const char *found; from && (found = strstr(at, from)) && found < end; count++) {
        fprintf(out, "%.*s%s", (int)(found - at), at, to);
        at = found + strlen(from);
    }
    fputs(at, out);
    fclose(out);
    free(text.at);
    if (from && count == 0)
        fail_msg("%s has no \"%s\" above its canaries", shipped, from);
}

/* The clean cohort, written once. */
static fault_run clean;

static void have_clean_cohort(void) {
    fault_cohort cohort;
    if (clean.folder[0])
        return;
    fault_cohort_init(&cohort);
    clean = fault_screen(&cohort, NULL);
    fault_expect(&clean, 0, NULL);
    fault_cohort_done(&cohort);
}

/* The clean cohort screened by a changed magscreen profile: `run` and the further arguments. */
static fault_run screen_by(const char *from, const char *to, const char *verb,
                           const char *const *more) {
    static unsigned count;
    fault_run run = {0};
    char profile[512], data[512];
    have_clean_cohort();
    snprintf(run.folder, sizeof run.folder, "%s", program_folder_new());
    snprintf(run.out, sizeof run.out, "%s/changed-%u", run.folder, count++);
    snprintf(profile, sizeof profile, "%s/profile.yaml", run.folder);
    snprintf(data, sizeof data, "%s/data", clean.folder);
    write_changed(PROFILES "magscreen.yaml", from, to, profile);
    const char *arguments[16] = {verb, "--profile", profile, "--data", data};
    size_t used = 5;
    if (strcmp(verb, "run") == 0) {
        arguments[used++] = "--out";
        arguments[used++] = run.out;
    }
    for (; *more; more++)
        arguments[used++] = *more;
    run.result = program_run(arguments, NULL, NULL);
    run.record = run_record(run.out);
    return run;
}

static void expect_said(const fault_run *run, const char *wanted) {
    if (!strstr(run->result.err.at, wanted))
        fail_msg("it does not say \"%s\":\n%s", wanted, run->result.err.at);
}

#define LIST(...) ((const char *const[]){__VA_ARGS__, NULL})

/* Refused with MS-R505; the failed run explains itself, and nothing was read. */
static void expect_refused(const char *from, const char *to, const char *const *says) {
    fault_run run = screen_by(from, to, "run", LIST("--as-of", "latest"));
    fault_expect(&run, 5, "MS-R505");
    fault_expect_refused(&run);
    for (; *says; says++)
        expect_said(&run, *says);
    assert_non_null(run.record);
    assert_string_equal(json_string_value(json_object_get(run.record, "state")), "failed");
    assert_int_equal(json_integer_value(json_object_get(run.record, "exit_code")), 5);
    fault_run_done(&run);
}

static void t_R_05_wrong_unit_map(void **state) {
    (void)state;
    expect_refused(
        "    constants: { code_system: LOINC }\n",
        "    constants: { code_system: LOINC }\n    values: { unit: { mmol/L: mg/dL } }\n",
        LIST("canary \"nothing wrong\" of profile magscreen", "rule C01",
             "expected clear, got critical"));
}

static void t_R_05_wrong_code_system(void **state) {
    (void)state;
    expect_refused("{ code_system: LOINC }", "{ code_system: SNOMED }",
                   LIST("rule A01", "expected clear, got cannot_tell (missing)"));
    expect_refused("{ code_system: ATC, kind: order }", "{ code_system: ICD10, kind: order }",
                   LIST("rule A01", "got not_applicable"));
}

static void t_R_05_wrong_column(void **state) {
    (void)state;
    expect_refused("      value: value\n", "      value: specimen_id\n", LIST("null.required"));
    expect_refused("      weight_kg: weight_kg\n", "      weight_kg: height_cm\n", LIST("rule"));
    expect_refused("      dose: dose\n", "      dose: doses_per_day\n",
                   LIST("rule D01", "expected moderate, got info"));
    expect_refused("      collected_at: collected_at\n", "      collected_at: taken\n",
                   LIST("cannot be read as source labs", "taken"));
}

static void t_R_05_wrong_numbers_and_dates(void **state) {
    (void)state;
    expect_refused("    constants: { code_system: LOINC }\n",
                   "    constants: { code_system: LOINC }\n    decimal_comma: true\n",
                   LIST("rule"));
    expect_refused("    constants: { code_system: ATC, kind: order }\n",
                   "    constants: { code_system: ATC, kind: order }\n"
                   "    date_formats: [YYYY-DD-MM]\n",
                   LIST("rule"));
    expect_refused("missing: [\"NULL\", \".\"]", "missing: [\"NULL\", \".\", \"order\", \"4\"]",
                   LIST("rule"));
    expect_refused("    constants: { code_system: LOINC }\n",
                   "    constants: { code_system: LOINC }\n    delimiter: semicolon\n",
                   LIST("cannot be read as source labs", "found ','"));
}

static void t_R_05_rows_no_longer_kept(void **state) {
    (void)state;
    expect_refused(
        "    constants: { code_system: ATC, kind: order }\n",
        "    constants: { code_system: ATC, kind: order }\n    keep: { kind: [issue] }\n",
        LIST("rule A01", "got not_applicable"));
}

/* A rehearsal, a fixed day and a series are refused as well, and `check` says no. */
static void t_R_05_every_way_to_run(void **state) {
    (void)state;
    static const char from[] = "{ code_system: LOINC }", to[] = "{ code_system: SNOMED }";
    const char *const *const ways[] = {LIST("--as-of", "latest", "--dry-run"),
                                       LIST("--as-of", "2025-12-31"),
                                       LIST("--as-of-series", "2025-11-30..2025-12-31/month")};
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        fault_run run = screen_by(from, to, "run", ways[i]);
        fault_expect(&run, 5, "MS-R505");
        fault_expect_refused(&run);
        fault_run_done(&run);
    }
    fault_run run = screen_by(from, to, "check", LIST("--as-of", "latest"));
    assert_int_equal(run.result.exit_code, 1);
    assert_non_null(strstr(run.result.out.at, "BAD  canaries: canary \"nothing wrong\""));
    fault_run_done(&run);
}

static int64_t canary_count(const fault_run *run, const char *key) {
    return json_integer_value(json_object_get(json_object_get(run->record, "canaries"), key));
}

/* Without canaries nobody is told that they came out right: not by a run, in words or JSON, and not
   by `check`. */
static void t_R_05_no_canaries(void **state) {
    (void)state;
    static const char unsaid[] = "whether codes, units and dates reach the rules was not tried";
    have_clean_cohort();
    char shipped[512], profile[512], data[512];
    snprintf(shipped, sizeof shipped, PROFILES "magscreen.yaml");
    snprintf(profile, sizeof profile, "%s/without.yaml", clean.folder);
    snprintf(data, sizeof data, "%s/data", clean.folder);
    bytes text = file_read(shipped);
    file_write(profile, text.at, (size_t)(strstr(text.at, "\ncanaries:") + 1 - text.at));
    free(text.at);
    const char *const calls[][10] = {
        {"run", "--profile", profile, "--data", data, "--as-of", "2025-12-31", "--dry-run"},
        {"check", "--profile", profile, "--data", data, "--as-of", "2025-12-31"},
        {"run", "--profile", profile, "--data", data, "--as-of", "2025-12-31", "--dry-run",
         "--json"}};
    for (size_t i = 0; i < 3; i++) {
        program_result result = program_run(calls[i], NULL, NULL);
        assert_int_equal(result.exit_code, 0);
        assert_non_null(strstr(result.out.at, "magscreen: the profile has no canaries"));
        assert_int_equal(strstr(result.out.at, unsaid) != NULL, i < 2);
        json_t *answer = i < 2 ? NULL : json_loads(result.out.at, 0, NULL);
        const json_t *canaries = json_object_get(answer, "canaries");
        if (i == 2)
            assert_int_equal(json_integer_value(json_object_get(canaries, "rules_covered")), 0);
        json_decref(answer);
        program_result_done(&result);
    }
}

/* A run with its mapping whole says what was tried, and its result is the golden one. */
static void t_R_05_a_whole_mapping(void **state) {
    (void)state;
    fault_cohort cohort;
    fault_cohort_init(&cohort);
    fault_run run = fault_screen(&cohort, NULL);
    fault_expect(&run, 0, NULL);
    fault_expect_conserved(&run);
    fault_expect_golden(&run, true);
    assert_int_equal(fault_count(&run, "patients", "read"), FAULT_PATIENTS);
    assert_null(strstr(run.dump.at, "canary"));
    /* The cohort has no source of conditions: the canary on dialysis cannot be put together. */
    assert_int_equal(canary_count(&run, "rules_covered"), 43);
    assert_non_null(strstr(run.result.out.at, "canaries: "));
    assert_non_null(strstr(run.result.out.at, "magnesium on dialysis: no source of conditions"));
    const json_t *uncovered =
        json_object_get(json_object_get(run.record, "canaries"), "rules_not_covered");
    assert_string_equal(json_string_value(uncovered), "A09, H02S, H05");
    fault_run_done(&run);
    fault_cohort_done(&cohort);
}

/* --- a site's own values ------------------------------------------------------------------------
 */

/* What a run of the clean cohort has of its own: keys of the pipeline, and a text that is replaced
   in the profile or in the pack; a NULL file: nothing is. */
typedef struct own_run {
    const char *keys, *file, *from, *to;
} own_run;

#define PACK    MAG_SOURCE_DIR "/pipelines/packs/magnesium-safety.yaml"
#define PROFILE PROFILES "magscreen.yaml"

static fault_run screen_pipeline(const own_run *own) {
    fault_run run = {0};
    char path[512], changed[512], text[2048];
    const bool is_pack = own->file && strcmp(own->file, PACK) == 0;
    const char *profile = own->file && !is_pack ? changed : "magscreen";
    have_clean_cohort();
    snprintf(run.folder, sizeof run.folder, "%s", program_folder_new());
    snprintf(run.out, sizeof run.out, "%s/out", run.folder);
    snprintf(path, sizeof path, "%s/nightly.yaml", run.folder);
    snprintf(changed, sizeof changed, "%s/ours.yaml", run.folder);
    if (own->file)
        write_changed(own->file, own->from, own->to, changed);
    const int nbytes =
        snprintf(text, sizeof text,
                 "name: nightly\nas_of: 2025-12-31\nsources:\n"
                 "  - {name: patients, kind: patients, profile: %s, files: "
                 "[%s/patients.csv.gz]}\n"
                 "  - {name: labs, kind: labs, profile: %s, files: [%s/labs.csv.gz]}\n"
                 "  - {name: prescriptions, kind: prescriptions, profile: %s,\n"
                 "     files: [%s/prescriptions.csv.gz]}\n"
                 "pack: %s\n%s",
                 profile, clean.data, profile, clean.data, profile, clean.data,
                 is_pack ? changed : "magnesium-safety", own->keys);
    assert_true(nbytes > 0 && (size_t)nbytes < sizeof text);
    file_write(path, text, (size_t)nbytes);
    run.result = program_run(LIST("run", path, "--out", run.out), NULL, NULL);
    run.record = run_record(run.out);
    return run;
}

#define LOW_MAGNESIUM "limits: [{name: mg_low, molar: 0.30 mmol/L, mass: 0.73 mg/dL, note: ours}]\n"
/* Above every dose that a canary takes. */
#define TOP_DOSE "parameters: [{name: dose_with_low_clearance, value: 30 mmol/day, note: us}]\n"

static bool is_not_checked(const fault_run *run, const char *wanted) {
    size_t i;
    json_t *line;
    json_t *lines = json_object_get(json_object_get(run->record, "canaries"), "not_checked");
    json_array_foreach(lines, i, line) {
        if (strcmp(json_string_value(line), wanted) == 0)
            return true;
    }
    return false;
}

/* The site's own limits and parameters screen its patients; the canaries are judged by the pack's,
   for they ask whether the rows reach the rules. That is said. */
static void t_R_05_values_of_the_site(void **state) {
    (void)state;
    static const struct site_value {
        const char *name, *keys;
    } values[] = {{"mg_low", LOW_MAGNESIUM},
                  {"dose_with_low_clearance", TOP_DOSE},
                  {"mg_low", LOW_MAGNESIUM TOP_DOSE}};
    fault_run plain = screen_pipeline(&(own_run){.keys = ""});
    fault_expect(&plain, 0, NULL);
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        char wanted[160];
        fault_run run = screen_pipeline(&(own_run){.keys = values[i].keys});
        fault_expect(&run, 0, NULL);
        fault_expect_conserved(&run);
        assert_int_equal(canary_count(&run, "rules_covered"), 43);
        assert_int_equal(canary_count(&run, "outcomes_checked"),
                         canary_count(&plain, "outcomes_checked"));
        snprintf(wanted, sizeof wanted,
                 "%s: the pipeline's own value; canaries are judged by the pack's", values[i].name);
        assert_true(is_not_checked(&run, wanted));
        fault_run_done(&run);
    }
    assert_null(strstr(plain.result.out.at, "own value"));
    fault_run_done(&plain);
}

static int64_t flags_of(const fault_run *run, const char *rule_id) {
    size_t i;
    json_t *rule;
    json_array_foreach(json_object_get(run->record, "rules"), i, rule) {
        if (strcmp(json_string_value(json_object_get(rule, "id")), rule_id) == 0)
            return json_integer_value(json_object_get(rule, "flagged"));
    }
    fail_msg("run.json has no rule %s", rule_id);
    return -1;
}

/* Only the canaries look away from the site's values: its patients are judged by them. */
static void t_R_05_patients_are_judged_by_the_values_of_the_site(void **state) {
    (void)state;
    fault_run usual = screen_pipeline(&(own_run){.keys = ""});
    fault_run low = screen_pipeline(&(own_run){.keys = LOW_MAGNESIUM});
    assert_true(flags_of(&usual, "C01") > 0);
    assert_true(flags_of(&low, "C01") < flags_of(&usual, "C01"));
    fault_run_done(&usual);
    fault_run_done(&low);
}

/* What is broken stays broken, whatever the pipeline overrides. */
static void t_R_05_broken_beside_values_of_the_site(void **state) {
    (void)state;
    static const struct broken {
        own_run own;
        const char *says[2];
    } cases[] = {
        {{LOW_MAGNESIUM, PACK, "    when: sample < mg_low\n", "    when: sample > mg_low\n"},
         {"MS-R504", "rule B01"}},
        {{LOW_MAGNESIUM, PACK, "{ name: mg_low, molar: 0.70 mmol/L, mass: 1.7 mg/dL }",
          "{ name: mg_low, molar: 0.30 mmol/L, mass: 0.73 mg/dL }"},
         {"MS-R504", "examples fail"}},
        {{LOW_MAGNESIUM, PROFILE, "{ code_system: LOINC }", "{ code_system: SNOMED }"},
         {"MS-R505", "rule A01"}},
        {{TOP_DOSE, PROFILE, "      dose: dose\n", "      dose: doses_per_day\n"},
         {"MS-R505", "rule D01"}}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        fault_run run = screen_pipeline(&cases[i].own);
        fault_expect(&run, 5, cases[i].says[0]);
        expect_said(&run, cases[i].says[1]);
        fault_expect_refused(&run);
        fault_run_done(&run);
    }
}

int main(void) {
    static const fault_row rows[] = {
        FAULT_ROW(t_R_05_wrong_unit_map),
        FAULT_ROW(t_R_05_wrong_code_system),
        FAULT_ROW(t_R_05_wrong_column),
        FAULT_ROW(t_R_05_wrong_numbers_and_dates),
        FAULT_ROW(t_R_05_rows_no_longer_kept),
        FAULT_ROW(t_R_05_every_way_to_run),
        FAULT_ROW(t_R_05_no_canaries),
        FAULT_ROW(t_R_05_a_whole_mapping),
        FAULT_ROW(t_R_05_values_of_the_site),
        FAULT_ROW(t_R_05_patients_are_judged_by_the_values_of_the_site),
        FAULT_ROW(t_R_05_broken_beside_values_of_the_site),
    };
    const int failed = FAULT_ROWS_RUN(rows);
    if (clean.folder[0])
        fault_run_done(&clean);
    return failed;
}
