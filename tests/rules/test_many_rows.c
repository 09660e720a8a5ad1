/* Patients with many rows on few days: what is worked out in one walk over the rows is the same as
   what every row says about every other. */
#include "drug_world.h"
#include "naive_dose_change.inc"
#include "naive_drug.inc"

#include "cohort/builder.h"

enum { ROWS_MAX = 40, ROUNDS = 1500 };

static drug_world at;
static uint64_t seed = 88172645463325252u;

static int upto(int count) { /* 0 .. count - 1 */
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (int)((seed >> 11) % (uint64_t)count);
}

#define BIT(name) ((mag_class_set)1 << MAG_CLASS_##name)
static const mag_class_set products[] = {BIT(MGSUPP), BIT(MGLAX), BIT(MGSUPP) | BIT(LOOP),
                                         BIT(LOOP),   BIT(FQ),    BIT(MGIV)};
static const mag_member first_list[] = {
    {MAG_CLASS_MGSUPP, 0}, {MAG_CLASS_MGLAX, 0}, {MAG_CLASS_MGIV, 48 * 60}};
static const mag_member second_list[] = {{MAG_CLASS_LOOP, 0}, {MAG_CLASS_FQ, 0}};
static const mag_gap gaps[] = {
    {.drug_class = MAG_CLASS_FQ, .agent = "", .before_minutes = 120, .after_minutes = 240},
    {.drug_class = MAG_CLASS_LOOP, .agent = "", .before_minutes = 0, .after_minutes = 60}};

static mag_exposure some_row(mag_minute as_of) {
    static const int lengths[] = {0, 30, 600, 1440, 2880, 10 * 1440, 28 * 1440, 40 * 1440};
    static const int flags[] = {0,
                                MAG_EXPOSURE_START_DATE,
                                MAG_EXPOSURE_STOP_DATE,
                                MAG_EXPOSURE_START_DATE | MAG_EXPOSURE_STOP_DATE,
                                MAG_EXPOSURE_OPEN,
                                MAG_EXPOSURE_PARTIAL};
    const bool is_on_the_hour = upto(2) != 0;
    mag_exposure row = {.route = upto(8) ? MAG_ROUTE_ENTERAL : MAG_ROUTE_UNKNOWN};
    row.start = as_of - 60 * upto(24 * 60) - (is_on_the_hour ? 0 : upto(1440));
    row.stop = row.start + lengths[upto(8)];
    row.flags = (uint8_t)(upto(3) | flags[upto(6)]);
    row.dose_lo_umol = 1000 * (1 + upto(4));
    row.dose_hi_umol = upto(6) ? row.dose_lo_umol : upto(2) ? MAG_DOSE_UNKNOWN : 9000;
    return row;
}

static void put_rows(mag_cohort *cohort, mag_minute as_of) {
    const mag_position nowhere = {UINT16_MAX, 0};
    const int count = upto(ROWS_MAX + 1), product_count = 1 + upto(6);
    mag_error err = {0};
    mag_exposure before = some_row(as_of);
    for (int i = 0; i < count; i++) {
        mag_exposure row = upto(8) ? some_row(as_of) : before; /* rows may read the same */
        before = row;
        const mag_class_set classes = products[upto(product_count)];
        if (classes == BIT(MGIV))
            row.route = MAG_ROUTE_PARENTERAL;
        assert_int_equal(mag_cohort_intern_class(cohort, classes, &row.drug_id, &err), MAG_OK);
        assert_int_equal(
            mag_cohort_put_exposure(cohort, mag_span_of("p"), &row, (uint64_t)i + 1, nowhere, &err),
            MAG_OK);
    }
}

static void make_patient(void) {
    const mag_position nowhere = {UINT16_MAX, 0};
    const mag_minute as_of = MAG_EXAMPLE_AS_OF * MAG_MINUTES_PER_DAY + MAG_MINUTES_PER_DAY - 1;
    const mag_cohort_settings settings = {.as_of_kind = MAG_AS_OF_FIXED,
                                          .as_of = as_of,
                                          .data_until = MAG_MINUTE_OPEN,
                                          .absence = MAG_ABSENCE_NONE,
                                          .account = &at.in.account};
    const mag_person person = {.id = mag_span_of("p"),
                               .sex = MAG_SEX_FEMALE,
                               .is_in_roster = true,
                               .has_birth = true,
                               .died = MAG_MINUTE_OPEN,
                               .observed_from = MAG_MINUTE_NONE,
                               .observed_until = MAG_MINUTE_OPEN};
    mag_error err = {0};
    mag_cohort_free(at.in.cohort);
    assert_int_equal(mag_cohort_new(&at.in.cohort, at.in.book, &settings, &err), MAG_OK);
    mag_cohort_declare_table(at.in.cohort, MAG_TABLE_PATIENTS);
    mag_cohort_declare_table(at.in.cohort, MAG_TABLE_PRESCRIPTIONS);
    assert_int_equal(mag_cohort_put_person(at.in.cohort, &person, nowhere, &err), MAG_OK);
    put_rows(at.in.cohort, as_of);
    for (unsigned i = 0; i < MAG_PARTITION_COUNT; i++)
        assert_int_equal(mag_cohort_settle(at.in.cohort, i, &err), MAG_OK);
    assert_int_equal(mag_cohort_settle_all(at.in.cohort, &err), MAG_OK);
    assert_true(mag_timeline_find(at.in.cohort, mag_span_of("p"), &at.in.patient));
}

