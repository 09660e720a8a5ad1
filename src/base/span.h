/* A run of bytes that somebody else owns; never ends in NUL by contract. */
#ifndef MAG_BASE_SPAN_H
#define MAG_BASE_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef struct mag_span {
    const char *at;
    size_t nbytes;
} mag_span;

/* The bytes of a literal or of a NUL-ended text, borrowed. */
static inline mag_span mag_span_of(const char *text) {
    return (mag_span){text, strlen(text)};
}
static inline bool mag_span_equals(mag_span a, mag_span b) {
    return a.nbytes == b.nbytes && (a.nbytes == 0 || memcmp(a.at, b.at, a.nbytes) == 0);
}
static inline bool mag_span_is(mag_span a, const char *text) {
    return mag_span_equals(a, mag_span_of(text));
}
/* ASCII letters compare without case. */
bool mag_span_is_ignoring_case(mag_span a, const char *text);
static inline bool mag_span_starts_with(mag_span a, mag_span prefix) {
    return a.nbytes >= prefix.nbytes && mag_span_equals((mag_span){a.at, prefix.nbytes}, prefix);
}
/* Bytewise order, shorter first: <0, 0, >0. */
int mag_span_compare(mag_span a, mag_span b);
static inline bool mag_char_is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}
/* Without blanks (space, tab, CR, LF) at both ends. */
static inline mag_span mag_span_trim(mag_span a) {
    /* nearly always: no end is as low as a blank */
    if (a.nbytes && (unsigned char)a.at[0] > ' ' && (unsigned char)a.at[a.nbytes - 1] > ' ')
        return a;
    while (a.nbytes && mag_char_is_blank(a.at[0])) {
        a.at++;
        a.nbytes--;
    }
    while (a.nbytes && mag_char_is_blank(a.at[a.nbytes - 1]))
        a.nbytes--;
    return a;
}
/* Well-formed UTF-8: no overlong forms, no surrogates, nothing above U+10FFFF. */
bool mag_span_is_utf8(mag_span a);
/* XXH3_64 with the program's fixed seed: the hash of partitions and of content. */
uint64_t mag_span_hash(mag_span a);
/* XXH3_64 with another seed: the hash of tables that strangers' texts go into. */
uint64_t mag_span_hash_seeded(mag_span a, uint64_t seed);
/* The hash of the parts as if they stood one after the other. */
uint64_t mag_spans_hash(const mag_span *parts, size_t part_count);
uint64_t mag_spans_hash_seeded(const mag_span *parts, size_t part_count, uint64_t seed);
/* A seed that nobody can foresee, another one at each call, all made of one draw of random bytes.
   Nothing that is written may depend on it. */
uint64_t mag_hash_seed(void);

#endif
