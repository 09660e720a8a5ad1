/* Rules A05-A09, B02-B06 and B11 stated a second time. */
#include "oracle.h"

#include "judge.h"

#include <math.h>

enum { HIDDEN = 0x0e, DIURETICS = 0x60, KIDNEY_DRUGS = 0x60 | 1 << ACE | 1 << SARTAN };

/* --- eGFR over time ----------------------------------------------------------------------- */

static bool has_two_creatinines_of_a_day(const patient *p) {
    for (int i = 0; i < p->lab_count; i++)
        for (int j = 0; j < i; j++)
            if (p->labs[i].of == CREAT && p->labs[j].of == CREAT &&
                p->labs[i].days_ago == p->labs[j].days_ago)
                return true;
    return false;
}

static int category(double egfr) {
    static const double lower_ends[] = {90, 60, 45, 30, 15};
    int worse = 0;
    while (worse < 5 && egfr < lower_ends[worse] * (1 - 1e-9))
        worse++;
    return worse;
}

static tv falls(const patient *p) {
    const lab *last = newest(p, CREAT, 90, true);
    double values[ORACLE_LABS_MAX];
    int count = 0;
    if (last == NULL || p->age < 0 || p->sex == '?')
        return MAYBE;
    for (int day = last->days_ago + 90; day <= last->days_ago + 365; day++)
        if (creatinine_on(p, day) > 0 && oracle_age_at(p, day) >= 18)
            values[count++] =
                oracle_ckd_epi_2009(p->sex, oracle_age_at(p, day), creatinine_on(p, day));
    if (count == 0)
        return MAYBE;
    const double earlier = median_of(values, count);
    const double now = oracle_ckd_epi_2009(p->sex, oracle_age_at(p, last->days_ago), last->value);
    const bool is_quarter = now <= 0.75 * earlier * (1 + 1e-9);
    return (is_quarter && category(now) > category(earlier)) || earlier - now >= 15 * (1 - 1e-9)
               ? YES
               : NO;
}

static verdict a05(const patient *p) {
    verdict by_hand = outcome(p, seen(p, is_active(p, MGSYS_BITS)),
                              both(falls(p), opposite(below(oracle_kidney(p), 30))), MODERATE);
    by_hand.is_open = has_censored_creatinine(p) || has_two_creatinines_of_a_day(p);
    return by_hand;
}

/* --- acute injury ------------------------------------------------------------------------- */

static bool takes_magnesium_since(const patient *p, int day) {
    return was_exposed(p, MGSYS_BITS, (day + 1) * DAY - 1, 0);
}

static verdict a06(const patient *p) {
    const lab *last = newest(p, CREAT, 14, true);
    int index = last == NULL ? 0 : last->days_ago;
    const int stage = oracle_aki_stage(p, 14, &index);
    const bool is_taken = last != NULL && (takes_magnesium_since(p, last->days_ago) ||
                                           (stage >= 0 && takes_magnesium_since(p, index)));
    tv takes = seen(p, is_taken);
    if (last == NULL && takes == NO && was_exposed(p, MGSYS_BITS, ORACLE_EVER * DAY, 0))
        takes = MAYBE; /* since when? */
    const tv when = stage >= 0 ? (stage > 0 ? YES : NO) : lab_above(last, 354, 4.0);
    if (has_condition(p, 'D', 365))
        return not_applicable();
    verdict by_hand =
        outcome(p, both(measured(p, CREAT, 14), takes), when == NO ? stage < 0 ? MAYBE : NO : when,
                stage >= 2 ? CRITICAL : HIGH);
    by_hand.is_open = has_censored_creatinine(p);
    return by_hand;
}

/* --- preparations and hidden magnesium ----------------------------------------------------- */

/* What counts at that moment: orders of one day all day long, others while they run. */
static number laxative_dose(const patient *p, int at) {
    number sum = {true, 0, 0, false, false, 0};
    for (int i = 0; i < p->order_count; i++) {
        const order *o = &p->orders[i];
        const bool counts =
            o->start - o->stop <= DAY ? o->start / DAY == at / DAY : o->start >= at && o->stop < at;
        if (o->drug_class != LAX || !counts)
            continue;
        sum.lo += o->mmol < 0 ? 0 : o->mmol;
        sum.hi += o->mmol < 0 ? 1e9 : o->mmol;
    }
    return sum;
}

/* Most that was prescribed for one day of the last 30: it can only rise where an order or the day
   of one begins. */
static number highest_laxative_dose(const patient *p) {
    number most = laxative_dose(p, 31 * DAY - 1);
    for (int i = 0; i < p->order_count; i++)
        for (int k = 0; k < 2 && p->orders[i].start < 31 * DAY; k++) {
            const int start = p->orders[i].start;
            const number then = laxative_dose(p, k == 0 ? start : start / DAY * DAY + DAY - 1);
            most.lo = fmax(most.lo, then.lo);
            most.hi = fmax(most.hi, then.hi);
        }
    return most;
}

