/* The pipeline file: strict keys, positions in every fault, paths relative to the file. */
#include "cohort/gate.h"
#include "engine/plan_parts.h"
#include "io/embedded.h"

#include "base/text.h"

#include <string.h>

typedef struct plan_reader {
    mag_arena *arena;
    const char *file;   /* as given, for messages */
    const char *folder; /* of the file, absolute */
    const mag_yaml *root;
    mag_span text;
    mag_plan *plan;
} plan_reader;

static const mag_yaml_field PLAN_FIELDS[] = {
    {"name", MAG_YAML_SCALAR, true, false},          {"as_of", MAG_YAML_SCALAR, false, false},
    {"data_until", MAG_YAML_SCALAR, false, false},   {"site_zone", MAG_YAML_SCALAR, false, false},
    {"history", MAG_YAML_SCALAR, false, false},      {"kidney", MAG_YAML_MAPPING, false, false},
    {"sources", MAG_YAML_SEQUENCE, true, false},     {"pack", MAG_YAML_SCALAR, true, false},
    {"parameters", MAG_YAML_SEQUENCE, false, false}, {"limits", MAG_YAML_SEQUENCE, false, false},
    {"strata", MAG_YAML_SEQUENCE, false, false},     {"sink", MAG_YAML_MAPPING, false, false},
    {"memory_limit", MAG_YAML_SCALAR, false, false}, {"spill_dir", MAG_YAML_SCALAR, false, false},
    {"gates", MAG_YAML_SEQUENCE, false, false},      {0}};

static mag_plan_place at(const plan_reader *reader, const mag_yaml *node) {
    return (mag_plan_place){reader->file, node};
}

static mag_status read_file(plan_reader *reader, const char *path, mag_error *err) {
    reader->file = path;
    MAG_TRY(mag_yaml_read_trusted(reader->arena, path, &reader->text, err));
    const char *absolute = mag_plan_absolute(reader->arena, path);
    if (absolute == NULL)
        return mag_fail_memory(err, strlen(path));
    const char *slash = strrchr(absolute, '/');
    mag_span folder = {absolute, slash == NULL ? 0 : (size_t)(slash - absolute)};
    reader->folder = mag_arena_text(reader->arena, folder);
    reader->plan->pipeline_path = absolute;
    if (reader->folder == NULL)
        return mag_fail_memory(err, folder.nbytes);
    return mag_yaml_parse(reader->arena, path, reader->text, MAG_E_USAGE, &reader->root, err);
}

static mag_status check_items(const plan_reader *reader, const mag_yaml *list,
                              const mag_yaml_field *fields, mag_error *err) {
    for (const mag_yaml *item = list == NULL ? NULL : list->first; item != NULL; item = item->next)
        MAG_TRY(mag_yaml_check(item, reader->file, fields, MAG_E_USAGE, err));
    return MAG_OK;
}

/* Parameters and limits that replace the pack's; each says why. */
static mag_status read_overrides(plan_reader *reader, mag_error *err) {
    static const mag_yaml_field parameter_fields[] = {{"name", MAG_YAML_SCALAR, true, false},
                                                      {"value", MAG_YAML_SCALAR, true, false},
                                                      {"note", MAG_YAML_SCALAR, true, false},
                                                      {0}};
    static const mag_yaml_field limit_fields[] = {{"name", MAG_YAML_SCALAR, true, false},
                                                  {"molar", MAG_YAML_SCALAR, false, false},
                                                  {"mass", MAG_YAML_SCALAR, false, false},
                                                  {"note", MAG_YAML_SCALAR, true, false},
                                                  {0}};
    const mag_yaml *lists[] = {mag_yaml_get(reader->root, "parameters"),
                               mag_yaml_get(reader->root, "limits")};
    MAG_TRY(check_items(reader, lists[0], parameter_fields, err));
    MAG_TRY(check_items(reader, lists[1], limit_fields, err));
    size_t count =
        (lists[0] == NULL ? 0 : lists[0]->count) + (lists[1] == NULL ? 0 : lists[1]->count);
    mag_override *overrides = mag_arena_alloc(reader->arena, (count + 1) * sizeof *overrides);
    if (overrides == NULL)
        return mag_fail_memory(err, count * sizeof *overrides);
    for (size_t i = 0; i < 2; i++)
        for (const mag_yaml *item = lists[i] == NULL ? NULL : lists[i]->first; item != NULL;
             item = item->next)
            overrides[reader->plan->override_count++] =
                (mag_override){.name = mag_yaml_get_text(item, "name"),
                               .value = mag_yaml_get_text(item, "value"),
                               .molar = mag_yaml_get_text(item, "molar"),
                               .mass = mag_yaml_get_text(item, "mass"),
                               .note = mag_yaml_get_text(item, "note")};
    reader->plan->overrides = overrides;
    return MAG_OK;
}

