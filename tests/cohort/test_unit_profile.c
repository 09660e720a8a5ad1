/* Units that rows leave out, inferred from a whole source or not at all (spec c6): sources are made
   up on both sides of every border, and every expectation is written down by hand. */
#include "cohort_fixture.h"

#include "clinical/conversion.h"

#include <stdlib.h>

enum { MOST_ROWS = 1200, ROW_NBYTES = 96 };

/* --- a source, row by row
 * ------------------------------------------------------------------------------------------- */

static fixture f;
static char row_texts[MOST_ROWS][ROW_NBYTES];
static const char *rows[MOST_ROWS + 1];
static size_t row_count;

static const char HEADER[] = "patient_id|code_system|code|value|unit|collected_at";

/* Rows of one kind, each at a minute of its own on 2024-06-03 or later; patient "p". */
static void add(size_t count, const char *code, const char *value, const char *unit) {
    for (size_t i = 0; i < count; i++, row_count++) {
        assert_true(row_count < MOST_ROWS);
        snprintf(row_texts[row_count], ROW_NBYTES, "p|%s|%s|%s|2024-06-%02zu %02zu:%02zu", code,
                 value, unit, 3 + row_count / 1440, row_count / 60 % 24, row_count % 60);
        rows[row_count] = row_texts[row_count];
    }
    rows[row_count] = NULL;
}

/* One row at a day of its own, whatever the others say. */
static void add_row(const char *row) {
    snprintf(row_texts[row_count], ROW_NBYTES, "%s", row);
    rows[row_count] = row_texts[row_count];
    rows[++row_count] = NULL;
}

/* With the property of LOINC's codes; SNOMED's plasma magnesium has none. */
static const char MOLAR[] = "LOINC|2601-3", BLOOD_MOLAR[] = "LOINC|2593-2";
static const char MASS[] = "LOINC|19123-9", OPEN[] = "SNOMED|312475002";

static void begin(void) {
    static const char *const people[] = {"p|F|1950-01-01", "q|M|1950-01-01", NULL};
    row_count = 0;
    rows[0] = NULL;
    fixture_open(&f, usual_settings());
    feed(&f, MAG_TABLE_PATIENTS, "patient_id|sex|birth", people);
}

static const mag_run_file *end(void) {
    const mag_run_file *file = feed(&f, MAG_TABLE_LABS, HEADER, rows);
    settle(&f);
    return file;
}

static const mag_unit_profile *only_profile(void) {
    size_t count;
    const mag_unit_profile *profiles = mag_cohort_unit_profiles(f.cohort, &count);
    assert_int_equal(count, 1);
    return profiles;
}

/* How many results of p print that value in that unit, marks having MAG_UNIT_NONE. */
static size_t count_results(const char *value, mag_unit unit) {
    mag_timeline timeline = patient(&f, "p");
    char text[MAG_DECIMAL_TEXT_NBYTES];
    size_t count, found = 0;
    const mag_lab *labs = mag_timeline_labs(&timeline, MAG_MAGNESIUM, &count);
    for (size_t i = 0; i < count; i++) {
        mag_decimal_text(mag_lab_value(&labs[i]), text);
        found += mag_lab_reject(&labs[i]) == MAG_REASON_NONE && strcmp(text, value) == 0 &&
                 mag_lab_unit(&labs[i]) == unit;
    }
    return found;
}

static size_t count_marks(mag_reason reason) {
    mag_timeline timeline = patient(&f, "p");
    size_t count, found = 0;
    const mag_lab *labs = mag_timeline_labs(&timeline, MAG_MAGNESIUM, &count);
    for (size_t i = 0; i < count; i++) {
        if (mag_lab_reject(&labs[i]) != reason)
            continue;
        found++;
        assert_int_equal(labs[i].mantissa, 0); /* a mark has no value */
        assert_int_equal(mag_lab_value(&labs[i]).scale, 0);
        assert_false(mag_lab_has(&labs[i], MAG_LAB_SOFT_LIMIT));
    }
    return found;
}

/* --- the borders of (b) --------------------------------------------------------------------------
 */

