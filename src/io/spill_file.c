/* Room is reserved by moving the end of the file, so that writers never wait for each other:

     end ──fetch_add(head + payload)──▶ mine: [ head | payload ]

   A head is checked field by field and its checksum covers the payload: what comes back is what was
   written, or the run ends. */
#define _GNU_SOURCE /* NOLINT: the name is the C library's; for fallocate */
#include "io/spill_file.h"

#include "io/io_fault.h"
#include "io/stop.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

enum {
    FORMAT_VERSION = 1,
    BYTE_ORDER_MARK = 0x01020304, /* reads otherwise on a machine of the other order */
    STEP_NBYTES = 1 << 22,        /* between two looks at the wish to stop */
    BLOCK_NBYTES = 4096
};

static const char MAGIC[8] = "magspill";

typedef struct segment_head {
    char magic[8];
    uint32_t version, byte_order;
    uint32_t kind, partition;
    uint32_t record_nbytes, unused;
    uint64_t record_count, payload_nbytes;
    uint64_t checksum; /* XXH3_64 over the fields above and the payload */
} segment_head;
_Static_assert(sizeof(segment_head) == 56, "a head has no gaps");

struct mag_spill_file {
    mag_arena *arena; /* holds the handle itself */
    const char *folder;
    pthread_mutex_t making;
    _Atomic int fd; /* -1: not made yet */
    _Atomic uint64_t end, segment_count;
};

/* --- the file without a name -------------------------------------------------------------------
 */

static mag_status fail_place(const char *folder, const char *what, int reason, mag_error *err) {
    if (reason == EMFILE || reason == ENFILE)
        return mag_io_fail_open(folder, what, reason, err);
    if (reason == ENOSPC || reason == EDQUOT || reason == EIO)
        return mag_io_fail_write(folder, reason, err);
    mag_fail(err, MAG_E_RESOURCE, MAG_MSG_P409,
             "%.400s: %s: %s; what does not fit into memory has no place", folder, what,
             strerror(reason));
    mag_hint(err, "name a folder on a disk with --spill-dir, or raise --memory-limit");
    return MAG_E_RESOURCE;
}

/* The folder of its own is there only so that the file never is open to others, not even before it
   loses its name. */
static mag_status open_nameless(mag_spill_file *file, mag_error *err) {
    char *own = mag_arena_format(file->arena, "%s/magscreen-spill-XXXXXX", file->folder);
    char *path = mag_arena_format(file->arena, "%s/magscreen-spill-XXXXXX/rows", file->folder);
    if (!own || !path)
        return mag_fail_memory(err, strlen(file->folder));
    if (!mkdtemp(own))
        return fail_place(file->folder, "a folder for spilled rows cannot be made", errno, err);
    memcpy(path, own, strlen(own));
    const int fd =
        open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, S_IRUSR | S_IWUSR);
    const int reason = errno;
    if (fd != -1)
        unlink(path);
    rmdir(own);
    atomic_store(&file->fd, fd);
    if (fd == -1)
        return fail_place(file->folder, "a file for spilled rows cannot be made", reason, err);
    return MAG_OK;
}

mag_status mag_spill_new(mag_spill_file **out, const char *folder, mag_account *account,
                         mag_error *err) {
    *out = NULL;
    mag_arena *arena = mag_arena_new(account);
    mag_spill_file *file = arena ? mag_arena_alloc(arena, sizeof *file) : NULL;
    const char *kept = file ? mag_arena_text(arena, mag_span_of(folder)) : NULL;
    if (!kept) {
        mag_arena_free(arena);
        return mag_fail_memory(err, sizeof *file);
    }
    file->arena = arena;
    file->folder = kept;
    atomic_store(&file->fd, -1);
    pthread_mutex_init(&file->making, NULL);
    *out = file;
    return MAG_OK;
}

