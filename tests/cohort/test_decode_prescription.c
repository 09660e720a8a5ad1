/* Cells of prescriptions: kinds, days supplied, stops, dose intervals, notes; and which edition of
   a result counts. */
#include "cohort_fixture.h"

#include "clinical/dose.h"

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

static const mag_run_file *feed_rx(const char *header, const char *row) {
    static const char *const people[] = {"p|F|1950", NULL};
    fixture_close(&f);
    fixture_open(&f, usual_settings());
    feed(&f, MAG_TABLE_PATIENTS, "patient_id|sex|birth", people);
    const char *const rows[] = {row, NULL};
    const mag_run_file *file = feed(&f, MAG_TABLE_PRESCRIPTIONS, header, rows);
    settle(&f);
    return file;
}

/* --- when
 * ---------------------------------------------------------------------------------------------- */

typedef struct time_case {
    const char *row;   /* start|stop|kind|days_supply */
    const char *start; /* NULL: rejected */
    const char *stop;
    mag_rx_kind kind;
    mag_reason reason;
} time_case;

static const time_case TIMES[] = {
    /* a stop with a clock is exclusive; one without is its whole day */
    {"2024-05-01 08:00|2024-05-01 08:01|order|", "2024-05-01 08:00", "2024-05-01 08:01",
     MAG_RX_ORDER, 0},
    {"2024-05-01 08:00|2024-05-01 08:00|order|", "2024-05-01 08:00", "2024-05-01 08:01",
     MAG_RX_ORDER, 0},
    {"2024-05-01 08:00|2024-05-01 07:59|order|", NULL, NULL, 0, MAG_REASON_RX_INTERVAL},
    {"2024-05-01|2024-05-01|order|", "2024-05-01", "2024-05-02", MAG_RX_ORDER, 0},
    {"2024-05-01 23:59|2024-05-01|order|", "2024-05-01 23:59", "2024-05-02", MAG_RX_ORDER, 0},
    {"2024-05-01|2024-04-30|order|", NULL, NULL, 0, MAG_REASON_RX_INTERVAL},
    {"2024-05-01|2024-04-30 23:59|order|", NULL, NULL, 0, MAG_REASON_RX_INTERVAL},
    {"2024-05-01|2024-05-01 00:00|order|", "2024-05-01", "2024-05-01 00:01", MAG_RX_ORDER, 0},
    /* without a stop: at most 365 days; sentinels and infinity are no stop */
    {"2024-05-01 08:00||order|", "2024-05-01 08:00", "2025-05-01 08:00", MAG_RX_ORDER, 0},
    {"2023-03-01||order|", "2023-03-01", "2024-02-29", MAG_RX_ORDER, 0}, /* over a leap day */
    {"2024-05-01|9999-12-31 23:59|order|", "2024-05-01", "2025-05-01", MAG_RX_ORDER, 0},
    {"2024-05-01|1900-01-01|order|", "2024-05-01", "2025-05-01", MAG_RX_ORDER, 0},
    {"2024-05-01|INFINITY|order|", "2024-05-01", "2025-05-01", MAG_RX_ORDER, 0},
    {"2024-05-01|NULL|order|", "2024-05-01", "2025-05-01", MAG_RX_ORDER, 0},
    {"2024-05-01|soon|order|", NULL, NULL, 0, MAG_REASON_DATE_FORMAT},
    {"2024-05-01|2024-02-30|order|", NULL, NULL, 0, MAG_REASON_DATE_INVALID},
    {"2024-05-01|2024-06|order|", NULL, NULL, 0, MAG_REASON_DATE_INVALID},
    {"9999-12-31||order|", NULL, NULL, 0, MAG_REASON_DATE_SENTINEL},
    {"infinity||order|", NULL, NULL, 0, MAG_REASON_DATE_NOT_FINITE},
    /* kinds: unsaid is an order, case is nothing */
    {"2024-05-01|2024-05-03||", "2024-05-01", "2024-05-04", MAG_RX_ORDER, 0},
    {"2024-05-01|2024-05-03|ORDER|", "2024-05-01", "2024-05-04", MAG_RX_ORDER, 0},
    {"2024-05-01||dispensing|", NULL, NULL, 0, MAG_REASON_RX_KIND},
    {"2024-05-01|2024-05-03|orders|", NULL, NULL, 0, MAG_REASON_RX_KIND},
    {"2024-05-01|2024-04-30|dispensing|", NULL, NULL, 0, MAG_REASON_RX_KIND},
    {"soon||dispensing|", NULL, NULL, 0, MAG_REASON_DATE_FORMAT},
    {"2024-05-01||Issue|", "2024-05-01", "2024-05-29", MAG_RX_ISSUE, 0},
    {"2024-05-01 10:30||issue|7", "2024-05-01 10:30", "2024-05-08 10:30", MAG_RX_ISSUE, 0},
    {"2024-05-01||issue|1", "2024-05-01", "2024-05-02", MAG_RX_ISSUE, 0},
    {"2024-05-01||issue|3650", "2024-05-01", "2034-04-29", MAG_RX_ISSUE, 0},
    {"2024-05-01||issue|3651", "2024-05-01", "2024-05-29", MAG_RX_ISSUE, 0},
    {"2024-05-01||issue|-7", "2024-05-01", "2024-05-29", MAG_RX_ISSUE, 0},
    {"2024-05-01||issue|>7", "2024-05-01", "2024-05-29", MAG_RX_ISSUE, 0},
    {"2024-05-01||issue|7,5", "2024-05-01", "2024-05-29", MAG_RX_ISSUE, 0},
    {"2024-05-01 10:30||administration|", "2024-05-01 10:30", "2024-05-02", MAG_RX_ADMINISTRATION,
     0},
    {"2024-05-01 23:59||administration|", "2024-05-01 23:59", "2024-05-02", MAG_RX_ADMINISTRATION,
     0},
    {"2024-05-01||administration|28", "2024-05-01", "2024-05-02", MAG_RX_ADMINISTRATION, 0},
};

