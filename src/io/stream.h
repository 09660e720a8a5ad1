/* A stream of bytes from a plain file, a gzip file or stdin. gzip is told by content, not by name
   (but a .gz name with other content is refused). Every member's trailer is verified. */
#ifndef MAG_IO_STREAM_H
#define MAG_IO_STREAM_H

#include "base/memory.h"
#include "base/sha256.h"

typedef struct mag_stream mag_stream;

typedef struct mag_stream_facts {
    uint64_t in_nbytes;                 /* of the file as it lies there */
    uint64_t out_nbytes;                /* after inflation */
    unsigned member_count;              /* gzip members; 0 for a plain file */
    bool has_zero_padding;              /* I-07: zeros after the last member */
    bool ends_with_line_end;            /* the last byte was LF (or CR) */
    char sha256[MAG_SHA256_HEX_NBYTES]; /* of the file as it lies there */
} mag_stream_facts;

/* Opens a regular file, or stdin for "-". Faults: I-17 (MS-I112, MAG_E_USAGE), I-10 empty
   (MS-I106), I-12 wrong type (MS-I108), all but I-17 MAG_E_INPUT. Reads ahead only what it needs to
   tell; that a gzip file holds nothing shows at its end. One thread at a time. */
mag_status mag_stream_open(mag_stream **out, const char *path, mag_account *account,
                           mag_error *err) MAG_MUST_CHECK;

/* Says whether a regular file, or stdin for "-", can be opened (I-17, MS-I112), and reads nothing.
   MAG_E_USAGE, or MAG_E_RESOURCE without descriptors. */
mag_status mag_stream_check(const char *path, mag_error *err) MAG_MUST_CHECK;

/* When inflating counts as a bomb: more than output_nbytes written, and more than ratio times what
   was read. */
typedef struct mag_stream_limits {
    uint64_t output_nbytes;
    uint64_t ratio;
} mag_stream_limits;
extern const mag_stream_limits mag_stream_default_limits; /* 1 GiB, 200 */

/* As mag_stream_open, with limits of the caller's (copied). */
mag_status mag_stream_open_limited(mag_stream **out, const char *path,
                                   const mag_stream_limits *limits, mag_account *account,
                                   mag_error *err) MAG_MUST_CHECK;

/* Opens a text in memory (copied) and reads it as a plain file of that name would be read. The same
   faults as above, but those of opening a file. */
mag_status mag_stream_open_text(mag_stream **out, const char *name, mag_span text,
                                mag_account *account, mag_error *err) MAG_MUST_CHECK;

/* Fills buffer with up to capacity bytes; *got 0 means a verified end: trailer checked (I-01..I-06,
   I-09, I-11) and the file unchanged since it was opened (I-13: size, mtime, inode). Bytes handed
   out before a fault was found must not be published by the caller. A fault comes behind the bytes
   that could be read before it, and again on every later call. */
mag_status mag_stream_read(mag_stream *stream, char *buffer, size_t capacity, size_t *got,
                           mag_error *err) MAG_MUST_CHECK;

/* After a fault: how far the reading came, and no SHA-256. Whole after the verified end. */
const mag_stream_facts *mag_stream_facts_of(const mag_stream *stream);

/* NULL is fine. */
void mag_stream_close(mag_stream *stream);

#endif
