/* Cells of results: numbers, units as the specification spells them, words, bounds, ranges, serum
   indices, editions. Expectations are written from the pages, not taken from the tables of C. */
#include "cohort_fixture.h"

#include "clinical/conversion.h"

#include <math.h>

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

static const char LABS[] = "patient_id|code|value|unit|collected_at|comment";

static void reopen(void) {
    static const char *const people[] = {"p|F|1950", NULL};
    fixture_close(&f);
    fixture_open(&f, usual_settings());
    feed(&f, MAG_TABLE_PATIENTS, "patient_id|sex|birth", people);
}

/* Feeds one row for the patient and returns its only record. */
static mag_lab lab_of_row(mag_analyte analyte, const char *row) {
    reopen();
    const char *const rows[] = {row, NULL};
    feed(&f, MAG_TABLE_LABS, LABS, rows);
    settle(&f);
    mag_timeline timeline = patient(&f, "p");
    size_t count;
    const mag_lab *lab = mag_timeline_labs(&timeline, analyte, &count);
    if (count != 1)
        fail_msg("%s: %zu records", row, count);
    return *lab;
}

static mag_lab lab_of(mag_analyte analyte, const char *code, const char *value, const char *unit) {
    char row[200];
    snprintf(row, sizeof row, "p|%s|%s|%s|2024-06-01 08:00|", code, value, unit);
    return lab_of_row(analyte, row);
}

/* --- units (spec c1, c2)
 * ------------------------------------------------------------------------------ */

typedef struct unit_case {
    mag_analyte analyte;
    const char *code, *value;
    const char *spellings[10]; /* of one unit */
    double canonical;          /* by the factor of spec c1 */
} unit_case;

static const unit_case UNITS[] = {
    {MAG_MAGNESIUM,
     "2601-3",
     "0.70",
     {"mmol/L", "MMOL/L", " mmol / l ", "mmol.l-1", "mmol/litre", "mmol/liter", "mmo/l",
      "{mmol}/L"},
     0.70},
    {MAG_MAGNESIUM, "19123-9", "1.7", {"mg/dL", "MG/DL", "mg%", "mg/100ml"}, 1.7 * 0.411438},
    {MAG_MAGNESIUM,
     "2601-3",
     "1.5",
     {"mEq/L", "meq.l-1", "mval/l", "mequiv/l", "meq/l."},
     1.5 * 0.5},
    {MAG_MAGNESIUM, "2601-3", "20", {"mg/L"}, 20 * 0.0411438},
    {MAG_MAGNESIUM, "2601-3", "700", {"umol/L", "mcmol/L"}, 0.70},
    {MAG_CALCIUM, "17861-6", "9.0", {"mg/dL"}, 9.0 * 0.2495134},
    {MAG_CALCIUM, "2000-8", "4.6", {"mEq/L"}, 2.3},
    {MAG_POTASSIUM, "2823-3", "4.1", {"mEq/L", "mmol/l"}, 4.1},
    {MAG_POTASSIUM, "75940-7", "16", {"mg/dL"}, 16 * 0.2557656},
    {MAG_SODIUM, "2951-2", "140", {"mEq/L", "mmol/L"}, 140},
    {MAG_CREATININE,
     "14682-9",
     "80",
     {"umol/l", "\xc2\xb5mol/L", "\xce\xbcmol/L", "mcmol/L", "micromol/l", "umol.l-1",
      "\xc3\x82\xc2\xb5mol/L"},
     80},
    {MAG_CREATININE, "2160-0", "1.0", {"mg/dL"}, 88.4},
    {MAG_CREATININE, "2160-0", "10", {"mg/L"}, 88.4},
    {MAG_CREATININE, "14682-9", "0.08", {"mmol/L"}, 80},
    {MAG_ALBUMIN, "1751-7", "4.0", {"g/dL", "gm/dL", "g%"}, 40},
    {MAG_ALBUMIN, "1751-7", "40", {"g/L"}, 40},
    {MAG_UREA_NITROGEN, "3094-0", "20", {"mg/dL"}, 20 * 0.3569644},
    {MAG_PHOSPHATE, "2777-1", "3.0", {"mg/dL"}, 3.0 * 0.3228514},
    {MAG_BICARBONATE, "1963-8", "24", {"mEq/L", "mmol/L"}, 24},
    {MAG_GLUCOSE, "2345-7", "90", {"mg/dL"}, 90 * 0.05550745},
    {MAG_VITAMIN_D, "62292-8", "20", {"ng/mL", "NG/ML", "nG/mL", "ug/L"}, 20 * 2.495944},
    {MAG_PTH, "2731-8", "50", {"pg/mL", "ng/L"}, 50 * 0.1061008},
    {MAG_CK, "2157-6", "120", {"U/L", "IU/L", "[iU]/L", "[U]/L"}, 120},
    {MAG_CK, "2157-6", "2", {"ukat/l", "\xc2\xb5kat/L"}, 120},
    {MAG_DIGOXIN_LEVEL, "10535-3", "1.0", {"ng/mL"}, 1.280508},
    {MAG_EGFR,
     "98979-8",
     "55",
     {"mL/min/1.73m2", "ml/min/1.73m\xc2\xb2", "ml/min/1,73m2", "mL/min/{1.73_m2}", "ml/min/173m2",
      "ml/min/1.73sqm", "ml/min/1.73m", "ml/min/1.73", "ml/min/17"},
     55},
    {MAG_EGFR, "98979-8", "1", {"ml/s/173m2"}, 60},
    {MAG_INR, "6301-6", "2.5", {"INR", "ratio", "{INR}", "1", ""}, 2.5},
    {MAG_WEIGHT, "29463-7", "70", {"kg", "kgs", "kilogram"}, 70},
    {MAG_WEIGHT, "29463-7", "150", {"lb", "lbs", "[lb_us]", "[lb_av]"}, 150 * 0.4535924},
    {MAG_WEIGHT, "29463-7", "11", {"st", "stone"}, 11 * 6.350293},
    {MAG_HEIGHT, "8302-2", "170", {"cm"}, 170},
    {MAG_HEIGHT, "8302-2", "67", {"in", "inch", "[in_i]"}, 67 * 2.54},
    {MAG_HEIGHT, "8302-2", "1.7", {"m"}, 170},
};

