/* Operands about results against naive references: intervals by picking points out of them, the
   order of records by loops over everything. Values lie on a fine grid of whole steps, so that the
   reference computes with whole numbers only. */
#include "world.h"

#include "rules/operand_lab.h"

#include <stdlib.h>

static world in;

static mag_lab_query ask(mag_analyte analyte, mag_period period, mag_worse worse) {
    return (mag_lab_query){
        .patient = &in.patient, .analyte = analyte, .period = period, .worse = worse};
}

/* --- comparators against limits -------------------------------------------------------------- */

/* A tenth of a printed step is the finest that can tell an open end from a closed one. */
enum { STEP = 10, GRID_END = 4000 };

static bool relation_holds(long value, mag_relation relation, long limit) {
    switch (relation) {
    case MAG_IS_BELOW:
        return value < limit;
    case MAG_IS_AT_MOST:
        return value <= limit;
    case MAG_IS_ABOVE:
        return value > limit;
    case MAG_IS_AT_LEAST:
        return value >= limit;
    case MAG_IS_EQUAL:
    case MAG_IS_NOT_EQUAL:
        break;
    }
    fail_msg("results are compared with < <= > >= only");
    return false;
}

static bool comparator_admits(const char *comparator, long value, long printed) {
    if (strcmp(comparator, "<") == 0)
        return value < printed;
    if (strcmp(comparator, "<=") == 0)
        return value <= printed;
    if (strcmp(comparator, ">") == 0)
        return value > printed;
    if (strcmp(comparator, ">=") == 0)
        return value >= printed;
    return value == printed;
}

/* Every point that the printed result admits is asked. */
static mag_truth_value by_points(const char *comparator, long printed, mag_relation relation,
                                 long limit) {
    bool saw[2] = {false, false};
    for (long value = 0; value <= GRID_END; value++)
        if (comparator_admits(comparator, value, printed * STEP))
            saw[relation_holds(value, relation, limit * STEP)] = true;
    return saw[true] && saw[false] ? MAG_UNDECIDED : saw[true] ? MAG_TRUE : MAG_FALSE;
}

static const char *const comparators[] = {"", "<", "<=", ">", ">="};
enum { COMPARATOR_COUNT = sizeof comparators / sizeof comparators[0] };

static void every_comparator_meets_every_relation(void **state) {
    (void)state;
    /* printed in hundredths or tenths; the limit in the same steps */
    static const struct {
        const char *unit;
        int scale;
        long limit;
        mag_limit of;
    } families[] = {
        {"mmol/L", 2, 70, {"l", {70, 2}, {17, 1}, MAG_UNIT_MMOL_L, MAG_UNIT_MG_DL}},
        {"mg/dL", 1, 17, {"l", {70, 2}, {17, 1}, MAG_UNIT_MMOL_L, MAG_UNIT_MG_DL}},
        {"mEq/L", 2, 140, {"l", {70, 2}, {17, 1}, MAG_UNIT_MMOL_L, MAG_UNIT_MG_DL}},
        {"mmol/L", 2, 105, {"l", {105, 2}, {26, 1}, MAG_UNIT_MMOL_L, MAG_UNIT_MG_DL}},
        {"mg/dL", 1, 26, {"l", {105, 2}, {26, 1}, MAG_UNIT_MMOL_L, MAG_UNIT_MG_DL}},
    };
    size_t seen[3] = {0};
    for (size_t f = 0; f < sizeof families / sizeof families[0]; f++)
        for (int c = 0; c < COMPARATOR_COUNT; c++)
            for (long printed = families[f].limit - 2; printed <= families[f].limit + 2;
                 printed++) {
                const long whole = families[f].scale == 2 ? 100 : 10;
                world_say(&in, "magnesium %s%ld.%0*ld %s 1 day ago", comparators[c],
                          printed / whole, families[f].scale, printed % whole, families[f].unit);
                const mag_lab_query query = ask(MAG_MAGNESIUM, world_days(&in, 9), MAG_WORSE_LOW);
                const mag_lab *lab = mag_lab_latest(&query).lab;
                for (int r = MAG_IS_BELOW; r <= MAG_IS_AT_LEAST; r++) {
                    const mag_truth got = mag_lab_compare(lab, (mag_relation)r, &families[f].of);
                    const mag_truth_value wanted =
                        by_points(comparators[c], printed, (mag_relation)r, families[f].limit);
                    seen[wanted]++;
                    if (got.is != wanted)
                        fail_msg("%s%ld %s, relation %d: %d, wanted %d", comparators[c], printed,
                                 families[f].unit, r, got.is, wanted);
                    assert_int_equal(got.reasons,
                                     wanted == MAG_UNDECIDED ? 1 << MAG_UNKNOWN_CENSORED : 0);
                }
            }
    assert_true(seen[MAG_TRUE] > 100 && seen[MAG_FALSE] > 100 && seen[MAG_UNDECIDED] > 30);
}

