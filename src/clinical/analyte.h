/* The analytes: identity, canonical unit, plausible limits, reference intervals (clinical spec c).
 */
#ifndef MAG_CLINICAL_ANALYTE_H
#define MAG_CLINICAL_ANALYTE_H

#include "base/decimal.h"
#include "clinical/sex.h"
#include "clinical/unit.h"

/* Order is part of no file format; names are. */
typedef enum mag_analyte {
    MAG_ANALYTE_NONE,
#define MAG_ANALYTE(name, ...) MAG_##name,
#include "clinical/analyte.def"
#undef MAG_ANALYTE
    MAG_ANALYTE_COUNT
} mag_analyte;

typedef struct mag_analyte_facts {
    const char *name;   /* as rules and files write it: "magnesium", "calcium_ionised" */
    const char *label;  /* as people read it */
    mag_unit canonical; /* unit of canonical values */
    unsigned valence;   /* 0: mEq/L makes no sense */
    /* canonical unit; hard limits reject (H01), soft limits keep with a note */
    double hard_low, hard_high, soft_low, soft_high;
    /* adult reference interval of both sexes together, canonical units; 0, 0 if none */
    double ref_low, ref_high;
    bool is_code_book_item; /* counts for `latest`, observability: not serum indices, weight, height
                             */
} mag_analyte_facts;

extern const mag_analyte_facts mag_analytes[MAG_ANALYTE_COUNT];
static inline const mag_analyte_facts *mag_analyte_of(mag_analyte analyte) {
    return &mag_analytes[analyte];
}
/* Adult reference interval in canonical units (spec c5); both sexes' together when sex is unknown.
   False if the analyte has none. */
bool mag_analyte_reference(mag_analyte analyte, mag_sex sex, double *low, double *high);
/* By name; MAG_ANALYTE_NONE if there is none. */
mag_analyte mag_analyte_find(mag_span name);

#endif
