/* Manifests of a plan: the one that lies in a data folder, or those that sources name. */
#include "engine/plan_parts.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

static const char FOLDER_MANIFEST[] = "manifest.csv";

mag_status mag_plan_folder_manifest(mag_arena *arena, const char *folder,
                                    const mag_manifest **manifest, mag_error *err) {
    struct stat facts;
    *manifest = NULL;
    const char *path = mag_arena_format(arena, "%s/%s", folder, FOLDER_MANIFEST);
    if (path == NULL)
        return mag_fail_memory(err, strlen(folder));
    if (lstat(path, &facts) != 0 && errno == ENOENT)
        return MAG_OK;
    return mag_manifest_read(arena, path, manifest, err);
}

mag_status mag_plan_source_manifest(mag_arena *arena, const mag_plan_source *sources, size_t count,
                                    const char *path, const mag_manifest **manifest,
                                    mag_error *err) {
    for (size_t i = 0; i < count; i++)
        if (sources[i].manifest != NULL && strcmp(sources[i].manifest->path, path) == 0) {
            *manifest = sources[i].manifest;
            return MAG_OK;
        }
    return mag_manifest_read(arena, path, manifest, err);
}

mag_status mag_plan_take_manifests(mag_plan *plan, mag_error *err) {
    const mag_manifest *said = NULL;
    for (size_t i = 0; i < plan->source_count; i++) {
        const mag_manifest *manifest = plan->sources[i].manifest;
        if (manifest == NULL || manifest->data_until == MAG_MINUTE_NONE)
            continue;
        if (said != NULL && said->data_until != manifest->data_until) {
            mag_fail(err, MAG_E_USAGE, MAG_MSG_U202, "%s and %s differ in data_until", said->path,
                     manifest->path);
            mag_hint(err, "state data_until in the pipeline");
            return MAG_E_USAGE;
        }
        said = manifest;
    }
    if (said != NULL && plan->data_until == MAG_MINUTE_NONE)
        plan->data_until = said->data_until;
    return MAG_OK;
}

/* Two names of one file, or one name given twice. */
static bool is_same_file(const char *one, const char *other) {
    struct stat mine, theirs;
    if (strcmp(one, other) == 0)
        return true;
    return stat(one, &mine) == 0 && stat(other, &theirs) == 0 && mine.st_dev == theirs.st_dev &&
           mine.st_ino == theirs.st_ino;
}

/* A manifest knows names without folders: of two files with one name it describes one, and nobody
   could say which. Two sources may read the same file. */
static mag_status check_names(const mag_manifest *manifest, const char *const *paths, size_t count,
                              mag_error *err) {
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < i; k++) {
            const char *name = mag_source_file_name(paths[i]);
            if (strcmp(name, mag_source_file_name(paths[k])) != 0 ||
                is_same_file(paths[i], paths[k]))
                continue;
            mag_fail(err, MAG_E_INPUT, MAG_MSG_I111,
                     "%s has one line for %s, and two files of that name are read: %s and %s",
                     manifest->name, name, paths[k], paths[i]);
            mag_hint(err, "give the files names of their own, or each folder its manifest");
            return MAG_E_INPUT;
        }
    return MAG_OK;
}

/* The paths of all files of the sources that rely on the manifest. */
static mag_status paths_of(mag_arena *arena, const mag_plan *plan, const mag_manifest *manifest,
                           const char ***paths, size_t *count, mag_error *err) {
    size_t most = 0;
    for (size_t i = 0; i < plan->source_count; i++)
        most += plan->sources[i].path_count;
    *paths = mag_arena_alloc(arena, (most + 1) * sizeof **paths);
    *count = 0;
    if (*paths == NULL)
        return mag_fail_memory(err, most * sizeof **paths);
    for (size_t i = 0; i < plan->source_count; i++)
        for (size_t k = 0; k < plan->sources[i].path_count; k++)
            if (plan->sources[i].manifest == manifest)
                (*paths)[(*count)++] = plan->sources[i].paths[k];
    return MAG_OK;
}

/* Whether a source before the one at idx has the same manifest. */
static bool is_checked(const mag_plan *plan, size_t idx) {
    for (size_t i = 0; i < idx; i++)
        if (plan->sources[i].manifest == plan->sources[idx].manifest)
            return true;
    return false;
}

mag_status mag_plan_check_manifests(mag_arena *arena, const mag_plan *plan,
                                    const mag_plan_source **source, mag_error *err) {
    *source = NULL;
    for (size_t i = 0; i < plan->source_count; i++) {
        const char **names;
        size_t count;
        const mag_manifest *manifest = plan->sources[i].manifest;
        if (manifest == NULL || is_checked(plan, i))
            continue;
        *source = &plan->sources[i];
        MAG_TRY(paths_of(arena, plan, manifest, &names, &count, err));
        MAG_TRY(check_names(manifest, names, count, err));
        for (size_t k = 0; k < count; k++)
            names[k] = mag_source_file_name(names[k]);
        MAG_TRY(mag_manifest_check_set(manifest, names, count, err));
    }
    return MAG_OK;
}
