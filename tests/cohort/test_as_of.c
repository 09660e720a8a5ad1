/* T and the windows around it: which records move `latest`, and the edges of history, of T and of
   data_until to the minute. */
#include "cohort_fixture.h"

static fixture f;

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

static const char LABS[] = "patient_id|code|code_system|value|unit|collected_at|result_id|version";
static const char RX[] = "patient_id|drug_name|start|stop|route|kind";
static const char CONDITIONS[] = "patient_id|code|recorded_on";
static const char STAYS[] = "patient_id|stay_id|from|until";

static void reopen(mag_cohort_settings settings) {
    static const char *const people[] = {"p|F|1950|2024-12-24|80|2024-06-15",
                                         "q|F|1950|2024-12-24|80|2024-06-15", NULL};
    fixture_close(&f);
    fixture_open(&f, settings);
    feed(&f, MAG_TABLE_PATIENTS, "patient_id|sex|birth|died_on|weight_kg|measured_on", people);
}

static mag_cohort_settings latest_settings(void) {
    mag_cohort_settings settings = usual_settings();
    settings.as_of_kind = MAG_AS_OF_LATEST;
    settings.as_of = MAG_MINUTE_NONE;
    settings.data_until = MAG_MINUTE_OPEN;
    return settings;
}

/* --- latest
 * ------------------------------------------------------------------------------------------ */

typedef struct latest_case {
    mag_table_kind kind;
    const char *row;
    const char *as_of; /* NULL: there is no T */
} latest_case;

/* One row beside nothing else. The roster's own weight is of 15 June 2024, its death of 24
 * December. */
static const latest_case LATEST[] = {
    {MAG_TABLE_LABS, "p|2601-3||0.8|mmol/L|2024-03-04 05:06||", "2024-03-04 05:06"},
    {MAG_TABLE_LABS, "p|2601-3||0.8|mmol/L|2024-03-04||", "2024-03-04 00:00"},
    {MAG_TABLE_LABS, "p|2345-7||5.0|mmol/L|2024-03-04 05:06||", "2024-03-04 05:06"}, /* glucose */
    {MAG_TABLE_LABS, "p|10535-3||1.0|ng/mL|2024-03-04 05:06||", "2024-03-04 05:06"}, /* digoxin */
    {MAG_TABLE_LABS, "p|50934|MIMIC|100||2024-03-04 05:06||", NULL},                 /* an index */
    {MAG_TABLE_LABS, "p|29463-7||80|kg|2024-03-04 05:06||", NULL},
    {MAG_TABLE_LABS, "p|8302-2||170|cm|2024-03-04 05:06||", NULL},
    {MAG_TABLE_LABS, "p|2601-3||clotted|mmol/L|2024-03-04 05:06||", NULL},
    {MAG_TABLE_LABS, "p|2601-3||14|mmol/L|2024-03-04 05:06||", NULL},
    {MAG_TABLE_LABS, "p|2601-3||0.8||2024-03-04 05:06||", NULL},
    {MAG_TABLE_LABS, "p|9999-9||0.8|mmol/L|2024-03-04 05:06||", NULL},
    {MAG_TABLE_LABS, "q|2601-3||0.8|mmol/L|2024-03-04 05:06||", NULL}, /* another patient */
    {MAG_TABLE_PRESCRIPTIONS, "p|furosemide|2024-03-04 05:06|2024-05-01|PO|", "2024-03-04 05:06"},
    {MAG_TABLE_PRESCRIPTIONS, "p|furosemide|2024-03-04|||", "2024-03-04 00:00"},
    {MAG_TABLE_PRESCRIPTIONS, "p|furosemide|2024-03-04|||issue", "2024-03-04 00:00"},
    {MAG_TABLE_PRESCRIPTIONS, "p|digoxin|2024-03-04|||", "2024-03-04 00:00"},
    {MAG_TABLE_PRESCRIPTIONS, "p|tobramycin|2024-03-04||IV|", "2024-03-04 00:00"},
    {MAG_TABLE_PRESCRIPTIONS, "p|tobramycin|2024-03-04||BOTH EYES|", NULL}, /* route gate */
    {MAG_TABLE_PRESCRIPTIONS, "p|furosemide|2024-03-04 05:06|2024-03-04 05:05|PO|", NULL},
    {MAG_TABLE_PRESCRIPTIONS, "p|furosemide|2024-03-04 05:06|2024-03-04 05:06|PO|",
     "2024-03-04 05:06"},
    {MAG_TABLE_PRESCRIPTIONS, "p|paracetamol|2024-03-04|||", NULL},
    {MAG_TABLE_PRESCRIPTIONS, "p|Esomeprazole Magnesium|2024-03-04||PO|", "2024-03-04 00:00"},
    {MAG_TABLE_CONDITIONS, "p|N18.5|2024-03-04", NULL},
    {MAG_TABLE_STAYS, "p|s|2024-03-04|2024-03-05", NULL},
};

