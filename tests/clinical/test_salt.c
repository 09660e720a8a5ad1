#include "vectors.h"

#include "clinical/dose.h"

#include <ctype.h>
#include <math.h>

/* Spec e as printed. */
static const struct {
    mag_salt salt;
    const char *formula, *molar_mass, *mg_per_g, *mmol_per_g, *meq_per_g, *percent;
} rows[] = {
    {MAG_SALT_OXIDE, "MgO", "40.30", "603.0", "24.811", "49.623", "60.30"},
    {MAG_SALT_HYDROXIDE, "Mg(OH)2", "58.32", "416.8", "17.147", "34.294", "41.68"},
    {MAG_SALT_CARBONATE, "MgCO3", "84.31", "288.3", "11.861", "23.721", "28.83"},
    {MAG_SALT_CARBONATE_HEAVY, "4MgCO3.Mg(OH)2.5H2O", "485.65", "250.2", "10.296", "20.591",
     "25.02"},
    {MAG_SALT_CARBONATE_LIGHT, "3MgCO3.Mg(OH)2.3H2O", "365.30", "266.1", "10.950", "21.900",
     "26.61"},
    {MAG_SALT_CHLORIDE, "MgCl2", "95.21", "255.3", "10.504", "21.007", "25.53"},
    {MAG_SALT_CHLORIDE_HEXAHYDRATE, "MgCl2.6H2O", "203.30", "119.6", "4.919", "9.838", "11.96"},
    {MAG_SALT_SULFATE, "MgSO4", "120.36", "201.9", "8.308", "16.617", "20.19"},
    {MAG_SALT_SULFATE_HEPTAHYDRATE, "MgSO4.7H2O", "246.47", "98.6", "4.057", "8.115", "9.86"},
    {MAG_SALT_CITRATE, "Mg3(C6H5O7)2", "451.11", "161.6", "6.650", "13.300", "16.16"},
    {MAG_SALT_CITRATE_NONAHYDRATE, "Mg3(C6H5O7)2.9H2O", "613.25", "118.9", "4.892", "9.784",
     "11.89"},
    {MAG_SALT_CITRATE_HYDROGEN, "MgC6H6O7", "214.41", "113.4", "4.664", "9.328", "11.34"},
    {MAG_SALT_LACTATE, "Mg(C3H5O3)2", "202.44", "120.1", "4.940", "9.879", "12.01"},
    {MAG_SALT_LACTATE_DIHYDRATE, "Mg(C3H5O3)2.2H2O", "238.47", "101.9", "4.193", "8.387", "10.19"},
    {MAG_SALT_LACTATE_TRIHYDRATE, "Mg(C3H5O3)2.3H2O", "256.49", "94.8", "3.899", "7.798", "9.48"},
    {MAG_SALT_GLUCONATE, "Mg(C6H11O7)2", "414.60", "58.6", "2.412", "4.824", "5.86"},
    {MAG_SALT_GLUCONATE_DIHYDRATE, "Mg(C6H11O7)2.2H2O", "450.63", "53.9", "2.219", "4.438", "5.39"},
    {MAG_SALT_ASPARTATE, "Mg(C4H6NO4)2", "288.50", "84.2", "3.466", "6.933", "8.42"},
    {MAG_SALT_ASPARTATE_DIHYDRATE, "Mg(C4H6NO4)2.2H2O", "324.52", "74.9", "3.081", "6.163", "7.49"},
    {MAG_SALT_ASPARTATE_TETRAHYDRATE, "Mg(C4H6NO4)2.4H2O", "360.56", "67.4", "2.774", "5.547",
     "6.74"},
    {MAG_SALT_ASPARTATE_HYDROCHLORIDE, "MgC4H6NO4Cl.3H2O", "245.90", "98.8", "4.067", "8.134",
     "9.88"},
    {MAG_SALT_GLYCINATE, "Mg(C2H4NO2)2", "172.42", "141.0", "5.800", "11.599", "14.10"},
    {MAG_SALT_GLYCINATE_DIHYDRATE, "Mg(C2H4NO2)2.2H2O", "208.45", "116.6", "4.797", "9.594",
     "11.66"},
    {MAG_SALT_GLYCEROPHOSPHATE, "MgC3H7O6P", "194.36", "125.1", "5.145", "10.290", "12.51"},
    {MAG_SALT_PIDOLATE, "Mg(C5H6NO3)2", "280.52", "86.6", "3.565", "7.130", "8.66"},
    {MAG_SALT_OROTATE, "Mg(C5H3N2O4)2", "334.48", "72.7", "2.990", "5.979", "7.27"},
    {MAG_SALT_OROTATE_DIHYDRATE, "Mg(C5H3N2O4)2.2H2O", "370.51", "65.6", "2.699", "5.398", "6.56"},
    {MAG_SALT_MALATE, "MgC4H4O5", "156.38", "155.4", "6.395", "12.790", "15.54"},
    {MAG_SALT_TAURATE, "Mg(C2H6NO3S)2", "272.57", "89.2", "3.669", "7.337", "8.92"},
    {MAG_SALT_THREONATE, "Mg(C4H7O5)2", "294.50", "82.5", "3.396", "6.791", "8.25"},
    {MAG_SALT_ACETATE_TETRAHYDRATE, "Mg(C2H3O2)2.4H2O", "214.45", "113.3", "4.663", "9.326",
     "11.33"},
    {MAG_SALT_SALICYLATE_TETRAHYDRATE, "Mg(C7H5O3)2.4H2O", "370.59", "65.6", "2.698", "5.397",
     "6.56"},
    {MAG_SALT_TRISILICATE, "Mg2Si3O8", "260.86", "186.3", "7.667", "15.334", "18.63"},
};

