#include "clinical/calcium.h"

double mag_calcium_adjusted_molar(double total_mmol_l, double albumin_g_l) {
    return total_mmol_l + 0.02 * (40 - albumin_g_l);
}

double mag_calcium_adjusted_mass(double total_mg_dl, double albumin_g_dl) {
    return total_mg_dl + 0.8 * (4.0 - albumin_g_dl);
}

/* Pairs of rules 0.1 items 6 and 21 and spec g3. */
#define PAIR(molar, mass)                                                                          \
    { NULL, {molar, 2}, {mass, 1}, MAG_UNIT_MMOL_L, MAG_UNIT_MG_DL }
static const mag_limit sure_low = PAIR(180, 72), range_low = PAIR(220, 88),
                       range_high = PAIR(260, 104), sure_high = PAIR(300, 120);

static int order_of(mag_unit unit, mag_decimal value, const mag_limit *limit) {
    int order = 0;
    (void)mag_limit_compare(MAG_CALCIUM, unit, value, limit, &order);
    return order;
}

mag_calcium_reading mag_calcium_unadjusted(mag_unit unit, mag_decimal value,
                                           mag_comparator comparator) {
    const bool has_upper = comparator != MAG_GREATER && comparator != MAG_GREATER_EQUAL;
    const bool has_lower = comparator != MAG_LESS && comparator != MAG_LESS_EQUAL;
    const int low = order_of(unit, value, &sure_low), high = order_of(unit, value, &sure_high);
    if (has_upper && (low < 0 || (low == 0 && comparator == MAG_LESS)))
        return MAG_CALCIUM_SURELY_LOW;
    if (has_lower && (high > 0 || (high == 0 && comparator == MAG_GREATER)))
        return MAG_CALCIUM_SURELY_HIGH;
    const bool is_inside = order_of(unit, value, &range_low) >= 0 &&
                           order_of(unit, value, &range_high) <= 0 && comparator == MAG_EXACT;
    return is_inside ? MAG_CALCIUM_IN_RANGE : MAG_CALCIUM_UNDECIDED;
}

static double side_of(const mag_limit *limit, bool is_mass) {
    return mag_decimal_double(is_mass ? limit->mass : limit->molar);
}

mag_calcium_lines mag_calcium_lines_of(bool is_mass) {
    return (mag_calcium_lines){side_of(&sure_low, is_mass), side_of(&range_low, is_mass),
                               side_of(&range_high, is_mass), side_of(&sure_high, is_mass)};
}
