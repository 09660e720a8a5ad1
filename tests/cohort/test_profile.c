/* Profiles: what the shipped ones say, and every fault with its position. */
#include "cohort_fixture.h"

#include "cohort/gate.h"

static mag_account account;
static mag_arena *arena;
static mag_error err;

static int set_up(void **state) {
    (void)state;
    memset(&err, 0, sizeof err);
    arena = mag_arena_new(&account);
    return arena ? 0 : -1;
}

static int tear_down(void **state) {
    (void)state;
    mag_arena_free(arena);
    return account.used_nbytes ? -1 : 0;
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

static void the_shipped_profiles_say_what_the_inputs_page_says(void **state) {
    (void)state;
    const mag_profile *own, *mimic;
    assert_int_equal(mag_profile_load(arena, "magscreen", &own, &err), MAG_OK);
    assert_string_equal(own->name, "magscreen");
    assert_int_equal(own->history_days, 1095);
    assert_int_equal(own->absence, MAG_ABSENCE_NONE);
    assert_int_equal(own->kidney.formula, MAG_KIDNEY_UK);
    assert_int_equal(own->kidney.weight_policy, MAG_WEIGHT_ADJUSTED30);
    assert_false(own->shifted_dates);
    assert_int_equal(own->table_count, 5);
    assert_int_equal(mag_profile_table_kind(own->tables[0]), MAG_TABLE_PATIENTS);
    assert_string_equal(mag_profile_table_file(own->tables[1]), "labs");
    assert_true(mag_profile_table_is_required(own->tables[2]));
    assert_false(mag_profile_table_is_required(own->tables[3]));
    assert_int_equal(strlen(own->sha256), 64);

    assert_int_equal(mag_profile_load(arena, "mimic-iv", &mimic, &err), MAG_OK);
    assert_true(mimic->shifted_dates);
    assert_int_equal(mimic->history_days, 0);
    assert_int_equal(mimic->absence, MAG_ABSENCE_OUTSIDE_STAYS);
    assert_int_equal(mimic->kidney.formula, MAG_KIDNEY_US);
    assert_int_equal(mimic->table_count, 6);
    assert_string_not_equal(mimic->sha256, own->sha256);
    for (size_t i = 0; i < mimic->gate_count; i++) {
        assert_true(mimic->gates[i].amber < mimic->gates[i].red);
        assert_true(strlen(mimic->gates[i].note) > 10);
    }
}

static void every_column_of_our_own_tables_is_mapped_onto_itself(void **state) {
    (void)state;
    static const char *const elsewhere[] = {"anchor_age", "anchor_year", "numeric",
                                            "ingredient", "strength",    "dose_text"};
    const mag_profile *own;
    assert_int_equal(mag_profile_load(arena, "magscreen", &own, &err), MAG_OK);
    for (size_t t = 0; t < own->table_count; t++)
        for (int i = 0; i < MAG_FIELD_COUNT; i++) {
            mag_table_kind kind = own->tables[t]->kind;
            const char *name = mag_field_name((mag_field)i), *column = own->tables[t]->columns[i];
            bool is_elsewhere = false;
            for (size_t j = 0; j < sizeof elsewhere / sizeof *elsewhere; j++)
                is_elsewhere |= strcmp(name, elsewhere[j]) == 0;
            if (!mag_field_is_of((mag_field)i, kind) || is_elsewhere)
                assert_null(column);
            else
                assert_string_equal(column, name);
        }
}

static void an_unknown_profile_names_the_shipped_ones(void **state) {
    (void)state;
    const mag_profile *profile;
    assert_int_equal(mag_profile_load(arena, "mimic", &profile, &err), MAG_E_USAGE);
    assert_non_null(strstr(err.hint, "magscreen, mimic-iv"));
    assert_int_equal(mag_profile_load(arena, "./no/such.yaml", &profile, &err), MAG_E_USAGE);
}

#define PATIENTS_TABLE                                                                             \
    "  - table: patients\n"                                                                        \
    "    file: p\n"                                                                                \
    "    columns: { patient_id: a, sex: b, birth: c }\n"
#define LABS_TABLE                                                                                 \
    "  - table: labs\n"                                                                            \
    "    file: l\n"                                                                                \
    "    columns: { patient_id: a, code: b, value: c, collected_at: d }\n"

typedef struct fault_case {
    const char *text;
    const char *place; /* how the message begins */
    const char *part;  /* of message or hint */
} fault_case;

static const fault_case FAULTS[] = {
    {"tables:\n" PATIENTS_TABLE, "x.yaml:1:1:", "\"profile\" is missing"},
    {"profile: x\n", "x.yaml:1:1:", "\"tables\" is missing"},
    {"profile: x\nhistroy: none\ntables:\n" PATIENTS_TABLE, "x.yaml:2:1:", "history"},
    {"profile: x\nhistory: 3 years\ntables:\n" PATIENTS_TABLE, "x.yaml:2:10:", "N days"},
    {"profile: x\nabsence: nothing\ntables:\n" PATIENTS_TABLE, "x.yaml:2:10:", "none"},
    {"profile: x\nshifted_dates: yes\ntables:\n" PATIENTS_TABLE, "x.yaml:2:16:", "unknown choice"},
    {"profile: x\nkidney: { formula: de }\ntables:\n" PATIENTS_TABLE, "x.yaml:2:20:", "unknown"},
    {"profile: x\nkidney: { weight: bmf }\ntables:\n" PATIENTS_TABLE, "x.yaml:2:19:", "bnf"},
    {"profile: x\ntables:\n  - table: patient\n    file: p\n    columns: { patient_id: a }\n",
     "x.yaml:3:12:", "unknown table"},
    {"profile: x\ntables:\n  - table: patients\n    file: p\n    columns: { patient_id: a, sex: b "
     "}\n",
     "x.yaml:3:5:", "birth"},
    {"profile: x\ntables:\n  - table: patients\n    file: p\n    columns: { patient_id: a, sex: b, "
     "anchor_age: c }\n",
     "x.yaml:3:5:", "birth"},
    {"profile: x\ntables:\n  - table: patients\n    file: p\n    columns: { patientid: a }\n",
     "x.yaml:5:16:", "patient_id"},
    {"profile: x\ntables:\n  - table: labs\n    file: p\n    columns: { patient_id: a, code: b, "
     "value: c }\n",
     "x.yaml:3:5:", "collected_at"},
    {"profile: x\ntables:\n" LABS_TABLE "    constants: { code_system: LOINK }\n",
     "x.yaml:6:31:", "code system"},
    {"profile: x\ntables:\n" LABS_TABLE "    units: { glucose: furlong }\n",
     "x.yaml:6:23:", "unknown unit"},
    {"profile: x\ntables:\n" LABS_TABLE "    codes: { W: wait }\n",
     "x.yaml:6:17:", "unknown analyte"},
    {"profile: x\ntables:\n" LABS_TABLE "    keep: { kind: MAIN }\n", "x.yaml:6:19:", "a list"},
    {"profile: x\ntables:\n" LABS_TABLE "    delimiter: ';'\n", "x.yaml:6:16:", "unknown choice"},
    {"profile: x\ntables:\n" LABS_TABLE "    haemolysis_from: high\n",
     "x.yaml:6:22:", "not a number"},
    {"profile: x\ntables:\n" LABS_TABLE
     "    decimal_comma: true\n    comparators_in_comment: true\n",
     "x.yaml:7:29:", "decimal_comma"},
    {"profile: x\ntables:\n  - table: prescriptions\n    file: r\n    columns: { patient_id: a, "
     "start: b }\n",
     "x.yaml:3:5:", "drug_name"},
    {"profile: x\ntables:\n  - table: prescriptions\n    file: r\n    columns: { patient_id: a, "
     "start: b, drug_name: c }\n    constants: { kind: isue }\n",
     "x.yaml:6:24:", "issue"},
    {"profile: x\ntables:\n  - table: conditions\n    file: c\n    columns: { patient_id: a, "
     "code: b }\n",
     "x.yaml:3:5:", "recorded_on"},
    {"profile: x\ngates:\n  - { name: rx.intervall, amber: 1 %, red: 2 %, note: n "
     "}\ntables:\n" LABS_TABLE,
     "x.yaml:3:13:", "rx.interval"},
    {"profile: x\ngates:\n  - { name: rx.interval, amber: 1, red: 2 %, note: n "
     "}\ntables:\n" LABS_TABLE,
     "x.yaml:3:33:", "5 %"},
    {"profile: x\ngates:\n  - { name: rx.interval, amber: 3 %, red: 2 %, note: n "
     "}\ntables:\n" LABS_TABLE,
     "x.yaml:3:33:", "above red"},
    {"profile: x\ngates:\n  - { name: rx.interval, amber: 1 %, red: 2 % }\ntables:\n" LABS_TABLE,
     "x.yaml:3:5:", "note"},
    {"profile: x\ngates:\n  - { name: freshness, amber: 1 %, red: 2 %, note: n "
     "}\ntables:\n" LABS_TABLE,
     "x.yaml:3:31:", "36 hours"},
};

static void every_fault_is_told_with_its_position(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof FAULTS / sizeof *FAULTS; i++) {
        const mag_profile *profile;
        memset(&err, 0, sizeof err);
        mag_status status =
            mag_profile_parse(arena, "x.yaml", mag_span_of(FAULTS[i].text), &profile, &err);
        if (status != MAG_E_USAGE || !strstr(err.text, FAULTS[i].place) ||
            (!strstr(err.text, FAULTS[i].part) && !strstr(err.hint, FAULTS[i].part)))
            fail_msg("case %zu, wanted %s %s: %s | %s", i, FAULTS[i].place, FAULTS[i].part,
                     err.text, err.hint);
    }
}

