#include "cli/process.h"

#include "io/stop.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

static void on_stop(int signal_number) {
    if (mag_stop_signal())
        _exit(signal_number == SIGINT ? 130 : 143);
    mag_stop_ask(signal_number);
}

static bool open_closed_descriptors(void) {
    for (int fd = 0; fd <= 2; fd++) {
        if (fcntl(fd, F_GETFD) != -1 || errno != EBADF)
            continue;
        if (open("/dev/null", fd == 0 ? O_RDONLY : O_WRONLY) != fd)
            return false;
    }
    return true;
}

static bool has_stack(size_t nbytes) {
    struct rlimit most;
    return getrlimit(RLIMIT_STACK, &most) == 0 && most.rlim_cur >= nbytes;
}

/* The stack grows when it is touched. Where no address is left for it then, the program is killed
   without a word; so it grows now, and what is too much later is told by who asks for it. */
__attribute__((noinline)) static void grow_stack(void) {
    enum { STACK_NBYTES = 512 * 1024, PAGE_NBYTES = 4096 };
    char room[STACK_NBYTES];
    volatile char *const page = room; /* what nobody reads is written all the same */
    for (size_t at = STACK_NBYTES; at >= PAGE_NBYTES; at -= PAGE_NBYTES)
        page[at - 1] = 0;
}

mag_status mag_process_begin(mag_error *err) {
    if (has_stack(1 << 20))
        grow_stack();
    if (!open_closed_descriptors())
        return mag_fail(err, MAG_E_RESOURCE, MAG_MSG_P408, "descriptors 0 to 2 cannot be opened");
    MAG_TRY(mag_stop_begin(err));
    struct rlimit no_core = {0, 0};
    (void)setrlimit(RLIMIT_CORE, &no_core);
    (void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
    struct sigaction ignore = {.sa_handler = SIG_IGN};
    struct sigaction stop = {.sa_handler = on_stop};
    sigemptyset(&ignore.sa_mask);
    sigemptyset(&stop.sa_mask);
    if (sigaction(SIGPIPE, &ignore, NULL) || sigaction(SIGXFSZ, &ignore, NULL) ||
        sigaction(SIGINT, &stop, NULL) || sigaction(SIGTERM, &stop, NULL) ||
        sigaction(SIGHUP, &stop, NULL))
        return mag_fail(err, MAG_E_INTERNAL, MAG_MSG_X701, "signals cannot be caught");
    return MAG_OK;
}

void mag_process_end(void) {
    mag_stop_end();
}

mag_status mag_process_check_descriptors(mag_error *err) {
    enum { NEEDED = 24 };
    struct rlimit most;
    if (getrlimit(RLIMIT_NOFILE, &most) != 0 || most.rlim_cur >= NEEDED)
        return MAG_OK;
    mag_fail(err, MAG_E_RESOURCE, MAG_MSG_P408,
             "the limit on open files is %llu, a run needs %d; nothing was read or written",
             (unsigned long long)most.rlim_cur, NEEDED);
    mag_hint(err, "raise it first: ulimit -n %d", NEEDED);
    return MAG_E_RESOURCE;
}

bool mag_process_is_stopped(void *context) {
    (void)context;
    return mag_stop_signal() != 0;
}

mag_status mag_process_stop_status(void) {
    if (!mag_stop_signal())
        return MAG_OK;
    return mag_stop_signal() == SIGINT ? MAG_E_INTERRUPTED : MAG_E_TERMINATED;
}
