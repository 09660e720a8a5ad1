#include "cohort/synth_random.h"

static uint64_t mix(uint64_t z) {
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
    return z ^ (z >> 31);
}

void mag_random_init(mag_random *random, uint64_t seed, uint64_t patient_number) {
    random->state = mix(mix(seed + 0x9e3779b97f4a7c15ull) ^ (patient_number + 1));
}

uint64_t mag_random_next(mag_random *random) {
    random->state += 0x9e3779b97f4a7c15ull;
    return mix(random->state);
}

unsigned mag_random_below(mag_random *random, unsigned bound) {
    return (unsigned)(((mag_random_next(random) >> 32) * bound) >> 32);
}

int mag_random_between(mag_random *random, int low, int high) {
    return low + (int)mag_random_below(random, (unsigned)(high - low) + 1);
}

bool mag_random_chance(mag_random *random, unsigned per_thousand) {
    return mag_random_below(random, 1000) < per_thousand;
}

/* Eight numbers of 16 bits from two words; their sum has mean 4 * 65535 and standard deviation
   65536 * sqrt(8 / 12). */
double mag_random_normal(mag_random *random) {
    uint64_t sum = 0;
    for (int words = 0; words < 2; words++) {
        uint64_t word = mag_random_next(random);
        sum += (word & 0xffff) + (word >> 16 & 0xffff) + (word >> 32 & 0xffff) + (word >> 48);
    }
    return ((double)sum - 262140.0) * (1 / 53509.928);
}
