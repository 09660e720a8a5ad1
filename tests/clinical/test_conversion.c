#include "vectors.h"

#include "clinical/conversion.h"

#include <math.h>

/* --- factors -------------------------------------------------------------------------------------
 */

static const struct {
    const char *id, *value;
    mag_unit unit;
    const char *mmol, *mg_dl, *meq;
} um_vectors[] = {
    {"UM-01", "1.7", MAG_UNIT_MG_DL, "0.6994", "1.7000", "1.3989"},
    {"UM-02", "1.8", MAG_UNIT_MG_DL, "0.7406", "1.8000", "1.4812"},
    {"UM-03", "2.5", MAG_UNIT_MG_DL, "1.0286", "2.5000", "2.0572"},
    {"UM-04", "1.2", MAG_UNIT_MG_DL, "0.4937", "1.2000", "0.9875"},
    {"UM-05", "0.9", MAG_UNIT_MG_DL, "0.3703", "0.9000", "0.7406"},
    {"UM-06", "0.7", MAG_UNIT_MG_DL, "0.2880", "0.7000", "0.5760"},
    {"UM-07", "3.0", MAG_UNIT_MG_DL, "1.2343", "3.0000", "2.4686"},
    {"UM-08", "8.0", MAG_UNIT_MG_DL, "3.2915", "8.0000", "6.5830"},
    {"UM-09", "1.3", MAG_UNIT_MEQ_L, "0.6500", "1.5798", "1.3000"},
    {"UM-10", "1.5", MAG_UNIT_MEQ_L, "0.7500", "1.8229", "1.5000"},
    {"UM-11", "2.5", MAG_UNIT_MEQ_L, "1.2500", "3.0381", "2.5000"},
    {"UM-12", "0.7", MAG_UNIT_MMOL_L, "0.7000", "1.7013", "1.4000"},
    {"UM-13", "1.0", MAG_UNIT_MMOL_L, "1.0000", "2.4305", "2.0000"},
    {"UM-14", "0.4", MAG_UNIT_MMOL_L, "0.4000", "0.9722", "0.8000"},
    {"UM-15", "0.5", MAG_UNIT_MMOL_L, "0.5000", "1.2152", "1.0000"},
    {"UM-16", "1.23", MAG_UNIT_MMOL_L, "1.2300", "2.9895", "2.4600"},
    {"UM-17", "3.3", MAG_UNIT_MMOL_L, "3.3000", "8.0206", "6.6000"},
    {"UM-18", "20", MAG_UNIT_MG_L, "0.8229", "2.0000", "1.6458"},
};

static void magnesium_converts_as_the_vectors_say(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(um_vectors); i++) {
        double mmol =
            mag_to_canonical(MAG_MAGNESIUM, um_vectors[i].unit, decimal_of(um_vectors[i].value));
        assert_prints(um_vectors[i].id, mmol, um_vectors[i].mmol);
        assert_prints(um_vectors[i].id, mag_from_canonical(MAG_MAGNESIUM, MAG_UNIT_MG_DL, mmol),
                      um_vectors[i].mg_dl);
        assert_prints(um_vectors[i].id, mag_from_canonical(MAG_MAGNESIUM, MAG_UNIT_MEQ_L, mmol),
                      um_vectors[i].meq);
    }
    print_message("%zu UM vectors\n", COUNT_OF(um_vectors));
}

