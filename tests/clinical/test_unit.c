#include "vectors.h"

#include "clinical/unit.h"

/* Spec c2 as printed: canonical token, spelling. */
static const struct {
    const char *token, *spelling;
} accepted[] = {
    {"mmol/L", "mmol/l"},
    {"mmol/L", "mmol/L"},
    {"mmol/L", "MMOL/L"},
    {"mmol/L", "mmol.l-1"},
    {"mmol/L", "mmol/litre"},
    {"mmol/L", "mmol/liter"},
    {"mmol/L", "mmo/l"},
    {"mmol/L", " mmol / L "},
    {"umol/L", "umol/l"},
    {"umol/L", "umol/L"},
    {"umol/L", "mcmol/l"},
    {"umol/L", "micromol/l"},
    {"umol/L", "umol.l-1"},
    {"umol/L", "\xc2\xb5mol/l"},
    {"umol/L", "\xce\xbcmol/L"},
    {"umol/L", "\xc3\x82\xc2\xb5mol/L"},
    {"umol/L", "\xc3\xa2\xc2\xb5mol/l"},
    {"umol/L", "\xc3\x8e\xc2\xbcmol/L"},
    {"umol/L", "\xc3\xae\xc5\x93mol/l"},
    {"umol/L", "\xc3\x8e\xc5\x93MOL/L"},
    {"umol/L", "\xce\x9cMOL/L"},
    {"nmol/L", "nmol/l"},
    {"pmol/L", "pmol/l"},
    {"pmol/L", "pmoll"},
    {"mEq/L", "meq/l"},
    {"mEq/L", "mEq/L"},
    {"mEq/L", "meq.l-1"},
    {"mEq/L", "mval/l"},
    {"mEq/L", "mequiv/l"},
    {"mEq/L", "meq/l."},
    {"mg/dL", "mg/dl"},
    {"mg/dL", "MG/DL"},
    {"mg/dL", "mg/dL"},
    {"mg/dL", "mg%"},
    {"mg/dL", "mg/100ml"},
    {"mg/dL", "mg/100 mL"},
    {"mg/dL", "  mg/dL\r\n"},
    {"g/dL", "g/dl"},
    {"g/dL", "gm/dl"},
    {"g/dL", "g%"},
    {"g/L", "g/l"},
    {"mg/L", "mg/l"},
    {"ng/mL", "ng/ml"},
    {"ng/mL", "NG/ML"},
    {"ng/mL", "nG/mL"},
    {"pg/mL", "pg/ml"},
    {"pg/mL", "ng/l"},
    {"ug/L", "ug/l"},
    {"ug/L", "mcg/L"},
    {"ug/L", "\xc2\xb5g/L"},
    {"U/L", "u/l"},
    {"U/L", "IU/L"},
    {"U/L", "[iU]/L"},
    {"U/L", "[u]/l"},
    {"ukat/L", "ukat/l"},
    {"ukat/L", "\xc2\xb5kat/L"},
    {"mL/min/1.73m2", "mL/min/1.73m2"},
    {"mL/min/1.73m2", "ml/min/173m2"},
    {"mL/min/1.73m2", "ml/min/1.73sqm"},
    {"mL/min/1.73m2", "ml/min/1.73m"},
    {"mL/min/1.73m2", "ml/min/1.73"},
    {"mL/min/1.73m2", "ml/min/17"},
    {"mL/min/1.73m2", "mL/min/{1.73_m2}"},
    {"mL/min/1.73m2", "mL/min/1.73m^2"},
    {"mL/min/1.73m2", "ml/min/1,73m\xc2\xb2"},
    {"mL/min/1.73m2", "mL/min/1.73 m*2"},
    {"mL/s/1.73m2", "ml/s/173m2"},
    {"mL/s/1.73m2", "mL/s/{1.73_m2}"},
    {"mL/min", "ml/min"},
    {"mL/min", "mL/min"},
    {"1", "inr"},
    {"1", "INR"},
    {"1", "ratio"},
    {"1", "Ratio"},
    {"1", "{INR}"},
    {"1", "1"},
    {"kg", "kg"},
    {"kg", "KGS"},
    {"kg", "kilogram"},
    {"lb", "lb"},
    {"lb", "lbs"},
    {"lb", "[lb_us]"},
    {"lb", "[lb_av]"},
    {"st", "st"},
    {"st", "stone"},
    {"oz", "oz"},
    {"cm", "cm"},
    {"in", "inch"},
    {"in", "in"},
    {"in", "[in_i]"},
    {"m", "m"},
    {"mg/24h", "mg/24hr"},
    {"mg/24h", "mg/24h"},
    {"mg/24h", "mg/d"},
    {"mmol/24h", "mmol/24h"},
    {"mmol/24h", "mmol/d"},
    {"mmol/24h", "mmol/vrk"},
    {"umol/24h", "umol/24h"},
    {"%", "%"},
    {"mmol/mol", "mmol/mol"},
};