static void every_spelling_of_a_unit_gives_the_canonical_value(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof UNITS / sizeof *UNITS; i++)
        for (size_t k = 0; k < 10 && UNITS[i].spellings[k]; k++) {
            const char *unit = UNITS[i].spellings[k];
            mag_lab lab = lab_of(UNITS[i].analyte, UNITS[i].code, UNITS[i].value, unit);
            if (mag_lab_reject(&lab) != MAG_REASON_NONE)
                fail_msg("%s %s: %s", UNITS[i].value, unit, mag_reason_name(mag_lab_reject(&lab)));
            double canonical =
                mag_to_canonical(UNITS[i].analyte, mag_lab_unit(&lab), mag_lab_value(&lab));
            if (fabs(canonical - UNITS[i].canonical) > 1e-6 * UNITS[i].canonical)
                fail_msg("%s %s: %.9g, not %.9g", UNITS[i].value, unit, canonical,
                         UNITS[i].canonical);
        }
}

static void a_unit_of_another_kind_is_never_converted(void **state) {
    (void)state;
    static const struct {
        mag_analyte analyte;
        const char *code, *value, *unit;
        mag_reason reason;
    } cases[] = {
        {MAG_MAGNESIUM, "2601-3", "0.7", "mmol/24h", MAG_REASON_UNIT_CONTRADICTS},
        {MAG_MAGNESIUM, "2601-3", "0.7", "mmol/kg", MAG_REASON_UNIT_UNKNOWN},
        {MAG_MAGNESIUM, "2601-3", "0.7", "mmol", MAG_REASON_UNIT_UNKNOWN},
        {MAG_MAGNESIUM, "2601-3", "0.7", "U/L", MAG_REASON_UNIT_CONTRADICTS},
        {MAG_MAGNESIUM, "2601-3", "0.7", "", MAG_REASON_UNIT_MISSING},
        {MAG_MAGNESIUM, "2601-3", "1.3", "", MAG_REASON_UNIT_MISSING}, /* never guessed from size */
        {MAG_CREATININE, "14682-9", "80", "mEq/L", MAG_REASON_UNIT_CONTRADICTS},
        {MAG_EGFR, "98979-8", "55", "mL/min", MAG_REASON_UNIT_CONTRADICTS},
        {MAG_WEIGHT, "29463-7", "70", "cm", MAG_REASON_UNIT_CONTRADICTS},
        {MAG_HEIGHT, "8302-2", "170", "kg", MAG_REASON_UNIT_CONTRADICTS},
        {MAG_INR, "6301-6", "2.5", "mmol/L", MAG_REASON_UNIT_CONTRADICTS},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        mag_lab lab = lab_of(cases[i].analyte, cases[i].code, cases[i].value, cases[i].unit);
        if (mag_lab_reject(&lab) != cases[i].reason)
            fail_msg("%s %s: %s", cases[i].code, cases[i].unit,
                     mag_reason_name(mag_lab_reject(&lab)));
        assert_int_equal(lab.mantissa, 0);
    }
}

