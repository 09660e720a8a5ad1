/* A marker in every cell of every table, well-formed and not: nothing that people or machines read
   along the way may show it. It may stand where ids and values belong: flags, cannot_tell, the
   level of a site in the summary, and what explain and worklist print. */
#include "support/fault_cohort.h"
#include "support/fault_row.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* With a run of digits, as somebody's number has. */
#define MARKER "Zq7731415926"

/* And what no rule for numbers stops: a name, a short id, ids that look like names of columns. */
static const char *const persons[] = {"John Smith", "p5bc5ebbbe00007d", "patient_17", "q4711"};
enum { PERSONS = sizeof persons / sizeof persons[0] };

static void expect_text_absent(const char *where, const char *text, const char *marker) {
    const char *found = text ? strstr(text, marker) : NULL;
    if (found)
        fail_msg("%s shows %s: ...%.200s", where, marker, found - text > 80 ? found - 80 : text);
}

static void expect_absent(const char *where, const char *text) {
    expect_text_absent(where, text, MARKER);
    for (size_t i = 0; i < PERSONS; i++)
        expect_text_absent(where, text, persons[i]);
}

/* Names of all files under the folder of a run but the data's, and the contents of those that hold
   no ids. */
static void expect_clean_files(const char *folder, unsigned depth) {
    DIR *listing = opendir(folder);
    assert_non_null(listing);
    for (struct dirent *entry; (entry = readdir(listing));) {
        if (entry->d_name[0] == '.' || strcmp(entry->d_name, "data") == 0)
            continue;
        char path[1024];
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        expect_absent("a file's name", entry->d_name);
        struct stat facts;
        assert_int_equal(stat(path, &facts), 0);
        if (S_ISDIR(facts.st_mode) && depth < 3)
            expect_clean_files(path, depth + 1);
        static const char *const clean[] = {"run.json", "lab_summary.csv", "rejects.csv.gz"};
        for (size_t i = 0; i < sizeof clean / sizeof clean[0]; i++) {
            if (strcmp(entry->d_name, clean[i]) != 0)
                continue;
            bytes content = strstr(path, ".gz") ? file_inflate(path) : file_read(path);
            expect_absent(path, content.at);
            free(content.at);
        }
    }
    closedir(listing);
}

/* Everything that looks at this cohort, in words and in JSON. Returns the run's exit code. */
static int expect_silence(const fault_cohort *cohort) {
    int exit_code = 0;
    static const char *const json[] = {"--json", NULL};
    for (int is_json = 0; is_json < 2; is_json++) {
        fault_run run = fault_screen(cohort, is_json ? json : NULL);
        exit_code = run.result.exit_code;
        expect_absent("run, stdout", run.result.out.at);
        expect_absent("run, stderr", run.result.err.at);
        expect_clean_files(run.folder, 0);
        char data[512], kept[512];
        static const char *const ends[] = {"", ".held", ".failed"};
        snprintf(data, sizeof data, "%s/data", run.folder);
        for (size_t i = 0; i < 3; i++) {
            snprintf(kept, sizeof kept, "%s%s", run.out, ends[i]);
            if (file_exists(kept))
                break;
        }
        const char *last = is_json ? "--json" : NULL;
        const char *const calls[][10] = {
            {"check", "--profile", "magscreen", "--data", data, "--as-of", "2025-12-31", "--deep",
             last, NULL},
            {"rejects", "--from", kept, last, NULL},
            {"verify", kept, NULL},
            {"run", "--profile", "magscreen", "--data", data, "--as-of", "latest", "--dry-run",
             last, NULL},
            {"run", "--profile", "mimic-iv", "--data", data, "--as-of", "latest", "--dry-run", last,
             NULL},
        };
        for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++) {
            program_result result = program_run(calls[i], NULL, NULL);
            expect_absent(calls[i][0], result.out.at);
            expect_absent(calls[i][0], result.err.at);
            program_result_done(&result);
        }
        fault_run_done(&run);
    }
    return exit_code;
}

/* Column by column of a table: the cell becomes the marker, alone, and in forms that reach further
   into a reader: quoted, with a number, a date, a unit, a drug before it. */