static uint64_t seed = 2463534242u;

static int upto(int count) { /* 0 .. count - 1 */
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (int)((seed >> 11) % (uint64_t)count);
}

/* --- the lowest and the highest of censored results ------------------------------------------ */

enum { VALUES_MAX = 3, FINE = 4, COARSE_END = 12 };

typedef struct printed_value {
    const char *comparator;
    int step; /* printed as 0.step0 mmol/L, 1 .. 9 */
} printed_value;

/* Whether the extreme of every choice of points, one of each result, agrees. */
static mag_truth_value by_choices(const printed_value *values, int count, mag_worse side,
                                  mag_relation relation, int limit) {
    bool saw[2] = {false, false};
    int points[VALUES_MAX] = {0};
    const int end = COARSE_END * FINE;
    for (;;) {
        bool is_admitted = true;
        int extreme = points[0];
        for (int i = 0; i < count; i++) {
            is_admitted = is_admitted &&
                          comparator_admits(values[i].comparator, points[i], values[i].step * FINE);
            if (side == MAG_WORSE_LOW ? points[i] < extreme : points[i] > extreme)
                extreme = points[i];
        }
        if (is_admitted)
            saw[relation_holds(extreme, relation, limit * FINE)] = true;
        int i = 0;
        while (i < count && ++points[i] > end)
            points[i++] = 0;
        if (i == count)
            break;
    }
    return saw[true] && saw[false] ? MAG_UNDECIDED : saw[true] ? MAG_TRUE : MAG_FALSE;
}

static void say_values(const printed_value *values, int count) {
    char lines[256] = "female 50 y";
    for (int i = 0; i < count; i++) {
        char line[64];
        (void)snprintf(line, sizeof line, "; magnesium %s0.%d0 mmol/L %d days ago",
                       values[i].comparator, values[i].step, i + 1);
        strcat(lines, line);
    }
    world_say(&in, "%s", lines);
}

static void the_extreme_of_censored_results_is_decided_only_if_every_choice_agrees(void **state) {
    (void)state;
    size_t seen[3] = {0};
    for (int round = 0; round < 250; round++) {
        printed_value values[VALUES_MAX];
        const int count = 1 + upto(round % 10 == 0 ? 3 : 2), limit_step = 3 + upto(5);
        for (int i = 0; i < count; i++)
            values[i] = (printed_value){comparators[upto(COMPARATOR_COUNT)], 1 + upto(9)};
        const mag_limit limit = {
            "l", {limit_step * 10, 2}, {20, 1}, MAG_UNIT_MMOL_L, MAG_UNIT_MG_DL};
        say_values(values, count);
        const mag_lab_query query = ask(MAG_MAGNESIUM, world_days(&in, 9), MAG_WORSE_LOW);
        for (int r = MAG_IS_BELOW; r <= MAG_IS_AT_LEAST; r++) {
            const mag_relation relation = (mag_relation)r;
            const mag_truth low = mag_lab_compare_lowest(&query, relation, &limit);
            const mag_truth high = mag_lab_compare_highest(&query, relation, &limit);
            const mag_truth_value low_wanted =
                by_choices(values, count, MAG_WORSE_LOW, relation, limit_step);
            const mag_truth_value high_wanted =
                by_choices(values, count, MAG_WORSE_HIGH, relation, limit_step);
            seen[low_wanted]++;
            if (low.is != low_wanted || high.is != high_wanted)
                fail_msg("round %d, %d values, limit %d, relation %d: %d and %d, wanted %d and %d",
                         round, count, limit_step, r, low.is, high.is, low_wanted, high_wanted);
        }
    }
    assert_true(seen[MAG_TRUE] > 50 && seen[MAG_FALSE] > 50 && seen[MAG_UNDECIDED] > 50);
}

