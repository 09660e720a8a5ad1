/* The life of a directory of results:

     DIR.partial-PID ──fsync──rename──▶ DIR | DIR.held | DIR.failed
                                        ▲ swapped if something is there; the old one is then removed

   Where the system cannot swap, the old one steps aside as DIR.old-PID; a crash in between is put
   right by the next run. */
#include "io/output_dir.h"

#include "io/file_copy.h"
#include "io/file_tree.h"
#include "io/io_fault.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { NAME_NBYTES = 256 }; /* of an entry, with its end */

struct mag_output_dir {
    mag_arena *arena; /* holds the handle itself */
    const char *dir;  /* without slashes at its end */
    const char *parent;
    const char *base; /* last part of dir */
    const char *partial, *aside;
    const mag_output_kind *kind;
    bool is_forced, has_partial;
};

static const char PARTIAL[] = ".partial-", ASIDE[] = ".old-";
static const char *const SUFFIXES[] = {"", ".held", ".failed"}; /* of a mag_output_end */

/* --- before the run ------------------------------------------------------------------------- */

static mag_status refuse(const char *place, const char *what, const char *hint, mag_error *err) {
    mag_fail(err, MAG_E_USAGE, MAG_MSG_P405, "%s: %s; nothing was written", place, what);
    mag_hint(err, "%s", hint);
    return MAG_E_USAGE;
}

static mag_status split_path(mag_output_dir *o, const char *dir, mag_error *err) {
    size_t length = strlen(dir);
    while (length > 1 && dir[length - 1] == '/')
        length--;
    char *kept = mag_arena_text(o->arena, (mag_span){dir, length});
    if (!kept)
        return mag_fail_memory(err, length);
    const char *slash = strrchr(kept, '/');
    o->dir = kept;
    o->base = slash ? slash + 1 : kept;
    size_t parent_length = slash == kept ? 1 : slash ? (size_t)(slash - kept) : 0;
    o->parent = slash ? mag_arena_text(o->arena, (mag_span){kept, parent_length}) : ".";
    o->partial = mag_arena_format(o->arena, "%s%s%ld", kept, PARTIAL, (long)getpid());
    o->aside = mag_arena_format(o->arena, "%s%s%ld", kept, ASIDE, (long)getpid());
    if (!o->parent || !o->partial || !o->aside)
        return mag_fail_memory(err, length);
    bool has_name = o->base[0] && strcmp(o->base, ".") != 0 && strcmp(o->base, "..") != 0;
    return has_name ? MAG_OK
                    : refuse(dir, "is not the name of a directory of its own",
                             "name a new directory, such as out", err);
}

static mag_status check_parent(const mag_output_dir *o, mag_error *err) {
    struct stat facts;
    if (stat(o->parent, &facts) != 0)
        return refuse(o->parent, "the parent of the output directory does not exist",
                      "create it, or name another --out", err);
    if (!S_ISDIR(facts.st_mode))
        return refuse(o->parent, "the parent of the output directory is not a directory",
                      "name another --out", err);
    if (access(o->parent, W_OK | X_OK) != 0)
        return refuse(o->parent, "the parent of the output directory is not writable",
                      "change its permissions, or name another --out", err);
    return MAG_OK;
}

static mag_status fail_link(const char *path, mag_error *err) {
    mag_fail(err, MAG_E_USAGE, MAG_MSG_S602,
             "%s: is a symbolic link, which is never followed; nothing was written", path);
    mag_hint(err, "name the directory itself");
    return MAG_E_USAGE;
}