static verdict a07(const patient *p) {
    const number kf = oracle_kidney(p), dose = highest_laxative_dose(p);
    const tv purge = dose.hi <= 0 ? seen(p, false) : opposite(below(dose, 80));
    const tv among = either(at_least_issues(p, BIT(PREP), 30, 1), purge);
    const tv risk = either(at_least(p, 75), seen(p, is_active(p, KIDNEY_DRUGS)));
    return outcome(p, among, either(below(kf, 30), both(below(kf, 60), risk)),
                   below(kf, 30) == YES ? CRITICAL : MODERATE);
}

static verdict a08(const patient *p) {
    const number kf = oracle_kidney(p);
    const tv lasts = seen(p, days_on(p, HIDDEN, DAY) >= 28);
    const tv is_taken = days_on(p, HIDDEN, DAY) >= 0 && lasts == MAYBE ? NO : lasts;
    const tv among = both(either(at_least_issues(p, HIDDEN, 90, 2), is_taken),
                          opposite(seen(p, is_active(p, BIT(SUPP)))));
    const lab *urea = newest(p, UREA, 365, true);
    const tv dry = both(at_least(p, 65), opposite(lab_below(urea, 8.0, 22.4)));
    return outcome(p, among, both(both(opposite(below(kf, 30)), below(kf, 60)), none(p, MG, 183)),
                   either(below(kf, 45), dry) == YES ? MODERATE : LOW);
}

static verdict a09(const patient *p) {
    const bool is_inside = lab_above(newest(p, MG, 30, true), 1.05, 2.6) == NO;
    if (!p->has_conditions && (p->age < 0 || p->age >= 18))
        return (verdict){.kind = MAG_NOT_EVALUATED};
    return outcome(p,
                   both(seen(p, is_active(p, MGSYS_BITS)), has_condition(p, 'D', 365) ? YES : NO),
                   YES, is_inside ? MODERATE : HIGH);
}

/* --- nobody measured magnesium ------------------------------------------------------------- */

static verdict b02(const patient *p) {
    const tv coded = has_condition(p, 'M', ORACLE_EVER) ? YES : p->has_conditions ? NO : MAYBE;
    const tv low_ion = either(lowest_below(p, POTASSIUM, 365, (const double[]){3.5, 13.7}),
                              lowest_below(p, CALCIUM, 365, (const double[]){2.20, 8.8}));
    const tv risk =
        either(either(at_least(p, 65), below(oracle_indexed(p), 45)), either(low_ion, coded));
    return outcome(p, continuous(p, BIT(PPID), 365, 60 * DAY), none(p, MG, 365),
                   risk == YES ? LOW : INFO);
}

static verdict b03(const patient *p) {
    return outcome(p,
                   both(continuous(p, BIT(PPID), 90, 60 * DAY), continuous(p, DIURETICS, 90, DAY)),
                   none(p, MG, 365), MODERATE);
}

static verdict b04(const patient *p) {
    const tv waster = either(continuous(p, BIT(PPID), 90, DAY), seen(p, is_active(p, DIURETICS)));
    const tv risk =
        either(lab_below(newest(p, POTASSIUM, 90, false), 3.5, 13.7), below(oracle_indexed(p), 45));
    return outcome(p, both(seen(p, is_active(p, BIT(DIG))), waster), none(p, MG, 183),
                   risk == YES ? HIGH : MODERATE);
}

static verdict b05(const patient *p) {
    int classes = 0;
    for (int c = 0; c < DRUG_COUNT; c++)
        classes += (DEPL_BITS >> c & 1) && is_active(p, BIT(c));
    return outcome(p, seen(p, classes >= 3), none(p, MG, 183), MODERATE);
}

static verdict b06(const patient *p) {
    const lab *k = newest(p, POTASSIUM, 90, false);
    if (k == NULL)
        return outcome(
            p,
            both(measured(p, POTASSIUM, 90),
                 p->is_outside_stays || was_exposed(p, DIURETICS, ORACLE_EVER * DAY, -99 * DAY)
                     ? MAYBE
                     : NO),
            MAYBE, 0);
    const int day = k->days_ago;
    const tv takes = seen(p, was_exposed(p, DIURETICS, (day + 1) * DAY - 1, day * DAY));
    const tv severe = lab_below(k, 3.0, 11.7);
    const tv unmeasured = both(none_between(p, MG, day + 14, day), none_between(p, MG, day, 0));
    const tv due = either(severe, day >= 14 ? YES : NO);
    return outcome(p, takes, both(both(lab_below(k, 3.5, 13.7), unmeasured), due),
                   severe == YES ? HIGH : MODERATE);
}

