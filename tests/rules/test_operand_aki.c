/* The AKI stage and FEMg of patients, and what facts say about them. */
#include "lab_ask.h"

#include "rules/operand_aki.h"
#include "rules/operand_femg.h"

static mag_value stage_of(const char *lines, int32_t days) {
    world_say(&in, "female 50 y; %s", lines);
    const mag_lab_query query = ask_plain(MAG_CREATININE, days);
    return mag_aki_stage(&query);
}

static void expect_stage(const char *lines, double wanted) {
    const mag_value value = stage_of(lines, 14);
    if (value.bounds.unknown != 0 || value.bounds.low != wanted || value.bounds.high != wanted)
        fail_msg("%s: [%g, %g] reasons %x, wanted %g", lines, value.bounds.low, value.bounds.high,
                 value.bounds.unknown, wanted);
}

static void the_worst_unresolved_stage_of_the_window_counts(void **state) {
    (void)state;
    expect_stage("creatinine 90 umol/L 10 days ago; creatinine 180 umol/L 7 days ago", 2);
    /* scenario SC-21 */
    expect_stage("creatinine 90 umol/L on 2024-06-20; creatinine 180 umol/L on 2024-06-23", 2);
    /* 134 is below 1.5 x 90 but 44 above it: stage 2 stands; 115 resolves it */
    expect_stage("creatinine 90 umol/L 10 days ago; creatinine 180 umol/L 7 days ago; "
                 "creatinine 134 umol/L 1 day ago",
                 2);
    expect_stage("creatinine 90 umol/L 10 days ago; creatinine 180 umol/L 7 days ago; "
                 "creatinine 115 umol/L 1 day ago",
                 0);
    /* the worse of two, though the newer is milder */
    expect_stage("creatinine 90 umol/L 10 days ago; creatinine 280 umol/L 7 days ago; "
                 "creatinine 200 umol/L 1 day ago",
                 3);
    /* before the window there is only the reference */
    expect_stage("creatinine 90 umol/L 30 days ago; creatinine 280 umol/L 20 days ago; "
                 "creatinine 280 umol/L 1 day ago",
                 1);
    expect_stage("creatinine 1.0 mg/dL 30 days ago; creatinine 1.5 mg/dL 1 day ago", 1);
    expect_stage("creatinine 1.2 mg/dL 2 days ago; creatinine 1.5 mg/dL 1 day ago", 1);
    expect_stage("creatinine 1.2 mg/dL 2 days ago; creatinine 1.4 mg/dL 1 day ago", 0);
}

static void its_moment_is_that_of_the_creatinine(void **state) {
    (void)state;
    mag_value value =
        stage_of("creatinine 90 umol/L 10 days ago; creatinine 180 umol/L 7 days ago; "
                 "creatinine 160 umol/L 1 day ago",
                 14);
    assert_int_equal(mag_lab_value(value.lab).mantissa, 180);
    assert_true(has_note(&value, MAG_VALUE_NOTE_TIME_RESOLUTION));
    value = stage_of("creatinine 90 umol/L 50 hours ago; creatinine 91 umol/L 5 hours ago", 14);
    assert_int_equal(value.at, in.patient.as_of - 300);
    assert_false(has_note(&value, MAG_VALUE_NOTE_TIME_RESOLUTION));
    /* of two equal stages the newer */
    value = stage_of("creatinine 90 umol/L 10 days ago; creatinine 180 umol/L 5 days ago; "
                     "creatinine 181 umol/L 3 days ago",
                     14);
    assert_int_equal(mag_lab_value(value.lab).mantissa, 181);
}

static void creatinines_without_a_baseline_are_left_out(void **state) {
    (void)state;
    mag_value value = stage_of("creatinine 400 umol/L 3 days ago", 14);
    expect_unknown(&value, MAG_UNKNOWN_MISSING);
    value = stage_of("creatinine 400 umol/L 3 days ago; creatinine 90 umol/L 400 days ago", 14);
    expect_unknown(&value, MAG_UNKNOWN_MISSING);
    expect_stage("creatinine 400 umol/L 3 days ago; creatinine 401 umol/L 1 day ago", 0);
    value = stage_of("creatinine rejected 3 days ago", 14);
    expect_unknown(&value, MAG_UNKNOWN_REJECTED);
    value = stage_of("creatinine 90 umol/L 30 days ago", 14);
    expect_unknown(&value, MAG_UNKNOWN_MISSING);
}

