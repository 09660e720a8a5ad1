/* Which samples are not to be trusted: EDTA, drip arm, pH, and what each leaves on the records. */
#include "cohort_fixture.h"

#include <stdlib.h>

static fixture f;

static const char LABS[] = "patient_id|code|value|unit|collected_at|specimen_id|comment";
enum { ROWS_MAX = 40, ROW_NBYTES = 128 };

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

/* Codes of our layout, by the short names of the tables below. */
static const char *code_of(const char *name) {
    static const char *const codes[][2] = {
        {"k", "2823-3"},    {"mg", "2601-3"},   {"ca", "2000-8"},   {"adj", "29265-6"},
        {"alb", "1751-7"},  {"na", "2951-2"},   {"glu", "14749-6"}, {"ica", "1995-0"},
        {"mgm", "19123-9"}, {"cam", "17861-6"}, {"glum", "2345-7"}};
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
        if (strcmp(codes[i][0], name) == 0)
            return codes[i][1];
    fail_msg("no code for %s", name);
    return NULL;
}

/* Settles one patient's results, "k 6.8 mmol/L 2024-06-20T08:00 s1" each (a specimen may be left
   out), separated by ';'. */
static mag_timeline settled(const char *text, const mag_run_file **file) {
    static char rows[ROWS_MAX][ROW_NBYTES];
    const char *fed[ROWS_MAX + 1] = {NULL};
    static const char *const roster[] = {"p1|F|1950", NULL};
    fixture_close(&f);
    fixture_open(&f, usual_settings());
    feed(&f, MAG_TABLE_PATIENTS, "patient_id|sex|birth", roster);
    size_t count = 0;
    for (const char *at = text; *at; count++) {
        char name[8], value[16], unit[16], when[24], specimen[16] = "";
        const size_t nbytes = strcspn(at, ";");
        char line[ROW_NBYTES];
        snprintf(line, sizeof line, "%.*s", (int)nbytes, at);
        assert_true(sscanf(line, "%7s %15s %15s %23s %15s", name, value, unit, when, specimen) >=
                    4);
        assert_true(count < ROWS_MAX);
        snprintf(rows[count], ROW_NBYTES, "p1|%s|%s|%s|%s|%s|", code_of(name), value, unit, when,
                 specimen);
        fed[count] = rows[count];
        at += nbytes + (at[nbytes] == ';');
    }
    *file = feed(&f, MAG_TABLE_LABS, LABS, fed);
    settle(&f);
    return patient(&f, "p1");
}

/* The same rows from the last to the first. */
static const char *backwards(const char *text) {
    static char turned[ROWS_MAX * ROW_NBYTES];
    turned[0] = '\0';
    for (size_t end = strlen(text); end > 0;) {
        size_t begin = end;
        while (begin > 0 && text[begin - 1] != ';')
            begin--;
        snprintf(turned + strlen(turned), sizeof turned - strlen(turned), "%s%.*s",
                 turned[0] ? ";" : "", (int)(end - begin), text + begin);
        end = begin > 0 ? begin - 1 : 0;
    }
    return turned;
}

/* Names of the analytes that have a flagged result, joined by blanks. */
static void flagged(const mag_timeline *of, enum mag_lab_flag flag, char out[200]) {
    out[0] = '\0';
    for (uint32_t i = 0; i < of->first[MAG_ANALYTE_COUNT]; i++) {
        if (!mag_lab_has(&of->labs[i], flag))
            continue;
        if (*out)
            strcat(out, " ");
        strcat(out, mag_analyte_of(mag_lab_analyte(&of->labs[i]))->name);
    }
}

typedef struct sample_case {
    const char *rows, *expected;
} sample_case;

static void check_flags(const sample_case *cases, size_t count, enum mag_lab_flag flag) {
    for (size_t i = 0; i < count; i++) {
        char got[200];
        const mag_run_file *file;
        const mag_timeline of = settled(cases[i].rows, &file);
        flagged(&of, flag, got);
        if (strcmp(got, cases[i].expected) != 0)
            fail_msg("%s: \"%s\", not \"%s\"", cases[i].rows, got, cases[i].expected);
    }
}

#define D20 " mmol/L 2024-06-20T"
#define ALL "magnesium potassium calcium_adjusted"