/* Of a code without a property, so that the median alone decides. */
static void expect_median(size_t low_count, const char *low, size_t high_count, const char *high,
                          mag_unit wanted) {
    begin();
    add(low_count, OPEN, low, "");
    add(high_count, OPEN, high, "");
    const mag_run_file *file = end();
    const mag_unit_profile *profile = only_profile();
    size_t total = low_count + high_count;
    if (profile->unit != wanted)
        fail_msg("%zu of %s and %zu of %s: \"%s\" instead of \"%s\"", low_count, low, high_count,
                 high, mag_unit_text(profile->unit), mag_unit_text(wanted));
    assert_int_equal(profile->row_count, total);
    assert_string_equal(profile->source, "labs");
    assert_string_equal(profile->system, "SNOMED");
    assert_string_equal(profile->code, "312475002");
    bool is_inferred = wanted != MAG_UNIT_NONE;
    assert_int_equal(profile->inferred_count, is_inferred ? total : 0);
    assert_int_equal(profile->dropped_count, is_inferred ? 0 : total);
    assert_int_equal(file->accounting.accepted, is_inferred ? total : 0);
    assert_int_equal(file->accounting.units_inferred, is_inferred ? total : 0);
    assert_int_equal(file->accounting.rejected[MAG_REASON_UNIT_MISSING], is_inferred ? 0 : total);
    assert_int_equal(count_marks(MAG_REASON_UNIT_MISSING), is_inferred ? 0 : total);
    if (is_inferred && strcmp(low, high) != 0)
        assert_int_equal(count_results(low, wanted), low_count);
    fixture_close(&f);
}

static void the_median_names_a_unit_inside_its_band_only(void **state) {
    (void)state;
    static const struct {
        const char *median;
        mag_unit unit;
    } table[] = {{"0.69", MAG_UNIT_NONE},   {"0.6999", MAG_UNIT_NONE}, {"0.70", MAG_UNIT_MMOL_L},
                 {"0.7", MAG_UNIT_MMOL_L},  {"0.82", MAG_UNIT_MMOL_L}, {"0.95", MAG_UNIT_MMOL_L},
                 {"0.9501", MAG_UNIT_NONE}, {"0.96", MAG_UNIT_NONE},   {"1.3", MAG_UNIT_NONE},
                 {"1.39", MAG_UNIT_NONE},   {"1.3999", MAG_UNIT_NONE}, {"1.4", MAG_UNIT_MEQ_L},
                 {"1.50", MAG_UNIT_MEQ_L},  {"1.65", MAG_UNIT_MEQ_L},  {"1.6501", MAG_UNIT_NONE},
                 {"1.70", MAG_UNIT_NONE},   {"1.7499", MAG_UNIT_NONE}, {"1.75", MAG_UNIT_MG_DL},
                 {"2.0", MAG_UNIT_MG_DL},   {"2.3", MAG_UNIT_MG_DL},   {"2.30", MAG_UNIT_MG_DL},
                 {"2.3001", MAG_UNIT_NONE}, {"2.4", MAG_UNIT_NONE},    {"20", MAG_UNIT_NONE}};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        expect_median(120, table[i].median, 80, table[i].median, table[i].unit);
}

static void two_hundred_rows_are_needed(void **state) {
    (void)state;
    expect_median(100, "0.82", 99, "0.82", MAG_UNIT_NONE);
    expect_median(100, "0.82", 100, "0.82", MAG_UNIT_MMOL_L);
    expect_median(1, "2.0", 0, "2.0", MAG_UNIT_NONE);
}

/* Half-way between the two middle rows of an even number, exactly. */
static void the_middle_of_two_rows_is_not_rounded(void **state) {
    (void)state;
    expect_median(100, "0.6", 100, "0.8", MAG_UNIT_MMOL_L);   /* 0.7 */
    expect_median(100, "0.6", 100, "0.79", MAG_UNIT_NONE);    /* 0.695 */
    expect_median(100, "0.9", 100, "1.0", MAG_UNIT_MMOL_L);   /* 0.95 */
    expect_median(100, "0.9", 100, "1.0001", MAG_UNIT_NONE);  /* 0.95005 */
    expect_median(101, "0.69", 100, "0.95", MAG_UNIT_NONE);   /* the 101st: 0.69 */
    expect_median(100, "0.69", 101, "0.94", MAG_UNIT_MMOL_L); /* the 101st: 0.94 */
}

