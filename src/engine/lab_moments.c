/* Sums are whole numbers: the same for any order, split and number of threads.

   With x in millionths and m the whole number nearest below the mean,
       mean = (m + r / n) / 10^6,   r = sum x - m n,   0 <= r < n
       variance = (sum (x - m)^2 - r^2 / n) / (n - 1)
   so that nothing large is ever subtracted from something large. */
#include "engine/lab_moments.h"

#include <math.h>

__extension__ typedef __int128 wide;

enum { DECIMALS = 6 };

mag_decimal mag_quantile(const mag_value_count *values, size_t value_count, uint64_t n,
                         unsigned percent) {
    uint64_t rank = (uint64_t)(((wide)n * percent + 99) / 100);
    uint64_t below = 0;
    size_t i = 0;
    while (i + 1 < value_count && below + values[i].count < rank)
        below += values[i++].count;
    return values[i].value;
}

/* Rounded half to even where more than six decimals were printed. */
static wide millionths(mag_decimal value) {
    wide x = value.mantissa;
    wide divisor = 1;
    for (unsigned scale = value.scale; scale < DECIMALS; scale++)
        x *= 10;
    for (unsigned scale = DECIMALS; scale < value.scale; scale++)
        divisor *= 10;
    wide quotient = x / divisor, rest = x % divisor;
    wide twice = rest < 0 ? -2 * rest : 2 * rest;
    if (twice > divisor || (twice == divisor && quotient % 2 != 0))
        quotient += x < 0 ? -1 : 1;
    return quotient;
}

static wide floor_divide(wide a, wide b) {
    wide quotient = a / b;
    return a % b < 0 ? quotient - 1 : quotient;
}

void mag_moments(const mag_value_count *values, size_t value_count, uint64_t n, double *mean,
                 double *sd) {
    wide sum = 0, squares = 0;
    for (size_t i = 0; i < value_count; i++)
        sum += millionths(values[i].value) * (wide)values[i].count;
    wide middle = floor_divide(sum, (wide)n);
    double rest = (double)(sum - middle * (wide)n);
    for (size_t i = 0; i < value_count; i++) {
        wide distance = millionths(values[i].value) - middle;
        squares += distance * distance * (wide)values[i].count;
    }
    *mean = ((double)middle + rest / (double)n) / 1e6;
    double spread = (double)squares - rest * rest / (double)n;
    *sd = n > 1 ? sqrt(fmax(spread, 0.0) / (double)(n - 1)) / 1e6 : 0.0;
}