static const sample_case EDTA[] = {
    /* SC-11 */
    {"k 6.8" D20 "08:00 s1;adj 1.55" D20 "08:00 s1;mg 0.30" D20 "08:00 s1", ALL},
    /* each line, and just over it, in both families */
    {"k 6.1" D20 "08:00;adj 1.89" D20 "08:00;mg 0.49" D20 "08:00", ALL},
    {"k 6.0" D20 "08:00;adj 1.89" D20 "08:00;mg 0.49" D20 "08:00", ""},
    {"k 6.1" D20 "08:00;adj 1.90" D20 "08:00;mg 0.49" D20 "08:00", ""},
    {"k 6.1" D20 "08:00;adj 1.89" D20 "08:00;mg 0.50" D20 "08:00", ""},
    {"k 6.1" D20 "08:00;adj 7.5 mg/dL 2024-06-20T08:00;mgm 1.1 mg/dL 2024-06-20T08:00", ALL},
    {"k 6.1" D20 "08:00;adj 7.6 mg/dL 2024-06-20T08:00;mgm 1.1 mg/dL 2024-06-20T08:00", ""},
    {"k 6.1" D20 "08:00;adj 7.5 mg/dL 2024-06-20T08:00;mgm 1.2 mg/dL 2024-06-20T08:00", ""},
    {"k 6.1 mEq/L 2024-06-20T08:00;adj 1.89" D20 "08:00;mg 0.9 mEq/L 2024-06-20T08:00", ALL},
    {"k 6.1 mEq/L 2024-06-20T08:00;adj 1.89" D20 "08:00;mg 1.0 mEq/L 2024-06-20T08:00", ""},
    /* a bound decides only if all of it does */
    {"k >8.0" D20 "08:00;adj <1.5" D20 "08:00;mg <0.30" D20 "08:00", ALL},
    {"k >6.0" D20 "08:00;adj <1.90" D20 "08:00;mg <0.50" D20 "08:00", ALL},
    {"k >=6.0" D20 "08:00;adj <1.90" D20 "08:00;mg <0.50" D20 "08:00", ""},
    {"k >8.0" D20 "08:00;adj <1.5" D20 "08:00;mg <0.60" D20 "08:00", ""},
    {"k <8.0" D20 "08:00;adj <1.5" D20 "08:00;mg <0.30" D20 "08:00", ""},
    /* two hours, to the minute, between any two of them; or one specimen */
    {"k 6.8" D20 "08:00;adj 1.55" D20 "10:00;mg 0.30" D20 "09:00", ALL},
    {"k 6.8" D20 "08:00;adj 1.55" D20 "10:01;mg 0.30" D20 "09:00", ""},
    {"k 6.8" D20 "09:00;adj 1.55" D20 "10:30;mg 0.30" D20 "08:00", ""},
    {"k 6.8" D20 "08:00 s1;adj 1.55" D20 "18:00 s1;mg 0.30" D20 "13:00 s1", ALL},
    {"k 6.8" D20 "08:00 s1;adj 1.55" D20 "18:00 s1;mg 0.30" D20 "13:00 s2", ""},
    {"k 6.8 mmol/L 2024-06-20;adj 1.55" D20 "22:00;mg 0.30 mmol/L 2024-06-20", ALL},
    {"k 6.8 mmol/L 2024-06-20;adj 1.55 mmol/L 2024-06-21;mg 0.30 mmol/L 2024-06-20", ""},
    /* an earlier good sample stays clean */
    {"k 4.1" D20 "07:00;mg 0.45" D20 "07:00;k 6.8" D20 "12:00;adj 1.55" D20 "12:00;mg 0.30" D20
     "12:00",
     ALL},
    /* total calcium: adjusted where an albumin lets it, else below 1.80 */
    {"k 6.8" D20 "08:00;ca 1.60" D20 "08:00;alb 26 g/L 2024-06-20T08:00;mg 0.3" D20 "08:00",
     "magnesium potassium calcium"},
    {"k 6.8" D20 "08:00;ca 1.62" D20 "08:00;alb 26 g/L 2024-06-20T08:00;mg 0.3" D20 "08:00", ""},
    {"k 6.8" D20 "08:00;cam 6.3 mg/dL 2024-06-20T08:00;alb 2.4 g/dL 2024-06-20T08:00;mg 0.3" D20
     "08:00",
     "magnesium potassium calcium"},
    {"k 6.8" D20 "08:00;cam 6.3 mg/dL 2024-06-20T08:00;alb 2.3 g/dL 2024-06-20T08:00;mg 0.3" D20
     "08:00",
     ""},
    {"k 6.8" D20 "08:00;ca 1.85" D20 "08:00;alb 42 g/L 2024-06-19T08:00;mg 0.3" D20 "08:00",
     "magnesium potassium calcium"},
    {"k 6.8" D20 "08:00;ca 1.85" D20 "08:00;alb 42 g/L 2024-06-19T07:59;mg 0.3" D20 "08:00", ""},
    {"k 6.8" D20 "08:00;ca 1.79" D20 "08:00;mg 0.3" D20 "08:00", "magnesium potassium calcium"},
    {"k 6.8" D20 "08:00;ca 1.80" D20 "08:00;mg 0.3" D20 "08:00", ""},
    {"k 6.8" D20 "08:00;ca 1.79" D20 "08:00;alb 19 g/L 2024-06-20T08:00;mg 0.3" D20 "08:00",
     "magnesium potassium calcium"},
    {"k 6.8" D20 "08:00;ca 1.20" D20 "08:00;adj 1.95" D20 "08:00;mg 0.3" D20 "08:00", ""},
    /* two of the three are not enough */
    {"k 6.8" D20 "08:00;mg 0.3" D20 "08:00", ""},
    {"k 6.8" D20 "08:00;adj 1.5" D20 "08:00", ""},
    {"adj 1.5" D20 "08:00;mg 0.3" D20 "08:00", ""},
    {"k 6.8 furlong 2024-06-20T08:00;adj 1.55" D20 "08:00;mg 0.30" D20 "08:00", ""},
};

