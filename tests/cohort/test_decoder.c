/* Rows as text in, records out: one table of cases per kind of cell. */
#include "cohort_fixture.h"

#include "clinical/dose.h"

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

static const char *const ROSTER[] = {"p1|F|1950-03-04", "p2|m|1961", NULL};
static const char LABS[] = "patient_id|code|value|unit|collected_at|comment|ref_low|ref_high";
static const char RX[] = "patient_id|drug_code|drug_name|start|stop|kind|days_supply|route";

static void feed_roster(void) {
    feed(&f, MAG_TABLE_PATIENTS, "patient_id|sex|birth", ROSTER);
}

/* --- laboratory values ---------------------------------------------------------------------------
 */

typedef struct value_case {
    const char *row; /* of magnesium 2601-3, from the value on */
    mag_reason reason;
    const char *shown; /* of a usable value */
} value_case;

static const value_case VALUE_CASES[] = {
    {"0.70|mmol/L|2024-06-01||", MAG_REASON_NONE, "0.70 mmol/L"},
    {" 0.70 |mmol/L|2024-06-01||", MAG_REASON_NONE, "0.70 mmol/L"},
    {"+.7|MMOL/L|2024-06-01||", MAG_REASON_NONE, "0.7 mmol/L"},
    {"1.7|mg/dL|2024-06-01||", MAG_REASON_NONE, "1.7 mg/dL"},
    {"1.5|mEq/L|2024-06-01||", MAG_REASON_NONE, "1.5 mEq/L"},
    {"<0.30|mmol/L|2024-06-01||", MAG_REASON_NONE, "<0.30 mmol/L"},
    {"\xe2\x89\xa4"
     "0.3|mmol/L|2024-06-01||",
     MAG_REASON_NONE, "<=0.3 mmol/L"},
    {"1.2 H|mmol/L|2024-06-01||", MAG_REASON_NONE, "1.2 mmol/L"},
    {"*0.65|mmol/L|2024-06-01||", MAG_REASON_NONE, "0.65 mmol/L"},
    {"0,82|mmol/L|2024-06-01||", MAG_REASON_NUM_DECIMAL_COMMA, NULL},
    {"1e3|mmol/L|2024-06-01||", MAG_REASON_NUM_EXPONENT, NULL},
    {"0x1p3|mmol/L|2024-06-01||", MAG_REASON_NUM_EXPONENT, NULL},
    {"NaN|mmol/L|2024-06-01||", MAG_REASON_NUM_NOT_FINITE, NULL},
    {"inf|mmol/L|2024-06-01||", MAG_REASON_NUM_NOT_FINITE, NULL},
    {"1e400|mmol/L|2024-06-01||", MAG_REASON_NUM_OUT_OF_RANGE, NULL},
    {"1.5.2|mmol/L|2024-06-01||", MAG_REASON_NUM_SYNTAX, NULL},
    {"1_000|mmol/L|2024-06-01||", MAG_REASON_NUM_SYNTAX, NULL},
    {"1.5 mmol/L||2024-06-01||", MAG_REASON_NUM_SYNTAX, NULL},
    {"clotted|mmol/L|2024-06-01||", MAG_REASON_VALUE_TEXT_RESULT, NULL},
    {"haemolysed||2024-06-01||", MAG_REASON_VALUE_TEXT_RESULT, NULL},
    {".|mmol/L|2024-06-01||", MAG_REASON_VALUE_TEXT_RESULT, NULL},
    {"NULL|mmol/L|2024-06-01||", MAG_REASON_VALUE_TEXT_RESULT, NULL},
    {"|mmol/L|2024-06-01|see comment|", MAG_REASON_VALUE_TEXT_RESULT, NULL},
    {"14|mmol/L|2024-06-01||", MAG_REASON_VALUE_IMPLAUSIBLE, NULL},
    {"0|mmol/L|2024-06-01||", MAG_REASON_VALUE_IMPLAUSIBLE, NULL},
    {"-1|mmol/L|2024-06-01||", MAG_REASON_VALUE_IMPLAUSIBLE, NULL},
    {"0.7||2024-06-01||", MAG_REASON_UNIT_MISSING, NULL},
    {"0.7|NULL|2024-06-01||", MAG_REASON_UNIT_MISSING, NULL},
    {"0.7|furlong|2024-06-01||", MAG_REASON_UNIT_UNKNOWN, NULL},
    {"0.7|kg|2024-06-01||", MAG_REASON_UNIT_CONTRADICTS, NULL},
    {"0.7|mmol/24h|2024-06-01||", MAG_REASON_UNIT_CONTRADICTS, NULL},
};