/* Spec c1: the factor to the canonical unit as printed, seven figures. */
static const struct {
    mag_analyte analyte;
    mag_unit unit;
    double factor;
} factors[] = {
    {MAG_MAGNESIUM, MAG_UNIT_MG_DL, 0.411438},
    {MAG_MAGNESIUM, MAG_UNIT_MEQ_L, 0.5},
    {MAG_MAGNESIUM, MAG_UNIT_MG_L, 0.0411438},
    {MAG_MAGNESIUM, MAG_UNIT_UMOL_L, 0.001},
    {MAG_CALCIUM, MAG_UNIT_MG_DL, 0.2495134},
    {MAG_CALCIUM, MAG_UNIT_MEQ_L, 0.5},
    {MAG_CALCIUM_IONISED, MAG_UNIT_MG_DL, 0.2495134},
    {MAG_POTASSIUM, MAG_UNIT_MEQ_L, 1},
    {MAG_POTASSIUM, MAG_UNIT_MG_DL, 0.2557656},
    {MAG_SODIUM, MAG_UNIT_MEQ_L, 1},
    {MAG_SODIUM, MAG_UNIT_MG_DL, 0.4349717},
    {MAG_CREATININE, MAG_UNIT_MG_DL, 88.4},
    {MAG_CREATININE, MAG_UNIT_MG_L, 8.84},
    {MAG_CREATININE, MAG_UNIT_MMOL_L, 1000},
    {MAG_CREATININE, MAG_UNIT_UMOL_L, 1},
    {MAG_UREA_NITROGEN, MAG_UNIT_MG_DL, 0.3569644},
    {MAG_UREA, MAG_UNIT_MG_DL, 0.1665113},
    {MAG_PHOSPHATE, MAG_UNIT_MG_DL, 0.3228514},
    {MAG_BICARBONATE, MAG_UNIT_MEQ_L, 1},
    {MAG_ALBUMIN, MAG_UNIT_G_DL, 10},
    {MAG_GLUCOSE, MAG_UNIT_MG_DL, 0.05550745},
    {MAG_VITAMIN_D, MAG_UNIT_NG_ML, 2.495944},
    {MAG_VITAMIN_D, MAG_UNIT_UG_L, 2.495944},
    {MAG_PTH, MAG_UNIT_PG_ML, 0.1061008},
    {MAG_DIGOXIN_LEVEL, MAG_UNIT_NG_ML, 1.280508},
    {MAG_CK, MAG_UNIT_UKAT_L, 60},
    {MAG_WEIGHT, MAG_UNIT_LB, 0.4535924},
    {MAG_WEIGHT, MAG_UNIT_ST, 6.350293},
    {MAG_HEIGHT, MAG_UNIT_IN, 2.54},
    {MAG_HEIGHT, MAG_UNIT_M, 100},
    {MAG_EGFR, MAG_UNIT_ML_S_173, 60},
    {MAG_WEIGHT, MAG_UNIT_OZ, 0.02834952},
    {MAG_MAGNESIUM_URINE, MAG_UNIT_MG_24H, 0.0411438},
    {MAG_CREATININE_URINE, MAG_UNIT_MMOL_24H, 1000},
    {MAG_MAGNESIUM_URINE, MAG_UNIT_UMOL_24H, 0.001},
    {MAG_INR, MAG_UNIT_NONE, 1},
    {MAG_HAEMOLYSIS_INDEX, MAG_UNIT_MG_DL, 1},
};

static void factors_are_those_of_the_specification(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(factors); i++) {
        mag_analyte analyte = factors[i].analyte;
        assert_true(mag_unit_fits(analyte, factors[i].unit));
        double one = mag_to_canonical(analyte, factors[i].unit, decimal_of("1"));
        if (fabs(one - factors[i].factor) > 3.1e-7 * factors[i].factor)
            fail_msg("%s %s: %.9g", mag_analyte_of(analyte)->name, mag_unit_text(factors[i].unit),
                     one);
        double back = mag_from_canonical(analyte, factors[i].unit, one * 7);
        assert_true(fabs(back - 7) < 1e-12);
    }
    print_message("%zu factors, there and back\n", COUNT_OF(factors));
}

static void creatinine_uses_exactly_88_4(void **state) {
    (void)state;
    assert_true(mag_to_canonical(MAG_CREATININE, MAG_UNIT_MG_DL, decimal_of("1.0")) == 88.4);
    assert_true(mag_from_canonical(MAG_CREATININE, MAG_UNIT_MG_DL, 88.4) == 1.0);
}

static void hba1c_is_affine(void **state) {
    (void)state;
    double x = mag_to_canonical(MAG_HBA1C, MAG_UNIT_PERCENT, decimal_of("6.5"));
    assert_true(fabs(x - (10.93 * 6.5 - 23.50)) < 1e-12);
    assert_true(fabs(mag_from_canonical(MAG_HBA1C, MAG_UNIT_PERCENT, x) - 6.5) < 1e-12);
}

/* --- fit
 * ------------------------------------------------------------------------------------------- */

