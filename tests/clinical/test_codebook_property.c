/* What a laboratory code says about its unit, against the table of spec c3, and against units. */
#include "clinical/codebook.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static mag_account account;
static mag_arena *arena;
static const mag_codebook *book;

static int load(void **state) {
    (void)state;
    mag_error err = {0};
    arena = mag_arena_new(&account);
    return mag_codebook_load(arena, &book, &err) == MAG_OK ? 0 : -1;
}

static int unload(void **state) {
    (void)state;
    mag_arena_free(arena);
    return 0;
}

static mag_property property(const char *code) {
    return mag_codebook_property(book, MAG_SYSTEM_LOINC, mag_span_of(code));
}

/* Pairs of spec c3: the mass code and the molar code of one analyte. */
static void mass_and_molar_codes_say_so(void **state) {
    (void)state;
    static const struct {
        const char *mass, *molar;
        mag_analyte analyte;
    } pairs[] = {{"19123-9", "2601-3", MAG_MAGNESIUM},     {"21377-7", "2593-2", MAG_MAGNESIUM},
                 {"2160-0", "14682-9", MAG_CREATININE},    {"38483-4", "59826-8", MAG_CREATININE},
                 {"17861-6", "2000-8", MAG_CALCIUM},       {"49765-1", "1996-8", MAG_CALCIUM},
                 {"75940-7", "2823-3", MAG_POTASSIUM},     {"3094-0", "14937-7", MAG_UREA_NITROGEN},
                 {"3091-6", "22664-7", MAG_UREA},          {"20977-5", "72903-8", MAG_UREA},
                 {"2777-1", "14879-1", MAG_PHOSPHATE},     {"2345-7", "14749-6", MAG_GLUCOSE},
                 {"1989-3", "14635-7", MAG_VITAMIN_D},     {"2731-8", "14866-8", MAG_PTH},
                 {"10535-3", "14698-5", MAG_DIGOXIN_LEVEL}};
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        assert_int_equal(property(pairs[i].mass), MAG_PROPERTY_MASS);
        assert_int_equal(property(pairs[i].molar), MAG_PROPERTY_MOLAR);
        mag_span codes[] = {mag_span_of(pairs[i].mass), mag_span_of(pairs[i].molar)};
        for (size_t k = 0; k < 2; k++)
            assert_int_equal(mag_codebook_analyte(book, MAG_SYSTEM_LOINC, codes[k]),
                             pairs[i].analyte);
    }
}

static void other_codes_say_nothing(void **state) {
    (void)state;
    static const char *const codes[] = {"73573-8", "98979-8", "6301-6", "99999-9", "", "nonsense"};
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
        assert_int_equal(property(codes[i]), MAG_PROPERTY_NONE);
    assert_int_equal(mag_codebook_property(book, MAG_SYSTEM_MIMIC, mag_span_of("50960")),
                     MAG_PROPERTY_NONE);
    assert_int_equal(mag_codebook_property(book, MAG_SYSTEM_MIMIC, mag_span_of("19123-9")),
                     MAG_PROPERTY_NONE); /* another system's code */
}

static void a_unit_of_the_other_family_contradicts(void **state) {
    (void)state;
    static const struct {
        mag_unit unit;
        bool against_mass, against_molar;
    } table[] = {{MAG_UNIT_MMOL_L, true, false},      {MAG_UNIT_UMOL_L, true, false},
                 {MAG_UNIT_NMOL_L, true, false},      {MAG_UNIT_MEQ_L, true, false},
                 {MAG_UNIT_MG_DL, false, true},       {MAG_UNIT_G_L, false, true},
                 {MAG_UNIT_NG_ML, false, true},       {MAG_UNIT_MMOL_24H, true, false},
                 {MAG_UNIT_MG_24H, false, true},      {MAG_UNIT_U_L, false, false},
                 {MAG_UNIT_PERCENT, false, false},    {MAG_UNIT_RATIO, false, false},
                 {MAG_UNIT_ML_MIN_173, false, false}, {MAG_UNIT_NONE, false, false}};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        mag_unit unit = table[i].unit;
        assert_int_equal(mag_property_contradicts(MAG_PROPERTY_MASS, unit), table[i].against_mass);
        assert_int_equal(mag_property_contradicts(MAG_PROPERTY_MOLAR, unit),
                         table[i].against_molar);
        assert_false(mag_property_contradicts(MAG_PROPERTY_NONE, unit));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mass_and_molar_codes_say_so),
        cmocka_unit_test(other_codes_say_nothing),
        cmocka_unit_test(a_unit_of_the_other_family_contradicts),
    };
    return cmocka_run_group_tests(tests, load, unload);
}