static void a_prescription_lasts_as_its_kind_says(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof TIMES / sizeof *TIMES; i++) {
        char row[120];
        snprintf(row, sizeof row, "p|furosemide|%s", TIMES[i].row);
        const mag_run_file *file = feed_rx("patient_id|drug_name|start|stop|kind|days_supply", row);
        mag_timeline timeline = patient(&f, "p");
        if (!TIMES[i].start) {
            if (timeline.exposure_count || file->accounting.rejected[TIMES[i].reason] != 1)
                fail_msg("%s is not rejected as %s", row, mag_reason_name(TIMES[i].reason));
            continue;
        }
        if (timeline.exposure_count != 1)
            fail_msg("%s: %zu exposures", row, timeline.exposure_count);
        const mag_exposure *exposure = timeline.exposures;
        if (exposure->start != at(TIMES[i].start) || exposure->stop != at(TIMES[i].stop) ||
            mag_exposure_kind(exposure) != TIMES[i].kind)
            fail_msg("%s: %d to %d, kind %d", row, exposure->start, exposure->stop,
                     (int)mag_exposure_kind(exposure));
    }
}

static void open_orders_are_flagged_and_counted_when_accepted(void **state) {
    (void)state;
    static const char *const people[] = {"p|F|1950", NULL};
    static const char *const rows[] = {
        "p|furosemide|2024-05-01|",           "p|furosemide|2024-05-01|", /* a copy */
        "p|furosemide|2024-08-01|",                                       /* date.future */
        "p|furosemide|2024-07-02|",                                       /* after T */
        "q|furosemide|2024-05-01|",                                       /* no patient */
        "p|furosemide|2024-05-02|2024-05-03", "p|omeprazole|2024-05-01|infinity",
        "p|furosemide|2023-01-01|", /* 365 days end before T */
        "p|furosemide|2023-01-01|2023-02-01", NULL};
    feed(&f, MAG_TABLE_PATIENTS, "patient_id|sex|birth", people);
    const mag_run_file *file =
        feed(&f, MAG_TABLE_PRESCRIPTIONS, "patient_id|drug_name|start|stop", rows);
    settle(&f);
    assert_int_equal(file->accounting.open_orders, 3);
    assert_int_equal(file->accounting.ended_orders, 1);
    mag_timeline timeline = patient(&f, "p");
    assert_int_equal(timeline.exposure_count, 5);
    size_t open_count = 0;
    for (size_t i = 0; i < 5; i++)
        open_count += mag_exposure_has(&timeline.exposures[i], MAG_EXPOSURE_OPEN);
    assert_int_equal(open_count, 3);
}

