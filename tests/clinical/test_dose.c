#include "vectors.h"

#include "clinical/dose.h"

#include <math.h>

static mag_dose dose_of(const char *name, const char *strength, const char *dose, const char *unit,
                        const char *per_day) {
    mag_dose_text text = {mag_span_of(name), mag_span_of(strength), mag_span_of(dose),
                          mag_span_of(unit), mag_span_of(per_day),  mag_span_of("")};
    return mag_dose_of(&text);
}

static mag_dose dose_of_free_text(const char *name, const char *free_text) {
    mag_dose_text text = {.drug_name = mag_span_of(name), .free_text = mag_span_of(free_text)};
    text.product_strength = text.dose = text.dose_unit = text.doses_per_day = mag_span_of("");
    return mag_dose_of(&text);
}

static void assert_unknown(mag_dose dose) {
    assert_int_equal(dose.lo_umol_per_day, 0);
    assert_int_equal(dose.hi_umol_per_day, MAG_DOSE_UNKNOWN);
    assert_int_equal(dose.basis, MAG_BASIS_NONE);
}

/* Spec e, Products: one a day; mg elemental at printed precision where the page gives a number. */
static const struct {
    const char *name, *strength, *dose, *unit;
    const char *mg_lo, *mg_hi;
    mag_dose_basis basis;
} products[] = {
    {"Mag-Ox 400", "", "1", "TAB", "241.2", "241.2", MAG_BASIS_SALT},
    {"Mag-Ox 400 mg tablet", "", "400", "mg", "241.2", "241.2", MAG_BASIS_SALT},
    {"Uro-Mag 140 mg capsule", "", "1", "CAP", "84.4", "84.4", MAG_BASIS_SALT},
    {"Uro-Mag", "", "140", "mg", "84.4", "84.4", MAG_BASIS_SALT},
    {"magnesium oxide 200 mg", "", "1", "TAB", "120.6", "200.0", MAG_BASIS_AMBIGUOUS},
    {"magnesium oxide 250 mg", "", "1", "TAB", "150.8", "250.0", MAG_BASIS_AMBIGUOUS},
    {"magnesium oxide 420 mg", "", "1", "TAB", "253.3", "420.0", MAG_BASIS_AMBIGUOUS},
    {"magnesium oxide 440 mg", "", "1", "TAB", "265.3", "440.0", MAG_BASIS_AMBIGUOUS},
    {"magnesium oxide 500 mg", "", "1", "TAB", "301.5", "500.0", MAG_BASIS_AMBIGUOUS},
    {"Magnesium Oxide", "400 mg Tab", "400", "mg", "241.2", "400.0", MAG_BASIS_AMBIGUOUS},
    {"Magnesium 400 mg (as oxide)", "", "1", "TAB", "400", "400", MAG_BASIS_ELEMENTAL},
    {"Mag-Tab SR", "", "1", "TAB", "84", "84", MAG_BASIS_ELEMENTAL},
    {"magnesium lactate 84 mg SR", "", "84", "mg", "84", "84", MAG_BASIS_ELEMENTAL},
    {"Slow-Mag", "", "1", "TAB", "64.0", "64.0", MAG_BASIS_SALT},
    {"Slow-Mag 64 mg", "", "1", "TAB", "64.0", "64.0", MAG_BASIS_ELEMENTAL},
    {"magnesium chloride 535 mg DR", "", "535", "mg", "64.0", "64.0", MAG_BASIS_SALT},
    {"Mag 64", "", "1", "TAB", "64.0", "64.0", MAG_BASIS_ELEMENTAL},
    {"Mag-G", "", "1", "TAB", "27.0", "27.0", MAG_BASIS_SALT},
    {"magnesium gluconate 500 mg", "", "1", "TAB", "27.0", "27.0", MAG_BASIS_SALT},
    {"magnesium gluconate 250 mg", "", "1", "TAB", "13.5", "13.5", MAG_BASIS_SALT},
    {"magnesium gluconate 550 mg", "", "1", "TAB", "29.7", "29.7", MAG_BASIS_SALT},
    {"Maginex", "", "1", "TAB", "60.8", "60.8", MAG_BASIS_SALT},
    {"magnesium aspartate 615 mg DR", "", "1", "TAB", "60.8", "60.8", MAG_BASIS_SALT},
    {"magnesium glycinate 100 mg", "", "1", "TAB", "100", "100", MAG_BASIS_ELEMENTAL},
    {"magnesium glycinate 120 mg", "", "120", "mg", "120", "120", MAG_BASIS_ELEMENTAL},
    {"magnesium amino acid chelate 133 mg", "", "1", "TAB", "133", "133", MAG_BASIS_ELEMENTAL},
    {"chelated magnesium 100 mg", "", "1", "TAB", "100", "100", MAG_BASIS_ELEMENTAL},
    {"magnesium citrate 100 mg tablet", "", "1", "TAB", "100", "100", MAG_BASIS_ELEMENTAL},
    {"magnesium citrate 84 mg chew", "", "1", "each", "84", "84", MAG_BASIS_ELEMENTAL},
    {"magnesium citrate 133 mg capsule", "", "2", "CAP", "266", "266", MAG_BASIS_ELEMENTAL},
    {"Citroma", "", "1", "mL", "9.4", "9.4", MAG_BASIS_SALT},
    {"Milk of Magnesia", "30mL UD Cup", "1", "mL", "33.3", "33.3", MAG_BASIS_SALT},
    {"magnesium hydroxide 400 mg/5 mL", "", "1", "mL", "33.3", "33.3", MAG_BASIS_SALT},
    {"magnesium hydroxide mixture", "", "5", "mL", "170", "170", MAG_BASIS_ELEMENTAL},
    {"magnesium hydroxide 311 mg chew", "", "1", "TAB", "129.6", "129.6", MAG_BASIS_SALT},
    {"magnesium hydroxide 400 mg chew", "", "1", "TAB", "166.7", "166.7", MAG_BASIS_SALT},
    {"magnesium hydroxide 1200 mg chew", "", "1", "TAB", "500.1", "500.1", MAG_BASIS_SALT},
    {"Magnaspartate sachet 6.5 g", "", "1", "sachet", "243", "243", MAG_BASIS_ELEMENTAL},
    {"Magnaspartate 243 mg (10 mmol)", "", "1", "sachet", "243", "243", MAG_BASIS_ELEMENTAL},
    {"Magnaspartate", "", "6.5", "g", "243", "243", MAG_BASIS_ELEMENTAL},
    {"Neomag 4 mmol", "", "1", "TAB", "97.2", "97.2", MAG_BASIS_ELEMENTAL},
    {"Neomag", "", "1", "TAB", "97.2", "97.2", MAG_BASIS_ELEMENTAL},
    {"magnesium glycerophosphate 777.6 mg (4 mmol)", "", "777.6", "mg", "97.2", "97.2",
     MAG_BASIS_ELEMENTAL},
    {"magnesium sulfate injection", "", "1", "g", "98.6", "98.6", MAG_BASIS_SALT},
    {"Magnesium Sulfate", "2 g / 50 mL Premix Bag", "2", "gm", "197", "197", MAG_BASIS_SALT},
    {"Magnesium Sulfate", "2 g / 50 mL Premix Bag", "50", "mL", "197", "197", MAG_BASIS_SALT},
    {"Magnesium Sulfate", "2 g / 50 mL Premix Bag", "1", "BAG", "197", "197", MAG_BASIS_SALT},
    {"Magnesium Sulfate", "4 g/100 mL", "100", "mL", "394", "394", MAG_BASIS_SALT},
    {"Magnesium Sulfate", "20 g/500 mL", "1", "bag", "1972", "1972", MAG_BASIS_SALT},
    /* 3944.6; the page cuts it to 3944 */
    {"Magnesium Sulfate", "40 g/1 L", "1000", "mL", "3945", "3945", MAG_BASIS_SALT},
    {"magnesium sulfate 50 %", "", "10", "mL", "493", "493", MAG_BASIS_SALT},
    {"magnesium sulfate 50 % (2 mmol/mL)", "", "10", "mL", "486", "486", MAG_BASIS_ELEMENTAL},
    {"sodium picosulfate 10 mg + magnesium oxide 3.5 g", "", "1", "sachet", "2111", "2111",
     MAG_BASIS_SALT},
};

