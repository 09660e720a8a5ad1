/* Rules A01-A04, B01, C01 and C02 stated a second time; both statements must agree on random small
   patients. */
#include "oracle.h"

#include "judge.h"

static verdict a01(const patient *p) {
    const number kf = oracle_kidney(p);
    if (has_condition(p, 'D', 365))
        return not_applicable();
    return outcome(p, seen(p, is_active(p, MGSYS_BITS)), below(kf, 20),
                   kf.days_ago > 90 ? HIGH : CRITICAL);
}

static verdict a02(const patient *p) {
    const number kf = oracle_kidney(p);
    int severity = HIGH;
    if (has_condition(p, 'D', 365))
        return not_applicable();
    if (lab_above(newest(p, MG, ORACLE_EVER, true), 1.05, 2.6) != YES &&
        lowest_below(p, MG, 30, (const double[]){0.50, 1.2}) == YES)
        severity = MODERATE;
    if (kf.days_ago > 90)
        severity--;
    return outcome(p, seen(p, is_active(p, MGSYS_BITS)),
                   both(opposite(below(kf, 20)), below(kf, 30)), severity);
}

static verdict a03(const patient *p) {
    const number kf = oracle_kidney(p), amount = oracle_dose(p, MGSYS_BITS);
    tv among = seen(p, is_active(p, MGSYS_BITS));
    if (among == YES && days_on(p, MGSYS_BITS, DAY) < 28)
        among = NO;
    tv too_much = amount.lo > 12 + 1e-6 ? YES : amount.hi > 12 + 1e-6 ? MAYBE : NO;
    if (!is_active(p, MGSYS_BITS))
        too_much = seen(p, false);
    const tv band = both(opposite(below(kf, 30)), below(kf, 60));
    const tv worse = either(below(kf, 45), at_least(p, 75));
    return outcome(p, among, both(band, either(too_much, none(p, MG, 92))),
                   worse == YES ? MODERATE : LOW);
}

static verdict a04(const patient *p) {
    const bool had_iv = was_exposed(p, 1u << IV, 48 * HOUR, 0);
    tv lasting = seen(p, is_active(p, MGSYS_BITS));
    if (lasting == YES && days_on(p, MGSYS_BITS, DAY) < 14)
        lasting = NO;
    const bool takes_risk = is_active(p, 1u << ACE) || is_active(p, 1u << SARTAN) ||
                            is_active(p, 1u << LOOPD) || is_active(p, 1u << THIAZD);
    const bool is_known_risk =
        has_condition(p, 'S', ORACLE_EVER) || has_condition(p, 'C', ORACLE_EVER);
    const tv risk = either(either(at_least(p, 75), is_known_risk ? YES : NO), seen(p, takes_risk));
    const tv no_year = both(none(p, CREAT, 365), opposite(measured(p, EGFR, 365)));
    const tv no_half = both(none(p, CREAT, 183), opposite(measured(p, EGFR, 183)));
    const tv other =
        seen(p, is_active(p, 1u << SUPP) || is_active(p, 1u << LAX) || is_active(p, 1u << MGOTH));
    const tv only_antacid = both(both(seen(p, is_active(p, 1u << ANTACID)), opposite(other)),
                                 opposite(seen(p, had_iv)));
    return outcome(p, either(lasting, seen(p, had_iv)), either(no_year, both(risk, no_half)),
                   only_antacid == YES ? LOW : MODERATE);
}

