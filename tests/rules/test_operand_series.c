/* Filters, companions, the series egfr and adjusted_calcium, urea of both analytes. */
#include "lab_ask.h"

#include "rules/calcium_function.h"

#define PAIR(molar, molar_scale, mass, mass_scale)                                                 \
    { "l", {molar, molar_scale}, {mass, mass_scale}, MAG_UNIT_MMOL_L, MAG_UNIT_MG_DL }
static const mag_limit mg_low = PAIR(70, 2, 17, 1), ca_crit = PAIR(190, 2, 76, 1),
                       ca_low = PAIR(220, 2, 88, 1), ca_hi = PAIR(260, 2, 104, 1),
                       ca_hi2 = PAIR(300, 2, 120, 1), ca_hi3 = PAIR(350, 2, 140, 1),
                       urea_high = PAIR(100, 1, 28, 0);

/* --- filters ---------------------------------------------------------------------------------- */

static mag_lab_query low_magnesium(const mag_filter *filter) {
    mag_lab_query query = ask_plain(MAG_MAGNESIUM, 90);
    query.filter = filter;
    return query;
}

static void only_results_known_to_be_on_the_side_count(void **state) {
    (void)state;
    const mag_filter below = {true, MAG_IS_BELOW, &mg_low, 0};
    WORLD(&in, "magnesium 0.60 mmol/L 80 days ago", "magnesium 1.7 mg/dL 70 days ago",
          "magnesium 0.65 mmol/L 60 days ago", "magnesium <0.80 mmol/L 50 days ago",
          "magnesium rejected 45 days ago", "magnesium 1.6 mg/dL 40 days ago",
          "magnesium 0.90 mmol/L 1 day ago");
    const mag_lab_query query = low_magnesium(&below);
    mag_value value = mag_lab_first(&query);
    expect_number(&value, 0.60);
    value = mag_lab_latest(&query);
    assert_int_equal(value.at, in.patient.as_of - in.patient.as_of % 1440 - 40 * 1440);
    value = mag_lab_count(&query);
    expect_between(&value, 3, 5);
    assert_int_equal(value.bounds.doubt,
                     mag_unknown_bit(MAG_UNKNOWN_REJECTED) | mag_unknown_bit(MAG_UNKNOWN_CENSORED));
    assert_int_equal(mag_lab_measured(&query).is, MAG_TRUE);
    assert_int_equal(mag_lab_none(&query).is, MAG_FALSE);
    value = mag_lab_median(&query);
    expect_number(&value, 0.65);
}

static void a_filter_that_may_hold_is_unknown_for_its_reason(void **state) {
    (void)state;
    const mag_filter below = {true, MAG_IS_BELOW, &mg_low, 0};
    WORLD(&in, "magnesium <0.80 mmol/L 5 days ago", "magnesium 0.90 mmol/L 1 day ago");
    const mag_lab_query query = low_magnesium(&below);
    mag_value value = mag_lab_first(&query);
    expect_unknown(&value, MAG_UNKNOWN_CENSORED);
    assert_int_equal(mag_lab_none(&query).reasons, mag_unknown_bit(MAG_UNKNOWN_CENSORED));
    assert_int_equal(mag_lab_measured(&query).is, MAG_UNDECIDED);
    WORLD(&in, "magnesium 0.90 mmol/L 1 day ago");
    const mag_lab_query other = low_magnesium(&below);
    value = mag_lab_first(&other);
    expect_unknown(&value, MAG_UNKNOWN_MISSING);
    assert_int_equal(mag_lab_none(&other).is, MAG_TRUE);
}

/* --- companions and urea ---------------------------------------------------------------------- */

