/* The CDISC pilot study reports every result twice, in original and in standard units: both must
   end in one canonical value, and in the one that this file works out with factors of its own. */
#include "cdisc.h"

#include "clinical/conversion.h"
#include "clinical/gzip_rows.h"

#include <math.h>

enum { LAB_ROWS = 59580, VITAL_ROWS = 29643, ROW_CAPACITY = 60000, NAME_NBYTES = 16 };
static const double TOLERANCE = 1e-3; /* the study rounds its factors: 0.3229, 0.2495, 0.357 */

/* Where a row ended. */
typedef struct fate {
    enum { FATE_NOT_OF_INTEREST, FATE_VALUE, FATE_REJECTED } end;
    mag_analyte analyte;
    mag_reason reason;
    mag_comparator comparator;
    double canonical;
} fate;

/* A row as the file has it, read without the program. */
typedef struct raw {
    char code[NAME_NBYTES], original[NAME_NBYTES], original_unit[NAME_NBYTES];
    char standard[NAME_NBYTES], standard_number[NAME_NBYTES], standard_unit[NAME_NBYTES];
} raw;

static fate originals[ROW_CAPACITY], standards[ROW_CAPACITY];
static raw raws[ROW_CAPACITY];

/* --- the file, read without the program
 * ------------------------------------------------------------------------------------------- */

static size_t column(char *const *header, size_t count, const char *name) {
    for (size_t i = 0; i < count; i++)
        if (strcmp(header[i], name) == 0)
            return i;
    fail_msg("no column %s", name);
    return 0;
}

/* Of "lb" or "vs", whose columns are named alike behind their first two letters. */
static size_t read_raw(const char *file, const char *prefix) {
    enum { LINE_NBYTES = 4096, COLUMNS = 64, WANTED = 6 };
    static const char *const names[WANTED] = {"TESTCD", "ORRES",  "ORRESU",
                                              "STRESC", "STRESN", "STRESU"};
    char line[LINE_NBYTES], name[NAME_NBYTES], *cells[COLUMNS];
    size_t at[WANTED], count = 0;
    gzFile rows = open_data(file);
    assert_non_null(rows);
    assert_true(take_row(rows, line, sizeof line));
    size_t width = cut_row(line, cells, COLUMNS);
    for (size_t i = 0; i < WANTED; i++) {
        snprintf(name, sizeof name, "%s%s", prefix, names[i]);
        at[i] = column(cells, width, name);
    }
    while (take_row(rows, line, sizeof line)) {
        assert_true(count < ROW_CAPACITY);
        assert_int_equal(cut_row(line, cells, COLUMNS), width);
        raw *row = &raws[count++];
        char *into[WANTED] = {row->code,     row->original,        row->original_unit,
                              row->standard, row->standard_number, row->standard_unit};
        for (size_t i = 0; i < WANTED; i++)
            snprintf(into[i], NAME_NBYTES, "%s", cells[at[i]]);
    }
    gzclose(rows);
    return count;
}

/* --- what this file expects --------------------------------------------------------------------
 */

typedef struct expected {
    const char *code;
    const char *unit; /* original */
    mag_analyte analyte;
    double factor, offset; /* original to canonical: molar masses, and HbA1c's line */
} expected;

static const expected RULES[] = {
    {"ALB", "g/dL", MAG_ALBUMIN, 10, 0},
    {"BUN", "mg/dL", MAG_UREA_NITROGEN, 10 / 28.014, 0},
    {"CA", "mg/dL", MAG_CALCIUM, 10 / 40.078, 0},
    {"CK", "U/L", MAG_CK, 1, 0},
    {"CREAT", "mg/dL", MAG_CREATININE, 88.4, 0},
    {"GLUC", "mg/dL", MAG_GLUCOSE, 10 / 180.156, 0},
    {"HBA1C", "%", MAG_HBA1C, 10.93, -23.50},
    {"K", "mEq/L", MAG_POTASSIUM, 1, 0},
    {"PHOS", "mg/dL", MAG_PHOSPHATE, 10 / 30.974, 0},
    {"SODIUM", "mEq/L", MAG_SODIUM, 1, 0},
    {"WEIGHT", "LB", MAG_WEIGHT, 0.45359237, 0},
    {"WEIGHT", "kg", MAG_WEIGHT, 1, 0},
    {"HEIGHT", "IN", MAG_HEIGHT, 2.54, 0},
    {"HEIGHT", "cm", MAG_HEIGHT, 1, 0},
};

static const expected *rule_of(const raw *row) {
    const expected *of_code = NULL;
    for (size_t i = 0; i < sizeof RULES / sizeof *RULES; i++)
        if (strcmp(RULES[i].code, row->code) == 0) {
            of_code = &RULES[i];
            if (strcmp(RULES[i].unit, row->original_unit) == 0)
                return of_code;
        }
    if (of_code && *row->original)
        fail_msg("%s in %s is a unit that nobody has looked at", row->code, row->original_unit);
    return of_code;
}