static void a_value_is_kept_as_printed_or_leaves_a_mark(void **state) {
    (void)state;
    enum { COUNT = sizeof VALUE_CASES / sizeof *VALUE_CASES };
    for (size_t i = 0; i < COUNT; i++) {
        fixture_close(&f);
        fixture_open(&f, usual_settings());
        feed_roster();
        char row[160];
        snprintf(row, sizeof row, "p1|2601-3|%s|", VALUE_CASES[i].row);
        const char *const rows[] = {row, NULL};
        const mag_run_file *file = feed(&f, MAG_TABLE_LABS, LABS, rows);
        settle(&f);
        mag_timeline timeline = patient(&f, "p1");
        size_t count;
        const mag_lab *lab = mag_timeline_labs(&timeline, MAG_MAGNESIUM, &count);
        if (count != 1 || mag_lab_reject(lab) != VALUE_CASES[i].reason)
            fail_msg("%s: %zu records, %s", row, count,
                     count ? mag_reason_name(mag_lab_reject(lab)) : "");
        if (VALUE_CASES[i].reason != MAG_REASON_NONE) {
            assert_int_equal(file->accounting.rejected[VALUE_CASES[i].reason], 1);
            continue;
        }
        char number[MAG_DECIMAL_TEXT_NBYTES], shown[64];
        mag_decimal_text(mag_lab_value(lab), number);
        snprintf(shown, sizeof shown, "%s%s %s", mag_comparator_text(mag_lab_comparator(lab)),
                 number, mag_unit_text(mag_lab_unit(lab)));
        assert_string_equal(shown, VALUE_CASES[i].shown);
        assert_int_equal(file->accounting.accepted, 1);
    }
}

typedef struct row_case {
    const char *row;
    mag_reason reason; /* MAG_REASON_COUNT: not of interest */
} row_case;

static const row_case LAB_ROW_CASES[] = {
    {"p1|2601-3|0.7|mmol/L|2024-06-01|||", MAG_REASON_NONE},
    {"p1|99999-9|0.7|mmol/L|2024-06-01|||", MAG_REASON_COUNT},
    {"|99999-9|0.7|mmol/L|never|||", MAG_REASON_COUNT},
    {"p1||0.7|mmol/L|2024-06-01|||", MAG_REASON_NULL_REQUIRED},
    {"|2601-3|0.7|mmol/L|2024-06-01|||", MAG_REASON_ID_BLANK},
    {"   |2601-3|0.7|mmol/L|2024-06-01|||", MAG_REASON_ID_BLANK},
    {"p\x01|2601-3|0.7|mmol/L|2024-06-01|||", MAG_REASON_ID_BLANK},
    {"|2601-3|||never|||", MAG_REASON_ID_BLANK},
    {"p1|2601-3||mmol/L|2024-06-01|||", MAG_REASON_NULL_REQUIRED},
    {"p1|2601-3||mmol/L|never|||", MAG_REASON_NULL_REQUIRED},
    {"p1|2601-3|0.7|mmol/L||||", MAG_REASON_NULL_REQUIRED},
    {"p1|2601-3|0.7|mmol/L|2023-02-29|||", MAG_REASON_DATE_INVALID},
    {"p1|2601-3|0.7|mmol/L|2024-04-31|||", MAG_REASON_DATE_INVALID},
    {"p1|2601-3|0.7|mmol/L|2024-02-29|||", MAG_REASON_NONE},
    {"p1|2601-3|0.7|mmol/L|2024-06|||", MAG_REASON_DATE_INVALID},
    {"p1|2601-3|0.7|mmol/L|03/04/2024|||", MAG_REASON_DATE_FORMAT},
    {"p1|2601-3|0.7|mmol/L|1900-01-01|||", MAG_REASON_DATE_SENTINEL},
    {"p1|2601-3|0.7|mmol/L|9999-12-31|||", MAG_REASON_DATE_SENTINEL},
    {"p1|2601-3|0.7|mmol/L|infinity|||", MAG_REASON_DATE_NOT_FINITE},
    {"p1|2601-3|0.7|mmol/L|2024-07-04 00:00|||", MAG_REASON_DATE_FUTURE},
    {"p1|2601-3|clotted|mmol/L|2025-01-01|||", MAG_REASON_DATE_FUTURE},
    {"nobody|2601-3|0.7|mmol/L|2024-06-01|||", MAG_REASON_LINK_NO_PATIENT},
    {"p1 |2601-3|0.7|mmol/L|2024-06-01|||", MAG_REASON_LINK_NO_PATIENT},
    {"P1|2601-3|0.7|mmol/L|2024-06-01|||", MAG_REASON_LINK_NO_PATIENT},
};