/* --- which rows make a profile -------------------------------------------------------------------
 */

static void rows_sent_twice_count_once(void **state) {
    (void)state;
    begin();
    add(150, MOLAR, "0.82", "");
    feed(&f, MAG_TABLE_LABS, HEADER, rows);
    const mag_run_file *again = end();
    assert_int_equal(only_profile()->row_count, 150);
    assert_int_equal(only_profile()->dropped_count, 300);
    assert_int_equal(only_profile()->unit, MAG_UNIT_NONE);
    assert_int_equal(again->accounting.accepted, 0);
    fixture_close(&f);
}

static void codes_and_sources_are_not_mixed(void **state) {
    (void)state;
    begin();
    add(150, MOLAR, "0.82", "");
    add(150, BLOOD_MOLAR, "0.82", "");
    end();
    size_t count;
    const mag_unit_profile *profiles = mag_cohort_unit_profiles(f.cohort, &count);
    assert_int_equal(count, 2);
    assert_string_equal(profiles[0].code, "2593-2");
    assert_string_equal(profiles[1].code, "2601-3");
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(profiles[i].unit, MAG_UNIT_NONE);
        assert_int_equal(profiles[i].row_count, 150);
    }
    fixture_close(&f);
}

/* Rows with a unit of their own, bounds and results after T tell nothing about the others. */
static void only_plain_numbers_without_a_unit_before_t_count(void **state) {
    (void)state;
    begin();
    add(199, MOLAR, "0.82", "");
    add(300, MOLAR, "0.82", "mmol/L");
    add(50, MOLAR, "<0.9", "");
    add(50, MOLAR, "haemolysed", "");
    add_row("p|LOINC|2601-3|0.82||2024-07-01 08:00"); /* T is the end of 2024-06-30 */
    add_row("p|LOINC|2601-3|0.82||2021-01-01 08:00"); /* older than 1,095 days */
    end();
    assert_int_equal(only_profile()->row_count, 199);
    assert_int_equal(only_profile()->unit, MAG_UNIT_NONE);
    assert_int_equal(count_results("0.82", MAG_UNIT_MMOL_L), 300);
    fixture_close(&f);

    begin();
    add(199, MOLAR, "0.82", "");
    add(50, MOLAR, "<0.9", "");
    add_row("q|LOINC|2601-3|0.82||2024-06-30 08:00"); /* of another patient: the 200th */
    const mag_run_file *file = end();
    assert_int_equal(only_profile()->row_count, 200);
    assert_int_equal(only_profile()->unit, MAG_UNIT_MMOL_L);
    assert_int_equal(file->accounting.units_inferred, 250); /* a bound takes the unit as well */
    fixture_close(&f);
}

/* `latest` looks at all rows: an inferred result is the patient's last and makes T. */
static void under_latest_an_inferred_result_makes_t(void **state) {
    (void)state;
    static const char *const people[] = {"p|F|1950-01-01", NULL};
    mag_cohort_settings settings = usual_settings();
    settings.as_of_kind = MAG_AS_OF_LATEST;
    row_count = 0;
    fixture_open(&f, settings);
    feed(&f, MAG_TABLE_PATIENTS, "patient_id|sex|birth", people);
    add(200, MOLAR, "0.82", "");
    end();
    assert_int_equal(patient(&f, "p").as_of, at("2024-06-03 03:19"));
    fixture_close(&f);
}

/* --- (a): what the code says ---------------------------------------------------------------------
 */