static mag_status read_strata(plan_reader *reader, mag_error *err) {
    mag_plan *plan = reader->plan;
    const mag_yaml *list = mag_yaml_get(reader->root, "strata");
    struct stratum {
        const char *name;
        bool *is_asked;
    } strata[] = {{"sex", &plan->strata_sex},
                  {"age_band", &plan->strata_age_band},
                  {"renal_stage", &plan->strata_renal_stage},
                  {"site", &plan->strata_site}};
    for (size_t i = 0; i < 4; i++)
        *strata[i].is_asked = list == NULL;
    for (const mag_yaml *item = list == NULL ? NULL : list->first; item != NULL;
         item = item->next) {
        size_t i = 0;
        while (i < 4 && (item->text == NULL || strcmp(strata[i].name, item->text) != 0))
            i++;
        if (i == 4)
            return mag_plan_fail(at(reader, item), err,
                                 "a stratum is sex, age_band, renal_stage or site");
        *strata[i].is_asked = true;
    }
    return MAG_OK;
}

static mag_status read_sink(plan_reader *reader, mag_error *err) {
    static const mag_yaml_field fields[] = {{"directory", MAG_YAML_SCALAR, false, false},
                                            {"postgres", MAG_YAML_SCALAR, false, false},
                                            {0}};
    const mag_yaml *sink = mag_yaml_get(reader->root, "sink");
    if (sink == NULL)
        return MAG_OK;
    MAG_TRY(mag_yaml_check(sink, reader->file, fields, MAG_E_USAGE, err));
    const char *directory = mag_yaml_get_text(sink, "directory");
    const char *postgres = mag_yaml_get_text(sink, "postgres");
    if ((directory == NULL) == (postgres == NULL))
        return mag_plan_fail(at(reader, sink), err,
                             "a sink is a directory or a postgres connection, one of them");
    if (postgres != NULL)
        return mag_plan_conninfo(at(reader, mag_yaml_get(sink, "postgres")),
                                 &reader->plan->sink_postgres, err);
    reader->plan->sink_directory = mag_plan_path(reader->arena, reader->folder, directory);
    return reader->plan->sink_directory == NULL ? mag_fail_memory(err, 1) : MAG_OK;
}

static mag_status read_gates(plan_reader *reader, mag_error *err) {
    const mag_yaml *gates = mag_yaml_get(reader->root, "gates");
    if (gates == NULL)
        return MAG_OK;
    return mag_gates_read_run(reader->arena, reader->file, gates, &reader->plan->gates,
                              &reader->plan->gate_count, err);
}

static mag_status read_profile_settings(plan_reader *reader, mag_error *err) {
    mag_plan *plan = reader->plan;
    const mag_yaml *root = reader->root;
    const mag_yaml *history = mag_yaml_get(root, "history");
    const mag_yaml *kidney = mag_yaml_get(root, "kidney");
    const mag_yaml *data_until = mag_yaml_get(root, "data_until");
    const mag_yaml *site_zone = mag_yaml_get(root, "site_zone");
    mag_plan_said said = {.history = history != NULL,
                          .kidney = kidney != NULL,
                          .site_zone = site_zone != NULL,
                          .data_until = data_until != NULL};
    if (site_zone != NULL && !mag_profile_is_zone(site_zone->text))
        return mag_plan_fail(at(reader, site_zone), err,
                             "site_zone is no name of a zone, such as Europe/London");
    MAG_TRY(mag_plan_take_profiles(plan, &said, err));
    if (site_zone != NULL)
        plan->site_zone = site_zone->text;
    if (history != NULL)
        MAG_TRY(mag_plan_history(at(reader, history), &plan->history_days, err));
    if (kidney != NULL)
        MAG_TRY(mag_plan_kidney(at(reader, kidney), &plan->kidney, err));
    if (data_until != NULL)
        return mag_plan_minute(at(reader, data_until), &plan->data_until, err);
    return mag_plan_take_manifests(plan, err);
}

