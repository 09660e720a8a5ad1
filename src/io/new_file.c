#include "io/new_file.h"

#include "io/io_fault.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

mag_status mag_new_file_open(mag_new_file *file, const char *path, mag_error *err) {
    file->path = path;
    file->fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    return file->fd >= 0 ? MAG_OK : mag_io_fail_write(path, errno, err);
}

mag_status mag_new_file_add(mag_new_file *file, mag_span bytes, mag_error *err) {
    while (bytes.nbytes > 0) {
        ssize_t done = write(file->fd, bytes.at, bytes.nbytes);
        if (done < 0 && errno == EINTR)
            continue;
        if (done < 0)
            return mag_io_fail_write(file->path, errno, err);
        bytes = (mag_span){bytes.at + done, bytes.nbytes - (size_t)done};
    }
    return MAG_OK;
}

mag_status mag_new_file_close(mag_new_file *file, mag_error *err) {
    int fd = file->fd;
    if (fd < 0)
        return MAG_OK;
    mag_status status = fsync(fd) == 0 ? MAG_OK : mag_io_fail_write(file->path, errno, err);
    file->fd = -1;
    if (close(fd) != 0 && status == MAG_OK)
        status = mag_io_fail_write(file->path, errno, err);
    return status;
}

void mag_new_file_abandon(mag_new_file *file) {
    if (file->fd >= 0)
        close(file->fd);
    file->fd = -1;
}