/* --- which record counts --------------------------------------------------------------------- */

enum { RECORDS_MAX = 7 };

/* One potassium result or mark. Times are minutes before T; T is 23:59. */
typedef struct record {
    int value; /* hundredths of mmol/L; -1: rejected, -2: no unit */
    int ago;
    bool is_date_only;
    bool is_haemolysed;
} record;

typedef struct chart {
    record records[RECORDS_MAX];
    int count;
} chart;

/* Few moments, so that ties are frequent: two days, three hours each, and the days alone. */
static chart some_chart(void) {
    chart made = {.count = upto(RECORDS_MAX + 1)};
    for (int i = 0; i < made.count; i++) {
        record *r = &made.records[i];
        const int day = upto(3), hour = upto(3);
        r->is_date_only = upto(4) == 0;
        /* a day alone stands at its 00:00, 23:59 before its end */
        r->ago = day * 1440 + (r->is_date_only ? 1439 : 60 * (1 + hour));
        r->value = upto(6) == 0 ? -1 - upto(2) : 300 + 7 * upto(12);
        r->is_haemolysed = r->value > 0 && upto(5) == 0;
    }
    return made;
}

static void say_chart(const chart *of) {
    char lines[1024] = "female 50 y";
    for (int i = 0; i < of->count; i++) {
        const record *r = &of->records[i];
        char line[128], value[48], when[48];
        if (r->value > 0)
            (void)snprintf(value, sizeof value, "%d.%02d mmol/L%s", r->value / 100, r->value % 100,
                           r->is_haemolysed ? " haemolysed" : "");
        else
            (void)snprintf(value, sizeof value, "%s", r->value == -1 ? "rejected" : "4.0 no unit");
        if (r->is_date_only)
            (void)snprintf(when, sizeof when, "%d days ago", r->ago / 1440);
        else
            (void)snprintf(when, sizeof when, "%d hours ago", r->ago / 60);
        (void)snprintf(line, sizeof line, "; potassium %s %s", value, when);
        strcat(lines, line);
    }
    world_say(&in, "%s", lines);
}

/* Days: the calendar's. T is 23:59, so the day of a minute is ago / 1440. */
static bool is_inside(const record *r, int days) {
    return r->ago / 1440 <= days;
}

static bool is_good(const record *r, int days) {
    return r->value > 0 && is_inside(r, days);
}

static bool is_one_moment(const record *a, const record *b) {
    return a->is_date_only || b->is_date_only ? a->ago / 1440 == b->ago / 1440 : a->ago == b->ago;
}

/* Newest good record that is not of the moment of `but`; NULL if none. */
static const record *newest(const chart *of, int days, const record *but) {
    const record *found = NULL;
    for (int i = 0; i < of->count; i++) {
        const record *r = &of->records[i];
        const bool is_older = but == NULL || (r->ago >= but->ago && !is_one_moment(r, but));
        if (is_good(r, days) && is_older && (found == NULL || r->ago < found->ago))
            found = r;
    }
    return found;
}

static const record *oldest(const chart *of, int days) {
    const record *found = NULL;
    for (int i = 0; i < of->count; i++)
        if (is_good(&of->records[i], days) && (found == NULL || of->records[i].ago > found->ago))
            found = &of->records[i];
    return found;
}

typedef struct choice {
    int value; /* -1: none */
    bool is_conflict, is_haemolysed;
} choice;

/* The worse of those at one moment; of equal ones the clean one; conflict beyond 5 % of the
 * greater. */
static choice at_moment(const chart *of, int days, const record *anchor, mag_worse worse) {
    choice chosen = {-1, false, false};
    int low = 100000, high = 0;
    for (int i = 0; anchor != NULL && i < of->count; i++) {
        const record *r = &of->records[i];
        if (!is_good(r, days) || !is_one_moment(r, anchor))
            continue;
        low = r->value < low ? r->value : low;
        high = r->value > high ? r->value : high;
    }
    if (anchor == NULL)
        return chosen;
    chosen.value = worse == MAG_WORSE_LOW ? low : high;
    chosen.is_conflict = 100 * (high - low) > 5 * high;
    chosen.is_haemolysed = true;
    for (int i = 0; i < of->count; i++) {
        const record *r = &of->records[i];
        if (is_good(r, days) && is_one_moment(r, anchor) && r->value == chosen.value)
            chosen.is_haemolysed = chosen.is_haemolysed && r->is_haemolysed;
    }
    return chosen;
}

