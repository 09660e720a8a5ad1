/* What the lists must hold, each with a fault planted into the shipped lists. */
#include "clinical/codebook_lists.h"
#include "io/embedded.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { AGENTS, ANALYTES, CONDITIONS, DRUGS };

static const char *const files[MAG_LIST_COUNT] = {
    "pipelines/codes/agents.yaml", "pipelines/codes/analytes.yaml",
    "pipelines/codes/conditions.yaml", "pipelines/codes/drugs.yaml"};

/* Loads the shipped lists with one text of one list replaced; "" if that is fine, else what was
   said. */
static void load_with(int list, const char *from, const char *to, char said[1024]) {
    mag_account account = {0};
    mag_arena *arena = mag_arena_new(&account);
    mag_span contents[MAG_LIST_COUNT];
    for (size_t i = 0; i < MAG_LIST_COUNT; i++)
        assert_true(mag_embedded_find(files[i], &contents[i]));
    static char changed[1 << 17];
    const mag_span *original = &contents[list];
    const size_t from_nbytes = strlen(from), to_nbytes = strlen(to);
    size_t at = 0;
    while (at + from_nbytes <= original->nbytes &&
           memcmp(original->at + at, from, from_nbytes) != 0)
        at++;
    if (at + from_nbytes > original->nbytes)
        fail_msg("the list no longer holds: %s", from);
    assert_true(original->nbytes + to_nbytes < sizeof changed);
    memcpy(changed, original->at, at);
    memcpy(changed + at, to, to_nbytes);
    memcpy(changed + at + to_nbytes, original->at + at + from_nbytes,
           original->nbytes - at - from_nbytes);
    contents[list] = (mag_span){changed, original->nbytes - from_nbytes + to_nbytes};
    const mag_codebook *book = NULL;
    mag_error err = {0};
    const mag_status status = mag_codebook_load_from(arena, contents, &book, &err);
    snprintf(said, 1024, "%s", status == MAG_OK ? "" : err.text);
    if (status != MAG_OK)
        assert_int_equal(status, MAG_E_RULES);
    mag_arena_free(arena);
}

typedef struct planted {
    int list;
    const char *from, *to, *says;
} planted;

static void check(const planted *rows, size_t count) {
    int wrong = 0;
    for (size_t i = 0; i < count; i++) {
        char said[1024];
        load_with(rows[i].list, rows[i].from, rows[i].to, said);
        if (*rows[i].says ? !strstr(said, rows[i].says) : *said != '\0') {
            print_error("%s: \"%s\" instead of \"%s\"\n", rows[i].to, said, rows[i].says);
            wrong++;
        }
    }
    assert_int_equal(wrong, 0);
}

#define CHECK(rows) check(rows, sizeof(rows) / sizeof *(rows))

static void the_shipped_lists_hold(void **state) {
    (void)state;
    static const planted rows[] = {
        {DRUGS, "names: [furosemide,", "names: [furosemide,", ""},
        {DRUGS, "names: [furosemide,", "names: [piretanide, furosemide,", ""},
    };
    CHECK(rows);
}

static void no_sparing_or_magnesium_drug_gets_into_a_depleting_class(void **state) {
    (void)state;
    static const planted rows[] = {
        {DRUGS, "names: [furosemide,", "names: [amiloride, furosemide,",
         "wastes magnesium and spares or supplies it: amiloride"},
        {DRUGS, "names: [omeprazole,", "names: [magnesium oxide, omeprazole,",
         "wastes magnesium and spares or supplies it: magnesium oxide"},
        {DRUGS, "atc: [C03CA, C03CB,", "atc: [C03DA, C03CA, C03CB,",
         "wastes magnesium and spares or supplies it: C03DA"},
        {DRUGS, "bnf: [\"0103050\"]", "bnf: [\"0905013\"]",
         "wastes magnesium and spares or supplies it: 0905013"},
        {DRUGS, "furosemide: \"4603\"", "spironolactone: \"9997\"",
         "wastes magnesium and spares or supplies it: 9997"},
        {DRUGS, "patiromer: \"1716203\" }", "magnesium oxide: \"6582\", patiromer: \"1716203\" }",
         "wastes magnesium and spares or supplies it: 6582"},
    };
    CHECK(rows);
}

static void what_is_excluded_stays_excluded(void **state) {
    (void)state;
    static const planted rows[] = {
        {DRUGS, "    atc_not: [A02BD08]\n", "",
         "in the class that it must stay apart from: A02BD08"},
        {DRUGS, "atc_not: [C03BC, C03BD]", "atc_not: [C03BC]",
         "in the class that it must stay apart from: C03BD01"},
        {DRUGS, "atc_not: [J01AA12, J01AA13,", "atc_not: [J01AA12,",
         "in the class that it must stay apart from: J01AA13"},
        {DRUGS, "C09BX01, C09BX03,", "C09BX, C09BX03,",
         "in the class that it must stay apart from: C09BX02"},
        {DRUGS, "atc: [L01FE, L01FX18,", "atc: [L01, L01FE, L01FX18,",
         "in the class that it must stay apart from: L01EB01"},
    };
    CHECK(rows);
}