static void units_that_contradict_an_analyte_do_not_fit(void **state) {
    (void)state;
    static const struct {
        mag_analyte analyte;
        mag_unit unit;
    } misfits[] = {
        {MAG_EGFR, MAG_UNIT_ML_MIN},        {MAG_CREATININE_CLEARANCE, MAG_UNIT_ML_MIN_173},
        {MAG_MAGNESIUM, MAG_UNIT_MMOL_24H}, {MAG_MAGNESIUM, MAG_UNIT_MG_24H},
        {MAG_MAGNESIUM, MAG_UNIT_G_L},      {MAG_MAGNESIUM, MAG_UNIT_NONE},
        {MAG_CREATININE, MAG_UNIT_MEQ_L},   {MAG_CREATININE, MAG_UNIT_MMOL_24H},
        {MAG_PHOSPHATE, MAG_UNIT_MEQ_L},    {MAG_UREA, MAG_UNIT_MEQ_L},
        {MAG_GLUCOSE, MAG_UNIT_PERCENT},    {MAG_HBA1C, MAG_UNIT_MMOL_L},
        {MAG_ALBUMIN, MAG_UNIT_PERCENT},    {MAG_CALCIUM_IONISED, MAG_UNIT_RATIO},
        {MAG_WEIGHT, MAG_UNIT_CM},          {MAG_HEIGHT, MAG_UNIT_KG},
        {MAG_POTASSIUM, MAG_UNIT_UMOL_24H}, {MAG_BICARBONATE, MAG_UNIT_MG_DL},
    };
    for (size_t i = 0; i < COUNT_OF(misfits); i++)
        assert_false(mag_unit_fits(misfits[i].analyte, misfits[i].unit));
    assert_true(mag_unit_fits(MAG_MAGNESIUM_URINE, MAG_UNIT_MMOL_24H));
    assert_true(mag_unit_fits(MAG_HBA1C, MAG_UNIT_PERCENT));
    assert_true(mag_unit_fits(MAG_INR, MAG_UNIT_NONE));
    print_message("%zu misfits\n", COUNT_OF(misfits));
}

static void equivalents_fit_ions_with_a_valence_only(void **state) {
    (void)state;
    for (int i = MAG_ANALYTE_NONE + 1; i < MAG_ANALYTE_COUNT; i++)
        assert_int_equal(mag_unit_fits((mag_analyte)i, MAG_UNIT_MEQ_L),
                         mag_analyte_of((mag_analyte)i)->valence > 0);
}

/* --- limits
 * ------------------------------------------------------------------------------------------ */

static mag_limit limit_of(const char *molar, mag_unit molar_unit, const char *mass,
                          mag_unit mass_unit) {
    mag_limit limit = {.name = "limit", .molar_unit = molar_unit, .mass_unit = mass_unit};
    if (molar_unit != MAG_UNIT_NONE)
        limit.molar = decimal_of(molar);
    if (mass_unit != MAG_UNIT_NONE)
        limit.mass = decimal_of(mass);
    return limit;
}

static void a_printed_value_is_compared_in_its_own_family(void **state) {
    (void)state;
    static const struct {
        const char *molar, *mass, *value;
        mag_unit unit;
        int order;
    } rows[] = {
        /* mg_low: 1.7 mg/dL is 0.6994 mmol/L and yet not below */
        {"0.70", "1.7", "1.7", MAG_UNIT_MG_DL, 0},
        {"0.70", "1.7", "1.70", MAG_UNIT_MG_DL, 0},
        {"0.70", "1.7", "1.69", MAG_UNIT_MG_DL, -1},
        {"0.70", "1.7", "1.6", MAG_UNIT_MG_DL, -1},
        {"0.70", "1.7", "17", MAG_UNIT_MG_L, 0},
        {"0.70", "1.7", "16.9", MAG_UNIT_MG_L, -1},
        {"0.70", "1.7", "0.7", MAG_UNIT_MMOL_L, 0},
        {"0.70", "1.7", "0.69", MAG_UNIT_MMOL_L, -1},
        {"0.70", "1.7", "700", MAG_UNIT_UMOL_L, 0},
        {"0.70", "1.7", "699.9", MAG_UNIT_UMOL_L, -1},
        {"0.70", "1.7", "1.4", MAG_UNIT_MEQ_L, 0},
        {"0.70", "1.7", "1.39", MAG_UNIT_MEQ_L, -1},
        {"0.70", "1.7", "1.5", MAG_UNIT_MEQ_L, 1},
        {"0.50", "1.2", "1.2", MAG_UNIT_MG_DL, 0},
        {"0.40", "1.0", "0.9", MAG_UNIT_MG_DL, -1},
        /* SC-10: 2.5 mEq/L is above 1.23 mmol/L */
        {"1.23", "3.0", "2.5", MAG_UNIT_MEQ_L, 1},
        {"1.23", "3.0", "2.46", MAG_UNIT_MEQ_L, 0},
        {"1.23", "3.0", "3.0", MAG_UNIT_MG_DL, 0},
        {"1.23", "3.0", "3.1", MAG_UNIT_MG_DL, 1},
        {"2.00", "4.9", "4.9", MAG_UNIT_MG_DL, 0},
        {"3.30", "8.0", "8.0", MAG_UNIT_MG_DL, 0},
        {"0.30", "0.7", "0.7", MAG_UNIT_MG_DL, 0},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        mag_limit limit = limit_of(rows[i].molar, MAG_UNIT_MMOL_L, rows[i].mass, MAG_UNIT_MG_DL);
        int order = 9;
        assert_true(mag_limit_compare(MAG_MAGNESIUM, rows[i].unit, decimal_of(rows[i].value),
                                      &limit, &order));
        if (order != rows[i].order)
            fail_msg("%s %s against %s mmol/L, %s mg/dL: %d", rows[i].value,
                     mag_unit_text(rows[i].unit), rows[i].molar, rows[i].mass, order);
    }
    print_message("%zu comparisons\n", COUNT_OF(rows));
}

