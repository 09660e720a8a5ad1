/* Courses, overlaps and changes of dose of random charts against a reference that fills in hour
   after hour. Times are hours before the end of T's day; T is its last minute. */
#include "drug_world.h"

#include "cohort/builder.h"
#include "rules/operand_course.h"
#include "rules/operand_dose.h"
#include "rules/operand_overlap.h"
#include "rules/operand_product.h"

#include <stdlib.h>

enum { ROWS_MAX = 6, DAY_HOURS = 24, SPAN = 420 * DAY_HOURS, GRACE = 28 * DAY_HOURS };

static drug_world at;

/* Products; the third one is in both lists of an overlap. */
typedef struct product {
    mag_class_set classes;
    bool is_first, is_second;
    int extra; /* hours as a member of the first list */
} product;
#define BIT(name) ((mag_class_set)1 << MAG_CLASS_##name)
static const product products[] = {{BIT(MGSUPP), true, false, 0},
                                   {BIT(MGLAX), true, false, 0},
                                   {BIT(MGSUPP) | BIT(LOOP), true, true, 0},
                                   {BIT(LOOP), false, true, 0},
                                   {BIT(MGIV), true, false, 48}};
enum { PRODUCT_COUNT = sizeof products / sizeof products[0] };

static const mag_member first_list[] = {
    {MAG_CLASS_MGSUPP, 0}, {MAG_CLASS_MGLAX, 0}, {MAG_CLASS_MGIV, 48 * 60}};
static const mag_member second_list[] = {{MAG_CLASS_LOOP, 0}};

static const int doses[] = {8000, 10000, 12500, 20000};
enum { DOSE_COUNT = sizeof doses / sizeof doses[0] };
_Static_assert(3 * PRODUCT_COUNT * DOSE_COUNT <= 64 && ROWS_MAX < 8,
               "a number tells what is given");

typedef struct row {
    int product;
    mag_rx_kind kind;
    int start, stop; /* hours, below 0 in the past; stop is exclusive */
    int dose;        /* index into doses */
    int umol;
} row;

typedef struct chart {
    row rows[ROWS_MAX];
    int count;
} chart;

static uint64_t seed = 88172645463325252u;

static int upto(int count) { /* 0 .. count - 1 */
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (int)((seed >> 11) % (uint64_t)count);
}

static chart some_chart(void) {
    static const int lengths[] = {1, 10, 24, 48, 100, 24 * 14, 24 * 28, 24 * 60};
    static const int gaps[] = {-24, 0, 0, 0, 1, 24, 25, 48, 24 * 7, 24 * 27, 24 * 28, 24 * 28 + 1};
    chart made = {.count = upto(ROWS_MAX + 1)};
    int start = -(1 + upto(120 * DAY_HOURS));
    const mag_rx_kind kind = (mag_rx_kind)upto(3);
    for (int i = 0; i < made.count; i++) {
        row *r = &made.rows[i];
        *r = (row){.product = upto(3) ? 0 : upto(PRODUCT_COUNT),
                   .kind = upto(4) ? kind : (mag_rx_kind)upto(3),
                   .start = start,
                   .stop = start + lengths[upto(8)],
                   .dose = upto(DOSE_COUNT)};
        r->umol = doses[r->dose];
        if (r->kind == MAG_RX_ADMINISTRATION) /* to the end of its day, as sources deliver it */
            r->stop = -(-(r->start + 1) / DAY_HOURS) * DAY_HOURS;
        if (r->stop <= r->start)
            r->stop = r->start + 1;
        start = r->stop + gaps[upto(12)];
    }
    return made;
}

