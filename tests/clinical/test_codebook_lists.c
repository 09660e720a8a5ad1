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
        {"analytes:\n  magnesium:\n    mimic: [[\"1\"]]\n",
         "list.yaml:3:13: codes stand below mass, molar or other"},
        {"analytes:\n  magnesium:\n    loinc: { mass: [[\"19123-9\"]] }\n",
         "list.yaml:3:21: codes stand below mass"},
        {"analytes:\n  magnesium: [\"1\"]\n", "list.yaml:2:14: codes stand below a code system"},
        {"analytes:\n  magnesium: mimic\n", "list.yaml:2:14: codes stand below a code system"},
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
        {"analytes: []\n", "list.yaml:1:1: a part of the list is missing"},
        {"analytes:\n  magnesium:\n    mimic: [{ code: \"1\" }]\n",
         "list.yaml:3:13: a code is a text"},
        {"analytes: {}\nreject:\n  - { system: MIMIC, code: \"1\" }\n", "list.yaml:3:"},
        {"analytes: {}\nreject:\n  - { system: MIMICK, code: \"1\", reason: \"urine\" }\n",
         "list.yaml:3:5: there is no such code system"},
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
        {"conditions:\n  ckd:\n    icd10: [\"O\"]\n", ""},
        {"conditions:\n  ckd: [\"N18\"]\n", "list.yaml:2:8: codes stand below a code system"},
        {"conditions:\n  ckd:\n    icd10: [[\"N18\"]]\n", "list.yaml:3:13: a code is a text"},
        {"conditions:\n  ckd:\n    icd10: [\"o\"]\n", "list.yaml:3:13: not a well-formed"},
        {"conditions:\n  ckd:\n    icd10: [\"1\"]\n", "list.yaml:3:13: not a well-formed"},
        {"conditions:\n  ckd:\n    icd10: [{ code: \"N18\" }]\n",
         "list.yaml:3:13: a code is a text"},
        {"conditions:\n  ckd:\n    icd-10-cm-x: [\"N18\"]\n",
         "list.yaml:3:18: there is no such code system"},
        {"reject: []\n", "list.yaml:1:1: a part of the list is missing"},
        {"conditions: {}\nreject:\n  - { system: ICD10, code: \"N18.9\", reason: \"no\" }\n",
         "list.yaml:3:28: not a well-formed"},
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
        {DRUGS("  LOOP: { atc: [C03CA], names: [[x]] }\n"), "list.yaml:2:33: a name is a text"},
        {DRUGS("  LOOP: { atc: [C03CA], names: [\"x + --\"] }\n"),
         "list.yaml:2:33: a name without a word"},
        {DRUGS("  LOOP: { atc: [C03CA], names: [x], brands: [\"--\"] }\n"),
         "list.yaml:2:46: a name without a word"},
        {DRUGS("  LOOP: { atc: [C03CA], names: [x], names_if_routed: [\"--\"] }\n"),
         "list.yaml:2:55: a name without a word"},
        {DRUGS("  LOOP: { atc: [C03CA], names: [x], atc_if_named: [c] }\n"),
         "list.yaml:2:52: not a well-formed"},
        {DRUGS("  LOOP: { atc: [C03CA], names: [x], atc_if_routed: [c] }\n"),
         "list.yaml:2:53: not a well-formed"},
        {DRUGS("  LOOP: { atc: [C03CA], names: [x], atc_not: [c] }\n"),
         "list.yaml:2:47: not a well-formed"},
        {DRUGS("  LOOP: { atc: [C03CA], names: [x], bnf: [c] }\n"),
         "list.yaml:2:43: not a well-formed"},
        {DRUGS("  LOOP: { atc: [C03CA], names: [x], rxnorm_if_routed: { x: \"4a\" } }\n"),
         "list.yaml:2:60: not a well-formed"},
        {DRUGS("  LOOP: { atc: [C03CA], names: [x], rxnorm_not: [\"4a\"] }\n"),
         "list.yaml:2:50: not a well-formed"},
    };
    check(mag_list_read_drugs, rows, sizeof rows / sizeof *rows);
}