static void monovalent_ions_and_creatinine_pairs_compare_alike(void **state) {
    (void)state;
    int order = 9;
    mag_limit potassium = limit_of("6.0", MAG_UNIT_MMOL_L, "", MAG_UNIT_NONE);
    assert_true(
        mag_limit_compare(MAG_POTASSIUM, MAG_UNIT_MEQ_L, decimal_of("6.0"), &potassium, &order));
    assert_int_equal(order, 0);
    assert_false(
        mag_limit_compare(MAG_POTASSIUM, MAG_UNIT_MG_DL, decimal_of("20"), &potassium, &order));
    mag_limit creatinine = limit_of("354", MAG_UNIT_UMOL_L, "4.0", MAG_UNIT_MG_DL);
    assert_true(
        mag_limit_compare(MAG_CREATININE, MAG_UNIT_MG_DL, decimal_of("4.0"), &creatinine, &order));
    assert_int_equal(order, 0);
    assert_true(mag_limit_compare(MAG_CREATININE, MAG_UNIT_MMOL_L, decimal_of("0.355"), &creatinine,
                                  &order));
    assert_int_equal(order, 1);
    mag_limit equivalents = limit_of("1.4", MAG_UNIT_MEQ_L, "", MAG_UNIT_NONE);
    assert_true(mag_limit_compare(MAG_MAGNESIUM, MAG_UNIT_MMOL_L, decimal_of("0.70"), &equivalents,
                                  &order));
    assert_int_equal(order, 0);
    mag_limit albumin = limit_of("", MAG_UNIT_NONE, "35", MAG_UNIT_G_L);
    assert_true(mag_limit_compare(MAG_ALBUMIN, MAG_UNIT_G_DL, decimal_of("3.5"), &albumin, &order));
    assert_int_equal(order, 0);
    mag_limit day = limit_of("1", MAG_UNIT_MMOL_24H, "24", MAG_UNIT_MG_24H);
    assert_true(
        mag_limit_compare(MAG_MAGNESIUM_URINE, MAG_UNIT_UMOL_24H, decimal_of("999"), &day, &order));
    assert_int_equal(order, -1);
    assert_false(
        mag_limit_compare(MAG_MAGNESIUM_URINE, MAG_UNIT_MMOL_L, decimal_of("999"), &day, &order));
}

static void the_side_is_shown_as_written(void **state) {
    (void)state;
    mag_limit limit = limit_of("0.70", MAG_UNIT_MMOL_L, "1.7", MAG_UNIT_MG_DL);
    mag_decimal side;
    mag_unit unit;
    char text[MAG_DECIMAL_TEXT_NBYTES];
    assert_true(mag_limit_side(MAG_MAGNESIUM, MAG_UNIT_MEQ_L, &limit, &side, &unit));
    mag_decimal_text(side, text);
    assert_string_equal(text, "0.70");
    assert_int_equal(unit, MAG_UNIT_MMOL_L);
    assert_true(mag_limit_side(MAG_MAGNESIUM, MAG_UNIT_MG_L, &limit, &side, &unit));
    assert_int_equal(unit, MAG_UNIT_MG_DL);
    assert_false(mag_limit_side(MAG_MAGNESIUM, MAG_UNIT_NONE, &limit, &side, &unit));
}

