/* Numbers as printf writes them, without printf: the usual ones, the way to them checked. */
#ifndef MAG_BASE_SHORT_NUMBER_H
#define MAG_BASE_SHORT_NUMBER_H

#include <stdbool.h>
#include <stdint.h>

enum { MAG_SHORT_NUMBER_NBYTES = 32 };

/* As "%.6g" writes it; false, with nothing written, unless 0.1 <= |x| < 10^6 and the digits are
   beyond doubt. */
bool mag_short_six_digits(double x, char out[MAG_SHORT_NUMBER_NBYTES]);
/* As "%.0f" writes it; false, with nothing written, unless x is a whole number from 1 to 10^9. */
bool mag_short_whole(double x, char out[MAG_SHORT_NUMBER_NBYTES]);
/* The same of any number: by printf where the short way does not lead. */
void mag_six_digits_text(double x, char out[MAG_SHORT_NUMBER_NBYTES]);
void mag_whole_text(double x, char out[MAG_SHORT_NUMBER_NBYTES]);
/* As "%u" writes it. */
void mag_short_unsigned(uint32_t x, char out[MAG_SHORT_NUMBER_NBYTES]);

#endif
