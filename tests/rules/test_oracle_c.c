/* Rules C03 to C07 stated a second time. */
#include "oracle.h"

#include "judge.h"

static const double mg_low[] = {0.70, 1.7}, k_low[] = {3.5, 13.7};

/* --- low magnesium with another low ion ---------------------------------------------------- */

static verdict c03(const patient *p) {
    const lab *mg = newest(p, MG, 30, false);
    const lab *k = mg == NULL ? NULL : partner(p, mg, POTASSIUM, 7);
    const tv very_low_k = lab_below(k, 2.5, 9.8);
    const tv both_severe = both(lab_below(k, 3.0, 11.7), lab_below(mg, 0.50, 1.2));
    verdict v =
        outcome(p, measured(p, MG, 30), both(lab_below(mg, 0.70, 1.7), lab_below(k, 3.5, 13.7)),
                either(very_low_k, both_severe) == YES ? CRITICAL : HIGH);
    v.ways = way(0, very_low_k) | way(1, both(both_severe, opposite(very_low_k)));
    return v;
}

/* The ionised calcium beside a sample; absent without one. */
static const lab *ionised_near(const patient *p, const lab *mg, bool *is_absent) {
    const lab *found = mg == NULL ? NULL : partner(p, mg, IONISED, 7);
    *is_absent = found == NULL &&
                 (mg == NULL ||
                  !has_mark(p, IONISED, mg->days_ago + 7, mg->days_ago > 7 ? mg->days_ago - 7 : 0));
    return found;
}

static verdict c04(const patient *p) {
    const lab *mg = newest(p, MG, 30, false);
    const calcium none_found = {.value.is_known = false};
    const calcium ca = mg == NULL ? none_found : calcium_near(p, mg, 7, false);
    bool is_absent;
    const lab *free_ca = ionised_near(p, mg, &is_absent);
    const arm low[] = {calcium_below(&ca, 2.20, 8.8), {lab_below(free_ca, 1.15, 4.6), is_absent}};
    const arm severe[] = {calcium_below(&ca, 1.90, 7.6),
                          {lab_below(free_ca, 0.90, 3.6), is_absent},
                          arm_of(lab_below(mg, 0.40, 1.0))};
    verdict v = outcome(p, measured(p, MG, 30), both(lab_below(mg, 0.70, 1.7), any_of(low, 2)),
                        any_of(severe, 3) == YES ? CRITICAL : HIGH);
    for (int i = 0; i < 2; i++)
        v.ways |= way(i, low[i].is);
    for (int i = 0; i < 3; i++)
        v.ways |= way(2 + i, severe[i].is);
    v.is_open = ca.is_open;
    return v;
}

/* --- drugs that make low ions dangerous ---------------------------------------------------- */

static verdict c05(const patient *p) {
    const calcium ca = newest_calcium(p, 30, true);
    const arm arms[] = {low_arm(p, MG, 30, mg_low), low_arm(p, POTASSIUM, 30, k_low),
                        calcium_above(&ca, 2.60, 10.4)};
    const tv severe = either(lab_below(newest(p, MG, 30, false), 0.50, 1.2),
                             lab_below(newest(p, POTASSIUM, 30, false), 3.0, 11.7));
    verdict v = outcome(p, seen(p, is_active(p, BIT(DIG))), any_of(arms, 3),
                        severe == YES ? CRITICAL : HIGH);
    for (int i = 0; i < 3; i++)
        v.ways |= way(i, arms[i].is);
    v.is_open = ca.is_open;
    return v;
}

/* Adjusted below CA_MOD, ionised below ICA_CRIT (decision 101); newest of each. */
static arm low_calcium(const patient *p, int days, bool *is_open) {
    const calcium ca = newest_calcium(p, days, false);
    const arm arms[] = {calcium_below(&ca, 2.10, 8.4),
                        low_arm(p, IONISED, days, (const double[]){0.90, 3.6})};
    *is_open = ca.is_open;
    return (arm){any_of(arms, 2), arms[0].is_absent && arms[1].is_absent};
}

static verdict c06(const patient *p) {
    const int days = p->is_inside_stay ? 14 : 30;
    const lab *mg = newest(p, MG, days, false), *k = newest(p, POTASSIUM, days, false);
    bool is_open;
    const arm ions[] = {low_arm(p, MG, days, mg_low), low_arm(p, POTASSIUM, days, k_low),
                        low_calcium(p, days, &is_open)};
    const tv critical = either(lab_below(mg, 0.40, 1.0), lab_below(k, 2.5, 9.8));
    const tv severe = either(lab_below(mg, 0.50, 1.2), lab_below(k, 3.0, 11.7));
    const int low_ions = (ions[0].is == YES) + (ions[1].is == YES) + (ions[2].is == YES);
    const bool takes_two = is_active(p, BIT(QTD)) && is_active(p, BIT(QT2));
    const bool is_high = takes_two || low_ions >= 2 || severe == YES;
    verdict v = outcome(p, seen(p, is_active(p, BIT(QTD) | BIT(QT2))), any_of(ions, 3),
                        critical == YES ? CRITICAL
                        : is_high       ? HIGH
                                        : MODERATE);
    for (int i = 0; i < 3; i++)
        v.ways |= way(i, ions[i].is);
    if (critical != YES)
        v.ways |= (takes_two && low_ions < 2 && severe != YES ? 8u : 0) |
                  (!takes_two && low_ions >= 2 && severe != YES ? 16u : 0) |
                  (!takes_two && low_ions < 2 && severe == YES ? 32u : 0);
    v.is_open = is_open;
    return v;
}

