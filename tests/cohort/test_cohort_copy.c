/* A copy settled at its own T against a cohort that was filled for that T alone: what rules see and
   where every row ended. */
#include "cohort_fixture.h"

static const char *const DAYS[] = {"2024-02-29", "2024-04-30", "2024-06-30"};
enum { DAY_COUNT = sizeof DAYS / sizeof *DAYS, UNLABELLED = 220 };

static const char *const PEOPLE[] = {"p1|F|1950-01-01||north", "p2|M|1960-02-02|2024-03-10|south",
                                     "p2|M|1960-02-02||", "p3|F|1970-03-03||north", NULL};
static const char *const LABS[] = {
    "p1|2601-3|0.61|mmol/L|2024-01-05T08:00|r1|1", "p1|2601-3|0.71|mmol/L|2024-05-05T08:00|r1|2",
    "p1|2601-3|0.61|mmol/L|2021-03-20T08:00||",    "p1|2601-3|0.65|mmol/L|2024-02-01T08:00||",
    "p1|2601-3|0.65|mmol/L|2024-02-01T08:00||",    "p1|2601-3|0.95|mmol/L|2024-02-01T08:00||",
    "p2|2951-2|170|mmol/L|2024-04-30T23:00||",     "p2|2951-2|138|mmol/L|2024-05-01T08:00||",
    "p2|2823-3|clotted|mmol/L|2024-03-01T08:00||", "p2|2823-3|4.1|furlong|2024-05-20T08:00||",
    "p3|14682-9|88|umol/L|2024-06-20T08:00||",     "p9|14682-9|88|umol/L|2024-04-20T08:00||",
    "p3|14682-9|88|umol/L|2024-09-20T08:00||",     NULL};
static const char *const DRUGS[] = {"p1|A12CC04|2024-01-03|2024-03-20|order|400|mg",
                                    "p1|A12CC04|2024-01-03|2024-03-20|order|400|mg",
                                    "p2|A02BC01|2023-05-20||order|20|mg",
                                    "p3|C03CA01|2024-05-20|2024-05-10|order|40|mg",
                                    "p3|C03CA01|2020-05-20|2021-04-10|order|40|mg",
                                    NULL};
static const char *const STAYS[] = {"p1|s1|2024-02-10T10:00|2024-03-05T10:00",
                                    "p2|s2|2024-05-10T10:00|2024-06-05T10:00", NULL};
static const char *const CONDITIONS[] = {"p1|K50.9|s1", "p2|I50.9|s2", "p3|I50.9|s3", NULL};

/* Numbers of magnesium without a unit: of mmol/L until March, then of mg/dL. */
static void feed_unlabelled(fixture *f) {
    static char text[2 * UNLABELLED][64];
    const char *rows[2 * UNLABELLED + 1] = {0};
    for (int i = 0; i < 2 * UNLABELLED; i++) {
        bool is_late = i >= UNLABELLED;
        snprintf(text[i], sizeof text[i], "p%d|2601-3|%s%02d||2024-0%d-%02dT%02d:00||", 1 + i % 3,
                 is_late ? "2." : "0.", is_late ? i % 20 : 75 + i % 15,
                 is_late ? 3 + i % 3 : 1 + i % 2, 1 + i % 28, i % 24);
        rows[i] = text[i];
    }
    feed_table(f, table_of(f->profile, MAG_TABLE_LABS), "more",
               "patient_id|code|value|unit|collected_at|result_id|version", rows);
}

static void fill(fixture *f, const char *day) {
    mag_cohort_settings settings = usual_settings();
    settings.as_of = end_of(day);
    fixture_open(f, settings);
    feed(f, MAG_TABLE_PATIENTS, "patient_id|sex|birth|died_on|site", PEOPLE);
    feed(f, MAG_TABLE_LABS, "patient_id|code|value|unit|collected_at|result_id|version", LABS);
    feed_unlabelled(f);
    feed(f, MAG_TABLE_PRESCRIPTIONS, "patient_id|drug_code|start|stop|kind|dose|dose_unit", DRUGS);
    feed(f, MAG_TABLE_STAYS, "patient_id|stay_id|from|until", STAYS);
    feed(f, MAG_TABLE_CONDITIONS, "patient_id|code|stay_id", CONDITIONS);
}

static void must_be_same_files(const mag_cohort *a, const mag_cohort *b) {
    assert_int_equal(mag_cohort_file_count(a), mag_cohort_file_count(b));
    for (uint16_t i = 0; i < mag_cohort_file_count(a); i++) {
        const mag_run_file *mine = mag_cohort_file(a, i), *theirs = mag_cohort_file(b, i);
        assert_string_equal(mine->name, theirs->name);
        assert_int_equal(mine->newest, theirs->newest);
        assert_memory_equal(&mine->accounting, &theirs->accounting, sizeof mine->accounting);
        assert_memory_equal(mine->units, theirs->units, sizeof mine->units);
    }
}

