/* Does a limit decide for every unit in which a laboratory may report the analyte? */
#include "rules/checker.h"

static bool is_mass_unit(mag_unit unit) {
    switch (unit) {
    case MAG_UNIT_MG_DL:
    case MAG_UNIT_G_DL:
    case MAG_UNIT_G_L:
    case MAG_UNIT_MG_L:
    case MAG_UNIT_NG_ML:
    case MAG_UNIT_PG_ML:
    case MAG_UNIT_UG_L:
        return true;
    default:
        return false;
    }
}

mag_status mag_checker_limit_fits(const mag_syntax *at, mag_analyte analyte, const mag_limit *limit,
                                  mag_error *err) {
    const mag_decimal one = {1, 0};
    const char *analyte_name = mag_analyte_of(analyte)->name;
    bool fits_molar =
        limit->molar_unit == MAG_UNIT_NONE || mag_unit_fits(analyte, limit->molar_unit);
    bool fits_mass = limit->mass_unit == MAG_UNIT_NONE || mag_unit_fits(analyte, limit->mass_unit);
    if (!fits_molar || !fits_mass)
        return mag_expression_fail(
            at->expression, at->at, MAG_MSG_R501, err, "%s is never reported in %s", analyte_name,
            mag_unit_text(fits_molar ? limit->mass_unit : limit->molar_unit));
    for (int i = MAG_UNIT_NONE + 1; i < MAG_UNIT_COUNT; i++) {
        mag_unit unit = (mag_unit)i;
        int order;
        if (!mag_unit_fits(analyte, unit) || mag_limit_compare(analyte, unit, one, limit, &order))
            continue;
        return mag_expression_fail(at->expression, at->at, MAG_MSG_R501, err,
                                   "%s is also reported in %s, for which this limit has no side; "
                                   "name a limit with both sides under `limits`",
                                   analyte_name, mag_unit_text(unit));
    }
    return MAG_OK;
}

mag_status mag_checker_literal(mag_checker *checker, const mag_syntax *at, mag_analyte analyte,
                               const mag_quantity *quantity, const mag_limit **out,
                               mag_error *err) {
    mag_unit unit = mag_unit_parse(quantity->unit);
    bool is_ratio = mag_analyte_of(analyte)->canonical == MAG_UNIT_RATIO;
    if (quantity->unit.nbytes == 0)
        unit = is_ratio ? MAG_UNIT_RATIO : MAG_UNIT_NONE;
    if (unit == MAG_UNIT_NONE)
        return mag_expression_fail(at->expression, at->at, MAG_MSG_R501, err,
                                   "units do not match: %s is a laboratory result and needs a "
                                   "limit in a unit such as %s",
                                   mag_analyte_of(analyte)->name,
                                   mag_unit_text(mag_analyte_of(analyte)->canonical));
    mag_limit *limit = mag_arena_alloc(checker->arena, sizeof *limit);
    if (!limit)
        return mag_fail_memory(err, sizeof *limit);
    if (is_mass_unit(unit)) {
        limit->mass = quantity->digits;
        limit->mass_unit = unit;
    } else {
        limit->molar = quantity->digits;
        limit->molar_unit = unit;
    }
    *out = limit;
    return mag_checker_limit_fits(at, analyte, limit, err);
}