static void make_patient(const chart *of) {
    const mag_position nowhere = {UINT16_MAX, 0};
    const mag_minute as_of = MAG_EXAMPLE_AS_OF * 1440 + 1439;
    const mag_cohort_settings settings = {.as_of_kind = MAG_AS_OF_FIXED,
                                          .as_of = as_of,
                                          .data_until = MAG_MINUTE_OPEN,
                                          .absence = MAG_ABSENCE_NONE,
                                          .account = &at.in.account};
    const mag_person person = {.id = mag_span_of("p"),
                               .is_in_roster = true,
                               .died = MAG_MINUTE_OPEN,
                               .observed_from = MAG_MINUTE_NONE,
                               .observed_until = MAG_MINUTE_OPEN};
    mag_error err = {0};
    mag_cohort_free(at.in.cohort);
    assert_int_equal(mag_cohort_new(&at.in.cohort, at.in.book, &settings, &err), MAG_OK);
    mag_cohort_declare_table(at.in.cohort, MAG_TABLE_PATIENTS);
    mag_cohort_declare_table(at.in.cohort, MAG_TABLE_PRESCRIPTIONS);
    assert_int_equal(mag_cohort_put_person(at.in.cohort, &person, nowhere, &err), MAG_OK);
    for (int i = 0; i < of->count; i++) {
        const row *r = &of->rows[i];
        mag_exposure exposure = {.start = as_of + 1 + 60 * r->start,
                                 .stop = as_of + 1 + 60 * r->stop,
                                 .dose_lo_umol = r->umol,
                                 .dose_hi_umol = r->umol,
                                 .route = products[r->product].extra ? MAG_ROUTE_PARENTERAL
                                                                     : MAG_ROUTE_ENTERAL,
                                 .flags = (uint8_t)r->kind};
        assert_int_equal(mag_cohort_intern_class(at.in.cohort, products[r->product].classes,
                                                 &exposure.drug_id, &err),
                         MAG_OK);
        assert_int_equal(mag_cohort_put_exposure(at.in.cohort, mag_span_of("p"), &exposure,
                                                 (uint64_t)i + 1, nowhere, &err),
                         MAG_OK);
    }
    for (unsigned i = 0; i < MAG_PARTITION_COUNT; i++)
        assert_int_equal(mag_cohort_settle(at.in.cohort, i, &err), MAG_OK);
    assert_int_equal(mag_cohort_settle_all(at.in.cohort, &err), MAG_OK);
    assert_true(mag_timeline_find(at.in.cohort, mag_span_of("p"), &at.in.patient));
}

/* --- the reference: hour after hour ---------------------------------------------------------- */

static int longer(int a, int b) {
    return a > b ? a : b;
}

/* The rows of the first list that T sees. */
static chart seen(const chart *of) {
    chart kept = {.count = 0};
    for (int i = 0; i < of->count; i++)
        if (products[of->rows[i].product].is_first && of->rows[i].start < 0)
            kept.rows[kept.count++] = of->rows[i];
    return kept;
}

/* gap in hours; -1: of the kind. */
static int reach_of(const row *r, int gap) {
    const int own = gap >= 0 ? gap : r->kind == MAG_RX_ISSUE ? GRACE : DAY_HOURS;
    return r->stop + longer(own, products[r->product].extra);
}

static int effect_of(const row *r, int gap) {
    const int grace = r->kind != MAG_RX_ISSUE ? 0 : gap >= 0 ? gap : GRACE;
    return r->stop + longer(grace, products[r->product].extra);
}

typedef struct era {
    int start, stop, effect;
} era;

/* An era begins in an hour in which a row starts that none before it reaches. */
static int eras_of(const chart *rows, int gap, era out[ROWS_MAX]) {
    int count = 0;
    for (int hour = -SPAN + 1; hour < 0; hour++) {
        bool starts = false, joins = false;
        for (int i = 0; i < rows->count; i++) {
            const row *r = &rows->rows[i];
            starts = starts || r->start == hour;
            joins = joins || (r->start < hour && hour <= reach_of(r, gap));
        }
        if (starts && !joins)
            out[count++] = (era){hour, hour, hour};
        for (int i = 0; i < rows->count && count > 0; i++)
            if (rows->rows[i].start == hour) {
                out[count - 1].stop = longer(out[count - 1].stop, rows->rows[i].stop);
                out[count - 1].effect =
                    longer(out[count - 1].effect, effect_of(&rows->rows[i], gap));
            }
    }
    return count;
}

static int day_of(int hour) { /* 0: T's day, -1: the day before */
    return -((-hour - 1) / DAY_HOURS);
}

static int overlap_of(const chart *of, int days) {
    int count = 0;
    for (int day = -days; day <= 0; day++) {
        bool is_both = false;
        for (int i = 0; i < of->count; i++)
            for (int k = 0; k < of->count; k++) {
                const row *a = &of->rows[i], *b = &of->rows[k];
                if (a->start >= 0 || b->start >= 0 || a->product == b->product ||
                    !products[a->product].is_first || !products[b->product].is_second)
                    continue;
                bool is_a = false, is_b = false;
                for (int hour = (day - 1) * DAY_HOURS; hour < day * DAY_HOURS; hour++) {
                    const int effect_b = b->stop + (b->kind == MAG_RX_ISSUE ? GRACE : 0);
                    is_a = is_a || (a->start <= hour && hour < effect_of(a, -1));
                    is_b = is_b || (b->start <= hour && hour < effect_b);
                }
                is_both = is_both || (is_a && is_b);
            }
        count += is_both;
    }
    return count;
}

/* Does the row count in the dose of the hour? with_grace: as long as it is in effect; else while it
   runs, or until a row of the product joins it. */
