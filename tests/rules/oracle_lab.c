/* Results and kidney function, stated naively. */
#include "oracle.h"

#include <math.h>

/* --- three values ------------------------------------------------------------------------- */

tv both(tv a, tv b) {
    return a == NO || b == NO ? NO : a == MAYBE || b == MAYBE ? MAYBE : YES;
}

tv either(tv a, tv b) {
    return a == YES || b == YES ? YES : a == MAYBE || b == MAYBE ? MAYBE : NO;
}

tv opposite(tv a) {
    return a == MAYBE ? MAYBE : a == YES ? NO : YES;
}

tv below(number x, double limit) {
    const double slack = 1e-9 * limit;
    if (!x.is_known)
        return MAYBE;
    if (x.hi < limit - slack || (x.hi <= limit + slack && x.hi_open))
        return YES;
    return x.lo >= limit - slack ? NO : MAYBE;
}

tv above(number x, double limit) {
    const double slack = 1e-9 * limit;
    if (!x.is_known)
        return MAYBE;
    if (x.lo > limit + slack || (x.lo >= limit - slack && x.lo_open))
        return YES;
    return x.hi <= limit + slack ? NO : MAYBE;
}

arm arm_of(tv is) {
    return (arm){is, false};
}

tv any_of(const arm *arms, int count) {
    tv any = NO;
    int present = 0;
    for (int i = 0; i < count; i++)
        if (!arms[i].is_absent) {
            any = either(any, arms[i].is);
            present++;
        }
    return present == 0 ? MAYBE : any;
}

/* --- results ------------------------------------------------------------------------------ */

static bool is_mass(const lab *of) {
    return of->in == MGDL || of->in == NGML;
}

/* For ordering results of one analyte: one unit for all. */
static double canonical(const lab *of) {
    if (is_mass(of))
        return of->of == MG          ? of->value * 10 / 24.305
               : of->of == POTASSIUM ? of->value * 10 / 39.0983
               : of->of == CALCIUM || of->of == TOTAL_CA || of->of == IONISED
                   ? of->value * 10 / 40.078
               : of->of == VITAMIN_D ? of->value * 2.495944
                                     : of->value * 0.357; /* urea nitrogen */
    return of->in == MEQ && of->of == MG ? of->value / 2 : of->value;
}

/* Against a pair of limits, in the family that it was printed in. */
static number printed(const lab *of) {
    const double value = of->in == MEQ && of->of == MG ? of->value / 2 : of->value;
    number x = {true, value, value, false, false, of->days_ago};
    if (of->sign == '<') {
        x.lo = 0;
        x.hi_open = true;
    } else if (of->sign == '>') {
        x.hi = 1e9;
        x.lo_open = true;
    }
    return x;
}

tv lab_below(const lab *of, double molar, double mass) {
    return of == NULL ? MAYBE : below(printed(of), is_mass(of) ? mass : molar);
}

tv lab_above(const lab *of, double molar, double mass) {
    return of == NULL ? MAYBE : above(printed(of), is_mass(of) ? mass : molar);
}

/* For choosing between results of one day: "<" lies below the number, ">" above; of equal ones the
   one without haemolysis. */
static double rank_of(const lab *of, bool wants_high) {
    const double rank = canonical(of) + (of->sign == '<' ? -1e-7 : of->sign == '>' ? 1e-7 : 0);
    return (wants_high ? rank : -rank) - (of->is_haemolysed ? 1e-9 : 0);
}

static const lab *newest_between(const patient *p, what of, int from, int until, bool wants_high) {
    const lab *found = NULL;
    for (int i = 0; i < p->lab_count; i++) {
        const lab *l = &p->labs[i];
        if (l->of != of || l->state != GOOD || l->days_ago > from || l->days_ago < until)
            continue;
        if (found == NULL || l->days_ago < found->days_ago ||
            (l->days_ago == found->days_ago && rank_of(l, wants_high) > rank_of(found, wants_high)))
            found = l;
    }
    return found;
}

const lab *newest(const patient *p, what of, int days, bool wants_high) {
    return newest_between(p, of, days, 0, wants_high);
}

const lab *partner(const patient *p, const lab *of, what wanted, int days) {
    for (int away = 0; away <= days; away++) {
        const int later = of->days_ago - away, earlier = of->days_ago + away;
        const lab *found = later < 0 ? NULL : newest_between(p, wanted, later, later, false);
        if (found == NULL)
            found = newest_between(p, wanted, earlier, earlier, false);
        if (found != NULL)
            return found;
    }
    return NULL;
}

arm low_arm(const patient *p, what of, int days, const double limits[2]) {
    const lab *l = newest(p, of, days, false);
    return (arm){lab_below(l, limits[0], limits[1]), l == NULL && !has_mark(p, of, days, 0)};
}

