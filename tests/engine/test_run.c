#include "engine/result_table.h"

#include <jansson.h>
#include <locale.h>

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

/* Published, or found to be there already: the digest is computed either way. */
static void must_publish(run_fixture *at) {
    mag_status status = fixture_run(at);
    if (status != MAG_OK)
        print_message("%s\n", at->error.text);
    assert_int_equal(status, MAG_OK);
    for (size_t i = 0; i < at->report->verdict_count; i++)
        print_message("%s %s\n", at->report->verdicts[i].source, at->report->verdicts[i].gate);
    assert_true(at->report->end == MAG_RUN_PUBLISHED || at->report->end == MAG_RUN_NOTHING_NEW);
    assert_int_equal(at->report->exit_code, 0);
}

static json_t *read_record(const run_fixture *at, const char *suffix) {
    char path[256];
    json_error_t error;
    snprintf(path, sizeof path, "%s%s/run.json", at->out, suffix);
    json_t *root = json_load_file(path, 0, &error);
    assert_non_null(root);
    return root;
}

static void P_12_gives_the_same_digest_for_any_number_of_threads(void **state) {
    static const int threads[] = {1, 2, 3, 8, 64};
    run_fixture *at = *state;
    char first[MAG_SHA256_HEX_NBYTES] = "";
    for (size_t i = 0; i < sizeof threads / sizeof threads[0]; i++) {
        at->thread_count = threads[i];
        must_publish(at);
        assert_int_equal(strlen(at->report->result_sha256), 64);
        if (i == 0)
            strcpy(first, at->report->result_sha256);
        assert_string_equal(at->report->result_sha256, first);
    }
    assert_true(at->report->flagged_patient_count > 10);
}

static void P_17_gives_the_same_digest_in_any_locale_and_zone(void **state) {
    run_fixture *at = *state;
    char first[MAG_SHA256_HEX_NBYTES];
    must_publish(at);
    strcpy(first, at->report->result_sha256);
    setenv("TZ", "Pacific/Kiritimati", 1);
    if (setlocale(LC_ALL, "tr_TR.UTF-8") == NULL)
        print_message("SKIPPED: no Turkish locale here; only the zone is changed\n");
    must_publish(at);
    setlocale(LC_ALL, "C");
    unsetenv("TZ");
    assert_string_equal(at->report->result_sha256, first);
}

static void gives_the_same_digest_without_writing(void **state) {
    run_fixture *at = *state;
    char first[MAG_SHA256_HEX_NBYTES];
    must_publish(at);
    strcpy(first, at->report->result_sha256);
    at->is_dry = true;
    must_publish(at);
    at->is_dry = false;
    assert_string_equal(at->report->result_sha256, first);
}

typedef struct dump {
    mag_sha256 *hash;
    char last[512];
    size_t count, unsorted;
} dump;

static void take_line(void *context, mag_span line) {
    dump *dumped = context;
    char text[512];
    size_t nbytes = line.nbytes < sizeof text ? line.nbytes : sizeof text - 1;
    memcpy(text, line.at, nbytes);
    text[nbytes] = '\0';
    dumped->unsorted += strcmp(dumped->last, text) > 0;
    strcpy(dumped->last, text);
    dumped->count++;
    mag_sha256_add(dumped->hash, line);
}

static void the_digest_is_the_hash_of_sorted_lines_rebuilt_from_the_files(void **state) {
    run_fixture *at = *state;
    dump lines = {.hash = mag_sha256_new()};
    mag_verification verification;
    char hex[MAG_SHA256_HEX_NBYTES];
    must_publish(at);
    assert_int_equal(
        mag_verify_directory(at->out, &at->account, take_line, &lines, &verification, &at->error),
        MAG_OK);
    mag_sha256_end(lines.hash, hex);
    assert_true(verification.is_same);
    assert_string_equal(hex, at->report->result_sha256);
    assert_string_equal(verification.recorded, at->report->result_sha256);
    assert_int_equal(lines.unsorted, 0);
    assert_true(lines.count > 100);
}

static void verification_notices_one_changed_count(void **state) {
    run_fixture *at = *state;
    mag_verification verification;
    char command[512];
    must_publish(at);
    snprintf(command, sizeof command, "sed -i '2s/,all,all,[0-9]*/,all,all,9999/' '%s/summary.csv'",
             at->out);
    assert_int_equal(system(command), 0);
    assert_int_equal(
        mag_verify_directory(at->out, &at->account, NULL, NULL, &verification, &at->error), MAG_OK);
    assert_false(verification.is_same);
}

static uint64_t number_of(const json_t *object, const char *key) {
    return (uint64_t)json_integer_value(json_object_get(object, key));
}