static bool counts_in(const chart *rows, int idx, int hour, bool with_grace) {
    const row *r = &rows->rows[idx];
    const bool runs = r->start <= hour && hour < r->stop;
    bool is_joined = false;
    if (hour < r->start)
        return false;
    for (int k = 0; k < rows->count; k++) {
        const row *other = &rows->rows[k];
        if (other->product != r->product)
            continue;
        if (other->start > hour) {
            is_joined =
                is_joined ||
                other->start <= r->stop + longer(r->kind == MAG_RX_ISSUE ? GRACE : DAY_HOURS,
                                                 products[r->product].extra);
            continue;
        }
        const bool other_runs = hour < other->stop;
        if (runs && other_runs && r->kind == MAG_RX_ISSUE && other->start > r->start)
            return false;
        const bool is_newer =
            other->start > r->start && (!with_grace || hour < effect_of(other, -1));
        if (!runs && (other_runs || is_newer))
            return false;
    }
    return runs || (with_grace ? hour < effect_of(r, -1) : is_joined);
}

static long largest_of(const chart *rows, int days) {
    long largest = 0;
    for (int hour = -(days + 1) * DAY_HOURS; hour < 0; hour++) {
        long umol = 0;
        for (int i = 0; i < rows->count; i++) {
            const row *r = &rows->rows[i];
            if (r->stop - r->start <= DAY_HOURS)
                umol += day_of(r->start) == day_of(hour) ? r->umol : 0;
            else
                umol += counts_in(rows, i, hour, true) ? r->umol : 0;
        }
        largest = umol > largest ? umol : largest;
    }
    return largest;
}

/* What is given in an hour: its dose, and how often each product in each dose. */
typedef struct given {
    long umol;
    uint64_t same;
} given;

static given given_in(const chart *rows, int hour) {
    given sum = {0, 0};
    for (int i = 0; i < rows->count; i++)
        if (counts_in(rows, i, hour, false)) {
            sum.umol += rows->rows[i].umol;
            const int slot = rows->rows[i].product * DOSE_COUNT + rows->rows[i].dose;
            sum.same += UINT64_C(1) << 3 * slot; /* counts to 7 in each slot */
        }
    return sum;
}

/* Does an earlier row read the same? */
static bool is_repeated(const chart *rows, int idx) {
    const row *r = &rows->rows[idx];
    for (int i = 0; i < idx; i++) {
        const row *other = &rows->rows[i];
        if (other->product == r->product && other->start == r->start && other->stop == r->stop &&
            other->umol == r->umol)
            return true;
    }
    return false;
}

/* Hour of the newest change by at least 25 % in the window; 1: none. */
static int change_of(const chart *rows, int days) {
    era eras[ROWS_MAX];
    const int count = eras_of(rows, 90 * DAY_HOURS - 1, eras); /* no new start in between */
    int newest = 1;
    chart whole = *rows; /* an administration is the dose of its day */
    for (int i = 0; i < whole.count; i++)
        if (whole.rows[i].kind == MAG_RX_ADMINISTRATION)
            whole.rows[i].start = whole.rows[i].stop - DAY_HOURS;
    for (int e = 0; e < count; e++) {
        chart own = {.count = 0};
        for (int i = 0; i < rows->count; i++)
            if (rows->rows[i].start >= eras[e].start && rows->rows[i].start < eras[e].stop)
                own.rows[own.count++] = whole.rows[i];
        given before = {0, 0};
        int changed_at = 1;
        for (int hour = eras[e].start; hour < eras[e].stop;) {
            const given here = given_in(&own, hour);
            int until = hour;
            while (until < eras[e].stop && given_in(&own, until).same == here.same)
                until++;
            if (here.same != 0) {
                changed_at = changed_at == 1 ? hour : changed_at;
                if (until - hour > DAY_HOURS) {
                    const bool is_change = 4 * labs(here.umol - before.umol) >= before.umol;
                    if (before.same != 0 && here.same != before.same && is_change &&
                        here.umol != before.umol && changed_at < 0 &&
                        changed_at >= -(days + 1) * DAY_HOURS &&
                        (newest == 1 || changed_at > newest))
                        newest = changed_at;
                    before = here;
                    changed_at = 1;
                }
            }
            hour = until;
        }
    }
    return newest;
}

/* --- comparing ------------------------------------------------------------------------------- */

static int hour_of(mag_minute moment) {
    return (moment - (at.in.patient.as_of + 1)) / 60;
}

static void expect_number(const char *what, int round, const mag_value *got, double wanted) {
    if (got->bounds.unknown != 0 || got->bounds.low < wanted || got->bounds.high > wanted)
        fail_msg("round %d: %s is %.0f, wanted %.0f", round, what, got->bounds.low, wanted);
}