static void the_profile_must_agree_with_the_code(void **state) {
    (void)state;
    static const struct {
        const char *code, *median;
        mag_unit unit;
    } table[] = {
        {MOLAR, "0.82", MAG_UNIT_MMOL_L}, {MOLAR, "1.5", MAG_UNIT_MEQ_L},
        {MOLAR, "2.0", MAG_UNIT_NONE},    {MASS, "2.0", MAG_UNIT_MG_DL},
        {MASS, "0.82", MAG_UNIT_NONE},    {MASS, "1.5", MAG_UNIT_NONE},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        begin();
        add(200, table[i].code, table[i].median, "");
        end();
        assert_int_equal(only_profile()->unit, table[i].unit);
        bool is_inferred = table[i].unit != MAG_UNIT_NONE;
        assert_int_equal(only_profile()->inferred_count, is_inferred ? 200 : 0);
        assert_int_equal(count_marks(MAG_REASON_UNIT_MISSING), is_inferred ? 0 : 200);
        fixture_close(&f);
    }
}

/* --- rows against their source -------------------------------------------------------------------
 */

typedef struct stated {
    const char *value, *unit;
    bool is_kept;
} stated;

/* Each row alone beside 200 rows without a unit. */
static void expect_stated(const char *median, const stated *table, size_t count) {
    for (size_t i = 0; i < count; i++) {
        begin();
        add(200, OPEN, median, "");
        add(1, OPEN, table[i].value, table[i].unit);
        const mag_run_file *file = end();
        bool is_kept = file->accounting.accepted == 201;
        if (is_kept != table[i].is_kept)
            fail_msg("median %s: %s \"%s\" is %s", median, table[i].value, table[i].unit,
                     is_kept ? "kept" : "set aside");
        bool has_unit = table[i].unit[0] != '\0';
        assert_int_equal(only_profile()->contradict_count, !is_kept && has_unit);
        assert_int_equal(only_profile()->dropped_count, !is_kept && !has_unit);
        assert_int_equal(count_marks(MAG_REASON_UNIT_CONTRADICTS), !is_kept && has_unit);
        size_t reject_count;
        const mag_reject *rejects = mag_cohort_rejects(f.cohort, &reject_count);
        assert_int_equal(reject_count, !is_kept);
        if (!is_kept)
            assert_string_equal(rejects->detail, has_unit ? "against the source's profile" : "");
        assert_int_equal(count_marks(MAG_REASON_UNIT_MISSING), !is_kept && !has_unit);
        fixture_close(&f);
    }
}

static void a_unit_that_goes_against_the_source_is_kept_out(void **state) {
    (void)state;
    static const stated molar[] = {
        {"1.9", "mmol/L", false}, /* the page's example */
        {"1.75", "mmol/L", false}, {"2.30", "mmol/L", false}, {"1.6", "mmol/L", false},
        {"1.59", "mmol/L", true}, /* less than twice the median */
        {"1.70", "mmol/L", true}, /* typical in no unit */
        {"2.31", "mmol/L", true},  {"3.0", "mmol/L", true},   {"0.30", "mmol/L", true},
        {"0.8", "mg/dL", false},   {"0.8", "mEq/L", false},   {"0.9", "mEq/L", true},
        {"1.5", "mg/dL", true},    {"2.0", "mg/dL", true},    {"1.6", "mEq/L", true},
        {"4.0", "mg/dL", true},    {"1.9", "", false},        {"0.5", "", true}};
    expect_stated("0.8", molar, sizeof molar / sizeof *molar);
    static const stated mass[] = {
        {"2.0", "mmol/L", false}, {"1.9", "mmol/L", false}, {"0.8", "mmol/L", true},
        {"0.9", "mg/dL", false},  {"1.0", "mg/dL", true},   {"1.1", "mg/dL", true},
        {"1.5", "mg/dL", true},   {"1.4", "mg/dL", true},   {"4.8", "mg/dL", true},
        {"0.7", "mEq/L", false},  {"2.0", "mEq/L", true},   {"1.4", "", true},
        {"0.9", "", false},       {"4.9", "", true}};
    expect_stated("2.0", mass, sizeof mass / sizeof *mass);
    static const stated equivalents[] = {
        {"1.5", "mmol/L", false}, {"1.49", "mmol/L", true}, {"0.8", "mmol/L", true},
        {"2.0", "mEq/L", true},   {"0.75", "mEq/L", false}, {"0.76", "mEq/L", true},
        {"0.7", "mg/dL", false},  {"1.9", "mg/dL", true},   {"1.9", "mmol/L", false}};
    expect_stated("1.5", equivalents, sizeof equivalents / sizeof *equivalents);
}

