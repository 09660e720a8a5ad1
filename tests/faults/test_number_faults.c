/* Rows I-44, I-46, I-47 and I-49 of the fault matrix, what the answers and their explanation say:
   zero with a sign, a test that gave no result, values nobody has, units nobody knows. */
#include "support/fault_cohort.h"
#include "support/fault_row.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char late[] = "2025-12-20T08:00";

/* The clean cohort, one woman on magnesium since February, and those laboratory rows. */
static void begin(fault_cohort *cohort, const char *labs) {
    fault_cohort_init(cohort);
    fault_append(cohort, FAULT_PATIENTS_TABLE, "q9000,F,1980-01-01,,S1,60,165,2025-06-01\n");
    fault_append(cohort, FAULT_RX, "q9000,A12CC30,Neomag,order,2025-02-01,,4,mmol,3,oral\n");
    fault_append(cohort, FAULT_LABS, labs);
}

static fault_run screen(const char *labs, int exit_code, const char *message_id) {
    fault_cohort cohort;
    begin(&cohort, labs);
    fault_run run = fault_screen(&cohort, NULL);
    fault_expect(&run, exit_code, message_id);
    fault_expect_conserved(&run);
    fault_cohort_done(&cohort);
    return run;
}

static void expect_line(const fault_run *run, const char *line) {
    if (!strstr(run->dump.at, line))
        fail_msg("no line \"%s\" in\n%s", line, run->dump.at);
}

static void expect_no_line(const fault_run *run, const char *line) {
    if (strstr(run->dump.at, line))
        fail_msg("the line \"%s\" in\n%s", line, run->dump.at);
}

/* --- I-44 ----------------------------------------------------------------------------------------
 */

/* Nobody has none of it in blood or urine; whichever way the zero is written, the whole answer is
   the same. */
static void t_I_44_minus_zero(void **state) {
    (void)state;
    static const char *const zeros[] = {"0", "-0", "+0", "-0.0", "-.0", "-0.", " -0 "};
    static const struct {
        const char *code;
        bool is_asked; /* urine is looked at by no rule */
    } analytes[] = {{"2601-3", true}, {"24447-5", false}, {"2823-3", true}};
    for (size_t k = 0; k < sizeof analytes / sizeof analytes[0]; k++) {
        char *dump = NULL, *sha256 = NULL;
        for (size_t i = 0; i < sizeof zeros / sizeof zeros[0]; i++) {
            char row[128];
            snprintf(row, sizeof row, "q9000,%s,%s,mmol/L,%s,\n", analytes[k].code, zeros[i], late);
            fault_run run = screen(row, 3, "MS-I245");
            const char *result = json_string_value(json_object_get(run.record, "result_sha256"));
            assert_non_null(result);
            fault_expect_rejects(&run, "value.implausible", 1);
            if (analytes[k].is_asked)
                expect_line(&run, "F\tq9000\tH01\t2025-12-31\tinfo");
            if (!dump) {
                dump = strdup(run.dump.at);
                sha256 = strdup(result);
            }
            assert_string_equal(run.dump.at, dump);
            assert_string_equal(result, sha256);
            fault_run_done(&run);
        }
        free(dump);
        free(sha256);
    }
}

/* --- I-46 ----------------------------------------------------------------------------------------
 */

