/* Rows P-09, P-12, P-17, S-09 and S-11 of the fault matrix, and the invariance of the digest:
   threads, row order, file split, gzip or plain, locale and time zone. */
#include "support/fault_cohort.h"
#include "support/fault_row.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static void t_P_09(void **state) {
    (void)state;
    fault_cohort cohort;
    fault_cohort_init(&cohort);
    fault_run base = fault_screen(&cohort, NULL); /* leaves a data folder to use again */
    char data[512], out[512];
    snprintf(data, sizeof data, "%s/data", base.folder);
    snprintf(out, sizeof out, "%s/missing/out", base.folder);
    const char *arguments[] = {"run",     "--profile",  "magscreen", "--data", data,
                               "--as-of", "2025-12-31", "--out",     out,      NULL};
    program_result missing = program_run(arguments, NULL, NULL);
    assert_int_equal(missing.exit_code, 2);
    assert_non_null(strstr(missing.err.at, "MS-P405"));
    program_result_done(&missing);
    /* A directory that holds something is not overwritten without --force, and is exchanged with
     * it. */
    program_result full =
        program_run((const char *const[]){"run", "--profile", "magscreen", "--data", data,
                                          "--as-of", "2025-12-31", "--out", base.out, NULL},
                    NULL, NULL);
    assert_int_equal(full.exit_code, 2);
    assert_non_null(strstr(full.err.at, "MS-P405"));
    program_result_done(&full);
    program_result forced = program_run(
        (const char *const[]){"run", "--profile", "magscreen", "--data", data, "--as-of",
                              "2025-12-31", "--out", base.out, "--force", NULL},
        NULL, NULL);
    assert_int_equal(forced.exit_code, 0);
    program_result_done(&forced);
    fault_run_done(&base);
    fault_cohort_done(&cohort);
}

static void t_P_12(void **state) {
    (void)state;
    static const char *const counts[] = {"1", "2", "3", "8", "64"};
    fault_cohort cohort;
    fault_cohort_init(&cohort);
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        fault_run run = fault_screen(&cohort, (const char *const[]){"--threads", counts[i], NULL});
        fault_expect(&run, 0, NULL);
        fault_expect_golden(&run, true);
        fault_run_done(&run);
    }
    fault_cohort_done(&cohort);
}

static int by_hash(const void *a, const void *b) {
    unsigned long hash[2];
    const char *lines[2] = {*(char *const *)a, *(char *const *)b};
    for (int i = 0; i < 2; i++) {
        hash[i] = 5381;
        for (const char *c = lines[i]; *c != '\n'; c++)
            hash[i] = hash[i] * 33 + (unsigned char)*c;
    }
    return (hash[0] > hash[1]) - (hash[0] < hash[1]);
}

/* Every table's rows in an order that has nothing to do with patients or time. */
static void shuffle(bytes *text) {
    char *lines[4096];
    size_t count = 0;
    char *body = strchr(text->at, '\n') + 1;
    for (char *line = body; *line; line = strchr(line, '\n') + 1)
        lines[count++] = line;
    qsort(lines, count, sizeof lines[0], by_hash);
    char *shuffled = malloc(text->nbytes + 1), *to = shuffled;
    assert_non_null(shuffled);
    memcpy(to, text->at, (size_t)(body - text->at));
    to += body - text->at;
    for (size_t i = 0; i < count; i++) {
        size_t length = strcspn(lines[i], "\n") + 1;
        memcpy(to, lines[i], length);
        to += length;
    }
    *to = '\0';
    free(text->at);
    text->at = shuffled;
}

static void t_I_57_row_order(void **state) {
    (void)state;
    fault_cohort cohort;
    fault_cohort_init(&cohort);
    for (int table = 0; table < FAULT_TABLE_COUNT; table++)
        shuffle(&cohort.text[table]);
    fault_run run = fault_screen(&cohort, NULL);
    fault_expect(&run, 0, NULL);
    fault_expect_golden(&run, true);
    fault_run_done(&run);
    fault_cohort_done(&cohort);
}