static void sound_alikes_stay_apart(void **state) {
    (void)state;
    static const planted rows[] = {
        {DRUGS, "indapamide, metolazone, xipamide,",
         "indapamide, metolazone, metoprolol, xipamide,", "apart from: metoprolol"},
        {DRUGS, "frusemide, bumetanide,", "frusemide, bumetanide, budesonide,",
         "apart from: budesonide"},
        {DRUGS, "triamterene, amiloride, potassium",
         "triamterene, amiloride, amlodipine, potassium", "apart from: amlodipine"},
        {DRUGS, "names: [quinine]", "names: [quinine, quinidine]", "apart from: quinidine"},
        {DRUGS, "names: [omeprazole,", "names: [aripiprazole, omeprazole,",
         "apart from: aripiprazole"},
        {DRUGS, "names: [omeprazole,", "names: [brexpiprazole, omeprazole,",
         "apart from: brexpiprazole"},
        {DRUGS, "pravastatin, fluvastatin, lovastatin,\n            pitavastatin]",
         "nystatin, pravastatin, fluvastatin, lovastatin,\n            pitavastatin]",
         "apart from: nystatin"},
        {DRUGS, "names: [warfarin,", "names: [apixaban, warfarin,", "apart from: apixaban"},
    };
    CHECK(rows);
}

static void a_list_that_cannot_be_read_and_a_stranger_to_nothing_are_told(void **state) {
    (void)state;
    static const planted rows[] = {
        {ANALYTES, "analytes:", "analytes: [", "pipelines/codes/analytes.yaml:"},
        {DRUGS, "\n  MGSUPP: [500 mg oxide,", "\n  MGSOUP: [500 mg oxide,",
         "there is no such drug class"},
    };
    CHECK(rows);
}

static void counter_ions_are_never_supplements(void **state) {
    (void)state;
    static const planted rows[] = {
        {DRUGS, "names: [calcium carbonate,", "names: [docusate calcium, calcium carbonate,",
         "its salts would be supplements: docusate"},
        {DRUGS, "names: [potassium chloride,", "names: [diclofenac potassium, potassium chloride,",
         "its salts would be supplements: diclofenac"},
        {DRUGS, "names: [magnesium oxide, mag oxide,",
         "names: [valproate magnesium, magnesium oxide, mag oxide,",
         "its salts would be supplements: valproate"},
    };
    CHECK(rows);
}

static void laboratory_and_drug_codes_stay_apart(void **state) {
    (void)state;
    static const planted rows[] = {
        {DRUGS, "mimic: [\"222011\",", "mimic: [\"50960\", \"222011\",",
         "a laboratory code among the drugs: 50960"},
        {ANALYTES, "mimic: [\"50960\"]", "mimic: [\"50960\", \"222011\"]",
         "a laboratory code among the drugs: 222011"},
        {AGENTS, "omop: [\"974166\"]", "omop: [\"3001420\"]",
         "a laboratory code among the drugs: 3001420"},
        {DRUGS, "furosemide: \"4603\"", "furosemide: \"19123-9\"", "not a well-formed code"},
        {ANALYTES, "mass: [\"19123-9\"", "mass: [\"C03CA01\"", "not a well-formed code"},
    };
    CHECK(rows);
}

static void no_list_is_empty_and_no_agent_is_lost(void **state) {
    (void)state;
    static const planted rows[] = {
        {DRUGS, "mimic: [\"222011\", \"227523\", \"227524\"]", "mimic: []", "an empty list"},
        {DRUGS, "names: [quinine]", "names: []", "an empty list: names"},
        {DRUGS, "names: [patiromer]", "names: [patiromerum]",
         "no class holds the ingredient: patiromer"},
        {DRUGS, "patiromer: \"1716203\"", "patiromerum: \"1716203\"",
         "an ingredient that agent.def does not name"},
        {AGENTS, "  amiodarone: {", "  amiodaron: {", "there is no such agent"},
        {AGENTS, "  sulpiride: { atc: [N05AL01] }", "  sulpiride: {}", "an empty list"},
        {AGENTS, "omop: [\"1395058\"]", "omop: [\"974166\"]", "the code stands in two places"},
        {CONDITIONS, "icd10: [\"O\",", "icd10: [\"o\",", "not a well-formed code"},
    };
    CHECK(rows);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_shipped_lists_hold),
        cmocka_unit_test(no_sparing_or_magnesium_drug_gets_into_a_depleting_class),
        cmocka_unit_test(what_is_excluded_stays_excluded),
        cmocka_unit_test(sound_alikes_stay_apart),
        cmocka_unit_test(a_list_that_cannot_be_read_and_a_stranger_to_nothing_are_told),
        cmocka_unit_test(counter_ions_are_never_supplements),
        cmocka_unit_test(laboratory_and_drug_codes_stay_apart),
        cmocka_unit_test(no_list_is_empty_and_no_agent_is_lost),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