static void with_asks_for_a_usable_companion_of_the_specimen(void **state) {
    (void)state;
    WORLD(&in, "urea 20 mmol/L 9 days ago specimen A",
          "creatinine 100 umol/L 9 days ago specimen A", "urea 30 mmol/L 5 days ago specimen B",
          "creatinine rejected 5 days ago specimen B", "urea 40 mmol/L 1 day ago specimen C",
          "creatinine 100 umol/L 1 day ago specimen D");
    mag_lab_query query = ask_plain(MAG_UREA, 30);
    query.with = MAG_CREATININE;
    const mag_value value = mag_lab_latest(&query);
    expect_number(&value, 20);
    const mag_lab_query creatinine = ask_plain(MAG_CREATININE, 30);
    const mag_value same = mag_lab_pair(&creatinine, value.lab, true);
    assert_int_equal(same.at, value.at);
}

static void urea_reads_both_analytes_in_their_own_families(void **state) {
    (void)state;
    static const struct {
        const char *line;
        mag_truth_value is_high; /* > 10.0 mmol/L, > 28 mg/dL of nitrogen */
        double mmol_l;
    } rows[] = {
        {"urea 10.1 mmol/L 1 day ago", MAG_TRUE, 10.1},
        {"urea 10.0 mmol/L 1 day ago", MAG_FALSE, 10},
        {"urea_nitrogen 28 mg/dL 1 day ago", MAG_FALSE, 280 / 28.014},
        {"urea_nitrogen 29 mg/dL 1 day ago", MAG_TRUE, 290 / 28.014},
        /* 60 mg/dL of the molecule are 9.99 mmol/L, 61 are 10.16: not 28 mg/dL of nitrogen */
        {"urea 60 mg/dL 1 day ago", MAG_FALSE, 600 / 60.056},
        {"urea 61 mg/dL 1 day ago", MAG_TRUE, 610 / 60.056},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        WORLD(&in, "urea_nitrogen 200 mg/dL 5 days ago", "urea 70 mmol/L 6 days ago", rows[i].line);
        const mag_lab_query query = ask_plain(MAG_UREA, 30);
        const mag_value value = mag_lab_latest(&query);
        expect_number(&value, rows[i].mmol_l);
        if (mag_value_compare_limit(&value, MAG_IS_ABOVE, &urea_high).is != rows[i].is_high)
            fail_msg("%s", rows[i].line);
        const mag_value count = mag_lab_count(&query);
        expect_number(&count, 3);
    }
}

/* --- egfr ------------------------------------------------------------------------------------- */

/* E21-09, E21-10 and the ages a year before; one formula for all. */
static void egfr_is_calculated_for_each_creatinine_at_its_own_age(void **state) {
    (void)state;
    WORLD(&in, "female 70 y", "formula us", "creatinine 1.5 mg/dL 1 day ago",
          "creatinine 1.5 mg/dL on 2022-06-20", "egfr_reported 90 mL/min/1.73m2 0 days ago");
    const mag_lab_query query = ask(MAG_CREATININE, MAG_SERIES_EGFR, 3000);
    const mag_value latest = mag_lab_latest(&query), first = mag_lab_first(&query);
    expect_number(&latest, mag_ckd_epi_2021(MAG_SEX_FEMALE, 70, 132.6));
    expect_number(&first, mag_ckd_epi_2021(MAG_SEX_FEMALE, 68, 132.6));
    assert_int_equal(latest.method, MAG_KF_EGFR_CALC_21);
    const mag_value count = mag_lab_count(&query), change = mag_lab_change(&query);
    expect_number(&count, 2);
    expect_number(&change, latest.bounds.low - first.bounds.low);
    const mag_value lowest = mag_lab_lowest(&query), highest = mag_lab_highest(&query);
    expect_number(&lowest, latest.bounds.low);
    expect_number(&highest, first.bounds.low);
    assert_ptr_equal(lowest.lab, latest.lab);
    assert_ptr_equal(highest.lab, first.lab);
}

static void of_two_creatinines_at_one_moment_the_higher_gives_the_egfr(void **state) {
    (void)state;
    WORLD(&in, "male 50 y", "creatinine 100 umol/L 2 hours ago specimen A",
          "creatinine 140 umol/L 2 hours ago specimen B");
    mag_lab_query query = ask(MAG_CREATININE, MAG_SERIES_EGFR, 30);
    query.worse = MAG_WORSE_HIGH;
    const mag_value value = mag_lab_latest(&query);
    expect_number(&value, mag_ckd_epi_2009(MAG_SEX_MALE, 50, 140));
}

