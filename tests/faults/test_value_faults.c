/* Rows I-40 to I-64 of the fault matrix that need no history: values, units, dates, links, whole
   program. Bad rows stand behind the good ones, on days of their own, so that the good rows'
   answers stay. */
#include "support/fault_cohort.h"
#include "support/fault_row.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

typedef struct bad_lab {
    const char *value, *unit, *when;
    const char *reason; /* NULL: accepted */
    int exit_code;      /* one such row among 600 */
    const char *message_id;
    bool leaves_no_mark;
} bad_lab;

/* Old enough to decide nothing: a year and a half before the end. */
#define OLD "2024-06-03T08:00"

static void expect_lab(const bad_lab *lab) {
    fault_cohort cohort;
    fault_cohort_init(&cohort);
    fault_append_lab(&cohort, lab->value, lab->unit, lab->when);
    fault_run run = fault_screen(&cohort, NULL);
    fault_expect(&run, lab->exit_code, lab->message_id);
    fault_expect_conserved(&run);
    if (lab->reason)
        fault_expect_rejects(&run, lab->reason, 1);
    assert_int_equal(fault_count(&run, "labs", "rejected"), lab->reason ? 1 : 0);
    assert_int_equal(fault_count(&run, "labs", "accepted"), 600 + !lab->reason);
    fault_expect_golden(&run, lab->reason && lab->leaves_no_mark);
    fault_run_done(&run);
    fault_cohort_done(&cohort);
}

static void expect_labs(const bad_lab *labs, size_t count) {
    for (size_t i = 0; i < count; i++)
        expect_lab(&labs[i]);
}
#define EXPECT_LABS(table) expect_labs(table, sizeof table / sizeof table[0])

/* The same fault often enough for red: held, nothing new visible. */
static void expect_held(const char *value, const char *unit, const char *message_id, int rows) {
    fault_cohort cohort;
    fault_cohort_init(&cohort);
    for (int i = 0; i < rows; i++) {
        char when[32];
        snprintf(when, sizeof when, "2024-%02d-%02dT09:00", 1 + i / 28, 1 + i % 28);
        fault_append_lab(&cohort, value, unit, when);
    }
    fault_run run = fault_screen(&cohort, NULL);
    fault_expect(&run, 4, message_id);
    fault_expect_refused(&run);
    char held[512];
    snprintf(held, sizeof held, "%s.held/flags.csv.gz", run.out);
    assert_true(file_exists(held));
    fault_expect_golden(&run, false);
    fault_run_done(&run);
    fault_cohort_done(&cohort);
}

static void t_I_40(void **state) {
    (void)state;
    static const bad_lab labs[] = {
        {"1,5", "mmol/L", OLD, "num.decimal_comma", 3, "MS-I240", false}};
    EXPECT_LABS(labs);
    expect_held("1,5", "mmol/L", "MS-I240", 9);
}

/* One patient without other magnesium: <0.2 is below 0.70 for certain, <1.0 does not tell. */
static void expect_comparator(const char *value, const char *outcome_line) {
    fault_cohort cohort;
    fault_cohort_init(&cohort);
    fault_append(&cohort, FAULT_PATIENTS_TABLE, "q9000,F,1980-01-01,,S1,60,165,2025-06-01\n");
    char line[128];
    snprintf(line, sizeof line, "q9000,2601-3,%s,mmol/L,2025-12-20T08:00,\n", value);
    fault_append(&cohort, FAULT_LABS, line);
    fault_run run = fault_screen(&cohort, NULL);
    fault_expect(&run, 0, NULL);
    assert_int_equal(fault_count(&run, "labs", "accepted"), 601);
    if (!strstr(run.dump.at, outcome_line))
        fail_msg("%s: no line \"%s\"", value, outcome_line);
    fault_run_done(&run);
    fault_cohort_done(&cohort);
}

