/* The seven rules stated a second time, naively, on plain arrays, straight from the rules
   catalogue; both statements must agree on random small patients. Nothing of the evaluator is used
   here: times are minutes before T, T being 23:59 of a day, and every question is a loop over
   everything. */
#include "judge.h"

#include <math.h>

enum {
    PATIENT_COUNT = 20000,
    LABS_MAX = 10,
    ORDERS_MAX = 6,
    CONDITIONS_MAX = 2,
    DAY = 1440,
    HOUR = 60
};

/* --- patients ----------------------------------------------------------------------------- */

typedef enum what { MG, CREAT, EGFR, POTASSIUM, WEIGHT, HEIGHT, WHAT_COUNT } what;
typedef enum state_of { GOOD, REJECTED, NO_UNIT } state_of;
typedef enum measure { MMOL, MGDL, MEQ, UMOL, OTHER } measure;

typedef struct lab {
    what of;
    state_of state;
    measure in;
    double value; /* as printed */
    char sign;    /* '=', '<', '>' */
    bool is_haemolysed;
    int days_ago;
} lab;

typedef struct order {
    int drug_class;  /* index into class_names */
    double mmol;     /* -1: no dose */
    int start, stop; /* minutes before T; stop is exclusive and may be negative */
    char line[96];
} order;

typedef struct patient {
    int age;  /* -1: unknown */
    char sex; /* 'F', 'M', '?' */
    lab labs[LABS_MAX];
    int lab_count;
    order orders[ORDERS_MAX];
    int order_count;
    struct {
        char of; /* 'D' dialysis, 'S' diabetes (sugar), 'C' chronic kidney disease */
        int days_ago;
    } conditions[CONDITIONS_MAX];
    int condition_count;
    bool has_conditions, is_outside_stays, delivers_magnesium;
} patient;

static const char *const class_names[] = {"MGSUPP", "MGANTACID", "MGLAX", "MGOTHER", "MGIV",
                                          "LOOP",   "THIAZ",     "PPI",   "AMINOG",  "CNI",
                                          "DIGOX",  "QT",        "ACEI",  "ARB",     "KSUPP"};
enum { SUPP, ANTACID, LAX, MGOTH, IV, LOOPD, THIAZD, PPID, AMINO, CALCI, DIG, QTD, ACE, SARTAN, K };
enum { CLASS_COUNT = sizeof class_names / sizeof class_names[0] };

static uint64_t seed;

static int upto(int count) { /* 0 .. count - 1 */
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (int)((seed >> 11) % (uint64_t)count);
}

static bool one_in(int count) {
    return upto(count) == 0;
}

/* Ages of records, with the edges of every window among them. */
static int some_days_ago(void) {
    static const int edges[] = {0,  1,  2,  13, 14, 15,  29,  30,  31,
                                89, 90, 91, 92, 93, 183, 184, 365, 366};
    return one_in(2) ? edges[upto(sizeof edges / sizeof edges[0])] : upto(40);
}

static lab some_lab(void) {
    static const double mg_mmol[] = {0.29, 0.39, 0.40, 0.49, 0.50, 0.59, 0.60, 0.64, 0.65,
                                     0.69, 0.70, 0.85, 1.05, 1.06, 1.23, 1.24, 2.00, 2.01};
    static const double mg_mgdl[] = {0.9, 1.0, 1.1, 1.2, 1.4, 1.5, 1.6, 1.7,
                                     2.0, 2.6, 2.7, 3.0, 3.1, 4.9, 5.0};
    static const double creatinine[] = {52, 60, 78, 80, 90, 104, 105, 130, 150, 156, 157, 208, 300};
    lab made = {.of = (what)upto(4), .sign = '=', .in = OTHER, .days_ago = some_days_ago()};
    if (one_in(3))
        made.of = MG;
    if (made.of == MG) {
        made.in = (measure)upto(3);
        made.value = made.in == MGDL ? mg_mgdl[upto(15)] : mg_mmol[upto(18)];
        made.value *= made.in == MEQ ? 2 : 1;
        made.is_haemolysed = one_in(8);
    } else if (made.of == CREAT) {
        made.in = UMOL;
        made.value = creatinine[upto(13)];
    } else {
        made.value = made.of == EGFR ? 5 + upto(110) : 4;
    }
    if (one_in(8))
        made.sign = one_in(2) ? '<' : '>';
    if (one_in(8))
        made.state = one_in(2) ? REJECTED : NO_UNIT;
    return made;
}

