#include "vectors.h"

#include "clinical/kidney.h"

#include <math.h>

static mag_sex sex_of(const char *letter) {
    return letter[0] == 'F' ? MAG_SEX_FEMALE : MAG_SEX_MALE;
}

static const struct {
    const char *id;
    int age;
    const char *sex;
    double kg, umol;
    const char *uk, *us, *band;
} cg_vectors[] = {
    {"CG-01", 40, "M", 70, 80, "107.6", "107.4", ">=60"},
    {"CG-02", 40, "F", 70, 80, "91.00", "91.32", ">=60"},
    {"CG-03", 75, "F", 60, 100, "40.56", "40.70", "30-59.9"},
    {"CG-04", 85, "F", 45, 110, "23.40", "23.48", "20-29.9"},
    {"CG-05", 90, "M", 55, 180, "18.79", "18.76", "<20"},
    {"CG-06", 65, "F", 60, 85, "55.06", "55.25", "30-59.9"},
    {"CG-07", 72, "M", 80, 334, "20.03", "20.00", "20-29.9"},
    {"CG-08", 68, "M", 80, 265, "26.74", "26.69", "20-29.9"},
    {"CG-09", 80, "F", 50, 104, "30.00", "30.10", "30-59.9"},
    {"CG-10", 18, "M", 90, 60, "225.1", "224.7", ">=60"},
    {"CG-11", 100, "F", 40, 90, "18.49", "18.55", "<20"},
    {"CG-12", 75, "F", 60, 135.2, "30.00", "30.10", "30-59.9"},
    {"CG-13", 70, "M", 70, 143.5, "42.00", "41.92", "30-59.9"},
    {"CG-14", 80, "M", 60, 221.4, "20.00", "19.96", "20-29.9"},
    {"CG-15", 80, "M", 60, 221.5, "19.99", "19.95", "<20"},
    {"CG-16", 55, "M", 90, 96, "98.02", "97.84", ">=60"},
};

static const struct {
    const char *id;
    int age;
    const char *sex;
    double kg, mg_dl;
    const char *us;
} cgm_vectors[] = {
    {"CGm-01", 40, "M", 70, 1.0, "97.22"},  {"CGm-02", 40, "F", 70, 1.0, "82.64"},
    {"CGm-03", 55, "M", 90, 1.09, "97.48"}, {"CGm-04", 60, "M", 72, 1.0, "80.00"},
    {"CGm-05", 60, "F", 72, 1.0, "68.00"},  {"CGm-06", 80, "F", 50, 1.2, "29.51"},
    {"CGm-07", 85, "M", 65, 2.5, "19.86"},  {"CGm-08", 90, "F", 40, 3.0, "7.870"},
    {"CGm-09", 30, "M", 100, 0.6, "254.6"}, {"CGm-10", 72, "M", 72, 3.4, "20.00"},
    {"CGm-11", 104, "F", 36, 0.5, "30.60"}, {"CGm-12", 50, "F", 120, 0.9, "141.7"},
    {"CGm-13", 70, "M", 60, 10.0, "5.833"},
};