static const char *header_of(mag_table_kind kind) {
    return kind == MAG_TABLE_LABS            ? LABS
           : kind == MAG_TABLE_PRESCRIPTIONS ? RX
           : kind == MAG_TABLE_CONDITIONS    ? CONDITIONS
                                             : STAYS;
}

static void only_results_and_starts_of_the_code_book_move_latest(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof LATEST / sizeof *LATEST; i++) {
        reopen(latest_settings());
        const char *const rows[] = {LATEST[i].row, NULL};
        feed(&f, LATEST[i].kind, header_of(LATEST[i].kind), rows);
        settle(&f);
        mag_minute expected = LATEST[i].as_of ? at(LATEST[i].as_of) : MAG_MINUTE_NONE;
        if (patient(&f, "p").as_of != expected)
            fail_msg("%s: T is %d, not %d", LATEST[i].row, patient(&f, "p").as_of, expected);
    }
}

/* A class that only says "this is no magnesium" moves nothing. */
static void the_class_mgnot_does_not_move_latest(void **state) {
    (void)state;
    reopen(latest_settings());
    mag_position nowhere = {UINT16_MAX, 0};
    uint32_t drug_id;
    must(&f,
         mag_cohort_intern_class(f.cohort, (mag_class_set)1 << MAG_CLASS_MGNOT, &drug_id, &f.err));
    mag_exposure exposure = {
        .start = at("2024-03-04"), .stop = at("2024-03-05"), .drug_id = drug_id};
    must(&f, mag_cohort_put_exposure(f.cohort, mag_span_of("p"), &exposure, 1, nowhere, &f.err));
    must(&f,
         mag_cohort_intern_class(f.cohort, (mag_class_set)1 << MAG_CLASS_LOOP, &drug_id, &f.err));
    exposure =
        (mag_exposure){.start = at("2024-02-01"), .stop = at("2024-02-02"), .drug_id = drug_id};
    must(&f, mag_cohort_put_exposure(f.cohort, mag_span_of("p"), &exposure, 2, nowhere, &f.err));
    settle(&f);
    assert_int_equal(patient(&f, "p").as_of, at("2024-02-01"));
}

static void latest_is_the_later_of_both_whichever_it_is(void **state) {
    (void)state;
    for (int is_lab_later = 0; is_lab_later < 2; is_lab_later++) {
        reopen(latest_settings());
        const char *const labs[] = {is_lab_later ? "p|2601-3||0.8|mmol/L|2024-03-04 08:01||"
                                                 : "p|2601-3||0.8|mmol/L|2024-03-04 07:59||",
                                    "p|2601-3||0.7|mmol/L|2024-01-01||", NULL};
        const char *const rx[] = {"p|furosemide|2024-03-04 08:00|2024-09-01|PO|",
                                  "p|furosemide|2024-01-04 08:00||PO|", NULL};
        feed(&f, MAG_TABLE_LABS, LABS, labs);
        feed(&f, MAG_TABLE_PRESCRIPTIONS, RX, rx);
        settle(&f);
        assert_int_equal(patient(&f, "p").as_of,
                         at(is_lab_later ? "2024-03-04 08:01" : "2024-03-04 08:00"));
    }
}

