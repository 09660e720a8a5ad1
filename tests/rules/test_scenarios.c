/* Scenario vectors of the rules catalogue, section 3, against the shipped pack. T is 2024-06-30. */
#include "judge.h"

static judge of;

#define PATIENT(...)                                                                               \
    do {                                                                                           \
        WORLD(&of.in, __VA_ARGS__);                                                                \
        judge_patient(&of);                                                                        \
    } while (0)

static void sc_01_02_03_the_clearance_decides_between_a01_and_a02(void **state) {
    (void)state;
    const struct {
        const char *creatinine, *a01, *a02;
    } rows[] = {
        {"creatinine 150 umol/L on 2024-06-20", "critical", "clear"},
        {"creatinine 146 umol/L on 2024-06-20", "critical", "clear"},
        {"creatinine 144 umol/L on 2024-06-20", "clear", "high"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        PATIENT(
            "female 82 y 48 kg", rows[i].creatinine,
            "drug \"Magnesium citrate elemental tablet\" 200 mg 2 times a day since 60 days ago");
        judge_expect(&of, "A01", rows[i].a01);
        judge_expect(&of, "A02", rows[i].a02);
        judge_expect(&of, "A04", "clear");
        if (strcmp(rows[i].a01, "critical") == 0) {
            judge_expect(&of, "D01", "moderate hidden by A01");
            judge_expect(&of, "D03", "low hidden by A01");
        }
    }
}

static void sc_04_05_exactly_60_is_not_below_60(void **state) {
    (void)state;
    PATIENT("male 70 y 70 kg", "creatinine 100.45 umol/L on 2024-06-20",
            "magnesium 0.85 mmol/L on 2024-06-01", "MGSUPP 20 mmol since 60 days ago");
    judge_expect(&of, "A03", "clear");
    judge_expect(&of, "E01", "low");
    judge_expect(&of, "E02", "clear");
    PATIENT("male 70 y 70 kg", "creatinine 101 umol/L on 2024-06-20",
            "magnesium 0.85 mmol/L on 2024-06-01", "MGSUPP 20 mmol since 60 days ago");
    judge_expect(&of, "A03", "low");
    judge_expect(&of, "E01", "low"); /* beside it, not behind it */
}

static void sc_06_a_printed_limit_is_not_below_itself(void **state) {
    (void)state;
    PATIENT("female 60 y", "magnesium 1.7 mg/dL on 2024-06-20",
            "drug \"Furosemide 40 mg tablet\" since 60 days ago");
    judge_expect(&of, "B01", "clear");
    judge_expect(&of, "C01", "clear");
}

static void sc_07_a_single_weak_drug_and_a_mild_value_are_low(void **state) {
    (void)state;
    PATIENT("female 60 y", "magnesium 1.6 mg/dL on 2024-06-20",
            "egfr_reported 85 mL/min/1.73m2 on 2024-06-20",
            "drug \"Furosemide 40 mg tablet\" since 60 days ago");
    judge_expect(&of, "B01", "low");
    PATIENT("female 60 y", "magnesium 1.6 mg/dL on 2024-06-20",
            "egfr_reported 85 mL/min/1.73m2 on 2024-06-20",
            "drug \"Furosemide 40 mg tablet\" since 60 days ago",
            "drug \"Digoxin 125 mcg\" since 60 days ago");
    judge_expect(&of, "B01", "moderate");
}

static void sc_08_two_drugs_make_it_moderate_and_c01_stands_behind(void **state) {
    (void)state;
    PATIENT("female 60 y", "magnesium 0.69 mmol/L on 2024-06-20",
            "drug \"Omeprazole 20 mg capsule\" since 60 days ago",
            "drug \"Furosemide 40 mg tablet\" since 60 days ago");
    judge_expect(&of, "B01", "moderate");
    judge_expect(&of, "C01", "low hidden by B01");
}

static void sc_09_a_value_without_a_unit_cannot_be_told(void **state) {
    (void)state;
    PATIENT("female 60 y", "magnesium 1.3 no unit on 2024-06-20");
    judge_expect(&of, "H02", "info");
    judge_expect(&of, "C01", "cannot_tell unit");
    judge_expect(&of, "C02", "cannot_tell unit");
}

static void sc_10_milliequivalents_are_halved(void **state) {
    (void)state;
    PATIENT("female 60 y", "magnesium 2.5 mEq/L on 2024-06-20");
    judge_expect(&of, "C02", "high");
    judge_expect(&of, "C01", "clear");
}

static mag_class_set classes_of_only_exposure(void) {
    assert_true(of.in.patient.exposure_count <= 1);
    if (of.in.patient.exposure_count == 0)
        return 0;
    return mag_exposure_classes(of.in.cohort, &of.in.patient.exposures[0]);
}

static mag_class_set bit(mag_class drug_class) {
    return (mag_class_set)1 << drug_class;
}

static void sc_12_13_a_long_inhibitor_is_low_at_70_and_a_line_of_the_report_at_50(void **state) {
    (void)state;
    PATIENT("female 50 y", "sodium 140 mmol/L on 2024-06-20",
            "drug \"Omeprazole 20 mg capsule\" since 400 days ago");
    judge_expect(&of, "B02", "info");
    PATIENT("female 70 y", "sodium 140 mmol/L on 2024-06-20",
            "drug \"Omeprazole 20 mg capsule\" since 400 days ago");
    judge_expect(&of, "B02", "low");
}

static void sc_14_a_thiazide_beside_it_makes_it_moderate(void **state) {
    (void)state;
    PATIENT("female 70 y", "sodium 140 mmol/L on 2024-06-20",
            "drug \"Omeprazole 20 mg capsule\" since 400 days ago",
            "drug \"Bendroflumethiazide 2.5 mg tablet\" since 200 days ago");
    judge_expect(&of, "B03", "moderate");
    judge_expect(&of, "B02", "low hidden by B03");
}

static void sc_15_digoxin_and_a_low_potassium_make_it_high(void **state) {
    (void)state;
    PATIENT("female 70 y", "potassium 3.3 mmol/L on 2024-06-01",
            "drug \"Omeprazole 20 mg capsule\" since 400 days ago",
            "drug \"Bendroflumethiazide 2.5 mg tablet\" since 200 days ago",
            "drug \"Digoxin 125 mcg\" since 60 days ago");
    judge_expect(&of, "B04", "high");
    judge_expect(&of, "B03", "moderate hidden by B04");
    judge_expect(&of, "B02", "low hidden by B04");
    judge_expect(&of, "B06", "moderate");
    judge_expect(&of, "C05", "high"); /* shown beside it */
}

static void sc_16_magnesium_as_a_counter_ion_is_no_magnesium(void **state) {
    (void)state;
    PATIENT("female 80 y 40 kg", "creatinine 300 umol/L on 2024-06-20",
            "drug \"Esomeprazole Magnesium 40 mg\" since 60 days ago");
    assert_true(classes_of_only_exposure() & bit(MAG_CLASS_PPI));
    assert_false(classes_of_only_exposure() & bit(MAG_CLASS_MGSUPP));
    for (int i = 1; i <= 4; i++) {
        char rule_id[8];
        (void)snprintf(rule_id, sizeof rule_id, "A%02d", i);
        judge_expect(&of, rule_id, "not_applicable");
    }
}

static void sc_17_potassium_as_a_counter_ion_is_no_potassium(void **state) {
    (void)state;
    PATIENT("drug \"Losartan Potassium-HCTZ\" since 60 days ago");
    assert_true(classes_of_only_exposure() == (bit(MAG_CLASS_ARB) | bit(MAG_CLASS_THIAZ)));
}

static void sc_18_eye_drops_are_no_systemic_aminoglycoside(void **state) {
    (void)state;
    PATIENT("drug \"Tobramycin Fortified Ophth. Soln.\" by OU since 60 days ago");
    assert_false(classes_of_only_exposure() & bit(MAG_CLASS_AMINOG));
    PATIENT("drug \"Tobramycin Fortified Ophth. Soln.\" by nowhere since 60 days ago");
    assert_false(classes_of_only_exposure() & bit(MAG_CLASS_AMINOG));
    PATIENT("drug \"Tobramycin Sulfate\" by IV since 60 days ago");
    assert_true(classes_of_only_exposure() & bit(MAG_CLASS_AMINOG));
}

static void sc_19_20_a_dose_of_unknown_basis_decides_only_as_a_whole(void **state) {
    (void)state;
    PATIENT("female 60 y", "drug \"Magnesium oxide\" 500 mg 2 times a day since 60 days ago");
    judge_expect(&of, "E02", "moderate"); /* 24.8 to 41.1 mmol */
    PATIENT("female 60 y", "drug \"Magnesium oxide\" 400 mg 2 times a day since 60 days ago");
    judge_expect(&of, "E01", "low"); /* 19.8 to 32.9 mmol */
    judge_expect(&of, "E02", "cannot_tell dose_range");
}

static void sc_21_twice_the_creatinine_of_three_days_before_is_critical(void **state) {
    (void)state;
    PATIENT("female 60 y 70 kg", "creatinine 90 umol/L on 2024-06-20",
            "creatinine 180 umol/L on 2024-06-23", "drug \"Mucogel\" since 60 days ago");
    judge_expect(&of, "A06", "critical");
}

static void sc_22_a_bowel_preparation_below_30_is_critical(void **state) {
    (void)state;
    PATIENT("female 80 y 50 kg", "creatinine 120 umol/L on 2024-06-20", /* 26 mL/min */
            "drug \"Picolax\" since 5 days ago until 5 days ago");
    judge_expect(&of, "A07", "critical");
}

static void sc_23_on_a_diuretic_the_low_potassium_asks_for_magnesium(void **state) {
    (void)state;
    PATIENT("female 60 y", "potassium 3.2 mmol/L on 2024-05-01",
            "potassium 3.1 mmol/L on 2024-06-10", "magnesium 0.85 mmol/L on 2024-03-31",
            "drug \"Potassium chloride 600 mg\" since 58 days ago",
            "drug \"Furosemide 40 mg tablet\" since 90 days ago");
    judge_expect(&of, "C07", "high");
    judge_expect(&of, "B06", "moderate hidden by C07");
    judge_expect(&of, "G01", "moderate");
}

static void sc_26_27_a_quinolone_meets_magnesium_in_the_gut_only(void **state) {
    (void)state;
    PATIENT("drug \"Moxifloxacin 400 mg tablet\" by mouth since 2 days ago until 0 days ago",
            "drug \"Co-magaldrox\" since 30 days ago");
    judge_expect(&of, "F01", "high");
    mag_explanation explanation;
    mag_error err = {0};
    const int rule_idx = mag_pack_find_rule(of.pack, "F01");
    assert_int_equal(
        mag_explain_rule(of.evaluator, &of.in.patient, (size_t)rule_idx, &explanation, &err),
        MAG_OK);
    bool is_told = false;
    for (size_t i = 0; i < explanation.fact_count; i++)
        is_told = is_told || (explanation.facts[i].method != NULL &&
                              strstr(explanation.facts[i].method, "4 h before or 8 h after"));
    assert_true(is_told);
    PATIENT("drug \"Moxifloxacin 400 mg infusion\" by IV since 2 days ago until 0 days ago",
            "drug \"Co-magaldrox\" since 30 days ago");
    judge_expect(&of, "F01", "not_applicable");
}

static void sc_28_a_censored_value_wholly_below_is_critical(void **state) {
    (void)state;
    PATIENT("female 60 y", "magnesium <0.30 mmol/L on 2024-06-20");
    judge_expect(&of, "C01", "critical");
    judge_expect(&of, "B01", "not_applicable");
    PATIENT("female 60 y", "magnesium <0.30 mmol/L on 2024-06-20",
            "drug \"Furosemide 40 mg tablet\" since 60 days ago");
    judge_expect(&of, "B01", "critical");
    judge_expect(&of, "C01", "critical hidden by B01");
}

static void sc_29_a_report_above_90_settles_a01_to_a03(void **state) {
    (void)state;
    PATIENT("female 60 y", "egfr_reported >90 mL/min/1.73m2 on 2024-06-20",
            "MGSUPP 10 mmol since 60 days ago");
    judge_expect(&of, "A01", "clear");
    judge_expect(&of, "A02", "clear");
    judge_expect(&of, "A03", "clear");
}

static void sc_30_without_a_weight_the_indexed_value_decides(void **state) {
    (void)state;
    PATIENT("female 80 y", "creatinine 130 umol/L on 2024-06-20",
            "MGSUPP 10 mmol since 60 days ago");
    judge_expect(&of, "A03", "moderate");
    mag_explanation explanation;
    mag_error err;
    const int rule_idx = mag_pack_find_rule(of.pack, "A03");
    assert_int_equal(
        mag_explain_rule(of.evaluator, &of.in.patient, (size_t)rule_idx, &explanation, &err),
        MAG_OK);
    size_t seen = 0;
    for (size_t i = 0; i < explanation.fact_count; i++) {
        const mag_fact *fact = &explanation.facts[i];
        if (strcmp(fact->operand, "kf") != 0)
            continue;
        seen++;
        assert_string_equal(fact->value, "33.3"); /* 33.35, truncated */
        assert_string_equal(fact->method, mag_kf_method_label(MAG_KF_EGFR_CALC_09));
        assert_non_null(strstr(fact->notes, "cg_preferred"));
    }
    assert_int_equal(seen, 1);
}

static int begin(void **state) {
    (void)state;
    judge_begin(&of);
    return 0;
}

static int end(void **state) {
    (void)state;
    judge_end(&of);
    return 0;
}

/* G02 keeps its own tier behind H03; the clean sample of the next day stays in sight. */
static void sc_11_what_rests_on_an_edta_sample_stands_behind_repeat_sample(void **state) {
    (void)state;
    PATIENT("female 60 y", "potassium 6.8 mmol/L on 2024-06-20T08:00",
            "calcium_adjusted 1.55 mmol/L on 2024-06-20T08:00",
            "magnesium 0.30 mmol/L on 2024-06-20T08:00");
    judge_expect(&of, "H03", "high");
    judge_expect(&of, "C01", "critical hidden by H03");
    judge_expect(&of, "C04", "critical hidden by H03");
    judge_expect(&of, "G02", "critical hidden by H03");
    judge_expect(&of, "G04", "critical hidden by H03");
    PATIENT("female 60 y", "potassium 6.8 mmol/L on 2024-06-20T08:00",
            "calcium_adjusted 1.55 mmol/L on 2024-06-20T08:00",
            "magnesium 0.30 mmol/L on 2024-06-20T08:00",
            "potassium 3.2 mmol/L on 2024-06-21T08:00");
    judge_expect(&of, "H03", "high");
    judge_expect(&of, "G02", "clear");
    judge_expect(&of, "C03", "clear"); /* its potassium is the nearest one, of the tube */
    judge_expect(&of, "G01", "low");
}

/* Whoever reads "repeat sample" sees the three results, and a mark with its reason. */
static void h03_shows_the_results_that_are_not_to_be_trusted(void **state) {
    (void)state;
    mag_explanation shown;
    mag_error err = {0};
    PATIENT("female 60 y", "potassium 6.8 mmol/L on 2024-06-20T08:00",
            "calcium_adjusted 1.55 mmol/L on 2024-06-20T08:00",
            "magnesium 0.30 mmol/L on 2024-06-20T08:00", "calcium_ionised 7.40 mmol/L 2 days ago");
    const int rule_idx = mag_pack_find_rule(of.pack, "H03");
    assert_int_equal(mag_explain_rule(of.evaluator, &of.in.patient, (size_t)rule_idx, &shown, &err),
                     MAG_OK);
    static const char *const values[] = {"0.30", "6.8", "1.55", NULL};
    static const char *const analytes[] = {"magnesium", "potassium", "calcium_adjusted",
                                           "calcium_ionised"};
    assert_int_equal(shown.fact_count, 4);
    for (size_t i = 0; i < 4; i++) {
        assert_string_equal(shown.facts[i].operand, analytes[i]);
        if (values[i] != NULL)
            assert_string_equal(shown.facts[i].value, values[i]);
        else
            assert_string_equal(shown.facts[i].notes, "value.ph_like");
    }
}

static void a_suspect_sample_out_of_sight_of_h03_hides_nothing(void **state) {
    (void)state;
    PATIENT("female 60 y", "potassium 6.8 mmol/L 31 days ago",
            "calcium_adjusted 1.55 mmol/L 31 days ago", "magnesium 0.30 mmol/L 31 days ago",
            "potassium 5.2 mmol/L haemolysed 1 days ago");
    judge_expect(&of, "H03", "info");
    judge_expect(&of, "C01", "moderate");
}

/* The low potassium of a patient in ketoacidosis is real, whatever the glucose looks like. */
static void a_drip_arm_takes_no_other_result_of_its_specimen(void **state) {
    (void)state;
    PATIENT("female 60 y", "glucose 45 mmol/L on 2024-06-20T08:00",
            "potassium 2.4 mmol/L on 2024-06-20T08:00", "glucose 12 mmol/L on 2024-06-20T16:00");
    judge_expect(&of, "H03", "info");
    judge_expect(&of, "G01", "critical");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sc_11_what_rests_on_an_edta_sample_stands_behind_repeat_sample),
        cmocka_unit_test(h03_shows_the_results_that_are_not_to_be_trusted),
        cmocka_unit_test(a_suspect_sample_out_of_sight_of_h03_hides_nothing),
        cmocka_unit_test(a_drip_arm_takes_no_other_result_of_its_specimen),
        cmocka_unit_test(sc_01_02_03_the_clearance_decides_between_a01_and_a02),
        cmocka_unit_test(sc_04_05_exactly_60_is_not_below_60),
        cmocka_unit_test(sc_06_a_printed_limit_is_not_below_itself),
        cmocka_unit_test(sc_07_a_single_weak_drug_and_a_mild_value_are_low),
        cmocka_unit_test(sc_08_two_drugs_make_it_moderate_and_c01_stands_behind),
        cmocka_unit_test(sc_09_a_value_without_a_unit_cannot_be_told),
        cmocka_unit_test(sc_10_milliequivalents_are_halved),
        cmocka_unit_test(sc_12_13_a_long_inhibitor_is_low_at_70_and_a_line_of_the_report_at_50),
        cmocka_unit_test(sc_14_a_thiazide_beside_it_makes_it_moderate),
        cmocka_unit_test(sc_15_digoxin_and_a_low_potassium_make_it_high),
        cmocka_unit_test(sc_16_magnesium_as_a_counter_ion_is_no_magnesium),
        cmocka_unit_test(sc_17_potassium_as_a_counter_ion_is_no_potassium),
        cmocka_unit_test(sc_18_eye_drops_are_no_systemic_aminoglycoside),
        cmocka_unit_test(sc_19_20_a_dose_of_unknown_basis_decides_only_as_a_whole),
        cmocka_unit_test(sc_26_27_a_quinolone_meets_magnesium_in_the_gut_only),
        cmocka_unit_test(sc_21_twice_the_creatinine_of_three_days_before_is_critical),
        cmocka_unit_test(sc_22_a_bowel_preparation_below_30_is_critical),
        cmocka_unit_test(sc_23_on_a_diuretic_the_low_potassium_asks_for_magnesium),
        cmocka_unit_test(sc_28_a_censored_value_wholly_below_is_critical),
        cmocka_unit_test(sc_29_a_report_above_90_settles_a01_to_a03),
        cmocka_unit_test(sc_30_without_a_weight_the_indexed_value_decides),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
