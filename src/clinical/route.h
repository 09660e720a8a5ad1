/* Which routes a drug class lets through (clinical spec d). The route itself, its parser and the
   filter are declared in clinical/codebook.h. */
#ifndef MAG_CLINICAL_ROUTE_H
#define MAG_CLINICAL_ROUTE_H

#include "clinical/codebook.h"

/* True if a drug of the class counts when it is given by the route; the unknown route passes. */
bool mag_route_passes(mag_class drug_class, mag_route route);

#endif
