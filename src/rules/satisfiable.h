/* Can a condition hold for anybody at all? Simple reasoning over intervals of the same operand. */
#ifndef MAG_RULES_SATISFIABLE_H
#define MAG_RULES_SATISFIABLE_H

#include "rules/tree.h"

/* One part of a conjunction: the node must be true (is_true) or false. */
typedef struct mag_demand {
    const mag_node *node;
    bool is_true;
} mag_demand;

/* False only if no patient can meet all the demands; what intervals cannot tell counts as possible,
   and so does everything after a fixed number of steps. At most MAG_MAX_DEMANDS. */
enum { MAG_MAX_DEMANDS = 64 };
bool mag_demands_can_hold(const mag_pack *pack, const mag_demand *demands, size_t demand_count);

#endif
