/* Grade of an electrolyte result in CTCAE v5 (clinical spec g1): an evidence field, not a severity.
   Source: Common Terminology Criteria for Adverse Events v5.0, National Cancer Institute 2017. */
#ifndef MAG_CLINICAL_CTCAE_H
#define MAG_CLINICAL_CTCAE_H

#include "clinical/conversion.h"

/* "1" to "4"; "1-2" and "2-3" where only symptoms tell. NULL inside the reference interval, and for
   analytes without a term (total calcium, unadjusted). The limit of the reported family applies;
   the row's reference range if it is sane, else the table's. */
const char *mag_ctcae_grade(mag_analyte analyte, mag_unit unit, mag_decimal value,
                            const mag_reference *reference);

#endif
