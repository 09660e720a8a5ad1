/* What rules ask about single rows and products. */
#ifndef MAG_RULES_OPERAND_PRODUCT_H
#define MAG_RULES_OPERAND_PRODUCT_H

#include "rules/operand_drug.h"

/* Records (issues, orders, administrations) that begin in the period; rows that read the same are
   one. Without a bound upwards where absence is unknown. */
mag_value mag_drug_issues(const mag_drug_query *query, const mag_period *period);
/* Distinct products in effect at some moment of the period. Without a bound upwards where absence
   is unknown. */
mag_value mag_drug_products(const mag_drug_query *query, const mag_period *period);
/* What tells products apart: the ingredient where the code book knows it, else the drug as written.
 */
uint32_t mag_drug_product(const mag_drug_query *query, const mag_exposure *exposure);

/* Every product in effect in the period holds one of the salts (bits of mag_salt), or goes by one
   of the routes (bits of mag_route): false if one is known not to, unknown (`missing`, `route`) if
   it is not known of one, as absent if there is none. */
mag_value mag_drug_salt(const mag_drug_query *query, const mag_period *period, uint64_t salts);
mag_value mag_drug_route(const mag_drug_query *query, const mag_period *period, uint64_t routes);

#endif
