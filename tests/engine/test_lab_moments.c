/* lab_summary.csv of a whole run against plain loops over the rows that the test wrote: text sums
   in long double, quantiles by counting. */
#include "engine/result_table.h"

#include <math.h>

enum { PATIENTS = 400, ROWS = 6000, ANALYTES = 3 };

/* Magnesium in two units with the tables' own limits, potassium in one. */
static const struct analyte {
    const char *name, *code, *unit;
    double low, high; /* reference limits in this unit, spec c5 */
} KINDS[ANALYTES] = {{"magnesium", "2601-3", "mmol/L", 0.70, 1.00},
                     {"magnesium", "19123-9", "mg/dL", 0.70 * 2.4305, 1.00 * 2.4305},
                     {"potassium", "2823-3", "mmol/L", 3.5, 5.3}};

typedef struct naive {
    char text[ROWS][16];
    long double value[ROWS];
    size_t count; /* uncensored */
    size_t censored, implausible, texts, below, above;
    bool has_patient[PATIENTS];
} naive;

static naive NAIVE[ANALYTES];

static void put_exact(naive *to, const struct analyte *kind, const char *text) {
    to->value[to->count] = strtold(text, NULL);
    snprintf(to->text[to->count], sizeof to->text[0], "%s", text);
    to->below += strtod(text, NULL) < kind->low;
    to->above += strtod(text, NULL) > kind->high;
    to->count++;
}

/* A printed value of none to three decimals: 0.5 to 3 for magnesium in mmol/L, 1.5 to 7 else. */
static void print_value(uint64_t *seed, unsigned kind, char out[16]) {
    unsigned scale = (unsigned)(test_random(seed) % 4);
    unsigned thousandths = 500 + (unsigned)(test_random(seed) % 2500);
    if (kind != 0)
        thousandths = 1500 + (unsigned)(test_random(seed) % 5500);
    snprintf(out, 16, "%.*f", (int)scale, thousandths / 1000.0);
    if (strtod(out, NULL) == 0.0)
        snprintf(out, 16, "1");
}

static void write_row(FILE *labs, unsigned patient, const struct analyte *kind, const char *value,
                      size_t row) {
    fprintf(labs, "P%u,%s,%s,%s,2025-%02zu-%02zuT%02zu:%02zu\n", patient, kind->code, value,
            kind->unit, 1 + row % 12, 1 + row / 12 % 28, row / 336 % 24, row % 60);
}

static void write_rows(FILE *labs, uint64_t seed) {
    for (size_t row = 0; row < ROWS; row++) {
        char value[16], shown[24];
        unsigned kind = (unsigned)(test_random(&seed) % ANALYTES);
        unsigned patient = (unsigned)(test_random(&seed) % (PATIENTS - 40 * (kind + 1)));
        unsigned choice = (unsigned)(test_random(&seed) % 60);
        naive *to = &NAIVE[kind];
        print_value(&seed, kind, value);
        snprintf(shown, sizeof shown, "%s%s",
                 choice == 0   ? "<"
                 : choice == 1 ? ">"
                 : choice == 2 ? "<="
                               : "",
                 choice == 3   ? "clotted"
                 : choice == 4 ? "999"
                               : value);
        write_row(labs, patient, &KINDS[kind], shown, row);
        to->texts += choice == 3;
        to->implausible += choice == 4;
        to->censored += choice < 3;
        if (choice != 3 && choice != 4)
            to->has_patient[patient] = true;
        if (choice > 4)
            put_exact(to, &KINDS[kind], value);
    }
}

static int setup(void **state) {
    static run_fixture at;
    fixture_begin(&at);
    FILE *patients = fixture_open(&at, "patients.csv"), *labs = fixture_open(&at, "labs.csv");
    FILE *rx = fixture_open(&at, "prescriptions.csv");
    fputs("patient_id,sex,birth\n", patients);
    fputs("patient_id,code,value,unit,collected_at\n", labs);
    fputs("patient_id,drug_code,start,stop\nP1,A02BC01,2025-01-01,2025-02-01\n", rx);
    for (unsigned i = 0; i < PATIENTS; i++)
        fprintf(patients, "P%u,%c,%u-01-01\n", i, i % 2 == 0 ? 'F' : 'M', i % 9 == 0 ? 2015 : 1950);
    write_rows(labs, 77);
    fclose(patients);
    fclose(labs);
    fclose(rx);
    assert_int_equal(fixture_run(&at), MAG_OK);
    *state = &at;
    return 0;
}

static int teardown(void **state) {
    fixture_end(*state);
    return 0;
}

/* Amber or red does not matter here: a held run has the same tables. */
static result_table read_summary(const run_fixture *at) {
    assert_int_not_equal(at->report->end, MAG_RUN_REFUSED);
    return result_read(at, at->report->end == MAG_RUN_HELD ? ".held" : "", "lab_summary.csv");
}

