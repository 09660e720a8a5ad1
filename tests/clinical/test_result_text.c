#include "vectors.h"

#include "clinical/result_text.h"

static void haemolysis_is_seen_unless_negated(void **state) {
    (void)state;
    static const struct {
        const char *text;
        bool is_haemolysed;
    } rows[] = {
        {"haemolysed", true},
        {"HAEMOLYSED SAMPLE", true},
        {"Hemolyzed specimen", true},
        {"Slightly Hemolyzed specimen.  Hemolysis falsely elevates this test.", true},
        {"HEMOLYSIS FALSELY ELEVATES MG..", true},
        {"<10*.  Hemolysis affects this test.", true},
        {"VERIFIED.  NOT HEMOLYZED.", false},
        {"Specimen not Hemolyzed.", false},
        {"VERIFIED.  NO HEMOLYSIS PRESENT.", false},
        {"no visible haemolysis", false},
        {"No evidence of haemolysis", false},
        {"not verified. haemolysed", true},
        {"No haemolysis in first sample. Second sample haemolysed", true},
        {"specimen not suitable, haemolysed", true},
        {"non", false},
        {"unhaemolysed", false},
        {"haematology", false},
        {"haemoglobin 120", false},
        {"HAEM", false},
        {"", false},
        {"h", false},
        {"casino haemolysis", true},
        {"no\thaemolysis", false},
        {"{haemolysis}", true},
        {"@haemolysis[", true},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        if (mag_text_says_haemolysed(mag_span_of(rows[i].text)) != rows[i].is_haemolysed)
            fail_msg("'%s'", rows[i].text);
    print_message("%zu texts\n", COUNT_OF(rows));
}

static void comparators_are_read_at_the_begin_only(void **state) {
    (void)state;
    static const struct {
        const char *text, *value; /* value NULL: none */
        mag_comparator comparator;
    } rows[] = {
        {"<0.6.", "0.6", MAG_LESS},
        {"LESS THAN 1.0.", "1.0", MAG_LESS},
        {"GREATER THAN 90", "90", MAG_GREATER},
        {"Greater than 3 NG/ML.", "3", MAG_GREATER},
        {"<0.01.  CTROPNT > 0.10 NG/ML SUGGESTS ACUTE MI", "0.01", MAG_LESS},
        {"<10*.  Hemolysis affects this test.", "10", MAG_LESS},
        {">1.050*.", "1.050", MAG_GREATER},
        {"<=5", "5", MAG_LESS_EQUAL},
        {">= 8.0", "8.0", MAG_GREATER_EQUAL},
        {"\xe2\x89\xa4 8", "8", MAG_LESS_EQUAL},
        {"  < 0.30 mmol/L", "0.30", MAG_LESS},
        {"IF FASTING, 70-100 NORMAL, >125 PROVISIONAL DIABETES", NULL, MAG_EXACT},
        {"CTROPNT > 0.10 NG/ML SUGGESTS ACUTE MI", NULL, MAG_EXACT},
        {"DISCARD GREATER THAN 4 HOURS OLD.", NULL, MAG_EXACT},
        {"<6% goal of therapy", NULL, MAG_EXACT},
        {"<1:10", NULL, MAG_EXACT},
        {"<5-10", NULL, MAG_EXACT},
        {"<1,000", NULL, MAG_EXACT},
        {"<1.2.3", NULL, MAG_EXACT},
        {"<5x", NULL, MAG_EXACT},
        {"LESS THAN TEN", NULL, MAG_EXACT},
        {"less thank", NULL, MAG_EXACT},
        {"<", NULL, MAG_EXACT},
        {"<99999999999", NULL, MAG_EXACT},
        {"", NULL, MAG_EXACT},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        mag_decimal value = {0, 0};
        mag_comparator comparator = MAG_EXACT;
        bool found = mag_text_comparator(mag_span_of(rows[i].text), &value, &comparator);
        char text[MAG_DECIMAL_TEXT_NBYTES];
        mag_decimal_text(value, text);
        if (found != (rows[i].value != NULL) ||
            (found && (strcmp(text, rows[i].value) != 0 || comparator != rows[i].comparator)))
            fail_msg("'%s'", rows[i].text);
    }
    print_message("%zu comments\n", COUNT_OF(rows));
}

static void flags_are_taken_off_numbers_only(void **state) {
    (void)state;
    static const struct {
        const char *text, *bare;
    } rows[] = {
        {"1.2 H", "1.2"},     {"*0.65", "0.65"},
        {"0.65 L", "0.65"},   {"0.65*", "0.65"},
        {"1.2 HH", "1.2"},    {"1.2 (H)", "1.2"},
        {"* 0.65 L", "0.65"}, {"<0.30 L", "<0.30"},
        {"0,82 L", "0,82"},   {"0.82", "0.82"},
        {" 1.2 H ", "1.2"},   {"0.65 !", "0.65"},
        {"HAEM L", "HAEM L"}, {"*", "*"},
        {"H", "H"},           {"", ""},
        {"1.2 X", "1.2 X"},   {"1.2 3 H", "1.2 3 H"},
        {"___", "___"},       {"!0.65", "0.65"},
        {"1.2\tH", "1.2"},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        mag_span bare = mag_text_without_flags(mag_span_of(rows[i].text));
        if (!mag_span_is(bare, rows[i].bare))
            fail_msg("'%s' gives '%.*s'", rows[i].text, (int)bare.nbytes, bare.at);
    }
    print_message("%zu values\n", COUNT_OF(rows));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(haemolysis_is_seen_unless_negated),
        cmocka_unit_test(comparators_are_read_at_the_begin_only),
        cmocka_unit_test(flags_are_taken_off_numbers_only),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