mag_status mag_spill_make(mag_spill_file *file, mag_error *err) {
    if (atomic_load(&file->fd) != -1)
        return MAG_OK;
    pthread_mutex_lock(&file->making);
    const mag_status status = atomic_load(&file->fd) == -1 ? open_nameless(file, err) : MAG_OK;
    pthread_mutex_unlock(&file->making);
    return status;
}

mag_status mag_spill_open(mag_spill_file **out, const char *folder, mag_account *account,
                          mag_error *err) {
    MAG_TRY(mag_spill_new(out, folder, account, err));
    const mag_status status = mag_spill_make(*out, err);
    if (status != MAG_OK) {
        mag_spill_close(*out);
        *out = NULL;
    }
    return status;
}

void mag_spill_close(mag_spill_file *file) {
    if (!file)
        return;
    if (file->fd != -1)
        close(file->fd);
    pthread_mutex_destroy(&file->making);
    mag_arena_free(file->arena);
}

/* --- bytes at a place --------------------------------------------------------------------------
 */

static mag_status fail_write(const mag_spill_file *file, uint64_t missing_nbytes, int reason,
                             mag_error *err) {
    const unsigned long long mib = 1 << 20;
    if (reason != ENOSPC && reason != EDQUOT && reason != EFBIG)
        return mag_io_fail_write(file->folder, reason, err);
    mag_fail(err, MAG_E_RESOURCE, MAG_MSG_P403,
             "%.400s: no space for rows that do not fit into memory: %llu MiB are there, at least "
             "%llu MiB more are needed",
             file->folder, (unsigned long long)atomic_load(&file->end) / mib,
             missing_nbytes / mib + 1);
    mag_hint(err, "make room, name another folder with --spill-dir, or raise --memory-limit");
    return MAG_E_RESOURCE;
}

static mag_status fail_stopped(const mag_spill_file *file, mag_error *err) {
    return mag_fail(err, MAG_E_INTERRUPTED, MAG_MSG_P401,
                    "stopped while rows were spilled to %.400s", file->folder);
}

static size_t step_of(size_t nbytes) {
    return nbytes < STEP_NBYTES ? nbytes : STEP_NBYTES;
}

static mag_status write_at(const mag_spill_file *file, mag_span bytes, uint64_t at,
                           uint64_t missing_nbytes, mag_error *err) {
    for (size_t done = 0; done < bytes.nbytes;) {
        if (mag_stop_signal())
            return fail_stopped(file, err);
        const ssize_t put =
            pwrite(file->fd, bytes.at + done, step_of(bytes.nbytes - done), (off_t)(at + done));
        if (put > 0)
            done += (size_t)put;
        else if (put == 0 || errno != EINTR)
            return fail_write(file, missing_nbytes - done, put == 0 ? ENOSPC : errno, err);
    }
    return MAG_OK;
}

static mag_status fail_damaged(const mag_spill_file *file, const char *what, mag_error *err) {
    mag_fail(err, MAG_E_RESOURCE, MAG_MSG_P409,
             "%.400s: rows that were spilled there do not come back: %s; nothing published",
             file->folder, what);
    mag_hint(err, "check the disk of that folder, or name another one with --spill-dir");
    return MAG_E_RESOURCE;
}

static mag_status read_at(const mag_spill_file *file, void *into, size_t nbytes, uint64_t at,
                          mag_error *err) {
    for (size_t done = 0; done < nbytes;) {
        if (mag_stop_signal())
            return fail_stopped(file, err);
        const ssize_t got =
            pread(file->fd, (char *)into + done, step_of(nbytes - done), (off_t)(at + done));
        if (got > 0)
            done += (size_t)got;
        else if (got == 0)
            return fail_damaged(file, "the file is shorter than it was", err);
        else if (errno != EINTR)
            return mag_io_fail_read(file->folder, errno, err);
    }
    return MAG_OK;
}

/* --- segments ------------------------------------------------------------------------------------
 */

