#include "base/span.h"

#include <string.h>
#include <xxhash.h>

/* Fixed for ever: partition numbers of spilled files depend on it. */
static const uint64_t HASH_SEED = 0x6d61677363726eull;

mag_span mag_span_of(const char *text) {
    return (mag_span){text, strlen(text)};
}

bool mag_span_equals(mag_span a, mag_span b) {
    return a.nbytes == b.nbytes && (a.nbytes == 0 || memcmp(a.at, b.at, a.nbytes) == 0);
}

bool mag_span_is(mag_span a, const char *text) {
    return mag_span_equals(a, mag_span_of(text));
}

static char lower(char c) {
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

bool mag_span_is_ignoring_case(mag_span a, const char *text) {
    if (strlen(text) != a.nbytes)
        return false;
    for (size_t i = 0; i < a.nbytes; i++)
        if (lower(a.at[i]) != lower(text[i]))
            return false;
    return true;
}

bool mag_span_starts_with(mag_span a, mag_span prefix) {
    return a.nbytes >= prefix.nbytes &&
           mag_span_equals((mag_span){a.at, prefix.nbytes}, prefix);
}

int mag_span_compare(mag_span a, mag_span b) {
    size_t shared = a.nbytes < b.nbytes ? a.nbytes : b.nbytes;
    int order = shared ? memcmp(a.at, b.at, shared) : 0;
    if (order)
        return order;
    return (a.nbytes > b.nbytes) - (a.nbytes < b.nbytes);
}

static bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

mag_span mag_span_trim(mag_span a) {
    while (a.nbytes && is_blank(a.at[0])) {
        a.at++;
        a.nbytes--;
    }
    while (a.nbytes && is_blank(a.at[a.nbytes - 1]))
        a.nbytes--;
    return a;
}

uint64_t mag_span_hash(mag_span a) {
    return XXH3_64bits_withSeed(a.at, a.nbytes, HASH_SEED);
}