static void t_I_41(void **state) {
    (void)state;
    expect_comparator("<0.2", "F\tq9000\tC01\t2025-12-31\tcritical");
    expect_comparator("\xe2\x89\xa4"
                      "0.2",
                      "F\tq9000\tC01\t2025-12-31\tcritical");
    expect_comparator("<1.0", "C\tq9000\tC01\t2025-12-31\tcensored");
    expect_comparator(">2.5", "F\tq9000\tC02\t2025-12-31\tcritical");
    expect_comparator(">=0.5", "C\tq9000\tC01\t2025-12-31\tcensored");
}

static void t_I_42(void **state) {
    (void)state;
    static const bad_lab labs[] = {{"1e3", "mmol/L", OLD, "num.exponent", 3, "MS-I241", false},
                                   {"0x1p3", "mmol/L", OLD, "num.exponent", 3, "MS-I241", false}};
    EXPECT_LABS(labs);
}

static void t_I_43(void **state) {
    (void)state;
    static const bad_lab labs[] = {
        {"NaN", "mmol/L", OLD, "num.not_finite", 3, "MS-I242", false},
        {"inf", "mmol/L", OLD, "num.not_finite", 3, "MS-I242", false},
        {"1e400", "mmol/L", OLD, "num.out_of_range", 3, "MS-I242", false},
        {"1e-400", "mmol/L", OLD, "num.out_of_range", 3, "MS-I242", false}};
    EXPECT_LABS(labs);
}

/* The same number in other clothes gives the same answer. */
static void t_I_44(void **state) {
    (void)state;
    static const struct {
        const char *from, *to;
    } forms[] = {{",0.45,mmol/L", ",+0.45,mmol/L"},
                 {",0.45,mmol/L", ", 0.45 ,mmol/L"},
                 {",0.45,mmol/L", ",.45,mmol/L"},
                 {",0.45,mmol/L", ",00.45,mmol/L"}};
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        fault_cohort cohort;
        fault_cohort_init(&cohort);
        fault_replace(&cohort, FAULT_LABS, forms[i].from, forms[i].to);
        fault_run run = fault_screen(&cohort, NULL);
        fault_expect(&run, 0, NULL);
        fault_expect_golden(&run, true);
        fault_run_done(&run);
        fault_cohort_done(&cohort);
    }
    static const bad_lab labs[] = {{"5.", "mmol/L", OLD, NULL, 0, NULL, false},
                                   {"-0", "mmol/L", OLD, "value.implausible", 3, "MS-I245", false}};
    EXPECT_LABS(labs);
}

static void t_I_45(void **state) {
    (void)state;
    static const bad_lab labs[] = {
        {"1.5 mmol/L", "mmol/L", OLD, "num.syntax", 3, "MS-I243", false},
        {"1.5.2", "mmol/L", OLD, "num.syntax", 3, "MS-I243", false},
        {"1_000", "mmol/L", OLD, "num.syntax", 3, "MS-I243", false},
        {"\xd9\xa1.5", "mmol/L", OLD, "num.syntax", 3, "MS-I243", false},
        /* nothing but digits of another script: Arabic-Indic, full-width, Devanagari */
        {"\xd9\xa1\xd9\xa2", "mmol/L", OLD, "num.syntax", 3, "MS-I243", false},
        {"\xef\xbc\x90.\xef\xbc\x97", "mmol/L", OLD, "num.syntax", 3, "MS-I243", false},
        {"\xe0\xa5\xa7", "mmol/L", OLD, "num.syntax", 3, "MS-I243", false}};
    EXPECT_LABS(labs);
}

static void t_I_46(void **state) {
    (void)state;
    static const bad_lab labs[] = {
        {"haemolysed", "mmol/L", OLD, "value.text_result", 0, NULL, false},
        {"clotted", "", OLD, "value.text_result", 0, NULL, false},
        {".", "mmol/L", OLD, "value.text_result", 0, NULL, false},
        {"NULL", "mmol/L", OLD, "value.text_result", 0, NULL, false},
        {"999", "mmol/L", OLD, "value.implausible", 3, "MS-I245", false},
        {"-1", "mmol/L", OLD, "value.implausible", 3, "MS-I245", false}};
    EXPECT_LABS(labs);
}

