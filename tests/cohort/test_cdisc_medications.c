/* The medications of the CDISC pilot study: brands and uncoded names, years and months for dates.
   The study repeats a medication at every visit; a number of its own in the dose keeps the rows
   apart here, so that each of the 7,510 can be looked at. */
#include "cdisc.h"

#include "clinical/gzip_rows.h"

enum { ROWS = 7510, COLUMNS = 32, TEXT_NBYTES = 64, SHAPES = 4 };

/* --- the file, read without the program ----------------------------------------------------------
 */

typedef struct raw {
    char id[TEXT_NBYTES], name[TEXT_NBYTES], coded[TEXT_NBYTES];
    char start[TEXT_NBYTES], stop[TEXT_NBYTES];
} raw;

static raw raws[ROWS];

static void read_raw(void) {
    static const char *const names[] = {"USUBJID", "CMTRT", "CMDECOD", "CMSTDTC", "CMENDTC"};
    char line[4096], *cells[COLUMNS];
    size_t at[5] = {0}, count = 0;
    gzFile rows = open_data("cdisc-pilot/cm.csv.gz");
    assert_non_null(rows);
    assert_true(take_row(rows, line, sizeof line));
    size_t width = cut_row(line, cells, COLUMNS);
    for (size_t i = 0; i < width; i++)
        for (size_t k = 0; k < 5; k++)
            if (strcmp(cells[i], names[k]) == 0)
                at[k] = i;
    while (take_row(rows, line, sizeof line)) {
        assert_true(count < ROWS);
        assert_int_equal(cut_row(line, cells, COLUMNS), width);
        char *into[] = {raws[count].id, raws[count].name, raws[count].coded, raws[count].start,
                        raws[count].stop};
        for (size_t k = 0; k < 5; k++)
            snprintf(into[k], TEXT_NBYTES, "%s", cells[at[k]]);
        count++;
    }
    gzclose(rows);
    assert_int_equal(count, ROWS);
}

/* 0: empty, 1: a year, 2: a month, 3: a day. */
static int shape_of(const char *date) {
    switch (strlen(date)) {
    case 0:
        return 0;
    case 4:
        return 1;
    case 7:
        return 2;
    case 10:
        return 3;
    default:
        fail_msg("\"%s\" is a shape of date that nobody has looked at", date);
        return 0;
    }
}

