/* Rules F01, F02, G01 to G05 and G07 stated a second time. */
#include "oracle.h"

#include "judge.h"

#include <math.h>

enum {
    MGBOWEL = 1 << ANTACID | 1 << LAX,
    LOWERS_K =
        1 << LOOPD | 1 << THIAZD | 1 << BETA | 1 << CORTISONE | 1 << DIG | 1 << QTD | 1 << QT2,
    RAISES_K = 1 << ACE | 1 << SARTAN | 1 << SPARE | 1 << K
};

/* --- interactions --------------------------------------------------------------------------- */

/* Rows that count: by mouth; with those of unknown route, or without. */
static bool counts(const order *o, unsigned classes, bool with_doubt) {
    return (classes >> o->drug_class & 1) && (o->route == 'M' || (with_doubt && o->route == '?'));
}

static bool is_on_day(const order *o, int day) {
    return o->start >= day * DAY && o->stop < (day + 1) * DAY - 1;
}

/* Is anything of the classes in effect on one of those 14 days and today? */
static bool was_taken(const patient *p, unsigned classes, bool with_doubt) {
    for (int i = 0; i < p->order_count; i++)
        for (int day = 0; day <= 14; day++)
            if (counts(&p->orders[i], classes, with_doubt) && is_on_day(&p->orders[i], day))
                return true;
    return false;
}

static bool overlaps(const patient *p, unsigned bound, unsigned binder, bool with_doubt) {
    for (int i = 0; i < p->order_count; i++)
        for (int j = 0; j < p->order_count; j++)
            for (int day = 0; day <= 14; day++)
                if (counts(&p->orders[i], bound, with_doubt) && is_on_day(&p->orders[i], day) &&
                    counts(&p->orders[j], binder, false) && is_on_day(&p->orders[j], day))
                    return true;
    return false;
}

/* Length in days, begun ones included, of the newest course of 14 days; a day may lie between its
   orders. 0: none. */
static int course_days(const patient *p, unsigned classes, bool with_doubt) {
    const order *newest_order = NULL;
    for (int i = 0; i < p->order_count; i++) {
        const order *o = &p->orders[i];
        if (counts(o, classes, with_doubt) &&
            (newest_order == NULL || o->start < newest_order->start))
            newest_order = o;
    }
    if (newest_order == NULL)
        return 0;
    int start = newest_order->start, stop = newest_order->stop;
    for (int changed = 1; changed;) {
        changed = 0;
        for (int i = 0; i < p->order_count; i++) {
            const order *o = &p->orders[i];
            if (!counts(o, classes, with_doubt) || o->stop > start + DAY || o->start < stop - DAY)
                continue;
            changed |= o->start > start || o->stop < stop;
            start = o->start > start ? o->start : start;
            stop = o->stop < stop ? o->stop : stop;
        }
    }
    return (start - stop + DAY - 1) / DAY;
}

/* What holds with and without the rows of unknown route. */
static tv agreed(bool without, bool with) {
    return without == with ? (with ? YES : NO) : MAYBE;
}

/* Absence is knowledge only inside stays. */
static tv agreed_exposure(const patient *p, bool without, bool with) {
    const tv found = agreed(without, with);
    return found == NO ? seen(p, false) : found;
}

static verdict interaction(const patient *p, unsigned bound, int short_course, int long_course) {
    const tv among = agreed_exposure(p, was_taken(p, bound, false), was_taken(p, bound, true));
    const tv when = agreed_exposure(p, overlaps(p, bound, MGORAL_BITS, false),
                                    overlaps(p, bound, MGORAL_BITS, true));
    const int sure = course_days(p, bound, false), other = course_days(p, bound, true);
    tv is_short = agreed(sure > 0 && sure <= 14, other <= 14);
    if (bound == BIT(QUINOLONE))
        is_short = both(is_short, agreed_exposure(p, overlaps(p, bound, MGBOWEL, false),
                                                  overlaps(p, bound, MGBOWEL, true)));
    verdict v = outcome(p, among, when, is_short == YES ? short_course : long_course);
    v.ways = way(0, is_short) | way(1, opposite(is_short));
    return v;
}

static verdict f01(const patient *p) {
    return interaction(p, BIT(QUINOLONE), HIGH, MODERATE);
}

