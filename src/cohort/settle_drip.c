/* Results of a sample from an arm with a drip (clinical rules H03): a sodium or glucose that is
   high and higher than another within 48 hours by more than a rise is the drip's, and set aside.

   Only the lowest of the others within 48 hours matters. The rows are sorted by time, so it is kept
   while the 48 hours move along: whatever is followed by something as low will never be the lowest
   again and is dropped, and what is left rises from the lowest to the newest. */
#include "cohort/settle_labs.h"

#include "clinical/kidney.h"
#include "cohort/settle_value.h"

enum { DRIP_ARM_DAYS = 2, DRIP_ARM_MINUTES = DRIP_ARM_DAYS * MAG_MINUTES_PER_DAY };

typedef struct drip {
    mag_analyte analyte;
    double above, rise; /* canonical units (rules 0.1 item 11) */
} drip;
static const drip drips[] = {{MAG_SODIUM, 155, 10}, {MAG_GLUCOSE, 30, 15}};

/* The sorted rows of one analyte of one patient, and room for a number of each. */
typedef struct lab_rows {
    mag_lab_row *rows;
    size_t count;
    const drip *of;
    uint32_t *lows; /* rising values, of rows in their order */
} lab_rows;

static bool is_seen(const mag_settling *settling, const mag_lab *lab) {
    return (mag_settled_is_value(lab) || mag_lab_reject(lab) == MAG_REASON_VALUE_DRIP_ARM) &&
           !mag_settle_is_outside(settling, lab->patient, lab->minute);
}

static bool is_high(const mag_settling *settling, const mag_lab *lab, const drip *of) {
    return is_seen(settling, lab) && !mag_settled_may_be_lower(lab) &&
           mag_derived_above(mag_settled_canonical(lab), of->above);
}

/* Two results are compared by minutes if both have a clock, else by days, 24 hours being one. */
typedef struct measure {
    bool has_high_clock, has_low_clock;
} measure;

static int64_t place_of(const measure *by, const mag_lab *lab) {
    return by->has_high_clock && by->has_low_clock ? lab->minute : mag_minute_day(lab->minute);
}

static int64_t reach_of(const measure *by) {
    return by->has_high_clock && by->has_low_clock ? DRIP_ARM_MINUTES : DRIP_ARM_DAYS;
}

static bool has_clock(const mag_lab *lab) {
    return !mag_lab_has(lab, MAG_LAB_DATE_ONLY);
}

/* Sets aside the high ones with a clock, or those without, for a low one among those with a clock,
   or those without. */
static void judge_against(const mag_settling *settling, const lab_rows *all, const measure *by) {
    size_t first = 0, end = 0, next = 0; /* lows[first .. end - 1]; the row that comes next */
    for (size_t i = 0; i < all->count; i++) {
        mag_lab *lab = &all->rows[i].lab;
        if (has_clock(lab) != by->has_high_clock || !is_high(settling, lab, all->of))
            continue;
        const int64_t at = place_of(by, lab), reach = reach_of(by);
        for (; next < all->count && place_of(by, &all->rows[next].lab) <= at + reach; next++) {
            const mag_lab *low = &all->rows[next].lab;
            if (has_clock(low) != by->has_low_clock || !is_seen(settling, low) ||
                mag_settled_may_be_higher(low))
                continue;
            const double value = mag_settled_canonical(low);
            while (end > first &&
                   mag_settled_canonical(&all->rows[all->lows[end - 1]].lab) >= value)
                end--;
            all->lows[end++] = (uint32_t)next;
        }
        while (first < end && place_of(by, &all->rows[all->lows[first]].lab) < at - reach)
            first++;
        if (first == end)
            continue;
        const double rise =
            mag_settled_canonical(lab) - mag_settled_canonical(&all->rows[all->lows[first]].lab);
        if (mag_derived_above(rise, all->of->rise))
            mag_lab_set_aside(lab, MAG_REASON_VALUE_DRIP_ARM);
    }
}

static void judge(const mag_settling *settling, const lab_rows *all) {
    for (unsigned i = 0; i < 4; i++)
        judge_against(settling, all, &(measure){(i & 1) != 0, (i & 2) != 0});
}

mag_status mag_settle_drip_arm(const mag_settling *settling, mag_lab_row *rows, size_t count,
                               mag_error *err) {
    for (size_t begin = 0, end; begin < count; begin = end) {
        const mag_lab *first = &rows[begin].lab;
        const mag_analyte analyte = mag_lab_analyte(first);
        for (end = begin + 1; end < count && rows[end].lab.patient == first->patient &&
                              mag_lab_analyte(&rows[end].lab) == analyte;)
            end++;
        for (size_t i = 0; i < sizeof drips / sizeof *drips; i++) {
            if (drips[i].analyte != analyte)
                continue;
            const size_t nbytes = (end - begin) * sizeof(uint32_t);
            uint32_t *lows = mag_arena_alloc(settling->scratch, nbytes);
            if (!lows)
                return mag_fail_memory(err, nbytes);
            judge(settling, &(lab_rows){rows + begin, end - begin, &drips[i], lows});
        }
    }
    return MAG_OK;
}

/* The number as printed is the canonical value, and at most the limit: no look at doubles. */
static bool is_plainly_low(const mag_lab *lab, const drip *of) {
    const mag_decimal value = mag_lab_value(lab);
    return mag_lab_unit(lab) == mag_analyte_of(of->analyte)->canonical &&
           value.mantissa <= (int64_t)of->above * mag_power_of_ten(value.scale);
}

bool mag_settle_may_be_drip(const mag_lab *lab) {
    for (size_t i = 0; i < sizeof drips / sizeof *drips; i++)
        if (drips[i].analyte == mag_lab_analyte(lab))
            return !is_plainly_low(lab, &drips[i]);
    return false;
}
