/* libcrypto's block functions, not its EVP: those allocate, read the system's configuration file on
   first use and can fail at each step, these do none of it and are the same code underneath. */
#define OPENSSL_SUPPRESS_DEPRECATED

#include "base/sha256.h"

#include <openssl/sha.h>
#include <stdlib.h>

struct mag_sha256 {
    SHA256_CTX context;
};

mag_sha256 *mag_sha256_new(void) {
    mag_sha256 *hash = malloc(sizeof *hash);
    if (hash)
        SHA256_Init(&hash->context);
    return hash;
}

void mag_sha256_add(mag_sha256 *hash, mag_span bytes) {
    SHA256_Update(&hash->context, bytes.at, bytes.nbytes);
}

static void write_hex(const unsigned char *bytes, size_t nbytes, char *hex) {
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < nbytes; i++) {
        hex[2 * i] = digits[bytes[i] >> 4];
        hex[2 * i + 1] = digits[bytes[i] & 15];
    }
    hex[2 * nbytes] = '\0';
}

void mag_sha256_end(mag_sha256 *hash, char hex[MAG_SHA256_HEX_NBYTES]) {
    unsigned char digest[SHA256_DIGEST_LENGTH] = {0};
    SHA256_Final(digest, &hash->context);
    write_hex(digest, sizeof digest, hex);
    mag_sha256_free(hash);
}

void mag_sha256_free(mag_sha256 *hash) {
    free(hash);
}

void mag_sha256_of_parts(const mag_span *parts, size_t count, char hex[MAG_SHA256_HEX_NBYTES]) {
    mag_sha256 hash;
    unsigned char digest[SHA256_DIGEST_LENGTH] = {0};
    SHA256_Init(&hash.context);
    for (size_t i = 0; i < count; i++)
        mag_sha256_add(&hash, parts[i]);
    SHA256_Final(digest, &hash.context);
    write_hex(digest, sizeof digest, hex);
}

void mag_sha256_of(mag_span bytes, char hex[MAG_SHA256_HEX_NBYTES]) {
    mag_sha256_of_parts(&bytes, 1, hex);
}
