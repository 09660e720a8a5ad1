/* The AKI algorithm against the specification's table, and KDIGO written down apart from it. */
#include "vectors.h"

#include "clinical/acute_kidney_injury.h"

#include <math.h>

enum { EARLIER_MAX = 3, INDEX_AT = 30000000 };

typedef struct aki_vector {
    const char *id;
    double c1;
    struct {
        double umol_l, days_before;
    } earlier[EARLIER_MAX];
    size_t earlier_count;
    const char *rv1, *rv2, *ratio, *rise; /* as printed; "-": none */
    int nhs, kdigo;                       /* -1: none */
} aki_vector;

/* clinical spec f7 */
static const aki_vector vectors[] = {
    {"AKI-01", 150, {{90, 3}}, 1, "90", "-", "1.667", "-", 1, 1},
    {"AKI-02", 180, {{90, 3}}, 1, "90", "-", "2.000", "-", 2, 2},
    {"AKI-03", 270, {{90, 5}}, 1, "90", "-", "3.000", "-", 3, 3},
    {"AKI-04", 135, {{90, 7}}, 1, "90", "-", "1.500", "-", 1, 1},
    {"AKI-05", 134, {{90, 6}}, 1, "90", "-", "1.489", "-", 0, 0},
    {"AKI-06", 117, {{90, 1}}, 1, "90", "-", "1.300", "27", 1, 1},
    {"AKI-07", 116, {{90, 1}}, 1, "90", "-", "1.289", "26", 0, 0},
    {"AKI-08", 117, {{90, 2.1}}, 1, "90", "-", "1.300", "-", 0, 0},
    {"AKI-09", 355, {{200, 4}}, 1, "200", "-", "1.775", "-", 3, 3},
    {"AKI-10", 354, {{200, 4}}, 1, "200", "-", "1.770", "-", 1, 3},
    {"AKI-11", 360, {{300, 4}}, 1, "300", "-", "1.200", "-", 0, 0},
    {"AKI-12", 150, {{80, 30}, {100, 90}, {120, 200}}, 3, "-", "100.0", "1.500", "-", 1, -1},
    {"AKI-13", 150, {{80, 30}, {110, 90}}, 2, "-", "95.00", "1.579", "-", 1, -1},
    {"AKI-14", 160, {{140, 3}, {80, 60}, {80, 100}}, 3, "140", "80.00", "2.000", "-", 2, 0},
    {"AKI-15", 160, {{80, 3}, {140, 60}}, 2, "80", "140.0", "2.000", "-", 2, 2},
    {"AKI-16", 250, {{90, 400}}, 1, "-", "-", "-", "-", -1, -1},
    {"AKI-17", 250, {{0, 0}}, 0, "-", "-", "-", "-", -1, -1},
    {"AKI-18", 150, {{90, 7.01}}, 1, "-", "90.00", "1.667", "-", 1, -1},
    {"AKI-19", 126, {{99, 1.5}, {120, 4}}, 2, "99", "-", "1.273", "27", 1, 1},
    {"AKI-20", 240, {{80, 365}}, 1, "-", "80.00", "3.000", "-", 3, -1},
};

static mag_aki_result exactly(mag_minute at, double umol_l) {
    return (mag_aki_result){.at = at, .low = umol_l, .high = umol_l};
}

/* The index result is the last one. */
static size_t lay_out(const aki_vector *vector, mag_aki_result out[EARLIER_MAX + 1]) {
    for (size_t i = 0; i < vector->earlier_count; i++)
        out[i] = exactly(
            INDEX_AT - (mag_minute)lround(vector->earlier[i].days_before * MAG_MINUTES_PER_DAY),
            vector->earlier[i].umol_l);
    out[vector->earlier_count] = exactly(INDEX_AT, vector->c1);
    return vector->earlier_count + 1;
}

static void expect_number(const char *id, double x, const char *printed) {
    if (strcmp(printed, "-") == 0)
        assert_true(isnan(x));
    else
        assert_prints(id, x, printed);
}