static bool is_leap(int year) {
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static int days_in(int year, int month) {
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return days[month - 1] + (month == 2 && is_leap(year));
}

/* Days since 1970, counted year by year and month by month. */
static int64_t day_number(int year, int month, int day) {
    int64_t days = 0;
    for (int y = year; y < 1970; y++)
        days -= 365 + is_leap(y);
    for (int y = 1970; y < year; y++)
        days += 365 + is_leap(y);
    for (int m = 1; m < month; m++)
        days += days_in(year, m);
    return days + day - 1;
}

/* First or last day of what the text names. */
static int64_t day_of(const char *date, bool is_last) {
    int parts[3] = {0, is_last ? 12 : 1, 0};
    int found = sscanf(date, "%4d-%2d-%2d", &parts[0], &parts[1], &parts[2]);
    assert_true(found >= 1);
    if (found < 3)
        parts[2] = is_last ? days_in(parts[0], parts[1]) : 1;
    return day_number(parts[0], parts[1], parts[2]);
}

/* --- the same rows through profile and decoder ---------------------------------------------------
 */

static fixture f;
static const mag_run_file *file;

/* Every row as one of its own; with_name NULL: the study's names. */
static void feed_rows(const char *with_name) {
    static const char header[] = "USUBJID|CMTRT|CMDECOD|CMDOSE|CMSTDTC|CMENDTC";
    static char texts[ROWS][6 * TEXT_NBYTES];
    static const char *lines[ROWS + 1], *people[ROWS + 1];
    static char person_texts[ROWS][TEXT_NBYTES + 16];
    size_t person_count = 0;
    for (size_t i = 0; i < ROWS; i++) {
        const raw *row = &raws[i];
        snprintf(texts[i], sizeof texts[i], "%.60s|%.60s|%.60s|%zu|%.60s|%.60s", row->id,
                 with_name ? with_name : row->name, with_name ? "" : row->coded, i + 1, row->start,
                 row->stop);
        lines[i] = texts[i];
        if (i && strcmp(raws[i - 1].id, row->id) == 0)
            continue;
        snprintf(person_texts[person_count], sizeof person_texts[0], "%.60s|F|1940-01-01", row->id);
        people[person_count] = person_texts[person_count];
        person_count++;
    }
    people[person_count] = NULL;
    cdisc_open(&f, CDISC_ORIGINAL);
    feed(&f, MAG_TABLE_PATIENTS, "USUBJID|SEX|BRTHDTC", people);
    file = feed(&f, MAG_TABLE_PRESCRIPTIONS, header, lines);
    settle(&f);
    assert_int_equal(file->accounting.read, ROWS);
    assert_int_equal(file->accounting.duplicate + file->accounting.out_of_window, 0);
}

/* Calls back for every exposure with the number of its row. */
static void each_exposure(void (*call)(const mag_exposure *exposure, size_t row)) {
    for (unsigned p = 0; p < MAG_PARTITION_COUNT; p++)
        for (size_t i = 0; i < mag_cohort_patient_count(f.cohort, p); i++) {
            mag_timeline timeline;
            mag_timeline_of(f.cohort, p, i, &timeline);
            for (size_t k = 0; k < timeline.exposure_count; k++) {
                assert_in_range(timeline.exposures[k].line, 2, ROWS + 1);
                call(&timeline.exposures[k], timeline.exposures[k].line - 2);
            }
        }
}

/* --- dates -------------------------------------------------------------------------------------
 */

static size_t seen[SHAPES][SHAPES]; /* shape of the start, of the stop */

static void expect_minute(size_t row, const char *which, mag_minute got, int64_t day) {
    if (got != day * 1440)
        fail_msg("row %zu: %s of \"%s\"..\"%s\" is minute %d instead of %lld", row + 2, which,
                 raws[row].start, raws[row].stop, got, (long long)(day * 1440));
}

static void check_dates(const mag_exposure *exposure, size_t row) {
    const raw *r = &raws[row];
    int start = shape_of(r->start), stop = shape_of(r->stop);
    seen[start][stop]++;
    int64_t first = day_of(r->start, false);
    expect_minute(row, "start", exposure->start, first);
    expect_minute(row, "stop", exposure->stop, stop ? day_of(r->stop, true) + 1 : first + 365);
    assert_int_equal(mag_exposure_has(exposure, MAG_EXPOSURE_OPEN), stop == 0);
    assert_true(mag_exposure_has(exposure, MAG_EXPOSURE_START_DATE));
    bool is_partial = start == 1 || start == 2 || stop == 1 || stop == 2;
    assert_int_equal(mag_exposure_has(exposure, MAG_EXPOSURE_PARTIAL), is_partial);
}

static void every_shape_of_date_is_read(void **state) {
    (void)state;
    static const char *const shapes[SHAPES] = {"empty", "year", "month", "day"};
    /* by (start, stop), counted on the file with another tool */
    static const size_t wanted[SHAPES][SHAPES] = {
        {0, 0, 0, 0}, {3678, 0, 2, 51}, {1658, 0, 2, 63}, {1455, 0, 0, 580}};
    feed_rows("FUROSEMIDE");
    memset(seen, 0, sizeof seen);
    each_exposure(check_dates);
    size_t partial = 0, open = 0;
    for (int start = 0; start < SHAPES; start++)
        for (int stop = 0; stop < SHAPES; stop++) {
            if (seen[start][stop])
                print_message("  %5zu start %s, stop %s\n", seen[start][stop], shapes[start],
                              shapes[stop]);
            assert_int_equal(seen[start][stop], wanted[start][stop]);
            open += stop ? 0 : seen[start][stop];
            partial += start != 3 || stop == 1 || stop == 2 ? seen[start][stop] : 0;
        }
    print_message("  %5zu start empty: null.required\n", ROWS - (size_t)file->accounting.accepted);
    assert_int_equal(file->accounting.rejected[MAG_REASON_NULL_REQUIRED], 21);
    assert_int_equal(open + 21, 6812); /* all of the 21 have no end either */
    assert_int_equal(file->accounting.open_orders, open);
    assert_int_equal(file->accounting.partial_dates, partial);
    fixture_close(&f);
}

/* --- names -------------------------------------------------------------------------------------
 */

static size_t by_class[MAG_CLASS_COUNT];
static size_t lasix, uncoded;

static void count_classes(const mag_exposure *exposure, size_t row) {
    mag_class_set classes = mag_exposure_classes(f.cohort, exposure);
    for (int i = 0; i < MAG_CLASS_COUNT; i++)
        by_class[i] += classes >> i & 1;
    if (!(classes >> MAG_CLASS_LOOP & 1))
        return;
    lasix += strcmp(raws[row].name, "LASIX") == 0 && strcmp(raws[row].coded, "FUROSEMIDE") == 0;
    uncoded += strcmp(raws[row].name, "FUROSEMIDE") == 0 && strcmp(raws[row].coded, "UNCODED") == 0;
}

/* Rows of a name, with a start. */
static size_t named(const char *const *names) {
    size_t count = 0;
    for (size_t i = 0; i < ROWS; i++)
        for (size_t k = 0; names[k]; k++)
            count += *raws[i].start && strcmp(raws[i].name, names[k]) == 0;
    return count;
}

static void brands_and_uncoded_names_reach_their_class(void **state) {
    (void)state;
    /* read off the study's list of names by hand */
    static const struct {
        mag_class drug_class;
        const char *names[16];
    } table[] = {
        {MAG_CLASS_LOOP, {"LASIX", "FUROSEMIDE"}},
        {MAG_CLASS_THIAZ,
         {"DYAZIDE", "MAXZIDE", "HYDROCHLOROTHIAZIDE", "HYDROCHLOROTHIAZIDE WITH TRIAMTERENE",
          "HYGROTON", "ZESTORETIC"}},
        {MAG_CLASS_KSPARE, {"DYAZIDE", "MAXZIDE", "HYDROCHLOROTHIAZIDE WITH TRIAMTERENE"}},
        {MAG_CLASS_ACEI,
         {"ACCUPRIL", "ACUPRIL", "ALTACE", "CAPOTEN", "LISINOPRIL", "LOTENSIN", "MAVIK", "MONOPRIL",
          "PRINIVIL", "QUINAPRIL", "VASOTEC", "ZESTORETIC", "ZESTRIL"}},
        {MAG_CLASS_ARB, {"COZAAR"}},
        {MAG_CLASS_PPI, {"PRILOSEC", "LANSOPRAZOLE"}},
        {MAG_CLASS_DIGOX, {"LANOXIN"}},
        {MAG_CLASS_MGANTACID, {"MAALOX", "MYLANTA", "RIOPAN"}},
        {MAG_CLASS_MGLAX, {"MILK OF MAGNESIA"}},
        {MAG_CLASS_MGSUPP, {"MAGNESIUM OXIDE", "CALCIUM MAGNESIUM"}},
        {MAG_CLASS_MGOTHER, {"TRILISATE"}},
        {MAG_CLASS_KSUPP, {"K-DUR", "POTASSIUM", "POTASSIUM CHLORIDE"}},
    };
    feed_rows(NULL);
    each_exposure(count_classes);
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        size_t wanted = named(table[i].names), got = by_class[table[i].drug_class];
        print_message("  %-9s %zu rows\n", mag_class_name(table[i].drug_class), got);
        if (got != wanted)
            fail_msg("%s: %zu rows instead of %zu", mag_class_name(table[i].drug_class), got,
                     wanted);
    }
    assert_int_equal(lasix, 48);
    assert_int_equal(uncoded, 29);
    assert_int_equal(file->accounting.unmapped, 0);
    fixture_close(&f);
}