static void a_row_ends_in_the_first_bucket_that_applies(void **state) {
    (void)state;
    enum { COUNT = sizeof LAB_ROW_CASES / sizeof *LAB_ROW_CASES };
    for (size_t i = 0; i < COUNT; i++) {
        fixture_close(&f);
        fixture_open(&f, usual_settings());
        feed_roster();
        const char *const rows[] = {LAB_ROW_CASES[i].row, NULL};
        const mag_run_file *file = feed(&f, MAG_TABLE_LABS, LABS, rows);
        settle(&f);
        mag_reason reason = LAB_ROW_CASES[i].reason;
        const mag_accounting *counts = &file->accounting;
        uint64_t found = reason == MAG_REASON_NONE    ? counts->accepted
                         : reason == MAG_REASON_COUNT ? counts->not_of_interest
                                                      : counts->rejected[reason];
        size_t reject_count;
        mag_cohort_rejects(f.cohort, &reject_count);
        bool is_rejected = reason != MAG_REASON_NONE && reason != MAG_REASON_COUNT;
        if (found != 1 || counts->read != 1 || reject_count != is_rejected)
            fail_msg("%s is not in its bucket", LAB_ROW_CASES[i].row);
    }
}

static void an_inr_needs_no_unit(void **state) {
    (void)state;
    feed_roster();
    const char *const rows[] = {"p1|6301-6|2.3||2024-06-01|||", NULL};
    feed(&f, MAG_TABLE_LABS, LABS, rows);
    settle(&f);
    mag_timeline timeline = patient(&f, "p1");
    size_t count;
    const mag_lab *lab = mag_timeline_labs(&timeline, MAG_INR, &count);
    assert_int_equal(count, 1);
    assert_int_equal(mag_lab_reject(lab), MAG_REASON_NONE);
    assert_int_equal(mag_lab_unit(lab), MAG_UNIT_RATIO);
}

static void haemolysis_is_read_in_value_and_comment(void **state) {
    (void)state;
    feed_roster();
    const char *const rows[] = {"p1|2823-3|5.1|mmol/L|2024-06-01|slightly haemolysed||",
                                "p1|2823-3|5.2|mmol/L|2024-06-02|not haemolysed||",
                                "p1|2823-3|5.3|mmol/L|2024-06-03|||",
                                "p1|2823-3|Hemolyzed|mmol/L|2024-06-04|||", NULL};
    feed(&f, MAG_TABLE_LABS, LABS, rows);
    settle(&f);
    mag_timeline timeline = patient(&f, "p1");
    size_t count;
    const mag_lab *labs = mag_timeline_labs(&timeline, MAG_POTASSIUM, &count);
    assert_int_equal(count, 4);
    const bool expected[] = {true, false, false, true};
    for (size_t i = 0; i < count; i++)
        assert_int_equal(mag_lab_has(&labs[i], MAG_LAB_HAEMOLYSED), expected[i]);
}

