/* Each feature of a profile by a tiny table that would come out differently without it: the same
   cells are read twice, with the feature and without. */
#include "cohort_fixture.h"

#include "cohort/source.h"

#include <stdlib.h>
#include <unistd.h>

static fixture f;

static int set_up(void **state) {
    (void)state;
    fixture_open(&f, usual_settings());
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    fixture_close(&f);
    return 0;
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

#define LABS_TABLE                                                                                 \
    "profile: x\n"                                                                                 \
    "tables:\n"                                                                                    \
    "  - table: labs\n"                                                                            \
    "    file: l\n"                                                                                \
    "    columns: { patient_id: id, code: test, value: value, unit: unit, collected_at: at,\n"     \
    "               numeric: number, comment: comment }\n"
#define RX_TABLE                                                                                   \
    "profile: x\n"                                                                                 \
    "tables:\n"                                                                                    \
    "  - table: prescriptions\n"                                                                   \
    "    file: r\n"                                                                                \
    "    columns: { patient_id: id, drug_code: code, drug_name: drug, start: start, stop: stop,\n" \
    "               kind: kind, route: route }\n"
#define PEOPLE_TABLE                                                                               \
    "profile: x\n"                                                                                 \
    "tables:\n"                                                                                    \
    "  - table: patients\n"                                                                        \
    "    file: p\n"                                                                                \
    "    columns: { patient_id: id, sex: sex, "
#define LAB_HEADER "id|test|value|unit|at|number|comment|status"
#define RX_HEADER  "id|code|drug|start|stop|kind|route|type"

static const mag_profile_table *parse_table(const char *text) {
    const mag_profile *profile;
    must(&f, mag_profile_parse(f.arena, "x.yaml", mag_span_of(text), &profile, &f.err));
    return profile->tables[0];
}

/* What one row becomes, in words: the bucket, or the record as a person would write it. */
static void describe_lab(const mag_run_file *file, mag_analyte analyte, char *out, size_t nbytes) {
    mag_timeline timeline = patient(&f, "p");
    size_t count;
    const mag_lab *lab = mag_timeline_labs(&timeline, analyte, &count);
    if (!count) {
        snprintf(out, nbytes, "%s",
                 file->accounting.not_of_interest             ? "not of interest"
                 : mag_accounting_rejected(&file->accounting) ? "rejected"
                                                              : "nothing");
        return;
    }
    assert_int_equal(count, 1);
    char value[MAG_DECIMAL_TEXT_NBYTES], minute[MAG_MOMENT_TEXT_NBYTES];
    mag_decimal_text(mag_lab_value(lab), value);
    mag_minute_text(lab->minute, mag_lab_has(lab, MAG_LAB_DATE_ONLY), minute);
    if (mag_lab_reject(lab) != MAG_REASON_NONE)
        snprintf(out, nbytes, "%s", mag_reason_name(mag_lab_reject(lab)));
    else
        snprintf(out, nbytes, "%s%s %s %s", mag_comparator_text(mag_lab_comparator(lab)), value,
                 mag_unit_text(mag_lab_unit(lab)), minute);
}

static void expect_lab(const char *profile, const char *row, mag_analyte analyte,
                       const char *expected) {
    static const char *const people[] = {"p|F|1950", NULL};
    fixture_close(&f);
    fixture_open(&f, usual_settings());
    feed(&f, MAG_TABLE_PATIENTS, "patient_id|sex|birth", people);
    const char *const rows[] = {row, NULL};
    const mag_run_file *file = feed_table(&f, parse_table(profile), "l", LAB_HEADER, rows);
    settle(&f);
    char found[200];
    describe_lab(file, analyte, found, sizeof found);
    if (strcmp(found, expected) != 0)
        fail_msg("%s\nof %s\nis \"%s\", not \"%s\"", row, profile, found, expected);
}

typedef struct lab_feature {
    const char *line; /* of the profile */
    const char *row;
    mag_analyte analyte;
    const char *with, *without;
} lab_feature;

static const lab_feature LAB_FEATURES[] = {
    /* constants, code systems, codes of the source's own */
    {"    constants: { code_system: MIMIC }\n", "p|50960|1.9|mg/dL|2024-06-01|||", MAG_MAGNESIUM,
     "1.9 mg/dL 2024-06-01", "not of interest"},
    {"    constants: { code_system: LOINC }\n", "p|19123-9|1.9|mg/dL|2024-06-01|||", MAG_MAGNESIUM,
     "1.9 mg/dL 2024-06-01", "not of interest"},
    {"    codes: { MG: magnesium }\n", "p|MG|1.9|mg/dL|2024-06-01|||", MAG_MAGNESIUM,
     "1.9 mg/dL 2024-06-01", "not of interest"},
    {"    codes: { Wt: weight }\n", "p|Wt|154|lb|2024-06-01|||", MAG_WEIGHT, "154 lb 2024-06-01",
     "not of interest"},
};

static void codes_and_constants_come_from_the_profile(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof LAB_FEATURES / sizeof *LAB_FEATURES; i++) {
        const lab_feature *feature = &LAB_FEATURES[i];
        char profile[1000];
        snprintf(profile, sizeof profile, "%s%s", LABS_TABLE, feature->line);
        expect_lab(profile, feature->row, feature->analyte, feature->with);
        expect_lab(LABS_TABLE, feature->row, feature->analyte, feature->without);
    }
}