static void products_hold_what_the_table_says(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(products); i++) {
        mag_dose dose = dose_of(products[i].name, products[i].strength, products[i].dose,
                                products[i].unit, "1");
        assert_prints(products[i].name, mag_umol_to_mg(dose.lo_umol_per_day), products[i].mg_lo);
        assert_prints(products[i].name, mag_umol_to_mg(dose.hi_umol_per_day), products[i].mg_hi);
        if (dose.basis != products[i].basis)
            fail_msg("%s: basis %d", products[i].name, (int)dose.basis);
    }
    print_message("%zu products\n", COUNT_OF(products));
}

static void the_scenarios_of_the_catalogue_come_out(void **state) {
    (void)state;
    static const struct {
        const char *id, *name, *dose, *unit, *per_day;
        int32_t lo, hi;
        mag_dose_basis basis;
    } rows[] = {
        {"SC-01", "Mg citrate 200 mg elemental", "200", "mg", "2", 16458, 16458,
         MAG_BASIS_ELEMENTAL},
        {"SC-01 name only", "Mg citrate 200 mg elemental bd", "", "", "", 16458, 16458,
         MAG_BASIS_ELEMENTAL},
        {"SC-04", "Mg", "20", "mmol", "1", 20000, 20000, MAG_BASIS_ELEMENTAL},
        {"SC-04 a day", "Mg", "20", "mmol/day", "", 20000, 20000, MAG_BASIS_ELEMENTAL},
        {"SC-04 name only", "Mg 20 mmol/day", "", "", "", 20000, 20000, MAG_BASIS_ELEMENTAL},
        {"SC-19", "magnesium oxide 500 mg tablet", "500", "mg", "2", 24811, 41144,
         MAG_BASIS_AMBIGUOUS},
        {"SC-19 tablets", "magnesium oxide 500 mg tablet", "1", "TAB", "2", 24811, 41144,
         MAG_BASIS_AMBIGUOUS},
        {"SC-20", "magnesium oxide 400 mg", "1", "TAB", "2", 19849, 32915, MAG_BASIS_AMBIGUOUS},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        mag_dose dose = dose_of(rows[i].name, "", rows[i].dose, rows[i].unit, rows[i].per_day);
        if (dose.lo_umol_per_day != rows[i].lo || dose.hi_umol_per_day != rows[i].hi ||
            dose.basis != rows[i].basis)
            fail_msg("%s: %d to %d, basis %d", rows[i].id, dose.lo_umol_per_day,
                     dose.hi_umol_per_day, (int)dose.basis);
    }
    print_message("%zu scenario doses\n", COUNT_OF(rows));
}

