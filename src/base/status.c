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

/* What comes from a file may hold line ends; a line of its own must not come from there. They show
   as \x0a, cut off where the room ends. */
static void escape_line_ends(char *text, size_t room) {
    static const char shown[] = "\\x0a";
    enum { MORE = sizeof shown - 2 };
    for (char *at = text; (at = strchr(at, '\n')) != NULL;) {
        size_t used = (size_t)(at - text), rest = strlen(at + 1);
        if (used + sizeof shown > room) {
            *at = '\0';
            return;
        }
        size_t left = room - used - sizeof shown;
        rest = rest < left ? rest : left;
        memmove(at + 1 + MORE, at + 1, rest);
        memcpy(at, shown, sizeof shown - 1);
        at[sizeof shown - 1 + rest] = '\0';
    }
}

mag_status mag_fail(mag_error *err, mag_status status, mag_message_id message, const char *format,
                    ...) {
    if (!err)
        return status;
    err->status = status;
    err->message = message;
    err->hint[0] = '\0';
    err->count = 0;
    va_list args;
    va_start(args, format);
    vsnprintf(err->text, sizeof err->text, format, args);
    va_end(args);
    escape_line_ends(err->text, sizeof err->text);
    return status;
}

void mag_error_line(mag_error *err, const char *format, ...) {
    if (!err)
        return;
    size_t used = strlen(err->text), room = sizeof err->text - used;
    if (room < 3)
        return;
    va_list args;
    va_start(args, format);
    vsnprintf(err->text + used + 1, room - 1, format, args);
    va_end(args);
    err->text[used] = '\n';
    escape_line_ends(err->text + used + 1, room - 1);
}

void mag_hint(mag_error *err, const char *format, ...) {
    if (!err)
        return;
    va_list args;
    va_start(args, format);
    vsnprintf(err->hint, sizeof err->hint, format, args);
    va_end(args);
}

void mag_error_count(mag_error *err, uint64_t count) {
    if (err)
        err->count = count;
}

void mag_error_place(mag_error *err, const char *format, ...) {
    if (!err)
        return;
    char text[sizeof err->text];
    va_list args;
    va_start(args, format);
    int n = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    escape_line_ends(text, sizeof text);
    size_t at = n < 0 ? 0 : strlen(text);
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
    mag_hint(err,
             "raise --memory-limit, use fewer --threads, or run on a machine with more memory");
    return status;
}
