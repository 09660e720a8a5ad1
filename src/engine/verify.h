/* Recomputing result_sha256 from the files of a finished directory. */
#ifndef MAG_ENGINE_VERIFY_H
#define MAG_ENGINE_VERIFY_H

#include "engine/digest.h"

typedef struct mag_verification {
    char recorded[MAG_SHA256_HEX_NBYTES]; /* by run.json */
    char computed[MAG_SHA256_HEX_NBYTES]; /* from the tables */
    /* The same of the summaries of a series, all T together; "" without one. */
    char series_recorded[MAG_SHA256_HEX_NBYTES], series_computed[MAG_SHA256_HEX_NBYTES];
    bool is_same; /* both */
} mag_verification;

/* Reads dir's tables and run.json. on_line (may be NULL) gets every line of the digest, in order.
   MAG_E_INPUT if a file is missing, damaged, or not as magscreen writes it. */
mag_status mag_verify_directory(const char *dir, mag_account *account, mag_digest_line on_line,
                                void *context, mag_verification *out,
                                mag_error *err) MAG_MUST_CHECK;

#endif