static void t_I_57_compression(void **state) {
    (void)state;
    fault_cohort cohort;
    fault_cohort_init(&cohort);
    for (int table = 0; table < FAULT_TABLE_COUNT; table++)
        cohort.is_plain[table] = true;
    fault_run run = fault_screen(&cohort, NULL);
    fault_expect(&run, 0, NULL);
    fault_expect_golden(&run, true);
    fault_run_done(&run);
    fault_cohort_done(&cohort);
}

/* The laboratory rows dealt out over five files, half of them plain. */
static void t_I_57_file_split(void **state) {
    (void)state;
    fault_cohort cohort;
    fault_cohort_init(&cohort);
    fault_run whole = fault_screen(&cohort, NULL);
    char path[512];
    snprintf(path, sizeof path, "%s/data/labs.csv.gz", whole.folder);
    assert_int_equal(unlink(path), 0);
    const char *text = cohort.text[FAULT_LABS].at;
    size_t header = strcspn(text, "\n") + 1;
    for (size_t part = 0; part < 5; part++) {
        char *content = malloc(cohort.text[FAULT_LABS].nbytes + 1);
        assert_non_null(content);
        memcpy(content, text, header);
        size_t nbytes = header, number = 0;
        for (const char *line = text + header; *line; line = strchr(line, '\n') + 1, number++) {
            size_t length = strcspn(line, "\n") + 1;
            if (number % 5 != part)
                continue;
            memcpy(content + nbytes, line, length);
            nbytes += length;
        }
        snprintf(path, sizeof path, "%s/data/labs-%zu.csv%s", whole.folder, part,
                 part % 2 ? "" : ".gz");
        if (part % 2)
            file_write(path, content, nbytes);
        else
            file_write_gzip(path, content, nbytes);
        free(content);
    }
    char data[512];
    snprintf(data, sizeof data, "%s/data", whole.folder);
    program_result split = program_run(
        (const char *const[]){"run", "--profile", "magscreen", "--data", data, "--as-of",
                              "2025-12-31", "--out", whole.out, "--force", NULL},
        NULL, NULL);
    assert_int_equal(split.exit_code, 0);
    json_t *record = run_record(whole.out);
    assert_string_equal(json_string_value(json_object_get(record, "result_sha256")),
                        json_string_value(json_object_get(whole.record, "result_sha256")));
    json_decref(record);
    program_result_done(&split);
    fault_run_done(&whole);
    fault_cohort_done(&cohort);
}

static void t_P_17(void **state) {
    (void)state;
    fault_cohort cohort;
    fault_cohort_init(&cohort);
    fault_run first = fault_screen(&cohort, NULL);
    char data[512];
    snprintf(data, sizeof data, "%s/data", first.folder);
    static const char *const places[][4] = {{"LC_ALL=de_DE.UTF-8", "TZ=Asia/Kolkata", NULL},
                                            {"LC_ALL=tr_TR.UTF-8", "TZ=America/St_Johns", NULL},
                                            {"LC_ALL=C", "TZ=Pacific/Kiritimati", NULL}};
    for (size_t i = 0; i < 3; i++) {
        program_result again = program_run(
            (const char *const[]){"run", "--profile", "magscreen", "--data", data, "--as-of",
                                  "2025-12-31", "--out", first.out, "--force", NULL},
            places[i], NULL);
        assert_int_equal(again.exit_code, 0);
        json_t *record = run_record(first.out);
        assert_string_equal(json_string_value(json_object_get(record, "result_sha256")),
                            json_string_value(json_object_get(first.record, "result_sha256")));
        json_decref(record);
        program_result_done(&again);
    }
    fault_run_done(&first);
    fault_cohort_done(&cohort);
}

