/* Rows I-50 and I-51 of the fault matrix where results go into a database: the run that readers see
   is the earlier run, and a night is judged by it as --previous judges a folder. */
#include "support/fault_row.h"
#include "support/fault_target.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char LOOP_NOW[] = "C03CA01,Furosemide 40 mg tablets";
static const char LOOP_NEW[] = "LD-4001,Local ward item no. 4001";

/* All that readers see, in one line. */
static const char SEEN[] =
    "select concat_ws(' ', (select run_id from magscreen.current_run),"
    " (select count(*) from magscreen.v_worklist), (select count(*) from magscreen.flag_event),"
    " (select md5(string_agg(concat_ws(' ', flag_id, severity, state, last_seen, evidence), ' '"
    " order by flag_id)) from magscreen.flag), (select count(*) from magscreen.cannot_tell),"
    " (select count(*) from magscreen.summary))";

/* The clean cohort is published, and a damaged one is to follow, into the database and into a
   folder beside it. */
typedef struct nights {
    fault_cohort cohort;
    fault_run clean;      /* in the database */
    fault_run clean_file; /* in a folder */
    char *seen;
} nights;

static void begin(nights *at) {
    fault_cohort_init(&at->cohort);
    at->clean = fault_target_begin(&at->cohort, "t_history");
    fault_target_run(&at->clean, NULL, NULL);
    fault_expect(&at->clean, 0, NULL);
    fault_target_expect_said(&at->clean, "not compared with earlier runs (none was published)");
    assert_string_equal(pg_test_text("select record -> 'gates_not_judged' -> 0 ->> 'why'"
                                     " from magscreen.run"),
                        "no run was published before");
    at->clean_file = fault_screen(&at->cohort, NULL);
    fault_expect(&at->clean_file, 0, NULL);
    at->seen = strdup(pg_test_text(SEEN));
    assert_non_null(at->seen);
}

static void end(nights *at) {
    free(at->seen);
    fault_run_done(&at->clean_file);
    fault_run_done(&at->clean);
    fault_cohort_done(&at->cohort);
}

/* The code of `count` rows is another one from now on; codes of one length. */
static void rename_code(nights *at, fault_table table, const char *from, const char *to,
                        int count) {
    assert_int_equal(strlen(from), strlen(to));
    for (int i = 0; i < count; i++)
        fault_replace(&at->cohort, table, from, to);
}

static int count_of(const nights *at, fault_table table, const char *what) {
    int count = 0;
    for (const char *found = at->cohort.text[table].at; (found = strstr(found, what)); found++)
        count++;
    return count;
}

/* The cohort as it is now comes to the same end in both forms, told in the same words. */
static void expect_same_end(const nights *at, int exit_code, const char *message_id) {
    fault_run run = fault_begin(&at->cohort);
    fault_run file =
        fault_screen(&at->cohort, (const char *const[]){"--previous", at->clean_file.out, NULL});
    fault_target_run(&run, NULL, NULL);
    fault_expect(&run, exit_code, message_id);
    fault_expect(&file, exit_code, message_id);
    assert_string_equal(run.result.err.at, file.result.err.at);
    fault_target_expect_said(&run, "compared with run 1 as of 2025-12-31");
    fault_run_done(&file);
    fault_run_done(&run);
}

static void expect_held(const nights *at) {
    assert_string_equal(fault_target_state(), "held");
    assert_string_equal(pg_test_text(SEEN), at->seen);
}

/* The feed of magnesium results is gone. */
static void t_I_50_database(void **state) {
    (void)state;
    nights at;
    begin(&at);
    const int all = count_of(&at, FAULT_LABS, ",2601-3,");
    rename_code(&at, FAULT_LABS, ",2601-3,", ",MAGN-7,", all);
    expect_same_end(&at, 4, "MS-I247");
    expect_held(&at);
    assert_int_equal(pg_test_count("select count(*) from magscreen.gate where run_id = 2 and"
                                   " gate = 'class_or_test_falls' and subject = 'magnesium' and"
                                   " verdict = 'red'"),
                     1);
    end(&at);
}

