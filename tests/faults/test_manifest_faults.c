/* Row I-15 of the list of faults: sets of files that are not the ones announced, whole program. */
#include "support/fault_cohort.h"
#include "support/fault_row.h"

#include "base/sha256.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char header[] = "patient_id,code,value,unit,collected_at,comment\n";

static void put_file(const fault_run *run, const char *name, const char *at, size_t nbytes) {
    char path[512];
    snprintf(path, sizeof path, "%s/%s", run->data, name);
    file_write(path, at, nbytes);
}

static void remove_file(const fault_run *run, const char *name) {
    char path[512];
    snprintf(path, sizeof path, "%s/%s", run->data, name);
    assert_int_equal(unlink(path), 0);
}

/* The cohort with its results in two plain parts, labs-1 with 400 rows and labs-2 with 200. */
static fault_run begin_parts(void) {
    fault_cohort cohort;
    fault_cohort_init(&cohort);
    fault_run run = fault_begin(&cohort);
    const char *text = cohort.text[FAULT_LABS].at;
    size_t cut = fault_line(&cohort, FAULT_LABS, 402);
    put_file(&run, "labs-1.csv", text, cut);
    char *second = malloc(cohort.text[FAULT_LABS].nbytes);
    assert_non_null(second);
    int nbytes = sprintf(second, "%s%s", header, text + cut);
    put_file(&run, "labs-2.csv", second, (size_t)nbytes);
    remove_file(&run, "labs.csv.gz");
    free(second);
    fault_cohort_done(&cohort);
    return run;
}

static void digest_of(const fault_run *run, const char *name, char hex[MAG_SHA256_HEX_NBYTES]) {
    char path[512];
    snprintf(path, sizeof path, "%s/%s", run->data, name);
    bytes content = file_read(path);
    assert_non_null(content.at);
    mag_sha256_of((mag_span){content.at, content.nbytes}, hex);
    free(content.at);
}

enum { LISTED_COUNT = 4 };
static const char *const listed[LISTED_COUNT] = {"patients.csv.gz", "labs-1.csv", "labs-2.csv",
                                                 "prescriptions.csv.gz"};

/* A manifest that is true, but for one line (-1: for none) that gets these rows and this digest. */
static void put_manifest(const fault_run *run, int line, int rows, const char *sha256) {
    static const int true_rows[LISTED_COUNT] = {40, 400, 200, 80};
    char text[1024] = "file,rows,sha256\n";
    for (int i = 0; i < LISTED_COUNT; i++) {
        char hex[MAG_SHA256_HEX_NBYTES];
        size_t at = strlen(text);
        digest_of(run, listed[i], hex);
        snprintf(text + at, sizeof text - at, "%s,%d,%s\n", listed[i],
                 i == line ? rows : true_rows[i], i == line && sha256 ? sha256 : hex);
    }
    put_file(run, "manifest.csv", text, strlen(text));
}

static void expect_manifest_refuses(fault_run *run, const char *what) {
    fault_screen_folder(run, NULL);
    fault_expect(run, 4, "MS-I111");
    if (!strstr(run->result.err.at, what))
        fail_msg("no \"%s\"; it said:\n%s", what, run->result.err.at);
    fault_expect_rejects(run, "file.manifest", 1);
    fault_expect_refused(run);
    assert_non_null(run->record);
    assert_string_equal(json_string_value(json_object_get(run->record, "failure_reason")),
                        "file.manifest");
    fault_run_done(run);
}

static void t_I_15_what_was_announced_is_read(void **state) {
    (void)state;
    fault_run run = begin_parts();
    put_manifest(&run, -1, 0, NULL);
    fault_screen_folder(&run, NULL);
    fault_expect(&run, 0, NULL);
    assert_int_equal(fault_count(&run, "labs", "read"), 600);
    fault_expect_conserved(&run);
    fault_expect_golden(&run, true);
    fault_run_done(&run);
}

/* A night without a part of its results must not look like a quiet night. */
static void t_I_15_a_part_is_missing(void **state) {
    (void)state;
    for (int i = 1; i <= 2; i++) {
        fault_run run = begin_parts();
        put_manifest(&run, -1, 0, NULL);
        remove_file(&run, listed[i]);
        char what[128];
        snprintf(what, sizeof what, "manifest.csv says 4 files, 3 found; missing: %s", listed[i]);
        expect_manifest_refuses(&run, what);
    }
}

