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
