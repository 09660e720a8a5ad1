#include "engine/engine_test.h"

#include "base/sha256.h"
#include "cohort/builder.h"
#include "engine/evidence.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

static const mag_fact FACTS[] = {
    {.kind = MAG_FACT_DERIVED,
     .operand = "kf",
     .value = "17.3",
     .digest_value = "17.3416",
     .unit = "mL/min",
     .at = 20301 * 1440,
     .is_date_only = true,
     .method = "CG actual weight",
     .start = MAG_MINUTE_NONE,
     .stop = MAG_MINUTE_NONE},
    {.kind = MAG_FACT_RESULT,
     .operand = "latest(magnesium)",
     .value = "1.48",
     .unit = "mg/dL",
     .limit = "1.7 mg/dL",
     .at = 20302 * 1440 + 430,
     .notes = "conflict",
     .line = 9771,
     .file_id = 0xffff,
     .start = MAG_MINUTE_NONE,
     .stop = MAG_MINUTE_NONE},
    {.kind = MAG_FACT_EXPOSURE,
     .operand = "active(MGSYS)",
     .drug_class = "MGSUPP",
     .code = "A12CC04",
     .drug_name = "Mg \"forte\" \\ 5\t",
     .dose = "16.5 mmol/day",
     .at = MAG_MINUTE_NONE,
     .start = 20241 * 1440,
     .stop = 20248 * 1440,
     .is_date_only = true},
    {.kind = MAG_FACT_EXPOSURE,
     .operand = "active(PPI)",
     .drug_class = "PPI",
     .at = MAG_MINUTE_NONE,
     .start = 20241 * 1440 + 61,
     .stop = MAG_MINUTE_OPEN,
     .is_open = true},
    {.kind = MAG_FACT_RESULT,
     .operand = "lowest(\"odd\\\")",
     .value = "<0.30",
     .unit = "mmol/L",
     .at = MAG_MINUTE_NONE,
     .start = MAG_MINUTE_NONE,
     .stop = MAG_MINUTE_NONE},
};

static const char DIGEST[] = "kf=17.3416 mL/min@2025-08-01; "
                             "latest(magnesium)=1.48 mg/dL@2025-08-02T07:10; "
                             "MGSUPP 2025-06-02..2025-06-08 16.5 mmol/day; "
                             "PPI 2025-06-02T01:01..; "
                             "lowest(\"odd\\\")=<0.30 mmol/L";

typedef struct test_data {
    mag_account account;
    mag_text facts, json;
} test_data;

static const mag_event_interval NO_EVENT = {MAG_MINUTE_NONE, MAG_MINUTE_OPEN};

static int setup(void **state) {
    static test_data fixture;
    mag_explanation explanation = {.facts = FACTS,
                                   .fact_count = sizeof FACTS / sizeof FACTS[0],
                                   .outcome = {.kind = MAG_FLAGGED,
                                               .severity = MAG_SEVERITY_HIGH,
                                               .severity_before = MAG_SEVERITY_CRITICAL,
                                               .hidden_by = -1}};
    mag_codebook *book = NULL;
    mag_cohort *cohort = NULL;
    mag_cohort_settings settings = {.account = &fixture.account, .data_until = MAG_MINUTE_OPEN};
    mag_text_init(&fixture.facts, &fixture.account);
    mag_text_init(&fixture.json, &fixture.account);
    assert_int_equal(mag_cohort_new(&cohort, book, &settings, NULL), MAG_OK);
    mag_evidence_facts(&fixture.facts, &explanation);
    mag_evidence_json(&fixture.json, &explanation, cohort, mag_text_span(&fixture.facts),
                      &NO_EVENT);
    mag_cohort_free(cohort);
    *state = &fixture;
    return 0;
}

static int teardown(void **state) {
    test_data *fixture = *state;
    mag_text_done(&fixture->facts);
    mag_text_done(&fixture->json);
    return 0;
}

static void writes_facts_for_the_digest_without_codes_or_positions(void **state) {
    test_data *fixture = *state;
    assert_int_equal(fixture->facts.nbytes, strlen(DIGEST));
    assert_memory_equal(fixture->facts.at, DIGEST, strlen(DIGEST));
}

static const char *text_of(const json_t *fact, const char *key) {
    return json_string_value(json_object_get(fact, key));
}

