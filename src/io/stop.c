/* A handler can only note the signal; a read that blocks in the same moment would not see the note.
   So the handler also writes a byte into a pipe, and who waits for input waits for that pipe too:

     signal ─▶ note, byte ─▶ wake pipe ─┐
                                        ├─▶ poll ─▶ read, or stop
     input  ────────────────────────────┘

   The byte is never taken out: from then on nobody waits any more. */
#include "io/stop.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

static volatile sig_atomic_t stop_signal;
static volatile sig_atomic_t wake_read = -1, wake_write = -1;

static bool is_without_waiting(int fd) {
    return fcntl(fd, F_SETFL, O_NONBLOCK) == 0 && fcntl(fd, F_SETFD, FD_CLOEXEC) == 0;
}

mag_status mag_stop_begin(mag_error *err) {
    int ends[2];
    if (wake_read != -1)
        return MAG_OK;
    if (pipe(ends) != 0) {
        mag_fail(err, MAG_E_RESOURCE, MAG_MSG_P408,
                 "no descriptors for a pipe of the program's own: %s", strerror(errno));
        mag_hint(err, "raise the limit on open files (ulimit -n), and run again");
        return MAG_E_RESOURCE;
    }
    if (!is_without_waiting(ends[0]) || !is_without_waiting(ends[1])) {
        close(ends[0]);
        close(ends[1]);
        return mag_fail(err, MAG_E_INTERNAL, MAG_MSG_X701, "a pipe cannot be set up");
    }
    wake_read = ends[0];
    wake_write = ends[1];
    return MAG_OK;
}

void mag_stop_end(void) {
    const int ends[] = {wake_read, wake_write};
    wake_read = wake_write = -1;
    for (size_t i = 0; i < 2; i++)
        if (ends[i] != -1)
            close(ends[i]);
}

void mag_stop_ask(int signal_number) {
    const int kept = errno;
    if (!stop_signal)
        stop_signal = signal_number;
    if (wake_write != -1)
        (void)!write(wake_write, "", 1); /* a full pipe wakes as well */
    errno = kept;
}

int mag_stop_signal(void) {
    return stop_signal;
}

bool mag_stop_wait_input(int fd) {
    struct pollfd both[] = {{.fd = fd, .events = POLLIN}, {.fd = wake_read, .events = POLLIN}};
    while (!stop_signal) {
        if (poll(both, 2, -1) > 0)
            return both[1].revents == 0;
        if (errno != EINTR && errno != EAGAIN)
            return true; /* what is wrong, the read will tell */
    }
    return false;
}

ssize_t mag_stop_read(int fd, void *into, size_t nbytes) {
    while (mag_stop_wait_input(fd)) {
        ssize_t got = read(fd, into, nbytes);
        if (got >= 0 || (errno != EINTR && errno != EAGAIN && errno != EWOULDBLOCK))
            return got;
    }
    errno = ECANCELED;
    return -1;
}
