/* Where a run may not write: over, around or among what it reads. Publishing may replace a whole
   directory, so a wrong name would cost the patients' files. */
#define _XOPEN_SOURCE 700 /* realpath */

#include "engine/plan.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

static mag_status keep(mag_arena *arena, const char *folder, const char *name, const char **out,
                       mag_error *err) {
    bool is_root = strcmp(folder, "/") == 0;
    *out =
        mag_arena_format(arena, "%s%s%s", is_root && *name ? "" : folder, *name ? "/" : "", name);
    return *out ? MAG_OK : mag_fail_memory(err, PATH_MAX);
}

/* The real path of what may not exist yet; its parent does. NULL if it cannot be told. */
static mag_status real_target(mag_arena *arena, const char *path, const char **out,
                              mag_error *err) {
    char real[PATH_MAX];
    *out = NULL;
    if (realpath(path, real))
        return keep(arena, real, "", out, err);
    size_t length = strlen(path);
    while (length > 1 && path[length - 1] == '/')
        length--;
    size_t slash = length;
    while (slash > 0 && path[slash - 1] != '/')
        slash--;
    const char *parent = slash ? mag_arena_text(arena, (mag_span){path, slash}) : ".";
    const char *base = mag_arena_text(arena, (mag_span){path + slash, length - slash});
    if (!parent || !base)
        return mag_fail_memory(err, length);
    return realpath(parent, real) ? keep(arena, real, base, out, err) : MAG_OK;
}

/* Is path inside the folder? They are not the same. */
static bool is_within(const char *path, const char *folder) {
    size_t length = strcmp(folder, "/") == 0 ? 0 : strlen(folder);
    return strncmp(path, folder, length) == 0 && path[length] == '/';
}

/* Cuts the last part off. */
static void cut_to_folder(char *path) {
    char *slash = strrchr(path, '/');
    if (slash)
        slash[slash == path] = '\0';
}

typedef struct guarded {
    const char *what; /* "the source labs" */
    const char *file;
    bool is_inside_refused;
} guarded;

static mag_status refuse(const mag_plan *plan, const guarded *guard, const char *how,
                         mag_error *err) {
    mag_fail(err, MAG_E_USAGE, MAG_MSG_P405,
             "%.400s: the output directory %s the folder of %s; nothing was read or written",
             plan->sink_directory, how, guard->what);
    mag_hint(err, "name a folder of its own for the results, beside the one that is read");
    return MAG_E_USAGE;
}

static mag_status check_folder(const mag_plan *plan, const char *target, const guarded *guard,
                               const char *folder, mag_error *err) {
    if (strcmp(target, folder) == 0)
        return refuse(plan, guard, "is", err);
    if (is_within(folder, target))
        return refuse(plan, guard, "holds", err);
    if (guard->is_inside_refused && is_within(target, folder))
        return refuse(plan, guard, "lies inside", err);
    return MAG_OK;
}

/* A link counts where it lies and where it leads. What cannot be resolved is no file that could be
   lost. */
static mag_status check_file(mag_arena *arena, const mag_plan *plan, const char *target,
                             const guarded *guard, mag_error *err) {
    char real[PATH_MAX];
    if (realpath(guard->file, real)) {
        cut_to_folder(real);
        MAG_TRY(check_folder(plan, target, guard, real, err));
    }
    char *own = mag_arena_text(arena, mag_span_of(guard->file));
    if (!own)
        return mag_fail_memory(err, strlen(guard->file));
    cut_to_folder(own);
    bool has_folder = strchr(guard->file, '/') != NULL;
    if (!realpath(has_folder ? own : ".", real))
        return MAG_OK;
    return check_folder(plan, target, guard, real, err);
}

static mag_status check_sources(mag_arena *arena, const mag_plan *plan, const char *target,
                                mag_error *err) {
    for (size_t i = 0; i < plan->source_count; i++) {
        const mag_plan_source *source = &plan->sources[i];
        guarded guard = {mag_arena_format(arena, "source \"%s\"", source->name), NULL, true};
        if (!guard.what)
            return mag_fail_memory(err, strlen(source->name));
        for (size_t k = 0; k < source->path_count; k++) {
            guard.file = source->paths[k];
            if (strcmp(guard.file, "-") != 0)
                MAG_TRY(check_file(arena, plan, target, &guard, err));
        }
    }
    return MAG_OK;
}

mag_status mag_plan_check_output(mag_arena *arena, const mag_plan *plan, mag_error *err) {
    if (!plan->sink_directory)
        return MAG_OK;
    const char *target;
    MAG_TRY(real_target(arena, plan->sink_directory, &target, err));
    if (!target)
        return MAG_OK; /* the sink says what is wrong with the place */
    MAG_TRY(check_sources(arena, plan, target, err));
    if (!plan->pipeline_path)
        return MAG_OK;
    guarded pipeline = {"the pipeline file", plan->pipeline_path, false};
    guarded pack = {"the pack", plan->pack_name, false};
    MAG_TRY(check_file(arena, plan, target, &pipeline, err));
    return check_file(arena, plan, target, &pack, err);
}