static void ranges_give_intervals(void **state) {
    (void)state;
    mag_dose dose = dose_of("Neomag 4 mmol", "", "1-2", "TAB", "3");
    assert_int_equal(dose.lo_umol_per_day, 12000);
    assert_int_equal(dose.hi_umol_per_day, 24000);
    dose = dose_of("Neomag 4 mmol", "", "1", "TAB", "1-3");
    assert_int_equal(dose.lo_umol_per_day, 4000);
    assert_int_equal(dose.hi_umol_per_day, 12000);
    dose = dose_of("Magnesium Sulfate", "2 g / 50 mL Premix Bag", "2-4", "gm", "1");
    assert_int_equal(dose.lo_umol_per_day, 8115);
    assert_int_equal(dose.hi_umol_per_day, 16229);
}

static void thousands_commas_are_read_and_decimal_commas_are_not_guessed(void **state) {
    (void)state;
    mag_dose dose = dose_of("magnesium elemental", "", "1,000", "mg", "1");
    assert_int_equal(dose.lo_umol_per_day, 41144);
    dose = dose_of("magnesium elemental", "", "25,000", "mg", "1");
    assert_int_equal(dose.lo_umol_per_day, 1028595);
    assert_unknown(dose_of("magnesium elemental", "", "2,5", "mg", "1"));
}

static void milliequivalents_are_half_a_millimole(void **state) {
    (void)state;
    mag_dose dose = dose_of("Magnesium Sulfate", "", "16", "mEq", "1");
    assert_int_equal(dose.lo_umol_per_day, 8000);
    assert_int_equal(dose.hi_umol_per_day, 8000);
    assert_int_equal(dose.basis, MAG_BASIS_ELEMENTAL);
}

