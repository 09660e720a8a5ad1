/* FEMg against the specification's table. */
#include "vectors.h"

#include "clinical/femg.h"

/* clinical spec f8: serum magnesium mmol/L, serum creatinine umol/L, urine magnesium and creatinine
   mmol/L */
static const struct {
    const char *id;
    double serum_mg, serum_umol, urine_mg, urine_mmol;
    const char *percent, *reading;
} vectors[] = {
    {"FE-01", 0.5, 90, 3.0, 5.0, "15.43", "renal wasting (>4)"},
    {"FE-02", 0.5, 90, 0.2, 8.0, "0.6429", "not renal (<2)"},
    {"FE-03", 0.6, 120, 2.0, 6.0, "9.524", "renal wasting (>4)"},
    {"FE-04", 0.65, 70, 1.0, 10.0, "1.538", "not renal (<2)"},
    {"FE-05", 0.4, 60, 0.5, 4.0, "2.679", "indeterminate (2-4)"},
    {"FE-06", 0.55, 200, 1.5, 3.0, "25.97", "renal wasting (>4)"},
    {"FE-07", 0.68, 85, 0.1, 9.0, "0.1984", "not renal (<2)"},
    {"FE-08", 0.45, 75, 1.2, 12.0, "2.381", "indeterminate (2-4)"},
    {"FE-09", 0.62, 110, 0.35, 4.4, "2.016", "indeterminate (2-4)"},
    {"FE-10", 0.58, 130, 0.8, 2.6, "9.852", "renal wasting (>4)"},
    {"FE-11", 0.5, 95, 0.3, 3.0, "2.714", "indeterminate (2-4)"},
    {"FE-12", 0.66, 140, 0.25, 2.0, "3.788", "indeterminate (2-4)"},
};

static void the_table_agrees(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(vectors); i++) {
        const double percent =
            mag_femg_percent(vectors[i].urine_mg, vectors[i].serum_mg, vectors[i].urine_mmol * 1000,
                             vectors[i].serum_umol);
        assert_prints(vectors[i].id, percent, vectors[i].percent);
        assert_string_equal(mag_femg_reading_text(mag_femg_reading_of(percent)),
                            vectors[i].reading);
    }
    print_message("%zu FE vectors\n", COUNT_OF(vectors));
}

/* Both pairs in mg/dL give the same: the units cancel. */
static void mass_units_cancel(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(vectors); i++) {
        const double percent =
            mag_femg_percent(vectors[i].urine_mg * 2.4305, vectors[i].serum_mg * 2.4305,
                             vectors[i].urine_mmol * 1000 / 88.4, vectors[i].serum_umol / 88.4);
        assert_prints(vectors[i].id, percent, vectors[i].percent);
    }
}

static void two_and_four_themselves_are_indeterminate(void **state) {
    (void)state;
    assert_int_equal(mag_femg_reading_of(2), MAG_FEMG_INDETERMINATE);
    assert_int_equal(mag_femg_reading_of(4), MAG_FEMG_INDETERMINATE);
    assert_int_equal(mag_femg_reading_of(1.9999), MAG_FEMG_NOT_RENAL);
    assert_int_equal(mag_femg_reading_of(4.0001), MAG_FEMG_RENAL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_table_agrees),
        cmocka_unit_test(mass_units_cancel),
        cmocka_unit_test(two_and_four_themselves_are_indeterminate),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
