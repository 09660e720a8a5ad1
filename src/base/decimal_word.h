/* Numbers of up to eight characters, read as one word and without a branch that data decide:
   whether there is a point, and where, changes from row to row. The lowest byte is the first
   character:

       "15.6"   '1' '5' '.' '6'  0   0   0   0
       no point '1' '5' '6'  0   0   0   0   0      scale 1
       aligned  '0' '0' '0' '0' '0' '1' '5' '6'
*/
#ifndef MAG_BASE_DECIMAL_WORD_H
#define MAG_BASE_DECIMAL_WORD_H

#include "base/decimal.h"
#include "base/word.h"

/* Eight digits, first to last: neighbours are joined to pairs, pairs to fours, fours to one. */
static inline uint32_t mag_word_number(uint64_t word) {
    word = ((word & MAG_WORD_ALL(0x0f)) * (1 + (10 << 8))) >> 8;
    word = ((word & UINT64_C(0x00ff00ff00ff00ff)) * (1 + (100 << 16))) >> 16;
    word = ((word & UINT64_C(0x0000ffff0000ffff)) * (1 + (UINT64_C(10000) << 32))) >> 32;
    return (uint32_t)word;
}

static inline bool mag_word_is_digits(uint64_t word) {
    const uint64_t high = MAG_WORD_ALL(0xf0), zeros = MAG_WORD_ALL('0');
    return (((word & high) ^ zeros) | (((word + MAG_WORD_ALL(6)) & high) ^ zeros)) == 0;
}

/* As mag_decimal_parse_short, of a text of one to eight bytes whose word that is. */
static inline bool mag_decimal_of_word(uint64_t word, size_t nbytes, char point,
                                       mag_decimal *value) {
    /* the top bit of the first byte that is a point, and of none before it */
    const uint64_t differs = word ^ MAG_WORD_ALL((unsigned char)point);
    const uint64_t points = (differs - MAG_WORD_ALL(1)) & ~differs & MAG_WORD_ALL(0x80);
    const size_t has_point = points != 0;
    const unsigned at = (unsigned)__builtin_ctzll(points | UINT64_C(1) << 63) & ~7u;
    const uint64_t before = (UINT64_C(1) << at) - 1;
    word = (word & before) | (word >> 8 * has_point & ~before);
    const size_t count = nbytes - has_point;
    if (count == 0)
        return false;
    const size_t shift = 8 * (sizeof word - count);
    word = word << shift | (MAG_WORD_ALL('0') & ((UINT64_C(1) << shift) - 1));
    if (!mag_word_is_digits(word))
        return false;
    *value =
        (mag_decimal){(int32_t)mag_word_number(word), (uint8_t)(has_point ? count - at / 8 : 0)};
    return true;
}

#endif
