/* Rows of a patient in another order than that of the timeline, so that questions about all pairs
   of them are answered by one walk. */
#ifndef MAG_RULES_DRUG_ORDER_H
#define MAG_RULES_DRUG_ORDER_H

#include "base/datetime.h"

#include <stddef.h>

/* Something to sort by, and the row that it belongs to. */
typedef struct mag_drug_key {
    uint64_t key;
    uint32_t row;
} mag_drug_key;

/* Keys in order of `first`, then of the moment, which may lie before 1970. */
static inline uint64_t mag_drug_key_of(uint32_t first, mag_minute moment) {
    return (uint64_t)first << 32 | (uint32_t)((int64_t)moment - INT32_MIN);
}
static inline uint32_t mag_drug_key_first(uint64_t key) {
    return (uint32_t)(key >> 32);
}
static inline mag_minute mag_drug_key_moment(uint64_t key) {
    return (mag_minute)((int64_t)(uint32_t)key + INT32_MIN);
}

/* Keys in order of the moment, then of `second`. */
static inline uint64_t mag_drug_event_of(mag_minute moment, uint32_t second) {
    return (uint64_t)((int64_t)moment - INT32_MIN) << 32 | second;
}
static inline mag_minute mag_drug_event_moment(uint64_t key) {
    return (mag_minute)((int64_t)(key >> 32) + INT32_MIN);
}

/* By key, then by row. */
void mag_drug_keys_sort(mag_drug_key *keys, size_t count);

#endif