static void gates_are_shares_or_hours(void **state) {
    (void)state;
    const char *text = "profile: x\n"
                       "gates:\n"
                       "  - { name: rx.interval, amber: 0.5 %, red: 20 %, note: known }\n"
                       "  - { name: csv, amber: 0 %, red: 100 %, note: known }\n"
                       "  - { name: unmapped, amber: 1%, red: 2%, note: known }\n"
                       "  - { name: freshness, amber: 72 hours, red: 168 hours, note: weekly }\n"
                       "tables:\n" LABS_TABLE;
    const mag_profile *profile;
    assert_int_equal(mag_profile_parse(arena, "x.yaml", mag_span_of(text), &profile, &err), MAG_OK);
    assert_int_equal(profile->gate_count, 4);
    const mag_gate_limit *gates = profile->gates;
    assert_int_equal(gates[0].reason, MAG_REASON_RX_INTERVAL);
    assert_int_equal(gates[0].kind, MAG_GATE_SOFT);
    assert_true(gates[0].amber == 0.005 && gates[0].red == 0.2);
    assert_int_equal(gates[1].reason, MAG_REASON_NONE);
    assert_int_equal(gates[1].kind, MAG_GATE_SHAPE);
    assert_true(gates[1].amber == 0 && gates[1].red == 1);
    assert_int_equal(gates[2].kind, MAG_GATE_UNMAPPED);
    assert_int_equal(gates[3].kind, MAG_GATE_FRESHNESS);
    assert_true(gates[3].amber == 72 && gates[3].red == 168);
}

