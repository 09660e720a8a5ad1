/* Has a flag become worse by a `worsens` clause about values? */
#ifndef MAG_RULES_WORSE_H
#define MAG_RULES_WORSE_H

#include "rules/pack.h"

/* Compares two lists of facts as digests write them: "kf=17.3416 mL/min@2025-08-01; MGSUPP ..".
   `shown` is the evidence that people have seen. A value that is not in both, or is no plain number
   (<0.30, 24.8-41.1), is not compared. Severity is not looked at. */
bool mag_facts_are_worse(const mag_pack *pack, size_t rule_idx, const char *shown,
                         const char *tonight);

#endif
