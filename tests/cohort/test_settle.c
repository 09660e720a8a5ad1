/* What settling decides: T, windows, duplicates, people, haemolysis, and where rows end. */
#include "cohort_fixture.h"

static fixture f;

static const char ROSTER_HEADER[] = "patient_id|sex|birth|site";
static const char LABS[] = "patient_id|code|value|unit|collected_at|specimen_id|comment";
static const char RX[] = "patient_id|drug_name|start|stop|route";

static int set_up(void **state) {
    (void)state;
    fixture_open(&f, usual_settings());
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    fixture_close(&f);
    return 0;
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

static void reopen(mag_cohort_settings settings) {
    fixture_close(&f);
    fixture_open(&f, settings);
}

static mag_cohort_settings latest_settings(void) {
    mag_cohort_settings settings = usual_settings();
    settings.as_of_kind = MAG_AS_OF_LATEST;
    settings.data_until = MAG_MINUTE_OPEN;
    return settings;
}

static void feed_roster(void) {
    const char *const rows[] = {"p1|F|1950-03-04|", "p2|M|1961-01-01|", NULL};
    feed(&f, MAG_TABLE_PATIENTS, ROSTER_HEADER, rows);
}

/* --- T
 * ------------------------------------------------------------------------------------------------
 */

static void latest_is_the_later_of_the_last_result_and_the_last_start_of_a_class(void **state) {
    (void)state;
    reopen(latest_settings());
    feed_roster();
    const char *const labs[] = {
        "p1|2601-3|0.8|mmol/L|2150-06-01 07:10||", "p1|2601-3|0.7|mmol/L|2150-05-01||",
        "p1|2601-3|clotted|mmol/L|2150-06-09||", /* no result */
        "p1|29463-7|70|kg|2150-06-10||",         /* weight does not count */
        "nobody|2601-3|0.8|mmol/L|2150-06-01||",   NULL};
    const char *const rx[] = {"p1|furosemide|2150-06-02 08:00|2150-06-20|PO",
                              "p1|paracetamol|2150-06-12|2150-06-20|PO",
                              "p1|tobramycin|2150-06-13|2150-06-20|BOTH EYES", /* gate */
                              "p1|furosemide|2150-06-15|2150-06-14|PO",        /* rx.interval */
                              NULL};
    const mag_run_file *lab_file = feed(&f, MAG_TABLE_LABS, LABS, labs);
    feed(&f, MAG_TABLE_PRESCRIPTIONS, RX, rx);
    settle(&f);
    assert_int_equal(patient(&f, "p1").as_of, at("2150-06-02 08:00"));
    assert_int_equal(patient(&f, "p2").as_of, MAG_MINUTE_NONE);
    /* after T: the mark and the weight */
    assert_int_equal(lab_file->accounting.out_of_window, 2);
    assert_int_equal(lab_file->accounting.rejected[MAG_REASON_LINK_NO_PATIENT], 1);
    assert_int_equal(patient(&f, "p1").exposure_count, 1);
}

static void without_history_nothing_is_too_old(void **state) {
    (void)state;
    mag_cohort_settings settings = latest_settings();
    settings.history_days = 0;
    reopen(settings);
    feed_roster();
    const char *const labs[] = {"p1|2601-3|0.8|mmol/L|2150-06-01||",
                                "p1|2601-3|0.7|mmol/L|2110-05-01||", NULL};
    const mag_run_file *file = feed(&f, MAG_TABLE_LABS, LABS, labs);
    settle(&f);
    assert_int_equal(file->accounting.accepted, 2);
}

/* --- windows
 * ------------------------------------------------------------------------------------------ */

typedef struct window_case {
    const char *row;
    bool is_inside;
} window_case;

static const window_case LAB_WINDOW[] = {
    {"p1|2601-3|0.8|mmol/L|2024-06-30 23:59||", true},
    {"p1|2601-3|0.8|mmol/L|2024-07-01 00:00||", false},
    {"p1|2601-3|0.8|mmol/L|2024-07-03 23:00||", false}, /* data_until + 24 h, just */
    {"p1|2601-3|0.8|mmol/L|2021-07-01 00:00||", true},  /* 1,095 days before */
    {"p1|2601-3|0.8|mmol/L|2021-06-30 23:59||", false},
    {"p1|2601-3|clotted|mmol/L|2021-06-30||", false}, /* the window comes before the value */
    {"nobody|2601-3|0.8|mmol/L|2021-06-30||", false}, /* and before the link */
};

static const window_case RX_WINDOW[] = {
    {"p1|furosemide|2024-06-30 23:59|2024-08-01|PO", true},
    {"p1|furosemide|2024-07-01|2024-08-01|PO", false},
    {"p1|furosemide|2019-01-01|2021-07-01|PO", true}, /* still given on the first day */
    {"p1|furosemide|2019-01-01|2021-06-30|PO", false},
    {"p1|furosemide|2020-08-01||PO", true}, /* open: 365 days */
    {"p1|furosemide|2020-06-01||PO", false},
    {"p1|furosemide|2020-06-01|2020-05-01|PO", false},
};

static void check_windows(mag_table_kind kind, const char *header, const window_case *cases,
                          size_t count) {
    for (size_t i = 0; i < count; i++) {
        reopen(usual_settings());
        feed_roster();
        const char *const rows[] = {cases[i].row, NULL};
        const mag_run_file *file = feed(&f, kind, header, rows);
        settle(&f);
        if (file->accounting.out_of_window != !cases[i].is_inside ||
            file->accounting.accepted != cases[i].is_inside)
            fail_msg("%s: out of window %llu", cases[i].row,
                     (unsigned long long)file->accounting.out_of_window);
    }
}

static void results_after_T_or_before_history_are_out_of_window(void **state) {
    (void)state;
    check_windows(MAG_TABLE_LABS, LABS, LAB_WINDOW, sizeof LAB_WINDOW / sizeof *LAB_WINDOW);
}

static void orders_that_start_after_T_or_were_over_before_history_are_out_of_window(void **state) {
    (void)state;
    check_windows(MAG_TABLE_PRESCRIPTIONS, RX, RX_WINDOW, sizeof RX_WINDOW / sizeof *RX_WINDOW);
}

/* --- duplicates
 * --------------------------------------------------------------------------------------- */

static void an_exact_duplicate_is_one_record_from_its_first_place(void **state) {
    (void)state;
    feed_roster();
    const char *const labs[] = {
        "p1|2601-3|0.8|mmol/L|2024-06-01|s1|",     "p1|2601-3|0.8|mmol/L|2024-06-01|s2|",
        "p1|2601-3|0.8|mmol/L|2024-06-01|s1|",     "p1|2601-3|0.80|mmol/L|2024-06-01|s1|",
        "p1|2601-3|0.8|mmol/L|2024-06-01|s1|x",    "p1|2601-3|clotted|mmol/L|2024-06-01|s1|",
        "p1|2601-3|clotted|mmol/L|2024-06-01|s1|", NULL};
    const char *const rx[] = {"p1|furosemide|2024-05-01|2024-06-20|PO",
                              "p1|furosemide|2024-05-01|2024-06-20|PO",
                              "p1|furosemide|2024-05-01|2024-06-20|IV", NULL};
    const mag_run_file *lab_file = feed(&f, MAG_TABLE_LABS, LABS, labs);
    const mag_run_file *rx_file = feed(&f, MAG_TABLE_PRESCRIPTIONS, RX, rx);
    settle(&f);
    assert_int_equal(lab_file->accounting.duplicate, 1);
    assert_int_equal(lab_file->accounting.accepted, 4);
    assert_int_equal(lab_file->accounting.rejected[MAG_REASON_VALUE_TEXT_RESULT], 2);
    assert_int_equal(rx_file->accounting.duplicate, 1);
    mag_timeline timeline = patient(&f, "p1");
    assert_int_equal(timeline.exposure_count, 2);
    size_t count;
    const mag_lab *labs_kept = mag_timeline_labs(&timeline, MAG_MAGNESIUM, &count);
    assert_int_equal(count, 5); /* the copy of a rejected row leaves no second mark */
    for (size_t i = 0; i < count; i++)
        assert_int_not_equal(labs_kept[i].line, 4); /* the second copy */
}

static void the_newest_version_of_a_result_counts(void **state) {
    (void)state;
    feed_roster();
    const char *const labs[] = {"p1|2601-3|0.8|mmol/L|2024-06-01|r1|2",
                                "p1|2601-3|0.5|mmol/L|2024-06-01|r1|10",
                                "p1|2601-3|0.9|mmol/L|2024-06-01|r1|",
                                "p2|2601-3|0.7|mmol/L|2024-06-01|r1|1", /* another patient's r1 */
                                "p1|2601-3|0.6|mmol/L|2024-06-02|r2|2024-06-02 08:00",
                                "p1|2601-3|cancelled|mmol/L|2024-06-02|r2|2024-06-02 09:00",
                                "p1|2601-3|0.4|mmol/L|2024-07-01|r3|1", /* after T anyway */
                                "p1|2601-3|0.4|mmol/L|2024-07-01|r3|2",
                                "p1|2601-3|0.6|mmol/L|2024-06-03||1",
                                "p1|2601-3|0.6|mmol/L|2024-06-03||2",
                                NULL};
    const mag_run_file *file =
        feed(&f, MAG_TABLE_LABS, "patient_id|code|value|unit|collected_at|result_id|version", labs);
    settle(&f);
    mag_timeline p1 = patient(&f, "p1"), p2 = patient(&f, "p2");
    size_t count;
    const mag_lab *kept = mag_timeline_labs(&p1, MAG_MAGNESIUM, &count);
    assert_int_equal(count, 4);
    assert_int_equal(kept[0].mantissa, 5);
    assert_int_equal(mag_lab_reject(&kept[1]), MAG_REASON_VALUE_TEXT_RESULT);
    mag_timeline_labs(&p2, MAG_MAGNESIUM, &count);
    assert_int_equal(count, 1);
    assert_int_equal(file->accounting.duplicate, 3);
    assert_int_equal(file->accounting.out_of_window, 2);
    assert_int_equal(file->accounting.accepted, 4);
    assert_int_equal(file->accounting.version_conflicts, 3);
}

/* Some feeds number a panel, not a test: a later potassium must not push out the magnesium. */
static void an_id_that_two_analytes_share_replaces_nothing(void **state) {
    (void)state;
    feed_roster();
    const char *const labs[] = {"p1|2601-3|0.3|mmol/L|2024-06-01|a9|1",
                                "p1|2823-3|3.0|mmol/L|2024-06-01|a9|2", NULL};
    const mag_run_file *file =
        feed(&f, MAG_TABLE_LABS, "patient_id|code|value|unit|collected_at|result_id|version", labs);
    settle(&f);
    const mag_timeline p1 = patient(&f, "p1");
    size_t count;
    mag_timeline_labs(&p1, MAG_MAGNESIUM, &count);
    assert_int_equal(count, 1);
    mag_timeline_labs(&p1, MAG_POTASSIUM, &count);
    assert_int_equal(count, 1);
    assert_int_equal(file->accounting.accepted, 2);
    assert_int_equal(file->accounting.version_conflicts, 0);
}

/* 0.70 and 0.700 agree; of two newest versions that disagree both stay and say so. */
static void editions_that_disagree_are_counted_in_any_order(void **state) {
    (void)state;
    const char *const forwards[] = {"p1|2601-3|0.70|mmol/L|2024-06-01 08:00|r1|1",
                                    "p1|2601-3|0.700|mmol/L|2024-06-01 08:00|r1|2",
                                    "p1|2601-3|0.5|mmol/L|2024-06-02 08:00|r2|1",
                                    "p1|2601-3|0.5|mmol/L|2024-06-02 08:00|r2|2",
                                    "p1|2601-3|0.9|mmol/L|2024-06-02 09:00|r2|2",
                                    NULL};
    const char *backwards[6] = {NULL};
    for (size_t i = 0; i < 5; i++)
        backwards[i] = forwards[4 - i];
    const char *const *orders[] = {forwards, backwards};
    for (size_t k = 0; k < 2; k++) {
        reopen(usual_settings());
        feed_roster();
        const mag_run_file *file =
            feed(&f, MAG_TABLE_LABS, "patient_id|code|value|unit|collected_at|result_id|version",
                 orders[k]);
        settle(&f);
        assert_int_equal(file->accounting.accepted, 3);
        assert_int_equal(file->accounting.duplicate, 2);
        assert_int_equal(file->accounting.version_conflicts, 3);
        mag_timeline p1 = patient(&f, "p1");
        const bool expected[] = {false, true, true};
        for (size_t i = 0; i < 3; i++)
            assert_int_equal(mag_lab_has(&p1.labs[i], MAG_LAB_CONFLICT), expected[i]);
    }
}

static void results_of_one_specimen_share_its_identity(void **state) {
    (void)state;
    feed_roster();
    const char *const labs[] = {
        "p1|2601-3|0.8|mmol/L|2024-06-01 08:00|s1|", "p1|2823-3|4.0|mmol/L|2024-06-01 08:05|s1|",
        "p1|2951-2|140|mmol/L|2024-06-01 08:00||",   "p1|2160-0|1.0|mg/dL|2024-06-01 08:00||",
        "p1|1751-7|4.0|g/dL|2024-06-01 08:01||",     NULL};
    feed(&f, MAG_TABLE_LABS, LABS, labs);
    settle(&f);
    mag_timeline t = patient(&f, "p1");
    uint64_t mg = mag_timeline_specimen(&t, t.first[MAG_MAGNESIUM]),
             k = mag_timeline_specimen(&t, t.first[MAG_POTASSIUM]);
    uint64_t na = mag_timeline_specimen(&t, t.first[MAG_SODIUM]),
             cr = mag_timeline_specimen(&t, t.first[MAG_CREATININE]);
    assert_true(mg == k);
    assert_true(na == cr);
    assert_true(mg != na);
    assert_true(mag_timeline_specimen(&t, t.first[MAG_ALBUMIN]) != na);
}

/* --- haemolysis
 * --------------------------------------------------------------------------------------- */

static const char SERUM_INDEX_PROFILE[] =
    "profile: test\n"
    "tables:\n"
    "  - table: labs\n"
    "    file: labs\n"
    "    columns: { patient_id: id, code: item, value: value, unit: unit, collected_at: at,\n"
    "               specimen_id: specimen }\n"
    "    constants: { code_system: MIMIC }\n";

static void a_high_serum_index_marks_its_specimen_and_its_minute(void **state) {
    (void)state;
    feed_roster();
    const mag_profile *profile;
    must(&f, mag_profile_parse(f.arena, "test.yaml", mag_span_of(SERUM_INDEX_PROFILE), &profile,
                               &f.err));
    const char *const rows[] = {"p1|50934|200||2024-06-01 08:00|s1", /* index */
                                "p1|50971|5.1|mEq/L|2024-06-01 07:00|s1",
                                "p1|50971|5.2|mEq/L|2024-06-01 08:00|s2",
                                "p1|50971|5.3|mEq/L|2024-06-01 09:00|s3",
                                "p1|50934|199||2024-06-01 09:00|s3",
                                "p1|50934|gross||2024-06-01 10:00|s4",
                                "p1|50971|5.4|mEq/L|2024-06-01 10:30|s4",
                                "p1|50934|slight||2024-06-01 11:00|s5",
                                "p1|50971|5.5|mEq/L|2024-06-01 11:00|s5",
                                NULL};
    const mag_run_file *file =
        feed_table(&f, profile->tables[0], "labs", "id|item|value|unit|at|specimen", rows);
    settle(&f);
    assert_int_equal(file->accounting.accepted, 9);
    mag_timeline timeline = patient(&f, "p1");
    size_t count;
    const mag_lab *labs = mag_timeline_labs(&timeline, MAG_POTASSIUM, &count);
    const bool expected[] = {true, true, false, true, false};
    assert_int_equal(count, 5);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(mag_lab_has(&labs[i], MAG_LAB_HAEMOLYSED), expected[i]);
}

/* --- people
 * ------------------------------------------------------------------------------------------- */

static void two_rows_of_one_patient_are_joined_or_contradict_each_other(void **state) {
    (void)state;
    const char *const rows[] = {"same|F|1950-01-01|x",
                                "same|F|1950-01-01|x",
                                "two-sexes|F|1950-01-01|",
                                "two-sexes|M|1950-01-01|",
                                "two-births|F|1950-01-01|",
                                "two-births|F|1951-01-01|",
                                "filled|X|1950-01-01|b",
                                "filled|F||a",
                                NULL};
    const mag_run_file *file = feed(&f, MAG_TABLE_PATIENTS, ROSTER_HEADER, rows);
    settle(&f);
    assert_int_equal(file->accounting.duplicate, 1);
    assert_int_equal(file->accounting.accepted, 7);
    assert_int_equal(file->accounting.demog_conflict, 2);
    assert_int_equal(patient(&f, "same").person->sex, MAG_SEX_FEMALE);
    const char *const torn[] = {"two-sexes", "two-births"};
    for (size_t i = 0; i < 2; i++) {
        const mag_person *person = patient(&f, torn[i]).person;
        assert_true(person->has_conflict);
        assert_int_equal(person->sex, MAG_SEX_UNKNOWN);
        assert_false(person->has_birth);
    }
    const mag_person *filled = patient(&f, "filled").person;
    assert_int_equal(filled->sex, MAG_SEX_FEMALE);
    assert_true(filled->has_birth);
    assert_string_equal(mag_cohort_text(f.cohort, filled->site_id), "a");
}

/* --- what the run knows
 * ------------------------------------------------------------------------------- */

static void an_analyte_is_delivered_by_an_accepted_result_only(void **state) {
    (void)state;
    feed_roster();
    const char *const labs[] = {"p1|2601-3|0.8|mmol/L|2024-06-01||",
                                "p1|2823-3|clotted|mmol/L|2024-06-01||",
                                "nobody|2951-2|140|mmol/L|2024-06-01||", NULL};
    feed(&f, MAG_TABLE_LABS, LABS, labs);
    settle(&f);
    assert_true(mag_cohort_delivers(f.cohort, MAG_MAGNESIUM));
    assert_false(mag_cohort_delivers(f.cohort, MAG_POTASSIUM));
    assert_false(mag_cohort_delivers(f.cohort, MAG_SODIUM));
    mag_cohort_declare_delivery(f.cohort, MAG_ANALYTE_NONE, true);
    assert_true(mag_cohort_delivers(f.cohort, MAG_SODIUM));
    mag_cohort_declare_delivery(f.cohort, MAG_SODIUM, false);
    assert_false(mag_cohort_delivers(f.cohort, MAG_SODIUM));
    assert_int_equal(mag_cohort_newest(f.cohort, MAG_TABLE_LABS), at("2024-06-01"));
    assert_int_equal(mag_cohort_newest(f.cohort, MAG_TABLE_STAYS), MAG_MINUTE_NONE);
    assert_true(mag_cohort_has_labs(f.cohort));
    assert_false(mag_cohort_has_conditions(f.cohort));
}

static void absence_is_known_only_where_prescriptions_would_show(void **state) {
    (void)state;
    feed_roster();
    settle(&f);
    mag_timeline without_source = patient(&f, "p1");
    assert_false(mag_timeline_absence_is_known(&without_source));

    mag_cohort_settings settings = usual_settings();
    reopen(settings);
    feed_roster();
    mag_cohort_declare_table(f.cohort, MAG_TABLE_PRESCRIPTIONS);
    settle(&f);
    mag_timeline with_source = patient(&f, "p1");
    assert_true(mag_timeline_absence_is_known(&with_source));

    settings.absence = MAG_ABSENCE_OUTSIDE_STAYS;
    reopen(settings);
    feed_roster();
    mag_cohort_declare_table(f.cohort, MAG_TABLE_PRESCRIPTIONS);
    const char *const stays[] = {"p1|s1|2024-06-29 10:00|2024-06-30 23:59",
                                 "p2|s2|2024-06-29 10:00|2024-06-30 23:58", NULL};
    feed(&f, MAG_TABLE_STAYS, "patient_id|stay_id|from|until", stays);
    settle(&f);
    mag_timeline inside = patient(&f, "p1"), outside = patient(&f, "p2");
    assert_true(mag_timeline_absence_is_known(&inside));
    assert_false(mag_timeline_absence_is_known(&outside));
}

static void without_stays_the_observed_period_tells_absence(void **state) {
    (void)state;
    mag_cohort_settings settings = usual_settings();
    settings.absence = MAG_ABSENCE_OUTSIDE_STAYS;
    reopen(settings);
    mag_cohort_declare_table(f.cohort, MAG_TABLE_PRESCRIPTIONS);
    const char *const rows[] = {"in|F|1950|2020-01-01|", "ended|F|1950|2020-01-01|2024-06-29",
                                "unsaid|F|1950||", NULL};
    feed(&f, MAG_TABLE_PATIENTS, "patient_id|sex|birth|observed_from|observed_until", rows);
    settle(&f);
    mag_timeline in = patient(&f, "in"), ended = patient(&f, "ended");
    mag_timeline unsaid = patient(&f, "unsaid");
    assert_true(mag_timeline_absence_is_known(&in));
    assert_false(mag_timeline_absence_is_known(&ended));
    assert_false(mag_timeline_absence_is_known(&unsaid));
}

/* --- resources
 * ---------------------------------------------------------------------------------------- */

static void a_memory_limit_stops_with_a_resource_error(void **state) {
    (void)state;
    mag_cohort *cohort;
    f.account.limit_nbytes = f.account.used_nbytes + 200000;
    mag_cohort_settings settings = usual_settings();
    settings.account = &f.account;
    must(&f, mag_cohort_new(&cohort, f.book, &settings, &f.err));
    mag_lab lab = {.packed = mag_lab_pack(MAG_MAGNESIUM, MAG_UNIT_MMOL_L, 1, MAG_EXACT, 0, 0)};
    mag_status status = MAG_OK;
    char id[16];
    for (uint32_t i = 0; status == MAG_OK && i < 100000; i++) {
        snprintf(id, sizeof id, "p%u", i);
        status = mag_cohort_put_lab(cohort, mag_span_of(id), &lab, i, 0,
                                    (mag_position){UINT16_MAX, 0}, &f.err);
    }
    assert_int_equal(status, MAG_E_RESOURCE);
    assert_int_equal(mag_status_exit_code(status), 8);
    mag_cohort_free(cohort);
    f.account.limit_nbytes = 0;
}

static void records_without_a_file_are_settled_and_not_counted(void **state) {
    (void)state;
    uint32_t drug_id;
    mag_position nowhere = {UINT16_MAX, 0};
    mag_person person = {.id = mag_span_of("x"),
                         .sex = MAG_SEX_MALE,
                         .has_birth = true,
                         .birth = mag_day_from_civil(1950, 1, 1),
                         .died = MAG_MINUTE_OPEN,
                         .observed_from = MAG_MINUTE_NONE,
                         .observed_until = MAG_MINUTE_OPEN};
    must(&f, mag_cohort_put_person(f.cohort, &person, nowhere, &f.err));
    must(&f,
         mag_cohort_intern_class(f.cohort, (mag_class_set)1 << MAG_CLASS_LOOP, &drug_id, &f.err));
    mag_exposure exposure = {
        .start = at("2024-05-01"), .stop = at("2024-07-01"), .drug_id = drug_id};
    must(&f, mag_cohort_put_exposure(f.cohort, mag_span_of("x"), &exposure, 0, nowhere, &f.err));
    settle(&f);
    mag_timeline timeline = patient(&f, "x");
    assert_int_equal(timeline.exposure_count, 1);
    assert_true(mag_exposure_classes(f.cohort, timeline.exposures) == (mag_class_set)1
                                                                          << MAG_CLASS_LOOP);
    assert_string_equal(mag_cohort_drug(f.cohort, drug_id)->shown_name, "LOOP");
    assert_int_equal(mag_cohort_file_count(f.cohort), 0);
    mag_timeline nobody;
    assert_false(mag_timeline_find(f.cohort, mag_span_of("y"), &nobody));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(latest_is_the_later_of_the_last_result_and_the_last_start_of_a_class),
        TEST(without_history_nothing_is_too_old),
        TEST(results_after_T_or_before_history_are_out_of_window),
        TEST(orders_that_start_after_T_or_were_over_before_history_are_out_of_window),
        TEST(an_exact_duplicate_is_one_record_from_its_first_place),
        TEST(the_newest_version_of_a_result_counts),
        TEST(an_id_that_two_analytes_share_replaces_nothing),
        TEST(editions_that_disagree_are_counted_in_any_order),
        TEST(results_of_one_specimen_share_its_identity),
        TEST(a_high_serum_index_marks_its_specimen_and_its_minute),
        TEST(two_rows_of_one_patient_are_joined_or_contradict_each_other),
        TEST(an_analyte_is_delivered_by_an_accepted_result_only),
        TEST(absence_is_known_only_where_prescriptions_would_show),
        TEST(without_stays_the_observed_period_tells_absence),
        TEST(a_memory_limit_stops_with_a_resource_error),
        TEST(records_without_a_file_are_settled_and_not_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
