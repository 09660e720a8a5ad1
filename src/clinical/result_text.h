/* What stands in the texts around a result: comparators in comments, haemolysis, flags behind
 * numbers. */
#ifndef MAG_CLINICAL_RESULT_TEXT_H
#define MAG_CLINICAL_RESULT_TEXT_H

#include "base/decimal.h"

/* h(a)emol* as the begin of a word, not negated by a preceding "no" or "not" (rules 0.1 item 11).
 */
bool mag_text_names_haemolysis(mag_span text);
static inline bool mag_text_says_haemolysed(mag_span text) {
    enum { SHORTEST_WORD = 5 }; /* most results are shorter */
    return text.nbytes >= SHORTEST_WORD && mag_text_names_haemolysis(text);
}

/* Finds "<0.6." or "LESS THAN 1.0." or "GREATER THAN 90" at the begin of a comment; false if none.
 */
bool mag_text_comparator(mag_span comment, mag_decimal *value, mag_comparator *comparator);

/* "1.2 H", "*0.65", "0.65 L": the number without laboratory flags; the text itself if it has none.
 */
mag_span mag_text_without_flags(mag_span value);

#endif
