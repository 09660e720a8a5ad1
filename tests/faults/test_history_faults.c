/* Rows I-50 and I-51 of the fault matrix: codes that no list knows, and codes that were renamed,
   seen by comparing with an earlier run (--previous); what a red gate holds is released by publish.
 */
#include "support/fault_cohort.h"
#include "support/fault_row.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* A clean run to compare with: 200 potassium results, 40 in each of five months; 80 prescriptions.
 */
typedef struct world {
    fault_cohort cohort;
    fault_run before;
} world;

static void begin(world *at) {
    fault_cohort_init(&at->cohort);
    at->before = fault_screen(&at->cohort, NULL);
    fault_expect(&at->before, 0, NULL);
}

static void end(world *at) {
    fault_run_done(&at->before);
    fault_cohort_done(&at->cohort);
}

static fault_run screen(const world *at) {
    return fault_screen(&at->cohort, (const char *const[]){"--previous", at->before.out, NULL});
}

/* Overwrites the code of `count` rows of a month ("2025-04"); "" = of any. Codes of one length. */
static void rename_code(world *at, fault_table table, const char *from, const char *to,
                        const char *month, int count) {
    char *line = at->cohort.text[table].at;
    int done = 0;
    assert_int_equal(strlen(from), strlen(to));
    for (char *end_of; done < count && (end_of = strchr(line, '\n')); line = end_of + 1) {
        char *found = strstr(line, from), *day = strstr(line, month);
        if (!found || found > end_of || !day || day > end_of)
            continue;
        memcpy(found, to, strlen(to));
        done++;
    }
    assert_int_equal(done, count);
}

/* Rows of a code under unmapped_codes; -1 if it is not listed. */
static int64_t rows_of_code(const fault_run *run, const char *table, const char *code) {
    size_t i;
    json_t *item;
    assert_non_null(run->record);
    json_array_foreach(json_object_get(run->record, "unmapped_codes"), i,
                       item) if (strcmp(json_string_value(json_object_get(item, "code")), code) ==
                                     0 &&
                                 strcmp(json_string_value(json_object_get(item, "table")), table) ==
                                     0) return json_integer_value(json_object_get(item, "rows"));
    return -1;
}

static void expect_said(const fault_run *run, const char *text) {
    if (!strstr(run->result.err.at, text) && !strstr(run->result.out.at, text))
        fail_msg("it does not say \"%s\":\n%s\n%s", text, run->result.err.at, run->result.out.at);
}

/* The verdict of a gate on a subject in run.json; "" if there is none. */
static const char *verdict_of(const fault_run *run, const char *gate, const char *subject) {
    size_t i;
    json_t *item;
    json_array_foreach(json_object_get(run->record, "gates"), i, item) {
        const char *about = json_string_value(json_object_get(item, "subject"));
        if (about && strcmp(json_string_value(json_object_get(item, "gate")), gate) == 0 &&
            strcmp(about, subject) == 0)
            return json_string_value(json_object_get(item, "verdict"));
    }
    return "";
}

/* --- I-50 --------------------------------------------------------------------------------------
 */

static void t_I_50_unknown(void **state) {
    (void)state;
    world at;
    begin(&at);
    for (int i = 1; i <= 6; i++) {
        char lines[256];
        snprintf(lines, sizeof lines,
                 "q%04d,ZINC,12,umol/L,2025-06-01T08:00,\nq0001,COPPER,12,,2025-06-0%dT08:00,\n"
                 "q%04d,q%04d,12,,2025-06-01T09:00,\n",
                 i, i, i, i);
        fault_append(&at.cohort, FAULT_LABS, lines);
    }
    fault_run run = fault_screen(&at.cohort, NULL); /* after that night it would be nothing new */
    fault_expect(&run, 0, NULL);
    fault_expect_conserved(&run);
    fault_expect_golden(&run, true);
    assert_int_equal(fault_count(&run, "labs", "not_of_interest"), 18);
    assert_int_equal(rows_of_code(&run, "labs", "ZINC"), 6);
    assert_int_equal(rows_of_code(&run, "labs", "COPPER"), -1); /* of one patient */
    assert_int_equal(rows_of_code(&run, "labs", "q0001"), -1);
    assert_int_equal(rows_of_code(&run, "labs", "(not shown)"), 12);
    fault_run_done(&run);
    end(&at);
}

