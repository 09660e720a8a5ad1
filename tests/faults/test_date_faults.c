/* Rows I-60 to I-62 of the fault matrix: dates behind the end of the data, times with an offset,
   and dates that stand for "unknown". The good rows' answers stay. */
#include "support/fault_cohort.h"
#include "support/fault_row.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Room for one more row of each kind; "" leaves it out. */
typedef struct more_rows {
    const char *lab_when, *rx_start, *rx_stop;
} more_rows;

static void add_rows(fault_cohort *cohort, const more_rows *more) {
    char line[160];
    fault_cohort_init(cohort);
    if (*more->lab_when)
        fault_append_lab(cohort, "0.20", "mmol/L", more->lab_when);
    if (*more->rx_start) {
        snprintf(line, sizeof line, "q0001,C03CA01,Furosemide,order,%s,%s,,,,oral\n",
                 more->rx_start, more->rx_stop);
        fault_append(cohort, FAULT_RX, line);
    }
}

/* --- I-60 --------------------------------------------------------------------------------------
 */

/* The cohort with the more rows, screened by a pipeline that says when its data end: noon of the
   day of T, so that half a day lies between T and data_until + 24 h. */
static fault_run screen_until_noon(const more_rows *more) {
    fault_cohort cohort;
    add_rows(&cohort, more);
    fault_run run = fault_begin(&cohort);
    fault_cohort_done(&cohort);
    char path[512], text[1024];
    snprintf(path, sizeof path, "%s/until.yaml", run.folder);
    int nbytes = snprintf(
        text, sizeof text,
        "name: until\nas_of: 2025-12-31\ndata_until: 2025-12-31T12:00\nsources:\n"
        "  - {name: patients, kind: patients, profile: magscreen, files: [data/patients.csv.gz]}\n"
        "  - name: labs\n    kind: labs\n    profile: magscreen\n    files: [data/labs.csv.gz]\n"
        "    gates: [{name: freshness, amber: 100 hours, red: 200 hours, note: the cohort ends "
        "early}]\n"
        "  - name: prescriptions\n    kind: prescriptions\n    profile: magscreen\n"
        "    files: [data/prescriptions.csv.gz]\n"
        "    gates: [{name: freshness, amber: 5000 hours, red: 9000 hours, note: as the "
        "laboratory}]\n"
        "pack: magnesium-safety\n");
    file_write(path, text, (size_t)nbytes);
    fault_collect(
        &run, program_run((const char *const[]){"run", path, "--out", run.out, NULL}, NULL, NULL));
    return run;
}

static void t_I_60(void **state) {
    (void)state;
    static const struct {
        more_rows more;
        const char *source, *bucket;
        int exit_code;
    } cases[] = {
        {{"2025-12-31T23:59", "", ""}, "labs", "accepted", 0},
        {{"2026-01-01T00:00", "", ""}, "labs", "out_of_window", 0},
        {{"2026-01-01T12:00", "", ""}, "labs", "out_of_window", 0},
        {{"2026-01-01T12:01", "", ""}, "labs", "rejected", 3},
        {{"2026-01-02", "", ""}, "labs", "rejected", 3},
        {{"", "2026-01-01T12:00", ""}, "prescriptions", "out_of_window", 0},
        {{"", "2026-01-01T12:01", ""}, "prescriptions", "rejected", 4},
        {{"", "2026-06-01", ""}, "prescriptions", "rejected", 4},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const bool is_future = cases[i].exit_code > 0;
        fault_run run = screen_until_noon(&cases[i].more);
        fault_expect(&run, cases[i].exit_code, is_future ? "MS-I262" : NULL);
        fault_expect_conserved(&run);
        fault_expect_rejects(&run, "date.future", is_future);
        const bool is_lab = strcmp(cases[i].source, "labs") == 0;
        const int64_t all =
            is_lab ? FAULT_PATIENTS * FAULT_LABS_EACH : FAULT_PATIENTS * FAULT_RX_EACH;
        const bool is_used = strcmp(cases[i].bucket, "accepted") == 0;
        assert_int_equal(fault_count(&run, cases[i].source, cases[i].bucket),
                         is_used ? all + 1 : 1);
        assert_int_equal(fault_count(&run, cases[i].source, "accepted"), all + is_used);
        if (!is_used)
            fault_expect_golden(&run, true);
        fault_run_done(&run);
    }
}

