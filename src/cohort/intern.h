/* Texts to small numbers, in the order of their first appearance. The text itself is compared, so
   two texts with one hash stay two. The numbers depend on the order of input: never sort by them.
   Each table hashes with a seed of its own, so that nobody can make ids that collide; a number
   never depends on it. */
#ifndef MAG_COHORT_INTERN_H
#define MAG_COHORT_INTERN_H

#include "base/memory.h"

/* A place of the table. The hash tells nearly every other text apart without looking at it. */
typedef struct mag_intern_slot {
    uint32_t next_number; /* number + 1; 0 = empty */
    uint32_t hash;
} mag_intern_slot;

typedef struct mag_intern {
    mag_arena *arena; /* holds the texts; borrowed */
    mag_span *texts;  /* by number; NUL-ended copies */
    size_t count, capacity;
    mag_intern_slot *slots;
    size_t slot_count;
    uint64_t seed;
    size_t next_number;  /* behind the one that was found or added last */
    bool is_in_order;    /* that one was among the next ones, too */
    uint64_t step_count; /* slots that mag_intern_add looked at, for tests */
} mag_intern;

void mag_intern_init(mag_intern *table, mag_arena *arena);
void mag_intern_done(mag_intern *table);
/* Finds or adds; *is_new (may be NULL) tells which. MAG_E_RESOURCE if memory is out. */
mag_status mag_intern_add(mag_intern *table, mag_span text, uint32_t *number, bool *is_new,
                          mag_error *err) MAG_MUST_CHECK;
/* False if the text was never added. */
bool mag_intern_find(const mag_intern *table, mag_span text, uint32_t *number);

#endif