/* Where every row states its unit there is no profile: low and high results are results. */
static void a_source_that_states_its_units_is_left_alone(void **state) {
    (void)state;
    begin();
    add(300, MOLAR, "0.8", "mmol/L");
    add(1, MOLAR, "1.9", "mmol/L");
    const mag_run_file *file = end();
    size_t count;
    mag_cohort_unit_profiles(f.cohort, &count);
    assert_int_equal(count, 0);
    assert_int_equal(file->accounting.accepted, 301);
    assert_int_equal(file->accounting.units_inferred, 0);
    assert_int_equal(count_results("1.9", MAG_UNIT_MMOL_L), 1);
    fixture_close(&f);
}

/* 60 mg/dL is 24.7 mmol/L: no unit makes a result of it. */
static void an_inferred_unit_needs_a_possible_value(void **state) {
    (void)state;
    begin();
    add(200, MASS, "2.0", "");
    add(1, MASS, "60", "");
    add(1, MASS, "0", "");
    const mag_run_file *file = end();
    assert_int_equal(file->accounting.accepted, 200);
    assert_int_equal(file->accounting.rejected[MAG_REASON_UNIT_MISSING], 2);
    assert_int_equal(only_profile()->dropped_count, 2);
    fixture_close(&f);
}

static void an_inferred_result_says_so_and_keeps_its_digits(void **state) {
    (void)state;
    begin();
    add(200, MOLAR, "0.80", "");
    add(1, MOLAR, "<0.30", "");
    add(1, MOLAR, "4.5", ""); /* beyond the soft limit of 3.0 */
    end();
    mag_timeline timeline = patient(&f, "p");
    size_t count;
    const mag_lab *labs = mag_timeline_labs(&timeline, MAG_MAGNESIUM, &count);
    assert_int_equal(count, 202);
    for (size_t i = 0; i < count; i++)
        assert_true(mag_lab_has(&labs[i], MAG_LAB_INFERRED_UNIT));
    assert_int_equal(labs[0].mantissa, 80);
    assert_int_equal(mag_lab_value(&labs[0]).scale, 2);
    assert_int_equal(mag_lab_comparator(&labs[200]), MAG_LESS);
    assert_int_equal(labs[200].mantissa, 30);
    assert_true(mag_lab_has(&labs[201], MAG_LAB_SOFT_LIMIT));
    assert_false(mag_lab_has(&labs[0], MAG_LAB_SOFT_LIMIT));
    fixture_close(&f);
}

/* --- a unit that the site says for a code --------------------------------------------------------
 */

static const char SITE[] =
    "profile: site\n"
    "tables:\n"
    "  - table: patients\n"
    "    file: p\n"
    "    columns: { patient_id: patient_id, sex: sex, birth: birth }\n"
    "  - table: labs\n"
    "    file: l\n"
    "    columns: { patient_id: patient_id, code: code, value: value, unit: unit,\n"
    "               collected_at: collected_at }\n"
    "    codes: { MG: magnesium, K: potassium }\n"
    "    units: { MG: mg/dL, K: mmol/L }\n"
    "  - table: prescriptions\n"
    "    file: r\n"
    "    columns: { patient_id: patient_id, drug_name: drug, start: start }\n";

static void what_the_site_says_must_not_go_against_its_numbers(void **state) {
    (void)state;
    static const struct {
        size_t count;
        const char *value;
        bool is_kept;
    } table[] = {{200, "2.0", true},  {200, "0.82", false}, {199, "0.82", true},
                 {200, "1.5", false}, {200, "1.3", true},   {20, "1.3", true}};
    static const char *const people[] = {"p|F|1950-01-01", NULL};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        fixture_open(&f, usual_settings());
        must(&f, mag_profile_parse(f.arena, "s.yaml", mag_span_of(SITE), &f.profile, &f.err));
        feed(&f, MAG_TABLE_PATIENTS, "patient_id|sex|birth", people);
        for (size_t k = 0; k < table[i].count; k++) {
            snprintf(row_texts[k], ROW_NBYTES, "p|MG|%s||2024-06-04 %02zu:%02zu", table[i].value,
                     k / 60, k % 60);
            rows[k] = row_texts[k];
        }
        rows[table[i].count] = NULL;
        const mag_run_file *file =
            feed(&f, MAG_TABLE_LABS, "patient_id|code|value|unit|collected_at", rows);
        settle(&f);
        size_t kept = table[i].is_kept ? table[i].count : 0;
        assert_int_equal(file->accounting.accepted, kept);
        assert_int_equal(file->accounting.rejected[MAG_REASON_UNIT_CONTRADICTS],
                         table[i].count - kept);
        assert_int_equal(only_profile()->contradict_count, table[i].count - kept);
        assert_string_equal(only_profile()->system, "");
        assert_string_equal(only_profile()->code, "MG");
        fixture_close(&f);
    }
}

