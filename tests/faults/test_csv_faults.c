/* Rows I-18 to I-33 of the fault matrix that concern shape, whole program. */
#include "support/fault_cohort.h"
#include "support/fault_row.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Rows of no interest, so that a single bad row is a small share of its file. */
static void pad(fault_cohort *cohort) {
    for (int i = 0; i < 1500; i++)
        fault_append(cohort, FAULT_LABS, "q0002,718-7,130,g/L,2025-05-05T08:00,\n");
}

static fault_run screen(const fault_cohort *cohort, int exit_code, const char *message_id) {
    fault_run run = fault_screen(cohort, NULL);
    fault_expect(&run, exit_code, message_id);
    if (exit_code == 4)
        fault_expect_refused(&run);
    else
        fault_expect_conserved(&run);
    return run;
}

static void t_I_18(void **state) {
    (void)state;
    fault_cohort cohort;
    fault_cohort_init(&cohort);
    for (int table = 0; table < FAULT_TABLE_COUNT; table++)
        fault_insert(&cohort, (fault_table)table, 0, "\xef\xbb\xbf", 3);
    fault_run run = screen(&cohort, 0, NULL);
    fault_expect_golden(&run, true);
    for (int table = 0; table < FAULT_TABLE_COUNT; table++)
        assert_true(json_is_true(fault_file_fact(&run, (fault_table)table, "bom")));
    fault_run_done(&run);
    fault_cohort_done(&cohort);
}

static void expect_line_ends(const fault_run *run, bool is_crlf, bool is_mixed) {
    fault_expect_golden(run, true);
    assert_int_equal(json_is_true(fault_file_fact(run, FAULT_LABS, "crlf")), is_crlf);
    const bool is_told = strstr(run->result.out.at, "labs.csv.gz: line ends [MS-I121]") != NULL;
    assert_int_equal(is_told, is_mixed);
}

static void t_I_20(void **state) {
    (void)state;
    fault_cohort cohort;
    fault_cohort_init(&cohort);
    fault_replace_all(&cohort, FAULT_LABS, "\n", "\r\n");
    fault_run crlf = screen(&cohort, 0, NULL);
    expect_line_ends(&crlf, true, false);
    fault_run_done(&crlf);
    fault_replace(&cohort, FAULT_LABS, "\r\n", "\n");
    fault_run mixed = screen(&cohort, 0, NULL);
    expect_line_ends(&mixed, true, true);
    fault_run_done(&mixed);
    fault_replace_all(&cohort, FAULT_LABS, "\r\n", "\n");
    fault_run lf = screen(&cohort, 0, NULL);
    expect_line_ends(&lf, false, false);
    fault_run_done(&lf);
    fault_replace_all(&cohort, FAULT_LABS, "\n", "\r");
    const fault_refusal refusal = {"MS-I121",  "file.encoding", "line 1: lone carriage returns",
                                   FAULT_LABS, "labs.csv.gz",   false};
    fault_run lone = screen(&cohort, 4, "MS-I121");
    fault_expect_file_refused(&lone, &refusal);
    fault_run_done(&lone);
    fault_cohort_done(&cohort);
}

static void t_I_21(void **state) {
    (void)state;
    fault_cohort cohort;
    fault_cohort_init(&cohort);
    pad(&cohort);
    fault_append(&cohort, FAULT_LABS, "q0002,718-7,130,g/L,2025-05-05T08:00,\n");
    cohort.text[FAULT_LABS].nbytes--; /* the last record is whole */
    fault_run packed = screen(&cohort, 0, NULL);
    fault_expect_golden(&packed, true);
    fault_run_done(&packed);
    cohort.is_plain[FAULT_LABS] = true;
    fault_run plain = screen(&cohort, 3, "MS-I122");
    fault_expect_golden(&plain, true);
    fault_run_done(&plain);
    cohort.text[FAULT_LABS].nbytes -= 20; /* and now it is not */
    fault_run partial = screen(&cohort, 3, "MS-I122");
    fault_expect_golden(&partial, true);
    assert_int_equal(fault_count(&partial, "labs", "rejected"), 1);
    fault_run_done(&partial);
    fault_cohort_done(&cohort);
}