/* Against long double arithmetic on values that are never within rounding of the limit. */
static void comparison_agrees_with_plain_arithmetic_off_the_line(void **state) {
    (void)state;
    mag_limit limit = limit_of("0.70", MAG_UNIT_MMOL_L, "1.7", MAG_UNIT_MG_DL);
    int compared = 0;
    for (int32_t mantissa = 1; mantissa < 30000; mantissa += 7)
        for (uint8_t scale = 0; scale < 6; scale++) {
            mag_decimal value = {mantissa, scale};
            double x = mag_decimal_double(value);
            static const struct {
                mag_unit unit;
                double line;
            } lines[] = {{MAG_UNIT_MMOL_L, 0.7},
                         {MAG_UNIT_UMOL_L, 700},
                         {MAG_UNIT_MEQ_L, 1.4},
                         {MAG_UNIT_MG_DL, 1.7},
                         {MAG_UNIT_MG_L, 17}};
            for (size_t i = 0; i < COUNT_OF(lines); i++) {
                int order;
                assert_true(mag_limit_compare(MAG_MAGNESIUM, lines[i].unit, value, &limit, &order));
                int expected = fabs(x - lines[i].line) < 1e-9 * lines[i].line
                                   ? 0
                                   : (x > lines[i].line) - (x < lines[i].line);
                assert_int_equal(order, expected);
                compared++;
            }
        }
    print_message("%d comparisons\n", compared);
}

/* --- plausible, reference
 * ------------------------------------------------------------------------- */