/* From here on the tables have code MG; only the line in question is left out. */
static const lab_feature READING_FEATURES[] = {
    {"    constants: { unit: mmol/L }\n", "p|MG|0.7||2024-06-01|||", MAG_MAGNESIUM,
     "0.7 mmol/L 2024-06-01", "unit.missing"},
    {"    constants: { unit: mmol/L }\n", "p|MG|1.7|mg/dL|2024-06-01|||", MAG_MAGNESIUM,
     "1.7 mg/dL 2024-06-01", "1.7 mg/dL 2024-06-01"}, /* for empty cells only */
    {"    decimal_comma: true\n", "p|MG|0,82|mmol/L|2024-06-01|||", MAG_MAGNESIUM,
     "0.82 mmol/L 2024-06-01", "num.decimal_comma"},
    {"    decimal_comma: true\n", "p|MG|0.82|mmol/L|2024-06-01|||", MAG_MAGNESIUM, "num.syntax",
     "0.82 mmol/L 2024-06-01"},
    {"    decimal_comma: true\n", "p|MG||mmol/L|2024-06-01|0,82||", MAG_MAGNESIUM,
     "0.82 mmol/L 2024-06-01", "num.decimal_comma"},
    {"    partial_dates: true\n", "p|MG|0.8|mmol/L|2024-06|||", MAG_MAGNESIUM,
     "0.8 mmol/L 2024-06-01", "rejected"},
    {"    partial_dates: true\n", "p|MG|0.8|mmol/L|2023|||", MAG_MAGNESIUM, "0.8 mmol/L 2023-01-01",
     "rejected"},
    {"    date_formats: [DD/MM/YYYY]\n", "p|MG|0.8|mmol/L|03/04/2024|||", MAG_MAGNESIUM,
     "0.8 mmol/L 2024-04-03", "rejected"},
    {"    date_formats: [MM/DD/YYYY]\n", "p|MG|0.8|mmol/L|03/04/2024|||", MAG_MAGNESIUM,
     "0.8 mmol/L 2024-03-04", "rejected"},
    {"    date_formats: [MM/DD/YYYY]\n", "p|MG|0.8|mmol/L|13/04/2024|||", MAG_MAGNESIUM, "rejected",
     "rejected"},
    {"    date_formats: [YYYYMMDDHHMI, YYYYMMDD]\n", "p|MG|0.8|mmol/L|202404030915|||",
     MAG_MAGNESIUM, "0.8 mmol/L 2024-04-03T09:15", "rejected"},
    {"    date_formats: [YYYYMMDDHHMI, YYYYMMDD]\n", "p|MG|0.8|mmol/L|20240403|||", MAG_MAGNESIUM,
     "0.8 mmol/L 2024-04-03", "rejected"},
    {"    date_formats: [DD.MM.YYYY]\n", "p|MG|0.8|mmol/L|2024-04-03 09:15|||", MAG_MAGNESIUM,
     "0.8 mmol/L 2024-04-03T09:15", "0.8 mmol/L 2024-04-03T09:15"}, /* ISO 8601 stays readable */
    {"    missing: ['-', n/a]\n", "p|MG|-|mmol/L|2024-06-01|0.9||", MAG_MAGNESIUM,
     "0.9 mmol/L 2024-06-01", "value.text_result"},
    {"    missing: ['-', n/a]\n", "p|MG|0.9|n/a|2024-06-01|||", MAG_MAGNESIUM, "unit.missing",
     "unit.unknown"},
    {"    missing: ['-', n/a]\n", "n/a|MG|0.9|mmol/L|2024-06-01|||", MAG_MAGNESIUM, "rejected",
     "rejected"},
    {"    units: { MG: mg/dL }\n", "p|MG|1.9||2024-06-01|||", MAG_MAGNESIUM, "1.9 mg/dL 2024-06-01",
     "unit.missing"},
    {"    units: { MG: mg/dL }\n", "p|MG|0.8|mmol/L|2024-06-01|||", MAG_MAGNESIUM,
     "0.8 mmol/L 2024-06-01", "0.8 mmol/L 2024-06-01"}, /* the row's own unit comes first */
    {"    units: { K: mmol/L }\n", "p|MG|1.9||2024-06-01|||", MAG_MAGNESIUM, "unit.missing",
     "unit.missing"}, /* stated for another code */
    {"    values: { unit: { 'mg per dL': mg/dL } }\n", "p|MG|1.9|mg per dL|2024-06-01|||",
     MAG_MAGNESIUM, "1.9 mg/dL 2024-06-01", "unit.unknown"},
    {"    values: { value: { low: '<0.30' } }\n", "p|MG|low|mmol/L|2024-06-01|||", MAG_MAGNESIUM,
     "<0.30 mmol/L 2024-06-01", "value.text_result"},
    {"    comparators_in_comment: true\n", "p|MG||mmol/L|2024-06-01||LESS THAN 0.30.|",
     MAG_MAGNESIUM, "<0.30 mmol/L 2024-06-01", "value.text_result"},
    {"    comparators_in_comment: true\n", "p|MG||mmol/L|2024-06-01|0.30|<0.30.|", MAG_MAGNESIUM,
     "<0.30 mmol/L 2024-06-01", "0.30 mmol/L 2024-06-01"},
    {"    comparators_in_comment: true\n", "p|MG|0.40|mmol/L|2024-06-01||<0.30.|", MAG_MAGNESIUM,
     "0.40 mmol/L 2024-06-01", "0.40 mmol/L 2024-06-01"}, /* a value comes before comments */
    {"    comparators_in_comment: true\n", "p|MG||mmol/L|2024-06-01||see <0.30.|", MAG_MAGNESIUM,
     "value.text_result", "value.text_result"}, /* not at its begin */
    {"    keep: { status: [final, corrected] }\n", "p|MG|0.8|mmol/L|2024-06-01|||preliminary",
     MAG_MAGNESIUM, "not of interest", "0.8 mmol/L 2024-06-01"},
    {"    keep: { status: [final, corrected] }\n", "p|MG|0.8|mmol/L|2024-06-01||| corrected ",
     MAG_MAGNESIUM, "0.8 mmol/L 2024-06-01", "0.8 mmol/L 2024-06-01"},
    {"    keep: { status: [final], comment: [ok] }\n", "p|MG|0.8|mmol/L|2024-06-01||bad|final",
     MAG_MAGNESIUM, "not of interest", "0.8 mmol/L 2024-06-01"}, /* all of them must hold */
    {"    keep: { status: [''] }\n", "p|MG|0.8|mmol/L|2024-06-01|||", MAG_MAGNESIUM,
     "0.8 mmol/L 2024-06-01", "0.8 mmol/L 2024-06-01"},
};