/* --- hard and soft limits at their edges (spec c5)
 * ------------------------------------------------------------- */

static void limits_belong_to_what_is_plausible(void **state) {
    (void)state;
    static const struct {
        mag_analyte analyte;
        const char *code, *unit;
        const char
            *values[8]; /* below hard, hard low, below soft, soft low, soft high, above ... */
    } cases[] = {
        {MAG_MAGNESIUM,
         "2601-3",
         "mmol/L",
         {"0.09", "0.10", "0.29", "0.30", "3.0", "3.1", "10", "10.1"}},
        {MAG_CREATININE,
         "14682-9",
         "umol/L",
         {"8", "9", "19", "20", "1500", "1501", "3000", "3001"}},
        {MAG_POTASSIUM,
         "2823-3",
         "mmol/L",
         {"0.9", "1.0", "1.9", "2.0", "8.0", "8.1", "12", "12.1"}},
        {MAG_SODIUM, "2951-2", "mmol/L", {"89", "90", "109", "110", "175", "176", "200", "201"}},
        {MAG_CALCIUM,
         "2000-8",
         "mmol/L",
         {"0.49", "0.5", "1.1", "1.2", "4.5", "4.6", "6.0", "6.1"}},
        {MAG_ALBUMIN, "1751-7", "g/L", {"4", "5", "9", "10", "60", "61", "80", "81"}},
        {MAG_WEIGHT, "29463-7", "kg", {"19", "20", "29", "30", "250", "251", "400", "401"}},
        {MAG_HEIGHT, "8302-2", "cm", {"89", "90", "129", "130", "215", "216", "250", "251"}},
    };
    static const bool is_rejected[8] = {true, false, false, false, false, false, false, true};
    static const bool is_soft[8] = {false, true, true, false, false, true, true, false};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (size_t k = 0; k < 8; k++) {
            mag_lab lab =
                lab_of(cases[i].analyte, cases[i].code, cases[i].values[k], cases[i].unit);
            mag_reason expected = is_rejected[k] ? MAG_REASON_VALUE_IMPLAUSIBLE : MAG_REASON_NONE;
            if (mag_lab_reject(&lab) != expected ||
                mag_lab_has(&lab, MAG_LAB_SOFT_LIMIT) != is_soft[k])
                fail_msg("%s %s %s: %s, flags %u", cases[i].code, cases[i].values[k], cases[i].unit,
                         mag_reason_name(mag_lab_reject(&lab)), lab.packed >> MAG_LAB_FLAGS_AT);
        }
}

/* --- numbers and words
 * -------------------------------------------------------------------------------- */