static bool is_near(double a, double b) {
    return fabs(a - b) <= TOLERANCE * fabs(b);
}

/* --- what the program made of it -----------------------------------------------------------------
 */

static void place(fate *fates, uint32_t line, fate what) {
    assert_true(line >= 2 && line < ROW_CAPACITY + 2);
    assert_int_equal(fates[line - 2].end, FATE_NOT_OF_INTEREST); /* no row ends twice */
    fates[line - 2] = what;
}

static void gather_values(const fixture *f, uint16_t file_id, fate *fates) {
    for (unsigned p = 0; p < MAG_PARTITION_COUNT; p++)
        for (size_t i = 0; i < mag_cohort_patient_count(f->cohort, p); i++) {
            mag_timeline timeline;
            mag_timeline_of(f->cohort, p, i, &timeline);
            for (size_t k = 0; k < timeline.first[MAG_ANALYTE_COUNT]; k++) {
                const mag_lab *lab = &timeline.labs[k];
                mag_analyte analyte = mag_lab_analyte(lab);
                if (lab->file_id != file_id || mag_lab_reject(lab) != MAG_REASON_NONE)
                    continue;
                place(fates, lab->line,
                      (fate){.end = FATE_VALUE,
                             .analyte = analyte,
                             .comparator = mag_lab_comparator(lab),
                             .canonical =
                                 mag_to_canonical(analyte, mag_lab_unit(lab), mag_lab_value(lab))});
            }
        }
}

static void gather(const char *profile, const char *source, fate *fates, size_t row_count) {
    fixture f;
    size_t reject_count;
    memset(fates, 0, ROW_CAPACITY * sizeof *fates);
    cdisc_read(&f, profile);
    uint16_t file_id = cdisc_file(&f, source);
    const mag_accounting *counts = &mag_cohort_file(f.cohort, file_id)->accounting;
    gather_values(&f, file_id, fates);
    const mag_reject *rejects = mag_cohort_rejects(f.cohort, &reject_count);
    for (size_t i = 0; i < reject_count; i++)
        if (rejects[i].file_id == file_id)
            place(fates, rejects[i].line,
                  (fate){.end = FATE_REJECTED, .reason = (mag_reason)rejects[i].reason});
    size_t untouched = 0;
    for (size_t i = 0; i < row_count; i++)
        untouched += fates[i].end == FATE_NOT_OF_INTEREST;
    assert_int_equal(counts->read, row_count);
    assert_int_equal(counts->duplicate + counts->out_of_window, 0);
    assert_int_equal(counts->not_of_interest, untouched);
    fixture_close(&f);
}

/* --- row by row ----------------------------------------------------------------------------------
 */

typedef enum outcome {
    SAME_VALUE,
    SAME_BOUND,           /* "<40" mg/dL and "<2.2204" mmol/L */
    NO_ANALYTE_OF_OURS,   /* in neither profile: the code book has no such test */
    NO_RESULT,            /* the row holds no value in either column */
    FRACTION_FOR_PERCENT, /* HbA1c 0.063 with the unit "1": no unit of spec c2 */
    OUTCOME_COUNT
} outcome;

static const char *const OUTCOMES[OUTCOME_COUNT] = {
    "same canonical value", "same bound", "no analyte of the code book", "no result in the row",
    "HbA1c as a fraction: unit.contradicts in standard units only"};

/* The bound that a text prints, 0 if none. */
static double bound_of(const char *text) {
    return *text == '<' ? strtod(text + 1, NULL) : 0;
}

static void expect_canonical(size_t row, const char *which, const fate *got, const expected *test,
                             double wanted) {
    if (got->end != FATE_VALUE || got->analyte != test->analyte || !is_near(got->canonical, wanted))
        fail_msg("line %zu, %s units: %s is %g instead of %g (end %d)", row + 2, which,
                 raws[row].code, got->canonical, wanted, (int)got->end);
}

static outcome judge_number(size_t row, const expected *test) {
    const raw *r = &raws[row];
    const fate *original = &originals[row], *standard = &standards[row];
    double bound = bound_of(r->original);
    double printed = (bound > 0 ? bound : strtod(r->original, NULL)) * test->factor + test->offset;
    expect_canonical(row, "original", original, test, printed);
    if (test->analyte == MAG_HBA1C && strcmp(r->standard_unit, "1") == 0) {
        assert_true(is_near(strtod(r->standard_number, NULL) * 100, strtod(r->original, NULL)));
        assert_int_equal(standard->end, FATE_REJECTED);
        assert_int_equal(standard->reason, MAG_REASON_UNIT_CONTRADICTS);
        return FRACTION_FOR_PERCENT;
    }
    double given = bound > 0 ? bound_of(r->standard) : strtod(r->standard_number, NULL);
    expect_canonical(row, "standard", standard, test, given);
    assert_true(is_near(original->canonical, standard->canonical));
    assert_int_equal(original->comparator, bound > 0 ? MAG_LESS : MAG_EXACT);
    assert_int_equal(standard->comparator, original->comparator);
    return bound > 0 ? SAME_BOUND : SAME_VALUE;
}