static void t_I_47(void **state) {
    (void)state;
    static const bad_lab labs[] = {{"14", "mmol/L", OLD, "value.implausible", 3, "MS-I245", false},
                                   {"0", "mmol/L", OLD, "value.implausible", 3, "MS-I245", false}};
    EXPECT_LABS(labs);
}

/* 1.2 mg/dL and 1.0 mEq/L are not below 0.50; 1.1 mg/dL and 0.9 mEq/L are. */
static void t_I_48(void **state) {
    (void)state;
    static const struct {
        const char *row, *line;
    } rows[] = {
        {"q9000,19123-9,1.2,mg/dL,2025-12-20T08:00,\n", "F\tq9000\tC01\t2025-12-31\tmoderate"},
        {"q9000,19123-9,1.1,mg/dL,2025-12-20T08:00,\n", "F\tq9000\tC01\t2025-12-31\thigh"},
        {"q9000,2601-3,1.0,mEq/L,2025-12-20T08:00,\n", "F\tq9000\tC01\t2025-12-31\tmoderate"},
        {"q9000,2601-3,0.9,mEq/L,2025-12-20T08:00,\n", "F\tq9000\tC01\t2025-12-31\thigh"}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        fault_cohort cohort;
        fault_cohort_init(&cohort);
        fault_append(&cohort, FAULT_PATIENTS_TABLE, "q9000,F,1980-01-01,,S1,60,165,2025-06-01\n");
        fault_append(&cohort, FAULT_LABS, rows[i].row);
        fault_run run = fault_screen(&cohort, NULL);
        fault_expect(&run, 0, NULL);
        if (!strstr(run.dump.at, rows[i].line))
            fail_msg("no line \"%s\"", rows[i].line);
        fault_run_done(&run);
        fault_cohort_done(&cohort);
    }
}

static void t_I_49(void **state) {
    (void)state;
    static const bad_lab labs[] = {{"0.85", "", OLD, "unit.missing", 3, "MS-I246", false},
                                   {"0.85", "mmol/fur", OLD, "unit.unknown", 3, "MS-I246", false}};
    EXPECT_LABS(labs);
    expect_held("0.85", "mmol/fur", "mmol/fur", 9);
}

static void t_I_52(void **state) {
    (void)state;
    fault_cohort cohort;
    fault_cohort_init(&cohort);
    size_t from = fault_line(&cohort, FAULT_LABS, 10), to = fault_line(&cohort, FAULT_LABS, 31);
    char *copy = strndup(cohort.text[FAULT_LABS].at + from, to - from);
    fault_append(&cohort, FAULT_LABS, copy);
    fault_append(&cohort, FAULT_LABS, copy);
    free(copy);
    fault_run run = fault_screen(&cohort, NULL);
    fault_expect(&run, 0, NULL);
    fault_expect_conserved(&run);
    assert_int_equal(fault_count(&run, "labs", "duplicate"), 42);
    fault_expect_golden(&run, true);
    fault_run_done(&run);
    fault_cohort_done(&cohort);
}

static void t_I_54(void **state) {
    (void)state;
    fault_cohort cohort;
    fault_cohort_init(&cohort);
    fault_append(&cohort, FAULT_LABS, "q7777,2601-3,0.45,mmol/L,2025-12-20T08:00,\n");
    fault_run amber = fault_screen(&cohort, NULL);
    fault_expect(&amber, 3, "MS-I250");
    fault_expect_rejects(&amber, "link.no_patient", 1);
    fault_expect_conserved(&amber);
    fault_expect_golden(&amber, true);
    fault_run_done(&amber);
    for (int i = 0; i < 8; i++)
        fault_append(&cohort, FAULT_LABS, "q7778,2601-3,0.45,mmol/L,2025-12-20T08:00,\n");
    fault_run red = fault_screen(&cohort, NULL);
    fault_expect(&red, 4, "MS-I250");
    fault_expect_refused(&red);
    fault_run_done(&red);
    fault_cohort_done(&cohort);
}