static void bounds_keep_their_operator(void **state) {
    (void)state;
    static const struct {
        const char *text;
        mag_comparator comparator;
        int32_t mantissa;
        uint8_t scale;
    } cases[] = {{"<0.30", MAG_LESS, 30, 2},
                 {"< 0.30", MAG_LESS, 30, 2},
                 {"<=0.3", MAG_LESS_EQUAL, 3, 1},
                 {">1", MAG_GREATER, 1, 0},
                 {">=8.0", MAG_GREATER_EQUAL, 80, 1},
                 {"\xe2\x89\xa5"
                  "8.0",
                  MAG_GREATER_EQUAL, 80, 1},
                 {"0.80", MAG_EXACT, 80, 2},
                 {"1.", MAG_EXACT, 1, 0},
                 {"+1", MAG_EXACT, 1, 0},
                 {"1.2 L", MAG_EXACT, 12, 1},
                 {"1.2 H", MAG_EXACT, 12, 1}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        mag_lab lab = lab_of(MAG_MAGNESIUM, "2601-3", cases[i].text, "mmol/L");
        if (mag_lab_reject(&lab) != MAG_REASON_NONE ||
            mag_lab_comparator(&lab) != cases[i].comparator || lab.mantissa != cases[i].mantissa ||
            mag_lab_value(&lab).scale != cases[i].scale)
            fail_msg("%s: %s %d", cases[i].text, mag_reason_name(mag_lab_reject(&lab)),
                     lab.mantissa);
    }
}

static void words_are_marks_and_only_haemolysis_says_more(void **state) {
    (void)state;
    static const struct {
        const char *value, *comment;
        bool is_haemolysed;
    } cases[] = {{"HAEM", "", false},
                 {"haemolysed", "", true},
                 {"Hemolyzed", "", true},
                 {"see comment", "", false},
                 {"___", "", false},
                 {"NEG", "", false},
                 {"clotted", "haemolysed sample", true},
                 {"", "gross haemolysis", true},
                 {"not haemolysed", "", false},
                 {"", "no haemolysis seen", false}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char row[200];
        snprintf(row, sizeof row, "p|2601-3|%s|mmol/L|2024-06-01|%s", cases[i].value,
                 cases[i].comment);
        mag_lab lab = lab_of_row(MAG_MAGNESIUM, row);
        if (mag_lab_reject(&lab) != MAG_REASON_VALUE_TEXT_RESULT ||
            mag_lab_has(&lab, MAG_LAB_HAEMOLYSED) != cases[i].is_haemolysed)
            fail_msg("%s: %s, flags %u", row, mag_reason_name(mag_lab_reject(&lab)),
                     lab.packed >> MAG_LAB_FLAGS_AT);
        assert_int_equal(mag_lab_comparator(&lab), MAG_EXACT);
    }
}

/* --- times
 * ---------------------------------------------------------------------------------------------- */

static void times_are_kept_as_the_wall_clock_shows_them(void **state) {
    (void)state;
    static const struct {
        const char *text, *minute;
        bool is_date_only;
        uint64_t offsets, utc;
    } cases[] = {{"2024-03-31", "2024-03-31 00:00", true, 0, 0},
                 {"2024-03-31 01:30", "2024-03-31 01:30", false, 0, 0}, /* does not exist in UK */
                 {"2024-03-31T01:30:59", "2024-03-31 01:30", false, 0, 0},
                 {"2024-03-31T01:30:59.999", "2024-03-31 01:30", false, 0, 0},
                 {"2024-03-31T01:30Z", "2024-03-31 01:30", false, 0, 1},
                 {"2024-03-31T23:30+01:00", "2024-03-31 23:30", false, 1, 0},
                 {"2024-03-31 23:30-0500", "2024-03-31 23:30", false, 1, 0},
                 {"2024-03-31 23:30+02", "2024-03-31 23:30", false, 1, 0}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char row[120];
        snprintf(row, sizeof row, "p|2601-3|0.7|mmol/L|%s|", cases[i].text);
        mag_lab lab = lab_of_row(MAG_MAGNESIUM, row);
        const mag_accounting *counts = &mag_cohort_file(f.cohort, 1)->accounting;
        if (lab.minute != at(cases[i].minute) ||
            mag_lab_has(&lab, MAG_LAB_DATE_ONLY) != cases[i].is_date_only ||
            counts->offset_times != cases[i].offsets || counts->utc_times != cases[i].utc)
            fail_msg("%s: %d", cases[i].text, lab.minute);
    }
}

/* --- serum indices
 * ------------------------------------------------------------------------------------ */

