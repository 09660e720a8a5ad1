/* SHA-256 of a stream of bytes (OpenSSL's). */
#ifndef MAG_BASE_SHA256_H
#define MAG_BASE_SHA256_H

#include "base/span.h"
#include "base/status.h"

enum { MAG_SHA256_HEX_NBYTES = 65 }; /* 64 digits and a NUL */

typedef struct mag_sha256 mag_sha256;

/* NULL if memory is out. */
mag_sha256 *mag_sha256_new(void);
void mag_sha256_add(mag_sha256 *hash, mag_span bytes);
/* Writes the lower-case digits and frees the hash. */
void mag_sha256_end(mag_sha256 *hash, char hex[MAG_SHA256_HEX_NBYTES]);
/* Frees without a result; NULL is fine. */
void mag_sha256_free(mag_sha256 *hash);
/* Of the parts, one behind the other, all at once; asks for no memory. */
void mag_sha256_of_parts(const mag_span *parts, size_t count, char hex[MAG_SHA256_HEX_NBYTES]);
void mag_sha256_of(mag_span bytes, char hex[MAG_SHA256_HEX_NBYTES]);

#endif