/* The window comes first, so that pushing it down to a server changes no gate. */
static void an_unknown_kind_is_rejected_inside_the_window_only(void **state) {
    (void)state;
    static const char *const people[] = {"p|F|1950", NULL};
    static const char *const rows[] = {"p|furosemide|2024-05-01||dispensing",
                                       "p|furosemide|2024-05-01||dispensing",
                                       "q|furosemide|2024-05-01||dispensing",
                                       "p|furosemide|2019-05-01||dispensing",
                                       "p|furosemide|2024-07-02||dispensing",
                                       "p|paracetamol|2024-05-01||dispensing",
                                       NULL};
    feed(&f, MAG_TABLE_PATIENTS, "patient_id|sex|birth", people);
    const mag_run_file *file =
        feed(&f, MAG_TABLE_PRESCRIPTIONS, "patient_id|drug_name|start|stop|kind", rows);
    settle(&f);
    assert_int_equal(file->accounting.rejected[MAG_REASON_RX_KIND], 3);
    assert_int_equal(file->accounting.out_of_window, 2);
    assert_int_equal(file->accounting.not_of_interest, 1);
    size_t count;
    assert_string_equal(mag_cohort_rejects(f.cohort, &count)[0].column, "kind");
    assert_int_equal(patient(&f, "p").exposure_count, 0);
}

/* A site whose codes mean nothing here maps them to LOCAL: then the name decides. */
static void a_code_of_an_unknown_system_is_rejected_whatever_the_name(void **state) {
    (void)state;
    static const struct {
        const char *row; /* code, system, name */
        uint64_t accepted, rejected;
    } cases[] = {{"a12cc04|WHO-ATC|", 1, 0},
                 {"4603|RXCUI|", 1, 0},
                 {"39113611000001102|dm+d|furosemide", 0, 1},
                 {"39113611000001102|dm+d|paracetamol", 0, 1},
                 {"39113611000001102|LOCAL|furosemide", 1, 0},
                 {"39113611000001102|LOCAL|paracetamol", 0, 0},
                 {"|dm+d|furosemide", 1, 0},
                 {"|dm+d|", 0, 0}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char row[120];
        snprintf(row, sizeof row, "p|%s|2024-05-01", cases[i].row);
        const mag_run_file *file = feed_rx("patient_id|drug_code|code_system|drug_name|start", row);
        if (file->accounting.accepted != cases[i].accepted ||
            file->accounting.rejected[MAG_REASON_CODE_SYSTEM] != cases[i].rejected)
            fail_msg("%s: accepted %d", row, (int)file->accounting.accepted);
    }
}

/* --- what and how much
 * ----------------------------------------------------------------------------------- */

typedef struct dose_case {
    const char *row;   /* drug_name, dose, unit, times a day, route */
    double low, high;  /* mmol of magnesium a day; high -1: unknown */
    bool is_ambiguous; /* elemental or salt mass */
    const char *text;  /* as written, for people */
} dose_case;

/* 24.305 mg of magnesium are 1 mmol; magnesium oxide is 40.304 g/mol (spec e). */
static const dose_case DOSES[] = {
    {"magnesium|200|mg elemental|2|PO", 400 / 24.305, 400 / 24.305, false,
     "200 mg elemental, 2 a day"},
    {"magnesium|4|mmol|3|PO", 12, 12, false, "4 mmol, 3 a day"},
    {"magnesium|8|mEq|2|PO", 8, 8, false, "8 mEq, 2 a day"},
    {"magnesium|4|mmol|1-3|PO", 4, 12, false, "4 mmol, 1-3 a day"},
    {"magnesium|2-4|mmol|2|PO", 4, 8, false, "2-4 mmol, 2 a day"},
    {"magnesium oxide|400|mg|1|PO", 400 / 40.304, 400 / 24.305, true, "400 mg, 1 a day"},
    {"magnesium|4|mmol||PO", 0, -1, false, "4 mmol"},
    {"magnesium|||2|PO", 0, -1, false, "2 a day"},
    {"magnesium||||PO", 0, -1, false, ""},
    {"furosemide|40|mg|1|PO", 0, -1, false, "40 mg, 1 a day"},
};