/* Whether an index of that text marks the potassium of its specimen, drawn an hour before. */
static bool marks_its_specimen(const char *index, const char *limit) {
    char text[400];
    snprintf(text, sizeof text,
             "profile: x\ntables:\n  - table: labs\n    file: l\n"
             "    columns: { patient_id: a, code: b, value: c, unit: d, collected_at: e,\n"
             "               specimen_id: f }\n"
             "    constants: { code_system: MIMIC }\n%s%s\n",
             limit ? "    haemolysis_from: " : "", limit ? limit : "");
    reopen();
    const mag_profile *profile;
    must(&f, mag_profile_parse(f.arena, "x.yaml", mag_span_of(text), &profile, &f.err));
    char row[120];
    snprintf(row, sizeof row, "p|50934|%s||2024-06-01 08:00|s1", index);
    const char *const rows[] = {row, "p|50971|5.1|mEq/L|2024-06-01 07:00|s1", NULL};
    feed_table(&f, profile->tables[0], "labs", "a|b|c|d|e|f", rows);
    settle(&f);
    mag_timeline timeline = patient(&f, "p");
    size_t count;
    const mag_lab *lab = mag_timeline_labs(&timeline, MAG_POTASSIUM, &count);
    assert_int_equal(count, 1);
    return mag_lab_has(lab, MAG_LAB_HAEMOLYSED);
}

