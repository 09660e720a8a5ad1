/* renameat2 is Linux's own. */
#define _GNU_SOURCE /* NOLINT: the name is the C library's */

#include "io/file_tree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { DIRECTORY_FLAGS = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC };

static bool is_self_or_parent(const char *name) {
    return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

static DIR *open_directory(int at, const char *name) {
    int fd = openat(at, name, DIRECTORY_FLAGS);
    DIR *directory = fd < 0 ? NULL : fdopendir(fd);
    if (!directory && fd >= 0)
        close(fd);
    return directory;
}

/* The next real entry; NULL at the end. */
static const char *next_entry(DIR *directory) {
    const struct dirent *entry;
    while ((entry = readdir(directory)) != NULL)
        if (!is_self_or_parent(entry->d_name))
            return entry->d_name;
    return NULL;
}

bool mag_file_tree_is_empty(const char *path) {
    DIR *directory = open_directory(AT_FDCWD, path);
    if (!directory)
        return false;
    bool is_empty = next_entry(directory) == NULL;
    closedir(directory);
    return is_empty;
}

static int remove_at(int at, const char *name) {
    if (unlinkat(at, name, 0) == 0)
        return 0;
    if (errno != EISDIR && errno != EPERM)
        return -1;
    DIR *directory = open_directory(at, name);
    if (!directory)
        return -1;
    int outcome = 0;
    const char *entry;
    while (outcome == 0 && (entry = next_entry(directory)) != NULL)
        outcome = remove_at(dirfd(directory), entry);
    int reason = errno;
    closedir(directory);
    errno = reason;
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

int mag_file_tree_sync(const char *path) {
    DIR *directory = open_directory(AT_FDCWD, path);
    if (!directory)
        return -1;
    int outcome = 0;
    const char *entry;
    while (outcome == 0 && (entry = next_entry(directory)) != NULL)
        if (is_regular_at(dirfd(directory), entry))
            outcome = sync_at(dirfd(directory), entry, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    if (outcome == 0)
        outcome = fsync(dirfd(directory));
    int reason = errno;
    closedir(directory);
    errno = reason;
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
