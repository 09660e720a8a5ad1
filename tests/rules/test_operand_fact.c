/* Questions about the quality of data, each asked of a patient written as the lines of an example.
 */
#include "world.h"

#include "rules/operand_fact.h"

static world in;
static mag_drug_room room;

static mag_record_query asked(mag_operand_kind kind, mag_analyte analyte, mag_series series,
                              uint64_t words, int32_t days) {
    static mag_operand operand;
    operand = (mag_operand){.kind = kind, .analyte = analyte, .series = series, .words = words};
    return (mag_record_query){&in.patient, &operand, world_days(&in, days)};
}

static mag_record_query about_any(mag_operand_kind kind) {
    return asked(kind, MAG_ANALYTE_NONE, MAG_SERIES_ANY, 0, 90);
}

static mag_truth_value answer(mag_record_query query) {
    return mag_record_any(&query).truth.is;
}

/* "potassium magnesium": the analytes of every record that the query is about. */
static void names_of(mag_record_query query, char out[200]) {
    out[0] = '\0';
    for (const mag_lab *lab = mag_record_next(&query, NULL); lab != NULL;
         lab = mag_record_next(&query, lab)) {
        if (out[0] != '\0')
            strcat(out, " ");
        strcat(out, mag_analyte_of(mag_lab_analyte(lab))->name);
    }
}

typedef struct fact_case {
    const char *lines;
    const char *rejected, *unit_missing, *conflict; /* analytes, in their order */
} fact_case;

static const fact_case CASES[] = {
    {"female 50 y", "", "", ""},
    {"magnesium 0.8 mmol/L 3 days ago", "", "", ""},
    {"magnesium rejected 3 days ago", "magnesium", "", ""},
    {"magnesium rejected 90 days ago", "magnesium", "", ""},
    {"magnesium rejected 91 days ago", "", "", ""},
    {"magnesium rejected 3 days ago; magnesium 0.8 mmol/L 2 days ago", "magnesium", "", ""},
    {"potassium rejected 3 days ago; ck rejected 3 days ago", "potassium ck", "", ""},
    {"magnesium_urine rejected 3 days ago", "", "", ""}, /* has no limits */
    {"female 50 y 60 kg; weight rejected 3 days ago", "", "", ""},
    {"egfr_reported rejected 3 days ago", "egfr_reported", "", ""},
    {"calcium_ionised 7.4 mmol/L 3 days ago", "", "", ""}, /* of suspect( ) */
    {"magnesium 1.3 no unit 3 days ago", "", "magnesium", ""},
    {"magnesium 1.3 no unit 90 days ago", "", "magnesium", ""},
    {"magnesium 1.3 no unit 91 days ago", "", "", ""},
    {"sodium 140 mmol/L on 2024-06-20T08:00; sodium 160 mmol/L on 2024-06-21T08:00", "", "", ""},
    {"magnesium 0.80 mmol/L on 2024-06-20T08:00; magnesium 0.70 mmol/L on 2024-06-20T08:00", "", "",
     "magnesium magnesium"},
    {"magnesium 0.80 mmol/L on 2024-06-20T08:00; magnesium 0.76 mmol/L on 2024-06-20T08:00", "", "",
     ""},
    {"magnesium 0.80 mmol/L 90 days ago; magnesium 0.70 mmol/L 90 days ago", "", "",
     "magnesium magnesium"},
    {"magnesium 0.80 mmol/L 91 days ago; magnesium 0.70 mmol/L 91 days ago", "", "", ""},
};

static void expect_names(const fact_case *of, mag_operand_kind kind, const char *expected) {
    char got[200];
    names_of(about_any(kind), got);
    if (strcmp(got, expected) != 0)
        fail_msg("%s: operand %d is about \"%s\", not \"%s\"", of->lines, (int)kind, got, expected);
    assert_int_equal(answer(about_any(kind)), *expected != '\0' ? MAG_TRUE : MAG_FALSE);
}

static void facts_of_any_analyte_name_their_records(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        world_say(&in, "%s", CASES[i].lines);
        expect_names(&CASES[i], MAG_OPERAND_REJECTED, CASES[i].rejected);
        expect_names(&CASES[i], MAG_OPERAND_UNIT_MISSING, CASES[i].unit_missing);
        expect_names(&CASES[i], MAG_OPERAND_CONFLICT, CASES[i].conflict);
    }
}