/* Newest mark: its reason. */
static mag_unknown_set why_nothing(const chart *of, int days) {
    const record *mark = NULL;
    bool is_tie = false;
    for (int i = 0; i < of->count; i++) {
        const record *r = &of->records[i];
        if (r->value > 0 || !is_inside(r, days))
            continue;
        is_tie = mark != NULL && r->ago == mark->ago  ? is_tie || r->value != mark->value
                 : mark == NULL || r->ago < mark->ago ? false
                                                      : is_tie;
        if (mark == NULL || r->ago < mark->ago)
            mark = r;
    }
    if (mark == NULL)
        return mag_unknown_bit(MAG_UNKNOWN_MISSING);
    if (is_tie) /* two marks at one moment: either may be told */
        return 0;
    return mag_unknown_bit(mark->value == -1 ? MAG_UNKNOWN_REJECTED : MAG_UNKNOWN_UNIT);
}

static void expect_choice(const char *what, const mag_value *got, choice wanted,
                          mag_unknown_set why) {
    if (wanted.value < 0) {
        if (got->lab != NULL || (why != 0 && got->bounds.unknown != why))
            fail_msg("%s: a result or reasons %x, wanted %x", what, got->bounds.unknown, why);
        return;
    }
    assert_non_null(got->lab);
    const mag_decimal value = mag_lab_value(got->lab);
    if (value.mantissa != wanted.value)
        fail_msg("%s: %d, wanted %d", what, value.mantissa, wanted.value);
    const bool is_conflict = got->notes >> MAG_VALUE_NOTE_CONFLICT & 1;
    const bool is_haemolysed = got->notes >> MAG_VALUE_NOTE_HAEMOLYSED & 1;
    if (is_conflict != wanted.is_conflict || is_haemolysed != wanted.is_haemolysed)
        fail_msg("%s: conflict %d, haemolysed %d", what, is_conflict, is_haemolysed);
}

static void expect_extremes(const chart *of, int days, const mag_lab_query *query) {
    int low = 100000, high = 0;
    for (int i = 0; i < of->count; i++) {
        const record *r = &of->records[i];
        if (!is_good(r, days))
            continue;
        low = r->value < low ? r->value : low;
        high = r->value > high ? r->value : high;
    }
    const mag_value lowest = mag_lab_lowest(query), highest = mag_lab_highest(query);
    assert_int_equal(lowest.lab != NULL, high > 0);
    assert_int_equal(highest.lab != NULL, high > 0);
    if (high == 0)
        return;
    assert_int_equal(mag_lab_value(lowest.lab).mantissa, low);
    assert_int_equal(mag_lab_value(highest.lab).mantissa, high);
}

static void expect_counts(const chart *of, int days, const mag_lab_query *query) {
    int good = 0, marks = 0;
    for (int i = 0; i < of->count; i++)
        if (is_inside(&of->records[i], days))
            of->records[i].value > 0 ? good++ : marks++;
    const mag_truth measured = mag_lab_measured(query), none = mag_lab_none(query);
    assert_int_equal(measured.is, good > 0 ? MAG_TRUE : marks > 0 ? MAG_UNDECIDED : MAG_FALSE);
    bool is_observable = false;
    for (int i = 0; i < of->count; i++)
        is_observable |= of->records[i].value > 0;
    const mag_truth_value absent = is_observable ? MAG_TRUE : MAG_UNDECIDED;
    assert_int_equal(none.is, good > 0 ? MAG_FALSE : marks > 0 ? MAG_UNDECIDED : absent);
    const mag_value count = mag_lab_count(query);
    assert_int_equal((int)count.bounds.low, good);
    assert_int_equal((int)count.bounds.high, good + marks);
    assert_int_equal(count.bounds.doubt, marks > 0 ? 1 << MAG_UNKNOWN_REJECTED : 0);
}

