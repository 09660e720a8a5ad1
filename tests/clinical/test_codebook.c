/* The code book against the specification's codes, and the lists against themselves. */
#include "loaded_book.h"

#include "io/embedded.h"
#include "io/yaml_tree.h"

static mag_analyte analyte(mag_code_system system, const char *code) {
    return mag_codebook_analyte(book, system, mag_span_of(code));
}

static void finds_laboratory_codes_of_the_specification(void **state) {
    (void)state;
    static const struct {
        mag_code_system system;
        const char *code;
        mag_analyte analyte;
    } rows[] = {
        {MAG_SYSTEM_LOINC, "19123-9", MAG_MAGNESIUM},
        {MAG_SYSTEM_LOINC, "2601-3", MAG_MAGNESIUM},
        {MAG_SYSTEM_LOINC, "2600-5", MAG_MAGNESIUM_IONISED},
        {MAG_SYSTEM_LOINC, "19124-7", MAG_MAGNESIUM_URINE},
        {MAG_SYSTEM_LOINC, "2160-0", MAG_CREATININE},
        {MAG_SYSTEM_LOINC, "14682-9", MAG_CREATININE},
        {MAG_SYSTEM_LOINC, "2161-8", MAG_CREATININE_URINE},
        {MAG_SYSTEM_LOINC, "2164-2", MAG_CREATININE_CLEARANCE},
        {MAG_SYSTEM_LOINC, "98979-8", MAG_EGFR},
        {MAG_SYSTEM_LOINC, "48642-3", MAG_EGFR},
        {MAG_SYSTEM_LOINC, "2823-3", MAG_POTASSIUM},
        {MAG_SYSTEM_LOINC, "2951-2", MAG_SODIUM},
        {MAG_SYSTEM_LOINC, "17861-6", MAG_CALCIUM},
        {MAG_SYSTEM_LOINC, "29265-6", MAG_CALCIUM_ADJUSTED},
        {MAG_SYSTEM_LOINC, "1995-0", MAG_CALCIUM_IONISED},
        {MAG_SYSTEM_LOINC, "1751-7", MAG_ALBUMIN},
        {MAG_SYSTEM_LOINC, "3094-0", MAG_UREA_NITROGEN},
        {MAG_SYSTEM_LOINC, "22664-7", MAG_UREA},
        {MAG_SYSTEM_LOINC, "2777-1", MAG_PHOSPHATE},
        {MAG_SYSTEM_LOINC, "1963-8", MAG_BICARBONATE},
        {MAG_SYSTEM_LOINC, "6301-6", MAG_INR},
        {MAG_SYSTEM_LOINC, "2345-7", MAG_GLUCOSE},
        {MAG_SYSTEM_LOINC, "59261-8", MAG_HBA1C},
        {MAG_SYSTEM_LOINC, "1989-3", MAG_VITAMIN_D},
        {MAG_SYSTEM_LOINC, "2731-8", MAG_PTH},
        {MAG_SYSTEM_LOINC, "2157-6", MAG_CK},
        {MAG_SYSTEM_LOINC, "10535-3", MAG_DIGOXIN_LEVEL},
        {MAG_SYSTEM_LOINC, "29463-7", MAG_WEIGHT},
        {MAG_SYSTEM_LOINC, "8302-2", MAG_HEIGHT},
        {MAG_SYSTEM_MIMIC, "50960", MAG_MAGNESIUM},
        {MAG_SYSTEM_MIMIC, "50912", MAG_CREATININE},
        {MAG_SYSTEM_MIMIC, "50920", MAG_EGFR},
        {MAG_SYSTEM_MIMIC, "50971", MAG_POTASSIUM},
        {MAG_SYSTEM_MIMIC, "50983", MAG_SODIUM},
        {MAG_SYSTEM_MIMIC, "50893", MAG_CALCIUM},
        {MAG_SYSTEM_MIMIC, "50808", MAG_CALCIUM_IONISED},
        {MAG_SYSTEM_MIMIC, "50862", MAG_ALBUMIN},
        {MAG_SYSTEM_MIMIC, "51006", MAG_UREA_NITROGEN},
        {MAG_SYSTEM_MIMIC, "50934", MAG_HAEMOLYSIS_INDEX},
        {MAG_SYSTEM_OMOP, "3001420", MAG_MAGNESIUM},
        {MAG_SYSTEM_OMOP, "3012095", MAG_MAGNESIUM},
        {MAG_SYSTEM_SNOMED, "1000731000000107", MAG_CREATININE},
        {MAG_SYSTEM_LOINC, " 19123-9 ", MAG_MAGNESIUM},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (analyte(rows[i].system, rows[i].code) != rows[i].analyte)
            fail_msg("%s is not %s", rows[i].code, mag_analyte_of(rows[i].analyte)->name);
}

static void a_code_counts_only_in_its_own_system(void **state) {
    (void)state;
    assert_int_equal(analyte(MAG_SYSTEM_OMOP, "50960"), MAG_ANALYTE_NONE);
    assert_int_equal(analyte(MAG_SYSTEM_LOINC, "50960"), MAG_ANALYTE_NONE);
    assert_int_equal(analyte(MAG_SYSTEM_LOINC, "19123"), MAG_ANALYTE_NONE);
    assert_int_equal(analyte(MAG_SYSTEM_LOINC, ""), MAG_ANALYTE_NONE);
    assert_int_equal(analyte(MAG_SYSTEM_NONE, "19123-9"), MAG_ANALYTE_NONE);
}

static const mag_yaml *list(const char *name) {
    mag_span content;
    mag_error err;
    const mag_yaml *root = NULL;
    assert_true(mag_embedded_find(name, &content));
    assert_int_equal(mag_yaml_parse(arena, name, content, MAG_E_RULES, &root, &err), MAG_OK);
    return root;
}

/* The mass and molar columns of clinical spec c3, and what c4 says of OMOP concepts. */
static void tells_what_a_code_says_its_results_are_in(void **state) {
    (void)state;
    static const char *const mass[] = {"19123-9", "21377-7", "19124-7", "2160-0",  "38483-4",
                                       "2161-8",  "75940-7", "17861-6", "49765-1", "38230-9",
                                       "17863-2", "17864-0", "1751-7",  "3094-0",  "6299-2",
                                       "3091-6",  "20977-5", "2777-1",  "2774-8",  "2345-7",
                                       "2339-0",  "1989-3",  "62292-8", "2731-8",  "10535-3"};
    static const char *const molar[] = {
        "2601-3",  "2593-2",  "2600-5",  "73572-0", "32698-3", "14682-9", "59826-8",
        "14683-7", "2823-3",  "6298-4",  "77142-8", "2951-2",  "2947-0",  "77139-4",
        "2000-8",  "1996-8",  "1994-3",  "1995-0",  "12180-6", "54347-0", "14937-7",
        "59570-2", "22664-7", "72903-8", "14879-1", "24519-1", "1963-8",  "1959-6",
        "1960-4",  "14749-6", "15074-8", "14635-7", "68438-1", "14866-8", "14698-5"};
    static const char *const neither[] = {"77140-2", "21232-4", "98979-8", "6301-6", "4548-4",
                                          "29265-6", "2598-1",  "55937-7", "0000-0"};
    static const struct {
        const char *code;
        mag_property property;
    } omop[] = {{"3001420", MAG_PROPERTY_MASS},  {"3012095", MAG_PROPERTY_MOLAR},
                {"3016723", MAG_PROPERTY_MASS},  {"3020564", MAG_PROPERTY_MOLAR},
                {"3013682", MAG_PROPERTY_MASS},  {"3020779", MAG_PROPERTY_MOLAR},
                {"40764999", MAG_PROPERTY_NONE}, {"3018601", MAG_PROPERTY_NONE}};
    for (size_t i = 0; i < sizeof mass / sizeof *mass; i++)
        assert_int_equal(mag_codebook_property(book, MAG_SYSTEM_LOINC, mag_span_of(mass[i])),
                         MAG_PROPERTY_MASS);
    for (size_t i = 0; i < sizeof molar / sizeof *molar; i++)
        assert_int_equal(mag_codebook_property(book, MAG_SYSTEM_LOINC, mag_span_of(molar[i])),
                         MAG_PROPERTY_MOLAR);
    for (size_t i = 0; i < sizeof neither / sizeof *neither; i++)
        assert_int_equal(mag_codebook_property(book, MAG_SYSTEM_LOINC, mag_span_of(neither[i])),
                         MAG_PROPERTY_NONE);
    for (size_t i = 0; i < sizeof omop / sizeof *omop; i++)
        assert_int_equal(mag_codebook_property(book, MAG_SYSTEM_OMOP, mag_span_of(omop[i].code)),
                         omop[i].property);
    assert_int_equal(mag_codebook_property(book, MAG_SYSTEM_OMOP, mag_span_of("2601-3")),
                     MAG_PROPERTY_NONE);
}

static void no_look_alike_maps(void **state) {
    (void)state;
    const mag_yaml *rejects = mag_yaml_get(list("pipelines/codes/analytes.yaml"), "reject");
    assert_true(rejects && rejects->count >= 40);
    for (const mag_yaml *item = rejects->first; item; item = item->next) {
        mag_code_system system =
            mag_code_system_find(mag_span_of(mag_yaml_get_text(item, "system")));
        assert_int_not_equal(system, MAG_SYSTEM_NONE);
        assert_int_equal(analyte(system, mag_yaml_get_text(item, "code")), MAG_ANALYTE_NONE);
    }
    static const char *const mimic[] = {"51081", "51977", "51037", "51082", "50947", "51678"};
    for (size_t i = 0; i < sizeof mimic / sizeof *mimic; i++)
        assert_int_equal(analyte(MAG_SYSTEM_MIMIC, mimic[i]), MAG_ANALYTE_NONE);
    static const char *const loinc[] = {"55937-7", "65362-6", "2828-2",  "92891-1", "18281-6",
                                        "48643-1", "29349-8", "62290-2", "32309-7", "2162-6"};
    for (size_t i = 0; i < sizeof loinc / sizeof *loinc; i++)
        assert_int_equal(analyte(MAG_SYSTEM_LOINC, loinc[i]), MAG_ANALYTE_NONE);
}

static void every_analyte_of_the_table_has_a_code(void **state) {
    (void)state;
    const mag_yaml *analytes = mag_yaml_get(list("pipelines/codes/analytes.yaml"), "analytes");
    for (int a = MAG_ANALYTE_NONE + 1; a < MAG_ANALYTE_COUNT; a++)
        if (!mag_yaml_get(analytes, mag_analyte_of((mag_analyte)a)->name))
            fail_msg("no codes for %s", mag_analyte_of((mag_analyte)a)->name);
}

static uint32_t conditions(mag_code_system system, const char *code) {
    return mag_codebook_conditions(book, system, mag_span_of(code));
}

static void finds_conditions_with_and_without_the_point(void **state) {
    (void)state;
    enum {
        DIALYSIS = 1 << MAG_CONDITION_DIALYSIS,
        DIABETES = 1 << MAG_CONDITION_DIABETES,
        CKD = 1 << MAG_CONDITION_CKD
    };
    static const struct {
        mag_code_system system;
        const char *code;
        uint32_t set;
    } rows[] = {
        {MAG_SYSTEM_ICD10, "Z49.1", DIALYSIS},
        {MAG_SYSTEM_ICD10, "Z992", DIALYSIS},
        {MAG_SYSTEM_ICD10, "z99.2", DIALYSIS},
        {MAG_SYSTEM_ICD10, "Y84.1", DIALYSIS},
        {MAG_SYSTEM_ICD10, "T82.41XA", DIALYSIS},
        {MAG_SYSTEM_ICD10, "Z991", 0},
        {MAG_SYSTEM_ICD9, "V45.11", DIALYSIS},
        {MAG_SYSTEM_ICD9, "V4512", DIALYSIS},
        {MAG_SYSTEM_ICD9, "V561", DIALYSIS},
        {MAG_SYSTEM_ICD9, "99656", DIALYSIS},
        {MAG_SYSTEM_ICD9, "99673", DIALYSIS},
        {MAG_SYSTEM_ICD9, "39.95", DIALYSIS},
        {MAG_SYSTEM_OPCS4, "X40.1", DIALYSIS},
        {MAG_SYSTEM_OPCS4, "X41.9", DIALYSIS},
        {MAG_SYSTEM_OPCS4, "X40.4", 0},
        {MAG_SYSTEM_OPCS4, "M01.2", 0},
        {MAG_SYSTEM_ICD10, "E11.9", DIABETES},
        {MAG_SYSTEM_ICD10, "E10", DIABETES},
        {MAG_SYSTEM_ICD10, "E15", 0},
        {MAG_SYSTEM_ICD10, "n 18", CKD},
        {MAG_SYSTEM_ICD10, "N\t18", CKD},
        {MAG_SYSTEM_ICD10, "N{18", 0},
        {MAG_SYSTEM_ICD10, "N18.3012345678901234567890", CKD},
        {MAG_SYSTEM_ICD9, "25000", DIABETES},
        {MAG_SYSTEM_ICD9, "2511", 0},
        {MAG_SYSTEM_ICD10, "N18.30", CKD},
        {MAG_SYSTEM_ICD10, "N18.6", CKD},
        {MAG_SYSTEM_ICD10, "N17.9", 0},
        {MAG_SYSTEM_ICD9, "5859", CKD},
        {MAG_SYSTEM_ICD9, "5849", 0},
        {MAG_SYSTEM_ICD9, "E119", 0},
        {MAG_SYSTEM_ICD10, "25000", 0},
        {MAG_SYSTEM_ICD10, "", 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (conditions(rows[i].system, rows[i].code) != rows[i].set)
            fail_msg("%s gives %u", rows[i].code, conditions(rows[i].system, rows[i].code));
}

#define CONDITION(name) ((uint32_t)1 << MAG_CONDITION_##name)

/* Clinical spec c7 and rules 0.1 item 15, row by row, each with a neighbour that is not meant. */
static void finds_every_condition_of_the_specification(void **state) {
    (void)state;
    static const struct {
        const char *codes[12], *neighbours[8];
        uint32_t set;
    } rows[] = {
        {{"R25.2"}, {"R25.1", "R26"}, CONDITION(CRAMP)},
        {{"M79.1", "M79.18"}, {"M79.2"}, CONDITION(MYALGIA)},
        {{"E83.4", "E83.42", "E83.41"}, {"E83.3", "E84"}, CONDITION(MAGNESIUM_DISORDER)},
        {{"E87.6", "E87.5"}, {"E87.7", "E87.4", "E87.2"}, CONDITION(POTASSIUM_DISORDER)},
        {{"E87.1"}, {"E87.0", "E87"}, CONDITION(SODIUM_DISORDER)},
        {{"E83.5", "E83.51", "E83.52"}, {"E83.6"}, CONDITION(CALCIUM_DISORDER)},
        {{"N18.1", "N18.2", "N18.3", "N18.4", "N18.5", "N18.6", "N18.9"},
         {"N17", "N19"},
         CONDITION(CKD)},
        {{"K90.0", "K91.2", "K50.90", "K51", "Z93.2"},
         {"K91.3", "K52", "Z93.3"},
         CONDITION(MALABSORPTION)},
        {{"F10.20", "K70.3"}, {"F11", "K71"}, CONDITION(ALCOHOL)},
        {{"E10", "E11.9", "E12", "E13", "E14"}, {"E15", "E09"}, CONDITION(DIABETES)},
        {{"I50.9"}, {"I51"}, CONDITION(HEART_FAILURE)},
        {{"I48.0", "I47.2", "I49.9"}, {"I46", "R00.0"}, CONDITION(ARRHYTHMIA)},
        {{"I44.2", "I45.9", "R00.1"}, {"I43", "R00.2"}, CONDITION(HEART_BLOCK)},
        {{"G70.0", "G70.01"}, {"G70.1"}, CONDITION(MYASTHENIA)},
        {{"I70.2", "I70.219", "I73.9"}, {"I70.1", "I73.0"}, CONDITION(PAD)},
        {{"E20.9", "E89.2"}, {"E21", "E89.1"}, CONDITION(HYPOPARATHYROIDISM)},
        {{"E55.9"}, {"E56"}, CONDITION(VITAMIN_D_DEFICIENCY)},
        {{"N25.8", "N25.89", "E26.81"}, {"N25.9", "E26.0"}, CONDITION(GITELMAN_BARTTER)},
        {{"O80", "Z33", "Z34.9", "O99.41"}, {"Z35", "Z32"}, CONDITION(PREGNANCY)},
        {{"O14.1", "O15"}, {"P15"}, CONDITION(PREGNANCY) | CONDITION(PRE_ECLAMPSIA)},
        {{"K92.0", "K92.1", "K92.2"}, {"K92.8", "K92"}, CONDITION(GI_BLEED)},
        {{"Z93.1", "Z46.5"}, {"Z93.0", "Z46.6"}, CONDITION(NG_FEEDING)},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        for (const char *const *code = rows[i].codes; *code; code++)
            if (conditions(MAG_SYSTEM_ICD10, *code) != rows[i].set)
                fail_msg("%s gives %u", *code, conditions(MAG_SYSTEM_ICD10, *code));
        for (const char *const *code = rows[i].neighbours; *code; code++)
            if (conditions(MAG_SYSTEM_ICD10, *code) != 0)
                fail_msg("%s gives %u", *code, conditions(MAG_SYSTEM_ICD10, *code));
    }
    assert_int_equal(conditions(MAG_SYSTEM_ICD9, "578.9"), CONDITION(GI_BLEED));
    assert_int_equal(conditions(MAG_SYSTEM_ICD9, "579"), 0);
    assert_int_equal(conditions(MAG_SYSTEM_ICD9, "O80"), 0);
}

static void every_condition_has_a_code(void **state) {
    (void)state;
    mag_span content;
    assert_true(mag_embedded_find("pipelines/codes/conditions.yaml", &content));
    const mag_yaml *root;
    mag_error err;
    assert_int_equal(mag_yaml_parse(arena, "conditions.yaml", content, MAG_E_RULES, &root, &err),
                     MAG_OK);
    const mag_yaml *all = mag_yaml_get(root, "conditions");
    for (int i = 0; i < MAG_CONDITION_COUNT; i++) {
        const mag_yaml *one = mag_yaml_get(all, mag_condition_name((mag_condition)i));
        if (!one || !mag_yaml_get(one, "icd10") || !mag_yaml_get(one, "icd10")->first)
            fail_msg("%s", mag_condition_name((mag_condition)i));
        if (i != MAG_CONDITION_DIALYSIS && !mag_yaml_get(one, "to_confirm"))
            fail_msg("%s is from knowledge and does not say so", one->key);
    }
}

static void digest_is_over_the_bytes_in_order_of_their_names(void **state) {
    (void)state;
    char text[3 * 65536];
    size_t nbytes = 0;
    for (size_t i = 0; i < mag_embedded_count; i++) {
        if (strncmp(mag_embedded_files[i].name, "pipelines/codes/", 16) != 0)
            continue;
        assert_true(nbytes + mag_embedded_files[i].nbytes <= sizeof text);
        memcpy(text + nbytes, mag_embedded_files[i].at, mag_embedded_files[i].nbytes);
        nbytes += mag_embedded_files[i].nbytes;
    }
    char expected[MAG_SHA256_HEX_NBYTES];
    mag_sha256_of((mag_span){text, nbytes}, expected);
    assert_string_equal(mag_codebook_sha256(book), expected);
}

/* The names that feeds use, besides ours; HL7 table 0396 and FHIR have most of them. */
static void systems_are_known_by_the_names_that_feeds_use(void **state) {
    (void)state;
    static const struct {
        const char *name;
        mag_code_system system;
    } rows[] = {
        {"LN", MAG_SYSTEM_LOINC},        {"ln", MAG_SYSTEM_LOINC},
        {" LOINC ", MAG_SYSTEM_LOINC},   {"http://loinc.org", MAG_SYSTEM_LOINC},
        {"RXCUI", MAG_SYSTEM_RXNORM},    {"RXNORM", MAG_SYSTEM_RXNORM},
        {"WHO-ATC", MAG_SYSTEM_ATC},     {"who-atc", MAG_SYSTEM_ATC},
        {"ICD-10", MAG_SYSTEM_ICD10},    {"ICD10CM", MAG_SYSTEM_ICD10},
        {"ICD-10-CM", MAG_SYSTEM_ICD10}, {"ICD-9", MAG_SYSTEM_ICD9},
        {"ICD9CM", MAG_SYSTEM_ICD9},     {"ICD-9-CM", MAG_SYSTEM_ICD9},
        {"SCT", MAG_SYSTEM_SNOMED},      {"SNOMED-CT", MAG_SYSTEM_SNOMED},
        {"LNX", MAG_SYSTEM_NONE},        {"L", MAG_SYSTEM_NONE},
        {"ICD-11", MAG_SYSTEM_NONE},     {"ICD", MAG_SYSTEM_NONE},
        {"LOINC LN", MAG_SYSTEM_NONE},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (mag_code_system_find(mag_span_of(rows[i].name)) != rows[i].system)
            fail_msg("%s", rows[i].name);
}

static void laboratory_codes_are_found_in_any_case_and_with_blanks(void **state) {
    (void)state;
    assert_int_equal(mag_codebook_analyte(book, MAG_SYSTEM_LOINC, mag_span_of(" 2601-3\t")),
                     MAG_MAGNESIUM);
    assert_int_equal(mag_codebook_analyte(book, MAG_SYSTEM_LOINC, mag_span_of("2601 3")),
                     MAG_ANALYTE_NONE);
    assert_int_equal(
        mag_codebook_analyte(book, MAG_SYSTEM_LOINC,
                             mag_span_of("2601-3                                      2601-3")),
        MAG_ANALYTE_NONE);
}

static void names_of_systems_classes_and_conditions_go_both_ways(void **state) {
    (void)state;
    for (int i = 1; i < MAG_CODE_SYSTEM_COUNT; i++)
        assert_int_equal(
            mag_code_system_find(mag_span_of(mag_code_system_name((mag_code_system)i))), i);
    assert_int_equal(mag_code_system_find(mag_span_of("loinc")), MAG_SYSTEM_LOINC);
    assert_int_equal(mag_code_system_find(mag_span_of("nothing")), MAG_SYSTEM_NONE);
    assert_int_equal(mag_code_system_find(mag_span_of("")), MAG_SYSTEM_NONE);
    for (int i = 0; i < MAG_CLASS_COUNT; i++) {
        mag_class found;
        assert_true(mag_class_find(mag_span_of(mag_class_name((mag_class)i)), &found));
        assert_int_equal(found, i);
        assert_true(strlen(mag_class_label((mag_class)i)) > 0);
    }
    for (int i = 0; i < MAG_CONDITION_COUNT; i++) {
        mag_condition found;
        assert_true(mag_condition_find(mag_span_of(mag_condition_name((mag_condition)i)), &found));
        assert_int_equal(found, i);
    }
    mag_class none;
    assert_false(mag_class_find(mag_span_of("loop"), &none));
}

static void every_class_of_the_lists_of_drugs_but_mgnot_is_of_interest(void **state) {
    (void)state;
    mag_class_set all = mag_classes_of_interest();
    for (int i = 0; i < MAG_CLASS_COUNT; i++)
        assert_int_equal(all >> i & 1, i != MAG_CLASS_MGNOT && i != MAG_CLASS_STEROID);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_laboratory_codes_of_the_specification),
        cmocka_unit_test(a_code_counts_only_in_its_own_system),
        cmocka_unit_test(tells_what_a_code_says_its_results_are_in),
        cmocka_unit_test(no_look_alike_maps),
        cmocka_unit_test(every_analyte_of_the_table_has_a_code),
        cmocka_unit_test(finds_conditions_with_and_without_the_point),
        cmocka_unit_test(finds_every_condition_of_the_specification),
        cmocka_unit_test(every_condition_has_a_code),
        cmocka_unit_test(digest_is_over_the_bytes_in_order_of_their_names),
        cmocka_unit_test(systems_are_known_by_the_names_that_feeds_use),
        cmocka_unit_test(laboratory_codes_are_found_in_any_case_and_with_blanks),
        cmocka_unit_test(names_of_systems_classes_and_conditions_go_both_ways),
        cmocka_unit_test(every_class_of_the_lists_of_drugs_but_mgnot_is_of_interest),
    };
    return cmocka_run_group_tests(tests, load, unload);
}