static void soft_limits_ranges_and_dates_without_a_clock_are_noted(void **state) {
    (void)state;
    feed_roster();
    const char *const rows[] = {"p1|2601-3|3.5|mmol/L|2024-06-01||0.70|1.00",
                                "p1|2601-3|0.9|mmol/L|2024-06-02T07:05:59Z||0.70|", NULL};
    const mag_run_file *file = feed(&f, MAG_TABLE_LABS, LABS, rows);
    settle(&f);
    mag_timeline timeline = patient(&f, "p1");
    size_t count;
    const mag_lab *labs = mag_timeline_labs(&timeline, MAG_MAGNESIUM, &count);
    assert_int_equal(count, 2);
    assert_true(mag_lab_has(&labs[0], MAG_LAB_SOFT_LIMIT));
    assert_true(mag_lab_has(&labs[0], MAG_LAB_DATE_ONLY));
    mag_decimal low, high;
    assert_true(mag_cohort_range(f.cohort, labs[0].range_id, &low, &high));
    assert_int_equal(low.mantissa, 70);
    assert_int_equal(high.scale, 2);
    assert_false(mag_lab_has(&labs[1], MAG_LAB_DATE_ONLY));
    assert_int_equal(labs[1].minute, at("2024-06-02 07:05"));
    assert_false(mag_cohort_range(f.cohort, labs[1].range_id, &low, &high));
    assert_int_equal(file->accounting.utc_times, 1);
    assert_int_equal(labs[0].line, 2);
}

static void unknown_units_are_counted_most_frequent_first(void **state) {
    (void)state;
    feed_roster();
    const char *const rows[] = {"p1|2601-3|0.7|blob|2024-06-01|||",
                                "p1|2601-3|0.7|furlong|2024-06-02|||",
                                "p1|2601-3|0.7|furlong|2024-06-03|||", NULL};
    feed(&f, MAG_TABLE_LABS, LABS, rows);
    mag_unknown_unit units[10];
    assert_int_equal(mag_cohort_unknown_units(f.cohort, units), 2);
    assert_string_equal(units[0].text, "furlong");
    assert_int_equal(units[0].count, 2);
    assert_string_equal(units[1].text, "blob");
}

/* --- prescriptions
 * --------------------------------------------------------------------------------- */

typedef struct rx_case {
    const char *row; /* of furosemide, from start on */
    const char *start, *stop;
    unsigned flags; /* kind and flags */
} rx_case;

static const rx_case RX_CASES[] = {
    {"2024-05-01 08:00|2024-05-03 09:30|||PO", "2024-05-01 08:00", "2024-05-03 09:30",
     MAG_RX_ORDER},
    {"2024-05-01|2024-05-03|||PO", "2024-05-01", "2024-05-04 00:00",
     MAG_RX_ORDER | MAG_EXPOSURE_START_DATE | MAG_EXPOSURE_STOP_DATE},
    {"2024-05-01|2024-05-01|||PO", "2024-05-01", "2024-05-02",
     MAG_RX_ORDER | MAG_EXPOSURE_START_DATE | MAG_EXPOSURE_STOP_DATE},
    {"2024-05-01 08:00|2024-05-01|||PO", "2024-05-01 08:00", "2024-05-02",
     MAG_RX_ORDER | MAG_EXPOSURE_STOP_DATE},
    {"2024-05-01 08:00|2024-05-01 08:00|||PO", "2024-05-01 08:00", "2024-05-01 08:01",
     MAG_RX_ORDER},
    {"2024-05-01 08:00||||PO", "2024-05-01 08:00", "2025-05-01 08:00",
     MAG_RX_ORDER | MAG_EXPOSURE_OPEN},
    {"2024-05-01 08:00|9999-12-31|||PO", "2024-05-01 08:00", "2025-05-01 08:00",
     MAG_RX_ORDER | MAG_EXPOSURE_OPEN},
    {"2024-05-01 08:00|infinity|order||PO", "2024-05-01 08:00", "2025-05-01 08:00",
     MAG_RX_ORDER | MAG_EXPOSURE_OPEN},
    {"2024-05-01||issue||PO", "2024-05-01", "2024-05-29", MAG_RX_ISSUE | MAG_EXPOSURE_START_DATE},
    {"2024-05-01||issue|56|PO", "2024-05-01", "2024-06-26", MAG_RX_ISSUE | MAG_EXPOSURE_START_DATE},
    {"2024-05-01||issue|lots|PO", "2024-05-01", "2024-05-29",
     MAG_RX_ISSUE | MAG_EXPOSURE_START_DATE},
    {"2024-05-01||issue|0|PO", "2024-05-01", "2024-05-29", MAG_RX_ISSUE | MAG_EXPOSURE_START_DATE},
    {"2024-05-01 08:00||administration||IV", "2024-05-01 08:00", "2024-05-02",
     MAG_RX_ADMINISTRATION},
};

