#include "cli/fact_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

static mag_account account;

static void assert_words(const char *evidence, const char *wanted) {
    mag_arena *arena = mag_arena_new(&account);
    mag_text text;
    mag_error err = {0};
    mag_text_init(&text, &account);
    assert_int_equal(mag_evidence_words_add(arena, evidence, &text, &err), MAG_OK);
    mag_text_add_char(&text, '\0');
    assert_string_equal(text.at, wanted);
    mag_text_done(&text);
    mag_arena_free(arena);
    assert_int_equal(account.used_nbytes, 0);
}

static void says_the_facts_of_a_flag_in_words(void **state) {
    (void)state;
    assert_words("{\"facts\":[{\"fact\":\"kf\",\"value\":17.3,\"unit\":\"mL/min\","
                 "\"at\":\"2025-08-01\",\"method\":\"CG actual weight\"}]}",
                 "kf 17.3 mL/min on 2025-08-01 (CG actual weight)");
    assert_words(
        "{\"facts\":[{\"fact\":\"latest(magnesium)\",\"value\":\"1.48\",\"unit\":\"mg/dL\","
        "\"limit\":\"1.7 mg/dL\",\"at\":\"2025-08-02T07:10\","
        "\"source\":\"lims labs-3.csv.gz:9771\"},"
        "{\"fact\":\"active(MGSYS)\",\"code\":\"A12CC04\",\"start\":\"2025-06-02\","
        "\"dose\":\"16.5 mmol/day\"}]}",
        "latest(magnesium) 1.48 mg/dL on 2025-08-02T07:10, limit 1.7 mg/dL; "
        "active(MGSYS) (A12CC04) from 2025-06-02, dose 16.5 mmol/day");
    assert_words("{\"facts\":[]}", "");
    assert_words("{\"facts\":[{\"fact\":\"a \\\"quoted\\\" name, with: marks\",\"value\":3}]}",
                 "a \"quoted\" name, with: marks 3");
}

static void keeps_the_digits_as_printed(void **state) {
    (void)state;
    assert_words(
        "{\"facts\":[{\"fact\":\"latest(magnesium)\",\"value\":\"0.70\",\"unit\":\"mmol/L\"}]}",
        "latest(magnesium) 0.70 mmol/L");
    assert_words(
        "{\"facts\":[{\"fact\":\"latest(magnesium)\",\"value\":\"<0.30\",\"unit\":\"mmol/L\"}]}",
        "latest(magnesium) <0.30 mmol/L");
}

/* active(DIGOX) alone would read as if digoxin were taken. */
static void says_that_nothing_was_found(void **state) {
    (void)state;
    assert_words("{\"facts\":[{\"fact\":\"active(DIGOX, QT)\"},"
                 "{\"fact\":\"measured(calcium_adjusted within 7 days)\"},"
                 "{\"fact\":\"none(potassium within 7 days)\"}]}",
                 "active(DIGOX, QT): no; measured(calcium_adjusted within 7 days): no; "
                 "none(potassium within 7 days): nothing found");
    assert_words("{\"facts\":[{\"fact\":\"none(magnesium within 183 days)\",\"value\":\"0.88\","
                 "\"unit\":\"mmol/L\",\"at\":\"2025-06-17\"}]}",
                 "none(magnesium within 183 days), newest 0.88 mmol/L on 2025-06-17");
    /* a mark without a value */
    assert_words("{\"facts\":[{\"fact\":\"calcium_ionised\",\"notes\":\"value.ph_like\"}]}",
                 "calcium_ionised, value.ph_like");
    mag_text text;
    mag_text_init(&text, &account);
    const mag_fact_words unknown = {.operand = "active(DIGOX)", .notes = "unobservable"};
    mag_fact_words_add(&text, &unknown);
    mag_text_add_char(&text, '\0');
    assert_string_equal(text.at, "active(DIGOX), unobservable");
    mag_text_done(&text);
}

#define ISSUE(drug, start, stop)                                                                   \
    "{\"fact\":\"active(PPI)\",\"drug\":\"" drug "\",\"start\":\"" start "\"" stop "}"
#define UNTIL(stop) ",\"stop\":\"" stop "\""

static void tells_issues_of_one_drug_as_one_span(void **state) {
    (void)state;
    assert_words(
        "{\"facts\":[" ISSUE("Omeprazole", "2025-08-21", UNTIL("2025-09-17")) "," ISSUE(
            "Omeprazole", "2025-10-16", UNTIL("2025-11-12")) "," ISSUE("Omeprazole", "2025-09-18",
                                                                       UNTIL("2025-10-15")) "]}",
        "active(PPI) Omeprazole from 2025-08-21 to 2025-11-12 (3 records)");
    assert_words("{\"facts\":[" ISSUE("Omeprazole", "2025-08-21", UNTIL("2025-09-17")) "," ISSUE(
                     "Omeprazole", "2025-09-18", "") "]}",
                 "active(PPI) Omeprazole from 2025-08-21 (2 records)");
    assert_words(
        "{\"facts\":[" ISSUE("Omeprazole", "2025-08-21", "") "," ISSUE(
            "Pantoprazole", "2025-09-18", "") "," ISSUE("Pantoprazole", "2025-09-02", "") "]}",
        "active(PPI) Omeprazole from 2025-08-21; active(PPI) Pantoprazole from 2025-09-02 "
        "(2 records)");
}

static void refuses_evidence_that_is_damaged(void **state) {
    (void)state;
    mag_arena *arena = mag_arena_new(&account);
    mag_text text;
    mag_error err = {0};
    mag_text_init(&text, &account);
    assert_int_equal(mag_evidence_words_add(arena, "{\"facts\":[", &text, &err), MAG_E_INPUT);
    mag_text_done(&text);
    mag_arena_free(arena);
}

static void says_every_part_of_a_fact_that_there_is(void **state) {
    (void)state;
    mag_text text;
    mag_text_init(&text, &account);
    mag_fact_words words = {.operand = "active(LOOP)",
                            .drug = "furosemide",
                            .code = "C03CA01",
                            .start = "2025-06-02",
                            .stop = "no stop on record",
                            .notes = "open_order",
                            .source = "rx.csv.gz:12"};
    mag_fact_words_add(&text, &words);
    mag_text_add_char(&text, '\0');
    assert_string_equal(text.at, "active(LOOP) furosemide (C03CA01) from 2025-06-02 to no stop on "
                                 "record, open_order  [rx.csv.gz:12]");
    mag_text_done(&text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(says_the_facts_of_a_flag_in_words),
        cmocka_unit_test(keeps_the_digits_as_printed),
        cmocka_unit_test(says_that_nothing_was_found),
        cmocka_unit_test(tells_issues_of_one_drug_as_one_span),
        cmocka_unit_test(refuses_evidence_that_is_damaged),
        cmocka_unit_test(says_every_part_of_a_fact_that_there_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
