/* Results against limits: as printed, exactly, in the unit family that the laboratory reported. */
#include "rules/operand_series.h"

static mag_position_of_ends ends_of(mag_comparator comparator, int order) {
    mag_position_of_ends ends = {.low = order, .high = order};
    if (comparator == MAG_LESS || comparator == MAG_LESS_EQUAL) {
        ends.low = -1;
        ends.is_high_open = comparator == MAG_LESS;
    } else if (comparator == MAG_GREATER || comparator == MAG_GREATER_EQUAL) {
        ends.high = 1;
        ends.is_low_open = comparator == MAG_GREATER;
    }
    return ends;
}

/* Asked of urea, whose limits have a molar side: mag_checker_limit_fits refuses others. */
static double canonical_limit(mag_analyte analyte, const mag_limit *limit) {
    return mag_to_canonical(analyte, limit->molar_unit, limit->molar);
}

/* Urea as the molecule in mg/dL has no side of its own in a pair: it is compared in mmol/L. */
static bool has_side(const mag_lab *lab) {
    return mag_lab_analyte(lab) != MAG_UREA ||
           mag_unit_scale_of(mag_lab_unit(lab)).dimension != MAG_DIMENSION_MASS;
}

mag_truth mag_lab_compare(const mag_lab *lab, mag_relation relation, const mag_limit *limit) {
    int order;
    if (has_side(lab) && mag_limit_compare(mag_lab_analyte(lab), mag_lab_unit(lab),
                                           mag_lab_value(lab), limit, &order))
        return mag_compare_ends(ends_of(mag_lab_comparator(lab), order), relation,
                                mag_unknown_bit(MAG_UNKNOWN_CENSORED));
    const mag_bounds bounds = mag_lab_canonical(lab);
    const mag_bounds converted = mag_bounds_exact(canonical_limit(mag_lab_analyte(lab), limit));
    return mag_bounds_compare(&bounds, relation, &converted);
}

/* The side of the pair that fits the unit, as a number in that unit. */
static double limit_in_unit(mag_analyte analyte, mag_unit unit, const mag_limit *limit) {
    mag_decimal side;
    mag_unit side_unit;
    const double canonical = mag_limit_side(analyte, unit, limit, &side, &side_unit)
                                 ? mag_to_canonical(analyte, side_unit, side)
                                 : canonical_limit(analyte, limit);
    return mag_from_canonical(analyte, unit, canonical);
}

mag_truth mag_value_compare_limit(const mag_value *value, mag_relation relation,
                                  const mag_limit *limit) {
    if (value->bounds.unknown != 0)
        return mag_truth_unknown(value->bounds.unknown);
    if (value->lab == NULL)
        return mag_truth_unknown(mag_unknown_bit(MAG_UNKNOWN_MISSING));
    if (value->derived_unit == MAG_UNIT_NONE)
        return mag_lab_compare(value->lab, relation, limit);
    const mag_bounds number =
        mag_bounds_exact(limit_in_unit(mag_lab_analyte(value->lab), value->derived_unit, limit));
    return mag_bounds_compare(&value->derived, relation, &number);
}

/* The lowest is below a limit if any result is, and above it if all are. */
static mag_truth compare_any(const mag_lab_query *query, mag_relation relation,
                             const mag_limit *limit) {
    const mag_series_records all = mag_series_records_of(query);
    mag_truth any = mag_truth_of(false);
    for (size_t i = 0; i < all.count; i++) {
        mag_unknown_set reasons;
        const mag_lab *lab = mag_series_at(&all, i);
        if (mag_series_standing(query, lab, &reasons) != MAG_STANDS)
            continue;
        const mag_value value = mag_series_value(query, lab);
        any = mag_truth_or(any, mag_value_compare_limit(&value, relation, limit));
    }
    return any;
}

static mag_relation opposite_of(mag_relation relation) {
    static const mag_relation opposite[] = {
        [MAG_IS_BELOW] = MAG_IS_AT_LEAST,  [MAG_IS_AT_MOST] = MAG_IS_ABOVE,
        [MAG_IS_ABOVE] = MAG_IS_AT_MOST,   [MAG_IS_AT_LEAST] = MAG_IS_BELOW,
        [MAG_IS_EQUAL] = MAG_IS_NOT_EQUAL, [MAG_IS_NOT_EQUAL] = MAG_IS_EQUAL,
    };
    return opposite[relation];
}

static mag_truth compare_extreme(const mag_lab_query *query, const mag_value *extreme,
                                 mag_relation relation, const mag_limit *limit, bool is_any) {
    if (extreme->lab == NULL)
        return mag_truth_unknown(extreme->bounds.unknown);
    return is_any ? compare_any(query, relation, limit)
                  : mag_truth_not(compare_any(query, opposite_of(relation), limit));
}

mag_truth mag_lab_compare_lowest(const mag_lab_query *query, mag_relation relation,
                                 const mag_limit *limit) {
    const mag_value lowest = mag_lab_lowest(query);
    return compare_extreme(query, &lowest, relation, limit,
                           relation == MAG_IS_BELOW || relation == MAG_IS_AT_MOST);
}

mag_truth mag_lab_compare_highest(const mag_lab_query *query, mag_relation relation,
                                  const mag_limit *limit) {
    const mag_value highest = mag_lab_highest(query);
    return compare_extreme(query, &highest, relation, limit,
                           relation == MAG_IS_ABOVE || relation == MAG_IS_AT_LEAST);
}
