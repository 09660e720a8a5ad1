/* Rows I-53 and I-56 of the fault matrix: two editions of one result, two roster rows that
   contradict each other. The good rows' answers stay. */
#include "support/fault_cohort.h"
#include "support/fault_row.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* --- I-53 --------------------------------------------------------------------------------------
 */

/* Lines of the dump that are about nobody of the clean cohort or count patients are left out. */
static char *lines_of_good(const char *dump) {
    char *kept = calloc(strlen(dump) + 1, 1), *to = kept;
    assert_non_null(kept);
    for (const char *line = dump; *line;) {
        size_t length = strcspn(line, "\n") + 1;
        bool is_row = strncmp(line, "F\t", 2) == 0 || strncmp(line, "C\t", 2) == 0;
        if (is_row && strncmp(line + 2, "q9", 2) != 0) {
            memcpy(to, line, length);
            to += length;
        }
        line += length;
    }
    return kept;
}

/* F and C lines of the clean cohort's patients are those of the clean cohort. */
static void expect_good_patients(const fault_run *run) {
    fault_cohort cohort;
    fault_cohort_init(&cohort);
    fault_run clean = fault_screen(&cohort, NULL);
    char *wanted = lines_of_good(clean.dump.at), *got = lines_of_good(run->dump.at);
    assert_non_null(strstr(wanted, "F\t"));
    assert_string_equal(got, wanted);
    free(wanted);
    free(got);
    fault_run_done(&clean);
    fault_cohort_done(&cohort);
}

/* The cohort with result ids and versions, and a patient who has the rows. */
static void init_with_ids(fault_cohort *cohort, const char *rows) {
    fault_cohort_init(cohort);
    fault_replace(cohort, FAULT_LABS, ",comment\n", ",comment,result_id,version\n");
    fault_replace_all(cohort, FAULT_LABS, ",\n", ",,,\n");
    fault_append(cohort, FAULT_PATIENTS_TABLE, "q9000,F,1980-01-01,,S1,60,165,2025-06-01\n");
    fault_append(cohort, FAULT_LABS, rows);
}

static bytes explain(const fault_run *run, const char *patient) {
    bytes input = {(char *)(uintptr_t)patient, strlen(patient)};
    program_result result =
        program_run((const char *const[]){"explain", "-", "--profile", "magscreen", "--data",
                                          run->data, "--as-of", "2025-12-31", NULL},
                    NULL, &input);
    assert_int_equal(result.exit_code, 0);
    free(result.err.at);
    return result.out;
}

typedef struct edition_case {
    const char *rows;
    const char *line;     /* in the digest; NULL: no C01 of the patient */
    int duplicates;       /* rows that a newer version replaced */
    const char *shown[2]; /* in explain */
} edition_case;

static void expect_editions(const edition_case *of) {
    fault_cohort cohort;
    init_with_ids(&cohort, of->rows);
    fault_run run = fault_screen(&cohort, NULL);
    fault_expect(&run, 3, "MS-I249");
    fault_expect_conserved(&run);
    const int64_t all = FAULT_PATIENTS * FAULT_LABS_EACH;
    assert_int_equal(fault_count(&run, "labs", "read"), all + 2);
    assert_int_equal(fault_count(&run, "labs", "duplicate"), of->duplicates);
    assert_int_equal(fault_count(&run, "labs", "accepted"), all + 2 - of->duplicates);
    fault_expect_rejects(&run, "dup.conflict", 0); /* nothing is set aside */
    if (of->line != NULL && !strstr(run.dump.at, of->line))
        fail_msg("no line \"%s\" for\n%s", of->line, of->rows);
    if (of->line == NULL)
        assert_null(strstr(run.dump.at, "\tq9000\tC01\t"));
    expect_good_patients(&run);
    bytes text = explain(&run, "q9000\n");
    for (int i = 0; i < 2; i++)
        if (of->shown[i] && !strstr(text.at, of->shown[i]))
            fail_msg("explain does not show %s:\n%s", of->shown[i], text.at);
    free(text.at);
    fault_run_done(&run);
    fault_cohort_done(&cohort);
}

