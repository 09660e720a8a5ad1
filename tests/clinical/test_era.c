#include "vectors.h"

#include "clinical/era.h"

enum { DAY = MAG_MINUTES_PER_DAY, HOUR = 60 };

static mag_interval order(mag_minute start, mag_minute stop) {
    return (mag_interval){start, stop, MAG_RX_ORDER, 0};
}

static mag_interval issue(mag_minute start, mag_minute stop) {
    return (mag_interval){start, stop, MAG_RX_ISSUE, 0};
}

static void orders_join_over_a_gap_of_one_day_and_no_more(void **state) {
    (void)state;
    mag_era eras[2];
    mag_interval at_one_day[] = {order(0, DAY), order(2 * DAY, 3 * DAY)};
    assert_int_equal(mag_eras_join(at_one_day, 2, eras), 1);
    assert_int_equal(eras[0].start, 0);
    assert_int_equal(eras[0].stop, 3 * DAY);
    assert_int_equal(eras[0].active_stop, 3 * DAY);
    mag_interval a_minute_more[] = {order(0, DAY), order(2 * DAY + 1, 3 * DAY)};
    assert_int_equal(mag_eras_join(a_minute_more, 2, eras), 2);
    assert_int_equal(eras[0].stop, DAY);
    assert_int_equal(eras[1].start, 2 * DAY + 1);
}

static void issues_join_and_stay_active_for_their_grace(void **state) {
    (void)state;
    mag_era eras[2];
    mag_interval within[] = {issue(0, 28 * DAY), issue(56 * DAY, 84 * DAY)};
    assert_int_equal(mag_eras_join(within, 2, eras), 1);
    assert_int_equal(eras[0].stop, 84 * DAY);
    assert_int_equal(eras[0].active_stop, 112 * DAY);
    mag_interval beyond[] = {issue(0, 28 * DAY), issue(56 * DAY + 1, 84 * DAY)};
    assert_int_equal(mag_eras_join(beyond, 2, eras), 2);
    assert_int_equal(eras[0].active_stop, 56 * DAY);
}

static void the_gap_belongs_to_what_went_before_it(void **state) {
    (void)state;
    mag_era eras[2];
    mag_interval order_first[] = {order(0, DAY), issue(5 * DAY, 33 * DAY)};
    assert_int_equal(mag_eras_join(order_first, 2, eras), 2);
    mag_interval issue_first[] = {issue(0, 28 * DAY), order(33 * DAY, 34 * DAY)};
    assert_int_equal(mag_eras_join(issue_first, 2, eras), 1);
    assert_int_equal(eras[0].active_stop, 56 * DAY);
}

static void a_long_interval_reaches_over_short_ones(void **state) {
    (void)state;
    mag_era eras[3];
    mag_interval rows[] = {order(0, 30 * DAY), order(DAY, 2 * DAY), order(31 * DAY, 32 * DAY)};
    assert_int_equal(mag_eras_join(rows, 3, eras), 1);
    assert_int_equal(eras[0].stop, 32 * DAY);
}

static void extra_minutes_extend_being_active_and_join(void **state) {
    (void)state;
    mag_era eras[2];
    mag_interval infusion = {0, 4 * HOUR, MAG_RX_ORDER, 48 * HOUR};
    assert_int_equal(mag_eras_join(&infusion, 1, eras), 1);
    assert_int_equal(eras[0].stop, 4 * HOUR);
    assert_int_equal(eras[0].active_stop, 52 * HOUR);
    mag_interval then_tablets[] = {infusion, order(52 * HOUR, 80 * HOUR)};
    assert_int_equal(mag_eras_join(then_tablets, 2, eras), 1);
    mag_interval later_tablets[] = {infusion, order(52 * HOUR + 1, 80 * HOUR)};
    assert_int_equal(mag_eras_join(later_tablets, 2, eras), 2);
}

static void open_ends_do_not_overflow(void **state) {
    (void)state;
    mag_era eras[2];
    mag_interval rows[] = {issue(INT32_MIN + 1, MAG_MINUTE_OPEN),
                           {0, MAG_MINUTE_OPEN - 5, MAG_RX_ORDER, 48 * HOUR}};
    assert_int_equal(mag_eras_join(rows, 2, eras), 1);
    assert_int_equal(eras[0].stop, MAG_MINUTE_OPEN);
    assert_int_equal(eras[0].active_stop, MAG_MINUTE_OPEN);
    assert_int_equal(mag_eras_join_gap(rows, 2, 100000 * DAY, eras), 1);
}

static void nothing_gives_no_era(void **state) {
    (void)state;
    mag_era eras[1];
    assert_int_equal(mag_eras_join(NULL, 0, eras), 0);
}

static void one_gap_for_all_kinds_replaces_theirs(void **state) {
    (void)state;
    mag_era eras[2];
    mag_interval rows[] = {issue(0, 28 * DAY), issue(35 * DAY, 63 * DAY)};
    assert_int_equal(mag_eras_join_gap(rows, 2, 7 * DAY, eras), 1);
    assert_int_equal(mag_eras_join_gap(rows, 2, 6 * DAY, eras), 2);
    mag_interval orders[] = {order(0, DAY), order(15 * DAY, 16 * DAY)};
    assert_int_equal(mag_eras_join_gap(orders, 2, 14 * DAY, eras), 1);
    assert_int_equal(mag_eras_join_gap(orders, 2, 0, eras), 2);
}

