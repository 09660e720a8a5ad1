/* Drugs and denominators, stated naively. */
#include "oracle.h"

/* --- drugs -------------------------------------------------------------------------------- */

static bool is_of(const order *o, unsigned classes) {
    return classes >> o->drug_class & 1;
}

/* MGIV counts in MGSYS for 48 h after its stop. */
static int extra(const order *o, unsigned classes) {
    return classes == MGSYS_BITS && o->drug_class == IV ? 48 * HOUR : 0;
}

tv seen(const patient *p, bool is_found) {
    return is_found ? YES : p->is_outside_stays ? MAYBE : NO;
}

static bool is_in_effect(const order *o, unsigned classes) {
    return is_of(o, classes) && o->stop - extra(o, classes) < 0;
}

bool is_active(const patient *p, unsigned classes) {
    for (int i = 0; i < p->order_count; i++)
        if (is_in_effect(&p->orders[i], classes))
            return true;
    return false;
}

/* How far behind its stop an order joins the next one. */
static int bridge(const order *o, unsigned classes, int gap) {
    return extra(o, classes) > gap ? extra(o, classes) : gap;
}

/* Its effect ends with its stop, or with the start of an order that it joins: at most a day lies
   between orders of one era. */
static int end_of(const patient *p, unsigned classes, const order *o) {
    int end = o->stop - extra(o, classes);
    for (int i = 0; i < p->order_count; i++) {
        const order *next = &p->orders[i];
        if (is_of(next, classes) && next->start < end && next->start < o->start &&
            o->stop - bridge(o, classes, DAY) <= next->start)
            end = next->start;
    }
    return end;
}

bool was_exposed(const patient *p, unsigned classes, int from, int until) {
    for (int i = 0; i < p->order_count; i++) {
        const order *o = &p->orders[i];
        if (is_of(o, classes) && o->start >= until && end_of(p, classes, o) < from)
            return true;
    }
    return false;
}

int days_on(const patient *p, unsigned classes, int gap) {
    int start = -1;
    for (int i = 0; i < p->order_count; i++)
        if (is_in_effect(&p->orders[i], classes) && p->orders[i].start > start)
            start = p->orders[i].start;
    for (int changed = 1; changed;) {
        changed = 0;
        for (int i = 0; i < p->order_count; i++) {
            const order *o = &p->orders[i];
            if (start >= 0 && is_of(o, classes) && o->start > start &&
                o->stop - bridge(o, classes, gap) <= start) {
                start = o->start;
                changed = 1;
            }
        }
    }
    return start < 0 ? -1 : start / DAY; /* T is the last minute of its day */
}

tv continuous(const patient *p, unsigned classes, int days, int gap) {
    return seen(p, is_active(p, classes) && days_on(p, classes, gap) >= days);
}

tv at_least_issues(const patient *p, unsigned classes, int days, int wanted) {
    int count = 0;
    for (int i = 0; i < p->order_count; i++)
        count += is_of(&p->orders[i], classes) && p->orders[i].start / DAY <= days;
    return seen(p, count >= wanted);
}

/* Lowest and highest possible dose; of a class nothing of which runs, the newest row in
   effect. */
number oracle_dose(const patient *p, unsigned classes) {
    number x = {true, 0, 0, false, false, 0};
    for (int i = 0; i < p->order_count; i++) {
        const order *o = &p->orders[i];
        bool counts = is_in_effect(o, classes);
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

/* --- denominators ------------------------------------------------------------------------- */

verdict not_applicable(void) {
    return (verdict){.kind = MAG_NOT_APPLICABLE};
}

unsigned way(int n, tv is) {
    return is == YES ? 1u << n : 0;
}

verdict outcome(const patient *p, tv among, tv when, int severity) {
    if (p->age >= 0 && p->age < 18)
        return not_applicable();
    if (p->age < 0)
        among = both(among, MAYBE);
    if (among == NO || (among == MAYBE && when == NO))
        return not_applicable();
    if (among == MAYBE || when == MAYBE)
        return (verdict){.kind = MAG_CANNOT_TELL};
    return when == YES ? (verdict){.kind = MAG_FLAGGED, .severity = severity}
                       : (verdict){.kind = MAG_CLEAR};
}

bool has_condition(const patient *p, char of, int days) {
    for (int i = 0; i < p->condition_count; i++)
        if (p->conditions[i].of == of && p->conditions[i].days_ago <= days)
            return true;
    return false;
}

tv at_least(const patient *p, int age) {
    return p->age < 0 ? MAYBE : p->age >= age ? YES : NO;
}