static void the_nhs_columns_agree(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(vectors); i++) {
        const aki_vector *vector = &vectors[i];
        mag_aki_result results[EARLIER_MAX + 1];
        double room[EARLIER_MAX + 1];
        const size_t count = lay_out(vector, results);
        for (int reading = MAG_AKI_LEAST; reading <= MAG_AKI_MOST; reading++) {
            const mag_aki aki =
                mag_aki_of(results, count, count - 1, (mag_aki_reading)reading, room);
            expect_number(vector->id, aki.rv1, vector->rv1);
            expect_number(vector->id, aki.rv2, vector->rv2);
            expect_number(vector->id, aki.ratio, vector->ratio);
            expect_number(vector->id, aki.rise, vector->rise);
            assert_int_equal(aki.has_baseline ? aki.stage : -1, vector->nhs);
            assert_false(aki.is_day_resolution);
        }
    }
    print_message("%zu AKI vectors\n", COUNT_OF(vectors));
}

/* KDIGO in its own words: 1.5 x within 7 days or 26.5 umol/L within 48 hours. */
static int kdigo_stage(const aki_vector *vector) {
    double lowest_7d = 0, lowest_48h = 0;
    for (size_t i = 0; i < vector->earlier_count; i++) {
        const double days = vector->earlier[i].days_before, umol_l = vector->earlier[i].umol_l;
        if (days <= 7 && (lowest_7d == 0 || umol_l < lowest_7d))
            lowest_7d = umol_l;
        if (days <= 2 && (lowest_48h == 0 || umol_l < lowest_48h))
            lowest_48h = umol_l;
    }
    if (lowest_7d == 0)
        return -1;
    const bool is_risen =
        vector->c1 >= 1.5 * lowest_7d || (lowest_48h > 0 && vector->c1 - lowest_48h >= 26.5);
    if (!is_risen)
        return 0;
    if (vector->c1 >= 3 * lowest_7d || vector->c1 >= 353.6)
        return 3;
    return vector->c1 >= 2 * lowest_7d ? 2 : 1;
}

/* Where only the 7 days and the 48 hours speak, and not between 353.6 and 354, both agree. */
static void the_kdigo_column_agrees_and_checks_the_nhs_stage(void **state) {
    (void)state;
    size_t compared = 0;
    for (size_t i = 0; i < COUNT_OF(vectors); i++) {
        assert_int_equal(kdigo_stage(&vectors[i]), vectors[i].kdigo);
        const bool is_between = vectors[i].c1 >= 353.6 && vectors[i].c1 <= 354;
        if (strcmp(vectors[i].rv2, "-") != 0 || vectors[i].kdigo < 0 || is_between)
            continue;
        assert_int_equal(vectors[i].nhs, vectors[i].kdigo);
        compared++;
    }
    assert_int_equal(compared, 11);
}

static int stage_at(const mag_aki_result *results, size_t count) {
    double room[8];
    const mag_aki aki = mag_aki_of(results, count, count - 1, MAG_AKI_LEAST, room);
    return aki.has_baseline ? aki.stage : -1;
}

static void windows_are_closed_on_the_old_side_to_the_minute(void **state) {
    (void)state;
    static const struct {
        int minutes_before;
        double earlier;
        int stage; /* of 117 umol/L */
    } rows[] = {
        {2 * 1440, 90, 1},   {2 * 1440 + 1, 90, 0},    {7 * 1440, 78, 1}, {7 * 1440 + 1, 78, 1},
        {365 * 1440, 78, 1}, {365 * 1440 + 1, 78, -1}, {0, 78, -1},       {1, 90, 1}};
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const mag_aki_result results[] = {
            exactly(INDEX_AT - rows[i].minutes_before, rows[i].earlier), exactly(INDEX_AT, 117)};
        assert_int_equal(stage_at(results, 2), rows[i].stage);
    }
}

