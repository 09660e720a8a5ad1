/* Rows I-27 and I-34 to I-37 of the list of faults: delimiters, lines and fields of great length,
   and lines that are no rows, whole program. */
#include "support/fault_cohort.h"
#include "support/fault_row.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void t_I_27(void **state) {
    (void)state;
    static const struct {
        const char *delimiter, *shown;
    } table[] = {
        {";", "found ';', expected ','"},
        {"\t", "found a tab, expected ','"},
        {"|", "found '|', expected ','"},
        {" ", "found a space, expected ','"},
        {", ", "found ', ' (a comma and a space), expected ','"},
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        fault_cohort cohort;
        fault_cohort_init(&cohort);
        fault_replace_all(&cohort, FAULT_LABS, ",", table[i].delimiter);
        fault_run run = fault_screen(&cohort, NULL);
        fault_expect(&run, 4, "MS-I127");
        assert_non_null(strstr(run.result.err.at, table[i].shown));
        assert_non_null(strstr(run.result.err.at, "line 1"));
        fault_expect_rejects(&run, "file.header", 1);
        fault_expect_refused(&run);
        fault_run_done(&run);
        fault_cohort_done(&cohort);
    }
}

/* Lines of one letter, inserted in front of line 700 of many. */
static void insert_long(fault_cohort *cohort, const char *before, size_t nbytes,
                        const char *behind) {
    char *line = malloc(nbytes);
    assert_non_null(line);
    memset(line, 'x', nbytes);
    size_t at = fault_line(cohort, FAULT_LABS, 700);
    fault_insert(cohort, FAULT_LABS, at, behind, strlen(behind));
    fault_insert(cohort, FAULT_LABS, at, line, nbytes);
    fault_insert(cohort, FAULT_LABS, at, before, strlen(before));
    free(line);
}

static void expect_flat_memory(const fault_run *run) {
    int64_t peak = json_integer_value(json_object_get(run->record, "peak_memory_bytes"));
    assert_in_range(peak, 1, 32 << 20);
}

static void expect_one_set_aside(const fault_run *run, const char *reason) {
    fault_expect(run, 3, "MS-I132");
    fault_expect_rejects(run, reason, 1);
    assert_int_equal(fault_count(run, "labs", "read"), 600 + 1500 + 1);
    assert_int_equal(fault_count(run, "labs", "rejected"), 1);
    fault_expect_conserved(run);
    fault_expect_golden(run, true);
    expect_flat_memory(run);
}

/* A line of `nbytes` NULs in the file's middle: a hole, so that no disk is needed. */
static fault_run screen_hole(off_t nbytes) {
    char path[512];
    fault_cohort cohort;
    fault_cohort_init(&cohort);
    fault_pad(&cohort);
    size_t at = fault_line(&cohort, FAULT_LABS, 700);
    fault_insert(&cohort, FAULT_LABS, at, "\n", 1);
    bytes text = cohort.text[FAULT_LABS];
    cohort.is_plain[FAULT_LABS] = true;
    fault_run run = fault_begin(&cohort);
    snprintf(path, sizeof path, "%s/labs.csv", run.data);
    int fd = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(pwrite(fd, text.at, at, 0), at);
    assert_int_equal(pwrite(fd, text.at + at, text.nbytes - at, (off_t)at + nbytes),
                     text.nbytes - at);
    assert_int_equal(close(fd), 0);
    fault_screen_folder(&run, NULL);
    fault_cohort_done(&cohort);
    return run;
}

/* 64 MiB; with MAGSCREEN_LONG also 1 GiB, and more than 32 bits can count. */
static void t_I_34_hole(void **state) {
    (void)state;
    static const off_t sizes[] = {(off_t)64 << 20, (off_t)1 << 30, (off_t)4200 << 20};
    for (size_t i = 0; i < (getenv("MAGSCREEN_LONG") ? 3 : 1); i++) {
        fault_run run = screen_hole(sizes[i]);
        expect_one_set_aside(&run, "csv.record_too_long");
        fault_run_done(&run);
    }
}

static void t_I_34(void **state) {
    (void)state;
    fault_cohort cohort;
    fault_cohort_init(&cohort);
    fault_pad(&cohort);
    insert_long(&cohort, "", 64 << 20, "\n");
    for (unsigned is_plain = 0; is_plain < 2; is_plain++) {
        cohort.is_plain[FAULT_LABS] = is_plain;
        fault_run run = fault_screen(&cohort, NULL);
        expect_one_set_aside(&run, "csv.record_too_long");
        fault_run_done(&run);
    }
    fault_cohort_done(&cohort);
}

