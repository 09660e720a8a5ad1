/* Rules D01 to D05 and E01 to E03 stated a second time. */
#include "oracle.h"

#include "judge.h"

#include <math.h>

/* --- events --------------------------------------------------------------------------------- */

static bool is_of(const order *o, unsigned classes) {
    return classes >> o->drug_class & 1;
}

/* Days before T of the newest start from..until days ago, after 90 days without; -1: none. */
static int begun(const patient *p, unsigned classes, int from, int until) {
    int newest_day = -1;
    for (int i = 0; i < p->order_count; i++) {
        const order *o = &p->orders[i];
        const int day = o->start / DAY;
        const bool is_new = !was_exposed(p, classes, (day + 91) * DAY - 1, o->start + 1);
        if (is_of(o, classes) && is_new && day <= from && day >= until &&
            (newest_day < 0 || day < newest_day))
            newest_day = day;
    }
    return newest_day;
}

static tv measured_between(const patient *p, what of, int from, int until) {
    for (int i = 0; i < p->lab_count; i++)
        if (p->labs[i].of == of && p->labs[i].state == GOOD && p->labs[i].days_ago <= from &&
            p->labs[i].days_ago >= until)
            return YES;
    return has_mark(p, of, from, until) ? MAYBE : NO;
}

/* After a pause of 90 days a dose is a new start, no change. */
enum { LONGEST_PAUSE = 90 * DAY - 1 };

/* Both last longer than a day, both doses are known, and one begins when the other has ended? */
static bool is_follower(const order *first, const order *next) {
    return next->start <= first->stop && first->mmol >= 0 && next->mmol >= 0 &&
           first->start - first->stop > DAY && next->start - next->stop > DAY;
}

/* The day of the one change of a supplement's dose by a quarter or more; -1: none. Orders that
   overlap or lie near are left open, unless there are two, one behind the other. */
static int dose_changed(const patient *p, bool *is_open) {
    const order *found[ORACLE_ORDERS_MAX] = {NULL};
    int count = 0;
    for (int i = 0; i < p->order_count; i++)
        if (p->orders[i].drug_class == SUPP)
            found[count++] = &p->orders[i];
    for (int i = 0; i < count; i++)
        for (int j = 0; j < count; j++)
            if (i != j && found[j]->start <= found[i]->start &&
                found[j]->start >= found[i]->stop - LONGEST_PAUSE &&
                (count > 2 || !is_follower(found[i], found[j])))
                *is_open = true;
    if (*is_open || count != 2)
        return -1;
    const order *first = found[0]->start > found[1]->start ? found[0] : found[1];
    const order *next = first == found[0] ? found[1] : found[0];
    const bool is_change = first->stop - next->start <= LONGEST_PAUSE &&
                           fabs(next->mmol - first->mmol) >= 0.25 * first->mmol - 0.002;
    return is_change ? next->start / DAY : -1;
}

/* Last day of the last infusion; -1: none, or it runs. */
static int infused(const patient *p, int from, int until) {
    const order *last = NULL;
    for (int i = 0; i < p->order_count; i++)
        if (p->orders[i].drug_class == IV && (last == NULL || p->orders[i].stop < last->stop))
            last = &p->orders[i];
    if (last == NULL || last->stop < 0)
        return -1;
    const int day = (last->stop + 1) / DAY; /* a day's stop is 00:00 of the day after */
    return day <= from && day >= until ? day : -1;
}

/* --- monitoring ------------------------------------------------------------------------------ */

static tv dose_above(const patient *p, unsigned classes, double mmol) {
    return is_active(p, classes) ? above(oracle_dose(p, classes), mmol) : seen(p, false);
}

/* Left out only where nobody ever looked: an old creatinine may hide a failing kidney. */
static arm kidney_below(const patient *p, double limit) {
    const bool is_absent = newest(p, CREAT, ORACLE_EVER, true) == NULL &&
                           newest(p, EGFR, ORACLE_EVER, true) == NULL &&
                           !has_mark(p, CREAT, 365, 0) && !has_mark(p, EGFR, 365, 0);
    return (arm){below(oracle_kidney(p), limit), is_absent};
}