/* --- low in spite of replacement ------------------------------------------------------------ */

/* First and last potassium of 90 days that is low for sure, in days before T; false: there is none.
 */
static bool find_low_potassium(const patient *p, int *first, int *last) {
    *first = -1;
    for (int i = 0; i < p->lab_count; i++) {
        const lab *l = &p->labs[i];
        if (l->of != POTASSIUM || l->state != GOOD || l->days_ago > 90 ||
            lab_below(l, 3.5, 13.7) != YES)
            continue;
        *last = *first < 0 || l->days_ago < *last ? l->days_ago : *last;
        *first = l->days_ago > *first ? l->days_ago : *first;
    }
    return *first >= 0;
}

static arm potassium_resists(const patient *p) {
    const unsigned drugs = BIT(K) | BIT(SPARE);
    const tv low = lowest_below(p, POTASSIUM, 90, k_low);
    const bool is_absent = measured(p, POTASSIUM, 90) == NO;
    int first, last;
    if (!find_low_potassium(p, &first, &last)) {
        const bool never =
            !p->is_outside_stays && !was_exposed(p, drugs, ORACLE_EVER * DAY, -99 * DAY);
        return (arm){low == NO || never ? NO : MAYBE, is_absent && !never};
    }
    const tv takes = seen(p, was_exposed(p, drugs, (first + 1) * DAY - 1, last * DAY));
    const tv unmeasured = none_between(p, MG, first + 14, 0);
    return arm_of(both(first - last >= 7 ? takes : NO, unmeasured));
}

/* Without a calcium the arm is left out, unless magnesium alone decides or is in doubt. */
static verdict c07(const patient *p) {
    bool is_open;
    const arm low_ca = low_calcium(p, 30, &is_open);
    const tv unmeasured = none(p, MG, 30);
    const arm arms[] = {potassium_resists(p),
                        {both(low_ca.is, unmeasured), low_ca.is_absent && unmeasured == YES}};
    const tv among = either(either(measured(p, POTASSIUM, 90), measured(p, TOTAL_CA, 30)),
                            either(measured(p, CALCIUM, 30), measured(p, IONISED, 30)));
    verdict v = outcome(p, among, any_of(arms, 2), arms[0].is == YES ? HIGH : MODERATE);
    for (int i = 0; i < 2; i++)
        v.ways |= way(i, arms[i].is);
    v.is_open = is_open;
    return v;
}

/* --- both statements ------------------------------------------------------------------------ */

static void rules_of_pairs_agree_on_random_patients(void **state) {
    (void)state;
    static const what labs[] = {MG, MG, POTASSIUM, CALCIUM, TOTAL_CA, ALBUMIN, IONISED, CREAT};
    static const int drugs[] = {DIG, QTD, QT2};
    static const stated_rule rules[] = {{"C03", c03, BIT(CRITICAL) | BIT(HIGH), 3},
                                        {"C04", c04, BIT(CRITICAL) | BIT(HIGH), 31}};
    const mixture of = {.seed = UINT64_C(0x9e3779b97f4a7c15),
                        .labs = labs,
                        .lab_kinds = sizeof labs / sizeof labs[0],
                        .drugs = drugs,
                        .drug_kinds = sizeof drugs / sizeof drugs[0],
                        .recent_days = 36};
    oracle_compare(rules, sizeof rules / sizeof rules[0], &of, 12000);
}

static void heart_rules_agree_on_random_patients(void **state) {
    (void)state;
    static const what labs[] = {MG, MG, POTASSIUM, POTASSIUM, CALCIUM, TOTAL_CA, ALBUMIN, IONISED};
    static const int drugs[] = {DIG, DIG, QTD, QT2, QT2};
    static const stated_rule rules[] = {
        {"C05", c05, BIT(CRITICAL) | BIT(HIGH), 7},
        {"C06", c06, BIT(CRITICAL) | BIT(HIGH) | BIT(MODERATE), 63}};
    const mixture of = {.seed = UINT64_C(0x2545f4914f6cdd1d),
                        .labs = labs,
                        .lab_kinds = sizeof labs / sizeof labs[0],
                        .drugs = drugs,
                        .drug_kinds = sizeof drugs / sizeof drugs[0],
                        .recent_days = 32};
    oracle_compare(rules, sizeof rules / sizeof rules[0], &of, 12000);
}

static void c07_agrees_on_random_patients(void **state) {
    (void)state;
    static const what labs[] = {POTASSIUM, POTASSIUM, POTASSIUM, CALCIUM, TOTAL_CA, IONISED};
    static const int drugs[] = {K, SPARE};
    static const stated_rule rules[] = {{"C07", c07, BIT(HIGH) | BIT(MODERATE), 3}};
    const mixture of = {.seed = UINT64_C(0x853c49e6748fea9b),
                        .labs = labs,
                        .lab_kinds = sizeof labs / sizeof labs[0],
                        .drugs = drugs,
                        .drug_kinds = sizeof drugs / sizeof drugs[0]};
    oracle_compare(rules, 1, &of, 16000);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rules_of_pairs_agree_on_random_patients),
        cmocka_unit_test(heart_rules_agree_on_random_patients),
        cmocka_unit_test(c07_agrees_on_random_patients),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