static void records_every_row_in_one_bucket(void **state) {
    run_fixture *at = *state;
    uint64_t reads = 0;
    must_publish(at);
    json_t *root = read_record(at, "");
    size_t i;
    json_t *source;
    json_array_foreach(json_object_get(root, "sources"), i, source) {
        json_t *rows = json_object_get(source, "rows");
        assert_int_equal(number_of(rows, "read"),
                         number_of(rows, "accepted") + number_of(rows, "rejected") +
                             number_of(rows, "out_of_window") + number_of(rows, "duplicate") +
                             number_of(rows, "not_of_interest"));
        reads += number_of(rows, "read");
        json_t *file = json_array_get(json_object_get(source, "files"), 0);
        assert_int_equal(strlen(json_string_value(json_object_get(file, "sha256"))), 64);
    }
    assert_true(reads > FIXTURE_PATIENTS * 2);
    assert_string_equal(json_string_value(json_object_get(root, "state")), "published");
    assert_string_equal(json_string_value(json_object_get(root, "as_of")), "2025-12-31");
    assert_string_equal(json_string_value(json_object_get(root, "result_sha256")),
                        at->report->result_sha256);
    assert_int_equal(number_of(json_object_get(root, "patients"), "roster"), FIXTURE_PATIENTS);
    json_decref(root);
}

static void totals_of_every_rule_add_up(void **state) {
    run_fixture *at = *state;
    must_publish(at);
    assert_true(at->report->rule_totals_count >= 7);
    for (size_t i = 0; i < at->report->rule_totals_count; i++) {
        const mag_rule_totals *rule = &at->report->rules[i];
        uint64_t visible = 0;
        for (unsigned severity = 0; severity < MAG_SEVERITY_COUNT; severity++)
            visible += rule->visible_by_severity[severity];
        assert_int_equal(rule->eligible, rule->flagged + rule->clear + rule->cannot_tell);
        assert_int_equal(rule->flagged, visible + rule->hidden);
        assert_true(rule->eligible <= at->report->screened_count);
    }
    assert_true(at->report->screened_count < FIXTURE_PATIENTS); /* some are 16 or 17 */
}

static void every_stratum_of_the_summary_adds_up_to_all(void **state) {
    run_fixture *at = *state;
    char command[1024];
    must_publish(at);
    snprintf(command, sizeof command,
             "awk -F, 'NR > 1 { for (i = 6; i <= 10; i++) s[$2 \",\" $4 \",\" i] += $i; r[$2] }"
             " END { for (k in r) for (i = 6; i <= 10; i++) {"
             " n = split(\"sex age_band renal_stage site\", st, \" \");"
             " for (j = 1; j <= n; j++)"
             " if (s[k \",\" st[j] \",\" i] != s[k \",all,\" i]) exit 1 } }' '%s/summary.csv'",
             at->out);
    assert_int_equal(system(command), 0);
}

/* Everybody's last record is a result at 08:00 of a day that the fixture takes from their number.
 */
static void with_latest_every_patient_has_a_time_of_their_own(void **state) {
    run_fixture *at = *state;
    at->as_of = "latest";
    must_publish(at);
    result_table flags = result_read(at, "", "flags.csv.gz");
    result_table summary = result_read(at, "", "summary.csv");
    assert_true(flags.row_count > 20);
    for (size_t row = 0; row < flags.row_count; row++) {
        char expected[32];
        unsigned number = (unsigned)strtoul(result_cell(&flags, row, "patient_id") + 1, NULL, 10);
        snprintf(expected, sizeof expected, "2025-12-%02uT08:00", 1 + number % 28);
        assert_string_equal(result_cell(&flags, row, "as_of"), expected);
    }
    assert_int_equal(result_rows_with(&summary, "as_of", "latest", NULL), summary.row_count);
    result_done(&flags);
    result_done(&summary);
}

/* Each T of its own: at an earlier one, later results are not there. */
static void an_earlier_as_of_sees_no_later_record(void **state) {
    run_fixture *at = *state;
    at->as_of = "2025-12-01";
    must_publish(at);
    result_table labs = result_read(at, "", "lab_summary.csv");
    uint64_t results = 0;
    for (size_t row = 0; row < labs.row_count; row++)
        if (strcmp(result_cell(&labs, row, "analyte"), "magnesium") == 0)
            results += result_count(&labs, row, "results");
    assert_true(results > 0 && results <= 1 + FIXTURE_PATIENTS / 28); /* collected on the first */
    result_done(&labs);
}

