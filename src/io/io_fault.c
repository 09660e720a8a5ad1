#include "io/io_fault.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

static bool is_out_of_descriptors(int reason) {
    return reason == EMFILE || reason == ENFILE;
}

static mag_status fail_descriptors(const char *path, const char *what, mag_error *err) {
    mag_fail(err, MAG_E_RESOURCE, MAG_MSG_P408, "%.400s: %s: too few file descriptors", path, what);
    mag_hint(err, "raise the limit on open files (ulimit -n), and run again");
    return MAG_E_RESOURCE;
}

mag_status mag_io_fail_open(const char *path, const char *what, int reason, mag_error *err) {
    if (is_out_of_descriptors(reason))
        return fail_descriptors(path, what, err);
    if (reason == ENOMEM)
        return mag_fail(err, MAG_E_RESOURCE, MAG_MSG_P402, "%.400s: %s: out of memory", path, what);
    if (reason == EIO)
        return mag_fail(err, MAG_E_RESOURCE, MAG_MSG_P404, "%.400s: %s: %s", path, what,
                        strerror(reason));
    return mag_fail(err, MAG_E_USAGE, MAG_MSG_I112, "%.400s: %s: %s", path, what, strerror(reason));
}

mag_status mag_io_fail_read(const char *path, int reason, mag_error *err) {
    if (reason == ECANCELED)
        return mag_fail(err, MAG_E_INTERRUPTED, MAG_MSG_P401, "stopped while reading %.400s", path);
    if (reason == EISDIR)
        return mag_fail(err, MAG_E_USAGE, MAG_MSG_I112, "%.400s: is a directory", path);
    mag_fail(err, MAG_E_RESOURCE, MAG_MSG_P404, "%.400s: reading failed: %s", path,
             strerror(reason));
    mag_hint(err, "check the disk or the share, and run again");
    return MAG_E_RESOURCE;
}

mag_status mag_io_fail_write(const char *path, int reason, mag_error *err) {
    if (is_out_of_descriptors(reason))
        return fail_descriptors(path, "writing failed", err);
    mag_fail(err, MAG_E_RESOURCE, MAG_MSG_P403, "%.400s: writing failed: %s", path,
             strerror(reason));
    mag_hint(err, "make room or check permissions, and run again");
    return MAG_E_RESOURCE;
}
