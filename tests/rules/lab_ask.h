/* Questions about results for tests: a world of one patient, and room for medians. */
#ifndef MAG_TESTS_RULES_LAB_ASK_H
#define MAG_TESTS_RULES_LAB_ASK_H

#include "world.h"

#include "rules/operand_lab.h"

#include <math.h>

static world in;
static mag_lab_room room;

/* The last `days` of the patient that was said last. */
static inline mag_lab_query ask(mag_analyte analyte, mag_series series, int32_t days) {
    mag_error err = {0};
    assert_int_equal(mag_lab_room_reserve(&room, &in.account, &in.patient, &err), MAG_OK);
    return (mag_lab_query){.patient = &in.patient,
                           .analyte = analyte,
                           .period = world_days(&in, days),
                           .worse = MAG_WORSE_LOW,
                           .series = series,
                           .room = &room};
}

static inline mag_lab_query ask_plain(mag_analyte analyte, int32_t days) {
    return ask(analyte, MAG_SERIES_NONE, days);
}

static inline void expect_unknown(const mag_value *value, mag_unknown why) {
    if (value->bounds.unknown != mag_unknown_bit(why))
        fail_msg("reasons %x, wanted %x", value->bounds.unknown, mag_unknown_bit(why));
}

static inline void expect_number(const mag_value *value, double wanted) {
    if (value->bounds.unknown != 0 || !mag_bounds_is_exact(&value->bounds) ||
        fabs(value->bounds.low - wanted) > 1e-9 * (1 + fabs(wanted)))
        fail_msg("%.10g (reasons %x), wanted %.10g", value->bounds.low, value->bounds.unknown,
                 wanted);
}

static inline void expect_between(const mag_value *value, double low, double high) {
    if (value->bounds.unknown != 0 || fabs(value->bounds.low - low) > 1e-9 ||
        fabs(value->bounds.high - high) > 1e-9)
        fail_msg("[%.10g, %.10g], wanted [%.10g, %.10g]", value->bounds.low, value->bounds.high,
                 low, high);
}

static inline bool has_note(const mag_value *value, mag_value_note note) {
    return (value->notes & mag_note_bit(note)) != 0;
}

static int begin(void **state) {
    (void)state;
    world_begin(&in);
    return 0;
}

static int end(void **state) {
    (void)state;
    mag_lab_room_done(&room, &in.account);
    world_end(&in);
    return 0;
}

#endif
