/* Reads what a run left behind without any code of the program: zlib, OpenSSL, and a CSV
   cutter of its own. */
#ifndef ENGINE_RESULT_TABLE_H
#define ENGINE_RESULT_TABLE_H

#include "engine/run_fixture.h"

#include <openssl/evp.h>
#include <zlib.h>

enum { RESULT_COLUMN_LIMIT = 32 };

typedef struct result_table {
    char *text; /* cells point into it */
    char **cells;
    size_t row_count, column_count; /* the header is not a row */
    char *header[RESULT_COLUMN_LIMIT];
} result_table;

/* A whole file, inflated if it is gzip; free it. */
static inline char *result_text(const char *path, size_t *nbytes) {
    size_t capacity = 1 << 16, used = 0;
    char *text = malloc(capacity + 1);
    gzFile file = gzopen(path, "rb");
    assert_non_null(text);
    if (file == NULL)
        fail_msg("%s is not there", path);
    for (;;) {
        int got = gzread(file, text + used, (unsigned)(capacity - used));
        assert_true(got >= 0);
        used += (size_t)got;
        if (used < capacity)
            break;
        capacity *= 2;
        text = realloc(text, capacity + 1);
        assert_non_null(text);
    }
    gzclose(file);
    text[used] = '\0';
    *nbytes = used;
    return text;
}

/* Cuts one record in place; returns what follows it. */
static inline char *result_cut(char *at, char **cells, size_t *count) {
    char *to = at;
    bool is_quoted = false;
    cells[(*count)++] = to;
    for (; *at != '\0' && (is_quoted || *at != '\n'); at++) {
        if (*at == '"' && is_quoted && at[1] == '"')
            *to++ = *at++;
        else if (*at == '"')
            is_quoted = !is_quoted;
        else if (*at == ',' && !is_quoted) {
            *to++ = '\0';
            cells[(*count)++] = to;
        } else
            *to++ = *at;
    }
    char *rest = *at == '\n' ? at + 1 : at;
    *to = '\0';
    return rest;
}

static inline result_table result_parse(char *text) {
    result_table table = {.text = text};
    size_t capacity = 1024, used = 0;
    char *at = result_cut(text, table.header, &table.column_count);
    table.cells = malloc(capacity * sizeof *table.cells);
    assert_non_null(table.cells);
    while (*at != '\0') {
        size_t before = used;
        if (used + RESULT_COLUMN_LIMIT > capacity) {
            capacity *= 2;
            table.cells = realloc(table.cells, capacity * sizeof *table.cells);
            assert_non_null(table.cells);
        }
        at = result_cut(at, table.cells, &used);
        assert_int_equal(used - before, table.column_count);
        table.row_count++;
    }
    return table;
}

/* DIR + suffix + / + name, e.g. (".held", "flags.csv.gz"). */
static inline result_table result_read(const run_fixture *at, const char *suffix,
                                       const char *name) {
    char path[256];
    size_t nbytes;
    snprintf(path, sizeof path, "%s%s/%s", at->out, suffix, name);
    return result_parse(result_text(path, &nbytes));
}

static inline void result_done(result_table *table) {
    free(table->text);
    free(table->cells);
}

/* The cell as it was before the guard against spreadsheets. */
static inline const char *result_cell(const result_table *table, size_t row, const char *column) {
    for (size_t i = 0; i < table->column_count; i++)
        if (strcmp(table->header[i], column) == 0) {
            const char *cell = table->cells[row * table->column_count + i];
            const char *inner = cell + strspn(cell, "'");
            bool is_guarded = inner > cell && *inner != '\0' && strchr("=+-@", *inner) != NULL;
            return is_guarded ? cell + 1 : cell;
        }
    fail_msg("there is no column %s", column);
    return "";
}

static inline uint64_t result_count(const result_table *table, size_t row, const char *column) {
    return strtoull(result_cell(table, row, column), NULL, 10);
}

/* Rows in which every named column has its value: (table, "rule_id", "A01", "severity", "high",
   NULL). */
static inline size_t result_rows_with(const result_table *table, ...) {
    size_t found = 0;
    for (size_t row = 0; row < table->row_count; row++) {
        va_list wanted;
        const char *column;
        bool is_wanted = true;
        va_start(wanted, table);
        while ((column = va_arg(wanted, const char *)) != NULL)
            is_wanted &= strcmp(result_cell(table, row, column), va_arg(wanted, const char *)) == 0;
        va_end(wanted);
        found += is_wanted;
    }
    return found;
}

static inline void result_sha256(const void *bytes, size_t nbytes, char hex[65]) {
    unsigned char raw[EVP_MAX_MD_SIZE];
    unsigned raw_nbytes = 0;
    assert_int_equal(EVP_Digest(bytes, nbytes, raw, &raw_nbytes, EVP_sha256(), NULL), 1);
    for (unsigned i = 0; i < raw_nbytes; i++)
        snprintf(hex + 2 * i, 3, "%02x", raw[i]);
}

/* Bytes as they lie on disk; free them. */
static inline char *result_raw(const char *path, size_t *nbytes) {
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    assert_int_equal(fseek(file, 0, SEEK_END), 0);
    *nbytes = (size_t)ftell(file);
    rewind(file);
    char *bytes = malloc(*nbytes + 1);
    assert_non_null(bytes);
    assert_int_equal(fread(bytes, 1, *nbytes, file), *nbytes);
    bytes[*nbytes] = '\0';
    fclose(file);
    return bytes;
}

static inline void result_file_sha256(const char *path, char hex[65]) {
    size_t nbytes;
    char *bytes = result_raw(path, &nbytes);
    result_sha256(bytes, nbytes, hex);
    free(bytes);
}

#endif