typedef struct renaming {
    const char *month;
    int count, more; /* of April, and of June */
    int exit_code;
    const char *verdict;
    const char *said;
} renaming;

static void expect_renaming(const renaming *row) {
    world at;
    begin(&at);
    rename_code(&at, FAULT_LABS, ",2823-3,", ",KALI-7,", row->month, row->count);
    if (row->more)
        rename_code(&at, FAULT_LABS, ",2823-3,", ",KALI-7,", "2025-06-", row->more);
    fault_run run = screen(&at);
    fault_expect(&run, row->exit_code, row->exit_code ? "MS-I247" : NULL);
    fault_expect_conserved(&run);
    assert_int_equal(fault_count(&run, "labs", "not_of_interest"), row->count + row->more);
    assert_int_equal(rows_of_code(&run, "labs", "KALI-7"), row->count + row->more);
    assert_string_equal(verdict_of(&run, "class_or_test_falls", "potassium"), row->verdict);
    if (row->said)
        expect_said(&run, row->said);
    assert_int_equal(file_exists(run.out), row->exit_code != 4);
    fault_run_done(&run);
    end(&at);
}

static void t_I_50_renamed(void **state) {
    (void)state;
    static const renaming rows[] = {
        {"2025-04-", 40, 10, 0, "", NULL}, /* 25 % exactly */
        {"2025-04-", 40, 12, 3, "amber", "lab test \"potassium\": 200 -> 148 rows, -26.0 %"},
        {"", 200, 0, 4, "red", "lab test \"potassium\": 200 -> 0 rows, -100.0 %"},
        /* A fifth of all, but all that is new: the code was renamed this month. */
        {"2025-12-", 40, 0, 4, "red", "lab test \"potassium\", last 28 days: "},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        expect_renaming(&rows[i]);
}

/* Without an earlier run nothing is compared, and that is said. */
static void t_I_50_nothing_to_compare(void **state) {
    (void)state;
    world at;
    begin(&at);
    expect_said(&at.before, "not compared with earlier runs (no --previous): volume, "
                            "class_or_test_falls, firing_rate were not judged");
    assert_int_equal(json_array_size(json_object_get(at.before.record, "gates_not_judged")), 3);
    rename_code(&at, FAULT_LABS, ",2823-3,", ",KALI-7,", "", 200);
    fault_run run = fault_screen(&at.cohort, NULL);
    fault_expect(&run, 0, NULL);
    assert_int_equal(rows_of_code(&run, "labs", "KALI-7"), 200);
    expect_said(&run, "not compared with earlier runs");
    fault_run_done(&run);
    end(&at);
}

/* --- I-51 --------------------------------------------------------------------------------------
 */

static void t_I_51_unknown(void **state) {
    (void)state;
    world at;
    begin(&at);
    for (int i = 1; i <= 6; i++) {
        char line[128];
        snprintf(line, sizeof line, "q%04d,B01AC06,Aspirin 75 mg tablets,order,2025-06-01,,,,,\n",
                 i);
        fault_append(&at.cohort, FAULT_RX, line);
    }
    fault_run run = fault_screen(&at.cohort, NULL); /* after that night it would be nothing new */
    fault_expect(&run, 0, NULL);
    fault_expect_conserved(&run);
    fault_expect_golden(&run, true);
    assert_int_equal(fault_count(&run, "prescriptions", "not_of_interest"), 6);
    assert_int_equal(rows_of_code(&run, "prescriptions", "B01AC06"), 6);
    fault_run_done(&run);
    end(&at);
}

static const char LOOP_NOW[] = "C03CA01,Furosemide 40 mg tablets";
static const char LOOP_NEW[] = "LD-4001,Local ward item no. 4001";

static int count_of(const bytes *text, const char *what) {
    int count = 0;
    for (const char *found = text->at; (found = strstr(found, what)) != NULL; found++)
        count++;
    return count;
}

static void t_I_51_recoded(void **state) {
    (void)state;
    world at;
    begin(&at);
    const int all = count_of(&at.cohort.text[FAULT_RX], LOOP_NOW);
    assert_in_range(all, 20, 40);
    char said[128];
    snprintf(said, sizeof said, "class \"loop diuretic\": %d -> %d rows", all, all - 9);
    rename_code(&at, FAULT_RX, LOOP_NOW, LOOP_NEW, "", 9);
    fault_run run = screen(&at);
    fault_expect(&run, 3, "MS-I248");
    fault_expect_conserved(&run);
    expect_said(&run, said);
    assert_string_equal(verdict_of(&run, "class_or_test_falls", "LOOP"), "amber");
    fault_run_done(&run);

    rename_code(&at, FAULT_RX, LOOP_NOW, LOOP_NEW, "", all - 9);
    snprintf(said, sizeof said, "class \"loop diuretic\": %d -> 0 rows", all);
    run = screen(&at);
    fault_expect(&run, 4, "MS-I248");
    fault_expect_conserved(&run);
    fault_expect_refused(&run);
    expect_said(&run, said);
    expect_said(&run, "if it is right: magscreen publish ");
    assert_int_equal(rows_of_code(&run, "prescriptions", "LD-4001"), all);
    fault_run_done(&run);
    end(&at);
}

/* --- held, then released -----------------------------------------------------------------------
 */

static program_result publish(const char *held, const char *reason, const char *more) {
    return program_run((const char *const[]){"publish", held, "--reason", reason, more, NULL}, NULL,
                       NULL);
}

static void expect_publish(const char *held, const char *reason, const char *more, int exit_code,
                           const char *said) {
    program_result result = publish(held, reason, more);
    if (result.exit_code != exit_code)
        fail_msg("exit %d: %s%s", result.exit_code, result.out.at, result.err.at);
    if (!strstr(result.out.at, said) && !strstr(result.err.at, said))
        fail_msg("\"%s\" is not in:\n%s%s", said, result.out.at, result.err.at);
    program_result_done(&result);
}

/* What was held is what becomes visible, and the next night is compared with it alone. */
static void t_I_51_released(void **state) {
    (void)state;
    world at;
    begin(&at);
    rename_code(&at, FAULT_RX, LOOP_NOW, LOOP_NEW, "",
                count_of(&at.cohort.text[FAULT_RX], LOOP_NOW));
    fault_run run = screen(&at);
    fault_expect(&run, 4, "MS-I248");
    char held[400];
    snprintf(held, sizeof held, "%s.held", run.out);
    expect_publish(held, "diuretics moved", NULL, 0, "was red: class_or_test_falls of");
    assert_true(file_exists(run.out));
    assert_false(file_exists(held));
    json_t *record = run_record(run.out);
    assert_string_equal(json_string_value(json_object_get(record, "state")), "published");
    assert_int_equal(json_integer_value(json_object_get(record, "exit_code")), 3);
    json_t *released = json_object_get(record, "released");
    assert_string_equal(json_string_value(json_object_get(released, "reason")), "diuretics moved");
    json_decref(record);
    program_result dump =
        program_run((const char *const[]){"verify", run.out, "--dump", NULL}, NULL, NULL);
    assert_int_equal(dump.exit_code, 0);
    assert_string_equal(dump.out.at, run.dump.at);
    program_result_done(&dump);
    program_result list =
        program_run((const char *const[]){"worklist", "--from", run.out, NULL}, NULL, NULL);
    assert_non_null(strstr(list.out.at, "was held and released by "));
    assert_non_null(strstr(list.out.at, ": diuretics moved\n"));
    program_result_done(&list);

    fault_run next = fault_screen(&at.cohort, (const char *const[]){"--previous", run.out, NULL});
    fault_expect(&next, 0, NULL);
    fault_run_done(&next);
    expect_publish(held, "again", NULL, 2, "MS-P413");
    fault_run_done(&run);
    end(&at);
}

/* A hard gate refuses: there is nothing to release. */
static void t_I_51_refused_is_not_released(void **state) {
    (void)state;
    world at;
    begin(&at);
    for (int i = 0; i < 5; i++)
        fault_append(&at.cohort, FAULT_LABS, "q0001,2601-3\n");
    fault_run run = screen(&at);
    fault_expect(&run, 4, "MS-I131");
    fault_expect_refused(&run);
    char failed[400];
    snprintf(failed, sizeof failed, "%s.failed", run.out);
    assert_true(file_exists(failed));
    expect_publish(failed, "it is right", "--force", 2, "MS-P413");
    snprintf(failed, sizeof failed, "%s.held", run.out);
    expect_publish(failed, "it is right", "--force", 2, "MS-P413");
    fault_expect_refused(&run);
    fault_run_done(&run);
    end(&at);
}

/* A table that was changed while the run was held is not let through. */
static void t_I_51_changed_while_held(void **state) {
    (void)state;
    world at;
    begin(&at);
    rename_code(&at, FAULT_LABS, ",2823-3,", ",KALI-7,", "", 200);
    fault_run run = screen(&at);
    fault_expect(&run, 4, "MS-I247");
    char held[400], path[500];
    snprintf(held, sizeof held, "%s.held", run.out);
    snprintf(path, sizeof path, "%s/flags.csv.gz", held);
    bytes flags = file_inflate(path);
    char *severity = strstr(flags.at, ",high,");
    assert_non_null(severity);
    memcpy(severity, ",info,", 6);
    file_write_gzip(path, flags.at, flags.nbytes);
    free(flags.at);
    expect_publish(held, "it is right", NULL, 1, "result_sha256 differs");
    fault_expect_refused(&run);
    assert_true(file_exists(held));
    fault_run_done(&run);
    end(&at);
}

/* A table that the night before had and this one has not is a volume of zero. */
static void t_I_51_table_gone(void **state) {
    (void)state;
    char path[512], rows[8192] = "patient_id,code,recorded_on\n";
    fault_cohort cohort;
    fault_cohort_init(&cohort);
    for (int i = 1; i <= FAULT_PATIENTS; i++)
        snprintf(rows + strlen(rows), sizeof rows - strlen(rows), "q%04d,I10,2025-01-01\n", i);
    fault_run before = fault_begin(&cohort);
    snprintf(path, sizeof path, "%s/conditions.csv", before.data);
    file_write(path, rows, strlen(rows));
    fault_screen_folder(&before, NULL);
    fault_expect(&before, 0, NULL);
    fault_run run = fault_screen(&cohort, (const char *const[]){"--previous", before.out, NULL});
    fault_expect(&run, 4, "MS-I274");
    assert_string_equal(verdict_of(&run, "volume", "conditions"), "red");
    assert_false(file_exists(run.out));
    fault_run_done(&run);
    fault_run_done(&before);
    fault_cohort_done(&cohort);
}

int main(void) {
    static const fault_row rows[] = {
        FAULT_ROW(t_I_50_unknown),
        FAULT_ROW(t_I_50_renamed),
        FAULT_ROW(t_I_50_nothing_to_compare),
        FAULT_ROW(t_I_51_unknown),
        FAULT_ROW(t_I_51_recoded),
        FAULT_ROW(t_I_51_released),
        FAULT_ROW(t_I_51_refused_is_not_released),
        FAULT_ROW(t_I_51_changed_while_held),
        FAULT_ROW(t_I_51_table_gone),
    };
    return FAULT_ROWS_RUN(rows);
}
