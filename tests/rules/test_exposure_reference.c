/* Exposures of every kind against a naive reference: rows are joined pair by pair until nothing
   joins any more, and every question is a loop over all rows. Times are hours before T, which is
   23:59 of a day. */
#include "world.h"

#include "cohort/builder.h"
#include "rules/operand_dose.h"

enum { ROWS_MAX = 6, HOUR = 60, DAY = 1440, ISSUE_GRACE = 28 * DAY, QUIET = 90 * DAY };

static world in;
static mag_drug_room room;

/* The group of the queries; MGIV stays in effect for 48 hours. */
static const mag_member members[] = {
    {MAG_CLASS_MGSUPP, 0}, {MAG_CLASS_MGLAX, 0}, {MAG_CLASS_MGIV, 48 * HOUR}};
enum { MEMBER_COUNT = 3, OTHER_CLASS = MEMBER_COUNT, CLASS_COUNT };
static const mag_class classes[CLASS_COUNT] = {MAG_CLASS_MGSUPP, MAG_CLASS_MGLAX, MAG_CLASS_MGIV,
                                               MAG_CLASS_LOOP};

typedef struct row {
    int of; /* index into classes */
    mag_rx_kind kind;
    long start, stop; /* minutes after T, mostly negative; stop is exclusive */
    int umol;
    int era; /* of the reference */
} row;

typedef struct chart {
    row rows[ROWS_MAX];
    int count;
    bool is_absence_known;
} chart;

/* --- patients -------------------------------------------------------------------------------- */

static void put_row(mag_cohort *cohort, const row *r, mag_minute as_of, uint64_t hash) {
    const mag_position nowhere = {UINT16_MAX, 0};
    mag_error err = {0};
    mag_exposure exposure = {.start = as_of + (mag_minute)r->start,
                             .stop = as_of + (mag_minute)r->stop,
                             .dose_lo_umol = r->umol,
                             .dose_hi_umol = r->umol,
                             .route = classes[r->of] == MAG_CLASS_MGIV ? MAG_ROUTE_PARENTERAL
                                                                       : MAG_ROUTE_ENTERAL,
                             .flags = (uint8_t)r->kind};
    assert_int_equal(mag_cohort_intern_class(cohort, (mag_class_set)1 << classes[r->of],
                                             &exposure.drug_id, &err),
                     MAG_OK);
    assert_int_equal(
        mag_cohort_put_exposure(cohort, mag_span_of("p"), &exposure, hash, nowhere, &err), MAG_OK);
}

static void make_patient(const chart *of) {
    const mag_position nowhere = {UINT16_MAX, 0};
    const mag_minute as_of = MAG_EXAMPLE_AS_OF * DAY + DAY - 1;
    const mag_cohort_settings settings = {
        .as_of_kind = MAG_AS_OF_FIXED,
        .as_of = as_of,
        .data_until = MAG_MINUTE_OPEN,
        .absence = of->is_absence_known ? MAG_ABSENCE_NONE : MAG_ABSENCE_OUTSIDE_STAYS,
        .account = &in.account};
    const mag_person person = {.id = mag_span_of("p"),
                               .sex = MAG_SEX_FEMALE,
                               .is_in_roster = true,
                               .has_birth = true,
                               .died = MAG_MINUTE_OPEN,
                               .observed_from = MAG_MINUTE_NONE,
                               .observed_until = MAG_MINUTE_OPEN};
    mag_error err = {0};
    mag_cohort_free(in.cohort);
    assert_int_equal(mag_cohort_new(&in.cohort, in.book, &settings, &err), MAG_OK);
    mag_cohort_declare_table(in.cohort, MAG_TABLE_PATIENTS);
    mag_cohort_declare_table(in.cohort, MAG_TABLE_PRESCRIPTIONS);
    if (!of->is_absence_known)
        mag_cohort_declare_table(in.cohort, MAG_TABLE_STAYS);
    assert_int_equal(mag_cohort_put_person(in.cohort, &person, nowhere, &err), MAG_OK);
    for (int i = 0; i < of->count; i++)
        put_row(in.cohort, &of->rows[i], as_of, (uint64_t)i + 1);
    for (unsigned i = 0; i < MAG_PARTITION_COUNT; i++)
        assert_int_equal(mag_cohort_settle(in.cohort, i, &err), MAG_OK);
    assert_int_equal(mag_cohort_settle_all(in.cohort, &err), MAG_OK);
    assert_true(mag_timeline_find(in.cohort, mag_span_of("p"), &in.patient));
}

static uint64_t seed = 521288629u;

