/* Quantiles, mean and standard deviation of a sorted histogram of printed values. */
#ifndef MAG_ENGINE_LAB_MOMENTS_H
#define MAG_ENGINE_LAB_MOMENTS_H

#include "base/decimal.h"

typedef struct mag_value_count {
    uint32_t group_idx; /* the caller's */
    mag_decimal value;
    uint64_t count;
} mag_value_count;

/* Nearest rank: the smallest value whose cumulative count is at least ceil(percent * n / 100);
   percent 0 is the smallest value. Values are sorted; n is their total count, above 0. */
mag_decimal mag_quantile(const mag_value_count *values, size_t value_count, uint64_t n,
                         unsigned percent);

/* Mean and sample standard deviation (n - 1; 0 for n = 1) from 128-bit whole sums of millionths. */
void mag_moments(const mag_value_count *values, size_t value_count, uint64_t n, double *mean,
                 double *sd);

#endif
