/* I-53: one result id, different values. The newest counts, nothing is set aside, and the run says
   so with a warning. */
#include "engine/run_fixture.h"

static run_fixture at;

/* 999 good results and `count` corrected ones of a thousand and more. */
static void run_with(unsigned count) {
    fixture_begin(&at);
    FILE *patients = fixture_open(&at, "patients.csv");
    FILE *labs = fixture_open(&at, "labs.csv");
    FILE *rx = fixture_open(&at, "prescriptions.csv");
    fputs("patient_id,sex,birth\nP1,F,1950-01-01\n", patients);
    fputs("patient_id,drug_name,start,stop\nP1,furosemide,2025-12-01,2025-12-31\n", rx);
    fputs("patient_id,code,value,unit,collected_at,result_id,version\n", labs);
    for (unsigned i = 0; i < 999; i++)
        fprintf(labs, "P1,2823-3,4.0,mmol/L,2025-%02u-%02uT%02u:00,k%u,1\n", 10 + i % 3, 1 + i % 28,
                i % 24, i);
    for (unsigned i = 0; i < count; i++)
        fprintf(labs, "P1,2601-3,%s,mmol/L,2025-12-01T08:00,m%u,%u\n", i % 2 ? "0.8" : "0.6", i / 2,
                i % 2);
    fclose(patients);
    fclose(labs);
    fclose(rx);
    if (fixture_run(&at) != MAG_OK)
        fail_msg("%s", at.error.text);
}

static const mag_gate_verdict *verdict(void) {
    for (size_t i = 0; i < at.report->verdict_count; i++)
        if (strcmp(at.report->verdicts[i].gate, "dup.conflict") == 0)
            return &at.report->verdicts[i];
    return NULL;
}

static void two_corrections_in_a_thousand_rows_warn(void **state) {
    (void)state;
    run_with(4);
    assert_non_null(verdict());
    assert_int_equal(verdict()->colour, MAG_AMBER);
    assert_int_equal(verdict()->count, 2);
    assert_int_equal(verdict()->message, MAG_MSG_I249);
    assert_int_equal(at.report->exit_code, 3);
    assert_int_equal(at.report->end, MAG_RUN_PUBLISHED);
    fixture_end(&at);
}

static void one_in_a_thousand_does_not(void **state) {
    (void)state;
    run_with(2);
    assert_null(verdict());
    assert_int_equal(at.report->exit_code, 0);
    fixture_end(&at);
}

static void a_feed_of_corrections_is_still_published(void **state) {
    (void)state;
    run_with(1800);
    assert_int_equal(verdict()->colour, MAG_AMBER);
    assert_int_equal(at.report->end, MAG_RUN_PUBLISHED);
    fixture_end(&at);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_corrections_in_a_thousand_rows_warn),
        cmocka_unit_test(one_in_a_thousand_does_not),
        cmocka_unit_test(a_feed_of_corrections_is_still_published),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
