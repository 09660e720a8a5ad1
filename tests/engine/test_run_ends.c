/* How a run can end, and what lies in the folder afterwards. */
#include "engine/result_record.h"

#include "cohort/builder.h"

#include <dirent.h>
#include <sys/stat.h>

static int setup(void **state) {
    static run_fixture at;
    fixture_begin(&at);
    fixture_write(&at, 42);
    *state = &at;
    return 0;
}

static int teardown(void **state) {
    fixture_end(*state);
    return 0;
}

static void end_with(run_fixture *at, mag_run_end end, int exit_code) {
    mag_status status = fixture_run(at);
    if (status != MAG_OK)
        fail_msg("%s", at->error.text);
    assert_int_equal(at->report->end, end);
    assert_int_equal(at->report->exit_code, exit_code);
}

static int by_name(const void *a, const void *b) {
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The names in a folder, sorted, each with a blank behind it. */
static void list_folder(const char *path, char out[512]) {
    char *names[64];
    size_t count = 0;
    DIR *folder = opendir(path);
    out[0] = '\0';
    if (folder == NULL)
        return;
    for (const struct dirent *entry; (entry = readdir(folder)) != NULL;)
        if (entry->d_name[0] != '.')
            names[count++] = strdup(entry->d_name);
    closedir(folder);
    qsort(names, count, sizeof *names, by_name);
    for (size_t i = 0; i < count; i++) {
        strcat(strcat(out, names[i]), " ");
        free(names[i]);
    }
}

static void assert_folder(const run_fixture *at, const char *suffix, const char *expected) {
    char path[128], names[512];
    snprintf(path, sizeof path, "%s%s", at->out, suffix);
    list_folder(path, names);
    assert_string_equal(names, expected);
}

/* What lies beside the data: nothing half-done, nothing set aside. */
static void assert_beside(const run_fixture *at, const char *expected) {
    char names[512];
    list_folder(at->folder, names);
    assert_string_equal(names, expected);
}

static const char WHOLE[] =
    "cannot_tell.csv.gz flags.csv.gz lab_summary.csv rejects.csv.gz run.json summary.csv ";

static void hash_record(const run_fixture *at, const char *suffix, char hex[65]) {
    char path[128];
    snprintf(path, sizeof path, "%s%s/run.json", at->out, suffix);
    result_file_sha256(path, hex);
}

static void assert_state(const run_fixture *at, const char *suffix, const char *state,
                         int exit_code) {
    json_t *record = result_record(at, suffix);
    assert_string_equal(record_text(record, "state"), state);
    assert_int_equal(record_count(record, "exit_code"), (uint64_t)exit_code);
    bool has_result = strcmp(state, "published") == 0 || strcmp(state, "held") == 0;
    assert_int_equal(json_is_string(record_at(record, "result_sha256")), has_result);
    json_decref(record);
}

static void append_commas(const run_fixture *at, unsigned count) {
    while (count-- > 0)
        fixture_append(at, "labs.csv", "P1,2601-3,\"0,7\",mmol/L,2025-12-01T08:00\n");
}

/* --- published, held, refused, failed -------------------------------------------------------- */

static void a_published_run_leaves_one_whole_folder(void **state) {
    run_fixture *at = *state;
    end_with(at, MAG_RUN_PUBLISHED, 0);
    assert_folder(at, "", WHOLE);
    assert_beside(at, "data out ");
    assert_state(at, "", "published", 0);
}

static void a_held_run_is_whole_and_lies_beside_the_published_one(void **state) {
    run_fixture *at = *state;
    char before[65], after[65];
    mag_verification verification;
    end_with(at, MAG_RUN_PUBLISHED, 0);
    hash_record(at, "", before);
    append_commas(at, 20);
    end_with(at, MAG_RUN_HELD, 4);
    hash_record(at, "", after);
    assert_string_equal(before, after);
    assert_beside(at, "data out out.held ");
    assert_folder(at, ".held", WHOLE);
    assert_state(at, ".held", "held", 4);
    strcat(at->out, ".held");
    assert_int_equal(
        mag_verify_directory(at->out, &at->account, NULL, NULL, &verification, &at->error), MAG_OK);
    assert_true(verification.is_same);
    assert_string_equal(verification.computed, at->report->result_sha256);
}

static void a_second_held_run_takes_the_place_of_the_first(void **state) {
    run_fixture *at = *state;
    char first[65], second[65];
    append_commas(at, 20);
    end_with(at, MAG_RUN_HELD, 4);
    hash_record(at, ".held", first);
    append_commas(at, 1);
    end_with(at, MAG_RUN_HELD, 4);
    hash_record(at, ".held", second);
    assert_string_not_equal(first, second);
    assert_beside(at, "data out.held ");
}

static void a_refused_run_leaves_its_record_and_rejects_only(void **state) {
    run_fixture *at = *state;
    fixture_append(at, "labs.csv", "P1,2601-3\nP2,2601-3\n");
    end_with(at, MAG_RUN_REFUSED, 4);
    assert_folder(at, ".failed", "rejects.csv.gz run.json ");
    assert_beside(at, "data out.failed ");
    assert_state(at, ".failed", "refused", 4);
    result_table rejects = result_read(at, ".failed", "rejects.csv.gz");
    assert_int_equal(result_rows_with(&rejects, "reason", "csv.too_few_fields", NULL), 2);
    result_done(&rejects);
}

static void a_failed_run_says_what_failed(void **state) {
    run_fixture *at = *state;
    fclose(fixture_open(at, "prescriptions.csv"));
    assert_int_equal(fixture_run(at), MAG_E_INPUT);
    assert_folder(at, ".failed", "rejects.csv.gz run.json ");
    assert_state(at, ".failed", "failed", 4);
    json_t *record = result_record(at, ".failed");
    assert_string_equal(record_text(record, "failure_id"), "MS-I106");
    assert_string_equal(record_text(record, "failure"), at->error.text);
    assert_int_equal(json_array_size(record_at(record, "gates")), 0);
    json_decref(record);
}

static void force_exchanges_the_old_folder_for_the_new_one(void **state) {
    run_fixture *at = *state;
    char note[160], report[160], first[65];
    end_with(at, MAG_RUN_PUBLISHED, 0);
    strcpy(first, at->report->result_sha256);
    snprintf(note, sizeof note, "%s/note-of-a-reader", at->out);
    fclose(fopen(note, "w"));
    fixture_append(at, "labs.csv", "P1,2601-3,0.20,mmol/L,2025-12-30T08:00\n");
    assert_int_equal(fixture_run(at), MAG_E_USAGE); /* the note is not ours to remove */
    assert_int_equal(unlink(note), 0);
    snprintf(report, sizeof report, "%s/report.html", at->out); /* of a run that wrote more */
    fclose(fopen(report, "w"));
    end_with(at, MAG_RUN_PUBLISHED, 0);
    assert_string_not_equal(at->report->result_sha256, first);
    assert_folder(at, "", WHOLE);
    assert_beside(at, "data out ");
}

static void without_force_a_full_folder_is_left_alone(void **state) {
    run_fixture *at = *state;
    char before[65], after[65];
    end_with(at, MAG_RUN_PUBLISHED, 0);
    hash_record(at, "", before);
    fixture_append(at, "labs.csv", "P1,2601-3,0.20,mmol/L,2025-12-30T08:00\n");
    at->is_unforced = true;
    assert_int_equal(fixture_run(at), MAG_E_USAGE);
    at->is_unforced = false;
    assert_int_equal(at->error.message, MAG_MSG_P405);
    hash_record(at, "", after);
    assert_string_equal(before, after);
    assert_beside(at, "data out ");
}

/* --- nothing new ----------------------------------------------------------------------------- */

static void the_same_again_publishes_nothing_whatever_the_threads(void **state) {
    run_fixture *at = *state;
    char before[65], after[65];
    end_with(at, MAG_RUN_PUBLISHED, 0);
    hash_record(at, "", before);
    at->thread_count = 3;
    end_with(at, MAG_RUN_NOTHING_NEW, 0);
    assert_int_equal(strlen(at->report->result_sha256), 64);
    hash_record(at, "", after);
    assert_string_equal(before, after);
    assert_beside(at, "data out ");
}

static void the_same_warnings_again_are_nothing_new_and_exit_0(void **state) {
    run_fixture *at = *state;
    append_commas(at, 1);
    end_with(at, MAG_RUN_PUBLISHED, 3);
    end_with(at, MAG_RUN_NOTHING_NEW, 0);
    assert_state(at, "", "published", 3);
}

/* Each of these leaves the four parts of the run key as they are, but not the record. */
static void a_record_that_would_say_something_else_is_published(void **state) {
    static const char *const changes[] = {
        "echo 'P1,99999-9,1,mmol/L,2025-12-01' >> labs.csv", /* one row more, of no interest */
        "(head -1 labs.csv; tail -n +2 labs.csv | tac) > x; mv x labs.csv", /* other positions */
        "gzip -n labs.csv",                                                 /* another file */
        "rm ../out/summary.csv",                                            /* a table is gone */
        "echo '{' > ../out/run.json",                                       /* no record at all */
        "sed -i 's/\"state\": \"published\"/\"state\": \"held\"/' ../out/run.json"};
    run_fixture *at = *state;
    char result[65];
    end_with(at, MAG_RUN_PUBLISHED, 0);
    strcpy(result, at->report->result_sha256);
    for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
        char command[400];
        snprintf(command, sizeof command, "cd '%s' && %s", at->data, changes[i]);
        assert_int_equal(system(command), 0);
        end_with(at, MAG_RUN_PUBLISHED, 0);
        assert_string_equal(at->report->result_sha256, result);
        assert_folder(at, "", WHOLE);
        end_with(at, MAG_RUN_NOTHING_NEW, 0);
    }
}