static bool is_near(double a, double b) {
    return a >= b && a <= b;
}

static void expect_same(const char *what, int round, mag_value got, mag_value wanted) {
    if (got.truth.is != wanted.truth.is || got.truth.reasons != wanted.truth.reasons ||
        got.at != wanted.at || got.is_date_only != wanted.is_date_only ||
        got.notes != wanted.notes || got.bounds.unknown != wanted.bounds.unknown ||
        got.bounds.doubt != wanted.bounds.doubt || !is_near(got.bounds.low, wanted.bounds.low) ||
        !is_near(got.bounds.high, wanted.bounds.high))
        fail_msg("round %d: %s is %g..%g at %d, truth %d; wanted %g..%g at %d, truth %d", round,
                 what, got.bounds.low, got.bounds.high, got.at, got.truth.is, wanted.bounds.low,
                 wanted.bounds.high, wanted.at, wanted.truth.is);
}

static void expect_doses(int round, const mag_drug_query *query, const mag_period *period) {
    expect_same("dose", round, mag_drug_dose(query), naive_dose(query));
    expect_same("max_day_dose", round, mag_drug_max_day_dose(query, period),
                naive_max_day_dose(query, period));
    for (int direction = MAG_EITHER_WAY; direction <= MAG_DOWNWARDS; direction++) {
        const mag_dose_step step = {10 + 15 * upto(4), (mag_direction)direction};
        expect_same("dose_change", round, mag_drug_dose_change(query, period, step),
                    naive_dose_change(query, period, step));
    }
    expect_same("issues", round, mag_drug_issues(query, period), naive_issues(query, period));
    expect_same("products", round, mag_drug_products(query, period), naive_products(query, period));
}

static void expect_pairs(int round, const mag_drug_query *first, const mag_drug_query *second,
                         const mag_period *period) {
    const mag_gap_table table = {gaps, sizeof gaps / sizeof gaps[0]};
    expect_same("overlap", round, mag_drug_overlap(first, second, period),
                naive_overlap(first, second, period));
    expect_same("gap_kept", round, mag_drug_gap_kept(second, first, period, table),
                naive_gap_kept(second, first, period, table));
    const bool *meets = mag_drug_meeting(first, second, period);
    for (size_t i = 0; i < at.in.patient.exposure_count; i++)
        if (meets[i] != naive_meets(first, &at.in.patient.exposures[i], second, period))
            fail_msg("round %d: row %zu meets: %d", round, i, meets[i]);
}

static void one_walk_says_what_all_pairs_of_rows_say(void **state) {
    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        make_patient();
        const mag_timeline *patient = &at.in.patient;
        mag_drug_query first = drug_query(&at, first_list, 3);
        mag_drug_query second = drug_query(&at, second_list, 2);
        first.is_sure_only = second.is_sure_only = upto(2) != 0;
        mag_period period = world_days(&at.in, 1 + upto(60));
        period.until -= upto(2) ? 0 : 1440 * upto(20);
        expect_doses(round, &first, &period);
        expect_pairs(round, &first, &second, &period);
        const bool *is_current = mag_drug_current(&first);
        for (size_t i = 0; i < patient->exposure_count; i++)
            if (is_current[i] != naive_is_current(&first, &patient->exposures[i]))
                fail_msg("round %d: row %zu is current: %d", round, i, is_current[i]);
        for (size_t i = 0; i < patient->exposure_count; i++)
            expect_same("stop", round, mag_drug_event_at_stop(&first, patient->exposures[i].stop),
                        naive_event_at_stop(&first, patient->exposures[i].stop));
    }
}

static int begin(void **state) {
    (void)state;
    world_begin(&at.in);
    return 0;
}

static int end(void **state) {
    (void)state;
    drug_world_end(&at);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_walk_says_what_all_pairs_of_rows_say),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
