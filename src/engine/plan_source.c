/* The sources of a pipeline file, and what their profiles bring along. */
#include "base/utf8.h"
#include "cohort/gate.h"
#include "engine/plan_parts.h"

#include <string.h>

typedef struct source_reader {
    mag_arena *arena;
    const char *file, *folder;
    const mag_yaml *node;
    const mag_plan_source *sources; /* those before it */
    size_t source_count;
    mag_plan_source *source;
} source_reader;

static mag_plan_place at(const source_reader *reader, const mag_yaml *node) {
    return (mag_plan_place){reader->file, node};
}

static mag_status read_kind(source_reader *reader, mag_error *err) {
    const mag_yaml *kind = mag_yaml_get(reader->node, "kind");
    if (!mag_table_kind_find(mag_span_of(kind->text), &reader->source->kind))
        return mag_plan_fail(at(reader, kind), err, "there is no kind of source \"%.40s\"",
                             kind->text);
    return MAG_OK;
}

/* A shipped profile's name, or a file beside the pipeline if it holds a '/'. */
static mag_status read_profile(source_reader *reader, mag_error *err) {
    const mag_yaml *node = mag_yaml_get(reader->node, "profile");
    const char *name = node->text;
    if (strchr(name, '/') != NULL)
        name = mag_plan_path(reader->arena, reader->folder, name);
    if (name == NULL)
        return mag_fail_memory(err, strlen(node->text));
    mag_status status = mag_profile_load(reader->arena, name, &reader->source->profile, err);
    if (status != MAG_OK)
        mag_error_place(err, "%s:%u:%u", reader->file, node->line, node->column);
    return status;
}

/* The profile's table of the kind; if it has several, `table` says which. */
static mag_status find_table(source_reader *reader, mag_error *err) {
    mag_plan_source *source = reader->source;
    const char *wanted = mag_yaml_get_text(reader->node, "table");
    size_t found = 0;
    for (size_t i = 0; i < source->profile->table_count; i++) {
        const mag_profile_table *table = source->profile->tables[i];
        if (mag_profile_table_kind(table) != source->kind ||
            (wanted != NULL && strcmp(mag_profile_table_file(table), wanted) != 0))
            continue;
        source->table = table;
        found++;
    }
    if (found == 1)
        return MAG_OK;
    return mag_plan_fail(at(reader, reader->node), err,
                         found == 0 ? "profile %s has no such table of kind %s"
                                    : "profile %s has several tables of kind %s; add  table: NAME",
                         source->profile->name, mag_table_kind_name(source->kind));
}

static mag_status add_paths(mag_arena *arena, mag_plan_source *source, const char *const *more,
                            size_t count, mag_error *err) {
    size_t total = source->path_count + count;
    const char **paths = mag_arena_alloc(arena, (total + 1) * sizeof *paths);
    if (paths == NULL)
        return mag_fail_memory(err, total * sizeof *paths);
    if (source->path_count > 0)
        memcpy(paths, source->paths, source->path_count * sizeof *paths);
    memcpy(paths + source->path_count, more, count * sizeof *paths);
    source->paths = paths;
    source->path_count = total;
    return MAG_OK;
}

static mag_status read_paths(source_reader *reader, mag_error *err) {
    const mag_yaml *files = mag_yaml_get(reader->node, "files");
    if (files->count == 0)
        return mag_plan_fail(at(reader, files), err, "no files are named");
    for (const mag_yaml *item = files->first; item != NULL; item = item->next) {
        const char *const *more;
        size_t count;
        if (item->text == NULL)
            return mag_plan_fail(at(reader, item), err, "a file name is a text");
        const char *path = mag_plan_path(reader->arena, reader->folder, item->text);
        if (path == NULL)
            return mag_fail_memory(err, strlen(item->text));
        MAG_TRY(mag_plan_glob(reader->arena, at(reader, item), path, &more, &count, err));
        MAG_TRY(add_paths(reader->arena, reader->source, more, count, err));
    }
    return MAG_OK;
}

static mag_status read_manifest(source_reader *reader, mag_error *err) {
    const char *name = mag_yaml_get_text(reader->node, "manifest");
    if (name == NULL)
        return MAG_OK;
    const char *path = mag_plan_path(reader->arena, reader->folder, name);
    if (path == NULL)
        return mag_fail_memory(err, strlen(name));
    return mag_plan_source_manifest(reader->arena, reader->sources, reader->source_count, path,
                                    &reader->source->manifest, err);
}

/* Keys that say something about a table, or about files, and nothing about the other. */
static mag_status check_not_both(const source_reader *reader, bool is_table, mag_error *err) {
    static const char *const of_tables[] = {"view", "allow_row_security", "readers", NULL};
    static const char *const of_files[] = {"manifest", NULL};
    for (const char *const *key = is_table ? of_files : of_tables; *key != NULL; key++) {
        const mag_yaml *found = mag_yaml_get(reader->node, *key);
        if (found != NULL)
            return mag_plan_fail(at(reader, found), err, "`%s` belongs to a source with  %s", *key,
                                 is_table ? "files: [...]" : "postgres: CONNECTION");
    }
    return MAG_OK;
}

