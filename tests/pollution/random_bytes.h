/* Repeatable chance for tests: the same seed, the same numbers. */
#ifndef MAG_TESTS_POLLUTION_RANDOM_BYTES_H
#define MAG_TESTS_POLLUTION_RANDOM_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* splitmix64 */
static inline uint64_t chance_next(uint64_t *seed) {
    uint64_t z = *seed += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

/* 0 .. bound-1 */
static inline size_t chance_below(uint64_t *seed, size_t bound) {
    return (size_t)(chance_next(seed) % bound);
}

static inline bool chance_one_in(uint64_t *seed, size_t count) {
    return chance_below(seed, count) == 0;
}

#endif
