/* Looking into settled partitions: ages, lives, and the index of analytes. */
#include "cohort_fixture.h"

typedef struct age_case {
    const char *birth;
    bool is_year_only;
    const char *when;
    int age; /* -1: unknown */
} age_case;

static const age_case AGES[] = {
    {"1950-07-01", false, "2024-06-30", 73}, {"1950-06-30", false, "2024-06-30", 74},
    {"2004-02-29", false, "2023-02-28", 18}, {"2004-02-29", false, "2023-03-01", 19},
    {"2004-02-29", false, "2024-03-01", 20}, {"2024-06-30", false, "2024-06-30", 0},
    {"2024-07-01", false, "2024-06-30", -1}, {"1904-06-30", false, "2024-06-30", 120},
    {"1903-06-30", false, "2024-06-30", -1}, {"1950-01-01", true, "2024-01-01", 74},
    {"1950-01-01", true, "2024-12-31", 74},  {"2025-01-01", true, "2024-12-31", -1},
    {"1849-01-01", true, "2024-12-31", -1},
};

static void age_is_in_completed_years_and_never_implausible(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof AGES / sizeof *AGES; i++) {
        mag_person person = {.has_birth = true,
                             .is_birth_year_only = AGES[i].is_year_only,
                             .birth = mag_minute_day(at(AGES[i].birth))};
        int age = -1;
        bool is_year_only = false;
        bool is_known = mag_person_age(&person, at(AGES[i].when), &age, &is_year_only);
        if (is_known != (AGES[i].age >= 0) || (is_known && age != AGES[i].age))
            fail_msg("born %s, at %s: %d", AGES[i].birth, AGES[i].when, age);
        assert_int_equal(is_known && is_year_only, is_known && AGES[i].is_year_only);
    }
    mag_person unborn = {0};
    int age;
    bool is_year_only;
    assert_false(mag_person_age(&unborn, at("2024-01-01"), &age, &is_year_only));
}

static void the_day_of_death_is_lived_to_its_end(void **state) {
    (void)state;
    mag_person person = {.died = at("2024-06-30 08:00")};
    assert_true(mag_person_is_alive(&person, at("2024-06-29")));
    assert_true(mag_person_is_alive(&person, at("2024-06-30 23:59")));
    assert_false(mag_person_is_alive(&person, at("2024-07-01")));
    person.died = MAG_MINUTE_OPEN;
    assert_true(mag_person_is_alive(&person, at("2199-12-31")));
}

/* Every analyte at once, in an order that is not that of the enum. */
static void results_stand_by_analyte_and_then_by_time(void **state) {
    (void)state;
    fixture f;
    fixture_open(&f, usual_settings());
    const char *const people[] = {"p1|F|1950", "p2|F|1950", NULL};
    feed(&f, MAG_TABLE_PATIENTS, "patient_id|sex|birth", people);
    mag_position nowhere = {UINT16_MAX, 0};
    for (int day = 3; day > 0; day--)
        for (int analyte = MAG_ANALYTE_COUNT - 1; analyte > 0; analyte--) {
            mag_lab lab = {.minute = at("2024-06-01") + day * MAG_MINUTES_PER_DAY,
                           .mantissa = analyte,
                           .packed = mag_lab_pack((mag_analyte)analyte, MAG_UNIT_NONE, 0, MAG_EXACT,
                                                  MAG_REASON_NONE, 0)};
            must(&f, mag_cohort_put_lab(f.cohort, mag_span_of("p1"), &lab, 0, 0, nowhere, &f.err));
        }
    settle(&f);
    mag_timeline timeline = patient(&f, "p1");
    assert_int_equal(timeline.first[MAG_ANALYTE_COUNT], 3 * (MAG_ANALYTE_COUNT - 1));
    for (int analyte = 1; analyte < MAG_ANALYTE_COUNT; analyte++) {
        size_t count;
        const mag_lab *labs = mag_timeline_labs(&timeline, (mag_analyte)analyte, &count);
        assert_int_equal(count, 3);
        for (size_t i = 0; i < count; i++) {
            assert_int_equal(labs[i].mantissa, analyte);
            assert_int_equal(mag_minute_day(labs[i].minute),
                             mag_minute_day(at("2024-06-02")) + (mag_day)i);
        }
    }
    mag_timeline empty = patient(&f, "p2");
    assert_int_equal(empty.first[MAG_ANALYTE_COUNT], 0);
    assert_int_equal(empty.exposure_count + empty.stay_count + empty.condition_count, 0);
    fixture_close(&f);
}

static void patients_of_a_partition_are_in_the_order_of_their_ids(void **state) {
    (void)state;
    enum { COUNT = 2000 };
    fixture f;
    fixture_open(&f, usual_settings());
    mag_position nowhere = {UINT16_MAX, 0};
    char id[16];
    for (unsigned i = 0; i < COUNT; i++) {
        snprintf(id, sizeof id, "%x", (i * 2654435761u) >> 8);
        mag_person person = {.id = mag_span_of(id), .died = MAG_MINUTE_OPEN};
        must(&f, mag_cohort_put_person(f.cohort, &person, nowhere, &f.err));
    }
    settle(&f);
    size_t sum = 0, used = 0;
    for (unsigned p = 0; p < MAG_PARTITION_COUNT; p++) {
        size_t count = mag_cohort_patient_count(f.cohort, p);
        sum += count;
        used += count > 0;
        mag_timeline before, after;
        for (size_t i = 1; i < count; i++) {
            mag_timeline_of(f.cohort, p, i - 1, &before);
            mag_timeline_of(f.cohort, p, i, &after);
            assert_true(mag_span_compare(before.person->id, after.person->id) < 0);
        }
    }
    assert_int_equal(sum, COUNT);
    assert_int_equal(used, MAG_PARTITION_COUNT);
    fixture_close(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(age_is_in_completed_years_and_never_implausible),
        cmocka_unit_test(the_day_of_death_is_lived_to_its_end),
        cmocka_unit_test(results_stand_by_analyte_and_then_by_time),
        cmocka_unit_test(patients_of_a_partition_are_in_the_order_of_their_ids),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