/* salt.def once more, for its mass and formula columns. */
static const struct {
    double molar_mass;
    int atoms;
    const char *formula;
} shipped[] = {
    {0, 0, ""},
#define MAG_SALT(id, name, molar_mass, atoms, formula) {molar_mass, atoms, formula},
#include "clinical/salt.def"
#undef MAG_SALT
};

/* --- a reader of formulas: the independent reference --------------------------------------------
 */

static double atomic_mass(const char *symbol, size_t length) {
    static const struct {
        const char *symbol;
        double mass;
    } atoms[] = {{"Mg", 24.305}, {"O", 15.999}, {"H", 1.008},  {"C", 12.011}, {"N", 14.007},
                 {"S", 32.06},   {"P", 30.974}, {"Cl", 35.45}, {"Si", 28.085}};
    for (size_t i = 0; i < COUNT_OF(atoms); i++)
        if (strlen(atoms[i].symbol) == length && strncmp(atoms[i].symbol, symbol, length) == 0)
            return atoms[i].mass;
    fail_msg("no atom %.*s", (int)length, symbol);
    return 0;
}

static int take_count(const char **at) {
    int count = 0;
    while (isdigit((unsigned char)**at))
        count = count * 10 + *(*at)++ - '0';
    return count ? count : 1;
}

/* One part up to ')', '.' or the end. */
static double take_mass(const char **at, int *magnesium) {
    double mass = 0;
    while (**at && **at != ')' && **at != '.') {
        double group;
        int inner = 0;
        if (**at == '(') {
            ++*at;
            group = take_mass(at, &inner);
            ++*at;
        } else {
            const char *symbol = (*at)++;
            while (islower((unsigned char)**at))
                ++*at;
            group = atomic_mass(symbol, (size_t)(*at - symbol));
            inner = strncmp(symbol, "Mg", 2) == 0;
        }
        int count = take_count(at);
        mass += group * count;
        *magnesium += inner * count;
    }
    return mass;
}

static double mass_of(const char *formula, int *magnesium) {
    double mass = 0;
    *magnesium = 0;
    for (const char *at = formula; *at;) {
        int factor = take_count(&at), inner = 0;
        mass += factor * take_mass(&at, &inner);
        *magnesium += factor * inner;
        if (*at == '.')
            at++;
    }
    return mass;
}

static void masses_follow_from_the_formulas(void **state) {
    (void)state;
    assert_int_equal(COUNT_OF(shipped), MAG_SALT_COUNT);
    for (int salt = 1; salt < MAG_SALT_COUNT; salt++) {
        int atoms;
        double mass = mass_of(shipped[salt].formula, &atoms);
        assert_int_equal(atoms, shipped[salt].atoms);
        if (fabs(mass - shipped[salt].molar_mass) > 0.00051)
            fail_msg("%s: %.4f", mag_salt_name((mag_salt)salt), mass);
    }
    print_message("%d formulas\n", MAG_SALT_COUNT - 1);
}

static void every_row_of_the_table_is_reproduced(void **state) {
    (void)state;
    assert_int_equal(COUNT_OF(rows), MAG_SALT_COUNT - 1);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const char *name = mag_salt_name(rows[i].salt);
        double umol = mag_salt_umol_per_gram(rows[i].salt);
        assert_string_equal(rows[i].formula, shipped[rows[i].salt].formula);
        double rounding = shipped[rows[i].salt].molar_mass - strtod(rows[i].molar_mass, NULL);
        assert_true(fabs(rounding) < 0.005 + 1e-9); /* 95.205 is printed 95.21, 202.445 202.44 */
        assert_prints(name, mag_umol_to_mg(umol), rows[i].mg_per_g);
        assert_prints(name, umol / 1000, rows[i].mmol_per_g);
        assert_prints(name, umol * 2 / 1000, rows[i].meq_per_g);
        assert_prints(name, mag_umol_to_mg(umol) / 10, rows[i].percent);
    }
    print_message("%zu salts, five figures each\n", COUNT_OF(rows));
}