static void t_I_15_a_part_is_not_listed(void **state) {
    (void)state;
    fault_run run = begin_parts();
    put_manifest(&run, -1, 0, NULL);
    put_file(&run, "labs-3.csv", header, strlen(header));
    expect_manifest_refuses(&run, "manifest.csv says 4 files, 5 found; not listed: labs-3.csv");
}

static void t_I_15_the_rows_differ(void **state) {
    (void)state;
    static const int rows[] = {0, 399, 401};
    for (size_t i = 0; i < 3; i++) {
        fault_run run = begin_parts();
        char what[64];
        snprintf(what, sizeof what, "says %d rows in labs-1.csv, 400 read", rows[i]);
        put_manifest(&run, 1, rows[i], "");
        expect_manifest_refuses(&run, what);
    }
}

static void t_I_15_the_digest_differs(void **state) {
    (void)state;
    static const char other[] = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    for (int line = 0; line < LISTED_COUNT; line += 2) {
        fault_run run = begin_parts();
        char what[128];
        snprintf(what, sizeof what, "%s: its SHA-256 is not the one in manifest.csv", listed[line]);
        put_manifest(&run, line, line == 0 ? 40 : 200, other);
        expect_manifest_refuses(&run, what);
    }
}

/* A manifest that cannot be understood announces nothing that could be checked: no run begins. */
static void t_I_15_the_manifest_is_damaged(void **state) {
    (void)state;
    static const struct {
        const char *text, *what;
    } table[] = {
        {"file,row,sha256\nlabs-1.csv,400,\n", "column 2 is none of a manifest"},
        {"rows,sha256\n400,\n", "needs the column file"},
        {"file,rows,sha256\nlabs-1.csv,4OO,\n", "line 2: rows is not a count"},
        {"file,rows,sha256\nlabs-1.csv,400,abc\n", "line 2: sha256 is not 64 hexadecimal digits"},
        {"file,rows,sha256\n../labs-1.csv,400,\n", "line 2: file is not the name of a file"},
        {"file,rows,sha256\nlabs-1.csv\n", "line 2: not a row of this table"},
        {"file\nlabs-1.csv\nlabs-1.csv\n", "line 3: the file is listed above already"},
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        fault_run run = begin_parts();
        put_file(&run, "manifest.csv", table[i].text, strlen(table[i].text));
        fault_screen_folder(&run, NULL);
        fault_expect(&run, 4, "MS-I111");
        if (!strstr(run.result.err.at, table[i].what))
            fail_msg("no \"%s\"; it said:\n%s", table[i].what, run.result.err.at);
        fault_expect_refused(&run);
        fault_run_done(&run);
    }
}

/* A plain file whose last line has no end may be cut, unless its digest is the announced one. */
static void t_I_15_a_digest_proves_the_last_line(void **state) {
    (void)state;
    for (int is_listed = 0; is_listed < 2; is_listed++) {
        fault_run run = begin_parts();
        char path[512];
        snprintf(path, sizeof path, "%s/labs-2.csv", run.data);
        bytes content = file_read(path);
        put_file(&run, "labs-2.csv", content.at, content.nbytes - 1);
        free(content.at);
        put_manifest(&run, is_listed ? -1 : 2, 200, "");
        fault_screen_folder(&run, NULL);
        fault_expect(&run, is_listed ? 0 : 3, is_listed ? NULL : "MS-I122");
        fault_expect_golden(&run, true);
        fault_run_done(&run);
    }
}

