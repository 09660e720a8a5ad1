/* Sorting of rows by a number that says most of their order: what the number leaves open, and only
   that, is asked of a comparison. The order is the comparison's alone wherever numbers are equal,
   so the result is that of qsort with number and comparison together.

     rows ──▶ (key, row number) ──▶ byte by byte, lowest first ──▶ runs of one key by comparison
      └───────────────────────── rows moved to their places ◀─────────────┘                     */
#ifndef MAG_COHORT_RADIX_SORT_H
#define MAG_COHORT_RADIX_SORT_H

#include "base/memory.h"

typedef struct mag_sort_entry {
    uint64_t key;
    uint32_t idx;  /* of the row */
    uint32_t mark; /* of mag_rows_permute; 0 before */
} mag_sort_entry;

/* Order of two rows whose keys are equal: <0, 0, >0. */
typedef int mag_sort_order(const void *context, uint32_t a_idx, uint32_t b_idx);

/* Sorts by key, then by order (NULL: nothing), then by idx, by which they stand before. More than a
   few need as much room again while it works; MAG_E_RESOURCE if there is none. */
mag_status mag_radix_sort(mag_account *account, mag_sort_entry *entries, size_t count,
                          mag_sort_order *order, const void *context,
                          mag_error *err) MAG_MUST_CHECK;

/* Moves rows (at most 512 bytes each) so that row i is the one that entry i names. In place; each
   call of a series over the same entries passes a greater stamp, from 1. */
void mag_rows_permute(mag_sort_entry *entries, size_t count, void *rows, size_t row_nbytes,
                      uint32_t stamp);

#endif