static void doses_are_kept_as_intervals_and_as_written(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof DOSES / sizeof *DOSES; i++) {
        char row[120];
        const char *drug_end = strchr(DOSES[i].row, '|');
        snprintf(row, sizeof row, "p|%.*s|2024-05-01%s", (int)(drug_end - DOSES[i].row),
                 DOSES[i].row, drug_end);
        feed_rx("patient_id|drug_name|start|dose|dose_unit|doses_per_day|route", row);
        mag_timeline timeline = patient(&f, "p");
        if (timeline.exposure_count != 1)
            fail_msg("%s: %zu exposures", row, timeline.exposure_count);
        const mag_exposure *exposure = timeline.exposures;
        double low_error = exposure->dose_lo_umol - 1000 * DOSES[i].low;
        double high_error = exposure->dose_hi_umol - 1000 * DOSES[i].high;
        bool is_high_right = DOSES[i].high < 0 ? exposure->dose_hi_umol == MAG_DOSE_UNKNOWN
                                               : high_error > -1 && high_error < 1;
        const char *text = mag_cohort_text(f.cohort, exposure->dose_text_id);
        if (low_error < -1 || low_error > 1 || !is_high_right || strcmp(text, DOSES[i].text) != 0 ||
            mag_exposure_has(exposure, MAG_EXPOSURE_BASIS_AMBIGUOUS) != DOSES[i].is_ambiguous)
            fail_msg("%s: %d to %d, flags %u, \"%s\"", row, exposure->dose_lo_umol,
                     exposure->dose_hi_umol, exposure->flags, text);
    }
}

/* Unmapped: a name with a stem of rule H05's list that reached no class. */
static void drugs_of_no_class_are_not_of_interest_and_ours_are_noted(void **state) {
    (void)state;
    static const struct {
        const char *row; /* code, name */
        uint64_t accepted, unmapped;
    } cases[] = {{"C03CA01|", 1, 0},
                 {"|furosemide", 1, 0},
                 {"|paracetamol 500 mg", 0, 0},
                 {"N02BE01|", 0, 0},
                 {"|Neoprazole 20 mg", 0, 1}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char row[120];
        snprintf(row, sizeof row, "p|%s|2024-05-01", cases[i].row);
        const mag_run_file *file = feed_rx("patient_id|drug_code|drug_name|start", row);
        if (file->accounting.accepted != cases[i].accepted ||
            file->accounting.unmapped != cases[i].unmapped)
            fail_msg("%s: accepted %llu, unmapped %llu", row,
                     (unsigned long long)file->accounting.accepted,
                     (unsigned long long)file->accounting.unmapped);
        assert_int_equal(file->accounting.not_of_interest, !cases[i].accepted);
    }
}

/* Names and ids may stand in free text: what fewer than five patients have, long texts and words
   that may be somebody's number are counted but not kept. */
static void unmapped_drugs_are_listed_without_texts_that_may_hold_ids(void **state) {
    (void)state;
#define FIFTY_NINE_LETTERS "prazole cdefghijklmnopqrstuvwxyz abcdefghijklmnopqrstuvwxyz"
    static const struct {
        const char *drug; /* code|name */
        unsigned patients, rows_of_each;
        bool is_shown;
    } cases[] = {
        {"X1|Xylprazole 1234 mg/20mEq D5W 0.9%", 6, 3, true},
        {"|Neoprazole 20 mg", 5, 2, true},
        {"C03CE01|", 6, 1, true},
        {"|\xc3\xa9" FIFTY_NINE_LETTERS, 5, 1, true},
        {"|Nextprazole 20 mg", 4, 6, false},
        {"|prazole John Smith", 1, 30, false},
        {"|Xylprazole 12345", 5, 1, false},
        {"|Xylprazole q0001", 5, 1, false},
        {"|prazole patient_17", 5, 1, false},
        {"|prazole p5bc5ebbbe00007d", 5, 1, false},
        {"|prazole 4f9c", 5, 1, false},
        {"|x " FIFTY_NINE_LETTERS, 5, 1, false},
        {"|paracetamol", 5, 1, false},
    };
    static char texts[200][120];
    const char *rows[201] = {NULL};
    size_t row_count = 0, wanted = 0, unmapped = 0;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (unsigned k = 0; k < cases[i].patients * cases[i].rows_of_each; k++) {
            assert_true(row_count < 200);
            snprintf(texts[row_count], sizeof texts[0], "p%u|%s|2024-05-01", k % cases[i].patients,
                     cases[i].drug);
            rows[row_count] = texts[row_count];
            row_count++;
            unmapped += strcmp(cases[i].drug, "|paracetamol") != 0;
        }
    const mag_run_file *file =
        feed(&f, MAG_TABLE_PRESCRIPTIONS, "patient_id|drug_code|drug_name|start", rows);
    mag_unmapped_drug top[MAG_UNMAPPED_COUNT + 1];
    size_t count = mag_cohort_unmapped(f.cohort, top, MAG_UNMAPPED_COUNT + 1);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        if (!cases[i].is_shown)
            continue;
        const char *text = strchr(cases[i].drug, '|') + 1;
        mag_unmapped_drug drug = {.text = *text ? text : "C03CE01",
                                  .count = cases[i].patients * cases[i].rows_of_each};
        assert_true(wanted < count);
        assert_string_equal(top[wanted].text, drug.text);
        assert_int_equal(top[wanted].count, drug.count);
        wanted++;
    }
    assert_int_equal(count, wanted);
    assert_int_equal(file->accounting.not_of_interest, row_count);
    assert_int_equal(file->accounting.unmapped, unmapped);
}

