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

/* Canonical token, "mg/dL"; "" for MAG_UNIT_NONE. */
const char *mag_unit_text(mag_unit unit);

/* Normalises a spelling (spec c2) and finds its unit; MAG_UNIT_NONE if it is not in the table. */
mag_unit mag_unit_parse(mag_span text);

#endif
