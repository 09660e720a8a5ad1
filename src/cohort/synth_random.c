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

double mag_random_normal(mag_random *random) {
    uint64_t sum = 0;
    for (int i = 0; i < 12; i++)
        sum += mag_random_next(random) >> 32;
    return (double)sum / 4294967296.0 - 6.0;
}
