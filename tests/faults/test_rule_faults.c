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
    program_result_done(&run.result);
    snprintf(run.out, sizeof run.out, "%s/changed", run.folder);
    run.result =
        program_run((const char *const[]){"run", path, "--out", run.out, NULL}, NULL, NULL);
    return run;
}

static void expect_refused(const char *from, const char *to, const char *message_id,
                           const char *says) {
    fault_run run = run_changed_pack(from, to);
    fault_expect(&run, 5, message_id);
    if (!strstr(run.result.err.at, says))
        fail_msg("it does not say \"%s\":\n%s", says, run.result.err.at);
    assert_false(file_exists(run.out));
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
    expect_refused("active(MGSYS)", "active(MGSYS", "MS-R501", "^");
    expect_refused("active(MGSYS)", "active MGSYS)", "MS-R501", "pack.yaml:");
}

static void t_R_02(void **state) {
    (void)state;
    expect_refused("    title:", "    titel:", "MS-R502", "title");
    expect_refused("id: A02", "id: A01", "MS-R502", "A01");
    expect_refused("version:", "versoin:", "MS-R502", "version");
}

static void t_R_03(void **state) {
    (void)state;
    expect_refused("active(MGSYS)", "active(MGSYSS)", "MS-R503", "MGSYS");
    expect_refused("latest(magnesium", "latest(magnesum", "MS-R503", "magnesium");
    expect_refused("when: kf < 20 mL/min", "when: kf < 20 mL/mim", "MS-R503", "mL/min");
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

int main(void) {
    static const fault_row rows[] = {FAULT_ROW(t_R_01), FAULT_ROW(t_R_02), FAULT_ROW(t_R_03),
                                     FAULT_ROW(t_R_04),
                                     FAULT_ROW(the_pack_as_it_stands_runs_from_a_pipeline)};
    return FAULT_ROWS_RUN(rows);
}
