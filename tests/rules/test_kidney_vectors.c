/* The vectors of the clinical specification (f2 to f6), each sent through a patient's timeline: the
   numbers come out as printed there, to four significant digits, by the method that f1 names. */
#include "world.h"

#include "rules/kidney_function.h"

#include <stdlib.h>

static world in;

static mag_period year_before_t(void) {
    return world_days(&in, 365);
}

static void expect_digits(const char *id, double got, const char *wanted) {
    char text[32];
    (void)snprintf(text, sizeof text, "%#.4g", got);
    if (strcmp(text, wanted) != 0)
        fail_msg("%s: %s, wanted %s", id, text, wanted);
}

static void expect_kf(const char *id, const char *wanted, mag_kf_method method) {
    const mag_period year = year_before_t();
    const mag_value kf = mag_kidney_function(&in.patient, &year);
    if (kf.bounds.unknown != 0 || kf.method != method)
        fail_msg("%s: unknown %x, method %s", id, kf.bounds.unknown, mag_kf_method_name(kf.method));
    expect_digits(id, kf.bounds.low, wanted);
    expect_digits(id, kf.bounds.high, wanted);
}

static const char *sex_word(char sex) {
    return sex == 'F' ? "female" : "male";
}

static void cockcroft_gault_by_both_formulas(void **state) {
    (void)state;
    const struct {
        const char *id;
        int age;
        char sex;
        int kg;
        const char *umol, *uk, *us;
    } rows[] = {
        {"CG-01", 40, 'M', 70, "80", "107.6", "107.4"},
        {"CG-02", 40, 'F', 70, "80", "91.00", "91.32"},
        {"CG-03", 75, 'F', 60, "100", "40.56", "40.70"},
        {"CG-04", 85, 'F', 45, "110", "23.40", "23.48"},
        {"CG-05", 90, 'M', 55, "180", "18.79", "18.76"},
        {"CG-06", 65, 'F', 60, "85", "55.06", "55.25"},
        {"CG-07", 72, 'M', 80, "334", "20.03", "20.00"},
        {"CG-08", 68, 'M', 80, "265", "26.74", "26.69"},
        {"CG-09", 80, 'F', 50, "104", "30.00", "30.10"},
        {"CG-10", 18, 'M', 90, "60", "225.1", "224.7"},
        {"CG-11", 100, 'F', 40, "90", "18.49", "18.55"},
        {"CG-12", 75, 'F', 60, "135.2", "30.00", "30.10"},
        {"CG-13", 70, 'M', 70, "143.5", "42.00", "41.92"},
        {"CG-14", 80, 'M', 60, "221.4", "20.00", "19.96"},
        {"CG-15", 80, 'M', 60, "221.5", "19.99", "19.95"},
        {"CG-16", 55, 'M', 90, "96", "98.02", "97.84"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const char *const line = "%s %d y %d kg; creatinine %s umol/L 10 days ago%s";
        world_say(&in, line, sex_word(rows[i].sex), rows[i].age, rows[i].kg, rows[i].umol, "");
        expect_kf(rows[i].id, rows[i].uk, MAG_KF_CG_ACTUAL);
        world_say(&in, line, sex_word(rows[i].sex), rows[i].age, rows[i].kg, rows[i].umol,
                  "; formula us");
        expect_kf(rows[i].id, rows[i].us, MAG_KF_CG_ACTUAL);
    }
}

static void cockcroft_gault_of_milligrams(void **state) {
    (void)state;
    const struct {
        const char *id;
        int age;
        char sex;
        int kg;
        const char *mg, *us;
    } rows[] = {
        {"CGm-01", 40, 'M', 70, "1.0", "97.22"},  {"CGm-02", 40, 'F', 70, "1.0", "82.64"},
        {"CGm-03", 55, 'M', 90, "1.09", "97.48"}, {"CGm-04", 60, 'M', 72, "1.0", "80.00"},
        {"CGm-05", 60, 'F', 72, "1.0", "68.00"},  {"CGm-06", 80, 'F', 50, "1.2", "29.51"},
        {"CGm-07", 85, 'M', 65, "2.5", "19.86"},  {"CGm-08", 90, 'F', 40, "3.0", "7.870"},
        {"CGm-09", 30, 'M', 100, "0.6", "254.6"}, {"CGm-10", 72, 'M', 72, "3.4", "20.00"},
        {"CGm-11", 104, 'F', 36, "0.5", "30.60"}, {"CGm-12", 50, 'F', 120, "0.9", "141.7"},
        {"CGm-13", 70, 'M', 60, "10.0", "5.833"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        world_say(&in, "%s %d y %d kg; creatinine %s mg/dL 10 days ago; formula us",
                  sex_word(rows[i].sex), rows[i].age, rows[i].kg, rows[i].mg);
        expect_kf(rows[i].id, rows[i].us, MAG_KF_CG_ACTUAL);
    }
}

/* (140 - 40) x weight x C / creatinine is the weight itself when creatinine is 100 C. */
static void the_weight_that_the_policy_chooses(void **state) {
    (void)state;
    const struct {
        const char *id;
        char sex;
        const char *cm, *kg, *used;
        bool is_adjusted;
    } rows[] = {
        {"WT-01", 'M', "175", "70", "70.00", false},
        {"WT-02", 'F', "160", "50", "50.00", false},
        {"WT-03", 'F', "160", "90", "67.45", true},
        {"WT-04", 'M', "180", "120", "93.07", true},
        {"WT-05", 'F', "150", "38", "38.00", false},
        {"WT-06", 'M', "165", "160", "100.9", true},
        {"WT-07", 'F', "152.4", "45.5", "45.50", false},
        {"WT-08", 'M', "152.4", "50", "50.00", false},
        {"WT-09", 'F', "145", "60", "60.00", false},
        {"WT-10", 'M', "200", "85", "85.00", false},
        {"WT-11", 'F', "170", "72", "72.00", false},
        {"WT-12", 'M', "170", "86.7", "74.29", true},
        {"WT-13", 'F', "165", "68.1", "68.10", false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        world_say(&in, "%s 40 y %s kg %s cm; creatinine %s umol/L 10 days ago",
                  sex_word(rows[i].sex), rows[i].kg, rows[i].cm,
                  rows[i].sex == 'F' ? "104" : "123");
        expect_kf(rows[i].id, rows[i].used,
                  rows[i].is_adjusted ? MAG_KF_CG_ADJ30 : MAG_KF_CG_ACTUAL);
    }
}

static void expect_egfr(const char *id, const char *wanted, mag_kf_method method) {
    const mag_period year = year_before_t();
    const mag_value egfr = mag_kidney_egfr(&in.patient, &year);
    assert_int_equal(egfr.bounds.unknown, 0);
    assert_int_equal(egfr.method, method);
    expect_digits(id, egfr.bounds.low, wanted);
}

/* Without a weight kidney_function is the same value, by the same method. */
static void expect_both(const char *id, const char *wanted, mag_kf_method method) {
    expect_egfr(id, wanted, method);
    expect_kf(id, wanted, method);
}

static void ckd_epi_by_both_formulas(void **state) {
    (void)state;
    const struct {
        const char *id, *creatinine;
        int age;
        char sex;
        const char *of_2021, *of_2009;
    } rows[] = {
        {"E21-01", "0.9 mg/dL", 50, 'M', "104.0", "99.24"},
        {"E21-02", "0.7 mg/dL", 50, 'F', "105.3", "101.0"},
        {"E21-03", "0.5 mg/dL", 25, 'F', "133.4", "134.5"},
        {"E21-04", "0.6 mg/dL", 30, 'M', "133.2", "134.9"},
        {"E21-05", "1.0 mg/dL", 50, 'M', "91.69", "87.37"},
        {"E21-06", "1.0 mg/dL", 50, 'F', "68.63", "65.64"},
        {"E21-07", "1.09 mg/dL", 55, 'M', "80.15", "76.01"},
        {"E21-08", "1.2 mg/dL", 55, 'M', "71.42", "67.67"},
        {"E21-09", "1.5 mg/dL", 70, 'M', "49.77", "46.50"},
        {"E21-10", "1.5 mg/dL", 70, 'F', "37.26", "34.93"},
        {"E21-11", "2.5 mg/dL", 80, 'F', "18.97", "17.56"},
        {"E21-12", "4.0 mg/dL", 65, 'M', "15.82", "14.71"},
        {"E21-13", "8.0 mg/dL", 45, 'F', "5.839", "5.503"},
        {"E21-14", "0.4 mg/dL", 90, 'F', "93.96", "91.70"},
        {"E21-15", "2.2 mg/dL", 75, 'M', "30.47", "28.26"},
        {"E21-16", "3.2 mg/dL", 75, 'M', "19.44", "17.96"},
        {"EU-01", "85 umol/L", 65, 'F', "65.53", "61.94"},
        {"EU-02", "60 umol/L", 60, 'M', "106.5", "103.9"},
        {"EU-03", "100 umol/L", 70, 'F', "52.27", "49.14"},
        {"EU-04", "130 umol/L", 80, 'M', "47.90", "44.40"},
        {"EU-05", "200 umol/L", 85, 'F', "20.73", "19.13"},
        {"EU-06", "354 umol/L", 72, 'M', "15.13", "13.99"},
        {"EU-07", "26 umol/L", 18, 'F', "158.3", "168.2"},
        {"EU-08", "62 umol/L", 40, 'F', "111.8", "108.1"},
        {"EU-09", "80 umol/L", 40, 'M', "110.0", "105.8"},
        {"EU-10", "79.56 umol/L", 40, 'M', "110.7", "106.5"},
        {"EU-11", "61.88 umol/L", 40, 'F', "112.1", "108.4"},
        {"EU-12", "600 umol/L", 50, 'M', "9.211", "8.627"},
        {"EU-13", "150 umol/L", 92, 'F', "28.02", "25.79"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const char *const line = "%s %d y; creatinine %s 10 days ago%s";
        world_say(&in, line, sex_word(rows[i].sex), rows[i].age, rows[i].creatinine, "");
        expect_both(rows[i].id, rows[i].of_2009, MAG_KF_EGFR_CALC_09);
        world_say(&in, line, sex_word(rows[i].sex), rows[i].age, rows[i].creatinine,
                  "; formula us");
        expect_both(rows[i].id, rows[i].of_2021, MAG_KF_EGFR_CALC_21);
    }
}

static void a_report_is_made_absolute_by_the_surface_of_du_bois(void **state) {
    (void)state;
    const struct {
        const char *id, *kg, *cm, *egfr, *absolute;
    } rows[] = {
        {"BSA-01", "70", "170", "60", "62.76"},  {"BSA-02", "50", "155", "35", "29.68"},
        {"BSA-03", "45", "150", "32", "25.34"},  {"BSA-04", "120", "180", "28", "38.39"},
        {"BSA-05", "160", "165", "25", "36.37"}, {"BSA-06", "62.9", "173", "30", "30.37"},
        {"BSA-07", "40", "145", "22", "16.17"},  {"BSA-08", "100", "190", "55", "72.57"},
        {"BSA-09", "85", "175", "31", "35.97"},  {"BSA-10", "55", "160", "90", "81.32"},
        {"BSA-11", "38", "140", "65", "45.56"},  {"BSA-12", "110", "160", "19", "23.05"},
        {"BSA-13", "70", "170", "15", "15.69"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        world_say(&in, "male 50 y %s kg %s cm; egfr_reported %s mL/min/1.73m2 10 days ago",
                  rows[i].kg, rows[i].cm, rows[i].egfr);
        expect_kf(rows[i].id, rows[i].absolute, MAG_KF_EGFR_ABS);
        world_say(&in, "male 50 y %s kg; egfr_reported %s mL/min/1.73m2 10 days ago", rows[i].kg,
                  rows[i].egfr);
        char indexed[16];
        (void)snprintf(indexed, sizeof indexed, "%#.4g", atof(rows[i].egfr));
        expect_kf(rows[i].id, indexed, MAG_KF_EGFR_REPORTED);
    }
}

static void the_category_has_its_lower_bound_inside(void **state) {
    (void)state;
    const struct {
        const char *id, *egfr, *category;
    } rows[] = {
        {"KD-01", "120", "G1"},     {"KD-02", "90", "G1"},      {"KD-03", "89.999", "G2"},
        {"KD-04", "60", "G2"},      {"KD-05", "59.999", "G3a"}, {"KD-06", "45", "G3a"},
        {"KD-07", "44.999", "G3b"}, {"KD-08", "30", "G3b"},     {"KD-09", "29.999", "G4"},
        {"KD-10", "15", "G4"},      {"KD-11", "14.999", "G5"},  {"KD-12", "3.2", "G5"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        world_say(&in, "male 50 y; egfr_reported %s mL/min/1.73m2 10 days ago", rows[i].egfr);
        const char *got = mag_gfr_category_name(mag_renal_stage(&in.patient));
        if (strcmp(got, rows[i].category) != 0)
            fail_msg("%s: %s, wanted %s", rows[i].id, got, rows[i].category);
    }
}

/* Spec f1, one line for each step and for each way to fall through to the next. */
static void the_first_method_that_has_its_inputs_decides(void **state) {
    (void)state;
    static const char creatinine[] = "creatinine 150 umol/L 10 days ago";
    static const char report[] = "egfr_reported 40 mL/min/1.73m2 2 days ago";
    const struct {
        const char *person, *a, *b, *wanted;
        mag_kf_method method;
    } rows[] = {
        /* 70 x 60 x 1.04 / 150 */
        {"female 70 y 60 kg", creatinine, report, "29.12", MAG_KF_CG_ACTUAL},
        {"female 70 y 60 kg 165 cm", creatinine, report, "29.12", MAG_KF_CG_ACTUAL},
        {"female 70 y", creatinine, "weight 60 kg 365 days ago", "29.12", MAG_KF_CG_ACTUAL},
        {"female 70 y", creatinine, "weight 60 kg 366 days ago", "30.10", MAG_KF_EGFR_CALC_09},
        {"female 70 y 165 cm", creatinine, report, "30.10", MAG_KF_EGFR_CALC_09},
        {"female 70 y", creatinine, report, "30.10", MAG_KF_EGFR_CALC_09},
        {"female 70 y", creatinine, "weight rejected 3 days ago", "30.10", MAG_KF_EGFR_CALC_09},
        {"female 70 y 60 kg 165 cm", report, "creatinine rejected 5 days ago", "38.35",
         MAG_KF_EGFR_ABS},
        {"female 70 y 60 kg 165 cm", report, "creatinine 150 umol/L 366 days ago", "38.35",
         MAG_KF_EGFR_ABS},
        {"female 70 y 60 kg", report, "height 165 cm 4000 days ago", "38.35", MAG_KF_EGFR_ABS},
        {"female 70 y 165 cm", report, "weight 60 kg 365 days ago", "38.35", MAG_KF_EGFR_ABS},
        {"female 70 y 165 cm", report, "weight 60 kg 366 days ago", "40.00", MAG_KF_EGFR_REPORTED},
        {"female 70 y 60 kg", report, "sodium 140 mmol/L 3 days ago", "40.00",
         MAG_KF_EGFR_REPORTED},
        {"female 70 y", report, "height rejected 3 days ago", "40.00", MAG_KF_EGFR_REPORTED},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char id[16];
        (void)snprintf(id, sizeof id, "row %zu", i);
        world_say(&in, "%s; %s; %s", rows[i].person, rows[i].a, rows[i].b);
        expect_kf(id, rows[i].wanted, rows[i].method);
    }
}

static mag_value_note_set notes_of_kf(void) {
    const mag_period year = year_before_t();
    return mag_kidney_function(&in.patient, &year).notes;
}

static void from_75_on_a_method_without_clearance_says_so(void **state) {
    (void)state;
    const struct {
        const char *lines;
        bool is_noted;
    } rows[] = {
        {"female 74 y; creatinine 90 umol/L 1 day ago", false},
        {"female 75 y; creatinine 90 umol/L 1 day ago", true},
        {"female 75 y 60 kg; creatinine 90 umol/L 1 day ago", false},
        {"female 75 y; egfr_reported 50 mL/min/1.73m2 1 day ago", true},
        {"female 75 y 60 kg 160 cm; egfr_reported 50 mL/min/1.73m2 1 day ago", true},
        {"female 74 y 60 kg 160 cm; egfr_reported 50 mL/min/1.73m2 1 day ago", false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        world_say(&in, "%s", rows[i].lines);
        const bool is_noted = notes_of_kf() >> MAG_VALUE_NOTE_CG_PREFERRED & 1;
        if (is_noted != rows[i].is_noted)
            fail_msg("%s: %d", rows[i].lines, is_noted);
    }
}

/* Around every band limit: the value used on one side, actual weight or eGFR on the other. */
static void a_band_is_sensitive_when_another_method_crosses_20_30_or_60(void **state) {
    (void)state;
    const struct {
        const char *lines;
        bool is_sensitive;
    } rows[] = {
        /* CG 29.1, CKD-EPI 30.1 */
        {"female 70 y 60 kg; creatinine 150 umol/L 1 day ago", true},
        /* CG 27.0, CKD-EPI 27.4 */
        {"female 70 y 60 kg; creatinine 162 umol/L 1 day ago", false},
        /* CG 19.8, CKD-EPI 22.5 */
        {"female 70 y 52 kg; creatinine 191 umol/L 1 day ago", true},
        /* CG 58.2, CKD-EPI 69.6 */
        {"female 70 y 60 kg; creatinine 75 umol/L 1 day ago", true},
        /* CG 67.2, CKD-EPI 82.7 */
        {"female 70 y 60 kg; creatinine 65 umol/L 1 day ago", false},
        /* adjusted 67.5 kg: 28.1; actual 90 kg: 37.4 */
        {"female 80 y 90 kg 160 cm; creatinine 150 umol/L 1 day ago", true},
        /* no formula but the report */
        {"female 80 y 90 kg 160 cm; egfr_reported 30 mL/min/1.73m2 1 day ago", false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        world_say(&in, "%s", rows[i].lines);
        const bool is_sensitive = notes_of_kf() >> MAG_VALUE_NOTE_BAND_SENSITIVE & 1;
        if (is_sensitive != rows[i].is_sensitive)
            fail_msg("%s: %d", rows[i].lines, is_sensitive);
    }
}

static void of_a_censored_creatinine_the_clearance_is_the_other_bound(void **state) {
    (void)state;
    const struct {
        const char *creatinine;
        double low, high; /* 0 and -1: no bound */
        bool is_low_open, is_high_open;
    } rows[] = {
        {"<104", 40, -1, true, true},  {"<=104", 40, -1, false, true},
        {">104", 0, 40, false, true},  {">=104", 0, 40, false, false},
        {"104", 40, 40, false, false},
    };
    const mag_period year = year_before_t();
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        world_say(&in, "female 60 y 50 kg; creatinine %s umol/L 1 day ago", rows[i].creatinine);
        const mag_bounds got = mag_kidney_function(&in.patient, &year).bounds;
        assert_true(got.low > rows[i].low - 1e-9 && got.low < rows[i].low + 1e-9);
        assert_true(rows[i].high < 0
                        ? got.high > 1e300
                        : got.high > rows[i].high - 1e-9 && got.high < rows[i].high + 1e-9);
        assert_int_equal(got.is_low_open, rows[i].is_low_open);
        assert_int_equal(got.is_high_open, rows[i].is_high_open);
        const bool is_exact = rows[i].creatinine[0] == '1';
        assert_int_equal(got.doubt, is_exact ? 0 : 1 << MAG_UNKNOWN_CENSORED);
    }
}

static void a_stage_is_known_only_if_one_category_is_left(void **state) {
    (void)state;
    const struct {
        const char *lines, *stage;
    } rows[] = {
        {"male 50 y; egfr_reported >90 mL/min/1.73m2 10 days ago", "G1"},
        {"male 50 y; egfr_reported >=90 mL/min/1.73m2 10 days ago", "G1"},
        {"male 50 y; egfr_reported >89 mL/min/1.73m2 10 days ago", "unknown"},
        {"male 50 y; egfr_reported <15 mL/min/1.73m2 10 days ago", "G5"},
        {"male 50 y; egfr_reported <=15 mL/min/1.73m2 10 days ago", "unknown"},
        {"male 50 y; egfr_reported 44 mL/min/1.73m2 365 days ago", "G3b"},
        {"male 50 y; egfr_reported 44 mL/min/1.73m2 366 days ago", "unknown"},
        {"male 50 y; egfr_reported rejected 3 days ago", "unknown"},
        {"male 50 y; egfr_reported 44 no unit 3 days ago", "unknown"},
        {"male 50 y; sex unknown; creatinine 90 umol/L 3 days ago", "unknown"},
        {"male 50 y; sex unknown; egfr_reported 44 mL/min/1.73m2 3 days ago", "G3b"},
        {"male 50 y; creatinine 78 umol/L 9 days ago; egfr_reported 20 mL/min/1.73m2 1 day ago",
         "G1"}, /* 100.0 by CKD-EPI 2009 of the creatinine */
        {"male 50 y 60 kg; creatinine >2000 umol/L 9 days ago", "G5"},
        {"male 50 y", "unknown"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        world_say(&in, "%s", rows[i].lines);
        const char *got = mag_gfr_category_name(mag_renal_stage(&in.patient));
        if (strcmp(got, rows[i].stage) != 0)
            fail_msg("%s: %s, wanted %s", rows[i].lines, got, rows[i].stage);
    }
}

/* Two reasons at once: marks in the window come before what lies further back. */
static void why_nothing_is_known_follows_the_creatinine_first(void **state) {
    (void)state;
    const struct {
        const char *lines;
        mag_unknown reason;
    } rows[] = {
        {"female 60 y 60 kg", MAG_UNKNOWN_MISSING},
        {"female 60 y; sodium 140 mmol/L 3 days ago", MAG_UNKNOWN_MISSING},
        {"female 60 y; creatinine 90 umol/L 366 days ago", MAG_UNKNOWN_STALE},
        {"female 60 y; egfr_reported 50 mL/min/1.73m2 400 days ago", MAG_UNKNOWN_STALE},
        {"female 60 y; creatinine rejected 366 days ago", MAG_UNKNOWN_MISSING},
        {"female 60 y; creatinine rejected 365 days ago", MAG_UNKNOWN_REJECTED},
        {"female 60 y; creatinine 90 no unit 3 days ago", MAG_UNKNOWN_UNIT},
        {"female 60 y; egfr_reported rejected 3 days ago", MAG_UNKNOWN_REJECTED},
        {"female 60 y; creatinine 90 no unit 3 days ago; egfr_reported rejected 3 days ago",
         MAG_UNKNOWN_UNIT},
        {"female 60 y; creatinine 90 no unit 5 days ago; creatinine rejected 3 days ago",
         MAG_UNKNOWN_REJECTED},
        {"female 60 y; age unknown; egfr_reported 50 mL/min/1.73m2 3 days ago",
         MAG_UNKNOWN_DEMOGRAPHIC},
        {"female 60 y; age unknown; sodium 140 mmol/L 3 days ago", MAG_UNKNOWN_MISSING},
    };
    const mag_period year = year_before_t();
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        world_say(&in, "%s", rows[i].lines);
        const mag_value kf = mag_kidney_function(&in.patient, &year);
        if (kf.bounds.unknown != mag_unknown_bit(rows[i].reason))
            fail_msg("%s: %x", rows[i].lines, kf.bounds.unknown);
    }
}

static int open_world(void **state) {
    (void)state;
    world_begin(&in);
    WORLD(&in, "female 50 y");
    return 0;
}

static int close_world(void **state) {
    (void)state;
    world_end(&in);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cockcroft_gault_by_both_formulas),
        cmocka_unit_test(cockcroft_gault_of_milligrams),
        cmocka_unit_test(the_weight_that_the_policy_chooses),
        cmocka_unit_test(ckd_epi_by_both_formulas),
        cmocka_unit_test(a_report_is_made_absolute_by_the_surface_of_du_bois),
        cmocka_unit_test(the_category_has_its_lower_bound_inside),
        cmocka_unit_test(the_first_method_that_has_its_inputs_decides),
        cmocka_unit_test(from_75_on_a_method_without_clearance_says_so),
        cmocka_unit_test(a_band_is_sensitive_when_another_method_crosses_20_30_or_60),
        cmocka_unit_test(of_a_censored_creatinine_the_clearance_is_the_other_bound),
        cmocka_unit_test(a_stage_is_known_only_if_one_category_is_left),
        cmocka_unit_test(why_nothing_is_known_follows_the_creatinine_first),
    };
    return cmocka_run_group_tests(tests, open_world, close_world);
}