/* Codes that are none, commonest first; the text of one only if its check digit is wrong. */
static void codes_that_are_none_are_noted_by_what_is_wrong(void **state) {
    (void)state;
    static const char *const rows[] = {"p|N02BE1|paracetamol|2024-05-01|ATC",
                                       "p|C03CA1|furosemide|2024-05-01|ATC",
                                       "p|2024-01-05|paracetamol|2024-05-01|RxNorm",
                                       "p|2024-01-06|paracetamol|2024-05-01|RxNorm",
                                       "p|80274002|paracetamol|2024-05-01|SNOMED",
                                       "p|N02BE01|paracetamol|2024-05-01|ATC",
                                       "p|N02BE1|paracetamol|2024-05-01|LOCAL",
                                       "p||paracetamol|2024-05-01|ATC",
                                       NULL};
    feed(&f, MAG_TABLE_PRESCRIPTIONS, "patient_id|drug_code|drug_name|start|code_system", rows);
    mag_counted_text top[4];
    assert_int_equal(mag_cohort_malformed_codes(f.cohort, top, 4), 3);
    static const mag_counted_text wanted[] = {{"RxNorm: a date instead of a code", 2, 0},
                                              {"ATC: not a code of that system", 1, 0},
                                              {"SNOMED code with a wrong check digit", 1, 0}};
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
        assert_string_equal(top[i].text, wanted[i].text);
        assert_int_equal(top[i].count, wanted[i].count);
    }
    assert_int_equal(mag_cohort_malformed_codes(f.cohort, top, 1), 1);
}

static void at_most_fifty_unmapped_drugs_are_listed(void **state) {
    (void)state;
    for (int i = 0; i < 60; i++)
        for (int times = 0; times < 5 + i; times++) {
            char text[32], patient_id[8];
            snprintf(text, sizeof text, "drug %d", i);
            snprintf(patient_id, sizeof patient_id, "p%d", times % 5);
            must(&f, mag_cohort_count_unmapped(f.cohort, mag_span_of(text), mag_span_of(patient_id),
                                               &f.err));
        }
    mag_unmapped_drug top[60];
    assert_int_equal(mag_cohort_unmapped(f.cohort, top, 60), MAG_UNMAPPED_COUNT);
    assert_string_equal(top[0].text, "drug 59");
    assert_int_equal(top[0].count, 64);
    assert_string_equal(top[49].text, "drug 10");
    assert_int_equal(mag_cohort_unmapped(f.cohort, top, 3), 3);
}

/* Neomycin by mouth stays in the gut: it counts only where the route says otherwise. */
static void neomycin_counts_only_by_a_known_parenteral_route(void **state) {
    (void)state;
    static const struct {
        const char *row; /* code, route */
        size_t exposures;
    } cases[] = {{"J01GB05|", 0},   {"J01GB05|PO", 0}, {"J01GB05|IV", 1}, {"j01gb05|IM", 1},
                 {"J01GB05|??", 0}, {"J01GB03|", 1},   {"J01GB03|IV", 1}, {"J01GB03|PO", 0}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char row[80];
        snprintf(row, sizeof row, "p|%s|2024-05-01", cases[i].row);
        const mag_run_file *file = feed_rx("patient_id|drug_code|route|start", row);
        if (patient(&f, "p").exposure_count != cases[i].exposures)
            fail_msg("%s", row);
        assert_int_equal(file->accounting.accepted, 1);
    }
}

/* --- editions of a result
 * ------------------------------------------------------------------------------- */

typedef struct edition_case {
    const char *versions[3]; /* of one result id; values are 0.1, 0.2, 0.3 */
    int kept;                /* mantissa of the one that counts; 0: all stay */
} edition_case;

