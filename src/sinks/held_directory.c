#include "sinks/held_directory.h"

#include "io/file_tree.h"
#include "sinks/csv_directory.h"

#include <string.h>

typedef struct releaser {
    mag_arena *arena;
    const char *held;
    bool is_forced;
    const mag_release *release;
    mag_held_publication *out;
} releaser;

static mag_status refuse(const char *place, const char *why, const char *hint, mag_error *err) {
    mag_fail(err, MAG_E_USAGE, MAG_MSG_P413, "%s: %s; nothing was changed", place, why);
    mag_hint(err, "%s", hint);
    return MAG_E_USAGE;
}

/* "out.held/" into "out.held" and "out". */
static mag_status split_name(releaser *to, const char *held, mag_error *err) {
    static const char suffix[] = ".held";
    size_t length = strlen(held);
    while (length > 1 && held[length - 1] == '/')
        length--;
    const size_t base = length < sizeof suffix ? 0 : length - (sizeof suffix - 1);
    if (base == 0 || held[base - 1] == '/' || strncmp(held + base, suffix, sizeof suffix - 1) != 0)
        return refuse(held, "is not named DIR.held",
                      "name the folder DIR.held that a held run has left", err);
    to->held = mag_arena_text(to->arena, (mag_span){held, length});
    to->out->target = mag_arena_text(to->arena, (mag_span){held, base});
    return to->held != NULL && to->out->target != NULL ? MAG_OK : mag_fail_memory(err, length);
}

/* What lies in DIR already: nothing of ours, this very run, or one that must not be turned back. */
static mag_status look_at_target(releaser *to, mag_error *err) {
    mag_held_record current = {0};
    mag_error unreported; /* what is no result is judged by the output directory */
    if (mag_held_record_read(to->arena, to->out->target, &current, &unreported) != MAG_OK)
        return MAG_OK;
    int order = strcmp(current.run_id, to->out->record.run_id);
    to->out->was_published_already = order == 0 && strcmp(current.state, "published") == 0;
    if (order <= 0)
        return MAG_OK;
    return refuse(to->out->target, "was written by a later run than the held one",
                  "an older run never takes the place of a newer one; screen again instead", err);
}

static mag_status fill(releaser *to, mag_output_dir *output, mag_error *err) {
    mag_text json;
    MAG_TRY(mag_output_dir_take(output, to->held, err));
    mag_text_init(&json, mag_arena_account(to->arena));
    mag_status status = mag_release_record(&to->out->record, to->release, &json, err);
    if (status == MAG_OK)
        status = mag_output_dir_write(output, "run.json", mag_text_span(&json), err);
    mag_text_done(&json);
    return status;
}

/* What is verified is what will be seen. */
static mag_status verify(releaser *to, mag_output_dir *output, mag_error *err) {
    const char *path = mag_output_dir_path(output, ".");
    if (path == NULL)
        return mag_fail_memory(err, 1);
    return mag_verify_directory(path, mag_arena_account(to->arena), NULL, NULL, &to->out->found,
                                err);
}

static void remove_held(releaser *to) {
    to->out->has_left_held = mag_file_tree_remove(to->held) != 0;
}

static mag_status publish(releaser *to, mag_error *err) {
    mag_output_dir *output;
    MAG_TRY(mag_output_dir_begin(&output, to->out->target, &mag_result_directory, to->is_forced,
                                 mag_arena_account(to->arena), err));
    mag_status status = fill(to, output, err);
    if (status == MAG_OK)
        status = verify(to, output, err);
    if (status != MAG_OK || !to->out->found.is_same) {
        mag_output_dir_abandon(output);
        return status;
    }
    MAG_TRY(mag_output_dir_end(output, MAG_OUTPUT_PUBLISHED, err));
    to->out->is_published = true;
    remove_held(to);
    return MAG_OK;
}

mag_status mag_held_directory_publish(mag_arena *arena, const char *held, bool force,
                                      const mag_release *release, mag_held_publication *out,
                                      mag_error *err) {
    releaser to = {.arena = arena, .is_forced = force, .release = release, .out = out};
    *out = (mag_held_publication){0};
    MAG_TRY(mag_release_check_reason(release->reason, err));
    MAG_TRY(split_name(&to, held, err));
    MAG_TRY(mag_held_record_read(arena, to.held, &out->record, err));
    if (strcmp(out->record.state, "held") != 0)
        return refuse(to.held, "holds a run that is not held",
                      "only a run that a red gate has held is released", err);
    MAG_TRY(look_at_target(&to, err));
    if (!out->was_published_already)
        return publish(&to, err);
    out->is_published = true;
    remove_held(&to);
    return MAG_OK;
}
