/* Agents: one ingredient is one agent, whatever code, name or brand it comes with. */
#include "loaded_book.h"

#define BIT(name) ((mag_class_set)1 << MAG_CLASS_##name)

static mag_drug drug_of(mag_code_system system, const char *code, const char *name) {
    mag_drug drug;
    mag_error err;
    assert_int_equal(
        mag_codebook_drug(book, arena, system, mag_span_of(code), mag_span_of(name), &drug, &err),
        MAG_OK);
    return drug;
}

typedef struct row {
    mag_code_system system;
    const char *code, *name;
    mag_class_set wanted;
    const char *agent;
} row;

static void check(const row *rows, size_t count) {
    int wrong = 0;
    for (size_t i = 0; i < count; i++) {
        const mag_drug drug = drug_of(rows[i].system, rows[i].code, rows[i].name);
        const char *found = mag_agent_name(mag_codebook_agent(book, &drug, rows[i].wanted));
        if (strcmp(found, rows[i].agent) != 0) {
            print_error("%s \"%s\": %s instead of %s\n", rows[i].code, rows[i].name, found,
                        rows[i].agent);
            wrong++;
        }
    }
    assert_int_equal(wrong, 0);
}

static void moxifloxacin_is_found_by_every_kind_of_code_and_by_name(void **state) {
    (void)state;
    static const row rows[] = {
        {MAG_SYSTEM_ATC, "J01MA14", "", BIT(FQ), "moxifloxacin"},
        {MAG_SYSTEM_ATC, "j01ma14", "", BIT(QT), "moxifloxacin"},
        {MAG_SYSTEM_RXNORM, "139462", "", BIT(FQ), "moxifloxacin"},
        {MAG_SYSTEM_OMOP, "1716903", "", BIT(FQ), "moxifloxacin"},
        {MAG_SYSTEM_NONE, "", "Moxifloxacin HCl 400 mg", BIT(FQ), "moxifloxacin"},
        {MAG_SYSTEM_NONE, "", "Avelox", BIT(FQ), "moxifloxacin"},
        {MAG_SYSTEM_LOCAL, "17", "Avelox 400", BIT(FQ), "moxifloxacin"},
    };
    check(rows, sizeof rows / sizeof *rows);
}

/* Clinical spec d4, the whole table; RxNorm where the page has an id. */
static void every_drug_of_the_qt_list_is_one_agent(void **state) {
    (void)state;
    static const struct {
        const char *agent, *atc[9], *rxnorm;
    } rows[] = {
        {"amiodarone", {"C01BD01"}, "703"},
        {"sotalol", {"C07AA07", "C07BA07"}, "9947"},
        {"dofetilide", {"C01BD04"}, "49247"},
        {"ibutilide", {"C01BD05"}, "41289"},
        {"dronedarone", {"C01BD07"}, "233698"},
        {"flecainide", {"C01BC04"}, "4441"},
        {"disopyramide", {"C01BA03"}, "3541"},
        {"procainamide", {"C01BA02"}, "8700"},
        {"quinidine", {"C01BA01", "C01BA51", "C01BA71"}, "9068"},
        {"haloperidol", {"N05AD01"}, "5093"},
        {"chlorpromazine", {"N05AA01"}, "2403"},
        {"pimozide", {"N05AG02"}, "8331"},
        {"thioridazine", {"N05AC02"}, "10502"},
        {"droperidol", {"N05AD08"}, "3648"},
        {"sulpiride", {"N05AL01"}, NULL},
        {"levomepromazine", {"N05AA02"}, NULL},
        {"citalopram", {"N06AB04"}, "2556"},
        {"escitalopram", {"N06AB10"}, "321988"},
        {"quinine", {"M09AA01", "P01BC01"}, "9071"},
        {"papaverine", {"A03AD01"}, "7895"},
        {"methadone", {"N02AC52", "N07BC02"}, "6813"},
        {"ondansetron", {"A04AA01"}, "26225"},
        {"domperidone", {"A03FA03"}, NULL},
        {"clarithromycin",
         {"J01FA09", "A02BD04", "A02BD05", "A02BD06", "A02BD07", "A02BD09", "A02BD11", "A02BD12",
          "A02BD14"},
         "21212"},
        {"erythromycin", {"J01FA01"}, "4053"},
        {"azithromycin", {"J01FA10"}, "18631"},
        {"ciprofloxacin", {"J01MA02"}, "2551"},
        {"levofloxacin", {"J01MA12"}, "82122"},
        {"moxifloxacin", {"J01MA14"}, "139462"},
        {"fluconazole", {"J02AC01"}, "4450"},
        {"pentamidine", {"P01CX01"}, "7994"},
        {"chloroquine", {"P01BA01"}, "2393"},
        {"hydroxychloroquine", {"P01BA02"}, "5521"},
        {"arsenic trioxide", {"L01XX27"}, "18330"},
        {"vandetanib", {"L01EX04"}, "1098413"},
        {"nilotinib", {"L01EA03"}, "662281"},
        {"oxaliplatin", {"L01XA03"}, "32592"},
        {"donepezil", {"N06DA02", "N06DA53"}, "135447"},
        {"cilostazol", {"B01AC23"}, "21107"},
        {"anagrelide", {"L01XX35"}, NULL},
    };
    assert_int_equal(sizeof rows / sizeof *rows, 40);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        row wanted[11] = {{MAG_SYSTEM_NONE, "", rows[i].agent, BIT(QT), rows[i].agent}};
        size_t count = 1;
        for (size_t k = 0; k < 9 && rows[i].atc[k]; k++)
            wanted[count++] = (row){MAG_SYSTEM_ATC, rows[i].atc[k], "", BIT(QT), rows[i].agent};
        if (rows[i].rxnorm)
            wanted[count++] = (row){MAG_SYSTEM_RXNORM, rows[i].rxnorm, "", BIT(QT), rows[i].agent};
        check(wanted, count);
    }
}