static verdict b01(const patient *p) {
    const lab *sample = newest(p, MG, 90, false);
    tv exposed = NO, weak_alone = MAYBE;
    for (int i = 0; i < p->order_count; i++) /* without a sample: only if there never was any */
        if (DEPL_BITS >> p->orders[i].drug_class & 1)
            exposed = MAYBE;
    if (p->is_outside_stays)
        exposed = MAYBE;
    if (sample != NULL) {
        const int from = (sample->days_ago + 14) * DAY + DAY - 1, until = sample->days_ago * DAY;
        int classes = 0, weak = 0;
        for (int c = 0; c < DRUG_COUNT; c++)
            if ((DEPL_BITS >> c & 1) && was_exposed(p, 1u << c, from, until)) {
                classes++;
                weak += c == LOOPD || c == THIAZD || c == PPID;
            }
        exposed = seen(p, classes > 0);
        weak_alone = classes > 1            ? NO
                     : p->is_outside_stays  ? MAYBE
                     : classes == 1 && weak ? YES
                                            : NO;
    }
    const tv among = both(measured(p, MG, 90), exposed);
    const tv heart = seen(p, is_active(p, 1u << DIG) || is_active(p, 1u << QTD));
    const tv mild = both(both(opposite(lab_below(sample, 0.65, 1.6)), weak_alone),
                         both(opposite(below(oracle_indexed(p), 60)), opposite(heart)));
    const int severity = lab_below(sample, 0.40, 1.0) == YES   ? CRITICAL
                         : lab_below(sample, 0.50, 1.2) == YES ? HIGH
                         : mild == YES                         ? LOW
                                                               : MODERATE;
    return outcome(p, among, lab_below(sample, 0.70, 1.7), severity);
}

static verdict c01(const patient *p) {
    const lab *sample = newest(p, MG, 90, false);
    const bool is_recent = sample != NULL && sample->days_ago <= 30;
    const int severity = is_recent && lab_below(sample, 0.40, 1.0) == YES   ? CRITICAL
                         : is_recent && lab_below(sample, 0.50, 1.2) == YES ? HIGH
                         : lab_below(sample, 0.60, 1.5) == YES              ? MODERATE
                                                                            : LOW;
    return outcome(p, measured(p, MG, 90), lab_below(sample, 0.70, 1.7), severity);
}

static verdict c02(const patient *p) {
    const lab *sample = newest(p, MG, 30, true);
    const tv attributable = either(seen(p, is_active(p, MGSYS_BITS)), below(oracle_kidney(p), 30));
    int severity = lab_above(sample, 2.00, 4.9) == YES   ? CRITICAL
                   : lab_above(sample, 1.23, 3.0) == YES ? HIGH
                   : attributable == YES                 ? MODERATE
                                                         : LOW;
    if (sample != NULL &&
        was_exposed(p, 1u << IV, (sample->days_ago + 2) * DAY - 1, sample->days_ago * DAY))
        severity--;
    if (sample != NULL && sample->is_haemolysed && severity > LOW)
        severity--;
    return outcome(p, measured(p, MG, 30), lab_above(sample, 1.05, 2.6), severity);
}
/* --- both statements ---------------------------------------------------------------------- */

static void both_statements_agree_on_random_patients(void **state) {
    (void)state;
    static const what labs[] = {MG, MG, CREAT, EGFR, POTASSIUM};
    static const int drugs[] = {SUPP, ANTACID, LAX, MGOTH, IV, LOOPD, PPID};
    static const stated_rule rules[] = {
        {"A01", a01, BIT(CRITICAL) | BIT(HIGH), 0},
        {"A02", a02, BIT(HIGH) | BIT(MODERATE) | BIT(LOW), 0},
        {"A03", a03, BIT(MODERATE) | BIT(LOW), 0},
        {"A04", a04, BIT(MODERATE) | BIT(LOW), 0},
        {"B01", b01, BIT(CRITICAL) | BIT(HIGH) | BIT(MODERATE) | BIT(LOW), 0},
        {"C01", c01, BIT(CRITICAL) | BIT(HIGH) | BIT(MODERATE) | BIT(LOW), 0},
        {"C02", c02, BIT(CRITICAL) | BIT(HIGH) | BIT(MODERATE) | BIT(LOW) | BIT(INFO), 0}};
    const mixture of = {
        .seed = UINT64_C(0x9e3779b97f4a7c15),
        .labs = labs,
        .lab_kinds = sizeof labs / sizeof labs[0],
        .drugs = drugs,
        .drug_kinds = sizeof drugs / sizeof drugs[0],
    };
    oracle_compare(rules, sizeof rules / sizeof rules[0], &of, 20000);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_statements_agree_on_random_patients),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
