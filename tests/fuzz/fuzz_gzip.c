/* Streams: what our reader accepts, zlib accepts too, with the same bytes. */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

enum { OUTPUT_NBYTES = 1 << 20 };

static char ours[OUTPUT_NBYTES], theirs[OUTPUT_NBYTES];

/* Reads all that fits; *nbytes what came. */
static mag_status read_ours(const char *path, size_t piece, size_t *nbytes, mag_error *err) {
    mag_account account = {0};
    mag_stream_limits limits = {.output_nbytes = OUTPUT_NBYTES / 2, .ratio = 10};
    mag_stream *stream = NULL;
    size_t got = 1;
    *nbytes = 0;
    mag_status status = mag_stream_open_limited(&stream, path, &limits, &account, err);
    while (status == MAG_OK && got && *nbytes + piece <= OUTPUT_NBYTES) {
        status = mag_stream_read(stream, ours + *nbytes, piece, &got, err);
        *nbytes += status == MAG_OK ? got : 0;
    }
    if (status == MAG_OK && got == 0) {
        fuzz_promise(mag_stream_facts_of(stream)->out_nbytes == *nbytes);
        fuzz_promise(strlen(mag_stream_facts_of(stream)->sha256) == 64);
    }
    mag_stream_close(stream);
    fuzz_promise(account.used_nbytes == 0);
    return status;
}

/* All members by zlib alone, zero padding behind them left out; SIZE_MAX if it refuses. */
static size_t read_theirs(const uint8_t *data, size_t size) {
    size_t total = 0, in = 0;
    while (in < size) {
        z_stream zlib = {.next_in = (Bytef *)(uintptr_t)(data + in), .avail_in = (uInt)(size - in)};
        if (total > 0 || in > 0) {
            size_t zeros = in;
            while (zeros < size && data[zeros] == 0)
                zeros++;
            if (zeros == size)
                return total;
        }
        fuzz_promise(inflateInit2(&zlib, 15 + 16) == Z_OK);
        zlib.next_out = (Bytef *)theirs + total;
        zlib.avail_out = (uInt)(sizeof theirs - total);
        int end = inflate(&zlib, Z_FINISH);
        in = size - zlib.avail_in;
        total = sizeof theirs - zlib.avail_out;
        inflateEnd(&zlib);
        if (end != Z_STREAM_END)
            return SIZE_MAX;
    }
    return total;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const size_t pieces[] = {1, 7, 64, 4096, 65536};
    if (size < 1)
        return 0;
    const char *path = fuzz_file(0, data + 1, size - 1);
    mag_error err = {0};
    size_t nbytes;
    mag_status status = read_ours(path, pieces[data[0] % 5], &nbytes, &err);
    fuzz_expect_told(status, &err);
    if (status != MAG_OK)
        return 0;
    bool is_gzip = size > 2 && data[1] == 0x1f && data[2] == 0x8b;
    if (is_gzip) {
        fuzz_promise(read_theirs(data + 1, size - 1) == nbytes);
        fuzz_promise(memcmp(ours, theirs, nbytes) == 0);
    } else {
        fuzz_promise(nbytes == size - 1);
        fuzz_promise(memcmp(ours, data + 1, nbytes) == 0);
    }
    return 0;
}