static void writes_json_that_another_reader_understands(void **state) {
    test_data *fixture = *state;
    json_error_t error;
    json_t *root = json_loadb(fixture->json.at, fixture->json.nbytes, 0, &error);
    assert_non_null(root);
    json_t *facts = json_object_get(root, "facts");
    assert_int_equal(json_array_size(facts), 5);
    assert_string_equal(text_of(root, "digest"), DIGEST);
    assert_string_equal(text_of(root, "severity_before"), "critical");
    json_t *kf = json_array_get(facts, 0);
    assert_true(json_is_real(json_object_get(kf, "value")));
    assert_string_equal(text_of(kf, "at"), "2025-08-01");
    assert_string_equal(text_of(kf, "method"), "CG actual weight");
    json_t *magnesium = json_array_get(facts, 1);
    assert_string_equal(text_of(magnesium, "value"), "1.48");
    assert_string_equal(text_of(magnesium, "limit"), "1.7 mg/dL");
    assert_string_equal(text_of(magnesium, "at"), "2025-08-02T07:10");
    assert_null(json_object_get(magnesium, "source"));
    json_t *drug = json_array_get(facts, 2);
    assert_string_equal(text_of(drug, "code"), "A12CC04");
    assert_string_equal(text_of(drug, "drug"), "Mg \"forte\" \\ 5\t");
    assert_string_equal(text_of(drug, "start"), "2025-06-02");
    assert_string_equal(text_of(drug, "stop"), "2025-06-08");
    assert_null(json_object_get(json_array_get(facts, 3), "stop"));
    json_decref(root);
}

typedef struct kind_row {
    mag_fact fact;
    const char *json, *digest; /* of this fact alone, worked out by hand from the contract */
} kind_row;

#define NO_TIME .at = MAG_MINUTE_NONE, .start = MAG_MINUTE_NONE, .stop = MAG_MINUTE_NONE

static const kind_row KINDS[] = {
    {{.kind = MAG_FACT_ABSENCE, .operand = "none(potassium within 30 days)", NO_TIME},
     "{\"fact\":\"none(potassium within 30 days)\"}",
     "none(potassium within 30 days)"},
    {{.kind = MAG_FACT_CONDITION,
      .operand = "has(dialysis)",
      .at = 20301 * 1440,
      .is_date_only = true,
      .start = MAG_MINUTE_NONE,
      .stop = MAG_MINUTE_NONE},
     "{\"fact\":\"has(dialysis)\",\"at\":\"2025-08-01\"}",
     "has(dialysis)@2025-08-01"},
    {{.kind = MAG_FACT_PERSON, .operand = "sex", .value = "F", .digest_value = "F", NO_TIME},
     "{\"fact\":\"sex\",\"value\":\"F\"}",
     "sex=F"},
    {{.kind = MAG_FACT_PERSON,
      .operand = "age",
      .value = "81",
      .digest_value = "81",
      .unit = "",
      .limit = "75",
      NO_TIME},
     "{\"fact\":\"age\",\"value\":\"81\",\"limit\":\"75\"}",
     "age=81"},
    {{.kind = MAG_FACT_UNKNOWN, .operand = "kf", .notes = "missing", NO_TIME},
     "{\"fact\":\"kf\",\"notes\":\"missing\"}",
     "kf"},
    {{.kind = MAG_FACT_DERIVED,
      .operand = "dose(MGSYS)",
      .value = "16.5..inf",
      .digest_value = "16.5..inf",
      .unit = "mmol/day",
      NO_TIME},
     "{\"fact\":\"dose(MGSYS)\",\"value\":\"16.5..inf\",\"unit\":\"mmol/day\"}",
     "dose(MGSYS)=16.5..inf mmol/day"},
    {{.kind = MAG_FACT_DERIVED,
      .operand = "days_since(kf)",
      .value = "-0.5",
      .digest_value = "-0.512345",
      NO_TIME},
     "{\"fact\":\"days_since(kf)\",\"value\":-0.5}",
     "days_since(kf)=-0.512345"},
    {{.kind = MAG_FACT_RESULT,
      .operand = "latest(magnesium)",
      .value = "0.60",
      .unit = "mmol/L",
      .limit = "0.70 mmol/L",
      .at = 20302 * 1440 + 430,
      .file_id = 1,
      .line = 7,
      .start = MAG_MINUTE_NONE,
      .stop = MAG_MINUTE_NONE},
     "{\"fact\":\"latest(magnesium)\",\"value\":\"0.60\",\"unit\":\"mmol/L\","
     "\"limit\":\"0.70 mmol/L\",\"at\":\"2025-08-02T07:10\",\"source\":\"lims labs-2.csv:7\"}",
     "latest(magnesium)=0.60 mmol/L@2025-08-02T07:10"},
    {{.kind = MAG_FACT_EXPOSURE,
      .operand = "active(MGSYS)",
      .drug_class = "MGSUPP",
      .code = "A12CC04",
      .drug_name = "",
      .dose = "400 mg",
      .notes = "open_order",
      .start = 20241 * 1440,
      .stop = MAG_MINUTE_OPEN,
      .is_date_only = true,
      .at = MAG_MINUTE_NONE,
      .file_id = 0,
      .line = 3},
     "{\"fact\":\"active(MGSYS)\",\"class\":\"MGSUPP\",\"code\":\"A12CC04\","
     "\"start\":\"2025-06-02\",\"dose\":\"400 mg\",\"notes\":\"open_order\","
     "\"source\":\"lims labs-1.csv:3\"}",
     "MGSUPP 2025-06-02.. 400 mg"},
};