/* Twice from one specimen: once, by the higher; else 100 and 100 would halve the weight of 80. */
static void a_specimen_counts_once(void **state) {
    (void)state;
    static const char later[] = "creatinine 150 umol/L 1 day ago";
    char lines[512];
    (void)snprintf(lines, sizeof lines,
                   "creatinine 80 umol/L 30 days ago specimen A; "
                   "creatinine 100 umol/L 60 days ago specimen B; "
                   "creatinine 100 umol/L 60 days ago specimen B; "
                   "creatinine 100 umol/L 60 days ago specimen B; %s",
                   later);
    expect_stage(lines, 1); /* median 90, not 100: 1.67 */
    world_say(&in, "%s", lines);
    const mag_lab_query query = ask_plain(MAG_CREATININE, 14);
    const mag_value value = mag_aki_stage(&query);
    char text[128];
    mag_aki_inputs_text(&query, &value, text, sizeof text);
    assert_string_equal(text, "C1 150 umol/L, RV2 90, ratio 1.667");
    expect_stage("creatinine 90 umol/L 10 hours ago specimen A; "
                 "creatinine 120 umol/L 10 hours ago specimen A; "
                 "creatinine 136 umol/L 1 hours ago",
                 0);
}

static void two_creatinines_of_one_moment_are_one_by_the_higher(void **state) {
    (void)state;
    /* a mark beside it is none */
    expect_stage("creatinine 90 umol/L on 2024-06-20T08:00; creatinine rejected on "
                 "2024-06-23T08:00; creatinine 180 umol/L haemolysed on 2024-06-23T08:00",
                 2);
    /* of two of one minute the higher */
    expect_stage("creatinine 90 umol/L on 2024-06-20T08:00; creatinine 100 umol/L on "
                 "2024-06-23T08:00; creatinine 180 umol/L on 2024-06-23T08:00",
                 2);
    /* one specimen, told at two minutes: 120 alone is the reference, 90 would make it stage 2 */
    expect_stage("creatinine 90 umol/L on 2024-06-22T08:00 specimen A; creatinine 120 umol/L on "
                 "2024-06-22T08:02 specimen A; creatinine 180 umol/L on 2024-06-24T07:00",
                 1);
    expect_stage("creatinine 120 umol/L on 2024-06-22T08:00 specimen A; creatinine 90 umol/L on "
                 "2024-06-22T08:02 specimen A; creatinine 180 umol/L on 2024-06-24T07:00",
                 1);
    expect_stage("creatinine 90 umol/L on 2024-06-22T08:00 specimen A; creatinine 120 umol/L on "
                 "2024-06-22T08:02 specimen B; creatinine 180 umol/L on 2024-06-24T07:00",
                 2);
    /* its mark at another minute is no value of it */
    expect_stage("creatinine rejected on 2024-06-22T08:00 specimen A; creatinine 120 umol/L on "
                 "2024-06-22T08:02 specimen A; creatinine 180 umol/L on 2024-06-24T07:00",
                 1);
    /* a date is not midnight: the two stand apart, and the lower is the reference */
    expect_stage("creatinine 120 umol/L on 2024-06-22 specimen A; creatinine 90 umol/L on "
                 "2024-06-22T00:00 specimen B; creatinine 180 umol/L on 2024-06-24T07:00",
                 2);
}

/* 70 results of 90 umol/L, one a day from 85 to 16 days ago, are the reference of what follows. */
static void many_creatinines_are_judged_as_few(void **state) {
    (void)state;
    const struct {
        const char *lines;
        double stage;
        int mantissa; /* of the creatinine that is told */
        int32_t days;
    } rows[] = {
        {"creatinine 100 umol/L 3 days ago", 0, 100, 14},
        {"creatinine 135 umol/L 3 days ago", 1, 135, 14},
        {"creatinine 180 umol/L 3 days ago", 2, 180, 14},
        {"creatinine 270 umol/L 9 days ago; creatinine 180 umol/L 3 days ago", 3, 270, 14},
        {"creatinine 270 umol/L 9 days ago; creatinine 100 umol/L 3 days ago", 0, 100, 14},
        {"creatinine 270 umol/L 9 days ago; creatinine 181 umol/L 3 days ago", 2, 181, 8},
        /* of equal stages the newer, with a clock or without */
        {"creatinine 180 umol/L 5 days ago; creatinine 181 umol/L 3 days ago", 2, 181, 14},
        {"creatinine 180 umol/L 120 hours ago; creatinine 181 umol/L 3 days ago", 2, 181, 14},
        {"creatinine 180 umol/L 5 days ago; creatinine 181 umol/L 70 hours ago", 2, 181, 14},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char lines[4096];
        int nbytes = snprintf(lines, sizeof lines, "%s", rows[i].lines);
        for (int day = 85; day > 15; day--)
            nbytes += snprintf(lines + nbytes, sizeof lines - (size_t)nbytes,
                               "; creatinine 90 umol/L %d days ago", day);
        const mag_value value = stage_of(lines, rows[i].days);
        expect_number(&value, rows[i].stage);
        if (mag_lab_value(value.lab).mantissa != rows[i].mantissa)
            fail_msg("%s: told of %d", rows[i].lines, (int)mag_lab_value(value.lab).mantissa);
    }
}

