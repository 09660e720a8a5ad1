/* Random small patients whose records lie on the edges of windows and limits, and their lines. */
#include "oracle.h"

#include <stdio.h>
#include <string.h>

const char *const oracle_class_names[DRUG_COUNT] = {
    "MGSUPP",  "MGANTACID", "MGLAX",  "MGOTHER", "MGIV",   "LOOP",
    "THIAZ",   "PPI",       "AMINOG", "CNI",     "DIGOX",  "QT",
    "ACEI",    "ARB",       "KSUPP",  "MGPREP",  "KSPARE", "drug \"amiodarone 200 mg tablet\"",
    "FQ",      "TETRA",     "CA",     "VITD",    "BONEIV", "BETA2",
    "STEROID", "VKA"};

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
    static const int edges[] = {0,  1,  2,  13, 14, 15,  28,  29,  30,  31,  42,  56,  60,  61,
                                89, 90, 91, 92, 93, 106, 107, 180, 182, 183, 184, 364, 365, 366};
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

static void put_calcium_of(lab *made) {
    static const double mmol[] = {1.70, 1.79, 1.80, 1.89, 1.90, 2.00, 2.09, 2.10, 2.19, 2.20,
                                  2.40, 2.60, 2.61, 2.80, 3.00, 3.01, 3.20, 3.50, 3.51};
    static const double mgdl[] = {7.1, 7.2,  7.5,  7.6,  8.0,  8.3,  8.4,  8.7,  8.8,
                                  9.6, 10.4, 10.5, 11.2, 12.0, 12.1, 13.0, 14.0, 14.1};
    made->in = one_in(2) ? MMOL : MGDL;
    made->value = made->in == MGDL ? ONE_OF(mgdl) : ONE_OF(mmol);
}

static void put_rare(lab *made) {
    static const double ionised[] = {0.85, 0.89, 0.90, 1.00, 1.14, 1.15, 1.20};
    static const double ionised_mgdl[] = {3.5, 3.6, 4.0, 4.5, 4.6, 5.0};
    static const double albumin[] = {18, 19, 20, 25, 30, 35, 40, 45, 50};
    static const double sodium[] = {119, 120, 124, 125, 129, 130, 131, 132,
                                    133, 136, 138, 139, 140, 146, 147};
    static const double vitamin[] = {20, 24, 25, 60}, vitamin_mass[] = {9, 10, 30};
    static const double potassium[] = {4.9, 5.0, 5.4, 5.5, 5.9, 6.0, 6.4, 6.5, 7.0};
    if (made->of == TOTAL_CA || made->of == CALCIUM)
        put_calcium_of(made);
    else if (made->of == IONISED)
        made->value =
            (made->in = one_in(3) ? MGDL : MMOL) == MMOL ? ONE_OF(ionised) : ONE_OF(ionised_mgdl);
    else if (made->of == ALBUMIN)
        made->value = (made->in = GL, ONE_OF(albumin));
    else if (made->of == SODIUM)
        made->value = (made->in = one_in(2) ? MMOL : MEQ, ONE_OF(sodium));
    else if (made->of == VITAMIN_D)
        made->value =
            (made->in = one_in(2) ? NMOL : NGML) == NMOL ? ONE_OF(vitamin) : ONE_OF(vitamin_mass);
    else if (made->of == INR)
        made->value = (made->in = RATIO, 1 + oracle_upto(3));
    else if (made->of == POTASSIUM)
        made->value = (made->in = MMOL, made->is_haemolysed = one_in(4), ONE_OF(potassium));
}

