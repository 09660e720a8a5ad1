/* Outcome of anything that can fail, and the message that goes with it. */
#ifndef MAG_BASE_STATUS_H
#define MAG_BASE_STATUS_H

#include "base/message.h"

#include <stdint.h>

/* The status is also the class of the exit code; see mag_status_exit_code(). */
typedef enum mag_status {
#define MAG_STATUS(name, exit_code, text) MAG_##name,
#include "base/status.def"
#undef MAG_STATUS
    MAG_STATUS_COUNT
} mag_status;

#if defined(__GNUC__)
#define MAG_MUST_CHECK                    __attribute__((warn_unused_result))
#define MAG_PRINTF(format_idx, first_idx) __attribute__((format(printf, format_idx, first_idx)))
#else
#define MAG_MUST_CHECK
#define MAG_PRINTF(format_idx, first_idx)
#endif

/* One failure: what happened (never a patient value or id), where, and what to do next. */
typedef struct mag_error {
    mag_status status;
    mag_message_id message;
    char text[1024]; /* where, what, how much, what was done */
    char hint[512];  /* what to do next; may be empty */
    uint64_t count;  /* how many rows, ids or examples the text is about; 0: one thing */
} mag_error;

/* Returns early with the status of a call that failed. */
#define MAG_TRY(call)                                                                              \
    do {                                                                                           \
        mag_status mag_try_status = (call);                                                        \
        if (mag_try_status != MAG_OK)                                                              \
            return mag_try_status;                                                                 \
    } while (0)

/* Fills *err (which may be NULL) and returns status, so that a caller can `return` it. */
mag_status mag_fail(mag_error *err, mag_status status, mag_message_id message, const char *format,
                    ...) MAG_PRINTF(4, 5);

/* Adds a line to the text of *err (which may be NULL): the line of a file with a fault, a caret.
   Only this begins a line; line ends in what mag_fail and it are given show as \x0a. */
void mag_error_line(mag_error *err, const char *format, ...) MAG_PRINTF(2, 3);

/* Sets the hint of *err (which may be NULL). */
void mag_hint(mag_error *err, const char *format, ...) MAG_PRINTF(2, 3);

/* Sets the count of *err (which may be NULL). */
void mag_error_count(mag_error *err, uint64_t count);

/* Puts "place: " before the text of *err: callers add where, the text says what. */
void mag_error_place(mag_error *err, const char *format, ...) MAG_PRINTF(2, 3);

/* Exit code of the program for a status (product contract). */
int mag_status_exit_code(mag_status status);

/* MAG_E_MEMORY with a standard text: nbytes could not be had. */
mag_status mag_fail_memory(mag_error *err, unsigned long long nbytes);

#endif