/* 48 hours are two calendar days where one of the two has no clock. */
static void a_result_without_a_clock_counts_whole_days(void **state) {
    (void)state;
    const mag_minute midnight = mag_minute_day(INDEX_AT) * MAG_MINUTES_PER_DAY;
    static const struct {
        int days_before;
        double earlier;
        int stage; /* of 117 umol/L late in the evening */
    } rows[] = {{0, 78, -1}, {1, 90, 1},   {2, 90, 1},   {3, 90, 0},
                {7, 78, 1},  {365, 78, 1}, {366, 78, -1}};
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        mag_aki_result results[] = {
            exactly(midnight - rows[i].days_before * MAG_MINUTES_PER_DAY, rows[i].earlier),
            exactly(midnight + 1439, 117)};
        results[0].is_date_only = true;
        assert_int_equal(stage_at(results, 2), rows[i].stage);
        double room[2];
        assert_int_equal(mag_aki_of(results, 2, 1, MAG_AKI_MOST, room).is_day_resolution,
                         rows[i].stage >= 0);
    }
}

static void a_censored_result_has_a_least_and_a_most_stage(void **state) {
    (void)state;
    const mag_aki_result at_least_200[] = {exactly(INDEX_AT - 1440, 100),
                                           {.at = INDEX_AT, .low = 200, .high = INFINITY}};
    const mag_aki_result below_50[] = {{.at = INDEX_AT - 1440, .low = 0, .high = 50},
                                       exactly(INDEX_AT, 75)};
    double room[2];
    assert_int_equal(mag_aki_of(at_least_200, 2, 1, MAG_AKI_LEAST, room).stage, 2);
    assert_int_equal(mag_aki_of(at_least_200, 2, 1, MAG_AKI_MOST, room).stage, 3);
    assert_int_equal(mag_aki_of(below_50, 2, 1, MAG_AKI_LEAST, room).stage, 1);
    assert_int_equal(mag_aki_of(below_50, 2, 1, MAG_AKI_MOST, room).stage, 3);
}

/* Below 1.5 x the reference and less than 26 above it, both. */
static void a_later_value_resolves_it(void **state) {
    (void)state;
    static const struct {
        double before, c1, later;
        bool is_resolved;
    } rows[] = {
        {100, 200, 125, true}, {100, 200, 126, false}, {100, 200, 149, false},
        {40, 100, 59, true},   {40, 100, 60, false},   {40, 100, 65, false},
        {200, 227, 225, true}, {200, 227, 226, false}, {90, 180, 180, false},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const mag_aki_result results[] = {exactly(INDEX_AT - 1440, rows[i].before),
                                          exactly(INDEX_AT, rows[i].c1),
                                          exactly(INDEX_AT + 60, rows[i].later)};
        double room[3];
        const mag_aki aki = mag_aki_of(results, 3, 1, MAG_AKI_LEAST, room);
        assert_true(aki.stage > 0);
        assert_int_equal(mag_aki_is_resolved(results, 3, 1, &aki, MAG_AKI_LEAST),
                         rows[i].is_resolved);
    }
}

static void what_stood_before_does_not_resolve(void **state) {
    (void)state;
    const mag_aki_result results[] = {exactly(INDEX_AT - 1440, 90), exactly(INDEX_AT, 180)};
    double room[2];
    const mag_aki aki = mag_aki_of(results, 2, 1, MAG_AKI_LEAST, room);
    assert_true(aki.reference == 90);
    assert_false(mag_aki_is_resolved(results, 2, 1, &aki, MAG_AKI_LEAST));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_nhs_columns_agree),
        cmocka_unit_test(the_kdigo_column_agrees_and_checks_the_nhs_stage),
        cmocka_unit_test(windows_are_closed_on_the_old_side_to_the_minute),
        cmocka_unit_test(a_result_without_a_clock_counts_whole_days),
        cmocka_unit_test(a_censored_result_has_a_least_and_a_most_stage),
        cmocka_unit_test(a_later_value_resolves_it),
        cmocka_unit_test(what_stood_before_does_not_resolve),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
