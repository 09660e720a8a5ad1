/* Results and prescriptions of a source, counted from what timelines show. */
#include "cohort_fixture.h"

#include "cohort/use_counts.h"

static const char LABS[] = "patient_id|code|value|unit|collected_at";
static const char RX[] = "patient_id|drug_code|drug_name|start|stop|route";

/* T is the end of 2024-06-30; 28 days before lies in the last minute of 2024-06-02. */
static void fill(fixture *f) {
    feed(f, MAG_TABLE_PATIENTS, "patient_id|sex|birth",
         (const char *const[]){"a|F|1950-01-01", "b|M|1960-01-01", NULL});
    feed(f, MAG_TABLE_LABS, LABS,
         (const char *const[]){
             "a|2601-3|0.8|mmol/L|2024-06-30T08:00", "a|2601-3|0.7|mmol/L|2024-06-02T23:58",
             "b|2601-3|0.7|mmol/L|2024-06-02T23:59",
             "b|2601-3|0.7|mmol/L|2024-06-02T23:59", /* a duplicate */
             "b|2601-3|clotted|mmol/L|2024-06-20T08:00",
             "b|2601-3|0.9|mmol/L|2010-01-01T08:00", /* before the window */
             "nobody|2601-3|0.9|mmol/L|2024-06-20T08:00", "a|2823-3|4.0|mmol/L|2024-01-01T08:00",
             "a|XYZ|4.0|mmol/L|2024-06-01T08:00", NULL});
    feed(f, MAG_TABLE_PRESCRIPTIONS, RX,
         (const char *const[]){"a|C03CA01|Furosemide|2024-06-10||PO",
                               "a|C03CA01|Furosemide|2024-01-10||PO",
                               "b|A02BC01|Omeprazole|2024-06-02||PO", NULL});
    settle(f);
}

static void counts_what_is_usable_and_what_is_recent(void **state) {
    fixture f;
    mag_use_counts use;
    (void)state;
    fixture_open(&f, usual_settings());
    fill(&f);
    mag_cohort_count_use(f.cohort, "labs", &use);
    assert_int_equal(use.analytes[MAG_MAGNESIUM].rows, 3);
    assert_int_equal(use.analytes[MAG_MAGNESIUM].recent, 2);
    assert_int_equal(use.analytes[MAG_POTASSIUM].rows, 1);
    assert_int_equal(use.analytes[MAG_POTASSIUM].recent, 0);
    assert_int_equal(use.classes[MAG_CLASS_LOOP].rows, 0);
    mag_cohort_count_use(f.cohort, "prescriptions", &use);
    assert_int_equal(use.classes[MAG_CLASS_LOOP].rows, 2);
    assert_int_equal(use.classes[MAG_CLASS_LOOP].recent, 1);
    assert_int_equal(use.classes[MAG_CLASS_PPI].rows, 1);
    assert_int_equal(use.classes[MAG_CLASS_PPI].recent, 0);
    assert_int_equal(use.analytes[MAG_MAGNESIUM].rows, 0);
    mag_cohort_count_use(f.cohort, "another", &use);
    assert_int_equal(use.analytes[MAG_MAGNESIUM].rows + use.classes[MAG_CLASS_LOOP].rows, 0);
    fixture_close(&f);
}

static void nothing_is_recent_where_every_patient_has_a_time_of_his_own(void **state) {
    fixture f;
    mag_use_counts use;
    mag_cohort_settings settings = usual_settings();
    (void)state;
    settings.as_of_kind = MAG_AS_OF_LATEST;
    fixture_open(&f, settings);
    fill(&f);
    mag_cohort_count_use(f.cohort, "labs", &use);
    assert_true(use.analytes[MAG_MAGNESIUM].rows >= 3);
    assert_int_equal(use.analytes[MAG_MAGNESIUM].recent, 0);
    fixture_close(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_what_is_usable_and_what_is_recent),
        cmocka_unit_test(nothing_is_recent_where_every_patient_has_a_time_of_his_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