static verdict f02(const patient *p) {
    return interaction(p, BIT(TETRACYCLINE), MODERATE, LOW);
}

/* --- potassium and sodium ------------------------------------------------------------------- */

static verdict g01(const patient *p) {
    const lab *k = newest(p, POTASSIUM, 30, false);
    const tv cause = seen(p, is_active(p, LOWERS_K));
    const int severity = lab_below(k, 2.5, 9.8) == YES    ? CRITICAL
                         : lab_below(k, 3.0, 11.7) == YES ? HIGH
                         : cause == YES                   ? MODERATE
                                                          : LOW;
    return outcome(p, measured(p, POTASSIUM, 30), lab_below(k, 3.5, 13.7), severity);
}

static verdict g02(const patient *p) {
    const lab *k = newest(p, POTASSIUM, 30, true);
    const tv raises = either(seen(p, is_active(p, RAISES_K)), below(oracle_kidney(p), 60));
    int severity = lab_below(k, 6.5, 25.4) == NO   ? CRITICAL
                   : lab_below(k, 6.0, 23.5) == NO ? HIGH
                   : raises == YES                 ? MODERATE
                                                   : LOW;
    const unsigned ways = k != NULL && k->is_haemolysed ? 1u << severity : 0;
    if (k != NULL && k->is_haemolysed && severity > LOW)
        severity--;
    verdict v = outcome(p, measured(p, POTASSIUM, 30), opposite(lab_below(k, 5.5, 21.5)), severity);
    v.ways = ways;
    return v;
}

/* A thiazide begun in 90 days, after 90 without. */
static bool began_thiazide(const patient *p) {
    for (int i = 0; i < p->order_count; i++) {
        const order *o = &p->orders[i];
        const int day = o->start / DAY;
        if (o->drug_class == THIAZD && day <= 90 &&
            !was_exposed(p, BIT(THIAZD), (day + 91) * DAY - 1, o->start + 1))
            return true;
    }
    return false;
}

static verdict g03(const patient *p) {
    const lab *na = newest(p, SODIUM, 30, false);
    double highest = 0;
    bool is_censored = false;
    for (int i = 0; i < p->lab_count; i++)
        if (p->labs[i].of == SODIUM && p->labs[i].state == GOOD && p->labs[i].days_ago <= 30) {
            highest = fmax(highest, p->labs[i].value);
            is_censored |= p->labs[i].sign != '=';
        }
    const tv thiazide = seen(p, began_thiazide(p));
    const tv falls = na == NULL ? MAYBE : highest - na->value >= 6 ? YES : NO;
    const tv mild = both(lab_below(na, 133, 305.8), either(thiazide, falls));
    const int severity = lab_below(na, 120, 275.9) == YES   ? CRITICAL
                         : lab_below(na, 125, 287.4) == YES ? HIGH
                         : lab_below(na, 130, 298.9) == YES ? MODERATE
                                                            : LOW;
    verdict v =
        outcome(p, measured(p, SODIUM, 30), either(lab_below(na, 130, 298.9), mild), severity);
    v.ways = severity == LOW
                 ? way(0, both(thiazide, opposite(falls))) | way(1, both(falls, opposite(thiazide)))
                 : 0;
    v.is_open = is_censored;
    return v;
}

/* --- calcium -------------------------------------------------------------------------------- */

static verdict g04(const patient *p) {
    const calcium ca = newest_calcium(p, 30, false);
    const arm low[] = {calcium_below(&ca, 2.20, 8.8),
                       low_arm(p, IONISED, 30, (const double[]){1.15, 4.6})};
    const arm severe[] = {calcium_below(&ca, 1.90, 7.6),
                          low_arm(p, IONISED, 30, (const double[]){0.90, 3.6})};
    const bool had_bone_drug = was_exposed(p, BIT(BONE), 91 * DAY - 1, 0);
    const arm worse[] = {calcium_below(&ca, 2.10, 8.4), arm_of(seen(p, had_bone_drug)),
                         low_arm(p, VITAMIN_D, 365, (const double[]){25, 10}),
                         arm_of(below(oracle_indexed(p), 30))};
    tv moderate = NO;
    for (int i = 0; i < 4; i++)
        moderate = either(moderate, worse[i].is);
    const tv is_critical = any_of(severe, 2);
    const tv among = either(measured(p, IONISED, 30),
                            either(measured(p, TOTAL_CA, 30), measured(p, CALCIUM, 30)));
    verdict v = outcome(p, among, any_of(low, 2),
                        is_critical == YES ? CRITICAL
                        : moderate == YES  ? MODERATE
                                           : LOW);
    v.ways = way(0, low[0].is) | way(1, low[1].is) | way(2, severe[0].is) | way(3, severe[1].is);
    for (int i = 0; i < 4 && is_critical != YES; i++) {
        tv alone = worse[i].is;
        for (int j = 0; j < 4; j++)
            alone = j != i && worse[j].is == YES ? NO : alone;
        v.ways |= way(4 + i, alone);
    }
    v.is_open = ca.is_open;
    return v;
}