static void how_cells_are_read_comes_from_the_profile(void **state) {
    (void)state;
    static const char base[] = LABS_TABLE "    codes: { MG: magnesium }\n";
    for (size_t i = 0; i < sizeof READING_FEATURES / sizeof *READING_FEATURES; i++) {
        const lab_feature *feature = &READING_FEATURES[i];
        char profile[1000];
        snprintf(profile, sizeof profile, "%s%s", base, feature->line);
        expect_lab(profile, feature->row, feature->analyte, feature->with);
        expect_lab(base, feature->row, feature->analyte, feature->without);
    }
}

/* A text that means "nothing" for one table does not for another one that has its own list. */
static void a_table_may_have_missing_texts_of_its_own(void **state) {
    (void)state;
    static const char row[] = "p|MG|-|mmol/L|2024-06-01|0.9||";
    static const char whole[] = "missing: ['-']\n" LABS_TABLE "    codes: { MG: magnesium }\n";
    char own[1000];
    snprintf(own, sizeof own, "%s    missing: ['?']\n", whole);
    expect_lab(whole, row, MAG_MAGNESIUM, "0.9 mmol/L 2024-06-01");
    expect_lab(own, row, MAG_MAGNESIUM, "value.text_result");
}

/* --- prescriptions
 * ------------------------------------------------------------------------------------ */

