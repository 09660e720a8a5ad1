/* Paths of a plan: relative to the pipeline file, with patterns. */
#define _XOPEN_SOURCE 700 /* realpath */

#include "engine/plan_parts.h"

#include "io/io_fault.h"

#include <errno.h>
#include <glob.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

const char *mag_plan_path(mag_arena *arena, const char *base, const char *path) {
    if (path[0] == '/' || strcmp(path, "-") == 0 || base[0] == '\0')
        return mag_arena_text(arena, mag_span_of(path));
    return mag_arena_format(arena, "%s/%s", base, path);
}

const char *mag_plan_absolute(mag_arena *arena, const char *path) {
    char *resolved = realpath(path, NULL);
    const char *absolute = mag_arena_text(arena, mag_span_of(resolved == NULL ? path : resolved));
    free(resolved);
    return absolute;
}

static int by_bytes(const void *a, const void *b) {
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static mag_status copy_paths(mag_arena *arena, const glob_t *found, const char *const **paths,
                             size_t *count, mag_error *err) {
    const char **list = mag_arena_alloc(arena, (found->gl_pathc + 1) * sizeof *list);
    if (list == NULL)
        return mag_fail_memory(err, found->gl_pathc * sizeof *list);
    for (size_t i = 0; i < found->gl_pathc; i++) {
        list[i] = mag_arena_text(arena, mag_span_of(found->gl_pathv[i]));
        if (list[i] == NULL)
            return mag_fail_memory(err, strlen(found->gl_pathv[i]));
    }
    qsort(list, found->gl_pathc, sizeof *list, by_bytes);
    *paths = list;
    *count = found->gl_pathc;
    return MAG_OK;
}

/* A folder that is there and cannot be listed: a file that is overlooked is patients missed in
   silence. */
static int stops_glob(const char *path, int reason) {
    (void)path;
    errno = reason;
    return reason != ENOENT && reason != ENOTDIR;
}

mag_status mag_plan_glob(mag_arena *arena, mag_plan_place place, const char *pattern,
                         const char *const **paths, size_t *count, mag_error *err) {
    glob_t found = {0};
    mag_status status;
    if (strcmp(pattern, "-") == 0) {
        char *names[] = {(char *)(uintptr_t)pattern, NULL};
        found.gl_pathc = 1;
        found.gl_pathv = names;
        return copy_paths(arena, &found, paths, count, err);
    }
    int result = glob(pattern, GLOB_NOSORT, stops_glob, &found);
    if (result == 0)
        status = copy_paths(arena, &found, paths, count, err);
    else if (result == GLOB_NOSPACE)
        status = mag_fail_memory(err, PATH_MAX);
    else if (result == GLOB_ABORTED)
        status = mag_io_fail_open(pattern, "cannot be listed", errno, err);
    else
        status = mag_fail(err, MAG_E_USAGE, MAG_MSG_I112, "%s:%u:%u: no file matches %s",
                          place.file, place.at->line, place.at->column, pattern);
    globfree(&found);
    return status;
}