static void every_operand_agrees_with_a_loop_over_everything(void **state) {
    (void)state;
    size_t conflicts = 0;
    for (int round = 0; round < 3000; round++) {
        const chart of = some_chart();
        const int days = upto(3);
        const mag_worse worse = upto(2) == 0 ? MAG_WORSE_LOW : MAG_WORSE_HIGH;
        say_chart(&of);
        const mag_lab_query query = ask(MAG_POTASSIUM, world_days(&in, days), worse);
        const record *last = newest(&of, days, NULL);
        const mag_unknown_set why = why_nothing(&of, days);
        mag_value got = mag_lab_latest(&query);
        const choice latest = at_moment(&of, days, last, worse);
        expect_choice("latest", &got, latest, why);
        conflicts += latest.is_conflict;
        got = mag_lab_first(&query);
        expect_choice("first", &got, at_moment(&of, days, oldest(&of, days), worse), why);
        const record *before = last == NULL ? NULL : newest(&of, days, last);
        got = mag_lab_previous(&query);
        expect_choice("previous", &got, at_moment(&of, days, before, worse),
                      last == NULL ? why : mag_unknown_bit(MAG_UNKNOWN_MISSING));
        expect_extremes(&of, days, &query);
        expect_counts(&of, days, &query);
    }
    assert_true(conflicts > 100);
}

static void a_conflict_begins_beyond_five_percent_of_the_greater(void **state) {
    (void)state;
    const struct {
        const char *a, *b;
        bool is_conflict;
    } rows[] = {
        {"4.00 mmol/L", "3.80 mmol/L", false}, /* exactly 5 % */
        {"4.00 mmol/L", "3.79 mmol/L", true},    {"4.00 mmol/L", "4.00 mmol/L", false},
        {"0.100 mmol/L", "0.095 mmol/L", false}, {"0.100 mmol/L", "0.0949 mmol/L", true},
        {"4.0 mmol/L", "4.0 mEq/L", false},      {"4.0 mmol/L", "3.7 mEq/L", true},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        world_say(&in, "potassium %s 5 hours ago; potassium %s 5 hours ago", rows[i].a, rows[i].b);
        const mag_lab_query query = ask(MAG_POTASSIUM, world_days(&in, 9), MAG_WORSE_LOW);
        const mag_value value = mag_lab_latest(&query);
        const bool is_conflict = value.notes >> MAG_VALUE_NOTE_CONFLICT & 1;
        if (is_conflict != rows[i].is_conflict)
            fail_msg("%s and %s: %d", rows[i].a, rows[i].b, is_conflict);
    }
}

/* --- arithmetic of intervals ----------------------------------------------------------------- */

static void an_interval_of_a_result_holds_the_results_of_its_points(void **state) {
    (void)state;
    typedef mag_bounds operation(mag_bounds a, mag_bounds b);
    operation *const operations[] = {mag_bounds_add, mag_bounds_subtract, mag_bounds_multiply,
                                     mag_bounds_divide};
    for (int round = 0; round < 2000; round++) {
        const int which = upto(4);
        const double a0 = upto(9) - 4, a1 = a0 + upto(4);
        const double b0 = which == 3 ? 1 + upto(4) : upto(9) - 4, b1 = b0 + upto(4);
        const mag_bounds a = {.low = a0, .high = a1}, b = {.low = b0, .high = b1};
        const mag_bounds got = operations[which](a, b);
        double low = 1e9, high = -1e9;
        for (int i = 0; i <= 12; i++)
            for (int k = 0; k <= 12; k++) {
                const double x = a0 + (a1 - a0) * i / 12, y = b0 + (b1 - b0) * k / 12;
                const double z = which == 0   ? x + y
                                 : which == 1 ? x - y
                                 : which == 2 ? x * y
                                              : x / y;
                low = z < low ? z : low;
                high = z > high ? z : high;
            }
        if (got.low > low + 1e-9 || got.low < low - 1e-9 || got.high > high + 1e-9 ||
            got.high < high - 1e-9)
            fail_msg("operation %d of [%g, %g] and [%g, %g]: [%g, %g], wanted [%g, %g]", which, a0,
                     a1, b0, b1, got.low, got.high, low, high);
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
    world_end(&in);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_comparator_meets_every_relation),
        cmocka_unit_test(the_extreme_of_censored_results_is_decided_only_if_every_choice_agrees),
        cmocka_unit_test(every_operand_agrees_with_a_loop_over_everything),
        cmocka_unit_test(a_conflict_begins_beyond_five_percent_of_the_greater),
        cmocka_unit_test(an_interval_of_a_result_holds_the_results_of_its_points),
    };
    return cmocka_run_group_tests(tests, open_world, close_world);
}