static void every_accepted_spelling_is_read(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(accepted); i++) {
        const char *token = mag_unit_text(mag_unit_parse(mag_span_of(accepted[i].spelling)));
        if (strcmp(token, accepted[i].token) != 0)
            fail_msg("%s reads as '%s', expected %s", accepted[i].spelling, token,
                     accepted[i].token);
    }
    print_message("%zu spellings\n", COUNT_OF(accepted));
}

static void what_is_not_in_the_table_is_no_unit(void **state) {
    (void)state;
    static const char *const rejected[] = {
        "",          " ",       "mmol",
        "mmol/kg",   "mg",      "g",
        "mol/l",     "mg/dl/x", "mmol/ll",
        "mg//dl",    "N/A",     "K/uL",
        "mOsm/kg",   "mg/g",    "U",
        "units",     "10^9/L",  "mmol/l mmol/l",
        "xmg/dl",    "ug/dL",   "mmHg",
        "min",       "mcmol",   "null",
        "___",       "mg/dl;",  "mmol/lmmol/lmmol/lmmol/lmmol/lmmol/lmmol/lmmol/l",
        "\xb5mol/L", "\xc2",    "1.73"};
    for (size_t i = 0; i < COUNT_OF(rejected); i++)
        if (mag_unit_parse(mag_span_of(rejected[i])) != MAG_UNIT_NONE)
            fail_msg("'%s' reads as a unit", rejected[i]);
    assert_int_equal(mag_unit_parse((mag_span){"mg/dl\0", 6}), MAG_UNIT_NONE);
    assert_int_equal(mag_unit_parse((mag_span){"mg\0/dl", 6}), MAG_UNIT_NONE);
    assert_int_equal(mag_unit_parse(mag_span_of("mmol\xc2\xa0/L\xc2\xa0")), MAG_UNIT_MMOL_L);
    print_message("%zu rejected spellings\n", COUNT_OF(rejected) + 1);
}

static void every_canonical_token_reads_as_itself(void **state) {
    (void)state;
    for (int unit = MAG_UNIT_NONE + 1; unit < MAG_UNIT_COUNT; unit++)
        assert_int_equal(mag_unit_parse(mag_span_of(mag_unit_text((mag_unit)unit))), unit);
    assert_string_equal(mag_unit_text(MAG_UNIT_NONE), "");
}

static void scales_are_exact(void **state) {
    (void)state;
    mag_unit_scale lb = mag_unit_scale_of(MAG_UNIT_LB), ug = mag_unit_scale_of(MAG_UNIT_UG_L);
    assert_int_equal(lb.numerator, 45359237);
    assert_int_equal(lb.exponent, -8);
    assert_int_equal(ug.exponent, mag_unit_scale_of(MAG_UNIT_NG_ML).exponent);
    assert_int_equal(mag_unit_scale_of(MAG_UNIT_NONE).dimension, MAG_DIMENSION_NONE);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_accepted_spelling_is_read),
        cmocka_unit_test(what_is_not_in_the_table_is_no_unit),
        cmocka_unit_test(every_canonical_token_reads_as_itself),
        cmocka_unit_test(scales_are_exact),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
