/* Profiles from YAML: the keys of the file, the tables below them in profile_read_table.c. */
#include "cohort/gate.h"
#include "cohort/profile_read.h"
#include "io/embedded.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- names -------------------------------------------------------------------------------------
 */

static const char *const TABLE_NAMES[MAG_TABLE_KIND_COUNT] = {
    "patients", "labs", "prescriptions", "conditions", "stays", "measurements",
};
static const char TABLE_LETTERS[MAG_TABLE_KIND_COUNT + 1] = "PLRCSM";

const char *mag_table_kind_name(mag_table_kind kind) {
    return TABLE_NAMES[kind];
}

bool mag_table_kind_find(mag_span name, mag_table_kind *kind) {
    for (int i = 0; i < MAG_TABLE_KIND_COUNT; i++)
        if (mag_span_is(name, TABLE_NAMES[i])) {
            *kind = (mag_table_kind)i;
            return true;
        }
    return false;
}

static const struct {
    const char *name, *tables, *required;
} FIELDS[MAG_FIELD_COUNT] = {
#define MAG_FIELD(id, name, tables, required) [MAG_FIELD_##id] = {name, tables, required},
#include "cohort/field.def"
#undef MAG_FIELD
};

const char *mag_field_name(mag_field field) {
    return FIELDS[field].name;
}

bool mag_field_is_of(mag_field field, mag_table_kind kind) {
    return strchr(FIELDS[field].tables, TABLE_LETTERS[kind]) != NULL;
}

bool mag_field_is_required(mag_field field, mag_table_kind kind) {
    return strchr(FIELDS[field].required, TABLE_LETTERS[kind]) != NULL;
}

mag_table_kind mag_profile_table_kind(const mag_profile_table *table) {
    return table->kind;
}

const char *mag_profile_table_file(const mag_profile_table *table) {
    return table->file;
}

bool mag_profile_table_is_required(const mag_profile_table *table) {
    return table->is_required;
}

/* --- help for readers ----------------------------------------------------------------------------
 */

mag_status mag_profile_fail(const mag_profile_reader *reader, const mag_yaml *at, mag_error *err,
                            const char *what, const char *text) {
    return mag_fail(err, MAG_E_USAGE, MAG_MSG_U202, "%s:%u:%u: %s \"%.80s\"", reader->file,
                    at->line, at->column, what, text);
}

mag_status mag_profile_choice(const mag_profile_reader *reader, const mag_yaml *at,
                              const char *const *names, int *choice, mag_error *err) {
    for (int i = 0; names[i]; i++)
        if (strcmp(at->text, names[i]) == 0) {
            *choice = i;
            return MAG_OK;
        }
    mag_profile_fail(reader, at, err, "unknown choice", at->text);
    const char *nearest = mag_nearest_name(at->text, names);
    mag_hint(err, "did you mean \"%s\"?", nearest ? nearest : names[0]);
    return MAG_E_USAGE;
}

mag_status mag_profile_bool(const mag_profile_reader *reader, const mag_yaml *at, bool *value,
                            mag_error *err) {
    static const char *const words[] = {"false", "true", NULL};
    int choice = *value;
    if (at)
        MAG_TRY(mag_profile_choice(reader, at, words, &choice, err));
    *value = choice != 0;
    return MAG_OK;
}

mag_status mag_profile_texts(const mag_profile_reader *reader, const mag_yaml *list,
                             const char *const **texts, mag_error *err) {
    const char **made = mag_arena_alloc(reader->arena, (list->count + 1) * sizeof *made);
    if (!made)
        return mag_fail_memory(err, (list->count + 1) * sizeof *made);
    size_t count = 0;
    for (const mag_yaml *item = list->first; item; item = item->next) {
        if (item->kind != MAG_YAML_SCALAR)
            return mag_profile_fail(reader, item, err, "a text is wanted here", "");
        made[count++] = item->text;
    }
    *texts = made;
    return MAG_OK;
}

/* --- settings ------------------------------------------------------------------------------------
 */

