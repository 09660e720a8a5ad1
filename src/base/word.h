/* Up to eight bytes of a text as one number, so that short texts are compared, checked and read
   without a loop. The first byte is the lowest one, on every machine. */
#ifndef MAG_BASE_WORD_H
#define MAG_BASE_WORD_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* The byte in every place of a word. */
#define MAG_WORD_ALL(byte) (UINT64_C(0x0101010101010101) * (uint64_t)(byte))

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
static inline uint64_t mag_word_eight(const char *at) {
    uint64_t word;
    memcpy(&word, at, sizeof word);
    return word;
}
static inline uint32_t mag_word_four(const char *at) {
    uint32_t word;
    memcpy(&word, at, sizeof word);
    return word;
}
#else
static inline uint64_t mag_word_eight(const char *at) {
    uint64_t word = 0;
    for (size_t i = sizeof word; i > 0; i--)
        word = word << 8 | (unsigned char)at[i - 1];
    return word;
}
static inline uint32_t mag_word_four(const char *at) {
    uint32_t word = 0;
    for (size_t i = sizeof word; i > 0; i--)
        word = word << 8 | (unsigned char)at[i - 1];
    return word;
}
#endif

/* The bytes of a text of up to eight, zeros behind them; reads no byte beyond the text. Two loads
   that overlap see every byte in its place. */
static inline uint64_t mag_word_of(const char *at, size_t nbytes) {
    if (nbytes >= 4)
        return mag_word_four(at) | (uint64_t)mag_word_four(at + nbytes - 4) << 8 * (nbytes - 4);
    if (nbytes == 0)
        return 0;
    const size_t middle = nbytes / 2, last = nbytes - 1;
    return (uint64_t)(unsigned char)at[0] | (uint64_t)(unsigned char)at[middle] << 8 * middle |
           (uint64_t)(unsigned char)at[last] << 8 * last;
}

/* The same where eight bytes may be read wherever the text ends: no branch on its length. */
static inline uint64_t mag_word_within(const char *at, size_t nbytes) {
    static const uint64_t kept[9] = {0,
                                     UINT64_C(0xff),
                                     UINT64_C(0xffff),
                                     UINT64_C(0xffffff),
                                     UINT64_C(0xffffffff),
                                     UINT64_C(0xffffffffff),
                                     UINT64_C(0xffffffffffff),
                                     UINT64_C(0xffffffffffffff),
                                     UINT64_MAX};
    return mag_word_eight(at) & kept[nbytes];
}

#endif