static const edition_case EDITIONS[] = {
    {{"1", "2", "3"}, 3},        {{"3", "2", "1"}, 1},
    {{"9", "10", "8"}, 2}, /* whole numbers, not texts */
    {{"", "1", ""}, 2},          {{"2024-06-01", "2024-05-31 23:59", "2024-06-01 00:01"}, 3},
    {{"a", "c", "b"}, 2},        {{"1", "1", "1"}, 0}, /* two rows with one version both stay */
    {{"", "", ""}, 0},           {{"9.0", "10.0", "8.0"}, 2}, /* parts of a number, not texts */
    {{"1.9", "1.10", "1.8"}, 2}, {{"1.5", "1", "2"}, 3},
    {{"-1", "", ""}, 1}, /* a text */
};

static void of_several_editions_the_newest_counts_in_any_order(void **state) {
    (void)state;
    static const char *const people[] = {"p|F|1950", NULL};
    for (size_t i = 0; i < sizeof EDITIONS / sizeof *EDITIONS; i++)
        for (size_t turn = 0; turn < 3; turn++) {
            fixture_close(&f);
            fixture_open(&f, usual_settings());
            feed(&f, MAG_TABLE_PATIENTS, "patient_id|sex|birth", people);
            char lines[3][100];
            const char *rows[4] = {0};
            for (size_t k = 0; k < 3; k++) {
                snprintf(lines[k], sizeof lines[k], "p|2601-3|0.%zu|mmol/L|2024-06-01|r|%s", k + 1,
                         EDITIONS[i].versions[k]);
                rows[(k + turn) % 3] = lines[k];
            }
            const mag_run_file *file =
                feed(&f, MAG_TABLE_LABS,
                     "patient_id|code|value|unit|collected_at|result_id|version", rows);
            settle(&f);
            mag_timeline timeline = patient(&f, "p");
            size_t count;
            const mag_lab *labs = mag_timeline_labs(&timeline, MAG_MAGNESIUM, &count);
            size_t expected = EDITIONS[i].kept ? 1 : 3;
            if (count != expected || (EDITIONS[i].kept && labs[0].mantissa != EDITIONS[i].kept))
                fail_msg("case %zu: %zu results, first 0.%d", i, count, labs[0].mantissa);
            assert_int_equal(file->accounting.duplicate, 3 - expected);
        }
}

/* What the notes MS-I256 and MS-I257 count. */
static void doses_and_supplies_that_are_no_numbers_are_noted(void **state) {
    (void)state;
    static const struct {
        const char *row; /* kind|dose|days_supply */
        bool is_dose, is_supply;
    } cases[] = {{"order|40|14", false, false},
                 {"order||", false, false},
                 {"order|16,0|", true, false},
                 {"issue|-16|28", true, false},
                 {"order|1e3|abc", true, true},
                 {"issue|40|14 days", false, true},
                 {"administration|40|14,0", false, true},
                 {"issue|40|0", false, true},
                 {"issue|40|3651", false, true},
                 {"order|40|0", false, false},
                 {"issue|NULL|NULL", false, false}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char row[120];
        snprintf(row, sizeof row, "p|furosemide|2024-05-01|%s", cases[i].row);
        const mag_run_file *file = feed_rx("patient_id|drug_name|start|kind|dose|days_supply", row);
        if (file->accounting.doses_unread != cases[i].is_dose ||
            file->accounting.supplies_unread != cases[i].is_supply)
            fail_msg("%s: %d, %d", row, (int)file->accounting.doses_unread,
                     (int)file->accounting.supplies_unread);
        assert_int_equal(file->first_dose_line != 0, cases[i].is_dose);
        assert_int_equal(file->first_supply_line != 0, cases[i].is_supply);
        assert_int_equal(file->accounting.accepted, 1);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(a_prescription_lasts_as_its_kind_says),
        TEST(open_orders_are_flagged_and_counted_when_accepted),
        TEST(an_unknown_kind_is_rejected_inside_the_window_only),
        TEST(a_code_of_an_unknown_system_is_rejected_whatever_the_name),
        TEST(doses_are_kept_as_intervals_and_as_written),
        TEST(drugs_of_no_class_are_not_of_interest_and_ours_are_noted),
        TEST(neomycin_counts_only_by_a_known_parenteral_route),
        TEST(unmapped_drugs_are_listed_without_texts_that_may_hold_ids),
        TEST(codes_that_are_none_are_noted_by_what_is_wrong),
        TEST(at_most_fifty_unmapped_drugs_are_listed),
        TEST(doses_and_supplies_that_are_no_numbers_are_noted),
        TEST(of_several_editions_the_newest_counts_in_any_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
