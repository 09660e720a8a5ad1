/* Questions about the person. */
#include "world.h"

#include "rules/operand_person.h"

static world in;

static void sex_and_age_are_known_or_demographic(void **state) {
    (void)state;
    const mag_unknown_set demographic = mag_unknown_bit(MAG_UNKNOWN_DEMOGRAPHIC);
    WORLD(&in, "male 71 y");
    assert_true(mag_person_sex_value(&in.patient).bounds.low > MAG_SEX_MALE - 0.5);
    assert_true(mag_person_age_value(&in.patient, in.patient.as_of).bounds.low > 70.5);
    WORLD(&in, "male 71 y", "sex unknown", "age unknown");
    assert_int_equal(mag_person_sex_value(&in.patient).bounds.unknown, demographic);
    assert_int_equal(mag_person_age_value(&in.patient, in.patient.as_of).bounds.unknown,
                     demographic);
}

static void conditions_are_looked_up_in_their_window(void **state) {
    (void)state;
    const struct {
        const char *line;
        mag_truth_value has;
    } rows[] = {
        {"dialysis 365 days ago", MAG_TRUE},     {"dialysis 366 days ago", MAG_FALSE},
        {"diabetes 3 days ago", MAG_TRUE},       {"ckd 3 days ago", MAG_FALSE},
        {"no conditions source", MAG_UNDECIDED}, {"female 50 y", MAG_FALSE},
    };
    const uint32_t wanted = (uint32_t)1 << MAG_CONDITION_DIALYSIS | (uint32_t)1
                                                                        << MAG_CONDITION_DIABETES;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        WORLD(&in, rows[i].line);
        const mag_period year = world_days(&in, 365);
        const mag_truth has = mag_person_has(&in.patient, wanted, &year).truth;
        if (has.is != rows[i].has)
            fail_msg("%s: %d", rows[i].line, has.is);
        assert_int_equal(has.reasons,
                         has.is == MAG_UNDECIDED ? mag_unknown_bit(MAG_UNKNOWN_NO_SOURCE) : 0);
    }
}

static void the_newest_weight_counts(void **state) {
    (void)state;
    WORLD(&in, "weight 80 kg 30 days ago", "weight 70 kg 3 days ago", "height 170 cm 900 days ago");
    const mag_period year = world_days(&in, 365);
    const mag_value weight = mag_person_weight(&in.patient, &year);
    assert_true(weight.bounds.low > 69.9 && weight.bounds.low < 70.1);
    assert_int_equal(mag_person_height(&in.patient, &year).bounds.unknown,
                     mag_unknown_bit(MAG_UNKNOWN_MISSING));
}

static void who_died_or_left_the_stay_is_no_longer_there(void **state) {
    (void)state;
    const struct {
        const char *line;
        mag_truth_value alive;
        bool is_in_stay;
    } rows[] = {
        {"died 2 days ago", MAG_FALSE, false},
        {"sodium 140 mmol/L 2 days ago", MAG_TRUE, false},
        {"inside a stay since 3 days ago", MAG_TRUE, true},
        {"inside a stay since 3 days ago until 2 days ago", MAG_TRUE, false},
        {"inside a stay since 3 days ago until 0 days ago", MAG_TRUE, true},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        WORLD(&in, "female 50 y", rows[i].line);
        if (mag_person_alive(&in.patient).is != rows[i].alive ||
            mag_person_is_in_stay(&in.patient) != rows[i].is_in_stay)
            fail_msg("%s", rows[i].line);
    }
}

static int open_world(void **state) {
    (void)state;
    world_begin(&in);
    return 0;
}

static int close_world(void **state) {
    (void)state;
    world_end(&in);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sex_and_age_are_known_or_demographic),
        cmocka_unit_test(conditions_are_looked_up_in_their_window),
        cmocka_unit_test(the_newest_weight_counts),
        cmocka_unit_test(who_died_or_left_the_stay_is_no_longer_there),
    };
    return cmocka_run_group_tests(tests, open_world, close_world);
}
