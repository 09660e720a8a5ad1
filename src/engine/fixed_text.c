/* printf follows the locale of the program that embeds us; this does not. */
#include "engine/fixed_text.h"

#include <inttypes.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>

static int64_t power_of_ten(unsigned exponent) {
    int64_t power = 1;
    while (exponent-- > 0)
        power *= 10;
    return power;
}

void mag_fixed_text(double value, unsigned decimals, char out[MAG_FIXED_TEXT_NBYTES]) {
    int64_t unit = power_of_ten(decimals);
    int64_t scaled = (int64_t)nearbyint(fabs(value) * (double)unit);
    const char *sign = value < 0 && scaled != 0 ? "-" : "";
    if (decimals == 0)
        snprintf(out, MAG_FIXED_TEXT_NBYTES, "%s%" PRId64, sign, scaled);
    else
        snprintf(out, MAG_FIXED_TEXT_NBYTES, "%s%" PRId64 ".%0*" PRId64, sign, scaled / unit,
                 (int)decimals, scaled % unit);
}
