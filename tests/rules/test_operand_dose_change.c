/* When the dose of a group changed. */
#include "drug_world.h"

#include "rules/operand_dose.h"

static drug_world at;

/* The newest change by `percent` in the last 90 days: its day, -1 for none, -2 for unknown. */
static int changed(double percent, mag_direction direction) {
    const mag_drug_query query = drug_query_mgsys(&at);
    const mag_period period = world_days(&at.in, 90);
    const mag_value value =
        mag_drug_dose_change(&query, &period, (mag_dose_step){percent, direction});
    if (value.truth.is == MAG_TRUE) {
        assert_int_equal(value.bounds.unknown, 0);
        assert_true(value.is_date_only);
        return days_ago(&at, value.at);
    }
    assert_int_not_equal(value.bounds.unknown, 0); /* no moment to hang a window on */
    return value.truth.is == MAG_FALSE ? -1 : -2;
}

static void a_lasting_change_counts_from_the_day_of_the_new_dose(void **state) {
    (void)state;
    const struct {
        const char *lines;
        int either, up, down; /* by 25 % */
    } rows[] = {
        {"MGSUPP 10 mmol since 60 days ago", -1, -1, -1},
        {"MGSUPP 10 mmol since 60 days ago until 31 days ago; MGSUPP 15 mmol since 30 days ago", 30,
         30, -1},
        {"MGSUPP 15 mmol since 60 days ago until 31 days ago; MGSUPP 10 mmol since 30 days ago", 30,
         -1, 30},
        /* exactly 25 %, and a little less */
        {"MGSUPP 10 mmol since 60 days ago until 31 days ago; MGSUPP 12.5 mmol since 30 days ago",
         30, 30, -1},
        {"MGSUPP 10 mmol since 60 days ago until 31 days ago; MGSUPP 12.4 mmol since 30 days ago",
         -1, -1, -1},
        {"MGSUPP 10 mmol since 60 days ago until 31 days ago; MGSUPP 7.5 mmol since 30 days ago",
         30, -1, 30},
        {"MGSUPP 10 mmol since 60 days ago until 31 days ago; MGSUPP 7.6 mmol since 30 days ago",
         -1, -1, -1},
        /* an order on the last day of the one before is no double dose; nor is a day off a stop */
        {"MGSUPP 10 mmol since 60 days ago until 30 days ago; MGSUPP 10 mmol since 30 days ago", -1,
         -1, -1},
        {"MGSUPP 10 mmol since 60 days ago until 30 days ago; MGSUPP 15 mmol since 30 days ago", 30,
         30, -1},
        {"MGSUPP 10 mmol since 60 days ago until 32 days ago; MGSUPP 10 mmol since 30 days ago", -1,
         -1, -1},
        {"MGSUPP 10 mmol since 60 days ago until 32 days ago; MGSUPP 15 mmol since 30 days ago", 30,
         30, -1},
        /* after a pause it counts from the day on which the next began; after 90 days it is a start
         */
        {"MGSUPP 10 mmol since 60 days ago until 33 days ago; MGSUPP 15 mmol since 30 days ago", 30,
         30, -1},
        {"MGSUPP 10 mmol since 60 days ago until 33 days ago; MGSUPP 10 mmol since 30 days ago", -1,
         -1, -1},
        {"MGSUPP 10 mmol since 160 days ago until 120 days ago; MGSUPP 5 mmol since 30 days ago",
         30, -1, 30},
        {"MGSUPP 10 mmol since 160 days ago until 121 days ago; MGSUPP 5 mmol since 30 days ago",
         -1, -1, -1},
        /* another product joins, and leaves */
        {"MGSUPP 10 mmol since 60 days ago; MGLAX 10 mmol since 20 days ago until 11 days ago", 10,
         20, 10},
        {"MGSUPP 10 mmol since 60 days ago; MGLAX 10 mmol since 20 days ago until 20 days ago", -1,
         -1, -1},
        /* the newest of two; both outside the window */
        {"MGSUPP 10 mmol since 60 days ago until 41 days ago; MGSUPP 20 mmol since 40 days ago "
         "until 21 days ago; MGSUPP 40 mmol since 20 days ago",
         20, 20, -1},
        {"MGSUPP 10 mmol since 160 days ago until 91 days ago; MGSUPP 20 mmol since 90 days ago",
         90, 90, -1},
        {"MGSUPP 10 mmol since 160 days ago until 92 days ago; MGSUPP 20 mmol since 91 days ago",
         -1, -1, -1},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        world_say(&at.in, "%s", rows[i].lines);
        const int either = changed(25, MAG_EITHER_WAY), up = changed(25, MAG_UPWARDS),
                  down = changed(25, MAG_DOWNWARDS);
        if (either != rows[i].either || up != rows[i].up || down != rows[i].down)
            fail_msg("%s: %d, up %d, down %d", rows[i].lines, either, up, down);
    }
}

static void doses_that_nobody_knows_may_have_changed(void **state) {
    (void)state;
    const struct {
        const char *lines;
        int either;
    } rows[] = {
        {"MGSUPP since 60 days ago", -1}, /* one order: the same dose all the time */
        {"MGSUPP since 60 days ago until 31 days ago; MGSUPP since 30 days ago", -2},
        {"MGSUPP 10 mmol since 60 days ago until 31 days ago; MGSUPP since 30 days ago", -2},
        {"MGSUPP since 60 days ago until 31 days ago; MGSUPP since 30 days ago; outside stays", -2},
        {"MGSUPP 10 mmol since 60 days ago; outside stays", -2},
        {"outside stays", -2},
        {"no prescriptions source", -2},
        {"female 50 y", -1},
        /* a known change is true whatever another one may have been */
        {"MGSUPP since 60 days ago until 41 days ago; MGSUPP 10 mmol since 40 days ago until 21 "
         "days ago; MGSUPP 20 mmol since 20 days ago",
         20},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        world_say(&at.in, "%s", rows[i].lines);
        const int either = changed(25, MAG_EITHER_WAY);
        if (either != rows[i].either)
            fail_msg("%s: %d", rows[i].lines, either);
    }
}

/* 500 mg of magnesium oxide is 12.4 mmol as salt, 20.6 mmol if it is elemental: twice as many
   tablets are twice the dose either way, but a tablet of another make may be anything. */
static void an_unclear_basis_is_the_same_before_and_after(void **state) {
    (void)state;
#define OXIDE(make, times, since)                                                                  \
    "drug \"Magnesium oxide 500 mg " make "\" 1 TAB " times " times a day since " since
    world_say(&at.in, OXIDE("tablet", "1", "60 days ago until 41 days ago; ")
                          OXIDE("tablet", "2", "40 days ago"));
    assert_int_equal(changed(75, MAG_UPWARDS), 40);
    world_say(&at.in, OXIDE("tablet", "1", "60 days ago until 41 days ago; ")
                          OXIDE("tablet", "1", "40 days ago"));
    assert_int_equal(changed(5, MAG_EITHER_WAY), -1);
    world_say(&at.in, OXIDE("tablet", "1", "60 days ago until 41 days ago; ")
                          OXIDE("tablets", "2", "40 days ago"));
    assert_int_equal(changed(75, MAG_UPWARDS), -2);
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
        cmocka_unit_test(a_lasting_change_counts_from_the_day_of_the_new_dose),
        cmocka_unit_test(doses_that_nobody_knows_may_have_changed),
        cmocka_unit_test(an_unclear_basis_is_the_same_before_and_after),
    };
    return cmocka_run_group_tests(tests, open_world, close_world);
}
