/* The wish that the program stop (a signal), and waiting for input in a way that the wish ends. */
#ifndef MAG_IO_STOP_H
#define MAG_IO_STOP_H

#include "base/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* Prepares the wish, once, before a handler may call mag_stop_ask. Without it the wish is noted,
   but a call that waits for input is not woken. MAG_E_RESOURCE (MS-P408) without descriptors. */
mag_status mag_stop_begin(mag_error *err) MAG_MUST_CHECK;

/* Gives the descriptors back; a wish after it is only noted. */
void mag_stop_end(void);

/* Notes the number of a signal and wakes who waits; may be called in a signal handler and by any
   thread. */
void mag_stop_ask(int signal_number);

/* The first signal that asked, 0 if none did. */
int mag_stop_signal(void);

/* Waits until the descriptor can be read without blocking, or is at its end, or a read would tell
   what is wrong; false where the wish to stop came first or before. A wish between two calls is not
   lost: it stays readable. */
bool mag_stop_wait_input(int fd);

/* Up to nbytes from the descriptor, waiting as above; 0 at its end. -1 with errno as read has it;
   ECANCELED: asked to stop. Never EINTR nor EAGAIN. */
ssize_t mag_stop_read(int fd, void *into, size_t nbytes);

#endif