static void what_cannot_be_known_is_never_zero(void **state) {
    (void)state;
    assert_unknown(dose_of("magnesium oxide 400 mg", "", "1", "TAB", ""));
    assert_unknown(dose_of("magnesium oxide 400 mg", "", "1", "TAB", "0"));
    assert_unknown(dose_of("magnesium oxide 400 mg", "", "0", "TAB", "2"));
    assert_unknown(dose_of("magnesium oxide 400 mg", "", "", "TAB", "2"));
    assert_unknown(dose_of("magnesium oxide 400 mg", "", "1", "TAB", "PRN"));
    assert_unknown(dose_of("magnesium oxide", "", "1", "TAB", "2"));
    assert_unknown(dose_of("magnesium oxide", "", "one", "blob", "2"));
    assert_unknown(dose_of("magnesium glycerophosphate 4 mmol tablet", "", "half", "mmol", "1"));
    assert_unknown(dose_of("magnesium oxide 400 mg", "", "Two", "mg", "1"));
    assert_unknown(dose_of("magnesium sulfate", "", "50", "mL", "1"));
    assert_unknown(dose_of("magnesium hydroxide 400 mg/5 mL", "", "1", "bottle", "1"));
    assert_unknown(
        dose_of("Aluminum-Magnesium Hydrox.-Simethicone", "30 mL UDCup", "30", "mL", "4"));
    assert_unknown(dose_of("furosemide 40 mg", "", "40", "mg", "1"));
    assert_unknown(dose_of("multivitamin", "", "1", "TAB", "1"));
    assert_unknown(dose_of("", "", "", "", ""));
    assert_unknown(dose_of_free_text("magnesium oxide 400 mg", "take as directed"));
    assert_unknown(dose_of_free_text("magnesium oxide 400 mg", "one twice a day when required"));
    assert_unknown(dose_of_free_text("magnesium oxide 400 mg", "twice a day"));
    assert_unknown(dose_of_free_text("magnesium oxide 400 mg", "take one"));
}

static void an_unnamed_salt_keeps_the_poorest_and_the_elemental_reading(void **state) {
    (void)state;
    mag_dose dose = dose_of("", "", "400", "mg", "1");
    assert_int_equal(dose.hi_umol_per_day, 16458);
    assert_int_equal(dose.lo_umol_per_day, (int32_t)lround(400 * 2.2191));
    assert_int_equal(dose.basis, MAG_BASIS_AMBIGUOUS);
}

static void free_texts_of_practices_are_read(void **state) {
    (void)state;
    static const struct {
        const char *text;
        double lo, hi; /* tablets of 4 mmol a day */
    } rows[] = {
        {"take two twice a day", 4, 4},
        {"Take ONE tablet three times a day", 3, 3},
        {"1 bd", 2, 2},
        {"one or two tablets daily", 1, 2},
        {"1-2 tds", 3, 6},
        {"1 - 2 capsules 2 times a day", 2, 4},
        {"one at night", 1, 1},
        {"2 tablets every 8 hours", 6, 6},
        {"1 every 6-8 hours", 3, 4},
        {"one alternate days", 0.5, 0.5},
        {"seven once a week", 1, 1},
        {"half a tablet twice daily", 1, 1},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        mag_dose dose = dose_of_free_text("Neomag 4 mmol", rows[i].text);
        if (dose.lo_umol_per_day != lround(rows[i].lo * 4000) ||
            dose.hi_umol_per_day != lround(rows[i].hi * 4000))
            fail_msg("%s: %d to %d", rows[i].text, dose.lo_umol_per_day, dose.hi_umol_per_day);
    }
    mag_dose strong = dose_of_free_text("magnesium", "400 mg elemental tablets: take two bd");
    assert_unknown(strong);
    mag_dose ml = dose_of_free_text("Milk of Magnesia", "take 10ml at night");
    assert_int_equal(ml.lo_umol_per_day, 13718);
    print_message("%zu free texts\n", COUNT_OF(rows) + 2);
}

