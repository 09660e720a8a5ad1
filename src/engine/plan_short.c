/* The short form: a profile, a folder, and the shipped pack. */
#include "engine/plan_parts.h"

#include "io/embedded.h"

#include <string.h>

static const char SHIPPED_PACK[] = "pipelines/packs/magnesium-safety.yaml";

static mag_status refuse_missing(const mag_plan_options *options, const mag_profile *profile,
                                 const mag_profile_table *table, mag_error *err) {
    const char *stem = mag_profile_table_file(table);
    mag_status status = mag_fail(err, MAG_E_USAGE, MAG_MSG_I112,
                                 "%s: no %s*.csv or %s*.csv.gz, which profile %s needs for %s",
                                 options->data_directory, stem, stem, profile->name,
                                 mag_table_kind_name(mag_profile_table_kind(table)));
    mag_hint(err, "check --data, or choose another --profile");
    return status;
}

/* The kind's name, unless another table of the kind has taken it. */
static const char *source_name(const mag_plan *plan, const mag_profile_table *table) {
    const char *name = mag_table_kind_name(mag_profile_table_kind(table));
    for (size_t i = 0; i < plan->source_count; i++)
        if (strcmp(plan->sources[i].name, name) == 0)
            return mag_profile_table_file(table);
    return name;
}

static mag_status add_table(mag_arena *arena, const mag_plan_options *options, mag_plan *plan,
                            mag_plan_source *source, mag_error *err) {
    MAG_TRY(mag_source_find_files(arena, options->data_directory,
                                  mag_profile_table_file(source->table), &source->paths,
                                  &source->path_count, err));
    if (source->path_count == 0 && mag_profile_table_is_required(source->table))
        return refuse_missing(options, source->profile, source->table, err);
    if (source->path_count == 0)
        return MAG_OK;
    source->name = source_name(plan, source->table);
    source->kind = mag_profile_table_kind(source->table);
    plan->source_count++;
    return MAG_OK;
}

static mag_status add_tables(mag_arena *arena, const mag_plan_options *options,
                             const mag_profile *profile, mag_plan *plan, mag_error *err) {
    const mag_manifest *manifest;
    MAG_TRY(mag_plan_folder_manifest(arena, options->data_directory, &manifest, err));
    mag_plan_source *sources = mag_arena_alloc(arena, (profile->table_count + 1) * sizeof *sources);
    if (sources == NULL)
        return mag_fail_memory(err, profile->table_count * sizeof *sources);
    plan->sources = sources;
    for (size_t i = 0; i < profile->table_count; i++) {
        mag_plan_source *source = &sources[plan->source_count];
        *source = (mag_plan_source){
            .profile = profile, .table = profile->tables[i], .manifest = manifest};
        MAG_TRY(add_table(arena, options, plan, source, err));
    }
    if (plan->source_count == 0)
        return mag_fail(err, MAG_E_USAGE, MAG_MSG_I112, "%s: no file of profile %s lies there",
                        options->data_directory, profile->name);
    return MAG_OK;
}

static mag_status fill(mag_arena *arena, const mag_plan_options *options, mag_plan *plan,
                       mag_error *err) {
    plan->profile_name = strchr(options->profile, '/') == NULL
                             ? mag_arena_text(arena, mag_span_of(options->profile))
                             : mag_plan_absolute(arena, options->profile);
    plan->data_directory = mag_plan_absolute(arena, options->data_directory);
    if (plan->profile_name == NULL || plan->data_directory == NULL)
        return mag_fail_memory(err, 1);
    plan->name = plan->profile_name;
    MAG_TRY(mag_plan_as_of(arena, options, plan, err));
    plan->sink_directory = options->out_directory;
    plan->memory_limit_nbytes = options->memory_limit_nbytes;
    plan->spill_directory = options->spill_directory;
    plan->strata_sex = plan->strata_age_band = true;
    plan->strata_renal_stage = plan->strata_site = true;
    plan->pack_name = SHIPPED_PACK;
    if (!mag_embedded_find(SHIPPED_PACK, &plan->pack_text))
        return mag_fail(err, MAG_E_INTERNAL, MAG_MSG_X701, "%s is not in this program",
                        SHIPPED_PACK);
    return MAG_OK;
}

mag_status mag_plan_short(mag_arena *arena, const mag_plan_options *options, const mag_plan **out,
                          mag_error *err) {
    const mag_profile *profile;
    mag_plan_said nothing = {0};
    mag_plan *plan = mag_arena_alloc(arena, sizeof *plan);
    if (plan == NULL)
        return mag_fail_memory(err, sizeof *plan);
    if (options->profile == NULL || options->data_directory == NULL)
        return mag_fail(err, MAG_E_USAGE, MAG_MSG_U201,
                        "without a pipeline file, --profile and --data are needed");
    MAG_TRY(mag_profile_load(arena, options->profile, &profile, err));
    MAG_TRY(fill(arena, options, plan, err));
    MAG_TRY(add_tables(arena, options, profile, plan, err));
    MAG_TRY(mag_plan_check_roster(plan, err));
    MAG_TRY(mag_plan_take_profiles(plan, &nothing, err));
    MAG_TRY(mag_plan_take_manifests(plan, err));
    const char *words = mag_arena_format(arena, "short form\npack %s", SHIPPED_PACK);
    if (words == NULL)
        return mag_fail_memory(err, 1);
    MAG_TRY(mag_plan_finish(plan, mag_span_of(words), err));
    *out = plan;
    return MAG_OK;
}
