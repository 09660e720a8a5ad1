/* What rules ask about single rows and products. */
#ifndef MAG_RULES_OPERAND_PRODUCT_H
#define MAG_RULES_OPERAND_PRODUCT_H

#include "rules/operand_drug.h"

/* Records (issues, orders, administrations) that begin in the period; rows that read the same are
   one. Without a bound upwards where absence is unknown. */
mag_value mag_drug_issues(const mag_drug_query *query, const mag_period *period);

#endif
