#include "base/status.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const int exit_codes[] = {
#define MAG_STATUS(name, exit_code, text) exit_code,
#include "base/status.def"
#undef MAG_STATUS
};
_Static_assert(sizeof exit_codes / sizeof exit_codes[0] == MAG_STATUS_COUNT, "one code per status");

int mag_status_exit_code(mag_status status) {
    return exit_codes[status];
}

mag_status mag_fail(mag_error *err, mag_status status, mag_message_id message, const char *format,
                    ...) {
    if (!err)
        return status;
    err->status = status;
    err->message = message;
    err->hint[0] = '\0';
    va_list args;
    va_start(args, format);
    vsnprintf(err->text, sizeof err->text, format, args);
    va_end(args);
    return status;
}

void mag_hint(mag_error *err, const char *format, ...) {
    if (!err)
        return;
    va_list args;
    va_start(args, format);
    vsnprintf(err->hint, sizeof err->hint, format, args);
    va_end(args);
}

void mag_error_place(mag_error *err, const char *format, ...) {
    if (!err)
        return;
    char text[sizeof err->text];
    va_list args;
    va_start(args, format);
    int n = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    size_t at = n < 0 ? 0 : (size_t)n;
    if (at + 3 < sizeof text) {
        memcpy(text + at, ": ", 2);
        size_t room = sizeof text - at - 3;
        size_t rest = strlen(err->text) < room ? strlen(err->text) : room;
        memcpy(text + at + 2, err->text, rest);
        text[at + 2 + rest] = '\0';
    }
    memcpy(err->text, text, sizeof text);
}

mag_status mag_fail_memory(mag_error *err, unsigned long long nbytes) {
    mag_status status = mag_fail(err, MAG_E_RESOURCE, MAG_MSG_P402,
                                 "out of memory: %llu more bytes needed", nbytes);
    mag_hint(err, "raise --memory-limit, or run on a machine with more memory");
    return status;
}
