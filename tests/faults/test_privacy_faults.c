/* Rows S-04, S-17, S-18 and S-19 of the fault matrix: what must not be read, and where nothing may
   be written. */
#include "support/fault_cohort.h"
#include "support/fault_row.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* --- NHS numbers -------------------------------------------------------------------------------
 */

/* The nth ten-digit number that passes the check, or that does not: the tenth digit makes the sum
   weighted 10 to 1 a multiple of 11, or is off by one. */
static void ten_digits(unsigned n, bool passes, char id[16]) {
    unsigned long first = 400000000ul + n * 7919ul;
    for (;; first++) {
        int sum = 0;
        snprintf(id, 16, "%09lu", first);
        for (int i = 0; i < 9; i++)
            sum += (id[i] - '0') * (10 - i);
        int check = (11 - sum % 11) % 11;
        if (check == 10)
            continue; /* never issued */
        snprintf(id + 9, 7, "%d", passes ? check : (check + 1) % 10);
        return;
    }
}

static void rename_patients(fault_cohort *cohort, unsigned passing) {
    for (unsigned i = 1; i <= FAULT_PATIENTS; i++) {
        char from[8], to[16];
        snprintf(from, sizeof from, "q%04u", i);
        ten_digits(i, i <= passing, to);
        for (int table = 0; table < FAULT_TABLE_COUNT; table++)
            fault_replace_all(cohort, (fault_table)table, from, to);
    }
}

static void expect_no_id(const fault_run *run) {
    assert_null(strstr(run->result.err.at, "40000"));
    assert_null(strstr(run->result.out.at, "40000"));
    if (run->rejects.at)
        assert_null(strstr(run->rejects.at, "40000"));
}

/* 40 distinct ids: 10 passes are what chance gives once in 500, 11 once in 1,500. */
static void t_S_18_few_ids(void **state) {
    (void)state;
    static const struct {
        unsigned passing;
        int exit_code;
    } table[] = {{40, 10}, {11, 10}, {10, 0}, {0, 0}};
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        fault_cohort cohort;
        fault_cohort_init(&cohort);
        rename_patients(&cohort, table[i].passing);
        fault_run run = fault_screen(&cohort, (const char *const[]){"--threads", "3", NULL});
        fault_expect(&run, table[i].exit_code, table[i].exit_code ? "MS-S610" : NULL);
        if (table[i].exit_code) {
            fault_expect_refused(&run);
            expect_no_id(&run);
            assert_non_null(strstr(run.result.err.at, "of 40 distinct 10-digit"));
        } else {
            fault_expect_conserved(&run);
        }
        fault_run_done(&run);
        fault_cohort_done(&cohort);
    }
}

/* From 200 ids on the share decides: 25 % and no less. All others stay as they are. */
static void t_S_18_many_ids(void **state) {
    (void)state;
    for (unsigned passing = 49; passing <= 50; passing++) {
        fault_cohort cohort;
        fault_cohort_init(&cohort);
        for (unsigned i = 0; i < 200; i++) {
            char id[16], line[96];
            ten_digits(i, i < passing, id);
            snprintf(line, sizeof line, "%s,F,1980-01-01,,S1,60,165,2025-06-01\n", id);
            fault_append(&cohort, FAULT_PATIENTS_TABLE, line);
            fault_append(&cohort, FAULT_PATIENTS_TABLE, line); /* distinct ids count */
        }
        fault_run run = fault_screen(&cohort, NULL);
        fault_expect(&run, passing == 50 ? 10 : 0, passing == 50 ? "MS-S610" : NULL);
        if (passing == 50) {
            fault_expect_refused(&run);
            expect_no_id(&run);
            assert_non_null(strstr(run.result.err.at, "25.0 % of 200 "));
        }
        fault_run_done(&run);
        fault_cohort_done(&cohort);
    }
}

/* As exports write them: in groups, padded to a width, taken for a quantity. */
static void t_S_18_as_exports_write_them(void **state) {
    (void)state;
    static const char *const formats[] = {"%.3s %.3s %.4s", "%.3s-%.3s-%.4s", "%.3s%.3s%.4s  ",
                                          "%.3s%.3s%.4s.0"};
    for (size_t k = 0; k < sizeof formats / sizeof formats[0]; k++) {
        fault_cohort cohort;
        fault_cohort_init(&cohort);
        for (unsigned i = 0; i < 12; i++) {
            char id[16], written[32], line[96];
            ten_digits(i, true, id);
            snprintf(written, sizeof written, formats[k], id, id + 3, id + 6);
            snprintf(line, sizeof line, "%s,F,1980-01-01,,S1,60,165,2025-06-01\n", written);
            fault_append(&cohort, FAULT_PATIENTS_TABLE, line);
        }
        fault_run run = fault_screen(&cohort, NULL);
        fault_expect(&run, 10, "MS-S610");
        fault_expect_refused(&run);
        assert_null(strstr(run.result.err.at, "400 00"));
        expect_no_id(&run);
        fault_run_done(&run);
        fault_cohort_done(&cohort);
    }
}