/* --- an ingredient beside a name -----------------------------------------------------------------
 */

static void a_coded_ingredient_speaks_where_the_name_does_not(void **state) {
    (void)state;
    static const struct {
        const char *name, *coded;
        mag_class wanted;
        const char *shown;
    } table[] = {
        {"WATER TABLET", "FUROSEMIDE", MAG_CLASS_LOOP, "WATER TABLET / FUROSEMIDE"},
        {"", "FUROSEMIDE", MAG_CLASS_LOOP, "FUROSEMIDE"},
        {"FUROSEMIDE", "UNCODED", MAG_CLASS_LOOP, "FUROSEMIDE"},
        {"FUROSEMIDE", "FUROSEMIDE", MAG_CLASS_LOOP, "FUROSEMIDE"},
        {"MAALOX", "ALGELDRATE", MAG_CLASS_MGANTACID, "MAALOX / ALGELDRATE"},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        char row[128];
        snprintf(row, sizeof row, "p|%s|%s|2014-01-01", table[i].name, table[i].coded);
        const char *const rows[] = {row, NULL}, *const people[] = {"p|F|1940-01-01", NULL};
        cdisc_open(&f, CDISC_ORIGINAL);
        feed(&f, MAG_TABLE_PATIENTS, "USUBJID|SEX|BRTHDTC", people);
        feed(&f, MAG_TABLE_PRESCRIPTIONS, "USUBJID|CMTRT|CMDECOD|CMSTDTC", rows);
        settle(&f);
        mag_timeline timeline = patient(&f, "p");
        assert_int_equal(timeline.exposure_count, 1);
        const mag_exposure *exposure = &timeline.exposures[0];
        assert_true(mag_exposure_classes(f.cohort, exposure) >> table[i].wanted & 1);
        assert_string_equal(mag_cohort_drug(f.cohort, exposure->drug_id)->shown_name,
                            table[i].shown);
        fixture_close(&f);
    }
}

int main(void) {
    if (!has_cdisc())
        return EXIT_SKIPPED;
    read_raw();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_shape_of_date_is_read),
        cmocka_unit_test(brands_and_uncoded_names_reach_their_class),
        cmocka_unit_test(a_coded_ingredient_speaks_where_the_name_does_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