static void another_as_of_is_another_key(void **state) {
    run_fixture *at = *state;
    end_with(at, MAG_RUN_PUBLISHED, 0);
    at->as_of = "2025-12-30";
    end_with(at, MAG_RUN_PUBLISHED, 0);
    at->as_of = "2025-12-31T23:58";
    end_with(at, MAG_RUN_PUBLISHED, 0);
    end_with(at, MAG_RUN_NOTHING_NEW, 0);
}

static void a_held_run_is_never_nothing_new(void **state) {
    run_fixture *at = *state;
    append_commas(at, 20);
    end_with(at, MAG_RUN_HELD, 4);
    end_with(at, MAG_RUN_HELD, 4);
}

/* --- a source that loses a row --------------------------------------------------------------- */

static mag_status lose_a_row(mag_source *source, mag_cohort *cohort, mag_list *feeds,
                             mag_error *err) {
    uint16_t file_id;
    mag_run_file *file;
    (void)feeds;
    MAG_TRY(
        mag_cohort_add_file(cohort, source->name, "leaky.csv", source->kind, &file_id, &file, err));
    file->accounting = (mag_accounting){.read = 5, .accepted = 3, .duplicate = 1};
    return MAG_OK;
}

static void a_lost_row_ends_the_run_with_70_and_publishes_nothing(void **state) {
    static const mag_source_ops ops = {.add_feeds = lose_a_row};
    mag_source leaky = {.ops = &ops, .name = "labs", .kind = MAG_TABLE_LABS};
    run_fixture *at = *state;
    at->extra = &leaky;
    assert_int_equal(fixture_run(at), MAG_E_INTERNAL);
    at->extra = NULL;
    assert_int_equal(mag_status_exit_code(at->error.status), 70);
    assert_int_equal(at->error.message, MAG_MSG_X701);
    assert_non_null(strstr(at->error.text, "leaky.csv: 5 rows were read, but 4"));
    assert_folder(at, "", "");
    assert_state(at, ".failed", "failed", 70);
}