/* --- against a reference that knows only minutes
 * --------------------------------------------------- */

enum { SPAN = 130 * DAY / 10, UNIT = 10, MAX_ROWS = 8 }; /* slots of 10 minutes over 130 days */

static unsigned random_below(unsigned *seed, unsigned limit) {
    *seed = *seed * 1664525u + 1013904223u;
    return (*seed >> 8) % limit;
}

static int by_start_then_stop(const void *a, const void *b) {
    const mag_interval *left = a, *right = b;
    if (left->start != right->start)
        return left->start < right->start ? -1 : 1;
    return (left->stop > right->stop) - (left->stop < right->stop);
}

static mag_minute max_of(mag_minute a, mag_minute b) {
    return a > b ? a : b;
}

/* Marks every slot from which a start would join, and reads eras off as runs of marks. */
static size_t reference_join(const mag_interval *rows, size_t count, int gap_days, mag_era *out) {
    static unsigned char slots[SPAN + 1];
    memset(slots, 0, sizeof slots);
    for (size_t i = 0; i < count; i++) {
        int days = gap_days >= 0 ? gap_days : rows[i].kind == MAG_RX_ISSUE ? 28 : 1;
        mag_minute reach = max_of(rows[i].stop + days * DAY, rows[i].stop + rows[i].extra_minutes);
        for (mag_minute t = rows[i].start; t <= reach && t / UNIT < SPAN; t += UNIT)
            slots[t / UNIT] = 1;
    }
    size_t eras = 0;
    for (int slot = 0; slot < SPAN; slot++) {
        if (!slots[slot] || (slot > 0 && slots[slot - 1]))
            continue;
        int end = slot;
        while (end < SPAN && slots[end])
            end++;
        mag_era era = {.start = slot * UNIT, .stop = 0, .active_stop = 0};
        for (size_t i = 0; i < count; i++) {
            if (rows[i].start < slot * UNIT || rows[i].start >= end * UNIT)
                continue;
            bool is_issue = rows[i].kind == MAG_RX_ISSUE;
            era.stop = max_of(era.stop, rows[i].stop);
            int grace = !is_issue ? 0 : gap_days >= 0 ? gap_days : 28;
            era.active_stop = max_of(era.active_stop, rows[i].stop + grace * DAY);
            era.active_stop = max_of(era.active_stop, rows[i].stop + rows[i].extra_minutes);
        }
        out[eras++] = era;
    }
    return eras;
}

static void eras_equal_those_of_a_slot_by_slot_reference(void **state) {
    (void)state;
    unsigned seed = 20240630;
    size_t era_count = 0;
    enum { TRIALS = 2000 };
    for (int trial = 0; trial < TRIALS; trial++) {
        mag_interval rows[MAX_ROWS];
        size_t count = 1 + random_below(&seed, MAX_ROWS);
        for (size_t i = 0; i < count; i++) {
            /* starts in even slots, stops inside even slots: an odd slot parts eras that do not
             * join */
            rows[i].start = (mag_minute)random_below(&seed, 60 * DAY / UNIT / 2) * 2 * UNIT;
            rows[i].stop = rows[i].start + (mag_minute)random_below(&seed, 250) * 2 * UNIT + 5;
            rows[i].kind = (mag_rx_kind)random_below(&seed, 3);
            rows[i].extra_minutes = random_below(&seed, 4) ? 0 : 48 * HOUR;
        }
        qsort(rows, count, sizeof rows[0], by_start_then_stop);
        mag_era eras[MAX_ROWS], expected[MAX_ROWS];
        int gap = trial % 2 ? -1 : (int)random_below(&seed, 10);
        size_t n = gap < 0 ? mag_eras_join(rows, count, eras)
                           : mag_eras_join_gap(rows, count, gap * DAY, eras);
        size_t wanted = reference_join(rows, count, gap, expected);
        assert_int_equal(n, wanted);
        for (size_t i = 0; i < n; i++) {
            assert_int_equal(eras[i].start, expected[i].start);
            assert_int_equal(eras[i].stop, expected[i].stop);
            assert_int_equal(eras[i].active_stop, expected[i].active_stop);
        }
        era_count += n;
    }
    print_message("%d trials, %zu eras\n", TRIALS, era_count);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(orders_join_over_a_gap_of_one_day_and_no_more),
        cmocka_unit_test(issues_join_and_stay_active_for_their_grace),
        cmocka_unit_test(the_gap_belongs_to_what_went_before_it),
        cmocka_unit_test(a_long_interval_reaches_over_short_ones),
        cmocka_unit_test(extra_minutes_extend_being_active_and_join),
        cmocka_unit_test(open_ends_do_not_overflow),
        cmocka_unit_test(nothing_gives_no_era),
        cmocka_unit_test(one_gap_for_all_kinds_replaces_theirs),
        cmocka_unit_test(eras_equal_those_of_a_slot_by_slot_reference),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
