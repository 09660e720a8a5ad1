/* How much memory a process may take here, where nobody said, and how much it has now. */
#ifndef MAG_IO_MACHINE_MEMORY_H
#define MAG_IO_MACHINE_MEMORY_H

#include "base/status.h"

#include <stdbool.h>
#include <stddef.h>

typedef enum mag_memory_bound {
    MAG_BOUND_NONE,          /* nobody knows */
    MAG_BOUND_SAID,          /* --memory-limit, or memory_limit of the pipeline */
    MAG_BOUND_ADDRESS_SPACE, /* RLIMIT_AS (ulimit -v): addresses count, used or not */
    MAG_BOUND_GROUP,         /* memory.max of a control group */
    MAG_BOUND_MACHINE        /* physical memory */
} mag_memory_bound;

/* "--memory-limit", "limit on address space" ...; "" for NONE. */
const char *mag_memory_bound_name(mag_memory_bound bound);

/* The least that the system allows, and what that is; 0 with NONE if it cannot be found out. */
size_t mag_machine_memory(mag_memory_bound *bound);

/* Least memory.max on the way from a control group to the root. membership: a file like
   /proc/self/cgroup; mount: where groups lie, as /sys/fs/cgroup. 0: no limit. */
size_t mag_group_memory(const char *membership, const char *mount);

/* What the process has now: resident bytes, or addresses. 0 if it cannot be found out. */
size_t mag_process_memory(bool is_address_space);

/* Address space that each further thread takes for its stack. */
size_t mag_thread_stack_nbytes(void);

#endif
