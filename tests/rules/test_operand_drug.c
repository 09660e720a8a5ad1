/* Questions about exposures, each asked of a patient written as the lines of an example. */
#include "world.h"

#include "rules/operand_dose.h"

#include <math.h>

static world in;
static mag_drug_room room;

static const mag_member mgsys[] = {{MAG_CLASS_MGSUPP, 0},
                                   {MAG_CLASS_MGANTACID, 0},
                                   {MAG_CLASS_MGLAX, 0},
                                   {MAG_CLASS_MGIV, 48 * 60},
                                   {MAG_CLASS_MGOTHER, 0}};
static const mag_member depleters[] = {
    {MAG_CLASS_LOOP, 0}, {MAG_CLASS_THIAZ, 0}, {MAG_CLASS_PPI, 0}};

static mag_drug_query of_group(const mag_member *members, size_t count) {
    mag_error err;
    assert_int_equal(mag_drug_room_reserve(&room, &in.account, &in.patient, &err), MAG_OK);
    return (mag_drug_query){
        .patient = &in.patient, .members = members, .member_count = count, .room = &room};
}

static mag_drug_query of_magnesium(void) {
    return of_group(mgsys, sizeof mgsys / sizeof mgsys[0]);
}

static mag_drug_query of_depleters(void) {
    return of_group(depleters, sizeof depleters / sizeof depleters[0]);
}

static void an_order_is_in_effect_from_its_start_to_its_stop(void **state) {
    (void)state;
    const struct {
        const char *line;
        bool is_active;
    } rows[] = {
        {"MGSUPP since 0 days ago", true},
        {"MGSUPP since 9 days ago until 0 days ago", true},
        {"MGSUPP since 9 days ago until 1 day ago", false},
        {"MGSUPP since 9 hours ago until 1 hours ago", false},
        {"MGIV since 60 hours ago until 47 hours ago", true},
        {"MGIV since 60 hours ago until 48 hours ago", false},
        {"MGIV since 60 hours ago until 49 hours ago", false},
        {"LOOP since 9 days ago", false},
        {"MGSUPP by TP since 9 days ago", false},
        {"MGIV by PO since 9 days ago", false},
        {"drug \"Esomeprazole Magnesium 40 mg\" since 9 days ago", false},
        {"drug \"Magnesium Oxide\" since 9 days ago", true},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        WORLD(&in, rows[i].line);
        const mag_drug_query query = of_magnesium();
        if (mag_drug_active(&query).truth.is != (rows[i].is_active ? MAG_TRUE : MAG_FALSE))
            fail_msg("%s", rows[i].line);
    }
}

static void absence_is_knowledge_only_where_it_would_be_seen(void **state) {
    (void)state;
    const mag_unknown_set unobservable = mag_unknown_bit(MAG_UNKNOWN_UNOBSERVABLE);
    WORLD(&in, "outside stays");
    mag_drug_query query = of_magnesium();
    assert_int_equal(mag_drug_active(&query).truth.reasons, unobservable);
    assert_int_equal(mag_drug_dose(&query).bounds.unknown, unobservable);
    assert_int_equal(mag_drug_days_on(&query).bounds.unknown, unobservable);
    assert_int_equal(mag_drug_start(&query).bounds.unknown, unobservable);
    WORLD(&in, "outside stays", "MGSUPP 10 mmol since 40 days ago");
    query = of_magnesium();
    assert_int_equal(mag_drug_active(&query).truth.is, MAG_TRUE);
    WORLD(&in, "no prescriptions source");
    query = of_magnesium();
    assert_int_equal(mag_drug_active(&query).truth.reasons, mag_unknown_bit(MAG_UNKNOWN_NO_SOURCE));
    WORLD(&in, "female 50 y");
    query = of_magnesium();
    assert_int_equal(mag_drug_active(&query).truth.is, MAG_FALSE);
    assert_true(fabs(mag_drug_dose(&query).bounds.high) < 0.5);
    assert_int_equal(mag_drug_start(&query).bounds.unknown, mag_unknown_bit(MAG_UNKNOWN_MISSING));
}