static mag_status read_reader_count(source_reader *reader, mag_error *err) {
    enum { MOST_READERS = 8 };
    const mag_yaml *node = mag_yaml_get(reader->node, "readers");
    if (node == NULL)
        return MAG_OK;
    const char digit = node->text[0];
    if (digit < '1' || digit > '0' + MOST_READERS || node->text[1] != '\0')
        return mag_plan_fail(at(reader, node), err, "readers is a number from 1 to 8");
    reader->source->reader_count = (unsigned)(digit - '0');
    return MAG_OK;
}

static mag_status read_database(source_reader *reader, const mag_yaml *node, mag_error *err) {
    mag_plan_source *source = reader->source;
    MAG_TRY(check_not_both(reader, true, err));
    MAG_TRY(mag_plan_conninfo(at(reader, node), &source->conninfo, err));
    MAG_TRY(read_reader_count(reader, err));
    source->policy_note = mag_yaml_get_text(reader->node, "allow_row_security");
    source->view = mag_yaml_get_text(reader->node, "view");
    if (source->view == NULL)
        source->view =
            mag_arena_format(reader->arena, "source.%s", mag_profile_table_file(source->table));
    return source->view == NULL ? mag_fail_memory(err, 1) : MAG_OK;
}

/* Files, or a table of a database. */
static mag_status read_place(source_reader *reader, mag_error *err) {
    const mag_yaml *database = mag_yaml_get(reader->node, "postgres");
    const mag_yaml *files = mag_yaml_get(reader->node, "files");
    if ((database == NULL) == (files == NULL))
        return mag_plan_fail(at(reader, reader->node), err,
                             "a source has  files: [...]  or  postgres: CONNECTION, one of them");
    if (database != NULL)
        return read_database(reader, database, err);
    MAG_TRY(check_not_both(reader, false, err));
    MAG_TRY(read_paths(reader, err));
    return read_manifest(reader, err);
}

static mag_status read_source(source_reader *reader, mag_error *err) {
    static const mag_yaml_field fields[] = {{"name", MAG_YAML_SCALAR, true, false},
                                            {"kind", MAG_YAML_SCALAR, true, false},
                                            {"profile", MAG_YAML_SCALAR, true, false},
                                            {"table", MAG_YAML_SCALAR, false, false},
                                            {"files", MAG_YAML_SEQUENCE, false, false},
                                            {"postgres", MAG_YAML_SCALAR, false, false},
                                            {"view", MAG_YAML_SCALAR, false, false},
                                            {"allow_row_security", MAG_YAML_SCALAR, false, false},
                                            {"readers", MAG_YAML_SCALAR, false, false},
                                            {"drop", MAG_YAML_SEQUENCE, false, false},
                                            {"manifest", MAG_YAML_SCALAR, false, false},
                                            {"gates", MAG_YAML_SEQUENCE, false, false},
                                            {0}};
    mag_plan_source *source = reader->source;
    MAG_TRY(mag_yaml_check(reader->node, reader->file, fields, MAG_E_USAGE, err));
    source->name = mag_yaml_get_text(reader->node, "name");
    MAG_TRY(read_kind(reader, err));
    MAG_TRY(read_profile(reader, err));
    MAG_TRY(find_table(reader, err));
    const mag_yaml *drop = mag_yaml_get(reader->node, "drop");
    if (drop != NULL)
        MAG_TRY(mag_profile_table_drop(reader->arena, reader->file, drop, source->table,
                                       &source->table, err));
    MAG_TRY(read_place(reader, err));
    const mag_yaml *gates = mag_yaml_get(reader->node, "gates");
    if (gates == NULL)
        return MAG_OK;
    return mag_gates_read(reader->arena, reader->file, gates, &source->gates, &source->gate_count,
                          err);
}

/* A name stands in messages, tables and records: one line of plain text, and never a path. */
static mag_status check_plain_name(const source_reader *reader, mag_error *err) {
    const mag_yaml *node = mag_yaml_get(reader->node, "name");
    mag_span rest = mag_span_of(node->text);
    bool is_plain = rest.nbytes > 0 && strchr(node->text, '/') == NULL;
    while (is_plain && rest.nbytes > 0) {
        uint32_t code;
        size_t length = mag_utf8_next(rest, &code);
        is_plain = length > 0 && !mag_utf8_is_control(code);
        rest = (mag_span){rest.at + length, rest.nbytes - length};
    }
    if (is_plain)
        return MAG_OK;
    mag_fail(err, MAG_E_USAGE, MAG_MSG_S602,
             "%s:%u:%u: the name of a source is plain text without '/' or control characters",
             reader->file, node->line, node->column);
    mag_hint(err, "name it lims, epma, roster ...; its files stand under  files: [...]");
    return MAG_E_USAGE;
}