static void t_I_53(void **state) {
    (void)state;
    static const edition_case cases[] = {
        /* the newest version wins, whatever it says and wherever it stands */
        {"q9000,2601-3,0.45,mmol/L,2025-12-20T08:00,,r1,1\n"
         "q9000,2601-3,0.85,mmol/L,2025-12-20T08:00,,r1,2\n",
         NULL,
         1,
         {"0.85", NULL}},
        {"q9000,2601-3,0.85,mmol/L,2025-12-20T08:00,,r1,2\n"
         "q9000,2601-3,0.45,mmol/L,2025-12-20T08:00,,r1,1\n",
         NULL,
         1,
         {"0.85", NULL}},
        {"q9000,2601-3,0.85,mmol/L,2025-12-20T08:00,,r1,9\n"
         "q9000,2601-3,0.45,mmol/L,2025-12-20T08:00,,r1,10\n",
         "F\tq9000\tC01\t2025-12-31\thigh",
         1,
         {"0.45", NULL}},
        /* without a version the more severe counts, and both are shown */
        {"q9000,2601-3,0.45,mmol/L,2025-12-20T08:00,,r1,\n"
         "q9000,2601-3,0.85,mmol/L,2025-12-20T08:00,,r1,\n",
         "F\tq9000\tC01\t2025-12-31\thigh",
         0,
         {"0.45", "0.85"}},
        {"q9000,2601-3,0.85,mmol/L,2025-12-20T08:00,,r1,\n"
         "q9000,2601-3,0.45,mmol/L,2025-12-20T08:00,,r1,\n",
         "F\tq9000\tC01\t2025-12-31\thigh",
         0,
         {"0.45", "0.85"}},
        {"q9000,2601-3,2.60,mmol/L,2025-12-20T08:00,,r1,3\n"
         "q9000,2601-3,0.85,mmol/L,2025-12-20T08:00,,r1,3\n",
         "F\tq9000\tC02\t2025-12-31\tcritical",
         0,
         {"2.60", "0.85"}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        expect_editions(&cases[i]);
}

/* A feed that knows no versions: the header has no such column. */
static void t_I_53_no_version_column(void **state) {
    (void)state;
    fault_cohort cohort;
    fault_cohort_init(&cohort);
    fault_replace_all(&cohort, FAULT_LABS, ",\n", ",,\n");
    fault_replace(&cohort, FAULT_LABS, "collected_at,comment\n",
                  "collected_at,comment,result_id\n");
    fault_append(&cohort, FAULT_LABS,
                 "q0001,2601-3,0.45,mmol/L,2025-12-20T08:00,,r1\n"
                 "q0001,2601-3,0.85,mmol/L,2025-12-20T08:00,,r1\n");
    fault_run run = fault_screen(&cohort, NULL);
    fault_expect(&run, 3, "MS-I249");
    assert_non_null(strstr(run.dump.at, "F\tq0001\tC01\t2025-12-31\thigh"));
    assert_int_equal(fault_count(&run, "labs", "duplicate"), 0);
    fault_expect_conserved(&run);
    fault_run_done(&run);
    fault_cohort_done(&cohort);
}

/* One id for two patients, or for two analytes of a panel, is no edition of one result. */
static void t_I_53_other_results(void **state) {
    (void)state;
    fault_cohort cohort;
    init_with_ids(&cohort, "q9000,2601-3,0.45,mmol/L,2025-12-20T08:00,,r1,1\n"
                           "q9000,2823-3,4.0,mmol/L,2025-12-20T08:00,,r1,2\n"
                           "q9001,2601-3,0.85,mmol/L,2025-12-20T08:00,,r1,2\n");
    fault_append(&cohort, FAULT_PATIENTS_TABLE, "q9001,F,1980-01-01,,S1,60,165,2025-06-01\n");
    fault_run run = fault_screen(&cohort, NULL);
    fault_expect(&run, 0, NULL);
    fault_expect_conserved(&run);
    assert_int_equal(fault_count(&run, "labs", "duplicate"), 0);
    assert_non_null(strstr(run.dump.at, "F\tq9000\tC01\t2025-12-31\thigh"));
    expect_good_patients(&run);
    fault_run_done(&run);
    fault_cohort_done(&cohort);
}

/* A weight in the roster that is no number is not lost in silence. */
static void a_weight_that_is_no_number_is_noted(void **state) {
    (void)state;
    fault_cohort cohort;
    fault_cohort_init(&cohort);
    fault_append(&cohort, FAULT_PATIENTS_TABLE,
                 "q9000,F,1980-01-01,,S1,heavy,165,2025-06-01\n"
                 "q9001,F,1980-01-01,,S1,60,\"50,5\",2025-06-01\n");
    fault_run run = fault_screen(&cohort, NULL);
    fault_expect(&run, 3, "MS-I266");
    json_t *source = json_array_get(json_object_get(run.record, "sources"), 0);
    json_t *notes = json_object_get(source, "notes");
    assert_int_equal(json_integer_value(json_object_get(notes, "detail_unknown")), 2);
    fault_expect_conserved(&run);
    fault_run_done(&run);
    fault_cohort_done(&cohort);
}

/* --- I-56 --------------------------------------------------------------------------------------
 */

static int64_t conflicts_noted(const fault_run *run) {
    json_t *source = json_array_get(json_object_get(run->record, "sources"), 0);
    assert_string_equal(json_string_value(json_object_get(source, "kind")), "patients");
    return json_integer_value(json_object_get(json_object_get(source, "notes"), "demog_conflict"));
}

/* Every rule about adults cannot tell, whichever row stands first; the rule about data (H06) runs
   and says so. Without the contradiction A01 and C01 have an answer. */
static void expect_demographics(const char *first, const char *second, bool is_conflict) {
    fault_cohort cohort;
    fault_cohort_init(&cohort);
    fault_append(&cohort, FAULT_PATIENTS_TABLE, first);
    fault_append(&cohort, FAULT_PATIENTS_TABLE, second);
    fault_append(&cohort, FAULT_LABS,
                 "q9000,2601-3,0.45,mmol/L,2025-12-20T08:00,\n"
                 "q9000,14682-9,200,umol/L,2025-12-20T08:00,\n"
                 "q9000,2823-3,2.4,mmol/L,2025-12-20T08:00,\n");
    fault_append(&cohort, FAULT_RX, "q9000,A12CC30,Neomag,order,2025-08-01,,4,mmol,3,oral\n");
    fault_run run = fault_screen(&cohort, NULL);
    fault_expect(&run, is_conflict ? 3 : 0, is_conflict ? "MS-I252" : NULL);
    assert_true(!is_conflict || strstr(run.result.err.at, "demog.conflict"));
    fault_expect_conserved(&run);
    assert_int_equal(conflicts_noted(&run), is_conflict);
    assert_int_equal(fault_count(&run, "patients", "rejected"), 0);
    assert_int_equal(fault_count(&run, "patients", "accepted"), FAULT_PATIENTS + 2);
    static const char *const rules[] = {"A01", "C01", "C03", "G01"};
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
        char line[64];
        snprintf(line, sizeof line, "C\tq9000\t%s\t2025-12-31\tdemographic", rules[i]);
        if ((strstr(run.dump.at, line) != NULL) != is_conflict)
            fail_msg("%s with\n%s%s", rules[i], first, second);
    }
    assert_int_equal(strstr(run.dump.at, "F\tq9000\tH06\t2025-12-31") != NULL, is_conflict);
    assert_int_equal(strstr(run.dump.at, "F\tq9000\tC01\t2025-12-31\thigh") != NULL, !is_conflict);
    expect_good_patients(&run);
    fault_run_done(&run);
    fault_cohort_done(&cohort);
}

static void t_I_56(void **state) {
    (void)state;
    static const char *const woman = "q9000,F,1980-01-01,,S1,60,165,2025-06-01\n";
    static const char *const man = "q9000,M,1980-01-01,,S1,60,165,2025-06-01\n";
    static const char *const younger = "q9000,F,1981-01-01,,S1,60,165,2025-06-01\n";
    static const char *const elsewhere = "q9000,F,1980-01-01,,S2,60,165,2025-06-01\n";
    expect_demographics(woman, man, true);
    expect_demographics(man, woman, true);
    expect_demographics(woman, younger, true);
    expect_demographics(younger, woman, true);
    expect_demographics(woman, elsewhere, false); /* two sites are no contradiction */
}

/* Two hundred people of whom everything is known, so that one other is a small share. */
static void append_known_people(fault_cohort *cohort) {
    for (unsigned i = 0; i < 200; i++) {
        char line[64];
        snprintf(line, sizeof line, "r%04u,F,1980-01-01,,S1,,,\n", i);
        fault_append(cohort, FAULT_PATIENTS_TABLE, line);
    }
}

static void t_I_56_one_among_many(void **state) {
    (void)state;
    fault_cohort cohort;
    fault_cohort_init(&cohort);
    append_known_people(&cohort);
    fault_append(&cohort, FAULT_PATIENTS_TABLE,
                 "q9000,F,1980-01-01,,S1,,,\nq9000,M,1980-01-01,,S1,,,\n");
    fault_run run = fault_screen(&cohort, NULL);
    fault_expect(&run, 3, "MS-I252");
    assert_int_equal(conflicts_noted(&run), 1);
    assert_non_null(strstr(run.result.err.at, "1 row like this in source \"patients\" (0.4"));
    fault_expect_conserved(&run);
    fault_run_done(&run);
    fault_cohort_done(&cohort);
}

/* The rows agree before the first and behind the last; between them nobody knows. */
static void t_I_56_two_deaths(void **state) {
    (void)state;
    static const struct {
        const char *first, *second;
        bool is_flagged, is_unknown, is_conflict;
    } table[] = {
        {"2025-12-01", "2026-01-15", false, true, true},
        {"2026-01-15", "2025-12-01", false, true, true},
        {"2025-12-01", "2025-12-31", false, true, true}, /* the last day is one of life */
        {"2025-12-01", "2025-12-30", false, false, true},
        {"2025-12-31", "2026-01-15", true, false, true},
        {"2025-12-01", "", false, false, false}, /* what a row leaves open is no contradiction */
        {"2025-12-01", "2025-12-01T10:00", false, false, false},
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        fault_cohort cohort;
        fault_cohort_init(&cohort);
        append_known_people(&cohort);
        char rows[256];
        snprintf(rows, sizeof rows,
                 "q9000,F,1950-01-01,%s,S1,60,165,2025-06-01\n"
                 "q9000,F,1950-01-01,%s,S1,60,165,2025-06-01\n",
                 table[i].first, table[i].second);
        fault_append(&cohort, FAULT_PATIENTS_TABLE, rows);
        fault_append(&cohort, FAULT_LABS, "q9000,2823-3,2.4,mmol/L,2025-12-20T08:00,\n");
        fault_append(&cohort, FAULT_LABS,
                     "q9000,2601-3,0.45,mmol/L,2025-12-20T08:00,\n"
                     "q9000,14682-9,200,umol/L,2025-12-20T08:00,\n");
        fault_append(&cohort, FAULT_RX, "q9000,A12CC30,Neomag,order,2025-08-01,,4,mmol,3,oral\n");
        fault_run run = fault_screen(&cohort, NULL);
        print_message("%s and %s\n", table[i].first, table[i].second);
        fault_expect(&run, table[i].is_conflict ? 3 : 0, table[i].is_conflict ? "MS-I252" : NULL);
        assert_int_equal(conflicts_noted(&run), table[i].is_conflict);
        assert_int_equal(strstr(run.dump.at, "F\tq9000\tC01\t2025-12-31\thigh") != NULL,
                         table[i].is_flagged);
        assert_int_equal(strstr(run.dump.at, "C\tq9000\tC01\t2025-12-31\tdemographic") != NULL,
                         table[i].is_unknown);
        /* that one is unknown is told apart from the contradiction */
        assert_int_equal(strstr(run.result.out.at, "1 patient [MS-I266]") != NULL,
                         table[i].is_unknown);
        fault_expect_conserved(&run);
        expect_good_patients(&run);
        fault_run_done(&run);
        fault_cohort_done(&cohort);
    }
}

static int64_t roster_note(const fault_run *run, const char *name) {
    json_t *source = json_array_get(json_object_get(run->record, "sources"), 0);
    return json_integer_value(json_object_get(json_object_get(source, "notes"), name));
}

/* Too few for the gate, and told all the same; many are told by the gate alone. */
static void t_I_64_one_among_many(void **state) {
    (void)state;
    static const struct {
        const char *row, *note;
    } table[] = {{"q9000,F,1980-01-01,2025-13-45,S1,60,165,2025-06-01\n", "death_unknown"},
                 {"q9000,X,1980-01-01,,S1,60,165,2025-06-01\n", "sex_unknown"},
                 {"q9000,F,1850-01-01,,S1,60,165,2025-06-01\n", "age_implausible"},
                 {"q9000,F,soon,,S1,60,165,2025-06-01\n", "birth_unknown"},
                 {"q9000,F,1980-01-01,,S1,heavy,165,2025-06-01\n", "detail_unknown"}};
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        fault_cohort cohort;
        fault_cohort_init(&cohort);
        append_known_people(&cohort);
        fault_append(&cohort, FAULT_PATIENTS_TABLE, table[i].row);
        fault_run run = fault_screen(&cohort, NULL);
        fault_expect(&run, 0, NULL);
        if (!strstr(run.result.out.at, "note: patients: demographic value unknown or implausible, "
                                       "1 patient [MS-I266]"))
            fail_msg("%s is told nowhere:\n%s", table[i].note, run.result.out.at);
        assert_int_equal(roster_note(&run, table[i].note), 1);
        assert_int_equal(roster_note(&run, "demog_noted"), 1);
        fault_expect_conserved(&run);
        fault_append(&cohort, FAULT_PATIENTS_TABLE,
                     "q9001,?,,,S1,,,\nq9002,?,,,S1,,,\nq9003,?,,,S1,,,\n");
        fault_run many = fault_screen(&cohort, NULL);
        fault_expect(&many, 3, "MS-I266");
        assert_null(strstr(many.result.out.at, "note: patients:"));
        fault_run_done(&many);
        fault_run_done(&run);
        fault_cohort_done(&cohort);
    }
}

int main(void) {
    static const fault_row rows[] = {FAULT_ROW(t_I_53),
                                     FAULT_ROW(t_I_53_no_version_column),
                                     FAULT_ROW(t_I_53_other_results),
                                     FAULT_ROW(t_I_56),
                                     FAULT_ROW(t_I_56_one_among_many),
                                     FAULT_ROW(t_I_56_two_deaths),
                                     FAULT_ROW(t_I_64_one_among_many),
                                     FAULT_ROW(a_weight_that_is_no_number_is_noted)};
    return FAULT_ROWS_RUN(rows);
}
