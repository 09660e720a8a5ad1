#include "base/decimal.h"

#include "base/decimal_word.h"
#include "base/utf8.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Products of a mantissa, a factor and a power of ten need more than 64 bits. */
__extension__ typedef __int128 wide;

int64_t mag_power_of_ten(int exponent) {
    static const int64_t powers[MAG_POWER_MOST + 1] = {1,
                                                       10,
                                                       100,
                                                       1000,
                                                       10000,
                                                       100000,
                                                       1000000,
                                                       10000000,
                                                       100000000,
                                                       1000000000,
                                                       10000000000,
                                                       100000000000,
                                                       1000000000000,
                                                       10000000000000,
                                                       100000000000000,
                                                       1000000000000000,
                                                       10000000000000000,
                                                       100000000000000000,
                                                       1000000000000000000};
    return powers[exponent];
}

int mag_decimal_compare_scaled(mag_decimal a, int64_t a_factor, mag_decimal b, int64_t b_factor) {
    int scale = a.scale > b.scale ? a.scale : b.scale;
    wide left = (wide)a.mantissa * a_factor * mag_power_of_ten(scale - a.scale);
    wide right = (wide)b.mantissa * b_factor * mag_power_of_ten(scale - b.scale);
    return (left > right) - (left < right);
}

int mag_decimal_compare(mag_decimal a, mag_decimal b) {
    if (a.scale == b.scale)
        return (a.mantissa > b.mantissa) - (a.mantissa < b.mantissa);
    return mag_decimal_compare_scaled(a, 1, b, 1);
}

const double mag_decimal_powers[MAG_DECIMAL_MAX_SCALE + 1] = {
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};

/* From the last digit to the first: as many as the scale asks for and one before the point. */
void mag_decimal_text(mag_decimal a, char out[MAG_DECIMAL_TEXT_NBYTES]) {
    char digits[MAG_DECIMAL_TEXT_NBYTES];
    char *const end = digits + sizeof digits, *at = end;
    uint64_t rest = (uint64_t)llabs((long long)a.mantissa);
    *--at = '\0';
    for (unsigned written = 0; rest > 0 || written <= a.scale; written++) {
        if (written > 0 && written == a.scale)
            *--at = '.';
        *--at = (char)('0' + rest % 10);
        rest /= 10;
    }
    if (a.mantissa < 0)
        *--at = '-';
    memcpy(out, at, (size_t)(end - at));
}

const char *mag_comparator_text(mag_comparator comparator) {
    static const char *const texts[MAG_COMPARATOR_COUNT] = {"", "<", "<=", ">", ">="};
    return texts[comparator];
}

/* --- reading -------------------------------------------------------------------------------- */

static bool take(mag_span *rest, const char *token) {
    mag_span wanted = mag_span_of(token);
    if (!mag_span_starts_with(*rest, wanted))
        return false;
    rest->at += wanted.nbytes;
    rest->nbytes -= wanted.nbytes;
    return true;
}

static mag_comparator take_comparator(mag_span *rest) {
    if (take(rest, "<=") || take(rest, "\xe2\x89\xa4"))
        return MAG_LESS_EQUAL;
    if (take(rest, ">=") || take(rest, "\xe2\x89\xa5"))
        return MAG_GREATER_EQUAL;
    if (take(rest, "<"))
        return MAG_LESS;
    if (take(rest, ">"))
        return MAG_GREATER;
    return MAG_EXACT;
}

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

/* 1e400, 1e-400: no double holds them. */
static bool is_huge_exponent(mag_span text) {
    size_t at = 0;
    while (at < text.nbytes && text.at[at] != 'e' && text.at[at] != 'E')
        at++;
    int exponent = 0;
    for (at++; at < text.nbytes && exponent < 10000; at++)
        if (is_digit(text.at[at]))
            exponent = exponent * 10 + (text.at[at] - '0');
    return exponent > 308;
}

/* A number all the same, in the digits of another script. */
static bool has_other_digits(mag_span text) {
    while (text.nbytes > 0) {
        uint32_t code = 0;
        size_t step = mag_utf8_next(text, &code);
        if (step > 0 && mag_utf8_is_digit(code))
            return true;
        step = step > 0 ? step : 1;
        text = (mag_span){text.at + step, text.nbytes - step};
    }
    return false;
}