static void refuses_to_guess_the_as_of_and_names_the_newest_date(void **state) {
    run_fixture *at = *state;
    at->as_of = NULL;
    assert_int_equal(fixture_run(at), MAG_E_USAGE);
    assert_non_null(strstr(at->error.text, "2025-12-28"));
    assert_false(fixture_has(at, "", "run.json"));
    assert_false(fixture_has(at, ".failed", "run.json"));
}

static void refuses_an_as_of_that_is_no_date(void **state) {
    run_fixture *at = *state;
    at->as_of = "31.12.2025";
    assert_int_equal(fixture_run(at), MAG_E_USAGE);
    assert_non_null(strstr(at->error.hint, "yesterday"));
}

static void publishes_with_a_warning_when_a_gate_is_amber(void **state) {
    run_fixture *at = *state;
    fixture_append(at, "labs.csv", "P1,2601-3,\"0,7\",mmol/L,2025-12-01T08:00\n");
    assert_int_equal(fixture_run(at), MAG_OK);
    assert_int_equal(at->report->exit_code, 3);
    assert_int_equal(at->report->end, MAG_RUN_PUBLISHED);
    assert_int_equal(at->report->verdict_count, 1);
    assert_string_equal(at->report->verdicts[0].gate, "num.decimal_comma");
    assert_string_equal(at->report->verdicts[0].column, "value");
    assert_string_equal(at->report->verdicts[0].first_file, "labs.csv");
    assert_true(fixture_has(at, "", "flags.csv.gz"));
}

static void holds_a_run_when_a_soft_gate_is_red(void **state) {
    run_fixture *at = *state;
    for (unsigned i = 0; i < 20; i++)
        fixture_append(at, "labs.csv", "P1,2601-3,\"0,7\",mmol/L,2025-12-01T08:00\n");
    assert_int_equal(fixture_run(at), MAG_OK);
    assert_int_equal(at->report->exit_code, 4);
    assert_int_equal(at->report->end, MAG_RUN_HELD);
    assert_true(fixture_has(at, ".held", "flags.csv.gz"));
    assert_false(fixture_has(at, "", "run.json"));
}

static void refuses_a_run_when_the_shape_of_a_file_is_red(void **state) {
    run_fixture *at = *state;
    fixture_append(at, "labs.csv", "P1,2601-3\nP2,2601-3\n");
    assert_int_equal(fixture_run(at), MAG_OK);
    assert_int_equal(at->report->exit_code, 4);
    assert_int_equal(at->report->end, MAG_RUN_REFUSED);
    assert_false(fixture_has(at, "", "run.json"));
    assert_true(fixture_has(at, ".failed", "rejects.csv.gz"));
    assert_false(fixture_has(at, ".failed", "flags.csv.gz"));
    json_t *root = read_record(at, ".failed");
    assert_string_equal(json_string_value(json_object_get(root, "state")), "refused");
    assert_true(json_is_null(json_object_get(root, "result_sha256")));
    json_decref(root);
}

static void leaves_a_record_of_a_file_that_cannot_be_used(void **state) {
    run_fixture *at = *state;
    FILE *file = fixture_open(at, "labs.csv");
    fclose(file);
    assert_int_equal(fixture_run(at), MAG_E_INPUT);
    json_t *root = read_record(at, ".failed");
    assert_string_equal(json_string_value(json_object_get(root, "state")), "failed");
    assert_string_equal(json_string_value(json_object_get(root, "failure_id")), "MS-I106");
    assert_int_equal(json_integer_value(json_object_get(root, "exit_code")), 4);
    json_decref(root);
}

#define RUN_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        RUN_TEST(P_12_gives_the_same_digest_for_any_number_of_threads),
        RUN_TEST(P_17_gives_the_same_digest_in_any_locale_and_zone),
        RUN_TEST(gives_the_same_digest_without_writing),
        RUN_TEST(the_digest_is_the_hash_of_sorted_lines_rebuilt_from_the_files),
        RUN_TEST(verification_notices_one_changed_count),
        RUN_TEST(records_every_row_in_one_bucket),
        RUN_TEST(totals_of_every_rule_add_up),
        RUN_TEST(every_stratum_of_the_summary_adds_up_to_all),
        RUN_TEST(with_latest_every_patient_has_a_time_of_their_own),
        RUN_TEST(an_earlier_as_of_sees_no_later_record),
        RUN_TEST(refuses_to_guess_the_as_of_and_names_the_newest_date),
        RUN_TEST(refuses_an_as_of_that_is_no_date),
        RUN_TEST(publishes_with_a_warning_when_a_gate_is_amber),
        RUN_TEST(holds_a_run_when_a_soft_gate_is_red),
        RUN_TEST(refuses_a_run_when_the_shape_of_a_file_is_red),
        RUN_TEST(leaves_a_record_of_a_file_that_cannot_be_used),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