static bool is_of_kind(const mag_output_kind *kind, int directory, const char *name) {
    struct stat facts;
    if (fstatat(directory, name, &facts, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG(facts.st_mode))
        return false;
    for (size_t i = 0; kind->names[i]; i++)
        if (fnmatch(kind->names[i], name, 0) == 0)
            return true;
    return false;
}

/* The first name, bytewise, of what is no file of this kind into stranger ("" = none). False if
   the directory cannot be read. */
static bool find_stranger(const mag_output_kind *kind, const char *path, char *stranger,
                          bool *has_mark) {
    DIR *directory = opendir(path);
    if (!directory)
        return false;
    *has_mark = false;
    stranger[0] = '\0';
    const struct dirent *entry;
    for (errno = 0; (entry = readdir(directory)) != NULL; errno = 0) {
        const char *name = entry->d_name;
        if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
            continue;
        bool is_ours = is_of_kind(kind, dirfd(directory), name);
        *has_mark |= is_ours && strcmp(name, kind->mark) == 0;
        if (!is_ours && (!stranger[0] || strcmp(name, stranger) < 0))
            snprintf(stranger, NAME_NBYTES, "%s", name);
    }
    int reason = errno;
    closedir(directory);
    errno = reason;
    return reason == 0;
}

/* What is about to be replaced, and so removed, must be what this program wrote: patients' files
   and other people's folders are not. */
static mag_status check_is_ours(const mag_output_dir *o, const char *path, mag_error *err) {
    static const char hint[] = "name another --out; it is never emptied for you";
    char stranger[NAME_NBYTES], what[NAME_NBYTES + 64];
    bool has_mark;
    if (mag_file_tree_is_empty(path))
        return MAG_OK;
    if (!find_stranger(o->kind, path, stranger, &has_mark))
        return errno == EACCES ? refuse(path, strerror(errno), "name another --out", err)
                               : mag_io_fail_open(path, "cannot be read", errno, err);
    if (stranger[0]) {
        snprintf(what, sizeof what, "holds files that magscreen did not write, such as \"%s\"",
                 stranger);
        return refuse(path, what, hint, err);
    }
    snprintf(what, sizeof what, "holds files that magscreen did not write (there is no %s)",
             o->kind->mark);
    return has_mark ? MAG_OK : refuse(path, what, hint, err);
}

/* An older DIR.held or DIR.failed, which a new one would replace. */
static mag_status check_ends(mag_output_dir *o, mag_error *err) {
    for (int end = MAG_OUTPUT_HELD; o->kind->has_ends && end <= MAG_OUTPUT_FAILED; end++) {
        const char *path = mag_arena_format(o->arena, "%s%s", o->dir, SUFFIXES[end]);
        struct stat facts;
        if (!path)
            return mag_fail_memory(err, strlen(o->dir));
        if (lstat(path, &facts) != 0)
            continue;
        if (!S_ISDIR(facts.st_mode))
            return refuse(path, "exists and is not a directory", "name another --out", err);
        MAG_TRY(check_is_ours(o, path, err));
    }
    return MAG_OK;
}

static mag_status check_target(const mag_output_dir *o, mag_error *err) {
    struct stat facts;
    if (lstat(o->dir, &facts) != 0)
        return errno == ENOENT ? MAG_OK
                               : refuse(o->dir, strerror(errno), "name another --out", err);
    if (S_ISLNK(facts.st_mode))
        return fail_link(o->dir, err);
    if (!S_ISDIR(facts.st_mode))
        return refuse(o->dir, "exists and is not a directory", "name another --out", err);
    if (!o->is_forced && !mag_file_tree_is_empty(o->dir))
        return refuse(o->dir, "exists and is not empty", "name another --out, or give --force",
                      err);
    return check_is_ours(o, o->dir, err);
}

/* A process that is gone, or this one: then it is left over from an earlier one of the same number.
 */
static bool is_left_over(const char *digits) {
    char *end;
    errno = 0;
    long pid = strtol(digits, &end, 10);
    if (digits[0] < '1' || digits[0] > '9' || *end || errno || pid != (pid_t)pid)
        return false;
    return pid == getpid() || (kill((pid_t)pid, 0) != 0 && errno == ESRCH);
}

static const char *after_prefix(const char *text, const char *prefix) {
    return strncmp(text, prefix, strlen(prefix)) == 0 ? text + strlen(prefix) : NULL;
}

/* One entry of the parent directory. */
static void clear_left_over(mag_output_dir *o, const char *name) {
    const char *tail = after_prefix(name, o->base);
    const char *partial_pid = tail ? after_prefix(tail, PARTIAL) : NULL;
    const char *aside_pid = tail ? after_prefix(tail, ASIDE) : NULL;
    const char *pid = partial_pid ? partial_pid : aside_pid;
    if (!pid || !is_left_over(pid))
        return;
    const char *path = mag_arena_format(o->arena, "%s/%s", o->parent, name);
    struct stat facts;
    if (path && aside_pid && lstat(o->dir, &facts) != 0 && errno == ENOENT)
        rename(path, o->dir); /* the crash came before the new one took its place */
    else if (path)
        mag_file_tree_remove(path);
}

static void clear_left_overs(mag_output_dir *o) {
    DIR *parent = opendir(o->parent);
    if (!parent)
        return;
    const struct dirent *entry;
    while ((entry = readdir(parent)) != NULL)
        clear_left_over(o, entry->d_name);
    closedir(parent);
}

/* The place is right, the machine cannot now. */
static bool has_no_room(int reason) {
    return reason == ENOSPC || reason == EDQUOT || reason == EIO || reason == ENOMEM;
}

static mag_status begin(mag_output_dir *o, const char *dir, mag_error *err) {
    MAG_TRY(split_path(o, dir, err));
    MAG_TRY(check_parent(o, err));
    clear_left_overs(o);
    MAG_TRY(check_target(o, err));
    MAG_TRY(check_ends(o, err));
    if (mkdir(o->partial, 0700) != 0)
        return has_no_room(errno) ? mag_io_fail_write(o->partial, errno, err)
                                  : refuse(o->partial, strerror(errno), "name another --out", err);
    o->has_partial = true;
    return MAG_OK;
}

mag_status mag_output_dir_begin(mag_output_dir **out, const char *dir, const mag_output_kind *kind,
                                bool force, mag_account *account, mag_error *err) {
    *out = NULL;
    mag_arena *arena = mag_arena_new(account);
    mag_output_dir *o = arena ? mag_arena_alloc(arena, sizeof *o) : NULL;
    if (!o) {
        mag_arena_free(arena);
        return mag_fail_memory(err, sizeof *o);
    }
    o->arena = arena;
    o->kind = kind;
    o->is_forced = force;
    mag_status status = begin(o, dir, err);
    if (status == MAG_OK)
        *out = o;
    else
        mag_output_dir_abandon(o);
    return status;
}

/* --- during the run ------------------------------------------------------------------------- */

const char *mag_output_dir_path(mag_output_dir *o, const char *name) {
    return mag_arena_format(o->arena, "%s/%s", o->partial, name);
}

void mag_output_dir_name(const mag_output_dir *o, mag_error *err) {
    char *at = strstr(err->text, o->partial);
    if (!at)
        return;
    const char *rest = at + strlen(o->partial);
    rest += strncmp(rest, "/./", 3) == 0 ? 2 : 0;
    memmove(at + strlen(o->dir), rest, strlen(rest) + 1); /* which the partial name begins with */
}

static int write_whole(int fd, mag_span content) {
    while (content.nbytes > 0) {
        ssize_t done = write(fd, content.at, content.nbytes);
        if (done < 0 && errno != EINTR)
            return -1;
        if (done > 0)
            content = (mag_span){content.at + done, content.nbytes - (size_t)done};
    }
    return fsync(fd);
}

mag_status mag_output_dir_write(mag_output_dir *o, const char *name, mag_span content,
                                mag_error *err) {
    const char *path = mag_output_dir_path(o, name);
    if (!path)
        return mag_fail_memory(err, strlen(name));
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return mag_io_fail_write(path, errno, err);
    int outcome = write_whole(fd, content);
    int reason = errno;
    if (close(fd) != 0 && outcome == 0) {
        outcome = -1;
        reason = errno;
    }
    return outcome == 0 ? MAG_OK : mag_io_fail_write(path, reason, err);
}

static mag_status take_file(mag_output_dir *o, const char *from, const char *name, mag_error *err) {
    const char *source = mag_arena_format(o->arena, "%s/%s", from, name);
    const char *target = mag_output_dir_path(o, name);
    if (!source || !target)
        return mag_fail_memory(err, strlen(from));
    return mag_file_link_or_copy(source, target) == 0 ? MAG_OK
                                                      : mag_io_fail_write(target, errno, err);
}

mag_status mag_output_dir_take(mag_output_dir *o, const char *from, mag_error *err) {
    DIR *directory = opendir(from);
    if (!directory)
        return refuse(from, strerror(errno), "name a directory that magscreen wrote", err);
    mag_status status = MAG_OK;
    const struct dirent *entry;
    while (status == MAG_OK && (entry = readdir(directory)) != NULL)
        if (is_of_kind(o->kind, dirfd(directory), entry->d_name) &&
            strcmp(entry->d_name, o->kind->mark) != 0)
            status = take_file(o, from, entry->d_name, err);
    closedir(directory);
    return status;
}

/* --- the end -------------------------------------------------------------------------------- */

/* In two steps, where the system cannot swap. */
static int step_aside(mag_output_dir *o, const char *target) {
    if (rename(target, o->aside) != 0)
        return -1;
    if (rename(o->partial, target) == 0)
        return mag_file_tree_remove(o->aside);
    int reason = errno;
    rename(o->aside, target);
    errno = reason;
    return -1;
}

static int replace(mag_output_dir *o, const char *target) {
    if (mag_file_tree_exchange(o->partial, target) == 0) {
        /* Published already: what cannot be removed now is left to the next run. */
        mag_file_tree_remove(o->partial);
        return 0;
    }
    return errno == ENOSYS || errno == EINVAL ? step_aside(o, target) : -1;
}

/* rename() itself takes the place of nothing or of an empty directory. */
static mag_status move_to(mag_output_dir *o, const char *target, bool may_replace, mag_error *err) {
    if (rename(o->partial, target) == 0)
        return MAG_OK;
    struct stat facts;
    bool is_there = lstat(target, &facts) == 0;
    if (is_there && S_ISLNK(facts.st_mode) && target == o->dir)
        return fail_link(target, err);
    int reason = errno;
    if (is_there && !may_replace)
        return refuse(target, "is not empty any more", "name another --out, or give --force", err);
    if (is_there && S_ISDIR(facts.st_mode))
        MAG_TRY(check_is_ours(o, target, err));
    if (is_there && replace(o, target) == 0)
        return MAG_OK;
    return mag_io_fail_write(target, is_there ? errno : reason, err);
}

static mag_status finish(mag_output_dir *o, mag_output_end end, mag_error *err) {
    const char *target = end == MAG_OUTPUT_PUBLISHED
                             ? o->dir
                             : mag_arena_format(o->arena, "%s%s", o->dir, SUFFIXES[end]);
    if (!target)
        return mag_fail_memory(err, strlen(o->dir));
    if (mag_file_tree_sync(o->partial) != 0)
        return mag_io_fail_write(o->partial, errno, err);
    MAG_TRY(move_to(o, target, o->is_forced || end != MAG_OUTPUT_PUBLISHED, err));
    /* The old result, where it could not be removed: it is tried once more. */
    o->has_partial = access(o->partial, F_OK) == 0;
    if (mag_file_tree_sync_entries(o->parent) == 0)
        return MAG_OK;
    mag_fail(err, MAG_E_RESOURCE, MAG_MSG_P403,
             "%s: was published whole, but its entry in %s could not be put on disk: %s", target,
             o->parent, strerror(errno));
    mag_hint(err, "if the machine stops now, the folder may be gone: run again");
    return MAG_E_RESOURCE;
}

mag_status mag_output_dir_end(mag_output_dir *o, mag_output_end end, mag_error *err) {
    mag_status status = finish(o, end, err);
    mag_output_dir_abandon(o);
    return status;
}

void mag_output_dir_abandon(mag_output_dir *o) {
    if (!o)
        return;
    if (o->has_partial)
        mag_file_tree_remove(o->partial);
    mag_arena_free(o->arena);
}