static order some_order(void) {
    order made = {.drug_class = one_in(2) ? upto(CLASS_COUNT) : upto(5), .mmol = -1};
    const char *name = class_names[made.drug_class];
    char dose[32] = "";
    if (made.drug_class <= IV && !one_in(4)) {
        made.mmol = 4 * (1 + upto(6));
        (void)snprintf(dose, sizeof dose, " %.0f mmol", made.mmol);
    }
    if (one_in(4)) { /* with a clock */
        const int start = 1 + upto(80), stop = upto(start);
        made.start = start * HOUR;
        made.stop = stop * HOUR;
        (void)snprintf(made.line, sizeof made.line, "%s%s since %d hours ago until %d hours ago",
                       name, dose, start, stop);
        return made;
    }
    const int start = one_in(2) ? some_days_ago() : 10 + upto(40), stop = upto(start + 1);
    made.start = start * DAY + DAY - 1;
    made.stop = -30 * DAY;
    if (one_in(2)) {
        made.stop = stop * DAY - 1; /* 00:00 of the day after */
        (void)snprintf(made.line, sizeof made.line, "%s%s since %d days ago until %d days ago",
                       name, dose, start, stop);
    } else {
        (void)snprintf(made.line, sizeof made.line, "%s%s since %d days ago", name, dose, start);
    }
    return made;
}

static lab measurement(what of, double value) {
    return (lab){.of = of, .value = value, .sign = '=', .in = OTHER, .days_ago = some_days_ago()};
}

static patient some_patient(void) {
    static const int ages[] = {17, 18, 40, 60, 65, 74, 75, 76, 80, 90};
    patient made = {.age = ages[upto(10)], .sex = one_in(2) ? 'F' : 'M'};
    if (one_in(30))
        made.age = -1;
    if (one_in(20))
        made.sex = '?';
    made.has_conditions = !one_in(4);
    made.is_outside_stays = one_in(6);
    made.delivers_magnesium = !one_in(12);
    const int lab_count = upto(LABS_MAX - 2);
    for (int i = 0; i < lab_count; i++)
        made.labs[made.lab_count++] = some_lab();
    if (!one_in(3))
        made.labs[made.lab_count++] = measurement(WEIGHT, 40 + 5 * upto(15));
    if (one_in(2))
        made.labs[made.lab_count++] = measurement(HEIGHT, 150 + 5 * upto(8));
    made.order_count = upto(ORDERS_MAX);
    for (int i = 0; i < made.order_count; i++)
        made.orders[i] = some_order();
    made.condition_count = made.has_conditions ? upto(CONDITIONS_MAX + 1) : 0;
    for (int i = 0; i < made.condition_count; i++) {
        made.conditions[i].of = "DSC"[upto(3)];
        made.conditions[i].days_ago = some_days_ago();
    }
    return made;
}

/* --- the patient as lines of an example --------------------------------------------------- */

typedef struct sheet {
    char text[WORLD_LINES_MAX][96];
    const char *lines[WORLD_LINES_MAX + 1];
    int count;
} sheet;

static char *next_line(sheet *to) {
    to->lines[to->count] = to->text[to->count];
    return to->text[to->count++];
}