/* Screened by a pipeline whose laboratory source has that gate. */
static fault_run screen_with_gate(const fault_cohort *cohort, const char *gate) {
    char pipeline[2048], path[320];
    fault_run run = fault_begin(cohort);
    const int nbytes =
        snprintf(pipeline, sizeof pipeline,
                 "name: night\nas_of: 2025-12-31\nsources:\n"
                 "  - { name: patients, kind: patients, profile: magscreen,\n"
                 "      files: [data/patients.csv.gz] }\n"
                 "  - { name: labs, kind: labs, profile: magscreen, files: [data/labs.csv.gz],\n"
                 "      gates: [%s] }\n"
                 "  - { name: prescriptions, kind: prescriptions, profile: magscreen,\n"
                 "      files: [data/prescriptions.csv.gz] }\n"
                 "pack: magnesium-safety\n",
                 gate);
    snprintf(path, sizeof path, "%s/night.yaml", run.folder);
    file_write(path, pipeline, (size_t)nbytes);
    fault_collect(
        &run, program_run((const char *const[]){"run", path, "--out", run.out, NULL}, NULL, NULL));
    return run;
}

static void t_I_22(void **state) {
    (void)state;
    fault_cohort cohort;
    fault_cohort_init(&cohort);
    fault_quote_lab(&cohort, 299, "\"two\nlines\"\n"); /* a result of magnesium */
    fault_run whole = screen(&cohort, 0, NULL);
    fault_expect_golden(&whole, true);
    assert_int_equal(fault_count(&whole, "labs", "accepted"), 600);
    assert_int_equal(json_integer_value(fault_file_fact(&whole, FAULT_LABS, "quoted_rows")), 0);
    fault_run_done(&whole);
    fault_append(&cohort, FAULT_LABS, "q0001,2601-3,abc5,mmol/L,2025-05-05T08:00,\n");
    fault_run run = screen(&cohort, 3, NULL);
    fault_expect_golden(&run, false);
    /* Header, 600 rows, one of them on two lines: the bad row begins on line 603. */
    assert_non_null(strstr(run.rejects.at, ",603,value,"));
    fault_run_done(&run);
    fault_cohort_done(&cohort);
}

/* A quote that opens in one row by mistake and closes in a later one: the rows that may be gone are
   told, with the line. Of interest or not: nobody has read their codes. */
