#include "base/short_number.h"

#include "base/decimal.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { SIX_DIGITS_END = 1000000, SIX_DIGITS = 6 };

_Static_assert((int)MAG_SHORT_NUMBER_NBYTES >= (int)MAG_DECIMAL_TEXT_NBYTES, "a decimal fits");

/* The product by a power of ten is off by less than a millionth here: where it lies farther than
   that from halfway between two whole numbers, it is rounded as the exact one would be. */
bool mag_short_six_digits(double x, char out[MAG_SHORT_NUMBER_NBYTES]) {
    const double size = fabs(x);
    if (!(size >= 0.1 && size < SIX_DIGITS_END))
        return false;
    int scale = SIX_DIGITS;
    for (double next = 1; next <= size; next *= 10)
        scale--;
    const double scaled = size * mag_decimal_powers[scale];
    const double below = floor(scaled);
    if (fabs(scaled - below - 0.5) < 1e-6)
        return false;
    int32_t digits = (int32_t)below + (scaled - below > 0.5);
    if (digits >= SIX_DIGITS_END)
        return false;
    for (; scale > 0 && digits % 10 == 0; scale--)
        digits /= 10;
    mag_decimal_text((mag_decimal){x < 0 ? -digits : digits, (uint8_t)scale}, out);
    return true;
}

bool mag_short_whole(double x, char out[MAG_SHORT_NUMBER_NBYTES]) {
    const bool is_whole = x >= 1 && x <= 1e9 && floor(x) >= x;
    if (is_whole)
        mag_decimal_text((mag_decimal){(int32_t)x, 0}, out);
    return is_whole;
}

void mag_six_digits_text(double x, char out[MAG_SHORT_NUMBER_NBYTES]) {
    if (!mag_short_six_digits(x, out))
        (void)snprintf(out, MAG_SHORT_NUMBER_NBYTES, "%.6g", x);
}

void mag_whole_text(double x, char out[MAG_SHORT_NUMBER_NBYTES]) {
    if (!mag_short_whole(x, out))
        (void)snprintf(out, MAG_SHORT_NUMBER_NBYTES, "%.0f", x);
}

void mag_short_unsigned(uint32_t x, char out[MAG_SHORT_NUMBER_NBYTES]) {
    char *at = out + MAG_SHORT_NUMBER_NBYTES;
    *--at = '\0';
    do {
        *--at = (char)('0' + x % 10);
        x /= 10;
    } while (x > 0);
    memmove(out, at, (size_t)(out + MAG_SHORT_NUMBER_NBYTES - at));
}