static void a_prescription_becomes_the_interval_that_it_means(void **state) {
    (void)state;
    enum { COUNT = sizeof RX_CASES / sizeof *RX_CASES };
    for (size_t i = 0; i < COUNT; i++) {
        fixture_close(&f);
        fixture_open(&f, usual_settings());
        feed_roster();
        char row[160];
        snprintf(row, sizeof row, "p1|C03CA01|furosemide|%s", RX_CASES[i].row);
        const char *const rows[] = {row, NULL};
        feed(&f, MAG_TABLE_PRESCRIPTIONS, RX, rows);
        settle(&f);
        mag_timeline timeline = patient(&f, "p1");
        if (timeline.exposure_count != 1)
            fail_msg("%s: %zu exposures", row, timeline.exposure_count);
        const mag_exposure *exposure = timeline.exposures;
        if (exposure->start != at(RX_CASES[i].start) || exposure->stop != at(RX_CASES[i].stop) ||
            exposure->flags != RX_CASES[i].flags)
            fail_msg("%s: %d to %d, flags %u", row, exposure->start, exposure->stop,
                     exposure->flags);
    }
}

static const row_case RX_ROW_CASES[] = {
    {"p1|C03CA01||2024-05-01|2024-05-02|||PO", MAG_REASON_NONE},
    {"p1||Furosemide 40 mg tablet|2024-05-01|2024-05-02|||PO", MAG_REASON_NONE},
    {"p1|N02BE01|paracetamol|2024-05-01|2024-05-02|||PO", MAG_REASON_COUNT},
    {"p1|||2024-05-01|2024-05-02|||PO", MAG_REASON_NULL_REQUIRED},
    {"|C03CA01||2024-05-01|2024-05-02|||PO", MAG_REASON_ID_BLANK},
    {"p1|C03CA01|||2024-05-02|||PO", MAG_REASON_NULL_REQUIRED},
    {"p1|C03CA01||2024-13-01|2024-05-02|||PO", MAG_REASON_DATE_INVALID},
    {"p1|C03CA01||1900-01-01|2024-05-02|||PO", MAG_REASON_DATE_SENTINEL},
    {"p1|C03CA01||2024-05-03|2024-05-02|||PO", MAG_REASON_RX_INTERVAL},
    {"p1|C03CA01||2024-05-03 10:00|2024-05-03 09:59|||PO", MAG_REASON_RX_INTERVAL},
    {"nobody|C03CA01||2024-05-03|2024-05-02|||PO", MAG_REASON_RX_INTERVAL},
    {"nobody|C03CA01||2024-05-01|2024-05-02|||PO", MAG_REASON_LINK_NO_PATIENT},
    {"p1|C03CA01||2024-12-01||||PO", MAG_REASON_DATE_FUTURE},
};

static void a_prescription_ends_in_the_first_bucket_that_applies(void **state) {
    (void)state;
    enum { COUNT = sizeof RX_ROW_CASES / sizeof *RX_ROW_CASES };
    for (size_t i = 0; i < COUNT; i++) {
        fixture_close(&f);
        fixture_open(&f, usual_settings());
        feed_roster();
        const char *const rows[] = {RX_ROW_CASES[i].row, NULL};
        const mag_run_file *file = feed(&f, MAG_TABLE_PRESCRIPTIONS, RX, rows);
        settle(&f);
        mag_reason reason = RX_ROW_CASES[i].reason;
        uint64_t found = reason == MAG_REASON_NONE    ? file->accounting.accepted
                         : reason == MAG_REASON_COUNT ? file->accounting.not_of_interest
                                                      : file->accounting.rejected[reason];
        if (found != 1)
            fail_msg("%s is not in its bucket", RX_ROW_CASES[i].row);
    }
}

