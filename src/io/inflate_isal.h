/* The other library behind inflate.h; only in a program that was built with it. */
#ifndef MAG_IO_INFLATE_ISAL_H
#define MAG_IO_INFLATE_ISAL_H

#include "io/inflate.h"

typedef struct mag_isal mag_isal;

/* NULL without memory. Lives as long as the arena. */
mag_isal *mag_isal_new(mag_arena *arena);
/* The next bytes are those behind a member's head. */
void mag_isal_begin_member(mag_isal *isal);
/* MAG_INFLATE_MORE, MAG_INFLATE_END or MAG_INFLATE_DOUBT. */
mag_inflate_result mag_isal_go_on(mag_isal *isal, mag_inflate_step *step);

#endif