static void egfr_without_age_or_sex_is_unknown_and_a_childs_is_left_out(void **state) {
    (void)state;
    WORLD(&in, "female 70 y", "sex unknown", "creatinine 100 umol/L 1 day ago");
    mag_lab_query query = ask(MAG_CREATININE, MAG_SERIES_EGFR, 30);
    mag_value value = mag_lab_latest(&query);
    expect_unknown(&value, MAG_UNKNOWN_DEMOGRAPHIC);
    WORLD(&in, "female 19 y", "creatinine 90 umol/L on 2021-06-01",
          "creatinine 80 umol/L 1 day ago");
    query = ask(MAG_CREATININE, MAG_SERIES_EGFR, 3000);
    value = mag_lab_count(&query);
    expect_number(&value, 1);
}

/* --- adjusted calcium ------------------------------------------------------------------------- */

static mag_value calcium(const char *lines) {
    world_say(&in, "female 50 y; %s", lines);
    const mag_lab_query query = ask(MAG_CALCIUM, MAG_SERIES_ADJUSTED_CALCIUM, 30);
    return mag_lab_latest(&query);
}

/* T = true, F = false, ? = unknown: < ca_crit, < ca_low, > ca_hi, > ca_hi2, > ca_hi3 */
static void expect_calcium(const char *lines, const char *wanted) {
    static const struct {
        mag_relation relation;
        const mag_limit *limit;
    } asked[] = {{MAG_IS_BELOW, &ca_crit},
                 {MAG_IS_BELOW, &ca_low},
                 {MAG_IS_ABOVE, &ca_hi},
                 {MAG_IS_ABOVE, &ca_hi2},
                 {MAG_IS_ABOVE, &ca_hi3}};
    const mag_value value = calcium(lines);
    for (size_t i = 0; i < 5; i++) {
        const mag_truth truth = mag_value_compare_limit(&value, asked[i].relation, asked[i].limit);
        const char got = "FT?"[truth.is];
        if (got != wanted[i])
            fail_msg("%s: comparison %zu is %c, wanted %c", lines, i, got, wanted[i]);
        if (truth.is == MAG_UNDECIDED)
            assert_int_equal(truth.reasons, mag_unknown_bit(MAG_UNKNOWN_CA_UNADJUSTED));
    }
}

static void a_total_is_adjusted_in_its_own_family(void **state) {
    (void)state;
    expect_calcium("calcium 2.00 mmol/L 1 day ago; albumin 30 g/L 1 day ago", "FFFFF");
    expect_calcium("calcium 1.99 mmol/L 1 day ago; albumin 30 g/L 1 day ago", "FTFFF");
    expect_calcium("calcium 2.60 mmol/L 1 day ago; albumin 40 g/L 1 day ago", "FFFFF");
    expect_calcium("calcium 2.61 mmol/L 1 day ago; albumin 4.0 g/dL 1 day ago", "FFTFF");
    expect_calcium("calcium 2.70 mmol/L 1 day ago; albumin 20 g/L 1 day ago", "FFTTF");
    /* 8.0 + 0.8 x (4 - 3.0) is 8.8 mg/dL, though 2.1957 mmol/L */
    expect_calcium("calcium 8.0 mg/dL 1 day ago; albumin 3.0 g/dL 1 day ago", "FFFFF");
    expect_calcium("calcium 7.9 mg/dL 1 day ago; albumin 30 g/L 1 day ago", "FTFFF");
    /* equivalents are halved and adjusted as mmol/L */
    expect_calcium("calcium 4.00 mEq/L 1 day ago; albumin 30 g/L 1 day ago", "FFFFF");
    expect_calcium("calcium 3.98 mEq/L 1 day ago; albumin 30 g/L 1 day ago", "FTFFF");
}