static void t_S_09(void **state) {
    (void)state;
    fault_cohort cohort;
    fault_cohort_init(&cohort);
    umask(0);
    fault_run run = fault_screen(&cohort, NULL);
    fault_expect(&run, 0, NULL);
    struct stat facts;
    assert_int_equal(stat(run.out, &facts), 0);
    assert_int_equal(facts.st_mode & 0777, 0700);
    DIR *listing = opendir(run.out);
    assert_non_null(listing);
    unsigned files = 0;
    for (struct dirent *entry; (entry = readdir(listing));) {
        if (entry->d_name[0] == '.')
            continue;
        char path[768];
        snprintf(path, sizeof path, "%s/%s", run.out, entry->d_name);
        assert_int_equal(stat(path, &facts), 0);
        assert_int_equal(facts.st_mode & 0777, 0600);
        assert_null(strstr(entry->d_name, "q00"));
        files++;
    }
    closedir(listing);
    assert_int_equal(files, 6);
    fault_run_done(&run);
    fault_cohort_done(&cohort);
}

/* Fails if a cell of a sheet begins with what a spreadsheet runs; numbers are no text and may. */
static void expect_guarded(const char *out, const char *name) {
    static const char dangerous[] = "=+-@\t\r";
    char path[512];
    snprintf(path, sizeof path, "%s/%s", out, name);
    bytes sheet = strstr(name, ".gz") ? file_inflate(path) : file_read(path);
    assert_non_null(sheet.at);
    for (const char *at = sheet.at; *at; at++) {
        bool begins_cell = at == sheet.at || at[-1] == '\n' || at[-1] == ',';
        const char *cell = at + (*at == '"');
        bool is_number = *cell == '-' && cell[1] >= '0' && cell[1] <= '9' && *at != '"';
        if (begins_cell && *at != '\n' && *cell && strchr(dangerous, *cell) && !is_number)
            fail_msg("%s: a cell begins with \"%.8s\"", name, at);
    }
    free(sheet.at);
}

/* An id and a site that a spreadsheet would run. */
static void t_S_11(void **state) {
    (void)state;
    fault_cohort cohort;
    fault_cohort_init(&cohort);
    fault_append(&cohort, FAULT_PATIENTS_TABLE,
                 "=cmd|1,F,1980-01-01,,@SUM(A1),60,165,2025-06-01\n"
                 "-7,F,1980-01-01,,+1,60,165,2025-06-01\n");
    fault_append(&cohort, FAULT_LABS,
                 "=cmd|1,2601-3,0.45,mmol/L,2025-12-20T08:00,\n"
                 "-7,2601-3,0.45,mmol/L,2025-12-20T08:00,\n");
    fault_run run = fault_screen(&cohort, NULL);
    fault_expect(&run, 0, NULL);
    char path[512];
    snprintf(path, sizeof path, "%s/flags.csv.gz", run.out);
    bytes flags = file_inflate(path);
    snprintf(path, sizeof path, "%s/summary.csv", run.out);
    bytes summary = file_read(path);
    static const char *const sheets[] = {"flags.csv.gz", "cannot_tell.csv.gz", "rejects.csv.gz",
                                         "summary.csv", "lab_summary.csv"};
    for (size_t i = 0; i < sizeof sheets / sizeof sheets[0]; i++)
        expect_guarded(run.out, sheets[i]);
    assert_non_null(strstr(flags.at, "'=cmd|1"));
    assert_non_null(strstr(flags.at, "'-7"));
    assert_non_null(strstr(summary.at, "'@SUM(A1)"));
    free(flags.at);
    free(summary.at);
    fault_run_done(&run);
    fault_cohort_done(&cohort);
}

int main(void) {
    static const fault_row rows[] = {FAULT_ROW(t_P_09),
                                     FAULT_ROW(t_P_12),
                                     FAULT_ROW(t_I_57_row_order),
                                     FAULT_ROW(t_I_57_compression),
                                     FAULT_ROW(t_I_57_file_split),
                                     FAULT_ROW(t_P_17),
                                     FAULT_ROW(t_S_09),
                                     FAULT_ROW(t_S_11)};
    return FAULT_ROWS_RUN(rows);
}
