#include "rules/truth.h"

#include <math.h>

mag_truth mag_truth_and(mag_truth a, mag_truth b) {
    if (a.is == MAG_FALSE || b.is == MAG_FALSE)
        return mag_truth_of(false);
    if (a.is == MAG_UNDECIDED || b.is == MAG_UNDECIDED)
        return mag_truth_unknown(a.reasons | b.reasons);
    return mag_truth_of(true);
}

mag_truth mag_truth_or(mag_truth a, mag_truth b) {
    return mag_truth_not(mag_truth_and(mag_truth_not(a), mag_truth_not(b)));
}

mag_truth mag_truth_not(mag_truth a) {
    if (a.is == MAG_UNDECIDED)
        return a;
    return mag_truth_of(a.is == MAG_FALSE);
}

static bool lies_below(mag_position_of_ends ends) {
    return ends.high < 0 || (ends.high == 0 && ends.is_high_open);
}

static bool lies_above(mag_position_of_ends ends) {
    return ends.low > 0 || (ends.low == 0 && ends.is_low_open);
}

/* Decided when one of the two claims holds for the whole interval. */
static mag_truth decide(bool is_surely_true, bool is_surely_false, mag_unknown_set doubt) {
    if (is_surely_true || is_surely_false)
        return mag_truth_of(is_surely_true);
    return mag_truth_unknown(doubt);
}

mag_truth mag_compare_ends(mag_position_of_ends ends, mag_relation relation,
                           mag_unknown_set doubt) {
    const bool is_point_on_limit =
        ends.low == 0 && ends.high == 0 && !ends.is_low_open && !ends.is_high_open;
    const bool is_elsewhere = lies_below(ends) || lies_above(ends);
    switch (relation) {
    case MAG_IS_BELOW:
        return decide(lies_below(ends), ends.low >= 0, doubt);
    case MAG_IS_AT_MOST:
        return decide(ends.high <= 0, lies_above(ends), doubt);
    case MAG_IS_ABOVE:
        return decide(lies_above(ends), ends.high <= 0, doubt);
    case MAG_IS_AT_LEAST:
        return decide(ends.low >= 0, lies_below(ends), doubt);
    case MAG_IS_EQUAL:
        return decide(is_point_on_limit, is_elsewhere, doubt);
    case MAG_IS_NOT_EQUAL:
        return decide(is_elsewhere, is_point_on_limit, doubt);
    }
    return mag_truth_unknown(doubt);
}

mag_bounds mag_bounds_unknown(mag_unknown_set reasons) {
    return (mag_bounds){.low = -INFINITY, .high = INFINITY, .unknown = reasons};
}

bool mag_bounds_is_exact(const mag_bounds *bounds) {
    return bounds->unknown == 0 && bounds->low >= bounds->high;
}

mag_bounds mag_bounds_of_comparator(double value, mag_comparator comparator) {
    mag_bounds bounds = mag_bounds_exact(value);
    switch (comparator) {
    case MAG_EXACT:
    case MAG_COMPARATOR_COUNT:
        return bounds;
    case MAG_LESS:
    case MAG_LESS_EQUAL:
        bounds.low = 0;
        bounds.is_low_open = true; /* nothing that is measured is 0: such a result is rejected */
        bounds.is_high_open = comparator == MAG_LESS;
        break;
    case MAG_GREATER:
    case MAG_GREATER_EQUAL:
        bounds.high = INFINITY;
        bounds.is_low_open = comparator == MAG_GREATER;
        break;
    }
    bounds.doubt = mag_unknown_bit(MAG_UNKNOWN_CENSORED);
    return bounds;
}

/* Ends at infinity come before the tolerance, which knows no share of them. */
static int order_of(double value, double limit) {
    if (isinf(value))
        return value < 0 ? -1 : 1;
    if (isinf(limit))
        return limit < 0 ? 1 : -1;
    return mag_derived_below(value, limit) ? -1 : mag_derived_above(value, limit);
}

