/* Inflates gzip members: zlib always, ISA-L's igzip where it was found when the program was built
   and is not switched off. zlib is the reference and reads every member's head; where ISA-L stops
   for any reason but a verified end, it only says that it doubts, and zlib has to say what is
   wrong, so that no message depends on the library. One thread at a time. */
#ifndef MAG_IO_INFLATE_H
#define MAG_IO_INFLATE_H

#include "base/memory.h"

typedef enum mag_inflate_result {
    MAG_INFLATE_MORE, /* wants bytes, or room */
    MAG_INFLATE_END,  /* of the member; its checksum and length are right */
    MAG_INFLATE_BAD_DATA,
    MAG_INFLATE_BAD_CHECKSUM,
    MAG_INFLATE_BAD_LENGTH,
    MAG_INFLATE_NO_MEMORY,
    MAG_INFLATE_DOUBT /* of a doubting inflater only: zlib has to read all of it again */
} mag_inflate_result;

/* Bytes to take and room to fill, each less than 1 GiB; both move on by what was used. */
typedef struct mag_inflate_step {
    const unsigned char *in;
    size_t in_nbytes;
    char *out;
    size_t out_nbytes;
} mag_inflate_step;

typedef struct mag_inflater mag_inflater;

/* In the arena, but to be ended; NULL without memory. may_doubt: the caller can read its bytes
   again from the beginning, so that ISA-L may be used. */
mag_inflater *mag_inflater_begin(mag_arena *arena, bool may_doubt);
bool mag_inflater_doubts(const mag_inflater *inflater);
/* Uses zlib from the next member on. */
void mag_inflater_trust(mag_inflater *inflater);

/* The next bytes are a member's head. False if zlib cannot. */
bool mag_inflater_begin_member(mag_inflater *inflater) MAG_MUST_CHECK;
mag_inflate_result mag_inflater_go_on(mag_inflater *inflater, mag_inflate_step *step);

/* NULL is fine. */
void mag_inflater_end(mag_inflater *inflater);

#endif