static int upto(int count) { /* 0 .. count - 1 */
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (int)((seed >> 11) % (uint64_t)count);
}

/* Gaps of 0, 1, 24, 25, 48, 49 hours and 27 to 29 days are frequent. */
static chart some_chart(void) {
    static const int lengths[] = {0, 1, 10, 24, 100, 24 * 28, 24 * 40};
    static const int gaps[] = {-30, 0,       1,       24,          25,      48,
                               49,  24 * 27, 24 * 28, 24 * 28 + 1, 24 * 90, 24 * 91};
    chart made = {.count = upto(ROWS_MAX + 1), .is_absence_known = upto(4) != 0};
    long at = -(long)HOUR * (24 * upto(150) + upto(24));
    for (int i = 0; i < made.count; i++) {
        row *r = &made.rows[i];
        *r = (row){.of = upto(CLASS_COUNT), .kind = (mag_rx_kind)upto(3), .umol = 1 << i};
        r->start = at;
        r->stop = at + (long)HOUR * lengths[upto(sizeof lengths / sizeof lengths[0])];
        at = r->stop + (long)HOUR * gaps[upto(sizeof gaps / sizeof gaps[0])];
    }
    return made;
}

/* --- the reference --------------------------------------------------------------------------- */

static long longer(long a, long b) {
    return a > b ? a : b;
}

/* A row without length counts at its moment. */
static long end_of(const row *r) {
    return r->stop > r->start ? r->stop : r->start + 1;
}

static long extra_of(const row *r) {
    return members[r->of].extra_minutes;
}

static long effect_of(const row *r) {
    return end_of(r) + longer(r->kind == MAG_RX_ISSUE ? ISSUE_GRACE : 0, extra_of(r));
}

static bool joins(const row *before, const row *after) {
    const long gap = before->kind == MAG_RX_ISSUE ? ISSUE_GRACE : DAY;
    return before->start <= after->start &&
           after->start <= end_of(before) + longer(gap, extra_of(before));
}

/* Rows of the group that T sees, each with the number of its era. */
static chart joined(const chart *of, int first_class, int last_class) {
    chart kept = {.is_absence_known = of->is_absence_known};
    for (int i = 0; i < of->count; i++) {
        const row *r = &of->rows[i];
        if (r->of >= first_class && r->of <= last_class && r->start <= 0) {
            kept.rows[kept.count] = *r;
            kept.rows[kept.count].era = kept.count;
            kept.count++;
        }
    }
    for (bool is_changed = true; is_changed;) {
        is_changed = false;
        for (int i = 0; i < kept.count; i++)
            for (int k = 0; k < kept.count; k++)
                if (kept.rows[i].era != kept.rows[k].era && joins(&kept.rows[i], &kept.rows[k])) {
                    const int from = kept.rows[i].era, to = kept.rows[k].era;
                    for (int n = 0; n < kept.count; n++)
                        if (kept.rows[n].era == from)
                            kept.rows[n].era = to;
                    is_changed = true;
                }
    }
    return kept;
}

typedef struct era {
    bool is_real;
    long start, stop, effect;
} era;

static era era_of(const chart *rows, int number) {
    era found = {.is_real = false};
    for (int i = 0; i < rows->count; i++) {
        const row *r = &rows->rows[i];
        if (r->era != number)
            continue;
        found.start = !found.is_real || r->start < found.start ? r->start : found.start;
        found.stop = found.is_real ? longer(found.stop, end_of(r)) : end_of(r);
        found.effect = found.is_real ? longer(found.effect, effect_of(r)) : effect_of(r);
        found.is_real = true;
    }
    return found;
}

/* The era in effect at T that began first. */
static era current_of(const chart *rows) {
    era current = {.is_real = false};
    for (int n = 0; n < ROWS_MAX; n++) {
        const era one = era_of(rows, n);
        if (one.is_real && one.effect > 0 && (!current.is_real || one.start < current.start))
            current = one;
    }
    return current;
}

/* Of a product, the rows that run count (of issues not those that a later row continues); if none
   runs, the newest of its rows that are in effect: a later one that is over stands for nothing. */
static long dose_of(const chart *rows) {
    long umol = 0;
    for (int i = 0; i < rows->count; i++) {
        const row *r = &rows->rows[i];
        const bool runs = end_of(r) > 0;
        bool counts = effect_of(r) > 0;
        for (int k = 0; k < rows->count; k++) {
            const row *other = &rows->rows[k];
            const bool is_later = other->start > r->start, other_runs = end_of(other) > 0;
            if (other->of != r->of)
                continue;
            if (runs && r->kind == MAG_RX_ISSUE && other_runs && is_later)
                counts = false;
            if (!runs && (other_runs || (is_later && effect_of(other) > 0)))
                counts = false;
        }
        umol += counts ? r->umol : 0;
    }
    return umol;
}

