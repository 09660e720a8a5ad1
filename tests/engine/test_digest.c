#include "engine/engine_test.h"

#include "base/text.h"
#include "engine/digest.h"

#include <stdlib.h>
#include <string.h>

typedef struct test_data {
    mag_account account;
    mag_digest *digest;
    mag_text lines;
} test_data;

static void listen(void *context, mag_span line) {
    mag_text_add(context, line);
}

static void begin(test_data *fixture) {
    *fixture = (test_data){0};
    mag_text_init(&fixture->lines, &fixture->account);
    assert_int_equal(
        mag_digest_new(&fixture->digest, &fixture->account, listen, &fixture->lines, NULL), MAG_OK);
}

static void put_lab(test_data *fixture, const char *analyte, uint64_t results) {
    mag_lab_summary_row row = {.analyte = analyte,
                               .unit = "mg/dL",
                               .results = results,
                               .patients = 2,
                               .missing_patients = 3,
                               .censored = 4,
                               .implausible = 5,
                               .text = 6,
                               .mean = "9.9",
                               .sd = "8.8",
                               .below_range = 7,
                               .above_range = 8};
    static const char *const quantiles[] = {"0.9", "1",   "1.1", "1.2", "1.3",
                                            "1.4", "1.5", "1.6", "1.7"};
    memcpy(row.quantiles, quantiles, sizeof quantiles);
    assert_int_equal(mag_digest_lab_summary(fixture->digest, &row, NULL), MAG_OK);
}

static void put_cannot_tell(test_data *fixture, const char *patient, const char *rule) {
    mag_cannot_tell_row row = {.patient_id = mag_span_of(patient),
                               .rule_id = rule,
                               .as_of = "2025-12-31",
                               .reasons = "missing,stale",
                               .detail = "not in the digest"};
    assert_int_equal(mag_digest_cannot_tell(fixture->digest, &row, NULL), MAG_OK);
}

static void put_flag(test_data *fixture, const char *patient, const char *hidden_by) {
    mag_flag_row row = {.flag_id = "not in it",
                        .patient_id = mag_span_of(patient),
                        .rule_id = "A02",
                        .rule_version = "not in it",
                        .title = "not in it",
                        .severity = MAG_SEVERITY_HIGH,
                        .could_be = "",
                        .state = "new",
                        .as_of = "2025-12-31",
                        .hidden_by = hidden_by,
                        .notes = "not in it",
                        .evidence = "{}"};
    assert_int_equal(
        mag_digest_flag(fixture->digest, &row, mag_span_of("kf=21.5 mL/min@2025-12-01"), NULL),
        MAG_OK);
}

static void put_summary(test_data *fixture, const char *level) {
    mag_summary_row row = {.as_of = "2025-12-31",
                           .rule_id = "A02",
                           .rule_version = "1",
                           .stratum = "sex",
                           .level = level,
                           .eligible = 6,
                           .flagged = 3,
                           .clear = 2,
                           .cannot_tell = 1,
                           .hidden = 1,
                           .not_evaluated = "",
                           .rate = "0.6",
                           .ci_low = "",
                           .ci_high = ""};
    assert_int_equal(mag_digest_summary(fixture->digest, &row, NULL), MAG_OK);
}

static void finish(test_data *fixture, char hex[MAG_SHA256_HEX_NBYTES]) {
    assert_int_equal(mag_digest_end(fixture->digest, hex, NULL), MAG_OK);
}

static const char EXPECTED[] =
    "A\tcreatinine\tmg/dL\t20\t2\t3\t4\t5\t6\t0.9\t1\t1.1\t1.2\t1.3\t1.4\t1.5\t1.6\t1.7\t7\t8\n"
    "A\tmagnesium\tmg/dL\t10\t2\t3\t4\t5\t6\t0.9\t1\t1.1\t1.2\t1.3\t1.4\t1.5\t1.6\t1.7\t7\t8\n"
    "C\tP1\tA01\t2025-12-31\tmissing,stale\n"
    "C\tP1 x\tA01\t2025-12-31\tmissing,stale\n"
    "F\tP1\tA02\t2025-12-31\thigh\t-\tkf=21.5 mL/min@2025-12-01\n"
    "F\tP2\tA02\t2025-12-31\thigh\tA01\tkf=21.5 mL/min@2025-12-01\n"
    "H\t1\tpack\tbook\tover\n"
    "S\t2025-12-31\tA02\tsex\tF\t6\t3\t2\t1\t1\n"
    "S\t2025-12-31\tA02\tsex\tM\t6\t3\t2\t1\t1\n";

static void put_everything(test_data *fixture, bool is_turned_round) {
    put_lab(fixture, is_turned_round ? "magnesium" : "creatinine", is_turned_round ? 10 : 20);
    put_lab(fixture, is_turned_round ? "creatinine" : "magnesium", is_turned_round ? 20 : 10);
    put_cannot_tell(fixture, "P1", "A01");
    put_cannot_tell(fixture, "P1 x", "A01");
    put_flag(fixture, "P1", "");
    put_flag(fixture, "P2", "A01");
    assert_int_equal(mag_digest_header(fixture->digest, "1\tpack\tbook\tover", NULL), MAG_OK);
    put_summary(fixture, is_turned_round ? "M" : "F");
    put_summary(fixture, is_turned_round ? "F" : "M");
}

static void hashes_the_contract_lines_sorted_bytewise(void **state) {
    test_data fixture;
    char hex[MAG_SHA256_HEX_NBYTES], expected[MAG_SHA256_HEX_NBYTES];
    (void)state;
    begin(&fixture);
    put_everything(&fixture, false);
    finish(&fixture, hex);
    assert_int_equal(fixture.lines.nbytes, strlen(EXPECTED));
    assert_memory_equal(fixture.lines.at, EXPECTED, strlen(EXPECTED));
    mag_sha256_of(mag_span_of(EXPECTED), expected);
    assert_string_equal(hex, expected);
    mag_text_done(&fixture.lines);
    assert_int_equal(fixture.account.used_nbytes, 0);
}

static void does_not_depend_on_the_order_of_summary_rows(void **state) {
    test_data fixture;
    char first[MAG_SHA256_HEX_NBYTES], second[MAG_SHA256_HEX_NBYTES];
    (void)state;
    begin(&fixture);
    put_everything(&fixture, false);
    finish(&fixture, first);
    mag_text_done(&fixture.lines);
    begin(&fixture);
    put_everything(&fixture, true);
    finish(&fixture, second);
    mag_text_done(&fixture.lines);
    assert_string_equal(first, second);
}

static void is_released_when_given_up(void **state) {
    test_data fixture;
    (void)state;
    begin(&fixture);
    put_lab(&fixture, "magnesium", 1);
    mag_digest_free(fixture.digest);
    mag_text_done(&fixture.lines);
    assert_int_equal(fixture.account.used_nbytes, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hashes_the_contract_lines_sorted_bytewise),
        cmocka_unit_test(does_not_depend_on_the_order_of_summary_rows),
        cmocka_unit_test(is_released_when_given_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