/* A feed of the future is no feed: nine of 600 are more than 1 %. */
static void t_I_60_held(void **state) {
    (void)state;
    fault_cohort cohort;
    fault_cohort_init(&cohort);
    for (int i = 0; i < 9; i++) {
        char when[32];
        snprintf(when, sizeof when, "2999-01-0%d", 1 + i);
        fault_append_lab(&cohort, "0.20", "mmol/L", when);
    }
    fault_run run = fault_screen(&cohort, NULL);
    fault_expect(&run, 4, "MS-I262");
    fault_expect_refused(&run);
    fault_expect_rejects(&run, "date.future", 9);
    fault_expect_golden(&run, true);
    fault_run_done(&run);
    fault_cohort_done(&cohort);
}

/* --- I-61 --------------------------------------------------------------------------------------
 */

/* The wall clock as written counts; how many times carry something behind it is noted. */
static void t_I_61(void **state) {
    (void)state;
    static const char *const ends[] = {"Z,\n", "+01:00,\n", "-05:00,\n", ":00Z,\n", ":00.000Z,\n"};
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        fault_cohort cohort;
        fault_cohort_init(&cohort);
        fault_replace_all(&cohort, FAULT_LABS, ",\n", ends[i]);
        fault_run run = fault_screen(&cohort, NULL);
        fault_expect(&run, 0, NULL);
        assert_non_null(strstr(run.result.out.at, "MS-I263"));
        assert_non_null(strstr(run.result.out.at, "600 times"));
        fault_expect_conserved(&run);
        assert_int_equal(fault_count(&run, "labs", "accepted"), FAULT_PATIENTS * FAULT_LABS_EACH);
        fault_expect_golden(&run, true);
        fault_run_done(&run);
        fault_cohort_done(&cohort);
    }
}

/* Half past one does not exist on 30 March and exists twice on 26 October in London: it is kept
   as written, whatever zone the machine is in; two times that read the same are one moment. */
static void t_I_61_clock_change(void **state) {
    (void)state;
    static const char *const rows = "q0001,2601-3,0.45,mmol/L,2025-03-30T01:30,\n"
                                    "q0001,2601-3,0.46,mmol/L,2025-10-26T01:30+01:00,\n"
                                    "q0001,2601-3,0.46,mmol/L,2025-10-26T01:30Z,\n"
                                    "q0002,2823-3,2.4,mmol/L,2025-12-31T23:30-08:00,\n";
    static const char *const zones[][2] = {{"TZ=UTC", NULL},
                                           {"TZ=Europe/London", NULL},
                                           {"TZ=America/New_York", NULL},
                                           {"TZ=Pacific/Kiritimati", NULL}};
    fault_cohort cohort;
    fault_cohort_init(&cohort);
    fault_append(&cohort, FAULT_LABS, rows);
    fault_run run = fault_screen(&cohort, NULL);
    fault_expect(&run, 0, NULL);
    assert_non_null(strstr(run.result.out.at, "MS-I263"));
    fault_expect_conserved(&run);
    assert_int_equal(fault_count(&run, "labs", "accepted"), FAULT_PATIENTS * FAULT_LABS_EACH + 4);
    char *first = strdup(run.dump.at);
    /* The last sample of the last day is inside: its offset moves nothing to the next day. */
    assert_non_null(strstr(first, "F\tq0002\tC03\t2025-12-31\t"));
    for (size_t i = 0; i < sizeof zones / sizeof zones[0]; i++) {
        fault_run_done(&run);
        run = fault_begin(&cohort);
        fault_collect(&run, program_run((const char *const[]){"run", "--profile", "magscreen",
                                                              "--data", run.data, "--as-of",
                                                              "2025-12-31", "--out", run.out, NULL},
                                        zones[i], NULL));
        fault_expect(&run, 0, NULL);
        assert_non_null(strstr(run.result.out.at, "MS-I263"));
        assert_string_equal(run.dump.at, first);
    }
    free(first);
    fault_run_done(&run);
    fault_cohort_done(&cohort);
}

