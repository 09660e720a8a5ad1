#include "io/csv_encoding.h"

#include <string.h>

/* 80-9F: signs of typography; A0-BF: those of units and prices; C0-FE: letters, but for two
   signs. */
static bool is_typical(unsigned char c) {
    static const unsigned char signs[] = {0x80, 0x85, 0x91, 0x92, 0x93, 0x94, 0x96, 0x97, 0xa0,
                                          0xa3, 0xa7, 0xb0, 0xb1, 0xb2, 0xb3, 0xb5, 0xbd};
    if (c >= 0xc0)
        return c != 0xd7 && c != 0xf7 && c != 0xff;
    return memchr(signs, c, sizeof signs) != NULL;
}

bool mag_csv_looks_like_windows1252(mag_span text) {
    enum { MOST_TOGETHER = 2 };
    size_t together = 0, total = 0;
    for (size_t i = 0; i < text.nbytes; i++) {
        unsigned char c = (unsigned char)text.at[i];
        together = c < 0x80 ? 0 : together + 1;
        total += c >= 0x80;
        if (together > MOST_TOGETHER || (c >= 0x80 && !is_typical(c)))
            return false;
    }
    return total > 0;
}