static size_t row_of(const result_table *table, const struct analyte *kind) {
    for (size_t row = 0; row < table->row_count; row++)
        if (strcmp(result_cell(table, row, "analyte"), kind->name) == 0 &&
            strcmp(result_cell(table, row, "unit"), kind->unit) == 0)
            return row;
    fail_msg("%s in %s has no row", kind->name, kind->unit);
    return 0;
}

static size_t patients_of(const char *name) {
    size_t count = 0;
    for (size_t patient = 0; patient < PATIENTS; patient++) {
        bool has = false;
        for (size_t kind = 0; kind < ANALYTES; kind++)
            has |= strcmp(KINDS[kind].name, name) == 0 && NAIVE[kind].has_patient[patient];
        count += has;
    }
    return count;
}

static void counts_are_those_of_the_rows(void **state) {
    const run_fixture *at = *state;
    result_table table = read_summary(at);
    assert_int_equal(table.row_count, ANALYTES);
    for (size_t kind = 0; kind < ANALYTES; kind++) {
        size_t row = row_of(&table, &KINDS[kind]), patients = 0;
        for (size_t i = 0; i < PATIENTS; i++)
            patients += NAIVE[kind].has_patient[i];
        assert_int_equal(result_count(&table, row, "results"),
                         NAIVE[kind].count + NAIVE[kind].censored);
        assert_int_equal(result_count(&table, row, "patients"), patients);
        assert_int_equal(result_count(&table, row, "missing_patients"),
                         PATIENTS - patients_of(KINDS[kind].name));
        assert_int_equal(result_count(&table, row, "censored"), NAIVE[kind].censored);
        assert_int_equal(result_count(&table, row, "implausible"), NAIVE[kind].implausible);
        assert_int_equal(result_count(&table, row, "text"), NAIVE[kind].texts);
        assert_true(NAIVE[kind].texts > 0 && NAIVE[kind].censored > 0);
    }
    result_done(&table);
}

static void ranges_are_judged_by_the_tables_limits(void **state) {
    result_table table = read_summary(*state);
    for (size_t kind = 0; kind < ANALYTES; kind++) {
        size_t row = row_of(&table, &KINDS[kind]);
        assert_int_equal(result_count(&table, row, "below_range"), NAIVE[kind].below);
        assert_int_equal(result_count(&table, row, "above_range"), NAIVE[kind].above);
        assert_true(NAIVE[kind].below > 10 && NAIVE[kind].above > 10);
    }
    result_done(&table);
}

/* The smallest value that at least p % of all values do not exceed. */
static long double naive_quantile(const naive *from, unsigned percent) {
    long double best = HUGE_VALL;
    for (size_t i = 0; i < from->count; i++) {
        size_t not_above = 0;
        for (size_t k = 0; k < from->count; k++)
            not_above += from->value[k] <= from->value[i];
        if (not_above * 100 >= percent * from->count && from->value[i] < best)
            best = from->value[i];
    }
    return best;
}

static bool was_printed(const naive *from, const char *text) {
    for (size_t i = 0; i < from->count; i++)
        if (strcmp(from->text[i], text) == 0)
            return true;
    return false;
}

static void quantiles_are_values_that_were_printed_at_their_rank(void **state) {
    static const struct row {
        const char *column;
        unsigned percent;
    } rows[] = {{"min", 0},  {"p1", 1},   {"p5", 5},   {"p25", 25}, {"p50", 50},
                {"p75", 75}, {"p95", 95}, {"p99", 99}, {"max", 100}};
    result_table table = read_summary(*state);
    for (size_t kind = 0; kind < ANALYTES; kind++)
        for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
            const char *cell = result_cell(&table, row_of(&table, &KINDS[kind]), rows[i].column);
            assert_true(strtold(cell, NULL) == naive_quantile(&NAIVE[kind], rows[i].percent));
            assert_true(was_printed(&NAIVE[kind], cell));
        }
    result_done(&table);
}

static void mean_and_sd_agree_with_two_passes_in_long_double(void **state) {
    result_table table = read_summary(*state);
    for (size_t kind = 0; kind < ANALYTES; kind++) {
        const naive *from = &NAIVE[kind];
        size_t row = row_of(&table, &KINDS[kind]);
        long double sum = 0, squares = 0, n = (long double)from->count;
        for (size_t i = 0; i < from->count; i++)
            sum += from->value[i];
        for (size_t i = 0; i < from->count; i++)
            squares += (from->value[i] - sum / n) * (from->value[i] - sum / n);
        assert_true(fabsl(strtold(result_cell(&table, row, "mean"), NULL) - sum / n) < 6e-7L);
        assert_true(fabsl(strtold(result_cell(&table, row, "sd"), NULL) -
                          sqrtl(squares / (n - 1))) < 6e-7L);
    }
    result_done(&table);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_are_those_of_the_rows),
        cmocka_unit_test(ranges_are_judged_by_the_tables_limits),
        cmocka_unit_test(quantiles_are_values_that_were_printed_at_their_rank),
        cmocka_unit_test(mean_and_sd_agree_with_two_passes_in_long_double),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