static void an_edta_sample_is_potassium_high_calcium_and_magnesium_low_together(void **state) {
    (void)state;
    check_flags(EDTA, sizeof EDTA / sizeof *EDTA, MAG_LAB_SUSPECT);
}

static void edta_takes_no_value_away(void **state) {
    (void)state;
    const mag_run_file *file;
    const mag_timeline of = settled(EDTA[0].rows, &file);
    assert_int_equal(file->accounting.accepted, 3);
    for (uint32_t i = 0; i < of.first[MAG_ANALYTE_COUNT]; i++)
        assert_int_equal(mag_lab_reject(&of.labs[i]), MAG_REASON_NONE);
}

/* --- drip arm ------------------------------------------------------------------------------------
 */

typedef struct drip_case {
    const char *rows;
    unsigned set_aside;
} drip_case;

static const drip_case DRIPS[] = {
    {"na 140" D20 "08:00;na 156" D20 "09:00", 1},
    {"na 140" D20 "08:00;na 155" D20 "09:00", 0},
    {"na 146" D20 "08:00;na 156" D20 "09:00", 0}, /* a change of 10 is not more than 10 */
    {"na 145" D20 "08:00;na 156" D20 "09:00", 1},
    {"na 156" D20 "08:00;na 145" D20 "09:00", 1}, /* also against a later value */
    {"na 156" D20 "08:00;na 170" D20 "09:00", 1}, /* the one that stands out, not the one below */
    {"na 140" D20 "08:00;na 156 mmol/L 2024-06-22T08:00", 1},
    {"na 140" D20 "08:00;na 156 mmol/L 2024-06-22T08:01", 0},
    {"na 140 mmol/L 2024-06-20;na 156 mmol/L 2024-06-22", 1},
    {"na 140 mmol/L 2024-06-20;na 156 mmol/L 2024-06-23", 0},
    {"na 140" D20 "23:00;na 156 mmol/L 2024-06-22", 1},
    /* a day beside a clock, whatever lies between them */
    {"na 140 mmol/L 2024-06-20;na 150" D20 "22:00;na 156 mmol/L 2024-06-22T23:00", 1},
    {"na 156" D20 "08:00", 0},
    {"na 140" D20 "08:00;na 156 mmol/L 2024-07-01T08:00", 0},             /* T is before */
    {"na 156 mmol/L 2024-06-30T20:00;na 140 mmol/L 2024-07-01T08:00", 0}, /* what T cannot see */
    {"na high" D20 "08:00;na 156" D20 "09:00", 0},
    {"na 140" D20 "08:00;na 158" D20 "09:00;na 159" D20 "10:00",
     2}, /* each against the clean one */
    {"na 140" D20 "08:00;na >180" D20 "09:00", 1},
    {"na <140" D20 "08:00;na 160" D20 "09:00", 1},
    {"na 140" D20 "08:00;na <180" D20 "09:00", 0},
    {"na >140" D20 "08:00;na 156" D20 "09:00", 0},
    {"glu 6.0" D20 "08:00;glu 30.1" D20 "09:00", 1},
    {"glu 6.0" D20 "08:00;glu 30.0" D20 "09:00", 0},
    {"glu 16.0" D20 "08:00;glu 31.0" D20 "09:00", 0},
    {"glu 15.9" D20 "08:00;glu 31.0" D20 "09:00", 1},
    {"glum 100 mg/dL 2024-06-20T08:00;glum 541 mg/dL 2024-06-20T09:00", 1},
    {"glum 100 mg/dL 2024-06-20T08:00;glum 540 mg/dL 2024-06-20T09:00", 0},
    {"glu 6.0" D20 "08:00;na 156" D20 "09:00", 0}, /* another analyte is no neighbour */
    {"k 4.0" D20 "08:00;k 9.0" D20 "09:00", 0},
};

static void a_sodium_or_glucose_of_a_drip_is_set_aside(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof DRIPS / sizeof *DRIPS; i++) {
        const mag_run_file *file;
        settled(DRIPS[i].rows, &file);
        const uint64_t got = file->accounting.rejected[MAG_REASON_VALUE_DRIP_ARM];
        if (got != DRIPS[i].set_aside)
            fail_msg("%s: %llu set aside", DRIPS[i].rows, (unsigned long long)got);
    }
}