/* A bare name is a shipped pack, a name with a folder or .yaml is a file. */
static mag_status read_pack(plan_reader *reader, mag_error *err) {
    mag_plan *plan = reader->plan;
    const char *name = mag_yaml_get_text(reader->root, "pack");
    const char *shipped = mag_arena_format(reader->arena, "pipelines/packs/%s.yaml", name);
    const char *path = mag_plan_path(reader->arena, reader->folder, name);
    if (path == NULL || shipped == NULL)
        return mag_fail_memory(err, 1);
    plan->pack_name = shipped;
    if (strchr(name, '/') == NULL && mag_embedded_find(shipped, &plan->pack_text))
        return MAG_OK;
    plan->pack_name = path;
    return mag_yaml_read_trusted(reader->arena, path, &plan->pack_text, err);
}

static mag_status apply_options(plan_reader *reader, const mag_plan_options *options,
                                mag_error *err) {
    mag_plan *plan = reader->plan;
    const mag_yaml *memory_limit = mag_yaml_get(reader->root, "memory_limit");
    plan->name = mag_yaml_get_text(reader->root, "name");
    plan->as_of_text = mag_yaml_get_text(reader->root, "as_of");
    if (memory_limit != NULL)
        MAG_TRY(mag_plan_size(at(reader, memory_limit), &plan->memory_limit_nbytes, err));
    MAG_TRY(mag_plan_as_of(reader->arena, options, plan, err));
    if (options->out_directory != NULL) {
        plan->sink_directory = options->out_directory;
        plan->sink_postgres = NULL;
    }
    if (options->memory_limit_nbytes != 0)
        plan->memory_limit_nbytes = options->memory_limit_nbytes;
    plan->spill_directory = options->spill_directory;
    const char *spill_dir = mag_yaml_get_text(reader->root, "spill_dir");
    if (plan->spill_directory == NULL && spill_dir != NULL) {
        plan->spill_directory = mag_plan_path(reader->arena, reader->folder, spill_dir);
        if (plan->spill_directory == NULL)
            return mag_fail_memory(err, strlen(spill_dir));
    }
    return MAG_OK;
}

mag_status mag_plan_read(mag_arena *arena, const char *path, const mag_plan_options *options,
                         const mag_plan **out, mag_error *err) {
    static const mag_plan_options none = {0};
    plan_reader reader = {.arena = arena, .plan = mag_arena_alloc(arena, sizeof(mag_plan))};
    if (reader.plan == NULL)
        return mag_fail_memory(err, sizeof(mag_plan));
    MAG_TRY(read_file(&reader, path, err));
    MAG_TRY(mag_yaml_check(reader.root, path, PLAN_FIELDS, MAG_E_USAGE, err));
    MAG_TRY(read_overrides(&reader, err));
    MAG_TRY(read_strata(&reader, err));
    MAG_TRY(read_sink(&reader, err));
    MAG_TRY(read_gates(&reader, err));
    MAG_TRY(apply_options(&reader, options == NULL ? &none : options, err));
    mag_plan_place sources = at(&reader, mag_yaml_get(reader.root, "sources"));
    MAG_TRY(mag_plan_sources(arena, sources, reader.folder, reader.plan, err));
    MAG_TRY(mag_plan_check_roster(reader.plan, err));
    MAG_TRY(read_profile_settings(&reader, err));
    MAG_TRY(read_pack(&reader, err));
    MAG_TRY(mag_plan_finish(reader.plan, reader.text, err));
    *out = reader.plan;
    return MAG_OK;
}
