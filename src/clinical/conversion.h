/* Which units an analyte may be reported in, the factor to its canonical unit, and exact comparison
   of a printed value with a paired limit (clinical spec c1, g3). */
#ifndef MAG_CLINICAL_CONVERSION_H
#define MAG_CLINICAL_CONVERSION_H

#include "clinical/analyte.h"

/* A limit is a pair, applied in the unit family that the laboratory reported. mEq/L belongs to the
   molar family: the molar limit is multiplied by the ion's valence. Either side may be absent. */
typedef struct mag_limit {
    const char *name; /* "mg_low" */
    mag_decimal molar;
    mag_decimal mass;
    mag_unit molar_unit; /* MAG_UNIT_NONE: the pair has no molar side */
    mag_unit mass_unit;  /* MAG_UNIT_NONE: the pair has no mass side */
} mag_limit;

/* True if the analyte may be reported in the unit. MAG_UNIT_NONE fits INR and the haemolysis index
   only; an eGFR in mL/min does not fit (H02), nor does a day's amount in serum. */
bool mag_unit_fits(mag_analyte analyte, mag_unit unit);

/* Value in the analyte's canonical unit; the unit must fit. Factors of spec c1 (creatinine 88.4). A
   day's amount of a urine analyte keeps its day: mmol (creatinine: umol) per 24 h. */
double mag_to_canonical(mag_analyte analyte, mag_unit unit, mag_decimal value);
/* The other way round, for display and derived limits. */
double mag_from_canonical(mag_analyte analyte, mag_unit unit, double canonical);

/* Exact sign of value - limit in the reported family: -1, 0, 1 in *order. False if the limit has no
   side for this unit's family. The limit's side is scaled by whole powers of ten and valences only,
   so printed 1.7 mg/dL equals a limit of 1.7 mg/dL. */
bool mag_limit_compare(mag_analyte analyte, mag_unit unit, mag_decimal value,
                       const mag_limit *limit, int *order);

/* Side of the pair that applies to the unit, as written ("1.7 mg/dL"); false as above. */
bool mag_limit_side(mag_analyte analyte, mag_unit unit, const mag_limit *limit, mag_decimal *value,
                    mag_unit *side_unit);

typedef enum mag_plausibility {
    MAG_PLAUSIBLE,
    MAG_PLAUSIBLE_SOFT,
    MAG_IMPLAUSIBLE
} mag_plausibility;

/* Against the hard and soft limits of spec c5; zero and negative are implausible. */
mag_plausibility mag_plausibility_of(mag_analyte analyte, mag_unit unit, mag_decimal value);

/* Whose result, and the reference range that stands in its row. */
typedef struct mag_reference {
    mag_sex sex;
    bool has_row_range;
    mag_decimal row_low, row_high;
} mag_reference;

/* Canonical reference interval of a result in a unit: the row's own range if it is sane (below),
   else the table's for the sex. False if the analyte has none. */
bool mag_reference_interval(mag_analyte analyte, mag_unit unit, const mag_reference *reference,
                            double *low, double *high);

/* An interval in the reported unit, for many values of one analyte, unit, sex and row range. */
typedef struct mag_reference_sides {
    bool has_interval, is_of_row;
    mag_decimal row_low, row_high;
    double low, high; /* of the table */
} mag_reference_sides;
mag_reference_sides mag_reference_sides_of(mag_analyte analyte, mag_unit unit,
                                           const mag_reference *reference);
/* 0 inside, -1 below, 1 above; 0 if there is no interval. */
int mag_reference_side(const mag_reference_sides *sides, mag_decimal value);

/* The row's own range is used only if both sides are present, low < high and each lies within 40 %
   of the table's (spec c5); otherwise the table's, for the sex, in the reported unit. *order: 0
   inside, -1 below, 1 above. False if there is no interval for the analyte. */
bool mag_reference_order(mag_analyte analyte, mag_unit unit, mag_decimal value,
                         const mag_reference *reference, int *order);

#endif