/* Somebody tried to measure: no rule says that nobody did, and no rule takes it for a value. */
static void t_I_46_attempted(void **state) {
    (void)state;
    static const char *const texts[] = {"haemolysed", "clotted", ".", "NULL"};
    static const char *const not_measured[] = {"F\tq9000\tD02", "F\tq9000\tD03"};
    static const char old[] = "q9000,2601-3,0.80,mmol/L,2024-02-20T08:00,\n"
                              "q9000,2823-3,4.0,mmol/L,2025-05-20T08:00,\n"; /* seen since */
    fault_run never = screen(old, 0, NULL);
    for (size_t k = 0; k < 2; k++)
        expect_line(&never, not_measured[k]);
    expect_no_line(&never, "q9000\tH01");
    fault_run_done(&never);
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        char row[256];
        snprintf(row, sizeof row, "%sq9000,2601-3,%s,mmol/L,%s,\n", old, texts[i], late);
        fault_run run = screen(row, 0, NULL);
        fault_expect_rejects(&run, "value.text_result", 1);
        assert_int_equal(fault_count(&run, "labs", "rejected"), 1);
        for (size_t k = 0; k < 2; k++)
            expect_no_line(&run, not_measured[k]);
        expect_line(&run, "C\tq9000\tD02\t2025-12-31\trejected");
        expect_line(&run, "C\tq9000\tD03\t2025-12-31\trejected");
        expect_line(&run, "C\tq9000\tC01\t2025-12-31\trejected");
        expect_line(&run, "F\tq9000\tH01\t2025-12-31\tinfo");
        fault_run_done(&run);
    }
}

/* --- I-47 ----------------------------------------------------------------------------------------
 */

static program_result explained(const fault_run *run, const char *id) {
    char line[32];
    const int nbytes = snprintf(line, sizeof line, "%s\n", id);
    const bytes input = {line, (size_t)nbytes};
    return program_run((const char *const[]){"explain", "-", "--profile", "magscreen", "--data",
                                             run->data, "--as-of", "2025-12-31", NULL},
                       NULL, &input);
}

/* Shown with its day, its reason and its line; no rule counts it as high, low or measured. */
static void t_I_47_explained(void **state) {
    (void)state;
    static const struct {
        const char *code, *value, *unit, *shown, *fact, *asked, *wrong;
    } table[] = {
        {"2601-3", "14", "mmol/L", "Magnesium ", "magnesium on 2025-12-20 08:00",
         "CANNOT TELL C01 ", "C02"},
        {"2823-3", "0", "mmol/L", "Potassium ", "potassium on 2025-12-20 08:00", "CANNOT TELL G01 ",
         "G01"},
        {"33914-3", "-5", "mL/min/1.73m2", "eGFR, reported ", "egfr_reported on 2025-12-20 08:00",
         "CANNOT TELL A01 ", "A01"},
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        char text[160];
        snprintf(text, sizeof text, "q9000,%s,%s,%s,%s,\n", table[i].code, table[i].value,
                 table[i].unit, late);
        fault_run run = screen(text, 3, "MS-I245");
        fault_expect_rejects(&run, "value.implausible", 1);
        assert_non_null(strstr(run.rejects.at, "labs,labs.csv.gz,602,value,value.implausible,"));
        expect_line(&run, "F\tq9000\tH01\t2025-12-31\tinfo");
        snprintf(text, sizeof text, "F\tq9000\t%s\t", table[i].wrong);
        expect_no_line(&run, text);
        program_result told = explained(&run, "q9000");
        assert_int_equal(told.exit_code, 0);
        const char *line = strstr(told.out.at, table[i].shown);
        const char *aside = strstr(told.out.at, "2025-12-20 set aside (value.implausible)\n");
        if (!line || !aside || aside < line || memchr(line, '\n', (size_t)(aside - line)))
            fail_msg("%s is not shown as set aside:\n%s", table[i].shown, told.out.at);
        snprintf(text, sizeof text, "%s, value.implausible  [labs.csv.gz:602]\n", table[i].fact);
        assert_non_null(strstr(told.out.at, text));
        if (!strstr(told.out.at, table[i].asked))
            fail_msg("no \"%s\" in\n%s", table[i].asked, told.out.at);
        program_result_done(&told);
        fault_run_done(&run);
    }
}

/* --- I-49 ----------------------------------------------------------------------------------------
 */

enum { UNITS = 12, TOLD = 10 };

static unsigned rows_of(unsigned unit) {
    return 2 + 3 * (unit % 4) + unit; /* 2, 6, 10, 14, 6, 10, 14, 18, ...: not in their order */
}

/* Twelve units that nobody knows: the ten that most rows have are told with their counts, most
   first, and the rest as one number; to people and in run.json. */