static mag_status read_history(const mag_profile_reader *reader, const mag_yaml *at, int32_t *days,
                               mag_error *err) {
    enum { DEFAULT_DAYS = 1095, MOST_DAYS = 36525 };
    *days = DEFAULT_DAYS;
    if (!at)
        return MAG_OK;
    *days = 0;
    if (strcmp(at->text, "none") == 0)
        return MAG_OK;
    char *rest;
    long value = strtol(at->text, &rest, 10);
    if (rest == at->text || strcmp(rest, " days") != 0 || value < 1 || value > MOST_DAYS)
        return mag_profile_fail(reader, at, err, "history is \"N days\" or \"none\", not",
                                at->text);
    *days = (int32_t)value;
    return MAG_OK;
}

static mag_status read_kidney(const mag_profile_reader *reader, const mag_yaml *at,
                              mag_kidney_settings *kidney, mag_error *err) {
    static const mag_yaml_field keys[] = {{.key = "formula"}, {.key = "weight"}, {0}};
    static const char *const formulas[] = {"uk", "us", NULL};
    static const char *const weights[] = {"adjusted30", "winter", "bnf", "actual", NULL};
    *kidney = (mag_kidney_settings){MAG_KIDNEY_UK, MAG_WEIGHT_ADJUSTED30};
    if (!at)
        return MAG_OK;
    MAG_TRY(mag_yaml_check(at, reader->file, keys, MAG_E_USAGE, err));
    int choice = 0;
    const mag_yaml *formula = mag_yaml_get(at, "formula"), *weight = mag_yaml_get(at, "weight");
    if (formula)
        MAG_TRY(mag_profile_choice(reader, formula, formulas, &choice, err));
    kidney->formula = choice ? MAG_KIDNEY_US : MAG_KIDNEY_UK;
    static const mag_weight_policy policies[] = {MAG_WEIGHT_ADJUSTED30, MAG_WEIGHT_WINTER,
                                                 MAG_WEIGHT_BNF, MAG_WEIGHT_ACTUAL};
    choice = 0;
    if (weight)
        MAG_TRY(mag_profile_choice(reader, weight, weights, &choice, err));
    kidney->weight_policy = policies[choice];
    return MAG_OK;
}

static mag_status read_absence(const mag_profile_reader *reader, const mag_yaml *at,
                               mag_absence *absence, mag_error *err) {
    static const char *const words[] = {"none", "unknown outside stays", NULL};
    int choice = 0;
    if (at)
        MAG_TRY(mag_profile_choice(reader, at, words, &choice, err));
    *absence = choice ? MAG_ABSENCE_OUTSIDE_STAYS : MAG_ABSENCE_NONE;
    return MAG_OK;
}

static mag_status read_tables(const mag_profile_reader *reader, const mag_yaml *list,
                              mag_profile *profile, mag_error *err) {
    if (list->count > MAG_PROFILE_TABLE_COUNT)
        return mag_profile_fail(reader, list, err, "too many tables", "");
    for (const mag_yaml *item = list->first; item; item = item->next)
        MAG_TRY(
            mag_profile_read_table(reader, item, &profile->tables[profile->table_count++], err));
    return MAG_OK;
}

static const mag_yaml_field PROFILE_KEYS[] = {
    {.key = "profile", .is_required = true},
    {.key = "site_zone"},
    {.key = "shifted_dates"},
    {.key = "history"},
    {.key = "absence"},
    {.key = "kidney", .kind = MAG_YAML_MAPPING},
    {.key = "missing", .kind = MAG_YAML_SEQUENCE},
    {.key = "gates", .kind = MAG_YAML_SEQUENCE},
    {.key = "tables", .kind = MAG_YAML_SEQUENCE, .is_required = true},
    {.key = "canaries", .kind = MAG_YAML_MAPPING},
    {0},
};

bool mag_profile_is_zone(const char *name) {
    enum { LONGEST = 64 };
    const size_t nbytes = strlen(name);
    return nbytes > 0 && nbytes <= LONGEST &&
           strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+-/") ==
               nbytes;
}