static verdict g05(const patient *p) {
    const calcium ca = newest_calcium(p, 60, true);
    const int severity = calcium_above(&ca, 3.50, 14.0).is == YES   ? CRITICAL
                         : calcium_above(&ca, 3.00, 12.0).is == YES ? HIGH
                                                                    : MODERATE;
    verdict v = outcome(p, seen(p, is_active(p, BIT(LIME) | BIT(SUN) | BIT(THIAZD))),
                        calcium_above(&ca, 2.60, 10.4).is, severity);
    v.is_open = ca.is_open;
    return v;
}

/* --- volume depletion ------------------------------------------------------------------------ */

/* Of two creatinines of a day the lower makes the ratio the higher one. */
static double lowest_creatinine_on(const patient *p, int day) {
    double lowest = INFINITY;
    for (int i = 0; i < p->lab_count; i++) {
        const lab *l = &p->labs[i];
        if (l->of == CREAT && l->state == GOOD && l->days_ago == day)
            lowest = fmin(lowest, l->value);
    }
    return lowest;
}

static verdict g07(const patient *p) {
    const lab *urea = NULL;
    for (int day = 0; day <= 30 && urea == NULL; day++) {
        const lab *on_day = NULL;
        if (creatinine_on(p, day) <= 0)
            continue;
        for (int i = 0; i < p->lab_count; i++) {
            const lab *l = &p->labs[i];
            const double scale = l->in == MGDL ? 0.3569644 : 1;
            if (l->of == UREA && l->state == GOOD && l->days_ago == day &&
                (on_day == NULL ||
                 l->value * scale > on_day->value * (on_day->in == MGDL ? 0.3569644 : 1)))
                on_day = l;
        }
        urea = on_day;
    }
    bool is_open = has_censored_creatinine(p);
    tv is_steep = MAYBE;
    if (urea != NULL) {
        const double mmol = urea->value * (urea->in == MGDL ? 0.3569644 : 1);
        is_steep =
            mmol * 1000 / lowest_creatinine_on(p, urea->days_ago) > 100 * (1 + 1e-9) ? YES : NO;
        is_open |= urea->sign != '=';
        for (int i = 0; i < p->lab_count; i++)
            is_open |= p->labs[i].of == UREA && &p->labs[i] != urea &&
                       p->labs[i].days_ago == urea->days_ago;
    }
    const lab *na = newest(p, SODIUM, 30, true);
    const tv dry = lab_above(urea, 10.0, 28.0);
    const tv na_off = either(lab_below(na, 133, 305.8), lab_above(na, 146, 335.7));
    int index_day = 0;
    const bool is_injured = oracle_aki_stage(p, 14, &index_day) >= 1;
    const tv magnesium = seen(p, is_active(p, MGSYS_BITS));
    const tv worse = either(either(is_injured ? YES : NO, magnesium), at_least(p, 75));
    if (is_active(p, BIT(CORTISONE)))
        return not_applicable();
    verdict v = outcome(p, seen(p, is_active(p, BIT(LOOPD) | BIT(THIAZD))),
                        both(is_steep, either(dry, na_off)), worse == YES ? MODERATE : LOW);
    v.ways = (na_off == YES ? 0 : way(0, dry)) | way(1, na_off) |
             (is_injured && magnesium == NO && p->age < 75 ? 4u : 0) |
             (!is_injured && magnesium == YES && p->age < 75 ? 8u : 0);
    v.is_open = is_open;
    return v;
}

