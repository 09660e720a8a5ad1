/* Decimal numbers kept as printed: "0.70" is mantissa 70, scale 2, and comes back as "0.70". */
#ifndef MAG_BASE_DECIMAL_H
#define MAG_BASE_DECIMAL_H

#include "base/span.h"

enum { MAG_DECIMAL_MAX_SCALE = 15, MAG_DECIMAL_TEXT_NBYTES = 32, MAG_POWER_MOST = 18 };

/* value = mantissa / 10^scale */
typedef struct mag_decimal {
    int32_t mantissa;
    uint8_t scale; /* 0 to MAG_DECIMAL_MAX_SCALE */
} mag_decimal;

typedef enum mag_comparator {
    MAG_EXACT,         /* 0.30 */
    MAG_LESS,          /* <0.30 */
    MAG_LESS_EQUAL,    /* <=0.30 */
    MAG_GREATER,       /* >90 */
    MAG_GREATER_EQUAL, /* >=90 */
    MAG_COMPARATOR_COUNT
} mag_comparator;

typedef enum mag_number_fault {
    MAG_NUMBER_OK,
    MAG_NUMBER_EMPTY,
    MAG_NUMBER_DECIMAL_COMMA, /* 1,5 (and decimal_comma is off) */
    MAG_NUMBER_SYNTAX,        /* 1.5.2, 1_000, 12abc, digits of another script */
    MAG_NUMBER_EXPONENT,      /* 1e3, 0x1p3 */
    MAG_NUMBER_NOT_FINITE,    /* NaN, inf */
    MAG_NUMBER_OUT_OF_RANGE,  /* does not fit mantissa and scale, 1e400 */
    MAG_NUMBER_TEXT           /* no digit of any script: haemolysed, NEG, ___ */
} mag_number_fault;

/* Grammar: blanks [comparator] blanks [sign] (digits [. digits*] | . digits) blanks. Comparators
   < <= > >= and the characters U+2264 U+2265. -0 is 0; trailing flags (" H", "*") are the caller's.
   decimal_comma: ',' is the decimal point and '.' is not. */
mag_number_fault mag_decimal_parse(mag_span text, bool decimal_comma, mag_decimal *value,
                                   mag_comparator *comparator);

/* The same, read character by character only: what mag_decimal_parse does where its short way does
   not lead, and what tests hold that way against. */
mag_number_fault mag_decimal_parse_plain(mag_span text, bool decimal_comma, mag_decimal *value,
                                         mag_comparator *comparator);

/* The short way: one to eight characters that are digits and at most one point, as most results
   are. False: it is no such text, which says nothing about it; *value is not touched. */
bool mag_decimal_parse_short(mag_span text, char point, mag_decimal *value);

/* Exact: <0, 0, >0. 1.70 equals 1.7. */
int mag_decimal_compare(mag_decimal a, mag_decimal b);

/* Exact sign of a*a_factor - b*b_factor, with whole factors up to 10^9. */
int mag_decimal_compare_scaled(mag_decimal a, int64_t a_factor, mag_decimal b, int64_t b_factor);

/* Powers of ten by their exponents. */
extern const double mag_decimal_powers[MAG_DECIMAL_MAX_SCALE + 1];
/* Correctly rounded double: both are exact (mantissa < 2^31, 10^15 < 2^53), so one rounding
   remains. */
static inline double mag_decimal_double(mag_decimal a) {
    return (double)a.mantissa / mag_decimal_powers[a.scale];
}

/* As printed: "0.70", "-3", "0". */
void mag_decimal_text(mag_decimal a, char out[MAG_DECIMAL_TEXT_NBYTES]);

/* "", "<", "<=", ">", ">=" */
const char *mag_comparator_text(mag_comparator comparator);

/* 10 to the exponent, 0 to MAG_POWER_MOST. */
int64_t mag_power_of_ten(int exponent);

#endif