static void the_mimic_rows_have_their_doses(void **state) {
    (void)state;
    mag_dose dose = dose_of("Milk of Magnesia", "30mL UD Cup", "30", "mL", "1");
    assert_int_equal(dose.lo_umol_per_day, 41153);
    dose = dose_of("Magnesium Citrate", "300mL Bottle", "300", "mL", "1");
    assert_prints("citrate bottle", dose.lo_umol_per_day / 1000.0, "116");
    dose = dose_of("Magnesium Oxide", "400 mg Tab", "800", "mg", "2");
    assert_int_equal(dose.lo_umol_per_day, 39698);
    assert_int_equal(dose.hi_umol_per_day, 65830);
    dose = dose_of("Magnesium Sulfate", "2 g / 50 mL Premix Bag", "4", "gm", "1");
    assert_int_equal(dose.lo_umol_per_day, 16229);
}

/* Second numbers of a kind, counts of weeks and of hours, and words that are near units. */
static void only_what_is_understood_counts(void **state) {
    (void)state;
    static const struct {
        const char *name, *text;
        double lo, hi; /* mmol a day; hi 0: unknown */
    } rows[] = {
        {"Neomag 4 mmol", "2 to 1 tablets daily", 4, 8},
        {"Neomag 4 mmol", "1 or 2 tablets daily", 4, 8},
        {"Neomag 4 mmol", "1 to some tablets daily", 4, 4},
        {"Neomag 4 mmol", "1 tablet 2 x a day", 8, 8},
        {"Neomag 4 mmol", "2 8 hourly", 24, 24},
        {"Neomag 4 mmol", "2 tablets a week", 8.0 / 7, 8.0 / 7},
        {"Neomag 4 mmol", "2 tablets weekly", 8.0 / 7, 8.0 / 7},
        {"Neomag 4 mmol", "1 tablet daily prn", 0, 0},
        {"Neomag 4 mmol", "1 tablet 0 hourly", 0, 0},
        {"Neomag 4 mmol", "1,5 tablets daily", 0, 0},
        {"Neomag 4 mmol", "3 times a day", 0, 0},
        {"Neomag 4 mmol", "{1} tablet daily", 4, 4},
        {"Neomag 4 mmol", "every 8 hours 2 tablets", 24, 24},
        {"Neomag 4 mmol", "8 hourly 2 tablets", 24, 24},
        {"Neomag 4 mmol", "2 x a day 1 tablet", 8, 8},
        {"Neomag 4 mmol", "12,34 tablets daily", 0, 0},
        {"Neomag 4 mmol", "1,23x tablets daily", 0, 0},
        {"Neomag 4 mmol", "1,2345 tablets daily", 0, 0},
        {"Neomag 4 mmol", "tablets ,2 daily", 8, 8},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const mag_dose dose = dose_of_free_text(rows[i].name, rows[i].text);
        const int32_t hi = rows[i].hi > 0 ? (int32_t)lround(rows[i].hi * 1000) : MAG_DOSE_UNKNOWN;
        if (dose.lo_umol_per_day != lround(rows[i].lo * 1000) || dose.hi_umol_per_day != hi)
            fail_msg("%s, %s: %d to %d", rows[i].name, rows[i].text, dose.lo_umol_per_day,
                     dose.hi_umol_per_day);
    }
}