size_t mag_spill_nbytes(const mag_spill_segment *segment) {
    return (size_t)(segment->what.record_nbytes * segment->what.record_count);
}

static segment_head head_of(const mag_spill_what *what) {
    segment_head head = {.version = FORMAT_VERSION,
                         .byte_order = BYTE_ORDER_MARK,
                         .kind = what->kind,
                         .partition = what->partition,
                         .record_nbytes = what->record_nbytes,
                         .record_count = what->record_count,
                         .payload_nbytes = what->record_nbytes * what->record_count};
    memcpy(head.magic, MAGIC, sizeof head.magic);
    return head;
}

/* The fields before the checksum go into it as its seed. */
static uint64_t seed_of(const segment_head *head) {
    return mag_span_hash((mag_span){(const char *)head, offsetof(segment_head, checksum)});
}

mag_status mag_spill_write(mag_spill_file *file, const mag_spill_what *what, const mag_span *parts,
                           size_t part_count, mag_spill_segment *segment, mag_error *err) {
    MAG_TRY(mag_spill_make(file, err));
    segment_head head = head_of(what);
    uint64_t missing = sizeof head + head.payload_nbytes;
    head.checksum = mag_spans_hash_seeded(parts, part_count, seed_of(&head));
    uint64_t at = atomic_fetch_add(&file->end, missing);
    *segment = (mag_spill_segment){*what, at};
    MAG_TRY(write_at(file, (mag_span){(const char *)&head, sizeof head}, at, missing, err));
    at += sizeof head;
    missing -= sizeof head;
    for (size_t i = 0; i < part_count; i++) {
        MAG_TRY(write_at(file, parts[i], at, missing, err));
        at += parts[i].nbytes;
        missing -= parts[i].nbytes;
    }
    assert(missing == 0);
    atomic_fetch_add(&file->segment_count, 1);
    return MAG_OK;
}

mag_status mag_spill_read(mag_spill_file *file, const mag_spill_segment *segment, void *into,
                          mag_error *err) {
    const segment_head wanted = head_of(&segment->what);
    segment_head head;
    MAG_TRY(read_at(file, &head, sizeof head, segment->at, err));
    if (memcmp(&head, &wanted, offsetof(segment_head, checksum)) != 0)
        return fail_damaged(file, "the head of a segment is another one", err);
    MAG_TRY(read_at(file, into, (size_t)head.payload_nbytes, segment->at + sizeof head, err));
    const mag_span payload = {into, (size_t)head.payload_nbytes};
    if (mag_span_hash_seeded(payload, seed_of(&head)) != head.checksum)
        return fail_damaged(file, "a checksum is wrong", err);
    return MAG_OK;
}

void mag_spill_forget(mag_spill_file *file, const mag_spill_segment *segment) {
    const uint64_t begin = segment->at / BLOCK_NBYTES * BLOCK_NBYTES + BLOCK_NBYTES;
    const uint64_t end = (segment->at + sizeof(segment_head) + mag_spill_nbytes(segment)) /
                         BLOCK_NBYTES * BLOCK_NBYTES;
    if (begin < end) /* a system without holes keeps the space until the end */
        (void)fallocate(file->fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, (off_t)begin,
                        (off_t)(end - begin));
}

uint64_t mag_spill_written_nbytes(const mag_spill_file *file) {
    return file ? atomic_load(&file->end) : 0;
}

uint64_t mag_spill_segment_count(const mag_spill_file *file) {
    return file ? atomic_load(&file->segment_count) : 0;
}

const char *mag_spill_folder(const mag_spill_file *file) {
    return file->folder;
}

uint64_t mag_spill_free_nbytes(const mag_spill_file *file) {
    struct statvfs facts;
    return statvfs(file->folder, &facts) == 0 ? (uint64_t)facts.f_bavail * facts.f_frsize : 0;
}

int mag_spill_descriptor(const mag_spill_file *file) {
    return file->fd;
}
