/* Kleene's three truth values with the reasons of what is unknown, and numbers that are only known
   to lie in an interval. Pure. */
#ifndef MAG_RULES_TRUTH_H
#define MAG_RULES_TRUTH_H

#include "rules/tree.h"

typedef enum mag_truth_value { MAG_FALSE, MAG_TRUE, MAG_UNDECIDED } mag_truth_value;

typedef struct mag_truth {
    mag_truth_value is;
    mag_unknown_set reasons; /* of UNDECIDED, never empty then; else 0 */
} mag_truth;

static inline mag_unknown_set mag_unknown_bit(mag_unknown reason) {
    return (mag_unknown_set)1 << reason;
}

static inline mag_truth mag_truth_of(bool is_true) {
    return (mag_truth){is_true ? MAG_TRUE : MAG_FALSE, 0};
}

static inline mag_truth mag_truth_unknown(mag_unknown_set reasons) {
    return (mag_truth){MAG_UNDECIDED, reasons};
}

/* Reasons are those of the unknown sides that could still change the result. */
mag_truth mag_truth_and(mag_truth a, mag_truth b);
mag_truth mag_truth_or(mag_truth a, mag_truth b);
mag_truth mag_truth_not(mag_truth a);

/* Where an interval lies relative to a limit: the sign of each end minus the limit (an end at
   infinity is -1 or 1), and whether the end itself is outside. */
typedef struct mag_position_of_ends {
    int low, high;
    bool is_low_open, is_high_open;
} mag_position_of_ends;

/* True or false only if the whole interval agrees; else unknown for the reasons in `doubt`. */
mag_truth mag_compare_ends(mag_position_of_ends ends, mag_relation relation, mag_unknown_set doubt);

/* A number known up to an interval; low = high and both ends closed when it is exact. */
typedef struct mag_bounds {
    double low, high; /* -INFINITY, INFINITY when there is no bound */
    bool is_low_open, is_high_open;
    mag_unknown_set doubt;   /* why it is no point: reasons of a comparison that it cannot decide */
    mag_unknown_set unknown; /* not 0: there is no value at all, and why */
} mag_bounds;

static inline mag_bounds mag_bounds_exact(double value) {
    return (mag_bounds){.low = value, .high = value};
}

mag_bounds mag_bounds_unknown(mag_unknown_set reasons);
bool mag_bounds_is_exact(const mag_bounds *bounds);
/* The interval of a printed value with its comparator: "<0.30" lies in [0, 0.30). */
mag_bounds mag_bounds_of_comparator(double value, mag_comparator comparator);
/* With the relative tolerance 1e-9 of derived values. */
mag_truth mag_bounds_compare(const mag_bounds *left, mag_relation relation,
                             const mag_bounds *right);

/* Unknown and doubt carry over; the ends of a difference, product or quotient are those of its
 * corners. */
mag_bounds mag_bounds_add(mag_bounds a, mag_bounds b);
mag_bounds mag_bounds_subtract(mag_bounds a, mag_bounds b);
mag_bounds mag_bounds_multiply(mag_bounds a, mag_bounds b);
/* Unknown if the divisor may be 0: for the reason that its value is in doubt, else `missing`. Below
 * a censored divisor the quotient has no upper end. */
mag_bounds mag_bounds_divide(mag_bounds a, mag_bounds b);

#endif