/* --- both statements ------------------------------------------------------------------------- */

#define COUNT(table) ((int)(sizeof(table) / sizeof(table)[0]))

static void interactions_agree_on_random_patients(void **state) {
    (void)state;
    static const what labs[] = {MG};
    static const int drugs[] = {QUINOLONE, QUINOLONE, TETRACYCLINE, SUPP, ANTACID, LAX, MGOTH};
    static const stated_rule rules[] = {{"F01", f01, BIT(HIGH) | BIT(MODERATE), 3},
                                        {"F02", f02, BIT(MODERATE) | BIT(LOW), 3}};
    const mixture of = {.seed = UINT64_C(0x9e3779b97f4a7c15),
                        .labs = labs,
                        .lab_kinds = COUNT(labs),
                        .drugs = drugs,
                        .drug_kinds = COUNT(drugs),
                        .route_doubt = 4};
    oracle_compare(rules, COUNT(rules), &of, 10000);
}

static void potassium_and_sodium_agree_on_random_patients(void **state) {
    (void)state;
    static const what labs[] = {POTASSIUM, POTASSIUM, SODIUM, SODIUM, SODIUM, CREAT};
    static const int drugs[] = {THIAZD, THIAZD, BETA, CORTISONE, SPARE, K, QT2, DIG};
    static const stated_rule rules[] = {
        {"G01", g01, BIT(CRITICAL) | BIT(HIGH) | BIT(MODERATE) | BIT(LOW), 0},
        {"G02", g02, BIT(CRITICAL) | BIT(HIGH) | BIT(MODERATE) | BIT(LOW),
         BIT(CRITICAL) | BIT(HIGH) | BIT(MODERATE) | BIT(LOW)},
        {"G03", g03, BIT(CRITICAL) | BIT(HIGH) | BIT(MODERATE) | BIT(LOW), 3}};
    const mixture of = {.seed = UINT64_C(0x2545f4914f6cdd1d),
                        .labs = labs,
                        .lab_kinds = COUNT(labs),
                        .drugs = drugs,
                        .drug_kinds = COUNT(drugs),
                        .has_high_potassium = true,
                        .recent_days = 36};
    oracle_compare(rules, COUNT(rules), &of, 10000);
}

static void calcium_agrees_on_random_patients(void **state) {
    (void)state;
    static const what labs[] = {CALCIUM, TOTAL_CA, TOTAL_CA,  ALBUMIN,
                                ALBUMIN, IONISED,  VITAMIN_D, CREAT};
    static const int drugs[] = {LIME, SUN, THIAZD, BONE};
    static const stated_rule rules[] = {{"G04", g04, BIT(CRITICAL) | BIT(MODERATE) | BIT(LOW), 255},
                                        {"G05", g05, BIT(CRITICAL) | BIT(HIGH) | BIT(MODERATE), 0}};
    const mixture of = {.seed = UINT64_C(0x853c49e6748fea9b),
                        .labs = labs,
                        .lab_kinds = COUNT(labs),
                        .drugs = drugs,
                        .drug_kinds = COUNT(drugs),
                        .recent_days = 20};
    oracle_compare(rules, COUNT(rules), &of, 9000);
}

static void g07_agrees_on_random_patients(void **state) {
    (void)state;
    static const what labs[] = {UREA, UREA, CREAT, CREAT, SODIUM};
    static const int drugs[] = {LOOPD, LOOPD, THIAZD, SUPP, CORTISONE};
    static const stated_rule rules[] = {{"G07", g07, BIT(MODERATE) | BIT(LOW), 15}};
    const mixture of = {.seed = UINT64_C(0xda3e39cb94b95bdb),
                        .labs = labs,
                        .lab_kinds = COUNT(labs),
                        .drugs = drugs,
                        .drug_kinds = COUNT(drugs),
                        .recent_days = 8};
    oracle_compare(rules, COUNT(rules), &of, 10000);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(interactions_agree_on_random_patients),
        cmocka_unit_test(potassium_and_sodium_agree_on_random_patients),
        cmocka_unit_test(calcium_agrees_on_random_patients),
        cmocka_unit_test(g07_agrees_on_random_patients),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