/* The parts of the list of drugs behind the classes, each in its place. */
#define PARTS(local, inhaled, elements, hosts, plain, course, watch)                               \
    "classes: {}\nlocal_words: [" local "]\ninhaled_words: [" inhaled "]\nelements: {" elements    \
    "}\ncounter_ion_hosts: [" hosts "]\nplain_words: [" plain                                      \
    "]\ningredients: {}\nh_pylori: {" course "}\napart: {}\nwatch: {" watch "}\n"

static void a_fault_behind_the_classes_is_named_with_its_place(void **state) {
    (void)state;
    static const faulty rows[] = {
        {PARTS("", "", "", "", "", "", ""), ""},
        {PARTS("\"-\"", "", "", "", "", "", ""), "list.yaml:2:15: a name without a word"},
        {PARTS("", "\"-\"", "", "", "", "", ""), "list.yaml:3:17: a name without a word"},
        {PARTS("", "", "magnesium: MGSOUP", "", "", "", ""),
         "list.yaml:4:23: there is no such drug"},
        {PARTS("", "", "magnesium: []", "", "", "", ""), "list.yaml:4:23: there is no such drug"},
        {PARTS("", "", "\"-\": MGSUPP", "", "", "", ""), "list.yaml:4:17: a name without a word"},
        {PARTS("", "", "", "\"-\"", "", "", ""), "list.yaml:5:21: a name without a word"},
        {PARTS("", "", "", "", "\"-\"", "", ""), "list.yaml:6:15: a name without a word"},
        {PARTS("", "", "", "", "", "names: [\"-\"]", ""), "list.yaml:8:20: a name without a word"},
        {PARTS("", "", "", "", "", "atc: [a]", ""), "list.yaml:8:18: not a well-formed"},
        {PARTS("", "", "", "", "", "", "atc: [a]"), "list.yaml:10:15: not a well-formed"},
        {PARTS("", "", "", "", "", "", "stems: [[a]]"), "list.yaml:10:17: a stem is a text"},
        {PARTS("", "", "", "", "", "", "stems: [\"-\"]"), "list.yaml:10:17: a name without a word"},
        {PARTS("", "", "", "", "", "", "not_words: [\"-\"]"),
         "list.yaml:10:21: a name without a word"},
        {"classes: {}\n", "list.yaml:1:"},
    };
    check(mag_list_read_drugs, rows, sizeof rows / sizeof *rows);
}

static void a_fault_in_the_agents_is_named_with_its_place(void **state) {
    (void)state;
    static const faulty rows[] = {
        {"agents: { sotalol: { atc: [C07AA07], omop: [\"1370109\"], names: [Betapace] } }\n", ""},
        {"agents: { sotalool: { atc: [C07AA07] } }\n", "list.yaml:1:21: there is no such agent"},
        {"agents: { sotalol: { atk: [C07AA07] } }\n", "list.yaml:1:"},
        {"agents: { sotalol: { atc: [C07AA7] } }\n", "list.yaml:1:28: not a well-formed"},
        {"agents: { sotalol: { omop: [C07AA07] } }\n", "list.yaml:1:29: not a well-formed"},
        {"agents: { sotalol: { omop: [\"1\", \"1\"] } }\n",
         "list.yaml:1:34: the code stands in two"},
        {"agents: { sotalol: { names: [\"-\"] } }\n", "list.yaml:1:30: a name without a word"},
        {"agents: {}\nagent: {}\n", "list.yaml:2:"},
    };
    check(mag_list_read_agents, rows, sizeof rows / sizeof *rows);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_fault_in_the_analytes_is_named_with_its_place),
        cmocka_unit_test(a_fault_in_the_conditions_is_named_with_its_place),
        cmocka_unit_test(a_fault_in_the_drugs_is_named_with_its_place),
        cmocka_unit_test(a_fault_behind_the_classes_is_named_with_its_place),
        cmocka_unit_test(a_fault_in_the_agents_is_named_with_its_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
