/* Random small patients whose records lie on the edges of windows and limits, and their lines. */
#include "oracle.h"

#include <stdio.h>

const char *const oracle_class_names[DRUG_COUNT] = {
    "MGSUPP", "MGANTACID", "MGLAX", "MGOTHER", "MGIV", "LOOP", "THIAZ", "PPI",
    "AMINOG", "CNI",       "DIGOX", "QT",      "ACEI", "ARB",  "KSUPP", "MGPREP"};

static uint64_t seed;

void oracle_seed(uint64_t from) {
    seed = from;
}

int oracle_upto(int count) {
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (int)((seed >> 11) % (uint64_t)count);
}

static bool one_in(int count) {
    return oracle_upto(count) == 0;
}

#define ONE_OF(table) (table)[oracle_upto((int)(sizeof(table) / sizeof(table)[0]))]

/* Ages of records, with the edges of every window among them. */
static int some_days_ago(void) {
    static const int edges[] = {0,  1,  2,  13, 14, 15,  29,  30,  31,  60,  61,
                                89, 90, 91, 92, 93, 182, 183, 184, 364, 365, 366};
    return one_in(2) ? ONE_OF(edges) : oracle_upto(40);
}

/* --- results ------------------------------------------------------------------------------ */

static void put_magnesium(lab *made) {
    static const double mmol[] = {0.29, 0.39, 0.40, 0.49, 0.50, 0.59, 0.60, 0.64, 0.65,
                                  0.69, 0.70, 0.85, 1.05, 1.06, 1.23, 1.24, 2.00, 2.01};
    static const double mgdl[] = {0.9, 1.0, 1.1, 1.2, 1.4, 1.5, 1.6, 1.7,
                                  2.0, 2.6, 2.7, 3.0, 3.1, 4.9, 5.0};
    made->in = (measure)oracle_upto(3);
    made->value = made->in == MGDL ? ONE_OF(mgdl) : ONE_OF(mmol);
    made->value *= made->in == MEQ ? 2 : 1;
    made->is_haemolysed = one_in(8);
}

static void put_potassium(lab *made) {
    static const double mmol[] = {2.4, 2.5, 2.9, 3.0, 3.4, 3.5, 4.0};
    static const double mgdl[] = {9.8, 11.6, 11.7, 13.6, 13.7, 15.6};
    made->in = (measure)oracle_upto(3);
    made->value = made->in == MGDL ? ONE_OF(mgdl) : ONE_OF(mmol);
}

static void put_calcium(lab *made) {
    static const double mmol[] = {1.80, 2.19, 2.20, 2.40, 2.70};
    static const double mgdl[] = {7.2, 8.7, 8.8, 9.6, 10.8};
    made->in = one_in(2) ? MMOL : MGDL;
    made->value = made->in == MGDL ? ONE_OF(mgdl) : ONE_OF(mmol);
}

static lab some_lab(const mixture *of) {
    static const double creatinine[] = {52, 60, 78, 80, 90, 104, 105, 130, 150, 156, 157, 208, 300};
    static const double urea[] = {5.0, 7.9, 8.0, 9.0}, nitrogen[] = {14.0, 22.3, 22.4, 25.0};
    lab made = {.of = (what)oracle_upto(WEIGHT), .sign = '=', .in = OTHER};
    made.days_ago = some_days_ago();
    if (!one_in(3))
        made.of = of->labs[oracle_upto(of->lab_kinds)];
    if (made.of == MG)
        put_magnesium(&made);
    else if (made.of == POTASSIUM)
        put_potassium(&made);
    else if (made.of == CALCIUM)
        put_calcium(&made);
    else if (made.of == UREA)
        made.value = (made.in = one_in(2) ? MMOL : MGDL) == MMOL ? ONE_OF(urea) : ONE_OF(nitrogen);
    else if (made.of == CREAT)
        made.value = (made.in = UMOL, ONE_OF(creatinine));
    else
        made.value = 5 + oracle_upto(110);
    if (one_in(8))
        made.sign = one_in(2) ? '<' : '>';
    if (one_in(8))
        made.state = one_in(2) ? REJECTED : NO_UNIT;
    return made;
}

static lab measurement(what of, double value) {
    return (lab){.of = of, .value = value, .sign = '=', .in = OTHER, .days_ago = some_days_ago()};
}

/* --- drugs -------------------------------------------------------------------------------- */

static void put_hours(order *made, const char *dose) {
    const int start = 1 + oracle_upto(80), stop = oracle_upto(start);
    made->start = start * HOUR;
    made->stop = stop * HOUR;
    (void)snprintf(made->line, sizeof made->line, "%s%s since %d hours ago until %d hours ago",
                   oracle_class_names[made->drug_class], dose, start, stop);
}

