/* Conversion of results. Comparison with a limit never leaves the dimension that the laboratory
   reported, and there everything is whole numbers and powers of ten: it is exact. Only canonical
   values, for display and arithmetic, cross from mass to molar, in doubles. */
#include "clinical/conversion.h"

#include "clinical/kidney.h"

#include <math.h>

/* --- which units, and the way from mass to molar -----------------------------------------------
 */

#define UNIT_BIT(unit) (UINT32_C(1) << MAG_UNIT_##unit)

/* Units of spec c1 and c2 by analyte. bridge: 1 mass_unit = up / down molar_unit; 0 if there is
 * none. */
typedef struct reporting {
    uint32_t units;
    double up, down;
    mag_unit mass_unit, molar_unit;
} reporting;

#define ION_UNITS (UNIT_BIT(MMOL_L) | UNIT_BIT(MEQ_L) | UNIT_BIT(MG_DL))
#define URINE_UNITS                                                                                \
    (UNIT_BIT(MMOL_L) | UNIT_BIT(UMOL_L) | UNIT_BIT(MG_DL) | UNIT_BIT(MG_L) | UNIT_BIT(MMOL_24H) | \
     UNIT_BIT(MG_24H) | UNIT_BIT(UMOL_24H))
/* 10 dL/L over the molar mass in g/mol takes mg/dL to mmol/L. */
#define PER_MMOL(molar_mass) 10, molar_mass, MAG_UNIT_MG_DL, MAG_UNIT_MMOL_L
/* The conventional 88.4 of every kidney formula, not the 88.402 of 113.12 g/mol. */
#define CREATININE_BRIDGE 88.4, 1, MAG_UNIT_MG_DL, MAG_UNIT_UMOL_L

static const reporting reportings[MAG_ANALYTE_COUNT] = {
    [MAG_MAGNESIUM] = {ION_UNITS | UNIT_BIT(MG_L) | UNIT_BIT(UMOL_L), PER_MMOL(24.305)},
    [MAG_MAGNESIUM_IONISED] = {ION_UNITS | UNIT_BIT(MG_L) | UNIT_BIT(UMOL_L), PER_MMOL(24.305)},
    [MAG_MAGNESIUM_URINE] = {URINE_UNITS | UNIT_BIT(MEQ_L), PER_MMOL(24.305)},
    [MAG_CREATININE] = {UNIT_BIT(UMOL_L) | UNIT_BIT(MMOL_L) | UNIT_BIT(MG_DL) | UNIT_BIT(MG_L),
                        CREATININE_BRIDGE},
    [MAG_CREATININE_URINE] = {URINE_UNITS | UNIT_BIT(G_L), CREATININE_BRIDGE},
    [MAG_CREATININE_CLEARANCE] = {.units = UNIT_BIT(ML_MIN)},
    [MAG_EGFR] = {.units = UNIT_BIT(ML_MIN_173) | UNIT_BIT(ML_S_173)},
    [MAG_POTASSIUM] = {ION_UNITS, PER_MMOL(39.0983)},
    [MAG_SODIUM] = {ION_UNITS, PER_MMOL(22.990)},
    [MAG_CALCIUM] = {ION_UNITS | UNIT_BIT(MG_L), PER_MMOL(40.078)},
    [MAG_CALCIUM_ADJUSTED] = {ION_UNITS | UNIT_BIT(MG_L), PER_MMOL(40.078)},
    [MAG_CALCIUM_IONISED] = {ION_UNITS | UNIT_BIT(MG_L), PER_MMOL(40.078)},
    [MAG_ALBUMIN] = {.units = UNIT_BIT(G_L) | UNIT_BIT(G_DL)},
    [MAG_UREA] = {UNIT_BIT(MMOL_L) | UNIT_BIT(MG_DL), PER_MMOL(60.056)},
    [MAG_UREA_NITROGEN] = {UNIT_BIT(MMOL_L) | UNIT_BIT(MG_DL), PER_MMOL(28.014)},
    [MAG_PHOSPHATE] = {UNIT_BIT(MMOL_L) | UNIT_BIT(MG_DL), PER_MMOL(30.974)},
    [MAG_BICARBONATE] = {.units = UNIT_BIT(MMOL_L) | UNIT_BIT(MEQ_L)},
    [MAG_INR] = {.units = UNIT_BIT(RATIO) | UNIT_BIT(NONE)},
    [MAG_GLUCOSE] = {UNIT_BIT(MMOL_L) | UNIT_BIT(MG_DL), PER_MMOL(180.156)},
    [MAG_HBA1C] = {.units = UNIT_BIT(MMOL_MOL) | UNIT_BIT(PERCENT)},
    [MAG_VITAMIN_D] = {UNIT_BIT(NMOL_L) | UNIT_BIT(NG_ML) | UNIT_BIT(UG_L), 1000, 400.65,
                       MAG_UNIT_NG_ML, MAG_UNIT_NMOL_L},
    [MAG_PTH] = {UNIT_BIT(PMOL_L) | UNIT_BIT(PG_ML), 1000, 9425, MAG_UNIT_PG_ML, MAG_UNIT_PMOL_L},
    [MAG_CK] = {.units = UNIT_BIT(U_L) | UNIT_BIT(UKAT_L)},
    [MAG_DIGOXIN_LEVEL] = {UNIT_BIT(NMOL_L) | UNIT_BIT(NG_ML) | UNIT_BIT(UG_L), 1000, 780.94,
                           MAG_UNIT_NG_ML, MAG_UNIT_NMOL_L},
    [MAG_HAEMOLYSIS_INDEX] = {.units = UNIT_BIT(RATIO) | UNIT_BIT(NONE) | UNIT_BIT(MG_DL)},
    [MAG_WEIGHT] = {.units = UNIT_BIT(KG) | UNIT_BIT(LB) | UNIT_BIT(ST) | UNIT_BIT(OZ)},
    [MAG_HEIGHT] = {.units = UNIT_BIT(CM) | UNIT_BIT(IN) | UNIT_BIT(M)},
};

