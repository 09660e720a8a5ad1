/* Reading and extending PACK.lock. */
#include "rules/pack_lock.h"

#include "io/embedded.h"
#include "io/yaml_tree.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LOCK_NAME "PACK.lock"

static char *lock_path(mag_arena *arena, const char *path) {
    const char *slash = strrchr(path, '/');
    return mag_arena_format(arena, "%.*s" LOCK_NAME, slash ? (int)(slash - path) + 1 : 0, path);
}

/* The text of the lock, which decides as the pack does; empty where there is none. */
static mag_status read_lock(mag_arena *arena, const char *path, mag_span *text, mag_error *err) {
    *text = (mag_span){"", 0};
    if (!path) {
        (void)mag_embedded_find("pipelines/packs/" LOCK_NAME, text);
        return MAG_OK;
    }
    const char *lock = lock_path(arena, path);
    if (!lock)
        return mag_fail_memory(err, strlen(path));
    /* Only a lock that is not there is none: one that cannot be read might forbid this pack. */
    struct stat facts;
    if (lstat(lock, &facts) != 0 && errno == ENOENT)
        return MAG_OK;
    return mag_yaml_read_trusted(arena, lock, text, err);
}

/* The next line of a text, without its end; steps over it. */
static mag_span take_line(mag_span *rest) {
    const char *end = memchr(rest->at, '\n', rest->nbytes);
    mag_span line = {rest->at, end ? (size_t)(end - rest->at) : rest->nbytes};
    const size_t step = line.nbytes + (end ? 1 : 0);
    rest->at += step;
    rest->nbytes -= step;
    return mag_span_trim(line);
}

static mag_status fail_changed(const char *path, const mag_pack *pack, mag_error *err) {
    mag_fail(err, MAG_E_RULES, MAG_MSG_R507,
             "%s: %s %s was released with another content (" LOCK_NAME "); nothing was read",
             path ? path : "the pack of this program", mag_pack_name(pack), mag_pack_version(pack));
    mag_hint(err, "give the changed pack a new version; then  magscreen rules lint --release FILE");
    return MAG_E_RULES;
}

mag_status mag_pack_lock_check(mag_arena *arena, const char *path, const mag_pack *pack,
                               bool *is_released, mag_error *err) {
    mag_span rest;
    bool is_changed = false;
    *is_released = false;
    MAG_TRY(read_lock(arena, path, &rest, err));
    const char *key =
        mag_arena_format(arena, "%s %s ", mag_pack_name(pack), mag_pack_version(pack));
    if (!key)
        return mag_fail_memory(err, 1);
    while (rest.nbytes > 0) {
        const mag_span line = take_line(&rest);
        const size_t length = strlen(key);
        if (!mag_span_starts_with(line, mag_span_of(key)))
            continue;
        const mag_span digest = {line.at + length, line.nbytes - length};
        *(mag_span_is(digest, mag_pack_sha256(pack)) ? is_released : &is_changed) = true;
    }
    return is_changed ? fail_changed(path, pack, err) : MAG_OK;
}

static bool write_all(int fd, mag_span text) {
    while (text.nbytes > 0) {
        const ssize_t put = write(fd, text.at, text.nbytes);
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            return false;
        text.at += put;
        text.nbytes -= (size_t)put;
    }
    return true;
}

/* A new file with the old lines and the new one, on disk before it takes the old one's name. */
static mag_status replace(const char *lock, const char *partial, mag_span old, const char *line,
                          mag_error *err) {
    const mag_span line_end = {"\n", old.nbytes > 0 && old.at[old.nbytes - 1] != '\n' ? 1 : 0};
    const int fd = open(partial, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0644);
    bool is_good = fd >= 0 && write_all(fd, old) && write_all(fd, line_end) &&
                   write_all(fd, mag_span_of(line)) && fsync(fd) == 0;
    if (fd >= 0)
        is_good &= close(fd) == 0;
    if (is_good && rename(partial, lock) == 0)
        return MAG_OK;
    const int reason = errno;
    if (fd >= 0)
        (void)unlink(partial);
    return mag_fail(err, MAG_E_RESOURCE, MAG_MSG_P403, "%s: cannot be written: %s", lock,
                    strerror(reason));
}

mag_status mag_pack_lock_append(mag_arena *arena, const char *path, const mag_pack *pack,
                                mag_error *err) {
    mag_span old;
    MAG_TRY(read_lock(arena, path, &old, err));
    const char *lock = lock_path(arena, path);
    const char *partial =
        lock ? mag_arena_format(arena, "%s.partial-%ld", lock, (long)getpid()) : NULL;
    const char *line = mag_arena_format(arena, "%s %s %s\n", mag_pack_name(pack),
                                        mag_pack_version(pack), mag_pack_sha256(pack));
    if (!partial || !line)
        return mag_fail_memory(err, strlen(path));
    return replace(lock, partial, old, line, err);
}