static mag_cohort *cohort_of_two_files(mag_account *account) {
    mag_cohort *cohort = NULL;
    mag_cohort_settings settings = {.account = account, .data_until = MAG_MINUTE_OPEN};
    assert_int_equal(mag_cohort_new(&cohort, NULL, &settings, NULL), MAG_OK);
    for (unsigned i = 0; i < 2; i++) {
        uint16_t file_id;
        mag_run_file *file;
        assert_int_equal(mag_cohort_add_file(cohort, "lims", i == 0 ? "labs-1.csv" : "labs-2.csv",
                                             MAG_TABLE_LABS, &file_id, &file, NULL),
                         MAG_OK);
        assert_int_equal(file_id, i);
    }
    return cohort;
}

static void every_kind_of_fact_has_the_shape_of_the_contract(void **state) {
    mag_account account = {0};
    mag_cohort *cohort = cohort_of_two_files(&account);
    (void)state;
    for (size_t i = 0; i < sizeof KINDS / sizeof KINDS[0]; i++) {
        char expected[700];
        mag_text facts, json;
        mag_explanation explanation = {.facts = &KINDS[i].fact,
                                       .fact_count = 1,
                                       .outcome = {.kind = MAG_FLAGGED,
                                                   .severity = MAG_SEVERITY_LOW,
                                                   .severity_before = MAG_SEVERITY_LOW}};
        mag_text_init(&facts, &account);
        mag_text_init(&json, &account);
        mag_evidence_facts(&facts, &explanation);
        mag_evidence_json(&json, &explanation, cohort, mag_text_span(&facts), &NO_EVENT);
        assert_true(mag_span_is(mag_text_span(&facts), KINDS[i].digest));
        snprintf(expected, sizeof expected, "{\"digest\":\"%s\",\"facts\":[%s]}", KINDS[i].digest,
                 KINDS[i].json);
        if (!mag_span_is(mag_text_span(&json), expected))
            fail_msg("%.*s", (int)json.nbytes, json.at);
        mag_text_done(&facts);
        mag_text_done(&json);
    }
    mag_cohort_free(cohort);
    assert_int_equal(account.used_nbytes, 0);
}

static void reads_the_digest_facts_back_out_of_its_own_json(void **state) {
    test_data *fixture = *state;
    mag_text back;
    mag_event_interval event;
    mag_text_init(&back, &fixture->account);
    assert_true(mag_evidence_read(mag_text_span(&fixture->json), &back, &event));
    assert_int_equal(back.nbytes, strlen(DIGEST));
    assert_memory_equal(back.at, DIGEST, strlen(DIGEST));
    mag_text_done(&back);
}

static void refuses_json_that_is_not_its_own(void **state) {
    static const char *const texts[] = {"",
                                        "{}",
                                        "{\"facts\":[]}",
                                        "{\"digest\":5}",
                                        "{\"digest\":\"never ends",
                                        "{\"digest\":\"bad \\x escape\"}",
                                        "{\"digest\":\"cut \\u00",
                                        "{\"digest\":\"high \\u00ff\"}"};
    test_data *fixture = *state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        mag_text back;
        mag_event_interval event;
        mag_text_init(&back, &fixture->account);
        assert_false(mag_evidence_read(mag_span_of(texts[i]), &back, &event));
        mag_text_done(&back);
    }
}