mag_truth mag_bounds_compare(const mag_bounds *left, mag_relation relation,
                             const mag_bounds *right) {
    if ((left->unknown | right->unknown) != 0)
        return mag_truth_unknown(left->unknown | right->unknown);
    const mag_position_of_ends ends = {
        order_of(left->low, right->high), order_of(left->high, right->low),
        left->is_low_open || right->is_high_open, left->is_high_open || right->is_low_open};
    return mag_compare_ends(ends, relation, left->doubt | right->doubt);
}

/* An empty interval to which ends are added one after the other. */
static mag_bounds nothing_yet(const mag_bounds *a, const mag_bounds *b) {
    return (mag_bounds){.low = INFINITY,
                        .high = -INFINITY,
                        .is_low_open = true,
                        .is_high_open = true,
                        .doubt = a->doubt | b->doubt,
                        .unknown = a->unknown | b->unknown};
}

static void include(mag_bounds *bounds, double end, bool is_open) {
    if (end < bounds->low || (end <= bounds->low && !is_open)) {
        bounds->low = end;
        bounds->is_low_open = is_open;
    }
    if (end > bounds->high || (end >= bounds->high && !is_open)) {
        bounds->high = end;
        bounds->is_high_open = is_open;
    }
}

mag_bounds mag_bounds_add(mag_bounds a, mag_bounds b) {
    a.low += b.low;
    a.high += b.high;
    a.is_low_open |= b.is_low_open;
    a.is_high_open |= b.is_high_open;
    a.doubt |= b.doubt;
    a.unknown |= b.unknown;
    return a;
}

static mag_bounds negative(mag_bounds a) {
    const mag_bounds turned = a;
    a.low = -turned.high;
    a.high = -turned.low;
    a.is_low_open = turned.is_high_open;
    a.is_high_open = turned.is_low_open;
    return a;
}

mag_bounds mag_bounds_subtract(mag_bounds a, mag_bounds b) {
    return mag_bounds_add(a, negative(b));
}

/* 0 times an end at infinity is 0: the end is never reached. */
static double corner(double a, double b) {
    const double product = a * b;
    return isnan(product) ? 0 : product;
}

mag_bounds mag_bounds_multiply(mag_bounds a, mag_bounds b) {
    mag_bounds product = nothing_yet(&a, &b);
    include(&product, corner(a.low, b.low), a.is_low_open || b.is_low_open);
    include(&product, corner(a.low, b.high), a.is_low_open || b.is_high_open);
    include(&product, corner(a.high, b.low), a.is_high_open || b.is_low_open);
    include(&product, corner(a.high, b.high), a.is_high_open || b.is_high_open);
    return product;
}

/* Is 0 a possible value? Not where it is only the end that is never reached. */
static bool holds_zero(const mag_bounds *bounds) {
    const bool reaches_from_below =
        bounds->high > 0 || (bounds->high >= 0 && !bounds->is_high_open);
    const bool reaches_from_above = bounds->low < 0 || (bounds->low <= 0 && !bounds->is_low_open);
    return reaches_from_below && reaches_from_above;
}

mag_bounds mag_bounds_divide(mag_bounds a, mag_bounds b) {
    if (b.unknown == 0 && holds_zero(&b)) {
        const mag_unknown_set missing = mag_unknown_bit(MAG_UNKNOWN_MISSING);
        return mag_bounds_unknown(a.unknown | (b.doubt != 0 ? b.doubt : missing));
    }
    mag_bounds inverse = b;
    inverse.low = b.high < 0 || b.high > 0 ? 1 / b.high : -INFINITY;
    inverse.high = b.low < 0 || b.low > 0 ? 1 / b.low : INFINITY;
    inverse.is_low_open = b.is_high_open;
    inverse.is_high_open = b.is_low_open;
    return mag_bounds_multiply(a, inverse);
}