static verdict d01(const patient *p) {
    bool is_open = false;
    const int start = begun(p, BIT(SUPP), 180, 15), last = infused(p, 30, 3);
    int change = dose_changed(p, &is_open);
    change = change >= 15 && change <= 180 ? change : -1;
    const arm risks[] = {kidney_below(p, 60), arm_of(at_least(p, 75)),
                         arm_of(seen(p, is_active(p, BIT(DIG)))),
                         arm_of(dose_above(p, BIT(SUPP), 24))};
    const tv at_risk = any_of(risks, 4);
    const int since[] = {start, change};
    tv unchecked[2], dripped = seen(p, false);
    for (int i = 0; i < 2; i++)
        unchecked[i] = since[i] < 0 ? seen(p, false)
                                    : both(none_between(p, MG, since[i] - 5, 0),
                                           either(since[i] >= 29 ? YES : NO, at_risk));
    if (last >= 0)
        dripped = none_between(p, MG, last, 0);
    else if (was_exposed(p, BIT(IV), 3 * DAY - 1, 0))
        dripped = NO; /* the last dose is known, and not yet due */
    const tv quiet = both(both(opposite(below(oracle_kidney(p), 90)), opposite(at_least(p, 65))),
                          opposite(dose_above(p, BIT(SUPP), 14.4003)));
    verdict v = outcome(p, seen(p, start >= 0 || change >= 0 || last >= 0),
                        either(either(unchecked[0], unchecked[1]), dripped),
                        at_risk == YES || dripped == YES ? MODERATE
                        : quiet == YES                   ? INFO
                                                         : LOW);
    v.ways = way(0, unchecked[0]) | way(1, unchecked[1]) | way(2, dripped);
    for (int i = 0; i < 4; i++)
        v.ways |= way(3 + i, risks[i].is);
    v.is_open = is_open;
    return v;
}

static verdict d02(const patient *p) {
    const tv failing = below(oracle_kidney(p), 60), long_ago = none(p, MG, 183);
    const int severity = both(failing, long_ago) == YES     ? MODERATE
                         : either(failing, long_ago) == YES ? LOW
                                                            : INFO;
    verdict v = outcome(p, continuous(p, BIT(SUPP), 90, DAY), none(p, MG, 106), severity);
    v.ways = severity == LOW ? way(0, failing) | way(1, long_ago) : 0;
    return v;
}

static verdict d03(const patient *p) {
    const int on = days_on(p, BIT(SUPP), DAY);
    const tv among = on < 0 ? seen(p, false) : on >= 56 ? YES : NO;
    const tv unmeasured =
        on < 0 ? MAYBE : none_between(p, MG, on + 90, 0); /* one window, judged at its end */
    return outcome(p, among, unmeasured, LOW);
}

static verdict d04(const patient *p) {
    const lab *mg = newest(p, MG, 180, false);
    if (mg == NULL)
        return outcome(p, measured(p, MG, 180), MAYBE, 0);
    const int day = mg->days_ago, from = day + 7, until = day > 7 ? day - 7 : 0;
    const tv low = lab_below(mg, 0.70, 1.7), very_low = lab_below(mg, 0.50, 1.2);
    const tv high = lab_above(mg, 1.23, 3.0);
    const tv overdue =
        either(either(high, very_low),
               either(day >= 42 ? YES : NO, both(lab_below(mg, 0.60, 1.5), day >= 14 ? YES : NO)));
    const tv no_potassium = none_between(p, POTASSIUM, from, until);
    const tv other_calcium = either(measured_between(p, CALCIUM, from, until),
                                    measured_between(p, IONISED, from, until));
    const tv no_calcium = both(none_between(p, TOTAL_CA, from, until), opposite(other_calcium));
    const tv unmet = either(overdue, both(low, either(no_potassium, no_calcium)));
    verdict v = outcome(p, both(either(low, high), day >= 3 ? YES : NO),
                        both(p->is_outside_stays ? MAYBE : YES, unmet),
                        either(very_low, high) == YES ? HIGH : MODERATE);
    v.ways = way(0, high) | way(1, very_low) | way(2, both(overdue, opposite(very_low))) |
             (overdue == NO ? way(3, both(no_potassium, opposite(no_calcium))) |
                                  way(4, both(no_calcium, opposite(no_potassium)))
                            : 0);
    return v;
}

static verdict d05(const patient *p) {
    const int start = begun(p, MGSYS_BITS, 60, 14);
    const tv among = both(seen(p, is_active(p, BIT(WARFARIN))), seen(p, start >= 0));
    const tv unchecked = start < 0 ? MAYBE : none_between(p, INR, start, start - 14);
    const tv has_inr = newest(p, INR, 180, false) != NULL ? YES : MAYBE;
    return outcome(p, among, both(unchecked, has_inr), MODERATE);
}

/* --- doses ------------------------------------------------------------------------------------ */

/* A magnesium below MG_LOW in 365 days: what is rejected may have been one. */
static tv was_low(const patient *p) {
    tv low = has_mark(p, MG, 365, 0) ? MAYBE : NO;
    for (int i = 0; i < p->lab_count; i++)
        if (p->labs[i].of == MG && p->labs[i].state == GOOD && p->labs[i].days_ago <= 365)
            low = either(low, lab_below(&p->labs[i], 0.70, 1.7));
    return low;
}