static const struct {
    const char *id, *sex;
    double cm, kg;
    const char *bmi, *ideal, *adjusted, *policy30, *used30, *policy_winter, *used_winter;
} wt_vectors[] = {
    {"WT-01", "M", 175, 70, "22.86", "70.57", "70.34", "actual", "70.00", "actual", "70.00"},
    {"WT-02", "F", 160, 50, "19.53", "52.42", "51.45", "actual", "50.00", "actual", "50.00"},
    {"WT-03", "F", 160, 90, "35.16", "52.42", "67.45", "adjusted", "67.45", "adjusted", "67.45"},
    {"WT-04", "M", 180, 120, "37.04", "75.12", "93.07", "adjusted", "93.07", "adjusted", "93.07"},
    {"WT-05", "F", 150, 38, "16.89", "43.32", "41.19", "actual", "38.00", "actual", "38.00"},
    {"WT-06", "M", 165, 160, "58.77", "61.47", "100.9", "adjusted", "100.9", "adjusted", "100.9"},
    {"WT-07", "F", 152.4, 45.5, "19.59", "45.50", "45.50", "actual", "45.50", "ideal", "45.50"},
    {"WT-08", "M", 152.4, 50, "21.53", "50.00", "50.00", "actual", "50.00", "ideal", "50.00"},
    {"WT-09", "F", 145, 60, "28.54", "38.77", "47.26", "actual", "60.00", "adjusted", "47.26"},
    {"WT-10", "M", 200, 85, "21.25", "93.32", "89.99", "actual", "85.00", "actual", "85.00"},
    {"WT-11", "F", 170, 72, "24.91", "61.52", "65.71", "actual", "72.00", "ideal", "61.52"},
    {"WT-12", "M", 170, 86.7, "30.00", "66.02", "74.29", "adjusted", "74.29", "adjusted", "74.29"},
    {"WT-13", "F", 165, 68.1, "25.01", "56.97", "61.42", "actual", "68.10", "adjusted", "61.42"},
};

static const struct {
    const char *id;
    double mg_dl;
    int age;
    const char *sex, *umol, *epi21, *epi09, *mdrd;
} e21_vectors[] = {
    {"E21-01", 0.9, 50, "M", "79.56", "104.0", "99.24", "89.32"},
    {"E21-02", 0.7, 50, "F", "61.88", "105.3", "101.0", "88.57"},
    {"E21-03", 0.5, 25, "F", "44.20", "133.4", "134.5", "150.3"},
    {"E21-04", 0.6, 30, "M", "53.04", "133.2", "134.9", "158.2"},
    {"E21-05", 1.0, 50, "M", "88.40", "91.69", "87.37", "79.09"},
    {"E21-06", 1.0, 50, "F", "88.40", "68.63", "65.64", "58.69"},
    {"E21-07", 1.09, 55, "M", "96.36", "80.15", "76.01", "70.24"},
    {"E21-08", 1.2, 55, "M", "106.1", "71.42", "67.67", "62.86"},
    {"E21-09", 1.5, 70, "M", "132.6", "49.77", "46.50", "46.27"},
    {"E21-10", 1.5, 70, "F", "132.6", "37.26", "34.93", "34.33"},
    {"E21-11", 2.5, 80, "F", "221.0", "18.97", "17.56", "18.53"},
    {"E21-12", 4.0, 65, "M", "353.6", "15.82", "14.71", "15.14"},
    {"E21-13", 8.0, 45, "F", "707.2", "5.839", "5.503", "5.441"},
    {"E21-14", 0.4, 90, "F", "35.36", "93.96", "91.70", "150.0"},
    {"E21-15", 2.2, 75, "M", "194.5", "30.47", "28.26", "29.33"},
    {"E21-16", 3.2, 75, "M", "282.9", "19.44", "17.96", "19.03"},
};

static const struct {
    const char *id;
    double umol;
    int age;
    const char *sex, *mg_dl, *epi21, *epi09, *mdrd;
} eu_vectors[] = {
    {"EU-01", 85, 65, "F", "0.9615", "65.53", "61.94", "58.22"},
    {"EU-02", 60, 60, "M", "0.6787", "106.5", "103.9", "119.2"},
    {"EU-03", 100, 70, "F", "1.131", "52.27", "49.14", "47.54"},
    {"EU-04", 130, 80, "M", "1.471", "47.90", "44.40", "46.07"},
    {"EU-05", 200, 85, "F", "2.262", "20.73", "19.13", "20.54"},
    {"EU-06", 354, 72, "M", "4.005", "15.13", "13.99", "14.81"},
    {"EU-07", 26, 18, "F", "0.2941", "158.3", "168.2", "296.4"},
    {"EU-08", 62, 40, "F", "0.7014", "111.8", "108.1", "92.47"},
    {"EU-09", 80, 40, "M", "0.9050", "110.0", "105.8", "92.87"},
    {"EU-10", 79.56, 40, "M", "0.9000", "110.7", "106.5", "93.46"},
    {"EU-11", 61.88, 40, "F", "0.7000", "112.1", "108.4", "92.68"},
    {"EU-12", 600, 50, "M", "6.787", "9.211", "8.627", "8.677"},
    {"EU-13", 150, 92, "F", "1.697", "28.02", "25.79", "28.17"},
};