static void a_class_outside_its_route_gate_is_accepted_and_no_exposure(void **state) {
    (void)state;
    feed_roster();
    const char *const rows[] = {
        "p1||Tobramycin Fortified Ophth. Soln.|2024-05-01|2024-05-09|||BOTH EYES",
        "p1||Tobramycin|2024-05-01|2024-05-09|||IV", NULL};
    const mag_run_file *file = feed(&f, MAG_TABLE_PRESCRIPTIONS, RX, rows);
    settle(&f);
    assert_int_equal(file->accounting.accepted + file->accounting.not_of_interest, 2);
    assert_int_equal(patient(&f, "p1").exposure_count, 1);
}

static void magnesium_doses_are_elemental_and_others_unknown(void **state) {
    (void)state;
    feed_roster();
    const char *const rows[] = {"p1|magnesium citrate|2024-05-01|2024-06-09|200|mg elemental|2|PO",
                                "p1|furosemide|2024-05-02|2024-06-09|40|mg|1|PO", NULL};
    feed(&f, MAG_TABLE_PRESCRIPTIONS,
         "patient_id|drug_name|start|stop|dose|dose_unit|doses_per_day|route", rows);
    settle(&f);
    mag_timeline timeline = patient(&f, "p1");
    assert_int_equal(timeline.exposure_count, 2);
    const mag_exposure *citrate = &timeline.exposures[0], *loop = &timeline.exposures[1];
    assert_in_range(citrate->dose_lo_umol, 16400, 16500); /* 400 mg of magnesium = 16.46 mmol */
    assert_string_equal(mag_cohort_text(f.cohort, citrate->dose_text_id),
                        "200 mg elemental, 2 a day");
    assert_int_equal(loop->dose_lo_umol, 0);
    assert_int_equal(loop->dose_hi_umol, MAG_DOSE_UNKNOWN);
}

/* --- roster, stays, conditions -------------------------------------------------------------------
 */

static void the_roster_reads_sex_birth_death_and_measures(void **state) {
    (void)state;
    const char *const rows[] = {"a|F|1950-03-04||52.5|160|2024-01-02|north",
                                "b|m|1950|2024-02-03|||2024-01-02|",
                                "c|X|1950-02-30|||||",
                                "d||unknown|||||",
                                "e|M|1850-01-01||700||2024-01-02|",
                                "f|F|1900-01-01|9999-12-31|60|||",
                                NULL};
    const mag_run_file *file =
        feed(&f, MAG_TABLE_PATIENTS,
             "patient_id|sex|birth|died_on|weight_kg|height_cm|measured_on|site", rows);
    settle(&f);
    assert_int_equal(file->accounting.accepted, 6);
    assert_int_equal(file->accounting.sex_unknown, 2);
    assert_int_equal(file->accounting.birth_unknown, 3);
    assert_int_equal(file->accounting.age_implausible, 1);

    mag_timeline a = patient(&f, "a"), b = patient(&f, "b"), e = patient(&f, "e");
    int age;
    bool is_year_only;
    assert_int_equal(a.person->sex, MAG_SEX_FEMALE);
    assert_true(mag_person_age(a.person, a.as_of, &age, &is_year_only));
    assert_int_equal(age, 74);
    assert_false(is_year_only);
    assert_string_equal(mag_cohort_text(f.cohort, a.person->site_id), "north");
    size_t count;
    const mag_lab *weight = mag_timeline_labs(&a, MAG_WEIGHT, &count);
    assert_int_equal(count, 1);
    assert_int_equal(weight->mantissa, 525);
    assert_int_equal(mag_lab_unit(weight), MAG_UNIT_KG);
    mag_timeline_labs(&a, MAG_HEIGHT, &count);
    assert_int_equal(count, 1);

    assert_int_equal(b.person->sex, MAG_SEX_MALE);
    assert_true(mag_person_age(b.person, b.as_of, &age, &is_year_only));
    assert_true(is_year_only);
    assert_int_equal(age, 74);
    assert_true(mag_person_is_alive(b.person, end_of("2024-02-03")));
    assert_false(mag_person_is_alive(b.person, at("2024-02-04")));

    assert_false(mag_person_age(e.person, e.as_of, &age, &is_year_only));
    weight = mag_timeline_labs(&e, MAG_WEIGHT, &count);
    assert_int_equal(count, 1);
    assert_int_equal(mag_lab_reject(weight), MAG_REASON_VALUE_IMPLAUSIBLE);

    mag_timeline last = patient(&f, "f");
    assert_true(mag_person_is_alive(last.person, at("2199-01-01")));
    mag_timeline_labs(&last, MAG_WEIGHT, &count); /* without a day it cannot be placed */
    assert_int_equal(count, 0);
}