static const struct {
    fault_table table;
    const char *cells[12];
} rows[] = {
    {FAULT_PATIENTS_TABLE, {"q9001", "F", "1940-01-01", "", "S1", "60", "165", "2025-06-01"}},
    {FAULT_LABS, {"q0001", "2601-3", "0.41", "mmol/L", "2025-12-20T08:00", ""}},
    {FAULT_RX,
     {"q0001", "A02BC01", "Omeprazole 20 mg", "order", "2025-09-11", "", "4", "mmol", "3", "oral"}},
};

static const char *const forms[] = {
    MARKER,
    "0.41 " MARKER,
    "<" MARKER,
    "2025-12-20 " MARKER,
    "mmol/" MARKER,
    "Magnesium " MARKER,
    "0.4.1" MARKER,
    "1e9" MARKER,
    "A12CC" MARKER,
    "2601-" MARKER,
    "\"" MARKER "\"",
    "\"a\"" MARKER,
    "0,41" MARKER,
    "a\"" MARKER,
    MARKER "," MARKER,
    MARKER "\xff",
    "9999-12-31" MARKER,
};

static void add_rows(fault_cohort *cohort, const char *form) {
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        for (size_t column = 0; column < 12 && rows[i].cells[column]; column++) {
            bool is_site = rows[i].table == FAULT_PATIENTS_TABLE && column == 4;
            char line[1024] = "";
            for (size_t k = 0; k < 12 && rows[i].cells[k]; k++) {
                strcat(line, k ? "," : "");
                strcat(line, k == column && !is_site ? form : rows[i].cells[k]);
            }
            strcat(line, "\n");
            fault_append(cohort, rows[i].table, line);
            fault_append(cohort, rows[i].table, line); /* what came twice is told sooner */
        }
}

/* First what is well-formed CSV, so that the run goes on to its end; then rows of a wrong shape,
   which refuse it. */
static void no_cell_of_any_table_is_told(void **state) {
    (void)state;
    enum { COUNT = sizeof forms / sizeof forms[0], SHAPES = 11 };
    static const size_t ends[] = {0, SHAPES, COUNT};
    for (size_t group = 0; group < 2; group++) {
        fault_cohort cohort;
        fault_cohort_init(&cohort);
        for (size_t i = ends[group]; i < ends[group + 1]; i++)
            add_rows(&cohort, forms[i]);
        int exit_code = expect_silence(&cohort);
        assert_int_equal(exit_code, 4);
        fault_cohort_done(&cohort);
    }
}

/* Names and ids of a person, in six rows each, where lists of unknown texts take theirs from: alone
   and, in drugs, behind a stem of ours. */
static void no_name_of_a_person_is_told(void **state) {
    (void)state;
    fault_cohort cohort;
    fault_cohort_init(&cohort);
    for (size_t i = 0; i < PERSONS; i++)
        for (int k = 0; k < 6; k++) {
            char row[200];
            snprintf(row, sizeof row, "q0001,2601-3,0.41,%s,2025-12-2%dT08:00,\n", persons[i], k);
            fault_append(&cohort, FAULT_LABS, row);
            snprintf(row, sizeof row, "q0001,%s,0.41,mmol/L,2025-12-2%dT08:00,\n", persons[i], k);
            fault_append(&cohort, FAULT_LABS, row);
            snprintf(row, sizeof row, "q0001,,prazole %s,order,2025-09-1%d,,4,mmol,3,oral\n",
                     persons[i], k);
            fault_append(&cohort, FAULT_RX, row);
            /* columns that changed places: the drug is one id, the patient many drugs */
            if (i > 0)
                snprintf(row, sizeof row, "drug %d,,prazole %s,order,2025-09-1%d,,4,mmol,3,oral\n",
                         k, persons[i], k);
            fault_append(&cohort, FAULT_RX, row);
        }
    expect_silence(&cohort);
    fault_cohort_done(&cohort);
}

