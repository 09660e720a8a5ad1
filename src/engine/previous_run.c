/* The record is read as YAML, which every JSON of ours is. What it says is not trusted: a figure
   that is none makes the record a damaged one. */
#include "engine/previous_run.h"

#include "io/yaml_tree.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static mag_status refuse(const mag_previous_run *run, mag_error *err, const char *why) {
    mag_fail(err, MAG_E_USAGE, MAG_MSG_P412, "%s: is no earlier published run: %s", run->name, why);
    mag_hint(err, run->is_folder ? "--previous takes the folder that an earlier run published, "
                                   "such as yesterday's"
                                 : "table magscreen.run holds the record: it was changed by hand");
    return MAG_E_USAGE;
}

static bool read_count(const mag_yaml *at, uint64_t *value) {
    char *end;
    if (at->kind != MAG_YAML_SCALAR || at->is_quoted || at->text[0] < '0' || at->text[0] > '9')
        return false;
    errno = 0;
    unsigned long long read = strtoull(at->text, &end, 10);
    *value = read;
    return errno == 0 && *end == '\0' && read <= INT64_MAX;
}

/* At most MAG_TRACKED_RUNS figures; *count how many. */
static bool read_counts(const mag_yaml *list, uint64_t *values, size_t *count) {
    *count = 0;
    if (list == NULL || list->kind != MAG_YAML_SEQUENCE)
        return false;
    for (const mag_yaml *item = list->first; item != NULL; item = item->next)
        if (*count == MAG_TRACKED_RUNS || !read_count(item, &values[(*count)++]))
            return false;
    return true;
}

static const char *text_or_empty(const mag_yaml *mapping, const char *key) {
    const char *text = mag_yaml_get_text(mapping, key);
    return text == NULL ? "" : text;
}

static bool read_tracked(const mag_yaml *item, mag_tracked *out) {
    size_t among_count;
    *out = (mag_tracked){.source = text_or_empty(item, "source"),
                         .name = text_or_empty(item, "name"),
                         .label = "",
                         .basis = text_or_empty(item, "basis")};
    if (!mag_tracked_kind_find(mag_yaml_get_text(item, "of"), &out->kind) ||
        !read_counts(mag_yaml_get(item, "values"), out->values, &out->count) || out->count == 0)
        return false;
    return out->kind != MAG_TRACKED_RULE ||
           (read_counts(mag_yaml_get(item, "among"), out->among, &among_count) &&
            among_count == out->count);
}

static mag_status read_list(mag_arena *arena, const mag_yaml *list, mag_previous_run *run,
                            mag_error *err) {
    if (list == NULL)
        return MAG_OK;
    if (list->kind != MAG_YAML_SEQUENCE)
        return refuse(run, err, "the list of tracked figures is damaged");
    mag_tracked *tracked = mag_arena_alloc(arena, (list->count + 1) * sizeof *tracked);
    if (tracked == NULL)
        return mag_fail_memory(err, list->count * sizeof *tracked);
    for (const mag_yaml *item = list->first; item != NULL; item = item->next)
        if (!read_tracked(item, &tracked[run->tracked_count++]))
            return refuse(run, err, "the list of tracked figures is damaged");
    /* Somebody has looked at a released run and found it right: history begins anew with it. */
    for (size_t i = 0; run->is_released && i < run->tracked_count; i++)
        tracked[i].count = 1;
    run->tracked = tracked;
    run->has_tracked = true;
    return MAG_OK;
}

static mag_status read_history(const mag_yaml *root, mag_previous_run *run, mag_error *err) {
    const mag_yaml *settings = mag_yaml_get(root, "settings");
    const mag_yaml *days = mag_yaml_get(settings, "history_days");
    uint64_t count = 0;
    if (days == NULL || days->kind != MAG_YAML_SCALAR)
        return refuse(run, err, "its settings are missing");
    if (strcmp(days->text, "null") != 0 && (!read_count(days, &count) || count > INT32_MAX))
        return refuse(run, err, "its settings are damaged");
    run->history_days = (int32_t)count;
    return MAG_OK;
}

/* The last field of the H line. */
static const char *settings_of(const char *digest_header) {
    const char *tab = digest_header == NULL ? NULL : strrchr(digest_header, '\t');
    return tab == NULL ? "" : tab + 1;
}

/* Of a run that kept one. */
static mag_status read_ledger(const mag_yaml *ledger, mag_previous_run *run, mag_error *err) {
    if (ledger == NULL)
        return MAG_OK;
    const mag_yaml *episodes = mag_yaml_get(ledger, "episodes");
    if (episodes == NULL || !read_count(episodes, &run->episode_count))
        return refuse(run, err, "its count of episodes is damaged");
    run->has_ledger = true;
    return MAG_OK;
}