static void a_condition_of_a_stay_is_dated_by_the_end_of_the_stay(void **state) {
    (void)state;
    feed_roster();
    const char *const stays[] = {"p1|s1|2024-01-01 10:00|2024-01-09 11:00",
                                 "p1|s2|2024-02-01|2024-02-03",
                                 "p2|s1|2024-03-01|2024-03-02",
                                 "p1||2024-02-01|2024-02-03",
                                 "p1|s3|2024-02-05|2024-02-03",
                                 NULL};
    const mag_run_file *stay_file =
        feed(&f, MAG_TABLE_STAYS, "patient_id|stay_id|from|until", stays);
    const char *const conditions[] = {"p1|N18.5||s1",
                                      "p1|N185|2024-02-02|",
                                      "p1|N18.5||s2",
                                      "p1|N18.5||s9",
                                      "p1|N18.5||",
                                      "p1|H10.1||s1",
                                      NULL};
    const mag_run_file *file =
        feed(&f, MAG_TABLE_CONDITIONS, "patient_id|code|recorded_on|stay_id", conditions);
    settle(&f);
    mag_timeline timeline = patient(&f, "p1");
    assert_int_equal(timeline.stay_count, 2);
    assert_int_equal(stay_file->accounting.rejected[MAG_REASON_NULL_REQUIRED], 1);
    assert_int_equal(stay_file->accounting.rejected[MAG_REASON_DATE_INVALID], 1);
    assert_int_equal(timeline.condition_count, 3);
    assert_int_equal(timeline.conditions[0].minute, at("2024-01-09 11:00"));
    assert_int_equal(timeline.conditions[1].minute, at("2024-02-02"));
    assert_int_equal(timeline.conditions[2].minute, end_of("2024-02-03"));
    assert_int_equal(timeline.conditions[0].conditions, 1u << MAG_CONDITION_CKD);
    assert_int_equal(file->accounting.not_of_interest, 1);
    assert_int_equal(file->accounting.rejected[MAG_REASON_NULL_REQUIRED], 2);
}

/* --- columns
 * --------------------------------------------------------------------------------------- */

static mag_status bind_header(const char *profile_text, const char *header) {
    const mag_profile *profile;
    uint16_t file_id;
    mag_run_file *file;
    mag_span cells[CELL_COUNT];
    mag_decoder decoder;
    must(&f, mag_profile_parse(f.arena, "x.yaml", mag_span_of(profile_text), &profile, &f.err));
    const mag_profile_table *table = profile->tables[0];
    must(&f, mag_cohort_add_file(f.cohort, "s", "t.csv", mag_profile_table_kind(table), &file_id,
                                 &file, &f.err));
    mag_decoder_init(&decoder, f.cohort, table, file_id, file);
    mag_status status = mag_decoder_bind(&decoder, cells, split_cells(header, cells), &f.err);
    mag_decoder_done(&decoder);
    return status;
}