/* A roster of pseudonyms does not hide the numbers of a laboratory. */
static void t_S_18_any_source(void **state) {
    (void)state;
    static const struct {
        fault_table table;
        const char *format, *source;
    } sources[] = {
        {FAULT_LABS, "%s,2601-3,0.80,mmol/L,2025-12-01T08:00,\n", "labs"},
        {FAULT_RX, "%s,C03CA01,Furosemide 40 mg tablets,order,2025-06-11,,,,,oral\n",
         "prescriptions"},
    };
    for (size_t k = 0; k < 2; k++) {
        fault_cohort cohort;
        fault_cohort_init(&cohort);
        for (unsigned i = 0; i < 12; i++) {
            char id[16], line[128];
            ten_digits(i, true, id);
            snprintf(line, sizeof line, sources[k].format, id);
            fault_append(&cohort, sources[k].table, line);
        }
        fault_run run = fault_screen(&cohort, NULL);
        fault_expect(&run, 10, "MS-S610");
        fault_expect_refused(&run);
        expect_no_id(&run);
        assert_non_null(strstr(run.result.err.at, sources[k].source));
        program_result told =
            program_run((const char *const[]){"run", "--profile", "magscreen", "--data", run.data,
                                              "--as-of", "2025-12-31", "--dry-run", "--json", NULL},
                        NULL, NULL);
        json_t *line = json_loads(told.err.at, 0, NULL);
        assert_int_equal(json_integer_value(json_object_get(line, "count")), 12);
        json_decref(line);
        program_result_done(&told);
        fault_run_done(&run);
        fault_cohort_done(&cohort);
    }
}

/* --- columns that identify ----------------------------------------------------------------------
 */

/* Puts a column at the end of a table, with the cell in every row. */
static void add_column(fault_cohort *cohort, fault_table table, const char *header,
                       const char *cell) {
    bytes *text = &cohort->text[table];
    bool is_header = true;
    for (size_t at = 0; at < text->nbytes; at++) {
        if (text->at[at] != '\n')
            continue;
        char more[64];
        int length = snprintf(more, sizeof more, ",%s", is_header ? header : cell);
        fault_insert(cohort, table, at, more, (size_t)length);
        at += (size_t)length;
        is_header = false;
    }
}

static void t_S_19(void **state) {
    (void)state;
    static const struct {
        const char *header;
        fault_table table;
        const char *says;
    } table[] = {
        {"surname", FAULT_PATIENTS_TABLE, "column 9 looks like an identifier"},
        {"PostCode", FAULT_PATIENTS_TABLE, "column 9 looks like an identifier"},
        {"dob", FAULT_LABS, "column 7 looks like an identifier"},
        {"nhs_number", FAULT_LABS, "column 7 looks like an identifier"},
        {"E-mail", FAULT_RX, "column 11 looks like an identifier"},
        {"Home Phone", FAULT_RX, "column 11 looks like an identifier"},
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        fault_cohort cohort;
        fault_cohort_init(&cohort);
        add_column(&cohort, table[i].table, table[i].header, "Xq00marker");
        fault_run run = fault_screen(&cohort, NULL);
        fault_expect(&run, 10, "MS-S611");
        fault_expect_refused(&run);
        assert_non_null(strstr(run.result.err.at, table[i].says));
        assert_null(strstr(run.result.err.at, table[i].header));
        /* Not one row of the file was read. */
        static const char *const kinds[] = {"patients", "labs", "prescriptions"};
        if (run.record && table[i].table != FAULT_PATIENTS_TABLE)
            assert_true(fault_count(&run, "patients", "read") > 0);
        if (run.record)
            assert_int_equal(fault_count(&run, kinds[table[i].table], "read"), 0);
        fault_run_done(&run);
        fault_cohort_done(&cohort);
    }
}

/* Declared to be dropped, by the pipeline's source or by the table of a profile, it is no fault and
   changes nothing; a column that is read cannot be dropped. */
static void run_pipeline(fault_run *run, const char *roster) {
    char path[512], text[1024];
    program_result_done(&run->result);
    free(run->dump.at);
    snprintf(path, sizeof path, "%s/pipeline.yaml", run->folder);
    int length = snprintf(
        text, sizeof text,
        "name: dropping\nas_of: 2025-12-31\nsources:\n  - { name: roster, kind: patients, %s }\n"
        "  - { name: lims, kind: labs, profile: magscreen, files: [data/labs.csv.gz] }\n"
        "  - { name: epma, kind: prescriptions, profile: magscreen, files: "
        "[data/prescriptions.csv.gz] }\n"
        "pack: magnesium-safety\n",
        roster);
    file_write(path, text, (size_t)length);
    snprintf(run->out, sizeof run->out, "%s/again", run->folder);
    run->result = program_run(
        (const char *const[]){"run", path, "--out", run->out, "--force", NULL}, NULL, NULL);
    run->dump = (bytes){0};
    if (run->result.exit_code != 0)
        return;
    program_result dump =
        program_run((const char *const[]){"verify", run->out, "--dump", NULL}, NULL, NULL);
    run->dump = dump.out;
    free(dump.err.at);
}