/* Rows are counted under the name of their source. */
static mag_status check_name(const source_reader *reader, const mag_plan_source *sources,
                             size_t count, mag_error *err) {
    for (size_t i = 0; i < count; i++)
        if (strcmp(sources[i].name, reader->source->name) == 0)
            return mag_plan_fail(at(reader, reader->node), err, "two sources are named \"%.60s\"",
                                 sources[i].name);
    return MAG_OK;
}

mag_status mag_plan_sources(mag_arena *arena, mag_plan_place place, const char *folder,
                            mag_plan *plan, mag_error *err) {
    mag_plan_source *sources = mag_arena_alloc(arena, (place.at->count + 1) * sizeof *sources);
    if (sources == NULL)
        return mag_fail_memory(err, place.at->count * sizeof *sources);
    for (const mag_yaml *node = place.at->first; node != NULL; node = node->next) {
        source_reader reader = {.arena = arena,
                                .file = place.file,
                                .folder = folder,
                                .node = node,
                                .sources = sources,
                                .source_count = plan->source_count,
                                .source = &sources[plan->source_count]};
        MAG_TRY(read_source(&reader, err));
        MAG_TRY(check_plain_name(&reader, err));
        MAG_TRY(check_name(&reader, sources, plan->source_count, err));
        plan->source_count++;
    }
    plan->sources = sources;
    if (plan->source_count == 0)
        return mag_plan_fail(place, err, "a run needs at least one source");
    return MAG_OK;
}

mag_status mag_plan_check_roster(const mag_plan *plan, mag_error *err) {
    for (size_t i = 0; i < plan->source_count; i++)
        if (plan->sources[i].kind == MAG_TABLE_PATIENTS)
            return MAG_OK;
    mag_status status = mag_fail(err, MAG_E_USAGE, MAG_MSG_U202,
                                 "%s: no source of kind patients; without a roster nobody would "
                                 "be screened",
                                 plan->name);
    mag_hint(err, "add a source with  kind: patients  to `sources`");
    return status;
}

static const char *first_difference(const mag_profile *a, const mag_profile *b,
                                    const mag_plan_said *said) {
    if (a->absence != b->absence)
        return "absence";
    if (!said->history && a->history_days != b->history_days)
        return "history";
    if (!said->kidney && (a->kidney.formula != b->kidney.formula ||
                          a->kidney.weight_policy != b->kidney.weight_policy))
        return "kidney";
    if (!said->data_until && a->shifted_dates != b->shifted_dates)
        return "shifted_dates";
    const bool is_zone_same = strcmp(a->site_zone, b->site_zone) == 0;
    return said->site_zone || is_zone_same ? NULL : "site_zone";
}

mag_status mag_plan_take_profiles(mag_plan *plan, const mag_plan_said *said, mag_error *err) {
    const mag_profile *first = plan->sources[0].profile;
    for (size_t i = 1; i < plan->source_count; i++) {
        const mag_profile *other = plan->sources[i].profile;
        const char *difference = first_difference(first, other, said);
        if (difference != NULL)
            return mag_fail(err, MAG_E_USAGE, MAG_MSG_U202,
                            "profiles %s and %s differ in %s; one run needs one answer",
                            first->name, other->name, difference);
    }
    plan->site_zone = first->site_zone;
    plan->history_days = first->history_days;
    plan->absence = first->absence;
    plan->kidney = first->kidney;
    plan->data_until = first->shifted_dates ? MAG_MINUTE_OPEN : MAG_MINUTE_NONE;
    return MAG_OK;
}

mag_status mag_plan_finish(mag_plan *plan, mag_span text, mag_error *err) {
    const char *as_of = plan->as_of_text == NULL ? "" : plan->as_of_text;
    bool is_data_until_stated =
        plan->data_until != MAG_MINUTE_NONE && plan->data_until != MAG_MINUTE_OPEN;
    plan->is_freshness_judged = is_data_until_stated || strcmp(as_of, "yesterday") == 0;
    mag_sha256 *hash = mag_sha256_new();
    if (hash == NULL)
        return mag_fail_memory(err, sizeof plan->config_sha256);
    mag_sha256_add(hash, text);
    mag_sha256_add(hash, mag_span_of("\nas_of "));
    mag_sha256_add(hash, mag_span_of(as_of));
    if (plan->series_text != NULL) {
        mag_sha256_add(hash, mag_span_of("\nseries "));
        mag_sha256_add(hash, mag_span_of(plan->series_text));
    }
    for (size_t i = 0; i < plan->source_count; i++) {
        mag_sha256_add(hash, mag_span_of("\nprofile "));
        mag_sha256_add(hash, mag_span_of(plan->sources[i].profile->sha256));
    }
    mag_sha256_end(hash, plan->config_sha256);
    return MAG_OK;
}