static void must_be_same_findings(const mag_cohort *a, const mag_cohort *b) {
    size_t count, other;
    const mag_reject *mine = mag_cohort_rejects(a, &count);
    const mag_reject *theirs = mag_cohort_rejects(b, &other);
    assert_int_equal(count, other);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(mine[i].line, theirs[i].line);
        assert_int_equal(mine[i].reason, theirs[i].reason);
        assert_string_equal(mine[i].detail, theirs[i].detail);
    }
    const mag_unit_profile *units = mag_cohort_unit_profiles(a, &count);
    const mag_unit_profile *others = mag_cohort_unit_profiles(b, &other);
    assert_int_equal(count, other);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(units[i].unit, others[i].unit);
        assert_int_equal(units[i].row_count, others[i].row_count);
        assert_int_equal(units[i].inferred_count, others[i].inferred_count);
    }
    for (int i = 0; i < MAG_ANALYTE_COUNT; i++)
        assert_int_equal(mag_cohort_delivers(a, (mag_analyte)i),
                         mag_cohort_delivers(b, (mag_analyte)i));
    for (int kind = 0; kind < MAG_TABLE_KIND_COUNT; kind++)
        assert_int_equal(mag_cohort_newest(a, (mag_table_kind)kind),
                         mag_cohort_newest(b, (mag_table_kind)kind));
    assert_int_equal(mag_cohort_has_stays(a), mag_cohort_has_stays(b));
    assert_int_equal(mag_cohort_has_conditions(a), mag_cohort_has_conditions(b));
}

/* Settles the fixture's cohort and compares it with one of its own for the day. */
static void must_be_as_if_alone(fixture *f, const char *day) {
    fixture alone;
    fill(&alone, day);
    settle(f);
    settle(&alone);
    mag_text mine = dump_all(f), wanted = dump_all(&alone);
    assert_true(mine.nbytes > 500);
    assert_string_equal(mine.at, wanted.at);
    must_be_same_files(f->cohort, alone.cohort);
    must_be_same_findings(f->cohort, alone.cohort);
    mag_text_done(&mine);
    mag_text_done(&wanted);
    fixture_close(&alone);
}

static void every_copy_is_as_if_filled_for_its_day_alone(void **state) {
    static const int orders[][DAY_COUNT - 1] = {{0, 1}, {1, 0}};
    (void)state;
    for (size_t i = 0; i < sizeof orders / sizeof *orders; i++) {
        fixture f;
        fill(&f, DAYS[DAY_COUNT - 1]);
        mag_cohort *filled = f.cohort;
        for (int k = 0; k < DAY_COUNT - 1; k++) {
            const char *day = DAYS[orders[i][k]];
            must(&f, mag_cohort_copy(filled, end_of(day), &f.cohort, &f.err));
            must_be_as_if_alone(&f, day);
            mag_cohort_free(f.cohort);
        }
        f.cohort = filled;
        must_be_as_if_alone(&f, DAYS[DAY_COUNT - 1]);
        fixture_close(&f);
    }
}

/* The days are of use only if they differ. */
static void the_days_differ_in_what_they_see(void **state) {
    mag_text text[DAY_COUNT];
    fixture f[DAY_COUNT];
    (void)state;
    for (int i = 0; i < DAY_COUNT; i++) {
        fill(&f[i], DAYS[i]);
        settle(&f[i]);
        text[i] = dump_all(&f[i]);
    }
    for (int i = 0; i < DAY_COUNT; i++) {
        size_t count;
        const mag_unit_profile *units = mag_cohort_unit_profiles(f[i].cohort, &count);
        assert_int_equal(count, 1);
        assert_int_equal(units->unit == MAG_UNIT_MMOL_L, i < 2);
        for (int k = 0; k < i; k++) {
            assert_string_not_equal(text[i].at, text[k].at);
            assert_int_not_equal(mag_cohort_file(f[i].cohort, 1)->accounting.out_of_window,
                                 mag_cohort_file(f[k].cohort, 1)->accounting.out_of_window);
        }
    }
    for (int i = 0; i < DAY_COUNT; i++) {
        mag_text_done(&text[i]);
        fixture_close(&f[i]);
    }
}

/* However far it came, all is given back (fixture_close looks). */
static void a_copy_without_memory_leaves_nothing(void **state) {
    fixture f;
    unsigned failed = 0;
    (void)state;
    fill(&f, DAYS[0]);
    for (size_t nbytes = 1000; nbytes < 4000000; nbytes += nbytes / 3) {
        mag_cohort *copy;
        size_t used = f.account.used_nbytes;
        f.account.limit_nbytes = used + nbytes;
        mag_status status = mag_cohort_copy(f.cohort, end_of(DAYS[1]), &copy, &f.err);
        assert_true(status == MAG_OK || status == MAG_E_RESOURCE);
        assert_true((status == MAG_OK) == (copy != NULL));
        failed += copy == NULL;
        mag_cohort_free(copy);
        assert_int_equal(f.account.used_nbytes, used);
    }
    f.account.limit_nbytes = 0;
    assert_true(failed > 3);
    must_be_as_if_alone(&f, DAYS[0]);
    fixture_close(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_copy_is_as_if_filled_for_its_day_alone),
        cmocka_unit_test(the_days_differ_in_what_they_see),
        cmocka_unit_test(a_copy_without_memory_leaves_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