static mag_status read_root(mag_arena *arena, const mag_yaml *root, mag_previous_run *run,
                            mag_error *err) {
    const char *program = mag_yaml_get_text(root, "program");
    const char *state = mag_yaml_get_text(root, "state");
    char why[128];
    if (program == NULL || strcmp(program, "magscreen") != 0 || state == NULL)
        return refuse(run, err, "run.json is not one of magscreen");
    if (strcmp(state, "published") != 0) {
        snprintf(why, sizeof why, "its state is \"%.60s\"", state);
        return refuse(run, err, why);
    }
    run->run_id = mag_yaml_get_text(root, "run_id");
    run->as_of = mag_yaml_get_text(root, "as_of");
    run->result_sha256 = mag_yaml_get_text(root, "result_sha256");
    if (run->run_id == NULL || run->as_of == NULL || run->result_sha256 == NULL)
        return refuse(run, err, "run.json has no run_id, as_of or result_sha256");
    const mag_yaml *pack = mag_yaml_get(root, "pack");
    run->pack_name = text_or_empty(pack, "name");
    run->pack_version = text_or_empty(pack, "version");
    run->pack_sha256 = text_or_empty(pack, "sha256");
    run->settings_sha256 = settings_of(mag_yaml_get_text(root, "digest_header"));
    run->is_released = mag_yaml_get(root, "released") != NULL;
    MAG_TRY(read_history(root, run, err));
    MAG_TRY(read_ledger(mag_yaml_get(root, "ledger"), run, err));
    return read_list(arena, mag_yaml_get(root, "tracked"), run, err);
}

static mag_status parse(mag_arena *arena, mag_span text, mag_previous_run *run, mag_error *err) {
    const mag_yaml *root;
    mag_error cause;
    mag_status status = mag_yaml_parse(arena, run->name, text, MAG_E_USAGE, &root, &cause);
    if (status == MAG_E_RESOURCE) {
        if (err != NULL)
            *err = cause;
        return status;
    }
    if (status != MAG_OK || root->kind != MAG_YAML_MAPPING)
        return refuse(run, err, "run.json cannot be parsed");
    return read_root(arena, root, run, err);
}

mag_status mag_previous_run_parse(mag_arena *arena, const char *name, mag_span text,
                                  const mag_previous_run **out, mag_error *err) {
    mag_previous_run *run = mag_arena_alloc(arena, sizeof *run);
    if (run == NULL)
        return mag_fail_memory(err, sizeof *run);
    run->name = name;
    *out = run;
    return parse(arena, text, run, err);
}

mag_status mag_previous_run_read(mag_arena *arena, const char *directory,
                                 const mag_previous_run **out, mag_error *err) {
    mag_previous_run *run = mag_arena_alloc(arena, sizeof *run);
    const char *path = mag_arena_format(arena, "%s/run.json", directory);
    mag_span text;
    if (run == NULL || path == NULL)
        return mag_fail_memory(err, sizeof *run);
    run->name = directory;
    run->is_folder = true;
    if (access(path, R_OK) != 0)
        return refuse(run, err, "there is no run.json that can be read");
    MAG_TRY(mag_yaml_read_file(arena, path, &text, err));
    MAG_TRY(parse(arena, text, run, err));
    *out = run;
    return MAG_OK;
}

/* "2025-12-31" is the end of that day. */
static void last_minute(const char *as_of, char out[32]) {
    const bool is_day = strlen(as_of) == sizeof "2025-12-31" - 1;
    snprintf(out, 32, "%.16s%s", as_of, is_day ? "T23:59" : "");
}

static bool has_time(const char *as_of) {
    return strcmp(as_of, "latest") != 0;
}

static int compare_times(const char *a, const char *b) {
    char left[32], right[32];
    last_minute(a, left);
    last_minute(b, right);
    return strcmp(left, right);
}

bool mag_previous_run_is_same_time(const mag_previous_run *previous, const char *as_of) {
    return has_time(previous->as_of) && has_time(as_of) &&
           compare_times(previous->as_of, as_of) == 0;
}

mag_status mag_previous_run_check_as_of(const mag_previous_run *previous, const char *as_of,
                                        mag_error *err) {
    if (!has_time(previous->as_of) || !has_time(as_of) ||
        compare_times(previous->as_of, as_of) <= 0)
        return MAG_OK;
    mag_fail(err, MAG_E_INPUT, MAG_MSG_P414,
             "%s: the previous run is as of %s, later than this one's %s", previous->name,
             previous->as_of, as_of);
    mag_hint(err, "name a run of an earlier time with --previous");
    return MAG_E_INPUT;
}

mag_status mag_previous_run_check_pack(const mag_previous_run *previous, const mag_pack *pack,
                                       mag_error *err) {
    if (strcmp(previous->pack_name, mag_pack_name(pack)) != 0 ||
        strcmp(previous->pack_version, mag_pack_version(pack)) != 0 ||
        strcmp(previous->pack_sha256, mag_pack_sha256(pack)) == 0)
        return MAG_OK;
    mag_fail(err, MAG_E_RULES, MAG_MSG_R507,
             "%s: the previous run had another content of %s %s; nothing was read", previous->name,
             previous->pack_name, previous->pack_version);
    mag_hint(err, "give the changed pack a new version; run.json names the digest of the earlier");
    return MAG_E_RULES;
}