/* --- stopped, and out of memory -------------------------------------------------------------- */

static unsigned count_stops(run_fixture *at) {
    end_with(at, MAG_RUN_PUBLISHED, 0);
    return at->stop_calls;
}

static void P_01_stopped_at_any_time_a_run_publishes_nothing(void **state) {
    run_fixture *at = *state;
    char before[65], after[65];
    unsigned calls = count_stops(at);
    assert_true(calls > 64); /* every stage, and every partition */
    hash_record(at, "", before);
    fixture_append(at, "labs.csv", "P1,2601-3,0.20,mmol/L,2025-12-30T08:00\n");
    for (at->stop_at = 1; at->stop_at <= calls; at->stop_at++) {
        assert_int_equal(fixture_run(at), MAG_E_INTERRUPTED);
        assert_int_equal(mag_status_exit_code(at->error.status), 130);
        assert_int_equal(at->report->exit_code, 130);
        assert_int_equal(at->error.message, MAG_MSG_P401);
        assert_state(at, ".failed", "failed", 130);
        assert_folder(at, ".failed", "rejects.csv.gz run.json ");
    }
    hash_record(at, "", after);
    assert_string_equal(before, after);
    assert_beside(at, "data out out.failed ");
    end_with(at, MAG_RUN_PUBLISHED, 0); /* one call later nobody stops it */
}