/* --- comparing ------------------------------------------------------------------------------- */

static mag_drug_query query_of(const mag_member *of, size_t count) {
    mag_error err = {0};
    assert_int_equal(mag_drug_room_reserve(&room, &in.account, &in.patient, &err), MAG_OK);
    return (mag_drug_query){
        .patient = &in.patient, .members = of, .member_count = count, .room = &room};
}

static long day_of(long minutes_after_t) {
    return (minutes_after_t + DAY - 1 - (minutes_after_t + DAY - 1 < 0 ? DAY - 1 : 0)) / DAY;
}

static void expect_truth(const char *what, int round, mag_truth got, bool wanted, bool is_known) {
    const mag_truth_value is = wanted ? MAG_TRUE : is_known ? MAG_FALSE : MAG_UNDECIDED;
    if (got.is != is)
        fail_msg("round %d: %s is %d, wanted %d", round, what, got.is, is);
    assert_int_equal(got.reasons,
                     is == MAG_UNDECIDED ? mag_unknown_bit(MAG_UNKNOWN_UNOBSERVABLE) : 0);
}

static void expect_now(const chart *rows, int round, const mag_drug_query *query) {
    const era current = current_of(rows);
    expect_truth("active", round, mag_drug_active(query).truth, current.is_real,
                 rows->is_absence_known);
    const mag_value days = mag_drug_days_on(query), dose = mag_drug_dose(query);
    const mag_value start = mag_drug_start(query);
    if (!current.is_real) {
        assert_int_equal(days.bounds.unknown != 0, !rows->is_absence_known);
        assert_true(start.bounds.unknown != 0);
        return;
    }
    if ((long)days.bounds.low != -day_of(current.start))
        fail_msg("round %d: %.0f days, wanted %ld", round, days.bounds.low, -day_of(current.start));
    if (start.at != in.patient.as_of + current.start)
        fail_msg("round %d: another start", round);
    if ((long)dose.bounds.low != dose_of(rows) || (long)dose.bounds.high != dose_of(rows))
        fail_msg("round %d: dose %.0f, wanted %ld", round, dose.bounds.low, dose_of(rows));
}

static void expect_period(const chart *rows, int round, const mag_drug_query *query) {
    static const int windows[] = {0, 1, 14, 28, 90, 200};
    for (size_t w = 0; w < sizeof windows / sizeof windows[0]; w++) {
        const mag_period period = world_days(&in, windows[w]);
        const long from = -(long)DAY * windows[w] - (DAY - 1);
        bool is_exposed = false, has_started = false;
        for (int n = 0; n < ROWS_MAX; n++) {
            const era one = era_of(rows, n);
            bool is_new = one.is_real && one.start >= from;
            for (int k = 0; k < ROWS_MAX; k++) {
                const era other = era_of(rows, k);
                if (other.is_real && other.start < one.start && other.stop > one.start - QUIET)
                    is_new = false;
            }
            is_exposed |= one.is_real && one.effect > from;
            has_started |= is_new;
        }
        expect_truth("exposed", round, mag_drug_exposed(query, &period).truth, is_exposed,
                     rows->is_absence_known);
        expect_truth("started", round, mag_drug_started(query, &period).truth, has_started,
                     rows->is_absence_known);
    }
}

static void expect_last_stop(const chart *rows, int round, const mag_drug_query *query) {
    long newest = 1;
    for (int n = 0; n < ROWS_MAX; n++) {
        const era one = era_of(rows, n);
        if (one.is_real && one.stop <= 0 && (newest > 0 || one.stop > newest))
            newest = one.stop;
    }
    const mag_value stop = mag_drug_stop(query);
    if (newest > 0 ? stop.bounds.unknown == 0 : stop.at != in.patient.as_of + newest)
        fail_msg("round %d: another stop, wanted %ld", round, newest);
}

