#include "io/gzip_block.h"

#include "base/fast_path.h"
#include "io/vector_state.h"

#include <zlib.h>

#ifdef MAG_HAS_ISAL
#include <isa-l/crc.h>
#include <isa-l/igzip_lib.h>
#endif

enum { RAW_WINDOW_BITS = -15, USUAL_LEVEL = 4, QUICK_LEVEL = 1, MEMORY = 8, SYSTEM_UNKNOWN = 255 };

const unsigned char mag_gzip_head[MAG_GZIP_HEAD_NBYTES] = {0x1f, 0x8b, Z_DEFLATED,    0, 0, 0, 0,
                                                           0,    0,    SYSTEM_UNKNOWN};

struct mag_gzip_packer {
    mag_arena *arena; /* holds the packer itself */
    z_stream deflater;
    bool has_deflater;
#ifdef MAG_HAS_ISAL
    struct isal_zstream *igzip; /* NULL: zlib packs */
    uint8_t *level_room;
#endif
};

/* --- ISA-L: ten times as fast as zlib, and a quarter larger ----------------------------------- */

#ifdef MAG_HAS_ISAL
static mag_status begin_igzip(mag_gzip_packer *packer, mag_error *err) {
    packer->igzip = mag_arena_alloc(packer->arena, sizeof *packer->igzip);
    packer->level_room = mag_arena_alloc(packer->arena, ISAL_DEF_LVL1_DEFAULT);
    if (packer->igzip && packer->level_room)
        return MAG_OK;
    return mag_fail_memory(err, sizeof *packer->igzip + ISAL_DEF_LVL1_DEFAULT);
}

static size_t pack_igzip(mag_gzip_packer *packer, mag_span part, char *at, size_t room) {
    struct isal_zstream *z = packer->igzip;
    isal_deflate_init(z);
    z->level = 1;
    z->level_buf = packer->level_room;
    z->level_buf_size = ISAL_DEF_LVL1_DEFAULT;
    z->gzip_flag = IGZIP_DEFLATE;
    z->flush = SYNC_FLUSH;
    z->next_in = (uint8_t *)(uintptr_t)part.at;
    z->avail_in = (uint32_t)part.nbytes;
    z->next_out = (uint8_t *)at;
    z->avail_out = (uint32_t)room;
    const int code = isal_deflate(z);
    mag_vector_state_clear();
    const bool is_whole = code == COMP_OK && z->avail_in == 0 && z->avail_out > 0;
    return is_whole ? room - z->avail_out : 0;
}
#endif

/* --- zlib ------------------------------------------------------------------------------------ */

static mag_status begin_zlib(mag_gzip_packer *packer, int level, mag_error *err) {
    packer->has_deflater = deflateInit2(&packer->deflater, level, Z_DEFLATED, RAW_WINDOW_BITS,
                                        MEMORY, Z_DEFAULT_STRATEGY) == Z_OK;
    return packer->has_deflater ? MAG_OK : mag_fail_memory(err, sizeof packer->deflater);
}

static size_t pack_zlib(mag_gzip_packer *packer, mag_span part, char *at, size_t room) {
    z_stream *z = &packer->deflater;
    deflateReset(z);
    z->next_in = (unsigned char *)(uintptr_t)part.at;
    z->avail_in = (uInt)part.nbytes;
    z->next_out = (unsigned char *)at;
    z->avail_out = (uInt)room;
    const bool is_whole = deflate(z, Z_SYNC_FLUSH) == Z_OK && z->avail_in == 0 && z->avail_out > 0;
    return is_whole ? room - z->avail_out : 0;
}

/* --- both ------------------------------------------------------------------------------------ */

static mag_status begin(mag_gzip_packer *packer, int level, mag_error *err) {
#ifdef MAG_HAS_ISAL
    if (mag_fast_path_allows(MAG_FAST_PATH_ISAL))
        return begin_igzip(packer, err);
#endif
    return begin_zlib(packer, level, err);
}

static mag_status new_packer(mag_gzip_packer **out, int level, mag_account *account,
                             mag_error *err) {
    *out = NULL;
    mag_arena *arena = mag_arena_new(account);
    mag_gzip_packer *packer = arena ? mag_arena_alloc(arena, sizeof *packer) : NULL;
    if (!packer) {
        mag_arena_free(arena);
        return mag_fail_memory(err, sizeof *packer);
    }
    packer->arena = arena;
    mag_status status = begin(packer, level, err);
    if (status == MAG_OK)
        *out = packer;
    else
        mag_gzip_packer_free(packer);
    return status;
}

mag_status mag_gzip_packer_new(mag_gzip_packer **out, mag_account *account, mag_error *err) {
    return new_packer(out, USUAL_LEVEL, account, err);
}

mag_status mag_gzip_packer_new_quick(mag_gzip_packer **out, mag_account *account, mag_error *err) {
    return new_packer(out, QUICK_LEVEL, account, err);
}

void mag_gzip_packer_free(mag_gzip_packer *packer) {
    if (!packer)
        return;
    if (packer->has_deflater)
        deflateEnd(&packer->deflater);
    mag_arena_free(packer->arena);
}

static size_t pack(mag_gzip_packer *packer, mag_span part, char *at, size_t room) {
#ifdef MAG_HAS_ISAL
    if (packer->igzip)
        return pack_igzip(packer, part, at, room);
#endif
    return pack_zlib(packer, part, at, room);
}

/* A part that a library can take at once, appended. What cannot be packed is stored, in blocks of
   some 16 KiB or more with a few bytes each: room for a thirty-second more is enough. */
static mag_status pack_part(mag_gzip_packer *packer, mag_span part, mag_text *bytes,
                            mag_error *err) {
    enum { FRAME_NBYTES = 1 << 10 };
    const size_t room = part.nbytes + part.nbytes / 32 + FRAME_NBYTES;
    char *at = mag_text_room(bytes, room);
    if (!at)
        return mag_fail_memory(err, room);
    const size_t nbytes = pack(packer, part, at, room);
    bytes->nbytes += nbytes;
    return nbytes > 0 ? MAG_OK
                      : mag_fail(err, MAG_E_INTERNAL, MAG_MSG_X701,
                                 "a block of %zu bytes was not packed", part.nbytes);
}

static uint32_t crc_of(const mag_gzip_packer *packer, mag_span text) {
#ifdef MAG_HAS_ISAL
    if (packer->igzip) {
        const uint32_t crc = crc32_gzip_refl(0, (const unsigned char *)text.at, text.nbytes);
        mag_vector_state_clear();
        return crc;
    }
#endif
    (void)packer;
    return (uint32_t)crc32_z(0, (const unsigned char *)text.at, text.nbytes);
}

mag_status mag_gzip_pack(mag_gzip_packer *packer, mag_span text, mag_gzip_block *block,
                         mag_error *err) {
    enum { PART_NBYTES = 1 << 30 };
    mag_text_clear(&block->bytes);
    block->text_nbytes = text.nbytes;
    block->crc = crc_of(packer, text);
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