/* Without quotes and with them. */
static void t_I_35_field(void **state) {
    (void)state;
    static const struct {
        const char *before, *behind;
    } table[] = {
        {"q0003,2601-3,0.41,mmol/L,2025-12-30T08:00,", "\n"},
        {"q0003,2601-3,0.41,mmol/L,2025-12-30T08:00,\"", "\"\n"},
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        fault_cohort cohort;
        fault_cohort_init(&cohort);
        fault_pad(&cohort);
        insert_long(&cohort, table[i].before, 10 << 20, table[i].behind);
        fault_run run = fault_screen(&cohort, NULL);
        expect_one_set_aside(&run, "csv.field_too_long");
        fault_run_done(&run);
        fault_cohort_done(&cohort);
    }
}

/* `count` commas. */
static char *commas(size_t count) {
    char *text = malloc(count + 1);
    assert_non_null(text);
    memset(text, ',', count);
    text[count] = '\0';
    return text;
}

static void t_I_35_columns(void **state) {
    (void)state;
    char *more = commas(10000);
    fault_cohort cohort;
    fault_cohort_init(&cohort);
    fault_replace(&cohort, FAULT_LABS, "comment\n", "comment");
    fault_insert(&cohort, FAULT_LABS, strlen("patient_id,code,value,unit,collected_at,comment"),
                 "\n", 1);
    fault_insert(&cohort, FAULT_LABS, strlen("patient_id,code,value,unit,collected_at,comment"),
                 more, 10000);
    fault_run header = fault_screen(&cohort, NULL);
    fault_expect(&header, 4, "MS-I129");
    assert_non_null(strstr(header.result.err.at, "more than 1024 columns"));
    fault_expect_rejects(&header, "file.header", 1);
    fault_expect_refused(&header);
    fault_run_done(&header);
    fault_cohort_done(&cohort);

    fault_cohort_init(&cohort);
    fault_pad(&cohort);
    size_t at = fault_line(&cohort, FAULT_LABS, 700);
    fault_insert(&cohort, FAULT_LABS, at, "\n", 1);
    fault_insert(&cohort, FAULT_LABS, at, more, 10000);
    fault_run row = fault_screen(&cohort, NULL);
    fault_expect(&row, 3, "MS-I131");
    fault_expect_rejects(&row, "csv.too_many_fields", 1);
    fault_expect_golden(&row, true);
    fault_run_done(&row);
    fault_cohort_done(&cohort);
    free(more);
}

/* An integer of run.json about the laboratory file. */
static int64_t file_fact(const fault_run *run, const char *name) {
    size_t i;
    json_t *source;
    json_array_foreach(json_object_get(run->record, "sources"), i, source) {
        json_t *file = json_array_get(json_object_get(source, "files"), 0);
        if (strcmp(json_string_value(json_object_get(source, "kind")), "labs") == 0)
            return json_integer_value(json_object_get(file, name));
    }
    fail_msg("run.json has no file of labs");
    return -1;
}

static void t_I_36(void **state) {
    (void)state;
    static const char header[] = "patient_id,code,value,unit,collected_at,comment\n";
    fault_cohort cohort;
    fault_cohort_init(&cohort);
    fault_insert(&cohort, FAULT_LABS, fault_line(&cohort, FAULT_LABS, 500), "\n\n", 2);
    fault_insert(&cohort, FAULT_LABS, fault_line(&cohort, FAULT_LABS, 300), header,
                 sizeof header - 1);
    fault_insert(&cohort, FAULT_LABS, fault_line(&cohort, FAULT_LABS, 100), "  \r\n", 4);
    fault_append(&cohort, FAULT_LABS, "\n\n\n");
    fault_run run = fault_screen(&cohort, NULL);
    fault_expect(&run, 0, NULL);
    assert_non_null(strstr(run.result.out.at, "MS-I133"));
    assert_int_equal(file_fact(&run, "blank_lines"), 6);
    assert_int_equal(file_fact(&run, "repeated_headers"), 1);
    assert_int_equal(fault_count(&run, "labs", "read"), 600);
    fault_expect_conserved(&run);
    fault_expect_golden(&run, true);
    fault_run_done(&run);
    fault_cohort_done(&cohort);
}

static void t_I_36_capitals(void **state) {
    (void)state;
    static const char header[] =
        "PATIENT_ID,Sex,Birth,DIED_ON, site ,weight_kg,height_cm,Measured_On\n";
    fault_cohort cohort;
    fault_cohort_init(&cohort);
    fault_insert(&cohort, FAULT_PATIENTS_TABLE, fault_line(&cohort, FAULT_PATIENTS_TABLE, 20),
                 header, sizeof header - 1);
    fault_run run = fault_screen(&cohort, NULL);
    fault_expect(&run, 0, NULL);
    assert_non_null(
        strstr(run.result.out.at, "patients.csv.gz: blank lines or repeated header, 1"));
    assert_int_equal(fault_count(&run, "patients", "read"), FAULT_PATIENTS);
    fault_expect_golden(&run, true);
    fault_run_done(&run);
    fault_cohort_done(&cohort);
}