static void exposures_of_every_kind_agree_with_the_reference(void **state) {
    (void)state;
    size_t active_count = 0, open_count = 0;
    for (int round = 0; round < 3000; round++) {
        const chart of = some_chart();
        make_patient(&of);
        const chart rows = joined(&of, 0, MEMBER_COUNT - 1);
        const mag_drug_query query = query_of(members, MEMBER_COUNT);
        expect_now(&rows, round, &query);
        expect_period(&rows, round, &query);
        expect_last_stop(&rows, round, &query);
        int singly = 0;
        for (int c = 0; c < MEMBER_COUNT; c++) {
            const chart alone = joined(&of, c, c);
            singly += current_of(&alone).is_real;
        }
        const mag_value count = mag_drug_count_active(&query);
        assert_int_equal((int)count.bounds.low, singly);
        assert_int_equal((int)count.bounds.high, of.is_absence_known ? singly : MEMBER_COUNT);
        active_count += current_of(&rows).is_real;
        open_count += !of.is_absence_known;
    }
    assert_in_range(active_count, 500, 2500);
    assert_in_range(open_count, 300, 1500);
}

/* --- grace, to the minute -------------------------------------------------------------------- */

static void each_kind_stays_in_effect_for_its_own_time(void **state) {
    (void)state;
    const struct {
        int of;
        mag_rx_kind kind;
        long stop;
        bool is_active;
    } rows[] = {
        {0, MAG_RX_ORDER, 1, true},
        {0, MAG_RX_ORDER, 0, false}, /* stop is exclusive */
        {0, MAG_RX_ADMINISTRATION, 0, false},
        {0, MAG_RX_ISSUE, -ISSUE_GRACE + 1, true},
        {0, MAG_RX_ISSUE, -ISSUE_GRACE, false},
        {2, MAG_RX_ORDER, -48 * HOUR + 1, true},
        {2, MAG_RX_ORDER, -48 * HOUR, false},
        {2, MAG_RX_ISSUE, -ISSUE_GRACE + 1, true}, /* the longer of the two */
        {2, MAG_RX_ADMINISTRATION, -48 * HOUR + 1, true},
        {OTHER_CLASS, MAG_RX_ORDER, 1, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const chart of = {.rows = {{.of = rows[i].of,
                                    .kind = rows[i].kind,
                                    .start = -60 * DAY,
                                    .stop = rows[i].stop}},
                          .count = 1,
                          .is_absence_known = true};
        make_patient(&of);
        const mag_drug_query query = query_of(members, MEMBER_COUNT);
        const bool is_active = mag_drug_active(&query).truth.is == MAG_TRUE;
        if (is_active != rows[i].is_active)
            fail_msg("row %zu: %d", i, is_active);
    }
}

static void an_order_without_length_counts_at_its_moment(void **state) {
    (void)state;
    for (long start = -1; start <= 0; start++) {
        const chart of = {.rows = {{.kind = MAG_RX_ORDER, .start = start, .stop = start}},
                          .count = 1,
                          .is_absence_known = true};
        make_patient(&of);
        const mag_drug_query query = query_of(members, MEMBER_COUNT);
        const mag_period today = world_days(&in, 0);
        assert_int_equal(mag_drug_active(&query).truth.is, start == 0 ? MAG_TRUE : MAG_FALSE);
        assert_int_equal(mag_drug_exposed(&query, &today).truth.is, MAG_TRUE);
    }
}

static void courses_against_h_pylori_never_join(void **state) {
    (void)state;
    static const mag_member ppi[] = {{MAG_CLASS_PPI, 0}};
    const struct {
        const char *lines;
        int days_on;
    } rows[] = {
        {"drug \"omeprazole\" since 40 days ago until 21 days ago; drug \"omeprazole\" since 20 "
         "days ago",
         40},
        {"drug \"Prevpac\" since 40 days ago until 21 days ago; drug \"Prevpac\" since 20 days ago",
         20},
        {"drug \"omeprazole\" since 40 days ago until 21 days ago; drug \"Prevpac\" since 20 days "
         "ago",
         20},
        {"drug \"Prevpac\" since 40 days ago; drug \"omeprazole\" since 20 days ago", 40},
        {"drug \"omeprazole\" since 40 days ago; drug \"Prevpac\" since 20 days ago", 40},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        world_say(&in, "%s", rows[i].lines);
        const mag_drug_query query = query_of(ppi, 1);
        const int days = (int)mag_drug_days_on(&query).bounds.low;
        if (days != rows[i].days_on)
            fail_msg("%s: %d days, wanted %d", rows[i].lines, days, rows[i].days_on);
    }
}

static int open_world(void **state) {
    (void)state;
    world_begin(&in);
    WORLD(&in, "female 50 y");
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
        cmocka_unit_test(exposures_of_every_kind_agree_with_the_reference),
        cmocka_unit_test(each_kind_stays_in_effect_for_its_own_time),
        cmocka_unit_test(an_order_without_length_counts_at_its_moment),
        cmocka_unit_test(courses_against_h_pylori_never_join),
    };
    return cmocka_run_group_tests(tests, open_world, close_world);
}