static void without_albumin_only_far_values_decide(void **state) {
    (void)state;
    expect_calcium("calcium 1.79 mmol/L 1 day ago", "TTFFF");
    expect_calcium("calcium 1.80 mmol/L 1 day ago", "?????");
    expect_calcium("calcium 2.19 mmol/L 1 day ago", "?????");
    expect_calcium("calcium 2.20 mmol/L 1 day ago", "FFFFF");
    expect_calcium("calcium 2.60 mmol/L 1 day ago", "FFFFF");
    expect_calcium("calcium 2.61 mmol/L 1 day ago", "?????");
    expect_calcium("calcium 3.00 mmol/L 1 day ago", "?????");
    expect_calcium("calcium 3.01 mmol/L 1 day ago", "FFTT?");
    expect_calcium("calcium 7.1 mg/dL 1 day ago", "TTFFF");
    expect_calcium("calcium 7.2 mg/dL 1 day ago", "?????");
    expect_calcium("calcium 8.8 mg/dL 1 day ago", "FFFFF");
    expect_calcium("calcium 12.1 mg/dL 1 day ago", "FFTT?");
}

/* Of two totals at one moment the lower speaks, not the one that tells less. */
static void of_two_unadjusted_ones_the_worse_counts(void **state) {
    (void)state;
    expect_calcium("calcium 1.79 mmol/L 5 hours ago; calcium 1.95 mmol/L 5 hours ago", "TTFFF");
    expect_calcium("calcium 2.40 mmol/L 5 hours ago; calcium 2.15 mmol/L 5 hours ago", "?????");
    expect_calcium("calcium 2.40 mmol/L 5 hours ago; calcium 2.70 mmol/L 5 hours ago", "FFFFF");
}

static void it_is_not_adjusted_where_no_formula_holds(void **state) {
    (void)state;
    expect_calcium("calcium 2.00 mmol/L 1 day ago; albumin 19 g/L 1 day ago", "?????");
    expect_calcium("calcium 2.00 mmol/L 1 day ago; albumin <25 g/L 1 day ago", "?????");
    /* albumin of two days before is none; of 24 hours before or after it is one */
    expect_calcium("calcium 2.00 mmol/L 48 hours ago; albumin 40 g/L 73 hours ago", "?????");
    expect_calcium("calcium 2.00 mmol/L 48 hours ago; albumin 40 g/L 72 hours ago", "FTFFF");
    expect_calcium("calcium 2.00 mmol/L 48 hours ago; albumin 40 g/L 24 hours ago", "FTFFF");
    expect_calcium("calcium 2.00 mmol/L 48 hours ago; albumin 40 g/L 23 hours ago", "?????");
    /* eGFR 12 on the same day, and 20 */
    expect_calcium("calcium 2.00 mmol/L 1 day ago; albumin 40 g/L 1 day ago; "
                   "creatinine 350 umol/L 1 day ago",
                   "?????");
    expect_calcium("calcium 2.00 mmol/L 1 day ago; albumin 40 g/L 1 day ago; "
                   "creatinine 220 umol/L 1 day ago",
                   "FTFFF");
    /* the newest of a year, up to a day after the calcium; an older one no more */
    expect_calcium("calcium 2.00 mmol/L 2 days ago; albumin 40 g/L 2 days ago; "
                   "creatinine 350 umol/L 200 days ago",
                   "?????");
    expect_calcium("calcium 2.00 mmol/L 2 days ago; albumin 40 g/L 2 days ago; "
                   "creatinine 350 umol/L 400 days ago",
                   "FTFFF");
    expect_calcium("calcium 2.00 mmol/L 2 days ago; albumin 40 g/L 2 days ago; "
                   "creatinine 350 umol/L 1 day ago",
                   "?????");
    const mag_value value = calcium("calcium 2.00 mmol/L 1 day ago");
    assert_true(has_note(&value, MAG_VALUE_NOTE_CA_UNADJUSTED));
}

