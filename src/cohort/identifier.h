/* Does a column's header say that it holds what names a person? (faults page, S-19) Only columns
   that a profile does not declare are asked about. */
#ifndef MAG_COHORT_IDENTIFIER_H
#define MAG_COHORT_IDENTIFIER_H

#include "base/span.h"

/* What the column seems to hold, as words ("a postcode"), static; NULL if the header names nobody.
   Case, separators and digits do not matter: "PostCode", "post_code" and "POSTCODE 2" are one. The
   name of a thing is none of a person: "drug_name" is fine, "name" and "consultant_name" are not.
 */
const char *mag_identifier_of_header(mag_span header);

#endif