static int64_t note_count(const fault_run *run, const char *kind, const char *note) {
    size_t i;
    json_t *source;
    json_array_foreach(json_object_get(run->record, "sources"), i, source) {
        if (strcmp(json_string_value(json_object_get(source, "kind")), kind) == 0)
            return json_integer_value(json_object_get(json_object_get(source, "notes"), note));
    }
    return -1;
}

static int64_t twin_count(const fault_run *run) {
    return json_integer_value(
        json_object_get(json_object_get(run->record, "patients"), "id_twins"));
}

static const char near_id[] = "the roster has this id in other case or with other blanks";

static void t_I_55(void **state) {
    (void)state;
    fault_cohort cohort;
    fault_cohort_init(&cohort);
    fault_append(&cohort, FAULT_LABS, ",2601-3,0.45,mmol/L,2025-12-20T08:00,\n");
    fault_run blank = fault_screen(&cohort, NULL);
    fault_expect(&blank, 3, "MS-I251");
    fault_expect_rejects(&blank, "id.blank", 1);
    fault_expect_conserved(&blank);
    fault_expect_golden(&blank, true);
    assert_int_equal(twin_count(&blank), 0);
    assert_null(strstr(blank.result.out.at, "MS-I255"));
    fault_run_done(&blank);
    fault_cohort_done(&cohort);
}

/* A twin of a roster patient in other tables is another patient, never merged; the row that is set
   aside says whom it is near to, and how many such rows there are. */
static void t_I_55_a_twin_that_is_not_in_the_roster(void **state) {
    (void)state;
    static const char *const ids[] = {"Q0001", "q0001 ", " q0001", "q00010"};
    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++) {
        const bool is_near = i < 3;
        char row[80];
        fault_cohort cohort;
        fault_cohort_init(&cohort);
        snprintf(row, sizeof row, "%s,2601-3,0.45,mmol/L,2025-12-20T08:00,\n", ids[i]);
        fault_append(&cohort, FAULT_LABS, row);
        fault_run run = fault_screen(&cohort, NULL);
        fault_expect(&run, 3, "MS-I250");
        fault_expect_rejects(&run, "link.no_patient", 1);
        fault_expect_conserved(&run);
        fault_expect_golden(&run, true);
        assert_int_equal(strstr(run.rejects.at, near_id) != NULL, is_near);
        assert_int_equal(strstr(run.result.out.at, "MS-I255") != NULL, is_near);
        assert_int_equal(note_count(&run, "labs", "near_ids"), is_near);
        assert_int_equal(twin_count(&run), 0);
        assert_null(strstr(run.result.out.at, ids[0]));
        fault_run_done(&run);
        fault_cohort_done(&cohort);
    }
}

static size_t count_of(const char *text, const char *part) {
    size_t count = 0;
    for (const char *at = text; (at = strstr(at, part)) != NULL; at++)
        count++;
    return count;
}

/* Twins in the roster: two patients, each with the rows under its own id; noted and counted. */
static void t_I_55_twins_in_the_roster(void **state) {
    (void)state;
    fault_cohort cohort;
    fault_cohort_init(&cohort);
    fault_append(&cohort, FAULT_PATIENTS_TABLE,
                 "q9000,F,1980-01-01,,S1,60,165,2025-06-01\n"
                 "Q9000,F,1980-01-01,,S1,60,165,2025-06-01\n"
                 "q9000 ,F,1980-01-01,,S1,60,165,2025-06-01\n");
    fault_append(&cohort, FAULT_LABS, "Q9000,2601-3,0.45,mmol/L,2025-12-20T08:00,\n");
    fault_run run = fault_screen(&cohort, NULL);
    fault_expect(&run, 0, NULL);
    fault_expect_conserved(&run);
    assert_int_equal(twin_count(&run), 2);
    assert_non_null(strstr(run.result.out.at, "2 ids [MS-I255]"));
    assert_int_equal(count_of(run.dump.at, "F\tQ9000\tC01\t"), 1);
    assert_int_equal(count_of(run.dump.at, "F\tq9000"), 0);
    fault_run_done(&run);
    fault_cohort_done(&cohort);
}