static outcome judge(size_t row) {
    const expected *test = rule_of(&raws[row]);
    if (!test) {
        assert_int_equal(originals[row].end, FATE_NOT_OF_INTEREST);
        assert_int_equal(standards[row].end, FATE_NOT_OF_INTEREST);
        return NO_ANALYTE_OF_OURS;
    }
    if (*raws[row].original)
        return judge_number(row, test);
    assert_string_equal(raws[row].standard, "");
    assert_int_equal(originals[row].end, FATE_REJECTED);
    assert_int_equal(originals[row].reason, MAG_REASON_NULL_REQUIRED);
    assert_int_equal(standards[row].reason, MAG_REASON_NULL_REQUIRED);
    return NO_RESULT;
}

static void judge_all(const char *name, size_t count, size_t sums[OUTCOME_COUNT]) {
    memset(sums, 0, OUTCOME_COUNT * sizeof *sums);
    for (size_t i = 0; i < count; i++)
        sums[judge(i)]++;
    print_message("%s: %zu rows\n", name, count);
    for (int i = 0; i < OUTCOME_COUNT; i++)
        print_message("  %6zu %s\n", sums[i], OUTCOMES[i]);
}

static void every_result_is_one_value_in_both_units(void **state) {
    (void)state;
    size_t sums[OUTCOME_COUNT], count = read_raw("cdisc-pilot/lb.csv.gz", "LB");
    assert_int_equal(count, LAB_ROWS);
    gather(CDISC_ORIGINAL, "lb", originals, count);
    gather(CDISC_STANDARD, "lb", standards, count);
    judge_all("lb", count, sums);
    /* counted on the file with another tool */
    assert_int_equal(sums[SAME_VALUE], 16353);
    assert_int_equal(sums[SAME_BOUND], 1);
    assert_int_equal(sums[FRACTION_FOR_PERCENT], 8);
    assert_int_equal(sums[NO_RESULT], 0);
    assert_int_equal(sums[NO_ANALYTE_OF_OURS], LAB_ROWS - 16362);
}

static void weights_and_heights_are_one_value_in_both_units(void **state) {
    (void)state;
    size_t sums[OUTCOME_COUNT], count = read_raw("cdisc-pilot/vs.csv.gz", "VS");
    assert_int_equal(count, VITAL_ROWS);
    gather(CDISC_ORIGINAL, "vs", originals, count);
    gather(CDISC_STANDARD, "vs", standards, count);
    judge_all("vs", count, sums);
    assert_int_equal(sums[SAME_VALUE], 2050 + 254);
    assert_int_equal(sums[NO_ANALYTE_OF_OURS], VITAL_ROWS - 2050 - 254);
}

/* --- the profiles --------------------------------------------------------------------------------
 */

/* Next line of a text, its comment cut off. */
static mag_span next_line(mag_span *rest) {
    const char *end = memchr(rest->at, '\n', rest->nbytes);
    mag_span line = {rest->at, end ? (size_t)(end - rest->at) : rest->nbytes};
    size_t used = line.nbytes + (end != NULL);
    *rest = (mag_span){rest->at + used, rest->nbytes - used};
    const char *comment = memchr(line.at, '#', line.nbytes);
    if (comment)
        line.nbytes = (size_t)(comment - line.at);
    return mag_span_trim(line);
}

static void the_profiles_differ_in_units_only(void **state) {
    (void)state;
    static const char *const may_differ[] = {
        "profile:", "value:", "unit:", "ref_low:", "ref_high:"};
    fixture f;
    mag_span one, other;
    fixture_open(&f, usual_settings());
    must(&f, mag_yaml_read_file(f.arena, CDISC_ORIGINAL, &one, &f.err));
    must(&f, mag_yaml_read_file(f.arena, CDISC_STANDARD, &other, &f.err));
    size_t different = 0;
    while (one.nbytes && other.nbytes) {
        mag_span left = next_line(&one), right = next_line(&other);
        if (mag_span_equals(left, right))
            continue;
        bool is_allowed = false;
        for (size_t i = 0; i < sizeof may_differ / sizeof *may_differ; i++)
            is_allowed |= mag_span_starts_with(left, mag_span_of(may_differ[i])) &&
                          mag_span_starts_with(right, mag_span_of(may_differ[i]));
        if (!is_allowed)
            fail_msg("\"%.*s\" against \"%.*s\"", (int)left.nbytes, left.at, (int)right.nbytes,
                     right.at);
        different++;
    }
    assert_int_equal(one.nbytes + other.nbytes, 0);
    assert_int_equal(different, 7);
    fixture_close(&f);
}

int main(void) {
    if (!has_cdisc())
        return EXIT_SKIPPED;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_result_is_one_value_in_both_units),
        cmocka_unit_test(weights_and_heights_are_one_value_in_both_units),
        cmocka_unit_test(the_profiles_differ_in_units_only),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
