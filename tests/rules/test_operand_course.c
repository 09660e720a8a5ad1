/* How long exposures have been going on. */
#include "drug_world.h"

#include "rules/operand_course.h"

static drug_world at;

static const mag_member ppi[] = {{MAG_CLASS_PPI, 0}};

static void continuous_needs_an_era_over_all_of_the_time(void **state) {
    (void)state;
    const struct {
        const char *lines;
        int days, gap_days; /* -1: that of the kind */
        int start;          /* days ago; -1: false */
    } rows[] = {
        {"PPI since 90 days ago", 90, -1, 90},
        {"PPI since 89 days ago", 90, -1, -1},
        {"PPI since 200 days ago until 0 days ago", 90, -1, 200},
        {"PPI since 200 days ago until 1 days ago", 90, -1, -1}, /* an order has no grace */
        {"PPI since 200 days ago until 1 days ago", 90, 60, -1}, /* nor a gap at its end */
        /* a day between two orders joins; two do not, but for the gap */
        {"PPI since 200 days ago until 52 days ago; PPI since 50 days ago", 90, -1, 200},
        {"PPI since 200 days ago until 53 days ago; PPI since 50 days ago", 90, -1, -1},
        {"PPI since 200 days ago until 53 days ago; PPI since 50 days ago", 90, 2, 200},
        {"PPI since 200 days ago until 111 days ago; PPI since 50 days ago", 90, 60, 200},
        {"PPI since 200 days ago until 112 days ago; PPI since 50 days ago", 90, 60, -1},
        {"drug \"Prevpac\" since 200 days ago until 60 days ago; drug \"Prevpac\" since 59 days "
         "ago",
         90, 60, -1},
        {"LOOP since 200 days ago", 90, 60, -1},
        /* packs do not join: of those in effect the earliest that has gone on so long */
        {"drug \"omeprazole\" since 200 days ago; drug \"Prevpac\" since 300 days ago", 90, -1,
         300},
        {"drug \"omeprazole\" since 200 days ago; drug \"Prevpac\" since 150 days ago", 90, -1,
         200},
        {"drug \"omeprazole\" since 80 days ago; drug \"Prevpac\" since 150 days ago", 90, -1, 150},
        {"drug \"omeprazole\" since 300 days ago until 200 days ago; drug \"Prevpac\" since "
         "150 days ago",
         90, -1, 150},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        world_say(&at.in, "%s", rows[i].lines);
        const mag_drug_query query = drug_query(&at, ppi, 1);
        const mag_value value =
            mag_drug_continuous(&query, (mag_length){rows[i].days, false},
                                rows[i].gap_days < 0 ? MAG_GAP_OF_KIND : rows[i].gap_days * 1440);
        const int start = value.truth.is == MAG_TRUE ? days_ago(&at, value.at) : -1;
        if (start != rows[i].start || value.truth.is == MAG_UNDECIDED)
            fail_msg("%s: %d", rows[i].lines, start);
    }
}

static void continuous_is_unknown_where_absence_is(void **state) {
    (void)state;
    const mag_length quarter = {90, false};
    WORLD(&at.in, "outside stays", "PPI since 20 days ago");
    mag_drug_query query = drug_query(&at, ppi, 1);
    assert_int_equal(mag_drug_continuous(&query, quarter, MAG_GAP_OF_KIND).truth.reasons,
                     mag_unknown_bit(MAG_UNKNOWN_UNOBSERVABLE));
    WORLD(&at.in, "outside stays", "PPI since 90 days ago");
    query = drug_query(&at, ppi, 1);
    assert_int_equal(mag_drug_continuous(&query, quarter, MAG_GAP_OF_KIND).truth.is, MAG_TRUE);
    WORLD(&at.in, "no prescriptions source");
    query = drug_query(&at, ppi, 1);
    assert_int_equal(mag_drug_continuous(&query, quarter, MAG_GAP_OF_KIND).truth.reasons,
                     mag_unknown_bit(MAG_UNKNOWN_NO_SOURCE));
}

static void an_order_without_a_stop_has_no_planned_length(void **state) {
    (void)state;
    WORLD(&at.in, "PPI since 13 days ago");
    mag_exposure open = at.in.patient.exposures[0];
    open.flags |= MAG_EXPOSURE_OPEN;
    open.stop = open.start + MAG_OPEN_ORDER_DAYS * 1440;
    at.in.patient.exposures = &open;
    const mag_period period = world_days(&at.in, 14);
    const mag_drug_query query = drug_query(&at, ppi, 1);
    const mag_value course = mag_drug_course(&query, &period);
    const mag_bounds shorter = mag_bounds_exact(13), longer = mag_bounds_exact(14);
    assert_int_equal(mag_bounds_compare(&course.bounds, MAG_IS_ABOVE, &shorter).is, MAG_TRUE);
    assert_int_equal(mag_bounds_compare(&course.bounds, MAG_IS_AT_MOST, &longer).reasons,
                     mag_unknown_bit(MAG_UNKNOWN_MISSING));
    assert_int_equal(course.notes, mag_note_bit(MAG_VALUE_NOTE_OPEN_ORDER));
}

static int open_world(void **state) {
    (void)state;
    world_begin(&at.in);
    return 0;
}

static int close_world(void **state) {
    (void)state;
    drug_world_end(&at);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(continuous_needs_an_era_over_all_of_the_time),
        cmocka_unit_test(continuous_is_unknown_where_absence_is),
        cmocka_unit_test(an_order_without_a_stop_has_no_planned_length),
    };
    return cmocka_run_group_tests(tests, open_world, close_world);
}
