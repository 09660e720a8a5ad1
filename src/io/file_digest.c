#include "io/file_digest.h"

#include "io/io_fault.h"
#include "io/stop.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

enum { CHUNK_NBYTES = 1 << 16 };

static mag_status fail_read(const char *path, int reason, mag_error *err) {
    if (reason == ECANCELED)
        return mag_io_fail_read(path, reason, err);
    return mag_fail(err, MAG_E_RESOURCE, MAG_MSG_P404, "%s: cannot be read: %s", path,
                    strerror(reason));
}

static mag_status add_all(int fd, const char *path, mag_sha256 *hash, mag_error *err) {
    char chunk[CHUNK_NBYTES];
    for (;;) {
        ssize_t got = mag_stop_read(fd, chunk, sizeof chunk);
        if (got < 0)
            return fail_read(path, errno, err);
        if (got == 0)
            return MAG_OK;
        mag_sha256_add(hash, (mag_span){chunk, (size_t)got});
    }
}

mag_status mag_file_sha256(const char *path, char hex[MAG_SHA256_HEX_NBYTES], mag_error *err) {
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return fail_read(path, errno, err);
    mag_sha256 *hash = mag_sha256_new();
    mag_status status = hash ? add_all(fd, path, hash, err) : mag_fail_memory(err, CHUNK_NBYTES);
    close(fd);
    if (status == MAG_OK)
        mag_sha256_end(hash, hex);
    else
        mag_sha256_free(hash);
    return status;
}
