/* How a limit on the memory of the process becomes one of the account that arenas report to:

     limit ── the program as it stands ── a share for each thread ── what allocators waste
       └────▶ what is left: the account's limit

   Where nobody said a limit, the least that the system allows is taken, a part of it. */
#ifndef MAG_CLI_MEMORY_BUDGET_H
#define MAG_CLI_MEMORY_BUDGET_H

#include "base/memory.h"
#include "io/machine_memory.h"

typedef struct mag_memory_budget {
    size_t limit_nbytes; /* of the process; 0: none could be found */
    mag_memory_bound bound;
    size_t overhead_nbytes; /* of it, outside the account */
} mag_memory_budget;

/* said_nbytes: --memory-limit, 0 = not said. Sets the account's limit and makes the allocator give
   back what is freed. MAG_E_RESOURCE (MS-P402) if a limit that was said is below the least that the
   program needs with that many threads; the message says how much that is. */
mag_status mag_memory_budget_set(mag_memory_budget *out, size_t said_nbytes, unsigned thread_count,
                                 mag_account *account, mag_error *err) MAG_MUST_CHECK;

/* Where a request for memory was over a limit that was said (MS-P402): adds to *err what is in use,
   and the least limit that this request would have fitted into. Other faults stay as they are. */
void mag_memory_budget_explain(const mag_memory_budget *budget, const mag_account *account,
                               mag_error *err);

#endif