static void t_I_49_top_ten(void **state) {
    (void)state;
    fault_cohort cohort;
    begin(&cohort, "");
    unsigned total = 0;
    for (unsigned unit = 0; unit < UNITS; unit++)
        for (unsigned i = 0; i < rows_of(unit); i++, total++) {
            char row[128];
            snprintf(row, sizeof row, "q9000,2601-3,0.85,mmol/x%c,2024-%02u-%02uT%02u:00,\n",
                     'a' + unit, 1 + unit, 1 + i % 28, i / 28);
            fault_append(&cohort, FAULT_LABS, row);
        }
    fault_run run = fault_screen(&cohort, NULL);
    fault_expect(&run, 4, "MS-I246");
    fault_expect_refused(&run);
    fault_expect_rejects(&run, "unit.unknown", total);
    const json_t *units = json_object_get(run.record, "unknown_units");
    assert_int_equal(json_array_size(units), TOLD + 1);
    unsigned told = 0;
    json_int_t least = total;
    const char *at = run.result.err.at;
    for (size_t i = 0; i <= TOLD; i++) {
        const json_t *unit = json_array_get(units, i);
        const char *name = json_string_value(json_object_get(unit, "unit"));
        const json_int_t rows = json_integer_value(json_object_get(unit, "rows"));
        told += (unsigned)rows;
        if (i == TOLD) {
            assert_string_equal(name, "(not shown)");
            break;
        }
        assert_int_equal(strncmp(name, "mmol/x", 6), 0);
        assert_int_equal(rows, rows_of((unsigned)(name[6] - 'a')));
        assert_true(rows <= least);
        least = rows;
        char line[64];
        snprintf(line, sizeof line, "unit \"%s\": %d rows\n", name, (int)rows);
        at = strstr(at, line);
        if (!at)
            fail_msg("no %s in its place:\n%s", line, run.result.err.at);
    }
    assert_int_equal(told, total);
    fault_run_done(&run);
    fault_cohort_done(&cohort);
}

static int64_t note_of_prescriptions(const fault_run *run, const char *note) {
    size_t i;
    json_t *source;
    json_array_foreach(json_object_get(run->record, "sources"), i, source) {
        if (strcmp(json_string_value(json_object_get(source, "kind")), "prescriptions") == 0)
            return json_integer_value(json_object_get(json_object_get(source, "notes"), note));
    }
    return -1;
}

/* The rows count as before, with an unknown dose; it is told how many and where the first one is.
 */
static void t_I_40_doses(void **state) {
    (void)state;
    fault_cohort cohort;
    fault_cohort_init(&cohort);
    fault_append(&cohort, FAULT_RX,
                 "q0001,C03CA01,Furosemide,order,2025-11-01,2025-11-02,40,mg,1,oral\n"
                 "q0001,C03CA01,Furosemide,order,2025-11-01,2025-11-02,\"16,0\",mg,1,oral\n"
                 "q0001,C03CA01,Furosemide,order,2025-11-01,2025-11-02,1e3,mg,1,oral\n");
    fault_run run = fault_screen(&cohort, NULL);
    fault_expect(&run, 0, NULL);
    char note[120];
    snprintf(note, sizeof note,
             "prescriptions.csv.gz: dose not a number, 2 rows, first on line %d [MS-I256]",
             FAULT_PATIENTS * FAULT_RX_EACH + 3);
    assert_non_null(strstr(run.result.out.at, note));
    assert_int_equal(note_of_prescriptions(&run, "doses_unread"), 2);
    assert_int_equal(note_of_prescriptions(&run, "supplies_unread"), 0);
    assert_int_equal(fault_count(&run, "prescriptions", "rejected"), 0);
    fault_expect_conserved(&run);
    fault_run_done(&run);
    fault_cohort_done(&cohort);
}

int main(void) {
    static const fault_row rows[] = {FAULT_ROW(t_I_40_doses), FAULT_ROW(t_I_44_minus_zero),
                                     FAULT_ROW(t_I_46_attempted), FAULT_ROW(t_I_47_explained),
                                     FAULT_ROW(t_I_49_top_ten)};
    return FAULT_ROWS_RUN(rows);
}