/* Sources of a pipeline that rely on one manifest share its list. */
static void t_I_15_of_a_pipeline(void **state) {
    (void)state;
    static const char pipeline[] =
        "name: night\nas_of: 2025-12-31\nsources:\n"
        "  - { name: roster, kind: patients, profile: magscreen, files: [data/patients.csv.gz],\n"
        "      manifest: data/manifest.csv }\n"
        "  - { name: lims, kind: labs, profile: magscreen, files: [\"data/labs*\"],\n"
        "      manifest: data/manifest.csv }\n"
        "  - { name: epma, kind: prescriptions, profile: magscreen,\n"
        "      files: [data/prescriptions.csv.gz], manifest: data/manifest.csv }\n"
        "pack: magnesium-safety\n";
    for (int is_whole = 0; is_whole < 2; is_whole++) {
        fault_run run = begin_parts();
        char path[512];
        snprintf(path, sizeof path, "%s/night.yaml", run.folder);
        file_write(path, pipeline, strlen(pipeline));
        put_manifest(&run, -1, 0, NULL);
        if (!is_whole)
            remove_file(&run, "labs-2.csv");
        const char *arguments[] = {"run", path, "--out", run.out, NULL};
        fault_collect(&run, program_run(arguments, NULL, NULL));
        fault_expect(&run, is_whole ? 0 : 4, is_whole ? NULL : "missing: labs-2.csv");
        if (is_whole)
            fault_expect_golden(&run, true);
        else
            fault_expect_rejects(&run, "file.manifest", 1);
        fault_run_done(&run);
    }
}

/* Two folders with a file of the same name: one line cannot stand for both, with rows and digest or
   without. */
static void t_I_15_two_files_of_one_name(void **state) {
    (void)state;
    static const char head[] =
        "name: night\nas_of: 2025-12-31\nsources:\n"
        "  - { name: roster, kind: patients, profile: magscreen, files: [data/patients.csv.gz],\n"
        "      manifest: data/manifest.csv }\n"
        "  - { name: epma, kind: prescriptions, profile: magscreen,\n"
        "      files: [data/prescriptions.csv.gz], manifest: data/manifest.csv }\n";
    static const char *const labs[] = {
        "  - { name: lims, kind: labs, profile: magscreen, manifest: data/manifest.csv,\n"
        "      files: [data/labs-1.csv, other/labs-1.csv] }\n",
        "  - { name: lims, kind: labs, profile: magscreen, manifest: data/manifest.csv,\n"
        "      files: [data/labs-1.csv] }\n"
        "  - { name: poct, kind: labs, profile: magscreen, manifest: data/manifest.csv,\n"
        "      files: [other/labs-1.csv] }\n"};
    static const char manifest[] = "file\npatients.csv.gz\nlabs-1.csv\nprescriptions.csv.gz\n";
    for (size_t i = 0; i < sizeof labs / sizeof *labs; i++) {
        fault_run run = begin_parts();
        char path[512], from[512], pipeline[2048];
        snprintf(path, sizeof path, "%s/other", run.folder);
        assert_int_equal(mkdir(path, 0700), 0);
        snprintf(from, sizeof from, "%s/labs-2.csv", run.data);
        snprintf(path, sizeof path, "%s/other/labs-1.csv", run.folder);
        assert_int_equal(rename(from, path), 0);
        put_file(&run, "manifest.csv", manifest, strlen(manifest));
        int nbytes =
            snprintf(pipeline, sizeof pipeline, "%s%spack: magnesium-safety\n", head, labs[i]);
        snprintf(path, sizeof path, "%s/night.yaml", run.folder);
        file_write(path, pipeline, (size_t)nbytes);
        const char *arguments[] = {"run", path, "--out", run.out, NULL};
        fault_collect(&run, program_run(arguments, NULL, NULL));
        fault_expect(&run, 4, "MS-I111");
        if (!strstr(run.result.err.at, "manifest.csv has one line for labs-1.csv, and two files"))
            fail_msg("it said:\n%s", run.result.err.at);
        fault_expect_rejects(&run, "file.manifest", 1);
        fault_expect_refused(&run);
        fault_run_done(&run);
    }
}

int main(void) {
    static const fault_row rows[] = {FAULT_ROW(t_I_15_what_was_announced_is_read),
                                     FAULT_ROW(t_I_15_a_part_is_missing),
                                     FAULT_ROW(t_I_15_a_part_is_not_listed),
                                     FAULT_ROW(t_I_15_the_rows_differ),
                                     FAULT_ROW(t_I_15_the_digest_differs),
                                     FAULT_ROW(t_I_15_the_manifest_is_damaged),
                                     FAULT_ROW(t_I_15_a_digest_proves_the_last_line),
                                     FAULT_ROW(t_I_15_of_a_pipeline),
                                     FAULT_ROW(t_I_15_two_files_of_one_name)};
    return FAULT_ROWS_RUN(rows);
}