/* --- codes and units -----------------------------------------------------------------------------
 */

/* The unit string outranks the code; what is said twice and differently is counted. */
static void a_unit_against_its_code_is_counted_and_kept(void **state) {
    (void)state;
    static const struct {
        const char *code, *value, *unit;
        mag_analyte analyte;
        double canonical;
        bool is_against;
    } table[] = {
        {"LOINC|19123-9", "0.8", "mmol/L", MAG_MAGNESIUM, 0.8, true},
        {"LOINC|19123-9", "2.0", "mg/dL", MAG_MAGNESIUM, 0.822876, false},
        {"LOINC|2601-3", "2.0", "mg/dL", MAG_MAGNESIUM, 0.822876, true},
        {"LOINC|2601-3", "1.6", "mEq/L", MAG_MAGNESIUM, 0.8, false},
        {"LOINC|2160-0", "88.4", "umol/L", MAG_CREATININE, 88.4, true},
        {"LOINC|14682-9", "1.0", "mg/dL", MAG_CREATININE, 88.4, true},
        /* BUN counts nitrogen, urea the molecule: the code decides, never the number */
        {"LOINC|3094-0", "10", "mg/dL", MAG_UREA_NITROGEN, 3.569644, false},
        {"LOINC|3094-0", "3.57", "mmol/L", MAG_UREA_NITROGEN, 3.57, true},
        {"LOINC|3091-6", "10", "mg/dL", MAG_UREA, 1.665113, false},
        {"LOINC|22664-7", "10", "mg/dL", MAG_UREA, 1.665113, true},
        {"LOINC|22664-7", "10", "mmol/L", MAG_UREA, 10, false},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        begin();
        add(1, table[i].code, table[i].value, table[i].unit);
        const mag_run_file *file = end();
        mag_timeline timeline = patient(&f, "p");
        size_t count;
        const mag_lab *lab = mag_timeline_labs(&timeline, table[i].analyte, &count);
        assert_int_equal(count, 1);
        assert_int_equal(mag_lab_reject(lab), MAG_REASON_NONE);
        assert_int_equal(file->accounting.units_against_code, table[i].is_against);
        double got = mag_to_canonical(table[i].analyte, mag_lab_unit(lab), mag_lab_value(lab));
        assert_true(got > table[i].canonical * (1 - 1e-6) && got < table[i].canonical * (1 + 1e-6));
        fixture_close(&f);
    }
}

/* An eGFR in mL/min is usually indexed all the same; nobody can tell, so it is kept out (H02). */
static void an_egfr_in_plain_flow_is_kept_out(void **state) {
    (void)state;
    begin();
    add(1, "LOINC|98979-8", "45", "mL/min");
    add(1, "LOINC|98979-8", "45", "mL/min/1.73m2");
    add(1, "LOINC|2164-2", "45", "mL/min"); /* a measured clearance is a flow */
    const mag_run_file *file = end();
    size_t reject_count;
    assert_int_equal(file->accounting.rejected[MAG_REASON_UNIT_CONTRADICTS], 1);
    assert_int_equal(file->accounting.accepted, 2);
    assert_string_equal(mag_cohort_rejects(f.cohort, &reject_count)->detail, "");
    fixture_close(&f);
}

/* --- order ---------------------------------------------------------------------------------------
 */