static void write_lab(const lab *of, char out[96]) {
    static const char *const names[] = {"magnesium", "creatinine", "egfr_reported",
                                        "potassium", "weight",     "height"};
    static const char *const other_units[] = {"", "", "mL/min/1.73m2", "mmol/L", "kg", "cm"};
    static const char *const units[] = {"mmol/L", "mg/dL", "mEq/L", "umol/L"};
    const char *unit = of->in == OTHER ? other_units[of->of] : units[of->in];
    const char *sign = of->sign == '=' ? "" : of->sign == '<' ? "<" : ">";
    const int digits = of->in == MGDL ? 1 : of->in == MMOL || of->in == MEQ ? 2 : 0;
    if (of->state == REJECTED)
        (void)snprintf(out, 96, "%s rejected %d days ago", names[of->of], of->days_ago);
    else
        (void)snprintf(out, 96, "%s %s%.*f %s%s %d days ago", names[of->of], sign, digits,
                       of->value, of->state == NO_UNIT ? "no unit" : unit,
                       of->is_haemolysed ? " haemolysed" : "", of->days_ago);
}

static void write_patient(const patient *of, sheet *to) {
    to->count = 0;
    (void)snprintf(next_line(to), 96, "%s %d y", of->sex == 'M' ? "male" : "female",
                   of->age < 0 ? 50 : of->age);
    if (of->age < 0)
        (void)snprintf(next_line(to), 96, "age unknown");
    if (of->sex == '?')
        (void)snprintf(next_line(to), 96, "sex unknown");
    if (!of->has_conditions)
        (void)snprintf(next_line(to), 96, "no conditions source");
    if (of->is_outside_stays)
        (void)snprintf(next_line(to), 96, "outside stays");
    if (!of->delivers_magnesium)
        (void)snprintf(next_line(to), 96, "source without magnesium");
    for (int i = 0; i < of->lab_count; i++)
        write_lab(&of->labs[i], next_line(to));
    for (int i = 0; i < of->order_count; i++)
        (void)snprintf(next_line(to), 96, "%s", of->orders[i].line);
    for (int i = 0; i < of->condition_count; i++)
        (void)snprintf(next_line(to), 96, "%s %d days ago",
                       of->conditions[i].of == 'D'   ? "dialysis"
                       : of->conditions[i].of == 'S' ? "diabetes"
                                                     : "ckd",
                       of->conditions[i].days_ago);
    to->lines[to->count] = NULL;
}

/* --- three values ------------------------------------------------------------------------- */

typedef enum tv { NO, YES, MAYBE } tv;

static tv both(tv a, tv b) {
    return a == NO || b == NO ? NO : a == MAYBE || b == MAYBE ? MAYBE : YES;
}

static tv either(tv a, tv b) {
    return a == YES || b == YES ? YES : a == MAYBE || b == MAYBE ? MAYBE : NO;
}

static tv opposite(tv a) {
    return a == MAYBE ? MAYBE : a == YES ? NO : YES;
}

/* A number between lo and hi; ends that are not reached are open. is_known false: no number. */
typedef struct number {
    bool is_known;
    double lo, hi;
    bool lo_open, hi_open;
    int days_ago;
} number;

static tv below(number x, double limit) {
    const double slack = 1e-9 * limit;
    if (!x.is_known)
        return MAYBE;
    if (x.hi < limit - slack || (x.hi <= limit + slack && x.hi_open))
        return YES;
    return x.lo >= limit - slack ? NO : MAYBE;
}

/* --- results ------------------------------------------------------------------------------ */

static double canonical(const lab *of) {
    return of->in == MGDL ? of->value * 10 / 24.305 : of->in == MEQ ? of->value / 2 : of->value;
}