static const struct {
    const char *id;
    double kg, cm, egfr;
    const char *dubois, *mosteller, *absolute_dubois, *absolute_mosteller, *crosses;
} bsa_vectors[] = {
    {"BSA-01", 70, 170, 60, "1.810", "1.818", "62.76", "63.06", ""},
    {"BSA-02", 50, 155, 35, "1.467", "1.467", "29.68", "29.68", "yes"},
    {"BSA-03", 45, 150, 32, "1.370", "1.369", "25.34", "25.33", "yes"},
    {"BSA-04", 120, 180, 28, "2.372", "2.449", "38.39", "39.64", "yes"},
    {"BSA-05", 160, 165, 25, "2.516", "2.708", "36.37", "39.13", "yes"},
    {"BSA-06", 62.9, 173, 30, "1.751", "1.739", "30.37", "30.15", ""},
    {"BSA-07", 40, 145, 22, "1.271", "1.269", "16.17", "16.14", "yes"},
    {"BSA-08", 100, 190, 55, "2.283", "2.297", "72.57", "73.04", "yes"},
    {"BSA-09", 85, 175, 31, "2.007", "2.033", "35.97", "36.42", ""},
    {"BSA-10", 55, 160, 90, "1.563", "1.563", "81.32", "81.34", ""},
    {"BSA-11", 38, 140, 65, "1.213", "1.216", "45.56", "45.67", "yes"},
    {"BSA-12", 110, 160, 19, "2.099", "2.211", "23.05", "24.28", "yes"},
    {"BSA-13", 70, 170, 15, "1.810", "1.818", "15.69", "15.76", ""},
};

static const struct {
    const char *id;
    double egfr;
    const char *category;
} kd_vectors[] = {
    {"KD-01", 120, "G1"},     {"KD-02", 90, "G1"},  {"KD-03", 89.999, "G2"},  {"KD-04", 60, "G2"},
    {"KD-05", 59.999, "G3a"}, {"KD-06", 45, "G3a"}, {"KD-07", 44.999, "G3b"}, {"KD-08", 30, "G3b"},
    {"KD-09", 29.999, "G4"},  {"KD-10", 15, "G4"},  {"KD-11", 14.999, "G5"},  {"KD-12", 3.2, "G5"},
};

static const char *band_of(double clearance) {
    if (mag_derived_below(clearance, 20))
        return "<20";
    if (mag_derived_below(clearance, 30))
        return "20-29.9";
    return mag_derived_below(clearance, 60) ? "30-59.9" : ">=60";
}

static void cockcroft_gault_in_umol_agrees_with_both_columns_and_the_band(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cg_vectors); i++) {
        mag_sex sex = sex_of(cg_vectors[i].sex);
        double uk = mag_cockcroft_gault(MAG_KIDNEY_UK, sex, cg_vectors[i].age, cg_vectors[i].kg,
                                        cg_vectors[i].umol);
        double us = mag_cockcroft_gault(MAG_KIDNEY_US, sex, cg_vectors[i].age, cg_vectors[i].kg,
                                        cg_vectors[i].umol);
        assert_prints(cg_vectors[i].id, uk, cg_vectors[i].uk);
        assert_prints(cg_vectors[i].id, us, cg_vectors[i].us);
        assert_string_equal(band_of(uk), cg_vectors[i].band);
    }
    print_message("%zu CG vectors\n", COUNT_OF(cg_vectors));
}