static void a_censored_creatinine_gives_an_interval(void **state) {
    (void)state;
    mag_value value =
        stage_of("creatinine 100 umol/L 10 days ago; creatinine >200 umol/L 5 days ago", 14);
    expect_between(&value, 2, 3);
    assert_int_equal(value.bounds.doubt, mag_unknown_bit(MAG_UNKNOWN_CENSORED));
    value = stage_of("creatinine 100 umol/L 10 days ago; creatinine >300 umol/L 5 days ago", 14);
    expect_between(&value, 3, 3);
}

static void facts_name_every_number(void **state) {
    (void)state;
    world_say(&in,
              "female 50 y; creatinine 100 umol/L 90 days ago; creatinine 90 umol/L 30 hours ago; "
              "creatinine 120 umol/L 2 hours ago");
    const mag_lab_query query = ask_plain(MAG_CREATININE, 14);
    const mag_value value = mag_aki_stage(&query);
    char text[128];
    expect_number(&value, 1);
    mag_aki_inputs_text(&query, &value, text, sizeof text);
    assert_string_equal(text, "C1 120 umol/L, RV1 90, RV2 100, ratio 1.333, D 30");
}

/* --- FEMg ------------------------------------------------------------------------------------- */

/* FE-01 of the specification. */
#define SERUM "magnesium 0.50 mmol/L 50 hours ago; creatinine 90 umol/L 50 hours ago; "
#define URINE "magnesium_urine 3.0 mmol/L 48 hours ago; creatinine_urine 5.0 mmol/L 48 hours ago"

static mag_value femg_of(const char *lines) {
    world_say(&in, "female 50 y; %s", lines);
    const mag_lab_query query = ask_plain(MAG_MAGNESIUM_URINE, 180);
    return mag_femg(&query);
}

static void femg_is_computed_in_any_units(void **state) {
    (void)state;
    const double wanted = 100 * (3.0 * 90) / (0.7 * 0.5 * 5000);
    mag_value value = femg_of(SERUM URINE);
    expect_number(&value, wanted);
    value = femg_of(
        "magnesium 1.00 mEq/L 50 hours ago; creatinine 0.09 mmol/L 50 hours ago; "
        "magnesium_urine 6.0 mEq/L 48 hours ago; creatinine_urine 5000 umol/L 48 hours ago");
    expect_number(&value, wanted);
    value = femg_of(SERUM "magnesium_urine 3.0 mmol/24h 48 hours ago; "
                          "creatinine_urine 5.0 mmol/24h 48 hours ago");
    expect_number(&value, wanted);
    value = femg_of(SERUM "magnesium_urine 3.0 mmol/24h 48 hours ago; "
                          "creatinine_urine 5.0 mmol/L 48 hours ago");
    expect_unknown(&value, MAG_UNKNOWN_MISSING);
}

static void femg_needs_its_four_values_within_a_day(void **state) {
    (void)state;
    static const char *const lines[] = {
        SERUM "magnesium_urine 3.0 mmol/L 48 hours ago",
        SERUM "creatinine_urine 5.0 mmol/L 48 hours ago",
        "creatinine 90 umol/L 50 hours ago; " URINE,
        "magnesium 0.50 mmol/L 50 hours ago; " URINE,
        "magnesium 0.50 mmol/L 73 hours ago; creatinine 90 umol/L 50 hours ago; " URINE,
        "magnesium 0.50 mmol/L 50 hours ago; creatinine 90 umol/L 23 hours ago; " URINE,
    };
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        const mag_value value = femg_of(lines[i]);
        if (value.bounds.unknown != mag_unknown_bit(MAG_UNKNOWN_MISSING))
            fail_msg("%s: %x", lines[i], value.bounds.unknown);
    }
    const mag_value on_the_line =
        femg_of("magnesium 0.50 mmol/L 72 hours ago; creatinine 90 umol/L 24 hours ago; " URINE);
    assert_int_equal(on_the_line.bounds.unknown, 0);
}