typedef struct rx_feature {
    const char *line, *row;
    const char *with, *without; /* start and stop of the exposure, or the bucket */
} rx_feature;

static const rx_feature RX_FEATURES[] = {
    {"    constants: { code_system: ATC }\n", "p|C03CA01||2024-05-01|2024-05-03|||",
     "2024-05-01T00:00 2024-05-04T00:00", "not of interest"},
    {"    constants: { kind: issue }\n", "p||furosemide|2024-05-01|2024-05-03|||",
     "2024-05-01T00:00 2024-05-29T00:00", "2024-05-01T00:00 2024-05-04T00:00"},
    {"    constants: { kind: administration }\n", "p||furosemide|2024-05-01 08:00||||",
     "2024-05-01T08:00 2024-05-02T00:00", "2024-05-01T08:00 2025-05-01T08:00"},
    {"    values: { kind: { REP: issue } }\n", "p||furosemide|2024-05-01||REP||",
     "2024-05-01T00:00 2024-05-29T00:00", "rejected"},
    {"    partial_dates: true\n", "p||furosemide|2024-02|2024-02|||",
     "2024-02-01T00:00 2024-03-01T00:00", "rejected"},
    {"    partial_dates: true\n", "p||furosemide|2023|2023|||", "2023-01-01T00:00 2024-01-01T00:00",
     "rejected"},
    {"    partial_dates: true\n", "p||furosemide|2024-02-03|2024-02|||",
     "2024-02-03T00:00 2024-03-01T00:00", "rejected"},
    {"    partial_dates: true\n", "p||furosemide|2024-02-03|9999|||",
     "2024-02-03T00:00 2025-02-02T00:00", "rejected"}, /* "unknown": an open order */
    {"    partial_dates: true\n", "p||furosemide|1900|2024-06-01|||", "rejected", "rejected"},
    {"    keep: { type: [MAIN, ADDITIVE] }\n", "p||furosemide|2024-05-01|2024-05-03|||BASE",
     "not of interest", "2024-05-01T00:00 2024-05-04T00:00"},
    {"    keep: { type: [MAIN, ADDITIVE] }\n", "p||furosemide|2024-05-01|2024-05-03|||ADDITIVE",
     "2024-05-01T00:00 2024-05-04T00:00", "2024-05-01T00:00 2024-05-04T00:00"},
    {"    values: { drug_name: { WATER: furosemide } }\n", "p||WATER|2024-05-01|2024-05-03|||",
     "2024-05-01T00:00 2024-05-04T00:00", "not of interest"},
    {"    values: { route: { XX: eye } }\n", "p||tobramycin|2024-05-01|2024-05-03||XX|",
     "no exposure", "2024-05-01T00:00 2024-05-04T00:00"}, /* closes the gate of the class */
};

static void expect_rx(const char *profile, const char *row, const char *expected) {
    static const char *const people[] = {"p|F|1950", NULL};
    fixture_close(&f);
    fixture_open(&f, usual_settings());
    feed(&f, MAG_TABLE_PATIENTS, "patient_id|sex|birth", people);
    const char *const rows[] = {row, NULL};
    const mag_run_file *file = feed_table(&f, parse_table(profile), "r", RX_HEADER, rows);
    settle(&f);
    mag_timeline timeline = patient(&f, "p");
    char found[160], stop[MAG_MOMENT_TEXT_NBYTES];
    snprintf(found, sizeof found, "%s",
             file->accounting.not_of_interest ? "not of interest"
             : file->accounting.accepted      ? "no exposure"
                                              : "rejected");
    if (timeline.exposure_count) {
        mag_minute_text(timeline.exposures->start, false, found);
        mag_minute_text(timeline.exposures->stop, false, stop);
        strcat(strcat(found, " "), stop);
    }
    if (strcmp(found, expected) != 0)
        fail_msg("%s\nof %s\nis \"%s\", not \"%s\"", row, profile, found, expected);
}