static void cockcroft_gault_in_mg_agrees(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cgm_vectors); i++)
        assert_prints(cgm_vectors[i].id,
                      mag_cockcroft_gault(MAG_KIDNEY_US, sex_of(cgm_vectors[i].sex),
                                          cgm_vectors[i].age, cgm_vectors[i].kg,
                                          cgm_vectors[i].mg_dl * 88.4),
                      cgm_vectors[i].us);
    print_message("%zu CGm vectors\n", COUNT_OF(cgm_vectors));
}

static const char *used_name(mag_weight_used used) {
    static const char *const names[] = {"actual", "ideal", "adjusted"};
    return names[used];
}

static void weights_follow_the_policies(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(wt_vectors); i++) {
        const char *id = wt_vectors[i].id;
        mag_sex sex = sex_of(wt_vectors[i].sex);
        double kg = wt_vectors[i].kg, cm = wt_vectors[i].cm;
        double ideal = mag_ideal_weight_kg(sex, cm);
        assert_prints(id, mag_body_mass_index(kg, cm), wt_vectors[i].bmi);
        assert_prints(id, ideal, wt_vectors[i].ideal);
        assert_prints(id, ideal + 0.4 * (kg - ideal), wt_vectors[i].adjusted);
        mag_weight_used used;
        double weight = mag_weight_for_clearance(MAG_WEIGHT_ADJUSTED30, sex, kg, cm, &used);
        assert_prints(id, weight, wt_vectors[i].used30);
        assert_string_equal(used_name(used), wt_vectors[i].policy30);
        weight = mag_weight_for_clearance(MAG_WEIGHT_WINTER, sex, kg, cm, &used);
        assert_prints(id, weight, wt_vectors[i].used_winter);
        assert_string_equal(used_name(used), wt_vectors[i].policy_winter);
        bool is_obese = strcmp(wt_vectors[i].policy30, "adjusted") == 0;
        weight = mag_weight_for_clearance(MAG_WEIGHT_BNF, sex, kg, cm, &used);
        assert_true(weight == (is_obese ? ideal : kg));
        assert_int_equal(used, is_obese ? MAG_USED_IDEAL : MAG_USED_ACTUAL);
        assert_true(mag_weight_for_clearance(MAG_WEIGHT_ACTUAL, sex, kg, cm, &used) == kg);
        assert_int_equal(used, MAG_USED_ACTUAL);
    }
    print_message("%zu WT vectors, four policies\n", COUNT_OF(wt_vectors));
}

static void without_a_height_the_actual_weight_counts(void **state) {
    (void)state;
    for (int policy = MAG_WEIGHT_ADJUSTED30; policy <= MAG_WEIGHT_ACTUAL; policy++) {
        mag_weight_used used = MAG_USED_IDEAL;
        assert_true(mag_weight_for_clearance((mag_weight_policy)policy, MAG_SEX_MALE, 140, 0,
                                             &used) == 140);
        assert_int_equal(used, MAG_USED_ACTUAL);
        assert_true(mag_weight_for_clearance((mag_weight_policy)policy, MAG_SEX_UNKNOWN, 140, 170,
                                             &used) == 140);
    }
}

static void winter_keeps_the_actual_weight_of_a_thin_short_person_above_ideal(void **state) {
    (void)state;
    mag_weight_used used;
    assert_true(mag_weight_for_clearance(MAG_WEIGHT_WINTER, MAG_SEX_FEMALE, 30, 130, &used) == 30);
    assert_int_equal(used, MAG_USED_ACTUAL);
    assert_true(mag_ideal_weight_kg(MAG_SEX_FEMALE, 130) < 30);
}

