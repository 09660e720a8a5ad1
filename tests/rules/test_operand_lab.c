/* Questions about results, each asked of a patient written as the lines of an example. */
#include "world.h"

#include "rules/operand_lab.h"

#include <string.h>

static world in;

static mag_lab_query ask(mag_analyte analyte, int32_t days, mag_worse worse) {
    return (mag_lab_query){.patient = &in.patient,
                           .analyte = analyte,
                           .period = world_days(&in, days),
                           .worse = worse};
}

static void expect_printed(const mag_value *value, const char *wanted) {
    assert_non_null(value->lab);
    char number[MAG_DECIMAL_TEXT_NBYTES], text[64];
    mag_decimal_text(mag_lab_value(value->lab), number);
    (void)snprintf(text, sizeof text, "%s%s %s",
                   mag_comparator_text(mag_lab_comparator(value->lab)), number,
                   mag_unit_text(mag_lab_unit(value->lab)));
    assert_string_equal(text, wanted);
}

static bool has_note(const mag_value *value, mag_value_note note) {
    return (value->notes & mag_note_bit(note)) != 0;
}

static void latest_is_the_newest_inside_the_window(void **state) {
    (void)state;
    WORLD(&in, "magnesium 0.80 mmol/L 91 days ago", "magnesium 0.70 mmol/L 90 days ago",
          "magnesium 0.65 mmol/L 40 days ago", "potassium 4.0 mmol/L 1 day ago");
    const mag_lab_query wide = ask(MAG_MAGNESIUM, 90, MAG_WORSE_LOW);
    mag_value value = mag_lab_latest(&wide);
    expect_printed(&value, "0.65 mmol/L");
    const mag_lab_query narrow = ask(MAG_MAGNESIUM, 39, MAG_WORSE_LOW);
    assert_int_equal(mag_lab_latest(&narrow).bounds.unknown, mag_unknown_bit(MAG_UNKNOWN_MISSING));
    value = mag_lab_previous(&wide);
    expect_printed(&value, "0.70 mmol/L");
    value = mag_lab_first(&wide);
    expect_printed(&value, "0.70 mmol/L");
}

static void a_censored_result_counts_when_it_is_the_newest(void **state) {
    (void)state;
    WORLD(&in, "magnesium 0.80 mmol/L 9 days ago", "magnesium <0.30 mmol/L 2 days ago");
    const mag_lab_query query = ask(MAG_MAGNESIUM, 30, MAG_WORSE_LOW);
    const mag_value value = mag_lab_latest(&query);
    expect_printed(&value, "<0.30 mmol/L");
    assert_true(value.bounds.low <= 0 && value.bounds.is_high_open);
}

static void a_mark_is_passed_over_with_a_note(void **state) {
    (void)state;
    WORLD(&in, "magnesium 0.80 mmol/L 9 days ago", "magnesium rejected 2 days ago");
    const mag_lab_query query = ask(MAG_MAGNESIUM, 30, MAG_WORSE_LOW);
    const mag_value value = mag_lab_latest(&query);
    expect_printed(&value, "0.80 mmol/L");
    assert_true(has_note(&value, MAG_VALUE_NOTE_NEWER_REJECTED));
}

static void only_marks_are_unknown_by_the_newest_one(void **state) {
    (void)state;
    WORLD(&in, "magnesium rejected 9 days ago", "magnesium 1.3 no unit 2 days ago");
    const mag_lab_query query = ask(MAG_MAGNESIUM, 30, MAG_WORSE_LOW);
    const mag_lab_query older = ask(MAG_MAGNESIUM, 30, MAG_WORSE_LOW);
    assert_int_equal(mag_lab_latest(&query).bounds.unknown, mag_unknown_bit(MAG_UNKNOWN_UNIT));
    assert_int_equal(mag_lab_measured(&older).reasons, mag_unknown_bit(MAG_UNKNOWN_UNIT));
    WORLD(&in, "magnesium 1.3 no unit 9 days ago", "magnesium rejected 2 days ago");
    const mag_lab_query other = ask(MAG_MAGNESIUM, 30, MAG_WORSE_LOW);
    assert_int_equal(mag_lab_latest(&other).bounds.unknown, mag_unknown_bit(MAG_UNKNOWN_REJECTED));
    assert_int_equal(mag_lab_none(&other).reasons, mag_unknown_bit(MAG_UNKNOWN_REJECTED));
}

