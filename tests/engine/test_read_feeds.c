/* Reading with several threads: the same result, the same account and the same failure as with one.
 */
#include "engine/run_fixture.h"

#include <jansson.h>

enum { FILES = 8, ROWS = 7000 }; /* of a file: more than one block */

static const char HEADER[] = "patient_id,code,value,unit,collected_at\n";

static void lab_path(const run_fixture *at, unsigned i, char path[256]) {
    snprintf(path, 256, "%s/labs-%u.csv", at->data, i);
}

/* Many results, with rows that are set aside, in eight files of some blocks each. */
static void write_files(const run_fixture *at) {
    static const char *const codes[] = {"2601-3", "2823-3", "2951-2", "9999-9"};
    static const char *const units[] = {"mmol/L", "mmol/L", "furlong", ""};
    uint64_t seed = 5;
    fixture_write(at, 3);
    for (unsigned i = 0; i < FILES; i++) {
        char path[256];
        lab_path(at, i, path);
        FILE *file = fopen(path, "w");
        assert_non_null(file);
        fputs(HEADER, file);
        for (unsigned k = 0; k < ROWS; k++) {
            const uint64_t lot = test_random(&seed);
            fprintf(file, "P%u,%s,%u.%02u,%s,2025-%02u-%02uT%02u:%02u\n",
                    (unsigned)(lot % (FIXTURE_PATIENTS + 5)), codes[lot >> 16 & 3],
                    (unsigned)(lot >> 20 & 3), (unsigned)(lot >> 24) % 100,
                    units[(lot >> 32) % 97 == 0 ? lot >> 40 & 3 : 0],
                    1 + (unsigned)(lot >> 42) % 12, 1 + (unsigned)(lot >> 46) % 28,
                    (unsigned)(lot >> 51) % 24, (unsigned)(lot >> 56) % 60);
            if (k % 1000 == 999)
                fputs("P1,2601-3,0.7\n", file);
        }
        fclose(file);
    }
}

static int begin(void **state) {
    static run_fixture at;
    fixture_begin(&at);
    write_files(&at);
    *state = &at;
    return 0;
}

static int end(void **state) {
    fixture_end(*state);
    return 0;
}

