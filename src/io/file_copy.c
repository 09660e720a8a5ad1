#include "io/file_copy.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/types.h>
#include <unistd.h>

static int write_whole(int to, const char *at, size_t nbytes) {
    while (nbytes > 0) {
        ssize_t done = write(to, at, nbytes);
        if (done < 0 && errno != EINTR)
            return -1;
        if (done > 0) {
            at += done;
            nbytes -= (size_t)done;
        }
    }
    return 0;
}

static int copy_content(int from, int to) {
    char block[1 << 16];
    for (;;) {
        ssize_t nbytes = read(from, block, sizeof block);
        if (nbytes == 0)
            return fsync(to);
        if (nbytes < 0 && errno == EINTR)
            continue;
        if (nbytes < 0 || write_whole(to, block, (size_t)nbytes) != 0)
            return -1;
    }
}

static int copy_to(int from, const char *name) {
    int to = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (to < 0)
        return -1;
    int outcome = copy_content(from, to);
    int reason = errno;
    if (close(to) != 0 && outcome == 0)
        return -1;
    errno = reason;
    return outcome;
}

int mag_file_copy(const char *from, const char *to) {
    int source = open(from, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (source < 0)
        return -1;
    int outcome = copy_to(source, to);
    int reason = errno;
    close(source);
    errno = reason;
    return outcome;
}

int mag_file_link_or_copy(const char *from, const char *to) {
    if (linkat(AT_FDCWD, from, AT_FDCWD, to, 0) == 0)
        return 0;
    if (errno == EEXIST || errno == ENOENT || errno == ENOSPC)
        return -1;
    return mag_file_copy(from, to);
}