static void of_two_at_one_moment_the_worse_side_counts(void **state) {
    (void)state;
    WORLD(&in, "potassium 3.0 mmol/L 5 hours ago", "potassium 3.1 mmol/L 5 hours ago",
          "potassium 4.0 mmol/L 6 hours ago");
    const mag_lab_query low = ask(MAG_POTASSIUM, 30, MAG_WORSE_LOW);
    const mag_lab_query high = ask(MAG_POTASSIUM, 30, MAG_WORSE_HIGH);
    mag_value value = mag_lab_latest(&low);
    expect_printed(&value, "3.0 mmol/L");
    assert_false(has_note(&value, MAG_VALUE_NOTE_CONFLICT)); /* 3.2 % apart */
    value = mag_lab_latest(&high);
    expect_printed(&value, "3.1 mmol/L");
    value = mag_lab_previous(&high);
    expect_printed(&value, "4.0 mmol/L");
}

static void a_day_without_a_clock_is_one_moment(void **state) {
    (void)state;
    WORLD(&in, "potassium 3.0 mmol/L on 2024-06-20", "potassium 3.5 mmol/L on 2024-06-20T07:10");
    const mag_lab_query high = ask(MAG_POTASSIUM, 30, MAG_WORSE_HIGH);
    const mag_lab_query low = ask(MAG_POTASSIUM, 30, MAG_WORSE_LOW);
    mag_value value = mag_lab_latest(&low);
    expect_printed(&value, "3.0 mmol/L");
    assert_true(has_note(&value, MAG_VALUE_NOTE_CONFLICT)); /* 14 % apart */
    value = mag_lab_latest(&high);
    expect_printed(&value, "3.5 mmol/L");
}

static void days_are_of_the_calendar_and_hours_count_minutes(void **state) {
    (void)state;
    /* T is 2024-06-30T23:59 */
    WORLD(&in, "sodium 140 mmol/L on 2024-06-29T00:10", "sodium 138 mmol/L on 2024-06-28T23:50");
    mag_lab_query query = ask(MAG_SODIUM, 1, MAG_WORSE_LOW);
    assert_true(mag_lab_count(&query).bounds.low < 1.5);
    query.period = world_hours(&in, 24);
    assert_int_equal(mag_lab_measured(&query).is, MAG_FALSE);
    query.period = world_hours(&in, 48);
    assert_true(mag_lab_count(&query).bounds.low < 1.5);
    query.period = world_hours(&in, 49);
    assert_true(mag_lab_count(&query).bounds.low > 1.5);
    WORLD(&in, "sodium 140 mmol/L on 2024-06-29");
    query = ask(MAG_SODIUM, 0, MAG_WORSE_LOW);
    query.period = world_hours(&in, 24);
    const mag_value value = mag_lab_latest(&query);
    expect_printed(&value, "140 mmol/L");
    assert_true(has_note(&value, MAG_VALUE_NOTE_TIME_RESOLUTION));
}

static const mag_limit mg_low = {"mg_low", {70, 2}, {17, 1}, MAG_UNIT_MMOL_L, MAG_UNIT_MG_DL};

static void compares_in_the_reported_family(void **state) {
    (void)state;
    const struct {
        const char *line;
        mag_truth_value below;
    } rows[] = {
        {"magnesium 1.7 mg/dL 1 day ago", MAG_FALSE}, /* though it is 0.6994 mmol/L */
        {"magnesium 1.6 mg/dL 1 day ago", MAG_TRUE},
        {"magnesium 0.70 mmol/L 1 day ago", MAG_FALSE},
        {"magnesium 0.69 mmol/L 1 day ago", MAG_TRUE},
        {"magnesium 1.40 mEq/L 1 day ago", MAG_FALSE},
        {"magnesium 1.39 mEq/L 1 day ago", MAG_TRUE},
        {"magnesium <0.70 mmol/L 1 day ago", MAG_TRUE},
        {"magnesium <=0.70 mmol/L 1 day ago", MAG_UNDECIDED},
        {"magnesium <0.71 mmol/L 1 day ago", MAG_UNDECIDED},
        {"magnesium >0.60 mmol/L 1 day ago", MAG_UNDECIDED},
        {"magnesium >0.70 mmol/L 1 day ago", MAG_FALSE},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        WORLD(&in, rows[i].line);
        const mag_lab_query query = ask(MAG_MAGNESIUM, 30, MAG_WORSE_LOW);
        const mag_value value = mag_lab_latest(&query);
        const mag_truth below = mag_lab_compare(value.lab, MAG_IS_BELOW, &mg_low);
        const mag_truth not_below = mag_lab_compare(value.lab, MAG_IS_AT_LEAST, &mg_low);
        if (below.is != rows[i].below || not_below.is != mag_truth_not(below).is)
            fail_msg("%s: %d", rows[i].line, below.is);
        if (below.is == MAG_UNDECIDED)
            assert_int_equal(below.reasons, mag_unknown_bit(MAG_UNKNOWN_CENSORED));
    }
}

