#include "clinical/ctcae.h"

#include "clinical/kidney.h"

#include <math.h>
#include <stddef.h>

enum { BELOW = -1, ABOVE = 1, NO = 255 };

typedef struct step {
    mag_analyte analyte;
    int side;
    const char *grade;
    mag_decimal molar, mass;
} step;

static const step steps[] = {
#define MAG_CTCAE(analyte, side, grade, molar, molar_scale, mass, mass_scale)                      \
    {MAG_##analyte, side, grade, {molar, molar_scale}, {mass, mass_scale}},
#include "clinical/ctcae.def"
#undef MAG_CTCAE
};

static bool has_limit(const step *of) {
    return of->molar.scale != NO || of->mass.scale != NO;
}

static mag_limit limit_of(const step *of) {
    return (mag_limit){.molar = of->molar,
                       .mass = of->mass,
                       .molar_unit = of->molar.scale == NO ? MAG_UNIT_NONE : MAG_UNIT_MMOL_L,
                       .mass_unit = of->mass.scale == NO ? MAG_UNIT_NONE : MAG_UNIT_MG_DL};
}

/* Sign of value - limit; in canonical units where the pair has no side of the reported family. */
static int order_of(const step *of, mag_unit unit, mag_decimal value) {
    const mag_limit limit = limit_of(of);
    int order;
    if (mag_limit_compare(of->analyte, unit, value, &limit, &order))
        return order;
    const double x = mag_to_canonical(of->analyte, unit, value);
    const double edge = mag_to_canonical(of->analyte, limit.molar_unit, limit.molar);
    return mag_derived_below(x, edge) ? -1 : mag_derived_above(x, edge);
}

/* What a laboratory prints: a reference limit of 0.70 mmol/L is 1.7 mg/dL, not 1.7013 (spec g3). */
static double as_reported(mag_analyte analyte, mag_unit unit, double canonical) {
    const double x = mag_from_canonical(analyte, unit, canonical);
    return unit == MAG_UNIT_MG_DL ? round(x * 10) / 10 : x;
}

/* Side of the reference interval that the value lies on; 0 inside. */
static int side_of(mag_analyte analyte, mag_unit unit, mag_decimal value,
                   const mag_reference *reference) {
    double low, high;
    if (!mag_reference_interval(analyte, unit, reference, &low, &high))
        return 0;
    const double x = mag_decimal_double(value);
    if (mag_derived_below(x, as_reported(analyte, unit, low)))
        return BELOW;
    return mag_derived_above(x, as_reported(analyte, unit, high)) ? ABOVE : 0;
}

const char *mag_ctcae_grade(mag_analyte analyte, mag_unit unit, mag_decimal value,
                            const mag_reference *reference) {
    const int side = side_of(analyte, unit, value, reference);
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        if (steps[i].analyte != analyte)
            continue;
        const int order = has_limit(&steps[i]) ? order_of(&steps[i], unit, value) : side;
        if (order == steps[i].side)
            return steps[i].grade;
    }
    return NULL;
}
