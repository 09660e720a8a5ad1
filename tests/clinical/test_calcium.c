/* Adjusted calcium against the specification's table, and the lines of a total without albumin. */
#include "vectors.h"

#include "clinical/calcium.h"

/* clinical spec h: total mmol/L, albumin g/L, adjusted (0.02, 40), Payne converted */
static const struct {
    const char *id;
    double total, albumin;
    const char *adjusted, *payne;
} vectors[] = {
    {"AC-01", 2.2, 40, "2.200", "2.200"}, {"AC-02", 2.0, 30, "2.200", "2.200"},
    {"AC-03", 2.0, 20, "2.400", "2.399"}, {"AC-04", 2.6, 40, "2.600", "2.600"},
    {"AC-05", 2.5, 50, "2.300", "2.300"}, {"AC-06", 1.85, 32, "2.010", "2.010"},
    {"AC-07", 2.1, 45, "2.000", "2.000"}, {"AC-08", 2.7, 25, "3.000", "2.999"},
    {"AC-09", 1.9, 40, "1.900", "1.900"}, {"AC-10", 2.35, 18, "2.790", "2.789"},
    {"AC-11", 3.4, 35, "3.500", "3.500"}, {"AC-12", 2.19, 40, "2.190", "2.190"},
};

static void both_forms_agree_with_the_table(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(vectors); i++) {
        assert_prints(vectors[i].id,
                      mag_calcium_adjusted_molar(vectors[i].total, vectors[i].albumin),
                      vectors[i].adjusted);
        const double mg_dl = vectors[i].total * 4.0078;
        assert_prints(vectors[i].id,
                      mag_calcium_adjusted_mass(mg_dl, vectors[i].albumin / 10) / 4.0078,
                      vectors[i].payne);
    }
    print_message("%zu AC vectors\n", COUNT_OF(vectors));
}

static void a_total_alone_is_read_by_its_printed_value(void **state) {
    (void)state;
    static const struct {
        const char *printed;
        mag_unit unit;
        mag_calcium_reading reading;
    } rows[] = {
        {"1.79", MAG_UNIT_MMOL_L, MAG_CALCIUM_SURELY_LOW},
        {"1.80", MAG_UNIT_MMOL_L, MAG_CALCIUM_UNDECIDED},
        {"2.19", MAG_UNIT_MMOL_L, MAG_CALCIUM_UNDECIDED},
        {"2.20", MAG_UNIT_MMOL_L, MAG_CALCIUM_IN_RANGE},
        {"2.60", MAG_UNIT_MMOL_L, MAG_CALCIUM_IN_RANGE},
        {"2.61", MAG_UNIT_MMOL_L, MAG_CALCIUM_UNDECIDED},
        {"3.00", MAG_UNIT_MMOL_L, MAG_CALCIUM_UNDECIDED},
        {"3.01", MAG_UNIT_MMOL_L, MAG_CALCIUM_SURELY_HIGH},
        {"7.1", MAG_UNIT_MG_DL, MAG_CALCIUM_SURELY_LOW},
        {"7.2", MAG_UNIT_MG_DL, MAG_CALCIUM_UNDECIDED},
        {"8.8", MAG_UNIT_MG_DL, MAG_CALCIUM_IN_RANGE},
        {"10.4", MAG_UNIT_MG_DL, MAG_CALCIUM_IN_RANGE},
        {"12.0", MAG_UNIT_MG_DL, MAG_CALCIUM_UNDECIDED},
        {"12.1", MAG_UNIT_MG_DL, MAG_CALCIUM_SURELY_HIGH},
        {"3.59", MAG_UNIT_MEQ_L, MAG_CALCIUM_SURELY_LOW},
        {"3.60", MAG_UNIT_MEQ_L, MAG_CALCIUM_UNDECIDED},
        {"<1.80", MAG_UNIT_MMOL_L, MAG_CALCIUM_SURELY_LOW},
        {"<=1.80", MAG_UNIT_MMOL_L, MAG_CALCIUM_UNDECIDED},
        {"<2.40", MAG_UNIT_MMOL_L, MAG_CALCIUM_UNDECIDED},
        {">3.00", MAG_UNIT_MMOL_L, MAG_CALCIUM_SURELY_HIGH},
        {">1.00", MAG_UNIT_MMOL_L, MAG_CALCIUM_UNDECIDED},
        {"<4.00", MAG_UNIT_MMOL_L, MAG_CALCIUM_UNDECIDED},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        mag_decimal value;
        mag_comparator comparator;
        assert_int_equal(
            mag_decimal_parse(mag_span_of(rows[i].printed), false, &value, &comparator),
            MAG_NUMBER_OK);
        if (mag_calcium_unadjusted(rows[i].unit, value, comparator) != rows[i].reading)
            fail_msg("%s %s", rows[i].printed, mag_unit_text(rows[i].unit));
    }
}

static void the_lines_are_those_of_the_readings(void **state) {
    (void)state;
    const mag_calcium_lines molar = mag_calcium_lines_of(false), mass = mag_calcium_lines_of(true);
    assert_true(molar.sure_low == 1.8 && molar.range_low == 2.2 && molar.range_high == 2.6 &&
                molar.sure_high == 3);
    assert_true(mass.sure_low == 7.2 && mass.range_low == 8.8 && mass.range_high == 10.4 &&
                mass.sure_high == 12);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_forms_agree_with_the_table),
        cmocka_unit_test(a_total_alone_is_read_by_its_printed_value),
        cmocka_unit_test(the_lines_are_those_of_the_readings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