static void texts_name_their_salt(void **state) {
    (void)state;
    static const struct {
        const char *text;
        mag_salt salt;
    } texts[] = {
        {"magnesium oxide 400 mg tablet", MAG_SALT_OXIDE},
        {"Magnesium Oxide", MAG_SALT_OXIDE},
        {"mag-ox 400", MAG_SALT_OXIDE},
        {"Mag oxide", MAG_SALT_OXIDE},
        {"mg oxide", MAG_SALT_OXIDE},
        {"Magnesium 400 mg (as oxide)", MAG_SALT_OXIDE},
        {"sodium picosulfate and magnesium oxide", MAG_SALT_OXIDE},
        {"Milk of Magnesia", MAG_SALT_HYDROXIDE},
        {"Aluminum-Magnesium Hydrox.-Simethicone", MAG_SALT_HYDROXIDE},
        {"Magnesium Sulfate", MAG_SALT_SULFATE_HEPTAHYDRATE},
        {"magnesium sulphate 50% injection", MAG_SALT_SULFATE_HEPTAHYDRATE},
        {"MgSO4 in D5W", MAG_SALT_SULFATE_HEPTAHYDRATE},
        {"magnesium sulfate, anhydrous", MAG_SALT_SULFATE},
        {"Mg citrate 200 mg elemental bd", MAG_SALT_CITRATE},
        {"trimagnesium dicitrate nonahydrate", MAG_SALT_CITRATE_NONAHYDRATE},
        {"magnesium glycerophosphate 4 mmol", MAG_SALT_GLYCEROPHOSPHATE},
        {"Magnesium bisglycinate", MAG_SALT_GLYCINATE},
        {"magnesium amino acid chelate 100 mg", MAG_SALT_GLYCINATE},
        {"chelated magnesium", MAG_SALT_GLYCINATE},
        {"Magnesium-L-aspartate hydrochloride", MAG_SALT_ASPARTATE_HYDROCHLORIDE},
        {"magnesium lactate dihydrate", MAG_SALT_LACTATE_DIHYDRATE},
        {"Slow-Mag", MAG_SALT_CHLORIDE_HEXAHYDRATE},
        {"magnesium chloride anhydrous", MAG_SALT_CHLORIDE},
        {"magnesium carbonate heavy", MAG_SALT_CARBONATE_HEAVY},
        {"magnesium L-threonate", MAG_SALT_THREONATE},
        {"magnesium trisilicate mixture", MAG_SALT_TRISILICATE},
        {"magnesium", MAG_SALT_UNKNOWN},
        {"Magnesium 400 mg", MAG_SALT_UNKNOWN},
        {"ferrous gluconate 300 mg", MAG_SALT_UNKNOWN},
        {"furosemide 40 mg oxide", MAG_SALT_UNKNOWN},
        {"calcium carbonate 500 mg", MAG_SALT_UNKNOWN},
        {"Esomeprazole Magnesium 40 mg", MAG_SALT_UNKNOWN},
        {"magnesium with calcium carbonate", MAG_SALT_UNKNOWN},
        {"sodium picosulfate", MAG_SALT_UNKNOWN},
        {"", MAG_SALT_UNKNOWN},
    };
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        mag_salt salt = mag_salt_of_text(mag_span_of(texts[i].text));
        if (salt != texts[i].salt)
            fail_msg("%s: %s", texts[i].text, mag_salt_name(salt));
    }
    print_message("%zu names\n", COUNT_OF(texts));
}

static void texts_tell_of_magnesium_and_of_elemental_mass(void **state) {
    (void)state;
    assert_true(mag_text_names_magnesium(mag_span_of("Magnesium")));
    assert_true(mag_text_names_magnesium(mag_span_of("Mg 20 mmol/day")));
    assert_true(mag_text_names_magnesium(mag_span_of("Mag-Ox")));
    assert_false(mag_text_names_magnesium(mag_span_of("furosemide 40 mg")));
    assert_false(mag_text_names_magnesium(mag_span_of("magaldrate")));
    assert_true(mag_text_names_elemental(mag_span_of("200 mg elemental")));
    assert_true(mag_text_names_elemental(mag_span_of("400 mg (as oxide)")));
    assert_true(mag_text_names_elemental(mag_span_of("400 mg as magnesium citrate")));
    assert_false(mag_text_names_elemental(mag_span_of("take as directed")));
    assert_false(mag_text_names_elemental(mag_span_of("magnesium oxide 400 mg")));
}

static void an_unknown_salt_holds_nothing(void **state) {
    (void)state;
    assert_true(mag_salt_umol_per_gram(MAG_SALT_UNKNOWN) == 0);
    assert_string_equal(mag_salt_name(MAG_SALT_UNKNOWN), "unknown");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(masses_follow_from_the_formulas),
        cmocka_unit_test(every_row_of_the_table_is_reproduced),
        cmocka_unit_test(texts_name_their_salt),
        cmocka_unit_test(texts_tell_of_magnesium_and_of_elemental_mass),
        cmocka_unit_test(an_unknown_salt_holds_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