static void a_fact_of_one_analyte_does_not_see_another(void **state) {
    (void)state;
    WORLD(&in, "potassium rejected 3 days ago", "weight rejected 3 days ago",
          "sodium 140 no unit 4 days ago");
    const struct {
        mag_operand_kind kind;
        mag_analyte analyte;
        mag_truth_value expected;
    } rows[] = {
        {MAG_OPERAND_REJECTED, MAG_POTASSIUM, MAG_TRUE},
        {MAG_OPERAND_REJECTED, MAG_WEIGHT, MAG_TRUE},
        {MAG_OPERAND_REJECTED, MAG_SODIUM, MAG_FALSE},
        {MAG_OPERAND_UNIT_MISSING, MAG_SODIUM, MAG_TRUE},
        {MAG_OPERAND_UNIT_MISSING, MAG_POTASSIUM, MAG_FALSE},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        assert_int_equal(answer(asked(rows[i].kind, rows[i].analyte, MAG_SERIES_NONE, 0, 90)),
                         rows[i].expected);
}

static void the_newest_record_speaks_for_the_fact(void **state) {
    (void)state;
    WORLD(&in, "potassium rejected 3 days ago", "sodium rejected 1 days ago",
          "magnesium rejected 2 days ago");
    const mag_record_query query = about_any(MAG_OPERAND_REJECTED);
    const mag_value value = mag_record_any(&query);
    assert_int_equal(mag_lab_analyte(value.lab), MAG_SODIUM);
    assert_true(value.is_date_only);
    assert_int_equal(value.at, value.lab->minute);
}

/* A unit that the site says for a code counts as missing where the profile of units is kept. */
static void an_inferred_unit_is_asked_after_of_magnesium_alone(void **state) {
    (void)state;
    mag_lab labs[2];
    WORLD(&in, "magnesium 0.8 mmol/L 3 days ago", "potassium 4 mmol/L 3 days ago");
    assert_int_equal(in.patient.first[MAG_ANALYTE_COUNT], 2);
    for (size_t i = 0; i < 2; i++) {
        labs[i] = in.patient.labs[i];
        labs[i].packed |= (uint32_t)MAG_LAB_INFERRED_UNIT << MAG_LAB_FLAGS_AT;
    }
    const mag_lab *own = in.patient.labs;
    in.patient.labs = labs;
    const fact_case both = {"units of the site", "", "magnesium", ""};
    expect_names(&both, MAG_OPERAND_UNIT_MISSING, both.unit_missing);
    in.patient.labs = own;
}

#define BIT(suspicion) ((uint64_t)1 << MAG_SUSPECT_##suspicion)

static void each_word_of_suspect_finds_its_own_samples(void **state) {
    (void)state;
    static const struct {
        const char *lines, *edta, *haemolysis, *drip_arm, *ph;
    } rows[] = {
        {"potassium 6.8 mmol/L 3 days ago; calcium_adjusted 1.55 mmol/L 3 days ago;"
         "magnesium 0.30 mmol/L 3 days ago",
         "magnesium potassium calcium_adjusted", "", "", ""},
        {"potassium 6.8 mmol/L 30 days ago; calcium_adjusted 1.55 mmol/L 30 days ago;"
         "magnesium 0.30 mmol/L 30 days ago",
         "magnesium potassium calcium_adjusted", "", "", ""},
        {"potassium 6.8 mmol/L 31 days ago; calcium_adjusted 1.55 mmol/L 31 days ago;"
         "magnesium 0.30 mmol/L 31 days ago",
         "", "", "", ""},
        {"potassium 5.9 mmol/L haemolysed 3 days ago", "", "potassium", "", ""},
        {"magnesium 1.1 mmol/L haemolysed 3 days ago", "", "magnesium", "", ""},
        {"sodium 140 mmol/L haemolysed 3 days ago", "", "", "", ""},
        {"sodium 140 mmol/L 4 days ago; sodium 160 mmol/L 3 days ago;"
         "potassium 2.4 mmol/L 3 days ago",
         "", "", "sodium", ""},
        {"glucose 6 mmol/L 4 days ago; glucose 40 mmol/L 3 days ago", "", "", "glucose", ""},
        {"calcium_ionised 7.4 mmol/L 3 days ago", "", "", "", "calcium_ionised"},
        {"calcium_ionised 1.2 mmol/L 3 days ago", "", "", "", ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        world_say(&in, "%s", rows[i].lines);
        const char *const expected[MAG_SUSPICION_COUNT] = {
            [MAG_SUSPECT_EDTA] = rows[i].edta,
            [MAG_SUSPECT_HAEMOLYSIS] = rows[i].haemolysis,
            [MAG_SUSPECT_DRIP_ARM] = rows[i].drip_arm,
            [MAG_SUSPECT_PH] = rows[i].ph};
        bool is_any = false;
        for (int word = 0; word < MAG_SUSPICION_COUNT; word++) {
            char got[200];
            names_of(asked(MAG_OPERAND_SUSPECT, MAG_ANALYTE_NONE, MAG_SERIES_NONE,
                           (uint64_t)1 << word, 30),
                     got);
            if (strcmp(got, expected[word]) != 0)
                fail_msg("%s: word %d finds \"%s\"", rows[i].lines, word, got);
            is_any = is_any || *got != '\0';
        }
        const uint64_t every = BIT(EDTA) | BIT(HAEMOLYSIS) | BIT(DRIP_ARM) | BIT(PH);
        assert_int_equal(
            answer(asked(MAG_OPERAND_SUSPECT, MAG_ANALYTE_NONE, MAG_SERIES_NONE, every, 30)),
            is_any ? MAG_TRUE : MAG_FALSE);
    }
}

static const mag_member magnesium[] = {{MAG_CLASS_MGSUPP, 0}, {MAG_CLASS_MGANTACID, 0}};

static mag_drug_query of_magnesium(void) {
    mag_error err;
    assert_int_equal(mag_drug_room_reserve(&room, &in.account, &in.patient, &err), MAG_OK);
    return (mag_drug_query){
        .patient = &in.patient, .members = magnesium, .member_count = 2, .room = &room};
}

static void a_dose_is_unclear_if_it_is_unknown_or_an_interval(void **state) {
    (void)state;
    static const struct {
        const char *lines;
        mag_truth_value unclear, repeated;
    } rows[] = {
        {"female 50 y", MAG_FALSE, MAG_FALSE},
        {"outside stays", MAG_UNDECIDED, MAG_UNDECIDED},
        {"no prescriptions source", MAG_UNDECIDED, MAG_UNDECIDED},
        {"MGSUPP 400 mg since 9 days ago", MAG_FALSE, MAG_FALSE},
        {"MGSUPP since 9 days ago", MAG_TRUE, MAG_FALSE},
        {"MGSUPP since 9 days ago until 2 days ago", MAG_FALSE, MAG_FALSE},
        {"drug \"Magnesium Oxide\" 400 mg since 9 days ago", MAG_TRUE, MAG_FALSE},
        {"LOOP since 9 days ago", MAG_FALSE, MAG_FALSE},
        {"MGSUPP 400 mg since 9 days ago; MGSUPP 400 mg since 5 days ago", MAG_FALSE, MAG_TRUE},
        {"MGSUPP 400 mg since 9 days ago; MGSUPP 400 mg since 9 days ago", MAG_FALSE, MAG_TRUE},
        {"MGSUPP 400 mg since 9 days ago; MGSUPP 200 mg since 5 days ago", MAG_FALSE, MAG_FALSE},
        {"MGSUPP 400 mg since 9 days ago; MGANTACID 400 mg since 5 days ago", MAG_FALSE, MAG_FALSE},
        {"MGSUPP 400 mg since 9 days ago until 6 days ago; MGSUPP 400 mg since 5 days ago",
         MAG_FALSE, MAG_FALSE},
        {"LOOP since 9 days ago; LOOP since 9 days ago", MAG_FALSE, MAG_FALSE},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        world_say(&in, "%s", rows[i].lines);
        const mag_drug_query query = of_magnesium();
        if (mag_drug_dose_unclear(&query).truth.is != rows[i].unclear)
            fail_msg("%s: dose", rows[i].lines);
        if (mag_drug_repeated(&query).truth.is != rows[i].repeated)
            fail_msg("%s: repeated", rows[i].lines);
    }
}

static int set_up(void **state) {
    (void)state;
    world_begin(&in);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    mag_drug_room_done(&room, &in.account);
    world_end(&in);
    return 0;
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(facts_of_any_analyte_name_their_records),
        TEST(a_fact_of_one_analyte_does_not_see_another),
        TEST(the_newest_record_speaks_for_the_fact),
        TEST(an_inferred_unit_is_asked_after_of_magnesium_alone),
        TEST(each_word_of_suspect_finds_its_own_samples),
        TEST(a_dose_is_unclear_if_it_is_unknown_or_an_interval),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