/* An edition that was replaced is no accepted result. */
static void a_replaced_edition_does_not_move_latest(void **state) {
    (void)state;
    reopen(latest_settings());
    const char *const labs[] = {"p|2601-3||0.8|mmol/L|2024-03-09|r|1",
                                "p|2601-3||0.8|mmol/L|2024-03-04|r|2", NULL};
    const mag_run_file *file = feed(&f, MAG_TABLE_LABS, LABS, labs);
    settle(&f);
    assert_int_equal(patient(&f, "p").as_of, at("2024-03-04"));
    assert_int_equal(file->accounting.out_of_window, 1);
    assert_int_equal(file->accounting.accepted, 1);
}

static void everybody_has_a_T_of_his_own_and_sees_nothing_later(void **state) {
    (void)state;
    reopen(latest_settings());
    const char *const labs[] = {
        "p|2601-3||0.8|mmol/L|2024-03-04 08:00||", "p|29463-7||80|kg|2024-03-04 08:00||",
        "p|29463-7||81|kg|2024-03-04 08:01||",     "q|2601-3||0.8|mmol/L|2160-01-01||",
        "q|29463-7||82|kg|2024-03-04 08:01||",     NULL};
    const char *const conditions[] = {"p|N18.5|2024-03-04", "p|E11|2024-03-05", NULL};
    const mag_run_file *file = feed(&f, MAG_TABLE_LABS, LABS, labs);
    feed(&f, MAG_TABLE_CONDITIONS, CONDITIONS, conditions);
    settle(&f);
    mag_timeline p = patient(&f, "p");
    size_t count;
    const mag_lab *weights = mag_timeline_labs(&p, MAG_WEIGHT, &count);
    assert_int_equal(count, 1);
    assert_int_equal(weights->mantissa, 80);
    assert_int_equal(p.condition_count, 1);
    assert_int_equal(patient(&f, "q").as_of, at("2160-01-01"));
    assert_int_equal(file->accounting.out_of_window, 2); /* q's weight is too old for its T */
}

/* --- a fixed T
 * --------------------------------------------------------------------------------------- */

typedef enum end { INSIDE, OUTSIDE, FUTURE } end;

typedef struct edge_case {
    const char *when;
    end ends;
} edge_case;

/* T is the end of 30 June 2024, history 1,095 days, data until the end of 2 July. */
static const edge_case EDGES[] = {
    {"2024-06-30 23:58", INSIDE},  {"2024-06-30 23:59", INSIDE},  {"2024-06-30", INSIDE},
    {"2024-07-01 00:00", OUTSIDE}, {"2024-07-01", OUTSIDE},       {"2024-07-02 23:59", OUTSIDE},
    {"2024-07-03 00:00", OUTSIDE}, {"2024-07-03 23:58", OUTSIDE}, {"2024-07-03 23:59", OUTSIDE},
    {"2024-07-04 00:00", FUTURE},  {"2024-07-04", FUTURE},        {"2199-01-01", FUTURE},
    {"2021-07-01 00:00", INSIDE},  {"2021-07-01", INSIDE},        {"2021-06-30 23:59", OUTSIDE},
    {"2021-06-30", OUTSIDE},       {"1970-01-01", OUTSIDE},       {"1969-12-31 23:59", OUTSIDE},
    {"1899-12-31", OUTSIDE},
};