static void the_albumin_of_the_specimen_goes_before_a_nearer_one(void **state) {
    (void)state;
    expect_calcium("calcium 2.00 mmol/L 48 hours ago specimen A; "
                   "albumin 30 g/L 46 hours ago specimen A; albumin 40 g/L 47 hours ago",
                   "FFFFF");
    expect_calcium("calcium 2.00 mmol/L 48 hours ago; "
                   "albumin 30 g/L 46 hours ago; albumin 40 g/L 47 hours ago",
                   "FTFFF");
}

static void a_reported_one_goes_before_the_total_of_its_sample(void **state) {
    (void)state;
    expect_calcium("calcium 2.00 mmol/L 5 hours ago; albumin 40 g/L 5 hours ago; "
                   "calcium_adjusted 2.20 mmol/L 5 hours ago",
                   "FFFFF");
    const mag_value value = calcium("calcium 2.00 mmol/L 5 hours ago; albumin 40 g/L 5 hours ago; "
                                    "calcium_adjusted 2.20 mmol/L 5 hours ago");
    assert_int_equal(value.derived_unit, MAG_UNIT_NONE);
    expect_calcium("calcium 2.00 mmol/L 5 hours ago; albumin 40 g/L 5 hours ago; "
                   "calcium_adjusted rejected 5 hours ago",
                   "FTFFF");
}

/* The newest counts, also when only an older one could be adjusted. */
static void the_newest_calcium_counts(void **state) {
    (void)state;
    expect_calcium("calcium_adjusted 1.70 mmol/L 5 days ago; calcium 2.10 mmol/L 1 day ago",
                   "?????");
    expect_calcium("calcium_adjusted 1.70 mmol/L 5 days ago; calcium 2.40 mmol/L 1 day ago",
                   "FFFFF");
    expect_calcium("calcium 2.40 mmol/L 5 days ago; calcium_adjusted 1.70 mmol/L 1 day ago",
                   "TTFFF");
}

static void the_lowest_calcium_is_any_that_is_low(void **state) {
    (void)state;
    world_say(&in, "calcium 2.10 mmol/L 5 days ago; calcium_adjusted 2.10 mmol/L 3 days ago; "
                   "calcium 2.40 mmol/L 1 day ago");
    const mag_lab_query query = ask(MAG_CALCIUM, MAG_SERIES_ADJUSTED_CALCIUM, 30);
    assert_int_equal(mag_lab_compare_lowest(&query, MAG_IS_BELOW, &ca_low).is, MAG_TRUE);
    const mag_truth critical = mag_lab_compare_lowest(&query, MAG_IS_BELOW, &ca_crit);
    assert_int_equal(critical.is, MAG_UNDECIDED);
    assert_int_equal(critical.reasons, mag_unknown_bit(MAG_UNKNOWN_CA_UNADJUSTED));
    const mag_value count = mag_lab_count(&query);
    expect_number(&count, 3);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_results_known_to_be_on_the_side_count),
        cmocka_unit_test(a_filter_that_may_hold_is_unknown_for_its_reason),
        cmocka_unit_test(with_asks_for_a_usable_companion_of_the_specimen),
        cmocka_unit_test(urea_reads_both_analytes_in_their_own_families),
        cmocka_unit_test(egfr_is_calculated_for_each_creatinine_at_its_own_age),
        cmocka_unit_test(of_two_creatinines_at_one_moment_the_higher_gives_the_egfr),
        cmocka_unit_test(egfr_without_age_or_sex_is_unknown_and_a_childs_is_left_out),
        cmocka_unit_test(a_total_is_adjusted_in_its_own_family),
        cmocka_unit_test(without_albumin_only_far_values_decide),
        cmocka_unit_test(of_two_unadjusted_ones_the_worse_counts),
        cmocka_unit_test(it_is_not_adjusted_where_no_formula_holds),
        cmocka_unit_test(the_albumin_of_the_specimen_goes_before_a_nearer_one),
        cmocka_unit_test(a_reported_one_goes_before_the_total_of_its_sample),
        cmocka_unit_test(the_newest_calcium_counts),
        cmocka_unit_test(the_lowest_calcium_is_any_that_is_low),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