static void the_lowest_is_below_if_any_is_and_above_if_all_are(void **state) {
    (void)state;
    WORLD(&in, "magnesium 0.80 mmol/L 9 days ago", "magnesium <0.90 mmol/L 5 days ago",
          "magnesium 0.75 mmol/L 2 days ago");
    mag_lab_query query = ask(MAG_MAGNESIUM, 30, MAG_WORSE_LOW);
    assert_int_equal(mag_lab_compare_lowest(&query, MAG_IS_BELOW, &mg_low).is, MAG_UNDECIDED);
    assert_int_equal(mag_lab_compare_lowest(&query, MAG_IS_AT_LEAST, &mg_low).is, MAG_UNDECIDED);
    assert_int_equal(mag_lab_compare_highest(&query, MAG_IS_AT_LEAST, &mg_low).is, MAG_TRUE);
    query.period = world_days(&in, 4);
    assert_int_equal(mag_lab_compare_lowest(&query, MAG_IS_BELOW, &mg_low).is, MAG_FALSE);
    WORLD(&in, "magnesium 0.80 mmol/L 9 days ago", "magnesium 1.5 mg/dL 5 days ago");
    query = ask(MAG_MAGNESIUM, 30, MAG_WORSE_LOW);
    assert_int_equal(mag_lab_compare_lowest(&query, MAG_IS_BELOW, &mg_low).is, MAG_TRUE);
    mag_value value = mag_lab_lowest(&query);
    expect_printed(&value, "1.5 mg/dL");
    value = mag_lab_highest(&query);
    expect_printed(&value, "0.80 mmol/L");
}

static void none_is_true_only_where_somebody_could_have_seen_it(void **state) {
    (void)state;
    const struct {
        const char *line, *more;
        mag_truth_value is;
        mag_unknown reason;
    } rows[] = {
        {"potassium 4 mmol/L 365 days ago", "female 50 y", MAG_TRUE, 0},
        {"potassium 4 mmol/L 366 days ago", "female 50 y", MAG_UNDECIDED, MAG_UNKNOWN_UNOBSERVABLE},
        {"potassium rejected 3 days ago", "female 50 y", MAG_UNDECIDED, MAG_UNKNOWN_UNOBSERVABLE},
        {"weight 60 kg 3 days ago", "female 50 y", MAG_UNDECIDED, MAG_UNKNOWN_UNOBSERVABLE},
        {"potassium 4 mmol/L 3 days ago", "source without magnesium", MAG_UNDECIDED,
         MAG_UNKNOWN_UNOBSERVABLE},
        {"potassium 4 mmol/L 3 days ago", "magnesium 0.8 mmol/L 92 days ago", MAG_FALSE, 0},
        {"potassium 4 mmol/L 3 days ago", "magnesium 0.8 mmol/L 93 days ago", MAG_TRUE, 0},
        {"potassium 4 mmol/L 3 days ago", "magnesium rejected 92 days ago", MAG_UNDECIDED,
         MAG_UNKNOWN_REJECTED},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        WORLD(&in, rows[i].line, rows[i].more);
        const mag_lab_query query = ask(MAG_MAGNESIUM, 92, MAG_WORSE_LOW);
        const mag_truth none = mag_lab_none(&query);
        if (none.is != rows[i].is)
            fail_msg("%s, %s: %d", rows[i].line, rows[i].more, none.is);
        if (none.is == MAG_UNDECIDED)
            assert_int_equal(none.reasons, mag_unknown_bit(rows[i].reason));
    }
}

static void measured_is_false_without_any_row(void **state) {
    (void)state;
    WORLD(&in, "magnesium 0.8 mmol/L 31 days ago");
    const mag_lab_query query = ask(MAG_MAGNESIUM, 30, MAG_WORSE_LOW);
    const mag_lab_query wide = ask(MAG_MAGNESIUM, 31, MAG_WORSE_LOW);
    assert_int_equal(mag_lab_measured(&query).is, MAG_FALSE);
    assert_int_equal(mag_lab_measured(&wide).is, MAG_TRUE);
}

static int open_world(void **state) {
    (void)state;
    world_begin(&in);
    return 0;
}

static int close_world(void **state) {
    (void)state;
    world_end(&in);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(latest_is_the_newest_inside_the_window),
        cmocka_unit_test(a_censored_result_counts_when_it_is_the_newest),
        cmocka_unit_test(a_mark_is_passed_over_with_a_note),
        cmocka_unit_test(only_marks_are_unknown_by_the_newest_one),
        cmocka_unit_test(of_two_at_one_moment_the_worse_side_counts),
        cmocka_unit_test(a_day_without_a_clock_is_one_moment),
        cmocka_unit_test(days_are_of_the_calendar_and_hours_count_minutes),
        cmocka_unit_test(compares_in_the_reported_family),
        cmocka_unit_test(the_lowest_is_below_if_any_is_and_above_if_all_are),
        cmocka_unit_test(none_is_true_only_where_somebody_could_have_seen_it),
        cmocka_unit_test(measured_is_false_without_any_row),
    };
    return cmocka_run_group_tests(tests, open_world, close_world);
}