#define PROFILE(kind, columns)                                                                     \
    "profile: x\ntables:\n  - { table: " kind ", file: t, columns: { patient_id: id, " columns     \
    " } }\n"

/* Where one of two columns is enough, the one is asked for that the profile maps. */
static void a_missing_column_is_named_as_the_profile_maps_it(void **state) {
    (void)state;
    static const struct {
        const char *profile, *header, *missing; /* NULL: the file can be used */
    } cases[] = {
        {PROFILE("patients", "sex: sex, birth: born"), "id|sex", "\"born\""},
        {PROFILE("patients", "sex: sex, birth: born"), "id|born|sex", NULL},
        {PROFILE("patients", "sex: sex, anchor_age: age, anchor_year: year"), "id|sex|year",
         "\"age\""},
        {PROFILE("patients", "sex: sex, anchor_age: age, anchor_year: year"), "id|sex|age",
         "\"year\""},
        {PROFILE("patients", "sex: sex, birth: born, anchor_age: age, anchor_year: year"),
         "id|sex|age", "\"born\""},
        {PROFILE("patients", "sex: sex, anchor_age: age, anchor_year: year"), "id|sex|age|year",
         NULL},
        {PROFILE("prescriptions", "drug_code: code, start: start"), "id|start", "\"code\""},
        {PROFILE("prescriptions", "drug_name: drug, drug_code: code, start: start"), "id|start",
         "\"drug\""},
        {PROFILE("prescriptions", "drug_name: drug, drug_code: code, start: start"),
         "id|start|code", NULL},
        {PROFILE("conditions", "code: code, stay_id: stay"), "id|code", "\"stay\""},
        {PROFILE("conditions", "code: code, recorded_on: day, stay_id: stay"), "id|code|stay",
         NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        mag_status status = bind_header(cases[i].profile, cases[i].header);
        if (status != (cases[i].missing ? MAG_E_INPUT : MAG_OK) ||
            (cases[i].missing && !strstr(f.err.text, cases[i].missing)))
            fail_msg("%zu: %d %s", i, (int)status, f.err.text);
    }
}

/* --- times
 * ----------------------------------------------------------------------------------------- */

static void a_sum_of_minutes_stays_in_the_calendar(void **state) {
    (void)state;
    static const struct {
        mag_minute minute;
        int64_t more;
        mag_minute sum;
    } cases[] = {
        {0, 1440, 1440},
        {100, -200, -100},
        {MAG_MINUTE_OPEN - 2, 1, MAG_MINUTE_OPEN - 1},
        {MAG_MINUTE_OPEN - 1, 1, MAG_MINUTE_OPEN - 1}, /* never "open" */
        {0, INT64_C(1) << 40, MAG_MINUTE_OPEN - 1},
        {MAG_MINUTE_NONE + 2, -1, MAG_MINUTE_NONE + 1},
        {MAG_MINUTE_NONE + 1, -1, MAG_MINUTE_NONE + 1}, /* never "none" */
        {0, -(INT64_C(1) << 40), MAG_MINUTE_NONE + 1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(mag_minute_plus(cases[i].minute, cases[i].more), cases[i].sum);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(a_value_is_kept_as_printed_or_leaves_a_mark),
        TEST(a_row_ends_in_the_first_bucket_that_applies),
        TEST(an_inr_needs_no_unit),
        TEST(haemolysis_is_read_in_value_and_comment),
        TEST(soft_limits_ranges_and_dates_without_a_clock_are_noted),
        TEST(unknown_units_are_counted_most_frequent_first),
        TEST(a_prescription_becomes_the_interval_that_it_means),
        TEST(a_prescription_ends_in_the_first_bucket_that_applies),
        TEST(a_class_outside_its_route_gate_is_accepted_and_no_exposure),
        TEST(magnesium_doses_are_elemental_and_others_unknown),
        TEST(the_roster_reads_sex_birth_death_and_measures),
        TEST(a_condition_of_a_stay_is_dated_by_the_end_of_the_stay),
        TEST(a_missing_column_is_named_as_the_profile_maps_it),
        TEST(a_sum_of_minutes_stays_in_the_calendar),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
