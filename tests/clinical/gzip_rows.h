/* Lines and cells of the open data sets, read with zlib alone: tests share no reader with the
 * program. */
#ifndef MAG_TESTS_CLINICAL_GZIP_ROWS_H
#define MAG_TESTS_CLINICAL_GZIP_ROWS_H

#include "vectors.h"

#include <zlib.h>

/* NULL, loudly, if the data set is not there. */
static inline gzFile open_data(const char *path) {
    const char *root = getenv("MAGSCREEN_DATA");
    char name[4096];
    if (root)
        snprintf(name, sizeof name, "%s/%s", root, path);
    else
        snprintf(name, sizeof name, "%s/../shared/data/%s", MAG_SOURCE_DIR, path);
    gzFile file = gzopen(name, "rb");
    if (!file)
        print_message("SKIPPED: %s is not there\n", name);
    return file;
}

/* A test of nothing but open data ends with 77 where they are absent, so that it counts as skipped.
 */
enum { EXIT_SKIPPED = 77 };
static inline bool has_data(const char *path) {
    gzFile file = open_data(path);
    if (file)
        gzclose(file);
    return file != NULL;
}

/* Next record without its line end, quotes closed; false at the end. */
static inline bool take_row(gzFile file, char *line, size_t capacity) {
    size_t length = 0;
    bool is_quoted = false;
    int c;
    while ((c = gzgetc(file)) != -1 && (c != '\n' || is_quoted)) {
        is_quoted = is_quoted != (c == '"');
        if (length + 1 < capacity)
            line[length++] = (char)c;
    }
    line[length] = '\0';
    return length > 0 || c != -1;
}

/* Cuts the line into cells, quotes taken off; returns how many. */
static inline size_t cut_row(char *line, char **cells, size_t capacity) {
    size_t count = 0;
    char *from = line, *to = line;
    bool is_quoted = false;
    cells[count++] = line;
    for (; *from; from++) {
        if (*from == '"') {
            is_quoted = !is_quoted;
        } else if (*from == ',' && !is_quoted && count < capacity) {
            *to++ = '\0';
            cells[count++] = to;
        } else {
            *to++ = *from;
        }
    }
    *to = '\0';
    return count;
}

#endif