/* --- another layout, without touching C
 * --------------------------------------------------------------- */

static const char FOREIGN[] =
    "profile: foreign\n"
    "missing: ['-']\n"
    "tables:\n"
    "  - table: patients\n"
    "    file: p\n"
    "    columns: { patient_id: nr, sex: geschlecht, anchor_age: alter, anchor_year: jahr }\n"
    "    values: { sex: { w: F, m: M } }\n"
    "  - table: labs\n"
    "    file: l\n"
    "    decimal_comma: true\n"
    "    date_formats: [DD.MM.YYYY HH:MI, DD.MM.YYYY]\n"
    "    columns: { patient_id: nr, code: test, value: wert, numeric: zahl, collected_at: wann }\n"
    "    codes: { MG: magnesium, GEW: weight }\n"
    "    units: { MG: mmol/L, GEW: kg }\n"
    "    keep: { status: [fertig, korrigiert] }\n"
    "  - table: prescriptions\n"
    "    file: r\n"
    "    partial_dates: true\n"
    "    columns: { patient_id: nr, drug_name: mittel, start: von, stop: bis }\n"
    "    constants: { kind: order }\n";

static void another_layout_is_read_as_its_profile_says(void **state) {
    (void)state;
    fixture f;
    fixture_open(&f, usual_settings());
    must(&f, mag_profile_parse(f.arena, "f.yaml", mag_span_of(FOREIGN), &f.profile, &f.err));
    const char *const people[] = {"7|w|91|2024", "8|m|-|2024", NULL};
    const char *const labs[] = {
        "7|MG|0,82||01.06.2024 07:30|-|fertig", "7|MG|-|0,9|02.06.2024|-|korrigiert",
        "7|MG|<0,3||03.06.2024||fertig",        "7|MG|0.82||04.06.2024||fertig",
        "7|MG|0,7||05.06.2024||vorab",          "7|MG|0,7||2024-06-06T08:00:00+02:00||fertig",
        "7|GEW|70,5||07.06.2024||fertig",       NULL};
    const char *const rx[] = {"7|Furosemid|2024|2024", "7|furosemide|2024-02|2024-02", NULL};
    feed(&f, MAG_TABLE_PATIENTS, "nr|geschlecht|alter|jahr", people);
    const mag_run_file *lab_file =
        feed(&f, MAG_TABLE_LABS, "nr|test|wert|zahl|wann|text|status", labs);
    const mag_run_file *rx_file = feed(&f, MAG_TABLE_PRESCRIPTIONS, "nr|mittel|von|bis", rx);
    settle(&f);

    mag_timeline timeline = patient(&f, "7");
    int age;
    bool is_year_only;
    assert_int_equal(timeline.person->sex, MAG_SEX_FEMALE);
    assert_true(mag_person_age(timeline.person, timeline.as_of, &age, &is_year_only));
    assert_int_equal(age, 91);
    assert_false(patient(&f, "8").person->has_birth);

    size_t count;
    const mag_lab *lab = mag_timeline_labs(&timeline, MAG_MAGNESIUM, &count);
    assert_int_equal(count, 5);
    assert_int_equal(lab[0].mantissa, 82);
    assert_int_equal(lab[0].minute, at("2024-06-01 07:30"));
    assert_true(mag_lab_has(&lab[0], MAG_LAB_INFERRED_UNIT));
    assert_int_equal(lab[1].mantissa, 9);
    assert_int_equal(mag_lab_comparator(&lab[2]), MAG_LESS);
    assert_int_equal(mag_lab_reject(&lab[3]), MAG_REASON_NUM_SYNTAX);
    assert_int_equal(lab[4].minute, at("2024-06-06 08:00")); /* wall clock as written */
    assert_int_equal(lab_file->accounting.not_of_interest, 1);
    assert_int_equal(lab_file->accounting.offset_times, 1);
    mag_timeline_labs(&timeline, MAG_WEIGHT, &count);
    assert_int_equal(count, 1);

    assert_int_equal(rx_file->accounting.partial_dates, rx_file->accounting.accepted);
    const mag_exposure *last = &timeline.exposures[timeline.exposure_count - 1];
    assert_int_equal(last->start, at("2024-02-01"));
    assert_int_equal(last->stop, at("2024-03-01"));
    assert_true(mag_exposure_has(last, MAG_EXPOSURE_PARTIAL));
    fixture_close(&f);
}