/* Two exports in one file, the second with two dates exchanged: the living would be dead. */
static void t_I_36_another_order(void **state) {
    (void)state;
    static const char header[] =
        "patient_id,sex,birth,measured_on,site,weight_kg,height_cm,died_on\n";
    fault_cohort cohort;
    fault_cohort_init(&cohort);
    fault_insert(&cohort, FAULT_PATIENTS_TABLE, fault_line(&cohort, FAULT_PATIENTS_TABLE, 20),
                 header, sizeof header - 1);
    fault_run run = fault_screen(&cohort, NULL);
    fault_expect(&run, 4, "MS-I129");
    assert_non_null(strstr(run.result.err.at, "patients.csv.gz, line 20: a second header row"));
    fault_expect_rejects(&run, "file.header", 1);
    fault_expect_refused(&run);
    fault_run_done(&run);
    fault_cohort_done(&cohort);
}

/* The laboratory table with `footer` behind it. */
static fault_run screen_footer(const char *footer, bool is_plain) {
    fault_cohort cohort;
    fault_cohort_init(&cohort);
    fault_append(&cohort, FAULT_LABS, footer);
    cohort.is_plain[FAULT_LABS] = is_plain;
    fault_run run = fault_screen(&cohort, NULL);
    fault_cohort_done(&cohort);
    return run;
}

/* The count is right: no row, and a better end than any. */
static void t_I_37_same(void **state) {
    (void)state;
    static const char *const footers[] = {"(600 rows)\n",
                                          "(600 rows)",
                                          "(600 rows affected)\r\n",
                                          "\n600 rows selected.\n\n",
                                          "600 record(s) selected.",
                                          "(600 rows),,,,,\n",
                                          "\"(600 rows)\"\n",
                                          "\"(600 rows)\",,,,,",
                                          "(600 rows),,,\r\n",
                                          "600 rows,,,,,,,\n"};
    for (size_t i = 0; i < sizeof footers / sizeof footers[0]; i++) {
        fault_run run = screen_footer(footers[i], i % 2);
        fault_expect(&run, 3, "MS-I134");
        assert_null(strstr(run.result.err.at, "MS-I122"));
        assert_int_equal(fault_count(&run, "labs", "read"), 600);
        assert_int_equal(fault_count(&run, "labs", "rejected"), 0);
        fault_expect_conserved(&run);
        fault_expect_golden(&run, true);
        fault_run_done(&run);
    }
}

static void t_I_37_different(void **state) {
    (void)state;
    static const char *const footers[] = {"(601 rows)\n",           "(599 rows)",
                                          "1 row selected.\n",      "(99999999999999999 rows)\n",
                                          "(1,234 rows),,,,\n",     "(1,234 rows)\n",
                                          "\"(1,234 rows)\",,,,,\n"};
    for (size_t i = 0; i < sizeof footers / sizeof footers[0]; i++) {
        fault_run run = screen_footer(footers[i], i % 2);
        fault_expect(&run, 4, "MS-I134");
        assert_non_null(strstr(run.result.err.at, "read 600"));
        assert_non_null(strstr(run.result.err.at, "line 602"));
        fault_expect_rejects(&run, "file.manifest", 1);
        fault_expect_refused(&run);
        fault_run_done(&run);
    }
}

/* In the middle, or not quite a count: a row like any other, with too few fields. */
static void t_I_37_elsewhere(void **state) {
    (void)state;
    fault_cohort cohort;
    fault_cohort_init(&cohort);
    fault_pad(&cohort);
    size_t at = fault_line(&cohort, FAULT_LABS, 700);
    fault_insert(&cohort, FAULT_LABS, at, "(698 rows),,,,,\n", 16);
    fault_append(&cohort, FAULT_LABS, "(2100 rows) \nend\n");
    fault_run run = fault_screen(&cohort, NULL);
    fault_expect(&run, 4, "MS-I131"); /* three in 2,103 are too many */
    fault_expect_rejects(&run, "csv.too_few_fields", 3);
    assert_int_equal(fault_count(&run, "labs", "read"), 2103);
    assert_non_null(strstr(run.rejects.at, ",700,"));
    assert_non_null(strstr(run.rejects.at, ",2103,"));
    assert_non_null(strstr(run.rejects.at, ",2104,"));
    fault_expect_refused(&run);
    fault_run_done(&run);
    fault_cohort_done(&cohort);
}

int main(void) {
    static const fault_row rows[] = {FAULT_ROW(t_I_27),          FAULT_ROW(t_I_34),
                                     FAULT_ROW(t_I_34_hole),     FAULT_ROW(t_I_35_field),
                                     FAULT_ROW(t_I_35_columns),  FAULT_ROW(t_I_36),
                                     FAULT_ROW(t_I_36_capitals), FAULT_ROW(t_I_36_another_order),
                                     FAULT_ROW(t_I_37_same),     FAULT_ROW(t_I_37_different),
                                     FAULT_ROW(t_I_37_elsewhere)};
    return FAULT_ROWS_RUN(rows);
}