static void an_era_joins_over_a_day_and_members_of_a_group(void **state) {
    (void)state;
    const struct {
        const char *first, *second;
        int days_on;
    } rows[] = {
        {"MGSUPP since 60 days ago until 31 days ago", "MGSUPP since 30 days ago", 60},
        {"MGSUPP since 60 days ago until 31 days ago", "MGLAX since 29 days ago", 60},
        {"MGSUPP since 60 days ago until 31 days ago", "MGLAX since 28 days ago", 28},
        {"MGIV since 60 days ago until 31 days ago", "MGSUPP since 28 days ago", 60},
        {"MGSUPP since 60 days ago", "MGLAX since 2 days ago", 60},
        {"LOOP since 60 days ago", "MGLAX since 2 days ago", 2},
        {"LOOP since 60 days ago", "PPI since 2 days ago", 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        WORLD(&in, rows[i].first, rows[i].second);
        const mag_drug_query query = of_magnesium();
        const mag_value days = mag_drug_days_on(&query);
        if (fabs(days.bounds.low - rows[i].days_on) > 0.5)
            fail_msg("%s, %s: %.0f days", rows[i].first, rows[i].second, days.bounds.low);
    }
}

static void the_dose_is_summed_over_products(void **state) {
    (void)state;
    WORLD(&in, "MGSUPP 10 mmol since 60 days ago", "MGLAX 5 mmol since 6 days ago",
          "MGANTACID 7 mmol since 60 days ago until 10 days ago");
    mag_drug_query query = of_magnesium();
    mag_value dose = mag_drug_dose(&query);
    assert_true(fabs(dose.bounds.low - 15000) < 0.5 && fabs(dose.bounds.high - 15000) < 0.5);
    WORLD(&in, "MGSUPP 400 mg since 60 days ago"); /* 400 / 24.305 */
    query = of_magnesium();
    dose = mag_drug_dose(&query);
    assert_true(fabs(dose.bounds.low - 16457.5) < 1);
    WORLD(&in, "MGSUPP 10 mmol since 60 days ago", "MGLAX since 6 days ago");
    query = of_magnesium();
    dose = mag_drug_dose(&query);
    const mag_bounds nine = mag_bounds_exact(9000), twelve = mag_bounds_exact(12000);
    assert_int_equal(mag_bounds_compare(&dose.bounds, MAG_IS_ABOVE, &nine).is, MAG_TRUE);
    assert_int_equal(mag_bounds_compare(&dose.bounds, MAG_IS_ABOVE, &twelve).reasons,
                     mag_unknown_bit(MAG_UNKNOWN_DOSE_RANGE));
}

static void two_readings_of_a_dose_are_an_interval(void **state) {
    (void)state;
    /* SC-19, SC-20: the basis of oxide is not stated */
    const struct {
        const char *line;
        double low_mmol, high_mmol;
    } rows[] = {
        {"drug \"magnesium oxide 500 mg tablet\" 2 TAB since 9 days ago", 24.8, 41.1},
        {"drug \"magnesium oxide 500 mg tablet\" 1 TAB 2 times a day since 9 days ago", 24.8, 41.1},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        WORLD(&in, rows[i].line);
        const mag_drug_query query = of_magnesium();
        const mag_value dose = mag_drug_dose(&query);
        if (fabs(dose.bounds.low / 1000 - rows[i].low_mmol) > 0.06 ||
            fabs(dose.bounds.high / 1000 - rows[i].high_mmol) > 0.06)
            fail_msg("%s: %.1f-%.1f", rows[i].line, dose.bounds.low, dose.bounds.high);
    }
}

static void exposed_asks_for_any_overlap_with_the_period(void **state) {
    (void)state;
    const struct {
        const char *line;
        mag_truth_value is;
    } rows[] = {
        {"LOOP since 60 days ago until 15 days ago", MAG_FALSE},
        {"LOOP since 60 days ago until 14 days ago", MAG_TRUE},
        {"LOOP since 3 days ago", MAG_TRUE},
        {"LOOP since 60 days ago", MAG_TRUE},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        WORLD(&in, rows[i].line);
        const mag_drug_query query = of_depleters();
        const mag_period period = world_days(&in, 14);
        if (mag_drug_exposed(&query, &period).truth.is != rows[i].is)
            fail_msg("%s", rows[i].line);
    }
}

static void classes_are_counted_once_each(void **state) {
    (void)state;
    WORLD(&in, "LOOP since 60 days ago", "LOOP since 6 days ago", "PPI since 6 days ago",
          "THIAZ since 60 days ago until 6 days ago");
    mag_drug_query query = of_depleters();
    mag_value count = mag_drug_count_active(&query);
    assert_true(fabs(count.bounds.low - 2) < 0.5 && fabs(count.bounds.high - 2) < 0.5);
    const mag_period week = world_days(&in, 7), days = world_days(&in, 4);
    assert_true(fabs(mag_drug_count_exposed(&query, &week).bounds.low - 3) < 0.5);
    assert_true(fabs(mag_drug_count_exposed(&query, &days).bounds.low - 2) < 0.5);
    WORLD(&in, "LOOP since 60 days ago", "outside stays");
    query = of_depleters();
    count = mag_drug_count_active(&query);
    assert_true(fabs(count.bounds.low - 1) < 0.5 && fabs(count.bounds.high - 3) < 0.5);
    assert_int_equal(count.bounds.doubt, mag_unknown_bit(MAG_UNKNOWN_UNOBSERVABLE));
}

static void a_new_era_has_90_quiet_days_before(void **state) {
    (void)state;
    const struct {
        const char *before, *line;
        mag_truth_value is;
    } rows[] = {
        {"LOOP since 400 days ago until 102 days ago", "LOOP since 10 days ago", MAG_TRUE},
        {"LOOP since 400 days ago until 90 days ago", "LOOP since 10 days ago", MAG_FALSE},
        {"female 50 y", "LOOP since 10 days ago", MAG_TRUE},
        {"female 50 y", "LOOP since 31 days ago", MAG_FALSE},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        WORLD(&in, rows[i].before, rows[i].line);
        const mag_drug_query query = of_depleters();
        const mag_period period = world_days(&in, 30);
        if (mag_drug_started(&query, &period).truth.is != rows[i].is)
            fail_msg("%s, %s", rows[i].before, rows[i].line);
    }
}

static void the_stop_is_that_of_the_newest_era_that_ended(void **state) {
    (void)state;
    WORLD(&in, "LOOP since 60 days ago until 40 days ago",
          "PPI since 20 days ago until 10 days ago", "THIAZ since 2 days ago");
    const mag_drug_query query = of_depleters();
    const mag_value stop = mag_drug_stop(&query);
    assert_int_equal(mag_minute_day(in.patient.as_of) - mag_minute_day(stop.at), 10);
    assert_true(stop.is_date_only); /* the last day, which counts */
}

static int open_world(void **state) {
    (void)state;
    world_begin(&in);
    return 0;
}

static int close_world(void **state) {
    (void)state;
    mag_drug_room_done(&room, &in.account);
    world_end(&in);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_order_is_in_effect_from_its_start_to_its_stop),
        cmocka_unit_test(absence_is_knowledge_only_where_it_would_be_seen),
        cmocka_unit_test(an_era_joins_over_a_day_and_members_of_a_group),
        cmocka_unit_test(the_dose_is_summed_over_products),
        cmocka_unit_test(two_readings_of_a_dose_are_an_interval),
        cmocka_unit_test(exposed_asks_for_any_overlap_with_the_period),
        cmocka_unit_test(classes_are_counted_once_each),
        cmocka_unit_test(a_new_era_has_90_quiet_days_before),
        cmocka_unit_test(the_stop_is_that_of_the_newest_era_that_ended),
    };
    return cmocka_run_group_tests(tests, open_world, close_world);
}