static void t_S_19_dropped(void **state) {
    (void)state;
    fault_cohort cohort;
    fault_cohort_init(&cohort);
    add_column(&cohort, FAULT_PATIENTS_TABLE, "surname", "Xq00marker");
    fault_run run = fault_screen(&cohort, NULL);
    fault_expect(&run, 10, "MS-S611");
    run_pipeline(&run, "profile: magscreen, drop: [surname], files: [data/patients.csv.gz]");
    fault_expect(&run, 0, NULL);
    fault_expect_golden(&run, true);
    run_pipeline(&run, "profile: magscreen, drop: [site], files: [data/patients.csv.gz]");
    fault_expect(&run, 2, "MS-U202");
    char path[512];
    static const char profile[] =
        "profile: dropping\ntables:\n  - table: patients\n    file: patients\n    columns:\n"
        "      { patient_id: patient_id, sex: sex, birth: birth, died_on: died_on, site: site,\n"
        "        weight_kg: weight_kg, height_cm: height_cm, measured_on: measured_on }\n"
        "    drop: [surname, postcode]\n    missing: [\"NULL\", \".\"]\n";
    snprintf(path, sizeof path, "%s/own.yaml", run.folder);
    file_write(path, profile, sizeof profile - 1);
    run_pipeline(&run, "profile: ./own.yaml, files: [data/patients.csv.gz]");
    fault_expect(&run, 0, NULL);
    fault_expect_golden(&run, true);
    fault_run_done(&run);
    fault_cohort_done(&cohort);
}

/* --- files that decide ---------------------------------------------------------------------------
 */

/* Pipeline, profile, pack and its lock, one after the other open to everybody, then somebody
   else's. */
static void t_S_17(void **state) {
    (void)state;
    fault_cohort cohort;
    fault_cohort_init(&cohort);
    fault_run run = fault_screen(&cohort, NULL);
    fault_expect(&run, 0, NULL);
    bytes pack = file_read(MAG_SOURCE_DIR "/pipelines/packs/magnesium-safety.yaml");
    bytes profile = file_read(MAG_SOURCE_DIR "/pipelines/profiles/magscreen.yaml");
    static const char pipeline[] =
        "name: own\nas_of: 2025-12-31\nsources:\n"
        "  - { name: roster, kind: patients, profile: ./own.yaml, files: [data/patients.csv.gz] }\n"
        "  - { name: lims, kind: labs, profile: ./own.yaml, files: [data/labs.csv.gz] }\n"
        "  - { name: epma, kind: prescriptions, profile: ./own.yaml, files: "
        "[data/prescriptions.csv.gz] }\n"
        "pack: ./pack.yaml\n";
    enum { FILES = 4, STEPS = 2 * FILES };
    char paths[FILES][512], out[512];
    static const char *const names[] = {"pipeline.yaml", "own.yaml", "pack.yaml", "PACK.lock"};
    for (int i = 0; i < FILES; i++)
        snprintf(paths[i], sizeof paths[i], "%s/%s", run.folder, names[i]);
    snprintf(out, sizeof out, "%s/decided", run.folder);
    file_write(paths[0], pipeline, sizeof pipeline - 1);
    file_write(paths[1], profile.at, profile.nbytes);
    file_write(paths[2], pack.at, pack.nbytes);
    file_write(paths[3], "own 1.0.0 00\n", 13);
    for (int i = 0; i < FILES; i++)
        assert_int_equal(chmod(paths[i], 0644), 0);
    const char *const arguments[] = {"run", paths[0], "--out", out, NULL};
    for (int step = 0; step <= STEPS; step++) {
        int i = step % FILES;
        bool is_owner = step >= FILES && step < STEPS;
        if (is_owner && geteuid() != 0) {
            fault_row_skip_part("only root can give a file to somebody else");
            continue;
        }
        if (step < STEPS)
            assert_int_equal(is_owner ? chown(paths[i], 12345, 12345) : chmod(paths[i], 0646), 0);
        program_result result = program_run(arguments, NULL, NULL);
        assert_int_equal(result.exit_code, step < STEPS ? 2 : 0);
        assert_int_equal(strstr(result.err.at, "MS-S605") != NULL, step < STEPS);
        assert_int_equal(strstr(result.err.at, names[i]) != NULL, step < STEPS);
        assert_int_equal(file_exists(out), step == STEPS);
        program_result_done(&result);
        if (step < STEPS)
            assert_int_equal(is_owner ? chown(paths[i], 0, 0) : chmod(paths[i], 0644), 0);
    }
    free(pack.at);
    free(profile.at);
    fault_run_done(&run);
    fault_cohort_done(&cohort);
}

int main(void) {
    static const fault_row rows[] = {FAULT_ROW(t_S_17),
                                     FAULT_ROW(t_S_18_few_ids),
                                     FAULT_ROW(t_S_18_many_ids),
                                     FAULT_ROW(t_S_18_as_exports_write_them),
                                     FAULT_ROW(t_S_18_any_source),
                                     FAULT_ROW(t_S_19),
                                     FAULT_ROW(t_S_19_dropped)};
    return FAULT_ROWS_RUN(rows);
}