/* The two tables that the small cohort lacks: ids, codes and stays of markers, beside good ones. */
static void no_cell_of_conditions_and_stays_is_told(void **state) {
    (void)state;
    static const char *const files[][2] = {
        {"conditions.csv",
         "patient_id,code,recorded_on,code_system\n" MARKER ",N18.4,2025-01-01,ICD10\n"
         "q0001," MARKER ",2025-01-01,ICD10\nq0001,N18" MARKER ",2025-01-01,ICD10\n"
         "q0001,N18.4," MARKER ",ICD10\nq0001,N18.4,2025-01-01 " MARKER ",ICD10\n"
         "q0001,N18.4,2025-01-01," MARKER "\n"},
        {"stays.csv",
         "patient_id,stay_id,from,until\n" MARKER ",s1,2025-01-01,2025-01-05\n"
         "q0001," MARKER ",2025-01-01,2025-01-05\nq0001,s2," MARKER ",2025-01-05\n"
         "q0001,s3,2025-01-01," MARKER "\nq0001,s4,2025-01-05,2025-01-01 " MARKER "\n"},
    };
    static const char *const ways[] = {NULL, "--json", "--dry-run"};
    fault_cohort cohort;
    fault_cohort_init(&cohort);
    for (size_t i = 0; i < 3; i++) {
        fault_run run = fault_begin(&cohort);
        for (size_t k = 0; k < 2; k++) {
            char path[512];
            snprintf(path, sizeof path, "%s/%s", run.data, files[k][0]);
            file_write(path, files[k][1], strlen(files[k][1]));
        }
        fault_screen_folder(&run, (const char *const[]){ways[i], NULL});
        expect_absent("run, stdout", run.result.out.at);
        expect_absent("run, stderr", run.result.err.at);
        assert_non_null(strstr(run.result.out.at, "conditions")); /* they were read */
        assert_non_null(strstr(run.result.out.at, "stays"));
        expect_clean_files(run.folder, 0);
        fault_run_done(&run);
    }
    fault_cohort_done(&cohort);
}

/* A table that is named as pipeline, profile or pack by mistake: its rows are not shown, although a
   comment with a colon makes them half a YAML file. */
static void no_row_of_a_table_is_told(const char *table) {
    char path[512];
    snprintf(path, sizeof path, "%s/labs.csv", program_folder_new());
    file_write(path, table, strlen(table));
    const char *const calls[][8] = {
        {"run", path},
        {"run", path, "--json"},
        {"check", path},
        {"check", path, "--json"},
        {"rules", "lint", path},
        {"rules", "test", path},
        {"rules", "list", path},
        {"rules", "show", "A01", path},
        {"run", "--profile", path, "--data", ".", "--dry-run"},
        {"worklist", "--from", path},
        {"verify", path},
        {"publish", path, "--reason", "x"},
    };
    for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++) {
        program_result result = program_run(calls[i], NULL, NULL);
        assert_int_not_equal(result.exit_code, 0);
        expect_absent(calls[i][0], result.out.at);
        expect_absent(calls[i][0], result.err.at);
        program_result_done(&result);
    }
    *strrchr(path, '/') = '\0';
    program_folder_remove(path);
}

/* Half a YAML file, and whole ones: every row a key, and one of them twice. */
static void no_row_of_a_table_named_by_mistake_is_told(void **state) {
    (void)state;
#define HEAD "patient_id,code,value,unit,collected_at,comment"
#define ROW  MARKER ",2601-3,0.41,mmol/L,2025-12-20T08:00,phoned: "
    static const char *const tables[] = {HEAD "\n" ROW MARKER "\n", HEAD ": x\n" ROW "1\n",
                                         ROW "1\n", ROW "1\n" ROW "2\n", "name: x\n" ROW "1\n"};
    for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++)
        no_row_of_a_table_is_told(tables[i]);
}

/* --- while the program lives ---------------------------------------------------------------------
 */

/* Whether a file of /proc could be read, and holds no marker. Its texts end with NULs. */
static bool expect_clean_proc(pid_t pid, const char *name) {
    char path[64];
    snprintf(path, sizeof path, "/proc/%ld/%s", (long)pid, name);
    bytes content = file_read(path);
    for (size_t i = 0; i + sizeof MARKER - 1 <= content.nbytes; i++)
        if (memcmp(content.at + i, MARKER, sizeof MARKER - 1) == 0)
            fail_msg("/proc/PID/%s shows the marker", name);
    const bool is_read = content.nbytes > 0;
    free(content.at);
    return is_read;
}

/* The names of what it has open, too. */
static void expect_clean_open_files(pid_t pid) {
    for (int fd = 0; fd < 64; fd++) {
        char path[64], target[512];
        snprintf(path, sizeof path, "/proc/%ld/fd/%d", (long)pid, fd);
        const ssize_t length = readlink(path, target, sizeof target - 1);
        if (length < 0)
            continue;
        target[length] = '\0';
        expect_absent("the name of an open file", target);
    }
}

