/* A gzip file made of blocks that are packed each for itself, so that threads can pack them side by
   side:

     head | block | block | ... | empty last block | crc, length        one member

   A block begins without memory of the one before and ends on a whole byte. */
#ifndef MAG_IO_GZIP_BLOCK_H
#define MAG_IO_GZIP_BLOCK_H

#include "base/text.h"

/* A packed text. Its room is kept for the next one. */
typedef struct mag_gzip_block {
    mag_text bytes; /* to be initialised and released by its owner */
    uint32_t crc;   /* of the text */
    uint64_t text_nbytes;
} mag_gzip_block;

/* Working memory of one thread. */
typedef struct mag_gzip_packer mag_gzip_packer;

mag_status mag_gzip_packer_new(mag_gzip_packer **out, mag_account *account,
                               mag_error *err) MAG_MUST_CHECK;
/* One that is in a hurry: zlib packs at its first level, ISA-L as ever. */
mag_status mag_gzip_packer_new_quick(mag_gzip_packer **out, mag_account *account,
                                     mag_error *err) MAG_MUST_CHECK;
void mag_gzip_packer_free(mag_gzip_packer *packer); /* NULL is fine */
/* Packs a text into the block, whose content it replaces. The same text gives the same bytes. */
mag_status mag_gzip_pack(mag_gzip_packer *packer, mag_span text, mag_gzip_block *block,
                         mag_error *err) MAG_MUST_CHECK;

/* What stands around the blocks of a file. */
typedef struct mag_gzip_frame {
    uint32_t crc;
    uint64_t text_nbytes;
} mag_gzip_frame;

enum { MAG_GZIP_HEAD_NBYTES = 10, MAG_GZIP_TAIL_NBYTES = 10 };
/* No time, no name, no system: the same rows give the same bytes. */
extern const unsigned char mag_gzip_head[MAG_GZIP_HEAD_NBYTES];
/* A block has been written behind those before. */
void mag_gzip_frame_add(mag_gzip_frame *frame, const mag_gzip_block *block);
/* What ends the file: an empty last block, the checksum and length of all texts. */
void mag_gzip_frame_end(const mag_gzip_frame *frame, unsigned char tail[MAG_GZIP_TAIL_NBYTES]);

#endif
