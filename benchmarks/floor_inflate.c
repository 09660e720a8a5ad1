/* Inflates a gzip file to nothing by a bare library: floor_inflate LIBRARY FILE. The floor that
   reading compressed files is measured against. Exit 77 where the library was not there at build;
   without FILE, only that is asked. */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <zlib.h>
#ifdef MAG_BENCH_ISAL
#include <isa-l/igzip_lib.h>
#endif
#ifdef MAG_BENCH_LIBDEFLATE
#include <libdeflate.h>
#endif

enum { INPUT_NBYTES = 1 << 18, OUTPUT_NBYTES = 1 << 18, ABSENT = 77 };

static unsigned char input[INPUT_NBYTES], output[OUTPUT_NBYTES];

static bool by_zlib(FILE *file) {
    z_stream z = {0};
    int result = inflateInit2(&z, 15 + 16);
    while (result == Z_OK || result == Z_BUF_ERROR || result == Z_STREAM_END) {
        if (z.avail_in == 0) {
            z.next_in = input;
            z.avail_in = (uInt)fread(input, 1, sizeof input, file);
            if (z.avail_in == 0)
                break;
        }
        if (result == Z_STREAM_END) /* another member follows */
            inflateReset(&z);
        z.next_out = output;
        z.avail_out = sizeof output;
        result = inflate(&z, Z_NO_FLUSH);
    }
    inflateEnd(&z);
    return result == Z_STREAM_END;
}

#ifdef MAG_BENCH_ISAL
static bool by_isal(FILE *file) {
    static struct inflate_state state;
    isal_inflate_init(&state);
    state.crc_flag = ISAL_GZIP;
    for (int result = ISAL_DECOMP_OK; result == ISAL_DECOMP_OK;) {
        if (state.avail_in == 0) {
            state.next_in = input;
            state.avail_in = (uint32_t)fread(input, 1, sizeof input, file);
            if (state.avail_in == 0)
                break;
        }
        if (state.block_state == ISAL_BLOCK_FINISH) { /* another member follows */
            isal_inflate_reset(&state);
            state.crc_flag = ISAL_GZIP;
        }
        state.next_out = output;
        state.avail_out = sizeof output;
        result = isal_inflate(&state);
    }
    return state.block_state == ISAL_BLOCK_FINISH;
}
#endif

#ifdef MAG_BENCH_LIBDEFLATE
/* The whole file and the whole text in memory, as this library wants it. */
static bool by_libdeflate(FILE *file) {
    size_t capacity = 0, nbytes = 0, used = 0, text_nbytes = 0;
    unsigned char *in = NULL, *text = NULL;
    for (size_t got = 1; got > 0; nbytes += got) {
        if (nbytes == capacity) {
            capacity = capacity == 0 ? 1 << 24 : capacity * 2;
            in = realloc(in, capacity);
            if (in == NULL)
                return false;
        }
        got = fread(in + nbytes, 1, capacity - nbytes, file);
    }
    struct libdeflate_decompressor *inflater = libdeflate_alloc_decompressor();
    enum libdeflate_result result = LIBDEFLATE_SUCCESS;
    size_t room = nbytes * 8;
    while (inflater != NULL && result == LIBDEFLATE_SUCCESS && used < nbytes) {
        size_t in_used = 0;
        text = realloc(text, room);
        if (text == NULL)
            return false;
        result = libdeflate_gzip_decompress_ex(inflater, in + used, nbytes - used, text, room,
                                               &in_used, &text_nbytes);
        if (result == LIBDEFLATE_INSUFFICIENT_SPACE) {
            room *= 2;
            result = LIBDEFLATE_SUCCESS;
        } else {
            used += in_used;
        }
    }
    libdeflate_free_decompressor(inflater);
    free(in);
    free(text);
    return result == LIBDEFLATE_SUCCESS;
}
#endif

static const struct {
    const char *name;
    bool (*inflate)(FILE *file);
} libraries[] = {
    {"zlib", by_zlib},
#ifdef MAG_BENCH_ISAL
    {"isal", by_isal},
#endif
#ifdef MAG_BENCH_LIBDEFLATE
    {"libdeflate", by_libdeflate},
#endif
};

int main(int argc, char **argv) {
    if (argc < 2)
        return fprintf(stderr, "usage: floor_inflate zlib|isal|libdeflate [FILE]\n"), 2;
    for (size_t i = 0; i < sizeof libraries / sizeof libraries[0]; i++) {
        if (strcmp(libraries[i].name, argv[1]) != 0)
            continue;
        FILE *file = argc < 3 ? NULL : fopen(argv[2], "rb");
        if (file == NULL)
            return argc < 3 ? 0 : 1;
        bool is_whole = libraries[i].inflate(file);
        fclose(file);
        return is_whole ? 0 : (fprintf(stderr, "%s: not a whole gzip file\n", argv[2]), 1);
    }
    return ABSENT;
}
