/* Adjusted calcium by days, stated naively: reported, else worked out of total and albumin. */
#include "oracle.h"

#include <math.h>

static const lab *good_on(const patient *p, what of, int day, const lab *behind) {
    for (int i = behind == NULL ? 0 : (int)(behind - p->labs) + 1; i < p->lab_count; i++)
        if (p->labs[i].of == of && p->labs[i].state == GOOD && p->labs[i].days_ago == day)
            return &p->labs[i];
    return NULL;
}

/* Albumin of that day, else of the day before or after; is_open if there are several. */
static const lab *albumin_for(const patient *p, int day, bool *is_open) {
    const lab *found = good_on(p, ALBUMIN, day, NULL);
    if (found != NULL) {
        *is_open |= good_on(p, ALBUMIN, day, found) != NULL;
        return found;
    }
    const lab *later = good_on(p, ALBUMIN, day - 1, NULL);
    const lab *earlier = good_on(p, ALBUMIN, day + 1, NULL);
    found = later == NULL ? earlier : later;
    if (found != NULL)
        *is_open |= (later != NULL && earlier != NULL) ||
                    good_on(p, ALBUMIN, found->days_ago, found) != NULL;
    return found;
}

static number as_printed(const lab *of) {
    number x = {true, of->value, of->value, false, false, of->days_ago};
    if (of->sign == '<') {
        x.lo = 0;
        x.hi_open = true;
    } else if (of->sign == '>') {
        x.hi = 1e9;
        x.lo_open = true;
    }
    return x;
}

/* Total calcium that cannot be adjusted tells only the extremes and the middle. */
static number unadjusted(number total, bool is_mass) {
    const double low = is_mass ? 7.2 : 1.80, high = is_mass ? 12.0 : 3.00;
    const double from = is_mass ? 8.8 : 2.20, to = is_mass ? 10.4 : 2.60;
    if (below(total, low) == YES)
        return (number){true, 0, low, false, true, total.days_ago};
    if (above(total, high) == YES)
        return (number){true, high, 1e9, true, false, total.days_ago};
    if (below(total, from) == NO && above(total, to) == NO)
        return (number){true, from, to, false, false, total.days_ago};
    return (number){true, 0, 1e9, false, false, total.days_ago};
}

static calcium adjusted(const patient *p, const lab *total) {
    calcium c = {.value = as_printed(total), .is_mass = total->in == MGDL};
    const int day = total->days_ago;
    const lab *albumin = albumin_for(p, day, &c.is_open);
    const bool is_failing =
        below(oracle_indexed_between(p, day + 365, day > 0 ? day - 1 : 0), 15) == YES;
    if (albumin == NULL || albumin->value < 20 || is_failing) {
        c.value = unadjusted(c.value, c.is_mass);
        return c;
    }
    const double more =
        c.is_mass ? 0.8 * (4.0 - albumin->value / 10) : 0.02 * (40 - albumin->value);
    c.value.lo += more;
    c.value.hi += more;
    return c;
}

static double rank_of(const calcium *c, bool wants_high) {
    const double scale = c->is_mass ? 10 / 40.078 : 1;
    return wants_high ? c->value.hi * scale : -c->value.lo * scale;
}

/* What is reported adjusted replaces the totals of its day. */
static calcium calcium_on(const patient *p, int day, bool wants_high) {
    const what of = good_on(p, CALCIUM, day, NULL) != NULL ? CALCIUM : TOTAL_CA;
    calcium found = {.value.is_known = false};
    for (const lab *l = good_on(p, of, day, NULL); l != NULL; l = good_on(p, of, day, l)) {
        const calcium next = of == CALCIUM
                                 ? (calcium){.value = as_printed(l), .is_mass = l->in == MGDL}
                                 : adjusted(p, l);
        const bool is_second = found.value.is_known;
        if (!is_second || rank_of(&next, wants_high) > rank_of(&found, wants_high))
            found = next;
        found.is_open |= is_second;
    }
    return found;
}

calcium newest_calcium(const patient *p, int days, bool wants_high) {
    calcium found = {.value.is_known = false};
    for (int day = 0; day <= days && !found.value.is_known; day++)
        found = calcium_on(p, day, wants_high);
    found.is_marked =
        !found.value.is_known && (has_mark(p, CALCIUM, days, 0) || has_mark(p, TOTAL_CA, days, 0));
    return found;
}

calcium calcium_near(const patient *p, const lab *of, int days, bool wants_high) {
    calcium found = {.value.is_known = false};
    for (int away = 0; away <= days && !found.value.is_known; away++) {
        if (of->days_ago >= away)
            found = calcium_on(p, of->days_ago - away, wants_high);
        if (!found.value.is_known)
            found = calcium_on(p, of->days_ago + away, wants_high);
    }
    const int from = of->days_ago + days, until = of->days_ago > days ? of->days_ago - days : 0;
    found.is_marked = !found.value.is_known &&
                      (has_mark(p, CALCIUM, from, until) || has_mark(p, TOTAL_CA, from, until));
    return found;
}

arm calcium_below(const calcium *of, double molar, double mass) {
    return (arm){of->value.is_known ? below(of->value, of->is_mass ? mass : molar) : MAYBE,
                 !of->value.is_known && !of->is_marked};
}

arm calcium_above(const calcium *of, double molar, double mass) {
    return (arm){of->value.is_known ? above(of->value, of->is_mass ? mass : molar) : MAYBE,
                 !of->value.is_known && !of->is_marked};
}