static void estimated_rates_agree_from_mg_and_from_umol(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(e21_vectors); i++) {
        mag_sex sex = sex_of(e21_vectors[i].sex);
        double umol = e21_vectors[i].mg_dl * 88.4;
        assert_prints(e21_vectors[i].id, umol, e21_vectors[i].umol);
        assert_prints(e21_vectors[i].id, mag_ckd_epi_2021(sex, e21_vectors[i].age, umol),
                      e21_vectors[i].epi21);
        assert_prints(e21_vectors[i].id, mag_ckd_epi_2009(sex, e21_vectors[i].age, umol),
                      e21_vectors[i].epi09);
        assert_prints(e21_vectors[i].id, mag_mdrd(sex, e21_vectors[i].age, umol),
                      e21_vectors[i].mdrd);
    }
    for (size_t i = 0; i < COUNT_OF(eu_vectors); i++) {
        mag_sex sex = sex_of(eu_vectors[i].sex);
        double umol = eu_vectors[i].umol;
        assert_prints(eu_vectors[i].id, umol / 88.4, eu_vectors[i].mg_dl);
        assert_prints(eu_vectors[i].id, mag_ckd_epi(MAG_KIDNEY_US, sex, eu_vectors[i].age, umol),
                      eu_vectors[i].epi21);
        assert_prints(eu_vectors[i].id, mag_ckd_epi(MAG_KIDNEY_UK, sex, eu_vectors[i].age, umol),
                      eu_vectors[i].epi09);
        assert_prints(eu_vectors[i].id, mag_mdrd(sex, eu_vectors[i].age, umol), eu_vectors[i].mdrd);
    }
    print_message("%zu E21 and %zu EU vectors, three formulas\n", COUNT_OF(e21_vectors),
                  COUNT_OF(eu_vectors));
}

static bool crosses(double a, double b) {
    return strcmp(band_of(a), band_of(b)) != 0;
}

static void deindexing_agrees_and_crosses_the_lines_that_it_should(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(bsa_vectors); i++) {
        const char *id = bsa_vectors[i].id;
        double dubois = mag_body_surface_dubois(bsa_vectors[i].kg, bsa_vectors[i].cm);
        double mosteller = mag_body_surface_mosteller(bsa_vectors[i].kg, bsa_vectors[i].cm);
        double absolute = mag_deindexed_gfr(bsa_vectors[i].egfr, dubois);
        assert_prints(id, dubois, bsa_vectors[i].dubois);
        assert_prints(id, mosteller, bsa_vectors[i].mosteller);
        assert_prints(id, absolute, bsa_vectors[i].absolute_dubois);
        assert_prints(id, mag_deindexed_gfr(bsa_vectors[i].egfr, mosteller),
                      bsa_vectors[i].absolute_mosteller);
        assert_int_equal(crosses(bsa_vectors[i].egfr, absolute),
                         strcmp(bsa_vectors[i].crosses, "yes") == 0);
    }
    print_message("%zu BSA vectors\n", COUNT_OF(bsa_vectors));
}

static void categories_have_inclusive_lower_bounds(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(kd_vectors); i++)
        assert_string_equal(mag_gfr_category_name(mag_gfr_category_of(kd_vectors[i].egfr)),
                            kd_vectors[i].category);
    assert_string_equal(mag_gfr_category_name(mag_gfr_category_of(NAN)), "unknown");
    assert_string_equal(mag_gfr_category_name(mag_gfr_category_of(-1)), "unknown");
    print_message("%zu KD vectors\n", COUNT_OF(kd_vectors));
}

static void an_unknown_sex_gives_no_number(void **state) {
    (void)state;
    assert_true(isnan(mag_cockcroft_gault(MAG_KIDNEY_UK, MAG_SEX_UNKNOWN, 70, 70, 100)));
    assert_true(isnan(mag_cockcroft_gault(MAG_KIDNEY_US, MAG_SEX_UNKNOWN, 70, 70, 100)));
    assert_true(isnan(mag_ckd_epi_2021(MAG_SEX_UNKNOWN, 70, 100)));
    assert_true(isnan(mag_ckd_epi_2009(MAG_SEX_UNKNOWN, 70, 100)));
    assert_true(isnan(mag_mdrd(MAG_SEX_UNKNOWN, 70, 100)));
}

static void at_age_140_the_clearance_is_zero(void **state) {
    (void)state;
    assert_true(mag_cockcroft_gault(MAG_KIDNEY_UK, MAG_SEX_MALE, 140, 70, 100) == 0);
}