static int count_of(const patient *p, what of, bool is_good, int from, int until) {
    int count = 0;
    for (int i = 0; i < p->lab_count; i++)
        count += p->labs[i].of == of && (p->labs[i].state == GOOD) == is_good &&
                 p->labs[i].days_ago <= from && p->labs[i].days_ago >= until;
    return count;
}

bool has_mark(const patient *p, what of, int from_days, int until_days) {
    return count_of(p, of, false, from_days, until_days) > 0;
}

tv measured(const patient *p, what of, int days) {
    return count_of(p, of, true, days, 0) > 0 ? YES : has_mark(p, of, days, 0) ? MAYBE : NO;
}

tv none_between(const patient *p, what of, int from, int until) {
    bool is_observable = false;
    for (int i = 0; i < WHAT_COUNT; i++)
        if (i != WEIGHT && i != HEIGHT &&
            count_of(p, (what)i, true, until + 365 > from ? until + 365 : from, until) > 0)
            is_observable = true;
    if (of == MG && !p->delivers_magnesium)
        is_observable = false;
    if (count_of(p, of, true, from, until) > 0)
        return NO;
    return has_mark(p, of, from, until) || !is_observable ? MAYBE : YES;
}

tv none(const patient *p, what of, int days) {
    return none_between(p, of, days, 0);
}

tv lowest_below(const patient *p, what of, int days, const double limits[2]) {
    tv any = count_of(p, of, true, days, 0) > 0 ? NO : MAYBE;
    for (int i = 0; i < p->lab_count; i++)
        if (p->labs[i].of == of && p->labs[i].state == GOOD && p->labs[i].days_ago <= days)
            any = either(any, lab_below(&p->labs[i], limits[0], limits[1]));
    return any;
}

/* --- kidney ------------------------------------------------------------------------------- */

/* Born on 28 December: 185 days before T, which is 30 June 2024. */
int oracle_age_at(const patient *p, int days_ago) {
    return p->age - (days_ago > 185) - (days_ago > 185 + 365);
}

double oracle_ckd_epi_2009(char sex, int age, double creatinine_umol_l) {
    const double k = sex == 'F' ? 0.7 : 0.9, ratio = creatinine_umol_l / 88.4 / k;
    const double a = sex == 'F' ? -0.329 : -0.411;
    return 141 * pow(ratio < 1 ? ratio : 1, a) * pow(ratio > 1 ? ratio : 1, -1.209) *
           pow(0.993, age) * (sex == 'F' ? 1.018 : 1);
}

static number from_creatinine(const patient *p, const lab *creatinine, double weight) {
    const int age = oracle_age_at(p, creatinine->days_ago);
    const double value =
        weight > 0 ? (140 - age) * weight * (p->sex == 'F' ? 1.04 : 1.23) / creatinine->value
                   : oracle_ckd_epi_2009(p->sex, age, creatinine->value);
    number x = {true, value, value, false, false, creatinine->days_ago};
    if (creatinine->sign == '<') {
        x.hi = 1e9;
        x.lo_open = true;
    } else if (creatinine->sign == '>') {
        x.lo = 0;
        x.hi_open = true;
    }
    return x;
}

static number from_report(const lab *reported, double factor) {
    number x = {true,  reported->value * factor, reported->value * factor, false,
                false, reported->days_ago};
    if (reported->sign == '<') {
        x.lo = 0;
        x.hi_open = true;
    } else if (reported->sign == '>') {
        x.hi = 1e9;
        x.lo_open = true;
    }
    return x;
}

number oracle_kidney(const patient *p) {
    const lab *creatinine = newest(p, CREAT, 365, true), *reported = newest(p, EGFR, 365, false);
    const lab *weighed = newest(p, WEIGHT, 365, false), *sized = newest(p, HEIGHT, 9999, false);
    const double kg = weighed ? weighed->value : 0, cm = sized ? sized->value : 0;
    if ((!creatinine && !reported) || p->age < 0 || p->sex == '?')
        return (number){.is_known = false};
    if (!creatinine && kg > 0 && cm > 0)
        return from_report(reported, 0.007184 * pow(kg, 0.425) * pow(cm, 0.725) / 1.73);
    if (!creatinine)
        return from_report(reported, 1);
    double used = kg;
    if (kg > 0 && cm > 0 && kg / (cm / 100) / (cm / 100) >= 30 - 1e-9) {
        const double ideal = (p->sex == 'F' ? 45.5 : 50) + 0.91 * (cm - 152.4);
        used = ideal + 0.4 * (kg - ideal);
    }
    return from_creatinine(p, creatinine, used);
}

number oracle_indexed_between(const patient *p, int from, int until) {
    const lab *creatinine = newest_between(p, CREAT, from, until, true);
    const lab *reported = newest_between(p, EGFR, from, until, false);
    if (creatinine && p->age >= 0 && p->sex != '?')
        return from_creatinine(p, creatinine, 0);
    return reported ? from_report(reported, 1) : (number){.is_known = false};
}

number oracle_indexed(const patient *p) {
    return oracle_indexed_between(p, 365, 0);
}