bool mag_unit_fits(mag_analyte analyte, mag_unit unit) {
    return (reportings[analyte].units >> unit & 1u) != 0;
}

/* --- canonical values ---------------------------------------------------------------------------
 */

/* Exact up to 10^22; units differ by less. */
static double power_of_ten(int exponent) {
    static const double powers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                    1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                    1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    return powers[exponent];
}

/* Within one dimension. Multiplying and dividing by exact numbers rounds no more than it must. */
static double rescale(double value, mag_unit from, mag_unit to) {
    mag_unit_scale a = mag_unit_scale_of(from), b = mag_unit_scale_of(to);
    int exponent = a.exponent - b.exponent;
    if (a.numerator != b.numerator)
        value = value * (double)a.numerator / (double)b.numerator;
    return exponent >= 0 ? value * power_of_ten(exponent) : value / power_of_ten(-exponent);
}

/* A day's amount converts like a concentration: mg/24h is to mmol/24h as mg/L is to mmol/L. */
static mag_unit concentration_of(mag_unit unit) {
    if (unit == MAG_UNIT_MMOL_24H)
        return MAG_UNIT_MMOL_L;
    if (unit == MAG_UNIT_UMOL_24H)
        return MAG_UNIT_UMOL_L;
    return unit == MAG_UNIT_MG_24H ? MAG_UNIT_MG_L : unit;
}

/* HbA1c: mmol/mol = 10.93 x % - 23.50. */
static const double HBA1C_SLOPE = 10.93, HBA1C_OFFSET = 23.50;

double mag_to_canonical(mag_analyte analyte, mag_unit unit, mag_decimal value) {
    const reporting *report = &reportings[analyte];
    mag_unit canonical = mag_analyte_of(analyte)->canonical;
    double x = mag_decimal_double(value);
    unit = concentration_of(unit);
    switch (mag_unit_scale_of(unit).dimension) {
    case MAG_DIMENSION_EQUIVALENT:
        return x / mag_analyte_of(analyte)->valence;
    case MAG_DIMENSION_PERCENT:
        return HBA1C_SLOPE * x - HBA1C_OFFSET;
    case MAG_DIMENSION_MASS:
        if (report->up == 0)
            break;
        x = rescale(x, unit, report->mass_unit) * report->up / report->down;
        return rescale(x, report->molar_unit, canonical);
    default:
        break;
    }
    if (mag_unit_scale_of(unit).dimension != mag_unit_scale_of(canonical).dimension)
        return x; /* no unit (INR), or a haemolysis index as mg/dL: its own number */
    return rescale(x, unit, canonical);
}

double mag_from_canonical(mag_analyte analyte, mag_unit unit, double x) {
    const reporting *report = &reportings[analyte];
    mag_unit canonical = mag_analyte_of(analyte)->canonical;
    unit = concentration_of(unit);
    switch (mag_unit_scale_of(unit).dimension) {
    case MAG_DIMENSION_EQUIVALENT:
        return x * mag_analyte_of(analyte)->valence;
    case MAG_DIMENSION_PERCENT:
        return (x + HBA1C_OFFSET) / HBA1C_SLOPE;
    case MAG_DIMENSION_MASS:
        if (report->up == 0)
            break;
        x = rescale(x, canonical, report->molar_unit) * report->down / report->up;
        return rescale(x, report->mass_unit, unit);
    default:
        break;
    }
    if (mag_unit_scale_of(unit).dimension != mag_unit_scale_of(canonical).dimension)
        return x;
    return rescale(x, canonical, unit);
}

/* --- limits -------------------------------------------------------------------------------------
 */

static bool is_molar(mag_unit_dimension dimension) {
    return dimension == MAG_DIMENSION_MOLAR || dimension == MAG_DIMENSION_EQUIVALENT;
}

/* One family: the same dimension; and molar with equivalents, for an ion with a valence. */
static bool is_same_family(mag_analyte analyte, mag_unit a, mag_unit b) {
    mag_unit_dimension left = mag_unit_scale_of(a).dimension,
                       right = mag_unit_scale_of(b).dimension;
    if (b == MAG_UNIT_NONE)
        return false;
    if (left == right)
        return true;
    return is_molar(left) && is_molar(right) && mag_analyte_of(analyte)->valence > 0;
}

