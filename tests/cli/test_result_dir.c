#include "cli/result_dir.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include <cmocka.h>

static char folder[] = "/tmp/magscreen-result-XXXXXX";
static mag_account account;

static void write_gzip(const char *name, const char *content) {
    char path[128];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    gzFile file = gzopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(gzputs(file, content), (int)strlen(content));
    assert_int_equal(gzclose(file), Z_OK);
}

static void write_plain(const char *name, const char *content) {
    char path[128];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(content, file);
    fclose(file);
}

#define FLAG_HEADER                                                                                \
    "flag_id,patient_id,rule_id,rule_version,severity,could_be,state,as_of,hidden_by,notes,"       \
    "evidence,title\n"

static const mag_flag_line *read_flags(mag_arena *arena, size_t *count) {
    const mag_flag_line *flags;
    mag_error err = {0};
    assert_int_equal(mag_result_read_flags(arena, folder, &flags, count, &err), MAG_OK);
    return flags;
}

static void sorts_flags_by_severity_then_rule_then_patient(void **state) {
    (void)state;
    write_gzip("flags.csv.gz",
               FLAG_HEADER "A02-1,\"p2\",A02,1,high,critical,new,2025-12-31,,,{},t\n"
                           "B01-2,\"p1\",B01,1,critical,,new,2025-12-31,,,{},t\n"
                           "A02-3,\"p1\",A02,1,high,,new,2025-12-31,,,{},t\n"
                           "A01-4,\"p9\",A01,1,high,,new,2025-12-31,B01,,{},t\n"
                           "C01-5,\"p1\",C01,1,info,,new,2025-12-31,,,{},t\n");
    mag_arena *arena = mag_arena_new(&account);
    size_t count;
    const mag_flag_line *flags = read_flags(arena, &count);
    static const char *const order[] = {"B01-2", "A01-4", "A02-3", "A02-1", "C01-5"};
    static const bool is_shown[] = {true, true, true, true, false}; /* of p9 no B01 is open */
    assert_int_equal(count, 5);
    for (size_t i = 0; i < count; i++) {
        assert_string_equal(flags[i].flag_id, order[i]);
        assert_string_equal(flags[i].could_be, i == 3 ? "critical" : "");
        assert_int_equal(mag_flag_is_on_worklist(&flags[i]), is_shown[i]);
    }
    mag_arena_free(arena);
    assert_int_equal(account.used_nbytes, 0);
}

static void sorts_a_visible_flag_by_the_worst_that_it_hides(void **state) {
    (void)state;
    write_gzip("flags.csv.gz", FLAG_HEADER "B11-1,\"p1\",B11,1,high,,new,2025-12-31,,,{},t\n"
                                           "A06-2,\"p2\",A06,1,high,,new,2025-12-31,,,{},t\n"
                                           "B01-3,\"p2\",B01,1,critical,,new,2025-12-31,B11,,{},t\n"
                                           "B11-4,\"p2\",B11,1,high,,new,2025-12-31,,,{},t\n"
                                           "C01-5,\"p2\",C01,1,moderate,,new,2025-12-31,B11,,{},t\n"
                                           "C04-6,\"p3\",C04,1,critical,,new,2025-12-31,,,{},t\n"
                                           "D01-7,\"p4\",D01,1,info,,new,2025-12-31,,,{},t\n"
                                           "D03-8,\"p4\",D03,1,low,,new,2025-12-31,D01,,{},t\n"
                                           "D01-9,\"p5\",D01,1,info,,new,2025-12-31,,,{},t\n");
    static const struct {
        const char *flag_id;
        mag_severity rank;
        const char *rank_rule_id;
        bool is_shown;
    } expected[] = {
        {"B01-3", MAG_SEVERITY_CRITICAL, NULL, false},
        {"C04-6", MAG_SEVERITY_CRITICAL, NULL, true},
        {"B11-4", MAG_SEVERITY_CRITICAL, "B01", true},
        {"A06-2", MAG_SEVERITY_HIGH, NULL, true},
        {"B11-1", MAG_SEVERITY_HIGH, NULL, true},
        {"C01-5", MAG_SEVERITY_MODERATE, NULL, false},
        {"D03-8", MAG_SEVERITY_LOW, NULL, true},
        {"D01-7", MAG_SEVERITY_INFO, NULL, false},
        {"D01-9", MAG_SEVERITY_INFO, NULL, false},
    };
    mag_arena *arena = mag_arena_new(&account);
    size_t count;
    const mag_flag_line *flags = read_flags(arena, &count);
    assert_int_equal(count, sizeof expected / sizeof expected[0]);
    for (size_t i = 0; i < count; i++) {
        assert_string_equal(flags[i].flag_id, expected[i].flag_id);
        assert_int_equal(flags[i].rank, expected[i].rank);
        if (expected[i].rank_rule_id)
            assert_string_equal(flags[i].rank_rule_id, expected[i].rank_rule_id);
        else
            assert_null(flags[i].rank_rule_id);
        assert_int_equal(mag_flag_is_on_worklist(&flags[i]), expected[i].is_shown);
    }
    mag_arena_free(arena);
    assert_int_equal(account.used_nbytes, 0);
}

