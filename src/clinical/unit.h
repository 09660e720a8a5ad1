/* Units of results: tokens and accepted spellings (clinical spec c2). */
#ifndef MAG_CLINICAL_UNIT_H
#define MAG_CLINICAL_UNIT_H

#include "base/decimal.h"

/* At most 32: a record keeps 5 bits. */
typedef enum mag_unit {
    MAG_UNIT_NONE,
#define MAG_UNIT(name, ...) MAG_UNIT_##name,
#include "clinical/unit.def"
#undef MAG_UNIT
    MAG_UNIT_COUNT
} mag_unit;
_Static_assert(MAG_UNIT_COUNT <= 32, "a laboratory record keeps 5 bits of unit");

/* Units of one dimension differ by an exact whole factor and a power of ten. */
typedef enum mag_unit_dimension {
    MAG_DIMENSION_NONE,
    MAG_DIMENSION_MOLAR,
    MAG_DIMENSION_EQUIVALENT, /* molar times the ion's valence */
    MAG_DIMENSION_MASS,
    MAG_DIMENSION_ACTIVITY,
    MAG_DIMENSION_INDEXED_FLOW, /* per 1.73 m2 */
    MAG_DIMENSION_FLOW,
    MAG_DIMENSION_RATIO,
    MAG_DIMENSION_WEIGHT,
    MAG_DIMENSION_LENGTH,
    MAG_DIMENSION_MOLAR_PER_DAY,
    MAG_DIMENSION_MASS_PER_DAY,
    MAG_DIMENSION_PERCENT,
    MAG_DIMENSION_MMOL_PER_MOL
} mag_unit_dimension;

/* One of the unit = numerator x 10^exponent of its dimension's base; exact. */
typedef struct mag_unit_scale {
    mag_unit_dimension dimension;
    int64_t numerator;
    int exponent;
} mag_unit_scale;

/* Canonical token, "mg/dL"; "" for MAG_UNIT_NONE. */
const char *mag_unit_text(mag_unit unit);

/* Scale of a unit; MAG_UNIT_NONE has no dimension and the factor 1. */
extern const mag_unit_scale mag_unit_scales[MAG_UNIT_COUNT];
static inline mag_unit_scale mag_unit_scale_of(mag_unit unit) {
    return mag_unit_scales[unit];
}

/* Normalises a spelling (spec c2) and finds its unit; MAG_UNIT_NONE if it is empty or not in the
   table. Thread-safe. */
mag_unit mag_unit_parse(mag_span text);

#endif