/* --- I-62 --------------------------------------------------------------------------------------
 */

/* Where a record stands in time, a day that means "unknown" sets the row aside. */
static void t_I_62(void **state) {
    (void)state;
    static const struct {
        more_rows more;
        const char *source;
    } cases[] = {{{"1900-01-01", "", ""}, "labs"},
                 {{"1900-01-01T00:00", "", ""}, "labs"},
                 {{"9999-12-31", "", ""}, "labs"},
                 {{"9999-12-31T23:59:59", "", ""}, "labs"},
                 {{"", "1900-01-01", ""}, "prescriptions"},
                 {{"", "9999-12-31", "9999-12-31"}, "prescriptions"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        fault_cohort cohort;
        add_rows(&cohort, &cases[i].more);
        fault_run run = fault_screen(&cohort, NULL);
        const bool is_lab = strcmp(cases[i].source, "labs") == 0;
        fault_expect(&run, is_lab ? 3 : 4, "MS-I264"); /* 1 of 81 prescriptions is over 1 % */
        fault_expect_rejects(&run, "date.sentinel", 1);
        assert_int_equal(fault_count(&run, cases[i].source, "rejected"), 1);
        fault_expect_conserved(&run);
        fault_expect_golden(&run, true);
        fault_run_done(&run);
        fault_cohort_done(&cohort);
    }
}

/* As an end it is no end: every answer is that of an empty field. */
static void t_I_62_end(void **state) {
    (void)state;
    static const struct {
        fault_table table;
        const char *from, *to;
    } cases[] = {{FAULT_RX, "-11,,", "-11,9999-12-31,"},
                 {FAULT_RX, "-11,,", "-11,1900-01-01,"},
                 {FAULT_RX, "-11,,", "-11,9999-12-31T00:00,"},
                 {FAULT_PATIENTS_TABLE, ",,S", ",9999-12-31,S"},
                 {FAULT_PATIENTS_TABLE, ",,S", ",1900-01-01,S"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        fault_cohort cohort;
        fault_cohort_init(&cohort);
        fault_replace_all(&cohort, cases[i].table, cases[i].from, cases[i].to);
        fault_run run = fault_screen(&cohort, NULL);
        fault_expect(&run, 0, NULL);
        fault_expect_conserved(&run);
        fault_expect_rejects(&run, "date.sentinel", 0);
        fault_expect_golden(&run, true);
        fault_run_done(&run);
        fault_cohort_done(&cohort);
    }
}

/* A birth of 1900-01-01 is not an age of 125: the age is unknown. */
static void t_I_62_birth(void **state) {
    (void)state;
    fault_cohort cohort;
    fault_cohort_init(&cohort);
    fault_append(&cohort, FAULT_PATIENTS_TABLE, "q9000,F,1900-01-01,,S1,60,165,2025-06-01\n");
    fault_append(&cohort, FAULT_LABS, "q9000,2601-3,0.45,mmol/L,2025-12-20T08:00,\n");
    fault_run run = fault_screen(&cohort, NULL);
    fault_expect(&run, 3, "MS-I266");
    fault_expect_conserved(&run);
    assert_non_null(strstr(run.dump.at, "C\tq9000\tC01\t2025-12-31\tdemographic"));
    fault_run_done(&run);
    fault_cohort_done(&cohort);
}

int main(void) {
    static const fault_row rows[] = {FAULT_ROW(t_I_60),      FAULT_ROW(t_I_60_held),
                                     FAULT_ROW(t_I_61),      FAULT_ROW(t_I_61_clock_change),
                                     FAULT_ROW(t_I_62),      FAULT_ROW(t_I_62_end),
                                     FAULT_ROW(t_I_62_birth)};
    return FAULT_ROWS_RUN(rows);
}