static const sample_case NEIGHBOURS[] = {
    {"na 140" D20 "08:00 s1;k 4.4" D20 "08:00 s1;na 160" D20 "09:00 s2;k 2.4" D20
     "09:00 s2;mg 0.4" D20 "09:30 s2;mg 0.8" D20 "10:00 s3",
     "magnesium potassium sodium"},
    {"na 140" D20 "08:00;k 2.4" D20 "09:00", ""},
};

/* A patient in ketoacidosis has a falling glucose and a truly low potassium. */
static void the_other_results_of_the_specimen_keep_their_values(void **state) {
    (void)state;
    check_flags(NEIGHBOURS, sizeof NEIGHBOURS / sizeof *NEIGHBOURS, MAG_LAB_DRIP_ARM);
    const mag_run_file *file;
    const mag_timeline of =
        settled("glu 45" D20 "08:00;k 2.9" D20 "08:00;glu 12" D20 "16:00", &file);
    size_t count;
    const mag_lab *potassium = mag_timeline_labs(&of, MAG_POTASSIUM, &count);
    assert_int_equal(count, 1);
    assert_int_equal(mag_lab_reject(potassium), MAG_REASON_NONE);
    assert_int_equal(potassium->mantissa, 29);
    assert_true(mag_lab_has(potassium, MAG_LAB_DRIP_ARM));
    assert_int_equal(file->accounting.accepted, 2);
}

/* --- pH ------------------------------------------------------------------------------------------
 */

static void a_ph_among_ionised_calcium_is_set_aside_whatever_its_unit(void **state) {
    (void)state;
    static const struct {
        const char *row;
        mag_reason reason;
    } cases[] = {{"ica 7.0 mmol/L 2024-06-20", MAG_REASON_VALUE_PH_LIKE},
                 {"ica 7.7 mmol/L 2024-06-20", MAG_REASON_VALUE_PH_LIKE},
                 {"ica 7.33 mg/dL 2024-06-20", MAG_REASON_VALUE_PH_LIKE},
                 {"ica 7.33 pH 2024-06-20", MAG_REASON_VALUE_PH_LIKE},
                 {"ica 6.99 mg/dL 2024-06-20", MAG_REASON_NONE},
                 {"ica 7.71 mg/dL 2024-06-20", MAG_REASON_NONE},
                 {"ica 7.71 mmol/L 2024-06-20", MAG_REASON_VALUE_IMPLAUSIBLE},
                 {"ica >7.3 mg/dL 2024-06-20", MAG_REASON_NONE},
                 {"cam 7.33 mg/dL 2024-06-20", MAG_REASON_NONE}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const mag_run_file *file;
        const mag_timeline of = settled(cases[i].row, &file);
        assert_int_equal(of.first[MAG_ANALYTE_COUNT], 1);
        if (mag_lab_reject(&of.labs[0]) != cases[i].reason)
            fail_msg("%s: %s", cases[i].row, mag_reason_name(mag_lab_reject(&of.labs[0])));
        assert_int_equal(file->accounting.accepted, cases[i].reason == MAG_REASON_NONE);
    }
}

static void expect_same_backwards(const char *rows) {
    const mag_run_file *file;
    char expected[4096];
    settled(rows, &file);
    mag_text dump = dump_all(&f);
    snprintf(expected, sizeof expected, "%s", dump.at);
    mag_text_done(&dump);
    settled(backwards(rows), &file);
    dump = dump_all(&f);
    if (strcmp(dump.at, expected) != 0)
        fail_msg("%s: in order\n%sand backwards\n%s", rows, expected, dump.at);
    mag_text_done(&dump);
}

static void what_is_found_does_not_depend_on_the_order_of_rows(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof EDTA / sizeof *EDTA; i++)
        expect_same_backwards(EDTA[i].rows);
    for (size_t i = 0; i < sizeof DRIPS / sizeof *DRIPS; i++)
        expect_same_backwards(DRIPS[i].rows);
    for (size_t i = 0; i < sizeof NEIGHBOURS / sizeof *NEIGHBOURS; i++)
        expect_same_backwards(NEIGHBOURS[i].rows);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(an_edta_sample_is_potassium_high_calcium_and_magnesium_low_together),
        TEST(edta_takes_no_value_away),
        TEST(a_sodium_or_glucose_of_a_drip_is_set_aside),
        TEST(the_other_results_of_the_specimen_keep_their_values),
        TEST(a_ph_among_ionised_calcium_is_set_aside_whatever_its_unit),
        TEST(what_is_found_does_not_depend_on_the_order_of_rows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