/* Some of the results, then enough to hold the night. */
static void t_I_50_database_falls(void **state) {
    (void)state;
    nights at;
    begin(&at);
    const int all = count_of(&at, FAULT_LABS, ",2823-3,");
    rename_code(&at, FAULT_LABS, ",2823-3,", ",KALI-7,", all / 3);
    expect_same_end(&at, 3, "MS-I247");
    assert_string_equal(fault_target_state(), "published");
    /* the new code is named, for it has come with 8 patients */
    assert_string_equal(pg_test_text("select string_agg(concat_ws(' ', kind, code, rows, patients),"
                                     " '; ') from magscreen.v_unmapped_code"),
                        "labs KALI-7 66 8");
    assert_string_equal(pg_test_text("select string_agg(concat_ws(' ', kind, newest_at), '; '"
                                     " order by kind) from magscreen.run_source where run_id = 2"),
                        "labs 2025-12-28 08:27:00; patients; prescriptions 2025-09-11 00:00:00");
    end(&at);
}

static void t_I_51_database(void **state) {
    (void)state;
    nights at;
    begin(&at);
    const int all = count_of(&at, FAULT_RX, LOOP_NOW);
    rename_code(&at, FAULT_RX, LOOP_NOW, LOOP_NEW, all);
    expect_same_end(&at, 4, "MS-I248");
    expect_held(&at);
    end(&at);
}

/* What was held and released is what the next night is compared with, and that alone. */
static void t_I_51_database_released(void **state) {
    (void)state;
    nights at;
    begin(&at);
    rename_code(&at, FAULT_RX, LOOP_NOW, LOOP_NEW, count_of(&at, FAULT_RX, LOOP_NOW));
    expect_same_end(&at, 4, "MS-I248");
    program_result released =
        program_run((const char *const[]){"publish", "2", "--db", "user=night", "--reason",
                                          "diuretics moved", NULL},
                    NULL, NULL);
    assert_int_equal(released.exit_code, 0);
    program_result_done(&released);
    fault_run next = fault_begin(&at.cohort);
    fault_target_run(&next, NULL, "2026-01-01");
    fault_expect(&next, 0, NULL);
    fault_target_expect_said(&next, "compared with run 2 as of 2025-12-31");
    assert_int_equal(
        pg_test_count("select jsonb_array_length(t -> 'values') from magscreen.run r,"
                      " jsonb_array_elements(r.record -> 'tracked') t where r.run_id = 3"
                      " and t ->> 'of' = 'source' and t ->> 'source' = 'labs'"),
        2);
    fault_run_done(&next);
    end(&at);
}

/* A record that was changed by hand is told, and nothing is read. */
static void t_I_51_database_damaged(void **state) {
    (void)state;
    nights at;
    begin(&at);
    pg_test_sql("set session_replication_role = replica; update magscreen.run set record = "
                "jsonb_set(record, '{tracked,0,values}', '[-1]')");
    fault_run run = fault_begin(&at.cohort);
    fault_target_run(&run, NULL, "2026-01-01");
    fault_expect(&run, 2, "MS-P412");
    fault_target_expect_said(&run, "schema magscreen: is no earlier published run");
    fault_target_expect_said(&run, "table magscreen.run holds the record");
    assert_string_equal(pg_test_text(SEEN), at.seen);
    fault_run_done(&run);
    end(&at);
}

int main(void) {
    static const fault_row rows[] = {
        FAULT_ROW(t_I_50_database),         FAULT_ROW(t_I_50_database_falls),
        FAULT_ROW(t_I_51_database),         FAULT_ROW(t_I_51_database_released),
        FAULT_ROW(t_I_51_database_damaged),
    };
    const int skipped = pg_test_begin();
    return skipped != 0 ? skipped : FAULT_ROWS_RUN(rows);
}
