/* CTCAE grades on both sides of every limit of spec g1, in both families. */
#include "vectors.h"

#include "clinical/ctcae.h"

static const mag_reference nobody = {.sex = MAG_SEX_UNKNOWN};

static const char *grade_of(mag_analyte analyte, mag_unit unit, const char *printed,
                            const mag_reference *reference) {
    const char *grade = mag_ctcae_grade(analyte, unit, decimal_of(printed), reference);
    return grade == NULL ? "-" : grade;
}

typedef struct graded {
    const char *printed, *grade;
} graded;

static void expect_grades(mag_analyte analyte, mag_unit unit, const graded *rows, size_t count) {
    for (size_t i = 0; i < count; i++) {
        const char *grade = grade_of(analyte, unit, rows[i].printed, &nobody);
        if (strcmp(grade, rows[i].grade) != 0)
            fail_msg("%s %s %s: grade %s, wanted %s", mag_analyte_of(analyte)->name,
                     rows[i].printed, mag_unit_text(unit), grade, rows[i].grade);
    }
}

#define EXPECT(analyte, unit, ...)                                                                 \
    do {                                                                                           \
        const graded rows[] = {__VA_ARGS__};                                                       \
        expect_grades(MAG_##analyte, MAG_UNIT_##unit, rows, COUNT_OF(rows));                       \
    } while (0)

static void magnesium_has_no_high_grade_2(void **state) {
    (void)state;
    EXPECT(MAGNESIUM, MMOL_L, {"0.29", "4"}, {"0.30", "3"}, {"0.39", "3"}, {"0.40", "2"},
           {"0.49", "2"}, {"0.50", "1"}, {"0.69", "1"}, {"0.70", "-"}, {"1.00", "-"}, {"1.01", "1"},
           {"1.23", "1"}, {"1.24", "3"}, {"3.30", "3"}, {"3.31", "4"});
    EXPECT(MAGNESIUM, MG_DL, {"0.6", "4"}, {"0.7", "3"}, {"0.8", "3"}, {"0.9", "2"}, {"1.1", "2"},
           {"1.2", "1"}, {"1.6", "1"}, {"1.7", "-"}, {"2.4", "-"}, {"2.5", "1"}, {"3.0", "1"},
           {"3.1", "3"}, {"8.0", "3"}, {"8.1", "4"});
    EXPECT(MAGNESIUM, MEQ_L, {"0.59", "4"}, {"0.60", "3"}, {"1.39", "1"}, {"1.40", "-"},
           {"2.46", "1"}, {"2.47", "3"});
}

static void potassium_cannot_tell_1_from_2_without_symptoms(void **state) {
    (void)state;
    EXPECT(POTASSIUM, MMOL_L, {"2.4", "4"}, {"2.5", "3"}, {"2.9", "3"}, {"3.0", "1-2"},
           {"3.4", "1-2"}, {"3.5", "-"}, {"5.3", "-"}, {"5.4", "1"}, {"5.5", "1"}, {"5.6", "2"},
           {"6.0", "2"}, {"6.1", "3"}, {"7.0", "3"}, {"7.1", "4"});
    EXPECT(POTASSIUM, MEQ_L, {"2.4", "4"}, {"7.1", "4"});
    EXPECT(POTASSIUM, MG_DL, {"9.7", "4"}, {"9.8", "3"}, {"11.7", "3"}, {"11.8", "1-2"});
}

static void calcium_is_graded_adjusted_or_ionised_only(void **state) {
    (void)state;
    EXPECT(CALCIUM_ADJUSTED, MMOL_L, {"1.49", "4"}, {"1.50", "3"}, {"1.74", "3"}, {"1.75", "2"},
           {"1.99", "2"}, {"2.00", "1"}, {"2.19", "1"}, {"2.20", "-"}, {"2.60", "-"}, {"2.61", "1"},
           {"2.90", "1"}, {"2.91", "2"}, {"3.10", "2"}, {"3.11", "3"}, {"3.40", "3"},
           {"3.41", "4"});
    EXPECT(CALCIUM_ADJUSTED, MG_DL, {"5.9", "4"}, {"6.0", "3"}, {"6.9", "3"}, {"7.0", "2"},
           {"7.9", "2"}, {"8.0", "1"}, {"8.7", "1"}, {"8.8", "-"}, {"10.4", "-"}, {"10.5", "1"},
           {"11.5", "1"}, {"11.6", "2"}, {"12.5", "2"}, {"12.6", "3"}, {"13.5", "3"},
           {"13.6", "4"});
    EXPECT(CALCIUM_IONISED, MMOL_L, {"0.79", "4"}, {"0.80", "3"}, {"0.90", "2"}, {"1.00", "1"},
           {"1.14", "1"}, {"1.15", "-"}, {"1.30", "-"}, {"1.31", "1"}, {"1.50", "1"}, {"1.51", "2"},
           {"1.61", "3"}, {"1.81", "4"});
    EXPECT(CALCIUM, MMOL_L, {"1.00", "-"}, {"4.00", "-"});
}

static void sodium_cannot_tell_2_from_3_without_symptoms(void **state) {
    (void)state;
    EXPECT(SODIUM, MMOL_L, {"119", "4"}, {"120", "3"}, {"124", "3"}, {"125", "2-3"}, {"129", "2-3"},
           {"130", "1"}, {"132", "1"}, {"133", "-"}, {"146", "-"}, {"147", "1"}, {"150", "1"},
           {"151", "2"}, {"155", "2"}, {"156", "3"}, {"160", "3"}, {"161", "4"});
}

static void the_rows_own_range_moves_grade_1_if_it_is_sane(void **state) {
    (void)state;
    mag_reference own = {.sex = MAG_SEX_MALE, .has_row_range = true};
    own.row_low = decimal_of("0.75");
    own.row_high = decimal_of("1.05");
    assert_string_equal(grade_of(MAG_MAGNESIUM, MAG_UNIT_MMOL_L, "0.74", &own), "1");
    assert_string_equal(grade_of(MAG_MAGNESIUM, MAG_UNIT_MMOL_L, "1.05", &own), "-");
    own.row_high = decimal_of("9");
    assert_string_equal(grade_of(MAG_MAGNESIUM, MAG_UNIT_MMOL_L, "0.74", &own), "-");
    assert_string_equal(grade_of(MAG_MAGNESIUM, MAG_UNIT_MMOL_L, "1.05", &own), "1");
}

static void other_analytes_have_no_grade(void **state) {
    (void)state;
    assert_string_equal(grade_of(MAG_CREATININE, MAG_UNIT_UMOL_L, "900", &nobody), "-");
    assert_string_equal(grade_of(MAG_PHOSPHATE, MAG_UNIT_MMOL_L, "0.2", &nobody), "-");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(magnesium_has_no_high_grade_2),
        cmocka_unit_test(potassium_cannot_tell_1_from_2_without_symptoms),
        cmocka_unit_test(calcium_is_graded_adjusted_or_ionised_only),
        cmocka_unit_test(sodium_cannot_tell_2_from_3_without_symptoms),
        cmocka_unit_test(the_rows_own_range_moves_grade_1_if_it_is_sane),
        cmocka_unit_test(other_analytes_have_no_grade),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