static void dump_both(mag_text *out) {
    static const char *const ids[] = {"p", "q"};
    for (size_t i = 0; i < 2; i++) {
        mag_timeline timeline = patient(&f, ids[i]);
        for (uint32_t k = 0; k < timeline.first[MAG_ANALYTE_COUNT]; k++)
            dump_lab(&f, &timeline.labs[k], mag_timeline_specimen(&timeline, k), out);
    }
    size_t count;
    const mag_unit_profile *profiles = mag_cohort_unit_profiles(f.cohort, &count);
    for (size_t i = 0; i < count; i++)
        mag_text_format(out, "%s %s %s %s %g %llu %llu %llu %llu\n", profiles[i].source,
                        profiles[i].system, profiles[i].code, mag_unit_text(profiles[i].unit),
                        profiles[i].median, (unsigned long long)profiles[i].row_count,
                        (unsigned long long)profiles[i].inferred_count,
                        (unsigned long long)profiles[i].dropped_count,
                        (unsigned long long)profiles[i].contradict_count);
}

static void fill_mixed(void) {
    static const char *const values[] = {"0.61", "0.75", "0.8", "0.82", "0.9", "1.9"};
    begin();
    for (size_t i = 0; i < 60; i++)
        for (size_t k = 0; k < sizeof values / sizeof *values; k++)
            add(1, i % 3 ? MOLAR : BLOOD_MOLAR, values[k], k == 1 || k == 5 ? "mmol/L" : "");
    for (size_t i = 0; i < row_count; i += 2)
        row_texts[i][0] = 'q';
}

/* Row order, and the files that the rows come in, change nothing. */
static void no_order_and_no_split_changes_a_result(void **state) {
    (void)state;
    mag_text first, now;
    mag_account account = {0};
    mag_text_init(&first, &account);
    mag_text_init(&now, &account);
    for (unsigned seed = 0; seed < 6; seed++) {
        mag_text *out = seed ? &now : &first;
        fill_mixed();
        uint32_t random = seed * 2654435761u;
        for (size_t i = row_count - 1; seed && i > 0; i--) {
            random = random * 1664525u + 1013904223u;
            size_t other = random % (i + 1);
            const char *row = rows[i];
            rows[i] = rows[other];
            rows[other] = row;
        }
        size_t cut = seed * 50;
        const char *behind = rows[cut];
        rows[cut] = NULL;
        feed(&f, MAG_TABLE_LABS, HEADER, rows);
        rows[cut] = behind;
        feed(&f, MAG_TABLE_LABS, HEADER, rows + cut);
        settle(&f);
        mag_text_clear(out);
        dump_both(out);
        assert_true(mag_text_span(out).nbytes > 1000);
        if (seed && !mag_span_equals(mag_text_span(&first), mag_text_span(&now)))
            fail_msg("seed %u: another result", seed);
        fixture_close(&f);
    }
    mag_text_done(&first);
    mag_text_done(&now);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_median_names_a_unit_inside_its_band_only),
        cmocka_unit_test(two_hundred_rows_are_needed),
        cmocka_unit_test(the_middle_of_two_rows_is_not_rounded),
        cmocka_unit_test(rows_sent_twice_count_once),
        cmocka_unit_test(codes_and_sources_are_not_mixed),
        cmocka_unit_test(only_plain_numbers_without_a_unit_before_t_count),
        cmocka_unit_test(under_latest_an_inferred_result_makes_t),
        cmocka_unit_test(the_profile_must_agree_with_the_code),
        cmocka_unit_test(a_unit_that_goes_against_the_source_is_kept_out),
        cmocka_unit_test(a_source_that_states_its_units_is_left_alone),
        cmocka_unit_test(an_inferred_unit_needs_a_possible_value),
        cmocka_unit_test(an_inferred_result_says_so_and_keeps_its_digits),
        cmocka_unit_test(what_the_site_says_must_not_go_against_its_numbers),
        cmocka_unit_test(a_unit_against_its_code_is_counted_and_kept),
        cmocka_unit_test(an_egfr_in_plain_flow_is_kept_out),
        cmocka_unit_test(no_order_and_no_split_changes_a_result),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