/* --- low in spite of replacement ----------------------------------------------------------- */

static bool may_be_low(const lab *l, bool surely) {
    const tv is_low = l->state == GOOD ? lab_below(l, 0.70, 1.7) : MAYBE;
    return l->of == MG && l->days_ago <= 183 && (is_low == YES || (!surely && is_low == MAYBE));
}

static bool has_two_low(const patient *p, bool surely) {
    for (int i = 0; i < p->lab_count; i++)
        for (int j = 0; j < i; j++)
            if (may_be_low(&p->labs[i], surely) && may_be_low(&p->labs[j], surely) &&
                abs(p->labs[i].days_ago - p->labs[j].days_ago) >= 14)
                return true;
    return false;
}

static verdict b11(const patient *p) {
    const unsigned replacement = BIT(SUPP) | BIT(IV);
    const lab *last = newest(p, MG, 183, false);
    int first = -1;
    for (int i = 0; i < p->lab_count; i++)
        if (p->labs[i].state == GOOD && may_be_low(&p->labs[i], true) &&
            p->labs[i].days_ago > first)
            first = p->labs[i].days_ago;
    const tv twice = has_two_low(p, true) ? YES : has_two_low(p, false) ? MAYBE : NO;
    tv between = MAYBE;
    if (last != NULL && first >= 0)
        between = seen(p, was_exposed(p, replacement, (first + 1) * DAY - 1, last->days_ago * DAY));
    const tv among = both(both(continuous(p, BIT(PPID), 90, DAY), measured(p, MG, 183)),
                          seen(p, was_exposed(p, replacement, 184 * DAY - 1, 0)));
    return outcome(p, among, both(both(lab_below(last, 0.70, 1.7), twice), between), HIGH);
}

/* --- both statements ----------------------------------------------------------------------- */

static void kidney_rules_agree_on_random_patients(void **state) {
    (void)state;
    static const what labs[] = {CREAT, CREAT, CREAT, MG, UREA};
    static const int drugs[] = {SUPP, ANTACID, LAX, LAX, MGOTH, IV, PREP, LOOPD};
    static const stated_rule rules[] = {{"A05", a05, BIT(MODERATE), 0},
                                        {"A06", a06, BIT(CRITICAL) | BIT(HIGH), 0},
                                        {"A07", a07, BIT(CRITICAL) | BIT(MODERATE), 0},
                                        {"A08", a08, BIT(MODERATE) | BIT(LOW), 0},
                                        {"A09", a09, BIT(HIGH) | BIT(MODERATE), 0}};
    const mixture of = {
        .seed = UINT64_C(0x2545f4914f6cdd1d),
        .labs = labs,
        .lab_kinds = sizeof labs / sizeof labs[0],
        .drugs = drugs,
        .drug_kinds = sizeof drugs / sizeof drugs[0],
    };
    oracle_compare(rules, sizeof rules / sizeof rules[0], &of, 9000);
}

static void wasting_rules_agree_on_random_patients(void **state) {
    (void)state;
    static const what labs[] = {POTASSIUM, POTASSIUM, CALCIUM, EGFR, CREAT};
    static const int drugs[] = {PPID, PPID, PPID, LOOPD, LOOPD, THIAZD, DIG};
    static const stated_rule rules[] = {{"B02", b02, BIT(LOW) | BIT(INFO), 0},
                                        {"B03", b03, BIT(MODERATE), 0},
                                        {"B04", b04, BIT(HIGH) | BIT(MODERATE), 0},
                                        {"B05", b05, BIT(MODERATE), 0},
                                        {"B06", b06, BIT(HIGH) | BIT(MODERATE), 0}};
    const mixture of = {
        .seed = UINT64_C(0x853c49e6748fea9b),
        .labs = labs,
        .lab_kinds = sizeof labs / sizeof labs[0],
        .drugs = drugs,
        .drug_kinds = sizeof drugs / sizeof drugs[0],
    };
    oracle_compare(rules, sizeof rules / sizeof rules[0], &of, 15000);
}

static void b11_agrees_on_random_patients(void **state) {
    (void)state;
    static const what labs[] = {MG};
    static const int drugs[] = {PPID, PPID, SUPP, IV};
    static const stated_rule rules[] = {{"B11", b11, BIT(HIGH), 0}};
    const mixture of = {
        .seed = UINT64_C(0xda3e39cb94b95bdb),
        .labs = labs,
        .lab_kinds = 1,
        .drugs = drugs,
        .drug_kinds = 4,
    };
    oracle_compare(rules, 1, &of, 6000);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(kidney_rules_agree_on_random_patients),
        cmocka_unit_test(wasting_rules_agree_on_random_patients),
        cmocka_unit_test(b11_agrees_on_random_patients),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