static void takes_the_mark_against_spreadsheets_off_again(void **state) {
    (void)state;
    write_gzip("flags.csv.gz", FLAG_HEADER "A02-1,\"'=p2\",A02,1,high,,new,x,,'quoted,{},'-t\n");
    mag_arena *arena = mag_arena_new(&account);
    size_t count;
    const mag_flag_line *flags = read_flags(arena, &count);
    assert_string_equal(flags[0].patient_id, "=p2");
    assert_string_equal(flags[0].notes, "'quoted");
    assert_string_equal(flags[0].title, "-t");
    mag_arena_free(arena);
}

static void reads_a_folder_without_flags(void **state) {
    (void)state;
    write_gzip("flags.csv.gz", FLAG_HEADER);
    mag_arena *arena = mag_arena_new(&account);
    size_t count = 7;
    read_flags(arena, &count);
    assert_int_equal(count, 0);
    mag_arena_free(arena);
}

static void refuses_a_table_that_is_not_ours(void **state) {
    (void)state;
    write_gzip("flags.csv.gz", "flag_id,patient\nA,b\n");
    mag_arena *arena = mag_arena_new(&account);
    const mag_flag_line *flags;
    size_t count;
    mag_error err = {0};
    assert_int_equal(mag_result_read_flags(arena, folder, &flags, &count, &err), MAG_E_INPUT);
    assert_int_equal(err.message, MAG_MSG_I128);
    mag_arena_free(arena);
    assert_int_equal(account.used_nbytes, 0);
}

static void reads_where_a_result_comes_from(void **state) {
    (void)state;
    write_plain(
        "run.json",
        "{\n  \"run_id\": \"x\",\n  \"as_of\": \"2025-12-31\",\n"
        "  \"profile\": \"magscreen\",\n  \"data\": \"demo/data \\u00e9\",\n"
        "  \"pipeline\": null,\n  \"rows\": [{\"read\": 12}],\n  \"result_sha256\": \"abc\"\n}\n");
    mag_arena *arena = mag_arena_new(&account);
    mag_result_record record;
    mag_error err = {0};
    assert_int_equal(mag_result_read_record(arena, folder, &record, &err), MAG_OK);
    assert_string_equal(record.as_of, "2025-12-31");
    assert_string_equal(record.profile, "magscreen");
    assert_string_equal(record.data, "demo/data \xc3\xa9");
    assert_string_equal(record.result_sha256, "abc");
    assert_null(record.pipeline);
    mag_arena_free(arena);
}

static mag_status count_line(void *context, const mag_reject_line *row, mag_error *err) {
    (void)err;
    size_t *count = context;
    ++*count;
    assert_string_equal(row->reason, *count == 1 ? "num.syntax" : "date.invalid");
    assert_string_equal(row->line, *count == 1 ? "12" : "13");
    return MAG_OK;
}

static void hands_out_every_reject_in_order(void **state) {
    (void)state;
    write_gzip("rejects.csv.gz", "source,file,line,column,reason,detail\n"
                                 "lims,labs.csv,12,value,num.syntax,\n"
                                 "lims,labs.csv,13,collected_at,date.invalid,month 13\n");
    mag_arena *arena = mag_arena_new(&account);
    size_t count = 0;
    mag_error err = {0};
    assert_int_equal(mag_result_each_reject(arena, folder, count_line, &count, &err), MAG_OK);
    assert_int_equal(count, 2);
    mag_arena_free(arena);
    assert_int_equal(account.used_nbytes, 0);
}

static void says_that_a_folder_is_none_of_ours(void **state) {
    (void)state;
    mag_arena *arena = mag_arena_new(&account);
    mag_result_record record;
    mag_error err = {0};
    assert_int_not_equal(mag_result_read_record(arena, "/nonexistent", &record, &err), MAG_OK);
    assert_non_null(strstr(err.hint, "magscreen run"));
    mag_arena_free(arena);
}

static int make_folder(void **state) {
    (void)state;
    return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state) {
    (void)state;
    static const char *const names[] = {"flags.csv.gz", "rejects.csv.gz", "run.json"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char path[128];
        snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        remove(path);
    }
    return rmdir(folder);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sorts_flags_by_severity_then_rule_then_patient),
        cmocka_unit_test(sorts_a_visible_flag_by_the_worst_that_it_hides),
        cmocka_unit_test(takes_the_mark_against_spreadsheets_off_again),
        cmocka_unit_test(reads_a_folder_without_flags),
        cmocka_unit_test(refuses_a_table_that_is_not_ours),
        cmocka_unit_test(reads_where_a_result_comes_from),
        cmocka_unit_test(hands_out_every_reject_in_order),
        cmocka_unit_test(says_that_a_folder_is_none_of_ours),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