static void check_edges(mag_table_kind kind, const char *format) {
    for (size_t i = 0; i < sizeof EDGES / sizeof *EDGES; i++) {
        reopen(usual_settings());
        char row[160];
        const char *const rows[] = {row, NULL};
        const char *gap = strstr(format, "WHEN");
        snprintf(row, sizeof row, "%.*s%s%s", (int)(gap - format), format, EDGES[i].when, gap + 4);
        const mag_run_file *file = feed(&f, kind, header_of(kind), rows);
        settle(&f);
        const mag_accounting *counts = &file->accounting;
        if (counts->accepted != (EDGES[i].ends == INSIDE) ||
            counts->out_of_window != (EDGES[i].ends == OUTSIDE) ||
            counts->rejected[MAG_REASON_DATE_FUTURE] != (EDGES[i].ends == FUTURE))
            fail_msg("%s: accepted %llu, out of window %llu", row,
                     (unsigned long long)counts->accepted,
                     (unsigned long long)counts->out_of_window);
    }
}

static void records_are_inside_from_the_first_day_of_history_to_T(void **state) {
    (void)state;
    check_edges(MAG_TABLE_LABS, "p|2601-3||0.8|mmol/L|WHEN||");
    check_edges(MAG_TABLE_CONDITIONS, "p|N18.5|WHEN");
    check_edges(MAG_TABLE_PRESCRIPTIONS, "p|furosemide|WHEN||PO|administration");
}

static void the_history_that_is_asked_for_is_the_one_applied(void **state) {
    (void)state;
    static const struct {
        int32_t days;
        const char *when;
        bool is_inside;
    } cases[] = {{1, "2024-06-29 00:00", true},     {1, "2024-06-28 23:59", false},
                 {30, "2024-05-31 00:00", true},    {30, "2024-05-30 23:59", false},
                 {1095, "2021-07-01 00:00", true},  {1096, "2021-06-30 00:00", true},
                 {1096, "2021-06-29 23:59", false}, {0, "1901-01-01 00:00", true}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        mag_cohort_settings settings = usual_settings();
        settings.history_days = cases[i].days;
        reopen(settings);
        char row[100];
        snprintf(row, sizeof row, "p|2601-3||0.8|mmol/L|%s||", cases[i].when);
        const char *const rows[] = {row, NULL};
        const mag_run_file *file = feed(&f, MAG_TABLE_LABS, LABS, rows);
        settle(&f);
        if (file->accounting.accepted != cases[i].is_inside ||
            file->accounting.out_of_window != !cases[i].is_inside)
            fail_msg("%d days of history: %s", cases[i].days, cases[i].when);
    }
}

static void without_data_until_no_date_is_in_the_future(void **state) {
    (void)state;
    mag_cohort_settings settings = usual_settings();
    settings.data_until = MAG_MINUTE_OPEN;
    reopen(settings);
    const char *const rows[] = {"p|2601-3||0.8|mmol/L|2199-01-01||", NULL};
    const mag_run_file *file = feed(&f, MAG_TABLE_LABS, LABS, rows);
    settle(&f);
    assert_int_equal(file->accounting.out_of_window, 1);
}

/* Ends may lie beyond data_until: an order that runs on is no fault. */
static void ends_after_data_until_are_no_fault(void **state) {
    (void)state;
    reopen(usual_settings());
    const char *const rx[] = {"p|furosemide|2024-06-01|2024-12-31|PO|", NULL};
    const char *const stays[] = {"p|s|2024-06-01|2024-12-31", NULL};
    const mag_run_file *rx_file = feed(&f, MAG_TABLE_PRESCRIPTIONS, RX, rx);
    const mag_run_file *stay_file = feed(&f, MAG_TABLE_STAYS, STAYS, stays);
    settle(&f);
    assert_int_equal(rx_file->accounting.accepted, 1);
    assert_int_equal(stay_file->accounting.accepted, 1);
    assert_int_equal(patient(&f, "p").exposures->stop, at("2025-01-01"));
}

/* --- absence
 * ----------------------------------------------------------------------------------------- */