static void t_I_58(void **state) {
    (void)state;
    static const bad_lab labs[] = {
        {"0.85", "mmol/L", "2023-02-29", "date.invalid", 3, "MS-I260", true},
        {"0.85", "mmol/L", "2025-04-31", "date.invalid", 3, "MS-I260", true},
        {"0.85", "mmol/L", "2025-13-01", "date.invalid", 3, "MS-I260", true},
        {"0.85", "mmol/L", "1900-02-29", "date.invalid", 3, "MS-I260", true},
        {"0.85", "mmol/L", "infinity", "date.not_finite", 3, "MS-I271", true},
        {"0.85", "mmol/L", "-infinity", "date.not_finite", 3, "MS-I271", true},
        {"0.85", "mmol/L", "2024-02-29", NULL, 0, NULL, false}};
    EXPECT_LABS(labs);
    /* 2000-02-29 exists, and lies before the window. */
    fault_cohort cohort;
    fault_cohort_init(&cohort);
    fault_append_lab(&cohort, "0.85", "mmol/L", "2000-02-29");
    fault_run run = fault_screen(&cohort, NULL);
    fault_expect(&run, 0, NULL);
    assert_int_equal(fault_count(&run, "labs", "out_of_window"), 1);
    fault_expect_golden(&run, true);
    fault_run_done(&run);
    fault_cohort_done(&cohort);
}

static void t_I_59(void **state) {
    (void)state;
    static const bad_lab labs[] = {
        {"0.85", "mmol/L", "03/04/2024", "date.format", 3, "MS-I261", true}};
    EXPECT_LABS(labs);
    fault_cohort cohort;
    fault_cohort_init(&cohort);
    for (int i = 0; i < 9; i++)
        fault_append_lab(&cohort, "0.85", "mmol/L", "03/04/2024");
    fault_run run = fault_screen(&cohort, NULL);
    fault_expect(&run, 4, "MS-I261");
    fault_expect_refused(&run);
    fault_run_done(&run);
    fault_cohort_done(&cohort);
}

static void t_I_63(void **state) {
    (void)state;
    fault_cohort cohort;
    fault_cohort_init(&cohort);
    fault_append(&cohort, FAULT_RX,
                 "q0001,C03CA01,Furosemide,order,2025-12-20,2025-12-10,,,,oral\n");
    fault_run run = fault_screen(&cohort, NULL);
    fault_expect(&run, 3, "MS-I265");
    fault_expect_rejects(&run, "rx.interval", 1);
    fault_expect_conserved(&run);
    fault_expect_golden(&run, true);
    fault_run_done(&run);
    fault_cohort_done(&cohort);
    /* Two overlapping courses are one: the order of the rows does not matter. */
    static const char *const rows[] = {
        "q0003,C03CA01,Furosemide,order,2025-11-01,2025-12-10,,,,oral\n",
        "q0003,C03CA01,Furosemide,order,2025-12-05,2025-12-30,,,,oral\n"};
    char *dumps[2];
    for (int first = 0; first < 2; first++) {
        fault_cohort_init(&cohort);
        fault_append(&cohort, FAULT_RX, rows[first]);
        fault_append(&cohort, FAULT_RX, rows[1 - first]);
        fault_run both = fault_screen(&cohort, NULL);
        fault_expect(&both, 0, NULL);
        dumps[first] = strdup(both.dump.at);
        fault_run_done(&both);
        fault_cohort_done(&cohort);
    }
    assert_string_equal(dumps[0], dumps[1]);
    free(dumps[0]);
    free(dumps[1]);
}