static bool is_read(int pipe_end) {
    int waiting = 0;
    assert_int_equal(ioctl(pipe_end, FIONREAD, &waiting), 0);
    return waiting == 0;
}

/* The program has taken what was put into the pipe and waits for the rest: what the process list
   shows of it holds no marker, and a crash leaves no file. */
static void expect_clean_process(pid_t pid, int pipe_end, const char *folder) {
    while (!is_read(pipe_end)) {
        assert_int_equal(waitpid(pid, NULL, WNOHANG), 0);
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    }
    unsigned seen = 0;
    static const char *const names[] = {"cmdline", "environ", "comm", "stat", "status", "maps"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        seen += expect_clean_proc(pid, names[i]);
    assert_true(seen >= 3); /* environ and maps are root's: the program is not dumpable */
    expect_clean_open_files(pid);
    expect_clean_files(folder, 0);
}

/* Where core files of a process that runs in the folder would lie. */
static void expect_no_core(const char *folder) {
    DIR *listing = opendir(folder);
    assert_non_null(listing);
    for (struct dirent *entry; (entry = readdir(listing));)
        if (strncmp(entry->d_name, "core", 4) == 0)
            fail_msg("a crash left %s", entry->d_name);
    closedir(listing);
}

/* In the folder, with core files of any size; `in` becomes its stdin. */
static pid_t start_in(const char *folder, const char *const *arguments, int in) {
    pid_t child = fork();
    assert_true(child >= 0);
    if (child > 0)
        return child;
    const char *argv[16] = {program_path()};
    for (size_t i = 0; arguments[i] && i < 14; i++)
        argv[i + 1] = arguments[i];
    struct rlimit all;
    int null = open("/dev/null", O_WRONLY);
    if (getrlimit(RLIMIT_CORE, &all) == 0) {
        all.rlim_cur = all.rlim_max;
        (void)setrlimit(RLIMIT_CORE, &all);
    }
    if (chdir(folder) != 0 || dup2(in, 0) < 0 || dup2(null, 1) < 0 || dup2(null, 2) < 0)
        _exit(126);
    execv(argv[0], (char *const *)(uintptr_t)argv);
    _exit(127);
}

/* A run whose results are markers and come through a pipe:
   looked at while it holds them, then crashed. */
static void no_marker_in_the_process_list_or_a_core(void **state) {
    (void)state;
    static const char pipeline[] =
        "name: night\nas_of: 2025-12-31\nsources:\n"
        "  - { name: roster, kind: patients, profile: magscreen, files: [data/patients.csv.gz] }\n"
        "  - { name: lims, kind: labs, profile: magscreen, files: [\"-\"] }\n"
        "pack: magnesium-safety\n";
    static const int crashes[] = {SIGSEGV, SIGABRT, SIGQUIT};
    fault_cohort cohort;
    fault_cohort_init(&cohort);
    fault_replace_all(&cohort, FAULT_PATIENTS_TABLE, "q00", MARKER);
    for (size_t i = 0; i < FAULT_TABLE_COUNT; i++)
        add_rows(&cohort, forms[i]);
    for (size_t i = 0; i < sizeof crashes / sizeof crashes[0]; i++) {
        char path[512];
        int ends[2], status;
        fault_run run = fault_begin(&cohort);
        snprintf(path, sizeof path, "%s/night.yaml", run.folder);
        file_write(path, pipeline, sizeof pipeline - 1);
        assert_int_equal(pipe(ends), 0);
        assert_int_equal(fcntl(ends[1], F_SETFD, FD_CLOEXEC), 0);
        const char *const arguments[] = {"run", "night.yaml", "--out", "out", NULL};
        const pid_t pid = start_in(run.folder, arguments, ends[0]);
        close(ends[0]);
        const bytes *labs = &cohort.text[FAULT_LABS];
        const size_t nbytes = labs->nbytes < 32768 ? labs->nbytes : 32768;
        assert_int_equal(write(ends[1], labs->at, nbytes), nbytes);
        expect_clean_process(pid, ends[1], run.folder);
        assert_int_equal(kill(pid, crashes[i]), 0);
        assert_int_equal(waitpid(pid, &status, 0), pid);
#ifdef WCOREDUMP
        assert_false(WIFSIGNALED(status) && WCOREDUMP(status));
#endif
        close(ends[1]);
        expect_no_core(run.folder);
        expect_clean_files(run.folder, 0);
        fault_run_done(&run);
    }
    fault_cohort_done(&cohort);
}

/* Headers, a file without one, a row that never ends, ids that are all markers. */
static void no_header_is_told(void **state) {
    (void)state;
    static const struct {
        fault_table table;
        const char *from, *to;
    } faults[] = {
        {FAULT_LABS, "comment\n", MARKER "\n"},
        {FAULT_LABS, "code,", MARKER ","},
        {FAULT_LABS, "value,unit", MARKER "," MARKER},
        {FAULT_RX, "kind,", "name" MARKER ","},
        {FAULT_PATIENTS_TABLE, "patient_id,sex,", MARKER ",F,"},
        {FAULT_PATIENTS_TABLE,
         "patient_id,sex,birth,died_on,site,weight_kg,height_cm,measured_on\n", ""},
        {FAULT_LABS, "patient_id,code,value,unit,collected_at,comment\n", MARKER ";" MARKER ";1\n"},
        {FAULT_LABS, "patient_id,", "\"" MARKER ","},
        {FAULT_LABS, "patient_id,", "patient_17,"},
        {FAULT_RX, "patient_id,", "patient_17,"},
        {FAULT_PATIENTS_TABLE, "patient_id,", "patient_17,"},
    };
    for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++) {
        fault_cohort cohort;
        fault_cohort_init(&cohort);
        fault_replace_all(&cohort, FAULT_PATIENTS_TABLE, "q00", MARKER);
        fault_replace(&cohort, faults[i].table, faults[i].from, faults[i].to);
        expect_silence(&cohort);
        fault_cohort_done(&cohort);
    }
}