static void put_days(order *made, const char *dose) {
    const int start = one_in(4)   ? 360 + oracle_upto(60)
                      : one_in(2) ? some_days_ago()
                                  : 10 + oracle_upto(40);
    const int stop = oracle_upto(start + 1);
    const char *name = oracle_class_names[made->drug_class];
    made->start = start * DAY + DAY - 1;
    made->stop = -30 * DAY;
    if (one_in(2)) {
        made->stop = stop * DAY - 1; /* 00:00 of the day after */
        (void)snprintf(made->line, sizeof made->line, "%s%s since %d days ago until %d days ago",
                       name, dose, start, stop);
    } else {
        (void)snprintf(made->line, sizeof made->line, "%s%s since %d days ago", name, dose, start);
    }
}

static order some_order(const mixture *of) {
    order made = {.drug_class = oracle_upto(DRUG_COUNT), .mmol = -1};
    char dose[32] = "";
    if (!one_in(3))
        made.drug_class = of->drugs[oracle_upto(of->drug_kinds)];
    if (made.drug_class <= IV && !one_in(4)) {
        made.mmol = made.drug_class == LAX && one_in(2) ? 40 * (1 + oracle_upto(3))
                                                        : 4 * (1 + oracle_upto(6));
        (void)snprintf(dose, sizeof dose, " %.0f mmol", made.mmol);
    }
    if (one_in(4))
        put_hours(&made, dose);
    else
        put_days(&made, dose);
    return made;
}

patient oracle_patient(const mixture *of) {
    static const int ages[] = {17, 18, 40, 60, 64, 65, 74, 75, 76, 80, 90};
    patient made = {.age = ONE_OF(ages), .sex = one_in(2) ? 'F' : 'M'};
    if (one_in(30))
        made.age = -1;
    if (one_in(20))
        made.sex = '?';
    made.has_conditions = !one_in(4);
    made.is_outside_stays = one_in(6);
    made.delivers_magnesium = !one_in(12);
    const int lab_count = oracle_upto(ORACLE_LABS_MAX - 2);
    for (int i = 0; i < lab_count; i++)
        made.labs[made.lab_count++] = some_lab(of);
    if (!one_in(3))
        made.labs[made.lab_count++] = measurement(WEIGHT, 40 + 5 * oracle_upto(15));
    if (one_in(2))
        made.labs[made.lab_count++] = measurement(HEIGHT, 150 + 5 * oracle_upto(8));
    made.order_count = oracle_upto(ORACLE_ORDERS_MAX);
    for (int i = 0; i < made.order_count; i++)
        made.orders[i] = some_order(of);
    made.condition_count = made.has_conditions ? oracle_upto(ORACLE_CONDITIONS_MAX + 1) : 0;
    for (int i = 0; i < made.condition_count; i++) {
        made.conditions[i].of = "DSCM"[oracle_upto(4)];
        made.conditions[i].days_ago = some_days_ago();
    }
    return made;
}

/* --- the patient as lines of an example --------------------------------------------------- */

static char *next_line(sheet *to) {
    to->lines[to->count] = to->text[to->count];
    return to->text[to->count++];
}

static const char *lab_name(const lab *of) {
    static const char *const names[] = {"magnesium", "creatinine", "egfr_reported",
                                        "potassium", "urea",       "calcium_adjusted",
                                        "weight",    "height"};
    return of->of == UREA && of->in == MGDL ? "urea_nitrogen" : names[of->of];
}

static void write_lab(const lab *of, char out[96]) {
    static const char *const units[] = {"mmol/L", "mg/dL", "mEq/L", "umol/L"};
    static const int mmol_digits[] = {2, 0, 0, 1, 1, 2, 0, 0};
    const char *other = of->of == EGFR ? "mL/min/1.73m2" : of->of == WEIGHT ? "kg" : "cm";
    const char *unit = of->in == OTHER ? other : units[of->in];
    const char *sign = of->sign == '=' ? "" : of->sign == '<' ? "<" : ">";
    const int digits = of->in == MGDL ? 1 : of->in == OTHER ? 0 : mmol_digits[of->of];
    if (of->state == REJECTED)
        (void)snprintf(out, 96, "%s rejected %d days ago", lab_name(of), of->days_ago);
    else
        (void)snprintf(out, 96, "%s %s%.*f %s%s %d days ago", lab_name(of), sign, digits, of->value,
                       of->state == NO_UNIT ? "no unit" : unit,
                       of->is_haemolysed ? " haemolysed" : "", of->days_ago);
}

static void write_conditions(const patient *of, sheet *to) {
    for (int i = 0; i < of->condition_count; i++) {
        const char kind = of->conditions[i].of;
        (void)snprintf(next_line(to), 96, "%s %d days ago",
                       kind == 'D'   ? "dialysis"
                       : kind == 'S' ? "diabetes"
                       : kind == 'C' ? "ckd"
                                     : "malabsorption",
                       of->conditions[i].days_ago);
    }
}

void oracle_write(const patient *of, sheet *to) {
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
    write_conditions(of, to);
    to->lines[to->count] = NULL;
}