/* One a day; umol by hand: elemental 24.305, sulfate heptahydrate 246.47, hydroxide 58.32 g/mol. */
static void contents_are_of_a_unit_a_volume_or_unknown(void **state) {
    (void)state;
    static const struct {
        const char *name, *strength, *dose, *unit;
        int32_t umol; /* 0: unknown */
    } rows[] = {
        {"Milk of Magnesia", "", "1", "TAB", 0},
        {"magnesium oxide 400 mg", "", "5", "mL", 0},
        {"Milk of Magnesia 30 mL", "", "1", "CUP", 41153},
        {"Milk of Magnesia 30 mL 10 mL", "", "1", "CUP", 41153},
        {"Magnesium glycerophosphate 4 mmol/5 mL", "", "1", "BOTTLE", 0},
        {"Magnesium glycerophosphate 4 mmol in 5 mL", "", "5", "mL", 4000},
        {"Magnesium glycerophosphate 4 mmol 8 mmol", "", "1", "TAB", 4000},
        {"Magnesium glycerophosphate 4 mmol / 2 tablets", "", "1", "TAB", 4000},
        {"Magnesium sulfate 10 mmol/10 mL", "", "1", "VIAL", 10000},
        {"Magnesium sulfate 500 mg/mL 2 mmol", "", "1", "mL", 2029},
        {"Magnesium sulfate 50 % 20 %", "", "1", "mL", 2029},
        {"Magnesium sulfate heptahydrate", "", "1", "g", 4057},
        {"magnesium gluconate 500 mg elemental", "", "1", "TAB", 20572},
        {"magnesium oxide 400 mg", "elemental", "1", "TAB", 16458},
        {"magnesium oxide", "", "400", "mg elemental", 16458},
        {"magnesium oxide", "", "400 mg elemental", "", 16458},
        {"Magnesium sulfate anhydrous", "", "1", "g", 8308}, /* 120.37 g/mol */
        {"Mag-Ox 400", "", "5", "mL", 0},                    /* the table knows it by the tablet */
        {"Slow-Mag 535 mg", "", "1", "TAB", 2632},
        {"Mag-Tab 42 mg elemental", "", "1", "TAB", 1728}, /* another strength than the table has */
        {"Magnesium 100 mL", "", "1", "BAG", 0},
        {"Magnesium sulfate 1 g/d", "", "1", "g", 4057},
        {"Magnesium sulfate 1 g / day", "", "1", "g", 4057},
    };
    int wrong = 0;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const mag_dose dose =
            dose_of(rows[i].name, rows[i].strength, rows[i].dose, rows[i].unit, "1");
        const int32_t hi = rows[i].umol > 0 ? rows[i].umol : MAG_DOSE_UNKNOWN;
        if (dose.lo_umol_per_day != rows[i].umol || dose.hi_umol_per_day != hi) {
            print_error("%s, %s: %d to %d\n", rows[i].name, rows[i].dose, dose.lo_umol_per_day,
                        dose.hi_umol_per_day);
            wrong++;
        }
    }
    assert_int_equal(wrong, 0);
}

static void long_and_odd_texts_do_no_harm(void **state) {
    (void)state;
    static char longer[3000];
    memset(longer, 'x', sizeof longer - 1);
    memcpy(longer + 2900, "magnesium oxide 400 mg", 22);
    assert_unknown(dose_of(longer, longer, "1", "TAB", "1"));
    assert_unknown(dose_of("magnesium ///--%%..,,", "-", "-1", "%", "/"));
    mag_dose huge = dose_of("magnesium elemental", "", "2000000000", "g", "1000");
    assert_int_equal(huge.hi_umol_per_day, MAG_DOSE_UNKNOWN - 1);
}

static void a_cell_that_is_no_number_is_told_from_one_that_is(void **state) {
    (void)state;
    static const char *const numbers[] = {"16",     "16.5",       ".5",   " 16 ", "1-2",
                                          "1 to 2", "one or two", "half", "4 mg", "4mg",
                                          "25,000", "2 puffs",    "0"};
    static const char *const others[] = {"16,0",        "16,5",    "-16",    "1e3",   "NaN",
                                         "inf",         "x",       "16 000", "1.2.3", "0x10",
                                         "as directed", "up to 4", "-",      ""};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        if (!mag_dose_is_number(mag_span_of(numbers[i])))
            fail_msg("\"%s\" is a number", numbers[i]);
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (mag_dose_is_number(mag_span_of(others[i])))
            fail_msg("\"%s\" is no number", others[i]);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(products_hold_what_the_table_says),
        cmocka_unit_test(the_scenarios_of_the_catalogue_come_out),
        cmocka_unit_test(ranges_give_intervals),
        cmocka_unit_test(thousands_commas_are_read_and_decimal_commas_are_not_guessed),
        cmocka_unit_test(milliequivalents_are_half_a_millimole),
        cmocka_unit_test(what_cannot_be_known_is_never_zero),
        cmocka_unit_test(an_unnamed_salt_keeps_the_poorest_and_the_elemental_reading),
        cmocka_unit_test(free_texts_of_practices_are_read),
        cmocka_unit_test(the_mimic_rows_have_their_doses),
        cmocka_unit_test(only_what_is_understood_counts),
        cmocka_unit_test(contents_are_of_a_unit_a_volume_or_unknown),
        cmocka_unit_test(a_cell_that_is_no_number_is_told_from_one_that_is),
        cmocka_unit_test(long_and_odd_texts_do_no_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
