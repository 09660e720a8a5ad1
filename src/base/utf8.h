/* Characters of texts that strangers wrote, one by one: which of them a terminal would obey. */
#ifndef MAG_BASE_UTF8_H
#define MAG_BASE_UTF8_H

#include "base/span.h"

/* Bytes of the well-formed character at the begin of a text that is not empty, its code point in
 *code; 0 if no such character begins there. */
size_t mag_utf8_next(mag_span text, uint32_t *code);

/* Controls of C0 and C1, DEL, the marks that turn the direction of writing (U+061C, U+200E, U+200F,
   U+202A to U+202E, U+2066 to U+2069) and the ends of line U+2028 and U+2029. */
bool mag_utf8_is_control(uint32_t code);

/* A decimal digit (Unicode: Nd) of any script, ASCII ones among them. */
bool mag_utf8_is_digit(uint32_t code);

#endif