static void t_I_22_rows_inside_quotes(void **state) {
    (void)state;
    static const struct {
        unsigned first, last;
        const char *count;
    } cases[] = {{701, 702, "1 row like this"}, {701, 710, "9 rows like this"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const unsigned lost = cases[i].last - cases[i].first;
        fault_cohort cohort;
        fault_cohort_init(&cohort);
        pad(&cohort);
        fault_insert(&cohort, FAULT_LABS, fault_line(&cohort, FAULT_LABS, cases[i].last + 1) - 1,
                     "x\"", 2);
        fault_insert(&cohort, FAULT_LABS, fault_line(&cohort, FAULT_LABS, cases[i].first + 1) - 1,
                     "\"note", 5);
        fault_run run = screen(&cohort, 3, "MS-I137");
        assert_non_null(strstr(run.result.err.at, "labs.csv.gz, line 701: rows inside"));
        assert_non_null(strstr(run.result.err.at, cases[i].count));
        assert_int_equal(json_integer_value(fault_file_fact(&run, FAULT_LABS, "quoted_rows")),
                         lost);
        assert_int_equal(fault_count(&run, "labs", "read"), 600 + 1500 - lost);
        assert_int_equal(fault_count(&run, "labs", "rejected"), 0);
        fault_expect_golden(&run, true); /* the good rows around them */
        fault_run_done(&run);
        fault_cohort_done(&cohort);
    }
}

/* A site whose feed writes such texts says so in a gate; one that has none may hold the run. */
static void t_I_22_a_limit_of_the_site(void **state) {
    (void)state;
    static const struct {
        const char *gate;
        int exit_code;
    } cases[] = {{"{ name: quoted_rows, amber: 1 %, red: 2 %, note: \"pasted tables\" }", 0},
                 {"{ name: quoted_rows, amber: 0 %, red: 1 %, note: \"pasted tables\" }", 3},
                 {"{ name: quoted_rows, amber: 0 %, red: 0 %, note: \"no such texts\" }", 4}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        fault_cohort cohort;
        fault_cohort_init(&cohort);
        pad(&cohort);
        fault_append(&cohort, FAULT_LABS,
                     "q0002,718-7,130,g/L,2025-05-05T08:00,\"\na,b,c,d,e,f\n\"\n");
        fault_run run = screen_with_gate(&cohort, cases[i].gate);
        fault_expect(&run, cases[i].exit_code, cases[i].exit_code ? "MS-I137" : NULL);
        fault_expect_conserved(&run);
        fault_run_done(&run);
        fault_cohort_done(&cohort);
    }
}

/* A quote inserted at each column of rows at the begin, in the middle and at the end. */
static void t_I_23(void **state) {
    (void)state;
    static const unsigned lines[] = {2, 300, 601};
    for (size_t i = 0; i < 3; i++) {
        for (unsigned column = 0; column < 5; column++) {
            fault_cohort cohort;
            fault_cohort_init(&cohort);
            pad(&cohort);
            size_t at = fault_line(&cohort, FAULT_LABS, lines[i]);
            const char *text = cohort.text[FAULT_LABS].at;
            size_t copy = strcspn(text + at, "\n") + 1;
            char row[128];
            memcpy(row, text + at, copy);
            for (unsigned skip = 0; skip < column; at++)
                skip += text[at] == ',';
            fault_insert(&cohort, FAULT_LABS, at + 1, "\"", 1); /* inside the field */
            row[copy] = '\0';
            fault_append(&cohort, FAULT_LABS, row); /* the good row, once more at the end */
            fault_run run = screen(&cohort, 3, "MS-I123");
            fault_expect_rejects(&run, "csv.bad_quote", 1);
            assert_int_equal(fault_count(&run, "labs", "rejected"), 1);
            fault_expect_golden(&run, true);
            fault_run_done(&run);
            fault_cohort_done(&cohort);
        }
    }
}

/* The rows below the quote are read, and the one row is named; but nothing is published, for a file
   that ends inside a field may have been cut. */
static void t_I_24(void **state) {
    (void)state;
    fault_cohort cohort;
    fault_cohort_init(&cohort);
    pad(&cohort);
    fault_insert(&cohort, FAULT_LABS, fault_line(&cohort, FAULT_LABS, 700),
                 "q0001,2601-3,\"0.5,mmol/L,2025-05-05T08:00,\n", 43);
    fault_run run = screen(&cohort, 4, "MS-I124");
    fault_expect_refused(&run);
    fault_expect_rejects(&run, "csv.unclosed_quote", 1);
    fault_expect_conserved(&run);
    assert_int_equal(fault_count(&run, "labs", "rejected"), 1);
    assert_int_equal(fault_count(&run, "labs", "read"), 600 + 1500 + 1);
    assert_non_null(strstr(run.result.err.at, "line 700"));
    fault_run_done(&run);
    fault_cohort_done(&cohort);
}

/* The same refusal for a plain file that was cut inside a quoted field of its last line. */
static void t_I_24_cut_inside_a_field(void **state) {
    (void)state;
    fault_cohort cohort;
    fault_cohort_init(&cohort);
    pad(&cohort);
    fault_append(&cohort, FAULT_LABS, "q0001,2601-3,0.85,mmol/L,2025-05-05T08:00,\"haemol");
    cohort.is_plain[FAULT_LABS] = true;
    fault_run run = screen(&cohort, 4, "MS-I124");
    fault_expect_refused(&run);
    fault_expect_rejects(&run, "csv.unclosed_quote", 1);
    fault_run_done(&run);
    fault_cohort_done(&cohort);
}

/* A site that knows why its feed has such quotes says so in a gate; the one row is set aside. */
static void t_I_24_a_limit_of_the_site(void **state) {
    (void)state;
    static const struct {
        const char *gate;
        int exit_code;
    } cases[] = {{"{ name: csv.unclosed_quote, amber: 1 %, red: 2 %, note: \"inches, whole\" }", 0},
                 {"{ name: csv.unclosed_quote, amber: 0 %, red: 1 %, note: \"inches, whole\" }", 3},
                 {"{ name: csv, amber: 0 %, red: 1 %, note: \"inches, whole\" }", 3},
                 {"{ name: csv, amber: 0 %, red: 0.01 %, note: \"inches, whole\" }", 4},
                 {"{ name: csv.bad_quote, amber: 0 %, red: 1 %, note: \"inches, whole\" }", 4}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        fault_cohort cohort;
        fault_cohort_init(&cohort);
        pad(&cohort);
        fault_append(&cohort, FAULT_LABS, "q0001,2601-3,\"0.5,mmol/L,2025-05-05T08:00,\n");
        fault_run run = screen_with_gate(&cohort, cases[i].gate);
        fault_expect(&run, cases[i].exit_code, cases[i].exit_code ? "MS-I124" : NULL);
        fault_expect_rejects(&run, "csv.unclosed_quote", 1);
        fault_expect_conserved(&run);
        if (cases[i].exit_code == 4)
            fault_expect_refused(&run);
        else
            fault_expect_golden(&run, true);
        fault_run_done(&run);
        fault_cohort_done(&cohort);
    }
}

static void t_I_28(void **state) {
    (void)state;
    fault_cohort cohort;
    fault_cohort_init(&cohort);
    fault_replace(&cohort, FAULT_LABS, "collected_at", "collectedat");
    fault_run run = screen(&cohort, 4, "MS-I128");
    assert_non_null(strstr(run.result.err.at, "collected_at"));
    assert_non_null(strstr(run.result.err.at, "column 5 of the file has a similar name"));
    assert_null(strstr(run.result.err.at, "collectedat")); /* it may be a person's */
    fault_run_done(&run);
    fault_cohort_done(&cohort);
}

/* Neither said nor in any file that the run has written. */
static void expect_nowhere(const fault_run *run, const char *text) {
    assert_null(strstr(run->result.out.at, text));
    assert_null(strstr(run->result.err.at, text));
    DIR *listing = opendir(run->out);
    assert_non_null(listing);
    unsigned files = 0;
    for (struct dirent *entry; (entry = readdir(listing));) {
        if (entry->d_name[0] == '.')
            continue;
        char path[768];
        snprintf(path, sizeof path, "%s/%s", run->out, entry->d_name);
        bytes content = file_inflate(path); /* plain ones too */
        assert_non_null(content.at);
        if (strstr(content.at, text))
            fail_msg("%s holds %s", entry->d_name, text);
        free(content.at);
        files++;
    }
    closedir(listing);
    assert_int_equal(files, 6);
}

static void t_I_29(void **state) {
    (void)state;
    fault_cohort cohort;
    fault_cohort_init(&cohort);
    fault_replace_all(&cohort, FAULT_LABS, "\n", ",Xward7,Xbed9\n");
    fault_replace(&cohort, FAULT_LABS, ",Xward7,Xbed9\n", ",ward,bed\n");
    fault_run run = screen(&cohort, 0, NULL);
    fault_expect_golden(&run, true);
    static const char note[] = "labs.csv.gz: columns not used, 2 columns [MS-I135]";
    const char *first = strstr(run.result.out.at, note);
    assert_non_null(first);
    assert_null(strstr(first + sizeof note - 1, "MS-I135")); /* once */
    static const char *const cells[] = {"Xward7", "Xbed9"};
    for (size_t i = 0; i < 2; i++)
        expect_nowhere(&run, cells[i]);
    fault_run_done(&run);
    fault_cohort_done(&cohort);
}

/* value and unit change places in header and rows. */
static void t_I_30(void **state) {
    (void)state;
    fault_cohort cohort;
    fault_cohort_init(&cohort);
    bytes *labs = &cohort.text[FAULT_LABS];
    char *swapped = malloc(labs->nbytes + 1), *to = swapped;
    assert_non_null(swapped);
    for (const char *line = labs->at; *line;) {
        const char *end = strchr(line, '\n') + 1;
        const char *value = strchr(strchr(line, ',') + 1, ',') + 1;
        const char *unit = strchr(value, ',') + 1;
        const char *rest = strchr(unit, ',');
        to += sprintf(to, "%.*s%.*s,%.*s%.*s", (int)(value - line), line, (int)(rest - unit), unit,
                      (int)(unit - 1 - value), value, (int)(end - rest), rest);
        line = end;
    }
    free(labs->at);
    labs->at = swapped;
    fault_run run = screen(&cohort, 0, NULL);
    fault_expect_golden(&run, true);
    fault_run_done(&run);
    fault_cohort_done(&cohort);
}

static void t_I_31(void **state) {
    (void)state;
    fault_cohort cohort;
    fault_cohort_init(&cohort);
    fault_replace(&cohort, FAULT_LABS, "comment", "value"); /* two columns of one name */
    fault_run twice = screen(&cohort, 4, "MS-I129");
    fault_run_done(&twice);
    fault_cohort_done(&cohort);

    fault_cohort_init(&cohort); /* no header */
    fault_replace(&cohort, FAULT_LABS, "patient_id,code,value,unit,collected_at,comment\n", "");
    fault_run none = fault_screen(&cohort, NULL);
    fault_expect(&none, 4, "MS-I129");
    assert_non_null(strstr(none.result.err.at, "line 1: not a header"));
    fault_expect_rejects(&none, "file.header", 1);
    fault_expect_refused(&none);
    fault_run_done(&none);
    fault_cohort_done(&cohort);

    fault_cohort_init(&cohort); /* lines before the header */
    fault_insert(&cohort, FAULT_LABS, 0, "Export of 1 January\n", 20);
    fault_run preamble = fault_screen(&cohort, NULL);
    fault_expect(&preamble, 4, "MS-I129");
    assert_non_null(strstr(preamble.result.err.at, "line 1"));
    fault_expect_refused(&preamble);
    fault_run_done(&preamble);
    fault_cohort_done(&cohort);
}

static void t_I_32(void **state) {
    (void)state;
    fault_cohort cohort;
    fault_cohort_init(&cohort);
    cohort.text[FAULT_RX].nbytes = strcspn(cohort.text[FAULT_RX].at, "\n") + 1;
    fault_run run = screen(&cohort, 4, "MS-I130");
    fault_run_done(&run);
    fault_run allowed =
        fault_screen(&cohort, (const char *const[]){"--allow-empty", "prescriptions", NULL});
    fault_expect(&allowed, 0, NULL);
    fault_run_done(&allowed);
    fault_cohort_done(&cohort);
}

/* One field less and one more, at each column of a row in the middle; the good row follows at the
 * end. */
static void t_I_33(void **state) {
    (void)state;
    for (unsigned column = 0; column < 10; column++) {
        fault_cohort cohort;
        fault_cohort_init(&cohort);
        pad(&cohort);
        size_t at = fault_line(&cohort, FAULT_LABS, 321);
        char *text = cohort.text[FAULT_LABS].at;
        size_t length = strcspn(text + at, "\n") + 1;
        char row[128];
        memcpy(row, text + at, length);
        row[length] = '\0';
        fault_append(&cohort, FAULT_LABS, row);
        text = cohort.text[FAULT_LABS].at;
        for (unsigned comma = 0; comma < column / 2 + 1; at++)
            comma += text[at] == ',';
        bool is_more = column % 2;
        if (is_more)
            fault_insert(&cohort, FAULT_LABS, at, "0.5,", 4);
        else
            text[at - 1] = ';';
        fault_run run = screen(&cohort, 3, "MS-I131");
        fault_expect_rejects(&run, is_more ? "csv.too_many_fields" : "csv.too_few_fields", 1);
        assert_int_equal(fault_count(&run, "labs", "rejected"), 1);
        fault_expect_golden(&run, true);
        fault_run_done(&run);
        fault_cohort_done(&cohort);
    }
    fault_cohort cohort; /* more than one in a thousand: the file is refused */
    fault_cohort_init(&cohort);
    fault_append(&cohort, FAULT_LABS, "q0001,2601-3,0.5\nq0001,2601-3,0.5\n");
    fault_run run = screen(&cohort, 4, "MS-I131");
    fault_run_done(&run);
    fault_cohort_done(&cohort);
}

int main(void) {
    static const fault_row rows[] = {FAULT_ROW(t_I_18),
                                     FAULT_ROW(t_I_20),
                                     FAULT_ROW(t_I_21),
                                     FAULT_ROW(t_I_22),
                                     FAULT_ROW(t_I_22_rows_inside_quotes),
                                     FAULT_ROW(t_I_22_a_limit_of_the_site),
                                     FAULT_ROW(t_I_23),
                                     FAULT_ROW(t_I_24),
                                     FAULT_ROW(t_I_24_cut_inside_a_field),
                                     FAULT_ROW(t_I_24_a_limit_of_the_site),
                                     FAULT_ROW(t_I_28),
                                     FAULT_ROW(t_I_29),
                                     FAULT_ROW(t_I_30),
                                     FAULT_ROW(t_I_31),
                                     FAULT_ROW(t_I_32),
                                     FAULT_ROW(t_I_33)};
    return FAULT_ROWS_RUN(rows);
}
