#include "io/gzip_block.h"

#include <zlib.h>

enum { RAW_WINDOW_BITS = -15, LEVEL = 4, MEMORY = 8, SYSTEM_UNKNOWN = 255 };

const unsigned char mag_gzip_head[MAG_GZIP_HEAD_NBYTES] = {0x1f, 0x8b, Z_DEFLATED,    0, 0, 0, 0,
                                                           0,    0,    SYSTEM_UNKNOWN};

struct mag_gzip_packer {
    mag_arena *arena; /* holds the packer itself */
    z_stream deflater;
};

mag_status mag_gzip_packer_new(mag_gzip_packer **out, mag_account *account, mag_error *err) {
    *out = NULL;
    mag_arena *arena = mag_arena_new(account);
    mag_gzip_packer *packer = arena ? mag_arena_alloc(arena, sizeof *packer) : NULL;
    if (!packer || deflateInit2(&packer->deflater, LEVEL, Z_DEFLATED, RAW_WINDOW_BITS, MEMORY,
                                Z_DEFAULT_STRATEGY) != Z_OK) {
        mag_arena_free(arena);
        return mag_fail_memory(err, sizeof *packer);
    }
    packer->arena = arena;
    *out = packer;
    return MAG_OK;
}

void mag_gzip_packer_free(mag_gzip_packer *packer) {
    if (!packer)
        return;
    deflateEnd(&packer->deflater);
    mag_arena_free(packer->arena);
}

/* Room for what cannot be packed: a little more than the text, once and for all. */
static mag_status make_room(mag_text *bytes, size_t nbytes, mag_error *err) {
    void *at = bytes->at;
    MAG_TRY(mag_grow(bytes->account, &at, &bytes->capacity, 1, nbytes, err));
    bytes->at = at;
    return MAG_OK;
}

/* A part that the library can take at once, appended. */
static mag_status pack_part(mag_gzip_packer *packer, mag_span part, mag_text *bytes,
                            mag_error *err) {
    enum { FLUSH_NBYTES = 16 };
    z_stream *z = &packer->deflater;
    deflateReset(z);
    const size_t most = (size_t)deflateBound(z, (uLong)part.nbytes) + FLUSH_NBYTES;
    MAG_TRY(make_room(bytes, bytes->nbytes + most, err));
    z->next_in = (unsigned char *)(uintptr_t)part.at;
    z->avail_in = (uInt)part.nbytes;
    z->next_out = (unsigned char *)bytes->at + bytes->nbytes;
    z->avail_out = (uInt)most;
    deflate(z, Z_SYNC_FLUSH);
    bytes->nbytes += most - z->avail_out;
    return MAG_OK;
}

mag_status mag_gzip_pack(mag_gzip_packer *packer, mag_span text, mag_gzip_block *block,
                         mag_error *err) {
    enum { PART_NBYTES = 1 << 30 };
    mag_text_clear(&block->bytes);
    block->text_nbytes = text.nbytes;
    block->crc = (uint32_t)crc32_z(0, (const unsigned char *)text.at, text.nbytes);
    while (text.nbytes > 0) {
        const size_t nbytes = text.nbytes < PART_NBYTES ? text.nbytes : PART_NBYTES;
        MAG_TRY(pack_part(packer, (mag_span){text.at, nbytes}, &block->bytes, err));
        text = (mag_span){text.at + nbytes, text.nbytes - nbytes};
    }
    return MAG_OK;
}

void mag_gzip_frame_add(mag_gzip_frame *frame, const mag_gzip_block *block) {
    frame->crc = (uint32_t)crc32_combine(frame->crc, block->crc, (z_off_t)block->text_nbytes);
    frame->text_nbytes += block->text_nbytes;
}

static void put_32(unsigned char *at, uint32_t value) {
    for (unsigned i = 0; i < 4; i++)
        at[i] = (unsigned char)(value >> 8 * i);
}

void mag_gzip_frame_end(const mag_gzip_frame *frame, unsigned char tail[MAG_GZIP_TAIL_NBYTES]) {
    tail[0] = 3; /* last block, fixed codes, its end: ten bits */
    tail[1] = 0;
    put_32(tail + 2, frame->crc);
    put_32(tail + 6, (uint32_t)frame->text_nbytes);
}
