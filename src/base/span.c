#include "base/span.h"

#include <stdatomic.h>
#include <sys/random.h>
#define XXH_INLINE_ALL /* short texts are most: a call costs as much as their hash */
#include <xxhash.h>

/* Fixed for ever: partition numbers of spilled files depend on it. */
static const uint64_t HASH_SEED = 0x6d61677363726eull;

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

int mag_span_compare(mag_span a, mag_span b) {
    size_t shared = a.nbytes < b.nbytes ? a.nbytes : b.nbytes;
    int order = shared ? memcmp(a.at, b.at, shared) : 0;
    if (order)
        return order;
    return (a.nbytes > b.nbytes) - (a.nbytes < b.nbytes);
}

/* Eight bytes at a time while all are ASCII. */
static size_t skip_ascii(mag_span a, size_t at) {
    for (uint64_t word; at + sizeof word <= a.nbytes; at += sizeof word) {
        memcpy(&word, a.at + at, sizeof word);
        if (word & UINT64_C(0x8080808080808080))
            break;
    }
    while (at < a.nbytes && (unsigned char)a.at[at] < 0x80)
        at++;
    return at;
}

/* Bytes of the character that begins with a lead byte above 0x7f, and the range of its second byte.
 */
static size_t utf8_length(unsigned char lead, unsigned char *low, unsigned char *high) {
    *low = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
    *high = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
    if (lead >= 0xc2 && lead <= 0xdf)
        return 2;
    if (lead >= 0xe0 && lead <= 0xef)
        return 3;
    return lead >= 0xf0 && lead <= 0xf4 ? 4 : 0;
}

bool mag_span_is_utf8(mag_span a) {
    for (size_t at = skip_ascii(a, 0); at < a.nbytes; at = skip_ascii(a, at)) {
        unsigned char low, high;
        size_t length = utf8_length((unsigned char)a.at[at], &low, &high);
        if (length == 0 || a.nbytes - at < length)
            return false;
        for (size_t i = 1; i < length; i++, low = 0x80, high = 0xbf)
            if ((unsigned char)a.at[at + i] < low || (unsigned char)a.at[at + i] > high)
                return false;
        at += length;
    }
    return true;
}

uint64_t mag_span_hash(mag_span a) {
    return mag_span_hash_seeded(a, HASH_SEED);
}

uint64_t mag_span_hash_seeded(mag_span a, uint64_t seed) {
    return XXH3_64bits_withSeed(a.at, a.nbytes, seed);
}

uint64_t mag_spans_hash_seeded(const mag_span *parts, size_t part_count, uint64_t seed) {
    XXH3_state_t state;
    XXH3_INITSTATE(&state)
    XXH3_64bits_reset_withSeed(&state, seed);
    for (size_t i = 0; i < part_count; i++)
        if (parts[i].nbytes)
            XXH3_64bits_update(&state, parts[i].at, parts[i].nbytes);
    return XXH3_64bits_digest(&state);
}

uint64_t mag_spans_hash(const mag_span *parts, size_t part_count) {
    return mag_spans_hash_seeded(parts, part_count, HASH_SEED);
}

/* Random bytes of this process, drawn at the first call that gets some; 0: none yet. */
static uint64_t own_secret(void) {
    static _Atomic uint64_t kept;
    uint64_t secret = atomic_load(&kept), fresh = 0;
    if (secret)
        return secret;
    if (getrandom(&fresh, sizeof fresh, GRND_NONBLOCK) != (ssize_t)sizeof fresh)
        return 0;
    fresh |= 1;
    return atomic_compare_exchange_strong(&kept, &secret, fresh) ? fresh : secret;
}

uint64_t mag_hash_seed(void) {
    static _Atomic uint64_t call_count;
    const uint64_t call = atomic_fetch_add(&call_count, 1);
    uint64_t secret = own_secret();
    if (!secret) /* where the stack lies is random too */
        secret = HASH_SEED ^ (uint64_t)(uintptr_t)&secret;
    return XXH3_64bits_withSeed(&call, sizeof call, secret);
}
