/* Row I-65 of the fault matrix: one patient with very many results. Beside the clean cohort stands
   a patient whose results lie minute-wise in three years, or all of them in three days. The long
   form (MAGSCREEN_LONG=1) has ten million. */
#include "support/fault_cohort.h"
#include "support/fault_row.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { RESULTS = 100000, LONG_RESULTS = 10000000, LINE_NBYTES = 64, DAYS_OF_MONTH = 28 };

typedef struct analyte_text {
    const char *code, *unit;
    double low, span;
    int decimals;
} analyte_text;

static const analyte_text analytes[] = {
    {"2601-3", "mmol/L", 0.4, 0.8, 2}, {"14682-9", "umol/L", 60, 90, 0},
    {"2823-3", "mmol/L", 3, 2, 1},     {"2951-2", "mmol/L", 125, 35, 0},
    {"2000-8", "mmol/L", 1.9, 0.7, 2}, {"1751-7", "g/L", 25, 20, 0},
    {"14749-6", "mmol/L", 4, 28, 1},   {"14879-1", "mmol/L", 0.7, 0.8, 2},
};

static uint64_t state_of_chance;

static uint32_t chance(uint32_t below) {
    state_of_chance =
        state_of_chance * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(state_of_chance >> 33) % below;
}

static void add_results(fault_cohort *cohort, size_t count, uint32_t days) {
    bytes *labs = &cohort->text[FAULT_LABS];
    labs->at = realloc(labs->at, labs->nbytes + count * LINE_NBYTES + 1);
    assert_non_null(labs->at);
    state_of_chance = 65;
    for (size_t i = 0; i < count; i++) {
        const analyte_text *of = &analytes[i % (sizeof analytes / sizeof analytes[0])];
        const uint32_t day = chance(days), minute = chance(1440);
        const int written = snprintf(
            labs->at + labs->nbytes, LINE_NBYTES, "z0001,%s,%.*f,%s,%04u-%02u-%02uT%02u:%02u,\n",
            of->code, of->decimals, of->low + of->span * chance(1000) / 1000, of->unit,
            2025 - day / (12 * DAYS_OF_MONTH), 12 - day / DAYS_OF_MONTH % 12,
            DAYS_OF_MONTH - day % DAYS_OF_MONTH, minute / 60, minute % 60);
        assert_in_range(written, 1, LINE_NBYTES - 1);
        labs->nbytes += (size_t)written;
    }
}

/* Flags and "cannot tell" of the other patients, in order; summaries count everybody. */
static bytes others_of(const fault_run *run, size_t *huge) {
    bytes kept = {.at = calloc(1, run->dump.nbytes + 1)};
    assert_non_null(kept.at);
    *huge = 0;
    for (const char *line = run->dump.at; *line;) {
        const char *end = strchr(line, '\n');
        const size_t nbytes = end ? (size_t)(end - line) + 1 : strlen(line);
        const bool is_huge = strncmp(line + 1, "\tz0001\t", 7) == 0;
        const bool is_of_patient = line[0] == 'F' || line[0] == 'C';
        *huge += is_of_patient && is_huge;
        if (is_of_patient && !is_huge) {
            memcpy(kept.at + kept.nbytes, line, nbytes);
            kept.nbytes += nbytes;
        }
        line += nbytes;
    }
    return kept;
}

static void begin_cohort(fault_cohort *cohort, size_t results, uint32_t days) {
    fault_cohort_init(cohort);
    fault_append(cohort, FAULT_PATIENTS_TABLE, "z0001,F,1950-03-02,,S1,70,165,2025-06-01\n");
    fault_append(cohort, FAULT_RX,
                 "z0001,A12CC30,Magnesium glycerophosphate 4 mmol tablets,order,2025-03-11,,"
                 "4,mmol,3,oral\n"
                 "z0001,C03CA01,Furosemide 40 mg tablets,order,2025-03-11,,,,,oral\n"
                 "z0001,A02BC01,Omeprazole 20 mg capsules,order,2025-03-11,,,,,oral\n");
    add_results(cohort, results, days);
}

/* As beside a patient of usual size who has results of the same analytes: what a source delivers at
   all decides what the others' rules can tell. */
static void expect_others_as_ever(const fault_run *run) {
    enum { USUAL = 80 };
    fault_cohort usual;
    begin_cohort(&usual, USUAL, 1000);
    fault_run first = fault_screen(&usual, NULL);
    size_t few, some;
    bytes wanted = others_of(&first, &few), got = others_of(run, &some);
    assert_true(some > 0 && wanted.nbytes > 0);
    assert_string_equal(got.at, wanted.at);
    free(wanted.at);
    free(got.at);
    fault_run_done(&first);
    fault_cohort_done(&usual);
}

/* fault_collect has already verified the result: its digest is that of its files. */
static void expect_screened(const fault_run *run, size_t results) {
    const int code = run->result.exit_code;
    if (code != 0 && code != 3)
        fail_msg("exit %d; it said:\n%s", code, run->result.err.at);
    fault_expect_conserved(run);
    assert_int_equal(fault_count(run, "labs", "read"), FAULT_PATIENTS * FAULT_LABS_EACH + results);
    /* the rest: sodium and glucose of a drip arm, the same row twice */
    assert_true(fault_count(run, "labs", "accepted") > (int64_t)(results * 9 / 10));
    expect_others_as_ever(run);
}

static void expect_explained(const fault_run *run, const char *limit) {
    const bytes id = {"z0001\n", 6};
    program_result result = program_run(
        (const char *const[]){"explain", "-", "--profile", "magscreen", "--data", run->data,
                              "--as-of", "2025-12-31", "--memory-limit", limit, NULL},
        NULL, &id);
    if (result.exit_code != 0)
        fail_msg("explain: exit %d; it said:\n%s", result.exit_code, result.err.at);
    assert_non_null(strstr(result.out.at, "A01"));
    program_result_done(&result);
}

static void screen_huge(size_t results, uint32_t days, const char *limit) {
    fault_cohort cohort;
    begin_cohort(&cohort, results, days);
    fault_run run = fault_screen(&cohort, (const char *const[]){"--memory-limit", limit, NULL});
    expect_screened(&run, results);
    expect_explained(&run, limit);
    fault_run_done(&run);
    fault_cohort_done(&cohort);
}

static void t_I_65_three_years(void **state) {
    (void)state;
    screen_huge(RESULTS, 1000, "64MiB");
}

static void t_I_65_three_days(void **state) {
    (void)state;
    screen_huge(RESULTS / 2, 3, "64MiB");
}

static void ten_million_results_of_one_patient(void **state) {
    (void)state;
    if (getenv("MAGSCREEN_LONG") == NULL) {
        fault_row_skip("MAGSCREEN_LONG=1 runs it");
    }
    screen_huge(LONG_RESULTS, 1000, "1GiB");
}

int main(void) {
    static const fault_row rows[] = {FAULT_ROW(t_I_65_three_years), FAULT_ROW(t_I_65_three_days),
                                     FAULT_ROW(ten_million_results_of_one_patient)};
    return FAULT_ROWS_RUN(rows);
}
