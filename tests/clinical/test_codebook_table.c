/* Shapes of codes, and the table from codes to numbers. */
#include "clinical/codebook_table.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void knows_how_codes_are_written(void **state) {
    (void)state;
    static const struct {
        mag_code_system system;
        const char *code;
        bool is_well_formed;
    } rows[] = {
        {MAG_SYSTEM_LOINC, "19123-9", true},
        {MAG_SYSTEM_LOINC, "2601-3", true},
        {MAG_SYSTEM_LOINC, "19123-8", false},
        {MAG_SYSTEM_LOINC, "91123-9", false},
        {MAG_SYSTEM_LOINC, "-56064", false},
        {MAG_SYSTEM_LOINC, "191239", false},
        {MAG_SYSTEM_LOINC, "-9", false},
        {MAG_SYSTEM_LOINC, "", false},
        {MAG_SYSTEM_LOINC, "1a123-9", false},
        {MAG_SYSTEM_LOINC, "19123-x", false},
        {MAG_SYSTEM_ATC, "A12", true},
        {MAG_SYSTEM_ATC, "A12C", true},
        {MAG_SYSTEM_ATC, "A12CC", true},
        {MAG_SYSTEM_ATC, "A12CC10", true},
        {MAG_SYSTEM_ATC, "A12CC1", false},
        {MAG_SYSTEM_ATC, "A1", false},
        {MAG_SYSTEM_ATC, "a12cc", false},
        {MAG_SYSTEM_ATC, "A12CCO1", false},
        {MAG_SYSTEM_RXNORM, "4603", true},
        {MAG_SYSTEM_RXNORM, "4603^", false},
        {MAG_SYSTEM_RXNORM, "", false},
        {MAG_SYSTEM_RXNORM, "123456789012345678", true},
        {MAG_SYSTEM_RXNORM, "1234567890123456789", false},
        {MAG_SYSTEM_BNF, "0202020D0", true},
        {MAG_SYSTEM_BNF, "0205051AB", true},
        {MAG_SYSTEM_BNF, "02020D0", false},
        {MAG_SYSTEM_BNF, "0202020*", false},
        {MAG_SYSTEM_ICD10, "N18", true},
        {MAG_SYSTEM_ICD10, "N18.3", false},
        {MAG_SYSTEM_ICD9, "250", true},
        {MAG_SYSTEM_ICD9, "V4511", true},
        {MAG_SYSTEM_ICD9, "25", false},
        {MAG_SYSTEM_ICD9, "V45111", false},
        {MAG_SYSTEM_OPCS4, "X401", true},
        {MAG_SYSTEM_OPCS4, "401", false},
        {MAG_SYSTEM_SNOMED, "1000731000000107", true},
        {MAG_SYSTEM_SNOMED, "80274001", true},
        {MAG_SYSTEM_SNOMED, "1000731000000170", false},
        {MAG_SYSTEM_SNOMED, "80274002", false},
        {MAG_SYSTEM_SNOMED, "80247001", false},
        {MAG_SYSTEM_SNOMED, "0", false},
        {MAG_SYSTEM_LOCAL, "anything", true},
        {MAG_SYSTEM_LOCAL, "", false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (mag_code_is_well_formed(rows[i].system, mag_span_of(rows[i].code)) !=
            rows[i].is_well_formed)
            fail_msg("%s", rows[i].code);
}

/* Verhoeff's scheme catches every wrong digit and every swap of neighbours. */
static void one_wrong_or_swapped_digit_makes_a_snomed_code_malformed(void **state) {
    (void)state;
    static const char good[] = "1000731000000107";
    for (size_t i = 0; i + 1 < sizeof good; i++)
        for (char c = '0'; c <= '9'; c++) {
            char code[sizeof good];
            memcpy(code, good, sizeof good);
            code[i] = c;
            assert_int_equal(mag_code_is_well_formed(MAG_SYSTEM_SNOMED, mag_span_of(code)),
                             c == good[i]);
        }
    for (size_t i = 0; i + 2 < sizeof good; i++) {
        char code[sizeof good];
        memcpy(code, good, sizeof good);
        code[i] = good[i + 1];
        code[i + 1] = good[i];
        assert_int_equal(mag_code_is_well_formed(MAG_SYSTEM_SNOMED, mag_span_of(code)),
                         good[i] == good[i + 1]);
    }
}

static void tells_what_is_wrong_with_a_code_of_a_feed(void **state) {
    (void)state;
    static const struct {
        mag_code_system system;
        const char *code;
        mag_code_shape shape;
    } rows[] = {
        {MAG_SYSTEM_LOINC, "2160-0", MAG_CODE_FINE},
        {MAG_SYSTEM_LOINC, " 2160-0 ", MAG_CODE_FINE},
        {MAG_SYSTEM_LOINC, "1996-8", MAG_CODE_FINE},
        {MAG_SYSTEM_LOINC, "", MAG_CODE_FINE},
        {MAG_SYSTEM_LOINC, "2160-1", MAG_CODE_CHECK_DIGIT},
        {MAG_SYSTEM_LOINC, "2106-0", MAG_CODE_CHECK_DIGIT},
        {MAG_SYSTEM_LOINC, "-56064", MAG_CODE_DATE},
        {MAG_SYSTEM_LOINC, "45123", MAG_CODE_DATE},
        {MAG_SYSTEM_LOINC, "1746-07-01", MAG_CODE_DATE},
        {MAG_SYSTEM_LOINC, "01/07/1746", MAG_CODE_DATE},
        {MAG_SYSTEM_LOINC, "1746-07-01 00:00:00", MAG_CODE_DATE},
        {MAG_SYSTEM_LOINC, "Jul-46", MAG_CODE_DATE},
        {MAG_SYSTEM_LOINC, "1 Jul 1746", MAG_CODE_DATE},
        {MAG_SYSTEM_LOINC, "MG", MAG_CODE_OTHER},
        {MAG_SYSTEM_LOINC, "19123", MAG_CODE_DATE},
        {MAG_SYSTEM_LOINC, "191239", MAG_CODE_OTHER},
        {MAG_SYSTEM_SNOMED, "80274002", MAG_CODE_CHECK_DIGIT},
        {MAG_SYSTEM_LOINC, "19123-x", MAG_CODE_OTHER},
        {MAG_SYSTEM_LOINC, "A1912-9", MAG_CODE_OTHER},
        {MAG_SYSTEM_LOINC, "March", MAG_CODE_OTHER},
        {MAG_SYSTEM_LOINC, "19~23", MAG_CODE_OTHER},
        {MAG_SYSTEM_SNOMED, "80274", MAG_CODE_OTHER},
        {MAG_SYSTEM_SNOMED, "2024-01-05", MAG_CODE_DATE},
        {MAG_SYSTEM_MIMIC, "50960", MAG_CODE_FINE},
        {MAG_SYSTEM_OMOP, "3001420", MAG_CODE_FINE},
        {MAG_SYSTEM_ATC, "a12cc10", MAG_CODE_FINE},
        {MAG_SYSTEM_ATC, "A12CC1O", MAG_CODE_OTHER},
        {MAG_SYSTEM_RXNORM, "2024-01-05", MAG_CODE_DATE},
        {MAG_SYSTEM_ICD10, "N18.30", MAG_CODE_FINE},
        {MAG_SYSTEM_ICD9, "250.00", MAG_CODE_FINE},
        {MAG_SYSTEM_OPCS4, "X40.1", MAG_CODE_FINE},
        {MAG_SYSTEM_LOCAL, "2024-01-05", MAG_CODE_FINE},
        {MAG_SYSTEM_NONE, "2160-1", MAG_CODE_FINE},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (mag_code_shape_of(rows[i].system, mag_span_of(rows[i].code)) != rows[i].shape)
            fail_msg("%s", rows[i].code);
}

static void folds_codes_to_upper_case_except_a_sites_own(void **state) {
    (void)state;
    static const struct {
        mag_code_system system;
        const char *code, *folded;
    } rows[] = {
        {MAG_SYSTEM_ATC, " a12cc04 ", "A12CC04"},
        {MAG_SYSTEM_ATC, "A12Cc04", "A12CC04"},
        {MAG_SYSTEM_BNF, "0202020d0", "0202020D0"},
        {MAG_SYSTEM_LOINC, "\t2601-3", "2601-3"},
        {MAG_SYSTEM_LOCAL, " Mg-s ", "Mg-s"},
        {MAG_SYSTEM_ATC, "", ""},
        {MAG_SYSTEM_ATC, "{|}z@[`", "{|}Z@[`"},
        {MAG_SYSTEM_ATC, "abcdefghijabcdefghijabcdefghijabcdefghij",
         "ABCDEFGHIJABCDEFGHIJABCDEFGHIJAB"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char room[MAG_CODE_NBYTES];
        if (!mag_span_is(mag_code_folded(rows[i].system, mag_span_of(rows[i].code), room),
                         rows[i].folded))
            fail_msg("%s", rows[i].code);
    }
}

static void keeps_as_many_codes_as_it_was_made_for(void **state) {
    (void)state;
    enum { CODES = 500 };
    static char texts[CODES][8];
    mag_account account = {0};
    mag_arena *arena = mag_arena_new(&account);
    mag_code_table table;
    mag_error err;
    assert_int_equal(mag_code_table_init(&table, arena, CODES, &err), MAG_OK);
    for (int i = 0; i < CODES; i++) {
        snprintf(texts[i], sizeof texts[i], "%d", i);
        *mag_code_table_put(&table, MAG_SYSTEM_MIMIC, mag_span_of(texts[i])) = (uint64_t)i + 1;
    }
    assert_int_equal(table.count, CODES);
    for (int i = 0; i < CODES; i++) {
        assert_int_equal(mag_code_table_get(&table, MAG_SYSTEM_MIMIC, mag_span_of(texts[i])),
                         i + 1);
        assert_int_equal(mag_code_table_get(&table, MAG_SYSTEM_OMOP, mag_span_of(texts[i])), 0);
    }
    assert_int_equal(mag_code_table_get(&table, MAG_SYSTEM_MIMIC, mag_span_of("500")), 0);
    *mag_code_table_put(&table, MAG_SYSTEM_MIMIC, mag_span_of("7")) |= 1024;
    assert_int_equal(mag_code_table_get(&table, MAG_SYSTEM_MIMIC, mag_span_of("7")), 8 | 1024);
    assert_int_equal(table.count, CODES);
    mag_arena_free(arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(knows_how_codes_are_written),
        cmocka_unit_test(one_wrong_or_swapped_digit_makes_a_snomed_code_malformed),
        cmocka_unit_test(tells_what_is_wrong_with_a_code_of_a_feed),
        cmocka_unit_test(folds_codes_to_upper_case_except_a_sites_own),
        cmocka_unit_test(keeps_as_many_codes_as_it_was_made_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
