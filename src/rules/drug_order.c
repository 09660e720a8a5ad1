#include "rules/drug_order.h"

#include <stdlib.h>

static int compare_keys(const void *a, const void *b) {
    const mag_drug_key *left = a, *right = b;
    if (left->key != right->key)
        return left->key < right->key ? -1 : 1;
    return (left->row > right->row) - (left->row < right->row);
}

void mag_drug_keys_sort(mag_drug_key *keys, size_t count) {
    if (count > 1)
        qsort(keys, count, sizeof *keys, compare_keys);
}