/* Where ids belong they stand: without this the search above could be blind. */
static void markers_stand_in_the_tables_of_results(void **state) {
    (void)state;
    fault_cohort cohort;
    fault_cohort_init(&cohort);
    for (int table = 0; table < FAULT_TABLE_COUNT; table++)
        fault_replace_all(&cohort, (fault_table)table, "q0001", MARKER);
    assert_int_equal(expect_silence(&cohort), 0);
    fault_run run = fault_screen(&cohort, NULL);
    char path[512];
    snprintf(path, sizeof path, "%s/flags.csv.gz", run.out);
    bytes flags = file_inflate(path);
    assert_non_null(strstr(flags.at, MARKER));
    free(flags.at);
    /* explain shows the patient to whoever knows the id; errors do not repeat it. */
    bytes ids[] = {{(char *)(uintptr_t)MARKER "\n", sizeof MARKER},
                   {(char *)(uintptr_t)MARKER "x\n", sizeof MARKER + 1}};
    for (int i = 0; i < 2; i++) {
        program_result result = program_run(
            (const char *const[]){"explain", "-", "--from", run.out, NULL}, NULL, &ids[i]);
        assert_int_equal(result.exit_code, i);
        expect_absent("explain, stderr", result.err.at);
        program_result_done(&result);
    }
    /* As an argument of a script it is refused, and not repeated. */
    program_result refused =
        program_run((const char *const[]){"explain", MARKER, "--from", run.out, NULL}, NULL, NULL);
    assert_int_equal(refused.exit_code, 2);
    expect_absent("explain, stdout", refused.out.at);
    expect_absent("explain, stderr", refused.err.at);
    program_result_done(&refused);
    fault_run_done(&run);
    fault_cohort_done(&cohort);
}

int main(void) {
    static const fault_row tests[] = {FAULT_ROW(no_cell_of_any_table_is_told),
                                      FAULT_ROW(no_cell_of_conditions_and_stays_is_told),
                                      FAULT_ROW(no_name_of_a_person_is_told),
                                      FAULT_ROW(no_row_of_a_table_named_by_mistake_is_told),
                                      FAULT_ROW(no_header_is_told),
                                      FAULT_ROW(no_marker_in_the_process_list_or_a_core),
                                      FAULT_ROW(markers_stand_in_the_tables_of_results)};
    return FAULT_ROWS_RUN(tests);
}