static lab some_lab(const mixture *of) {
    static const double creatinine[] = {52, 60, 78, 80, 90, 104, 105, 130, 150, 156, 157, 208, 300};
    static const double urea[] = {5.0, 7.9, 8.0, 9.0, 10.0, 10.1, 16.0},
                        nitrogen[] = {14.0, 22.3, 22.4, 25.0, 28.0, 28.1, 45.0};
    lab made = {.of = (what)oracle_upto(WEIGHT), .sign = '=', .in = OTHER};
    made.days_ago = some_days_ago();
    if (of->recent_days > 0 && !one_in(4))
        made.days_ago = oracle_upto(of->recent_days);
    if (!one_in(3))
        made.of = of->labs[oracle_upto(of->lab_kinds)];
    if (made.of > HEIGHT || (of->recent_days > 0 && made.of == CALCIUM) ||
        (of->has_high_potassium && made.of == POTASSIUM && one_in(2)))
        put_rare(&made);
    else if (made.of == MG)
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
    if (made.of != ALBUMIN && made.of != INR && one_in(8))
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
    order made = {.drug_class = oracle_upto(ASKED_FOR), .mmol = -1, .route = 'M'};
    char dose[48] = "";
    if (!one_in(3))
        made.drug_class = of->drugs[oracle_upto(of->drug_kinds)];
    if (made.drug_class <= IV && !one_in(4)) {
        made.mmol = made.drug_class == LAX && one_in(2) ? 40 * (1 + oracle_upto(3))
                                                        : 4 * (1 + oracle_upto(6));
        if (made.drug_class == SUPP && one_in(4))
            made.mmol = 25 + 15 * oracle_upto(3) + oracle_upto(2);
        (void)snprintf(dose, sizeof dose, " %.0f mmol", made.mmol);
    }
    if (made.drug_class == SUPP && one_in(12)) {
        made.mmol = one_in(2) ? 14.400 : 14.441; /* to the umol; the ceiling is 350 mg */
        (void)snprintf(dose, sizeof dose, " %d mg", made.mmol < 14.41 ? 350 : 351);
    }
    if ((made.drug_class == QUINOLONE || made.drug_class == TETRACYCLINE) && of->route_doubt > 0 &&
        one_in(of->route_doubt)) {
        made.route = one_in(2) ? 'V' : '?';
        (void)snprintf(dose + strlen(dose), sizeof dose - strlen(dose), " by %s",
                       made.route == 'V' ? "IV" : "?");
    }
    if (one_in(4))
        put_hours(&made, dose);
    else
        put_days(&made, dose);
    return made;
}

/* Goes on with the last order of a supplement that ended with a day. */
static void change_dose(patient *made) {
    const order *last = NULL;
    for (int i = 0; i < made->order_count; i++)
        if (made->orders[i].drug_class == SUPP && made->orders[i].stop % DAY == DAY - 1)
            last = &made->orders[i];
    if (last == NULL || made->order_count == ORACLE_ORDERS_MAX)
        return;
    const int day = last->stop / DAY;
    order *next = &made->orders[made->order_count++];
    *next = (order){.drug_class = SUPP, .mmol = 4 * (1 + oracle_upto(8)), .route = 'M'};
    next->start = day * DAY + DAY - 1;
    next->stop = -30 * DAY;
    (void)snprintf(next->line, sizeof next->line, "MGSUPP %.0f mmol since %d days ago", next->mmol,
                   day);
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
    made.is_inside_stay = !made.is_outside_stays && one_in(3);
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
    if (of->has_changes && one_in(2))
        change_dose(&made);
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
    static const char *const names[] = {
        "magnesium",        "creatinine", "egfr_reported", "potassium", "urea",
        "calcium_adjusted", "weight",     "height",        "calcium",   "calcium_ionised",
        "albumin",          "sodium",     "vitamin_d",     "inr"};
    return of->of == UREA && of->in == MGDL ? "urea_nitrogen" : names[of->of];
}

static void write_lab(const lab *of, char out[96]) {
    static const char *const units[] = {"mmol/L", "mg/dL",  "mEq/L", "umol/L", "",
                                        "g/L",    "nmol/L", "ng/mL", "1"};
    static const int mmol_digits[] = {2, 0, 0, 1, 1, 2, 0, 0, 2, 2, 0, 0, 0, 1};
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
    if (of->is_inside_stay)
        (void)snprintf(next_line(to), 96, "inside a stay since 20 days ago");
    if (!of->delivers_magnesium)
        (void)snprintf(next_line(to), 96, "source without magnesium");
    for (int i = 0; i < of->lab_count; i++)
        write_lab(&of->labs[i], next_line(to));
    for (int i = 0; i < of->order_count; i++)
        (void)snprintf(next_line(to), 96, "%s", of->orders[i].line);
    write_conditions(of, to);
    to->lines[to->count] = NULL;
}