static verdict e01(const patient *p) {
    const int on = days_on(p, BIT(SUPP), DAY);
    if (has_condition(p, 'M', ORACLE_EVER))
        return not_applicable();
    return outcome(p,
                   on < 0     ? seen(p, false)
                   : on >= 28 ? YES
                              : NO,
                   both(dose_above(p, BIT(SUPP), 14.4003), opposite(was_low(p))), LOW);
}

static verdict e02(const patient *p) {
    const tv much = dose_above(p, BIT(SUPP), 40), failing = below(oracle_kidney(p), 60);
    verdict v = outcome(p, seen(p, is_active(p, BIT(SUPP))), dose_above(p, BIT(SUPP), 24),
                        either(much, failing) == YES ? HIGH : MODERATE);
    v.ways = way(0, both(much, opposite(failing))) | way(1, both(failing, opposite(much)));
    return v;
}

static verdict e03(const patient *p) {
    int long_on = 0;
    for (int c = SUPP; c <= MGOTH; c++)
        long_on += is_active(p, BIT(c)) && days_on(p, BIT(c), DAY) >= 14;
    const tv safe = opposite(below(oracle_kidney(p), 60));
    const tv worse = either(safe == YES ? NO : YES, at_least(p, 75));
    verdict v = outcome(p, seen(p, is_active(p, MGORAL_BITS)), seen(p, long_on >= 2),
                        worse == YES ? MODERATE : LOW);
    v.ways = (safe == NO ? 1u : 0) | (safe == MAYBE ? 2u : 0) | (safe == YES ? 4u : 0);
    return v;
}

/* --- both statements ---------------------------------------------------------------------------
 */

#define COUNT(table) ((int)(sizeof(table) / sizeof(table)[0]))

static void monitoring_agrees_on_random_patients(void **state) {
    (void)state;
    static const what labs[] = {MG, CREAT, EGFR, POTASSIUM, INR, INR};
    static const int drugs[] = {SUPP, SUPP, SUPP, IV, WARFARIN, WARFARIN, DIG};
    static const stated_rule rules[] = {{"D01", d01, BIT(MODERATE) | BIT(LOW) | BIT(INFO), 127},
                                        {"D02", d02, BIT(MODERATE) | BIT(LOW) | BIT(INFO), 3},
                                        {"D03", d03, BIT(LOW), 0},
                                        {"D05", d05, BIT(MODERATE), 0}};
    const mixture of = {.seed = UINT64_C(0x9e3779b97f4a7c15),
                        .labs = labs,
                        .lab_kinds = COUNT(labs),
                        .drugs = drugs,
                        .drug_kinds = COUNT(drugs),
                        .has_changes = true};
    oracle_compare(rules, COUNT(rules), &of, 14000);
}

static void follow_up_agrees_on_random_patients(void **state) {
    (void)state;
    static const what labs[] = {MG, POTASSIUM, POTASSIUM, CALCIUM, TOTAL_CA, IONISED};
    static const int drugs[] = {SUPP};
    static const stated_rule rules[] = {{"D04", d04, BIT(HIGH) | BIT(MODERATE), 31}};
    const mixture of = {.seed = UINT64_C(0x2545f4914f6cdd1d),
                        .labs = labs,
                        .lab_kinds = COUNT(labs),
                        .drugs = drugs,
                        .drug_kinds = COUNT(drugs)};
    oracle_compare(rules, COUNT(rules), &of, 10000);
}

static void doses_agree_on_random_patients(void **state) {
    (void)state;
    static const what labs[] = {MG, CREAT, EGFR};
    static const int drugs[] = {SUPP, SUPP, ANTACID, LAX, MGOTH};
    static const stated_rule rules[] = {{"E01", e01, BIT(LOW), 0},
                                        {"E02", e02, BIT(HIGH) | BIT(MODERATE), 3},
                                        {"E03", e03, BIT(MODERATE) | BIT(LOW), 7}};
    const mixture of = {.seed = UINT64_C(0x853c49e6748fea9b),
                        .labs = labs,
                        .lab_kinds = COUNT(labs),
                        .drugs = drugs,
                        .drug_kinds = COUNT(drugs)};
    oracle_compare(rules, COUNT(rules), &of, 10000);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(monitoring_agrees_on_random_patients),
        cmocka_unit_test(follow_up_agrees_on_random_patients),
        cmocka_unit_test(doses_agree_on_random_patients),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
