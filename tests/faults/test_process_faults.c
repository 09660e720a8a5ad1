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
#include <sys/wait.h>
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

/* The program as somebody who may not write everywhere; waits for it. */
static program_result run_as_nobody(const char *const *arguments) {
    enum { NOBODY = 65534 };
    FILE *err = tmpfile();
    assert_non_null(err);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        const char *argv[16] = {program_path()};
        for (size_t i = 0; arguments[i] && i < 14; i++)
            argv[i + 1] = arguments[i];
        if (dup2(fileno(err), STDERR_FILENO) < 0 || setgid(NOBODY) != 0 || setuid(NOBODY) != 0)
            _exit(126);
        execv(argv[0], (char *const *)(uintptr_t)argv);
        _exit(127);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    program_result result = {.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1};
    char text[4096] = "";
    rewind(err);
    result.err.nbytes = fread(text, 1, sizeof text - 1, err);
    result.err.at = strdup(text);
    fclose(err);
    return result;
}

/* A folder of root's that nobody else may write into; and one that root has closed to itself, where
   the test runs as a user. The file of results is no gzip: it would be told first if it were read.
 */
static void t_P_09_read_only(void **state) {
    (void)state;
    fault_cohort cohort;
    fault_cohort_init(&cohort);
    cohort.raw[FAULT_PATIENTS_TABLE] = (bytes){strdup("no gzip at all"), 14};
    fault_run run = fault_begin(&cohort);
    char closed[512], out[600];
    const bool is_root = geteuid() == 0;
    snprintf(closed, sizeof closed, "%s/closed", run.folder);
    snprintf(out, sizeof out, "%s/out", closed);
    assert_int_equal(mkdir(closed, 0755), 0);
    assert_int_equal(chmod(closed, is_root ? 0755 : 0555), 0);
    if (is_root) /* so that the data and the folder are seen by others */
        assert_int_equal(chmod(run.folder, 0755) + chmod(run.data, 0755), 0);
    const char *const arguments[] = {"run",     "--profile",  "magscreen", "--data", run.data,
                                     "--as-of", "2025-12-31", "--out",     out,      NULL};
    program_result refused =
        is_root ? run_as_nobody(arguments) : program_run(arguments, NULL, NULL);
    if (refused.exit_code == 126 || refused.exit_code == 127) {
        program_result_done(&refused);
        fault_run_done(&run);
        fault_cohort_done(&cohort);
        fault_row_skip("the program cannot be run as another user here");
    }
    if (refused.exit_code != 2 || !strstr(refused.err.at, "MS-P405"))
        fail_msg("exit %d; it said:\n%s", refused.exit_code, refused.err.at);
    assert_null(strstr(refused.err.at, "MS-I108"));
    assert_false(file_exists(out));
    assert_int_equal(rmdir(closed), 0); /* nothing was left in it */
    program_result_done(&refused);
    fault_run_done(&run);
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

/* Laboratory rows in `count` files of about as many rows each: what is read at a time. */
static void split_labs(const fault_cohort *cohort, const fault_run *run, size_t count) {
    const bytes *text = &cohort->text[FAULT_LABS];
    const char *body = strchr(text->at, '\n') + 1, *end = text->at + text->nbytes;
    const size_t share = (size_t)(end - body) / count;
    char path[400];
    snprintf(path, sizeof path, "%s/labs.csv.gz", run->data);
    assert_int_equal(remove(path), 0);
    for (size_t i = 0; i < count; i++) {
        assert_true(body < end);
        const char *stop = i + 1 == count ? end : strchr(body + share, '\n') + 1;
        snprintf(path, sizeof path, "%s/labs-%03zu.csv", run->data, i);
        FILE *file = fopen(path, "w");
        assert_non_null(file);
        fwrite(text->at, 1, (size_t)(strchr(text->at, '\n') + 1 - text->at), file);
        fwrite(body, 1, (size_t)(stop - body), file);
        assert_int_equal(fclose(file), 0);
        body = stop;
    }
}

/* Partitions are handed out one by one, whatever the environment says of schedules; rows have no
   batches but the files that they come in. */
static void t_P_12_schedules_and_batches(void **state) {
    (void)state;
    static const char *const schedules[] = {"static", "static,1", "dynamic,7", "guided"};
    static const size_t batches[] = {1, 2, 7, 20};
    fault_cohort cohort;
    fault_cohort_init(&cohort);
    for (size_t i = 0; i < sizeof schedules / sizeof schedules[0]; i++) {
        fault_run run = fault_begin(&cohort);
        split_labs(&cohort, &run, batches[i]);
        assert_int_equal(setenv("OMP_SCHEDULE", schedules[i], 1), 0);
        assert_int_equal(setenv("OMP_DYNAMIC", i % 2 ? "true" : "false", 1), 0);
        fault_screen_folder(&run, (const char *const[]){"--threads", i % 2 ? "8" : "3", NULL});
        unsetenv("OMP_SCHEDULE");
        unsetenv("OMP_DYNAMIC");
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

/* Locales of other languages, made in a folder of the test's own: a comma in numbers, another case
   of i. False if this machine has no sources of locales. */
static bool make_locales(const char *folder) {
    static const char *const names[] = {"de_DE", "tr_TR"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char command[1024];
        snprintf(command, sizeof command,
                 "localedef --no-archive -i %s -f UTF-8 '%s/%s.UTF-8' >/dev/null 2>&1", names[i],
                 folder, names[i]);
        if (system(command) != 0)
            return false;
    }
    return true;
}

/* The locale is there for programs: a number has a comma in it. */
static void expect_comma(const char *locpath) {
    char command[1024];
    snprintf(command, sizeof command,
             "LC_ALL=de_DE.UTF-8 %s locale decimal_point 2>/dev/null | grep -qx ,", locpath);
    assert_int_equal(system(command), 0);
}

static void expect_same_in_places(const char *const places[][5], size_t count) {
    fault_cohort cohort;
    fault_cohort_init(&cohort);
    fault_run first = fault_screen(&cohort, NULL);
    for (size_t i = 0; i < count; i++) {
        fault_run again = fault_begin(&cohort);
        fault_collect(
            &again,
            program_run((const char *const[]){"run", "--profile", "magscreen", "--data", again.data,
                                              "--as-of", "2025-12-31", "--out", again.out, NULL},
                        places[i], NULL));
        fault_expect(&again, 0, NULL);
        fault_expect_golden(&again, true);
        assert_string_equal(json_string_value(json_object_get(again.record, "result_sha256")),
                            json_string_value(json_object_get(first.record, "result_sha256")));
        assert_string_equal(again.rejects.at, first.rejects.at);
        fault_run_done(&again);
    }
    fault_run_done(&first);
    fault_cohort_done(&cohort);
}

static void t_P_17(void **state) {
    (void)state;
    static const char *const places[][5] = {
        {"LC_ALL=C", "TZ=Pacific/Kiritimati", NULL},
        {"LC_ALL=C.UTF-8", "TZ=Asia/Kolkata", NULL},
        {"LC_ALL=C", "TZ=America/St_Johns", NULL},
        {"LC_ALL=nowhere", "TZ=:/nowhere", NULL},
        {"LC_ALL=", "TZ=", NULL},
    };
    expect_same_in_places(places, sizeof places / sizeof places[0]);
}

static void t_P_17_locales(void **state) {
    (void)state;
    char folder[256], locpath[300];
    snprintf(folder, sizeof folder, "%s", program_folder_new());
    snprintf(locpath, sizeof locpath, "LOCPATH=%s", folder);
    if (!make_locales(folder)) {
        program_folder_remove(folder);
        fault_row_skip("localedef cannot make de_DE and tr_TR (package locales)");
    }
    expect_comma(locpath);
    const char *const places[][5] = {
        {"LC_ALL=de_DE.UTF-8", locpath, "TZ=Asia/Kolkata", NULL},
        {"LC_ALL=tr_TR.UTF-8", locpath, "TZ=America/St_Johns", NULL},
        {"LC_NUMERIC=de_DE.UTF-8", "LC_COLLATE=tr_TR.UTF-8", locpath, NULL},
    };
    expect_same_in_places(places, sizeof places / sizeof places[0]);
    program_folder_remove(folder);
}

/* Each fast path off, and all of them, as on a machine that lacks them. */
static void t_P_23(void **state) {
    (void)state;
    static const char *const ways[][5] = {
#define MAG_FAST_PATH(id, word, what) {"MAGSCREEN_WITHOUT=" word, NULL},
#include "base/fast_path.def"
#undef MAG_FAST_PATH
        {"MAGSCREEN_WITHOUT="
#define MAG_FAST_PATH(id, word, what) word ","
#include "base/fast_path.def"
#undef MAG_FAST_PATH
         ,
         NULL},
        {"MAGSCREEN_WITHOUT=", NULL},
    };
    expect_same_in_places(ways, sizeof ways / sizeof ways[0]);
}

static void t_P_23_unknown_words(void **state) {
    (void)state;
    static const char *const wrong[] = {"MAGSCREEN_WITHOUT=sse", "MAGSCREEN_WITHOUT=avx2,,sse2",
                                        "MAGSCREEN_WITHOUT=isal;avx2", "MAGSCREEN_WITHOUT=ISAL"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        program_result run = program_run((const char *const[]){"version", NULL},
                                         (const char *const[]){wrong[i], NULL}, NULL);
        assert_int_equal(run.exit_code, 2);
        assert_non_null(strstr(run.err.at, "MS-U201"));
        assert_non_null(strstr(run.err.at, "known are avx512, avx2, sse2, compiled, isal, memo, "
                                           "plain, orders, ordinary"));
        program_result_done(&run);
    }
}

/* The folder is its owner's alone, and so is each of its files; no name holds an id. */
static void expect_private(const char *folder, unsigned wanted) {
    struct stat facts;
    assert_int_equal(stat(folder, &facts), 0);
    assert_int_equal(facts.st_mode & 07777, 0700);
    DIR *listing = opendir(folder);
    assert_non_null(listing);
    unsigned files = 0;
    for (struct dirent *entry; (entry = readdir(listing));) {
        if (entry->d_name[0] == '.')
            continue;
        char path[768];
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        assert_int_equal(lstat(path, &facts), 0);
        if (!S_ISREG(facts.st_mode) || (facts.st_mode & 07777) != 0600)
            fail_msg("%s has mode %o", entry->d_name, (unsigned)facts.st_mode);
        assert_null(strstr(entry->d_name, "q00"));
        files++;
    }
    closedir(listing);
    assert_int_equal(files, wanted);
}

/* Published, held and failed; and a cohort of nobody, which looks like one of somebody. */
static void expect_all_private(mode_t mask) {
    char path[512];
    fault_cohort cohort;
    fault_cohort_init(&cohort);
    const mode_t usual = umask(mask);
    fault_run run = fault_screen(&cohort, NULL);
    fault_expect(&run, 0, NULL);
    expect_private(run.out, 6);
    for (int i = 0; i < 9; i++)
        fault_append_lab(&cohort, "1,5", "mmol/L", "2024-06-03T08:00");
    fault_run held = fault_screen(&cohort, NULL);
    fault_expect(&held, 4, "MS-I240");
    snprintf(path, sizeof path, "%s.held", held.out);
    expect_private(path, 6);
    program_result released =
        program_run((const char *const[]){"publish", path, "--reason", "tried", NULL}, NULL, NULL);
    assert_int_equal(released.exit_code, 0);
    expect_private(held.out, 6);
    program_result_done(&released);
    cohort.raw[FAULT_LABS] = (bytes){strdup("x"), 1};
    fault_run failed = fault_screen(&cohort, NULL);
    fault_expect(&failed, 4, "MS-I108");
    snprintf(path, sizeof path, "%s.failed", failed.out);
    expect_private(path, 2);
    snprintf(path, sizeof path, "%s/made", failed.folder);
    program_result made = program_run(
        (const char *const[]){"synth", "--patients", "5", "--out", path, NULL}, NULL, NULL);
    assert_int_equal(made.exit_code, 0);
    expect_private(path, 6);
    program_result_done(&made);
    umask(usual);
    fault_run_done(&run);
    fault_run_done(&held);
    fault_run_done(&failed);
    fault_cohort_done(&cohort);
}

/* Whatever the shell allows others. */
static void t_S_09(void **state) {
    (void)state;
    static const mode_t masks[] = {0, 022, 002, 077, 0007};
    for (size_t i = 0; i < sizeof masks / sizeof masks[0]; i++)
        expect_all_private(masks[i]);
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
                                     FAULT_ROW(t_P_09_read_only),
                                     FAULT_ROW(t_P_12),
                                     FAULT_ROW(t_P_12_schedules_and_batches),
                                     FAULT_ROW(t_I_57_row_order),
                                     FAULT_ROW(t_I_57_compression),
                                     FAULT_ROW(t_I_57_file_split),
                                     FAULT_ROW(t_P_17),
                                     FAULT_ROW(t_P_17_locales),
                                     FAULT_ROW(t_P_23),
                                     FAULT_ROW(t_P_23_unknown_words),
                                     FAULT_ROW(t_S_09),
                                     FAULT_ROW(t_S_11)};
    return FAULT_ROWS_RUN(rows);
}