static void femg_is_invalid_where_the_formula_does_not_hold(void **state) {
    (void)state;
    static const char *const lines[] = {
        "magnesium 0.70 mmol/L 50 hours ago; creatinine 90 umol/L 50 hours ago; " URINE,
        "magnesium 1.7 mg/dL 50 hours ago; creatinine 90 umol/L 50 hours ago; " URINE,
        "magnesium 0.50 mmol/L 50 hours ago; creatinine 200 umol/L 50 hours ago; " URINE,
        SERUM URINE "; MGIV given 8 mmol 49 hours ago",
        SERUM URINE "; MGIV given 8 mmol 60 hours ago",
        SERUM URINE "; MGIV 200 mg since 5 days ago until 3 days ago",
    };
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        const mag_value value = femg_of(lines[i]);
        if (value.bounds.unknown != mag_unknown_bit(MAG_UNKNOWN_INVALID))
            fail_msg("%s: %x", lines[i], value.bounds.unknown);
    }
    mag_value value =
        femg_of("magnesium 1.6 mg/dL 50 hours ago; creatinine 90 umol/L 50 hours ago; " URINE);
    assert_int_equal(value.bounds.unknown, 0);
    value = femg_of(SERUM URINE "; MGIV given 8 mmol 2 hours ago");
    assert_int_equal(value.bounds.unknown, 0);
    value = femg_of(SERUM URINE "; MGIV 200 mg since 5 days ago until 4 days ago");
    assert_int_equal(value.bounds.unknown, 0);
    value = femg_of(SERUM URINE "; sex unknown");
    expect_unknown(&value, MAG_UNKNOWN_DEMOGRAPHIC);
}

static void femg_looks_at_each_sample_of_its_own(void **state) {
    (void)state;
    /* a day before the serum magnesium, but not a day before the urine */
    mag_value value = femg_of("magnesium 0.50 mmol/L 70 hours ago; creatinine 90 umol/L 50 hours "
                              "ago; " URINE "; MGIV 8 mmol since 90 hours ago until 80 hours ago");
    expect_unknown(&value, MAG_UNKNOWN_INVALID);
    /* 3 mmol of magnesium are 72.915 mg, 5 mmol of creatinine 565.6 mg */
    value = femg_of(SERUM "magnesium_urine 72.915 mg/24h 48 hours ago; "
                          "creatinine_urine 565.6 mg/24h 48 hours ago");
    if (value.bounds.unknown != 0 || fabs(value.bounds.low - 15.4286) > 0.001)
        fail_msg("%g", value.bounds.low);
    value = femg_of(SERUM URINE "; LOOP since 5 days ago"); /* another drug does not matter */
    assert_int_equal(value.bounds.unknown, 0);
    value = femg_of(SERUM URINE);
    assert_false(has_note(&value, MAG_VALUE_NOTE_TIME_RESOLUTION));
    static const char *const by_date[] = {
        "magnesium 0.50 mmol/L 2 days ago; creatinine 90 umol/L 50 hours ago; " URINE,
        "magnesium 0.50 mmol/L 50 hours ago; creatinine 90 umol/L 2 days ago; " URINE,
        SERUM "magnesium_urine 3.0 mmol/L 2 days ago; creatinine_urine 5.0 mmol/L 48 hours ago"};
    for (size_t i = 0; i < sizeof by_date / sizeof by_date[0]; i++) {
        value = femg_of(by_date[i]);
        if (value.bounds.unknown != 0 || !has_note(&value, MAG_VALUE_NOTE_TIME_RESOLUTION))
            fail_msg("%s: %x", by_date[i], value.bounds.unknown);
    }
}

static void facts_of_femg_name_four_inputs_with_times(void **state) {
    (void)state;
    world_say(&in,
              "female 50 y; magnesium 0.50 mmol/L 3 days ago; creatinine 90 umol/L 3 days ago; "
              "magnesium_urine 3.0 mmol/L 2 days ago; creatinine_urine 5.0 mmol/L 2 days ago");
    const mag_lab_query query = ask_plain(MAG_MAGNESIUM_URINE, 180);
    const mag_value value = mag_femg(&query);
    char text[320];
    assert_true(has_note(&value, MAG_VALUE_NOTE_TIME_RESOLUTION));
    mag_femg_inputs_text(&query, &value, text, sizeof text);
    assert_string_equal(text, "renal wasting (>4), urine magnesium 3.0 mmol/L (2024-06-28), "
                              "urine creatinine 5.0 mmol/L (2024-06-28), "
                              "serum magnesium 0.50 mmol/L (2024-06-27), "
                              "serum creatinine 90 umol/L (2024-06-27)");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_worst_unresolved_stage_of_the_window_counts),
        cmocka_unit_test(its_moment_is_that_of_the_creatinine),
        cmocka_unit_test(creatinines_without_a_baseline_are_left_out),
        cmocka_unit_test(a_specimen_counts_once),
        cmocka_unit_test(two_creatinines_of_one_moment_are_one_by_the_higher),
        cmocka_unit_test(many_creatinines_are_judged_as_few),
        cmocka_unit_test(a_censored_creatinine_gives_an_interval),
        cmocka_unit_test(facts_name_every_number),
        cmocka_unit_test(femg_is_computed_in_any_units),
        cmocka_unit_test(femg_needs_its_four_values_within_a_day),
        cmocka_unit_test(femg_is_invalid_where_the_formula_does_not_hold),
        cmocka_unit_test(femg_looks_at_each_sample_of_its_own),
        cmocka_unit_test(facts_of_femg_name_four_inputs_with_times),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