bool mag_limit_side(mag_analyte analyte, mag_unit unit, const mag_limit *limit, mag_decimal *value,
                    mag_unit *side_unit) {
    if (is_same_family(analyte, unit, limit->molar_unit)) {
        *value = limit->molar;
        *side_unit = limit->molar_unit;
        return true;
    }
    if (is_same_family(analyte, unit, limit->mass_unit)) {
        *value = limit->mass;
        *side_unit = limit->mass_unit;
        return true;
    }
    return false;
}

bool mag_limit_compare(mag_analyte analyte, mag_unit unit, mag_decimal value,
                       const mag_limit *limit, int *order) {
    mag_decimal side;
    mag_unit side_unit;
    if (!mag_limit_side(analyte, unit, limit, &side, &side_unit))
        return false;
    if (unit == side_unit) {
        *order = mag_decimal_compare(value, side);
        return true;
    }
    mag_unit_scale a = mag_unit_scale_of(unit), b = mag_unit_scale_of(side_unit);
    int64_t value_factor = a.numerator, side_factor = b.numerator;
    if (a.dimension != b.dimension && a.dimension == MAG_DIMENSION_EQUIVALENT)
        side_factor *= mag_analyte_of(analyte)->valence;
    else if (a.dimension != b.dimension)
        value_factor *= mag_analyte_of(analyte)->valence;
    if (a.exponent >= b.exponent)
        value_factor *= mag_power_of_ten(a.exponent - b.exponent);
    else
        side_factor *= mag_power_of_ten(b.exponent - a.exponent);
    *order = mag_decimal_compare_scaled(value, value_factor, side, side_factor);
    return true;
}

/* --- plausible values and reference intervals
 * ----------------------------------------------------- */

static bool is_outside(double x, double low, double high) {
    return (low != 0 || high != 0) && (mag_derived_below(x, low) || mag_derived_above(x, high));
}

mag_plausibility mag_plausibility_of(mag_analyte analyte, mag_unit unit, mag_decimal value) {
    const mag_analyte_facts *facts = mag_analyte_of(analyte);
    if (value.mantissa <= 0)
        return MAG_IMPLAUSIBLE;
    double x = mag_to_canonical(analyte, unit, value);
    if (is_outside(x, facts->hard_low, facts->hard_high))
        return MAG_IMPLAUSIBLE;
    return is_outside(x, facts->soft_low, facts->soft_high) ? MAG_PLAUSIBLE_SOFT : MAG_PLAUSIBLE;
}

static bool is_within_40_percent(double row, double table) {
    return fabs(row - table) <= 0.4 * table;
}

bool mag_reference_interval(mag_analyte analyte, mag_unit unit, const mag_reference *reference,
                            double *low, double *high) {
    if (!mag_analyte_reference(analyte, reference->sex, low, high))
        return false;
    const double table_low = mag_from_canonical(analyte, unit, *low);
    const double table_high = mag_from_canonical(analyte, unit, *high);
    if (!reference->has_row_range ||
        mag_decimal_compare(reference->row_low, reference->row_high) >= 0 ||
        !is_within_40_percent(mag_decimal_double(reference->row_low), table_low) ||
        !is_within_40_percent(mag_decimal_double(reference->row_high), table_high))
        return true;
    *low = mag_to_canonical(analyte, unit, reference->row_low);
    *high = mag_to_canonical(analyte, unit, reference->row_high);
    return true;
}

mag_reference_sides mag_reference_sides_of(mag_analyte analyte, mag_unit unit,
                                           const mag_reference *reference) {
    mag_reference_sides sides = {.has_interval = false};
    double low, high;
    if (!mag_analyte_reference(analyte, reference->sex, &low, &high))
        return sides;
    sides.has_interval = true;
    sides.low = mag_from_canonical(analyte, unit, low);
    sides.high = mag_from_canonical(analyte, unit, high);
    sides.row_low = reference->row_low;
    sides.row_high = reference->row_high;
    sides.is_of_row = reference->has_row_range &&
                      mag_decimal_compare(reference->row_low, reference->row_high) < 0 &&
                      is_within_40_percent(mag_decimal_double(reference->row_low), sides.low) &&
                      is_within_40_percent(mag_decimal_double(reference->row_high), sides.high);
    return sides;
}

int mag_reference_side(const mag_reference_sides *sides, mag_decimal value) {
    if (!sides->has_interval)
        return 0;
    if (sides->is_of_row)
        return mag_decimal_compare(value, sides->row_low) < 0
                   ? -1
                   : mag_decimal_compare(value, sides->row_high) > 0;
    const double x = mag_decimal_double(value);
    return mag_derived_below(x, sides->low) ? -1 : mag_derived_above(x, sides->high);
}

bool mag_reference_order(mag_analyte analyte, mag_unit unit, mag_decimal value,
                         const mag_reference *reference, int *order) {
    const mag_reference_sides sides = mag_reference_sides_of(analyte, unit, reference);
    if (sides.has_interval)
        *order = mag_reference_side(&sides, value);
    return sides.has_interval;
}