static void the_agent_is_the_one_of_the_asked_class(void **state) {
    (void)state;
    static const char *const pack =
        "Lansoprazole 30 mg / amoxicillin 500 mg / clarithromycin 500 mg";
    static const row rows[] = {
        {MAG_SYSTEM_NONE, "", pack, BIT(QT), "clarithromycin"},
        {MAG_SYSTEM_NONE, "", pack, BIT(PPI), "lansoprazole"},
        {MAG_SYSTEM_NONE, "", pack, BIT(LOOP), ""},
        {MAG_SYSTEM_NONE, "", "Triamterene-HCTZ (37.5/25)", BIT(THIAZ), "hydrochlorothiazide"},
        {MAG_SYSTEM_NONE, "", "Triamterene-HCTZ (37.5/25)", BIT(KSPARE), "triamterene"},
        {MAG_SYSTEM_NONE, "", "quiniDINE Gluconate E.R.", BIT(QT), "quinidine"},
        {MAG_SYSTEM_NONE, "", "quinine sulfate", BIT(QUININE), "quinine"},
        {MAG_SYSTEM_NONE, "", "Chlorothiazide Sodium", BIT(THIAZ), "chlorothiazide"},
        {MAG_SYSTEM_NONE, "", "Hydrochlorothiazide", BIT(THIAZ), "hydrochlorothiazide"},
        {MAG_SYSTEM_ATC, "A12CC10", "", BIT(MGSUPP), "magnesium oxide"},
        {MAG_SYSTEM_NONE, "", "Esomeprazole Magnesium 40 mg", BIT(PPI), "esomeprazole"},
    };
    check(rows, sizeof rows / sizeof *rows);
}

/* Four are kept; of more than eight in one name the others are not even looked at. */
static void the_first_four_agents_of_a_name_are_kept(void **state) {
    (void)state;
    static const struct {
        const char *name, *kept[MAG_DRUG_AGENTS];
    } rows[] = {
        {"amiodarone sotalol", {"amiodarone", "sotalol", "", ""}},
        {"amiodarone sotalol dofetilide ibutilide dronedarone",
         {"amiodarone", "sotalol", "dofetilide", "ibutilide"}},
        {"amiodarone sotalol dofetilide ibutilide dronedarone flecainide disopyramide procainamide "
         "quinidine haloperidol",
         {"amiodarone", "sotalol", "dofetilide", "ibutilide"}},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const mag_drug drug = drug_of(MAG_SYSTEM_NONE, "", rows[i].name);
        for (size_t k = 0; k < MAG_DRUG_AGENTS; k++)
            assert_string_equal(mag_agent_name(drug.agents[k]), rows[i].kept[k]);
    }
}

static void an_unknown_ingredient_and_a_drop_for_the_eye_have_none(void **state) {
    (void)state;
    static const row rows[] = {
        {MAG_SYSTEM_ATC, "C03CB01", "", BIT(LOOP), ""},
        {MAG_SYSTEM_NONE, "", "Moxifloxacin 0.5% Ophth Soln", ~(mag_class_set)0, ""},
        {MAG_SYSTEM_ATC, "S01AE07", "moxifloxacin", ~(mag_class_set)0, ""},
        {MAG_SYSTEM_NONE, "", "Metoprolol Tartrate", ~(mag_class_set)0, ""},
        {MAG_SYSTEM_NONE, "", "", ~(mag_class_set)0, ""},
    };
    check(rows, sizeof rows / sizeof *rows);
}

