#include "io/inflate.h"

#include "base/fast_path.h"
#include "io/inflate_isal.h"

#include <string.h>
#include <zlib.h>

/* zlib reads the gzip head and checks the trailer itself. */
enum { GZIP_WINDOW_BITS = 15 + 16 };

struct mag_inflater {
    z_stream zlib;
    mag_isal *isal; /* NULL: zlib does it */
    bool is_in_head;
};

#if defined(MAG_HAS_ISAL)

/* False without memory. */
static bool take_isal(mag_inflater *inflater, mag_arena *arena) {
    if (!mag_fast_path_allows(MAG_FAST_PATH_ISAL))
        return true;
    inflater->isal = mag_isal_new(arena);
    return inflater->isal != NULL;
}

#else

static bool take_isal(mag_inflater *inflater, mag_arena *arena) {
    (void)inflater, (void)arena;
    return true;
}

void mag_isal_begin_member(mag_isal *isal) {
    (void)isal;
}

mag_inflate_result mag_isal_go_on(mag_isal *isal, mag_inflate_step *step) {
    (void)isal, (void)step;
    return MAG_INFLATE_DOUBT;
}

#endif

mag_inflater *mag_inflater_begin(mag_arena *arena, bool may_doubt) {
    mag_inflater *inflater = mag_arena_alloc(arena, sizeof *inflater);
    if (!inflater || (may_doubt && !take_isal(inflater, arena)) ||
        inflateInit2(&inflater->zlib, GZIP_WINDOW_BITS) != Z_OK)
        return NULL;
    return inflater;
}

bool mag_inflater_doubts(const mag_inflater *inflater) {
    return inflater->isal != NULL;
}

void mag_inflater_trust(mag_inflater *inflater) {
    inflater->isal = NULL;
}

bool mag_inflater_begin_member(mag_inflater *inflater) {
    inflater->is_in_head = true;
    if (inflater->isal)
        mag_isal_begin_member(inflater->isal);
    return inflateReset2(&inflater->zlib, GZIP_WINDOW_BITS) == Z_OK;
}

static mag_inflate_result name_fault(const z_stream *z, int code) {
    const char *reason = z->msg ? z->msg : "";
    if (code == Z_MEM_ERROR)
        return MAG_INFLATE_NO_MEMORY;
    if (strcmp(reason, "incorrect data check") == 0)
        return MAG_INFLATE_BAD_CHECKSUM;
    if (strcmp(reason, "incorrect length check") == 0)
        return MAG_INFLATE_BAD_LENGTH;
    return MAG_INFLATE_BAD_DATA;
}

/* flush: Z_NO_FLUSH, or Z_BLOCK to stop behind the head. */
static mag_inflate_result zlib_go_on(mag_inflater *inflater, mag_inflate_step *step, int flush) {
    z_stream *z = &inflater->zlib;
    const uInt in = (uInt)step->in_nbytes, out = (uInt)step->out_nbytes;
    z->next_in = (unsigned char *)(uintptr_t)step->in; /* not written to */
    z->avail_in = in;
    z->next_out = (unsigned char *)step->out;
    z->avail_out = out;
    const int code = inflate(z, flush);
    step->in += in - z->avail_in;
    step->in_nbytes -= in - z->avail_in;
    step->out += out - z->avail_out;
    step->out_nbytes -= out - z->avail_out;
    if (code == Z_STREAM_END)
        return MAG_INFLATE_END;
    return code == Z_OK || code == Z_BUF_ERROR ? MAG_INFLATE_MORE : name_fault(z, code);
}

/* zlib's way to say that it stands before a block of data. */
static bool is_behind_head(const z_stream *z) {
    return (z->data_type & 128) != 0;
}

mag_inflate_result mag_inflater_go_on(mag_inflater *inflater, mag_inflate_step *step) {
    if (!inflater->isal)
        return zlib_go_on(inflater, step, Z_NO_FLUSH);
    if (!inflater->is_in_head)
        return mag_isal_go_on(inflater->isal, step);
    const mag_inflate_result result = zlib_go_on(inflater, step, Z_BLOCK);
    inflater->is_in_head = !is_behind_head(&inflater->zlib);
    return result;
}

void mag_inflater_end(mag_inflater *inflater) {
    if (inflater)
        inflateEnd(&inflater->zlib);
}