/* Sex X and a birth in 1850: no default; rules that need them say cannot_tell, others go on. */
static void t_I_64(void **state) {
    (void)state;
    fault_cohort cohort;
    fault_cohort_init(&cohort);
    fault_append(&cohort, FAULT_PATIENTS_TABLE,
                 "q9000,X,1980-01-01,,S1,60,165,2025-06-01\n"
                 "q9001,F,1850-01-01,,S1,60,165,2025-06-01\n"
                 "q9002,F,2031-01-01,,S1,60,165,2025-06-01\n");
    for (int i = 0; i < 3; i++) {
        char rows[256];
        snprintf(rows, sizeof rows,
                 "q900%d,2601-3,0.45,mmol/L,2025-12-20T08:00,\n"
                 "q900%d,14682-9,200,umol/L,2025-12-20T08:00,\n",
                 i, i);
        fault_append(&cohort, FAULT_LABS, rows);
        snprintf(rows, sizeof rows, "q900%d,A12CC30,Neomag,order,2025-08-01,,4,mmol,3,oral\n", i);
        fault_append(&cohort, FAULT_RX, rows);
    }
    fault_run run = fault_screen(&cohort, NULL);
    fault_expect(&run, 3, "MS-I266");
    assert_non_null(strstr(run.dump.at, "C\tq9000\tA01\t2025-12-31\tdemographic"));
    assert_non_null(strstr(run.dump.at, "F\tq9000\tC01\t2025-12-31\thigh"));
    assert_non_null(strstr(run.dump.at, "C\tq9001\tC01\t2025-12-31\tdemographic"));
    assert_non_null(strstr(run.dump.at, "C\tq9002\tC01\t2025-12-31\tdemographic"));
    assert_null(strstr(run.dump.at, "F\tq9001\tC01"));
    fault_expect_conserved(&run);
    /* Used and counted: three people, of whom one has no sex and two no age. */
    assert_int_equal(fault_count(&run, "patients", "accepted"), FAULT_PATIENTS + 3);
    assert_int_equal(fault_count(&run, "patients", "rejected"), 0);
    const json_t *notes = fault_file_fact(&run, FAULT_PATIENTS_TABLE, "notes");
    static const struct {
        const char *name;
        int count;
    } counts[] = {
        {"sex_unknown", 1}, {"age_implausible", 2}, {"birth_unknown", 0}, {"demog_conflict", 0}};
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++)
        assert_int_equal(json_integer_value(json_object_get(notes, counts[i].name)),
                         counts[i].count);
    assert_non_null(strstr(run.result.err.at, "3 rows like this in source \"patients\" (6.98 %"));
    fault_run_done(&run);
    fault_cohort_done(&cohort);
}

int main(void) {
    static const fault_row rows[] = {FAULT_ROW(t_I_40),
                                     FAULT_ROW(t_I_41),
                                     FAULT_ROW(t_I_42),
                                     FAULT_ROW(t_I_43),
                                     FAULT_ROW(t_I_44),
                                     FAULT_ROW(t_I_45),
                                     FAULT_ROW(t_I_46),
                                     FAULT_ROW(t_I_47),
                                     FAULT_ROW(t_I_48),
                                     FAULT_ROW(t_I_49),
                                     FAULT_ROW(t_I_52),
                                     FAULT_ROW(t_I_54),
                                     FAULT_ROW(t_I_55),
                                     FAULT_ROW(t_I_55_a_twin_that_is_not_in_the_roster),
                                     FAULT_ROW(t_I_55_twins_in_the_roster),
                                     FAULT_ROW(t_I_58),
                                     FAULT_ROW(t_I_59),
                                     FAULT_ROW(t_I_63),
                                     FAULT_ROW(t_I_64)};
    return FAULT_ROWS_RUN(rows);
}
