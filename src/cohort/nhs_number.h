/* NHS numbers among what should be pseudonyms: ten digits whose last one checks the others. One in
   eleven of any ten digits passes by chance, so many are judged together (faults page, S-18). */
#ifndef MAG_COHORT_NHS_NUMBER_H
#define MAG_COHORT_NHS_NUMBER_H

#include "base/span.h"

/* True for ten digits, with or without blanks or hyphens as in 943 476 5919, and with up to twelve
   bytes that are no digits before them (NHS9434765919); the digits go to `digits` (not NUL-ended).
   */
bool mag_nhs_number_digits(mag_span id, char digits[10]);

/* True if the tenth digit is the check digit: 11 - (sum of the first nine, weighted 10 to 2, modulo
   11), where 11 counts as 0 and 10 is never issued (NHS Data Dictionary, NHS NUMBER). */
bool mag_nhs_number_passes(const char digits[10]);

enum { MAG_NHS_SHARE_COUNT = 200, MAG_NHS_SHARE_PERCENT = 25 };

/* True if so many of the distinct ten-digit ids pass that they look like NHS numbers: from 200 ids
   a share of 25 %; of fewer, a number that chance (1 in 11) reaches or exceeds with a probability
   below 0.001, by the exact binomial distribution. */
bool mag_nhs_numbers_suspected(uint64_t passed, uint64_t of);

#endif
