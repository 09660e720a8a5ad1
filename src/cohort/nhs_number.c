#include "cohort/nhs_number.h"

#include <string.h>

enum { PREFIX_NBYTES = 12 };
static const double SIGNIFICANCE = 0.001, BY_CHANCE = 1.0 / 11.0;

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

/* What exports add to a number: words before it ("NHS", "NHS No: ", an apostrophe), blanks up to a
   width, and ".0" where it was taken for a quantity. */
static mag_span without_dressing(mag_span id) {
    id = mag_span_trim(id);
    for (int i = 0; i < PREFIX_NBYTES && id.nbytes > 0 && !is_digit(id.at[0]); i++)
        id = (mag_span){id.at + 1, id.nbytes - 1};
    if (id.nbytes > 2 && memcmp(id.at + id.nbytes - 2, ".0", 2) == 0)
        id.nbytes -= 2;
    return id;
}

bool mag_nhs_number_digits(mag_span id, char digits[10]) {
    size_t count = 0;
    id = without_dressing(id);
    for (size_t i = 0; i < id.nbytes; i++) {
        char c = id.at[i];
        bool is_gap = (c == ' ' || c == '-') && i > 0 && i + 1 < id.nbytes;
        if (is_gap)
            continue;
        if (!is_digit(c) || count == 10)
            return false;
        digits[count++] = c;
    }
    return count == 10;
}

bool mag_nhs_number_passes(const char digits[10]) {
    int sum = 0;
    for (int i = 0; i < 9; i++)
        sum += (digits[i] - '0') * (10 - i);
    int check = (11 - sum % 11) % 11;
    return check == digits[9] - '0'; /* 10 is no digit */
}

/* P(X >= passed) for X ~ binomial(of, 1/11): one minus the terms below, each from the one before.
 */
static double chance_of(uint64_t passed, uint64_t of) {
    double term = 1.0, below = 0.0;
    for (uint64_t i = 0; i < of; i++)
        term *= 1.0 - BY_CHANCE;
    for (uint64_t k = 0; k < passed; k++) {
        below += term;
        term *= (double)(of - k) / (double)(k + 1) * BY_CHANCE / (1.0 - BY_CHANCE);
    }
    return 1.0 - below;
}

bool mag_nhs_numbers_suspected(uint64_t passed, uint64_t of) {
    if (passed == 0)
        return false;
    if (of >= MAG_NHS_SHARE_COUNT)
        return passed * 100 >= of * MAG_NHS_SHARE_PERCENT;
    return chance_of(passed, of) < SIGNIFICANCE;
}
