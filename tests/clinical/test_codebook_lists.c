/* A fault in a list is refused with its place, before anything is read. */
#include "clinical/codebook_lists.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

typedef mag_status (*list_reader)(mag_list_reader *reader, const mag_yaml *root);

/* What the loader says about a list; "" if it is content. */
static void read_list(list_reader read, const char *text, char said[1024]) {
    mag_account account = {0};
    mag_error err = {0};
    mag_arena *arena = mag_arena_new(&account);
    mag_codebook *book = mag_arena_alloc(arena, sizeof *book);
    assert_non_null(book);
    const mag_yaml *root;
    mag_list_reader reader = {arena, book, "list.yaml", &err};
    mag_span span = mag_span_of(text);
    assert_int_equal(mag_yaml_parse(arena, "list.yaml", span, MAG_E_RULES, &root, &err), MAG_OK);
    mag_status status = read(&reader, root);
    assert_true(status == MAG_OK || status == MAG_E_RULES);
    strcpy(said, status == MAG_OK ? "" : err.text);
    mag_arena_free(arena);
}

typedef struct faulty {
    const char *text;
    const char *place; /* how the message begins; "" if there is no fault */
} faulty;

static void check(list_reader read, const faulty *rows, size_t count) {
    for (size_t i = 0; i < count; i++) {
        char said[1024];
        read_list(read, rows[i].text, said);
        bool is_right = rows[i].place[0] ? strncmp(said, rows[i].place, strlen(rows[i].place)) == 0
                                         : said[0] == '\0';
        if (!is_right)
            fail_msg("row %zu says \"%s\", expected \"%s\"", i, said, rows[i].place);
    }
}

static void a_fault_in_the_analytes_is_named_with_its_place(void **state) {
    (void)state;
    static const faulty rows[] = {
        {"analytes:\n  magnesium:\n    loinc: { mass: [\"19123-9\"] }\n", ""},
        {"analytes:\n  magnesium:\n    loinc: { mass: [\"19123-8\"] }\n",
         "list.yaml:3:21: not a well"},
        {"analytes:\n  magnesia:\n    mimic: [\"1\"]\n", "list.yaml:3:5: there is no such analyte"},
        {"analytes:\n  magnesium:\n    loink: [\"19123-9\"]\n",
         "list.yaml:3:12: there is no such code"},
        {"analytes:\n  magnesium:\n    mimic: [\"1\", \"1\"]\n",
         "list.yaml:3:18: the code stands in"},
        {"analytes:\n  magnesium:\n    mimic: [\"1\"]\n  sodium:\n    mimic: [\"1\"]\n",
         "list.yaml:5:13: the code stands in"},
        {"analytes:\n  sodium:\n    mimic: [\"1\"]\nreject:\n"
         "  - { system: MIMIC, code: \"1\", reason: \"urine\" }\n",
         "list.yaml:5:5: a rejected look-alike maps"},
        {"analytes:\n  sodium:\n    mimic: [\"1\"]\nreject:\n"
         "  - { system: MIMIC, code: \"2\", reason: \"urine\" }\n",
         ""},
        {"analytes:\n  magnesium:\n    loinc: { mas: [\"19123-9\"] }\n",
         "list.yaml:3:19: codes stand below mass, molar or other"},
        {"reject: []\n", "list.yaml:1:1: a part of the list is missing"},
        {"analytes:\n  sodium:\n    loinc: { molar: [] }\n",
         "list.yaml:3:21: a list of codes without a code"},
        {"analytes:\n  sodium:\n    loinc: { moler: [\"2951-2\"] }\n", "list.yaml:3:"},
        {"analytes:\n  sodium:\n    snomed: [\"1000661000000108\"]\n",
         "list.yaml:3:14: not a well"},
    };
    check(mag_list_read_analytes, rows, sizeof rows / sizeof *rows);
}

static void a_fault_in_the_conditions_is_named_with_its_place(void **state) {
    (void)state;
    static const faulty rows[] = {
        {"conditions:\n  ckd:\n    icd10: [\"N18\"]\n", ""},
        {"conditions:\n  ckd:\n    icd10: [\"N18.3\"]\n", "list.yaml:3:13: not a well-formed"},
        {"conditions:\n  gout:\n    icd10: [\"M10\"]\n",
         "list.yaml:3:5: there is no such condition"},
        {"conditions:\n  ckd:\n    icd10: [\"N18\"]\nreject:\n"
         "  - { system: ICD10, code: \"N189\", reason: \"no\" }\n",
         "list.yaml:5:5: a rejected look-alike maps"},
    };
    check(mag_list_read_conditions, rows, sizeof rows / sizeof *rows);
}

#define DRUGS(classes)                                                                             \
    "classes:\n" classes "local_words: []\ninhaled_words: []\nelements: { magnesium: MGSUPP }\n"   \
    "counter_ion_hosts: []\nplain_words: []\ningredients: {}\nh_pylori: {}\napart: {}\nwatch: "    \
    "{}\n"

static void a_fault_in_the_drugs_is_named_with_its_place(void **state) {
    (void)state;
    static const faulty rows[] = {
        {DRUGS("  LOOP: { atc: [C03CA], names: [furosemide] }\n"), ""},
        {DRUGS("  LOUP: { atc: [C03CA], names: [furosemide] }\n"),
         "list.yaml:2:9: there is no such drug"},
        {DRUGS("  LOOP: { atc: [C03C1], names: [furosemide] }\n"),
         "list.yaml:2:17: not a well-formed"},
        {DRUGS("  LOOP: { atc: [C03CA], names: [\"--\"] }\n"),
         "list.yaml:2:33: a name without a word"},
        {DRUGS("  LOOP: { names: [furosemide] }\n"), "list.yaml:2:"},
        {DRUGS("  LOOP: { atc: [C03CA], names: [x], nmaes: [y] }\n"), "list.yaml:2:"},
        {DRUGS("  LOOP: { atc: [C03CA], names: [x], rxnorm: { x: \"4a\" } }\n"), "list.yaml:2:"},
    };
    check(mag_list_read_drugs, rows, sizeof rows / sizeof *rows);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_fault_in_the_analytes_is_named_with_its_place),
        cmocka_unit_test(a_fault_in_the_conditions_is_named_with_its_place),
        cmocka_unit_test(a_fault_in_the_drugs_is_named_with_its_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
