/* Series of creatinine and acute injury by days, stated naively. */
#include "oracle.h"

#include <math.h>

double creatinine_on(const patient *p, int day) {
    double highest = 0;
    for (int i = 0; i < p->lab_count; i++)
        if (p->labs[i].of == CREAT && p->labs[i].state == GOOD && p->labs[i].days_ago == day)
            highest = fmax(highest, p->labs[i].value);
    return highest;
}

bool has_censored_creatinine(const patient *p) {
    for (int i = 0; i < p->lab_count; i++)
        if (p->labs[i].of == CREAT && p->labs[i].state == GOOD && p->labs[i].sign != '=')
            return true;
    return false;
}

static double lesser(double a, double b) {
    return a > 0 && (b <= 0 || a < b) ? a : b;
}

/* Lowest creatinine from `older` to `newer` days before T; 0 if none. */
static double lowest_creatinine(const patient *p, int older, int newer) {
    double lowest = 0;
    for (int day = newer; day <= older; day++)
        lowest = lesser(creatinine_on(p, day), lowest);
    return lowest;
}

double median_of(double *values, int count) {
    for (int i = 0; i < count; i++)
        for (int j = i + 1; j < count; j++)
            if (values[j] < values[i]) {
                const double swapped = values[i];
                values[i] = values[j];
                values[j] = swapped;
            }
    if (count == 0)
        return 0;
    return count % 2 == 1 ? values[count / 2] : (values[count / 2 - 1] + values[count / 2]) / 2;
}

/* 0 if there is none. */
static double median_creatinine(const patient *p, int older, int newer) {
    double values[ORACLE_LABS_MAX];
    int count = 0;
    for (int day = newer; day <= older; day++)
        if (creatinine_on(p, day) > 0)
            values[count++] = creatinine_on(p, day);
    return median_of(values, count);
}

/* --- acute injury ------------------------------------------------------------------------- */

typedef struct injury {
    int stage;        /* -1: no baseline */
    double reference; /* what the ratio or the rise was measured against */
} injury;

static injury injury_at(const patient *p, int day) {
    const double c1 = creatinine_on(p, day);
    const double rv1 = lowest_creatinine(p, day + 7, day + 1);
    const double rv2 = median_creatinine(p, day + 365, day + 8);
    const double day2 = lowest_creatinine(p, day + 2, day + 1);
    const double reference = lesser(rv1, rv2);
    if (reference <= 0)
        return (injury){-1, 0};
    const double ratio = c1 / reference;
    if (ratio >= 1.5)
        return (injury){ratio >= 3 || c1 > 354 ? 3 : ratio >= 2 ? 2 : 1, reference};
    return (injury){day2 > 0 && c1 - day2 > 26 ? 1 : 0, day2};
}

static bool is_resolved(const patient *p, int day, double reference) {
    for (int later = 0; later < day; later++)
        if (creatinine_on(p, later) > 0 && creatinine_on(p, later) < 1.5 * reference &&
            creatinine_on(p, later) < reference + 26)
            return true;
    return false;
}

int oracle_aki_stage(const patient *p, int days, int *index_day) {
    int worst = -1;
    for (int day = 0; day <= days; day++) {
        if (creatinine_on(p, day) <= 0)
            continue;
        injury found = injury_at(p, day);
        if (found.stage > 0 && is_resolved(p, day, found.reference))
            found.stage = 0;
        if (found.stage > worst) {
            worst = found.stage;
            *index_day = day;
        }
    }
    return worst;
}