static void the_event_of_a_flag_comes_back_from_its_evidence(void **state) {
    static const struct {
        mag_minute start, stop;
        const char *json;
    } rows[] = {
        {MAG_MINUTE_NONE, MAG_MINUTE_OPEN, "{\"digest\":\"\",\"facts\":[]}"},
        {20240 * 1440, MAG_MINUTE_OPEN,
         "{\"digest\":\"\",\"event\":{\"from\":\"2025-06-01\"},\"facts\":[]}"},
        {20240 * 1440 + 430, 20241 * 1440,
         "{\"digest\":\"\",\"event\":{\"from\":\"2025-06-01T07:10\",\"to\":\"2025-06-02\"},"
         "\"facts\":[]}"},
    };
    test_data *fixture = *state;
    mag_cohort *cohort = cohort_of_two_files(&fixture->account);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const mag_event_interval event = {rows[i].start, rows[i].stop};
        const mag_explanation explanation = {.facts = NULL};
        mag_event_interval back = {1, 1};
        mag_text json, facts;
        mag_text_init(&json, &fixture->account);
        mag_text_init(&facts, &fixture->account);
        mag_evidence_json(&json, &explanation, cohort, mag_span_of(""), &event);
        if (!mag_span_is(mag_text_span(&json), rows[i].json))
            fail_msg("%.*s", (int)json.nbytes, json.at);
        assert_true(mag_evidence_read(mag_text_span(&json), &facts, &back));
        assert_int_equal(back.start, event.start);
        assert_int_equal(back.stop, event.stop);
        mag_text_done(&json);
        mag_text_done(&facts);
    }
    mag_cohort_free(cohort);
}

static void refuses_an_event_that_is_none(void **state) {
    static const char *const events[] = {"{\"from\":\"\"}", "{\"from\":\"soon\"}",
                                         "{\"from\":\"2025-06-01", "{\"from\":\"2025-06-01\"",
                                         "{\"from\":\"2025-06-01\",\"to\":\"\"}"};
    test_data *fixture = *state;
    for (size_t i = 0; i < sizeof events / sizeof events[0]; i++) {
        char json[128];
        mag_event_interval event;
        mag_text facts;
        mag_text_init(&facts, &fixture->account);
        snprintf(json, sizeof json, "{\"digest\":\"\",\"event\":%s", events[i]);
        assert_false(mag_evidence_read(mag_span_of(json), &facts, &event));
        mag_text_done(&facts);
    }
}

/* printf 'P1\0A02\0002025-12-31' | sha256sum */
static void makes_flag_ids_of_patient_rule_and_first_sight(void **state) {
    char id[MAG_FLAG_ID_NBYTES], hex[MAG_SHA256_HEX_NBYTES], other[MAG_FLAG_ID_NBYTES];
    (void)state;
    mag_flag_id(mag_span_of("P1"), "A02", "2025-12-31", id);
    mag_sha256_of((mag_span){"P1\0A02\0"
                             "2025-12-31",
                             17},
                  hex);
    assert_memory_equal(id, "A02-", 4);
    assert_memory_equal(id + 4, hex, 12);
    assert_int_equal(strlen(id), 16);
    mag_flag_id(mag_span_of("P1A"), "02", "2025-12-31", other);
    assert_memory_not_equal(id + 4, other + 3, 12);
}

static void writes_the_as_of_as_a_day_only_if_a_day_was_asked_for(void **state) {
    char text[MAG_MOMENT_TEXT_NBYTES];
    (void)state;
    mag_as_of_text(20453 * 1440 + 1439, false, text);
    assert_string_equal(text, "2025-12-31");
    mag_as_of_text(20453 * 1440 + 1439, true, text);
    assert_string_equal(text, "2025-12-31T23:59");
    mag_as_of_text(20453 * 1440 + 720, false, text);
    assert_string_equal(text, "2025-12-31T12:00");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_facts_for_the_digest_without_codes_or_positions),
        cmocka_unit_test(writes_json_that_another_reader_understands),
        cmocka_unit_test(every_kind_of_fact_has_the_shape_of_the_contract),
        cmocka_unit_test(reads_the_digest_facts_back_out_of_its_own_json),
        cmocka_unit_test(refuses_json_that_is_not_its_own),
        cmocka_unit_test(the_event_of_a_flag_comes_back_from_its_evidence),
        cmocka_unit_test(refuses_an_event_that_is_none),
        cmocka_unit_test(makes_flag_ids_of_patient_rule_and_first_sight),
        cmocka_unit_test(writes_the_as_of_as_a_day_only_if_a_day_was_asked_for),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