/* wanted: an hour; 1: false. */
static void expect_event(const char *what, int round, const mag_value *got, int wanted) {
    const int hour = got->truth.is == MAG_TRUE ? hour_of(got->at) : 1;
    if (hour != wanted || got->truth.is == MAG_UNDECIDED)
        fail_msg("round %d: %s at %d, wanted %d", round, what, hour, wanted);
    assert_int_equal(got->bounds.unknown == 0, wanted != 1);
}

static void expect_continuous(const chart *rows, int round, const mag_drug_query *query) {
    static const int gaps[] = {-1, 0, 2, 30, 60}; /* days */
    static const int lengths[] = {0, 1, 14, 28, 90};
    for (int g = 0; g < 5; g++) {
        era eras[ROWS_MAX];
        const int count = eras_of(rows, gaps[g] < 0 ? -1 : gaps[g] * DAY_HOURS, eras);
        for (int n = 0; n < 5; n++) {
            int wanted = 1;
            for (int e = 0; e < count; e++)
                if (eras[e].effect >= 0 && day_of(eras[e].start) <= -lengths[n] && wanted == 1)
                    wanted = eras[e].start;
            for (int e = 0; e < count; e++) /* T is the last minute of hour -1 */
                if (wanted == eras[e].start && eras[e].effect < 0)
                    wanted = 1;
            const mag_value got =
                mag_drug_continuous(query, (mag_length){lengths[n], false},
                                    gaps[g] < 0 ? MAG_GAP_OF_KIND : gaps[g] * MAG_MINUTES_PER_DAY);
            expect_event("continuous", round, &got, wanted);
        }
    }
}

static void expect_windows(const chart *of, const chart *rows, int round, mag_drug_query *query) {
    static const int windows[] = {0, 1, 14, 30, 90};
    const mag_drug_query second = drug_query(&at, second_list, 1);
    era eras[ROWS_MAX];
    const int count = eras_of(rows, -1, eras);
    for (int w = 0; w < 5; w++) {
        const mag_period period = world_days(&at.in, windows[w]);
        const int from = -(windows[w] + 1) * DAY_HOURS;
        mag_value got = mag_drug_overlap(query, &second, &period);
        expect_number("overlap", round, &got, overlap_of(of, windows[w]));
        got = mag_drug_max_day_dose(query, &period);
        expect_number("largest dose", round, &got, (double)largest_of(rows, windows[w]));
        got = mag_drug_dose_change(query, &period, (mag_dose_step){25, MAG_EITHER_WAY});
        expect_event("change", round, &got, change_of(rows, windows[w]));
        int issued = 0, stopped = 1, length = -1;
        bool is_there[PRODUCT_COUNT] = {false};
        for (int i = 0; i < rows->count; i++) {
            issued += rows->rows[i].start >= from && !is_repeated(rows, i);
            if (effect_of(&rows->rows[i], -1) > from)
                is_there[rows->rows[i].product] = true;
        }
        for (int e = 0; e < count; e++) {
            if (eras[e].effect < 0 && eras[e].stop >= from &&
                (stopped == 1 || eras[e].stop > stopped))
                stopped = eras[e].stop;
            if (eras[e].effect > from)
                length = (eras[e].stop - eras[e].start + DAY_HOURS - 1) / DAY_HOURS;
        }
        int different = 0;
        for (int p = 0; p < PRODUCT_COUNT; p++)
            different += is_there[p];
        got = mag_drug_issues(query, &period);
        expect_number("issues", round, &got, issued);
        got = mag_drug_products(query, &period);
        expect_number("products", round, &got, different);
        got = mag_drug_stopped(query, &period);
        expect_event("stopped", round, &got, stopped);
        got = mag_drug_course(query, &period);
        if (length < 0)
            assert_int_equal(got.bounds.unknown, mag_unknown_bit(MAG_UNKNOWN_MISSING));
        else
            expect_number("course", round, &got, length);
    }
}

static void courses_and_doses_agree_with_the_reference(void **state) {
    (void)state;
    int overlaps = 0, changes = 0;
    for (int round = 0; round < 2000; round++) {
        const chart of = some_chart();
        make_patient(&of);
        const chart rows = seen(&of);
        mag_drug_query query = drug_query(&at, first_list, 3);
        expect_continuous(&rows, round, &query);
        expect_windows(&of, &rows, round, &query);
        overlaps += overlap_of(&of, 90) > 0;
        changes += change_of(&rows, 90) != 1;
    }
    print_message("%d overlaps, %d changes\n", overlaps, changes);
    assert_in_range(overlaps, 50, 1400);
    assert_in_range(changes, 100, 1400);
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
        cmocka_unit_test(courses_and_doses_agree_with_the_reference),
    };
    return cmocka_run_group_tests(tests, open_world, close_world);
}