static void a_tie_is_neither_below_nor_above(void **state) {
    (void)state;
    assert_false(mag_derived_below(30, 30));
    assert_false(mag_derived_above(30, 30));
    assert_false(mag_derived_below(30 * (1 - 5e-10), 30));
    assert_false(mag_derived_above(30 * (1 + 5e-10), 30));
    assert_true(mag_derived_below(30 * (1 - 2e-9), 30));
    assert_true(mag_derived_above(30 * (1 + 2e-9), 30));
    assert_true(mag_derived_below(-30 * (1 + 2e-9), -30));
    assert_false(mag_derived_below(-30, -30));
    assert_false(mag_derived_below(0, 0));
}

static void text_is_cut_never_rounded_up_to_a_line(void **state) {
    (void)state;
    static const struct {
        double x;
        const char *text;
    } rows[] = {{29.99, "29.9"}, {29.999999, "29.9"}, {30, "30.0"},   {30 - 1e-10, "30.0"},
                {19.96, "19.9"}, {0.05, "0.0"},       {-0.05, "0.0"}, {-1.29, "-1.2"},
                {0.3, "0.3"},    {59.67, "59.6"},     {0.7, "0.7"},   {1e6, "1000000.0"}};
    char text[32];
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        mag_derived_text(rows[i].x, text);
        assert_string_equal(text, rows[i].text);
    }
    mag_derived_text(mag_cockcroft_gault(MAG_KIDNEY_UK, MAG_SEX_FEMALE, 80, 50, 104), text);
    assert_string_equal(text, "30.0");
    mag_derived_text(NAN, text);
    assert_non_null(strstr(text, "nan"));
}

static void what_shows_a_line_is_never_below_it(void **state) {
    (void)state;
    unsigned seed = 12345;
    for (int i = 0; i < 200000; i++) {
        seed = seed * 1664525u + 1013904223u;
        double x = 29.9 + (double)(seed >> 8) / (double)(1u << 24) * 0.2;
        if (i % 2)
            x = 30 + ((double)(seed >> 8) / (double)(1u << 24) - 0.5) * 1e-7;
        char text[32];
        mag_derived_text(x, text);
        assert_int_equal(strtod(text, NULL) < 30, mag_derived_below(x, 30));
    }
}

static void methods_have_names_and_labels(void **state) {
    (void)state;
    assert_string_equal(mag_kf_method_name(MAG_KF_CG_ADJ30), "CG_ADJ30");
    assert_string_equal(mag_kf_method_name(MAG_KF_EGFR_CALC_09), "EGFR_CALC_09");
    assert_string_equal(mag_kf_method_name(MAG_KF_EGFR_REPORTED), "EGFR_REPORTED");
    assert_string_equal(mag_kf_method_label(MAG_KF_CG_ACTUAL), "CG actual weight");
    assert_string_equal(mag_kf_method_label(MAG_KF_EGFR_ABS), "eGFR de-indexed");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cockcroft_gault_in_umol_agrees_with_both_columns_and_the_band),
        cmocka_unit_test(cockcroft_gault_in_mg_agrees),
        cmocka_unit_test(weights_follow_the_policies),
        cmocka_unit_test(without_a_height_the_actual_weight_counts),
        cmocka_unit_test(winter_keeps_the_actual_weight_of_a_thin_short_person_above_ideal),
        cmocka_unit_test(estimated_rates_agree_from_mg_and_from_umol),
        cmocka_unit_test(deindexing_agrees_and_crosses_the_lines_that_it_should),
        cmocka_unit_test(categories_have_inclusive_lower_bounds),
        cmocka_unit_test(an_unknown_sex_gives_no_number),
        cmocka_unit_test(at_age_140_the_clearance_is_zero),
        cmocka_unit_test(a_tie_is_neither_below_nor_above),
        cmocka_unit_test(text_is_cut_never_rounded_up_to_a_line),
        cmocka_unit_test(what_shows_a_line_is_never_below_it),
        cmocka_unit_test(methods_have_names_and_labels),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
