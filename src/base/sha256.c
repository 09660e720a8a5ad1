#include "base/sha256.h"

#include <openssl/evp.h>
#include <stdlib.h>

struct mag_sha256 {
    EVP_MD_CTX *context;
};

mag_sha256 *mag_sha256_new(void) {
    mag_sha256 *hash = malloc(sizeof *hash);
    if (!hash)
        return NULL;
    hash->context = EVP_MD_CTX_new();
    if (!hash->context || EVP_DigestInit_ex(hash->context, EVP_sha256(), NULL) != 1) {
        mag_sha256_free(hash);
        return NULL;
    }
    return hash;
}

void mag_sha256_add(mag_sha256 *hash, mag_span bytes) {
    EVP_DigestUpdate(hash->context, bytes.at, bytes.nbytes);
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
    unsigned char digest[32] = {0};
    EVP_DigestFinal_ex(hash->context, digest, NULL);
    write_hex(digest, sizeof digest, hex);
    mag_sha256_free(hash);
}

void mag_sha256_free(mag_sha256 *hash) {
    if (!hash)
        return;
    EVP_MD_CTX_free(hash->context);
    free(hash);
}

void mag_sha256_of(mag_span bytes, char hex[MAG_SHA256_HEX_NBYTES]) {
    unsigned char digest[32] = {0};
    EVP_Digest(bytes.at, bytes.nbytes, digest, NULL, EVP_sha256(), NULL);
    write_hex(digest, sizeof digest, hex);
}
