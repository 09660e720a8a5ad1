#include "base/utf8.h"

/* Bytes that a lead byte announces, and the bits that it holds itself; 0 for none. */
static size_t announced(unsigned char lead, uint32_t *bits) {
    *bits = lead;
    if (lead < 0x80)
        return 1;
    *bits = lead & (lead >= 0xf0 ? 0x07u : lead >= 0xe0 ? 0x0fu : 0x1fu);
    if (lead < 0xc2 || lead > 0xf4)
        return 0;
    return lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
}

size_t mag_utf8_next(mag_span text, uint32_t *code) {
    static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    size_t length = announced((unsigned char)text.at[0], code);
    if (length == 0 || length > text.nbytes)
        return 0;
    for (size_t i = 1; i < length; i++) {
        unsigned char more = (unsigned char)text.at[i];
        if ((more & 0xc0) != 0x80)
            return 0;
        *code = *code << 6 | (more & 0x3fu);
    }
    bool is_surrogate = *code >= 0xd800 && *code <= 0xdfff;
    return *code < smallest[length] || *code > 0x10ffff || is_surrogate ? 0 : length;
}

bool mag_utf8_is_control(uint32_t code) {
    return code < 0x20 || (code >= 0x7f && code < 0xa0) || code == 0x61c || code == 0x200e ||
           code == 0x200f || (code >= 0x2028 && code <= 0x202e) ||
           (code >= 0x2066 && code <= 0x2069);
}

bool mag_utf8_is_digit(uint32_t code) {
    /* Digits come in tens, 0 first, rising (Unicode 15, DerivedNumericType: Decimal). */
    static const uint32_t zeros[] = {
        0x0030,  0x0660,  0x06f0,  0x07c0,  0x0966,  0x09e6,  0x0a66,  0x0ae6,  0x0b66,  0x0be6,
        0x0c66,  0x0ce6,  0x0d66,  0x0de6,  0x0e50,  0x0ed0,  0x0f20,  0x1040,  0x1090,  0x17e0,
        0x1810,  0x1946,  0x19d0,  0x1a80,  0x1a90,  0x1b50,  0x1bb0,  0x1c40,  0x1c50,  0xa620,
        0xa8d0,  0xa900,  0xa9d0,  0xa9f0,  0xaa50,  0xabf0,  0xff10,  0x104a0, 0x10d30, 0x11066,
        0x110f0, 0x11136, 0x111d0, 0x112f0, 0x11450, 0x114d0, 0x11650, 0x116c0, 0x11730, 0x118e0,
        0x11950, 0x11c50, 0x11d50, 0x11da0, 0x11f50, 0x16a60, 0x16ac0, 0x16b50, 0x1d7ce, 0x1d7d8,
        0x1d7e2, 0x1d7ec, 0x1d7f6, 0x1e140, 0x1e2f0, 0x1e4f0, 0x1e950, 0x1fbf0};
    for (size_t i = 0; i < sizeof zeros / sizeof zeros[0] && code >= zeros[i]; i++)
        if (code - zeros[i] < 10)
            return true;
    return false;
}