static void what_a_prescription_means_comes_from_the_profile(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof RX_FEATURES / sizeof *RX_FEATURES; i++) {
        char profile[1000];
        snprintf(profile, sizeof profile, "%s%s", RX_TABLE, RX_FEATURES[i].line);
        expect_rx(profile, RX_FEATURES[i].row, RX_FEATURES[i].with);
        expect_rx(RX_TABLE, RX_FEATURES[i].row, RX_FEATURES[i].without);
    }
}

/* --- the roster
 * --------------------------------------------------------------------------------------- */

static void sex_and_birth_come_from_the_profile(void **state) {
    (void)state;
    static const struct {
        const char *columns, *header, *row;
        mag_sex sex;
        int age; /* at the end of June 2024; -1: unknown */
        bool is_year_only;
    } cases[] = {
        {"birth: born }\n", "id|sex|born", "p|F|1950-07-01", MAG_SEX_FEMALE, 73, false},
        {"birth: born }\n    values: { sex: { '2': F } }\n", "id|sex|born", "p|2|1950-07-01",
         MAG_SEX_FEMALE, 73, false},
        {"birth: born }\n", "id|sex|born", "p|2|1950-07-01", MAG_SEX_UNKNOWN, 73, false},
        {"birth: born }\n    constants: { sex: M }\n", "id|sex|born", "p||1950", MAG_SEX_MALE, 74,
         true},
        {"birth: born }\n    date_formats: [DD.MM.YYYY]\n", "id|sex|born", "p|F|01.07.1950",
         MAG_SEX_FEMALE, 73, false},
        {"birth: born }\n", "id|sex|born", "p|F|01.07.1950", MAG_SEX_FEMALE, -1, false},
        {"anchor_age: age, anchor_year: year }\n", "id|sex|age|year", "p|F|52|2014", MAG_SEX_FEMALE,
         62, true},
        {"anchor_age: age, anchor_year: year }\n", "id|sex|age|year", "p|F|91|2024", MAG_SEX_FEMALE,
         91, true},
        {"anchor_age: age, anchor_year: year }\n", "id|sex|age|year", "p|F|52.5|2014",
         MAG_SEX_FEMALE, -1, false},
        {"anchor_age: age, anchor_year: year }\n", "id|sex|age|year", "p|F||2014", MAG_SEX_FEMALE,
         -1, false},
        {"anchor_age: age, anchor_year: year }\n", "id|sex|age|year", "p|F|>89|2014",
         MAG_SEX_FEMALE, -1, false},
        {"anchor_age: age, anchor_year: year }\n", "id|sex|age|year", "p|F|-1|2014", MAG_SEX_FEMALE,
         -1, false},
        {"anchor_age: age, anchor_year: year }\n", "id|sex|age|year", "p|F|52|", MAG_SEX_FEMALE, -1,
         false},
        {"anchor_age: age, anchor_year: year }\n", "id|sex|age|year", "p|F|52|MMXIV",
         MAG_SEX_FEMALE, -1, false},
        {"anchor_age: age, anchor_year: year }\n", "id|sex|age|year", "p|F|52|51", MAG_SEX_FEMALE,
         -1, false}, /* before the calendar */
        {"anchor_age: age, anchor_year: year }\n", "id|sex|age|year", "p|F|0|2024", MAG_SEX_FEMALE,
         0, true},
        {"birth: born, anchor_age: age, anchor_year: year }\n", "id|sex|born|age|year",
         "p|F|1960-07-01|52|2014", MAG_SEX_FEMALE, 63, false}, /* a date comes first */
        {"birth: born, anchor_age: age, anchor_year: year }\n", "id|sex|born|age|year",
         "p|F||52|2014", MAG_SEX_FEMALE, 62, true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        fixture_close(&f);
        fixture_open(&f, usual_settings());
        char profile[600];
        snprintf(profile, sizeof profile, "%s%s", PEOPLE_TABLE, cases[i].columns);
        const char *const rows[] = {cases[i].row, NULL};
        feed_table(&f, parse_table(profile), "p", cases[i].header, rows);
        settle(&f);
        mag_timeline timeline = patient(&f, "p");
        int age = -1;
        bool is_year_only = false;
        if (!mag_person_age(timeline.person, timeline.as_of, &age, &is_year_only))
            age = -1;
        if (timeline.person->sex != cases[i].sex || age != cases[i].age ||
            (age >= 0 && is_year_only != cases[i].is_year_only))
            fail_msg("%s of %s: sex %d, age %d", cases[i].row, cases[i].columns,
                     (int)timeline.person->sex, age);
    }
}

/* A code without a word about its system, from the row or the profile, is of no system. */
static void a_condition_without_a_system_finds_nothing(void **state) {
    (void)state;
    static const struct {
        const char *constant, *row;
        size_t condition_count;
    } cases[] = {{"", "p|N18.5|ICD10|2024-05-01", 1},
                 {"", "p|N18.5||2024-05-01", 0},
                 {"    constants: { code_system: ICD10 }\n", "p|N18.5||2024-05-01", 1}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        static const char *const people[] = {"p|F|1950", NULL};
        const char *const rows[] = {cases[i].row, NULL};
        char profile[400];
        fixture_close(&f);
        fixture_open(&f, usual_settings());
        feed(&f, MAG_TABLE_PATIENTS, "patient_id|sex|birth", people);
        snprintf(
            profile, sizeof profile,
            "profile: x\ntables:\n  - table: conditions\n    file: c\n    columns: { patient_id: "
            "id, code: code, code_system: system, recorded_on: day }\n%s",
            cases[i].constant);
        const mag_run_file *file =
            feed_table(&f, parse_table(profile), "c", "id|code|system|day", rows);
        settle(&f);
        assert_int_equal(patient(&f, "p").condition_count, cases[i].condition_count);
        assert_int_equal(file->accounting.not_of_interest, 1 - cases[i].condition_count);
    }
}

/* The first row that has both a drug and what it is made of needs room for the two. */
static void a_drug_and_its_ingredient_may_be_more_than_memory_has(void **state) {
    (void)state;
    uint16_t file_id;
    mag_run_file *file;
    mag_decoder decoder;
    mag_span cells[CELL_COUNT];
    const mag_profile_table *table =
        parse_table("profile: x\ntables:\n  - table: prescriptions\n    file: r\n    columns: { "
                    "patient_id: id, drug_name: drug, ingredient: made_of, start: start }\n");
    must(&f, mag_cohort_add_file(f.cohort, "rx", "r.csv", MAG_TABLE_PRESCRIPTIONS, &file_id, &file,
                                 &f.err));
    mag_decoder_init(&decoder, f.cohort, table, file_id, file);
    must(&f,
         mag_decoder_bind(&decoder, cells, split_cells("id|drug|made_of|start", cells), &f.err));
    split_cells("p|LASIX|FUROSEMIDE|2024-05-01", cells);
    mag_decoder_forget(&decoder); /* memos would need room before */
    f.account.limit_nbytes = f.account.used_nbytes;
    assert_int_equal(mag_decoder_row(&decoder, cells, 2, &f.err), MAG_E_RESOURCE);
    f.account.limit_nbytes = 0;
    mag_decoder_done(&decoder);
}

/* --- files
 * ------------------------------------------------------------------------------------------------
 */

static mag_status ingest_text(const mag_profile *profile, const char *text) {
    char path[300];
    const char *parent = getenv("TMPDIR");
    snprintf(path, sizeof path, "%s/magscreen-feature-XXXXXX", parent ? parent : "/tmp");
    int descriptor = mkstemp(path);
    assert_true(descriptor >= 0);
    assert_int_equal(write(descriptor, text, strlen(text)), strlen(text));
    close(descriptor);
    const char *paths[] = {path};
    mag_source *source;
    must(&f, mag_source_csv_new(f.arena, "lims", profile, profile->tables[0], paths, 1, false,
                                &source, &f.err));
    mag_status status = mag_source_ingest(source, f.cohort, &f.err);
    unlink(path);
    return status;
}

static void a_file_is_read_with_the_delimiter_of_its_table_only(void **state) {
    (void)state;
    static const char *const names[] = {"comma", "semicolon", "tab", "pipe"};
    for (size_t said = 0; said < 4; said++)
        for (size_t used = 0; used < 4; used++) {
            fixture_close(&f);
            fixture_open(&f, usual_settings());
            char profile_text[1000], text[200] = "id,test,value,unit,at\n"
                                                 "p,MG,0.8,mmol/L,2024-06-01\n";
            snprintf(profile_text, sizeof profile_text,
                     "%s    codes: { MG: magnesium }\n    delimiter: %s\n", LABS_TABLE,
                     names[said]);
            for (char *c = text; *c; c++)
                *c = *c == ',' ? ",;\t|"[used] : *c;
            const mag_profile *profile;
            must(&f,
                 mag_profile_parse(f.arena, "x.yaml", mag_span_of(profile_text), &profile, &f.err));
            mag_status status = ingest_text(profile, text);
            assert_int_equal(status, said == used ? MAG_OK : MAG_E_INPUT);
            if (status == MAG_OK)
                assert_int_equal(mag_cohort_file(f.cohort, 0)->accounting.read, 1);
        }
}

static void a_column_that_rows_are_kept_by_must_be_in_the_file(void **state) {
    (void)state;
    static const char text[] = LABS_TABLE "    keep: { status: [final] }\n";
    const mag_profile *profile;
    must(&f, mag_profile_parse(f.arena, "x.yaml", mag_span_of(text), &profile, &f.err));
    assert_int_equal(ingest_text(profile, "id,test,value,unit,at,state\n"), MAG_E_INPUT);
    assert_int_equal(f.err.message, MAG_MSG_I128);
    assert_non_null(strstr(f.err.text, "\"status\""));
    assert_non_null(strstr(f.err.hint, "column 6 "));
    assert_null(strstr(f.err.hint, "\"state\""));
}

/* --- the shipped MIMIC-IV profile
 * -------------------------------------------------------------------- */

static void weights_and_heights_of_a_file_of_their_own_become_results(void **state) {
    (void)state;
    const mag_profile *mimic;
    static const char *const people[] = {"p|F|1950", NULL};
    feed(&f, MAG_TABLE_PATIENTS, "patient_id|sex|birth", people);
    must(&f, mag_profile_load(f.arena, "mimic-iv", &mimic, &f.err));
    const char *const rows[] = {
        "p|2024-05-01|1|Weight (Lbs)|154.5", "p|2024-05-01|1|BMI (kg/m2)|25",
        "p|2024-05-02|1|Height (Inches)|65", "p|2024-05-03|1|Weight (Lbs)|",
        "p|2024-05-04|1|Weight|70",          NULL};
    const mag_run_file *file =
        feed_table(&f, table_of(mimic, MAG_TABLE_MEASUREMENTS), "omr",
                   "subject_id|chartdate|seq_num|result_name|result_value", rows);
    settle(&f);
    mag_timeline timeline = patient(&f, "p");
    size_t count;
    const mag_lab *weight = mag_timeline_labs(&timeline, MAG_WEIGHT, &count);
    assert_int_equal(count, 1);
    assert_int_equal(weight->mantissa, 1545);
    assert_int_equal(mag_lab_unit(weight), MAG_UNIT_LB);
    const mag_lab *height = mag_timeline_labs(&timeline, MAG_HEIGHT, &count);
    assert_int_equal(count, 1);
    assert_int_equal(mag_lab_unit(height), MAG_UNIT_IN);
    assert_int_equal(file->accounting.accepted, 2);
    assert_int_equal(file->accounting.not_of_interest, 2);
    assert_int_equal(file->accounting.rejected[MAG_REASON_NULL_REQUIRED], 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(codes_and_constants_come_from_the_profile),
        TEST(how_cells_are_read_comes_from_the_profile),
        TEST(a_table_may_have_missing_texts_of_its_own),
        TEST(what_a_prescription_means_comes_from_the_profile),
        TEST(sex_and_birth_come_from_the_profile),
        TEST(a_drug_and_its_ingredient_may_be_more_than_memory_has),
        TEST(a_condition_without_a_system_finds_nothing),
        TEST(a_file_is_read_with_the_delimiter_of_its_table_only),
        TEST(a_column_that_rows_are_kept_by_must_be_in_the_file),
        TEST(weights_and_heights_of_a_file_of_their_own_become_results),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