/* T is 30 June 2024, 23:59. */
static void absence_is_known_inside_a_stay_to_the_minute(void **state) {
    (void)state;
    static const struct {
        const char *stay;
        bool is_known;
    } cases[] = {
        {"p|s|2024-06-30 23:59|2024-07-09", true}, {"p|s|2024-07-01 00:00|2024-07-09", false},
        {"p|s|2024-06-01|2024-06-30 23:59", true}, {"p|s|2024-06-01|2024-06-30 23:58", false},
        {"p|s|2024-06-01|2024-06-30", true}, /* the whole day */
        {"p|s|2024-06-01|2024-06-29", false},      {"p|s|2024-06-30 23:59|2024-06-30 23:59", true},
        {"q|s|2024-06-01|2024-07-09", false}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        mag_cohort_settings settings = usual_settings();
        settings.absence = MAG_ABSENCE_OUTSIDE_STAYS;
        reopen(settings);
        mag_cohort_declare_table(f.cohort, MAG_TABLE_PRESCRIPTIONS);
        const char *const rows[] = {cases[i].stay, NULL};
        feed(&f, MAG_TABLE_STAYS, STAYS, rows);
        settle(&f);
        mag_timeline timeline = patient(&f, "p");
        if (mag_timeline_absence_is_known(&timeline) != cases[i].is_known)
            fail_msg("%s", cases[i].stay);
    }
}

static void absence_is_known_while_the_patient_is_observed(void **state) {
    (void)state;
    static const struct {
        const char *from, *until;
        bool is_known;
    } cases[] = {{"2020-01-01", "", true},
                 {"2024-06-30 23:59", "", true},
                 {"2024-07-01", "", false},
                 {"2020-01-01", "2024-06-30 23:59", true},
                 {"2020-01-01", "2024-06-30 23:58", false},
                 {"2020-01-01", "2024-06-30", true},
                 {"2020-01-01", "9999-12-31", true},
                 {"", "2030-01-01", false},
                 {"", "", false}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        fixture_close(&f);
        mag_cohort_settings settings = usual_settings();
        settings.absence = MAG_ABSENCE_OUTSIDE_STAYS;
        fixture_open(&f, settings);
        mag_cohort_declare_table(f.cohort, MAG_TABLE_PRESCRIPTIONS);
        char row[100];
        snprintf(row, sizeof row, "p|F|1950|%s|%s", cases[i].from, cases[i].until);
        const char *const rows[] = {row, NULL};
        feed(&f, MAG_TABLE_PATIENTS, "patient_id|sex|birth|observed_from|observed_until", rows);
        settle(&f);
        mag_timeline timeline = patient(&f, "p");
        bool is_known = mag_timeline_absence_is_known(&timeline);
        if (is_known != cases[i].is_known)
            fail_msg("observed %s to %s", cases[i].from, cases[i].until);
    }
}

static void without_a_T_nothing_is_known_to_be_absent(void **state) {
    (void)state;
    reopen(latest_settings());
    mag_cohort_declare_table(f.cohort, MAG_TABLE_PRESCRIPTIONS);
    settle(&f);
    mag_timeline timeline = patient(&f, "p");
    assert_int_equal(timeline.as_of, MAG_MINUTE_NONE);
    assert_false(mag_timeline_absence_is_known(&timeline));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(only_results_and_starts_of_the_code_book_move_latest),
        TEST(the_class_mgnot_does_not_move_latest),
        TEST(latest_is_the_later_of_both_whichever_it_is),
        TEST(a_replaced_edition_does_not_move_latest),
        TEST(everybody_has_a_T_of_his_own_and_sees_nothing_later),
        TEST(records_are_inside_from_the_first_day_of_history_to_T),
        TEST(the_history_that_is_asked_for_is_the_one_applied),
        TEST(without_data_until_no_date_is_in_the_future),
        TEST(ends_after_data_until_are_no_fault),
        TEST(absence_is_known_inside_a_stay_to_the_minute),
        TEST(absence_is_known_while_the_patient_is_observed),
        TEST(without_a_T_nothing_is_known_to_be_absent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