static mag_status read_zone(const mag_profile_reader *reader, const mag_yaml *at, const char **zone,
                            mag_error *err) {
    *zone = at ? at->text : "Europe/London";
    return mag_profile_is_zone(*zone)
               ? MAG_OK
               : mag_profile_fail(reader, at, err, "no name of a zone:", *zone);
}

static mag_status read_profile(mag_profile_reader *reader, const mag_yaml *root,
                               mag_profile *profile, mag_error *err) {
    MAG_TRY(mag_yaml_check(root, reader->file, PROFILE_KEYS, MAG_E_USAGE, err));
    profile->name = mag_yaml_get_text(root, "profile");
    MAG_TRY(read_zone(reader, mag_yaml_get(root, "site_zone"), &profile->site_zone, err));
    MAG_TRY(mag_profile_bool(reader, mag_yaml_get(root, "shifted_dates"), &profile->shifted_dates,
                             err));
    MAG_TRY(read_history(reader, mag_yaml_get(root, "history"), &profile->history_days, err));
    MAG_TRY(read_absence(reader, mag_yaml_get(root, "absence"), &profile->absence, err));
    MAG_TRY(read_kidney(reader, mag_yaml_get(root, "kidney"), &profile->kidney, err));
    const mag_yaml *missing = mag_yaml_get(root, "missing");
    if (missing)
        MAG_TRY(mag_profile_texts(reader, missing, &reader->missing, err));
    const mag_yaml *gates = mag_yaml_get(root, "gates");
    if (gates)
        MAG_TRY(mag_gates_read(reader->arena, reader->file, gates, &profile->gates,
                               &profile->gate_count, err));
    MAG_TRY(read_tables(reader, mag_yaml_get(root, "tables"), profile, err));
    const mag_yaml *canaries = mag_yaml_get(root, "canaries");
    return canaries ? mag_profile_read_canaries(reader, canaries, profile, err) : MAG_OK;
}

mag_status mag_profile_parse(mag_arena *arena, const char *file, mag_span text,
                             const mag_profile **out, mag_error *err) {
    static const char *const nothing[] = {NULL};
    const mag_yaml *root;
    MAG_TRY(mag_yaml_parse(arena, file, text, MAG_E_USAGE, &root, err));
    mag_profile *profile = mag_arena_alloc(arena, sizeof *profile);
    if (!profile)
        return mag_fail_memory(err, sizeof *profile);
    mag_profile_reader reader = {.arena = arena, .file = file, .missing = nothing};
    MAG_TRY(read_profile(&reader, root, profile, err));
    mag_sha256_of(text, profile->sha256);
    *out = profile;
    return MAG_OK;
}

/* The shipped names, for the hint. */
static mag_status fail_unknown(const char *name, mag_error *err) {
    static const char folder[] = "pipelines/profiles/", ending[] = ".yaml";
    char list[256] = "";
    for (size_t i = 0; i < mag_embedded_count; i++) {
        const char *path = mag_embedded_files[i].name;
        if (strncmp(path, folder, sizeof folder - 1) != 0)
            continue;
        path += sizeof folder - 1;
        const size_t used = strlen(list), length = strlen(path) - (sizeof ending - 1);
        snprintf(list + used, sizeof list - used, "%s%.*s", used ? ", " : "", (int)length, path);
    }
    mag_fail(err, MAG_E_USAGE, MAG_MSG_U202, "there is no profile \"%.80s\"", name);
    mag_hint(err, "shipped profiles: %s; a file is named with a '/' (./my-profile.yaml)", list);
    return MAG_E_USAGE;
}

mag_status mag_profile_load(mag_arena *arena, const char *name, const mag_profile **out,
                            mag_error *err) {
    mag_span text;
    if (strchr(name, '/')) {
        MAG_TRY(mag_yaml_read_trusted(arena, name, &text, err));
        return mag_profile_parse(arena, name, text, out, err);
    }
    const char *path = mag_arena_format(arena, "pipelines/profiles/%s.yaml", name);
    if (!path)
        return mag_fail_memory(err, 64);
    if (!mag_embedded_find(path, &text))
        return fail_unknown(name, err);
    return mag_profile_parse(arena, path, text, out, err);
}
