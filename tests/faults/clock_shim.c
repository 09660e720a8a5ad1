/* Preloaded by tests: a wall clock that begins at MAG_SHIM_AT (seconds since 1970) and jumps by
   MAG_SHIM_JUMP seconds after its first reading. The monotonic clock stays the machine's, as on a
   machine whose wall clock is set. */
#define _GNU_SOURCE
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

time_t time(time_t *out);
int clock_gettime(clockid_t clock, struct timespec *out);

static time_t shifted(void) {
    static int readings;
    const char *at = getenv("MAG_SHIM_AT"), *jump = getenv("MAG_SHIM_JUMP");
    time_t now = at ? (time_t)atoll(at) : 0;
    if (readings++ > 0 && jump)
        now += (time_t)atoll(jump);
    return now;
}

__attribute__((visibility("default"))) time_t time(time_t *out) {
    time_t now = shifted();
    if (out)
        *out = now;
    return now;
}

__attribute__((visibility("default"))) int clock_gettime(clockid_t clock, struct timespec *out) {
    if (clock != CLOCK_REALTIME)
        return (int)syscall(SYS_clock_gettime, clock, out);
    *out = (struct timespec){.tv_sec = shifted()};
    return 0;
}
