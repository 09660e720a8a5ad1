#include "io/pg_binary.h"

#include <string.h>

enum { DAYS_TO_2000 = 10957 };
static const int64_t microseconds_per_minute = 60 * 1000 * 1000;

static void add_number(mag_text *out, unsigned nbytes, uint64_t value) {
    char bytes[sizeof value];
    for (unsigned i = nbytes; i-- > 0; value >>= 8)
        bytes[i] = (char)(unsigned char)value;
    mag_text_add(out, (mag_span){bytes, nbytes});
}

void mag_pg_binary_header(mag_text *out) {
    static const char header[] = "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0"; /* no flags, no extension */
    mag_text_add(out, (mag_span){header, sizeof header});
}

void mag_pg_binary_row(mag_text *out, unsigned column_count) {
    add_number(out, 2, column_count);
}

void mag_pg_binary_trailer(mag_text *out) {
    add_number(out, 2, UINT16_MAX);
}

void mag_pg_binary_null(mag_text *out) {
    add_number(out, 4, UINT32_MAX);
}

void mag_pg_binary_bytes(mag_text *out, mag_span bytes) {
    add_number(out, 4, bytes.nbytes);
    mag_text_add(out, bytes);
}

void mag_pg_binary_integer(mag_text *out, unsigned nbytes, int64_t value) {
    add_number(out, 4, nbytes);
    add_number(out, nbytes, (uint64_t)value);
}

void mag_pg_binary_double(mag_text *out, double value) {
    uint64_t bits;
    _Static_assert(sizeof bits == sizeof value, "a double has 8 bytes");
    memcpy(&bits, &value, sizeof bits);
    add_number(out, 4, sizeof bits);
    add_number(out, sizeof bits, bits);
}

void mag_pg_binary_day(mag_text *out, mag_day day) {
    mag_pg_binary_integer(out, 4, (int64_t)day - DAYS_TO_2000);
}

void mag_pg_binary_minute(mag_text *out, mag_minute minute) {
    int64_t since_2000 = (int64_t)minute - (int64_t)DAYS_TO_2000 * MAG_MINUTES_PER_DAY;
    mag_pg_binary_integer(out, 8, since_2000 * microseconds_per_minute);
}