static void expect_stopped(run_fixture *at, unsigned call, const char *words) {
    at->stop_at = call;
    assert_int_equal(fixture_run(at), MAG_E_INTERRUPTED);
    if (strstr(at->error.text, words) == NULL)
        fail_msg("call %u: %s", call, at->error.text);
}

static void a_stopped_run_says_at_which_stage(void **state) {
    run_fixture *at = *state;
    const unsigned calls = count_stops(at);
    const struct row {
        unsigned call;
        const char *words;
    } rows[] = {{1, "while reading"},     {2, "while reading"},        {3, "while reading"},
                {4, "after reading"},     {5, "after sorting"},        {6, "while screening"},
                {calls, "after writing"}, {calls - 1, "while writing"}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        expect_stopped(at, rows[i].call, rows[i].words);
    unsigned call = calls - 1; /* once for each batch of rows */
    while (strstr(at->error.text, "while writing") != NULL) {
        at->stop_at = --call;
        assert_int_equal(fixture_run(at), MAG_E_INTERRUPTED);
    }
    assert_non_null(strstr(at->error.text, "after screening"));
}

/* From a limit that stops it at once to one that is enough: it fails while reading, sorting,
   screening and writing. */
static void beyond_its_memory_a_run_ends_with_8_and_publishes_nothing(void **state) {
    run_fixture *at = *state;
    unsigned refused = 0;
    mag_status status = MAG_E_RESOURCE;
    for (size_t limit = 2048; status != MAG_OK; limit += limit / 8) {
        at->run_limit_nbytes = limit;
        status = fixture_run(at);
        if (status == MAG_OK)
            break;
        assert_int_equal(status, MAG_E_RESOURCE);
        assert_int_equal(mag_status_exit_code(status), 8);
        assert_int_equal(at->error.message, MAG_MSG_P402);
        assert_folder(at, "", "");
        refused++;
    }
    assert_true(refused > 30);
    assert_folder(at, "", WHOLE);
    assert_state(at, "", "published", 0);
}

#define END_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        END_TEST(a_published_run_leaves_one_whole_folder),
        END_TEST(a_held_run_is_whole_and_lies_beside_the_published_one),
        END_TEST(a_second_held_run_takes_the_place_of_the_first),
        END_TEST(a_refused_run_leaves_its_record_and_rejects_only),
        END_TEST(a_failed_run_says_what_failed),
        END_TEST(force_exchanges_the_old_folder_for_the_new_one),
        END_TEST(without_force_a_full_folder_is_left_alone),
        END_TEST(the_same_again_publishes_nothing_whatever_the_threads),
        END_TEST(the_same_warnings_again_are_nothing_new_and_exit_0),
        END_TEST(a_record_that_would_say_something_else_is_published),
        END_TEST(another_as_of_is_another_key),
        END_TEST(a_held_run_is_never_nothing_new),
        END_TEST(a_lost_row_ends_the_run_with_70_and_publishes_nothing),
        END_TEST(P_01_stopped_at_any_time_a_run_publishes_nothing),
        END_TEST(a_stopped_run_says_at_which_stage),
        END_TEST(beyond_its_memory_a_run_ends_with_8_and_publishes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
