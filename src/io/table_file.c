#include "io/table_file.h"

#include "io/io_fault.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

struct mag_table_file {
    mag_arena *arena; /* holds the file itself */
    const char *path;
    int fd;
    bool is_gzip;
    mag_gzip_frame frame;
    uint64_t nbytes; /* handed on, whether they could be written or not */
    mag_error fault; /* status MAG_OK: none so far */
};

static void fail_write(mag_table_file *file) {
    mag_status status = mag_io_fail_write(file->path, errno, &file->fault);
    (void)status; /* it is kept in the fault */
}

void mag_table_file_bytes(mag_table_file *file, mag_span bytes) {
    file->nbytes += bytes.nbytes;
    while (bytes.nbytes > 0 && file->fault.status == MAG_OK) {
        ssize_t done = write(file->fd, bytes.at, bytes.nbytes);
        if (done < 0 && errno == EINTR)
            continue;
        if (done < 0) {
            fail_write(file);
            return;
        }
        bytes = (mag_span){bytes.at + done, bytes.nbytes - (size_t)done};
    }
}

void mag_table_file_block(mag_table_file *file, const mag_gzip_block *block) {
    mag_gzip_frame_add(&file->frame, block);
    mag_table_file_bytes(file, mag_text_span(&block->bytes));
}

void mag_table_file_fail(mag_table_file *file, const mag_error *fault) {
    if (file->fault.status == MAG_OK)
        file->fault = *fault;
}

bool mag_table_file_is_named_gzip(const char *path) {
    size_t length = strlen(path);
    return length >= 3 && strcmp(path + length - 3, ".gz") == 0;
}

mag_status mag_table_file_open(mag_table_file **out, const char *path, mag_account *account,
                               mag_error *err) {
    *out = NULL;
    mag_arena *arena = mag_arena_new(account);
    mag_table_file *file = arena ? mag_arena_alloc(arena, sizeof *file) : NULL;
    const char *own_path = file ? mag_arena_text(arena, mag_span_of(path)) : NULL;
    if (!own_path) {
        mag_arena_free(arena);
        return mag_fail_memory(err, sizeof *file);
    }
    file->arena = arena;
    file->path = own_path;
    file->is_gzip = mag_table_file_is_named_gzip(path);
    file->fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (file->fd < 0) {
        mag_arena_free(arena);
        return mag_io_fail_write(path, errno, err);
    }
    if (file->is_gzip)
        mag_table_file_bytes(file, (mag_span){(const char *)mag_gzip_head, MAG_GZIP_HEAD_NBYTES});
    *out = file;
    return MAG_OK;
}

mag_status mag_table_file_end(mag_table_file *file, uint64_t *nbytes, mag_error *err) {
    unsigned char tail[MAG_GZIP_TAIL_NBYTES];
    *nbytes = 0;
    if (!file)
        return MAG_OK;
    if (file->is_gzip) {
        mag_gzip_frame_end(&file->frame, tail);
        mag_table_file_bytes(file, (mag_span){(const char *)tail, sizeof tail});
    }
    *nbytes = file->nbytes;
    if (file->fault.status == MAG_OK && fsync(file->fd) != 0)
        fail_write(file);
    if (close(file->fd) != 0 && file->fault.status == MAG_OK)
        fail_write(file);
    mag_status status = file->fault.status;
    if (status != MAG_OK && err)
        *err = file->fault;
    mag_arena_free(file->arena);
    return status;
}
