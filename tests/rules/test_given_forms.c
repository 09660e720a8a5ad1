/* The `given` lines of examples: every form becomes the record that it names, and every way to get
   a form wrong is refused with its place. T is 2024-06-30T23:59. */
#include "world.h"

#include "clinical/dose.h"
#include "rules/operand_dose.h"
#include "rules/operand_person.h"

static world in;

static mag_minute at(const char *text) {
    mag_moment moment;
    assert_int_equal(mag_moment_parse(mag_span_of(text), NULL, &moment), MAG_DATE_OK);
    return moment.minute;
}

static void people(void **state) {
    (void)state;
    const struct {
        const char *lines;
        mag_sex sex;
        int age; /* -1: unknown */
        const char *kg, *cm;
    } rows[] = {
        {"female 71 y", MAG_SEX_FEMALE, 71, NULL, NULL},
        {"male 18 y", MAG_SEX_MALE, 18, NULL, NULL},
        {"male 0 y", MAG_SEX_MALE, 0, NULL, NULL},
        {"male 104 y 60.5 kg", MAG_SEX_MALE, 104, "60.5", NULL},
        {"female 50 y 160 cm", MAG_SEX_FEMALE, 50, NULL, "160"},
        {"female 50 y 60 kg 160.5 cm", MAG_SEX_FEMALE, 50, "60", "160.5"},
        {"female 50 y 160 cm 60 kg", MAG_SEX_FEMALE, 50, "60", "160"},
        {"female 50 y; sex unknown", MAG_SEX_UNKNOWN, 50, NULL, NULL},
        {"female 50 y; age unknown", MAG_SEX_FEMALE, -1, NULL, NULL},
        {"sodium 140 mmol/L 3 days ago", MAG_SEX_FEMALE, 50, NULL, NULL}, /* unsaid */
        {"  male   50   y  ", MAG_SEX_MALE, 50, NULL, NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        world_say(&in, "%s", rows[i].lines);
        const mag_value age = mag_person_age_value(&in.patient, in.patient.as_of);
        if (in.patient.person->sex != rows[i].sex ||
            (rows[i].age < 0 ? age.bounds.unknown == 0 : (int)age.bounds.low != rows[i].age))
            fail_msg("%s: sex %d, age %.0f", rows[i].lines, in.patient.person->sex, age.bounds.low);
        const struct {
            mag_analyte analyte;
            const char *wanted;
        } sizes[] = {{MAG_WEIGHT, rows[i].kg}, {MAG_HEIGHT, rows[i].cm}};
        for (size_t k = 0; k < 2; k++) {
            size_t count;
            char text[MAG_DECIMAL_TEXT_NBYTES];
            const mag_lab *lab = mag_timeline_labs(&in.patient, sizes[k].analyte, &count);
            assert_int_equal((int)count, sizes[k].wanted == NULL ? 0 : 1);
            if (count == 0)
                continue;
            mag_decimal_text(mag_lab_value(lab), text);
            assert_string_equal(text, sizes[k].wanted);
            assert_int_equal(lab->minute, in.patient.as_of); /* measured at T */
        }
    }
}

static void the_age_holds_half_a_year_back_and_changes_then(void **state) {
    (void)state;
    WORLD(&in, "female 50 y");
    assert_int_equal((int)mag_person_age_value(&in.patient, at("2024-01-02T00:00")).bounds.low, 50);
    assert_int_equal((int)mag_person_age_value(&in.patient, at("2023-12-25T00:00")).bounds.low, 49);
}

static void results(void **state) {
    (void)state;
    const struct {
        const char *line;
        mag_analyte analyte;
        const char *value;
        mag_unit unit;
        mag_comparator comparator;
        mag_reason reject;
        const char *moment;
        bool is_date_only, is_haemolysed;
    } rows[] = {
        {"creatinine 150 umol/L 10 days ago", MAG_CREATININE, "150", MAG_UNIT_UMOL_L, MAG_EXACT,
         MAG_REASON_NONE, "2024-06-20", true, false},
        {"magnesium 0.70 mmol/L 1 day ago", MAG_MAGNESIUM, "0.70", MAG_UNIT_MMOL_L, MAG_EXACT,
         MAG_REASON_NONE, "2024-06-29", true, false},
        {"magnesium <0.30 mmol/L 0 days ago", MAG_MAGNESIUM, "0.30", MAG_UNIT_MMOL_L, MAG_LESS,
         MAG_REASON_NONE, "2024-06-30", true, false},
        {"magnesium <=0.30 mmol/L 1 hour ago", MAG_MAGNESIUM, "0.30", MAG_UNIT_MMOL_L,
         MAG_LESS_EQUAL, MAG_REASON_NONE, "2024-06-30T22:59", false, false},
        {"egfr_reported >90 mL/min/1.73m2 25 hours ago", MAG_EGFR, "90", MAG_UNIT_ML_MIN_173,
         MAG_GREATER, MAG_REASON_NONE, "2024-06-29T22:59", false, false},
        {"egfr_reported >=90 mL/min/1.73m2 on 2024-06-20", MAG_EGFR, "90", MAG_UNIT_ML_MIN_173,
         MAG_GREATER_EQUAL, MAG_REASON_NONE, "2024-06-20", true, false},
        {"potassium 4.0 mEq/L on 2024-06-20T07:10", MAG_POTASSIUM, "4.0", MAG_UNIT_MEQ_L, MAG_EXACT,
         MAG_REASON_NONE, "2024-06-20T07:10", false, false},
        {"magnesium 1.3 no unit 3 days ago", MAG_MAGNESIUM, "1.3", MAG_UNIT_NONE, MAG_EXACT,
         MAG_REASON_UNIT_MISSING, "2024-06-27", true, false},
        {"magnesium rejected 3 days ago", MAG_MAGNESIUM, "0", MAG_UNIT_NONE, MAG_EXACT,
         MAG_REASON_VALUE_IMPLAUSIBLE, "2024-06-27", true, false},
        {"magnesium 1.5 mmol/L haemolysed 3 days ago", MAG_MAGNESIUM, "1.5", MAG_UNIT_MMOL_L,
         MAG_EXACT, MAG_REASON_NONE, "2024-06-27", true, true},
        {"weight 60 kg 400 days ago", MAG_WEIGHT, "60", MAG_UNIT_KG, MAG_EXACT, MAG_REASON_NONE,
         "2023-05-27", true, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        size_t count;
        char text[MAG_DECIMAL_TEXT_NBYTES];
        world_say(&in, "%s", rows[i].line);
        const mag_lab *lab = mag_timeline_labs(&in.patient, rows[i].analyte, &count);
        assert_int_equal((int)count, 1);
        mag_decimal_text(mag_lab_value(lab), text);
        if (mag_lab_reject(lab) != rows[i].reject || lab->minute != at(rows[i].moment) ||
            mag_lab_has(lab, MAG_LAB_DATE_ONLY) != rows[i].is_date_only ||
            mag_lab_has(lab, MAG_LAB_HAEMOLYSED) != rows[i].is_haemolysed)
            fail_msg("%s", rows[i].line);
        if (rows[i].reject != MAG_REASON_NONE)
            continue;
        assert_string_equal(text, rows[i].value);
        assert_int_equal(mag_lab_unit(lab), rows[i].unit);
        assert_int_equal(mag_lab_comparator(lab), rows[i].comparator);
    }
}

static void orders(void **state) {
    (void)state;
    const struct {
        const char *line;
        mag_class drug_class;
        const char *start, *stop; /* NULL: goes on beyond T */
        int32_t lo_umol, hi_umol;
    } rows[] = {
        {"LOOP since 60 days ago", MAG_CLASS_LOOP, "2024-05-01", NULL, 0, MAG_DOSE_UNKNOWN},
        {"MGSUPP 10 mmol since 60 days ago until 2 days ago", MAG_CLASS_MGSUPP, "2024-05-01",
         "2024-06-29", 10000, 10000},
        {"MGSUPP 243.05 mg since 5 hours ago until 2 hours ago", MAG_CLASS_MGSUPP,
         "2024-06-30T18:59", "2024-06-30T21:59", 10000, 10000},
        {"MGIV 2 g since on 2024-06-20 until on 2024-06-21", MAG_CLASS_MGIV, "2024-06-20",
         "2024-06-22", 82288, 82288},
        {"MGLAX since on 2024-06-20T08:00 until on 2024-06-21T09:30", MAG_CLASS_MGLAX,
         "2024-06-20T08:00", "2024-06-21T09:30", 0, MAG_DOSE_UNKNOWN},
        {"AMINOG since 1 day ago", MAG_CLASS_AMINOG, "2024-06-29", NULL, 0, MAG_DOSE_UNKNOWN},
        {"MGIV by IV since 1 day ago", MAG_CLASS_MGIV, "2024-06-29", NULL, 0, MAG_DOSE_UNKNOWN},
        {"drug \"Furosemide 40 mg\" since 2 days ago", MAG_CLASS_LOOP, "2024-06-28", NULL, 0, -1},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        world_say(&in, "%s", rows[i].line);
        if (in.patient.exposure_count != 1)
            fail_msg("%s: %zu orders", rows[i].line, in.patient.exposure_count);
        const mag_exposure *got = &in.patient.exposures[0];
        const mag_class_set classes = mag_exposure_classes(in.cohort, got);
        if (classes != (mag_class_set)1 << rows[i].drug_class || got->start != at(rows[i].start) ||
            (rows[i].stop == NULL ? got->stop <= in.patient.as_of : got->stop != at(rows[i].stop)))
            fail_msg("%s: another class, start or stop", rows[i].line);
        assert_int_equal(mag_exposure_kind(got), MAG_RX_ORDER);
        if (rows[i].hi_umol != -1 &&
            (got->dose_lo_umol != rows[i].lo_umol || got->dose_hi_umol != rows[i].hi_umol))
            fail_msg("%s: dose %d to %d", rows[i].line, got->dose_lo_umol, got->dose_hi_umol);
    }
}

/* The two other kinds of record: one runs for its supply, one counts for its day. */
static void issues_and_administrations(void **state) {
    (void)state;
    const struct {
        const char *line;
        mag_rx_kind kind;
        const char *start, *stop;
        bool is_date_only;
        int32_t lo_umol;
    } rows[] = {
        {"PPI issue 40 days ago", MAG_RX_ISSUE, "2024-05-21", "2024-06-18", true, 0},
        {"PPI issue 30 hours ago", MAG_RX_ISSUE, "2024-06-29T17:59", "2024-07-27T17:59", false, 0},
        {"PPI issue 40 days ago 56 days supply", MAG_RX_ISSUE, "2024-05-21", "2024-07-16", true, 0},
        {"MGSUPP issue 10 mmol by PO 3 days ago 1 day supply", MAG_RX_ISSUE, "2024-06-27",
         "2024-06-28", true, 10000},
        {"MGSUPP issue 10 mmol on 2024-06-20", MAG_RX_ISSUE, "2024-06-20", "2024-07-18", true,
         10000},
        {"MGIV given 8 mmol 3 hours ago", MAG_RX_ADMINISTRATION, "2024-06-30T20:59", "2024-07-01",
         false, 8000},
        {"MGIV given 30 minutes ago", MAG_RX_ADMINISTRATION, "2024-06-30T23:29", "2024-07-01",
         false, 0},
        {"drug \"Ciprofloxacin 500 mg\" given on 2024-06-28T08:00", MAG_RX_ADMINISTRATION,
         "2024-06-28T08:00", "2024-06-29", false, -1},
        {"LOOP since 2 days ago until in 5 days", MAG_RX_ORDER, "2024-06-28", "2024-07-06", true,
         0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        world_say(&in, "%s", rows[i].line);
        if (in.patient.exposure_count != 1)
            fail_msg("%s: %zu records", rows[i].line, in.patient.exposure_count);
        const mag_exposure *got = &in.patient.exposures[0];
        if (mag_exposure_kind(got) != rows[i].kind || got->start != at(rows[i].start) ||
            got->stop != at(rows[i].stop) ||
            mag_exposure_has(got, MAG_EXPOSURE_START_DATE) != rows[i].is_date_only)
            fail_msg("%s: another kind, start or stop", rows[i].line);
        if (rows[i].lo_umol >= 0 && got->dose_lo_umol != rows[i].lo_umol)
            fail_msg("%s: dose %d", rows[i].line, got->dose_lo_umol);
    }
}

/* Minutes make a specimen unless letters do. */
static void specimens_ranges_and_ratios(void **state) {
    (void)state;
    size_t count;
    WORLD(&in, "magnesium 0.5 mmol/L 3 days ago specimen A",
          "potassium 3.0 mmol/L 2 days ago "
          "specimen A",
          "ck 500 U/L range 25-200 3 days ago", "inr 1.2 3 days ago",
          "sodium 140 mmol/L 3 days ago");
    const mag_lab *magnesium = mag_timeline_labs(&in.patient, MAG_MAGNESIUM, &count);
    const mag_lab *potassium = mag_timeline_labs(&in.patient, MAG_POTASSIUM, &count);
    const mag_lab *sodium = mag_timeline_labs(&in.patient, MAG_SODIUM, &count);
    const mag_lab *ck = mag_timeline_labs(&in.patient, MAG_CK, &count);
    const mag_lab *inr = mag_timeline_labs(&in.patient, MAG_INR, &count);
    const uint64_t *specimens = in.patient.specimens;
    assert_true(specimens[magnesium - in.patient.labs] != 0);
    assert_true(specimens[magnesium - in.patient.labs] == specimens[potassium - in.patient.labs]);
    assert_true(specimens[magnesium - in.patient.labs] != specimens[sodium - in.patient.labs]);
    assert_true(ck->range_id != 0 && sodium->range_id == 0);
    assert_int_equal(mag_lab_unit(inr), MAG_UNIT_RATIO);
}

static void stays_registration_and_death(void **state) {
    (void)state;
    WORLD(&in, "inside a stay since 3 days ago",
          "inside a stay since 40 days ago until 30 days ago");
    assert_int_equal((int)in.patient.stay_count, 2);
    assert_int_equal(in.patient.stays[0].from, at("2024-05-21"));
    assert_int_equal(in.patient.stays[0].until, at("2024-05-31T23:59"));
    assert_true(in.patient.stays[1].until > in.patient.as_of);
    WORLD(&in, "observed since 400 days ago until 2 days ago");
    assert_int_equal(in.patient.person->observed_from, at("2023-05-27"));
    assert_int_equal(in.patient.person->observed_until, at("2024-06-28T23:59"));
    WORLD(&in, "died 2 days ago");
    assert_int_equal(in.patient.person->died, at("2024-06-28T23:59"));
    WORLD(&in, "died 3 hours ago");
    assert_int_equal(in.patient.person->died, at("2024-06-30T20:59"));
    WORLD(&in, "inside a stay since 30 hours ago until 3 hours ago");
    assert_int_equal(in.patient.stays[0].from, at("2024-06-29T17:59"));
    assert_int_equal(in.patient.stays[0].until, at("2024-06-30T20:59"));
}

/* A route outside its gate leaves no exposure; a supplement into a vein is MGIV. */
static void routes_go_through_the_gate_of_the_class(void **state) {
    (void)state;
    enum { NO_CLASS = MAG_CLASS_COUNT };
    const struct {
        const char *line;
        int drug_class;
    } rows[] = {
        {"MGSUPP by PO since 3 days ago", MAG_CLASS_MGSUPP},
        {"MGSUPP by IV since 3 days ago", MAG_CLASS_MGIV},
        {"MGLAX by IV since 3 days ago", NO_CLASS},
        {"MGIV by IV since 3 days ago", MAG_CLASS_MGIV},
        {"MGIV by PO since 3 days ago", NO_CLASS},
        {"LOOP by IV since 3 days ago", MAG_CLASS_LOOP},
        {"LOOP by PO since 3 days ago", MAG_CLASS_LOOP},
        {"LOOP by TP since 3 days ago", NO_CLASS},
        {"AMINOG by IV since 3 days ago", MAG_CLASS_AMINOG},
        {"AMINOG by PO since 3 days ago", NO_CLASS},
        {"KBIND by PO since 3 days ago", MAG_CLASS_KBIND},
        {"KBIND by IV since 3 days ago", NO_CLASS},
        {"QT by PO since 3 days ago", MAG_CLASS_QT},
        {"drug \"Tobramycin\" by IV since 3 days ago", MAG_CLASS_AMINOG},
        {"drug \"Tobramycin\" by OS since 3 days ago", NO_CLASS},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        world_say(&in, "%s", rows[i].line);
        const bool is_gone = in.patient.exposure_count == 0;
        const mag_class_set wanted = (mag_class_set)1 << rows[i].drug_class;
        if (is_gone ? rows[i].drug_class != NO_CLASS
                    : mag_exposure_classes(in.cohort, &in.patient.exposures[0]) != wanted)
            fail_msg("%s", rows[i].line);
    }
}

static void doses_of_named_products(void **state) {
    (void)state;
    const struct {
        const char *line;
        double low_mmol, high_mmol;
    } rows[] = {
        /* SC-19, SC-20: oxide without a basis; 500 mg are 301.5 mg elemental, or 500 */
        {"drug \"magnesium oxide\" 500 mg 2 times a day since 3 days ago", 24.81, 41.14},
        {"drug \"magnesium oxide\" 400 mg 2 times a day since 3 days ago", 19.85, 32.92},
    };
    static const mag_member supplement[] = {
        {MAG_CLASS_MGSUPP, 0}, {MAG_CLASS_MGANTACID, 0}, {MAG_CLASS_MGLAX, 0}};
    mag_drug_room room = {0};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        mag_error err = {0};
        world_say(&in, "%s", rows[i].line);
        assert_int_equal(mag_drug_room_reserve(&room, &in.account, &in.patient, &err), MAG_OK);
        const mag_drug_query query = {
            .patient = &in.patient, .members = supplement, .member_count = 3, .room = &room};
        const mag_bounds dose = mag_drug_dose(&query).bounds;
        if (dose.low < (rows[i].low_mmol - 0.01) * 1000 ||
            dose.low > (rows[i].low_mmol + 0.01) * 1000 ||
            dose.high < (rows[i].high_mmol - 0.01) * 1000 ||
            dose.high > (rows[i].high_mmol + 0.01) * 1000)
            fail_msg("%s: %.0f to %.0f", rows[i].line, dose.low, dose.high);
        assert_int_equal(dose.doubt, 1 << MAG_UNKNOWN_DOSE_RANGE);
    }
    mag_drug_room_done(&room, &in.account);
}

static void conditions_and_sources(void **state) {
    (void)state;
    WORLD(&in, "dialysis 30 days ago", "ckd on 2024-06-01", "diabetes 5 hours ago");
    assert_int_equal((int)in.patient.condition_count, 3);
    assert_int_equal(in.patient.conditions[0].minute, at("2024-05-31"));
    assert_int_equal(in.patient.conditions[0].conditions, 1 << MAG_CONDITION_DIALYSIS);
    assert_true(in.patient.conditions[0].is_date_only);
    assert_int_equal(in.patient.conditions[2].minute, at("2024-06-30T18:59"));
    assert_false(in.patient.conditions[2].is_date_only);
    assert_true(mag_cohort_has_conditions(in.cohort));
    assert_true(mag_timeline_absence_is_known(&in.patient));
    WORLD(&in, "no conditions source");
    assert_false(mag_cohort_has_conditions(in.cohort));
    WORLD(&in, "no prescriptions source");
    assert_false(mag_cohort_has_prescriptions(in.cohort));
    WORLD(&in, "outside stays");
    assert_false(mag_timeline_absence_is_known(&in.patient));
    WORLD(&in, "source without creatinine");
    assert_false(mag_cohort_delivers(in.cohort, MAG_CREATININE));
    assert_true(mag_cohort_delivers(in.cohort, MAG_MAGNESIUM));
    WORLD(&in, "formula us");
    assert_int_equal(mag_cohort_settings_of(in.cohort)->kidney.formula, MAG_KIDNEY_US);
    WORLD(&in, "female 50 y");
    assert_int_equal(mag_cohort_settings_of(in.cohort)->kidney.formula, MAG_KIDNEY_UK);
}

static void what_lies_after_t_is_not_seen(void **state) {
    (void)state;
    WORLD(&in, "sodium 140 mmol/L on 2024-07-01", "sodium 141 mmol/L on 2024-06-30T23:59",
          "LOOP since on 2024-07-01", "dialysis on 2024-07-01");
    size_t count;
    (void)mag_timeline_labs(&in.patient, MAG_SODIUM, &count);
    assert_int_equal((int)count, 1);
    assert_int_equal((int)in.patient.exposure_count, 0);
    assert_int_equal((int)in.patient.condition_count, 0);
}

static void equal_lines_are_two_records(void **state) {
    (void)state;
    WORLD(&in, "sodium 140 mmol/L 3 days ago", "sodium 140 mmol/L 3 days ago",
          "LOOP since 9 days ago", "LOOP since 9 days ago");
    size_t count;
    (void)mag_timeline_labs(&in.patient, MAG_SODIUM, &count);
    assert_int_equal((int)count, 2);
    assert_int_equal((int)in.patient.exposure_count, 2);
}

static void expect_refusal(const char *line, const char *says) {
    const mag_text_line lines[] = {{"female 50 y", 6, 11}, {line, 7, 11}};
    const mag_example example = {.given = lines, .given_count = 2, .as_of = MAG_EXAMPLE_AS_OF};
    mag_cohort *cohort = NULL;
    mag_error err = {0};
    const mag_status status =
        mag_example_cohort("p.yaml", &example, in.book, &in.account, &cohort, &err);
    if (status == MAG_OK) {
        mag_cohort_free(cohort);
        fail_msg("\"%s\" was read", line);
    }
    assert_int_equal(status, MAG_E_RULES);
    assert_int_equal(err.message, MAG_MSG_R501);
    if (strncmp(err.text, "p.yaml:7:11: ", 13) != 0 || strstr(err.text, says) == NULL)
        fail_msg("\"%s\": %s", line, err.text);
}

static void every_malformed_line_about_a_person_or_result_is_refused(void **state) {
    (void)state;
    static const struct {
        const char *line, *says;
    } rows[] = {
        {"female 50 y <60 kg", "a number of kg or cm is expected"},
        {"ck 200 U/L range 25 3 days ago", "`range` is followed by LOW-HIGH"},
        {"ck 200 U/L range 25-x 3 days ago", "`range` is followed by LOW-HIGH"},
        {"ck 200 U/L range x-25 3 days ago", "`range` is followed by LOW-HIGH"},
        {"ck 200 U/L range <25-30 3 days ago", "`range` is followed by LOW-HIGH"},
        {"", "no such form"},
        {"   ", "no such form"},
        {"woman 50 y", "no such form"},
        {"Female 50 y", "no such form"},
        {"LOOPS since 3 days ago", "no such form"},
        {"magnesum 0.5 mmol/L 3 days ago", "no such form"},
        {"sex", "no such form"},
        {"sex male", "no such form"},
        {"source with magnesium", "no such form"},
        {"no labs source", "no such form"},
        {"12 drug rows", "`N drug rows unmapped`"},
        {"12 drug rows unmapped today", "`N drug rows unmapped`"},
        {"12 of 300 rows without unit", "`N drug rows unmapped`"},
        {"12 of 300 drug rows unmapped", "`N drug rows unmapped`"},
        {"12 magnesium rows without unit", "`N drug rows unmapped`"},
        {"12 of 11 magnesium rows without unit", "after `of` stands a whole number"},
        {"12 of many magnesium rows without unit", "after `of` stands a whole number"},
        {"female", "`female 71 y` is expected"},
        {"female y", "`female 71 y` is expected"},
        {"female 50", "`female 71 y` is expected"},
        {"female 50.5 y", "`female 71 y` is expected"},
        {"male fifty y", "`female 71 y` is expected"},
        {"male 50 y heavy", "a number of kg or cm"},
        {"male 50 y 60", "only kg and cm"},
        {"male 50 y 60 lb", "only kg and cm"},
        {"magnesium", "a value or `rejected`"},
        {"magnesium low 3 days ago", "a value or `rejected`"},
        {"magnesium 0,5 mmol/L 3 days ago", "a value or `rejected`"},
        {"magnesium 1e0 mmol/L 3 days ago", "a value or `rejected`"},
        {"magnesium 0.5 3 days ago", "the unit does not fit"},
        {"magnesium 0.5 umol/day 3 days ago", "the unit does not fit"},
        {"magnesium 0.5 kg 3 days ago", "the unit does not fit"},
        {"creatinine 90 mL/min 3 days ago", "the unit does not fit"},
        {"magnesium 0.5 no idea 3 days ago", "`no` is followed by `unit`"},
        {"magnesium 0.5 mmol/L", "is expected at the end"},
        {"magnesium 0.5 mmol/L ago", "is expected at the end"},
        {"magnesium 0.5 mmol/L 3 days", "is expected at the end"},
        {"magnesium 0.5 mmol/L 3 ago", "is expected at the end"},
        {"magnesium 0.5 mmol/L 3.5 days ago", "is expected at the end"},
        {"magnesium 0.5 mmol/L 3 weeks ago", "is expected at the end"},
        {"magnesium 0.5 mmol/L on", "is expected at the end"},
        {"magnesium 0.5 mmol/L on monday", "is expected at the end"},
        {"magnesium 0.5 mmol/L on 2024-02-30", "is expected at the end"},
        {"magnesium 0.5 mmol/L 3 days ago fasting", "is expected at the end"},
        {"magnesium rejected", "is expected at the end"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        expect_refusal(rows[i].line, rows[i].says);
}

static void every_malformed_count_of_rows_is_refused(void **state) {
    (void)state;
    static const char *const lines[] = {
        "3.5 drug rows unmapped",
        "3 drug rows",
        "3 drug rows unmapped today",
        "3 of 10 magnesium rows",
        "3 of 10 magnesium rows without",
        "3 of 10 magnesium rows without units",
        "3 of 10 magnesium rows without unit now",
        "3 of 10 manganese rows without unit",
        "3 magnesium rows without unit",
        "3 of 10 drug rows unmapped",
    };
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
        expect_refusal(lines[i], "`N drug rows unmapped` or");
}

static void every_malformed_line_about_a_drug_or_a_stay_is_refused(void **state) {
    (void)state;
    static const struct {
        const char *line, *says;
    } rows[] = {
        {"MGSUPP", "`since N days ago"},
        {"MGSUPP 400", "`since N days ago"},
        {"MGSUPP 400 mg 2 times", "the dose is not `NUMBER UNIT"},
        {"MGSUPP 400 mg 2 times a", "the dose is not `NUMBER UNIT"},
        {"MGSUPP 400 mg 2 times a week since 3 days ago", "the dose is not `NUMBER UNIT"},
        {"MGSUPP 400 mg 2 per day since 3 days ago", "the dose is not `NUMBER UNIT"},
        {"MGSUPP 400 mg 2 times per day since 3 days ago", "the dose is not `NUMBER UNIT"},
        {"PPI issue 40 days ago 0 days supply", "`issue ... N days ago"},
        {"PPI issue 40 days ago -3 days supply", "`issue ... N days ago"},
        {"PPI issue 40 days ago 3650 days supply", "`issue ... N days ago"},
        {"PPI issue 40 days ago 56 weeks supply", "`issue ... N days ago"},
        {"PPI issue 40 days ago 56 days", "`issue ... N days ago"},
        {"PPI issue 40 days ago soon", "`issue ... N days ago"},
        {"PPI since 100001 days ago", "`since N days ago"},
        {"PPI since 3 weeks ago", "`since N days ago"},
        {"inside a", "`inside a stay since"},
        {"inside a house since 3 days ago", "`inside a stay since"},
        {"inside the stay since 3 days ago", "`inside a stay since"},
        {"inside a stay 3 days ago", "`inside a stay since"},
        {"inside a stay since soon", "`inside a stay since"},
        {"inside a stay since 3 days ago until soon", "`inside a stay since"},
        {"inside a stay since 3 days ago until 2 days ago more", "`inside a stay since"},
        {"inside a stay since 3 days ago until 2 days ago 10 11 12 13 14 15 16 17 18 19 20 21 22 "
         "23 24 "
         "25 26 27 28 29 30 31 32 33",
         "more words than any form of a given line has"},
        {"MGSUPP since", "`since N days ago"},
        {"MGSUPP since 3 days", "`since N days ago"},
        {"MGSUPP 3 days ago", "`since N days ago"},
        {"MGSUPP 10 mmol", "`since N days ago"},
        {"MGSUPP 10 mmol 3 days ago", "`since N days ago"},
        {"MGSUPP 10 ml since 3 days ago", "the dose of a class is mg, g or mmol"},
        {"MGSUPP 10 mmol 2 times since 3 days ago", "the dose is not"},
        {"MGSUPP since 9 days ago until", "`since N days ago"},
        {"MGSUPP since 9 days ago until tomorrow", "`since N days ago"},
        {"MGSUPP since 9 days ago until 3 days ago with food", "`since N days ago"},
        {"drug \"Furosemide\"", "`since N days ago"},
        {"drug \"Furosemide\" 40 mg daily since 3 days ago", "`since N days ago"},
        {"drug \"Furosemide since 3 days ago", "`since N days ago"}, /* the quote goes on */
        {"PPI issue", "`issue ... N days ago"},
        {"PPI issue since 3 days ago", "`issue ... N days ago"},
        {"PPI issue 3 days ago 28", "`issue ... N days ago"},
        {"PPI issue 3 days ago 0 days supply", "`issue ... N days ago"},
        {"PPI issue 3 days ago 28 days", "`issue ... N days ago"},
        {"MGIV given", "`given ... N hours ago"},
        {"MGIV given 3 hours", "`given ... N hours ago"},
        {"MGIV given 8 mmol 3 hours ago slowly", "`given ... N hours ago"},
        {"drug", "a name in quotes"},
        {"inside", "`inside a stay"},
        {"inside a stay", "`inside a stay"},
        {"inside a stay 3 days ago", "`inside a stay"},
        {"inside a stay since 3 days ago until", "`inside a stay"},
        {"observed 3 days ago", "`observed since"},
        {"died", "`died N days ago"},
        {"died 3 days ago of age", "`died N days ago"},
        {"magnesium 0.5 mmol/L 3 days ago specimen", "specimen LETTER"},
        {"magnesium 0.5 mmol/L 3 days ago specimen AB", "specimen LETTER"},
        {"magnesium 0.5 mmol/L 3 days ago tube A", "specimen LETTER"},
        {"ck 500 U/L range 25 3 days ago", "LOW-HIGH"},
        {"ck 500 U/L range -200 3 days ago", "LOW-HIGH"},
        {"inr 1.5 days ago", "is expected at the end"},
        {"dialysis", "is expected after the condition"},
        {"dialysis since 3 days ago", "is expected after the condition"},
        {"dialysis 3 days", "is expected after the condition"},
        {"dialysis 3 days ago at home", "is expected after the condition"},
        {"source without", "is followed by an analyte"},
        {"source without gold", "is followed by an analyte"},
        {"source without magnesium and gold", "is followed by an analyte"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        expect_refusal(rows[i].line, rows[i].says);
}

static int open_world(void **state) {
    (void)state;
    world_begin(&in);
    WORLD(&in, "female 50 y");
    return 0;
}

static int close_world(void **state) {
    (void)state;
    world_end(&in);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(people),
        cmocka_unit_test(the_age_holds_half_a_year_back_and_changes_then),
        cmocka_unit_test(results),
        cmocka_unit_test(orders),
        cmocka_unit_test(routes_go_through_the_gate_of_the_class),
        cmocka_unit_test(doses_of_named_products),
        cmocka_unit_test(conditions_and_sources),
        cmocka_unit_test(what_lies_after_t_is_not_seen),
        cmocka_unit_test(equal_lines_are_two_records),
        cmocka_unit_test(issues_and_administrations),
        cmocka_unit_test(specimens_ranges_and_ratios),
        cmocka_unit_test(stays_registration_and_death),
        cmocka_unit_test(every_malformed_line_about_a_person_or_result_is_refused),
        cmocka_unit_test(every_malformed_count_of_rows_is_refused),
        cmocka_unit_test(every_malformed_line_about_a_drug_or_a_stay_is_refused),
    };
    return cmocka_run_group_tests(tests, open_world, close_world);
}
