/* Random numbers of a synthetic cohort: SplitMix64 keyed by (seed, patient number), so that a
   patient comes out the same in whatever order or thread it is made. Only integer arithmetic and
   exact doubles. */
#ifndef MAG_COHORT_SYNTH_RANDOM_H
#define MAG_COHORT_SYNTH_RANDOM_H

#include <stdbool.h>
#include <stdint.h>

typedef struct mag_random {
    uint64_t state;
} mag_random;

void mag_random_init(mag_random *random, uint64_t seed, uint64_t patient_number);
uint64_t mag_random_next(mag_random *random);
/* 0 <= result < bound; bound > 0. */
unsigned mag_random_below(mag_random *random, unsigned bound);
/* low <= result <= high */
int mag_random_between(mag_random *random, int low, int high);
/* True with the given chance in a thousand. */
bool mag_random_chance(mag_random *random, unsigned per_thousand);
/* Mean 0, standard deviation 1, within +-5 (sum of eight uniforms). */
double mag_random_normal(mag_random *random);

#endif