/* The last paragraph of clinical spec d4. */
static void omop_ingredients_reach_their_classes(void **state) {
    (void)state;
    static const struct {
        const char *concept_id, *agent;
        mag_class_set classes;
    } rows[] = {
        {"974166", "hydrochlorothiazide", BIT(THIAZ)},
        {"1395058", "chlorthalidone", BIT(THIAZ)},
        {"978555", "indapamide", BIT(THIAZ)},
        {"907013", "metolazone", BIT(THIAZ)},
        {"45892419", "gentamicin", BIT(AMINOG)},
        {"902722", "tobramycin", BIT(AMINOG)},
        {"1790868", "amikacin", BIT(AMINOG)},
        {"1836191", "streptomycin", BIT(AMINOG)},
        {"1397599", "cisplatin", BIT(PLATIN) | BIT(CISPLAT)},
        {"1344905", "carboplatin", BIT(PLATIN) | BIT(CARBOPLAT)},
        {"1315411", "cetuximab", BIT(EGFRMAB)},
        {"19100985", "panitumumab", BIT(EGFRMAB)},
        {"35606215", "necitumumab", BIT(EGFRMAB)},
        {"1536935", "amivantamab", BIT(EGFRMAB)},
        {"19011440", "everolimus", BIT(MTOR)},
        {"19092845", "temsirolimus", BIT(MTOR)},
        {"1797513", "ciprofloxacin", BIT(FQ) | BIT(QT)},
        {"1742253", "levofloxacin", BIT(FQ) | BIT(QT)},
        {"1716903", "moxifloxacin", BIT(FQ) | BIT(QT)},
        {"1738521", "doxycycline", BIT(TETRA)},
        {"1501700", "levothyroxine", BIT(THYROX)},
        {"1310149", "warfarin", BIT(VKA)},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const mag_drug drug = drug_of(MAG_SYSTEM_OMOP, rows[i].concept_id, "");
        assert_int_equal(drug.classes, rows[i].classes);
        assert_string_equal(mag_agent_name(drug.agents[0]), rows[i].agent);
        assert_string_equal(drug.matched_by, "code");
    }
    assert_int_equal(drug_of(MAG_SYSTEM_ATC, "974166", "").classes, 0);
}

static void names_of_agents_go_both_ways(void **state) {
    (void)state;
    uint16_t agent = 0, count = 0;
    assert_true(mag_agent_find(mag_span_of("moxifloxacin"), &agent));
    assert_string_equal(mag_agent_name(agent), "moxifloxacin");
    assert_false(mag_agent_find(mag_span_of("Moxifloxacin"), &agent));
    assert_false(mag_agent_find(mag_span_of(""), &agent));
    static const char *const names[] = {
#define MAG_AGENT(name) name,
#include "clinical/agent.def"
#undef MAG_AGENT
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++, count++) {
        assert_true(mag_agent_find(mag_span_of(names[i]), &agent));
        assert_int_equal(agent, i + 1);
        assert_true(i == 0 || strcmp(names[i - 1], names[i]) < 0);
    }
    assert_true(count > 200);
}

static void every_agent_is_found_by_its_own_name(void **state) {
    (void)state;
    static const char *const names[] = {
#define MAG_AGENT(name) name,
#include "clinical/agent.def"
#undef MAG_AGENT
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const mag_drug drug = drug_of(MAG_SYSTEM_NONE, "", names[i]);
        bool is_found = false;
        for (size_t k = 0; k < MAG_DRUG_AGENTS; k++)
            is_found |= strcmp(mag_agent_name(drug.agents[k]), names[i]) == 0;
        if (!is_found || !drug.classes)
            fail_msg("%s", names[i]);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(moxifloxacin_is_found_by_every_kind_of_code_and_by_name),
        cmocka_unit_test(every_drug_of_the_qt_list_is_one_agent),
        cmocka_unit_test(the_agent_is_the_one_of_the_asked_class),
        cmocka_unit_test(the_first_four_agents_of_a_name_are_kept),
        cmocka_unit_test(an_unknown_ingredient_and_a_drop_for_the_eye_have_none),
        cmocka_unit_test(omop_ingredients_reach_their_classes),
        cmocka_unit_test(names_of_agents_go_both_ways),
        cmocka_unit_test(every_agent_is_found_by_its_own_name),
    };
    return cmocka_run_group_tests(tests, load, unload);
}