/* Names the fault of a text that is not in the grammar. */
static mag_number_fault name_fault(mag_span text, bool decimal_comma) {
    static const char *const not_finite[] = {"nan",  "+nan",     "-nan",      "inf",      "+inf",
                                             "-inf", "infinity", "+infinity", "-infinity"};
    for (size_t i = 0; i < sizeof not_finite / sizeof not_finite[0]; i++)
        if (mag_span_is_ignoring_case(text, not_finite[i]))
            return MAG_NUMBER_NOT_FINITE;
    size_t digits = 0, commas = 0, points = 0, exponents = 0, others = 0;
    for (size_t i = 0; i < text.nbytes; i++) {
        char c = text.at[i];
        if (is_digit(c))
            digits++;
        else if (c == ',')
            commas++;
        else if (c == '.')
            points++;
        else if (digits && (c == 'e' || c == 'E' || c == 'x' || c == 'X' || c == 'p' || c == 'P'))
            exponents++;
        else if (!(c == '+' || c == '-'))
            others++;
    }
    if (digits == 0)
        return has_other_digits(text) ? MAG_NUMBER_SYNTAX : MAG_NUMBER_TEXT;
    if (exponents >= 1 && exponents <= 2 && others == 0 && commas == 0)
        return is_huge_exponent(text) ? MAG_NUMBER_OUT_OF_RANGE : MAG_NUMBER_EXPONENT;
    if (!decimal_comma && commas == 1 && points == 0 && others == 0 && exponents == 0)
        return MAG_NUMBER_DECIMAL_COMMA;
    return MAG_NUMBER_SYNTAX;
}

/* Digits and at most one point; at least one digit. */
static mag_number_fault take_number(mag_span rest, char point, bool is_negative,
                                    mag_decimal *value) {
    int64_t mantissa = 0;
    int scale = 0, digits = 0;
    bool after_point = false, is_too_long = false;
    for (size_t i = 0; i < rest.nbytes; i++) {
        char c = rest.at[i];
        if (c == point && !after_point) {
            after_point = true;
        } else if (is_digit(c)) {
            digits++;
            mantissa = mantissa * 10 + (c - '0');
            scale += after_point;
            if (mantissa > INT32_MAX || scale > MAG_DECIMAL_MAX_SCALE) {
                is_too_long = true;
                mantissa = INT32_MAX;
            }
        } else {
            return MAG_NUMBER_SYNTAX;
        }
    }
    if (digits == 0)
        return MAG_NUMBER_SYNTAX;
    if (is_too_long)
        return MAG_NUMBER_OUT_OF_RANGE;
    *value = (mag_decimal){(int32_t)(is_negative ? -mantissa : mantissa), (uint8_t)scale};
    return MAG_NUMBER_OK;
}

mag_number_fault mag_decimal_parse_plain(mag_span text, bool decimal_comma, mag_decimal *value,
                                         mag_comparator *comparator) {
    *value = (mag_decimal){0, 0};
    *comparator = MAG_EXACT;
    text = mag_span_trim(text);
    if (text.nbytes == 0)
        return MAG_NUMBER_EMPTY;
    mag_span rest = text;
    *comparator = take_comparator(&rest);
    rest = mag_span_trim(rest);
    mag_span number = rest;
    bool is_negative = take(&rest, "-");
    if (!is_negative)
        take(&rest, "+");
    mag_number_fault fault = take_number(rest, decimal_comma ? ',' : '.', is_negative, value);
    return fault == MAG_NUMBER_SYNTAX ? name_fault(number, decimal_comma) : fault;
}

/* --- the short way (decimal_word.h) --------------------------------------------------------- */

bool mag_decimal_parse_short(mag_span text, char point, mag_decimal *value) {
    if (text.nbytes == 0 || text.nbytes > sizeof(uint64_t))
        return false;
    return mag_decimal_of_word(mag_word_of(text.at, text.nbytes), text.nbytes, point, value);
}

mag_number_fault mag_decimal_parse(mag_span text, bool decimal_comma, mag_decimal *value,
                                   mag_comparator *comparator) {
    *comparator = MAG_EXACT;
    if (mag_decimal_parse_short(text, decimal_comma ? ',' : '.', value))
        return MAG_NUMBER_OK;
    return mag_decimal_parse_plain(text, decimal_comma, value, comparator);
}
