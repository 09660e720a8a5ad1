/* Rows of the fault matrix: a pack that cannot be trusted stops the run before any
 * data is read. */
#include "support/fault_cohort.h"
#include "support/fault_row.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define PACK_PATH MAG_SOURCE_DIR "/pipelines/packs/magnesium-safety.yaml"

/* PACK.lock beside the changed pack; NULL: none. */
static const char *lock_text;

/* The shipped pack with one change, run by a pipeline of its own over the clean cohort. */
static fault_run run_changed_pack(const char *from, const char *to) {
    fault_cohort cohort;
    fault_cohort_init(&cohort);
    fault_run run = fault_screen(&cohort, NULL);
    fault_cohort_done(&cohort);
    bytes pack = file_read(PACK_PATH);
    assert_non_null(pack.at);
    char *found = strstr(pack.at, from);
    if (!found)
        fail_msg("the pack has no \"%s\" to change", from);
    char path[512];
    snprintf(path, sizeof path, "%s/pack.yaml", run.folder);
    FILE *out = fopen(path, "wb");
    assert_non_null(out);
    fprintf(out, "%.*s%s%s", (int)(found - pack.at), pack.at, to, found + strlen(from));
    fclose(out);
    free(pack.at);
    snprintf(path, sizeof path, "%s/pipeline.yaml", run.folder);
    out = fopen(path, "wb");
    assert_non_null(out);
    fputs(
        "name: changed\n"
        "as_of: 2025-12-31\n"
        "sources:\n"
        "  - { name: roster, kind: patients, profile: magscreen, files: [data/patients.csv.gz] }\n"
        "  - { name: lims, kind: labs, profile: magscreen, files: [data/labs.csv.gz] }\n"
        "  - { name: epma, kind: prescriptions, profile: magscreen, files: "
        "[data/prescriptions.csv.gz] }\n"
        "pack: pack.yaml\n",
        out);
    fclose(out);
    if (lock_text) {
        char lock[512];
        snprintf(lock, sizeof lock, "%s/PACK.lock", run.folder);
        file_write(lock, lock_text, strlen(lock_text));
    }
    program_result_done(&run.result);
    json_decref(run.record);
    snprintf(run.out, sizeof run.out, "%s/changed", run.folder);
    run.result =
        program_run((const char *const[]){"run", path, "--out", run.out, NULL}, NULL, NULL);
    run.record = run_record(run.out);
    return run;
}

static void expect_refused(const char *from, const char *to, const char *message_id,
                           const char *says) {
    fault_run run = run_changed_pack(from, to);
    fault_expect(&run, 5, message_id);
    if (!strstr(run.result.err.at, says))
        fail_msg("it does not say \"%s\":\n%s", says, run.result.err.at);
    assert_false(file_exists(run.out));
    assert_null(run.record); /* no OUT.failed or OUT.held either: no run began */
    fault_run_done(&run);
}

/* "pack.yaml:12:34: " somewhere in what was said, and a line that is blanks and a caret. */
static void expect_place(const char *from, const char *to, const char *message_id,
                         const char *says) {
    fault_run run = run_changed_pack(from, to);
    unsigned line, column;
    char colon;
    fault_expect(&run, 5, message_id);
    const char *place = strstr(run.result.err.at, "pack.yaml:");
    assert_non_null(place);
    if (sscanf(place, "pack.yaml:%u:%u%c", &line, &column, &colon) != 3 || colon != ':')
        fail_msg("no line and column:\n%s", run.result.err.at);
    assert_true(line > 1 && column > 1);
    const char *caret = strchr(run.result.err.at, '^');
    assert_non_null(caret);
    while (caret > run.result.err.at && caret[-1] == ' ')
        caret--;
    assert_int_equal(caret[-1], '\n');
    if (!strstr(run.result.err.at, says))
        fail_msg("it does not say \"%s\":\n%s", says, run.result.err.at);
    assert_false(file_exists(run.out));
    assert_null(run.record);
    fault_run_done(&run);
}

static void the_pack_as_it_stands_runs_from_a_pipeline(void **state) {
    (void)state;
    fault_run run = run_changed_pack("pack: magnesium-safety", "pack: magnesium-safety");
    fault_expect(&run, 0, NULL);
    assert_true(file_exists(run.out));
    fault_run_done(&run);
}

static void t_R_01(void **state) {
    (void)state;
    expect_place("active(MGSYS)", "active(MGSYS", "MS-R501", ")");
    expect_place("active(MGSYS)", "active MGSYS)", "MS-R501", "MGSYS");
}

static void t_R_02(void **state) {
    (void)state;
    expect_refused("    title:", "    titel:", "MS-R502", "title");
    expect_refused("id: A02", "id: A01", "MS-R502", "A01");
    expect_refused("version:", "versoin:", "MS-R502", "version");
}

