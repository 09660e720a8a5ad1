/* The wall clock decides which day "yesterday" is, and nothing else. */
#include "engine/clock.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

mag_minute mag_clock_local(void) {
    struct tm civil = {0};
    time_t now = time(NULL);
    localtime_r(&now, &civil);
    mag_day day = mag_day_from_civil(civil.tm_year + 1900, civil.tm_mon + 1, civil.tm_mday);
    return day * MAG_MINUTES_PER_DAY + civil.tm_hour * MAG_MINUTES_PER_HOUR + civil.tm_min;
}

double mag_clock_seconds(void) {
    struct timespec now = {0};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

void mag_clock_run_id(char out[MAG_RUN_ID_NBYTES]) {
    struct tm utc = {0};
    char stamp[24] = "";
    time_t now = time(NULL);
    gmtime_r(&now, &utc);
    strftime(stamp, sizeof stamp, "%Y%m%dT%H%M%SZ", &utc);
    snprintf(out, MAG_RUN_ID_NBYTES, "%s-%ld", stamp, (long)getpid());
}
