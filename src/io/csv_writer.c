/* Rows are built in a block and handed on when it is full:

     cells ─▶ block ─┬─▶ (plain) ────────▶ write()
                     └─▶ deflate ─▶ ...  ─▶ write()

   The same cells give the same bytes: the gzip head has no time, no name and a fixed system. */
#include "io/csv_writer.h"

#include "io/io_fault.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

enum {
    BLOCK_NBYTES = 1 << 16,
    GZIP_WINDOW_BITS = 15 + 16,
    GZIP_LEVEL = 6,
    GZIP_MEMORY = 8,
    GZIP_SYSTEM_UNKNOWN = 255
};

struct mag_csv_writer {
    mag_arena *arena; /* holds the writer itself */
    const char *path;
    int fd;
    bool is_gzip, has_deflater, has_cells;
    z_stream deflater;
    gz_header head;
    char *block;
    size_t used;
    unsigned char *packed;
    uint64_t nbytes; /* handed on, whether they could be written or not */
    mag_error fault; /* status MAG_OK: none so far */
};

/* --- bytes ---------------------------------------------------------------------------------- */

static void fail_write(mag_csv_writer *w) {
    mag_status status = mag_io_fail_write(w->path, errno, &w->fault);
    (void)status; /* it is kept in the fault */
}

static void write_all(mag_csv_writer *w, const void *bytes, size_t nbytes) {
    const char *at = bytes;
    w->nbytes += nbytes;
    while (nbytes > 0 && w->fault.status == MAG_OK) {
        ssize_t done = write(w->fd, at, nbytes);
        if (done < 0 && errno == EINTR)
            continue;
        if (done < 0) {
            fail_write(w);
            return;
        }
        at += done;
        nbytes -= (size_t)done;
    }
}

static void deflate_block(mag_csv_writer *w, int flush) {
    w->deflater.next_in = (unsigned char *)w->block;
    w->deflater.avail_in = (uInt)w->used;
    do {
        w->deflater.next_out = w->packed;
        w->deflater.avail_out = BLOCK_NBYTES;
        deflate(&w->deflater, flush);
        write_all(w, w->packed, BLOCK_NBYTES - w->deflater.avail_out);
    } while (w->deflater.avail_out == 0);
}

/* After a fault too: how much room is needed is part of the message. */
static void hand_on(mag_csv_writer *w, bool is_end) {
    if (w->is_gzip)
        deflate_block(w, is_end ? Z_FINISH : Z_NO_FLUSH);
    else
        write_all(w, w->block, w->used);
    w->used = 0;
}

static void add(mag_csv_writer *w, const char *bytes, size_t nbytes) {
    while (nbytes > 0) {
        size_t room = BLOCK_NBYTES - w->used;
        size_t count = nbytes < room ? nbytes : room;
        memcpy(w->block + w->used, bytes, count);
        w->used += count;
        bytes += count;
        nbytes -= count;
        if (w->used == BLOCK_NBYTES)
            hand_on(w, false);
    }
}

/* --- cells ---------------------------------------------------------------------------------- */

static void begin_cell(mag_csv_writer *w) {
    if (w->has_cells)
        add(w, ",", 1);
    w->has_cells = true;
}

/* Any number of ' and then a byte that a spreadsheet runs. Cells that look guarded already are
   guarded once more, so that taking one ' away is exact for every cell. */
static bool needs_guard(mag_span cell) {
    size_t at = 0;
    while (at < cell.nbytes && cell.at[at] == '\'')
        at++;
    return at < cell.nbytes && memchr("=+-@\t\r", cell.at[at], 6) != NULL;
}

mag_span mag_csv_without_guard(mag_span cell) {
    if (cell.nbytes == 0 || cell.at[0] != '\'' || !needs_guard(cell))
        return cell;
    return (mag_span){cell.at + 1, cell.nbytes - 1};
}

static bool needs_quotes(mag_span cell) {
    for (size_t i = 0; i < cell.nbytes; i++)
        if (memchr(",\"\n\r", cell.at[i], 4))
            return true;
    return false;
}

static void add_cell(mag_csv_writer *w, mag_span cell, bool is_quoted) {
    begin_cell(w);
    if (is_quoted)
        add(w, "\"", 1);
    if (needs_guard(cell))
        add(w, "'", 1);
    while (cell.nbytes > 0) {
        const char *quote = memchr(cell.at, '"', cell.nbytes);
        size_t count = quote ? (size_t)(quote - cell.at) + 1 : cell.nbytes;
        add(w, cell.at, count);
        if (quote)
            add(w, "\"", 1);
        cell = (mag_span){cell.at + count, cell.nbytes - count};
    }
    if (is_quoted)
        add(w, "\"", 1);
}

