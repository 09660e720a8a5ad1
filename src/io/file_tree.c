/* renameat2 and getdents64 are Linux's own. */
#define _GNU_SOURCE /* NOLINT: the name is the C library's */

#include "io/file_tree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { DIRECTORY_FLAGS = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC };

/* An open directory. Not opendir()'s: that allocates, and cleaning up must work when memory is out.
 */
typedef struct listing {
    int fd;
    ssize_t at, end; /* of entries */
    union {
        struct dirent64 first; /* for alignment */
        char bytes[4096];
    } entries;
} listing;

static bool is_self_or_parent(const char *name) {
    return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

static int open_listing(listing *of, int at, const char *name) {
    of->at = of->end = 0;
    of->fd = openat(at, name, DIRECTORY_FLAGS);
    return of->fd < 0 ? -1 : 0;
}

/* Keeps errno. */
static void close_listing(const listing *of) {
    int reason = errno;
    close(of->fd);
    errno = reason;
}

/* The name of the next real entry, NULL at the end: 0, or -1 with errno. */
static int next_entry(listing *of, const char **name) {
    *name = NULL;
    for (;;) {
        if (of->at == of->end) {
            of->at = 0;
            of->end = getdents64(of->fd, of->entries.bytes, sizeof of->entries.bytes);
        }
        if (of->end <= 0)
            return (int)of->end;
        const char *record = of->entries.bytes + of->at;
        unsigned short length;
        memcpy(&length, record + offsetof(struct dirent64, d_reclen), sizeof length);
        of->at += length;
        const char *found = record + offsetof(struct dirent64, d_name);
        if (!is_self_or_parent(found)) {
            *name = found;
            return 0;
        }
    }
}

bool mag_file_tree_is_empty(const char *path) {
    listing directory;
    const char *entry;
    if (open_listing(&directory, AT_FDCWD, path) != 0)
        return false;
    bool is_empty = next_entry(&directory, &entry) == 0 && entry == NULL;
    close_listing(&directory);
    return is_empty;
}

static int remove_at(int at, const char *name);

static int remove_entries(listing *directory) {
    const char *entry;
    int outcome;
    while ((outcome = next_entry(directory, &entry)) == 0 && entry != NULL)
        if (remove_at(directory->fd, entry) != 0)
            return -1;
    return outcome;
}

static int remove_at(int at, const char *name) {
    listing directory;
    if (unlinkat(at, name, 0) == 0)
        return 0;
    if (errno != EISDIR && errno != EPERM)
        return -1;
    if (open_listing(&directory, at, name) != 0)
        return -1;
    int outcome = remove_entries(&directory);
    close_listing(&directory);
    return outcome == 0 ? unlinkat(at, name, AT_REMOVEDIR) : -1;
}

int mag_file_tree_remove(const char *path) {
    return remove_at(AT_FDCWD, path);
}

static int sync_at(int at, const char *name, int flags) {
    int fd = openat(at, name, flags);
    if (fd < 0)
        return -1;
    int outcome = fsync(fd);
    int reason = errno;
    close(fd);
    errno = reason;
    return outcome;
}

static bool is_regular_at(int at, const char *name) {
    struct stat facts;
    return fstatat(at, name, &facts, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(facts.st_mode);
}

static int sync_entries(listing *directory) {
    const char *entry;
    int outcome;
    while ((outcome = next_entry(directory, &entry)) == 0 && entry != NULL)
        if (is_regular_at(directory->fd, entry) &&
            sync_at(directory->fd, entry, O_RDONLY | O_NOFOLLOW | O_CLOEXEC) != 0)
            return -1;
    return outcome == 0 ? fsync(directory->fd) : -1;
}

int mag_file_tree_sync(const char *path) {
    listing directory;
    if (open_listing(&directory, AT_FDCWD, path) != 0)
        return -1;
    int outcome = sync_entries(&directory);
    close_listing(&directory);
    return outcome;
}

int mag_file_tree_sync_entries(const char *path) {
    return sync_at(AT_FDCWD, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

int mag_file_tree_exchange(const char *a, const char *b) {
#ifdef RENAME_EXCHANGE
    return renameat2(AT_FDCWD, a, AT_FDCWD, b, RENAME_EXCHANGE);
#else
    (void)a;
    (void)b;
    errno = ENOSYS;
    return -1;
#endif
}
