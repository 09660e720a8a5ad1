/* gzip members for tests, made by zlib's own deflate. */
#ifndef TESTS_IO_TEST_GZIP_H
#define TESTS_IO_TEST_GZIP_H

#include "test_support.h"

#include <zlib.h>

typedef struct test_bytes {
    unsigned char *at;
    size_t nbytes;
} test_bytes;

/* The caller frees .at. */
static inline test_bytes test_gzip(const void *content, size_t nbytes) {
    z_stream z = {0};
    assert_int_equal(deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
    size_t room = deflateBound(&z, (uLong)nbytes);
    unsigned char *out = malloc(room);
    z.next_in = (unsigned char *)(uintptr_t)content;
    z.avail_in = (uInt)nbytes;
    z.next_out = out;
    z.avail_out = (uInt)room;
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    test_bytes made = {out, room - z.avail_out};
    deflateEnd(&z);
    return made;
}

/* Puts b behind a; both are used up. */
static inline test_bytes test_join(test_bytes a, test_bytes b) {
    a.at = realloc(a.at, a.nbytes + b.nbytes + 1);
    if (b.nbytes)
        memcpy(a.at + a.nbytes, b.at, b.nbytes);
    free(b.at);
    return (test_bytes){a.at, a.nbytes + b.nbytes};
}

static inline test_bytes test_copy(const void *content, size_t nbytes) {
    test_bytes copy = {malloc(nbytes + 1), nbytes};
    memcpy(copy.at, content, nbytes);
    return copy;
}

/* Rows of a table that looks like ours; the same for the same seed. */
static inline test_bytes test_table(unsigned seed, size_t row_count) {
    test_bytes table = {malloc(64 * (row_count + 1)), 0};
    char *at = (char *)table.at;
    at += sprintf(at, "patient_id,code,value\n");
    for (size_t i = 0; i < row_count; i++) {
        seed = seed * 1103515245u + 12345u;
        at += sprintf(at, "p%u,\"2601-3\",%u.%u\n", seed >> 20, (seed >> 8) % 9, seed % 10);
    }
    table.nbytes = (size_t)(at - (char *)table.at);
    return table;
}

#endif