void mag_csv_writer_text(mag_csv_writer *w, mag_span cell) {
    add_cell(w, cell, needs_quotes(cell));
}

void mag_csv_writer_id(mag_csv_writer *w, mag_span cell) {
    add_cell(w, cell, true);
}

void mag_csv_writer_number(mag_csv_writer *w, const char *cell) {
    begin_cell(w);
    add(w, cell, strlen(cell));
}

void mag_csv_writer_integer(mag_csv_writer *w, int64_t cell) {
    char digits[24];
    snprintf(digits, sizeof digits, "%" PRId64, cell);
    mag_csv_writer_number(w, digits);
}

void mag_csv_writer_empty(mag_csv_writer *w) {
    begin_cell(w);
}

void mag_csv_writer_end_row(mag_csv_writer *w) {
    add(w, "\n", 1);
    w->has_cells = false;
}

/* --- opening and closing -------------------------------------------------------------------- */

static bool is_named_gz(const char *path) {
    size_t length = strlen(path);
    return length >= 3 && strcmp(path + length - 3, ".gz") == 0;
}

static mag_status begin_gzip(mag_csv_writer *w, mag_error *err) {
    w->packed = mag_arena_alloc(w->arena, BLOCK_NBYTES);
    if (!w->packed || deflateInit2(&w->deflater, GZIP_LEVEL, Z_DEFLATED, GZIP_WINDOW_BITS,
                                   GZIP_MEMORY, Z_DEFAULT_STRATEGY) != Z_OK)
        return mag_fail_memory(err, BLOCK_NBYTES);
    w->has_deflater = true;
    w->head = (gz_header){.os = GZIP_SYSTEM_UNKNOWN};
    deflateSetHeader(&w->deflater, &w->head);
    return MAG_OK;
}

static mag_status begin(mag_csv_writer *w, const char *path, mag_error *err) {
    w->path = mag_arena_text(w->arena, mag_span_of(path));
    w->block = mag_arena_alloc(w->arena, BLOCK_NBYTES);
    if (!w->path || !w->block)
        return mag_fail_memory(err, BLOCK_NBYTES);
    w->is_gzip = is_named_gz(path);
    if (w->is_gzip)
        MAG_TRY(begin_gzip(w, err));
    w->fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (w->fd >= 0)
        return MAG_OK;
    return mag_io_fail_write(path, errno, err);
}

/* Opening the file is the last that can fail, and ending closes it: no descriptor is left here. */
static void free_writer(mag_csv_writer *w) {
    if (w->has_deflater)
        deflateEnd(&w->deflater);
    mag_arena_free(w->arena);
}

mag_status mag_csv_writer_open(mag_csv_writer **out, const char *path, const char *header,
                               mag_account *account, mag_error *err) {
    *out = NULL;
    mag_arena *arena = mag_arena_new(account);
    mag_csv_writer *w = arena ? mag_arena_alloc(arena, sizeof *w) : NULL;
    if (!w) {
        mag_arena_free(arena);
        return mag_fail_memory(err, sizeof *w);
    }
    w->arena = arena;
    w->fd = -1;
    mag_status status = begin(w, path, err);
    if (status != MAG_OK) {
        free_writer(w);
        return status;
    }
    add(w, header, strlen(header));
    add(w, "\n", 1);
    *out = w;
    return MAG_OK;
}

mag_status mag_csv_writer_close(mag_csv_writer *w, mag_error *err) {
    uint64_t nbytes;
    return mag_csv_writer_end(w, &nbytes, err);
}

mag_status mag_csv_writer_end(mag_csv_writer *w, uint64_t *nbytes, mag_error *err) {
    *nbytes = 0;
    if (!w)
        return MAG_OK;
    hand_on(w, true);
    *nbytes = w->nbytes;
    if (w->fault.status == MAG_OK && fsync(w->fd) != 0)
        fail_write(w);
    int fd = w->fd;
    w->fd = -1;
    if (close(fd) != 0 && w->fault.status == MAG_OK)
        fail_write(w);
    mag_status status = w->fault.status;
    if (status != MAG_OK && err)
        *err = w->fault;
    free_writer(w);
    return status;
}
