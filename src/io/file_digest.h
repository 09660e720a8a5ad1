/* The digest of a file as it lies there, as a stream that read it would tell. */
#ifndef MAG_IO_FILE_DIGEST_H
#define MAG_IO_FILE_DIGEST_H

#include "base/sha256.h"

/* MAG_E_RESOURCE (MS-P404) if the file cannot be read, MAG_E_MEMORY if memory is out. */
mag_status mag_file_sha256(const char *path, char hex[MAG_SHA256_HEX_NBYTES],
                           mag_error *err) MAG_MUST_CHECK;

#endif