static void implausible_values_are_told_from_odd_ones(void **state) {
    (void)state;
    static const struct {
        mag_analyte analyte;
        mag_unit unit;
        const char *value;
        mag_plausibility expected;
    } rows[] = {
        {MAG_MAGNESIUM, MAG_UNIT_MMOL_L, "0.80", MAG_PLAUSIBLE},
        {MAG_MAGNESIUM, MAG_UNIT_MMOL_L, "0", MAG_IMPLAUSIBLE},
        {MAG_MAGNESIUM, MAG_UNIT_MMOL_L, "-0.8", MAG_IMPLAUSIBLE},
        {MAG_MAGNESIUM, MAG_UNIT_MMOL_L, "0.10", MAG_PLAUSIBLE_SOFT},
        {MAG_MAGNESIUM, MAG_UNIT_MMOL_L, "0.09", MAG_IMPLAUSIBLE},
        {MAG_MAGNESIUM, MAG_UNIT_MMOL_L, "10", MAG_PLAUSIBLE_SOFT},
        {MAG_MAGNESIUM, MAG_UNIT_MMOL_L, "10.1", MAG_IMPLAUSIBLE},
        {MAG_MAGNESIUM, MAG_UNIT_MMOL_L, "0.30", MAG_PLAUSIBLE},
        {MAG_MAGNESIUM, MAG_UNIT_MMOL_L, "3.0", MAG_PLAUSIBLE},
        {MAG_MAGNESIUM, MAG_UNIT_MG_DL, "10.0", MAG_PLAUSIBLE_SOFT},
        {MAG_MAGNESIUM, MAG_UNIT_MG_DL, "24.4", MAG_IMPLAUSIBLE},
        {MAG_CREATININE, MAG_UNIT_MG_DL, "0.1", MAG_IMPLAUSIBLE},
        {MAG_CREATININE, MAG_UNIT_UMOL_L, "9", MAG_PLAUSIBLE_SOFT},
        {MAG_POTASSIUM, MAG_UNIT_MEQ_L, "12", MAG_PLAUSIBLE_SOFT},
        {MAG_CALCIUM_IONISED, MAG_UNIT_MMOL_L, "7.33", MAG_IMPLAUSIBLE},
        {MAG_MAGNESIUM_URINE, MAG_UNIT_MG_24H, "99999", MAG_PLAUSIBLE},
        {MAG_MAGNESIUM_URINE, MAG_UNIT_MG_24H, "0", MAG_IMPLAUSIBLE},
        {MAG_WEIGHT, MAG_UNIT_LB, "150", MAG_PLAUSIBLE},
        {MAG_WEIGHT, MAG_UNIT_LB, "40", MAG_IMPLAUSIBLE},
        {MAG_HEIGHT, MAG_UNIT_M, "1.70", MAG_PLAUSIBLE},
        {MAG_HEIGHT, MAG_UNIT_CM, "1.70", MAG_IMPLAUSIBLE},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        if (mag_plausibility_of(rows[i].analyte, rows[i].unit, decimal_of(rows[i].value)) !=
            rows[i].expected)
            fail_msg("%s %s", rows[i].value, mag_unit_text(rows[i].unit));
    print_message("%zu values\n", COUNT_OF(rows));
}

static void the_row_range_counts_only_when_it_is_sane(void **state) {
    (void)state;
    static const struct {
        const char *value;
        bool has_range;
        const char *low, *high;
        int order;
    } rows[] = {
        /* magnesium in mg/dL: the table is 1.70135 to 2.4305 */
        {"2.5", true, "1.6", "2.6", 0},   {"2.7", true, "1.6", "2.6", 1},
        {"1.6", true, "1.6", "2.6", 0},   {"1.5", true, "1.6", "2.6", -1},
        {"2.5", false, "0", "0", 1},      {"1.7", false, "0", "0", -1},
        {"2.4", false, "0", "0", 0},      {"2.5", true, "2.6", "1.6", 1},
        {"2.5", true, "2.0", "2.0", 1},   {"2.5", true, "0.70", "1.05", 1},
        {"3.4", true, "1.03", "3.40", 0}, {"3.4", true, "1.02", "3.40", 1},
        {"3.4", true, "1.7", "3.41", 1},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        int order = 9;
        const mag_reference reference = {MAG_SEX_UNKNOWN, rows[i].has_range,
                                         decimal_of(rows[i].low), decimal_of(rows[i].high)};
        assert_true(mag_reference_order(MAG_MAGNESIUM, MAG_UNIT_MG_DL, decimal_of(rows[i].value),
                                        &reference, &order));
        if (order != rows[i].order)
            fail_msg("%s in %s-%s: %d", rows[i].value, rows[i].low, rows[i].high, order);
    }
    int order;
    const mag_reference none = {.sex = MAG_SEX_UNKNOWN};
    assert_false(mag_reference_order(MAG_WEIGHT, MAG_UNIT_KG, decimal_of("70"), &none, &order));
    print_message("%zu ranges\n", COUNT_OF(rows));
}

/* CK in U/L: men 40 to 320, women 25 to 200, and 25 to 320 where sex is unknown. */
static void the_interval_follows_the_sex(void **state) {
    (void)state;
    static const struct {
        mag_analyte analyte;
        mag_unit unit;
        const char *value;
        int male, female, unknown;
    } rows[] = {
        {MAG_CK, MAG_UNIT_U_L, "39", -1, 0, 0},
        {MAG_CK, MAG_UNIT_U_L, "24", -1, -1, -1},
        {MAG_CK, MAG_UNIT_U_L, "201", 0, 1, 0},
        {MAG_CK, MAG_UNIT_U_L, "321", 1, 1, 1},
        {MAG_CREATININE, MAG_UNIT_UMOL_L, "58", -1, 0, 0},
        {MAG_CREATININE, MAG_UNIT_UMOL_L, "85", 0, 1, 0},
        {MAG_CREATININE, MAG_UNIT_UMOL_L, "44", -1, -1, -1},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const int wanted[] = {rows[i].unknown, rows[i].female, rows[i].male};
        for (int sex = MAG_SEX_UNKNOWN; sex <= MAG_SEX_MALE; sex++) {
            int order = 9;
            const mag_reference reference = {.sex = (mag_sex)sex};
            assert_true(mag_reference_order(rows[i].analyte, rows[i].unit,
                                            decimal_of(rows[i].value), &reference, &order));
            assert_int_equal(order, wanted[sex]);
        }
    }
    /* A man's row range of 47 to 322 is within 40 % of his table, not of both sexes' together. */
    int order;
    const mag_reference row = {MAG_SEX_MALE, true, decimal_of("47"), decimal_of("322")};
    assert_true(mag_reference_order(MAG_CK, MAG_UNIT_U_L, decimal_of("45"), &row, &order));
    assert_int_equal(order, -1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(magnesium_converts_as_the_vectors_say),
        cmocka_unit_test(factors_are_those_of_the_specification),
        cmocka_unit_test(creatinine_uses_exactly_88_4),
        cmocka_unit_test(hba1c_is_affine),
        cmocka_unit_test(units_that_contradict_an_analyte_do_not_fit),
        cmocka_unit_test(equivalents_fit_ions_with_a_valence_only),
        cmocka_unit_test(a_printed_value_is_compared_in_its_own_family),
        cmocka_unit_test(monovalent_ions_and_creatinine_pairs_compare_alike),
        cmocka_unit_test(the_side_is_shown_as_written),
        cmocka_unit_test(comparison_agrees_with_plain_arithmetic_off_the_line),
        cmocka_unit_test(implausible_values_are_told_from_odd_ones),
        cmocka_unit_test(the_row_range_counts_only_when_it_is_sane),
        cmocka_unit_test(the_interval_follows_the_sex),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