static void a_bound_in_the_comment_comes_before_the_bare_number(void **state) {
    (void)state;
    fixture f;
    fixture_open(&f, usual_settings());
    const char *const people[] = {"7|F|1950", NULL};
    feed(&f, MAG_TABLE_PATIENTS, "patient_id|sex|birth", people);
    must(&f, mag_profile_load(f.arena, "mimic-iv", &f.profile, &f.err));
    const char *const labs[] = {
        "7|50960|||mg/dL|2024-06-01 07:00|<0.6.",
        "7|50960|___|0.6|mg/dL|2024-06-01 08:00|<0.6.",
        "7|50960|___|1.9|mg/dL|2024-06-01 09:00|IF FASTING, >125 PROVISIONAL DIABETES.",
        "7|50960|1.8|1.8|mg/dL|2024-06-01 10:00|<0.6.",
        "7|50960|||mg/dL|2024-06-01 11:00|GREATER THAN 9.0.",
        "7|50960|___||mg/dL|2024-06-01 12:00|",
        "7|50960|||mg/dL|2024-06-01 13:00|",
        NULL};
    const mag_run_file *file = feed(
        &f, MAG_TABLE_LABS, "subject_id|itemid|value|valuenum|valueuom|charttime|comments", labs);
    settle(&f);
    mag_timeline timeline = patient(&f, "7");
    size_t count;
    const mag_lab *lab = mag_timeline_labs(&timeline, MAG_MAGNESIUM, &count);
    const struct {
        mag_comparator comparator;
        int32_t mantissa;
        mag_reason reason;
    } expected[] = {{MAG_LESS, 6, 0},     {MAG_LESS, 6, 0},
                    {MAG_EXACT, 19, 0},   {MAG_EXACT, 18, 0},
                    {MAG_GREATER, 90, 0}, {MAG_EXACT, 0, MAG_REASON_VALUE_TEXT_RESULT}};
    assert_int_equal(count, sizeof expected / sizeof *expected);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(mag_lab_comparator(&lab[i]), expected[i].comparator);
        assert_int_equal(lab[i].mantissa, expected[i].mantissa);
        assert_int_equal(mag_lab_reject(&lab[i]), expected[i].reason);
    }
    assert_true(mag_lab_has(&lab[0], MAG_LAB_COMMENT_VALUE));
    assert_false(mag_lab_has(&lab[3], MAG_LAB_COMMENT_VALUE));
    assert_int_equal(file->accounting.rejected[MAG_REASON_NULL_REQUIRED], 1);
    fixture_close(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(the_shipped_profiles_say_what_the_inputs_page_says),
        TEST(every_column_of_our_own_tables_is_mapped_onto_itself),
        TEST(an_unknown_profile_names_the_shipped_ones),
        TEST(every_fault_is_told_with_its_position),
        TEST(gates_are_shares_or_hours),
        TEST(another_layout_is_read_as_its_profile_says),
        TEST(a_bound_in_the_comment_comes_before_the_bare_number),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
