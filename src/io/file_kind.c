#include "io/file_kind.h"

#include <string.h>

typedef struct signature {
    const char *bytes;
    size_t nbytes;
    const char *name;
} signature;

#define SIGNATURE(bytes, name)                                                                     \
    { bytes, sizeof(bytes) - 1, name }

static const signature containers[] = {
    SIGNATURE("PK\x03\x04", "a zip archive (as .xlsx is)"),
    SIGNATURE("PK\x05\x06", "an empty zip archive"),
    SIGNATURE("\x28\xb5\x2f\xfd", "a Zstandard file (.zst)"),
    SIGNATURE("\xfd"
              "7zXZ\0",
              "an xz file"),
    SIGNATURE("7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    SIGNATURE("\x04\x22\x4d\x18", "an LZ4 file"),
    SIGNATURE("\x1f\x9d", "a compress file (.Z)"),
    SIGNATURE("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Excel workbook (.xls)"),
    SIGNATURE("%PDF-", "a PDF"),
    SIGNATURE("PAR1", "a Parquet file"),
};

static bool begins_with(mag_span head, const char *bytes, size_t nbytes) {
    return mag_span_starts_with(head, (mag_span){bytes, nbytes});
}

/* "BZh", a digit, and then pi or, in an empty file, its root: a text may well begin with the first.
 */
static bool is_bzip2(mag_span head) {
    mag_span block = {head.at + 4, head.nbytes < 4 ? 0 : head.nbytes - 4};
    return begins_with(head, "BZh", 3) && (begins_with(block, "\x31\x41\x59\x26\x53\x59", 6) ||
                                           begins_with(block, "\x17\x72\x45\x38\x50\x90", 6));
}

static bool looks_like_text(mag_span head) {
    for (size_t i = 0; i < head.nbytes; i++) {
        unsigned char c = (unsigned char)head.at[i];
        if (c < ' ' && c != '\t' && c != '\r' && c != '\n')
            return false;
    }
    return true;
}

mag_file_kind mag_file_kind_of(mag_span head, const char **name) {
    *name = "gzip";
    if (begins_with(head, "\x1f\x8b", 2) || mag_span_equals(head, (mag_span){"\x1f", 1}))
        return MAG_FILE_GZIP;
    *name = "a bzip2 file";
    if (is_bzip2(head))
        return MAG_FILE_CONTAINER;
    for (size_t i = 0; i < sizeof containers / sizeof containers[0]; i++) {
        *name = containers[i].name;
        if (begins_with(head, containers[i].bytes, containers[i].nbytes))
            return MAG_FILE_CONTAINER;
    }
    *name = looks_like_text(head) ? "plain text" : "data of an unknown type";
    if (head.nbytes < 2)
        *name = "a file of a single byte";
    return MAG_FILE_OTHER;
}