/* A magnesium result against a pair of limits, in the family that it was printed in. */
static number mg_in(const lab *of, bool *is_mass) {
    *is_mass = of->in == MGDL;
    const double value = of->in == MEQ ? of->value / 2 : of->value;
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

static tv mg_below(const lab *of, double mmol, double mgdl) {
    bool is_mass;
    if (of == NULL)
        return MAYBE;
    const number x = mg_in(of, &is_mass);
    return below(x, is_mass ? mgdl : mmol);
}

static tv mg_above(const lab *of, double mmol, double mgdl) {
    bool is_mass;
    if (of == NULL)
        return MAYBE;
    const number x = mg_in(of, &is_mass);
    const double limit = is_mass ? mgdl : mmol;
    if (x.lo > limit + 1e-9 || (x.lo > limit - 1e-9 && x.lo_open))
        return YES;
    return x.hi < limit + 1e-9 ? NO : MAYBE;
}

/* For choosing between results of one day: "<" lies below the number, ">" above; of equal ones the
   one without haemolysis. */
static double rank_of(const lab *of, bool wants_high) {
    const double rank = canonical(of) + (of->sign == '<' ? -1e-7 : of->sign == '>' ? 1e-7 : 0);
    return (wants_high ? rank : -rank) - (of->is_haemolysed ? 1e-9 : 0);
}

/* Newest usable within days; of one day the higher or lower. */
static const lab *newest(const patient *p, what of, int days, bool wants_high) {
    const lab *found = NULL;
    for (int i = 0; i < p->lab_count; i++) {
        const lab *l = &p->labs[i];
        if (l->of != of || l->state != GOOD || l->days_ago > days)
            continue;
        if (found == NULL || l->days_ago < found->days_ago ||
            (l->days_ago == found->days_ago && rank_of(l, wants_high) > rank_of(found, wants_high)))
            found = l;
    }
    return found;
}

static bool has_mark(const patient *p, what of, int days) {
    for (int i = 0; i < p->lab_count; i++)
        if (p->labs[i].of == of && p->labs[i].state != GOOD && p->labs[i].days_ago <= days)
            return true;
    return false;
}

static tv measured(const patient *p, what of, int days) {
    return newest(p, of, days, true) != NULL ? YES : has_mark(p, of, days) ? MAYBE : NO;
}

static tv none(const patient *p, what of, int days) {
    bool is_observable = false;
    for (int i = 0; i < p->lab_count; i++)
        if (p->labs[i].of <= POTASSIUM && p->labs[i].state == GOOD && p->labs[i].days_ago <= 365)
            is_observable = true;
    if (of == MG && !p->delivers_magnesium)
        is_observable = false;
    if (newest(p, of, days, true) != NULL)
        return NO;
    return has_mark(p, of, days) || !is_observable ? MAYBE : YES;
}

/* --- kidney ------------------------------------------------------------------------------- */

/* Born on 28 December: 185 days before T, which is 30 June 2024. */
static int age_at(const patient *p, int days_ago) {
    return p->age - (days_ago > 185) - (days_ago > 185 + 365);
}

static double ckd_epi_2009(char sex, int age, double creatinine) {
    const double k = sex == 'F' ? 0.7 : 0.9, ratio = creatinine / 88.4 / k;
    const double a = sex == 'F' ? -0.329 : -0.411;
    return 141 * pow(ratio < 1 ? ratio : 1, a) * pow(ratio > 1 ? ratio : 1, -1.209) *
           pow(0.993, age) * (sex == 'F' ? 1.018 : 1);
}

static number from_creatinine(const patient *p, const lab *creatinine, double weight) {
    const int age = age_at(p, creatinine->days_ago);
    const double value =
        weight > 0 ? (140 - age) * weight * (p->sex == 'F' ? 1.04 : 1.23) / creatinine->value
                   : ckd_epi_2009(p->sex, age, creatinine->value);
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

static number kidney(const patient *p) {
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

static number indexed(const patient *p) {
    const lab *creatinine = newest(p, CREAT, 365, true), *reported = newest(p, EGFR, 365, false);
    if (creatinine && p->age >= 0 && p->sex != '?')
        return from_creatinine(p, creatinine, 0);
    return reported ? from_report(reported, 1) : (number){.is_known = false};
}

/* --- drugs -------------------------------------------------------------------------------- */

static bool is_mgsys(int drug_class) {
    return drug_class <= IV;
}

static bool is_depleter(int drug_class) {
    return drug_class >= LOOPD && drug_class <= CALCI;
}

/* Absence of a row is false, or unknown outside stays. */
static tv seen(const patient *p, bool is_found) {
    return is_found ? YES : p->is_outside_stays ? MAYBE : NO;
}

static bool has_active(const patient *p, int drug_class) {
    for (int i = 0; i < p->order_count; i++)
        if (p->orders[i].drug_class == drug_class && p->orders[i].stop < 0)
            return true;
    return false;
}

/* MGIV counts for 48 h after its stop. */
static int extra(const order *o) {
    return o->drug_class == IV ? 48 * HOUR : 0;
}

static bool is_in_effect(const order *o) {
    return is_mgsys(o->drug_class) && o->stop - extra(o) < 0;
}

static bool has_mgsys(const patient *p) {
    for (int i = 0; i < p->order_count; i++)
        if (is_in_effect(&p->orders[i]))
            return true;
    return false;
}

static bool has_exposure(const patient *p, int drug_class, int from, int until) {
    for (int i = 0; i < p->order_count; i++)
        if (p->orders[i].drug_class == drug_class && p->orders[i].start >= until &&
            p->orders[i].stop < from)
            return true;
    return false;
}

/* Calendar days since the start of the magnesium that is in effect, joined backwards over a day. */
static int days_on_mgsys(const patient *p) {
    int start = -1;
    for (int i = 0; i < p->order_count; i++)
        if (is_in_effect(&p->orders[i]) && p->orders[i].start > start)
            start = p->orders[i].start;
    for (int changed = 1; changed;) {
        changed = 0;
        for (int i = 0; i < p->order_count; i++) {
            const order *o = &p->orders[i];
            const int gap = extra(o) > DAY ? extra(o) : DAY;
            if (is_mgsys(o->drug_class) && o->start > start && o->stop - gap <= start) {
                start = o->start;
                changed = 1;
            }
        }
    }
    return start / DAY; /* T is the last minute of its day */
}

/* Lowest and highest possible dose; of a class nothing of which runs, the newest row in effect. */
static number dose(const patient *p) {
    number x = {true, 0, 0, false, false, 0};
    for (int i = 0; i < p->order_count; i++) {
        const order *o = &p->orders[i];
        bool counts = is_in_effect(o);
        for (int j = 0; j < p->order_count && counts; j++) {
            const order *other = &p->orders[j];
            if (other->drug_class == o->drug_class && o->stop >= 0 &&
                (other->stop < 0 || other->start < o->start))
                counts = false;
        }
        if (!counts)
            continue;
        x.lo += o->mmol < 0 ? 0 : o->mmol;
        x.hi += o->mmol < 0 ? 1e9 : o->mmol;
    }
    return x;
}

/* --- the rules ---------------------------------------------------------------------------- */

typedef struct verdict {
    mag_outcome_kind kind;
    int severity; /* 1 info .. 5 critical; 0 none */
} verdict;

enum { INFO = 1, LOW, MODERATE, HIGH, CRITICAL };

static verdict outcome(const patient *p, tv among, tv when, int severity) {
    if (p->age >= 0 && p->age < 18)
        return (verdict){MAG_NOT_APPLICABLE, 0};
    if (p->age < 0)
        among = both(among, MAYBE);
    if (among == NO || (among == MAYBE && when == NO))
        return (verdict){MAG_NOT_APPLICABLE, 0};
    if (among == MAYBE || when == MAYBE)
        return (verdict){MAG_CANNOT_TELL, 0};
    return when == YES ? (verdict){MAG_FLAGGED, severity} : (verdict){MAG_CLEAR, 0};
}

static bool has_condition(const patient *p, char of, int days) {
    for (int i = 0; i < p->condition_count; i++)
        if (p->conditions[i].of == of && p->conditions[i].days_ago <= days)
            return true;
    return false;
}

static tv at_least(const patient *p, int age) {
    return p->age < 0 ? MAYBE : p->age >= age ? YES : NO;
}

/* Any magnesium of 30 days below the limit for treatment by the vein. */
static tv lowest_below_iv(const patient *p) {
    tv any = newest(p, MG, 30, true) ? NO : MAYBE;
    for (int i = 0; i < p->lab_count; i++)
        if (p->labs[i].of == MG && p->labs[i].state == GOOD && p->labs[i].days_ago <= 30)
            any = either(any, mg_below(&p->labs[i], 0.50, 1.2));
    return any;
}

static verdict a01(const patient *p) {
    const number kf = kidney(p);
    if (has_condition(p, 'D', 365))
        return (verdict){MAG_NOT_APPLICABLE, 0};
    return outcome(p, seen(p, has_mgsys(p)), below(kf, 20), kf.days_ago > 90 ? HIGH : CRITICAL);
}

static verdict a02(const patient *p) {
    const number kf = kidney(p);
    int severity = HIGH;
    if (has_condition(p, 'D', 365))
        return (verdict){MAG_NOT_APPLICABLE, 0};
    if (mg_above(newest(p, MG, 9999, true), 1.05, 2.6) != YES && lowest_below_iv(p) == YES)
        severity = MODERATE;
    if (kf.days_ago > 90)
        severity--;
    return outcome(p, seen(p, has_mgsys(p)), both(opposite(below(kf, 20)), below(kf, 30)),
                   severity);
}

static verdict a03(const patient *p) {
    const number kf = kidney(p), amount = dose(p);
    tv among = seen(p, has_mgsys(p));
    if (among == YES && days_on_mgsys(p) < 28)
        among = NO;
    tv too_much = amount.lo > 12 + 1e-6 ? YES : amount.hi > 12 + 1e-6 ? MAYBE : NO;
    if (!has_mgsys(p))
        too_much = seen(p, false);
    const tv band = both(opposite(below(kf, 30)), below(kf, 60));
    const tv worse = either(below(kf, 45), at_least(p, 75));
    return outcome(p, among, both(band, either(too_much, none(p, MG, 92))),
                   worse == YES ? MODERATE : LOW);
}

static verdict a04(const patient *p) {
    const bool had_iv = has_exposure(p, IV, 48 * HOUR, 0);
    tv lasting = seen(p, has_mgsys(p));
    if (lasting == YES && days_on_mgsys(p) < 14)
        lasting = NO;
    const bool takes_risk = has_active(p, ACE) || has_active(p, SARTAN) || has_active(p, LOOPD) ||
                            has_active(p, THIAZD);
    const bool is_known_risk = has_condition(p, 'S', 9999) || has_condition(p, 'C', 9999);
    const tv risk = either(either(at_least(p, 75), is_known_risk ? YES : NO), seen(p, takes_risk));
    const tv no_year = both(none(p, CREAT, 365), opposite(measured(p, EGFR, 365)));
    const tv no_half = both(none(p, CREAT, 183), opposite(measured(p, EGFR, 183)));
    const tv other = seen(p, has_active(p, SUPP) || has_active(p, LAX) || has_active(p, MGOTH));
    const tv only_antacid =
        both(both(seen(p, has_active(p, ANTACID)), opposite(other)), opposite(seen(p, had_iv)));
    return outcome(p, either(lasting, seen(p, had_iv)), either(no_year, both(risk, no_half)),
                   only_antacid == YES ? LOW : MODERATE);
}

static verdict b01(const patient *p) {
    const lab *sample = newest(p, MG, 90, false);
    tv exposed = NO, weak_alone = MAYBE;
    for (int i = 0; i < p->order_count; i++) /* without a sample: only if there never was any */
        if (is_depleter(p->orders[i].drug_class))
            exposed = MAYBE;
    if (p->is_outside_stays)
        exposed = MAYBE;
    if (sample != NULL) {
        const int from = (sample->days_ago + 14) * DAY + DAY - 1, until = sample->days_ago * DAY;
        int classes = 0, weak = 0;
        for (int c = 0; c < CLASS_COUNT; c++)
            if (is_depleter(c) && has_exposure(p, c, from, until)) {
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
    const tv heart = seen(p, has_active(p, DIG) || has_active(p, QTD));
    const tv mild = both(both(opposite(mg_below(sample, 0.65, 1.6)), weak_alone),
                         both(opposite(below(indexed(p), 60)), opposite(heart)));
    const int severity = mg_below(sample, 0.40, 1.0) == YES   ? CRITICAL
                         : mg_below(sample, 0.50, 1.2) == YES ? HIGH
                         : mild == YES                        ? LOW
                                                              : MODERATE;
    return outcome(p, among, mg_below(sample, 0.70, 1.7), severity);
}

static verdict c01(const patient *p) {
    const lab *sample = newest(p, MG, 90, false);
    const bool is_recent = sample != NULL && sample->days_ago <= 30;
    const int severity = is_recent && mg_below(sample, 0.40, 1.0) == YES   ? CRITICAL
                         : is_recent && mg_below(sample, 0.50, 1.2) == YES ? HIGH
                         : mg_below(sample, 0.60, 1.5) == YES              ? MODERATE
                                                                           : LOW;
    return outcome(p, measured(p, MG, 90), mg_below(sample, 0.70, 1.7), severity);
}

static verdict c02(const patient *p) {
    const lab *sample = newest(p, MG, 30, true);
    const tv attributable = either(seen(p, has_mgsys(p)), below(kidney(p), 30));
    int severity = mg_above(sample, 2.00, 4.9) == YES   ? CRITICAL
                   : mg_above(sample, 1.23, 3.0) == YES ? HIGH
                   : attributable == YES                ? MODERATE
                                                        : LOW;
    if (sample != NULL &&
        has_exposure(p, IV, (sample->days_ago + 2) * DAY - 1, sample->days_ago * DAY))
        severity--;
    if (sample != NULL && sample->is_haemolysed && severity > LOW)
        severity--;
    return outcome(p, measured(p, MG, 30), mg_above(sample, 1.05, 2.6), severity);
}

/* --- both statements ---------------------------------------------------------------------- */

static const struct {
    const char *id;
    verdict (*by_hand)(const patient *p);
} rules[] = {{"A01", a01}, {"A02", a02}, {"A03", a03}, {"A04", a04},
             {"B01", b01}, {"C01", c01}, {"C02", c02}};
enum { RULE_COUNT = sizeof rules / sizeof rules[0] };

static void tell_difference(const sheet *of, const char *id, const char *got, verdict wanted) {
    print_message("%s: evaluator %s, by hand %s %d\n", id, got, mag_outcome_name(wanted.kind),
                  wanted.severity);
    for (int i = 0; i < of->count; i++)
        print_message("    - %s\n", of->lines[i]);
}

static void both_statements_agree_on_random_patients(void **state) {
    (void)state;
    judge of;
    judge_begin(&of);
    size_t seen_kinds[RULE_COUNT][MAG_NOT_EVALUATED] = {{0}}, differences = 0;
    seed = UINT64_C(0x9e3779b97f4a7c15);
    for (int i = 0; i < PATIENT_COUNT && differences < 5; i++) {
        const patient p = some_patient();
        sheet lines;
        write_patient(&p, &lines);
        world_set_at(&of.in, MAG_EXAMPLE_AS_OF, lines.lines);
        judge_patient(&of);
        for (int r = 0; r < RULE_COUNT; r++) {
            const mag_outcome *got = judge_outcome(&of, rules[r].id);
            const verdict wanted = rules[r].by_hand(&p);
            seen_kinds[r][wanted.kind]++;
            if (got->kind == wanted.kind && (int)got->severity == wanted.severity)
                continue;
            char text[160];
            judge_text(&of, rules[r].id, text);
            tell_difference(&lines, rules[r].id, text, wanted);
            differences++;
        }
    }
    assert_int_equal(differences, 0);
    /* random patients are of use only if every rule comes out in every way, often */
    for (int r = 0; r < RULE_COUNT; r++)
        for (int kind = MAG_NOT_APPLICABLE; kind < MAG_NOT_EVALUATED; kind++)
            if (seen_kinds[r][kind] < 100)
                fail_msg("%s came out %s only %zu times", rules[r].id,
                         mag_outcome_name((mag_outcome_kind)kind), seen_kinds[r][kind]);
    judge_end(&of);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_statements_agree_on_random_patients),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