static void t_R_03(void **state) {
    (void)state;
    expect_place("active(MGSYS)", "active(MGSYSS)", "MS-R503", "MGSYS");
    expect_place("latest(magnesium", "latest(magnesum", "MS-R503", "magnesium");
    expect_place("when: kf < 20 mL/min", "when: kf < 20 mL/mim", "MS-R503", "mL/min");
}

static void t_R_04(void **state) {
    (void)state;
    expect_refused("expect: critical", "expect: low", "MS-R504", "critical");
#define A00                                                                                        \
    "rules:\n  - id: A00\n    title: T\n    status: active\n    worse: low\n"                      \
    "    among: measured(magnesium)\n    when: latest(magnesium) < mg_low\n    severity: high\n"
    expect_refused("rules:\n", A00 "    evidence: [S0-03]\n", "MS-R504", "A00");
    expect_refused("rules:\n", A00, "MS-R502", "A00");
}

#define SHIPPED      "magnesium-safety 1.1.0 "
#define OTHER_DIGEST "0000000000000000000000000000000000000000000000000000000000000000\n"

static void expect_released(const char *lock, bool is_released) {
    lock_text = lock;
    fault_run run = run_changed_pack("pack: magnesium-safety", "pack: magnesium-safety");
    lock_text = NULL;
    fault_expect(&run, 0, NULL);
    assert_non_null(run.record);
    const json_t *pack = json_object_get(run.record, "pack");
    assert_true(json_is_boolean(json_object_get(pack, "released")));
    assert_int_equal(json_is_true(json_object_get(pack, "released")), is_released);
    fault_run_done(&run);
}

/* The lock knows this version with another content. Where no lock, or no line, knows it, the pack
   is in development, and run.json says so. */
static void t_R_08(void **state) {
    (void)state;
    bytes shipped = file_read(MAG_SOURCE_DIR "/pipelines/packs/PACK.lock");
    assert_non_null(shipped.at);
    if (!strstr(shipped.at, SHIPPED))
        fail_msg("the lock has no line " SHIPPED);
    lock_text = SHIPPED OTHER_DIGEST;
    expect_refused("pack: magnesium-safety", "pack: magnesium-safety", "MS-R507",
                   "magnesium-safety 1.1.0 was released with another content");
    lock_text = shipped.at;
    expect_refused("    title: Magnesium with", "    title: Some magnesium with", "MS-R507",
                   "pack.yaml");
    lock_text = NULL;
    expect_released(shipped.at, true);
    expect_released(NULL, false);
    expect_released("magnesium-safety 1.1 " OTHER_DIGEST, false);
    free(shipped.at);
}

/* An earlier run knows the version with another content, where no lock does. */
static void t_R_08_previous(void **state) {
    (void)state;
    char path[512], pipeline[512], second[512];
    fault_run first = run_changed_pack("pack: magnesium-safety", "pack: magnesium-safety");
    fault_expect(&first, 0, NULL);
    snprintf(path, sizeof path, "%s/pack.yaml", first.folder);
    snprintf(pipeline, sizeof pipeline, "%s/pipeline.yaml", first.folder);
    snprintf(second, sizeof second, "%s/second", first.folder);
    bytes pack = file_read(path);
    memcpy(strstr(pack.at, "    title: Magnesium with"), "    title: magnesium", 20);
    file_write(path, pack.at, pack.nbytes);
    free(pack.at);
    program_result again = program_run(
        (const char *const[]){"run", pipeline, "--previous", first.out, "--out", second, NULL},
        NULL, NULL);
    assert_int_equal(again.exit_code, 5);
    assert_non_null(strstr(again.err.at, "MS-R507"));
    assert_false(file_exists(second));
    program_result_done(&again);
    fault_run_done(&first);
}

/* A bounded share of what `./dev mutate` does with every constant and comparison of the pack. */
static void t_R_10(void **state) {
    (void)state;
    char line[512] = "";
    FILE *answer = popen(MAG_MUTATE " --every 61 --equivalents " MAG_SOURCE_DIR
                                    "/tests/mutation/equivalents.txt",
                         "r");
    assert_non_null(answer);
    unsigned judged = 0, noticed = 0;
    while (fgets(line, sizeof line, answer))
        if (sscanf(line, "%u of %*u mutants judged: %u noticed", &judged, &noticed) == 2)
            break;
    if (!strstr(line, ", 0 not noticed"))
        fail_msg("a mutant lives: %s", line);
    while (fgets(line, sizeof line, answer)) {
    }
    assert_int_equal(pclose(answer), 0);
    assert_true(judged > 50 && noticed > 20);
}

int main(void) {
    static const fault_row rows[] = {
        FAULT_ROW(t_R_01), FAULT_ROW(t_R_02),
        FAULT_ROW(t_R_03), FAULT_ROW(t_R_04),
        FAULT_ROW(t_R_08), FAULT_ROW(t_R_08_previous),
        FAULT_ROW(t_R_10), FAULT_ROW(the_pack_as_it_stands_runs_from_a_pipeline)};
    return FAULT_ROWS_RUN(rows);
}