static void an_index_is_high_from_moderate_or_its_limit_on(void **state) {
    (void)state;
    static const struct {
        const char *index, *limit;
        bool is_high;
    } cases[] = {{"199", NULL, false},    {"200", NULL, true},    {"200.0", NULL, true},
                 {">500", NULL, true},    {">=200", NULL, true},  {"<200", NULL, false},
                 {"<=250", NULL, false},  {"3", NULL, false},     {"1", "2", false},
                 {"2", "2", true},        {"4", "2", true},       {"moderate", NULL, true},
                 {"Gross", NULL, true},   {"MARKED", NULL, true}, {"severe", NULL, true},
                 {"++", NULL, true},      {"+++", NULL, true},    {"+", NULL, false},
                 {"slight", NULL, false}, {"none", NULL, false},  {"not done", NULL, false}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (marks_its_specimen(cases[i].index, cases[i].limit) != cases[i].is_high)
            fail_msg("index %s with limit %s", cases[i].index, cases[i].limit);
}

static void an_index_marks_by_minute_and_specimen_and_nobody_else(void **state) {
    (void)state;
    fixture_close(&f);
    fixture_open(&f, usual_settings());
    const mag_profile *own = f.profile, *mimic;
    must(&f, mag_profile_load(f.arena, "mimic-iv", &mimic, &f.err));
    const char *const people[] = {"p|F|1950", "q|F|1950", NULL};
    feed(&f, MAG_TABLE_PATIENTS, "patient_id|sex|birth", people);
    f.profile = mimic;
    const char *const rows[] = {"p|50934|300||2024-06-01 08:00|7",
                                "p|50971|5.0|mEq/L|2024-06-01 08:00|8", /* its minute */
                                "p|50971|5.1|mEq/L|2024-06-01 08:20|7", /* its specimen */
                                "p|50971|5.2|mEq/L|2024-06-01 08:20|8",
                                "p|50971|5.3|mEq/L|2024-06-01 08:01|",
                                "q|50971|5.4|mEq/L|2024-06-01 08:00|7", /* another patient */
                                "q|50934|300||2024-07-01 08:00|9",      /* after T: not seen */
                                "q|50971|5.5|mEq/L|2024-06-02 08:00|9",
                                NULL};
    feed(&f, MAG_TABLE_LABS, "subject_id|itemid|value|valueuom|charttime|specimen_id", rows);
    f.profile = own;
    settle(&f);
    for (const char *id = "pq"; *id; id++) {
        mag_timeline timeline = patient(&f, (const char[]){*id, '\0'});
        size_t count;
        const mag_lab *labs = mag_timeline_labs(&timeline, MAG_POTASSIUM, &count);
        assert_int_equal(count, *id == 'p' ? 4 : 2);
        for (size_t i = 0; i < count; i++)
            assert_int_equal(mag_lab_has(&labs[i], MAG_LAB_HAEMOLYSED),
                             labs[i].mantissa == 50 || labs[i].mantissa == 51);
    }
}

/* --- ranges and copies
 * -------------------------------------------------------------------------------- */

static void a_range_needs_two_plain_numbers(void **state) {
    (void)state;
    static const struct {
        const char *low, *high;
        bool is_kept;
    } cases[] = {{"0.70", "1.00", true}, {"", "1.00", false},   {"0.70", "", false},
                 {"<0.7", "1.0", false}, {"0.7", ">1", false},  {"low", "high", false},
                 {"0.7", "high", false}, {"0,7", "1,0", false}, {"1.6", "2.6", true}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        reopen();
        char row[120];
        snprintf(row, sizeof row, "p|2601-3|0.8|mmol/L|2024-06-01|%s|%s", cases[i].low,
                 cases[i].high);
        const char *const rows[] = {row, NULL};
        feed(&f, MAG_TABLE_LABS, "patient_id|code|value|unit|collected_at|ref_low|ref_high", rows);
        settle(&f);
        mag_timeline timeline = patient(&f, "p");
        size_t count;
        const mag_lab *lab = mag_timeline_labs(&timeline, MAG_MAGNESIUM, &count);
        mag_decimal low, high;
        assert_int_equal(count, 1); /* a bad range costs no result */
        assert_int_equal(mag_cohort_range(f.cohort, lab->range_id, &low, &high), cases[i].is_kept);
        char text[MAG_DECIMAL_TEXT_NBYTES];
        if (cases[i].is_kept) {
            mag_decimal_text(high, text);
            assert_string_equal(text, cases[i].high);
        }
    }
}

/* A column that one of two files lacks is like an empty one. */
static void copies_are_found_across_files_with_other_columns(void **state) {
    (void)state;
    reopen();
    const char *const plain[] = {"p|2601-3|0.8|mmol/L|2024-06-01", "p|2601-3|0.9|mmol/L|2024-06-02",
                                 NULL};
    const char *const wide[] = {"2024-06-01||p|2601-3|mmol/L|0.8|",
                                "2024-06-02|r7|p|2601-3|mmol/L|0.9|", NULL};
    const mag_run_file *first =
        feed(&f, MAG_TABLE_LABS, "patient_id|code|value|unit|collected_at", plain);
    const mag_run_file *second =
        feed(&f, MAG_TABLE_LABS, "collected_at|result_id|patient_id|code|unit|value|comment", wide);
    settle(&f);
    assert_int_equal(first->accounting.accepted, 2);
    assert_int_equal(second->accounting.duplicate, 1);
    assert_int_equal(second->accounting.accepted, 1);
}

/* Each mapped column alone makes two rows two; a column that is not mapped does not. */
static void copies_are_equal_in_every_mapped_column(void **state) {
    (void)state;
    static const char header[] = "patient_id|code|value|unit|collected_at|specimen_id|result_id|"
                                 "ref_low|ref_high|comment|ward";
    static const char *const good[] = {"p", "2601-3", "0.8", "mmol/L", "2024-06-01", "s",
                                       "r", "0.7",    "1.0", "c",      "w"};
    static const char *const other[] = {NULL, "19123-9", "0.80", "MMOL/L", "2024-06-02", "s2",
                                        "r2", "0.6",     "1.1",  "d",      "w2"};
    enum { COLUMN_COUNT = sizeof good / sizeof *good };
    for (size_t changed = 1; changed < COLUMN_COUNT; changed++) {
        char lines[2][200] = {"", ""};
        for (size_t i = 0; i < COLUMN_COUNT; i++)
            for (int k = 0; k < 2; k++) {
                strcat(lines[k], i ? "|" : "");
                strcat(lines[k], k && i == changed ? other[i] : good[i]);
            }
        reopen();
        const char *const rows[] = {lines[0], lines[1], lines[0], NULL};
        const mag_run_file *file = feed(&f, MAG_TABLE_LABS, header, rows);
        settle(&f);
        bool is_mapped = changed < COLUMN_COUNT - 1;
        if (file->accounting.duplicate != (is_mapped ? 1u : 2u))
            fail_msg("%s: %llu duplicates", lines[1],
                     (unsigned long long)file->accounting.duplicate);
    }
}

/* --- code systems
 * ------------------------------------------------------------------------------------- */

static void a_result_of_an_unknown_system_is_never_lost_in_silence(void **state) {
    (void)state;
    static const struct {
        const char *code, *system;
        uint64_t accepted, rejected;
    } cases[] = {{"2601-3", "LN", 1, 0},     {"2601-3", "loinc", 1, 0}, {" 2601-3 ", "", 1, 0},
                 {"2601-3", "LONIC", 0, 1},  {"XYZ", "LONIC", 0, 1},    {"XYZ", "LN", 0, 0},
                 {"312475002", "SCT", 1, 0}, {"XYZ", "LOCAL", 0, 0},    {"2601-3", "NULL", 1, 0}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        reopen();
        char row[120];
        snprintf(row, sizeof row, "p|%s|%s|0.8|mmol/L|2024-06-01", cases[i].code, cases[i].system);
        const char *const rows[] = {row, NULL};
        const mag_run_file *file =
            feed(&f, MAG_TABLE_LABS, "patient_id|code|code_system|value|unit|collected_at", rows);
        settle(&f);
        if (file->accounting.accepted != cases[i].accepted ||
            file->accounting.rejected[MAG_REASON_CODE_SYSTEM] != cases[i].rejected)
            fail_msg("%s: accepted %d", row, (int)file->accounting.accepted);
        assert_int_equal(patient(&f, "p").first[MAG_ANALYTE_COUNT], cases[i].accepted);
    }
}

/* It is decided together with the code: before ids, values and dates. */
static void an_unknown_system_comes_before_other_faults_of_the_row(void **state) {
    (void)state;
    reopen();
    const char *const rows[] = {"|2601-3|LONIC|x|parsec|soon", "p||LONIC|0.8|mmol/L|2024-06-01",
                                NULL};
    const mag_run_file *file =
        feed(&f, MAG_TABLE_LABS, "patient_id|code|code_system|value|unit|collected_at", rows);
    settle(&f);
    assert_int_equal(file->accounting.rejected[MAG_REASON_CODE_SYSTEM], 2);
    size_t count;
    const mag_reject *rejects = mag_cohort_rejects(f.cohort, &count);
    assert_int_equal(count, 2);
    assert_string_equal(rejects[0].column, "code_system");
}

static void codes_that_the_profile_lists_need_no_system(void **state) {
    (void)state;
    reopen();
    const mag_profile *profile;
    must(&f, mag_profile_parse(f.arena, "x.yaml",
                               mag_span_of("profile: x\ntables:\n  - table: labs\n    file: l\n"
                                           "    columns: { patient_id: a, code: b, code_system: g,"
                                           " value: c, unit: d, collected_at: e }\n"
                                           "    codes: { MG: magnesium }\n"),
                               &profile, &f.err));
    const char *const rows[] = {"p|MG|OURS|0.8|mmol/L|2024-06-01", "p|K|OURS|4|mmol/L|2024-06-01",
                                NULL};
    const mag_run_file *file = feed_table(&f, profile->tables[0], "labs", "a|b|g|c|d|e", rows);
    settle(&f);
    assert_int_equal(file->accounting.accepted, 1);
    assert_int_equal(file->accounting.rejected[MAG_REASON_CODE_SYSTEM], 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(every_spelling_of_a_unit_gives_the_canonical_value),
        TEST(a_unit_of_another_kind_is_never_converted),
        TEST(limits_belong_to_what_is_plausible),
        TEST(bounds_keep_their_operator),
        TEST(words_are_marks_and_only_haemolysis_says_more),
        TEST(times_are_kept_as_the_wall_clock_shows_them),
        TEST(an_index_is_high_from_moderate_or_its_limit_on),
        TEST(an_index_marks_by_minute_and_specimen_and_nobody_else),
        TEST(a_range_needs_two_plain_numbers),
        TEST(copies_are_found_across_files_with_other_columns),
        TEST(copies_are_equal_in_every_mapped_column),
        TEST(a_result_of_an_unknown_system_is_never_lost_in_silence),
        TEST(an_unknown_system_comes_before_other_faults_of_the_row),
        TEST(codes_that_the_profile_lists_need_no_system),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
