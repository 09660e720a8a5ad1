/* What the tests of the clinical tables share: cmocka and comparison at printed precision. */
#ifndef MAG_TESTS_CLINICAL_VECTORS_H
#define MAG_TESTS_CLINICAL_VECTORS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/decimal.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

static inline mag_decimal decimal_of(const char *text) {
    mag_decimal value;
    mag_comparator comparator;
    mag_number_fault fault = mag_decimal_parse(mag_span_of(text), false, &value, &comparator);
    if (fault != MAG_NUMBER_OK)
        fail_msg("the test's own number %s is not one", text);
    return value;
}

/* x printed with as many decimals as `printed` has must be `printed`. */
static inline void assert_prints(const char *what, double x, const char *printed) {
    const char *point = strchr(printed, '.');
    int decimals = point ? (int)strlen(point + 1) : 0;
    char text[64];
    snprintf(text, sizeof text, "%.*f", decimals, x);
    if (strcmp(text, printed) != 0)
        fail_msg("%s: %.10g prints as %s, expected %s", what, x, text, printed);
}

#endif
