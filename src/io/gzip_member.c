/* The head of a member has no time, no name and no system: both libraries are told so. */
#include "io/gzip_member.h"

#include <zlib.h>

#ifdef MAG_HAS_ISAL
#include <isa-l/igzip_lib.h>
#endif

enum {
    GZIP_WINDOW_BITS = 15 + 16,
    GZIP_MEMORY = 9,
    GZIP_SYSTEM_UNKNOWN = 255,
    LONGEST_NBYTES = INT32_MAX,
    MEMBER_NBYTES = 1 << 12 /* head, trailer and the first block's codes, with room to spare */
};

struct mag_member_packer {
    mag_arena *arena; /* holds the packer itself */
    bool has_deflater;
    z_stream deflater;
#ifdef MAG_HAS_ISAL
    struct isal_zstream *igzip; /* NULL: zlib packs */
    uint8_t *level_room;
#endif
};

#ifdef MAG_HAS_ISAL
static mag_status begin_igzip(mag_member_packer *packer, mag_error *err) {
    packer->igzip = mag_arena_alloc(packer->arena, sizeof *packer->igzip);
    packer->level_room = mag_arena_alloc(packer->arena, ISAL_DEF_LVL1_DEFAULT);
    if (packer->igzip && packer->level_room)
        return MAG_OK;
    return mag_fail_memory(err, sizeof *packer->igzip + ISAL_DEF_LVL1_DEFAULT);
}

static size_t pack_igzip(mag_member_packer *packer, mag_span content, char *at, size_t room) {
    struct isal_zstream *stream = packer->igzip;
    isal_deflate_stateless_init(stream);
    stream->level = 1;
    stream->level_buf = packer->level_room;
    stream->level_buf_size = ISAL_DEF_LVL1_DEFAULT;
    stream->gzip_flag = IGZIP_GZIP;
    stream->end_of_stream = 1;
    stream->next_in = (uint8_t *)(uintptr_t)content.at; /* it is only read */
    stream->avail_in = (uint32_t)content.nbytes;
    stream->next_out = (uint8_t *)at;
    stream->avail_out = (uint32_t)room;
    return isal_deflate_stateless(stream) == COMP_OK ? room - stream->avail_out : 0;
}
#endif

static mag_status begin_zlib(mag_member_packer *packer, mag_error *err) {
    if (deflateInit2(&packer->deflater, Z_BEST_SPEED, Z_DEFLATED, GZIP_WINDOW_BITS, GZIP_MEMORY,
                     Z_DEFAULT_STRATEGY) != Z_OK)
        return mag_fail_memory(err, 1 << 18);
    packer->has_deflater = true;
    return MAG_OK;
}

static size_t pack_zlib(mag_member_packer *packer, mag_span content, char *at, size_t room) {
    z_stream *stream = &packer->deflater;
    gz_header head = {.os = GZIP_SYSTEM_UNKNOWN};
    deflateReset(stream);
    deflateSetHeader(stream, &head);
    stream->next_in = (unsigned char *)(uintptr_t)content.at; /* it is only read */
    stream->avail_in = (uInt)content.nbytes;
    stream->next_out = (unsigned char *)at;
    stream->avail_out = (uInt)room;
    return deflate(stream, Z_FINISH) == Z_STREAM_END ? room - stream->avail_out : 0;
}

mag_status mag_member_packer_new(mag_member_packer **out, mag_packer_kind kind,
                                 mag_account *account, mag_error *err) {
    *out = NULL;
    mag_arena *arena = mag_arena_new(account);
    mag_member_packer *packer = arena ? mag_arena_alloc(arena, sizeof *packer) : NULL;
    if (!packer) {
        mag_arena_free(arena);
        return mag_fail_memory(err, sizeof *packer);
    }
    packer->arena = arena;
#ifdef MAG_HAS_ISAL
    mag_status status =
        kind == MAG_PACKER_FASTEST ? begin_igzip(packer, err) : begin_zlib(packer, err);
#else
    (void)kind;
    mag_status status = begin_zlib(packer, err);
#endif
    if (status == MAG_OK)
        *out = packer;
    else
        mag_member_packer_free(packer);
    return status;
}

void mag_member_packer_free(mag_member_packer *packer) {
    if (!packer)
        return;
    if (packer->has_deflater)
        deflateEnd(&packer->deflater);
    mag_arena_free(packer->arena);
}

static size_t pack(mag_member_packer *packer, mag_span content, char *at, size_t room) {
#ifdef MAG_HAS_ISAL
    if (packer->igzip)
        return pack_igzip(packer, content, at, room);
#endif
    return pack_zlib(packer, content, at, room);
}

/* What cannot be packed is stored in blocks of some 64 KiB with a few bytes each: room for a
   thirty-second more than the content is enough. */
mag_status mag_member_pack(mag_member_packer *packer, mag_span content, mag_text *packed,
                           mag_error *err) {
    size_t room = content.nbytes + content.nbytes / 32 + MEMBER_NBYTES;
    if (room > LONGEST_NBYTES)
        return mag_fail(err, MAG_E_INTERNAL, MAG_MSG_X701, "a block of %zu bytes to pack",
                        content.nbytes);
    char *at = mag_text_room(packed, room);
    if (!at)
        return mag_fail_memory(err, room);
    size_t nbytes = pack(packer, content, at, room);
    if (nbytes == 0)
        return mag_fail(err, MAG_E_INTERNAL, MAG_MSG_X701, "a block of %zu bytes was not packed",
                        content.nbytes);
    packed->nbytes += nbytes;
    return MAG_OK;
}

const char *mag_member_packer_name(void) {
#ifdef MAG_HAS_ISAL
    return "ISA-L";
#else
    return "zlib";
#endif
}
