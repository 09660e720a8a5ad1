/* The record is written again from its tree: our JSON is YAML, and what stands there without quotes
   (numbers, true, false, null) stays as it stands. */
#include "engine/release.h"

#include "io/json_writer.h"

#include <string.h>
#include <unistd.h>

/* Published, and somebody should know that it was not green (faults page 1.3). */
enum { EXIT_OF_A_RELEASED_RUN = 3 };

static mag_status refuse(const char *directory, const char *why, mag_error *err) {
    mag_fail(err, MAG_E_USAGE, MAG_MSG_P413, "%s: %s; nothing was changed", directory, why);
    mag_hint(err, "name the folder DIR.held that a held run has left");
    return MAG_E_USAGE;
}

mag_status mag_held_record_read(mag_arena *arena, const char *directory, mag_held_record *out,
                                mag_error *err) {
    const char *path = mag_arena_format(arena, "%s/run.json", directory);
    mag_span text;
    if (path == NULL)
        return mag_fail_memory(err, strlen(directory));
    if (access(path, R_OK) != 0)
        return refuse(directory, "there is no run.json that can be read", err);
    MAG_TRY(mag_yaml_read_file(arena, path, &text, err));
    MAG_TRY(mag_yaml_parse(arena, path, text, MAG_E_USAGE, &out->root, err));
    const char *program = mag_yaml_get_text(out->root, "program");
    out->run_id = mag_yaml_get_text(out->root, "run_id");
    out->as_of = mag_yaml_get_text(out->root, "as_of");
    out->state = mag_yaml_get_text(out->root, "state");
    out->result_sha256 = mag_yaml_get_text(out->root, "result_sha256");
    out->gates = mag_yaml_get(out->root, "gates");
    if (program == NULL || strcmp(program, "magscreen") != 0 || out->run_id == NULL ||
        out->as_of == NULL || out->state == NULL)
        return refuse(directory, "run.json is not one of magscreen", err);
    return MAG_OK;
}

mag_status mag_release_check_reason(const char *reason, mag_error *err) {
    enum { REASON_NBYTES = 500 };
    const mag_span text = mag_span_of(reason == NULL ? "" : reason);
    bool is_good =
        mag_span_trim(text).nbytes > 0 && text.nbytes <= REASON_NBYTES && mag_span_is_utf8(text);
    for (size_t i = 0; i < text.nbytes; i++)
        is_good &= (unsigned char)text.at[i] >= ' ' && text.at[i] != 0x7f;
    if (is_good)
        return MAG_OK;
    mag_fail(err, MAG_E_USAGE, MAG_MSG_P413, "a held run is released with a reason, of one line");
    mag_hint(err, "--reason TEXT says why the run is right; it is kept, so it names no patient");
    return MAG_E_USAGE;
}

static void copy_tree(mag_json *json, const mag_yaml *node);

static void copy_children(mag_json *json, const mag_yaml *node) {
    for (const mag_yaml *child = node->first; child != NULL; child = child->next) {
        if (child->key != NULL)
            mag_json_key(json, child->key);
        copy_tree(json, child);
    }
}

/* Depth is bounded by the parser. */
static void copy_tree(mag_json *json, const mag_yaml *node) {
    switch (node->kind) {
    case MAG_YAML_SCALAR:
        if (node->is_quoted)
            mag_json_text(json, mag_span_of(node->text));
        else
            mag_json_number(json, node->text);
        return;
    case MAG_YAML_SEQUENCE:
        mag_json_array(json);
        copy_children(json, node);
        mag_json_end_array(json);
        return;
    case MAG_YAML_MAPPING:
        mag_json_object(json);
        copy_children(json, node);
        mag_json_end_object(json);
        return;
    }
}

static void write_state(mag_json *json, const mag_release *release) {
    mag_json_key_text(json, "state", "published");
    mag_json_key(json, "released");
    mag_json_object(json);
    mag_json_key_text(json, "reason", release->reason);
    mag_json_key_text(json, "by", release->by);
    mag_json_key_text(json, "at", release->at);
    mag_json_end_object(json);
}

mag_status mag_release_record(const mag_held_record *record, const mag_release *release,
                              mag_text *out, mag_error *err) {
    mag_json json;
    mag_json_begin(&json, out, true);
    mag_json_object(&json);
    for (const mag_yaml *child = record->root->first; child != NULL; child = child->next) {
        if (strcmp(child->key, "state") == 0) {
            write_state(&json, release);
            continue;
        }
        if (strcmp(child->key, "exit_code") == 0) {
            mag_json_key_integer(&json, child->key, EXIT_OF_A_RELEASED_RUN);
            continue;
        }
        mag_json_key(&json, child->key);
        copy_tree(&json, child);
    }
    mag_json_end_object(&json);
    return mag_text_check(out, err);
}