/* What a run tells of its files and why it failed, and its rejects, as one text. */
static void told(const run_fixture *at, const char *suffix, char **out) {
    char path[256], command[700];
    json_error_t error;
    snprintf(path, sizeof path, "%s%s/run.json", at->out, suffix);
    json_t *record = json_load_file(path, 0, &error);
    assert_non_null(record);
    json_t *kept = json_object();
    static const char *const keys[] = {"failure_id",   "failure", "failure_reason",
                                       "failure_file", "files",   "sources"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (json_object_get(record, keys[i]))
            json_object_set(kept, keys[i], json_object_get(record, keys[i]));
    snprintf(command, sizeof command, "zcat '%s%s/rejects.csv.gz' | sha256sum", at->out, suffix);
    FILE *rejects = popen(command, "r");
    char digest[65] = "";
    assert_int_equal(fscanf(rejects, "%64s", digest), 1);
    pclose(rejects);
    json_object_set_new(kept, "rejects", json_string(digest));
    *out = json_dumps(kept, JSON_SORT_KEYS);
    assert_non_null(*out);
    json_decref(kept);
    json_decref(record);
}

static const int THREADS[] = {1, 2, 3, 8, 64};
enum { THREAD_COUNTS = sizeof THREADS / sizeof *THREADS };

static void any_number_of_threads_comes_to_one_digest_and_one_account(void **state) {
    run_fixture *at = *state;
    char *texts[THREAD_COUNTS], digest[65];
    for (size_t i = 0; i < THREAD_COUNTS; i++) {
        at->thread_count = THREADS[i];
        if (fixture_run(at) != MAG_OK)
            fail_msg("%d threads: %s", THREADS[i], at->error.text);
        if (i == 0)
            snprintf(digest, sizeof digest, "%s", at->report->result_sha256);
        assert_string_equal(at->report->result_sha256, digest);
        told(at,
             at->report->end == MAG_RUN_HELD      ? ".held"
             : at->report->end == MAG_RUN_REFUSED ? ".failed"
                                                  : "",
             &texts[i]);
        assert_string_equal(texts[i], texts[0]);
        assert_non_null(strstr(texts[i], "\"read\": 7007"));
    }
    for (size_t i = 0; i < THREAD_COUNTS; i++)
        free(texts[i]);
}

/* --- failures ------------------------------------------------------------------------------------
 */

static void append(const run_fixture *at, unsigned i, const char *text) {
    char path[256], name[32];
    lab_path(at, i, path);
    snprintf(name, sizeof name, "labs-%u.csv", i);
    fixture_append(at, name, text);
}

static void run_command(const run_fixture *at, const char *format, unsigned i) {
    char path[256], command[700];
    lab_path(at, i, path);
    snprintf(command, sizeof command, format, path, path, path);
    assert_int_equal(system(command), 0);
}

/* A footer that counts other rows is seen at the end of the file only. */
static void spoil_at_the_end(const run_fixture *at, unsigned i) {
    append(at, i, "(99 rows)\n");
}

/* Cut off in the middle. */
static void spoil_in_the_middle(const run_fixture *at, unsigned i) {
    run_command(at, "gzip -n '%s' && truncate -s -5000 '%s.gz'", i);
}

static void spoil_the_header(const run_fixture *at, unsigned i) {
    run_command(at, "sed -i '1s/code/kode/' '%s'", i);
}

static void empty(const run_fixture *at, unsigned i) {
    run_command(at, "sed -i '2,$d' '%s'", i);
}

static void repeat(const run_fixture *at, unsigned i) {
    char path[256], command[700];
    lab_path(at, 0, path);
    snprintf(command, sizeof command, "cp '%s' '%s/labs-%u.csv'", path, at->data, i);
    assert_int_equal(system(command), 0);
}

typedef void spoil(const run_fixture *at, unsigned i);

static void the_lowest_file_that_fails_leaves_one_record(void **state) {
    static const struct row {
        spoil *lower, *higher;
        unsigned lower_idx, higher_idx;
        mag_message_id message;
        const char *file;
    } rows[] = {
        {spoil_in_the_middle, NULL, 5, 0, MAG_MSG_I101, "labs-5.csv.gz"},
        {spoil_at_the_end, spoil_the_header, 2, 6, MAG_MSG_I134, "labs-2.csv"},
        {spoil_in_the_middle, empty, 3, 4, MAG_MSG_I101, "labs-3.csv.gz"},
        {empty, spoil_in_the_middle, 1, 2, MAG_MSG_I130, "labs-1.csv"},
        {spoil_the_header, spoil_in_the_middle, 4, 7, MAG_MSG_I128, "labs-4.csv"},
        {repeat, spoil_the_header, 3, 7, MAG_MSG_I110, "labs-3.csv"},
    };
    run_fixture *at = *state;
    for (size_t r = 0; r < sizeof rows / sizeof *rows; r++) {
        char *texts[THREAD_COUNTS];
        write_files(at);
        rows[r].lower(at, rows[r].lower_idx);
        if (rows[r].higher)
            rows[r].higher(at, rows[r].higher_idx);
        for (size_t i = 0; i < THREAD_COUNTS; i++) {
            at->thread_count = THREADS[i];
            if (fixture_run(at) != MAG_E_INPUT || at->error.message != rows[r].message)
                fail_msg("case %zu, %d threads: %s", r, THREADS[i], at->error.text);
            told(at, ".failed", &texts[i]);
            assert_non_null(strstr(texts[i], rows[r].file));
            assert_string_equal(texts[i], texts[0]);
        }
        for (size_t i = 0; i < THREAD_COUNTS; i++)
            free(texts[i]);
        char command[300];
        snprintf(command, sizeof command, "rm -f '%s'/labs-*", at->data);
        assert_int_equal(system(command), 0);
    }
}

/* The producers of all files ask, whoever reads them. */
static void a_stop_while_reading_ends_a_run_of_any_number_of_threads(void **state) {
    run_fixture *at = *state;
    for (size_t i = 0; i < THREAD_COUNTS; i++) {
        at->thread_count = THREADS[i];
        at->stop_at = 4;
        assert_int_equal(fixture_run(at), MAG_E_INTERRUPTED);
        assert_non_null(strstr(at->error.text, "while reading"));
    }
    at->stop_at = 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(any_number_of_threads_comes_to_one_digest_and_one_account,
                                        begin, end),
        cmocka_unit_test_setup_teardown(the_lowest_file_that_fails_leaves_one_record, begin, end),
        cmocka_unit_test_setup_teardown(a_stop_while_reading_ends_a_run_of_any_number_of_threads,
                                        begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
